"""What a kiosk states: sales, voids, prints, cuts; and what must hold among the parts of each.

These are the bodies of journal entries. They are written once and never edited; the price paid is part of
the sale and is never computed again. A body tolerates fields that a newer kiosk adds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from shared import numbers
from shared.money import AMOUNT_MAX
from shared.numbers import Range

LINES_MAX = 50
TICKETS_PER_LINE_MAX = 10_000


class Enrolled(msgspec.Struct, frozen=True, kw_only=True, tag="enrolled", tag_field="kind"):
    """The first entry of every chain: who this kiosk is, as the office signed it."""

    certificate: str
    certificate_signature: str
    software: str


class Granted(msgspec.Struct, frozen=True, kw_only=True, tag="granted", tag_field="kind"):
    """A block of numbers taken in. A server restored from before it adopts it when it sees this."""

    grant: str
    grant_signature: str


class LoggedOn(msgspec.Struct, frozen=True, kw_only=True, tag="logged_on", tag_field="kind"):
    """An operator proved who they are."""

    operator: str


class LoggedOff(msgspec.Struct, frozen=True, kw_only=True, tag="logged_off", tag_field="kind"):
    """The operator left the kiosk."""

    operator: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One bearer ticket: one order of one package of one event, with its own validation number."""

    order: str
    event: str
    package: str
    game: str = "raffle"
    ranges: tuple[Range, ...]
    price: int
    """For the whole line, minor units."""
    currency: str
    validation: str

    @property
    def count(self) -> int:
        """How many draw numbers it holds."""
        return sum(r.count for r in self.ranges)


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """How the sale was paid; amounts in minor units. Change is cash, also where a part was paid by card."""

    method: Literal["cash", "card", "split"]
    amount: int
    tendered: int
    """Cash given and what the card paid, together."""
    change: int
    reference: str = ""
    """What the card terminal printed, so that its payment can be found again."""
    card: int = 0
    """What the card paid; all of ``amount`` where the method is ``card``."""

    @property
    def cash(self) -> int:
        """What the sale left in the drawer."""
        return self.amount - self.card


class Cash(msgspec.Struct, frozen=True, kw_only=True):
    """So much money of one currency, minor units."""

    currency: str
    amount: int


class Sale(msgspec.Struct, frozen=True, kw_only=True, tag="sale", tag_field="kind"):
    """Tickets sold and paid. ``sale`` was made when the basket opened: a second tap is the same sale."""

    sale: str
    operator: str
    lines: tuple[Line, ...]
    payment: Payment
    test: bool = False
    """Sold before the event opened, to try the kiosk: printed as a test, in no pool."""
    age_checked: bool = False
    """The operator saw that the buyer is old enough, where an event asks for it."""
    customer: str = ""
    """:func:`commitment` to what the buyer told of themselves; the data travels beside the journal."""
    self_service: bool = False
    """The buyer chose; ``operator`` took the money."""
    catalog: tuple[int, int]
    """Generation and serial of the catalog that it was sold under."""


class Voided(msgspec.Struct, frozen=True, kw_only=True, tag="voided", tag_field="kind"):
    """The whole order is void; its numbers are never sold again."""

    order: str
    event: str
    validation: str
    reason: str
    by: str
    misprint: bool = False
    """The ticket did not come out whole, and the customer has none."""
    approved_by: str = ""
    """The supervisor who agreed, where the event asks for one."""
    returned: int = 0
    """Given back in cash, minor units; what a card paid goes back by the terminal."""
    returned_card: int = 0
    """Given back at the terminal, minor units. Together with ``returned`` it is the order's price; a test has none."""
    currency: str = ""
    """Empty where no money was in it: a test's."""
    shift: str = ""
    """The closed shift that had sold it, where none was open when it was made void: late for that shift."""


class Printed(msgspec.Struct, frozen=True, kw_only=True, tag="printed", tag_field="kind"):
    """How the printing of a copy ended, as the printer or the operator said."""

    order: str
    copy: int
    """0 is the original, 1 and on are reprints."""
    outcome: Literal["confirmed", "failed"]
    said_by: Literal["printer", "operator"]
    detail: str = ""


class Reprinted(msgspec.Struct, frozen=True, kw_only=True, tag="reprinted", tag_field="kind"):
    """Another copy was asked for; it says REPRINT ``copy`` on its face."""

    order: str
    copy: int
    reason: str
    by: str
    approved_by: str = ""


class CounterfoilsPrinted(
    msgspec.Struct, frozen=True, kw_only=True, tag="counterfoils_printed", tag_field="kind"
):
    """The counterfoils of an order, one to a number, came out for the drum; or not, or not surely all."""

    order: str
    event: str
    count: int
    copy: int
    """0 the first time, 1 and on are printed again: each number is flagged (GLI-31 2.4.2)."""
    outcome: Literal["confirmed", "failed"]
    said_by: Literal["printer", "operator"]
    by: str
    approved_by: str = ""


class ShiftOpened(msgspec.Struct, frozen=True, kw_only=True, tag="shift_opened", tag_field="kind"):
    """An operator took over the drawer. What follows in the chain is this shift's, up to its close."""

    shift: str
    number: int
    """Counts up by one with each shift of the kiosk, and never starts again."""
    operator: str
    float: tuple[Cash, ...] = ()
    """What lay in the drawer, counted."""


class CashCounted(msgspec.Struct, frozen=True, kw_only=True, tag="cash_counted", tag_field="kind"):
    """Somebody counted the drawer."""

    shift: str
    by: str
    purpose: Literal["open", "check", "close"]
    currency: str
    pieces: tuple[tuple[int, int], ...] = ()
    """Value of a note or coin, minor units, and how many there were; empty where only the sum was typed."""
    amount: int


class DrawerOpened(msgspec.Struct, frozen=True, kw_only=True, tag="drawer_opened", tag_field="kind"):
    """The cash drawer was kicked open."""

    by: str
    reason: Literal["sale", "void", "payout", "count", "moved", "no_sale"]
    approved_by: str = ""


class CashMoved(msgspec.Struct, frozen=True, kw_only=True, tag="cash_moved", tag_field="kind"):
    """Cash was put into the drawer, or taken out of it (below 0), for no sale: more change, or to the safe."""

    shift: str
    by: str
    cash: Cash
    reason: str
    approved_by: str = ""


class ShiftSum(msgspec.Struct, frozen=True, kw_only=True):
    """A shift's money of one currency, minor units, as its chain says."""

    currency: str
    float: int = 0
    sales: int = 0
    """Of every sale, whatever paid it; tests are not in it."""
    card: int = 0
    returned: int = 0
    """Given back in cash for voids."""
    returned_card: int = 0
    """Of voids, what a card had paid: given back at the terminal."""
    paid: int = 0
    """Prizes paid out."""
    moved: int = 0
    expected: int = 0
    """In the drawer: float + sales - card - returned - paid + moved."""
    counted: int = 0
    sale_count: int = 0
    ticket_count: int = 0
    """Draw numbers sold."""
    void_count: int = 0

    @property
    def over(self) -> int:
        """What was counted beyond what was expected; below 0 it is short."""
        return self.counted - self.expected


class ShiftClosed(msgspec.Struct, frozen=True, kw_only=True, tag="shift_closed", tag_field="kind"):
    """The shift's end and its signed totals. What concerns it later makes a supplement and changes nothing here."""

    shift: str
    number: int
    operator: str
    by: str
    first_seq: int
    """The entry that opened the shift."""
    sums: tuple[ShiftSum, ...] = ()
    note: str = ""


class ShiftSupplement(msgspec.Struct, frozen=True, kw_only=True, tag="shift_supplement", tag_field="kind"):
    """What became of a closed shift afterwards: a late void, a recount, a print that was settled."""

    shift: str
    number: int
    """1 is the shift's first supplement."""
    by: str
    sums: tuple[ShiftSum, ...] = ()
    """The difference to what stood before."""
    note: str = ""


class ReportPrinted(msgspec.Struct, frozen=True, kw_only=True, tag="report_printed", tag_field="kind"):
    """A shift's report was printed."""

    shift: str
    report: Literal["x", "z", "supplement"]
    by: str


class Changed(msgspec.Struct, frozen=True, kw_only=True, tag="changed", tag_field="kind"):
    """A setting of the kiosk was changed at the kiosk."""

    setting: str
    before: str
    after: str
    by: str


class Cut(msgspec.Struct, frozen=True, kw_only=True, tag="cut", tag_field="kind"):
    """The kiosk's chain is cut here: what stands before it is in the draw's pool, what follows is not."""

    event: str
    cut: str
    due_at: int
    """When the cut was due, milliseconds."""


class Paid(msgspec.Struct, frozen=True, kw_only=True, tag="paid", tag_field="kind"):
    """A prize was paid out of this kiosk's cash; the office had noted it before, so that no prize is paid twice."""

    claim: str
    """The request by which the kiosk asked for it."""
    result: str
    """The office's id of what was won."""
    event: str
    validation: str
    number: int
    amount: int
    """Minor units."""
    currency: str
    by: str
    identity_checked: bool = False


class Witnessed(msgspec.Struct, frozen=True, kw_only=True, tag="witnessed", tag_field="kind"):
    """What the office had published of its draws when this kiosk looked: an outside witness."""

    generation: int
    serial: int
    manifests: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


class Critical(msgspec.Struct, frozen=True, kw_only=True, tag="critical", tag_field="kind"):
    """A significant event of the unit (GLI-31 5.6): printer, link, memory, clock, program."""

    code: str
    severity: Literal["INFO", "WARN", "ERROR"]
    detail: str = ""


Body = (
    Enrolled
    | Granted
    | LoggedOn
    | LoggedOff
    | Sale
    | Voided
    | Printed
    | Reprinted
    | CounterfoilsPrinted
    | ShiftOpened
    | CashCounted
    | DrawerOpened
    | CashMoved
    | ShiftClosed
    | ShiftSupplement
    | ReportPrinted
    | Changed
    | Cut
    | Paid
    | Witnessed
    | Critical
)

_decoder: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def kind(body: Body) -> str:
    """The kind under which this body is journalled."""
    return str(body.__struct_config__.tag)


def encode(body: Body) -> bytes:
    """The body's bytes: JSON with sorted keys and no white space, UTF-8."""
    return msgspec.json.encode(body, order="sorted")


def decode(data: bytes) -> Body:
    """The body behind ``data``; ``msgspec.MsgspecError`` or ``UnicodeDecodeError`` where it is none."""
    return _decoder.decode(data)


def problems(sale: Sale) -> list[str]:
    """What does not hold within this sale, in words; empty where all holds."""
    if not 1 <= len(sale.lines) <= LINES_MAX:
        # What follows takes the square of their number.
        return [f"a sale has 1 to {LINES_MAX} lines, this has {len(sale.lines)}"]
    found = []
    for line in sale.lines:
        if not 1 <= line.count <= TICKETS_PER_LINE_MAX:
            found.append(f"a line holds 1 to {TICKETS_PER_LINE_MAX} numbers, this holds {line.count}")
        if not 0 <= line.price <= AMOUNT_MAX:
            found.append("a price is out of bounds")
        if numbers.read_validation(line.validation) != line.validation:
            found.append("a validation number fails its check")
    for event in {line.event for line in sale.lines}:
        found += numbers.problems(r for line in sale.lines if line.event == event for r in line.ranges)
    if len({line.currency for line in sale.lines}) > 1:
        found.append("a sale mixes currencies")
    if len({line.order for line in sale.lines}) < len(sale.lines):
        found.append("two lines bear the same order")
    pay = sale.payment
    if pay.amount != sum(line.price for line in sale.lines):
        found.append("what was paid is not the sum of the lines")
    if pay.tendered < pay.amount or pay.change != pay.tendered - pay.amount:
        found.append("the change is not what was given less what was due")
    by_card = {"cash": pay.card == 0, "card": pay.card == pay.amount, "split": 0 < pay.card < pay.amount}
    if not by_card[pay.method]:
        found.append("what the card paid does not fit how it was paid")
    return found


def ticket_payload(line: Line, rsu: str) -> str:
    """What the ticket's QR says, unsigned: ``TMB1:<validation>:<event>:<numbers>:<rsu>``, upper case.

    ``event`` and ``rsu`` are the first 16 hex digits of the SHA-256 of their ids; numbers are
    ``first+count`` joined by dots. Only characters of a QR's alphanumeric mode, so that it stays small.
    """
    spans = ".".join(f"{r.first}+{r.count}" for r in line.ranges)
    return f"TMB1:{line.validation}:{short(line.event)}:{spans}:{short(rsu)}"


def commitment(salt: bytes, data: bytes) -> str:
    """What a sale says of its buyer: SHA-256, hex, over the domain, 32 bytes of salt and the data.

    ``data`` is the canonical JSON of :class:`shared.wire.Customer`. Without the salt nobody can find out by trying
    whose it is; once salt and data are erased it says nothing.
    """
    return hashlib.sha256(b"tombola customer v1\0" + salt + data).hexdigest()


def short(identifier: str) -> str:
    """The first 16 hex digits, upper case, of the SHA-256 of an identifier."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:16].upper()


def all_ranges(lines: Iterable[Line]) -> list[Range]:
    """The ranges of all lines, in order."""
    return [r for line in lines for r in line.ranges]
