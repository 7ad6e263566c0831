"""Who may enter where: every view carries a mark that says it, and without one the server does not start.

People have local accounts (argon2). The cookie holds a token, the database its hash and whose session it is: a copy
of the cookie is worth nothing once its owner has logged out. What they may do is read from the database at every
request, so that a role taken away is gone at once. A session is made new at log-in, ends after a while without use
and with every change of the password.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from shared.errors import Fault, Refused
from syncserver import audit
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
    "auditor": "Reads everything and changes nothing; no kiosk takes their PIN",
}
"""What each role may do, as the office tells it; ``catalog.SUPERVISE`` and ``WORK_AT_KIOSKS`` are the kiosks' part."""
PUBLIC: Final = "public"
RSU: Final = "rsu"
TOKEN: Final = "token"  # noqa: S105 - the name of a mark
"""A call for programs, with a bearer token; the roles beside it are those a token may have."""

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

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$KrqJjLl0SPSLhVpDIBRqVr8JFCmTWGlj2hzdZXLF0PU"
"""No password's hash: checked where there is no such account, so that the answer takes as long."""
_verifying = threading.BoundedSemaphore(VERIFYING_MAX)
_at_the_door = threading.BoundedSemaphore(VERIFYING_MAX + WAITING_MAX)

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
    if password is not None and not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise Refused("password", f"A password has at least {PASSWORD_CHARS_MIN} characters.")
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
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise Refused("password", f"A password has at least {PASSWORD_CHARS_MIN} characters.")
    c.execute(
        update(m.local_accounts)
        .where(m.local_accounts.c.user_id == user)
        .values(
            password_hash=_hasher.hash(password),
            password_changed_at=now,
            failed_attempts=0,
            locked_until=None,
        )
    )
    # After the account's row: a log-in with the old password that holds its lock is waited for, and ended too.
    ws = m.web_sessions
    c.execute(update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now))


def set_active(
    c: Connection, organisation: UUID, user: UUID, active: bool, by: UUID, reason: str, now: datetime
) -> str:
    """Take a person of the organisation out of it, or back in, and return their name; nothing they did is undone.

    Whoever is out logs in nowhere, every session of theirs has ended, and no catalog holds their PIN from the next
    one on. Raises ``Refused``: ``reason``, ``role`` (not of this organisation), ``oneself``, ``last_admin``.
    """
    reason = audit.reasoned(reason)
    o, ou, u, ws = m.organizations, m.organization_users, m.users, m.web_sessions
    # One after the other, so that two administrators cannot take each other out at the same moment.
    c.execute(select(o.c.id).where(o.c.id == organisation).with_for_update(key_share=True))
    person = c.execute(
        select(u.c.display_name, u.c.is_active, ou.c.role)
        .join(ou, ou.c.user_id == u.c.id)
        .where(u.c.id == user, ou.c.organization_id == organisation)
    ).one_or_none()
    if person is None:
        raise Refused("role", "That person is not yours to change.")
    name = str(person.display_name)
    if person.is_active == active:
        return name
    if not active:
        if user == by:
            raise Refused("oneself", "Nobody deactivates themselves.", "Ask another administrator.")
        others = c.scalar(
            select(func.count())
            .select_from(ou.join(u, u.c.id == ou.c.user_id))
            .where(ou.c.organization_id == organisation, ou.c.role == "admin", u.c.is_active, u.c.id != user)
        )
        if person.role == "admin" and not others:
            raise Refused(
                "last_admin", f"{name} is the last administrator.", "Make another administrator first."
            )
    # A log-in under way holds this row: it is waited for, and its session ended too.
    la = m.local_accounts
    c.execute(select(la.c.user_id).where(la.c.user_id == user).with_for_update())
    c.execute(update(u).where(u.c.id == user).values(is_active=active))
    if not active:
        c.execute(update(ws).where(ws.c.user_id == user, ws.c.ended_at.is_(None)).values(ended_at=now))
    audit.critical_event(
        c,
        "user_reactivated" if active else "user_deactivated",
        "INFO" if active else "WARN",
        f"{name}: {'reactivated' if active else 'deactivated'}. {reason}",
        user_id=by,
    )
    return name


def log_in(here: Office, username: str, password: str) -> None:
    """Makes this browser's session that person's; ``Refused`` (``log_in``) says the same whatever was wrong.

    After a few wrong passwords each further one makes the account wait, twice as long every time. ``Fault``
    (``log_in.busy``) where too many log in at once.
    """
    wrong = Refused(
        "log_in",
        "The user name or the password is not right, or the account is waiting after wrong passwords.",
        "Check both. After several wrong passwords wait a few minutes before the next.",
    )
    now = here.now()
    token = here.clock.token(TOKEN_BYTES)
    username = username.strip().lower()
    la = m.local_accounts
    with here.begin() as c:
        hashed = c.scalar(select(la.c.password_hash).where(la.c.username == username))
    # Between two transactions: it is slow by design, and must keep no row and no connection from others.
    matches = _verified(_NOBODY if hashed is None else hashed, password[:PASSWORD_CHARS_MAX])
    with here.begin() as c:
        user = None if hashed is None else _judge(c, username, hashed, matches, now)
        if user is not None:
            _end(c, now)
            c.execute(
                insert(m.web_sessions).values(
                    token_hash=_hashed(token), user_id=user, created_at=now, last_seen_at=now
                )
            )
    if user is None:
        raise wrong
    # A new session, so that one planted before the log-in is worth nothing.
    session.clear()
    session.update(t=token.hex(), csrf=here.clock.token(16).hex())


def _judge(c: Connection, username: str, hashed: str, matches: bool, now: datetime) -> UUID | None:
    """Whom a password that ``matches`` the hash lets in, by the account as it is now; a wrong one is counted."""
    la = m.local_accounts
    row = c.execute(
        select(la, m.users.c.is_active)
        .join(m.users, m.users.c.id == la.c.user_id)
        .where(la.c.username == username)
        .with_for_update(of=la)
    ).one_or_none()
    # Others may have guessed, or the password may have changed, while it was verified: then it says nothing.
    if row is None or not row.is_active or row.password_hash != hashed:
        return None
    if row.locked_until is not None and row.locked_until > now:
        return None
    if not matches:
        failures = row.failed_attempts + 1
        wait_s = min(2 ** min(failures - FAILURES_FREE, 20), LOCK_S_MAX) if failures > FAILURES_FREE else 0
        values = {"failed_attempts": failures, "locked_until": now + timedelta(seconds=wait_s)}
        c.execute(update(la).where(la.c.user_id == row.user_id).values(values))
        if failures == FAILURES_FREE + 1:
            audit.critical_event(
                c, "auth_lockout", "WARN", f"Wrong passwords for “{username}”", user_id=row.user_id
            )
        return None
    c.execute(update(la).where(la.c.user_id == row.user_id).values(failed_attempts=0, locked_until=None))
    c.execute(update(m.users).where(m.users.c.id == row.user_id).values(last_login=now))
    return UUID(str(row.user_id))


def _verified(hashed: str, password: str) -> bool:
    """Whether the password is the hash's, when its turn comes; ``Fault`` (``log_in.busy``) where it does not."""
    busy = Fault(
        "log_in.busy", "Too many people are logging in at this moment.", "Try again in a few seconds."
    )
    if not _at_the_door.acquire(blocking=False):
        raise busy
    try:
        if not _verifying.acquire(timeout=TURN_S_MAX):
            raise busy
        try:
            return _hasher.verify(hashed, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        finally:
            _verifying.release()
    finally:
        _at_the_door.release()


# Sessions -------------------------------------------------------------------------------------------


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; bound to TLS wherever the request came by TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        """Whether the browser shall send it by TLS alone."""
        return request.is_secure


def who(here: Office) -> Account | None:
    """Whoever this session names, as the database knows them now; None where nobody is logged in."""
    token = _token()
    if token is None:
        return None
    now = here.now()
    la, ou, ws = m.local_accounts, m.organization_users, m.web_sessions
    query = (
        select(
            m.users.c.id,
            m.users.c.display_name,
            la.c.username,
            ws.c.last_seen_at,
            ou.c.organization_id,
            ou.c.role,
            m.organizations.c.name,
            m.organizations.c.primary_currency,
        )
        .join(ws, ws.c.user_id == m.users.c.id)
        .join(la, la.c.user_id == m.users.c.id)
        .join(ou, ou.c.user_id == m.users.c.id)
        .join(m.organizations, m.organizations.c.id == ou.c.organization_id)
        .where(
            ws.c.token_hash == _hashed(token),
            ws.c.ended_at.is_(None),
            ws.c.created_at >= now - timedelta(milliseconds=SESSION_MS_MAX),
            ws.c.last_seen_at >= now - timedelta(milliseconds=SESSION_IDLE_MS_MAX),
            m.users.c.is_active,
            m.organizations.c.is_active,
        )
        .order_by(ou.c.is_default.desc().nulls_last(), ou.c.joined_at)
        .limit(1)
    )
    with here.begin() as c:
        row = c.execute(query).one_or_none()
        if row is not None and now - row.last_seen_at > timedelta(milliseconds=SESSION_TOUCH_MS):
            c.execute(update(ws).where(ws.c.token_hash == _hashed(token)).values(last_seen_at=now))
    if row is None:
        session.clear()
        return None
    return Account(
        row.id, row.display_name, row.username, row.organization_id, row.name, row.primary_currency, row.role
    )


def _token() -> bytes | None:
    """The token of this browser's cookie; None where there is none, or none of ours."""
    kept = session.get("t")
    try:
        return bytes.fromhex(kept) if isinstance(kept, str) else None
    except ValueError:
        return None


def _hashed(token: bytes) -> bytes:
    """As the database keeps a token: whoever reads the table, or a backup of it, can log in nowhere."""
    return hashlib.sha256(token).digest()


def _end(c: Connection, now: datetime) -> None:
    """Ends this browser's session wherever its cookie may have been copied to."""
    token, ws = _token(), m.web_sessions
    if token is not None:
        c.execute(
            update(ws).where(ws.c.token_hash == _hashed(token), ws.c.ended_at.is_(None)).values(ended_at=now)
        )


def authorise(mark: frozenset[str]) -> None:
    """Lets the request pass, or raises ``NotAllowed``."""
    g.account = None if mark & {PUBLIC, TOKEN} else who(office())
    if PUBLIC in mark:
        return
    if g.account is None:
        raise NotAllowed(401)
    if g.account.role not in mark:
        raise NotAllowed(403)


def csrf_token() -> str:
    """The token that this session's forms carry."""
    if not isinstance(session.get("csrf"), str):
        session["csrf"] = office().clock.token(16).hex()
    return cast("str", session["csrf"])


def check_csrf(asked: Request) -> None:
    """Raises ``Refused`` (``csrf``) where a form does not carry its session's token."""
    ours, theirs = session.get("csrf"), asked.form.get(CSRF_FIELD, "")
    if not isinstance(ours, str) or not hmac.compare_digest(ours.encode(), theirs.encode()):
        raise Refused(
            "csrf",
            "This form is from another session, so nothing was done.",
            "Go back, load the page again and repeat it.",
        )


def log_out(here: Office) -> None:
    """Ends this browser's session, and with it every copy of its cookie."""
    with here.begin() as c:
        _end(c, here.now())
    session.clear()


def secure(response: Response, nonce: str) -> Response:
    """Adds the headers that keep a page's contents its own."""
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
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
