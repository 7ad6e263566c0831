"""How a basket is paid: cash with its change, a card at the terminal beside the kiosk, or a part of each."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part, typed
from kiosk.flow.said import Command, Complete, Declined, Touch
from kiosk.pieces import suggested
from kiosk.words import phrase
from shared import money

if TYPE_CHECKING:
    from kiosk.flow import Flow

AMOUNT_CHARS_MAX = 12
REFERENCE_CHARS_MAX = 32

_METHODS = (("cash", phrase("Cash")), ("card", phrase("Card")), ("split", phrase("Cash and card")))
_FOCUSES = {"cash": ("given",), "card": ("reference",), "split": ("card", "given", "reference")}


class Payment(Part):
    """The money for the basket; amounts are in minor units of its currency."""

    free = frozenset({"pay"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._clear()
        self.touches = {
            "exact": self._exact,
            "note": self._note,
            "pay_method": self._choose_method,
            "cash": lambda _touch: self._complete(),
        }
        self.keys = {"pay": self._key}
        self.focuses = {"pay": self._focus_on}
        self.backs = {"pay": self._leave}
        self.declined = {"Complete": self._declined}

    def _clear(self) -> None:
        self._method, self._focus = "cash", "given"
        self._given: int | None = None
        """Cash handed over; None: exactly what is due."""
        self._card = 0
        self._text = ""
        """What was typed of the amount in focus."""
        self._reference = ""

    def forget(self) -> None:
        """Nothing was paid."""
        self._clear()

    def begin(self) -> list[Command]:
        """Take the money; the exact amount is taken for given until something else is said."""
        self._clear()
        self._method = self._methods()[0]
        self._focus = _FOCUSES[self._method][0]
        self.flow.screen = "pay"
        return []

    def _methods(self) -> list[str]:
        """The ways that every event in the basket takes; where they share none, cash. A test asks for no card."""
        if self.flow.counter.test:
            return ["cash"]
        taken = [set(e.policies.payments) for e in self.flow.counter.basket_events()]
        both = set.intersection(*taken) if taken else {"cash"}
        return [m for m in ("cash", "card") if m in both] + (["split"] if len(both) == 2 else []) or ["cash"]

    # What was said ----------------------------------------------------------------------------------

    @property
    def _due(self) -> int:
        return self.flow.counter.due()

    def _by_card(self) -> int:
        return {"cash": 0, "card": self._due, "split": self._card}[self._method]

    def _rest(self) -> int:
        """What is left to be paid in cash."""
        return max(0, self._due - self._by_card())

    def _cash(self) -> int:
        if self._method == "card":
            return 0
        return self._rest() if self._given is None else self._given

    def _missing(self) -> str:
        """What is still missing, for the person; empty where nothing is."""
        if self._method == "split" and not 0 < self._card < self._due:
            return phrase("Type how much the card has paid: a part of the sum.")
        if self._cash() < self._rest():
            return phrase("That is not enough.")
        if self._method != "cash" and not self._reference.strip():
            return phrase("Type the reference that the card terminal shows.")
        return ""

    def _choose_method(self, touch: Touch) -> list[Command]:
        if self.flow.screen == "pay" and touch.arg in self._methods():
            self._method, self._text = touch.arg, ""
            self._given, self._card = None, 0
            self._focus = _FOCUSES[touch.arg][0]
        return []

    def _focus_on(self, name: str) -> list[Command]:
        unknown = name == "reference" and self._method == "split" and not self._card
        if name in _FOCUSES[self._method] and not unknown:
            self._focus, self._text = name, ""
        return []

    def _key(self, key: str) -> list[Command]:
        if key == "enter":
            order = _FOCUSES[self._method]
            if (
                self._focus == "card" and not self._card
            ):  # nothing else is asked before the card's part is known
                self.flow.say(self._missing(), "warn")
                return []
            if self._missing() and self._focus != order[-1]:
                return self._focus_on(order[order.index(self._focus) + 1])
            return self._complete()
        if self.flow.counter.test:
            return []
        if self._focus == "reference":
            self._reference = typed(self._reference, key)[:REFERENCE_CHARS_MAX]
            return []
        fits = key in ("back", "clear") or (
            (key.isdecimal() or (key == "." and "." not in self._text)) and len(self._text) < AMOUNT_CHARS_MAX
        )
        text = typed(self._text, key) if fits else self._text
        amount = _minor(text, self.flow.counter.currency())
        if fits and amount is not None:
            self._text = text
            if self._focus == "card":
                self._card = amount
            else:
                self._given = amount
        return []

    def _exact(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "pay":
            self._given, self._text = None, ""
        return []

    def _note(self, touch: Touch) -> list[Command]:
        fits = touch.arg.isdecimal() and len(touch.arg) <= AMOUNT_CHARS_MAX
        taking = self._method != "card" and not self.flow.counter.test
        if self.flow.screen == "pay" and taking and fits:
            self._given, self._text, self._focus = int(touch.arg), "", "given"
        return []

    def _complete(self) -> list[Command]:
        flow = self.flow
        if flow.screen != "pay":
            return []
        if missing := self._missing():
            flow.say(missing, "warn")
            return []
        flow.waiting = "Complete"
        by_card = self._by_card()
        return [
            Complete(
                sale=flow.counter.sale,
                basket=tuple(flow.counter.basket),
                operator=flow.operator,
                tendered=self._cash() + by_card,
                method=self._method,
                card=by_card,
                reference=self._reference.strip() if by_card else "",
                age_checked=not flow.counter.test and flow.buyer.age_checked(),
                customer=None if flow.counter.test else flow.buyer.told(),
                self_service=flow.service.serving,
                test=flow.counter.test,
            )
        ]

    def _leave(self) -> list[Command]:
        return self.flow.service.back() if self.flow.service.serving else self._to_sell()

    def _to_sell(self) -> list[Command]:
        self.flow.screen = "sell"
        return []

    def _declined(self, _event: Declined) -> None:
        if not self.flow.service.serving:
            self.flow.screen = "sell"

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``pay``."""
        text = self.flow.money
        shown = self.flow.screen == "pay"
        due, by_card = self._due, self._by_card() if shown else 0
        cash = self._cash() if shown else 0
        change = max(0, cash + by_card - due)
        methods = self._methods() if shown else []
        words = phrase("Paid {amount}", amount=text(due))
        if self._method == "card":
            words = phrase("Card has paid {amount}", amount=text(due))
        nothing = phrase("No change")
        if self.flow.counter.test:
            words, nothing = phrase("Print the TEST ticket"), phrase("Take no money")
        return {
            "pay": {
                "due": text(due),
                "due_minor": due,
                "rest": text(self._rest()),
                "entered": self._text if self._focus == "given" else "",
                "tendered": text(cash),
                "change": text(change),
                "change_minor": change,
                "change_words": text(change) if change else nothing,
                "notes": [{"amount": n, "label": text(n)} for n in self._notes()] if shown else [],
                "enough": shown and cash >= self._rest(),
                "methods": [
                    {"code": c, "words": self._way(w), "selected": c == self._method}
                    for c, w in _METHODS
                    if c in methods
                ],
                "method": self._method,
                "test": self.flow.counter.test,
                "focus": self._focus,
                "card": {"amount": text(by_card), "amount_minor": by_card, "reference": self._reference},
                "can_complete": shown and not self._missing(),
                "complete_words": words,
            }
        }

    def _way(self, words: str) -> str:
        return phrase("Test: no money") if self.flow.counter.test else words

    def _notes(self) -> list[int]:
        if self._method == "card" or self.flow.counter.test:
            return []
        return suggested(self._rest(), self.flow.counter.currency())


def _minor(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None where it cannot be one."""
    try:
        return money.minor(Decimal(text or "0"), currency)
    except (InvalidOperation, ValueError):
        return None
