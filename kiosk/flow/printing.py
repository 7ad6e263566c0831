"""Tickets on their way to paper: one after the other, each settled before the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part
from kiosk.flow.said import (
    Command,
    Declined,
    PrintBegan,
    PrintEnded,
    PrintTicket,
    Reprint,
    SettlePrint,
    Touch,
    VoidOrder,
)
from kiosk.ledger import Sold
from kiosk.till import Print
from kiosk.words import Phrase, joined, phrase
from shared import numbers

if TYPE_CHECKING:
    from kiosk.flow import Flow


class Printing(Part):
    """The prints that are still to be settled."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._prints: list[Print] = []
        self._total = 0
        self._problem = ("", "")
        self._recovering = False
        self._reprinting = False
        self.touches = {
            "print_yes": self._print_yes,
            "print_retry": self._print_retry,
            "print_misprint": self._print_misprint,
        }
        self.handlers = {PrintBegan: self._on_print_began, PrintEnded: self._on_print_ended}
        self.declined = {"PrintTicket": self._print_declined, "Reprint": self._print_declined}

    def begin(self, tickets: tuple[Sold, ...]) -> list[Command]:
        """Print the tickets of a sale."""
        self._recovering = False
        self._prints = [Print(t, 0, "queued") for t in tickets]
        self._total = len(self._prints)
        return self.advance()

    def recover(self, pending: tuple[Print, ...]) -> list[Command]:
        """Settle what was left open when the kiosk stopped, or when its operator left."""
        self._recovering = True
        self.flow.counter.tickets, self.flow.counter.voided = [], set()
        self._prints, self._total = list(pending), len(pending)
        return self.advance()

    def advance(self) -> list[Command]:
        """The next ticket that has to come out, or the end of the sale."""
        flow = self.flow
        self._problem = ("", "")
        if self._prints:
            first = self._prints[0]
            if first.state == "queued":
                flow.screen, flow.waiting = "printing", "PrintTicket"
                return [PrintTicket(first.ticket, first.copy)]
            state = "failed" if first.state == "failed" else "unknown"
            flow.screen, flow.waiting = "print_problem", ""
            self._problem = (state, phrase("The kiosk was interrupted while this ticket was printing."))
            return []
        flow.waiting = ""
        if self._reprinting:
            self._reprinting = False
            flow.screen = "lookup"
            flow.say(phrase("The reprint came out."))
            return flow.tickets.again()
        if self._recovering or not flow.counter.sold():
            self._recovering = False
            flow.home()
        return []

    def voided(self, order: str, *, misprint: bool) -> list[Command] | None:
        """An order became void; what follows where it was the one at the printer, else None."""
        if misprint and self._prints and self._prints[0].ticket.line.order == order:
            del self._prints[0]
            return self.advance()
        return None

    def _on_print_began(self, event: PrintBegan) -> list[Command]:
        """A reprint was journalled and is at the printer."""
        current = Print(event.ticket, event.copy, "queued")
        if self._prints and self._prints[0].ticket.line.order == event.ticket.line.order:
            self._prints[0] = current
        else:
            self._prints.insert(0, current)
            self._total = max(1, len(self._prints))
            self._reprinting = True
        self._problem = ("", "")
        self.flow.screen, self.flow.waiting = "printing", "PrintTicket"
        return []

    def _on_print_ended(self, event: PrintEnded) -> list[Command]:
        if not self._prints:
            return []
        first = self._prints[0]
        if (first.ticket.line.order, first.copy) != (event.order, event.copy):
            return []
        self.flow.waiting = ""
        if event.outcome == "confirmed":
            del self._prints[0]
            return self.advance()
        self.flow.screen = "print_problem"
        self._problem = ("failed" if event.outcome == "failed" else "unknown", event.words)
        return []

    def _print_declined(self, event: Declined) -> list[Command] | None:
        if not self._prints or self.flow.screen != "printing":
            return None
        self.flow.screen = "print_problem"
        self._problem = ("failed", joined(event.words, event.hint))
        return []

    def _print_yes(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "print_problem" or self._problem[0] != "unknown":
            return []
        first = self._prints.pop(0)
        return [SettlePrint(first.ticket.line.order, first.copy, whole=True), *self.advance()]

    def _print_retry(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "print_problem":
            return []
        first = self._prints[0]
        self.flow.screen, self.flow.waiting = "printing", "PrintTicket"
        if self._problem[0] == "failed":  # nothing came out: the same copy may go again
            self._problem = ("", "")
            return [PrintTicket(first.ticket, first.copy)]
        return [Reprint(first.ticket.line.order, "did not come out whole", self.flow.operator)]

    def _print_misprint(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "print_problem":
            return []
        self.flow.waiting = "VoidOrder"
        order = self._prints[0].ticket.line.order
        return [VoidOrder(order, "misprint", self.flow.operator, misprint=True)]

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``printing``, ``print_problem``."""
        return {"printing": self._view_printing(), "print_problem": self._view_problem()}

    def _view_printing(self) -> dict[str, Any]:
        place = self._total - len(self._prints) + 1 if self._prints else self._total
        words = (
            phrase("Printing ticket {place} of {total}", place=place, total=self._total)
            if self._total > 1
            else phrase("Printing the ticket")
        )
        return {
            "words": words,
            "order_index": place,
            "of": self._total,
            "printer": self.flow.device_words("printer"),
        }

    def _view_problem(self) -> dict[str, Any]:
        state, words = self._problem
        line = self._prints[0].ticket.line if self._prints else None
        failed = state == "failed"
        return {
            "title": phrase("The ticket did not come out")
            if failed
            else phrase("Did the ticket come out whole?"),
            "reason": words if failed else _happened(words),
            "what_to_do": phrase(
                "Put the printer right, then print it. Or make the sale void and give the money back."
            )
            if failed
            else phrase("Whole: hand it over. Not whole: tear it up and print it again."),
            "can_retry": True,
            "state": state or "unknown",
            "numbers": numbers.words(line.ranges) if line else "",
            "validation": numbers.show_validation(line.validation) if line else "",
        }


def _happened(words: str) -> str:
    """What the printer said of a doubtful print, without the question and the advice that the screen gives itself."""
    if isinstance(words, Phrase):  # sentences that were joined are its parts; a single one stays as it is
        parts: list[str] = list(words.parts.values())
        if joined(*parts) != words:
            return words
    else:
        parts = re.split(r"(?<=[.?!])\s+", words)
    return (
        joined(*(p for p in parts if not re.search(r"\b(whole|look at|tear)\b", p, re.IGNORECASE))) or words
    )
