"""A scanner that types, and fingers, at one window: real key events in a real window."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.ui import Screens
from kiosk.ui.ear import XKB_OFFSET, Ear
from tests.unit.kiosk.ui_engine import SCREENS, ScriptedEngine

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine("lookup")


@pytest.fixture
def screens(qtbot: QtBot, engine: ScriptedEngine) -> Iterator[Screens]:
    made = Screens(engine, "light", (1280, 800))
    made.show(full=False)
    made.journey.start()
    Ear(made.window, made.journey)
    qtbot.waitUntil(made.window.isExposed)
    yield made
    made.journey.stop()
    made.close()


def strike(
    screens: Screens,
    key: Qt.Key,
    text: str,
    code: int,
    at_ms: int,
    held: Qt.KeyboardModifier = NONE,
    again: bool = False,
) -> None:
    """A key goes down and up, as the system tells it."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, held, code + XKB_OFFSET, 0, 0, text, again)
        event.setTimestamp(at_ms)
        QCoreApplication.sendEvent(screens.window, event)


def test_the_engine_hears_of_each_key_all_that_tells_a_scan_from_typing(
    screens: Screens, engine: ScriptedEngine
) -> None:
    """K12: the key itself, whatever the layout made of it; Shift; whether it was held; and when."""
    strike(screens, Qt.Key.Key_Z, "Z", 21, 1_000, Qt.KeyboardModifier.ShiftModifier)
    strike(screens, Qt.Key.Key_5, "5", 6, 1_004)
    strike(screens, Qt.Key.Key_5, "5", 6, 1_040, again=True)
    strike(screens, Qt.Key.Key_Return, "\r", 28, 1_090)
    assert engine.keys == [
        (21, "Z", True, False, 1_000),
        (6, "5", False, False, 1_004),
        (6, "5", False, True, 1_040),
        (28, "\r", False, False, 1_090),
    ]
    assert engine.acts == [("key", "Z"), ("key", "5"), ("key", "5"), ("key", "enter")]


def test_shift_by_itself_is_no_key(screens: Screens, engine: ScriptedEngine) -> None:
    """K12: a scanner holds Shift for each capital; that ends no scan."""
    strike(screens, Qt.Key.Key_Shift, "", 42, 1_000)
    strike(screens, Qt.Key.Key_CapsLock, "", 58, 1_010)
    assert engine.keys == []


@pytest.mark.parametrize("screen", SCREENS)
def test_keys_are_heard_on_every_screen_and_reach_no_item(
    screens: Screens, engine: ScriptedEngine, qtbot: QtBot, screen: str
) -> None:
    """K12: scans arrive on every screen, and press no button: Enter and Space neither."""
    engine.show(screen=screen)
    qtbot.waitUntil(lambda: screens.journey.seen["screen"] == screen)
    before = list(engine.acts)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Tab):
        QTest.keyClick(screens.window, key)
    assert [text for _, text, *_ in engine.keys] == [" ", "\r", "\t"]
    assert engine.acts[len(before) :] == [("key", " "), ("key", "enter")]
