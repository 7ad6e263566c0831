from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from kiosk.catalog import CAN, Answer
from kiosk.flow.counter import DONE_MS
from kiosk.flow.said import Complete, Declined, LogOff, PrintEnded, SaleDone
from shared import wire
from tests.unit.kiosk.flow_stage import CUP, DERBY, Stage, asking, counter, shop, sold


@pytest.mark.parametrize(
    ("sell_mode", "taps"), [("runner", ("add:p1", "pay", "cash")), ("fast", ("add:p1", "cash"))]
)
def test_from_idle_to_the_receipt_it_takes_four_taps_or_fewer(sell_mode: str, taps: tuple[str, ...]) -> None:
    """K17: three taps when each sale is confirmed, two in fast mode; the age check is the fourth."""
    stage = counter(sell_mode=sell_mode)
    assert [type(c) for c in stage.tap(*taps)] == [Complete]
    assert stage.sell() == []
    assert stage.see("screen") == "done"
    stage.go(DONE_MS)
    assert stage.see("screen") == "sell"
    aged = counter(asking(age_min=18), sell_mode=sell_mode)
    (command,) = aged.tap(*taps[:-1], "age_yes", taps[-1])
    assert isinstance(command, Complete)
    assert command.age_checked
    assert len(taps) + 1 <= 4


def test_the_last_sale_is_repeated_with_three_taps() -> None:
    """K17: repeat last sale, from the result or from the till."""
    stage = counter()
    stage.tap("times:2", "add:p1", "pay", "cash")
    stage.sell()
    assert stage.see("sell.can_repeat") is True
    (command,) = stage.tap("repeat_last", "pay", "cash")
    assert isinstance(command, Complete)
    assert command.basket[0].quantity == 2


def test_a_multiple_holds_for_the_next_package_alone() -> None:
    stage = counter()
    stage.tap("times:5", "times:7", "times:x")
    assert stage.see("sell.times") == 5
    stage.tap("add:p1")
    assert (stage.see("basket.count"), stage.see("sell.times")) == (5, 1)
    stage.tap("add:p1")
    assert stage.see("basket.count") == 6


def test_who_begins_says_for_which_event_where_there_is_a_choice() -> None:
    """K17: with one event nobody is asked; on the till they stay as tabs."""
    assert counter().see("screen") == "sell"
    stage = counter(CUP, DERBY)
    assert stage.see("screen") == "events"
    assert [(e["name"], e["can_sell"], e["left"]) for e in stage.view["events"]] == [
        ("Cup", True, "9 numbers left"),
        ("Derby", True, "9 numbers left"),
    ]
    stage.tap("choose_event:e2")
    assert (stage.see("screen"), stage.see("event.name")) == ("sell", "Derby")
    stage.tap("add:p3", "choose_event:e1", "add:p1")
    assert stage.see("basket.total") == "$17.00"
    stage.tap("open_events", "back")
    assert (stage.see("screen"), stage.see("basket.count")) == ("sell", 4)


def test_once_the_office_closes_sales_the_till_shows_it_and_keeps_no_basket() -> None:
    """K8, K17: the tickets in it were never sold; a buyer who is paying already is not torn away from it."""
    ended = Answer("closed", "Sales for Cup are closed.", "Choose another event.")
    closed = replace(CUP, state="closed", answer=ended)
    stage = counter()
    stage.tap("add:p1")
    stage.flow.handle(shop(CAN, closed))
    assert (stage.see("screen"), stage.see("toast.text")) == ("closed", "Sales for Cup are closed.")
    stage = counter(CUP, DERBY)
    stage.tap("choose_event:e1", "add:p1", "choose_event:e2", "add:p3", "pay")
    stage.flow.handle(shop(CAN, closed, DERBY))
    assert stage.see("screen") == "pay"
    stage.tap("back")
    stage.go(1_000)
    assert (stage.see("screen"), stage.see("basket.count")) == ("sell", 3)


def test_a_locked_screen_waits_for_its_operator_and_keeps_nothing_of_a_buyer() -> None:
    """K1, K16: the front page says who has the kiosk, and their PIN is all that is missing."""
    stage = counter()
    stage.tap("add:p1")
    assert stage.tap("lock") == [LogOff("o1")]
    assert (stage.see("screen"), stage.see("attract.locked_by")) == ("attract", "Ada")
    stage.tap("begin")
    assert (stage.see("screen"), stage.see("pin.chosen")) == ("pin", "o1")
    stage.log_on()
    assert (stage.see("screen"), stage.see("basket.empty"), stage.see("attract.locked_by")) == (
        "sell",
        True,
        "",
    )


def test_the_front_page_shows_what_is_on_and_leads_to_the_pin() -> None:
    """K17: jackpot, packages, what closes when; anybody's first touch."""
    stage = Stage(CUP, DERBY)
    seen = stage.view["attract"]
    assert isinstance(seen, dict)
    assert (stage.see("screen"), seen["title"], seen["jackpot"], seen["organisation"]) == (
        "attract",
        "Cup",
        "$900.00",
        "Trust",
    )
    assert seen["packages"][0] == {"name": "One", "price": "$5.00", "tickets": 1}
    stage.tap("begin", "choose_operator:o2")
    assert stage.see("pin.chosen") == "o2"
    stage.tap("back")
    assert stage.see("pin.chosen") == ""
    stage.tap("back")
    assert stage.see("screen") == "attract"
    stage.tap("begin")
    stage.go(60_000)
    assert stage.see("screen") == "attract"


def test_the_language_changes_on_every_screen_and_stays_with_the_operator() -> None:
    """K17: chosen by operator or buyer."""
    stage = Stage()
    stage.tap("language:fr", "language:tlh")
    assert stage.see("language") == "fr"
    assert [one["code"] for one in stage.view["languages"] if one["selected"]] == ["fr"]
    stage.log_on()
    assert stage.see("packages")[0]["price"] == "5,00\xa0$US"
    stage.tap("lock")
    assert stage.see("language") == "fr"


def test_a_package_that_is_withdrawn_while_it_is_paid_for_goes_back_to_the_till() -> None:
    stage = counter(CUP, DERBY)
    stage.tap("choose_event:e2", "add:p3", "pay")
    assert stage.see("screen") == "pay"
    stage.flow.handle(shop())
    assert (stage.see("screen"), stage.see("basket.empty")) == ("sell", True)


NOT_OPEN = Answer("not_open", "Sales for Cup have not opened yet.", "Wait for the opening time.")
TRIED = replace(
    CUP,
    answer=NOT_OPEN,
    test=True,
    policies=wire.Policies(payments=("card",), age_min=18, customer_fields=("name",), customer_required=True),
)


def test_before_the_opening_a_test_goes_the_way_of_a_sale_and_asks_for_no_money() -> None:
    """E5: package, pay, printed; the screens say TEST, and neither age nor name nor card is asked for."""
    stage = counter(TRIED)
    assert (stage.see("screen"), stage.see("event.test"), stage.see("event.can_sell")) == ("sell", True, True)
    assert "take no money" in stage.see("event.why_not")
    assert stage.see("events")[0]["state_words"] == "Not open yet: tests only"
    stage.tap("add:p1", "add:p1")
    assert (stage.see("basket.count"), stage.see("basket.total_minor")) == (2, 0)
    stage.tap("pay", "key:5", "note:5000", "pay_method:card")
    pay = stage.see("pay")
    assert (stage.see("screen"), pay["test"], pay["due_minor"], pay["method"]) == ("pay", True, 0, "cash")
    assert (pay["change_words"], pay["complete_words"], pay["notes"]) == (
        "Take no money",
        "Print the TEST ticket",
        [],
    )
    (command,) = stage.tap("cash")
    assert isinstance(command, Complete)
    assert (command.test, command.tendered, command.customer, command.age_checked) == (True, 0, None, False)
    made = sold("a")
    stage.flow.handle(SaleDone((replace(made, fact=replace(made.fact, test=True)),)))
    stage.flow.handle(PrintEnded("a", 0, "confirmed"))
    done = stage.see("done")
    assert (stage.see("screen"), done["test"], done["change_words"], done["total"]) == (
        "done",
        True,
        "Take no money",
        "$0.00",
    )
    assert stage.see("sell.can_repeat") is False


@pytest.mark.parametrize("screen", ["sell", "pay"])
def test_at_the_opening_a_test_is_put_away_with_words(screen: str) -> None:
    """E5: nobody takes it for a sale."""
    stage = counter(TRIED)
    stage.tap("add:p1", *(["pay"] if screen == "pay" else []))
    stage.flow.handle(shop())
    assert (stage.see("screen"), stage.see("basket.empty"), stage.see("event.test")) == ("sell", True, False)
    assert stage.see("toast.text") == "Cup is on sale now. The test was put away."
    (command,) = stage.tap("add:p1", "pay", "cash")
    assert isinstance(command, Complete)
    assert (command.test, command.tendered) == (False, 500)


def test_a_test_that_the_till_refused_at_the_opening_is_put_away() -> None:
    """E5: the shop changed while the sale was on its way."""
    stage = counter(TRIED)
    stage.tap("add:p1", "pay", "cash")
    stage.flow.handle(shop())
    stage.flow.handle(Declined("Complete", "test_over", "Tests are over.", ""))
    stage.go(1_000)
    assert (stage.see("screen"), stage.see("basket.empty")) == ("sell", True)


@pytest.mark.parametrize(("first", "then"), [("e1", "e2"), ("e2", "e1")])
def test_a_basket_never_mixes_tests_and_tickets(first: str, then: str) -> None:
    """E5: what is paid for and what is not are two sales."""
    stage = counter(TRIED, DERBY)
    package = {"e1": "p1", "e2": "p3"}
    stage.tap(f"choose_event:{first}", f"add:{package[first]}")
    stage.tap(f"choose_event:{then}", f"add:{package[then]}")
    assert "cannot mix tests" in stage.see("toast.text")
    assert len(stage.see("basket.lines")) == 1


def test_a_buyer_who_is_alone_is_offered_no_test() -> None:
    """E5: passers-by see that it is not on sale."""
    stage = Stage(TRIED)
    assert (stage.see("attract.can_sell"), stage.see("attract.why_not")) == (False, NOT_OPEN.words)


def test_no_way_leads_to_selling_without_a_pin() -> None:
    """K1: a finger that touches twice before the screen has changed is led to nobody else's work."""
    for touches in product(("open_sync", "open_diagnostics", "back"), repeat=4):
        stage = Stage(CUP)
        stage.tap("begin", *touches, "back", "back")
        assert stage.see("screen") in ("attract", "pin"), touches
