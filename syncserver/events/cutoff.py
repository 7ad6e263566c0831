"""Cuts: where a pool ends in every kiosk's chain, what stands before it, and what a draw holds from then on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Uuid,
    and_,
    any_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from shared.games import raffle
from syncserver import models as m
from syncserver.events.terms import CLOSE, drawing


@dataclass(frozen=True)
class CutRow:
    """The place in every kiosk's chain where a pool ends."""

    id: UUID
    event: UUID
    kind: str
    pool: str
    at: datetime
    """Its moment: an early bird ends with the sales at the latest, however early these close."""
    close: UUID
    """The cut of the event's close, behind which nothing of the event stands either."""
    confirmed_at: datetime | None
    confirmed_by: UUID | None


def cuts(c: Connection, event: UUID) -> list[CutRow]:
    """The event's cuts in the order of their moments, the close last; none before it is activated."""
    k, e = m.event_cuts, m.raffle_events
    rows = c.execute(
        select(k, e.c.closes_at, e.c.closed_at)
        .join(e, e.c.id == k.c.event_id)
        .where(k.c.event_id == event)
        .order_by(k.c.kind == CLOSE, k.c.at, k.c.pool)
    ).all()
    close = next((row.id for row in rows if row.kind == CLOSE), None)
    if close is None:
        return []
    return [
        CutRow(
            row.id,
            event,
            row.kind,
            row.pool,
            cut_moment(row.kind, row.at, row.closes_at, row.closed_at),
            close,
            row.confirmed_at,
            row.confirmed_by,
        )
        for row in rows
    ]


def cut_moment(kind: str, at: datetime, closes_at: datetime, closed_at: datetime | None) -> datetime:
    """When a cut is due: the close may be moved or come early, and then no other cut is later."""
    close = min(closes_at, closed_at or closes_at)
    return close if kind == CLOSE else min(at, close)


@dataclass(frozen=True)
class Before:
    """What stands before a cut: ``orders`` joined to what is needed to tell, and the condition upon it."""

    source: FromClause
    holds: ColumnElement[bool]

    def orders(self) -> Select[tuple[UUID]]:
        """The ids of these orders."""
        return select(m.orders.c.id).select_from(self.source).where(self.holds)


def before(cut: CutRow) -> Before:
    """The orders of the event that stand before the cut.

    A kiosk's order by its place in the chain, against the cut there, or the close's where that is earlier. By its
    time where no chain says more: orders bought on line, orders of a kiosk that has not cut (it was left out by two
    people) and orders of a second chain of a copied disk, whose places are not those of the first.
    """
    o, u, q = m.orders, m.rsu_cuts, m.rsu_quarantine
    bound = (
        select(u.c.rsu_id, u.c.epoch, func.min(u.c.seq).label("seq"))
        .where(u.c.event_id == cut.event, u.c.cut_id.in_([cut.id, cut.close]))
        .group_by(u.c.rsu_id, u.c.epoch)
        .subquery("bound")
    )
    source = o.outerjoin(bound, and_(bound.c.rsu_id == o.c.rsu_id, bound.c.epoch == o.c.epoch)).outerjoin(
        q, and_(q.c.id == o.c.quarantine_id, q.c.reason == "fork")
    )
    by_place = and_(bound.c.seq.is_not(None), q.c.id.is_(None))
    by_time = func.coalesce(o.c.offline_created_at, o.c.created_at) < cut.at
    holds = case((by_place, o.c.journal_seq < bound.c.seq), else_=by_time)
    return Before(source, and_(o.c.event_id == cut.event, holds))


def frozen(c: Connection, event: UUID, order: UUID | None = None) -> bool:
    """Whether a draw under way or done holds the event, or the order.

    An early bird's draw holds an order while it goes on and the order stands before its cut, and for good where the
    order has won; others leave it again, so that they can still be made void. The main draw holds everything.
    """
    d = m.draw_executions
    going = c.execute(
        select(d.c.id).where(d.c.raffle_event_id == event, d.c.state != "failed").limit(1)
    ).all()
    if main_frozen(c, event):
        return True
    if order is None or not going:
        return bool(going)
    return bool(held(c, event, [order]))


def held(c: Connection, event: UUID, orders: Collection[UUID]) -> set[UUID]:
    """Which of these orders of the event a draw under way or done holds, as :func:`frozen` says."""
    d, r, t, o = m.draw_executions, m.draw_results, m.tickets, m.orders
    if not orders:
        return set()
    going = c.execute(
        select(d.c.plan, d.c.official_at).where(d.c.raffle_event_id == event, d.c.state != "failed")
    ).all()
    if main_frozen(c, event):
        return set(orders)
    if not going:
        return set()
    these = any_(literal(sorted(orders), ARRAY(Uuid)))
    under_way = {row.plan for row in going if row.official_at is None}
    found = set[UUID]()
    for cut in cuts(c, event) if under_way else ():
        if cut.pool in under_way:
            found |= {row.id for row in c.execute(before(cut).orders().where(o.c.id == these))}
    won = (
        select(t.c.order_id)
        .select_from(r)
        .join(t, t.c.id == r.c.winning_ticket_id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(t.c.order_id == these, d.c.state != "failed")
    )
    return found | set(c.execute(won).scalars())


def winning(c: Connection, orders: ColumnElement[bool], *, official_only: bool = False) -> set[UUID]:
    """Which of these orders have won in a draw and have not given it up; one that is not official yet counts as well,
    unless only those are asked for that everybody may know of (D6).
    """
    d, r, t, f, o = m.draw_executions, m.draw_results, m.tickets, m.forfeits, m.orders
    promoted = f.alias()
    return set(
        c.execute(
            select(t.c.order_id)
            .select_from(r)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .join(o, o.c.id == t.c.order_id)
            .join(d, d.c.id == r.c.draw_execution_id)
            .where(
                orders,
                d.c.state != "failed",
                d.c.official_at.is_not(None) if official_only else true(),
                or_(~r.c.reserve, select(promoted.c.id).where(promoted.c.promoted_id == r.c.id).exists()),
                ~select(f.c.id).where(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None)).exists(),
            )
        ).scalars()
    )


def main_frozen(c: Connection, event: UUID) -> bool:
    """Whether the main draw of the event, or of the one that it is linked to, has begun: nothing enters any more."""
    d = m.draw_executions
    return bool(
        c.execute(
            select(d.c.id)
            .where(
                d.c.raffle_event_id.in_(drawing(c, event)),
                d.c.plan == raffle.MAIN_POOL,
                d.c.state != "failed",
            )
            .limit(1)
        ).all()
    )


def unconfirm(c: Connection, event: UUID, order: UUID | None = None) -> None:
    """Later facts undo a confirmation of the reconciliation; of early birds only where ``order`` stands before their
    cut, or all of them without one.
    """
    events, k = m.raffle_events, m.event_cuts
    c.execute(
        update(events)
        .where(events.c.id == event, events.c.reconciliation_confirmed_at.is_not(None))
        .values(reconciliation_confirmed_at=None, reconciliation_confirmed_by=None)
    )
    if not c.execute(
        select(k.c.id).where(k.c.event_id == event, k.c.confirmed_at.is_not(None)).limit(1)
    ).all():
        return
    for cut in cuts(c, event):
        if cut.confirmed_at is not None and (
            order is None or c.execute(before(cut).orders().where(m.orders.c.id == order)).all()
        ):
            unconfirm_cut(c, cut.id)


def unconfirm_cut(c: Connection, cut: UUID) -> None:
    """The confirmation of this early bird alone is undone."""
    c.execute(
        update(m.event_cuts)
        .where(m.event_cuts.c.id == cut, m.event_cuts.c.confirmed_at.is_not(None))
        .values(confirmed_at=None, confirmed_by=None)
    )
