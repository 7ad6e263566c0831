"""The world's own books: what was promised to customers, kept by hand and without the program's help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ticket:
    """One order as the customer holds it."""

    order: str
    event: str
    package: str
    numbers: tuple[int, ...]
    price: int
    validation: str


@dataclass
class Promise:
    """A sale that the till completed: customers hold these tickets."""

    rsu: str
    epoch: int
    seq: int
    entry: bytes
    """SHA-256 of the journal entry."""
    tickets: tuple[Ticket, ...]


@dataclass
class VoidNote:
    """A void or a misprint that the till stated."""

    order: str
    entry: bytes
    misprint: bool


@dataclass
class Books:
    """All promises and voids of a world."""

    promises: list[Promise] = field(default_factory=list)
    voids: list[VoidNote] = field(default_factory=list)

    def tickets(self, entries: set[bytes]) -> list[Ticket]:
        """The tickets of those promises whose entries are among these."""
        return [t for p in self.promises if p.entry in entries for t in p.tickets]

    def void_orders(self, entries: set[bytes]) -> set[str]:
        """The orders made void by one of these entries."""
        return {v.order for v in self.voids if v.entry in entries}

    def pool(
        self, event: str, entries: set[bytes], left_out: Iterable[str] = (), kept: Iterable[str] = ()
    ) -> list[int]:
        """The numbers that stand: sold less void, less the orders that a person left out; ascending.

        No void touches the orders ``kept``: they have won.
        """
        void = self.void_orders(entries) - set(kept) | set(left_out)
        return sorted(
            n for t in self.tickets(entries) if t.event == event and t.order not in void for n in t.numbers
        )

    def money(
        self, event: str, entries: set[bytes], left_out: Iterable[str] = (), kept: Iterable[str] = ()
    ) -> int:
        """What was paid for what stands, minor units."""
        void = self.void_orders(entries) - set(kept) | set(left_out)
        return sum(t.price for t in self.tickets(entries) if t.event == event and t.order not in void)
