"""The vocabulary of printing."""

import io
import itertools
from typing import get_args

import pytest
from PIL import Image as Picture

from hardware.printer import (
    Columns,
    Cover,
    Document,
    Feed,
    Image,
    Link,
    Pair,
    Paper,
    PrinterStatus,
    Qr,
    Text,
    Trouble,
)


def test_only_a_printer_that_has_answered_everything_well_is_ready() -> None:
    """K10: no answer is never "OK"."""
    ready = [
        combination
        for combination in itertools.product(
            (True, False, None), get_args(Paper), get_args(Cover), get_args(Trouble), get_args(Link)
        )
        if PrinterStatus(*combination).ready
    ]
    assert ready == [(True, "ok", "closed", "none", "ok"), (True, "near_end", "closed", "none", "ok")]


def test_every_state_has_words_and_says_what_to_do() -> None:
    """K10: a status is told in a sentence."""
    for combination in itertools.product(
        (True, False, None), get_args(Paper), get_args(Cover), get_args(Trouble), get_args(Link)
    ):
        status = PrinterStatus(*combination)
        assert status.words() == " ".join(filter(None, (status.fact, status.advice)))
        assert status.fact.endswith(".")
        assert status.ready or status.advice.endswith(".")
        assert (status.words() == "The printer is ready.") <= status.ready


def test_paper_nearly_used_up_is_said_while_it_still_prints() -> None:
    """K10: near end is shown at once."""
    status = PrinterStatus(True, "near_end", "closed", "none", "ok", 0.0)
    assert status.ready
    assert "nearly used up" in status.words()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Text("x", size=0),
        lambda: Text("x", size=(1, 9)),
        lambda: Text("x" * 4_001),
        lambda: Columns(["1"], per_row=0),
        lambda: Pair("x" * 3_000, "y" * 3_000),
        lambda: Qr(""),
        lambda: Qr("x" * 1_201),
        lambda: Qr("x", module_px=17),
        lambda: Feed(0),
        lambda: Image(9, b"123"),
        lambda: Image(8, b"1" * 1_201),
    ],
)
def test_what_cannot_be_printed_cannot_be_described(wrong: type) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wrong()


def test_a_document_is_a_value() -> None:
    assert Document([Columns(["1", "2"])]) == Document((Columns(("1", "2")),))
    assert hash(Document([Text("a")])) == hash(Document([Text("a")]))


def test_a_logo_becomes_black_and_white_dots_no_wider_than_asked() -> None:
    logo = Picture.new("RGBA", (640, 64), (0, 0, 0, 0))
    logo.paste((0, 0, 0, 255), (0, 0, 320, 64))
    data = io.BytesIO()
    logo.save(data, "PNG")
    image = Image.from_file(data.getvalue(), width_px_max=320)
    assert (image.width_px, image.height_px) == (320, 32)
    row = image.rows[16 * 40 : 17 * 40]
    assert row[:19] == b"\xff" * 19
    assert row[21:] == b"\x00" * 19


def test_a_file_that_is_no_picture_is_refused_as_one() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        Image.from_file(b"GIF89a but not really")
