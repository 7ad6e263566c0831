"""A real kiosk's shift and buyers at a real office: opened, sold, voided, closed, uploaded, and counted the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.desk import Alone, Desk
from kiosk.shifts import Count
from kiosk.till import BasketLine
from shared import wire
from shared.clock import SystemClock
from shared.ids import uuid7
from syncserver import auth, books, events, organisations, reconcile, shifts
from syncserver import models as m
from syncserver.db import Database
from tests.booth import booth, hand_over
from tests.server import House, make_house

PIN = "482913"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """An event on sale that asks for a name, in a house that wants shifts."""
    made = make_house(database, tmp_path / "office")
    now, by = made.office.now(), made.people["admin"]
    with made.office.begin(by) as c:
        auth.create_user(c, made.organisation, "ann", "Ann", None, "operator", PIN)
        organisations.decide(c, made.organisation, by, shifts=wire.ShiftRules(required=True), tolerance="1")
        made.event = events.create_event(
            made.office,
            c,
            events.NewEvent(
                name="Derby",
                identifier="DERBY",
                organisation=made.organisation,
                opens_at=now - timedelta(hours=1),
                closes_at=now + timedelta(hours=1),
                policies=wire.Policies(customer_fields=("name",)),
            ),
            by,
        )
        events.add_package(c, made.event, "Five", 5, 800)
        events.add_prize(c, made.event, "Voucher", "fixed", 2_500, position=1)
        events.activate(made.office, c, made.event, by)
    return made


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Iterator[tuple[Desk, Alone]]:
    """An enabled kiosk of that office, with numbers."""
    with booth(house, tmp_path / "kiosk", SystemClock()) as opened:
        yield opened


def test_a_kiosk_s_shift_is_counted_alike_at_both_ends(house: House, counter: tuple[Desk, Alone]) -> None:
    """K13, K16, Y9: float, cash, card, a void and a late one; a buyer's name; the office agrees to the cent."""
    desk, alone = counter
    till, drawer = desk.till, desk.cashier.shifts
    clock = SystemClock()
    with house.office.begin() as c:
        u, p = m.users, m.ticket_packages
        ann = str(c.execute(select(u.c.id).where(u.c.display_name == "Ann")).scalar_one())
        package = str(c.execute(select(p.c.id).where(p.c.event_id == house.event)).scalar_one())

    def sell(tendered: int, quantity: int = 1, **how: Any) -> Any:
        sale_id = how.pop("sale_id", None) or str(uuid7(clock))
        basket = [BasketLine(str(house.event), package, quantity)]
        receipt = till.complete(sale_id, basket, ann, tendered, **how)
        for ticket in receipt.tickets:
            till.printed(ticket.line.order, 0, whole=True, said_by_printer=True)
        return receipt

    drawer.open(ann, [Count("EUR", 5_000, ((5_000, 1),))])
    told = str(uuid7(clock))
    promise = desk.customers.keep(told, wire.Customer(name="Eve Adams"))
    receipt = sell(1_000, sale_id=told, customer=promise)
    desk.customers.sold(told, receipt.tickets[0].seq)
    sell(800, method="card", reference="T-1", card=800)
    split = sell(1_600, 2, method="split", reference="T-2", card=1_000)
    gone = sell(800)
    till.void(gone.tickets[0].line.order, "changed their mind", ann)
    till.void(split.tickets[1].line.order, "one too many", ann)
    drawer.count(ann, "close", [Count("EUR", 5_000 + 800)])
    drawer.close(ann, "quiet")
    hand_over(desk, alone)
    with house.office.begin() as c:
        (row,) = shifts.of_kiosk(c, house.rsu)
        (unit,) = reconcile.status(house.office, c, house.event).rows
        found = c.execute(select(m.findings.c.kind, m.findings.c.detail)).all()
        info = (
            c.execute(select(m.orders.c.customer_info).where(m.orders.c.customer_info.is_not(None)))
            .scalars()
            .all()
        )
    assert found == []
    (said,) = row.sums
    assert (row.agrees, said.counted - said.expected) == (True, 0)
    # Of the split sale the card paid 8.00 of the first ticket and 2.00 of the second, whose other 6.00 went back in cash.
    assert (unit.card, unit.cash, unit.drawer.counted, unit.drawer.over) == (1_600, 800, 800, 0)
    assert unit.uncounted == 0
    assert [one["name"] for one in info] == ["Eve Adams"]
    with books.snapshot(house.office) as c:
        assert books.check(house.office, c, house.event).agrees
