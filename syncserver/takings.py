"""What lay in a demonstration's drawer, told by its operator, its kiosk, its journal and the office: all four must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from shared import medium, sale, shift
from shared.errors import Fault
from syncserver import shifts
from syncserver.evening import FLOAT, Evening


@dataclass(frozen=True)
class Account:
    """One shift's cash as somebody counts it, minor units."""

    expected: int
    counted: int
    float: int
    closed: bool
    agrees: bool | None = None
    """The office counted it again; None: it has not."""

    @property
    def over(self) -> int:
        """Below 0 it is short."""
        return self.counted - self.expected


def at_office(c: Connection, rsu: UUID) -> list[Account]:
    """A kiosk's shifts as the office holds them, the oldest first."""
    return [
        Account(said.expected, said.counted, said.float, row.closed_at is not None, row.agrees)
        for row in reversed(shifts.of_kiosk(c, rsu))
        for said in row.sums
    ]


def in_journal(export: Path) -> list[Account]:
    """The closed shifts of a kiosk's exported journal, folded again from its first entry; ``Fault`` where it is damaged."""
    with export.open("rb") as file:
        read = list(medium.pieces(file, medium.look(file), lambda _: True))
    whole = [piece for piece in read if isinstance(piece, medium.Piece)]
    if len(whole) < len(read):
        raise Fault("takings.export", f"{export} is damaged.")
    book = shift.fold((one.header.seq, sale.decode(one.body)) for piece in whole for one in piece.entries)
    return [
        Account(said.expected, said.counted, said.float, held.last_seq > 0, said in held.stated)
        for held in book.closed.values()
        for said in held.sums()
    ]


def disagree(evening: Evening, office: Sequence[Account], journal: Sequence[Account]) -> list[str]:
    """What does not hold of a drawer, in words."""
    name = evening.kiosk.name
    if len(office) != 1 or len(journal) != 1:
        return [f"{name} has one shift: the office knows {len(office)}, its journal {len(journal)}"]
    (told,), (found,) = office, journal
    truths = {
        "its shift is closed": told.closed and found.closed,
        "its Z report says what the journal folds to": found.agrees is True,
        "the office counts its shift the same": told.agrees is True,
        "its float is what was counted": told.float == found.float == FLOAT,
        "what should be in the drawer is what the operator reckoned": told.expected
        == found.expected
        == evening.drawer,
        "what was counted is what the operator counted": told.counted
        == found.counted
        == evening.drawer + evening.wrong,
        "over or short is the same on the screen, at the office and in the journal": told.over
        == found.over
        == evening.shown_over
        == evening.wrong,
        "its X and its Z report were printed": set(evening.reports) == {"x", "z"},
    }
    return [f"{name}: {words} ({told}, {found})" for words, holds in truths.items() if not holds]
