"""Kiosks (RSUs: retail sales units): made known, enrolled, enabled, stopped, and how each of them is.

A kiosk is un-enrolled and disabled by default. Its key is made on the kiosk; the office signs a certificate over it,
by which even an office restored from an older backup knows it again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Connection, Row, and_, cast, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys, wire
from shared.clock import utc
from shared.errors import Refused
from shared.numbers import ALPHABET
from shared.wire import Certificate, Enrolment, EnrolRequest, Health
from syncserver import allocations, messages
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office, first_epoch

CODE_LENGTH = 8
CODE_LIVES = timedelta(hours=1)
NAME_CHARS_MAX = 100
TEXT_CHARS_MAX = 500
CERTIFICATE_BYTES_MAX = 8_192
SILENT_AFTER = timedelta(minutes=5)
"""A kiosk not heard of for so long is shown as out of reach."""
SKEW_MS_MAX = 120_000
LOW_NUMBERS = 100
NUMBERS_TOLD = timedelta(seconds=15)
"""After this a kiosk's reports know of a block that it was given."""
HEALTH_MS_MAX = 2**53 - 1

STOPS = {
    "journal_corrupt": "its journal is damaged; it sells nothing.",
    "journal_missing": "its journal is missing; it sells nothing.",
    "journal_unreadable": "its journal cannot be read; it sells nothing.",
    "disk": "its disk fails; it sells nothing.",
    "disk_full": "its disk is full; it sells nothing.",
    "disk_reserve": "its disk is almost full; it sells nothing.",
    "unsynced_limit": "it holds as many sales as it may without handing them over; it sells nothing.",
    "program_changed": "its program is not the publisher's; it sells nothing.",
}
"""States in which a kiosk has stopped by itself and that go on record (GLI-31, 5.6: memory, buffer full, program)."""
CALL = "CALL_ATTENDANT"
"""The critical event by which a buyer calls somebody to a kiosk."""
CALLED_FOR = timedelta(minutes=10)
"""How long a call stands on the board; the kiosk itself shows it until somebody is there."""

ONLINE = "online"
"""The kind of unit that is no kiosk but an organisation's web shop."""
STATES = ("enabled", "disabled", "suspended", "revoked", "retired")


@dataclass(frozen=True)
class Device:
    """How a printer or a scanner is, as its kiosk told."""

    code: str
    """``ready``, ``none`` (the kiosk has none), ``unknown`` (nobody told), otherwise what is wrong."""
    words: str

    @property
    def wrong(self) -> bool:
        """Somebody has to look at it."""
        return self.code not in {"ready", "none", "unknown"}


@dataclass(frozen=True)
class RsuRow:
    """A kiosk on the board; of its newest enrolment."""

    id: UUID
    name: str
    state: str
    epoch: int | None
    head: int
    unsynced: int | None
    oldest_unsynced_at: datetime | None
    last_seen_at: datetime | None
    skew_ms: int | None
    numbers_left: dict[str, int]
    printer: Device
    scanner: Device
    software: str
    ok: bool
    words: str
    kind: str = "kiosk"


def create_rsu(c: Connection, organisation: UUID, name: str, venue: UUID | None = None) -> UUID:
    """Make a kiosk known by name; it may do nothing before it is enrolled and enabled."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused("name", f"A kiosk needs a name of 1 to {NAME_CHARS_MAX} characters.")
    taken = select(m.rsus.c.id).where(m.rsus.c.organization_id == organisation, m.rsus.c.name == name)
    if c.execute(taken).first() is not None:
        raise Refused("name_taken", f"Another kiosk is called {name!r}.", "Choose another name.")
    rsu = UUID(str(c.execute(select(func.gen_random_uuid())).scalar_one()))
    c.execute(
        insert(m.rsus).values(
            id=rsu,
            organization_id=organisation,
            venue_id=venue,
            name=name,
            device_identifier=f"not enrolled: {rsu}",
            state="new",
        )
    )
    return rsu


def new_code(office: Office, c: Connection, rsu: UUID, by: UUID | None) -> str:
    """A one-time code, ``XXXX-XXXX``, with which the kiosk enrols within the hour; only its hash is kept."""
    row = _rsu(c, rsu)
    if row.state in {"revoked", "retired"}:
        raise Refused(
            "state", f"{row.name} is {row.state}.", "Set it to disabled first, if it shall come back."
        )
    if row.kind == ONLINE:
        raise Refused("web_shop", f"{row.name} is no kiosk: it has its key already.")
    chance = int.from_bytes(office.clock.token(5))
    code = "".join(ALPHABET[chance >> 5 * i & 31] for i in range(CODE_LENGTH))
    c.execute(
        insert(m.enrolment_codes).values(
            rsu_id=rsu,
            code_hash=_code_hash(office, code),
            created_at=office.now(),
            created_by=by,
            expires_at=office.now() + CODE_LIVES,
        )
    )
    return f"{code[:4]}-{code[4:]}"


def enrol(office: Office, request: EnrolRequest) -> Enrolment:
    """Enrol a kiosk by its one-time code. Raises ``Refused``: ``bad_request``, ``code_unknown``, ``code_expired``,
    ``code_used``.
    """
    try:
        public = bytes.fromhex(request.public_key)
        keys.SigningKey.public_key(public)
    except ValueError as e:
        raise Refused("bad_request", "The public key is none.") from e
    device, software = _clean(request.device), _clean(request.software)
    codes = m.enrolment_codes
    with office.begin() as c:
        code = c.execute(
            select(codes).where(codes.c.code_hash == _code_hash(office, request.code)).with_for_update()
        ).one_or_none()
        if code is not None:
            row = c.execute(select(m.rsus).where(m.rsus.c.id == code.rsu_id).with_for_update()).one()
            if code.used_at is not None:
                return _again(office, c, row, public)
            if code.expires_at > office.now() and row.state not in {"revoked", "retired"}:
                c.execute(update(codes).where(codes.c.id == code.id).values(used_at=office.now()))
                return _enrol(office, c, row, public, device, software)
    # Written down by the door, which counts: anybody can ask, and what is written here stays for good.
    if code is None:
        raise Refused("code_unknown", "There is no such code.", "Type the eight characters again.")
    raise Refused("code_expired", "This code is no longer valid.", "Ask the office for a new one.")


def adopt(office: Office, certificate: bytes, signature: bytes) -> tuple[UUID, int] | None:
    """Who shows this certificate, enrolled again where a restore has lost them; None where it is not ours."""
    if len(certificate) > CERTIFICATE_BYTES_MAX or not keys.verify(
        office.key.public, keys.CERTIFICATE, certificate, signature
    ):
        return None
    try:
        said = msgspec.json.decode(certificate, type=Certificate)
        rsu, organisation = UUID(said.rsu), UUID(said.organisation)
        public = bytes.fromhex(said.public_key)
    except (msgspec.MsgspecError, ValueError):
        return None
    with office.begin() as c:
        if (held := public_key(c, rsu, said.epoch)) is not None:
            return (rsu, said.epoch) if hmac.compare_digest(held, public) else None
        if not c.execute(
            select(m.organizations.c.id).where(m.organizations.c.id == organisation)
        ).one_or_none():
            return None
        c.execute(
            upsert(m.rsus)
            .values(
                id=rsu,
                organization_id=organisation,
                name=said.name,
                device_identifier=f"{said.device} {rsu}",
                state="enabled",
            )
            .on_conflict_do_nothing()
        )
        row = c.execute(select(m.rsus).where(m.rsus.c.id == rsu).with_for_update()).one()
        if row.state == "new":
            c.execute(update(m.rsus).where(m.rsus.c.id == rsu).values(state="enabled"))
        # Two requests of one kiosk may come at once; the second finds the row there.
        c.execute(
            upsert(m.rsu_epochs)
            .values(
                rsu_id=rsu,
                epoch=said.epoch,
                public_key=public,
                certificate=certificate,
                certificate_signature=signature,
                enrolled_at=utc(said.issued_at),
                revoked_at=office.now() if row.state == "revoked" else None,
                revoked_head_seq=0 if row.state == "revoked" else None,
            )
            .on_conflict_do_nothing()
        )
        critical_event(
            c,
            "unit_adopted",
            "WARN",
            f"{said.name} showed a certificate from before a restore and was enrolled again.",
            rsu_id=rsu,
        )
    return rsu, said.epoch


def public_key(c: Connection, rsu: UUID, epoch: int) -> bytes | None:
    """The key of an enrolment; None where there is no such enrolment."""
    e = m.rsu_epochs
    if not 0 < epoch < 2**31:
        return None
    found = c.execute(
        select(e.c.public_key).where(e.c.rsu_id == rsu, e.c.epoch == epoch)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def unit_state(c: Connection, rsu: UUID, epoch: int) -> str:
    """``enabled``, or why this enrolment may not sell: the unit's state, ``forked``, ``revoked``, ``superseded``."""
    e, r = m.rsu_epochs, m.rsus
    newest = select(func.max(e.c.epoch)).where(e.c.rsu_id == rsu).scalar_subquery()
    row = c.execute(
        select(r.c.state, e.c.forked_at, e.c.revoked_at, newest.label("newest"))
        .join(e, e.c.rsu_id == r.c.id)
        .where(r.c.id == rsu, e.c.epoch == epoch)
    ).one_or_none()
    if row is None:
        return "unknown"
    if row.revoked_at is not None:
        return "revoked"
    if row.forked_at is not None:
        return "forked"
    return "superseded" if row.newest != epoch else str(row.state)


def set_state(c: Connection, rsu: UUID, state: str, by: UUID | None, reason: str) -> None:
    """Enable, disable, suspend, revoke or retire a kiosk, with a reason.

    Revoking ends its enrolments for good: what it hands over from then on is kept in quarantine.
    """
    reason = reasoned(reason)
    row = _rsu(c, rsu, lock=True)
    if state not in STATES:
        raise Refused("state", f"A kiosk cannot become {state!r}.", f"Choose one of {', '.join(STATES)}.")
    if row.kind == ONLINE and state in {"revoked", "retired"}:
        raise Refused("web_shop", f"{row.name} has no key to revoke.", "Suspend it: then it sells nothing.")
    if row.state in {"revoked", "retired"} and state == "enabled":
        raise Refused("state", f"{row.name} is {row.state}.", "Set it to disabled, and enrol it anew.")
    # The office keeps the web shop's chain itself: what was taken back it never sells, and it cannot be enrolled anew.
    if state == "enabled" and row.kind != ONLINE and _taken_back(c, rsu):
        raise Refused(
            "returned",
            f"Numbers that {row.name} still holds were taken back.",
            "Enrol it anew: it then gets numbers of its own.",
        )
    c.execute(
        update(m.rsus).where(m.rsus.c.id == rsu).values(state=state, updated_by=by, updated_at=func.now())
    )
    if state == "revoked":
        e = m.rsu_epochs
        c.execute(
            update(e)
            .where(e.c.rsu_id == rsu, e.c.revoked_at.is_(None))
            .values(revoked_at=func.now(), revoked_head_seq=e.c.head_seq)
        )
    critical_event(
        c,
        f"unit_{state}",
        "WARN" if state != "enabled" else "INFO",
        f"{row.name}: {state}. {reason}",
        rsu_id=rsu,
        user_id=by,
    )


def _taken_back(c: Connection, rsu: UUID) -> bool:
    """Whether a person took back, or declared lost, numbers that the kiosk's newest enrolment still holds."""
    a, e = m.rsu_allocations, m.rsu_epochs
    newest = select(func.max(e.c.epoch)).where(e.c.rsu_id == rsu).scalar_subquery()
    return bool(
        c.execute(
            select(a.c.id)
            .where(a.c.rsu_id == rsu, a.c.epoch == newest, a.c.ended_by.is_not(None))
            .join(m.raffle_events, m.raffle_events.c.id == a.c.raffle_event_id)
            .where(m.raffle_events.c.state.in_(["active", "suspended"]))
            .limit(1)
        ).all()
    )


def health(office: Office, c: Connection, rsu: UUID, epoch: int, said: Health) -> None:
    """Note how a kiosk is; a report whose ``seq`` is not above the last one's changes nothing."""
    e = m.rsu_epochs
    if not 0 <= said.seq <= HEALTH_MS_MAX or abs(said.at) > HEALTH_MS_MAX or not 0 <= said.unsynced < 2**31:
        raise Refused("bad_request", "A number of the report is out of bounds.")
    oldest = said.oldest_unsynced_at
    kept = msgspec.to_builtins(said)
    assert isinstance(kept, dict)
    if said.state in STOPS:
        _note_stop(c, rsu, epoch, said.state)
    c.execute(
        update(e)
        .where(
            e.c.rsu_id == rsu,
            e.c.epoch == epoch,
            or_(e.c.health.is_(None), cast(e.c.health["seq"].astext, BigInteger) < said.seq),
        )
        .values(
            health=_without_nul(kept),
            last_seen_at=office.now(),
            clock_skew_ms=office.clock.now_ms() - said.at,
            unsynced_count=said.unsynced,
            oldest_unsynced_at=utc(oldest) if oldest is not None and 0 <= oldest < 2**47 else None,
            software=_clean(said.software),
        )
    )
    messages.note_heard(c, rsu, epoch, said.catalog, office.now())


def _note_stop(c: Connection, rsu: UUID, epoch: int, state: str) -> None:
    """Puts on record that a kiosk has stopped by itself: once, until it reports another state."""
    e, r = m.rsu_epochs, m.rsus
    row = c.execute(
        select(r.c.name, e.c.health["state"].astext.label("before"))
        .join(e, e.c.rsu_id == r.c.id)
        .where(e.c.rsu_id == rsu, e.c.epoch == epoch)
    ).one_or_none()
    if row is not None and row.before != state:
        critical_event(c, state.upper(), "ERROR", f"{row.name}: {STOPS[state]}", rsu_id=rsu)


def board(c: Connection, organisation: UUID, now: datetime) -> list[RsuRow]:
    """All kiosks of the organisation with how they are, by name."""
    e, r = m.rsu_epochs, m.rsus
    newest = select(e.c.rsu_id, func.max(e.c.epoch).label("epoch")).group_by(e.c.rsu_id).subquery()
    k = m.critical_events
    calls = (
        select(k.c.rsu_id, func.max(k.c.timestamp).label("called_at"))
        .where(k.c.event_type == CALL, k.c.timestamp > now - CALLED_FOR)
        .group_by(k.c.rsu_id)
        .subquery()
    )
    rows = c.execute(
        select(r.c.id, r.c.name, r.c.state, r.c.kind, e, calls.c.called_at)
        .select_from(
            r.outerjoin(newest, newest.c.rsu_id == r.c.id)
            .outerjoin(e, and_(e.c.rsu_id == newest.c.rsu_id, e.c.epoch == newest.c.epoch))
            .outerjoin(calls, calls.c.rsu_id == r.c.id)
        )
        .where(r.c.organization_id == organisation)
        .order_by(r.c.name, r.c.id)
    )
    blocks = blocks_on_sale(c, organisation, now)
    return [_board_row(row, blocks.get(row.id, {}), now) for row in rows]


def blocks_on_sale(c: Connection, organisation: UUID, now: datetime) -> dict[UUID, dict[UUID, datetime]]:
    """By kiosk and event on sale: when the kiosk's newest enrolment was given its newest block of the event."""
    a, e, x = m.rsu_allocations, m.rsu_epochs, m.raffle_events
    newest = select(e.c.rsu_id, func.max(e.c.epoch).label("epoch")).group_by(e.c.rsu_id).subquery()
    found: dict[UUID, dict[UUID, datetime]] = {}
    for unit, event, at in c.execute(
        select(a.c.rsu_id, a.c.raffle_event_id, func.max(a.c.allocated_at))
        .join(x, x.c.id == a.c.raffle_event_id)
        .join(newest, and_(newest.c.rsu_id == a.c.rsu_id, newest.c.epoch == a.c.epoch))
        .where(
            x.c.organization_id == organisation,
            x.c.state == "active",
            x.c.opens_at <= now,
            a.c.state.in_(["active", "exhausted"]),
        )
        .group_by(a.c.rsu_id, a.c.raffle_event_id)
    ):
        found.setdefault(unit, {})[event] = at
    return found


def numbers_told(
    blocks: dict[UUID, datetime], left_by: dict[str, int], event: UUID, told_at: datetime | None
) -> int | None:
    """How many numbers a kiosk says it has left of an event on sale; None where its word does not count.

    A report from before it had its newest block says nothing of it: a kiosk just enrolled tells first that it has none.
    """
    given_at, left = blocks.get(event), left_by.get(str(event))
    if given_at is None or told_at is None or told_at - given_at <= NUMBERS_TOLD:
        return None
    return left


def _board_row(row: Row[Any], blocks: dict[UUID, datetime], now: datetime) -> RsuRow:
    said: dict[str, Any] = row.health or {}
    left = {str(k): int(v) for k, v in said.get("numbers_left", {}).items()}
    state = "forked" if row.forked_at else row.state
    printer = device(said, "printer")
    troubles = []
    if row.called_at is not None:
        minutes = max(0, int((now - row.called_at).total_seconds() // 60))
        troubles.append(
            f"a buyer called for an attendant {minutes} minutes ago"
            if minutes
            else "a buyer calls for an attendant"
        )
    if state != "enabled":
        troubles.append(
            {
                "new": "not enrolled yet: make a code and type it at the kiosk",
                "disabled": "may not sell: enable it",
                "suspended": "paused by the office",
                "revoked": "its key is no longer trusted",
                "retired": "out of service",
                "forked": "its disk was copied or rolled back: decide its findings, then enrol it anew",
            }[state]
        )
    if row.epoch is not None and state != "retired" and row.kind != ONLINE:
        if row.last_seen_at is None:
            troubles.append("not heard of yet")
        elif now - row.last_seen_at > SILENT_AFTER:
            minutes = int((now - row.last_seen_at).total_seconds() // 60)
            troubles.append(f"out of reach for {minutes} minutes; it goes on selling and hands over later")
        if row.clock_skew_ms is not None and abs(row.clock_skew_ms) > SKEW_MS_MAX:
            troubles.append(f"its clock is off by {abs(row.clock_skew_ms) // 1000} seconds")
        known = [numbers_told(blocks, left, event, row.last_seen_at) for event in blocks]
        low = min((count for count in known if count is not None), default=LOW_NUMBERS)
        if low < LOW_NUMBERS:
            troubles.append(f"only {low} numbers left" if low else "no numbers left")
        if printer.wrong:
            troubles.append(printer.words)
    # A report is older than what came in since.
    waiting = max(0, int(said.get("last_seq", 0)) - (row.head_seq or 0))
    unsynced = min(row.unsynced_count or 0, waiting)
    return RsuRow(
        id=row.id,
        name=row.name,
        state=state,
        epoch=row.epoch,
        head=row.head_seq or 0,
        unsynced=unsynced,
        oldest_unsynced_at=row.oldest_unsynced_at if unsynced else None,
        last_seen_at=row.last_seen_at,
        skew_ms=row.clock_skew_ms,
        numbers_left=left,
        printer=printer,
        scanner=device(said, "scanner"),
        software=row.software or "",
        ok=not troubles,
        words="; ".join(troubles) or ("sells on line" if row.kind == ONLINE else "sells"),
        kind=row.kind,
    )


def device(said: dict[str, Any], name: str) -> Device:
    """How a kiosk's ``printer`` or ``scanner`` is by its report; judged by its code, never by its words."""
    code = str(said.get(f"{name}_code") or "unknown")
    words = str(said.get(name) or "").strip().rstrip(".")
    if code in {"ready", "none", "unknown"}:
        return Device(code, code)
    return Device(code, words or f"{name}: {code.replace('_', ' ')}")


def kiosk_secret(office: Office, rsu: UUID, epoch: int) -> bytes:
    """What keys this enrolment's PIN verifiers; it follows from the office's secret."""
    return keys.derive(office.secret, "kiosk", str(rsu), str(epoch))


def next_epoch(office: Office, c: Connection, rsu: UUID) -> int:
    """The epoch of the next enrolment of this unit."""
    e = m.rsu_epochs
    before = c.execute(select(func.max(e.c.epoch)).where(e.c.rsu_id == rsu)).scalar_one() or 0
    return max(before + 1, first_epoch(office.generation))


def enrol_here(office: Office, c: Connection, rsu: UUID, public: bytes, software: str) -> Enrolment:
    """Enrol a unit whose key the office itself keeps."""
    return _enrol(office, c, _rsu(c, rsu, lock=True), public, "web shop", software)


def _enrol(
    office: Office, c: Connection, row: Row[Any], public: bytes, device: str, software: str
) -> Enrolment:
    e = m.rsu_epochs
    epoch = next_epoch(office, c, row.id)
    certificate = Certificate(
        rsu=str(row.id),
        epoch=epoch,
        public_key=public.hex(),
        organisation=str(row.organization_id),
        name=row.name,
        device=device,
        issued_at=office.clock.now_ms(),
        demo=office.demo,
    )
    data, signature = wire.sign(office.key, keys.CERTIFICATE, certificate)
    c.execute(
        insert(e).values(
            rsu_id=row.id,
            epoch=epoch,
            public_key=public,
            certificate=data,
            certificate_signature=signature,
            enrolled_at=office.now(),
            last_seen_at=office.now(),
            software=software,
        )
    )
    allocations.lose(c, row.id, epoch)
    c.execute(
        update(m.rsus)
        .where(m.rsus.c.id == row.id)
        .values(
            # Several kiosks may run on one machine, so that its name alone is not unique.
            device_identifier=f"{device} {row.id}",
            state="disabled" if row.state == "new" else row.state,
            updated_at=func.now(),
        )
    )
    critical_event(c, "unit_enrolled", "INFO", f"{row.name} was enrolled (epoch {epoch}).", rsu_id=row.id)
    return _enrolment(office, c, row, epoch, data, signature)


def _again(office: Office, c: Connection, row: Row[Any], public: bytes) -> Enrolment:
    """The answer given before, to the same key; a reply may have been lost."""
    e = m.rsu_epochs
    held = c.execute(select(e).where(e.c.rsu_id == row.id, e.c.public_key == public)).first()
    if held is None or held.certificate is None:
        raise Refused("code_used", "This code has been used.", "Ask the office for a new one.")
    return _enrolment(office, c, row, held.epoch, held.certificate, held.certificate_signature)


def _enrolment(
    office: Office, c: Connection, row: Row[Any], epoch: int, certificate: bytes, signature: bytes
) -> Enrolment:
    organisation = c.execute(
        select(m.organizations.c.name).where(m.organizations.c.id == row.organization_id)
    ).scalar_one()
    return Enrolment(
        rsu=str(row.id),
        epoch=epoch,
        name=row.name,
        organisation=organisation,
        certificate=base64.b64encode(certificate).decode(),
        certificate_signature=bytes(signature).hex(),
        kiosk_secret=kiosk_secret(office, row.id, epoch).hex(),
        server_key=office.key.public.hex(),
        server_time=office.clock.now_ms(),
        demo=office.demo,
    )


def read_certificate(header: str) -> tuple[bytes, bytes] | None:
    """The certificate's bytes and signature in a ``Tombola-Certificate`` header; None where it holds none."""
    data, dot, signature = header.partition(".")
    if not dot or len(header) > 2 * CERTIFICATE_BYTES_MAX:
        return None
    try:
        return base64.b64decode(data, validate=True), bytes.fromhex(signature)
    except (binascii.Error, ValueError):
        return None


def _rsu(c: Connection, rsu: UUID, *, lock: bool = False) -> Row[Any]:
    wanted = select(m.rsus).where(m.rsus.c.id == rsu)
    row = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise Refused("unknown_unit", "There is no such kiosk.")
    return row


def _code_hash(office: Office, code: str) -> bytes:
    plain = "".join(code.split()).replace("-", "").upper()
    plain = plain.replace("O", "0").replace("I", "1").replace("L", "1")
    # Keyed, so that a copy of the database is no list of codes to try.
    return hmac.digest(keys.derive(office.secret, "enrolment"), plain.encode(), hashlib.sha256)


def _clean(value: str) -> str:
    return "".join(ch for ch in value if ch.isprintable())[:TEXT_CHARS_MAX]


def _without_nul(value: Any) -> Any:
    """JSON's values without the one character that PostgreSQL cannot hold, texts cut to their limit."""
    if isinstance(value, str):
        return value.replace("\x00", "")[:TEXT_CHARS_MAX]
    if isinstance(value, dict):
        return {_without_nul(k): _without_nul(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(v) for v in value]
    return value
