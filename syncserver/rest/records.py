"""What changed and what happened: the audit trail and the critical events, to be read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, func, select

from syncserver import auth
from syncserver import models as m
from syncserver.admin import ledger
from syncserver.admin.ground import READERS
from syncserver.rest.ground import Page, Paged, behind, call, page

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]


class CriticalEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something significant that happened to a kiosk or in the office (GLI-31, 5.6)."""

    id: UUID
    event_type: str
    severity: str
    description: str
    timestamp: datetime
    event: UUID | None
    kiosk: UUID | None
    user: UUID | None
    metadata: dict[str, Any]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one row, as the database itself wrote it down."""

    number: int
    table: str
    operation: Literal["INSERT", "UPDATE", "DELETE"]
    record: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    changed_by: UUID | None
    changed_at: datetime


class CriticalQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which critical events; all that is given holds together."""

    event_type: Code | None = None
    severity: Literal["INFO", "WARN", "ERROR"] | None = None
    event: UUID | None = None
    kiosk: UUID | None = None
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class AuditQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes; all that is given holds together."""

    table: Code | None = None
    record: UUID | None = None
    changed_by: UUID | None = None
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@call(
    "GET", "/api/v1/critical-events", *READERS, tag="Records", reply=Page[CriticalEvent], query=CriticalQuery
)
def list_critical_events(c: Connection, asked: CriticalQuery) -> Page[CriticalEvent]:
    """Critical events of the organisation, the newest first."""
    k, u, e = m.critical_events, m.rsus, m.raffle_events
    query = (
        select(k)
        .outerjoin(u, u.c.id == k.c.rsu_id)
        .outerjoin(e, e.c.id == k.c.event_id)
        .where(ledger.own_events(auth.account().organisation))
    )
    if asked.event_type is not None:
        query = query.where(k.c.event_type == asked.event_type)
    if asked.severity is not None:
        query = query.where(k.c.severity == asked.severity)
    if asked.event is not None:
        query = query.where(k.c.event_id == asked.event)
    if asked.kiosk is not None:
        query = query.where(k.c.rsu_id == asked.kiosk)
    if asked.since is not None:
        query = query.where(k.c.timestamp >= asked.since)
    if asked.until is not None:
        query = query.where(k.c.timestamp < asked.until)
    after = behind(asked.cursor, tuple[datetime, UUID])
    if after is not None:
        query = query.where(func.row(k.c.timestamp, k.c.id) < func.row(*after))
    rows = c.execute(query.order_by(k.c.timestamp.desc(), k.c.id.desc()).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _critical, lambda row: (row.timestamp, row.id))


def _critical(row: Row[Any]) -> CriticalEvent:
    return CriticalEvent(
        id=row.id,
        event_type=row.event_type,
        severity=row.severity,
        description=row.description or "",
        timestamp=row.timestamp,
        event=row.event_id,
        kiosk=row.rsu_id,
        user=row.user_id,
        metadata=row.metadata or {},
    )


@call("GET", "/api/v1/audit", *READERS, tag="Records", reply=Page[Change], query=AuditQuery)
def list_changes(c: Connection, asked: AuditQuery) -> Page[Change]:
    """Changes of critical data, the newest first; secrets and personal data stand in them as “(withheld)”."""
    a = m.audit_log
    query = select(a).where(ledger.visible(c, auth.account().organisation))
    if asked.table is not None:
        query = query.where(a.c.table_name == asked.table)
    if asked.record is not None:
        query = query.where(a.c.record_id == asked.record)
    if asked.changed_by is not None:
        query = query.where(a.c.changed_by == asked.changed_by)
    if asked.since is not None:
        query = query.where(a.c.changed_at >= asked.since)
    if asked.until is not None:
        query = query.where(a.c.changed_at < asked.until)
    after = behind(asked.cursor, tuple[int])
    if after is not None:
        query = query.where(a.c.id < after[0])
    rows = c.execute(query.order_by(a.c.id.desc()).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _change, lambda row: (row.id,))


def _change(row: Row[Any]) -> Change:
    return Change(
        number=row.id,
        table=row.table_name,
        operation=row.operation,
        record=row.record_id,
        before=row.old_data,
        after=row.new_data,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
