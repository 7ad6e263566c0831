"""Refunds: an order is made void as a whole, its price goes back once, and it stays known where the money is.

A refund acts on the order, never on one ticket of it. ``orders.payment_status`` stays ``void``, so that the reports go
on agreeing with the journals; what became of the money is said here. Cash and cards are paid back by people, who note
it; what was paid on line goes back through the payment provider, under a key that is the refund's own, so that a
repeat pays nothing twice. An event that is called off gets a *round*: its orders are made void in portions, and what
kiosks hand in later as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Text, cast, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import money
from shared.errors import Fault, Refused
from syncserver import checkout, confirmations, derive, events, notifications, reconcile
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office
from syncserver.payments import Returned, Told

ROUND_AT_ONCE: Final = 500
"""Orders of a round that one transaction makes void: kiosks that upload wait for it."""
ROUND_PORTIONS_MAX: Final = 40
"""Portions in one run of the timed work; the next goes on."""
SENT_AT_ONCE: Final = 50
RUN_MS_MAX: Final = 10_000
"""A run asks the provider nothing more after so long; the next goes on."""
RETRY_S: Final = (60, 300, 900, 3_600)
"""How long a refund waits after each try that the provider did not answer; the last goes on."""
SENT_FOR: Final = timedelta(hours=20)
"""How long a repeat under the same key surely pays nothing twice (the provider keeps keys for a day)."""
REFERENCE_CHARS_MAX: Final = 200
PROBLEM_CHARS_MAX: Final = 500

GIVEN_DAYS_MAX: Final = 366
"""How long ago money can have been given back that is only noted now."""

METHODS: Final = ("cash", "card", "split", "stripe", "other")
STATES: Final = ("due", "sent", "done", "failed")
ONLINE: Final = "online"
CASH: Final = "cash"
BY_HAND: Final = ("cash", "card", "other")
"""How a person can have given back what was paid on line."""
STRIPE: Final = "stripe"


class Door(Protocol):
    """What pays back at the payment provider; see ``payments.Door``."""

    def refund(
        self,
        payment_intent: str,
        amount: int,
        currency: str,
        key: str,
        *,
        attempt: str = "",
        tried: bool = False,
    ) -> str:
        """Pay ``amount`` (minor units) back once for ``key``; the provider's name for it. Raises Fault, Refused."""
        ...


class Lister(Protocol):
    """What knows the refunds of a payment; see ``payments.Door``."""

    def refunds(self, payment_intent: str) -> list[Returned]:
        """All that stand, whoever asked for them."""
        ...


@dataclass(frozen=True)
class Prospect:
    """What making an order void, and paying it back, would do: shown before it is done."""

    refused: Refused | None
    """Why it cannot be, where it cannot."""
    amount: int
    """Minor units that would be due; 0 where no money was taken."""
    method: str
    card_amount: int
    unconfirms: bool
    """The event's reconciliation was confirmed, and would have to be confirmed again."""


def prospect(c: Connection, order: UUID) -> Prospect:
    """What would happen. ``Refused`` (``unknown_order``) where there is no such order."""
    row = _order(c, order)
    event = events.get(c, row.event_id)
    why: Refused | None = None
    if row.payment_status == "void":
        why = Refused("already_void", "This order is void already.")
    elif events.main_frozen(c, row.event_id):
        why = Refused(
            "pool_frozen",
            "The pool is frozen: this order takes part in the draw, and nothing can be made void any more.",
        )
    elif events.frozen(c, row.event_id, order):
        why = Refused("pool_frozen", "This order is in a draw that is under way, or has won in one.")
    amount = 0 if row.is_test else row.total_amount
    return Prospect(
        why,
        amount,
        _method(row),
        row.card_amount,
        event.reconciliation_confirmed_at is not None and why is None,
    )


def ask(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> UUID:
    """Let the order's price go back to its buyer: it is made void where it is not yet, and the refund is due.

    ``Refused``: ``unknown_order``, ``reason``, ``already_asked``, ``no_money``, ``given_back`` (at the kiosk), or what
    :func:`reconcile.void_order` says.
    """
    reason = reasoned(reason)
    row = _opened(office, c, order, reason, by)
    made = c.execute(insert(m.refunds).values(_due(office, row, reason, by)).returning(m.refunds.c.id))
    link = checkout.link_of(office, c, order)
    confirmations.tell_refund(office, c, order, reason, _method(row), link)
    return UUID(str(made.scalar_one()))


def given(
    office: Office,
    c: Connection,
    order: UUID,
    how: str,
    on: date,
    reference: str,
    reason: str,
    by: UUID,
) -> UUID:
    """Note that a person gave back what was paid on line, some other way than through the provider: a refund that is
    done. The order is made void where it is not yet; ``on`` is the day, by the venue's clock.

    ``Refused`` as for :func:`ask`, and ``how``, ``on``, ``reference``, ``not_on_line``.
    """
    reason, reference = reasoned(reason), _reference(reference, needed=True)
    if how not in BY_HAND:
        raise Refused("how", "Choose how the money was given back.")
    row = _order(c, order)
    if row.source != ONLINE:
        raise Refused("not_on_line", "This order was not paid on line.", "Pay it back, and note it then.")
    at = _noted(office, on, _zone(c, row.event_id), row.offline_created_at or row.created_at)
    row = _opened(office, c, order, reason, by)
    values = _due(office, row, reason, by) | {
        "method": how,
        "card_amount": row.total_amount if how == "card" else 0,
        "state": "done",
        "done_at": at,
        "done_by": by,
        "provider_reference": reference,
    }
    made = c.execute(insert(m.refunds).values(values).returning(m.refunds.c.id))
    confirmations.tell_refund(office, c, order, reason, "given", checkout.link_of(office, c, order))
    return UUID(str(made.scalar_one()))


def void(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> None:
    """Make an order void of which no money goes back through the office, and tell its buyer.

    ``Refused``: ``paid_on_line`` where money has to go back, or what :func:`reconcile.void_order` says.
    """
    row = _order(c, order)
    if row.source == ONLINE and row.payment_status == "paid" and not row.is_test and row.total_amount > 0:
        raise Refused("paid_on_line", "This order was paid on line.", "Pay it back: that makes it void too.")
    reconcile.void_order(office, c, order, reason, by)
    confirmations.tell_void(office, c, order, reason)


def _opened(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> Row[Any]:
    """The order, void from now on, where its money has still to go back; its event is locked."""
    row = _order(c, order)
    events.locked(c, row.event_id)
    row = _order(c, order)
    if c.scalar(select(m.refunds.c.id).where(m.refunds.c.order_id == order)) is not None:
        raise Refused("already_asked", "This order’s money is being paid back already.", "See the refunds.")
    if row.is_test or row.total_amount == 0:
        raise Refused("no_money", "No money was taken for this order.", "Make it void instead.")
    if row.payment_status != "void":
        reconcile.void_order(office, c, order, reason, by)
    elif at_kiosk(c, order) is not None:
        raise Refused("given_back", "The kiosk has given this order’s money back already.")
    return row


def at_kiosk(c: Connection, order: UUID) -> int | None:
    """What the kiosk gave back of this order in cash, minor units; the rest of its price went back at the card
    terminal. None where its journal does not say that it gave anything back.
    """
    v = m.voids
    found: int | None = c.scalar(select(v.c.returned).where(v.c.order_id == order))
    return found


def _zone(c: Connection, event: UUID) -> ZoneInfo:
    e, v = m.raffle_events, m.venues
    found = c.scalar(select(v.c.timezone).join(e, e.c.venue_id == v.c.id).where(e.c.id == event))
    return ZoneInfo(found or "UTC")


def _noted(office: Office, on: date, zone: ZoneInfo, sold: datetime) -> datetime:
    """The moment that stands for a day: its end, or now where it is today."""
    today = office.now().astimezone(zone).date()
    if not sold.astimezone(zone).date() <= on <= today or today - on > timedelta(days=GIVEN_DAYS_MAX):
        raise Refused(
            "on",
            "That day will not do.",
            "Choose the day on which it was given back: after the sale, until today.",
        )
    return office.now() if on == today else datetime.combine(on, time(23, 59), zone)


def ask_all(office: Office, c: Connection, event: UUID, reason: str, by: UUID) -> int:
    """Let every order of a cancelled event be paid back (E4); how many that is by now.

    The first are made void at once, the others by the timed work, and so is what kiosks hand in later.
    ``Refused`` (``not_cancelled``) where the event is not called off.
    """
    reason = reasoned(reason)
    if events.locked(c, event).state != "cancelled":
        raise Refused("not_cancelled", "Only an event that is called off is paid back as a whole.")
    c.execute(
        upsert(m.refund_rounds)
        .values(event_id=event, reason=reason, asked_by=by, asked_at=office.now())
        .on_conflict_do_nothing()
    )
    count = c.scalar(select(func.count()).where(*_to_pay_back(event)))
    _portion(office, c, event)
    return int(count or 0)


def done_by_hand(
    office: Office, c: Connection, refund: UUID, by: UUID, reference: str = "", *, twice: bool | None = None
) -> None:
    """Note that a person has paid the money back; ``reference`` is their receipt's or the card terminal's.

    Where the kiosk's journal says that it has given the money back, ``twice`` has to say whether it was paid by the
    office all the same; where it was not, the refund ends as given back at the kiosk.

    ``Refused``: ``unknown_refund``, ``done`` already, ``sent`` (the provider may have paid it), ``reference``,
    ``given_back`` where it is not said.
    """
    reference = _reference(reference)
    row = _locked(c, refund)
    if row.state == "done":
        raise Refused("done", "This was paid back already.")
    if row.state == "sent" or (row.method == STRIPE and row.state == "due" and row.attempts):
        raise Refused(
            "sent",
            "The payment provider was asked to pay this, and may have done it.",
            "Wait for its answer, or look it up there.",
        )
    if at_kiosk(c, row.order_id) is not None:
        if twice is None:
            raise Refused(
                "given_back",
                "The kiosk has given this order’s money back already.",
                "Say whether it was paid here as well.",
            )
        if not twice:
            _finish(office, c, row, by, reference or None, at_kiosk=True)
            return
    _finish(office, c, row, by, _reference(reference, needed=row.method != CASH) or None)


def _reference(given: str, *, needed: bool = False) -> str:
    """What names a payment that a person made. ``Refused`` (``reference``)."""
    given = given.strip()
    if len(given) > REFERENCE_CHARS_MAX or "\x00" in given:
        raise Refused("reference", f"A reference has at most {REFERENCE_CHARS_MAX} characters.")
    if needed and not given:
        raise Refused(
            "reference",
            "A reference is needed.",
            "Write down what the card terminal, the bank or the provider calls it.",
        )
    return given


def again(c: Connection, refund: UUID) -> None:
    """Let the provider be asked once more for a refund that failed. ``Refused`` (``not_failed``) otherwise."""
    row = _locked(c, refund)
    if row.state != "failed" or row.method != STRIPE:
        raise Refused("not_failed", "Only what the payment provider refused can be tried again.")
    c.execute(
        update(m.refunds)
        .where(m.refunds.c.id == refund)
        .values(state="due", next_at=None, first_sent_at=None, problem=None)
    )


def run_due(office: Office, door: Door | None = None) -> list[str]:
    """The timed work: go on with rounds, and ask the provider for what is due there; what was done, in words.

    Without a ``door`` what was paid on line stays due, and says so on its page.
    """
    done = _go_on(office)
    if door is not None:
        until = office.clock.monotonic_ms() + RUN_MS_MAX
        for _ in range(SENT_AT_ONCE):
            if office.clock.monotonic_ms() >= until:
                break
            row = _claim(office)
            if row is None:
                break
            words, answered = _send(office, door, row)
            done.append(words)
            if not answered:
                break
    return done


# Rounds ---------------------------------------------------------------------------------------------


def _go_on(office: Office) -> list[str]:
    k, o, e = m.refund_rounds, m.orders, m.raffle_events
    s = m.sales_sums
    left = (
        select(func.sum(s.c.amount) - func.sum(s.c.void_amount))
        .where(s.c.event_id == k.c.event_id)
        .scalar_subquery()
    )
    with office.begin() as c:
        waiting = c.execute(
            select(k.c.event_id, e.c.name)
            .join(e, e.c.id == k.c.event_id)
            # The sums say at once that nothing is left; only where they say more are the orders looked through.
            .where(
                left > 0,
                exists(select(o.c.id).where(o.c.event_id == k.c.event_id, *_standing())),
            )
            .order_by(k.c.asked_at)
        ).all()
    done = []
    for row in waiting:
        count = 0
        for _ in range(ROUND_PORTIONS_MAX):
            with office.begin() as c:
                events.locked(c, row.event_id)
                made = _portion(office, c, row.event_id)
            count += made
            if made < ROUND_AT_ONCE:
                break
        done.append(f"{count} orders of {row.name} are to be paid back")
    return done


def _standing() -> tuple[Any, ...]:
    o = m.orders
    return o.c.payment_status == "paid", ~o.c.is_test, o.c.total_amount > 0


def _to_pay_back(event: UUID) -> tuple[Any, ...]:
    return m.orders.c.event_id == event, *_standing()


def _portion(office: Office, c: Connection, event: UUID) -> int:
    """Make the next orders of a round void, and their refunds due; how many. The event's row is locked."""
    o, e = m.orders, m.raffle_events
    said = c.execute(select(m.refund_rounds).where(m.refund_rounds.c.event_id == event)).one()
    rows = c.execute(
        select(o).where(*_to_pay_back(event)).order_by(o.c.id).limit(ROUND_AT_ONCE).with_for_update()
    ).all()
    if not rows:
        return 0
    name = c.scalar(select(m.users.c.display_name).where(m.users.c.id == said.asked_by))
    less = derive.apply_voids(
        c,
        [
            {
                "order_id": row.id,
                "event_id": event,
                "validation_number": row.validation_number,
                "kind": "void",
                "reason": said.reason,
                "source": "office",
                "by_user": said.asked_by,
                "by_name": name or str(said.asked_by),
                "at": office.now(),
            }
            for row in rows
        ],
    )
    c.execute(
        upsert(m.refunds)
        .values([_due(office, row, said.reason, said.asked_by) for row in rows])
        .on_conflict_do_nothing(index_elements=["order_id"])
    )
    c.execute(update(e).where(e.c.id == event).values(total_sold=e.c.total_sold - less.get(event, 0)))
    return len(rows)


# The provider ---------------------------------------------------------------------------------------


def _claim(office: Office) -> Row[Any] | None:
    """Take what is due next at the provider, so that no other worker does; ``sent`` until its answer is known."""
    r, o = m.refunds, m.orders
    now = office.now()
    with office.begin() as c:
        due = c.scalars(
            select(r.c.id)
            .where(
                r.c.method == STRIPE,
                r.c.state.in_(["due", "sent"]),
                or_(r.c.next_at.is_(None), r.c.next_at <= now),
            )
            .order_by(r.c.next_at.nulls_first(), r.c.asked_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if due is None:
            return None
        wait = timedelta(seconds=RETRY_S[-1])
        # Should this process end now, another asks again under the same key, once this wait is over.
        c.execute(
            update(r)
            .where(r.c.id == due)
            .values(
                state="sent",
                attempts=r.c.attempts + 1,
                first_sent_at=func.coalesce(r.c.first_sent_at, now),
                next_at=now + wait,
            )
        )
        return c.execute(
            select(r, o.c.payment_reference).join(o, o.c.id == r.c.order_id).where(r.c.id == due)
        ).one()


def _send(office: Office, door: Door, row: Row[Any]) -> tuple[str, bool]:
    """Ask for one refund and keep the answer: what was done, in words, and whether the provider answered.

    Where it did not, the others wait for the next run: each would wait as long in vain, and the worker with it.
    """
    if not row.payment_reference:
        return _failed(office, row, "The order names no payment."), True
    if office.now() - row.first_sent_at > SENT_FOR:
        words = "The payment provider gave no answer for a day; look up there whether it was paid back."
        return _failed(office, row, words), True
    try:
        # No transaction is open here: the provider may take its time.
        named = door.refund(
            row.payment_reference,
            row.amount,
            row.currency,
            str(row.id),
            # The same for every repeat after silence, and another one once a person tries again what was refused.
            attempt=str(int(row.first_sent_at.timestamp())),
            tried=row.attempts > 1,
        )
    except Refused as refused:
        return _failed(office, row, str(refused)), True
    except Fault as fault:
        wait = RETRY_S[min(row.attempts, len(RETRY_S)) - 1]
        with office.begin() as c:
            c.execute(
                update(m.refunds)
                .where(m.refunds.c.id == row.id, m.refunds.c.state == "sent")
                .values(
                    problem=str(fault)[:PROBLEM_CHARS_MAX], next_at=office.now() + timedelta(seconds=wait)
                )
            )
        return f"the refund {row.id} waits: {fault.code}", False
    with office.begin() as c:
        kept = _locked(c, row.id)
        if kept.state not in {"done", "failed"}:
            _finish(office, c, kept, None, named)
    return f"the refund {row.id} is done", True


def _failed(office: Office, row: Row[Any], words: str) -> str:
    with office.begin() as c:
        gone = c.execute(
            update(m.refunds)
            .where(m.refunds.c.id == row.id, m.refunds.c.state == "sent")
            .values(state="failed", problem=words[:PROBLEM_CHARS_MAX], next_at=None)
        )
        if gone.rowcount:
            critical_event(
                c,
                "refund_failed",
                "ERROR",
                f"{money.text(row.amount, row.currency)} of order {row.order_id} was not paid back: {words}",
                event_id=row.event_id,
            )
    return f"the refund {row.id} failed"


def hear(office: Office, told: Told) -> str:
    """Take in, once, that a payment is disputed or that a refund came back; what was done, in words.

    The organisation's administrators are told. The tickets stay what they are until a person decides.
    """
    trouble = told.trouble
    if trouble is None or not trouble.intent:
        return "nothing to do"
    o, b, r, e = m.orders, m.checkouts, m.refunds, m.raffle_events
    with office.begin() as c:
        paid = c.execute(select(b).where(b.c.payment_intent == trouble.intent).with_for_update()).first()
        orders = c.execute(
            select(o.c.id, o.c.event_id, e.c.name, e.c.organization_id)
            .join(e, e.c.id == o.c.event_id)
            .where(o.c.payment_reference == trouble.intent, o.c.source == ONLINE)
            .order_by(o.c.line_no)
        ).all()
        if paid is None and not orders:
            return "nothing to do"
        new = c.execute(
            upsert(m.payment_events)
            .values(id=told.id, type=told.type, checkout_id=paid and paid.id, received_at=office.now())
            .on_conflict_do_nothing()
            .returning(m.payment_events.c.id)
        ).first()
        if new is None:
            return "heard before"
        total = money.text(trouble.amount, trouble.currency)
        where = f"checkout {paid.id}" if paid is not None else f"order {orders[0].id}"
        about = orders[0] if orders else None
        if trouble.disputed:
            words = f"The buyer’s bank disputes the payment of {total} for {where} ({trouble.id})."
            todo = "Answer at Stripe in time, and decide about the tickets: they are still in the draw."
        else:
            words = f"The refund of {total} for {where} did not reach the buyer ({trouble.id})."
            todo = "Try it again on the page Refunds, or pay it back another way."
            lost = c.execute(
                update(r)
                .where(
                    or_(r.c.provider_reference == trouble.id, cast(r.c.id, Text) == trouble.key),
                    r.c.order_id.in_([one.id for one in orders]),
                    r.c.state != "due",
                )
                .values(
                    state="failed",
                    problem=words[:PROBLEM_CHARS_MAX],
                    done_at=None,
                    done_by=None,
                    next_at=None,
                )
                .returning(r.c.order_id)
            ).scalar_one_or_none()
            about = next((one for one in orders if one.id == lost), about)
            if paid is not None and paid.state == "refunded":
                c.execute(
                    update(b)
                    .where(b.c.id == paid.id)
                    .values(
                        state="refund_due",
                        refund_reference=None,
                        refund_tries=checkout.REFUND_TRIES_MAX,
                        problem=words[:PROBLEM_CHARS_MAX],
                    )
                )
        event = about.event_id if about is not None else None
        if event is None and paid is not None:
            line = m.checkout_lines
            event = c.scalar(select(line.c.event_id).where(line.c.checkout_id == paid.id).limit(1))
        code = "payment_disputed" if trouble.disputed else "refund_failed"
        critical_event(c, code, "ERROR", f"{words} {todo}", event_id=event)
        organisation = paid.organization_id if paid is not None else orders[0].organization_id
        page = f"/admin/orders/{about.id}" if about is not None else "/admin/refunds"
        notifications.enqueue_staff(
            office,
            c,
            organisation,
            "alarm",
            once=f"payment:{told.id}",
            facts={
                "what": words,
                "todo": todo,
                "event": "" if about is None else about.name,
                "link": office.config.public_url + page,
            },
            event=event,
        )
    return code


# Paid back by hand at the provider -------------------------------------------------------------------


def hear_back(office: Office, lister: Lister, told: Told) -> str:
    """Take in, once, money that somebody gave back at the provider without the office; what was done, in words.

    What the office itself asked for is known by its key, and done by then. Where it is clear of which orders the
    money is, they are void and their refunds done. Where it is not, a draw holds them, or it went back twice, a
    person has to decide. Raises ``Fault`` where the provider has to be asked and does not answer.
    """
    said = told.returned
    if said is None or not said.intent:
        return "nothing to do"
    o, b = m.orders, m.checkouts
    with office.begin() as c:
        known = c.scalar(select(b.c.id).where(b.c.payment_intent == said.intent).limit(1)) or c.scalar(
            select(o.c.id).where(o.c.payment_reference == said.intent, o.c.source == ONLINE).limit(1)
        )
    if known is None:
        return "nothing to do"
    listed = [said] if said.id else lister.refunds(said.intent)
    done = [
        _asked_for(office, lister, one, said.intent) if one.key else _by_hand(office, one) for one in listed
    ]
    return next((words for words in reversed(done) if words != "nothing to do"), "nothing to do")


def _asked_for(office: Office, lister: Lister, back: Returned, intent: str) -> str:
    """A refund that the office asked for: done, if its answer got lost. It is one too many where the refund was noted
    as done by a person's at the provider, who was quicker.
    """
    r, o = m.refunds, m.orders
    mine = (cast(r.c.id, Text) == back.key, r.c.method == STRIPE)
    with office.begin() as c:
        row = c.execute(select(r).where(*mine)).one_or_none()
        if row is None:
            b = m.checkouts
            of_payment = c.scalar(select(b.c.id).where(cast(b.c.id, Text) == back.key))
    if row is None:
        # Of an order, and not known here: the database was restored from before it. The money is gone all the same.
        return "nothing to do" if of_payment is not None else _by_hand(office, back)
    with office.begin() as c:
        row = _locked(c, row.id)
        if row.state == "sent":
            _finish(office, c, row, None, back.id)
            return "noted"
        if row.state != "done" or row.provider_reference in {None, back.id, intent}:
            return "nothing to do"
    standing = {one.id for one in lister.refunds(intent)}
    if not {row.provider_reference, back.id} <= standing:
        return "nothing to do"
    with office.begin() as c:
        about = c.execute(
            select(o.c.event_id, m.raffle_events.c.name, m.raffle_events.c.organization_id)
            .join(m.raffle_events, m.raffle_events.c.id == o.c.event_id)
            .where(o.c.id == row.order_id)
        ).one()
        new = c.execute(
            upsert(m.payment_events)
            .values(id=f"twice/{back.id}", type="refund", received_at=office.now())
            .on_conflict_do_nothing()
            .returning(m.payment_events.c.id)
        ).first()
        if new is None:
            return "heard before"
        words = (
            f"{money.text(back.amount, back.currency)} of the payment {intent} went back twice: by hand at Stripe "
            f"({row.provider_reference}), and by the office ({back.id})."
        )
        todo = "Look it up at Stripe, and ask the buyer for what was too much."
        critical_event(c, "payment_outside", "ERROR", f"{words} {todo}", event_id=about.event_id)
        notifications.enqueue_staff(
            office,
            c,
            about.organization_id,
            "alarm",
            once=f"payment:twice/{back.id}",
            facts={
                "what": words,
                "todo": todo,
                "event": about.name,
                "link": f"{office.config.public_url}/admin/orders/{row.order_id}",
            },
            event=about.event_id,
        )
    return "to be decided"


def _by_hand(office: Office, back: Returned) -> str:
    """One refund that was made at the provider, of orders or of a payment without tickets."""
    o, b, r, e = m.orders, m.checkouts, m.refunds, m.raffle_events
    total = money.text(back.amount, back.currency)
    with office.begin() as c:
        mine = (
            o.c.payment_reference == back.intent,
            o.c.source == ONLINE,
            ~o.c.is_test,
            o.c.total_amount > 0,
        )
        for event in sorted(set(c.scalars(select(o.c.event_id).where(*mine)))):
            events.locked(c, event)
        paid = c.execute(select(b).where(b.c.payment_intent == back.intent).with_for_update()).first()
        new = c.execute(
            upsert(m.payment_events)
            .values(id=back.id, type="refund", checkout_id=paid and paid.id, received_at=office.now())
            .on_conflict_do_nothing()
            .returning(m.payment_events.c.id)
        ).first()
        if new is None or (paid is not None and paid.refund_reference == back.id):
            return "heard before"
        if paid is not None and paid.state == "refund_due" and paid.paid_amount == back.amount:
            c.execute(update(b).where(b.c.id == paid.id).values(state="refunded", refund_reference=back.id))
            return "the payment is paid back"
        if paid is not None and paid.state == "refund_due" and back.amount < (paid.paid_amount or 0):
            # The rest goes back by itself: the provider would refuse the whole.
            c.execute(
                update(b)
                .where(b.c.id == paid.id)
                .values(
                    paid_amount=paid.paid_amount - back.amount,
                    refund_tries=0,
                    refund_round=b.c.refund_round + 1,
                )
            )
            return "a part of the payment is paid back"
        orders = c.execute(
            select(
                o, r.c.id.label("refund"), r.c.state.label("refund_state"), r.c.provider_reference, e.c.name
            )
            .join(e, e.c.id == o.c.event_id)
            .outerjoin(r, r.c.order_id == o.c.id)
            .where(*mine)
            .order_by(o.c.line_no)
        ).all()
        if any(row.provider_reference == back.id for row in orders):
            return "heard before"
        meant = _meant(orders, back.amount)
        held = [row for row in meant if not _noted_back(office, c, row, back.id)]
        words = f"{total} of the payment {back.intent} were given back at Stripe by hand ({back.id})."
        clear = bool(meant) and not held
        todo = (
            "The orders are void, and the refunds are noted."
            if clear
            else "These orders are in a draw and cannot be void: decide what is done about them."
            if held
            else "It is not clear of which order: note it on that order’s page, under “Money was given back some other way”."
        )
        about = next(iter(held or meant or orders), None)
        event = None if about is None else about.event_id
        critical_event(c, "payment_outside", "WARN" if clear else "ERROR", f"{words} {todo}", event_id=event)
        if not clear:
            organisation = paid.organization_id if paid is not None else orders[0].organization_id
            page = "/admin/refunds" if about is None else f"/admin/orders/{about.id}"
            notifications.enqueue_staff(
                office,
                c,
                organisation,
                "alarm",
                once=f"payment:{back.id}",
                facts={
                    "what": words,
                    "todo": todo,
                    "event": "" if about is None else about.name,
                    "link": office.config.public_url + page,
                },
                event=event,
            )
    return "noted" if clear else "to be decided"


def _meant(orders: Sequence[Row[Any]], amount: int) -> list[Row[Any]]:
    """The orders that so much money is of: all that are left, else the one of that price; none where it is not clear."""
    left = [row for row in orders if row.refund_state != "done"]
    if left and sum(row.total_amount for row in left) == amount:
        return left
    same = [row for row in left if row.total_amount == amount]
    asked = [row for row in same if row.refund is not None]
    return asked if len(asked) == 1 else same if len(same) == 1 else []


def _noted_back(office: Office, c: Connection, row: Row[Any], reference: str) -> bool:
    """Note that an order's money went back at the provider, and make it void; False where a draw holds it."""
    reason = "Paid back at the payment provider by hand."
    if row.refund is not None:
        _finish(office, c, _locked(c, row.refund), None, reference)
        return True
    if row.payment_status != "void":
        if prospect(c, row.id).refused is not None:
            return False
        derive.apply_voids(
            c,
            [
                {
                    "order_id": row.id,
                    "event_id": row.event_id,
                    "validation_number": row.validation_number,
                    "kind": "void",
                    "reason": reason,
                    "source": "office",
                    "by_user": None,
                    "by_name": "the payment provider",
                    "at": office.now(),
                }
            ],
        )
        events.refresh_total(c, row.event_id)
        events.unconfirm(c, row.event_id, row.id)
    values = _due(office, row, reason, None) | {
        "state": "done",
        "done_at": office.now(),
        "provider_reference": reference,
    }
    c.execute(insert(m.refunds).values(values))
    confirmations.tell_refund(office, c, row.id, "", STRIPE, checkout.link_of(office, c, row.id))
    return True


# Rows -----------------------------------------------------------------------------------------------


def _method(row: Row[Any]) -> str:
    if row.source == ONLINE:
        return STRIPE
    return row.payment_method if row.payment_method in {"card", "split"} else CASH


def _due(office: Office, row: Row[Any], reason: str, by: UUID | None) -> dict[str, Any]:
    method = _method(row)
    return {
        "order_id": row.id,
        "event_id": row.event_id,
        "amount": row.total_amount,
        "card_amount": row.total_amount if method == STRIPE else row.card_amount,
        "currency": row.currency,
        "method": method,
        "reason": reason,
        "asked_by": by,
        "asked_at": office.now(),
    }


def _order(c: Connection, order: UUID) -> Row[Any]:
    row = c.execute(select(m.orders).where(m.orders.c.id == order)).one_or_none()
    if row is None:
        raise Refused("unknown_order", "There is no such order.")
    return row


def _locked(c: Connection, refund: UUID) -> Row[Any]:
    row = c.execute(select(m.refunds).where(m.refunds.c.id == refund).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown_refund", "There is no such refund.")
    return row


def _finish(
    office: Office,
    c: Connection,
    row: Row[Any],
    by: UUID | None,
    reference: str | None,
    *,
    at_kiosk: bool = False,
) -> None:
    c.execute(
        update(m.refunds)
        .where(m.refunds.c.id == row.id)
        .values(
            state="done",
            done_at=office.now(),
            done_by=by,
            provider_reference=reference,
            problem=None,
            next_at=None,
            at_kiosk=at_kiosk,
        )
    )


def open_sums(c: Connection, event: UUID) -> Mapping[tuple[str, str], tuple[int, int]]:
    """How many orders an event's cancelling would pay back, and how much, by currency and way of payment."""
    o = m.orders
    rows = c.execute(
        select(
            o.c.currency,
            o.c.source,
            o.c.payment_method,
            func.count().label("orders"),
            func.sum(o.c.total_amount).label("amount"),
        )
        .where(*_to_pay_back(event))
        .group_by(o.c.currency, o.c.source, o.c.payment_method)
        .order_by(o.c.currency)
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        key = (row.currency, _method(row))
        count, amount = found.get(key, (0, 0))
        found[key] = (count + int(row.orders), amount + int(row.amount))
    return found


def oldest_due(c: Connection, organisation: UUID) -> datetime | None:
    """Since when the refund that waits longest is due; None where none is."""
    r, e = m.refunds, m.raffle_events
    since: datetime | None = c.scalar(
        select(func.min(r.c.asked_at))
        .join(e, e.c.id == r.c.event_id)
        .where(e.c.organization_id == organisation, r.c.state != "done")
    )
    return since
