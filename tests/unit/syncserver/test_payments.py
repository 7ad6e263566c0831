"""The door to Stripe, against a card processor on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared import money
from shared.clock import SystemClock
from shared.errors import Fault, Refused
from syncserver import playmoney
from syncserver.config import Stripe
from syncserver.payments import Door, Item, Wanted, to_stripe
from tests.cards import SECRET, Cards, cards, signed


@pytest.fixture(scope="module")
def processor() -> Iterator[Cards]:
    with cards() as running:
        yield running


def wanted(checkout: str = "one", currency: str = "EUR") -> Wanted:
    return Wanted(
        checkout=checkout,
        office="HERE",
        organisation="CLUB",
        items=[Item("Final: Five", 800, 2), Item("Final: One", 200, 1)],
        currency=currency,
        email="ann@example.org",
        language="en",
        back="https://raffle.example/back",
        cancel="https://raffle.example/cancel",
        until=datetime.now(UTC) + timedelta(minutes=35),
    )


def test_a_page_is_opened_once_whatever_gets_lost(processor: Cards) -> None:
    """O8: the answer is lost, it is asked again under the same key, and there is one page."""
    door = Door(processor.settings)
    before = len(processor.sessions)
    asked = wanted("lost")
    processor.lost = 2
    with pytest.raises(Fault):
        door.open(asked)
    made = door.open(asked)
    assert len(processor.sessions) == before + 1
    assert (made.status, made.paid, made.amount, made.currency) == ("open", False, 1800, "EUR")
    assert (made.checkout, made.office, made.organisation) == ("lost", "HERE", "CLUB")


def test_what_was_paid_is_seen_and_given_back_once(processor: Cards) -> None:
    """O8: a refund under one key pays once; one beyond the payment is not paid."""
    door = Door(processor.settings)
    made = door.open(wanted("paid"))
    processor.pay(made.id)
    seen = door.session(made.id)
    assert (seen.status, seen.paid, seen.amount) == ("complete", True, 1800)
    assert door.expire(made.id).paid
    first = door.refund(seen.intent, 1800, "EUR", "r1")
    assert door.refund(seen.intent, 1800, "EUR", "r1") == first
    assert processor.refunded[seen.intent] == 1800
    assert door.refund(seen.intent, 1800, "EUR", "r2") == seen.intent
    assert processor.refunded[seen.intent] == 1800


def test_a_part_is_not_paid_back_twice_once_its_key_is_forgotten(processor: Cards) -> None:
    """O8: Stripe keeps keys for a day, and what was refused under one is refused all that day."""
    door = Door(processor.settings)
    made = door.open(wanted("part"))
    processor.pay(made.id)
    intent = door.session(made.id).intent
    refusal = {"error": {"type": "invalid_request_error", "code": "balance_insufficient", "message": "No."}}
    processor.answers["refund-part"] = (400, json.dumps(refusal).encode())
    for _ in range(2):
        with pytest.raises(Refused, match="balance_insufficient"):
            door.refund(intent, 800, "EUR", "part", tried=True)
    first = door.refund(intent, 800, "EUR", "part", attempt="1", tried=True)
    processor.answers.clear()
    assert door.refund(intent, 800, "EUR", "part", attempt="1", tried=True) == first
    assert door.refund(intent, 800, "EUR", "part", attempt="2", tried=True) == first
    assert processor.refunded[intent] == 800
    assert door.refund(intent, 800, "EUR", "other", tried=True) != first
    assert processor.refunded[intent] == 1600


def test_an_open_page_can_be_ended(processor: Cards) -> None:
    """E1: what nobody has paid when the sale ends."""
    door = Door(processor.settings)
    made = door.open(wanted("ended"))
    assert door.expire(made.id).status == "expired"
    assert door.session(made.id).status == "expired"
    with pytest.raises(Refused):
        door.session("cs_test_nothing")


def test_silence_is_a_fault_and_a_wrong_key_too() -> None:
    """O8: neither is the buyer's doing; no key shows in what is said."""
    with cards() as gone:
        pass
    with pytest.raises(Fault) as silent:
        Door(Stripe("sk_test_secret", SECRET, gone.url)).session("cs_test_1")
    assert "sk_test" not in str(silent.value)
    assert "sk_test" not in repr(Stripe("sk_test_secret", SECRET, gone.url))


def test_only_what_stripe_signed_is_believed(processor: Cards) -> None:
    """O8, Z1: another secret, other bytes, too old, no signature at all."""
    door = Door(processor.settings)
    made = door.open(wanted("told"))
    body = processor.event(made.id)
    told = door.read(body, signed(body))
    assert told.type == "checkout.session.completed"
    assert told.session is not None
    assert told.session.id == made.id
    old = signed(body).replace("t=", "t=1")
    for wrong_body, header in ((body, "t=1,v1=00"), (body + b" ", signed(body)), (body, ""), (body, old)):
        with pytest.raises(Refused) as refused:
            door.read(wrong_body, header)
        assert refused.value.code == "signature"
    junk = b'{"id": 5, "object": "event", "type": "checkout.session.completed", "data": {"object": []}}'
    with pytest.raises(Refused):
        door.read(junk, signed(junk))


def test_currencies_are_written_as_stripe_wants_them() -> None:
    """O8: yen have no cents; Iceland's crowns are sent with two."""
    assert [to_stripe(500, one) for one in ("EUR", "JPY", "ISK")] == [500, 500, 50_000]


def test_the_demonstration_s_processor_answers_what_is_asked_of_it() -> None:
    """O8: also what went back of a payment, so that nothing is paid twice once its key is forgotten."""
    with playmoney.processor(SystemClock()) as bank:
        door = Door(bank.settings)
        asked = wanted("play")
        made = door.open(asked)
        page = bank.handle("GET", f"/pay/{made.id}", b"", "")[2].decode()
        total = sum(item.price * item.count for item in asked.items)
        for shown in (
            money.text(total, asked.currency),
            asked.items[0].name,
            "Pay with play money",
            asked.cancel,
        ):
            assert shown in page
        assert bank.settings.play
        assert bank.handle("POST", f"/pay/{made.id}", b"", "")[0] == 303
        intent = door.session(made.id).intent
        assert door.refunds(intent) == []
        first = door.refund(intent, 800, "EUR", "part")
        assert door.refund(intent, 800, "EUR", "part", attempt="2", tried=True) == first
        assert [(one.id, one.amount, one.currency, one.key) for one in door.refunds(intent)] == [
            (first, 800, "EUR", "part")
        ]
        assert door.refund(intent, 1000, "EUR", "rest", tried=True) != first
        assert bank.paid == 0
