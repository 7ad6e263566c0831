"""What the buyer of an order is told of it: the receipt of what they paid, once more if asked, and what goes back.

The buyer is whoever bought it on line with an account, else whoever told a name and an address at the kiosk; of most
tickets sold at kiosks nobody knows the buyer, and nobody is told. Addresses are never logged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, func, select

from shared import money, numbers
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import letters, notifications, phrases
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

RESENT_A_DAY_MAX: Final = 5
ORDERS_CHARS_MAX: Final = 5_000
"""Of a receipt; of more orders it says how many there are."""
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
    count = _receipt(office, c, [row], to, f"again/{order}/{uuid7(office.clock)}", link)
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


def tell_placed(office: Office, c: Connection, sale: UUID, to: notifications.To, once: str, link: str) -> int:
    """Tell whoever paid a checkout of all that they have now: one receipt of all its orders, and to programs what
    events they are in; how many messages that makes. ``link`` leads to their tickets.
    """
    rows = _orders(c, m.orders.c.sale_id == sale)
    made = _receipt(office, c, rows, to, once, link)
    tongue = letters.language(to.language)
    for event in dict.fromkeys(row.event_id for row in rows):
        mine = [row for row in rows if row.event_id == event]
        made += notifications.enqueue(
            office,
            c,
            mine[0].organization_id,
            "entered",
            once=f"{once}/{event}",
            to=to,
            facts=_facts(c, mine, tongue) | {"link": link},
            event=event,
            order=mine[0].id,
        )
    return made


def _receipt(
    office: Office,
    c: Connection,
    rows: Sequence[Row[Any]],
    to: notifications.To,
    once: str,
    link: str,
) -> int:
    """One message of these orders, which are of one sale."""
    tongue, first = letters.language(to.language), rows[0]
    return notifications.enqueue(
        office,
        c,
        first.organization_id,
        "order_placed",
        once=once,
        to=to,
        facts=_facts(c, rows, tongue)
        | {
            "link": link or f"{office.config.public_url}/events/{first.event_id}",
            "mine": "" if to.user is None else f"{office.config.public_url}/my/tickets",
            "orders": _told(c, rows, tongue),
            "total": money.text(sum(row.total_amount for row in rows), first.currency, tongue),
            "validation": ", ".join(numbers.show_validation(row.validation_number) for row in rows),
            "order": ", ".join(str(row.id) for row in rows),
        },
        event=first.event_id,
        order=first.id,
    )


def _told(c: Connection, rows: Sequence[Row[Any]], tongue: str) -> str:
    """The orders, a paragraph each, behind one for each event that says when its draw is."""
    said, parts = phrases.RECEIPT[tongue], []
    for event in dict.fromkeys(row.event_id for row in rows):
        mine = [row for row in rows if row.event_id == event]
        draw, closes = _when(mine[0], tongue)
        when = said["draw"].format(at=draw) if draw else said["closes"].format(at=closes) if closes else ""
        parts.append((0, f"{mine[0].event_name}\n{when}".strip()))
        parts += [
            (
                1,
                "\n".join(
                    (
                        f"{row.package_name or row.event_name}, {money.text(row.total_amount, row.currency, tongue)}",
                        said["numbers"].format(numbers=_numbers(c, row)),
                        said["validation"].format(number=numbers.show_validation(row.validation_number)),
                    )
                ),
            )
            for row in mine
        ]
    kept, left = [], ORDERS_CHARS_MAX
    for place, (_, part) in enumerate(parts):
        left -= len(part) + 2
        if left < 0:
            rest = sum(count for count, _ in parts[place:])
            kept.append(said["more"].format(count=rest))
            break
        kept.append(part)
    return "\n\n".join(kept)


def tell_refund(office: Office, c: Connection, order: UUID, reason: str, how: str, link: str = "") -> int:
    """Tell the buyer, where one is known, that their order is being paid back; how many messages that makes.

    ``how`` is a key of ``phrases.BACK``; ``link`` leads to their tickets.
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
        facts=_facts(c, [row], tongue)
        | {
            "total": money.text(row.total_amount, row.currency, tongue),
            "reason": reason,
            "how": phrases.BACK[tongue][how],
            "back": phrases.GOES_BACK[tongue][how == "given"],
            "link": link,
        },
        event=row.event_id,
        order=order,
    )


def tell_void(office: Office, c: Connection, order: UUID, reason: str) -> int:
    """Tell the buyer, where one is known, that their order was made void; how many messages that makes."""
    row, to = _order(c, order), buyer(c, order) or notifications.To()
    return notifications.enqueue(
        office,
        c,
        row.organization_id,
        "voided",
        once=f"void/{order}",
        to=to,
        facts=_facts(c, [row], letters.language(to.language))
        | {"reason": reason, "link": f"{office.config.public_url}/events/{row.event_id}"},
        event=row.event_id,
        order=order,
    )


def tell_voids(office: Office, c: Connection, orders: Collection[UUID]) -> None:
    """Tell the buyers of those of these orders that a kiosk made void, each once; where the office was first, it has
    told them. Nobody is told of a practice sale, or of an order whose buyer is not known (yet).
    """
    if not orders:
        return
    o, v = m.orders, m.voids
    gone = c.execute(
        select(o.c.id, v.c.reason)
        .join(v, v.c.order_id == o.c.id)
        .where(
            o.c.id.in_(orders),
            v.c.source == "rsu",
            o.c.payment_status == "void",
            ~o.c.is_test,
            o.c.customer_info.is_not(None),
        )
        .order_by(o.c.id)
    ).all()
    for row in gone:
        if (to := buyer(c, row.id)) is not None:
            words = phrases.KIOSK_VOID[letters.language(to.language)]
            tell_void(office, c, row.id, words.get(row.reason, row.reason))


def _order(c: Connection, order: UUID) -> Row[Any]:
    found = _orders(c, m.orders.c.id == order)
    if not found:
        raise Refused("unknown_order", "There is no such order.")
    return found[0]


def _orders(c: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    o, e, v = m.orders, m.raffle_events, m.venues
    return c.execute(
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
        .where(which)
        .order_by(o.c.line_no)
    ).all()


def _when(row: Row[Any], tongue: str) -> tuple[str, str]:
    """When the draw is; where nobody has said, when sales close."""
    zone = ZoneInfo(row.timezone or "UTC")
    if row.draw_at is not None:
        return letters.moment(row.draw_at, zone, tongue), ""
    return "", "" if row.closes_at is None else letters.moment(row.closes_at, zone, tongue)


def _numbers(c: Connection, row: Row[Any]) -> str:
    held = runs(c, row.id, RANGES_TOLD_MAX)
    words = numbers.words([numbers.Range("", first, last - first + 1) for first, last in held])
    return words if sum(last - first + 1 for first, last in held) == row.ticket_count else f"{words} …"


def _facts(c: Connection, rows: Sequence[Row[Any]], tongue: str) -> dict[str, str]:
    """What is told of orders together; of several events each once."""
    when = [_when(row, tongue) for row in rows]
    several: dict[str, list[str]] = {
        "event": [row.event_name for row in rows],
        "package": [row.package_name or "" for row in rows],
        "draw_at": [draw for draw, _ in when],
        "closes_at": [closes for _, closes in when],
    }
    return {
        **{name: ", ".join(dict.fromkeys(filter(None, told))) for name, told in several.items()},
        "numbers": ", ".join(_numbers(c, row) for row in rows),
        "count": str(sum(row.ticket_count for row in rows)),
    }


def runs(c: Connection, order: UUID, most: int) -> list[tuple[int, int]]:
    """The order's draw numbers as runs, first and last of each, the lowest first; at most so many."""
    t = m.tickets
    place = t.c.draw_number - func.row_number().over(order_by=t.c.draw_number)
    run = select(t.c.draw_number, place.label("run")).where(t.c.order_id == order).subquery()
    first, last = func.min(run.c.draw_number), func.max(run.c.draw_number)
    found = c.execute(select(first, last).group_by(run.c.run).order_by(first).limit(most))
    return [(int(one[0]), int(one[1])) for one in found]
