"""Events: making one, its packages and prizes while it is a draft, and its way from draft to closed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, func, select

from shared import clock, money, wire
from shared.errors import Refused
from shared.games import raffle
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import auth, champions, events, logos, online, organisations, pools, reports
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

AMOUNT_MAX: Final = 10_000_000
"""Of a price or a prize, in major units."""
POSITION_MAX: Final = 1_000
ORDER_MAX: Final = 1_000
NUMBERS_DEFAULT: Final = 1_000_000
POOL_CHARS: Final = 36
"""Of a pool's name, with room for a number behind it."""
COSTS_MAX: Final = 100_000_000
"""Documented costs, in major units."""
ROWS_EMPTY: Final = 1
"""Empty rows for early birds on a new form; more are added by a touch."""
_ADDING = "new"
AGE_MAX: Final = 99
UNSYNCED_MAX: Final = 100_000
MODES: Final = {
    "attended": "By an operator",
    "self-service": "By the buyer, who pays the attendant",
    "both": "Either, as the kiosk is set",
}
PAYMENTS: Final = {"cash,card": "Cash and card", "cash": "Cash alone", "card": "Card alone"}
TOLD_BY_BUYERS: Final = {"name": "Name", "phone": "Phone", "email": "E-mail"}
"""What a buyer can be asked for."""
METHODS: Final = {
    "generator": "By the machine",
    "manual": "By hand, from printed counterfoils",
    "both": "Either, as decided at the draw",
}
SOURCES: Final = {
    "dice": "Dice thrown before the audience",
    "digits": "Digits called by the audience",
    "drand": "A round of drand",
    "nist": "A pulse of NIST’s beacon",
    "none": "None",
}
UNCLAIMED: Final = {
    "keep": "Stay with the organiser",
    "redraw": "Are drawn again",
    "next_in_line": "Go to the next reserve in line",
}
"""What becomes of prizes that nobody claims."""


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
    to.add_url_rule("/events/<uuid:event>/draws/<uuid:draw>/video", "draw_video", video, methods=["POST"])
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
    with ground.reading() as c:
        relatives = _relatives(c)
        zone = organisations.of(c, me.organisation).timezone
    if zone == organisations.Decided.timezone:
        # Nobody said at the start; its venues have one, and the first is as good a guess as any.
        zone = next((v.timezone for v in venues if v.timezone), "")
    values = {
        "form": request.form,
        "rows": _rows() or [("", "", "", "")] * ROWS_EMPTY,
        "relatives": relatives,
        "methods": METHODS,
        "sources": SOURCES,
        "unclaimed": UNCLAIMED,
        "plain": events.DrawRules(),
        "modes": MODES,
        "payments": PAYMENTS,
        "told_by_buyers": TOLD_BY_BUYERS,
        "policies": wire.Policies(),
        "locales": events.LOCALES,
        "locale": events.NewEvent.locale,
        "venues": venues,
        "zones": sorted(
            {z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/"))}
            | ({zone} - {""})
        ),
        "number_max": DRAW_NUMBER_MAX,
        "zone": zone,
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
        small = (
            _amount("claims_at_kiosk", "At the kiosks", currency)
            if request.form.get("claims_at_kiosk")
            else None
        )
        new = events.NewEvent(
            name=ground.text("name", "Name", 120),
            identifier=ground.text("identifier", "Short code", 40),
            organisation=me.organisation,
            venue=venue,
            opens_at=opens,
            closes_at=closes,
            draw_at=draws,
            draw=_rules(c, currency),
            pools=tuple(_pools(timezone)),
            currency=currency,
            first_number=1,
            last_number=ground.whole("last_number", "Highest draw number", 1, DRAW_NUMBER_MAX),
            licence=ground.text("licence", "Licence", 60, least=0),
            locale=request.form.get("locale") or events.NewEvent.locale,
            identity_above=limit,
            policies=_policies(small),
            receipt=wire.ReceiptText(
                logo=_logo(),
                heading=ground.text("heading", "Heading", 120, least=0),
                contact=ground.text("contact", "Contact", 200, least=0),
                results_at=ground.text("results_at", "Results at", 200, least=0),
            ),
        )
        return events.create_event(here, c, new, me.id)


def _policies(claims_up_to: int | None) -> wire.Policies:
    """How the event is sold, as the form says; what it leaves out is as it usually is."""
    form, plain = request.form, wire.Policies()
    fields = tuple(name for name in TOLD_BY_BUYERS if form.get(f"ask_{name}"))
    required = bool(form.get("customer_required"))
    if required and not fields:
        raise Refused(
            "field", "No sale without the buyer’s data, and nothing is asked for.", "Tick what is asked for."
        )
    return wire.Policies(
        mode=_choice("mode", "How it is sold", MODES, plain.mode),
        payments=tuple(_choice("payments", "What is taken", PAYMENTS, "cash,card").split(",")),
        unsynced_max=ground.whole("unsynced_max", "Sales not handed in", 1, UNSYNCED_MAX)
        if form.get("unsynced_max")
        else plain.unsynced_max,
        claims_at_kiosk_up_to=claims_up_to,
        age_min=ground.whole("age_min", "Age", 0, AGE_MAX) if form.get("age_min") else 0,
        customer_fields=fields,  # type: ignore[arg-type]  # of the words that there are
        customer_required=required,
        void_supervisor=bool(form.get("void_supervisor")),
        reprint_supervisor=bool(form.get("reprint_supervisor")),
        counterfoils=bool(form.get("counterfoils")),
    )


def _logo() -> str:
    """The picture for the head of the ticket, made fit for it; nothing where none was chosen."""
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        return ""
    return logos.fit(sent.stream.read(logos.UPLOAD_BYTES_MAX + 1))


def _rows() -> list[tuple[str, str, str, str]]:
    """The early birds as typed: name, end, own draw, packages; rows without a name and an end are left out."""
    columns = [request.form.getlist(f"bird_{name}") for name in ("label", "until", "draw_at", "packages")]
    rows = list(zip(*columns, strict=False))[: events.POOLS_MAX + 1]
    return [(a.strip(), b, c, d.strip()) for a, b, c, d in rows if a.strip() or b]


def _pools(timezone: str) -> Iterator[events.PoolPlan]:
    """The early birds of the form, each with a name of its own for the manifest."""
    taken: set[str] = set()
    for label, until, draw_at, packages in _rows():
        what = label or "An early bird"
        if not label:
            raise Refused("pool", "An early bird has no name.", "Give it one, as people shall read it.")
        name = pool_name(label, taken)
        taken.add(name)
        yield events.PoolPlan(
            name=name,
            label=label,
            until=ground.local(until, f"{what}, until", timezone) if until else None,
            draw_at=ground.local(draw_at, f"{what}, drawn", timezone) if draw_at else None,
            packages=tuple(part.strip() for part in packages.split(",") if part.strip()),
        )


def pool_name(label: str, taken: Collection[str] = ()) -> str:
    """A pool's name in the manifest, from what people call it; another one than those ``taken``."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:POOL_CHARS].strip("-") or "pool"
    held = {*taken, raffle.MAIN_POOL, events.DECK}
    return next(one for n in count(1) if (one := name if n == 1 else f"{name}-{n}") not in held)


def _choice(name: str, label: str, of: Collection[str], otherwise: str) -> Any:
    """A field that is one of these words."""
    value = request.form.get(name, "") or otherwise
    if value not in of:
        raise Refused("field", f"{label}: choose one of the list.")
    return value


def _rules(c: Connection, currency: str) -> events.DrawRules:
    """How the event is drawn and claimed, as the form says; what it leaves out is as it usually is."""
    form, plain = request.form, events.DrawRules()
    cards = None
    if form.get("ace_game"):
        cards = events.Progressive(
            cards=ground.whole("cards", "Cards in the deck", 2, events.CARDS_MAX),
            ace=ground.whole("ace", "The ace’s number", 1, events.CARDS_MAX),
            must_be_won=bool(form.get("must_be_won")),
        )
    known = {str(row.id) for row in _relatives(c)}
    relatives = {
        name: UUID(_choice(name, "Other event", known, "")) if form.get(name) else None
        for name in ("linked_to", "carry_from")
    }
    return events.DrawRules(
        method=_choice("method", "How it is drawn", METHODS, plain.method),
        source=_choice("source", "Public chance", SOURCES, plain.source),
        form=form.get("dice", "").strip() or plain.form,
        digits=ground.whole("digits", "Digits", 1, events.DIGITS_MAX) if form.get("digits") else plain.digits,
        repeat=bool(form.get("repeat")),
        winners_stay=bool(form.get("winners_stay")),
        base=_choice("base", "Base of the shares", ("gross", "net"), plain.base),
        costs=_amount("costs", "Documented costs", currency, COSTS_MAX) if form.get("costs") else 0,
        claim_days=ground.whole("claim_days", "Claim window", 1, events.CLAIM_DAYS_MAX)
        if form.get("claim_days")
        else None,
        unclaimed=_choice("unclaimed", "Unclaimed prizes", UNCLAIMED, plain.unclaimed),
        reserves=ground.whole("reserves", "Reserves", 0, events.RESERVES_MAX) if form.get("reserves") else 0,
        progressive=cards,
        **relatives,
    )


def _relatives(c: Connection) -> list[Row[Any]]:
    """Events of the organisation that a new one can be drawn with, or carry on from; the newest first."""
    e = m.raffle_events
    found = c.execute(
        select(e)
        .where(e.c.organization_id == auth.account().organisation, e.c.state != "cancelled")
        .order_by(e.c.event_number.desc())
        .limit(ground.PAGE_ROWS)
    )
    return list(found.all())


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
    return _shown(event)


def _shown(event: UUID, failed: str = "", refused: Refused | None = None) -> str:
    """The event's page; with what was typed into the form that ``failed``, and why it was refused."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        packages = c.execute(
            select(m.ticket_packages)
            .where(m.ticket_packages.c.event_id == event)
            .order_by(m.ticket_packages.c.display_order, m.ticket_packages.c.price)
        ).all()
        prizes = events.prizes(c, event)
        voids = c.scalar(select(func.count()).select_from(m.voids).where(m.voids.c.event_id == event))
        terms = pools.prize_terms(c, event)
        d = m.draw_executions
        official = c.execute(
            select(d.c.id, d.c.attempt, d.c.plan, d.c.kind, d.c.video_url)
            .where(d.c.raffle_event_id == event, d.c.official_at.is_not(None))
            .order_by(d.c.attempt)
        ).all()
        sold = c.scalar(
            select(func.coalesce(func.sum(m.orders.c.ticket_count), 0)).where(
                m.orders.c.event_id == event, m.orders.c.payment_status == "paid", ~m.orders.c.is_test
            )
        )
        kept = events.settings(row.configuration)
        e = m.raffle_events
        related = {
            other.id: other.name
            for other in c.execute(
                select(e.c.id, e.c.name).where(e.c.id.in_([kept.draw.linked_to, kept.draw.carry_from]))
            )
        }
        total = events.sales_total(c, event)
        jackpot = events.jackpot(c, event)
    now = clock.utc(auth.office().clock.now_ms())
    labels = {raffle.MAIN_POOL: "All tickets"} | {one.name: one.label for one in kept.pools}
    if kept.draw.progressive is not None:
        labels[events.DECK] = "The deck of cards"
    return ground.page(
        "event",
        "events",
        e=row,
        packages=packages,
        prizes=prizes,
        voids=voids,
        terms=terms,
        official=official,
        sold=sold,
        total=total,
        jackpot=jackpot,
        now=now,
        kept=kept,
        pool_labels=labels,
        related=related,
        methods=METHODS,
        sources=SOURCES,
        unclaimed=UNCLAIMED,
        modes=MODES,
        payments=PAYMENTS,
        told_by_buyers=TOLD_BY_BUYERS,
        typed={failed: request.form},
        refused=refused,
    )


@access(*ground.MANAGERS)
def add_package(event: UUID) -> ResponseReturnValue:
    """Adds a package to a draft."""
    try:
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
                description=request.form.get("description", ""),
            )
    except Refused as e:
        return _shown(event, "package", e), 422
    return redirect(url_for("admin.event", event=event, _anchor="packages"), 303)


def _amount(name: str, label: str, currency: str, most: int = AMOUNT_MAX) -> int:
    """A field in major units, as minor units."""
    try:
        return money.minor(ground.decimal(name, label, most), currency)
    except ValueError as e:
        raise Refused("field", f"{label}: {currency} has no such fractions.") from e


@access(*ground.MANAGERS)
def add_prize(event: UUID) -> ResponseReturnValue:
    """Adds a prize to a draft."""
    try:
        with ground.acting() as c:
            _add_prize(c, event)
    except Refused as e:
        return _shown(event, "prize", e), 422
    return redirect(url_for("admin.event", event=event, _anchor="prizes"), 303)


def _add_prize(c: Connection, event: UUID) -> None:
    form, currency = request.form, ground.own_event(c, event).currency
    kind = form.get("type", "")
    share = kind == "percentage"

    def limit(name: str, label: str) -> int | None:
        return _amount(name, label, currency) if share and form.get(name) else None

    events.add_prize(
        c,
        event,
        ground.text("name", "Name", 120),
        kind,
        0 if share else _amount("amount", "Amount", currency),
        ground.whole("position", "Position", 1, POSITION_MAX),
        ground.whole("winners", "Winners", 1, events.WINNERS_MAX),
        basis_points=int(ground.decimal("amount", "Share", 100) * events.PERCENT) if share else 0,
        minimum=limit("minimum", "Guaranteed minimum") or 0,
        cap=limit("cap", "Cap"),
        pool=form.get("pool", "") or raffle.MAIN_POOL,
        round_to=limit("round_to", "Rounding") or 1,
        carry=share and bool(form.get("carry")),
        by=auth.account().id,
    )


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
            online.cut_due(here, c, event)
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


@access(*ground.MANAGERS)
def video(event: UUID, draw: UUID) -> ResponseReturnValue:
    """Links a video of an official draw, for the public pages."""
    page = ground.back_to("admin.event", event=event, _anchor="videos")
    d = m.draw_executions
    with ground.acting() as c:
        ground.own_event(c, event)
        if c.scalar(select(d.c.id).where(d.c.id == draw, d.c.raffle_event_id == event)) is None:
            abort(404)
        champions.film(c, draw, request.form.get("address", ""), auth.account().id)
    ground.tell("good", "Saved. It shows on the page of the draw and among the champions.")
    return redirect(page, 303)


@access(*ground.READERS)
def table_csv(event: UUID, table: str) -> Response:
    """An event's orders or tickets to download."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
    make = reports.orders_csv if table == "orders" else reports.tickets_csv
    return ground.csv(lambda c: make(c, event), f"{table}-{row.event_number}")
