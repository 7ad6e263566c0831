"""The whole history of one order, oldest first: what its kiosk journalled, what the office did, what became of it.

Facts come from where they stand: the kiosk's chain (with place and hash, to be looked up), the voids, refunds,
decisions, messages, claims, and the audit log for the rest. Nothing is told here before it is official.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, and_, func, literal, or_, select

from shared import money, sale
from shared.clock import utc
from syncserver import books, shifts
from syncserver import models as m
from syncserver.models.base import Json

ENTRIES_MAX: Final = 200
"""Of a chain that are about one order; its prints, as a rule."""
CHANGES_MAX: Final = 200
ROWS_MAX: Final = 100
MOMENT_MS_MAX: Final = 253_402_300_799_000
_ABOUT: Final = ("printed", "reprinted", "voided", "counterfoils_printed")
_TOLD: Final = frozenset(
    {"updated_at", "updated_by", "created_by", "customer_info", "customer_commitment", "offline_sync_status"}
)
"""Columns whose change comes with a step that is told from where it stands, or that says who a buyer is."""
_STEPS: Final = {
    "customer_erased_at": "What the buyer told was erased",
    "quarantine_id": "Accepted out of quarantine",
}
"""Steps that the audit log alone knows, by the column that says it."""
_COLUMNS: Final = {
    "total_amount": "paid",
    "card_amount": "of it by card",
    "ticket_count": "tickets",
    "payment_status": "payment",
    "payment_method": "paid by",
    "operator_id": "operator",
    "rsu_id": "kiosk",
    "event_id": "event",
    "package_id": "package",
}
"""Facts of an order in words. Nothing here ever changes one; where it happened all the same, it is told."""
_OUTCOMES: Final = {"confirmed": "came out whole", "failed": "did not come out whole"}
MESSAGES: Final = {
    "checkout_started": "Checkout begun",
    "order_placed": "Order confirmed",
    "entered": "Entered",
    "winner": "Winner",
    "delivered": "Prize delivered",
    "refunded": "Refund",
    "voided": "Order made void",
    "cancelled": "Event called off",
}

WAYS: Final = {"email": "e-mail", "sms": "text message", "klaviyo": "Klaviyo", "webhook": "webhook"}


@dataclass(frozen=True)
class Item:
    """Something that happened to the order; a kiosk's code for a reason may be the whole of ``detail``."""

    at: datetime
    title: str
    detail: str = ""
    who: str = ""
    where: str = ""
    kind: str = ""
    """``good``, ``warn``, ``bad`` or nothing."""
    seq: int | None = None
    """Its place in the kiosk's chain, where it is an entry of it."""
    hash: str = ""
    finding: UUID | None = None
    claim: UUID | None = None
    place: tuple[datetime, int] | None = None
    """Of a kiosk's entry: when it can have been at the latest, as the office saw it, and its place in the chain."""


@dataclass
class _Sources:
    """What the history is told from."""

    c: Connection
    order: Row[Any]
    unit: str
    received: datetime | None = None
    """When the office took the sale in, where it came in a chain."""
    items: list[Item] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def add(self, item: Item) -> None:
        if item.who:
            self.ids.add(item.who)
        self.items.append(item)


def of_order(c: Connection, order: UUID) -> list[Item]:
    """What happened to this order, oldest first; empty where there is no such order."""
    o = m.orders
    row = c.execute(
        select(o, m.rsus.c.name.label("unit"))
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .where(o.c.id == order)
    ).one_or_none()
    if row is None:
        return []
    here = _Sources(c, row, row.unit or ("the web shop" if row.source == "online" else "the office"))
    for source in (
        _sale,
        _prints,
        _voids,
        _refunds,
        _exclusions,
        _findings,
        _messages,
        _claims,
        _changes,
    ):
        source(here)
    names = shifts.names(c, here.ids)
    return _in_order([_named(item, names) for item in here.items], _taken_in(here))


def _in_order(told: list[Item], taken_in: Item | None) -> list[Item]:
    """As things followed one another, whatever the clocks say.

    In a chain the place decides, and no entry was made after it came in. The sale comes first, and the office can do
    nothing about an order before it has it.
    """
    journalled = sorted((one for one in told if one.place is not None), key=lambda one: one.seq or 0)
    others = sorted((one for one in told if one.place is None), key=lambda one: one.at)
    if taken_in is None:
        return journalled + others
    placed: list[tuple[datetime, int, Item]] = []
    reached = datetime.min.replace(tzinfo=UTC)
    for one in journalled:
        assert one.place is not None
        reached = max(reached, min(one.at, one.place[0]))
        placed.append((reached, 0, one))
    placed.append((taken_in.at, 1, taken_in))
    placed += [(max(one.at, taken_in.at), 2, one) for one in others]
    return [one for _, _, one in sorted(placed, key=lambda one: one[:2])]


def entry(c: Connection, order: UUID, seq: int) -> Row[Any] | None:
    """An entry of the chain that this order came in, as received, if it is about this order; with its signature."""
    o = m.orders
    row = c.execute(select(o).where(o.c.id == order)).one_or_none()
    if row is None or row.rsu_id is None:
        return None
    j, q = m.rsu_journal, m.rsu_quarantine
    if row.quarantine_id is not None and seq == row.journal_seq:
        return c.execute(select(q).where(q.c.id == row.quarantine_id)).one_or_none()
    return c.execute(
        select(j).where(
            j.c.rsu_id == row.rsu_id,
            j.c.epoch == row.epoch,
            j.c.seq == seq,
            _holds(order),
        )
    ).one_or_none()


def _named(item: Item, names: dict[str, str]) -> Item:
    return item if item.who not in names else Item(**{**item.__dict__, "who": names[item.who]})


def _holds(order: UUID) -> ColumnElement[bool]:
    """An entry's bytes name this order somewhere."""
    named = literal(str(order).encode(), LargeBinary)
    return func.position(named.op("IN")(m.rsu_journal.c.entry)) > 0


def _moment(at_ms: int | None, received: datetime) -> datetime:
    return utc(at_ms) if at_ms is not None and 0 <= at_ms <= MOMENT_MS_MAX else received


# The kiosk's chain ----------------------------------------------------------------------------------


def _sale(here: _Sources) -> None:
    row = here.order
    if row.journal_seq is None:
        here.add(
            Item(
                row.offline_created_at or row.created_at,
                "Sold",
                books.shown(row.total_amount, row.currency),
                str(row.operator_id or ""),
                here.unit,
                "good",
            )
        )
        return
    said = entry(here.c, row.id, row.journal_seq)
    body = books.body_of(None if said is None else said.entry)
    if said is None or not isinstance(body, sale.Sale):
        return
    here.received = said.received_at
    paid = body.payment
    ways = {
        "cash": " in cash",
        "card": " by card",
        "split": f", {books.shown(paid.card, row.currency)} of it by card",
    }
    words = [f"{books.shown(row.total_amount, row.currency)}{ways[paid.method]}"]
    if len(body.lines) > 1:
        words.append(
            f"one of {len(body.lines)} tickets of the sale, {books.shown(paid.amount, row.currency)} together"
        )
    if paid.change:
        words.append(f"{books.shown(paid.change, row.currency)} change given")
    if paid.reference:
        words.append(f"payment reference {paid.reference}")
    words += ["age checked"] * body.age_checked
    words += ["at self-service"] * (body.self_service and row.source != "online")
    here.add(
        Item(
            row.offline_created_at or _moment(getattr(said, "at_ms", None), said.received_at),
            "Sold as a test" if row.is_test else "Sold",
            "; ".join(words),
            body.operator,
            here.unit,
            "good",
            row.journal_seq,
            bytes(said.hash).hex(),
            place=(said.received_at, row.journal_seq),
        )
    )


def _prints(here: _Sources) -> None:
    """Prints, copies, counterfoils and voids, as the kiosk journalled them behind the sale."""
    row, j = here.order, m.rsu_journal
    if row.rsu_id is None or row.journal_seq is None:
        return
    found = here.c.execute(
        select(j)
        .where(
            j.c.rsu_id == row.rsu_id,
            j.c.epoch == row.epoch,
            j.c.seq > row.journal_seq,
            j.c.kind.in_(_ABOUT),
            _holds(row.id),
        )
        .order_by(j.c.seq)
        .limit(ENTRIES_MAX)
    )
    for one in found:
        body = books.body_of(one.entry)
        if body is None or getattr(body, "order", None) != str(row.id):
            continue
        title, detail, who, kind = _told(body, row.currency)
        here.add(
            Item(
                _moment(one.at_ms, one.received_at),
                title,
                detail,
                who,
                here.unit,
                kind,
                one.seq,
                bytes(one.hash).hex(),
                place=(one.received_at, one.seq),
            )
        )


def _told(body: sale.Body, currency: str) -> tuple[str, str, str, str]:
    """Title, detail, who, kind."""
    match body:
        case sale.Printed():
            what = "Ticket printed" if body.copy == 0 else f"Copy {body.copy} printed"
            title = what if body.outcome == "confirmed" else what.replace("printed", "not printed")
            detail = f"It {_OUTCOMES[body.outcome]}, said the {body.said_by}. {body.detail}".strip()
            return title, detail, "", "" if body.outcome == "confirmed" else "warn"
        case sale.Reprinted():
            return f"Copy {body.copy} asked for, marked REPRINT {body.copy}", body.reason, body.by, "warn"
        case sale.CounterfoilsPrinted():
            what = (
                "Counterfoils printed" if body.copy == 0 else f"Counterfoils printed again, copy {body.copy}"
            )
            detail = f"{body.count} of them; they {_OUTCOMES[body.outcome]}, said the {body.said_by}."
            return what, detail, body.by, "" if body.copy == 0 else "warn"
        case sale.Voided():
            back = []
            if body.returned:
                back.append(f"{books.shown(body.returned, currency)} given back in cash")
            if body.returned_card:
                back.append(f"{books.shown(body.returned_card, currency)} given back at the terminal")
            title = "Misprint: made void at the kiosk" if body.misprint else "Made void at the kiosk"
            return ", ".join([title, *back]), body.reason, body.by, "bad"
    return body.__struct_config__.tag or "Entry", "", "", ""  # type: ignore[return-value]  # tags are texts here


def _taken_in(here: _Sources) -> Item | None:
    if here.received is None:
        return None
    doubted = here.order.offline_sync_status == "failed"
    words = "in doubt: a finding about it blocks the draw" if doubted else ""
    return Item(here.received, "Taken in by the office", words, "", "the office", "warn" if words else "")


# The office -----------------------------------------------------------------------------------------


def _voids(here: _Sources) -> None:
    v = m.voids
    row = here.c.execute(select(v).where(v.c.order_id == here.order.id)).one_or_none()
    if row is None:
        return
    if row.source == "office" or row.seq is None:
        here.add(
            Item(
                row.at,
                "Made void in the office",
                row.reason,
                str(row.by_user or row.by_name),
                "the office",
                "bad",
            )
        )
    if row.acknowledged_at is not None:
        here.add(Item(row.acknowledged_at, "Void acknowledged", "", str(row.acknowledged_by), "the office"))


def _refunds(here: _Sources) -> None:
    r = m.refunds
    row = here.c.execute(select(r).where(r.c.order_id == here.order.id)).one_or_none()
    if row is None:
        return
    amount = money.text(row.amount, row.currency)
    here.add(
        Item(
            row.asked_at,
            f"Refund of {amount} asked for",
            row.reason,
            str(row.asked_by or ""),
            "the office",
            "warn",
        )
    )
    if row.first_sent_at is not None:
        words = f"{row.attempts} times asked" if row.attempts > 1 else ""
        here.add(Item(row.first_sent_at, "Payment provider asked to pay back", words, "", "the office"))
    if row.done_at is not None:
        words = f"reference {row.provider_reference}" if row.provider_reference else ""
        by = str(row.done_by or "")
        here.add(
            Item(
                row.done_at,
                f"{amount} paid back",
                words,
                by,
                "the office" if by else "the payment provider",
                "good",
            )
        )


def _exclusions(here: _Sources) -> None:
    x = m.exclusions
    for row in here.c.execute(select(x).where(x.c.order_id == here.order.id).limit(ROWS_MAX)):
        here.add(
            Item(
                row.decided_at, "Kept out of the draw", row.reason, str(row.decided_by), "the office", "warn"
            )
        )
        if row.lifted_at is not None:
            here.add(
                Item(
                    row.lifted_at,
                    "Let into the draw again",
                    row.lifted_reason,
                    str(row.lifted_by),
                    "the office",
                )
            )


def _findings(here: _Sources) -> None:
    f, row = m.findings, here.order
    mine = f.c.subject == str(row.id)
    if row.rsu_id is not None and row.journal_seq is not None:
        mine = or_(mine, and_(f.c.rsu_id == row.rsu_id, f.c.epoch == row.epoch, f.c.seq == row.journal_seq))
    about = select(f).where(f.c.event_id == row.event_id, mine).order_by(f.c.opened_at).limit(ROWS_MAX)
    for one in here.c.execute(about):
        words = (
            "It blocks the draw until somebody decides." if one.blocking and one.decided_at is None else ""
        )
        here.add(
            Item(
                one.opened_at,
                f"Doubted: {one.kind.replace('_', ' ')}",
                words,
                "",
                "the office",
                "warn",
                finding=one.id,
            )
        )
        if one.decided_at is not None:
            here.add(
                Item(
                    one.decided_at,
                    f"Decided: {one.decision}",
                    one.reason or "",
                    str(one.decided_by),
                    "the office",
                    finding=one.id,
                )
            )


def _messages(here: _Sources) -> None:
    n, o = m.notifications, m.orders
    # A checkout has one receipt, which stands with the first of its orders.
    bought = select(o.c.id).where(o.c.sale_id == here.order.sale_id, o.c.source == "online")
    receipt = and_(n.c.kind == "order_placed", n.c.once.startswith("checkout/"), n.c.order_id.in_(bought))
    found = (
        select(n).where(or_(n.c.order_id == here.order.id, receipt)).order_by(n.c.created_at).limit(ROWS_MAX)
    )
    for row in here.c.execute(found):
        title = f"Message: {MESSAGES.get(row.kind, row.kind.replace('_', ' '))}"
        state = {"queued": "waits to be sent", "sending": "is being sent"}.get(row.state, row.state)
        words = f"by {WAYS.get(row.channel, row.channel)}; {state}"
        kind = "warn" if row.state in {"failed", "unclear"} else ""
        here.add(Item(row.sent_at or row.created_at, title, words, "", "the office", kind))


def _claims(here: _Sources) -> None:
    """What it won, of official draws alone (D6), and what was paid."""
    t, r, d, p, k = m.tickets, m.draw_results, m.draw_executions, m.prizes, m.prize_claims
    found = here.c.execute(
        select(r.c.winning_number, r.c.reserve, p.c.name, d.c.official_at, k, m.rsus.c.name.label("unit"))
        .join(t, t.c.id == r.c.winning_ticket_id)
        .join(d, d.c.id == r.c.draw_execution_id)
        .join(p, p.c.id == r.c.prize_id)
        .outerjoin(k, k.c.draw_result_id == r.c.id)
        .outerjoin(m.rsus, m.rsus.c.id == k.c.rsu_id)
        .where(t.c.order_id == here.order.id, d.c.official_at.is_not(None))
        .order_by(d.c.official_at, r.c.position)
        .limit(ROWS_MAX)
    )
    for row in found:
        line = "in line behind the winners" if row.reserve else ""
        here.add(
            Item(
                row.official_at, f"Number {row.winning_number} won: {row.name}", line, "", "the draw", "good"
            )
        )
        if row.claimed_at is not None:
            amount = "" if row.amount is None else money.text(row.amount, here.order.currency)
            where = row.unit or row.desk or "the claims desk"
            here.add(
                Item(
                    row.claimed_at,
                    "Prize paid",
                    amount,
                    str(row.verified_by or ""),
                    where,
                    "good",
                    claim=row.id,
                )
            )
        if row.delivered_at is not None:
            here.add(
                Item(
                    row.delivered_at,
                    "Prize delivered",
                    row.delivery_note or "",
                    str(row.delivered_by),
                    "the office",
                    "good",
                    claim=row.id,
                )
            )


def _changes(here: _Sources) -> None:
    """What the audit log alone knows: steps that stand nowhere else, and any change of what was a fact."""
    a = m.audit_log
    found = here.c.execute(
        select(a)
        .where(a.c.record_id == here.order.id, a.c.table_name == "orders", a.c.operation == "UPDATE")
        .order_by(a.c.id)
        .limit(CHANGES_MAX)
    )
    for row in found:
        by = str(row.changed_by or "")
        where = "the office" if by else "the server"
        old, new = row.old_data or {}, row.new_data or {}
        changed = [
            name for name in sorted((old.keys() | new.keys()) - _TOLD) if old.get(name) != new.get(name)
        ]
        for name in changed:
            if name in _STEPS and new.get(name) is not None:
                here.add(Item(row.changed_at, _STEPS[name], "", by, where))
        facts = [name for name in changed if name not in _STEPS and not _voided(name, new)]
        if facts:
            words = "; ".join(_difference(here, name, old, new) for name in facts)
            here.add(Item(row.changed_at, "Record changed", words, by, where, "warn"))


def _voided(name: str, new: Json) -> bool:
    """A void says so itself."""
    return name == "payment_status" and new.get(name) == "void"


def _difference(here: _Sources, name: str, old: Json, new: Json) -> str:
    before, after = (_value(here, name, side.get(name)) for side in (old, new))
    return f"{_COLUMNS.get(name, name.replace('_', ' '))}: {before} → {after}"


def _value(here: _Sources, name: str, value: object) -> str:
    """A fact as people know it: amounts in the order's currency, people and things by name."""
    if value is None:
        return "nothing"
    if name in {"total_amount", "card_amount"} and isinstance(value, int):
        return books.shown(value, here.order.currency)
    named = {
        "operator_id": (m.users, "display_name"),
        "rsu_id": (m.rsus, "name"),
        "event_id": (m.raffle_events, "name"),
        "package_id": (m.ticket_packages, "name"),
    }.get(name)
    if named is not None:
        table, column = named
        known = here.c.scalar(select(table.c[column]).where(table.c.id == UUID(str(value))))
        return str(known or "one that is gone")
    return str(value)[:100]
