"""Notes and coins: what lies in a drawer, and what a customer may well hand over.

What is in circulation by the issuing central banks' own lists (November 2026); pieces that are still legal tender though
no longer issued are among them, those withdrawn are not. Of a value that is both note and coin the commoner is meant.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from shared import money

SUGGESTED_MAX = 4
SUGGESTED_MAJOR_MIN = 5
"""Smaller notes are change, not what somebody pays with."""
_ANYWHERE_MAJOR = (5, 10, 20, 50, 100, 200)
"""Notes of a currency that is not in the table."""

_NOTES: dict[str, tuple[int, ...]] = {
    "AUD": (100_00, 50_00, 20_00, 10_00, 5_00),  # Reserve Bank of Australia
    "CAD": (100_00, 50_00, 20_00, 10_00, 5_00),  # Bank of Canada
    "CHF": (1000_00, 200_00, 100_00, 50_00, 20_00, 10_00),  # Swiss National Bank
    "CZK": (5000_00, 2000_00, 1000_00, 500_00, 200_00, 100_00),  # Czech National Bank
    "DKK": (500_00, 200_00, 100_00, 50_00),  # Danmarks Nationalbank; 1000 ended on 31 May 2025
    "EUR": (500_00, 200_00, 100_00, 50_00, 20_00, 10_00, 5_00),  # European Central Bank; 500 no longer issued
    "GBP": (50_00, 20_00, 10_00, 5_00),  # Bank of England
    "JPY": (10_000, 5_000, 2_000, 1_000),  # Bank of Japan
    "MXN": (1000_00, 500_00, 200_00, 100_00, 50_00, 20_00),  # Banco de México
    "NOK": (1000_00, 500_00, 200_00, 100_00, 50_00),  # Norges Bank
    "NZD": (100_00, 50_00, 20_00, 10_00, 5_00),  # Reserve Bank of New Zealand
    "PLN": (500_00, 200_00, 100_00, 50_00, 20_00, 10_00),  # Narodowy Bank Polski
    "SEK": (1000_00, 500_00, 200_00, 100_00, 50_00, 20_00),  # Sveriges Riksbank
    "USD": (100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00),  # Federal Reserve
    "ZAR": (200_00, 100_00, 50_00, 20_00, 10_00),  # South African Reserve Bank
}
_COINS: dict[str, tuple[int, ...]] = {
    "AUD": (2_00, 1_00, 50, 20, 10, 5),
    "CAD": (2_00, 1_00, 25, 10, 5),
    "CHF": (5_00, 2_00, 1_00, 50, 20, 10, 5),
    "CZK": (50_00, 20_00, 10_00, 5_00, 2_00, 1_00),
    "DKK": (20_00, 10_00, 5_00, 2_00, 1_00, 50),
    "EUR": (2_00, 1_00, 50, 20, 10, 5, 2, 1),
    "GBP": (2_00, 1_00, 50, 20, 10, 5, 2, 1),
    "JPY": (500, 100, 50, 10, 5, 1),
    "MXN": (10_00, 5_00, 2_00, 1_00, 50, 20, 10),
    "NOK": (20_00, 10_00, 5_00, 1_00),
    "NZD": (2_00, 1_00, 50, 20, 10),
    "PLN": (5_00, 2_00, 1_00, 50, 20, 10, 5, 2, 1),
    "SEK": (10_00, 5_00, 2_00, 1_00),
    "USD": (50, 25, 10, 5, 1),
    "ZAR": (5_00, 2_00, 1_00, 50, 20, 10),
}


class Piece(msgspec.Struct, frozen=True):
    """A kind of note or coin."""

    value: int
    """Minor units."""
    coin: bool


@lru_cache(maxsize=64)
def pieces(currency: str, own: tuple[int, ...] = ()) -> tuple[Piece, ...]:
    """What is counted in this currency, the largest first; ``own`` is the organisation's list, in minor units.

    Empty where neither the office nor this table knows: then only the sum is typed.
    """
    notes, coins = _NOTES.get(currency, ()), _COINS.get(currency, ())
    if own:
        smallest_note = min(notes, default=0)
        return tuple(
            Piece(v, coin=v in coins or (v not in notes and v < smallest_note))
            for v in sorted(set(own), reverse=True)
        )
    return tuple(Piece(v, coin=False) for v in notes) + tuple(Piece(v, coin=True) for v in coins)


def suggested(due: int, currency: str) -> list[int]:
    """What a customer may well hand over for ``due``: rounded up to notes, minor units, the smallest first."""
    if not due:
        return []
    unit = int(1 / money.major(1, currency))
    notes = _NOTES.get(currency) or tuple(n * unit for n in _ANYWHERE_MAJOR)
    large = [n for n in notes if n >= SUGGESTED_MAJOR_MIN * unit]
    return sorted({-(-due // n) * n for n in large} - {due})[:SUGGESTED_MAX]
