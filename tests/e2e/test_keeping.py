"""A whole kiosk that is kept alive: frozen, stuck or broken in the midst of a sale it comes back, and nothing is sold twice."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hardware.virtual import VirtualPrinter
from kiosk.store import Store
from shared import sale
from shared.clock import SystemClock
from tests.e2e.paper import PIN, PaperOffice, open_till
from tests.e2e.test_kiosk_screens import ENVIRONMENT, ROOT, Driver
from tests.sim.machines import disk_in_memory

SILENT_S = 5
WAIT_S_MAX = 90.0
PROGRAM = f"""
import logging, sys
from pathlib import Path
from kiosk.keeper import Keeper
from shared.clock import SystemClock
logging.basicConfig(level=logging.INFO)
sys.exit(Keeper(sys.argv[2:], Path(sys.argv[1]), SystemClock(), silent_s={SILENT_S}).run())
"""
BROKEN = """
import os, sys
from pathlib import Path
from kiosk.config import load
from kiosk.engine import Engine
from kiosk.ui import run
from shared.clock import SystemClock
data = Path(sys.argv[1])
def broken():
    if not (data / "second life").exists():
        (data / "second life").touch()
        raise RuntimeError("a defect of the program")
engine = Engine(load(data, {"drive": Path(sys.argv[2]), "size": "1024x600"}), SystemClock(), open_printer=broken, kept=True)
sys.exit(run(engine, load(data, {"drive": Path(sys.argv[2]), "size": "1024x600"})) or engine.exit_code())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """The data folder of a kiosk that has numbers to sell, and no network."""
    with disk_in_memory() as disk:
        PaperOffice(SystemClock()).furnish(disk / "k", 1_000)
        yield disk / "k"


@contextmanager
def kept(folder: Path, log: Path, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command under a keeper of its own, told to end at the end."""
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), *command],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
            stdout=out,
            stderr=out,
        )
    try:
        yield keeper
    finally:
        keeper.terminate()
        keeper.wait(WAIT_S_MAX)


@contextmanager
def closing_printer(folder: Path) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(folder, pty=False).start()
    try:
        yield printer
    finally:
        printer.stop()


def listener(door: Path) -> int:
    """The process behind the door; 0 where nobody listens."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(door))
        except (FileNotFoundError, ConnectionRefusedError):
            return 0
        held = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", held)[0])


@contextmanager
def enter(door: Path, keeper: subprocess.Popen[bytes], but: int = 0) -> Iterator[tuple[Driver, int]]:
    """Through the door of a kiosk that is another process than ``but``; its driver and its process."""
    clock, pause = SystemClock(), threading.Event()
    end = clock.monotonic_ms() + WAIT_S_MAX * 1000
    while (pid := listener(door)) in (0, but):
        assert keeper.poll() is None
        assert clock.monotonic_ms() < end, "no kiosk came up"
        pause.wait(0.1)
    driver = Driver(door)
    try:
        yield driver, pid
    finally:
        driver.close()


def view(driver: Driver) -> dict[str, Any]:
    found: dict[str, Any] = driver.do("view")["view"]
    return found


def to_sell(driver: Driver) -> list[str]:
    """Whatever stands between the screen that is shown and the next sale; the screens that were passed."""
    passed: list[str] = []
    while (screen := view(driver)["screen"]) != "sell":
        passed.append(screen)
        assert len(passed) < 30, passed
        match screen:
            case "attract":
                driver.do("tap", target="begin")
            case "pin":
                driver.do("tap", target="choose_operator:0")
                driver.do("keys", text=PIN + "\n")
            case "events":
                driver.do("tap", target="choose_event:0")
            case "print_problem":
                driver.do("tap", target="print_yes")
            case "done":
                driver.do("tap", target="next")
            case _:
                pass
        others = ["attract", "pin", "events", "sell", "print_problem", "done", "starting", "printing"]
        driver.do("wait", where={"screen": [s for s in others if s != screen]}, timeout_ms=3_000)
    return passed


def sales(folder: Path) -> list[sale.Sale]:
    with Store(folder) as store:
        till = open_till(store, SystemClock())
        found = [body for _, _, body in till.journal.bodies() if isinstance(body, sale.Sale)]
        while till.journal.check_step():
            pass
    return found


def sell(driver: Driver) -> None:
    """A sale up to the tap that makes it one."""
    assert driver.do("tap", target="add:0")["ok"]
    driver.wait(basket__empty=False)
    assert driver.do("tap", target="pay")["ok"]
    driver.wait(screen="pay")
    assert driver.do("tap", target="cash")["ok"]


def test_a_frozen_kiosk_comes_back_and_no_sale_is_made_twice(folder: Path, tmp_path: Path) -> None:
    """K14: stopped at the tap of a sale, then stuck in Qt's own loop, and killed; each time it is back by itself."""
    door, log = tmp_path / "door", tmp_path / "log"
    command = [
        sys.executable,
        "-m",
        "kiosk",
        "--data",
        str(folder),
        "--drive",
        str(door),
        "--size",
        "1024x600",
    ]
    with (
        closing_printer(tmp_path / "printer") as printer,
        kept(folder, log, [*command, "--printer", printer.address]) as keeper,
    ):
        with enter(door, keeper) as (driver, first):
            to_sell(driver)
            sell(driver)
            driver.wait(screen="done")
            to_sell(driver)
            sell(driver)
            os.kill(first, signal.SIGSTOP)  # somewhere between the finger and the ticket

        with enter(door, keeper, first) as (driver, second):
            assert "pin" in to_sell(driver)
            assert view(driver)["basket"]["empty"]
            sell(driver)
            driver.wait(screen="done")
            fifo = tmp_path / "nobody-reads.png"
            os.mkfifo(fifo)
            driver.send(
                {"do": "grab", "path": str(fifo)}
            )  # Qt's loop now waits for a reader that never comes

        with enter(door, keeper, second) as (driver, third):
            to_sell(driver)
            sell(driver)
            driver.wait(screen="done")
            os.kill(third, signal.SIGKILL)

        with enter(door, keeper, third) as (driver, fourth):
            to_sell(driver)
            sell(driver)
            driver.wait(screen="done")
            unsynced = view(driver)["status"]["unsynced"]
            to_sell(driver)
            for target, shown in (("open_sync", "sync"), ("open_settings", "settings")):
                assert driver.do("tap", target=target)["ok"], target
                driver.wait(screen=shown)
            assert driver.do("tap", target="set:theme:dark")["ok"], driver.do("items")
            driver.wait(look__theme="dark", busy=False)
            assert driver.do("tap", target="settings_do:restart")["ok"]

        with enter(door, keeper, fourth) as (driver, _):
            driver.wait(look__theme="dark")
            to_sell(driver)
    said = log.read_text()
    assert said.count("silent for too long") == 2
    assert said.count("wants to be started again") == 1
    assert "Fatal Python error: Aborted" in said
    assert "drive.py" in said
    found = sales(folder)
    assert unsynced == len(found)
    assert len(found) in (4, 5)  # the one it was stopped in is whole or absent
    assert len({s.sale for s in found}) == len(found)
    numbers = [n for s in found for r in sale.all_ranges(s.lines) for n in r.numbers()]
    assert len(set(numbers)) == len(numbers)


def test_a_kiosk_whose_worker_died_is_started_again(folder: Path, tmp_path: Path) -> None:
    """K14: the heart beats only while the workers live: a dead printer thread is not sold beside."""
    door, log = tmp_path / "door", tmp_path / "log"
    with kept(folder, log, [sys.executable, "-c", BROKEN, str(folder), str(door)]) as keeper:
        with enter(door, keeper) as (driver, first):
            driver.wait(screen="blocked", blocked__code="worker_dead")
            assert "by itself" in view(driver)["blocked"]["what_to_do"]
        with enter(door, keeper, first) as (driver, _):
            to_sell(driver)
    assert "a defect of the program" in log.read_text()
