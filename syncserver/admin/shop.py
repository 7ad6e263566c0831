"""The office's side of the web shop: what is sold on line and how, and what became of each checkout."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from syncserver import auth, checkout, messages, payments
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.orders import BUYERS_KNOWN_TO
from syncserver.auth import access
from syncserver.checkout import Rules

SHOWN_MAX = 100
STATES: Final = {
    "held": "not at the payment page",
    "open": "being paid",
    "paid": "paid",
    "expired": "not bought",
    "refund_due": "to be paid back",
    "refunded": "paid back",
}
_SELLABLE = ("created", "active", "suspended")


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/shop", "shop", show)
    to.add_url_rule("/events/<uuid:event>/shop", "sell_on_line", sell, methods=["POST"])


def _checkouts() -> tuple[tables.Table, Select[Any]]:
    b, column = m.checkouts, tables.Column
    table = tables.Table(
        "checkouts",
        "Checkouts",
        (
            column("created_at", "Begun", "time", b.c.created_at, nulls=False, lead=True),
            *([column("email", "Buyer")] if auth.account().role in BUYERS_KNOWN_TO else []),
            column("state", "State", value=lambda row: STATES[row.state]),
            column("problem", "Problem", shown=False),
            column("amount", "Amount", "money", b.c.amount, nulls=False),
            column("payment_intent", "Payment at Stripe", "code"),
        ),
        key=b.c.id,
        order="-created_at",
        filters=(
            tables.choice("state", "State", b.c.state, tuple(STATES.items())),
            tables.search("payment", "Payment at Stripe", b.c.payment_intent),
        ),
        empty=(
            "Nobody has bought on line yet",
            "Each basket that goes to be paid stands here, whatever becomes of it.",
        ),
    )
    query = select(
        b.c.id,
        b.c.state,
        b.c.amount,
        b.c.currency,
        b.c.created_at,
        b.c.payment_intent,
        b.c.problem,
        b.c.refund_tries,
        b.c.contact["email"].astext.label("email"),
    ).where(b.c.organization_id == auth.account().organisation)
    return table, query


@access(*ground.READERS)
def show() -> ResponseReturnValue:
    """What is sold on line, and every checkout."""
    office, here = auth.office(), auth.account().organisation
    table, query = _checkouts()
    if tables.asked_csv(table):
        return tables.export(table, query)
    e, b, r = m.raffle_events, m.checkouts, m.rsus
    with ground.reading() as c:
        events = c.execute(
            select(e.c.id, e.c.name, e.c.state, e.c.currency)
            .where(e.c.organization_id == here, e.c.state.in_(_SELLABLE))
            .order_by(e.c.closes_at)
            .limit(SHOWN_MAX)
        ).all()
        rules = {row.id: checkout.rules(c, row.id) for row in events}
        left = {row.id: checkout.left(c, row.id) for row in events if rules[row.id].on_sale}
        shown = tables.read(c, table, query)
        counts = {
            row.state: row.count
            for row in c.execute(
                select(b.c.state, func.count().label("count"))
                .where(b.c.organization_id == here)
                .group_by(b.c.state)
            )
        }
        shop = c.execute(
            select(r.c.id, r.c.state, r.c.name).where(r.c.organization_id == here, r.c.kind == "online")
        ).one_or_none()
        called = messages.home(c, here) is not None
    return ground.page(
        "shop",
        "shop",
        events=events,
        rules=rules,
        left=left,
        shown=shown,
        words=STATES,
        counts=counts,
        shop=shop,
        called=called,
        connected=payments.door(office) is not None,
        webhook=office.config.public_url + "/stripe/webhook",
        may=auth.account().role in ground.MANAGERS,
        most=checkout.TICKETS_MAX,
    )


@access(*ground.MANAGERS)
def sell(event: UUID) -> ResponseReturnValue:
    """Says whether, and how, an event is sold on line."""
    page = (
        ground.back_to("admin.event", event=event, _anchor="on-line")
        if request.form.get("to") == "event"
        else ground.back_to("admin.shop")
    )
    with ground.reading() as c:
        ground.own_event(c, event)
    limit = request.form.get("customer", "").strip()
    given = Rules(
        on_sale=request.form.get("on_sale") == "yes",
        order_tickets_max=ground.whole("order", "Tickets at once", 1, checkout.TICKETS_MAX),
        customer_tickets_max=ground.whole("customer", "Tickets of a customer", 1, checkout.TICKETS_MAX)
        if limit
        else None,
        guests=request.form.get("guests") == "yes",
    )
    with ground.acting() as c:
        checkout.set_rules(auth.office(), c, event, given, auth.account().id)
    ground.tell("good", "The event is sold on line." if given.on_sale else "The event is not sold on line.")
    return redirect(page, 303)
