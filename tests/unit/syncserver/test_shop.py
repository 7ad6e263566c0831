"""The web shop's pages, as a buyer uses them without JavaScript."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.event import listen

from shared.errors import Refused
from syncserver import (
    accounts,
    books,
    checkout,
    claims,
    draws,
    events,
    messages,
    online,
    payments,
    pools,
    questions,
    reconcile,
    refunds,
)
from syncserver import models as m
from syncserver.app import create_app
from syncserver.checkout import Rules
from syncserver.config import PLAY_KEY, Config
from syncserver.db import Database
from tests.cards import Cards, cards, signed
from tests.server import CUSTOMER_EMAIL, House, drawn, make_event, make_house, post

WON = '<span class="badge gold">won</span>'
"""As “My tickets” marks an order that has won."""


@pytest.fixture(scope="module")
def processor() -> Iterator[Cards]:
    with cards() as running:
        yield running


@dataclass
class Shop:
    house: House
    cards: Cards
    package: UUID
    buyer: FlaskClient

    def read(self, url: str) -> str:
        answer = self.buyer.get(url)
        assert answer.status_code == 200, (url, answer.status)
        return answer.get_data(as_text=True)

    def add(self, pieces: int = 1) -> None:
        self.read(f"/events/{self.house.event}")
        answer = post(self.buyer, "/basket/add", package=self.package, pieces=pieces)
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def send(self, **form: object):  # type: ignore[no-untyped-def]  # noqa: ANN201 - werkzeug's response
        """Fill in the checkout's form and send it."""
        page = self.read("/checkout")
        once = re.search(r'name="once" value="([0-9a-f-]+)"', page)
        assert once is not None
        given = {"once": once[1], "email": "ann@example.org", "name": "Ann Buyer", "age": "yes"}
        return post(self.buyer, "/checkout", **(given | form))

    def begun(self) -> str:
        """The page of the checkout that was begun last."""
        b = m.checkouts
        with self.house.office.begin() as c:
            one = c.execute(select(b.c.id).order_by(b.c.created_at.desc()).limit(1)).scalar_one()
        return checkout.page(self.house.office, one)

    def bought(self, pieces: int = 1) -> str:
        """Buy, pay and come back; the address of the checkout's page."""
        self.add(pieces)
        there: str = self.send().headers["Location"]
        page = self.begun()
        assert f'href="{there}"' in self.read(page)
        self.cards.pay(there.rpartition("/")[2])
        assert "Your tickets" in self.read(page + "?back=1")
        return page


def closed_and_confirmed(house: House) -> None:
    """The event's sales closed in the office, which cuts the web shop's chain, and reconciled."""
    by = house.people["manager"]
    answer = post(house.client("manager"), f"/admin/events/{house.event}/close", reason="Half-time")
    assert answer.status_code == 303
    with house.office.begin(by) as c:
        reconcile.confirm(house.office, c, house.event, by)


@pytest.fixture
def shop(database: Database, tmp_path: Path, processor: Cards) -> Shop:
    house = make_house(database, tmp_path)
    house.office = replace(
        house.office,
        config=replace(Config(tmp_path), stripe=processor.settings, url="https://raffle.example"),
    )
    house.app = create_app(house.office)
    house.clients = {}
    with house.office.begin() as c:
        rules = Rules(on_sale=True, guests=True)
        checkout.set_rules(house.office, c, house.event, rules, house.people["manager"])
        package = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event)
        ).scalar_one()
    return Shop(house, processor, package, house.app.test_client())


def test_a_guest_buys_pays_and_holds_tickets(shop: Shop) -> None:
    """O8, N5: from the list to a ticket with its numbers, QR and validation number."""
    assert "Final" in shop.read("/")
    page = shop.bought(2)
    assert "All my tickets" not in shop.read(page)
    text = shop.read(page)
    tickets = sorted(set(re.findall(r'href="(/tickets/[^"]+)"', text)))
    assert len(tickets) == 2
    seen = [html.unescape(shop.read(one)) for one in tickets]
    for one in seen:
        assert "Hockey Club" in one
        assert "Licence DE-4711" in one
        assert "€8.00" in one
        assert "data:image/svg+xml" in one
    assert sum("1–5" in one for one in seen) == 1
    assert shop.buyer.get("/basket").get_data(as_text=True).count("Your basket is empty") == 1
    for known in (page, tickets[0]):
        assert shop.buyer.get(known[:-1] + ("1" if known.endswith("0") else "0")).status_code == 404


def test_buyers_behind_one_proxy_do_not_stand_in_each_other_s_way(shop: Shop) -> None:
    """O8: the limit on baskets is of the buyer's own address, not of the proxy on this machine."""
    for place in (1, 2, 2):
        shop.buyer = shop.house.app.test_client()
        shop.buyer.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{place}"
        shop.add()
        assert shop.send().status_code == 303, place
    with shop.house.office.begin() as c:
        assert len(set(c.execute(select(m.checkouts.c.address)).scalars())) == 2


def test_the_ticket_is_genuine_to_whoever_checks_it(shop: Shop) -> None:
    """D9, N6: its QR bears the web shop's signature and its number is known."""
    shop.bought()
    with shop.house.office.begin() as c:
        order = c.execute(select(m.orders)).one()
        entry = c.execute(select(m.rsu_journal.c.entry).where(m.rsu_journal.c.kind == "sale")).scalar_one()
        line = books.line_of(bytes(entry), 0)
        assert line is not None
        text = online.qr_text(shop.house.office, line, order.rsu_id, order.epoch)
        assert claims.validate(shop.house.office, c, text).verdict == "genuine"
        assert claims.validate(shop.house.office, c, order.validation_number).unit == "Web shop"


def test_stripes_calls_need_its_signature_and_no_form(shop: Shop) -> None:
    """O8, Z1: ten calls, one sale; a wrong signature is 400, an unknown event is heard."""
    shop.add()
    shop.send()
    with shop.house.office.begin() as c:
        session = c.execute(select(m.checkouts.c.session_id)).scalar_one()
    shop.cards.pay(session)
    stripe = shop.house.app.test_client()
    body = shop.cards.event(session)
    for _ in range(10):
        answer = stripe.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)})
        assert answer.status_code == 200
    other = shop.cards.event(session, "customer.created", "evt_other")
    assert (
        stripe.post("/stripe/webhook", data=other, headers={"Stripe-Signature": signed(other)}).status_code
        == 200
    )
    for header in ({}, {"Stripe-Signature": "t=1,v1=0"}, {"Stripe-Signature": "nonsense"}):
        assert stripe.post("/stripe/webhook", data=body, headers=header).status_code == 400
    with shop.house.office.begin() as c:
        assert c.execute(select(func.count()).select_from(m.orders)).scalar_one() == 1


def test_stripes_call_may_come_before_its_buyer_or_after(shop: Shop) -> None:
    """O8: either way the page shows the tickets, once; what is told a long time after is not believed, and on record."""
    pages = []
    for first in ("call", "buyer"):
        shop.add()
        there = shop.send().headers["Location"]
        page, session = shop.begun(), there.rpartition("/")[2]
        shop.cards.pay(session)
        body = shop.cards.event(session)
        if first == "buyer":
            assert "Your tickets" in shop.read(page + "?back=1")
        for ahead_s, status in ((-3_600, 400), (0, 200)):
            header = {"Stripe-Signature": signed(body, ahead_s)}
            assert shop.buyer.post("/stripe/webhook", data=body, headers=header).status_code == status
        pages.append(shop.read(page + "?back=1"))
    assert ["Your tickets" in page for page in pages] == [True, True]
    k, o = m.critical_events, m.orders
    with shop.house.office.begin() as c:
        assert c.execute(select(func.count()).select_from(o)).scalar_one() == 2
        assert c.execute(select(func.count()).where(k.c.event_type == "payment_clock")).scalar_one() == 1


def test_a_disputed_payment_and_a_refund_that_came_back_are_heard_once(shop: Shop) -> None:
    """O8, S5: the ticket stays until a person decides; the refund says that it failed, and can be tried again."""
    shop.bought()
    office, admin = shop.house.office, shop.house.people["admin"]
    with office.begin(admin) as c:
        order = c.execute(select(m.orders)).one()

    def tell(kind: str, **about: object) -> None:
        thing = {"payment_intent": order.payment_reference, "amount": 800, "currency": "eur"} | about
        body = json.dumps(
            {"id": f"evt_{kind}", "object": "event", "type": kind, "created": 1, "data": {"object": thing}}
        ).encode()
        for _ in range(2):
            answer = shop.buyer.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)})
            assert answer.status_code == 200

    def said(code: str) -> list[UUID]:
        k = m.critical_events
        with office.begin() as c:
            return list(c.execute(select(k.c.event_id).where(k.c.event_type == code)).scalars())

    tell("charge.dispute.created", id="dp_1", object="dispute", status="needs_response")
    assert said("payment_disputed") == [shop.house.event]
    with office.begin(admin) as c:
        assert c.execute(select(m.tickets.c.state)).scalars().first() == "sold"
        refund = refunds.ask(office, c, order.id, "The bank asked", admin)
    refunds.run_due(office, payments.door(office))
    tell("refund.updated", id="re_1", object="refund", status="succeeded", metadata={"refund": str(refund)})
    assert said("refund_failed") == []
    tell("refund.failed", id="re_1", object="refund", status="failed", metadata={"refund": str(refund)})
    assert said("refund_failed") == [shop.house.event]
    with office.begin(admin) as c:
        row = c.execute(select(m.refunds)).one()
        assert (row.state, row.done_at) == ("failed", None)
        assert "did not reach the buyer" in row.problem
        refunds.again(c, refund)


@dataclass
class Dashboard:
    """Stripe's own page, at which somebody of the organiser gives money back by hand; the office is told."""

    shop: Shop
    intent: str

    def give_back(self, amount: int) -> str:
        made = self.shop.cards.ask("POST", "/v1/refunds", {"payment_intent": self.intent, "amount": amount})
        name = str(made["id"])
        charge = {"id": "ch_1", "object": "charge", "payment_intent": self.intent, "currency": "eur"}
        self.tell("charge.refunded", charge | {"amount_refunded": amount})
        self.tell("refund.created", made | {"status": "succeeded", "payment_intent": self.intent})
        self.tell("refund.updated", made | {"status": "succeeded", "payment_intent": self.intent})
        return name

    def tell(self, kind: str, about: dict[str, object]) -> None:
        event = {"id": f"evt_{kind}_{about['id']}", "object": "event", "type": kind, "created": 1}
        body = json.dumps(event | {"data": {"object": about}}).encode()
        for _ in range(2):
            answer = self.shop.buyer.post(
                "/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)}
            )
            assert answer.status_code == 200, answer.get_data(as_text=True)


def _of_payment(shop: Shop) -> tuple[Dashboard, list[UUID]]:
    with shop.house.office.begin() as c:
        rows = c.execute(select(m.orders).order_by(m.orders.c.line_no)).all()
    return Dashboard(shop, rows[0].payment_reference), [row.id for row in rows]


def _stands(shop: Shop) -> tuple[list[str], list[tuple[str, str, str | None]], list[str]]:
    """Orders' payments, refunds, and what was put on record of money given back by hand."""
    o, r, k = m.orders, m.refunds, m.critical_events
    with shop.house.office.begin() as c:
        return (
            list(c.scalars(select(o.c.payment_status).order_by(o.c.line_no))),
            [
                (row.method, row.state, row.provider_reference)
                for row in c.execute(
                    select(r).join(o, o.c.id == r.c.order_id).where(r.c.id.is_not(None)).order_by(o.c.line_no)
                )
            ],
            list(c.scalars(select(k.c.severity).where(k.c.event_type == "payment_outside"))),
        )


def test_a_payment_given_back_at_stripe_by_hand_is_void_here_once(shop: Shop) -> None:
    """O8, S5: told three ways, each twice; the orders are void and paid back, the buyer hears, nothing is paid again."""
    shop.bought(2)
    dashboard, orders = _of_payment(shop)
    name = dashboard.give_back(1600)
    assert _stands(shop) == (["void"] * 2, [("stripe", "done", name)] * 2, ["WARN"])
    with shop.house.office.begin(shop.house.people["admin"]) as c:
        kinds = list(c.scalars(select(m.notifications.c.kind).order_by(m.notifications.c.created_at)))
        assert kinds.count("refunded") == 2
        with pytest.raises(Refused):
            refunds.ask(shop.house.office, c, orders[0], "Once more", shop.house.people["admin"])
    assert refunds.run_due(shop.house.office, payments.door(shop.house.office)) == []
    for one in orders:
        told = shop.house.client("manager").get(f"/admin/orders/{one}").get_data(as_text=True)
        assert told.count("Message: Order confirmed") == 1


def test_a_part_given_back_at_stripe_goes_to_the_order_it_is_of_or_to_a_person(shop: Shop) -> None:
    """O8: what the office asked for and somebody was quicker with; what could be either; what the office itself paid."""
    shop.bought(3)
    dashboard, orders = _of_payment(shop)
    office, admin = shop.house.office, shop.house.people["admin"]
    door = payments.door(office)
    assert dashboard.give_back(800)
    assert _stands(shop) == (["paid"] * 3, [], ["ERROR"])
    assert "not clear of which order" in " ".join(_alarms(shop))
    with office.begin(admin) as c:
        refunds.ask(office, c, orders[1], "Bought twice", admin)
    name = dashboard.give_back(800)
    assert _stands(shop)[1] == [("stripe", "done", name)]
    assert refunds.run_due(office, door) == []
    with office.begin(admin) as c:
        asked = refunds.ask(office, c, orders[2], "Bought twice", admin)
    assert refunds.run_due(office, door) == [f"the refund {asked} is done"]
    charge = {"id": "ch_1", "object": "charge", "payment_intent": dashboard.intent, "currency": "eur"}
    dashboard.tell("charge.refunded", charge | {"amount_refunded": 2400})
    assert _stands(shop)[2] == ["ERROR", "WARN"]
    assert shop.cards.refunded.get(dashboard.intent) == 800


def test_what_goes_back_by_hand_and_by_the_office_at_the_same_moment_is_told(shop: Shop) -> None:
    """O8, S5: somebody was quicker at Stripe while the office's own refund was on its way: a person hears of it, once."""
    shop.bought(2)
    dashboard, orders = _of_payment(shop)
    office, admin = shop.house.office, shop.house.people["admin"]
    with office.begin(admin) as c:
        refund = refunds.ask(office, c, orders[0], "Bought twice", admin)
        c.execute(update(m.refunds).values(state="sent", first_sent_at=office.now(), attempts=1))
    by_hand = dashboard.give_back(800)
    assert _stands(shop) == (["void", "paid"], [("stripe", "done", by_hand)], ["WARN"])
    form = {"payment_intent": dashboard.intent, "amount": 800, "metadata[refund]": str(refund)}
    made = shop.cards.ask("POST", "/v1/refunds", form)
    about = made | {
        "status": "succeeded",
        "payment_intent": dashboard.intent,
        "metadata": {"refund": str(refund)},
    }
    dashboard.tell("refund.created", about)
    dashboard.tell("refund.updated", about)
    assert _stands(shop) == (["void", "paid"], [("stripe", "done", by_hand)], ["WARN", "ERROR"])
    assert "went back twice" in " ".join(_alarms(shop))


def test_a_refund_whose_answer_was_lost_is_done_once_stripe_tells_of_it(shop: Shop) -> None:
    """O8: the worker was killed in between; nobody waits an hour for it to ask again."""
    shop.bought()
    dashboard, orders = _of_payment(shop)
    office, admin = shop.house.office, shop.house.people["admin"]
    with office.begin(admin) as c:
        refund = refunds.ask(office, c, orders[0], "Bought twice", admin)
        c.execute(update(m.refunds).values(state="sent", first_sent_at=office.now(), attempts=1))
    said = {"id": "re_7", "object": "refund", "status": "succeeded", "amount": 800, "currency": "eur"}
    dashboard.tell(
        "refund.created", said | {"payment_intent": dashboard.intent, "metadata": {"refund": str(refund)}}
    )
    assert _stands(shop) == (["void"], [("stripe", "done", "re_7")], [])


def test_a_refund_of_before_a_restore_is_noted_once_stripe_tells_of_it_again(shop: Shop) -> None:
    """O8, O10: the office paid it back, and its database was put back to before that."""
    shop.bought()
    dashboard, _orders = _of_payment(shop)
    said = {"id": "re_8", "object": "refund", "status": "succeeded", "amount": 800, "currency": "eur"}
    dashboard.tell(
        "refund.created", said | {"payment_intent": dashboard.intent, "metadata": {"refund": str(uuid4())}}
    )
    assert _stands(shop) == (["void"], [("stripe", "done", "re_8")], ["WARN"])


def test_of_a_payment_without_tickets_only_what_is_left_goes_back(shop: Shop) -> None:
    """O8: a part was given back at Stripe by hand meanwhile."""
    house, office, cards = shop.house, shop.house.office, shop.cards
    shop.add()
    shop.send()
    name = next(reversed(cards.sessions))
    cards.pay(name)
    with office.begin() as c:
        events.close(office, c, house.event, house.people["admin"])
    body = cards.event(name)
    shop.buyer.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)})
    status, answer = cards.handle(
        "POST", "/v1/refunds", f"payment_intent={intent_of(shop, name)}&amount=300".encode(), ""
    )
    assert status == 200
    Dashboard(shop, intent_of(shop, name)).tell(
        "refund.created",
        json.loads(answer) | {"status": "succeeded", "payment_intent": intent_of(shop, name)},
    )
    checkout.run_due(office, payments.door(office))
    b = m.checkouts
    with office.begin() as c:
        row = c.execute(select(b)).one()
    assert (row.state, row.paid_amount, cards.refunded[intent_of(shop, name)]) == ("refunded", 500, 800)


def test_what_is_given_back_at_stripe_while_a_draw_holds_it_waits_for_a_person(shop: Shop) -> None:
    """N8, O8: nothing leaves a frozen pool by itself."""
    shop.bought()
    dashboard, _ = _of_payment(shop)
    by = shop.house.people["manager"]
    post(shop.house.client("manager"), f"/admin/events/{shop.house.event}/close", reason="Half-time")
    with shop.house.office.begin(by) as c:
        reconcile.confirm(shop.house.office, c, shop.house.event, by)
    drawn(shop.house, official=False)
    dashboard.give_back(800)
    assert _stands(shop) == (["paid"], [], ["ERROR"])
    assert "in a draw and cannot be void" in " ".join(_alarms(shop))


def test_a_payment_that_is_not_known_here_stands_where_somebody_pays_it_back(shop: Shop) -> None:
    """O8, O10: after a restore; nothing goes back by itself, and another organisation's people see nothing of it."""
    shop.add()
    shop.send()
    office, cards = shop.house.office, shop.cards
    name = next(reversed(cards.sessions))
    cards.pay(name)
    lost = f"{name}_lost"
    cards.sessions[lost] = {**cards.sessions[name], "id": lost, "client_reference_id": str(uuid4())}
    body = cards.event(lost)
    for _ in range(2):
        answer = shop.buyer.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)})
        assert answer.status_code == 200
    manager, door = shop.house.client("manager"), payments.door(office)
    page = manager.get("/admin/refunds").get_data(as_text=True)
    assert "Payments without tickets" in page
    assert "the database was restored" in page
    checkout.run_due(office, door)
    assert intent_of(shop, lost) not in cards.refunded
    again = re.search(r'action="(/admin/payments/[^"]+/again)"', page)
    assert again is not None
    assert post(shop.house.client("claims"), again[1]).status_code == 403
    assert post(manager, again[1]).status_code == 303
    checkout.run_due(office, door)
    assert cards.refunded[intent_of(shop, lost)] == 800
    assert "Payments without tickets" not in manager.get("/admin/refunds").get_data(as_text=True)
    assert "Nothing of this" in follow(manager, again[1])


def intent_of(shop: Shop, session: str) -> str:
    return str(shop.cards.sessions[session]["payment_intent"])


def follow(browser: FlaskClient, url: str) -> str:
    return browser.get(post(browser, url).location).get_data(as_text=True)


def test_a_refund_without_tickets_that_came_back_can_be_tried_again_or_noted(shop: Shop) -> None:
    """O8: the buyer's bank took it not; the payment stands where somebody acts, and goes back under a new key."""
    house, office, cards = shop.house, shop.house.office, shop.cards
    shop.add()
    shop.send()
    name = next(reversed(cards.sessions))
    cards.pay(name)
    with office.begin() as c:
        events.close(office, c, house.event, house.people["admin"])
    body = cards.event(name)
    shop.buyer.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)})
    door, b = payments.door(office), m.checkouts
    checkout.run_due(office, door)
    with office.begin() as c:
        row = c.execute(select(b)).one()
    assert row.state == "refunded"
    cards.refunded.clear()
    Dashboard(shop, row.payment_intent).tell(
        "refund.failed",
        {
            "id": row.refund_reference,
            "object": "refund",
            "status": "failed",
            "payment_intent": row.payment_intent,
            "amount": 800,
            "currency": "eur",
            "metadata": {"refund": str(row.id)},
        },
    )
    manager = house.client("manager")
    page = manager.get("/admin/refunds").get_data(as_text=True)
    assert "did not reach the buyer" in page
    assert "Try again" in page
    checkout.run_due(office, door)
    with office.begin() as c:
        assert c.scalar(select(b.c.state)) == "refund_due"
    url = f"/admin/payments/{row.id}"
    assert "reference is needed" in follow(manager, f"{url}/done")
    assert post(manager, f"{url}/done", reference="Bank 7").status_code == 303
    with office.begin() as c:
        assert tuple(c.execute(select(b.c.state, b.c.refund_reference)).one()) == ("refunded", "Bank 7")


def _alarms(shop: Shop) -> list[str]:
    k = m.critical_events
    with shop.house.office.begin() as c:
        return list(c.scalars(select(k.c.description).where(k.c.event_type == "payment_outside")))


def test_the_question_stands_before_the_payment(database: Database, tmp_path: Path, processor: Cards) -> None:
    """S6: a wrong answer opens no payment page, and the tries are counted."""
    house = make_house(database, tmp_path)
    house.office = replace(house.office, config=replace(Config(tmp_path), stripe=processor.settings))
    house.app = create_app(house.office)
    with house.office.begin() as c:
        admin = house.people["admin"]
        event = make_event(house.office, c, house.organisation, admin, "Quiz")
        questions.put(c, event, "How many legs has a spider?", ["6", "8"], 2, admin, attempts_max=2)
        events.activate(house.office, c, event, admin)
        checkout.set_rules(house.office, c, event, Rules(on_sale=True, guests=True), admin)
        package = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == event)
        ).scalar_one()
    house.event = event
    shop = Shop(house, processor, package, house.app.test_client())
    before = len(processor.sessions)
    # A new browser is no new guest: the tries are of the e-mail address as well.
    for _ in range(2):
        shop.buyer = house.app.test_client()
        shop.add()
        guess = shop.send(email="bob@example.org", **{f"q-{event}": "1"})
        assert "not the right answer" in guess.get_data(as_text=True)
    shop.buyer = house.app.test_client()
    shop.add()
    guess = shop.send(email=" BOB@example.org", **{f"q-{event}": "2"})
    assert "No more answers" in guess.get_data(as_text=True)
    assert len(processor.sessions) == before
    assert "How many legs" in shop.read("/checkout")
    wrong = shop.send(**{f"q-{event}": "1"})
    assert wrong.status_code == 409
    assert "not the right answer" in wrong.get_data(as_text=True)
    assert len(processor.sessions) == before
    right = shop.send(**{f"q-{event}": "2"})
    assert right.status_code == 303
    assert len(processor.sessions) == before + 1


def test_sold_out_and_closed_are_said_in_words(shop: Shop) -> None:
    """N4, E1: in the basket, at the checkout, on the page; the form keeps what was typed."""
    shop.add()
    k = m.number_counters
    with shop.house.office.begin() as c:
        last = c.execute(select(k.c.last_number).where(k.c.event_id == shop.house.event)).scalar_one()
        c.execute(k.update().where(k.c.event_id == shop.house.event).values(next_number=last - 2))
    answer = shop.send()
    assert answer.status_code == 409
    assert "Only 3 tickets are left" in answer.get_data(as_text=True)
    assert "ann@example.org" in answer.get_data(as_text=True)
    assert "sold out" in shop.read(f"/events/{shop.house.event}")
    with shop.house.office.begin() as c:
        events.close(shop.house.office, c, shop.house.event, shop.house.people["admin"])
    assert "is not on sale here any more" in shop.read("/basket")
    assert shop.buyer.get("/checkout").status_code == 303
    assert "Your basket is empty" in shop.read("/basket")


def test_a_broken_basket_is_an_empty_one(shop: Shop) -> None:
    """Z3: whatever the cookie says."""
    for text in ("x", "*", "00*1", f"{shop.package.hex}*999999999999", f"{shop.package.hex}*-3", "." * 3000):
        shop.buyer.set_cookie("tombola_basket", text)
        assert shop.buyer.get("/basket").status_code == 200
        assert shop.buyer.get("/checkout").status_code in {200, 303}
    assert post(shop.buyer, "/basket/add", package="none").status_code == 400
    assert post(shop.buyer, "/checkout", once="none").status_code in {303, 400}


def test_the_payment_page_can_be_opened_again_or_given_up(shop: Shop) -> None:
    """O8: Stripe is down for a moment, then the buyer thinks better of it."""
    shop.add()
    shop.cards.down = True
    page = shop.send().headers["Location"]
    shop.cards.down = False
    shown = shop.read(page)
    assert "One more step" in shown
    assert "Open the payment page" in shown
    with shop.house.office.begin() as c:
        until = c.execute(select(m.checkouts.c.expires_at)).scalar_one().astimezone(ZoneInfo("Europe/Berlin"))
    assert f"until {until:%H:%M} (Berlin time)" in shown
    there = post(shop.buyer, page + "/pay")
    assert (there.status_code, there.headers["Location"][:7]) == (303, "http://")
    # The form may lead on to where the payment page is, which Chromium looks up in the form's own page.
    assert (
        f"form-action 'self' https: {shop.cards.url};"
        in shop.buyer.get(page).headers["Content-Security-Policy"]
    )
    assert "form-action 'self';" in shop.buyer.get("/basket").headers["Content-Security-Policy"]
    shown = shop.read(page)
    assert "Go to the payment page" in shown
    assert "nothing is charged" in shown
    assert post(shop.buyer, page + "/give-up").status_code == 303
    assert "Not bought" in shop.read(page)


def test_whoever_has_no_account_is_sent_to_sign_in(shop: Shop) -> None:
    """O7: where the event wants accounts, and for one's own tickets."""
    with shop.house.office.begin() as c:
        checkout.set_rules(
            shop.house.office, c, shop.house.event, Rules(on_sale=True), shop.house.people["manager"]
        )
    shop.add()
    assert "Sign in to buy" in shop.read("/checkout")
    assert shop.buyer.get("/my/tickets").status_code in {302, 303, 401}


def test_a_ticket_bought_on_line_wins_and_is_paid_at_the_desk(shop: Shop) -> None:
    """O8, D2, D9: the whole way, with the same gates, draw and claims desk as a kiosk's."""
    page = shop.bought()
    house = shop.house
    by = house.people["manager"]
    assert (
        post(house.client("manager"), f"/admin/events/{house.event}/close", reason="Half-time").status_code
        == 303
    )
    with house.office.begin(by) as c:
        reconcile.confirm(house.office, c, house.event, by)
    draw = drawn(house, official=True)
    ticket = re.search(r'href="(/tickets/[^"]+)"', shop.read(page))
    assert ticket is not None
    shown = shop.read(ticket[1])
    assert shown.count("This ticket has won") == 1, "and not twice"
    assert re.search(r"Number [1-5]: [^<]+, €", shown)
    assert "Show this page, or its print, at " in shown
    assert WON in shop.read(page)
    assert re.search(r'class="pot">[1-5]<', shop.read("/"))
    with house.office.begin() as c:
        o = c.execute(select(m.orders.c.id)).scalar_one()
        n = m.notifications
        told = c.execute(select(n.c.facts).where(n.c.kind == "winner", n.c.order_id == o)).scalars().first()
    assert told is not None
    assert told["link"] == "https://raffle.example" + ticket[1]
    assert "Hockey Club" in told["place"]
    with house.office.begin() as c:
        order = c.execute(select(m.orders)).one()
        said = claims.validate(house.office, c, order.validation_number)
        assert said.verdict == "won"
        results = c.execute(select(m.draw_results).where(m.draw_results.c.draw_execution_id == draw)).all()
        assert {one.winning_number for one in results} <= {1, 2, 3, 4, 5}
        paid = claims.pay(
            house.office,
            c,
            order.validation_number,
            said.prizes[0].result,
            house.people["claims"],
            {"name": "Ann Buyer", "contact": "ann@example.org"},
            identity_checked=True,
            desk="Desk 1",
        )
        assert paid.amount == said.prizes[0].amount
        assert books.check(house.office, c, house.event).agrees


def test_the_office_says_what_is_sold_on_line(shop: Shop) -> None:
    """O1, O8: a manager switches it, an auditor sees it, and checkouts stand there with what became of them."""
    shop.bought()
    manager = shop.house.client("manager")
    assert "ann@example.org" in manager.get("/admin/shop").get_data(as_text=True)
    answer = post(manager, f"/admin/events/{shop.house.event}/shop", order="20", customer="")
    assert answer.status_code == 303
    page = f"/events/{shop.house.event}"
    assert "at the kiosks" not in shop.read(page), "none may sell yet"
    with shop.house.office.begin() as c:
        c.execute(update(m.rsus).where(m.rsus.c.id == shop.house.rsu).values(state="enabled"))
    assert "Sold at the kiosks" in shop.read(page)
    with shop.house.office.begin() as c:
        by = shop.house.people["admin"]
        messages.call_home(shop.house.office, c, shop.house.organisation, by, "Fire drill", "Come home.")
    for one in (page, "/"):
        shown = shop.read(one)
        assert "Selling is paused just now." in shown
        assert "Sold at the kiosks" not in shown
    auditor = shop.house.client("auditor")
    for address in ("/admin/shop", "/admin/shop?as=csv"):
        seen = auditor.get(address)
        assert seen.status_code == 200
        assert "ann@example.org" not in seen.get_data(as_text=True), "buyers are for those who deal with them"
    assert post(auditor, f"/admin/events/{shop.house.event}/shop", order="20").status_code == 403


def test_a_customer_buys_and_finds_their_tickets(shop: Shop) -> None:
    """O7, O11: signed in, without typing an address; nobody else sees them; drawn, they are told how it ended."""
    house = shop.house
    with house.office.begin() as c:
        checkout.set_rules(house.office, c, house.event, Rules(on_sale=True), house.people["manager"])
    shop.buyer = house.client("customer")
    assert "No tickets yet" in shop.read("/my/tickets")
    shop.add()
    assert "You buy as a guest" not in shop.read("/checkout")
    assert shop.send(email="someone.else@example.org").status_code == 303
    page = shop.begun()
    assert "are not paid yet" in shop.read("/my/tickets")
    with house.office.begin() as c:
        row = c.execute(select(m.checkouts)).one()
        assert row.user_id == house.customer
        assert row.contact["email"] == CUSTOMER_EMAIL
    shop.cards.pay(row.session_id)
    paid = shop.read(page + "?back=1")
    assert "Your tickets" in paid
    assert '<a class="btn primary" href="/my/tickets">All my tickets</a>' in paid
    mine = shop.read("/my/tickets")
    assert "1–5" in mine
    assert "in the draw" in mine
    with house.office.begin() as c:
        assert c.execute(select(m.orders.c.created_by)).scalar_one() == house.customer
    closed_and_confirmed(house)
    drawn(house, official=False)
    assert "in the draw" in shop.read("/my/tickets")
    with house.office.begin() as c:
        draw = c.execute(select(m.draw_executions.c.id)).scalar_one()
        draws.make_official(house.office, c, draw, house.people["manager"])
    assert "won" in shop.read("/my/tickets")


def test_a_customer_s_tickets_say_what_became_of_them(shop: Shop) -> None:
    """O7: in the draw; in none, while the order is left out; called off, from the moment on when that is known."""
    house = shop.house
    shop.buyer = house.client("customer")
    shop.bought()
    by = house.people["manager"]
    assert "in the draw" in shop.read("/my/tickets")
    with house.office.begin(by) as c:
        order = c.execute(select(m.orders.c.id)).scalar_one()
        pools.exclude(house.office, c, order, "Works for the organiser", by)
    assert "takes no part" in shop.read("/my/tickets")
    with house.office.begin(by) as c:
        events.cancel(house.office, c, house.event, by, "Storm")
    page = shop.read("/my/tickets")
    assert "called off" in page
    assert "in the draw" not in page


def test_my_tickets_tell_of_no_win_before_it_is_official(shop: Shop) -> None:
    """D6, D7: neither of the draw nor, once all of it was given up, of the redraw."""
    house, office = shop.house, shop.house.office
    shop.buyer = house.client("customer")
    shop.bought(3)
    by, other = house.people["manager"], house.people["admin"]
    closed_and_confirmed(house)
    draw = drawn(house, official=False)
    assert "in the draw" in shop.read("/my/tickets")
    with office.begin(by) as c:
        draws.make_official(office, c, draw, by)
        lost = [one.id for one in draws.results(c, house.event)]
    assert WON in shop.read("/my/tickets")
    for one in lost:
        with office.begin(by) as c:
            forfeit = claims.give_up(office, c, one, "ineligible", "Works for the club.", by)
        with office.begin(other) as c:
            claims.agree(office, c, forfeit, other)
    assert WON not in shop.read("/my/tickets")
    for step in (
        lambda c: draws.freeze(
            office, c, house.event, {"source": "none"}, by, redo=lost, reason="Not eligible."
        ),
        lambda c: draws.commit_seed(office, c, draws.attempts(c, house.event)[0].id, by),
        lambda c: draws.fix_entropy(office, c, draws.attempts(c, house.event)[0].id, "", by),
        lambda c: draws.execute(office, c, draws.attempts(c, house.event)[0].id, by),
    ):
        with office.begin(by) as c:
            step(c)
    assert WON not in shop.read("/my/tickets")
    with office.begin(by) as c:
        draws.make_official(office, c, draws.attempts(c, house.event)[0].id, by)
    assert WON in shop.read("/my/tickets")


def test_my_tickets_of_an_event_that_is_drawn_with_another_tell_how_that_ended(shop: Shop) -> None:
    """O7, design 6.3: they are in the leading event's draw."""
    house, office, by = shop.house, shop.house.office, shop.house.people["manager"]
    shop.buyer = house.client("customer")
    leading, now = house.event, office.now()
    new = events.NewEvent(
        name="East",
        identifier="EAST",
        organisation=house.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=3),
        draw=events.DrawRules(linked_to=leading),
    )
    with office.begin(by) as c:
        house.event = events.create_event(office, c, new, by)
        shop.package = events.add_package(c, house.event, "Five", 5, 800)
        events.activate(office, c, house.event, by)
        checkout.set_rules(office, c, house.event, Rules(on_sale=True), by)
    shop.bought()
    assert "in the draw" in shop.read("/my/tickets")
    for event in (house.event, leading):
        house.event = event
        closed_and_confirmed(house)
    drawn(house, official=True)
    page = shop.read("/my/tickets")
    assert WON in page
    assert "in the draw" not in page


def test_a_trial_says_before_the_payment_that_it_takes_play_money(shop: Shop) -> None:
    """O8: nobody thinks that a card is charged."""
    shop.add()
    assert "Stripe’s payment page" in shop.read("/checkout")
    config = shop.house.office.config
    assert config.stripe is not None
    play = replace(config, stripe=replace(config.stripe, key=PLAY_KEY))
    app = create_app(replace(shop.house.office, config=play))
    shop.buyer = app.test_client()
    shop.add()
    shown = shop.read("/checkout")
    assert "Trial: play money, nothing is charged" in shown
    assert "Pay with play money</button>" in shown
    assert "Stripe" not in shown


def test_a_page_says_no_more_of_a_payment_than_is_known(shop: Shop) -> None:
    """O8: where Stripe could not be asked for a day, nobody is told that nothing was paid."""
    shop.add()
    shop.send()
    page = shop.begun()
    shop.house.clock.ahead_ms += int((checkout.HOLD + checkout.UNHEARD_MAX).total_seconds() * 1000) + 1
    checkout.run_due(shop.house.office, None)
    said = shop.read(page)
    assert "could not be asked" in said
    assert "Nothing was paid" not in said


def test_a_banned_customer_buys_nothing_and_what_they_paid_goes_back(shop: Shop) -> None:
    """O7: banned between the payment page and the payment."""
    house = shop.house
    shop.buyer = house.client("customer")
    shop.add()
    shop.send()
    with house.office.begin() as c:
        session = c.execute(select(m.checkouts.c.session_id)).scalar_one()
        accounts.ban(house.office, c, house.customer, "Chargebacks", house.people["admin"])
    shop.cards.pay(session)
    body = shop.cards.event(session)
    shop.house.app.test_client().post(
        "/stripe/webhook", data=body, headers={"Stripe-Signature": signed(body)}
    )
    with house.office.begin() as c:
        assert c.execute(select(m.checkouts.c.state)).scalar_one() == "refund_due"
        assert c.execute(select(func.count()).select_from(m.orders)).scalar_one() == 0


def test_the_list_is_reckoned_anew_only_when_something_was_sold(shop: Shop) -> None:
    """O6: a thousand who look at the list between two sales cost no thousand jackpots."""
    asked: list[str] = []
    shop.read("/")
    listen(shop.house.office.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    shop.read("/")
    assert len(asked) <= 12, asked
    shop.bought()
    assert "€4.00" in shop.read("/")


def test_the_list_can_be_asked_for_by_status(shop: Shop) -> None:
    """S2, O12: active, upcoming, ended, drawn; anything else is the whole list."""
    assert "Final" in shop.read("/?status=active")
    assert "Nothing of that kind" in shop.read("/?status=drawn")
    assert "Final" in shop.read("/?status=nonsense")
    with shop.house.office.begin() as c:
        events.close(shop.house.office, c, shop.house.event, shop.house.people["admin"])
    assert "Final" in shop.read("/?status=ended")
