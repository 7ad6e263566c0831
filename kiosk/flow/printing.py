"""Tickets and their counterfoils on their way to paper: one after the other, each settled before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part
from kiosk.flow.said import (
    AgainFoils,
    Command,
    Declined,
    FoilsBegan,
    PrintBegan,
    PrintEnded,
    PrintFoils,
    PrintTicket,
    Reprint,
    SettleFoils,
    SettlePrint,
    Touch,
    VoidOrder,
)
from kiosk.ledger import Sold
from kiosk.till import Print
from kiosk.words import joined, phrase
from shared import numbers

if TYPE_CHECKING:
    from kiosk.flow import Flow


class Printing(Part):
    """The prints that are still to be settled."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._prints: list[Print] = []
        self._total = 0
        self._problem = ("", "", "")
        """How it ended, what the printer said, what to do about that."""
        self._recovering = False
        self._reprinting = False
        self._approved_by = ""
        """The supervisor who let counterfoils be printed once more."""
        self.touches = {
            "print_yes": self._print_yes,
            "print_retry": self._print_retry,
            "print_misprint": self._print_misprint,
            "counterfoils": self._counterfoils,
        }
        self.handlers = {
            PrintBegan: self._on_print_began,
            FoilsBegan: self._on_foils_began,
            PrintEnded: self._on_print_ended,
        }
        self.declined = dict.fromkeys(
            ("PrintTicket", "PrintFoils", "Reprint", "AgainFoils"), self._print_declined
        )

    def begin(self, tickets: tuple[Sold, ...]) -> list[Command]:
        """Print the tickets of a sale."""
        self._recovering = False
        self._prints = []
        for ticket in tickets:
            self._prints.append(Print(ticket, 0, "queued"))
            if self._has_counterfoils(ticket):
                self._prints.append(Print(ticket, 0, "queued", foils=True))
        self._total = len(tickets)
        return self.advance()

    def _has_counterfoils(self, ticket: Sold) -> bool:
        events = (e for e in self.flow.shop.events if e.id == ticket.line.event)
        return not ticket.fact.test and any(e.policies.counterfoils for e in events)

    def recover(self, pending: tuple[Print, ...]) -> list[Command]:
        """Settle what was left open when the kiosk stopped, or when its operator left."""
        self._recovering = True
        self.flow.counter.tickets, self.flow.counter.voided = [], set()
        self._prints, self._total = list(pending), sum(not one.foils for one in pending)
        return self.advance()

    def advance(self) -> list[Command]:
        """The next ticket that has to come out, or the end of the sale."""
        flow = self.flow
        self._problem = ("", "", "")
        if self._prints:
            first = self._prints[0]
            if first.state == "queued":
                return self._print(first)
            state = "failed" if first.state == "failed" else "unknown"
            flow.screen, flow.waiting = "print_problem", ""
            words = phrase("The kiosk was interrupted while this ticket was printing.")
            if first.foils:
                words = phrase("The kiosk was interrupted while these counterfoils were printing.")
            self._problem = (state, words, "")
            return []
        flow.waiting, self._approved_by = "", ""
        if self._reprinting:
            self._reprinting = False
            flow.screen = "lookup"
            flow.say(phrase("It came out."))
            return flow.tickets.again()
        if self._recovering or not flow.counter.sold():
            self._recovering = False
            flow.home()
        return []

    def change(self) -> int:
        """What the buyer of the ticket at the printer has still to get of what they gave; minor units.

        It is told once all is printed: until then, and where nothing came out whole, it is told with the trouble.
        """
        first = self._prints[0] if self._prints else None
        # A copy that was asked for later, or was under way at a stop, says nothing of its sale's change.
        if first is None or self._reprinting or (self._recovering and first.copy) or first.ticket.fact.test:
            return 0
        return first.ticket.fact.payment.change

    def change_with(self, order: str) -> int:
        """The change that nobody tells of any more once this order is void: nothing else of its sale is to come."""
        first = self._prints[0] if self._prints else None
        if first is None or first.ticket.line.order != order:
            return 0
        fact, counter = first.ticket.fact, self.flow.counter
        gone = counter.voided | {order}
        others = [t.line.order for t in counter.tickets] or [
            one.ticket.line.order for one in self._prints if one.ticket.fact.sale == fact.sale
        ]
        return self.change() if gone.issuperset(others) else 0

    def voided(self, order: str, *, misprint: bool) -> list[Command] | None:
        """An order became void; what follows where it was the one at the printer, else None."""
        if misprint and self._prints and self._prints[0].ticket.line.order == order:
            self._prints = [one for one in self._prints if one.ticket.line.order != order]
            return self.advance()
        return None

    def _print(self, one: Print) -> list[Command]:
        """Have the printer print it."""
        self._problem = ("", "", "")
        self.flow.screen = "printing"
        if one.foils:
            self.flow.waiting = "PrintFoils"
            return [PrintFoils(one.ticket, one.copy, self.flow.operator, self._approved_by)]
        self.flow.waiting = "PrintTicket"
        return [PrintTicket(one.ticket, one.copy)]

    def _on_print_began(self, event: PrintBegan) -> list[Command]:
        """A reprint was journalled and is at the printer."""
        self._began(Print(event.ticket, event.copy, "queued"))
        return []

    def _on_foils_began(self, event: FoilsBegan) -> list[Command]:
        """Counterfoils are at the printer once more."""
        self._began(Print(event.ticket, event.copy, "queued", foils=True))
        return []

    def _began(self, current: Print) -> None:
        first = self._prints[0] if self._prints else None
        if first is not None and (first.ticket.line.order, first.foils) == (
            current.ticket.line.order,
            current.foils,
        ):
            self._prints[0] = current
        else:
            self._prints.insert(0, current)
            self._total = sum(not one.foils for one in self._prints)
            self._reprinting = True
        self._problem = ("", "", "")
        self.flow.screen = "printing"
        self.flow.waiting = "PrintFoils" if current.foils else "PrintTicket"

    def _on_print_ended(self, event: PrintEnded) -> list[Command]:
        if not self._prints:
            return []
        first = self._prints[0]
        if (first.ticket.line.order, first.copy, first.foils) != (event.order, event.copy, event.foils):
            return []
        self.flow.waiting = ""
        if event.outcome == "confirmed":
            del self._prints[0]
            return self.advance()
        self.flow.screen = "print_problem"
        state = "failed" if event.outcome == "failed" else "unknown"
        self._problem = (state, event.words, event.advice)
        return []

    def _print_declined(self, event: Declined) -> list[Command] | None:
        if not self._prints or self.flow.screen != "printing":
            return None
        self.flow.screen = "print_problem"
        # A second copy that was refused says nothing of the first: what was not known of it is not known still.
        self._problem = (self._problem[0] or "failed", event.words, event.hint)
        return []

    def _print_yes(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "print_problem" or self._problem[0] != "unknown":
            return []
        first = self._prints.pop(0)
        settled: Command = SettlePrint(first.ticket.line.order, first.copy, whole=True)
        if first.foils:
            settled = self._settle_foils(first, whole=True)
        return [settled, *self.advance()]

    def _print_retry(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "print_problem":
            return []
        first = self._prints[0]
        if self._problem[0] == "failed":  # nothing came out: the same copy may go again
            return self._print(first)
        if first.foils:
            return self._again(first.ticket.line.order)
        self.flow.screen, self.flow.waiting = "printing", "PrintTicket"
        return [Reprint(first.ticket.line.order, "did not come out whole", self.flow.operator)]

    def _print_misprint(self, _touch: Touch) -> list[Command]:
        """Give up: a ticket becomes void; counterfoils can be printed later, from their ticket's look-up."""
        if self.flow.screen != "print_problem":
            return []
        first = self._prints[0]
        if first.foils:
            del self._prints[0]
            self.flow.say(phrase("Look the ticket up to print its counterfoils later."), "warn")
            return [self._settle_foils(first, whole=False), *self.advance()]
        self.flow.waiting = "VoidOrder"
        return [VoidOrder(first.ticket.line.order, "misprint", self.flow.operator, misprint=True)]

    def _settle_foils(self, one: Print, *, whole: bool) -> SettleFoils:
        return SettleFoils(one.ticket, one.copy, whole, self.flow.operator, self._approved_by)

    def _counterfoils(self, _touch: Touch) -> list[Command]:
        """Once more, from the ticket's look-up."""
        order = self.flow.tickets.counterfoils_of()
        return self._again(order) if self.flow.screen == "lookup" and order else []

    def _again(self, order: str) -> list[Command]:
        """Counterfoils once more: a supervisor has to agree, and each of them says so (N10)."""

        def approved(who: str) -> list[Command]:
            self._approved_by = who
            first = self._prints[0] if self._prints else None
            let_go: list[Command] = []
            if first is not None and first.foils and first.ticket.line.order == order:
                let_go.append(self._settle_foils(first, whole=False))
            self.flow.waiting = "AgainFoils"
            return [*let_go, AgainFoils(order, self.flow.operator, who)]

        return self.flow.approval.ask(
            phrase("Print the counterfoils again"),
            phrase("Tear up those that came out before: they must not be in the drum twice."),
            approved,
        )

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``printing``, ``print_problem``."""
        return {"printing": self._view_printing(), "print_problem": self._view_problem()}

    def _view_printing(self) -> dict[str, Any]:
        left = sum(not one.foils for one in self._prints)
        foils = bool(self._prints) and self._prints[0].foils
        place = self._total - left + 1 if self._prints and not foils else self._total - left
        if foils:
            words = phrase("Printing the counterfoils")
        elif self._total > 1:
            words = phrase("Printing ticket {place} of {total}", place=place, total=self._total)
        else:
            words = phrase("Printing the ticket")
        return {
            "words": words,
            "order_index": place,
            "of": self._total,
            "printer": self.flow.device_words("printer"),
        }

    def _view_problem(self) -> dict[str, Any]:
        state, words, advice = self._problem
        first = self._prints[0] if self._prints else None
        line = first.ticket.line if first else None
        foils = first is not None and first.foils
        failed = state == "failed"
        change = self.change() if line else 0
        said = _FOILS if foils else _TEST if first is not None and first.ticket.fact.test else _TICKET
        return {
            "what": "counterfoils" if foils else "ticket",
            "title": said["failed" if failed else "unknown"],
            "reason": words,
            "what_to_do": joined(advice, said["failed_do" if failed else "unknown_do"]),
            "yes_words": said["yes"],
            "retry_words": said["failed_retry" if failed else "unknown_retry"],
            "give_up_words": said["give_up"],
            "can_retry": True,
            "state": state or "unknown",
            "change": phrase("Change: {amount}", amount=self.flow.money(change, line.currency))
            if line and change
            else "",
            "numbers": numbers.words(line.ranges) if line else "",
            "validation": numbers.show_validation(line.validation) if line else "",
        }


_TICKET = {
    "failed": phrase("The ticket did not come out"),
    "unknown": phrase("Did the ticket come out whole?"),
    "failed_do": phrase("Then print it. Or make the sale void and give the money back."),
    "unknown_do": phrase("Whole: hand it over. Not whole: tear it up and print it again."),
    "yes": phrase("Yes, it is whole"),
    "failed_retry": phrase("Print it now"),
    "unknown_retry": phrase("No, print again"),
    "give_up": phrase("Misprint: make void"),
}
_TEST = _TICKET | {"failed_do": phrase("Then print it. Or make the test void: no money was taken.")}
_FOILS = {
    "failed": phrase("The counterfoils did not come out"),
    "unknown": phrase("Did all counterfoils come out?"),
    "failed_do": phrase("Then print them. The buyer has the ticket and need not wait."),
    "unknown_do": phrase(
        "All there: put them into the drum. Some missing: tear up the rest; a supervisor has them printed again."
    ),
    "yes": phrase("Yes, all are there"),
    "failed_retry": phrase("Print them now"),
    "unknown_retry": phrase("No, print them again"),
    "give_up": phrase("Print them later"),
}
