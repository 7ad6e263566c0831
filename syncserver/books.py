"""Books: what was sold of an event, kiosk by kiosk and never across currencies, and whether the journals say the same.

:func:`totals` adds up the orders; :func:`check` counts everything once more out of the raw journal entries, and holds
every line of them against the order that follows from it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Numeric,
    Row,
    Select,
    TextClause,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)

from shared import money, sale, shift
from syncserver import events, shifts
from syncserver import models as m
from syncserver.office import Office

ROWS_AT_ONCE = 1_000
PROBLEMS_SHOWN_MAX = 50
CHECKED_AT_ONCE_MAX = 5_000
"""Orders of an event up to which its pages check the totals by themselves."""
CHECKED = ("journal_agrees", "journal_differs")
"""Critical events that keep how a check ended."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch


# Reading --------------------------------------------------------------------------------------------


@contextmanager
def snapshot(office: Office) -> Iterator[Connection]:
    """A transaction that reads and sees the database as it was at its first look, however long it takes.

    Sales go on coming in meanwhile; without it a total and the journal behind it would be of different moments.
    """
    with office.engine.connect() as c:
        c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with c.begin():
            yield c


def parts(
    c: Connection,
    wanted: Select[Any] | TextClause,
    values: Mapping[str, Any] | None = None,
    *,
    streamed: bool = True,
) -> Iterator[Sequence[Row[Any]]]:
    """Rows through a cursor of the server's, so that a million of them need no memory of ours."""
    options = {"stream_results": True, "yield_per": ROWS_AT_ONCE} if streamed else {}
    found = c.execute(wanted, values or {}, execution_options=options)
    yield from found.partitions(ROWS_AT_ONCE)


def body_of(entry: bytes | None) -> sale.Body | None:
    """What a journal entry says, without a look at its header; None where it cannot be read."""
    try:
        return None if entry is None else sale.decode(bytes(entry).partition(b"\n")[2])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def line_of(entry: bytes | None, place: int | None) -> sale.Line | None:
    """The line at this place (from 0) of the sale that an entry journalled; None where there is none."""
    body = body_of(entry)
    if not isinstance(body, sale.Sale) or place is None or place >= len(body.lines):
        return None
    return body.lines[place]


def shown(amount: int, currency: str) -> str:
    """An amount for a person, also where the currency is none that anybody knows."""
    return money.text(amount, currency) if money.known(currency) else f"{amount} {currency}"


# Totals ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sum:
    """So many orders of so many numbers for so much, minor units."""

    orders: int = 0
    numbers: int = 0
    amount: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.orders + other.orders, self.numbers + other.numbers, self.amount + other.amount)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.orders - other.orders, self.numbers - other.numbers, self.amount - other.amount)


@dataclass(frozen=True)
class UnitTotals:
    """What one enrolment of one kiosk sold of an event in one currency; without a kiosk: what the office sold."""

    rsu: UUID | None
    epoch: int | None
    name: str
    device: str
    currency: str
    sold: Sum = Sum()
    """Everything but tests, whatever became of it later."""
    void: Sum = Sum()
    misprint: Sum = Sum()
    refunded: Sum = Sum()
    doubt: Sum = Sum()
    """Paid for, but left out of the sales until, or because, a person decided so."""
    test: Sum = Sum()
    """Beside all others: no money was taken."""
    card: int = 0
    """Of what was paid and not given back: what cards paid, minor units. It never lay in a drawer."""
    paid: int = 0
    """Prizes paid out of the drawer, minor units."""
    kept: int = 0
    """Cash of void orders that stayed in the drawer, minor units: the desk gives it back (``shifts.kept_of_void``)."""
    tax: int = 0
    """Of what is expected, order by order: the tax in it, or owed on top of it, by the event's settings (E12)."""

    @property
    def expected(self) -> Sum:
        """What was paid and not given back, doubted or not: the money that should be there."""
        return self.sold - self.void - self.misprint - self.refunded

    @property
    def cash(self) -> int:
        """What should have stayed in the drawer, minor units: the money due."""
        return self.expected.amount - self.card - self.paid + self.kept

    @property
    def standing(self) -> Sum:
        """The sales that prizes are reckoned from."""
        return self.expected - self.doubt


PARTS: Final = ("sold", "void", "misprint", "refunded", "doubt", "test")
_SUMMED: Final = (*PARTS, "card", "paid", "kept", "tax")


def totals(c: Connection, event: UUID) -> list[UnitTotals]:
    """The event's totals by kiosk, enrolment and currency; currencies are never added up.

    A kiosk that paid prizes has a row in the event's currency, whatever it sold.
    """
    s, r, e = m.order_sums, m.rsus, m.raffle_events
    paid, is_void, refunded = (s.c.payment_status == one for one in ("paid", "void", "refunded"))
    which: dict[str, ColumnElement[bool]] = {
        "sold": and_(~s.c.is_test, or_(paid, is_void, refunded)),
        "void": and_(~s.c.is_test, is_void),
        "refunded": and_(~s.c.is_test, refunded),
        "doubt": and_(~s.c.is_test, paid, s.c.doubted),
        "test": s.c.is_test,
    }
    figures = [
        func.coalesce(func.sum(value).filter(condition), 0).label(f"{name}_{part}")
        for name, condition in which.items()
        for part, value in (
            ("orders", s.c.orders),
            ("numbers", s.c.tickets),
            ("amount", s.c.orders * s.c.price),
        )
    ]
    stands = and_(~s.c.is_test, paid)
    figures.append(func.coalesce(func.sum(s.c.card).filter(stands), 0).label("card"))
    tax = s.c.orders * _tax(c, event, s.c.price)
    figures.append(func.coalesce(func.sum(tax).filter(stands), 0).label("tax"))
    counted = (
        select(s.c.rsu_id, s.c.epoch, s.c.currency, *figures)
        .where(s.c.event_id == event, s.c.orders != 0)
        .group_by(s.c.rsu_id, s.c.epoch, s.c.currency)
        .subquery()
    )
    rows = c.execute(
        select(counted, r.c.id, r.c.name, r.c.device_identifier)
        .outerjoin(r, r.c.id == counted.c.rsu_id)
        .order_by(r.c.name.nulls_last(), counted.c.epoch, counted.c.currency)
    ).mappings()
    voids = {
        (row.rsu_id, row.epoch, row.currency): (
            Sum(row.orders, int(row.numbers), int(row.amount)),
            int(row.kept),
        )
        for row in shifts.voids_of_event(c, event)
    }
    own = c.execute(select(e.c.currency).where(e.c.id == event)).scalar_one_or_none()
    prizes: dict[Any, int] = dict(events.paid_out(c, event))
    found = []
    for row in rows:
        rsu, epoch, currency = row["id"], row["epoch"] or None, row["currency"]
        sums = {
            name: Sum(*(int(row[f"{name}_{part}"]) for part in ("orders", "numbers", "amount")))
            for name in which
        }
        misprint, kept = voids.get((rsu, epoch, currency), (Sum(), 0))
        sums["void"] -= misprint
        found.append(
            UnitTotals(
                rsu,
                epoch,
                row["name"] or "Office",
                row["device_identifier"] or "",
                currency,
                misprint=misprint,
                card=int(row["card"]),
                kept=kept,
                tax=int(row["tax"]),
                paid=prizes.pop((rsu, epoch), 0) if currency == own else 0,
                **sums,
            )
        )
    named = {row.id: row for row in c.execute(select(r).where(r.c.id.in_([rsu for rsu, _ in prizes])))}
    found += [
        UnitTotals(rsu, epoch, named[rsu].name, named[rsu].device_identifier, str(own), paid=amount)
        for (rsu, epoch), amount in sorted(prizes.items())
        if amount
    ]
    return found


def _tax(c: Connection, event: UUID, price: ColumnElement[int]) -> ColumnElement[Any]:
    """The tax of an order of this price as :meth:`organisations.Tax.share` reckons it, so that reports add up to their orders to the cent."""
    tax = events.settings(events.get(c, event).configuration).tax
    if tax is None:
        return literal(0)
    rate, most = tax.fraction()
    amount = cast(price, Numeric)
    return func.div(2 * amount * rate + most, 2 * most)


def by_currency(held: Iterable[UnitTotals]) -> dict[str, UnitTotals]:
    """The same, of all kiosks together."""
    found: dict[str, UnitTotals] = {}
    for one in held:
        before = found.get(one.currency, UnitTotals(None, None, "", "", one.currency))
        sums = {name: getattr(before, name) + getattr(one, name) for name in _SUMMED}
        found[one.currency] = replace(before, **sums)
    return found


# Against the journal --------------------------------------------------------------------------------

_JOURNAL = text("""
    SELECT seq, kind, entry FROM rsu_journal
    WHERE rsu_id = :rsu AND epoch = :epoch AND kind IN ('sale', 'voided') AND position(CAST(:event AS bytea) IN entry) > 0
    ORDER BY seq
""")
_BRANCH = text("""
    SELECT q.id, q.seq, q.entry, f.decision FROM rsu_quarantine q JOIN findings f ON f.id = q.finding_id
    WHERE q.rsu_id = :rsu AND q.epoch = :epoch AND position(CAST(:event AS bytea) IN q.entry) > 0 ORDER BY q.seq, q.id
""")
_VOIDED = text("""
    SELECT v.order_id, v.kind, v.source, v.rsu_id, v.epoch, v.seq, o.rsu_id AS sold_rsu, o.epoch AS sold_epoch, o.line_no,
        coalesce(q.entry, j.entry) AS sold_entry, w.entry AS void_entry
    FROM voids v JOIN orders o ON o.id = v.order_id
        LEFT JOIN rsu_quarantine q ON q.id = o.quarantine_id
        LEFT JOIN rsu_journal j ON o.quarantine_id IS NULL AND j.rsu_id = o.rsu_id AND j.epoch = o.epoch
            AND j.seq = o.journal_seq
        LEFT JOIN rsu_journal w ON v.source = 'rsu' AND w.rsu_id = v.rsu_id AND w.epoch = v.epoch AND w.seq = v.seq
    WHERE v.event_id = :event ORDER BY v.order_id
""")
_PAID = text("""
    SELECT seq, entry FROM rsu_journal
    WHERE rsu_id = :rsu AND epoch = :epoch AND kind = 'paid' AND position(CAST(:event AS bytea) IN entry) > 0 ORDER BY seq
""")
_RAW: Final = ("bad_sale", "order_twice", "validation_twice", "unreadable", "unknown_event")
"""Findings that keep a line raw alone: no order follows from it."""
_RAW_VOIDS: Final = ("void_unknown", "void_foreign", "void_after_draw", "unreadable")
_COMPARED: Final = ("sold", "void", "misprint", "test")
"""What the journals say. What is doubted, and what was refunded, is the office's own decision."""

Chain = tuple[UUID, int]


@dataclass(frozen=True)
class UnitCheck:
    """One kiosk's enrolment, one currency: what its journal says, and what the reports say."""

    name: str
    epoch: int | None
    currency: str
    journal: UnitTotals
    reports: UnitTotals
    paid: int
    """Prizes that the journal says were handed out here; it follows the office's own note of them."""
    raw: Sum
    """In the journal, and in a finding alone: no order follows from it until, or because, a person decided so."""

    @property
    def difference(self) -> int:
        """By how much the reports say more was taken than the journal does, minor units."""
        return self.reports.expected.amount + self.reports.refunded.amount - self.journal.expected.amount

    @property
    def agrees(self) -> bool:
        """Whether orders, numbers and amounts are the same, of sales, voids, misprints and tests."""
        return all(getattr(self.journal, part) == getattr(self.reports, part) for part in _COMPARED)


@dataclass(frozen=True)
class Agreement:
    """How the reports' totals compare to the journals, line by line."""

    at: datetime
    entries: int
    """Journal entries read."""
    units: list[UnitCheck]
    problems: list[str]
    """What does not agree, in words; the first ones."""
    problem_count: int
    outside: dict[str, Sum]
    """By currency: sales of second chains, or past a revocation, that nobody has let in."""

    @property
    def agrees(self) -> bool:
        """Whether every line of the journals is in the reports as it is, and nothing else is."""
        return not self.problem_count and all(one.agrees for one in self.units)

    @property
    def differences(self) -> dict[str, int]:
        """By currency: how much more the reports say was taken, minor units; kiosks do not make up for each other."""
        found: defaultdict[str, int] = defaultdict(int)
        for one in self.units:
            if not one.agrees:
                found[one.currency] += abs(one.difference)
        return dict(found)

    @property
    def raw(self) -> dict[str, Sum]:
        """By currency: lines that stand in findings alone."""
        found: defaultdict[str, Sum] = defaultdict(Sum)
        for one in self.units:
            found[one.currency] += one.raw
        return {currency: total for currency, total in found.items() if total.orders}


def check(office: Office, c: Connection, event: UUID) -> Agreement:
    """Count the event's totals once more, out of the raw journal entries, and compare every line with its order.

    It reads the journals of all kiosks that ever held numbers of the event, a thousand entries at a time. Call it in
    a :func:`snapshot`, so that what comes in meanwhile is on neither side. What was sold elsewhere than at kiosks is
    in no journal, and not in it.
    """
    return _Recount(office, c, event).run()


class _Recount:
    """Walks the chains; sums by kiosk, enrolment and currency."""

    def __init__(self, office: Office, c: Connection, event: UUID) -> None:
        self.office, self.c, self.event = office, c, event
        self.sums: defaultdict[tuple[UUID, int, str], defaultdict[str, Sum]] = defaultdict(
            lambda: defaultdict(Sum)
        )
        self.outside: defaultdict[str, Sum] = defaultdict(Sum)
        self.problems: list[str] = []
        self.count = 0
        self.entries = 0
        self.paid: defaultdict[tuple[UUID, int, str], int] = defaultdict(int)
        self.names: dict[UUID, str] = {}

    def run(self) -> Agreement:
        """All chains, then the voids."""
        held = [one for one in totals(self.c, self.event) if one.rsu is not None]
        for rsu, epoch in self._chains(held):
            self._chain((rsu, epoch))
            self._paid((rsu, epoch))
            self._branches((rsu, epoch))
        self._unjournalled()
        self._voids()
        return Agreement(
            self.office.now(),
            self.entries,
            self._compared(held),
            self.problems,
            self.count,
            {currency: total for currency, total in self.outside.items() if total.orders},
        )

    def _chains(self, held: Iterable[UnitTotals]) -> list[Chain]:
        a, f = m.rsu_allocations, m.findings
        found = {(one.rsu, one.epoch) for one in held if one.rsu is not None and one.epoch is not None}
        found |= {
            (row.rsu_id, row.epoch)
            for table, of_event in ((a, a.c.raffle_event_id), (f, f.c.event_id))
            for row in self.c.execute(
                select(table.c.rsu_id, table.c.epoch)
                .where(of_event == self.event, table.c.rsu_id.is_not(None), table.c.epoch.is_not(None))
                .distinct()
            )
        }
        rows = self.c.execute(select(m.rsus.c.id, m.rsus.c.name)).all()
        self.names = {row.id: row.name for row in rows}
        return sorted(found, key=lambda chain: (self._name(chain[0]), chain))

    def _say(self, words: str) -> None:
        self.count += 1
        if len(self.problems) < PROBLEMS_SHOWN_MAX:
            self.problems.append(words)

    def _explained(self, chain: Chain, kinds: Sequence[str]) -> set[int]:
        f = m.findings
        wanted = select(f.c.seq).where(
            f.c.rsu_id == chain[0], f.c.epoch == chain[1], f.c.kind.in_(kinds), f.c.seq.is_not(None)
        )
        return set(self.c.execute(wanted).scalars())

    # The chain

    def _chain(self, chain: Chain) -> None:
        """Every sale of the chain against the order that follows from it."""
        rsu, epoch = chain
        o = m.orders
        raw, raw_voids = self._explained(chain, _RAW), self._explained(chain, _RAW_VOIDS)
        of_order: tuple[Any, ...] = (o.c.id, o.c.journal_seq.label("place"), o.c.line_no, o.c.total_amount, o.c.currency,
                   o.c.ticket_count, o.c.validation_number, o.c.is_test, o.c.card_amount)  # fmt: skip
        mine = select(*of_order).where(
            o.c.rsu_id == rsu, o.c.epoch == epoch, o.c.event_id == self.event, o.c.quarantine_id.is_(None)
        )
        values = {"rsu": rsu, "epoch": epoch, "event": str(self.event).encode()}
        low = 0
        for part in parts(self.c, _JOURNAL, values):
            high = part[-1].seq
            self._part(
                chain,
                [(row.seq, row.seq, body_of(row.entry)) for row in part if row.kind],
                self.c.execute(mine.where(o.c.journal_seq > low, o.c.journal_seq <= high)).all(),
                raw,
                raw_voids,
            )
            low = high
        self._left(chain, self.c.execute(mine.where(o.c.journal_seq > low)).all())

    def _branches(self, chain: Chain) -> None:
        """The same of entries outside the chain; what nobody let in is counted apart."""
        rsu, epoch = chain
        o = m.orders
        raw, raw_voids = self._explained(chain, _RAW), self._explained(chain, _RAW_VOIDS)
        values = {"rsu": rsu, "epoch": epoch, "event": str(self.event).encode()}
        for part in parts(self.c, _BRANCH, values):
            taken = [(row.id, row.seq, body_of(row.entry)) for row in part if row.decision == "accept"]
            for row in part:
                body = None if row.decision == "accept" else body_of(row.entry)
                if isinstance(body, sale.Sale) and not body.test:
                    for line in body.lines:
                        if line.event == str(self.event):
                            self.outside[_currency(line)] += Sum(1, line.count, line.price)
            held = self.c.execute(
                select(
                    o.c.id,
                    o.c.quarantine_id.label("place"),
                    o.c.line_no,
                    o.c.total_amount,
                    o.c.currency,
                    o.c.ticket_count,
                    o.c.validation_number,
                    o.c.is_test,
                    o.c.card_amount,
                ).where(o.c.quarantine_id.in_([row.id for row in part]), o.c.event_id == self.event)
            ).all()
            self._part(chain, taken, held, raw, raw_voids)

    def _part(
        self,
        chain: Chain,
        entries: Sequence[tuple[object, int, sale.Body | None]],
        orders: Iterable[Any],
        raw: set[int],
        raw_voids: set[int],
    ) -> None:
        self.entries += len(entries)
        held = {(row.place, row.line_no): row for row in orders}
        voided: list[tuple[int, str]] = []
        for place, seq, body in entries:
            if isinstance(body, sale.Sale):
                for number, line in enumerate(body.lines):
                    if line.event == str(self.event):
                        card = shift.card_part(body, number)
                        self._compare(
                            chain, seq, line, card, body.test, held.pop((place, number), None), seq in raw
                        )
            elif isinstance(body, sale.Voided) and body.event == str(self.event):
                voided.append((seq, body.order))
        self._left(chain, list(held.values()))
        known = self._known_voids([order for _, order in voided])
        for seq, order in voided:
            if order not in known and seq not in raw_voids:
                self._say(f"{self._where(chain, seq)} makes an order void, and no report does: {order[:36]}.")

    def _paid(self, chain: Chain) -> None:
        """Every prize that the chain says was paid, against the office's note of it."""
        k = m.prize_claims
        for part in parts(
            self.c, _PAID, {"rsu": chain[0], "epoch": chain[1], "event": str(self.event).encode()}
        ):
            bodies = [(row.seq, body_of(row.entry)) for row in part]
            paid = [
                (seq, one)
                for seq, one in bodies
                if isinstance(one, sale.Paid) and one.event == str(self.event)
            ]
            wanted = [UUID(one.claim) for _, one in paid if _UUID(one.claim)]
            known = {
                (str(row.request_id), row.amount)
                for row in self.c.execute(
                    select(k.c.request_id, k.c.amount).where(
                        k.c.request_id.in_(wanted), k.c.rsu_id == chain[0]
                    )
                )
            }
            self.entries += len(part)
            for seq, one in paid:
                self.paid[(*chain, one.currency)] += one.amount
                if (one.claim, one.amount) not in known:
                    self._say(
                        f"{self._where(chain, seq)} pays a prize of {shown(one.amount, one.currency)}, "
                        "and the office noted no such payment."
                    )

    def _compare(
        self,
        chain: Chain,
        seq: int,
        line: sale.Line,
        card: int,
        test: bool,
        order: Row[Any] | None,
        explained: bool,
    ) -> None:
        this, currency = Sum(1, line.count, line.price), _currency(line)
        sums = self.sums[(*chain, currency)]
        if order is None and explained:
            sums["raw"] += this
            return
        sums["test" if test else "sold"] += this
        if order is None:
            self._say(f"{self._where(chain, seq)} is a sale of {shown(line.price, currency)}, in no report.")
            return
        said = (line.order, line.price, line.currency, line.count, line.validation, test)
        kept = (
            str(order.id),
            order.total_amount,
            order.currency,
            order.ticket_count,
            order.validation_number,
            order.is_test,
        )
        if said != kept:
            self._say(
                f"{self._where(chain, seq)} is a sale of {shown(line.price, currency)} "
                f"({line.count} numbers); the reports say {shown(order.total_amount, order.currency)} "
                f"({order.ticket_count} numbers)."
            )
        elif card != order.card_amount:
            self._say(
                f"{self._where(chain, seq)} was paid with {shown(card, currency)} by card; "
                f"the reports say {shown(order.card_amount, order.currency)}."
            )

    def _left(self, chain: Chain, orders: Iterable[Any]) -> None:
        for row in orders:
            self._say(
                f"{self._name(chain[0])}: the order {row.id} over "
                f"{shown(row.total_amount, row.currency)} stands in no entry of its journal."
            )

    def _where(self, chain: Chain, seq: int) -> str:
        return f"Entry {seq} of {self._name(chain[0])} (enrolment {chain[1]})"

    def _known_voids(self, named: Sequence[str]) -> set[str]:
        v = m.voids
        wanted = [UUID(order) for order in named if _UUID(order)]
        return {
            str(one) for one in self.c.execute(select(v.c.order_id).where(v.c.order_id.in_(wanted))).scalars()
        }

    # What is no sale of a chain

    def _unjournalled(self) -> None:
        o = m.orders
        for row in self.c.execute(
            select(
                o.c.rsu_id, o.c.currency, func.count().label("n"), func.sum(o.c.total_amount).label("amount")
            )
            .where(
                o.c.event_id == self.event,
                o.c.rsu_id.is_not(None),
                or_(
                    o.c.epoch.is_(None),
                    and_(o.c.quarantine_id.is_(None), or_(o.c.journal_seq.is_(None), o.c.line_no.is_(None))),
                ),
            )
            .group_by(o.c.rsu_id, o.c.currency)
        ):
            self._say(
                f"{self._name(row.rsu_id)}: {row.n} {'order' if row.n == 1 else 'orders'} over "
                f"{shown(int(row.amount), row.currency)} stand in no journal."
            )

    def _voids(self) -> None:
        """What was made void, at the price that its sale's own entry says."""
        for part in parts(self.c, _VOIDED, {"event": self.event}):
            for row in part:
                body = body_of(row.sold_entry)
                line = line_of(row.sold_entry, row.line_no)
                if line is None or not isinstance(body, sale.Sale) or row.sold_rsu is None:
                    if row.sold_rsu is not None:
                        self._say(f"The order {row.order_id} is void, and its sale stands in no journal.")
                    continue
                said = self._said(row) if row.source == "rsu" else None
                if row.source == "rsu" and said is None:
                    self._say(f"The order {row.order_id} is void, and no journal says so.")
                elif not body.test:
                    kind = row.kind if said is None else "misprint" if said.misprint else "void"
                    self.sums[row.sold_rsu, row.sold_epoch, _currency(line)][kind] += Sum(
                        1, line.count, line.price
                    )

    def _said(self, row: Row[Any]) -> sale.Voided | None:
        """The entry that a void names, if it says so; one of an accepted branch stands in quarantine."""
        q = m.rsu_quarantine
        found = body_of(row.void_entry)
        if isinstance(found, sale.Voided) and found.order == str(row.order_id):
            return found
        mine = (q.c.rsu_id == row.rsu_id, q.c.epoch == row.epoch, q.c.seq == row.seq)
        others = map(body_of, self.c.execute(select(q.c.entry).where(*mine)).scalars())
        return next(
            (one for one in others if isinstance(one, sale.Voided) and one.order == str(row.order_id)), None
        )

    def _compared(self, held: Sequence[UnitTotals]) -> list[UnitCheck]:
        """What the journals say beside what the reports say; nothing of either is left out."""
        reports = {(one.rsu, one.epoch, one.currency): one for one in held}
        keys: set[tuple[UUID | None, int | None, str]] = {*reports, *self.sums, *self.paid}
        found = []
        for key in sorted(keys, key=lambda one: (self._name(one[0]), one[1] or 0, one[2], str(one[0]))):
            rsu, epoch, currency = key
            said: Mapping[str, Sum] = {}
            if rsu is not None and epoch is not None:
                said = self.sums.get((rsu, epoch, currency), {})
            journal = UnitTotals(
                rsu,
                epoch,
                self._name(rsu),
                "",
                currency,
                sold=said.get("sold", Sum()),
                void=said.get("void", Sum()),
                misprint=said.get("misprint", Sum()),
                test=said.get("test", Sum()),
            )
            listed = reports.get(key) or UnitTotals(rsu, epoch, self._name(rsu), "", currency)
            paid = self.paid.get((rsu, epoch, currency), 0) if rsu is not None and epoch is not None else 0
            raw = said.get("raw", Sum())
            found.append(UnitCheck(self._name(rsu), epoch, currency, journal, listed, paid, raw))
        return found

    def _name(self, rsu: UUID | None) -> str:
        return "" if rsu is None else self.names.get(rsu, "")


def _currency(line: sale.Line) -> str:
    """The line's currency; what is none is summed apart from all that are."""
    return line.currency if _CURRENCY(line.currency) else "???"
