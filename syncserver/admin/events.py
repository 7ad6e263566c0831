"""Events: making one, its packages and prizes while it is a draft, and its way from draft to closed."""

from __future__ import annotations

from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, func, select

from shared import clock, money, wire
from shared.errors import Refused
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import auth, events, reports
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

AMOUNT_MAX: Final = 10_000_000
"""Of a price or a prize, in major units."""
POSITION_MAX: Final = 1_000
ORDER_MAX: Final = 1_000
NUMBERS_DEFAULT: Final = 1_000_000
_ADDING = "new"


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/new", "new_event", new_event, methods=["GET", "POST"])
    to.add_url_rule("/events/<uuid:event>", "event", show)
    to.add_url_rule("/events/<uuid:event>/packages", "add_package", add_package, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/prizes", "add_prize", add_prize, methods=["POST"])
    to.add_url_rule(
        "/events/<uuid:event>/<any(activate,suspend,resume,close,cancel):step>",
        "event_step",
        step,
        methods=["POST"],
    )
    to.add_url_rule("/events/<uuid:event>/move-close", "move_close", move_close, methods=["POST"])
    to.add_url_rule(
        "/events/<uuid:event>/packages/<uuid:package>/remove",
        "remove_package",
        remove_package,
        methods=["POST"],
    )
    to.add_url_rule(
        "/events/<uuid:event>/prizes/<uuid:prize>/remove", "remove_prize", remove_prize, methods=["POST"]
    )
    to.add_url_rule("/events/<uuid:event>/<any(orders,tickets):table>.csv", "event_csv", table_csv)


@access(*ground.MANAGERS)
def new_event() -> ResponseReturnValue:
    """The form of a new event, and making it."""
    me = auth.account()
    with ground.reading() as c:
        venues = c.execute(
            select(m.venues)
            .where(m.venues.c.organization_id == me.organisation, m.venues.c.is_active)
            .order_by(m.venues.c.name)
        ).all()
    refused: Refused | None = None
    if request.method == "POST":
        try:
            return redirect(url_for("admin.event", event=_make_event()), 303)
        except Refused as e:
            refused = e
    values = {
        "form": request.form,
        "venues": venues,
        "zones": sorted(
            z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/"))
        ),
        "number_max": DRAW_NUMBER_MAX,
        "numbers_default": NUMBERS_DEFAULT,
        "refused": refused,
    }
    return ground.page("event_new", "events", **values), 422 if refused else 200


def _make_event() -> UUID:
    me, here = auth.account(), auth.office()
    with ground.acting() as c:
        venue, timezone = _venue(c)
        opens = ground.moment("opens_at", "Sales open", timezone)
        closes = ground.moment("closes_at", "Sales close", timezone)
        draws = ground.moment("draw_at", "Draw", timezone) if request.form.get("draw_at") else None
        currency = ground.text("currency", "Currency", 3).upper()
        if not money.known(currency):
            raise Refused("currency", f"“{currency}” is no currency.", "Write its three letters, like EUR.")
        limit = (
            _amount("identity_above", "Identity", currency) if request.form.get("identity_above") else None
        )
        new = events.NewEvent(
            name=ground.text("name", "Name", 120),
            identifier=ground.text("identifier", "Short code", 40),
            organisation=me.organisation,
            venue=venue,
            opens_at=opens,
            closes_at=closes,
            draw_at=draws,
            currency=currency,
            first_number=1,
            last_number=ground.whole("last_number", "Highest draw number", 1, DRAW_NUMBER_MAX),
            licence=ground.text("licence", "Licence", 60, least=0),
            identity_above=limit,
            receipt=wire.ReceiptText(
                heading=ground.text("heading", "Heading", 120, least=0),
                contact=ground.text("contact", "Contact", 200, least=0),
                results_at=ground.text("results_at", "Results at", 200, least=0),
            ),
        )
        return events.create_event(here, c, new, me.id)


def _venue(c: Connection) -> tuple[UUID, str]:
    me = auth.account()
    if request.form.get("venue") == _ADDING:
        timezone = request.form.get("timezone", "")
        if timezone not in available_timezones():
            raise Refused("timezone", "Choose the venue's time zone from the list.")
        return events.create_venue(
            c, me.organisation, ground.text("venue_name", "Venue", 120), timezone
        ), timezone
    chosen = ground.identifier("venue", "Venue")
    row = c.execute(
        select(m.venues.c.id, m.venues.c.timezone).where(
            m.venues.c.id == chosen, m.venues.c.organization_id == me.organisation
        )
    ).one_or_none()
    if row is None:
        raise Refused("field", "Venue: choose one of the list.")
    return row.id, row.timezone or "UTC"


@access(*ground.SEEKERS)
def show(event: UUID) -> ResponseReturnValue:
    """One event: what is sold, what can be won, how it stands, what comes next."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        packages = c.execute(
            select(m.ticket_packages)
            .where(m.ticket_packages.c.event_id == event)
            .order_by(m.ticket_packages.c.display_order, m.ticket_packages.c.price)
        ).all()
        prizes = c.execute(
            select(m.prizes).where(m.prizes.c.event_id == event).order_by(m.prizes.c.position)
        ).all()
        voids = c.scalar(select(func.count()).select_from(m.voids).where(m.voids.c.event_id == event))
        draw = c.execute(
            select(m.draw_executions.c.id, m.draw_executions.c.official_at)
            .where(m.draw_executions.c.raffle_event_id == event)
            .order_by(m.draw_executions.c.attempt.desc())
            .limit(1)
        ).one_or_none()
        sold = c.scalar(
            select(func.coalesce(func.sum(m.orders.c.ticket_count), 0)).where(
                m.orders.c.event_id == event, m.orders.c.payment_status == "paid", ~m.orders.c.is_test
            )
        )
        total = events.sales_total(c, event)
        jackpot = events.jackpot(c, event)
    now = clock.utc(auth.office().clock.now_ms())
    return ground.page(
        "event",
        "events",
        e=row,
        packages=packages,
        prizes=prizes,
        voids=voids,
        draw=draw,
        sold=sold,
        total=total,
        jackpot=jackpot,
        now=now,
    )


@access(*ground.MANAGERS)
def add_package(event: UUID) -> ResponseReturnValue:
    """Adds a package to a draft."""
    page = ground.back_to("admin.event", event=event, _anchor="packages")
    with ground.acting() as c:
        row = ground.own_event(c, event)
        events.add_package(
            c,
            event,
            ground.text("name", "Name", 80),
            ground.whole("tickets", "Tickets", 1, events.TICKETS_PER_PACKAGE_MAX),
            _amount("price", "Price", row.currency),
            ground.whole("order", "Order", 0, ORDER_MAX),
            by=auth.account().id,
        )
    return redirect(page, 303)


def _amount(name: str, label: str, currency: str) -> int:
    """A field in major units, as minor units."""
    try:
        return money.minor(ground.decimal(name, label, AMOUNT_MAX), currency)
    except ValueError as e:
        raise Refused("field", f"{label}: {currency} has no such fractions.") from e


@access(*ground.MANAGERS)
def add_prize(event: UUID) -> ResponseReturnValue:
    """Adds a prize to a draft."""
    page = ground.back_to("admin.event", event=event, _anchor="prizes")
    kind = request.form.get("type", "")
    with ground.acting() as c:
        row = ground.own_event(c, event)
        shared_out = kind == "percentage"
        events.add_prize(
            c,
            event,
            ground.text("name", "Name", 120),
            kind,
            0 if shared_out else _amount("amount", "Amount", row.currency),
            ground.whole("position", "Position", 1, POSITION_MAX),
            ground.whole("winners", "Winners", 1, events.WINNERS_MAX),
            basis_points=int(ground.decimal("amount", "Share", 100) * events.PERCENT) if shared_out else 0,
            by=auth.account().id,
        )
    return redirect(page, 303)


@access(*ground.MANAGERS)
def remove_package(event: UUID, package: UUID) -> ResponseReturnValue:
    """Takes a package out of a draft."""
    page = ground.back_to("admin.event", event=event, _anchor="packages")
    k = m.ticket_packages
    with ground.acting() as c:
        ground.own_event(c, event)
        if c.scalar(select(k.c.id).where(k.c.id == package, k.c.event_id == event)) is None:
            abort(404)
        events.remove_package(c, package, auth.account().id)
    return redirect(page, 303)


@access(*ground.MANAGERS)
def remove_prize(event: UUID, prize: UUID) -> ResponseReturnValue:
    """Takes a prize out of a draft."""
    page = ground.back_to("admin.event", event=event, _anchor="prizes")
    z = m.prizes
    with ground.acting() as c:
        ground.own_event(c, event)
        if c.scalar(select(z.c.id).where(z.c.id == prize, z.c.event_id == event)) is None:
            abort(404)
        events.remove_prize(c, prize, auth.account().id)
    return redirect(page, 303)


@access(*ground.MANAGERS)
def step(event: UUID, step: str) -> ResponseReturnValue:
    """Takes an event a step on its way."""
    page = ground.back_to("admin.event", event=event)
    here, me = auth.office(), auth.account()
    with ground.acting() as c:
        ground.own_event(c, event)
        if step == "activate":
            events.activate(here, c, event, me.id)
            said = (
                "The event is active. Kiosks learn of it at their next contact, and sell from its opening on."
            )
        elif step == "suspend":
            events.suspend(here, c, event, me.id, ground.reason())
            said = "Selling is suspended. Kiosks stop at their next contact."
        elif step == "resume":
            events.resume(here, c, event, me.id, ground.reason())
            said = "Selling goes on."
        elif step == "close":
            events.close(here, c, event, me.id)
            said = "Sales are closed. Now the kiosks hand in what they sold."
        else:
            events.cancel(here, c, event, me.id, ground.reason())
            said = "The event is cancelled."
    ground.tell("good", said)
    return redirect(page, 303)


@access(*ground.MANAGERS)
def move_close(event: UUID) -> ResponseReturnValue:
    """Moves the closing time of an event on sale, and the draw's with it where one is given."""
    page = ground.back_to("admin.event", event=event)
    with ground.acting() as c:
        row = ground.own_event(c, event)
        timezone = row.timezone or "UTC"
        closes = ground.moment("closes_at", "Sales close", timezone)
        draw = ground.moment("draw_at", "Draw", timezone) if request.form.get("draw_at") else None
        events.move_close(auth.office(), c, event, closes, auth.account().id, ground.reason(), draw)
    ground.tell("good", "The closing time is moved. Kiosks learn of it at their next contact.")
    return redirect(page, 303)


@access(*ground.READERS)
def table_csv(event: UUID, table: str) -> Response:
    """An event's orders or tickets to download."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
    make = reports.orders_csv if table == "orders" else reports.tickets_csv
    return ground.csv(lambda c: make(c, event), f"{table}-{row.event_number}")
