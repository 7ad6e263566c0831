"""Somebody agrees with their PIN, over whatever screen stands there; nobody is logged on by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part, typed
from kiosk.flow.said import Approved, CheckApproval, Command, Declined, Touch
from kiosk.words import joined, phrase
from shared.keys import PIN_DIGITS_MAX

if TYPE_CHECKING:
    from kiosk.flow import Flow

IDLE_MS = 60_000
"""A question that nobody answers goes away, with what was typed."""

Then = Callable[[str], list[Command]]
"""What follows, told who agreed."""
Refusal = Callable[[str], str]
"""Why somebody whose PIN is right may not do it all the same; empty where they may."""


class Approval(Part):
    """The question that stands over the screen."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._then: Then | None = None
        self._refusal: Refusal = _nothing
        self._title = self._words = self._chosen = self._pin = self._error = ""
        self._anybody = False
        self._asked = ""
        self._waits: dict[str, int] = {}
        """Until when each one's PIN is not looked at, by the clock that never goes back."""
        self._until = 0
        self.beside = frozenset({"approve_operator", "approve_cancel", "dismiss", "language"})
        """Touches that are still taken while the question stands there."""
        self.touches = {"approve_operator": self._choose, "approve_cancel": self._cancel}
        self.handlers = {Approved: self._on_approved}
        self.declined = {"CheckApproval": self._declined}

    @property
    def open(self) -> bool:
        """Whether the question stands there; then it has the keys, and no other touch counts."""
        return self._then is not None

    def ask(
        self, title: str, words: str, then: Then, *, anybody: bool = False, refusal: Refusal | None = None
    ) -> list[Command]:
        """Have a supervisor agree, or with ``anybody`` any operator whom ``refusal`` lets; then go on with ``then``.

        At once where the operator at the kiosk is a supervisor: it is their own act.
        """
        flow = self.flow
        if not anybody and flow.operator in flow.shop.supervisors:
            return then(flow.operator)
        self._title, self._words, self._then, self._anybody = title, words, then, anybody
        self._refusal = refusal or _nothing
        self._pin = self._error = self._asked = ""
        people = self._people()
        self._chosen = people[0][0] if len(people) == 1 else ""
        self._until = flow.monotonic + IDLE_MS
        if not people:
            self._error = phrase("Nobody here may agree to this. Call the office.")
        return []

    def forget(self) -> None:
        """The question goes with the operator."""
        self._then = None
        self._pin = ""

    def tick(self) -> None:
        """Nobody answers."""
        if self.open and self.flow.monotonic >= self._until and self.flow.waiting != "CheckApproval":
            self.forget()

    def _people(self) -> list[tuple[str, str]]:
        shop = self.flow.shop
        return [(o, name) for o, name in shop.operators if self._anybody or o in shop.supervisors]

    def _choose(self, touch: Touch) -> list[Command]:
        if self.open and touch.arg in [o for o, _ in self._people()]:
            self._chosen, self._pin, self._error = touch.arg, "", ""
            self._until = self.flow.monotonic + IDLE_MS
        return []

    def _cancel(self, _touch: Touch) -> list[Command]:
        self.forget()
        return []

    def touched(self, touch: Touch) -> list[Command]:
        """Any other touch while the question stands there: its keys, or the way back."""
        if touch.name == "back":
            return self._cancel(touch)
        return self._key(touch.arg) if touch.name == "key" else []

    def _key(self, key: str) -> list[Command]:
        self._until = self.flow.monotonic + IDLE_MS
        if not self._chosen:
            return []
        if key == "enter":
            return self._submit()
        self._error = ""
        if key in ("back", "clear") or (key.isdecimal() and len(self._pin) < PIN_DIGITS_MAX):
            self._pin = typed(self._pin, key)
        return []

    def _wait_s(self) -> int:
        return max(0, -(-(self._waits.get(self._chosen, 0) - self.flow.monotonic) // 1000))

    def _submit(self) -> list[Command]:
        if not self._pin or self._wait_s():
            return []
        self.flow.waiting, self._asked = "CheckApproval", self._chosen
        command = CheckApproval(self._chosen, self._pin)
        self._pin = ""
        return [command]

    def _on_approved(self, event: Approved) -> list[Command]:
        self.flow.waiting = ""
        then = self._then
        if not event.operator:
            self._waits[self._asked] = self.flow.monotonic + event.wait_s * 1000
            self._error = pin_error(locked=event.locked)
            return []
        if then is None or event.operator != self._asked:
            return []
        self._waits.pop(event.operator, None)
        if refused := self._refusal(event.operator):
            self._error = refused
            return []
        self.forget()
        return then(event.operator)

    def _declined(self, event: Declined) -> list[Command]:
        self._error = joined(event.words, event.hint)
        return []

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``approve``."""
        return {
            "approve": {
                "open": self.open,
                "title": self._title if self.open else "",
                "words": self._words if self.open else "",
                "anybody": self.open and self._anybody,
                "operators": [{"id": o, "name": n} for o, n in self._people()] if self.open else [],
                "chosen": self._chosen if self.open else "",
                "entered": len(self._pin),
                "error": self._error if self.open else "",
                "wait_s": self._wait_s() if self.open else 0,
            }
        }


def _nothing(_operator: str) -> str:
    return ""


def pin_error(*, locked: bool) -> str:
    """What is said of a wrong PIN."""
    if locked:
        return phrase("This PIN is locked. A supervisor who logs on lifts that, and so does the office.")
    return phrase("That PIN is not right.")
