"""Who changed what: the database writes the audit log itself, and here one says for whom and why, and reads it.

Triggers write a row for every change of a critical table, in the transaction of the change; the application's
role may read them and nothing else. Secrets and personal data appear in them as "(withheld)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select, text

from shared.errors import Refused
from syncserver.models import audit_log, critical_events
from syncserver.models.base import Json

NAMESPACE = UUID("b5c7b5d0-a7e1-5b1f-8a56-c5be6c1c4d3e")
"""Of the names of records whose key is no UUID (the migration holds the same)."""
HISTORY_MAX = 1000
REASON_CHARS_MIN = 3
REASON_CHARS_MAX = 1_000

Severity = Literal["INFO", "WARN", "ERROR"]


@dataclass(frozen=True)
class Change:
    """One change of one row: `before` is None where it was added, `after` where it was deleted."""

    number: int
    table: str
    operation: str
    record_id: UUID
    before: Json | None
    after: Json | None
    changed_by: UUID | None
    changed_at: datetime


def acting(connection: Connection, user_id: UUID | None) -> None:
    """Say for whom `connection` acts until its transaction ends; None is the server itself."""
    connection.execute(
        text("SELECT set_config('tombola.user', :user, true)"),
        {"user": "" if user_id is None else str(user_id)},
    )


def reasoned(reason: str) -> str:
    """Why somebody did something, as it goes on record, without the blanks around it.

    Raises ``Refused`` (``reason``) where that is fewer than 3 characters, more than 1,000, or holds a NUL.
    """
    reason = reason.strip()
    if not REASON_CHARS_MIN <= len(reason) <= REASON_CHARS_MAX or "\x00" in reason:
        raise Refused("reason", "A reason is needed.", "Say why, in a few words.")
    return reason


def critical_event(
    connection: Connection,
    event_type: str,
    severity: Severity,
    description: str,
    *,
    event_id: UUID | None = None,
    rsu_id: UUID | None = None,
    user_id: UUID | None = None,
    metadata: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> UUID:
    """Record a critical event (GLI-31, 5.6) and return its id; `at` is when it happened, without it now.

    No event can be lost to what it says: NUL characters, which PostgreSQL cannot hold, are left out of the
    description. Metadata must be JSON without them.
    """
    values: dict[str, Any] = {
        "event_type": event_type,
        "severity": severity,
        "description": description.replace("\x00", ""),
        "event_id": event_id,
        "rsu_id": rsu_id,
        "user_id": user_id,
        "metadata": dict(metadata or {}),
    }
    if at is not None:
        values["timestamp"] = at
    made = connection.execute(insert(critical_events).values(values).returning(critical_events.c.id))
    return UUID(str(made.scalar_one()))


def record_key(table: str, *key: object) -> UUID:
    """The `record_id` of a row whose key is not one UUID: UUIDv5 of the table and the key's columns."""
    return uuid5(NAMESPACE, "/".join([table, *(str(part) for part in key)]))


def history(
    connection: Connection,
    *,
    table: str | None = None,
    record_id: UUID | None = None,
    changed_by: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = HISTORY_MAX,
) -> list[Change]:
    """The changes that fit every filter given, newest first, at most `limit` (itself at most 1,000).

    `since` is inclusive, `until` exclusive. To read on, pass the last change's `number` as `before`.
    """
    wanted = select(audit_log).order_by(audit_log.c.id.desc()).limit(min(limit, HISTORY_MAX))
    if table is not None:
        wanted = wanted.where(audit_log.c.table_name == table)
    if record_id is not None:
        wanted = wanted.where(audit_log.c.record_id == record_id)
    if changed_by is not None:
        wanted = wanted.where(audit_log.c.changed_by == changed_by)
    if since is not None:
        wanted = wanted.where(audit_log.c.changed_at >= since)
    if until is not None:
        wanted = wanted.where(audit_log.c.changed_at < until)
    if before is not None:
        wanted = wanted.where(audit_log.c.id < before)
    return [Change(*row) for row in connection.execute(wanted)]
