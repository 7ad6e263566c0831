"""A scanner on a serial line as one stream of scans, however its bytes are cut up.

`Framing` is pure: bytes and pauses in, scans out. `Scanner` owns the line and a thread. A keyboard wedge's filter or an
evdev reader would be other sources of the same `Scan`.
"""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from hardware import ports
from hardware.printer import DeviceError

_log = logging.getLogger(__name__)

SCAN_BYTES_MAX: Final = 1_000
IDLE_GAP_S: Final = 0.12
"""A pause that ends a scan when the scanner is set to send no terminator."""
CUT_OFF_S: Final = 1.0
"""A pause after which an unfinished scan is given up when the scanner does send terminators."""
REOPEN_S: Final = 1.0
_WAKE_S_MAX: Final = 0.5
_JOIN_S_MAX: Final = 5.0

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""AIM symbology identifier (ISO/IEC 15424): which kind of code it was."""
_TERMINATORS: Final = re.compile(rb"[\r\n]")
_PADDING: Final = b" \t\x02\x03"
"""Blanks, and STX and ETX, which some scanners put around a scan."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code says, without terminator and AIM identifier."""

    text: str


@dataclass(frozen=True, slots=True)
class BadScan:
    """Something came that is no scan: ask to scan again. `data` holds its first bytes, for the log."""

    reason: Literal["garbled", "too_long", "cut_off"]
    data: bytes


class Framing:
    """Bytes to scans: CR, LF, CRLF, or a pause where none of them has ever come. The cutting into chunks never matters."""

    def __init__(self) -> None:
        self._rest = b""
        self._terminated_before = False

    @property
    def pause_s(self) -> float | None:
        """How long a pause must be for `idle` to be called; None when nothing waits for one."""
        if not self._rest:
            return None
        return CUT_OFF_S if self._terminated_before else IDLE_GAP_S

    def feed(self, chunk: bytes) -> list[Scan | BadScan]:
        """The scans that these bytes complete."""
        found: list[Scan | BadScan] = []
        *complete, rest = _TERMINATORS.split(self._rest + chunk)
        for frame in complete:
            self._terminated_before = True
            found += self._end(frame)
        self._rest = rest
        if (
            len(rest) > SCAN_BYTES_MAX
        ):  # keep one more than allowed, so that its end is still seen as too long
            self._rest, self._too_long = rest[: SCAN_BYTES_MAX + 1], True
        return found

    def idle(self) -> list[Scan | BadScan]:
        """The line has been quiet for `pause_s`."""
        rest, self._rest = self._rest, b""
        if rest and self._terminated_before:
            return [BadScan("cut_off", rest[:SCAN_BYTES_MAX])]
        return self._end(rest)

    def _end(self, frame: bytes) -> list[Scan | BadScan]:
        if len(frame) > SCAN_BYTES_MAX:
            return [BadScan("too_long", frame[:SCAN_BYTES_MAX])]
        frame = frame.strip(_PADDING)
        if not frame:
            return []
        try:
            text = frame.decode()
        except UnicodeDecodeError:
            return [BadScan("garbled", frame)]
        text = text[3:] if _AIM.match(text) else text
        # GS separates the fields of a GS1 code and is part of what it says
        if not text or not all(c.isprintable() or c == "\x1d" for c in text):
            return [BadScan("garbled", frame)]
        return [Scan(text)]


class Scanner:
    """A serial scanner at an address; calls `on_scan` on its own thread, and finds the scanner again after replugging.

    `connected` tells whether the line is open now, for the operator's screen. Raises DeviceError for an address that
    cannot be.
    """

    def __init__(self, address: str, on_scan: Callable[[Scan | BadScan], None]) -> None:
        ports.check_address(address)
        self.address = address
        self._on_scan = on_scan
        self._stop = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the line is open now."""
        return self._connected.is_set()

    def wait_connected(self, wait_s_max: float) -> bool:
        """Wait until the line is open; False if it is not in time."""
        return self._connected.wait(wait_s_max)

    def close(self) -> None:
        """Stop reading and let go of the line."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_S_MAX)

    def _run(self) -> None:
        complained = ""
        while not self._stop.is_set():
            try:
                port = ports.open_port(self.address)
            except DeviceError as e:
                if e.words != complained:
                    _log.warning("scanner: %s", e.words)
                complained = e.words
                self._stop.wait(REOPEN_S)
                continue
            complained = ""
            self._connected.set()
            try:
                self._read(port)
            except DeviceError as e:
                _log.warning("scanner: %s", e.words)
            finally:
                self._connected.clear()
                port.close()

    def _read(self, port: ports.Port) -> None:
        framing = Framing()
        waited_s = 0.0
        while not self._stop.is_set():
            pause_s = framing.pause_s
            wait_s = _WAKE_S_MAX if pause_s is None else min(_WAKE_S_MAX, max(0.0, pause_s - waited_s))
            chunk = port.read(wait_s)
            if chunk:
                waited_s = 0.0
                self._tell(framing.feed(chunk))
            elif pause_s is not None:
                waited_s += wait_s
                if waited_s >= pause_s:
                    waited_s = 0.0
                    self._tell(framing.idle())

    def _tell(self, scans: list[Scan | BadScan]) -> None:
        for scan in scans:
            try:
                self._on_scan(scan)
            except Exception:  # noqa: BLE001 - a bug in what takes scans must not end the thread; it is logged
                _log.exception("a scan was not taken")
