"""The journey from tap to receipt as a state machine: events in, commands out, and one flat view of what to show.

It does no I/O and knows no thread. The screens speak to it alone: they show the view and hand over touches; what may
happen next is decided here. The journey has parts, each with its screens; :class:`Flow` holds what they share, gives
each event to the part that knows it, and puts the view together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kiosk.catalog import CAN
from kiosk.flow import said
from kiosk.flow.approval import Approval
from kiosk.flow.buyer import Buyer
from kiosk.flow.counter import Counter
from kiosk.flow.part import Act, Part
from kiosk.flow.payment import Payment
from kiosk.flow.printing import Printing
from kiosk.flow.said import TEXT_CHARS_MAX, Command, Event, Touch
from kiosk.flow.service import Service
from kiosk.flow.shift import Shift
from kiosk.flow.tickets import Tickets
from kiosk.flow.troubles import trouble
from kiosk.flow.upkeep import Upkeep
from kiosk.flow.welcome import Welcome
from kiosk.words import LANGUAGES, joined, phrase
from shared import money

TOAST_MS = 4_000
TOAST_ERROR_MS = 8_000
STAYS = 2**62
"""A moment that never comes: what stands until somebody takes it away."""

__all__ = ["Flow"]

_ENTRANCES = ("attract", "pin", "sell", "events", "choose")
"""Screens that something about the unit stands before."""
_ANYBODYS = ("attract", "choose", "review", "customer", "attend")
"""Screens of whoever comes by: while nobody is logged on, nothing that was said to an operator stays on them."""


@lru_cache(maxsize=4_096)
def _money(amount: int, currency: str, locale: str) -> str:
    return money.text(amount, currency, locale)


class Flow:
    """The journey of one kiosk. Not thread-safe; give it to one thread."""

    def __init__(
        self,
        program: dict[str, str],
        language: str = "en",
        *,
        mode: str = "attended",
        sell_mode: str = "runner",
        theme: str = "light",
        large: bool = False,
    ) -> None:
        self.program = program
        self.language = self.language_set = language
        """What the screens speak now, and what they go back to when a buyer has gone."""
        self.mode, self.sell_mode = mode, sell_mode
        """``attended`` or ``self_service``; ``runner`` (each sale is confirmed) or ``fast``."""
        self.theme, self.large = theme, large
        self.now = self.monotonic = 0
        """The deciding clock and the one that never goes back, milliseconds."""
        self.screen = "starting"
        """Where the journey is; what is shown may be something else: see :meth:`screen_shown`."""
        self.origin = "sell"
        """The screen to go back to from look-up, sync and the like."""
        self.waiting = ""
        """The command whose answer is awaited."""
        self.operator = self.operator_name = ""
        """Who is logged on; empty where nobody is."""
        self.shop = said.ShopSeen(CAN, "", "", (), ())
        self.devices = {
            "printer": said.DeviceSeen("printer", phrase("No printer"), None, code="unknown"),
            "scanner": said.DeviceSeen("scanner", phrase("No scanner"), None),
            "drawer": said.DeviceSeen("drawer", phrase("No cash drawer"), None),
        }
        self.sync = said.SyncSeen()
        self._touched = 0
        """When somebody last did something, by the clock that never goes back."""
        self._also: list[Command] = []
        """What parts want done besides what the event's own handler returns."""
        self._toast: tuple[str, str, int] = ("", "", 0)

        self.welcome = Welcome(self)
        self.counter = Counter(self)
        self.buyer = Buyer(self)
        self.payment = Payment(self)
        self.service = Service(self)
        self.printing = Printing(self)
        self.tickets = Tickets(self)
        self.shift = Shift(self)
        self.upkeep = Upkeep(self)
        self.approval = Approval(self)
        self._parts: tuple[Part, ...] = (
            self.welcome, self.counter, self.buyer, self.payment, self.service, self.printing, self.tickets, self.shift, self.upkeep, self.approval,
        )  # fmt: skip
        self._touches: dict[str, Act] = {
            "key": lambda touch: self._on_screen(touch, [part.keys for part in self._parts]),
            "focus": lambda touch: self._on_screen(touch, [part.focuses for part in self._parts]),
            "back": self._go_back,
            "log_off": self._log_off,
            "dismiss": self._dismiss,
            "language": self._choose_language,
        }
        self._handlers: dict[type, Callable[[Any], list[Command]]] = {
            said.Touch: self._touch,
            said.Tick: self._tick,
            said.ShopSeen: self._on_shop,
            said.DeviceSeen: self._on_device,
            said.SyncSeen: self._on_sync,
            said.Scanned: self._on_scanned,
            said.Declined: self._on_declined,
        }
        for part in self._parts:
            self._touches |= part.touches
            self._handlers |= part.handlers
        self._anytime = {"dismiss", "language"}.union(*(part.anytime for part in self._parts))
        self._free = frozenset[str]().union(*(part.free for part in self._parts))

    # In and out -------------------------------------------------------------------------------------

    def handle(self, event: Event) -> list[Command]:
        """Take an event in; what is to be done about it."""
        before, standing = self.screen_shown(), self._toast
        commands = self._handlers[type(event)](event)
        commands = [*commands, *self.shift.lead()]
        self.counter.lead()
        if self._also:
            commands, self._also = [*commands, *self._also], []
        passing = standing[1] == "info" and standing[2] != STAYS
        if standing == self._toast and passing and self.screen_shown() != before:
            self._toast = ("", "", 0)
        if not self.operator and self.screen_shown() in _ANYBODYS:
            self.unsay()
        return commands

    def view(self, now_ms: int) -> dict[str, Any]:
        """All that the screens show; ``now_ms`` is the deciding clock."""
        view = {
            "screen": self.screen_shown(),
            "busy": bool(self.waiting),
            "program": self.program,
            "toast": {"text": self._toast[0], "kind": self._toast[1]} if self._toast[0] else {},
            "language": self.language,
            "languages": [
                {"code": code, "name": name, "selected": code == self.language} for code, name in LANGUAGES
            ],
            "look": {"theme": self.theme, "large": self.large},
            "mode": self.mode,
        }
        for part in self._parts:
            view |= part.view(now_ms)
        return view

    def screen_shown(self) -> str:
        """The journey's screen, unless something about the unit or the hour stands before it."""
        if self.screen in _ENTRANCES and self.shop.unit.code == "no_catalog":
            return "starting"
        if self.screen in _ENTRANCES and (self.welcome.stopped or self.welcome.unit_block() is not None):
            return "blocked"
        if self.screen == "sell" and self.upkeep.all_closed():
            return "closed"
        return self.screen

    # What the parts share ---------------------------------------------------------------------------

    def say(self, text: str, kind: str = "info", *, stays: bool = False) -> None:
        """Tell the person for some seconds, or until they put it away; ``kind`` is ``info``, ``warn`` or ``error``."""
        stay = TOAST_MS if kind == "info" else TOAST_ERROR_MS
        self._toast = (text, kind, STAYS if stays else self.monotonic + stay)

    def unsay(self) -> None:
        """Take away what stays: it was read elsewhere."""
        if self._toast[2] == STAYS:
            self._toast = ("", "", 0)

    @property
    def free(self) -> frozenset[str]:
        """Screens of an operator at work that may be left at any moment with nothing half done."""
        return self._free

    def money(self, amount: int, currency: str = "") -> str:
        """An amount for a person; without ``currency`` it is the basket's."""
        return _money(amount, currency or self.counter.currency(), self.language)

    def home(self) -> None:
        """To where the next sale begins."""
        if self.service.serving:
            self.do(self.log_off())
        self.screen = "sell" if self.operator else "attract"

    def do(self, commands: list[Command]) -> None:
        """Have this done too, with what the event at hand brings."""
        self._also += commands

    def idle_ms(self) -> int:
        """For how long nobody has touched anything."""
        return self.monotonic - self._touched

    def device_words(self, device: str) -> str:
        """How the ``printer``, the ``scanner`` or the ``drawer`` is."""
        return self.devices[device].words

    def device_state(self, device: str) -> str:
        """The same for programs, see ``DeviceSeen.state``; a printer is ``unknown`` until somebody has asked it."""
        return self.devices[device].state

    def log_off(self) -> list[Command]:
        """The operator leaves, from wherever they are."""
        operator, self.operator, self.operator_name = self.operator, "", ""
        for part in self._parts:
            part.forget()
        self.screen = "attract"
        if self.mode == "self_service":
            self.language = self.language_set
        return [said.LogOff(operator)]

    # Events -----------------------------------------------------------------------------------------

    def _touch(self, touch: Touch) -> list[Command]:
        self._touched = self.monotonic
        if self.approval.open and touch.name not in self.approval.beside:
            return self.approval.touched(touch) if not self.waiting else []
        action = self._touches.get(touch.name)
        if action is None or len(touch.arg) > TEXT_CHARS_MAX:
            return []
        if self.waiting and touch.name not in self._anytime:
            return []
        return action(touch)

    def _on_screen(
        self, touch: Touch, tables: list[dict[str, Callable[[str], list[Command]]]]
    ) -> list[Command]:
        for table in tables:
            if self.screen in table:
                return table[self.screen](touch.arg)
        return []

    def _go_back(self, _touch: Touch) -> list[Command]:
        for part in self._parts:
            if self.screen in part.backs:
                return part.backs[self.screen]()
        return []

    def _log_off(self, _touch: Touch) -> list[Command]:
        return self.log_off() if self.operator and self.screen in self._free else []

    def _choose_language(self, touch: Touch) -> list[Command]:
        if touch.arg in dict(LANGUAGES):
            self.language = touch.arg
        return []

    def _dismiss(self, _touch: Touch) -> list[Command]:
        self._toast = ("", "", 0)
        return []

    def _tick(self, tick: said.Tick) -> list[Command]:
        self.now, self.monotonic = tick.now_ms, tick.monotonic_ms
        if self._toast[0] and self.monotonic >= self._toast[2]:
            self._toast = ("", "", 0)
        for part in self._parts:
            part.tick()
        return []

    def _on_shop(self, shop: said.ShopSeen) -> list[Command]:
        self.shop = shop
        self.counter.shop_changed()
        self.buyer.shop_changed()
        if self.operator and self.operator not in [o for o, _ in shop.operators]:
            self.say(phrase("The office no longer lets you work here."), "error")
            if self.screen in self._free - {"done"}:  # what was sold stands until it was seen
                return self.log_off()
        return []

    def _on_device(self, event: said.DeviceSeen) -> list[Command]:
        self.devices[event.device] = event
        if event.device == "drawer" and event.ok is False and self.operator:
            self.say(joined(event.words, event.advice), "warn")
        return []

    def _on_sync(self, event: said.SyncSeen) -> list[Command]:
        self.sync = event
        return []

    def _on_scanned(self, event: said.Scanned) -> list[Command]:
        if not event.text:
            self.say(phrase("The scan could not be read. Try again."), "warn")
            return []
        if self.approval.open:
            self.say(phrase("A ticket was scanned. Finish this first, then scan it again."), "warn")
            return []
        for part in self._parts:
            if self.screen in part.scans:
                return part.scans[self.screen](event.text)
        return self.tickets.scanned(event.text)

    def _on_declined(self, event: said.Declined) -> list[Command]:
        self.waiting = ""
        for part in self._parts:
            if event.command in part.declined:
                done = part.declined[event.command](event)
                if done is not None:
                    return done
        self.say(joined(event.words, event.hint or trouble(event.code).what_to_do), "error")
        return []
