"""Customers: who has an account, what they bought, and vouching for, shutting out or forgetting one of them.

Names and addresses are for those who have to know them; they are sent in forms, never in an address.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec
from flask import Blueprint, Response, abort, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, Select, func, or_, select, text

from syncserver import accounts, auth, factors, history, statements
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.orders import BUYERS_KNOWN_TO, METHODS, state_of
from syncserver.audit import critical_event
from syncserver.auth import access
from syncserver.statements import NUMBER_STATES

ASKED_CHARS_MAX: Final = 300
ASKED_CHARS_MIN: Final = 2
FOUND_MAX: Final = 50
MESSAGES_SHOWN: Final = 50
RUNS_SHOWN: Final = 200
"""Runs of numbers of one customer's tickets on their page; their orders have all."""

_TICKETS = text("""
    SELECT event_id, event, state, min(draw_number) AS first, max(draw_number) AS last FROM (
        SELECT e.id AS event_id, e.event_number, e.name AS event, t.state, t.draw_number,
            t.draw_number - row_number() OVER (PARTITION BY e.id, t.state ORDER BY t.draw_number) AS run
        FROM orders o JOIN tickets t ON t.order_id = o.id JOIN raffle_events e ON e.id = t.event_id
        WHERE o.created_by = :customer AND e.organization_id = :organisation) AS held
    GROUP BY event_id, event_number, event, state, run ORDER BY event_number DESC, state, first LIMIT :most
""")


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/customers", "customers", listing)
    to.add_url_rule("/customers/find", "find_customers", find, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>", "customer", show)
    to.add_url_rule("/customers/<uuid:customer>/verify", "verify_customer", verify, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>/ban", "ban_customer", ban, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>/lift", "lift_ban", lift, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>/factor", "reset_customer", reset_factor, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>/erase", "erase_account", erase, methods=["POST"])
    to.add_url_rule("/customers/<uuid:customer>/data", "customer_data", data, methods=["POST"])


def _query() -> Select[Any]:
    a, o = m.customer_accounts, m.orders
    bought = select(func.count()).where(o.c.created_by == a.c.user_id).correlate(a).scalar_subquery()
    return select(a, bought.label("orders")).where(a.c.organization_id == auth.account().organisation)


def _state(row: Any) -> str:
    if row.deleted_at is not None:
        return "gone"
    if row.banned_at is not None:
        return "shut out"
    return "verified" if row.email_verified_at is not None else "not verified"


def _table() -> tables.Table:
    a = m.customer_accounts
    column = tables.Column
    here = a.c.deleted_at.is_(None)
    return tables.Table(
        "customers",
        "Customers",
        (
            column("name", "Name", by=a.c.name, nulls=False, lead=True),
            column("email", "E-mail", by=a.c.email),
            column("phone", "Phone"),
            column("orders", "Orders", "count"),
            column("created_at", "Since", "time", a.c.created_at, nulls=False),
            column("state", "State", value=_state),
            column("user_id", "Customer", value=lambda row: str(row.user_id), shown=False),
        ),
        key=a.c.user_id,
        order="-created_at",
        filters=(
            tables.either(
                "state",
                "State",
                {
                    "verified": ("verified", here & a.c.email_verified_at.is_not(None)),
                    "unverified": ("not verified", here & a.c.email_verified_at.is_(None)),
                    "banned": ("shut out", a.c.banned_at.is_not(None)),
                    "gone": ("gone", a.c.deleted_at.is_not(None)),
                },
            ),
        ),
        empty=(
            "No customers yet",
            "Whoever registers on the public pages appears here. Buyers at kiosks have no account.",
        ),
    )


@access(*BUYERS_KNOWN_TO)
def listing() -> ResponseReturnValue:
    """Customers with an account, the newest first."""
    table = _table()
    if tables.asked_csv(table):
        return tables.export(table, _query())
    with ground.reading() as c:
        shown = tables.read(c, table, _query())
    return ground.page("customers", "customers", shown=shown, q="", states=_state)


@access(*BUYERS_KNOWN_TO)
def find() -> ResponseReturnValue:
    """Customers by a part of their name or e-mail address, or by their phone number; the newest 50."""
    ground.back_to("admin.customers")
    asked = ground.text("q", "Customer", ASKED_CHARS_MAX, least=ASKED_CHARS_MIN)
    a = m.customer_accounts
    fits = or_(
        a.c.name.icontains(asked, autoescape=True),
        a.c.email.icontains(asked, autoescape=True),
        a.c.phone == "".join(one for one in asked if one.isdigit() or one == "+"),
    )
    with ground.reading() as c:
        found = c.execute(_query().where(fits).order_by(a.c.created_at.desc()).limit(FOUND_MAX)).all()
    # What was typed stands in no address, so that what was found is neither sorted nor exported by one.
    table = _table()
    bare = tuple(replace(one, by=None) for one in table.columns)
    shown = tables.Shown(replace(table, columns=bare, filters=(), csv=False), found, {}, "", True, len(found))
    return ground.page("customers", "customers", shown=shown, q=asked, states=_state, most=FOUND_MAX)


def _own(c: Connection, customer: UUID) -> accounts.Customer:
    """404 unless they are a customer of one's own organisation."""
    found = accounts.customer(c, customer)
    if found is None or found.organisation != auth.account().organisation:
        abort(404)
    return found


@access(*BUYERS_KNOWN_TO)
def show(customer: UUID) -> ResponseReturnValue:
    """One customer: what they told, bought and were sent."""
    o, e, n, r = m.orders, m.raffle_events, m.notifications, m.refunds
    column = tables.Column
    table = tables.Table(
        "bought",
        "Orders of this customer",
        (
            column("validation_number", "Validation number", "code", lead=True),
            column("event_name", "Event"),
            column("created_at", "Bought", "time", o.c.created_at, nulls=False),
            column("ticket_count", "Tickets", "count", o.c.ticket_count, nulls=False),
            column("total_amount", "Paid", "money", o.c.total_amount, nulls=False),
            column("payment", "How", value=lambda row: METHODS.get(row.payment_method or "", "on line")),
            column("state", "State", value=state_of),
            column("id", "Order", value=lambda row: str(row.id), shown=False),
        ),
        key=o.c.id,
        order="-created_at",
        empty=("Nothing bought yet", ""),
    )
    query = (
        select(
            o.c.id,
            o.c.validation_number,
            o.c.created_at,
            o.c.ticket_count,
            o.c.total_amount,
            o.c.currency,
            o.c.payment_status,
            o.c.payment_method,
            o.c.is_test,
            e.c.name.label("event_name"),
            m.venues.c.timezone,
            r.c.state.label("refund"),
        )
        .join(e, e.c.id == o.c.event_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .outerjoin(r, r.c.order_id == o.c.id)
        .where(o.c.created_by == customer, e.c.organization_id == auth.account().organisation)
    )
    with ground.reading() as c:
        found = _own(c, customer)
        if tables.asked_csv(table):
            return tables.export(table, query)
        shown = tables.read(c, table, query)
        told = c.execute(
            select(n)
            .where(n.c.user_id == customer, n.c.organization_id == auth.account().organisation)
            .order_by(n.c.created_at.desc())
            .limit(MESSAGES_SHOWN)
        ).all()
        tickets = _tickets(c, customer)
        has_factor = factors.has(c, customer)
        sums = c.execute(
            select(o.c.currency, func.sum(o.c.total_amount).label("amount"), func.count().label("count"))
            .where(o.c.created_by == customer, o.c.payment_status == "paid", ~o.c.is_test)
            .group_by(o.c.currency)
        ).all()
        people = {who for who in (found.banned_by, found.verified_by) if who}
        u = m.users
        names = {row.id: row.display_name for row in c.execute(select(u).where(u.c.id.in_(people)))}
    return ground.page(
        "customer",
        "customers",
        one=found,
        language=accounts.LANGUAGES.get(found.language, found.language),
        shown=shown,
        told=told,
        sums=sums,
        tickets=tickets,
        ticket_states=NUMBER_STATES,
        names=names,
        messages=history.MESSAGES,
        has_factor=has_factor,
        ways=history.WAYS,
        may=auth.account().role in ground.MANAGERS,
    )


def _tickets(c: Connection, customer: UUID) -> list[tuple[Row[Any], str]]:
    """A customer's tickets by event and state, the newest event first: a row of each, and its numbers."""
    asked = {"customer": customer, "organisation": auth.account().organisation, "most": RUNS_SHOWN}
    rows = c.execute(_TICKETS, asked).all()
    return [
        (held[0], statements.runs((one.first, one.last) for one in held))
        for _, group in groupby(rows, key=lambda row: (row.event_id, row.state))
        if (held := list(group))
    ]


@access(*ground.MANAGERS)
def verify(customer: UUID) -> ResponseReturnValue:
    """Vouches for a customer's address by hand."""
    page = ground.back_to("admin.customer", customer=customer)
    with ground.acting() as c:
        _own(c, customer)
        accounts.verify_by_hand(auth.office(), c, customer, auth.account().id)
    ground.tell("good", "Verified, under your name.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def ban(customer: UUID) -> ResponseReturnValue:
    """Shuts a customer out, with a reason."""
    page = ground.back_to("admin.customer", customer=customer)
    with ground.acting() as c:
        _own(c, customer)
        accounts.ban(auth.office(), c, customer, ground.reason(), auth.account().id)
    ground.tell("good", "Shut out: they can neither sign in nor buy. Their tickets stay what they are.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def lift(customer: UUID) -> ResponseReturnValue:
    """Lets a customer in again, with a reason."""
    page = ground.back_to("admin.customer", customer=customer)
    with ground.acting() as c:
        _own(c, customer)
        accounts.lift_ban(c, customer, ground.reason(), auth.account().id)
    ground.tell("good", "They can sign in and buy again.")
    return redirect(page, 303)


@access("admin")
def reset_factor(customer: UUID) -> ResponseReturnValue:
    """Takes a customer's second factor away, with a reason: phone and recovery codes are lost."""
    page, me, here = ground.back_to("admin.customer", customer=customer), auth.account(), auth.office()
    with ground.acting() as c:
        _own(c, customer)
        factors.reset(c, customer, f"Customer {customer.hex[:8]}", me.id, ground.reason())
        auth.end_sessions(c, customer, here.now())
    ground.tell("good", "They sign in without a second factor until they set up another.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def erase(customer: UUID) -> ResponseReturnValue:
    """Erases an account and all that its owner told of themselves, for good, with a reason."""
    page = ground.back_to("admin.customer", customer=customer)
    with ground.acting() as c:
        found = _own(c, customer)
        why = ground.reason()
        if found.deleted_at is None:
            accounts.leave(auth.office(), c, customer)
            words = f"The personal data of customer {customer.hex[:8]} was erased by the office. {why}"
            critical_event(c, "customer_erased", "INFO", words, user_id=auth.account().id)
    ground.tell("good", "Erased, for good. Their orders stay, without a name.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def data(customer: UUID) -> ResponseReturnValue:
    """Everything that is kept of a customer, as a file to hand to them; that it was taken is put on record."""
    ground.back_to("admin.customer", customer=customer)
    with ground.acting() as c:
        _own(c, customer)
        kept = accounts.taken_along(c, customer)
        words = f"The data of customer {customer.hex[:8]} was taken out for them"
        critical_event(c, "customer_data_taken", "INFO", words, user_id=auth.account().id)
    said = Response(msgspec.json.format(msgspec.json.encode(kept), indent=2), mimetype="application/json")
    said.headers["Content-Disposition"] = f'attachment; filename="customer-{customer.hex[:8]}.json"'
    return said
