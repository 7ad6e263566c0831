"""Drafts: making an event, its packages and prizes, and changing them until it is activated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    func,
    insert,
    select,
    text,
    update,
)

from shared import money
from shared.errors import Refused
from shared.games import GAMES, raffle
from shared.ids import uuid7
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import models as m
from syncserver.events.checks import (
    PACKAGES_MAX,
    PRICE_MAX,
    PRIZES_MAX,
    TICKETS_PER_PACKAGE_MAX,
    check_currency,
    check_pools,
    check_prize_rule,
    check_relatives,
    check_rules,
    check_times,
    check_zone,
    draft,
    kept_as,
    named,
    papered,
    worded,
)
from syncserver.events.terms import (
    LOCALES,
    PERCENT,
    WINNERS_MAX,
    DrawRules,
    NewEvent,
    PoolPlan,
    PrizeRule,
    Settings,
    prizes,
    settings,
)
from syncserver.office import Office


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
    check_currency(currency)
    check_zone(timezone)
    made = c.execute(
        insert(m.organizations)
        .values(
            name=named(name, "organisation"),
            primary_currency=currency,
            license_number=worded(licence) or None,
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
    check_zone(timezone)
    address = None
    if city:
        address = c.execute(
            insert(m.addresses).values(city=worded(city)).returning(m.addresses.c.id)
        ).scalar_one()
    made = c.execute(
        insert(m.venues)
        .values(
            organization_id=organisation,
            name=named(name, "venue"),
            timezone=timezone,
            address_id=address,
            created_by=by,
        )
        .returning(m.venues.c.id)
    )
    return UUID(str(made.scalar_one()))


def create_event(office: Office, c: Connection, new: NewEvent, by: UUID) -> UUID:
    """A draft event and the counter of its numbers. Raises ``Refused``, naming what cannot be."""
    check_times(new.opens_at, new.closes_at, new.draw_at)
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
    check_currency(currency)
    identifier = named(new.identifier, "identifier")
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
    check_rules(kept.draw)
    check_pools(kept.pools, new.opens_at, new.closes_at, new.draw_at)
    check_relatives(c, kept.draw, new.organisation, currency)
    event = uuid7(office.clock)
    c.execute(
        insert(m.raffle_events).values(
            id=event,
            name=named(new.name, "event"),
            description=worded(new.description) or None,
            organization_id=new.organisation,
            venue_id=new.venue,
            event_identifier=identifier,
            state="created",
            configuration=kept_as(kept),
            ticket_allocation={"first": new.first_number, "last": new.last_number},
            currency=currency,
            licence_number=worded(new.licence) or None,
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
    row = draft(c, event, "the event", by)
    times = (opens_at or row.opens_at, closes_at or row.closes_at, draw_at or row.draw_at)
    check_times(*times)
    kept = settings(row.configuration)
    if draw is not None:
        check_rules(draw)
        check_relatives(c, draw, row.organization_id, row.currency, event)
        kept = replace(kept, draw=draw)
    if pools is not None:
        kept = replace(kept, pools=tuple(pools))
    check_pools(kept.pools, *times)
    changes: dict[str, Any] = {
        "configuration": None if draw is None and pools is None else kept_as(kept),
        "name": None if name is None else named(name, "event"),
        "opens_at": opens_at,
        "closes_at": closes_at,
        "draw_at": draw_at,
        "licence_number": None if licence is None else worded(licence),
        "description": None if description is None else worded(description),
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
    row = draft(c, event, "packages", by)
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
            name=named(name, "package"),
            description=papered(description) or None,
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
        draft(c, event, "packages", by)
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
    row = draft(c, event, "prizes", by)
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
    check_prize_rule(rule, type, kept)
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
            name=named(name, "prize"),
            description=worded(description) or None,
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
            update(m.raffle_events).where(m.raffle_events.c.id == event).values(configuration=kept_as(kept))
        )
    return prize


def remove_prize(c: Connection, prize: UUID, by: UUID | None = None) -> None:
    """Delete a prize of a draft. ``Refused`` (``frozen``) from activation on."""
    event = c.execute(select(m.prizes.c.event_id).where(m.prizes.c.id == prize)).scalar_one_or_none()
    if event is not None:
        draft(c, event, "prizes", by)
        c.execute(text("SELECT delete_unused('prizes', :id)"), {"id": prize})
