"""What the basket's events ask of the buyer: details of themselves, and how old they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.customers import Checked, check
from kiosk.flow.part import Part, typed
from kiosk.flow.said import Command, Touch
from kiosk.words import phrase
from shared.wire import Customer

if TYPE_CHECKING:
    from kiosk.flow import Flow

IDLE_MS = 60_000
"""Nobody has touched anything for so long: what a buyer told leaves the screen and the program (K16)."""

_FIELDS = (
    ("name", phrase("Name"), "letters"),
    ("phone", phrase("Mobile phone"), "digits"),
    ("email", phrase("E-mail"), "email"),
)


class Buyer(Part):
    """Who buys: asked once a sale, and kept no longer than it takes."""

    free = frozenset({"customer", "age"})

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._values: dict[str, str] = {}
        self._focus = ""
        self._asked: frozenset[str] = frozenset()
        """The fields that the buyer has filled in or left out."""
        self._error = ""
        self._aged = 0
        """The operator has said that the buyer is so old."""
        self.touches = {
            "customer_next": lambda _touch: self._next(),
            "customer_skip": self._skip,
            "age_yes": self._age_yes,
            "age_no": self._age_no,
        }
        self.keys = {"customer": self._key}
        self.focuses = {"customer": self._focus_on}
        self.backs = {"customer": self._leave, "age": self._leave}

    def forget(self) -> None:
        """Nobody has told anything."""
        self._values, self._focus, self._asked, self._error, self._aged = {}, "", frozenset(), "", 0

    def tick(self) -> None:
        """The buyer has gone, or the operator has: nothing of the buyer stays."""
        flow = self.flow
        if self._values and not flow.waiting and flow.idle_ms() >= IDLE_MS:
            self.forget()
            if flow.screen in ("customer", "age", "pay"):
                flow.counter.stay()
                flow.say(phrase("The buyer's details are gone: nobody touched the screen."), "warn")

    def shop_changed(self) -> None:
        """The office asks buyers for something else: what is no longer asked for is not waited for."""
        flow, asked = self.flow, self._fields()
        gone = (flow.screen == "customer" and not asked) or (flow.screen == "age" and not self._years())
        if gone:
            flow.counter.stay()
        elif flow.screen == "customer" and self._focus not in asked:
            self._focus = self._first()

    # What is asked ----------------------------------------------------------------------------------

    def _fields(self, *, required: bool = False) -> frozenset[str]:
        """What the basket's events ask for; with ``required`` what they do not sell without."""
        asked: set[str] = set()
        for event in self.flow.counter.basket_events():
            if event.policies.customer_required or not required:
                asked.update(event.policies.customer_fields)
        return frozenset(asked)

    def _first(self) -> str:
        """The field that is filled in first; empty where none is asked for."""
        return next((n for n, _, _ in _FIELDS if n in self._fields()), "")

    def _years(self) -> int:
        return max((e.policies.age_min for e in self.flow.counter.basket_events()), default=0)

    def age_checked(self) -> bool:
        """The operator has said that the buyer is old enough, and an event wanted to know."""
        return 0 < self._years() <= self._aged

    def told(self) -> Customer | None:
        """What the buyer told, as it is kept; None where they told nothing."""
        wanted = self._fields()
        kept = {name: self._check(name).value for name in wanted if self._values.get(name)}
        if not any(kept.values()):
            return None
        return Customer(**kept, language=self.flow.language)

    def proceed(self) -> list[Command]:
        """The next thing to ask, or the money."""
        flow = self.flow
        if self._fields() - self._asked or not self._has_required():
            flow.screen, self._error = "customer", ""
            self._focus = self._first()
            return []
        if flow.service.alone:
            return flow.service.attend()
        if self._years() > self._aged:
            flow.screen = "age"
            return []
        return flow.payment.begin()

    # Details ----------------------------------------------------------------------------------------

    def _territory(self) -> str:
        """The country of the basket's first event, as far as its locale names one."""
        events = self.flow.counter.basket_events()
        return events[0].locale.replace("-", "_").rpartition("_")[2].upper() if events else ""

    def _check(self, name: str, *, done: bool = True) -> Checked:
        return check(name, self._values.get(name, ""), self._territory(), done=done)

    def _complete(self) -> bool:
        """Everything typed is right, all that is required is there, and there is something."""
        judged = {name: self._check(name) for name in self._fields()}
        typed_ones = [c for name, c in judged.items() if self._values.get(name, "").strip()]
        wanted = [judged[name] for name in self._fields(required=True)]
        return bool(typed_ones) and all(c.ok for c in (*typed_ones, *wanted))

    def _has_required(self) -> bool:
        """What is required is there; an event that came into the basket later may require what was left out before."""
        return all(self._check(name).ok for name in self._fields(required=True))

    def _focus_on(self, name: str) -> list[Command]:
        if name in self._fields():
            self._focus, self._error = name, ""
        return []

    def _key(self, key: str) -> list[Command]:
        self._error = ""
        if key == "enter":
            order = [n for n, _, _ in _FIELDS if n in self._fields()]
            if self._focus != order[-1]:
                return self._focus_on(order[order.index(self._focus) + 1])
            return self._next()
        self._values[self._focus] = typed(self._values.get(self._focus, ""), key)
        return []

    def _next(self) -> list[Command]:
        if self.flow.screen != "customer":
            return []
        if not self._complete():
            self._error = phrase("Something is missing, or not right yet.")
            return []
        self._asked = self._fields()
        return self.proceed()

    def _skip(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "customer" or self._fields(required=True):
            return []
        self._values, self._asked = {}, self._fields()
        return self.proceed()

    def _leave(self) -> list[Command]:
        self.flow.counter.stay()
        return []

    # Age --------------------------------------------------------------------------------------------

    def _age_yes(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "age":
            return []
        self._aged = self._years()
        return self.proceed()

    def _age_no(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "age":
            self.flow.say(phrase("These tickets are sold from {n} years on.", n=self._years()), "warn")
            self.flow.counter.stay()
        return []

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``customer``, ``age``. What a buyer told is in it on their screen alone."""
        shown = self.flow.screen == "customer"
        required = bool(self._fields(required=True))
        years = self._years() if self.flow.screen == "age" else 0
        return {
            "customer": {
                "required": required,
                "fields": [self._view_field(n, label) for n, label, _ in _FIELDS if n in self._fields()]
                if shown
                else [],
                "layout": next((layout for n, _, layout in _FIELDS if n == self._focus), "letters"),
                "can_continue": shown and self._complete(),
                "can_skip": not required,
                "error": self._error,
            },
            "age": {
                "years": years,
                "title": phrase("Is the buyer {n} or older?", n=years),
                "words": phrase(
                    "Ask for a proof of age if you are not sure. Nobody under {n} may buy these tickets.",
                    n=years,
                ),
            },
        }

    def _view_field(self, name: str, label: str) -> dict[str, Any]:
        focus = name == self._focus
        found = self._check(name, done=not focus)
        return {
            "name": name,
            "label": label,
            "value": self._values.get(name, ""),
            "focus": focus,
            "ok": found.ok,
            "problem": found.problem,
        }
