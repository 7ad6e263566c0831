"""Blocks of numbers: handed out so that no number is ever in two of them, and taken back into account after a restore.

One counter row per event decides who gets what; the exclusion constraint over all blocks is the last wall behind it.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from shared import keys, wire
from shared.clock import to_ms, utc
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import BLOCK_SIZE_MAX, DRAW_NUMBER_MAX, ValidationBlock
from shared.wire import AllocationReply, AllocationRequest, Grant, SignedGrant
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

BLOCKS_OUTLIVE_CLOSE = timedelta(hours=24)
"""Validation blocks expire this long after the event's close."""
GRANT_BYTES_MAX = 4_096


@dataclass(frozen=True)
class Block:
    """An allocation with its validation numbers, as ingest needs it."""

    allocation: str
    event: str
    first: int
    last: int
    validation: ValidationBlock


def block_secret(office: Office, number: int) -> bytes:
    """The secret of a block of validation numbers: it follows from the office's, so that no restore loses it."""
    return keys.derive(office.secret, "validation", str(number))


def allocate(
    office: Office, c: Connection, rsu: UUID, epoch: int, request: AllocationRequest
) -> AllocationReply:
    """Hand out a block of ``request.count`` numbers, or of what is left; the same request gets the same again.

    Raises ``Refused``: ``bad_request``, ``request_reused``, ``unit_<state>``, ``superseded``, ``unknown_event``,
    ``not_open``, ``sold_out``.
    """
    request_id, event_id = _uuid(request.request), _uuid(request.event)
    if not 1 <= request.count <= wire.ALLOCATION_COUNT_MAX:
        raise Refused("bad_request", f"A block holds 1 to {wire.ALLOCATION_COUNT_MAX} numbers.")
    # The share of the event's row keeps a close or a freeze from passing us by.
    event = c.execute(
        select(m.raffle_events)
        .where(m.raffle_events.c.id == event_id)
        .with_for_update(key_share=True, read=True)
    ).one_or_none()
    if event is None:
        raise Refused("unknown_event", "This office knows no such event.")
    counter = c.execute(
        select(m.number_counters).where(m.number_counters.c.event_id == event_id).with_for_update()
    ).one()
    before = c.execute(
        select(m.rsu_allocations).where(m.rsu_allocations.c.request_id == request_id)
    ).one_or_none()
    if before is None:
        _check_unit(c, rsu, epoch, event)
        before = _take(office, c, rsu, epoch, event, counter, request_id, request.count)
    if (before.rsu_id, before.epoch, before.raffle_event_id) != (rsu, epoch, event_id):
        raise Refused("request_reused", "This request's id has served for another block.", "Make a new one.")
    return AllocationReply(grants=(_signed(office, before),), server_time=office.clock.now_ms())


def grants(office: Office, c: Connection, rsu: UUID, epoch: int) -> list[tuple[UUID, SignedGrant]]:
    """All blocks of this enrolment, each with its event, in the order in which they were handed out."""
    a = m.rsu_allocations
    held = c.execute(
        select(a)
        .where(a.c.rsu_id == rsu, a.c.epoch == epoch, a.c.grant_bytes.is_not(None))
        .order_by(a.c.allocated_at, a.c.start_number)
    )
    return [(row.raffle_event_id, _signed(office, row)) for row in held]


def switched_off(c: Connection, rsu: UUID, epoch: int) -> dict[UUID, list[str]]:
    """The blocks of this enrolment out of which nothing may be sold, as the office decided; by event."""
    a, v = m.rsu_allocations, m.validation_number_blocks
    rows = c.execute(
        select(a.c.raffle_event_id, a.c.id)
        .join(v, v.c.rsu_allocation_id == a.c.id)
        .where(a.c.rsu_id == rsu, a.c.epoch == epoch, ~v.c.is_active)
        .order_by(a.c.allocated_at, a.c.start_number)
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        found[row.raffle_event_id].append(str(row.id))
    return found


def blocks(office: Office, c: Connection, rsu: UUID, epoch: int) -> dict[str, Block]:
    """All blocks of this enrolment by the id of their allocation."""
    a = m.rsu_allocations
    held = c.execute(
        select(
            a.c.id, a.c.raffle_event_id, a.c.start_number, a.c.end_number, a.c.validation_number_block
        ).where(a.c.rsu_id == rsu, a.c.epoch == epoch)
    )
    found = {}
    for row in held:
        number, size = row.validation_number_block["number"], row.validation_number_block["size"]
        found[str(row.id)] = Block(
            str(row.id),
            str(row.raffle_event_id),
            row.start_number,
            row.end_number,
            ValidationBlock(number, size, block_secret(office, number)),
        )
    return found


def adopt_grant(office: Office, c: Connection, rsu: UUID, epoch: int, grant: str, signature: str) -> str:
    """Take a block into account that a kiosk shows with our signature; what is wrong with it in words, or ``""``.

    ``grant`` is base 64, ``signature`` hex, as in the journal. A block that is known changes nothing.
    """
    try:
        data = base64.b64decode(grant, validate=True)
        proof = bytes.fromhex(signature)
        said = msgspec.json.decode(data, type=Grant)
        allocation, event_id = UUID(said.allocation), UUID(said.event)
        request_id = UUID(said.request)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as e:
        return f"the grant cannot be read: {_plain(e)}"
    if len(data) > GRANT_BYTES_MAX or not keys.verify(office.key.public, keys.GRANT, data, proof):
        return "the grant does not bear this office's signature"
    if (said.rsu, said.epoch) != (str(rsu), epoch):
        return "the grant was given to another kiosk or enrolment"
    if c.execute(select(m.rsu_allocations.c.id).where(m.rsu_allocations.c.id == allocation)).one_or_none():
        return ""
    if not (1 <= said.first <= said.last <= DRAW_NUMBER_MAX and 1 <= said.validation_size <= BLOCK_SIZE_MAX):
        return "the grant's numbers are out of bounds"
    if not c.execute(select(m.raffle_events.c.id).where(m.raffle_events.c.id == event_id)).one_or_none():
        return "the grant is of an event that this office does not know"
    counters = m.number_counters
    c.execute(
        update(counters)
        .where(counters.c.event_id == event_id)
        .values(
            next_number=func.greatest(
                counters.c.next_number, func.least(said.last, counters.c.last_number) + 1
            )
        )
    )
    try:
        with c.begin_nested():
            _insert(office, c, said, data, proof, request_id)
    except (IntegrityError, Refused):
        return f"the numbers {said.first} to {said.last}, or the validation block, were given to another kiosk too"
    critical_event(
        c,
        "grant_adopted",
        "WARN",
        f"The numbers {said.first} to {said.last}, handed out before a restore, were taken into account again.",
        event_id=event_id,
        rsu_id=rsu,
    )
    return ""


def lose(c: Connection, rsu: UUID, epoch: int) -> None:
    """What enrolments before ``epoch`` have not shown is lost, until their journal is imported."""
    a = m.rsu_allocations
    c.execute(
        update(a).where(a.c.rsu_id == rsu, a.c.epoch < epoch, a.c.state == "active").values(state="lost")
    )


def release(c: Connection, rsu: UUID, epoch: int, events: Iterable[UUID]) -> None:
    """The unit is settled for these events: what it did not sell it can never sell."""
    a = m.rsu_allocations
    c.execute(
        update(a)
        .where(
            a.c.rsu_id == rsu,
            a.c.epoch == epoch,
            a.c.raffle_event_id.in_(sorted(events)),
            a.c.state.in_(["active", "lost"]),
        )
        .values(state="released")
    )


def _check_unit(c: Connection, rsu: UUID, epoch: int, event: Row[Any]) -> None:
    e, r = m.rsu_epochs, m.rsus
    newest = select(func.max(e.c.epoch)).where(e.c.rsu_id == rsu).scalar_subquery()
    unit = c.execute(
        select(r.c.state, r.c.organization_id, e.c.forked_at, e.c.revoked_at, newest.label("newest"))
        .join(e, e.c.rsu_id == r.c.id)
        .where(r.c.id == rsu, e.c.epoch == epoch)
    ).one_or_none()
    if unit is None:
        raise Refused("unknown_unit", "This kiosk is not enrolled here.")
    state = "forked" if unit.forked_at else "revoked" if unit.revoked_at else unit.state
    if state != "enabled":
        raise Refused(f"unit_{state}", f"This kiosk is {state}; it gets no numbers.", "Ask the office.")
    if unit.newest != epoch:
        raise Refused("superseded", "This kiosk has been enrolled anew since.", "Use the new enrolment.")
    if unit.organization_id != event.organization_id:
        raise Refused("unknown_event", "This event is not of the kiosk's organisation.")
    if event.state != "active":
        raise Refused("not_open", f"{event.name} is {event.state} and takes no sales.")


def _take(
    office: Office,
    c: Connection,
    rsu: UUID,
    epoch: int,
    event: Row[Any],
    counter: Row[Any],
    request_id: UUID,
    count: int,
) -> Row[Any]:
    first: int = counter.next_number
    last = min(first + count - 1, counter.last_number)
    if first > last:
        raise Refused(
            "sold_out", f"All numbers of {event.name} are handed out.", "This event is sold out here."
        )
    if office.now() >= event.closes_at:
        raise Refused("not_open", f"{event.name} has closed.")
    c.execute(
        update(m.number_counters).where(m.number_counters.c.event_id == event.id).values(next_number=last + 1)
    )
    number: int = c.execute(text("SELECT nextval('validation_block_numbers')")).scalar_one()
    said = Grant(
        allocation=str(uuid7(office.clock)),
        request=str(request_id),
        rsu=str(rsu),
        epoch=epoch,
        event=str(event.id),
        first=first,
        last=last,
        validation_block=number,
        validation_size=last - first + 1,
        validation_expires_at=to_ms(event.closes_at + BLOCKS_OUTLIVE_CLOSE),
        issued_at=office.clock.now_ms(),
    )
    data, signature = wire.sign(office.key, keys.GRANT, said)
    return _insert(office, c, said, data, signature, request_id)


def _insert(
    office: Office, c: Connection, said: Grant, data: bytes, signature: bytes, request_id: UUID
) -> Row[Any]:
    """The rows of a block; ``IntegrityError`` where its numbers are in another."""
    made = c.execute(
        upsert(m.rsu_allocations)
        .values(
            id=UUID(said.allocation),
            raffle_event_id=UUID(said.event),
            rsu_id=UUID(said.rsu),
            epoch=said.epoch,
            start_number=said.first,
            end_number=said.last,
            next_draw_number=said.first,
            total_tickets=said.last - said.first + 1,
            tickets_available=said.last - said.first + 1,
            state="active",
            validation_number_block={"number": said.validation_block, "size": said.validation_size},
            allocated_at=utc(said.issued_at),
            request_id=request_id,
            grant_bytes=data,
            grant_signature=signature,
        )
        .on_conflict_do_nothing(index_elements=["request_id"])
        .returning(m.rsu_allocations)
    ).one_or_none()
    if made is None:
        raise Refused("request_reused", "This request's id has served for another block.", "Make a new one.")
    c.execute(
        insert(m.validation_number_blocks).values(
            rsu_allocation_id=made.id,
            rsu_id=made.rsu_id,
            raffle_event_id=made.raffle_event_id,
            epoch=said.epoch,
            block_start="1",
            block_end=str(said.validation_size),
            block_size=said.validation_size,
            block_number=said.validation_block,
            secret=block_secret(office, said.validation_block),
            expires_at=None if said.validation_expires_at is None else utc(said.validation_expires_at),
        )
    )
    return made


def _signed(office: Office, row: Row[Any]) -> SignedGrant:
    return SignedGrant(
        grant=base64.b64encode(row.grant_bytes).decode(),
        signature=bytes(row.grant_signature).hex(),
        secret=block_secret(office, row.validation_number_block["number"]).hex(),
    )


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as e:
        raise Refused("bad_request", "An id of the request is none.") from e


def _plain(error: Exception) -> str:
    return str(error).replace("\x00", "")
