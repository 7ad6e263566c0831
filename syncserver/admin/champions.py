"""Champions: prepare what is told of a winner, look at it as everybody would see it, approve it as a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from shared.errors import Refused
from syncserver import auth, champions
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.tables import Column, Table
from syncserver.auth import access
from syncserver.champions import Champion

PREPARERS: Final = ("admin", "manager", "claims")
NAME_CHARS_MAX: Final = 120
TEXT_CHARS_MAX: Final = 2_000
STATES: Final = {
    "none": "number alone",
    "no_consent": "no consent",
    "prepared": "to be approved",
    "approved": "published",
    "withdrawn": "withdrawn",
}
WINNERS: Final = Table(
    "champions",
    "Champions",
    (
        Column("event_name", "Event", lead=True),
        Column("official_at", "Official", "time", shown=False),
        Column("prize", "Prize", "words"),
        Column("number", "Number", "count"),
        Column("amount", "Amount", "money", shown=False),
        Column("display_name", "Name", value=lambda w: w.display_name or None),
        Column("state", "State", value=lambda w: STATES[w.state]),
        Column("open", "", exported=False),
    ),
    order="-official_at",
    empty=("Nobody has won yet", "Winners stand here once a draw is official."),
)
FORM_BYTES: Final = 64 * 1024
"""What a picture's form has besides the picture."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/champions", "champions", listed)
    to.add_url_rule("/champions/<uuid:result>", "champion", one)
    to.add_url_rule("/champions/<uuid:result>/save", "save_champion", save, methods=["POST"])
    to.add_url_rule("/champions/<uuid:result>/photo", "champion_picture", picture)
    to.add_url_rule("/champions/<uuid:result>/photo/add", "add_picture", add_picture, methods=["POST"])
    to.add_url_rule("/champions/<uuid:result>/photo/remove", "drop_picture", drop_picture, methods=["POST"])
    to.add_url_rule("/champions/<uuid:result>/approve", "approve_champion", approve, methods=["POST"])
    to.add_url_rule("/champions/<uuid:result>/withdraw", "withdraw_champion", withdraw, methods=["POST"])
    to.url_value_preprocessor(_room_for_a_picture)


def _room_for_a_picture(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A picture may be larger than any other request; who sends it is asked before a byte of it is read."""
    if endpoint == "admin.add_picture":
        request.max_content_length = champions.PHOTO_BYTES_MAX + FORM_BYTES


def _get(c: Connection, result: UUID) -> Champion:
    try:
        return champions.get(c, result, auth.account().organisation)
    except Refused:
        abort(404)


def _prepared(c: Connection, result: UUID) -> UUID:
    found = _get(c, result).id
    if found is None:
        raise Refused("nothing", "Nothing was prepared yet.", "Save the text first.")
    return found


def _to(result: UUID) -> ResponseReturnValue:
    return redirect(url_for("admin.champion", result=result), 303)


@access(*PREPARERS)
def listed() -> ResponseReturnValue:
    """All official winners, and how far what is told of them has come."""
    with ground.reading() as c:
        rows = champions.winners(c, auth.account().organisation)
    if tables.asked_csv(WINNERS):
        return tables.export_listed(WINNERS, rows)
    return ground.page("champions", "champions", shown=tables.listed(WINNERS, rows), states=STATES)


@access(*PREPARERS)
def one(result: UUID) -> ResponseReturnValue:
    """One winner: text, picture, preview, approval."""
    with ground.reading() as c:
        w = _get(c, result)
        people = [who for who in (w.prepared_by, w.approved_by) if who is not None]
        names = {
            row.id: row.display_name
            for row in c.execute(select(m.users.c.id, m.users.c.display_name).where(m.users.c.id.in_(people)))
        }
    return ground.page(
        "champion",
        "champions",
        w=w,
        names=names,
        me=auth.account().id,
        proposed=champions.proposal(w, w.display_name, w.city),
    )


@access(*PREPARERS)
def save(result: UUID) -> ResponseReturnValue:
    """Keeps the text, the name and whether the winner agreed."""
    ground.back_to("admin.champion", result=result)
    name = ground.text("name", "Name", NAME_CHARS_MAX, least=0)
    city = ground.text("city", "City", NAME_CHARS_MAX, least=0)
    announcement = ground.text("announcement", "Announcement", TEXT_CHARS_MAX, least=0)
    consent = request.form.get("consent") == "yes"
    with ground.acting() as c:
        _get(c, result)
        champions.prepare(
            auth.office(),
            c,
            result,
            name=name,
            city=city,
            announcement=announcement,
            consent=consent,
            by=auth.account().id,
        )
    ground.tell("good", "Saved.", "It is published once a second person has approved it.")
    return _to(result)


@access(*PREPARERS)
def picture(result: UUID) -> Response:
    """The picture, for the office's own eyes."""
    with ground.reading() as c:
        champion = _get(c, result).id
        found = None if champion is None else champions.photo(c, champion, published_only=False)
    if found is None:
        abort(404)
    return Response(found[0], content_type=found[1])


@access(*PREPARERS)
def add_picture(result: UUID) -> ResponseReturnValue:
    """Takes a picture in."""
    ground.back_to("admin.champion", result=result)
    sent = request.files.get("photo")
    data = b"" if sent is None else sent.stream.read(champions.PHOTO_BYTES_MAX + 1)
    if not data:
        raise Refused("photo", "No picture was chosen.", "Choose a JPEG or a PNG.")
    with ground.acting() as c:
        champions.set_photo(auth.office(), c, _prepared(c, result), data, auth.account().id)
    ground.tell("good", "The picture was taken in.")
    return _to(result)


@access(*PREPARERS)
def drop_picture(result: UUID) -> ResponseReturnValue:
    """Takes the picture away."""
    ground.back_to("admin.champion", result=result)
    with ground.acting() as c:
        champions.set_photo(auth.office(), c, _prepared(c, result), None, auth.account().id)
    ground.tell("good", "The picture was taken away.")
    return _to(result)


@access(*ground.MANAGERS)
def approve(result: UUID) -> ResponseReturnValue:
    """Publishes it, as it was seen."""
    ground.back_to("admin.champion", result=result)
    try:
        seen = datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        raise Refused("changed", "It cannot be told what you have seen.", "Look at it again.") from None
    with ground.acting() as c:
        champions.approve(auth.office(), c, _prepared(c, result), seen, auth.account().id)
    ground.tell("good", "It is published.")
    return _to(result)


@access(*ground.MANAGERS)
def withdraw(result: UUID) -> ResponseReturnValue:
    """Shows no more than the number."""
    ground.back_to("admin.champion", result=result)
    reason = ground.reason()
    with ground.acting() as c:
        champions.withdraw(auth.office(), c, _prepared(c, result), reason, auth.account().id)
    ground.tell("good", "It is withdrawn. The number alone is shown.")
    return _to(result)
