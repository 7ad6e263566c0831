"""Invitations: somebody is asked by mail to work for an organisation, and comes by a link that works once.

The link is told once and kept as its hash. Whoever comes by it chooses their own name and password, or comes by an
account at a provider; who works for another organisation already just adds this one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from shared.errors import Refused
from syncserver import accounts, audit, notifications
from syncserver import models as m
from syncserver.office import Office

TOKEN_BYTES: Final = 32
DAYS: Final = 7
OPEN_MAX: Final = 100
"""Invitations of one organisation that wait for an answer."""


def invite(
    office: Office, c: Connection, organisation: UUID, email: str, role: str, role_words: str, by: UUID
) -> str:
    """Ask somebody; the link's path, told this once. ``Refused``: ``email``, ``invited`` (asked already, or too many)."""
    email, now, i = accounts.address(email), office.now(), m.invitations
    waiting = pending(c, organisation, now)
    if any(one.email == email for one in waiting):
        raise Refused("invited", "That address was asked already.", "Withdraw the invitation first.")
    if len(waiting) >= OPEN_MAX:
        raise Refused(
            "invited", f"{OPEN_MAX} invitations wait for an answer.", "Withdraw some of them first."
        )
    token = office.clock.token(TOKEN_BYTES)
    until = now + timedelta(days=DAYS)
    c.execute(
        insert(i).values(
            organization_id=organisation,
            email=email,
            role=role,
            token_hash=hashlib.sha256(token).digest(),
            invited_by=by,
            invited_at=now,
            expires_at=until,
        )
    )
    name = c.execute(select(m.users.c.display_name).where(m.users.c.id == by)).scalar_one()
    path = f"/admin/invitation/{token.hex()}"
    notifications.enqueue(
        office,
        c,
        organisation,
        "invitation",
        once=hashlib.sha256(token).hexdigest(),
        to=notifications.To(email=email),
        facts={
            "link": f"{office.config.public_url}{path}",
            "by": name,
            "role": role_words,
            "until": f"{until:%-d %B %Y}",
        },
    )
    return path


def pending(c: Connection, organisation: UUID, now: datetime) -> list[Row[Any]]:
    """Those that wait for an answer, with ``by``; the newest first."""
    i, u = m.invitations, m.users
    return list(
        c.execute(
            select(i, u.c.display_name.label("by"))
            .join(u, u.c.id == i.c.invited_by)
            .where(
                i.c.organization_id == organisation,
                i.c.accepted_at.is_(None),
                i.c.withdrawn_at.is_(None),
                i.c.expires_at > now,
            )
            .order_by(i.c.invited_at.desc(), i.c.id)
        ).all()
    )


def withdraw(c: Connection, organisation: UUID, invitation: UUID, by: UUID, now: datetime) -> str:
    """Take one back; its address. ``Refused`` (``unknown``) where it is not the organisation's, or was answered."""
    i = m.invitations
    row = c.execute(
        update(i)
        .where(
            i.c.id == invitation,
            i.c.organization_id == organisation,
            i.c.accepted_at.is_(None),
            i.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_by=by, withdrawn_at=now)
        .returning(i.c.email)
    ).one_or_none()
    if row is None:
        raise Refused("unknown", "That invitation was answered or withdrawn already.")
    return str(row.email)


def read(c: Connection, token: str, now: datetime) -> Row[Any]:
    """The invitation of a link, with ``organisation`` (its name) and ``by``. ``Refused`` (``link``) where it is none."""
    i, u, o, ou = m.invitations, m.users, m.organizations, m.organization_users
    try:
        hashed = hashlib.sha256(bytes.fromhex(token)).digest()
    except ValueError:
        hashed = b""
    row = c.execute(
        select(i, o.c.name.label("organisation"), u.c.display_name.label("by"))
        .join(o, o.c.id == i.c.organization_id)
        .join(u, u.c.id == i.c.invited_by)
        .join(ou, (ou.c.user_id == u.c.id) & (ou.c.organization_id == o.c.id))
        .where(
            # It is worth what whoever wrote it is worth at this moment.
            (ou.c.role == "admin") | ((ou.c.role == "manager") & (i.c.role == "operator")),
            i.c.token_hash == hashed,
            i.c.accepted_at.is_(None),
            i.c.withdrawn_at.is_(None),
            i.c.expires_at > now,
            o.c.is_active,
            u.c.is_active,
        )
        .with_for_update(of=i)
    ).one_or_none()
    if row is None:
        raise Refused(
            "link",
            "This invitation was answered, withdrawn, or is too old.",
            "Ask whoever invited you for another one.",
        )
    return row


def accept(office: Office, c: Connection, token: str, user: UUID, *, new: bool) -> UUID:
    """The invited is this user: ``new`` ones have the role already, others get it beside what they have elsewhere.

    Where they are written to is the address that was invited, unless they have said one. Returns the organisation.
    ``Refused``: ``link``, ``member`` (works there already).
    """
    i, ou = m.invitations, m.organization_users
    now = office.now()
    row = read(c, token, now)
    if not new:
        has = c.scalar(
            select(ou.c.role).where(ou.c.organization_id == row.organization_id, ou.c.user_id == user)
        )
        if has is not None:
            raise Refused("member", f"You work for {row.organisation} already.")
        c.execute(
            insert(ou).values(
                organization_id=row.organization_id, user_id=user, role=row.role, is_default=False
            )
        )
    c.execute(update(i).where(i.c.id == row.id).values(accepted_by=user, accepted_at=now))
    audit.critical_event(
        c, "invitation_accepted", "INFO", f"An invitation as {row.role} was accepted", user_id=user
    )
    if notifications.contact(c, user) is None:
        notifications.set_contact(office, c, user, row.email)
    return UUID(str(row.organization_id))
