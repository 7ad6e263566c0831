"""The operator's shift and its cash: who answers for the drawer, what is counted into and out of it, what is reported.

Every step is a fact in the journal, and all that is known follows from there (:mod:`shared.shift`): a kiosk that dies
between a count and a close comes up with the shift open and counted. What concerns a closed shift makes a supplement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kiosk.pieces import Piece, pieces
from kiosk.till import Till
from kiosk.words import phrase
from shared import money, sale, shift, wire
from shared.clock import Clock, utc, zone
from shared.errors import Refused
from shared.ids import uuid7
from shared.money import AMOUNT_MAX
from shared.sale import ShiftSum

PIECES_MAX = 100_000
"""Of one kind in a drawer."""
NOTE_CHARS_MAX = 200

MOVES_IN = (
    ("change", phrase("More change")),
    ("other", phrase("Something else")),
)
MOVES_OUT = (
    ("safe", phrase("To the safe")),
    ("change", phrase("Change given away")),
    ("other", phrase("Something else")),
)

Purpose = Literal["open", "check", "close"]
Kind = Literal["x", "z", "supplement"]


class Count(msgspec.Struct, frozen=True):
    """What somebody counted of one currency, minor units; without pieces only the sum was typed."""

    currency: str
    amount: int
    pieces: tuple[tuple[int, int], ...] = ()


class Row(msgspec.Struct, frozen=True):
    """A line of a report: a figure of money, or words."""

    label: str
    amount: int | None = None
    currency: str = ""
    value: str = ""
    strong: bool = False
    rule: bool = False
    """A line is drawn above it."""
    head: bool = False
    """It names what follows."""


class Report(msgspec.Struct, frozen=True):
    """A shift's money, ready to be shown and printed."""

    kind: Kind
    shift: str
    title: str
    subtitle: str
    rows: tuple[Row, ...]
    over: tuple[tuple[str, int], ...] = ()
    """By currency what was counted beyond what was expected; empty where nothing was counted."""
    organisation: str = ""
    operator: str = ""
    closed_by: str = ""
    """Who closed it; empty while it is open."""


class ShiftView(msgspec.Struct, frozen=True):
    """A shift as the screens need it."""

    id: str
    number: int
    operator: str
    name: str
    since: int
    since_words: str
    sums: tuple[ShiftSum, ...]
    counted: bool = False
    """Its drawer was counted for the close, and nothing has moved since."""


class ShiftsSeen(msgspec.Struct, frozen=True):
    """How the drawer stands."""

    required: bool = False
    blind: bool = True
    drawer: bool = False
    """A drawer is set up and can be opened."""
    no_sale_supervisor: bool = False
    open: ShiftView | None = None
    last: ShiftView | None = None
    """The newest closed one."""
    currencies: tuple[str, ...] = ()
    """What is counted, the one that most is sold in first."""
    pieces: tuple[tuple[str, tuple[Piece, ...]], ...] = ()
    """Notes and coins of each."""


class Shifts:
    """Opens, counts, closes. It belongs to the thread of its till."""

    def __init__(self, till: Till, clock: Clock) -> None:
        self._till, self._clock = till, clock

    @property
    def _book(self) -> shift.Book:
        return self._till.ledger.book

    @property
    def rules(self) -> wire.ShiftRules:
        """How the organisation has cash looked after."""
        catalog = self._till.shelf.catalog
        return wire.ShiftRules() if catalog is None else catalog.shifts

    # Facts ------------------------------------------------------------------------------------------

    def open(self, operator: str, counts: Sequence[Count]) -> shift.Shift:
        """State that the operator takes the drawer over with this float; ``Refused`` while a shift is open."""
        if self._book.open is not None:
            raise Refused(
                "shift_open",
                phrase("{name} has a shift open on this kiosk.", name=self.name(self._book.open.operator)),
                phrase("It must be closed first, by them or by a supervisor."),
            )
        ident = str(uuid7(self._clock))
        for count in counts:
            self._count(ident, operator, "open", count)
        self._till.state(
            sale.ShiftOpened(
                shift=ident,
                number=self._book.number + 1,
                operator=operator,
                float=tuple(sale.Cash(currency=c.currency, amount=c.amount) for c in counts),
            )
        )
        return self._opened()

    def count(self, by: str, purpose: Literal["check", "close"], counts: Sequence[Count]) -> shift.Shift:
        """State what was counted; the shift's sums follow. ``Refused`` where none is open or it is somebody else's."""
        held = self._mine(by)
        for count in counts:
            self._count(held.shift, by, purpose, count)
        return held

    def recount(self, ident: str, by: str, counts: Sequence[Count]) -> shift.Shift:
        """State that a closed shift's drawer was counted again; a supplement follows where it makes a difference."""
        held = self._book.closed.get(ident)
        if held is None:
            raise Refused("no_shift", phrase("That shift is not closed, or lies too far back."))
        self._supervisor(by)
        for count in counts:
            self._count(ident, by, "close", count)
        self.settle(by)
        return held

    def _count(self, ident: str, by: str, purpose: Purpose, count: Count) -> None:
        if any(value <= 0 or not 0 <= n <= PIECES_MAX for value, n in count.pieces):
            raise ValueError("a count of pieces that cannot be")
        if count.pieces and sum(value * n for value, n in count.pieces) != count.amount:
            raise ValueError("the pieces are not the amount")
        if not 0 <= count.amount <= AMOUNT_MAX:
            raise ValueError("an amount out of bounds")
        self._till.state(
            sale.CashCounted(
                shift=ident,
                by=by,
                purpose=purpose,
                currency=count.currency,
                pieces=tuple(p for p in count.pieces if p[1]),
                amount=count.amount,
            )
        )

    def close(self, by: str, note: str = "") -> shift.Shift:
        """State the shift's end and its sums; ``Refused`` where something stands against it, in words."""
        held = self._mine(by)
        if self._till.ledger.unprinted:
            raise Refused(
                "print_open",
                phrase("A ticket has not come out whole yet."),
                phrase("Print it again or void it first."),
            )
        if self._till.claim_open is not None:
            raise Refused(
                "claim_open",
                phrase("The office has not answered about the last prize yet."),
                phrase("Wait for that answer; the kiosk goes on asking."),
            )
        if missing := held.uncounted:
            raise Refused(
                "uncounted",
                phrase("The drawer has not been counted ({what}).", what=", ".join(missing)),
                phrase("Count it, then close the shift."),
            )
        self._till.state(
            sale.ShiftClosed(
                shift=held.shift,
                number=held.number,
                operator=held.operator,
                by=by,
                first_seq=held.first_seq,
                sums=held.sums(),
                note=note[:NOTE_CHARS_MAX],
            )
        )
        return self._book.closed[held.shift]

    def move(self, by: str, currency: str, amount: int, reason: str, approved_by: str = "") -> sale.CashMoved:
        """State that cash was put in (above 0) or taken out for no sale; ``Refused`` where it cannot have been."""
        held = self._mine(by)
        if not 0 < abs(amount) <= AMOUNT_MAX:
            raise Refused("no_amount", phrase("Type an amount."))
        known = {code for code, _ in (MOVES_IN if amount > 0 else MOVES_OUT)}
        if reason not in known:
            raise Refused("no_reason", phrase("Choose a reason."))
        made = sale.CashMoved(
            shift=held.shift,
            by=by,
            cash=sale.Cash(currency=currency, amount=amount),
            reason=reason,
            approved_by=approved_by,
        )
        self._till.state(made)
        return made

    def drawer_opened(
        self,
        by: str,
        reason: Literal["sale", "void", "payout", "count", "moved", "no_sale"],
        approved_by: str = "",
    ) -> None:
        """State that the drawer was kicked open."""
        self._till.state(sale.DrawerOpened(by=by, reason=reason, approved_by=approved_by))

    def settle(self, by: str) -> list[sale.ShiftSupplement]:
        """State what came late to closed shifts; without effect where nothing did."""
        made = []
        for held in list(self._book.closed.values()):
            if sums := held.late_sums():
                body = sale.ShiftSupplement(shift=held.shift, number=held.supplements + 1, by=by, sums=sums)
                self._till.state(body)
                made.append(body)
        return made

    def printed(self, ident: str, kind: Kind, by: str) -> None:
        """State that a report came out."""
        self._till.state(sale.ReportPrinted(shift=ident, report=kind, by=by))

    def _opened(self) -> shift.Shift:
        held = self._book.open
        if held is None:
            raise Refused("no_shift", phrase("No shift is open."), phrase("Open one first."))
        return held

    def _mine(self, by: str) -> shift.Shift:
        """The open shift, if ``by`` may touch its drawer: its operator, or a supervisor."""
        held = self._opened()
        if by != held.operator and not self._till.is_supervisor(by):
            raise Refused(
                "other_shift",
                phrase("This is {name}'s shift.", name=self.name(held.operator)),
                phrase("Only they or a supervisor may do this."),
            )
        return held

    def _supervisor(self, by: str) -> None:
        if not self._till.is_supervisor(by):
            raise Refused("needs_supervisor", phrase("Only a supervisor may do this."))

    # What is known ----------------------------------------------------------------------------------

    def name(self, operator: str) -> str:
        """The operator's name, as the office last told it."""
        known = self._till.shelf.operators.get(operator)
        return known.name if known is not None else operator[:8]

    def seen(self, *, drawer: bool) -> ShiftsSeen:
        """How things stand, for the screens; ``drawer``: one is set up."""
        shelf, rules, book = self._till.shelf, self.rules, self._book
        held = book.open
        found = [e.currency for e in sorted(shelf.events.values(), key=lambda e: e.state != "active")]
        if held is not None:
            found += sorted(held.tallies)
        currencies = tuple(dict.fromkeys(found))
        last = next(reversed(book.closed.values()), None)
        return ShiftsSeen(
            required=rules.required,
            blind=rules.blind,
            drawer=drawer,
            no_sale_supervisor=any(e.policies.void_supervisor for e in shelf.events.values()),
            open=None if held is None else self._view(held),
            last=None if last is None else self._view(last),
            currencies=currencies,
            pieces=tuple((c, pieces(c, rules.denominations.get(c, ()))) for c in currencies),
        )

    def _view(self, held: shift.Shift) -> ShiftView:
        return ShiftView(
            id=held.shift,
            number=held.number,
            operator=held.operator,
            name=self.name(held.operator),
            since=held.opened_at,
            since_words=self.when(held.opened_at),
            sums=held.sums(),
            counted=bool(held.counts) and not held.uncounted,
        )

    def when(self, at: int) -> str:
        """Date and time at the venue, as everybody reads them: ``2026-11-21 19:42``."""
        there = next((e.timezone for e in self._till.shelf.events.values()), "UTC")
        return utc(at).astimezone(zone(there)).strftime("%Y-%m-%d %H:%M")

    # Reports ----------------------------------------------------------------------------------------

    def report(
        self, kind: Kind, ident: str = "", said: Sequence[ShiftSum] = (), number: int = 0, by: str = ""
    ) -> Report:
        """An X report of the open shift, a Z report of a closed one, or what a supplement says (``said``).

        Where counts are blind an X report for ``by`` says nothing of cash, but for a supervisor: what should be in the
        drawer could be added up from it.
        ``Refused`` where there is no such shift, or it is not theirs to see.
        """
        book = self._book
        held = book.open if kind == "x" else book.closed.get(ident)
        if held is None:
            raise Refused("no_shift", phrase("There is no such shift here any more."))
        if by and by != held.operator:
            self._supervisor(by)
        blind = kind == "x" and bool(by) and self.rules.blind and not self._till.is_supervisor(by)
        titles = {
            "x": phrase("X report"),
            "z": phrase("Z report"),
            "supplement": phrase("Supplement {n}", n=number),
        }
        sums = tuple(said) or (held.sums() if kind == "x" or not held.stated else held.stated)
        rows = [
            Row(phrase("Opened"), value=self.when(held.opened_at)),
            Row(phrase("Closed"), value=self.when(held.closed_at))
            if held.last_seq
            else Row(phrase("Until now"), value=self.when(self._clock.now_ms())),
            Row(
                phrase("Journal entries"),
                value=f"{held.first_seq}-{held.last_seq or self._till.journal.head.seq}",
            ),
        ]
        if held.no_sale_count and kind != "supplement":
            rows.append(Row(phrase("Drawer opened without a sale"), value=str(held.no_sale_count)))
        for one in sums:
            rows += _sections(one, several=len(sums) > 1, kind=kind, blind=blind)
        if kind == "z":
            for one in sums:
                rows += _piece_rows(one.currency, held.pieces.get(one.currency, ()))
        for one in held.before if kind != "supplement" and not blind else ():
            rows.append(Row(phrase("Before this shift, in no shift"), head=True, rule=True))
            rows += _flow_rows(one)
        counted = kind == "z" or (kind == "x" and not blind and bool(held.counts) and not held.uncounted)
        if kind == "supplement":
            counted = any(one.over for one in sums)
        return Report(
            kind=kind,
            shift=held.shift,
            title=titles[kind],
            subtitle=phrase("Shift {n} · {name}", n=held.number, name=self.name(held.operator)),
            rows=tuple(rows),
            over=tuple((one.currency, one.over) for one in sums) if counted else (),
            organisation=next((e.organisation for e in self._till.shelf.events.values()), ""),
            operator=self.name(held.operator),
            closed_by=self.name(held.closed_by) if held.closed_by else "",
        )


def _flow_rows(one: ShiftSum) -> list[Row]:
    """The figures of money that moved; those that are nothing are left out."""
    c = one.currency
    rows = [
        Row(phrase("Sales ({n})", n=one.sale_count), one.sales, c),
        Row(phrase("Paid by card"), -one.card, c),
        Row(phrase("Given back for voids"), -one.returned, c),
        Row(phrase("Prizes paid"), -one.paid, c),
        Row(phrase("Put in or taken out"), one.moved, c),
        Row(phrase("Given back at the card terminal"), -one.returned_card, c),
    ]
    return [row for row in rows if row.amount]


def _piece_rows(currency: str, found: Sequence[tuple[int, int]]) -> list[Row]:
    """The count by denomination."""
    rows = [Row(f"{piece_words(value, currency)} × {n}", value * n, currency) for value, n in found]
    return [Row(phrase("Counted, piece by piece"), head=True, rule=True), *rows] if rows else []


def piece_words(value: int, currency: str) -> str:
    """What a note or coin is called: ``20``, ``0.50``."""
    major = money.major(value, currency)
    return str(int(major)) if major == int(major) else str(major)


def _sections(one: ShiftSum, *, several: bool, kind: Kind, blind: bool = False) -> list[Row]:
    """A currency's part of a report."""
    c = one.currency
    back = one.returned + one.returned_card
    rows = [
        Row(phrase("Sales in {currency}", currency=c) if several else phrase("Sales"), head=True, rule=True),
        Row(phrase("Numbers sold"), value=str(one.ticket_count)),
    ]
    if blind:
        rows += [
            Row(phrase("Sales"), value=str(one.sale_count)),
            Row(phrase("Voids"), value=str(one.void_count)),
        ]
    else:
        rows += [
            Row(phrase("Sales ({n})", n=one.sale_count), one.sales, c),
            Row(phrase("Voids ({n})", n=one.void_count), -back, c),
            Row(phrase("After voids"), one.sales - back, c, strong=True),
        ]
    if one.card or one.returned_card:
        rows += [
            Row(phrase("Card terminal"), head=True, rule=True),
            Row(phrase("Paid by card"), one.card, c),
            Row(phrase("Given back"), -one.returned_card, c),
            Row(phrase("The terminal should say"), one.card - one.returned_card, c, strong=True),
        ]
    if blind:
        return rows
    rows += [
        Row(phrase("Drawer"), head=True, rule=True),
        Row(phrase("Float"), one.float, c),
        Row(phrase("Sales in cash"), one.sales - one.card, c),
        Row(phrase("Given back for voids"), -one.returned, c),
    ]
    if one.paid:
        rows.append(Row(phrase("Prizes paid"), -one.paid, c))
    if one.moved:
        rows.append(Row(phrase("Put in or taken out"), one.moved, c))
    rows.append(Row(phrase("Should be in the drawer"), one.expected, c, strong=True))
    if kind == "supplement":
        # Figures of a supplement are differences: what is nothing did not change.
        rows = [row for row in rows if row.head or row.amount or row.value not in ("", "0")]
        rows.append(Row(phrase("Counted, difference"), one.counted, c))
    elif kind == "z":
        rows.append(Row(phrase("Counted"), one.counted, c, strong=True))
    return rows
