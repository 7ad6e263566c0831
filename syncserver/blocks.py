"""Blocks of numbers as a ledger: who got which, what became of each number, and what came back or is lost (N2, N12).

A block's rest comes back when its kiosk can sell no more of it and has said so: at the event's closing cut, or when
a kiosk out of service holds the catalog that says so and has handed in all it journalled. What a kiosk will never
hand in is declared lost by a person. Either way no number is handed out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import wire
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import allocations, catalog, events, rsus
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

EXPIRES_SOON: Final = timedelta(hours=12)
"""Before its validation numbers run out of time a block is pointed out."""
USED_UP_FOR: Final = timedelta(minutes=5)
"""A kiosk asks for more by itself; after so long without any, a person is told."""
RANGES_NAMED_MAX: Final = 20

# Nearly all numbers are sold: they are counted along the index of numbers alone, the others by the index of states.
_COUNTS = text("""
    SELECT a.id, u.used - coalesce(x.others, 0) AS sold, coalesce(x.void, 0) AS void, coalesce(x.doubted, 0) AS doubted, u.used
    FROM rsu_allocations a
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM tickets t
            WHERE t.event_id = a.raffle_event_id AND t.draw_number BETWEEN a.start_number AND a.end_number
        ) u
        LEFT JOIN (
            SELECT b.id, count(*) AS others, count(*) FILTER (WHERE t.state IN ('void', 'misprint', 'invalid')) AS void,
                count(*) FILTER (WHERE t.state = 'quarantined') AS doubted
            FROM ticket_states s JOIN tickets t ON t.state = s.key
                JOIN rsu_allocations b ON b.raffle_event_id = t.event_id
                    AND t.draw_number BETWEEN b.start_number AND b.end_number
            WHERE s.key <> 'sold' AND b.id = ANY(:ids)
                AND t.event_id IN (SELECT raffle_event_id FROM rsu_allocations WHERE id = ANY(:ids))
            GROUP BY b.id
        ) x ON x.id = a.id
    WHERE a.id = ANY(:ids)
""")


_USED_UP = text("""
    SELECT a.raffle_event_id AS event, e.name, a.rsu_id, a.epoch, r.name AS unit, max(a.end_number) AS last,
        sum(a.total_tickets) AS count
    FROM rsu_allocations a JOIN raffle_events e ON e.id = a.raffle_event_id JOIN rsus r ON r.id = a.rsu_id
    WHERE e.state = 'active' AND e.closes_at > :now AND r.state = 'enabled' AND r.kind = 'kiosk'
    GROUP BY a.raffle_event_id, e.name, a.rsu_id, a.epoch, r.name
    HAVING count(*) FILTER (WHERE a.state = 'active') = 0 AND count(*) FILTER (WHERE a.state = 'exhausted') > 0
        AND max(a.exhausted_at) FILTER (WHERE a.state = 'exhausted') < :since
""")


@dataclass(frozen=True)
class Block:
    """A block with what became of its numbers."""

    id: UUID
    event: UUID
    event_name: str
    rsu: UUID
    unit: str
    online: bool
    epoch: int
    first: int
    last: int
    sold: int
    void: int
    doubted: int
    rest: int
    """Numbers without a ticket that the office knows of."""
    state: str
    """What its rest is: ``held`` by the kiosk, ``used up``, ``returned`` or ``lost``."""
    handed_at: datetime
    handed_by: str
    """Who handed it out beforehand; empty where the kiosk asked for it."""
    ended_at: datetime | None
    ended_by: str
    ended_reason: str
    validation: int
    """The number of its block of validation numbers."""
    validation_used: int
    expires_at: datetime | None
    warning: str
    """What is about to keep it from issuing anything, in words; empty: nothing."""
    active: bool
    """Its validation numbers are not switched off."""

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Gap:
    """Numbers of the event that are in no block."""

    first: int
    last: int
    passed_over: bool
    """By a restore of the database; otherwise they were not handed out yet."""

    @property
    def count(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Ledger:
    """All numbers of an event, in order: every one of them once."""

    entries: tuple[Block | Gap, ...]
    first: int
    last: int

    @property
    def blocks(self) -> list[Block]:
        """Those handed out."""
        return [one for one in self.entries if isinstance(one, Block)]

    @property
    def sums(self) -> dict[str, int]:
        """How many numbers there are of each kind; together the whole range."""
        gaps = [one for one in self.entries if isinstance(one, Gap)]
        rests = {
            state: sum(b.rest for b in self.blocks if b.state == state)
            for state in ("held", "returned", "lost")
        }
        return {
            "sold": sum(b.sold for b in self.blocks),
            "void": sum(b.void for b in self.blocks),
            "doubted": sum(b.doubted for b in self.blocks),
            **rests,
            "passed over": sum(g.count for g in gaps if g.passed_over),
            "not handed out": sum(g.count for g in gaps if not g.passed_over),
        }


def ledger(office: Office, c: Connection, event: UUID) -> Ledger:
    """The event's blocks and the gaps between them, in order. ``Refused`` (``unknown_event``)."""
    row = events.get(c, event)
    first, last = row.ticket_allocation["first"], row.ticket_allocation["last"]
    reached: int = c.execute(
        select(m.number_counters.c.next_number).where(m.number_counters.c.event_id == event)
    ).scalar_one()
    found: list[Block | Gap] = []
    at = first
    for block in _blocks(office, c, m.rsu_allocations.c.raffle_event_id == event):
        found += _gaps(at, block.first - 1, reached)
        found.append(block)
        at = block.last + 1
    found += _gaps(at, last, reached)
    return Ledger(tuple(found), first, last)


def _gaps(first: int, last: int, reached: int) -> list[Gap]:
    """The numbers of this range, parted where the counter stands: what is behind it is never handed out any more."""
    parts = [Gap(first, min(last, reached - 1), True), Gap(max(first, reached), last, False)]
    return [part for part in parts if part.first <= part.last]


def of_unit(office: Office, c: Connection, rsu: UUID) -> list[Block]:
    """All blocks that a kiosk ever got, the newest first."""
    held = _blocks(office, c, m.rsu_allocations.c.rsu_id == rsu)
    return sorted(held, key=lambda block: block.handed_at, reverse=True)


def _blocks(office: Office, c: Connection, which: Any) -> list[Block]:
    a, v, r, e = m.rsu_allocations, m.validation_number_blocks, m.rsus, m.raffle_events
    by, ended = m.users.alias("handed"), m.users.alias("ended")
    rows = c.execute(
        select(
            a,
            r.c.name.label("unit"),
            r.c.kind,
            e.c.name.label("event_name"),
            e.c.state.label("event_state"),
            e.c.closes_at,
            v.c.block_number,
            v.c.numbers_used,
            v.c.expires_at,
            v.c.is_active,
            func.coalesce(by.c.display_name, "").label("handed_by"),
            func.coalesce(ended.c.display_name, "").label("ended_name"),
        )
        .join(r, r.c.id == a.c.rsu_id)
        .join(e, e.c.id == a.c.raffle_event_id)
        .outerjoin(v, v.c.rsu_allocation_id == a.c.id)
        .outerjoin(by, by.c.id == a.c.allocated_by)
        .outerjoin(ended, ended.c.id == a.c.ended_by)
        .where(which)
        .order_by(e.c.event_number, a.c.start_number)
    ).all()
    counts = {one.id: one for one in c.execute(_COUNTS, {"ids": [row.id for row in rows]})}
    return [_block(office, row, counts[row.id]) for row in rows]


def _block(office: Office, row: Row[Any], counted: Row[Any]) -> Block:
    rest = row.total_tickets - counted.used
    state = {"released": "returned", "lost": "lost"}.get(row.state, "held" if rest else "used up")
    return Block(
        row.id,
        row.raffle_event_id,
        row.event_name,
        row.rsu_id,
        row.unit,
        row.kind == "online",
        row.epoch,
        row.start_number,
        row.end_number,
        counted.sold,
        counted.void,
        counted.doubted,
        rest,
        state,
        row.allocated_at,
        row.handed_by,
        row.ended_at,
        row.ended_name,
        row.ended_reason or "",
        row.block_number or 0,
        row.numbers_used or 0,
        row.expires_at,
        _warning(office, row) if state == "held" and row.event_state in events.UNDER_SALE else "",
        row.is_active is not False,
    )


def _warning(office: Office, row: Row[Any]) -> str:
    if row.is_active is False:
        return "its validation numbers are switched off: it issues nothing once its kiosk has heard of it"
    if row.expires_at is None:
        return ""
    if row.expires_at <= office.now():
        return "its validation numbers have expired: it issues nothing"
    if row.expires_at < row.closes_at:
        return "its validation numbers expire before sales close: hand out another block"
    if row.expires_at <= office.now() + EXPIRES_SOON:
        return "its validation numbers expire soon"
    return ""


def switch(
    office: Office, c: Connection, event: UUID, block: UUID, by: UUID, reason: str, *, on: bool
) -> Row[Any]:
    """Switch a block's validation numbers off, or on again: nothing is sold out of it from the kiosk's next contact on.

    What it sold stands, also what its kiosk sells until it hears of it. Its rest stays in the kiosk's hands until it
    comes back or is lost. ``Refused``: ``reason``, ``unknown_block``, ``ended``, ``already``.
    """
    words = reasoned(reason)
    a, v = m.rsu_allocations, m.validation_number_blocks
    row = c.execute(
        select(a, v.c.is_active, v.c.block_number, m.rsus.c.name.label("unit"))
        .join(v, v.c.rsu_allocation_id == a.c.id)
        .join(m.rsus, m.rsus.c.id == a.c.rsu_id)
        .where(a.c.id == block, a.c.raffle_event_id == event)
        .with_for_update(of=a)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_block", "There is no such block.")
    if row.state in {"released", "lost"}:
        raise Refused("ended", "What is left of this block came back or is lost; it issues nothing.")
    if row.is_active is on:
        raise Refused("already", f"This block is switched {'on' if on else 'off'} already.")
    c.execute(update(v).where(v.c.rsu_allocation_id == block).values(is_active=on))
    ended = (None, None, None) if on else (office.now(), by, words)
    c.execute(
        update(a).where(a.c.id == block).values(ended_at=ended[0], ended_by=ended[1], ended_reason=ended[2])
    )
    critical_event(
        c,
        "block_switched_on" if on else "block_switched_off",
        "INFO" if on else "WARN",
        f"The validation numbers of block {row.block_number}, for the numbers {row.start_number} to "
        f"{row.end_number}, were switched {'on' if on else 'off'}. {words}",
        event_id=event,
        rsu_id=row.rsu_id,
        user_id=by,
    )
    return row


def run_due(office: Office) -> list[str]:
    """A finding of each block whose time runs out before its numbers, and of each kiosk that used all of its up (N12).

    Each is opened once and blocks no draw; a person decides it. What was found, in words.
    """
    a, e = m.rsu_allocations, m.raffle_events
    now = office.now()
    soon = select(m.validation_number_blocks.c.rsu_allocation_id).where(
        m.validation_number_blocks.c.is_active,
        or_(
            m.validation_number_blocks.c.expires_at <= now + EXPIRES_SOON,
            m.validation_number_blocks.c.expires_at < e.c.closes_at,
        ),
    )
    with office.begin() as c:
        which = and_(a.c.state == "active", e.c.state.in_(events.UNDER_SALE), a.c.id.in_(soon.correlate(e)))
        rows = [
            _finding(
                "block_expiring",
                block.event,
                block.rsu,
                block.epoch,
                str(block.id),
                f"{block.unit}, numbers {block.first} to {block.last}: {block.warning}; {block.rest} are left.",
            )
            for block in _blocks(office, c, which)
            if block.warning and block.rest
        ]
        rows += [
            _finding(
                "block_used_up",
                row.event,
                row.rsu_id,
                row.epoch,
                str(row.last),
                f"{row.unit} has sold all {row.count} numbers that it got of {row.name}, and has had no others since.",
            )
            for row in c.execute(_USED_UP, {"now": now, "since": now - USED_UP_FOR})
        ]
        if not rows:
            return []
        f = m.findings
        new = c.execute(
            upsert(f)
            .values(sorted(rows, key=lambda one: (one["kind"], str(one["event_id"]), one["subject"])))
            .on_conflict_do_nothing()
            .returning(f.c.detail)
        )
        return [str(one["words"]) for one in new.scalars()]


def _finding(kind: str, event: UUID, rsu: UUID, epoch: int, subject: str, words: str) -> dict[str, Any]:
    return {
        "event_id": event,
        "rsu_id": rsu,
        "epoch": epoch,
        "kind": kind,
        "severity": "WARN",
        "blocking": False,
        "subject": subject,
        "detail": {"words": words},
    }


def hand_out(office: Office, c: Connection, rsu: UUID, event: UUID, count: int, by: UUID) -> tuple[int, int]:
    """Give a kiosk a block before it asks: its first and last number. The kiosk gets it with its next catalog.

    Raises ``Refused``: ``not_enrolled``, and what :func:`allocations.allocate` refuses.
    """
    epoch = c.execute(select(func.max(m.rsu_epochs.c.epoch)).where(m.rsu_epochs.c.rsu_id == rsu)).scalar_one()
    if epoch is None:
        raise Refused("not_enrolled", "This kiosk is not enrolled yet.", "Enrol it first.")
    asked = uuid7(office.clock)
    request = wire.AllocationRequest(request=str(asked), event=str(event), count=count)
    allocations.allocate(office, c, rsu, epoch, request)
    a = m.rsu_allocations
    made = c.execute(
        update(a)
        .where(a.c.request_id == asked)
        .values(allocated_by=by)
        .returning(a.c.start_number, a.c.end_number)
    ).one()
    critical_event(
        c,
        "numbers_handed_out",
        "INFO",
        f"The numbers {made.start_number} to {made.end_number} were handed out beforehand.",
        event_id=event,
        rsu_id=rsu,
        user_id=by,
    )
    return made.start_number, made.end_number


def take_back(office: Office, c: Connection, event: UUID, rsu: UUID, by: UUID, reason: str) -> int:
    """Take back what a kiosk out of service holds of this event; how many numbers. None of them is sold any more.

    Only once the kiosk has shown that it can sell nothing: it holds the newest catalog, which says that it is out of
    service, and the office has all that it journalled. Until then ``Refused`` (``not_confirmed``) says what is
    missing. ``Refused``: ``reason``, ``in_service``, ``nothing`` too.
    """
    words = reasoned(reason)
    held = _open_blocks(c, event, rsu)
    epochs = {row.epoch for row in held}
    for epoch in sorted(epochs):
        _check_confirmed(office, c, rsu, epoch)
    return _end(office, c, event, rsu, held, by, words, "released")


def _check_confirmed(office: Office, c: Connection, rsu: UUID, epoch: int) -> None:
    n, r = m.rsu_epochs, m.rsus
    # First what it would be told now: where that is news, it cannot have it yet.
    now = catalog.build(office, c, rsu, epoch)
    row = c.execute(
        select(n, r.c.name, r.c.state.label("unit"))
        .join(r, r.c.id == n.c.rsu_id)
        .where(n.c.rsu_id == rsu, n.c.epoch == epoch)
    ).one()
    state = rsus.unit_state(c, rsu, epoch)
    if state == "enabled":
        raise Refused(
            "in_service",
            f"{row.name} is in service and may sell these numbers at any moment.",
            "Disable or retire it first.",
        )
    said = row.health or {}
    if tuple(said.get("catalog") or ()) != (row.catalog_generation, row.catalog_serial):
        raise Refused(
            "not_confirmed",
            f"{row.name} has not said yet that it knows it is out of service.",
            "Let it reach the office once more. If it never will, declare its numbers lost.",
        )
    if said.get("unsynced") or said.get("last_seq") != row.head_seq:
        raise Refused(
            "not_confirmed",
            f"{row.name} has not handed in everything it journalled.",
            "Let it reach the office once more, or bring its medium in.",
        )
    assert now.data


def declare_lost(office: Office, c: Connection, event: UUID, rsu: UUID, by: UUID, reason: str) -> int:
    """What a kiosk out of service holds of this event will never come: how many numbers that is.

    Whoever bought one of them and whose sale was never handed in is not in the draw; the reconciliation still asks two
    people before it goes on without the kiosk. ``Refused``: ``reason``, ``in_service``, ``nothing``.
    """
    words = reasoned(reason)
    held = _open_blocks(c, event, rsu)
    for epoch in sorted({row.epoch for row in held}):
        if rsus.unit_state(c, rsu, epoch) == "enabled":
            raise Refused(
                "in_service",
                "This kiosk is in service; its numbers are in its hands.",
                "Disable, revoke or retire it first.",
            )
    return _end(office, c, event, rsu, held, by, words, "lost")


def _open_blocks(c: Connection, event: UUID, rsu: UUID) -> Sequence[Row[Any]]:
    a = m.rsu_allocations
    events.locked(c, event)
    held = c.execute(
        select(a)
        .where(a.c.raffle_event_id == event, a.c.rsu_id == rsu, a.c.state == "active")
        .order_by(a.c.start_number)
        .with_for_update()
    ).all()
    if not held:
        raise Refused("nothing", "This kiosk holds no numbers of this event.")
    return held


def _end(
    office: Office,
    c: Connection,
    event: UUID,
    rsu: UUID,
    held: Sequence[Row[Any]],
    by: UUID,
    reason: str,
    state: str,
) -> int:
    a = m.rsu_allocations
    c.execute(
        update(a)
        .where(a.c.id.in_([row.id for row in held]))
        .values(state=state, ended_at=office.now(), ended_by=by, ended_reason=reason)
    )
    counts = c.execute(_COUNTS, {"ids": [row.id for row in held]}).all()
    left: int = sum(row.total_tickets for row in held) - sum(int(one.used) for one in counts)
    named = ", ".join(f"{row.start_number}–{row.end_number}" for row in held[:RANGES_NAMED_MAX])
    more = " and more" if len(held) > RANGES_NAMED_MAX else ""
    what = "taken back" if state == "released" else "declared lost"
    critical_event(
        c,
        "numbers_returned" if state == "released" else "numbers_lost",
        "INFO" if state == "released" else "WARN",
        f"{left} unsold numbers of the blocks {named}{more} were {what}. {reason}",
        event_id=event,
        rsu_id=rsu,
        user_id=by,
    )
    return left
