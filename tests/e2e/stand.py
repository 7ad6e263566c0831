"""A kiosk to tell evenings with: its real window and engine, a real printer with its drawer, a scanner, a wire to cut.

Fingers fall on what is drawn; misfortunes happen at the devices. The operator reckons along, and at the end the journal
is counted again from its first entry: all must agree to the cent.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import zxingcpp
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hardware.virtual import VirtualPrinter, VirtualScanner
from kiosk.config import Config
from kiosk.engine import Engine
from kiosk.ui import Screens
from kiosk.ui.drive import items, matches, reveal
from kiosk.ui.languages import say_in
from shared import entry, sale, shift, wire
from shared.clock import SystemClock
from tests.unit.kiosk.paper_office import (
    HOUR_MS,
    PIN,
    SECOND_PIN,
    SERVER,
    SUPERVISOR_PIN,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_kiosk,
    staff,
)

WAIT_MS_MAX = 30_000
"""What is promised is far less; a machine at work on other things gets more before a story gives up."""
FLOAT = 200_00
PRICES = (5_00, 10_00)
PIECES = (100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00, 50, 25, 10, 5, 1)
PINS = {"Ada": PIN, "Ben": SECOND_PIN, "Sue": SUPERVISOR_PIN}
"""Everybody who may work here, in the order of the screen; Sue is their supervisor."""


class LeapingClock(SystemClock):
    """The machine's clock, which can be put forward: nobody waits a minute for a screen to be left alone."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms


class Stand:
    """One kiosk at a gate, and whoever stands before it."""

    def __init__(self, qtbot: QtBot, folder: Path, *, mode: str = "attended", **policies: Any) -> None:
        self.qtbot, self.home, self.mode = qtbot, folder, mode
        self.data = folder / "kiosk"
        self.clock = LeapingClock()
        now = self.clock.now_ms()
        clock = SetClock()
        clock.wall = now
        self.server = PaperServer(PaperOffice(), clock)
        office = self.server.office
        office.grant(500)
        rules = wire.Policies(**({"mode": "both"} | policies))
        sold = event(opens_at=now - HOUR_MS, closes_at=now + HOUR_MS, cuts=(), policies=rules)
        self.server.catalog = office.catalog(
            sold, operators=staff(office), shifts=wire.ShiftRules(required=True, blind=True)
        )
        make_identity(self.data, office, clock)
        self.printer = VirtualPrinter(folder / "printer", pty=False).start()
        self.scanner = VirtualScanner(folder / "scanner").start()
        self.drawer = 0
        """What ought to lie in the drawer, as the operator reckons."""
        self.taps = self.taps_to_paper = 0
        self.screens: Screens | None = None
        self.switch_on()

    # The machine ------------------------------------------------------------------------------------

    def switch_on(self) -> None:
        config = Config(
            data=self.data,
            server=SERVER,
            disk_reserve_bytes=0,
            printer=self.printer.address,
            scanner=self.scanner.address,
            drawer=True,
            mode=self.mode,
        )
        engine = Engine(config, self.clock, transport=self.server.transport(), say_in=say_in)
        self.screens = Screens(engine, "light", (1280, 800))
        self.screens.show(full=False)
        self.screens.journey.start()
        self.see(screen="attract")
        self.see(status__printer_ok=True)

    def switch_off(self) -> None:
        if self.screens is not None:
            self.screens.journey.stop()
            self.screens.close()
            self.screens = None

    def power_cut(self) -> None:
        """What the disk holds at this moment is all that is left."""
        left = self.home / "after-the-cut"
        shutil.copytree(self.data, left)
        self.switch_off()
        self.data = left
        self.switch_on()

    def end(self) -> None:
        self.switch_off()
        self.printer.stop()
        self.scanner.stop()

    def cut_the_wire(self) -> None:
        self.server.before = lambda _method, _path: ("503 Service Unavailable", {}, b"")

    def mend_the_wire(self) -> None:
        self.server.before = lambda _method, _path: None

    # The person -------------------------------------------------------------------------------------

    @property
    def view(self) -> dict[str, Any]:
        """What is shown."""
        assert self.screens is not None
        return self.screens.journey.seen

    def see(self, **where: Any) -> dict[str, Any]:
        """What is shown, once it is so (``a__b`` for ``a.b``; a list for any of)."""
        wanted = {name.replace("__", "."): value for name, value in where.items()}
        self.until(lambda: matches(self.view, wanted))
        return self.view

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=WAIT_MS_MAX)

    def tap(self, *targets: str) -> None:
        """A finger on each, down and up, once it is drawn and stands still."""
        assert self.screens is not None
        window = self.screens.window
        for target in targets:
            place = self._stands(target)
            QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=place)
            self.taps += 1
            self.qtbot.wait(1)

    def _stands(self, target: str) -> QPoint:
        assert self.screens is not None
        window = self.screens.window
        places: list[QPoint | None] = [None]

        def still() -> bool:
            window.grabWindow()
            item = items(window).get(target)
            if item is None:
                places.append(None)
                return False
            reveal(item)
            places.append(item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint())
            return places[-1] == places[-2]

        self.until(still)
        found = places[-1]
        assert found is not None
        return found

    def type(self, text: str) -> None:
        self.tap(*(f"key:{char}" for char in text))

    def log_on(self, name: str, screen: str | list[str] = "sell") -> None:
        self.see(screen="attract")
        self.tap("begin")
        self.see(screen="pin")
        if not self.view["pin"]["chosen"]:
            self.tap(f"choose_operator:{list(PINS).index(name)}")
        self.type(PINS[name])
        self.tap("key:enter")
        self.see(screen=screen)

    def agrees(self, name: str = "Sue") -> None:
        """Somebody puts their PIN to the question over the screen."""
        view = self.see(approve__open=True)
        if not view["approve"]["chosen"]:
            names = [one["name"] for one in view["approve"]["operators"]]
            self.tap(f"approve_operator:{names.index(name)}")
        self.type(PINS[name])
        self.tap("key:enter")
        self.see(approve__open=False)

    def count(self, amount: int) -> None:
        """Note by note and coin by coin."""
        self.see(screen="count", count__can_again=False)
        left = amount
        for index, value in enumerate(PIECES):
            pieces, left = divmod(left, value)
            if pieces:
                self.tap(f"count_focus:{index}")
                self.type(str(pieces))
        self.see(count__total_minor=amount)

    def open_shift(self, name: str = "Ada") -> None:
        self.log_on(name, "count")
        self.count(FLOAT)
        self.tap("count_confirm")
        self.see(screen="sell")
        self.drawer = FLOAT

    def sell(self, package: int = 0) -> str:
        """One customer who pays what is due; their validation number."""
        self.tap(f"add:{package}", "pay")
        self.see(screen="pay")
        self.tap("cash")
        view = self.see(screen="done")
        self.drawer += PRICES[package]
        self.taps_to_paper = self.taps
        self.next_one()
        return str(view["done"]["validation"][0])

    def next_one(self, screen: str = "sell") -> None:
        """Farewell; where nobody touches it, the screen goes on by itself."""
        assert self.screens is not None
        window = self.screens.window
        self.until(lambda: self.view["screen"] != "done" or "next" in items(window))
        if self.view["screen"] == "done":
            item = items(window)["next"]
            place = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
            QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=place)
        self.see(screen=screen)

    def close_shift(self, wrong: int = 0) -> int:
        """Counted blind, with so much too much or too little; what the screen says that it is over."""
        if self.view["screen"] == "sell":
            self.tap("open_shift")
            self.see(screen="shift")
        self.tap("close_shift")
        self.see(screen="count", count__expected="")
        self.count(self.drawer + wrong)
        self.tap("count_confirm")
        over = int(self.see(count__can_again=True)["count"]["over_minor"])
        self.tap("count_confirm")
        self.see(screen="report", report__kind="z", report__print_state="printed")
        self.tap("report_done")
        self.see(screen="attract")
        return over

    def ticket_in_hand(self) -> str:
        """The code on the last ticket that came out, read from its picture."""
        with Image.open(self.printer.receipts()[-1]) as image:
            codes = [code.text for code in zxingcpp.read_barcodes(image)]
        return next(code for code in codes if code.startswith("TMB1:"))

    # The books --------------------------------------------------------------------------------------

    def counted_again(self) -> tuple[shift.Book, list[sale.Body]]:
        """The journal folded from its first entry; it must agree with the till's own books."""
        self.end()
        kiosk = open_kiosk(self.data, self.server.office, self.server.clock)
        try:
            facts = [(header.seq, body) for _, header, body in kiosk.journal.bodies()]
            kept = kiosk.till.ledger.book
        finally:
            kiosk.close()
        book = shift.fold(facts)
        assert _sums(book) == _sums(kept)
        return book, [body for _, body in facts]

    def at_the_office(self) -> shift.Book:
        """The same of what the office was sent."""
        read = (entry.read(data) for data in self.server.office.chain)
        return shift.fold((one.header.seq, sale.decode(one.body)) for one in read)


def _sums(book: shift.Book) -> list[Any]:
    shifts = [*book.closed.values(), *([book.open] if book.open else [])]
    return [book.gap_sums(), *((one.number, one.operator, one.sums(), one.late_sums()) for one in shifts)]
