"""Draws: the pools frozen and published, then the seed's hash, then public entropy, then winners, then official.

Each step is a transaction of its own, so that it stands published before the next one begins; the database refuses
any other order. What is computed is ``shared/draw.py``'s business alone; here it is fed, kept and verified again.
A draw by hand has no seed: its counterfoils are counted, and its numbers keyed, by two people each.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Row, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from shared import drand, keys
from shared import draw as fair
from shared.draw import DrawError, Json, Pool
from shared.errors import Fault, Refused
from shared.games import raffle
from shared.ids import uuid7
from syncserver import beacons, events, keyings, notices, pools, reconcile, winning
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.keyings import Difference, Keyed
from syncserver.office import Office

COPY_BYTES = 1 << 20
"""A pool is handed to the database in parts of this size."""
POOL_BYTES_MAX = fair.NUMBER_MAX * fair.NUMBER_BYTES
PUBLISH_S_MIN: Final = 3
"""Between the seed's hash and a beacon's round, so that no wrong clock of a second or two matters (the trigger
``order_draw`` holds the same)."""
ROWS_MAX = 1_000
"""Winners put on record with one statement."""
LISTED_MAX = 1_000
"""Draws of an organisation shown at once, the newest first."""
MAIN: Final = raffle.MAIN_POOL
NO_ENTROPY: Mapping[str, Json] = {"source": "none"}
BEACONS: Final = ("drand", "nist")
_BY_THE_CLOCK: Final = {
    "entropy_late": (
        "By the clock of the database the public chance is out, or will be in a moment.",
        "Give this attempt up, and choose a later round.",
    ),
    "entropy_early": ("By the clock of the database the public chance is not out yet.", "Wait until then."),
    "clocks_apart": (
        "The clocks of this server and of its database are more than a minute apart.",
        "Put both right, and take this step again.",
    ),
}
"""What the database's own clock refuses (the trigger ``order_draw``), in words."""
KEYED_TWICE: Final = ("dice", "digits")
"""Sources that people bring in, and key twice."""


@dataclass(frozen=True)
class DrawRow:
    """An attempt at a draw and how far it has come; nothing of its outcome."""

    id: UUID
    event: UUID
    attempt: int
    state: str
    step: str
    """frozen, committed, entropy, drawn, official, failed; of a draw by hand frozen, counted, keyed, drawn, …"""
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
    plan: str
    """``main``, or the early-bird pool that it draws."""
    kind: str
    """draw or redraw."""
    reason: str
    agreed_by: UUID | None
    automatic: bool
    entropy_due_at: datetime | None
    """When the beacon's round or pulse comes out."""
    redo: list[UUID]
    """The results, given up, that a redraw puts others in the places of."""
    conducted_by: UUID
    started_at: datetime
    amounts: dict[UUID, int]
    """What one winner of each prize gets, minor units, as kept when the pools were frozen; nothing of a redraw."""
    alone: bool
    """Whether nobody else could key the dice a second time when the pools were frozen."""
    failure_asked: str | None
    """Why somebody wants it given up, which a second person has to agree to."""
    failure_asked_by: UUID | None

    @property
    def manual(self) -> bool:
        """Whether its numbers are drawn by hand."""
        return self.entropy_source.get("source") == "manual"


@dataclass(frozen=True)
class ListedDraw:
    """An attempt in the list of all draws, with people's names; how many winners once it is official."""

    draw: DrawRow
    event_name: str
    conducted_by: str
    agreed_by: str
    official_by: str
    winners: int | None


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
    winner: int = 1
    """Which of the prize's winners, from 1."""
    reserve: bool = False
    """In line behind the prize's winners."""
    pool: str = MAIN
    pool_number: int = 0
    """The number in the drawn pool; of linked events it is another than the ticket's."""
    replaces: UUID | None = None
    """The result, given up, that this one stands for."""
    event: UUID | None = None
    """Whose ticket it is, which of linked events is another than the one that drew."""
    plan: str = MAIN


def drand_source(office: Office, not_before_s: int = beacons.LEAD_S_MIN) -> dict[str, Json]:
    """The ``entropy`` of a draw that waits for the first drand round at least so many seconds from now."""
    return beacons.drand_source(office.now(), not_before_s)


def nist_source(office: Office, not_before_s: int = beacons.LEAD_S_MIN) -> dict[str, Json]:
    """The ``entropy`` of a draw that waits for the first NIST pulse at least so many seconds from now."""
    return beacons.nist_source(office.now(), not_before_s)


def locked(c: Connection, event: UUID, plan: str) -> Row[Any]:
    """The event's row, locked; for its main draw so are those of the events linked to it.

    One after the other by their ids, as ingest locks them, so that no two wait for each other.
    """
    for one in sorted({event, *(events.linked(c, event) if plan == MAIN else [])}):
        events.locked(c, one)
    return events.get(c, event)


def freeze(
    office: Office,
    c: Connection,
    event: UUID,
    entropy: Mapping[str, Json],
    by: UUID,
    *,
    plan: str = MAIN,
    redo: Sequence[UUID] = (),
    reason: str = "",
    agreed_by: UUID | None = None,
    automatic: bool = False,
    progress: pools.Progress | None = None,
) -> UUID:
    """Freeze the pools of a planned draw and publish their manifest: the attempt's id.

    ``redo`` names results that were given up (of one planned draw, which is then drawn again for them alone); it
    needs a ``reason``, and a second person: the one behind the forfeits, whoever that was, unless ``agreed_by`` names
    another administrator or manager.
    Locks the events' rows, so that no batch and no void passes by. Raises ``Refused``: ``gate_<code>``,
    ``draw_under_way``, ``already_drawn``, ``method``, ``reason``, ``second_person``, ``redo``, ``linked``,
    ``unknown_plan``, ``entropy_late``, ``manifest`` with what is wrong.
    """
    row = locked(c, event, plan)
    rules = events.settings(row.configuration).draw
    before = _last(c, event)
    if before is not None and before.state != "failed" and before.official_at is None:
        raise Refused("draw_under_way", f"A draw of {row.name} has begun already.", "Go on with it.")
    if redo:
        if agreed_by is not None:
            _second_person(c, row, by, agreed_by)
        plan, agreed_by = _redoing(c, event, redo, by, agreed_by)
        reason = reasoned(reason)
    elif _drawn(c, event, plan):
        raise Refused("already_drawn", "This draw is held, and its result official.", "Look at the result.")
    _check_method(rules.method, entropy)
    reconcile.require(office, c, event, plan, automatic=automatic)
    due = beacons.due_at(entropy)
    if due is not None and due <= office.now():
        raise Refused(
            "entropy_late", f"It came out at {due:%H:%M:%S} UTC.", "Choose one that is still to come."
        )
    gathered = pools.gather(office, c, event, plan, redo=redo, progress=progress)
    alone = keyings.only_manager(c, event)
    attempt = 1 if before is None else before.attempt + 1
    draw = uuid7(office.clock)
    try:
        manifest = fair.manifest(
            event=str(event),
            draw=str(draw),
            pools=gathered.pools,
            prizes=gathered.prizes,
            entropy=entropy,
            attempt=attempt,
            previous=None if before is None else bytes.fromhex(before.manifest_sha256),
            repeat=gathered.repeat,
            links=gathered.links,
            progressive=gathered.progressive,
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
            plan=plan,
            kind="redraw" if redo else "draw",
            reason=reason.strip() or None,
            agreed_by=agreed_by,
            automatic=automatic,
            entropy_due_at=due,
            redo={"results": [str(one) for one in redo]} if redo else None,
            amounts=None if redo else _amounts(c, event, plan),
            alone=alone,
        )
    )
    for name, pool in gathered.pools.items():
        _keep_pool(c, draw, name, pool)
    # Recorded first, published with the commit of this transaction.
    _take(c, draw, manifest_published_at=office.now())
    size = sum(pool.size for pool in gathered.pools.values())
    words = f"{size} numbers were frozen, attempt {attempt}."
    if alone and entropy["source"] in KEYED_TWICE:
        words += f" There is no second manager: one person alone keys the {entropy['source']}, twice."
    if redo:
        words = f"A redraw for {len(redo)} given up: {reason} {words}"
        notices.tell(office, c, event, "redraw", f"{row.name}: {words}", draw)
    _record(c, row, draw, "redraw_frozen" if redo else "draw_frozen", words, by)
    return draw


def commit_seed(office: Office, c: Connection, draw: UUID, by: UUID) -> str:
    """Make the seed, once, and publish its hash, which is returned in hex; the pools must be published before.

    The database gets it sealed: who can read tables, logs or backups learns nothing before the entropy is fixed.
    Raises ``Refused``: ``step``; ``manual``; ``entropy_late`` where the beacon's round is out already.
    """
    row = _draw(c, draw, lock=True)
    if _manual(row):
        raise Refused("manual", "Its numbers are drawn by hand; there is no seed.")
    _require(row, "frozen", "The seed's hash is published once, after the pool.")
    now, due = office.now(), row.entropy_due_at
    if due is not None and now > due - timedelta(seconds=PUBLISH_S_MIN):
        raise Refused(
            "entropy_late",
            f"The public chance comes out at {due:%H:%M:%S} UTC; the seed's hash has to stand {PUBLISH_S_MIN} seconds"
            " before it.",
            "Give this attempt up, and choose a later round.",
        )
    seed = office.clock.token(fair.SEED_BYTES)
    digest = hashlib.sha256(seed).hexdigest()
    _take(
        c,
        draw,
        state="in_progress",
        seed_sealed=_seal(office, draw, seed),
        seed_sha256=digest,
        seed_committed_at=now,
    )
    _record(c, events.locked(c, row.raffle_event_id), draw, "draw_seed_committed", f"Seed hash {digest}.", by)
    return digest


def fix_entropy(office: Office, c: Connection, draw: UUID, text: str, by: UUID) -> None:
    """Fix the public entropy, in its source's exact form; the inner step of :func:`key`.

    A drand round's signature is checked first, and that two keyed dice alike. ``Refused``: ``entropy`` where the text
    is another than it must be, ``entropy_early`` before a beacon's is out, ``not_keyed``.
    """
    row = _draw(c, draw, lock=True)
    _require(row, "committed", "Public entropy is fixed once, after the seed's hash is published.")
    now = _require_out(office, row)
    try:
        fair.check_entropy(row.entropy_source, text)
    except DrawError as e:
        raise Refused("entropy", f"{e}.".capitalize(), "Type it exactly as the source gives it.") from e
    if row.entropy_source["source"] in BEACONS:
        beacons.read(row.entropy_source, text)
    if row.entropy_source["source"] in KEYED_TWICE and keyings.alike(c, draw, "entropy") != text:
        raise Refused("not_keyed", "Two people have not keyed this alike.", "Let both key it.")
    _take(c, draw, public_entropy=text, entropy_fixed_at=now)
    event = events.locked(c, row.raffle_event_id)
    _record(c, event, draw, "draw_entropy_fixed", f"Public entropy: {text or '(none)'}.", by)


def key(office: Office, c: Connection, draw: UUID, what: keyings.What, content: str, by: UUID) -> Keyed:
    """What a person puts into the draw: ``entropy``, ``counterfoils`` (their count) or ``winners`` (the numbers).

    Dice and digits are keyed twice, the second time by another person unless there was none when it was frozen;
    of a beacon its answer is pasted once, and none needs nothing. Counterfoils and winners of a draw by hand are
    keyed twice by different people; a count that two agree on must be the pools' size. Raises ``Refused``: ``step``,
    ``entropy``, ``entropy_early``, ``same_person``, ``keyed_already``, ``not_manual``, ``not_printed``, ``numbers``,
    ``not_in_pool`` and ``won_before``, which say which number and why.
    """
    row = _draw(c, draw, lock=True)
    if what == "entropy":
        return _key_entropy(office, c, row, content, by)
    if not _manual(row):
        raise Refused("not_manual", "Its numbers are not drawn by hand.")
    if what == "counterfoils":
        return _key_count(office, c, row, content, by)
    return _key_winners(office, c, row, content, by)


def fetch_entropy(office: Office, draw: UUID, by: UUID) -> str:
    """Ask the beacons for the draw's round or pulse and fix it, in transactions of its own; its text.

    Nobody waits for a network with the draw locked. Raises ``Refused`` as :func:`key` does, ``Fault`` (``beacon``).
    """
    with office.begin(by) as c:
        row = _draw(c, draw)
        _require(row, "committed", "Public entropy is fixed once, after the seed's hash is published.")
    text = beacons.fetch(office.clock, row.entropy_source, office.beacons)
    with office.begin(by) as c:
        fix_entropy(office, c, draw, text, by)
    return text


def execute(office: Office, c: Connection, draw: UUID, by: UUID) -> bytes:
    """Open the seed, draw, verify what was drawn, and keep it: the bundle. Nothing is official yet.

    A draw by hand is made out of what was keyed. Raises ``Refused`` (``step``); ``Fault`` (``seed``) where this
    server's secret is not the one that sealed the seed.
    """
    row = _draw(c, draw, lock=True)
    manual = _manual(row)
    if manual:
        _require_progress(
            c, row, "keyed", "A draw by hand is computed once, after its winners were keyed by two."
        )
    else:
        _require(row, "entropy", "The seed is opened once, after the public entropy is fixed.")
    event = events.locked(c, row.raffle_event_id)
    frozen = _kept_pools(c, draw)
    opened: dict[str, Any] = {}
    try:
        if manual:
            keyed = keyings.alike(c, draw, "winners") or ""
            data = fair.manual_bundle(bytes(row.manifest), frozen, keyings.read_numbers(keyed))
        else:
            seed = _open_seed(office, row)
            drawn = fair.select(bytes(row.manifest), frozen, seed, row.public_entropy)
            data = fair.bundle(bytes(row.manifest), drawn, seed, row.public_entropy)
            opened = {"rng_seed": seed.hex(), "seed_opened_at": office.now()}
    except DrawError as e:
        raise Fault("draw", f"The draw cannot be computed: {e}.", "Keep the record and ask for help.") from e
    report = fair.verify(data, frozen.values(), drand.check)
    if not report.ok:
        raise Fault("draw", f"The draw does not verify: {'; '.join(report.problems)}.", "Keep the record.")
    _take(c, draw, state="completed", bundle=data, verified_at=office.now(), **opened)
    _keep_results(office, c, row, report)
    # A record by hand holds no secret: its hash could be found by trying all numbers, before it is official.
    proof = "" if manual else f", bundle {report.bundle_sha256}"
    _record(c, event, draw, "draw_executed", f"Drawn and verified{proof}.", by)
    return data


def make_official(office: Office, c: Connection, draw: UUID, by: UUID) -> None:
    """Let the results be seen, by name; every administrator is told.

    With the main draw's result the event, and each that is linked to it, is drawn; an early bird's changes no state.
    """
    row = _draw(c, draw)
    locked(c, row.raffle_event_id, row.plan)
    row = _draw(c, draw, lock=True)
    _require(row, "drawn", "A draw is made official once, after it was verified.")
    event = events.locked(c, row.raffle_event_id)
    _take(c, draw, official_at=office.now(), official_by=by)
    e = m.raffle_events
    told = [event.id]
    if row.plan == MAIN and row.kind == "draw":
        told += events.linked(c, event.id)
        c.execute(
            update(e)
            .where(e.c.id.in_(told), e.c.state == "closed")
            .values(state="drawn", updated_by=by, updated_at=func.now())
        )
    proof = hashlib.sha256(bytes(row.bundle)).hexdigest()
    _record(c, event, draw, "draw_official", f"The results are official, bundle {proof}.", by)
    r = m.draw_results
    count: int = c.execute(
        select(func.count()).where(r.c.draw_execution_id == draw, ~r.c.reserve)
    ).scalar_one()
    won = "1 prize has" if count == 1 else f"{count} prizes have"
    for one in told:
        notices.tell(
            office, c, one, "draw_official", f"{event.name}: the draw is official, {won} been won.", draw
        )
    winning.tell_official(office, c, draw)


def draw_now(
    office: Office,
    event: UUID,
    by: UUID,
    entropy: Mapping[str, Json] = NO_ENTROPY,
    text: str = "",
    *,
    plan: str = MAIN,
) -> UUID:
    """All steps but the last, each in a transaction of its own; the attempt's id. It is not official yet.

    Every gate holds as it always does. Only for a source that nobody has to wait for.
    """
    with office.begin(by) as c:
        draw = freeze(office, c, event, entropy, by, plan=plan)
    with office.begin(by) as c:
        commit_seed(office, c, draw, by)
    with office.begin(by) as c:
        fix_entropy(office, c, draw, text, by)
    with office.begin(by) as c:
        execute(office, c, draw, by)
    return draw


def two_give_up(office: Office, c: Connection, draw: UUID) -> bool:
    """Whether one person alone can no longer give the attempt up: its public chance can be known by now.

    Who knows that and has the office's secret knows the winners, and could try again until they suit.
    """
    return _known(office, c, _draw(c, draw))


def fail(office: Office, c: Connection, draw: UUID, reason: str, by: UUID) -> bool:
    """Give an attempt up, on record and with a reason; the next one names it in its manifest, and everybody is told.

    Once the seed is made and the public chance can be known the first person only asks for it, which everybody is
    told too, and the next one agrees: whether it is given up now. Only before it is drawn, by hand before the first
    number is keyed: once the winners are known nobody may look at them and try again. ``Refused``: ``reason``,
    ``step``, ``second_person``.
    """
    reason = reasoned(reason)
    row = _draw(c, draw, lock=True)
    if (step := _step(row)) in {"drawn", "official", "failed"}:
        raise Refused(
            "step",
            f"This attempt is {step}; it stays as it is.",
            "Make it official: its winners are drawn." if step == "drawn" else "",
        )
    if any(one.what == "winners" for one in keyings.keyings(c, draw)):
        raise Refused("step", "Its numbers are drawn, and keyed by one at least.", "Go on with it.")
    event = events.locked(c, row.raffle_event_id)
    u = m.users
    two = _known(office, c, row)
    if two and row.failure_asked_by is None:
        values: dict[str, Any] = {
            "failure_asked": reason,
            "failure_asked_at": office.now(),
            "failure_asked_by": by,
        }
        name = c.scalar(select(u.c.display_name).where(u.c.id == by)) or "Somebody"
        kind = "draw_failure_asked"
        words = f"{event.name}: {name} asks to give attempt {row.attempt} up; a second person has to agree. {reason}"
    else:
        if two and row.failure_asked_by == by:
            raise Refused(
                "second_person",
                "You have asked for it; a second person has to agree.",
                "Ask another manager.",
            )
        if row.failure_asked is not None:
            reason = f"{row.failure_asked} {reason}"
        values = {"state": "failed", "failure": reason, "failed_at": office.now(), "failed_by": by}
        kind, words = "draw_failed", f"{event.name}: attempt {row.attempt} was given up. {reason}"
    _take(c, draw, **values)
    critical_event(c, kind, "ERROR", words, event_id=event.id, user_id=by, metadata={"draw": str(draw)})
    notices.tell(office, c, event.id, kind, words, draw)
    return kind == "draw_failed"


def attempts(c: Connection, event: UUID) -> list[DrawRow]:
    """All attempts at a draw of the event, of every plan, failed ones too, the newest first."""
    d = m.draw_executions
    rows = c.execute(select(d).where(d.c.raffle_event_id == event).order_by(d.c.attempt.desc())).all()
    return _draw_rows(c, rows)


def get(c: Connection, draw: UUID) -> DrawRow:
    """An attempt and how far it has come. ``Refused`` (``unknown_draw``) where there is none."""
    return _draw_rows(c, [_draw(c, draw)])[0]


def all_draws(c: Connection, organisation: UUID) -> list[ListedDraw]:
    """Every draw of the organisation's events, failed ones too, the newest first."""
    d, e, u, r = m.draw_executions, m.raffle_events, m.users, m.draw_results
    conductor, second, maker = u.alias(), u.alias(), u.alias()
    winners = (
        select(func.count())
        .where(r.c.draw_execution_id == d.c.id, ~r.c.reserve, d.c.official_at.is_not(None))
        .scalar_subquery()
    )
    rows = c.execute(
        select(
            d,
            e.c.name.label("event_name"),
            func.coalesce(conductor.c.display_name, "").label("conductor"),
            func.coalesce(second.c.display_name, "").label("second"),
            func.coalesce(maker.c.display_name, "").label("maker"),
            winners.label("winners"),
        )
        .join(e, e.c.id == d.c.raffle_event_id)
        .outerjoin(conductor, conductor.c.id == d.c.conducted_by)
        .outerjoin(second, second.c.id == d.c.agreed_by)
        .outerjoin(maker, maker.c.id == d.c.official_by)
        .where(e.c.organization_id == organisation)
        .order_by(d.c.started_at.desc(), d.c.id.desc())
        .limit(LISTED_MAX)
    ).all()
    return [
        ListedDraw(
            draw,
            row.event_name,
            row.conductor,
            row.second,
            row.maker,
            None if row.official_at is None else row.winners,
        )
        for draw, row in zip(_draw_rows(c, rows), rows, strict=True)
    ]


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
    """The winners in the order in which they were drawn; nothing before they are official unless asked for.

    Of every planned draw and redraw of the event; a linked event has those of the event that it is drawn with.
    """
    r, d, z, t, e = m.draw_results, m.draw_executions, m.prizes, m.tickets, m.raffle_events
    wanted = (
        select(
            r,
            z.c.name.label("prize_name"),
            t.c.order_id,
            t.c.event_id.label("ticket_event"),
            d.c.plan,
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
        .where(d.c.raffle_event_id.in_(events.drawing(c, event)), d.c.state != "failed")
        .order_by(d.c.raffle_event_id != event, d.c.attempt, r.c.position, r.c.selected_at, r.c.id)
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
            row.winner,
            row.reserve,
            row.pool,
            row.pool_number,
            row.replaces_id,
            row.ticket_event,
            row.plan,
        )
        for row in c.execute(wanted)
    ]


def replay(office: Office, c: Connection, draw: UUID) -> fair.Report:
    """Hold an official draw once more from its record alone: the same bundle, to the byte, must come out.

    Checked besides: that seed, public entropy and winners stand in the record as in the bundle, and that the seal
    opens to that very seed. Raises ``Refused`` (``not_official``): before that nobody sees a winner (D6).
    """
    row = _draw(c, draw)
    if row.official_at is None:
        raise Refused("not_official", "Its result is not official.", "Only an official draw is held again.")
    data = bytes(row.bundle)
    report = fair.replay(data, _kept_pools(c, draw).values(), drand.check)
    if report.manifest is None or not report.ok:
        return report
    have = fair.parse_canonical(data)
    assert isinstance(have, dict)
    r = m.draw_results
    kept = {
        (one.position, one.winner, one.pool, one.pool_number)
        for one in c.execute(select(r).where(r.c.draw_execution_id == draw))
    }
    won = {(one.position, one.winner, one.pool, one.draw_number) for one in _paid(report.manifest, report)}
    checks = {
        "the manifest on record": fair.canonical(have["manifest"]) == bytes(row.manifest),
        "the seed on record": (row.rng_seed, row.seed_sha256 or "") == (have["seed"], have["seed_sha256"]),
        "the public entropy on record": (row.public_entropy or "") == have["public_entropy"],
        "the winners on record": kept == won,
    }
    if not _manual(row):
        sealed = _seal(office, draw, bytes(row.seed_sealed)).hex()
        checks["the seed that was sealed before the public entropy"] = sealed == row.rng_seed
    for words, holds in checks.items():
        (report.checked if holds else report.problems).append(
            f"{words}: {'the same as in the bundle' if holds else 'another than in the bundle'}"
        )
    return report


def names(c: Connection, result: UUID) -> bool:
    """Whether the bundle of a result's draw, which must verify, names this very winner of this very prize."""
    r, d, t = m.draw_results, m.draw_executions, m.tickets
    row = c.execute(
        select(r, d.c.bundle, t.c.event_id)
        .select_from(r.join(d, d.c.id == r.c.draw_execution_id).join(t, t.c.id == r.c.winning_ticket_id))
        .where(r.c.id == result)
    ).one_or_none()
    if row is None or row.bundle is None:
        return False
    report = fair.verify(bytes(row.bundle))
    if report.manifest is None or not report.ok:
        return False
    said = (row.position, str(row.prize_id), row.winner, row.pool, row.pool_number)
    return any(
        (one.position, one.prize, one.winner, one.pool, one.draw_number) == said
        and (one.event, one.ticket_number) == (str(row.event_id), row.winning_number)
        for one in _paid(report.manifest, report)
    )


def _seal(office: Office, draw: UUID, data: bytes) -> bytes:
    """A seed sealed, or a sealed one opened: XOR with what follows from the office's secret for this draw alone.

    The secret is kept outside the database. Each draw makes one seed, so that nothing is ever sealed twice alike;
    the published hash of the seed shows a seal that was tampered with.
    """
    return bytes(a ^ b for a, b in zip(data, keys.derive(office.secret, "seed", str(draw)), strict=True))


# What people put in ------------------------------------------------------------------------------------


def _key_entropy(office: Office, c: Connection, row: Row[Any], content: str, by: UUID) -> Keyed:
    _require(row, "committed", "Public entropy is fixed once, after the seed's hash is published.")
    source = row.entropy_source
    if source["source"] in BEACONS:
        _require_out(office, row)
        text = beacons.read(source, content)
        fix_entropy(office, c, row.id, text, by)
        return Keyed("agreed", content=text, words=beacons.not_checked(source) or "The signature is drand's.")
    text = " ".join(content.replace(",", " ").split())
    if source["source"] not in KEYED_TWICE:
        fix_entropy(office, c, row.id, text, by)
        return Keyed("agreed", content=text)
    try:
        fair.check_entropy(source, text)
    except DrawError as e:
        raise Refused("entropy", f"{e}.".capitalize(), "Type the results in their order.") from e
    keyed = keyings.put(office, c, row.id, "entropy", text, by, apart=not row.alone)
    _record_keying(c, row, "entropy", keyed, by)
    if keyed.outcome == "agreed":
        fix_entropy(office, c, row.id, text, by)
    return keyed


def _key_count(office: Office, c: Connection, row: Row[Any], content: str, by: UUID) -> Keyed:
    _require_progress(c, row, "frozen", "Counterfoils are counted once, before the winners are drawn.")
    missing = keyings.unprinted(c, row.id)
    if missing:
        raise Refused("not_printed", f"{missing} counterfoils were never printed.", "Print them first.")
    typed = keyings.read_numbers(content)
    if len(typed) != 1:
        raise Refused("numbers", "The count is one number.", "Type how many counterfoils there are.")
    keyed = keyings.put(office, c, row.id, "counterfoils", str(typed[0]), by, apart=True)
    size = keyings.slips(c, row.id)
    if keyed.outcome == "agreed" and typed[0] != size:
        words = f"Both counted {typed[0]}, and the pools hold {size} numbers. Find out why; both count again."
        keyed = Keyed("differs", keyed.round, places=[Difference(1, *[str(typed[0])] * 2)], words=words)
    _record_keying(c, row, "counterfoils", keyed, by)
    return keyed


def _key_winners(office: Office, c: Connection, row: Row[Any], content: str, by: UUID) -> Keyed:
    _require_progress(c, row, "counted", "Winners are keyed once, after the counterfoils were counted.")
    numbers = keyings.read_numbers(content)
    plan = fair.Manifest.read(bytes(row.manifest))
    due = plan.due()
    if len(numbers) != len(due):
        raise Refused(
            "numbers",
            f"{len(due)} numbers are drawn, {len(numbers)} were typed.",
            "Type them in the order of the prizes.",
        )
    if (unfit := _unfit(c, row.id, plan, numbers)) is not None:
        where, refused = unfit
        # On a connection of its own: the refusal undoes what the caller's transaction did. Without the number, which
        # the other person, who keys blind, may be about to key.
        with c.engine.begin() as other:
            critical_event(
                other,
                "draw_number_refused",
                "WARN",
                f"Attempt {row.attempt}: {where}: a number was refused ({refused.code}).",
                event_id=row.raffle_event_id,
                user_id=by,
                metadata={"draw": str(row.id)},
            )
        raise refused
    keyed = keyings.put(office, c, row.id, "winners", " ".join(map(str, numbers)), by, apart=True)
    _record_keying(c, row, "winners", keyed, by)
    return keyed


def _unfit(
    c: Connection, draw: UUID, plan: fair.Manifest, numbers: Sequence[int]
) -> tuple[str, Refused] | None:
    """The first number that cannot win, by its place and why: not in its pool, or won before.

    What was sold and is valid was decided when the pools were frozen; a ticket's state now is nobody's way out of one.
    """
    frozen = _kept_pools(c, draw)
    gone: set[int] = set()
    for (prize, winner), number in zip(plan.due(), numbers, strict=True):
        where = f"Prize {prize.position}, winner {winner}"
        if not frozen[prize.pool].contains(number):
            return where, Refused(
                "not_in_pool",
                f"{where}: {number} is not in the pool “{prize.pool}”.",
                "Draw another, and find out where this counterfoil came from.",
            )
        if number in gone:
            words = f"{where}: {number} has won before in this draw."
            return where, Refused("won_before", words, "Draw another.")
        if not plan.repeat:
            gone.add(number)
    return None


def _record_keying(c: Connection, row: Row[Any], what: str, keyed: Keyed, by: UUID) -> None:
    k, u = m.draw_keyings, m.users
    names = [
        name or "somebody"
        for name in c.execute(
            select(u.c.display_name)
            .select_from(k.outerjoin(u, u.c.id == k.c.keyed_by))
            .where(k.c.draw_execution_id == row.id, k.c.what == what, k.c.round == keyed.round)
            .order_by(k.c.keyed_at, k.c.id)
        ).scalars()
    ]
    said = {"first": "keyed first", "agreed": "keyed alike", "differs": "differ"}[keyed.outcome]
    words = f"{what.capitalize()}, round {keyed.round}: {' and '.join(names)} {said}."
    event = events.locked(c, row.raffle_event_id)
    _record(c, event, row.id, f"draw_keyed_{keyed.outcome}", words, by)


# Who may, and when -------------------------------------------------------------------------------------


def _check_method(method: str, entropy: Mapping[str, Json]) -> None:
    by_hand = entropy.get("source") == "manual"
    if method != "both" and by_hand != (method == "manual"):
        raise Refused(
            "method",
            "This event's numbers are drawn by hand."
            if by_hand is False
            else "This event's numbers are not drawn by hand.",
            "The event was put on sale with that.",
        )


def _redoing(
    c: Connection, event: UUID, redo: Sequence[UUID], by: UUID, agreed_by: UUID | None
) -> tuple[str, UUID | None]:
    """The planned draw whose results these are, and the second person behind giving them up.

    That one agreed in a role that may, on record, whatever has become of them since.
    """
    r, d, f = m.draw_results, m.draw_executions, m.forfeits
    rows = c.execute(
        select(d.c.plan, f.c.asked_by, f.c.agreed_by)
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id).outerjoin(
                f, (f.c.draw_result_id == r.c.id) & f.c.dropped_at.is_(None)
            )
        )
        .where(r.c.id.in_(redo), d.c.raffle_event_id == event)
        .order_by(f.c.agreed_at)
    ).all()
    k = m.prize_claims
    if len(rows) != len(set(redo)) or len(redo) != len(set(redo)):
        raise Refused("redo", "One of these results is not of this event.", "Look at the list again.")
    if len({row.plan for row in rows}) != 1:
        raise Refused("redo", "These results are of several draws.", "Draw again for one of them at a time.")
    if any(row.agreed_by is None for row in rows):
        raise Refused("redo", "One of these results was not given up by two people.", "Do that first.")
    if c.execute(select(k.c.id).where(k.c.draw_result_id.in_(redo))).all():
        raise Refused("redo", "One of these prizes was paid already.", "Look at the list again.")
    if agreed_by is None:
        last = rows[-1]
        agreed_by = last.asked_by if last.agreed_by == by else last.agreed_by
    return rows[0].plan, agreed_by


def _second_person(c: Connection, event: Row[Any], by: UUID, other: UUID) -> None:
    o, u = m.organization_users, m.users
    there = c.execute(
        select(u.c.id)
        .join(o, o.c.user_id == u.c.id)
        .where(
            u.c.id == other,
            u.c.is_active,
            o.c.organization_id == event.organization_id,
            o.c.role.in_(notices.TOLD),
        )
    ).all()
    if other == by or not there:
        raise Refused(
            "second_person", "A second administrator or manager has to agree.", "Ask another of them."
        )


def _drawn(c: Connection, event: UUID, plan: str) -> bool:
    d = m.draw_executions
    found = c.execute(
        select(d.c.id)
        .where(d.c.raffle_event_id == event, d.c.plan == plan, d.c.official_at.is_not(None))
        .limit(1)
    ).all()
    return bool(found)


# Reading and keeping --------------------------------------------------------------------------------

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
        for start in range(1, POOL_BYTES_MAX, COPY_BYTES):
            found = cursor.execute(
                "SELECT substring(numbers FROM %s FOR %s) FROM draw_pools WHERE draw_execution_id = %s AND pool = %s",
                (start, COPY_BYTES, draw, name),
            ).fetchone()
            if found is None or not found[0]:
                return
            yield bytes(found[0])


def _amounts(c: Connection, event: UUID, plan: str) -> dict[str, int]:
    """What one winner of each prize gets; kept with the frozen pools, whatever becomes of a sale after that."""
    return {str(prize): amount for prize, amount in pools.prize_amounts(c, event, plan).items()}


def _kept_pools(c: Connection, draw: UUID) -> dict[str, Pool]:
    p = m.draw_pools
    names = c.execute(select(p.c.pool).where(p.c.draw_execution_id == draw)).scalars().all()
    return {name: Pool(pools.ahead(_numbers(c, draw, name))) for name in names}


def _keep_results(office: Office, c: Connection, row: Row[Any], report: fair.Report) -> None:
    """The winners as rows: who they are, by the links; what they get, by the rules; in whose places they stand."""
    plan = report.manifest
    assert plan is not None
    held = {prize.id: prize for prize in events.prizes(c, row.raffle_event_id)}
    places = _places(c, row)
    t = m.tickets
    won = _paid(plan, report)
    tickets = {
        (ticket.event_id, ticket.draw_number): ticket.id
        for ticket in c.execute(
            select(t.c.id, t.c.event_id, t.c.draw_number).where(
                tuple_(t.c.event_id, t.c.draw_number).in_([(UUID(o.event), o.ticket_number) for o in won])
            )
        )
    }
    rows = []
    for place, one in enumerate(won):
        prize = UUID(one.prize)
        number, replaced = one.draw_number, places[prize][one.winner - 1] if places else None
        rows.append(
            {
                "id": uuid7(office.clock),
                "draw_execution_id": row.id,
                "prize_id": prize,
                "position": one.position,
                "winning_ticket_id": tickets[UUID(one.event), one.ticket_number],
                "winning_number": one.ticket_number,
                "winner": one.winner,
                "reserve": replaced is None and one.winner > held[prize].rule.winners,
                "pool": one.pool,
                "pool_number": number,
                "replaces_id": None if replaced is None else replaced.id,
                "prize_value_at_draw": (
                    row.amounts[one.prize] if replaced is None else replaced.prize_value_at_draw
                ),
                # In the order of selection, a microsecond apart.
                "selected_at": office.now() + timedelta(microseconds=place),
            }
        )
    # A few statements, not one for each: the database compares the rows of each with the whole bundle.
    for start in range(0, len(rows), ROWS_MAX):
        c.execute(insert(m.draw_results).values(rows[start : start + ROWS_MAX]))


def _paid(plan: fair.Manifest, report: fair.Report) -> list[fair.Won]:
    """The winners that get something.

    Of a progressive draw the first ticket gets the ticket's prize, and the one whose card was the ace the card's;
    the others, of a draw that goes on until the ace comes, get nothing.
    """
    if plan.progressive is None:
        return report.winners
    ticket, card = report.winners[:2]
    found = [ticket]
    if (jackpot := report.jackpot) is not None:
        found.append(
            fair.Won(
                card.position,
                card.prize,
                1,
                card.pool,
                fair.CARD_BASE + plan.progressive.ace,
                jackpot.event,
                jackpot.ticket_number,
            )
        )
    return found


def _places(c: Connection, row: Row[Any]) -> dict[UUID, list[Row[Any]]]:
    """Of a redraw, by prize: the results that were given up, in their order."""
    if row.redo is None:
        return {}
    r = m.draw_results
    places = defaultdict(list)
    for given_up in c.execute(
        select(r.c.id, r.c.prize_id, r.c.prize_value_at_draw)
        .where(r.c.id.in_([UUID(one) for one in row.redo["results"]]))
        .order_by(r.c.prize_id, r.c.selected_at, r.c.id)
    ):
        places[given_up.prize_id].append(given_up)
    return dict(places)


def _raw(c: Connection) -> psycopg.Connection[Any]:
    """The driver's connection under ``c``, in the same transaction."""
    return cast("psycopg.Connection[Any]", c.connection.driver_connection)


def _last(c: Connection, event: UUID) -> Row[Any] | None:
    d = m.draw_executions
    found: Row[Any] | None = c.execute(
        select(d.c.id, d.c.attempt, d.c.state, d.c.manifest_sha256, d.c.official_at)
        .where(d.c.raffle_event_id == event)
        .order_by(d.c.attempt.desc())
        .limit(1)
    ).one_or_none()  # type: ignore[assignment]
    return found


def _draw(c: Connection, draw: UUID, *, lock: bool = False) -> Row[Any]:
    """The attempt's row; to be changed, locked behind its event's, which everybody locks first."""
    d = m.draw_executions
    wanted = select(d).where(d.c.id == draw)
    row = c.execute(wanted).one_or_none()
    if row is None:
        raise Refused("unknown_draw", "There is no such draw.")
    if lock:
        events.locked(c, row.raffle_event_id)
        row = c.execute(wanted.with_for_update()).one()
    return row


def _known(office: Office, c: Connection, row: Row[Any]) -> bool:
    """Whether the seed is made and the public chance fixed, keyed by one at least, out, or none at all."""
    if row.seed_committed_at is None:
        return False
    if row.entropy_fixed_at is not None or row.entropy_source["source"] == NO_ENTROPY["source"]:
        return True
    if row.entropy_due_at is not None:
        return bool(row.entropy_due_at <= office.now())
    return any(one.what == "entropy" for one in keyings.keyings(c, row.id))


def _manual(row: Row[Any]) -> bool:
    return bool(row.entropy_source["source"] == "manual")


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


def _progress(c: Connection, row: Row[Any]) -> str:
    """The step that an attempt has come to; between frozen and drawn one by hand is counted, then keyed."""
    step = _step(row)
    if step != "frozen" or not _manual(row):
        return step
    if keyings.alike(c, row.id, "counterfoils") != str(keyings.slips(c, row.id)):
        return "frozen"
    return "counted" if keyings.alike(c, row.id, "winners") is None else "keyed"


def _take(c: Connection, draw: UUID, **values: Any) -> None:
    """Put a step on record, which the database judges by its own clock; ``Refused`` where that is too late or early.

    In no savepoint: by its transaction the database tells whether somebody can have seen the step before.
    """
    d = m.draw_executions
    try:
        c.execute(update(d).where(d.c.id == draw).values(updated_at=func.now(), **values))
    except IntegrityError as e:
        rule = e.orig.diag.constraint_name if isinstance(e.orig, psycopg.Error) else None
        if rule not in _BY_THE_CLOCK:
            raise
        raise Refused(rule, *_BY_THE_CLOCK[rule]) from e


def _require(row: Row[Any], step: str, words: str) -> None:
    if _step(row) != step:
        raise Refused("step", words, f"This attempt has come to: {_step(row)}.")


def _require_progress(c: Connection, row: Row[Any], step: str, words: str) -> None:
    if (reached := _progress(c, row)) != step:
        raise Refused("step", words, f"This attempt has come to: {reached}.")


def _require_out(office: Office, row: Row[Any]) -> datetime:
    """The moment it is; ``Refused`` before that of a beacon's round or pulse."""
    now, due = office.now(), row.entropy_due_at
    if due is not None and now < due:
        raise Refused("entropy_early", f"It comes out at {due:%H:%M:%S} UTC.", "Wait until then.")
    return now


def _open_seed(office: Office, row: Row[Any]) -> bytes:
    seed = _seal(office, row.id, bytes(row.seed_sealed))
    if hashlib.sha256(seed).hexdigest() != row.seed_sha256:
        raise Fault(
            "seed", "The seal of the seed does not open.", "Put the server's keys back from a backup."
        )
    return seed


def _draw_rows(c: Connection, rows: Sequence[Row[Any]]) -> list[DrawRow]:
    p = m.draw_pools
    pools_of = defaultdict(list)
    for one in c.execute(
        select(p.c.draw_execution_id, p.c.pool, p.c.size, p.c.root)
        .where(p.c.draw_execution_id.in_([row.id for row in rows]))
        .order_by(p.c.pool.collate("C"))
    ):
        pools_of[one.draw_execution_id].append((one.pool, one.size, one.root))
    return [
        DrawRow(
            row.id,
            row.raffle_event_id,
            row.attempt,
            row.state,
            _progress(c, row),
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
            pools_of[row.id],
            row.plan,
            row.kind,
            row.reason or "",
            row.agreed_by,
            row.automatic,
            row.entropy_due_at,
            [UUID(one) for one in (row.redo or {}).get("results", [])],
            row.conducted_by,
            row.started_at,
            {UUID(prize): amount for prize, amount in (row.amounts or {}).items()},
            row.alone,
            row.failure_asked,
            row.failure_asked_by,
        )
        for row in rows
    ]


def _record(c: Connection, event: Row[Any], draw: UUID, kind: str, words: str, by: UUID) -> None:
    critical_event(
        c, kind, "INFO", f"{event.name}: {words}", event_id=event.id, user_id=by, metadata={"draw": str(draw)}
    )
