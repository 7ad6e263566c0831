"""Scanners that are keyboards: key events to scans, from the kernel's own bytes or out of what a window hears.

`KeyFraming` reads what a device grabbed under /dev/input sends: there nothing but scans can come. `Wedge` stands where
scanner and fingers share a window: it holds each key back for a moment and tells a scan from typing by its speed, so that
typing is never read as a scan and no key of a scan reaches a field. Both read the keys as a US keyboard has them, which
is what scanners are set to when they leave the factory, whatever the layout and Caps Lock of this machine.
"""

import struct
from dataclasses import dataclass
from typing import Final

from hardware.scans import CUT_OFF_S, IDLE_GAP_S, SCAN_BYTES_MAX, BadScan, Framing, Scan, read_frame

EVENT: Final = struct.Struct("@llHHi")
"""`struct input_event` of Linux (linux/input.h): seconds, microseconds, type, code, value."""
EV_SYN: Final = 0
EV_KEY: Final = 1
EV_MSC: Final = 4
MSC_SCAN: Final = 4
SYN_DROPPED: Final = 3
"""The kernel's buffer ran over: keys are missing."""
SHIFTS: Final = (42, 54)
KEY_ENTER: Final = 28
XKB_OFFSET: Final = 8
"""What X11 and Wayland add to the kernel's code of a key."""

_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
US_KEYS: Final[dict[int, tuple[str, str]]] = (
    {
        first + i: (low, high)
        for first, lows, highs in _ROWS
        for i, (low, high) in enumerate(zip(lows, highs, strict=True))
    }
    | {57: (" ", " "), 15: ("\r", "\r"), KEY_ENTER: ("\r", "\r"), 96: ("\r", "\r")}
    | {55: ("*", "*"), 74: ("-", "-"), 78: ("+", "+"), 98: ("/", "/"), 83: (".", ".")}
    | {
        code: (digit, digit)
        for code, digit in zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82), "7894561230", strict=True)
    }
)
"""What a key of a US keyboard means, by itself and with Shift; codes as in linux/input-event-codes.h. Enter and Tab end."""

KEY_GAP_MS: Final = 40
"""Keys that follow each other faster come from a scanner; a key held down repeats about every 33 ms, and says so."""
SCAN_KEYS_MIN: Final = 6
"""So many fast keys are a scan; nobody types six in a row like that."""


def us_char(code: int, shift: bool) -> str:
    """The character of a kernel's key code on a US keyboard, a carriage return for Enter and Tab, empty for other keys."""
    return US_KEYS.get(code, ("", ""))[shift]


class KeyFraming:
    """Bytes of a grabbed input device to scans; as `scans.Framing`, which it feeds."""

    def __init__(self) -> None:
        self._framing = Framing()
        self._rest = b""
        self._shifts: set[int] = set()
        self._lost = False

    @property
    def pause_s(self) -> float | None:
        """How long a pause must be for `idle` to be called; None when nothing waits for one."""
        return CUT_OFF_S if self._lost else self._framing.pause_s

    def feed(self, chunk: bytes) -> list[Scan | BadScan]:
        """The scans that these bytes complete; events may be cut anywhere."""
        found: list[Scan | BadScan] = []
        data = self._rest + chunk
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._lost = True
                self._shifts.clear()
            elif kind == EV_KEY and code in SHIFTS:
                (self._shifts.add if value else self._shifts.discard)(code)
            elif kind == EV_KEY and value == 1:  # 0 is up, 2 a key held down
                found += self._pressed(us_char(code, bool(self._shifts)))
        return found

    def _pressed(self, char: str) -> list[Scan | BadScan]:
        if not self._lost:
            return self._framing.feed(char.encode())
        return self.idle() if char == "\r" else []

    def idle(self) -> list[Scan | BadScan]:
        """No key for `pause_s`."""
        if not self._lost:
            return self._framing.idle()
        self._lost, self._framing = False, Framing()
        return [BadScan("cut_off", b"")]


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a window heard go down: the kernel's code where it is known (0: not), what the window makes of it.

    `repeat`: it is held down. `token` is whatever its owner wants back.
    """

    code: int
    text: str
    shift: bool = False
    repeat: bool = False
    token: object = None

    @property
    def char(self) -> str:
        """What a scanner means by it, a carriage return where it ends a scan, empty where no scan holds it."""
        if self.code in US_KEYS:
            return us_char(self.code, self.shift)
        if self.text in ("\r", "\n", "\t"):
            return "\r"
        return self.text if len(self.text) == 1 and (self.text.isprintable() or self.text == "\x1d") else ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A key that a finger pressed; let it go where it was going."""

    key: Key


class Wedge:
    """Keys and pauses in, scans and typed keys out. Times are milliseconds of one clock: those at which the keys went down.

    Its owner keeps each key until it comes back as `Typed`, and calls `idle` once `wait_ms` have gone by. A code of fewer
    than `SCAN_KEYS_MIN` characters cannot be told from typing, and is typing.
    """

    def __init__(self) -> None:
        self._held: list[Key] = []
        self._last_ms = 0
        self._ended_ms: int | None = None
        self._terminated_before = False

    @property
    def _scanning(self) -> bool:
        return len(self._held) >= SCAN_KEYS_MIN

    @property
    def wait_ms(self) -> int | None:
        """How long after the last key `idle` has something to say; None where it has not."""
        if not self._held:
            return None
        if not self._scanning:
            return KEY_GAP_MS
        return int(1000 * (CUT_OFF_S if self._terminated_before else IDLE_GAP_S))

    def key(self, key: Key, at_ms: int) -> list[Scan | BadScan | Typed]:
        """A key went down; what is certain now, in the order it happened."""
        found = self.idle(at_ms)
        char = "" if key.repeat else key.char
        if char == "\r":
            return found + self._end(key, at_ms)
        self._ended_ms = None
        if not char:
            return [*found, *self._let_go(), Typed(key)]
        if (
            len(self._held) <= SCAN_BYTES_MAX
        ):  # one more than allowed, so that its end is still seen as too long
            self._held.append(key)
        self._last_ms = at_ms
        return found

    def idle(self, at_ms: int) -> list[Scan | BadScan | Typed]:
        """It is that late; what a pause has made certain."""
        wait_ms = self.wait_ms
        if wait_ms is None or at_ms - self._last_ms < wait_ms:
            return []
        return self._let_go()

    def _end(self, key: Key, at_ms: int) -> list[Scan | BadScan | Typed]:
        if self._scanning:
            self._terminated_before, self._ended_ms = True, at_ms
            return [*read_frame(self._take())]
        if not self._held and self._ended_ms is not None and at_ms - self._ended_ms < KEY_GAP_MS:
            return []  # CR and LF
        return [*self._let_go(), Typed(key)]

    def _let_go(self) -> list[Scan | BadScan | Typed]:
        if not self._scanning:
            typed, self._held = self._held, []
            return [Typed(key) for key in typed]
        frame = self._take()
        return [BadScan("cut_off", frame)] if self._terminated_before else [*read_frame(frame)]

    def _take(self) -> bytes:
        frame = "".join(key.char for key in self._held).encode()
        self._held = []
        return frame
