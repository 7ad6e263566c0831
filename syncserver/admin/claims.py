"""The claims desk: scan or type a ticket, learn what it is, pay a prize once."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from shared.errors import Refused
from syncserver import auth, claims, events
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

TICKET_CHARS_MAX: Final = 1_000
PAID_SHOWN: Final = 20
NAME_CHARS_MAX: Final = 120
CONTACT_CHARS_MAX: Final = 200
DESK_CHARS_MAX: Final = 60
_NOT_OURS: Final = -1


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/claims", "claims_desk", desk, methods=["GET", "POST"])
    to.add_url_rule("/claims/pay", "pay", pay, methods=["POST"])
    to.add_url_rule("/claims/<uuid:claim>", "claim", paid)


@access(*ground.DESK)
def desk() -> ResponseReturnValue:
    """The desk; what was scanned is validated."""
    ticket = ground.text("ticket", "Ticket", TICKET_CHARS_MAX) if request.method == "POST" else ""
    return _desk(ticket)


def _desk(ticket: str) -> str:
    k = m.prize_claims
    with ground.reading() as c:
        verdict = claims.validate(auth.office(), c, ticket) if ticket else None
        limit = None
        if verdict is not None and verdict.event is not None:
            limit = _identity_above(c, verdict.event)
            if limit == _NOT_OURS:
                verdict = claims.Validation("other", "This ticket is of another organisation.")
        latest = c.execute(
            select(
                k,
                m.draw_results.c.winning_number,
                m.prizes.c.name.label("prize_name"),
                m.raffle_events.c.currency,
                m.venues.c.timezone,
            )
            .join(m.draw_results, m.draw_results.c.id == k.c.draw_result_id)
            .join(m.prizes, m.prizes.c.id == m.draw_results.c.prize_id)
            .join(m.raffle_events, m.raffle_events.c.id == m.prizes.c.event_id)
            .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
            .where(m.raffle_events.c.organization_id == auth.account().organisation)
            .order_by(k.c.claimed_at.desc())
            .limit(PAID_SHOWN)
        ).all()
    return ground.page(
        "claims", "claims", ticket=ticket, v=verdict, latest=latest, limit=limit, desk=session.get("desk", "")
    )


def _identity_above(c: Connection, event: UUID) -> int | None:
    """From which amount on the event's winners show an identity; ``_NOT_OURS`` of another organisation's event."""
    row = c.execute(
        select(m.raffle_events.c.configuration).where(
            m.raffle_events.c.id == event, m.raffle_events.c.organization_id == auth.account().organisation
        )
    ).one_or_none()
    return _NOT_OURS if row is None else events.settings(row.configuration).identity_above


@access(*ground.DESK)
def pay() -> ResponseReturnValue:
    """Pays a prize, once."""
    ground.back_to("admin.claims_desk")
    me = auth.account()
    ticket = ground.text("ticket", "Ticket", TICKET_CHARS_MAX)
    result = ground.identifier("result", "Prize")
    # The desk stays known to this browser, so that it is typed once an evening.
    session["desk"] = desk = ground.text("desk", "Desk", DESK_CHARS_MAX)
    winner = {
        "name": ground.text("name", "Name", NAME_CHARS_MAX),
        "contact": ground.text("contact", "Contact", CONTACT_CHARS_MAX, least=0),
    }
    seen = request.form.get("identity") == "yes"
    here = auth.office()
    with ground.acting() as c:
        of = claims.validate(here, c, ticket).event
        if of is not None and _identity_above(c, of) == _NOT_OURS:
            raise Refused("not_won", "This ticket is of another organisation.")
        claim = claims.pay(here, c, ticket, result, me.id, winner, identity_checked=seen, desk=desk)
    return redirect(url_for("admin.claim", claim=claim.id), 303)


@access(*ground.DESK)
def paid(claim: UUID) -> ResponseReturnValue:
    """The receipt of a payment."""
    k = m.prize_claims
    with ground.reading() as c:
        row = c.execute(
            select(
                k,
                m.draw_results.c.winning_number,
                m.prizes.c.name.label("prize_name"),
                m.raffle_events.c.name.label("event_name"),
                m.raffle_events.c.currency,
                m.venues.c.timezone,
                m.winners.c.name.label("winner_name"),
                m.users.c.display_name.label("payer"),
                m.orders.c.validation_number,
            )
            .join(m.draw_results, m.draw_results.c.id == k.c.draw_result_id)
            .join(m.prizes, m.prizes.c.id == m.draw_results.c.prize_id)
            .join(m.raffle_events, m.raffle_events.c.id == m.prizes.c.event_id)
            .join(m.tickets, m.tickets.c.id == m.draw_results.c.winning_ticket_id)
            .join(m.orders, m.orders.c.id == m.tickets.c.order_id)
            .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
            .outerjoin(m.winners, m.winners.c.id == k.c.claimed_by)
            .outerjoin(m.users, m.users.c.id == k.c.verified_by)
            .where(k.c.id == claim, m.raffle_events.c.organization_id == auth.account().organisation)
        ).one_or_none()
    if row is None:
        abort(404)
    return ground.page("claim", "claims", k=row)
