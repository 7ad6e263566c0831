"""The virtual printer behaves as the real ones' reference says, also where that is unpleasant."""

import json
import socket
from pathlib import Path

import pytest
from PIL import Image

from hardware.escpos import encode
from hardware.printer import Document, Text
from hardware.virtual import State, VirtualPrinter, change_state

WAIT_S_MAX = 10.0
TICKET = encode(Document([Text("A 1"), Text("B 2")]), job_id=7)


def connection(virtual: VirtualPrinter) -> socket.socket:
    host, _, port = virtual.address.removeprefix("tcp://").partition(":")
    found = socket.create_connection((host, int(port)), timeout=WAIT_S_MAX)
    found.settimeout(WAIT_S_MAX)
    return found


def test_after_the_refill_it_prints_what_it_still_holds(virtual: VirtualPrinter) -> None:
    """K10: as real ones do, which is why a printer must be cleared."""
    virtual.set(paper_out_at_byte=30)
    with connection(virtual) as line:
        line.sendall(TICKET)
        assert virtual.wait(WAIT_S_MAX, lambda: virtual.state().paper == "out")
        assert virtual.state().paper_out_at_byte is None
        virtual.set(paper="ok")
        assert line.recv(64)[:2] == b"\x37\x22"
    assert [job["whole"] for job in virtual.jobs()] == [False, False]


@pytest.mark.parametrize(
    "unknown",
    [
        b"\x1b*\x00",
        b"\x07",
        b"\x1bR\x01",
        b"\x1dk\x04",
        b"\x1d(L\x02\x000\x32",
        b"\x1bt\x05",
        b"\x10\x04\x09",
        b"\x1ba\x07",
    ],
)
def test_any_other_byte_is_a_fault_that_shows(virtual: VirtualPrinter, unknown: bytes) -> None:
    with connection(virtual) as line:
        line.sendall(b"\x1b@" + unknown + b"\n")
        assert virtual.wait(WAIT_S_MAX, lambda: virtual.state().fault is not None)
        assert json.loads((virtual.folder / "state.json").read_text())["fault"]
        line.sendall(b"\x10\x04\x03")
        assert line.recv(1)[0] & 0x20


def test_real_time_questions_are_answered_even_without_paper_and_in_pieces(virtual: VirtualPrinter) -> None:
    virtual.set(paper="out")
    with connection(virtual) as line:
        for byte in TICKET[:20] + b"\x10\x04\x04":
            line.sendall(bytes((byte,)))
        assert line.recv(1)[0] & 0x60 == 0x60


def test_answers_in_order_wait_for_paper(virtual: VirtualPrinter) -> None:
    virtual.set(paper="out")
    with connection(virtual) as line:
        line.sendall(b"\x1dr\x01\x10\x04\x01")
        assert line.recv(1)[0] & 0x08
        virtual.set(paper="near_end")
        assert line.recv(1)[0] & 0x93 == 0x03


def test_slips_are_kept_over_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2):
        printer = VirtualPrinter(tmp_path).start()
        with connection(printer) as line:
            line.sendall(TICKET)
            assert line.recv(1)
        printer.stop()
        assert len(printer.receipts()) == expected
    assert [job["png"] for job in printer.jobs()] == ["000001.png", "000002.png"]


def test_paper_is_as_wide_as_paper_and_at_203_dots_per_inch(tmp_path: Path) -> None:
    for paper_mm, dots in ((58, 464), (80, 640)):
        printer = VirtualPrinter(tmp_path / str(paper_mm), paper_mm).start()
        with connection(printer) as line:
            line.sendall(encode(Document([Text("x")]), paper_mm, 1))
            assert line.recv(1)
        printer.stop()
        with Image.open(printer.receipts()[0]) as slip:
            assert slip.width == dots
            assert round(slip.info["dpi"][0]) == 203


def test_a_state_that_cannot_be_is_refused_and_a_spoilt_file_changes_nothing(
    virtual: VirtualPrinter, caplog: pytest.LogCaptureFixture
) -> None:
    for wrong in (
        {"paper": "green"},
        {"colour": 1},
        {"silent": "yes"},
        {"ms_per_line": -1},
        {"cut_off_at_byte": "x"},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            change_state(virtual.folder, **wrong)
    virtual.set(paper="near_end")
    (virtual.folder / "state.json").write_text('{"paper": "o')
    assert virtual.wait(WAIT_S_MAX, lambda: "virtual printer" in caplog.text)
    assert virtual.state().paper == "near_end"
    State().write(virtual.folder)
    assert virtual.wait(WAIT_S_MAX, lambda: virtual.state().paper == "ok")
