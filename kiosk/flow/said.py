"""What the journey is told and what it wants done: events in, commands out."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kiosk.catalog import Answer
from kiosk.ledger import Sold
from kiosk.shifts import Count, Report, ShiftsSeen
from kiosk.till import BasketLine, Print
from kiosk.words import phrase
from shared.sale import ShiftSum
from shared.wire import Customer, Package, Policies

TEXT_CHARS_MAX = 400
"""Of one touch's argument, and of anything typed."""

VOID_REASONS = (
    ("customer", phrase("The customer changed their mind")),
    ("mistake", phrase("Wrong package or quantity")),
    ("payment", phrase("The payment did not go through")),
    ("damaged", phrase("The ticket is damaged")),
)


# What is told to the flow ---------------------------------------------------------------------------


class Touch(msgspec.Struct, frozen=True):
    """A person did something on the screen. ``fresh`` is a new id, for the sale that may begin with it."""

    name: str
    arg: str = ""
    fresh: str = ""


class Tick(msgspec.Struct, frozen=True):
    """Time went by: the deciding clock and the one that never goes back, milliseconds."""

    now_ms: int
    monotonic_ms: int


class Starting(msgspec.Struct, frozen=True):
    """The kiosk is coming up; ``progress`` is in percent."""

    words: str
    progress: int


class Halted(msgspec.Struct, frozen=True):
    """Nothing can be sold until somebody acts."""

    code: str
    title: str
    reason: str
    what_to_do: str
    can_retry: bool


class EnrolNeeded(msgspec.Struct, frozen=True):
    """The kiosk is nobody yet; ``error`` says why the last try failed."""

    server: str
    device: str
    error: str = ""


class Opened(msgspec.Struct, frozen=True):
    """The journal is open: operators may log on."""


class ShopEvent(msgspec.Struct, frozen=True):
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
    policies: Policies = Policies()
    organisation: str = ""
    test: bool = False
    """Its sales have not opened yet, and it can be tried (E5)."""


class ShopSeen(msgspec.Struct, frozen=True):
    """What can be sold now, and by whom."""

    unit: Answer
    unit_state: str
    name: str
    operators: tuple[tuple[str, str], ...]
    events: tuple[ShopEvent, ...]
    suspended: str = ""
    unsold: bool = False
    """This kiosk has never sold a ticket."""
    supervisors: frozenset[str] = frozenset()
    """Those of the operators who may agree to what others may not do alone."""


class DeviceSeen(msgspec.Struct, frozen=True):
    """How a device is; ``ok`` is None where nobody knows."""

    device: str
    """``printer``, ``scanner`` or ``drawer``."""
    words: str
    ok: bool | None
    code: str = ""
    """What is wrong, for the log; empty where nothing is."""
    advice: str = ""
    """What to do about it; empty where nothing is to do."""

    @property
    def state(self) -> str:
        """For programs: ``ready``, ``none`` where there is no such device, otherwise the code of what is wrong."""
        return self.code or ("none" if self.ok is None else "ready" if self.ok else "unknown")


class SyncSeen(msgspec.Struct, frozen=True):
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
    mirror_ok: bool | None = None
    """None where no second copy is set up."""
    free_bytes: int = 0
    catalog: tuple[int, int] = (0, 0)


class PinAnswered(msgspec.Struct, frozen=True):
    """Whose PIN it was: empty where nobody's. ``pending`` are the prints that were left open."""

    operator: str
    name: str = ""
    pending: tuple[Print, ...] = ()
    wait_s: int = 0
    """Until the next PIN of this operator is looked at, seconds."""
    locked: bool = False


class SaleDone(msgspec.Struct, frozen=True):
    """The basket is a journalled sale."""

    tickets: tuple[Sold, ...]


class PrintBegan(msgspec.Struct, frozen=True):
    """A copy is on its way to the printer."""

    ticket: Sold
    copy: int


class PrintEnded(msgspec.Struct, frozen=True):
    """What the printer said: ``confirmed``, ``failed`` (nothing came out) or ``unknown``."""

    order: str
    copy: int
    outcome: str
    words: str = ""
    """What the printer said, as a fact."""
    advice: str = ""
    """What to do about that."""
    foils: bool = False
    """Of the counterfoils, not of the ticket."""


class PageEnded(msgspec.Struct, frozen=True):
    """What became of a page (a report, a test page): as ``PrintEnded``; ``token`` is its owner's."""

    token: str
    outcome: str
    words: str = ""
    advice: str = ""


class FoilsBegan(msgspec.Struct, frozen=True):
    """Counterfoils are on their way to the printer, asked for by an operator."""

    ticket: Sold
    copy: int


class OrderVoided(msgspec.Struct, frozen=True):
    """An order is void; so much goes back to the customer."""

    order: str
    ticket: Sold
    misprint: bool


class LookedUp(msgspec.Struct, frozen=True):
    """What is known of a ticket; the contract's ``lookup.result``."""

    result: dict[str, Any]


class OfficeSaid(msgspec.Struct, frozen=True):
    """What the office added to a look-up; it counts only while that look-up is on the screen."""

    result: dict[str, Any]


class ClaimAnswered(msgspec.Struct, frozen=True):
    """The office has answered a request to pay a prize; ``pay`` is what to hand out, empty where nothing is."""

    request: str
    pay: str
    words: str
    hint: str = ""


class ClaimOpen(msgspec.Struct, frozen=True):
    """A request to pay a prize was made, or has no answer yet though the office was asked (``asked``)."""

    request: str
    asked: bool


class Scanned(msgspec.Struct, frozen=True):
    """The scanner read something; empty text where it could not be read."""

    text: str


class Declined(msgspec.Struct, frozen=True):
    """A command could not be carried out: code, what is the matter, what to do."""

    command: str
    code: str
    words: str
    hint: str = ""


class ShiftStepped(msgspec.Struct, frozen=True):
    """A step of the shift is journalled: ``opened``, ``counted`` with the sums it is compared to, or ``moved``."""

    step: Literal["opened", "counted", "moved"]
    sums: tuple[ShiftSum, ...] = ()


class ReportMade(msgspec.Struct, frozen=True):
    """A shift's report, to be shown; ``closed``: it is the end of the shift."""

    report: Report
    closed: bool = False


class ReportEnded(msgspec.Struct, frozen=True):
    """A report came out of the printer whole, or did not."""

    shift: str
    kind: str
    whole: bool
    words: str = ""


class Approved(msgspec.Struct, frozen=True):
    """Whose PIN it was that somebody typed to agree; empty where nobody's, then with the time to wait, seconds."""

    operator: str
    wait_s: int = 0
    locked: bool = False


class CheckSeen(msgspec.Struct, frozen=True):
    """How a check stands: ``ok``, ``warn``, ``bad``, ``running`` (``progress`` in percent) or ``unknown``."""

    code: str
    state: Literal["ok", "warn", "bad", "running", "unknown"]
    words: str
    what_to_do: str = ""
    progress: int = 0
    fault: str = ""
    """The code of what it found, or of what stopped it; only some are a reason to stop selling."""


class Exported(msgspec.Struct, frozen=True):
    """The journal, or a part of it, is in a file on a medium."""

    file: str
    medium: str


class Message(msgspec.Struct, frozen=True):
    """A letter of the office; ``at`` is when this kiosk saw it first, milliseconds."""

    id: str
    text: str
    at: int
    unread: bool


class MessagesSeen(msgspec.Struct, frozen=True):
    """The office's letters, the newest first."""

    messages: tuple[Message, ...] = ()


class SettingsSeen(msgspec.Struct, frozen=True):
    """How the kiosk is set up, and what there is to choose from."""

    values: dict[str, str] = {}
    """By setting; empty where nothing is set up."""
    found: dict[str, tuple[str, ...]] = {}
    """Devices and media that the system shows, by setting."""
    unsynced: int = 0
    """Entries that the office has not got."""
    kept: bool = False
    """Somebody starts the program again where it ends."""
    medium: str = ""
    """Where an export goes to; empty where nothing is plugged in."""
    restart: tuple[str, ...] = ()
    """Settings that were changed and count from the next start on."""
    given: tuple[str, ...] = ()
    """Settings that stand on the command line, and so cannot be changed at the kiosk."""


Event = (
    Touch | Tick | Starting | Halted | EnrolNeeded | Opened | ShopSeen | DeviceSeen | SyncSeen | PinAnswered | SaleDone
    | PrintBegan | PrintEnded | PageEnded | FoilsBegan | OrderVoided | LookedUp | OfficeSaid | ClaimAnswered | ClaimOpen | Scanned | Declined
    | ShiftsSeen | ShiftStepped | ReportMade | ReportEnded | Approved
    | CheckSeen | Exported | MessagesSeen | SettingsSeen
)  # fmt: skip


# What the flow wants done ---------------------------------------------------------------------------


class Enrol(msgspec.Struct, frozen=True):
    """Become a kiosk of the office at ``server`` by a one-time code."""

    server: str
    code: str


class CheckPin(msgspec.Struct, frozen=True):
    """Is this the operator's PIN?"""

    operator: str
    pin: str

    def __repr__(self) -> str:
        return f"CheckPin({self.operator})"


class LogOn(msgspec.Struct, frozen=True):
    """An operator whose PIN was seen begins to work here."""

    operator: str


class LogOff(msgspec.Struct, frozen=True):
    """The operator leaves."""

    operator: str


class Complete(msgspec.Struct, frozen=True):
    """Sell the basket."""

    sale: str
    basket: tuple[BasketLine, ...]
    operator: str
    tendered: int
    """Cash given and what the card paid, minor units."""
    method: str = "cash"
    card: int = 0
    reference: str = ""
    age_checked: bool = False
    customer: Customer | None = None
    """What the buyer told, where it was asked for; never logged."""
    self_service: bool = False
    test: bool = False
    """Sold before the event opened, to try the kiosk: no money is taken."""

    def __repr__(self) -> str:
        return f"Complete({self.sale})"


class PrintTicket(msgspec.Struct, frozen=True):
    """Print this copy of a ticket."""

    ticket: Sold
    copy: int


class PrintFoils(msgspec.Struct, frozen=True):
    """Print a ticket's counterfoils; ``copy`` above 0 stands on each of them."""

    ticket: Sold
    copy: int
    by: str
    approved_by: str = ""


class SettleFoils(msgspec.Struct, frozen=True):
    """The operator saw whether all of them came out; not whole also where they are let go for now."""

    ticket: Sold
    copy: int
    whole: bool
    by: str
    approved_by: str = ""


class AgainFoils(msgspec.Struct, frozen=True):
    """Print an order's counterfoils once more, marked as such; ``approved_by`` is the supervisor."""

    order: str
    by: str
    approved_by: str


class SettlePrint(msgspec.Struct, frozen=True):
    """The operator saw whether it came out."""

    order: str
    copy: int
    whole: bool


class Reprint(msgspec.Struct, frozen=True):
    """Print another copy, marked as such."""

    order: str
    reason: str
    by: str
    approved_by: str = ""


class VoidOrder(msgspec.Struct, frozen=True):
    """Make an order void."""

    order: str
    reason: str
    by: str
    misprint: bool
    approved_by: str = ""


class LookUp(msgspec.Struct, frozen=True):
    """What is this ticket?"""

    text: str


class PayPrize(msgspec.Struct, frozen=True):
    """Ask the office whether this prize may be paid here."""

    result: str
    by: str
    identity_checked: bool


class SyncNow(msgspec.Struct, frozen=True):
    """Talk to the office now."""


class Alert(msgspec.Struct, frozen=True):
    """State a significant event of the kiosk."""

    code: str
    severity: str
    detail: str = ""


class Retry(msgspec.Struct, frozen=True):
    """Try to start again."""


class CheckApproval(msgspec.Struct, frozen=True):
    """Is this the PIN of who agrees? Nobody is logged on by it."""

    operator: str
    pin: str

    def __repr__(self) -> str:
        return f"CheckApproval({self.operator})"


class OpenShift(msgspec.Struct, frozen=True):
    """Take the drawer over with this float."""

    by: str
    counts: tuple[Count, ...]


class CountCash(msgspec.Struct, frozen=True):
    """Note what was counted. ``shift``: the closed one of which it is a recount."""

    by: str
    purpose: str
    """``check``, ``close`` or ``recount``."""
    counts: tuple[Count, ...]
    shift: str = ""


class CloseShift(msgspec.Struct, frozen=True):
    """End the shift as it was counted."""

    by: str


class MoveCash(msgspec.Struct, frozen=True):
    """Note cash put into the drawer, or taken out of it (below 0), minor units."""

    by: str
    currency: str
    amount: int
    reason: str


class OpenDrawer(msgspec.Struct, frozen=True):
    """Kick the drawer open, and note it."""

    by: str
    reason: Literal["count", "no_sale"]
    approved_by: str = ""


class MakeReport(msgspec.Struct, frozen=True):
    """Make an X report of the open shift, or the Z report of a closed one again."""

    kind: Literal["x", "z"]
    shift: str
    by: str


class PrintReport(msgspec.Struct, frozen=True):
    """Print what is on the screen."""

    report: Report
    by: str


class RunCheck(msgspec.Struct, frozen=True):
    """Look at a part of the kiosk, by doing what it is there for."""

    code: str
    by: str


class LookAround(msgspec.Struct, frozen=True):
    """How is the kiosk set up, and what is there to choose from?"""


class Set(msgspec.Struct, frozen=True):
    """Change a setting."""

    setting: str
    value: str
    by: str


class Do(msgspec.Struct, frozen=True):
    """``export``, ``export_all``, ``restart`` or ``log_out`` the kiosk."""

    what: str
    by: str


class ReadMessages(msgspec.Struct, frozen=True):
    """Somebody has read these letters of the office."""

    messages: tuple[str, ...]


Command = (
    Enrol
    | CheckPin
    | LogOn
    | LogOff
    | Complete
    | PrintTicket
    | PrintFoils
    | SettleFoils
    | AgainFoils
    | SettlePrint
    | Reprint
    | VoidOrder
    | LookUp
    | PayPrize
    | SyncNow
    | Alert
    | Retry
    | CheckApproval
    | OpenShift
    | CountCash
    | CloseShift
    | MoveCash
    | OpenDrawer
    | MakeReport
    | PrintReport
    | RunCheck
    | LookAround
    | Set
    | Do
    | ReadMessages
)
