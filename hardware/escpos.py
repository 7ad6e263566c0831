"""A document as ESC/POS bytes, and a printer's answers decoded.

python-escpos only encodes, into memory, with an explicit profile; nothing else imports it. A line with a character outside
the printer's code pages is sent as dots (`glyphs`), so nothing ever becomes "?". Commands after Epson's *ESC/POS Command
Reference*. `ESC @` stands at a job's start alone; after the last cut come `GS ( H` function 48 with the job's id and
`GS r 1`, which a printer answers in order: the first when all before it is printed, the second even on clones that do
not know the first.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image as Picture

from hardware import glyphs
from hardware.printer import (
    DOTS_BY_PAPER_MM,
    Block,
    Columns,
    Cover,
    Cut,
    Document,
    Drawer,
    Feed,
    Image,
    Pair,
    Paper,
    Qr,
    Rule,
    Size,
    Text,
    Trouble,
)

CODE_PAGES: Final = {"CP437": 0, "CP1252": 16, "CP858": 19}
"""The pages we use, with the numbers that Epson and nearly all clones give them; python-escpos's names."""

_PROFILE: Final = "TM-T88III"
_LIBRARY_FILES: Final = {"ESCPOS_CAPABILITIES_PICKLE_DIR": "", "ESCPOS_CAPABILITIES_FILE": "profile.json"}
"""Where python-escpos is told, by the environment, to put and find its own; in a folder of ours."""
_LEADING_PX: Final = 6
_BAND_EDGE_PX: Final = 6
_BAND_SPACE_PX: Final = 14
_GAP_CELLS_MIN: Final = 2
_GAP_CELLS_MAX: Final = 4
_FRAGMENT_ROWS_MAX: Final = 240
_QR_WIDTH_PX_MAX: Final = 300
_QR_MODULE_PX_USUAL_MAX: Final = 8
_QR_QUIET_MODULES: Final = 4
_QR_ECLEVEL_M: Final = 1

ASK_STATUS: Final = tuple(bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))
"""DLE EOT 1 to 4: answered at once, whatever the printer is doing."""
ASK_IN_ORDER: Final = b"\x1dr\x01"
"""GS r 1: answered when everything before it has been worked off; not while the printer is off line."""
CLEAR: Final = b"\x10\x05\x02" + b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE ENQ 2 (recover, throwing away the buffers) and DLE DC4 function 8 (clear the buffers and say so)."""
KICK: Final = b"\x1bp\x00\x32\xfa"
"""ESC p: 100 ms on the drawer connector's pin 2, then 500 ms rest; in its turn behind the data before it."""
KICK_NOW: Final = b"\x10\x14\x01\x00\x01"
"""DLE DC4 function 1: the same pulse at once, also while the printer is off line (paper, cover)."""
CUT_OFF_SCRAP: Final = b"\x1b@" + b"\x1dVB\x00"
"""A new start and a cut: parts a torn job's paper from the next ticket."""

_REPLY_BYTES_MAX: Final = 96

# QR capacities at level M by version, ISO/IEC 18004 table 7: alphanumeric, bytes.
_QR_ALPHANUMERIC: Final = (
    20,
    38,
    61,
    90,
    122,
    154,
    178,
    221,
    262,
    311,
    366,
    419,
    483,
    528,
    600,
    656,
    734,
    816,
    909,
    970,
)
_QR_ALPHANUMERIC_MORE: Final = (1035, 1134, 1248, 1326, 1451, 1542, 1637, 1732, 1839, 1994)
_QR_BYTES: Final = (
    14,
    26,
    42,
    62,
    84,
    106,
    122,
    152,
    180,
    213,
    251,
    287,
    331,
    362,
    412,
    450,
    504,
    560,
    624,
    666,
)
_QR_BYTES_MORE: Final = (711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370)
_QR_ALPHANUMERIC_ONLY: Final = re.compile(r"[0-9A-Z $%*+\-./:]*\Z")


@cache
def _native() -> frozenset[str]:
    """Characters the printer's own letters hold."""
    high = bytes(range(0x80, 0x100))
    pages = "".join(high.decode(page.lower(), errors="ignore") for page in CODE_PAGES)
    return frozenset(map(chr, range(0x20, 0x7F))) | {c for c in pages if c.isprintable()}


@cache
def _library() -> tuple[Any, Any]:
    """python-escpos's Dummy and Encoder, imported at first use (0.1 s) and without what its import leaves behind.

    Its capabilities module makes a temporary folder at every import and never removes it, and writes a pickle there;
    given a temporary folder of ours it works in that one, which is then removed. It also reads and keeps what is known
    of 35 printers: given a file of ours, of the one profile that is used.
    """
    kept_dir = tempfile.tempdir
    kept_env = {name: os.environ.get(name) for name in _LIBRARY_FILES}
    with tempfile.TemporaryDirectory(prefix="tombola-escpos-") as scratch:
        tempfile.tempdir = scratch
        for name, file in _LIBRARY_FILES.items():
            os.environ[name] = str(Path(scratch, file))
        try:
            _write_profile(Path(scratch, _LIBRARY_FILES["ESCPOS_CAPABILITIES_FILE"]))
            from escpos.magicencode import Encoder  # noqa: PLC0415 - see above
            from escpos.printer import Dummy  # noqa: PLC0415
        finally:
            tempfile.tempdir = kept_dir
            for name, kept in kept_env.items():
                if kept is None:
                    del os.environ[name]
                else:
                    os.environ[name] = kept
    return Dummy, Encoder


def _write_profile(target: Path) -> None:
    spec = find_spec("escpos")
    assert spec is not None
    assert spec.origin is not None
    known = json.loads(Path(spec.origin).with_name("capabilities.json").read_bytes())
    known["profiles"] = {name: known["profiles"][name] for name in ("default", _PROFILE)}
    target.write_text(json.dumps(known), encoding="utf-8")


def warm_up() -> None:
    """Load what the first encoding needs, so that no customer waits for it; for a thread with time to spare."""
    encode(Document([Text("0123 ł", size=2, bold=True), Qr("0")]), job_id=0)


def process_id(job_id: int) -> bytes:
    """The four digits by which a printer names this job; they repeat after 10,000 jobs."""
    return b"%04d" % (job_id % 10_000)


def qr_modules(data: str) -> int:
    """Modules across of the smallest QR code at level M that holds the data, without quiet zone."""
    alphanumeric = _QR_ALPHANUMERIC_ONLY.match(data) is not None
    sizes = (*_QR_ALPHANUMERIC, *_QR_ALPHANUMERIC_MORE) if alphanumeric else (*_QR_BYTES, *_QR_BYTES_MORE)
    needed = len(data.encode())
    version = next((v for v, capacity in enumerate(sizes, 1) if capacity >= needed), None)
    if version is None:
        raise ValueError(f"{needed} bytes do not fit a QR code of version {len(sizes)}")
    return 17 + 4 * version


def _defuse(dots: bytes) -> bytes:
    """Dots in which no real-time command hides: a printer obeys DLE EOT, ENQ and DC4 even inside a picture.

    One white dot in such a place turns black.
    """
    for trigger, harmless in (
        (b"\x10\x04", b"\x10\x0c"),
        (b"\x10\x05", b"\x10\x0d"),
        (b"\x10\x14", b"\x10\x1c"),
    ):
        dots = dots.replace(trigger, harmless)
    return dots


def _solid(width_px: int, height_px: int) -> bytes:
    """Rows of black dots, white beyond the width."""
    stride = (width_px + 7) // 8
    row = ((1 << width_px) - 1) << (8 * stride - width_px)
    return row.to_bytes(stride, "big") * height_px


@dataclass(slots=True)
class _Piece:
    """Part of a line: text that begins at a cell of this line's size."""

    cell: int
    text: str


class _Slip:
    """The state of one encoding: what has been set on the printer, and the bytes so far."""

    def __init__(self, dots: int) -> None:
        dummy, encoder = _library()
        pages = {name: str(number) for name, number in CODE_PAGES.items()}
        self.out = dummy(profile=_PROFILE, magic_encode_args={"encoder": encoder(pages)})
        self.dots = dots
        self.set_now: dict[str, Any] = {}
        self.out.hw("INIT")
        self.out.set(smooth=True)

    def want(self, **wanted: Any) -> None:
        """Send only the settings that differ from those in force."""
        if self.set_now.get("line_px") != (line_px := wanted.pop("line_px", self.set_now.get("line_px"))):
            self.out.line_spacing(line_px)
            self.set_now["line_px"] = line_px
        changed = {k: v for k, v in wanted.items() if self.set_now.get(k) != v}
        if not changed:
            return
        self.set_now.update(changed)
        if "size" in changed:
            width, height = changed.pop("size")
            changed.update(custom_size=True, width=width, height=height)
        self.out.set(**changed)

    def line(
        self, pieces: list[_Piece], align: str, size: tuple[int, int], bold: bool, inverse: bool
    ) -> None:
        width, height = size
        line_px = min(255, glyphs.CELL_HEIGHT * height + (0 if inverse else _LEADING_PX + 2 * (height - 1)))
        if all(c in _native() for piece in pieces for c in piece.text):
            text = ""
            for piece in pieces:
                text = text.ljust(piece.cell) + piece.text
            if not text.strip() and not inverse:
                text = ""
            self.want(line_px=line_px, align=align, bold=bold, invert=inverse, size=size)
            self.out.textln(text)
            return
        across = max(piece.cell + glyphs.cells(piece.text) for piece in pieces) * glyphs.CELL_WIDTH * width
        picture = Picture.new("1", (across, line_px), 0)
        for piece in pieces:
            x = piece.cell * glyphs.CELL_WIDTH * width
            glyphs.draw(picture, x, 0, glyphs.visual(piece.text), width, height, bold)
        if inverse:
            picture = picture.point(lambda v: 0 if v else 255)
        self.want(align=align)
        self.raster(across, picture.tobytes())

    def band(self, lines: list[str], size: tuple[int, int], bold: bool) -> None:
        """White on black: lines of equal width between two edges of solid black."""
        across = glyphs.cells(lines[0]) * glyphs.CELL_WIDTH * size[0]
        edge = _solid(across, _BAND_EDGE_PX)
        self.want(align="center")
        self.raster(across, edge)
        for line in lines:
            self.line([_Piece(0, line)], "center", size, bold, inverse=True)
        self.raster(across, edge)
        self.feed_px(_BAND_SPACE_PX)

    def raster(self, width_px: int, rows: bytes) -> None:
        """GS v 0: a picture at the paper's resolution."""
        stride = (width_px + 7) // 8
        if width_px > self.dots:
            raise ValueError(f"a picture {width_px} dots wide on paper of {self.dots}")
        for start in range(0, len(rows), stride * _FRAGMENT_ROWS_MAX):
            part = rows[start : start + stride * _FRAGMENT_ROWS_MAX]
            head = b"\x1dv0\x00" + stride.to_bytes(2, "little") + (len(part) // stride).to_bytes(2, "little")
            self.out._raw(head + _defuse(part))  # noqa: SLF001 - the library's own way in for raw bytes

    def feed_px(self, px: int) -> None:
        """ESC J: white paper, in dots."""
        self.out._raw(b"\x1bJ" + bytes((min(px, 255),)))  # noqa: SLF001 - as above


def _scale(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _text(slip: _Slip, block: Text) -> None:
    size = _scale(block.size)
    room = slip.dots // (glyphs.CELL_WIDTH * size[0])
    lines: list[str] = []
    for paragraph in re.split(r"\r\n|[\n\r\v\f\u2028\u2029]", block.text):
        lines += glyphs.wrap(glyphs.tidy(paragraph), room, balanced=block.align == "center")
    if not block.inverse:
        for line in lines:
            slip.line([_Piece(0, line)], block.align, size, block.bold, inverse=False)
        return
    padded = []
    for line in lines:
        free = room - glyphs.cells(line)
        before = {"left": min(1, free), "center": free // 2, "right": max(0, free - 1)}[block.align]
        padded.append(" " * before + line + " " * (free - before))
    slip.band(padded, size, block.bold)


def _columns(slip: _Slip, block: Columns) -> None:
    size = _scale(block.size)
    room = slip.dots // (glyphs.CELL_WIDTH * size[0])
    texts = [glyphs.tidy(cell) for cell in block.cells]
    if not texts:
        return
    widest = max(map(glyphs.cells, texts))
    if widest > room:
        for text in texts:
            _text(slip, Text(text, align="center", size=block.size, bold=block.bold))
        return
    per_row = max(1, min(block.per_row, (room + _GAP_CELLS_MIN) // (widest + _GAP_CELLS_MIN), len(texts)))
    pitch = min((room - widest) // (per_row - 1), widest + _GAP_CELLS_MAX) if per_row > 1 else widest
    for start in range(0, len(texts), per_row):
        row = texts[start : start + per_row]
        pieces = [_Piece(i * pitch, " " * (widest - glyphs.cells(text)) + text) for i, text in enumerate(row)]
        whole = (per_row - 1) * pitch + widest
        end = (len(row) - 1) * pitch + widest
        if end < whole:  # the last row keeps the columns of those above
            pieces.append(_Piece(end, " " * (whole - end)))
        slip.line(pieces, "center", size, block.bold, inverse=False)


def _pair(slip: _Slip, block: Pair) -> None:
    size = _scale(block.size)
    room = slip.dots // (glyphs.CELL_WIDTH * size[0])
    left, right = glyphs.tidy(block.left), glyphs.tidy(block.right)
    rights = glyphs.wrap(right, room)
    lefts = glyphs.wrap(left, room)
    if glyphs.cells(lefts[-1]) + 1 + glyphs.cells(rights[0]) > room:
        narrower = room - glyphs.cells(rights[0]) - 1
        lefts = glyphs.wrap(left, narrower) if narrower >= room // 3 else [*lefts, ""]
    for line in lefts[:-1]:
        slip.line([_Piece(0, line)], "left", size, block.bold, inverse=False)
    for i, line in enumerate(rights):
        end = _Piece(room - glyphs.cells(line), line)
        slip.line([_Piece(0, lefts[-1]), end] if i == 0 else [end], "left", size, block.bold, inverse=False)


_RULES: Final = {"thin": (b"\xff", 2), "heavy": (b"\xff", 5), "dotted": (b"\xcc", 2)}


def _rule(slip: _Slip, block: Rule) -> None:
    pattern, thick = _RULES[block.kind]
    slip.feed_px(8)
    slip.want(align="left")
    slip.raster(slip.dots, pattern * (slip.dots // 8) * thick)
    slip.feed_px(12)


def _qr(slip: _Slip, block: Qr) -> None:
    modules = qr_modules(block.data)
    fits = slip.dots // (modules + 2 * _QR_QUIET_MODULES)
    usual = max(3, min(_QR_MODULE_PX_USUAL_MAX, _QR_WIDTH_PX_MAX // modules))
    px = block.module_px or min(usual, fits)
    if not 1 <= px <= fits:
        raise ValueError(f"a QR code of {modules} modules of {px} dots does not fit {slip.dots} dots")
    quiet_px = min(255, _QR_QUIET_MODULES * px)
    slip.want(align="center")
    slip.feed_px(quiet_px)
    slip.out.qr(block.data, ec=_QR_ECLEVEL_M, size=px, model=2, native=True)
    slip.feed_px(quiet_px)


def _put(slip: _Slip, block: Block) -> None:
    match block:
        case Text():
            _text(slip, block)
        case Columns():
            _columns(slip, block)
        case Pair():
            _pair(slip, block)
        case Rule():
            _rule(slip, block)
        case Qr():
            _qr(slip, block)
        case Image():
            slip.want(align="center")
            slip.raster(block.width_px, block.rows)
        case Feed():
            slip.want(line_px=glyphs.CELL_HEIGHT + _LEADING_PX)
            slip.out.print_and_feed(block.lines)
        case Cut():
            slip.out.cut(feed=False)  # GS V 66 0: the printer itself feeds to its cutter


def encode(document: Document, paper_mm: int = 80, job_id: int | None = None) -> bytes:
    """The bytes of a job, from `ESC @` to the cut; with `job_id` also the two questions that confirm it.

    Raises ValueError where a picture, a code or the paper's width (58 or 80) does not fit.
    """
    if paper_mm not in DOTS_BY_PAPER_MM:
        raise ValueError(f"paper of {paper_mm} mm; known are {sorted(DOTS_BY_PAPER_MM)}")
    slip = _Slip(DOTS_BY_PAPER_MM[paper_mm])
    blocks = document.blocks
    for block in blocks if blocks and isinstance(blocks[-1], Cut) else (*blocks, Cut()):
        _put(slip, block)
    job = bytes(slip.out.output)
    if job_id is not None:
        job += b"\x1d(H\x06\x0000" + process_id(job_id) + ASK_IN_ORDER
    return job


Pin3 = Literal["open-low", "open-high", "battery"]
"""What bit 2 of the answer to DLE EOT 1 means. On printers with a drawer connector it is the connector's pin 3: drawers
whose switch closes when they open pull it LOW (most), others let it go HIGH. On mobile printers it says that the battery is
too low to print (Epson, *ePOS-Device XML*, `status`)."""


ReplyKind = Literal["real_time", "in_order", "process_id", "cleared"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a printer: a status byte, or the id in a process id response."""

    kind: ReplyKind
    data: bytes


class Replies:
    """Cuts the stream of a printer's bytes into replies; bytes may come in any pieces.

    Told apart by the bits Epson fixes: real-time status 0xx1xx10, in-order status 0xx0xxxx, automatic status 0xx1xx00
    and three more bytes (left out), blocks from 37h to NUL. Anything else (XON, XOFF, noise) is left out.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies completed by these bytes."""
        self._rest += data
        while self._rest:
            first = self._rest[0]
            if first == 0x37:
                end = self._rest.find(b"\x00")
                if end < 0:
                    if len(self._rest) > _REPLY_BYTES_MAX:
                        self._rest = self._rest[1:]
                        continue
                    return
                block, self._rest = self._rest[: end + 1], self._rest[end + 1 :]
                if block[1] == 0x22 and len(block) == 7:
                    yield Reply("process_id", block[2:6])
                elif block[1] == 0x25:
                    yield Reply("cleared", b"")
            elif first & 0x93 == 0x10:
                if len(self._rest) < 4:
                    return
                self._rest = self._rest[4:]
            else:
                self._rest = self._rest[1:]
                if first & 0x93 == 0x12:
                    yield Reply("real_time", bytes((first,)))
                elif first & 0x90 == 0:
                    yield Reply("in_order", bytes((first,)))


def decode_status(answers: tuple[int, int, int, int]) -> tuple[bool, Paper, Cover, Trouble]:
    """What the answers to DLE EOT 1 to 4 say: on line, paper, cover, trouble."""
    printer, offline, error, roll = answers
    paper: Paper = "out" if roll & 0x60 or offline & 0x20 else "near_end" if roll & 0x0C else "ok"
    cover: Cover = "open" if offline & 0x04 else "closed"
    trouble: Trouble = "none"
    if error & 0x20:
        trouble = "fatal"
    elif error & 0x0C:
        trouble = "cutter"
    elif error & 0x40:
        trouble = "recovering"
    elif offline & 0x40:
        trouble = "fatal"
    return not printer & 0x08, paper, cover, trouble


def decode_pin3(answer: int, pin3: Pin3) -> tuple[Drawer, bool | None]:
    """What the answer to DLE EOT 1 says of the drawer, and of the battery."""
    high = bool(answer & 0x04)
    if pin3 == "battery":
        return "unknown", high
    return ("open" if high == (pin3 == "open-high") else "closed"), None


def says_paper_out(answer: int) -> bool:
    """Whether an answer to GS r 1 says that there is no paper."""
    return bool(answer & 0x0C)
