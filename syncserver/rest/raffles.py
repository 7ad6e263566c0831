"""Events, where they are held, what is sold and won in them, their draws, findings and reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from flask import Response, abort
from sqlalchemy import Connection, Row, func, select

from syncserver import auth, draws, events, reconcile, reports, sheets, statements
from syncserver import models as m
from syncserver.admin.ground import READERS, SEEKERS
from syncserver.rest.ground import CSV_TYPE, Limit, Page, Paged, behind, call, cursor, own_event, page

State = Literal["created", "active", "suspended", "closed", "drawn", "completed", "cancelled"]
ROWS_AT_ONCE: Final = 200


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever holds the raffles: the organisation that the token belongs to."""

    id: UUID
    name: str
    description: str
    license_number: str
    currency: str


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """Where tickets are sold."""

    id: UUID
    name: str
    description: str
    timezone: str
    """Of the IANA's data base; empty: the organisation's."""
    capacity: int | None
    is_active: bool


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A raffle. Amounts are in minor units of `currency`."""

    id: UUID
    event_number: int
    event_identifier: str
    name: str
    description: str
    state: State
    currency: str
    licence_number: str
    venue: UUID | None
    venue_name: str
    timezone: str
    opens_at: datetime | None
    closes_at: datetime | None
    draw_at: datetime | None
    closed_at: datetime | None
    reconciliation_confirmed_at: datetime | None
    automatic_draw: bool
    first_number: int
    last_number: int
    total_sold: int
    """Of all sales that stand."""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """So many tickets for so much."""

    id: UUID
    name: str
    description: str
    ticket_count: int
    price: int
    currency: str
    display_order: int
    is_active: bool
    active_from: datetime | None
    active_to: datetime | None


class Prize(msgspec.Struct, frozen=True, kw_only=True):
    """What can be won, in the order in which it is drawn."""

    id: UUID
    name: str
    description: str
    position: int
    type: str
    """`fixed` (then `value`) or `percentage` of the sales (then `basis_points`)."""
    value: int
    basis_points: int
    """Hundredths of a percent."""
    currency: str
    winners: int
    minimum: int
    cap: int | None
    pool: str


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment of one kiosk in an event, as reconciliation sees it."""

    kiosk: UUID
    epoch: int
    name: str
    state: str
    sync: Literal["pending", "synced", "failed"]
    """Whether its sales are here: not all, all, or all of them with something in doubt that blocks the draw."""
    allocated: int
    sold: int
    void: int
    doubtful: int
    returned: int
    missing: int
    cash: int
    """Expected in its drawer, minor units."""
    card: int
    head: int
    whole: bool
    excepted: bool
    unsynced: int | None
    last_seen_at: datetime | None
    words: str


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of the draw."""

    code: str
    passed: bool
    words: str
    what_to_do: str


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """How an event stands before its draw."""

    event: UUID
    state: str
    currency: str
    ready: bool
    """All gates are passed."""
    confirmed_at: datetime | None
    gates: list[Gate]
    units: list[Unit]
    voids: int
    voids_open: int
    findings_open: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that reconciliation doubts."""

    id: UUID
    kind: str
    words: str
    event: UUID | None
    kiosk: UUID | None
    kiosk_name: str
    epoch: int | None
    seq: int | None
    severity: str
    blocking: bool
    opened_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision: str | None
    reason: str | None


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen pool."""

    name: str
    size: int
    root: str


class Winner(msgspec.Struct, frozen=True, kw_only=True):
    """An official result; the amount in minor units of `currency`."""

    id: UUID
    prize: UUID
    prize_name: str
    position: int
    winner: int
    number: int
    amount: int
    currency: str
    reserve: bool
    order: UUID
    selected_at: datetime
    claimed_at: datetime | None


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a draw, and how far it has come; nothing of its outcome before that is official."""

    id: UUID
    event: UUID
    attempt: int
    plan: str
    kind: str
    state: str
    step: str
    manual: bool
    automatic: bool
    started_at: datetime
    manifest_sha256: str
    seed_sha256: str | None
    public_entropy: str | None
    official_at: datetime | None
    failure: str | None
    pools: list[Pool]
    bundle: str | None
    """Where the proof of the official result lies, on this server."""


class DrawWithResults(Draw, frozen=True, kw_only=True):
    """A draw, and its winners once they are official."""

    winners: list[Winner]


class ReportInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A report that can be had of an event, and the tables in it."""

    key: str
    title: str
    about: str
    section: str
    """Of GLI-31, where it asks for it."""
    tables: list[str]


class ReportList(msgspec.Struct, frozen=True, kw_only=True):
    """All reports of an event."""

    items: list[ReportInfo]


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a report's table: amounts in minor units beside their `currency`, moments in ISO 8601."""

    title: str
    fields: dict[str, str]
    """Of each column what it is: text, words, code, count, money, share (hundredths of a percent) or time."""
    items: list[dict[str, str | int | None]]
    totals: list[dict[str, str | int | None]]
    next: str | None


class EventQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events."""

    state: State | None = None


class FindingQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which findings."""

    open: bool = False
    """Those alone that nobody has decided."""


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a long table."""

    limit: Limit = ROWS_AT_ONCE
    cursor: Annotated[str, msgspec.Meta(min_length=1, max_length=400, pattern=r"^[^\u0000]*$")] | None = None


@call("GET", "/api/v1/organisation", *auth.STAFF, tag="Organisation", reply=Organisation)
def get_organisation(c: Connection) -> Organisation:
    """The token's organisation."""
    row = c.execute(select(m.organizations).where(m.organizations.c.id == auth.account().organisation)).one()
    return Organisation(
        id=row.id,
        name=row.name,
        description=row.description or "",
        license_number=row.license_number or "",
        currency=row.primary_currency,
    )


@call("GET", "/api/v1/venues", *SEEKERS, tag="Organisation", reply=Page[Venue], query=Paged)
def list_venues(c: Connection, asked: Paged) -> Page[Venue]:
    """The organisation's venues, by name."""
    v, after = m.venues, behind(asked.cursor, tuple[str, UUID])
    query = select(v).where(v.c.organization_id == auth.account().organisation)
    if after is not None:
        query = query.where(func.row(v.c.name, v.c.id) > func.row(*after))
    rows = c.execute(query.order_by(v.c.name, v.c.id).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _venue, lambda row: (row.name, row.id))


def _venue(row: Row[Any]) -> Venue:
    return Venue(
        id=row.id,
        name=row.name,
        description=row.description or "",
        timezone=row.timezone or "",
        capacity=row.capacity,
        is_active=row.is_active,
    )


# Events ---------------------------------------------------------------------------------------------


@call("GET", "/api/v1/events", *SEEKERS, tag="Events", reply=Page[Event], query=EventQuery)
def list_events(c: Connection, asked: EventQuery) -> Page[Event]:
    """The organisation's events, the newest first."""
    e, after = m.raffle_events, behind(asked.cursor, tuple[int])
    query = (
        select(e, m.venues.c.name.label("venue_name"), m.venues.c.timezone)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.organization_id == auth.account().organisation)
    )
    if asked.state is not None:
        query = query.where(e.c.state == asked.state)
    if after is not None:
        query = query.where(e.c.event_number < after[0])
    rows = c.execute(query.order_by(e.c.event_number.desc()).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _event, lambda row: (row.event_number,))


@call("GET", "/api/v1/events/<uuid:event>", *SEEKERS, tag="Events", reply=Event)
def get_event(c: Connection, event: UUID) -> Event:
    """One event."""
    return _event(own_event(c, event))


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        event_number=row.event_number,
        event_identifier=row.event_identifier,
        name=row.name,
        description=row.description or "",
        state=row.state,
        currency=row.currency,
        licence_number=row.licence_number or "",
        venue=row.venue_id,
        venue_name=row.venue_name or "",
        timezone=row.timezone or "UTC",
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        draw_at=row.draw_at,
        closed_at=row.closed_at,
        reconciliation_confirmed_at=row.reconciliation_confirmed_at,
        automatic_draw=row.automatic_draw,
        first_number=int(row.ticket_allocation.get("first", 1)),
        last_number=int(row.ticket_allocation.get("last", 0)),
        total_sold=row.total_sold,
    )


@call("GET", "/api/v1/events/<uuid:event>/packages", *SEEKERS, tag="Events", reply=Page[Package])
def list_packages(c: Connection, event: UUID) -> Page[Package]:
    """The event's packages, in the order in which they are shown."""
    own_event(c, event)
    k = m.ticket_packages
    rows = c.execute(
        select(k).where(k.c.event_id == event).order_by(k.c.display_order, k.c.price, k.c.id)
    ).all()
    return Page(
        items=[
            Package(
                id=row.id,
                name=row.name,
                description=row.description or "",
                ticket_count=row.ticket_count,
                price=row.price,
                currency=row.currency,
                display_order=row.display_order or 0,
                is_active=row.is_active,
                active_from=row.active_from,
                active_to=row.active_to,
            )
            for row in rows
        ]
    )


@call("GET", "/api/v1/events/<uuid:event>/prizes", *SEEKERS, tag="Events", reply=Page[Prize])
def list_prizes(c: Connection, event: UUID) -> Page[Prize]:
    """The event's prizes, in the order in which they are drawn."""
    own_event(c, event)
    return Page(
        items=[
            Prize(
                id=one.id,
                name=one.name,
                description=one.description,
                position=one.position,
                type=one.rule.type,
                value=one.rule.value,
                basis_points=one.rule.basis_points,
                currency=one.currency,
                winners=one.rule.winners,
                minimum=one.rule.minimum,
                cap=one.rule.cap,
                pool=one.rule.pool,
            )
            for one in events.prizes(c, event)
        ]
    )


@call("GET", "/api/v1/events/<uuid:event>/reconciliation", *READERS, tag="Events", reply=Reconciliation)
def get_reconciliation(c: Connection, event: UUID) -> Reconciliation:
    """How the event stands before its draw: its gates, and whether each kiosk's sales are here."""
    own_event(c, event)
    held = reconcile.status(auth.office(), c, event)
    return Reconciliation(
        event=held.event,
        state=held.state,
        currency=held.currency,
        ready=held.ready,
        confirmed_at=held.confirmed_at,
        gates=[
            Gate(code=one.code, passed=one.passed, words=one.words, what_to_do=one.what_to_do)
            for one in held.gates
        ],
        units=[
            Unit(
                kiosk=one.rsu,
                epoch=one.epoch,
                name=one.name,
                state=one.state,
                sync=one.sync,
                allocated=one.allocated,
                sold=one.sold,
                void=one.void,
                doubtful=one.doubtful,
                returned=one.returned,
                missing=one.missing,
                cash=one.cash,
                card=one.card,
                head=one.head,
                whole=one.whole,
                excepted=one.excepted,
                unsynced=one.unsynced,
                last_seen_at=one.last_seen_at,
                words=one.words,
            )
            for one in held.rows
        ],
        voids=held.voids,
        voids_open=held.voids_open,
        findings_open=sum(one.decided_at is None for one in held.findings),
    )


@call(
    "GET",
    "/api/v1/events/<uuid:event>/findings",
    *READERS,
    tag="Events",
    reply=Page[Finding],
    query=FindingQuery,
)
def list_findings(c: Connection, event: UUID, asked: FindingQuery) -> Page[Finding]:
    """What reconciliation doubts of the event, at most a thousand."""
    own_event(c, event)
    return Page(
        items=[
            Finding(
                id=one.id,
                kind=one.kind,
                words=one.words,
                event=one.event,
                kiosk=one.rsu,
                kiosk_name=one.unit,
                epoch=one.epoch,
                seq=one.seq,
                severity=one.severity,
                blocking=one.blocking,
                opened_at=one.opened_at,
                decided_at=one.decided_at,
                decided_by=one.decided_by,
                decision=one.decision,
                reason=one.reason,
            )
            for one in reconcile.findings(c, event, open_only=asked.open)
        ]
    )


# Draws ----------------------------------------------------------------------------------------------


@call("GET", "/api/v1/events/<uuid:event>/draws", *READERS, tag="Draws", reply=Page[Draw])
def list_draws(c: Connection, event: UUID) -> Page[Draw]:
    """Every attempt at a draw of the event, failed ones too."""
    own_event(c, event)
    return Page(items=[Draw(**_draw(one)) for one in draws.attempts(c, event)])


@call("GET", "/api/v1/draws/<uuid:draw>", *READERS, tag="Draws", reply=DrawWithResults)
def get_draw(c: Connection, draw: UUID) -> DrawWithResults:
    """One draw, with its winners once they are official."""
    event = c.scalar(select(m.draw_executions.c.raffle_event_id).where(m.draw_executions.c.id == draw))
    if event is None:
        abort(404)
    own_event(c, event)
    won = [
        Winner(
            id=one.id,
            prize=one.prize,
            prize_name=one.prize_name,
            position=one.position,
            winner=one.winner,
            number=one.number,
            amount=one.amount,
            currency=one.currency,
            reserve=one.reserve,
            order=one.order,
            selected_at=one.selected_at,
            claimed_at=one.claimed_at,
        )
        for one in draws.results(c, event)
        if one.draw == draw
    ]
    return DrawWithResults(**_draw(draws.get(c, draw)), winners=won)


def _draw(one: draws.DrawRow) -> dict[str, Any]:
    return {
        "id": one.id,
        "event": one.event,
        "attempt": one.attempt,
        "plan": one.plan,
        "kind": one.kind,
        "state": one.state,
        "step": one.step,
        "manual": one.manual,
        "automatic": one.automatic,
        "started_at": one.started_at,
        "manifest_sha256": one.manifest_sha256,
        "seed_sha256": one.seed_sha256,
        "public_entropy": one.public_entropy,
        "official_at": one.official_at,
        "failure": one.failure,
        "pools": [Pool(name=name, size=size, root=root) for name, size, root in one.pools],
        "bundle": f"/draws/{one.id}/bundle.json" if one.official_at is not None else None,
    }


# Reports --------------------------------------------------------------------------------------------


@call("GET", "/api/v1/events/<uuid:event>/reports", *READERS, tag="Reports", reply=ReportList)
def list_reports(c: Connection, event: UUID) -> ReportList:
    """The reports that can be had of the event."""
    own_event(c, event)
    return ReportList(
        items=[
            ReportInfo(
                key=one.key,
                title=one.title,
                about=one.about,
                section=one.section,
                tables=[table.key for table in one.tables],
            )
            for one in reports.REPORTS.values()
        ]
    )


def _table(report: str, table: str) -> reports.Table:
    held = reports.REPORTS.get(report)
    found = None if held is None else held.table(table)
    if found is None:
        abort(404)
    return found


@call(
    "GET",
    "/api/v1/events/<uuid:event>/reports/<report>/<table>",
    *READERS,
    tag="Reports",
    reply=ReportPage,
    query=ReportQuery,
)
def get_report(c: Connection, event: UUID, report: str, table: str, asked: ReportQuery) -> ReportPage:
    """A table of a report, page by page; its totals with every page."""
    found = _table(report, table)
    own_event(c, event)
    here = statements.scope(auth.office(), c, event)
    after = behind(asked.cursor, tuple[int])
    start = 0 if after is None else after[0]
    rows = list(found.rows(here, asked.limit + 1, start))
    return ReportPage(
        title=found.title,
        fields={one.name: one.kind for one in found.fields},
        items=[_cells(row) for row in rows[: asked.limit]],
        totals=[_cells(row) for row in reports.foot(found, here)],
        next=cursor(start + asked.limit) if len(rows) > asked.limit else None,
    )


def _cells(row: statements.Cells) -> dict[str, str | int | None]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> str | int | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, int) else str(value)


@call(
    "GET",
    "/api/v1/events/<uuid:event>/reports/<report>/<table>/csv",
    *READERS,
    tag="Reports",
    reply=str,
    media=CSV_TYPE,
)
def get_report_csv(event: UUID, report: str, table: str) -> Response:
    """A whole table of a report as CSV, however long it is."""
    found = _table(report, table)
    here, me = auth.office(), auth.account()
    with here.begin(me.id, me.organisation) as c:
        own_event(c, event)

    def lines() -> Iterator[bytes]:
        with here.begin(me.id, me.organisation) as c:
            table = reports.table_csv(statements.scope(here, c, event), found)
            yield from sheets.paced(table, here.clock)

    answer = Response(lines(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{report}-{table}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@call("GET", "/api/v1/events/<uuid:event>/tickets/csv", *READERS, tag="Reports", reply=str, media=CSV_TYPE)
def get_tickets_csv(event: UUID) -> Response:
    """Every ticket of the event as CSV, a million of them too."""
    here, me = auth.office(), auth.account()
    with here.begin(me.id, me.organisation) as c:
        own_event(c, event)

    def lines() -> Iterator[bytes]:
        with here.begin(me.id, me.organisation) as c:
            yield from sheets.paced(reports.tickets_csv(c, event), here.clock)

    answer = Response(lines(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="tickets.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
