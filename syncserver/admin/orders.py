"""Finding a sale by any of its numbers, and its page."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from shared import numbers
from syncserver import auth, customers, reconcile, shifts
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

QUERY_CHARS_MAX: Final = 1_000
NUMBERS_SHOWN: Final = 500
BUYER_CHARS_MIN: Final = 3
BUYER_CHARS_MAX: Final = 300
BUYERS_KNOWN_TO: Final = ("admin", "manager", "claims")
"""Who may know what buyers told of themselves."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/orders", "orders", search)
    to.add_url_rule("/orders/buyer", "orders_of_buyer", of_buyer, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>", "order", show)
    to.add_url_rule("/orders/<uuid:order>/void", "void_order", void, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>/erase", "erase_customer", erase, methods=["POST"])


def wanted(text: str) -> ColumnElement[bool]:
    """Orders by validation number, as typed or out of a QR; by id; by a draw number."""
    o, t = m.orders, m.tickets
    parts = text.split(":")
    validation = numbers.read_validation(parts[1] if len(parts) > 1 else text)
    if validation is not None:
        return o.c.validation_number == validation
    plain = text.replace(",", "").replace(" ", "")
    if plain.isascii() and plain.isdigit():
        number = int(plain[:12])
        if number > numbers.DRAW_NUMBER_MAX:
            return false()
        return o.c.id.in_(select(t.c.order_id).where(t.c.draw_number == number))
    try:
        return o.c.id == UUID(text)
    except ValueError:
        return false()


def _told(text: str) -> ColumnElement[bool]:
    """Orders whose buyer told this: an e-mail address or a phone number whole, a name in part."""
    info = m.orders.c.customer_info
    return info.is_not(None) & or_(
        func.lower(info["email"].astext) == text.lower(),
        info["phone"].astext == re.sub(r"[ ()/.-]", "", text),
        info["name"].astext.icontains(text, autoescape=True),
    )


def _listed() -> Select[Any]:
    """Orders of one's own organisation, the newest first."""
    o = m.orders
    return (
        select(
            o,
            m.raffle_events.c.name.label("event_name"),
            m.rsus.c.name.label("rsu_name"),
            m.venues.c.timezone,
        )
        .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
        .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .where(m.raffle_events.c.organization_id == auth.account().organisation)
        .order_by(o.c.created_at.desc(), o.c.id.desc())
    )


@access(*BUYERS_KNOWN_TO)
def of_buyer() -> ResponseReturnValue:
    """The newest orders of a buyer. What is asked for is in no address, so that no log and no history keeps it."""
    ground.back_to("admin.orders")
    asked = ground.text("buyer", "Buyer", BUYER_CHARS_MAX, least=BUYER_CHARS_MIN)
    with ground.reading() as c:
        rows = c.execute(_listed().where(_told(asked)).limit(ground.PAGE_ROWS)).all()
    return ground.page(
        "orders", "orders", rows=rows, more=False, page=1, q="", event=None, knows=True, asked=True
    )


@access(*ground.SEEKERS)
def search() -> ResponseReturnValue:
    """Orders, the newest first, or those that a number finds."""
    o = m.orders
    text = request.args.get("q", "").strip()[:QUERY_CHARS_MAX]
    asked, page = request.args.get("event", ""), ground.page_number()
    query = _listed().limit(ground.PAGE_ROWS + 1).offset((page - 1) * ground.PAGE_ROWS)
    with ground.reading() as c:
        event = None
        if asked:
            try:
                event = ground.own_event(c, UUID(asked))
            except ValueError:
                abort(404)
            query = query.where(o.c.event_id == event.id)
        if text:
            query = query.where(wanted(text))
        rows = c.execute(query).all()
    return ground.page(
        "orders",
        "orders",
        rows=rows[: ground.PAGE_ROWS],
        more=len(rows) > ground.PAGE_ROWS,
        page=page,
        q=text,
        event=event,
        knows=auth.account().role in BUYERS_KNOWN_TO,
        asked=bool(text),
    )


@access(*ground.SEEKERS)
def show(order: UUID) -> ResponseReturnValue:
    """One order: its numbers, its void, and where it came from."""
    o = m.orders
    with ground.reading() as c:
        row = c.execute(
            select(
                o,
                m.raffle_events.c.name.label("event_name"),
                m.raffle_events.c.organization_id,
                m.rsus.c.name.label("rsu_name"),
                m.ticket_packages.c.name.label("package_name"),
                m.users.c.display_name.label("operator"),
                m.venues.c.timezone,
            )
            .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
            .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
            .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
            .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
            .outerjoin(m.users, m.users.c.id == o.c.operator_id)
            .where(o.c.id == order, m.raffle_events.c.organization_id == auth.account().organisation)
        ).one_or_none()
        if row is None:
            abort(404)
        tickets = c.execute(
            select(m.tickets.c.draw_number, m.tickets.c.state)
            .where(m.tickets.c.order_id == order)
            .order_by(m.tickets.c.draw_number)
            .limit(NUMBERS_SHOWN)
        ).all()
        void = c.execute(select(m.voids).where(m.voids.c.order_id == order)).one_or_none()
        k = m.counterfoil_prints
        foils = c.execute(
            select(k).where(k.c.order_id == order, k.c.rsu_id == row.rsu_id).order_by(k.c.at, k.c.seq)
        ).all()
        names = shifts.names(c, [name for one in foils for name in (one.printed_by, one.approved_by)])
        if void is not None:
            names |= shifts.names(c, [void.by_name, void.approved_by])
    return ground.page(
        "order",
        "orders",
        o=row,
        tickets=tickets,
        void=void,
        shown=NUMBERS_SHOWN,
        foils=foils,
        names=names,
        knows=auth.account().role in BUYERS_KNOWN_TO,
    )


@access(*ground.MANAGERS)
def void(order: UUID) -> ResponseReturnValue:
    """Makes a whole order void, with a reason."""
    page = ground.back_to("admin.order", order=order)
    with ground.acting() as c:
        _own(c, order)
        reconcile.void_order(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell("good", "The order is void. Its numbers are in no pool and are never sold again.")
    return redirect(page, 303)


def _own(c: Connection, order: UUID) -> None:
    """404 unless the order is of one's own organisation."""
    o, e = m.orders, m.raffle_events
    mine = c.scalar(
        select(o.c.id)
        .join(e, e.c.id == o.c.event_id)
        .where(o.c.id == order, e.c.organization_id == auth.account().organisation)
    )
    if mine is None:
        abort(404)


@access(*ground.MANAGERS)
def erase(order: UUID) -> ResponseReturnValue:
    """Erases what the buyer told of themselves, for good, with a reason."""
    page = ground.back_to("admin.order", order=order)
    with ground.acting() as c:
        _own(c, order)
        customers.erase(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell("good", "What the buyer told of themselves is erased, for good.")
    return redirect(page, 303)
