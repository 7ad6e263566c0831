"""Reports: an event's books as the standard lists them, the same columns on screen, on paper and as CSV.

They are the seven reports of GLI-31 v1.1, section 2.8.1, and a summary; :data:`REPORTS` is the one place that says
what stands in them. Their totals are counted once more out of the raw journal entries by :func:`books.check`.

CSV is of RFC 4180 in UTF-8 with a header row. Amounts stand in major units, with a point, and their currency in a
column of its own; moments in the venue's time with their distance from UTC, and the zone's name in a column of its own.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Text, case, func, select

from shared import draw as fair
from shared import money
from shared.errors import Refused
from shared.games import raffle
from syncserver import events, incidents, sheets, statements
from syncserver import models as m
from syncserver.statements import Cells, Scope, Source

ROWS_AT_ONCE = 1_000
FORMULA: Final = frozenset("=+-@\t\r")
"""What a spreadsheet takes for the beginning of a formula."""

ORDER_COLUMNS = (
    "order_id", "event_id", "event", "validation_number", "package", "rsu", "amount", "currency", "payment_status",
    "tickets", "draw_numbers", "sold_at", "operator_id", "operator", "test", "doubtful",
)  # fmt: skip
TICKET_COLUMNS = ("event_id", "draw_number", "state", "order_id", "validation_number", "rsu")


# Plain lists ----------------------------------------------------------------------------------------


def orders_csv(c: Connection, event: UUID | None = None) -> Iterator[bytes]:
    """All orders (of one event) as CSV, amounts in major units.

    Validation numbers and draw numbers stand there as the pages and the paper write them.
    """
    o = m.orders
    sold_at = func.coalesce(o.c.offline_created_at, o.c.created_at)
    cells = (
        sheets.Cell(o.c.id),
        sheets.Cell(o.c.event_id),
        sheets.Cell(m.raffle_events.c.name),
        sheets.Cell(statements.VALIDATION_SHOWN),
        sheets.Cell(m.ticket_packages.c.name),
        sheets.Cell(m.rsus.c.name),
        sheets.Cell(o.c.total_amount, amount=True),
        sheets.Cell(o.c.currency),
        sheets.Cell(o.c.payment_status),
        sheets.Cell(o.c.ticket_count),
        sheets.Cell(statements.NUMBERS_OF_ORDER),
        sheets.Cell(_moment(sold_at)),
        sheets.Cell(o.c.operator_id),
        sheets.Cell(m.users.c.display_name),
        sheets.Cell(_truth(o.c.is_test)),
        sheets.Cell(_truth(func.coalesce(o.c.offline_sync_status, "") == "failed")),
    )
    wanted = (
        select(o.c.id)
        .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
        .outerjoin(m.users, m.users.c.id == o.c.operator_id)
        .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .order_by(o.c.event_id, o.c.id)
    )
    if event is not None:
        wanted = wanted.where(o.c.event_id == event)
    yield lines([ORDER_COLUMNS]).encode()
    yield from sheets.rows(c, wanted, cells, currency=o.c.currency)


def tickets_csv(c: Connection, event: UUID) -> Iterator[bytes]:
    """All tickets of an event as CSV, by draw number."""
    t, o = m.tickets, m.orders
    cells = (
        t.c.event_id,
        t.c.draw_number,
        t.c.state,
        t.c.order_id,
        statements.VALIDATION_SHOWN,
        m.rsus.c.name,
    )
    wanted = (
        select(t.c.id)
        .join(o, o.c.id == t.c.order_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .where(t.c.event_id == event)
        .order_by(t.c.draw_number)
    )
    yield lines([TICKET_COLUMNS]).encode()
    yield from sheets.rows(c, wanted, [sheets.Cell(one) for one in cells])


def _moment(at: ColumnElement[Any]) -> ColumnElement[str]:
    """To the microsecond where it has any, with its distance from UTC."""
    second = func.to_char(at, "YYYY-MM-DD HH24:MI:SS", type_=Text())
    part = func.to_char(at, ".US", type_=Text())
    return (
        second + func.replace(part, ".000000", "", type_=Text()) + func.to_char(at, "TZH:TZM", type_=Text())
    )


def _truth(value: ColumnElement[bool]) -> ColumnElement[str]:
    return case((value, "True"), (~value, "False"))


def pool_csv(c: Connection, draw: UUID, pool: str = raffle.MAIN_POOL) -> Iterator[str]:
    """A frozen pool as CSV with the one column ``draw_number``; ``tombola-verify --pool`` reads it."""
    p = m.draw_pools
    size = c.execute(
        select(p.c.size).where(p.c.draw_execution_id == draw, p.c.pool == pool)
    ).scalar_one_or_none()
    if size is None:
        raise Refused("unknown_pool", "There is no such pool.")
    yield "draw_number\n"
    at = fair.NUMBER_BYTES * ROWS_AT_ONCE
    for start in range(0, size * fair.NUMBER_BYTES, at):
        part = bytes(
            c.execute(
                select(func.substr(p.c.numbers, start + 1, at)).where(
                    p.c.draw_execution_id == draw, p.c.pool == pool
                )
            ).scalar_one()
        )
        listed = (
            int.from_bytes(part[i : i + fair.NUMBER_BYTES]) for i in range(0, len(part), fair.NUMBER_BYTES)
        )
        yield "".join(f"{number}\n" for number in listed)


def summary(c: Connection, event: UUID) -> dict[str, Any]:
    """An event's figures: sales, voids, tickets by state, and the same by kiosk and package; minor units."""
    o, t, e = m.orders, m.tickets, m.raffle_events
    row = c.execute(select(e.c.name, e.c.currency, e.c.state).where(e.c.id == event)).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    standing = o.c.payment_status == "paid"
    figures = (
        func.count().filter(standing).label("orders"),
        func.coalesce(func.sum(o.c.ticket_count).filter(standing), 0).label("tickets"),
        func.coalesce(func.sum(o.c.total_amount).filter(standing), 0).label("amount"),
        func.count().filter(o.c.payment_status == "void").label("voids"),
        func.coalesce(func.sum(o.c.total_amount).filter(o.c.payment_status == "void"), 0).label("voided"),
    )
    real = (o.c.event_id == event, ~o.c.is_test)
    states = c.execute(select(t.c.state, func.count()).where(t.c.event_id == event).group_by(t.c.state)).all()
    by_unit = c.execute(
        select(func.coalesce(m.rsus.c.name, "").label("rsu"), *figures)
        .select_from(o.outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id))
        .where(*real)
        .group_by(m.rsus.c.name)
        .order_by(m.rsus.c.name)
    ).mappings()
    by_package = c.execute(
        select(func.coalesce(m.ticket_packages.c.name, "").label("package"), *figures)
        .select_from(o.outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id))
        .where(*real)
        .group_by(m.ticket_packages.c.name)
        .order_by(m.ticket_packages.c.name)
    ).mappings()
    return {
        "event": str(event),
        "name": row.name,
        "state": row.state,
        "currency": row.currency,
        "sales_total": events.sales_total(c, event),
        "jackpot": events.jackpot(c, event),
        "total": _plain(c.execute(select(*figures).where(*real)).mappings().one()),
        "tickets": {str(state): int(count) for state, count in states},
        "by_rsu": [_plain(one) for one in by_unit],
        "by_package": [_plain(one) for one in by_package],
    }


def _plain(row: Any) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else int(value) for name, value in row.items()}


# What a report is -----------------------------------------------------------------------------------

Kind = Literal["text", "words", "code", "count", "money", "share", "time"]


@dataclass(frozen=True)
class Field:
    """A column: its name in CSV, its title on screen and paper, and what its values are.

    ``count`` is a whole number, ``money`` minor units of the row's ``currency``, ``share`` hundredths of a percent,
    ``time`` a moment with its zone; ``words`` may be long, ``code`` is set apart from prose.
    """

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A list within a report. ``summed`` fields have a total in its foot, of each currency one."""

    key: str
    title: str
    fields: tuple[Field, ...]
    rows: Source
    empty: str
    summed: tuple[str, ...] = ()
    totals: Callable[[Scope], list[Cells]] | None = None
    """The foot of a table too long to be added up row by row."""
    long: bool = False
    """Has as many rows as there are sales, or things that happened: shown page by page."""

    @property
    def has_money(self) -> bool:
        """Whether its rows bear a currency."""
        return any(one.kind == "money" for one in self.fields)

    @property
    def has_time(self) -> bool:
        """Whether its rows bear moments."""
        return any(one.kind == "time" for one in self.fields)


@dataclass(frozen=True)
class Report:
    """One report; ``section`` is where GLI-31 v1.1 asks for it."""

    key: str
    title: str
    about: str
    tables: tuple[Table, ...]
    section: str = ""
    filters: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    """Who signs it on paper."""

    def table(self, key: str) -> Table | None:
        """The table of this key."""
        return next((one for one in self.tables if one.key == key), None)


def foot(table: Table, here: Scope) -> list[Cells]:
    """The table's totals, one row a currency; none where nothing is summed."""
    if table.totals is not None:
        return table.totals(here)
    if not table.summed:
        return []
    sums: dict[str, Cells] = {}
    for row in table.rows(here, None, 0):
        total = sums.setdefault(row.get("currency", ""), dict.fromkeys(table.summed, 0))
        for name in table.summed:
            total[name] += row.get(name) or 0
    return [{"currency": currency, **total} for currency, total in sorted(sums.items())]


def columns(table: Table) -> list[str]:
    """The header row of the table's CSV."""
    return [
        "event_number",
        *(one.name for one in table.fields),
        *(["currency"] if table.has_money else []),
        *(["time_zone"] if table.has_time else []),
    ]


def table_csv(here: Scope, table: Table) -> Iterator[str]:
    """The table as CSV, streamed: however long it is, it needs the memory of a thousand rows."""
    yield lines([columns(table)])
    zone, head = here.zone, str(here.event.event_number)
    held: list[list[str]] = []
    for row in table.rows(here, None, 0):
        cells = [head, *(_csv_value(row.get(one.name), one.kind, row, zone) for one in table.fields)]
        cells += [str(row.get("currency") or "")] if table.has_money else []
        cells += [str(zone)] if table.has_time else []
        held.append(cells)
        if len(held) == ROWS_AT_ONCE:
            yield lines(held)
            held = []
    yield lines(held)


def _csv_value(value: Any, kind: Kind, row: Cells, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return ""
    if kind == "money":
        return str(_major(value, row["currency"]))
    if kind == "share":
        return f"{value / 100:.2f}"
    if kind == "time":
        return str(value.astimezone(zone).isoformat(timespec="seconds"))
    return cell(value)


@functools.lru_cache(maxsize=4_096)
def _major(amount: int, currency: str) -> object:
    return money.major(amount, currency) if money.known(currency) else amount


def lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows of a CSV file, as RFC 4180 writes them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as a CSV file holds it; text that a spreadsheet would take for a formula begins with an apostrophe."""
    shown = "" if value is None else str(value)
    return f"'{shown}" if isinstance(value, str) and shown[:1] in FORMULA else shown


# What stands in which report ------------------------------------------------------------------------

_SALES = Table(
    "sales",
    "Sales",
    (
        Field("what", "What"),
        Field("orders", "Orders", "count"),
        Field("numbers", "Tickets", "count"),
        Field("amount", "Amount", "money"),
    ),
    statements.sales,
    "Nothing was sold.",
)

SUMMARY = Report(
    "summary",
    "Summary",
    "The evening on one page: sales, numbers, prices and prizes.",
    (
        _SALES,
        Table(
            "numbers",
            "Draw numbers",
            (Field("what", "What"), Field("numbers", "Draw numbers", "count")),
            statements.draw_numbers,
            "No numbers.",
        ),
        Table(
            "packages",
            "Prices",
            (
                Field("package", "Package"),
                Field("each", "Tickets each", "count"),
                Field("price", "Price", "money"),
                Field("sold_orders", "Orders", "count"),
                Field("sold_numbers", "Tickets", "count"),
                Field("sold_amount", "Amount", "money"),
                Field("void_orders", "Of them void", "count"),
                Field("void_amount", "Void amount", "money"),
            ),
            statements.plain_rows(statements.BY_PACKAGE),
            "Nothing was sold.",
            ("sold_orders", "sold_numbers", "sold_amount", "void_orders", "void_amount"),
        ),
        Table(
            "distribution",
            "Prize distribution",
            (
                Field("what", "What"),
                Field("amount", "Amount", "money"),
                Field("share", "Of the sales, %", "share"),
            ),
            statements.distribution,
            "No draw is official yet.",
        ),
    ),
    signed=("For the organisation",),
)

DRAWING = Report(
    "drawing",
    "Raffle drawing",
    "Sales, prizes and winning numbers, and how they were drawn. Only official results stand in it.",
    (
        _SALES,
        SUMMARY.tables[3],
        Table(
            "winners",
            "Winning numbers",
            (
                Field("attempt", "Attempt", "count"),
                Field("position", "Draw order", "count"),
                Field("prize", "Prize"),
                Field("winner", "Winner", "count"),
                Field("number", "Winning number", "code"),
                Field("validation", "Validation number", "code"),
                Field("worth", "Worth", "money"),
                Field("called_at", "Called", "time"),
                Field("claim", "Claim"),
                Field("paid", "Paid", "money"),
                Field("paid_at", "Paid at", "time"),
                Field("paid_by", "Paid by"),
                Field("desk", "Desk"),
                Field("in_place_of", "In place of", "code"),
            ),
            statements.winners,
            "No draw is official yet.",
            ("paid",),
        ),
        Table(
            "attempts",
            "Attempts at the draw",
            (
                Field("attempt", "Attempt", "count"),
                Field("plan", "Draw"),
                Field("kind", "Kind"),
                Field("method", "Method"),
                Field("state", "State"),
                Field("pools", "Numbers in play"),
                Field("frozen_at", "Frozen", "time"),
                Field("official_at", "Official", "time"),
                Field("conducted_by", "Conducted by"),
                Field("agreed_by", "Agreed by"),
                Field("official_by", "Made official by"),
                Field("entropy", "Public chance", "code"),
                Field("manifest", "Manifest, SHA-256", "code"),
                Field("seed", "Seed, SHA-256", "code"),
                Field("note", "Note", "words"),
            ),
            statements.attempts,
            "Nobody has begun a draw yet.",
        ),
    ),
    section="a",
    signed=("Conducted by", "Witness", "For the organisation"),
)

EXCEPTIONS = Report(
    "exceptions",
    "Exceptions",
    "Everything out of the ordinary: what was doubted and how it was decided, changes, refusals, overrides, voids.",
    (
        Table(
            "exceptions",
            "Exceptions",
            (
                Field("at", "When", "time"),
                Field("code", "Code", "code"),
                Field("severity", "Severity"),
                Field("unit", "Kiosk"),
                Field("subject", "About", "code"),
                Field("what", "What", "words"),
                Field("by", "By"),
                Field("reason", "Reason", "words"),
                Field("decision", "Decision"),
                Field("decided_by", "Decided by"),
                Field("decided_at", "Decided", "time"),
            ),
            incidents.exceptions,
            "Nothing out of the ordinary.",
            long=True,
        ),
    ),
    section="b",
    filters=("unit", "code", "severity", "since", "until"),
    signed=("Checked by",),
)

TICKETS = Report(
    "tickets",
    "Bearer tickets",
    "Every ticket sold, with its draw numbers; tests and voids are marked.",
    (
        Table(
            "tickets",
            "Bearer tickets",
            (
                Field("validation", "Validation number", "code"),
                Field("numbers", "Draw numbers"),
                Field("count", "How many", "count"),
                Field("package", "Package"),
                Field("price", "Price", "money"),
                Field("sold_at", "Sold", "time"),
                Field("unit", "Kiosk"),
                Field("device", "Kiosk's identifier", "code"),
                Field("operator", "Operator"),
                Field("status", "Status"),
                Field("prize", "Prize"),
                Field("order", "Order", "code"),
            ),
            statements.bearer_tickets,
            "No ticket was sold.",
            ("count", "price"),
            statements.bearer_totals,
            long=True,
        ),
    ),
    section="c",
    filters=("unit", "status"),
)

_UNIT_SALES = (
    Field("sold_orders", "Tickets sold", "count"),
    Field("sold_numbers", "Numbers sold", "count"),
    Field("sold_amount", "Sold", "money"),
    Field("void_orders", "Void tickets", "count"),
    Field("void_numbers", "Void numbers", "count"),
    Field("void_amount", "Void", "money"),
    Field("misprint_orders", "Misprints", "count"),
    Field("misprint_numbers", "Misprint numbers", "count"),
    Field("misprint_amount", "Misprint", "money"),
    Field("refunded_amount", "Refunded", "money"),
    Field("expected_amount", "Left of sales", "money"),
)
_UNIT_CASH = (
    Field("expected_amount", "Left of sales", "money"),
    Field("tax_amount", "Tax", "money"),
    Field("card_amount", "Paid by card", "money"),
    Field("paid_amount", "Prizes paid out here", "money"),
    Field("kept_amount", "Void, given back at the desk", "money"),
    Field("drawer_amount", "Cash expected", "money"),
    Field("counted_amount", "Cash counted", "money"),
    Field("over_amount", "Over or short", "money"),
)
_UNIT_STANDS = (
    Field("expected_amount", "Left of sales", "money"),
    Field("doubt_orders", "Tickets in doubt", "count"),
    Field("doubt_numbers", "Numbers in doubt", "count"),
    Field("doubt_amount", "In doubt or excluded", "money"),
    Field("standing_orders", "Tickets that stand", "count"),
    Field("standing_numbers", "Numbers that stand", "count"),
    Field("standing_amount", "Sales that stand", "money"),
    Field("test_orders", "Tests", "count"),
)

UNITS = Report(
    "units",
    "Sales by kiosk",
    "What each kiosk (RSU) sold, made void and misprinted, and the money that should be in its drawer.",
    (
        Table(
            "units",
            "Kiosks",
            (
                Field("unit", "Kiosk"),
                Field("device", "Identifier", "code"),
                Field("epoch", "Enrolment", "count"),
                *_UNIT_SALES,
            ),
            statements.units,
            "No kiosk ever had numbers of this event.",
            tuple(one.name for one in _UNIT_SALES),
        ),
        Table(
            "cash",
            "Cash",
            (
                Field("unit", "Kiosk"),
                Field("device", "Identifier", "code"),
                Field("epoch", "Enrolment", "count"),
                *_UNIT_CASH,
            ),
            statements.units,
            "No kiosk ever had numbers of this event.",
            tuple(one.name for one in _UNIT_CASH),
        ),
        Table(
            "standing",
            "What stands",
            (
                Field("unit", "Kiosk"),
                Field("device", "Identifier", "code"),
                Field("epoch", "Enrolment", "count"),
                *_UNIT_STANDS,
            ),
            statements.units,
            "No kiosk ever had numbers of this event.",
            tuple(one.name for one in _UNIT_STANDS),
        ),
        Table(
            "packages",
            "By package",
            (
                Field("unit", "Kiosk"),
                Field("device", "Identifier", "code"),
                Field("package", "Package"),
                Field("price", "Price", "money"),
                Field("sold_orders", "Sold", "count"),
                Field("sold_numbers", "Draw numbers", "count"),
                Field("sold_amount", "Amount", "money"),
                Field("void_orders", "Of them void", "count"),
                Field("void_amount", "Void amount", "money"),
            ),
            statements.plain_rows(statements.BY_UNIT_AND_PACKAGE),
            "Nothing was sold.",
            ("sold_orders", "sold_numbers", "sold_amount", "void_orders", "void_amount"),
        ),
    ),
    section="d",
    signed=("Counted by", "Checked by"),
)

VOIDS = Report(
    "voids",
    "Voided draw numbers",
    "Every draw number that was made void, with its validation number, by whom and why.",
    (
        Table(
            "voids",
            "Voided draw numbers",
            (
                Field("numbers", "Draw numbers"),
                Field("count", "How many", "count"),
                Field("validation", "Validation number", "code"),
                Field("kind", "Kind"),
                Field("reason", "Reason", "words"),
                Field("price", "Amount", "money"),
                Field("package", "Package"),
                Field("sold_at", "Sold", "time"),
                Field("unit", "Kiosk"),
                Field("device", "Kiosk's identifier", "code"),
                Field("voided_at", "Made void", "time"),
                Field("voided_by", "By"),
                Field("voided_where", "At"),
                Field("acknowledged_at", "Acknowledged", "time"),
                Field("acknowledged_by", "Acknowledged by"),
                Field("order", "Order", "code"),
            ),
            statements.voided,
            "Nothing was made void.",
            ("count", "price"),
            statements.voided_totals,
            long=True,
        ),
    ),
    section="e",
    filters=("unit",),
    signed=("Checked by",),
)

EVENTS = Report(
    "events",
    "Kiosk event log",
    "What happened at each kiosk that held numbers of this event: critical events, and the journal's own facts.",
    (
        Table(
            "events",
            "Events",
            (
                Field("at", "When", "time"),
                Field("unit", "Kiosk"),
                Field("device", "Identifier", "code"),
                Field("code", "Code", "code"),
                Field("severity", "Severity"),
                Field("what", "What", "words"),
                Field("by", "By"),
                Field("entry", "Journal entry", "code"),
            ),
            incidents.happened,
            "Nothing of that kind in that time.",
            long=True,
        ),
    ),
    section="f",
    filters=("unit", "code", "severity", "since", "until"),
)

CORRUPTION = Report(
    "corruption",
    "Kiosk corruption log",
    "Kiosks that cannot be reconciled: who worked them, the money known and expected, the numbers affected, "
    "who asked to go on without them and who agreed.",
    (
        Table(
            "corruption",
            "Kiosks that cannot be reconciled",
            (
                Field("device", "Identifier", "code"),
                Field("unit", "Kiosk"),
                Field("epoch", "Enrolment", "count"),
                Field("operators", "Operators"),
                Field("what", "What happened", "words"),
                Field("last_seen_at", "Last heard of", "time"),
                Field("known_amount", "Sales known here", "money"),
                Field("expected_amount", "Left of sales", "money"),
                Field("recovered_amount", "Of it out of a second chain", "money"),
                Field("missing", "Numbers not shown", "count"),
                Field("numbers", "Numbers affected", "words"),
                Field("asked_by", "Asked by"),
                Field("asked_at", "Asked", "time"),
                Field("reason", "Reason", "words"),
                Field("decision", "Decision"),
                Field("agreed_by", "Decided by"),
                Field("agreed_at", "Decided", "time"),
            ),
            incidents.corruption,
            "Every kiosk is reconciled.",
        ),
    ),
    section="g",
    signed=("Asked by", "Agreed by"),
)

REPORTS: Final = {
    one.key: one for one in (SUMMARY, DRAWING, EXCEPTIONS, TICKETS, UNITS, VOIDS, EVENTS, CORRUPTION)
}
"""The summary, and the seven reports of GLI-31 v1.1, 2.8.1, in its order."""
