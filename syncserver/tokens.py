"""Programs' tokens: made once, shown once, kept as a hash; who shows one acts for its maker, in one role.

A token is worth what its maker is worth at this moment: where they are deactivated, leave the organisation, or may
no longer give the token's role, it opens nothing. What a program does is its maker's doing in every record, so that
nobody becomes a second person by way of a program.

A request that changes something bears an idempotency key. Its answer is kept in the transaction of what it did, under
a lock of that key: a program that died waiting asks again and gets the same answer, and a server that died in the
middle has done nothing.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from shared.clock import Clock
from shared.errors import Refused
from syncserver import audit
from syncserver import models as m
from syncserver.office import Office

PREFIX: Final = "tmb_"
"""So that whoever finds one, in a file or a log, knows what it is."""
SECRET_BYTES: Final = 32
NAME_CHARS_MAX: Final = 100
DAYS_MAX: Final = 366
"""Of a token's life; then another is made."""
TOKENS_MAX: Final = 100
"""Of one organisation at a time."""
TOUCH: Final = timedelta(minutes=1)
"""How often a token's last use is written anew."""
MAY_GIVE: Final[Mapping[str, tuple[str, ...]]] = {
    "admin": ("admin", "manager", "operator", "claims", "auditor"),
    "manager": ("manager", "operator"),
}
"""The roles that a maker may give to a program: none above their own."""

KEPT: Final = timedelta(hours=24)
"""How long an answer is kept under its idempotency key."""
TIDIED_AT_ONCE: Final = 100

REQUESTS_PER_MINUTE: Final = 600
"""Of one token, in each process of the server."""
STRANGERS_PER_MINUTE: Final = 60
"""Requests of one address that show no good token, in each process of the server."""
PUBLIC_PER_MINUTE: Final = 240
"""Requests of one address for what everybody may read, in each process of the server."""
BUCKETS_MAX: Final = 10_000


@dataclass(frozen=True)
class Holder:
    """Whoever a good token speaks for."""

    token: UUID
    name: str
    """The program's."""
    user: UUID
    user_name: str
    organisation: UUID
    organisation_name: str
    currency: str
    role: str


@dataclass(frozen=True)
class TokenRow:
    """A token as its page shows it."""

    id: UUID
    name: str
    role: str
    maker: UUID
    maker_name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None
    revoked_by: str
    revoked_reason: str
    state: str
    """``good``, ``expired``, ``revoked``, or ``idle``: its maker may no longer do what it may."""


@dataclass(frozen=True)
class Kept:
    """An answer kept under an idempotency key."""

    fingerprint: bytes
    status: int
    content_type: str
    reply: bytes


def make(
    office: Office,
    c: Connection,
    organisation: UUID,
    by: UUID,
    maker_role: str,
    name: str,
    role: str,
    days: int,
) -> tuple[UUID, str]:
    """Make a token that lives so many days; its id, and the token itself, which is nowhere kept.

    Raises ``Refused``: ``field`` (name, days), ``role``, ``too_many``.
    """
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused(
            "field", "Name: that will not do.", f"Name the program, in 1 to {NAME_CHARS_MAX} letters."
        )
    if not 1 <= days <= DAYS_MAX:
        raise Refused("field", "Days: that will not do.", f"A token lives for 1 to {DAYS_MAX} days.")
    if role not in MAY_GIVE.get(maker_role, ()):
        raise Refused("role", "That role is not yours to give.", "A program may do what you may, or less.")
    # One after the other: two people at once do not pass the limit.
    c.execute(
        select(m.organizations.c.id)
        .where(m.organizations.c.id == organisation)
        .with_for_update(key_share=True)
    )
    now, t = office.now(), m.api_tokens
    held = c.scalar(
        select(func.count()).where(
            t.c.organization_id == organisation, t.c.revoked_at.is_(None), t.c.expires_at > now
        )
    )
    if (held or 0) >= TOKENS_MAX:
        raise Refused("too_many", f"There are {TOKENS_MAX} tokens already.", "Revoke those that nobody uses.")
    secret = PREFIX + office.clock.token(SECRET_BYTES).hex()
    made = c.execute(
        insert(t)
        .values(
            organization_id=organisation,
            user_id=by,
            name=name,
            role=role,
            token_hash=hashed(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        .returning(t.c.id)
    ).scalar_one()
    audit.critical_event(
        c,
        "token_made",
        "INFO",
        f"A token was made for the program “{name}”, role {role}, for {days} days.",
        user_id=by,
        metadata={"token": str(made), "role": role},
    )
    return UUID(str(made)), secret


def revoke(office: Office, c: Connection, organisation: UUID, token: UUID, by: UUID, reason: str) -> str:
    """Revoke a token for good, with a reason; the program's name. ``Refused``: ``reason``, ``unknown``, ``revoked``."""
    reason, t = audit.reasoned(reason), m.api_tokens
    row = c.execute(
        select(t).where(t.c.id == token, t.c.organization_id == organisation).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refused("unknown", "There is no such token.")
    if row.revoked_at is not None:
        raise Refused("revoked", f"The token of “{row.name}” is revoked already.")
    c.execute(
        update(t).where(t.c.id == token).values(revoked_at=office.now(), revoked_by=by, revoked_reason=reason)
    )
    audit.critical_event(
        c,
        "token_revoked",
        "WARN",
        f"The token of the program “{row.name}” was revoked. {reason}",
        user_id=by,
        metadata={"token": str(token)},
    )
    return str(row.name)


def listed(office: Office, c: Connection, organisation: UUID) -> list[TokenRow]:
    """The organisation's tokens: those that open something first, then the newest."""
    t, u, ou = m.api_tokens, m.users, m.organization_users
    revoker, now = u.alias(), office.now()
    rows = c.execute(
        select(
            t,
            u.c.display_name.label("maker_name"),
            u.c.is_active,
            ou.c.role.label("maker_role"),
            func.coalesce(revoker.c.display_name, "").label("revoker"),
        )
        .join(u, u.c.id == t.c.user_id)
        .outerjoin(ou, (ou.c.user_id == u.c.id) & (ou.c.organization_id == t.c.organization_id))
        .outerjoin(revoker, revoker.c.id == t.c.revoked_by)
        .where(t.c.organization_id == organisation)
        .order_by(t.c.created_at.desc(), t.c.id)
    ).all()

    def state(row: Row[Any]) -> str:
        if row.revoked_at is not None:
            return "revoked"
        if row.expires_at <= now:
            return "expired"
        return "good" if row.is_active and row.role in MAY_GIVE.get(row.maker_role or "", ()) else "idle"

    found = [
        TokenRow(
            row.id,
            row.name,
            row.role,
            row.user_id,
            row.maker_name,
            row.created_at,
            row.expires_at,
            row.last_used_at,
            row.last_used_from or "",
            row.revoked_at,
            row.revoker,
            row.revoked_reason or "",
            state(row),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.state in {"revoked", "expired"})


# Showing one ----------------------------------------------------------------------------------------


def hashed(secret: str) -> bytes:
    """As the database keeps a token: whoever reads the table, or a backup of it, can do nothing with it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def holder(office: Office, secret: str, address: str) -> Holder | None:
    """For whom this token speaks, as the database knows them now; None where it opens nothing."""
    if not secret.startswith(PREFIX) or len(secret) != len(PREFIX) + 2 * SECRET_BYTES:
        return None
    t, u, ou, o = m.api_tokens, m.users, m.organization_users, m.organizations
    now = office.now()
    query = (
        select(
            t, u.c.display_name, ou.c.role.label("maker_role"), o.c.name.label("house"), o.c.primary_currency
        )
        .join(u, u.c.id == t.c.user_id)
        .join(ou, (ou.c.user_id == u.c.id) & (ou.c.organization_id == t.c.organization_id))
        .join(o, o.c.id == t.c.organization_id)
        .where(
            t.c.token_hash == hashed(secret),
            t.c.revoked_at.is_(None),
            t.c.expires_at > now,
            u.c.is_active,
            o.c.is_active,
        )
    )
    with office.begin() as c:
        row = c.execute(query).one_or_none()
        if row is None or row.role not in MAY_GIVE.get(row.maker_role, ()):
            return None
        if row.last_used_at is None or now - row.last_used_at > TOUCH:
            c.execute(
                update(t).where(t.c.id == row.id).values(last_used_at=now, last_used_from=address[:100])
            )
    return Holder(
        row.id,
        row.name,
        row.user_id,
        row.display_name,
        row.organization_id,
        row.house,
        row.primary_currency,
        row.role,
    )


# Answers that are kept ------------------------------------------------------------------------------


def fingerprint(method: str, target: str, body: bytes) -> bytes:
    """What an idempotency key is bound to: SHA-256 of method, address and body."""
    head = f"{method}\n{target}\n".encode("utf-8", "replace")
    return hashlib.sha256(head + hashlib.sha256(body).digest()).digest()


def take_key(office: Office, c: Connection, token: UUID, key: str) -> tuple[bool, Kept | None]:
    """Hold this key until the transaction ends: whether nobody else holds it, and the answer kept under it."""
    name = int.from_bytes(hashlib.sha256(token.bytes + key.encode()).digest()[:8], "big", signed=True)
    if not c.scalar(text("SELECT pg_try_advisory_xact_lock(:name)"), {"name": name}):
        return False, None
    r = m.api_requests
    row = c.execute(select(r).where(r.c.token_id == token, r.c.key == key)).one_or_none()
    if row is None:
        return True, None
    if row.made_at <= office.now() - KEPT:
        c.execute(delete(r).where(r.c.token_id == token, r.c.key == key))
        return True, None
    return True, Kept(bytes(row.fingerprint), row.status, row.content_type, bytes(row.reply))


def keep(office: Office, c: Connection, token: UUID, key: str, kept: Kept) -> None:
    """Keep an answer in the transaction of what it tells of, and forget a few that are too old."""
    now = office.now()
    forget(c, now, TIDIED_AT_ONCE)
    c.execute(
        insert(m.api_requests).values(
            token_id=token,
            key=key,
            fingerprint=kept.fingerprint,
            status=kept.status,
            content_type=kept.content_type,
            reply=kept.reply,
            made_at=now,
        )
    )


def forget(c: Connection, now: datetime, most: int) -> int:
    """Forget at most so many answers that are too old to be kept; how many those were."""
    # Rows that another transaction is forgetting are left to it: nobody waits for anybody.
    gone = c.execute(
        text(
            "DELETE FROM api_requests WHERE (token_id, key) IN (SELECT token_id, key FROM api_requests "
            "WHERE made_at <= :then ORDER BY made_at LIMIT :most FOR UPDATE SKIP LOCKED)"
        ),
        {"then": now - KEPT, "most": most},
    )
    return gone.rowcount


def run_due(office: Office) -> list[str]:
    """Forget the answers that are too old; what was done, in words."""
    with office.begin() as c:
        gone = forget(c, office.now(), TIDIED_AT_ONCE * TIDIED_AT_ONCE)
    return [f"{gone} answers of the programming interface were forgotten"] if gone else []


# How many requests ----------------------------------------------------------------------------------


class Rates:
    """How often each has asked in this process: so many at once, and refilled evenly over a minute.

    Kept in memory, and bounded: past ``BUCKETS_MAX`` whoever asked longest ago is forgotten. A server of n processes
    lets through n times as much.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._guard = threading.Lock()

    def wait_s(self, who: str, per_minute: int) -> int:
        """Count a request of ``who``; 0 where it may pass, else in how many seconds the next may."""
        now = self._clock.monotonic_ms()
        with self._guard:
            left, at = self._held.pop(who, (float(per_minute), now))
            left = min(float(per_minute), left + (now - at) * per_minute / 60_000)
            passes = left >= 1
            self._held[who] = (left - 1 if passes else left, now)
            if len(self._held) > BUCKETS_MAX:
                self._held.popitem(last=False)
        return 0 if passes else max(1, math.ceil((1 - left) * 60 / per_minute))
