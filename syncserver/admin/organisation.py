"""The organisation: its name, licence, currency, time zone, and how people reach it."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from shared.errors import Refused
from syncserver import auth, logos, organisations
from syncserver import models as m
from syncserver.admin import ground
from syncserver.admin.drafts import zones
from syncserver.auth import access

LINE_CHARS_MAX = 120


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/organisation", "organisation", show)
    to.add_url_rule("/organisation/change", "change_organisation", change, methods=["POST"])


@access(*ground.READERS)
def show() -> ResponseReturnValue:
    """Who the organisation is, and of which others one is a member."""
    return _shown()


def _shown(refused: Refused | None = None) -> str:
    me = auth.account()
    o, u, e, r = m.organizations, m.organization_users, m.raffle_events, m.rsus
    with ground.reading() as c:
        row = organisations.get(c, me.organisation)
        timezone = organisations.decided(
            {k: v for k, v in (row.settings or {}).items() if k in organisations.OF_THE_ORGANISATION}
        ).timezone
        mine = c.execute(
            select(
                o.c.id,
                o.c.name,
                o.c.primary_currency,
                o.c.license_number,
                u.c.role,
                select(func.count()).where(e.c.organization_id == o.c.id).scalar_subquery().label("events"),
                select(func.count()).where(r.c.organization_id == o.c.id).scalar_subquery().label("kiosks"),
            )
            .join(u, u.c.organization_id == o.c.id)
            .where(u.c.user_id == me.id, o.c.is_active)
            .order_by(func.lower(o.c.name))
        ).all()
    form: Any = request.form
    if refused is None:
        form = {
            "name": row.name,
            "licence": row.license_number or "",
            "description": row.description or "",
            "currency": row.primary_currency,
            "timezone": timezone,
        } | msgspec.to_builtins(organisations.contact(row.settings))
    return ground.page(
        "organisation",
        "organisation",
        o=row,
        f=form,
        mine=mine,
        zones=zones(form.get("timezone") or ""),
        logo=organisations.logo(row.settings),
        refused=refused,
    )


def _logo() -> str | None:
    """The logo that was chosen, made small; empty where there shall be none, None where it stays."""
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        return "" if request.form.get("no_logo") else None
    return logos.small(sent.stream.read(logos.UPLOAD_BYTES_MAX + 1))


@access("admin")
def change() -> ResponseReturnValue:
    """Changes who the organisation is."""
    me = auth.account()

    def line(name: str, label: str) -> str:
        return ground.text(name, label, LINE_CHARS_MAX, least=0)

    try:
        with ground.acting() as c:
            organisations.describe(
                c,
                me.organisation,
                me.id,
                name=ground.text("name", "Name", organisations.NAME_CHARS_MAX),
                licence=ground.text("licence", "Licence", 60, least=0),
                description=ground.text("description", "Description", organisations.TEXT_CHARS_MAX, least=0),
                currency=ground.text("currency", "Currency", 3).upper(),
                timezone=ground.text("timezone", "Time zone", 60),
                reached=organisations.Contact(
                    street=line("street", "Street"),
                    zip_code=line("zip_code", "Postal code"),
                    city=line("city", "Town"),
                    country=line("country", "Country"),
                    phone=line("phone", "Phone"),
                    email=line("email", "E-mail"),
                    website=line("website", "Website"),
                ),
                logo=_logo(),
            )
    except Refused as e:
        return _shown(e), 422
    ground.tell("good", "Saved. Kiosks print the new name from their next contact on.")
    return redirect(url_for("admin.organisation"), 303)
