"""Drafts: making an event, changing it until it is activated, doing it once more, and putting it away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, func, insert, literal, or_, select, text, update

from shared.errors import Refused
from shared.games import GAMES, raffle
from shared.ids import uuid7
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import models as m
from syncserver import organisations
from syncserver.audit import critical_event, reasoned
from syncserver.events.checks import (
    check_pools,
    check_relatives,
    check_rules,
    check_times,
    draft,
    kept_as,
    named,
    record,
    worded,
)
from syncserver.events.terms import (
    DECK,
    LOCALES,
    DrawRules,
    NewEvent,
    PoolPlan,
    Settings,
    get,
    locked,
    prizes,
    settings,
)
from syncserver.office import Office

WEEKS_MAX: Final = 520
"""Between an event and its duplicate."""
OVER: Final = ("completed", "cancelled")
"""The states of an event that can be put away."""


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
    organisations.check_currency(currency)
    organisations.check_zone(timezone)
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
    organisations.check_zone(timezone)
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
    currency = _check(c, new)
    kept = Settings(
        new.game,
        new.locale,
        new.policies,
        new.receipt,
        new.identity_above,
        draw=new.draw,
        pools=new.pools,
        bundles=new.bundles,
    )
    event = uuid7(office.clock)
    c.execute(
        insert(m.raffle_events).values(
            id=event,
            organization_id=new.organisation,
            state="created",
            configuration=kept_as(kept),
            ticket_allocation={"first": new.first_number, "last": new.last_number},
            created_by=by,
            **_columns(new, currency),
        )
    )
    c.execute(
        insert(m.number_counters).values(
            event_id=event, next_number=new.first_number, last_number=new.last_number
        )
    )
    return event


def change(c: Connection, event: UUID, by: UUID, new: NewEvent) -> None:
    """Make a draft what ``new`` says, whole; its packages and prizes stay.

    Raises ``Refused``: ``frozen`` from activation on, ``currency`` where packages or prizes are in another one,
    ``pool`` where a prize is drawn from a pool that would be gone, and what :func:`create_event` refuses.
    """
    row = draft(c, event, "the event", by)
    if row.organization_id != new.organisation:
        raise Refused("unknown_event", "There is no such event.")
    currency = _check(c, new, event)
    kept = settings(row.configuration)
    if currency != row.currency:
        k, z = m.ticket_packages, m.prizes
        if c.execute(
            select(k.c.id).where(k.c.event_id == event).union(select(z.c.id).where(z.c.event_id == event))
        ).all():
            raise Refused(
                "currency",
                f"Its packages and prizes are in {row.currency}.",
                f"Remove them first; an event has one currency, and nothing is converted into {currency}.",
            )
    pools = {raffle.MAIN_POOL, DECK, *(plan.name for plan in new.pools)}
    for prize in prizes(c, event):
        if prize.rule.pool not in pools:
            raise Refused(
                "pool", f"{prize.name} is drawn from a pool that would be gone.", "Remove that prize first."
            )
    kept = replace(
        kept,
        game=new.game,
        locale=new.locale,
        policies=new.policies,
        receipt=new.receipt,
        identity_above=new.identity_above,
        draw=new.draw,
        pools=new.pools,
        bundles=new.bundles,
    )
    if (row.activate_at or new.opens_at) >= new.closes_at:
        raise Refused(
            "times", "The event would be put on sale after its close.", "Change when it is put on sale first."
        )
    numbers = {"first": new.first_number, "last": new.last_number}
    if numbers != {one: row.ticket_allocation.get(one) for one in numbers}:
        c.execute(text("SELECT renumber_draft(:event, :first, :last)"), {"event": event, **numbers})
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(
            configuration=kept_as(kept),
            updated_by=by,
            updated_at=func.now(),
            **_columns(new, currency),
        )
    )


def _check(c: Connection, new: NewEvent, event: UUID | None = None) -> str:
    """What a draft may be; its currency. ``event`` is the draft itself where it is there already."""
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
    if (
        new.venue is not None
        and not c.execute(
            select(m.venues.c.id).where(
                m.venues.c.id == new.venue, m.venues.c.organization_id == new.organisation
            )
        ).all()
    ):
        raise Refused("venue", "There is no such venue.", "Choose one of the list.")
    currency = new.currency or organisation.primary_currency
    organisations.check_currency(currency)
    organisations.check_notes(new.receipt.notes)
    identifier, e = named(new.identifier, "identifier"), m.raffle_events
    if c.execute(select(e.c.id).where(e.c.event_identifier == identifier, e.c.id != event)).one_or_none():
        raise Refused(
            "identifier_taken", f"Another event has the short code {identifier!r}.", "Choose another."
        )
    check_rules(new.draw)
    check_pools(new.pools, new.opens_at, new.closes_at, new.draw_at)
    check_relatives(c, new.draw, new.organisation, currency, event)
    return str(currency)


def _columns(new: NewEvent, currency: str) -> dict[str, Any]:
    """What of an event stands in columns of its own."""
    return {
        "name": named(new.name, "event"),
        "description": worded(new.description) or None,
        "venue_id": new.venue,
        "event_identifier": named(new.identifier, "identifier"),
        "currency": currency,
        "licence_number": worded(new.licence) or None,
        "opens_at": new.opens_at,
        "closes_at": new.closes_at,
        "draw_at": new.draw_at,
    }


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


def duplicate(
    office: Office, c: Connection, event: UUID, by: UUID, name: str, identifier: str, weeks: int
) -> UUID:
    """A new draft with this event's terms, packages, prizes and pictures, ``weeks`` later by the venue's clock.

    It gets numbers of its own, and nothing of what was sold or drawn; links to other events are left out, since they
    were of that evening. ``Refused`` (``weeks``, ``identifier_taken``, ``name``, ``times``, ``unknown_event``).
    """
    if not 1 <= weeks <= WEEKS_MAX:
        raise Refused("weeks", f"The new event is 1 to {WEEKS_MAX} weeks later.")
    row = get(c, event)
    kept = settings(row.configuration)
    zone = ZoneInfo(
        c.scalar(select(m.venues.c.timezone).where(m.venues.c.id == row.venue_id))
        or organisations.of(c, row.organization_id).timezone
    )

    def later(at: datetime | None) -> datetime | None:
        """The same hour on the clocks there, on whichever side of summer time."""
        if at is None:
            return None
        shown = at.astimezone(zone).replace(tzinfo=None) + timedelta(weeks=weeks)
        return shown.replace(tzinfo=zone).astimezone(UTC)

    opens, closes = later(row.opens_at), later(row.closes_at)
    assert opens is not None
    assert closes is not None
    new = create_event(
        office,
        c,
        NewEvent(
            name=name,
            identifier=identifier,
            organisation=row.organization_id,
            venue=row.venue_id,
            opens_at=opens,
            closes_at=closes,
            draw_at=later(row.draw_at),
            currency=row.currency,
            first_number=row.ticket_allocation["first"],
            last_number=row.ticket_allocation["last"],
            licence=row.licence_number or "",
            description=row.description or "",
            game=kept.game,
            locale=kept.locale,
            policies=kept.policies,
            receipt=kept.receipt,
            identity_above=kept.identity_above,
            draw=msgspec.structs.replace(kept.draw, linked_to=None, carry_from=None),
            pools=tuple(
                msgspec.structs.replace(plan, until=later(plan.until), draw_at=later(plan.draw_at))
                for plan in kept.pools
            ),
            bundles=kept.bundles,
        ),
        by,
    )
    _copy(c, event, new, by, later)
    return new


def _copy(
    c: Connection,
    event: UUID,
    new: UUID,
    by: UUID,
    later: Callable[[datetime | None], datetime | None],
) -> None:
    """An event's packages, prizes and pictures, in another one."""
    k, z, i = m.ticket_packages, m.prizes, m.event_images
    same: tuple[str, ...]
    for row in c.execute(select(k).where(k.c.event_id == event).order_by(k.c.display_order, k.c.id)).all():
        same = ("name", "description", "ticket_count", "price", "currency", "display_order", "perk_ids")
        c.execute(
            insert(k).values(
                event_id=new,
                is_active=row.is_active,
                active_from=later(row.active_from),
                active_to=later(row.active_to),
                created_by=by,
                **{one: getattr(row, one) for one in same},
            )
        )
    rules = settings(get(c, event).configuration).prize_rules
    kept = settings(get(c, new).configuration)
    for row in c.execute(select(z).where(z.c.event_id == event).order_by(z.c.position, z.c.id)).all():
        same = ("name", "description", "type", "value", "percentage", "currency", "position", "winner_count")
        made: UUID = c.execute(
            insert(z)
            .values(event_id=new, created_by=by, **{one: getattr(row, one) for one in same})
            .returning(z.c.id)
        ).scalar_one()
        if str(row.id) in rules:
            kept.prize_rules[str(made)] = rules[str(row.id)]
    c.execute(update(m.raffle_events).where(m.raffle_events.c.id == new).values(configuration=kept_as(kept)))
    same = ("content", "content_type", "sha256", "width", "height", "alt", "position", "is_cover")
    c.execute(
        insert(i).from_select(
            ["event_id", "created_by", *same],
            select(literal(new), literal(by), *(i.c[one] for one in same)).where(i.c.event_id == event),
        )
    )


def delete(c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Delete a draft that never sold anything (E11); that it was there stays on record.

    ``Refused`` (``reason``, ``frozen``, ``in_use`` where another event is drawn with it or carries on from it).
    """
    words, e = reasoned(reason), m.raffle_events
    row = draft(c, event, "the event", by)
    draw = e.c.configuration["draw"]
    if c.execute(
        select(e.c.id).where(
            or_(draw["linked_to"].astext == str(event), draw["carry_from"].astext == str(event))
        )
    ).all():
        raise Refused("in_use", f"Another event is to be drawn with {row.name}.", "Change that one first.")
    c.execute(text("SELECT delete_unused('raffle_events', :id)"), {"id": event})
    critical_event(
        c,
        "event_deleted",
        "WARN",
        f"{row.name} (No. {row.event_number}, {row.event_identifier}), a draft, was deleted. {words}",
        user_id=by,
    )


def archive(office: Office, c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Put an event that is over out of the lists; every report goes on counting it (E11).

    ``Refused`` (``reason``, ``state`` where it is neither completed nor called off).
    """
    words = reasoned(reason)
    row = locked(c, event)
    if row.state not in OVER:
        raise Refused(
            "state", f"{row.name} is {row.state}.", "Only what is completed or called off is put away."
        )
    _set(c, event, by, archived_at=office.now(), archived_by=by)
    record(c, row, "event_archived", f"The event was put away. {words}", by)


def unarchive(c: Connection, event: UUID, by: UUID) -> None:
    """Back into the lists."""
    row = locked(c, event)
    _set(c, event, by, archived_at=None, archived_by=None)
    record(c, row, "event_unarchived", "The event was put back into the lists.", by)


def feature(c: Connection, event: UUID, by: UUID, *, on: bool) -> None:
    """Show the event first on the public home page, or no longer (O11). ``Refused`` (``unknown_event``)."""
    get(c, event)
    _set(c, event, by, is_featured=on)


def _set(c: Connection, event: UUID, by: UUID, **columns: Any) -> None:
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(updated_by=by, updated_at=func.now(), **columns)
    )
