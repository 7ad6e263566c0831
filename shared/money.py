"""Money is an integer of minor units (cents, pence, yen) and a currency of ISO 4217."""

from __future__ import annotations

from decimal import Decimal

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

AMOUNT_MAX = 2**53 - 1
"""Largest amount in minor units: what every JSON reader holds exactly."""


def known(currency: str) -> bool:
    """Whether ``currency`` is a three-letter code that the CLDR knows."""
    return currency in get_global("all_currencies")


def major(amount: int, currency: str) -> Decimal:
    """``amount`` minor units in major units, exactly: 1250 USD gives 12.50."""
    return Decimal(amount).scaleb(-get_currency_precision(currency))


def minor(amount: Decimal, currency: str) -> int:
    """Major units in minor units; ``ValueError`` where a fraction of a minor unit would be lost."""
    scaled = amount.scaleb(get_currency_precision(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} has more decimals than the currency")
    return int(scaled)


def text(amount: int, currency: str, locale: str = "en") -> str:
    """``amount`` minor units as a reader of ``locale`` writes it: ``$12.50``, ``12,50 €``."""
    return format_currency(major(amount, currency), currency, locale=locale)
