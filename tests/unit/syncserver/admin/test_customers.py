"""Customers in the office: found, vouched for, shut out, forgotten; seen by those who have to know them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from syncserver import accounts, auth, events
from syncserver import models as m
from syncserver.config import Mail
from syncserver.db import Database
from tests.chains import open_scene
from tests.desk import Desk, at_desk
from tests.postgres import as_owner
from tests.server import PASSWORD, log_in, post


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    scene = open_scene(database, tmp_path)
    mail = Mail(host="127.0.0.1", port=9, security="none", sender="raffle@club.example")
    scene.office = replace(scene.office, config=replace(scene.office.config, mail=mail))
    return at_desk(scene)


def eve(desk: Desk) -> UUID:
    """A customer who has bought five tickets on line."""
    scene = desk.scene
    kiosk = scene.kiosk()
    made = kiosk.sell()
    kiosk.send()
    told = {"name": "Eve Adams", "email": "eve@example.org", "phone": "+491511234567", "language": "de"}
    with scene.office.begin() as c:
        user = accounts.create(scene.office, c, scene.organisation, email="Eve@example.org", name="Eve Adams")
    o = m.orders
    with as_owner(scene.office.database) as c:
        c.execute(
            update(o)
            .where(o.c.id == UUID(made.lines[0].order))
            .values(source="online", created_by=user, customer_info=told, payment_reference="pi_1")
        )
    return user


def test_a_customer_is_found_and_their_orders_seen(desk: Desk) -> None:
    """O5, O7: by a part of the name or address, sent as a form; the order leads back to them."""
    user = eve(desk)
    url = f"/admin/customers/{user}"
    assert url in desk.page("/admin/customers", "claims")
    for asked in ("adams", "eve@", "EVE AD"):
        found = post(desk.browser("claims"), "/admin/customers/find", q=asked).get_data(as_text=True)
        assert url in found, asked
    assert url not in post(desk.browser("claims"), "/admin/customers/find", q="mallory").get_data(
        as_text=True
    )
    shown = desk.page(url, "claims")
    with desk.scene.office.begin() as c:
        order = c.scalar(select(m.orders.c.id))
    assert f"/admin/orders/{order}" in shown
    assert "€10.00" in shown
    with desk.scene.office.begin() as c:
        numbers = sorted(c.scalars(select(m.tickets.c.draw_number)))
    assert "Sold and valid" in shown
    assert f">{numbers[0]} to {numbers[-1]}<" in shown
    assert url in desk.page(f"/admin/orders/{order}", "claims")
    assert url not in desk.page(f"/admin/orders/{order}", "operator")
    found = post(desk.browser("claims"), "/admin/orders/find", q="eve@example.org").get_data(as_text=True)
    assert str(order) in found
    assert "eve@example.org" in desk.page("/admin/customers?as=csv", "claims")


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_customers_are_for_those_who_have_to_know_them(desk: Desk, role: str) -> None:
    """O1: least rights, also with people."""
    user = eve(desk)
    for url in ("/admin/customers", f"/admin/customers/{user}"):
        assert desk.browser(role).get(url).status_code == 403
    for step in ("verify", "ban", "lift", "erase", "data"):
        answer = post(desk.browser("claims"), f"/admin/customers/{user}/{step}", reason="because I can")
        assert answer.status_code == 403, step


def test_a_customer_is_vouched_for_shut_out_and_let_in_again(desk: Desk) -> None:
    """O7: each with its reason, under a name; tickets stay what they are."""
    user = eve(desk)
    url = f"/admin/customers/{user}"
    assert "by hand: Per manager" in desk.follow(f"{url}/verify")
    assert "Reason: that will not do" in desk.follow(f"{url}/ban", reason="")
    shown = desk.follow(f"{url}/ban", reason="Stolen cards.")
    assert "Stolen cards." in shown
    with desk.scene.office.begin() as c:
        banned = accounts.customer(c, user)
        assert banned is not None
        assert not banned.may_buy
        assert c.scalars(select(m.tickets.c.state).distinct()).all() == ["sold"]
    assert "They can sign in and buy again." in desk.follow(f"{url}/lift", reason="The bank erred.")
    assert url in desk.page("/admin/customers?state=verified")
    assert url not in desk.page("/admin/customers?state=banned")


def test_a_customer_is_forgotten_for_good(desk: Desk) -> None:
    """K16, O7: what they told goes from the account and every order; the orders stay."""
    user = eve(desk)
    url = f"/admin/customers/{user}"
    taken = post(desk.browser("manager"), f"{url}/data")
    assert json.loads(taken.data)["account"]["email"] == "eve@example.org"
    assert "attachment" in taken.headers["Content-Disposition"]
    with desk.scene.office.begin() as c:
        desk.follow(f"/admin/orders/{c.scalar(select(m.orders.c.id))}/resend")
    shown = desk.follow(f"{url}/erase", reason="Asked for it by letter.")
    assert "eve@example.org" not in shown
    assert "Gone" in shown
    with desk.scene.office.begin() as c:
        order = c.execute(select(m.orders)).one()
        assert (order.customer_info, order.payment_status) == (None, "paid")
        noted = c.scalars(select(m.critical_events.c.event_type)).all()
        told = c.execute(select(m.notifications)).one()
    assert {"customer_data_taken", "customer_erased"} <= set(noted)
    assert (told.recipient, told.facts, told.state) == (None, None, "stopped")
    assert "Eve Adams" not in desk.page(f"/admin/orders/{order.id}")


def test_another_organisation_s_customers_are_not_there(desk: Desk) -> None:
    """O1: neither to look at nor to decide about."""
    user = eve(desk)
    with desk.scene.office.begin() as c:
        other = events.create_organisation(c, "Rivals", "EUR")
        auth.create_user(c, other, "rival", "Ri Val", PASSWORD, "admin")
    rival = desk.app.test_client()
    log_in(rival, "rival")
    assert rival.get(f"/admin/customers/{user}").status_code == 404
    assert str(user) not in rival.get("/admin/customers").get_data(as_text=True)
    assert str(user) not in post(rival, "/admin/customers/find", q="adams").get_data(as_text=True)
    for step in ("verify", "ban", "lift", "erase", "data"):
        assert post(rival, f"/admin/customers/{user}/{step}", reason="mine now").status_code == 404, step


def test_a_confirmation_goes_out_again_and_to_another_address_only_when_typed_twice(desk: Desk) -> None:
    """O5: to the buyer at once; elsewhere with a reason, on record without the address; not for ever."""
    eve(desk)
    with desk.scene.office.begin() as c:
        order = c.scalar(select(m.orders.c.id))
    url, n = f"/admin/orders/{order}", m.notifications
    assert "on its way once more" in desk.follow(f"{url}/resend", "claims")
    other = {"email": "friend@example.org", "email_again": "freind@example.org", "reason": "She asked."}
    assert "are not the same" in desk.follow(f"{url}/resend", "claims", **other)
    other["email_again"] = "friend@example.org"
    assert "on its way once more" in desk.follow(f"{url}/resend", "claims", **other)
    with desk.scene.office.begin() as c:
        told = c.execute(
            select(n.c.recipient, n.c.facts, n.c.order_id).order_by(n.c.created_at, n.c.id)
        ).all()
        words = c.scalars(
            select(m.critical_events.c.description).where(m.critical_events.c.event_type == "order_resent")
        ).all()
    assert [row.recipient["email"] for row in told] == ["eve@example.org", "friend@example.org"]
    assert told[0].facts["total"] == "€10.00"
    assert "friend@example.org" not in "".join(words)
    assert "She asked." in "".join(words)
    for _ in range(3):
        desk.follow(f"{url}/resend", "claims")
    assert "often enough today" in desk.follow(f"{url}/resend", "claims")
    assert "Message: Order confirmed" in desk.page(url)
    assert post(desk.browser("operator"), f"{url}/resend").status_code == 403


def test_a_refund_tells_its_buyer(desk: Desk) -> None:
    """O9: once."""
    eve(desk)
    with desk.scene.office.begin() as c:
        order = c.scalar(select(m.orders.c.id))
    desk.follow(f"/admin/orders/{order}/refund", reason="The match was moved.")
    with desk.scene.office.begin() as c:
        row = c.execute(select(m.notifications)).one()
    assert (row.kind, row.recipient["email"], row.facts["reason"]) == (
        "refunded",
        "eve@example.org",
        "The match was moved.",
    )


def test_an_order_of_nobody_known_is_confirmed_to_a_typed_address_alone(desk: Desk) -> None:
    """O5: most buyers at kiosks are nobody's business."""
    kiosk = desk.scene.kiosk()
    order = kiosk.sell().lines[0].order
    kiosk.send()
    shown = desk.page(f"/admin/orders/{order}", "claims")
    assert "Send it to the buyer" not in shown
    assert "Nobody is known" in desk.follow(f"/admin/orders/{order}/resend", "claims")


def test_a_question_is_given_to_a_draft_and_frozen_with_it(desk: Desk) -> None:
    """S6, E3: whoever tries to change it later is refused, and that is on record."""
    scene = desk.scene
    with scene.office.begin() as c:
        old = c.execute(select(m.raffle_events).where(m.raffle_events.c.id == scene.event)).one()
        draft = events.create_event(
            scene.office,
            c,
            events.NewEvent(
                name="Cup",
                identifier="CUP",
                organisation=scene.organisation,
                venue=scene.venue,
                opens_at=old.opens_at,
                closes_at=old.closes_at,
            ),
            scene.user,
        )
    url = f"/admin/events/{draft}/question"
    form = {"text": "Two and two?", "answer1": "Three", "answer3": "Four", "correct": "3", "attempts": "2"}
    assert "The question is kept" in desk.follow(f"{url}/save", **form)
    with scene.office.begin() as c:
        row = c.execute(select(m.questions)).one()
        assert (row.answers, row.correct, row.attempts_max) == (["Three", "Four"], 2, 2)
    assert "The right answer is empty" in desk.follow(f"{url}/save", **(form | {"correct": "2"}))
    assert "asks no question" in desk.follow(f"{url}/remove")
    frozen = f"/admin/events/{scene.event}/question"
    assert "activated without one" in desk.page(frozen, "auditor")
    assert "cannot be changed" in desk.follow(f"{frozen}/save", **form)
    with scene.office.begin() as c:
        noted = c.scalars(select(m.critical_events.c.event_type)).all()
    assert "frozen_change_refused" in noted
    assert post(desk.browser("auditor"), f"{url}/save", **form).status_code == 403


def test_customers_have_one_box_to_find_them_and_a_choice_of_states(desk: Desk) -> None:
    """O7, O5: what was found is a list like any other, but in no address: neither sorted nor exported by one."""
    user = eve(desk)
    shown = desk.page("/admin/customers", "claims")
    assert shown.count('role="search"') == 1
    assert 'href="/admin/customers?state=banned"' in shown
    found = post(desk.browser("claims"), "/admin/customers/find", q="adams").get_data(as_text=True)
    assert f"/admin/customers/{user}" in found
    assert "found by “adams”" in found
    assert "as=csv" not in found
    assert "sort=" not in found
    assert "Nobody here" in desk.page("/admin/customers?state=banned")
