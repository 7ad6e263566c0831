from __future__ import annotations

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.catalog import Answer
from kiosk.config import MODES
from kiosk.flow import Flow
from kiosk.flow.part import size_words, span_words
from kiosk.flow.said import (
    ClaimAnswered,
    ClaimOpen,
    Complete,
    Declined,
    EnrolNeeded,
    Event,
    Halted,
    LookedUp,
    LookUp,
    OfficeSaid,
    Opened,
    OrderVoided,
    PayPrize,
    PinAnswered,
    PrintEnded,
    PrintTicket,
    Reprint,
    SaleDone,
    Scanned,
    Tick,
    Touch,
)
from kiosk.flow.tickets import CLAIM_WAIT_MS
from tests.unit.kiosk.flow_stage import shop, sold


def selling() -> Flow:
    flow = Flow({"name": "t", "version": "0", "hash": "h"})
    for event in (Tick(0, 0), Opened(), shop(), PinAnswered("o1", "Ada")):
        flow.handle(event)
    return flow


def test_a_basket_keeps_its_sales_id_from_the_first_touch_on() -> None:
    """K9: the command id is made when the basket opens."""
    flow = selling()
    flow.handle(Touch("add", "p1", "first"))
    flow.handle(Touch("add", "p1", "second"))
    flow.handle(Touch("pay"))
    (command,) = flow.handle(Touch("cash"))
    assert isinstance(command, Complete)
    assert command.sale == "first"
    assert command.basket[0].quantity == 2
    assert flow.handle(Touch("cash")) == [], "busy: the second tap does nothing"
    flow.handle(Declined("Complete", "sold_out", "None left.", "Fetch more."))
    assert flow.view(0)["toast"] == {"text": "None left. Fetch more.", "kind": "error"}
    assert flow.view(0)["screen"] == "sell"


def test_currencies_are_not_mixed_and_what_cannot_be_sold_says_why() -> None:
    """E12: mixing currencies is refused."""
    flow = selling()
    flow.handle(Touch("add", "p1", "s"))
    flow.handle(Touch("add", "p2", "s"))
    assert "mix currencies" in flow.view(0)["toast"]["text"]
    flow.handle(shop(Answer("suspended", "Paused.", "Wait.")))
    flow.handle(Touch("pay"))
    assert flow.view(0)["toast"]["text"] == "Paused. Wait."
    assert flow.view(0)["event"]["why_not"] == "Paused. Wait."


def test_room_on_a_disk_is_told_as_a_person_would() -> None:
    """K17: nobody reads "78942 MB"."""
    assert [size_words(n) for n in (67_108_864, 9_999_000_000, 78_942_000_000)] == [
        "67 MB",
        "9999 MB",
        "79 GB",
    ]


def test_yen_have_no_cents() -> None:
    """E12: money in the event's currency."""
    flow = selling()
    for touch in (
        Touch("add", "p2", "s"),
        Touch("pay"),
        Touch("key", "9"),
        Touch("key", "."),
        Touch("key", "5"),
    ):
        flow.handle(touch)
    assert flow.view(0)["pay"]["entered"] == "9."
    assert flow.view(0)["pay"]["tendered"] == "¥9"


def test_scans_arrive_on_every_screen_and_never_leak_into_a_field() -> None:
    """K12: in the midst of a payment a scan is told, not typed; before logon it says what to do."""
    flow = selling()
    flow.handle(Touch("add", "p1", "s"))
    flow.handle(Touch("pay"))
    assert flow.handle(Scanned("TMB1:X")) == []
    assert flow.view(0)["screen"] == "pay"
    assert "Finish this first" in flow.view(0)["toast"]["text"]
    flow.handle(Touch("back"))
    assert len(flow.handle(Scanned("TMB1:X"))) == 1
    flow.handle(Scanned(""))
    assert "could not be read" in flow.view(0)["toast"]["text"]
    fresh = Flow({})
    fresh.handle(Opened())
    assert fresh.handle(Scanned("TMB1:X")) == []


def test_several_tickets_print_one_after_the_other_and_a_misprint_is_left_out_of_the_result() -> None:
    """N9: each ticket of the sale is settled before the next."""
    flow = selling()
    first, second = sold("a"), sold("b")
    assert flow.handle(SaleDone((first, second))) == [PrintTicket(first, 0)]
    assert flow.view(0)["printing"]["words"] == "Printing ticket 1 of 2"
    flow.handle(PrintEnded("a", 0, "unknown", "Silent."))
    assert flow.handle(PrintEnded("a", 0, "confirmed")) != [], "the printer's late word counts"
    flow.handle(PrintEnded("b", 0, "failed", "Cover."))
    flow.handle(Touch("print_misprint"))
    flow.handle(OrderVoided("b", second, misprint=True))
    view = flow.view(0)
    assert (view["screen"], view["done"]["tickets"], view["done"]["change"]) == ("done", 1, "$5.00")


def test_a_kiosk_that_never_sold_is_told_how_to_begin_and_warned_of_nothing() -> None:
    """K7: a new kiosk says who has to do what; before the first block no number is missing."""
    flow = selling()
    disabled = Answer("unit_disabled", "The office has disabled this kiosk.", "Call the office.")
    first = msgspec.structs.replace(shop().events[0], left=0, granted=False)
    new = msgspec.structs.replace(shop(), unit=disabled, unsold=True, events=(first,))
    flow.handle(new)
    view = flow.view(0)
    assert (view["screen"], view["blocked"]["title"]) == ("blocked", "Almost ready")
    assert (
        view["blocked"]["what_to_do"]
        == "Ask the office to enable North (Kiosks, Enable). It starts by itself."
    )
    assert (view["status"]["numbers_left"], view["status"]["numbers_low"]) == (None, False)
    flow.handle(msgspec.structs.replace(new, unsold=False))
    assert flow.view(0)["blocked"]["reason"] == "The office has disabled this kiosk."
    flow.handle(shop())
    assert (flow.view(0)["status"]["numbers_left"], flow.view(0)["status"]["numbers_low"]) == (9, True)


def test_what_was_only_said_in_passing_does_not_follow_to_the_next_screen() -> None:
    """K7: "Talking to the office." answers a touch; a warning stays until it was read."""
    flow = selling()
    flow.handle(Touch("open_sync"))
    flow.handle(Touch("sync_now"))
    assert flow.view(0)["toast"]["text"] == "Talking to the office."
    flow.handle(Touch("back"))
    assert flow.view(0)["toast"] == {}
    flow.handle(Scanned(""))
    flow.handle(Touch("open_sync"))
    assert flow.view(0)["toast"]["kind"] == "warn"


def test_no_change_is_said_in_words_and_a_sale_can_be_repeated_only_after_one() -> None:
    """K13: what goes back to the customer is told; nothing is "$0.00"."""
    flow = selling()
    assert not flow.view(0)["basket"]["can_repeat"]
    for touch in (Touch("add", "p1", "s"), Touch("pay"), Touch("exact")):
        flow.handle(touch)
    assert (flow.view(0)["pay"]["change_words"], flow.view(0)["pay"]["change_minor"]) == ("No change", 0)
    flow.handle(Touch("cash"))
    flow.handle(SaleDone((sold("a"),)))
    flow.handle(PrintEnded("a", 0, "confirmed"))
    assert flow.view(0)["done"]["change_words"] == "$5.00"
    assert flow.view(0)["basket"]["can_repeat"]
    flow.handle(Touch("log_off"))
    assert not flow.view(0)["basket"]["can_repeat"]


def test_a_doubtful_print_asks_once() -> None:
    """N9: the title asks, the reason is what happened, then what to do."""
    flow = selling()
    flow.handle(SaleDone((sold("a"),)))
    flow.handle(PrintEnded("a", 0, "unknown", "The printer is out of paper.", "Put in a new roll."))
    problem = flow.view(0)["print_problem"]
    assert problem["title"] == "Did the ticket come out whole?"
    assert problem["reason"] == "The printer is out of paper."
    assert problem["what_to_do"] == (
        "Put in a new roll. Whole: hand it over. Not whole: tear it up and print it again."
    )


def test_a_second_copy_that_is_refused_leaves_the_first_in_doubt() -> None:
    """E23: what may have come out is never printed again without the mark of a reprint."""
    flow = selling()
    for event in (SaleDone((sold("x"),)), PrintEnded("x", 0, "unknown", "It stopped."), Touch("print_retry")):
        flow.handle(event)
    flow.handle(Declined("Reprint", "disk", "The disk is full.", "Call the office."))
    problem = flow.view(0)["print_problem"]
    assert (problem["state"], problem["reason"]) == ("unknown", "The disk is full.")
    (again,) = flow.handle(Touch("print_retry"))
    assert isinstance(again, Reprint)


def test_lengths_of_time_are_for_people() -> None:
    """K7: each stop says why and what to do, in words."""
    assert [span_words(s) for s in (5, 65, 3_700, 200_000)] == ["5 s", "1 min", "1 h 01 min", "2 days"]


WON = {
    "question": 1,
    "validation": "0000-0000-0000-0000",
    "event": "Cup",
    "prizes": [
        {
            "result": "r1",
            "prize": "Voucher",
            "number": "7",
            "amount": "$5.00",
            "can_pay": True,
            "why_not": "",
            "identity": True,
        },
        {
            "result": "r2",
            "prize": "Half the pot",
            "number": "8",
            "amount": "$500.00",
            "can_pay": False,
            "why_not": "This prize is paid at the claims desk.",
            "identity": True,
        },
    ],
}


def winner() -> Flow:
    """A flow with a winning ticket on its screen."""
    flow = selling()
    flow.handle(Scanned("TMB1"))
    flow.handle(LookedUp({"question": 1, "validation": "0000-0000-0000-0000", "office": "asking"}))
    flow.handle(OfficeSaid(WON))
    return flow


def test_a_prize_is_paid_only_after_identity_and_the_office_s_word() -> None:
    """D9: what may be paid here, the identity question, nothing handed out before the office has noted it."""
    flow = winner()
    assert [one["result"] for one in flow.view(0)["lookup"]["prizes"]] == ["r1"]
    flow.handle(Touch("open_claim", "r2"))
    assert flow.view(0)["screen"] == "lookup"
    flow.handle(Touch("open_claim", "r1"))
    claim = flow.view(0)["claim"]
    assert (flow.view(0)["screen"], claim["state"], claim["can_pay"]) == ("claim", "ask", False)
    assert flow.handle(Touch("claim_pay")) == []
    flow.handle(Touch("claim_identity"))
    assert flow.handle(Touch("claim_pay")) == [PayPrize("r1", "o1", identity_checked=True)]
    assert flow.handle(Touch("claim_pay")) == [], "the second tap does nothing"
    flow.handle(ClaimOpen("q", asked=False))
    assert "Hand nothing out" in flow.view(0)["claim"]["words"]
    flow.handle(ClaimAnswered("other", "$1.00", "Paid."))
    assert flow.view(0)["claim"]["state"] == "asking"
    flow.handle(ClaimAnswered("q", "$5.00", "Noted as paid here."))
    assert flow.view(0)["claim"]["title"] == "Hand out $5.00"
    assert flow.handle(Touch("back")) == [LookUp("0000-0000-0000-0000")]
    assert flow.view(0)["screen"] == "lookup"


def test_an_office_that_does_not_answer_keeps_nobody_waiting_and_pays_nothing() -> None:
    """D9: no answer means neither paid nor not paid; a late one is told wherever the operator is."""
    flow = winner()
    for touch in ("open_claim", "claim_identity", "claim_pay"):
        flow.handle(Touch(touch, "r1"))
    flow.handle(ClaimOpen("q", asked=False))
    flow.handle(Tick(CLAIM_WAIT_MS, CLAIM_WAIT_MS))
    assert flow.view(0)["claim"]["state"] == "silent"
    flow.handle(Touch("back"))
    flow.handle(LookedUp(WON))
    flow.handle(Touch("back"))
    assert flow.view(0)["screen"] == "sell"
    flow.handle(ClaimAnswered("q", "$5.00", "Noted as paid here."))
    assert "$5.00 is now noted as paid here" in flow.view(0)["toast"]["text"]
    assert flow.view(0)["screen"] == "sell"


def test_an_answer_that_comes_after_all_is_taken_where_it_is_waited_for() -> None:
    flow = winner()
    for touch in ("open_claim", "claim_identity", "claim_pay"):
        flow.handle(Touch(touch, "r1"))
    flow.handle(ClaimOpen("q", asked=False))
    flow.handle(ClaimOpen("q", asked=True))
    assert flow.view(0)["claim"]["state"] == "silent"
    flow.handle(ClaimAnswered("q", "", "This prize was paid at Desk 1.", "Do not pay it again."))
    claim = flow.view(0)["claim"]
    assert (claim["title"], claim["words"]) == ("Do not pay", "This prize was paid at Desk 1.")
    assert claim["hint"] == "Do not pay it again."


def test_an_answer_that_comes_while_something_else_is_looked_at_is_told_and_stands_there_afterwards() -> None:
    """D9: nobody comes back to a screen that says the office has not answered, when it has."""
    flow = winner()
    for touch in ("open_claim", "claim_identity", "claim_pay"):
        flow.handle(Touch(touch, "r1"))
    flow.handle(ClaimOpen("q", asked=False))
    flow.handle(Touch("open_messages"))
    flow.handle(ClaimAnswered("q", "$5.00", "Noted as paid here."))
    assert "$5.00 is now noted as paid here" in flow.view(0)["toast"]["text"]
    flow.handle(Touch("back"))
    assert (flow.view(0)["screen"], flow.view(0)["claim"]["title"]) == ("claim", "Hand out $5.00")


def test_a_kiosk_that_was_stopped_while_it_printed_says_so_once_the_ticket_is_out() -> None:
    """N11: the ticket's end is no way past the screen that says why nothing may be sold."""
    flow = selling()
    flow.handle(SaleDone((sold("a"),)))
    flow.handle(Halted("forked", "t", "r", "w", can_retry=False))
    flow.handle(PrintEnded("a", 0, "confirmed"))
    flow.handle(Tick(60_000, 60_000))
    assert (flow.screen_shown(), flow.view(0)["blocked"]["code"]) == ("blocked", "forked")


def test_a_key_begins_with_another_ticket_where_an_answer_stands() -> None:
    """D9: what is typed never joins the number that was answered, nor stands beside its answer."""
    flow = winner()
    flow.handle(Touch("key", "A"))
    assert flow.view(0)["lookup"] == {"typed": "A", "result": {}, "prizes": []}
    flow.handle(OfficeSaid(WON))
    assert flow.view(0)["lookup"]["result"] == {}, "an answer that comes late is not this one's"


def test_what_the_office_said_of_another_ticket_changes_nothing() -> None:
    flow = winner()
    flow.handle(OfficeSaid(WON | {"question": 0, "prizes": []}))
    assert flow.view(0)["lookup"]["prizes"] != []


touches = st.builds(
    Touch,
    st.sampled_from(
        [
            "key",
            "focus",
            "enrol",
            "choose_operator",
            "log_off",
            "choose_event",
            "add",
            "more",
            "less",
            "clear_basket",
            "repeat_last",
            "pay",
            "exact",
            "note",
            "cash",
            "back",
            "times",
            "sell_mode",
            "lock",
            "begin",
            "open_events",
            "language",
            "customer_next",
            "customer_skip",
            "age_yes",
            "age_no",
            "pay_method",
            "review",
            "call_attendant",
            "attendant_here",
            "approve_operator",
            "approve_cancel",
            "print_yes",
            "print_retry",
            "print_misprint",
            "next",
            "open_lookup",
            "look_up",
            "open_void",
            "void_reason",
            "void_confirm",
            "reprint",
            "open_claim",
            "claim_identity",
            "claim_pay",
            "open_sync",
            "sync_now",
            "retry",
            "dismiss",
            "nonsense",
        ]
    ),
    st.sampled_from(
        ["", "p1", "p2", "e1", "o1", "0", "7", "enter", "clear", "500", "1000", "customer", "r1", "x" * 999]
    ),
    st.just("fresh"),
)
others = st.sampled_from(
    [
        Opened(), shop(), shop(Answer("closed", "Closed.")), PinAnswered("o1", "Ada"), PinAnswered(""), Scanned("x"),
        SaleDone((sold("a"), sold("b"))), PrintEnded("a", 0, "confirmed"), PrintEnded("a", 0, "unknown", "?"),
        PrintEnded("b", 0, "failed", "?"), LookedUp({"order": "a", "can_void": True, "can_reprint": True}),
        LookedUp(WON), OfficeSaid(WON), ClaimOpen("q", asked=False), ClaimOpen("q", asked=True),
        ClaimAnswered("q", "$5.00", "Paid."), ClaimAnswered("q", "", "No.", "Go."), Declined("PayPrize", "c", "w"),
        OrderVoided("a", sold("a"), misprint=True), Declined("Complete", "c", "w"), Declined("VoidOrder", "c", "w"),
        EnrolNeeded("", "d"), Halted("c", "t", "r", "w", can_retry=True), Tick(10**6, 10**6), Tick(0, 0),
    ]
)  # fmt: skip


@given(st.lists(touches | others, max_size=60), st.sampled_from(MODES))
@settings(max_examples=150, deadline=None)
def test_no_order_of_events_breaks_the_journey_or_its_view(events: list[Event], mode: str) -> None:
    """K3: nothing that can be touched, in any order, breaks the kiosk; the view is always whole and plain JSON."""
    flow = Flow({"name": "t", "version": "0", "hash": "h"}, mode=mode)
    for event in events:
        flow.handle(event)
        view = flow.view(0)
        assert json.loads(json.dumps(view)) == view
