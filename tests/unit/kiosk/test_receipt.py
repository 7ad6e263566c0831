from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from hardware.escpos import encode
from hardware.printer import Columns, Document, Pair, Qr, Text
from hardware.receipt_printer import ReceiptPrinter
from hardware.virtual import VirtualPrinter
from kiosk import receipt
from shared import numbers, sale, wire
from shared.keys import SigningKey
from shared.numbers import Range
from tests.unit.kiosk.paper_office import RSU, START_MS, event

GOLDEN = Path(__file__).parents[2] / "golden" / "tickets"
KEY = SigningKey(b"k" * 32)
VALIDATION = numbers.ValidationBlock(7, 100, b"s" * 32).issue(3)
PEER = wire.PeerKey(rsu=RSU, epoch=1, name="North 2", public_key=KEY.public.hex())
EVENT = event(
    receipt=wire.ReceiptText(
        contact="raffle@riverside.example · +1 555 0100",
        results_at="riverside.example/results",
        claim_by="31 Jan 2027",
        notes=("You need not be present to win.", "Play responsibly: 1-800-555-0199. Over 18s only."),
    )
)


def line(count: int = 5, first: int = 100_482) -> sale.Line:
    return sale.Line(
        order="o",
        event=EVENT.id,
        package="p",
        ranges=(Range("a", first, count),),
        price=1_000,
        currency="USD",
        validation=VALIDATION,
    )


def ticket(paper_mm: int = 80, count: int = 5, copy: int = 0, *, test: bool = False) -> Document:
    sold = line(count)
    return receipt.ticket(
        sold,
        EVENT,
        at=START_MS,
        kiosk="North 2",
        package="Five",
        qr=receipt.qr_text(sold, RSU, KEY.sign),
        copy=copy,
        test=test,
        paper_mm=paper_mm,
    )


def words(document: Document) -> str:
    found: list[str] = []
    for block in document.blocks:
        match block:
            case Text():
                found.append(block.text)
            case Pair():
                found += [block.left, block.right]
            case Columns():
                found += block.cells
            case _:
                pass
    return "\n".join(found)


def test_a_ticket_bears_all_that_the_standard_wants() -> None:
    """N5: organisation, event, location, every number, date and 24 h time, kiosk, price, validation, licence, …"""
    said = words(ticket())
    for wanted in (
        *("Riverside Athletic", "Cup Final 50/50", "Riverside Park, North Stand", "North 2", "$10.00", "Five"),
        *map(str, range(100_482, 100_487)),
        *("18 Nov 2026 12:06", numbers.show_validation(VALIDATION), "LR-2026-0815", "You need not be present to win."),
        *("Play responsibly", "Results: riverside.example/results", "Claim by: 31 Jan 2027", "+1 555 0100", "Half the pot"),
    ):  # fmt: skip
        assert wanted in said
    assert "REPRINT" not in said
    assert "TEST" not in said


def test_what_a_package_brings_besides_its_numbers_stands_on_the_ticket() -> None:
    """E13: a package's perks show on the receipt."""
    sold = line()
    made = receipt.ticket(
        sold, EVENT, at=START_MS, kiosk="North 2", package="Five", perks="One free drink at the bar", qr="X"
    )
    assert "One free drink at the bar" in words(made)


def test_copies_and_tests_say_so_on_their_face() -> None:
    """N10: a reprint says REPRINT; E5: a test says that it is in no draw."""
    assert "REPRINT 2" in words(ticket(copy=2))
    assert "Not valid in any draw" in words(ticket(test=True))
    slip = receipt.void_slip(line(), EVENT, at=START_MS, kiosk="North 2", reason="Mistake")
    assert "VOID" in words(slip)
    assert "$10.00" in words(slip)


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_bytes_of_a_ticket_are_those_that_were_looked_at(paper_mm: int) -> None:
    """K11: golden bytes; the pictures of them were judged by eye."""
    made = encode(ticket(paper_mm), paper_mm, 1)
    assert made == (GOLDEN / f"ticket-{paper_mm}.bin").read_bytes()


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_printed_qr_proves_the_ticket_genuine(paper_mm: int, tmp_path: Path) -> None:
    """K11: the QR decodes from the rendered paper at 203 dpi, and its signature holds."""
    virtual = VirtualPrinter(tmp_path, paper_mm=paper_mm)
    virtual.start()
    printer = ReceiptPrinter(virtual.address, paper_mm)
    try:
        assert printer.print(ticket(paper_mm), 1).whole
        with Image.open(virtual.receipts()[0]) as picture:
            found = zxingcpp.read_barcode(picture)
    finally:
        printer.close()
        virtual.stop()
    assert found is not None
    scan = receipt.parse_ticket(found.text, [PEER])
    assert (scan.kind, scan.validation, scan.kiosk) == ("genuine", VALIDATION, "North 2")
    assert scan.numbers == ((100_482, 5),)
    assert scan.event == sale.short(EVENT.id)


def test_a_changed_qr_is_forged_and_a_stranger_cannot_be_told() -> None:
    """N6: a signature covers numbers and validation number."""
    good = receipt.qr_text(line(), RSU, KEY.sign)
    assert receipt.parse_ticket(good.lower() + "\r\n", [PEER]).kind == "genuine"
    assert receipt.parse_ticket(good.replace("100482+5", "100482+6"), [PEER]).kind == "forged"
    assert receipt.parse_ticket(good, []).kind == "foreign"
    for broken in (
        good[:-1],
        good[:40],
        "TMB1:",
        "TMB1:::::",
        good.replace("+", "x"),
        "x" * 3_000,
        "5901234123457",
    ):
        assert receipt.parse_ticket(broken, [PEER]).kind == "not_a_ticket"
    assert receipt.parse_ticket(numbers.show_validation(VALIDATION), [PEER]).kind == "typed"
    assert receipt.parse_ticket(VALIDATION[:-1] + "ZY"[VALIDATION.endswith("Z")], [PEER]).kind == "mistyped"


def test_the_qr_keeps_to_a_qrs_alphanumeric_characters() -> None:
    """K12: codes survive keyboard layouts: upper case, digits and few signs."""
    document = ticket(count=50)
    codes = [b.data for b in document.blocks if isinstance(b, Qr)]
    assert len(codes) == 1
    assert set(codes[0]) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(codes[0]) < 240
