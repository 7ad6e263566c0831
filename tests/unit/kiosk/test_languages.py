"""What the kiosk says in other languages: the translation files, and a window that changes under one's hands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import pytest
from pytestqt.qtbot import QtBot

from kiosk.ui import Screens, languages, translate
from kiosk.ui.drive import items
from kiosk.ui.languages import HERE
from kiosk.ui.translate import CODES, collect, compiled, messages, problems, templates, unfinished
from kiosk.words import Phrase, phrase, said
from tests.unit.kiosk.ui_engine import VIEW, ScriptedEngine


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_in_the_translators_files_with_its_fields(code: str) -> None:
    """K17: nothing new is forgotten, nothing old is carried along, no field is lost, what is compiled is current.

    Where this fails, run ``make translations``, translate what is new, and run it again.
    """
    assert problems(code) == []


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_to_the_translators(code: str) -> None:
    """K17: a screen is in one language, never half in English."""
    assert unfinished(code) == []


def test_a_template_that_is_put_together_is_found_out(tmp_path: Path) -> None:
    """A sentence made at run time could be in no file."""
    (tmp_path / "one.py").write_text('a = phrase(f"{n} sales")\n')
    with pytest.raises(ValueError, match=r"one\.py:1"):
        templates(tmp_path)
    (tmp_path / "one.py").write_text(
        'a = phrase("{n} sales" " wait", n=1)\nb = phrase("{a}: {b}", a=1, b=2)\n'
    )
    assert templates(tmp_path) == ["{n} sales wait"]


@pytest.fixture
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The translators' files in a folder of their own."""
    for ts in HERE.glob("*.ts"):
        shutil.copy(ts, tmp_path)
    for module in (languages, translate):
        monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(languages, "_said", {languages.SOURCE: str})
    return tmp_path


def write(folder: Path, code: str, source: str, translation: str) -> None:
    """A translator has translated this, wherever it is said."""
    ts = folder / f"kiosk_{code}.ts"
    text = ts.read_text(encoding="utf-8")
    before, found, after = text.partition(f"<source>{source}</source>")
    assert found, f"nobody says {source!r}"
    _, _, after = after.partition("</translation>")
    ts.write_text(f"{before}{found}<translation>{translation}</translation>{after}", encoding="utf-8")
    compiled(ts, ts.with_suffix(".qm"))


def test_a_translation_that_loses_a_field_is_found_out(own_files: Path) -> None:
    write(own_files, "fr", "{n} numbers left", "Plus que quelques numéros")
    assert [p for p in problems("fr") if "other fields" in p] == [
        "kiosk: other fields: '{n} numbers left' -> 'Plus que quelques numéros'"
    ]
    (own_files / "kiosk_fr.qm").write_bytes(b"")
    assert "kiosk_fr.qm is not what kiosk_fr.ts compiles to" in problems("fr")


def test_what_a_translator_wrote_stays_when_new_texts_are_collected(own_files: Path) -> None:
    write(own_files, "es", "Yes, %1 or older", "Sí, %1 o más")
    collect(own_files / "kiosk_es.ts", "es")
    assert ("Age", "Yes, %1 or older", ["Sí, %1 o más"], True) in list(messages(own_files / "kiosk_es.ts"))


def test_python_s_sentences_are_said_in_the_language_and_in_english_where_it_has_none(
    own_files: Path,
) -> None:
    """K17: one file for the screens' texts and the program's sentences; parts are said too."""
    write(own_files, "fr", "Closes in {span}", "Ferme dans {span}")
    write(own_files, "fr", "{n} min", "{n} minutes")
    made = phrase("Closes in {span}", span=phrase("{n} min", n=12))
    assert said({"a": [made]}, languages.say_in("fr")) == {"a": ["Ferme dans 12 minutes"]}
    assert said(made, languages.say_in("es")) == "Closes in 12 min"
    assert said(phrase("Nobody ever said this."), languages.say_in("fr")) == "Nobody ever said this."
    assert not isinstance(said(made, languages.say_in("en")), Phrase)


def test_a_language_that_is_written_anew_in_its_place_goes_on_being_spoken(own_files: Path) -> None:
    """K17: Qt would map the file, and end the kiosk with the first sentence that it no longer holds."""
    write(own_files, "fr", "Closes in {span}", "Ferme dans {span}")
    speaks = languages.translator("fr")
    assert speaks is not None
    with (own_files / "kiosk_fr.qm").open("r+b") as file:
        file.truncate(0)
    assert speaks.translate("kiosk", "Closes in {span}") == "Ferme dans {span}"


def test_the_window_changes_its_language_at_once_and_back(
    qtbot: QtBot, own_files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """K17: chosen by operator or buyer, on whatever screen they are."""
    write(own_files, "fr", "No, back to the basket", "Non, retour au panier")
    for code in ("fr", "es"):
        compiled(own_files / f"kiosk_{code}.ts", own_files / f"kiosk_{code}.qm")
    engine = ScriptedEngine("age", language="fr")
    screens = Screens(engine, "light", (1280, 800))
    try:
        screens.show(full=False)
        screens.journey.start()

        def shown() -> object:
            return items(screens.window)["age_no"].property("text")

        qtbot.waitUntil(lambda: "age_no" in items(screens.window))
        assert shown() == "Non, retour au panier", "a kiosk set to French begins in it"
        engine.show(language="en")
        qtbot.waitUntil(lambda: shown() == "No, back to the basket")
        engine.show(language="fr", look=VIEW["look"] | {"theme": "dark"})
        qtbot.waitUntil(lambda: shown() == "Non, retour au panier")
        assert screens.journey.property("theme") == "dark"
        (own_files / "kiosk_es.qm").unlink()
        engine.show(language="es")
        qtbot.waitUntil(lambda: shown() == "No, back to the basket")
        assert "translations for es cannot be read" in caplog.text
    finally:
        screens.journey.stop()
        screens.close()
