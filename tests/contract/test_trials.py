"""A real kiosk tried before its event opens: the office takes the tests in, and none of them comes near a pool."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kiosk.desk import Alone, Desk
from kiosk.ledger import Sold
from kiosk.till import BasketLine
from shared import wire
from shared.ids import uuid7
from syncserver import auth, books, events, organisations, pools, reconcile
from syncserver import models as m
from syncserver.db import Database
from tests.booth import booth, hand_over
from tests.server import House, close_and_confirm, make_house

HOUR_MS = 3_600_000


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """An event that opens in an hour, asks for age and names, in a house that wants shifts."""
    made = make_house(database, tmp_path / "office")
    now, by = made.office.now(), made.people["admin"]
    with made.office.begin(by) as c:
        auth.create_user(c, made.organisation, "ann", "Ann", None, "operator", "482913")
        organisations.decide(c, made.organisation, by, shifts=wire.ShiftRules(required=True), tolerance="1")
        made.event = events.create_event(
            made.office,
            c,
            events.NewEvent(
                name="Derby",
                identifier="DERBY",
                organisation=made.organisation,
                opens_at=now + timedelta(hours=1),
                closes_at=now + timedelta(hours=3),
                policies=wire.Policies(
                    customer_fields=("name",), customer_required=True, age_min=18, payments=("card",)
                ),
            ),
            by,
        )
        events.add_package(c, made.event, "Five", 5, 800)
        events.add_prize(c, made.event, "Voucher", "fixed", 2_500, position=1)
        events.activate(made.office, c, made.event, by)
    return made


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Iterator[tuple[Desk, Alone]]:
    """An enabled kiosk of that office, with numbers, going by the office's clock."""
    with booth(house, tmp_path / "kiosk", house.clock) as opened:
        yield opened


def test_tests_at_a_kiosk_are_accounted_for_and_in_no_pool(house: House, counter: tuple[Desk, Alone]) -> None:
    """E5, N2: no shift, no buyer, no money; each number is used up, and what is drawn from is what was sold."""
    desk, alone = counter
    till = desk.till
    with house.office.begin() as c:
        u, p = m.users, m.ticket_packages
        ann = str(c.execute(select(u.c.id).where(u.c.display_name == "Ann")).scalar_one())
        package = str(c.execute(select(p.c.id).where(p.c.event_id == house.event)).scalar_one())
    basket = [BasketLine(str(house.event), package)]

    def printed(ticket: Sold) -> set[int]:
        till.printed(ticket.line.order, 0, whole=True, said_by_printer=True)
        return {n for part in ticket.line.ranges for n in part.numbers()}

    tried: set[int] = set()
    for _ in range(2):
        receipt = till.complete(str(uuid7(house.clock)), basket, ann, 0, test=True)
        tried |= printed(receipt.tickets[0])
    till.void(receipt.tickets[0].line.order, "Mistake", ann)
    hand_over(desk, alone)

    house.clock.ahead_ms += HOUR_MS
    hand_over(desk, alone)
    desk.cashier.shifts.open(ann, [])
    promise_of = str(uuid7(house.clock))
    promise = desk.customers.keep(promise_of, wire.Customer(name="Eve Adams"))
    receipt = till.complete(
        promise_of, basket, ann, 800, "card", "T-1", 800, age_checked=True, customer=promise
    )
    desk.customers.sold(promise_of, receipt.tickets[0].seq)
    sold = printed(receipt.tickets[0])
    assert not sold & tried
    hand_over(desk, alone)

    house.clock.ahead_ms += 3 * HOUR_MS
    hand_over(desk, alone)
    with house.office.begin() as c:
        found = c.execute(select(m.findings.c.kind, m.findings.c.detail)).all()
        ledger = list(reconcile.number_ledger(c, house.event))
        (unit,) = reconcile.status(house.office, c, house.event).rows
    assert found == []
    held = {n: s.state for s in ledger if s.state != "not handed out" for n in range(s.first, s.last + 1)}
    assert {n: held[n] for n in tried | sold} == dict.fromkeys(tried, "invalid") | dict.fromkeys(sold, "sold")
    assert set(held.values()) == {"invalid", "sold", "returned"}
    assert (unit.card, unit.cash) == (800, 0)
    by = house.people["manager"]
    with house.office.begin(by) as c:
        reconcile.acknowledge_voids(c, house.event, by)
    close_and_confirm(house)
    with house.office.begin() as c:
        pool = pools.gather(house.office, c, house.event).pools[pools.MAIN]
    assert (pool.size, {n for n in tried | sold if pool.contains(n)}) == (5, sold)
    with books.snapshot(house.office) as c:
        assert books.check(house.office, c, house.event).agrees
