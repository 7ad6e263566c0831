"""Notices: what every administrator and manager of an organisation is told, once each, until they have seen it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Refused
from shared.ids import uuid7
from syncserver import models as m
from syncserver.office import Office

TOLD: Final = ("admin", "manager")
"""The roles that are told."""
SHOWN_MAX: Final = 200
TEXT_CHARS_MAX: Final = 2_000


@dataclass(frozen=True)
class Notice:
    """One thing that one person is told."""

    id: UUID
    event: UUID | None
    event_name: str
    draw: UUID | None
    kind: str
    text: str
    at: datetime
    seen_at: datetime | None


def tell(office: Office, c: Connection, event: UUID, kind: str, text: str, draw: UUID | None = None) -> int:
    """Tell every active administrator and manager of the event's organisation; how many had not been told before.

    Who was told of this ``kind`` for this event and draw is not told again, whoever else does the same at this
    moment. Raises ``Refused`` (``unknown_event``).
    """
    o, u = m.organization_users, m.users
    organisation = c.execute(
        select(m.raffle_events.c.organization_id).where(m.raffle_events.c.id == event)
    ).scalar_one_or_none()
    if organisation is None:
        raise Refused("unknown_event", "There is no such event.")
    people = c.execute(
        select(o.c.user_id)
        .join(u, u.c.id == o.c.user_id)
        .where(o.c.organization_id == organisation, o.c.role.in_(TOLD), u.c.is_active)
        .order_by(o.c.user_id)
    ).scalars()
    rows = [
        {
            "id": uuid7(office.clock),
            "organization_id": organisation,
            "user_id": person,
            "event_id": event,
            "draw_execution_id": draw,
            "kind": kind,
            "text": text.replace("\x00", "")[:TEXT_CHARS_MAX],
            "at": office.now(),
        }
        for person in people
    ]
    if not rows:
        return 0
    n = m.notices
    made = c.execute(upsert(n).values(rows).on_conflict_do_nothing().returning(n.c.id))
    return len(made.all())


def leads(c: Connection, event: UUID, user: UUID | None) -> bool:
    """Whether this person is now an active administrator or manager of the event's organisation."""
    o, u, e = m.organization_users, m.users, m.raffle_events
    found = c.execute(
        select(u.c.id)
        .select_from(o.join(u, u.c.id == o.c.user_id).join(e, e.c.organization_id == o.c.organization_id))
        .where(e.c.id == event, u.c.id == user, u.c.is_active, o.c.role.in_(TOLD))
    )
    return bool(found.all())


def unseen(c: Connection, user: UUID) -> list[Notice]:
    """What this person was told and has not put away, the newest first."""
    return _notices(c, user, unseen_only=True)


def told(c: Connection, user: UUID) -> list[Notice]:
    """All that this person was told, the newest first."""
    return _notices(c, user, unseen_only=False)


def seen(c: Connection, notice: UUID, user: UUID) -> None:
    """Put it away for this person, who has seen it. ``Refused`` (``unknown_notice``) where it is not theirs."""
    n = m.notices
    done = c.execute(
        update(n)
        .where(n.c.id == notice, n.c.user_id == user)
        .values(seen_at=func.coalesce(n.c.seen_at, func.now()))
    )
    if done.rowcount == 0:
        raise Refused("unknown_notice", "There is no such notice.")


def _notices(c: Connection, user: UUID, *, unseen_only: bool) -> list[Notice]:
    n, e = m.notices, m.raffle_events
    wanted = (
        select(n, func.coalesce(e.c.name, "").label("event_name"))
        .outerjoin(e, e.c.id == n.c.event_id)
        .where(n.c.user_id == user)
        .order_by(n.c.at.desc(), n.c.id.desc())
        .limit(SHOWN_MAX)
    )
    if unseen_only:
        wanted = wanted.where(n.c.seen_at.is_(None))
    return [
        Notice(
            row.id,
            row.event_id,
            row.event_name,
            row.draw_execution_id,
            row.kind,
            row.text,
            row.at,
            row.seen_at,
        )
        for row in c.execute(wanted)
    ]
