from __future__ import annotations

import pytest

from kiosk.pieces import pieces, suggested
from shared import money

WORKED_OUT = [
    "AUD",
    "CAD",
    "CHF",
    "CZK",
    "DKK",
    "EUR",
    "GBP",
    "JPY",
    "MXN",
    "NOK",
    "NZD",
    "PLN",
    "SEK",
    "USD",
    "ZAR",
]


@pytest.mark.parametrize("currency", WORKED_OUT)
def test_each_currency_has_notes_and_coins_that_make_up_any_amount(currency: str) -> None:
    """K13: cash is counted by denomination; each value once, the largest first, the notes before the coins."""
    found = pieces(currency)
    values = [p.value for p in found]
    assert values == sorted(set(values), reverse=True)
    assert [p.coin for p in found] == sorted(p.coin for p in found)
    assert {p.coin for p in found} == {True, False}
    unit = int(1 / money.major(1, currency))
    for value in values:
        head = str(value).rstrip("0")
        assert head in ("1", "2", "5", "25"), value
    assert values[-1] <= unit


def test_a_currency_that_nobody_knows_is_typed_as_a_sum() -> None:
    """K13: others: sum only."""
    assert pieces("ISK") == ()


def test_the_offices_list_goes_before_the_kiosks() -> None:
    """K13: an organisation that takes no coppers does not count them; one with its own currency lists it."""
    assert [(p.value, p.coin) for p in pieces("EUR", (50, 500, 20_000, 500))] == [
        (20_000, False),
        (500, False),
        (50, True),
    ]
    assert [(p.value, p.coin) for p in pieces("ISK", (1_000, 100))] == [(1_000, False), (100, False)]


@pytest.mark.parametrize(
    ("due", "currency", "wanted"),
    [
        (0, "USD", []),
        (1_300, "USD", [1_500, 2_000, 5_000, 10_000]),
        (1_000, "USD", [2_000, 5_000, 10_000]),
        (250, "GBP", [500, 1_000, 2_000, 5_000]),
        (700, "CHF", [1_000, 2_000, 5_000, 10_000]),
        (900, "JPY", [1_000, 2_000, 5_000, 10_000]),
        (15_000, "JPY", [16_000, 20_000]),
        (1_003, "ISK", [1_005, 1_010, 1_020, 1_050]),
    ],
)
def test_suggested_notes_are_notes_of_the_currency(due: int, currency: str, wanted: list[int]) -> None:
    """K17: what is suggested can be handed over."""
    found = suggested(due, currency)
    assert found[: len(wanted)] == wanted
    assert all(amount > due for amount in found)
