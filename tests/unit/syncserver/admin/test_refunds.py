"""The pages on which an order is made void and paid back, and what the desk sees before it pays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared import sale
from syncserver import models as m
from syncserver.db import Database
from tests.chains import PRICE, Kiosk, open_scene
from tests.desk import Desk, at_desk
from tests.postgres import as_owner


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return at_desk(open_scene(database, tmp_path))


def sold(kiosk: Kiosk) -> sale.Line:
    made = kiosk.sell()
    kiosk.send_all()
    return made.lines[0]


def bought(desk: Desk, kiosk: Kiosk) -> UUID:
    """An order as the web shop makes them, whose buyer told an address."""
    order, o = UUID(sold(kiosk).order), m.orders
    info = {"name": "Ann", "email": "ann@example.org", "language": "de"}
    with as_owner(desk.scene.office.database) as c:
        c.execute(
            update(o)
            .where(o.c.id == order)
            .values(source="online", payment_reference="pi_1", customer_info=info)
        )
    return order


def given_at_kiosk(desk: Desk, kiosk: Kiosk, line: sale.Line) -> None:
    """The kiosk, which has not heard of the office's void, makes the order void too and hands the cash back."""
    kiosk.journal(
        sale.Voided(
            order=line.order,
            event=line.event,
            validation=line.validation,
            reason="customer",
            by=str(desk.scene.user),
            returned=PRICE,
            currency="EUR",
        )
    )
    kiosk.send_all()


def test_what_was_paid_on_line_is_never_void_without_its_money(desk: Desk) -> None:
    """S5, O5: paying back is the step; another way asks how and when, and is a refund; the buyer is told once."""
    kiosk = desk.scene.kiosk("North")
    order, other = bought(desk, kiosk), bought(desk, kiosk)
    url, today = f"/admin/orders/{order}", desk.scene.office.now().date()
    shown = desk.page(url)
    assert "Make it void and pay it back" in shown
    assert "without paying back" not in shown
    assert "Pay it back" in desk.follow(f"{url}/void", reason="Bought twice")
    for form, words in (
        ({"how": "other", "reference": "B 1"}, "Choose the day"),
        ({"how": "stripe", "reference": "B 1", "on": today}, "Choose how"),
        ({"how": "other", "on": today}, "reference is needed"),
        ({"how": "other", "on": today + timedelta(days=2), "reference": "B 1"}, "day will not do"),
        ({"how": "other", "on": today - timedelta(days=2), "reference": "B 1"}, "day will not do"),
    ):
        assert words in desk.follow(f"{url}/given-back", reason="Paid by bank", **form), form
    how = {"how": "other", "on": today, "reference": "B 1", "reason": "Paid by bank"}
    assert "noted how its money was given back" in desk.follow(f"{url}/given-back", **how)
    assert "being paid back already" in desk.follow(f"{url}/given-back", **how)
    desk.follow(f"/admin/orders/{other}/refund", reason="Bought twice")
    r, n = m.refunds, m.notifications
    with desk.scene.office.begin() as c:
        rows = c.execute(
            select(r.c.method, r.c.state, r.c.amount, r.c.provider_reference).order_by(r.c.asked_at)
        )
        assert sorted(map(tuple, rows)) == [
            ("other", "done", PRICE, "B 1"),
            ("stripe", "due", PRICE, None),
        ]
        told = c.execute(select(n.c.order_id, n.c.kind, n.c.facts).where(n.c.channel == "email")).all()
    assert {(one.order_id, one.kind) for one in told} == {(order, "refunded"), (other, "refunded")}
    assert {one.facts["total"] for one in told} == {"10,00\xa0€"}
    page = desk.page(desk.url)
    assert page.count("€10.00") >= 2
    assert "by the office" in page


def test_the_desk_is_told_before_it_pays_what_the_kiosk_has_paid(desk: Desk) -> None:
    """N8: void in the office, paid out at the kiosk: the desk says which, and reconciling shows it once."""
    kiosk = desk.scene.kiosk("North")
    lines = [sold(kiosk), sold(kiosk)]
    for line in lines:
        desk.follow(f"/admin/orders/{line.order}/refund", reason="The match was moved.")
        given_at_kiosk(desk, kiosk, line)
    shown = desk.page("/admin/refunds", "claims")
    assert shown.count("Do not pay: the kiosk has given it back already.") == 2
    assert shown.count("the kiosk paid</span>") == 2
    with desk.scene.office.begin() as c:
        first, second = c.scalars(select(m.refunds.c.id).order_by(m.refunds.c.asked_at))
    assert "Say whether it was paid here" in desk.follow(f"/admin/refunds/{first}/done", "claims")
    assert "due" in desk.page(desk.url)
    assert "nothing is paid here" in desk.follow(f"/admin/refunds/{first}/done", "claims", twice="no")
    desk.follow(f"/admin/refunds/{second}/done", "claims", twice="yes")
    shown = desk.page("/admin/refunds", "claims")
    assert (shown.count("given back at the kiosk"), shown.count("paid twice")) == (1, 1)
    assert "It was paid twice" in desk.page(f"/admin/orders/{lines[1].order}")
    assert desk.page(desk.url).count("paid twice") == 1


def test_an_order_that_is_only_void_shows_no_money_back(desk: Desk) -> None:
    """Y9: the column says what went back, and not what every void order had cost; its buyer hears of the void."""
    kiosk = desk.scene.kiosk("North")
    line, o = sold(kiosk), m.orders
    with desk.scene.office.begin() as c:
        info = {"name": "Ann", "email": "ann@example.org"}
        c.execute(update(o).where(o.c.id == UUID(line.order)).values(customer_info=info))
    assert "without paying back" in desk.page(f"/admin/orders/{line.order}")
    desk.follow(f"/admin/orders/{line.order}/void", reason="Never paid")
    assert '<td class="num" data-label="Money back"><span class="soft">–</span></td>' in desk.page(desk.url)
    with desk.scene.office.begin() as c:
        n = m.notifications
        assert list(c.scalars(select(n.c.kind).where(n.c.channel == "email"))) == ["voided"]
