"""The virtual printer's mechanism: commands in, paper out, exactly as far as Epson's *ESC/POS Command Reference* goes.

It knows the commands that `escpos` sends and no other; `render` is the whole of it for one job. Buffers, lines, states and
misfortunes are `virtual`'s.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import segno
from PIL import Image, ImageDraw, ImageOps

from hardware import escpos, glyphs
from hardware.escpos import CODE_PAGES
from hardware.printer import DOTS_BY_PAPER_MM

SLIP_HEIGHT_PX_MAX: Final = 20_000
DPI: Final = 203
PAPER_DOTS: Final = {58: 464, 80: 640}
"""The paper's whole width; the print head is narrower."""
HEAD_TO_CUTTER_PX: Final = 72
TOP_PX: Final = 40
_TEAR_PX: Final = 10
_PAGES: Final = {number: name.lower() for name, number in CODE_PAGES.items()}


class FaultError(Exception):
    """A byte outside the reference."""


class IncompleteError(Exception):
    """The end of a command has not come yet."""


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
            raise FaultError(f"a slip of more than {SLIP_HEIGHT_PX_MAX} dots")

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


class Tray(Protocol):
    """Where slips fall when they leave the printer."""

    def take(self, slip: Image.Image) -> str:
        """Keep a slip; its name is returned."""
        ...

    def log(self, entry: dict[str, Any]) -> None:
        """Keep what is known of a slip."""
        ...


class FolderTray:
    """Keeps slips as out/000001.png …, each written whole, and a line for each in jobs.jsonl."""

    def __init__(self, folder: Path) -> None:
        self._out = folder / "out"
        self._out.mkdir(parents=True, exist_ok=True)
        self._log = folder / "jobs.jsonl"
        self._number = max((int(p.stem) for p in self._out.glob("[0-9]*.png")), default=0)

    def take(self, slip: Image.Image) -> str:
        """See `Tray`."""
        self._number += 1
        path = self._out / f"{self._number:06d}.png"
        temporary = path.with_name(f".{path.name}")
        slip.save(temporary, "PNG", dpi=(DPI, DPI))
        temporary.replace(path)
        return path.name

    def log(self, entry: dict[str, Any]) -> None:
        """See `Tray`."""
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


class Mechanism:
    """Works off buffered bytes command by command. Not thread-safe: its printer holds the lock."""

    def __init__(
        self,
        paper_mm: int,
        answer: Callable[[bytes], None],
        tray: "Tray",
        kick: Callable[[], None] = lambda: None,
    ) -> None:
        self._answer = answer
        self._kick = kick
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
        """Bytes worked off since the last ESC @, that one included; None between jobs."""

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

    # Commands

    def command_length(self) -> int:
        """How long the command at the buffer's start is; raises IncompleteError, or FaultError for what is none."""
        b = self.buffer
        if b[0] == 0x0A or b[0] >= 0x20:
            if b[0] == 0x0A or b[0] == 0x7F:
                if b[0] == 0x7F:
                    raise FaultError("7f")
                return 1
            end = 1
            while end < len(b) and b[end] >= 0x20 and b[end] != 0x7F:
                end += 1
            return end
        fixed = {
            b"\x1b@": 2, b"\x1ba": 3, b"\x1bE": 3, b"\x1b3": 3, b"\x1bt": 3, b"\x1bd": 3, b"\x1bJ": 3,
            b"\x1bp": 5, b"\x1dB": 3, b"\x1d!": 3, b"\x1db": 3, b"\x1dr": 3, b"\x1dV": 4,
        }  # fmt: skip
        if len(b) < 2:
            if b[0] in (0x1B, 0x1D):
                raise IncompleteError
            raise FaultError(bytes(b[:1]).hex())
        head = bytes(b[:2])
        if head in fixed:
            return self._if_there(fixed[head])
        if head == b"\x1dv":
            self._if_there(8)
            return self._if_there(8 + int.from_bytes(b[4:6], "little") * int.from_bytes(b[6:8], "little"))
        if head == b"\x1d(":
            self._if_there(5)
            return self._if_there(5 + int.from_bytes(b[3:5], "little"))
        raise FaultError(head.hex())

    def _if_there(self, length: int) -> int:
        if len(self.buffer) < length:
            raise IncompleteError
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
        if command == escpos.ASK_IN_ORDER:
            self.job_bytes = None  # what follows is no part of the job: a kick of the drawer, say
        elif self.job_bytes is not None:
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
            raise FaultError(f"a line {used} dots wide on paper of {self._strip.dots}")

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
        elif letter == b"p" and n in (0, 1, 48, 49):
            self._kick()
        elif letter in (b"d", b"J") and not self._line:
            self._strip.feed(n * self._set.line_px if letter == b"d" else n)
            self.lines += 1
        else:
            raise FaultError(command.hex())

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
            self._begun = False
            self._answer(b"r")
        elif command[:4] == b"\x1dv0\x00" and not self._line:
            self._raster(command)
        elif command[:3] == b"\x1d(k":
            self._qr(command)
        elif command[:7] == b"\x1d(H\x06\x0000" and all(32 <= d <= 126 for d in command[7:]):
            self._begun = False
            if self._entry is not None:
                self._entry["process_id"] = command[7:].decode()
                self.flush_entry()
            self._answer(b"H" + command[7:])
        else:
            raise FaultError(command[:8].hex())

    def _raster(self, command: bytes) -> None:
        width, height = 8 * int.from_bytes(command[4:6], "little"), int.from_bytes(command[6:8], "little")
        if not 0 < width <= self._strip.dots or height == 0:
            raise FaultError(f"a picture of {width} by {height} dots on paper of {self._strip.dots}")
        self._strip.print(Image.frombytes("1", (width, height), command[8:]), self._set.align)
        self._strip.feed(height)
        self.lines += 1

    def _qr(self, command: bytes) -> None:
        function, values = command[6], command[7:]
        if command[5] != 0x31:
            raise FaultError(command[:8].hex())
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
            raise FaultError(command[:8].hex())

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
    mechanism = Mechanism(paper_mm, lambda _: None, tray)
    mechanism.buffer += job
    try:
        while mechanism.buffer:
            mechanism.step(mechanism.command_length())
    except IncompleteError:
        raise ValueError("the last command is not whole") from None
    except FaultError as e:
        raise ValueError(f"not in the reference: {e}") from e
    return tray.slips
