"""The board of kiosks: how each is, what it still owes, and adding, admitting or stopping one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shared import clock
from shared.errors import Refused
from syncserver import auth, intake, organisations, rsus, shifts
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

SETTABLE: Final = {
    "enabled": "It may sell.",
    "disabled": "It may not sell until it is enabled again.",
    "suspended": "It pauses until it is enabled again.",
    "revoked": "Its key is never trusted again.",
}
EVENTS_SHOWN: Final = 30
MEDIUM_BYTES_MAX: Final = 32 << 20
"""Of a file brought in by the browser: some thirty thousand sales, taken in well within a request's time."""
FORM_BYTES: Final = 64 << 10
"""Room for what a form sends around its file."""
TOLD_CHARS_MAX: Final = 1_200
"""Of what came of a file, as told on the next page; the whole stands in what happened."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/kiosks", "kiosks", board)
    to.add_url_rule("/kiosks/board", "kiosks_board", fragment)
    to.add_url_rule("/kiosks/add", "add_kiosk", add, methods=["POST"])
    to.add_url_rule("/kiosks/<uuid:rsu>", "kiosk", show)
    to.add_url_rule("/kiosks/<uuid:rsu>/code", "kiosk_code", code, methods=["POST"])
    to.add_url_rule("/kiosks/<uuid:rsu>/import", "kiosk_import", bring_in, methods=["POST"])
    to.url_value_preprocessor(_make_room)
    to.add_url_rule("/kiosks/<uuid:rsu>/state", "kiosk_state", set_state, methods=["POST"])


def _rows() -> list[rsus.RsuRow]:
    here = auth.office()
    with ground.reading() as c:
        return rsus.board(c, auth.account().organisation, clock.utc(here.clock.now_ms()))


@access(*ground.FLOOR)
def board() -> ResponseReturnValue:
    """All kiosks and how they are."""
    with ground.reading() as c:
        venues = c.execute(
            select(m.venues.c.id, m.venues.c.name)
            .where(m.venues.c.organization_id == auth.account().organisation, m.venues.c.is_active)
            .order_by(m.venues.c.name)
        ).all()
    return ground.page("kiosks", "kiosks", rows=_rows(), venues=venues)


@access(*ground.FLOOR)
def fragment() -> ResponseReturnValue:
    """The board alone, to be exchanged on the page."""
    return render_template("admin/kiosks_board.html", rows=_rows())


@access(*ground.MANAGERS)
def add() -> ResponseReturnValue:
    """Adds a kiosk, and shows its one-time code."""
    ground.back_to("admin.kiosks")
    me = auth.account()
    with ground.acting() as c:
        venue = ground.identifier("venue", "Venue") if request.form.get("venue") else None
        if venue is not None:
            known = c.scalar(
                select(m.venues.c.id).where(
                    m.venues.c.id == venue, m.venues.c.organization_id == me.organisation
                )
            )
            if known is None:
                raise Refused("field", "Venue: choose one of the list.")
        rsu = rsus.create_rsu(c, me.organisation, ground.text("name", "Name", 80), venue)
        made = rsus.new_code(auth.office(), c, rsu, me.id)
        row = ground.own_rsu(c, rsu)
    return ground.page("kiosk_code", "kiosks", kiosk=row, code=made)


@access(*ground.FLOOR)
def show(rsu: UUID) -> ResponseReturnValue:
    """One kiosk: its state, its enrolments, and what it reported."""
    with ground.reading() as c:
        row = ground.own_rsu(c, rsu)
        epochs = c.execute(
            select(m.rsu_epochs).where(m.rsu_epochs.c.rsu_id == rsu).order_by(m.rsu_epochs.c.epoch.desc())
        ).all()
        happened = c.execute(
            select(m.critical_events)
            .where(m.critical_events.c.rsu_id == rsu)
            .order_by(m.critical_events.c.timestamp.desc())
            .limit(EVENTS_SHOWN)
        ).all()
        venue = c.execute(
            select(m.venues.c.name, m.venues.c.timezone).where(m.venues.c.id == row.venue_id)
        ).one_or_none()
        house = organisations.of(c, auth.account().organisation).timezone
        worked = shifts.of_kiosk(c, rsu)
        drawer = shifts.at_drawer(c, rsu)
    return ground.page(
        "kiosk",
        "kiosks",
        kiosk=row,
        epochs=epochs,
        happened=happened,
        shifts=worked,
        drawer=drawer,
        zone=(venue and venue.timezone) or house,
        clock_of=venue.name if venue and venue.timezone else "your organisation",
    )


@access(*ground.MANAGERS)
def code(rsu: UUID) -> ResponseReturnValue:
    """Makes a one-time code and shows it, once."""
    ground.back_to("admin.kiosk", rsu=rsu)
    with ground.acting() as c:
        row = ground.own_rsu(c, rsu)
        made = rsus.new_code(auth.office(), c, rsu, auth.account().id)
    return ground.page("kiosk_code", "kiosks", kiosk=row, code=made)


@access(*ground.MANAGERS)
def set_state(rsu: UUID) -> ResponseReturnValue:
    """Enables, disables, suspends or revokes a kiosk."""
    page = ground.back_to("admin.kiosk", rsu=rsu)
    state = request.form.get("state", "")
    if state not in SETTABLE:
        raise Refused("field", "A kiosk can be enabled, disabled, suspended or revoked.")
    why = request.form.get("reason", "").strip() or ("Admitted." if state == "enabled" else ground.reason())
    with ground.acting() as c:
        row = ground.own_rsu(c, rsu)
        rsus.set_state(c, rsu, state, auth.account().id, why)
    ground.tell("good", f"{row.name} is {state}. {SETTABLE[state]}")
    return redirect(page if request.form.get("to") == "kiosk" else url_for("admin.kiosks"), 303)


def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Lets this one form be as large as a medium's file, before anybody reads it."""
    if endpoint != "admin.kiosk_import":
        return
    request.max_content_length = MEDIUM_BYTES_MAX + FORM_BYTES
    if (request.content_length or 0) > request.max_content_length:
        g.back = url_for("admin.kiosk", **(values or {}))
        raise Refused(
            "too_large",
            f"The file is larger than {MEDIUM_BYTES_MAX >> 20} MB.",
            "Import it at the office's machine: tombola-server import FILE.",
        )


@access(*ground.MANAGERS)
def bring_in(rsu: UUID) -> ResponseReturnValue:
    """Takes in the file of this kiosk's stick or card, or its export; it lies in a temporary file meanwhile."""
    page = ground.back_to("admin.kiosk", rsu=rsu)
    with ground.reading() as c:
        row = ground.own_rsu(c, rsu)
    sent = request.files.get("medium")
    if sent is None or not sent.filename:
        raise Refused("field", "No file was chosen.", "Choose the file of the kiosk's stick or card first.")
    done = intake.take(
        auth.office(), sent.stream, sent.filename, auth.account().id, only=rsu, bytes_max=MEDIUM_BYTES_MAX
    )
    counts = (
        f"{done.found} entries found: {done.new} new, {done.already} here already, {done.quarantined} in quarantine, "
        f"{done.left} left out."
    )
    words = " ".join([counts, *done.notes, *done.troubles])
    if len(words) > TOLD_CHARS_MAX:
        words = f"{words[:TOLD_CHARS_MAX]}… The rest stands under “What happened”."
    heading = f"{done.name} of {row.name} is in." if done.whole else f"Not all of {row.name} is in."
    ground.tell("good" if done.whole else "warn", heading, words)
    return redirect(page, 303)
