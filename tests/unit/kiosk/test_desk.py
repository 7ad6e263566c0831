"""A desk with the office behind it: what it says of a ticket, and paying a prize once however the wire behaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from hardware.keys import Key
from hardware.printer import Text
from kiosk.desk import CHECKPOINT_MS, HOLDS, Alone, Desk
from kiosk.store import IDENTITY, LOG_BYTES_LONG
from kiosk.till import BasketLine
from shared import sale, wire
from shared.errors import Fault
from shared.numbers import ValidationBlock, show_validation
from syncserver import live
from tests.unit.kiosk.paper_office import (
    EVENT,
    HOUR_MS,
    OPERATOR,
    PIN,
    SMALL,
    START_MS,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
)

FOREIGN = ValidationBlock(9, 10, b"q" * 32).issue(1)
"""A ticket that another kiosk sold."""


def prize(**changes: Any) -> wire.PrizeFound:
    values: dict[str, Any] = {
        "result": "r1", "prize": "Voucher", "number": 7, "amount": 2_500, "currency": "USD", "state": "open",
        "can_pay": True,
    }  # fmt: skip
    return wire.PrizeFound(**(values | changes))


def winning(*prizes: wire.PrizeFound, **changes: Any) -> wire.TicketReply:
    values: dict[str, Any] = {
        "verdict": "won", "words": "This ticket has won: Voucher ($25.00).", "server_time": START_MS,
        "validation": FOREIGN, "event": "Cup Final 50/50", "prizes": prizes or (prize(),),
    }  # fmt: skip
    return wire.TicketReply(**(values | changes))


class Counter:
    """Somebody at a kiosk's screen; the office answers when it is asked to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = PaperServer(PaperOffice(), SetClock())
        self.server.office.grant(200)
        self.server.catalog = self.server.office.catalog(event())
        make_identity(folder, self.server.office, self.server.clock)
        self.desk: Desk
        self.alone: Alone
        self.open()
        self.sync()
        self.log_on()

    def open(self) -> None:
        self.desk, self.alone = open_desk(self.folder, self.server, Paper())

    def close(self) -> None:
        self.alone.close()
        self.desk.close()

    def sync(self) -> None:
        assert self.alone.uplink is not None
        self.alone.hurry()
        self.alone.uplink.step()
        self.desk.tick()

    def log_on(self) -> None:
        self.tap(f"choose_operator:{OPERATOR}", *(f"key:{digit}" for digit in PIN), "key:enter")

    def tap(self, *touches: str) -> dict[str, Any]:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        return self.desk.view()

    def look_up(self, text: str) -> dict[str, Any]:
        self.tap("open_lookup", "key:clear", *(f"key:{c}" for c in text), "look_up")
        return self.result

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.view()["lookup"]["result"]
        return found

    @property
    def claim(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.view()["claim"]
        return found

    def payouts(self) -> list[sale.Paid]:
        assert self.desk.journal is not None
        return [body for _, _, body in self.desk.journal.bodies() if isinstance(body, sale.Paid)]

    def lose_reply(self, of: str, times: int = 1) -> None:
        """The office does what it was asked, and the answer to this is lost."""
        left = [times]

        def lost(path: str) -> None:
            if path.endswith(of) and left[0]:
                left[0] -= 1
                raise httpx.ReadError("the line broke")

        self.server.after = lost


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "k")
    yield made
    made.close()


def test_on_line_the_office_says_what_a_ticket_is(counter: Counter) -> None:
    """D9, N6: what this kiosk cannot tell the office can; off line nobody is asked."""
    counter.server.tickets[FOREIGN] = winning()
    found = counter.look_up(FOREIGN)
    assert (found["verdict"], found["office"]) == ("unknown", "asking")
    counter.sync()
    found = counter.result
    assert (found["verdict"], found["title"], found["office"]) == ("won", "A winner", "said")
    assert found["validation"] == show_validation(FOREIGN)
    assert [p["amount"] for p in counter.desk.view()["lookup"]["prizes"]] == ["$25.00"]
    counter.server.clock.go(HOUR_MS)
    assert counter.look_up(FOREIGN)["office"] == ""


def test_an_office_that_does_not_answer_is_said_not_to(counter: Counter) -> None:
    counter.server.before = lambda _m, _p: ("503 Busy", {}, b"{}")
    counter.look_up(FOREIGN)
    counter.sync()
    assert (counter.result["office"], counter.result["verdict"]) == ("silent", "unknown")
    assert counter.desk.view()["lookup"]["prizes"] == []


def test_what_this_kiosk_has_not_handed_over_it_knows_better(counter: Counter) -> None:
    """Y1: its own sale is genuine though the office does not have it yet, its own void is void."""
    counter.tap(f"add:{SMALL}", "pay", "cash")
    typed = counter.desk.view()["done"]["validation"][0].replace("-", "")
    counter.look_up(typed)
    counter.sync()
    assert (counter.result["verdict"], counter.result["office"]) == ("genuine", "said")
    counter.server.tickets[typed] = winning(verdict="genuine", prizes=())
    counter.tap("open_void", "void_reason:customer", "void_confirm")
    counter.sync()
    assert counter.result["verdict"] == "void"


def test_a_prize_is_paid_after_the_office_has_noted_it(counter: Counter) -> None:
    """D9: asked, noted, journalled, handed out; the same prize again is refused with when and where."""
    counter.server.tickets[FOREIGN] = winning()
    counter.look_up(FOREIGN)
    counter.sync()
    counter.tap("open_claim:r1", "claim_pay")
    assert (counter.claim["state"], counter.payouts()) == ("asking", [])
    counter.sync()
    assert counter.claim["title"] == "Hand out $25.00"
    (paid,) = counter.payouts()
    assert (paid.result, paid.amount, paid.currency, paid.number) == ("r1", 2_500, "USD", 7)
    assert (paid.event, paid.by, paid.validation) == (EVENT, OPERATOR, FOREIGN)
    assert paid.claim == counter.server.paid["r1"].request
    assert counter.desk.till.ledger.paid == {paid.claim: (2_500, "USD")}
    counter.tap("back")
    counter.sync()
    counter.tap("open_claim:r1", "claim_pay")
    counter.sync()
    assert (counter.claim["title"], counter.claim["words"]) == ("Do not pay", "Paid at Desk 1.")
    assert len(counter.payouts()) == 1


@pytest.mark.parametrize("killed", [False, True])
def test_a_lost_answer_is_asked_for_again_and_pays_once(counter: Counter, killed: bool) -> None:
    """D9, K9: neither a lost reply nor a power cut in the middle pays twice or loses the payout."""
    counter.server.tickets[FOREIGN] = winning()
    counter.look_up(FOREIGN)
    counter.sync()
    counter.lose_reply("claims")
    counter.tap("open_claim:r1", "claim_pay")
    counter.sync()
    assert (counter.claim["state"], counter.payouts()) == ("silent", [])
    assert list(counter.server.paid) == ["r1"]
    other = prize(result="r2")
    counter.server.tickets[FOREIGN] = winning(prize(), other)
    if killed:
        assert counter.desk.store is not None
        counter.alone.close()
        counter.desk.store.close()
        counter.open()
        counter.log_on()
    else:
        counter.tap("back", "back")
    counter.sync()
    assert [paid.result for paid in counter.payouts()] == ["r1"]
    assert "$25.00 is now noted as paid here" in counter.desk.view()["toast"]["text"]
    counter.sync()
    assert len(counter.payouts()) == 1
    counter.look_up(FOREIGN)
    counter.sync()
    counter.tap("open_claim:r2", "claim_pay")
    counter.sync()
    assert [paid.result for paid in counter.payouts()] == ["r1", "r2"]


def test_no_second_prize_is_asked_for_while_the_first_has_no_answer(counter: Counter) -> None:
    counter.server.tickets[FOREIGN] = winning(prize(), prize(result="r2"))
    counter.look_up(FOREIGN)
    counter.sync()
    counter.lose_reply("claims", times=9)
    counter.tap("open_claim:r1", "claim_pay", "back")
    counter.sync()
    counter.tap("open_claim:r2", "claim_pay")
    assert counter.claim["title"] == "Do not pay"
    assert "not answered about the last prize" in counter.claim["words"]


def test_off_line_nothing_is_paid_and_the_winner_is_sent_to_the_desk(counter: Counter) -> None:
    """D9: paying needs the network."""
    counter.server.tickets[FOREIGN] = winning()
    counter.look_up(FOREIGN)
    counter.sync()
    counter.tap("open_claim:r1")
    counter.server.clock.go(HOUR_MS)
    counter.tap("claim_pay")
    assert (counter.claim["title"], counter.desk.till.claim_open) == ("Do not pay", None)
    assert "claims desk" in counter.claim["hint"]


@pytest.mark.parametrize(
    ("result", "most", "ahead_ms", "verdict", "words"),
    [
        ({}, None, HOUR_MS, "won", "Send the winner to the claims desk"),
        ({}, 1_000, HOUR_MS, "won", "Send the winner to the claims desk"),
        ({}, 5_000, HOUR_MS, "won", "Paying needs the network"),
        ({}, 5_000, 0, "won", "The office is asked"),
        ({"state": "paid"}, None, HOUR_MS, "paid", "was paid"),
        ({"state": "given_up"}, None, HOUR_MS, "lapsed", "no longer paid"),
        ({"claim_until": START_MS + HOUR_MS // 2}, None, HOUR_MS, "lapsed", "no longer paid"),
    ],
)
def test_what_a_winner_is_told_off_line(
    counter: Counter, result: dict[str, Any], most: int | None, ahead_ms: int, verdict: str, words: str
) -> None:
    """D9: as much as the last catalog knows, and where the prize is to be had."""
    counter.tap(f"add:{SMALL}", "pay", "cash")
    typed = counter.desk.view()["done"]["validation"][0].replace("-", "")
    won: dict[str, Any] = {
        "prize": "p1", "prize_name": "Voucher", "position": 1, "number": 100, "amount": 2_500, "currency": "USD",
        "state": "open",
    }  # fmt: skip
    policies = wire.Policies(claims_at_kiosk_up_to=most)
    drawn = event(results=(wire.ResultInfo(**(won | result)),), policies=policies)
    counter.server.catalog = counter.server.office.catalog(drawn)
    counter.sync()
    counter.server.clock.go(ahead_ms)
    found = counter.look_up(typed)
    assert found["verdict"] == verdict
    assert words in found["words"]


def test_a_test_is_printed_as_one_and_looked_up_as_one(counter: Counter, tmp_path: Path) -> None:
    """E5: whoever holds it is told that it is in no draw, by the paper and by the kiosk; it may be made void."""
    paper = Paper()
    server = PaperServer(counter.server.office, SetClock())
    server.catalog = server.office.catalog(event(opens_at=START_MS + HOUR_MS))
    make_identity(tmp_path / "tried", server.office, server.clock)
    desk, alone = open_desk(tmp_path / "tried", server, paper, drawer=True)
    counter.desk.close()
    counter.alone.close()
    counter.server, counter.desk, counter.alone = server, desk, alone
    counter.sync()
    counter.log_on()
    assert counter.tap(f"add:{SMALL}", "pay", "cash")["screen"] == "done"
    assert "TEST TICKET" in [b.text for b in paper.printed[0].blocks if isinstance(b, Text)]
    (ticket,) = desk.view()["done"]["validation"]
    typed = ticket.replace("-", "")
    assert desk.view()["status"]["unsynced"] == 1
    server.tickets[typed] = winning(verdict="other", words="A test.", prizes=(), validation=typed)
    counter.tap("next")
    found = counter.look_up(typed)
    counter.sync()
    assert found["title"] == counter.result["title"] == "Test ticket: in no draw"
    assert (found["can_void"], found["back"]) == (True, "It was a test: no money goes back.")
    server.tickets[FOREIGN] = winning(verdict="other", words="A test.", prizes=())
    counter.look_up(FOREIGN)
    counter.sync()
    assert (counter.result["title"], counter.result["words"]) == ("In no draw", "A test.")
    desk.till.void(found["order"], "Mistake", OPERATOR)
    assert counter.look_up(typed)["verdict"] == "void"
    # The drawer is tried too, but not one that somebody answers for.
    assert paper.kicked == 1
    desk.cashier.shifts.open(OPERATOR, [])
    counter.tap("back")
    assert counter.tap(f"add:{SMALL}", "pay", "cash")["screen"] == "done"
    assert (len(paper.printed), paper.kicked) == (2, 1)


# Keys, typed and scanned ----------------------------------------------------------------------------


TICKET_QR = "TMB1:0000-NOT-A-TICKET-OF-OURS"


def burst(desk: Desk, clock: SetClock, text: str, gap_ms: int) -> None:
    """Keys of a US keyboard whose codes nobody knows, so far from each other; then a pause."""
    for char in text:
        clock.go(gap_ms)
        meaning = "enter" if char == "\r" else char
        desk.pressed(Key(0, char, token=meaning), clock.monotonic_ms())
    clock.go(2_000)
    desk.key_pause()


@pytest.mark.parametrize("end", ["\r", ""])
def test_a_scanner_that_types_is_a_scanner_and_no_field_hears_of_it(counter: Counter, end: str) -> None:
    """K12: one stream of scans; they never leak into a field."""
    desk, clock = counter.desk, counter.server.clock
    counter.tap(f"add:{SMALL}", "pay")
    entered = desk.view()["pay"]["entered"]
    burst(desk, clock, "5901234123457" + end, 4)
    assert desk.view()["pay"]["entered"] == entered
    assert desk.view()["screen"] == "pay"
    assert "scan it again" in desk.view()["toast"]["text"]
    counter.tap("back")
    burst(desk, clock, TICKET_QR + end, 4)
    assert desk.view()["screen"] == "lookup"
    assert desk.view()["lookup"]["result"]["verdict"] == "not_a_ticket"


def test_typing_at_the_same_place_is_typing(counter: Counter) -> None:
    """K12: typing is never read as a scan."""
    desk, clock = counter.desk, counter.server.clock
    desk.touch("open_lookup")
    burst(desk, clock, "0000-7M4C", 70)
    assert desk.view()["lookup"]["typed"].replace(" ", "").startswith("0000")
    assert not desk.view()["lookup"]["result"]


def test_a_key_is_held_back_for_a_moment_and_no_longer(counter: Counter) -> None:
    """K12: what a finger typed is there before the next frame but two."""
    desk, clock = counter.desk, counter.server.clock
    desk.touch("open_lookup")
    assert desk.key_wait_s() > 1
    desk.pressed(Key(0, "7", token="7"), clock.monotonic_ms())
    assert 0 < desk.key_wait_s() <= 0.05
    assert desk.view()["lookup"]["typed"] == ""
    clock.go(50)
    assert desk.key_wait_s() == 0
    desk.key_pause()
    assert desk.view()["lookup"]["typed"] == "7"


# The disk's housekeeping ----------------------------------------------------------------------------


def test_at_a_kiosk_that_is_never_left_alone_a_long_log_is_moved_between_two_customers(
    counter: Counter,
) -> None:
    """K14: the write-ahead log does not grow all evening because nobody lets go of the screen for two seconds."""
    store = counter.desk.store
    assert store is not None
    log = store.path.with_name(store.path.name + "-wal")

    def begun() -> int:
        return int.from_bytes(
            log.read_bytes()[12:16]
        )  # checkpoint sequence number: the file format, section 4.1

    counter.desk.idle()
    before = begun()
    counter.server.clock.go(CHECKPOINT_MS)
    counter.tap("open_lookup")
    store.put_json("something", "short")
    counter.desk.idle()
    assert begun() == before, "a short log waits until nobody is there"
    store.put_json("something", "long " * LOG_BYTES_LONG)
    counter.desk.idle()
    assert begun() == before + 1
    store.put_json("something", "long " * LOG_BYTES_LONG)
    counter.desk.idle()
    assert begun() == before + 1, "half a minute apart at least"


def test_a_disk_that_fails_at_the_end_of_a_print_has_somebody_asked_afterwards(counter: Counter) -> None:
    """N9, K9: the kiosk lives on and says what is the matter; whether the ticket came out is asked, not guessed."""
    journal = counter.desk.journal
    assert journal is not None
    append = journal.append

    def failing(body: sale.Body, **how: Any) -> Any:
        if isinstance(body, sale.Printed):
            raise Fault("disk", "The kiosk's disk fails.", "Call the office.")
        return append(body, **how)

    journal.append = failing  # type: ignore[method-assign]
    counter.tap(f"add:{SMALL}", "pay", "cash")
    view = counter.desk.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "disk")
    journal.append = append  # type: ignore[method-assign]
    view = counter.tap("retry")
    assert (view["screen"], view["status"]["operator"]) == ("attract", "")
    counter.log_on()
    view = counter.desk.view()
    assert (view["screen"], view["print_problem"]["state"]) == ("print_problem", "unknown")
    assert counter.tap("print_yes")["screen"] == "sell"
    assert len([b for _, _, b in journal.bodies() if isinstance(b, sale.Sale)]) == 1


def test_a_program_that_is_not_the_publishers_sells_nothing_though_it_was_seen_before_the_enrolment(
    tmp_path: Path,
) -> None:
    """K4: what was found while the kiosk was nobody yet holds when it is somebody."""
    server = PaperServer(PaperOffice(), SetClock())
    desk, alone = open_desk(tmp_path / "k", server, Paper())
    assert desk.view()["screen"] == "enrol"
    desk.know_program({"name": "t", "version": "1", "hash": "a", "checked": "bad", "detail": "changed: x"})
    make_identity(tmp_path / "enrolled", server.office, server.clock)
    (tmp_path / "k" / IDENTITY).write_bytes((tmp_path / "enrolled" / IDENTITY).read_bytes())
    desk.open()
    assert desk.is_open
    assert desk.till.stopped.code == "program_changed"
    assert desk.view()["blocked"]["code"] == "program_changed"
    alone.close()
    desk.close()


def test_the_office_hears_why_nothing_is_sold_for_the_moment(counter: Counter) -> None:
    """K7, O4, O6: at the unsynced limit the kiosk's word of itself names it, until it has handed over."""
    counter.server.catalog = counter.server.office.catalog(event(policies=wire.Policies(unsynced_max=1)))
    counter.sync()
    assert counter.desk.health().state == "enabled"
    counter.desk.till.complete(str(uuid4()), [BasketLine(EVENT, SMALL, 1)], OPERATOR, 1_000_000)
    assert counter.desk.health().state == "unsynced_limit"
    counter.sync()
    counter.sync()
    assert counter.desk.health().state == "enabled"


def test_the_office_has_words_for_whatever_stops_a_kiosk() -> None:
    """O4, O6: each code that its word of itself may bear is told on the dashboard; for good or for the moment."""
    said = {*HOLDS, "program_changed", "journal_corrupt", "forked", "malformed"}
    assert said <= set(live._STOPS)
