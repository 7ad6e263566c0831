"""How a kiosk comes up and how a person comes to work at it: starting, blocked, enrolment, the operator's PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.flow.approval import pin_error
from kiosk.flow.part import Part, span_words, typed
from kiosk.flow.said import (
    CheckPin,
    Command,
    Declined,
    Enrol,
    EnrolNeeded,
    Halted,
    Opened,
    PinAnswered,
    Retry,
    Starting,
    SyncNow,
    Touch,
)
from kiosk.flow.troubles import trouble
from kiosk.words import joined, phrase
from shared.keys import PIN_DIGITS_MAX

if TYPE_CHECKING:
    from kiosk.flow import Flow


PIN_IDLE_MS = 60_000
"""Nobody has typed for so long: the front page comes back."""


class Welcome(Part):
    """Everything before the first touch of a sale."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._starting = Starting(phrase("Starting"), 0)
        self._halted: Halted | None = None
        self._enrol = {"server": "", "code": "", "focus": "code", "error": "", "device": ""}
        self._chosen = self._pin = self._pin_error = ""
        self._pin_asked = ""
        self._pin_waits: dict[str, int] = {}
        """Until when each one's PIN is not looked at, by the clock that never goes back."""
        self._locked = ("", "")
        """Who locked the screen: their id and name."""
        self.touches = {
            "begin": self._begin,
            "enrol": self._do_enrol,
            "choose_operator": self._choose_operator,
            "retry": self._retry,
        }
        self.handlers = {
            Starting: self._on_starting,
            Halted: self._on_halted,
            EnrolNeeded: self._on_enrol_needed,
            Opened: self._on_opened,
            PinAnswered: self._on_pin,
        }
        self.keys = {"enrol": self._key_enrol, "pin": self._key_pin}
        self.focuses = {"enrol": self._focus_enrol}
        self.backs = {"pin": self._leave_pin}
        self.declined = {"Enrol": self._enrol_declined}

    # Coming up --------------------------------------------------------------------------------------

    def _on_starting(self, event: Starting) -> list[Command]:
        self._starting, self.flow.screen, self._halted = event, "starting", None
        return []

    def _on_halted(self, event: Halted) -> list[Command]:
        self._halted, self.flow.screen, self.flow.waiting = event, "blocked", ""
        return []

    def _on_opened(self, _event: Opened) -> list[Command]:
        flow = self.flow
        # After a fault nobody knows who stands there: they type their PIN again, and settle what is open.
        commands = flow.log_off() if flow.operator else []
        flow.screen, flow.waiting, self._halted = "attract", "", None
        return commands

    def _retry(self, _touch: Touch) -> list[Command]:
        if self.flow.screen_shown() not in ("blocked", "starting"):
            return []
        if self._halted is None:
            return [SyncNow()]
        return [Retry()] if self._halted.can_retry else []

    @property
    def stopped(self) -> bool:
        """Nothing may be sold here any more, and no touch changes that."""
        return self._halted is not None and not self._halted.can_retry

    def unit_block(self) -> Halted | None:
        """What about this kiosk as a whole is against selling; None where nothing is."""
        shop = self.flow.shop
        unit = shop.unit
        if unit.code == "unit_disabled" and shop.unsold:
            return Halted(
                unit.code,
                phrase("Almost ready"),
                phrase("This kiosk is enrolled. It has still to be enabled."),
                phrase(
                    "Ask the office to enable {kiosk} (Kiosks, Enable). It starts by itself.",
                    kiosk=shop.name or phrase("this kiosk"),
                ),
                can_retry=True,
            )
        if not unit.can and unit.code != "no_catalog":
            return Halted(unit.code, phrase("This kiosk cannot sell"), unit.words, unit.hint, can_retry=True)
        if shop.suspended:
            return Halted(
                "suspended_all",
                phrase("All sales are stopped"),
                shop.suspended,
                phrase("Wait for the office."),
                True,
            )
        clock = next((e.answer for e in shop.events if e.answer.code == "clock_back"), None)
        if clock is not None:
            return Halted(clock.code, phrase("The clock is wrong"), clock.words, clock.hint, can_retry=True)
        return None

    # Enrolment --------------------------------------------------------------------------------------

    def _on_enrol_needed(self, event: EnrolNeeded) -> list[Command]:
        self.flow.screen, self.flow.waiting, self._halted = "enrol", "", None
        self._enrol["server"] = self._enrol["server"] or event.server
        self._enrol["focus"] = "code" if self._enrol["server"] else "server"
        self._enrol["device"], self._enrol["error"] = event.device, event.error
        return []

    def _focus_enrol(self, name: str) -> list[Command]:
        if name in ("server", "code"):
            self._enrol["focus"] = name
        return []

    def _key_enrol(self, key: str) -> list[Command]:
        focus = self._enrol["focus"]
        self._enrol["error"] = ""
        if key == "enter":
            if focus == "server":
                self._enrol["focus"] = "code"
                return []
            return self._do_enrol(Touch("enrol"))
        self._enrol[focus] = typed(self._enrol[focus], key)
        return []

    def _do_enrol(self, _touch: Touch) -> list[Command]:
        if self.flow.screen != "enrol":
            return []
        server, code = self._enrol["server"].strip(), self._enrol["code"].strip()
        if not server or not code:
            self._enrol["error"] = phrase("Type the server's address and the code that the office gave you.")
            return []
        self._enrol["error"], self.flow.waiting = "", "Enrol"
        return [Enrol(server, code)]

    def _enrol_declined(self, event: Declined) -> list[Command]:
        self._enrol["error"] = joined(event.words, event.hint)
        return []

    # The operator -----------------------------------------------------------------------------------

    def attract(self) -> None:
        """Nobody is here: nothing of the last buyer or operator stays."""
        flow = self.flow
        for part in (flow.counter, flow.buyer, flow.payment, flow.service):
            part.forget()
        self._chosen = self._pin = self._pin_error = ""
        if flow.mode == "self_service":
            flow.language = flow.language_set
        flow.screen = "attract"

    def lock(self) -> list[Command]:
        """The operator leaves the kiosk for a while; the screen waits for them."""
        self._locked = (self.flow.operator, self.flow.operator_name)
        return self.flow.log_off()

    def tick(self) -> None:
        """Nobody types a PIN after all."""
        flow = self.flow
        if flow.screen == "pin" and not flow.waiting and flow.idle_ms() >= PIN_IDLE_MS:
            self.attract()

    def _begin(self, _touch: Touch) -> list[Command]:
        flow = self.flow
        if flow.screen != "attract":
            return []
        if flow.service.alone:
            return flow.service.begin()
        self._chosen, self._pin, self._pin_error = self._likely(), "", ""
        flow.screen = "pin"
        return []

    def _likely(self) -> str:
        """Whose PIN is most likely typed next: who locked the screen, or the only one there is."""
        people = [o for o, _ in self.flow.shop.operators]
        if self._locked[0] in people:
            return self._locked[0]
        return people[0] if len(people) == 1 else ""

    def _choose_operator(self, touch: Touch) -> list[Command]:
        known = touch.arg in [o for o, _ in self.flow.shop.operators]
        if self.flow.screen in ("attract", "pin") and known and not self.flow.service.alone:
            self.flow.screen = "pin"
            self._chosen, self._pin, self._pin_error = touch.arg, "", ""
        return []

    def _leave_pin(self) -> list[Command]:
        if not self._chosen or len(self.flow.shop.operators) == 1:
            self.attract()
        self._chosen, self._pin, self._pin_error = "", "", ""
        return []

    def _key_pin(self, key: str) -> list[Command]:
        if not self._chosen:
            return []
        if key == "enter":
            return self._submit_pin()
        self._pin_error = ""
        if key in ("back", "clear") or (key.isdecimal() and len(self._pin) < PIN_DIGITS_MAX):
            self._pin = typed(self._pin, key)
        return []

    def _pin_wait_s(self) -> int:
        return max(0, -(-(self._pin_waits.get(self._chosen, 0) - self.flow.monotonic) // 1000))

    def _submit_pin(self) -> list[Command]:
        if not self._chosen or not self._pin or self._pin_wait_s():
            return []
        self.flow.waiting = "CheckPin"
        self._pin_asked = self._chosen
        command = CheckPin(self._chosen, self._pin)
        self._pin = ""
        return [command]

    def _on_pin(self, event: PinAnswered) -> list[Command]:
        flow = self.flow
        flow.waiting = ""
        if not event.operator:
            self._pin_waits[self._pin_asked] = flow.monotonic + event.wait_s * 1000
            self._pin_error = pin_error(locked=event.locked)
            return []
        self._pin_waits.pop(event.operator, None)
        self._pin_error = self._chosen = ""
        self._locked = ("", "")
        flow.operator, flow.operator_name = event.operator, event.name
        if event.pending:
            flow.service.forget()
            return flow.printing.recover(event.pending)
        if flow.service.serving:
            return flow.buyer.proceed()
        flow.screen = "sell"
        return []

    # The view ---------------------------------------------------------------------------------------

    def view(self, now: int) -> dict[str, Any]:
        """``starting``, ``blocked``, ``enrol``, ``attract``, ``pin``."""
        return {
            "attract": self._view_attract(now),
            "starting": self._view_starting(),
            "blocked": self._view_blocked(),
            "enrol": dict(self._enrol),
            "pin": {
                "operators": [{"id": o, "name": n} for o, n in self.flow.shop.operators],
                "chosen": self._chosen,
                "entered": len(self._pin),
                "error": self._pin_error,
                "wait_s": self._pin_wait_s(),
            },
        }

    def _view_starting(self) -> dict[str, Any]:
        if self.flow.screen != "starting":
            return {"words": phrase("Fetching events from the office"), "progress": 90}
        return {"words": self._starting.words, "progress": self._starting.progress}

    def _view_blocked(self) -> dict[str, Any]:
        h = self._halted or self.unit_block() or Halted("", "", "", "", can_retry=False)
        known = trouble(h.code)
        return {
            "code": h.code,
            "kind": known.kind,
            "title": h.title or known.title,
            "reason": h.reason or known.title,
            "what_to_do": h.what_to_do or known.what_to_do,
            "can_retry": h.can_retry,
        }

    def _view_attract(self, now: int) -> dict[str, Any]:
        flow = self.flow
        event = flow.counter.best()
        held = flow.shift.seen.open
        closes = None if event is None or not event.answer.can else max(0, (event.closes_at - now) // 1000)
        return {
            "title": event.name if event else "",
            "venue": event.venue if event else "",
            "organisation": event.organisation if event else "",
            "jackpot": event.jackpot if event else "",
            "can_sell": event is not None and event.answer.can,
            "why_not": "" if event is None or event.answer.can else event.answer.words,
            "closes": "" if closes is None else phrase("Closes in {span}", span=span_words(closes)),
            "locked_by": self._locked[1] or (held.name if held and flow.mode == "attended" else ""),
            "attendant": flow.service.called,
            "packages": [
                {"name": p.name, "price": flow.money(p.price, p.currency), "tickets": p.ticket_count}
                for p in (event.packages if event else ())
            ],
        }
