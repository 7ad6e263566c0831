"""What an event is: its rules as they are kept, its prizes, and the events that it is drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    case,
    select,
)

from shared import money
from shared.errors import Refused
from shared.games import raffle
from shared.wire import Policies, ReceiptText
from syncserver import models as m
from syncserver.organisations import Tax

LOCALES: Final = {
    "en": "English",
    "en_US": "English, United States",
    "en_GB": "English, United Kingdom",
    "en_IE": "English, Ireland",
    "en_CA": "English, Canada",
    "en_AU": "English, Australia",
    "en_NZ": "English, New Zealand",
    "fr": "French",
    "fr_FR": "French, France",
    "fr_BE": "French, Belgium",
    "fr_CA": "French, Canada",
    "fr_CH": "French, Switzerland",
    "es": "Spanish",
    "es_ES": "Spanish, Spain",
    "es_MX": "Spanish, Mexico",
    "es_US": "Spanish, United States",
}
"""How amounts can be written on an event's tickets: CLDR locales, and what people call them."""
WINNERS_MAX = 1_000
PERCENT = 100
POOLS_MAX = 100
CARDS_MAX = 52
LINKED_MAX = 100
"""Events drawn together with a leading one."""
Bundles = Literal["free", "three", "none"]
"""Packages of several tickets: as the organiser likes, three of them at most, or none (E8)."""
BUNDLES_MAX: Final = 3
UNDER_SALE = ("active", "suspended")
CLOSE, EARLY_BIRD = "close", "early_bird"
DECK = "deck"
"""The pool of the cards still in play, of an event with a progressive jackpot."""


class PoolPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A pool beside ``main``, which every event has and which all its numbers enter."""

    name: str
    """1 to 40 of a-z, 0-9 and the hyphen, not ``main`` and not ``deck``; it stands in the manifest."""
    label: str
    """For people: "Early bird, Friday"."""
    until: datetime | None = None
    """Only what stands before the cut of this moment in the chains enters; None: all up to the close."""
    draw_at: datetime | None = None
    """It has a draw of its own at that time, and then an ``until``; None: it is drawn with the main draw."""
    packages: tuple[str, ...] = ()
    """Names of the packages whose numbers enter; empty: all."""


class Progressive(msgspec.Struct, frozen=True, kw_only=True):
    """Catch the Ace: with the winning ticket goes a card; the jackpot is paid only where it is the ace."""

    cards: int = CARDS_MAX
    """In the deck when it was new."""
    ace: int = 1
    must_be_won: bool = False
    """A forced draw: tickets and cards are drawn until the ace comes."""


class DrawRules(msgspec.Struct, frozen=True, kw_only=True):
    """How the event is drawn, paid and claimed; frozen with it."""

    method: Literal["generator", "manual", "both"] = "generator"
    source: Literal["none", "dice", "digits", "drand", "nist"] = "dice"
    """Public entropy, as the draw proposes it."""
    form: str = "20d6"
    """Of the dice."""
    digits: int = 20
    repeat: bool = False
    """A number may win more than once in one draw."""
    winners_stay: bool = False
    """Numbers that won in an earlier draw of the event stay in later pools."""
    base: Literal["gross", "net"] = "gross"
    """What a percentage prize is a share of: all sales, or sales less ``costs``."""
    costs: int = 0
    """Documented costs, minor units; taken off first where the base is net."""
    claim_days: int | None = None
    """The claim window, from the moment the draw is official; None: no end."""
    unclaimed: Literal["keep", "redraw", "next_in_line"] = "keep"
    reserves: int = 0
    """Further winners drawn for each prize, in line behind its winners."""
    linked_to: UUID | None = None
    """This event's numbers are drawn in the main draw of that leading event; the sales of both make its jackpot."""
    carry_from: UUID | None = None
    """What that event's carrying prizes did not pay out comes on top of this one's."""
    progressive: Progressive | None = None


class PrizeRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a prize's own row does not hold; amounts in minor units."""

    minimum: int = 0
    cap: int | None = None
    pool: str = raffle.MAIN_POOL
    round_to: int = 1
    carry: bool = False


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """What an event begins with; moments carry their zone."""

    name: str
    identifier: str
    """The organiser's own unique name of the event."""
    organisation: UUID
    venue: UUID | None = None
    opens_at: datetime
    closes_at: datetime
    draw_at: datetime | None = None
    currency: str = ""
    """Empty: the organisation's."""
    first_number: int = 1
    last_number: int = 9_999_999
    licence: str = ""
    description: str = ""
    game: str = "raffle"
    locale: str = "en"
    policies: Policies = field(default_factory=Policies)
    receipt: ReceiptText = field(default_factory=ReceiptText)
    identity_above: int | None = None
    """Prizes of at least so much, minor units, are paid only to a person whose identity was checked."""
    draw: DrawRules = field(default_factory=DrawRules)
    pools: tuple[PoolPlan, ...] = ()
    """Beside ``main``."""
    bundles: Bundles = "free"


@dataclass(frozen=True)
class PrizeRow:
    """A prize with its rule."""

    id: UUID
    name: str
    position: int
    currency: str
    rule: raffle.Prize
    description: str = ""


@dataclass(frozen=True)
class Settings:
    """An event's configuration, read."""

    game: str = "raffle"
    locale: str = "en"
    policies: Policies = field(default_factory=Policies)
    receipt: ReceiptText = field(default_factory=ReceiptText)
    identity_above: int | None = None
    prize_rules: dict[str, PrizeRule] = field(default_factory=dict)
    draw: DrawRules = field(default_factory=DrawRules)
    pools: tuple[PoolPlan, ...] = ()
    carried: int = 0
    """What came on top of the jackpot from the event before, minor units; fixed at activation."""
    bundles: Bundles = "free"
    tax: Tax | None = None
    """The organisation's, fixed at activation."""

    def own_draws(self) -> set[str]:
        """The pools that have a draw of their own."""
        return {plan.name for plan in self.pools if plan.draw_at is not None}


def settings(configuration: Mapping[str, Any]) -> Settings:
    """The settings kept in an event's ``configuration``."""
    return msgspec.convert(dict(configuration), Settings)


def prizes(c: Connection, event: UUID) -> list[PrizeRow]:
    """The event's prizes in the order in which they are drawn."""
    found = c.execute(
        select(m.prizes).where(m.prizes.c.event_id == event).order_by(m.prizes.c.position, m.prizes.c.id)
    )
    return prizes_of(_event(c, event), found)


def prizes_of(row: Row[Any], found: Iterable[Row[Any]]) -> list[PrizeRow]:
    """The rows of an event's prizes with what its settings say of each."""
    rules = settings(row.configuration).prize_rules
    plain = PrizeRule()
    return [
        PrizeRow(
            p.id,
            p.name,
            p.position,
            row.currency,
            raffle.Prize(
                type=p.type,
                value=0 if p.value is None else money.minor(p.value, row.currency),
                basis_points=0 if p.percentage is None else int(p.percentage * PERCENT),
                winners=p.winner_count,
                minimum=rules.get(str(p.id), plain).minimum,
                cap=rules.get(str(p.id), plain).cap,
                pool=rules.get(str(p.id), plain).pool,
                round_to=rules.get(str(p.id), plain).round_to,
                carry=rules.get(str(p.id), plain).carry,
            ),
            p.description or "",
        )
        for p in found
    ]


def state(c: Connection, event: UUID) -> str:
    """The event's state. ``Refused`` (``unknown_event``) where there is none."""
    return str(_event(c, event).state)


def linked(c: Connection, event: UUID) -> list[UUID]:
    """The events whose numbers are drawn in this one's main draw, by their number; drafts and cancelled ones are none."""
    e = m.raffle_events
    return list(
        c.execute(
            select(e.c.id)
            .where(
                e.c.configuration["draw"]["linked_to"].astext == str(event),
                e.c.state.not_in(["created", "cancelled"]),
            )
            .order_by(e.c.event_number)
        ).scalars()
    )


def goes_on(rule: str, kind: str) -> bool:
    """Whether a prize given up for this reason is awarded again, by the event's rule for what is not claimed.

    Nobody may win it back by waiting, so a prize of an ineligible holder is drawn again whatever the rule.
    """
    return kind == "ineligible" or (kind != "withdrawn" and rule in {"redraw", "next_in_line"})


def drawing(c: Connection, event: UUID) -> list[UUID]:
    """The events in whose draws this one's numbers are: its own, and the leading one's."""
    leading = settings(_event(c, event).configuration).draw.linked_to
    return [event] if leading is None else [event, leading]


def get(c: Connection, event: UUID) -> Row[Any]:
    """The event's row. ``Refused`` (``unknown_event``) where there is none."""
    return _event(c, event)


def locked(c: Connection, event: UUID) -> Row[Any]:
    """The event's row, locked against ingest, voids and every other change. ``Refused`` (``unknown_event``)."""
    return _event(c, event, lock=True)


def _event(c: Connection, event: UUID, *, lock: bool = False) -> Row[Any]:
    wanted = select(m.raffle_events).where(m.raffle_events.c.id == event)
    row = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    return row


def claim_end(since: datetime, days: int | None, timezone: str | None) -> datetime | None:
    """When a prize is no longer paid: at the end of the venue's day, ``days`` after the day on which ``since`` falls.

    None where there is no end. ``since`` is when the result became official, or when its reserve was promoted.
    """
    if days is None:
        return None
    zone = ZoneInfo(timezone or "UTC")
    last = since.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def relatives(draw: DrawRules) -> set[UUID]:
    """The events that this one is linked to, or carries on from."""
    return {one for one in (draw.linked_to, draw.carry_from) if one is not None}


STATE_ORDER = case(
    {"active": 0, "suspended": 1, "closed": 2, "drawn": 3, "created": 4, "completed": 5},
    value=m.raffle_events.c.state,
    else_=6,
)
"""Sorts events: what is on sale first."""
