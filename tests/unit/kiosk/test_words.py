"""Sentences that change their language after they were made."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.words import Phrase, joined, phrase, said
from shared.errors import Refused

FRENCH = {
    "{n} left": "il en reste {n}",
    "Printer": "Imprimante",
    "Call the office.": "Appelez le bureau.",
}


def french(template: str) -> str:
    return FRENCH.get(template, template)


def test_a_phrase_is_its_english_sentence_until_it_is_said() -> None:
    """K17: three languages."""
    left = phrase("{n} left", n=5)
    assert left == "5 left"
    assert said(left, french) == "il en reste 5"
    assert type(said(left, french)) is str
    assert Refused("few", left).message is left
    assert msgspec.json.encode(str(left)) == b'"5 left"'


def test_phrases_in_phrases_lists_and_dicts_are_all_said_and_the_rest_stays() -> None:
    """K17"""
    view = {
        "rows": [{"label": phrase("Printer"), "value": 3}, {"label": "Anna", "value": None}],
        "toast": joined(phrase("{n} left", n=2), "", phrase("Call the office.")),
        "pair": (phrase("{device}: {words}", device=phrase("Printer"), words="x {y}"), True),
    }
    assert view["toast"] == "2 left Call the office."
    assert said(view, french) == {
        "rows": [{"label": "Imprimante", "value": 3}, {"label": "Anna", "value": None}],
        "toast": "il en reste 2 Appelez le bureau.",
        "pair": ("Imprimante: x {y}", True),
    }


def test_joining_one_sentence_gives_that_sentence_and_none_gives_nothing() -> None:
    """K17"""
    one = phrase("Printer")
    assert joined("", one) is one
    assert joined("", "") == ""


def test_only_what_has_words_is_looked_up() -> None:
    """K17: a template of fields alone is in no translation."""
    asked: list[str] = []

    def note(template: str) -> str:
        asked.append(template)
        return template

    said(Phrase("{a} {b}", {"a": "x", "b": "y"}), note)
    assert asked == []
    said(Phrase("{a} of {b}", {"a": 1, "b": 2}), note)
    assert asked == ["{a} of {b}"]


def test_a_sentence_whose_part_is_missing_is_a_defect() -> None:
    """K17"""
    with pytest.raises(KeyError):
        phrase("{n} left", m=5)
