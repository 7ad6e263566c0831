"""Lines of text as dots, in any script: for what a printer's own letters lack, and for the virtual printer's letters.

The grid is the printer's: a cell of 12 by 24 dots, wide East Asian characters take two, combining marks none.
Shaping and order of Arabic and Hebrew are done here with Python's Unicode tables, so that every machine draws the same
dots; a character no font holds is drawn as a box with its code point, never as a question mark.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH: Final = 12
CELL_HEIGHT: Final = 24
_FONT_PX: Final = 20
_BASELINE: Final = 19
_GLYPHS_CACHED_MAX: Final = 2_048

_FONTS: Final = Path(__file__).with_name("fonts")
_OWN_REGULAR: Final = (_FONTS / "DejaVuSansMono.ttf", _FONTS / "DejaVuSans.ttf")
_OWN_BOLD: Final = (_FONTS / "DejaVuSansMono-Bold.ttf", _FONTS / "DejaVuSans-Bold.ttf")
_SYSTEM: Final = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "opentype/unifont/unifont.otf",
        "truetype/unifont/unifont.ttf",
        "opentype/noto/NotoSansCJK-Regular.ttc",
        "truetype/droid/DroidSansFallbackFull.ttf",
        "truetype/wqy/wqy-microhei.ttc",
    )
)
"""Fonts with Chinese, Japanese, Korean and more, used where the system has one."""

_ABSENT: Final = "\U0010fffe"
"""A noncharacter: every font draws its 'missing' glyph for it."""


def tidy(text: str) -> str:
    """The text composed (NFC), without control and invisible characters; tabs and odd spaces become plain spaces."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp", "Cc"):
            kept.append(" ")
        elif category not in ("Cf", "Cs"):
            kept.append(char)
    return "".join(kept)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")


def clusters(text: str) -> list[str]:
    """Characters, each with the combining marks that follow it."""
    found: list[str] = []
    for char in text:
        if found and _is_mark(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def cells(text: str) -> int:
    """The width in cells."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c[0]) in "WF" else 1 for c in clusters(text))


def wrap(text: str, cells_max: int, balanced: bool = False) -> list[str]:
    """Lines of at most `cells_max` cells, broken at spaces where possible; words longer than a line are cut.

    Balanced lines are of like length, and no more of them.
    """
    lines = _wrap(text, cells_max)
    if balanced and len(lines) > 1:
        longest = max(map(cells, text.split(" ")))  # a word is not cut where it need not be
        for narrower in range(max(longest, -(-cells(text) // len(lines))), cells_max):
            if len(again := _wrap(text, narrower)) == len(lines):
                return again
    return lines


def _wrap(text: str, cells_max: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= cells_max:
            line = longer
            continue
        if line:
            lines.append(line)
        line = ""
        for cluster in clusters(word):
            if cells(line + cluster) > cells_max:
                lines.append(line)
                line = ""
            line += cluster
    lines.append(line)
    return lines


@cache
def _arabic_forms() -> dict[str, dict[str, str]]:
    """{"initial": {letter: form, …}, …} for single letters and lam-alef pairs, read from Unicode's decompositions."""
    forms: dict[str, dict[str, str]] = {"isolated": {}, "initial": {}, "medial": {}, "final": {}}
    for point in (*range(0xFB50, 0xFBB2), *range(0xFBFC, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, _, letters = unicodedata.decomposition(chr(point)).partition("> ")
        if letters:
            forms[kind[1:]]["".join(chr(int(code, 16)) for code in letters.split())] = chr(point)
    return forms


def _join_arabic(units: list[str]) -> list[str]:
    """Replace Arabic letters (clusters in logical order) by the forms they take beside each other."""
    forms = _arabic_forms()
    merged: list[str] = []
    for unit in units:
        pair = (merged[-1][:1] + unit[:1]) if merged else ""
        if len(pair) == 2 and pair in forms["isolated"]:
            merged[-1] = pair + merged[-1][1:] + unit[1:]
        else:
            merged.append(unit)

    def letters(unit: str) -> str:
        return unit[:2] if unit[:2] in forms["isolated"] else unit[:1]

    def joins_next(unit: str) -> bool:
        return letters(unit) in forms["initial"] or unit[:1] == "\u0640"

    def joins_previous(unit: str) -> bool:
        return letters(unit) in forms["final"] or unit[:1] == "\u0640"

    joined: list[str] = []
    for i, unit in enumerate(merged):
        key = letters(unit)
        before = i > 0 and joins_next(merged[i - 1]) and joins_previous(unit)
        after = joins_next(unit) and i + 1 < len(merged) and joins_previous(merged[i + 1])
        kind = ("medial" if after else "final") if before else ("initial" if after else "isolated")
        joined.append(forms[kind].get(key, key) + unit[len(key) :])
    return joined


_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def _levels(units: list[str]) -> list[int]:
    """Embedding levels after the Unicode bidirectional algorithm, without explicit marks (tidy removed them)."""
    classes = [unicodedata.bidirectional(unit[0]) for unit in units]
    for i in range(1, len(classes) - 1):  # a separator within a number belongs to it (rule W4)
        if classes[i] in ("CS", "ES") and classes[i - 1] == classes[i + 1] == "EN":
            classes[i] = "EN"
    for i in (*range(1, len(classes)), *range(len(classes) - 2, -1, -1)):  # so do its % and currency (W5)
        if classes[i] == "ET" and "EN" in classes[max(0, i - 1) : i + 2]:
            classes[i] = "EN"
    kinds: list[str] = []
    strong = ""
    for one in classes:
        kind = one
        if kind in ("R", "AL"):
            kind = strong = "R"
        elif kind == "L":
            strong = "L"
        elif kind in ("EN", "AN"):
            kind = "N" if strong == "R" or kind == "AN" else "L"
        else:
            kind = "?"
        kinds.append(kind)
    base = next((k for k in kinds if k in "LR"), "L")
    level_of = {"L": 0, "R": 1, "N": 2} if base == "L" else {"L": 2, "R": 1, "N": 2}
    levels = []
    for i, kind in enumerate(kinds):
        if kind == "?":
            before = next((k for k in reversed(kinds[:i]) if k != "?"), base).replace("N", "R")
            after = next((k for k in kinds[i:] if k != "?"), base).replace("N", "R")
            kind = before if before == after else base  # noqa: PLW2901 - a neutral takes its neighbours' direction
        levels.append(level_of[kind])
    return levels


def visual(text: str) -> list[str]:
    """Clusters from left to right as they stand on paper: Arabic joined, right-to-left runs turned round."""
    units = clusters(text)
    if not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text):
        return units
    units = _join_arabic(units)
    levels = _levels(units)
    shown = [u.translate(_MIRRORED) if level % 2 else u for u, level in zip(units, levels, strict=True)]
    for threshold in range(max(levels), 0, -1):
        i = 0
        while i < len(levels):
            j = i
            while j < len(levels) and levels[j] >= threshold:
                j += 1
            shown[i:j] = reversed(shown[i:j])
            levels[i:j] = reversed(levels[i:j])
            i = j + 1
    return shown


@cache
def _font(path: Path, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, px, layout_engine=ImageFont.Layout.BASIC)


@cache
def _system_fonts() -> tuple[Path, ...]:
    return tuple(path for path in _SYSTEM if path.exists())


@lru_cache(maxsize=_GLYPHS_CACHED_MAX)
def _font_holding(char: str, bold: bool) -> Path | None:
    for path in (*(_OWN_BOLD if bold else _OWN_REGULAR), *_system_fonts()):
        font = _font(path, _FONT_PX)
        mask, absent = font.getmask(char), font.getmask(_ABSENT)
        if mask.size != absent.size or bytes(mask) != bytes(absent):
            return path
    return None


_HEX_DIGITS: Final = [
    "75557",
    "26227",
    "71747",
    "71717",
    "55711",
    "74717",
    "74757",
    "71111",
    "75757",
    "75717",
    "25755",
    "65656",
    "74447",
    "65556",
    "74647",
    "74644",
]
"""Digits of 3 by 5 dots: a row of three bits to each figure."""


def _code_point_box(char: str, width: int, height: int) -> Image.Image:
    """A frame holding the code point in small digits: nothing is lost, even without any font for it."""
    box = Image.new("1", (width, height), 0)
    ImageDraw.Draw(box).rectangle((1, 1, width - 2, height - 2), outline=1)
    dots = box.load()
    if dots is None:
        raise AssertionError("a new picture has dots")
    for i, digit in enumerate(f"{ord(char):04X}"):
        left, top = width // 2 - 3 + 4 * (i % 2), 3 + 6 * (i // 2)
        for y, row in enumerate(_HEX_DIGITS[int(digit, 16)]):
            for x in range(3):
                if int(row) >> (2 - x) & 1:
                    dots[left + x, top + y] = 1
    return box


@lru_cache(maxsize=_GLYPHS_CACHED_MAX)
def glyph(cluster: str, width: int = 1, height: int = 1, bold: bool = False) -> Image.Image:
    """One cluster magnified `width` by `height` (1 to 8), as dots in its cell or two; 1 is ink. Do not draw on it."""
    count = cells(cluster)
    scale = max(width, height)
    cell = (CELL_WIDTH * count * scale, CELL_HEIGHT * scale)
    drawn = Image.new("1", cell, 0)
    pen = ImageDraw.Draw(drawn)
    for char in cluster:
        path = _font_holding(char, bold)
        if path is None:
            if not _is_mark(char):
                box = _code_point_box(char, CELL_WIDTH * count, CELL_HEIGHT)
                drawn.paste(box.resize(cell, Image.Resampling.NEAREST), (0, 0))
            continue
        font = _font(path, _FONT_PX * scale)
        advance = font.getlength(char)
        if advance > cell[0] + 1:
            font = _font(path, int(_FONT_PX * scale * cell[0] / advance))
            advance = font.getlength(char)
        left = 0.0 if path in (_OWN_REGULAR[0], _OWN_BOLD[0]) else (cell[0] - advance) / 2
        pen.text((round(left), _BASELINE * scale), char, fill=1, font=font, anchor="ls")
    wanted = (CELL_WIDTH * count * width, CELL_HEIGHT * height)
    if wanted != cell:
        drawn = (
            drawn.convert("L")
            .resize(wanted, Image.Resampling.BOX)
            .point(lambda v: 255 if v > 127 else 0)
            .convert("1")
        )
    return drawn


def draw(onto: Image.Image, x: int, y: int, units: list[str], width: int, height: int, bold: bool) -> int:
    """Draw clusters in visual order with the cell's top left at (x, y); the x behind the last is returned."""
    for unit in units:
        if unit != " ":
            onto.paste(1, (x, y), glyph(unit, width, height, bold))
        x += CELL_WIDTH * width * cells(unit)
    return x
