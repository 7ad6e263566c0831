"""Scans from a serial line, however its bytes come."""

import contextlib
import itertools
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import DeviceError
from hardware.scanner import Scanner
from hardware.scans import CUT_OFF_S, IDLE_GAP_S, SCAN_BYTES_MAX, BadScan, Framing, Scan
from hardware.virtual import VirtualScanner

WAIT_S_MAX = 10.0


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.sampled_from([b"\r", b"\n", b"\r\n"])), max_size=6),
    st.binary(max_size=1_200),
    st.lists(st.integers(0, 1_400), max_size=8),
)
def test_cutting_the_bytes_never_changes_the_scans(
    frames: list[tuple[bytes, bytes]], rest: bytes, cuts: list[int]
) -> None:
    """K12: split frames."""
    stream = b"".join(text + end for text, end in frames) + rest
    whole, pieces = Framing(), Framing()
    expected = whole.feed(stream) + whole.idle()
    edges = [0, *sorted(min(c, len(stream)) for c in cuts), len(stream)]
    found = [scan for a, b in itertools.pairwise(edges) for scan in pieces.feed(stream[a:b])]
    assert found + pieces.idle() == expected


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_cr_lf_and_both_end_one_scan(end: bytes) -> None:
    """K12: CR, LF."""
    assert Framing().feed(b"ABC" + end + b"DEF" + end) == [Scan("ABC"), Scan("DEF")]


def test_without_a_terminator_a_pause_ends_the_scan() -> None:
    """K12: none."""
    framing = Framing()
    assert framing.feed(b"ABC") == []
    assert framing.pause_s == IDLE_GAP_S
    assert framing.idle() == [Scan("ABC")]


def test_a_scan_that_stops_halfway_is_bad_where_terminators_are_sent() -> None:
    """K12: half a code is never taken for a whole one."""
    framing = Framing()
    framing.feed(b"ABC\r")
    framing.feed(b"DE")
    assert framing.pause_s == CUT_OFF_S
    assert framing.idle() == [BadScan("cut_off", b"DE")]
    assert framing.feed(b"FGH\r") == [Scan("FGH")]


@pytest.mark.parametrize("prefix", [b"]Q3", b"]C1", b"]d2", b"]E0"])
def test_aim_prefixes_are_taken_off(prefix: bytes) -> None:
    """K12: AIM prefixes."""
    assert Framing().feed(prefix + b"7QK4-M2XD\r") == [Scan("7QK4-M2XD")]
    assert Framing().feed(b"7Q]Q3\r") == [Scan("7Q]Q3")]


@pytest.mark.parametrize("garbage", [b"\x80\xff", b"AB\x07C", b"AB\x00", b"]Q3", b"\xc3"])
def test_garbage_is_a_bad_scan_and_the_next_one_is_good(garbage: bytes) -> None:
    """K12: scan garbage."""
    bad, good = Framing().feed(garbage + b"\rABC\r")
    assert bad == BadScan("garbled", garbage)
    assert good == Scan("ABC")


def test_a_scan_without_end_takes_no_memory_and_is_bad() -> None:
    framing = Framing()
    for _ in range(100):
        assert framing.feed(b"A" * 997) == []
    bad, good = framing.feed(b"\rABC\r")
    assert bad == BadScan("too_long", b"A" * SCAN_BYTES_MAX)
    assert good == Scan("ABC")


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[VirtualScanner]:
    scanner = VirtualScanner(tmp_path).start()
    yield scanner
    scanner.stop()


@pytest.fixture
def reading(plugged: VirtualScanner) -> Iterator["Reading"]:
    scans: queue.Queue[Scan | BadScan] = queue.Queue()
    scanner = Scanner(plugged.address, scans.put)
    assert scanner.wait_connected(WAIT_S_MAX)
    yield scanner, scans
    scanner.close()


Reading = tuple[Scanner, "queue.Queue[Scan | BadScan]"]


@pytest.mark.parametrize("chunks", [1, 2, 7, 40])
def test_scans_arrive_from_a_line(plugged: VirtualScanner, reading: Reading, chunks: int) -> None:
    """K12: split frames over a real line."""
    _, scans = reading
    plugged.send("]Q3TOMBOLA1:ABCDEF0123456789", "\r\n", chunks)
    plugged.send("SECOND", "\r")
    assert scans.get(timeout=WAIT_S_MAX) == Scan("TOMBOLA1:ABCDEF0123456789")
    assert scans.get(timeout=WAIT_S_MAX) == Scan("SECOND")


def test_a_scanner_without_terminator_is_read_after_a_pause(
    plugged: VirtualScanner, reading: Reading
) -> None:
    """K12: none, over a real line."""
    _, scans = reading
    plugged.send("NOEND", "")
    assert scans.get(timeout=WAIT_S_MAX) == Scan("NOEND")


def test_replugging_heals(plugged: VirtualScanner, reading: Reading) -> None:
    """K12: replugging."""
    scanner, scans = reading
    plugged.send("BEFORE")
    assert scans.get(timeout=WAIT_S_MAX) == Scan("BEFORE")
    plugged.stop()
    plugged.start()
    deadline = time.monotonic() + WAIT_S_MAX
    while scans.empty() and time.monotonic() < deadline:
        plugged.send("AFTER")
        with contextlib.suppress(queue.Empty):
            assert scans.get(timeout=0.2) == Scan("AFTER")
            break
    assert scanner.connected


def test_a_bug_in_whoever_takes_scans_does_not_end_them(
    plugged: VirtualScanner, caplog: pytest.LogCaptureFixture
) -> None:
    scans: queue.Queue[Scan | BadScan] = queue.Queue()

    def take(scan: Scan | BadScan) -> None:
        if scan == Scan("BUG"):
            raise RuntimeError("a bug")
        scans.put(scan)

    scanner = Scanner(plugged.address, take)
    assert scanner.wait_connected(WAIT_S_MAX)
    plugged.send("BUG")
    plugged.send("GOOD")
    assert scans.get(timeout=WAIT_S_MAX) == Scan("GOOD")
    scanner.close()
    assert "a scan was not taken" in caplog.text


def test_an_address_that_cannot_be_is_said_at_once() -> None:
    with pytest.raises(DeviceError, match="no device address"):
        Scanner("COM1", print)
