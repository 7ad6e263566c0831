"""Tickets, slips and counterfoils on paper.

After a wanted change: ``python -m tests.unit.kiosk.test_receipt OUT`` writes the golden bytes, and pictures to OUT: look.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from hardware.escpos import encode
from hardware.mechanism import render
from hardware.printer import QR_BYTES_MAX, Columns, Document, Pair, Qr, Text
from hardware.printer import Image as Logo
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


def sold(ev: wire.EventInfo, count: int, paper_mm: int, package: str = "Five", **more: object) -> Document:
    """A ticket of another event, or of other numbers."""
    line_ = line(count, int(str(more.pop("first", 100_482))))
    code = receipt.qr_text(line_, RSU, KEY.sign)
    return receipt.ticket(
        line_,
        ev,
        at=START_MS,
        kiosk="North 2",
        package=package,
        qr=code,
        paper_mm=paper_mm,
        **more,  # type: ignore[arg-type]
    )


def picture() -> str:
    """A logo as the office sends it."""
    drawn = Image.new("1", (480, 120), 1)
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((4, 4, 115, 115), fill=0)
    pen.polygon([(60, 25), (100, 92), (20, 92)], fill=1)
    for i in range(4):
        pen.rectangle((140, 12 + 26 * i, 470 - 60 * i, 26 + 26 * i), fill=0)
    data = io.BytesIO()
    drawn.save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def named(organisation: str, name: str, venue: str) -> wire.EventInfo:
    return msgspec.structs.replace(EVENT, organisation=organisation, name=name, venue=venue)


LOGO = msgspec.structs.replace(EVENT, receipt=msgspec.structs.replace(EVENT.receipt, logo=picture()))
LONG = named(
    "The Benevolent Association of Retired Harbour Pilots and Lighthouse Keepers",
    "Grand Midsummer Charity Raffle for the New Children's Ward 2026",
    "Municipal Exhibition Centre, Hall 7, Königsallee 101-119",
)
GREEK = named("Φίλοι του Νοσοκομείου", "Χριστουγεννιάτικη κλήρωση", "Πλατεία Συντάγματος, Αθήνα")
CYRILLIC = named("Благодійний фонд «Надія»", "Новорічна лотерея", "Київ, Майдан Незалежності")
ARABIC = named("جمعية النادي الرياضي", "السحب الكبير 50/50", "ملعب المدينة، المدخل 3")


def slips(mm: int) -> dict[str, Document]:
    """Whatever comes out of a kiosk's printer for a buyer or the drum."""
    return {
        "ticket": ticket(mm),
        "logo": sold(LOGO, 6, mm),
        "one": sold(EVENT, 1, mm),
        "test": sold(EVENT, 12, mm, test=True),
        "hundred": sold(EVENT, 100, mm),
        "five-hundred": sold(EVENT, 500, mm, first=1_100_482),
        "reprint": sold(
            LONG, 3, mm, "Family bundle with free entry", copy=2, perks="One free drink at the bar"
        ),
        "greek": sold(GREEK, 3, mm, "Πακέτο"),
        "cyrillic": sold(CYRILLIC, 20, mm, "Пакет"),
        "arabic": sold(ARABIC, 6, mm, "باقة خمسة"),
        "void": receipt.void_slip(
            line(), EVENT, at=START_MS, kiosk="North 2", reason="Wrong package or quantity", paper_mm=mm
        ),
        "counterfoils": foils(mm),
        "again": foils(mm, 1, 2_147_483_600),
    }


def foils(mm: int, again: int = 0, first: int = 100_482) -> Document:
    return receipt.counterfoils(
        line(2, first),
        EVENT,
        list(range(first, first + 2)),
        at=START_MS,
        kiosk="North 2",
        again=again,
        paper_mm=mm,
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


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_a_ticket_comes_out_however_long_the_offices_texts_are(paper_mm: int) -> None:
    """N5: a description may have thousands of characters; the ticket is printed all the same, with its beginning."""
    long = "Words " * 2_000
    wordy = msgspec.structs.replace(
        EVENT,
        name=long,
        venue=long,
        organisation=long,
        licence=long,
        timezone="Nowhere/At_all",
        prizes=(wire.PrizeInfo(id="p", name=long, position=1, type="fixed", value=1),),
        receipt=wire.ReceiptText(heading=long, contact=long, results_at=long, claim_by=long, notes=(long,)),
    )
    sold = line()
    for document in (
        receipt.ticket(
            sold, wordy, at=START_MS, kiosk=long, package=long, perks=long, qr="qr", paper_mm=paper_mm
        ),
        receipt.void_slip(sold, wordy, at=START_MS, kiosk=long, reason="r", paper_mm=paper_mm),
        receipt.counterfoils(sold, wordy, [100_482], at=START_MS, kiosk=long, paper_mm=paper_mm),
    ):
        assert encode(document, paper_mm=paper_mm)
    assert receipt.local_time(START_MS, "Nowhere/At_all") == receipt.local_time(START_MS, "UTC")


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
@pytest.mark.parametrize("name", slips(80))
def test_the_bytes_of_a_slip_are_those_that_were_looked_at(name: str, paper_mm: int) -> None:
    """N5, K11: golden bytes; the pictures of them were judged by eye."""
    made = encode(slips(paper_mm)[name], paper_mm, 1)
    assert made == (GOLDEN / f"{name}-{paper_mm}.bin").read_bytes()


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 24, 25, 50, 51, 100, 500])
def test_every_draw_number_is_printed_however_many_there_are(count: int, paper_mm: int) -> None:
    """N5: every draw number; nothing is left out for a range, and the paper bears it."""
    document = sold(EVENT, count, paper_mm, first=2_147_483_647 - count + 1)
    printed = [
        cell.strip() for block in document.blocks if isinstance(block, Columns) for cell in block.cells
    ]
    printed += [b.text for b in document.blocks if isinstance(b, Text) and b.text.isdecimal()]
    assert printed == [str(n) for n in range(2_147_483_647 - count + 1, 2_147_483_648)]
    (slip,) = render(encode(document, paper_mm, 1), paper_mm)
    assert slip.height < 10_000, "some metre, where 500 numbers of ten digits stand on narrow paper"


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("name", ["ticket", "logo", "one", "five-hundred", "reprint", "arabic"])
def test_every_qr_decodes_from_the_picture_of_the_paper(name: str, paper_mm: int) -> None:
    """K11: at 203 dots per inch."""
    document = slips(paper_mm)[name]
    (slip,) = render(encode(document, paper_mm, 1), paper_mm)
    found = zxingcpp.read_barcode(slip.convert("L"))
    assert found is not None
    assert [found.text] == [block.data for block in document.blocks if isinstance(block, Qr)]


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_no_letter_of_any_slip_becomes_a_question_mark(paper_mm: int) -> None:
    """K11: €, ł, ř, Greek, Cyrillic and Arabic are rasterised where the printer has no letter for them."""
    named_so = named("Żółć €5 Dvořák", "Ελληνικά", "Київ عربي")
    for document in (*slips(paper_mm).values(), sold(named_so, 1, paper_mm, "Łódź €")):
        plain = Document([b for b in document.blocks if not isinstance(b, Qr | Logo)])
        dots = render(encode(plain, paper_mm), paper_mm)
        assert all(slip.getbbox() for slip in dots)
        made = encode(plain, paper_mm)
        native, _, rest = made.partition(b"\x1dv0\x00")
        while rest:
            size = int.from_bytes(rest[:2], "little") * int.from_bytes(rest[2:4], "little")
            more, _, rest = rest[4 + size :].partition(b"\x1dv0\x00")
            native += more
        assert b"?" not in native


def test_a_picture_that_cannot_be_read_does_not_keep_a_ticket_from_coming_out() -> None:
    """N5: a ticket is worth more than its picture."""
    for broken in ("not base 64!", base64.b64encode(b"no picture").decode()):
        odd = msgspec.structs.replace(EVENT, receipt=msgspec.structs.replace(EVENT.receipt, logo=broken))
        assert not any(isinstance(block, Logo) for block in sold(odd, 5, 80).blocks)
    assert any(isinstance(block, Logo) for block in sold(LOGO, 5, 80).blocks)


def test_numbers_out_of_dozens_of_blocks_are_printed_without_a_code() -> None:
    """N5: a QR holds so much and no more; every number and the validation number stand all the same."""
    many = msgspec.structs.replace(
        line(), ranges=tuple(Range(f"a{i}", 1_000_000_000 + 7 * i, 3) for i in range(120))
    )
    code = receipt.qr_text(many, RSU, KEY.sign)
    assert len(code) > QR_BYTES_MAX
    made = receipt.ticket(many, EVENT, at=START_MS, kiosk="North 2", package="Huge", qr=code)
    assert not any(isinstance(block, Qr) for block in made.blocks)
    assert len(render(encode(made, 80, 1), 80)) == 1
    assert numbers.show_validation(VALIDATION) in words(made)


@pytest.mark.parametrize(
    ("by_card", "test", "wanted", "absent"),
    [
        (0, False, ["Paid back", "$10.00"], ["card", "Reference"]),
        (1_000, False, ["Back by card", "$10.00", "AUTH 77"], ["Paid back"]),
        (400, False, ["Paid back", "$6.00", "Back by card", "$4.00", "AUTH 77"], ["$10.00"]),
        (0, True, ["$0.00", "It was a test."], ["$10.00"]),
    ],
)
def test_the_proof_of_a_void_says_what_went_back_and_how(
    by_card: int, test: bool, wanted: list[str], absent: list[str]
) -> None:
    """N8: money goes back as it was paid."""
    slip = receipt.void_slip(
        line(),
        EVENT,
        at=START_MS,
        kiosk="North 2",
        reason="Mistake",
        by_card=by_card,
        reference="AUTH 77",
        test=test,
    )
    said = words(slip)
    assert all(word in said for word in wanted), said
    assert not any(word in said for word in absent), said


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_each_number_has_a_counterfoil_of_its_own_that_names_nobody(paper_mm: int) -> None:
    """D5: one number each; N10: printed again, each says so."""
    first, second = render(encode(foils(paper_mm), paper_mm, 1), paper_mm)
    assert first.size == second.size
    said = words(foils(paper_mm))
    assert said.count("100482") == said.count("100483") == 1
    assert said.count(numbers.show_validation(VALIDATION)[-9:]) == 2
    assert numbers.show_validation(VALIDATION) not in said, "a counterfoil is no ticket"
    assert "AGAIN" not in said
    assert words(foils(paper_mm, again=2)).count("AGAIN 2") == 2


def test_a_ticket_speaks_the_language_of_its_buyer() -> None:
    """K17: what the kiosk puts on paper is said in the language chosen; names stay as the office wrote them."""
    french = {
        "YOUR {n} DRAW NUMBERS": "VOS {n} NUMÉROS",
        "Validation number": "Numéro de validation",
        "Results: {where}": "Résultats : {where}",
    }
    made = sold(EVENT, 5, 80, say=lambda template: french.get(template, template), language="fr")
    said = words(made)
    for wanted in ("VOS 5 NUMÉROS", "Numéro de validation", "Résultats : riverside", "18 nov. 2026 12:06"):
        assert wanted in said
    assert "Cup Final 50/50" in said


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


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for width_mm in (58, 80):
        for slip_name, made_of in slips(width_mm).items():
            job = encode(made_of, width_mm, 1)
            (GOLDEN / f"{slip_name}-{width_mm}.bin").write_bytes(job)
            for i, paper in enumerate(render(job, width_mm)):
                paper.save(out / f"{slip_name}-{width_mm}-{i}.png")
