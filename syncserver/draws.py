"""Draws: the pool frozen and published, then the seed's hash, then public entropy, then winners, then official.

Each step is a transaction of its own, so that it stands published before the next one begins; the database refuses
any other order. What is computed is ``shared/draw.py``'s business alone; here it is fed, kept and verified again.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Row, func, insert, select, update

from shared import draw as fair
from shared import keys
from shared.draw import DrawError, Json, Pool, PoolBuilder
from shared.errors import Fault, Refused
from shared.games import raffle
from shared.ids import uuid7
from syncserver import events, reconcile
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

CHUNK_NUMBERS = 1_000_000
"""Draw numbers read out of the database at once: 4 MB packed."""
COPY_BYTES = 1 << 20
"""A pool is handed to the database in parts of this size."""
CHUNKS_MAX = 2_148
"""All draw numbers there are."""
REASON_CHARS_MAX = 1_000
NO_ENTROPY: Mapping[str, Json] = {"source": "none"}


@dataclass(frozen=True)
class DrawRow:
    """An attempt at a draw and how far it has come; nothing of its outcome."""

    id: UUID
    event: UUID
    attempt: int
    state: str
    step: str
    """frozen, committed, entropy, drawn, official, failed."""
    entropy_source: dict[str, Any]
    manifest_sha256: str
    manifest_published_at: datetime | None
    seed_sha256: str | None
    seed_committed_at: datetime | None
    public_entropy: str | None
    entropy_fixed_at: datetime | None
    verified_at: datetime | None
    official_at: datetime | None
    official_by: UUID | None
    failure: str | None
    pools: list[tuple[str, int, str]]
    """Name, size, root in hex."""


@dataclass(frozen=True)
class ResultRow:
    """One winner of one prize; the amount in minor units."""

    id: UUID
    draw: UUID
    prize: UUID
    prize_name: str
    position: int
    number: int
    ticket: UUID
    order: UUID
    amount: int
    currency: str
    selected_at: datetime
    official: bool
    claimed_at: datetime | None


def freeze(office: Office, c: Connection, event: UUID, entropy: Mapping[str, Json], by: UUID) -> UUID:
    """Freeze the event's pool and publish its manifest: the attempt's id.

    Locks the event's row, so that no batch and no void passes by. Raises ``Refused``: ``gate_<code>``,
    ``draw_under_way``, ``manifest`` with what is wrong.
    """
    row = events.locked(c, event)
    before = _last(c, event)
    if before is not None and before.state != "failed":
        raise Refused("draw_under_way", f"The draw of {row.name} has begun already.", "Go on with it.")
    if row.state != "closed":
        raise Refused("gate_closed", f"The event is {row.state}.", "Only a closed event is drawn.")
    reconcile.require(office, c, event)
    pool = _read_pool(c, event)
    attempt = 1 if before is None else before.attempt + 1
    draw = uuid7(office.clock)
    try:
        manifest = fair.manifest(
            event=str(event),
            draw=str(draw),
            pools={raffle.MAIN_POOL: pool},
            prizes=[
                fair.Prize(prize.position, str(prize.id), raffle.MAIN_POOL, prize.rule.winners)
                for prize in events.prizes(c, event)
            ],
            entropy=entropy,
            attempt=attempt,
            previous=None if before is None else bytes.fromhex(before.manifest_sha256),
        )
    except DrawError as e:
        raise Refused("manifest", f"No fair draw could follow: {e}.") from e
    d = m.draw_executions
    c.execute(
        insert(d).values(
            id=draw,
            raffle_event_id=event,
            state="pending",
            started_at=office.now(),
            rng_seed="",
            conducted_by=by,
            system_checksum=fair.software_sha256().hex(),
            attempt=attempt,
            previous_id=None if before is None else before.id,
            manifest=manifest,
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
            entropy_source=dict(entropy),
        )
    )
    _keep_pool(c, draw, raffle.MAIN_POOL, pool)
    # Recorded first, published with the commit of this transaction.
    c.execute(update(d).where(d.c.id == draw).values(manifest_published_at=office.now()))
    _record(c, row, draw, "draw_frozen", f"{pool.size} numbers were frozen, attempt {attempt}.", by)
    return draw


def commit_seed(office: Office, c: Connection, draw: UUID, by: UUID) -> str:
    """Make the seed, once, and publish its hash, which is returned in hex; the pool must be published before.

    The database gets it sealed: who can read tables, logs or backups learns nothing before the entropy is fixed.
    """
    row = _draw(c, draw, lock=True)
    _require(row, "frozen", "The seed's hash is published once, after the pool.")
    seed = office.clock.token(fair.SEED_BYTES)
    digest = hashlib.sha256(seed).hexdigest()
    d = m.draw_executions
    c.execute(
        update(d)
        .where(d.c.id == draw)
        .values(
            state="in_progress",
            seed_sealed=_seal(office, draw, seed),
            seed_sha256=digest,
            seed_committed_at=office.now(),
            updated_at=func.now(),
        )
    )
    _record(c, events.locked(c, row.raffle_event_id), draw, "draw_seed_committed", f"Seed hash {digest}.", by)
    return digest


def fix_entropy(c: Connection, draw: UUID, text: str, by: UUID) -> None:
    """Fix the public entropy, in its source's exact form. ``Refused`` (``entropy``) where it has another."""
    row = _draw(c, draw, lock=True)
    _require(row, "committed", "Public entropy is fixed once, after the seed's hash is published.")
    try:
        fair.check_entropy(row.entropy_source, text)
    except DrawError as e:
        raise Refused("entropy", f"{e}.".capitalize(), "Type it exactly as the source gives it.") from e
    d = m.draw_executions
    c.execute(
        update(d)
        .where(d.c.id == draw)
        .values(public_entropy=text, entropy_fixed_at=func.now(), updated_at=func.now())
    )
    event = events.locked(c, row.raffle_event_id)
    _record(c, event, draw, "draw_entropy_fixed", f"Public entropy: {text or '(none)'}.", by)


def execute(office: Office, c: Connection, draw: UUID, by: UUID) -> bytes:
    """Open the seed, draw, verify what was drawn, and keep it: the bundle. Nothing is official yet.

    Raises ``Refused`` (``step``); ``Fault`` (``seed``) where this server's secret is not the one that sealed the seed.
    """
    row = _draw(c, draw, lock=True)
    _require(row, "entropy", "The seed is opened once, after the public entropy is fixed.")
    event = events.locked(c, row.raffle_event_id)
    seed = _seal(office, draw, bytes(row.seed_sealed))
    if hashlib.sha256(seed).hexdigest() != row.seed_sha256:
        raise Fault(
            "seed", "The seal of the seed does not open.", "Put the server's keys back from a backup."
        )
    pools = _kept_pools(c, draw)
    try:
        results = fair.select(bytes(row.manifest), pools, seed, row.public_entropy)
        data = fair.bundle(bytes(row.manifest), results, seed, row.public_entropy)
    except DrawError as e:
        raise Fault("draw", f"The draw cannot be computed: {e}.", "Keep the record and ask for help.") from e
    report = fair.verify(data, pools.values())
    if not report.ok:
        raise Fault("draw", f"The draw does not verify: {'; '.join(report.problems)}.", "Keep the record.")
    d = m.draw_executions
    now = office.now()
    c.execute(
        update(d)
        .where(d.c.id == draw)
        .values(
            state="completed",
            rng_seed=seed.hex(),
            seed_opened_at=now,
            bundle=data,
            verified_at=now,
            updated_at=func.now(),
        )
    )
    _keep_results(office, c, event.id, draw, report.winners)
    _record(c, event, draw, "draw_executed", f"Drawn and verified, bundle {report.bundle_sha256}.", by)
    return data


def make_official(office: Office, c: Connection, draw: UUID, by: UUID) -> None:
    """Let the results be seen, by name; the event is drawn from here on."""
    row = _draw(c, draw, lock=True)
    _require(row, "drawn", "A draw is made official once, after it was verified.")
    event = events.locked(c, row.raffle_event_id)
    d = m.draw_executions
    c.execute(
        update(d)
        .where(d.c.id == draw)
        .values(official_at=office.now(), official_by=by, updated_at=func.now())
    )
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event.id)
        .values(state="drawn", updated_by=by, updated_at=func.now())
    )
    _record(c, event, draw, "draw_official", "The results are official.", by)


def draw_now(
    office: Office, event: UUID, by: UUID, entropy: Mapping[str, Json] = NO_ENTROPY, text: str = ""
) -> UUID:
    """All steps but the last, each in a transaction of its own; the attempt's id. It is not official yet."""
    with office.begin(by) as c:
        draw = freeze(office, c, event, entropy, by)
    with office.begin(by) as c:
        commit_seed(office, c, draw, by)
    with office.begin(by) as c:
        fix_entropy(c, draw, text, by)
    with office.begin(by) as c:
        execute(office, c, draw, by)
    return draw


def fail(c: Connection, draw: UUID, reason: str, by: UUID) -> None:
    """Give an attempt up, on record and with a reason; the next one names it in its manifest.

    Only before it is drawn: once the winners are known nobody may look at them and try again. ``Refused``: ``reason``,
    ``step``.
    """
    reason = reason.strip()
    if not reason or "\x00" in reason or len(reason) > REASON_CHARS_MAX:
        raise Refused("reason", "A reason is needed.", "Say why, in a few words.")
    row = _draw(c, draw, lock=True)
    if (step := _step(row)) in {"drawn", "official", "failed"}:
        raise Refused(
            "step",
            f"This attempt is {step}; it stays as it is.",
            "Make it official: its winners are drawn." if step == "drawn" else "",
        )
    d = m.draw_executions
    c.execute(update(d).where(d.c.id == draw).values(state="failed", failure=reason, updated_at=func.now()))
    event = events.locked(c, row.raffle_event_id)
    critical_event(
        c,
        "draw_failed",
        "ERROR",
        f"{event.name}: attempt {row.attempt} was given up. {reason}",
        event_id=event.id,
        user_id=by,
    )


def attempts(c: Connection, event: UUID) -> list[DrawRow]:
    """All attempts at a draw of the event, failed ones too, the newest first."""
    d = m.draw_executions
    rows = c.execute(select(d.c.id).where(d.c.raffle_event_id == event).order_by(d.c.attempt.desc()))
    return [get(c, draw) for draw in rows.scalars()]


def get(c: Connection, draw: UUID) -> DrawRow:
    """An attempt and how far it has come. ``Refused`` (``unknown_draw``) where there is none."""
    row = _draw(c, draw)
    p = m.draw_pools
    pools = c.execute(
        select(p.c.pool, p.c.size, p.c.root).where(p.c.draw_execution_id == draw).order_by(p.c.pool)
    )
    return DrawRow(
        row.id,
        row.raffle_event_id,
        row.attempt,
        row.state,
        _step(row),
        row.entropy_source or {},
        row.manifest_sha256,
        row.manifest_published_at,
        row.seed_sha256,
        row.seed_committed_at,
        row.public_entropy,
        row.entropy_fixed_at,
        row.verified_at,
        row.official_at,
        row.official_by,
        row.failure,
        [(one.pool, one.size, one.root) for one in pools],
    )


def manifest(c: Connection, draw: UUID) -> bytes | None:
    """The published manifest's bytes."""
    row = _draw(c, draw)
    return None if row.manifest_published_at is None else bytes(row.manifest)


def bundle(c: Connection, draw: UUID, *, official_only: bool = True) -> bytes | None:
    """The bundle that proves the draw; None before it is official, unless ``official_only`` is false."""
    d = m.draw_executions
    row = c.execute(select(d.c.bundle, d.c.official_at).where(d.c.id == draw)).one_or_none()
    if row is None or row.bundle is None or (official_only and row.official_at is None):
        return None
    return bytes(row.bundle)


def pool(c: Connection, draw: UUID, name: str = raffle.MAIN_POOL) -> bytes | None:
    """A frozen pool as it was published: four bytes a number, big-endian, ascending."""
    return b"".join(_numbers(c, draw, name)) or None


def results(c: Connection, event: UUID, *, official_only: bool = True) -> list[ResultRow]:
    """The winners in the order in which they were drawn; nothing before they are official unless asked for."""
    r, d, z, t, e = m.draw_results, m.draw_executions, m.prizes, m.tickets, m.raffle_events
    wanted = (
        select(
            r,
            z.c.name.label("prize_name"),
            t.c.order_id,
            e.c.currency,
            d.c.official_at,
            m.prize_claims.c.claimed_at,
        )
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id)
            .join(z, z.c.id == r.c.prize_id)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .join(e, e.c.id == d.c.raffle_event_id)
            .outerjoin(m.prize_claims, m.prize_claims.c.draw_result_id == r.c.id)
        )
        .where(d.c.raffle_event_id == event, d.c.state != "failed")
        .order_by(d.c.attempt, r.c.position, r.c.selected_at, r.c.id)
    )
    if official_only:
        wanted = wanted.where(d.c.official_at.is_not(None))
    return [
        ResultRow(
            row.id,
            row.draw_execution_id,
            row.prize_id,
            row.prize_name,
            row.position,
            row.winning_number,
            row.winning_ticket_id,
            row.order_id,
            row.prize_value_at_draw,
            row.currency,
            row.selected_at,
            row.official_at is not None,
            row.claimed_at,
        )
        for row in c.execute(wanted)
    ]


def _seal(office: Office, draw: UUID, data: bytes) -> bytes:
    """A seed sealed, or a sealed one opened: XOR with what follows from the office's secret for this draw alone.

    The secret is kept outside the database. Each draw makes one seed, so that nothing is ever sealed twice alike;
    the published hash of the seed shows a seal that was tampered with.
    """
    return bytes(a ^ b for a, b in zip(data, keys.derive(office.secret, "seed", str(draw)), strict=True))


# Reading and keeping --------------------------------------------------------------------------------

_CHUNK = """
    SELECT string_agg(int4send(n), ''::bytea), max(n) FROM (
        SELECT draw_number AS n FROM tickets
        WHERE event_id = %s AND state = 'sold' AND draw_number > %s ORDER BY draw_number LIMIT %s) AS part
"""


def _read_pool(c: Connection, event: UUID) -> Pool:
    """The numbers sold and valid, ascending; the builder refuses any other order.

    Read in chunks along the index, each packed by the database: a row per number would take three times as long.
    """
    builder = PoolBuilder()
    last = 0
    with _raw(c).cursor(binary=True) as cursor:
        for _ in range(CHUNKS_MAX):
            found = cursor.execute(_CHUNK, (event, last, CHUNK_NUMBERS)).fetchone()
            assert found is not None
            packed, highest = found
            if packed is None:
                break
            builder.add(packed)
            last = highest
            if len(packed) < fair.NUMBER_BYTES * CHUNK_NUMBERS:
                break
    return builder.finish()


_COPY_POOL = "COPY draw_pools (draw_execution_id, pool, size, root, numbers) FROM STDIN (FORMAT BINARY)"
_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)


def _keep_pool(c: Connection, draw: UUID, name: str, frozen: Pool) -> None:
    """The pool as one row, by binary COPY in parts: as a statement's parameter it would be in memory three times."""
    label, root, packed = name.encode(), frozen.root.hex().encode(), frozen.packed
    row = struct.pack(
        f"!hi16si{len(label)}siii{len(root)}si",
        5, 16, draw.bytes, len(label), label, 4, frozen.size, len(root), root, len(packed),
    )  # fmt: skip
    with _raw(c).cursor() as cursor, cursor.copy(_COPY_POOL) as out:
        out.write(_COPY_HEAD + row)
        for start in range(0, len(packed), COPY_BYTES):
            out.write(packed[start : start + COPY_BYTES])
        out.write(b"\xff\xff")


def _numbers(c: Connection, draw: UUID, name: str) -> Iterator[bytes]:
    """A kept pool in parts, so that it is in memory once at most; nothing where there is none."""
    with _raw(c).cursor(binary=True) as cursor:
        for start in range(1, CHUNKS_MAX * CHUNK_NUMBERS * fair.NUMBER_BYTES, COPY_BYTES):
            found = cursor.execute(
                "SELECT substring(numbers FROM %s FOR %s) FROM draw_pools WHERE draw_execution_id = %s AND pool = %s",
                (start, COPY_BYTES, draw, name),
            ).fetchone()
            if found is None or not found[0]:
                return
            yield bytes(found[0])


def _kept_pools(c: Connection, draw: UUID) -> dict[str, Pool]:
    p = m.draw_pools
    names = c.execute(select(p.c.pool).where(p.c.draw_execution_id == draw)).scalars().all()
    return {name: Pool(_numbers(c, draw, name)) for name in names}


def _keep_results(office: Office, c: Connection, event: UUID, draw: UUID, won: list[fair.Won]) -> None:
    sales = events.sales_total(c, event)
    rules = {str(prize.id): prize.rule for prize in events.prizes(c, event)}
    t = m.tickets
    tickets = {
        row.draw_number: row.id
        for row in c.execute(
            select(t.c.id, t.c.draw_number).where(
                t.c.event_id == event, t.c.draw_number.in_([one.draw_number for one in won])
            )
        )
    }
    c.execute(
        insert(m.draw_results),
        [
            {
                "id": uuid7(office.clock),
                "draw_execution_id": draw,
                "prize_id": UUID(one.prize),
                "position": one.position,
                "winning_ticket_id": tickets[one.draw_number],
                "winning_number": one.draw_number,
                "winner": one.winner,
                "pool": one.pool,
                "pool_number": one.draw_number,
                "prize_value_at_draw": raffle.prize_amount(rules[one.prize], sales),
                # In the order of selection, a microsecond apart.
                "selected_at": office.now() + timedelta(microseconds=place),
            }
            for place, one in enumerate(won)
        ],
    )


def _raw(c: Connection) -> psycopg.Connection[Any]:
    """The driver's connection under ``c``, in the same transaction."""
    return cast("psycopg.Connection[Any]", c.connection.driver_connection)


def _last(c: Connection, event: UUID) -> Row[Any] | None:
    d = m.draw_executions
    found: Row[Any] | None = c.execute(
        select(d.c.id, d.c.attempt, d.c.state, d.c.manifest_sha256)
        .where(d.c.raffle_event_id == event)
        .order_by(d.c.attempt.desc())
        .limit(1)
    ).one_or_none()  # type: ignore[assignment]
    return found


def _draw(c: Connection, draw: UUID, *, lock: bool = False) -> Row[Any]:
    d = m.draw_executions
    wanted = select(d).where(d.c.id == draw)
    row = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise Refused("unknown_draw", "There is no such draw.")
    return row


def _step(row: Row[Any]) -> str:
    if row.state == "failed":
        return "failed"
    if row.official_at is not None:
        return "official"
    if row.bundle is not None:
        return "drawn"
    if row.entropy_fixed_at is not None:
        return "entropy"
    return "committed" if row.seed_committed_at is not None else "frozen"


def _require(row: Row[Any], step: str, words: str) -> None:
    if _step(row) != step:
        raise Refused("step", words, f"This attempt has come to: {_step(row)}.")


def _record(c: Connection, event: Row[Any], draw: UUID, kind: str, words: str, by: UUID) -> None:
    critical_event(
        c, kind, "INFO", f"{event.name}: {words}", event_id=event.id, user_id=by, metadata={"draw": str(draw)}
    )
