from __future__ import annotations

import pytest

from kiosk.flow.said import Complete, Declined
from tests.unit.kiosk.flow_stage import CUP, DERBY, Stage, asking, counter


@pytest.fixture
def paying() -> Stage:
    stage = counter()
    stage.tap("times:5", "add:p1", "pay")
    return stage


def completed(stage: Stage, *taps: str) -> Complete:
    (command,) = stage.tap(*taps)
    assert isinstance(command, Complete)
    return command


def test_the_exact_amount_is_taken_for_given_until_something_else_is_said(paying: Stage) -> None:
    """K13: amount given, suggested notes, change in large figures."""
    assert (paying.see("pay.due"), paying.see("pay.can_complete")) == ("$25.00", True)
    assert paying.see("pay.change_words") == "No change"
    paying.type("40")
    assert (paying.see("pay.tendered"), paying.see("pay.change_words")) == ("$40.00", "$15.00")
    paying.tap("note:3000")
    assert paying.see("pay.change") == "$5.00"
    assert [n["amount"] for n in paying.see("pay.notes")] == [3_000, 4_000, 5_000, 10_000]
    paying.tap("key:clear", "key:9")
    assert paying.tap("cash") == []
    assert (paying.see("toast.text"), paying.see("pay.can_complete")) == ("That is not enough.", False)
    paying.tap("exact")
    assert completed(paying, "cash").tendered == 2_500


def test_a_card_is_charged_at_its_terminal_and_its_reference_is_typed(paying: Stage) -> None:
    """Issue of the money: a card's payment can be found again."""
    paying.tap("pay_method:card")
    assert (paying.see("pay.focus"), paying.see("pay.can_complete")) == ("reference", False)
    assert paying.tap("cash") == []
    assert "reference" in str(paying.see("toast.text"))
    paying.type("00 4518")
    assert paying.see("pay.complete_words") == "Card has paid $25.00"
    command = completed(paying, "key:enter")
    assert (command.method, command.card, command.tendered, command.reference) == (
        "card",
        2_500,
        2_500,
        "00 4518",
    )


def test_a_part_by_card_and_the_rest_in_cash_with_its_change(paying: Stage) -> None:
    paying.tap("pay_method:split")
    assert paying.see("pay.focus") == "card"
    paying.type("20")
    assert (paying.see("pay.rest"), paying.see("pay.card")) == (
        "$5.00",
        {"amount": "$20.00", "amount_minor": 2_000, "reference": ""},
    )
    paying.tap("key:enter")
    paying.type("10")
    assert (paying.see("pay.change"), paying.see("pay.can_complete")) == ("$5.00", False)
    paying.tap("key:enter")
    paying.type("77A")
    command = completed(paying, "key:enter")
    assert (command.method, command.card, command.tendered) == ("split", 2_000, 3_000)
    assert command.reference == "77A"


def test_how_much_the_card_pays_is_asked_before_anything_else(paying: Stage) -> None:
    """K13: nobody is asked for the reference of a payment of nothing."""
    paying.tap("pay_method:split", "focus:reference", "key:enter")
    assert paying.see("pay.focus") == "card"
    assert "a part of the sum" in str(paying.see("toast.text"))
    paying.tap("key:9", "key:enter")
    assert paying.see("pay.focus") == "given"
    paying.tap("focus:reference")
    assert paying.see("pay.focus") == "reference"


@pytest.mark.parametrize("amount", ["0", "25", "26"])
def test_a_part_is_more_than_nothing_and_less_than_all(paying: Stage, amount: str) -> None:
    paying.tap("pay_method:split")
    paying.type(amount)
    assert paying.tap("focus:reference", "cash") == []
    assert "a part of the sum" in str(paying.see("toast.text"))


def test_only_what_every_event_in_the_basket_takes_is_offered() -> None:
    """E8: an event takes cash, cards or both."""
    stage = counter(asking(CUP, payments=("card",)), DERBY)
    stage.tap("choose_event:e1", "add:p1", "pay")
    assert [(m["code"], m["selected"]) for m in stage.see("pay.methods")] == [("card", True)]
    stage.tap("pay_method:cash")
    assert stage.see("pay.method") == "card"
    stage.tap("back", "clear_basket", "choose_event:e2", "add:p3", "pay")
    assert [m["code"] for m in stage.see("pay.methods")] == ["cash", "card", "split"]


def test_what_shares_no_way_to_pay_does_not_get_into_one_basket() -> None:
    """E8: said when the second event's package is touched, not when the buyer holds out their money."""
    stage = counter(asking(CUP, payments=("card",)), asking(DERBY, payments=("cash",)))
    stage.tap("choose_event:e1", "add:p1", "choose_event:e2", "add:p3")
    assert stage.see("toast.text") == "Derby is not paid for like the rest. Finish this sale first."
    assert [line["event"] for line in stage.see("basket.lines")] == ["Cup"]
    stage.tap("clear_basket", "add:p3")
    assert [line["event"] for line in stage.see("basket.lines")] == ["Derby"]


def test_what_the_till_refuses_leads_back_to_the_basket(paying: Stage) -> None:
    completed(paying, "cash")
    paying.flow.handle(Declined("Complete", "sold_out", "None left.", "Fetch more."))
    assert (paying.see("screen"), paying.see("basket.empty")) == ("sell", False)
