"""A whole kiosk behind its real window: every touch falls on what is drawn, and every screen shows what the desk says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.ui import Screens
from kiosk.ui.drive import items, reveal
from kiosk.ui.languages import say_in
from shared import sale, wire
from tests.unit.kiosk.paper_office import (
    EVENT,
    HOUR_MS,
    OPERATOR,
    OTHER_EVENT,
    PIN,
    SMALL,
    START_MS,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
)


class DeskEngine:
    """A desk without threads, as the screens see an engine."""

    def __init__(self, folder: Path, *events: wire.EventInfo, **settings: Any) -> None:
        self.server = PaperServer(PaperOffice(), SetClock())
        for one in events:
            self.server.office.grant(100, one.id)
        self.server.catalog = self.server.office.catalog(*events)
        make_identity(folder, self.server.office, self.server.clock)
        self.desk, self.alone = open_desk(folder, self.server, Paper(), **settings)
        self.desk._say_in = say_in
        assert self.alone.uplink is not None
        self.alone.uplink.step()
        self._changed: Callable[[], None] = lambda: None

    def start(self, on_change: Callable[[], None]) -> None:
        self._changed = on_change

    def act(self, name: str, arg: str = "") -> None:
        self.desk.touch(name, arg)
        self._changed()

    def pressed(
        self,
        code: int,  # noqa: ARG002 - as the screens call it
        text: str,  # noqa: ARG002 - as above
        meaning: str,
        *,
        shift: bool,  # noqa: ARG002 - as above
        repeat: bool,
        at_ms: int,  # noqa: ARG002 - as above
    ) -> None:
        if meaning and not repeat:
            self.act("key", meaning)

    def view(self) -> dict[str, Any]:
        return self.desk.view()

    def tick(self) -> None:
        self.desk.tick()

    def lives(self) -> bool:
        return True

    def again(self) -> bool:
        return False

    def demo(self) -> bool:
        return True

    def stop(self) -> None:
        self.alone.close()
        self.desk.close()

    def facts(self) -> list[sale.Sale]:
        assert self.desk.journal is not None
        return [body for _, _, body in self.desk.journal.bodies() if isinstance(body, sale.Sale)]


class Finger:
    """Touches a kiosk's window where a person would."""

    def __init__(self, qtbot: QtBot, engine: DeskEngine) -> None:
        self.qtbot, self.engine = qtbot, engine
        self.screens = Screens(engine, "light", (1280, 800))
        self.screens.show(full=False)
        self.screens.journey.start()
        self.taps = 0

    def see(self, screen: str) -> None:
        """Until this screen is drawn."""
        self.qtbot.waitUntil(lambda: self.screens.journey.seen["screen"] == screen)
        self.screens.window.grabWindow()

    def tap(self, *targets: str) -> None:
        for target in targets:
            self.qtbot.waitUntil(lambda t=target: t in items(self.screens.window))  # type: ignore[misc]
            place = self._stands(target)
            QTest.mousePress(self.screens.window, Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseRelease(self.screens.window, Qt.MouseButton.LeftButton, pos=place)
            self.taps += 1
            self.qtbot.wait(1)

    def _stands(self, target: str) -> QPoint:
        """Where the button is, once it has been drawn twice at the same place."""
        place = None
        for _ in range(100):
            item = items(self.screens.window)[target]
            reveal(item)
            before, place = place, item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
            if before == place and item.isEnabled():
                return place
            self.qtbot.wait(10)
            self.screens.window.grabWindow()
        raise AssertionError(f"{target} cannot be touched now")

    def type(self, text: str) -> None:
        """On the keyboard that is drawn."""
        for char in text:
            self.tap(f"key:{char}")

    def reads(self) -> set[str]:
        """What can be read on the screen."""
        self.screens.window.grabWindow()
        found, pending = set(), [self.screens.window.contentItem()]
        while pending:
            item = pending.pop()
            if item.isVisible():
                found.add(str(item.property("text")))
                pending.extend(item.childItems())
        return found

    def log_on(self) -> None:
        self.tap("begin")
        self.see("pin")
        self.tap(*(f"key:{digit}" for digit in PIN), "key:enter")

    def close(self) -> None:
        self.screens.journey.stop()
        self.screens.close()


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Finger]]:
    made: list[Finger] = []

    def make(*events: wire.EventInfo, **settings: Any) -> Finger:
        made.append(Finger(qtbot, DeskEngine(tmp_path / "k", *events, **settings)))
        return made[-1]

    yield make
    for finger in made:
        finger.close()


def test_three_touches_of_real_buttons_make_a_sale(at: Callable[..., Finger]) -> None:
    """K17: from the idle till to the receipt, with the front page and the PIN before it."""
    finger = at(event())
    finger.see("attract")
    finger.log_on()
    finger.see("sell")
    finger.taps = 0
    finger.tap("add:0", "pay")
    finger.see("pay")
    finger.tap("cash")
    finger.see("done")
    assert finger.taps == 3
    assert len(finger.engine.facts()) == 1
    finger.tap("next")
    finger.see("sell")
    finger.tap("lock")
    finger.see("attract")


def test_every_question_of_a_sale_is_answered_on_its_screen(at: Callable[..., Finger]) -> None:
    """K17, K16: event, several at once, the buyer's details on the drawn keyboard, age, a part by card."""
    policies = wire.Policies(customer_fields=("name", "phone", "email"), age_min=18)
    finger = at(event(policies=policies), event(id=OTHER_EVENT, number=8, name="Derby", cuts=()))
    finger.log_on()
    finger.see("events")
    finger.tap("choose_event:0")
    finger.see("sell")
    finger.tap("times:5", "add:0", "pay")
    finger.see("customer")
    finger.type("zoe")
    finger.tap("focus:phone")
    finger.type("+33612345678")
    finger.tap("focus:email")
    finger.type("zoe@example.org")
    finger.tap("customer_next")
    finger.see("age")
    finger.tap("age_yes")
    finger.see("pay")
    finger.tap("pay_method:split", "key:2", "key:0", "focus:reference", "key:7", "key:7", "cash")
    finger.see("done")
    (fact,) = finger.engine.facts()
    assert (fact.payment.method, fact.payment.card, fact.payment.reference) == ("split", 2_000, "77")
    assert (fact.age_checked, fact.lines[0].event, len(fact.customer)) == (True, EVENT, 64)


def test_a_buyer_chooses_in_spanish_and_an_attendant_takes_the_money(at: Callable[..., Finger]) -> None:
    """E8, K17: self-service, in the buyer's language until they have gone."""
    finger = at(event(policies=wire.Policies(mode="both")), mode="self_service")
    finger.see("attract")
    finger.tap("language:es", "begin")
    finger.see("choose")
    assert finger.screens.journey.seen["language"] == "es"
    finger.tap("add:1", "review")
    finger.see("review")
    finger.tap("more:0", "pay")
    finger.see("attend")
    finger.tap("attendant_here")
    finger.tap(*(f"key:{digit}" for digit in PIN), "key:enter")
    finger.see("pay")
    finger.tap("cash")
    finger.see("done")
    finger.tap("next")
    finger.see("attract")
    assert finger.screens.journey.seen["language"] == "en"
    assert [(f.operator, f.self_service) for f in finger.engine.facts()] == [(OPERATOR, True)]
    assert finger.engine.facts()[0].lines[0].package != SMALL


def test_before_the_opening_the_same_touches_make_a_test(at: Callable[..., Finger]) -> None:
    """E5: the kiosk is tried with its real buttons, and every screen says TEST."""
    finger = at(event(opens_at=START_MS + HOUR_MS))
    finger.log_on()
    finger.see("sell")
    assert "TEST" in finger.reads()
    finger.tap("add:0", "pay")
    finger.see("pay")
    assert {"TEST", "Take no money", "Print the TEST ticket"} <= finger.reads()
    finger.tap("cash")
    finger.see("done")
    assert {"TEST", "Take no money"} <= finger.reads()
    (fact,) = finger.engine.facts()
    assert fact.test
    finger.tap("next", "add:0")
    finger.engine.server.clock.go(HOUR_MS)
    finger.engine.tick()
    finger.engine._changed()
    finger.qtbot.waitUntil(lambda: finger.screens.journey.seen["basket"]["empty"])
    assert "TEST" not in finger.reads()
