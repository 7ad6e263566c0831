"""The web shop as a unit of its own: a chain of entries like a kiosk's, which the office itself writes and signs.

A paid basket becomes one ``sale`` entry of that chain and passes what an upload passes, in the same transaction; the
close and each early bird's end become a ``cut``. So pools, gates, reports and claims know one kind of sale. Its key
follows from the office's secret, and after a restore it begins a new chain: of the old one nobody can tell what was
lost.

Locks are taken in one order: events (by their ids), the web shop, then the rest. Whoever closes an event holds the
first and takes the second.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import entry, keys, sale, wire
from shared.clock import utc
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from shared.wire import AllocationRequest, Customer, CustomerRecord
from syncserver import allocations, customers, events, ingest, messages, rsus
from syncserver import models as m
from syncserver.office import Office, first_epoch

NAME: Final = "Web shop"
BLOCK_NUMBERS: Final = 200
"""Draw numbers that the web shop takes at once where there are plenty."""
BLOCK_SHARE: Final = 10
"""And never more than this part of what is left, so that kiosks find numbers too; but always what is asked for."""
GONE: Final = "These tickets are not to be had any more."
SALT_BYTES: Final = 32
LINES_MAX: Final = sale.LINES_MAX


@dataclass(frozen=True)
class Piece:
    """One package to be sold: a bearer ticket of its own."""

    event: UUID
    package: UUID
    count: int
    price: int
    """Minor units, as it was paid."""
    currency: str


@dataclass(frozen=True)
class Paid:
    """What is known of a purchase once its money has come."""

    sale: UUID
    pieces: Sequence[Piece]
    reference: str
    """What names the payment at the card processor."""
    amount: int
    currency: str
    buyer: Customer
    age_checked: bool = False
    user: UUID | None = None
    """The customer's own account."""


@dataclass
class _Block:
    """What is left of one block, as this transaction goes on."""

    allocation: UUID
    next: int
    last: int
    validation: ValidationBlock
    counter: int

    @property
    def left(self) -> int:
        return self.last - self.next + 1


@dataclass
class Shop:
    """The web shop of one organisation, locked by this transaction, at the end of its chain."""

    office: Office
    c: Connection
    rsu: UUID
    state: str
    epoch: int
    key: keys.SigningKey
    head: tuple[int, bytes]
    entries: list[entry.Entry] = field(default_factory=list)

    def add(self, body: sale.Body, at: int) -> None:
        """Put the next entry behind the chain's last."""
        data = entry.make_next(str(self.rsu), self.epoch, self.head, at, body)
        self.head = (self.head[0] + 1, hashlib.sha256(data).digest())
        self.entries.append(entry.read(data))

    def write(self) -> None:
        """Take the new entries in, and derive what follows from them."""
        if self.entries:
            signature = entry.sign(self.key, self.entries[-1].data)
            ingest.append(self.office, self.c, self.rsu, self.epoch, self.entries, signature)
            self.entries = []


def lock_events(c: Connection, wanted: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """These events' rows, shared against a close or a freeze; first of all locks. ``Refused`` (``unknown_event``)."""
    e = m.raffle_events
    rows = c.execute(
        select(e).where(e.c.id.in_(wanted)).order_by(e.c.id).with_for_update(read=True, key_share=True)
    ).all()
    if len(rows) < len(set(wanted)):
        raise Refused("unknown_event", "There is no such event.")
    return {row.id: row for row in rows}


def open_shop(office: Office, c: Connection, organisation: UUID) -> Shop:
    """The organisation's web shop, locked; made where there is none yet, and enrolled anew after a restore.

    The events concerned are locked before (:func:`lock_events`).
    """
    r, e = m.rsus, m.rsu_epochs
    wanted = (
        select(r.c.id, r.c.state)
        .where(r.c.organization_id == organisation, r.c.kind == rsus.ONLINE)
        .with_for_update(key_share=True)
    )
    row = c.execute(wanted).one_or_none()
    if row is None:
        _make(c, organisation)
        row = c.execute(wanted).one()
    enrolled = c.execute(
        select(e.c.epoch, e.c.head_seq, e.c.head_hash)
        .where(
            e.c.rsu_id == row.id,
            e.c.epoch >= first_epoch(office.generation),
            e.c.forked_at.is_(None),
            e.c.revoked_at.is_(None),
        )
        .order_by(e.c.epoch.desc())
        .limit(1)
    ).one_or_none()
    if enrolled is not None:
        key = _key(office, row.id, enrolled.epoch)
        head = (enrolled.head_seq, bytes(enrolled.head_hash))
        return Shop(office, c, row.id, row.state, enrolled.epoch, key, head)
    return _enrol(office, c, row.id, row.state)


def _make(c: Connection, organisation: UUID) -> None:
    """The web shop's row, whoever else makes it at this moment."""
    r = m.rsus
    taken = set(c.execute(select(r.c.name).where(r.c.organization_id == organisation)).scalars())
    name = next(
        name for n in range(len(taken) + 1) if (name := NAME if not n else f"{NAME} {n + 1}") not in taken
    )
    row = upsert(r).values(
        organization_id=organisation,
        name=name,
        device_identifier=f"web shop of {organisation}",
        state="enabled",
        kind=rsus.ONLINE,
    )
    c.execute(row.on_conflict_do_nothing())
    # It takes the money of its sales, as an operator does at a kiosk.
    shop = c.execute(
        select(r.c.id).where(r.c.organization_id == organisation, r.c.kind == rsus.ONLINE)
    ).scalar_one()
    c.execute(
        upsert(m.users)
        .values(id=shop, cognito_sub=f"unit:{shop}", display_name=name)
        .on_conflict_do_nothing()
    )


def _key(office: Office, rsu: UUID, epoch: int) -> keys.SigningKey:
    return keys.SigningKey(keys.derive(office.secret, "online", str(rsu), str(epoch)))


def _enrol(office: Office, c: Connection, rsu: UUID, state: str) -> Shop:
    epoch = rsus.next_epoch(office, c, rsu)
    key = _key(office, rsu, epoch)
    software = f"tombola {version('tombola')}"
    made = rsus.enrol_here(office, c, rsu, key.public, software)
    shop = Shop(office, c, rsu, state, epoch, key, (0, entry.GENESIS))
    body = sale.Enrolled(
        certificate=made.certificate, certificate_signature=made.certificate_signature, software=software
    )
    shop.add(body, office.clock.now_ms())
    return shop


def _blocks(shop: Shop, event: UUID) -> list[_Block]:
    """The web shop's blocks of the event from which something is left, in the order in which they are used up."""
    a, v = m.rsu_allocations, m.validation_number_blocks
    rows = shop.c.execute(
        select(
            a.c.id, a.c.next_draw_number, a.c.end_number, v.c.block_number, v.c.block_size, v.c.numbers_used
        )
        .join(v, v.c.rsu_allocation_id == a.c.id)
        .where(
            a.c.rsu_id == shop.rsu,
            a.c.epoch == shop.epoch,
            a.c.raffle_event_id == event,
            a.c.state == "active",
            a.c.next_draw_number <= a.c.end_number,
            v.c.is_active,
            func.coalesce(v.c.expires_at, shop.office.now()) >= shop.office.now(),
        )
        .order_by(a.c.allocated_at, a.c.start_number)
    )
    return [
        _Block(
            row.id,
            row.next_draw_number,
            row.end_number,
            ValidationBlock(
                row.block_number, row.block_size, allocations.block_secret(shop.office, row.block_number)
            ),
            row.numbers_used,
        )
        for row in rows
    ]


def stock(shop: Shop, event: UUID, wanted: int, held: int = 0) -> list[_Block]:
    """The blocks of the event, with room for ``wanted`` numbers beside the ``held`` ones; more are taken where needed.

    ``Refused`` (``sold_out``) where there are not so many, in words that say how many there are.
    """
    blocks = _blocks(shop, event)
    left = sum(block.left for block in blocks) - held
    if left >= wanted:
        return blocks
    k = m.number_counters
    free: int = shop.c.execute(
        select(k.c.last_number - k.c.next_number + 1).where(k.c.event_id == event).with_for_update()
    ).scalar_one()
    if left + free < wanted:
        many = max(0, left + free)
        raise Refused(
            "sold_out",
            f"Only {many} tickets are left." if many else "Sold out: every ticket has been sold.",
            "Choose fewer." if many else "",
        )
    count = min(free, max(wanted - left, min(BLOCK_NUMBERS, free // BLOCK_SHARE)))
    request = AllocationRequest(request=str(uuid7(shop.office.clock)), event=str(event), count=count)
    reply = allocations.allocate(shop.office, shop.c, shop.rsu, shop.epoch, request)
    for grant in reply.grants:
        shop.add(sale.Granted(grant=grant.grant, grant_signature=grant.signature), shop.office.clock.now_ms())
    shop.write()
    return _blocks(shop, event)


def check_open(shop: Shop, row: Row[Any], at: datetime) -> None:
    """``Refused`` (``not_open``) where the event takes no sales on line at this moment, in the buyer's words.

    Everybody called home (K17) is as if every event were suspended.
    """
    if shop.state != "enabled":
        raise Refused("not_open", "The web shop is closed for the moment.", "Try again later.")
    if row.state == "suspended" or messages.home(shop.c, row.organization_id) is not None:
        raise Refused("not_open", f"Sales of {row.name} are paused.", "Try again later.")
    if row.state != "active" or at >= row.closes_at:
        raise Refused("not_open", f"Sales of {row.name} are closed.")
    if at < row.opens_at:
        raise Refused("not_open", f"Sales of {row.name} have not begun.")


def sell(office: Office, c: Connection, organisation: UUID, paid: Paid, *, held: Mapping[UUID, int]) -> None:
    """Make the sale a fact: its entry, its orders and tickets, all in the caller's transaction.

    ``held`` is how many numbers of each event others hold. Raises ``Refused`` (``not_open``, ``sold_out``) where it
    cannot be any more; then nothing of it may be committed.
    """
    rows = lock_events(c, {piece.event for piece in paid.pieces})
    shop = open_shop(office, c, organisation)
    for event in sorted(rows):
        _cut_due(shop, rows[event])
    shop.write()
    now = office.clock.now_ms()
    for row in rows.values():
        check_open(shop, row, utc(now))
    stocked: dict[UUID, list[_Block]] = {}
    for event in sorted(rows):
        wanted = sum(piece.count for piece in paid.pieces if piece.event == event)
        stocked[event] = stock(shop, event, wanted, held.get(event, 0))
    lines = tuple(_line(office, piece, stocked[piece.event]) for piece in paid.pieces)
    salt = office.clock.token(SALT_BYTES)
    data = wire.canonical(paid.buyer)
    body = sale.Sale(
        sale=str(paid.sale),
        operator=str(shop.rsu),
        lines=lines,
        payment=sale.Payment(
            method="card",
            amount=paid.amount,
            tendered=paid.amount,
            change=0,
            reference=paid.reference,
            card=paid.amount,
        ),
        age_checked=paid.age_checked,
        customer=sale.commitment(salt, data),
        self_service=True,
        catalog=(office.generation, 0),
    )
    shop.add(body, now)
    shop.write()
    _name_buyer(office, c, shop, paid, CustomerRecord(sale=body.sale, salt=salt.hex(), data=data.decode()))


def _name_buyer(office: Office, c: Connection, shop: Shop, paid: Paid, record: CustomerRecord) -> None:
    """Whose the orders are: what the buyer told beside the journal, and the account that bought."""
    customers.take(office, c, shop.rsu, shop.epoch, [record])
    if paid.user is not None:
        o = m.orders
        c.execute(
            o.update()
            .where(o.c.rsu_id == shop.rsu, o.c.epoch == shop.epoch, o.c.sale_id == paid.sale)
            .values(created_by=paid.user, updated_at=func.now())
        )


def _line(office: Office, piece: Piece, blocks: list[_Block]) -> sale.Line:
    """One bearer ticket out of the blocks, in their order."""
    ranges: list[Range] = []
    missing = piece.count
    validation = ""
    for block in blocks:
        if not missing:
            break
        taken = min(missing, block.left)
        if not taken:
            continue
        if not validation:
            # Each ticket takes at least one of the block's numbers, so that its counters last as long.
            block.counter += 1
            validation = block.validation.issue(block.counter)
        ranges.append(Range(allocation=str(block.allocation), first=block.next, count=taken))
        block.next += taken
        missing -= taken
    assert not missing  # the stock was asked for all of them
    return sale.Line(
        order=str(uuid7(office.clock)),
        event=str(piece.event),
        package=str(piece.package),
        ranges=tuple(ranges),
        price=piece.price,
        currency=piece.currency,
        validation=validation,
    )


# Cuts -----------------------------------------------------------------------------------------------


def _due(c: Connection, shop: Shop, row: Row[Any]) -> list[Row[Any]]:
    """The event's cuts that are due and do not stand in the web shop's chain, in the order of their moments."""
    k, u, a = m.event_cuts, m.rsu_cuts, m.rsu_allocations
    cut = and_(u.c.cut_id == k.c.id, u.c.rsu_id == shop.rsu, u.c.epoch == shop.epoch)
    # Where it never got a number of the event there is nothing to cut.
    holds = select(a.c.id).where(
        a.c.rsu_id == shop.rsu, a.c.epoch == shop.epoch, a.c.raffle_event_id == row.id
    )
    missing = c.execute(
        select(k)
        .select_from(k.outerjoin(u, cut))
        .where(k.c.event_id == row.id, u.c.cut_id.is_(None), holds.exists())
        .order_by(k.c.kind == events.CLOSE, k.c.at, k.c.id)
    )
    now = shop.office.now()
    return [
        one
        for one in missing
        if events.cut_moment(one.kind, one.at, row.closes_at, row.closed_at) <= now
        or (row.state not in events.UNDER_SALE)
    ]


def _cut_due(shop: Shop, row: Row[Any]) -> int:
    due = _due(shop.c, shop, row)
    for one in due:
        moment = events.cut_moment(one.kind, one.at, row.closes_at, row.closed_at)
        body = sale.Cut(event=str(row.id), cut=str(one.id), due_at=int(moment.timestamp() * 1000))
        shop.add(body, shop.office.clock.now_ms())
    return len(due)


def cut_due(office: Office, c: Connection, event: UUID) -> int:
    """Cut the web shop's chain for the event, where a cut is due: after its close, say. How many cuts were made.

    Whoever closes an event calls it in the same transaction, so that the gates need not wait for the worker.
    """
    row = lock_events(c, [event])[event]
    r = m.rsus
    there = select(r.c.id).where(r.c.organization_id == row.organization_id, r.c.kind == rsus.ONLINE)
    if c.execute(there).first() is None:
        return 0
    shop = open_shop(office, c, row.organization_id)
    made = _cut_due(shop, row)
    shop.write()
    return made


def run_due(office: Office) -> list[str]:
    """Cut the web shops' chains where a cut is due; what was done, in words. Each event in its own transaction."""
    k, u, a, r, e = m.event_cuts, m.rsu_cuts, m.rsu_allocations, m.rsus, m.raffle_events
    done = []
    with office.begin() as c:
        held = (
            select(a.c.raffle_event_id, a.c.rsu_id, a.c.epoch)
            .join(r, and_(r.c.id == a.c.rsu_id, r.c.kind == rsus.ONLINE))
            .where(a.c.epoch >= first_epoch(office.generation))
            .distinct()
            .subquery()
        )
        cut = and_(u.c.cut_id == k.c.id, u.c.rsu_id == held.c.rsu_id, u.c.epoch == held.c.epoch)
        due = c.execute(
            select(e.c.id, e.c.name)
            .select_from(
                held.join(e, e.c.id == held.c.raffle_event_id)
                .join(k, k.c.event_id == e.c.id)
                .outerjoin(u, cut)
            )
            .where(
                u.c.cut_id.is_(None),
                (k.c.at <= office.now())
                | (e.c.closes_at <= office.now())
                | e.c.state.not_in(events.UNDER_SALE),
            )
            .distinct()
            .order_by(e.c.name)
        ).all()
    for event, name in due:
        with office.begin() as c:
            if cut_due(office, c, event):
                done.append(f"{name}: the web shop’s chain is cut")
    return done


# Tickets --------------------------------------------------------------------------------------------


def qr_text(office: Office, line: sale.Line, rsu: UUID, epoch: int) -> str:
    """What the ticket's QR says, signed with the web shop's key as a kiosk signs its own."""
    payload = sale.ticket_payload(line, str(rsu))
    signature = base64.b32encode(_key(office, rsu, epoch).sign(keys.TICKET, payload.encode())).decode()
    return f"{payload}:{signature.rstrip('=')}"
