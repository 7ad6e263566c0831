from __future__ import annotations

import json

import msgspec

from kiosk.catalog import CAN
from kiosk.flow.buyer import IDLE_MS
from kiosk.flow.said import Complete
from shared.wire import Customer
from tests.unit.kiosk.flow_stage import CUP, DERBY, Stage, asking, counter, shop

ASKED = asking(customer_fields=("name", "phone", "email"))


def filled(stage: Stage) -> None:
    """Everything is typed, from field to field by the enter key."""
    stage.type("Zoe Quill")
    stage.tap("key:enter")
    stage.type("212 555 0123")
    stage.tap("key:enter")
    stage.type("zoe@example.org")


def at_the_form(*events: object) -> Stage:
    stage = counter(*(events or (ASKED,)))  # type: ignore[arg-type]
    stage.tap("add:p1", "pay")
    assert stage.see("screen") == "customer"
    return stage


def test_a_buyer_is_asked_only_where_an_event_in_the_basket_asks() -> None:
    """E8, K16: receipt fields are a policy of the event."""
    stage = counter(ASKED, DERBY)
    stage.tap("choose_event:e2", "add:p3", "pay")
    assert stage.see("screen") == "pay"
    stage.tap("back", "choose_event:e1", "add:p1", "pay")
    assert stage.see("screen") == "customer"


def test_what_a_buyer_told_goes_with_the_sale_as_it_is_kept() -> None:
    """K16: checked while it is typed; the phone as the world dials it."""
    stage = at_the_form()
    assert (stage.see("customer.layout"), stage.see("customer.can_continue")) == ("letters", False)
    filled(stage)
    fields = stage.see("customer.fields")
    assert isinstance(fields, list)
    assert [(f["name"], f["ok"], f["focus"]) for f in fields] == [
        ("name", True, False),
        ("phone", True, False),
        ("email", True, True),
    ]
    (command,) = stage.tap("key:enter", "cash")
    assert isinstance(command, Complete)
    assert command.customer == Customer(
        name="Zoe Quill", phone="+12125550123", email="zoe@example.org", language="en"
    )
    assert "Zoe" not in repr(command)


def test_a_field_that_was_left_says_what_is_wrong_with_it() -> None:
    stage = at_the_form()
    stage.tap("focus:phone")
    stage.type("212")
    fields = stage.see("customer.fields")
    assert isinstance(fields, list)
    assert (fields[1]["ok"], fields[1]["problem"]) == (None, "")
    stage.tap("focus:email")
    fields = stage.see("customer.fields")
    assert isinstance(fields, list)
    assert (fields[1]["ok"], fields[1]["problem"]) == (False, "This number is too short.")
    stage.tap("customer_next")
    assert stage.see("screen") == "customer"
    assert stage.see("customer.error") == "Something is missing, or not right yet."


def test_what_is_required_cannot_be_left_out_and_the_rest_can() -> None:
    """K16: no sale without it where the event says so."""
    must = asking(customer_fields=("phone",), customer_required=True)
    may = asking(DERBY, customer_fields=("name",))
    stage = counter(must, may)
    stage.tap("choose_event:e2", "add:p3", "pay", "customer_skip")
    assert stage.see("screen") == "pay"
    stage.tap("back", "choose_event:e1", "add:p1", "pay")
    assert (stage.see("screen"), stage.see("customer.can_skip")) == ("customer", False)
    stage.tap("customer_skip", "focus:phone")
    stage.type("+33612345678")
    assert stage.see("customer.can_continue") is True
    (command,) = stage.tap("customer_next", "cash")
    assert isinstance(command, Complete)
    assert command.customer == Customer(phone="+33612345678", language="en")


def test_a_buyer_s_details_leave_the_screen_and_the_program_when_nobody_is_there() -> None:
    """K16: on idle nothing of the buyer is in any view; and it is on their own screen alone before that."""
    stage = at_the_form()
    filled(stage)
    assert "Zoe" in json.dumps(stage.view)
    stage.tap("customer_next")
    assert (stage.see("screen"), "Zoe" in json.dumps(stage.view)) == ("pay", False)
    stage.go(IDLE_MS)
    assert stage.see("screen") == "sell"
    stage.tap("pay")
    assert (stage.see("screen"), "Zoe" in json.dumps(stage.view)) == ("customer", False)
    filled(stage)
    stage.go(IDLE_MS)
    assert "Zoe" not in json.dumps(stage.view)
    stage.tap("pay", "customer_skip")
    (command,) = stage.tap("cash")
    assert isinstance(command, Complete)
    assert command.customer is None


def test_the_next_buyer_s_form_is_empty() -> None:
    """K16: after a sale, a cleared basket, a log-off."""
    stage = at_the_form()
    filled(stage)
    stage.tap("customer_next", "cash")
    stage.sell()
    for again in (("next",), ("clear_basket",), ("log_off",)):
        stage.tap(*again)
        stage.log_on()
        stage.tap("add:p1", "pay")
        assert stage.see("screen") == "customer"
        assert "Zoe" not in json.dumps(stage.view)
        filled(stage)
        stage.tap("back")


def test_the_highest_age_in_the_basket_is_asked_for_once_a_sale() -> None:
    """E8: age check."""
    stage = counter(asking(age_min=16), asking(DERBY, age_min=18))
    stage.tap("choose_event:e1", "add:p1", "pay")
    assert (stage.see("screen"), stage.see("age.years"), stage.see("age.title")) == (
        "age",
        16,
        "Is the buyer 16 or older?",
    )
    stage.tap("age_yes", "back", "pay")
    assert stage.see("screen") == "pay", "asked once"
    stage.tap("back", "choose_event:e2", "add:p3", "pay")
    assert stage.see("age.years") == 18, "an older event came into the basket"
    stage.tap("age_no")
    assert (stage.see("screen"), stage.see("basket.count")) == ("sell", 4)
    assert "18 years" in str(stage.see("toast.text"))
    stage.tap("pay", "age_yes")
    (command,) = stage.tap("cash")
    assert isinstance(command, Complete)
    assert command.age_checked


def test_a_sale_that_nobody_had_to_be_old_enough_for_says_nothing_of_age() -> None:
    stage = counter(msgspec.structs.replace(CUP))
    (command,) = stage.tap("add:p1", "pay", "cash")
    assert isinstance(command, Complete)
    assert not command.age_checked


def test_a_form_whose_field_the_office_takes_out_goes_on_with_those_left() -> None:
    """E8, K16: a new catalog may come while the buyer types."""
    stage = at_the_form()
    stage.tap("focus:email")
    stage.flow.handle(shop(CAN, asking(customer_fields=("name", "phone"))))
    assert [(f["name"], f["focus"]) for f in stage.see("customer.fields")] == [
        ("name", True),
        ("phone", False),
    ]
    stage.type("Zoe Quill")
    stage.tap("key:enter", "key:enter")
    assert stage.see("screen") == "pay"


def test_a_question_that_the_office_no_longer_asks_leads_back_to_the_basket() -> None:
    """E8: nobody is held up by a form without fields, or asked whether a buyer is nought."""
    stage = at_the_form()
    stage.flow.handle(shop(CAN, asking()))
    assert (stage.see("screen"), stage.see("basket.empty")) == ("sell", False)
    stage = counter(asking(age_min=18))
    stage.tap("add:p1", "pay")
    stage.flow.handle(shop(CAN, asking()))
    stage.tap("pay")
    assert stage.see("screen") == "pay"
