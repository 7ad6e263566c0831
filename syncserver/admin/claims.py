"""The claims desk: scan or type a ticket, learn what it is, pay a prize once."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from syncserver import auth, claims
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

TICKET_CHARS_MAX: Final = 1_000
PAID_SHOWN: Final = 20


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
        latest = c.execute(
            select(
                k,
                m.draw_results.c.winning_number,
                m.prizes.c.name.label("prize_name"),
                m.raffle_events.c.currency,
            )
            .join(m.draw_results, m.draw_results.c.id == k.c.draw_result_id)
            .join(m.prizes, m.prizes.c.id == m.draw_results.c.prize_id)
            .join(m.raffle_events, m.raffle_events.c.id == m.prizes.c.event_id)
            .where(m.raffle_events.c.organization_id == auth.account().organisation)
            .order_by(k.c.claimed_at.desc())
            .limit(PAID_SHOWN)
        ).all()
    return ground.page("claims", "claims", ticket=ticket, v=verdict, latest=latest)


@access(*ground.DESK)
def pay() -> ResponseReturnValue:
    """Pays a prize, once."""
    ground.back_to("admin.claims_desk")
    me = auth.account()
    ticket = ground.text("ticket", "Ticket", TICKET_CHARS_MAX)
    result = ground.identifier("result", "Prize")
    with ground.acting() as c:
        claim = claims.pay(
            auth.office(),
            c,
            ticket,
            result,
            me.id,
            {
                "name": ground.text("name", "Name", 120),
                "contact": ground.text("contact", "Contact", 200, least=0),
            },
            identity_checked=request.form.get("identity") == "yes",
            desk=ground.text("desk", "Desk", 60, least=0) or me.name,
        )
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
