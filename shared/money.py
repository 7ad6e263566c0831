"""Money is an integer of minor units (cents, pence, yen) and a currency of ISO 4217.

How it is written in a language is the CLDR's, by Babel. What the kiosk's own languages write of the currencies that most
raffles are sold in stands here as well, so that a kiosk that sells in them never loads Babel (30 ms and 6 MB of its
start); a test holds the two together.
"""

from __future__ import annotations

from decimal import Decimal

AMOUNT_MAX = 2**53 - 1
"""Largest amount in minor units: what every JSON reader holds exactly."""

_DIGITS = dict.fromkeys(("AUD", "BGN", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "USD", "ZAR"), 2) | {"ISK": 0, "JPY": 0}  # fmt: skip
"""Digits of the minor unit, as the CLDR has them."""
_STYLES = {"en": ("", ",", "."), "fr": ("\xa0", "\u202f", ","), "es": ("\xa0", ".", ",")}
"""By language: what stands between amount and symbol (nothing: the symbol comes first), thousands, the decimal sign."""
_SYMBOLS = {
    "en": {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "JPY": "¥", "MXN": "MX$", "NZD": "NZ$", "USD": "$"},
    "fr": {"AUD": "$AU", "CAD": "$CA", "EUR": "€", "GBP": "£GB", "MXN": "$MX", "NZD": "$NZ", "USD": "$US"},
    "es": {"EUR": "€", "USD": "US$"},
}  # fmt: skip
"""Where a language has one; elsewhere the currency's code."""


def known(currency: str) -> bool:
    """Whether ``currency`` is a three-letter code that the CLDR knows."""
    if currency in _DIGITS:
        return True
    from babel.core import get_global  # noqa: PLC0415 - as above

    return currency in get_global("all_currencies")


def digits(currency: str) -> int:
    """How many digits of an amount are minor units."""
    if currency in _DIGITS:
        return _DIGITS[currency]
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - as above

    return get_currency_precision(currency)


def major(amount: int, currency: str) -> Decimal:
    """``amount`` minor units in major units, exactly: 1250 USD gives 12.50."""
    return Decimal(amount).scaleb(-digits(currency))


def minor(amount: Decimal, currency: str) -> int:
    """Major units in minor units; ``ValueError`` where a fraction of a minor unit would be lost."""
    scaled = amount.scaleb(digits(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} has more decimals than the currency")
    return int(scaled)


def text(amount: int, currency: str, locale: str = "en") -> str:
    """``amount`` minor units as a reader of ``locale`` writes it: ``$12.50``, ``12,50 €``; English where nobody knows it."""
    style = _STYLES.get(locale)
    places = _DIGITS.get(currency)
    if style is None or places is None:
        from babel.core import UnknownLocaleError  # noqa: PLC0415 - as above
        from babel.numbers import format_currency  # noqa: PLC0415 - as above

        try:
            return format_currency(major(amount, currency), currency, locale=locale or "en")
        except (UnknownLocaleError, ValueError):  # an event bears it: no till may stop for a slip of the pen
            return format_currency(major(amount, currency), currency, locale="en")
    space, thousands, point = style
    whole, part = divmod(abs(amount), 10**places)
    written = f"{whole:,}".replace(",", thousands) + (f"{point}{part:0{places}}" if places else "")
    symbol = _SYMBOLS[locale].get(currency, currency)
    sign = "-" if amount < 0 else ""
    return f"{sign}{written}{space}{symbol}" if space else f"{sign}{symbol}{written}"
