"""An organisation's rules in versions: each holds from a moment on until the next one does, and none is ever edited.

What was in force when something happened can so be said years later. The database's own clock decides which version
that is, so that all programs agree; a version still to come can be withdrawn, and stays on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, func, insert, select, text, update

from shared.errors import Refused
from syncserver import models as m
from syncserver.audit import critical_event, reasoned

VERSIONS_SHOWN_MAX: Final = 200

State = Literal["current", "planned", "past", "withdrawn"]

# When each version ends follows from when the next one begins; of two with the same beginning the later one counts.
_ENDS = text("""
    UPDATE system_configurations AS s SET effective_to = n.ends FROM (
        SELECT id, lead(effective_from) OVER (ORDER BY effective_from, version::integer) AS ends
        FROM system_configurations WHERE organization_id = :organisation AND withdrawn_at IS NULL
    ) AS n WHERE n.id = s.id AND s.effective_to IS DISTINCT FROM n.ends
""")


@dataclass(frozen=True)
class Version:
    """One version of an organisation's rules."""

    id: UUID
    number: int
    since: datetime
    until: datetime | None
    """When the next one began or begins; None: not known yet."""
    settings: dict[str, Any]
    made_at: datetime
    by: str
    """Who made it, by name."""
    reason: str
    state: State


def in_force(c: Connection, organisation: UUID, at: datetime | None = None) -> dict[str, Any] | None:
    """The settings in force at that moment, by default now; None before the first version."""
    s = m.system_configurations
    moment = func.clock_timestamp() if at is None else at
    found: dict[str, Any] | None = c.execute(
        select(s.c.settings)
        .where(s.c.organization_id == organisation, s.c.withdrawn_at.is_(None), s.c.effective_from <= moment)
        .order_by(s.c.effective_from.desc(), s.c.version.cast(Integer).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def put(
    c: Connection,
    organisation: UUID,
    settings: Mapping[str, Any],
    by: UUID | None,
    *,
    since: datetime | None = None,
    reason: str = "",
) -> UUID:
    """A new version, in force ``since`` then (None: at once).

    Raises ``Refused``: ``unknown_organisation``, ``since`` where that moment is past.
    """
    s, o = m.system_configurations, m.organizations
    # Two at once are numbered one after the other.
    known = c.execute(select(o.c.name).where(o.c.id == organisation).with_for_update()).one_or_none()
    if known is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    now: datetime = c.execute(select(func.clock_timestamp())).scalar_one()
    if since is not None and since <= now:
        raise Refused(
            "since",
            "Rules begin now or later; what was in force before stays on record.",
            "Choose another moment.",
        )
    count: int = c.execute(
        select(func.count()).select_from(s).where(s.c.organization_id == organisation)
    ).scalar_one()
    made: UUID = c.execute(
        insert(s)
        .values(
            organization_id=organisation,
            version=str(count + 1),
            effective_from=since or now,
            settings=dict(settings),
            created_by=by,
            reason=reason.strip() or None,
        )
        .returning(s.c.id)
    ).scalar_one()
    c.execute(_ENDS, {"organisation": organisation})
    critical_event(
        c,
        "rules_changed",
        "INFO",
        f"{known.name}: version {count + 1} of the rules holds from {since or now:%Y-%m-%d %H:%M:%S %Z} on.",
        user_id=by,
    )
    return made


def withdraw(c: Connection, organisation: UUID, version: UUID, by: UUID, reason: str) -> None:
    """Take back a version that is still to come. Raises ``Refused``: ``reason``, ``unknown_version``, ``begun``."""
    s = m.system_configurations
    words = reasoned(reason)
    row = c.execute(
        select(s).where(s.c.id == version, s.c.organization_id == organisation, s.c.withdrawn_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Refused("unknown_version", "There is no such version.")
    done = c.execute(
        update(s)
        .where(s.c.id == version, s.c.effective_from > func.clock_timestamp(), s.c.withdrawn_at.is_(None))
        .values(withdrawn_at=func.clock_timestamp(), withdrawn_by=by, effective_to=s.c.effective_from)
    )
    if done.rowcount == 0:
        raise Refused("begun", "This version holds already; it stays on record.", "Make another one.")
    c.execute(_ENDS, {"organisation": organisation})
    critical_event(
        c, "rules_changed", "INFO", f"Version {row.version} of the rules was taken back. {words}", user_id=by
    )


def versions(c: Connection, organisation: UUID) -> list[Version]:
    """All versions, the one that holds last first."""
    s, u = m.system_configurations, m.users
    now: datetime = c.execute(select(func.clock_timestamp())).scalar_one()
    rows = c.execute(
        select(s, func.coalesce(u.c.display_name, "").label("by"))
        .outerjoin(u, u.c.id == s.c.created_by)
        .where(s.c.organization_id == organisation)
        .order_by(s.c.effective_from.desc(), s.c.created_at.desc())
        .limit(VERSIONS_SHOWN_MAX)
    ).all()
    return [_version(row, now) for row in rows]


def _version(row: Row[Any], now: datetime) -> Version:
    state: State = "current"
    if row.withdrawn_at is not None:
        state = "withdrawn"
    elif row.effective_from > now:
        state = "planned"
    elif row.effective_to is not None and row.effective_to <= now:
        state = "past"
    return Version(
        row.id,
        int(row.version),
        row.effective_from,
        None if state == "withdrawn" else row.effective_to,
        row.settings,
        row.created_at,
        row.by,
        row.reason or "",
        state,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    """What one version says otherwise than another: where, by dotted names, what it was and what it is."""
    found: list[tuple[str, object, object]] = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [(f"{key}.{name}", was, now) for name, was, now in differences(old, new)]
        elif old != new:
            found.append((key, old, new))
    return found
