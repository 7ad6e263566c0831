"""What changed and what happened: the audit trail and the critical events, as the database keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, or_, select, text

from syncserver import auth
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

TABLES: Final = (
    "raffle_events", "ticket_packages", "prizes", "rsus", "rsu_epochs", "rsu_allocations", "voids", "findings",
    "draw_executions", "draw_results", "prize_claims", "organizations", "venues", "users", "organization_users",
    "orders", "tickets", "server_state",
)  # fmt: skip
HIDDEN: Final = {"updated_at", "created_at", "bundle", "manifest"}
BIGINT_MAX: Final = 2**63 - 1
YEAR_END: Final = 9_999
CODES_MAX: Final = 200
SEVERITIES: Final = ("INFO", "WARN", "ERROR")
# Every code there is, along the index of codes from one to the next: however many events there are, it is quick.
_CODES = text(f"""
    WITH RECURSIVE code AS (
        (SELECT event_type FROM critical_events ORDER BY event_type LIMIT 1)
        UNION ALL
        SELECT (SELECT event_type FROM critical_events WHERE event_type > code.event_type ORDER BY event_type LIMIT 1)
        FROM code WHERE code.event_type IS NOT NULL
    ) SELECT event_type FROM code WHERE event_type IS NOT NULL LIMIT {CODES_MAX}
""")  # noqa: S608 - a number of our own


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/audit", "ledger", changes)
    to.add_url_rule("/audit/events", "critical", happened)


@access(*ground.READERS)
def changes() -> ResponseReturnValue:
    """The changes of critical data, newest first: before, after, who, when; nothing of results before they are official."""
    table = request.args.get("table", "")
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and int(before[:19]) <= BIGINT_MAX else None
    a, ou, me = m.audit_log, m.organization_users, auth.account()
    r, d = m.draw_results, m.draw_executions
    official = (
        select(r.c.id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(r.c.id == a.c.record_id, d.c.official_at.is_not(None))
        .exists()
    )
    query = (
        select(a, m.users.c.display_name.label("by_name"))
        .outerjoin(m.users, m.users.c.id == a.c.changed_by)
        # Not even how many there are is told before.
        .where(or_(a.c.table_name != "draw_results", official))
        .order_by(a.c.id.desc())
        .limit(ground.PAGE_ROWS)
    )
    if table in TABLES:
        query = query.where(a.c.table_name == table)
    if start is not None:
        query = query.where(a.c.id < start)
    with ground.reading() as c:
        if (c.scalar(select(func.count()).select_from(m.organizations)) or 0) > 1:
            # The trail does not say whose a row is: with several organisations each sees what its own people did.
            mine = select(ou.c.user_id).where(ou.c.organization_id == me.organisation)
            query = query.where(a.c.changed_by.in_(mine))
        rows = c.execute(query).all()
    told = [(row, _difference(row.old_data, row.new_data)) for row in rows]
    return ground.page(
        "ledger", "audit", told=told, table=table, tables=TABLES, full=len(rows) == ground.PAGE_ROWS
    )


def _difference(
    before: dict[str, Any] | None, after: dict[str, Any] | None
) -> list[tuple[str, object, object]]:
    old, new = before or {}, after or {}
    keys = [k for k in {**old, **new} if k not in HIDDEN and old.get(k) != new.get(k)]
    return [
        (k, _short(old.get(k)), _short(new.get(k)))
        for k in keys
        if not (before is None and new.get(k) in (None, "", {}))
    ]


def _short(value: object) -> object:
    return f"{value[:117]}…" if isinstance(value, str) and len(value) > 120 else value


def _moment(name: str) -> datetime | None:
    """A moment asked for, in UTC as the page shows them; None where it is none."""
    try:
        asked = datetime.fromisoformat(request.args.get(name, "")).replace(tzinfo=UTC)
    except ValueError:
        return None
    return asked if asked.year < YEAR_END else None


def _asked_for(units: set[str]) -> tuple[dict[str, str], list[ColumnElement[bool]]]:
    """What the search form asks for, as it shows it again, and as conditions that hold together."""
    k = m.critical_events
    asked, wanted = {}, []
    for name, column in (("code", k.c.event_type), ("severity", k.c.severity)):
        if value := request.args.get(name, ""):
            asked[name] = value
            wanted.append(column == value)
    if (unit := request.args.get("unit", "")) in units:
        asked["unit"] = unit
        wanted.append(k.c.rsu_id == UUID(unit))
    if start := _moment("from"):
        asked["from"] = f"{start:%Y-%m-%dT%H:%M}"
        wanted.append(k.c.timestamp >= start)
    if end := _moment("to"):
        asked["to"] = f"{end:%Y-%m-%dT%H:%M}"
        wanted.append(k.c.timestamp < end + timedelta(minutes=1))
    return asked, wanted


@access(*ground.READERS)
def happened() -> ResponseReturnValue:
    """Critical events, newest first; by time, unit, code and severity together."""
    k, me, page = m.critical_events, auth.account(), ground.page_number()
    with ground.reading() as c:
        units = c.execute(
            select(m.rsus.c.id, m.rsus.c.name)
            .where(m.rsus.c.organization_id == me.organisation)
            .order_by(m.rsus.c.name)
        ).all()
        asked, wanted = _asked_for({str(unit.id) for unit in units})
        codes = c.execute(_CODES).scalars().all()
        rows = c.execute(
            select(
                k,
                m.rsus.c.name.label("rsu_name"),
                m.raffle_events.c.name.label("event_name"),
                m.users.c.display_name.label("by_name"),
            )
            .outerjoin(m.users, m.users.c.id == k.c.user_id)
            .outerjoin(m.rsus, m.rsus.c.id == k.c.rsu_id)
            .outerjoin(m.raffle_events, m.raffle_events.c.id == k.c.event_id)
            .where(
                or_(m.rsus.c.organization_id.is_(None), m.rsus.c.organization_id == me.organisation),
                or_(
                    m.raffle_events.c.organization_id.is_(None),
                    m.raffle_events.c.organization_id == me.organisation,
                ),
                *wanted,
            )
            .order_by(k.c.timestamp.desc())
            .limit(ground.PAGE_ROWS + 1)
            .offset((page - 1) * ground.PAGE_ROWS)
        ).all()
    return ground.page(
        "critical",
        "audit",
        rows=rows[: ground.PAGE_ROWS],
        more=len(rows) > ground.PAGE_ROWS,
        page=page,
        units=units,
        codes=codes,
        severities=SEVERITIES,
        asked=asked,
    )
