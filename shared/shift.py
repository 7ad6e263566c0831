"""What a kiosk's chain says of its cash: shifts, the money between them, and what came late, to the cent.

A pure fold over the facts in the chain's order, so that the kiosk's till, the report on its paper and the office count
alike. Order alone decides: what stands between a shift's opening and its close is that shift's; what stands in none is
kept as the gap before the next one, with sums of its own, and nothing is left out. Sales made as a test are no money.

Money that leaves the drawer for a closed shift is *late*: it was in the drawer when the shift was counted, so what was
counted falls with what is expected, and over or short stays what it was. Only a recount changes that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shared import sale
from shared.sale import ShiftSum

SHIFTS_REMEMBERED_MAX = 50
"""Closed shifts that a late fact can still be told to; what concerns an older one stands in the gap."""


class Tally(msgspec.Struct, kw_only=True):
    """Running sums of one currency, minor units; the fields are :class:`shared.sale.ShiftSum`'s."""

    currency: str
    float: int = 0
    sales: int = 0
    card: int = 0
    returned: int = 0
    returned_card: int = 0
    paid: int = 0
    moved: int = 0
    counted: int = 0
    sale_count: int = 0
    ticket_count: int = 0
    void_count: int = 0

    @property
    def expected(self) -> int:
        """What should lie in the drawer."""
        return self.float + self.sales - self.card - self.returned - self.paid + self.moved

    def sum(self) -> ShiftSum:
        """The sums as a shift's close states them."""
        return ShiftSum(expected=self.expected, **msgspec.structs.asdict(self))


Tallies = dict[str, Tally]


class Shift(msgspec.Struct, kw_only=True):
    """A shift as far as its chain goes."""

    shift: str
    number: int
    operator: str
    first_seq: int
    opened_at: int = 0
    """By the kiosk's clock, milliseconds."""
    tallies: Tallies = {}
    before: tuple[ShiftSum, ...] = ()
    """What happened between the last shift and this one, in nobody's."""
    counts: dict[str, int] = {}
    """Counted for the close, by currency; money that moves afterwards makes them void."""
    pieces: dict[str, tuple[tuple[int, int], ...]] = {}
    """Notes and coins of those counts: value and how many; empty where only the sum was typed."""
    last_seq: int = 0
    """The entry that closed it; 0 while it is open."""
    closed_at: int = 0
    closed_by: str = ""
    stated: tuple[ShiftSum, ...] = ()
    """What its close said."""
    late: Tallies = {}
    """What became of it since its close or last supplement."""
    supplements: int = 0
    supplemented: tuple[ShiftSum, ...] = ()
    """What the newest supplement said."""
    no_sale_count: int = 0
    """How often its drawer was opened for no reason of money."""

    def sums(self) -> tuple[ShiftSum, ...]:
        """What its close has to state, by currency, or should have stated."""
        return _sums(self.tallies)

    def late_sums(self) -> tuple[ShiftSum, ...]:
        """What a supplement has to state; empty where nothing came late."""
        return tuple(s for s in _sums(self.late) if s != ShiftSum(currency=s.currency))

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Currencies of which money went through the drawer, and that were not counted for the close."""
        return tuple(c for c in sorted(self.tallies) if c not in self.counts)


class Book(msgspec.Struct, kw_only=True):
    """The cash book of one kiosk, kept by :meth:`take`."""

    open: Shift | None = None
    closed: dict[str, Shift] = {}
    """By id, the newest last; the newest ``SHIFTS_REMEMBERED_MAX``."""
    gap: Tallies = {}
    """What happened since the last close, in no shift."""
    number: int = 0
    """Of the newest shift."""

    def take(self, seq: int, body: sale.Body, at: int = 0) -> None:
        """Take in the entry at ``seq``; most are none of the drawer's business."""
        taken = _TAKES.get(type(body))
        if taken is not None:
            taken(self, seq, body, at)

    def gap_sums(self) -> tuple[ShiftSum, ...]:
        """What happened since the last close, in no shift."""
        return _sums(self.gap)

    def shift_of(self, seq: int) -> str:
        """The shift in which the entry at ``seq`` stands; empty where it is in none, or in one long past."""
        if self.open is not None and seq >= self.open.first_seq:
            return self.open.shift
        found = (s.shift for s in reversed(self.closed.values()) if s.first_seq <= seq <= s.last_seq)
        return next(found, "")


def fold(entries: Iterable[tuple[int, sale.Body]]) -> Book:
    """The cash book behind these entries, in the chain's order. It may begin with the opening of the shift wanted."""
    book = Book()
    for seq, body in entries:
        book.take(seq, body)
    return book


def card_part(sold: sale.Sale, index: int) -> int:
    """What the card paid of a sale's line, minor units.

    A card's payment covers the lines in their order, cash the rest, so that the parts of all lines add up to it.
    """
    before = sum(line.price for line in sold.lines[:index])
    return max(0, min(sold.lines[index].price, sold.payment.card - before))


def _of(tallies: Tallies, currency: str) -> Tally:
    found = tallies.get(currency)
    if found is None:
        found = tallies[currency] = Tally(currency=currency)
    return found


def _tally(book: Book, currency: str) -> Tally:
    """The sums that money moving now belongs to."""
    if book.open is None:
        return _of(book.gap, currency)
    for counted in book.open.counts:
        book.open.tallies[counted].counted = 0
    book.open.counts.clear()
    book.open.pieces.clear()
    return _of(book.open.tallies, currency)


def _sums(tallies: Tallies) -> tuple[ShiftSum, ...]:
    return tuple(tallies[c].sum() for c in sorted(tallies))


def _sold(book: Book, _seq: int, body: sale.Sale, _at: int) -> None:
    if body.test or not body.lines:
        return
    tally = _tally(book, body.lines[0].currency)
    tally.sales += body.payment.amount
    tally.card += body.payment.card
    tally.sale_count += 1
    for line in body.lines:
        for numbers in line.ranges:
            tally.ticket_count += numbers.count


def _voided(book: Book, _seq: int, body: sale.Voided, _at: int) -> None:
    if not body.currency:
        return
    late = book.closed.get(body.shift) if book.open is None else None
    tally = _tally(book, body.currency) if late is None else _of(late.late, body.currency)
    tally.returned += body.returned
    tally.returned_card += body.returned_card
    tally.void_count += 1
    if late is not None:
        tally.counted -= body.returned


def _paid(book: Book, _seq: int, body: sale.Paid, _at: int) -> None:
    _tally(book, body.currency).paid += body.amount


def _moved(book: Book, _seq: int, body: sale.CashMoved, _at: int) -> None:
    cash = body.cash
    late = book.closed.get(body.shift) if book.open is None else None
    tally = _tally(book, cash.currency) if late is None else _of(late.late, cash.currency)
    tally.moved += cash.amount
    if late is not None:
        tally.counted += cash.amount


def _drawer(book: Book, _seq: int, body: sale.DrawerOpened, _at: int) -> None:
    if book.open is not None and body.reason == "no_sale":
        book.open.no_sale_count += 1


def _counted(book: Book, _seq: int, body: sale.CashCounted, _at: int) -> None:
    """A count moves nothing: that for the close is the shift's, and a later one corrects it."""
    if body.purpose != "close":
        return
    if book.open is not None and book.open.shift == body.shift:
        book.open.counts[body.currency] = body.amount
        book.open.pieces[body.currency] = body.pieces
        _of(book.open.tallies, body.currency).counted = body.amount
    elif (closed := book.closed.get(body.shift)) is not None:
        # The tallies hold what the close and the supplements have said so far.
        settled = closed.tallies.get(body.currency)
        _of(closed.late, body.currency).counted = body.amount - (settled.counted if settled else 0)


def _opened(book: Book, seq: int, body: sale.ShiftOpened, at: int) -> None:
    if book.open is not None:  # its close was never stated: it ends here, without one
        _shut(book, book.open, seq - 1)
    book.open = Shift(
        shift=body.shift,
        number=body.number,
        operator=body.operator,
        first_seq=seq,
        opened_at=at,
        before=_sums(book.gap),
    )
    book.gap = {}
    book.number = max(book.number, body.number)
    for cash in body.float:
        _of(book.open.tallies, cash.currency).float += cash.amount


def _closed(book: Book, seq: int, body: sale.ShiftClosed, at: int) -> None:
    shift = book.open
    if shift is None or shift.shift != body.shift:
        return
    shift.closed_at, shift.closed_by, shift.stated = at, body.by, body.sums
    for currency, tally in shift.tallies.items():
        tally.counted = shift.counts.get(currency, 0)
    _shut(book, shift, seq)


def _shut(book: Book, shift: Shift, last_seq: int) -> None:
    shift.last_seq = last_seq
    book.open = None
    book.closed[shift.shift] = shift
    while len(book.closed) > SHIFTS_REMEMBERED_MAX:
        del book.closed[next(iter(book.closed))]


def _supplemented(book: Book, _seq: int, body: sale.ShiftSupplement, _at: int) -> None:
    """What was late is now part of the shift's sums."""
    shift = book.closed.get(body.shift)
    if shift is None:
        return
    for currency, late in shift.late.items():
        tally = _of(shift.tallies, currency)
        for name in _SUMMED:
            setattr(tally, name, getattr(tally, name) + getattr(late, name))
    shift.late, shift.supplemented = {}, body.sums
    shift.supplements = max(shift.supplements + 1, body.number)


_SUMMED = tuple(f for f in Tally.__struct_fields__ if f != "currency")
_TAKES: dict[type, Callable[[Book, int, Any, int], None]] = {
    sale.Sale: _sold,
    sale.Voided: _voided,
    sale.Paid: _paid,
    sale.CashMoved: _moved,
    sale.DrawerOpened: _drawer,
    sale.CashCounted: _counted,
    sale.ShiftOpened: _opened,
    sale.ShiftClosed: _closed,
    sale.ShiftSupplement: _supplemented,
}
