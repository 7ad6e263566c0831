"""What people put into a draw by hand: results and counts keyed by two without sight of each other, and counterfoils.

A keying is never changed. Two that differ are kept, the places that differ are shown, and both key again. Counterfoils
(one slip for each number of the drawn pools) are printed in batches on record, so that a second print of a number is
seen to be one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, tuple_

from shared import draw as fair
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import models as m
from syncserver.audit import reasoned
from syncserver.notices import TOLD
from syncserver.office import Office

What = Literal["entropy", "winners", "counterfoils"]

COUNTERFOILS_MAX: Final = 5_000
"""In one batch."""


@dataclass(frozen=True)
class Difference:
    """A place, from 1, at which two keyings differ, and what each has there."""

    place: int
    first: str
    second: str


@dataclass(frozen=True)
class Keyed:
    """What came of keying something."""

    outcome: Literal["first", "agreed", "differs"]
    """``first``: the other person is to key it too; ``differs``: both key again."""
    round: int = 1
    content: str = ""
    """What was agreed on; nothing before."""
    places: list[Difference] = field(default_factory=list)
    words: str = ""
    """For the person who keyed."""


@dataclass(frozen=True)
class KeyingRow:
    """One keying on record; the content is empty while the other person of its round has still to key."""

    what: What
    round: int
    content: str
    keyed_by: UUID
    name: str
    keyed_at: datetime


@dataclass(frozen=True)
class Waiting:
    """A draw in which one person has keyed something, and a second has still to."""

    draw: UUID
    event_name: str
    what: What
    source: str
    """Of public chance: ``dice``, ``digits`` and so on."""
    keyed_by: UUID
    name: str
    keyed_at: datetime


@dataclass(frozen=True)
class Counterfoil:
    """One slip: its place among all slips of the draw (from 0), and the ticket that it stands for."""

    index: int
    pool: str
    number: int
    """In the pool."""
    event: UUID
    ticket_number: int
    validation: str
    copies: int
    """In how many batches it was printed; the second and every later one is a reprint, and says so."""


@dataclass(frozen=True)
class BatchRow:
    """A batch of counterfoils that was printed."""

    id: UUID
    first_index: int
    count: int
    reprint: bool
    reason: str
    printed_by: UUID
    name: str
    printed_at: datetime


def put(
    office: Office, c: Connection, draw: UUID, what: What, content: str, by: UUID, *, apart: bool
) -> Keyed:
    """Keep what ``by`` keyed and compare it with the other keying of its round; the draw's row is locked.

    ``apart``: the second person must be another. Raises ``Refused``: ``keyed_already`` (two agree, it stands),
    ``same_person``.
    """
    k = m.draw_keyings
    rows = c.execute(
        select(k.c.round, k.c.content, k.c.keyed_by)
        .where(k.c.draw_execution_id == draw, k.c.what == what)
        .order_by(k.c.round, k.c.keyed_at, k.c.id)
    ).all()
    if alike(c, draw, what) is not None and what != "counterfoils":
        raise Refused("keyed_already", "Two people have keyed this alike; it stands.")
    last = rows[-1].round if rows else 1
    there = [row for row in rows if row.round == last]
    if len(there) == 2:
        last, there = last + 1, []
    if there and apart and there[0].keyed_by == by:
        raise Refused(
            "same_person", "You have keyed it already; the second person is another.", "Ask somebody else."
        )
    c.execute(
        insert(k).values(
            id=uuid7(office.clock),
            draw_execution_id=draw,
            what=what,
            round=last,
            content=content,
            keyed_by=by,
            keyed_at=office.now(),
        )
    )
    if not there:
        return Keyed("first", last, words="It is kept. Now the second person keys it, without seeing yours.")
    if there[0].content == content:
        return Keyed("agreed", last, content, words="Both keyed the same.")
    places = differences(there[0].content, content)
    which = ", ".join(str(one.place) for one in places)
    return Keyed(
        "differs", last, places=places, words=f"They differ at {which}. Look again; both key it anew."
    )


def differences(first: str, second: str) -> list[Difference]:
    """Where two keyings differ, word by word."""
    ours, theirs = first.split(), second.split()
    length = max(len(ours), len(theirs))
    ours += [""] * (length - len(ours))
    theirs += [""] * (length - len(theirs))
    pairs = enumerate(zip(ours, theirs, strict=True), start=1)
    return [Difference(place, a, b) for place, (a, b) in pairs if a != b]


def alike(c: Connection, draw: UUID, what: What) -> str | None:
    """What two keyed alike; None where they have not. Of counterfoils the last count, right or wrong."""
    k = m.draw_keyings
    return c.execute(
        select(func.min(k.c.content))
        .where(k.c.draw_execution_id == draw, k.c.what == what)
        .group_by(k.c.round)
        .having(func.count() == 2, func.min(k.c.content) == func.max(k.c.content))
        .order_by(k.c.round.desc())
        .limit(1)
    ).scalar_one_or_none()


def waiting(c: Connection, organisation: UUID) -> list[Waiting]:
    """What was keyed once in the organisation's draws that are under way, and waits for the second person."""
    k, d, e, u = m.draw_keyings, m.draw_executions, m.raffle_events, m.users
    other = k.alias()
    rows = c.execute(
        select(
            d.c.id,
            d.c.entropy_source,
            e.c.name.label("event_name"),
            k.c.what,
            k.c.keyed_by,
            k.c.keyed_at,
            u.c.display_name,
        )
        .join(d, d.c.id == k.c.draw_execution_id)
        .join(e, e.c.id == d.c.raffle_event_id)
        .outerjoin(u, u.c.id == k.c.keyed_by)
        .where(e.c.organization_id == organisation, d.c.official_at.is_(None), d.c.state != "failed")
        .where(
            ~select(other.c.id)
            .where(
                other.c.draw_execution_id == k.c.draw_execution_id,
                other.c.what == k.c.what,
                other.c.round == k.c.round,
                other.c.id != k.c.id,
            )
            .exists()
        )
        .order_by(k.c.keyed_at, k.c.id)
    )
    return [
        Waiting(
            row.id,
            row.event_name,
            row.what,
            str((row.entropy_source or {}).get("source", "")),
            row.keyed_by,
            row.display_name or "",
            row.keyed_at,
        )
        for row in rows
    ]


def keyings(c: Connection, draw: UUID) -> list[KeyingRow]:
    """All keyings of the draw in their order; nobody sees what one holds before the other of its round is there."""
    k, u = m.draw_keyings, m.users
    whole = func.count().over(partition_by=(k.c.what, k.c.round)) == 2
    rows = c.execute(
        select(k, u.c.display_name, whole.label("whole"))
        .outerjoin(u, u.c.id == k.c.keyed_by)
        .where(k.c.draw_execution_id == draw)
        .order_by(k.c.keyed_at, k.c.id)
    )
    return [
        KeyingRow(
            row.what,
            row.round,
            row.content if row.whole else "",
            row.keyed_by,
            row.display_name or "",
            row.keyed_at,
        )
        for row in rows
    ]


def only_manager(c: Connection, event: UUID) -> bool:
    """Whether the event's organisation has no second person who could key."""
    o, u, e = m.organization_users, m.users, m.raffle_events
    count: int = c.execute(
        select(func.count())
        .select_from(o.join(u, u.c.id == o.c.user_id).join(e, e.c.organization_id == o.c.organization_id))
        .where(e.c.id == event, o.c.role.in_(TOLD), u.c.is_active)
    ).scalar_one()
    return count <= 1


# Counterfoils -----------------------------------------------------------------------------------------


def slips(c: Connection, draw: UUID) -> int:
    """How many counterfoils the draw has: one for each number of each of its pools."""
    p = m.draw_pools
    count: int = c.execute(
        select(func.coalesce(func.sum(p.c.size), 0)).where(p.c.draw_execution_id == draw)
    ).scalar_one()
    return count


def unprinted(c: Connection, draw: UUID) -> int:
    """How many of them were never printed."""
    b = m.counterfoil_batches
    spans = c.execute(
        select(b.c.first_index, b.c.count).where(b.c.draw_execution_id == draw).order_by(b.c.first_index)
    )
    printed = reached = 0
    for first, count in spans:
        printed += max(first + count - max(first, reached), 0)
        reached = max(reached, first + count)
    return slips(c, draw) - printed


def counterfoils(c: Connection, draw: UUID, first_index: int, count: int) -> list[Counterfoil]:
    """These slips, for printing: every number once, ascending, pool after pool by name.

    Raises ``Refused``: ``unknown_draw``, ``not_manual``, ``counterfoils`` (no such slips).
    """
    row = _manual(c, draw)
    plan = fair.Manifest.read(bytes(row.manifest))
    _check_span(c, draw, first_index, count)
    found = list(_numbers(c, draw, first_index, count))
    tickets = [plan.ticket(pool, number) for _, pool, number in found]
    t, o, b = m.tickets, m.orders, m.counterfoil_batches
    keys = [(UUID(event), number) for event, number in tickets]
    validations = {
        (one.event_id, one.draw_number): one.validation_number
        for one in c.execute(
            select(t.c.event_id, t.c.draw_number, o.c.validation_number)
            .join(o, o.c.id == t.c.order_id)
            .where(tuple_(t.c.event_id, t.c.draw_number).in_(keys))
        )
    }
    printed = c.execute(select(b.c.first_index, b.c.count).where(b.c.draw_execution_id == draw)).all()
    return [
        Counterfoil(
            index,
            pool,
            number,
            event,
            ticket,
            validations.get((event, ticket), ""),
            sum(start <= index < start + size for start, size in printed),
        )
        for (index, pool, number), (event, ticket) in zip(found, keys, strict=True)
    ]


def record_counterfoils(
    office: Office, c: Connection, draw: UUID, first_index: int, count: int, by: UUID, reason: str = ""
) -> UUID:
    """Put a batch on record before it is printed. A number that was printed before makes it a reprint.

    Raises ``Refused``: ``counterfoils``, ``reprint`` (it needs a reason), ``reason``, ``not_manual``, ``step``.
    """
    row = _manual(c, draw, lock=True)
    if row.bundle is not None or row.state == "failed" or alike(c, draw, "winners") is not None:
        raise Refused("step", "The numbers of this draw are keyed; nothing is printed for it any more.")
    _check_span(c, draw, first_index, count)
    b = m.counterfoil_batches
    again = c.execute(
        select(func.count()).where(
            b.c.draw_execution_id == draw,
            b.c.first_index < first_index + count,
            b.c.first_index + b.c.count > first_index,
        )
    ).scalar_one()
    if again and not reason.strip():
        raise Refused(
            "reprint",
            "Some of these counterfoils were printed before.",
            "Say why they are printed again, and destroy the first ones.",
        )
    reason = reasoned(reason) if again else reason.strip()
    batch = uuid7(office.clock)
    c.execute(
        insert(b).values(
            id=batch,
            draw_execution_id=draw,
            first_index=first_index,
            count=count,
            reprint=bool(again),
            reason=reason or None,
            printed_by=by,
            printed_at=office.now(),
        )
    )
    return batch


def batches(c: Connection, draw: UUID) -> list[BatchRow]:
    """The batches on record, in the order of printing."""
    b, u = m.counterfoil_batches, m.users
    rows = c.execute(
        select(b, b.c.count.label("size"), u.c.display_name)
        .outerjoin(u, u.c.id == b.c.printed_by)
        .where(b.c.draw_execution_id == draw)
        .order_by(b.c.printed_at, b.c.id)
    )
    return [
        BatchRow(
            row.id,
            row.first_index,
            row.size,
            row.reprint,
            row.reason or "",
            row.printed_by,
            row.display_name or "",
            row.printed_at,
        )
        for row in rows
    ]


def read_numbers(text: str) -> list[int]:
    """Numbers that somebody typed; ``Refused`` (``numbers``) names what is none."""
    typed = text.replace(",", " ").replace(";", " ").split()
    for place, one in enumerate(typed, start=1):
        if not (one.isascii() and one.isdecimal() and len(one) <= 10):
            raise Refused("numbers", f"'{one[:20]}', at place {place}, is no number.", "Look at it again.")
    return [int(one) for one in typed]


def _check_span(c: Connection, draw: UUID, first_index: int, count: int) -> None:
    total = slips(c, draw)
    if not 1 <= count <= COUNTERFOILS_MAX or not 0 <= first_index <= total - count:
        raise Refused(
            "counterfoils",
            f"There are {total} counterfoils, counted from 0, printed at most {COUNTERFOILS_MAX} at a time.",
        )


def _numbers(c: Connection, draw: UUID, first: int, count: int) -> Sequence[tuple[int, str, int]]:
    """Index, pool and number of slips, read out of the packed pools."""
    p = m.draw_pools
    pools = c.execute(
        select(p.c.pool, p.c.size).where(p.c.draw_execution_id == draw).order_by(p.c.pool.collate("C"))
    ).all()
    found: list[tuple[int, str, int]] = []
    start = 0
    for name, size in pools:
        low, high = max(first - start, 0), min(first + count - start, size)
        if low < high:
            packed = c.execute(
                select(func.substring(p.c.numbers, 4 * low + 1, 4 * (high - low))).where(
                    p.c.draw_execution_id == draw, p.c.pool == name
                )
            ).scalar_one()
            numbers = struct.unpack(f">{high - low}I", packed)
            found += [(start + low + place, name, number) for place, number in enumerate(numbers)]
        start += size
    return found


def _manual(c: Connection, draw: UUID, *, lock: bool = False) -> Row[Any]:
    d = m.draw_executions
    wanted = select(d).where(d.c.id == draw)
    row = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise Refused("unknown_draw", "There is no such draw.")
    if (row.entropy_source or {}).get("source") != "manual":
        raise Refused("not_manual", "Its numbers are not drawn by hand, so that it has no counterfoils.")
    return row
