"""Scanners that are keyboards: the kernel's bytes, and keys that a window hears."""

import contextlib
import itertools
import queue
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import keys, ports
from hardware.keys import KEY_GAP_MS, SCAN_KEYS_MIN, Key, KeyFraming, Typed, Wedge
from hardware.printer import DeviceError
from hardware.scanner import Scanner
from hardware.scans import CUT_OFF_S, IDLE_GAP_S, SCAN_BYTES_MAX, BadScan, Scan
from hardware.virtual import VirtualKeyScanner, key_events

WAIT_S_MAX = 10.0
TICKET = "TMB1:7QK4M2XD9TRBH:0A1B2C3D4E5F6071:100482+5:AF03"
US = "".join(sorted({char for pair in keys.US_KEYS.values() for char in pair} - {"\r"}))

# Bytes of a grabbed device --------------------------------------------------------------------------


def test_every_key_of_a_us_keyboard_is_read_as_it_is_printed_on_it() -> None:
    """K12: wrong layout: the scanner's keys are read, not what this machine makes of them."""
    printable = {chr(point) for point in range(0x20, 0x7F)}
    assert set(US) == printable
    assert KeyFraming().feed(key_events(US.strip() + "\r")) == [Scan(US.strip())]


def test_what_a_scanner_recorded_is_read() -> None:
    """K12: `a`, Shift+`b` and Enter as the kernel tells them on a 64-bit machine."""

    def event(kind: int, code: int, value: int) -> bytes:
        return (
            (1_763_000_000).to_bytes(8, "little")
            + (4_711).to_bytes(8, "little")
            + b"".join(part.to_bytes(size, "little") for part, size in ((kind, 2), (code, 2), (value, 4)))
        )

    recorded = b"".join(
        event(*parts)
        for parts in [
            (4, 4, 0x70004), (1, 30, 1), (0, 0, 0), (4, 4, 0x70004), (1, 30, 0), (0, 0, 0),
            (4, 4, 0x700E1), (1, 42, 1), (4, 4, 0x70005), (1, 48, 1), (0, 0, 0),
            (1, 48, 2), (0, 0, 0), (1, 48, 0), (1, 42, 0), (0, 0, 0),
            (4, 4, 0x70028), (1, 28, 1), (0, 0, 0), (1, 28, 0), (0, 0, 0),
        ]
    )  # fmt: skip
    assert KeyFraming().feed(recorded) == [Scan("aB")]


@given(
    st.lists(st.text(US, min_size=1, max_size=20), max_size=4), st.lists(st.integers(0, 6_000), max_size=8)
)
def test_cutting_the_events_never_changes_the_scans(texts: list[str], cuts: list[int]) -> None:
    """K12: split frames, here in the midst of an event."""
    stream = key_events("\r".join([*texts, ""]))
    whole, pieces = KeyFraming(), KeyFraming()
    expected = whole.feed(stream) + whole.idle()
    edges = [0, *sorted(min(c, len(stream)) for c in cuts), len(stream)]
    found = [scan for a, b in itertools.pairwise(edges) for scan in pieces.feed(stream[a:b])]
    assert found + pieces.idle() == expected


@pytest.mark.parametrize("end", ["\r", "\t", "\r\r"])
def test_enter_tab_or_a_pause_ends_a_scan(end: str) -> None:
    """K12: CR, none."""
    events = key_events(TICKET + end.replace("\t", "\r"))
    if end == "\t":
        events = events.replace(
            keys.EVENT.pack(0, 0, keys.EV_KEY, 28, 1), keys.EVENT.pack(0, 0, keys.EV_KEY, 15, 1)
        )
    assert KeyFraming().feed(events) == [Scan(TICKET)]
    framing = KeyFraming()
    assert framing.feed(key_events(f"]Q3{TICKET}")) == []
    assert framing.pause_s == IDLE_GAP_S
    assert framing.idle() == [Scan(TICKET)], "the AIM prefix is no part of it"


@pytest.mark.parametrize("ended", [True, False])
def test_a_scan_of_which_the_kernel_lost_keys_is_bad(ended: bool) -> None:
    """K12: half a code is never taken for a whole one."""
    framing = KeyFraming()
    lost = keys.EVENT.pack(0, 0, keys.EV_SYN, keys.SYN_DROPPED, 0)
    events = key_events("TMB1:") + lost + key_events("482+5" + ("\r" if ended else ""))
    found = framing.feed(events)
    if not ended:
        assert framing.pause_s == CUT_OFF_S
        found = framing.idle()
    assert found == [BadScan("cut_off", b"")]
    assert framing.feed(key_events("NEXT\r")) == [Scan("NEXT")]


def test_scans_come_from_an_input_device_that_is_unplugged_and_comes_back_elsewhere(tmp_path: Path) -> None:
    """K12: replugging, under another name."""
    scans: queue.Queue[Scan | BadScan] = queue.Queue()
    states: queue.Queue[str] = queue.Queue()
    first, second = VirtualKeyScanner(tmp_path / "event3").start(), VirtualKeyScanner(tmp_path / "event7")
    scanner = Scanner(
        f"evdev://{tmp_path}/event*/scanner-event", scans.put, lambda e: states.put(e.code if e else "there")
    )
    try:
        assert states.get(timeout=WAIT_S_MAX) == "there"
        assert scanner.wait_connected(WAIT_S_MAX)
        first.send(TICKET, chunks=17)
        assert scans.get(timeout=WAIT_S_MAX) == Scan(TICKET)
        first.stop()
        assert states.get(timeout=WAIT_S_MAX) == "disconnected"
        second.start()
        assert states.get(timeout=WAIT_S_MAX) == "there"
        deadline = time.monotonic() + WAIT_S_MAX
        while scans.empty() and time.monotonic() < deadline:
            second.send("AGAIN")
            with contextlib.suppress(queue.Empty):
                assert scans.get(timeout=0.2) == Scan("AGAIN")
                break
        assert states.empty()
    finally:
        scanner.close()
        second.stop()


def test_what_is_no_input_device_is_not_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match="not an input device"):
        ports.open_port(f"evdev://{tmp_path / 'file'}")
    with pytest.raises(DeviceError, match="cannot be reached"):
        ports.open_port("evdev:///dev/null")  # cannot be grabbed


# Keys that a window hears ---------------------------------------------------------------------------


def key(char: str, *, code: int = 0, shift: bool = False, repeat: bool = False) -> Key:
    return Key(code, char, shift, repeat, token=char)


Found = list[Scan | BadScan | Typed]


def played(wedge: Wedge, strokes: list[tuple[Key, int]]) -> Found:
    """Keys with the time since the last one; at the end a long pause."""
    found: Found = []
    now = 0
    for stroke, after_ms in strokes:
        wait_ms = wedge.wait_ms
        if wait_ms is not None and after_ms >= wait_ms:  # the owner's timer goes off first
            found += wedge.idle(now + wait_ms)
        now += after_ms
        found += wedge.key(stroke, now)
    return found + wedge.idle(now + 10_000)


def typed(found: Found) -> str:
    return "".join(str(one.key.token) for one in found if isinstance(one, Typed))


@given(
    st.lists(
        st.tuples(st.sampled_from([*US, "\r", "\x08", "é", "Ω"]), st.integers(KEY_GAP_MS, 3_000)), max_size=30
    )
)
def test_typing_is_never_read_as_a_scan(strokes: list[tuple[str, int]]) -> None:
    """K12: every key comes back, once and in order."""
    found = played(Wedge(), [(key(char), after_ms) for char, after_ms in strokes])
    assert all(isinstance(one, Typed) for one in found)
    assert typed(found) == "".join(char for char, _ in strokes)


@given(
    st.text(US.strip(), min_size=SCAN_KEYS_MIN, max_size=40).filter(lambda text: not text.startswith("]")),
    st.integers(0, KEY_GAP_MS - 1),
    st.sampled_from(["\r", "\n", "\t", "\r\n", ""]),
    st.text(US, max_size=8),
)
def test_no_key_of_a_scan_reaches_a_field(code: str, gap_ms: int, end: str, fingers: str) -> None:
    """K12: between keys that somebody types a scan is a scan and nothing else."""
    before = [(key(char), 90) for char in fingers]
    burst = [(key(char), gap_ms if i else 500) for i, char in enumerate(code + end)]
    after = [(key(char), 700 if i == 0 else 90) for i, char in enumerate(fingers)]
    found = played(Wedge(), [*before, *burst, *after])
    scans = [one for one in found if not isinstance(one, Typed)]
    assert scans == ([Scan(code.strip())] if code.strip() else [])
    assert typed(found) == fingers * 2


def test_fast_fingers_that_end_with_enter_are_fingers() -> None:
    """K12: a PIN hammered in is no scan."""
    found = played(Wedge(), [(key(char), 20) for char in "1234\r"])
    assert typed(found) == "1234\r"


def test_a_key_held_down_is_typed_however_fast_it_repeats() -> None:
    """K12: Backspace or a digit held."""
    found = played(Wedge(), [(key("7"), 0), *[(key("7", repeat=True), 30)] * 20])
    assert typed(found) == "7" * 21


def test_another_layout_and_caps_lock_do_not_matter_where_the_keys_are_known() -> None:
    """K12: wrong layout: a German one has y and z changed, a French one its digits under Shift."""
    german = [
        (21, "z", False),
        (44, "y", False),
        (16, "q", True),
        (2, "!", False),
        (39, "ö", True),
        (53, "-", False),
    ]
    burst = [(Key(code, text, shift), 5) for code, text, shift in german]
    assert played(Wedge(), [*burst, (Key(28, "\r"), 5)]) == [Scan("yzQ1:/")]


def test_a_scan_that_stops_halfway_is_bad_where_scans_end_with_enter() -> None:
    """K12: half a code is never taken for a whole one."""
    wedge = Wedge()
    assert played(wedge, [(key(char), 5) for char in "ABCDEF\r"]) == [Scan("ABCDEF")]
    assert played(wedge, [(key(char), 5) for char in "ABCDEFGH"]) == [BadScan("cut_off", b"ABCDEFGH")]
    stutter = [(key(char), 200 if i == 9 else 5) for i, char in enumerate("ABCDEFGHIJKLMNOP\r")]
    assert played(wedge, stutter) == [Scan("ABCDEFGHIJKLMNOP")], "a moment's pause within it does no harm"


def test_an_over_long_burst_is_no_scan_and_no_typing() -> None:
    wedge = Wedge()
    assert not [one for at_ms in range(1_500) for one in wedge.key(key("x"), at_ms)]
    assert len(wedge._held) == SCAN_BYTES_MAX + 1, "a device that never stops fills no memory"
    assert [type(one) for one in wedge.key(key("\r"), 1_500)] == [BadScan]


@pytest.mark.parametrize("make", [Wedge, KeyFraming])
def test_nothing_waits_where_nothing_is_held(make: Callable[[], Wedge | KeyFraming]) -> None:
    idle = make()
    assert (idle.wait_ms if isinstance(idle, Wedge) else idle.pause_s) is None
