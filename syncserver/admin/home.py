"""Coming in, going out, and the list of events that everybody sees first."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, func, select

from shared.errors import Refused
from syncserver import auth, notices
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import PUBLIC, STAFF, access

LOOK_S_MAX: Final = 365 * 24 * 3600


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
    """All events, the newest first; above them what one was told and has not put away."""
    e = m.raffle_events
    open_findings = (
        select(func.count())
        .where(m.findings.c.event_id == e.c.id, m.findings.c.decided_at.is_(None), m.findings.c.blocking)
        .scalar_subquery()
    )
    with ground.reading() as c:
        rows = c.execute(
            select(e, m.venues.c.name.label("venue_name"), m.venues.c.timezone, open_findings.label("doubts"))
            .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
            .where(e.c.organization_id == auth.account().organisation)
            .order_by(e.c.event_number.desc())
            .limit(ground.PAGE_ROWS)
        ).all()
        told = notices.unseen(c, auth.account().id)
        clock = _clock(c) if auth.account().role in ground.READERS else ""
    return ground.page("home", "events", events=rows, told=told, clock=clock)


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
