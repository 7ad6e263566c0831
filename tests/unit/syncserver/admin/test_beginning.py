"""The first steps of a new house: from facts, short once something is sold, gone when all is done."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from shared.clock import SystemClock
from syncserver import auth, events, factors, notifications, organisations, rsus
from syncserver import models as m
from syncserver.app import create_app
from syncserver.config import Mail, Stripe
from syncserver.db import Database
from syncserver.office import Office, furnish
from tests.server import PASSWORD, House, log_in, make_house, post

STEPS = 9


@pytest.fixture
def bare(database: Database, tmp_path: Path) -> Office:
    """An office as ``tombola-server init`` leaves it."""
    office = furnish(database, tmp_path, SystemClock())
    with office.begin() as c:
        organisation = events.create_organisation(c, "Hospice", "EUR", timezone="Europe/Berlin")
        auth.create_user(c, organisation, "admin", auth.ROLE_WORDS["admin"], PASSWORD, "admin")
    return office


def come_in(office: Office) -> FlaskClient:
    app = create_app(office)
    app.testing = False
    browser = app.test_client()
    assert log_in(browser, "admin").status_code == 303
    return browser


def steps(browser: FlaskClient) -> tuple[str, list[str]]:
    """The first page, and the titles of the steps that are done on it."""
    shown = browser.get("/admin/").get_data(as_text=True)
    return shown, re.findall(r'<li class="done">.*?<strong>(.*?)</strong>', shown)


def test_a_new_house_is_led_to_its_first_ticket(bare: Office) -> None:
    """E1, O1: each step is a link and a sentence, done by facts, and the list is gone when all is done."""
    browser = come_in(bare)
    shown, done = steps(browser)
    assert f"0 of {STEPS} done" in shown
    assert done == []
    for address in re.findall(r'<strong><a href="([^"]+)">', shown.partition("First steps")[2])[:STEPS]:
        assert browser.get(address).status_code == 200, address

    with bare.begin() as c:
        me = c.execute(select(m.users.c.id)).scalar_one()
        organisation = c.execute(select(m.organizations.c.id)).scalar_one()
        c.execute(m.users.update().values(display_name="Grace Okafor"))
        notifications.set_contact(bare, c, me, "grace@example.org", "en")
        organisations.describe(
            c,
            organisation,
            me,
            name="Hospice",
            licence="DE-1",
            description="",
            currency="EUR",
            timezone="Europe/Berlin",
            reached=organisations.Contact(street="Main 1", city="Lübeck", email="x@example.org"),
        )
        auth.create_user(c, organisation, "otto", "Otto", None, "operator", "1234")
        venue = events.create_venue(c, organisation, "Stadium", "Europe/Berlin")
        now = bare.now()
        event = events.create_event(
            bare,
            c,
            events.NewEvent(
                name="Final",
                identifier="FINAL",
                organisation=organisation,
                venue=venue,
                opens_at=now,
                closes_at=now + timedelta(days=1),
            ),
            me,
        )
        rsu = rsus.create_rsu(c, organisation, "North 1")
    shown, done = steps(browser)
    assert len(done) == 4, done
    assert "Put your first event on sale" in shown
    assert "Enrol the kiosk that you added" in shown

    with bare.begin() as c:
        events.add_package(c, event, "Five", 5, 800)
        events.add_prize(c, event, "Jersey", "fixed", 15_000, position=1)
        events.activate(bare, c, event, me)
        c.execute(insert(m.rsu_epochs).values(rsu_id=rsu, epoch=1, public_key=bytes(32)))
    shown, done = steps(browser)
    assert '<details class="card folded" id="first-steps">' in shown, "it is short once something is on sale"
    assert len(done) == 6, done

    assert post(browser, "/admin/first-steps/cards/seen").status_code == 404
    for step in ("factor", "mail", "cards"):
        assert post(browser, f"/admin/first-steps/{step}").status_code == 303
    shown, _ = steps(browser)
    assert "First steps" not in shown


def test_what_the_server_has_is_no_step(bare: Office) -> None:
    """O9, O8: mail and cards are done where the server has them."""
    bare = replace(
        bare,
        config=replace(
            bare.config,
            stripe=Stripe("sk_test", "whsec"),
            mail=Mail("127.0.0.1", 25, "none", "Hospice <a@example.org>"),
        ),
    )
    assert steps(come_in(bare))[1] == ["Let it send e-mail", "Let it take cards on line"]


def test_only_administrators_are_led_and_may_do_without(database: Database, tmp_path: Path) -> None:
    """O1: others cannot take these steps."""
    house: House = make_house(database, tmp_path)
    assert "First steps" in house.client("admin").get("/admin/").get_data(as_text=True)
    for role in ("manager", "operator", "claims", "auditor"):
        assert "First steps" not in house.client(role).get("/admin/").get_data(as_text=True)
    assert post(house.client("manager"), "/admin/first-steps/cards").status_code == 403
    with house.office.begin() as c:
        assert not factors.has(c, house.people["admin"])


def test_who_puts_a_step_aside_and_who_changes_the_clock_at_once_lose_nothing(bare: Office) -> None:
    """E1: both are kept in one place; the second waits for the first."""
    with bare.begin() as c:
        house, me = c.scalars(select(m.organizations.c.id)).one(), c.scalars(select(m.users.c.id)).one()

    def clock() -> None:
        with bare.begin(me) as c:
            organisations.decide(c, house, me, timezone="America/Toronto")

    with ThreadPoolExecutor(1) as second:
        with bare.begin(me) as c:
            organisations.put_step_aside(c, house, "kiosk", me)
            other = second.submit(clock)
            waiting = text(
                "SELECT count(*) FROM pg_locks, pg_sleep(0.05) WHERE NOT granted AND locktype = 'transactionid'"
            )
            until = bare.clock.monotonic_ms() + 30_000
            while not c.scalar(waiting):
                assert bare.clock.monotonic_ms() < until
        other.result()
    with bare.begin() as c:
        settings = organisations.get(c, house).settings
    assert organisations.put_aside(settings) == {"kiosk"}
    assert settings["timezone"] == "America/Toronto"
