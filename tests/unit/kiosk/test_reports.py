from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageChops

from hardware.escpos import encode
from hardware.mechanism import render
from hardware.printer import Document, Pair, Rule, Text
from kiosk import reports
from kiosk.shifts import Count, Report, Row, Shifts
from kiosk.till import BasketLine
from kiosk.words import Phrase
from shared import wire
from tests.unit.kiosk.paper_office import (
    EVENT,
    LARGE,
    OPERATOR,
    SUPERVISOR,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
    staff,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "reports"
PIECES = ((5_000, 1), (2_000, 5), (1_000, 6), (500, 3), (100, 4), (25, 1), (10, 1), (5, 1))
WRITTEN = "2026-11-18 16:02"


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    office = PaperOffice()
    made = open_kiosk(tmp_path, office, SetClock())
    office.grant(5_000)
    made.take(event(), operators=staff(office), shifts=wire.ShiftRules(required=True))
    yield made
    made.close()


def evening(kiosk: Kiosk) -> dict[str, Report]:
    """An X report, the Z report of a shift that a supervisor closed 60 cents short, and a supplement to it."""
    shifts = Shifts(kiosk.till, kiosk.clock)
    shifts.open(OPERATOR, [Count("USD", 10_000)])
    orders = []
    for i in range(45):
        by_card = 1_000 if i % 4 == 0 else 0
        how = ("card", "004518", by_card) if by_card else ("cash", "", 0)
        sold = kiosk.till.complete(str(UUID(int=i)), [BasketLine(EVENT, LARGE)], OPERATOR, 1_000, *how)
        orders.append(sold.tickets[0].line.order)
        kiosk.print_all()
        kiosk.clock.go(120_000)
    kiosk.till.void(orders[5], "mistake", OPERATOR)
    shifts.move(OPERATOR, "USD", -20_000, "safe")
    shifts.drawer_opened(OPERATOR, "no_sale")
    found = {"x": shifts.report("x")}
    shifts.count(SUPERVISOR, "close", [Count("USD", sum(v * n for v, n in PIECES), PIECES)])
    closed = shifts.close(SUPERVISOR)
    found["z"] = shifts.report("z", closed.shift)
    kiosk.till.void(orders[6], "payment", OPERATOR)
    (late,) = shifts.settle(OPERATOR)
    found["supplement"] = shifts.report("supplement", closed.shift, late.sums, late.number)
    return found


def paper(report: Report, paper_mm: int) -> Image.Image:
    made = reports.document(report, kiosk="North 2", printed=WRITTEN, paper_mm=paper_mm)
    (picture,) = render(encode(made, paper_mm, 1), paper_mm)
    return picture.convert("L")


def lines(document: Document) -> list[str]:
    found = []
    for block in document.blocks:
        if isinstance(block, Text):
            found.append(block.text)
        elif isinstance(block, Pair):
            found.append(f"{block.left} {block.right}")
    return found


def test_a_z_report_bears_all_that_an_audit_wants(kiosk: Kiosk) -> None:
    """K13: float, sales, card, voids, what should be there, the count by denomination, over or short, who signs."""
    said = lines(reports.document(evening(kiosk)["z"], kiosk="North 2", printed=WRITTEN))
    for wanted in (
        *("Riverside Athletic", "North 2", "Z REPORT", "Shift 1 · Ada", "Float $100.00", "Sales (45) $450.00"),
        *("Numbers sold 225", "Voids (1) -$10.00", "After voids $440.00", "Paid by card $120.00"),
        *("The terminal should say $120.00", "Sales in cash $330.00", "Put in or taken out -$200.00"),
        *("Should be in the drawer $220.00", "Counted $229.40", "20 × 5 $100.00", "0.25 × 1 $0.25"),
        *("OVER", "$9.40", "Drawer opened without a sale 1", "Operator Ada", "Supervisor Sue", f"Printed {WRITTEN}"),
    ):  # fmt: skip
        assert wanted in said, wanted


def test_an_x_report_asks_for_no_signature_and_a_supplement_shows_differences_alone(kiosk: Kiosk) -> None:
    """K13: an X report changes nothing; a supplement is read beside the Z report."""
    found = evening(kiosk)
    x = lines(reports.document(found["x"], kiosk="North 2", printed=WRITTEN))
    assert "So far. The shift goes on." in x
    assert not [line for line in x if line.startswith(("Operator", "Supervisor", "OVER", "SHORT"))]
    late = lines(reports.document(found["supplement"], kiosk="North 2", printed=WRITTEN))
    assert "SUPPLEMENT 1" in late
    assert "Given back for voids -$10.00" in late
    assert "Supervisor Sue" in late
    assert not [line for line in late if line.startswith(("Float", "Numbers sold", "OVER", "SHORT"))]


@pytest.mark.parametrize(
    ("over", "wanted"),
    [(0, ["TO THE CENT"]), (250, ["OVER", "$2.50"]), (-60, ["SHORT", "$0.60"])],
)
def test_over_and_short_are_the_largest_words_on_the_paper(over: int, wanted: list[str]) -> None:
    """K13: nobody has to look for it."""
    report = Report("z", "s", "Z report", "Shift 1", (Row("Counted", 100, "USD"),), (("USD", over),))
    made = reports.document(report, kiosk="North 2", printed=WRITTEN)
    sizes = {
        b.text: b.size if isinstance(b.size, int) else b.size[1] for b in made.blocks if isinstance(b, Text)
    }
    largest = max(sizes.values())
    assert [text for text in sizes if text in wanted] == wanted
    assert sizes[wanted[-1]] == largest


def test_a_report_is_said_in_the_operators_language(kiosk: Kiosk) -> None:
    """K17: words through the translation, money as its readers write it."""

    def loud(template: str) -> str:
        return f"<{template}>"

    report = evening(kiosk)["z"]
    made = lines(reports.document(report, kiosk="North 2", printed=WRITTEN, say=loud, language="fr"))
    assert "<Float> 100,00 $US" in [line.replace("\N{NO-BREAK SPACE}", " ") for line in made]
    untold = [row.label for row in report.rows if not isinstance(row.label, Phrase) and "×" not in row.label]
    assert untold == []


def test_several_currencies_each_have_sums_and_verdicts_of_their_own() -> None:
    """E12: no total crosses currencies."""
    report = Report(
        "z", "s", "Z report", "Shift 1", (Row("Counted", 100, "USD"),), (("CHF", 0), ("EUR", -500))
    )
    said = lines(reports.document(report, kiosk="North 2", printed=WRITTEN))
    assert said[said.index("TO THE CENT") :][:3] == ["TO THE CENT", "SHORT", "€5.00"]


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("kind", ["x", "z", "supplement"])
def test_a_report_prints_as_it_was_looked_at(kiosk: Kiosk, kind: str, paper_mm: int) -> None:
    """K13: golden pictures at both widths; they were judged by eye. Figures stand at the right edge, none is cut."""
    found = paper(evening(kiosk)[kind], paper_mm)
    kept = Image.open(GOLDEN / f"{kind}-{paper_mm}.png").convert("L")
    assert found.size == kept.size
    assert ImageChops.difference(found, kept).getbbox() is None


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_longest_figures_and_names_stay_on_the_paper(paper_mm: int) -> None:
    """K13: a label that does not fit wraps, its figure stays whole."""
    report = Report(
        "z",
        "s",
        "Z report",
        "Shift 12345 · Wolfeschlegelsteinhausenbergerdorff-Llanfairpwllgwyngyll",
        (
            Row(
                "Should be in the drawer, as the journal of this kiosk says",
                9_007_199_254_740_991,
                "USD",
                strong=True,
            ),
            Row("Sales", head=True, rule=True),
        ),
        (("USD", -9_007_199_254_740_991),),
        organisation="Ligue de football professionnel de la région Provence-Alpes-Côte d'Azur",
        operator="Wolfeschlegelsteinhausenbergerdorff",
    )
    made = reports.document(report, kiosk="North 2", printed=WRITTEN, paper_mm=paper_mm)
    assert any(isinstance(block, Rule) for block in made.blocks)
    (picture,) = render(encode(made, paper_mm, 1), paper_mm)
    assert picture.height > 400


if __name__ == "__main__":  # after a wanted change; then look at the pictures
    import tempfile

    at = open_kiosk(Path(tempfile.mkdtemp()), PaperOffice(), SetClock())
    at.office.grant(5_000)
    at.take(event(), operators=staff(at.office), shifts=wire.ShiftRules(required=True))
    GOLDEN.mkdir(exist_ok=True)
    for name, one in evening(at).items():
        for mm in (58, 80):
            paper(one, mm).convert("1").save(GOLDEN / f"{name}-{mm}.png", optimize=True)
    at.close()
