"""The door for scripted touches, at a real process with a real window."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[2]
START_S_MAX = 30.0
ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PYTHONUNBUFFERED": "1"}


class Driver:
    """Speaks to a kiosk's door."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(START_S_MAX)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rwb")

    def send(self, *requests: dict[str, Any] | bytes) -> None:
        for request in requests:
            line = request if isinstance(request, bytes) else json.dumps(request).encode()
            self._lines.write(line + b"\n")
        self._lines.flush()

    def reply(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._lines.readline())
        return found

    def do(self, what: str, **more: Any) -> dict[str, Any]:
        self.send({"do": what} | more)
        return self.reply()

    def wait(self, **where: Any) -> None:
        assert self.do("wait", where={k.replace("__", "."): v for k, v in where.items()}) == {"ok": True}

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@contextmanager
def process(command: list[str], door: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program, once its door can be entered; ended by its process id if it does not end itself."""
    with log.open("wb") as out:
        running = subprocess.Popen(command, cwd=ROOT, env=os.environ | ENVIRONMENT, stdout=out, stderr=out)
    try:
        for _ in range(int(START_S_MAX * 20)):
            if door.exists() or running.poll() is not None:
                break
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.05)
        assert door.exists(), log.read_text()
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
        running.wait(START_S_MAX)


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Driver]]:
    command = [sys.executable, "-m", "tests.unit.kiosk.ui_engine", "door", str(tmp_path / "door")]
    with process(command, tmp_path / "door", tmp_path / "log") as running:
        driver = Driver(tmp_path / "door")
        yield running, driver
        driver.close()
    log = (tmp_path / "log").read_text()
    assert ".qml" not in log, log


def test_a_sale_is_driven_through_the_door(
    scripted: tuple[subprocess.Popen[bytes], Driver], tmp_path: Path
) -> None:
    """Design, section 8: the real window behind a local socket, to the end of the program."""
    running, driver = scripted
    driver.wait(screen="pin")
    assert driver.do("tap", target="choose_operator:1")["ok"]
    assert driver.do("keys", text="1")["ok"]
    driver.wait(screen="sell")
    for target, screen in (("add:2", "sell"), ("pay", "pay"), ("cash", "done")):
        assert driver.do("tap", target=target) == {"ok": True}
        driver.wait(screen=screen)
    assert driver.do("view")["view"]["done"]["change"] == "$8.00"
    assert driver.do("items") == {"ok": True, "items": ["next"]}
    assert driver.do("grab", path=str(tmp_path / "done.png"))["ok"]
    assert QImage(str(tmp_path / "done.png")).size().toTuple() == (1024, 600)
    assert driver.do("resize", width=800, height=1280)["ok"]
    assert driver.do("theme", name="dark")["ok"]
    assert driver.do("grab", path=str(tmp_path / "tall.png"))["ok"]
    tall = QImage(str(tmp_path / "tall.png"))
    assert tall.size().toTuple() == (800, 1280)
    assert tall.pixelColor(3, 1270).lightness() < 40
    assert driver.do("quit") == {"ok": True}
    assert running.wait(START_S_MAX) == 0


def test_what_cannot_be_done_is_answered_with_the_reason(
    scripted: tuple[subprocess.Popen[bytes], Driver], tmp_path: Path
) -> None:
    _running, driver = scripted
    for request in (
        {"do": "tap", "target": "cash"},
        {"do": "tap"},
        {"do": "fly"},
        {"do": "theme", "name": "pink"},
        {"do": "resize", "width": -1, "height": 5},
        {"do": "grab", "path": str(tmp_path / "no" / "where.png")},
        {"do": "wait", "where": {"screen": "sell"}, "timeout_ms": 20},
        {"do": "wait", "where": 7},
        {"do": "keys", "text": "x" * 5000},
        b"no json",
        b"[]",
        b'{"do": []}',
        b"\xff\xfe",
    ):
        driver.send(request)
        reply = driver.reply()
        assert reply["ok"] is False
        assert reply["error"]
    assert driver.do("view")["ok"]


def test_requests_are_answered_in_order(scripted: tuple[subprocess.Popen[bytes], Driver]) -> None:
    """Those that came behind a wait stay behind it; another visitor is not held up."""
    _running, driver = scripted
    driver.send({"do": "wait", "where": {"screen": "sell"}}, {"do": "items"})
    other = Driver(driver.path)
    assert other.do("keys", text="1") == {"ok": True}
    assert driver.reply() == {"ok": True}
    assert "pay" in driver.reply()["items"]
    other.close()


def test_the_door_of_a_kiosk_in_earnest_is_closed(tmp_path: Path) -> None:
    """Design, section 8: only while it is enrolled at a demonstration's office."""
    door = tmp_path / "door"
    command = [sys.executable, "-m", "tests.unit.kiosk.ui_engine", "door", str(door), "closed"]
    with process(command, door, tmp_path / "log"):
        driver = Driver(door)
        for what in ("view", "items", "quit"):
            reply = driver.do(what)
            assert reply["ok"] is False
            assert "not a demonstration" in reply["error"]
        driver.close()


def test_a_kiosk_told_to_end_ends_in_order(scripted: tuple[subprocess.Popen[bytes], Driver]) -> None:
    """What a service manager does at shutdown."""
    running, driver = scripted
    driver.wait(screen="pin")
    running.terminate()
    assert running.wait(START_S_MAX) == 0


def test_the_kiosk_itself_comes_up_unenrolled(tmp_path: Path) -> None:
    """K2: the console script, its engine and its window: an empty data folder asks to be set up."""
    data, door = tmp_path / "data", tmp_path / "door"
    data.mkdir()
    command = [sys.executable, "-m", "kiosk", "--data", str(data), "--drive", str(door), "--size", "1024x600"]
    with process(command, door, tmp_path / "log") as running:
        driver = Driver(door)
        driver.wait(screen="enrol")
        assert driver.do("tap", target="focus:server")["ok"]
        driver.wait(enrol__focus="server")
        assert driver.do("tap", target="key:clear")["ok"]
        assert driver.do("keys", text="http://127.0.0.1:9")["ok"]
        driver.wait(enrol__server="http://127.0.0.1:9")
        assert driver.do("tap", target="focus:code")["ok"]
        driver.wait(enrol__focus="code")
        assert driver.do("tap", target="key:Q")["ok"]
        driver.wait(enrol__code="Q")
        assert driver.do("tap", target="enrol")["ok"]
        driver.wait(busy=False)
        assert driver.do("view")["view"]["screen"] == "enrol"
        assert driver.do("quit")["ok"]
        driver.close()
        assert running.wait(START_S_MAX) == 0
    log = (tmp_path / "log").read_text()
    assert "qml" not in log
    assert "Traceback" not in log
