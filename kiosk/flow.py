"""The journey from tap to receipt as a state machine: events in, commands out, and one flat view of what to show.

It does no I/O and knows no thread. The screens speak to it alone: they show the view and hand over touches; what may
happen next is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from kiosk.catalog import CAN, Answer
from kiosk.ledger import Sold
from kiosk.till import BasketLine, Print
from shared import money, numbers, sale
from shared.keys import PIN_DIGITS_MAX
from shared.wire import Package

DONE_MS = 4_000
"""How long the result of a sale stands before the next one."""
TOAST_MS = 4_000
TOAST_ERROR_MS = 8_000
PIN_FREE_TRIES = 3
"""Wrong PINs without a wait; each further one doubles it."""
PIN_WAIT_S_MIN = 5
PIN_WAIT_S_MAX = 300
CLOSING_SOON_S = 900
CLAIM_WAIT_MS = 10_000
"""How long the screen waits for the office's word on a prize before it says that there is none yet."""
TEXT_CHARS_MAX = 400
AMOUNT_CHARS_MAX = 12
NOTES_MAX = 4
NOTES_MAJOR = (5, 10, 20, 50, 100, 200)

VOID_REASONS = (
    ("customer", "The customer changed their mind"),
    ("mistake", "Wrong package or quantity"),
    ("payment", "The payment did not go through"),
    ("damaged", "The ticket is damaged"),
)


# What is told to the flow ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touch:
    """A person did something on the screen. ``fresh`` is a new id, for the sale that may begin with it."""

    name: str
    arg: str = ""
    fresh: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by: the deciding clock and the one that never goes back, milliseconds."""

    now_ms: int
    monotonic_ms: int


@dataclass(frozen=True, slots=True)
class Starting:
    """The kiosk is coming up; ``progress`` is in percent."""

    words: str
    progress: int


@dataclass(frozen=True, slots=True)
class Halted:
    """Nothing can be sold until somebody acts."""

    code: str
    title: str
    reason: str
    what_to_do: str
    can_retry: bool


@dataclass(frozen=True, slots=True)
class EnrolNeeded:
    """The kiosk is nobody yet; ``error`` says why the last try failed."""

    server: str
    device: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The journal is open: operators may log on."""


@dataclass(frozen=True, slots=True)
class ShopEvent:
    """An event as the screens need it."""

    id: str
    number: int
    name: str
    venue: str
    jackpot: str
    currency: str
    locale: str
    answer: Answer
    state: str
    closes_at: int
    cut: bool
    settled: bool
    left: int
    low: bool
    packages: tuple[Package, ...]
    granted: bool = True
    """Numbers of the event were allotted to this kiosk at some time."""


@dataclass(frozen=True, slots=True)
class ShopSeen:
    """What can be sold now, and by whom."""

    unit: Answer
    unit_state: str
    name: str
    operators: tuple[tuple[str, str], ...]
    events: tuple[ShopEvent, ...]
    suspended: str = ""
    message: tuple[str, str] = ("", "")
    unsold: bool = False
    """This kiosk has never sold a ticket."""


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """How a device is; ``ok`` is None where nobody knows."""

    device: str
    """``printer`` or ``scanner``."""
    words: str
    ok: bool | None
    code: str = ""
    """What is wrong, for the log; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class SyncSeen:
    """How far the office is."""

    unsynced: int = 0
    oldest_at: int | None = None
    network: str = "offline"
    network_words: str = "Not connected yet"
    skew_ms: int | None = None
    uploading: bool = False
    contact_at: int | None = None
    server: str = ""
    head: int = 0
    acknowledged: int = 0
    mirror_words: str = ""
    free_bytes: int = 0
    catalog: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class PinAnswered:
    """Whose PIN it was: empty where nobody's. ``pending`` are the prints that were left open."""

    operator: str
    name: str = ""
    pending: tuple[Print, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleDone:
    """The basket is a journalled sale."""

    tickets: tuple[Sold, ...]


@dataclass(frozen=True, slots=True)
class PrintBegan:
    """A copy is on its way to the printer."""

    ticket: Sold
    copy: int


@dataclass(frozen=True, slots=True)
class PrintEnded:
    """What the printer said: ``confirmed``, ``failed`` (nothing came out) or ``unknown``."""

    order: str
    copy: int
    outcome: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class OrderVoided:
    """An order is void; so much goes back to the customer."""

    order: str
    ticket: Sold
    misprint: bool


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What is known of a ticket; the contract's ``lookup.result``."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfficeSaid:
    """What the office added to a look-up; it counts only while that look-up is on the screen."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimAnswered:
    """The office has answered a request to pay a prize; ``pay`` is what to hand out, empty where nothing is."""

    request: str
    pay: str
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ClaimOpen:
    """A request to pay a prize was made, or has no answer yet though the office was asked (``asked``)."""

    request: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Scanned:
    """The scanner read something; empty text where it could not be read."""

    text: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A command could not be carried out: code, what is the matter, what to do."""

    command: str
    code: str
    words: str
    hint: str = ""


Event = (
    Touch | Tick | Starting | Halted | EnrolNeeded | Opened | ShopSeen | DeviceSeen | SyncSeen | PinAnswered | SaleDone
    | PrintBegan | PrintEnded | OrderVoided | LookedUp | OfficeSaid | ClaimAnswered | ClaimOpen | Scanned | Declined
)  # fmt: skip


# What the flow wants done ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrol:
    """Become a kiosk of the office at ``server`` by a one-time code."""

    server: str
    code: str


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Is this the operator's PIN?"""

    operator: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogOff:
    """The operator leaves."""

    operator: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Sell the basket."""

    sale: str
    basket: tuple[BasketLine, ...]
    operator: str
    tendered: int


@dataclass(frozen=True, slots=True)
class PrintTicket:
    """Print this copy of a ticket."""

    ticket: Sold
    copy: int


@dataclass(frozen=True, slots=True)
class SettlePrint:
    """The operator saw whether it came out."""

    order: str
    copy: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Reprint:
    """Print another copy, marked as such."""

    order: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class VoidOrder:
    """Make an order void."""

    order: str
    reason: str
    by: str
    misprint: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """What is this ticket?"""

    text: str


@dataclass(frozen=True, slots=True)
class PayPrize:
    """Ask the office whether this prize may be paid here."""

    result: str
    by: str
    identity_checked: bool


@dataclass(frozen=True, slots=True)
class SyncNow:
    """Talk to the office now."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try to start again."""


Command = (
    Enrol
    | CheckPin
    | LogOff
    | Complete
    | PrintTicket
    | SettlePrint
    | Reprint
    | VoidOrder
    | LookUp
    | PayPrize
    | SyncNow
    | Retry
)


@lru_cache(maxsize=4_096)
def _money(amount: int, currency: str, locale: str) -> str:
    return money.text(amount, currency, locale)


def span_words(seconds: int) -> str:
    """A length of time for a person: ``45 s``, ``12 min``, ``3 h 05 min``, ``2 days``."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3_600:
        return f"{seconds // 3_600} h {seconds % 3_600 // 60:02} min"
    return f"{seconds // 86_400} days"


class Flow:
    """The journey of one kiosk. Not thread-safe; give it to one thread."""

    def __init__(self, program: dict[str, str], language: str = "en") -> None:
        self._program, self._language = program, language
        self._now = self._monotonic = 0
        self._screen = "starting"
        self._back = "sell"
        self._waiting = ""
        """The command whose answer is awaited."""
        self._starting = Starting("Starting", 0)
        self._halted: Halted | None = None
        self._enrol = {"server": "", "code": "", "focus": "code", "error": "", "device": ""}
        self._shop = ShopSeen(CAN, "", "", (), ())
        self._devices = {
            "printer": DeviceSeen("printer", "No printer", None),
            "scanner": DeviceSeen("scanner", "No scanner", None),
        }
        self._sync = SyncSeen()
        self._toast: tuple[str, str, int] = ("", "", 0)
        self._message_shown = ""
        self._operator = self._operator_name = ""
        self._chosen = self._pin = self._pin_error = ""
        self._pin_failures: dict[str, int] = {}
        self._pin_asked, self._pin_until = "", 0
        self._event = ""
        self._sale = ""
        self._basket: list[BasketLine] = []
        self._last_basket: list[BasketLine] = []
        self._amount = ""
        self._tendered = 0
        self._preset = True
        self._prints: list[Print] = []
        self._print_total = 0
        self._problem = ("", "")
        self._tickets: list[Sold] = []
        self._voided: set[str] = set()
        self._recovering = False
        self._reprinting = False
        self._done_until = 0
        self._typed = ""
        self._result: dict[str, Any] = {}
        self._void_reason = self._void_error = ""
        self._claim: dict[str, Any] = {}
        """The prize on the claim screen: see ``_view_claim``."""
        self._claim_until = 0
        self._handlers: dict[type, Callable[[Any], list[Command]]] = {
            Touch: self._touch,
            Tick: self._tick,
            Starting: self._on_starting,
            Halted: self._on_halted,
            EnrolNeeded: self._on_enrol_needed,
            Opened: self._on_opened,
            ShopSeen: self._on_shop,
            DeviceSeen: self._on_device,
            SyncSeen: self._on_sync,
            PinAnswered: self._on_pin,
            SaleDone: self._on_sale,
            PrintBegan: self._on_print_began,
            PrintEnded: self._on_print_ended,
            OrderVoided: self._on_voided,
            LookedUp: self._on_looked_up,
            OfficeSaid: self._on_office_said,
            ClaimAnswered: self._on_claim_answered,
            ClaimOpen: self._on_claim_open,
            Scanned: self._on_scanned,
            Declined: self._on_declined,
        }
        self._touches: dict[str, Callable[[Touch], list[Command]]] = {
            "key": self._key,
            "focus": self._focus,
            "enrol": self._do_enrol,
            "choose_operator": self._choose_operator,
            "log_off": self._log_off,
            "choose_event": self._choose_event,
            "add": self._add,
            "more": self._more,
            "less": self._less,
            "clear_basket": self._clear_basket,
            "repeat_last": self._repeat_last,
            "pay": self._pay,
            "exact": self._exact,
            "note": self._note,
            "cash": self._cash,
            "back": self._go_back,
            "print_yes": self._print_yes,
            "print_retry": self._print_retry,
            "print_misprint": self._print_misprint,
            "next": self._next,
            "open_lookup": self._open_lookup,
            "look_up": self._look_up,
            "open_void": self._open_void,
            "void_reason": self._choose_reason,
            "void_confirm": self._void_confirm,
            "reprint": self._reprint,
            "open_claim": self._open_claim,
            "claim_identity": self._claim_identity,
            "claim_pay": self._claim_pay,
            "open_sync": self._open_sync,
            "sync_now": self._sync_now,
            "retry": self._retry,
            "dismiss": self._dismiss,
        }

    @property
    def operator(self) -> str:
        """Who is logged on; empty where nobody is."""
        return self._operator

    def device_words(self, device: str) -> str:
        """How the ``printer`` or the ``scanner`` is."""
        return self._devices[device].words

    def handle(self, event: Event) -> list[Command]:
        """Take an event in; what is to be done about it."""
        before, standing = self._screen_shown(), self._toast
        commands = self._handlers[type(event)](event)
        if standing == self._toast and standing[1] == "info" and self._screen_shown() != before:
            self._toast = ("", "", 0)
        return commands

    # The world --------------------------------------------------------------------------------------

    def _touch(self, touch: Touch) -> list[Command]:
        action = self._touches.get(touch.name)
        if action is None or len(touch.arg) > TEXT_CHARS_MAX:
            return []
        if self._waiting and touch.name not in ("dismiss", "open_sync", "sync_now"):
            return []
        return action(touch)

    def _tick(self, tick: Tick) -> list[Command]:
        self._now, self._monotonic = tick.now_ms, tick.monotonic_ms
        if self._toast[0] and self._monotonic >= self._toast[2]:
            self._toast = ("", "", 0)
        if self._screen == "done" and self._monotonic >= self._done_until:
            self._to_sell()
        if (
            self._screen == "claim"
            and self._claim["state"] == "asking"
            and self._monotonic >= self._claim_until
        ):
            self._claim["state"] = "silent"
        return []

    def _on_starting(self, event: Starting) -> list[Command]:
        self._starting, self._screen, self._halted = event, "starting", None
        return []

    def _on_halted(self, event: Halted) -> list[Command]:
        self._halted, self._screen, self._waiting = event, "blocked", ""
        return []

    def _on_enrol_needed(self, event: EnrolNeeded) -> list[Command]:
        self._screen, self._waiting, self._halted = "enrol", "", None
        self._enrol["server"] = self._enrol["server"] or event.server
        self._enrol["focus"] = "code" if self._enrol["server"] else "server"
        self._enrol["device"], self._enrol["error"] = event.device, event.error
        return []

    def _on_opened(self, _event: Opened) -> list[Command]:
        self._screen, self._waiting, self._halted = "pin", "", None
        return []

    def _on_shop(self, shop: ShopSeen) -> list[Command]:
        self._shop = shop
        ids = [e.id for e in shop.events]
        if self._event not in ids:
            sellable = [e.id for e in shop.events if e.answer.can]
            self._event = (sellable or ids or [""])[0]
        offered = {(e.id, p.id) for e in shop.events for p in e.packages}
        if self._screen in ("sell", "pay") and any((b.event, b.package) not in offered for b in self._basket):
            self._basket = [b for b in self._basket if (b.event, b.package) in offered]
            self._say("A package is no longer on offer and was taken out.", "warn")
            self._screen = "sell"
        if self._operator and self._operator not in [o for o, _ in shop.operators]:
            self._say("The office no longer lets you work here.", "error")
            if self._screen in ("sell", "pay", "lookup", "void", "claim", "sync"):
                return self._log_off(Touch("log_off"))
        ident, text = shop.message
        if text and ident != self._message_shown:
            self._message_shown = ident
            self._say(text, "info")
        return []

    def _on_device(self, event: DeviceSeen) -> list[Command]:
        self._devices[event.device] = event
        return []

    def _on_sync(self, event: SyncSeen) -> list[Command]:
        self._sync = event
        return []

    def _on_declined(self, event: Declined) -> list[Command]:
        self._waiting = ""
        text = f"{event.words} {event.hint}".strip()
        match event.command:
            case "Enrol":
                self._enrol["error"] = text
            case "VoidOrder" if self._screen == "void":
                self._void_error = text
            case "PayPrize" if self._screen == "claim":
                self._claim |= {"state": "refused", "words": event.words, "hint": event.hint}
            case "PrintTicket" | "Reprint" if self._prints and self._screen == "printing":
                self._screen, self._problem = "print_problem", ("failed", text)
            case "Complete":
                self._screen = "sell"
                self._say(text, "error")
            case _:
                self._say(text, "error")
        return []

    def _say(self, text: str, kind: str = "info") -> None:
        stay = TOAST_MS if kind == "info" else TOAST_ERROR_MS
        self._toast = (text, kind, self._monotonic + stay)

    def _dismiss(self, _touch: Touch) -> list[Command]:
        self._toast = ("", "", 0)
        return []

    # Enrolment and PIN ------------------------------------------------------------------------------

    def _focus(self, touch: Touch) -> list[Command]:
        if self._screen == "enrol" and touch.arg in ("server", "code"):
            self._enrol["focus"] = touch.arg
        return []

    def _do_enrol(self, _touch: Touch) -> list[Command]:
        if self._screen != "enrol":
            return []
        server, code = self._enrol["server"].strip(), self._enrol["code"].strip()
        if not server or not code:
            self._enrol["error"] = "Type the server's address and the code that the office gave you."
            return []
        self._enrol["error"], self._waiting = "", "Enrol"
        return [Enrol(server, code)]

    def _choose_operator(self, touch: Touch) -> list[Command]:
        if self._screen == "pin" and touch.arg in [o for o, _ in self._shop.operators]:
            self._chosen, self._pin, self._pin_error = touch.arg, "", ""
        return []

    def _pin_wait_s(self) -> int:
        return max(0, -(-(self._pin_until - self._monotonic) // 1000))

    def _submit_pin(self) -> list[Command]:
        if not self._chosen or not self._pin or self._pin_wait_s():
            return []
        self._waiting = "CheckPin"
        self._pin_asked = self._chosen
        command = CheckPin(self._chosen, self._pin)
        self._pin = ""
        return [command]

    def _on_pin(self, event: PinAnswered) -> list[Command]:
        self._waiting = ""
        if not event.operator:
            # Each operator's for itself: who knows one PIN must not get more tries at another by using it.
            failures = self._pin_failures[self._pin_asked] = self._pin_failures.get(self._pin_asked, 0) + 1
            self._pin_error = "That PIN is not right."
            if failures >= PIN_FREE_TRIES:
                wait_s = min(PIN_WAIT_S_MAX, PIN_WAIT_S_MIN * 2 ** min(10, failures - PIN_FREE_TRIES))
                self._pin_until = self._monotonic + wait_s * 1000
            return []
        self._pin_failures.pop(event.operator, None)
        self._pin_until, self._pin_error, self._chosen = 0, "", ""
        self._operator, self._operator_name = event.operator, event.name
        self._screen = "sell"
        if event.pending:
            self._recovering, self._tickets, self._voided = True, [], set()
            self._prints, self._print_total = list(event.pending), len(event.pending)
            return self._advance()
        return []

    def _log_off(self, _touch: Touch) -> list[Command]:
        if not self._operator or self._screen not in (
            "sell", "pay", "lookup", "void", "claim", "sync", "done",
        ):  # fmt: skip
            return []
        operator, self._operator, self._operator_name = self._operator, "", ""
        self._basket, self._last_basket, self._sale, self._result, self._typed = [], [], "", {}, ""
        self._screen = "pin"
        return [LogOff(operator)]

    # Keys -------------------------------------------------------------------------------------------

    def _key(self, touch: Touch) -> list[Command]:
        match self._screen:
            case "enrol":
                return self._key_enrol(touch.arg)
            case "pin":
                return self._key_pin(touch.arg)
            case "pay":
                return self._key_pay(touch.arg)
            case "lookup":
                return self._key_lookup(touch.arg)
            case _:
                return []

    def _key_enrol(self, key: str) -> list[Command]:
        focus = self._enrol["focus"]
        self._enrol["error"] = ""
        if key == "enter":
            if focus == "server":
                self._enrol["focus"] = "code"
                return []
            return self._do_enrol(Touch("enrol"))
        self._enrol[focus] = _typed(self._enrol[focus], key)
        return []

    def _key_pin(self, key: str) -> list[Command]:
        if not self._chosen:
            return []
        if key == "enter":
            return self._submit_pin()
        self._pin_error = ""
        if key in ("back", "clear") or (key.isdecimal() and len(self._pin) < PIN_DIGITS_MAX):
            self._pin = _typed(self._pin, key)
        return []

    def _key_pay(self, key: str) -> list[Command]:
        if key == "enter":
            return self._cash(Touch("cash"))
        if self._preset:
            self._amount, self._preset = "", False
        if key in ("back", "clear") or (
            (key.isdecimal() or (key == "." and "." not in self._amount))
            and len(self._amount) < AMOUNT_CHARS_MAX
        ):
            before, self._amount = self._amount, _typed(self._amount, key)
            given = _minor(self._amount, self._currency())
            if given is None:
                self._amount = before
            else:
                self._tendered = given
        return []

    def _key_lookup(self, key: str) -> list[Command]:
        if key == "enter":
            return self._look_up(Touch("look_up"))
        self._typed = _typed(self._typed, key)
        return []

    # Selling ----------------------------------------------------------------------------------------

    def _shown(self) -> ShopEvent | None:
        return next((e for e in self._shop.events if e.id == self._event), None)

    def _choose_event(self, touch: Touch) -> list[Command]:
        if self._screen == "sell" and any(e.id == touch.arg for e in self._shop.events):
            self._event = touch.arg
        return []

    def _package(self, event_id: str, package_id: str) -> tuple[ShopEvent, Package] | None:
        for event in self._shop.events:
            for package in event.packages:
                if (event.id, package.id) == (event_id, package_id):
                    return event, package
        return None

    def _add(self, touch: Touch) -> list[Command]:
        event = self._shown()
        if self._screen == "done":
            self._to_sell()
        if self._screen != "sell" or event is None:
            return []
        if self._package(event.id, touch.arg) is None:
            return []
        if not event.answer.can:
            self._say(f"{event.answer.words} {event.answer.hint}".strip(), "warn")
            return []
        return self._put(BasketLine(event.id, touch.arg), touch.fresh)

    def _put(self, line: BasketLine, fresh: str) -> list[Command]:
        found = self._package(line.event, line.package)
        assert found is not None
        if self._basket and found[1].currency != self._currency():
            self._say("One sale cannot mix currencies. Finish this sale first.", "warn")
            return []
        if sum(b.quantity for b in self._basket) + line.quantity > sale.LINES_MAX:
            self._say(f"One sale holds at most {sale.LINES_MAX} tickets.", "warn")
            return []
        if not self._basket:
            self._sale = fresh
        for i, held in enumerate(self._basket):
            if (held.event, held.package) == (line.event, line.package):
                self._basket[i] = BasketLine(held.event, held.package, held.quantity + line.quantity)
                return []
        self._basket.append(line)
        return []

    def _at(self, touch: Touch) -> int | None:
        if self._screen != "sell" or not touch.arg.isdecimal() or int(touch.arg) >= len(self._basket):
            return None
        return int(touch.arg)

    def _more(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        return (
            []
            if i is None
            else self._put(BasketLine(self._basket[i].event, self._basket[i].package), touch.fresh)
        )

    def _less(self, touch: Touch) -> list[Command]:
        i = self._at(touch)
        if i is not None:
            held = self._basket[i]
            if held.quantity > 1:
                self._basket[i] = BasketLine(held.event, held.package, held.quantity - 1)
            else:
                del self._basket[i]
        return []

    def _clear_basket(self, _touch: Touch) -> list[Command]:
        if self._screen == "sell":
            self._basket = []
        return []

    def _repeat_last(self, touch: Touch) -> list[Command]:
        if self._screen == "done":
            self._to_sell()
        if self._screen == "sell" and not self._basket:
            for line in self._last_basket:
                if self._package(line.event, line.package) is not None:
                    self._put(line, touch.fresh)
        return []

    def _due(self) -> int:
        total = 0
        for line in self._basket:
            found = self._package(line.event, line.package)
            total += found[1].price * line.quantity if found else 0
        return total

    def _count(self) -> int:
        total = 0
        for line in self._basket:
            found = self._package(line.event, line.package)
            total += found[1].ticket_count * line.quantity if found else 0
        return total

    def _currency(self) -> str:
        for line in self._basket:
            found = self._package(line.event, line.package)
            if found:
                return found[1].currency
        event = self._shown()
        return event.currency if event else "USD"

    def _pay(self, _touch: Touch) -> list[Command]:
        if self._screen != "sell" or not self._basket:
            return []
        for event_id in dict.fromkeys(b.event for b in self._basket):
            event = next(e for e in self._shop.events if e.id == event_id)
            if not event.answer.can:
                self._say(f"{event.answer.words} {event.answer.hint}".strip(), "warn")
                return []
        self._screen, self._amount, self._tendered, self._preset = "pay", "", self._due(), True
        return []

    def _exact(self, _touch: Touch) -> list[Command]:
        if self._screen == "pay":
            self._amount, self._tendered, self._preset = "", self._due(), True
        return []

    def _note(self, touch: Touch) -> list[Command]:
        if self._screen == "pay" and touch.arg.isdecimal() and len(touch.arg) <= AMOUNT_CHARS_MAX:
            self._amount, self._tendered, self._preset = "", int(touch.arg), True
        return []

    def _cash(self, _touch: Touch) -> list[Command]:
        if self._screen != "pay":
            return []
        if self._tendered < self._due():
            self._say("That is not enough.", "warn")
            return []
        self._waiting = "Complete"
        return [Complete(self._sale, tuple(self._basket), self._operator, self._tendered)]

    def _go_back(self, _touch: Touch) -> list[Command]:
        match self._screen:
            case "pay":
                self._screen = "sell"
            case "void":
                self._screen = "lookup"
            case "claim":
                return self._leave_claim()
            case "lookup" | "sync":
                self._screen = self._back
            case "pin":
                self._chosen, self._pin, self._pin_error = "", "", ""
            case "done":
                self._to_sell()
            case _:
                pass
        return []

    def _to_sell(self) -> None:
        self._screen = "sell" if self._operator else "pin"

    def _next(self, _touch: Touch) -> list[Command]:
        if self._screen == "done":
            self._to_sell()
        return []

    # Printing ---------------------------------------------------------------------------------------

    def _on_sale(self, event: SaleDone) -> list[Command]:
        self._waiting = ""
        self._last_basket, self._basket, self._sale = self._basket, [], ""
        self._tickets, self._voided, self._recovering = list(event.tickets), set(), False
        self._prints = [Print(t, 0, "queued") for t in event.tickets]
        self._print_total = len(self._prints)
        return self._advance()

    def _advance(self) -> list[Command]:
        """The next ticket that has to come out, or the end of the sale."""
        self._problem = ("", "")
        if self._prints:
            first = self._prints[0]
            if first.state == "queued":
                self._screen, self._waiting = "printing", "PrintTicket"
                return [PrintTicket(first.ticket, first.copy)]
            state = "failed" if first.state == "failed" else "unknown"
            self._screen, self._waiting = "print_problem", ""
            self._problem = (state, "The kiosk was interrupted while this ticket was printing.")
            return []
        self._waiting = ""
        if self._reprinting:
            self._reprinting = False
            self._screen = "lookup"
            self._say("The reprint came out.")
            return [LookUp(self._typed)] if self._typed else []
        kept = [t for t in self._tickets if t.line.order not in self._voided]
        if self._recovering or not kept:
            self._recovering = False
            self._to_sell()
            return []
        self._screen, self._done_until = "done", self._monotonic + DONE_MS
        return []

    def _on_print_began(self, event: PrintBegan) -> list[Command]:
        """A reprint was journalled and is at the printer."""
        current = Print(event.ticket, event.copy, "queued")
        if self._prints and self._prints[0].ticket.line.order == event.ticket.line.order:
            self._prints[0] = current
        else:
            self._prints.insert(0, current)
            self._print_total = max(1, len(self._prints))
            self._reprinting = True
        self._problem = ("", "")
        self._screen, self._waiting = "printing", "PrintTicket"
        return []

    def _on_print_ended(self, event: PrintEnded) -> list[Command]:
        if not self._prints:
            return []
        first = self._prints[0]
        if (first.ticket.line.order, first.copy) != (event.order, event.copy):
            return []
        self._waiting = ""
        if event.outcome == "confirmed":
            del self._prints[0]
            return self._advance()
        self._screen = "print_problem"
        self._problem = ("failed" if event.outcome == "failed" else "unknown", event.words)
        return []

    def _print_yes(self, _touch: Touch) -> list[Command]:
        if self._screen != "print_problem" or self._problem[0] != "unknown":
            return []
        first = self._prints.pop(0)
        return [SettlePrint(first.ticket.line.order, first.copy, whole=True), *self._advance()]

    def _print_retry(self, _touch: Touch) -> list[Command]:
        if self._screen != "print_problem":
            return []
        first = self._prints[0]
        self._screen, self._waiting = "printing", "PrintTicket"
        if self._problem[0] == "failed":  # nothing came out: the same copy may go again
            self._problem = ("", "")
            return [PrintTicket(first.ticket, first.copy)]
        return [Reprint(first.ticket.line.order, "did not come out whole", self._operator)]

    def _print_misprint(self, _touch: Touch) -> list[Command]:
        if self._screen != "print_problem":
            return []
        self._waiting = "VoidOrder"
        return [VoidOrder(self._prints[0].ticket.line.order, "misprint", self._operator, misprint=True)]

    def _on_voided(self, event: OrderVoided) -> list[Command]:
        self._waiting, self._void_error = "", ""
        line = event.ticket.line
        self._voided.add(event.order)
        self._say(f"Void. Give back {_money(line.price, line.currency, self._language)}.", "warn")
        if event.misprint and self._prints and self._prints[0].ticket.line.order == event.order:
            del self._prints[0]
            return self._advance()
        self._screen = "lookup"
        return [LookUp(line.validation)]

    # Looking up, voiding ----------------------------------------------------------------------------

    def _open_lookup(self, _touch: Touch) -> list[Command]:
        if self._screen in ("sell", "done", "sync"):
            self._back, self._screen, self._typed, self._result = "sell", "lookup", "", {}
        return []

    def _look_up(self, _touch: Touch) -> list[Command]:
        if self._screen != "lookup" or not self._typed.strip():
            return []
        self._waiting = "LookUp"
        return [LookUp(self._typed.strip())]

    def _on_scanned(self, event: Scanned) -> list[Command]:
        if not event.text:
            self._say("The scan could not be read. Try again.", "warn")
            return []
        if not self._operator:
            self._say("Log on to look up a ticket.", "info")
            return []
        if self._screen not in ("sell", "done", "lookup", "sync") or self._waiting:
            self._say("A ticket was scanned. Finish this first, then scan it again.", "warn")
            return []
        if self._screen != "lookup":
            self._back = "sell"
        self._screen, self._typed, self._result, self._waiting = "lookup", event.text, {}, "LookUp"
        return [LookUp(event.text)]

    def _on_looked_up(self, event: LookedUp) -> list[Command]:
        if self._waiting == "LookUp":
            self._waiting = ""
        self._result = event.result
        shown = str(event.result.get("validation", ""))
        if shown:
            self._typed = shown
        return []

    def _open_void(self, _touch: Touch) -> list[Command]:
        if self._screen == "lookup" and self._result.get("can_void"):
            self._screen, self._void_reason, self._void_error = "void", "", ""
        return []

    def _choose_reason(self, touch: Touch) -> list[Command]:
        if self._screen == "void" and touch.arg in [code for code, _ in VOID_REASONS]:
            self._void_reason, self._void_error = touch.arg, ""
        return []

    def _void_confirm(self, _touch: Touch) -> list[Command]:
        if self._screen != "void":
            return []
        if not self._void_reason:
            self._void_error = "Choose a reason."
            return []
        self._waiting = "VoidOrder"
        return [VoidOrder(str(self._result["order"]), self._void_reason, self._operator, misprint=False)]

    def _reprint(self, _touch: Touch) -> list[Command]:
        if self._screen != "lookup" or not self._result.get("can_reprint"):
            return []
        self._waiting = "Reprint"
        return [Reprint(str(self._result["order"]), "asked for at the kiosk", self._operator)]

    # Paying a prize ---------------------------------------------------------------------------------

    def _on_office_said(self, event: OfficeSaid) -> list[Command]:
        if self._screen == "lookup" and self._result.get("question") == event.result.get("question"):
            self._result = event.result
        return []

    def _payable(self) -> list[dict[str, Any]]:
        return [one for one in self._result.get("prizes", ()) if one["can_pay"]]

    def _open_claim(self, touch: Touch) -> list[Command]:
        prize = next((one for one in self._payable() if one["result"] == touch.arg), None)
        if self._screen == "lookup" and prize is not None:
            self._claim = prize | {"state": "ask", "seen": False, "words": "", "hint": "", "request": ""}
            self._screen = "claim"
        return []

    def _claim_identity(self, _touch: Touch) -> list[Command]:
        if self._screen == "claim" and self._claim["state"] == "ask":
            self._claim["seen"] = not self._claim["seen"]
        return []

    def _may_pay(self) -> bool:
        claim = self._claim
        return bool(claim) and claim["state"] == "ask" and (claim["seen"] or not claim["identity"])

    def _claim_pay(self, _touch: Touch) -> list[Command]:
        if self._screen != "claim" or not self._may_pay():
            return []
        # Not waited for like the others: the operator may leave, and is told of the answer wherever they are.
        self._claim["state"] = "asking"
        self._claim_until = self._monotonic + CLAIM_WAIT_MS
        return [PayPrize(self._claim["result"], self._operator, bool(self._claim["seen"]))]

    def _on_claim_open(self, event: ClaimOpen) -> list[Command]:
        """The request is on its way, or the office was asked in vain."""
        if self._screen == "claim" and self._claim["state"] in ("asking", "silent"):
            self._claim["request"] = event.request
            if event.asked:
                self._claim["state"] = "silent"
        return []

    def _on_claim_answered(self, event: ClaimAnswered) -> list[Command]:
        if self._screen == "claim" and self._claim["request"] == event.request:
            self._claim |= {
                "state": "paid" if event.pay else "refused",
                "words": event.words,
                "hint": event.hint,
            }
        elif event.pay:
            self._say(f"{event.pay} is now noted as paid here. Hand it out if you have not.", "warn")
        else:
            self._say(f"The last prize is not paid here. {event.words}", "warn")
        return []

    def _leave_claim(self) -> list[Command]:
        """Back to the ticket, which is looked up again where something may have changed."""
        self._screen = "lookup"
        changed, self._claim = self._claim["state"] != "ask", {}
        if not changed or not self._typed:
            return []
        self._waiting = "LookUp"
        return [LookUp(self._typed)]

    # Sync, retry ------------------------------------------------------------------------------------

    def _open_sync(self, _touch: Touch) -> list[Command]:
        if self._screen in ("sell", "pin", "done"):
            self._back = "pin" if self._screen == "pin" else "sell"
            self._screen = "sync"
        return []

    def _sync_now(self, _touch: Touch) -> list[Command]:
        self._say("Talking to the office.")
        return [SyncNow()]

    def _retry(self, _touch: Touch) -> list[Command]:
        if self._screen_shown() not in ("blocked", "starting"):
            return []
        return [Retry()] if self._halted is not None else [SyncNow()]

    # The view ---------------------------------------------------------------------------------------

    def _screen_shown(self) -> str:
        """The journey's screen, unless something about the unit or the hour stands before it."""
        if self._screen in ("pin", "sell") and self._shop.unit.code == "no_catalog":
            return "starting"
        if self._screen in ("pin", "sell") and self._unit_block() is not None:
            return "blocked"
        if self._screen == "sell" and self._all_closed():
            return "closed"
        return self._screen

    def _unit_block(self) -> Halted | None:
        unit = self._shop.unit
        if unit.code == "unit_disabled" and self._shop.unsold:
            return Halted(
                unit.code,
                "Almost ready",
                "This kiosk is enrolled. It has still to be enabled.",
                f"Ask the office to enable {self._shop.name or 'it'} (Kiosks, Enable). It starts by itself.",
                can_retry=True,
            )
        if not unit.can and unit.code != "no_catalog":
            return Halted(unit.code, "This kiosk cannot sell", unit.words, unit.hint, can_retry=True)
        if self._shop.suspended:
            return Halted(
                "suspended_all", "All sales are stopped", self._shop.suspended, "Wait for the office.", True
            )
        clock = next((e.answer for e in self._shop.events if e.answer.code == "clock_back"), None)
        if clock is not None:
            return Halted(clock.code, "The clock is wrong", clock.words, clock.hint, can_retry=True)
        return None

    def _all_closed(self) -> bool:
        closed = [e for e in self._shop.events if e.cut or e.state in ("closed", "drawn", "completed")]
        return (
            bool(closed)
            and not self._basket
            and all(e in closed or e.state == "cancelled" for e in self._shop.events)
        )

    def view(self, now_ms: int) -> dict[str, Any]:
        """All that the screens show; ``now_ms`` is the deciding clock."""
        event = self._shown()
        toast = {"text": self._toast[0], "kind": self._toast[1]} if self._toast[0] else {}
        return {
            "screen": self._screen_shown(),
            "busy": bool(self._waiting),
            "program": self._program,
            "toast": toast,
            "status": self._view_status(now_ms, event),
            "starting": self._view_starting(),
            "blocked": self._view_blocked(),
            "enrol": dict(self._enrol),
            "pin": self._view_pin(),
            "events": [
                {
                    "id": e.id,
                    "name": e.name,
                    "number": e.number,
                    "selected": e.id == self._event,
                    "state_words": "On sale" if e.answer.can else e.answer.words,
                }
                for e in self._shop.events
            ],
            "event": self._view_event(event),
            "packages": self._view_packages(event),
            "basket": self._view_basket(),
            "pay": self._view_pay(),
            "printing": self._view_printing(),
            "print_problem": self._view_problem(),
            "done": self._view_done(),
            "lookup": {"typed": self._typed, "result": self._result, "prizes": self._payable()},
            "void": self._view_void(),
            "claim": self._view_claim(),
            "sync": self._view_sync(now_ms),
            "closed": self._view_closed(),
        }

    def _text(self, amount: int, currency: str = "") -> str:
        return _money(amount, currency or self._currency(), self._language)

    def _view_starting(self) -> dict[str, Any]:
        if self._screen != "starting":
            return {"words": "Fetching events from the office", "progress": 90}
        return {"words": self._starting.words, "progress": self._starting.progress}

    def _view_status(self, now: int, event: ShopEvent | None) -> dict[str, Any]:
        s = self._sync
        oldest = None if s.oldest_at is None else max(0, (now - s.oldest_at) // 1000)
        closes = None if event is None or not event.answer.can else max(0, (event.closes_at - now) // 1000)
        printer, scanner = self._devices["printer"], self._devices["scanner"]
        skew = s.skew_ms
        clock_ok = None if skew is None else abs(skew) <= 60_000
        clock = "Not compared yet" if skew is None else "Right"
        if skew is not None and not clock_ok:
            clock = f"{span_words(abs(skew) // 1000)} {'fast' if skew > 0 else 'slow'}"
        return {
            "unsynced": s.unsynced,
            "oldest_s": oldest,
            "oldest": "" if oldest is None else span_words(oldest),
            "numbers_left": None if event is None or not event.granted else event.left,
            "numbers_low": event is not None and event.granted and event.low,
            "printer": printer.words,
            "printer_ok": printer.ok,
            "scanner": scanner.words,
            "scanner_ok": scanner.ok,
            "network": s.network,
            "network_words": s.network_words,
            "clock_words": clock,
            "clock_ok": clock_ok,
            "closes_in_s": closes,
            "closes": "" if closes is None else f"Closes in {span_words(closes)}",
            "unit_state": self._shop.unit_state,
            "rsu_name": self._shop.name,
            "operator": self._operator_name,
        }

    def _view_blocked(self) -> dict[str, Any]:
        h = self._halted or self._unit_block() or Halted("", "", "", "", can_retry=False)
        return {
            "code": h.code,
            "title": h.title,
            "reason": h.reason,
            "what_to_do": h.what_to_do,
            "can_retry": h.can_retry,
        }

    def _view_pin(self) -> dict[str, Any]:
        return {
            "operators": [{"id": o, "name": n} for o, n in self._shop.operators],
            "chosen": self._chosen,
            "entered": len(self._pin),
            "error": self._pin_error,
            "wait_s": self._pin_wait_s(),
        }

    def _view_event(self, event: ShopEvent | None) -> dict[str, Any]:
        if event is None:
            return {
                "id": "",
                "name": "",
                "venue": "",
                "jackpot": "",
                "can_sell": False,
                "why_not": "",
                "test": False,
            }
        return {
            "id": event.id,
            "name": event.name,
            "venue": event.venue,
            "jackpot": event.jackpot,
            "can_sell": event.answer.can,
            "why_not": "" if event.answer.can else f"{event.answer.words} {event.answer.hint}".strip(),
            "test": False,
        }

    def _view_packages(self, event: ShopEvent | None) -> list[dict[str, Any]]:
        if event is None:
            return []
        return [
            {
                "id": p.id,
                "index": i,
                "name": p.name,
                "tickets": p.ticket_count,
                "price": self._text(p.price, p.currency),
                "description": p.description,
                "enabled": event.answer.can and p.ticket_count <= event.left,
            }
            for i, p in enumerate(event.packages)
        ]

    def _view_basket(self) -> dict[str, Any]:
        lines = []
        for i, line in enumerate(self._basket):
            found = self._package(line.event, line.package)
            if found is None:
                continue
            event, package = found
            lines.append(
                {
                    "index": i,
                    "package": package.name,
                    "event": event.name,
                    "tickets": package.ticket_count * line.quantity,
                    "price": self._text(package.price * line.quantity, package.currency),
                    "quantity": line.quantity,
                }
            )
        due = self._due()
        return {
            "lines": lines,
            "count": self._count(),
            "total": self._text(due),
            "total_minor": due,
            "empty": not self._basket,
            "can_repeat": any(self._package(b.event, b.package) is not None for b in self._last_basket),
        }

    def _view_pay(self) -> dict[str, Any]:
        due, given = self._due(), self._tendered if self._screen == "pay" else 0
        change = max(0, given - due)
        return {
            "due": self._text(due),
            "due_minor": due,
            "entered": self._amount,
            "tendered": self._text(given),
            "change": self._text(change),
            "change_minor": change,
            "change_words": self._text(change) if change else "No change",
            "notes": [{"amount": n, "label": self._text(n)} for n in _notes(due, self._currency())],
            "enough": given >= due,
        }

    def _view_printing(self) -> dict[str, Any]:
        place = self._print_total - len(self._prints) + 1 if self._prints else self._print_total
        words = (
            f"Printing ticket {place} of {self._print_total}"
            if self._print_total > 1
            else "Printing the ticket"
        )
        return {
            "words": words,
            "order_index": place,
            "of": self._print_total,
            "printer": self._devices["printer"].words,
        }

    def _view_problem(self) -> dict[str, Any]:
        state, words = self._problem
        line = self._prints[0].ticket.line if self._prints else None
        failed = state == "failed"
        return {
            "title": "The ticket did not come out" if failed else "Did the ticket come out whole?",
            "reason": words if failed else _happened(words),
            "what_to_do": "Put the printer right, then print it. Or make the sale void and give the money back."
            if failed
            else "Whole: hand it over. Not whole: tear it up and print it again.",
            "can_retry": True,
            "state": state or "unknown",
            "numbers": numbers.words(line.ranges) if line else "",
            "validation": numbers.show_validation(line.validation) if line else "",
        }

    def _view_done(self) -> dict[str, Any]:
        kept = [t.line for t in self._tickets if t.line.order not in self._voided]
        currency = kept[0].currency if kept else ""
        change = self._tickets[0].fact.payment.change if self._tickets else 0
        return {
            "tickets": sum(line.count for line in kept),
            "numbers": numbers.words(sale.all_ranges(kept)),
            "validation": [numbers.show_validation(line.validation) for line in kept],
            "change": self._text(change, currency),
            "change_minor": change,
            "change_words": self._text(change, currency) if change else "No change",
            "total": self._text(sum(line.price for line in kept), currency),
        }

    def _view_void(self) -> dict[str, Any]:
        return {
            "validation": self._result.get("validation", ""),
            "numbers": self._result.get("numbers", ""),
            "amount": self._result.get("price", ""),
            "reasons": [{"code": c, "words": w} for c, w in VOID_REASONS],
            "reason": self._void_reason,
            "misprint": False,
            "error": self._void_error,
        }

    def _view_claim(self) -> dict[str, Any]:
        c = self._claim
        state = c.get("state", "ask")
        amount = c.get("amount", "")
        titles = {
            "ask": "Pay this prize?",
            "asking": "Asking the office",
            "silent": "The office has not answered",
            "paid": f"Hand out {amount}",
            "refused": "Do not pay",
        }
        words = {
            "ask": "The office notes the payment first. Hand the money out when it has answered.",
            "asking": "Hand nothing out yet.",
            "silent": "Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking.",
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

    def _view_sync(self, now: int) -> dict[str, Any]:
        s = self._sync
        contact = (
            "Never" if s.contact_at is None else f"{span_words(max(0, (now - s.contact_at) // 1000))} ago"
        )
        rows = [
            ("Server", s.server),
            ("Network", s.network_words),
            ("Last contact", contact),
            ("Sales to upload", str(s.unsynced)),
            ("Journal", f"{s.head} entries, {s.acknowledged} at the office"),
            ("Second copy", s.mirror_words),
            ("Events and prices", f"Version {s.catalog[0]}.{s.catalog[1]}"),
            ("Free disk", f"{s.free_bytes // 1_000_000} MB"),
            ("Program", f"{self._program.get('version', '')} · {self._program.get('hash', '')}"),
        ]
        return {
            "rows": [{"label": label, "value": value} for label, value in rows if value],
            "uploading": s.uploading,
            "last_contact": contact,
            "server": s.server,
            "head": str(s.head),
            "all_uploaded": s.head > 0 and s.acknowledged >= s.head,
        }

    def _view_closed(self) -> dict[str, Any]:
        s = self._sync
        cut = [e for e in self._shop.events if e.cut]
        settled = bool(cut) and all(e.settled for e in cut) and s.unsynced == 0
        words = "All sales uploaded. The office has confirmed them."
        if not settled:
            words = f"{s.unsynced} sales are still to be uploaded. Keep the kiosk on and connected."
            if s.unsynced == 0:
                words = (
                    "All sales are uploaded. Waiting for the office to confirm that it has them all."
                    " Keep the kiosk on and connected."
                )
        return {
            "title": "Sales are closed",
            "words": ", ".join(e.name for e in self._shop.events),
            "all_uploaded": settled,
            "uploaded_words": words,
            "unsynced": s.unsynced,
        }


def _typed(text: str, key: str) -> str:
    """``text`` after a key."""
    match key:
        case "clear":
            return ""
        case "back":
            return text[:-1]
        case _:
            return (text + key)[:TEXT_CHARS_MAX] if len(key) == 1 and key.isprintable() else text


def _happened(words: str) -> str:
    """What the printer said of a doubtful print, without the question and the advice that the screen gives itself."""
    parts = re.split(r"(?<=[.?!])\s+", words)
    return " ".join(p for p in parts if not re.search(r"\b(whole|look at|tear)\b", p, re.IGNORECASE)) or words


def _minor(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None where it cannot be one."""
    try:
        return money.minor(Decimal(text or "0"), currency)
    except (InvalidOperation, ValueError):
        return None


def _notes(due: int, currency: str) -> list[int]:
    """What a customer may well hand over for ``due``: rounded up to notes, minor units."""
    unit = int(1 / money.major(1, currency))
    found = sorted({-(-due // (n * unit)) * n * unit for n in NOTES_MAJOR} - {due})
    return found[:NOTES_MAX] if due else []
