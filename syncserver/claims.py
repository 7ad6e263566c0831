"""The claim desk: is this ticket genuine, has it won, and paying each prize exactly once.

A ticket comes as its QR says it (``TMB1:<validation>:<event>:<numbers>:<rsu>:<signature>``, the signature in base 32
without padding) or as its validation number, typed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys, money, numbers, sale
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from syncserver import allocations, events
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.draws import ResultRow, results
from syncserver.office import Office

TEXT_CHARS_MAX = 4_096
NAME_CHARS_MAX = 200
DESK_CHARS_MAX = 100
CONTACT_CHARS_MAX = 500
UNITS_TRIED_MAX = 5_000
SPANS_MAX = 1_000
PREFIX = "TMB1"

Verdict = Literal["genuine", "won", "paid", "void", "unknown", "forged", "other", "not_a_ticket"]


@dataclass(frozen=True)
class PrizeWon:
    """A prize that a ticket has won; the amount in minor units."""

    result: UUID
    prize: str
    position: int
    number: int
    amount: int
    currency: str
    paid_at: datetime | None
    desk: str = ""


@dataclass(frozen=True)
class Validation:
    """What the office knows of a ticket."""

    verdict: Verdict
    words: str
    validation: str = ""
    order: UUID | None = None
    event: UUID | None = None
    event_name: str = ""
    draw_numbers: list[int] = field(default_factory=list)
    amount: int = 0
    currency: str = ""
    sold_at: datetime | None = None
    unit: str = ""
    prizes: list[PrizeWon] = field(default_factory=list)


@dataclass(frozen=True)
class ClaimRow:
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


@dataclass(frozen=True)
class _Scan:
    validation: str
    event: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    unit: str = ""
    payload: str = ""
    signature: bytes = b""


def validate(office: Office, c: Connection, text: str) -> Validation:
    """What this ticket, scanned or typed, is. Never raises for what ``text`` holds."""
    scan = _read(text)
    if scan is None:
        return Validation(
            "not_a_ticket", "This is no ticket's code, or it was mistyped: its check character does not fit."
        )
    order = _order(c, scan.validation)
    if order is None:
        return _not_here(office, c, scan)
    if scan.payload and not _holds(c, scan, order):
        return Validation(
            "forged",
            "This ticket was altered: its signature does not fit the sale. Keep it and call the office.",
            scan.validation,
        )
    return _known(c, scan.validation, order)


def pay(
    office: Office,
    c: Connection,
    text: str,
    result: UUID,
    by: UUID,
    winner: Mapping[str, str],
    *,
    identity_checked: bool,
    desk: str,
) -> ClaimRow:
    """Pay one prize, once, even where two desks do it at the same moment.

    ``winner`` holds ``name`` and ``contact``. Raises ``Refused``: ``not_won`` (void, forged, no prize),
    ``already_paid`` with when and where, ``identity``, ``winner``, ``desk``.
    """
    name, contact = winner.get("name", "").strip(), winner.get("contact", "").strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or len(contact) > CONTACT_CHARS_MAX or "\x00" in name + contact:
        raise Refused("winner", "The winner's name is needed.")
    desk = desk.strip()
    if not 1 <= len(desk) <= DESK_CHARS_MAX or not desk.isprintable():
        raise Refused("desk", "Name the desk that pays.")
    found = validate(office, c, text)
    prize = next((one for one in found.prizes if one.result == result), None)
    if found.verdict not in {"won", "paid"} or prize is None or found.event is None:
        raise Refused("not_won", f"Nothing is paid for this ticket: {found.words}")
    limit = _identity_above(c, found.event)
    if limit is not None and prize.amount >= limit and not identity_checked:
        due = money.text(limit, prize.currency)
        raise Refused("identity", f"From {due} on the winner's identity is checked.", "Check it, and say so.")
    claim, person = uuid7(office.clock), uuid7(office.clock)
    # The unique key decides between two desks: the second waits here until the first has paid, or given up.
    made = c.execute(
        upsert(m.prize_claims)
        .values(
            id=claim,
            draw_result_id=result,
            claimed_at=office.now(),
            claimed_by=person,
            verification_method="scan" if text.strip().upper().startswith(PREFIX) else "typed",
            verified_by=by,
            amount=prize.amount,
            identity_checked=identity_checked,
            desk=desk,
        )
        .on_conflict_do_nothing(index_elements=["draw_result_id"])
        .returning(m.prize_claims.c.id)
    ).one_or_none()
    if made is None:
        raise _already_paid(c, result)
    c.execute(insert(m.winners).values(id=person, name=name, contact={"text": contact} if contact else None))
    critical_event(
        c,
        "prize_paid",
        "INFO",
        f"{prize.prize}: {money.text(prize.amount, prize.currency)} paid for number {prize.number} at {desk}.",
        event_id=found.event,
        user_id=by,
        metadata={"claim": str(claim)},
    )
    return ClaimRow(
        claim, result, prize.prize, prize.number, prize.amount, prize.currency, office.now(), by, desk, name
    )


def claims(c: Connection, event: UUID) -> list[ClaimRow]:
    """The event's paid prizes, the latest first."""
    k, r, d, z, w, e = m.prize_claims, m.draw_results, m.draw_executions, m.prizes, m.winners, m.raffle_events
    rows = c.execute(
        select(
            k,
            z.c.name.label("prize"),
            r.c.winning_number,
            r.c.prize_value_at_draw,
            e.c.currency,
            func.coalesce(w.c.name, "").label("winner"),
        )
        .select_from(
            k.join(r, r.c.id == k.c.draw_result_id)
            .join(d, d.c.id == r.c.draw_execution_id)
            .join(e, e.c.id == d.c.raffle_event_id)
            .join(z, z.c.id == r.c.prize_id)
            .outerjoin(w, w.c.id == k.c.claimed_by)
        )
        .where(d.c.raffle_event_id == event)
        .order_by(k.c.claimed_at.desc(), k.c.id)
    )
    return [
        ClaimRow(
            row.id,
            row.draw_result_id,
            row.prize,
            row.winning_number,
            row.prize_value_at_draw if row.amount is None else row.amount,
            row.currency,
            row.claimed_at,
            row.verified_by,
            row.desk or "",
            row.winner,
        )
        for row in rows
    ]


def unclaimed(c: Connection, event: UUID) -> list[ResultRow]:
    """The official prizes that nobody has come for yet."""
    return [row for row in results(c, event) if row.claimed_at is None]


# What a ticket says ---------------------------------------------------------------------------------


def _read(text: str) -> _Scan | None:
    text = text.strip()
    if len(text) > TEXT_CHARS_MAX:
        return None
    if not text.upper().startswith(PREFIX + ":"):
        validation = numbers.read_validation(text)
        return None if validation is None else _Scan(validation)
    parts = text.upper().split(":")
    if len(parts) != 6:
        return None
    validation = numbers.read_validation(parts[1])
    spans = _spans(parts[3])
    try:
        signature = base64.b32decode(parts[5] + "=" * (-len(parts[5]) % 8))
    except (binascii.Error, ValueError):
        return None
    if validation is None or spans is None:
        return None
    return _Scan(validation, parts[2], spans, parts[4], ":".join(parts[:5]), signature)


def _spans(text: str) -> tuple[tuple[int, int], ...] | None:
    found = []
    for part in text.split(".")[:SPANS_MAX]:
        first, plus, count = part.partition("+")
        if not (plus and _plain(first) and _plain(count)):
            return None
        found.append((int(first), int(count)))
    return tuple(found)


def _plain(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 10


def _order(c: Connection, validation: str) -> Row[Any] | None:
    o, e, r = m.orders, m.raffle_events, m.rsus
    found: Row[Any] | None = c.execute(
        select(o, e.c.name.label("event_name"), e.c.state.label("event_state"), r.c.name.label("unit"))
        .select_from(o.join(e, e.c.id == o.c.event_id).outerjoin(r, r.c.id == o.c.rsu_id))
        .where(o.c.validation_number == validation)
    ).one_or_none()
    return found


def _holds(c: Connection, scan: _Scan, order: Row[Any]) -> bool:
    """Whether the scanned payload is of this order, and signed by the kiosk that sold it."""
    e, t = m.rsu_epochs, m.tickets
    key = c.execute(
        select(e.c.public_key).where(e.c.rsu_id == order.rsu_id, e.c.epoch == order.epoch)
    ).scalar_one_or_none()
    if key is None or not keys.verify(bytes(key), keys.TICKET, scan.payload.encode(), scan.signature):
        return False
    if scan.event != sale.short(str(order.event_id)) or scan.unit != sale.short(str(order.rsu_id)):
        return False
    if sum(count for _, count in scan.spans) != order.ticket_count:
        return False
    # A number sold twice has one ticket, which may be the other sale's.
    held = set(c.execute(select(t.c.draw_number).where(t.c.order_id == order.id)).scalars())
    said = [Range("", first, count) for first, count in scan.spans]
    return not numbers.problems(said) and held <= {n for span in said for n in span.numbers()}


def _not_here(office: Office, c: Connection, scan: _Scan) -> Validation:
    """A ticket whose sale is not here: not handed over yet, or invented."""
    b = m.validation_number_blocks
    block = c.execute(
        select(b.c.block_number, b.c.block_size, b.c.rsu_id, b.c.epoch, m.rsus.c.name)
        .join(m.rsus, m.rsus.c.id == b.c.rsu_id)
        .where(b.c.block_number == numbers.block_number(scan.validation))
    ).one_or_none()
    if block is not None:
        issued = ValidationBlock(
            block.block_number, block.block_size, allocations.block_secret(office, block.block_number)
        )
        signed = not scan.payload or _signed_by_unit(c, scan, block.rsu_id, block.epoch)
        if issued.counter(scan.validation) is not None and signed:
            return Validation(
                "unknown",
                f"The number was issued to {block.name}, but that sale has not been handed over yet."
                " Nothing is paid before it is.",
                scan.validation,
                unit=block.name,
            )
    elif scan.payload and _signed_by_any(c, scan):
        return Validation(
            "unknown",
            "A kiosk of this office signed it, but its sale is not known here yet.",
            scan.validation,
        )
    return Validation("forged", "This office never issued this number.", scan.validation)


def _signed_by_unit(c: Connection, scan: _Scan, rsu: UUID, epoch: int) -> bool:
    e = m.rsu_epochs
    key = c.execute(select(e.c.public_key).where(e.c.rsu_id == rsu, e.c.epoch == epoch)).scalar_one_or_none()
    return key is not None and keys.verify(bytes(key), keys.TICKET, scan.payload.encode(), scan.signature)


def _signed_by_any(c: Connection, scan: _Scan) -> bool:
    e = m.rsu_epochs
    for rsu, key in c.execute(
        select(e.c.rsu_id, e.c.public_key).order_by(e.c.rsu_id, e.c.epoch).limit(UNITS_TRIED_MAX)
    ):
        if sale.short(str(rsu)) == scan.unit and keys.verify(
            bytes(key), keys.TICKET, scan.payload.encode(), scan.signature
        ):
            return True
    return False


def _known(c: Connection, validation: str, order: Row[Any]) -> Validation:
    t = m.tickets
    held = c.execute(
        select(t.c.draw_number, t.c.state).where(t.c.order_id == order.id).order_by(t.c.draw_number)
    ).all()
    won = _won(c, order.id)
    verdict: Verdict = "genuine"
    states = {row.state for row in held}
    if order.is_test:
        verdict, words = "other", "This is a test ticket; it takes part in no draw."
    elif order.payment_status == "void":
        verdict, words = "void", "This ticket is void."
    elif "invalid" in states:
        verdict, words = "void", "This ticket was excluded by the office."
    elif won:
        paid = all(one.paid_at is not None for one in won)
        verdict = "paid" if paid else "won"
        sums = ", ".join(f"{one.prize} ({money.text(one.amount, one.currency)})" for one in won)
        words = f"This ticket has won: {sums}." + (" It has been paid." if paid else "")
    elif "quarantined" in states or not held:
        words = "This ticket is genuine; a question about its sale is still open at the office."
    elif order.event_state in {"drawn", "completed"}:
        words = "This ticket is genuine. It has not won this time; thank you for taking part."
    elif order.event_state == "cancelled":
        words = "This ticket is genuine. The event was cancelled; it is refunded."
    else:
        words = "This ticket is genuine. The draw is still to come; good luck."
    return Validation(
        verdict,
        words,
        validation,
        order.id,
        order.event_id,
        order.event_name,
        [row.draw_number for row in held],
        order.total_amount,
        order.currency,
        order.offline_created_at or order.created_at,
        order.unit or "",
        won,
    )


def _won(c: Connection, order: UUID) -> list[PrizeWon]:
    """Official prizes of the order's tickets."""
    r, d, z, t, k, e = (
        m.draw_results,
        m.draw_executions,
        m.prizes,
        m.tickets,
        m.prize_claims,
        m.raffle_events,
    )
    rows = c.execute(
        select(
            r.c.id,
            z.c.name,
            r.c.position,
            r.c.winning_number,
            r.c.prize_value_at_draw,
            e.c.currency,
            k.c.claimed_at,
            k.c.desk,
        )
        .select_from(
            r.join(t, t.c.id == r.c.winning_ticket_id)
            .join(d, d.c.id == r.c.draw_execution_id)
            .join(z, z.c.id == r.c.prize_id)
            .join(e, e.c.id == d.c.raffle_event_id)
            .outerjoin(k, k.c.draw_result_id == r.c.id)
        )
        .where(t.c.order_id == order, d.c.official_at.is_not(None))
        .order_by(r.c.position, r.c.winning_number)
    )
    return [
        PrizeWon(
            row.id,
            row.name,
            row.position,
            row.winning_number,
            row.prize_value_at_draw,
            row.currency,
            row.claimed_at,
            row.desk or "",
        )
        for row in rows
    ]


def _identity_above(c: Connection, event: UUID) -> int | None:
    e = m.raffle_events
    configuration = c.execute(select(e.c.configuration).where(e.c.id == event)).scalar_one()
    return events.settings(configuration).identity_above


def _already_paid(c: Connection, result: UUID) -> Refused:
    k = m.prize_claims
    row = c.execute(
        select(k.c.claimed_at, k.c.desk, m.users.c.display_name)
        .outerjoin(m.users, m.users.c.id == k.c.verified_by)
        .where(k.c.draw_result_id == result)
    ).one()
    return Refused(
        "already_paid",
        f"This prize was paid on {row.claimed_at:%d %B %Y at %H:%M} UTC at {row.desk}"
        f" by {row.display_name or 'somebody'}.",
        "Do not pay it again.",
    )
