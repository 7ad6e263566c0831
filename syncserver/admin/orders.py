"""Finding a sale by whatever somebody has in their hands, its page with its whole history, void and refund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import msgspec
from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from shared import entry
from shared.errors import Refused
from shared.money import AMOUNT_MAX, digits, known
from syncserver import (
    auth,
    checkout,
    confirmations,
    customers,
    events,
    history,
    lookup,
    receipts,
    refunds,
    statements,
)
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.auth import access
from syncserver.lookup import QUERY_CHARS_MAX

NUMBERS_SHOWN: Final = 500
LISTED_MAX: Final = 300
"""Events, kiosks and operators to choose from; the newest, or the first by name."""
AMOUNT_CHARS_MAX: Final = 14
BUYERS_KNOWN_TO: Final = ("admin", "manager", "claims")
"""Who may know what buyers told of themselves."""


STATES: Final = {
    "paid": "paid",
    "void": "void",
    "refunded": "paid back",
    "pending": "not paid",
    "failed": "failed",
}
SOURCES: Final = {"rsu": "kiosk", "online": "on line", "award": "awarded"}
METHODS: Final = {"cash": "cash", "card": "card", "split": "cash and card", "stripe": "on line"}


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/orders", "orders", search)
    to.add_url_rule("/orders/find", "find_orders", find, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>", "order", show)
    to.add_url_rule("/orders/<uuid:order>/entries/<int:seq>", "order_entry", journalled)
    to.add_url_rule("/orders/<uuid:order>/resend", "resend_order", resend, methods=["POST"])
    to.add_url_rule("/orders/<uuid:order>/erase", "erase_customer", erase, methods=["POST"])


# Finding --------------------------------------------------------------------------------------------


def _listed() -> Select[Any]:
    """Orders of one's own organisation, with what every row of a list needs."""
    o, e, r = m.orders, m.raffle_events, m.refunds
    return (
        select(
            o.c.id,
            o.c.event_id,
            o.c.validation_number,
            o.c.total_amount,
            o.c.card_amount,
            o.c.currency,
            o.c.payment_status,
            o.c.payment_method,
            o.c.payment_reference,
            o.c.ticket_count,
            o.c.source,
            o.c.offline_created_at,
            o.c.created_at,
            o.c.offline_sync_status,
            o.c.is_test,
            o.c.epoch,
            o.c.journal_seq,
            e.c.name.label("event_name"),
            e.c.event_identifier,
            m.rsus.c.name.label("rsu_name"),
            m.users.c.display_name.label("operator"),
            m.ticket_packages.c.name.label("package"),
            m.venues.c.timezone,
            r.c.state.label("refund"),
        )
        .join(e, e.c.id == o.c.event_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .outerjoin(m.users, m.users.c.id == o.c.operator_id)
        .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
        .outerjoin(r, r.c.order_id == o.c.id)
        .where(e.c.organization_id == auth.account().organisation)
    )


def state_of(row: Any) -> str:
    """An order's state in words."""
    if row.is_test:
        return "test"
    if row.refund == "done":
        return "void, paid back"
    if row.refund is not None:
        return "void, refund due"
    return STATES.get(row.payment_status, str(row.payment_status))


def _state() -> ColumnElement[str]:
    """The same, as the database writes it; of ``orders`` outer-joined with ``refunds``."""
    o, r = m.orders, m.refunds
    return case(
        (o.c.is_test, "test"),
        (r.c.state == "done", "void, paid back"),
        (r.c.state.is_not(None), "void, refund due"),
        else_=case(STATES, value=o.c.payment_status, else_=o.c.payment_status),
    )


def _with_buyer(query: Select[Any]) -> Select[Any]:
    """The same, with who bought, for those who may know it: by name, or by what else they told."""
    o, a = m.orders, m.customer_accounts
    told = [func.nullif(o.c.customer_info[name].astext, "") for name in ("name", "email", "phone")]
    of_account = select(a.c.name).where(a.c.user_id == o.c.created_by).correlate(o).scalar_subquery()
    return query.add_columns(func.coalesce(*told, of_account).label("buyer")) if _knows() else query


def _sold_at(row: Any) -> Any:
    return row.offline_created_at or row.created_at


def _columns() -> tuple[tables.Column, ...]:
    o = m.orders
    c = tables.Column
    return (
        c("validation_number", "Validation number", "code", exported=False, lead=True),
        c("validation", "Validation number", shown=False),
        c("event_name", "Event"),
        c("event_identifier", "Event code", shown=False),
        c(
            "rsu_name",
            "Kiosk",
            value=lambda row: row.rsu_name or SOURCES.get(row.source, row.source),
            written=func.coalesce(m.rsus.c.name, case(SOURCES, value=o.c.source, else_=o.c.source)),
        ),
        c("operator", "Operator"),
        *([c("buyer", "Buyer", exported=False)] if _knows() else []),
        c(
            "sold_at",
            "Sold",
            "time",
            o.c.created_at,
            nulls=False,
            value=_sold_at,
            written=func.coalesce(o.c.offline_created_at, o.c.created_at),
        ),
        c("ticket_count", "Tickets", "count", o.c.ticket_count, nulls=False),
        c("draw_numbers", "Draw numbers", shown=False),
        c("total_amount", "Paid", "money", o.c.total_amount, nulls=False),
        c("state", "State", value=state_of, written=_state()),
        c("id", "Order", shown=False),
        c("event_id", "Event id", shown=False),
        c("package", "Package", shown=False),
        c("source", "Source", shown=False),
        c("payment_method", "Payment", shown=False),
        c("card_amount", "By card", "money", shown=False),
        c("payment_reference", "Payment reference", shown=False),
        c("payment_status", "Payment status", shown=False),
        c("refund", "Refund", shown=False),
        c("is_test", "Test", shown=False),
        c("offline_sync_status", "Sync", shown=False),
        c("created_at", "Taken in", "time", shown=False),
        c("epoch", "Enrolment", shown=False),
        c("journal_seq", "Journal entry", shown=False),
    )


def _amount(codes: list[str], *, least: bool) -> tables.Where:
    """Orders of at least, or at most, so much in major units of their own currency."""
    o = m.orders

    def where(value: str) -> ColumnElement[bool] | None:
        try:
            at = Decimal(value.replace(" ", "").replace(",", ".")) if len(value) <= AMOUNT_CHARS_MAX else None
        except InvalidOperation:
            at = None
        if at is None or not at.is_finite() or not 0 <= at <= AMOUNT_MAX:
            return None
        bounds = [(code, int(at.scaleb(digits(code)).to_integral_value(ROUND_HALF_UP))) for code in codes]
        return or_(
            *(
                and_(o.c.currency == code, o.c.total_amount >= bound if least else o.c.total_amount <= bound)
                for code, bound in bounds
            )
        )

    return where


def _currencies(c: Connection) -> list[str]:
    """What the organisation's events are sold in."""
    e, own = m.raffle_events, auth.account()
    found = c.scalars(select(e.c.currency).where(e.c.organization_id == own.organisation).distinct())
    return [code for code in found if known(code)] or [own.currency]


def _filters(c: Connection, event: Row[Any] | None) -> tuple[tables.Filter, ...]:
    o, e, r, u, g, f = m.orders, m.raffle_events, m.rsus, m.users, m.organization_users, m.refunds
    own, codes = auth.account().organisation, _currencies(c)
    timezone = (event.timezone if event is not None else _timezone(c)) or "UTC"
    events = c.execute(
        select(e.c.id, e.c.name)
        .where(e.c.organization_id == own)
        .order_by(e.c.event_number.desc())
        .limit(LISTED_MAX)
    )
    kiosks = c.execute(
        select(r.c.id, r.c.name).where(r.c.organization_id == own).order_by(r.c.name).limit(LISTED_MAX)
    )
    people = c.execute(
        select(u.c.id, u.c.display_name)
        .join(g, g.c.user_id == u.c.id)
        .where(g.c.organization_id == own, g.c.role != "customer")
        .order_by(u.c.display_name)
        .limit(LISTED_MAX)
    )
    states = {
        "paid": ("paid", and_(o.c.payment_status == "paid", ~o.c.is_test)),
        "void": ("void", o.c.payment_status == "void"),
        "due": ("void, refund due", and_(f.c.id.is_not(None), f.c.state != "done")),
        "back": ("void, paid back", f.c.state == "done"),
        "doubt": ("in doubt", o.c.offline_sync_status == "failed"),
        "test": ("test", o.c.is_test),
    }
    options = [(str(one.id), one.name) for one in events]
    if event is not None and str(event.id) not in {value for value, _ in options}:
        options.append((str(event.id), event.name))
    return (
        tables.choice("event", "Event", o.c.event_id, options),
        tables.either("state", "State", states),
        tables.choice("source", "Sold", o.c.source, list(SOURCES.items())),
        tables.choice("kiosk", "Kiosk", o.c.rsu_id, [(str(one.id), one.name) for one in kiosks]),
        tables.choice(
            "operator", "Operator", o.c.operator_id, [(str(one.id), one.display_name) for one in people]
        ),
        tables.since("from", "Taken in from", o.c.created_at, timezone),
        tables.until("to", "Taken in until", o.c.created_at, timezone),
        tables.Filter("least", "Paid at least", "text", _amount(codes, least=True)),
        tables.Filter("most", "Paid at most", "text", _amount(codes, least=False)),
    )


def _timezone(c: Connection) -> str | None:
    """Of the organisation's newest venue, for the times that are asked for over several events."""
    v = m.venues
    found: str | None = c.scalar(
        select(v.c.timezone)
        .where(v.c.organization_id == auth.account().organisation)
        .order_by(v.c.created_at.desc())
        .limit(1)
    )
    return found


def _table(c: Connection, event: Row[Any] | None, text: str) -> tables.Table:
    return tables.Table(
        "orders",
        "Orders",
        _columns(),
        key=m.orders.c.id,
        order="-sold_at",
        filters=_filters(c, event),
        empty=("No orders yet", "Orders appear here as the kiosks hand them in, and as the web shop sells."),
        kept={"q": text} if text else {},
    )


@access(*ground.SEEKERS)
def search() -> ResponseReturnValue:
    """Orders, the newest first, narrowed by filters or by a number."""
    text = request.args.get("q", "").strip()[:QUERY_CHARS_MAX]
    asked = request.args.get("event", "")
    query = _listed()
    with ground.reading() as c:
        event = None
        if asked:
            try:
                event = ground.own_event(c, UUID(asked))
            except ValueError:
                abort(404)
        found = lookup.readings(c, auth.account().organisation, text, people=False)
        if text:
            query = query.where(lookup.together(found))
        table = _table(c, event, text)
        if tables.asked_csv(table):
            numbered = query.add_columns(
                statements.VALIDATION_SHOWN.label("validation"),
                statements.NUMBERS_OF_ORDER.label("draw_numbers"),
            )
            return tables.export(table, numbered)
        shown = tables.read(c, table, _with_buyer(query))
    return _page(shown, text, event, found)


@access(*ground.SEEKERS)
def find() -> ResponseReturnValue:
    """The orders that what was typed means.

    It is sent as a form: a name or a phone number stands in no address, so that no log and no history keeps it. What
    is a mere number goes on as an address that can be sent to a colleague.
    """
    ground.back_to("admin.orders")
    text = request.form.get("q", "").strip()[:QUERY_CHARS_MAX]
    if not text:
        raise Refused("field", "Type what you have: a number, a name, a kiosk.")
    narrowed: dict[str, Any] = dict(lookup.narrowed(text))
    if narrowed:
        return redirect(url_for("admin.orders", **narrowed), 303)
    if lookup.plain(text):
        with ground.reading() as c:
            found = lookup.readings(c, auth.account().organisation, text, people=False)
            ids = _first(c, found, 2)
        if len(ids) == 1:
            return redirect(url_for("admin.order", order=ids[0]), 303)
        if ids or not _knows():
            return redirect(url_for("admin.orders", q=text), 303)
    with ground.reading() as c:
        read = lookup.readings(c, auth.account().organisation, text, people=_knows())
        found = [one for one in read if _first(c, [one], 1)]
        ids = _first(c, found, 2)
        if len(ids) == 1 and not any(one.personal for one in found):
            return redirect(url_for("admin.order", order=ids[0]), 303)
        chosen = [one for one in found if one.kind == request.form.get("as")] or found
        table = replace(_table(c, None, ""), filters=(), csv=False, counted=True)
        table = replace(
            table,
            columns=tuple(replace(one, by=None) if one.key != "sold_at" else one for one in table.columns),
        )
        shown = tables.read(c, table, _with_buyer(_listed().where(lookup.together(chosen))))
    return _page(shown, text, None, found, chosen=chosen, sent=True)


def _first(c: Connection, found: list[lookup.Reading], most: int) -> Sequence[UUID]:
    """Orders that any of these readings means; at most so many."""
    return c.scalars(
        _listed().with_only_columns(m.orders.c.id).where(lookup.together(found)).limit(most)
    ).all()


def _knows() -> bool:
    return auth.account().role in BUYERS_KNOWN_TO


def _page(
    shown: tables.Shown,
    text: str,
    event: Row[Any] | None,
    found: list[lookup.Reading],
    *,
    chosen: list[lookup.Reading] | None = None,
    sent: bool = False,
) -> str:
    return ground.page(
        "orders",
        "orders",
        # What was typed must not stand in the links of the pages; those of a form are buttons.
        shown=replace(shown, newer="", older="") if sent else shown,
        pages=shown if sent else replace(shown, newer="", older=""),
        q=text,
        event=event,
        found=found,
        chosen=found if chosen is None else chosen,
        sent=sent,
        knows=_knows(),
        states=state_of,
        sources=SOURCES,
    )


# An order -------------------------------------------------------------------------------------------


def _order(c: Connection, order: UUID) -> Row[Any]:
    o = m.orders
    row = c.execute(
        select(
            o,
            m.raffle_events.c.name.label("event_name"),
            m.raffle_events.c.event_identifier,
            m.raffle_events.c.organization_id,
            m.rsus.c.name.label("rsu_name"),
            m.ticket_packages.c.name.label("package_name"),
            m.users.c.display_name.label("operator"),
            m.venues.c.timezone,
            m.refunds.c.state.label("refund"),
        )
        .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
        .outerjoin(m.venues, m.venues.c.id == m.raffle_events.c.venue_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
        .outerjoin(m.users, m.users.c.id == o.c.operator_id)
        .outerjoin(m.refunds, m.refunds.c.order_id == o.c.id)
        .where(o.c.id == order, m.raffle_events.c.organization_id == auth.account().organisation)
    ).one_or_none()
    if row is None:
        abort(404)
    return row


@access(*ground.SEEKERS)
def show(order: UUID) -> ResponseReturnValue:
    """One order: its numbers, where its money is, and its whole history."""
    page = ground.page_number()
    with ground.reading() as c:
        row = _order(c, order)
        tickets = c.execute(
            select(m.tickets.c.draw_number, m.tickets.c.state)
            .where(m.tickets.c.order_id == order)
            .order_by(m.tickets.c.draw_number)
            .limit(NUMBERS_SHOWN)
            .offset((page - 1) * NUMBERS_SHOWN)
        ).all()
        void = c.execute(select(m.voids).where(m.voids.c.order_id == order)).one_or_none()
        due = c.execute(select(m.refunds).where(m.refunds.c.order_id == order)).one_or_none()
        told = history.of_order(c, order)
        ticket = receipts.ticket(c, order)
        outlook = refunds.prospect(c, order)
        tax = None if row.is_test else events.settings(events.get(c, row.event_id).configuration).tax
        again = c.scalar(
            select(func.count()).where(
                m.counterfoil_prints.c.order_id == order,
                m.counterfoil_prints.c.rsu_id == row.rsu_id,
                m.counterfoil_prints.c.copy > 0,
            )
        )
        reached = confirmations.buyer(c, order) is not None
        account = c.execute(
            select(m.customer_accounts.c.user_id).where(m.customer_accounts.c.user_id == row.created_by)
        ).one_or_none()
    return ground.page(
        "order",
        "orders",
        o=row,
        state=state_of(row),
        tickets=tickets,
        page=page,
        pages=-(-row.ticket_count // NUMBERS_SHOWN),
        void=void,
        due=due,
        told=told,
        ticket=ticket,
        outlook=outlook,
        tax=tax,
        again=again,
        account_of=None if account is None else account.user_id,
        methods=METHODS,
        sources=SOURCES,
        knows=_knows(),
        reached=reached,
        may=auth.account().role in ground.MANAGERS,
    )


@access(*ground.SEEKERS)
def journalled(order: UUID, seq: int) -> ResponseReturnValue:
    """An entry of the kiosk's chain about this order, as canonical JSON: header, body, hash and signature."""
    with ground.reading() as c:
        _order(c, order)
        row = history.entry(c, order, seq)
    if row is None:
        abort(404)
    said: dict[str, Any] = {"hash": bytes(row.hash).hex(), "bytes": bytes(row.entry).hex()}
    try:
        read = entry.read(bytes(row.entry))
        said["entry"] = msgspec.to_builtins(read.header)
        said["body"] = msgspec.json.decode(read.body)
    except (entry.MalformedEntry, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as malformed:
        said["unreadable"] = str(malformed)
    if row.signature is not None:
        said["signature"] = bytes(row.signature).hex()
    return Response(msgspec.json.encode(said, order="sorted"), mimetype="application/json")


@access(*BUYERS_KNOWN_TO)
def resend(order: UUID) -> ResponseReturnValue:
    """Sends an order's confirmation once more, to its buyer, or to an address that was typed twice."""
    page = ground.back_to("admin.order", order=order)
    email = request.form.get("email", "").strip()
    if email and email.lower() != request.form.get("email_again", "").strip().lower():
        raise Refused("field", "The two addresses are not the same.", "Type the address again, twice.")
    with ground.acting() as c:
        ground.own_order(c, order)
        here = auth.office()
        link, why = checkout.link_of(here, c, order), ground.reason() if email else ""
        confirmations.resend(here, c, order, auth.account().id, link=link, email=email, reason=why)
    ground.tell("good", "The confirmation is on its way once more.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def erase(order: UUID) -> ResponseReturnValue:
    """Erases what the buyer told of themselves, for good, with a reason."""
    page = ground.back_to("admin.order", order=order)
    with ground.acting() as c:
        ground.own_order(c, order)
        customers.erase(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell("good", "What the buyer told of themselves is erased, for good.")
    return redirect(page, 303)
