"""What a draft sells and gives: its packages, prizes and perks, the templates of these, and its pictures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, select

from shared import money
from shared.errors import Refused
from shared.games import raffle
from syncserver import auth, events, media
from syncserver import models as m
from syncserver.admin import drafts, ground
from syncserver.admin.events import shown
from syncserver.auth import access
from syncserver.events import templates

POSITION_MAX: Final = 1_000
ORDER_MAX: Final = 1_000
FORM_BYTES: Final = 64 * 1024
"""Of a form, beside its picture."""
_UP: Final = {"up": True, "down": False}


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    event = "/events/<uuid:event>"
    to.add_url_rule(f"{event}/packages", "add_package", add_package, methods=["POST"])
    to.add_url_rule(f"{event}/packages/<uuid:package>", "edit_package", edit_package, methods=["GET", "POST"])
    to.add_url_rule(
        f"{event}/packages/<uuid:package>/<any(up,down,remove,template):what>",
        "package_step",
        package_step,
        methods=["POST"],
    )
    to.add_url_rule(f"{event}/prizes", "add_prize", add_prize, methods=["POST"])
    to.add_url_rule(f"{event}/prizes/<uuid:prize>", "edit_prize", edit_prize, methods=["GET", "POST"])
    to.add_url_rule(
        f"{event}/prizes/<uuid:prize>/<any(up,down,remove,template):what>",
        "prize_step",
        prize_step,
        methods=["POST"],
    )
    to.add_url_rule(f"{event}/from-templates", "apply_templates", apply_templates, methods=["POST"])
    to.add_url_rule(f"{event}/pictures", "add_event_picture", add_picture, methods=["POST"])
    to.add_url_rule(f"{event}/pictures/<uuid:picture>", "event_picture", picture)
    to.add_url_rule(
        f"{event}/pictures/<uuid:picture>/<any(cover,up,down,remove,describe):what>",
        "picture_step",
        picture_step,
        methods=["POST"],
    )
    to.url_value_preprocessor(_room_for_a_picture)


def _room_for_a_picture(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A picture may be larger than any other request; who sends it is asked before a byte of it is read."""
    if endpoint == "admin.add_event_picture":
        request.max_content_length = media.UPLOAD_BYTES_MAX + FORM_BYTES


# Packages -------------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def add_package(event: UUID) -> ResponseReturnValue:
    """Adds a package to a draft."""
    try:
        with ground.acting() as c:
            row = ground.own_event(c, event)
            order = ground.whole("order", "Order", 0, ORDER_MAX) if request.form.get("order") else 0
            events.add_package(c, event, **_package(row), order=order, by=auth.account().id)
    except Refused as e:
        return shown(event, "package", e), 422
    return redirect(url_for("admin.event", event=event, _anchor="packages"), 303)


def _package(row: Row[Any], held: Row[Any] | None = None) -> dict[str, Any]:
    """A package of this event as the form says; ``held``: as it was before."""
    timezone = row.timezone or "UTC"
    chosen = request.form.getlist("perks")[: events.PERKS_MAX + 1]
    try:
        perks = tuple(UUID(one) for one in chosen)
    except ValueError:
        raise Refused("perks", "There is no such perk.", "Choose of the list.") from None
    return {
        "name": ground.text("name", "Name", 80),
        "tickets": ground.whole("tickets", "Tickets", 1, events.TICKETS_PER_PACKAGE_MAX),
        "price": drafts.amount("price", "Price", row.currency),
        "description": request.form.get("description", ""),
        "active_from": ground.moment(
            "active_from", "Offered from", timezone, held.active_from if held is not None else None
        )
        if request.form.get("active_from")
        else None,
        "active_to": ground.moment(
            "active_to", "Offered until", timezone, held.active_to if held is not None else None
        )
        if request.form.get("active_to")
        else None,
        "perks": perks,
    }


def _own(c: Connection, table: Any, event: UUID, one: UUID) -> Row[Any]:
    """A package or prize of one's own event; 404 otherwise."""
    ground.own_event(c, event)
    row = c.execute(select(table).where(table.c.id == one, table.c.event_id == event)).one_or_none()
    if row is None:
        abort(404)
    return row


@access(*ground.MANAGERS)
def edit_package(event: UUID, package: UUID) -> ResponseReturnValue:
    """The form of a draft's package, and changing it."""
    with ground.reading() as c:
        row, e = _own(c, m.ticket_packages, event, package), ground.own_event(c, event)
        perks = events.perks(c, e.organization_id, all_of=True)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            with ground.acting() as c:
                events.change_package(c, package, auth.account().id, **_package(e, row))
            return redirect(url_for("admin.event", event=event, _anchor="packages"), 303)
        except Refused as error:
            refused = error
    held = [str(one) for one in row.perk_ids or ()]
    form: Any = request.form
    if request.method == "GET":
        form = {
            "name": row.name,
            "tickets": row.ticket_count,
            "price": money.major(row.price, row.currency),
            "description": row.description or "",
            "active_from": row.active_from,
            "active_to": row.active_to,
        }
    else:
        held = request.form.getlist("perks")
    return ground.page(
        "package",
        "events",
        e=e,
        k=row,
        f=form,
        chosen=held,
        perks=[one for one in perks if one.active or str(one.id) in held],
        refused=refused,
        may_change=e.state == "created",
    ), 422 if refused else 200


@access(*ground.MANAGERS)
def package_step(event: UUID, package: UUID, what: str) -> ResponseReturnValue:
    """Shows a package earlier or later, takes it out of a draft, or keeps it as a template."""
    page = ground.back_to("admin.event", event=event, _anchor="packages")
    me = auth.account().id
    with ground.acting() as c:
        row = _own(c, m.ticket_packages, event, package)
        if what == "remove":
            events.remove_package(c, package, me)
        elif what == "template":
            templates.save_package(c, package, me)
            ground.tell("good", f"{row.name} is a template now.")
        else:
            events.move_package(c, package, me, up=_UP[what])
    return redirect(page, 303)


# Prizes ---------------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def add_prize(event: UUID) -> ResponseReturnValue:
    """Adds a prize to a draft."""
    try:
        with ground.acting() as c:
            wanted = prize_terms(ground.own_event(c, event).currency)
            events.add_prize(c, event, by=auth.account().id, **asdict(wanted))
    except Refused as e:
        return shown(event, "prize", e), 422
    return redirect(url_for("admin.event", event=event, _anchor="prizes"), 303)


def prize_terms(currency: str, *, placed: bool = True) -> events.PrizeTerms:
    """A prize as the form says; of a template, which has no place of its own, not ``placed``."""
    form = request.form
    kind = form.get("type", "")
    share = kind == "percentage"

    def limit(name: str, label: str) -> int | None:
        return drafts.amount(name, label, currency) if share and form.get(name) else None

    return events.PrizeTerms(
        name=ground.text("name", "Name", 120),
        type=kind,
        amount=0 if share else drafts.amount("amount", "Amount", currency),
        position=ground.whole("position", "Position", 1, POSITION_MAX) if placed else 1,
        winners=ground.whole("winners", "Winners", 1, events.WINNERS_MAX),
        basis_points=int(ground.decimal("amount", "Share", 100) * events.PERCENT) if share else 0,
        minimum=limit("minimum", "Guaranteed minimum") or 0,
        cap=limit("cap", "Cap"),
        pool=form.get("pool", "") or raffle.MAIN_POOL,
        round_to=limit("round_to", "Rounding") or 1,
        carry=share and bool(form.get("carry")),
        description=ground.text("description", "Description", events.TEXT_CHARS_MAX, least=0),
    )


@access(*ground.MANAGERS)
def edit_prize(event: UUID, prize: UUID) -> ResponseReturnValue:
    """The form of a draft's prize, and changing it."""
    with ground.reading() as c:
        _own(c, m.prizes, event, prize)
        e = ground.own_event(c, event)
        held = next(one for one in events.prizes(c, event) if one.id == prize)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            with ground.acting() as c:
                events.change_prize(c, prize, auth.account().id, prize_terms(e.currency))
            return redirect(url_for("admin.event", event=event, _anchor="prizes"), 303)
        except Refused as error:
            refused = error
    form: Any = request.form if request.method == "POST" else typed_terms(events.terms_of(held), e.currency)
    return ground.page(
        "prize",
        "events",
        e=e,
        z=held,
        f=form,
        refused=refused,
        pool_labels=pool_labels(e),
        may_change=e.state == "created",
    ), 422 if refused else 200


def pool_labels(row: Row[Any]) -> dict[str, str]:
    """What people call the event's pools."""
    kept = events.settings(row.configuration)
    labels = {raffle.MAIN_POOL: "All tickets"} | {one.name: one.label for one in kept.pools}
    if kept.draw.progressive is not None:
        labels[events.DECK] = "The deck of cards"
    return labels


def typed_terms(terms: events.PrizeTerms, currency: str) -> dict[str, str]:
    """A prize as its form shows it."""
    share = terms.type == "percentage"

    def major(value: int | None) -> str:
        return str(money.major(value, currency)) if value else ""

    return {
        "name": terms.name,
        "type": terms.type,
        "amount": str(money.major(terms.basis_points, "EUR"))
        if share
        else str(money.major(terms.amount, currency)),
        "position": str(terms.position),
        "winners": str(terms.winners),
        "minimum": major(terms.minimum),
        "cap": major(terms.cap),
        "round_to": major(terms.round_to) if terms.round_to > 1 else "",
        "pool": terms.pool,
        "description": terms.description,
    } | ({"carry": "yes"} if terms.carry else {})


@access(*ground.MANAGERS)
def prize_step(event: UUID, prize: UUID, what: str) -> ResponseReturnValue:
    """Draws a prize earlier or later, takes it out of a draft, or keeps it as a template."""
    page = ground.back_to("admin.event", event=event, _anchor="prizes")
    me = auth.account().id
    with ground.acting() as c:
        row = _own(c, m.prizes, event, prize)
        if what == "remove":
            events.remove_prize(c, prize, me)
        elif what == "template":
            templates.save_prize(c, prize, me)
            ground.tell("good", f"{row.name} is a template now.")
        else:
            events.move_prize(c, prize, me, up=_UP[what])
    return redirect(page, 303)


@access(*ground.MANAGERS)
def apply_templates(event: UUID) -> ResponseReturnValue:
    """Copies the templates that are ticked into a draft."""
    page = ground.back_to("admin.event", event=event, _anchor="packages")
    try:
        packages = [UUID(one) for one in request.form.getlist("package")]
        prizes = [UUID(one) for one in request.form.getlist("prize")]
    except ValueError:
        raise Refused("field", "Choose of the list.") from None
    if not packages and not prizes:
        raise Refused("field", "No template is ticked.", "Tick what the event shall have.")
    with ground.acting() as c:
        ground.own_event(c, event)
        done = templates.apply(c, event, auth.account().id, packages, prizes)
    ground.tell("good", f"{done} {'was' if done == 1 else 'were'} copied from templates.")
    return redirect(page, 303)


# Pictures -------------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def add_picture(event: UUID) -> ResponseReturnValue:
    """Adds a picture for the public pages."""
    page = ground.back_to("admin.event", event=event, _anchor="pictures")
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        raise Refused("picture", "No picture was chosen.", "Choose a JPEG, a PNG or a WebP.")
    data = sent.stream.read(media.UPLOAD_BYTES_MAX + 1)
    with ground.acting() as c:
        ground.own_event(c, event)
        media.add(c, event, data, request.form.get("alt", ""), auth.account().id)
    ground.tell("good", "The picture is there.")
    return redirect(page, 303)


@access(*ground.SEEKERS)
def picture(event: UUID, picture: UUID) -> Response:
    """A picture of one's own event, also of a draft."""
    with ground.reading() as c:
        ground.own_event(c, event)
        found = media.content(c, picture)
    if found is None or found[0] != event:
        abort(404)
    return Response(found[1], content_type=found[2], headers={"Cache-Control": "private, max-age=3600"})


@access(*ground.MANAGERS)
def picture_step(event: UUID, picture: UUID, what: str) -> ResponseReturnValue:
    """Makes a picture the cover, shows it earlier or later, describes it anew, or removes it."""
    page = ground.back_to("admin.event", event=event, _anchor="pictures")
    me = auth.account().id
    with ground.acting() as c:
        ground.own_event(c, event)
        if what == "cover":
            media.cover(c, event, picture, me)
        elif what == "remove":
            media.remove(c, event, picture)
        elif what == "describe":
            media.describe(c, event, picture, request.form.get("alt", ""), me)
        else:
            media.move(c, event, picture, me, up=_UP[what])
    return redirect(page, 303)
