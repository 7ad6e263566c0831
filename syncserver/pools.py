"""Pools: which numbers can win which prize, gathered when a draw is frozen, and what the prizes come to.

A number enters a pool where it is sold, valid and no test, stands before the pool's cut, is of one of its packages,
was not excluded by a decision and has not won before. What a chain's place says goes before what a clock says
(:func:`syncserver.events.before`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, union, update

from shared import draw as fair
from shared import money
from shared.errors import Refused
from shared.games import raffle
from shared.ids import uuid7
from syncserver import derive, events
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

CHUNK_NUMBERS = 1_000_000
"""Draw numbers read out of the database at once: 4 MB packed."""
CHUNKS_MAX = 2_148
"""All draw numbers there are."""
CHAIN_MAX = 1_000
"""Events that carry on from each other, looked at for cards drawn before."""
EXCLUSIONS_MAX = 10_000
MAIN = raffle.MAIN_POOL

Progress = Callable[[int, int], None]
"""Called with the numbers read so far, and how many are expected."""
T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """A draw that the event will have: ``main``, or an early bird with a draw of its own."""

    name: str
    label: str
    pools: tuple[str, ...]
    """The pools that its prizes are drawn from."""
    draw_at: datetime | None
    until: datetime | None
    """What stands before this moment's cut enters; of ``main`` the close."""
    cut: UUID | None
    """None before the event is activated."""
    state: str
    """``to come`` before its cut's moment, ``open`` until its draw is official, then ``drawn``."""


@dataclass(frozen=True)
class Gathered:
    """What a draw is made of, as the manifest wants it."""

    pools: dict[str, fair.Pool]
    prizes: list[fair.Prize]
    """With as many winners as are drawn, ``reserves`` included: these are the last ones of each prize."""
    links: tuple[fair.Link, ...]
    progressive: fair.Progressive | None
    repeat: bool
    reserves: int
    """How many of each prize's winners are reserves; none in a redraw."""
    rows: dict[str, UUID]
    """The event's own prize behind each prize: a forced progressive draw has several for one."""


@dataclass(frozen=True)
class ExclusionRow:
    """An order whose numbers enter no pool, by a decision; lifted again where ``lifted_at`` is set."""

    id: UUID
    order: UUID
    validation: str
    tickets: int
    reason: str
    decided_by: UUID
    decided_at: datetime
    lifted_at: datetime | None
    lifted_by: UUID | None
    lifted_reason: str | None


def plans(office: Office, c: Connection, event: UUID) -> list[Plan]:
    """The event's draws by their time, ``main`` last. ``Refused`` (``unknown_event``) where there is none.

    An event that is linked to another one has no main draw of its own: its ``main`` is the leading event's.
    """
    row = events.get(c, event)
    kept = events.settings(row.configuration)
    cuts = {cut.pool: cut for cut in events.cuts(c, event)}
    drawn = _official_plans(c, event)
    if kept.draw.linked_to is not None and MAIN in _official_plans(c, kept.draw.linked_to):
        drawn.add(MAIN)
    own = kept.own_draws()
    used = {prize.rule.pool for prize in events.prizes(c, event)}
    found = []
    for plan in sorted(
        (plan for plan in kept.pools if plan.name in own), key=lambda one: (one.draw_at, one.until, one.name)
    ):
        cut = cuts.get(plan.name)
        until = plan.until if cut is None else cut.at
        state = _state(plan.name, drawn, past=cut is not None and office.now() >= cut.at)
        found.append(
            Plan(
                plan.name,
                plan.label,
                (plan.name,),
                plan.draw_at,
                until,
                None if cut is None else cut.id,
                state,
            )
        )
    close = cuts.get(MAIN)
    names = (MAIN, *(p.name for p in kept.pools if p.name not in own and p.name in used))
    past = row.state in {"closed", "drawn", "completed"}
    return [
        *found,
        Plan(
            MAIN,
            "Main draw",
            (*names, *((events.DECK,) if events.DECK in used else ())),
            row.draw_at,
            row.closes_at if close is None else close.at,
            None if close is None else close.id,
            _state(MAIN, drawn, past=past),
        ),
    ]


def _state(name: str, drawn: set[str], *, past: bool) -> str:
    return "drawn" if name in drawn else "open" if past else "to come"


def _official_plans(c: Connection, event: UUID) -> set[str]:
    d = m.draw_executions
    return set(
        c.execute(
            select(d.c.plan).where(d.c.raffle_event_id == event, d.c.official_at.is_not(None))
        ).scalars()
    )


def get(office: Office, c: Connection, event: UUID, plan: str) -> Plan:
    """One of the event's draws. ``Refused`` (``unknown_plan``) where it has none of that name."""
    for one in plans(office, c, event):
        if one.name == plan:
            return one
    raise Refused("unknown_plan", "The event has no such draw.")


def gather(
    office: Office,
    c: Connection,
    event: UUID,
    plan: str = MAIN,
    *,
    redo: Sequence[UUID] = (),
    progress: Progress | None = None,
) -> Gathered:
    """The pools and the prizes of a draw as they are now; the caller holds the events' rows locked.

    ``redo`` names results that were given up: then only their prizes are drawn, with as many winners as were given
    up. Raises ``Refused``: ``unknown_plan``, ``linked`` (the leading event draws for this one), ``redo``, ``manifest``
    where a pool cannot be.
    """
    wanted = get(office, c, event, plan)
    row = events.get(c, event)
    if row.activated_at is None:
        raise Refused("state", f"The event is {row.state}; it was never on sale.")
    kept = events.settings(row.configuration)
    if plan == MAIN and kept.draw.linked_to is not None:
        raise Refused(
            "linked",
            "This event is drawn together with the one it is linked to.",
            "Hold that one's main draw.",
        )
    held = [prize for prize in events.prizes(c, event) if prize.rule.pool in wanted.pools]
    reserves = 0 if redo else kept.draw.reserves
    counts = _given_up(c, event, plan, redo) if redo else {}
    if redo:
        held = [prize for prize in held if prize.id in counts]
    prizes = [
        fair.Prize(
            prize.position,
            str(prize.id),
            # The deck is done with once the ace has come: what its winner gave up, another ticket wins.
            MAIN if redo and prize.rule.pool == events.DECK else prize.rule.pool,
            counts[prize.id] if redo else prize.rule.winners + reserves,
        )
        for prize in held
    ]
    links: tuple[fair.Link, ...] = ()
    if plan == MAIN:
        links = _links(c, row)
    progressive, deck = None, None
    if kept.draw.progressive is not None and plan == MAIN and not redo:
        progressive, deck, prizes = _with_cards(c, event, kept, prizes)
    reader = _Reader(c, row, kept, plan, redo=bool(redo), progress=progress)
    names = sorted({prize.pool for prize in prizes} - {events.DECK})
    reader.expect(names, links)
    try:
        pools = {name: reader.read(name, links) for name in names}
    except fair.DrawError as e:
        raise Refused("manifest", f"No fair draw could follow: {e}.") from e
    if deck is not None:
        pools[events.DECK] = deck
    rows = {str(prize.id): prize.id for prize in held}
    rows |= {one.prize: held[i % 2].id for i, one in enumerate(prizes) if progressive is not None}
    return Gathered(
        pools,
        prizes,
        tuple(link for link in links if link.pool in pools),
        progressive,
        kept.draw.repeat,
        reserves,
        rows,
    )


def _given_up(c: Connection, event: UUID, plan: str, redo: Sequence[UUID]) -> Counter[UUID]:
    """How many results of each prize were given up; each named once, agreed, of this plan and not drawn anew yet.

    Only what the event's rule draws again: what is kept, withdrawn or carried on to another event is not.
    """
    r, d, f = m.draw_results, m.draw_executions, m.forfeits
    again, attempt = r.alias(), d.alias()
    rows = c.execute(
        select(r.c.prize_id, f.c.kind)
        .join(d, d.c.id == r.c.draw_execution_id)
        .join(f, f.c.draw_result_id == r.c.id)
        .where(
            r.c.id.in_(redo),
            d.c.raffle_event_id == event,
            d.c.plan == plan,
            d.c.official_at.is_not(None),
            f.c.agreed_at.is_not(None),
            f.c.promoted_id.is_(None),
            ~select(again.c.id)
            .join(attempt, attempt.c.id == again.c.draw_execution_id)
            .where(again.c.replaces_id == r.c.id, attempt.c.state != "failed")
            .exists(),
        )
    ).all()
    found = Counter(row.prize_id for row in rows)
    if not redo or found.total() != len(set(redo)):
        raise Refused(
            "redo",
            "One of these results was not given up, or was drawn anew already.",
            "Look at the list again.",
        )
    rule = events.settings(events.get(c, event).configuration).draw.unclaimed
    if not all(events.goes_on(rule, row.kind) for row in rows):
        raise Refused(
            "redo",
            "By the event's rule, or by decision, one of these prizes is not awarded again.",
            "Look at the list again.",
        )
    return found


def _links(c: Connection, row: Row[Any]) -> tuple[fair.Link, ...]:
    """Where each linked event's numbers lie in the main pool: the leading event's at their own place, the others' in
    the order of the events' numbers behind them. Nothing without linked events.
    """
    others = events.linked(c, row.id)
    if not others:
        return ()
    found = [_link(row, 0)]
    for other in others:
        follower = events.get(c, other)
        end = found[-1].last + found[-1].offset
        found.append(_link(follower, end + 1 - follower.ticket_allocation["first"]))
    if found[-1].last + found[-1].offset >= fair.CARD_BASE:
        # The leading event's range begins high up: all of them from 1 on.
        end, moved = 0, []
        for link in found:
            moved.append(fair.Link(link.event, link.first, link.last, end + 1 - link.first, link.pool))
            end += link.last - link.first + 1
        found = moved
    return tuple(found)


def _link(row: Row[Any], offset: int) -> fair.Link:
    numbers = row.ticket_allocation
    return fair.Link(str(row.id), numbers["first"], numbers["last"], offset, MAIN)


def _with_cards(
    c: Connection, event: UUID, kept: events.Settings, prizes: Sequence[fair.Prize]
) -> tuple[fair.Progressive, fair.Pool, list[fair.Prize]]:
    """The deck as it is, and the pairs of a ticket's and a card's prize: one, or as many as there are cards left where
    the jackpot must be won.
    """
    rules = kept.draw.progressive
    assert rules is not None
    cards = cards_left(c, event)
    ticket, card = prizes
    pairs = list(prizes)
    if rules.must_be_won:
        for k in range(2, len(cards) + 1):
            position = card.position + 2 * k - 3
            for at, prize in enumerate((ticket, card)):
                another = str(uuid5(UUID(prize.prize), f"pair {k}"))
                pairs.append(fair.Prize(position + at, another, prize.pool, 1))
    deck = fair.Pool.of(fair.CARD_BASE + one for one in cards)
    return fair.Progressive(rules.ace, events.DECK), deck, pairs


def cards_left(c: Connection, event: UUID) -> list[int]:
    """The cards still in play: those of the whole deck that came in none of the events before, back to the last ace."""
    rules = events.settings(events.get(c, event).configuration).draw
    if rules.progressive is None:
        return []
    gone: set[int] = set()
    before = rules.carry_from
    for _ in range(CHAIN_MAX):
        if before is None:
            break
        earlier = events.settings(events.get(c, before).configuration).draw
        drawn = events.cards_drawn(c, before)
        if earlier.progressive is None or earlier.progressive.ace in drawn:
            break
        gone |= drawn
        before = earlier.carry_from
    return [card for card in range(1, rules.progressive.cards + 1) if card not in gone]


# What prizes come to --------------------------------------------------------------------------------


def prize_amounts(c: Connection, event: UUID, plan: str = MAIN) -> dict[UUID, int]:
    """What one winner of each of the draw's prizes gets, minor units (D8); the rule is ``raffle.amounts``.

    Shares are of :func:`syncserver.events.prize_base`. What is carried in comes once, on the first carrying
    percentage prize of the main draw.
    """
    kept = events.settings(events.get(c, event).configuration)
    own = kept.own_draws()
    held = [
        prize
        for prize in events.prizes(c, event)
        if (prize.rule.pool == plan if plan != MAIN else prize.rule.pool not in own)
    ]
    if not held:
        return {}
    cut = None
    if plan != MAIN:
        cut = next((one for one in events.cuts(c, event) if one.pool == plan), None)
    base = events.prize_base(c, event, cut)
    carried = events.carried_in(c, event) if plan == MAIN else 0
    whole = raffle.amounts([prize.rule for prize in held], base, carried)
    return {prize.id: amount // prize.rule.winners for prize, amount in zip(held, whole, strict=True)}


def prize_terms(c: Connection, event: UUID) -> dict[UUID, list[str]]:
    """How the amount of each prize comes about, in sentences for everybody, in the order of reckoning (D8).

    They say what :func:`prize_amounts` does; a fixed prize with one winner needs none.
    """
    row = events.get(c, event)
    kept = events.settings(row.configuration)
    own = {plan.name: plan.label for plan in kept.pools if plan.draw_at is not None}
    others = events.linked(c, event)
    others_costs = sum(events.settings(events.get(c, one).configuration).draw.costs for one in others)
    carried = events.carried_in(c, event)

    def amount(minor: int) -> str:
        return money.text(minor, row.currency)

    found: dict[UUID, list[str]] = {}
    for prize in events.prizes(c, event):
        rule = prize.rule
        found[prize.id] = words = []
        if rule.type != "percentage":
            words += [f"{amount(rule.value)} for each of {rule.winners} winners."] * (rule.winners > 1)
            continue
        alone = rule.pool in own
        base = "all sales"
        if alone:
            base = f"the sales that count for “{own[rule.pool]}”"
        elif others:
            base = "all sales of this event and of those drawn with it"
        costs = kept.draw.costs + (0 if alone else others_costs)
        less = f", less {amount(costs)} of documented costs" if kept.draw.base == "net" and costs else ""
        words.append(f"{Decimal(rule.basis_points) / events.PERCENT:f} % of {base}{less}.")
        if rule.carry and carried:
            words.append(f"On top come {amount(carried)} carried over from the event before.")
        carried = 0 if rule.carry else carried
        if rule.minimum:
            words.append(f"At least {amount(rule.minimum)}.")
        if rule.cap is not None:
            words.append(f"At most {amount(rule.cap)}.")
        if rule.round_to > 1:
            words.append(f"Rounded down to a multiple of {amount(rule.round_to)}.")
        if rule.winners > 1:
            words.append(f"Shared equally among {rule.winners} winners, each share rounded down.")
        if rule.carry:
            words.append("What is not paid out is carried over to a later event.")
    return found


# Decisions ------------------------------------------------------------------------------------------


def exclude(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> UUID:
    """Let the order's numbers enter no pool from now on, by a recorded decision: its buyer may not win.

    Once the main draw is held that is for redraws. Raises ``Refused``: ``reason``, ``unknown_order``,
    ``already_excluded``, ``pool_frozen`` where a pool that may hold it is being drawn, or where it has won.
    """
    reason = reasoned(reason)
    event, validation = _order(c, order)
    row = events.locked(c, event)
    x = m.exclusions
    if c.execute(
        select(x.c.id).where(x.c.event_id == event, x.c.order_id == order, x.c.lifted_at.is_(None))
    ).all():
        raise Refused("already_excluded", "This order is excluded already.")
    if held(c, event, order):
        raise Refused(
            "pool_frozen",
            "A draw that may hold this order is under way, or the order has won.",
            "Wait for its end. A prize is given up by two people at the claims desk.",
        )
    exclusion = uuid7(office.clock)
    c.execute(
        insert(x).values(
            id=exclusion,
            event_id=event,
            order_id=order,
            reason=reason,
            decided_by=by,
            decided_at=office.now(),
        )
    )
    _record(c, row, order, "order_excluded", f"Ticket {validation} was excluded from the draw. {reason}", by)
    return exclusion


def lift(office: Office, c: Connection, exclusion: UUID, reason: str, by: UUID) -> None:
    """Take an exclusion back. ``Refused``: ``reason``, ``unknown_exclusion``, ``pool_frozen``.

    Who was left out of a draw that is held stays out of what mends it.
    """
    reason = reasoned(reason)
    x, d = m.exclusions, m.draw_executions
    found = c.execute(
        select(x.c.event_id, x.c.order_id, x.c.decided_at).where(x.c.id == exclusion)
    ).one_or_none()
    if found is None:
        raise Refused("unknown_exclusion", "There is no such exclusion.")
    row = events.locked(c, found.event_id)
    missed = select(d.c.id).where(
        d.c.raffle_event_id.in_(events.drawing(c, found.event_id)),
        d.c.plan == MAIN,
        d.c.state != "failed",
        d.c.started_at >= found.decided_at,
    )
    if held(c, found.event_id, found.order_id) or c.execute(missed.limit(1)).all():
        raise Refused("pool_frozen", "A draw that this order was left out of is under way, or held.")
    lifted = c.execute(
        update(x)
        .where(x.c.id == exclusion, x.c.lifted_at.is_(None))
        .values(lifted_at=office.now(), lifted_by=by, lifted_reason=reason)
    ).rowcount
    if not lifted:
        raise Refused("unknown_exclusion", "This exclusion was taken back before.")
    _, validation = _order(c, found.order_id)
    words = f"Ticket {validation} takes part in the draw again. {reason}"
    _record(c, row, found.order_id, "order_included", words, by)


def exclusions(c: Connection, event: UUID) -> list[ExclusionRow]:
    """All exclusions of the event, those that stand first."""
    x, o = m.exclusions, m.orders
    rows = c.execute(
        select(x, o.c.validation_number, o.c.ticket_count)
        .join(o, o.c.id == x.c.order_id)
        .where(x.c.event_id == event)
        .order_by(x.c.lifted_at.is_not(None), x.c.decided_at, x.c.id)
        .limit(EXCLUSIONS_MAX)
    )
    return [
        ExclusionRow(
            row.id,
            row.order_id,
            row.validation_number,
            row.ticket_count,
            row.reason,
            row.decided_by,
            row.decided_at,
            row.lifted_at,
            row.lifted_by,
            row.lifted_reason,
        )
        for row in rows
    ]


def _order(c: Connection, order: UUID) -> tuple[UUID, str]:
    o = m.orders
    row = c.execute(select(o.c.event_id, o.c.validation_number).where(o.c.id == order)).one_or_none()
    if row is None:
        raise Refused("unknown_order", "There is no such order.")
    return row.event_id, row.validation_number


def held(c: Connection, event: UUID, order: UUID) -> bool:
    """Whether a decision about who may win comes too late for the order: it has won, or a draw that is under way may
    hold it.
    """
    d = m.draw_executions
    if not events.main_frozen(c, event):
        return events.frozen(c, event, order)
    under_way = select(d.c.id).where(
        d.c.raffle_event_id.in_(events.drawing(c, event)), d.c.state != "failed", d.c.official_at.is_(None)
    )
    return bool(c.execute(under_way.limit(1)).all() or events.winning(c, m.orders.c.id == order))


def _record(c: Connection, row: Row[Any], order: UUID, kind: str, words: str, by: UUID) -> None:
    # Who confirmed the figures has not seen this.
    events.unconfirm(c, row.id, order)
    critical_event(
        c,
        kind,
        "INFO",
        f"{row.name}: {words}",
        event_id=row.id,
        user_id=by,
        metadata={"order": str(order)},
    )


# Reading --------------------------------------------------------------------------------------------

_CHUNK = """
    SELECT string_agg(int4send(n{offset}), ''::bytea), max(n) FROM (
        SELECT draw_number AS n FROM tickets
        WHERE event_id = %s AND state = 'sold' AND draw_number > %s ORDER BY draw_number LIMIT %s) AS part
"""
# With a condition on the orders these are looked through once: there is no index to go on along.
_CHUNKS = """
    SELECT string_agg(int4send(n), ''::bytea) FROM (
        SELECT draw_number AS n, (row_number() OVER (ORDER BY draw_number) - 1) / {chunk} AS part FROM tickets
        WHERE event_id = %(of_event)s AND state = 'sold' AND order_id IN ({orders})) AS numbered
    GROUP BY part ORDER BY part
"""


class _Reader:
    """Reads one draw's pools out of the database, in chunks along the index, each packed by the database.

    While the database packs the next chunk, the one before is checked and hashed here.
    """

    def __init__(
        self,
        c: Connection,
        row: Row[Any],
        kept: events.Settings,
        plan: str,
        *,
        redo: bool,
        progress: Progress | None,
    ) -> None:
        self.c, self.event, self.kept, self.plan, self.redo = c, row.id, kept, plan, redo
        self.progress = progress
        self.cuts = {cut.pool: cut for cut in events.cuts(c, row.id)}
        self.done = 0
        self.expected = 0

    def expect(self, names: Sequence[str], links: Sequence[fair.Link]) -> None:
        """How many numbers there will be at most, by what kiosks have said they sold."""
        if self.progress is None:
            return
        a = m.rsu_allocations
        ids = {self.event} | {UUID(link.event) for link in links}
        sold = {
            event: int(count)
            for event, count in self.c.execute(
                select(a.c.raffle_event_id, func.sum(a.c.tickets_sold - a.c.tickets_voided))
                .where(a.c.raffle_event_id.in_(ids))
                .group_by(a.c.raffle_event_id)
            )
        }
        self.expected = sum(sum(sold.values()) if name == MAIN else sold.get(self.event, 0) for name in names)

    def read(self, name: str, links: Sequence[fair.Link]) -> fair.Pool:
        """The pool of this name; ``DrawError`` where it is empty of sense (the builder refuses any other order)."""
        builder = fair.PoolBuilder()
        parts = [(UUID(link.event), link.offset) for link in links] if name == MAIN else []
        for event, offset in parts or [(self.event, 0)]:
            gone = self._gone(event)
            orders = self._orders(name)
            read = self._chunks(event, offset) if orders is None else self._chunks_of(orders)
            for packed in ahead(read):
                for piece in without(packed, [number + offset for number in gone]) if gone else (packed,):
                    builder.add(piece)
                self._tell(len(packed) // fair.NUMBER_BYTES)
        if self.progress is not None and self.done == 0:
            self.progress(0, 0)
        return builder.finish()

    def _tell(self, count: int) -> None:
        self.done += count
        if self.progress is not None:
            self.expected = max(self.expected, self.done)
            self.progress(self.done, self.expected)

    def _chunks(self, event: UUID, offset: int) -> Iterator[bytes]:
        statement = _CHUNK.format(offset=f" + {offset}" if offset else "").encode()
        last = 0
        with derive.driver(self.c).cursor(binary=True) as cursor:
            for _ in range(CHUNKS_MAX):
                found = cursor.execute(statement, (event, last, CHUNK_NUMBERS)).fetchone()
                assert found is not None
                packed, last = found
                if packed is None:
                    return
                yield packed
                if len(packed) < fair.NUMBER_BYTES * CHUNK_NUMBERS:
                    return

    def _chunks_of(self, orders: Select[tuple[UUID]]) -> Iterator[bytes]:
        said = orders.compile(dialect=self.c.dialect, compile_kwargs={"render_postcompile": True})
        statement = _CHUNKS.format(chunk=CHUNK_NUMBERS, orders=said).encode()
        values = {**said.params, "of_event": self.event}
        with derive.driver(self.c).cursor() as cursor:
            for (packed,) in cursor.stream(statement, values, binary=True):
                yield packed

    def _orders(self, name: str) -> Select[tuple[UUID]] | None:
        """The orders that may enter; None where all may."""
        plan = next((one for one in self.kept.pools if one.name == name), None)
        if plan is None or (plan.until is None and not plan.packages):
            return None
        o, p = m.orders, m.ticket_packages
        orders: Select[tuple[UUID]] = select(o.c.id).where(o.c.event_id == self.event)
        if plan.until is not None:
            orders = events.before(self.cuts[name]).orders()
        if plan.packages:
            orders = orders.where(
                o.c.package_id.in_(
                    select(p.c.id).where(p.c.event_id == self.event, p.c.name.in_(plan.packages))
                )
            )
        return orders

    def _gone(self, event: UUID) -> list[int]:
        """The event's numbers that are left out: of excluded orders, and those that may not win any more."""
        t, x, r, d, f = m.tickets, m.exclusions, m.draw_results, m.draw_executions, m.forfeits
        promoted = f.alias()
        given_up = select(f.c.id).where(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None)).exists()
        moved_up = select(promoted.c.id).where(promoted.c.promoted_id == r.c.id).exists()
        out: list[ColumnElement[bool]] = [given_up]
        if not self.kept.draw.winners_stay:
            out.append(or_(~r.c.reserve, moved_up))
        if self.redo and not self.kept.draw.repeat:
            # It stands for the draw that it mends: there too nobody wins twice, and who is in line stays there.
            out.append(d.c.plan == self.plan)
        won = (
            select(t.c.draw_number)
            .select_from(r)
            .join(d, d.c.id == r.c.draw_execution_id)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .where(t.c.event_id == event, d.c.state != "failed", or_(*out))
        )
        # Who may not win has all numbers of the order, not the one alone that came.
        own = t.alias()
        ineligible = (
            select(own.c.draw_number)
            .select_from(r)
            .join(d, d.c.id == r.c.draw_execution_id)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .join(f, f.c.draw_result_id == r.c.id)
            .join(own, own.c.order_id == t.c.order_id)
            .where(
                own.c.event_id == event,
                d.c.state != "failed",
                f.c.kind == "ineligible",
                f.c.agreed_at.is_not(None),
            )
        )
        excluded = (
            select(t.c.draw_number)
            .select_from(x)
            .join(t, t.c.order_id == x.c.order_id)
            .where(x.c.event_id == event, x.c.lifted_at.is_(None), t.c.event_id == event)
        )
        return sorted(self.c.execute(union(won, ineligible, excluded)).scalars())


def without(packed: bytes, gone: Sequence[int]) -> Iterator[memoryview]:
    """The pieces of packed ascending numbers between those that are left out, which ascend too."""
    view, size = memoryview(packed), len(packed) // fair.NUMBER_BYTES

    def number_at(index: int) -> int:
        return int.from_bytes(view[fair.NUMBER_BYTES * index : fair.NUMBER_BYTES * (index + 1)], "big")

    start = 0
    for number in gone[bisect_left(gone, number_at(0)) : bisect_left(gone, number_at(size - 1) + 1)]:
        at = bisect_left(range(size), number, lo=start, key=number_at)
        if at < size and number_at(at) == number:
            yield view[fair.NUMBER_BYTES * start : fair.NUMBER_BYTES * at]
            start = at + 1
    yield view[fair.NUMBER_BYTES * start :]


def ahead(chunks: Iterable[T]) -> Iterator[T]:
    """The same chunks, the next one being fetched in another thread while this one is worked on."""
    rest = iter(chunks)
    with ThreadPoolExecutor(1, thread_name_prefix="pool") as reader:
        coming = reader.submit(next, rest, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, rest, None)
            yield chunk
