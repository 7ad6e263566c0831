"""From a basket to tickets, or back to the buyer's card: once, whatever gets lost in between."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Text, cast, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.event import listen

from shared.errors import Fault, Refused
from shared.keys import SigningKey
from shared.numbers import show_validation
from shared.wire import AllocationRequest, EnrolRequest
from syncserver import (
    accounts,
    allocations,
    checkout,
    competitions,
    customers,
    events,
    letters,
    live,
    messages,
    online,
    payments,
    reconcile,
    refunds,
    rsus,
    worker,
)
from syncserver import models as m
from syncserver.checkout import Buyer, Cart, Rules
from syncserver.config import Config
from syncserver.db import Database
from syncserver.payments import Door, Returned, Session
from tests.cards import Cards, cards, signed
from tests.postgres import as_owner
from tests.server import House, make_event, make_house

ANN = Buyer("ann@example.org", "Ann Buyer")


@pytest.fixture(scope="module")
def processor() -> Iterator[Cards]:
    with cards() as running:
        yield running


@dataclass
class Shop:
    """A house that sells on line, and its card processor."""

    house: House
    cards: Cards
    door: Door
    package: UUID

    def cart(self, pieces: int = 1) -> Cart:
        with self.house.office.begin() as c:
            return checkout.cart(self.house.office, c, {self.package: pieces})

    def begin(self, buyer: Buyer = ANN, pieces: int = 1, one: UUID | None = None) -> UUID:
        return checkout.begin(
            self.house.office, one or uuid4(), self.cart(pieces), buyer, address="192.0.2.1", age_checked=True
        )

    def opened(self, buyer: Buyer = ANN, pieces: int = 1) -> tuple[UUID, str]:
        """A checkout with a payment page, and the page's session."""
        one = self.begin(buyer, pieces)
        checkout.open_page(self.house.office, self.door, one, "https://x/back", "https://x/cancel")
        return one, str(self.row(one).session_id)

    def row(self, one: UUID):  # type: ignore[no-untyped-def]  # noqa: ANN201 - SQLAlchemy's row
        with self.house.office.begin() as c:
            return checkout.get(c, one)

    def told(self, session: str, kind: str = "checkout.session.completed", name: str = "") -> str:
        body = self.cards.event(session, kind, name)
        return checkout.told(self.house.office, self.door, body, signed(body))

    def work(self) -> list[str]:
        return checkout.run_due(self.house.office, self.door)

    def counts(self) -> tuple[int, int]:
        """Orders, and sold tickets."""
        with self.house.office.begin() as c:
            orders = c.execute(select(func.count()).select_from(m.orders)).scalar_one()
            tickets = c.execute(
                select(func.count()).select_from(m.tickets).where(m.tickets.c.state == "sold")
            ).scalar_one()
        return orders, tickets

    def only(self, numbers: int) -> None:
        """Leave so many numbers in the event."""
        k = m.number_counters
        with self.house.office.begin() as c:
            here = k.c.event_id == self.house.event
            last = c.execute(select(k.c.last_number).where(here)).scalar_one()
            c.execute(update(k).where(here).values(next_number=last - numbers + 1))

    def later(self, by: timedelta) -> None:
        self.house.clock.ahead_ms += int(by.total_seconds() * 1000)


@pytest.fixture
def shop(database: Database, tmp_path: Path, processor: Cards) -> Shop:
    processor.down, processor.lost = False, 0
    house = make_house(database, tmp_path)
    config = replace(Config(tmp_path), stripe=processor.settings, url="https://raffle.example")
    house.office = replace(house.office, config=config)
    with house.office.begin() as c:
        checkout.set_rules(
            house.office, c, house.event, Rules(on_sale=True, guests=True), house.people["manager"]
        )
        package = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event)
        ).scalar_one()
    return Shop(house, processor, Door(processor.settings), package)


def test_a_checkout_forgets_its_buyer_in_time_and_a_payment_later_still_goes_back(shop: Shop) -> None:
    """O10, K16: unpaid after a week, bought when the orders do; nobody pays for nothing all the same."""
    paid, session = shop.opened()
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    given_up, other = shop.opened(Buyer("bob@example.org", "Bob"))
    shop.later(checkout.HOLD + checkout.UNHEARD_MAX)
    checkout.run_due(shop.house.office, None)
    assert shop.row(given_up).state == "expired"
    customers.run_due(shop.house.office)
    assert shop.row(given_up).contact["name"] == "Bob"
    shop.later(timedelta(days=customers.UNPAID_DAYS, minutes=1))
    customers.run_due(shop.house.office)
    assert (shop.row(given_up).contact, shop.row(paid).contact["name"]) == (None, "Ann Buyer")
    shop.cards.pay(other)
    assert shop.told(other) == "refund_due"
    shop.later(timedelta(days=customers.DAYS_DEFAULT))
    customers.run_due(shop.house.office)
    assert shop.row(paid).contact is None


def test_what_was_paid_while_stripe_was_away_for_a_day_is_found_later(shop: Shop) -> None:
    """O8: the hold ends, so that others can buy; the payment is not forgotten, though nobody ever tells of it."""
    one, session = shop.opened()
    other, _ = shop.opened(Buyer("bob@example.org", "Bob"))
    shop.cards.pay(session)
    shop.later(checkout.HOLD + checkout.UNHEARD_MAX + timedelta(minutes=1))
    shop.cards.down = True
    shop.work()
    assert [shop.row(each).state for each in (one, other)] == ["expired"] * 2
    shop.cards.down = False
    shop.cards.expire(str(shop.row(other).session_id))
    shop.later(timedelta(minutes=2))
    shop.work()
    assert shop.row(one).state in {"paid", "refund_due", "refunded"}
    assert (shop.row(other).state, shop.row(other).problem) == ("expired", None)


def test_what_stripe_will_not_open_holds_nothing(shop: Shop) -> None:
    """O8: such as an amount below what it takes; the buyer is told, and is not kept from another basket."""

    class Picky(Door):
        def open(self, wanted: payments.Wanted) -> payments.Session:
            raise Refused("payments.refused", f"Stripe refuses this: {wanted.currency} 8.00 is too little.")

    one = shop.begin()
    with pytest.raises(Refused, match="too little"):
        checkout.open_page(
            shop.house.office, Picky(shop.cards.settings), one, "https://x/back", "https://x/cancel"
        )
    assert shop.row(one).state == "expired"


def test_a_paid_checkout_has_its_tickets_once_however_often_it_is_told(shop: Shop) -> None:
    """O8: posted ten times, under the same and other ids, eight at once: one sale."""
    one, session = shop.opened(pieces=2)
    shop.cards.pay(session)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda i: shop.told(session, name=f"evt_{i % 3}"), range(10)))
    assert set(said) == {"paid"}
    assert shop.counts() == (2, 10)
    row = shop.row(one)
    assert (row.state, row.payment_intent[:3]) == ("paid", "pi_")
    assert checkout.look(shop.house.office, shop.door, one) == "paid"
    with shop.house.office.begin() as c:
        assert c.execute(select(func.count()).select_from(m.payment_events)).scalar_one() == 3
        kinds = c.execute(
            select(m.notifications.c.kind, func.count().label("n")).group_by(m.notifications.c.kind)
        ).all()
        orders = c.execute(select(m.orders.c.payment_reference).distinct()).scalars().all()
    assert {row.kind: row.n for row in kinds} == {"order_placed": 1}
    assert orders == [row.payment_intent]


def test_a_checkout_of_two_events_has_one_receipt_in_its_buyer_s_language(shop: Shop) -> None:
    """O9, N5: all orders and what was paid in all; the draw's time by the venue's clock, else when sales close."""
    house, office, by = shop.house, shop.house.office, shop.house.people["manager"]
    e = m.raffle_events
    with office.begin() as c:
        other = make_event(office, c, house.organisation, by, "Derby")
        events.activate(office, c, other, by)
        checkout.set_rules(office, c, other, Rules(on_sale=True, guests=True), by)
        second = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == other)
        ).scalar_one()
        draw = office.now() + timedelta(hours=5)
        c.execute(update(e).where(e.c.id == other).values(draw_at=draw))
        cart = checkout.cart(office, c, {shop.package: 2, second: 1})
        closes = c.execute(select(e.c.closes_at).where(e.c.id == house.event)).scalar_one()
    one, buyer = uuid4(), Buyer("ann@example.org", "Ann https://evil.example", language="de")
    checkout.begin(office, one, cart, buyer, address="192.0.2.1", age_checked=True)
    checkout.open_page(office, shop.door, one, "https://x/back", "https://x/cancel")
    session = str(shop.row(one).session_id)
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    n, berlin = m.notifications, ZoneInfo("Europe/Berlin")
    with office.begin() as c:
        told = c.execute(select(n)).one()
        numbers = list(c.execute(select(m.orders.c.validation_number)).scalars())
    made = letters.letter("order_placed", "de", letters.default("order_placed", "email", "de"), told.facts)
    assert made.subject == "Ihre Lose für Final, Derby"
    for words in (
        "Guten Tag,\n",
        f"Derby\nZiehung: {letters.moment(draw, berlin, 'de')}\n",
        f"Final\nVerkauf bis: {letters.moment(closes, berlin, 'de')}\n",
        "Five, 8,00\xa0€\nNummern: 1–5\n",
        "Zusammen bezahlt: 24,00\xa0€",
        "(Ortszeit Berlin)",
        *(f"Prüfnummer: {show_validation(one)}" for one in numbers),
    ):
        assert words in made.text, words
    assert len(numbers) == 3
    assert "evil" not in made.text
    assert "Alle Ihre Lose" not in made.text  # a guest has no page of them


def test_the_same_checkout_begun_twice_is_one(shop: Shop) -> None:
    """O8: a double tap holds once and opens one page."""
    one = uuid4()
    assert shop.begin(one=one) == shop.begin(one=one) == one
    office = shop.house.office
    first = checkout.open_page(office, shop.door, one, "https://x/b", "https://x/c")
    assert checkout.open_page(office, shop.door, one, "https://x/b", "https://x/c") == first
    with pytest.raises(Refused):
        shop.begin(Buyer("eve@example.org"), one=one)


def test_what_was_paid_and_never_told_heals(shop: Shop) -> None:
    """O8: no call comes, the buyer never returns: the worker asks, and the tickets are there."""
    one, session = shop.opened()
    shop.cards.pay(session)
    assert shop.work() == []
    shop.later(timedelta(minutes=2))
    assert shop.work() == [f"checkout {one} is paid"]
    assert shop.counts() == (1, 5)


def test_while_stripe_is_slow_one_buyer_waits_for_it_and_the_others_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O8: kiosks share the threads with buyers who look whether they have paid."""
    monkeypatch.setattr(payments, "QUICK_S_MAX", 60)
    office, door = shop.house.office, Door(shop.cards.settings)
    (first, asked), (second, spared) = shop.opened(), shop.opened(Buyer("bob@example.org"))
    with ThreadPoolExecutor(1) as others:
        with shop.cards.lock:
            waiting = others.submit(checkout.look, office, door, first)
            while not any(call == f"GET /v1/checkout/sessions/{asked}" for call in shop.cards.calls):
                assert not waiting.done()
            assert checkout.look(office, door, second) == "open"
        assert waiting.result(60) == "open"
    assert not any(spared in call for call in shop.cards.calls)
    # The turn is free again, and nothing says that the second was asked.
    shop.cards.pay(spared)
    assert checkout.look(office, door, second) == "paid"


def test_only_a_few_requests_wait_for_a_payment_page(shop: Shop) -> None:
    """O8: the others hear at once that they are to try again, and hold their tickets."""
    office, one = shop.house.office, shop.begin()
    with ExitStack() as taken:
        for _ in range(payments.PAGES_AT_ONCE):
            taken.enter_context(payments.place_to_open())
        with pytest.raises(Fault) as busy:
            checkout.open_page(office, shop.door, one, "https://x/back", "https://x/cancel")
        assert busy.value.code == "payments.busy"
    checkout.open_page(office, shop.door, one, "https://x/back", "https://x/cancel")
    assert shop.row(one).state == "open"


def test_a_run_of_the_work_ends_in_time_and_the_next_goes_on(shop: Shop) -> None:
    """O8: draws and closings wait for no slow card processor."""
    sessions = [shop.opened(Buyer(f"{i}@example.org")) for i in range(3)]
    for _, session in sessions:
        shop.cards.pay(session)

    class Slow(Door):
        def session(self, session: str, *, quick: bool = False) -> Session:
            shop.later(timedelta(milliseconds=checkout.RUN_MS_MAX))
            return super().session(session, quick=quick)

    shop.later(checkout.ASK_AFTER + timedelta(seconds=1))
    slow = Slow(shop.cards.settings)
    for paid in (1, 2, 3):
        checkout.run_due(shop.house.office, slow)
        assert [shop.row(one).state for one, _ in sessions].count("paid") == paid


def test_a_lost_answer_opens_the_same_page_again(shop: Shop) -> None:
    """O8: the page was made and never heard of; the buyer tries again."""
    one = shop.begin()
    shop.cards.lost = 2
    with pytest.raises(Fault):
        checkout.open_page(shop.house.office, shop.door, one, "https://x/b", "https://x/c")
    url = checkout.open_page(shop.house.office, shop.door, one, "https://x/b", "https://x/c")
    assert len([s for s in shop.cards.sessions.values() if s["client_reference_id"] == str(one)]) == 1
    assert url.endswith(str(shop.row(one).session_id))


def test_held_numbers_are_nobody_elses(shop: Shop) -> None:
    """E10: ten numbers, two baskets of five: the third is told how many are left, and kiosks get none either."""
    shop.only(10)
    first, session = shop.opened(Buyer("a@example.org"))
    shop.opened(Buyer("b@example.org"))
    with pytest.raises(Refused, match="Sold out"):
        shop.begin(Buyer("c@example.org"))
    with shop.house.office.begin() as c:
        assert checkout.left(c, shop.house.event) == 0
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    assert shop.row(first).state == "paid"


def test_a_hold_ends_with_its_page_and_not_before(shop: Shop) -> None:
    """O8: the worker ends the page at Stripe first; a page that was paid at the last moment is paid."""
    shop.only(10)
    quick, session = shop.opened(Buyer("a@example.org"))
    slow, other = shop.opened(Buyer("b@example.org"))
    shop.cards.pay(session)
    shop.later(checkout.HOLD)
    shop.cards.down = True
    shop.work()
    assert [shop.row(one).state for one in (quick, slow)] == ["open", "open"]
    shop.cards.down = False
    shop.later(timedelta(minutes=2))
    shop.work()
    assert [shop.row(one).state for one in (quick, slow)] == ["paid", "expired"]
    assert shop.cards.sessions[other]["status"] == "expired"
    shop.begin(Buyer("c@example.org"))


def test_numbers_that_nobody_was_sent_to_pay_for_come_free(shop: Shop) -> None:
    """O8, N4: a hold without a page ends by time, also where no card processor is set."""
    one = shop.begin()
    shop.later(checkout.HOLD)
    assert checkout.run_due(shop.house.office, None) == [f"checkout {one} is over"]
    with pytest.raises(Refused):
        checkout.open_page(shop.house.office, shop.door, one, "https://x/b", "https://x/c")


@pytest.mark.parametrize(
    "how", ["closed", "time", "suspended", "called_home", "cancelled", "late", "amount", "currency"]
)
def test_money_without_tickets_goes_back_and_the_buyer_is_told(shop: Shop, how: str) -> None:
    """O8, E4: paid after the close, while paused, after the hold was over and all was sold, or another amount."""
    house, office, admin = shop.house, shop.house.office, shop.house.people["admin"]
    if how == "late":
        shop.only(5)
    one, session = shop.opened()
    with office.begin() as c:
        if how == "closed":
            events.close(office, c, house.event, admin)
        if how == "suspended":
            events.suspend(office, c, house.event, admin, "Fire drill")
        if how == "called_home":
            messages.call_home(office, c, house.organisation, admin, "Fire drill", "Come home.")
        if how == "cancelled":
            events.cancel(office, c, house.event, admin, "Rain")
    if how == "time":
        with office.begin() as c:
            left = events.get(c, house.event).closes_at - office.now()
        shop.later(left)  # Paid in the last second, and told at the next; nobody has closed the event yet.
    if how == "late":
        shop.later(checkout.HOLD + checkout.UNHEARD_MAX - timedelta(hours=23, minutes=35))
        with office.begin() as c:
            c.execute(update(m.checkouts).values(state="expired"))
        shop.opened(Buyer("quick@example.org"))
    shop.cards.pay(
        session, amount=100 if how == "amount" else None, currency="usd" if how == "currency" else None
    )
    assert shop.told(session) == "refund_due"
    assert shop.told(session) == "refund_due"
    assert shop.counts() == (0, 0)
    assert f"checkout {one} is paid back" in shop.work()
    row = shop.row(one)
    assert row.state == "refunded"
    assert row.refund_reference.startswith("re_")
    assert row.problem
    assert shop.cards.refunded[row.payment_intent] == (100 if how == "amount" else 800)
    with office.begin() as c:
        told = c.execute(select(m.notifications.c.kind)).scalars().all()
        critical = c.execute(select(m.critical_events.c.event_type)).scalars().all()
    assert "refunded" in told
    assert "payment_returned" in critical
    assert ("payment_mismatch" in critical) == (how in {"amount", "currency"})


def test_fifty_checkouts_race_kiosks_for_the_last_numbers(shop: Shop) -> None:
    """E10, N3: whoever gets none is told so; what was sold and what kiosks hold is never more than there was."""
    house, office = shop.house, shop.house.office
    with office.begin() as c:
        code = rsus.new_code(office, c, house.rsu, None)
    key = SigningKey.new(house.clock)
    rsus.enrol(office, EnrolRequest(code=code, public_key=key.public.hex(), device="North", software="1.0"))
    with office.begin() as c:
        rsus.set_state(c, house.rsu, "enabled", None, "Admitted.")
    shop.only(100)

    def buy(i: int) -> str:
        try:
            one = checkout.begin(
                office, uuid4(), cart, Buyer(f"{i}@example.org"), address=f"192.0.2.{i}", age_checked=True
            )
        except Refused as refused:
            return refused.code
        checkout.open_page(office, shop.door, one, "https://x/back", "https://x/cancel")
        session = str(shop.row(one).session_id)
        shop.cards.pay(session)
        return shop.told(session)

    def fetch(_: int) -> str:
        ask = AllocationRequest(request=str(uuid4()), event=str(house.event), count=7)
        try:
            with office.begin() as c:
                allocations.allocate(office, c, house.rsu, 1, ask)
        except Refused as refused:
            return refused.code
        return "block"

    cart = shop.cart()
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda i: fetch(i) if i % 6 == 5 else buy(i), range(60)))
    assert set(said) <= {"paid", "block", "sold_out"}, set(said)
    a, t = m.rsu_allocations, m.tickets
    with office.begin() as c:
        sold = list(c.execute(select(t.c.draw_number)).scalars())
        blocks = c.execute(
            select(a.c.start_number, a.c.end_number).where(
                a.c.raffle_event_id == house.event, a.c.rsu_id == house.rsu
            )
        ).all()
    kept = [number for first, last in blocks for number in range(first, last + 1)]
    assert len(sold) == 5 * said.count("paid")
    assert len(set(sold) | set(kept)) == len(sold) + len(kept) <= 100
    assert said.count("sold_out") > 0
    assert said.count("paid") > 0


def test_a_clock_that_is_wrong_by_an_hour_loses_no_payment(shop: Shop) -> None:
    """O8, Y5: ours ahead of Stripe's or behind it; what Stripe tells is not believed, what is asked of it is."""
    k, n = m.critical_events, m.notifications
    shop.house.clock.ahead_ms = 3_600_000
    one, session = shop.opened()
    shop.cards.pay(session)
    body = shop.cards.event(session)
    with pytest.raises(Refused) as refused:
        shop.door.read(body, signed(body, ahead_s=-3_600))
    assert refused.value.code == "signature_time"
    assert shop.told(session) == "paid"
    other, second = shop.opened(Buyer("bob@example.org"))
    shop.cards.pay(second)
    shop.later(timedelta(minutes=2))
    assert shop.work() == [f"checkout {other} is paid"]
    shop.house.clock.ahead_ms = -50 * 60_000  # Sales were open then already.
    for i in range(2):
        with pytest.raises(Fault) as late:
            shop.opened(Buyer(f"{i}@example.org"))
        assert late.value.code == "payments.clock"
    with shop.house.office.begin() as c:
        assert len(list(c.scalars(select(k.c.id).where(k.c.event_type == "payment_clock")))) == 1
        assert "refunded" not in list(c.scalars(select(n.c.kind)))
    assert shop.row(one).state == "paid"


@pytest.mark.parametrize("heard", ["asked", "told"])
@pytest.mark.parametrize("back", [800, 300])
def test_what_was_given_back_before_it_was_known_to_be_paid_gets_no_tickets(
    shop: Shop, heard: str, back: int
) -> None:
    """O8, E4: by hand at Stripe, while the office was away: no tickets, and what is left goes back as well."""
    one, session = shop.opened()
    shop.cards.pay(session)
    intent = shop.cards.sessions[session]["payment_intent"]
    status, answer = shop.cards.handle(
        "POST", "/v1/refunds", f"payment_intent={intent}&amount={back}".encode(), ""
    )
    assert status == 200
    shop.later(timedelta(minutes=2))
    if heard == "told":
        shop.told(session)
    shop.work()
    shop.work()
    assert shop.counts() == (0, 0)
    assert (shop.row(one).state, shop.row(one).paid_amount) == ("refunded", 800 if back == 800 else 500)
    assert shop.cards.refunded[intent] == 800
    told = payments.Told(
        "evt_later",
        "refund.created",
        None,
        returned=Returned(json.loads(answer)["id"], intent, back, "EUR", ""),
    )
    assert refunds.hear_back(shop.house.office, shop.door, told) == "heard before"
    with shop.house.office.begin() as c:
        n = m.notifications
        assert set(c.scalars(select(n.c.kind))) == {"refunded"}


def test_a_refund_that_got_lost_is_asked_for_again_and_paid_once(shop: Shop) -> None:
    """O8: Stripe did it, and its answer never came."""
    one, session = shop.opened()
    with shop.house.office.begin() as c:
        events.suspend(shop.house.office, c, shop.house.event, shop.house.people["admin"], "Fire drill")
    shop.cards.pay(session)
    shop.told(session)
    shop.cards.lost = 2
    shop.work()
    assert shop.row(one).state == "refund_due"
    shop.work()
    assert shop.row(one).state == "refunded"
    assert shop.cards.refunded[shop.row(one).payment_intent] == 800


def test_a_refund_that_stripe_refuses_is_tried_anew_and_its_organisation_hears_once(shop: Shop) -> None:
    """O8: not under the attempt that was refused, which would be refused all day."""
    one, session = shop.opened()
    with shop.house.office.begin() as c:
        events.suspend(shop.house.office, c, shop.house.event, shop.house.people["admin"], "Fire drill")
    shop.cards.pay(session)
    shop.told(session)
    refusal = {"error": {"type": "invalid_request_error", "code": "balance_insufficient", "message": "No."}}
    for attempt in ("", "-1"):
        shop.cards.answers[f"refund-{one}{attempt}"] = (400, json.dumps(refusal).encode())
    for tries in (1, 1, 2, 2):
        shop.work()
        assert shop.row(one).refund_tries == tries
        shop.later(timedelta(seconds=40))
    shop.later(timedelta(minutes=2))
    shop.work()
    assert shop.row(one).state == "refunded"
    k = m.critical_events
    with shop.house.office.begin() as c:
        said = c.execute(select(k.c.event_id).where(k.c.event_type == "refund_refused")).scalars().all()
    assert said == [shop.house.event]


def test_what_is_not_ours_is_heard_and_left_alone(shop: Shop) -> None:
    """O8, Z1: another kind of event, another office at the same account, a checkout lost in a restore, a forgery."""
    _one, session = shop.opened()
    assert shop.told(session, "payment_intent.created") == "nothing to do"
    shop.cards.pay(session)
    body = shop.cards.event(session).replace(
        shop.cards.sessions[session]["metadata"]["office"].encode(), b"OTHER"
    )
    assert checkout.told(shop.house.office, shop.door, body, signed(body)) == "nothing to do"
    lost = shop.cards.event(session, name="evt_lost").replace(
        shop.cards.sessions[session]["client_reference_id"].encode(), str(uuid4()).encode()
    )
    for _ in range(3):
        assert checkout.told(shop.house.office, shop.door, lost, signed(lost)) == "unknown"
    with pytest.raises(Refused):
        checkout.told(shop.house.office, shop.door, shop.cards.event(session), "t=1,v1=00")
    with shop.house.office.begin() as c:
        kind = m.critical_events.c.event_type
        unknown = c.execute(select(func.count()).where(kind == "payment_unknown")).scalar_one()
    assert unknown == 1
    assert shop.counts() == (0, 0)


def test_void_tickets_are_not_counted_as_sold_and_their_numbers_are_gone(shop: Shop) -> None:
    """O11, N8: the bar on the home page says what the list of competitions says, and sold out is reached."""
    office, event = shop.house.office, shop.house.event
    with office.begin() as c:
        (_, most) = checkout.progress(c, [event])[event]
    for _ in range(2):
        _one, session = shop.opened()
        shop.cards.pay(session)
        assert shop.told(session) == "paid"
    with office.begin(shop.house.people["manager"]) as c:
        assert checkout.progress(c, [event])[event] == (10, most)
        order = c.scalars(select(m.orders.c.id)).first()
        assert order is not None
        reconcile.void_order(office, c, order, "sold by mistake", shop.house.people["manager"])
        assert checkout.progress(c, [event])[event] == (5, most - 5)
        told = competitions.one(c, office.now(), event)
    assert told is not None
    assert told.sold_tickets == 5


def _lost(shop: Shop, database: Database, *gone: UUID) -> None:
    """Forget these checkouts, as a restore from a backup of before them does, and until when all payments are known."""
    with as_owner(database) as c:
        for table, column in ((m.checkout_lines, "checkout_id"), (m.checkouts, "id")):
            c.execute(delete(table).where(table.c[column].in_(gone)))
        c.execute(
            update(m.server_state).values(payments_seen_until=shop.house.office.now() - timedelta(hours=5))
        )


def test_what_was_paid_after_the_backup_is_found_at_stripe_by_itself_and_paid_back_once(
    shop: Shop, database: Database
) -> None:
    """O8, Y7: Stripe tells of it only once, which was before the restore."""
    office = shop.house.office
    mine = [shop.opened(replace(ANN, email=f"ann{n}@example.org")) for n in range(5)]
    (one, _), (two, _), (back, returned), (unpaid, _), (kept, late) = mine
    for _, session in (*mine[:3], mine[4]):
        shop.cards.pay(session)
    said = shop.door.session(returned)
    shop.door.refund(said.intent, said.amount, said.currency, "before")
    other = {
        **shop.cards.sessions[late],
        "id": "cs_other",
        "metadata": {},
        "client_reference_id": str(uuid4()),
    }
    shop.cards.sessions["cs_other"] = other
    _lost(shop, database, one, two, back, unpaid)
    with office.begin() as c:
        boss = {"user_id": shop.house.people["manager"], "email": "boss@example.org"}
        c.execute(upsert(m.staff_contacts).values(boss).on_conflict_do_nothing())
    shop.cards.page_most = 2
    try:
        done = checkout.look_through(office, shop.door)
    finally:
        shop.cards.page_most = 100
        del shop.cards.sessions["cs_other"]
    assert sorted(done) == sorted(
        [
            f"checkout {one} was paid, and is not known here",
            f"checkout {two} was paid, and is not known here",
            f"checkout {kept} was paid, and is paid",
        ]
    )
    assert shop.counts() == (1, 5)
    with office.begin() as c:
        assert {row.id for row in checkout.stranded(c, shop.house.organisation)} == {one, two}
    calls = len(shop.cards.calls)
    assert checkout.look_through(office, shop.door) == []
    assert len(shop.cards.calls) == calls
    # Once more after a quarter of an hour, when those are in the list still, and when Stripe tells after all.
    shop.later(timedelta(minutes=16))
    assert checkout.look_through(office, shop.door) == []
    assert len(shop.cards.calls) > calls
    assert shop.told(mine[0][1]) == "refund_due"
    with office.begin() as c:
        kind, n = m.critical_events.c.event_type, m.notifications.c
        assert c.scalar(select(func.count()).where(kind == "payment_unknown")) == 2
        alarms = c.scalars(select(func.distinct(n.once)).where(n.once.like("payment:%"))).all()
        assert len(alarms) == 2
        checkout.pay_back_again(office, c, shop.house.organisation, one)
    shop.work()
    shop.work()
    row = shop.row(one)
    assert row.state == "refunded"
    assert [back.amount for back in shop.door.refunds(row.payment_intent)] == [row.paid_amount]
    assert shop.row(two).state == "refund_due"


def test_the_search_for_lost_payments_goes_on_where_stripe_did_not_answer(
    shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O8, Y7: nothing is passed over, and an office whose backup knows no payment at all looks back for long."""
    monkeypatch.setattr(checkout, "SEEN_BACK_MAX", timedelta(hours=8))
    one, session = shop.opened()
    shop.cards.pay(session)
    _lost(shop, database, one)
    with as_owner(database) as c:
        c.execute(update(m.server_state).values(payments_seen_until=None))
    shop.cards.down = True
    assert "not known yet" in checkout.look_through(shop.house.office, shop.door)[0]
    shop.cards.down = False
    shop.later(timedelta(hours=3))
    done: list[str] = []
    for _ in range(100):
        if done := checkout.look_through(shop.house.office, shop.door):
            break
    assert done == [f"checkout {one} was paid, and is not known here"]
    assert checkout.look_through(shop.house.office, None) == []


def test_limits_of_an_order_of_a_customer_and_of_holds(shop: Shop) -> None:
    """O8, Z2: by the event's rules; nobody keeps others out by holding everything."""
    office = shop.house.office
    with office.begin() as c:
        checkout.set_rules(
            office,
            c,
            shop.house.event,
            Rules(on_sale=True, order_tickets_max=10, customer_tickets_max=15, guests=True),
            shop.house.people["manager"],
        )
    with pytest.raises(Refused, match="At most 10"):
        shop.begin(pieces=3)
    shop.begin(pieces=2)
    with pytest.raises(Refused, match="You can still have 5"):
        shop.begin(Buyer(" ANN@example.org "), pieces=2)
    shop.begin()
    for i in range(checkout.OPEN_PER_ADDRESS_MAX - 2):
        shop.begin(Buyer(f"{i}@example.org"))
    with pytest.raises(Refused) as refused:
        shop.begin(Buyer("one.more@example.org"))
    assert refused.value.code == "holds"


def test_what_was_paid_back_is_not_among_a_customers_tickets(shop: Shop) -> None:
    """O8, S5: whoever has their money back may buy again."""
    office, admin = shop.house.office, shop.house.people["admin"]
    with office.begin() as c:
        limits = Rules(on_sale=True, customer_tickets_max=5, guests=True)
        checkout.set_rules(office, c, shop.house.event, limits, admin)
    _one, session = shop.opened()
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    with pytest.raises(Refused, match="You have them all"):
        shop.begin()
    with office.begin(admin) as c:
        order = c.execute(select(m.orders.c.id)).scalar_one()
        reconcile.void_order(office, c, order, "Bought twice", admin)
    assert shop.row(shop.begin()).state == "held"


def test_nobody_holds_everything_under_many_names(shop: Shop) -> None:
    """O8, Z2: one address holds a part of what is left, and somebody elsewhere can still buy."""
    shop.only(400)
    for i in range(20):
        shop.begin(Buyer(f"{i}@example.org"))
    with pytest.raises(Refused, match="from where you are") as refused:
        shop.begin(Buyer("one.more@example.org"))
    assert refused.value.code == "holds"
    # A first basket may be as large as the event's rules let it be.
    one = checkout.begin(
        shop.house.office, uuid4(), shop.cart(50), ANN, address="192.0.2.2", age_checked=True
    )
    assert shop.row(one).state == "held"
    shop.later(checkout.HOLD + timedelta(seconds=1))
    shop.work()
    shop.begin(Buyer("one.more@example.org"))


@pytest.mark.parametrize("who", ["guest", "email", "empty", "foreign"])
def test_who_may_not_buy_is_told_why(shop: Shop, who: str) -> None:
    """O7, O8: guests where they may not, no address, nothing chosen, an account that is not a customer's."""
    office = shop.house.office
    with office.begin() as c:
        rules = Rules(on_sale=True, guests=False)
        checkout.set_rules(office, c, shop.house.event, rules, shop.house.people["manager"])
    given: dict[str, Callable[[], UUID]] = {
        "guest": shop.begin,
        "email": lambda: shop.begin(Buyer("nobody")),
        "empty": lambda: checkout.begin(office, uuid4(), Cart(), ANN, address="x"),
        "foreign": lambda: shop.begin(replace(ANN, user=shop.house.people["admin"])),
    }
    with pytest.raises(Refused) as refused:
        given[who]()
    assert refused.value.code == ("guest" if who == "foreign" else who)


def test_a_basket_holds_what_is_on_offer_and_says_what_is_gone(shop: Shop) -> None:
    """E13, O8: nothing of a draft, nothing that is not sold on line any more."""
    office, house = shop.house.office, shop.house
    with office.begin() as c:
        p = m.ticket_packages
        draft = c.execute(select(p.c.id).where(p.c.event_id == house.draft)).scalar_one()
        basket = checkout.cart(office, c, {draft: 1, shop.package: 2, uuid4(): 1})
    assert [(line.package, line.total) for line in basket.lines] == [(shop.package, 1600)]
    assert len(basket.gone) == 1
    with office.begin() as c:
        checkout.set_rules(office, c, house.event, Rules(), house.people["manager"])
    assert shop.cart().lines == ()


def test_the_web_shop_comes_home_with_the_kiosks(shop: Shop) -> None:
    """K17, O8: nothing is offered and nothing held while everybody is called home; afterwards it goes on."""
    office, house = shop.house.office, shop.house
    basket, admin = shop.cart(), house.people["admin"]
    with office.begin() as c:
        messages.call_home(office, c, house.organisation, admin, "Fire drill", "Come home.")
    assert shop.cart().lines == ()
    with office.begin() as c:
        assert checkout.offer(office, c, house.event).packages == frozenset()
    with pytest.raises(Refused, match="paused"):
        checkout.begin(office, uuid4(), basket, ANN, address="192.0.2.1", age_checked=True)
    with office.begin() as c:
        messages.resume(office, c, house.organisation, admin, "It is out")
    one, session = shop.opened()
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    assert shop.row(one).state == "paid"
    with office.begin() as c:
        messages.call_home(office, c, house.organisation, admin, "Again", "Come home.")
        seen = live.evening(office, c, house.organisation)
    web = next(unit for unit in seen.kiosks if unit.online)
    assert "called home" in web.troubles
    assert "the web shop has stopped" in seen.sentence


def test_whatever_comes_in_whichever_order_each_payment_ends_once(shop: Shop) -> None:
    """O8: calls, returns, the worker, lost answers, pauses and the close at random: tickets or the money, never both."""
    office, house = shop.house.office, shop.house
    chance = random.Random(20261121)
    shop.only(60)
    opened: list[tuple[UUID, str]] = []

    def pay() -> None:
        waiting = [s for _, s in opened if shop.cards.sessions[s]["status"] == "open"]
        if waiting:
            shop.cards.pay(chance.choice(waiting))

    def begin() -> None:
        opened.append(shop.opened(Buyer(f"{len(opened)}@example.org"), chance.choice([1, 2])))

    def told() -> None:
        if opened:
            shop.told(chance.choice(opened)[1])

    def back() -> None:
        if opened:
            shop.later(checkout.ASK_AGAIN + timedelta(seconds=1))
            checkout.look(office, shop.door, chance.choice(opened)[0])

    def give_up() -> None:
        if opened:
            checkout.give_up(office, shop.door, chance.choice(opened)[0])

    def pause() -> None:
        with office.begin() as c:
            if events.state(c, house.event) == "active":
                events.suspend(office, c, house.event, house.people["admin"], "Fire drill")
            else:
                events.resume(office, c, house.event, house.people["admin"], "Over")

    def lose() -> None:
        shop.cards.lost = 2

    steps = [begin, begin, pay, pay, pay, told, told, back, give_up, shop.work, pause, lose]
    for _ in range(120):
        with suppress(Refused, Fault):
            chance.choice(steps)()
        shop.later(timedelta(seconds=chance.randint(0, 90)))
    shop.cards.lost = 0
    for _ in range(3):
        shop.later(checkout.HOLD)
        shop.work()
    with office.begin() as c:
        rows = c.execute(select(m.checkouts)).all()
        sold = c.execute(
            select(m.orders.c.sale_id, func.sum(m.orders.c.total_amount)).group_by(m.orders.c.sale_id)
        )
        by_sale = {row[0]: row[1] for row in sold}
        assert c.execute(select(m.findings)).all() == []
    assert {row.state for row in rows} <= {"paid", "refunded", "expired"}
    assert {row.state for row in rows} >= {"paid", "expired"}
    for row in rows:
        session = shop.cards.sessions.get(row.session_id or "")
        taken = session["amount_total"] if session and session["payment_status"] == "paid" else 0
        given_back = shop.cards.refunded.get(row.payment_intent or "", 0)
        tickets = by_sale.get(row.sale_id, 0) if row.sale_id else 0
        assert taken == given_back + tickets, row
        assert (row.state == "paid") == bool(tickets)
    assert len(by_sale) == sum(row.state == "paid" for row in rows)


def test_the_worker_ends_pages_of_what_has_closed(shop: Shop) -> None:
    """E1: the close is by time; nobody pays for a sale that is over."""
    one, session = shop.opened()
    shop.later(timedelta(hours=4))
    worker.run_due(shop.house.office)
    shop.work()
    assert shop.row(one).state == "expired"
    assert shop.cards.sessions[session]["status"] == "expired"


def test_without_a_key_nothing_is_sold(shop: Shop) -> None:
    """O8: no account, no door."""
    bare = replace(shop.house.office, config=Config(Path()))
    assert payments.door(bare) is None
    assert payments.door(shop.house.office) is not None
    assert online.NAME == "Web shop"


def killed_at(shop: Shop, step: int, do: Callable[[], object]) -> bool:
    """Do it in a process that is killed before its database's ``step``-th statement; whether it came to its end."""
    process = os.fork()
    if process == 0:
        # The parent's connections are not this process's.
        shop.house.office.engine.dispose(close=False)
        count = itertools.count(1)

        def before(*_: object) -> None:
            if next(count) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        listen(shop.house.office.engine, "before_cursor_execute", before)
        try:
            do()
        finally:
            os._exit(0)
    _, status = os.waitpid(process, 0)
    return not os.WIFSIGNALED(status)


def test_a_process_killed_anywhere_leaves_the_sale_whole_or_not_there(shop: Shop) -> None:
    """O8: killed at every third statement while a payment is told; then told again, and it is one sale."""
    one, session = shop.opened(pieces=2)
    shop.cards.pay(session)
    step = 1
    while not killed_at(shop, step, lambda: shop.told(session)):
        state = shop.row(one).state
        assert shop.counts() == ((2, 10) if state == "paid" else (0, 0)), step
        step += 3
    assert step > 20
    assert shop.told(session) == "paid"
    assert shop.counts() == (2, 10)


def test_a_process_killed_while_money_goes_back_pays_it_once(shop: Shop) -> None:
    """O8: killed before each statement of the refund, between asking and noting too."""
    one, session = shop.opened()
    with shop.house.office.begin() as c:
        events.suspend(shop.house.office, c, shop.house.event, shop.house.people["admin"], "Fire drill")
    shop.cards.pay(session)
    assert shop.told(session) == "refund_due"
    step = 1
    while not killed_at(shop, step, shop.work):
        step += 1
    shop.work()
    row = shop.row(one)
    assert row.state == "refunded"
    assert shop.cards.refunded[row.payment_intent] == 800


def holding(shop: Shop, wanted: str) -> set[str]:
    """The tables that hold this text anywhere."""
    found = set()
    with shop.house.office.begin() as c:
        for table in m.Base.metadata.sorted_tables:
            whole = func.lower(cast(literal_column(f'"{table.name}"'), Text))
            if c.execute(select(1).select_from(table).where(whole.contains(wanted)).limit(1)).first():
                found.add(table.name)
    return found


def test_a_customer_who_deletes_their_account_leaves_their_address_nowhere(shop: Shop) -> None:
    """O7, K16, S11: in no table, the audit log and the outbox too; and one that pays afterwards gets the money back."""
    office, house = shop.house.office, shop.house
    address = "nora.leaves@example.org"
    with office.begin() as c:
        user = accounts.create(
            office, c, house.organisation, email=address, name="Nora Leaves", verified=True
        )
    nora = Buyer(address, "Nora Leaves", user=user)
    paid, session = shop.opened(nora)
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    begun, other = shop.opened(nora)
    dropped, _ = shop.opened(nora)
    assert {"checkouts", "customer_accounts", "notifications", "orders"} <= holding(shop, address)
    assert "audit_log" not in holding(shop, address)
    with office.begin(user) as c:
        accounts.leave(office, c, user)
    assert holding(shop, address) == {"checkouts"}  # two that may be paid at this moment
    shop.cards.pay(other)
    assert shop.told(other) == "refund_due"
    shop.later(checkout.HOLD + checkout.UNHEARD_MAX)
    shop.work()
    customers.run_due(office)
    assert {shop.row(one).state for one in (paid, begun, dropped)} == {"paid", "refunded", "expired"}
    assert holding(shop, address) == set()
    assert holding(shop, "nora leaves") == set()


def test_the_trail_tells_the_shop_s_numbers_from_the_buyer_s_purchase(shop: Shop) -> None:
    """O2: a customer is named for what they began and for nothing of the books behind it."""
    cleo = Buyer("cleo@customers.example", "Cleo", user=shop.house.customer)
    one, session = shop.opened(cleo)
    shop.cards.pay(session)
    assert shop.told(session) == "paid"
    a, u = m.audit_log, m.users
    with shop.house.office.begin() as c:
        rows = c.execute(
            select(a.c.table_name, a.c.changed_by, u.c.display_name, a.c.record_id).outerjoin(
                u, u.c.id == a.c.changed_by
            )
        ).all()
    assert {(row.table_name, row.record_id) for row in rows if row.changed_by == shop.house.customer} == {
        ("checkouts", one)
    }
    assert {row.display_name for row in rows if row.table_name == "rsu_allocations"} == {"Web shop"}
