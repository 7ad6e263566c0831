"""The claim desk: is this ticket genuine, has it won, and paying each prize exactly once.

A ticket comes as its QR says it (``TMB1:<validation>:<event>:<numbers>:<rsu>:<signature>``, the signature in base 32
without padding) or as its validation number, typed.

A prize is paid within its event's claim window, and not while somebody has asked to give it up. Giving one up takes two
people; what follows from it is the event's rule: nothing, the reserve that is next in line, or a redraw.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys, money, numbers, sale, wire
from shared.clock import to_ms
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from syncserver import allocations, catalog, draws, events, pools, rsus, winning
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office
from syncserver.pools import MAIN

TEXT_CHARS_MAX = 4_096
NAME_CHARS_MAX = 200
DESK_CHARS_MAX = 100
CONTACT_CHARS_MAX = 500
NOTE_CHARS_MAX = 1_000
UNITS_TRIED_MAX = 5_000
SPANS_MAX = 1_000
STANDINGS_MAX = 20_000
PREFIX = "TMB1"
BEARER = "The ticket's bearer"
"""Who a kiosk pays: it asks nobody's name."""

Verdict = Literal["genuine", "won", "paid", "lapsed", "void", "unknown", "forged", "other", "not_a_ticket"]
State = Literal["open", "paid", "expired", "held", "given_up"]
"""Of a prize that was won: ``expired`` where its window is over, ``held`` while one person wants it given up."""
Kind = Literal["unclaimed", "ineligible", "declined", "withdrawn"]
KIND_WORDS: Mapping[str, str] = {
    "unclaimed": "nobody came for it in time",
    "ineligible": "its holder may not win",
    "declined": "the winner does not want it",
    "withdrawn": "the office does not award it",
}
"""Why a result is given up."""


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
    state: State = "open"
    until: datetime | None = None
    """When it is no longer paid; None: there is no end."""
    words: str = ""
    """How it stands, in a sentence; empty where it can be paid and there is no end."""
    event: UUID | None = None
    """The event in whose draw it was won; of linked events it may be another than the ticket's."""
    delivered_at: datetime | None = None


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

    @property
    def has_won(self) -> bool:
        """Whether its prizes are its bearer's: a ticket that became void after the draw has none to be paid."""
        return self.verdict in {"won", "paid", "lapsed"}


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
    delivered_at: datetime | None = None
    delivery_note: str = ""


@dataclass(frozen=True)
class Forfeit:
    """A request to give a result up; it stands once ``agreed_at`` is set."""

    id: UUID
    kind: Kind
    reason: str
    asked_by: UUID
    asked_at: datetime
    agreed_by: UUID | None
    agreed_at: datetime | None
    promoted: UUID | None
    """The reserve that took its place."""


@dataclass(frozen=True)
class Standing:
    """An official result and how it stands; a reserve is among them only once it was promoted."""

    result: UUID
    draw: UUID
    attempt: int
    plan: str
    """The planned draw: ``main``, or an early bird."""
    prize: UUID
    prize_name: str
    position: int
    winner: int
    reserve: bool
    number: int
    order: UUID
    validation: str
    amount: int
    currency: str
    state: State
    until: datetime | None
    paid_at: datetime | None
    desk: str
    delivered_at: datetime | None
    claim: UUID | None
    forfeit: Forfeit | None
    promoted_number: int | None
    """The number of the reserve that took its place."""
    replaced_number: int | None
    """The number that an official redraw put in its place."""
    waits_for_redraw: bool


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
    return _known(office, c, scan.validation, order)


# Paying ---------------------------------------------------------------------------------------------


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
    ``already_paid`` with when and where, ``claim_window``, ``held``, ``given_up``, ``identity``, ``winner``, ``desk``.
    """
    name, contact = winner.get("name", "").strip(), winner.get("contact", "").strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or len(contact) > CONTACT_CHARS_MAX or "\x00" in name + contact:
        raise Refused("winner", "The winner's name is needed.")
    desk = desk.strip()
    if not 1 <= len(desk) <= DESK_CHARS_MAX or not desk.isprintable():
        raise Refused("desk", "Name the desk that pays.")
    _lock(c, result)
    found = validate(office, c, text)
    prize = _payable(c, found, result)
    _check_identity(c, prize, identity_checked=identity_checked)
    paid = _Paid(text, by, name, contact, identity_checked, desk)
    return _pay(office, c, prize, paid)


def pay_at_kiosk(
    office: Office, c: Connection, rsu: UUID, epoch: int, asked: wire.ClaimRequest
) -> wire.ClaimReply:
    """Pay one prize at a kiosk, once; the same ``request`` gets the same answer again.

    What is against it stands in the reply. Raises ``Refused`` (``malformed``, ``request_reused``) where the request
    itself cannot be.
    """
    try:
        request, result, operator = UUID(asked.request), UUID(asked.result), UUID(asked.operator)
    except ValueError:
        raise Refused("malformed", "A request, a result and an operator are named by UUIDs.") from None
    _lock(c, request)
    _lock(c, result)
    k = m.prize_claims
    before = c.execute(select(k).where(k.c.request_id == request)).one_or_none()
    found = validate(office, c, asked.ticket)
    if before is not None:
        if (before.rsu_id, before.draw_result_id) != (rsu, result):
            raise Refused("request_reused", "This request was made for another prize.", "Make a new one.")
        return _kiosk_reply(office, found, before)
    try:
        unit = _kiosk(c, rsu, epoch, operator)
        prize = _payable(c, found, result, unit.organization_id)
        _check_kiosk(c, prize)
        _check_identity(c, prize, identity_checked=asked.identity_checked)
        paid = _Paid(asked.ticket, operator, BEARER, "", asked.identity_checked, unit.name, rsu, request)
        made = _pay(office, c, prize, paid)
    except Refused as e:
        verdict: Literal["already_paid", "refused"] = (
            "already_paid" if e.code == "already_paid" else "refused"
        )
        return wire.ClaimReply(
            verdict=verdict, words=e.message, hint=e.hint, server_time=office.clock.now_ms()
        )
    row = c.execute(select(k).where(k.c.id == made.id)).one()
    return _kiosk_reply(office, found, row)


def ask_for_kiosk(office: Office, c: Connection, rsu: UUID, asked: wire.TicketRequest) -> wire.TicketReply:
    """What the office knows of a ticket that a kiosk was shown, and which of its prizes that kiosk may pay."""
    found = validate(office, c, asked.ticket)
    now = office.clock.now_ms()
    organisation = c.execute(select(m.rsus.c.organization_id).where(m.rsus.c.id == rsu)).scalar_one()
    if found.event is not None and _organisation(c, found.event) != organisation:
        return wire.TicketReply(
            verdict="other", words="This ticket is of another organisation.", server_time=now
        )
    return wire.TicketReply(
        verdict=found.verdict,
        words=found.words,
        server_time=now,
        validation=found.validation,
        event=found.event_name,
        prizes=tuple(_prize_found(c, found, prize) for prize in found.prizes),
    )


def deliver(office: Office, c: Connection, claim: UUID, note: str, by: UUID) -> None:
    """Note, once, that a paid prize reached its winner. ``Refused``: ``unknown_claim``, ``delivered``, ``note``."""
    note = note.strip()
    if len(note) > NOTE_CHARS_MAX or "\x00" in note:
        raise Refused("note", f"A note has at most {NOTE_CHARS_MAX} characters.")
    k, r, d = m.prize_claims, m.draw_results, m.draw_executions
    changed = c.execute(
        update(k)
        .where(k.c.id == claim, k.c.delivered_at.is_(None))
        .values(delivered_at=office.now(), delivered_by=by, delivery_note=note or None)
        .returning(k.c.draw_result_id)
    ).scalar_one_or_none()
    if changed is None:
        held = c.execute(select(k.c.delivered_at).where(k.c.id == claim)).one_or_none()
        if held is None:
            raise Refused("unknown_claim", "There is no such payment.")
        raise Refused("delivered", "This prize was noted as delivered already.")
    event = c.execute(
        select(d.c.raffle_event_id).join(r, r.c.draw_execution_id == d.c.id).where(r.c.id == changed)
    ).scalar_one()
    words = f"A prize was delivered. {note}".strip()
    critical_event(
        c, "prize_delivered", "INFO", words, event_id=event, user_id=by, metadata={"claim": str(claim)}
    )
    winning.tell_delivered(office, c, changed)


def claims(
    c: Connection, event: UUID, *, after: tuple[datetime, UUID] | None = None, limit: int | None = None
) -> list[ClaimRow]:
    """The event's paid prizes, the latest first; those behind ``after`` (when, and its id), at most ``limit``."""
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
        .where(
            d.c.raffle_event_id == event,
            true() if after is None else func.row(k.c.claimed_at, k.c.id) < func.row(*after),
        )
        .order_by(k.c.claimed_at.desc(), k.c.id.desc())
        .limit(limit)
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
            row.delivered_at,
            row.delivery_note or "",
        )
        for row in rows
    ]


def _lock(c: Connection, one: UUID) -> None:
    """Whatever decides about one result, or answers one request, goes one after the other, until the transaction ends."""
    c.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:one, 0))"), {"one": str(one)})


@dataclass(frozen=True)
class _Paid:
    """Who pays whom, where and how."""

    text: str
    by: UUID
    name: str
    contact: str
    identity_checked: bool
    desk: str
    rsu: UUID | None = None
    request: UUID | None = None


def _payable(c: Connection, found: Validation, result: UUID, organisation: UUID | None = None) -> PrizeWon:
    """The prize that is to be paid; ``Refused``, with the words, where anything stands against that."""
    prize = next((one for one in found.prizes if one.result == result), None)
    if prize is None or prize.event is None or not found.has_won:
        raise Refused("not_won", f"Nothing is paid for this ticket: {found.words}")
    if organisation is not None and _organisation(c, prize.event) != organisation:
        raise Refused("not_won", "This ticket is of another organisation.", "Nothing is paid for it here.")
    match prize.state:
        case "paid":
            raise _already_paid(c, result)
        case "expired":
            raise Refused(
                "claim_window",
                f"{prize.prize}: {prize.words}",
                "Send the winner to the office, which decides.",
            )
        case "held":
            raise Refused(
                "held", f"{prize.prize}: {prize.words}", "A second person agrees to it, or it is taken back."
            )
        case "given_up":
            raise Refused("given_up", f"{prize.prize}: {prize.words}", "Nothing is paid for it.")
        case "open":
            return prize


def _check_identity(c: Connection, prize: PrizeWon, *, identity_checked: bool) -> None:
    if not identity_checked and (limit := _identity_due(c, prize)) is not None:
        due = money.text(limit, prize.currency)
        raise Refused("identity", f"From {due} on the winner's identity is checked.", "Check it, and say so.")


def _identity_due(c: Connection, prize: PrizeWon) -> int | None:
    """The event's limit, minor units, where the winner's identity is checked before this prize is paid.

    What counts is all that the order has won and not given up, paid or not: several small prizes are one large one.
    """
    limit = _settings(c, prize.event).identity_above
    if limit is None:
        return None
    r, d, t, f = m.draw_results, m.draw_executions, m.tickets, m.forfeits
    order = select(t.c.order_id).join(r, r.c.winning_ticket_id == t.c.id).where(r.c.id == prize.result)
    promoted, given_up = f.alias(), f.alias()
    won = c.execute(
        select(func.coalesce(func.sum(r.c.prize_value_at_draw), 0))
        .select_from(r)
        .join(d, d.c.id == r.c.draw_execution_id)
        .join(t, t.c.id == r.c.winning_ticket_id)
        .where(
            t.c.order_id == order.scalar_subquery(),
            d.c.official_at.is_not(None),
            or_(~r.c.reserve, select(promoted.c.id).where(promoted.c.promoted_id == r.c.id).exists()),
            ~select(given_up.c.id)
            .where(given_up.c.draw_result_id == r.c.id, given_up.c.agreed_at.is_not(None))
            .exists(),
        )
    ).scalar_one()
    return limit if won >= limit else None


def _pay(office: Office, c: Connection, prize: PrizeWon, paid: _Paid) -> ClaimRow:
    if not draws.names(c, prize.result):
        # On a connection of its own: the refusal undoes what the caller's transaction did.
        with c.engine.begin() as other:
            words = f"{prize.prize}, number {prize.number}: not paid; the draw's record does not name it."
            critical_event(other, "result_not_in_record", "ERROR", words, event_id=prize.event)
        raise Refused(
            "not_won",
            "The record of the draw does not name this winner.",
            "Nothing is paid. Tell the office.",
        )
    claim, person = uuid7(office.clock), uuid7(office.clock)
    # The unique key is the last wall between two desks, behind the lock and the look.
    made = c.execute(
        upsert(m.prize_claims)
        .values(
            id=claim,
            draw_result_id=prize.result,
            claimed_at=office.now(),
            claimed_by=person,
            verification_method="scan" if paid.text.strip().upper().startswith(PREFIX) else "typed",
            verified_by=paid.by,
            amount=prize.amount,
            identity_checked=paid.identity_checked,
            desk=paid.desk,
            rsu_id=paid.rsu,
            request_id=paid.request,
        )
        .on_conflict_do_nothing(index_elements=["draw_result_id"])
        .returning(m.prize_claims.c.id)
    ).one_or_none()
    if made is None:
        raise _already_paid(c, prize.result)
    contact = {"text": paid.contact} if paid.contact else None
    c.execute(insert(m.winners).values(id=person, name=paid.name, contact=contact))
    due = money.text(prize.amount, prize.currency)
    critical_event(
        c,
        "prize_paid",
        "INFO",
        f"{prize.prize}: {due} paid for number {prize.number} at {paid.desk}.",
        event_id=prize.event,
        rsu_id=paid.rsu,
        user_id=paid.by,
        metadata={"claim": str(claim)},
    )
    return ClaimRow(
        claim,
        prize.result,
        prize.prize,
        prize.number,
        prize.amount,
        prize.currency,
        office.now(),
        paid.by,
        paid.desk,
        paid.name,
    )


def _already_paid(c: Connection, result: UUID) -> Refused:
    k = m.prize_claims
    row = c.execute(
        select(k.c.claimed_at, k.c.desk, m.users.c.display_name)
        .outerjoin(m.users, m.users.c.id == k.c.verified_by)
        .where(k.c.draw_result_id == result)
    ).one()
    zone = c.execute(_results().where(m.draw_results.c.id == result)).one().zone
    return Refused(
        "already_paid",
        f"This prize was paid on {_moment(row.claimed_at, zone)} at {row.desk}"
        f" by {row.display_name or 'somebody'}.",
        "Do not pay it again.",
    )


# At a kiosk -----------------------------------------------------------------------------------------


def _kiosk(c: Connection, rsu: UUID, epoch: int, operator: UUID) -> Row[Any]:
    """The kiosk that wants to pay; ``Refused`` where it, or who stands at it, may not."""
    unit = c.execute(select(m.rsus).where(m.rsus.c.id == rsu)).one()
    if rsus.unit_state(c, rsu, epoch) != "enabled":
        raise Refused("unit", "This kiosk is not enabled.", "Send the winner to the claims desk.")
    works = c.execute(
        select(m.users.c.id)
        .join(m.organization_users, m.organization_users.c.user_id == m.users.c.id)
        .where(
            m.users.c.id == operator,
            m.users.c.is_active,
            m.organization_users.c.organization_id == unit.organization_id,
            m.organization_users.c.role.in_(catalog.WORK_AT_KIOSKS),
        )
    ).one_or_none()
    if works is None:
        raise Refused("operator", "The office does not let this operator work here.", "Log on again.")
    return unit


def _check_kiosk(c: Connection, prize: PrizeWon) -> None:
    most = _settings(c, prize.event).policies.claims_at_kiosk_up_to
    if most is None or prize.amount > most:
        raise Refused("desk_only", "This prize is paid at the claims desk.", "Send the winner there.")


def _prize_found(c: Connection, found: Validation, prize: PrizeWon) -> wire.PrizeFound:
    why_not = ""
    try:
        _payable(c, found, prize.result)
        _check_kiosk(c, prize)
    except Refused as e:
        why_not = f"{e.message} {e.hint}".strip()
    return wire.PrizeFound(
        result=str(prize.result),
        prize=prize.prize,
        number=prize.number,
        amount=prize.amount,
        currency=prize.currency,
        state=prize.state,
        words=prize.words,
        can_pay=prize.state == "open" and not why_not,
        why_not=why_not if prize.state == "open" else "",
        identity=_identity_due(c, prize) is not None,
    )


def _kiosk_reply(office: Office, found: Validation, row: Row[Any]) -> wire.ClaimReply:
    prize = next((one for one in found.prizes if one.result == row.draw_result_id), None)
    return wire.ClaimReply(
        verdict="paid",
        words="Noted as paid here. Hand the money out and keep the ticket.",
        server_time=office.clock.now_ms(),
        number=0 if prize is None else prize.number,
        amount=row.amount,
        currency="" if prize is None else prize.currency,
        event="" if prize is None or prize.event is None else str(prize.event),
        validation=found.validation,
        paid_at=to_ms(row.claimed_at),
        paid_where=row.desk,
    )


# Giving a result up ---------------------------------------------------------------------------------


def give_up(office: Office, c: Connection, result: UUID, kind: Kind, reason: str, by: UUID) -> UUID:
    """Ask that a result be given up; it stands once a second person agreed, and holds the payment until then.

    ``unclaimed`` only after the claim window. Raises ``Refused``: ``unknown_result``, ``already_paid``, ``asked``,
    ``given_up``, ``claim_window``, ``reason``.
    """
    reason = reasoned(reason)
    if kind not in get_args(Kind):
        raise Refused("kind", "Choose why the prize is given up.")
    _lock(c, result)
    row, standing = _result(office, c, result)
    match standing.state:
        case "paid":
            raise _already_paid(c, result)
        case "held":
            raise Refused("asked", "Somebody has asked for that already.", "Agree to it, or take it back.")
        case "given_up":
            raise Refused("given_up", "This prize was given up already.")
        case "open" if kind == "unclaimed":
            words = _open_words(standing.until, row.zone) or "It has no end."
            raise Refused("claim_window", f"The prize's claim window is not over. {words}")
    forfeit = uuid7(office.clock)
    c.execute(
        insert(m.forfeits).values(
            id=forfeit,
            draw_result_id=result,
            kind=kind,
            reason=reason,
            asked_by=by,
            asked_at=office.now(),
        )
    )
    words = (
        f"{row.prize_name}, number {row.winning_number}: asked to give it up, {KIND_WORDS[kind]}. {reason}"
    )
    _record(c, row.raffle_event_id, "prize_forfeit_asked", words, by, forfeit)
    return forfeit


def agree(office: Office, c: Connection, forfeit: UUID, by: UUID) -> Forfeit:
    """Agree, as a second person, that a result is given up: what follows is the event's rule.

    Where reserves were drawn the next in line is promoted; its claim window begins now. Raises ``Refused``:
    ``unknown_forfeit``, ``second_person``, ``agreed``, ``already_paid``.
    """
    f = m.forfeits
    row = _forfeit(c, forfeit)
    _lock(c, row.draw_result_id)
    row = _forfeit(c, forfeit)
    if row.dropped_at is not None:
        raise Refused("unknown_forfeit", "That was taken back.")
    if row.agreed_at is not None:
        raise Refused("agreed", "Somebody has agreed to that already.")
    if row.asked_by == by:
        raise Refused(
            "second_person", "Who asked for it cannot agree to it.", "Another person of the office must look."
        )
    result, standing = _result(office, c, row.draw_result_id)
    if standing.state == "paid":
        raise _already_paid(c, row.draw_result_id)
    # Two results of one draw must not promote the same reserve.
    events.locked(c, result.raffle_event_id)
    promoted = _next_in_line(c, result, row.kind)
    c.execute(
        update(f)
        .where(f.c.id == forfeit)
        .values(agreed_by=by, agreed_at=office.now(), promoted_id=None if promoted is None else promoted.id)
    )
    words = f"{result.prize_name}, number {result.winning_number}: given up, {KIND_WORDS[row.kind]}."
    if promoted is not None:
        words += f" Number {promoted.winning_number} is next in line and has won."
        winning.tell_promoted(office, c, promoted.id)
    _record(c, result.raffle_event_id, "prize_forfeited", words, by, forfeit)
    return _as_forfeit(_forfeit(c, forfeit))


def take_back(office: Office, c: Connection, forfeit: UUID, reason: str, by: UUID) -> None:
    """Take back a request that nobody has agreed to. ``Refused``: ``unknown_forfeit``, ``agreed``, ``reason``."""
    reason = reasoned(reason)
    row = _forfeit(c, forfeit)
    _lock(c, row.draw_result_id)
    f = m.forfeits
    changed = c.execute(
        update(f)
        .where(f.c.id == forfeit, f.c.agreed_at.is_(None), f.c.dropped_at.is_(None))
        .values(dropped_at=office.now(), dropped_by=by, dropped_reason=reason)
        .returning(f.c.id)
    ).one_or_none()
    if changed is None:
        raise Refused("agreed", "That was decided already.")
    result, _ = _result(office, c, row.draw_result_id)
    words = f"{result.prize_name}, number {result.winning_number}: not given up after all. {reason}"
    _record(c, result.raffle_event_id, "prize_forfeit_taken_back", words, by, forfeit)


def standings(office: Office, c: Connection, event: UUID) -> list[Standing]:
    """All official results of the event's draws and how each stands, in the order of drawing.

    A reserve is among them once it was promoted: before that it has won nothing. Its number is no secret, the draw's
    own record and public page list it.
    """
    rows = c.execute(
        _results().where(m.draw_executions.c.raffle_event_id == event).limit(STANDINGS_MAX)
    ).all()
    return [_standing(row, office.now()) for row in rows]


def unclaimed(office: Office, c: Connection, event: UUID) -> list[Standing]:
    """The official prizes that nobody was paid yet, and that no other has taken the place of."""
    return [
        row
        for row in standings(office, c, event)
        if row.state != "paid" and row.promoted_number is None and row.replaced_number is None
    ]


def _next_in_line(c: Connection, result: Row[Any], kind: str) -> Row[Any] | None:
    """The reserve that takes a given-up result's place, if the event's rule has one and any is left.

    Where nobody wins twice, who has won in another draw meanwhile is passed over.
    """
    if kind == "withdrawn" or _rules(result).unclaimed != "next_in_line":
        return None
    r, f, d = m.draw_results, m.forfeits, m.draw_executions
    ways: list[ColumnElement[bool]] = []
    if not _rules(result).winners_stay:
        # Not what was won and given up: who gave it up has not won it.
        other, moved_up, given_up = r.alias(), f.alias(), f.alias()
        ways.append(
            ~select(other.c.id)
            .join(d, d.c.id == other.c.draw_execution_id)
            .where(
                other.c.winning_ticket_id == r.c.winning_ticket_id,
                other.c.draw_execution_id != result.draw_execution_id,
                d.c.state != "failed",
                or_(
                    ~other.c.reserve,
                    select(moved_up.c.id).where(moved_up.c.promoted_id == other.c.id).exists(),
                ),
                ~select(given_up.c.id)
                .where(given_up.c.draw_result_id == other.c.id, given_up.c.agreed_at.is_not(None))
                .exists(),
            )
            .exists()
        )
    found: Row[Any] | None = c.execute(
        select(r.c.id, r.c.winning_number)
        .where(
            r.c.draw_execution_id == result.draw_execution_id,
            r.c.position == result.position,
            r.c.reserve,
            ~select(f.c.id).where(f.c.promoted_id == r.c.id).exists(),
            *ways,
        )
        .order_by(r.c.winner)
        .limit(1)
    ).one_or_none()  # type: ignore[assignment]
    return found


def _record(c: Connection, event: UUID, kind: str, words: str, by: UUID, forfeit: UUID) -> None:
    critical_event(c, kind, "WARN", words, event_id=event, user_id=by, metadata={"forfeit": str(forfeit)})


def _forfeit(c: Connection, forfeit: UUID) -> Row[Any]:
    row = c.execute(select(m.forfeits).where(m.forfeits.c.id == forfeit)).one_or_none()
    if row is None:
        raise Refused("unknown_forfeit", "There is no such request.")
    return row


def _as_forfeit(row: Row[Any]) -> Forfeit:
    return Forfeit(
        row.id,
        row.kind,
        row.reason,
        row.asked_by,
        row.asked_at,
        row.agreed_by,
        row.agreed_at,
        row.promoted_id,
    )


# How results stand ----------------------------------------------------------------------------------


def _results() -> Select[Any]:
    """Every official result with all that its state follows from; reserves that nobody promoted left out."""
    r, d, z, t, o, e = m.draw_results, m.draw_executions, m.prizes, m.tickets, m.orders, m.raffle_events
    k, v, g = m.prize_claims, m.venues, m.organizations
    f, up = m.forfeits.alias("f"), m.forfeits.alias("up")
    next_one, again, redraw = r.alias("next_one"), r.alias("again"), d.alias("redraw")
    replaced = (
        select(again.c.winning_number)
        .join(redraw, redraw.c.id == again.c.draw_execution_id)
        .where(again.c.replaces_id == r.c.id, redraw.c.official_at.is_not(None))
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            r,
            d.c.raffle_event_id,
            d.c.attempt,
            d.c.plan,
            d.c.official_at,
            z.c.name.label("prize_name"),
            t.c.order_id,
            o.c.validation_number,
            e.c.currency,
            e.c.configuration,
            func.coalesce(v.c.timezone, g.c.settings["timezone"].astext, "UTC").label("zone"),
            k.c.id.label("claim"),
            k.c.claimed_at,
            k.c.desk,
            k.c.delivered_at,
            f.c.id.label("forfeit"),
            f.c.kind,
            f.c.reason,
            f.c.asked_by,
            f.c.asked_at,
            f.c.agreed_by,
            f.c.agreed_at,
            f.c.promoted_id,
            up.c.agreed_at.label("promoted_at"),
            next_one.c.winning_number.label("promoted_number"),
            replaced.label("replaced_number"),
        )
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id)
            .join(e, e.c.id == d.c.raffle_event_id)
            .join(g, g.c.id == e.c.organization_id)
            .join(z, z.c.id == r.c.prize_id)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .join(o, o.c.id == t.c.order_id)
            .outerjoin(v, v.c.id == e.c.venue_id)
            .outerjoin(k, k.c.draw_result_id == r.c.id)
            .outerjoin(f, (f.c.draw_result_id == r.c.id) & f.c.dropped_at.is_(None))
            .outerjoin(up, up.c.promoted_id == r.c.id)
            .outerjoin(next_one, next_one.c.id == f.c.promoted_id)
        )
        .where(d.c.official_at.is_not(None), or_(~r.c.reserve, up.c.id.is_not(None)))
        .order_by(d.c.attempt, r.c.position, r.c.winner)
    )


def _rules(row: Row[Any]) -> events.DrawRules:
    return events.settings(row.configuration).draw


def _standing(row: Row[Any], now: datetime) -> Standing:
    rules = _rules(row)
    until = events.claim_end(row.promoted_at or row.official_at, rules.claim_days, row.zone)
    state: State = "open"
    if row.claim is not None:
        state = "paid"
    elif row.agreed_at is not None:
        state = "given_up"
    elif row.forfeit is not None:
        state = "held"
    elif until is not None and now >= until:
        state = "expired"
    forfeit = None
    if row.forfeit is not None:
        forfeit = Forfeit(
            row.forfeit,
            row.kind,
            row.reason,
            row.asked_by,
            row.asked_at,
            row.agreed_by,
            row.agreed_at,
            row.promoted_id,
        )
    gone = row.promoted_id is not None or row.replaced_number is not None
    return Standing(
        result=row.id,
        draw=row.draw_execution_id,
        attempt=row.attempt,
        plan=row.plan,
        prize=row.prize_id,
        prize_name=row.prize_name,
        position=row.position,
        winner=row.winner,
        reserve=row.reserve,
        number=row.winning_number,
        order=row.order_id,
        validation=row.validation_number,
        amount=row.prize_value_at_draw,
        currency=row.currency,
        state=state,
        until=until,
        paid_at=row.claimed_at,
        desk=row.desk or "",
        delivered_at=row.delivered_at,
        claim=row.claim,
        forfeit=forfeit,
        promoted_number=row.promoted_number,
        replaced_number=row.replaced_number,
        waits_for_redraw=state == "given_up" and not gone and events.goes_on(rules.unclaimed, row.kind),
    )


def _result(office: Office, c: Connection, result: UUID) -> tuple[Row[Any], Standing]:
    row = c.execute(_results().where(m.draw_results.c.id == result)).one_or_none()
    if row is None:
        raise Refused("unknown_result", "There is no such official result.")
    return row, _standing(row, office.now())


def _prize_words(one: Standing, zone: str) -> str:
    """How a prize stands, in a sentence."""
    match one.state:
        case "paid":
            assert one.paid_at is not None
            return f"It was paid on {_moment(one.paid_at, zone)} at {one.desk}."
        case "expired":
            assert one.until is not None
            return f"It could be claimed until {_last_day(one.until, zone)}; it is no longer paid."
        case "held":
            return "The office has still to decide whether it is paid."
        case "given_up":
            return "It was given up and is no longer paid."
        case "open":
            return _open_words(one.until, zone)


def _open_words(until: datetime | None, zone: str) -> str:
    return "" if until is None else f"It can be claimed until {_last_day(until, zone)}."


def _last_day(until: datetime, zone: str) -> str:
    at = (until - timedelta(milliseconds=1)).astimezone(ZoneInfo(zone))
    return f"{at.day} {at:%B %Y}"


def _moment(at: datetime, zone: str | None) -> str:
    """A moment as the venue's clock showed it."""
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    return f"{local.day} {local:%B %Y at %H:%M}"


def _settings(c: Connection, event: UUID | None) -> events.Settings:
    e = m.raffle_events
    return events.settings(c.execute(select(e.c.configuration).where(e.c.id == event)).scalar_one())


def _organisation(c: Connection, event: UUID) -> UUID:
    e = m.raffle_events
    found: UUID = c.execute(select(e.c.organization_id).where(e.c.id == event)).scalar_one()
    return found


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
    o, e, r, p, v = m.orders, m.raffle_events, m.rsus, m.ticket_packages, m.venues
    found: Row[Any] | None = c.execute(
        select(
            o,
            e.c.name.label("event_name"),
            e.c.state.label("event_state"),
            e.c.configuration,
            r.c.name.label("unit"),
            p.c.name.label("package_name"),
            func.coalesce(v.c.timezone, "UTC").label("zone"),
        )
        .select_from(
            o.join(e, e.c.id == o.c.event_id)
            .outerjoin(r, r.c.id == o.c.rsu_id)
            .outerjoin(p, p.c.id == o.c.package_id)
            .outerjoin(v, v.c.id == e.c.venue_id)
        )
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


def _known(office: Office, c: Connection, validation: str, order: Row[Any]) -> Validation:
    t = m.tickets
    held = c.execute(
        select(t.c.draw_number, t.c.state).where(t.c.order_id == order.id).order_by(t.c.draw_number)
    ).all()
    rows = c.execute(_results().where(m.tickets.c.order_id == order.id)).all()
    stand = [(row, _standing(row, office.now())) for row in rows]
    won = [_prize_won(row, one) for row, one in stand]
    verdict: Verdict = "genuine"
    states = {row.state for row in held}
    if order.is_test:
        verdict, words = "other", "This is a test ticket; it takes part in no draw."
    elif order.payment_status == "void":
        verdict, words = "void", "This ticket is void."
    elif "invalid" in states:
        verdict, words = "void", "This ticket was excluded by the office."
    elif won:
        verdict, words = _won_words(won)
    elif "quarantined" in states or not held:
        words = "This ticket is genuine; a question about its sale is still open at the office."
    elif _excluded(c, order.id):
        words = "This ticket is genuine, but by a decision of the office it takes part in no draw. Ask there."
    else:
        words = _unlucky_words(office, c, order)
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


def _prize_won(row: Row[Any], one: Standing) -> PrizeWon:
    return PrizeWon(
        one.result,
        one.prize_name,
        one.position,
        one.number,
        one.amount,
        one.currency,
        one.paid_at,
        one.desk,
        one.state,
        one.until,
        _prize_words(one, row.zone),
        row.raffle_event_id,
        one.delivered_at,
    )


def _won_words(won: list[PrizeWon]) -> tuple[Verdict, str]:
    """The verdict on a ticket that has won, and its words: what can still be had comes first."""
    due = [one for one in won if one.state in {"open", "held"}]
    if due:
        ends = [one for one in due if one.words]
        return "won", f"This ticket has won: {_sums(due)}." + "".join(
            f" {one.words}" if len(won) == 1 else f" {one.prize}: {one.words}" for one in ends
        )
    if any(one.state == "paid" for one in won):
        return "paid", f"This ticket has won: {_sums(won)}. It has been paid."
    return "lapsed", f"This ticket has won: {_sums(won)}. {won[-1].words}"


def _sums(won: list[PrizeWon]) -> str:
    return ", ".join(f"{one.prize} ({money.text(one.amount, one.currency)})" for one in won)


def _excluded(c: Connection, order: UUID) -> bool:
    x = m.exclusions
    return bool(
        c.execute(select(func.count()).where(x.c.order_id == order, x.c.lifted_at.is_(None))).scalar_one()
    )


def _unlucky_words(office: Office, c: Connection, order: Row[Any]) -> str:
    """What to say of a ticket that has won nothing, or nothing yet: of which draws it was, and of which it will be."""
    if order.event_state == "cancelled":
        return "This ticket is genuine. The event was cancelled; it is refunded."
    kept = events.settings(order.configuration)
    drawn = order.event_state in {"drawn", "completed"}
    if not kept.pools and kept.draw.linked_to is None:
        if not drawn:
            return "This ticket is genuine. The draw is still to come; good luck."
        return _thanks(office, c, order, {MAIN}, kept.draw.linked_to)
    plans = pools.plans(office, c, order.event_id)
    cuts = {cut.pool: cut for cut in events.cuts(c, order.event_id)}
    mine = [one for one in plans if one.name == MAIN or _stands_before(c, cuts.get(one.name), order, kept)]
    missed = [one for one in mine if one.state == "drawn"]
    ahead = [one for one in mine if one.state != "drawn"]
    if not ahead:
        return _thanks(office, c, order, {one.name for one in mine}, kept.draw.linked_to)
    if mine == ahead and len(ahead) == 1:
        return "This ticket is genuine. The draw is still to come; good luck."
    words = "This ticket is genuine."
    if missed:
        words += f" It has not won in {_listed([one.label for one in missed])}."
    zone = order.zone
    times = [one.label + ("" if one.draw_at is None else f" ({_moment(one.draw_at, zone)})") for one in ahead]
    further = "further " if missed else ""
    count = f"{len(ahead)} {further}draws" if len(ahead) > 1 else f"one {further}draw"
    return f"{words} It takes part in {count}: {_listed(times)}. Keep it; good luck."


def _thanks(office: Office, c: Connection, order: Row[Any], plans: set[str], leading: UUID | None) -> str:
    """The words where every draw of the ticket is over, but for one that is held again."""
    f, r, d = m.forfeits, m.draw_results, m.draw_executions
    event = leading or order.event_id
    given_up = c.execute(
        select(f.c.id)
        .join(r, r.c.id == f.c.draw_result_id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .where(d.c.raffle_event_id == event, d.c.plan.in_(plans), f.c.agreed_at.is_not(None))
        .limit(1)
    ).one_or_none()
    again = given_up is not None and any(
        one.waits_for_redraw and one.plan in plans for one in standings(office, c, event)
    )
    if again:
        return (
            "This ticket is genuine. It has not won so far; a prize is to be drawn again, and it takes part in that."
            " Keep it; good luck."
        )
    return "This ticket is genuine. It has not won this time; thank you for taking part."


def _stands_before(c: Connection, cut: events.CutRow | None, order: Row[Any], kept: events.Settings) -> bool:
    """Whether an order enters the early bird whose cut this is."""
    if cut is None:
        return False
    plan = next((one for one in kept.pools if one.name == cut.pool), None)
    if plan is None or (plan.packages and order.package_name not in plan.packages):
        return False
    o = m.orders
    return c.execute(events.before(cut).orders().where(o.c.id == order.id)).one_or_none() is not None


def _listed(words: list[str]) -> str:
    """A list as it is read aloud."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
