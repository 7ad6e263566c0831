"""Finding orders by whatever somebody has in their hands: a ticket, a receipt, a name, a kiosk, a card's slip.

What was typed says by itself what it may be. Each way to read it is a condition that an index answers, also among
millions; ways that ask for a person are left out for those who may not know buyers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, false, func, literal_column, or_, select

from shared import money, numbers
from syncserver import models as m

QUERY_CHARS_MAX: Final = 1_000
"""As long as the text of a QR code."""
WORDS_MAX: Final = 6
NAMED_MAX: Final = 50
"""Kiosks or operators that a word may mean."""
NUMBERED_MAX: Final = 500
"""Orders of as many events that have the same draw number."""
NAME_CHARS_MIN: Final = 2
PHONE_DIGITS_MIN: Final = 6
NATIONAL_DIGITS_MIN: Final = 7
"""Of a phone number without its country's code; fewer are the end of too many numbers."""
YEAR_MIN: Final = 1900
_PHONE = re.compile(r"\+?[0-9]{6,20}").fullmatch
_UNTYPED = re.compile(r"[ ()/.-]")
_TICKET = re.compile(r"(.{1,100}?)[ #/-]+([0-9]{1,10})").fullmatch
_DAYS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")
_AMOUNT = re.compile(
    r"([0-9]{1,9}[.,][0-9]{2})|[€$£] ?([0-9]{1,9}(?:[.,][0-9]{1,2})?)|([0-9]{1,9}(?:[.,][0-9]{1,2})?) ?(?:[€$£]|(?P<code>[A-Z]{3}))"
).fullmatch
# As the indexes have them, to the letter: only then they serve.
_EMAIL: Final[ColumnElement[str]] = literal_column("lower(orders.customer_info ->> 'email')")
_PHONE_BACKWARDS: Final[ColumnElement[str]] = literal_column("reverse(orders.customer_info ->> 'phone')")
_NAME: Final[ColumnElement[str]] = literal_column(
    "to_tsvector('simple'::regconfig, orders.customer_info ->> 'name')"
)


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed: what it would be, in words, and which orders that means."""

    kind: str
    words: str
    where: ColumnElement[bool]

    @property
    def personal(self) -> bool:
        """It asks for a person, so that it may stand in no address and no log."""
        return self.kind in {"email", "phone", "name"}


def plain(text: str) -> bool:
    """Whether this is a number that may stand in a page's address: no name, no phone number, no e-mail address."""
    return _validation(text) is not None or _id(text) is not None or _number(text) is not None


def narrowed(text: str) -> dict[str, str]:
    """What a day or an amount asks of the list’s filters, by their names; empty where it is neither.

    A day is written like 2026-11-21, 21.11.2026, 21/11/2026 or 21 Nov 2026, an amount like 10.00, 10,00 or €10.
    """
    text = " ".join(text.split())
    for form in _DAYS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone; the filter gives it one
        except ValueError:
            continue
        return {"from": f"{day}T00:00", "to": f"{day}T23:59"} if day.year >= YEAR_MIN else {}
    found = _AMOUNT(text)
    if found is None or not money.known(found["code"] or "EUR"):
        return {}
    paid = (found[1] or found[2] or found[3]).replace(",", ".")
    return {"least": paid, "most": paid}


def numbered(c: Connection, organisation: UUID, text: str) -> ColumnElement[bool]:
    """Orders by validation number, as typed or out of a QR; by id; by a draw number of any of its events."""
    o, t, e = m.orders, m.tickets, m.raffle_events
    validation = _validation(text)
    if validation is not None:
        return o.c.validation_number == validation
    number = _number(text)
    if number is not None:
        # By event and number, as the index has it, and looked up at once: see _by_numbers.
        ours = select(e.c.id).where(e.c.organization_id == organisation)
        held = c.scalars(
            select(t.c.order_id).where(t.c.event_id.in_(ours), t.c.draw_number == number).limit(NUMBERED_MAX)
        ).all()
        return o.c.id.in_(held) if held else false()
    asked = _id(text)
    return false() if asked is None else o.c.id == asked


def readings(c: Connection, organisation: UUID, text: str, *, people: bool) -> list[Reading]:
    """The ways to read what was typed, of this organisation; ``people``: buyers may be asked for."""
    text = text.strip()[:QUERY_CHARS_MAX].replace("\x00", "")
    if not text:
        return []
    found = _by_numbers(c, organisation, text)
    if found and found[0].kind in {"validation", "order"}:
        return found
    found += _by_words(c, organisation, text)
    if people:
        found += _by_buyer(c, organisation, text)
    return found


def together(found: list[Reading]) -> ColumnElement[bool]:
    """What fits any of these readings."""
    return or_(*(one.where for one in found)) if found else false()


def _by_numbers(c: Connection, organisation: UUID, text: str) -> list[Reading]:
    o, t, e = m.orders, m.tickets, m.raffle_events
    validation = _validation(text)
    if validation is not None:
        shown = numbers.show_validation(validation)
        return [Reading("validation", f"the validation number {shown}", o.c.validation_number == validation)]
    asked = _id(text)
    if asked is not None:
        return [Reading("order", "the order’s id", or_(o.c.id == asked, o.c.sale_id == asked))]
    number = _number(text)
    ours = select(e.c.id).where(e.c.organization_id == organisation)
    if number is not None:
        # By event and number, as the index has it: so many quick looks as there are events. Looked up at once, since
        # no index serves a condition of which a part is another query.
        held = c.scalars(
            select(t.c.order_id).where(t.c.event_id.in_(ours), t.c.draw_number == number).limit(NUMBERED_MAX)
        ).all()
        return [Reading("number", f"the draw number {number}", o.c.id.in_(held))] if held else []
    match = _TICKET(text)
    if match is None or int(match[2]) > numbers.DRAW_NUMBER_MAX:
        return []
    event = c.execute(
        select(e.c.id, e.c.name).where(
            e.c.organization_id == organisation, func.lower(e.c.event_identifier) == match[1].strip().lower()
        )
    ).first()
    if event is None:
        return []
    held = c.scalars(
        select(t.c.order_id).where(t.c.event_id == event.id, t.c.draw_number == int(match[2]))
    ).all()
    return [Reading("ticket", f"ticket {int(match[2])} of {event.name}", o.c.id.in_(held))]


def _by_words(c: Connection, organisation: UUID, text: str) -> list[Reading]:
    """The reference of a payment, an event, a package, a kiosk, an operator."""
    o, r, u, g = m.orders, m.rsus, m.users, m.organization_users
    found = []
    if _reference_known(c, organisation, text):
        named = o.c.payment_reference.in_({text, text.upper()})
        found.append(Reading("reference", "the payment’s reference", named))
    if len(text) < NAME_CHARS_MIN or text.isdigit():
        return found
    e, p = m.raffle_events, m.ticket_packages
    own_events = c.execute(
        select(e.c.id, e.c.name)
        .where(e.c.organization_id == organisation, e.c.name.icontains(text, autoescape=True))
        .order_by(e.c.event_number.desc())
        .limit(NAMED_MAX)
    ).all()
    if own_events:
        words = f"the event {own_events[0].name}" if len(own_events) == 1 else f"{len(own_events)} events"
        found.append(Reading("event", words, o.c.event_id.in_([one.id for one in own_events])))
    packages = c.execute(
        select(p.c.id, p.c.name, p.c.event_id)
        .join(e, e.c.id == p.c.event_id)
        .where(e.c.organization_id == organisation, p.c.name.icontains(text, autoescape=True))
        .order_by(e.c.event_number.desc(), p.c.name)
        .limit(NAMED_MAX)
    ).all()
    if packages:
        words = f"the package {packages[0].name}" if len(packages) == 1 else f"{len(packages)} packages"
        # With their events, by which an index finds them.
        of = o.c.event_id.in_({one.event_id for one in packages})
        found.append(Reading("package", words, of & o.c.package_id.in_([one.id for one in packages])))
    kiosks = c.execute(
        select(r.c.id, r.c.name)
        .where(
            r.c.organization_id == organisation,
            or_(
                r.c.name.icontains(text, autoescape=True),
                func.lower(r.c.device_identifier) == text.lower(),
            ),
        )
        .order_by(r.c.name)
        .limit(NAMED_MAX)
    ).all()
    if kiosks:
        words = f"the kiosk {kiosks[0].name}" if len(kiosks) == 1 else f"{len(kiosks)} kiosks"
        found.append(Reading("kiosk", words, o.c.rsu_id.in_([one.id for one in kiosks])))
    people = c.execute(
        select(u.c.id, u.c.display_name)
        .join(g, g.c.user_id == u.c.id)
        .where(
            g.c.organization_id == organisation,
            g.c.role != "customer",
            u.c.display_name.icontains(text, autoescape=True),
        )
        .order_by(u.c.display_name)
        .limit(NAMED_MAX)
    ).all()
    if people:
        words = f"the operator {people[0].display_name}" if len(people) == 1 else f"{len(people)} operators"
        found.append(Reading("operator", words, o.c.operator_id.in_([one.id for one in people])))
    return found


def _reference_known(c: Connection, organisation: UUID, text: str) -> bool:
    o, e = m.orders, m.raffle_events
    ours = (
        select(o.c.id)
        .join(e, e.c.id == o.c.event_id)
        .where(o.c.payment_reference.in_({text, text.upper()}), e.c.organization_id == organisation)
    )
    return c.scalar(ours.limit(1)) is not None


def _by_buyer(c: Connection, organisation: UUID, text: str) -> list[Reading]:
    o, a = m.orders, m.customer_accounts
    told = o.c.customer_info.is_not(None)

    def bought(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """By whoever has such an account; looked up at once, for the indexes' sake."""
        mine = select(a.c.user_id).where(a.c.organization_id == organisation, condition).limit(NAMED_MAX)
        users = c.scalars(mine).all()
        return o.c.created_by.in_(users) if users else false()

    if "@" in text:
        by_account = bought(a.c.email == text.lower())
        return [
            Reading("email", "the buyer’s e-mail address", (told & (text.lower() == _EMAIL)) | by_account)
        ]
    phone = re.sub(r"^00", "+", _UNTYPED.sub("", text))
    if _PHONE(phone):
        ends = _PHONE_BACKWARDS.like(_backwards(phone))
        by_account = bought(func.reverse(a.c.phone).like(_backwards(phone)))
        return [Reading("phone", "the buyer’s phone number", (told & ends) | by_account)]
    words = [one for one in re.split(r"[\W_]+", text) if one][:WORDS_MAX]
    if not words or not any(unicodedata.category(one[0]).startswith("L") for one in words):
        return []
    # Beginnings of words, in any order; every word is letters and digits alone, so that it needs no escape.
    asked = func.to_tsquery(literal_column("'simple'::regconfig"), " & ".join(f"'{one}':*" for one in words))
    by_account = bought(a.c.name.icontains(text, autoescape=True))
    return [Reading("name", "the buyer’s name", (told & _NAME.op("@@")(asked)) | by_account)]


def _backwards(phone: str) -> str:
    """What a phone number read backwards is like: all of it; of one without its country's code, how it begins.

    The 0 before a national number stands in none that bears its country's code.
    """
    national = phone.removeprefix("0")
    whole = phone.startswith("+") or len(national) < NATIONAL_DIGITS_MIN
    return phone[::-1] if whole else f"{national[::-1]}%"


def _validation(text: str) -> str | None:
    parts = text.split(":")
    return numbers.read_validation(parts[1] if len(parts) > 1 else text)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """A draw number; what begins with 0 or is too high is none, but may be a phone number."""
    digits = text.replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 10) or digits[0] == "0":
        return None
    return int(digits) if int(digits) <= numbers.DRAW_NUMBER_MAX else None
