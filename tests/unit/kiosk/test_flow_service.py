from __future__ import annotations

import json

import msgspec
import pytest

from kiosk.catalog import CAN
from kiosk.flow.counter import CHANGE_MS, DONE_MS
from kiosk.flow.said import (
    Alert,
    Approved,
    CheckApproval,
    Complete,
    DeviceSeen,
    Do,
    Exported,
    Halted,
    LogOff,
    LogOn,
    LookAround,
    Message,
    MessagesSeen,
    Opened,
    PrintEnded,
    Retry,
    SaleDone,
    SettingsSeen,
    Starting,
)
from kiosk.flow.service import ATTEND_IDLE_MS, IDLE_MS
from kiosk.pieces import pieces
from kiosk.shifts import ShiftsSeen, ShiftView
from tests.unit.kiosk.flow_stage import CUP, DERBY, PACKAGES, Stage, asking, counter, shop, sold


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


@pytest.mark.parametrize(
    "way",
    [
        ("open_diagnostics", "open_shift", "begin_shift", "count_confirm", "close_shift", "no_sale"),
        ("begin", "open_sync", "open_shift", "begin_shift", "count_confirm"),
        ("begin", "open_sync", "open_lookup", "key:A", "look_up"),
    ],
)
def test_nobody_gets_to_the_drawer_or_to_a_void_by_the_screens_that_need_no_pin(way: tuple[str, ...]) -> None:
    """K1: who is not logged on can look how the kiosk is, and do nothing with it."""
    attended = Stage()
    attended.flow.handle(ShiftsSeen(drawer=True, currencies=("USD",), pieces=(("USD", pieces("USD")),)))
    commands = attended.tap(*way)
    assert not [c for c in commands if not isinstance(c, LookAround)]
    assert attended.see("screen") in ("diagnostics", "sync")


def test_what_somebody_opened_who_is_not_logged_on_makes_way_for_the_next_buyer(stage: Stage) -> None:
    """K3: a kiosk that was looked at is a kiosk for buyers again."""
    stage.tap("open_diagnostics")
    stage.go(59_000)
    assert stage.see("screen") == "diagnostics"
    stage.go(1_000)
    assert stage.see("screen") == "attract"


def test_an_attendant_whose_basket_is_no_longer_on_offer_is_logged_off_in_the_journal_too(
    stage: Stage,
) -> None:
    """K1: whoever logged on and left is known from the journal."""
    stage.tap("begin", "add:p1", "pay", "pay", "attendant_here", "approve_operator:o1")
    stage.type("1234")
    stage.tap("key:enter")
    stage.flow.handle(Approved("o1"))
    stage.log_on()
    assert stage.see("screen") == "pay"
    without = msgspec.structs.replace(CUP, packages=PACKAGES[1:])
    assert stage.flow.handle(shop(CAN, without)) == [LogOff("o1")]
    assert stage.see("screen") == "choose"


def test_a_block_that_only_the_office_can_lift_is_lifted_by_no_touch() -> None:
    """N11: a kiosk that must not sell does not begin again because somebody touches it."""
    attended = Stage()
    attended.flow.handle(Halted("program_changed", "t", "r", "w", can_retry=False))
    assert attended.tap("retry") == []
    attended.flow.handle(Halted("disk", "t", "r", "w", can_retry=True))
    assert attended.tap("retry") == [Retry()]


def test_what_is_required_is_asked_for_though_it_was_left_out_for_another_event() -> None:
    """K15: no basket stands before a refusal that names what no screen asks for."""
    optional = asking(customer_fields=("name",))
    required = asking(DERBY, customer_fields=("name",), customer_required=True)
    at = counter(optional, required)
    at.tap("choose_event:e1", "add:p1", "pay", "customer_skip", "back", "choose_event:e2", "add:p3", "pay")
    assert at.see("screen") == "customer"
    assert at.see("customer.can_skip") is False
    at.type("Ada")
    at.tap("customer_next")
    assert at.see("screen") == "pay"


def test_a_stick_that_never_answers_does_not_hold_up_the_selling() -> None:
    """K18: an export runs beside; nobody waits for it longer than two minutes."""
    at = counter()
    at.flow.handle(msgspec.structs.replace(shop(), supervisors=frozenset({"o1"})))
    values = {"language": "en", "theme": "light", "large": "no", "mode": "attended", "sell_mode": "runner"}
    at.flow.handle(SettingsSeen(values=values, unsynced=3, medium="/media/stick"))
    assert at.tap("open_settings", "settings_do:export") == [LookAround(), Do("export", "o1")]
    assert at.see("busy") is True
    at.go(120_000)
    assert at.see("busy") is False
    at.tap("add:p1")
    assert at.see("basket.count") == 1
    at.flow.handle(Exported("f", "/media/stick"))
    assert at.see("toast.text") == "Written to /media/stick: f. Take it to the office."


def test_nobody_stays_called_where_an_operator_serves_now(stage: Stage) -> None:
    """K17: the call ends with the mode in which it was made."""
    stage.tap("call_attendant")
    assert stage.see("attendant.called") is True
    values = {"language": "en", "theme": "light", "large": "no", "mode": "attended", "sell_mode": "runner"}
    stage.flow.handle(SettingsSeen(values=values))
    assert (stage.see("attendant.called"), stage.see("attendant.words")) == (False, "")


def test_a_drawer_that_stays_shut_is_told_to_the_operator_who_is_there() -> None:
    """K4: with what to do, and not to whoever passes by."""
    stuck = DeviceSeen("drawer", "It did not open.", ok=False, code="stuck", advice="See to its lock.")
    at = counter()
    at.flow.handle(stuck)
    assert at.see("toast") == {"text": "It did not open. See to its lock.", "kind": "warn"}
    nobody = Stage()
    nobody.flow.handle(stuck)
    assert nobody.see("toast") == {}


def test_a_stopped_kiosk_tells_whoever_stands_before_it_no_letter_and_no_close() -> None:
    """K5: who was logged on when it stopped need not be who reads it now; they are told when they go on."""
    closing = msgspec.structs.replace(CUP, closes_at=10 * 60_000)
    letter = MessagesSeen((Message("m1", "The safe's code is new.", 0, unread=True),))
    at = counter()
    at.flow.handle(letter)
    assert at.see("toast.text") == "The safe's code is new."
    at.flow.handle(Halted("disk", "The disk fails", "It fails.", "Call.", can_retry=True))
    at.go(1)
    assert (at.see("screen"), at.see("toast")) == ("blocked", {})
    at.flow.handle(shop(CAN, closing))
    at.flow.handle(letter)
    at.go(1)
    assert at.see("toast") == {}
    for event in (Starting("Starting", 0), Opened()):
        at.flow.handle(event)
    at.go(1)
    assert (at.see("screen"), at.see("toast")) == ("attract", {})
    at.tap("begin")
    at.log_on()
    at.go(1)
    assert at.see("toast") != {}


def test_a_language_chosen_at_the_front_page_goes_with_who_chose_it() -> None:
    """K16: whoever comes next finds the kiosk as it was set up, also where nobody began a purchase."""
    stage = Stage(mode="self_service")
    stage.tap("language:fr")
    stage.go(IDLE_MS - 1)
    assert stage.see("language") == "fr"
    stage.go(1)
    assert stage.see("language") == "en"


@pytest.mark.parametrize(("given", "stands_ms"), [("note:1000", CHANGE_MS), ("exact", DONE_MS)])
def test_the_change_of_a_buyer_stands_long_enough_to_be_given(
    stage: Stage, given: str, stands_ms: int
) -> None:
    """K17: the attendant reads what to give back; without change the front page comes back as soon as ever."""
    stage.tap("begin", "add:p1", "pay", "pay")
    attend(stage)
    stage.tap(given, "cash")
    ticket = sold("a")
    if given == "exact":
        payment = msgspec.structs.replace(ticket.fact.payment, tendered=500, change=0)
        ticket = msgspec.structs.replace(ticket, fact=msgspec.structs.replace(ticket.fact, payment=payment))
    stage.flow.handle(SaleDone((ticket,)))
    stage.flow.handle(PrintEnded("a", 0, "confirmed"))
    stage.go(stands_ms - 1)
    assert stage.see("screen") == "done"
    stage.go(1)
    assert stage.see("screen") == "attract"


def test_an_attendant_who_may_take_no_money_now_is_refused_at_the_pin() -> None:
    """K17: before the buyer is asked anything; whose shift it is is said, and the right one can still come."""
    stage = Stage(asking(age_min=18), mode="self_service")
    held = ShiftView("s1", 1, "o1", "Ada", 0, "then", ())
    stage.flow.handle(ShiftsSeen(required=True, open=held, currencies=("USD",)))
    stage.tap("begin", "add:p1", "pay", "pay")
    stage.tap("attendant_here", "approve_operator:o2", "key:1", "key:enter")
    assert stage.flow.handle(Approved("o2")) == []
    assert (stage.see("screen"), stage.see("approve.open")) == ("attend", True)
    assert stage.see("approve.error") == "This is Ada's shift. They or a supervisor must close it first."
    stage.tap("approve_operator:o1", "key:1", "key:enter")
    assert stage.flow.handle(Approved("o1")) == [LogOn("o1")]


def test_an_attendant_opens_a_shift_before_the_money_of_a_buyer() -> None:
    """Where a shift is required, nobody takes money outside one; to help a buyer needs none."""
    stage = Stage(mode="self_service")
    stage.flow.handle(ShiftsSeen(required=True, currencies=("USD",)))
    stage.tap("begin", "add:p1", "pay", "pay", "attendant_here", "approve_operator:o2", "key:1", "key:enter")
    assert stage.flow.handle(Approved("o2")) == []
    assert stage.see("approve.error") == "No shift is open. Count the float and open one first."
    stage.tap("back", "back", "attendant_here", "approve_operator:o2", "key:1", "key:enter")
    assert stage.see("screen") == "review"
    assert stage.flow.handle(Approved("o2")) == [LogOn("o2")]


@pytest.mark.parametrize("mode", ["attended", "self_service"])
def test_what_was_said_to_the_staff_does_not_stand_on_the_front_page(mode: str) -> None:
    """K17: where the export lies is for whoever asked for it, and for no buyer."""
    stage = Stage(mode=mode)
    written = Exported("sales.tme", "/media/stick")
    stage.log_on()
    stage.flow.handle(written)
    assert "Take it to the office." in stage.see("toast.text")
    stage.tap("log_off")
    assert (stage.see("screen"), stage.see("toast")) == ("attract", {})
    stage.flow.handle(written)
    assert stage.see("toast") == {}
    if mode == "self_service":
        stage.tap("begin")
        stage.flow.handle(written)
        assert (stage.see("screen"), stage.see("toast")) == ("choose", {})
