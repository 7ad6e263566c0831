from __future__ import annotations

import json

import pytest

from kiosk.flow.said import Alert, Approved, CheckApproval, Complete, LogOff, LogOn
from kiosk.flow.service import ATTEND_IDLE_MS, IDLE_MS
from tests.unit.kiosk.flow_stage import CUP, DERBY, Stage, asking


@pytest.fixture
def stage() -> Stage:
    return Stage(CUP, DERBY, mode="self_service")


def attend(stage: Stage) -> None:
    """An operator comes and types their PIN."""
    stage.tap("attendant_here", "approve_operator:o2", "key:1", "key:2")
    assert stage.tap("key:enter") == [CheckApproval("o2", "12")]
    assert stage.flow.handle(Approved("o2")) == [LogOn("o2")]
    stage.log_on("o2", "Ben")


def test_a_buyer_chooses_alone_and_an_attendant_takes_the_money(stage: Stage) -> None:
    """E8, K17: self-service has its own simple flow; the sale says who took the money and who chose."""
    stage.tap("begin")
    assert stage.see("screen") == "choose"
    stage.tap("choose_event:e2", "add:p3", "review")
    assert (stage.see("screen"), stage.see("basket.total")) == ("review", "$12.00")
    stage.tap("more:0", "pay")
    assert (stage.see("screen"), stage.see("attend.total")) == ("attend", "$24.00")
    attend(stage)
    assert stage.see("screen") == "pay"
    (command,) = stage.tap("cash")
    assert isinstance(command, Complete)
    assert (command.operator, command.self_service) == ("o2", True)
    stage.sell()
    assert stage.see("screen") == "done"
    assert stage.tap("next") == [LogOff("o2")]
    assert (stage.see("screen"), stage.see("status.operator")) == ("attract", "")


def test_an_attendant_who_does_not_sell_leaves_the_basket_where_it_was(stage: Stage) -> None:
    stage.tap("begin", "add:p1", "pay", "pay")
    attend(stage)
    assert stage.tap("back") == [LogOff("o2")]
    assert (stage.see("screen"), stage.see("basket.count")) == ("attend", 1)
    stage.tap("back")
    assert stage.see("screen") == "review"


def test_a_buyer_who_has_gone_leaves_nothing_behind() -> None:
    """K16: neither basket nor details nor language stay for the next one."""
    stage = Stage(asking(customer_fields=("name",)), mode="self_service")
    stage.tap("language:es", "begin", "add:p1", "pay", "pay")
    assert stage.see("screen") == "customer"
    stage.type("Zoe Quill")
    stage.go(IDLE_MS)
    assert (stage.see("screen"), stage.see("language"), stage.see("basket.empty")) == ("attract", "en", True)
    assert "Zoe" not in json.dumps(stage.view)


def test_a_basket_waits_two_minutes_for_the_attendant(stage: Stage) -> None:
    stage.tap("begin", "add:p1", "pay", "pay")
    stage.go(ATTEND_IDLE_MS - 1_000)
    assert (stage.see("screen"), stage.see("attend.back_in_s")) == ("attend", 1)
    stage.go(1_000)
    assert (stage.see("screen"), stage.see("basket.empty")) == ("attract", True)


def test_an_attendant_is_called_and_comes(stage: Stage) -> None:
    """K17: the call is a significant event, shows on every screen, and ends when somebody is there."""
    stage.tap("begin")
    (alert,) = stage.tap("call_attendant")
    assert alert == Alert("CALL_ATTENDANT", "INFO", "at the screen choose")
    assert stage.tap("call_attendant") == [], "the same call"
    stage.go(IDLE_MS)
    assert (stage.see("screen"), stage.see("attract.attendant"), stage.see("attendant.called")) == (
        "attract",
        True,
        True,
    )
    attend(stage)
    assert (stage.see("attendant.called"), stage.see("status.operator")) == (False, "Ben")
    stage.tap("choose_event:e1")
    assert stage.see("screen") == "sell"
    assert stage.tap("lock") == [LogOff("o2")]
    assert stage.see("screen") == "attract"


def test_nobody_gets_past_the_buyer_s_screens_without_a_pin(stage: Stage) -> None:
    """K1, K3: no touch of an operator's works for a buyer."""
    stage.tap("choose_operator:o1")
    assert stage.see("screen") == "attract"
    stage.tap("begin", "add:p1", "lock", "open_lookup", "sell_mode:fast", "cash", "exact", "log_off")
    assert stage.see("screen") == "choose"
    stage.tap("attendant_here", "back")
    assert stage.see("approve.open") is False
    assert stage.see("screen") == "choose"


def test_the_age_is_checked_by_the_attendant() -> None:
    stage = Stage(asking(age_min=18), mode="self_service")
    stage.tap("begin", "add:p1", "pay", "pay")
    assert stage.see("screen") == "attend"
    attend(stage)
    assert stage.see("screen") == "age"
    stage.tap("age_yes")
    assert stage.see("screen") == "pay"
