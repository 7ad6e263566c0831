"""Calling an event off: what that will do is counted first; then every order is paid back and every buyer told.

It is for an administrator alone, who types the event's own code, so that no other event is called off by a slip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, or_, select, update

from shared import money
from shared.errors import Refused
from syncserver import events, letters, notifications, organisations, phrases, refunds
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

TOLD_AT_ONCE: Final = 200
"""Buyers told in one transaction."""
PORTIONS_MAX: Final = 20
"""Portions in one run of the timed work; the next goes on."""


@dataclass(frozen=True)
class Due:
    """What of one currency goes back in one way."""

    currency: str
    method: str
    """``cash``, ``card``, ``split`` (partly each) or ``stripe`` (on line)."""
    orders: int
    amount: int
    """Minor units."""


@dataclass(frozen=True)
class Consequences:
    """What calling the event off would do now."""

    orders: int
    """That would be paid back."""
    due: tuple[Due, ...]
    reachable: int
    """Orders whose buyers have left an address or a phone number, and would be told."""
    unsynced: int
    """Entries that kiosks with numbers of this event say they have not handed in: they are paid back when they come."""
    linked: tuple[str, ...]
    """Events that are drawn with this one, by name: their tickets would be in no draw."""


def consequences(c: Connection, event: UUID) -> Consequences:
    """What would happen. ``Refused`` (``unknown_event``) where there is no such event."""
    events.get(c, event)
    o, n, a = m.orders, m.rsu_epochs, m.rsu_allocations
    due = tuple(
        Due(currency, method, count, amount)
        for (currency, method), (count, amount) in sorted(refunds.open_sums(c, event).items())
    )
    reachable: int = c.execute(
        select(func.count()).where(o.c.event_id == event, o.c.payment_status == "paid", _reached())
    ).scalar_one()
    units = select(a.c.rsu_id, a.c.epoch).where(a.c.raffle_event_id == event).distinct().subquery()
    unsynced: int = c.execute(
        select(func.coalesce(func.sum(n.c.unsynced_count), 0)).join(
            units, (units.c.rsu_id == n.c.rsu_id) & (units.c.epoch == n.c.epoch)
        )
    ).scalar_one()
    names = tuple(str(events.get(c, other).name) for other in events.linked(c, event))
    return Consequences(sum(one.orders for one in due), due, reachable, int(unsynced), names)


def _reached() -> Any:
    """Whether an order's buyer said how to be reached."""
    info = m.orders.c.customer_info
    return or_(func.coalesce(info["email"].astext, "") != "", func.coalesce(info["phone"].astext, "") != "")


def cancel(office: Office, c: Connection, event: UUID, by: UUID, reason: str, code: str) -> int:
    """Call the event off (E4); how many orders are to be paid back.

    ``code`` is the event's own, typed by whoever does it. ``Refused``: ``code``, ``reason``, ``drawn``, ``linked``
    where others are drawn with it, ``state``.
    """
    words = reasoned(reason)
    row = events.get(c, event)
    if code.strip() != row.event_identifier:
        raise Refused(
            "code",
            "That is not the code of this event.",
            f"To call {row.name} off, type {row.event_identifier}.",
        )
    if others := events.linked(c, event):
        name = events.get(c, others[0]).name
        raise Refused("linked", f"{name} is drawn together with this event.", "Call that one off first.")
    events.cancel(office, c, event, by, words)
    count = refunds.ask_all(office, c, event, words, by)
    critical_event(
        c,
        "event_refunds",
        "WARN",
        f"{row.name}: {count} orders are to be paid back.",
        event_id=event,
        user_id=by,
        metadata={"orders": count},
    )
    return count


def run_due(office: Office) -> list[str]:
    """Tell the buyers of events that were called off; what was done, in words."""
    e, k = m.raffle_events, m.refund_rounds
    with office.begin() as c:
        waiting = c.execute(
            select(e.c.id, e.c.name)
            .join(k, k.c.event_id == e.c.id)
            .where(e.c.state == "cancelled", e.c.cancelled_told_at.is_(None))
            .order_by(e.c.event_number)
        ).all()
    done = []
    for event, name in waiting:
        told = 0
        for _ in range(PORTIONS_MAX):
            with office.begin() as c:
                more, count = _portion(office, c, event)
            told += count
            if not more:
                break
        if told:
            done.append(f"{told} messages tell that {name} was called off")
    return done


def _portion(office: Office, c: Connection, event: UUID) -> tuple[bool, int]:
    """Tell the next buyers: whether there may be more, and how many messages that made."""
    o, e = m.orders, m.raffle_events
    row = events.locked(c, event)
    if row.cancelled_told_at is not None:
        return False, 0
    wanted = select(o).where(o.c.event_id == event, ~o.c.is_test, _reached())
    if row.cancelled_told_upto is not None:
        wanted = wanted.where(o.c.id > row.cancelled_told_upto)
    orders = c.execute(wanted.order_by(o.c.id).limit(TOLD_AT_ONCE)).all()
    reason = c.scalar(select(m.refund_rounds.c.reason).where(m.refund_rounds.c.event_id == event)) or ""
    holder = organisations.get(c, row.organization_id).name
    count = sum(_tell(office, c, row, order, reason, holder) for order in orders)
    more = len(orders) == TOLD_AT_ONCE
    values: dict[str, Any] = {"cancelled_told_upto": orders[-1].id} if orders else {}
    if not more:
        values["cancelled_told_at"] = office.now()
    c.execute(update(e).where(e.c.id == event).values(**values))
    return more, count


def _tell(office: Office, c: Connection, event: Row[Any], order: Row[Any], reason: str, holder: str) -> int:
    info, k, r = order.customer_info or {}, m.refund_rounds, m.refunds
    tongue = letters.language(info.get("language") or "en")
    # Not what was void before: that was paid back, or cost nothing, and was told then.
    due = c.execute(
        select(r.c.amount, r.c.currency, r.c.method)
        .join(k, k.c.event_id == r.c.event_id)
        .where(r.c.order_id == order.id, r.c.asked_at >= k.c.asked_at)
    ).one_or_none()
    return notifications.enqueue(
        office,
        c,
        event.organization_id,
        "cancelled",
        once=f"cancelled/{order.id}",
        to=notifications.To(
            email=info.get("email") or None,
            phone=info.get("phone") or None,
            name=info.get("name") or "",
            language=info.get("language") or "en",
            user=order.created_by if order.source == "online" else None,
        ),
        facts={
            "event": event.name,
            "organisation": holder,
            "reason": reason,
            "total": "" if due is None else money.text(due.amount, due.currency, tongue),
            "how": "" if due is None else phrases.BACK[tongue].get(due.method, ""),
            "link": f"{office.config.public_url}/events/{event.id}",
        },
        event=event.id,
        order=order.id,
    )
