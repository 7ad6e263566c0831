"""What an order's ticket says, in the order in which paper has it, so that a desk can compare it with the one in hand.

Kiosks lay tickets out and print them. What stands on them comes from the sale's journal entry and from the event's
terms, which are frozen from its first sale on; the QR's signature alone is the kiosk's to make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from shared import money, numbers, sale
from shared.numbers import Range
from syncserver import catalog, confirmations, events
from syncserver import models as m
from syncserver.books import line_of

PRIZES_MAX: Final = 5
"""As many as paper names."""
SUM_UP_FROM, SPANS_MAX = 13, 6
"""As on paper: so many numbers, in at most so many ranges, have their ranges above them."""
NUMBERS_MAX: Final = 60
"""Written out one by one; an order's page has all of them beside the ticket."""
RUNS_MAX: Final = 500


@dataclass(frozen=True)
class Ticket:
    """A ticket as paper has it, from top to bottom; empty texts are not on it."""

    test: bool
    logo: str
    """A PNG in base 64."""
    organisation: str
    heading: str
    event: str
    venue: str
    numbers: tuple[int, ...]
    """In the order printed; at most ``NUMBERS_MAX`` of them."""
    spans: str
    """All of them as ranges, where they are many."""
    count: int
    package: str
    price: str
    perks: str
    sold_at: datetime
    unit: str
    """The kiosk; empty where it was sold on line."""
    draw_at: datetime | None
    prizes: tuple[tuple[int, str], ...]
    code: str
    """What its QR says before the signature; empty where no kiosk printed one."""
    validation: str
    notes: tuple[str, ...]


def ticket(c: Connection, order: UUID) -> Ticket | None:
    """The ticket of this order; None where there is no such order."""
    o, e, v, g, k = m.orders, m.raffle_events, m.venues, m.organizations, m.ticket_packages
    row = c.execute(
        select(
            o,
            e.c.name.label("event"),
            e.c.event_number,
            e.c.draw_at,
            e.c.configuration,
            e.c.licence_number,
            g.c.license_number,
            v.c.name.label("venue"),
            g.c.name.label("organisation"),
            m.rsus.c.name.label("unit"),
            k.c.name.label("package"),
            k.c.description.label("package_words"),
            k.c.perk_ids,
        )
        .join(e, e.c.id == o.c.event_id)
        .join(g, g.c.id == e.c.organization_id)
        .outerjoin(v, v.c.id == e.c.venue_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .outerjoin(k, k.c.id == o.c.package_id)
        .where(o.c.id == order)
    ).one_or_none()
    if row is None:
        return None
    kept = events.settings(row.configuration)
    text = catalog.printed(kept)
    line = _line(c, row)
    ranges = (
        line.ranges
        if line is not None
        else tuple(
            Range("", first, last - first + 1) for first, last in confirmations.runs(c, order, RUNS_MAX)
        )
    )
    many = (row.ticket_count >= SUM_UP_FROM and len(ranges) <= SPANS_MAX) or row.ticket_count > NUMBERS_MAX
    licence = row.licence_number or row.license_number or ""
    at_kiosk = row.source == "rsu"
    return Ticket(
        test=row.is_test,
        logo=text.logo,
        organisation=row.organisation,
        heading=text.heading,
        event=row.event,
        venue=row.venue or "",
        numbers=_first(ranges, NUMBERS_MAX),
        spans=numbers.words(ranges) if many else "",
        count=row.ticket_count,
        package=row.package or "",
        price=_amount(row.total_amount, row.currency, kept.locale),
        perks=events.with_perks(row.package_words or "", _perks(c, row.perk_ids or ())),
        sold_at=row.offline_created_at or row.created_at,
        unit=(row.unit or "") if at_kiosk else "",
        draw_at=row.draw_at,
        prizes=tuple((one.position, one.name) for one in events.prizes(c, row.event_id)[:PRIZES_MAX]),
        code=sale.ticket_payload(line, str(row.rsu_id)) if line is not None and at_kiosk else "",
        validation=row.validation_number,
        notes=(
            *text.notes,
            *([f"Results: {text.results_at}"] if text.results_at else []),
            *([f"Claim by: {text.claim_by}"] if text.claim_by else []),
            *([text.contact] if text.contact else []),
            f"Licence {licence} · Event {row.event_number}" if licence else f"Event {row.event_number}",
        ),
    )


def _line(c: Connection, row: Row[Any]) -> sale.Line | None:
    """The order's line of the sale, as the kiosk journalled it."""
    j, q = m.rsu_journal, m.rsu_quarantine
    if row.journal_seq is None:
        return None
    if row.quarantine_id is not None:
        entry = c.scalar(select(q.c.entry).where(q.c.id == row.quarantine_id))
    else:
        entry = c.scalar(
            select(j.c.entry).where(
                j.c.rsu_id == row.rsu_id, j.c.epoch == row.epoch, j.c.seq == row.journal_seq
            )
        )
    return line_of(entry, row.line_no)


def _first(ranges: Sequence[Range], most: int) -> tuple[int, ...]:
    """The first so many numbers; a range may hold millions, whatever a kiosk wrote."""
    found: list[int] = []
    for one in ranges:
        found += range(one.first, one.first + min(one.count, most - len(found)))
    return tuple(found)


def _perks(c: Connection, perks: Sequence[UUID]) -> list[str]:
    known = {row.id: row.name for row in c.execute(select(m.perks).where(m.perks.c.id.in_(perks)))}
    return [known[one] for one in perks if one in known]


def _amount(amount: int, currency: str, locale: str) -> str:
    return money.text(amount, currency, locale) if money.known(currency) else f"{amount} {currency}"
