"""Shifts: what the kiosks' chains tell of their drawers, kept beside the sales, and counted once more by the office.

A kiosk signs the sums of a shift at its close. Here they are compared with what the office folds out of the same raw
entries; where they differ, or the drawer was over or short by more than the organisation tolerates, a person is told.
Nothing of it stands in the way of a draw: money that is missing wins nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import money, sale, shift
from shared.clock import utc
from shared.entry import Entry
from shared.money import AMOUNT_MAX
from shared.sale import ShiftSum
from syncserver import models as m
from syncserver import organisations
from syncserver.office import Office

TEXT_CHARS_MAX: Final = 500
MOMENT_MS_MAX: Final = 253_402_300_799_000
NUMBER_MAX: Final = 2**31 - 1
PIECES_MAX: Final = 100
"""Kinds of notes and coins of one count; what a kiosk lists beyond is not kept beside its sum."""
CURRENCIES_MAX: Final = 20
"""Of one shift."""
RECOUNTED_ENTRIES_MAX: Final = 200_000
"""Entries behind the closes of one upload that are counted again; no evening has as many, and others wait behind it."""
READ_AT_ONCE: Final = 2_000
SHIFTS_SHOWN: Final = 30
ROWS_SHOWN: Final = 50

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
SUMS: Final = tuple(one for one in ShiftSum.__struct_fields__ if one != "currency")
FOLDED: Final = tuple(
    str(body.__struct_config__.tag)
    for body in (
        sale.Sale,
        sale.Voided,
        sale.Paid,
        sale.CashMoved,
        sale.CashCounted,
        sale.ShiftOpened,
        sale.ShiftClosed,
        sale.ShiftSupplement,
    )
)
"""Kinds of entries that move a shift's sums."""
_NAMES: Final = {
    "float": "the float",
    "sales": "the sales",
    "card": "what cards paid",
    "returned": "cash given back",
    "returned_card": "what went back to cards",
    "paid": "prizes paid out",
    "moved": "cash put in or taken out",
    "expected": "what should be in the drawer",
    "counted": "what was counted",
    "sale_count": "the number of sales",
    "ticket_count": "the draw numbers sold",
    "void_count": "the number of voids",
}


# From the chain -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doubt:
    """What does not add up in a drawer, of which entry, in words."""

    seq: int
    subject: str
    words: str


class Drawers:
    """Takes in what a batch of one chain tells of its kiosk's drawer; :meth:`write` puts it down, in a few statements."""

    def __init__(self, office: Office, c: Connection, unit: Row[Any]) -> None:
        self.office, self.c, self.unit = office, c, unit
        self.now = office.clock.now_ms()
        self.doubts: list[Doubt] = []
        self.recounted = 0
        self.opened: dict[str, dict[str, Any]] = {}
        self.ended: list[tuple[Entry, sale.ShiftClosed | sale.ShiftSupplement]] = []
        self.rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def take(self, one: Entry, body: sale.Body) -> None:
        """Take in an entry; most are none of the drawer's business."""
        taken = _TAKES.get(type(body))
        if taken is not None:
            taken(self, one, body)

    def write(self) -> list[Doubt]:
        """Everything that was taken in, written down; what does not add up."""
        if self.opened:
            self.c.execute(upsert(m.shifts).on_conflict_do_nothing(), list(self.opened.values()))
        for name in ("cash_counts", "cash_moves", "drawer_openings", "counterfoil_prints"):
            if self.rows[name]:
                self.c.execute(upsert(getattr(m, name)).on_conflict_do_nothing(), self.rows[name])
        if self.ended:
            self._settle()
        return self.doubts

    # Taking in

    def _row(self, one: Entry) -> dict[str, Any]:
        at = one.header.at
        return {
            "rsu_id": self.unit.rsu_id,
            "epoch": self.unit.epoch,
            "seq": one.header.seq,
            "at": utc(at if 0 <= at <= MOMENT_MS_MAX else self.now),
        }

    def _doubt(self, one: Entry, subject: str, words: str) -> None:
        self.doubts.append(Doubt(one.header.seq, _clean(subject), words))

    def _opening(self, one: Entry, body: sale.ShiftOpened) -> None:
        if not _UUID(body.shift) or not 0 < body.number <= NUMBER_MAX or body.shift in self.opened:
            self._doubt(one, body.shift, "a shift was opened that cannot be")
            return
        place = self._row(one)
        self.opened[body.shift] = {
            "rsu_id": place["rsu_id"],
            "epoch": place["epoch"],
            "shift_id": body.shift,
            "number": body.number,
            "operator": _clean(body.operator),
            "opened_seq": place["seq"],
            "opened_at": place["at"],
        }

    def _counting(self, one: Entry, body: sale.CashCounted) -> None:
        if not (_UUID(body.shift) and _CURRENCY(body.currency) and 0 <= body.amount <= AMOUNT_MAX):
            self._doubt(one, body.shift, "a drawer was counted in a way that cannot be")
            return
        pieces = body.pieces[:PIECES_MAX]
        fits = all(0 < value <= AMOUNT_MAX and 0 <= count <= AMOUNT_MAX for value, count in pieces)
        if body.pieces and sum(value * count for value, count in body.pieces) != body.amount:
            self._doubt(one, body.shift, "the notes and coins of a count do not come to its sum")
        self.rows["cash_counts"].append(
            self._row(one)
            | {
                "shift_id": body.shift,
                "counted_by": _clean(body.by),
                "purpose": body.purpose,
                "currency": body.currency,
                "amount": body.amount,
                "pieces": [list(piece) for piece in pieces] if fits else [],
            }
        )

    def _moving(self, one: Entry, body: sale.CashMoved) -> None:
        cash = body.cash
        if not (_UUID(body.shift) and _CURRENCY(cash.currency) and abs(cash.amount) <= AMOUNT_MAX):
            self._doubt(one, body.shift, "cash was moved in a way that cannot be")
            return
        self.rows["cash_moves"].append(
            self._row(one)
            | {
                "shift_id": body.shift,
                "moved_by": _clean(body.by),
                "approved_by": _clean(body.approved_by) or None,
                "currency": cash.currency,
                "amount": cash.amount,
                "reason": _clean(body.reason),
            }
        )

    def _kicking(self, one: Entry, body: sale.DrawerOpened) -> None:
        if body.reason == "sale":
            return  # as many as there are sales, and each belongs to one
        self.rows["drawer_openings"].append(
            self._row(one)
            | {
                "opened_by": _clean(body.by),
                "approved_by": _clean(body.approved_by) or None,
                "reason": body.reason,
            }
        )

    def _counterfoils(self, one: Entry, body: sale.CounterfoilsPrinted) -> None:
        if not (_UUID(body.order) and 0 <= body.count <= NUMBER_MAX and 0 <= body.copy <= NUMBER_MAX):
            self._doubt(one, body.order, "counterfoils were printed of something that cannot be")
            return
        self.rows["counterfoil_prints"].append(
            self._row(one)
            | {
                "order_id": body.order,
                "count": body.count,
                "copy": body.copy,
                "outcome": body.outcome,
                "said_by": body.said_by,
                "printed_by": _clean(body.by),
                "approved_by": _clean(body.approved_by) or None,
            }
        )

    def _ending(self, one: Entry, body: sale.ShiftClosed | sale.ShiftSupplement) -> None:
        if not _UUID(body.shift) or not all(_fits(said) for said in body.sums):
            self._doubt(one, body.shift, "the sums of a shift cannot be")
        elif len(body.sums) > CURRENCIES_MAX or len({said.currency for said in body.sums}) < len(body.sums):
            self._doubt(one, body.shift, "the sums of a shift name a currency twice, or too many")
        else:
            self.ended.append((one, body))

    # Closing

    def _settle(self) -> None:
        s = m.shifts
        mine = (s.c.rsu_id == self.unit.rsu_id, s.c.epoch == self.unit.epoch)
        wanted = {body.shift for _, body in self.ended}
        held = {
            str(row.shift_id): row
            for row in self.c.execute(
                select(s.c.shift_id, s.c.opened_seq, s.c.number, s.c.closed_seq).where(
                    *mine, s.c.shift_id.in_(wanted)
                )
            )
        }
        closed = {one for one, row in held.items() if row.closed_seq is not None}
        decided = organisations.of(
            self.c,
            self.c.execute(
                select(m.rsus.c.organization_id).where(m.rsus.c.id == self.unit.rsu_id)
            ).scalar_one(),
        )
        for one, body in self.ended:
            shift_row = held.get(body.shift)
            closes = isinstance(body, sale.ShiftClosed)
            if shift_row is None or shift_row.opened_seq >= one.header.seq:
                self._doubt(one, body.shift, "a shift was closed, or supplemented, that was never opened")
                continue
            if closes == (body.shift in closed):
                words = "a shift was closed a second time" if closes else "an open shift was supplemented"
                self._doubt(one, body.shift, f"{words}; these sums are not counted")
                continue
            closed.add(body.shift)
            agrees = self._recount(one, body, shift_row.opened_seq, shift_row.number)
            if isinstance(body, sale.ShiftClosed):
                row = self._row(one)
                self.c.execute(
                    update(s)
                    .where(*mine, s.c.shift_id == body.shift, s.c.closed_seq.is_(None))
                    .values(
                        closed_seq=row["seq"],
                        closed_at=row["at"],
                        closed_by=_clean(body.by),
                        note=_clean(body.note),
                        agrees=agrees,
                    )
                )
            self._sums(one, body)
            self._over(one, body, decided, shift_row.number)

    def _sums(self, one: Entry, body: sale.ShiftClosed | sale.ShiftSupplement) -> None:
        supplement = 0 if isinstance(body, sale.ShiftClosed) else max(1, min(body.number, NUMBER_MAX))
        rows = [
            self._row(one)
            | {"shift_id": body.shift, "supplement": supplement, "currency": said.currency}
            | {name: getattr(said, name) for name in SUMS}
            for said in body.sums
        ]
        if rows:
            self.c.execute(upsert(m.shift_sums).on_conflict_do_nothing(), rows)

    def _recount(
        self, one: Entry, body: sale.ShiftClosed | sale.ShiftSupplement, opened: int, number: int
    ) -> bool | None:
        """Whether the office counts the same; None where there is too much to count."""
        book = shift.Book()
        for seq, found in self._entries(opened, one.header.seq):
            self.recounted += 1
            if self.recounted > RECOUNTED_ENTRIES_MAX:
                self._doubt(one, body.shift, "there is too much behind a shift's sums to count it again")
                return None
            if seq == one.header.seq:
                break
            book.take(seq, found)
        if isinstance(body, sale.ShiftClosed):
            if book.open is None or book.open.shift != body.shift:
                self._doubt(one, body.shift, "a shift was closed when another was open, or none")
                return False
            ours = book.open.sums()
        else:
            closed = book.closed.get(body.shift)
            ours = closed.late_sums() if closed is not None else ()
        said = {found.currency: found for found in body.sums}
        counted = {found.currency: found for found in ours}
        wrong = False
        for currency in sorted(said.keys() | counted.keys()):
            nothing = ShiftSum(currency=currency)
            a, b = said.get(currency, nothing), counted.get(currency, nothing)
            places = [name for name in SUMS if getattr(a, name) != getattr(b, name)]
            if places:
                wrong = True
                self._doubt(
                    one,
                    f"{body.shift} {currency}",
                    f"shift {number}: "
                    + "; ".join(
                        f"{_NAMES[name]}: the kiosk says {_shown(name, getattr(a, name), currency)}, "
                        f"its own entries come to {_shown(name, getattr(b, name), currency)}"
                        for name in places
                    ),
                )
        return not wrong

    def _entries(self, first: int, last: int) -> Iterator[tuple[int, sale.Body]]:
        j = m.rsu_journal
        while first <= last:
            rows = self.c.execute(
                select(j.c.seq, j.c.entry)
                .where(
                    j.c.rsu_id == self.unit.rsu_id,
                    j.c.epoch == self.unit.epoch,
                    j.c.seq.between(first, last),
                    j.c.kind.in_(FOLDED),
                )
                .order_by(j.c.seq)
                .limit(READ_AT_ONCE)
            ).all()
            for row in rows:
                try:
                    yield row.seq, sale.decode(bytes(row.entry).partition(b"\n")[2])
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    continue  # a finding of its own
            if len(rows) < READ_AT_ONCE:
                return
            first = rows[-1].seq + 1

    def _over(
        self,
        one: Entry,
        body: sale.ShiftClosed | sale.ShiftSupplement,
        decided: organisations.Decided,
        number: int,
    ) -> None:
        for said in body.sums:
            if abs(said.over) > decided.tolerated(said.currency):
                state = "over" if said.over > 0 else "short"
                self._doubt(
                    one,
                    f"{body.shift} {said.currency} {state}",
                    f"shift {number}: the drawer was {state} by {_shown('over', abs(said.over), said.currency)}: "
                    f"{_shown('counted', said.counted, said.currency)} counted, "
                    f"{_shown('expected', said.expected, said.currency)} expected",
                )


_TAKES: dict[type, Callable[[Drawers, Entry, Any], None]] = {
    sale.ShiftOpened: Drawers._opening,  # noqa: SLF001 - a table of this class's own
    sale.CashCounted: Drawers._counting,  # noqa: SLF001 - as above
    sale.CashMoved: Drawers._moving,  # noqa: SLF001 - as above
    sale.DrawerOpened: Drawers._kicking,  # noqa: SLF001 - as above
    sale.CounterfoilsPrinted: Drawers._counterfoils,  # noqa: SLF001 - as above
    sale.ShiftClosed: Drawers._ending,  # noqa: SLF001 - as above
    sale.ShiftSupplement: Drawers._ending,  # noqa: SLF001 - as above
}


# For people -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShiftRow:
    """A shift with what its kiosk signed; its sums bear the columns of ``shift_sums``."""

    rsu: UUID
    epoch: int
    id: UUID
    number: int
    operator: str
    """The name, where the office knows it."""
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    note: str
    agrees: bool | None
    """Whether the office counts the same; None while it is open, or where it was not counted again."""
    sums: list[Row[Any]]
    supplements: list[Row[Any]]
    counts: list[Row[Any]]


def of_kiosk(c: Connection, rsu: UUID, limit: int = SHIFTS_SHOWN) -> list[ShiftRow]:
    """A kiosk's shifts, the newest first."""
    s, x, k = m.shifts, m.shift_sums, m.cash_counts
    rows = c.execute(
        select(s).where(s.c.rsu_id == rsu).order_by(s.c.epoch.desc(), s.c.opened_seq.desc()).limit(limit)
    ).all()
    ids = [row.shift_id for row in rows]
    sums, counts = (
        _by_shift(
            c.execute(
                select(t).where(t.c.rsu_id == rsu, t.c.shift_id.in_(ids)).order_by(t.c.seq, t.c.currency)
            )
        )
        for t in (x, k)
    )
    known = names(c, [name for row in rows for name in (row.operator, row.closed_by)])
    return [
        ShiftRow(
            row.rsu_id,
            row.epoch,
            row.shift_id,
            row.number,
            known.get(row.operator, row.operator),
            row.opened_at,
            row.closed_at,
            known.get(row.closed_by, row.closed_by or ""),
            row.note or "",
            row.agrees,
            [one for one in sums[row.epoch, row.shift_id] if one.supplement == 0],
            [one for one in sums[row.epoch, row.shift_id] if one.supplement],
            counts[row.epoch, row.shift_id],
        )
        for row in rows
    ]


def _by_shift(rows: Iterable[Row[Any]]) -> defaultdict[tuple[int, UUID], list[Row[Any]]]:
    found: defaultdict[tuple[int, UUID], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.epoch, row.shift_id].append(row)
    return found


def names(c: Connection, people: Iterable[str | None]) -> dict[str, str]:
    """The names of those whom the office knows, by the ids that journals hold."""
    u = m.users
    ids = {one for one in people if one and _UUID(one)}
    return {
        str(row.id): row.display_name
        for row in c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(ids)))
    }


@dataclass(frozen=True)
class DrawerRow:
    """Something done at a drawer for no sale: it was opened, or cash went in or out."""

    at: datetime
    what: str
    """``no_sale``, ``void``, ``payout``, ``count``, ``moved``."""
    by: str
    approved_by: str
    reason: str
    amount: int | None
    currency: str


def at_drawer(c: Connection, rsu: UUID, limit: int = ROWS_SHOWN) -> list[DrawerRow]:
    """What was done at a kiosk's drawer for no sale, the newest first."""
    d, k = m.drawer_openings, m.cash_moves
    opened = c.execute(
        select(d)
        .where(d.c.rsu_id == rsu, d.c.reason != "moved")
        .order_by(d.c.at.desc(), d.c.seq.desc())
        .limit(limit)
    ).all()
    moved = c.execute(
        select(k).where(k.c.rsu_id == rsu).order_by(k.c.at.desc(), k.c.seq.desc()).limit(limit)
    ).all()
    known = names(
        c,
        [one for row in opened for one in (row.opened_by, row.approved_by)]
        + [one for row in moved for one in (row.moved_by, row.approved_by)],
    )
    rows = [
        DrawerRow(
            row.at,
            row.reason,
            known.get(row.opened_by, row.opened_by),
            known.get(row.approved_by, row.approved_by or ""),
            "",
            None,
            "",
        )
        for row in opened
    ] + [
        DrawerRow(
            row.at,
            "moved",
            known.get(row.moved_by, row.moved_by),
            known.get(row.approved_by, row.approved_by or ""),
            row.reason,
            row.amount,
            row.currency,
        )
        for row in moved
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


@dataclass(frozen=True)
class EventCash:
    """What a kiosk's closed shifts say of an event's cash, minor units of its currency."""

    counted: int = 0
    """Counted, less the floats and what was put in or taken out for no sale."""
    expected: int = 0
    """The same of what should have been there."""
    closed: int = 0
    open: int = 0
    differing: int = 0
    """Shifts whose signed sums the office could not count again."""
    shared: bool = False
    """In one of them another event was sold too: its money lay in the same drawer."""

    @property
    def over(self) -> int:
        """What was counted beyond what was expected; below 0 it is short."""
        return self.counted - self.expected


def kept_of_void() -> ColumnElement[int]:
    """What of a void order's cash stayed in the kiosk's drawer; of ``orders`` outer-joined with ``voids``.

    The drawer's money follows from the kiosk's own journal: what its void gave back is gone. What the office made void
    is paid back at the desk, and lies in the drawer still, unless the kiosk's journal says that it gave it back too.
    """
    o, v = m.orders, m.voids
    own = o.c.total_amount - o.c.card_amount
    return own - func.coalesce(v.c.returned, case((v.c.source == "office", 0), else_=own))


def voids_of_event(c: Connection, event: UUID) -> Sequence[Row[Any]]:
    """The event's void orders, tests aside, by ``rsu_id``, ``epoch`` and ``currency``: what of their cash was ``kept``,
    and of the misprints among them the ``orders``, ``numbers`` and ``amount``.
    """
    o, v = m.orders, m.voids
    misprint = v.c.kind == "misprint"
    return c.execute(
        select(
            o.c.rsu_id,
            o.c.epoch,
            o.c.currency,
            func.sum(kept_of_void()).label("kept"),
            func.count().filter(misprint).label("orders"),
            func.coalesce(func.sum(o.c.ticket_count).filter(misprint), 0).label("numbers"),
            func.coalesce(func.sum(o.c.total_amount).filter(misprint), 0).label("amount"),
        )
        .select_from(v.join(o, o.c.id == v.c.order_id))
        .where(v.c.event_id == event, o.c.event_id == event, o.c.payment_status == "void", ~o.c.is_test)
        .group_by(o.c.rsu_id, o.c.epoch, o.c.currency)
    ).all()


_OF_EVENT = text("""
    WITH held AS (SELECT DISTINCT rsu_id, epoch FROM rsu_allocations WHERE raffle_event_id = :event), concerned AS (
        SELECT s.*, EXISTS (SELECT FROM orders o WHERE o.rsu_id = s.rsu_id AND o.epoch = s.epoch
                AND o.quarantine_id IS NULL AND o.journal_seq > s.opened_seq
                AND o.journal_seq < coalesce(s.closed_seq, 9223372036854775807)
                AND o.event_id <> :event AND NOT o.is_test) AS shared
        FROM shifts s JOIN held h ON h.rsu_id = s.rsu_id AND h.epoch = s.epoch
        WHERE EXISTS (SELECT FROM orders o WHERE o.rsu_id = s.rsu_id AND o.epoch = s.epoch AND o.quarantine_id IS NULL
                AND o.journal_seq > s.opened_seq AND o.journal_seq < coalesce(s.closed_seq, 9223372036854775807)
                AND o.event_id = :event AND NOT o.is_test)
            OR EXISTS (SELECT FROM voids v WHERE v.event_id = :event AND v.rsu_id = s.rsu_id AND v.epoch = s.epoch
                AND v.seq > s.opened_seq AND v.seq < coalesce(s.closed_seq, 9223372036854775807))
            OR EXISTS (SELECT FROM rsu_journal j WHERE j.kind = 'paid' AND j.rsu_id = s.rsu_id AND j.epoch = s.epoch
                AND j.seq > s.opened_seq AND j.seq < coalesce(s.closed_seq, 9223372036854775807)
                AND position(CAST(:name AS bytea) IN j.entry) > 0)
    )
    SELECT s.rsu_id, s.epoch, count(*) FILTER (WHERE s.closed_seq IS NOT NULL) AS closed,
        count(*) FILTER (WHERE s.closed_seq IS NULL) AS open, count(*) FILTER (WHERE NOT s.agrees) AS differing,
        bool_or(s.shared) AS shared, coalesce(sum(x.counted), 0) AS counted, coalesce(sum(x.expected), 0) AS expected
    FROM concerned s LEFT JOIN LATERAL (
        SELECT sum(u.counted - u.float - u.moved) AS counted, sum(u.expected - u.float - u.moved) AS expected
        FROM shift_sums u WHERE u.rsu_id = s.rsu_id AND u.epoch = s.epoch AND u.shift_id = s.shift_id
            AND u.currency = :currency
    ) x ON true
    GROUP BY s.rsu_id, s.epoch
""")


def of_event(c: Connection, event: UUID, currency: str) -> dict[tuple[UUID, int], EventCash]:
    """By enrolment: the cash of the shifts in which the event was sold, given back or paid out (Y9)."""
    values = {"event": event, "name": str(event).encode(), "currency": currency}
    return {
        (row.rsu_id, row.epoch): EventCash(
            int(row.counted), int(row.expected), row.closed, row.open, row.differing, bool(row.shared)
        )
        for row in c.execute(_OF_EVENT, values)
    }


def _fits(said: ShiftSum) -> bool:
    return _CURRENCY(said.currency) is not None and all(
        abs(getattr(said, name)) <= AMOUNT_MAX for name in SUMS
    )


def _clean(value: str) -> str:
    """A text that PostgreSQL can hold, cut to its limit."""
    return value[:TEXT_CHARS_MAX].replace("\x00", "\ufffd")


def _shown(name: str, amount: int, currency: str) -> str:
    if name.endswith("_count"):
        return str(amount)
    return money.text(amount, currency) if money.known(currency) else f"{amount} {currency}"
