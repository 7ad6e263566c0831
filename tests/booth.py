"""A real kiosk at a real office, over their own wire: enrolled, enabled and with numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from kiosk.config import Config
from kiosk.desk import Alone, Desk
from shared.clock import Clock
from syncserver import rsus
from tests.server import House

STEPS_MAX = 40
"""Of the wire, until everything is handed over."""


@contextmanager
def booth(house: House, data: Path, clock: Clock) -> Iterator[tuple[Desk, Alone]]:
    """The house's kiosk, going by this clock."""
    with house.office.begin() as c:
        code = rsus.new_code(house.office, c, house.rsu, None)
    alone = Alone(httpx.WSGITransport(house.app))
    config = Config(data=data, server="http://127.0.0.1:9", disk_reserve_bytes=0)
    desk = Desk(config, clock, alone, boot="b", device="d")
    desk.open()
    for touch in ("focus:code", *(f"key:{one}" for one in code), "enrol"):
        name, _, arg = touch.partition(":")
        desk.touch(name, arg)
    alone.answer_enrolment(desk)
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    hand_over(desk, alone)
    yield desk, alone
    alone.close()
    desk.close()


def hand_over(desk: Desk, alone: Alone) -> None:
    """The wire, until the office holds everything that the kiosk has."""
    assert alone.uplink is not None
    for _ in range(STEPS_MAX):
        alone.hurry()
        alone.uplink.step()
        desk.tick()
