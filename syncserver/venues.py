"""Venues: where raffles are held, their addresses, and the time zone by which everything there is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from shared.errors import Refused
from syncserver import events, organisations
from syncserver import models as m
from syncserver.audit import critical_event, reasoned

NAME_CHARS_MAX: Final = 120
TEXT_CHARS_MAX: Final = 2_000
ADDRESS_CHARS_MAX: Final = 120
CAPACITY_MAX: Final = 1_000_000
ON_SALE: Final = ("active", "suspended", "closed", "drawn")
"""States of an event whose times people have in hand."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where it is; ``country`` is two letters of ISO 3166, or empty."""

    street: str = ""
    zip_code: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A venue as it is to be."""

    name: str
    timezone: str
    description: str = ""
    capacity: int | None = None
    address: Address = field(default_factory=Address)


def get(c: Connection, organisation: UUID, venue: UUID) -> Row[Any]:
    """A venue of the organisation with its address. ``Refused`` (``unknown_venue``)."""
    v, a = m.venues, m.addresses
    row = c.execute(
        select(v, a.c.street, a.c.zip_code, a.c.city, a.c.state, a.c.country)
        .outerjoin(a, a.c.id == v.c.address_id)
        .where(v.c.id == venue, v.c.organization_id == organisation)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_venue", "There is no such venue.")
    return row


def save(
    c: Connection, organisation: UUID, by: UUID, wanted: Wanted, venue: UUID | None = None, reason: str = ""
) -> UUID:
    """A new venue, or what ``venue`` is from now on.

    Another time zone of a venue with events under way needs a reason and goes on record: no moment changes, but
    every page and every ticket printed from then on tells it by other clocks. ``Refused``: ``name``, ``timezone``,
    ``address``, ``capacity``, ``unknown_venue``, ``reason``.
    """
    v = m.venues
    _check(wanted)
    columns: dict[str, Any] = {
        "name": wanted.name.strip(),
        "timezone": wanted.timezone,
        "description": wanted.description.strip() or None,
        "capacity": wanted.capacity,
    }
    if venue is None:
        made = c.execute(
            insert(v)
            .values(
                organization_id=organisation,
                address_id=_address(c, wanted.address, None),
                created_by=by,
                **columns,
            )
            .returning(v.c.id)
        )
        return UUID(str(made.scalar_one()))
    row = get(c, organisation, venue)
    if row.timezone != wanted.timezone and (held := under_way(c, venue)):
        words = reasoned(reason)
        critical_event(
            c,
            "venue_timezone",
            "WARN",
            f"The time zone of {row.name} was {row.timezone or 'UTC'} and is {wanted.timezone}, "
            f"with {len(held)} events under way. {words}",
            user_id=by,
        )
    c.execute(
        update(v)
        .where(v.c.id == venue)
        .values(
            address_id=_address(c, wanted.address, row.address_id),
            updated_by=by,
            updated_at=func.now(),
            **columns,
        )
    )
    return venue


def _check(wanted: Wanted) -> None:
    name = wanted.name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused("name", f"The venue needs a name of 1 to {NAME_CHARS_MAX} characters.")
    organisations.check_zone(wanted.timezone)
    if len(wanted.description) > TEXT_CHARS_MAX:
        raise Refused("text", f"A text has at most {TEXT_CHARS_MAX} characters.")
    if wanted.capacity is not None and not 1 <= wanted.capacity <= CAPACITY_MAX:
        raise Refused("capacity", f"A venue holds 1 to {CAPACITY_MAX:,} people.")
    country = wanted.address.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Refused("address", "A country is two letters, like DE.")
    if any(
        len(part) > ADDRESS_CHARS_MAX or not part.isprintable() for part in asdict(wanted.address).values()
    ):
        raise Refused("address", f"A line of an address has at most {ADDRESS_CHARS_MAX} characters.")


def _address(c: Connection, wanted: Address, held: UUID | None) -> UUID | None:
    a = m.addresses
    columns = {name: value.strip() or None for name, value in asdict(wanted).items()}
    columns["country"] = (columns["country"] or "").upper() or None
    if held is not None:
        c.execute(update(a).where(a.c.id == held).values(**columns))
        return held
    if not any(columns.values()):
        return None
    return UUID(str(c.execute(insert(a).values(**columns).returning(a.c.id)).scalar_one()))


def under_way(c: Connection, venue: UUID) -> Sequence[Row[Any, Any, Any, Any]]:
    """The venue's events whose times people have in hand: on sale, closed, or drawn and being claimed."""
    e = m.raffle_events
    return c.execute(
        select(e.c.id, e.c.name, e.c.state, e.c.closes_at)
        .where(e.c.venue_id == venue, e.c.state.in_(ON_SALE))
        .order_by(events.STATE_ORDER, e.c.event_number.desc())
    ).all()


def activate(c: Connection, organisation: UUID, venue: UUID, by: UUID, *, on: bool) -> None:
    """Offer the venue for new events, or no longer; what was held there stays. ``Refused`` (``unknown_venue``)."""
    v = m.venues
    done = c.execute(
        update(v)
        .where(v.c.id == venue, v.c.organization_id == organisation)
        .values(is_active=on, updated_by=by, updated_at=func.now())
    )
    if done.rowcount == 0:
        raise Refused("unknown_venue", "There is no such venue.")
