from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

from shared import money

AMOUNTS = (
    0,
    1,
    5,
    99,
    100,
    1_250,
    99_999,
    123_450,
    1_234_567,
    100_000_000,
    -5,
    -100,
    -1_234_567,
    money.AMOUNT_MAX,
)


@pytest.mark.parametrize("locale", ["en", "fr", "es", "de", "en_GB", "pl"])
def test_every_currency_is_written_as_the_cldr_has_it(locale: str) -> None:
    """E12: what a kiosk writes without Babel is what Babel writes."""
    for currency in sorted(get_global("all_currencies")):
        assert money.digits(currency) == get_currency_precision(currency)
        for amount in AMOUNTS if locale in ("en", "fr", "es") else AMOUNTS[:5]:
            major = Decimal(amount).scaleb(-get_currency_precision(currency))
            assert money.major(amount, currency) == major
            assert money.minor(major, currency) == amount
            assert money.text(amount, currency, locale) == format_currency(major, currency, locale=locale)


def test_a_fraction_of_a_minor_unit_is_no_amount() -> None:
    """E12: money is a whole number of minor units."""
    with pytest.raises(ValueError, match="more decimals"):
        money.minor(Decimal("0.005"), "EUR")
    assert money.known("EUR")
    assert money.known("KWD")
    assert not money.known("EURO")


def test_a_kiosk_in_euro_needs_no_library_to_write_money() -> None:
    """K17: the currencies of most raffles are written without loading the locales of all the world."""
    code = (
        "import sys; from shared import money; money.text(1, 'EUR', 'fr'); money.minor(money.major(5, 'USD'), 'USD');"
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("locale", ["xx_YY", "", "not a locale", "en_"])
def test_a_locale_that_nobody_knows_is_english(locale: str) -> None:
    """E12: an event's locale is typed by somebody; a till that stopped for it would stop at each start."""
    assert money.text(123_456, "USD", locale) == "$1,234.56"
