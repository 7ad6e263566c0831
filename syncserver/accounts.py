"""Customers' accounts: registering, confirming an address, a new password, their own data, bans, and going for good.

A customer belongs to one organisation; the same address at two of them is two accounts. What customers tell of
themselves is in ``customer_accounts`` alone, withheld from the audit log; their user bears no name. Nobody learns
from here whether an address has an account: what an answer would tell goes to the address itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from shared import money
from shared.errors import Refused
from syncserver import attempts, audit, letters, notifications, organisations
from syncserver import models as m
from syncserver.office import Office

TOKEN_BYTES: Final = 32
VERIFY_S: Final = 24 * 3600
RESET_S: Final = 3600
LETTERS_MAX: Final = 5
"""Letters to one address within an hour that one asker, by their network's address, may have sent."""
LETTERS_IN_ALL_MAX: Final = 20
"""Letters to one address within an hour, whoever asks, so that nobody fills somebody's mailbox from here.

It is far above what one asker may have sent: strangers would use up the owner's own letters otherwise.
"""
LETTERS_S: Final = 3600
EMAIL_CHARS_MAX: Final = 254
NAME_CHARS_MAX: Final = 120
PHONE_CHARS_MAX: Final = 20
LANGUAGES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
NO_PASSWORD: Final = "!"  # noqa: S105 - no hash is this
UNCONFIRMED_DAYS: Final = 7
"""After which a registration that nobody confirmed is erased."""
SESSION_DAYS: Final = 90
"""After which an old session's browser and address are forgotten; that there was one stays."""
FORGOTTEN_AT_ONCE: Final = 500
ORDERS_MAX: Final = 10_000
"""Of one customer, in what they take with them."""


@dataclass(frozen=True)
class Customer:
    """Somebody who buys; without an address where a provider told none, and without anything once they are gone."""

    user: UUID
    organisation: UUID
    email: str | None
    name: str
    phone: str | None
    language: str
    verified_at: datetime | None
    verified_by: UUID | None
    banned_at: datetime | None
    banned_by: UUID | None
    banned_reason: str | None
    deleted_at: datetime | None
    created_at: datetime

    @property
    def may_buy(self) -> bool:
        """Whether they are who they say, and welcome."""
        return (
            self.banned_at is None
            and self.deleted_at is None
            and (self.verified_at is not None or self.email is None)
        )


def customer(c: Connection, user: UUID) -> Customer | None:
    """The customer that this user is; None where they are none."""
    a = m.customer_accounts
    row = c.execute(select(a).where(a.c.user_id == user)).one_or_none()
    return None if row is None else _customer(row)


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        row.user_id,
        row.organization_id,
        row.email,
        row.name,
        row.phone,
        row.language,
        row.email_verified_at,
        row.verified_by,
        row.banned_at,
        row.banned_by,
        row.banned_reason,
        row.deleted_at,
        row.created_at,
    )


def let_in(c: Connection, user: UUID) -> Customer:
    """The customer who comes in now; ``Refused`` (``banned``) where the account is closed."""
    found = customer(c, user)
    if found is None or found.banned_at is not None or found.deleted_at is not None:
        raise Refused("banned", "This account is closed.", "Ask the organisation that holds the raffles.")
    return found


def address(email: str) -> str:
    """An e-mail address as it is kept. ``Refused`` (``email``) where it is none."""
    email = email.strip().lower()
    known = notifications.address(email)
    if known is None or len(email) > EMAIL_CHARS_MAX:
        raise Refused("email", "That is no e-mail address.", "Write it like anna@example.org.")
    return known


def site(c: Connection, asked: str = "") -> Row[Any]:
    """The organisation whose customers one would be: the one that was asked for, otherwise the first.

    ``Refused`` (``unknown_organisation``) where there is none.
    """
    o = m.organizations
    try:
        wanted = UUID(asked)
    except ValueError:
        wanted = None
    query = select(o).where(o.c.is_active).order_by(o.c.created_at, o.c.id).limit(1)
    row = c.execute(query if wanted is None else query.where(o.c.id == wanted)).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation here.")
    return row


# Coming -----------------------------------------------------------------------------------------------------


def register(
    office: Office,
    c: Connection,
    organisation: UUID,
    email: str,
    name: str,
    password_hash: str,
    language: str,
    asker: str,
) -> bytes:
    """Begin an account; a letter to the address asks to confirm it. Returns what this browser may confirm it by.

    ``asker`` is the network's address that it is asked from. Where the address has an account already, the letter says so instead, and nothing changes. The password counts
    once the address is confirmed. ``Refused``: ``email``, ``name``.
    """
    email, name = address(email), _name(name)
    a = m.customer_accounts
    # Two browsers with the same new address: the second finds the account that the first has begun.
    same = func.hashtextextended(f"register {organisation} {email}", 0)
    c.execute(select(func.pg_advisory_xact_lock(same)))
    row = c.execute(
        select(a).where(a.c.organization_id == organisation, a.c.email == email).with_for_update()
    ).one_or_none()
    if row is None:
        user = create(office, c, organisation, email=email, language=language)
    elif row.email_verified_at is not None:
        if row.banned_at is None:
            _link(office, c, _customer(row), "reset", email, asker)
        return office.clock.token(TOKEN_BYTES)
    else:
        user = row.user_id
    made = customer(c, user)
    assert made is not None
    return _link(office, c, made, "verify", email, asker, password_hash=password_hash, name=name)


def create(
    office: Office,
    c: Connection,
    organisation: UUID,
    *,
    email: str | None = None,
    name: str = "",
    language: str = "en",
    verified: bool = False,
    password_hash: str = NO_PASSWORD,
) -> UUID:
    """Makes a customer, always as a customer, and returns their user's id; the user bears no name."""
    user: UUID = c.execute(select(func.gen_random_uuid())).scalar_one()
    words = f"Customer {user.hex[:8]}"
    c.execute(insert(m.users).values(id=user, cognito_sub=f"local:{user}", display_name=words))
    c.execute(
        insert(m.organization_users).values(
            organization_id=organisation, user_id=user, role="customer", is_default=True
        )
    )
    c.execute(
        insert(m.local_accounts).values(
            user_id=user,
            username=f"customer:{user}",
            password_hash=password_hash,
            password_changed_at=office.now(),
        )
    )
    c.execute(
        insert(m.customer_accounts).values(
            user_id=user,
            organization_id=organisation,
            email=None if email is None else address(email),
            name=name,
            language=language if language in LANGUAGES else "en",
            email_verified_at=office.now() if verified else None,
            created_at=office.now(),
        )
    )
    return user


def link(c: Connection, token: str, now: datetime, *kinds: str) -> Row[Any]:
    """The link that was sent, with its customer's ``organization_id``, ``banned_at`` and ``name_of``.

    ``Refused`` (``link``) where it was used, is too old, or never was.
    """
    k, a = m.account_links, m.customer_accounts
    row = c.execute(
        select(k, a.c.organization_id, a.c.banned_at, a.c.name.label("name_of"))
        .join(a, a.c.user_id == k.c.user_id)
        .where(
            k.c.token_hash == _hashed(token),
            k.c.kind.in_(kinds),
            k.c.used_at.is_(None),
            k.c.expires_at > now,
            a.c.banned_at.is_(None),
            a.c.deleted_at.is_(None),
        )
        .with_for_update(of=k)
    ).one_or_none()
    if row is None:
        raise Refused(
            "link",
            "This link has been used, is too old, or is not whole.",
            "Ask for another one, and open the newest letter’s link.",
        )
    return row


def confirm(office: Office, c: Connection, token: str, password_hash: str | None) -> UUID:
    """The address is theirs who hold its letter: the account is open; its user.

    ``password_hash`` is one typed now, by whoever reads the letter; None keeps what was typed when registering, which
    is for that same browser alone: somebody else may have registered with this address. ``Refused`` (``link``).
    """
    now = office.now()
    row = link(c, token, now, "verify")
    a = m.customer_accounts
    values: dict[str, Any] = {"email_verified_at": now} | ({"name": row.name} if row.name else {})
    c.execute(update(a).where(a.c.user_id == row.user_id).values(values))
    _password(c, row.user_id, password_hash or row.password_hash or NO_PASSWORD, now)
    _used(c, row.user_id, now)
    return UUID(str(row.user_id))


def forgotten(office: Office, c: Connection, organisation: UUID, email: str, asker: str) -> None:
    """A letter with a way to a new password, where the address has an account; ``Refused`` (``email``) where it is none."""
    email, a = address(email), m.customer_accounts
    row = c.execute(
        select(a).where(a.c.organization_id == organisation, a.c.email == email, a.c.banned_at.is_(None))
    ).one_or_none()
    if row is not None:
        _link(office, c, _customer(row), "reset", email, asker)


def reset(office: Office, c: Connection, token: str, password_hash: str) -> UUID:
    """A new password by a letter's link; it shows as well that the address is theirs. ``Refused`` (``link``)."""
    now = office.now()
    row = link(c, token, now, "reset")
    a = m.customer_accounts
    c.execute(
        update(a)
        .where(a.c.user_id == row.user_id, a.c.email == row.email, a.c.email_verified_at.is_(None))
        .values(email_verified_at=now)
    )
    _password(c, row.user_id, password_hash, now)
    _used(c, row.user_id, now)
    return UUID(str(row.user_id))


def _password(c: Connection, user: UUID, password_hash: str, now: datetime) -> None:
    la, ws = m.local_accounts, m.web_sessions
    c.execute(
        update(la)
        .where(la.c.user_id == user)
        .values(password_hash=password_hash, password_changed_at=now, failed_attempts=0, locked_until=None)
    )
    c.execute(update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now))


def _used(c: Connection, user: UUID, now: datetime) -> None:
    """No letter sent before is worth anything now."""
    k = m.account_links
    c.execute(
        update(k).where(k.c.user_id == user, k.c.used_at.is_(None)).values(used_at=now, password_hash=None)
    )


def _link(
    office: Office,
    c: Connection,
    to: Customer,
    kind: str,
    email: str,
    asker: str,
    *,
    password_hash: str | None = None,
    name: str | None = None,
) -> bytes:
    """Write a link and the letter that carries it; none where that address has had too many. The link's token.

    The letters of before keep their worth.
    """
    now, token = office.now(), office.clock.token(TOKEN_BYTES)
    mine = attempts.key(office, "letters", str(to.organisation), email, asker)
    of_all = attempts.key(office, "letters", str(to.organisation), email)
    if not attempts.asked(c, mine, now, LETTERS_MAX, LETTERS_S):
        return token
    if not attempts.asked(c, of_all, now, LETTERS_IN_ALL_MAX, LETTERS_S):
        return token
    until = now + timedelta(seconds=RESET_S if kind == "reset" else VERIFY_S)
    c.execute(
        insert(m.account_links).values(
            token_hash=hashlib.sha256(token).digest(),
            user_id=to.user,
            kind=kind,
            email=email,
            password_hash=password_hash,
            name=name,
            made_at=now,
            expires_at=until,
        )
    )
    zone = ZoneInfo(organisations.of(c, to.organisation).timezone)
    page = {"verify": "confirm", "reset": "new-password", "move": "new-address"}[kind]
    notifications.enqueue(
        office,
        c,
        to.organisation,
        "password_reset" if kind == "reset" else "verify_email",
        once=hashlib.sha256(token).hexdigest(),
        to=notifications.To(email=email, name=name or to.name, language=to.language, user=to.user),
        facts={
            "link": f"{office.config.public_url}/account/{page}/{token.hex()}",
            "until": letters.moment(until, zone, to.language),
        },
    )
    return token


def _hashed(token: str) -> bytes:
    try:
        return hashlib.sha256(bytes.fromhex(token)).digest()
    except ValueError:
        return b""


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused("name", f"A name has 1 to {NAME_CHARS_MAX} characters.")
    return name


# Staying ----------------------------------------------------------------------------------------------------


def change(c: Connection, user: UUID, name: str, phone: str, language: str) -> None:
    """What a customer says of themselves. ``Refused``: ``name``, ``phone``, ``language``."""
    number = phone.strip() or None
    if number is not None and (len(number) > PHONE_CHARS_MAX or notifications.number(number) is None):
        raise Refused(
            "phone", "That is no telephone number.", "Write it with its country, like +49 30 1234567."
        )
    if language not in LANGUAGES:
        raise Refused("language", "We do not write in that language.", "Choose one of the list.")
    a = m.customer_accounts
    kept = None if number is None else notifications.number(number)
    c.execute(update(a).where(a.c.user_id == user).values(name=_name(name), phone=kept, language=language))


def move(office: Office, c: Connection, user: UUID, email: str, asker: str) -> None:
    """Ask the new address whether it is theirs; until it says so the old one holds. ``Refused`` (``email``).

    Where the address is somebody else's account here, nothing is sent, and nobody learns that.
    """
    email, a = address(email), m.customer_accounts
    me = customer(c, user)
    assert me is not None
    taken = c.scalar(select(a.c.user_id).where(a.c.organization_id == me.organisation, a.c.email == email))
    if taken is None:
        _link(office, c, me, "move", email, asker)


def moved(office: Office, c: Connection, token: str) -> UUID:
    """The new address said so. ``Refused`` (``link``)."""
    now, a = office.now(), m.customer_accounts
    row = link(c, token, now, "move")
    taken = (a.c.organization_id == row.organization_id, a.c.email == row.email, a.c.user_id != row.user_id)
    if c.scalar(select(a.c.user_id).where(*taken)) is not None:
        raise Refused("link", "This address has an account of its own by now.", "Sign in with that one.")
    c.execute(update(a).where(a.c.user_id == row.user_id).values(email=row.email, email_verified_at=now))
    _used(c, row.user_id, now)
    return UUID(str(row.user_id))


def taken_along(c: Connection, user: UUID) -> dict[str, Any]:
    """Everything that is kept of a customer, for themselves, as plain data."""
    me = customer(c, user)
    assert me is not None
    o, t, e, i = m.orders, m.tickets, m.raffle_events, m.user_identities
    orders = c.execute(
        select(o, e.c.name.label("raffle"))
        .join(e, e.c.id == o.c.event_id)
        .where(o.c.created_by == user)
        .order_by(o.c.created_at, o.c.id)
        .limit(ORDERS_MAX)
    ).all()
    numbers: dict[UUID, list[int]] = {}
    for row in c.execute(
        select(t.c.order_id, t.c.draw_number)
        .where(t.c.order_id.in_([one.id for one in orders]))
        .order_by(t.c.draw_number)
    ):
        numbers.setdefault(row.order_id, []).append(row.draw_number)
    ways = c.execute(select(i.c.provider, i.c.linked_at).where(i.c.user_id == user)).all()
    return {
        "account": {
            "id": str(me.user),
            "email": me.email,
            "name": me.name,
            "phone": me.phone,
            "language": me.language,
            "email_confirmed_at": _iso(me.verified_at),
            "registered_at": _iso(me.created_at),
        },
        "sign_in_with": [{"provider": row.provider, "since": _iso(row.linked_at)} for row in ways],
        "orders": [
            {
                "id": str(row.id),
                "raffle": row.raffle,
                "validation_number": row.validation_number,
                "bought_at": _iso(row.created_at),
                "amount": str(money.major(row.total_amount, row.currency)),
                "currency": row.currency,
                "payment": row.payment_status,
                "numbers": numbers.get(row.id, []),
                "told": row.customer_info,
            }
            for row in orders
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


# Going ------------------------------------------------------------------------------------------------------


def leave(office: Office, c: Connection, user: UUID) -> None:
    """A customer goes: whatever they told of themselves is erased for good. Their orders stay, without a name."""
    now, o, b = office.now(), m.orders, m.checkouts
    me = customer(c, user)
    # Messages to them, and what they began to buy, hold their name and address too.
    notifications.forget(c, c.scalars(select(o.c.id).where(o.c.created_by == user)).all())
    notifications.forget_user(c, user)
    for reached in (me.email, me.phone) if me is not None else ():
        if reached and me is not None:
            notifications.forget_address(office, c, me.organisation, reached)
    c.execute(update(b).where(b.c.user_id == user, b.c.state.not_in(["held", "open"])).values(contact=None))
    c.execute(
        update(o)
        .where(o.c.created_by == user, o.c.customer_info.is_not(None))
        .values(customer_info=None, customer_erased_at=now, updated_by=user, updated_at=func.now())
    )
    c.execute(
        update(m.customer_accounts)
        .where(m.customer_accounts.c.user_id == user)
        .values(email=None, name="", phone=None, deleted_at=now)
    )
    for table in (m.user_identities, m.account_links, m.local_accounts, m.recovery_codes, m.second_factors):
        c.execute(delete(table).where(table.c.user_id == user))
    c.execute(update(m.users).where(m.users.c.id == user).values(is_active=False, cognito_sub=f"gone:{user}"))
    ws = m.web_sessions
    c.execute(update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now))
    c.execute(update(ws).where(ws.c.user_id == user).values(browser="", address=""))
    audit.critical_event(c, "customer_left", "INFO", "A customer deleted their account", user_id=user)


def run_due(office: Office) -> list[str]:
    """Erase registrations that nobody confirmed, links that are over, and where old sessions were; in words."""
    now = office.now()
    a, k, ws = m.customer_accounts, m.account_links, m.web_sessions
    stale = (
        select(a.c.user_id)
        .where(
            a.c.email.is_not(None),
            a.c.email_verified_at.is_(None),
            a.c.created_at < now - timedelta(days=UNCONFIRMED_DAYS),
            a.c.user_id.not_in(select(k.c.user_id).where(k.c.expires_at > now, k.c.used_at.is_(None))),
        )
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True, of=a)
    )
    with office.begin() as c:
        users = list(c.execute(stale).scalars())
        for user in users:
            leave(office, c, user)
        c.execute(delete(k).where(k.c.expires_at < now - timedelta(days=1)))
        old = (ws.c.last_seen_at < now - timedelta(days=SESSION_DAYS)) & (
            (ws.c.browser != "") | (ws.c.address != "")
        )
        c.execute(update(ws).where(old).values(browser="", address=""))
    return [f"erased {len(users)} registrations that nobody confirmed"] if users else []


def ban(office: Office, c: Connection, user: UUID, reason: str, by: UUID) -> None:
    """Shut a customer out: they are signed out, and can neither sign in nor buy; their tickets stay what they are.

    ``Refused``: ``reason``, ``unknown_customer``. The caller sees to it that the customer is of their organisation.
    """
    reason = audit.reasoned(reason)
    now, me = office.now(), _known(c, user)
    a, ws = m.customer_accounts, m.web_sessions
    if me.banned_at is not None:
        return
    c.execute(update(a).where(a.c.user_id == user).values(banned_at=now, banned_by=by, banned_reason=reason))
    c.execute(update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now))
    words = f"Customer {user.hex[:8]} was shut out. {reason}"
    audit.critical_event(c, "customer_banned", "WARN", words, user_id=by)


def lift_ban(c: Connection, user: UUID, reason: str, by: UUID) -> None:
    """Let a customer in again. ``Refused``: ``reason``, ``unknown_customer``."""
    reason, a = audit.reasoned(reason), m.customer_accounts
    if _known(c, user).banned_at is None:
        return
    c.execute(update(a).where(a.c.user_id == user).values(banned_at=None, banned_by=None, banned_reason=None))
    words = f"Customer {user.hex[:8]} is let in again. {reason}"
    audit.critical_event(c, "customer_ban_lifted", "INFO", words, user_id=by)


def verify_by_hand(office: Office, c: Connection, user: UUID, by: UUID) -> None:
    """Somebody of the staff vouches for a customer's address; the password typed when registering counts from now on.

    ``Refused`` (``unknown_customer``).
    """
    me = _known(c, user)
    if me.verified_at is not None:
        return
    a, k, la = m.customer_accounts, m.account_links, m.local_accounts
    c.execute(update(a).where(a.c.user_id == user).values(email_verified_at=office.now(), verified_by=by))
    typed = c.scalar(
        select(k.c.password_hash)
        .where(
            k.c.user_id == user, k.c.kind == "verify", k.c.used_at.is_(None), k.c.password_hash.is_not(None)
        )
        .order_by(k.c.made_at.desc())
        .limit(1)
    )
    if typed is not None:
        c.execute(
            update(la)
            .where(la.c.user_id == user, la.c.password_hash == NO_PASSWORD)
            .values(password_hash=typed)
        )
    _used(c, user, office.now())
    words = f"Customer {user.hex[:8]} was verified by hand"
    audit.critical_event(c, "customer_verified", "INFO", words, user_id=by)


def _known(c: Connection, user: UUID) -> Customer:
    a = m.customer_accounts
    row = c.execute(
        select(a).where(a.c.user_id == user, a.c.deleted_at.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refused("unknown_customer", "There is no such customer.")
    return _customer(row)


# Who somebody is at a provider ------------------------------------------------------------------------------


def by_identity(c: Connection, issuer: str, subject: str, organisation: UUID | None) -> UUID | None:
    """Whose account at a provider this is: a customer's of the organisation, or, of none, somebody's of the staff."""
    i = m.user_identities
    here = i.c.organization_id.is_(None) if organisation is None else i.c.organization_id == organisation
    return c.scalar(
        select(i.c.user_id)
        .join(m.users, m.users.c.id == i.c.user_id)
        .where(i.c.issuer == issuer, i.c.subject == subject, here, m.users.c.is_active)
    )


def identities(c: Connection, user: UUID) -> list[Row[Any]]:
    """With which providers somebody can come in."""
    i = m.user_identities
    return list(c.execute(select(i).where(i.c.user_id == user).order_by(i.c.linked_at)).all())


def attach(
    c: Connection, user: UUID, organisation: UUID | None, provider: str, issuer: str, subject: str
) -> None:
    """Let somebody come in by their account at a provider. ``Refused`` (``identity``) where it is somebody else's.

    ``users.cognito_sub`` is then issuer and subject, of customers with their organisation behind it.
    """
    owner = by_identity(c, issuer, subject, organisation)
    if owner == user:
        return
    i, u = m.user_identities, m.users
    has = c.scalar(select(i.c.id).where(i.c.user_id == user, i.c.issuer == issuer))
    if owner is not None or has is not None:
        raise Refused(
            "identity",
            "That account at the provider belongs to somebody else here."
            if owner is not None
            else "You come in by another account at that provider already.",
            "Sign out at the provider and choose the right one, or remove the other first.",
        )
    c.execute(
        insert(i).values(
            user_id=user, organization_id=organisation, provider=provider, issuer=issuer, subject=subject
        )
    )
    apart = "" if organisation is None else f"|{organisation}"
    c.execute(
        update(u)
        .where(u.c.id == user, u.c.cognito_sub == f"local:{user}")
        .values(cognito_sub=f"{issuer}|{subject}{apart}")
    )


def detach(c: Connection, user: UUID, identity: UUID) -> None:
    """Come in by it no more. ``Refused``: ``unknown_identity``, ``last_way`` where nothing else would be left."""
    i, la, u = m.user_identities, m.local_accounts, m.users
    held = identities(c, user)
    if identity not in {one.id for one in held}:
        raise Refused("unknown_identity", "You do not come in by that account.", "Nothing was changed.")
    password = c.scalar(select(la.c.password_hash).where(la.c.user_id == user))
    if len(held) < 2 and (password is None or password == NO_PASSWORD):
        raise Refused("last_way", "You could not come in any more.", "Set a password first.")
    c.execute(delete(i).where(i.c.user_id == user, i.c.id == identity))
    c.execute(update(u).where(u.c.id == user).values(cognito_sub=f"local:{user}"))


def from_provider(
    office: Office,
    c: Connection,
    organisation: UUID,
    provider: str,
    claims: Mapping[str, str],
    *,
    email_verified: bool,
) -> UUID:
    """The customer whom a provider names (``iss``, ``sub``, ``email``, ``name``), made where there is none.

    An account that exists is only taken by an address that the provider has verified. ``Refused`` (``banned``).
    """
    issuer, subject = claims["iss"], claims["sub"]
    user = by_identity(c, issuer, subject, organisation)
    if user is None:
        email = notifications.address(claims.get("email", "").lower()) if email_verified else None
        a = m.customer_accounts
        known = None
        if email is not None:
            known = c.execute(
                select(a).where(a.c.organization_id == organisation, a.c.email == email).with_for_update()
            ).one_or_none()
        if known is None:
            name = "".join(ch for ch in claims.get("name", "") if ch.isprintable())[:NAME_CHARS_MAX]
            user = create(office, c, organisation, email=email, name=name, verified=email is not None)
        else:
            user = UUID(str(known.user_id))
            if known.email_verified_at is None:
                c.execute(update(a).where(a.c.user_id == user).values(email_verified_at=office.now()))
                _used(c, user, office.now())
        attach(c, user, organisation, provider, issuer, subject)
    let_in(c, user)
    return user
