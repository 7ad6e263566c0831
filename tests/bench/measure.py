"""Times what Tombola does beside the least the machine needs for it, in turn, and says whether the goal is met.

Machines are shared and noisy: only what was measured in one run, one after the other, is compared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

MS_PER_S = 1000

Of = Literal["ratio", "value"]


@dataclass(frozen=True)
class Goal:
    """What a figure is to keep: at most (or at least) ``bound``, of its ratio to the floor or of its value."""

    bound: float
    of: Of = "ratio"
    least: bool = False

    def words(self, unit: str) -> str:
        """As the table shows it."""
        sign = "≥" if self.least else "≤"
        return f"{sign} {self.bound:g}" + (" ×" if self.of == "ratio" else f" {unit}")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row: what was measured, its floor in the same run, and the goal; None where there is none."""

    name: str
    value: float
    unit: str = "ms"
    floor: float | None = None
    ratio_of: Literal["value/floor", "floor/value"] = "value/floor"
    goal: Goal | None = None
    more: tuple[tuple[str, float], ...] = ()
    """Other numbers of the same measurement, for ``bench.json`` alone."""

    @property
    def ratio(self) -> float | None:
        """Value to floor, or the other way round where more is better."""
        if not self.floor or not self.value:
            return None
        return self.value / self.floor if self.ratio_of == "value/floor" else self.floor / self.value

    @property
    def met(self) -> bool | None:
        """Whether the goal is kept; None where none is set."""
        if self.goal is None:
            return None
        measured = self.ratio if self.goal.of == "ratio" else self.value
        if measured is None:
            return None
        return measured >= self.goal.bound if self.goal.least else measured <= self.goal.bound

    def as_json(self) -> dict[str, Any]:
        """As it stands in ``bench.json``."""
        found: dict[str, Any] = {
            "value": _short(self.value),
            "floor": _short(self.floor),
            "ratio": _short(self.ratio),
            "goal": None if self.goal is None else self.goal.words(self.unit),
            "met": self.met,
            "unit": self.unit,
        }
        return found | {name: _short(number) for name, number in self.more}


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


@dataclass(frozen=True)
class Bench:
    """Where a run works, and how it says what it is at."""

    folder: Path
    say: Callable[[str], None]


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(
    pairs: int, floor: Callable[[], object], ours: Callable[[], object], between: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Seconds of ``floor`` and of ``ours``, one after the other; what happens ``between`` is not counted."""
    floors, values = [], []
    for _ in range(pairs):
        floors.append(seconds(floor))
        values.append(seconds(ours))
        between()
    return floors, values


def median_ms(times_s: Sequence[float]) -> float:
    """The median in milliseconds."""
    return statistics.median(times_s) * MS_PER_S


def p99_ms(times_s: Iterable[float]) -> float:
    """What 99 of 100 stay under, in milliseconds (nearest rank)."""
    ordered = sorted(times_s)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * 99 // 100) - 1)] * MS_PER_S


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person."""
    rows = [("what", "value", "floor", "ratio", "goal", "")]
    rows += [
        (
            f.name,
            f"{f.value:.4g} {f.unit}",
            "" if f.floor is None else f"{f.floor:.4g} {f.unit}",
            "" if f.ratio is None else f"{f.ratio:.2f} ×",
            "" if f.goal is None else f.goal.words(f.unit),
            {None: "", True: "met", False: "MISSED"}[f.met],
        )
        for f in figures
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in (0, 5) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
