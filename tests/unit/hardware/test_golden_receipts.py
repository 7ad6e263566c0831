"""Slips compared to the byte and to the dot with ones that were looked at before they were kept.

After a wanted change: `python tests/unit/hardware/test_golden_receipts.py`, then look at the pictures.
"""

from pathlib import Path

import pytest
from PIL import Image as Picture
from PIL import ImageChops

from hardware.__main__ import test_page as the_test_page
from hardware.escpos import encode
from hardware.mechanism import render
from hardware.printer import Block, Columns, Cut, Document, Feed, Image, Pair, Qr, Rule, Text

GOLDEN = Path(__file__).parents[2] / "golden" / "receipts"
CODE = "TOMBOLA1:" + "0123456789ABCDEFGHJKMNPQRSTVWXYZ" * 7

TICKET: list[Block] = [
    Text("HARBOUR LIONS\nFOUNDATION", align="center", size=2, bold=True),
    Text("Licence RAF-2026-0412", align="center"),
    Rule("heavy"),
    Text("Saturday 50/50 Raffle", align="center", size=(1, 2), bold=True),
    Text("Harbour Arena, Gdańsk", align="center"),
    Feed(1),
    Text("YOUR NUMBERS", align="center", inverse=True, bold=True),
    Feed(1),
    Columns([str(1_004_217 + i) for i in range(5)]),
    Rule(),
    Pair("5 tickets", "€20.00"),
    Pair("TOTAL", "€20.00", bold=True, size=(1, 2)),
    Rule(),
    Pair("Date", "Sat 21 Nov 2026 19:42"),
    Pair("Kiosk", "RSU-07 · North Gate"),
    Pair("Draw", "21 Nov 2026 21:30"),
    Qr(CODE),
    Text("Validation number", align="center"),
    Text("7QK4-M2XD-9TRB-H", align="center", size=2),
    Feed(1),
    Text("You need not be present to win. Claim by 21 Jan 2027.", align="center"),
    Text("18+ Play responsibly. Help: 0800 123 456", align="center"),
    Cut(),
]
REPRINT: list[Block] = [Text("REPRINT 1", align="center", size=2, bold=True, inverse=True), *TICKET]
SCRIPTS: list[Block] = [
    Text("Zażółć gęślą jaźń ř Ł"),
    Text("Ελληνικά, Αθήνα", bold=True),
    Text("Кириллица: Розыгрыш", size=2),
    Text("مرحبا بالعالم 123 (اختبار)", align="right"),
    Text("שלום עולם 12.50", align="right", size=2),
    Text("Հայերեն, ქართული"),
    Text("Ő é ñ ü ß ¿ £ €", align="center", inverse=True),
    Text("Tiếng Việt: giải thưởng"),
    Pair("Łącznie", "12,00 zł", size=2),
    Pair("A label that is too long for the line it should share", "and a value that is long too"),
    Columns(["Ł1", "Ł22", "333", "4"]),
    Rule("dotted"),
    Image(48, b"\xff\x00\xff\x00\xff\x00" * 24),
]
SLIPS = {"ticket": TICKET, "reprint": REPRINT, "scripts": SCRIPTS, "test-page": list(the_test_page().blocks)}


def made(name: str, paper_mm: int) -> tuple[bytes, Picture.Image]:
    job = encode(Document(SLIPS[name]), paper_mm, job_id=1)
    (slip,) = render(job, paper_mm)
    return job, slip


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("name", SLIPS)
def test_slips_are_as_they_were_looked_at(name: str, paper_mm: int) -> None:
    """N5, K11: golden bytes and pictures."""
    job, slip = made(name, paper_mm)
    assert job == (GOLDEN / f"{name}-{paper_mm}mm.bin").read_bytes()
    with Picture.open(GOLDEN / f"{name}-{paper_mm}mm.png") as golden:
        assert slip.size == golden.size
        assert ImageChops.difference(slip.convert("L"), golden.convert("L")).getbbox() is None


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for slip_name in SLIPS:
        for width_mm in (58, 80):
            data, picture = made(slip_name, width_mm)
            (GOLDEN / f"{slip_name}-{width_mm}mm.bin").write_bytes(data)
            picture.save(GOLDEN / f"{slip_name}-{width_mm}mm.png", dpi=(203, 203))
