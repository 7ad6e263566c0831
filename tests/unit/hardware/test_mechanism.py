"""Bytes in, paper out, and nothing outside the reference."""

import pytest

from hardware.escpos import encode
from hardware.mechanism import render
from hardware.printer import Document, Text

TICKET = encode(Document([Text("A 1"), Text("B 2")]), job_id=7)


def test_rendering_needs_no_printer_and_refuses_the_same_bytes() -> None:
    assert len(render(TICKET)) == 1
    with pytest.raises(ValueError, match="reference"):
        render(b"\x1b@\x1bR\x00")
    with pytest.raises(ValueError, match="not whole"):
        render(TICKET[:-1])


def test_a_line_wider_than_the_paper_is_a_fault() -> None:
    with pytest.raises(ValueError, match="wide"):
        render(b"\x1b@\x1bt\x00" + b"x" * 49 + b"\n")
