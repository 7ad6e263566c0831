"""Venues: where raffles are held, their addresses and time zones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from shared.errors import Refused
from syncserver import auth, organisations, venues
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.drafts import zones
from syncserver.auth import access


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/venues", "venues", show)
    to.add_url_rule("/venues/new", "new_venue", new, methods=["GET", "POST"])
    to.add_url_rule("/venues/<uuid:venue>", "venue", one, methods=["GET", "POST"])
    to.add_url_rule(
        "/venues/<uuid:venue>/<any(activate,deactivate):what>", "venue_step", step, methods=["POST"]
    )


def _table() -> tuple[tables.Table, Select[Any]]:
    v, a, e = m.venues, m.addresses, m.raffle_events
    held = select(func.count()).where(e.c.venue_id == v.c.id).scalar_subquery()
    column = tables.Column
    table = tables.Table(
        "venues",
        "Venues",
        (
            column("name", "Venue", by=func.lower(v.c.name), nulls=False, lead=True),
            column("address", "Address", value=_address),
            column("zone", "Time zone", by=v.c.timezone, value=lambda row: row.timezone or "UTC"),
            column("events", "Events", "count", held, nulls=False),
            column("state", "State", value=lambda row: "in use" if row.is_active else "not offered"),
            column("steps", "", exported=False),
        ),
        key=v.c.id,
        order="name",
        filters=(
            tables.search("name", "Name or town", v.c.name, a.c.city),
            tables.either(
                "state", "State", {"used": ("In use", v.c.is_active), "not": ("Not offered", ~v.c.is_active)}
            ),
        ),
        empty=("No venue yet", "The first is made here, or with the first event."),
    )
    query = (
        select(v, a.c.street, a.c.zip_code, a.c.city, a.c.country, held.label("events"))
        .outerjoin(a, a.c.id == v.c.address_id)
        .where(v.c.organization_id == auth.account().organisation)
    )
    return table, query


def _address(row: Any) -> str:
    town = " ".join(one for one in (row.zip_code, row.city) if one)
    return ", ".join(one for one in (row.street, town, row.country) if one)


@access(*ground.READERS)
def show() -> ResponseReturnValue:
    """All venues of the organisation."""
    table, query = _table()
    if tables.asked_csv(table):
        return tables.export(table, query)
    with ground.reading() as c:
        shown = tables.read(c, table, query)
    return ground.page("venues", "venues", shown=shown)


@access(*ground.MANAGERS)
def new() -> ResponseReturnValue:
    """The form of a new venue, and making it."""
    return _form(None)


@access(*ground.MANAGERS)
def one(venue: UUID) -> ResponseReturnValue:
    """The form of a venue, and changing it."""
    return _form(venue)


def _form(venue: UUID | None) -> ResponseReturnValue:
    me = auth.account()
    row, held, refused = None, [], None
    with ground.reading() as c:
        house = organisations.of(c, me.organisation).timezone
        if venue is not None:
            try:
                row = venues.get(c, me.organisation, venue)
            except Refused:
                abort(404)
            held = list(venues.under_way(c, venue))
    if request.method == "POST":
        try:
            with ground.acting() as c:
                venues.save(c, me.organisation, me.id, _wanted(), venue, request.form.get("reason", ""))
            ground.tell("good", "The venue is saved.")
            return redirect(url_for("admin.venues"), 303)
        except Refused as e:
            refused = e
    form: Any = request.form
    if request.method == "GET":
        form = (
            {"timezone": house}
            if row is None
            else {
                one: getattr(row, one) or ""
                for one in (
                    "name",
                    "timezone",
                    "description",
                    "capacity",
                    "street",
                    "zip_code",
                    "city",
                    "state",
                    "country",
                )
            }
        )
    return ground.page(
        "venue", "venues", v=row, f=form, held=held, zones=zones(form.get("timezone") or ""), refused=refused
    ), 422 if refused else 200


def _wanted() -> venues.Wanted:
    def line(name: str, label: str) -> str:
        return ground.text(name, label, venues.ADDRESS_CHARS_MAX, least=0)

    return venues.Wanted(
        name=ground.text("name", "Name", venues.NAME_CHARS_MAX),
        timezone=ground.text("timezone", "Time zone", 60),
        description=ground.text("description", "Description", venues.TEXT_CHARS_MAX, least=0),
        capacity=ground.whole("capacity", "People", 1, venues.CAPACITY_MAX)
        if request.form.get("capacity")
        else None,
        address=venues.Address(
            street=line("street", "Street"),
            zip_code=line("zip_code", "Postal code"),
            city=line("city", "Town"),
            state=line("state", "State"),
            country=line("country", "Country"),
        ),
    )


@access(*ground.MANAGERS)
def step(venue: UUID, what: str) -> ResponseReturnValue:
    """Offers a venue for new events, or no longer."""
    page = ground.back_to("admin.venues")
    me = auth.account()
    with ground.acting() as c:
        try:
            venues.get(c, me.organisation, venue)
        except Refused:
            abort(404)
        venues.activate(c, me.organisation, venue, me.id, on=what == "activate")
    return redirect(page, 303)
