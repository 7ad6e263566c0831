"""The screens behind the counter: shift and cash, tickets that come back, upkeep, and what stands in the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QRect, QTranslator
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from kiosk.flow import Flow
from kiosk.ui import MAIN
from kiosk.ui.drive import items
from tests.unit.kiosk.test_ui import CONTRAST_MIN, Window, faults, ground, is_written, luminance, painted
from tests.unit.kiosk.ui_back import BACK_SCREENS, BACK_TROUBLES
from tests.unit.kiosk.ui_engine import SIZES, THEMES, TROUBLES, VIEW, in_language

OLDER = ("starting", "blocked", "enrol", "lookup", "void", "claim", "sync", "closed")
MINE: dict[str, dict[str, Any]] = (
    {name: {"screen": name} for name in (*OLDER, *BACK_SCREENS)}
    | {name: view for name, view in TROUBLES.items() if name.split()[0] in OLDER}
    | BACK_TROUBLES
)


def wordy(folder: Path) -> Path:
    """A translation file of a language that takes a third more room than English."""
    listed, compiled = folder / "wordy.ts", folder / "wordy.qm"
    tools = Path(sys.executable).parent
    screens = [str(path) for path in sorted(MAIN.parent.rglob("*.qml"))]
    subprocess.run([tools / "pyside6-lupdate", *screens, "-ts", listed], check=True, capture_output=True)
    tree = ET.parse(listed)
    for message in tree.iter("message"):
        source, translation = message.findtext("source") or "", message.find("translation")
        assert translation is not None
        translation.attrib.pop("type", None)
        more = source + (" de plus en plus de mots" if " " in source else "mente")[: max(2, len(source) // 3)]
        if message.get("numerus") == "yes":
            for form in list(translation):
                translation.remove(form)
            for _ in range(2):
                ET.SubElement(translation, "numerusform").text = more
        else:
            translation.text = more
    tree.getroot().set("language", "fr")
    tree.write(listed, encoding="utf-8", xml_declaration=True)
    subprocess.run([tools / "pyside6-lrelease", listed, "-qm", compiled], check=True, capture_output=True)
    return compiled


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    opened = Window(qtbot, "shift")
    yield opened
    opened.close()


def differing(place: str, recorded: Any, real: Any) -> list[str]:
    """The keys that only one of two views has; a list is known by its first row."""
    if isinstance(recorded, list) and isinstance(real, list):
        return differing(place + "[]", recorded[0], real[0]) if recorded and real else []
    if not isinstance(recorded, dict) or not isinstance(real, dict):
        return []
    found = [f"{place}.{key}" for key in sorted(recorded.keys() ^ real.keys())]
    for key in sorted(recorded.keys() & real.keys()):
        found += differing(f"{place}.{key}", recorded[key], real[key])
    return found


@pytest.mark.parametrize("screen", [*OLDER, *BACK_SCREENS, "approve"])
def test_the_recorded_views_have_the_journeys_keys(screen: str) -> None:
    """K3: what the screens are measured with is what they are shown."""
    journey = Flow({"name": "Tombola kiosk", "version": "0", "hash": "0"}).view(0)
    recorded = VIEW[screen] | ({"result": {}} if screen == "lookup" else {})
    assert differing(screen, recorded, journey[screen]) == []


def walk(qtbot: QtBot, size: tuple[int, int], language: str = "en", *, large: bool) -> str:
    """Everything that is wrong with these screens at this size."""
    window = Window(qtbot, size=size)
    wrong = []
    for name, changes in MINE.items():
        window.show(**in_language(VIEW | changes | {"look": {"theme": "light", "large": large}}, language))
        wrong += [f"{name}: {one}" for one in faults(window, size)]
    window.close()
    return "\n".join(wrong)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_large_text_fits_every_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    """K17: a quarter larger, and nothing cut off, overlapping or out of reach."""
    assert walk(qtbot, size, large=True) == ""


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large"])
@pytest.mark.parametrize("size", [(1024, 600), (600, 1024)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_wordier_language_fits_the_smallest_sizes(
    qtbot: QtBot, tmp_path: Path, size: tuple[int, int], *, large: bool
) -> None:
    """K17: French and Spanish take a third more room."""
    translator, application = QTranslator(), QCoreApplication.instance()
    assert application is not None
    assert translator.load(str(wordy(tmp_path)))
    application.installTranslator(translator)
    try:
        assert walk(qtbot, size, "fr", large=large) == ""
    finally:
        application.removeTranslator(translator)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_what_it_is_written_on(qtbot: QtBot, theme: str) -> None:
    """K17: contrast of at least 4.5 to 1, measured in the pictures themselves."""
    window, frame = Window(qtbot), QRect(0, 0, 1280, 800)
    window.screens.journey.set_theme(theme)
    faint = []
    for name, changes in MINE.items():
        window.show(**(VIEW | changes | {"look": {"theme": theme, "large": False}}))
        picture = window.screens.window.grabWindow()
        for item in filter(is_written, window.every()):
            rect = painted(item).adjusted(-4, 0, 4, 0).toAlignedRect()
            if not rect.isEmpty() and frame.contains(rect):
                ink, paper = luminance(QColor(item.property("color"))), luminance(ground(picture, rect))
                if (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) < CONTRAST_MIN:
                    faint.append(f"{name}: {item.property('text')!r}")
    window.close()
    assert faint == []


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("count", {"back", "count_focus:0", "count_focus:11", "count_more:2", "count_less:2", "count_sum"}
         | {"key:5", "key:clear", "key:back", "key:enter", "count_confirm"}),
        ("count euro", {"count_currency:EUR", "count_currency:GBP", "count_focus:14"}),
        ("count sum", {"key:5", "key:.", "count_sum", "count_confirm"}),
        ("shift", {"back", "count_drawer", "no_sale", "move_cash:in", "move_cash:out", "x_report", "close_shift"}),
        ("shift none", {"back", "begin_shift"}),
        ("move", {"back", "key:7", "key:.", "move_reason:safe", "move_reason:other", "move_confirm"}),
        ("move in", {"back", "move_currency:USD", "move_currency:EUR", "move_reason:other"}),
        ("report", {"print_report", "report_done"}),
        ("messages", {"back", "messages_read"}),
        ("diagnostics", {"back", "check:printer", "check:mirror"}),
        ("settings", {"back", "set:theme:dark", "set:large:yes", "set:printer:none", "settings_do:export"}),
        ("approve void", {"approve_operator:0", "approve_operator:1", "approve_cancel", "key:1", "key:enter"}),
        ("lookup", {"back", "open_void", "reprint", "key:clear"}),
        ("lookup empty", {"back", "focus:lookup", "key:Z", "key:enter", "key:back", "key:clear"}),
        ("lookup pay", {"back", "open_claim:r1", "key:clear"}),
        ("void", {"back", "void_reason:customer", "void_reason:damaged", "void_confirm"}),
        ("claim seen", {"back", "claim_identity", "claim_pay"}),
        ("sync", {"back", "sync_now", "open_shift", "open_messages", "open_diagnostics", "open_settings"}),
        ("closed shift", {"close_shift", "sync_now", "open_lookup", "open_sync", "log_off"}),
        ("blocked wait", {"retry", "open_diagnostics", "open_settings"}),
    ],
)  # fmt: skip
def test_each_screen_offers_its_touches(window: Window, name: str, names: set[str]) -> None:
    """K3: what can be touched has the name that is documented for it."""
    window.show(**(VIEW | MINE[name]))
    assert names <= set(items(window.screens.window))


def test_an_approval_leaves_nothing_else_to_touch(window: Window) -> None:
    """K1: while a supervisor is asked, the screen below cannot be reached."""
    window.show(**(VIEW | MINE["approve void"]))
    beyond = {n for n in items(window.screens.window) if not n.startswith(("approve_", "key:"))}
    assert not beyond & {"back", "void_confirm", "void_reason:customer"}
    assert "$40.00 goes back" in " ".join(window.texts())


def test_nobody_can_type_a_pin_while_the_kiosk_waits(window: Window) -> None:
    """K1: wrong PINs slow the next one down."""
    window.show(**(VIEW | MINE["approve wrong"]))
    assert {n for n in items(window.screens.window) if n.startswith("key:")} == set()


def test_another_operators_shift_cannot_be_worked_with(window: Window) -> None:
    """K13: it says whose it is; nothing of it can be touched."""
    window.show(**(VIEW | MINE["shift another's"]))
    offered = set(items(window.screens.window))
    assert {n for n in offered if not n.startswith("dismiss")} == {"log_off"}
    assert "Tom" in window.texts()


def test_a_supervisor_finds_ways_from_another_s_shift_and_no_way_back_that_leads_nowhere(
    window: Window,
) -> None:
    """K13: they may close it, or leave it as it is."""
    window.show(**(VIEW | MINE["shift supervisor's"]))
    offered = set(items(window.screens.window))
    assert {"close_shift", "open_lookup", "open_sync", "open_settings", "log_off"} <= offered
    assert "back" not in offered


def test_the_last_shift_can_be_reported_and_counted_again(window: Window) -> None:
    """K13: by whom it concerns."""
    window.show(**(VIEW | MINE["shift last"]))
    assert {"begin_shift", "z_report", "recount"} <= set(items(window.screens.window))


def test_a_count_that_was_shown_is_counted_again_or_closed(window: Window) -> None:
    """K13: there is no other way out of it."""
    window.show(**(VIEW | MINE["count short"]))
    offered = set(items(window.screens.window))
    assert {"count_again", "count_confirm"} <= offered
    assert "back" not in offered


def test_a_blind_count_says_nothing_of_what_is_expected(window: Window) -> None:
    """K13: until it is confirmed."""
    window.show(**(VIEW | MINE["count"]))
    assert "Expected" not in window.texts()
    window.show(**(VIEW | MINE["count short"]))
    assert {"Expected", "$976.00", "$0.60 short"} <= set(window.texts())
    assert not {n for n in items(window.screens.window) if n.startswith(("count_focus", "key:"))}


def test_the_piece_in_focus_is_stepped(window: Window) -> None:
    """K13: more and less go to the piece that is typed into."""
    window.show(**(VIEW | MINE["count"]))
    window.tap("count_more:2")
    window.tap("count_less:2")
    window.tap("count_focus:4")
    assert window.engine.acts == [("count_more", "2"), ("count_less", "2"), ("count_focus", "4")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lookup office", "21 Nov 2026, 19:42"),
        ("lookup offline", "The office does not answer. As known at 21 Nov 2026, 19:42."),
        ("lookup", "Off line. As known at 21 Nov 2026, 19:42."),
        ("lookup asking", "Asking the office…"),
    ],
)
def test_a_verdict_says_who_says_so(window: Window, name: str, said: str) -> None:
    """K17: off line and on line, and it says which."""
    window.show(**(VIEW | MINE[name]))
    assert said in window.texts()


def test_a_look_up_invites_only_what_it_can_find(window: Window) -> None:
    """D9: a validation number is looked up, a draw number is not."""
    window.show(**(VIEW | MINE["lookup empty"]))
    shown = " ".join(window.texts())
    assert "validation number" in shown.casefold()
    assert "ticket number" not in shown


@pytest.mark.parametrize(
    ("name", "word", "picture"),
    [
        ("blocked wait", "Please wait", "hourglass"),
        ("blocked", "This needs you", "warning"),
        ("blocked stop", "Stop", "lock"),
    ],
)
def test_waiting_acting_and_stopping_look_different(
    window: Window, name: str, word: str, picture: str
) -> None:
    """K7: being almost ready is not a red lock."""
    window.show(**(VIEW | MINE[name]))
    assert word in window.texts()
    drawn = {i.property("name") for i in window.every() if i.metaObject().className().startswith("Icon")}
    assert picture in drawn
    assert ("lock" in drawn) == (picture == "lock")


def test_a_kiosk_that_could_not_open_its_journal_offers_only_to_try_again(window: Window) -> None:
    """K5: nothing behind the screen could do more."""
    window.show(**(VIEW | MINE["blocked stop"] | {"pin": VIEW["pin"] | {"operators": []}}))
    assert {n for n in items(window.screens.window) if n != "dismiss"} == {"retry"}


def test_everything_uploaded_is_said_only_when_it_is(window: Window) -> None:
    """K8: on the closed screen."""
    window.show(**(VIEW | MINE["closed waiting"]))
    assert "All sales uploaded" not in window.texts()
    window.show(**(VIEW | MINE["closed"]))
    assert "All sales uploaded" in window.texts()


def test_messages_that_were_not_read_are_marked(window: Window) -> None:
    """K17: and can be read all at once."""
    window.show(**(VIEW | MINE["messages"]))
    assert "New · 3 min ago" in window.texts()
    window.tap("messages_read")
    assert window.engine.acts == [("messages_read", "")]
