"""A receipt printer and a scanner without hardware: real bytes in, paper as PNG out, misfortunes on request.

The printer understands exactly the commands `escpos` sends, as Epson's *ESC/POS Command Reference* describes them; any other
byte is a fault it keeps, shows in its answers and in `state.json`. Its folder is its front panel:

- `state.json`: paper, cover, cutter and the misfortunes to come (`State`); any process may write it at any time
- `out/000001.png` …: the slips in the order they left the printer, at 203 dots per inch
- `jobs.jsonl`: a line for each slip: png, bytes, process_id, whole, why
- `printer-tty`: its serial line, while it is plugged in

As with real ones, port 9100 takes one connection and lets others wait; real-time commands are obeyed on arrival, even inside a
picture; without paper or with an open cover it holds what it has and goes on after the refill, unless cleared.
"""

import contextlib
import json
import logging
import os
import selectors
import socket
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, Protocol, Self

import segno
from PIL import Image, ImageDraw, ImageOps

from hardware import glyphs
from hardware.escpos import CODE_PAGES
from hardware.printer import DOTS_BY_PAPER_MM

_log = logging.getLogger(__name__)

BUFFER_BYTES_MAX: Final = 65_536
SLIP_HEIGHT_PX_MAX: Final = 20_000
DPI: Final = 203
PAPER_DOTS: Final = {58: 464, 80: 640}
"""The paper's whole width; the print head is narrower."""
HEAD_TO_CUTTER_PX: Final = 72
TOP_PX: Final = 40
_POLL_S: Final = 0.02
_READ_BYTES_MAX: Final = 4_096
_JOIN_S_MAX: Final = 5.0
_TEAR_PX: Final = 10
_ALLOWED: Final = {
    "paper": ("ok", "near_end", "out"),
    "cover": ("closed", "open"),
    "cutter": ("ok", "jammed"),
}
_PAGES: Final = {number: name.lower() for name, number in CODE_PAGES.items()}


@dataclass(slots=True)
class State:
    """What the front panel shows and what is to go wrong. The two `…_at_byte` count a job's bytes from its `ESC @` on and
    happen once; `fault` says which byte was not understood and is taken away by setting it to null.
    """

    paper: Literal["ok", "near_end", "out"] = "ok"
    cover: Literal["closed", "open"] = "closed"
    cutter: Literal["ok", "jammed"] = "ok"
    silent: bool = False
    disconnected: bool = False
    supports_gs_h: bool = True
    ms_per_line: int = 0
    paper_out_at_byte: int | None = None
    cut_off_at_byte: int | None = None
    fault: str | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From the folder's state.json; what is not in it has its default. Raises ValueError for nonsense."""
        try:
            found = json.loads((folder / "state.json").read_text())
        except FileNotFoundError:
            return cls()
        if not isinstance(found, dict) or not set(found) <= {f.name for f in fields(cls)}:
            raise ValueError(f"state.json must be an object with known keys, not {found!r}")
        state = cls(**found)
        state.check()
        return state

    def check(self) -> None:
        """Raise ValueError if a value is not one of those that can be."""
        for name, allowed in _ALLOWED.items():
            if (value := getattr(self, name)) not in allowed:
                raise ValueError(f"{name} is {value!r}; it can be {', '.join(allowed)}")
        for name in ("silent", "disconnected", "supports_gs_h"):
            if not isinstance(value := getattr(self, name), bool):
                raise ValueError(f"{name} is {value!r}; it can be true or false")  # noqa: TRY004 - a wrong value
        for name in ("paper_out_at_byte", "cut_off_at_byte", "ms_per_line"):
            value = getattr(self, name)
            if not (value is None and name != "ms_per_line") and (type(value) is not int or value < 0):
                raise ValueError(f"{name} is {value!r}; it can be a whole number from 0 on")

    def write(self, folder: Path) -> None:
        """To the folder's state.json, at once and whole."""
        _write_whole(folder / "state.json", (json.dumps(asdict(self), indent=1) + "\n").encode())


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def change_state(folder: Path, **changes: Any) -> State:
    """Change a virtual printer's state from any process: `change_state(folder, paper="out")`."""
    state = State.read(folder)
    known = {f.name for f in fields(State)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"{name} is not part of a virtual printer's state; known are {sorted(known)}")
        setattr(state, name, value)
    state.check()
    state.write(folder)
    return state


class _FaultError(Exception):
    """A byte outside the reference."""


class _Incomplete(Exception):  # noqa: N818 - no error: the command's end has not come yet
    pass


@dataclass(slots=True)
class _Settings:
    """What ESC @ resets."""

    align: int = 0
    bold: bool = False
    inverse: bool = False
    smooth: bool = False
    width: int = 1
    height: int = 1
    line_px: int = 30
    page: int = 0
    qr_module_px: int = 3
    qr_level: str = "l"
    qr_data: bytes = b""


class _Paper:
    """The strip that hangs out of the printer: ink from the top down, cut off as a picture."""

    def __init__(self, paper_mm: int) -> None:
        self.dots = DOTS_BY_PAPER_MM[paper_mm]
        self._paper_dots = PAPER_DOTS[paper_mm]
        self._parts: list[tuple[int, Image.Image]] = []
        self.y = 0

    @property
    def has_ink(self) -> bool:
        return bool(self._parts)

    def print(self, picture: Image.Image, align: int) -> None:
        """Print dots (1 = ink) at the present height; does not feed."""
        x = (0, (self.dots - picture.width) // 2, self.dots - picture.width)[align]
        wide = Image.new("1", (self.dots, picture.height), 0)
        wide.paste(picture, (max(0, x), 0))
        if wide.getbbox() is not None:
            self._parts.append((self.y, wide))

    def feed(self, px: int) -> None:
        self.y += px
        if self.y > SLIP_HEIGHT_PX_MAX:
            raise _FaultError(f"a slip of more than {SLIP_HEIGHT_PX_MAX} dots")

    def take_off(self, torn: bool) -> Image.Image:
        """What hangs out, as a picture of white paper; a torn end is ragged. The strip then begins anew."""
        height = TOP_PX + max([self.y, *(y + part.height for y, part in self._parts)])
        sheet = Image.new("1", (self._paper_dots, height), 1)
        left = (self._paper_dots - self.dots) // 2
        for y, part in self._parts:
            sheet.paste(0, (left, TOP_PX + y), part)
        if torn:
            pen = ImageDraw.Draw(sheet)
            for x in range(0, sheet.width, 2 * _TEAR_PX):
                pen.line((x, height - 1, x + _TEAR_PX, height - _TEAR_PX), fill=0)
                pen.line((x + _TEAR_PX, height - _TEAR_PX, x + 2 * _TEAR_PX, height - 1), fill=0)
        self._parts, self.y = [], 0
        return sheet


class _Tray(Protocol):
    """Where slips fall when they leave the printer."""

    def take(self, slip: Image.Image) -> str:
        """Keep a slip; its name is returned."""
        ...

    def log(self, entry: dict[str, Any]) -> None:
        """Keep what is known of a slip."""
        ...


class _FolderTray:
    def __init__(self, folder: Path) -> None:
        self._out = folder / "out"
        self._out.mkdir(parents=True, exist_ok=True)
        self._log = folder / "jobs.jsonl"
        self._number = max((int(p.stem) for p in self._out.glob("[0-9]*.png")), default=0)

    def take(self, slip: Image.Image) -> str:
        self._number += 1
        path = self._out / f"{self._number:06d}.png"
        temporary = path.with_name(f".{path.name}")
        slip.save(temporary, "PNG", dpi=(DPI, DPI))
        temporary.replace(path)
        return path.name

    def log(self, entry: dict[str, Any]) -> None:
        with self._log.open("a") as lines:
            lines.write(json.dumps(entry) + "\n")


class _ListTray:
    def __init__(self) -> None:
        self.slips: list[Image.Image] = []

    def take(self, slip: Image.Image) -> str:
        self.slips.append(slip)
        return f"{len(self.slips):06d}"

    def log(self, entry: dict[str, Any]) -> None:
        pass


class _Mechanism:
    """Works off buffered bytes command by command. Not thread-safe: its printer holds the lock."""

    def __init__(self, paper_mm: int, answer: Callable[[bytes], None], tray: "_Tray") -> None:
        self._answer = answer
        self._tray = tray
        self._strip = _Paper(paper_mm)
        self._set = _Settings()
        self._line: list[tuple[str, _Settings]] = []
        self._slip_bytes = 0
        self._begun = False
        self._spoilt = ""
        self._entry: dict[str, Any] | None = None
        self.lines = 0
        self.buffer = bytearray()
        self.job_bytes: int | None = None
        """Bytes worked off since the last ESC @, that one included; None before the first."""

    # What becomes of paper

    def spoil(self, why: str) -> None:
        """What has been begun can no longer become a whole slip."""
        if self._begun or self._strip.has_ink:
            self._spoilt = self._spoilt or why

    def clear(self) -> None:
        """Forget all data, as DLE ENQ 2 and DLE DC4 8 do."""
        self.spoil("cleared")
        self.buffer.clear()
        self._line.clear()
        self._begun = False
        if not self._strip.has_ink:
            self._spoilt = ""

    def new_roll(self) -> None:
        """A new roll is put in: what hung out is torn off."""
        self.flush_entry()
        if self._strip.has_ink:
            self._take_off(whole=False, why=self._spoilt or "paper_out", torn=True)
            self._spoilt = "begun on the roll before" if self._begun else ""
        else:
            self._spoilt = ""

    def flush_entry(self) -> None:
        """Write the line of the last slip; it waits for the process id that may follow the cut."""
        if self._entry is not None:
            self._tray.log(self._entry)
            self._entry = None

    def pending(self) -> list[dict[str, Any]]:
        """The line that is not yet in the log."""
        return [dict(self._entry)] if self._entry is not None else []

    def _take_off(self, whole: bool, why: str, torn: bool = False) -> None:
        self.flush_entry()
        name = self._tray.take(self._strip.take_off(torn))
        self._entry = {"png": name, "bytes": self._slip_bytes, "process_id": None, "whole": whole, "why": why}
        self._slip_bytes = 0
        if torn:
            self.flush_entry()

    def _cut(self) -> None:
        self._end_line()
        inked = self._strip.has_ink
        if inked:
            self._strip.feed(HEAD_TO_CUTTER_PX)
            self._take_off(whole=self._begun and not self._spoilt, why=self._spoilt)
        self._strip.y = 0
        self._spoilt = ""
        self._begun = False

    # Commands

    def command_length(self) -> int:
        """How long the command at the buffer's start is; raises _Incomplete, or _FaultError for what is none."""
        b = self.buffer
        if b[0] == 0x0A or b[0] >= 0x20:
            if b[0] == 0x0A or b[0] == 0x7F:
                if b[0] == 0x7F:
                    raise _FaultError("7f")
                return 1
            end = 1
            while end < len(b) and b[end] >= 0x20 and b[end] != 0x7F:
                end += 1
            return end
        fixed = {
            b"\x1b@": 2, b"\x1ba": 3, b"\x1bE": 3, b"\x1b3": 3, b"\x1bt": 3, b"\x1bd": 3, b"\x1bJ": 3,
            b"\x1dB": 3, b"\x1d!": 3, b"\x1db": 3, b"\x1dr": 3, b"\x1dV": 4,
        }  # fmt: skip
        if len(b) < 2:
            if b[0] in (0x1B, 0x1D):
                raise _Incomplete
            raise _FaultError(bytes(b[:1]).hex())
        head = bytes(b[:2])
        if head in fixed:
            return self._if_there(fixed[head])
        if head == b"\x1dv":
            self._if_there(8)
            return self._if_there(8 + int.from_bytes(b[4:6], "little") * int.from_bytes(b[6:8], "little"))
        if head == b"\x1d(":
            self._if_there(5)
            return self._if_there(5 + int.from_bytes(b[3:5], "little"))
        raise _FaultError(head.hex())

    def _if_there(self, length: int) -> int:
        if len(self.buffer) < length:
            raise _Incomplete
        return length

    def step(self, length: int) -> None:
        """Work off the command of that length at the buffer's start."""
        command = bytes(self.buffer[:length])
        self._slip_bytes += length
        if command == b"\x1b@":
            self._start()
        elif command[0] not in (0x1B, 0x1D):
            self._print_text(command)
        elif command[0] == 0x1B:
            self._escape(command)
        else:
            self._group(command)
        del self.buffer[:length]
        if self.job_bytes is not None:
            self.job_bytes += length

    def _start(self) -> None:
        self.flush_entry()
        if self._strip.has_ink or self._line:
            self._spoilt = "printed below an unfinished one"
        self._set = _Settings()
        self._line.clear()
        self._begun = True
        self.job_bytes = 0
        self._slip_bytes = len(b"\x1b@")

    def _print_text(self, command: bytes) -> None:
        if command == b"\n":
            self._end_line(feed=True)
            return
        text = command.decode(_PAGES[self._set.page], errors="strict")
        self._line.append((text, _Settings(**asdict(self._set))))
        used = sum(glyphs.CELL_WIDTH * s.width * len(t) for t, s in self._line)
        if used > self._strip.dots:
            raise _FaultError(f"a line {used} dots wide on paper of {self._strip.dots}")

    def _end_line(self, feed: bool = False) -> None:
        if not self._line:
            if feed:
                self._strip.feed(self._set.line_px)
            return
        height = max(glyphs.CELL_HEIGHT * s.height for _, s in self._line)
        across = sum(glyphs.CELL_WIDTH * s.width * len(t) for t, s in self._line)
        picture = Image.new("1", (across, height), 0)
        x = 0
        for text, s in self._line:
            wide = glyphs.CELL_WIDTH * s.width * len(text)
            top = height - glyphs.CELL_HEIGHT * s.height
            if s.smooth or (s.width, s.height) == (1, 1):
                glyphs.draw(picture, x, top, list(text), s.width, s.height, s.bold)
            else:
                small = Image.new("1", (glyphs.CELL_WIDTH * len(text), glyphs.CELL_HEIGHT), 0)
                glyphs.draw(small, 0, 0, list(text), 1, 1, s.bold)
                size = (wide, glyphs.CELL_HEIGHT * s.height)
                picture.paste(small.resize(size, Image.Resampling.NEAREST), (x, top))
            if s.inverse:
                box = (x, top, x + wide, height)
                picture.paste(ImageOps.invert(picture.crop(box).convert("L")).convert("1"), box)
            x += wide
        self._strip.print(picture, self._line[0][1].align)
        self._strip.feed(max(height, self._set.line_px))
        self._line.clear()
        self.lines += 1

    def _escape(self, command: bytes) -> None:
        letter, n = command[1:2], command[2]
        if letter == b"a" and n in (0, 1, 2) and not self._line:
            self._set.align = n
        elif letter == b"E" and n in (0, 1):
            self._set.bold = n == 1
        elif letter == b"3":
            self._set.line_px = n
        elif letter == b"t" and n in _PAGES:
            self._set.page = n
        elif letter in (b"d", b"J") and not self._line:
            self._strip.feed(n * self._set.line_px if letter == b"d" else n)
            self.lines += 1
        else:
            raise _FaultError(command.hex())

    def _group(self, command: bytes) -> None:
        letter = command[1:2]
        if letter == b"!" and not command[2] & 0x88:
            self._set.width, self._set.height = (command[2] >> 4) + 1, (command[2] & 7) + 1
        elif letter == b"B" and command[2] in (0, 1):
            self._set.inverse = command[2] == 1
        elif letter == b"b" and command[2] in (0, 1):
            self._set.smooth = command[2] == 1
        elif command == b"\x1dVB\x00":
            self._cut()
        elif command == b"\x1dr\x01":
            self._answer(b"r")
        elif command[:4] == b"\x1dv0\x00" and not self._line:
            self._raster(command)
        elif command[:3] == b"\x1d(k":
            self._qr(command)
        elif command[:7] == b"\x1d(H\x06\x0000" and all(32 <= d <= 126 for d in command[7:]):
            if self._entry is not None:
                self._entry["process_id"] = command[7:].decode()
                self.flush_entry()
            self._answer(b"H" + command[7:])
        else:
            raise _FaultError(command[:8].hex())

    def _raster(self, command: bytes) -> None:
        width, height = 8 * int.from_bytes(command[4:6], "little"), int.from_bytes(command[6:8], "little")
        if not 0 < width <= self._strip.dots or height == 0:
            raise _FaultError(f"a picture of {width} by {height} dots on paper of {self._strip.dots}")
        self._strip.print(Image.frombytes("1", (width, height), command[8:]), self._set.align)
        self._strip.feed(height)
        self.lines += 1

    def _qr(self, command: bytes) -> None:
        function, values = command[6], command[7:]
        if command[5] != 0x31:
            raise _FaultError(command[:8].hex())
        if function == 65 and values == b"2\x00":
            return
        if function == 67 and len(values) == 1 and 1 <= values[0] <= 16:
            self._set.qr_module_px = values[0]
        elif function == 69 and len(values) == 1 and 48 <= values[0] <= 51:
            self._set.qr_level = "lmqh"[values[0] - 48]
        elif function == 80 and values[:1] == b"0" and 4 <= len(values) + 3 <= 7092:
            self._set.qr_data = values[1:]
        elif function == 81 and values == b"0" and self._set.qr_data and not self._line:
            self._print_qr()
        else:
            raise _FaultError(command[:8].hex())

    def _print_qr(self) -> None:
        text = self._set.qr_data.decode("latin-1")
        code = segno.make_qr(text, error=self._set.qr_level, encoding="latin-1", boost_error=False)
        rows = [bytes(row) for row in code.matrix]
        px = self._set.qr_module_px
        small = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).point(
            lambda v: 255 if v else 0
        )
        big = small.convert("1").resize((px * small.width, px * small.height), Image.Resampling.NEAREST)
        if big.width > self._strip.dots:
            return  # as real ones do: what is too wide is not printed
        self._strip.print(big, self._set.align)
        self._strip.feed(big.height)
        self.lines += 1


def render(job: bytes, paper_mm: int = 80) -> list[Image.Image]:
    """The slips that a job's bytes make, without a printer: black on white, at 203 dots per inch.

    Raises ValueError for bytes outside the reference, or a command that is not whole.
    """
    tray = _ListTray()
    mechanism = _Mechanism(paper_mm, lambda _: None, tray)
    mechanism.buffer += job
    try:
        while mechanism.buffer:
            mechanism.step(mechanism.command_length())
    except _Incomplete:
        raise ValueError("the last command is not whole") from None
    except _FaultError as e:
        raise ValueError(f"not in the reference: {e}") from e
    return tray.slips


class _RealTime:
    """Finds real-time commands in arriving bytes, wherever they stand, and takes them out of what is buffered."""

    _LENGTH: Final = {0x04: 3, 0x05: 3, 0x14: 10}

    def __init__(self) -> None:
        self._held = b""

    def split(self, data: bytes) -> list[tuple[bool, bytes]]:
        """(is real-time, bytes) in order of arrival."""
        data = self._held + data
        self._held = b""
        found: list[tuple[bool, bytes]] = []
        start = at = 0
        while (at := data.find(b"\x10", at)) >= 0:
            if at + 1 == len(data):
                break
            length = self._LENGTH.get(data[at + 1])
            if length is None:
                at += 1
                continue
            if at + length > len(data):
                break
            if at > start:
                found.append((False, data[start:at]))
            found.append((True, data[at : at + length]))
            start = at = at + length
        end = at if at >= 0 else len(data)
        if end > start:
            found.append((False, data[start:end]))
        self._held = data[end:]
        return found


@dataclass(slots=True)
class _Line:
    """One way in: the bytes that come and the way back."""

    send: Callable[[bytes], None]
    real_time: _RealTime


class VirtualPrinter:
    """See the module. `tcp_port` 0 lets the system choose; `pty=True` also offers a serial line."""

    def __init__(self, folder: Path, paper_mm: int = 80, tcp_port: int = 0, pty: bool = True) -> None:
        self.folder = Path(folder)
        self.paper_mm = paper_mm
        self._tcp_port = tcp_port
        self._with_pty = pty
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state = State.read(self.folder)
        self._stamp: tuple[int, int, int] | None = None
        self._turn = threading.Condition()
        self._mechanism = _Mechanism(paper_mm, self._answer_in_order, _FolderTray(self.folder))
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None
        self._pty: int | None = None
        self._slave: int | None = None
        self._answers_to: _Line | None = None
        self._lines: dict[int, _Line] = {}
        self._arrived_in_job: int | None = None
        self._last_arrived = b""
        self._stopping = False
        self._threads: list[threading.Thread] = []

    @property
    def address(self) -> str:
        """Its address on the network; stays the same while it is started."""
        return f"tcp://127.0.0.1:{self._tcp_port}"

    @property
    def pty_address(self) -> str:
        """Its address as a serial line; stays the same over replugging."""
        return f"serial://{(self.folder / 'printer-tty').absolute()}?baud=38400"

    def start(self) -> Self:
        """Power on."""
        self._state.write(self.folder)
        self._stamp = self._state_stamp()
        self._plug(not self._state.disconnected)
        for name, run in (("virtual-printer", self._receive), ("virtual-printer-head", self._work)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Power off; the folder stays."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        for thread in self._threads:
            thread.join(_JOIN_S_MAX)
        with self._turn:
            self._plug(False)
            self._selector.close()
            self._mechanism.flush_entry()

    def set(self, **changes: Any) -> None:
        """Change its state (see `State`), in force when this returns."""
        with self._turn:
            self._take_state()
            self._apply(change_state(self.folder, **changes))
            self._stamp = self._state_stamp()

    def state(self) -> State:
        """Its state now."""
        with self._turn:
            self._take_state()
            return State(**asdict(self._state))

    def receipts(self) -> list[Path]:
        """The pictures of all slips so far, oldest first."""
        return sorted((self.folder / "out").glob("[0-9]*.png"))

    def jobs(self) -> list[dict[str, Any]]:
        """The lines of jobs.jsonl."""
        path = self.folder / "jobs.jsonl"
        with self._turn:
            lines = path.read_text().splitlines() if path.exists() else []
            return [json.loads(line) for line in lines] + self._mechanism.pending()

    def wait(self, wait_s_max: float, until: Callable[[], bool]) -> bool:
        """Wait until something holds, looked at whenever the printer has done something; False if it does not in time."""
        deadline = time.monotonic() + wait_s_max
        while not until():
            if time.monotonic() > deadline:
                return False
            with self._turn:
                self._turn.wait(_POLL_S)
        return True

    # State

    def _state_stamp(self) -> tuple[int, int, int] | None:
        try:
            found = (self.folder / "state.json").stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _take_state(self) -> None:
        stamp = self._state_stamp()
        if stamp == self._stamp:
            return
        try:
            state = State.read(self.folder)
        except ValueError as e:  # half-written or wrong: keep the old state until it changes again
            _log.error("virtual printer: %s", e)
            self._stamp = stamp
            return
        self._stamp = stamp
        self._apply(state)

    def _apply(self, state: State) -> None:
        before, self._state = self._state, state
        if before.paper != "out" and state.paper == "out":
            self._mechanism.spoil("paper_out")
        if before.paper == "out" and state.paper != "out":
            self._mechanism.new_roll()
        if before.cover == "closed" and state.cover == "open":
            self._mechanism.spoil("cover_open")
        if before.disconnected != state.disconnected:
            self._plug(not state.disconnected)
        self._turn.notify_all()

    def _own_change(self, **changes: Any) -> None:
        self._apply(change_state(self.folder, **changes))
        self._stamp = self._state_stamp()

    # Lines

    def _plug(self, in_: bool) -> None:
        if in_ and self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._tcp_port), backlog=1)
            self._listener.setblocking(False)
            self._tcp_port = self._listener.getsockname()[1]
            self._selector.register(self._listener, selectors.EVENT_READ)
            if self._with_pty:
                self._pty, self._slave = os.openpty()
                os.set_blocking(self._pty, False)
                tty.setraw(self._slave)
                link = self.folder / "printer-tty"
                link.unlink(missing_ok=True)
                link.symlink_to(os.ttyname(self._slave))
                self._lines[self._pty] = _Line(self._send_pty, _RealTime())
                self._selector.register(self._pty, selectors.EVENT_READ)
        elif not in_:
            self._hang_up()
            if self._listener is not None:
                with contextlib.suppress(KeyError):  # not registered while a connection is held
                    self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            if self._pty is not None and self._slave is not None:
                (self.folder / "printer-tty").unlink(missing_ok=True)
                self._selector.unregister(self._pty)
                self._forget(self._pty)
                os.close(self._pty)
                os.close(self._slave)
                self._pty = self._slave = None

    def _forget(self, fd: int) -> None:
        if self._answers_to is self._lines.pop(fd, None):
            self._answers_to = None

    def _hang_up(self) -> None:
        """Close the connection; the next one in the queue is then taken."""
        if self._peer is None:
            return
        self._selector.unregister(self._peer)
        self._forget(self._peer.fileno())
        self._peer.close()
        self._peer = None
        if self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _send_pty(self, data: bytes) -> None:
        if self._pty is not None:
            with contextlib.suppress(
                BlockingIOError
            ):  # nobody reads: a real printer's answer is lost as well
                os.write(self._pty, data)

    def _receive(self) -> None:
        while True:
            events = self._selector.select(_POLL_S)
            with self._turn:
                if self._stopping:
                    return
                self._take_state()
                for key, _ in events:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif self._peer is not None and key.fileobj is self._peer:
                        self._read_peer(self._peer)
                    elif key.fileobj == self._pty and self._pty is not None:
                        self._read_pty(self._pty)
                self._turn.notify_all()

    def _accept(self) -> None:
        if self._listener is None or self._peer is not None:
            return
        try:
            self._peer, _ = self._listener.accept()
        except OSError:  # it went away again while it waited
            return
        self._peer.setblocking(False)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.unregister(self._listener)  # the others wait until this one is done
        self._selector.register(self._peer, selectors.EVENT_READ)
        self._lines[self._peer.fileno()] = _Line(self._send_peer, _RealTime())

    def _send_peer(self, data: bytes) -> None:
        if self._peer is not None:
            with contextlib.suppress(OSError):  # the other end is gone: its answer is lost
                self._peer.send(data)

    def _read_peer(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(_READ_BYTES_MAX)
        except OSError:
            data = b""
        if data:
            self._arrive(data, self._lines[peer.fileno()])
        else:
            self._hang_up()

    def _read_pty(self, fd: int) -> None:
        try:
            data = os.read(fd, _READ_BYTES_MAX)
        except BlockingIOError:
            return
        self._arrive(data, self._lines[fd])

    def _arrive(self, data: bytes, line: _Line) -> None:
        for real_time, part in line.real_time.split(data):
            if real_time:
                self._obey(part, line)
                continue
            kept = self._until_cut_off(part)
            self._answers_to = line
            room = BUFFER_BYTES_MAX - len(self._mechanism.buffer)
            if len(kept) > room:
                self._fault(f"{len(kept) - room} bytes more than the buffer holds")
            self._mechanism.buffer += kept[:room]
            if len(kept) < len(part):
                self._mechanism.spoil("cut_off")
                self._own_change(cut_off_at_byte=None)
                if line.send == self._send_peer:
                    self._hang_up()
                else:
                    self._plug(False)
                    self._plug(True)
                return

    def _until_cut_off(self, part: bytes) -> bytes:
        """The bytes that still come before the line breaks."""
        start = (self._last_arrived + part).rfind(b"\x1b@")
        before = len(self._last_arrived) - start if start >= 0 else self._arrived_in_job
        self._last_arrived = part[-1:]
        if before is None:  # no job has begun yet
            return part
        self._arrived_in_job = before + len(part)
        limit = self._state.cut_off_at_byte
        if limit is None or self._arrived_in_job <= limit:
            return part
        return part[: max(0, limit - before)]

    # Answers

    def _answer(self, data: bytes, line: _Line | None) -> None:
        if not self._state.silent and line is not None:
            line.send(data)

    def _answer_in_order(self, what: bytes) -> None:
        if what == b"r":
            self._answer(b"\x03" if self._state.paper == "near_end" else b"\x00", self._answers_to)
        elif self._state.supports_gs_h:
            self._answer(b"\x37\x22" + what[1:] + b"\x00", self._answers_to)

    def _obey(self, command: bytes, line: _Line) -> None:
        state = self._state
        if command[1] == 0x04 and 1 <= command[2] <= 4:
            broken = state.fault is not None
            jammed = state.cutter == "jammed"
            stopped = state.paper == "out" or state.cover == "open" or broken or jammed
            bits = {
                1: 0x08 if stopped else 0,
                2: (0x04 if state.cover == "open" else 0)
                | (0x20 if state.paper == "out" else 0)
                | (0x40 if broken or jammed else 0),
                3: (0x20 if broken else 0) | (0x08 if jammed else 0),
                4: {"ok": 0, "near_end": 0x0C, "out": 0x6C}[state.paper],
            }[command[2]]
            self._answer(bytes((0x12 | bits,)), line)
        elif command == b"\x10\x05\x02":
            self._mechanism.clear()
        elif command == b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08":
            if state.supports_gs_h:
                self._mechanism.clear()
                self._answer(b"\x37\x25\x00", line)
        else:
            self._fault(command.hex())

    def _fault(self, what: str) -> None:
        _log.error("virtual printer: not in the reference: %s", what)
        self._mechanism.spoil("fault")
        self._own_change(fault=what)

    # Printing

    def _can_print(self) -> bool:
        s = self._state
        return s.paper != "out" and s.cover == "closed" and s.cutter == "ok" and s.fault is None

    def _work(self) -> None:
        with self._turn:
            while not self._stopping:
                self._take_state()
                if not self._can_print() or not self._mechanism.buffer or not self._step():
                    self._turn.wait(_POLL_S)

    def _step(self) -> bool:
        """Work off one command; False if it is not whole yet or may not be."""
        m = self._mechanism
        try:
            length = m.command_length()
            limit = self._state.paper_out_at_byte
            starts = bytes(m.buffer[:2]) == b"\x1b@"
            done = 0 if starts else m.job_bytes
            if limit is not None and done is not None and done + length > limit:
                m.spoil("paper_out")
                self._own_change(paper="out", paper_out_at_byte=None)
                return False
            lines = m.lines
            m.step(length)
        except _Incomplete:
            return False
        except (_FaultError, UnicodeDecodeError) as e:
            self._fault(str(e))
            return False
        if m.lines != lines:
            begun = time.monotonic()
            while not self._stopping:  # the state may change meanwhile
                left_s = begun + self._state.ms_per_line / 1_000 - time.monotonic()
                if left_s <= 0:
                    break
                self._turn.wait(left_s)
        self._turn.notify_all()
        return True


class VirtualScanner:
    """A pty on which scans arrive as a serial scanner sends them; a link in the folder keeps its address over replugging."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._link = self.folder / "scanner-tty"
        self._ends: tuple[int, int] | None = None

    @property
    def address(self) -> str:
        """Its address as a serial line."""
        return f"serial://{self._link.absolute()}?baud=9600"

    def start(self) -> Self:
        """Plug it in."""
        if self._ends is None:
            self._ends = os.openpty()
            tty.setraw(self._ends[1])
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(os.ttyname(self._ends[1]))
        return self

    def stop(self) -> None:
        """Unplug it."""
        if self._ends is not None:
            self._link.unlink(missing_ok=True)
            for fd in self._ends:
                os.close(fd)
            self._ends = None

    def send(self, text: str | bytes, terminator: str = "\r", chunks: int = 1) -> None:
        """Scan a code: its bytes and terminator go out in so many pieces."""
        if self._ends is None:
            raise ValueError("the virtual scanner is not plugged in")
        data = (text.encode() if isinstance(text, str) else text) + terminator.encode()
        size = max(1, -(-len(data) // max(1, chunks)))
        for start in range(0, len(data), size):
            part = data[start : start + size]
            while part:
                part = part[os.write(self._ends[0], part) :]

    def follow(self, stop: threading.Event, when_ready: Callable[[], None]) -> None:
        """Scan each line that is appended to the folder's scans.txt from now on, until told to stop."""
        path = self.folder / "scans.txt"
        path.touch()
        with path.open("rb") as scans:
            scans.seek(0, os.SEEK_END)
            when_ready()
            rest = b""
            while not stop.is_set():
                rest += scans.read()
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    self.send(line)
                stop.wait(_POLL_S)


def scan(folder: Path, text: str) -> None:
    """Have the virtual scanner that follows this folder scan a text; from any process."""
    if "\n" in text or "\r" in text:
        raise ValueError("a scan is one line")
    with (Path(folder) / "scans.txt").open("ab") as scans:
        scans.write(text.encode() + b"\n")
