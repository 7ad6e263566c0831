"""The claims desk: scan or type a ticket, pay a prize once; and what becomes of prizes that nobody comes for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast, get_args
from uuid import UUID

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, Select, select

from shared import numbers
from shared.errors import Refused
from syncserver import auth, champions, claims, events
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.auth import access

TICKET_CHARS_MAX: Final = 1_000
PAID_SHOWN: Final = 20
EVENTS_SHOWN: Final = 50
NAME_CHARS_MAX: Final = 120
CONTACT_CHARS_MAX: Final = 200
DESK_CHARS_MAX: Final = 60
NOTE_CHARS_MAX: Final = 500
DECIDERS: Final = ("admin", "manager", "claims")
"""Who may ask that a prize be given up, and who may agree to what another asked for."""
LOOKERS: Final = (*DECIDERS, "auditor")
_NOT_OURS: Final = -1


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/claims", "claims_desk", desk, methods=["GET", "POST"])
    to.add_url_rule("/claims/pay", "pay", pay, methods=["POST"])
    to.add_url_rule("/claims/<uuid:claim>", "claim", paid)
    to.add_url_rule("/claims/<uuid:claim>/deliver", "deliver", deliver, methods=["POST"])
    to.add_url_rule("/prizes", "prizes", prizes)
    to.add_url_rule("/prizes/give-up", "give_up", give_up, methods=["POST"])
    to.add_url_rule("/prizes/agree", "agree_forfeit", agree, methods=["POST"])
    to.add_url_rule("/prizes/take-back", "take_back", take_back, methods=["POST"])


# The desk -------------------------------------------------------------------------------------------


@access(*ground.DESK)
def desk() -> ResponseReturnValue:
    """The desk; what was scanned is validated."""
    ticket = ground.text("ticket", "Ticket", TICKET_CHARS_MAX) if request.method == "POST" else ""
    with ground.reading() as c:
        verdict = _validated(c, ticket) if ticket else None
        limit = None
        zone = "UTC"
        if verdict is not None and verdict.event is not None:
            limit = _identity_above(c, verdict.event)
            zone = _zone(c, verdict.event)
            if limit == _NOT_OURS:
                verdict = claims.Validation("other", "This ticket is of another organisation.")
        known = "" if verdict is None or verdict.order is None else _known_name(c, verdict.order)
        table, query = _lately()
        if tables.asked_csv(table):
            return tables.export(table, query)
        latest = tables.read(c, table, query)
    return ground.page(
        "claims",
        "claims",
        ticket=ticket,
        v=verdict,
        latest=latest,
        limit=limit,
        known=known,
        zone=zone,
        desk=session.get("desk", ""),
    )


def _validated(c: Connection, ticket: str) -> claims.Validation:
    """What the ticket is; of a number as draws have them, which of the ticket's numbers to type instead."""
    short = "".join(ticket.split())
    if short.isascii() and short.isdigit() and len(short) <= len(str(numbers.DRAW_NUMBER_MAX)):
        return claims.Validation(
            "not_a_ticket",
            "That looks like a draw number: type the validation number under the QR code.",
        )
    return claims.validate(auth.office(), c, ticket)


def _known_name(c: Connection, order: UUID) -> str:
    """The buyer's name, where they told one: who comes with the ticket may be another."""
    o, a = m.orders, m.customer_accounts
    row = c.execute(
        select(o.c.customer_info, a.c.name)
        .outerjoin(a, (a.c.user_id == o.c.created_by) & a.c.deleted_at.is_(None))
        .where(o.c.id == order)
    ).one_or_none()
    return "" if row is None else str(row.name or (row.customer_info or {}).get("name") or "")


def _lately() -> tuple[tables.Table, Select[Any]]:
    """What was paid at the desks and kiosks of the organisation, the latest first."""
    k, r, column = m.prize_claims, m.draw_results, tables.Column
    table = tables.Table(
        "paid",
        "Paid lately",
        (
            column("claimed_at", "When", "time", k.c.claimed_at, nulls=False, lead=True),
            column("event_name", "Event"),
            column("prize_name", "Prize"),
            column("winning_number", "Number", "count", r.c.winning_number, nulls=False),
            column("amount", "Amount", "money", k.c.amount),
            column("desk", "Where"),
            column("payer", "By"),
            column("delivered_at", "Delivered", "time", k.c.delivered_at),
            column("receipt", "", exported=False),
        ),
        key=k.c.id,
        order="-claimed_at",
        empty=("Nothing has been paid yet", ""),
        rows=PAID_SHOWN,
    )
    return table, _claims().where(m.raffle_events.c.organization_id == auth.account().organisation)


def _claims() -> Select[Any]:
    k, r, w, u = m.prize_claims, m.draw_results, m.winners, m.users
    return (
        select(
            k,
            r.c.winning_number,
            m.prizes.c.name.label("prize_name"),
            m.raffle_events.c.id.label("event"),
            m.raffle_events.c.name.label("event_name"),
            m.raffle_events.c.currency,
            m.venues.c.timezone,
            m.venues.c.name.label("venue_name"),
            m.organizations.c.name.label("organisation_name"),
            w.c.name.label("winner_name"),
            u.c.display_name.label("payer"),
            m.orders.c.validation_number,
        )
        .join(r, r.c.id == k.c.draw_result_id)
        .join(m.prizes, m.prizes.c.id == r.c.prize_id)
        .join(m.draw_executions, m.draw_executions.c.id == r.c.draw_execution_id)
        .join(m.raffle_events, m.raffle_events.c.id == m.draw_executions.c.raffle_event_id)
        .join(m.organizations, m.organizations.c.id == m.raffle_events.c.organization_id)
        .join(m.tickets, m.tickets.c.id == r.c.winning_ticket_id)
        .join(m.orders, m.orders.c.id == m.tickets.c.order_id)
        .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
        .outerjoin(w, w.c.id == k.c.claimed_by)
        .outerjoin(u, u.c.id == k.c.verified_by)
    )


def _identity_above(c: Connection, event: UUID) -> int | None:
    """From which amount on the event's winners show an identity; ``_NOT_OURS`` of another organisation's event."""
    row = c.execute(
        select(m.raffle_events.c.configuration).where(
            m.raffle_events.c.id == event, m.raffle_events.c.organization_id == auth.account().organisation
        )
    ).one_or_none()
    return _NOT_OURS if row is None else events.settings(row.configuration).identity_above


def _zone(c: Connection, event: UUID) -> str:
    zone = c.execute(
        select(m.venues.c.timezone)
        .join(m.raffle_events, m.raffle_events.c.venue_id == m.venues.c.id)
        .where(m.raffle_events.c.id == event)
    ).scalar_one_or_none()
    return zone or "UTC"


@access(*ground.DESK)
def pay() -> ResponseReturnValue:
    """Pays a prize, once; and keeps what the winner lets be published."""
    ground.back_to("admin.claims_desk")
    me = auth.account()
    ticket = ground.text("ticket", "Ticket", TICKET_CHARS_MAX)
    result = ground.identifier("result", "Prize")
    # The desk stays known to this browser, so that it is typed once an evening.
    session["desk"] = desk = ground.text("desk", "Desk", DESK_CHARS_MAX)
    name = ground.text("name", "Name", NAME_CHARS_MAX)
    winner = {"name": name, "contact": ground.text("contact", "Contact", CONTACT_CHARS_MAX, least=0)}
    city = ground.text("city", "City", NAME_CHARS_MAX, least=0)
    seen = request.form.get("identity") == "yes"
    consent = request.form.get("consent") == "yes"
    here = auth.office()
    with ground.acting() as c:
        of = claims.validate(here, c, ticket).event
        if of is not None and _identity_above(c, of) == _NOT_OURS:
            raise Refused("not_won", "This ticket is of another organisation.")
        claim = claims.pay(here, c, ticket, result, me.id, winner, identity_checked=seen, desk=desk)
        if consent:
            champions.prepare(here, c, result, name=name, city=city, announcement="", consent=True, by=me.id)
    return redirect(url_for("admin.claim", claim=claim.id), 303)


def _own_claim(c: Connection, claim: UUID) -> Row[Any]:
    row = c.execute(
        _claims().where(
            m.prize_claims.c.id == claim,
            m.raffle_events.c.organization_id == auth.account().organisation,
        )
    ).one_or_none()
    if row is None:
        abort(404)
    return row


@access(*ground.DESK)
def paid(claim: UUID) -> ResponseReturnValue:
    """The receipt of a payment."""
    with ground.reading() as c:
        row = _own_claim(c, claim)
        names = _names(c, [row.delivered_by])
    return ground.page("claim", "claims", k=row, names=names)


@access(*ground.DESK)
def deliver(claim: UUID) -> ResponseReturnValue:
    """Notes that a prize reached its winner."""
    ground.back_to("admin.claim", claim=claim)
    note = ground.text("note", "Note", NOTE_CHARS_MAX, least=0)
    with ground.acting() as c:
        _own_claim(c, claim)
        claims.deliver(auth.office(), c, claim, note, auth.account().id)
    ground.tell("good", "The prize is noted as delivered.")
    return redirect(url_for("admin.claim", claim=claim), 303)


# Prizes and what becomes of them --------------------------------------------------------------------


@access(*LOOKERS)
def prizes() -> ResponseReturnValue:
    """Every official prize of an event: waiting, given up, paid; the newest event unless one is named."""
    e, d = m.raffle_events, m.draw_executions
    here = auth.office()
    with ground.reading() as c:
        drawn = select(d.c.raffle_event_id).where(d.c.official_at.is_not(None))
        held = c.execute(
            select(e, m.venues.c.timezone)
            .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
            .where(e.c.organization_id == auth.account().organisation, e.c.id.in_(drawn))
            .order_by(e.c.event_number.desc())
            .limit(EVENTS_SHOWN)
        ).all()
        asked = request.args.get("event", "")
        event = next((row for row in held if str(row.id) == asked), held[0] if held else None)
        rows = [] if event is None else claims.standings(here, c, event.id)
        forfeits = [row.forfeit for row in rows if row.forfeit is not None]
        names = _names(c, [who for f in forfeits for who in (f.asked_by, f.agreed_by)])
        rules = None if event is None else events.settings(event.configuration).draw
    zone = (None if event is None else event.timezone) or "UTC"
    given_up, paid = ([row for row in rows if row.state == state] for state in ("given_up", "paid"))
    which = None if event is None else event.id
    gone, settled = _gone(which, names), _settled(which)
    for table, listed in ((gone, given_up), (settled, paid)):
        if tables.asked_csv(table):
            return tables.export_listed(table, [_Row(row, zone) for row in listed])
    return ground.page(
        "prizes",
        "prizes",
        held=held,
        e=event,
        rules=rules,
        names=names,
        kinds=claims.KIND_WORDS,
        me=auth.account().id,
        waiting=[row for row in rows if row.state in {"open", "expired", "held"}],
        redraws=sum(row.waits_for_redraw for row in given_up),
        given_up=tables.listed(gone, [_Row(row, zone) for row in given_up]),
        paid=tables.listed(settled, [_Row(row, zone) for row in paid]),
    )


class _Row:
    """A standing prize in a list, whose times are the venue's."""

    def __init__(self, standing: claims.Standing, timezone: str) -> None:
        self.standing, self.timezone = standing, timezone

    def __getattr__(self, name: str) -> Any:
        return getattr(self.standing, name)


def _settled(event: UUID | None) -> tables.Table:
    column = tables.Column
    return tables.Table(
        "prizes-paid",
        "Paid",
        (
            column("paid_at", "When", "time", lead=True),
            column("prize_name", "Prize"),
            column("number", "Number", "count"),
            column("validation", "Ticket", "code", value=lambda row: numbers.show_validation(row.validation)),
            column("amount", "Amount", "money"),
            column("desk", "Where"),
            column("delivered_at", "Delivered", "time"),
            column("receipt", "", exported=False),
        ),
        order="-paid_at",
        empty=("Nothing has been paid yet", ""),
        prefix="paid-",
        kept={} if event is None else {"event": str(event)},
    )


def _gone(event: UUID | None, names: Mapping[UUID, str]) -> tables.Table:
    column = tables.Column

    def said(row: Any) -> str:
        by, agreed = (names.get(who, "–") for who in (row.forfeit.asked_by, row.forfeit.agreed_by))
        return f"{by}, agreed by {agreed}"

    return tables.Table(
        "prizes-given-up",
        "Given up",
        (
            column("prize_name", "Prize", lead=True),
            column("number", "Number", "count"),
            column("why", "Why", value=lambda row: claims.KIND_WORDS[row.forfeit.kind].capitalize()),
            column("reason", "Reason", "words", value=lambda row: row.forfeit.reason),
            column("by", "By", value=said),
            column("at", "When", "time", value=lambda row: row.forfeit.agreed_at),
            column("then", "What followed", value=_followed),
        ),
        prefix="gone-",
        kept={} if event is None else {"event": str(event)},
    )


def _followed(row: Any) -> str:
    if row.promoted_number:
        return f"Number {row.promoted_number}, next in line"
    if row.replaced_number:
        return f"Number {row.replaced_number}, by redraw"
    return "Waits for a redraw" if row.waits_for_redraw else "Not awarded again"


def _names(c: Connection, people: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {one for one in people if one is not None}
    u = m.users
    found = c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(wanted))).all() if wanted else []
    return {row.id: row.display_name for row in found}


def _own(c: Connection, result: UUID) -> UUID:
    """The event of an official result of one's own organisation; 404 otherwise."""
    r, d, e = m.draw_results, m.draw_executions, m.raffle_events
    event: UUID | None = c.execute(
        select(e.c.id)
        .join(d, d.c.raffle_event_id == e.c.id)
        .join(r, r.c.draw_execution_id == d.c.id)
        .where(r.c.id == result, e.c.organization_id == auth.account().organisation)
    ).scalar_one_or_none()
    if event is None:
        abort(404)
    return event


def _own_forfeit(c: Connection, forfeit: UUID) -> UUID:
    f = m.forfeits
    result = c.execute(select(f.c.draw_result_id).where(f.c.id == forfeit)).scalar_one_or_none()
    if result is None:
        abort(404)
    return _own(c, result)


def _to_prizes(event: UUID) -> ResponseReturnValue:
    return redirect(url_for("admin.prizes", event=event), 303)


@access(*DECIDERS)
def give_up() -> ResponseReturnValue:
    """Asks that a prize be given up."""
    ground.back_to("admin.prizes")
    result = ground.identifier("result", "Prize")
    kind = request.form.get("kind", "")
    if kind not in get_args(claims.Kind):
        raise Refused("kind", "Choose why the prize is given up.")
    with ground.acting() as c:
        event = _own(c, result)
        ground.back_to("admin.prizes", event=event)
        claims.give_up(
            auth.office(), c, result, cast("claims.Kind", kind), ground.reason(), auth.account().id
        )
    ground.tell("good", "Asked for.", "It holds the payment; a second person has to agree.")
    return _to_prizes(event)


@access(*DECIDERS)
def agree() -> ResponseReturnValue:
    """Agrees to what another person asked for."""
    ground.back_to("admin.prizes")
    forfeit = ground.identifier("forfeit", "Request")
    with ground.acting() as c:
        event = _own_forfeit(c, forfeit)
        ground.back_to("admin.prizes", event=event)
        agreed = claims.agree(auth.office(), c, forfeit, auth.account().id)
    if agreed.promoted is not None:
        ground.tell("good", "Given up. The next in line has won.", "Tell them: they are on the list now.")
    else:
        ground.tell("good", "The prize was given up.")
    return _to_prizes(event)


@access(*DECIDERS)
def take_back() -> ResponseReturnValue:
    """Takes back what nobody has agreed to."""
    ground.back_to("admin.prizes")
    forfeit = ground.identifier("forfeit", "Request")
    with ground.acting() as c:
        event = _own_forfeit(c, forfeit)
        ground.back_to("admin.prizes", event=event)
        claims.take_back(auth.office(), c, forfeit, ground.reason(), auth.account().id)
    ground.tell("good", "Taken back. The prize can be paid again.")
    return _to_prizes(event)
