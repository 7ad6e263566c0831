"""The people of the organisation: who they are, what they may do, inviting and making others, second factors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Select, func, select

from shared import clock
from shared.errors import Refused
from syncserver import auth, factors, invitations, organisations
from syncserver import models as m
from syncserver.accounts import EMAIL_CHARS_MAX
from syncserver.admin import ground, tables
from syncserver.auth import access


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/users", "users", people)
    to.add_url_rule("/users/add", "add_user", add, methods=["POST"])
    to.add_url_rule("/users/invite", "invite", invite, methods=["POST"])
    to.add_url_rule(
        "/users/invitations/<uuid:asked>/withdraw", "withdraw_invitation", withdraw, methods=["POST"]
    )
    to.add_url_rule("/users/<uuid:user>/secret", "user_secret", secret, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/role", "user_role", role, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/factor/reset", "reset_factor", reset_factor, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/sessions/end", "end_user_sessions", end_sessions, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/take-out", "take_out", take_out, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/deactivate", "deactivate_user", deactivate, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/reactivate", "reactivate_user", reactivate, methods=["POST"])


@access(*ground.READERS)
def people() -> ResponseReturnValue:
    """Everybody who works for the organisation, and who was asked to; auditors see names and roles, no address."""
    table, query = _listed()
    if tables.asked_csv(table):
        return tables.export(table, query)
    return _shown(table, query)


def _shown(table: tables.Table, query: Select[Any], link: str = "") -> str:
    me, here = auth.account(), auth.office()
    with ground.reading() as c:
        shown = tables.read(c, table, query)
        asked = invitations.pending(c, me.organisation, here.now()) if me.role in ground.MANAGERS else []
        strict = organisations.of(c, me.organisation).second_factor
        r = m.rsus
        kiosks = c.scalar(
            select(r.c.id).where(r.c.organization_id == me.organisation, r.c.kind == "kiosk").limit(1)
        )
    return ground.page(
        "users",
        "users",
        shown=shown,
        writes=me.role in ground.MANAGERS,
        roles=_givable(),
        may=auth.ROLE_MAY,
        asked=tables.listed(_asked(), asked),
        link=link,
        mail=here.config.mail is not None,
        kiosks=kiosks is not None,
        required=factors.REQUIRED_OF if strict else (),
    )


def _asked() -> tables.Table:
    """Who was invited and has not answered yet."""
    column = tables.Column
    return tables.Table(
        "invitations",
        "Invited",
        (
            column("email", "Address", lead=True),
            column("role", "Role", value=lambda row: auth.ROLE_WORDS[row.role]),
            column("by", "By"),
            column("expires_at", "Until", "time"),
            column("steps", "", exported=False),
        ),
        csv=False,
        prefix="invited-",
    )


def _listed() -> tuple[tables.Table, Select[Any]]:
    u, ou, la, f, other = (
        m.users,
        m.organization_users,
        m.local_accounts,
        m.second_factors,
        m.organization_users.alias(),
    )
    column = tables.Column
    writes = auth.account().role in ground.MANAGERS
    elsewhere = (
        select(func.count())
        .where(
            other.c.user_id == u.c.id,
            other.c.organization_id != auth.account().organisation,
            other.c.role.in_(auth.STAFF),
        )
        .scalar_subquery()
    )
    query = (
        select(
            u.c.id,
            u.c.display_name,
            u.c.is_active,
            u.c.last_login,
            ou.c.role,
            la.c.username,
            m.operator_pins.c.user_id.label("pin"),
            f.c.confirmed_at.label("factor"),
            elsewhere.label("elsewhere"),
        )
        .join(ou, ou.c.user_id == u.c.id)
        .outerjoin(la, la.c.user_id == u.c.id)
        .outerjoin(m.operator_pins, m.operator_pins.c.user_id == u.c.id)
        .outerjoin(f, f.c.user_id == u.c.id)
        .where(ou.c.organization_id == auth.account().organisation, ou.c.role.in_(auth.STAFF))
    )
    table = tables.Table(
        "people",
        "People",
        (
            column("display_name", "Name", by=u.c.display_name, nulls=False, lead=True),
            *([column("username", "User name", "code", la.c.username)] if writes else []),
            column("role", "Role", value=lambda row: auth.ROLE_WORDS[row.role]),
            column("pin", "Kiosks", value=lambda row: "has a PIN" if row.pin else "no PIN"),
            column("factor", "Second factor", value=lambda row: "on" if row.factor else "off"),
            column("last_login", "Last log-in", "time", u.c.last_login),
            column("is_active", "Active", value=lambda row: "yes" if row.is_active else "no", shown=False),
            *([column("steps", "", "words", exported=False)] if writes else []),
        ),
        key=u.c.id,
        order="display_name",
        filters=(
            tables.search("q", "Name or user name", u.c.display_name, la.c.username)
            if writes
            else tables.search("q", "Name", u.c.display_name),
            tables.choice("role", "Role", ou.c.role, [(one, auth.ROLE_WORDS[one]) for one in auth.STAFF]),
            tables.either(
                "state",
                "State",
                {
                    "active": ("active", u.c.is_active),
                    "out": ("deactivated", ~u.c.is_active),
                    "bare": ("without a second factor", u.c.is_active & f.c.confirmed_at.is_(None)),
                },
            ),
        ),
        empty=("Nobody yet", "Invite somebody, or add them below."),
    )
    return table, query


@access(*ground.MANAGERS)
def invite() -> ResponseReturnValue:
    """Asks somebody by mail to work here; the link is shown this once as well, to be handed over another way."""
    ground.back_to("admin.users")
    _ask_who()
    me, here = auth.account(), auth.office()
    wanted = request.form.get("role", "")
    if wanted not in _givable():
        raise Refused("role", "That role is not yours to give.")
    email = ground.text("email", "E-mail address", EMAIL_CHARS_MAX)
    with ground.acting() as c:
        path = invitations.invite(here, c, me.organisation, email, wanted, auth.ROLE_WORDS[wanted], me.id)
    base = here.config.url or request.host_url.rstrip("/")
    return _shown(*_listed(), link=base + path)


@access(*ground.MANAGERS)
def withdraw(asked: UUID) -> ResponseReturnValue:
    """Takes an invitation back."""
    page = ground.back_to("admin.users")
    me, i = auth.account(), m.invitations
    with ground.acting() as c:
        wanted = c.scalar(select(i.c.role).where(i.c.id == asked, i.c.organization_id == me.organisation))
        if wanted not in _givable():
            raise Refused("role", "That invitation is not yours to withdraw.")
        email = invitations.withdraw(c, me.organisation, asked, me.id, auth.office().now())
    ground.tell("good", f"The invitation of {email} is withdrawn. Its link opens nothing any more.")
    return redirect(page, 303)


@access("admin")
def role(user: UUID) -> ResponseReturnValue:
    """Gives a person another role, with a reason; they log in anew."""
    page, me = ground.back_to("admin.users"), auth.account()
    _ask_who()
    wanted = request.form.get("role", "")
    with ground.acting() as c:
        name = auth.set_role(c, me.organisation, user, wanted, me.id, ground.reason(), auth.office().now())
    ground.tell("good", f"{name} is {auth.ROLE_WORDS[wanted]} now, and logs in anew.")
    return redirect(page, 303)


@access("admin")
def reset_factor(user: UUID) -> ResponseReturnValue:
    """Takes a person's second factor away, with a reason: theirs is lost. They set up another."""
    page, me = ground.back_to("admin.users"), auth.account()
    _ask_who()
    with ground.acting() as c:
        name = _mine(c, user)
        if user == me.id:
            raise Refused("oneself", "Nobody takes away their own second factor here.", "See “Your account”.")
        factors.reset(c, user, name, me.id, ground.reason())
        auth.end_sessions(c, user, auth.office().now())
    ground.tell("good", f"{name} logs in without a second factor until they set up another.")
    return redirect(page, 303)


@access("admin")
def end_sessions(user: UUID) -> ResponseReturnValue:
    """Logs a person out wherever they are."""
    page, me = ground.back_to("admin.users"), auth.account()
    with ground.acting() as c:
        if _role(c, user) is None:
            raise Refused("role", "That person is not yours to change.")
        ended = auth.end_sessions(c, user, auth.office().now(), but=me.session if user == me.id else None)
    ground.tell("good", "They are logged out." if ended else "They were logged in nowhere.")
    return redirect(page, 303)


@access("admin")
def take_out(user: UUID) -> ResponseReturnValue:
    """Takes a person who works elsewhere too out of one's own organisation, with a reason."""
    page, me = ground.back_to("admin.users"), auth.account()
    with ground.acting() as c:
        name = auth.take_out(c, me.organisation, user, me.id, ground.reason(), auth.office().now())
    ground.tell("good", f"{name} does not work here any more.")
    return redirect(page, 303)


def _mine(c: Connection, user: UUID) -> str:
    """The name of a person whose secrets are one's own organisation's affair alone.

    ``Refused``: ``role`` where they are not of it, ``elsewhere`` where another organisation would be opened as well.
    """
    places = auth.memberships(c, user)
    if _role(c, user) not in auth.STAFF:
        raise Refused("role", "That person is not yours to change.")
    if len(places) > 1:
        raise Refused(
            "elsewhere",
            "That person works for another organisation too, so this is theirs alone to change.",
            "You can take them out of yours.",
        )
    name: str = c.execute(select(m.users.c.display_name).where(m.users.c.id == user)).scalar_one()
    return name


def _ask_who() -> None:
    """Whoever finds a browser open makes no way in of their own by it. ``Refused``: see :func:`auth.ask_who`."""
    auth.ask_who(auth.account(), lately=True)


def _givable() -> list[str]:
    """The roles that one may give, and whose secrets one may set: a manager has a hand in operators alone.

    Whoever could set the password of an auditor or of the claims desk could sign as two people.
    """
    return list(auth.STAFF) if auth.account().role == "admin" else ["operator"]


@access(*ground.MANAGERS)
def add() -> ResponseReturnValue:
    """Makes a person: with a PIN for the kiosks, a password for these pages, or both."""
    page = ground.back_to("admin.users")
    _ask_who()
    role = request.form.get("role", "")
    if role not in _givable():
        raise Refused("role", "That role is not yours to give.")
    password, pin = request.form.get("password") or None, request.form.get("pin") or None
    if password is None and pin is None:
        raise Refused("field", "Give a PIN for the kiosks, a password for the office, or both.")
    name = ground.text("name", "Name", 120)
    with ground.acting() as c:
        auth.create_user(
            c,
            auth.account().organisation,
            ground.text("username", "User name", 120),
            name,
            password,
            role,
            pin,
        )
    told = [f"Made. {name} can log in to the office."] if password else ["Made."]
    if pin:
        told.append("Kiosks know the PIN from their next contact on.")
    ground.tell("good", " ".join(told))
    return redirect(page, 303)


@access(*ground.MANAGERS)
def secret(user: UUID) -> ResponseReturnValue:
    """Gives a new password or PIN to whoever has a role that one may give, and a PIN to oneself."""
    page = ground.back_to("admin.users")
    _ask_who()
    me = auth.account()
    with ground.acting() as c:
        role = _role(c, user)
        if role is None or (role not in _givable() and user != me.id):
            raise Refused("role", "That person is not yours to change.")
        if user != me.id:
            _mine(c, user)
        elif request.form.get("password"):
            # Whoever finds a browser open knows no password, and does not get the account for good.
            raise Refused("oneself", "One’s own password is changed elsewhere.", "See “Your account”.")
        if password := request.form.get("password"):
            auth.set_password(c, user, password, clock.utc(auth.office().clock.now_ms()))
        if pin := request.form.get("pin"):
            auth.set_pin(c, user, pin)
    ground.tell("good", "Changed.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def deactivate(user: UUID) -> ResponseReturnValue:
    """Takes a person out of the house, with a reason: whoever has a role that one may give."""
    return _set_active(user, False)


@access(*ground.MANAGERS)
def reactivate(user: UUID) -> ResponseReturnValue:
    """Takes such a person back in, with a reason."""
    return _set_active(user, True)


def _set_active(user: UUID, active: bool) -> ResponseReturnValue:
    page = ground.back_to("admin.users")
    me, here = auth.account(), auth.office()
    with ground.acting() as c:
        if _role(c, user) not in _givable():
            raise Refused("role", "That person is not yours to change.")
        _mine(c, user)
        name = auth.set_active(c, me.organisation, user, active, me.id, ground.reason(), here.now())
    ground.tell(
        "good",
        f"{name} is reactivated. Kiosks know the PIN again from their next contact on."
        if active
        else f"{name} is deactivated and logged out. Kiosks forget the PIN at their next contact.",
    )
    return redirect(page, 303)


def _role(c: Connection, user: UUID) -> str | None:
    """The person's role in one's own organisation; None where they have none."""
    ou = m.organization_users
    return c.scalar(
        select(ou.c.role).where(ou.c.user_id == user, ou.c.organization_id == auth.account().organisation)
    )
