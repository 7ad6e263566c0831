"""Logos: a picture made fit for a receipt printer: black and white, as wide as the paper, and small.

It is taken apart and made anew, so that nothing of its file but its pixels goes to a kiosk.
"""

from __future__ import annotations

import base64
import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from shared.errors import Refused
from shared.wire import LOGO_BYTES_MAX

UPLOAD_BYTES_MAX: Final = 1024 * 1024
PIXELS_MAX: Final = 8_000_000
WIDTH_MAX: Final = 384
"""Dots of a paper of 58 mm; wider paper shows it in its middle."""
HEIGHT_MAX: Final = 384
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


def _one_bit(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
        if opened.width * opened.height > PIXELS_MAX:
            raise Refused("logo", "The logo has too many pixels.", "Choose a smaller picture.")
        seen = opened.convert("RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    grey = paper.convert("L")
    grey.thumbnail((WIDTH_MAX, HEIGHT_MAX))
    return grey.convert("1")
