"""Reconciliation: what was handed out against what came back, who doubts what, and the gates before a draw.

A draw opens only when every enrolment of a kiosk that ever got a block of the event is whole to its cut, voids are
acknowledged, no blocking finding is open, and a named person has confirmed it. Later facts undo a confirmation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Refused
from syncserver import derive, events, ingest
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

FINDINGS_MAX = 1_000
"""Findings shown at once; the gates count all."""
REASON_CHARS_MAX = 1_000
CONFIRMABLE = ("closed", "drawn")
DECISIONS = ("accept", "exclude")

ACTIONS = {
    "accept": "It stands: what was kept out of the pool goes in, where the pool is not frozen yet",
    "exclude": "It does not stand: its numbers enter no pool",
}
_EXCEPTION = "unit_missing"
HANDING_IN_S_MAX = 60
"""After the close and a kiosk's last contact, how long its sales count as on their way."""
_BRANCHES = {"fork", "revoked_entries"}
WORDS = derive.BLOCKING | derive.NOTED | {_EXCEPTION: "A kiosk that cannot be reconciled shall be left out"}
_SOLD, _VOID = {"sold"}, {"void", "misprint"}


@dataclass(frozen=True)
class UnitRow:
    """One enrolment of one kiosk in one event; numbers are counts of draw numbers, cash in minor units."""

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
    """Never sold, and never to be: the unit has settled."""
    missing: int
    """Not shown yet: sold, unsold, nobody knows."""
    cash: int
    """Expected: of all that was paid and not voided, doubtful or not."""
    head: int
    cut_seq: int | None
    whole: bool
    excepted: bool
    last_seen_at: datetime | None
    unsynced: int | None
    words: str
    handing_in: bool
    """Sales have just closed and it is on line: to be waited for, not to be left out."""


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

    @property
    def confirmable(self) -> bool:
        """Whether all gates but the confirmation itself are open."""
        return all(gate.passed for gate in self.gates if gate.code != "confirmed")

    @property
    def ready(self) -> bool:
        """Whether the draw may begin."""
        return all(gate.passed for gate in self.gates)


def status(office: Office, c: Connection, event: UUID) -> Reconciliation:
    """How the event stands now. ``Refused`` (``unknown_event``) where there is none."""
    row = _event(c, event)
    rows = _units(office, c, row)
    open_blocking, voids, unseen = _open(c, event)
    return Reconciliation(
        event=event,
        name=row.name,
        state=row.state,
        currency=row.currency,
        rows=rows,
        findings=findings(c, event),
        gates=_gates(row, rows, open_blocking, unseen),
        voids=voids,
        voids_open=unseen,
        confirmed_at=row.reconciliation_confirmed_at,
        confirmed_by=row.reconciliation_confirmed_by,
    )


def gates(office: Office, c: Connection, event: UUID) -> list[Gate]:
    """The conditions of a draw, in the order in which one opens them.

    None of them hangs on how many tickets there are, so none is counted: a freeze does not wait for that.
    """
    row = _event(c, event)
    open_blocking, _, unseen = _open(c, event)
    return _gates(row, _units(office, c, row, counted=False), open_blocking, unseen)


def require(office: Office, c: Connection, event: UUID, *, confirmed: bool = True) -> None:
    """``Refused`` (``gate_<code>``), with the words of every closed gate, unless the draw may begin."""
    closed = [
        gate
        for gate in gates(office, c, event)
        if not gate.passed and (confirmed or gate.code != "confirmed")
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
    it is, in quarantine. Raises ``Refused``: ``decision``, ``reason``,
    ``unknown_finding``, ``already_decided``, ``same_person``, ``pool_frozen``, ``number_taken``.
    """
    if decision not in DECISIONS:
        raise Refused("decision", "A finding is accepted or excluded.")
    reason = _reason(reason)
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
        if order and row.kind not in {"void_unknown", "void_foreign", "void_after_draw", "order_twice"}:
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


def confirm(office: Office, c: Connection, event: UUID, by: UUID) -> None:
    """Confirm the reconciliation by name. ``Refused`` (``gate_…``) where another gate is closed."""
    row = events.locked(c, event)
    require(office, c, event, confirmed=False)
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(reconciliation_confirmed_at=office.now(), reconciliation_confirmed_by=by)
    )
    critical_event(
        c,
        "reconciliation_confirmed",
        "INFO",
        f"{row.name}: the reconciliation was confirmed.",
        event_id=event,
        user_id=by,
    )


def void_order(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> None:
    """Void a whole order from the office. ``Refused``: ``unknown_order``, ``already_void``, ``pool_frozen``."""
    reason = _reason(reason)
    o = m.orders
    event = c.execute(select(o.c.event_id).where(o.c.id == order)).scalar_one_or_none()
    if event is None:
        raise Refused("unknown_order", "There is no such order.")
    events.locked(c, event)
    row = c.execute(select(o).where(o.c.id == order).with_for_update()).one()
    if row.payment_status == "void":
        raise Refused("already_void", "This order is void already.")
    if _frozen(c, event):
        raise Refused("pool_frozen", "The pool is frozen; nothing can be voided any more.")
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
    events.unconfirm(c, event)


def except_unit(c: Connection, event: UUID, rsu: UUID, epoch: int, reason: str, by: UUID) -> UUID:
    """Ask that the draw go on without a kiosk that cannot be reconciled; a second person decides the finding.

    The unit goes on the corruption log with who asked and what is missing (GLI-31, 2.8.1g).
    """
    reason = _reason(reason)
    row = events.locked(c, event)
    a = m.rsu_allocations
    blocks = c.execute(
        select(a.c.start_number, a.c.end_number)
        .where(a.c.raffle_event_id == event, a.c.rsu_id == rsu, a.c.epoch == epoch)
        .order_by(a.c.start_number)
    ).all()
    if not blocks:
        raise Refused("unknown_unit", "This kiosk holds no numbers of the event.")
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
        f"{row.name}: a kiosk cannot be reconciled. {reason}",
        event_id=event,
        rsu_id=rsu,
        user_id=by,
    )
    events.unconfirm(c, event)
    return UUID(str(made))


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


def _open(c: Connection, event: UUID) -> tuple[int, int, int]:
    """Undecided blocking findings; voids; voids that nobody has looked at."""
    f, v = m.findings, m.voids
    undecided: int = c.execute(
        select(func.count()).select_from(f).where(_concerning(event), f.c.blocking, f.c.decided_at.is_(None))
    ).scalar_one()
    voids, unseen = c.execute(
        select(func.count(), func.count().filter(v.c.acknowledged_at.is_(None))).where(v.c.event_id == event)
    ).one()
    return undecided, voids, unseen


def _units(office: Office, c: Connection, event: Row[Any], *, counted: bool = True) -> list[UnitRow]:
    """The enrolments that ever got numbers of the event; not ``counted``, their numbers and cash stay at nothing."""
    a, e, r, u, k, f = m.rsu_allocations, m.rsu_epochs, m.rsus, m.rsu_cuts, m.event_cuts, m.findings
    held = (
        select(a.c.rsu_id, a.c.epoch, func.sum(a.c.total_tickets).label("allocated"))
        .where(a.c.raffle_event_id == event.id)
        .group_by(a.c.rsu_id, a.c.epoch)
        .subquery()
    )
    close = (
        select(u.c.rsu_id, u.c.epoch, func.min(u.c.seq).label("seq"))
        .join(k, k.c.id == u.c.cut_id)
        .where(u.c.event_id == event.id, k.c.kind == "close")
        .group_by(u.c.rsu_id, u.c.epoch)
        .subquery()
    )
    excepted = (
        select(f.c.rsu_id, f.c.epoch)
        .where(f.c.event_id == event.id, f.c.kind == _EXCEPTION, f.c.decision == "accept")
        .subquery()
    )
    rows = c.execute(
        select(
            e,
            held.c.allocated,
            r.c.name,
            r.c.state,
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
    counts = _counts(c, event.id) if counted else defaultdict(dict)
    cash = _cash(c, event.id) if counted else {}
    zone = ZoneInfo(event.timezone)
    return [
        _unit_row(
            office,
            row,
            counts[row.rsu_id, row.epoch],
            cash.get((row.rsu_id, row.epoch), 0),
            zone,
            handing_in=_handing_in(office, event, row),
        )
        for row in rows
    ]


def _cash(c: Connection, event: UUID) -> dict[tuple[UUID, int], int]:
    return {
        (row.rsu_id, row.epoch): int(row.cash)
        for row in c.execute(
            select(m.orders.c.rsu_id, m.orders.c.epoch, func.sum(m.orders.c.total_amount).label("cash"))
            .where(m.orders.c.event_id == event, m.orders.c.payment_status == "paid", ~m.orders.c.is_test)
            .group_by(m.orders.c.rsu_id, m.orders.c.epoch)
        )
    }


def _counts(c: Connection, event: UUID) -> defaultdict[tuple[UUID, int], dict[str, int]]:
    found: defaultdict[tuple[UUID, int], dict[str, int]] = defaultdict(dict)
    t, o = m.tickets, m.orders
    for row in c.execute(
        select(o.c.rsu_id, o.c.epoch, t.c.state, func.count().label("n"))
        .join(o, o.c.id == t.c.order_id)
        .where(t.c.event_id == event)
        .group_by(o.c.rsu_id, o.c.epoch, t.c.state)
    ):
        found[row.rsu_id, row.epoch][row.state] = row.n
    return found


def _handing_in(office: Office, event: Row[Any], row: Row[Any]) -> bool:
    """Whether sales have just closed and the kiosk is on line: what it holds is on its way, nothing is lost."""
    stopped = row.forked_at is not None or row.revoked_at is not None
    if stopped or row.cut_seq is not None or event.closed_at is None or row.last_seen_at is None:
        return False
    since = office.now() - timedelta(seconds=HANDING_IN_S_MAX)
    return bool(event.closed_at >= since and row.last_seen_at >= since)


def _unit_row(
    office: Office, row: Row[Any], counts: dict[str, int], cash: int, zone: ZoneInfo, *, handing_in: bool
) -> UnitRow:
    sold = sum(n for state, n in counts.items() if state in _SOLD)
    void = sum(n for state, n in counts.items() if state in _VOID)
    used = sum(counts.values())
    whole = row.cut_seq is not None
    left = max(0, int(row.allocated) - used)
    if row.left_out is not None:
        words = "left out by a decision of two people"
    elif whole:
        words = "has handed over everything up to the close"
    elif handing_in:
        words = "is handing in; wait a moment"
    elif row.last_seen_at is None:
        words = "has handed over nothing yet"
    else:
        since = row.last_seen_at.astimezone(zone)
        day = "" if since.date() == office.now().astimezone(zone).date() else f"{since:%d %b} "
        words = f"has not handed over its sales up to the close; last heard of at {day}{since:%H:%M}"
    return UnitRow(
        row.rsu_id,
        row.epoch,
        row.name,
        "forked" if row.forked_at else "revoked" if row.revoked_at else row.state,
        int(row.allocated),
        sold,
        void,
        used - sold - void,
        left if whole else 0,
        0 if whole else left,
        cash,
        row.head_seq,
        row.cut_seq,
        whole,
        row.left_out is not None,
        row.last_seen_at,
        row.unsynced_count,
        words,
        handing_in,
    )


def _gates(event: Row[Any], rows: list[UnitRow], open_blocking: int, voids_open: int) -> list[Gate]:
    closed = event.state in CONFIRMABLE
    found = [
        Gate("closed", closed, "The event is closed.")
        if closed
        else Gate("closed", False, f"The event is {event.state}.", "Close it, or wait for its closing time.")
    ]
    unfinished = [row for row in rows if not row.whole and not row.excepted]
    found += [
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
        words = f"All {len(rows)} kiosks have handed over everything up to the close."
        found.append(Gate("unit", True, words if rows else "No kiosk ever got numbers of this event."))
    found.append(
        Gate("findings", True, "No finding stands in the way.")
        if not open_blocking
        else Gate(
            "findings",
            False,
            f"{open_blocking} {'finding is' if open_blocking == 1 else 'findings are'} undecided.",
            "Decide each of them, with a reason.",
        )
    )
    found.append(
        Gate("voids", True, "All voids are acknowledged.")
        if not voids_open
        else Gate(
            "voids",
            False,
            f"{voids_open} {'void has' if voids_open == 1 else 'voids have'} not been looked at.",
            "Look at the voids and acknowledge them.",
        )
    )
    confirmed = event.reconciliation_confirmed_at is not None
    found.append(
        Gate("confirmed", True, "The reconciliation is confirmed.")
        if confirmed
        else Gate(
            "confirmed",
            False,
            "Nobody has confirmed the reconciliation.",
            "Check the figures and confirm them.",
        )
    )
    return found


# What a decision does -------------------------------------------------------------------------------


def _frozen(c: Connection, event: UUID) -> bool:
    """Whether a draw of the event has begun, so that its pool changes no more."""
    d = m.draw_executions
    return bool(
        c.execute(
            select(func.count()).where(d.c.raffle_event_id == event, d.c.state != "failed")
        ).scalar_one()
    )


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
    if order is None and finding.kind != "sold_twice":
        return  # kept raw alone: its id or validation number stands on another order
    if stands and _frozen(c, event.id):
        raise Refused("pool_frozen", "The pool is frozen; this can only be excluded.")
    if finding.kind == "sold_twice":
        _settle_twice(c, finding, event.id, stands=stands)
    elif order is not None:
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
            _set_state(c, t.c.order_id == order_id, {"sold", "quarantined"}, "invalid")
        elif not others and not order.is_test:
            _set_state(c, and_(t.c.order_id == order_id, ~_twice_open(event.id)), {"quarantined"}, "sold")
        if stands and not others and order.payment_status == "paid":
            c.execute(
                update(o)
                .where(o.c.id == order_id)
                .values(offline_sync_status="synced", updated_at=func.now())
            )
    events.refresh_total(c, event.id)


def _settle_twice(c: Connection, finding: Row[Any], event: UUID, *, stands: bool) -> None:
    """``stands``: the sale taken in first keeps the number; else nobody has it."""
    t, o = m.tickets, m.orders
    numbers = _numbers_of(finding)
    there = and_(t.c.event_id == event, t.c.draw_number.in_(numbers))
    _set_state(c, there, {"sold", "quarantined"}, "sold" if stands else "invalid")
    if stands:
        firsts = select(t.c.order_id).where(there)
        c.execute(
            update(o)
            .where(o.c.id.in_(firsts), o.c.payment_status == "paid")
            .values(offline_sync_status="synced", updated_at=func.now())
        )


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


def _reason(value: str) -> str:
    value = value.strip()
    if not value or "\x00" in value or len(value) > REASON_CHARS_MAX:
        raise Refused("reason", "A reason is needed.", "Say why, in a few words.")
    return value
