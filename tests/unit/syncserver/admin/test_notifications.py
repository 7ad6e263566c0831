"""The pages of notifications: the outbox, the words, the ways, webhooks, and the link by which somebody stops them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from syncserver import models as m
from syncserver import notifications
from syncserver.db import Database
from syncserver.notifications import To
from tests.server import House, make_house, post, token

EVIL = "<script>alert(1)</script>{name}"
PAGES = ("", "/words", "/words/winner/email/en", "/words/winner/sms/de", "/settings")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return make_house(database, tmp_path)


def tell(house: House, kind: str = "order_placed", once: str = "1", name: str = "Ana Petit") -> None:
    with house.office.begin() as c:
        made = notifications.enqueue(
            house.office,
            c,
            house.organisation,
            kind,
            once=once,
            to=To("ana@example.org", name=name),
            facts={"event": "Final", "numbers": "1–5", "link": "https://raffle.example/my"},
            event=house.event,
        )
    assert made == 1


def state(house: House) -> list[str]:
    with house.office.begin() as c:
        return list(c.execute(select(m.notifications.c.state)).scalars())


def test_the_outbox_says_what_waits_and_lets_it_be_stopped_and_sent_again(house: House) -> None:
    """O9: in words, with the receiver for those who deal with customers alone."""
    tell(house)
    manager, auditor = house.client("manager"), house.client("auditor")
    page = manager.get("/admin/notifications").text
    assert "Order placed" in page
    assert "ana@example.org" in page
    assert "No mail server is set up" in page
    assert "ana@example.org" not in auditor.get("/admin/notifications").text
    csv = auditor.get("/admin/notifications?as=csv").text
    assert "Order placed" in csv
    assert "ana@" not in csv
    with house.office.begin() as c:
        one = c.execute(select(m.notifications.c.id)).scalar_one()
    assert post(manager, f"/admin/notifications/{one}/stop").status_code == 303
    assert state(house) == ["stopped"]
    assert post(manager, f"/admin/notifications/{one}/retry").status_code == 303
    assert state(house) == ["queued"]
    again = post(manager, f"/admin/notifications/{one}/retry")
    assert "on its way" in manager.get(again.headers["Location"]).text
    assert post(auditor, f"/admin/notifications/{one}/stop").status_code == 403


def test_every_page_says_what_it_is_for(house: House) -> None:
    manager = house.client("manager")
    for path in (*PAGES, "/webhooks"):
        answer = manager.get(f"/admin/notifications{path}")
        assert answer.status_code == 200, path
        assert "<h1>" in answer.text
    for path in (
        "/words/nothing/email/en",
        "/words/winner/fax/en",
        "/words/winner/email/xx",
        "/words/invitation/sms/en",
    ):
        assert manager.get(f"/admin/notifications{path}").status_code == 404


def test_words_are_changed_tried_and_taken_back(house: House) -> None:
    """O9: an unknown field is refused beside the form, and what was typed stays."""
    manager, path = house.client("manager"), "/admin/notifications/words/winner/email/en"
    wrong = post(manager, f"{path}/change", subject="You won", body="Hello {nmae}")
    assert wrong.status_code == 422
    assert "There is no field {nmae} here." in wrong.text
    assert "Hello {nmae}" in wrong.text
    assert (
        post(manager, f"{path}/change", subject=f"Won {EVIL}", body=f"{EVIL}\n\n{{link}}").status_code == 303
    )
    shown = manager.get(path).text
    assert "<script>alert(1)" not in shown
    assert "These are your own words." in shown
    mail = manager.get(f"{path}/mail.html")
    assert "<script>" not in mail.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;Ana Petit" in mail.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert post(manager, f"{path}/test", to="me@club.example").status_code == 303
    assert state(house) == ["queued"]
    assert post(manager, f"{path}/reset").status_code == 303
    assert "These are the program’s own words." in manager.get(path).text


def test_the_ways_of_a_kind_are_chosen_and_links_to_log_in_with_always_go(house: House) -> None:
    manager = house.client("manager")
    assert post(manager, "/admin/notifications/ways", **{"winner.sms": "yes"}).status_code == 303
    with house.office.begin() as c:
        ways = {
            kind: notifications.switches(c, house.organisation, kind)
            for kind in ("winner", "order_placed", "password_reset")
        }
    assert ways["winner"] == {"email": False, "sms": True, "klaviyo": False}
    assert not any(ways["order_placed"].values())
    assert ways["password_reset"] == {"email": True}


def test_a_webhook_s_secret_is_shown_once(house: House) -> None:
    """Z4: and a private address is refused beside the form."""
    manager = house.client("manager")
    form = {"name": "Till", "kinds": "winner"}

    def add(address: str) -> TestResponse:
        sent = form | {"csrf": token(manager), "url": address}
        return manager.post("/admin/notifications/webhooks/add", data=sent)

    refused = add("https://10.0.0.1/x")
    assert (refused.status_code, "private network" in refused.text) == (422, True)
    made = add("https://club.example/x")
    assert "whsec_" in made.text
    listed = manager.get("/admin/notifications/webhooks").text
    assert "https://club.example/x" in listed
    assert "whsec_" not in listed
    with house.office.begin() as c:
        hook = c.execute(select(m.webhooks.c.id)).scalar_one()
    base = f"/admin/notifications/webhooks/{hook}"
    assert "whsec_" in post(manager, f"{base}/renew").text
    assert post(manager, f"{base}/test").status_code == 303
    assert post(manager, f"{base}/change", kinds="alarm").status_code == 303
    assert "switched off" in manager.get("/admin/notifications/webhooks").text
    assert post(manager, f"{base}/end", reason="not needed").status_code == 303
    assert state(house) == ["stopped"]
    assert house.client("auditor").get("/admin/notifications/webhooks").status_code == 403


def test_somebody_of_the_staff_says_where_they_are_written_to(house: House) -> None:
    """D12: results and alarms reach administrators by e-mail."""
    manager = house.client("manager")
    wrong = post(manager, "/admin/notifications/contact", email="nobody", language="fr")
    assert "no e-mail address" in manager.get(wrong.headers["Location"]).text
    assert (
        post(manager, "/admin/notifications/contact", email="m@club.example", language="fr").status_code
        == 303
    )
    with house.office.begin() as c:
        assert notifications.contact(c, house.people["manager"]) == To(
            "m@club.example", None, "Per manager", "fr", house.people["manager"]
        )


def test_the_link_to_stop_asks_first_and_needs_no_log_in(house: House) -> None:
    """O7, Z2: a mail program that looks at the link changes nothing; its own button does (RFC 8058)."""
    known = notifications.address_hash(house.office, "ana@example.org")
    link = notifications.stop_token(house.office, house.organisation, known, "entries")
    browser = house.client("anonymous")

    def stopped() -> bool:
        with house.office.begin() as c:
            topics = notifications.stops(house.office, c, house.organisation, ["ana@example.org"])
        return topics == {"entries"}

    assert "No more of these" in browser.get(f"/stop/{link}").text
    assert not stopped()
    assert browser.post(f"/stop/{link}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped()
    assert "Let them come again" in browser.get(f"/stop/{link}").text
    assert browser.post(f"/stop/{link}", data={"resume": "yes"}).status_code == 200
    assert not stopped()
    assert browser.get(f"/stop/{link[:-2]}").status_code == 404
    assert browser.post(f"/stop/{link}x").status_code == 404
