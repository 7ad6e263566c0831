"""The web shop's pages: the basket, paying for it, and one's own tickets. Stripe's calls come in here as well.

Nothing of it needs JavaScript. The basket is a cookie that names packages and how many of each; what it costs is
reckoned anew wherever it is shown. A checkout's page, and a ticket's, are opened by their link, so that a guest has
theirs too.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID, uuid4

import segno
from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, func, select

from shared.errors import Fault, Refused
from syncserver import (
    admin,
    auth,
    books,
    checkout,
    claims,
    events,
    letters,
    media,
    online,
    organisations,
    payments,
    questions,
    refunds,
    winning,
)
from syncserver import models as m
from syncserver.auth import CUSTOMER, PUBLIC, access
from syncserver.checkout import Buyer, Cart
from syncserver.payments import Door

blueprint = Blueprint("shop", __name__)

WEBHOOK: Final = "shop.stripe"
"""The endpoint whose caller proves itself by a signature over the body, so that it carries no form's token."""
BASKET: Final = "tombola_basket"
BASKET_AGE_S: Final = 7 * 24 * 3600
BASKET_CHARS_MAX: Final = 4_000
PACKAGES_MAX: Final = 20
"""Different packages in a basket."""
MINE_MAX: Final = 200
NAME_CHARS_MAX: Final = 120
PHONE_CHARS_MAX: Final = 30
PICTURE_AGE_S: Final = 86_400
REFRESH_S: Final = 3


# The basket -----------------------------------------------------------------------------------------


def _wanted() -> dict[UUID, int]:
    """What the cookie says; whatever is none of ours is not there."""
    found: dict[UUID, int] = {}
    for part in request.cookies.get(BASKET, "")[:BASKET_CHARS_MAX].split(".")[:PACKAGES_MAX]:
        package, _, pieces = part.partition("*")
        try:
            found[UUID(package)] = min(max(int(pieces), 0), checkout.PIECES_MAX)
        except ValueError:
            continue
    return {package: pieces for package, pieces in found.items() if pieces}


def _keep(response: Response, wanted: dict[UUID, int]) -> Response:
    text = ".".join(f"{package.hex}*{pieces}" for package, pieces in wanted.items())
    response.set_cookie(
        BASKET,
        text,
        max_age=BASKET_AGE_S if text else 0,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def in_basket() -> int:
    """How many packages this browser's basket holds: for the frame of every page."""
    return sum(_wanted().values())


def _pieces(field: str) -> int:
    """A number of pieces out of the form; 0 where it is none."""
    text = request.form.get(field, "").strip()
    return min(int(text), checkout.PIECES_MAX) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@blueprint.post("/basket/add")
@access(PUBLIC)
def add() -> ResponseReturnValue:
    """Put some pieces of a package into the basket."""
    try:
        package = UUID(request.form.get("package", ""))
    except ValueError:
        abort(400)
    wanted = _wanted()
    wanted[package] = min(wanted.get(package, 0) + max(1, _pieces("pieces")), checkout.PIECES_MAX)
    if len(wanted) > PACKAGES_MAX:
        raise Refused("too_many", "Your basket is full.", "Pay for what is in it first.")
    return _keep(make_response(redirect(url_for("shop.basket"), 303)), wanted)


@blueprint.get("/basket")
@access(PUBLIC)
def basket() -> ResponseReturnValue:
    """What is in the basket, and what it costs."""
    wanted = _wanted()
    with auth.office().begin() as c:
        cart = checkout.cart(auth.office(), c, wanted)
    answer = make_response(
        render_template("shop/basket.html", here="basket", cart=cart, most=checkout.PIECES_MAX)
    )
    kept = {line.package: line.pieces for line in cart.lines}
    return _keep(answer, kept) if cart.gone else answer


@blueprint.post("/basket")
@access(PUBLIC)
def change() -> ResponseReturnValue:
    """How many pieces of each package; none takes it out."""
    wanted = {package: _pieces(f"p-{package}") for package in _wanted()}
    wanted = {package: pieces for package, pieces in wanted.items() if pieces}
    to = "shop.pay" if wanted and request.form.get("go") == "pay" else "shop.basket"
    return _keep(make_response(redirect(url_for(to), 303)), wanted)


# Paying ---------------------------------------------------------------------------------------------


def _door() -> Door:
    door = payments.door(auth.office())
    if door is None:
        raise Refused("not_open", "Tickets are not sold on line here.", "Buy them at a kiosk.")
    return door


def _asked(c: Connection, cart: Cart, subject: str) -> list[tuple[UUID, str, Any]]:
    """The questions that this buyer has still to answer, each with its event's name."""
    return [
        (event, name, question)
        for event in cart.events
        if (question := questions.of_event(c, event)) is not None
        and not questions.answered(c, event, subject)
        and (name := next(line.event_name for line in cart.lines if line.event == event))
    ]


def _buyer() -> Buyer:
    """Whoever buys: the customer who is signed in, or a guest by what the form says."""
    customer = auth.visitor()
    if customer is not None:
        office = auth.office()
        with office.begin() as c:
            a = m.customer_accounts
            row = c.execute(select(a).where(a.c.user_id == customer.id)).one()
        return Buyer(row.email or "", row.name, row.phone or "", row.language, customer.id)
    given = {name: " ".join(request.form.get(name, "").split()) for name in ("email", "name", "phone")}
    language = letters.language(str(request.accept_languages.best or "en"))
    return Buyer(given["email"], given["name"][:NAME_CHARS_MAX], given["phone"][:PHONE_CHARS_MAX], language)


def _once() -> UUID:
    """The checkout that this form is about: made with the form, so that sending it twice begins one."""
    try:
        return UUID(request.form.get("once", ""))
    except ValueError:
        abort(400)


def _form(cart: Cart, once: UUID, refused: Refused | None = None) -> ResponseReturnValue:
    office, customer = auth.office(), auth.visitor()
    here = Buyer("", user=customer.id if customer else None)
    with office.begin() as c:
        asked = _asked(c, cart, checkout.subject(here, once))
        attempts = {event: questions.left(c, event, checkout.subject(here, once)) for event, _, _ in asked}
        fields = {
            field
            for event in cart.events
            for field in events.settings(events.get(c, event).configuration).policies.customer_fields
        }
    page = render_template(
        "shop/checkout.html",
        here="basket",
        cart=cart,
        once=once,
        customer=customer,
        asked=asked,
        attempts=attempts,
        fields=fields,
        refused=refused,
        typed=request.form,
        hold=int(checkout.HOLD.total_seconds() // 60),
        play=office.config.stripe is not None and office.config.stripe.play,
    )
    g.pays_at = _door().pages
    return page, 409 if refused else 200


@blueprint.get("/checkout")
@access(PUBLIC)
def pay() -> ResponseReturnValue:
    """Who buys, the question, the buyer's age; then to the payment page."""
    _door()
    with auth.office().begin() as c:
        cart = checkout.cart(auth.office(), c, _wanted())
    if not cart.lines or cart.gone:
        return redirect(url_for("shop.basket"), 303)
    return _form(cart, uuid4())


@blueprint.post("/checkout")
@access(PUBLIC)
def begin() -> ResponseReturnValue:
    """Hold the tickets, and lead on to the payment page; where that cannot be opened now, the checkout's page says so."""
    office, door, once = auth.office(), _door(), _once()
    with office.begin() as c:
        cart = checkout.cart(office, c, _wanted())
    if not cart.lines or cart.gone:
        return redirect(url_for("shop.basket"), 303)
    buyer = _buyer()
    try:
        _answer(cart, buyer, once)
        checkout.begin(
            office,
            once,
            cart,
            buyer,
            address=auth.network(),
            age_checked=request.form.get("age") == "yes",
        )
    except Refused as e:
        return _form(cart, once, e)
    g.back = url_for("shop.basket")
    return _keep(make_response(redirect(_open(door, once), 303)), {})


def _answer(cart: Cart, buyer: Buyer, once: UUID) -> None:
    """Take in the answers to the questions; ``Refused`` (``question``) where one is wrong (S6)."""
    office, subject = auth.office(), checkout.subject(buyer, once)
    also = checkout.guessers(office, buyer, auth.network())
    with office.begin() as c:
        asked = _asked(c, cart, subject)
    for event, name, _question in asked:
        given = request.form.get(f"q-{event}", "")
        if not (given.isascii() and given.isdigit() and len(given) < 3):
            raise Refused("question", f"The question of {name} is not answered.", "Choose an answer.")
        # Kept for itself: also a wrong answer counts.
        with office.begin() as c:
            right = questions.check(office, c, event, subject, int(given), also)
            left = questions.left(c, event, subject)
        if not right:
            raise Refused(
                "question",
                f"That is not the right answer to the question of {name}.",
                f"You have {left} more {'try' if left == 1 else 'tries'}."
                if left
                else "You have no more tries; these tickets cannot be bought here any more.",
            )


def _open(door: Door, one: UUID) -> str:
    """Open the payment page: where it is; where that fails now, the checkout's page, which offers it again."""
    office = auth.office()
    path = checkout.page(office, one)
    there = _outside(path)
    g.pays_at = door.pages
    try:
        return checkout.open_page(office, door, one, f"{there}?back=1", there)
    except Fault as e:
        admin.tell("bad", e.message, e.hint)
    return path


def _outside(path: str) -> str:
    """A page's whole address, as the card processor sends the buyer back to it."""
    config = auth.office().config
    return (config.url or request.url_root.rstrip("/")) + path


def _admitted(one: UUID, key: str) -> Row[Any]:
    office = auth.office()
    if not checkout.admits(office, one, key):
        abort(404)
    with office.begin() as c:
        return checkout.get(c, one)


@blueprint.get("/checkout/<uuid:one>/<key>")
@access(PUBLIC)
def state(one: UUID, key: str) -> ResponseReturnValue:
    """How a checkout stands: to be paid, being paid, its tickets, or what became of the money."""
    office = auth.office()
    row = _admitted(one, key)
    back = request.args.get("back") == "1"
    door = payments.door(office)
    if row.state == "open" and back and door is not None:
        try:
            checkout.look(office, door, one)
        except Fault as e:
            admin.tell("warn", e.message, "Nothing is lost: this page goes on asking.")
        row = _admitted(one, key)
    with office.begin() as c:
        lines = checkout.lines_of(c, one)
        until = letters.moment(row.expires_at, checkout.zone(c, lines), "en", dated=False)
        orders = _orders(c, m.orders.c.sale_id == row.sale_id) if row.sale_id is not None else []
        outcome = _outcome(c, orders)
    g.pays_at = () if door is None else door.pages
    page = make_response(
        render_template(
            "shop/state.html",
            here="basket",
            row=row,
            lines=lines,
            until=until,
            orders=orders,
            key=key,
            back=back,
            pages=_pages(orders),
            **outcome,
        )
    )
    if row.state == "open" and back:
        page.headers["Refresh"] = str(REFRESH_S)
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@blueprint.post("/checkout/<uuid:one>/<key>/pay")
@access(PUBLIC)
def open_again(one: UUID, key: str) -> ResponseReturnValue:
    """Open the payment page once more."""
    _admitted(one, key)
    g.back = checkout.page(auth.office(), one)
    return redirect(_open(_door(), one), 303)


@blueprint.post("/checkout/<uuid:one>/<key>/give-up")
@access(PUBLIC)
def give_up(one: UUID, key: str) -> ResponseReturnValue:
    """The tickets go back on sale; nothing was paid."""
    _admitted(one, key)
    g.back = checkout.page(auth.office(), one)
    checkout.give_up(auth.office(), _door(), one)
    return redirect(g.back, 303)


@blueprint.post("/stripe/webhook")
@access(PUBLIC)
def stripe() -> ResponseReturnValue:
    """What Stripe tells; only what bears its signature is read. Where it has to be asked and is silent, it tells again."""
    door = payments.door(auth.office())
    if door is None:
        abort(404)
    if (request.content_length or 0) > payments.EVENT_BYTES_MAX:
        abort(413)
    body, signature = request.get_data(), request.headers.get("Stripe-Signature", "")
    try:
        heard = door.read(body, signature)
        if heard.trouble is not None:
            refunds.hear(auth.office(), heard)
        elif heard.returned is not None:
            refunds.hear_back(auth.office(), door, heard)
        else:
            checkout.told(auth.office(), door, body, signature)
    except Refused as e:
        if e.code not in {"signature", "signature_time"}:
            raise
        if e.code == "signature_time":
            checkout.note_clock(auth.office(), "What Stripe tells is old when it comes, and is not believed.")
        return {"error": e.code}, 400
    except Fault as e:
        return {"error": e.code}, 503
    return {"received": True}, 200


# Tickets --------------------------------------------------------------------------------------------


def _orders(c: Connection, which: Any, most: int = MINE_MAX) -> list[Row[Any]]:
    o, e, p, t = m.orders, m.raffle_events, m.ticket_packages, m.tickets
    numbers = select(func.array_agg(t.c.draw_number)).where(t.c.order_id == o.c.id).scalar_subquery()
    return list(
        c.execute(
            select(
                o,
                e.c.name.label("event_name"),
                e.c.state.label("event_state"),
                e.c.draw_at,
                e.c.closes_at,
                e.c.licence_number,
                e.c.organization_id,
                e.c.configuration,
                p.c.name.label("package_name"),
                m.venues.c.name.label("venue_name"),
                m.venues.c.timezone,
                m.organizations.c.name.label("holder"),
                numbers.label("numbers"),
            )
            .select_from(
                o.join(e, e.c.id == o.c.event_id)
                .join(m.organizations, m.organizations.c.id == e.c.organization_id)
                .outerjoin(p, p.c.id == o.c.package_id)
                .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
            )
            .where(which, o.c.source == "online")
            .order_by(o.c.created_at.desc(), o.c.line_no)
            .limit(most)
        ).all()
    )


def _pages(orders: list[Row[Any]]) -> dict[UUID, str]:
    """Each ticket's page, opened by its link."""
    return {row.id: winning.ticket_page(auth.office(), row.id) for row in orders}


def _outcome(c: Connection, orders: list[Row[Any]]) -> dict[str, Collection[UUID]]:
    """What became of these orders, as everybody may know it: the events whose main draw is official, the orders that
    have won, and those that are left out.
    """
    d, o, x = m.draw_executions, m.orders, m.exclusions
    # What is drawn together with another event is decided by that one's draw.
    leads = {
        row.event_id: events.settings(row.configuration).draw.linked_to or row.event_id for row in orders
    }
    held = set(
        c.execute(
            select(d.c.raffle_event_id).where(
                d.c.raffle_event_id.in_(leads.values()), d.c.plan == "main", d.c.official_at.is_not(None)
            )
        ).scalars()
    )
    mine = [row.id for row in orders]
    excluded = c.execute(select(x.c.order_id).where(x.c.order_id.in_(mine), x.c.lifted_at.is_(None)))
    return {
        "official": {event for event, lead in leads.items() if lead in held},
        "won": events.winning(c, o.c.id.in_(mine), official_only=True),
        "excluded": set(excluded.scalars()),
    }


@blueprint.get("/tickets/<uuid:order>/<key>")
@access(PUBLIC)
def ticket(order: UUID, key: str) -> ResponseReturnValue:
    """One ticket, to be shown or printed, and what became of it once the draw is official."""
    office = auth.office()
    if not hmac.compare_digest(winning.ticket_key(office, order).encode(), key.encode()):
        abort(404)
    with office.begin() as c:
        found = _orders(c, m.orders.c.id == order)
        if not found:
            abort(404)
        row = found[0]
        said = claims.validate(office, c, row.validation_number)
        prizes = events.prizes(c, row.event_id)
        contact = organisations.contact(organisations.get(c, row.organization_id).settings)
        entry = c.execute(
            select(m.rsu_journal.c.entry).where(
                m.rsu_journal.c.rsu_id == row.rsu_id,
                m.rsu_journal.c.epoch == row.epoch,
                m.rsu_journal.c.seq == row.journal_seq,
            )
        ).scalar_one_or_none()
    line = books.line_of(entry, row.line_no)
    code = ""
    if line is not None and row.rsu_id is not None and row.epoch is not None:
        text = online.qr_text(office, line, row.rsu_id, row.epoch)
        code = str(segno.make(text, error="m").svg_data_uri(border=2))
    page = make_response(
        render_template(
            "shop/ticket.html",
            here="tickets",
            row=row,
            said=said,
            contact=contact,
            code=code,
            prizes=prizes,
            spans=checkout.spans(row.numbers or []),
            receipt=events.settings(row.configuration).receipt,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@blueprint.get("/my/tickets")
@access(CUSTOMER)
def mine() -> ResponseReturnValue:
    """The tickets of the customer who is signed in, the newest first."""
    me = auth.account()
    e, o = m.raffle_events, m.orders
    with auth.office().begin() as c:
        orders = _orders(c, (o.c.created_by == me.id) & (e.c.organization_id == me.organisation))
        outcome = _outcome(c, orders)
        b = m.checkouts
        waiting = c.execute(
            select(b)
            .where(b.c.user_id == me.id, b.c.state.in_(["held", "open", "refund_due", "refunded"]))
            .order_by(b.c.created_at.desc())
            .limit(PACKAGES_MAX)
        ).all()
    return render_template(
        "shop/mine.html",
        here="tickets",
        orders=orders,
        pages=_pages(orders),
        most=MINE_MAX,
        waiting=[(row, checkout.page(auth.office(), row.id)) for row in waiting],
        **outcome,
    )


@blueprint.get("/pictures/<uuid:picture>")
@access(PUBLIC)
def picture(picture: UUID) -> ResponseReturnValue:
    """A picture of an event that the public sees."""
    e = m.raffle_events
    with auth.office().begin() as c:
        found = media.content(c, picture)
        shown = (
            found is not None
            and c.execute(
                select(e.c.id).where(e.c.id == found[0], e.c.state.not_in(["created", "cancelled"]))
            ).first()
        )
    if found is None or not shown:
        abort(404)
    _event, data, kind, etag = found
    answer = Response(data, mimetype=kind)
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = f"public, max-age={PICTURE_AGE_S}"
    return answer.make_conditional(request)
