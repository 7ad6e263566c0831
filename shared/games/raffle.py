"""The numbered raffle: a line holds consecutive draw numbers, all of them in one pool."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Of the whole share, over everything else."""
    pool: str = MAIN_POOL
    """The pool it is drawn from."""
    round_to: int = 1
    """The whole share is rounded down to a multiple of so many minor units."""
    carry: bool = False
    """What it does not pay out goes on to the next event."""


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


def base_of(sales: int, costs: int, base: str) -> int:
    """What percentage prizes are a share of, minor units: the ``gross`` sales, or ``net`` of documented costs."""
    return max(0, sales - costs) if base == "net" else sales


def whole_amount(prize: Prize, base: int, carried: int = 0) -> int:
    """What all winners of the prize get together, minor units (D8): the rule, in one place.

    A fixed prize is its value for each winner. Of a percentage prize: the share of the base, fractions of a minor
    unit cut off; plus what is ``carried`` in; at least the guaranteed minimum; at most the cap (E2), which holds
    over the minimum; rounded down to a multiple of ``round_to`` minor units. The house never pays more than it has
    declared.
    """
    if prize.type != "percentage":
        return prize.value * prize.winners
    amount = max(base * prize.basis_points // BASIS_POINTS + carried, prize.minimum)
    if prize.cap is not None:
        amount = min(amount, prize.cap)
    return amount - amount % prize.round_to


def prize_amount(prize: Prize, base: int, carried: int = 0) -> int:
    """What one winner of the prize gets, minor units: :func:`whole_amount` shared out, fractions cut off (D8)."""
    return whole_amount(prize, base, carried) // prize.winners


def amounts(prizes: Sequence[Prize], base: int, carried: int = 0) -> list[int]:
    """What all winners of each prize get together; the first carrying percentage prize gets what is carried in."""
    found = []
    for prize in prizes:
        takes = prize.carry and prize.type == "percentage"
        found.append(whole_amount(prize, base, carried if takes else 0))
        carried = 0 if takes else carried
    return found
