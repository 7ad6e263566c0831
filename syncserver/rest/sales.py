"""Kiosks and what is said to them, orders and their tickets, voids and refunds, the claims desk, customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from flask import abort
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from shared.errors import Refused
from syncserver import accounts, auth, claims, history, lookup, messages, refunds, rsus
from syncserver import models as m
from syncserver.admin.ground import DESK, FLOOR, MANAGERS, SEEKERS
from syncserver.rest.ground import (
    PLAIN,
    SPOKEN,
    Page,
    Paged,
    Reason,
    Text,
    behind,
    call,
    cursor,
    own_event,
    page,
)

BUYERS_KNOWN_TO: Final = ("admin", "manager", "claims")
TICKET_CHARS_MAX: Final = 1_000
_PAID: Final = ("admin", "manager", "claims", "auditor")


class Kiosk(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk on the board, of its newest enrolment."""

    id: UUID
    name: str
    state: str
    epoch: int | None
    head: int
    """The last entry of its journal that the office holds."""
    unsynced: int | None
    """Entries that it said it still has to hand over."""
    oldest_unsynced_at: datetime | None
    last_seen_at: datetime | None
    clock_skew_ms: int | None
    numbers_left: dict[str, int]
    """By event."""
    printer: str
    """In words."""
    printer_code: str
    """``ready``, ``none``, ``unknown``, otherwise what is wrong."""
    scanner: str
    scanner_code: str
    software: str
    ok: bool
    words: str


class KioskMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office says to a kiosk; its operator sees it until it is withdrawn."""

    text: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=messages.TEXT_CHARS_MAX, pattern=r"^[^\u0000-\u001f\u007f]+$"),
    ]
    urgent: bool = False


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made."""

    id: UUID


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer told of themselves."""

    name: str
    email: str
    phone: str
    language: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one sale sold of one package of one event; amounts in minor units of `currency`."""

    id: UUID
    validation_number: str
    event: UUID
    event_name: str
    package: UUID | None
    kiosk: UUID | None
    kiosk_name: str
    source: str
    operator: UUID | None
    total_amount: int
    currency: str
    payment_status: str
    payment_method: str
    ticket_count: int
    is_test: bool
    offline_sync_status: str | None
    created_at: datetime
    buyer: Buyer | None
    """For the roles admin, manager and claims alone."""


class Void(msgspec.Struct, frozen=True, kw_only=True):
    """That an order was made void."""

    kind: str
    reason: str
    source: str
    by: str
    at: datetime
    acknowledged_at: datetime | None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """An order's money on its way back."""

    id: UUID
    amount: int
    currency: str
    method: str
    """`cash`, `card`, `split`, `stripe` or `other`."""
    state: str
    """`due`, `sent`, `done` or `failed`."""
    at_kiosk: bool
    """The kiosk gave it back itself."""
    reason: str
    asked_at: datetime
    done_at: datetime | None


class OrderWithHistory(Order, frozen=True, kw_only=True):
    """An order, and what became of it."""

    void: Void | None
    refund: Refund | None


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an order."""

    at: datetime
    title: str
    detail: str
    who: str
    where: str
    seq: int | None
    """Its place in the kiosk's chain, where it is an entry of it."""
    hash: str
    """Of that entry."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One draw number, sold once."""

    draw_number: int
    state: str
    """`sold`, `void`, `misprint` or another of the ticket's states."""
    event: UUID
    order: UUID
    sold_at: datetime
    voided_at: datetime | None


class Cause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is done."""

    reason: Reason


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ticket as it was scanned or typed."""

    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=TICKET_CHARS_MAX, pattern=PLAIN)]


class PrizeWon(msgspec.Struct, frozen=True, kw_only=True):
    """A prize that a ticket has won."""

    result: UUID
    prize: str
    position: int
    number: int
    amount: int
    currency: str
    state: str
    """`open` alone can be paid."""
    until: datetime | None
    words: str
    paid_at: datetime | None
    desk: str


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What the office knows of a ticket."""

    verdict: str
    words: str
    has_won: bool
    validation: str
    order: UUID | None
    event: UUID | None
    event_name: str
    draw_numbers: list[int]
    sold_at: datetime | None
    prizes: list[PrizeWon]


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a prize is handed to its winner."""

    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=TICKET_CHARS_MAX, pattern=PLAIN)]
    result: UUID
    winner: Annotated[str, msgspec.Meta(min_length=1, max_length=claims.NAME_CHARS_MAX, pattern=SPOKEN)]
    desk: Annotated[
        str, msgspec.Meta(min_length=1, max_length=claims.DESK_CHARS_MAX, pattern=r"^[!-~][ -~]*$")
    ]
    contact: Annotated[str, msgspec.Meta(max_length=claims.CONTACT_CHARS_MAX, pattern=PLAIN)] = ""
    identity_checked: bool = False


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A prize that was paid."""

    id: UUID
    result: UUID
    prize: str
    number: int
    amount: int
    currency: str
    paid_at: datetime
    paid_by: UUID | None
    desk: str
    winner: str
    delivered_at: datetime | None


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account of their own."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    language: str
    email_verified_at: datetime | None
    banned_at: datetime | None
    banned_reason: str | None
    created_at: datetime


class OrderQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which orders."""

    event: UUID | None = None
    kiosk: UUID | None = None
    customer: UUID | None = None
    """Who bought on line."""
    payment_status: Text | None = None
    number: Text | None = None
    """A validation number however typed, an order's id, or a draw number."""


class TicketQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tickets."""

    state: Text | None = None


class CustomerQuery(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which customers."""

    email: Text | None = None
    banned: bool | None = None


# Kiosks ---------------------------------------------------------------------------------------------


def _board(c: Connection) -> list[Kiosk]:
    return [
        Kiosk(
            id=one.id,
            name=one.name,
            state=one.state,
            epoch=one.epoch,
            head=one.head,
            unsynced=one.unsynced,
            oldest_unsynced_at=one.oldest_unsynced_at,
            last_seen_at=one.last_seen_at,
            clock_skew_ms=one.skew_ms,
            numbers_left=one.numbers_left,
            printer=one.printer.words,
            printer_code=one.printer.code,
            scanner=one.scanner.words,
            scanner_code=one.scanner.code,
            software=one.software,
            ok=one.ok,
            words=one.words,
        )
        for one in rsus.board(c, auth.account().organisation, auth.office().now())
    ]


@call("GET", "/api/v1/kiosks", *FLOOR, tag="Kiosks", reply=Page[Kiosk])
def list_kiosks(c: Connection) -> Page[Kiosk]:
    """All kiosks, how they are and what they still have to hand over."""
    return Page(items=_board(c))


@call("GET", "/api/v1/kiosks/<uuid:kiosk>", *FLOOR, tag="Kiosks", reply=Kiosk)
def get_kiosk(c: Connection, kiosk: UUID) -> Kiosk:
    """One kiosk."""
    found = next((one for one in _board(c) if one.id == kiosk), None)
    if found is None:
        abort(404)
    return found


@call(
    "POST",
    "/api/v1/kiosks/<uuid:kiosk>/messages",
    *MANAGERS,
    tag="Kiosks",
    reply=Made,
    body=KioskMessage,
    status=201,
)
def send_message(c: Connection, kiosk: UUID, given: KioskMessage) -> Made:
    """Say something to a kiosk's operator; it hears of it at its next contact."""
    me = auth.account()
    made = messages.send(
        auth.office(), c, me.organisation, me.id, given.text, to=(kiosk,), urgent=given.urgent
    )
    return Made(id=made)


# Orders ---------------------------------------------------------------------------------------------


def _listed() -> Select[Any]:
    o = m.orders
    return (
        select(o, m.raffle_events.c.name.label("event_name"), m.rsus.c.name.label("kiosk_name"))
        .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .where(m.raffle_events.c.organization_id == auth.account().organisation)
    )


@call("GET", "/api/v1/orders", *SEEKERS, tag="Orders", reply=Page[Order], query=OrderQuery)
def list_orders(c: Connection, asked: OrderQuery) -> Page[Order]:
    """The organisation's orders, the newest first; or those that a number finds."""
    o, after = m.orders, behind(asked.cursor, tuple[datetime, UUID])
    query = _listed()
    if asked.event is not None:
        query = query.where(o.c.event_id == asked.event)
    if asked.kiosk is not None:
        query = query.where(o.c.rsu_id == asked.kiosk)
    if asked.customer is not None:
        query = query.where(o.c.created_by == asked.customer, o.c.source == refunds.ONLINE)
    if asked.payment_status is not None:
        query = query.where(o.c.payment_status == asked.payment_status)
    if asked.number is not None:
        query = query.where(lookup.numbered(c, auth.account().organisation, asked.number.strip()))
    if after is not None:
        query = query.where(func.row(o.c.created_at, o.c.id) < func.row(*after))
    rows = c.execute(query.order_by(o.c.created_at.desc(), o.c.id.desc()).limit(asked.limit + 1)).all()
    return page(
        list(rows), asked.limit, lambda row: Order(**_order(row)), lambda row: (row.created_at, row.id)
    )


def _order(row: Row[Any]) -> dict[str, Any]:
    told = row.customer_info if auth.account().role in BUYERS_KNOWN_TO else None
    return {
        "id": row.id,
        "validation_number": row.validation_number,
        "event": row.event_id,
        "event_name": row.event_name,
        "package": row.package_id,
        "kiosk": row.rsu_id,
        "kiosk_name": row.kiosk_name or "",
        "source": row.source,
        "operator": row.operator_id,
        "total_amount": row.total_amount,
        "currency": row.currency,
        "payment_status": row.payment_status,
        "payment_method": row.payment_method or "",
        "ticket_count": row.ticket_count,
        "is_test": row.is_test,
        "offline_sync_status": row.offline_sync_status,
        "created_at": row.created_at,
        "buyer": None
        if not told
        else Buyer(
            name=str(told.get("name", "")),
            email=str(told.get("email", "")),
            phone=str(told.get("phone", "")),
            language=str(told.get("language", "")),
        ),
    }


def _own_order(c: Connection, order: UUID) -> Row[Any]:
    row = c.execute(_listed().where(m.orders.c.id == order)).one_or_none()
    if row is None:
        abort(404)
    return row


@call("GET", "/api/v1/orders/<uuid:order>", *SEEKERS, tag="Orders", reply=OrderWithHistory)
def get_order(c: Connection, order: UUID) -> OrderWithHistory:
    """One order, whether it is void, and where its money is."""
    return _with_history(c, _own_order(c, order))


def _with_history(c: Connection, row: Row[Any]) -> OrderWithHistory:
    v, r = m.voids, m.refunds
    void = c.execute(select(v).where(v.c.order_id == row.id)).one_or_none()
    refund = c.execute(select(r).where(r.c.order_id == row.id)).one_or_none()
    return OrderWithHistory(
        **_order(row),
        void=None
        if void is None
        else Void(
            kind=void.kind,
            reason=void.reason,
            source=void.source,
            by=void.by_name,
            at=void.at,
            acknowledged_at=void.acknowledged_at,
        ),
        refund=None
        if refund is None
        else Refund(
            id=refund.id,
            amount=refund.amount,
            currency=refund.currency,
            method=refund.method,
            state=refund.state,
            at_kiosk=refund.at_kiosk,
            reason=refund.reason,
            asked_at=refund.asked_at,
            done_at=refund.done_at,
        ),
    )


@call("GET", "/api/v1/orders/<uuid:order>/history", *SEEKERS, tag="Orders", reply=Page[Happening])
def list_order_history(c: Connection, order: UUID) -> Page[Happening]:
    """What happened to the order, the oldest first: sold, printed, taken in, made void, paid back, claimed."""
    _own_order(c, order)
    return Page(
        items=[
            Happening(
                at=one.at,
                title=one.title,
                detail=one.detail,
                who=one.who,
                where=one.where,
                seq=one.seq,
                hash=one.hash,
            )
            for one in history.of_order(c, order)
        ]
    )


@call("GET", "/api/v1/orders/<uuid:order>/tickets", *SEEKERS, tag="Orders", reply=Page[Ticket], query=Paged)
def list_order_tickets(c: Connection, order: UUID, asked: Paged) -> Page[Ticket]:
    """The order's tickets, by draw number."""
    _own_order(c, order)
    return _tickets(c, m.tickets.c.order_id == order, asked)


@call(
    "GET",
    "/api/v1/events/<uuid:event>/tickets",
    *SEEKERS,
    tag="Orders",
    reply=Page[Ticket],
    query=TicketQuery,
)
def list_tickets(c: Connection, event: UUID, asked: TicketQuery) -> Page[Ticket]:
    """The event's tickets, by draw number."""
    own_event(c, event)
    wanted = m.tickets.c.event_id == event
    return _tickets(c, wanted if asked.state is None else wanted & (m.tickets.c.state == asked.state), asked)


def _tickets(c: Connection, wanted: ColumnElement[bool], asked: Paged) -> Page[Ticket]:
    t, after = m.tickets, behind(asked.cursor, tuple[int])
    query = select(t).where(wanted)
    if after is not None:
        query = query.where(t.c.draw_number > after[0])
    rows = c.execute(query.order_by(t.c.draw_number).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _ticket, lambda row: (row.draw_number,))


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        draw_number=row.draw_number,
        state=row.state,
        event=row.event_id,
        order=row.order_id,
        sold_at=row.sold_at,
        voided_at=row.voided_at,
    )


@call("POST", "/api/v1/orders/<uuid:order>/void", *MANAGERS, tag="Orders", reply=OrderWithHistory, body=Cause)
def void_order(c: Connection, order: UUID, given: Cause) -> OrderWithHistory:
    """Make a whole order void: its numbers leave every pool and are never sold again. What was paid on line is refunded instead."""
    _own_order(c, order)
    refunds.void(auth.office(), c, order, given.reason, auth.account().id)
    return _with_history(c, _own_order(c, order))


@call(
    "POST",
    "/api/v1/orders/<uuid:order>/refund",
    *MANAGERS,
    tag="Orders",
    reply=OrderWithHistory,
    body=Cause,
)
def refund_order(c: Connection, order: UUID, given: Cause) -> OrderWithHistory:
    """Let an order's price go back to its buyer, once; the order is made void where it is not yet."""
    _own_order(c, order)
    refunds.ask(auth.office(), c, order, given.reason, auth.account().id)
    return _with_history(c, _own_order(c, order))


# The claims desk ------------------------------------------------------------------------------------


def _known(c: Connection, ticket: str) -> claims.Validation:
    """What a ticket is; of another organisation's nothing is said but that."""
    found = claims.validate(auth.office(), c, ticket)
    e = m.raffle_events
    if found.event is not None and (
        c.scalar(
            select(e.c.id).where(e.c.id == found.event, e.c.organization_id == auth.account().organisation)
        )
        is None
    ):
        return claims.Validation("other", "This ticket is of another organisation.")
    return found


@call("POST", "/api/v1/tickets/validate", *DESK, tag="Claims", reply=Validation, body=Shown, keyed=False)
def validate_ticket(c: Connection, given: Shown) -> Validation:
    """What a ticket is that somebody shows, and what it has won. Asking changes nothing."""
    found = _known(c, given.ticket)
    return Validation(
        verdict=found.verdict,
        words=found.words,
        has_won=found.has_won,
        validation=found.validation,
        order=found.order,
        event=found.event,
        event_name=found.event_name,
        draw_numbers=found.draw_numbers,
        sold_at=found.sold_at,
        prizes=[
            PrizeWon(
                result=one.result,
                prize=one.prize,
                position=one.position,
                number=one.number,
                amount=one.amount,
                currency=one.currency,
                state=one.state,
                until=one.until,
                words=one.words,
                paid_at=one.paid_at,
                desk=one.desk,
            )
            for one in found.prizes
        ],
    )


@call("POST", "/api/v1/claims", *DESK, tag="Claims", reply=Claim, body=Payment, status=201)
def pay_claim(c: Connection, given: Payment) -> Claim:
    """Note a prize as paid, once, however many desks and programs try."""
    if _known(c, given.ticket).verdict == "other":
        raise Refused("not_won", "This ticket is of another organisation.")
    return _claim(
        claims.pay(
            auth.office(),
            c,
            given.ticket,
            given.result,
            auth.account().id,
            {"name": given.winner, "contact": given.contact},
            identity_checked=given.identity_checked,
            desk=given.desk,
        )
    )


@call("GET", "/api/v1/events/<uuid:event>/claims", *_PAID, tag="Claims", reply=Page[Claim], query=Paged)
def list_claims(c: Connection, event: UUID, asked: Paged) -> Page[Claim]:
    """The event's prizes that were paid, the latest first."""
    own_event(c, event)
    after = behind(asked.cursor, tuple[datetime, UUID])
    rows = claims.claims(c, event, after=after, limit=asked.limit + 1)
    last = rows[asked.limit - 1] if len(rows) > asked.limit else None
    return Page(
        items=[_claim(one) for one in rows[: asked.limit]],
        next=None if last is None else cursor(last.paid_at, last.id),
    )


def _claim(one: claims.ClaimRow) -> Claim:
    return Claim(
        id=one.id,
        result=one.result,
        prize=one.prize,
        number=one.number,
        amount=one.amount,
        currency=one.currency,
        paid_at=one.paid_at,
        paid_by=one.paid_by,
        desk=one.desk,
        winner=one.winner,
        delivered_at=one.delivered_at,
    )


# Customers ------------------------------------------------------------------------------------------


@call(
    "GET", "/api/v1/customers", *BUYERS_KNOWN_TO, tag="Customers", reply=Page[Customer], query=CustomerQuery
)
def list_customers(c: Connection, asked: CustomerQuery) -> Page[Customer]:
    """People with an account, the newest first; those who deleted theirs are not among them."""
    k, after = m.customer_accounts, behind(asked.cursor, tuple[datetime, UUID])
    query = _customers()
    if asked.email is not None:
        query = query.where(k.c.email == asked.email.strip().lower())
    if asked.banned is not None:
        query = query.where(k.c.banned_at.is_not(None) if asked.banned else k.c.banned_at.is_(None))
    if after is not None:
        query = query.where(func.row(k.c.created_at, k.c.user_id) < func.row(*after))
    rows = c.execute(query.order_by(k.c.created_at.desc(), k.c.user_id.desc()).limit(asked.limit + 1)).all()
    return page(list(rows), asked.limit, _customer, lambda row: (row.created_at, row.user_id))


def _customers() -> Select[Any]:
    k = m.customer_accounts
    return select(k).where(k.c.organization_id == auth.account().organisation, k.c.deleted_at.is_(None))


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        id=row.user_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        language=row.language,
        email_verified_at=row.email_verified_at,
        banned_at=row.banned_at,
        banned_reason=row.banned_reason,
        created_at=row.created_at,
    )


@call("GET", "/api/v1/customers/<uuid:customer>", *BUYERS_KNOWN_TO, tag="Customers", reply=Customer)
def get_customer(c: Connection, customer: UUID) -> Customer:
    """One customer."""
    return _own_customer(c, customer)


@call(
    "POST",
    "/api/v1/customers/<uuid:customer>/ban",
    *MANAGERS,
    tag="Customers",
    reply=Customer,
    body=Cause,
)
def ban_customer(c: Connection, customer: UUID, given: Cause) -> Customer:
    """Shut a customer out: they are signed out, and can neither sign in nor buy; their tickets stay what they are."""
    _own_customer(c, customer)
    accounts.ban(auth.office(), c, customer, given.reason, auth.account().id)
    return _own_customer(c, customer)


@call(
    "POST",
    "/api/v1/customers/<uuid:customer>/lift-ban",
    *MANAGERS,
    tag="Customers",
    reply=Customer,
    body=Cause,
)
def lift_ban(c: Connection, customer: UUID, given: Cause) -> Customer:
    """Let a customer in again."""
    _own_customer(c, customer)
    accounts.lift_ban(c, customer, given.reason, auth.account().id)
    return _own_customer(c, customer)


def _own_customer(c: Connection, customer: UUID) -> Customer:
    row = c.execute(_customers().where(m.customer_accounts.c.user_id == customer)).one_or_none()
    if row is None:
        abort(404)
    return _customer(row)
