"""The people of the organisation: who they are, what they may do, and making another."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from shared import clock
from shared.errors import Refused
from syncserver import auth
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/users", "users", people)
    to.add_url_rule("/users/add", "add_user", add, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/secret", "user_secret", secret, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/deactivate", "deactivate_user", deactivate, methods=["POST"])
    to.add_url_rule("/users/<uuid:user>/reactivate", "reactivate_user", reactivate, methods=["POST"])


@access(*ground.MANAGERS)
def people() -> ResponseReturnValue:
    """Everybody of the organisation."""
    with ground.reading() as c:
        rows = c.execute(
            select(
                m.users,
                m.organization_users.c.role,
                m.local_accounts.c.username,
                m.operator_pins.c.user_id.label("pin"),
            )
            .join(m.organization_users, m.organization_users.c.user_id == m.users.c.id)
            .outerjoin(m.local_accounts, m.local_accounts.c.user_id == m.users.c.id)
            .outerjoin(m.operator_pins, m.operator_pins.c.user_id == m.users.c.id)
            .where(m.organization_users.c.organization_id == auth.account().organisation)
            .order_by(m.users.c.is_active.desc(), m.users.c.display_name)
        ).all()
    return ground.page("users", "users", rows=rows, roles=_givable(), may=auth.ROLE_MAY)


def _givable() -> list[str]:
    """The roles that one may give, and whose secrets one may set: a manager has a hand in operators alone.

    Whoever could set the password of an auditor or of the claims desk could sign as two people.
    """
    return list(auth.STAFF) if auth.account().role == "admin" else ["operator"]


@access(*ground.MANAGERS)
def add() -> ResponseReturnValue:
    """Makes a person: with a PIN for the kiosks, a password for these pages, or both."""
    page = ground.back_to("admin.users")
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
    """Gives a person a new password or PIN: oneself, and whoever has a role that one may give."""
    page = ground.back_to("admin.users")
    me = auth.account()
    with ground.acting() as c:
        role = _role(c, user)
        if role is None or (role not in _givable() and user != me.id):
            raise Refused("role", "That person is not yours to change.")
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
