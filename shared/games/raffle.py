"""The numbered raffle: a line holds consecutive draw numbers, all of them in one pool."""

from __future__ import annotations

import msgspec

from shared.sale import Line

BASIS_POINTS = 10_000
MAIN_POOL = "main"


class Prize(msgspec.Struct, frozen=True, kw_only=True):
    """What a prize is worth: a fixed amount, or a share of the sales; amounts in minor units."""

    type: str
    """``fixed`` or ``percentage``."""
    value: int = 0
    basis_points: int = 0
    """Hundredths of a percent of the sales, for ``percentage``."""
    winners: int = 1
    minimum: int = 0
    """Guaranteed, however little was sold."""
    cap: int | None = None


def line_problems(line: Line, ticket_count: int, price: int, currency: str) -> list[str]:
    """How the line differs from the package it names (N11), in words."""
    found = []
    if line.count != ticket_count:
        found.append(f"holds {line.count} numbers, the package has {ticket_count}")
    if line.price != price or line.currency != currency:
        found.append(f"was sold at {line.price} {line.currency}, the package costs {price} {currency}")
    return found


def pools(_line: Line) -> tuple[str, ...]:
    """Every number of the raffle is in its one pool."""
    return (MAIN_POOL,)


def prize_amount(prize: Prize, sales: int) -> int:
    """What one winner of the prize gets, minor units, after ``sales`` of tickets that stand (D8).

    Fractions of a minor unit are cut off, first of the share, then of its division among the winners: the
    house never pays more than the declared percentage. The cap holds over the guaranteed minimum (E2).
    """
    amount = sales * prize.basis_points // BASIS_POINTS if prize.type == "percentage" else prize.value
    if prize.type == "percentage":
        amount = max(amount, prize.minimum)
        if prize.cap is not None:
            amount = min(amount, prize.cap)
        amount //= prize.winners
    return amount
