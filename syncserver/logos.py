"""Logos: a picture made fit for a receipt printer (black and white, as wide as the paper), or for the head of a page.

It is taken apart and made anew, so that nothing of its file but its pixels goes further.
"""

from __future__ import annotations

import base64
import io
from typing import Final

from PIL import Image, ImageChops, ImageStat, UnidentifiedImageError

from shared.errors import Refused
from shared.wire import LOGO_BYTES_MAX

UPLOAD_BYTES_MAX: Final = 1024 * 1024
PIXELS_MAX: Final = 8_000_000
WIDTH_MAX: Final = 384
"""Dots of a paper of 58 mm; wider paper shows it in its middle."""
HEIGHT_MAX: Final = 384
PAGE_WIDTH_MAX: Final = 320
PAGE_HEIGHT_MAX: Final = 96
"""Of a logo at the head of a page, where it stands half as large."""
QUALITY: Final = 85
OPAQUE: Final = 255
"""Of a pixel's alpha."""
PLATE_MARGIN: Final = 8
PLATE_DARK: Final = "#1b232d"
BRIGHT: Final = 170
"""Of 255: a logo that is lighter than this on the average is hard to see on white."""
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError, UnidentifiedImageError)
"""What Pillow raises for files that are no pictures, or only half of one."""


def fit(data: bytes) -> str:
    """The PNG in ``data`` with one bit a pixel, at most 384 wide and high, in base 64 as catalogs hold it.

    ``Refused`` (``logo``) where it is none, broken or far too large. Its size is read before its pixels.
    """
    if len(data) > UPLOAD_BYTES_MAX:
        raise Refused(
            "logo", f"A logo has at most {UPLOAD_BYTES_MAX // 1024} kB.", "Choose a smaller picture."
        )
    try:
        made = _one_bit(data)
    except _BROKEN as e:
        raise Refused("logo", "The logo is no picture that can be printed.", "Choose a PNG.") from e
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > LOGO_BYTES_MAX:
        raise Refused(
            "logo", "The logo has too many details for a ticket.", "Choose one of few lines and large areas."
        )
    return base64.b64encode(out.getvalue()).decode()


def small(data: bytes) -> str:
    """The PNG, JPEG or WebP in ``data`` in its colours, as a WebP small enough for the head of a page, in base 64.

    ``Refused`` (``logo``) where it is none, broken or far too large.
    """
    if len(data) > UPLOAD_BYTES_MAX:
        raise Refused(
            "logo", f"A logo has at most {UPLOAD_BYTES_MAX // 1024} kB.", "Choose a smaller picture."
        )
    try:
        seen = _opened(data, ("PNG", "JPEG", "WEBP"))
    except _BROKEN as e:
        raise Refused(
            "logo", "The logo is no picture that can be shown.", "Choose a PNG, a JPEG or a WebP."
        ) from e
    # Pixels alone: what else the file said hangs on the image's info.
    plain = _on_a_plate(seen)
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY)
    return base64.b64encode(out.getvalue()).decode()


def _on_a_plate(seen: Image.Image) -> Image.Image:
    """The picture, small; one that lets the page through on a plate that it shows against.

    Pages are light or dark as their reader has them, and most logos are drawn for one of the two.
    """
    clear = ImageStat.Stat(seen.getchannel("A")).extrema[0][0] < OPAQUE
    margin = PLATE_MARGIN if clear else 0
    seen.thumbnail((PAGE_WIDTH_MAX - 2 * margin, PAGE_HEIGHT_MAX - 2 * margin))
    alpha = seen.getchannel("A")
    light = ImageStat.Stat(ImageChops.multiply(seen.convert("L"), alpha)).mean[0]
    bright = clear and light * OPAQUE > BRIGHT * ImageStat.Stat(alpha).mean[0]
    plate = Image.new(
        "RGB", (seen.width + 2 * margin, seen.height + 2 * margin), PLATE_DARK if bright else "white"
    )
    plate.paste(seen, (margin, margin), seen)
    return plate


def _opened(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=formats) as opened:
        if opened.width * opened.height > PIXELS_MAX:
            raise Refused("logo", "The logo has too many pixels.", "Choose a smaller picture.")
        return opened.convert("RGBA")


def _one_bit(data: bytes) -> Image.Image:
    seen = _opened(data, ("PNG",))
    paper = Image.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    grey = paper.convert("L")
    grey.thumbnail((WIDTH_MAX, HEIGHT_MAX))
    return grey.convert("1")
