"""The ticket on paper: what a sold line looks like, and what a scan or a typed number means."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hardware.printer import Block, Columns, Cut, Document, Feed, Pair, Qr, Rule, Text
from shared import keys, money, numbers, sale
from shared.clock import utc
from shared.wire import EventInfo, PeerKey

PRIZES_MAX = 5
SCAN_CHARS_MAX = 2_000
_SIGNATURE_CHARS = 103  # 64 bytes in base 32 without padding


def local_time(at: int, timezone: str) -> str:
    """Date and 24-hour time at the venue: ``21 Nov 2026 19:42``."""
    return utc(at).astimezone(ZoneInfo(timezone)).strftime("%d %b %Y %H:%M").lstrip("0")


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
) -> Document:
    """One bearer ticket (N5). ``copy`` above 0 is a reprint and says so; ``test`` can win nothing and says so."""
    narrow = paper_mm < 80
    wide = max(len(str(r.last)) for r in line.ranges)
    cells = [str(n) for r in line.ranges for n in r.numbers()]
    per_row = max(1, (14 if narrow else 22) // (wide + 1))
    blocks: list[Block] = []
    if test:
        blocks += [Text("TEST TICKET", "center", 2, bold=True, inverse=True)]
        blocks += [Text("Not valid in any draw", "center", bold=True), Feed()]
    if copy:
        blocks += [Text(f"REPRINT {copy}", "center", 2, bold=True, inverse=True), Feed()]
    blocks.append(Text(event.organisation, "center", bold=True))
    blocks.append(Text(event.receipt.heading or event.name, "center", 2, bold=True))
    if event.receipt.heading:
        blocks.append(Text(event.name, "center", bold=True))
    blocks.append(Text(event.venue, "center"))
    blocks += [Rule("heavy"), Text("YOUR DRAW NUMBER" + ("S" if len(cells) > 1 else ""), "center"), Feed()]
    if len(cells) == 1:
        blocks.append(Text(cells[0], "center", 3 if wide > 6 else 4, bold=True))
    else:
        blocks.append(Columns(tuple(cells), per_row=min(per_row, len(cells)), size=2))
    blocks += [Feed(), Rule()]
    blocks.append(Pair(package, money.text(line.price, line.currency, event.locale), bold=True))
    if perks:
        blocks.append(Text(perks))
    blocks.append(Pair("Draw numbers", str(line.count)))
    blocks.append(Pair("Sold", local_time(at, event.timezone)))
    blocks.append(Pair("Kiosk", kiosk))
    if event.draw_at is not None:
        blocks.append(Pair("Draw", local_time(event.draw_at, event.timezone)))
    if event.prizes:
        blocks.append(Rule("dotted"))
        for prize in sorted(event.prizes, key=lambda p: p.position)[:PRIZES_MAX]:
            blocks.append(Pair(f"{_ordinal(prize.position)} prize", prize.name))
    blocks += [Rule(), Qr(qr), Text("Validation number", "center")]
    blocks.append(
        Text(numbers.show_validation(line.validation), "center", (1, 2) if narrow else 2, bold=True)
    )
    blocks.append(Feed())
    notes = [*event.receipt.notes]
    if event.receipt.results_at:
        notes.append(f"Results: {event.receipt.results_at}")
    if event.receipt.claim_by:
        notes.append(f"Claim by: {event.receipt.claim_by}")
    if event.receipt.contact:
        notes.append(event.receipt.contact)
    blocks += [Text(note, "center") for note in notes]
    if event.licence:
        blocks.append(Text(f"Licence {event.licence} · Event {event.number}", "center"))
    if copy:
        blocks.append(Text("A copy of a ticket already sold. It wins once.", "center"))
    blocks += [Feed(), Cut()]
    return Document(tuple(blocks))


def _ordinal(n: int) -> str:
    tail = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{tail}"


def void_slip(line: sale.Line, event: EventInfo, *, at: int, kiosk: str, reason: str) -> Document:
    """The proof for the customer that an order is void, and what was given back."""
    return Document(
        (
            Text("VOID", "center", 3, bold=True, inverse=True),
            Feed(),
            Text(event.organisation, "center", bold=True),
            Text(event.name, "center", bold=True),
            Rule(),
            Pair("Numbers", numbers.words(line.ranges)),
            Pair("Paid back", money.text(line.price, line.currency, event.locale), bold=True),
            Pair("Reason", reason),
            Pair(kiosk, local_time(at, event.timezone)),
            Rule(),
            Text(numbers.show_validation(line.validation), "center", bold=True),
            Text("These numbers are in no draw.", "center"),
            Feed(),
            Cut(),
        )
    )


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
