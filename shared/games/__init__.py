"""The games: each says what a line must hold, which pools it feeds and what its prizes are worth."""

from __future__ import annotations

from typing import Protocol

from shared.games import raffle
from shared.sale import Line


class Game(Protocol):
    """What the rest of the house asks of a game; each is a module of this package."""

    def line_problems(self, line: Line, ticket_count: int, price: int, currency: str) -> list[str]:
        """How the line differs from the package it names, in words; empty where it does not."""
        ...

    def pools(self, line: Line) -> tuple[str, ...]:
        """The names of the pools that the line's numbers enter."""
        ...


GAMES: dict[str, Game] = {"raffle": raffle}
