"""The second factor: one-time codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost.

The secret is kept sealed with a key that is not in the database. A code is taken once: whoever looks over a
shoulder, or reads the wire, cannot use it again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final
from uuid import UUID

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from shared.errors import Fault, Refused
from syncserver import attempts, audit
from syncserver import models as m
from syncserver.office import Office

STEP_S: Final = 30
DRIFT_STEPS: Final = 1
"""How many steps an authenticator's clock may be before or behind ours."""
SECRET_BYTES: Final = 20
NONCE_BYTES: Final = 12
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10
"""Of chance in a recovery code: 16 characters of base 32."""
CODE_CHARS_MAX: Final = 40
FREE: Final = 5
"""Wrong codes without a wait."""
WAIT_S_MAX: Final = 900
REQUIRED_OF: Final = ("admin", "manager")
"""The roles of which an organisation may require a second factor."""


def has(c: Connection, user: UUID) -> bool:
    """Whether this person has a second factor that they have used."""
    f = m.second_factors
    return c.scalar(select(f.c.user_id).where(f.c.user_id == user, f.c.confirmed_at.is_not(None))) is not None


def begin(office: Office, c: Connection, user: UUID, mark: str = "") -> tuple[str, str]:
    """The secret (base 32) for an authenticator, and the mark of this beginning, which the browser keeps.

    With the mark it is the same again; without it a new one, since whoever began before may be somebody else.
    ``Refused`` (``factor``) where one is in use.
    """
    f = m.second_factors
    row = c.execute(select(f).where(f.c.user_id == user).with_for_update()).one_or_none()
    if row is not None and row.confirmed_at is not None:
        raise Refused("factor", "There is a second factor already.", "Remove it first.")
    if row is not None and mark and hmac.compare_digest(mark.encode(), _mark(bytes(row.sealed)).encode()):
        return _open(office, user, bytes(row.sealed)), mark
    secret = base64.b32encode(office.clock.token(SECRET_BYTES)).decode()
    sealed = _seal(office, user, secret)
    made = upsert(f).values(user_id=user, sealed=sealed, made_at=office.now())
    values = {"sealed": sealed, "made_at": office.now()}
    c.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return secret, _mark(sealed)


def _mark(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()[:32]


def address(secret: str, name: str, organisation: str) -> str:
    """What an authenticator reads out of the picture (the otpauth scheme)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"Tombola {organisation}"[:60])


def picture(text: str) -> str:
    """The same as a QR code, for an image's address."""
    return str(segno.make(text, error="m").svg_data_uri(border=3, scale=4, light="white"))


def confirm(office: Office, c: Connection, user: UUID, code: str) -> list[str]:
    """Put the second factor to use by its first code; the recovery codes, told this once.

    Raises ``Refused``: ``code`` where it is not right, ``factor`` where nothing was begun.
    """
    f = m.second_factors
    row = c.execute(select(f).where(f.c.user_id == user).with_for_update()).one_or_none()
    if row is None or row.confirmed_at is not None:
        raise Refused("factor", "No second factor is being set up.", "Load the page again.")
    step = _step(office, _open(office, user, bytes(row.sealed)), code, row.last_step)
    if step is None:
        raise Refused(
            "code",
            "That code is not right.",
            "Type the six digits that your authenticator shows now. Is its clock, and this device’s, right?",
        )
    c.execute(update(f).where(f.c.user_id == user).values(confirmed_at=office.now(), last_step=step))
    audit.critical_event(c, "second_factor_set", "INFO", "A second factor was set up", user_id=user)
    return new_codes(office, c, user)


def new_codes(office: Office, c: Connection, user: UUID) -> list[str]:
    """Ten recovery codes, told this once; the ones of before are worth nothing any more."""
    r = m.recovery_codes
    c.execute(delete(r).where(r.c.user_id == user))
    codes = [
        base64.b32encode(office.clock.token(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)
    ]
    c.execute(
        insert(r),
        [
            {"user_id": user, "code_hash": _hashed(office, user, code), "made_at": office.now()}
            for code in codes
        ],
    )
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def codes_left(c: Connection, user: UUID) -> int:
    """How many recovery codes were not used yet."""
    r = m.recovery_codes
    found = select(func.count()).where(r.c.user_id == user, r.c.used_at.is_(None))
    return int(c.execute(found).scalar_one())


def passes(office: Office, c: Connection, user: UUID, typed: str) -> bool:
    """Whether this is the authenticator's code of now, or a recovery code; either is taken once.

    A wrong one is counted, so the caller must commit. Beyond a few of them everything is wrong for a while.
    """
    now, counter = office.now(), attempts.key(office, "second-factor", str(user))
    f, r = m.second_factors, m.recovery_codes
    row = c.execute(
        select(f).where(f.c.user_id == user, f.c.confirmed_at.is_not(None)).with_for_update()
    ).one_or_none()
    if row is None or attempts.locked(c, counter, now):
        return False
    code = typed[:CODE_CHARS_MAX]
    step = _step(office, _open(office, user, bytes(row.sealed)), code, row.last_step)
    if step is not None:
        c.execute(update(f).where(f.c.user_id == user).values(last_step=step))
        attempts.forgive(c, counter)
        return True
    used = c.execute(
        update(r)
        .where(
            r.c.user_id == user,
            r.c.code_hash == _hashed(office, user, code.replace("-", "").replace(" ", "").lower()),
            r.c.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(r.c.id)
    ).one_or_none()
    if used is not None:
        attempts.forgive(c, counter)
        audit.critical_event(
            c,
            "recovery_code_used",
            "WARN",
            f"A recovery code was used; {codes_left(c, user)} are left",
            user_id=user,
        )
        return True
    failures = attempts.failed(c, counter, now, FREE, WAIT_S_MAX)
    if failures == FREE + 1:
        audit.critical_event(
            c,
            "auth_failed",
            "WARN",
            "Wrong codes of the second factor, after the right password",
            user_id=user,
        )
    return False


def remove(c: Connection, user: UUID) -> None:
    """Take a person's second factor and recovery codes away."""
    c.execute(delete(m.recovery_codes).where(m.recovery_codes.c.user_id == user))
    c.execute(delete(m.second_factors).where(m.second_factors.c.user_id == user))


def reset(c: Connection, user: UUID, name: str, by: UUID, reason: str) -> None:
    """Take it away in somebody else's name, for a reason: theirs is lost. It is a critical event."""
    reason = audit.reasoned(reason)
    remove(c, user)
    audit.critical_event(
        c, "second_factor_reset", "WARN", f"{name}: second factor taken away. {reason}", user_id=by
    )


def _step(office: Office, secret: str, typed: str, last: int) -> int | None:
    """The time step whose code this is, newer than the last one taken; None where it is none."""
    code = typed.replace(" ", "")
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    here, totp = office.clock.now_ms() // 1000 // STEP_S, pyotp.TOTP(secret)
    found = [
        step
        for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(step), code) and step > last
    ]
    return max(found, default=None)


def _seal(office: Office, user: UUID, secret: str) -> bytes:
    nonce = office.clock.token(NONCE_BYTES)
    return nonce + AESGCM(_key(office)).encrypt(nonce, secret.encode(), user.bytes)


def _open(office: Office, user: UUID, sealed: bytes) -> str:
    try:
        return AESGCM(_key(office)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], user.bytes).decode()
    except InvalidTag as e:
        raise Fault(
            "factor.sealed",
            "The second factor cannot be read with this server's keys.",
            "Put keys/secret.key of the server's home back, or let an administrator reset the second factor.",
        ) from e


def _key(office: Office) -> bytes:
    return keys.derive(office.secret, "second-factor")


def _hashed(office: Office, user: UUID, code: str) -> bytes:
    """As the database keeps a recovery code: nobody who reads the table can try it out."""
    return hmac.digest(keys.derive(office.secret, "recovery-codes"), user.bytes + code.encode(), "sha256")
