"""Reports to look at, to print and to download, and whether they agree with the journals to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, func, select

from syncserver import auth, books, incidents, reconcile, reports, statements
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.audit import critical_event
from syncserver.auth import access
from syncserver.books import Agreement
from syncserver.reports import Field, Report, Table
from syncserver.statements import Asked, Cells, Scope

PRINT_ROWS_MAX: Final = 2_000
"""Of a long table on paper; CSV has them all."""
ROWS_MAX: Final = 1_000
"""Of a table that is short by its nature (kiosks, packages, prizes)."""
CODE_CHARS_MAX: Final = 64
YEAR_END: Final = 9_999
SEVERITIES: Final = ("INFO", "WARN", "ERROR")
_NUMERIC: Final = ("count", "money", "share")
_KEYS: Final = ",".join(reports.REPORTS)
_UPRIGHT: Final = ("summary",)
"""Narrow enough for a page that stands."""


@dataclass(frozen=True)
class Listed:
    """A table as a page shows it: cells as text, with what each field is beside them."""

    table: Table
    rows: list[list[tuple[Field, str]]]
    foot: list[list[str]] = field(default_factory=list)
    more: bool = False
    """There is another page, or on paper: more than fits."""


@dataclass(frozen=True)
class Checked:
    """What a page says of the journals: of a small event what it found just now, of a large one the last check."""

    found: Agreement | None = None
    at: datetime | None = None
    agrees: bool = False
    words: str = ""
    by: str = ""
    nothing: bool = False
    """Nothing was ever sold, and no finding tells of a sale."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_app_template_filter(books.shown, "shown")
    to.add_url_rule("/reports", "all_reports", everything)
    to.add_url_rule("/events/<uuid:event>/reports", "reports", index)
    to.add_url_rule("/events/<uuid:event>/reports/check", "check_reports", check, methods=["POST"])
    to.add_url_rule(f"/events/<uuid:event>/reports/<any({_KEYS}):report>", "report", show)
    to.add_url_rule(f"/events/<uuid:event>/reports/<any({_KEYS}):report>/<part>.csv", "report_csv", download)


@access(*ground.READERS)
def everything() -> ResponseReturnValue:
    """The events that were on sale, the newest first: each leads to its reports."""
    e, v, column = m.raffle_events, m.venues, tables.Column
    query = (
        select(e, v.c.name.label("venue_name"), v.c.timezone)
        .outerjoin(v, v.c.id == e.c.venue_id)
        .where(e.c.organization_id == auth.account().organisation, e.c.activated_at.is_not(None))
    )
    table = tables.Table(
        "reports",
        "Reports",
        (
            column("name", "Event", by=e.c.name, nulls=False, lead=True),
            column("event_number", "No.", "count", by=e.c.event_number, nulls=False),
            column("state", "State", by=e.c.state, nulls=False),
            column("closes_at", "Sales close", "time", by=e.c.closes_at, nulls=False),
            column("total_sold", "Sales", "money", by=e.c.total_sold, nulls=False),
        ),
        key=e.c.event_number,
        order="-event_number",
        filters=(tables.search("text", "Name or short code", e.c.name, e.c.event_identifier),),
        empty=("Nothing to report yet", "An event has its reports from its activation on."),
    )
    if tables.asked_csv(table):
        return tables.export(table, query)
    with ground.reading() as c:
        shown = tables.read(c, table, query)
    return ground.page("all_reports", "reports", shown=shown)


def _scope(c: Connection, event: UUID, asked: Asked | None = None) -> Scope:
    ground.own_event(c, event)
    return statements.scope(auth.office(), c, event, asked)


@access(*ground.READERS)
def index(event: UUID) -> ResponseReturnValue:
    """All reports of an event, and how they stand to the journals."""
    with books.snapshot(auth.office()) as c:
        here = _scope(c, event)
        checked = _checked(here)
    return ground.page(
        "reports", "reports", e=here.event, reports=reports.REPORTS, checked=checked, produced=_produced(here)
    )


@access(*ground.READERS)
def show(event: UUID, report: str) -> ResponseReturnValue:
    """One report: narrowed to what is asked for, page by page; with ``print=1`` as it goes to paper."""
    this = reports.REPORTS[report]
    paper, page = request.args.get("print") == "1", ground.page_number()
    with books.snapshot(auth.office()) as c:
        here = _scope(c, event)
        units = _units(c, here)
        args, here.asked = _asked(this, here, {str(unit.id) for unit in units})
        listed = [_listed(here, table, page, paper=paper) for table in this.tables]
        checked = _checked(here)
    return ground.page(
        "report",
        "reports",
        e=here.event,
        report=this,
        reports=reports.REPORTS,
        listed=listed,
        checked=checked,
        produced=_produced(here),
        units=units,
        statuses=statements.STATUSES,
        severities=SEVERITIES,
        codes=_codes(this),
        asked=args,
        page=page,
        more=any(one.more for one in listed),
        paper=paper,
        rows_max=PRINT_ROWS_MAX if paper else ROWS_MAX,
        upright=report in _UPRIGHT,
    )


@access(*ground.READERS)
def download(event: UUID, report: str, part: str) -> Response:
    """A table of a report, narrowed as its page was."""
    this = reports.REPORTS[report]
    table = this.table(part)
    if table is None:
        abort(404)
    with ground.reading() as c:
        here = _scope(c, event)
        _, asked = _asked(this, here, {str(unit.id) for unit in _units(c, here)})
        name = f"{report}-{part}-{here.event.event_number}"
    office = auth.office()
    return ground.csv(
        lambda c: reports.table_csv(statements.scope(office, c, event, asked), table),
        name.replace(f"{report}-{report}-", f"{report}-"),
    )


@access(*ground.READERS)
def check(event: UUID) -> ResponseReturnValue:
    """Counts everything again out of the journals, and keeps under one's name how it ended."""
    page = ground.back_to("admin.reports", event=event)
    with books.snapshot(auth.office()) as c:
        here = _scope(c, event)
        found = books.check(auth.office(), c, event)
    words = _words(found)
    with ground.acting() as c:
        critical_event(
            c,
            books.CHECKED[0] if found.agrees else books.CHECKED[1],
            "INFO" if found.agrees else "ERROR",
            f"{here.event.name}: {words}",
            event_id=event,
            user_id=auth.account().id,
            metadata={"entries": found.entries, "problems": found.problem_count, "words": words},
        )
    ground.tell("good" if found.agrees else "bad", words)
    return redirect(page, 303)


# Against the journals -------------------------------------------------------------------------------


def _checked(here: Scope) -> Checked:
    """A small event is counted again for the page; of a large one the last check is told."""
    o, k = m.orders, m.critical_events
    few = select(o.c.id).where(o.c.event_id == here.id).limit(books.CHECKED_AT_ONCE_MAX + 1).subquery()
    count = here.c.execute(select(func.count()).select_from(few)).scalar_one()
    if count <= books.CHECKED_AT_ONCE_MAX:
        found = books.check(here.office, here.c, here.id)
        return Checked(
            found,
            found.at,
            found.agrees,
            _words(found),
            nothing=not count and found.agrees and not found.raw and not found.outside,
        )
    last = here.c.execute(
        select(k)
        .where(k.c.event_id == here.id, k.c.event_type.in_(books.CHECKED))
        .order_by(k.c.timestamp.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return Checked()
    words = str((last.metadata or {}).get("words") or last.description or "")
    return Checked(None, last.timestamp, last.event_type == books.CHECKED[0], words, here.name(last.user_id))


def _words(found: Agreement) -> str:
    """How a check ended, in a sentence."""
    entries = (
        f"{format_decimal(found.entries, locale='en')} journal {'entry' if found.entries == 1 else 'entries'}"
    )
    if found.agrees:
        return (
            f"The reports agree with the journals to the cent: {entries} read, every line of them compared."
        )
    by = ", ".join(books.shown(amount, currency) for currency, amount in sorted(found.differences.items()))
    differ = f"differ from the journals by {by}" if by else "differ from the journals"
    places = f"{found.problem_count} {'place' if found.problem_count == 1 else 'places'}"
    return f"The reports {differ}: {entries} read, {places} where they do not agree. Do not rely on them."


# What is asked for ----------------------------------------------------------------------------------


def _units(c: Connection, here: Scope) -> Sequence[Row[Any, Any]]:
    """The kiosks that ever held numbers of the event."""
    a, r = m.rsu_allocations, m.rsus
    held = select(a.c.rsu_id).where(a.c.raffle_event_id == here.id)
    return c.execute(select(r.c.id, r.c.name).where(r.c.id.in_(held)).order_by(r.c.name)).all()


def _asked(this: Report, here: Scope, units: set[str]) -> tuple[dict[str, str], Asked]:
    """What the filters of this report say, as its links bear them on, and as its query takes them."""
    args: dict[str, str] = {}
    for name, known in (("unit", units), ("status", statements.STATUSES), ("severity", SEVERITIES)):
        if name in this.filters and (value := request.args.get(name, "")) in known:
            args[name] = value
    if "code" in this.filters and (code := request.args.get("code", "").strip()[:CODE_CHARS_MAX]):
        args["code"] = code
    moments: dict[str, datetime] = {}
    for name in ("since", "until"):
        if name in this.filters and (at := _moment(request.args.get(name, ""), here.zone)):
            moments[name] = at
            args[name] = f"{at:%Y-%m-%dT%H:%M}"
    until = moments.get("until")
    asked = Asked(
        UUID(args["unit"]) if "unit" in args else None,
        args.get("status", ""),
        args.get("code", ""),
        args.get("severity", ""),
        moments.get("since"),
        # The form knows minutes: up to the end of the one that was asked for.
        None if until is None else until + timedelta(minutes=1),
    )
    return args, asked


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment as the venue's clock shows it; None where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=zone) if at.tzinfo is None and 1 < at.year < YEAR_END else None


def _codes(this: Report) -> list[str]:
    """The codes that are worth proposing."""
    if this is reports.EXCEPTIONS:
        return sorted({*reconcile.WORDS, *incidents.WORDS})
    return sorted(incidents.JOURNALLED) if this is reports.EVENTS else []


# What is shown --------------------------------------------------------------------------------------


def _listed(here: Scope, table: Table, page: int, *, paper: bool) -> Listed:
    if table.long and not paper:
        most, start = ground.PAGE_ROWS, (page - 1) * ground.PAGE_ROWS
    else:
        most, start = (PRINT_ROWS_MAX if table.long else ROWS_MAX), 0
    rows = list(islice(table.rows(here, most + 1, start), most + 1))
    feet = reports.foot(table, here) if rows else []
    return Listed(
        table,
        [[(one, _text(row, one, here.zone)) for one in table.fields] for row in rows[:most]],
        [_foot(total, table, here.zone) for total in feet],
        len(rows) > most,
    )


def _foot(total: Mapping[str, Any], table: Table, zone: ZoneInfo) -> list[str]:
    cells = [_text(dict(total), one, zone) if one.name in table.summed else "" for one in table.fields]
    return [f"Together, {total['currency']}" if total["currency"] else "Together", *cells[1:]]


def _text(row: Cells, of: Field, zone: ZoneInfo) -> str:
    """A cell as people read it; moments by the venue's clock, which the page names."""
    value = row.get(of.name)
    if value is None or value == "":
        return "–" if value is None and of.kind in _NUMERIC else ""
    if of.kind == "money":
        return books.shown(value, row["currency"])
    if of.kind == "share":
        return f"{value / 100:.2f} %"
    if of.kind == "count":
        return str(format_decimal(value, locale="en"))
    if of.kind == "time":
        return str(format_datetime(value, "d MMM y, HH:mm:ss", tzinfo=zone, locale="en"))
    return str(value)


def _produced(here: Scope) -> dict[str, Any]:
    """When and by whom this is produced."""
    return {"at": here.office.now(), "by": auth.account().name, "zone": str(here.zone)}
