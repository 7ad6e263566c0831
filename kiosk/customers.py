"""What buyers tell of themselves: checked while it is typed, kept beside the journal, and erased once it is handed over.

A sale holds only a salted commitment (``shared.sale.commitment``). The data is on the disk before its sale is, so that
no commitment is ever without it; what is left of a sale that was not made goes at the next start. It is in no log, no
receipt, no second copy, and leaves this disk, overwritten, with the office's word that it was kept or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from kiosk.words import phrase
from shared import wire
from shared.sale import commitment

if TYPE_CHECKING:
    from kiosk.store import Store
    from shared.clock import Clock

SALT_BYTES = 32
NAME_CHARS_MAX = 100
PHONE_DIGITS_MIN, PHONE_DIGITS_MAX = 8, 15
"""With the country's code. The most: ITU-T E.164 (11/2010), 6.2.1. The fewest: what ``wire.Customer`` promises."""
EMAIL_CHARS_MAX, EMAIL_LOCAL_CHARS_MAX, EMAIL_LABEL_CHARS_MAX = 254, 64, 63
"""RFC 5321, 4.5.3.1.1 and 4.5.3.1.3 (256 octets with the angle brackets); RFC 1035, 2.3.4."""

COUNTRIES: dict[str, tuple[str, str]] = {
    "AR": ("54", "0"), "AT": ("43", "0"), "AU": ("61", "0"), "BE": ("32", "0"), "BR": ("55", "0"), "CA": ("1", "1"),
    "CH": ("41", "0"), "CL": ("56", ""), "CO": ("57", ""), "CZ": ("420", ""), "DE": ("49", "0"), "DK": ("45", ""),
    "ES": ("34", ""), "FI": ("358", "0"), "FR": ("33", "0"), "GB": ("44", "0"), "GR": ("30", ""), "HU": ("36", "06"),
    "IE": ("353", "0"), "IT": ("39", ""), "JP": ("81", "0"), "MX": ("52", ""), "NL": ("31", "0"), "NO": ("47", ""),
    "NZ": ("64", "0"), "PL": ("48", ""), "PT": ("351", ""), "SE": ("46", "0"), "US": ("1", "1"), "ZA": ("27", "0"),
}  # fmt: skip
"""By ISO 3166 code: the country code (ITU-T E.164's list of assigned codes) and the national trunk prefix that falls
away behind it (ITU-T E.123's and the national numbering plans'). Another country's number is typed with its ``+``."""

_PHONE_MARKS = re.compile(r"[\s().\-/]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
"""RFC 5322, 3.2.3: ``atext``."""
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LOCAL_TYPED = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
"""RFC 1123, 2.1: letters, digits, hyphens within."""
_LABEL_TYPED = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class Checked(msgspec.Struct, frozen=True):
    """What a typed value is worth. ``ok`` is None while more typing can still make it right."""

    ok: bool | None
    value: str = ""
    """As it is kept; empty unless it is right."""
    problem: str = ""
    """For the person; only where it cannot become right by typing on, or where typing has ended."""


EMPTY = Checked(None)


def check(field: str, text: str, territory: str = "", *, done: bool = False) -> Checked:
    """Judge what was typed into ``name``, ``phone`` or ``email``; ``done``: the typing there has ended.

    ``territory`` is the ISO 3166 code of the event's country; it completes a national phone number.
    """
    plain = " ".join(text.split())
    if not plain:
        return EMPTY
    if field == "phone":
        return _phone(plain, territory, done)
    return _email(plain, done) if field == "email" else _name(plain, done)


def _open(done: bool, problem: str) -> Checked:
    """Not right yet: a problem only once the typing has ended."""
    return Checked(ok=False, problem=problem) if done else EMPTY


def _name(text: str, done: bool) -> Checked:
    if len(text) > NAME_CHARS_MAX:
        return Checked(ok=False, problem=phrase("This name is too long."))
    if not any(c.isalpha() for c in text):
        return _open(done, phrase("A name has letters."))
    return Checked(ok=True, value=text)


def _phone(text: str, territory: str, done: bool) -> Checked:
    digits = _PHONE_MARKS.sub("", text)
    plus = digits.startswith("+")
    digits = digits.removeprefix("+")
    if digits and not (digits.isascii() and digits.isdecimal()):
        return Checked(ok=False, problem=phrase("A phone number has digits only."))
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if not plus and digits:
        if territory not in COUNTRIES:
            # Only noughts can still become the 00 of another country's number: all else is wrong from its first digit.
            return _open(done or bool(digits.strip("0")), phrase("Begin with + and the country's code."))
        code, trunk = COUNTRIES[territory]
        digits = code + (digits.removeprefix(trunk) if trunk else digits)
    if digits.startswith("0"):
        return Checked(ok=False, problem=phrase("No country's code begins with 0."))
    if len(digits) > PHONE_DIGITS_MAX:
        return Checked(ok=False, problem=phrase("This number is too long."))
    if len(digits) < PHONE_DIGITS_MIN:
        return _open(done, phrase("This number is too short."))
    return Checked(ok=True, value="+" + digits)


def _email(text: str, done: bool) -> Checked:
    local, at, domain = text.partition("@")
    if not at:
        if len(local) > EMAIL_LOCAL_CHARS_MAX or not _LOCAL_TYPED.fullmatch(local) or _dots(local):
            return Checked(ok=False, problem=phrase("An e-mail address cannot begin like this."))
        return _open(done, phrase("The @ and what follows it are missing."))
    if len(local) > EMAIL_LOCAL_CHARS_MAX or not _LOCAL.fullmatch(local):
        return Checked(ok=False, problem=phrase("What stands before the @ is no e-mail address."))
    *before, top = domain.split(".")
    sound = all(_LABEL.fullmatch(label) for label in before) and (not top or _LABEL_TYPED.fullmatch(top))
    long = len(text) > EMAIL_CHARS_MAX or any(len(x) > EMAIL_LABEL_CHARS_MAX for x in (*before, top))
    if long or not sound:
        return Checked(ok=False, problem=phrase("What stands behind the @ is no e-mail address."))
    # RFC 3696, 2: the last part is not all digits; a domain of one part alone takes no mail from outside.
    if not before or len(top) < 2 or top.isdecimal() or not _LABEL.fullmatch(top):
        return _open(done, phrase("The end of this address is missing."))
    return Checked(ok=True, value=f"{local}@{domain.lower()}")


def _dots(local: str) -> bool:
    """A dot stands where none may: first, or behind another one."""
    return local.startswith(".") or ".." in local


class Customers:
    """The buyers' data on this disk. It belongs to the thread of its store."""

    def __init__(self, store: Store, clock: Clock, sales: Mapping[str, int]) -> None:
        """``sales`` are the newest (seq by id): what belongs to none of them was never sold, and is erased."""
        self._store, self._clock = store, clock
        for sale in store.customers_of_no_sale():
            if sale in sales:
                store.give_customer(sale, sales[sale])
            else:
                store.drop_customers([sale])
        self._seqs = dict(store.customer_seqs())
        """Where the sales stand whose data is here, in the journal's order."""
        self._due: tuple[int, tuple[wire.CustomerRecord, ...]] | None = None

    def keep(self, sale: str, customer: wire.Customer) -> str:
        """Keep a buyer's data before the sale is made; the commitment that goes into it."""
        salt, data = self._clock.token(SALT_BYTES), wire.canonical(customer)
        self._store.keep_customer(sale, salt, data)
        return commitment(salt, data)

    def sold(self, sale: str, seq: int) -> None:
        """The sale is journalled, at ``seq``."""
        self._store.give_customer(sale, seq)
        self._seqs[sale], self._due = seq, None

    def forget(self, sales: Sequence[str]) -> None:
        """Erase the data of these sales: the office has it, or will never take it, or they were not made."""
        if sales:
            self._store.drop_customers(sales)
            for sale in sales:
                self._seqs.pop(sale, None)
            self._due = None

    def due(self, acknowledged: int) -> tuple[wire.CustomerRecord, ...]:
        """What to hand over now: of sales that the office holds, at most ``CUSTOMERS_MAX``."""
        if next(iter(self._seqs.values()), acknowledged + 1) > acknowledged:
            return ()
        if self._due is None or self._due[0] != acknowledged:
            found = self._store.customers(acknowledged, wire.CUSTOMERS_MAX)
            records = (
                wire.CustomerRecord(sale=sale, salt=salt.hex(), data=data.decode())
                for sale, salt, data in found
            )
            self._due = (acknowledged, tuple(records))
        return self._due[1]
