"""Logos: whatever picture comes, what goes to a kiosk is small, black and white, and as wide as the paper."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from shared.errors import Refused
from shared.wire import LOGO_BYTES_MAX
from syncserver import logos


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def opened(made: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(made)), formats=("PNG",))


def test_a_logo_becomes_one_bit_a_pixel_and_as_wide_as_the_paper() -> None:
    """N5: what is see-through is paper."""
    picture = Image.new("RGBA", (1_000, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((300, 0, 700, 399), fill=(200, 0, 0, 255))
    made = logos.fit(png(picture))
    assert len(base64.b64decode(made)) <= LOGO_BYTES_MAX
    shown = opened(made)
    assert (shown.mode, shown.size) == ("1", (384, 154))
    assert shown.getpixel((0, 0)) == 255
    assert 0 in shown.crop((150, 50, 230, 100)).tobytes()


def test_a_small_logo_stays_as_large_as_it_is() -> None:
    assert opened(logos.fit(png(Image.new("L", (100, 40), 0)))).size == (100, 40)


@pytest.mark.parametrize(("ink", "plate"), [(10, 255), (250, 35)])
def test_a_clear_logo_on_a_page_stands_on_a_plate_that_it_shows_against(ink: int, plate: int) -> None:
    """O11: pages are light or dark as their reader has them."""
    drawn = Image.new("RGBA", (800, 300), (ink, ink, ink, 0))
    ImageDraw.Draw(drawn).rectangle((200, 75, 600, 225), fill=(ink, ink, ink, 255))
    with Image.open(io.BytesIO(base64.b64decode(logos.small(png(drawn))))) as made:
        grey = made.convert("L")
    assert grey.width <= logos.PAGE_WIDTH_MAX
    assert grey.height <= logos.PAGE_HEIGHT_MAX
    assert grey.getpixel((grey.width // 2, grey.height // 2)) == pytest.approx(ink, abs=8)
    assert grey.getpixel((1, 1)) == pytest.approx(plate, abs=8)


def test_a_logo_that_fills_its_picture_needs_no_plate_and_one_of_nothing_is_none_to_fail_at() -> None:
    """O11."""
    for mode, size in (("RGB", (320, 80)), ("RGBA", (320, 92))):
        made = logos.small(png(Image.new(mode, (1_200, 300))))
        with Image.open(io.BytesIO(base64.b64decode(made))) as shown:
            assert shown.size == size


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"),
        (b"GIF89a", "no picture"),
        (png(Image.new("L", (50, 50)))[:60], "no picture"),
        (bytes(logos.UPLOAD_BYTES_MAX + 1), "at most 1024 kB"),
        (png(Image.new("1", (4_000, 4_000))), "too many pixels"),
    ],
)
def test_a_bad_picture_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        logos.fit(data)


def test_a_logo_of_nothing_but_details_is_refused() -> None:
    """What cannot be made small enough for a ticket is said to be so."""
    with pytest.raises(Refused, match="too many details"):
        logos.fit(png(Image.effect_noise((384, 384), 120)))


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 200), garbage=st.binary(max_size=40))
def test_no_bytes_do_anything_but_get_refused_or_made_anew(cut: int, garbage: bytes) -> None:
    """Z3."""
    good = png(Image.new("L", (20, 20), 90))
    try:
        logos.fit(good[:cut] + garbage + good[cut + len(garbage) :])
    except Refused as e:
        assert e.code == "logo"  # noqa: PT017 - either is right
