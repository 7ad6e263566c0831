"""Every screen in every size and theme, touched by a real mouse in a real window."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTranslator
from PySide6.QtGui import QColor, QImage
from PySide6.QtQml import QJSValue, QQmlEngine, QQmlExpression, qmlContext, qmlEngine
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.ui import MAIN, Screens
from kiosk.ui.drive import items, matches, reveal
from kiosk.ui.journey import Rows, StallWatch
from tests.unit.kiosk.flow_stage import CUP, DERBY, Stage, asking, counter
from tests.unit.kiosk.ui_engine import (
    LANGUAGES,
    SCREENS,
    SIZES,
    THEMES,
    TROUBLES,
    VIEW,
    ScriptedEngine,
    view_of,
)

CONTRAST_MIN = 4.5
TOUCH_MM_MIN = 12.0
DIAGONAL_MM = 10 * 25.4
"""Of the smallest screen that we mean: ten inches."""


class Played(ScriptedEngine):
    """The journey itself behind the screens, without the workers that it gives its commands to."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self._view = stage.view

    def act(self, name: str, arg: str = "") -> None:
        self.acts.append((name, arg))
        self.stage.tap(f"{name}:{arg}")
        self.show(**self.stage.view)


class Window:
    """A kiosk's window with its engine, and a finger."""

    def __init__(
        self,
        qtbot: QtBot,
        screen: str = "sell",
        size: tuple[int, int] = (1280, 800),
        engine: ScriptedEngine | None = None,
        **view: Any,
    ) -> None:
        self.qtbot = qtbot
        self.engine = engine or ScriptedEngine(screen, **view)
        self.screens = Screens(self.engine, "light", size)
        self.screens.show(full=False)
        self.screens.journey.start()
        self.settle()

    def settle(self) -> None:
        """Let what is queued happen, and lay out what was changed."""
        for _ in range(3):
            self.qtbot.wait(1)
        self.screens.window.grabWindow()

    def show(self, **view: Any) -> None:
        self.engine.show(**view)
        self.settle()

    def item(self, name: str) -> QQuickItem:
        return items(self.screens.window)[name]

    def place(self, name: str) -> QPoint:
        item = self.item(name)
        reveal(item)
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def press(self, name: str) -> QPoint:
        place = self.place(name)
        QTest.mousePress(self.screens.window, Qt.MouseButton.LeftButton, pos=place)
        return place

    def release(self, place: QPoint) -> None:
        QTest.mouseRelease(self.screens.window, Qt.MouseButton.LeftButton, pos=place)
        self.settle()

    def tap(self, name: str) -> None:
        self.release(self.press(name))

    def every(self) -> list[QQuickItem]:
        """All items on show, those of closed screens left out."""
        found: list[QQuickItem] = []
        pending = [self.screens.window.contentItem()]
        while pending:
            item = pending.pop()
            if item.isVisible():
                found.append(item)
                pending.extend(item.childItems())
        return found

    def texts(self) -> list[str]:
        return [str(item.property("text")) for item in self.every() if item.property("text")]

    def close(self) -> None:
        self.screens.journey.stop()
        self.screens.close()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    opened = Window(qtbot)
    yield opened
    opened.close()


def scene(item: QQuickItem) -> QRectF:
    return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))


def scrolled(item: QQuickItem) -> bool:
    """Whether it lies in something that scrolls, and so may be out of sight."""
    around = cast("QQuickItem | None", item.parentItem())
    return around is not None and (around.property("contentY") is not None or scrolled(around))


def is_written(item: QQuickItem) -> bool:
    """Whether it is a text on the screen."""
    return item.metaObject().className().startswith("Words") and bool(item.property("text"))


def message(window: Window) -> QRectF | None:
    """What of the last message is seen, a hair inside its edge."""
    for item in window.every():
        if item.objectName() == "dismiss":
            background = item.property("background")
            assert isinstance(background, QQuickItem)
            return scene(background).adjusted(2, 2, -2, -2)
    return None


def painted(item: QQuickItem) -> QRectF:
    """Where the ink of a text lies, give or take a pixel."""
    width, height = item.property("contentWidth"), item.property("contentHeight")
    context = qmlContext(item)
    assert context is not None
    across, down = (
        QQmlExpression(context, item, f"{name} + 0").evaluate()[0]
        for name in ("horizontalAlignment", "verticalAlignment")
    )
    left = {2: item.width() - width, 4: (item.width() - width) / 2}.get(across, 0.0)
    top = {64: item.height() - height, 128: (item.height() - height) / 2}.get(down, 0.0)
    return item.mapRectToScene(QRectF(left, top, width, height)).adjusted(2, 4, -2, -4)


def faults(window: Window, size: tuple[int, int]) -> list[str]:
    """What is wrong with the screen on show: too small, over the edge, one on the other, cut short, nameless."""
    frame = QRectF(0, 0, *size).adjusted(-0.5, -0.5, 0.5, 0.5)
    px_per_mm = (size[0] ** 2 + size[1] ** 2) ** 0.5 / DIAGONAL_MM
    wrong = []
    touched = [i for i in window.every() if i.property("act") and not i.objectName().startswith("dismiss")]
    if window.engine.view()["screen"] != "printing" and not touched:
        wrong.append("nothing can be touched")
    rects = []
    for item in touched:
        name, rect = item.objectName(), scene(item)
        if min(rect.width(), rect.height()) < TOUCH_MM_MIN * px_per_mm:
            wrong.append(f"{name} is only {rect.width():.0f} by {rect.height():.0f}")
        said = [c.property("name") for c in item.children() if c.inherits("QQuickAccessibleAttached")]
        if not any(said):
            wrong.append(f"{name} has no name for a screen reader")
        if not scrolled(item):
            if not frame.contains(rect):
                wrong.append(f"{name} lies at {rect}")
            rects.append((name, rect.adjusted(1, 1, -1, -1)))
    wrong += [
        f"{one} lies on {other}"
        for i, (one, a) in enumerate(rects)
        for other, b in rects[i + 1 :]
        if a.intersects(b)
    ]
    written = [(i.property("text"), painted(i)) for i in window.every() if is_written(i) and not scrolled(i)]
    wrong += [
        f"{one!r} is written over {other!r}"
        for i, (one, a) in enumerate(written)
        for other, b in written[i + 1 :]
        if a.intersects(b)
    ]
    if (seen := message(window)) is not None:
        last = window.engine.view()["toast"]["text"]
        wrong += [
            f"the last message hides {text!r}" for text, a in written if text != last and a.intersects(seen)
        ]
        wrong += [f"the last message hides {name}" for name, rect in rects if rect.intersects(seen)]
    for item in window.every():
        if item.metaObject().className().startswith("Words") and item.property("text"):
            text = item.property("text")
            if item.property("truncated") and text not in MAY_BE_CUT:
                wrong.append(f"cut short: {text!r}")
            if not scrolled(item) and not frame.contains(scene(item)):
                wrong.append(f"over the edge: {text!r} at {scene(item)}")
            if item.property("contentHeight") > item.height() + 1 and item.height() > 0:
                wrong.append(f"too high for its place: {text!r}")
    return wrong


MAY_BE_CUT = {"Harbour City v. Northgate"}
"""In the basket, where the event's name only reminds."""


FRONT = frozenset(
    (
        *("attract", "pin", "events", "sell", "customer", "age", "pay", "printing", "print_problem", "done"),
        *("choose", "review", "attend"),
    )
)
"""The selling screens; those behind the counter have a test of their own."""
CRAMPED = ((1024, 600), (600, 1024))
"""The sizes with the least room, where every language is measured; elsewhere the one that takes most."""
PICTURES = [name for name in (*SCREENS, *TROUBLES) if TROUBLES.get(name, {"screen": name})["screen"] in FRONT]


class Stretched(QTranslator):
    """A language in which everything takes longer to say, as French and Spanish do."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False

    def translate(self, _context: str, text: str, _hint: str | None = None, _n: int = -1) -> str:
        share = 0.8 if len(text) <= 8 else 0.5 if len(text) <= 16 else 0.3
        letters = [c for c in text if c.isalpha() and c.isascii()]
        return text + "e".join(letters)[: int(len(text) * share)].lower() if letters else text


@pytest.fixture
def stretched(qtbot: QtBot) -> Iterator[Callable[[Window], None]]:
    translator = Stretched()

    def speak(window: Window) -> None:
        QCoreApplication.installTranslator(translator)
        engine = qmlEngine(window.screens.window)
        assert engine is not None
        engine.retranslate()

    yield speak
    QCoreApplication.removeTranslator(translator)


def wrongs(window: Window, size: tuple[int, int], language: str = "en", *, large: bool = False) -> str:
    """What is wrong with every selling screen, a line each."""
    found = []
    for name in PICTURES:
        window.show(**view_of(name, language, large=large))
        found += [f"{name}: {one}" for one in faults(window, size)]
    return "\n".join(found)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_selling_screen_fits_every_size_and_language(
    qtbot: QtBot, size: tuple[int, int], stretched: Callable[[Window], None]
) -> None:
    """K17, K3: nothing clipped, cut, overlapping, nameless or smaller than a finger, whatever is spoken."""
    window = Window(qtbot, size=size)
    found = {"en": wrongs(window, size)}
    for theme in THEMES[::-1]:  # colours move nothing; what is shown is only bound anew
        window.screens.journey.set_theme(theme)
    stretched(window)
    spoken = LANGUAGES[1:] if size in CRAMPED else LANGUAGES[1:2]
    found |= {language: wrongs(window, size, language) for language in spoken}
    window.close()
    assert not any(found.values()), found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_selling_screen_fits_in_large_text(
    qtbot: QtBot, size: tuple[int, int], stretched: Callable[[Window], None]
) -> None:
    """K17: a quarter larger, and still nothing cut off: what does not fit is laid out anew or scrolls."""
    window = Window(qtbot, size=size)
    found = {"en": wrongs(window, size, large=True)}
    stretched(window)
    if size in CRAMPED:
        found["fr"] = wrongs(window, size, "fr", large=True)
    window.close()
    assert not any(found.values()), found


def ground(picture: QImage, rect: QRect) -> QColor:
    """What a text is written on: the colour that most of the frame around its ink has."""
    seen: Counter[int] = Counter()
    for x in range(rect.left(), rect.right() + 1, 2):
        seen.update((picture.pixel(x, rect.top()), picture.pixel(x, rect.bottom())))
    for y in range(rect.top(), rect.bottom() + 1, 2):
        seen.update((picture.pixel(rect.left(), y), picture.pixel(rect.right(), y)))
    return QColor(seen.most_common(1)[0][0])


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_on_every_selling_screen_stands_out(qtbot: QtBot, theme: str) -> None:
    """K17: contrast of at least 4.5 to 1, measured in the pictures themselves."""
    window = Window(qtbot)
    window.screens.journey.set_theme(theme)
    weak = []
    frame = QRect(0, 0, 1280, 800)
    for name in PICTURES:
        window.show(**view_of(name, theme=theme))
        picture = window.screens.window.grabWindow()
        for item in window.every():
            rect = QRect()
            if is_written(item) and not scrolled(item):
                rect = painted(item).adjusted(-4, 0, 4, 0).toAlignedRect()
            if not rect.isEmpty() and frame.contains(rect):
                one, other = sorted(
                    (luminance(QColor(item.property("color"))), luminance(ground(picture, rect)))
                )
                if (ratio := (other + 0.05) / (one + 0.05)) < CONTRAST_MIN:
                    weak.append(f"{name}: {item.property('text')!r} is {ratio:.2f}")
    window.close()
    assert weak == []


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.1."""

    def linear(c: float) -> float:
        return c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def test_every_text_stands_out_from_what_it_is_written_on(qtbot: QtBot) -> None:
    """K17: contrast of at least 4.5 to 1 for every pair of colours in every theme."""
    engine = QQmlEngine()
    engine.addImportPath(str(MAIN.parent))
    theme = engine.singletonInstance("Tombola", "Theme")
    assert isinstance(theme, QObject)
    palettes, pairs = (_plain(theme.property(name)) for name in ("palettes", "pairs"))
    assert set(palettes) == set(THEMES)
    weak = []
    for name, roles in palettes.items():
        for ink, ground in pairs:
            grounds = roles[ground] if isinstance(roles[ground], list) else [roles[ground]]
            for one_ground in grounds:
                one, other = sorted(
                    (luminance(QColor(roles[ink])), luminance(QColor(one_ground))), reverse=True
                )
                if (ratio := (one + 0.05) / (other + 0.05)) < CONTRAST_MIN:
                    weak.append(f"{name}: {ink} on {ground} is {ratio:.2f}")
    assert weak == []


def _plain(value: Any) -> Any:
    return value.toVariant() if isinstance(value, QJSValue) else value


def test_from_idle_to_receipt_in_four_taps_at_most(qtbot: QtBot) -> None:
    """K17: the journey itself behind the window; in fast mode two taps a sale."""
    for mode, taps in (("runner", ("add:0", "pay", "cash")), ("fast", ("add:0", "cash"))):
        engine = Played(counter(sell_mode=mode))
        window = Window(qtbot, engine=engine)
        for name in taps:
            window.tap(name)
        assert engine.stage.view["busy"]
        engine.stage.sell()
        window.show(**engine.stage.view)
        assert engine.stage.see("screen") == "done"
        window.tap("next")
        assert engine.stage.see("screen") == "sell"
        window.close()


def test_a_whole_sale_is_played_on_the_screens_of_the_journey(qtbot: QtBot) -> None:
    """K16, K17: events, details typed on our own keyboard, age, and a card beside cash; Qt says nothing."""
    cup = asking(CUP, customer_fields=("name", "email"), age_min=18, payments=("cash", "card"))
    engine = Played(Stage(cup, DERBY))
    window = Window(qtbot, engine=engine)
    window.tap("begin")
    window.tap("choose_operator:0")
    engine.stage.log_on()
    window.show(**engine.stage.view)
    for name in ("choose_event:0", "times:2", "add:0", "more:0", "pay"):
        window.tap(name)
    for name in ("key:z", "key:o", "key:é", "focus:email", "key:z", "key:@", "key:a", "key:.com"):
        window.tap(name)
    assert [field["value"] for field in engine.stage.see("customer.fields")] == ["Zoé", "z@a.com"]
    for name in ("customer_next", "age_yes", "pay_method:split", "key:5", "focus:reference"):
        window.tap(name)
    for name in ("key:4", "key:A", "cash"):
        window.tap(name)
    assert (engine.stage.see("busy"), engine.stage.see("pay.card.reference")) == (True, "4A")
    engine.stage.sell()
    window.show(**engine.stage.view)
    assert "Sold" in window.texts()
    window.close()


def test_a_buyer_alone_is_led_to_the_attendant(qtbot: QtBot) -> None:
    """E8, K17: self-service on its own screens, in the buyer's language."""
    engine = Played(Stage(CUP, DERBY, mode="self_service"))
    window = Window(qtbot, engine=engine)
    for name in ("language:fr", "begin", "choose_event:1", "add:0", "review", "more:0", "pay"):
        window.tap(name)
    assert engine.stage.see("screen") == "attend"
    assert engine.stage.see("attend.total") in window.texts()
    window.tap("attendant_here")
    assert engine.stage.see("approve.open")
    window.close()


def test_touches_reach_the_engine_by_name(window: Window) -> None:
    """K17: from idle to receipt in three taps, each of them a real mouse click."""
    window.engine.answers = {"pay": {"screen": "pay"}, "cash": {"screen": "done"}}
    window.tap("add:1")
    window.tap("pay")
    window.tap("cash")
    window.tap("next")
    assert window.engine.acts == [("add", "p1"), ("pay", ""), ("cash", ""), ("next", "")]


@pytest.mark.parametrize(
    ("screen", "names"),
    [
        ("starting", {"retry"}),
        ("blocked", {"retry"}),
        ("enrol", {"focus:server", "focus:code", "enrol", "key:Q", "key:back", "key:clear", "key:enter"}),
        (
            "pin",
            {
                "choose_operator:0",
                "choose_operator:3",
                "key:0",
                "key:clear",
                "key:back",
                "key:enter",
                "open_sync",
            },
        ),
        (
            "sell",
            {
                "choose_event:0",
                "add:0",
                "add:4",
                "more:0",
                "less:1",
                "clear_basket",
                "pay",
                "open_lookup",
                "open_sync",
            }
            | {"log_off"},
        ),
        ("attract", {"begin", "language:en", "language:fr", "language:es"}),
        ("attract self service", {"begin", "language:fr", "call_attendant", "attendant_here"}),
        ("events many", {"back", "choose_event:0", "choose_event:5"}),
        ("sell", {"times:1", "times:10", "sell_mode", "open_shift", "lock"}),
        ("sell empty", {"repeat_last"}),
        ("sell many events", {"open_events"}),
        ("sell messages", {"open_messages", "dismiss"}),
        ("customer", {"back", "focus:name", "focus:email", "key:@", "key:.com", "key:a", "customer_skip"}),
        ("customer name", {"capital", "key:é", "key:space", "key:z", "key:enter", "key:back"}),
        ("customer phone", {"key:+", "key:0", "key:clear", "customer_next"}),
        ("age", {"age_yes", "age_no"}),
        (
            "pay",
            {"back", "exact", "note:0", "note:3", "key:.", "key:9", "key:back", "cash", "pay_method:card"},
        ),
        ("pay card", {"focus:reference", "key:clear", "key:Q", "cash"}),
        ("pay split", {"focus:given", "focus:card", "focus:reference", "note:1"}),
        ("print_problem", {"print_yes", "print_retry", "print_misprint"}),
        ("done", {"next"}),
        ("choose", {"back", "add:0", "choose_event:1", "review", "languages", "call_attendant"}),
        ("review", {"back", "more:0", "less:1", "pay", "languages", "call_attendant"}),
        ("attend", {"back", "attendant_here", "languages", "call_attendant"}),
        ("lookup", {"back", "open_void", "reprint"}),
        ("void", {"back", "void_reason:customer", "void_reason:damaged", "void_confirm"}),
        ("sync", {"back", "sync_now"}),
        ("closed", {"sync_now", "open_lookup", "log_off"}),
    ],
)
def test_every_screen_offers_its_touches(window: Window, screen: str, names: set[str]) -> None:
    """K3: what can be touched has the name that is documented for it."""
    window.show(**view_of(screen))
    assert names <= set(items(window.screens.window))


def test_a_finger_anywhere_on_the_front_page_begins(window: Window) -> None:
    """K17: the customer need not find the button; a language or the button itself acts once, and alone."""
    window.show(**view_of("attract"))
    QTest.mouseClick(window.screens.window, Qt.MouseButton.LeftButton, pos=QPoint(640, 400))
    window.settle()
    window.tap("begin")
    window.tap("language:fr")
    assert window.engine.acts == [("begin", ""), ("begin", ""), ("language", "fr")]


def test_a_capital_is_offered_where_a_name_begins_and_can_be_taken_back(window: Window) -> None:
    """K16: the keyboard on the screen writes names; what it spells out arrives letter by letter."""
    window.show(**view_of("customer name"))
    window.tap("key:é")
    window.tap("capital")
    window.tap("key:é")
    window.show(**view_of("customer"))
    window.tap("key:.com")
    assert window.engine.acts == [("key", one) for one in ("É", "é", ".", "c", "o", "m")]


def test_a_customer_changes_the_language_on_every_page_of_his_own(window: Window) -> None:
    """K17: two touches, on each screen."""
    for screen in ("choose", "review", "attend"):
        window.show(**view_of(screen))
        window.tap("languages")
        window.tap("language:es")
        assert window.engine.acts.pop() == ("language", "es")
        window.show(**view_of(screen, "es"))
        assert "language:es" not in items(window.screens.window)


def test_a_package_that_cannot_be_sold_cannot_be_touched(window: Window) -> None:
    """K7: it is shown, and dead."""
    assert "add:5" not in items(window.screens.window)
    assert "Clubhouse" in window.texts()


def test_a_double_tap_on_cash_acts_once(qtbot: QtBot) -> None:
    """Design, section 3: one sale."""
    window = Window(qtbot, "pay")
    window.engine.answers = {"cash": {"busy": True}}
    place = window.press("cash")
    window.release(place)
    QTest.mouseClick(window.screens.window, Qt.MouseButton.LeftButton, pos=place)
    window.settle()
    assert window.engine.acts == [("cash", "")]
    window.close()


def test_a_press_survives_what_changes_elsewhere(window: Window) -> None:
    """A finger is down while the strip, the basket and another package change."""
    before = window.item("add:2")
    place = window.press("add:2")
    packages = [p | {"price": "$3.00"} if p["index"] == 0 else p for p in VIEW["packages"]]
    window.show(
        status=VIEW["status"] | {"unsynced": 13}, packages=packages, toast={"text": "Hello", "kind": "info"}
    )
    assert window.item("add:2") == before
    assert before.property("down")
    window.release(place)
    assert window.engine.acts == [("add", "p2")]


def test_a_press_shows_at_once(window: Window) -> None:
    """The answer to a touch is in the next frame, before anything is sold."""
    before = window.screens.window.grabWindow()
    place = window.press("add:0")
    after = window.screens.window.grabWindow()
    assert before.pixelColor(place.x(), place.y()) != after.pixelColor(place.x(), place.y())
    assert window.engine.acts == []
    window.release(place)


def test_a_finger_that_slides_off_does_nothing(window: Window) -> None:
    window.press("add:0")
    QTest.mouseMove(window.screens.window, QPoint(5, 5))
    window.release(QPoint(5, 5))
    assert window.engine.acts == []


def test_a_real_keyboard_types_where_the_keys_on_the_screen_do(window: Window) -> None:
    """K12: on every screen, and no key opens a way out."""
    for key, text in ((Qt.Key.Key_7, "7"), (Qt.Key.Key_Period, ".")):
        QTest.keyClick(window.screens.window, key)
        assert window.engine.acts.pop() == ("key", text)
    QTest.keyClick(window.screens.window, Qt.Key.Key_Return)
    QTest.keyClick(window.screens.window, Qt.Key.Key_Backspace)
    QTest.keyClick(window.screens.window, Qt.Key.Key_Escape)
    QTest.keyClick(window.screens.window, Qt.Key.Key_F11)
    QTest.keyClick(window.screens.window, Qt.Key.Key_Space)
    assert window.engine.acts == [("key", "enter"), ("key", "back"), ("key", " ")]


def test_keys_still_arrive_after_touches(window: Window) -> None:
    """K12: no button takes the keyboard's focus."""
    window.tap("add:0")
    QTest.keyClick(window.screens.window, Qt.Key.Key_5)
    assert window.engine.acts == [("add", "p0"), ("key", "5")]


def test_a_change_on_another_thread_reaches_the_screen(window: Window) -> None:
    teller = threading.Thread(target=lambda: window.engine.show(screen="closed"))
    teller.start()
    teller.join()
    window.qtbot.waitUntil(lambda: "Sales are closed" in window.texts())


def test_the_engine_is_told_the_time(window: Window) -> None:
    window.qtbot.waitUntil(lambda: window.engine.ticks >= 2)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_strip_is_there_on_every_screen(window: Window, screen: str) -> None:
    """Design, section 3: the states an operator sees at all times."""
    window.show(screen=screen)
    shown = " ".join(window.texts()).replace("\n", " ")
    for words in (
        "12 to upload",
        "oldest 3 min",
        "4,212 numbers left",
        "Printer ready",
        "Scanner ready",
        "Connected",
    ):
        assert words in shown
    assert "Clock: Right" in shown
    assert "Closes in 3 h 05 min" in shown


def test_the_log_on_screen_names_the_program(window: Window) -> None:
    """K4: name, version and hash."""
    window.show(screen="pin")
    shown = " ".join(window.texts())
    assert "Tombola kiosk 0.1.0" in shown
    assert "9f2c4e01a7b3" in shown


def test_a_message_can_be_sent_away(window: Window) -> None:
    window.show(toast={"text": "Few numbers left", "kind": "warn"})
    window.tap("dismiss")
    assert window.engine.acts == [("dismiss", "")]


def test_a_failed_print_offers_no_yes(window: Window) -> None:
    """N9: where nothing came out there is nothing to say yes to."""
    window.show(**TROUBLES["print_problem failed"])
    assert set(items(window.screens.window)) == {"print_retry", "print_misprint"}


def test_a_long_basket_scrolls(window: Window) -> None:
    line = VIEW["basket"]["lines"][0]
    lines = [line | {"index": i, "package": f"Package {i}"} for i in range(20)]
    window.show(basket=VIEW["basket"] | {"lines": lines})
    window.qtbot.waitUntil(lambda: "more:3" in items(window.screens.window))
    window.tap("more:5")
    assert window.engine.acts == [("more", "5")]


def test_rows_that_stay_keep_their_delegates(window: Window) -> None:
    """A second finger finds the same button under it."""
    before = window.item("more:0")
    lines = [VIEW["basket"]["lines"][0] | {"quantity": 3}]
    window.show(basket=VIEW["basket"] | {"lines": lines})
    assert window.item("more:0") == before
    assert "more:1" not in items(window.screens.window)


def test_going_round_the_screens_leaves_nothing_behind(window: Window) -> None:
    """K14: the number of objects is constant."""

    def objects() -> int:
        gc.collect()
        return len(window.screens.window.findChildren(QObject)) + len(window.every())

    def round_trip() -> None:
        for screen in SCREENS:
            window.show(screen=screen)
        window.show(screen="sell")

    round_trip()
    before = objects()
    round_trip()
    assert objects() == before


def test_references_to_none_stay(window: Window) -> None:
    """K14: the binding must not lose one at each call that returns nothing; the interpreter would abort."""
    journey = window.screens.journey
    before = sys.getrefcount(None)
    for i in range(20_000):
        journey.act("more", "0")
        if i % 100 == 0:
            window.engine.acts.clear()
            window.engine.show(status=VIEW["status"] | {"unsynced": i})
            journey.refresh()
    assert abs(sys.getrefcount(None) - before) < 500


def test_rows_announce_only_what_differs(qtbot: QtBot) -> None:
    rows = Rows()
    rows.show([1, 2, 3])
    changed: list[int] = []
    rows.dataChanged.connect(lambda top, _bottom: changed.append(top.row()))
    rows.show([1, 5, 3, 4])
    assert changed == [1]
    assert [rows.data(rows.index(i, 0)) for i in range(rows.rowCount())] == [1, 5, 3, 4]
    rows.show([])
    assert rows.rowCount() == 0


class StubbornClock:
    """Moves on by a fixed step at each look."""

    def __init__(self, step_ms: int) -> None:
        self.now, self.step_ms = 0, step_ms

    def now_ms(self) -> int:
        return self.monotonic_ms()

    def monotonic_ms(self) -> int:
        self.now += self.step_ms
        return self.now

    def token(self, size: int) -> bytes:
        return bytes(size)

    def jitter(self) -> float:
        return 0.0


@pytest.mark.parametrize(("step_ms", "logged"), [(70, False), (80, True)])
def test_a_screen_that_stands_still_is_logged(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, step_ms: int, logged: bool
) -> None:
    """Design, section 3: a stall over 50 ms is logged."""
    watch = StallWatch(StubbornClock(step_ms))
    watch.start()
    qtbot.waitUntil(lambda: watch.beats >= 1)
    assert ("stood still for 60 ms" in caplog.text) is logged


def test_a_wait_fits_paths_into_dicts_and_lists() -> None:
    view = {"screen": "done", "lookup": {"result": {"verdict": "won"}}, "lines": [{"n": 1}]}
    assert matches(view, {"screen": ["pay", "done"], "lookup.result.verdict": "won", "lines.0.n": 1})
    assert not matches(view, {"screen": "pay"})
    assert not matches(view, {"lines.7.n": 1})
    assert not matches(view, {"screen.x": "y"})


def test_the_torn_edge_of_a_long_report_stays_inside_its_sheet(qtbot: QtBot) -> None:
    """K3: a report of any length leaves the margin below it bare, and nothing on the screen after it."""
    fresh = Window(qtbot, "sync", (1280, 800))
    bare = fresh.screens.window.grabWindow()
    fresh.close()
    rows = VIEW["report"]["rows"] * 2
    opened = Window(qtbot, "report", (1280, 800))
    try:
        for n in range(14, len(rows)):
            opened.show(screen="report", report=VIEW["report"] | {"rows": rows[:n]})
            picture = opened.screens.window.grabWindow()
            margin = {picture.pixel(x, y) for x in range(30, 600) for y in range(787, 800)}
            assert len(margin) == 1, n
            opened.show(screen="sync")
            assert opened.screens.window.grabWindow() == bare, n
    finally:
        opened.close()


def test_a_printer_that_cannot_print_is_named_before_the_money_is_taken(window: Window) -> None:
    """K7: where the money is counted stands what is wrong; a printer of which nothing is known is no trouble."""
    out = "The printer is out of paper. Put it right before you take money."
    status = VIEW["status"] | {"printer": "The printer is out of paper."}
    for ok, told in ((False, True), (None, False), (True, False)):
        window.show(screen="pay", status=status | {"printer_ok": ok})
        assert (out in window.texts()) is told
    window.show(status=status | {"printer_ok": False}, pay=VIEW["pay"] | {"test": True})
    assert out not in window.texts()


def test_a_setting_of_the_command_line_cannot_be_touched_and_says_why(window: Window) -> None:
    """K1: what cannot be changed here is not offered."""
    window.show(screen="settings")
    (why,) = {row["why_not"] for row in VIEW["settings"]["rows"]} - {""}
    assert why in window.texts()
    offered = items(window.screens.window)
    for row in VIEW["settings"]["rows"]:
        for choice in row["choices"]:
            assert (f"set:{row['code']}:{choice['code']}" in offered) is (row["why_not"] == "")


def test_a_buyer_alone_is_spoken_to_as_the_buyer(window: Window) -> None:
    """E8: details are the buyer's own where nobody serves; an attendant is asked for a PIN as one."""
    window.show(screen="customer")
    assert "Customer’s details" in window.texts()
    window.show(mode="self_service", status=VIEW["status"] | {"operator": "", "shift": ""})
    assert {"Your details", "Only if you want to be told of a win."} <= set(window.texts())
    window.show(screen="attend", approve=VIEW["approve"] | {"open": True, "anybody": True, "chosen": ""})
    assert "Attendant" in window.texts()
    assert not {"This needs an approval", "Who approves?"} & set(window.texts())


def test_whose_shift_it_is_is_said_once(window: Window) -> None:
    """K3: the strip names the operator once; the shift of another is named as theirs."""
    status = VIEW["status"] | {"operator": "Maria Lindqvist"}
    for shift, said in (
        ("Shift 12 · Maria Lindqvist", "Maria Lindqvist · Shift 12"),
        ("Shift 12 · Tom", "Maria Lindqvist · Shift 12 · Tom"),
        ("", "Maria Lindqvist"),
    ):
        window.show(status=status | {"shift": shift})
        assert said in window.texts()
