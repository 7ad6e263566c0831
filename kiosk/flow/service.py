"""Self-service: buyers choose alone, and an attendant takes their money at the same screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.flow.part import Part
from kiosk.flow.said import Alert, Command, LogOff, LogOn, Touch
from kiosk.words import joined, phrase

if TYPE_CHECKING:
    from kiosk.flow import Flow

IDLE_MS = 60_000
"""A buyer who has touched nothing for so long has gone."""
ATTEND_IDLE_MS = 120_000
"""How long a basket waits for the attendant."""
CALL_AGAIN_MS = 10_000
"""A call within this time of the last one is the same call."""

_BUYERS = ("choose", "review", "customer", "attend")
"""The screens that buyers are at alone."""


class Service(Part):
    """The simple flow of a buyer, and the attendant who comes to it."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._called_at: int | None = None
        self.serving = False
        """An attendant takes the money for a basket that the buyer chose alone."""
        self.touches = {
            "review": self._review,
            "call_attendant": self._call,
            "attendant_here": self._here,
        }
        self.backs = {"choose": self._to_attract, "review": self._to_choose, "attend": self._to_review}

    @property
    def alone(self) -> bool:
        """A buyer is at the screen, and no operator."""
        return self.flow.mode == "self_service" and not self.flow.operator

    @property
    def called(self) -> bool:
        """Somebody asks for help, and nobody has come yet."""
        return self._called_at is not None

    def forget(self) -> None:
        """The attendant leaves."""
        self.serving = False

    def mode_changed(self) -> None:
        """Nobody is called to a kiosk at which an operator serves."""
        if self.flow.mode != "self_service":
            self._called_at = None

    def tick(self) -> None:
        """A buyer who has gone leaves nothing behind: neither basket nor details nor language."""
        flow = self.flow
        if flow.screen == "attract" and self.alone and flow.idle_ms() >= IDLE_MS:
            flow.language = flow.language_set
        if flow.screen not in _BUYERS or not self.alone or flow.waiting or flow.approval.open:
            return
        if flow.idle_ms() >= (ATTEND_IDLE_MS if flow.screen == "attend" else IDLE_MS):
            flow.welcome.attract()

    # The buyer --------------------------------------------------------------------------------------

    def begin(self) -> list[Command]:
        """A buyer has come: let them choose, where there is something to choose."""
        flow = self.flow
        sellable = [e for e in flow.shop.events if e.answer.can]
        if not sellable:
            event = flow.counter.shown()
            flow.say(joined(event.answer.words) if event else phrase("Nothing is on sale here now."), "warn")
            return []
        flow.counter.show(sellable[0].id)
        flow.screen = "choose"
        return []

    def _to_attract(self) -> list[Command]:
        self.flow.welcome.attract()
        return []

    def _to_choose(self) -> list[Command]:
        self.flow.screen = "choose"
        return []

    def _to_review(self) -> list[Command]:
        self.flow.screen = "review"
        return []

    def _review(self, _touch: Touch) -> list[Command]:
        if self.flow.screen == "choose" and self.flow.counter.basket:
            self.flow.screen = "review"
        return []

    def attend(self) -> list[Command]:
        """The basket is ready: somebody has to take the money."""
        self.flow.screen = "attend"
        return []

    # The attendant ----------------------------------------------------------------------------------

    def _call(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.mode != "self_service" or flow.operator:
            return []
        last, self._called_at = self._called_at, flow.monotonic
        flow.say(phrase("Somebody is called. Please wait here."))
        if last is not None and flow.monotonic - last < CALL_AGAIN_MS:
            return []
        return [Alert("CALL_ATTENDANT", "INFO", f"at the screen {flow.screen}")]

    def _here(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.mode != "self_service" or flow.operator:
            return []
        words = phrase("The attendant's PIN")
        if flow.screen == "attend":
            words = phrase("The attendant takes {amount} and goes on.", amount=flow.money(flow.counter.due()))
        return flow.approval.ask(
            phrase("Who attends?"), words, self._arrived, anybody=True, refusal=self._cannot_take
        )

    def _cannot_take(self, operator: str) -> str:
        """Why this operator may not take the money for the buyer's basket: told before the buyer is asked anything."""
        flow, seen = self.flow, self.flow.shift.seen
        if flow.screen != "attend":
            return ""
        if seen.open is not None and seen.open.operator != operator:
            return joined(
                phrase("This is {name}'s shift.", name=seen.open.name),
                phrase("They or a supervisor must close it first."),
            )
        if seen.open is None and seen.required and not flow.counter.test:
            return joined(phrase("No shift is open."), phrase("Count the float and open one first."))
        return ""

    def _arrived(self, operator: str) -> list[Command]:
        """An operator has shown who they are: to the buyer's basket where one waits, else to their own work."""
        flow = self.flow
        self._called_at = None
        self.serving = flow.screen == "attend"
        flow.waiting = "LogOn"
        return [LogOn(operator)]

    def back(self) -> list[Command]:
        """The attendant does not take the money: the basket goes on waiting for one."""
        operator, self.flow.operator, self.flow.operator_name = self.flow.operator, "", ""
        self.serving = False
        self.flow.screen = "attend"
        return [LogOff(operator)]

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:  # noqa: ARG002 - as Part has it
        """``attendant``, ``attend``."""
        flow = self.flow
        left_ms = ATTEND_IDLE_MS - flow.idle_ms() if flow.screen == "attend" else 0
        return {
            "attendant": {
                "called": self.called,
                "words": phrase("A customer asks for help at this kiosk.")
                if self._called_at is not None
                else "",
            },
            "attend": {
                "title": phrase("Please pay the attendant"),
                "words": phrase("Somebody comes to you. Your choice waits here."),
                "total": flow.money(flow.counter.due()),
                "back_in_s": max(0, -(-left_ms // 1000)),
            },
        }
