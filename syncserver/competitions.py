"""Raffles as a shop's front end asks for them: which are open, how far they are sold, who won, whose ticket is whose.

What everybody may see, in words of a shop: a competition is an event, `upcoming` before its sales open, `active` while
they are open, `ended` once they are over, `drawn` once a result is official. Amounts are in minor units. Nothing of a
result is told before it is official.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, false, func, or_, select

from shared.games.raffle import MAIN_POOL
from syncserver import events
from syncserver import models as m

SHOWN: Final = ("active", "suspended", "closed", "drawn", "completed")
"""The states in which the public is offered an event; a draft or a cancelled one is not there."""
Status = Literal["active", "upcoming", "ended", "drawn"]
Standing = Literal["active", "upcoming", "ended", "drawn", "cancelled"]
"""How a competition stands that is asked for by its id: one that was on sale and was called off says so."""


class Prize(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What can be won; `value` in minor units of the competition's currency, of a share of the sales null."""

    id: UUID
    name: str
    description: str
    position: int
    winners: int
    value: int | None
    share_of_sales: float | None
    """In percent."""


class Package(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """So many tickets for so much."""

    id: UUID
    name: str
    description: str
    tickets: int
    price: int
    active_from: datetime | None
    active_to: datetime | None


class Competition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A raffle on offer, or over."""

    id: UUID
    name: str
    description: str
    organisation: str
    status: Standing
    is_active: bool
    """Tickets are sold at this moment."""
    currency: str
    ticket_price: int | None
    """Of the package in which one ticket costs least, for one ticket, minor units; null without packages."""
    sold_tickets: int
    max_tickets: int
    start_date: datetime | None
    end_date: datetime | None
    draw_date: datetime | None
    timezone: str
    jackpot: int
    featured: bool


class CompetitionDetail(Competition, frozen=True, kw_only=True, rename="camel"):
    """A raffle with what is sold and won in it."""

    prizes: list[Prize]
    packages: list[Package]


class Competitions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of the list; `next` is the cursor of the next part, null behind the last."""

    competitions: list[Competition]
    next: str | None


class Winner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A winning ticket; its holder's name only where they agreed and the office approved."""

    prize: str
    position: int
    competition_id: UUID
    """Of the ticket: another than was asked for where several were drawn together."""
    winning_ticket_number: int
    value: int
    currency: str
    drawn_at: datetime
    winner: str | None
    city: str | None
    announcement: str | None


class Draw(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A draw whose result is official."""

    id: UUID
    attempt: int
    kind: str
    manual: bool
    automatic: bool
    official_at: datetime
    proof: str
    """Where its proof lies, on this server."""
    winners: list[Winner]


class Draws(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The official draws of a competition."""

    competition_id: UUID
    completed: bool
    """The main draw is held, and official."""
    draws: list[Draw]


class UserTicket(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A ticket bought on line."""

    ticket_number: int
    competition_id: UUID
    order_id: UUID
    purchase_date: datetime
    status: Literal["active", "refunded", "invalid"]


class UserTickets(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of somebody's tickets; `next` is the cursor of the next part, null behind the last."""

    tickets: list[UserTicket]
    next: str | None


def _status(now: datetime) -> ColumnElement[str]:
    e = m.raffle_events
    return case(
        (e.c.state == "cancelled", "cancelled"),
        (e.c.state.in_(("drawn", "completed")), "drawn"),
        (or_(e.c.state == "closed", e.c.closes_at <= now), "ended"),
        (e.c.opens_at > now, "upcoming"),
        else_="active",
    )


def _shown(now: datetime) -> Select[Any]:
    e, a, k = m.raffle_events, m.rsu_allocations, m.ticket_packages
    sold = (
        select(func.coalesce(func.sum(a.c.tickets_sold - a.c.tickets_voided), 0))
        .where(a.c.raffle_event_id == e.c.id)
        .scalar_subquery()
    )
    cheapest = (
        select(func.min((k.c.price + k.c.ticket_count - 1) // k.c.ticket_count))
        .where(k.c.event_id == e.c.id, events.offered(now))
        .correlate(e)
        .scalar_subquery()
    )
    return (
        select(
            e,
            m.venues.c.timezone,
            m.organizations.c.name.label("holder"),
            _status(now).label("status"),
            sold.label("sold"),
            cheapest.label("cheapest"),
        )
        .join(m.organizations, m.organizations.c.id == e.c.organization_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
    )


def listed(
    c: Connection, now: datetime, status: Status | None, before: int | None, limit: int
) -> list[tuple[int, Competition]]:
    """At most so many competitions, the newest first, each behind its consecutive number; those below ``before``."""
    e = m.raffle_events
    query = _shown(now).where(e.c.state.in_(SHOWN))
    if status is not None:
        query = query.where(_status(now) == status)
    if before is not None:
        query = query.where(e.c.event_number < before)
    rows = c.execute(query.order_by(e.c.event_number.desc()).limit(limit)).all()
    pots = events.jackpots(c, [row.id for row in rows])
    return [(row.event_number, Competition(**_told(row, now, pots[row.id]))) for row in rows]


def one(c: Connection, now: datetime, event: UUID) -> CompetitionDetail | None:
    """One competition, also one that was called off; None where the public sees none of that id."""
    e = m.raffle_events
    called_off = (e.c.state == "cancelled") & e.c.activated_at.is_not(None)
    row = c.execute(_shown(now).where(e.c.id == event, e.c.state.in_(SHOWN) | called_off)).one_or_none()
    if row is None:
        return None
    k = m.ticket_packages
    offered = c.execute(
        select(k)
        .join(e, e.c.id == k.c.event_id)
        .where(k.c.event_id == event, events.offered(now))
        .order_by(k.c.display_order, k.c.price, k.c.id)
    )
    return CompetitionDetail(
        **_told(row, now, events.jackpot(c, event)),
        prizes=[
            Prize(
                id=prize.id,
                name=prize.name,
                description=prize.description,
                position=prize.position,
                winners=prize.rule.winners,
                value=prize.rule.value if prize.rule.type == "fixed" else None,
                share_of_sales=prize.rule.basis_points / 100 if prize.rule.type == "percentage" else None,
            )
            for prize in events.prizes(c, event)
        ],
        packages=[
            Package(
                id=p.id,
                name=p.name,
                description=p.description or "",
                tickets=p.ticket_count,
                price=p.price,
                active_from=p.active_from,
                active_to=p.active_to,
            )
            for p in offered
        ],
    )


def _told(row: Row[Any], now: datetime, pot: int) -> dict[str, Any]:
    begun = row.opens_at is None or row.opens_at <= now
    numbers = row.ticket_allocation
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description or "",
        "organisation": row.holder,
        "status": row.status,
        "is_active": row.state == "active" and row.status == "active" and begun,
        "currency": row.currency,
        "ticket_price": row.cheapest,
        "sold_tickets": int(row.sold),
        "max_tickets": int(numbers.get("last", 0)) - int(numbers.get("first", 1)) + 1,
        "start_date": row.opens_at,
        "end_date": row.closes_at,
        "draw_date": row.draw_at,
        "timezone": row.timezone or "UTC",
        "jackpot": pot,
        "featured": row.is_featured,
    }


def draws(c: Connection, event: UUID) -> Draws | None:
    """The official draws in which a competition's tickets take part; None where the public sees none of that id."""
    e, d, r, h, f = m.raffle_events, m.draw_executions, m.draw_results, m.champions, m.forfeits
    row = c.execute(select(e.c.configuration).where(e.c.id == event, e.c.state.in_(SHOWN))).one_or_none()
    if row is None:
        return None
    # What is drawn together with another event is decided by that one's main draw.
    leading = events.settings(row.configuration).draw.linked_to
    taking_part = or_(
        d.c.raffle_event_id == event,
        false() if leading is None else (d.c.raffle_event_id == leading) & (d.c.plan == MAIN_POOL),
    )
    held = c.execute(
        select(d).where(taking_part, d.c.official_at.is_not(None)).order_by(d.c.official_at, d.c.attempt)
    ).all()
    agreed = and_(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None))
    published = and_(
        h.c.draw_result_id == r.c.id, h.c.approved_at.is_not(None), h.c.withdrawn_at.is_(None), h.c.consent
    )
    won = c.execute(
        select(
            r,
            m.prizes.c.name.label("prize"),
            m.tickets.c.event_id.label("ticket_event"),
            e.c.currency,
            h.c.id.label("champion"),
            h.c.display_name,
            h.c.city,
            h.c.announcement,
        )
        .join(d, d.c.id == r.c.draw_execution_id)
        .join(e, e.c.id == d.c.raffle_event_id)
        .join(m.prizes, m.prizes.c.id == r.c.prize_id)
        .join(m.tickets, m.tickets.c.id == r.c.winning_ticket_id)
        .outerjoin(h, published)
        .outerjoin(f, agreed)
        # What was given up has no winner; a reserve is one only once it was promoted.
        .where(
            taking_part,
            d.c.official_at.is_not(None),
            f.c.id.is_(None),
            or_(~r.c.reserve, r.c.id.in_(select(f.c.promoted_id).where(f.c.promoted_id.is_not(None)))),
        )
        .order_by(r.c.position, r.c.winner, r.c.id)
    ).all()
    return Draws(
        competition_id=event,
        completed=any(one.plan == MAIN_POOL for one in held),
        draws=[
            Draw(
                id=one.id,
                attempt=one.attempt,
                kind=one.kind,
                manual=(one.entropy_source or {}).get("source") == "manual",
                automatic=one.automatic,
                official_at=one.official_at,
                proof=f"/draws/{one.id}/bundle.json",
                winners=[_winner(row) for row in won if row.draw_execution_id == one.id],
            )
            for one in held
        ],
    )


def _winner(row: Row[Any]) -> Winner:
    known = row.champion is not None
    return Winner(
        prize=row.prize,
        position=row.position,
        competition_id=row.ticket_event,
        winning_ticket_number=row.winning_number,
        value=row.prize_value_at_draw,
        currency=row.currency,
        drawn_at=row.selected_at,
        winner=(row.display_name or None) if known else None,
        city=(row.city or None) if known else None,
        announcement=(row.announcement or None) if known else None,
    )


def tickets(
    c: Connection,
    organisation: UUID,
    user: UUID | None,
    event: UUID | None,
    after: tuple[UUID, int] | None,
    limit: int,
) -> list[UserTicket]:
    """At most so many of the tickets that a customer of the organisation bought on line, by event and number."""
    t, o, e, x = m.tickets, m.orders, m.raffle_events, m.exclusions
    excluded = select(x.c.id).where(x.c.order_id == o.c.id, x.c.lifted_at.is_(None)).exists()
    query = (
        select(
            t.c.draw_number, t.c.event_id, t.c.order_id, t.c.sold_at, t.c.state, excluded.label("excluded")
        )
        .join(o, o.c.id == t.c.order_id)
        .join(e, e.c.id == t.c.event_id)
        .where(
            o.c.created_by == user if user is not None else false(),
            o.c.source == "online",
            e.c.organization_id == organisation,
        )
    )
    if event is not None:
        query = query.where(t.c.event_id == event)
    if after is not None:
        query = query.where(func.row(t.c.event_id, t.c.draw_number) > func.row(*after))
    rows = c.execute(query.order_by(t.c.event_id, t.c.draw_number).limit(limit)).all()
    return [
        UserTicket(
            ticket_number=row.draw_number,
            competition_id=row.event_id,
            order_id=row.order_id,
            purchase_date=row.sold_at,
            status="refunded"
            if row.state == "void"
            else "active"
            if row.state == "sold" and not row.excluded
            else "invalid",
        )
        for row in rows
    ]
