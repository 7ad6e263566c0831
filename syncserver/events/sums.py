"""An event's money: what was sold and stands, what its prizes come to, what is left over and what was paid."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    or_,
    select,
    update,
)

from shared import draw as fair
from shared.errors import Refused
from shared.games import raffle
from syncserver import models as m
from syncserver.events.cutoff import CutRow, before
from syncserver.events.terms import DECK, EARLY_BIRD, get, linked, prizes, prizes_of, settings


def sales_total(c: Connection, event: UUID) -> int:
    """What was sold and stands, minor units: paid, not void, no tests, nothing that a blocking finding doubts.

    Sales in another currency are none of it, also where somebody let them stand (E12). By the sums that every
    transaction carries along, so that it takes no longer with a million orders.
    """
    s, e = m.order_sums, m.raffle_events
    found = c.execute(
        select(func.coalesce(func.sum(s.c.orders * s.c.price), 0)).where(
            s.c.event_id == event,
            s.c.currency == select(e.c.currency).where(e.c.id == event).scalar_subquery(),
            s.c.payment_status == "paid",
            ~s.c.is_test,
            ~s.c.doubted,
        )
    )
    return int(found.scalar_one())


def tickets_sold(c: Connection, event: UUID) -> int:
    """How many draw numbers were sold and not made void, tests aside: by the sums that uploads carry along."""
    s = m.sales_sums
    found = c.execute(
        select(func.coalesce(func.sum(s.c.tickets - s.c.void_tickets), 0)).where(s.c.event_id == event)
    )
    return int(found.scalar_one())


def _standing(event: UUID) -> tuple[ColumnElement[bool], ...]:
    o, e = m.orders, m.raffle_events
    return (
        o.c.currency == select(e.c.currency).where(e.c.id == event).scalar_subquery(),
        o.c.payment_status == "paid",
        ~o.c.is_test,
        func.coalesce(o.c.offline_sync_status, "synced") != "failed",
    )


def refresh_total(c: Connection, event: UUID) -> int:
    """Bring the event's running total to what :func:`sales_total` counts; takes the row's lock first."""
    # The lock and the count are two statements, so that the count sees what the lock was waiting for.
    c.execute(
        select(m.raffle_events.c.id).where(m.raffle_events.c.id == event).with_for_update(key_share=True)
    )
    total = sales_total(c, event)
    c.execute(update(m.raffle_events).where(m.raffle_events.c.id == event).values(total_sold=total))
    return total


def jackpot(c: Connection, event: UUID) -> int:
    """What the main draw's percentage prizes would come to now, minor units, with what is carried in and what linked
    events have sold; without such a prize, the first fixed one. Never more than the caps (E2).
    """
    found = jackpots(c, [event])
    if event not in found:
        raise Refused("unknown_event", "There is no such event.")
    return found[event]


def jackpots(c: Connection, events: Collection[UUID]) -> dict[UUID, int]:
    """The jackpot of each of these events, in as many statements for all as for one."""
    e, p = m.raffle_events, m.prizes
    rows: dict[UUID, Row[Any]] = {}
    wanted = set(events)
    while wanted:
        rows |= {row.id: row for row in c.execute(select(e).where(e.c.id.in_(wanted)))}
        leading = {settings(rows[one].configuration).draw.linked_to for one in wanted if one in rows}
        wanted = {one for one in leading if one is not None} - rows.keys()
    leads = {event: _leading(rows, event) for event in events if event in rows}
    ids = sorted(set(leads.values()))
    leader = e.c.configuration["draw"]["linked_to"].astext
    sold = {one: rows[one].total_sold for one in ids}
    costs = {one: settings(rows[one].configuration).draw.costs for one in ids}
    for row in c.execute(
        select(e.c.total_sold, e.c.configuration, leader.label("leader")).where(
            leader.in_([str(one) for one in ids]), e.c.state.not_in(["created", "cancelled"])
        )
    ):
        sold[UUID(row.leader)] += row.total_sold
        costs[UUID(row.leader)] += settings(row.configuration).draw.costs
    held: dict[UUID, list[Row[Any]]] = {one: [] for one in ids}
    for prize in c.execute(select(p).where(p.c.event_id.in_(ids)).order_by(p.c.position, p.c.id)):
        held[prize.event_id].append(prize)
    pots = {
        one: _pot(
            c, rows[one], [prize.rule for prize in prizes_of(rows[one], held[one])], sold[one], costs[one]
        )
        for one in ids
    }
    return {event: pots[lead] for event, lead in leads.items()}


def _leading(rows: dict[UUID, Row[Any]], event: UUID) -> UUID:
    while (above := settings(rows[event].configuration).draw.linked_to) is not None:
        event = above
    return event


def _pot(c: Connection, row: Row[Any], rules: list[raffle.Prize], sold: int, costs: int) -> int:
    kept = settings(row.configuration)
    main = [rule for rule in rules if rule.pool not in kept.own_draws()]
    shares = [rule for rule in main if rule.type == "percentage"]
    if not shares:
        return main[0].value if main else 0
    whole = raffle.amounts(shares, raffle.base_of(sold, costs, kept.draw.base), _carried(c, row))
    return sum(
        amount - amount % rule.winners for amount, rule in zip(whole, shares, strict=True)
    )  # fractions that sharing out cuts off are nobody's


def prize_base(c: Connection, event: UUID, cut: CutRow | None = None) -> int:
    """What the percentage prizes are a share of, minor units (D8).

    The sales that stand, of linked events too; of an early bird's own draw what was sold before its ``cut``. Where the
    event's rule says net, the documented costs of these events are taken off first.
    """
    row = get(c, event)
    kept = settings(row.configuration)
    costs = kept.draw.costs
    if cut is not None and cut.kind == EARLY_BIRD:
        return raffle.base_of(sales_before(c, cut), costs, kept.draw.base)
    sales = sales_total(c, event)
    for other in linked(c, event):
        follower = get(c, other)
        sales += sales_total(c, other)
        costs += settings(follower.configuration).draw.costs
    return raffle.base_of(sales, costs, kept.draw.base)


def carried_in(c: Connection, event: UUID) -> int:
    """What comes on top from the event before, minor units: fixed at activation, until then as it is now."""
    return _carried(c, get(c, event))


def _carried(c: Connection, row: Row[Any]) -> int:
    kept = settings(row.configuration)
    if row.activated_at is not None or kept.draw.carry_from is None:
        return kept.carried
    return left_over(c, kept.draw.carry_from)


def left_over(c: Connection, event: UUID) -> int:
    """What the carrying prizes of a drawn event did not pay out, minor units; nothing before its draw is official.

    A prize's winners who stand are those of an official draw, reserves only once they moved up, and none who gave
    it up for good. The card's prize of a progressive draw has one where the ace came, and is left over whole where it
    did not.
    """
    row = get(c, event)
    if row.state not in {"drawn", "completed"}:
        return 0
    kept = settings(row.configuration)
    d, r, f = m.draw_executions, m.draw_results, m.forfeits
    promoted, again = f.alias(), r.alias()
    official = and_(d.c.raffle_event_id == event, d.c.official_at.is_not(None))
    # Drawn again, or to be: then what was given up is not left over, and counts once.
    kinds = ["unclaimed", "declined", "withdrawn"] if kept.draw.unclaimed == "keep" else ["withdrawn"]
    for_good = f.c.kind.in_(kinds)
    follows = or_(
        f.c.promoted_id.is_not(None), select(again.c.id).where(again.c.replaces_id == r.c.id).exists()
    )
    paid: dict[UUID, tuple[int, int]] = {
        prize: (count, amount)
        for prize, count, amount in c.execute(
            select(r.c.prize_id, func.count(), func.max(r.c.prize_value_at_draw))
            .join(d, d.c.id == r.c.draw_execution_id)
            .where(
                official,
                or_(~r.c.reserve, select(promoted.c.id).where(promoted.c.promoted_id == r.c.id).exists()),
                ~select(f.c.id)
                .where(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None), or_(for_good, follows))
                .exists(),
            )
            .group_by(r.c.prize_id)
        )
    }
    base = prize_base(c, event)
    carrying = [p for p in prizes(c, event) if p.rule.carry]
    whole = raffle.amounts([p.rule for p in carrying], base, kept.carried)
    left = 0
    for prize, amount in zip(carrying, whole, strict=True):
        winners, each = paid.get(prize.id, (0, 0))
        left += max(0, amount - winners * (each or amount // prize.rule.winners))
    return left


def cards_drawn(c: Connection, event: UUID) -> set[int]:
    """The cards that came in the event's official draws of a progressive jackpot."""
    d = m.draw_executions
    bundles = c.execute(
        select(d.c.bundle).where(d.c.raffle_event_id == event, d.c.official_at.is_not(None))
    ).scalars()
    return {
        won.draw_number - fair.CARD_BASE
        for data in bundles
        for won in fair.winners(bytes(data))
        if won.pool == DECK
    }


def sales_before(c: Connection, cut: CutRow) -> int:
    """What was sold before the cut and stands, minor units, counted as :func:`sales_total` does."""
    these = before(cut)
    return int(
        c.execute(
            select(func.coalesce(func.sum(m.orders.c.total_amount), 0))
            .select_from(these.source)
            .where(these.holds, *_standing(cut.event))
        ).scalar_one()
    )


def paid_out(c: Connection, event: UUID) -> dict[tuple[UUID, int], int]:
    """What each enrolment of a kiosk has paid out of the event's prizes, minor units of the event's currency.

    A payment is of the enrolment that the kiosk had at that moment.
    """
    k, r, d, n = m.prize_claims, m.draw_results, m.draw_executions, m.rsu_epochs
    epoch = (
        select(func.max(n.c.epoch))
        .where(n.c.rsu_id == k.c.rsu_id, n.c.enrolled_at <= k.c.claimed_at)
        .scalar_subquery()
    )
    paid = (
        select(
            k.c.rsu_id,
            epoch.label("epoch"),
            func.coalesce(k.c.amount, r.c.prize_value_at_draw).label("amount"),
        )
        .join(r, r.c.id == k.c.draw_result_id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(d.c.raffle_event_id == event, k.c.rsu_id.is_not(None))
        .subquery()
    )
    rows = c.execute(
        select(paid.c.rsu_id, paid.c.epoch, func.sum(paid.c.amount)).group_by(paid.c.rsu_id, paid.c.epoch)
    )
    return {(rsu, epoch or 1): int(amount) for rsu, epoch, amount in rows}
