"""What a scanner's bytes mean, however they are cut up: bytes and pauses in, scans out."""

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

SCAN_BYTES_MAX: Final = 1_000
IDLE_GAP_S: Final = 0.12
"""A pause that ends a scan when the scanner is set to send no terminator."""
CUT_OFF_S: Final = 1.0
"""A pause after which an unfinished scan is given up when the scanner does send terminators."""

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
        return read_frame(frame)


def read_frame(frame: bytes) -> list[Scan | BadScan]:
    """What one scan's bytes say, without terminator; nothing where they are blank."""
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


class Frames(Protocol):
    """Bytes and pauses in, scans out."""

    @property
    def pause_s(self) -> float | None:
        """How long a pause must be for `idle` to be called; None when nothing waits for one."""
        ...

    def feed(self, chunk: bytes) -> list[Scan | BadScan]:
        """The scans that these bytes complete."""
        ...

    def idle(self) -> list[Scan | BadScan]:
        """The line has been quiet for `pause_s`."""
        ...
