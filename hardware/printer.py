"""The vocabulary of printing: what a slip is, how a printer is, and what became of a job.

A failed print is a value, not an exception: `PrintResult` is a closed union, and "unknown" is one of its members,
because no answer from a printer never means that all is well.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self

from PIL import Image as Picture

Align = Literal["left", "center", "right"]
Size = int | tuple[int, int]

DOTS_BY_PAPER_MM: Final = {58: 384, 80: 576}
"""Printable dots across, at 203 dots per inch, by width of the paper in millimetres."""

SIZE_MAX: Final = 8
FEED_LINES_MAX: Final = 255
TEXT_CHARS_MAX: Final = 4_000
QR_BYTES_MAX: Final = 1_200
QR_MODULE_PX_MAX: Final = 16
IMAGE_HEIGHT_MAX: Final = 1_200


def _check_size(size: Size) -> None:
    width, height = (size, size) if isinstance(size, int) else size
    if not (1 <= width <= SIZE_MAX and 1 <= height <= SIZE_MAX):
        raise ValueError(f"size is {size}; width and height must be 1 to {SIZE_MAX}")


@dataclass(frozen=True, slots=True)
class Text:
    """Words in any script, wrapped at the paper's width; a newline in them starts a new line.

    `size` magnifies: a number for both ways or (width, height), each 1 to 8. An inverse text is white on a black band.
    """

    text: str
    align: Align = "left"
    size: Size = 1
    bold: bool = False
    inverse: bool = False

    def __post_init__(self) -> None:
        _check_size(self.size)
        if len(self.text) > TEXT_CHARS_MAX:
            raise ValueError(f"a text of {len(self.text)} characters; the limit is {TEXT_CHARS_MAX}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Short texts of equal weight (draw numbers) in centred columns; at most `per_row`, fewer where they do not fit."""

    cells: tuple[str, ...]
    per_row: int = 3
    size: Size = 2
    bold: bool = True

    def __init__(
        self, cells: "list[str] | tuple[str, ...]", per_row: int = 3, size: Size = 2, bold: bool = True
    ) -> None:
        _check_size(size)
        if per_row < 1:
            raise ValueError("per_row must be 1 or more")
        if sum(map(len, cells)) > TEXT_CHARS_MAX:
            raise ValueError(f"more than {TEXT_CHARS_MAX} characters in one block of columns")
        object.__setattr__(self, "cells", tuple(cells))
        object.__setattr__(self, "per_row", per_row)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "bold", bold)


@dataclass(frozen=True, slots=True)
class Pair:
    """A label on the left and a value on the right of one line; where both do not fit the label wraps above."""

    left: str
    right: str
    bold: bool = False
    size: Size = 1

    def __post_init__(self) -> None:
        _check_size(self.size)
        if len(self.left) + len(self.right) > TEXT_CHARS_MAX:
            raise ValueError(f"a pair of more than {TEXT_CHARS_MAX} characters")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    kind: Literal["thin", "heavy", "dotted"] = "thin"


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred, error correction level M; `module_px` dots to a module, or the largest sensible that fits."""

    data: str
    module_px: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.data.encode()) <= QR_BYTES_MAX:
            raise ValueError(f"a QR code holds 1 to {QR_BYTES_MAX} bytes here")
        if self.module_px is not None and not 1 <= self.module_px <= QR_MODULE_PX_MAX:
            raise ValueError(f"module_px must be 1 to {QR_MODULE_PX_MAX}")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in black and white (a logo), centred: rows of (width + 7) // 8 bytes, most significant bit left, 1 = black."""

    width_px: int
    rows: bytes

    def __post_init__(self) -> None:
        stride = (self.width_px + 7) // 8
        if self.width_px < 1 or not self.rows or len(self.rows) % stride:
            raise ValueError("rows must be one or more whole rows of (width_px + 7) // 8 bytes")
        if self.height_px > IMAGE_HEIGHT_MAX:
            raise ValueError(f"a picture {self.height_px} dots high; the limit is {IMAGE_HEIGHT_MAX}")

    @property
    def height_px(self) -> int:
        """Rows of dots."""
        return len(self.rows) // ((self.width_px + 7) // 8)

    @classmethod
    def from_file(cls, data: bytes, width_px_max: int = 320) -> Self:
        """From the bytes of a PNG or JPEG: transparent becomes white, greys are dithered, wider than the limit shrinks.

        Raises ValueError when these bytes are no picture Pillow can read.
        """
        try:
            with Picture.open(io.BytesIO(data)) as opened:
                picture = opened.convert("RGBA")
        except (OSError, Picture.DecompressionBombError) as e:
            raise ValueError(f"not a picture: {e}") from e
        paper = Picture.new("RGBA", picture.size, "white")
        grey = Picture.alpha_composite(paper, picture).convert("L")
        if grey.width > width_px_max:
            height = max(1, round(grey.height * width_px_max / grey.width))
            grey = grey.resize((width_px_max, height), Picture.Resampling.LANCZOS)
        inverted = grey.convert("1").point(lambda level: 0 if level else 255)
        return cls(inverted.width, inverted.tobytes())


@dataclass(frozen=True, slots=True)
class Feed:
    """White paper: so many lines of normal height."""

    lines: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.lines <= FEED_LINES_MAX:
            raise ValueError(f"lines must be 1 to {FEED_LINES_MAX}")


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the cutter and cut."""


Block = Text | Columns | Pair | Rule | Qr | Image | Feed | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """A slip: blocks from top to bottom. It ends with a cut even where its blocks do not."""

    blocks: tuple[Block, ...]

    def __init__(self, blocks: "list[Block] | tuple[Block, ...]") -> None:
        object.__setattr__(self, "blocks", tuple(blocks))


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


class DeviceError(Exception):
    """The environment's fault, for the person in front of the device: `fact` says what is wrong, `advice` what to do.

    `code` names it for programs, `sent_bytes` tells how much of a write had gone out before it.
    """

    def __init__(self, code: str, fact: str, advice: str = "", sent_bytes: int = 0) -> None:
        super().__init__(_sentences(fact, advice))
        self.code = code
        self.fact = fact
        self.advice = advice
        self.sent_bytes = sent_bytes

    @property
    def words(self) -> str:
        """Fact and advice, one behind the other."""
        return _sentences(self.fact, self.advice)


Paper = Literal["ok", "near_end", "out", "unknown"]
Cover = Literal["closed", "open", "unknown"]
Trouble = Literal["none", "cutter", "recovering", "fatal", "unknown"]
Link = Literal["ok", "silent", "disconnected"]
Drawer = Literal["open", "closed", "unknown"]
Reason = Literal[
    "disconnected",
    "silent",
    "cover_open",
    "paper_out",
    "cutter",
    "fatal",
    "recovering",
    "battery_low",
    "offline",
]

TOLD: Final[dict[str, tuple[str, str]]] = {
    "disconnected": ("The printer cannot be reached.", "Check its power and its cable."),
    "silent": (
        "The printer does not answer.",
        "Check that it is switched on; if it is, switch it off and on again.",
    ),
    "cover_open": ("The printer's cover is open.", "Close it until it clicks."),
    "paper_out": ("The printer is out of paper.", "Put in a new roll and close the cover."),
    "cutter": (
        "The printer's cutter is stuck.",
        "Open the cover, take out the jammed paper and close it.",
    ),
    "fatal": (
        "The printer reports a fault that it cannot recover from.",
        "Switch it off and on; if the fault stays, replace it.",
    ),
    "recovering": (
        "The printer is pausing: its print head is hot or its voltage is low.",
        "It goes on by itself.",
    ),
    "battery_low": ("The printer's battery is empty.", "Put it on its charger, or change the battery."),
    "offline": ("The printer is off line.", "Press its feed button once, or switch it off and on."),
    "timeout": ("The printer did not say that it has finished.", ""),
    "held": (
        "The printer still holds an unfinished ticket and does not let go of it.",
        "Switch it off and on again, then tear off what has come out. If this comes again, replace the printer.",
    ),
    "near_end": ("The paper is nearly used up.", "Have a new roll at hand."),
    "ready": ("The printer is ready.", ""),
}
"""What each code of a status or a result says: the fact, and what to do about it."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """How a printer was when it last answered; what it did not say is unknown.

    `answered_at` is `time.monotonic()` of its last answer, None if it has not answered.
    `detail` is for the log: the operating system's words when it cannot be reached.
    """

    online: bool | None = None
    paper: Paper = "unknown"
    cover: Cover = "unknown"
    error: Trouble = "unknown"
    link: Link = "silent"
    answered_at: float | None = None
    detail: str = ""
    drawer: Drawer = "unknown"
    """The cash drawer at its connector, where the printer's third pin tells (see `escpos.Pin3`)."""
    battery_low: bool | None = None
    """None where it has no battery, or does not tell."""

    @property
    def reason(self) -> Reason | None:
        """The first thing that keeps it from printing, None if nothing does."""
        if self.link != "ok":
            return self.link
        if self.cover == "open":
            return "cover_open"
        if self.paper == "out":
            return "paper_out"
        if self.battery_low:
            return "battery_low"
        if self.error in ("cutter", "fatal", "recovering"):
            return self.error
        if self.online is None or "unknown" in (self.paper, self.cover, self.error):
            return "silent"
        return None if self.online else "offline"

    @property
    def ready(self) -> bool:
        """It has answered every question, and nothing keeps it from printing."""
        return self.reason is None

    @property
    def code(self) -> str:
        """What there is to say of it, a key of `TOLD`: its `reason`, else `near_end` or `ready`."""
        return self.reason or ("near_end" if self.paper == "near_end" else "ready")

    @property
    def fact(self) -> str:
        """One sentence: how it is."""
        return TOLD[self.code][0]

    @property
    def advice(self) -> str:
        """What to do about it, empty where nothing is to do."""
        return TOLD[self.code][1]

    def words(self) -> str:
        """Fact and advice, one behind the other."""
        return _sentences(self.fact, self.advice)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The printer itself said, after the cut, that it has printed all of it; `how` names the command that asked."""

    how: Literal["GS ( H", "GS r"]
    whole: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Failed:
    """Certain: nothing of this job came out. `reason` is a code; the operator is told the fact and what to do."""

    reason: str
    fact: str
    advice: str = ""
    whole: Literal[False] = False

    @property
    def words(self) -> str:
        """Fact and advice, one behind the other."""
        return _sentences(self.fact, self.advice)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes were sent and no confirmation came: all, some or nothing is on paper, and a person must look."""

    reason: str
    fact: str
    advice: str = ""
    whole: None = None

    @property
    def words(self) -> str:
        """Fact and advice, one behind the other."""
        return _sentences(self.fact, self.advice)


@dataclass(frozen=True, slots=True)
class Kicked:
    """The pulse for the cash drawer went out; `drawer` is what its switch said then."""

    drawer: Drawer


PrintResult = Confirmed | Failed | Unknown
JobState = Literal["sending", "sent"]
OnState = Callable[[JobState], None]


def ignore_state(_state: JobState) -> None:
    """Ignore a job's states: for those who only want the result."""


class Printer(Protocol):
    """A printer, owned by one thread at a time; every call returns within its stated time."""

    def print(self, document: Document, job_id: int, on_state: OnState = ignore_state) -> PrintResult:
        """Print, wait for the printer's word, and say what became of it.

        `on_state("sending")` is called before the first byte leaves (if it raises, none does), `on_state("sent")` when
        the last one has. Jobs that follow each other need different ids. Raises ValueError for a document that does
        not fit the paper; the device's own misfortunes are results, never exceptions.
        """
        ...

    def status(self) -> PrinterStatus:
        """Ask now; reconnects if need be."""
        ...

    def kick(self) -> Kicked | Failed:
        """Open the cash drawer at the printer's connector; also without paper and with an open cover."""
        ...

    def clear(self) -> bool:
        """Throw away what the printer still holds; True if the printer has said that it did."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a printer may take, in seconds."""

    connect_s_max: float = 2.0
    status_s_max: float = 0.5
    write_s_max: float = 15.0
    confirm_s_max: float = 15.0
    silence_s_max: float = 6.0
    silence_told_s: float = 0.9
    """While it prints a printer may be slow to answer: so long before it is said not to."""
    drawer_s_max: float = 0.6
    """How long a kicked drawer may take to show that it is open."""
    clear_s_max: float = 1.0
    trouble_grace_s: float = 0.3
    """After bad news the confirmation may already be on its way for this long."""
    poll_s: float = 0.25
    """How often a printer is asked how it is while its confirmation is awaited."""
    settle_s: float = 0.25
    """Silence after which nothing old is on its way any more; more than TCP's delayed acknowledgement (0.2)."""
