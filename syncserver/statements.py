"""Statements: the rows of an event's reports, streamed out of the database however many there are.

A row is plain: names of people are told, moments are moments, amounts are minor units with their currency beside
them. What stands in which report, and under which title, is the business of ``reports``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    TextClause,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared import numbers
from shared.errors import Refused
from shared.games import raffle
from shared.numbers import VALIDATION_LENGTH
from syncserver import books, events, reconcile, shifts
from syncserver import models as m
from syncserver.books import Sum, UnitTotals, line_of, parts
from syncserver.office import Office
from syncserver.shifts import EventCash

NUMBER_STATES: Final = {
    "sold": "Sold and valid",
    "void": "Void",
    "misprint": "Misprint",
    "quarantined": "In doubt, in no pool",
    "invalid": "Tests, or excluded by a decision",
    "returned": "Given back unsold",
    "lost": "Lost with an enrolment that is gone, or was left out",
    "unaccounted": "Not accounted for yet",
    "not handed out": "Never handed out",
}
"""The ends that a number comes to, as ``reconcile.number_counts`` names them, in words."""
SPANS_MAX = 2_000
"""Runs of numbers written out in one cell."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch

Cells = dict[str, Any]
"""One row by its fields' names, with ``currency`` beside amounts."""


@dataclass(frozen=True)
class Asked:
    """What a long table is narrowed to; empty: everything."""

    unit: UUID | None = None
    status: str = ""
    code: str = ""
    severity: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass
class Scope:
    """The event that is reported on, and in whose name and moment."""

    office: Office
    c: Connection
    event: Row[Any]
    asked: Asked = field(default_factory=Asked)
    _names: dict[str, str] | None = None
    _totals: list[UnitTotals] | None = None

    @property
    def id(self) -> UUID:
        """The event's id."""
        return UUID(str(self.event.id))

    @property
    def totals(self) -> list[UnitTotals]:
        """The event's totals, counted once: it reads every order, and several tables need them."""
        if self._totals is None:
            self._totals = books.totals(self.c, self.id)
        return self._totals

    @property
    def zone(self) -> ZoneInfo:
        """The venue's zone."""
        try:
            return ZoneInfo(self.event.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def name(self, person: object) -> str:
        """The name of a person who is known by id; what else was written stays as it is."""
        if person is None or person == "":
            return ""
        if self._names is None:
            u, ou = m.users, m.organization_users
            mine = select(ou.c.user_id).where(ou.c.organization_id == self.event.organization_id)
            rows = self.c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(mine)))
            self._names = {str(row.id): row.display_name for row in rows}
        known = self._names.get(str(person))
        if known is None and _UUID(str(person)):
            found = select(m.users.c.display_name).where(m.users.c.id == UUID(str(person)))
            known = self.c.execute(found).scalar_one_or_none()
            if known is not None:
                self._names[str(person)] = known
        return known or str(person)


Source = Callable[[Scope, int | None, int], Iterator[Cells]]
"""The rows of a table, from an offset on and at most so many; None: all, streamed."""


def scope(office: Office, c: Connection, event: UUID, asked: Asked | None = None) -> Scope:
    """What is reported on. ``Refused`` (``unknown_event``) where there is no such event."""
    e, v, g = m.raffle_events, m.venues, m.organizations
    row = c.execute(
        select(
            e,
            v.c.name.label("venue"),
            func.coalesce(v.c.timezone, "UTC").label("timezone"),
            m.addresses.c.city,
            g.c.name.label("organisation"),
            func.coalesce(e.c.licence_number, g.c.license_number).label("licence"),
        )
        .join(g, g.c.id == e.c.organization_id)
        .outerjoin(v, v.c.id == e.c.venue_id)
        .outerjoin(m.addresses, m.addresses.c.id == v.c.address_id)
        .where(e.c.id == event)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    return Scope(office, c, row, asked or Asked())


def runs(spans: Iterable[tuple[int, int]]) -> str:
    """Runs of numbers, first and last: ``1 to 5, 9``; a dash would make dates of them in a spreadsheet."""
    held = list(spans)
    shown = ", ".join(
        f"{first} to {last}" if last > first else str(first) for first, last in held[:SPANS_MAX]
    )
    return shown + (f" and {len(held) - SPANS_MAX} more runs" if len(held) > SPANS_MAX else "")


def _numbers_of_order() -> ColumnElement[str]:
    t = m.tickets
    place = t.c.draw_number - func.row_number().over(order_by=t.c.draw_number)
    held = select(t.c.draw_number.label("number"), place.label("run")).where(t.c.order_id == m.orders.c.id)
    run = held.correlate(m.orders).subquery()
    first, last = func.min(run.c.number), func.max(run.c.number)
    shown = case((last > first, func.concat(first, " to ", last)), else_=cast(first, Text))
    spans = (
        select(first.label("first"), shown.label("shown")).group_by(run.c.run).correlate(m.orders).subquery()
    )
    joined = func.string_agg(spans.c.shown, aggregate_order_by(literal(", "), spans.c.first), type_=Text())
    apart = select(joined).correlate(m.orders).scalar_subquery()
    # Nearly every order's numbers follow each other: then first, last and count say it, at a third of the cost.
    least, most, count = func.min(t.c.draw_number), func.max(t.c.draw_number), func.count()
    shown = case(
        (count == 1, cast(least, Text)),
        (most - least == count - 1, func.concat(least, " to ", most)),
        else_=apart,
    )
    return select(shown).where(t.c.order_id == m.orders.c.id).correlate(m.orders).scalar_subquery()


def _validation_shown() -> ColumnElement[str]:
    number = m.orders.c.validation_number
    groups = [func.substr(number, at, 4) for at in range(1, VALIDATION_LENGTH, 4)]
    any_length = func.regexp_replace(number, "(.{4})(?=.)", r"\1-", "g", type_=Text())
    # A pattern takes four times as long.
    return case(
        (func.length(number) == VALIDATION_LENGTH, func.concat_ws("-", *groups, type_=Text())),
        else_=any_length,
    )


VALIDATION_SHOWN: Final = _validation_shown()
"""The order's validation number as ``numbers.show_validation`` writes it."""
NUMBERS_OF_ORDER: Final = _numbers_of_order()
"""All draw numbers of the order of the query's row, as :func:`runs` writes them."""


def _event_totals(here: Scope) -> dict[str, UnitTotals]:
    """By currency, the event's own first, also where nothing was sold."""
    currency = str(here.event.currency)
    found = books.by_currency(here.totals)
    first = found.pop(currency, UnitTotals(None, None, "", "", currency))
    return {currency: first, **found}


# The rows of the reports ----------------------------------------------------------------------------


def cut_rows(rows: Iterable[Cells], limit: int | None, offset: int) -> Iterator[Cells]:
    """Rows that are few, cut to what is asked for."""
    held = list(rows)
    yield from held[offset : None if limit is None else offset + limit]


def _named(part: str, one: Sum) -> Cells:
    return {f"{part}_orders": one.orders, f"{part}_numbers": one.numbers, f"{part}_amount": one.amount}


def sales(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """What was sold, what became of it, and what stands."""
    rows: list[Cells] = []
    tax = events.settings(here.event.configuration).tax
    held = _event_totals(here)
    kept = any(one.kept for one in held.values())
    for currency, one in held.items():
        rows += [
            {
                "what": what,
                "orders": part.orders if counted else None,
                "numbers": part.numbers if counted else None,
                "amount": part.amount,
                "currency": currency,
            }
            for what, part, counted in (
                ("Sold", one.sold, True),
                ("Voided, money given back", one.void, True),
                ("Misprinted, money given back", one.misprint, True),
                ("Refunded without a void; refunds of void orders stand above", one.refunded, True),
                ("Money that should be there", one.expected, True),
                *([(f"Of it tax: {tax.title()}", Sum(amount=one.tax), False)] if tax is not None else []),
                ("Of it paid by card", Sum(amount=one.card), False),
                ("Prizes paid out at kiosks", Sum(amount=one.paid), False),
                *(
                    [("Void, given back at the desk and not out of a drawer", Sum(amount=one.kept), False)]
                    if kept
                    else []
                ),
                ("Cash that should be in the drawers", Sum(amount=one.cash), False),
                ("Of it in doubt, or excluded by a decision", one.doubt, True),
                ("Sales that stand", one.standing, True),
                ("Tests, no money taken", one.test, True),
            )
        ]
    yield from cut_rows(rows, limit, offset)


def draw_numbers(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """What became of each of the event's draw numbers: every number is counted once (N2)."""
    counts = reconcile.number_counts(here.c, here.id)
    x, o = m.exclusions, m.orders
    left_out = here.c.execute(
        select(func.coalesce(func.sum(o.c.ticket_count), 0))
        .join(x, x.c.order_id == o.c.id)
        .where(x.c.event_id == here.id, x.c.lifted_at.is_(None), o.c.payment_status == "paid")
    ).scalar_one()
    kept = here.event.ticket_allocation
    first, last = int(kept["first"]), int(kept["last"])
    rows = [(f"On offer, {first:,} to {last:,}", last - first + 1)]
    rows += [(words, counts.get(state, 0)) for state, words in NUMBER_STATES.items()]
    rows.append(("Of the sold: in no pool, by a decision about their buyer", int(left_out)))
    yield from cut_rows(({"what": what, "numbers": count} for what, count in rows), limit, offset)


_FIGURES = """
    coalesce(sum(s.orders) FILTER (WHERE s.payment_status IN ('paid', 'void', 'refunded')), 0) AS sold_orders,
    coalesce(sum(s.tickets) FILTER (WHERE s.payment_status IN ('paid', 'void', 'refunded')), 0) AS sold_numbers,
    coalesce(sum(s.orders * s.price) FILTER (WHERE s.payment_status IN ('paid', 'void', 'refunded')), 0) AS sold_amount,
    coalesce(sum(s.orders) FILTER (WHERE s.payment_status = 'void'), 0) AS void_orders,
    coalesce(sum(s.orders * s.price) FILTER (WHERE s.payment_status = 'void'), 0) AS void_amount
"""
# A package has one price, in one currency; what was sold in another has none to stand beside it.
_PRICE = "CASE WHEN p.currency = s.currency THEN p.price END AS price"
BY_PACKAGE = text(f"""
    SELECT coalesce(p.name, 'unknown package') AS package, p.ticket_count AS each, {_PRICE}, s.currency, {_FIGURES}
    FROM order_sums s LEFT JOIN ticket_packages p ON p.id = s.package_id
    WHERE s.event_id = :event AND NOT s.is_test AND s.orders <> 0
    GROUP BY p.id, p.name, p.ticket_count, p.price, p.currency, p.display_order, s.currency
    ORDER BY p.display_order, p.price, p.name, s.currency
""")  # noqa: S608 - our own constant
BY_UNIT_AND_PACKAGE = text(f"""
    SELECT coalesce(r.name, 'Office') AS unit, coalesce(r.device_identifier, '') AS device,
        coalesce(p.name, 'unknown package') AS package, {_PRICE}, s.currency, {_FIGURES}
    FROM order_sums s LEFT JOIN ticket_packages p ON p.id = s.package_id LEFT JOIN rsus r ON r.id = s.rsu_id
    WHERE s.event_id = :event AND NOT s.is_test AND s.orders <> 0
    GROUP BY r.id, r.name, r.device_identifier, p.id, p.name, p.price, p.currency, p.display_order, s.currency
    ORDER BY r.name, r.id, p.display_order, p.price, p.name, s.currency
""")  # noqa: S608 - our own constant


def plain_rows(wanted: TextClause) -> Source:
    """The rows of a query that has few and takes the event alone."""

    def rows(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
        found = here.c.execute(wanted, {"event": here.id}).mappings()
        yield from cut_rows((_whole(row) for row in found), limit, offset)

    return rows


def _whole(row: Any) -> Cells:
    """A row of sums, which PostgreSQL gives as decimals."""
    return {
        name: int(value) if name.endswith(("_orders", "_numbers", "_amount")) else value
        for name, value in row.items()
    }


# Only what is official is told; of a result that was given up it is said. Linked events are drawn in another's draw.
_RESULTS = text("""
    SELECT d.raffle_event_id, d.attempt, d.plan, d.kind, r.position, r.winner, r.reserve, r.winning_number AS number,
        r.prize_value_at_draw AS worth, r.selected_at AS called_at, p.name AS prize, o.validation_number AS validation,
        e.currency, k.claimed_at AS paid_at, k.amount AS paid, k.desk, k.delivered_at, k.verified_by,
        f.kind AS given_up, f.agreed_at AS given_up_at, before.winning_number AS in_place_of,
        EXISTS (SELECT FROM forfeits b WHERE b.promoted_id = r.id) AS promoted
    FROM draw_results r JOIN draw_executions d ON d.id = r.draw_execution_id
        JOIN raffle_events e ON e.id = d.raffle_event_id JOIN prizes p ON p.id = r.prize_id
        LEFT JOIN tickets t ON t.id = r.winning_ticket_id LEFT JOIN orders o ON o.id = t.order_id
        LEFT JOIN prize_claims k ON k.draw_result_id = r.id
        LEFT JOIN forfeits f ON f.draw_result_id = r.id AND f.agreed_at IS NOT NULL
        LEFT JOIN draw_results before ON before.id = r.replaces_id
    WHERE (d.raffle_event_id = :event OR t.event_id = :event) AND d.official_at IS NOT NULL
    ORDER BY d.attempt, r.position, r.winner
""")


def _counts(row: Row[Any]) -> bool:
    """Whether a result is somebody's prize: no reserve in waiting, and not given up."""
    return (not row.reserve or row.promoted) and row.given_up is None


def _claim_words(row: Row[Any]) -> str:
    if row.given_up is not None:
        return f"given up: {row.given_up}"
    if row.delivered_at is not None:
        return "paid and delivered"
    if row.paid_at is not None:
        return "paid"
    return "in line, if another falls out" if row.reserve and not row.promoted else "not claimed yet"


def winners(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """The official winning numbers in the order in which they were drawn, and whether they were claimed."""
    rows = (
        {
            "attempt": row.attempt,
            "position": row.position,
            "prize": row.prize,
            "winner": row.winner,
            "number": row.number,
            "validation": numbers.show_validation(row.validation or ""),
            "worth": row.worth,
            "called_at": row.called_at,
            "claim": _claim_words(row),
            "paid": row.paid,
            "paid_at": row.paid_at,
            "paid_by": here.name(row.verified_by),
            "desk": row.desk or "",
            "in_place_of": row.in_place_of,
            "currency": row.currency,
        }
        for row in here.c.execute(_RESULTS, {"event": here.id})
    )
    yield from cut_rows(rows, limit, offset)


def distribution(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Sales against prizes; results that were given up, and reserves in waiting, are nobody's prize."""
    found = here.c.execute(_RESULTS, {"event": here.id})
    held = [row for row in found if _counts(row) and row.raffle_event_id == here.id]
    currency = str(here.event.currency)
    sales = _event_totals(here)[currency].standing.amount
    won = sum(row.worth for row in held)
    paid = sum(row.paid or 0 for row in held)
    base = events.prize_base(here.c, here.id)
    rows = [
        ("Sales that stand", sales),
        *([("What shares are reckoned from, by the event's rules", base)] if base != sales else []),
        ("Prizes awarded", won),
        ("Of them paid out", paid),
        ("Of them not claimed yet", sum(row.worth for row in held if row.paid_at is None)),
        ("Sales less prizes awarded", sales - won),
    ]
    shown = (
        {
            "what": what,
            "amount": amount,
            "share": (2 * amount * raffle.BASIS_POINTS + sales) // (2 * sales) if sales else None,
            "currency": currency,
        }
        for what, amount in rows
    )
    yield from cut_rows(shown, limit, offset)


_ATTEMPTS = text("""
    SELECT d.*, (SELECT string_agg(p.pool || ': ' || p.size, ', ' ORDER BY p.pool) FROM draw_pools p
        WHERE p.draw_execution_id = d.id) AS pools
    FROM draw_executions d WHERE d.raffle_event_id = :event ORDER BY d.attempt
""")


def attempts(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Every attempt at a draw of the event, and how it ended."""
    rows = (
        {
            "attempt": row.attempt,
            "plan": row.plan,
            "kind": row.kind,
            "method": _method(row.entropy_source or {}),
            "state": "given up"
            if row.state == "failed"
            else "official"
            if row.official_at
            else "not official",
            "pools": row.pools or "",
            "frozen_at": row.manifest_published_at,
            "manifest": row.manifest_sha256 or "",
            "seed": row.seed_sha256 or "",
            "entropy": row.public_entropy or "",
            "official_at": row.official_at,
            "conducted_by": "the worker" if row.automatic else here.name(row.conducted_by),
            "agreed_by": here.name(row.agreed_by),
            "official_by": here.name(row.official_by),
            "note": "; ".join(filter(None, (row.reason, row.failure))),
        }
        for row in here.c.execute(_ATTEMPTS, {"event": here.id})
    )
    yield from cut_rows(rows, limit, offset)


def _method(source: Mapping[str, Any]) -> str:
    """How chance came in, in words."""
    words = {
        "none": "generator, without public chance",
        "manual": "drawn by hand from counterfoils",
        "dice": f"generator and {' dice of '.join(str(source.get('form', '')).split('d'))} sides",
        "digits": f"generator and {source.get('count', '')} digits",
        "drand": f"generator and drand round {source.get('round', '')}",
        "nist": f"generator and the NIST pulse of {source.get('time', '')}",
    }
    said = str(source.get("source", ""))
    return words.get(said, said)


# Bearer tickets and voids

_ISLANDS = text("""
    SELECT order_id, min(draw_number) AS first, max(draw_number) AS last FROM (
        SELECT order_id, draw_number, draw_number - row_number() OVER (PARTITION BY order_id ORDER BY draw_number) AS run
        FROM tickets WHERE order_id = ANY(:orders)) AS t
    GROUP BY order_id, run ORDER BY order_id, first
""")
_THEIR_ENTRIES = text("""
    SELECT o.id, o.line_no, coalesce(q.entry, j.entry) AS entry FROM orders o
        LEFT JOIN rsu_quarantine q ON q.id = o.quarantine_id
        LEFT JOIN rsu_journal j ON o.quarantine_id IS NULL AND j.rsu_id = o.rsu_id AND j.epoch = o.epoch
            AND j.seq = o.journal_seq
    WHERE o.id = ANY(:orders)
""")


def _order_numbers(c: Connection, part: Sequence[Row[Any]]) -> dict[UUID, str]:
    """The draw numbers of these orders (``id``, ``ticket_count``), as their tickets say.

    Where not all of them have a ticket here (numbers sold twice, or out of a block), as the sale itself says.
    """
    held: defaultdict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for row in c.execute(_ISLANDS, {"orders": [row.id for row in part]}):
        held[row.order_id].append((row.first, row.last))
    short = [
        row.id for row in part if sum(last - first + 1 for first, last in held[row.id]) != row.ticket_count
    ]
    if short:
        for row in c.execute(_THEIR_ENTRIES, {"orders": short}):
            line = line_of(row.entry, row.line_no)
            if line is not None:
                held[row.id] = [(span.first, span.last) for span in line.ranges]
    return {order: runs(spans) for order, spans in held.items()}


def _status() -> ColumnElement[str]:
    """What became of an order; of ``orders`` outer-joined with ``voids``."""
    o, v, f, t, x = m.orders, m.voids, m.findings, m.tickets, m.exclusions
    undecided = (
        select(f.c.id)
        .where(
            f.c.event_id == o.c.event_id,
            f.c.decided_at.is_(None),
            f.c.blocking,
            f.c.subject == cast(o.c.id, Text),
        )
        .exists()
    )
    doubted = select(t.c.id).where(t.c.order_id == o.c.id, t.c.state == "quarantined").exists()
    left_out = (
        select(x.c.id)
        .where(x.c.event_id == o.c.event_id, x.c.order_id == o.c.id, x.c.lifted_at.is_(None))
        .exists()
    )
    failed = func.coalesce(o.c.offline_sync_status, "") == "failed"
    return case(
        (o.c.is_test, "test"),
        (o.c.payment_status == "void", func.coalesce(v.c.kind, "void")),
        (o.c.payment_status != "paid", o.c.payment_status),
        (and_(failed, or_(undecided, doubted)), "in doubt"),
        (failed, "excluded"),
        (left_out, "sold, in no pool"),
        else_="sold",
    )


STATUSES: Final = (
    "sold", "void", "misprint", "in doubt", "excluded", "sold, in no pool", "test", "refunded",
)  # fmt: skip
"""What :func:`_status` says, for choosing."""


def _bearer_query(here: Scope) -> Select[Any]:
    o, v, r, p = m.orders, m.voids, m.rsus, m.ticket_packages
    t, w, d, k, f = m.tickets, m.draw_results, m.draw_executions, m.prize_claims, m.forfeits
    up = f.alias()
    won = (
        select(t.c.order_id, func.count().label("won"), func.count(k.c.id).label("paid"))
        .select_from(
            w.join(d, d.c.id == w.c.draw_execution_id)
            .join(t, t.c.id == w.c.winning_ticket_id)
            .outerjoin(k, k.c.draw_result_id == w.c.id)
            .outerjoin(f, and_(f.c.draw_result_id == w.c.id, f.c.agreed_at.is_not(None)))
        )
        .where(
            t.c.event_id == here.id,
            d.c.official_at.is_not(None),
            f.c.id.is_(None),
            or_(~w.c.reserve, select(up.c.id).where(up.c.promoted_id == w.c.id).exists()),
        )
        .group_by(t.c.order_id)
        .subquery()
    )
    status = _status()
    wanted = (
        select(
            o.c.id,
            o.c.validation_number,
            o.c.ticket_count,
            o.c.total_amount,
            o.c.currency,
            func.coalesce(o.c.offline_created_at, o.c.created_at).label("sold_at"),
            o.c.operator_id,
            func.coalesce(r.c.name, "Office").label("unit"),
            func.coalesce(r.c.device_identifier, "").label("device"),
            p.c.name.label("package"),
            status.label("status"),
            won.c.won,
            won.c.paid,
        )
        .select_from(
            o.outerjoin(v, v.c.order_id == o.c.id)
            .outerjoin(r, r.c.id == o.c.rsu_id)
            .outerjoin(p, p.c.id == o.c.package_id)
            .outerjoin(won, won.c.order_id == o.c.id)
        )
        .where(o.c.event_id == here.id)
        .order_by(o.c.id)
    )
    if here.asked.unit is not None:
        wanted = wanted.where(o.c.rsu_id == here.asked.unit)
    if here.asked.status:
        wanted = wanted.where(status == here.asked.status)
    return wanted


def _cut(wanted: Select[Any], limit: int | None, offset: int) -> Select[Any]:
    return wanted if limit is None else wanted.limit(limit).offset(offset)


def bearer_tickets(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Every ticket that was sold."""
    for part in parts(here.c, _cut(_bearer_query(here), limit, offset), streamed=limit is None):
        listed = _order_numbers(here.c, part)
        for row in part:
            yield {
                "validation": numbers.show_validation(row.validation_number),
                "numbers": listed.get(row.id, ""),
                "count": row.ticket_count,
                "package": row.package or "unknown package",
                "price": row.total_amount,
                "sold_at": row.sold_at,
                "unit": row.unit,
                "device": row.device,
                "operator": here.name(row.operator_id),
                "status": row.status,
                "prize": _prize_words(row.won or 0, row.paid or 0),
                "order": str(row.id),
                "currency": row.currency,
            }


def _prize_words(won: int, paid: int) -> str:
    if not won:
        return ""
    if won == 1:
        return "won, paid" if paid else "won, not claimed yet"
    return f"won {won} prizes, {paid} paid"


def _summed(here: Scope, *which: ColumnElement[bool]) -> list[Cells]:
    """Numbers and amounts of the event's orders, of the kiosk that is asked for, by currency: by their sums."""
    s = m.order_sums
    wanted = (
        select(
            s.c.currency,
            func.sum(s.c.tickets).label("count"),
            func.sum(s.c.orders * s.c.price).label("price"),
        )
        .where(s.c.event_id == here.id, s.c.orders != 0, *which)
        .group_by(s.c.currency)
        .order_by(s.c.currency)
    )
    if here.asked.unit is not None:
        wanted = wanted.where(s.c.rsu_id == here.asked.unit)
    return [
        {"currency": row["currency"], "count": int(row["count"]), "price": int(row["price"])}
        for row in here.c.execute(wanted).mappings()
    ]


def bearer_totals(here: Scope) -> list[Cells]:
    """Numbers and amounts of all tickets that are asked for, by currency."""
    if not here.asked.status:
        return _summed(here)
    found = _bearer_query(here).order_by(None).subquery()
    rows = here.c.execute(
        select(
            found.c.currency,
            func.sum(found.c.ticket_count).label("count"),
            func.sum(found.c.total_amount).label("price"),
        )
        .group_by(found.c.currency)
        .order_by(found.c.currency)
    ).mappings()
    return [
        {"currency": row["currency"], "count": int(row["count"]), "price": int(row["price"])} for row in rows
    ]


def _voids_query(here: Scope) -> Select[Any]:
    o, v, p = m.orders, m.voids, m.ticket_packages
    seller, voider = m.rsus.alias(), m.rsus.alias()
    wanted = (
        select(
            o.c.id,
            o.c.validation_number,
            o.c.ticket_count,
            o.c.total_amount,
            o.c.currency,
            func.coalesce(o.c.offline_created_at, o.c.created_at).label("sold_at"),
            func.coalesce(seller.c.name, "Office").label("unit"),
            func.coalesce(seller.c.device_identifier, "").label("device"),
            case((v.c.source == "office", "Office"), else_=voider.c.name).label("voided_where"),
            p.c.name.label("package"),
            v.c.kind,
            v.c.reason,
            v.c.by_user,
            v.c.by_name,
            v.c.at,
            v.c.acknowledged_at,
            v.c.acknowledged_by,
        )
        .select_from(
            v.join(o, o.c.id == v.c.order_id)
            .outerjoin(seller, seller.c.id == o.c.rsu_id)
            .outerjoin(voider, voider.c.id == v.c.rsu_id)
            .outerjoin(p, p.c.id == o.c.package_id)
        )
        .where(v.c.event_id == here.id, ~o.c.is_test)
        .order_by(v.c.at, v.c.order_id)
    )
    return wanted if here.asked.unit is None else wanted.where(o.c.rsu_id == here.asked.unit)


def voided(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """Every ticket that was made void; tests never counted."""
    for part in parts(here.c, _cut(_voids_query(here), limit, offset), streamed=limit is None):
        listed = _order_numbers(here.c, part)
        for row in part:
            yield {
                "numbers": listed.get(row.id, ""),
                "count": row.ticket_count,
                "validation": numbers.show_validation(row.validation_number),
                "kind": row.kind,
                "reason": row.reason,
                "price": row.total_amount,
                "package": row.package or "unknown package",
                "sold_at": row.sold_at,
                "unit": row.unit,
                "device": row.device,
                "voided_at": row.at,
                "voided_by": here.name(row.by_user or row.by_name),
                "voided_where": row.voided_where or "",
                "acknowledged_at": row.acknowledged_at,
                "acknowledged_by": here.name(row.acknowledged_by),
                "order": str(row.id),
                "currency": row.currency,
            }


def voided_totals(here: Scope) -> list[Cells]:
    """Numbers and amounts of all voids that are asked for, by currency."""
    s = m.order_sums
    return _summed(here, s.c.payment_status == "void", ~s.c.is_test)


# Sales by kiosk


def _counted(drawers: Mapping[tuple[UUID, int], EventCash], one: UnitTotals, currency: str) -> Cells:
    """What this enrolment's closed shifts counted of the event's cash; nothing where they held another's too."""
    found = EventCash()
    if one.rsu is not None and one.epoch is not None and one.currency == currency:
        found = drawers.get((one.rsu, one.epoch), found)
    if not found.closed or found.shared:
        return {"counted_amount": None, "over_amount": None}
    return {"counted_amount": found.counted, "over_amount": found.over}


def units(here: Scope, limit: int | None, offset: int) -> Iterator[Cells]:
    """What each enrolment of each kiosk sold, by currency; also of those that sold nothing."""
    held = list(here.totals)
    own = str(here.event.currency)
    drawers = shifts.of_event(here.c, here.id, own)
    a, r = m.rsu_allocations, m.rsus
    blocks = here.c.execute(select(a.c.rsu_id, a.c.epoch).where(a.c.raffle_event_id == here.id).distinct())
    silent = {(row.rsu_id, row.epoch) for row in blocks} - {(one.rsu, one.epoch) for one in held}
    named = here.c.execute(
        select(r.c.id, r.c.name, r.c.device_identifier).where(r.c.id.in_({rsu for rsu, _ in silent}))
    )
    units = {row.id: row for row in named}
    held += [
        UnitTotals(rsu, epoch, units[rsu].name, units[rsu].device_identifier, own) for rsu, epoch in silent
    ]
    held.sort(key=lambda one: (one.rsu is None, one.name, one.epoch or 0, one.currency))
    rows = (
        {
            "unit": one.name,
            "device": one.device,
            "epoch": one.epoch,
            **_named("sold", one.sold),
            **_named("void", one.void),
            **_named("misprint", one.misprint),
            "refunded_amount": one.refunded.amount,
            "expected_amount": one.expected.amount,
            "card_amount": one.card,
            "paid_amount": one.paid,
            "tax_amount": one.tax,
            "kept_amount": one.kept,
            "drawer_amount": one.cash,
            **_counted(drawers, one, own),
            **_named("doubt", one.doubt),
            **_named("standing", one.standing),
            "test_orders": one.test.orders,
            "currency": one.currency,
        }
        for one in held
    )
    yield from cut_rows(rows, limit, offset)
