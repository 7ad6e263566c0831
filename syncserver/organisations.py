"""An organisation: who it is, and what it has decided for all its events, in versions that hold from a moment on.

Who it is (name, licence, contact, time zone) is the organisation's own row. How cash is looked after, how long
buyers' data is kept, what tax its prices bear and what its tickets say are its rules, kept by :mod:`configurations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from babel.dates import format_datetime
from sqlalchemy import Connection, Row, func, select, update

from shared import money
from shared.errors import Refused
from shared.wire import ShiftRules
from syncserver import configurations
from syncserver import models as m

CUSTOMER_DAYS_MAX: Final = 3_660
TOLERANCE_MAX: Final = Decimal(10_000)
"""Major units."""
DENOMINATIONS_MAX: Final = 30
"""Of one currency."""
CURRENCIES_MAX: Final = 10
NAME_CHARS_MAX: Final = 120
TEXT_CHARS_MAX: Final = 2_000
NOTES_MAX: Final = 12
NOTE_CHARS_MAX: Final = 300
TAX_NAME_CHARS_MAX: Final = 40
TAX_RATE_MAX: Final = Decimal(100)
TAX_PLACES: Final = 3
PERCENT: Final = 100


class Tax(msgspec.Struct, frozen=True, kw_only=True):
    """The tax on tickets."""

    name: str
    """As tickets and reports write it: VAT."""
    rate: str
    """Percent, at most three decimals: 19, 8.875."""
    included: bool = True
    """Prices include it, and tickets say so. Otherwise the organiser owes it on top of what was sold."""

    def share(self, amount: int) -> int:
        """What of ``amount`` is tax, or comes on top of it: minor units, halves rounded up."""
        rate, most = self.fraction()
        return (2 * amount * rate + most) // (2 * most)

    def fraction(self) -> tuple[int, int]:
        """The tax in one unit of money as a fraction of whole numbers."""
        rate, whole = int(Decimal(self.rate) * 10**TAX_PLACES), PERCENT * 10**TAX_PLACES
        return (rate, whole + rate) if self.included else (rate, whole)

    def title(self) -> str:
        """What it is, and where it stands."""
        return f"{self.rate} % {self.name}, {'in the price' if self.included else 'owed on top'}"

    def words(self) -> str:
        """What tickets say of it; nothing where the price does not include it."""
        return f"Price includes {self.rate} % {self.name}" if self.included and Decimal(self.rate) else ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How people reach the organisation."""

    street: str = ""
    zip_code: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""

    def address(self) -> str:
        """Where it is, on one line; empty where that is not said."""
        return ", ".join(filter(None, (self.street, f"{self.zip_code} {self.city}".strip(), self.country)))


@dataclass(frozen=True)
class Decided:
    """What an organisation's rules hold; what they leave out is as it stands here."""

    timezone: str = "UTC"
    shifts: ShiftRules = field(default_factory=ShiftRules)
    tolerance: str = "5"
    """Major units of any currency: a drawer that is over or short by more is a finding."""
    customer_days: int = 365
    """How long after an event's close what its buyers told of themselves is kept."""
    second_factor: bool = False
    """Administrators and event managers log in with a second factor; who has none sets one up at the log-in."""
    tax: Tax | None = None
    """Fixed for an event when it is put on sale."""
    ticket_notes: tuple[str, ...] = ()
    """What the law wants on every ticket; what a new event begins with."""

    def tolerated(self, currency: str) -> int:
        """The tolerance in minor units of ``currency``."""
        return int(Decimal(self.tolerance) / money.major(1, currency))


OF_THE_ORGANISATION: Final = ("timezone",)
"""What holds whatever the version."""


def decided(settings: Mapping[str, Any] | None) -> Decided:
    """What is kept in an organisation's ``settings``."""
    return msgspec.convert(dict(settings or {}), Decided)


def of(c: Connection, organisation: UUID, at: datetime | None = None) -> Decided:
    """What is in force at that moment (by default now). ``Refused`` (``unknown_organisation``) where there is none."""
    row = c.execute(
        select(m.organizations.c.settings).where(m.organizations.c.id == organisation)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    own = dict(row.settings or {})
    rules = configurations.in_force(c, organisation, at)
    return decided(own if rules is None else rules | {k: own[k] for k in OF_THE_ORGANISATION if k in own})


def decide(
    c: Connection,
    organisation: UUID,
    by: UUID,
    *,
    since: datetime | None = None,
    reason: str = "",
    **changes: Any,
) -> Decided:
    """Another version of the rules, with these changes to what is in force now; it holds ``since`` then (None: now).

    ``Refused`` (``tolerance``, ``days``, ``denominations``, ``tax``, ``notes``, ``since``).
    """
    now = replace(of(c, organisation), **changes)
    if not 0 <= Decimal(now.tolerance) <= TOLERANCE_MAX:
        raise Refused("tolerance", f"What may be over or short lies between 0 and {TOLERANCE_MAX}.")
    if not 1 <= now.customer_days <= CUSTOMER_DAYS_MAX:
        raise Refused("days", f"Buyers' data is kept for 1 to {CUSTOMER_DAYS_MAX} days.")
    _check_denominations(now.shifts.denominations)
    _check_tax(now.tax)
    check_notes(now.ticket_notes)
    if "timezone" in changes:
        check_zone(now.timezone)
        _settle(c, organisation, by, lambda own: own | {"timezone": now.timezone})
    configurations.put(c, organisation, _kept(now), by, since=since, reason=reason)
    return now


def _kept(now: Decided) -> dict[str, Any]:
    plain = asdict(replace(now, shifts=ShiftRules(), tax=None))
    built: dict[str, Any] = msgspec.to_builtins(
        plain | {"shifts": now.shifts, "tax": now.tax, "ticket_notes": now.ticket_notes}
    )
    return {name: value for name, value in built.items() if name not in OF_THE_ORGANISATION}


def get(c: Connection, organisation: UUID) -> Row[Any]:
    """The organisation's row. ``Refused`` (``unknown_organisation``) where there is none."""
    row = c.execute(select(m.organizations).where(m.organizations.c.id == organisation)).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    return row


def contact(settings: Mapping[str, Any] | None) -> Contact:
    """How people reach the organisation, out of its row's ``settings``."""
    return msgspec.convert((settings or {}).get("contact", {}), Contact)


def logo(settings: Mapping[str, Any] | None) -> str:
    """Its logo for the public pages, a WebP in base 64, out of its row's ``settings``; empty where there is none."""
    return str((settings or {}).get("logo", ""))


def put_aside(settings: Mapping[str, Any] | None) -> frozenset[str]:
    """The first steps that the organisation does without, out of its row's ``settings``."""
    return frozenset(msgspec.convert((settings or {}).get("aside", []), list[str]))


def put_step_aside(c: Connection, organisation: UUID, step: str, by: UUID) -> None:
    """Note that the organisation does without that first step; the audit trail says who decided it."""
    _settle(c, organisation, by, lambda own: own | {"aside": sorted({*put_aside(own), step})})


def _settle(
    c: Connection, organisation: UUID, by: UUID, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Change what is kept in the row's ``settings``; locked, so that who changes another of them at once loses nothing."""
    o = m.organizations
    held = c.execute(
        select(o.c.settings).where(o.c.id == organisation).with_for_update()
    ).scalar_one_or_none()
    c.execute(
        update(o)
        .where(o.c.id == organisation)
        .values(settings=change(dict(held or {})), updated_by=by, updated_at=func.now())
    )


def describe(
    c: Connection,
    organisation: UUID,
    by: UUID,
    *,
    name: str,
    licence: str,
    description: str,
    currency: str,
    timezone: str,
    reached: Contact,
    logo: str | None = None,
) -> None:
    """Who the organisation is from now on; the audit trail keeps what it was.

    ``logo`` is a WebP in base 64 for the public pages, empty for none; None leaves the one that there is.

    What was sold keeps its event's currency: another one is what new events begin with. ``Refused`` (``name``,
    ``text``, ``currency``, ``timezone``).
    """
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise Refused("name", f"The organisation needs a name of 1 to {NAME_CHARS_MAX} characters.")
    if max(map(len, (licence, description, *msgspec.structs.astuple(reached)))) > TEXT_CHARS_MAX:
        raise Refused("text", f"A text has at most {TEXT_CHARS_MAX} characters.")
    check_currency(currency)
    check_zone(timezone)
    o = m.organizations
    row = c.execute(select(o.c.settings).where(o.c.id == organisation).with_for_update()).one_or_none()
    if row is None:
        raise Refused("unknown_organisation", "There is no such organisation.")
    kept = dict(row.settings or {}) | {"timezone": timezone, "contact": msgspec.to_builtins(reached)}
    if logo is not None:
        kept["logo"] = logo
    c.execute(
        update(o)
        .where(o.c.id == organisation)
        .values(
            name=name,
            license_number=licence.strip() or None,
            description=description.strip() or None,
            primary_currency=currency,
            settings=kept,
            updated_by=by,
            updated_at=func.now(),
        )
    )


def check_currency(currency: str) -> None:
    """A currency of ISO 4217. ``Refused`` (``currency``)."""
    if len(currency) != 3 or not money.known(currency):
        raise Refused("currency", f"{currency!r} is no currency.", "Give a code of ISO 4217, such as EUR.")


def check_zone(name: str) -> None:
    """A time zone by its name. ``Refused`` (``timezone``)."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        raise Refused("timezone", f"{name!r} is no time zone.", "Give a name such as Europe/Berlin.") from e


def by_its_clock(at: datetime, form: str, name: str) -> str:
    """A moment in ``form`` (Unicode's patterns) by the clock of that time zone, and what people call it: 19:30 CET."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    called = at.astimezone(zone).tzname() or ""
    text: str = format_datetime(at, form, tzinfo=zone, locale="en")
    return f"{text} {called if called[:1].isalpha() else f'UTC{called}'}"


def check_notes(notes: tuple[str, ...]) -> None:
    """Lines at the foot of tickets: few and short. ``Refused`` (``notes``)."""
    if len(notes) > NOTES_MAX or any(
        not note.strip() or len(note) > NOTE_CHARS_MAX or not note.isprintable() for note in notes
    ):
        raise Refused(
            "notes",
            f"A ticket bears at most {NOTES_MAX} lines of {NOTE_CHARS_MAX} characters at its foot.",
            "Shorten them.",
        )


def _check_tax(tax: Tax | None) -> None:
    if tax is None:
        return
    try:
        rate = Decimal(tax.rate)
    except InvalidOperation:
        rate = Decimal(-1)
    if not rate.is_finite() or not 0 <= rate < TAX_RATE_MAX or rate != round(rate, TAX_PLACES):
        raise Refused("tax", "A tax has a rate from 0 to below 100 percent.", "Write it like 19 or 8.875.")
    if not 1 <= len(tax.name.strip()) <= TAX_NAME_CHARS_MAX or not tax.name.isprintable():
        raise Refused("tax", f"The tax needs a name of 1 to {TAX_NAME_CHARS_MAX} characters, such as VAT.")


def _check_denominations(given: Mapping[str, tuple[int, ...]]) -> None:
    if len(given) > CURRENCIES_MAX:
        raise Refused("denominations", f"Notes and coins of at most {CURRENCIES_MAX} currencies can be set.")
    for currency, values in given.items():
        if not money.known(currency):
            raise Refused(
                "denominations", f"“{currency}” is no currency.", "Write its three letters, like EUR."
            )
        if not 1 <= len(values) <= DENOMINATIONS_MAX:
            raise Refused(
                "denominations", f"{currency} needs 1 to {DENOMINATIONS_MAX} notes and coins, or none at all."
            )
        if any(not 0 < value <= money.AMOUNT_MAX for value in values) or len(set(values)) < len(values):
            raise Refused("denominations", f"{currency}: each note and coin has a value of its own above 0.")
