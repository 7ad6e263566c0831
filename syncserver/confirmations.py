"""What the buyer of an order is told of it by the office: its confirmation once more, and that it is paid back.

The buyer is whoever bought it on line with an account, else whoever told a name and an address at the kiosk; of most
tickets sold at kiosks nobody knows the buyer, and nobody is told. Addresses are never logged.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import Connection, Row, func, select

from shared import money, numbers
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import letters, notifications, phrases
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

RESENT_A_DAY_MAX: Final = 5
RANGES_TOLD_MAX: Final = 100
"""Runs of numbers in a message; of more it says how many numbers there are."""


def buyer(c: Connection, order: UUID) -> notifications.To | None:
    """Who is told of this order; None where nobody is known, or nothing that reaches them."""
    o, a = m.orders, m.customer_accounts
    row = c.execute(
        select(o.c.customer_info, a)
        .outerjoin(a, (a.c.user_id == o.c.created_by) & a.c.deleted_at.is_(None))
        .where(o.c.id == order)
    ).one_or_none()
    if row is None:
        return None
    told = row.customer_info or {}
    found = notifications.To(
        email=row.email or told.get("email") or None,
        phone=row.phone or told.get("phone") or None,
        name=row.name or told.get("name") or "",
        language=row.language or told.get("language") or "en",
        user=row.user_id,
    )
    return found if found.email or found.phone else None


def resend(
    office: Office, c: Connection, order: UUID, by: UUID, *, link: str = "", email: str = "", reason: str = ""
) -> int:
    """Send an order's confirmation once more, to its buyer, or to ``email`` instead; how many messages that makes.

    ``link`` leads to the order's tickets; without one to the event's page. Another address needs a ``reason`` and is put
    on record, without the address. ``Refused``: ``unknown_order``, ``void``, ``nobody``, ``email``, ``too_often``,
    ``unreachable``.
    """
    row = _order(c, order)
    if row.payment_status != "paid":
        raise Refused("void", "This order is void.", "There is nothing to confirm.")
    to = buyer(c, order)
    if email:
        reason = reasoned(reason)
        known = notifications.address(email)
        if known is None:
            raise Refused("email", "That is no e-mail address.", "Write it like name@example.org.")
        name, language = ("", "en") if to is None else (to.name, to.language)
        to = notifications.To(email=known, name=name, language=language)
    if to is None:
        raise Refused("nobody", "Nobody is known whom this order could be confirmed to.", "Type an address.")
    n = m.notifications
    sent = c.scalar(
        select(func.count(func.distinct(n.c.once))).where(
            n.c.order_id == order,
            n.c.kind == "order_placed",
            n.c.created_at > office.now() - timedelta(days=1),
        )
    )
    if int(sent or 0) >= RESENT_A_DAY_MAX:
        raise Refused("too_often", "This order was confirmed often enough today.", "Try again tomorrow.")
    count = notifications.enqueue(
        office,
        c,
        row.organization_id,
        "order_placed",
        once=f"again/{order}/{uuid7(office.clock)}",
        to=to,
        facts=_facts(office, c, row, link)
        | {
            "total": money.text(row.total_amount, row.currency),
            "validation": numbers.show_validation(row.validation_number),
            "order": str(row.id),
        },
        event=row.event_id,
        order=order,
    )
    if count == 0:
        raise Refused(
            "unreachable",
            "No message could be written.",
            "Look under Notifications whether mail is set up, and whether they wanted no more messages.",
        )
    words = f"to another address. {reason}" if email else "to its buyer."
    critical_event(
        c,
        "order_resent",
        "INFO",
        f"The confirmation of order {order} was sent once more, {words}",
        event_id=row.event_id,
        user_id=by,
    )
    return count


def tell_refund(office: Office, c: Connection, order: UUID, reason: str, how: str) -> int:
    """Tell the buyer, where one is known, that their order is being paid back; how many messages that makes.

    ``how`` is a key of ``phrases.BACK``.
    """
    row, to = _order(c, order), buyer(c, order) or notifications.To()
    tongue = letters.language(to.language)
    return notifications.enqueue(
        office,
        c,
        row.organization_id,
        "refunded",
        once=f"refund/{order}",
        to=to,
        facts=_facts(office, c, row, "")
        | {
            "total": money.text(row.total_amount, row.currency, tongue),
            "reason": reason,
            "how": phrases.BACK[tongue][how],
        },
        event=row.event_id,
        order=order,
    )


def tell_void(office: Office, c: Connection, order: UUID, reason: str) -> int:
    """Tell the buyer, where one is known, that their order was made void; how many messages that makes."""
    row = _order(c, order)
    return notifications.enqueue(
        office,
        c,
        row.organization_id,
        "voided",
        once=f"void/{order}",
        to=buyer(c, order) or notifications.To(),
        facts=_facts(office, c, row, "") | {"reason": reason},
        event=row.event_id,
        order=order,
    )


def _order(c: Connection, order: UUID) -> Row[Any]:
    o, e, v = m.orders, m.raffle_events, m.venues
    row = c.execute(
        select(
            o,
            e.c.organization_id,
            e.c.name.label("event_name"),
            e.c.draw_at,
            e.c.closes_at,
            v.c.timezone,
            m.ticket_packages.c.name.label("package_name"),
        )
        .join(e, e.c.id == o.c.event_id)
        .outerjoin(v, v.c.id == e.c.venue_id)
        .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
        .where(o.c.id == order)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_order", "There is no such order.")
    return row


def _facts(office: Office, c: Connection, row: Row[Any], link: str) -> dict[str, str]:
    at = row.draw_at or row.closes_at
    held = runs(c, row.id, RANGES_TOLD_MAX)
    told = sum(last - first + 1 for first, last in held)
    words = numbers.words([numbers.Range("", first, last - first + 1) for first, last in held])
    return {
        "event": row.event_name,
        "link": link or f"{office.config.public_url}/events/{row.event_id}",
        "numbers": words if told == row.ticket_count else f"{words} …",
        "count": str(row.ticket_count),
        "package": row.package_name or "",
        "draw_at": ""
        if at is None
        else str(format_datetime(at, "d MMMM y, HH:mm", tzinfo=ZoneInfo(row.timezone or "UTC"), locale="en")),
    }


def runs(c: Connection, order: UUID, most: int) -> list[tuple[int, int]]:
    """The order's draw numbers as runs, first and last of each, the lowest first; at most so many."""
    t = m.tickets
    place = t.c.draw_number - func.row_number().over(order_by=t.c.draw_number)
    run = select(t.c.draw_number, place.label("run")).where(t.c.order_id == order).subquery()
    first, last = func.min(run.c.draw_number), func.max(run.c.draw_number)
    found = c.execute(select(first, last).group_by(run.c.run).order_by(first).limit(most))
    return [(int(one[0]), int(one[1])) for one in found]
