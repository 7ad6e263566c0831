"""Coming in, going out, and the list of events that everybody sees first."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Select, func, select

from shared.errors import Refused
from syncserver import auth, live, notices, notifications
from syncserver import models as m
from syncserver.admin import draws, ground, tables
from syncserver.admin.beginning import BY_CHOICE, beginning
from syncserver.admin.tables import Column, Table
from syncserver.auth import PUBLIC, STAFF, access

LOOK_S_MAX: Final = 365 * 24 * 3600
EVENT_STATES: Final = ("created", "active", "suspended", "closed", "drawn", "completed", "cancelled")
_STATES: Final = {"created": "draft"}
_BEGUN: Final = "begun_at_desk"
"""In the session of somebody who pays prizes, once they have been at their desk."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/login", "login", login, methods=["GET", "POST"])
    to.add_url_rule("/logout", "leave", leave, methods=["POST"])
    to.add_url_rule("/look", "look", look, methods=["POST"])
    to.add_url_rule("/", "home", home)
    to.add_url_rule("/notices/<uuid:notice>/seen", "notice_seen", notice_seen, methods=["POST"])


@access(PUBLIC)
def login() -> ResponseReturnValue:
    """The log-in page, and logging in."""
    if request.method == "GET":
        return ground.login_page()
    came_for, username = request.form.get("next", ""), request.form.get("username", "")
    try:
        due = auth.log_in(auth.office(), username, request.form.get("password", ""))
    except Refused as e:
        return ground.login_page(came_for, username[:120], e), 401
    if due:
        return redirect(url_for("admin.second_step", next=came_for or None), 303)
    return redirect(local_page(came_for), 303)


def local_page(address: str) -> str:
    """That page of the office; its first one where the address is none: one from elsewhere would be a trap."""
    local = address.startswith("/admin/") and "\\" not in address and address.isprintable()
    return address if local else url_for("admin.home")


@access(*STAFF)
def leave() -> ResponseReturnValue:
    """Logs out."""
    auth.log_out(auth.office())
    return redirect(url_for("admin.login"), 303)


@access(*STAFF)
def look() -> ResponseReturnValue:
    """Keeps in this browser whether its pages are light, dark, or as the device is."""
    back = redirect(local_page(request.form.get("back", "")), 303)
    asked = request.form.get("look", "")
    if asked and asked in ground.THEMES:
        back.set_cookie(
            ground.THEME_COOKIE,
            asked,
            max_age=LOOK_S_MAX,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    else:
        back.delete_cookie(ground.THEME_COOKIE)
    return back


@access(*STAFF)
def home() -> ResponseReturnValue:
    """All events, the newest first; above them how the evening goes, and what one was told and has not put away.

    Who pays prizes begins at the claims desk; from there on the events are a touch away.
    """
    if auth.account().role == "claims" and not session.get(_BEGUN):
        session[_BEGUN] = True
        return redirect(url_for("admin.claims_desk"), 303)
    table, query = _events(auth.account().organisation)
    if tables.asked_csv(table):
        return tables.export(table, query)
    with ground.reading() as c:
        shown = tables.read(c, table, query)
        told = notices.unseen(c, auth.account().id)
        unreached = (
            auth.account().role in ground.MANAGERS and notifications.contact(c, auth.account().id) is None
        )
        now = None
        if auth.account().role in ground.FLOOR:
            now = live.evening(auth.office(), c, auth.account().organisation)
        clock = _clock(c) if auth.account().role in ground.READERS else ""
        begun = beginning(c)
        called = draws.calls(c)
    return ground.page(
        "home",
        "events",
        shown=shown,
        told=told,
        clock=clock,
        now=now,
        unreached=unreached,
        begun=begun,
        called=called,
        by_choice=BY_CHOICE,
    )


def _events(organisation: UUID) -> tuple[Table, Select[Any]]:
    e, v, f = m.raffle_events, m.venues, m.findings
    doubts = (
        select(func.count())
        .where(f.c.event_id == e.c.id, f.c.decided_at.is_(None), f.c.blocking)
        .scalar_subquery()
    )
    query = (
        select(e, v.c.name.label("venue_name"), v.c.timezone, doubts.label("doubts"))
        .outerjoin(v, v.c.id == e.c.venue_id)
        .where(e.c.organization_id == organisation)
    )
    away = {"no": ("In use", e.c.archived_at.is_(None)), "yes": ("Put away", e.c.archived_at.is_not(None))}
    table = Table(
        "events",
        "Events",
        (
            Column("name", "Event", by=e.c.name, nulls=False, lead=True),
            Column("event_number", "No.", "count", by=e.c.event_number, nulls=False, shown=False),
            Column("venue_name", "Venue", shown=False),
            Column("state", "State", by=e.c.state, nulls=False),
            Column("opens_at", "Sales open", "time", shown=False),
            Column("closes_at", "Sales close", "time", by=e.c.closes_at),
            Column("total_sold", "Sales", "money", by=e.c.total_sold, nulls=False),
            Column("doubts", "Open findings", "count"),
        ),
        key=e.c.event_number,
        order="-event_number",
        filters=(
            tables.search("text", "Name or short code", e.c.name, e.c.event_identifier),
            tables.choice(
                "state", "State", e.c.state, [(one, _STATES.get(one, one)) for one in EVENT_STATES]
            ),
            tables.either("away", "Lists", away),
        ),
        empty=(
            "No event yet",
            "An event has packages of tickets, prizes, and the time at which its sales close.",
        ),
    )
    return table, query


def _clock(c: Connection) -> str:
    """What is wrong with the clock by which the database judges a draw's times; nothing where it has one of its own."""
    offset = c.execute(select(m.clock_offset.c.offset_ms)).scalar_one_or_none()
    if offset == 0:
        return ""
    if offset is None:
        return "The database believes whatever times it is told: its draws prove nothing about when they were held."
    way = "forward" if offset > 0 else "back"
    return (
        f"The database’s clock is put {way} by {abs(offset) / 1000:,.0f} seconds, and judges draws by that."
    )


@access(*ground.MANAGERS)
def notice_seen(notice: UUID) -> ResponseReturnValue:
    """Puts away what one was told."""
    page = ground.back_to("admin.home")
    with ground.acting() as c:
        notices.seen(c, notice, auth.account().id)
    return redirect(page, 303)
