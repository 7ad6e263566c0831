"""Events: organisations, venues, packages and prizes; what an event goes through, and what is frozen when.

From activation on (the first catalog with the event active may go out at once, and the first sale may be off line)
nothing that touches integrity changes: an attempt is refused and stays on record as a critical event.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Uuid,
    and_,
    any_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from shared import draw as fair
from shared import money
from shared.errors import Refused
from shared.games import GAMES, raffle
from shared.ids import uuid7
from shared.numbers import DRAW_NUMBER_MAX
from shared.wire import Policies, ReceiptText
from syncserver import models as m
from syncserver.audit import Severity, critical_event, reasoned
from syncserver.office import Office

NAME_CHARS_MAX = 200
TEXT_CHARS_MAX = 5_000
PAPER_CHARS_MAX = 1_500
"""Of a text that stands on tickets: what the kiosks' printers bear."""
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
PRICE_MAX = 2**31 - 1
PACKAGES_MAX, PRIZES_MAX = 100, 200
WINNERS_MAX = 1_000
TICKETS_PER_PACKAGE_MAX = 10_000
DUE_MAX = 100
"""Events closed by one run of the timed work."""
TIMES = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""Every time of an event lies between them."""
PERCENT = 100
POOLS_MAX = 100
DIGITS_MAX = 1_000
CARDS_MAX = 52
RESERVES_MAX = 100
CLAIM_DAYS_MAX = 3_660
LINKED_MAX = 100
"""Events drawn together with a leading one."""

UNDER_SALE = ("active", "suspended")
CLOSE, EARLY_BIRD = "close", "early_bird"
DECK = "deck"
"""The pool of the cards still in play, of an event with a progressive jackpot."""

_POOL_NAME = re.compile(r"[a-z0-9-]{1,40}").fullmatch


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

    def own_draws(self) -> set[str]:
        """The pools that have a draw of their own."""
        return {plan.name for plan in self.pools if plan.draw_at is not None}


def settings(configuration: Mapping[str, Any]) -> Settings:
    """The settings kept in an event's ``configuration``."""
    return msgspec.convert(dict(configuration), Settings)


def create_organisation(
    c: Connection,
    name: str,
    currency: str,
    licence: str = "",
    *,
    timezone: str = "UTC",
    by: UUID | None = None,
) -> UUID:
    """A new organisation; ``Refused`` (``name``, ``currency``, ``timezone``) where it cannot be."""
    _check_currency(currency)
    _check_zone(timezone)
    made = c.execute(
        insert(m.organizations)
        .values(
            name=_name(name, "organisation"),
            primary_currency=currency,
            license_number=_text(licence) or None,
            settings={"timezone": timezone},
            created_by=by,
        )
        .returning(m.organizations.c.id)
    )
    return UUID(str(made.scalar_one()))


def create_venue(
    c: Connection,
    organisation: UUID,
    name: str,
    timezone: str = "UTC",
    *,
    by: UUID | None = None,
    city: str = "",
) -> UUID:
    """A new venue; its time zone (a name such as ``Europe/Berlin``) is what tickets print."""
    _check_zone(timezone)
    address = None
    if city:
        address = c.execute(
            insert(m.addresses).values(city=_text(city)).returning(m.addresses.c.id)
        ).scalar_one()
    made = c.execute(
        insert(m.venues)
        .values(
            organization_id=organisation,
            name=_name(name, "venue"),
            timezone=timezone,
            address_id=address,
            created_by=by,
        )
        .returning(m.venues.c.id)
    )
    return UUID(str(made.scalar_one()))


def create_event(office: Office, c: Connection, new: NewEvent, by: UUID) -> UUID:
    """A draft event and the counter of its numbers. Raises ``Refused``, naming what cannot be."""
    _check_times(new.opens_at, new.closes_at, new.draw_at)
    if not 1 <= new.first_number <= new.last_number <= DRAW_NUMBER_MAX:
        raise Refused("numbers", f"Draw numbers run from 1 to {DRAW_NUMBER_MAX}, the first before the last.")
    if new.game not in GAMES:
        raise Refused("game", f"There is no game {new.game!r}.", f"Choose one of {', '.join(GAMES)}.")
    if new.locale not in LOCALES:
        raise Refused(
            "locale",
            f"Tickets cannot be written in “{new.locale[:20]}”.",
            "Choose the language and region of the list.",
        )
    organisation = c.execute(
        select(m.organizations.c.primary_currency).where(m.organizations.c.id == new.organisation)
    ).one_or_none()
    if organisation is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    currency = new.currency or organisation.primary_currency
    _check_currency(currency)
    identifier = _name(new.identifier, "identifier")
    if c.execute(
        select(m.raffle_events.c.id).where(m.raffle_events.c.event_identifier == identifier)
    ).one_or_none():
        raise Refused(
            "identifier_taken", f"Another event has the identifier {identifier!r}.", "Choose another."
        )
    kept = Settings(
        new.game,
        new.locale,
        new.policies,
        new.receipt,
        new.identity_above,
        draw=new.draw,
        pools=new.pools,
    )
    _check_rules(kept.draw)
    _check_pools(kept.pools, new.opens_at, new.closes_at, new.draw_at)
    _check_relatives(c, kept.draw, new.organisation, currency)
    event = uuid7(office.clock)
    c.execute(
        insert(m.raffle_events).values(
            id=event,
            name=_name(new.name, "event"),
            description=_text(new.description) or None,
            organization_id=new.organisation,
            venue_id=new.venue,
            event_identifier=identifier,
            state="created",
            configuration=_configuration(kept),
            ticket_allocation={"first": new.first_number, "last": new.last_number},
            currency=currency,
            licence_number=_text(new.licence) or None,
            opens_at=new.opens_at,
            closes_at=new.closes_at,
            draw_at=new.draw_at,
            created_by=by,
        )
    )
    c.execute(
        insert(m.number_counters).values(
            event_id=event, next_number=new.first_number, last_number=new.last_number
        )
    )
    return event


def edit_event(
    c: Connection,
    event: UUID,
    by: UUID,
    *,
    name: str | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    draw_at: datetime | None = None,
    licence: str | None = None,
    description: str | None = None,
    draw: DrawRules | None = None,
    pools: Sequence[PoolPlan] | None = None,
) -> None:
    """Change a draft; what is None stays. ``Refused`` (``frozen``) from activation on."""
    row = _draft(c, event, "the event", by)
    times = (opens_at or row.opens_at, closes_at or row.closes_at, draw_at or row.draw_at)
    _check_times(*times)
    kept = settings(row.configuration)
    if draw is not None:
        _check_rules(draw)
        _check_relatives(c, draw, row.organization_id, row.currency, event)
        kept = replace(kept, draw=draw)
    if pools is not None:
        kept = replace(kept, pools=tuple(pools))
    _check_pools(kept.pools, *times)
    changes: dict[str, Any] = {
        "configuration": None if draw is None and pools is None else _configuration(kept),
        "name": None if name is None else _name(name, "event"),
        "opens_at": opens_at,
        "closes_at": closes_at,
        "draw_at": draw_at,
        "licence_number": None if licence is None else _text(licence),
        "description": None if description is None else _text(description),
    }
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(
            **{column: value for column, value in changes.items() if value is not None},
            updated_by=by,
            updated_at=func.now(),
        )
    )


def add_package(
    c: Connection,
    event: UUID,
    name: str,
    tickets: int,
    price: int,
    order: int = 0,
    *,
    by: UUID | None = None,
    description: str = "",
    active_from: datetime | None = None,
    active_to: datetime | None = None,
) -> UUID:
    """A package of ``tickets`` for ``price`` minor units. ``Refused`` (``frozen``) from activation on."""
    row = _draft(c, event, "packages", by)
    if not 1 <= tickets <= TICKETS_PER_PACKAGE_MAX:
        raise Refused("tickets", f"A package holds 1 to {TICKETS_PER_PACKAGE_MAX} tickets.")
    if not 0 <= price <= PRICE_MAX:
        raise Refused("price", f"A price lies between 0 and {PRICE_MAX} minor units.")
    held = c.execute(select(func.count()).where(m.ticket_packages.c.event_id == event)).scalar_one()
    if held >= PACKAGES_MAX:
        raise Refused("packages", f"An event has at most {PACKAGES_MAX} packages.")
    made = c.execute(
        insert(m.ticket_packages)
        .values(
            event_id=event,
            name=_name(name, "package"),
            description=_paper(description) or None,
            ticket_count=tickets,
            price=price,
            currency=row.currency,
            display_order=order,
            active_from=active_from,
            active_to=active_to,
            created_by=by,
        )
        .returning(m.ticket_packages.c.id)
    )
    return UUID(str(made.scalar_one()))


def remove_package(c: Connection, package: UUID, by: UUID | None = None) -> None:
    """Delete a package of a draft. ``Refused`` (``frozen``) from activation on."""
    event = c.execute(
        select(m.ticket_packages.c.event_id).where(m.ticket_packages.c.id == package)
    ).scalar_one_or_none()
    if event is not None:
        _draft(c, event, "packages", by)
        c.execute(text("SELECT delete_unused('ticket_packages', :id)"), {"id": package})


def add_prize(
    c: Connection,
    event: UUID,
    name: str,
    type: str,  # noqa: A002 - the standard's word, and the column's
    amount: int = 0,
    position: int = 1,
    winners: int = 1,
    *,
    basis_points: int = 0,
    minimum: int = 0,
    cap: int | None = None,
    pool: str = raffle.MAIN_POOL,
    round_to: int = 1,
    carry: bool = False,
    description: str = "",
    by: UUID | None = None,
) -> UUID:
    """A prize: ``fixed`` of ``amount`` minor units, or ``percentage`` with ``basis_points`` of the sales.

    ``minimum`` is guaranteed, ``cap`` holds over all (of the whole share, minor units), and the share is rounded
    down to a multiple of ``round_to`` minor units; see :func:`shared.games.raffle.prize_amount`. ``pool`` is the one
    it is drawn from, ``carry`` lets what it does not pay out go on to the next event. ``Refused`` (``frozen``,
    ``prize``, ``position_taken``, ``pool``).
    """
    row = _draft(c, event, "prizes", by)
    if type not in {"fixed", "percentage"}:
        raise Refused("prize", "A prize is fixed, or a percentage of the sales.")
    if type == "fixed" and not 0 <= amount <= money.AMOUNT_MAX // 1000:
        raise Refused("prize", "A prize's value is out of bounds.")
    if type == "percentage" and not 1 <= basis_points <= raffle.BASIS_POINTS:
        raise Refused("prize", "A prize's share lies between 0.01 % and 100 %.")
    if not 1 <= winners <= WINNERS_MAX or not 1 <= position <= 2**15 - 1 or minimum < 0 or (cap or 0) < 0:
        raise Refused("prize", "A prize's winners, position, minimum or cap is out of bounds.")
    rule = PrizeRule(minimum=minimum, cap=cap, pool=pool, round_to=round_to, carry=carry)
    kept = settings(row.configuration)
    _check_prize_rule(rule, type, kept)
    others = prizes(c, event)
    if len(others) >= PRIZES_MAX:
        raise Refused("prize", f"An event has at most {PRIZES_MAX} prizes.")
    if any(p.position == position for p in others):
        raise Refused("position_taken", f"Another prize is drawn at position {position}.", "Choose another.")
    if basis_points + sum(p.rule.basis_points for p in others) > raffle.BASIS_POINTS:
        raise Refused("prize", "The prizes' shares come to more than all sales.")
    made = c.execute(
        insert(m.prizes)
        .values(
            event_id=event,
            name=_name(name, "prize"),
            description=_text(description) or None,
            type=type,
            value=money.major(amount, row.currency) if type == "fixed" else None,
            percentage=Decimal(basis_points) / PERCENT if type == "percentage" else None,
            currency=row.currency,
            position=position,
            winner_count=winners,
            created_by=by,
        )
        .returning(m.prizes.c.id)
    )
    prize = UUID(str(made.scalar_one()))
    if rule != PrizeRule():
        kept.prize_rules[str(prize)] = rule
        c.execute(
            update(m.raffle_events)
            .where(m.raffle_events.c.id == event)
            .values(configuration=_configuration(kept))
        )
    return prize


def remove_prize(c: Connection, prize: UUID, by: UUID | None = None) -> None:
    """Delete a prize of a draft. ``Refused`` (``frozen``) from activation on."""
    event = c.execute(select(m.prizes.c.event_id).where(m.prizes.c.id == prize)).scalar_one_or_none()
    if event is not None:
        _draft(c, event, "prizes", by)
        c.execute(text("SELECT delete_unused('prizes', :id)"), {"id": prize})


def prizes(c: Connection, event: UUID) -> list[PrizeRow]:
    """The event's prizes in the order in which they are drawn."""
    row = _event(c, event)
    rules = settings(row.configuration).prize_rules
    plain = PrizeRule()
    found = c.execute(
        select(m.prizes).where(m.prizes.c.event_id == event).order_by(m.prizes.c.position, m.prizes.c.id)
    )
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


def activate(office: Office, c: Connection, event: UUID, by: UUID) -> None:
    """Put the event on sale (from its opening time on) and freeze it. ``Refused`` where it is not ready."""
    rules = settings(_event(c, event).configuration).draw
    # What another event activated at this moment takes of the same relatives has to be seen: all wait in one order.
    for one in sorted({event, *_relatives(rules)}):
        c.execute(select(m.raffle_events.c.id).where(m.raffle_events.c.id == one).with_for_update())
    row = _event(c, event, lock=True)
    if _relatives(settings(row.configuration).draw) != _relatives(rules):
        raise Refused("changed", "Somebody has just changed this event.", "Look at it again.")
    if row.state != "created":
        raise Refused("not_created", f"The event is {row.state}; only a draft can be activated.")
    if row.closes_at is None or row.opens_at is None or row.closes_at <= office.now():
        raise Refused("closes_at", "The event would be closed already.", "Set a closing time to come.")
    if not c.execute(
        select(func.count()).where(m.ticket_packages.c.event_id == event, m.ticket_packages.c.is_active)
    ).scalar_one():
        raise Refused("no_package", "The event has no package to sell.", "Add one.")
    kept = settings(row.configuration)
    _check_rules(kept.draw)
    _check_pools(kept.pools, row.opens_at, row.closes_at, row.draw_at, now=office.now())
    _check_packages(c, event, kept.pools)
    _check_prizes(prizes(c, event), kept)
    _check_relatives(c, kept.draw, row.organization_id, row.currency, event, on_sale=True)
    if kept.draw.linked_to is not None:
        _check_room(c, row, kept.draw.linked_to)
    if kept.draw.carry_from is not None:
        kept = replace(kept, carried=left_over(c, kept.draw.carry_from))
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(
            state="active",
            activated_at=office.now(),
            configuration=_configuration(kept),
            updated_by=by,
            updated_at=func.now(),
        )
    )
    cuts = [{"event_id": event, "kind": CLOSE, "at": row.closes_at, "pool": raffle.MAIN_POOL}]
    cuts += [
        {"event_id": event, "kind": EARLY_BIRD, "at": plan.until, "pool": plan.name}
        for plan in kept.pools
        if plan.until is not None
    ]
    c.execute(insert(m.event_cuts), cuts)
    _record(c, row, "event_activated", "The event was put on sale.", by)


def suspend(office: Office, c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Pause the sales, with a reason."""
    words = reasoned(reason)
    _move(c, event, by, {"active"}, "suspended", "event_suspended", words, updated_at=office.now())


def resume(office: Office, c: Connection, event: UUID, by: UUID, reason: str = "") -> None:
    """Go on selling."""
    row = _event(c, event, lock=True)
    if row.closes_at <= office.now():
        raise Refused("closed", "The event's closing time is past.", "Close it.")
    _move(c, event, by, {"suspended"}, "active", "event_resumed", reason or "Sales go on.")


def move_close(
    office: Office,
    c: Connection,
    event: UUID,
    closes_at: datetime,
    by: UUID,
    reason: str,
    draw_at: datetime | None = None,
) -> None:
    """Move the closing time of an event on sale, never to reopen one (S4); kiosks follow with their next catalog.

    ``draw_at`` moves the draw with it; None leaves it. What a kiosk off line sells after an earlier close comes
    back as findings. Raises ``Refused``: ``reason``, ``closed``, ``times``, ``state``.
    """
    words = reasoned(reason)
    row = _event(c, event, lock=True)
    if row.closes_at <= office.now() or closes_at <= office.now():
        raise Refused(
            "closed", "A closing time that is past stays.", "Choose one to come, while sales are open."
        )
    draw_at = draw_at or row.draw_at
    _check_times(row.opens_at, closes_at, draw_at)
    _move(
        c,
        event,
        by,
        set(UNDER_SALE),
        row.state,
        "event_close_moved",
        f"Sales now close at {closes_at:%Y-%m-%d %H:%M %Z}. {words}",
        closes_at=closes_at,
        draw_at=draw_at,
    )


def close(office: Office, c: Connection, event: UUID, by: UUID | None) -> None:
    """Close the sales for good; the kiosks cut their chains when they hear of it, or at the closing time."""
    _move(
        c, event, by, set(UNDER_SALE), "closed", "event_closed", "Sales are closed.", closed_at=office.now()
    )


def run_due(office: Office) -> list[str]:
    """Close what is due. What was done, in words. Each event in a transaction of its own."""
    events = m.raffle_events
    with office.begin() as c:
        due = c.execute(
            select(events.c.id, events.c.name)
            .where(events.c.state.in_(UNDER_SALE), events.c.closes_at <= office.now())
            .order_by(events.c.closes_at)
            .limit(DUE_MAX)
        ).all()
    done = []
    for event, name in due:
        with office.begin() as c:
            # Another worker, or a person, may have been quicker.
            if _event(c, event, lock=True).state in UNDER_SALE:
                close(office, c, event, None)
                done.append(f"{name}: sales are closed")
    return done


def cancel(office: Office, c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Call the event off, with a reason and before any draw; refunds are the office's next work."""
    reason = reasoned(reason)
    # A freeze of the leading event's draw locks both; in the order of their ids, as it does.
    for one in sorted({event, *_relatives(settings(_event(c, event).configuration).draw)}):
        c.execute(select(m.raffle_events.c.id).where(m.raffle_events.c.id == one).with_for_update())
    if (
        main_frozen(c, event)
        or c.execute(
            select(func.count()).where(
                m.draw_executions.c.raffle_event_id == event, m.draw_executions.c.state != "failed"
            )
        ).scalar_one()
    ):
        raise Refused("drawn", "A draw of this event has begun; it cannot be cancelled.")
    allowed = {"created", "closed", *UNDER_SALE}
    _move(c, event, by, allowed, "cancelled", "event_cancelled", reason, closed_at=office.now())


def complete(c: Connection, event: UUID, by: UUID) -> None:
    """Put a drawn event away: all is paid or its claim window is over."""
    _move(c, event, by, {"drawn"}, "completed", "event_completed", "The event is completed.")


def state(c: Connection, event: UUID) -> str:
    """The event's state. ``Refused`` (``unknown_event``) where there is none."""
    return str(_event(c, event).state)


def sales_total(c: Connection, event: UUID) -> int:
    """What was sold and stands, minor units: paid, not void, no tests, nothing that a blocking finding doubts.

    Sales in another currency are none of it, also where somebody let them stand (E12).
    """
    orders = m.orders
    found = c.execute(
        select(func.coalesce(func.sum(orders.c.total_amount), 0)).where(
            orders.c.event_id == event, *_standing(event)
        )
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


def jackpot(c: Connection, event: UUID) -> int:
    """What the main draw's percentage prizes would come to now, minor units, with what is carried in and what linked
    events have sold; without such a prize, the first fixed one. Never more than the caps (E2).
    """
    row = _event(c, event)
    kept = settings(row.configuration)
    if kept.draw.linked_to is not None:
        return jackpot(c, kept.draw.linked_to)
    held = [p.rule for p in prizes(c, event) if p.rule.pool not in kept.own_draws()]
    shares = [rule for rule in held if rule.type == "percentage"]
    if not shares:
        return held[0].value if held else 0
    base = prize_base(c, event, running=True)
    whole = raffle.amounts(shares, base, carried_in(c, event))
    return sum(
        amount - amount % rule.winners for amount, rule in zip(whole, shares, strict=True)
    )  # fractions that sharing out cuts off are nobody's


def prize_base(c: Connection, event: UUID, cut: CutRow | None = None, *, running: bool = False) -> int:
    """What the percentage prizes are a share of, minor units (D8).

    The sales that stand, of linked events too; of an early bird's own draw what was sold before its ``cut``. Where the
    event's rule says net, the documented costs of these events are taken off first. ``running``: by the totals that
    are carried along, for what is shown while sales go on.
    """
    row = _event(c, event)
    kept = settings(row.configuration)
    costs = kept.draw.costs
    if cut is not None and cut.kind == EARLY_BIRD:
        return raffle.base_of(sales_before(c, cut), costs, kept.draw.base)
    sales = row.total_sold if running else sales_total(c, event)
    for other in linked(c, event):
        follower = _event(c, other)
        sales += follower.total_sold if running else sales_total(c, other)
        costs += settings(follower.configuration).draw.costs
    return raffle.base_of(sales, costs, kept.draw.base)


def carried_in(c: Connection, event: UUID) -> int:
    """What comes on top from the event before, minor units: fixed at activation, until then as it is now."""
    row = _event(c, event)
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
    row = _event(c, event)
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


def goes_on(rule: str, kind: str) -> bool:
    """Whether a prize given up for this reason is awarded again, by the event's rule for what is not claimed.

    Nobody may win it back by waiting, so a prize of an ineligible holder is drawn again whatever the rule.
    """
    return kind == "ineligible" or (kind != "withdrawn" and rule in {"redraw", "next_in_line"})


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


# Cuts -----------------------------------------------------------------------------------------------


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


def winning(c: Connection, orders: ColumnElement[bool]) -> set[UUID]:
    """Which of these orders have won in a draw, official or about to be, and have not given it up."""
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
                or_(~r.c.reserve, select(promoted.c.id).where(promoted.c.promoted_id == r.c.id).exists()),
                ~select(f.c.id).where(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None)).exists(),
            )
        ).scalars()
    )


def drawing(c: Connection, event: UUID) -> list[UUID]:
    """The events in whose draws this one's numbers are: its own, and the leading one's."""
    leading = settings(_event(c, event).configuration).draw.linked_to
    return [event] if leading is None else [event, leading]


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


def _draft(c: Connection, event: UUID, what: str, by: UUID | None) -> Row[Any]:
    """The row of an event that may still change; an attempt on another is refused and recorded (E3)."""
    row = _event(c, event, lock=True)
    if row.activated_at is None and row.state == "created":
        return row
    # On a connection of its own: the refusal undoes what the caller's transaction did.
    with c.engine.begin() as other:
        _record(
            other, row, "change_refused", f"A change of {what} was refused: the event is frozen.", by, "WARN"
        )
    raise Refused(
        "frozen",
        f"{row.name} is {row.state}: {what} can no longer be changed.",
        "Duplicate the event if the terms must differ.",
    )


def _move(
    c: Connection,
    event: UUID,
    by: UUID | None,
    allowed: set[str],
    to: str,
    kind: str,
    words: str,
    **columns: Any,
) -> None:
    row = _event(c, event, lock=True)
    if row.state not in allowed:
        raise Refused(
            "state",
            f"{row.name} is {row.state}; it cannot become {to}.",
            f"Only an event that is {' or '.join(sorted(allowed))} can.",
        )
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(**({"state": to, "updated_by": by, "updated_at": func.now()} | columns))
    )
    _record(c, row, kind, words, by)


def claim_end(since: datetime, days: int | None, timezone: str | None) -> datetime | None:
    """When a prize is no longer paid: at the end of the venue's day, ``days`` after the day on which ``since`` falls.

    None where there is no end. ``since`` is when the result became official, or when its reserve was promoted.
    """
    if days is None:
        return None
    zone = ZoneInfo(timezone or "UTC")
    last = since.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def _record(
    c: Connection, row: Row[Any], kind: str, words: str, by: UUID | None, severity: Severity = "INFO"
) -> None:
    critical_event(c, kind, severity, f"{row.name}: {words}", event_id=row.id, user_id=by)


def _configuration(kept: Settings) -> dict[str, Any]:
    built = msgspec.to_builtins(kept)
    assert isinstance(built, dict)
    try:
        settings(built)  # what cannot be read again must not be kept
    except msgspec.ValidationError as e:
        raise Refused("configuration", f"A setting of the event cannot be: {e}.") from e
    return built


def _check_rules(draw: DrawRules) -> None:
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


def _check_pools(
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
        _name(plan.label, "pool")
        if plan.draw_at is not None and plan.until is None:
            raise Refused(
                "pool", f"{plan.label} has a draw of its own and no end.", "Say until when it runs."
            )
        for moment in (plan.until, plan.draw_at):
            _check_moment(moment)
        if plan.until is None:
            continue
        if not opens_at < plan.until < closes_at:
            raise Refused("times", f"{plan.label} has to end between the opening and the close.")
        if now is not None and plan.until <= now:
            raise Refused("times", f"{plan.label} would be over already.", "Choose a moment to come.")
        if plan.draw_at is not None and not plan.until <= plan.draw_at <= (draw_at or plan.draw_at):
            raise Refused(
                "times", f"{plan.label} has to be drawn after its end, and not after the main draw."
            )


def _check_packages(c: Connection, event: UUID, plans: Sequence[PoolPlan]) -> None:
    p = m.ticket_packages
    known = set(c.execute(select(p.c.name).where(p.c.event_id == event)).scalars())
    for plan in plans:
        if missing := sorted(set(plan.packages) - known):
            raise Refused("pool", f"{plan.label} names a package that is not there: {missing[0]}.")


def _check_prize_rule(rule: PrizeRule, kind: str, kept: Settings) -> None:
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


def _check_prizes(held: Sequence[PrizeRow], kept: Settings) -> None:
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


def _relatives(draw: DrawRules) -> set[UUID]:
    """The events that this one is linked to, or carries on from."""
    return {one for one in (draw.linked_to, draw.carry_from) if one is not None}


def _check_relatives(
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


def _check_room(c: Connection, row: Row[Any], leading: UUID) -> None:
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
    leader = _event(c, leading)
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


def _check_times(opens_at: datetime, closes_at: datetime, draw_at: datetime | None) -> None:
    for moment in (opens_at, closes_at, draw_at):
        _check_moment(moment)
    if closes_at <= opens_at:
        raise Refused("times", "The event would close before it opens.")
    if draw_at is not None and draw_at < closes_at:
        raise Refused("times", "The draw would be before the close.")


def _check_moment(moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise Refused("times", "A moment needs its time zone.")
    if moment is not None and not TIMES[0] <= moment < TIMES[1]:
        # Beyond them lie moments that the database keeps and Python cannot read: every list with one would fail.
        raise Refused(
            "times",
            f"A time lies between the years {TIMES[0].year} and {TIMES[1].year}.",
            "Look at the year once more.",
        )


def _check_currency(currency: str) -> None:
    if len(currency) != 3 or not money.known(currency):
        raise Refused("currency", f"{currency!r} is no currency.", "Give a code of ISO 4217, such as EUR.")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise Refused("timezone", f"{name!r} is no time zone.", "Give a name such as Europe/Berlin.") from e


def _name(value: str, what: str) -> str:
    value = value.strip()
    if not 1 <= len(value) <= NAME_CHARS_MAX or not value.isprintable():
        raise Refused("name", f"The {what} needs a name of 1 to {NAME_CHARS_MAX} characters.")
    return value


def _text(value: str) -> str:
    value = value.strip()
    if len(value) > TEXT_CHARS_MAX or "\x00" in value:
        raise Refused("text", f"A text has at most {TEXT_CHARS_MAX} characters.")
    return value


def _paper(value: str) -> str:
    """A text that stands on tickets."""
    value = _text(value)
    if len(value) > PAPER_CHARS_MAX:
        raise Refused(
            "text",
            f"This text has {len(value):,} characters; a ticket bears {PAPER_CHARS_MAX:,}.",
            "Shorten it: the rest would be cut off on paper.",
        )
    return value


STATE_ORDER = case(
    {"active": 0, "suspended": 1, "closed": 2, "drawn": 3, "created": 4, "completed": 5},
    value=m.raffle_events.c.state,
    else_=6,
)
"""Sorts events: what is on sale first."""
