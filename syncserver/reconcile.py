"""Reconciliation: what was handed out against what came back, who doubts what, and the gates before a draw.

A draw opens only when every enrolment of a kiosk that ever got a block of the event is whole to its cut, voids are
acknowledged, no blocking finding is open, and a named person has confirmed it. Later facts undo a confirmation.
An early bird is drawn while sales go on: what counts for it is what stands before its own cut in the chains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Refused
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import derive, events, ingest, notices, pools, rsus, shifts
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.events import Before, CutRow
from syncserver.office import Office
from syncserver.shifts import EventCash

FINDINGS_MAX = 1_000
"""Findings shown at once; the gates count all."""
CONFIRMABLE = ("closed", "drawn")
DRAWABLE_EARLY = ("active", "suspended", *CONFIRMABLE)
NUMBERS_LISTED_MAX = 20
"""Ranges of numbers that a critical event lists in words; its metadata and the finding hold more."""
RANGES_KEPT_MAX = 5_000
WINDOW_NUMBERS = 10_000
"""Of the ledger of numbers, read first: who wants a page of it seldom needs more. Then comes all the rest, streamed."""
SPANS_AT_ONCE = 1_000
MAIN = pools.MAIN
DECISIONS = ("accept", "exclude")

ACTIONS = {
    "accept": "It stands: what was kept out of the pool goes in, where the pool is not frozen yet",
    "exclude": "It does not stand: its numbers enter no pool",
}
_EXCEPTION = "unit_missing"
HANDING_IN_S_MAX = 60
"""After the close and a kiosk's last contact, how long its sales count as on their way."""
FIRST_NUMBERS_LATE = timedelta(milliseconds=derive.CLOCK_AHEAD_MS_MAX)
"""A kiosk whose clock is behind may sell for an early bird a little after its end: who got the first numbers then
has to be heard of too."""
_BRANCHES = {"fork", "revoked_entries"}
WORDS = derive.BLOCKING | derive.NOTED | {_EXCEPTION: "A kiosk that cannot be reconciled shall be left out"}
_SOLD, _VOID = {"sold"}, {"void", "misprint"}
_WITH_TICKET = ("sold", "void", "misprint", "quarantined", "invalid")


@dataclass(frozen=True)
class UnitRow:
    """One enrolment of one kiosk, or of the web shop, in one event; numbers are counts of draw numbers, cash in minor
    units.
    """

    rsu: UUID
    epoch: int
    name: str
    state: str
    allocated: int
    sold: int
    void: int
    doubtful: int
    """In quarantine, excluded, or tests."""
    returned: int
    """Never sold, and never to be: the unit has settled. Of an early bird none: what is left is still on sale."""
    missing: int
    """Not shown yet: sold, unsold, nobody knows."""
    cash: int
    """Expected: of all that was paid in cash and not given back, doubtful or not, less what the unit paid out as
    prizes."""
    card: int
    """What cards paid of all that was not voided: it never was in the drawer."""
    paid_out: int
    """As prizes of the event; of an early bird's own draw nothing is told."""
    head: int
    cut_seq: int | None
    whole: bool
    excepted: bool
    last_seen_at: datetime | None
    unsynced: int | None
    words: str
    handing_in: bool
    """Sales have just closed and it is on line: to be waited for, not to be left out."""
    drawer: EventCash
    """What its closed shifts say was counted; of an early bird's own draw nothing is told."""
    sync: Literal["pending", "synced", "failed"]
    """Whether its sales are here: not all, all, or all of them with something in doubt that blocks the draw."""
    online: bool
    """The organisation's web shop: it has no drawer, and nobody walks up to it."""

    @property
    def uncounted(self) -> int | None:
        """Cash that no closed shift has counted; None where another event's money lay in the same drawer."""
        return None if self.drawer.shared else self.cash - self.drawer.expected


@dataclass(frozen=True)
class FindingRow:
    """A finding, with what its kind means."""

    id: UUID
    kind: str
    words: str
    event: UUID | None
    rsu: UUID | None
    unit: str
    epoch: int | None
    seq: int | None
    subject: str
    severity: str
    blocking: bool
    detail: dict[str, Any]
    opened_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision: str | None
    reason: str | None


@dataclass(frozen=True)
class Gate:
    """One condition of a draw, in words, and who must do what where it does not hold."""

    code: str
    passed: bool
    words: str
    what_to_do: str = ""


@dataclass(frozen=True)
class Reconciliation:
    """How an event stands before its draw."""

    event: UUID
    name: str
    state: str
    currency: str
    rows: list[UnitRow]
    findings: list[FindingRow]
    gates: list[Gate]
    voids: int
    voids_open: int
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    plan: str = MAIN
    until: datetime | None = None
    """The moment of the cut that this is about."""
    presigned_at: datetime | None = None
    presigned_by: UUID | None = None
    automatic: bool = False

    @property
    def confirmable(self) -> bool:
        """Whether all gates but the confirmation itself are open."""
        return all(gate.passed for gate in self.gates if gate.code != "confirmed")

    @property
    def ready(self) -> bool:
        """Whether the draw may begin."""
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True)
class Span:
    """Draw numbers that follow each other and have come to the same end; ``unit`` is the kiosk's name, or nothing."""

    first: int
    last: int
    unit: str
    rsu: UUID | None
    epoch: int | None
    state: str
    """sold, void, misprint, quarantined, invalid; returned (never sold, and never to be), lost (of an enrolment that
    is gone, or was left out), unaccounted (not shown yet), not handed out."""

    @property
    def count(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


def status(office: Office, c: Connection, event: UUID, plan: str = MAIN) -> Reconciliation:
    """How the event stands now, for its main draw or an early bird's.

    ``Refused`` (``unknown_event``, ``unknown_plan``) where there is none.
    """
    row = _event(c, event)
    cut = _cut(c, event, plan)
    rows = _units(office, c, row, cut)
    doubts = _open(c, event, cut)
    return Reconciliation(
        event=event,
        name=row.name,
        state=row.state,
        currency=row.currency,
        rows=rows,
        findings=findings(c, event),
        gates=_gates(office, c, row, cut, rows, doubts),
        voids=doubts.voids,
        voids_open=doubts.voids_unseen,
        confirmed_at=row.reconciliation_confirmed_at if cut is None else cut.confirmed_at,
        confirmed_by=row.reconciliation_confirmed_by if cut is None else cut.confirmed_by,
        plan=plan,
        until=row.closes_at if cut is None else cut.at,
        presigned_at=row.presigned_at,
        presigned_by=row.presigned_by,
        automatic=row.automatic_draw,
    )


def gates(
    office: Office, c: Connection, event: UUID, plan: str = MAIN, *, automatic: bool = False
) -> list[Gate]:
    """The conditions of a draw, in the order in which one opens them, those of linked events last.

    ``automatic``: for a draw that the worker holds, which a confirmation signed beforehand opens while no finding at
    all is open. None of the gates hangs on how many tickets there are, so none is counted: a freeze does not wait for
    that.
    """
    row = _event(c, event)
    cut = _cut(c, event, plan)
    rows = _units(office, c, row, cut, counted=False)
    return _gates(office, c, row, cut, rows, _open(c, event, cut), automatic=automatic)


def require(
    office: Office,
    c: Connection,
    event: UUID,
    plan: str = MAIN,
    *,
    confirmed: bool = True,
    automatic: bool = False,
) -> None:
    """``Refused`` (``gate_<code>``), with the words of every closed gate, unless the draw may begin."""
    closed = [
        gate
        for gate in gates(office, c, event, plan, automatic=automatic)
        if not gate.passed and (confirmed or gate.code not in {"confirmed", "linked"})
    ]
    if closed:
        raise Refused(
            f"gate_{closed[0].code}",
            " ".join(gate.words for gate in closed),
            " ".join(gate.what_to_do for gate in closed if gate.what_to_do),
        )


def findings(c: Connection, event: UUID, *, open_only: bool = False) -> list[FindingRow]:
    """The findings that concern the event, open and blocking ones first."""
    f = m.findings
    wanted = (
        select(f, m.rsus.c.name.label("unit"))
        .outerjoin(m.rsus, m.rsus.c.id == f.c.rsu_id)
        .where(_concerning(event))
        .order_by(f.c.decided_at.is_not(None), f.c.blocking.desc(), f.c.opened_at, f.c.seq, f.c.id)
        .limit(FINDINGS_MAX)
    )
    if open_only:
        wanted = wanted.where(f.c.decided_at.is_(None))
    return [_finding_row(row) for row in c.execute(wanted)]


def _finding_row(row: Row[Any]) -> FindingRow:
    return FindingRow(
        row.id,
        row.kind,
        WORDS.get(row.kind, row.kind),
        row.event_id,
        row.rsu_id,
        row.unit or "",
        row.epoch,
        row.seq,
        row.subject,
        row.severity,
        row.blocking,
        row.detail,
        row.opened_at,
        row.decided_at,
        row.decided_by,
        row.decision,
        row.reason,
    )


def decide(office: Office, c: Connection, finding: UUID, decision: str, reason: str, by: UUID) -> None:
    """Decide a finding, once, with a reason: ``accept`` or ``exclude``.

    Accepted, the doubted order stands and its tickets enter the pool; excluded, they enter none. Of a number sold
    twice ``accept`` lets the sale taken in first stand. Of a second chain, or of what came after a revocation,
    ``accept`` takes in what it holds, with findings of its own where that does not fit; ``exclude`` leaves it where
    it is, in quarantine. What is in a pool that is being drawn, or has won, is left there: excluded is the newcomer
    alone, and giving a prize up takes two people. Raises ``Refused``: ``decision``, ``reason``, ``unknown_finding``,
    ``already_decided``, ``same_person``, ``pool_frozen``, ``number_taken``.
    """
    if decision not in DECISIONS:
        raise Refused("decision", "A finding is accepted or excluded.")
    reason = reasoned(reason)
    f = m.findings
    row = c.execute(select(f).where(f.c.id == finding).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown_finding", "There is no such finding.")
    if row.decided_at is not None:
        raise Refused("already_decided", f"This finding was decided before: {row.decision}.")
    if row.kind == _EXCEPTION and row.detail.get("by") == str(by):
        raise Refused("same_person", "A second person has to agree.", "Ask another manager.")
    c.execute(
        update(f)
        .where(f.c.id == finding)
        .values(decided_at=func.now(), decided_by=by, decision=decision, reason=reason)
    )
    if row.kind in _BRANCHES:
        _settle_branch(office, c, row, decision, reason, by)
    if row.event_id is not None:
        event = events.locked(c, row.event_id)
        order = row.detail.get("order")
        if row.kind == "void_after_draw" and decision == "accept":
            _void_late(c, row)
        elif order and row.kind not in {"void_unknown", "void_foreign", "void_after_draw", "order_twice"}:
            _settle(c, row, event, UUID(order), stands=decision == "accept")
        events.unconfirm(c, row.event_id)


def acknowledge_voids(c: Connection, event: UUID, by: UUID) -> int:
    """Say that the event's voids were looked at; how many were new."""
    events.locked(c, event)
    v = m.voids
    seen = c.execute(
        update(v)
        .where(v.c.event_id == event, v.c.acknowledged_at.is_(None))
        .values(acknowledged_at=func.now(), acknowledged_by=by)
    )
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(voids_acknowledged_at=func.now(), voids_acknowledged_by=by)
    )
    return seen.rowcount


def confirm(office: Office, c: Connection, event: UUID, by: UUID, plan: str = MAIN) -> None:
    """Confirm the reconciliation by name. ``Refused`` (``gate_…``) where another gate is closed.

    Of linked events each is confirmed by itself.
    """
    row = events.locked(c, event)
    require(office, c, event, plan, confirmed=False)
    cut = _cut(c, event, plan)
    if cut is None:
        c.execute(
            update(m.raffle_events)
            .where(m.raffle_events.c.id == event)
            .values(reconciliation_confirmed_at=office.now(), reconciliation_confirmed_by=by)
        )
        words = "the reconciliation was confirmed"
    else:
        c.execute(
            update(m.event_cuts)
            .where(m.event_cuts.c.id == cut.id)
            .values(confirmed_at=office.now(), confirmed_by=by)
        )
        words = f"the reconciliation up to the end of {cut.pool} was confirmed"
    critical_event(c, "reconciliation_confirmed", "INFO", f"{row.name}: {words}.", event_id=event, user_id=by)


def presign(office: Office, c: Connection, event: UUID, by: UUID) -> None:
    """Sign the confirmation beforehand, by name: automatic draws may begin on it, while no finding is open (D11).

    It holds for all draws of the event until it is taken back. ``Refused`` (``state``) once the event is over.
    """
    row = events.locked(c, event)
    if row.state in {"completed", "cancelled"}:
        raise Refused("state", f"{row.name} is {row.state}; nothing is drawn any more.")
    e = m.raffle_events
    c.execute(update(e).where(e.c.id == event).values(presigned_at=office.now(), presigned_by=by))
    _signed(c, row, "signed beforehand, for automatic draws", by)


def unsign(c: Connection, event: UUID, by: UUID) -> None:
    """Take the confirmation signed beforehand back."""
    row = events.locked(c, event)
    e = m.raffle_events
    c.execute(update(e).where(e.c.id == event).values(presigned_at=None, presigned_by=None))
    _signed(c, row, "signed beforehand, was taken back", by)


def _signed(c: Connection, row: Row[Any], words: str, by: UUID) -> None:
    critical_event(
        c,
        "reconciliation_presigned",
        "INFO",
        f"{row.name}: the confirmation was {words}."
        if "taken back" not in words
        else f"{row.name}: the confirmation, {words}.",
        event_id=row.id,
        user_id=by,
    )


def void_order(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> None:
    """Void a whole order from the office. ``Refused``: ``unknown_order``, ``already_void``, ``pool_frozen``."""
    reason = reasoned(reason)
    o = m.orders
    event = c.execute(select(o.c.event_id).where(o.c.id == order)).scalar_one_or_none()
    if event is None:
        raise Refused("unknown_order", "There is no such order.")
    events.locked(c, event)
    row = c.execute(select(o).where(o.c.id == order).with_for_update()).one()
    if row.payment_status == "void":
        raise Refused("already_void", "This order is void already.")
    if events.main_frozen(c, event):
        raise Refused("pool_frozen", "The pool is frozen; nothing can be voided any more.")
    if events.frozen(c, event, order):
        raise Refused(
            "pool_frozen",
            "This order is in a draw that is under way, or has won in one.",
            "If a draw is under way, try again once its result is official.",
        )
    name = c.execute(select(m.users.c.display_name).where(m.users.c.id == by)).scalar_one_or_none()
    derive.apply_voids(
        c,
        [
            {
                "order_id": order,
                "event_id": event,
                "validation_number": row.validation_number,
                "kind": "void",
                "reason": reason,
                "source": "office",
                "by_user": by,
                "by_name": name or str(by),
                "at": office.now(),
            }
        ],
    )
    events.refresh_total(c, event)
    events.unconfirm(c, event, order)


def except_unit(c: Connection, event: UUID, rsu: UUID, epoch: int, reason: str, by: UUID) -> UUID:
    """Ask that the draw go on without a kiosk that cannot be reconciled; a second person decides the finding.

    The unit goes on the corruption log with who asked and what is missing (GLI-31, 2.8.1g).
    """
    reason = reasoned(reason)
    row = events.locked(c, event)
    a = m.rsu_allocations
    blocks = c.execute(
        select(a.c.start_number, a.c.end_number)
        .where(a.c.raffle_event_id == event, a.c.rsu_id == rsu, a.c.epoch == epoch)
        .order_by(a.c.start_number)
    ).all()
    if not blocks:
        raise Refused("unknown_unit", "This kiosk holds no numbers of the event.")
    missing = excepted_numbers(c, event, rsu, epoch)
    count = sum(last - first + 1 for first, last in missing)
    f = m.findings
    made = c.execute(
        upsert(f)
        .values(
            event_id=event,
            rsu_id=rsu,
            epoch=epoch,
            kind=_EXCEPTION,
            severity="ERROR",
            blocking=True,
            detail={
                "by": str(by),
                "reason": reason,
                "blocks": [[b.start_number, b.end_number] for b in blocks],
                "missing": [list(span) for span in missing[:RANGES_KEPT_MAX]],
                "missing_count": count,
            },
        )
        .on_conflict_do_nothing()
        .returning(f.c.id)
    ).scalar_one_or_none()
    if made is None:
        raise Refused("already_asked", "This was asked before.", "Decide the finding.")
    critical_event(
        c,
        "unit_corrupt",
        "ERROR",
        f"{row.name}: a kiosk cannot be reconciled. {reason} {_in_words(missing, count)}",
        event_id=event,
        rsu_id=rsu,
        user_id=by,
        metadata={"epoch": epoch, "missing": [list(span) for span in missing[:RANGES_KEPT_MAX]]},
    )
    events.unconfirm(c, event)
    return UUID(str(made))


def _in_words(missing: list[tuple[int, int]], count: int) -> str:
    if not missing:
        return "All its numbers have been accounted for."
    listed = ", ".join(
        f"{first}" if first == last else f"{first} to {last}" for first, last in missing[:NUMBERS_LISTED_MAX]
    )
    more = " and others" if len(missing) > NUMBERS_LISTED_MAX else ""
    return f"{count} of its numbers have not been seen: {listed}{more}."


# The ledger of numbers ------------------------------------------------------------------------------

# Numbers of one state and one kiosk that follow each other, as one row: a row begins where something differs from the
# number before, and ends before the next one begins. Sorted by number alone, which of millions takes half as long as by all.
_ISLANDS = text("""
    WITH held AS (
        SELECT t.draw_number AS n, t.state, o.rsu_id, o.epoch FROM tickets t JOIN orders o ON o.id = t.order_id
        WHERE t.event_id = :event AND t.draw_number BETWEEN :first AND :last
            AND (CAST(:states AS text[]) IS NULL OR t.state = ANY (:states))
    ), compared AS (
        SELECT n, state, rsu_id, epoch, lag(n) OVER w AS before, lag(state) OVER w AS state_before,
            lag(rsu_id) OVER w AS rsu_before, lag(epoch) OVER w AS epoch_before
        FROM held WINDOW w AS (ORDER BY n)
    )
    SELECT n AS first, coalesce(lead(before) OVER (ORDER BY n), (
            SELECT max(n) FROM held
        )) AS last, state, rsu_id, epoch
    FROM compared
    WHERE before IS NULL OR n <> before + 1 OR state <> state_before OR rsu_id IS DISTINCT FROM rsu_before
        OR epoch IS DISTINCT FROM epoch_before
    ORDER BY n
""")


# What of each block is sold, along the index of numbers alone; where nothing is between first and last, it is one run.
_FILLED = text("""
    SELECT a.rsu_id, a.epoch, t.first, t.last, t.tickets FROM rsu_allocations a CROSS JOIN LATERAL (
        SELECT min(draw_number) AS first, max(draw_number) AS last, count(*) AS tickets FROM tickets
        WHERE event_id = :event AND draw_number BETWEEN a.start_number AND a.end_number
    ) AS t WHERE a.raffle_event_id = :event ORDER BY a.start_number
""")
# Numbers that follow each other, whatever became of them: along the index alone.
_SEEN = text("""
    SELECT min(n) AS first, max(n) AS last FROM (
        SELECT draw_number AS n, draw_number - row_number() OVER (ORDER BY draw_number) AS island
        FROM tickets WHERE event_id = :event AND draw_number BETWEEN :first AND :last
    ) AS numbered GROUP BY island ORDER BY first
""")


def number_ledger(c: Connection, event: UUID, start: int = 0, state: str = "") -> Iterator[Span]:
    """Every number of the event's range, once, in order: what became of it (N2); from ``start`` on, of one ``state``.

    Numbers without a ticket are of the block that they lie in. They are *returned* where the kiosk is whole to the
    close, *lost* where its enrolment is gone or two people left it out, else *unaccounted*. A ticket out of the
    range (of a kiosk that invented its numbers) stands before or behind it. Read as it is asked for: whoever wants a
    page of it reads no more.
    """
    row = _event(c, event)
    first, last = row.ticket_allocation["first"], row.ticket_allocation["last"]
    r = m.rsus
    names = {one.id: str(one.name) for one in c.execute(select(r.c.id, r.c.name))}
    if state in _WITH_TICKET:
        yield from _merged(_sold_in_order(c, event, start, state, names))
        return
    if state:
        # What became of the others is not asked for, only where they are.
        seen = c.execute(_SEEN, {"event": event, "first": start, "last": DRAW_NUMBER_MAX})
        tickets: Iterator[Span] = (Span(one.first, one.last, "", None, None, "seen") for one in seen)
    else:
        tickets = _sold_in_order(c, event, start, "", names)
    ends, a = _ends(c, event), m.rsu_allocations
    held = select(a).where(a.c.raffle_event_id == event, a.c.end_number >= start).order_by(a.c.start_number)
    blocks = [
        Span(
            one.start_number,
            one.end_number,
            names.get(one.rsu_id, ""),
            one.rsu_id,
            one.epoch,
            ends.get((one.rsu_id, one.epoch), _end_of(one.state)),
        )
        for one in c.execute(held)
    ]
    for span in account(max(first, start), last, tickets, blocks):
        if not state or span.state == state:
            yield span


def _sold_in_order(
    c: Connection, event: UUID, start: int, state: str, names: Mapping[UUID, str]
) -> Iterator[Span]:
    """The numbers with a ticket, in two windows; a run may end with the first and go on in the second."""
    if state not in {"", "sold"}:
        # Of all states but one there are few, and an index finds them.
        yield from _islands(c, event, start, DRAW_NUMBER_MAX, names, [state])
        return
    t, states = m.tickets, [state] if state else None
    following = select(func.min(t.c.draw_number)).where(t.c.event_id == event, t.c.draw_number >= start)
    at = c.execute(following).scalar_one()
    if at is None:
        return
    yield from _islands(c, event, at, at + WINDOW_NUMBERS - 1, names, states)
    at += WINDOW_NUMBERS
    runs = _runs(c, event, names)
    if runs is None:
        yield from _islands(c, event, at, DRAW_NUMBER_MAX, names, states)
        return
    others = _islands(c, event, at, DRAW_NUMBER_MAX, names, [one for one in _WITH_TICKET if one != "sold"])
    behind = (replace(run, first=max(run.first, at)) for run in runs if run.last >= at)
    yield from (span for span in _laid_over(behind, others) if not state or span.state == state)


def _islands(
    c: Connection,
    event: UUID,
    first: int,
    last: int,
    names: Mapping[UUID, str],
    states: Sequence[str] | None,
) -> Iterator[Span]:
    """The numbers with a ticket of these states, or of any, each looked at."""
    asked = {"event": event, "first": first, "last": min(last, DRAW_NUMBER_MAX), "states": states}
    streamed = {"stream_results": True, "yield_per": SPANS_AT_ONCE}
    with c.execute(_ISLANDS, asked, execution_options=streamed) as found:
        for one in found:
            yield Span(one.first, one.last, names.get(one.rsu_id, ""), one.rsu_id, one.epoch, one.state)


def _runs(c: Connection, event: UUID, names: Mapping[UUID, str]) -> list[Span] | None:
    """The numbers with a ticket by their blocks, as if all were sold: whose each is follows from where it lies.

    None where it does not: somebody has let a sale outside its block stand, or a unit has not as many in its blocks
    as in all.
    """
    f, s = m.findings, m.ticket_sums
    let_stand = select(f.c.id).where(
        f.c.event_id == event, f.c.kind == "outside_block", f.c.decision == "accept"
    )
    if c.execute(let_stand.limit(1)).first() is not None:
        return None
    filled = [row for row in c.execute(_FILLED, {"event": event}) if row.tickets]
    inside: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    for row in filled:
        inside[row.rsu_id, row.epoch] += row.tickets
    of_units = (
        select(s.c.rsu_id, s.c.epoch, func.sum(s.c.tickets).label("tickets"))
        .where(s.c.event_id == event)
        .group_by(s.c.rsu_id, s.c.epoch)
    )
    if inside != {(row.rsu_id, row.epoch): row.tickets for row in c.execute(of_units) if row.tickets}:
        return None
    found: list[Span] = []
    for row in filled:
        whole = row.tickets == row.last - row.first + 1
        within = {"event": event, "first": row.first, "last": row.last}
        parts = (
            [(row.first, row.last)] if whole else [(one.first, one.last) for one in c.execute(_SEEN, within)]
        )
        found += (
            Span(first, last, names.get(row.rsu_id, ""), row.rsu_id, row.epoch, "sold")
            for first, last in parts
        )
    return list(_merged(found))


def _laid_over(runs: Iterable[Span], others: Iterator[Span]) -> Iterator[Span]:
    """The runs, but for what ``others`` say of their numbers; each of those lies within one run, in order."""
    other = next(others, None)
    for run in runs:
        at = run.first
        while other is not None and other.last <= run.last:
            if other.first > at:
                yield replace(run, first=at, last=other.first - 1)
            yield other
            at = max(at, other.last + 1)
            other = next(others, None)
        if at <= run.last:
            yield replace(run, first=at)
    if other is not None:  # sold and void since the runs were read
        yield other
        yield from others


# Along the index of numbers alone, block by block.
_USED = text("""
    SELECT a.rsu_id, a.epoch, a.state, a.end_number - a.start_number + 1 - (
            SELECT count(*) FROM tickets t
            WHERE t.event_id = :event AND t.draw_number BETWEEN a.start_number AND a.end_number
        ) AS rest
    FROM rsu_allocations a WHERE a.raffle_event_id = :event
""")
_OUT_OF_RANGE = text("""
    SELECT (SELECT count(*) FROM tickets WHERE event_id = :event AND draw_number < :first)
        + (SELECT count(*) FROM tickets WHERE event_id = :event AND draw_number > :last)
""")


def number_counts(c: Connection, event: UUID) -> dict[str, int]:
    """How many numbers came to which end: the sums of :func:`number_ledger`, without listing them."""
    row = _event(c, event)
    first, last = int(row.ticket_allocation["first"]), int(row.ticket_allocation["last"])
    ends, s = _ends(c, event), m.ticket_sums
    found: defaultdict[str, int] = defaultdict(int)
    for state, count in c.execute(
        select(s.c.state, func.sum(s.c.tickets)).where(s.c.event_id == event).group_by(s.c.state)
    ):
        found[state] += int(count)
    outside = int(c.execute(_OUT_OF_RANGE, {"event": event, "first": first, "last": last}).scalar_one())
    free = last - first + 1 - (sum(found.values()) - outside)
    for block in c.execute(_USED, {"event": event}):
        found[ends.get((block.rsu_id, block.epoch), _end_of(block.state))] += block.rest
        free -= block.rest
    found["not handed out"] += free
    return {state: count for state, count in found.items() if count}


def _end_of(state: str) -> str:
    """What the unsold numbers of a block in that state are, where its enrolment's end says nothing."""
    return "lost" if state == "lost" else "unaccounted"


def account(first: int, last: int, tickets: Iterable[Span], blocks: Sequence[Span]) -> Iterator[Span]:
    """The ledger of ``first`` to ``last``: each number once, as its ticket is, else as its block, else not handed out.

    ``tickets`` and ``blocks`` are in order, and no two of either overlap.
    """
    return _merged(_accounted(first, last, tickets, blocks))


def _accounted(first: int, last: int, tickets: Iterable[Span], blocks: Sequence[Span]) -> Iterator[Span]:
    at = 0

    def between(start: int, end: int) -> Iterator[Span]:
        """The numbers between two tickets."""
        nonlocal at
        while start <= end:
            while at < len(blocks) and blocks[at].last < start:
                at += 1
            block = blocks[at] if at < len(blocks) else None
            if block is None or block.first > end:
                yield Span(start, end, "", None, None, "not handed out")
                return
            if block.first > start:
                yield Span(start, block.first - 1, "", None, None, "not handed out")
                start = block.first
            until = min(end, block.last)
            yield replace(block, first=start, last=until)
            start = until + 1

    upto = first - 1
    for ticket in tickets:
        if ticket.first > upto + 1:
            yield from between(max(upto + 1, first), min(ticket.first - 1, last))
        yield ticket
        upto = max(upto, ticket.last)
    yield from between(upto + 1, last)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Those that follow each other and are alike as one."""
    before: Span | None = None
    for span in spans:
        if before is not None and before.last + 1 == span.first and _alike(before, span):
            before = replace(before, last=span.last)
            continue
        if before is not None:
            yield before
        before = span
    if before is not None:
        yield before


def _alike(one: Span, other: Span) -> bool:
    return (one.state, one.rsu, one.epoch) == (other.state, other.rsu, other.epoch)


def _ends(c: Connection, event: UUID) -> dict[tuple[UUID, int], str]:
    """What the unsold numbers of an enrolment are, where that is known: returned at its close's cut, or left out."""
    u, k, f = m.rsu_cuts, m.event_cuts, m.findings
    left_out = c.execute(
        select(f.c.rsu_id, f.c.epoch).where(
            f.c.event_id == event, f.c.kind == _EXCEPTION, f.c.decision == "accept"
        )
    )
    found = {(row.rsu_id, row.epoch): "lost" for row in left_out}
    whole = c.execute(
        select(u.c.rsu_id, u.c.epoch)
        .join(k, k.c.id == u.c.cut_id)
        .where(u.c.event_id == event, k.c.kind == events.CLOSE)
    )
    return found | {(row.rsu_id, row.epoch): "returned" for row in whole}


def excepted_numbers(c: Connection, event: UUID, rsu: UUID, epoch: int) -> list[tuple[int, int]]:
    """The numbers of this enrolment's blocks that nobody has seen: what leaving it out leaves out, in ranges.

    Whoever holds a ticket with one of them takes no part in the draw, unless its journal comes in before.
    """
    a = m.rsu_allocations
    found: list[tuple[int, int]] = []
    for block in c.execute(
        select(a.c.start_number, a.c.end_number)
        .where(a.c.raffle_event_id == event, a.c.rsu_id == rsu, a.c.epoch == epoch)
        .order_by(a.c.start_number)
    ).all():
        span = {"event": event, "first": block.start_number, "last": block.end_number}
        tickets = [Span(one.first, one.last, "", None, None, "seen") for one in c.execute(_SEEN, span)]
        left = account(block.start_number, block.end_number, tickets, ())
        found += [(one.first, one.last) for one in left if one.state != "seen"]
    return found


# Units and gates ------------------------------------------------------------------------------------


def _concerning(event: UUID) -> ColumnElement[bool]:
    """Findings of the event, and those of its units that may be of any event."""
    f, a = m.findings, m.rsu_allocations
    units = select(a.c.rsu_id, a.c.epoch).where(a.c.raffle_event_id == event)
    return or_(f.c.event_id == event, and_(f.c.event_id.is_(None), tuple_(f.c.rsu_id, f.c.epoch).in_(units)))


def _event(c: Connection, event: UUID) -> Row[Any]:
    """The event's row with its venue's ``timezone``."""
    e = m.raffle_events
    row = c.execute(
        select(e, func.coalesce(m.venues.c.timezone, "UTC").label("timezone"))
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.id == event)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    return row


@dataclass(frozen=True)
class _Doubts:
    """What is open of an event: findings that block, findings at all, voids, and voids that nobody has looked at."""

    blocking: int
    undecided: int
    voids: int
    voids_unseen: int


def _open(c: Connection, event: UUID, cut: CutRow | None) -> _Doubts:
    """Of an early bird the voids are those of orders before its ``cut``; findings are all the event's."""
    f, v = m.findings, m.voids
    blocking, undecided = c.execute(
        select(func.count().filter(f.c.blocking), func.count())
        .select_from(f)
        .where(_concerning(event), f.c.decided_at.is_(None))
    ).one()
    voids = select(func.count(), func.count().filter(v.c.acknowledged_at.is_(None))).where(
        v.c.event_id == event
    )
    if cut is not None:
        these = events.before(cut)
        # The voids are few: their orders are looked up, not all of the event.
        voids = voids.select_from(these.source.join(v, v.c.order_id == m.orders.c.id)).where(these.holds)
    return _Doubts(blocking, undecided, *c.execute(voids).one())


def _cut(c: Connection, event: UUID, plan: str) -> CutRow | None:
    """The cut of an early bird's own draw; None for the main draw. ``Refused`` (``unknown_plan``)."""
    if plan == MAIN:
        return None
    own = events.settings(events.get(c, event).configuration).own_draws()
    found = next((cut for cut in events.cuts(c, event) if cut.pool == plan and plan in own), None)
    if found is None:
        raise Refused("unknown_plan", "The event has no such draw.")
    return found


def _units(
    office: Office, c: Connection, event: Row[Any], cut: CutRow | None, *, counted: bool = True
) -> list[UnitRow]:
    """The enrolments that ever got numbers of the event, or by the end of an early bird; not ``counted``, their
    numbers and money stay at nothing.
    """
    a, e, r, u, k, f = m.rsu_allocations, m.rsu_epochs, m.rsus, m.rsu_cuts, m.event_cuts, m.findings
    blocks = [a.c.raffle_event_id == event.id]
    ends = [u.c.event_id == event.id]
    if cut is None:
        ends.append(k.c.kind == events.CLOSE)
    else:
        blocks.append(a.c.allocated_at < cut.at + FIRST_NUMBERS_LATE)
        ends.append(k.c.id.in_([cut.id, cut.close]))
    held = (
        select(a.c.rsu_id, a.c.epoch, func.sum(a.c.total_tickets).label("allocated"))
        .where(*blocks)
        .group_by(a.c.rsu_id, a.c.epoch)
        .subquery()
    )
    close = (
        select(u.c.rsu_id, u.c.epoch, func.min(u.c.seq).label("seq"))
        .join(k, k.c.id == u.c.cut_id)
        .where(*ends)
        .group_by(u.c.rsu_id, u.c.epoch)
        .subquery()
    )
    excepted = (
        select(f.c.rsu_id, f.c.epoch)
        .where(f.c.event_id == event.id, f.c.kind == _EXCEPTION, f.c.decision == "accept")
        .subquery()
    )
    later = e.alias()
    newest = select(func.max(later.c.epoch)).where(later.c.rsu_id == e.c.rsu_id).scalar_subquery()
    rows = c.execute(
        select(
            e,
            held.c.allocated,
            r.c.name,
            r.c.state,
            r.c.kind,
            newest.label("newest"),
            close.c.seq.label("cut_seq"),
            excepted.c.rsu_id.label("left_out"),
        )
        .select_from(
            held.join(e, and_(e.c.rsu_id == held.c.rsu_id, e.c.epoch == held.c.epoch))
            .join(r, r.c.id == held.c.rsu_id)
            .outerjoin(close, and_(close.c.rsu_id == e.c.rsu_id, close.c.epoch == e.c.epoch))
            .outerjoin(excepted, and_(excepted.c.rsu_id == e.c.rsu_id, excepted.c.epoch == e.c.epoch))
        )
        .order_by(r.c.name, e.c.epoch)
    ).all()
    main = counted and cut is None
    counts: Mapping[tuple[UUID, int], dict[str, int]] = {}
    cash: Mapping[tuple[UUID, int], tuple[int, int]] = {}
    if main:
        counts, cash = _counts(c, event.id), _cash(c, event.id)
    elif cut is not None and counted:
        these = events.before(cut)
        counts, cash = _counts_before(c, these), _cash_before(c, these)
    paid_out = events.paid_out(c, event.id) if main else {}
    drawers = shifts.of_event(c, event.id, event.currency) if main else {}
    failed = _failed(c, event.id) if counted else set()
    zone = ZoneInfo(event.timezone)
    return [
        _unit_row(
            office,
            row,
            counts.get((row.rsu_id, row.epoch), {}),
            cash.get((row.rsu_id, row.epoch), (0, 0)),
            paid_out.get((row.rsu_id, row.epoch), 0),
            zone,
            cut,
            handing_in=_handing_in(office, event.closed_at if cut is None else cut.at, row),
            drawer=drawers.get((row.rsu_id, row.epoch), EventCash()),
            failed=(row.rsu_id, row.epoch) in failed,
        )
        for row in rows
    ]


def _cash(c: Connection, event: UUID) -> dict[tuple[UUID, int], tuple[int, int]]:
    """What should have stayed in the drawers, and what cards paid. A void's money is gone as far as a kiosk gave it back."""
    s = m.order_sums
    found: defaultdict[tuple[UUID, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in c.execute(
        select(
            s.c.rsu_id,
            s.c.epoch,
            func.sum(s.c.orders * s.c.price - s.c.card).label("cash"),
            func.sum(s.c.card).label("card"),
        )
        .where(s.c.event_id == event, s.c.payment_status == "paid", ~s.c.is_test)
        .group_by(s.c.rsu_id, s.c.epoch)
    ):
        found[row.rsu_id, row.epoch] = int(row.cash), int(row.card)
    for void in shifts.voids_of_event(c, event):
        cash, card = found[void.rsu_id, void.epoch]
        found[void.rsu_id, void.epoch] = cash + int(void.kept), card
    return dict(found)


def _cash_before(c: Connection, these: Before) -> dict[tuple[UUID, int], tuple[int, int]]:
    """The same of an early bird's own draw: order by order, as each stands before its cut or not."""
    o, v = m.orders, m.voids
    own = o.c.total_amount - o.c.card_amount
    left = case((o.c.payment_status == "paid", own), else_=shifts.kept_of_void())
    card = case((o.c.payment_status == "paid", o.c.card_amount), else_=0)
    return {
        (row.rsu_id, row.epoch): (int(row.cash), int(row.card))
        for row in c.execute(
            select(o.c.rsu_id, o.c.epoch, func.sum(left).label("cash"), func.sum(card).label("card"))
            .select_from(these.source.outerjoin(v, v.c.order_id == o.c.id))
            .where(these.holds, o.c.payment_status.in_(["paid", "void"]), ~o.c.is_test)
            .group_by(o.c.rsu_id, o.c.epoch)
        )
    }


def _failed(c: Connection, event: UUID) -> set[tuple[UUID, int]]:
    """Enrolments with something open that blocks the draw (S13)."""
    f = m.findings
    rows = c.execute(
        select(f.c.rsu_id, f.c.epoch)
        .where(_concerning(event), f.c.decided_at.is_(None), f.c.blocking, f.c.rsu_id.is_not(None))
        .distinct()
    )
    return {(row.rsu_id, row.epoch) for row in rows}


def _counts(c: Connection, event: UUID) -> Mapping[tuple[UUID, int], dict[str, int]]:
    """Draw numbers by enrolment and state."""
    s = m.ticket_sums
    found: defaultdict[tuple[UUID, int], dict[str, int]] = defaultdict(dict)
    for row in c.execute(select(s).where(s.c.event_id == event)):
        found[row.rsu_id, row.epoch][row.state] = row.tickets
    return found


def _counts_before(c: Connection, these: Before) -> Mapping[tuple[UUID, int], dict[str, int]]:
    """The same of an early bird's own draw."""
    found: defaultdict[tuple[UUID, int], dict[str, int]] = defaultdict(dict)
    t, o = m.tickets, m.orders
    for row in c.execute(
        select(o.c.rsu_id, o.c.epoch, t.c.state, func.count().label("n"))
        .select_from(these.source.join(t, t.c.order_id == o.c.id))
        .where(these.holds, t.c.event_id == o.c.event_id)
        .group_by(o.c.rsu_id, o.c.epoch, t.c.state)
    ):
        found[row.rsu_id, row.epoch][row.state] = row.n
    return found


def _handing_in(office: Office, ended_at: datetime | None, row: Row[Any]) -> bool:
    """Whether the pool has just ended and the kiosk is on line: what it holds is on its way, nothing is lost."""
    stopped = row.forked_at is not None or row.revoked_at is not None
    if stopped or row.cut_seq is not None or ended_at is None or row.last_seen_at is None:
        return False
    if row.kind == rsus.ONLINE:
        # The office itself puts down its end, with the next thing it does; of a chain before a restore never.
        return bool(row.epoch == row.newest)
    since = office.now() - timedelta(seconds=HANDING_IN_S_MAX)
    return bool(since <= ended_at <= office.now() and row.last_seen_at >= since)


def _unit_row(
    office: Office,
    row: Row[Any],
    counts: dict[str, int],
    money: tuple[int, int],
    paid_out: int,
    zone: ZoneInfo,
    cut: CutRow | None,
    *,
    handing_in: bool,
    drawer: EventCash,
    failed: bool,
) -> UnitRow:
    sold = sum(n for state, n in counts.items() if state in _SOLD)
    void = sum(n for state, n in counts.items() if state in _VOID)
    used = sum(counts.values())
    whole = row.cut_seq is not None
    left = max(0, int(row.allocated) - used)
    end = "the close" if cut is None else "the early bird's end"
    if row.left_out is not None:
        words = "left out by a decision of two people"
    elif whole:
        words = f"has handed over everything up to {end}"
    elif handing_in:
        words = "is handing in; wait a moment"
    elif row.last_seen_at is None:
        words = "has handed over nothing yet"
    else:
        since = row.last_seen_at.astimezone(zone)
        day = "" if since.date() == office.now().astimezone(zone).date() else f"{since:%d %b} "
        words = f"has not handed over its sales up to {end}; last heard of at {day}{since:%H:%M}"
    return UnitRow(
        row.rsu_id,
        row.epoch,
        row.name,
        "forked" if row.forked_at else "revoked" if row.revoked_at else row.state,
        int(row.allocated),
        sold,
        void,
        used - sold - void,
        left if whole and cut is None else 0,
        0 if whole else left,
        money[0] - paid_out,
        money[1],
        paid_out,
        row.head_seq,
        row.cut_seq,
        whole,
        row.left_out is not None,
        row.last_seen_at,
        row.unsynced_count,
        words,
        handing_in,
        drawer,
        "failed" if failed else "synced" if whole else "pending",
        row.kind == rsus.ONLINE,
    )


def _gates(
    office: Office,
    c: Connection,
    event: Row[Any],
    cut: CutRow | None,
    rows: list[UnitRow],
    doubts: _Doubts,
    *,
    automatic: bool = False,
) -> list[Gate]:
    found = [_ended(office, event, cut), *_unit_gates(rows, cut), *_doubt_gates(doubts)]
    plan = MAIN if cut is None else cut.pool
    found += [
        Gate("under_way", False, f"Another draw of {event.name} is under way.", "Go on with that one first.")
        for other in _under_way(c, event.id)
        if other != plan
    ]
    found.append(_confirmation(c, event, cut, doubts, automatic=automatic))
    if cut is None:
        found += _linked_gates(office, c, event, automatic=automatic)
    return found


def _ended(office: Office, event: Row[Any], cut: CutRow | None) -> Gate:
    if cut is not None and event.state in DRAWABLE_EARLY:
        if office.now() >= cut.at:
            return Gate("closed", True, "The early bird is over.")
        at = cut.at.astimezone(ZoneInfo(event.timezone))
        return Gate("closed", False, f"The early bird goes on until {at:%d %b %H:%M}.", "Wait for its end.")
    if event.state in CONFIRMABLE:
        return Gate("closed", True, "The event is closed.")
    if event.state == "created":
        return Gate("closed", False, "The event is a draft.", "Activate it first.")
    return Gate("closed", False, f"The event is {event.state}.", "Close it, or wait for its closing time.")


def _under_way(c: Connection, event: UUID) -> list[str]:
    """The planned draws whose result is neither official nor given up."""
    d = m.draw_executions
    return list(
        c.execute(
            select(d.c.plan)
            .where(d.c.raffle_event_id == event, d.c.state != "failed", d.c.official_at.is_(None))
            .distinct()
        ).scalars()
    )


def _confirmation(
    c: Connection, event: Row[Any], cut: CutRow | None, doubts: _Doubts, *, automatic: bool
) -> Gate:
    confirmed = event.reconciliation_confirmed_at if cut is None else cut.confirmed_at
    if confirmed is not None:
        return Gate("confirmed", True, "The reconciliation is confirmed.")
    if automatic and event.presigned_at is not None:
        if not notices.leads(c, event.id, event.presigned_by):
            return Gate(
                "confirmed",
                False,
                "Who signed the confirmation beforehand is no longer an administrator or manager.",
                "Let somebody else sign, or check the figures and confirm them.",
            )
        if not doubts.undecided:
            return Gate("confirmed", True, "The confirmation was signed beforehand, and no finding is open.")
        return Gate(
            "confirmed",
            False,
            "The confirmation signed beforehand does not count while a finding is open.",
            "Decide the findings, or check the figures and confirm them.",
        )
    return Gate(
        "confirmed",
        False,
        "Nobody has confirmed the reconciliation.",
        "Check the figures and confirm them.",
    )


def _linked_gates(office: Office, c: Connection, event: Row[Any], *, automatic: bool) -> list[Gate]:
    """Events whose numbers are drawn with this one's stand to all their own gates."""
    found = []
    for other in events.linked(c, event.id):
        name = events.get(c, other).name
        shut = [gate for gate in gates(office, c, other, automatic=automatic) if not gate.passed]
        found += [Gate("linked", False, f"{name}: {gate.words}", gate.what_to_do) for gate in shut]
        if not shut:
            found.append(Gate("linked", True, f"{name} is ready to be drawn with it."))
    return found


def _unit_gates(rows: list[UnitRow], cut: CutRow | None) -> list[Gate]:
    unfinished = [row for row in rows if not row.whole and not row.excepted]
    found = [
        Gate(
            "unit",
            False,
            f"{row.name} {row.words}.",
            "It comes by itself."
            if row.handing_in
            else "Bring it back on line, or import its medium; if that cannot be, two people may leave it out.",
        )
        for row in unfinished
    ]
    if not unfinished:
        end = "the close" if cut is None else "the early bird's end"
        found.append(Gate("unit", True, _whole_words(rows, end)))
    return found


def _whole_words(rows: Sequence[UnitRow], end: str) -> str:
    """Who has handed everything over, where nobody has to be waited for; the web shop is no kiosk."""
    if not rows:
        return "No kiosk ever got numbers of this event."
    left_out = [row.name for row in rows if not row.whole]
    kiosks = [row for row in rows if not row.online]
    whole = sum(row.whole for row in kiosks)
    who = []
    if kiosks:
        all_of = "The kiosk" if len(kiosks) == 1 else f"All {len(kiosks)} kiosks"
        who.append(all_of if whole == len(kiosks) else f"{whole} of {len(kiosks)} kiosks")
    if any(row.online and row.whole for row in rows):
        who.append("the web shop")
    subject = " and ".join(who)
    has = "has" if subject in {"The kiosk", "the web shop"} else "have"
    said = f"{subject[:1].upper()}{subject[1:]} {has} handed over everything up to {end}"
    if not left_out:
        return f"{said}."
    was = "was" if len(left_out) == 1 else "were"
    return f"{said}; {', '.join(left_out)} {was} left out by a decision of two people."


def _doubt_gates(doubts: _Doubts) -> list[Gate]:
    undecided, unseen = doubts.blocking, doubts.voids_unseen
    return [
        Gate("findings", True, "No finding stands in the way.")
        if not undecided
        else Gate(
            "findings",
            False,
            f"{undecided} {'finding is' if undecided == 1 else 'findings are'} undecided.",
            "Decide each of them, with a reason.",
        ),
        Gate("voids", True, "All voids are acknowledged.")
        if not unseen
        else Gate(
            "voids",
            False,
            f"{unseen} {'void has' if unseen == 1 else 'voids have'} not been looked at.",
            "Look at the voids and acknowledge them.",
        ),
    ]


# What a decision does -------------------------------------------------------------------------------


def _void_late(c: Connection, finding: Row[Any]) -> None:
    """A kiosk's void that came while its order was held by a draw: made now, where no draw holds it any more."""
    order = finding.detail.get("order", "")
    o = m.orders
    row = c.execute(
        select(o).where(cast(o.c.id, Text) == order, o.c.event_id == finding.event_id)
    ).one_or_none()
    if row is None or row.payment_status == "void" or events.frozen(c, finding.event_id, row.id):
        return
    derive.apply_voids(
        c,
        [
            {
                "order_id": row.id,
                "event_id": row.event_id,
                "validation_number": row.validation_number,
                "kind": "misprint" if finding.detail.get("misprint") else "void",
                "reason": finding.detail.get("reason", ""),
                "source": "rsu",
                "by_name": finding.detail.get("by", ""),
                "rsu_id": finding.rsu_id,
                "epoch": finding.epoch,
                "seq": finding.seq,
                "at": finding.opened_at,
            }
        ],
    )
    events.refresh_total(c, finding.event_id)


def _settle_branch(
    office: Office, c: Connection, finding: Row[Any], decision: str, reason: str, by: UUID
) -> None:
    """Entries outside a chain: taken in, or left out; either way the draws they concern are confirmed anew."""
    if decision == "accept":
        ingest.take_branch(office, c, finding)
    a = m.rsu_allocations
    held = select(a.c.raffle_event_id).where(a.c.rsu_id == finding.rsu_id, a.c.epoch == finding.epoch)
    for event in sorted(set(c.execute(held).scalars())):
        events.unconfirm(c, event)
    taken = "taken in" if decision == "accept" else "left out"
    critical_event(
        c,
        {"accept": "branch_accepted", "exclude": "branch_excluded"}[decision],
        "WARN",
        f"{finding.detail.get('entries', 0)} entries from {finding.seq} on, outside the chain, were {taken}. {reason}",
        rsu_id=finding.rsu_id,
        user_id=by,
        metadata={"finding": str(finding.id)},
    )


def _settle(c: Connection, finding: Row[Any], event: Row[Any], order_id: UUID, *, stands: bool) -> None:
    o, t, f = m.orders, m.tickets, m.findings
    order = c.execute(select(o).where(o.c.id == order_id)).one_or_none()
    if finding.kind == "sold_twice":
        _settle_twice(c, finding, event.id, stands=stands)
        events.refresh_total(c, event.id)
        return
    if order is None or (order.rsu_id, order.epoch, order.journal_seq) != (
        finding.rsu_id,
        finding.epoch,
        finding.seq,
    ):
        return  # kept raw alone: its id or validation number stands on another order
    if stands and events.main_frozen(c, event.id):
        raise Refused("pool_frozen", "The pool is frozen; this can only be excluded.")
    others = c.execute(
        select(func.count()).where(
            f.c.event_id == event.id,
            f.c.subject == str(order_id),
            f.c.blocking,
            f.c.id != finding.id,
            or_(f.c.decided_at.is_(None), f.c.decision == "exclude"),
            f.c.kind != "sold_twice",
        )
    ).scalar_one()
    if stands and finding.kind == "outside_block":
        _issue_late(c, finding, order)
    if not stands:
        doubted = {"quarantined"} if events.frozen(c, event.id, order_id) else {"sold", "quarantined"}
        _set_state(c, t.c.order_id == order_id, doubted, "invalid")
    elif not others and not order.is_test:
        _set_state(c, and_(t.c.order_id == order_id, ~_twice_open(event.id)), {"quarantined"}, "sold")
    if stands and not others and order.payment_status == "paid":
        c.execute(
            update(o).where(o.c.id == order_id).values(offline_sync_status="synced", updated_at=func.now())
        )
    events.refresh_total(c, event.id)


def _settle_twice(c: Connection, finding: Row[Any], event: UUID, *, stands: bool) -> None:
    """``stands``: the sale taken in first keeps the number; else nobody has it.

    What is in a pool that is being drawn, or has won, stays with the first sale either way.
    """
    t, o = m.tickets, m.orders
    there = _numbered(event, _numbers_of(finding))
    if events.main_frozen(c, event):
        doubted = and_(there, t.c.state == "quarantined")
        if stands and c.execute(select(t.c.id).where(doubted).limit(1)).all():
            raise Refused("pool_frozen", "The pool is frozen; this can only be excluded.")
        _set_state(c, there, {"quarantined"}, "invalid")
        return
    owners = set(c.execute(select(t.c.order_id).where(there)).scalars())
    free = sorted(owners - events.held(c, event, owners))
    _set_state(
        c, and_(there, t.c.order_id.in_(free)), {"sold", "quarantined"}, "sold" if stands else "invalid"
    )
    if stands:
        c.execute(
            update(o)
            .where(o.c.id.in_(free), o.c.payment_status == "paid")
            .values(offline_sync_status="synced", updated_at=func.now())
        )


def _numbered(event: UUID, numbers: Sequence[int]) -> ColumnElement[bool]:
    """The event's tickets of these numbers."""
    return and_(m.tickets.c.event_id == event, m.tickets.c.draw_number.in_(numbers))


def _numbers_of(finding: Row[Any]) -> list[int]:
    """The draw numbers that a finding is about: listed one by one, or as first and count."""
    found: list[int] = []
    for one in finding.detail.get("numbers", []):
        found += range(one[0], one[0] + one[1]) if isinstance(one, list) else [one]
    return found


def _twice_open(event: UUID) -> ColumnElement[bool]:
    """Whether a ticket's number is among those of an undecided finding of numbers sold twice."""
    f = m.findings.alias()
    return (
        select(f.c.id)
        .where(
            f.c.event_id == event,
            f.c.kind == "sold_twice",
            f.c.decided_at.is_(None),
            f.c.detail["numbers"].contains(func.to_jsonb(m.tickets.c.draw_number)),
        )
        .exists()
    )


def _set_state(c: Connection, which: ColumnElement[bool], before: set[str], state: str) -> None:
    t = m.tickets
    c.execute(
        update(t).where(which, t.c.state.in_(sorted(before))).values(state=state, updated_at=func.now())
    )


def _issue_late(c: Connection, finding: Row[Any], order: Row[Any]) -> None:
    """The tickets of an order out of its block, where nobody else has been sold one of them."""
    t = m.tickets
    numbers = _numbers_of(finding)
    rows = [
        {
            "event_id": order.event_id,
            "draw_number": number,
            "state": "quarantined",
            "order_id": order.id,
            "sold_at": order.offline_created_at,
            "sold_by": order.operator_id,
        }
        for number in numbers
    ]
    made = c.execute(upsert(t).values(rows).on_conflict_do_nothing().returning(t.c.id)).all()
    if len(made) < len(numbers):
        raise Refused(
            "number_taken",
            "A number of this sale was sold to somebody else as well.",
            "It can only be excluded.",
        )
