"""Tickets that come back: looked up, made void, printed again, and their prizes paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part, typed
from kiosk.flow.said import (
    VOID_REASONS,
    ClaimAnswered,
    ClaimOpen,
    Command,
    Declined,
    LookedUp,
    LookUp,
    OfficeSaid,
    OrderVoided,
    PayPrize,
    Reprint,
    Touch,
    VoidOrder,
)
from kiosk.ledger import Sold
from kiosk.words import joined, phrase
from shared.shift import card_part

if TYPE_CHECKING:
    from kiosk.flow import Flow

CLAIM_WAIT_MS = 10_000
"""How long the screen waits for the office's word on a prize before it says that there is none yet."""


class Tickets(Part):
    """The ticket in somebody's hand, and what may be done about it."""

    free = frozenset({"lookup", "void", "claim"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._typed = ""
        self._result: dict[str, Any] = {}
        self._void_reason = self._void_error = ""
        self._claim: dict[str, Any] = {}
        """The prize on the claim screen: see ``_view_claim``."""
        self._claim_until = 0
        self.touches = {
            "open_lookup": self._open_lookup,
            "look_up": self._look_up,
            "open_void": self._open_void,
            "void_reason": self._choose_reason,
            "void_confirm": self._void_confirm,
            "reprint": self._reprint,
            "open_claim": self._open_claim,
            "claim_identity": self._claim_identity,
            "claim_pay": self._claim_pay,
        }
        self.handlers = {
            OrderVoided: self._on_voided,
            LookedUp: self._on_looked_up,
            OfficeSaid: self._on_office_said,
            ClaimAnswered: self._on_claim_answered,
            ClaimOpen: self._on_claim_open,
        }
        self.keys = {"lookup": self._key_lookup}
        self.backs = {"void": self._leave_void, "claim": self._leave_claim, "lookup": self._leave_lookup}
        self.declined = {"VoidOrder": self._void_declined, "PayPrize": self._pay_declined}

    def forget(self) -> None:
        """No ticket is on the screen for the next operator."""
        self._result, self._typed, self._claim = {}, "", {}

    def tick(self) -> None:
        """Nobody waits for ever for the office's word."""
        if (
            self.flow.screen == "claim"
            and self._claim["state"] == "asking"
            and self.flow.monotonic >= self._claim_until
        ):
            self._claim["state"] = "silent"

    # Looking up, voiding ----------------------------------------------------------------------------

    def _open_lookup(self, _touch: Touch) -> list[Command]:
        if self.flow.operator and self.flow.screen in ("sell", "done", "sync", "shift"):
            self.flow.origin, self.flow.screen, self._typed, self._result = "sell", "lookup", "", {}
        return []

    def _leave_lookup(self) -> list[Command]:
        self.flow.screen = self.flow.origin
        return []

    def _key_lookup(self, key: str) -> list[Command]:
        if key == "enter":
            return self._look_up(Touch("look_up"))
        if self._result:
            # An answer stands there: the next key begins with another ticket.
            self._result, self._typed = {}, ""
        self._typed = typed(self._typed, key)
        return []

    def _look_up(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "lookup" or not self._typed.strip():
            return []
        self.flow.waiting = "LookUp"
        return [LookUp(self._typed.strip())]

    def again(self) -> list[Command]:
        """Look the ticket on the screen up again: something about it has changed."""
        return [LookUp(self._typed)] if self._typed else []

    def scanned(self, text: str) -> list[Command]:
        """A ticket was scanned on a screen that wants no scans for itself."""
        flow = self.flow
        if not flow.operator:
            flow.say(phrase("Log on to look up a ticket."), "info")
            return []
        if flow.screen not in ("sell", "done", "lookup", "sync", "shift") or flow.waiting:
            flow.say(phrase("A ticket was scanned. Finish this first, then scan it again."), "warn")
            return []
        if flow.screen != "lookup":
            flow.origin = "sell"
        flow.screen, self._typed, self._result, flow.waiting = "lookup", text, {}, "LookUp"
        return [LookUp(text)]

    def _on_looked_up(self, event: LookedUp) -> list[Command]:
        if self.flow.waiting == "LookUp":
            self.flow.waiting = ""
        self._result = event.result
        shown = str(event.result.get("validation", ""))
        if shown:
            self._typed = shown
        return []

    def _open_void(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "lookup" and self._result.get("can_void"):
            self.flow.screen, self._void_reason, self._void_error = "void", "", ""
        return []

    def _leave_void(self) -> list[Command]:
        self.flow.screen = "lookup"
        return []

    def _choose_reason(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "void" and touch.arg in [code for code, _ in VOID_REASONS]:
            self._void_reason, self._void_error = touch.arg, ""
        return []

    def _void_confirm(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "void":
            return []
        if not self._void_reason:
            self._void_error = phrase("Choose a reason.")
            return []
        order = str(self._result["order"])
        return self._agreed(
            "void_supervisor",
            phrase("Make this ticket void"),
            lambda who: self._wait(
                "VoidOrder",
                VoidOrder(order, self._void_reason, self.flow.operator, misprint=False, approved_by=who),
            ),
        )

    def _agreed(self, policy: str, title: str, then: Callable[[str], list[Command]]) -> list[Command]:
        """Go on, once a supervisor has agreed where the event asks for one."""
        if not self._result.get(policy):
            return then("")
        words: str = phrase("Ticket {validation}.", validation=self._result.get("validation", ""))
        if policy == "void_supervisor":
            words = joined(words, self._result.get("back", ""))
        return self.flow.approval.ask(title, words, then)

    def _wait(self, name: str, command: Command) -> list[Command]:
        self.flow.waiting = name
        return [command]

    def _void_declined(self, event: Declined) -> list[Command] | None:
        if self.flow.screen != "void":
            return None
        self._void_error = joined(event.words, event.hint)
        return []

    def _on_voided(self, event: OrderVoided) -> list[Command]:
        self.flow.waiting, self._void_error = "", ""
        line = event.ticket.line
        self.flow.counter.voided.add(event.order)
        change = self.flow.printing.change_with(event.order) if event.misprint else 0
        self.flow.say(joined(phrase("Void."), back_words(event.ticket, self.flow.money, change)), "warn")
        further = self.flow.printing.voided(event.order, misprint=event.misprint)
        if further is not None:
            return further
        self.flow.screen = "lookup"
        return [LookUp(line.validation)]

    def _reprint(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "lookup" or not self._result.get("can_reprint"):
            return []
        order = str(self._result["order"])
        return self._agreed(
            "reprint_supervisor",
            phrase("Print this ticket again"),
            lambda who: self._wait(
                "Reprint", Reprint(order, "asked for at the kiosk", self.flow.operator, approved_by=who)
            ),
        )

    def counterfoils_of(self) -> str:
        """The order on the screen where its counterfoils can be printed again, else empty."""
        return str(self._result["order"]) if self._result.get("can_counterfoils") else ""

    # Paying a prize ---------------------------------------------------------------------------------

    def _on_office_said(self, event: OfficeSaid) -> list[Command]:
        if self.flow.screen == "lookup" and self._result.get("question") == event.result.get("question"):
            self._result = event.result
        return []

    def _payable(self) -> list[dict[str, Any]]:
        return [one for one in self._result.get("prizes", ()) if one["can_pay"]]

    def _open_claim(self, touch: Touch) -> list[Command]:
        prize = next((one for one in self._payable() if one["result"] == touch.arg), None)
        if self.flow.screen == "lookup" and prize is not None:
            self._claim = prize | {"state": "ask", "seen": False, "words": "", "hint": "", "request": ""}
            self.flow.screen = "claim"
        return []

    def _claim_identity(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "claim" and self._claim["state"] == "ask":
            self._claim["seen"] = not self._claim["seen"]
        return []

    def _may_pay(self) -> bool:
        claim = self._claim
        return bool(claim) and claim["state"] == "ask" and (claim["seen"] or not claim["identity"])

    def _claim_pay(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "claim" or not self._may_pay():
            return []
        # Not waited for like the others: the operator may leave, and is told of the answer wherever they are.
        self._claim["state"] = "asking"
        self._claim_until = self.flow.monotonic + CLAIM_WAIT_MS
        return [PayPrize(self._claim["result"], self.flow.operator, bool(self._claim["seen"]))]

    def _pay_declined(self, event: Declined) -> list[Command] | None:
        if self.flow.screen != "claim":
            return None
        self._claim |= {"state": "refused", "words": event.words, "hint": event.hint}
        return []

    def _on_claim_open(self, event: ClaimOpen) -> list[Command]:
        """The request is on its way, or the office was asked in vain."""
        if self.flow.screen == "claim" and self._claim["state"] in ("asking", "silent"):
            self._claim["request"] = event.request
            if event.asked:
                self._claim["state"] = "silent"
        return []

    def _on_claim_answered(self, event: ClaimAnswered) -> list[Command]:
        if self._claim.get("request") == event.request:
            self._claim |= {
                "state": "paid" if event.pay else "refused",
                "words": event.words,
                "hint": event.hint,
            }
        if self.flow.screen == "claim" and self._claim.get("request") == event.request:
            return []
        if event.pay:
            self.flow.say(
                phrase("{pay} is now noted as paid here. Hand it out if you have not.", pay=event.pay), "warn"
            )
        else:
            self.flow.say(joined(phrase("The last prize is not paid here."), event.words), "warn")
        return []

    def _leave_claim(self) -> list[Command]:
        """Back to the ticket, which is looked up again where something may have changed."""
        self.flow.screen = "lookup"
        changed, self._claim = self._claim["state"] != "ask", {}
        if not changed or not self._typed:
            return []
        self.flow.waiting = "LookUp"
        return [LookUp(self._typed)]

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``lookup``, ``void``, ``claim``."""
        return {
            "lookup": {"typed": self._typed, "result": self._result, "prizes": self._payable()},
            "void": {
                "validation": self._result.get("validation", ""),
                "numbers": self._result.get("numbers", ""),
                "amount": self._result.get("price", ""),
                "back": self._result.get("back", ""),
                "supervisor": bool(self._result.get("void_supervisor")),
                "reasons": [{"code": c, "words": w} for c, w in VOID_REASONS],
                "reason": self._void_reason,
                "misprint": False,
                "error": self._void_error,
            },
            "claim": self._view_claim(),
        }

    def _view_claim(self) -> dict[str, Any]:
        c = self._claim
        state = c.get("state", "ask")
        amount = c.get("amount", "")
        titles = {
            "ask": phrase("Pay this prize?"),
            "asking": phrase("Asking the office"),
            "silent": phrase("The office has not answered"),
            "paid": phrase("Hand out {amount}", amount=amount),
            "refused": phrase("Do not pay"),
        }
        words = {
            "ask": phrase("The office notes the payment first. Hand the money out when it has answered."),
            "asking": phrase("Hand nothing out yet."),
            "silent": phrase(
                "Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking."
            ),
        }
        return {
            "state": state,
            "title": titles[state],
            "words": words.get(state) or c.get("words", ""),
            "hint": c.get("hint", ""),
            "prize": c.get("prize", ""),
            "number": c.get("number", ""),
            "amount": amount,
            "validation": self._result.get("validation", "") if c else "",
            "event": self._result.get("event", "") if c else "",
            "identity": bool(c.get("identity")),
            "identity_seen": bool(c.get("seen")),
            "can_pay": self._may_pay(),
        }


def back_words(ticket: Sold, text: Callable[[int, str], str], change: int = 0) -> str:
    """What the customer gets back for a ticket, and how: as it was paid. ``text`` writes an amount.

    ``change`` is what they have not got yet of what they gave for the sale, minor units; it goes back with it.
    """
    fact, line = ticket.fact, ticket.line
    if fact.test:
        return phrase("It was a test: no money goes back.")
    card = card_part(fact, ticket.index)
    cash = line.price - card
    said = []
    if change and cash:
        said.append(
            phrase(
                "Give back {amount} in cash, and the change of {change}: {total} in all.",
                amount=text(cash, line.currency),
                change=text(change, line.currency),
                total=text(cash + change, line.currency),
            )
        )
    elif change:
        said.append(phrase("Give the change of {amount} in cash.", amount=text(change, line.currency)))
    elif cash or not card:
        said.append(phrase("Give back {amount} in cash.", amount=text(cash, line.currency)))
    if card:
        said.append(
            phrase(
                "Give back {amount} at the card terminal, reference {reference}.",
                amount=text(card, line.currency),
                reference=fact.payment.reference,
            )
        )
    return joined(*said)
