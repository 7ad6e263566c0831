"""An order's page: how it was paid, its counterfoils, and what its buyer told, for those who may see it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shared import sale, wire
from syncserver import customers
from syncserver.db import Database
from tests.chains import PRICE, open_scene
from tests.desk import Desk, at_desk
from tests.server import post


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return at_desk(open_scene(database, tmp_path))


def sold(desk: Desk) -> str:
    """The page of an order whose buyer told a name, paid partly by card, with counterfoils printed twice."""
    scene, user = desk.scene, str(desk.scene.user)
    kiosk = scene.kiosk("North")
    salt, data = (
        scene.clock.token(32),
        wire.canonical(wire.Customer(name="Eve Adams", phone="+4915112345678", email="eve@example.org")),
    )
    pay = sale.Payment(method="split", amount=PRICE, tendered=PRICE, change=0, card=400, reference="TX 88")
    made = kiosk.sell(payment=pay, customer=sale.commitment(salt, data))
    line = made.lines[0]
    foil = sale.CounterfoilsPrinted(
        order=line.order, event=line.event, count=5, copy=0, outcome="confirmed", said_by="printer", by=user
    )
    kiosk.journal(foil)
    kiosk.journal(msgspec.structs.replace(foil, copy=1, outcome="failed", approved_by=user))
    kiosk.send()
    record = wire.CustomerRecord(sale=made.sale, salt=salt.hex(), data=data.decode())
    with scene.office.begin() as c:
        customers.take(scene.office, c, kiosk.rsu, kiosk.epoch, [record])
    return f"/admin/orders/{line.order}"


def test_an_order_tells_how_it_was_paid_and_that_its_counterfoils_were_printed_again(desk: Desk) -> None:
    """N10, O5."""
    shown = desk.page(sold(desk))
    for words in (
        "€4.00 of it by card",
        "TX 88",
        "printed again",
        "copy 1",
        "approved by Ada",
        "not, or not all",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("role", "sees", "erases"),
    [("manager", True, True), ("claims", True, False), ("operator", False, False), ("auditor", False, False)],
)
def test_a_buyer_is_seen_by_those_who_have_to_and_erased_by_managers(
    desk: Desk, role: str, sees: bool, erases: bool
) -> None:
    """K16, O1: least rights, also with people."""
    shown = desk.page(sold(desk), role)
    assert ("Eve Adams" in shown, "/erase" in shown) == (sees, erases)
    assert "Buyer" in shown


@pytest.mark.parametrize("asked", ["adams", "EVE@example.org", "+49 151 1234-5678"])
def test_an_order_is_found_by_what_its_buyer_told_by_those_who_may_know_it(desk: Desk, asked: str) -> None:
    """O5, O1: name in part, e-mail and phone whole."""
    url = sold(desk)
    desk.page("/admin/orders", "claims")
    found = post(desk.browser("claims"), "/admin/orders/buyer", buyer=asked)
    assert url in found.get_data(as_text=True)
    assert asked not in found.get_data(as_text=True)
    assert url not in post(desk.browser("claims"), "/admin/orders/buyer", buyer="%%%").get_data(as_text=True)
    assert "Find the buyer" not in desk.page("/admin/orders", "operator")
    assert post(desk.browser("operator"), "/admin/orders/buyer", buyer=asked).status_code == 403


def test_a_manager_erases_a_buyer_with_a_reason(desk: Desk) -> None:
    """K16."""
    url = sold(desk)
    refused = desk.follow(f"{url}/erase", reason="")
    assert "Reason: that will not do" in refused
    assert "Eve Adams" in refused
    shown = desk.follow(f"{url}/erase", reason="asked for it by letter")
    assert "erased, for good" in shown
    assert "Eve Adams" not in shown
    assert "was erased" in desk.page(url, "operator")
    assert "Nothing is known here" in desk.follow(f"{url}/erase", reason="once more")
