"""What an event may be: every rule, time, name and amount of a draft, refused in words where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    func,
    select,
)

from shared import draw as fair
from shared import money
from shared.errors import Refused
from shared.games import raffle
from syncserver import models as m
from syncserver.audit import Severity, critical_event
from syncserver.events.terms import (
    BUNDLES_MAX,
    CARDS_MAX,
    DECK,
    LINKED_MAX,
    POOLS_MAX,
    UNDER_SALE,
    DrawRules,
    PoolPlan,
    PrizeRow,
    PrizeRule,
    Settings,
    get,
    linked,
    locked,
    settings,
)

NAME_CHARS_MAX = 200
TEXT_CHARS_MAX = 5_000
PAPER_CHARS_MAX = 1_500
"""Of a text that stands on tickets: what the kiosks' printers bear."""
PRICE_MAX = 2**31 - 1
PACKAGES_MAX, PRIZES_MAX = 100, 200
TICKETS_PER_PACKAGE_MAX = 10_000
TIMES = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""Every time of an event lies between them."""
DIGITS_MAX = 1_000
RESERVES_MAX = 100
CLAIM_DAYS_MAX = 3_660
_POOL_NAME = re.compile(r"[a-z0-9-]{1,40}").fullmatch


def draft(c: Connection, event: UUID, what: str, by: UUID | None) -> Row[Any]:
    """The row of an event that may still change; an attempt on another is refused and recorded (E3)."""
    row = locked(c, event)
    if row.activated_at is None and row.state == "created":
        return row
    refused_change(c, row, f"A change of {what} was refused: the event is frozen.", by)
    raise Refused(
        "frozen",
        f"{row.name} is {row.state}: {what} can no longer be changed.",
        "Duplicate the event if the terms must differ.",
    )


def refused_change(c: Connection, row: Row[Any], words: str, by: UUID | None) -> None:
    """Puts an attempt to change what is frozen on record (E3)."""
    # On a connection of its own: the refusal undoes what the caller's transaction did.
    with c.engine.begin() as other:
        record(other, row, "change_refused", words, by, "WARN")


def record(
    c: Connection, row: Row[Any], kind: str, words: str, by: UUID | None, severity: Severity = "INFO"
) -> None:
    """Puts what became of the event on record as a critical event."""
    critical_event(c, kind, severity, f"{row.name}: {words}", event_id=row.id, user_id=by)


def kept_as(kept: Settings) -> dict[str, Any]:
    """The settings as an event's ``configuration`` keeps them. ``Refused`` (``configuration``) where they cannot be."""
    built = msgspec.to_builtins(kept)
    assert isinstance(built, dict)
    try:
        settings(built)  # what cannot be read again must not be kept
    except msgspec.ValidationError as e:
        raise Refused("configuration", f"A setting of the event cannot be: {e}.") from e
    return built


def check_rules(draw: DrawRules) -> None:
    """What can be said of the draw's rules alone."""
    dice: fair.Json = {"source": "dice", "form": draw.form}
    try:
        fair.check_entropy_source(dice)
    except fair.DrawError as e:
        raise Refused(
            "form", f"{draw.form!r} are no dice.", "Write how many with how many sides: 20d6."
        ) from e
    if not 1 <= draw.digits <= DIGITS_MAX:
        raise Refused("digits", f"The audience calls 1 to {DIGITS_MAX} digits.")
    if not 0 <= draw.costs <= money.AMOUNT_MAX:
        raise Refused("costs", "The documented costs are out of bounds.")
    if draw.claim_days is not None and not 1 <= draw.claim_days <= CLAIM_DAYS_MAX:
        raise Refused("claim_days", f"A claim window has 1 to {CLAIM_DAYS_MAX} days.")
    if not 0 <= draw.reserves <= RESERVES_MAX:
        raise Refused("reserves", f"A prize has at most {RESERVES_MAX} reserves.")
    if draw.unclaimed == "next_in_line" and not draw.reserves:
        raise Refused("reserves", "Nobody would be next in line.", "Let the draw have reserves.")
    cards = draw.progressive
    if cards is not None:
        if not 2 <= cards.cards <= CARDS_MAX or not 1 <= cards.ace <= cards.cards:
            raise Refused("progressive", f"A deck has 2 to {CARDS_MAX} cards, and the ace is one of them.")
        if draw.repeat or draw.reserves or draw.linked_to is not None:
            raise Refused(
                "progressive",
                "A progressive draw has one ticket for each card.",
                "Leave out reserves, repeated winners and the link to another event.",
            )


def check_pools(
    plans: Sequence[PoolPlan],
    opens_at: datetime,
    closes_at: datetime,
    draw_at: datetime | None,
    now: datetime | None = None,
) -> None:
    """The names, and the times: opening < until < close, until <= its own draw."""
    if len(plans) > POOLS_MAX:
        raise Refused("pool", f"An event has at most {POOLS_MAX} pools beside the main one.")
    names = [plan.name for plan in plans]
    for plan in plans:
        if not _POOL_NAME(plan.name) or plan.name in {raffle.MAIN_POOL, DECK} or names.count(plan.name) > 1:
            raise Refused(
                "pool",
                f"{plan.name!r} is no name of a further pool.",
                "Use 1 to 40 of a-z, 0-9 and the hyphen, each name once; not main, not deck.",
            )
        named(plan.label, "pool")
        if plan.draw_at is not None and plan.until is None:
            raise Refused(
                "pool", f"{plan.label} has a draw of its own and no end.", "Say until when it runs."
            )
        for moment in (plan.until, plan.draw_at):
            _check_moment(moment, "pool_times")
        if plan.until is None:
            continue
        if not opens_at < plan.until < closes_at:
            raise Refused("pool_times", f"{plan.label} has to end between the opening and the close.")
        if now is not None and plan.until <= now:
            raise Refused("pool_times", f"{plan.label} would be over already.", "Choose a moment to come.")
        if plan.draw_at is not None and not plan.until <= plan.draw_at <= (draw_at or plan.draw_at):
            raise Refused(
                "pool_times", f"{plan.label} has to be drawn after its end, and not after the main draw."
            )


def check_packages(c: Connection, event: UUID, plans: Sequence[PoolPlan]) -> None:
    """Every package that a pool names is there. ``Refused`` (``pool``)."""
    p = m.ticket_packages
    known = set(c.execute(select(p.c.name).where(p.c.event_id == event)).scalars())
    for plan in plans:
        if missing := sorted(set(plan.packages) - known):
            raise Refused("pool", f"{plan.label} names a package that is not there: {missing[0]}.")


def check_prize_rule(rule: PrizeRule, kind: str, kept: Settings) -> None:
    """What a prize adds to its row fits the event. ``Refused`` (``pool``, ``prize``)."""
    if rule.pool not in {raffle.MAIN_POOL, *(plan.name for plan in kept.pools)} and not (
        rule.pool == DECK and kept.draw.progressive is not None
    ):
        raise Refused("pool", f"The event has no pool {rule.pool!r}.", "Choose one of its pools.")
    if rule.round_to < 1 or rule.round_to > money.AMOUNT_MAX:
        raise Refused("prize", "A share is rounded down to a multiple of 1 or more minor units.")
    if rule.minimum % rule.round_to:
        raise Refused(
            "prize", "Rounding down would break into the guaranteed minimum.", "Guarantee a round amount."
        )
    if rule.cap is not None and rule.cap < rule.minimum:
        raise Refused("prize", "The cap is below the guaranteed minimum.")
    if rule.carry and kind != "percentage":
        raise Refused("prize", "Only a share of the sales is carried over.")


def check_prizes(held: Sequence[PrizeRow], kept: Settings) -> None:
    """Each pool has a prize, each draw too; a linked event's main prizes are the leading event's."""
    if not held and kept.draw.linked_to is None:
        raise Refused("no_prize", "The event has no prize.", "Add one.")
    used = {p.rule.pool for p in held}
    for plan in kept.pools:
        if plan.name not in used:
            raise Refused(
                "no_prize", f"No prize is drawn from {plan.label}.", "Add one, or leave the pool out."
            )
    own = kept.own_draws()
    main = [p for p in held if p.rule.pool not in own]
    if kept.draw.linked_to is not None:
        if main:
            raise Refused(
                "linked",
                "This event is drawn with another one, which has the prizes of the main draw.",
                "Leave out the prizes that are not of an early bird's own draw.",
            )
        return
    if not main:
        raise Refused("no_prize", "The main draw has no prize.", "Add one.")
    if any(p.rule.carry and p.rule.pool in own for p in held):
        raise Refused("prize", "Only a prize of the main draw is carried over.")
    if unknown := used - own - {raffle.MAIN_POOL, DECK} - {plan.name for plan in kept.pools}:
        raise Refused("pool", f"A prize is drawn from {min(unknown)!r}, which is no pool of the event.")
    if (DECK in used) != (kept.draw.progressive is not None):
        raise Refused("progressive", "A deck of cards and its prize belong together.")
    if DECK in used and (
        [p.rule.pool for p in main] != [raffle.MAIN_POOL, DECK] or any(p.rule.winners != 1 for p in main)
    ):
        raise Refused(
            "progressive",
            "The main draw of a progressive jackpot has two prizes: the ticket's, and behind it the card's.",
            "Give each one winner.",
        )


def check_relatives(
    c: Connection,
    draw: DrawRules,
    organisation: UUID,
    currency: str,
    event: UUID | None = None,
    *,
    on_sale: bool = False,
) -> None:
    """The events that this one is linked to, or carries on from; ``on_sale``: it is about to be activated."""
    e = m.raffle_events
    for other, words in ((draw.linked_to, "linked to"), (draw.carry_from, "carried on from")):
        if other is None:
            continue
        row = c.execute(select(e).where(e.c.id == other, e.c.organization_id == organisation)).one_or_none()
        if row is None or other == event:
            raise Refused("relative", f"There is no such event to be {words}.")
        if row.currency != currency:
            raise Refused("currency", f"{row.name} is in {row.currency}, this event in {currency}.")
        if not on_sale:
            continue
        if words == "linked to":
            if row.state not in UNDER_SALE:
                raise Refused(
                    "relative",
                    f"{row.name} is {row.state}; only an event on sale can lead the draw.",
                    "Put that one on sale first.",
                )
            if settings(row.configuration).draw.linked_to is not None:
                raise Refused("relative", f"{row.name} is linked to another event itself.")
            if len(linked(c, other)) >= LINKED_MAX:
                raise Refused("relative", f"At most {LINKED_MAX} events are drawn with another.")
            continue
        if row.state not in {"drawn", "completed"}:
            raise Refused("relative", f"{row.name} is {row.state}; what it leaves over is not known yet.")
        if c.execute(
            select(e.c.id).where(
                e.c.configuration["draw"]["carry_from"].astext == str(other),
                e.c.activated_at.is_not(None),
                e.c.state != "cancelled",
                e.c.id != event,
            )
        ).all():
            raise Refused("relative", f"What {row.name} left over went to another event already.")


def check_room(c: Connection, row: Row[Any], leading: UUID) -> None:
    """All linked events' numbers have to fit into one pool, below the cards."""
    e = m.raffle_events
    ranges = c.execute(
        select(e.c.ticket_allocation).where(e.c.id.in_([leading, *linked(c, leading)]))
    ).scalars()
    wanted = sum(one["last"] - one["first"] + 1 for one in [row.ticket_allocation, *ranges])
    if wanted > fair.CARD_BASE:
        raise Refused(
            "numbers", "The linked events' numbers do not fit into one pool.", "Give them fewer numbers."
        )
    leader = get(c, leading)
    kept = settings(leader.configuration)
    behind = wanted - (leader.ticket_allocation["last"] - leader.ticket_allocation["first"] + 1)
    # Behind such a leader all would be renumbered from 1 on, but a pool beside "main" keeps the tickets' own numbers.
    if (
        leader.ticket_allocation["last"] + behind >= fair.CARD_BASE
        and {plan.name for plan in kept.pools} - kept.own_draws()
    ):
        raise Refused(
            "numbers",
            f"There is no room behind the numbers of {leader.name}, which has another pool in the same draw.",
            "Give this event fewer numbers, or let one with lower numbers lead.",
        )


def check_times(opens_at: datetime, closes_at: datetime, draw_at: datetime | None) -> None:
    """Opening before close, close not after the draw. ``Refused`` (``times``)."""
    for moment in (opens_at, closes_at, draw_at):
        _check_moment(moment)
    if closes_at <= opens_at:
        raise Refused("times", "The event would close before it opens.")
    if draw_at is not None and draw_at < closes_at:
        raise Refused("times", "The draw would be before the close.")


def _check_moment(moment: datetime | None, code: str = "times") -> None:
    if moment is not None and moment.tzinfo is None:
        raise Refused(code, "A moment needs its time zone.")
    if moment is not None and not TIMES[0] <= moment < TIMES[1]:
        # Beyond them lie moments that the database keeps and Python cannot read: every list with one would fail.
        raise Refused(
            code,
            f"A time lies between the years {TIMES[0].year} and {TIMES[1].year}.",
            "Look at the year once more.",
        )


def check_bundles(c: Connection, event: UUID, kept: Settings) -> None:
    """As many packages of several tickets as the event's policy lets there be (E8). ``Refused`` (``bundles``)."""
    p = m.ticket_packages
    several = c.execute(
        select(func.count()).where(p.c.event_id == event, p.c.is_active, p.c.ticket_count > 1)
    ).scalar_one()
    if kept.bundles == "none" and several:
        raise Refused(
            "bundles",
            "Tickets of this event are sold one by one.",
            "Leave out the packages of several tickets.",
        )
    if kept.bundles == "three" and several > BUNDLES_MAX:
        raise Refused(
            "bundles",
            f"This event has {several} packages of several tickets; its policy allows {BUNDLES_MAX}.",
            "Leave some out.",
        )


def check_window(active_from: datetime | None, active_to: datetime | None) -> None:
    """From when until when a package is offered. ``Refused`` (``times``)."""
    _check_moment(active_from)
    _check_moment(active_to)
    if active_from is not None and active_to is not None and active_to <= active_from:
        raise Refused("times", "The package would be taken off sale before it is on sale.")


def named(value: str, what: str) -> str:
    """A name without the blanks around it. ``Refused`` (``name``)."""
    value = value.strip()
    if not 1 <= len(value) <= NAME_CHARS_MAX or not value.isprintable():
        raise Refused("name", f"The {what} needs a name of 1 to {NAME_CHARS_MAX} characters.")
    return value


def worded(value: str) -> str:
    """A text without the blanks around it. ``Refused`` (``text``)."""
    value = value.strip()
    if len(value) > TEXT_CHARS_MAX or "\x00" in value:
        raise Refused("text", f"A text has at most {TEXT_CHARS_MAX} characters.")
    return value


def papered(value: str) -> str:
    """A text that stands on tickets."""
    value = worded(value)
    if len(value) > PAPER_CHARS_MAX:
        raise Refused(
            "text",
            f"This text has {len(value):,} characters; a ticket bears {PAPER_CHARS_MAX:,}.",
            "Shorten it: the rest would be cut off on paper.",
        )
    return value
