"""The ticket on paper: what a sold line looks like, and what a scan or a typed number means.

What stands on paper is said in one language, that of the buyer; the names of events, packages and prizes are the office's.
Neither a buyer's data nor their age is ever handed to this module.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from hardware.printer import (
    DOTS_BY_PAPER_MM,
    QR_BYTES_MAX,
    Block,
    Columns,
    Cut,
    Document,
    Feed,
    Image,
    Pair,
    Qr,
    Rule,
    Text,
)
from kiosk.words import Say, phrase, said
from shared import keys, money, numbers, sale
from shared.clock import utc, zone
from shared.wire import EventInfo, PeerKey

PRIZES_MAX = 5
SCAN_CHARS_MAX = 2_000
SINGLE_MAX = 3
"""So many numbers stand one to a line, as large as they fit."""
LARGE_MAX = 6
MEDIUM_MAX = 50
"""More numbers than these are printed in the printer's plain letters, so that 500 are about half a metre."""
PER_ROW_MAX = 5
ROWS_PER_GROUP = 10
SUM_UP_FROM = 13
"""From so many numbers on their first and last stand above them; each of them is printed all the same (N5)."""
SPANS_MAX = 6
COUNTERFOILS_PER_JOB = 10
"""Counterfoils that a printer confirms together: a few seconds of paper."""
OFFICE_CHARS_MAX = 1_500
"""Of one text of the office's, some 40 lines of paper: no name may be so long that its ticket cannot be printed."""
_CELL_DOTS = 12
_GAP_CELLS = 2
_SIGNATURE_CHARS = 103  # 64 bytes in base 32 without padding

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": (
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
}
"""As CLDR abbreviates them; a table, since the first ticket shall not wait for Babel to load."""

_log = logging.getLogger(__name__)


def local_time(at: int, timezone: str, language: str = "en") -> str:
    """Date and 24-hour time at the venue: ``21 Nov 2026 19:42``."""
    there = utc(at).astimezone(zone(timezone))
    months = _MONTHS.get(language)
    date = f"{there.day} {months[there.month - 1]} {there.year}" if months else f"{there:%Y-%m-%d}"
    return f"{date} {there:%H:%M}"


def qr_text(line: sale.Line, rsu: str, sign: Callable[[bytes, bytes], bytes]) -> str:
    """What the ticket's QR says: the payload and the kiosk's signature over it, in a QR's alphanumeric characters."""
    payload = sale.ticket_payload(line, rsu)
    signature = base64.b32encode(sign(keys.TICKET, payload.encode())).decode().rstrip("=")
    return f"{payload}:{signature}"


def ticket(
    line: sale.Line,
    event: EventInfo,
    *,
    at: int,
    kiosk: str,
    package: str,
    perks: str = "",
    qr: str,
    copy: int = 0,
    test: bool = False,
    paper_mm: int = 80,
    say: Say = str,
    language: str = "en",
) -> Document:
    """One bearer ticket (N5). ``copy`` above 0 is a reprint and says so; ``test`` can win nothing and says so.

    A QR that would be too large (numbers out of dozens of blocks) is left off: the validation number stands for it.
    """
    narrow = paper_mm < 80
    event, package, perks, kiosk = _fitting(event), fit(package), fit(perks), fit(kiosk)
    blocks: list[Block] = []
    if test:
        blocks += [Text(said(phrase("TEST TICKET"), say), "center", 2, bold=True, inverse=True)]
        blocks += [Text(said(phrase("Not valid in any draw"), say), "center", bold=True), Feed()]
    if copy:
        blocks.append(Text(said(phrase("REPRINT {n}", n=copy), say), "center", 2, bold=True, inverse=True))
        blocks.append(Feed())
    blocks += _head(event, paper_mm)
    blocks += [Rule("heavy"), *_numbers(line.ranges, paper_mm, say), Rule()]
    blocks.append(_sum(package, money.text(line.price, line.currency, event.locale), paper_mm))
    if perks:
        blocks.append(Text(perks))
    blocks.append(Pair(said(phrase("Draw numbers"), say), str(line.count)))
    blocks.append(Pair(said(phrase("Sold"), say), local_time(at, event.timezone, language)))
    blocks.append(Pair(said(phrase("Kiosk"), say), kiosk))
    if event.draw_at is not None:
        drawn = local_time(event.draw_at, event.timezone, language)
        blocks.append(Pair(said(phrase("Draw"), say), drawn, bold=True))
    if event.prizes:
        blocks.append(Rule("dotted"))
        for prize in sorted(event.prizes, key=lambda p: p.position)[:PRIZES_MAX]:
            blocks.append(Pair(said(phrase("Prize {n}", n=prize.position), say), prize.name))
    blocks.append(Rule())
    if len(qr) <= QR_BYTES_MAX:
        blocks.append(Qr(qr))
    blocks.append(Text(said(phrase("Validation number"), say), "center"))
    blocks.append(Text(_validation(line, narrow=narrow), "center", 2, bold=True))
    blocks.append(Feed())
    blocks += [Text(note, "center") for note in _notes(event, say, narrow=narrow)]
    if copy:
        blocks.append(Text(said(phrase("A copy of a ticket already sold. It wins once."), say), "center"))
    if test:
        blocks += [Feed(), Text(said(phrase("TEST TICKET"), say), "center", bold=True, inverse=True)]
    blocks += [Feed(), Cut()]
    return Document(tuple(blocks))


def fit(text: str) -> str:
    """A text of the office's, cut to what paper can bear."""
    return text if len(text) <= OFFICE_CHARS_MAX else text[: OFFICE_CHARS_MAX - 1] + "…"


def _fitting(event: EventInfo) -> EventInfo:
    """The event with all its texts cut to what paper can bear."""
    text = event.receipt
    return msgspec.structs.replace(
        event,
        name=fit(event.name),
        organisation=fit(event.organisation),
        venue=fit(event.venue),
        licence=fit(event.licence),
        prizes=tuple(msgspec.structs.replace(p, name=fit(p.name)) for p in event.prizes),
        receipt=msgspec.structs.replace(
            text,
            heading=fit(text.heading),
            contact=fit(text.contact),
            results_at=fit(text.results_at),
            claim_by=fit(text.claim_by),
            notes=tuple(map(fit, text.notes)),
        ),
    )


def _head(event: EventInfo, paper_mm: int) -> list[Block]:
    """Whose raffle it is."""
    blocks: list[Block] = []
    logo = _logo(event.receipt.logo, DOTS_BY_PAPER_MM[paper_mm] * 2 // 3)
    if logo is not None:
        blocks += [logo, Feed()]
    blocks.append(Text(event.organisation, "center", bold=True))
    blocks.append(Text(event.receipt.heading or event.name, "center", 2, bold=True))
    if event.receipt.heading:
        blocks.append(Text(event.name, "center", bold=True))
    blocks.append(Text(event.venue, "center"))
    return blocks


@lru_cache(maxsize=16)
def _logo(picture: str, width_px_max: int) -> Image | None:
    if not picture:
        return None
    try:
        return Image.from_file(base64.b64decode(picture, validate=True), width_px_max)
    except (
        ValueError,
        binascii.Error,
    ) as e:  # the office looked at it; a ticket is worth more than its picture
        _log.warning("the event's logo cannot be printed: %s", e)
        return None


def _numbers(ranges: Sequence[numbers.Range], paper_mm: int, say: Say) -> list[Block]:
    """Every draw number (N5), as large as their count allows; many in groups of ten rows, with a summary above."""
    cells = [str(n) for r in ranges for n in r.numbers()]
    wide = max(map(len, cells))
    head = phrase("YOUR {n} DRAW NUMBERS", n=len(cells)) if len(cells) > 1 else phrase("YOUR DRAW NUMBER")
    blocks: list[Block] = [Text(said(head, say), "center")]
    if len(cells) <= SINGLE_MAX:
        size = _largest(wide, 1, paper_mm, 5 if len(cells) == 1 else 4)
        return [*blocks, Feed(), *(Text(cell, "center", size, bold=True) for cell in cells), Feed()]
    if len(cells) >= SUM_UP_FROM and len(ranges) <= SPANS_MAX:
        blocks.append(_spans(ranges, paper_mm))
    blocks.append(Feed())
    size = 2 if len(cells) <= MEDIUM_MAX else 1
    if len(cells) <= LARGE_MAX:
        size = max(2, _largest(wide, 2, paper_mm, 3))
    room = DOTS_BY_PAPER_MM[paper_mm] // (_CELL_DOTS * size)
    per_row = max(1, min(PER_ROW_MAX, (room + _GAP_CELLS) // (wide + _GAP_CELLS), len(cells)))
    group = per_row * ROWS_PER_GROUP
    for start in range(0, len(cells), group):
        part = tuple(cell.rjust(wide) for cell in cells[start : start + group])
        blocks += [Columns(part, per_row, size), Feed()]
    return blocks


def _spans(ranges: Sequence[numbers.Range], paper_mm: int) -> Text:
    """First and last of each range."""
    words = numbers.words(ranges)
    return Text(words, "center", _largest(len(words), 1, paper_mm, 2), bold=True)


def _sum(label: str, amount: str, paper_mm: int) -> Pair:
    """What matters most of the money, large where it fits on one line."""
    return Pair(label, amount, bold=True, size=_largest(len(label) + 1 + len(amount), 1, paper_mm, 2))


def _largest(wide: int, columns: int, paper_mm: int, size_max: int) -> int:
    """The largest size at which so many columns of such numbers fit."""
    room = DOTS_BY_PAPER_MM[paper_mm] // _CELL_DOTS
    return max(1, min(size_max, room // (columns * wide + (columns - 1) * _GAP_CELLS)))


def _validation(line: sale.Line, *, narrow: bool) -> str:
    shown = numbers.show_validation(line.validation)
    groups = shown.split("-")
    half = len(groups) // 2
    return "-".join(groups[:half]) + "-\n" + "-".join(groups[half:]) if narrow and half else shown


def _notes(event: EventInfo, say: Say, *, narrow: bool) -> list[str]:
    """What the law and the organiser want said at the foot."""
    text = event.receipt
    notes = [*text.notes]
    if text.results_at:
        notes.append(said(phrase("Results: {where}", where=text.results_at), say))
    if text.claim_by:
        notes.append(said(phrase("Claim by: {when}", when=text.claim_by), say))
    if text.contact:
        notes += text.contact.split(" · ") if narrow else [text.contact]
    if event.licence:
        notes.append(
            said(phrase("Licence {licence} · Event {n}", licence=event.licence, n=event.number), say)
        )
    else:
        notes.append(said(phrase("Event {n}", n=event.number), say))
    return notes


def void_slip(
    line: sale.Line,
    event: EventInfo,
    *,
    at: int,
    kiosk: str,
    reason: str,
    by_card: int = 0,
    reference: str = "",
    test: bool = False,
    paper_mm: int = 80,
    say: Say = str,
    language: str = "en",
) -> Document:
    """The proof for the customer that an order is void, and what was given back, as it was paid.

    ``by_card`` of it, minor units, went back at the card terminal, where ``reference`` finds its payment. For a test
    nothing was paid.
    """
    event, kiosk = _fitting(event), fit(kiosk)
    back: list[Block] = []
    in_cash = 0 if test else line.price - by_card
    if in_cash or not by_card:
        amount = money.text(in_cash, line.currency, event.locale)
        back.append(_sum(said(phrase("Paid back"), say), amount, paper_mm))
    if by_card:
        amount = money.text(by_card, line.currency, event.locale)
        back.append(_sum(said(phrase("Back by card"), say), amount, paper_mm))
        back.append(Pair(said(phrase("Reference"), say), reference))
    if test:
        back.append(Text(said(phrase("It was a test."), say)))
    return Document(
        (
            Text(said(phrase("VOID"), say), "center", 3, bold=True, inverse=True),
            Text(said(phrase("These numbers are in no draw."), say), "center", bold=True),
            Feed(),
            Text(event.organisation, "center", bold=True),
            Text(event.name, "center", 2, bold=True),
            Rule("heavy"),
            Pair(said(phrase("Draw numbers"), say), str(line.count)),
            _spans(line.ranges, paper_mm),
            Rule(),
            *back,
            Pair(said(phrase("Reason"), say), reason),
            Pair(said(phrase("Kiosk"), say), kiosk),
            Pair(said(phrase("Date"), say), local_time(at, event.timezone, language)),
            Rule(),
            Text(said(phrase("Validation number"), say), "center"),
            Text(numbers.show_validation(line.validation), "center", bold=True),
            Feed(),
            Cut(),
        )
    )


def counterfoils(
    line: sale.Line,
    event: EventInfo,
    chosen: Sequence[int],
    *,
    at: int,
    kiosk: str,
    again: int = 0,
    paper_mm: int = 80,
    say: Say = str,
    language: str = "en",
) -> Document:
    """For the drum: a slip of its own for each of the ``chosen`` numbers.

    The end of the validation number matches it with the ticket; nothing on it says whose it is. ``again`` above 0:
    printed once more, and each says so (N10).
    """
    event, kiosk = _fitting(event), fit(kiosk)
    blocks: list[Block] = []
    tail = numbers.show_validation(line.validation)[-9:]
    for number in chosen:
        if again:
            words = said(phrase("AGAIN {n}", n=again), say)
            blocks.append(Text(words, "center", 2, bold=True, inverse=True))
        blocks.append(Text(event.organisation, "center"))
        blocks.append(Text(event.name, "center", bold=True))
        blocks.append(Text(str(number), "center", _largest(len(str(number)), 1, paper_mm, 5), bold=True))
        blocks.append(Rule("dotted"))
        blocks.append(Pair(said(phrase("Event {n}", n=event.number), say), f"…{tail}", bold=True))
        blocks.append(Pair(kiosk, local_time(at, event.timezone, language)))
        blocks.append(Cut())
    return Document(tuple(blocks))


# Reading tickets ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan or a typed text is. Only a QR can be ``genuine``: a kiosk of this office has signed it."""

    kind: str
    """``genuine``, ``forged``, ``foreign`` (a kiosk not known here), ``typed``, ``mistyped`` or ``not_a_ticket``."""
    validation: str = ""
    event: str = ""
    """:func:`shared.sale.short` of the event's id."""
    numbers: tuple[tuple[int, int], ...] = ()
    """First and count of each range."""
    kiosk: str = ""


def parse_ticket(text: str, peers: Iterable[PeerKey]) -> Scan:
    """What a scanned QR or a typed validation number says; the signature of a QR is checked with ``peers``' keys."""
    plain = text.strip().upper()
    if len(plain) > SCAN_CHARS_MAX:
        return Scan("not_a_ticket")
    if not plain.startswith("TMB1:"):
        validation = numbers.read_validation(plain)
        if validation is not None:
            return Scan("typed", validation)
        letters = "".join(plain.split()).replace("-", "")
        return Scan(
            "mistyped" if len(letters) == numbers.VALIDATION_LENGTH and letters.isalnum() else "not_a_ticket"
        )
    payload, _, signature = plain.rpartition(":")
    parts = payload.split(":")
    if len(parts) != 5 or len(signature) != _SIGNATURE_CHARS or numbers.read_validation(parts[1]) != parts[1]:
        return Scan("not_a_ticket")
    _, validation, event, spans, rsu = parts
    try:
        ranges = tuple((int(a), int(b)) for a, _, b in (span.partition("+") for span in spans.split(".")))
        proof = base64.b32decode(signature + "=")
    except ValueError:
        return Scan("not_a_ticket")
    makers = [p for p in peers if sale.short(p.rsu) == rsu]
    for maker in makers:
        if keys.verify(bytes.fromhex(maker.public_key), keys.TICKET, payload.encode(), proof):
            return Scan("genuine", validation, event, ranges, maker.name)
    return Scan("forged" if makers else "foreign", validation, event, ranges)
