"""A shift's report on paper: what was taken, what is in the drawer, and the two who sign for it."""

from __future__ import annotations

from hardware.printer import Block, Cut, Document, Feed, Pair, Rule, Text
from kiosk.receipt import fit
from kiosk.shifts import Report, Row
from kiosk.words import Say, phrase, said
from shared import money

WIDE_MM = 80
_SIGNATURE_LINES = 3
"""White paper to sign on, in lines."""


def document(
    report: Report,
    *,
    kiosk: str,
    printed: str,
    paper_mm: int = WIDE_MM,
    say: Say = str,
    language: str = "en",
) -> Document:
    """The report as it is printed, ``printed`` at that time; money as a reader of ``language`` writes it."""

    def words(text: str) -> str:
        return fit(str(said(text, say)))

    narrow = paper_mm < WIDE_MM
    blocks: list[Block] = []
    if report.organisation:
        blocks.append(Text(fit(report.organisation), "center", bold=True))
    blocks.append(Text(fit(kiosk), "center"))
    blocks.append(Feed())
    blocks.append(Text(words(report.title).upper(), "center", 2, bold=True, inverse=True))
    blocks.append(Text(words(report.subtitle), "center", (1, 2), bold=True))
    if report.kind == "x":
        blocks.append(Text(words(phrase("So far. The shift goes on.")), "center"))
    if report.kind == "supplement":
        blocks.append(Text(words(phrase("What changed since the shift was closed.")), "center"))
    blocks.append(Rule("heavy"))
    for row in report.rows:
        blocks += _row(row, words, language)
    if report.over:
        blocks.append(Rule("heavy"))
        for currency, over in report.over:
            blocks += _verdict(over, money.text(abs(over), currency, language), words, narrow=narrow)
    if report.kind != "x":
        blocks += _signature(words(phrase("Operator")), fit(report.operator))
        other = report.closed_by if report.closed_by != report.operator else ""
        blocks += _signature(words(phrase("Supervisor")), fit(other))
    blocks += [Feed(), Text(words(phrase("Printed {at}", at=printed)), "center"), Feed(), Cut()]
    return Document(tuple(blocks))


def _row(row: Row, words: Say, language: str) -> list[Block]:
    blocks: list[Block] = [Rule()] if row.rule else []
    label = words(row.label)
    if row.head:
        return [*blocks, Text(label.upper(), bold=True)]
    value = row.value if row.amount is None else money.text(row.amount, row.currency, language)
    if row.strong:
        return [*blocks, Pair(label, value, bold=True, size=(1, 2))]
    return [*blocks, Pair(label, value)]


def _verdict(over: int, amount: str, words: Say, *, narrow: bool) -> list[Block]:
    """Over or short: the largest figure on the paper."""
    if not over:
        return [Text(words(phrase("TO THE CENT")), "center", 2, bold=True)]
    name = phrase("OVER") if over > 0 else phrase("SHORT")
    return [
        Text(words(name), "center", 2, bold=True, inverse=True),
        Text(amount, "center", 2 if narrow or len(amount) > 12 else 3, bold=True),
    ]


def _signature(role: str, name: str) -> list[Block]:
    return [Feed(_SIGNATURE_LINES), Rule("dotted"), Pair(role, name)]
