"""What the journey is told and what it wants done: events in, commands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kiosk.catalog import Answer
from kiosk.ledger import Sold
from kiosk.till import BasketLine, Print
from kiosk.words import phrase
from shared.wire import Package

TEXT_CHARS_MAX = 400
"""Of one touch's argument, and of anything typed."""

VOID_REASONS = (
    ("customer", phrase("The customer changed their mind")),
    ("mistake", phrase("Wrong package or quantity")),
    ("payment", phrase("The payment did not go through")),
    ("damaged", phrase("The ticket is damaged")),
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
    network_words: str = phrase("Not connected yet")
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
