"""The kiosk's window: how long a real process takes to the logon screen, and what it weighs, beside an empty one.

Both are started cold, off screen, in turn. The kiosk is enrolled and has a catalog; it is usable with the first frame of
its first screen, which takes touches and whose packages are priced: it says so in its log. The floor is a Python process
with an empty QML window, until its first frame. Both find Python's compiled code where an installation has it: a checkout
where nobody may write it would compile every module at each start.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.config import Config
from shared.clock import SystemClock
from tests.bench.measure import Bench, Figure, Goal, median_ms, p99_ms, seconds
from tests.bench.paper import OPERATOR, PIN, StaffedOffice

ROUNDS = 7
START_S_MAX = 30
STOP_S_MAX = 20
POLL_S = 0.002
TAPS_MAX = 5
TAPS, BASKET_MAX = 100, 10
SETTLE_S = 0.05
LOADED_S = 3.0
"""After the log-on: the screens that are built ahead and the libraries of printer and network are there."""
FRAME_MS = 16.7
"""A frame of a display that shows sixty a second."""
TAP_AGAIN_MS = 1_000
LOG_LINES_SHOWN = 20
NUMBERS = 900_000
ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PYTHONDONTWRITEBYTECODE": ""}
READY = re.compile(r"^(\S+ \S+),(\d{3}) INFO kiosk\.ui: ready", re.MULTILINE)
"""The line of the kiosk's log with which its first screen stands, and when."""

_EMPTY = """
import sys
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
app = QGuiApplication(sys.argv)
engine = QQmlApplicationEngine()
engine.loadData(b'import QtQuick\\nWindow { visible: true; width: 1280; height: 800 }')
window = engine.rootObjects()[0]
window.frameSwapped.connect(lambda: print("ready", flush=True))
sys.exit(app.exec())
"""


class Kiosk:
    """The real program in a process of its own, with its drive door."""

    def __init__(self, data: Path, socket_path: Path, log: Path, *more: str) -> None:
        self._path, self._log = socket_path, log
        socket_path.unlink(missing_ok=True)
        script = Path(sys.executable).with_name("tombola-kiosk")
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(script), "--data", str(data), "--drive", str(socket_path), "--size", "1280x800", *more],
                stdout=out,
                stderr=out,
                env=os.environ | ENVIRONMENT,
            )
        self._socket = self._knock()
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def _knock(self) -> socket.socket:
        pause, deadline = threading.Event(), time.monotonic() + START_S_MAX
        while True:
            door = socket.socket(socket.AF_UNIX)
            door.settimeout(START_S_MAX + STOP_S_MAX)  # longer than any wait, whose answer says what was seen
            try:
                door.connect(str(self._path))
            except (FileNotFoundError, ConnectionRefusedError):
                door.close()
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                pause.wait(POLL_S)
            else:
                return door

    def ask(self, do: str, **what: object) -> dict[str, Any]:
        """One command, one answer; ``RuntimeError`` with the kiosk's words where it cannot."""
        self._socket.sendall(json.dumps({"do": do, **what}).encode() + b"\n")
        answer = json.loads(self._lines.readline() or '{"error": "the kiosk has gone"}')
        if not answer.get("ok"):
            logged = self._log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
            raise RuntimeError("\n".join([f"{do} {what}: {answer.get('error')}", *logged]))
        return dict(answer)

    def wait(self, screen: str, **more: object) -> None:
        """Until this screen shows, and the rest of the view is so."""
        self.ask("wait", where={"screen": screen, **more}, timeout_ms=START_S_MAX * 1000)

    def log_on(self) -> None:
        """Anna, with her PIN, from the front page on."""
        self.wait("attract")
        self.ask("tap", target="begin")
        self.wait("pin")
        for _ in range(TAPS_MAX):
            self.ask("tap", target="choose_operator:0")
            try:
                self.ask("wait", where={"pin.chosen": OPERATOR}, timeout_ms=TAP_AGAIN_MS)
                break
            except RuntimeError:
                continue  # the screen was still settling: a person would tap again, too
        for digit in PIN:
            self.ask("tap", target=f"key:{digit}")
        self.ask("tap", target="key:enter")
        self.wait("sell")

    def close(self) -> None:
        """End it, politely."""
        self._lines.close()
        self._socket.close()
        self.process.terminate()
        self.process.wait(STOP_S_MAX)


def status(pid: int, field: str) -> int:
    """A number of ``/proc/PID/status``; memory in kB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)


def _empty_window() -> tuple[float, int]:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _EMPTY], stdout=subprocess.PIPE, env=os.environ | ENVIRONMENT
    )
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - began
    memory = status(process.pid, "VmRSS")
    process.terminate()
    process.wait(STOP_S_MAX)
    process.stdout.close()
    return took, memory


def _start(folder: Path) -> float:
    """To the first frame of the front page, as a kiosk starts at which nobody scripts touches."""
    log, pause = folder / "start.log", threading.Event()
    script = Path(sys.executable).with_name("tombola-kiosk")
    command = [str(script), "--data", str(folder / "data"), "--size", "1280x800"]
    began, began_wall = time.monotonic(), datetime.now()  # noqa: DTZ005 - beside the log's local time
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | ENVIRONMENT)
    try:
        while (said := READY.search(log.read_text(encoding="utf-8"))) is None:
            if process.poll() is not None or time.monotonic() - began > START_S_MAX:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            pause.wait(POLL_S)
        ready = datetime.strptime(f"{said[1]}.{said[2]}", "%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ007 - as above
        return (ready - began_wall).total_seconds()
    finally:
        process.terminate()
        process.wait(STOP_S_MAX)


def _kiosk(folder: Path) -> tuple[float, int]:
    """To the sell screen by a scripted operator's taps; and its memory when all that is loaded behind it is there."""
    began = time.perf_counter()
    kiosk = Kiosk(folder / "data", folder / "s", folder / "kiosk.log")
    try:
        kiosk.log_on()
        until_sell = time.perf_counter() - began
        threading.Event().wait(LOADED_S)
        return until_sell, status(kiosk.process.pid, "VmRSS")
    finally:
        kiosk.close()


class Finger:
    """The kiosk's window in this very process, and a finger on it."""

    def __init__(self, data: Path) -> None:
        os.environ.update(ENVIRONMENT)
        from PySide6.QtGui import QGuiApplication

        from kiosk.engine import Engine
        from kiosk.ui import Screens
        from kiosk.ui.drive import items

        self._items = items

        self._application = QGuiApplication.instance() or QGuiApplication([])
        self._engine = Engine(Config(data=data, size=(1280, 800)), SystemClock())
        self.screens = Screens(self._engine, size=(1280, 800))
        self.frames = 0
        self.screens.window.frameSwapped.connect(self._drawn)
        self.screens.show(full=False)
        self.screens.journey.start()
        self._until(lambda: self.seen("screen") == "attract")
        self._engine.act("begin")
        self._engine.act("choose_operator", OPERATOR)
        for key in (*PIN, "enter"):
            self._engine.act("key", key)
        self._until(lambda: self.seen("screen") == "sell")
        self.settle()

    def _drawn(self) -> None:
        self.frames += 1

    def seen(self, *path: str) -> Any:
        """A value of the view that is shown."""
        found: Any = self.screens.journey.seen
        for name in path:
            found = found[name]
        return found

    def _until(self, so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_S_MAX
        while not so():
            self._application.processEvents()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the kiosk stays on {self.seen('screen')}")

    def frame(self) -> None:
        """One frame that shows nothing new."""
        drawn = self.frames
        self.screens.window.update()
        self._until(lambda: self.frames > drawn)

    def clear(self) -> None:
        """An empty basket."""
        self._engine.act("clear_basket")
        self._until(lambda: not self.seen("basket", "lines"))
        self.settle()

    def settle(self) -> None:
        """Let whatever is under way come to its end."""
        deadline = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline:
            self._application.processEvents()

    def tap(self) -> None:
        """One more ticket into the basket: from the finger's leaving the button to the frame that shows it."""
        from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        item = self._items(self.screens.window)["more:0" if self.seen("basket", "lines") else "add:1"]
        place = item.mapToScene(QPointF(item.width() / 2, item.height() / 2))
        before = self.seen("basket", "count")
        events = [
            QMouseEvent(
                kind, place, place, place, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
            )
            for kind, held in (
                (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
            )
        ]
        QCoreApplication.sendEvent(self.screens.window, events[0])
        self.frame()
        self._began = time.perf_counter()
        QCoreApplication.sendEvent(self.screens.window, events[1])
        self._until(lambda: self.seen("basket", "count") != before)
        drawn = self.frames
        self._until(lambda: self.frames > drawn)
        self.took = time.perf_counter() - self._began

    def close(self) -> None:
        """Take the finger and the window away."""
        self.screens.journey.stop()
        self.screens.close()


def tap_figure(data: Path) -> Figure:
    """How long a finger waits for the frame that answers it."""
    finger = Finger(data)
    floors, ours = [], []
    try:
        for number in range(TAPS):
            if number % BASKET_MAX == 0:
                finger.clear()
            floors.append(seconds(finger.frame))
            finger.tap()
            ours.append(finger.took)
            finger.settle()
    finally:
        finger.close()
    return Figure(
        name="tap_to_frame",
        value=median_ms(ours),
        floor=median_ms(floors),
        goal=Goal(FRAME_MS, "value"),
        more=(("p99", p99_ms(ours)), ("rounds", float(TAPS))),
    )


def run(bench: Bench) -> Iterator[Figure]:
    """Start both in turn, then tap."""
    folder = bench.folder / "window"
    folder.mkdir()
    StaffedOffice(SystemClock()).furnish(folder / "data", NUMBERS)
    ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    floors, ours = [], []
    for number in range(ROUNDS + 1):
        bench.say(f"starting, {number} of {ROUNDS}")
        floor, found = _empty_window(), (_start(folder), *_kiosk(folder))
        if number:  # the first start of each reads the disk
            floors.append(floor)
            ours.append(found)
    rounds = ("rounds", float(ROUNDS))
    yield Figure(
        name="cold_start",
        value=statistics.median(found[0] for found in ours),
        floor=statistics.median(floor[0] for floor in floors),
        unit="s",
        goal=Goal(1.5),
        more=(("with_pin", statistics.median(found[1] for found in ours)), rounds),
    )
    yield Figure(
        name="resident_memory",
        value=statistics.median(found[2] for found in ours) / 1000,
        floor=statistics.median(floor[1] for floor in floors) / 1000,
        unit="MB",
        goal=Goal(1.5),
        more=(rounds,),
    )
    bench.say("tapping")
    yield tap_figure(folder / "data")
