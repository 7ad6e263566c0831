"""Tells winners that they have won, and that their prize was handed over; and administrators what is official.

A buyer is known by what they told at the sale, or by their account. Of whom nothing is known the number alone is
shown, and nobody can be written to.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, func, or_, select

from shared import keys, money
from syncserver import events, letters, notifications, organisations
from syncserver import models as m
from syncserver.notifications import To
from syncserver.office import Office

RESULTS_MAX: Final = 1_000
"""Winners of one draw that are read at once; the next portion goes on."""
SHOWN_MAX: Final = 40
"""Of these, so many stand in what administrators are sent."""


def tell_official(office: Office, c: Connection, draw: UUID) -> int:
    """A draw has become official: tell its winners, and its administrators once. How many messages that makes."""
    r = m.draw_results
    wanted = _results().where(r.c.draw_execution_id == draw, ~r.c.reserve).limit(RESULTS_MAX)
    made, count, shown = 0, 0, list[Row[Any]]()
    while rows := c.execute(wanted.offset(count)).all():
        made += sum(_tell(office, c, row, "winner") for row in rows)
        count += len(rows)
        shown += rows[: SHOWN_MAX - len(shown)]
    if not shown:
        return 0
    first = shown[0]
    lines = [f"{row.winning_number}: {row.prize_name}{_paid(row, 'en', ', ')}" for row in shown]
    if count > len(shown):
        lines.append(f"… and {count - len(shown)} more")
    return made + notifications.enqueue_staff(
        office,
        c,
        first.organization_id,
        "official_win",
        once=f"draw/{draw}",
        facts={
            "event": first.drawn_name,
            "results": "\n".join(lines),
            "link": f"{office.config.public_url}/admin/draws/{draw}",
        },
        event=first.raffle_event_id,
    )


def tell_promoted(office: Office, c: Connection, result: UUID) -> int:
    """A reserve has moved up: tell its holder."""
    row = c.execute(_results().where(m.draw_results.c.id == result)).one_or_none()
    return 0 if row is None else _tell(office, c, row, "winner")


def tell_delivered(office: Office, c: Connection, result: UUID) -> int:
    """A prize has reached its winner."""
    row = c.execute(_results().where(m.draw_results.c.id == result)).one_or_none()
    return 0 if row is None else _tell(office, c, row, "delivered")


def buyer(row: Row[Any]) -> To | None:
    """Who bought: by their account, else by what they told at the sale; None where nobody is known.

    ``row`` bears ``customer_info`` of the order, and of the account ``account_*``.
    """
    told = row.customer_info or {}
    if row.account_email is None and not told.get("email") and not told.get("phone"):
        return None
    return To(
        email=row.account_email or str(told.get("email") or "") or None,
        phone=row.account_phone or str(told.get("phone") or "") or None,
        name=row.account_name or str(told.get("name") or ""),
        language=row.account_language or str(told.get("language") or "en"),
        user=row.account_user,
    )


def ticket_key(office: Office, order: UUID) -> str:
    """What opens the page of a ticket that was bought on line."""
    return keys.derive(office.secret, "checkout", "ticket", str(order))[:16].hex()


def ticket_page(office: Office, order: UUID) -> str:
    """The path of that page."""
    return f"/tickets/{order}/{ticket_key(office, order)}"


def _tell(office: Office, c: Connection, row: Row[Any], kind: str) -> int:
    to = buyer(row)
    if to is None:
        return 0
    days = events.settings(row.configuration).draw.claim_days
    until = events.claim_end(office.now(), days, row.zone)
    contact = organisations.contact(row.settings)
    # Only what was bought on line has a page of its own.
    online = row.source == "online"
    path = ticket_page(office, row.order_id) if online else f"/draws/{row.draw_execution_id}"
    return notifications.enqueue(
        office,
        c,
        row.organization_id,
        kind,
        once=f"result/{row.id}",
        to=to,
        facts={
            "event": row.event_name,
            "number": str(row.winning_number),
            "prize": row.prize_name,
            "amount": _paid(row, to.language),
            "until": "" if until is None else letters.day(until, ZoneInfo(row.zone), to.language),
            "place": ", ".join(filter(None, (row.venue_name, row.holder, contact.address()))),
            "contact": ", ".join(filter(None, (contact.phone, contact.email))),
            "link": f"{office.config.public_url}{path}",
        },
        event=row.ticket_event,
        order=row.order_id,
    )


def _paid(row: Row[Any], language: str, before: str = "") -> str:
    """What the prize is worth; nothing where it is worth no money."""
    worth = row.prize_value_at_draw
    return f"{before}{money.text(worth, row.currency, language[:2])}" if worth else ""


def _results() -> Select[Any]:
    """Results of draws, each with its ticket's order and whoever bought it."""
    r, d, z, t, o = m.draw_results, m.draw_executions, m.prizes, m.tickets, m.orders
    a, v, g = m.customer_accounts, m.venues, m.organizations
    drawn, sold = m.raffle_events.alias("drawn"), m.raffle_events.alias("sold")
    mine = (a.c.user_id == o.c.created_by) & (a.c.organization_id == drawn.c.organization_id)
    return (
        select(
            r,
            d.c.raffle_event_id,
            drawn.c.organization_id,
            drawn.c.name.label("drawn_name"),
            drawn.c.configuration,
            drawn.c.currency,
            sold.c.name.label("event_name"),
            t.c.event_id.label("ticket_event"),
            z.c.name.label("prize_name"),
            o.c.id.label("order_id"),
            o.c.customer_info,
            o.c.source,
            v.c.name.label("venue_name"),
            g.c.name.label("holder"),
            g.c.settings,
            a.c.user_id.label("account_user"),
            a.c.email.label("account_email"),
            a.c.phone.label("account_phone"),
            a.c.name.label("account_name"),
            a.c.language.label("account_language"),
            func.coalesce(v.c.timezone, g.c.settings["timezone"].astext, "UTC").label("zone"),
        )
        .select_from(
            r.join(d, d.c.id == r.c.draw_execution_id)
            .join(drawn, drawn.c.id == d.c.raffle_event_id)
            .join(g, g.c.id == drawn.c.organization_id)
            .join(z, z.c.id == r.c.prize_id)
            .join(t, t.c.id == r.c.winning_ticket_id)
            .join(sold, sold.c.id == t.c.event_id)
            .join(o, o.c.id == t.c.order_id)
            .outerjoin(v, v.c.id == drawn.c.venue_id)
            .outerjoin(a, mine & or_(a.c.email.is_not(None), a.c.phone.is_not(None)))
        )
        .order_by(r.c.position, r.c.winner, r.c.id)
    )
