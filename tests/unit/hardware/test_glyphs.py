"""Any script as dots on the printer's grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware import glyphs


@given(st.text(max_size=80), st.integers(2, 48), st.booleans())
def test_wrapping_keeps_the_width_and_every_letter(text: str, cells_max: int, balanced: bool) -> None:
    text = glyphs.tidy(text)
    lines = glyphs.wrap(text, cells_max, balanced)
    assert all(glyphs.cells(line) <= cells_max for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_balanced_lines_leave_no_word_alone() -> None:
    text = "You need not be present to win. Claim by 21 Jan 2027."
    assert glyphs.wrap(text, 48)[-1] == "2027."
    assert glyphs.wrap(text, 48, balanced=True)[-1] == "win. Claim by 21 Jan 2027."


def test_arabic_letters_join_and_run_from_right_to_left() -> None:
    """K11: Arabic, with the forms letters take beside each other."""
    assert glyphs.visual("سلام") == ["\ufee1", "\ufefc", "\ufeb3"]
    assert glyphs.visual("بيت") == ["\ufe96", "\ufef4", "\ufe91"]


@pytest.mark.parametrize(
    ("logical", "shown"),
    [
        ("abc", "abc"),
        ("שלום 123", "123 םולש"),
        ("שלום 12.50 (א)", "(א) 12.50 םולש"),
        ("Total שלום 5", "Total 5 םולש"),
        ("Total שלום: x", "Total םולש: x"),
    ],
)
def test_right_to_left_runs_are_turned_and_numbers_are_not(logical: str, shown: str) -> None:
    """K11: Unicode's bidirectional algorithm, as far as receipts need it."""
    assert "".join(glyphs.visual(logical)) == shown


@given(st.text(max_size=40))
def test_turning_round_loses_no_letter(text: str) -> None:
    units = glyphs.visual(glyphs.tidy(text))
    assert all(units)
    if not any("\u0600" <= c <= "\u08ff" or "\ufb1d" <= c <= "\ufefc" for c in text):
        mirrored = str.maketrans("([{<«", ")]}>»")
        assert sorted("".join(units).translate(mirrored)) == sorted(glyphs.tidy(text).translate(mirrored))


@pytest.mark.parametrize("char", "AłřΩЖש日한🎟\u0e44\U000e0100")
def test_every_character_has_ink_of_its_own(char: str) -> None:
    """K11: what no font holds is a box with its code point."""
    drawn = glyphs.glyph(char)
    assert drawn.size == (12 * glyphs.cells(char), 24)
    if glyphs.clusters("x" + char) == ["x", char]:
        assert drawn.getbbox() is not None


def test_two_characters_without_a_font_look_different() -> None:
    boxes = {glyphs.glyph(chr(point)).tobytes() for point in range(0x1F680, 0x1F6A0)}
    assert len(boxes) == 32


@pytest.mark.parametrize("width", [1, 2, 8])
@pytest.mark.parametrize("height", [1, 3, 8])
def test_magnified_glyphs_fill_their_cells(width: int, height: int) -> None:
    picture = Image.new("1", (12 * width * 2, 24 * height), 0)
    assert glyphs.draw(picture, 0, 0, ["Ł", "ę"], width, height, bold=True) == picture.width
    box = picture.getbbox()
    assert box is not None
    assert box[3] - box[1] > 24 * height * 0.6
