"""A real kiosk pays a prize at a real office: enrolled, logged on, asked, noted, journalled, uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.flow import said as flow
from shared import entry, sale
from shared.clock import SystemClock
from shared.wire import Policies
from syncserver import auth, claims, events, rsus
from syncserver import models as m
from syncserver.db import Database
from tests.server import House, close_and_confirm, drawn, make_house, sell

PIN = "482913"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """An event whose small prizes are paid at the kiosks, sold and drawn."""
    made = make_house(database, tmp_path / "office")
    now, by = made.office.now(), made.people["admin"]
    with made.office.begin(by) as c:
        auth.create_user(c, made.organisation, "ann", "Ann", None, "operator", PIN)
        made.event = events.create_event(
            made.office,
            c,
            events.NewEvent(
                name="Derby",
                identifier="DERBY",
                organisation=made.organisation,
                opens_at=now - timedelta(hours=1),
                closes_at=now + timedelta(hours=1),
                policies=Policies(claims_at_kiosk_up_to=5_000),
            ),
            by,
        )
        events.add_package(c, made.event, "Five", 5, 800)
        events.add_prize(c, made.event, "Voucher", "fixed", 2_500, position=1)
        events.activate(made.office, c, made.event, by)
    sell(made, 1, 1)
    close_and_confirm(made)
    drawn(made, official=True)
    return made


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Iterator[tuple[Desk, Alone]]:
    """A kiosk of that office with its operator logged on."""
    with house.office.begin() as c:
        code = rsus.new_code(house.office, c, house.rsu, None)
    alone = Alone(httpx.WSGITransport(house.app))
    config = Config(data=tmp_path / "kiosk", server="http://127.0.0.1:9", disk_reserve_bytes=0)
    desk = Desk(config, SystemClock(), alone, boot="b", device="d")
    desk.open()
    tap(desk, "focus:code", *(f"key:{c}" for c in code), "enrol")
    alone.answer_enrolment(desk)
    with house.office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    sync(desk, alone)
    ann = next(o["id"] for o in desk.view()["pin"]["operators"] if o["name"] == "Ann")
    assert tap(desk, f"choose_operator:{ann}", *(f"key:{d}" for d in PIN), "key:enter")["screen"] != "pin"
    yield desk, alone
    alone.close()
    desk.close()


def tap(desk: Desk, *touches: str) -> dict[str, Any]:
    for touch in touches:
        name, _, arg = touch.partition(":")
        desk.touch(name, arg)
    return desk.view()


def sync(desk: Desk, alone: Alone) -> None:
    assert alone.uplink is not None
    alone.hurry()
    alone.uplink.step()
    desk.tick()


def test_a_prize_is_paid_at_the_kiosk_and_stands_in_both_books(
    house: House, counter: tuple[Desk, Alone]
) -> None:
    """D9: the office's claim is the fact, the kiosk's journal says where the money came from."""
    desk, alone = counter
    with house.office.begin() as c:
        (won,) = claims.standings(house.office, c, house.event)
    desk.handle(flow.Scanned(won.validation))
    sync(desk, alone)
    shown = desk.view()["lookup"]
    assert (shown["result"]["verdict"], [p["amount"] for p in shown["prizes"]]) == ("won", ["€25.00"])
    tap(desk, f"open_claim:{won.result}", "claim_pay")
    sync(desk, alone)
    assert desk.view()["claim"]["title"] == "Hand out €25.00"
    sync(desk, alone)
    with house.office.begin() as c:
        (row,) = claims.claims(c, house.event)
        held = c.execute(select(m.rsu_journal.c.entry).where(m.rsu_journal.c.kind == "paid")).scalars().all()
    assert (row.desk, row.number, row.amount) == ("North 1", won.number, 2_500)
    (paid,) = [sale.decode(entry.read(bytes(one)).body) for one in held]
    assert isinstance(paid, sale.Paid)
    assert (paid.result, paid.amount, paid.event) == (str(won.result), 2_500, str(house.event))
