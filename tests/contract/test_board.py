"""A real kiosk on the office's board: what it reports of itself is what the office makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from hardware.printer import DeviceError, PrinterStatus
from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.flow.said import PinAnswered
from kiosk.spooler import printer_seen, scanner_seen
from syncserver import auth, events, live, rsus
from syncserver import models as m
from syncserver.db import Database
from syncserver.live import KioskNow
from tests.postgres import set_clock
from tests.server import House, SetClock, make_house

STEPS = 12
"""Of the wire: more than a round of everything that a kiosk asks and tells."""
READY = PrinterStatus(online=True, paper="ok", cover="closed", error="none", link="ok")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    made = make_house(database, tmp_path / "office")
    set_clock(made.office.database)
    live.beat(made.office, "worker")
    return made


class Stand:
    """A kiosk of that office, just enrolled and enabled."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.clock = house, SetClock()
        with house.office.begin() as c:
            code = rsus.new_code(house.office, c, house.rsu, None)
        self.alone = Alone(httpx.WSGITransport(house.app))
        config = Config(data=folder, server="http://127.0.0.1:9", disk_reserve_bytes=0)
        self.desk = Desk(config, self.clock, self.alone, boot="b", device="d")
        self.desk.open()
        for touch in ("focus:code", *(f"key:{one}" for one in code), "enrol"):
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        self.alone.answer_enrolment(self.desk)

    def talk(self, steps: int = STEPS) -> None:
        assert self.alone.uplink is not None
        for _ in range(steps):
            self.alone.hurry()
            self.alone.uplink.step()
            self.desk.tick()

    def seen(self) -> tuple[KioskNow, list[str]]:
        """Its row, and the alarms about it."""
        with self.house.office.begin() as c:
            found = live.evening(self.house.office, c, self.house.organisation)
        (row,) = [one for one in found.kiosks if one.id == self.house.rsu]
        return row, [one.words for one in found.alarms if one.values.get("rsu") == str(self.house.rsu)]

    def close(self) -> None:
        self.alone.close()
        self.desk.close()


@pytest.fixture
def stand(house: House, tmp_path: Path) -> Iterator[Stand]:
    made = Stand(house, tmp_path / "kiosk")
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    yield made
    made.close()


def test_a_healthy_kiosk_is_green_in_every_language_and_a_missing_scanner_is_no_trouble(stand: Stand) -> None:
    """O6: its devices are judged by their codes; what it does not have is said, and is not amber."""
    for language in ("en", "fr", "es"):
        stand.desk.touch("language", language)
        stand.desk.handle(printer_seen(READY))
        stand.talk()
        row, alarms = stand.seen()
        assert (row.printer.words, row.scanner.words) == ("ready", "none")
        assert (row.troubles, row.needed, alarms) == ((), True, [])
    stand.desk.handle(scanner_seen(None))
    stand.talk()
    assert stand.seen()[0].scanner.code == "ready"


def test_what_is_wrong_with_its_devices_is_told_in_words_with_what_to_do(stand: Stand) -> None:
    """K10, O6: the printer stops sales, the scanner only hinders them."""
    stand.desk.handle(printer_seen(PrinterStatus(online=False, paper="out", cover="closed", link="ok")))
    stand.desk.handle(scanner_seen(DeviceError("disconnected", "It is gone.")))
    stand.talk()
    row, alarms = stand.seen()
    assert alarms == [f"{row.name}: The printer is out of paper."]
    assert row.troubles == (
        "The printer is out of paper",
        "The scanner is not there",
    )


def test_a_kiosk_just_enrolled_raises_no_false_alarm_and_an_empty_one_does(
    house: House, stand: Stand
) -> None:
    """N4, O6: it reports before it has its first numbers; once its report is younger than its block, it counts."""
    stand.desk.handle(printer_seen(READY))
    told: set[str] = set()
    for _ in range(STEPS):
        stand.talk(1)
        row, alarms = stand.seen()
        told |= {*alarms, *row.troubles}
    assert (row.needed, told) == (True, set())
    with house.office.begin() as c:
        e = m.rsu_epochs
        health = dict(c.execute(select(e.c.health)).scalar_one())
        # Its report of a minute later.
        later = house.office.now() + timedelta(minutes=1)
        c.execute(
            update(e).values(last_seen_at=later, health=health | {"numbers_left": {str(house.event): 0}})
        )
    row, alarms = stand.seen()
    assert row.troubles == ("no numbers left",)
    assert alarms == [f"{row.name} has no numbers left."]


def test_a_draft_is_on_no_kiosk_and_a_hand_close_shows_at_the_till_at_once(
    house: House, stand: Stand
) -> None:
    """K8, E7, S2: no buyer reads the name of what may never be; nothing of it keeps "sales are closed" away."""
    with house.office.begin() as c:
        auth.create_user(c, house.organisation, "ann", "Ann", None, "operator", "482913")
    stand.desk.handle(printer_seen(READY))
    stand.talk()
    assert stand.desk.shelf is not None
    assert [event.name for event in stand.desk.shelf.events.values()] == ["Final"]
    with house.office.begin() as c:
        events.close(house.office, c, house.event, house.people["admin"])
    operator = next(iter(stand.desk.shelf.operators))
    stand.desk.flow.handle(PinAnswered(operator, "Ann"))
    assert stand.desk.view()["screen"] == "sell"
    stand.talk()
    assert stand.desk.view()["screen"] == "closed"


def test_late_then_silent_and_well_again_as_soon_as_it_speaks(house: House, stand: Stand) -> None:
    """O6, Y9: nothing is wrong with a kiosk off line, and the words say what to do."""
    stand.desk.handle(printer_seen(READY))
    stand.talk()
    house.clock.ahead_ms += 3 * 60_000
    row, alarms = stand.seen()
    assert (row.troubles, alarms) == (("late",), ["North 1 has not been heard of for 3 minutes."])
    house.clock.ahead_ms += 3 * 60_000
    row, alarms = stand.seen()
    assert (row.troubles, alarms) == (("silent",), ["North 1 has not been heard of for 6 minutes."])
    with house.office.begin() as c:
        found = live.evening(house.office, c, house.organisation).alarms
    assert "Look at its network and its power." in next(one for one in found if one.key[:6] == "silent").todo
    stand.clock.ahead_ms = house.clock.ahead_ms
    stand.talk()
    assert stand.seen() == (stand.seen()[0], [])
    assert stand.seen()[0].troubles == ()


def test_a_clock_that_is_off_is_measured_from_its_report(stand: Stand) -> None:
    """Y5: by how much, whichever way; a minute or two do not matter."""
    stand.desk.handle(printer_seen(READY))
    stand.clock.ahead_ms = 60_000
    stand.talk()
    assert stand.seen()[1] == []
    stand.clock.ahead_ms = 10 * 60_000 + 5_000
    stand.talk()
    assert stand.seen()[1] == ["North 1’s clock is off by 10 minutes."]


def test_another_version_than_the_office_s_is_told(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """K4, O6: it sells all the same, and somebody ought to know."""
    stand.desk.handle(printer_seen(READY))
    stand.talk()
    assert stand.seen()[1] == []
    monkeypatch.setattr("kiosk.config.VERSION", "0.0.1")
    stand.talk()
    assert stand.seen()[1] == [f"North 1 runs version 0.0.1, this office {version('tombola')}."]
