"""Who may enter where: every view carries a mark that says it, and without one the server does not start.

People have local accounts (argon2), accounts at a provider, or both, and may have a second factor. The cookie holds a
token, the database its hash and whose session it is: a copy of the cookie is worth nothing once its owner has logged
out. What they may do is read from the database at every request, so that a role taken away is gone at once. A session
is made new at log-in, at its second step, in another organisation and with every change of the password or the role,
and ends after a while without use. Those who work here and customers have sessions of different kinds: a browser
can hold one of each, and neither opens a page of the other.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask import Flask, Request, Response, after_this_request, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from shared.errors import Fault, Refused
from syncserver import accounts, attempts, audit, factors, organisations
from syncserver import models as m
from syncserver.office import Office

STAFF: Final = ("admin", "manager", "operator", "claims", "auditor")
"""The roles of those who work here."""
CUSTOMER: Final = "customer"
ROLES: Final = (*STAFF, CUSTOMER)
ROLE_WORDS: Final = {
    "admin": "Administrator",
    "manager": "Event manager",
    "operator": "Operator",
    "claims": "Claims desk",
    "auditor": "Auditor",
    "customer": "Customer",
}
ROLE_MAY: Final = {
    "admin": "Everything here; with a PIN a supervisor at every kiosk",
    "manager": "Events, kiosks, draws and operators; with a PIN a supervisor at every kiosk",
    "operator": "Sells at the kiosks with a PIN; with a password sees events, kiosks and orders here",
    "claims": "Pays prizes at the claims desk; no kiosk takes their PIN",
    "auditor": "Reads everything but what buyers told of themselves, and changes nothing; no kiosk takes their PIN",
}
"""What each role may do, as the office tells it; ``catalog.SUPERVISE`` and ``WORK_AT_KIOSKS`` are the kiosks' part."""
PUBLIC: Final = "public"
RSU: Final = "rsu"
TOKEN: Final = "token"  # noqa: S105 - the name of a mark
"""A call for programs, with a bearer token; the roles beside it are those a token may have."""

PROVED_S: Final = 600
"""How long it holds that somebody has said who they are once more; a log-in without a password counts as long."""
PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX = 12, 200
NAME_CHARS_MAX = 120
FAILURES_FREE = 3
"""Wrong passwords without a wait; each further one doubles it."""
LOCK_S_MAX = 900
VERIFYING_MAX = 2
"""Passwords that one process verifies at once: each takes a tenth of a second of every core, and 64 MB."""
WAITING_MAX = 2
"""Log-ins that wait for their turn; each takes up a thread that kiosks need as well, so that more are turned away."""
TURN_S_MAX = 1.0
SESSION_IDLE_MS_MAX = 30 * 60 * 1000
SESSION_MS_MAX = 12 * 60 * 60 * 1000
TOKEN_BYTES = 32
SESSION_TOUCH_MS = 60 * 1000
"""How often a session's last use is written anew."""
CSRF_FIELD = "csrf"
SECOND_STEP_MS_MAX = 10 * 60 * 1000
"""From the right password to the second step's end."""
ADDRESS_FREE = 20
"""Wrong passwords from one address without a wait, whosever they are; a hall's people may share one."""
ADDRESS_LOCK_S_MAX = 60
DEVICE_COOKIE = "tombola_device"
DEVICE_MS_MAX = 180 * 24 * 60 * 60 * 1000
"""How long a browser counts as known where somebody logged in."""
DEVICES_MAX = 4
"""People who are known in one browser."""
FAILURES_NOTED = 8
"""Failures of one account or address that are noted again, and then at every doubling."""
BROWSER_CHARS_MAX = 200
STAFF_SLOT, CUSTOMER_SLOT = "t", "k"
"""Where the cookie keeps the token of somebody who works here, and of a customer."""
PROVED: Final = "proved"
"""Where the cookie keeps which session has said who it is once more, and when."""

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$KrqJjLl0SPSLhVpDIBRqVr8JFCmTWGlj2hzdZXLF0PU"
"""No password's hash: checked where there is no such account, so that the answer takes as long."""
_verifying = threading.BoundedSemaphore(VERIFYING_MAX)
_at_the_door = threading.BoundedSemaphore(VERIFYING_MAX + WAITING_MAX)

LOOPBACK = ("127.", "::1", "::ffff:127.")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Account:
    """Whoever is logged in, and where."""

    id: UUID
    name: str
    username: str
    organisation: UUID
    organisation_name: str
    currency: str
    role: str
    session: UUID | None = None
    """The session's public name: whoever knows it can end it, and nothing else."""
    timezone: str = ""
    """The organisation's."""


@dataclass(frozen=True)
class Half:
    """Whoever gave the right password and has a step to take still."""

    user: UUID
    name: str
    username: str
    organisation: UUID
    organisation_name: str
    due: str
    """``code``: of the second factor they have; ``setup``: of one they must set up first."""


@dataclass(frozen=True)
class Membership:
    """An organisation that one works for."""

    organisation: UUID
    name: str
    role: str
    is_default: bool


class NotAllowed(Exception):  # noqa: N818 - says what it is
    """The caller may not enter: 401 where nobody is logged in, 403 where the role does not reach."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def access(*who: str) -> Callable[[View], View]:
    """Marks a view with who may enter: ``"public"``, ``"rsu"``, roles, or ``"token"`` and the roles of tokens."""
    unknown = set(who) - {PUBLIC, RSU, TOKEN, *ROLES}
    if unknown or not who:
        raise RuntimeError(f"no such access mark: {', '.join(sorted(unknown)) or 'none given'}")

    def mark(view: View) -> View:
        cast("Any", view).tombola_access = frozenset(who)
        return view

    return mark


def marks(app: Flask) -> dict[str, frozenset[str]]:
    """The mark of every endpoint; ``RuntimeError`` naming those that have none."""
    found = {name: getattr(view, "tombola_access", None) for name, view in app.view_functions.items()}
    bare = sorted(name for name, mark in found.items() if mark is None)
    if bare:
        raise RuntimeError(f"these views do not say who may enter: {', '.join(bare)}")
    return {name: mark for name, mark in found.items() if mark is not None}


def mark_of(endpoint: str | None) -> frozenset[str]:
    """Who may enter there; nobody where there is no such endpoint."""
    view = current_app.view_functions.get(endpoint or "")
    return cast("frozenset[str]", getattr(view, "tombola_access", frozenset()))


def office() -> Office:
    """The office that this application serves."""
    return cast("Office", current_app.extensions["tombola"])


def account() -> Account:
    """Who is logged in; only inside views that ask for a role."""
    return cast("Account", g.account)


# Accounts -------------------------------------------------------------------------------------------


def create_user(
    c: Connection,
    organisation: UUID,
    username: str,
    name: str,
    password: str | None,
    role: str,
    pin: str | None = None,
) -> UUID:
    """Makes a person of an organisation, with a password for these pages and a PIN for the kiosks.

    Either may be None. Raises ``Refused``: ``user_name``, ``user_taken``, ``password``, ``pin``, ``role``.
    """
    username = username.strip().lower()
    name = name.strip()
    if role not in STAFF:
        raise Refused("role", f"There is no role “{role}” here.", f"It is one of {', '.join(STAFF)}.")
    plain = username.replace(".", "").replace("-", "").replace("_", "").replace("@", "")
    if not 2 <= len(username) <= NAME_CHARS_MAX or not plain.isalnum():
        raise Refused("user_name", "A user name has 2 or more letters, digits, dots or dashes.")
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        raise Refused("user_name", f"A name has 1 to {NAME_CHARS_MAX} characters.")
    if password is not None:
        check_password(password)
    if pin is not None:
        _check_pin(pin)
    if c.scalar(select(m.local_accounts.c.user_id).where(m.local_accounts.c.username == username)):
        raise Refused(
            "user_taken", f"There is already somebody called “{username}”.", "Choose another user name."
        )
    user = c.execute(select(func.gen_random_uuid())).scalar_one()
    c.execute(insert(m.users).values(id=user, cognito_sub=f"local:{user}", display_name=name))
    c.execute(
        insert(m.organization_users).values(
            organization_id=organisation, user_id=user, role=role, is_default=True
        )
    )
    # Without a password nobody can log in here: "!" is no hash.
    hashed = "!" if password is None else _hasher.hash(password)
    c.execute(insert(m.local_accounts).values(user_id=user, username=username, password_hash=hashed))
    if pin is not None:
        set_pin(c, user, pin)
    return cast("UUID", user)


def create_by_provider(c: Connection, organisation: UUID, name: str, role: str) -> UUID:
    """Makes a person who comes by an account at a provider alone. ``Refused`` (``role``)."""
    if role not in STAFF:
        raise Refused("role", f"There is no role “{role}” here.", f"It is one of {', '.join(STAFF)}.")
    user: UUID = c.execute(select(func.gen_random_uuid())).scalar_one()
    name = name.strip()[:NAME_CHARS_MAX] or "Somebody"
    c.execute(insert(m.users).values(id=user, cognito_sub=f"local:{user}", display_name=name))
    row = {"organization_id": organisation, "user_id": user, "role": role, "is_default": True}
    c.execute(insert(m.organization_users).values(row))
    return user


def rename(c: Connection, user: UUID, name: str) -> None:
    """Another name for somebody; the audit log holds both. ``Refused`` (``user_name``)."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused("user_name", f"A name has 1 to {NAME_CHARS_MAX} characters.")
    c.execute(update(m.users).where(m.users.c.id == user).values(display_name=name))


def check_password(password: str) -> None:
    """Raises ``Refused`` (``password``) where it is too short, or longer than anybody types."""
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise Refused("password", f"A password has at least {PASSWORD_CHARS_MIN} characters.")


def twice(form: Mapping[str, str]) -> str:
    """A new password that was typed twice; ``Refused`` (``password``) where that differs, or it will not do."""
    new = form.get("password", "")
    check_password(new)
    if new != form.get("again"):
        raise Refused("password", "The two passwords are not the same.", "Type both again.")
    return new


def hashed_password(password: str) -> str:
    """As the database keeps a password; ``Refused`` (``password``) where it will not do. Slow, so in no transaction.

    ``Fault`` (``log_in.busy``) where too many are reckoned at once.
    """
    check_password(password)
    with _turn():
        return _hasher.hash(password)


def _check_pin(pin: str) -> None:
    if not (pin.isascii() and pin.isdigit() and keys.PIN_DIGITS_MIN <= len(pin) <= keys.PIN_DIGITS_MAX):
        raise Refused("pin", f"A PIN has {keys.PIN_DIGITS_MIN} to {keys.PIN_DIGITS_MAX} digits.")


def set_pin(c: Connection, user: UUID, pin: str) -> None:
    """Gives a person the PIN with which they log on at kiosks; ``Refused`` (``pin``) where it is none."""
    _check_pin(pin)
    salt: bytes = c.execute(select(func.uuid_send(func.gen_random_uuid()))).scalar_one()
    # The kiosks' verifiers follow from scrypt's output, so it is kept as it is, beside its salt.
    kept = f"{salt.hex()}${keys.pin_base(pin, salt).hex()}"
    row = upsert(m.operator_pins).values(user_id=user, pin_hash=kept)
    c.execute(
        row.on_conflict_do_update(
            index_elements=["user_id"], set_={"pin_hash": kept, "updated_at": func.now()}
        )
    )


def set_password(c: Connection, user: UUID, password: str, now: datetime) -> None:
    """Another password; every session of that person, in whatever browser, ends with it."""
    check_password(password)
    keep_password(c, user, _hasher.hash(password), now)


def keep_password(c: Connection, user: UUID, hashed: str, now: datetime) -> None:
    """The same, of a password that was hashed already (:func:`hashed_password`)."""
    c.execute(
        update(m.local_accounts)
        .where(m.local_accounts.c.user_id == user)
        .values(
            password_hash=hashed,
            password_changed_at=now,
            failed_attempts=0,
            locked_until=None,
        )
    )
    # After the account's row: a log-in with the old password that holds its lock is waited for, and ended too.
    end_sessions(c, user, now)


def set_role(
    c: Connection, organisation: UUID, user: UUID, role: str, by: UUID, reason: str, now: datetime
) -> str:
    """Give somebody of the organisation another role, and return their name; they log in anew.

    Raises ``Refused``: ``reason``, ``role`` (none, or nobody of this organisation), ``oneself``, ``last_admin``.
    """
    reason = audit.reasoned(reason)
    if role not in STAFF:
        raise Refused("role", f"There is no role “{role}” here.", f"It is one of {', '.join(STAFF)}.")
    o, ou, u = m.organizations, m.organization_users, m.users
    c.execute(select(o.c.id).where(o.c.id == organisation).with_for_update(key_share=True))
    person = c.execute(
        select(u.c.display_name, ou.c.role)
        .join(ou, ou.c.user_id == u.c.id)
        .where(u.c.id == user, ou.c.organization_id == organisation, ou.c.role.in_(STAFF))
    ).one_or_none()
    if person is None:
        raise Refused("role", "That person is not yours to change.")
    name = str(person.display_name)
    if person.role == role:
        return name
    if user == by:
        raise Refused("oneself", "Nobody changes their own role.", "Ask another administrator.")
    if person.role == "admin" and not _other_admins(c, organisation, user):
        raise Refused("last_admin", f"{name} is the last administrator.", "Make another administrator first.")
    mine = (ou.c.organization_id == organisation, ou.c.user_id == user)
    c.execute(update(ou).where(*mine).values(role=role))
    end_sessions(c, user, now)
    words = f"{name}: {ROLE_WORDS[str(person.role)]} became {ROLE_WORDS[role]}. {reason}"
    audit.critical_event(c, "role_changed", "WARN", words, user_id=by)
    return name


def take_out(c: Connection, organisation: UUID, user: UUID, by: UUID, reason: str, now: datetime) -> str:
    """Take somebody who works for others as well out of this organisation, and return their name.

    Raises ``Refused``: ``reason``, ``role`` (not of this organisation), ``oneself``, ``last_admin``, ``only_here``
    (they work nowhere else: they are deactivated instead, so that their name stays).
    """
    reason = audit.reasoned(reason)
    o, ou, u = m.organizations, m.organization_users, m.users
    c.execute(select(o.c.id).where(o.c.id == organisation).with_for_update(key_share=True))
    places = memberships(c, user)
    here = next((one for one in places if one.organisation == organisation), None)
    if here is None:
        raise Refused("role", "That person is not yours to change.")
    if user == by:
        raise Refused("oneself", "Nobody takes themselves out.", "Ask another administrator.")
    if here.role == "admin" and not _other_admins(c, organisation, user):
        raise Refused("last_admin", "That is the last administrator.", "Make another administrator first.")
    if len(places) < 2:
        raise Refused("only_here", "They work nowhere else.", "Deactivate them instead.")
    name: str = c.execute(select(u.c.display_name).where(u.c.id == user)).scalar_one()
    c.execute(delete(ou).where(ou.c.organization_id == organisation, ou.c.user_id == user))
    end_sessions(c, user, now)
    audit.critical_event(c, "role_changed", "WARN", f"{name}: taken out. {reason}", user_id=by)
    return name


def _other_admins(c: Connection, organisation: UUID, user: UUID) -> int:
    ou, u = m.organization_users, m.users
    others = (
        select(func.count())
        .select_from(ou.join(u, u.c.id == ou.c.user_id))
        .where(ou.c.organization_id == organisation, ou.c.role == "admin", u.c.is_active, u.c.id != user)
    )
    return int(c.execute(others).scalar_one())


def set_active(
    c: Connection, organisation: UUID, user: UUID, active: bool, by: UUID, reason: str, now: datetime
) -> str:
    """Take a person of the organisation out of it, or back in, and return their name; nothing they did is undone.

    Whoever is out logs in nowhere, every session of theirs has ended, and no catalog holds their PIN from the next
    one on. Raises ``Refused``: ``reason``, ``role`` (not of this organisation), ``oneself``, ``last_admin``.
    """
    reason = audit.reasoned(reason)
    o, ou, u = m.organizations, m.organization_users, m.users
    # One after the other, so that two administrators cannot take each other out at the same moment.
    c.execute(select(o.c.id).where(o.c.id == organisation).with_for_update(key_share=True))
    person = c.execute(
        select(u.c.display_name, u.c.is_active, ou.c.role)
        .join(ou, ou.c.user_id == u.c.id)
        # A customer is banned, with what belongs to that; see accounts.ban.
        .where(u.c.id == user, ou.c.organization_id == organisation, ou.c.role != CUSTOMER)
    ).one_or_none()
    if person is None:
        raise Refused("role", "That person is not yours to change.")
    name = str(person.display_name)
    if person.is_active == active:
        return name
    if not active:
        if user == by:
            raise Refused("oneself", "Nobody deactivates themselves.", "Ask another administrator.")
        if person.role == "admin" and not _other_admins(c, organisation, user):
            raise Refused(
                "last_admin", f"{name} is the last administrator.", "Make another administrator first."
            )
    # A log-in under way holds this row: it is waited for, and its session ended too.
    la = m.local_accounts
    c.execute(select(la.c.user_id).where(la.c.user_id == user).with_for_update())
    c.execute(update(u).where(u.c.id == user).values(is_active=active))
    if not active:
        end_sessions(c, user, now)
    audit.critical_event(
        c,
        "user_reactivated" if active else "user_deactivated",
        "INFO" if active else "WARN",
        f"{name}: {'reactivated' if active else 'deactivated'}. {reason}",
        user_id=by,
    )
    return name


# Logging in -----------------------------------------------------------------------------------------


def log_in(here: Office, username: str, password: str) -> str:
    """Makes this browser's session that person's; ``Refused`` (``log_in``) says the same whatever was wrong.

    Returns the step that is still due: nothing, ``code`` or ``setup``. After a few wrong passwords each further one
    makes the account wait, twice as long every time; not so in a browser where its owner has logged in before, which
    strangers cannot lock out. ``Fault`` (``log_in.busy``) where too many log in at once.
    """
    la = m.local_accounts
    found = _check(here, la.c.username == username.strip().lower(), password)
    if found is not None:
        with here.begin() as c:
            home = default_membership(c, found)
            if home is not None:
                return enter(here, c, found, home.organisation)
    raise Refused(
        "log_in",
        "The user name or the password is not right, or the account is waiting after wrong passwords.",
        "Check both. After several wrong passwords wait a few minutes before the next.",
    )


def sign_in(here: Office, organisation: UUID, email: str, password: str) -> UUID:
    """The customer of the organisation whose address and password these are; nobody is signed in by it yet.

    ``Refused`` (``sign_in``) says the same whatever was wrong; see :func:`log_in`.
    """
    la, a = m.local_accounts, m.customer_accounts
    mine = select(a.c.user_id).where(
        a.c.organization_id == organisation, a.c.email == email.strip().lower(), a.c.deleted_at.is_(None)
    )
    found = _check(here, la.c.user_id == mine.scalar_subquery(), password)
    if found is None:
        raise Refused(
            "sign_in",
            "The e-mail address or the password is not right, or the account is waiting after wrong passwords.",
            "Check both. After several wrong passwords wait a few minutes, or choose a new one.",
        )
    return found


def confirm_password(here: Office, user: UUID, password: str) -> bool:
    """Whether this is the password of somebody who is logged in; a wrong one counts as at the log-in."""
    return _check(here, m.local_accounts.c.user_id == user, password) is not None


def has_password(c: Connection, user: UUID) -> bool:
    """Whether this person can say who they are by a password."""
    la = m.local_accounts
    held = c.scalar(select(la.c.password_hash).where(la.c.user_id == user))
    return held not in {None, accounts.NO_PASSWORD}


def ask_who(me: Account, *, lately: bool = False) -> None:
    """Asks who it is once more, before a step that would let a stranger at this browser stay for good.

    By the password, or where there is none by a fresh log-in; ``lately``: either will do, a short while ago.
    ``Refused``: ``password``, ``fresh``.
    """
    here = office()
    with here.begin() as c:
        knows, fresh = has_password(c, me.id), _fresh(here, c, me)
    if not knows and not fresh:
        raise Refused(
            "fresh",
            "You came in some time ago, and have no password to say again who you are.",
            "Sign out, come in by your provider once more, and do this within ten minutes.",
        )
    if not knows or (lately and (fresh or _said_lately(here, me))):
        return
    typed = request.form.get("current", "")
    if not typed:
        raise Refused("password", "Type your present password as well.", "Nothing was changed.")
    if not confirm_password(here, me.id, typed):
        raise Refused(
            "password",
            "Your present password is not right, or has to wait after wrong ones.",
            "Nothing was changed.",
        )
    session[PROVED] = [str(me.session), int(here.now().timestamp())]


def proved(me: Account) -> bool:
    """Whether this session has said who it is a short while ago, and needs no other word."""
    here = office()
    with here.begin() as c:
        return _said_lately(here, me) if has_password(c, me.id) else _fresh(here, c, me)


def asks_who() -> bool:
    """Whether a page's form needs the password of whoever is logged in, for a step that asks who it was lately."""
    if "asks_who" not in g:
        me, here = account(), office()
        with here.begin() as c:
            g.asks_who = has_password(c, me.id) and not (_fresh(here, c, me) or _said_lately(here, me))
    return cast("bool", g.asks_who)


def _said_lately(here: Office, me: Account) -> bool:
    kept, now = session.get(PROVED), int(here.now().timestamp())
    return isinstance(kept, list) and kept[:1] == [str(me.session)] and 0 <= now - int(kept[1]) <= PROVED_S


def _fresh(here: Office, c: Connection, me: Account) -> bool:
    since = _since(c, me)
    return since is not None and here.now() - since <= timedelta(seconds=PROVED_S)


def _since(c: Connection, me: Account) -> datetime | None:
    """When whoever this is came in."""
    ws = m.web_sessions
    return c.scalar(select(ws.c.created_at).where(ws.c.id == me.session))


def _check(here: Office, whose: ColumnElement[bool], password: str) -> UUID | None:
    """Whose password this is, of those it can be (at most one); None where it is not right, or has to wait."""
    now, la = here.now(), m.local_accounts
    counter = attempts.key(here, "address", network())
    with here.begin() as c:
        row = c.execute(select(la).where(whose)).one_or_none()
        device = None if row is None else _device(here, row)
        held_up = device is None and attempts.locked(c, counter, now)
    # Between two transactions: it is slow by design, and must keep no row and no connection from others.
    matches = _verified(_NOBODY if row is None else row.password_hash, password[:PASSWORD_CHARS_MAX])
    if held_up:
        return None
    with here.begin() as c:
        user = None if row is None else _judge(here, c, row, matches, device, now)
        if not matches:
            failures = attempts.failed(c, counter, now, ADDRESS_FREE, ADDRESS_LOCK_S_MAX)
            if failures > ADDRESS_FREE:
                _note(c, failures, f"{failures} wrong passwords from {network()}", None)
    return user


def _judge(
    here: Office, c: Connection, seen: Row[Any], matches: bool, device: str | None, now: datetime
) -> UUID | None:
    """Whom a password that ``matches`` lets in, by the account as it is now; a wrong one is counted.

    In a browser that is known for this account a counter of its own is kept, whatever strangers do.
    """
    la = m.local_accounts
    row = c.execute(
        select(la, m.users.c.is_active)
        .join(m.users, m.users.c.id == la.c.user_id)
        .where(la.c.user_id == seen.user_id)
        .with_for_update(of=la)
    ).one_or_none()
    # Others may have guessed, or the password may have changed, while it was verified: then it says nothing.
    if row is None or not row.is_active or row.password_hash != seen.password_hash:
        return None
    user = UUID(str(row.user_id))
    if device is not None:
        own = attempts.key(here, "device", str(user), device)
        if attempts.locked(c, own, now):
            return None
        if not matches:
            failures = attempts.failed(c, own, now, FAILURES_FREE, LOCK_S_MAX)
            _note(c, failures, f"{failures} wrong passwords in a browser that is known", user)
            return None
        attempts.forgive(c, own)
    elif row.locked_until is not None and row.locked_until > now:
        return None
    elif not matches:
        failures = row.failed_attempts + 1
        wait_s = min(2 ** min(failures - FAILURES_FREE, 20), LOCK_S_MAX) if failures > FAILURES_FREE else 0
        values = {"failed_attempts": failures, "locked_until": now + timedelta(seconds=wait_s)}
        c.execute(update(la).where(la.c.user_id == user).values(values))
        if failures == FAILURES_FREE + 1:
            audit.critical_event(
                c, "auth_lockout", "WARN", f"Wrong passwords for “{row.username}”", user_id=user
            )
        _note(c, failures, f"{failures} wrong passwords for “{row.username}”", user)
        return None
    c.execute(update(la).where(la.c.user_id == user).values(failed_attempts=0, locked_until=None))
    return user


def _note(c: Connection, failures: int, words: str, user: UUID | None) -> None:
    """Puts repeated failures on record (GLI-31, 5.6: authentication mismatch), at every doubling."""
    if failures >= FAILURES_NOTED and failures & (failures - 1) == 0:
        audit.critical_event(
            c, "auth_failed", "WARN", words, user_id=user, metadata={"failures": failures, "from": network()}
        )


def _verified(hashed: str, password: str) -> bool:
    """Whether the password is the hash's, when its turn comes; ``Fault`` (``log_in.busy``) where it does not."""
    with _turn():
        try:
            return _hasher.verify(hashed, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


@contextmanager
def _turn() -> Iterator[None]:
    """A turn at reckoning a password; ``Fault`` (``log_in.busy``) where it does not come soon."""
    busy = Fault(
        "log_in.busy", "Too many people are logging in at this moment.", "Try again in a few seconds."
    )
    if not _at_the_door.acquire(blocking=False):
        raise busy
    try:
        if not _verifying.acquire(timeout=TURN_S_MAX):
            raise busy
        try:
            yield
        finally:
            _verifying.release()
    finally:
        _at_the_door.release()


def enter(
    here: Office,
    c: Connection,
    user: UUID,
    organisation: UUID,
    *,
    second: bool = False,
    going_on: Account | None = None,
) -> str:
    """Opens this browser's session for somebody who works there and whose first step was right, or ``second`` too.

    Returns the step that is still due: nothing, ``code`` or ``setup``. The session before it ends. Whoever is
    ``going_on`` from a session that they have did not log in now: the new one is as old as that.
    """
    due = "" if second else due_step(c, user, organisation)
    now = here.now()
    since = _since(c, going_on) if going_on is not None and not due else None
    token = _open(here, c, user, organisation, due or None, STAFF_SLOT, since)
    if not due:
        c.execute(update(m.users).where(m.users.c.id == user).values(last_login=now))
        _know(here, c, user)
        if not network().startswith(LOOPBACK):
            words = f"Somebody logged in to the office from {network()}."
            audit.critical_event(
                c, "remote_access", "INFO", words, user_id=user, metadata={"from": network()}
            )
    _keep(here, token, STAFF_SLOT)
    return due


def enter_customer(
    here: Office, c: Connection, user: UUID, organisation: UUID, *, second: bool = False
) -> str:
    """Opens this browser's session for a customer whose first step was right, or ``second`` too.

    Returns the step that is still due: nothing, or ``code`` of those who have a second factor.
    """
    due = "code" if not second and factors.has(c, user) else ""
    token = _open(here, c, user, organisation, due or None, CUSTOMER_SLOT)
    if not due:
        c.execute(update(m.users).where(m.users.c.id == user).values(last_login=here.now()))
        _know(here, c, user)
    _keep(here, token, CUSTOMER_SLOT)
    g.pop("visitor", None)
    return due


def due_step(c: Connection, user: UUID, organisation: UUID) -> str:
    """What stands between the right password and this organisation: nothing, ``code`` or ``setup``."""
    if factors.has(c, user):
        return "code"
    return "setup" if factor_required(c, user, organisation) else ""


def factor_required(c: Connection, user: UUID, organisation: UUID) -> bool:
    """Whether the organisation wants a second factor of somebody with this person's role."""
    ou = m.organization_users
    role = c.scalar(select(ou.c.role).where(ou.c.user_id == user, ou.c.organization_id == organisation))
    return role in factors.REQUIRED_OF and organisations.of(c, organisation).second_factor


def memberships(c: Connection, user: UUID) -> list[Membership]:
    """The organisations somebody works for, the one first in which a log-in opens."""
    ou, o = m.organization_users, m.organizations
    rows = c.execute(
        select(ou.c.organization_id, o.c.name, ou.c.role, ou.c.is_default)
        .join(o, o.c.id == ou.c.organization_id)
        .where(ou.c.user_id == user, ou.c.role.in_(STAFF), o.c.is_active)
        .order_by(ou.c.is_default.desc().nulls_last(), ou.c.joined_at, ou.c.organization_id)
    )
    return [Membership(row.organization_id, row.name, row.role, bool(row.is_default)) for row in rows]


def default_membership(c: Connection, user: UUID) -> Membership | None:
    """Where a log-in opens; None for somebody who works nowhere."""
    return next(iter(memberships(c, user)), None)


def set_default(c: Connection, user: UUID, organisation: UUID) -> None:
    """Lets log-ins open in this organisation; ``Refused`` (``organisation``) where one does not work for it."""
    if organisation not in {one.organisation for one in memberships(c, user)}:
        raise Refused("organisation", "You do not work for that organisation.")
    ou = m.organization_users
    c.execute(update(ou).where(ou.c.user_id == user).values(is_default=ou.c.organization_id == organisation))


def switch(here: Office, organisation: UUID) -> None:
    """Goes on in another organisation that one works for, in a session of its own.

    ``Refused``: ``organisation`` where one does not, ``factor`` where it wants a second factor and there is none.
    """
    me = account()
    with here.begin(me.id) as c:
        if organisation not in {one.organisation for one in memberships(c, me.id)}:
            raise Refused("organisation", "You do not work for that organisation.")
        if factor_required(c, me.id, organisation) and not factors.has(c, me.id):
            raise Refused(
                "factor",
                "That organisation asks for a second factor.",
                "Set one up under “Your account”, and switch then.",
            )
        _keep(here, _open(here, c, me.id, organisation, None, STAFF_SLOT, _since(c, me)), STAFF_SLOT)


def half(here: Office, slot: str = STAFF_SLOT) -> Half | None:
    """Whoever gave the right password in this browser and has a step to take still; None where that is nobody."""
    token = _token(slot)
    if token is None:
        return None
    ws, u, o, la = m.web_sessions, m.users, m.organizations, m.local_accounts
    with here.begin() as c:
        row = c.execute(
            select(u.c.id, u.c.display_name, la.c.username, ws.c.due, o.c.id.label("organisation"), o.c.name)
            .join(ws, ws.c.user_id == u.c.id)
            .join(o, o.c.id == ws.c.organization_id)
            .outerjoin(la, la.c.user_id == u.c.id)
            .where(
                ws.c.token_hash == _hashed(token),
                ws.c.ended_at.is_(None),
                ws.c.due.is_not(None),
                ws.c.created_at >= here.now() - timedelta(milliseconds=SECOND_STEP_MS_MAX),
                u.c.is_active,
            )
        ).one_or_none()
    if row is None:
        return None
    return Half(
        row.id, row.display_name, row.username or row.display_name, row.organisation, row.name, row.due
    )


def finish(here: Office, taken: Half) -> None:
    """The second step was right: a session of its own, in place of the half one."""
    with here.begin(taken.user) as c:
        enter(here, c, taken.user, taken.organisation, second=True)


# Browsers that are known ----------------------------------------------------------------------------


def network() -> str:
    """Where the request came from, as far as it says anything about who it was: the address, of IPv6 the network."""
    said = request.remote_addr or ""
    if said.startswith(LOOPBACK) and (forwarded := request.headers.get("X-Forwarded-For", "")):
        # The proxy on this machine adds whom it heard at the end; what stands before is the caller's own word.
        said = forwarded.rsplit(",", 1)[-1].strip()
    try:
        at = ipaddress.ip_address(said)
    except ValueError:
        return "elsewhere"
    return str(ipaddress.ip_network((at, 64), strict=False)) if at.version == 6 else str(at)


def _device(here: Office, row: Row[Any]) -> str | None:
    """The name of this browser where this account's owner has logged in in it before, with the password of now."""
    now_ms = here.clock.now_ms()
    for said in request.cookies.get(DEVICE_COOKIE, "").split("~")[:DEVICES_MAX]:
        user, _, rest = said.partition(".")
        name, _, rest = rest.partition(".")
        since, _, mac = rest.partition(".")
        if user != row.user_id.hex or not (since.isascii() and since.isdigit() and len(since) < 16):
            continue
        right = _device_mac(here, user, name, since, row.password_changed_at)
        if hmac.compare_digest(right, mac.encode()) and now_ms - int(since) < DEVICE_MS_MAX:
            return name
    return None


def _device_mac(here: Office, user: str, name: str, since: str, password_of: datetime | None) -> bytes:
    stamp = "" if password_of is None else str(int(password_of.timestamp() * 1_000_000))
    key = keys.derive(here.secret, "known-device")
    return hmac.digest(key, f"{user}.{name}.{since}.{stamp}".encode(), "sha256").hex().encode()


def _know(here: Office, c: Connection, user: UUID) -> None:
    """Lets this browser be known for this account from now on."""
    la = m.local_accounts
    stamp = c.scalar(select(la.c.password_changed_at).where(la.c.user_id == user))
    name, since = here.clock.token(8).hex(), str(here.clock.now_ms())
    mine = f"{user.hex}.{name}.{since}.{_device_mac(here, user.hex, name, since, stamp).decode()}"
    others = [
        one
        for one in request.cookies.get(DEVICE_COOKIE, "").split("~")
        if one and not one.startswith(user.hex) and len(one) < 200 and one.isascii() and one.isprintable()
    ]
    value = "~".join([mine, *others[: DEVICES_MAX - 1]])

    @after_this_request
    def remember(response: Response) -> Response:
        response.set_cookie(
            DEVICE_COOKIE,
            value,
            max_age=DEVICE_MS_MAX // 1000,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response


# Sessions -------------------------------------------------------------------------------------------


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; bound to TLS wherever the request came by TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Whether the browser shall send it by TLS alone."""
        return request.is_secure


def who(here: Office, slot: str = STAFF_SLOT) -> Account | None:
    """Whoever this browser's session of that kind names, as the database knows them now; None where it is nobody."""
    token = _token(slot)
    if token is None:
        return None
    now = here.now()
    la, ou, ws, a = m.local_accounts, m.organization_users, m.web_sessions, m.customer_accounts
    columns = [
        m.users.c.id,
        m.users.c.display_name,
        la.c.username,
        ws.c.last_seen_at,
        ws.c.id.label("session"),
        ou.c.organization_id,
        ou.c.role,
        m.organizations.c.name,
        m.organizations.c.primary_currency,
        m.organizations.c.settings["timezone"].astext.label("timezone"),
        a.c.name.label("customer_name"),
        a.c.email,
    ]
    query = (
        _opened(columns, now, slot)
        .outerjoin(la, la.c.user_id == m.users.c.id)
        .where(ws.c.token_hash == _hashed(token))
        .order_by(*_FIRST)
        .limit(1)
    )
    with here.begin() as c:
        row = c.execute(query).one_or_none()
        if row is not None and now - row.last_seen_at > timedelta(milliseconds=SESSION_TOUCH_MS):
            c.execute(update(ws).where(ws.c.token_hash == _hashed(token)).values(last_seen_at=now))
    if row is None:
        return None
    customer = slot == CUSTOMER_SLOT
    return Account(
        row.id,
        (row.customer_name or row.email or "Customer") if customer else row.display_name,
        (row.email or "") if customer else (row.username or ""),
        row.organization_id,
        row.name,
        row.primary_currency,
        row.role,
        row.session,
        row.timezone or "",
    )


def standing(here: Office, asked: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of these sessions of staff those that still open something: which organisation, and as what role; as
    :func:`who` would find each. They are in use by being asked about.
    """
    now = here.now()
    ou, ws = m.organization_users, m.web_sessions
    query = (
        _opened([ws.c.id, ws.c.last_seen_at, ou.c.organization_id, ou.c.role], now, STAFF_SLOT)
        .ext(distinct_on(ws.c.id))
        .where(ws.c.id.in_(asked))
        .order_by(ws.c.id, *_FIRST)
    )
    with here.begin() as c:
        found = c.execute(query).all()
        touched = [
            row.id for row in found if now - row.last_seen_at > timedelta(milliseconds=SESSION_TOUCH_MS)
        ]
        if touched:
            c.execute(update(ws).where(ws.c.id.in_(touched)).values(last_seen_at=now))
    return {row.id: (row.organization_id, row.role) for row in found}


_FIRST: Final = (m.organization_users.c.is_default.desc().nulls_last(), m.organization_users.c.joined_at)
"""Which organisation a session opens that was begun in none."""


def _opened(columns: Sequence[ColumnElement[Any]], now: datetime, slot: str) -> Select[Any]:
    """The sessions of that kind that open something, with whom, where and as what."""
    ou, ws, a = m.organization_users, m.web_sessions, m.customer_accounts
    fits: ColumnElement[bool]
    if slot == CUSTOMER_SLOT:
        fits = (ou.c.role == CUSTOMER) & a.c.banned_at.is_(None) & a.c.deleted_at.is_(None)
    else:
        fits = ou.c.role.in_(STAFF)
    return (
        select(*columns)
        .select_from(m.users)
        .join(ws, ws.c.user_id == m.users.c.id)
        .join(ou, ou.c.user_id == m.users.c.id)
        .join(m.organizations, m.organizations.c.id == ou.c.organization_id)
        .outerjoin(a, a.c.user_id == m.users.c.id)
        .where(
            _alive(now),
            or_(ws.c.organization_id == ou.c.organization_id, ws.c.organization_id.is_(None)),
            fits,
            m.users.c.is_active,
            m.organizations.c.is_active,
        )
    )


def house_zone() -> str:
    """By whose clock a page tells what happened at no venue: the organisation's of whoever is logged in, else UTC."""
    me: Account | None = g.get("account") or g.get("visitor")
    return (me.timezone if me is not None else "") or "UTC"


def visitor() -> Account | None:
    """The customer who is signed in in this browser, on any page; None where nobody is."""
    if "visitor" not in g:
        g.visitor = who(office(), CUSTOMER_SLOT)
    return cast("Account | None", g.visitor)


def _alive(now: datetime) -> ColumnElement[bool]:
    """Of sessions: those that open something still."""
    ws = m.web_sessions
    return (
        ws.c.ended_at.is_(None)
        & ws.c.due.is_(None)
        & (ws.c.created_at >= now - timedelta(milliseconds=SESSION_MS_MAX))
        & (ws.c.last_seen_at >= now - timedelta(milliseconds=SESSION_IDLE_MS_MAX))
    )


def sessions(c: Connection, user: UUID, now: datetime) -> list[Row[Any]]:
    """Where somebody is logged in: ``id``, ``created_at``, ``last_seen_at``, ``browser``, ``address``; the latest first."""
    ws = m.web_sessions
    columns = [ws.c.id, ws.c.created_at, ws.c.last_seen_at, ws.c.browser, ws.c.address]
    return list(
        c.execute(
            select(*columns)
            .where(ws.c.user_id == user, _alive(now))
            .order_by(ws.c.last_seen_at.desc(), ws.c.id)
        ).all()
    )


def end_sessions(
    c: Connection, user: UUID, now: datetime, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """Ends somebody's sessions: all, ``only`` this one, or all ``but`` this one; how many they were."""
    ws = m.web_sessions
    chosen = update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now)
    if only is not None:
        chosen = chosen.where(ws.c.id == only)
    if but is not None:
        chosen = chosen.where(ws.c.id != but)
    return int(c.execute(chosen).rowcount)


def browser_words(said: str) -> str:
    """Which browser this is, in words, out of what it says of itself; programs and strange ones are “a browser”."""
    names = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Windows", "Windows"),
        ("Mac OS", "a Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    )  # fmt: skip
    name = next((word for sign, word in names if sign in said), "A browser")
    system = next((word for sign, word in systems if sign in said), "")
    return f"{name} on {system}" if system else name


def _open(
    here: Office,
    c: Connection,
    user: UUID,
    organisation: UUID,
    due: str | None,
    slot: str,
    since: datetime | None = None,
) -> bytes:
    """A new session's token; the one before it in this browser, of the same kind, ends.

    ``since``: when its person came in, where that is before now. Otherwise a session could be made young for ever.
    """
    now, token = here.now(), here.clock.token(TOKEN_BYTES)
    _end(c, now, slot)
    said = "".join(ch for ch in request.headers.get("User-Agent", "")[:BROWSER_CHARS_MAX] if ch.isprintable())
    c.execute(
        insert(m.web_sessions).values(
            token_hash=_hashed(token),
            user_id=user,
            organization_id=organisation,
            created_at=since or now,
            last_seen_at=now,
            browser=said,
            address=network(),
            due=due,
        )
    )
    return token


def _keep(here: Office, token: bytes, slot: str) -> None:
    """Puts it into the cookie; whatever else was planted there before is worth nothing now."""
    other = CUSTOMER_SLOT if slot == STAFF_SLOT else STAFF_SLOT
    kept = session.get(other)
    session.clear()
    if kept is not None:
        session[other] = kept
    session[slot] = token.hex()
    session["csrf"] = here.clock.token(16).hex()


def _token(slot: str = STAFF_SLOT) -> bytes | None:
    """The token of this browser's cookie; None where there is none, or none of ours."""
    kept = session.get(slot)
    try:
        return bytes.fromhex(kept) if isinstance(kept, str) else None
    except ValueError:
        return None


def _hashed(token: bytes) -> bytes:
    """As the database keeps a token: whoever reads the table, or a backup of it, can log in nowhere."""
    return hashlib.sha256(token).digest()


def _end(c: Connection, now: datetime, slot: str) -> None:
    """Ends this browser's session of that kind wherever its cookie may have been copied to."""
    token, ws = _token(slot), m.web_sessions
    if token is not None:
        c.execute(
            update(ws).where(ws.c.token_hash == _hashed(token), ws.c.ended_at.is_(None)).values(ended_at=now)
        )


def authorise(mark: frozenset[str]) -> None:
    """Lets the request pass, or raises ``NotAllowed``."""
    g.account = None
    if PUBLIC in mark:
        return
    if TOKEN in mark:
        raise NotAllowed(401)  # programs come by another door
    g.account = who(office(), CUSTOMER_SLOT if mark == {CUSTOMER} else STAFF_SLOT)
    if g.account is None:
        other = STAFF_SLOT if mark == {CUSTOMER} else CUSTOMER_SLOT
        raise NotAllowed(401 if who(office(), other) is None else 403)
    if g.account.role not in mark:
        raise NotAllowed(403)


def csrf_token() -> str:
    """The token that this session's forms carry."""
    if not isinstance(session.get("csrf"), str):
        session["csrf"] = office().clock.token(16).hex()
    return cast("str", session["csrf"])


def check_csrf(asked: Request) -> None:
    """Raises ``Refused`` (``csrf``) where a form does not carry its session's token."""
    check_token(asked.form.get(CSRF_FIELD, ""))


def check_token(theirs: str) -> None:
    """The same of a token that came another way."""
    ours = session.get("csrf")
    if not isinstance(ours, str) or not hmac.compare_digest(ours.encode(), theirs.encode()):
        raise Refused(
            "csrf",
            "This form is from another session, so nothing was done.",
            "Go back, load the page again and repeat it.",
        )


def log_out(here: Office, slot: str = STAFF_SLOT) -> None:
    """Ends this browser's session of that kind, and with it every copy of its cookie."""
    with here.begin() as c:
        _end(c, here.now(), slot)
    session.pop(slot, None)
    session.pop("csrf", None)


def secure(response: Response, nonce: str) -> Response:
    """Adds the headers that keep a page's contents its own; ``g.pays_at`` names where its form may lead on to."""
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        " ".join(("form-action 'self'", *g.get("pays_at", ()))),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
