"""Refunds: making an order void and paying it back, what is due to buyers, and noting that it was paid."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Select, and_, case, func, or_, select

from shared.errors import Refused
from syncserver import auth, checkout, refunds
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.auth import access

SEES: Final = ("admin", "manager", "claims", "auditor")
PAYS: Final = ("admin", "manager", "claims")
"""Who hands money back: the cash desk is the claims desk."""
METHODS: Final = {
    "cash": "cash",
    "card": "card",
    "split": "cash and card",
    "stripe": "on line",
    "other": "another way",
}
STATES: Final = {"due": "due", "sent": "on its way", "done": "paid back", "failed": "failed"}
EVENTS_LISTED_MAX: Final = 300


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/orders/<uuid:order>/void", "void_order", void, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>/refund", "refund_order", refund, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>/given-back", "given_order", given, methods=["POST"])
    to.add_url_rule("/payments/<uuid:payment>/again", "payment_again", pay_again, methods=["POST"])
    to.add_url_rule("/payments/<uuid:payment>/done", "payment_done", payment_done, methods=["POST"])
    to.add_url_rule("/refunds", "refunds", listing)
    to.add_url_rule("/refunds/<uuid:refund>/done", "refund_done", done, methods=["POST"])
    to.add_url_rule("/refunds/<uuid:refund>/again", "refund_again", again, methods=["POST"])


def _query() -> Select[Any]:
    r, o, e, u = m.refunds, m.orders, m.raffle_events, m.users
    asker, payer = u.alias("asker"), u.alias("payer")
    return (
        select(
            r,
            o.c.validation_number,
            o.c.payment_reference,
            m.voids.c.returned,
            e.c.name.label("event_name"),
            m.venues.c.timezone,
            m.rsus.c.name.label("rsu_name"),
            asker.c.display_name.label("asker"),
            payer.c.display_name.label("payer"),
        )
        .join(o, o.c.id == r.c.order_id)
        .join(e, e.c.id == r.c.event_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .outerjoin(m.voids, m.voids.c.order_id == o.c.id)
        .outerjoin(asker, asker.c.id == r.c.asked_by)
        .outerjoin(payer, payer.c.id == r.c.done_by)
        .where(e.c.organization_id == auth.account().organisation)
    )


def _table(c: Connection) -> tables.Table:
    r, e = m.refunds, m.raffle_events
    rank = case((r.c.state == "failed", 0), (r.c.state == "due", 1), (r.c.state == "sent", 2), else_=3)
    column = tables.Column
    events = c.execute(
        select(e.c.id, e.c.name)
        .where(e.c.organization_id == auth.account().organisation)
        .order_by(e.c.event_number.desc())
        .limit(EVENTS_LISTED_MAX)
    )
    open_ones = r.c.state != "done"
    return tables.Table(
        "refunds",
        "Refunds",
        (
            column("validation_number", "Order", "code", lead=True),
            column("event_name", "Event"),
            column("rsu_name", "Sold at", value=lambda row: row.rsu_name or "on line", shown=False),
            column("amount", "Amount", "money", r.c.amount, nulls=False),
            column("card_amount", "Of it by card", "money", shown=False),
            column("method", "How", value=lambda row: METHODS[row.method], shown=False),
            column("asked_at", "Asked", "time", r.c.asked_at, nulls=False),
            column("asker", "Asked by", shown=False),
            column("reason", "Why"),
            column("state", "State", "words", by=rank, nulls=False, value=lambda row: STATES[row.state]),
            column("done_at", "Paid back", "time", r.c.done_at, shown=False),
            column("payer", "Paid back by", shown=False),
            column("at_kiosk", "At the kiosk", shown=False),
            column("provider_reference", "Reference", shown=False),
            column("problem", "Problem", shown=False),
            column("order_id", "Order id", value=lambda row: str(row.order_id), shown=False),
        ),
        key=r.c.id,
        order="-asked_at",
        filters=(
            tables.either(
                "state",
                "State",
                {
                    "open": ("not yet paid back", open_ones),
                    "desk": (
                        "for the desk",
                        and_(open_ones, or_(r.c.method != "stripe", r.c.state == "failed")),
                    ),
                    "failed": ("failed", r.c.state == "failed"),
                    "done": ("paid back", r.c.state == "done"),
                },
            ),
            tables.choice("method", "How", r.c.method, list(METHODS.items())),
            tables.choice("event", "Event", r.c.event_id, [(str(one.id), one.name) for one in events]),
            tables.Filter("order", "Order id", "text", _of_order),
        ),
        empty=(
            "No refunds",
            "An order’s page has “Pay it back”; an event that is called off pays all of its orders back.",
        ),
    )


def _of_order(value: str) -> Any:
    try:
        return m.refunds.c.order_id == UUID(value)
    except ValueError:
        return None


@access(*SEES)
def listing() -> ResponseReturnValue:
    """What is due to buyers, and what was paid back; the newest first."""
    query = _query()
    with ground.reading() as c:
        table = _table(c)
        if tables.asked_csv(table):
            return tables.export(table, query)
        shown = tables.read(c, table, query)
        r, e = m.refunds, m.raffle_events
        sums = c.execute(
            select(
                r.c.currency, r.c.method, func.count().label("count"), func.sum(r.c.amount).label("amount")
            )
            .join(e, e.c.id == r.c.event_id)
            .where(e.c.organization_id == auth.account().organisation, r.c.state != "done")
            .group_by(r.c.currency, r.c.method)
            .order_by(r.c.currency, r.c.method)
        ).all()
        stranded = checkout.stranded(c, auth.account().organisation)
    return ground.page(
        "refunds",
        "refunds",
        stranded=stranded,
        tries=checkout.REFUND_TRIES_MAX,
        shown=shown,
        sums=sums,
        methods=METHODS,
        states=STATES,
        pays=auth.account().role in PAYS,
        manages=auth.account().role in ground.MANAGERS,
    )


# An order's -----------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def void(order: UUID) -> ResponseReturnValue:
    """Makes a whole order void, with a reason, where no money is to go back."""
    page = ground.back_to("admin.order", order=order)
    with ground.acting() as c:
        ground.own_order(c, order)
        refunds.void(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell("good", "The order is void. Its numbers are in no pool and are never sold again.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def refund(order: UUID) -> ResponseReturnValue:
    """Makes a whole order void where it is not yet, and its price due to its buyer."""
    page = ground.back_to("admin.order", order=order)
    with ground.acting() as c:
        ground.own_order(c, order)
        refunds.ask(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell(
        "good",
        "The order is void, and its money is due.",
        "See how it goes back on this page, or under Refunds.",
    )
    return redirect(page, 303)


@access(*ground.MANAGERS)
def given(order: UUID) -> ResponseReturnValue:
    """Notes that what was paid on line was given back some other way; the order is void then."""
    page = ground.back_to("admin.order", order=order)
    form = request.form
    try:
        on = date.fromisoformat(form.get("on", ""))
    except ValueError:
        raise Refused("field", "Choose the day on which it was given back.") from None
    with ground.acting() as c:
        ground.own_order(c, order)
        refunds.given(
            auth.office(),
            c,
            order,
            form.get("how", ""),
            on,
            form.get("reference", ""),
            ground.reason(),
            auth.account().id,
        )
    ground.tell("good", "The order is void, and it is noted how its money was given back.")
    return redirect(page, 303)


# A refund -------------------------------------------------------------------------------------------


def _own(c: Connection, refund: UUID) -> None:
    """404 unless the refund is of one's own organisation."""
    r, e = m.refunds, m.raffle_events
    mine = c.scalar(
        select(r.c.id)
        .join(e, e.c.id == r.c.event_id)
        .where(r.c.id == refund, e.c.organization_id == auth.account().organisation)
    )
    if mine is None:
        abort(404)


@access(*PAYS)
def done(refund: UUID) -> ResponseReturnValue:
    """Notes that the money was handed back, or paid to a card."""
    page = ground.back_to("admin.refunds")
    with ground.acting() as c:
        _own(c, refund)
        by, said = auth.account().id, request.form.get("twice", "")
        refunds.done_by_hand(
            auth.office(),
            c,
            refund,
            by,
            request.form.get("reference", ""),
            twice={"no": False, "yes": True}.get(said),
        )
    ground.tell(
        "good",
        "Noted: the kiosk gave it back, and nothing is paid here."
        if said == "no"
        else "Noted: the money is paid back.",
    )
    return redirect(page, 303)


@access(*ground.MANAGERS)
def again(refund: UUID) -> ResponseReturnValue:
    """Lets the payment provider be asked once more."""
    page = ground.back_to("admin.refunds")
    with ground.acting() as c:
        _own(c, refund)
        refunds.again(c, refund)
    ground.tell("good", "The payment provider is asked again within a minute.")
    return redirect(page, 303)


# A payment of which no tickets were made ---------------------------------------------------------------


@access(*ground.MANAGERS)
def pay_again(payment: UUID) -> ResponseReturnValue:
    """Lets the payment provider be asked anew to give back what was paid and had no tickets."""
    page = ground.back_to("admin.refunds", _anchor="payments")
    with ground.acting() as c:
        checkout.pay_back_again(auth.office(), c, auth.account().organisation, payment)
    ground.tell("good", "The payment provider is asked within a minute.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def payment_done(payment: UUID) -> ResponseReturnValue:
    """Notes that what was paid and had no tickets was given back by a person."""
    page = ground.back_to("admin.refunds", _anchor="payments")
    with ground.acting() as c:
        given = request.form.get("reference", "")
        checkout.paid_back_by_hand(c, auth.account().organisation, payment, given)
    ground.tell("good", "Noted: the money is paid back.")
    return redirect(page, 303)
