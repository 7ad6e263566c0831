"""Slips as bytes, and answers decoded."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from hardware import escpos
from hardware.escpos import Replies, Reply, decode_status, encode
from hardware.mechanism import render
from hardware.printer import Columns, Cut, Document, Feed, Image, Pair, Qr, Rule, Text

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def ink(text: str, **style: object) -> Picture.Image:
    (slip,) = render(encode(Document([Text(text, **style)])))  # type: ignore[arg-type]
    return slip


def test_a_job_begins_with_the_only_reset_and_ends_with_the_two_questions() -> None:
    """K10: a job is confirmed by the printer's word after the cut."""
    job = encode(Document([Text("Hello"), Pair("a", "b"), Columns(["1", "2"]), Cut()]), job_id=12_345)
    assert job.startswith(b"\x1b@")
    assert job.count(b"\x1b@") == 1
    assert job.endswith(b"\x1dVB\x00" + b"\x1d(H\x06\x00002345" + b"\x1dr\x01")


def test_a_document_without_a_cut_is_cut_all_the_same() -> None:
    assert encode(Document([Text("a")])) == encode(Document([Text("a"), Cut()]))
    assert encode(Document([])).endswith(b"\x1dVB\x00")


def test_the_same_document_always_makes_the_same_bytes() -> None:
    document = Document([Text("é € ł"), Text("€"), Text("é")])
    assert encode(document) == encode(document)


@pytest.mark.parametrize("char", "€łŁřŘőşžαΩЖящłلبحאבกहồ日가🎟\u0301e\ufffd")
@pytest.mark.parametrize("size", [1, 2, (1, 2), (2, 1)])
def test_a_glyph_that_code_pages_lack_is_drawn_and_never_becomes_a_question_mark(
    char: str, size: int | tuple[int, int]
) -> None:
    """K11: none becomes "?"."""
    drawn = ink(f"x{char}x", size=size)
    assert drawn.tobytes() != ink("x?x", size=size).tobytes()
    assert drawn.tobytes() != ink("xx", size=size).tobytes()
    assert drawn.tobytes() != ink("x x", size=size).tobytes()


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_prints(text: str) -> None:
    """K11: text of any script survives, and no text smuggles in a command."""
    document = Document([Text(text), Pair(text, text), Text(text, align="center", size=2, inverse=True)])
    for paper_mm in (58, 80):
        assert len(render(encode(document, paper_mm), paper_mm)) <= 1


@given(st.lists(st.text(alphabet="0123456789ł", min_size=1, max_size=40), max_size=12), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_columns_fit_whatever_they_hold(cells: list[str], per_row: int) -> None:
    for paper_mm in (58, 80):
        render(encode(Document([Columns(cells, per_row=per_row)]), paper_mm), paper_mm)


def test_characters_of_the_code_pages_are_sent_as_letters() -> None:
    job = encode(Document([Text("Café €5 – Ñandú")]))
    assert b"\x1dv0" not in job
    assert b"?" not in job
    assert ink("Café €5 – Ñandú").getbbox() is not None


def test_an_escape_in_a_text_is_not_a_command() -> None:
    job = encode(Document([Text("a\x1b@b\x10\x04\x01c")]))
    assert job.count(b"\x1b@") == 1
    assert b"\x10" not in job


def test_no_realtime_command_hides_in_a_picture() -> None:
    """K10: a printer obeys DLE EOT, ENQ and DC4 inside pictures too."""
    job = encode(Document([Image(32, b"\x10\x04\x01\x00" + b"\x10\x05\x02\x00" + b"\x10\x14\x08\x01")]))
    for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        assert command not in job


def test_a_pair_too_long_for_its_line_keeps_every_character() -> None:
    job = encode(Document([Pair("A long label " * 5, "a value " * 9)]), paper_mm=58)
    assert job.count(b"label") == 5
    assert job.count(b"value") == 9


def test_the_last_row_of_columns_stands_under_those_above() -> None:
    (slip,) = render(encode(Document([Columns(["111", "111", "111", "111"], per_row=3)])))
    rows = [slip.crop((0, y, slip.width, y + 60)).convert("L").point(lambda v: 255 - v) for y in (40, 96)]
    first, last = (row.getbbox() for row in rows)
    assert first is not None
    assert last is not None
    assert first[0] == last[0]


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("length", [8, 60, 150, 200, 230, 300])
def test_every_qr_decodes_from_the_printed_receipt(paper_mm: int, length: int) -> None:
    """K11: every QR decodes from the rendered receipt at 203 dpi."""
    data = (ALPHANUMERIC.replace(" ", "") * 8)[:length]
    document = Document([Text("above", align="center"), Qr(data), Text("below", align="center")])
    (slip,) = render(encode(document, paper_mm), paper_mm)
    (found,) = zxingcpp.read_barcodes(slip.convert("L"))
    assert found.text == data


@pytest.mark.parametrize("module_px", [3, 4, 6])
def test_a_qr_code_may_be_given_its_size(module_px: int) -> None:
    (slip,) = render(encode(Document([Qr("SIZE", module_px)])))
    box = slip.convert("L").point(lambda v: 255 - v).getbbox()
    assert box is not None
    assert box[2] - box[0] == 21 * module_px


def test_a_qr_code_of_other_letters_decodes_as_well() -> None:
    (slip,) = render(encode(Document([Qr("https://example.org/ł?q=é")])))
    (found,) = zxingcpp.read_barcodes(slip.convert("L"))
    assert found.text == "https://example.org/ł?q=é"


@pytest.mark.parametrize("alphabet", ["A", "a"])
def test_the_sizes_of_qr_codes_are_those_of_the_standard(alphabet: str) -> None:
    edges = [
        1,
        14,
        15,
        20,
        21,
        61,
        62,
        122,
        123,
        221,
        222,
        230,
        262,
        263,
        311,
        312,
        560,
        561,
        711,
        712,
        1_125,
        1_200,
    ]
    for length in edges:
        code = segno.make_qr(alphabet * length, error="m", boost_error=False)
        assert escpos.qr_modules(alphabet * length) == len(code.matrix)


def test_what_does_not_fit_the_paper_is_refused_before_a_byte_is_made() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(Document([Qr("A" * 230, module_px=16)]))
    with pytest.raises(ValueError, match="wide"):
        encode(Document([Image(400, b"\xff" * 50)]), paper_mm=58)
    with pytest.raises(ValueError, match="paper of 60"):
        encode(Document([]), paper_mm=60)


def test_rules_reach_from_edge_to_edge() -> None:
    for paper_mm, dots in ((58, 384), (80, 576)):
        (slip,) = render(encode(Document([Rule("heavy")]), paper_mm), paper_mm)
        box = slip.convert("L").point(lambda v: 255 - v).getbbox()
        assert box is not None
        assert box[2] - box[0] == dots


def test_feeding_moves_the_paper() -> None:
    near, far = (render(encode(Document([Text("a"), Feed(n), Text("b")])))[0].height for n in (1, 4))
    assert far - near == 3 * 30


def test_the_library_leaves_no_temporary_folder_behind(tmp_path: Path) -> None:
    """Its import makes one every time; a kiosk that restarts daily would fill its disk."""
    code = "from hardware import escpos; escpos.warm_up()"
    root = Path(escpos.__file__).parents[1]
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, cwd=root, check=True
    )
    assert list(tmp_path.iterdir()) == []


ANSWERS = b"\x37\x220007\x00\x12\x00\x37\x25\x00\x7e\x11\x13\x10\x00\x00\x00\x0f"


@given(st.lists(st.integers(0, len(ANSWERS)), max_size=8))
def test_answers_are_told_apart_however_they_are_cut(cuts: list[int]) -> None:
    replies = Replies()
    edges = [0, *sorted(cuts), len(ANSWERS)]
    found = [r for a, b in itertools.pairwise(edges) for r in replies.feed(ANSWERS[a:b])]
    assert found == [
        Reply("process_id", b"0007"),
        Reply("real_time", b"\x12"),
        Reply("in_order", b"\x00"),
        Reply("cleared", b""),
        Reply("real_time", b"\x7e"),
        Reply("in_order", b"\x0f"),
    ]


@given(st.binary(max_size=300))
def test_noise_on_the_line_is_survived(noise: bytes) -> None:
    replies = Replies()
    list(replies.feed(noise + b"\x00" * 8))
    assert Reply("process_id", b"0042") in list(replies.feed(b"\x37\x220042\x00"))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((0x12, 0x12, 0x12, 0x12), (True, "ok", "closed", "none")),
        ((0x12, 0x12, 0x12, 0x1E), (True, "near_end", "closed", "none")),
        ((0x1A, 0x32, 0x12, 0x7E), (False, "out", "closed", "none")),
        ((0x1A, 0x16, 0x12, 0x12), (False, "ok", "open", "none")),
        ((0x1A, 0x52, 0x1A, 0x12), (False, "ok", "closed", "cutter")),
        ((0x1A, 0x52, 0x32, 0x12), (False, "ok", "closed", "fatal")),
        ((0x1A, 0x52, 0x52, 0x12), (False, "ok", "closed", "recovering")),
        ((0x1A, 0x52, 0x12, 0x12), (False, "ok", "closed", "fatal")),
        ((0x1A, 0x12, 0x12, 0x12), (False, "ok", "closed", "none")),
    ],
)
def test_status_bytes_mean_what_the_reference_says(
    answers: tuple[int, int, int, int], expected: tuple[bool, str, str, str]
) -> None:
    """K10: DLE EOT 1 to 4, Epson's ESC/POS Command Reference."""
    assert decode_status(answers) == expected
