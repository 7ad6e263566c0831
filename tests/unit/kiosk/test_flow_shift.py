"""Evenings at the drawer, from the float to the Z report: real screens' touches, a real journal, paper in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.printer import Document, Failed, Pair, Text
from kiosk.catalog import CAN
from kiosk.desk import Alone, Desk
from kiosk.flow import Flow
from kiosk.flow import said as f
from kiosk.pieces import pieces
from kiosk.shifts import Report, Row, ShiftsSeen, ShiftView
from shared import sale, wire
from shared.errors import Fault
from shared.sale import ShiftSum
from tests.unit.kiosk.paper_office import (
    EVENT,
    OPERATOR,
    PIN,
    SECOND,
    SECOND_PIN,
    SUPERVISOR,
    SUPERVISOR_PIN,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
    staff,
)

T = TypeVar("T")
PINS = {OPERATOR: PIN, SECOND: SECOND_PIN, SUPERVISOR: SUPERVISOR_PIN}


class Evening:
    """A kiosk with a drawer and a printer, three people, and an office that may be asked."""

    def __init__(self, folder: Path, *, blind: bool = True, **policies: Any) -> None:
        self.folder = folder
        self.server = PaperServer(PaperOffice(), SetClock())
        self.server.office.grant(500)
        self.rules(blind=blind, **policies)
        make_identity(folder, self.server.office, self.server.clock)
        self.paper = Paper()
        self.desk: Desk
        self.alone: Alone
        self.open()
        self.sync()

    def rules(self, *, blind: bool = True, required: bool = True, **policies: Any) -> None:
        self.server.catalog = self.server.office.catalog(
            event(policies=wire.Policies(**policies)),
            operators=staff(self.server.office),
            shifts=wire.ShiftRules(required=required, blind=blind),
        )

    def open(self) -> None:
        self.desk, self.alone = open_desk(self.folder, self.server, self.paper, drawer=True)

    def restart(self) -> None:
        self.close()
        self.open()

    def close(self) -> None:
        self.alone.close()
        self.desk.close()

    def sync(self) -> None:
        assert self.alone.uplink is not None
        self.alone.hurry()
        self.alone.uplink.step()
        self.desk.tick()

    def tap(self, *touches: str) -> dict[str, Any]:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        return self.desk.view()

    def write(self, text: str) -> dict[str, Any]:
        return self.tap(*(f"key:{c}" for c in text))

    def log_on(self, who: str = OPERATOR) -> dict[str, Any]:
        if self.desk.view()["screen"] == "attract":
            self.tap("begin")
        self.tap(f"choose_operator:{who}")
        self.write(PINS[who])
        return self.tap("key:enter")

    def agree(self, who: str = SUPERVISOR, pin: str = "") -> dict[str, Any]:
        self.tap(f"approve_operator:{who}")
        self.write(pin or PINS[who])
        return self.tap("key:enter")

    def count(self, amount: str) -> dict[str, Any]:
        """Type the drawer's sum and confirm it."""
        if not self.desk.view()["count"]["sum_only"]:
            self.tap("count_sum")
        self.tap("key:clear")
        self.write(amount)
        return self.tap("count_confirm")

    def open_shift(self, who: str = OPERATOR, amount: str = "100") -> dict[str, Any]:
        self.log_on(who)
        return self.count(amount)

    def sell(self, package: int = 0) -> str:
        view = self.desk.view()
        self.tap(f"add:{view['packages'][package]['id']}", "pay", "cash", "next")
        return self.facts(sale.Sale)[-1].lines[0].validation

    def look_up(self, validation: str) -> dict[str, Any]:
        self.tap("open_lookup", "key:clear")
        self.write(validation)
        return self.tap("look_up")

    def facts(self, kind: type[T]) -> list[T]:
        assert self.desk.journal is not None
        return [body for _, _, body in self.desk.journal.bodies() if isinstance(body, kind)]

    def idle(self, ms: int) -> dict[str, Any]:
        self.server.clock.go(ms)
        self.desk.tick()
        return self.desk.view()


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    made = Evening(tmp_path)
    yield made
    made.close()


def words(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Text)] + [
        f"{b.left} {b.right}" for b in document.blocks if isinstance(b, Pair)
    ]


def test_an_operator_opens_sells_and_closes_a_shift(evening: Evening) -> None:
    """K13: log on, count the float by pieces, sell, count blind, see over or short, take the Z report, be logged off."""
    view = evening.log_on()
    assert (view["screen"], view["count"]["purpose"]) == ("count", "open")
    twenty = next(p for p in view["count"]["pieces"] if p["value_minor"] == 2_000)
    evening.tap(f"count_focus:{twenty['index']}")
    view = evening.write("4")
    assert (view["count"]["total"], view["count"]["total_minor"]) == ("$80.00", 8_000)
    evening.tap("key:enter", "key:2", f"count_more:{twenty['index']}")
    view = evening.desk.view()
    assert view["count"]["total_minor"] == 5 * 2_000 + 2 * 1_000
    view = evening.tap("count_confirm")
    assert view["screen"] == "sell"
    (opened,) = evening.facts(sale.ShiftOpened)
    assert opened.float == (sale.Cash(currency="USD", amount=12_000),)
    assert evening.facts(sale.CashCounted)[0].pieces == ((2_000, 5), (1_000, 2))

    evening.sell()
    evening.sell()
    view = evening.tap("open_shift")
    assert view["shift"]["open"]
    assert view["shift"]["own"]
    shown = [(r["label"], r["value"]) for r in view["shift"]["rows"]]
    assert shown == [("Sales", "2"), ("Numbers sold", "2"), ("Voids", "0")], (
        "the count is blind: nothing adds up"
    )
    view = evening.tap("close_shift")
    assert (view["screen"], view["count"]["purpose"], view["count"]["expected"]) == ("count", "close", "")
    assert not view["count"]["can_confirm"]
    view = evening.count("129.40")
    assert (view["count"]["expected"], view["count"]["over_minor"]) == ("$130.00", -60)
    assert view["count"]["over_words"] == "$0.60 short"
    assert evening.tap("back")["screen"] == "count", "nobody goes back once the totals were shown"
    assert evening.facts(sale.ShiftClosed) == []
    view = evening.tap("count_confirm")
    assert (view["screen"], view["report"]["kind"]) == ("report", "z")
    assert (view["report"]["over_words"], view["report"]["over_kind"]) == ("$0.60 short", "short")
    assert view["report"]["print_state"] == "printed"
    assert "Z REPORT" in words(evening.paper.printed[-1])
    (closed,) = evening.facts(sale.ShiftClosed)
    assert [(s.expected, s.counted, s.over) for s in closed.sums] == [(13_000, 12_940, -60)]
    assert [r.report for r in evening.facts(sale.ReportPrinted)] == ["z"]
    view = evening.tap("report_done")
    assert view["screen"] in ("attract", "pin")
    assert evening.desk.flow.operator == ""
    assert view["shift"]["open"] is False


def test_nothing_is_sold_before_the_float_is_counted_however_one_tries(evening: Evening) -> None:
    """K13: back leads to the shift's screen, not to the sale."""
    evening.log_on()
    view = evening.tap("back")
    assert view["screen"] == "shift"
    assert view["shift"]["can"]["open"]
    assert evening.tap("back")["screen"] == "count"
    evening.tap("back", "pay", "add:0")
    assert evening.facts(sale.Sale) == []
    view = evening.tap("begin_shift")
    assert view["screen"] == "count"


def test_another_operator_is_told_whose_shift_it_is(evening: Evening) -> None:
    """K13: two operators; the second sells after the first's shift was closed by a supervisor."""
    evening.open_shift()
    evening.sell()
    evening.tap("log_off")
    view = evening.log_on(SECOND)
    assert view["screen"] == "shift"
    assert "Ada" in view["shift"]["words"]
    assert not any(view["shift"]["can"][name] for name in ("close", "count", "x_report", "move_out"))
    assert view["shift"]["rows"] == [], "another's money is not shown"
    evening.tap("close_shift")
    assert "Ada" in evening.desk.view()["toast"]["text"]
    evening.tap("log_off")

    view = evening.log_on(SUPERVISOR)
    assert view["screen"] == "shift"
    assert view["shift"]["can"]["close"]
    evening.tap("close_shift")
    evening.count("105")
    view = evening.tap("count_confirm")
    assert view["report"]["over_words"] == "To the cent"
    (closed,) = evening.facts(sale.ShiftClosed)
    assert (closed.operator, closed.by) == (OPERATOR, SUPERVISOR)
    evening.tap("report_done")
    assert evening.open_shift(SECOND)["screen"] == "sell"
    assert [s.number for s in evening.facts(sale.ShiftOpened)] == [1, 2]


def test_a_supervisor_at_another_s_shift_can_look_around_and_leave(evening: Evening) -> None:
    """K13: nobody is held fast there; the shift stays as it is."""
    evening.open_shift()
    evening.sell()
    evening.tap("log_off")
    assert evening.log_on(SUPERVISOR)["screen"] == "shift"
    for way, screen in (("open_lookup", "lookup"), ("open_sync", "sync"), ("open_settings", "settings")):
        assert evening.tap(way)["screen"] == screen
        assert evening.tap("back")["screen"] == "shift"
    view = evening.tap("back")
    assert (view["screen"], view["status"]["operator"]) == ("attract", "")
    assert evening.facts(sale.ShiftClosed) == []


def test_logging_off_keeps_the_shift_open(evening: Evening) -> None:
    """K13: a break is no close; back again the operator sells on."""
    evening.open_shift()
    evening.tap("log_off")
    assert evening.log_on()["screen"] == "sell"
    assert len(evening.facts(sale.ShiftOpened)) == 1


@pytest.mark.parametrize("when", ["counting the float", "selling", "counted for the close", "closed"])
def test_after_a_crash_the_shift_is_as_the_journal_says(evening: Evening, when: str) -> None:
    """K9, K13: the disk is let go of in the midst; the next start goes on from what is journalled."""
    evening.log_on()
    if when == "counting the float":
        evening.write("3")
        evening.restart()
        assert evening.log_on()["count"]["total_minor"] == 0
        return
    evening.count("100")
    evening.sell()
    if when != "selling":
        evening.tap("open_shift", "close_shift")
        evening.count("105")
    if when == "closed":
        evening.tap("count_confirm")
    evening.restart()
    view = evening.log_on()
    if when == "closed":
        assert view["screen"] == "count"
        assert view["count"]["purpose"] == "open"
        return
    assert view["screen"] == "sell"
    evening.tap("open_shift", "close_shift")
    evening.count("105")
    assert evening.tap("count_confirm")["report"]["over_words"] == "To the cent"


def test_a_count_can_be_made_again_and_each_stays_in_the_journal(evening: Evening) -> None:
    """WA 390: counted blind; who counts again after having seen the difference leaves a trace of it."""
    evening.open_shift()
    evening.tap("open_shift", "close_shift")
    assert evening.count("10")["count"]["over_words"] == "$90.00 short"
    evening.tap("count_again")
    assert evening.count("100")["count"]["over_words"] == "To the cent"
    evening.tap("count_confirm")
    found = [c.amount for c in evening.facts(sale.CashCounted) if c.purpose == "close"]
    assert found == [1_000, 10_000]


def test_where_counts_are_not_blind_the_screen_says_what_to_expect(tmp_path: Path) -> None:
    """K13: ShiftRules.blind."""
    made = Evening(tmp_path, blind=False)
    made.open_shift()
    view = made.tap("open_shift", "count_drawer")
    assert (view["count"]["purpose"], view["count"]["expected"], view["count"]["over_words"]) == (
        "check",
        "$100.00",
        "",
    )
    assert made.count("100")["count"]["over_words"] == "To the cent"
    assert made.tap("count_confirm")["screen"] == "shift"
    assert made.facts(sale.ShiftClosed) == []
    made.close()


def test_cash_moved_is_noted_and_reckoned(evening: Evening) -> None:
    """K13: to the safe and back, with a reason."""
    evening.open_shift()
    view = evening.tap("open_shift", "move_cash:out")
    assert (view["screen"], view["move"]["direction"], view["move"]["can_confirm"]) == ("move", "out", False)
    assert evening.tap("move_confirm")["move"]["error"] == "Type an amount."
    evening.write("40.50")
    assert evening.tap("move_confirm")["move"]["error"] == "Choose what it is for."
    view = evening.tap("move_reason:safe")
    assert (view["move"]["amount"], view["move"]["can_confirm"]) == ("$40.50", True)
    assert evening.tap("move_confirm")["screen"] == "shift"
    (moved,) = evening.facts(sale.CashMoved)
    assert (moved.cash.amount, moved.reason, moved.by) == (-4_050, "safe", OPERATOR)
    evening.tap("move_cash:in", "move_reason:change")
    evening.write("7")
    evening.tap("move_confirm", "close_shift")
    assert evening.count("66.50")["count"]["over_words"] == "To the cent"


def test_cash_is_moved_in_any_currency_that_is_sold_in(evening: Evening) -> None:
    """K13: change in euros goes in as euros; what was typed stays where the currency has such amounts."""
    euros = event(id="e2", number=8, currency="EUR", packages=(), cuts=())
    yen = event(id="e3", number=9, currency="JPY", packages=(), cuts=())
    evening.server.catalog = evening.server.office.catalog(
        event(), euros, yen, operators=staff(evening.server.office), shifts=wire.ShiftRules(required=True)
    )
    evening.sync()
    evening.open_shift()
    view = evening.tap("open_shift", "move_cash:in", "move_reason:change")
    assert (view["move"]["currency"], view["move"]["currencies"]) == ("USD", ["USD", "EUR", "JPY"])
    evening.write("7.50")
    view = evening.tap("move_currency:JPY")
    assert (view["move"]["entered"], view["move"]["can_confirm"]) == ("", False)
    evening.write("7")
    view = evening.tap("move_currency:XXX", "move_currency:EUR")
    assert (view["move"]["currency"], view["move"]["amount"]) == ("EUR", "€7.00")
    evening.tap("move_confirm")
    assert [m.cash for m in evening.facts(sale.CashMoved)] == [sale.Cash(currency="EUR", amount=700)]
    assert evening.tap("move_cash:out")["move"]["currency"] == "USD", "begun anew"


def test_the_drawer_opens_for_cash_and_each_time_is_a_fact(evening: Evening) -> None:
    """K13: a sale, a count, cash moved, a void, and no sale at all."""
    evening.open_shift()
    ticket = evening.sell()
    evening.tap("open_shift", "no_sale", "count_drawer")
    evening.count("105")
    evening.tap("count_confirm", "move_cash:in", "move_reason:change", "key:5", "move_confirm", "back")
    evening.look_up(ticket)
    evening.tap("open_void", "void_reason:mistake", "void_confirm")
    reasons = [d.reason for d in evening.facts(sale.DrawerOpened)]
    assert reasons == ["count", "sale", "no_sale", "count", "moved", "void"]
    assert evening.paper.kicked == len(reasons)


def test_the_drawer_is_open_before_the_ticket_prints(evening: Evening) -> None:
    """K17: change is given while the printer works."""
    evening.open_shift()
    order: list[str] = []
    kick, put = evening.paper.kick, evening.paper.print

    def kicked() -> Any:
        order.append("drawer")
        return kick()

    def printed(*job: Any) -> Any:
        order.append("ticket")
        return put(*job)

    evening.paper.kick = kicked  # type: ignore[method-assign]
    evening.paper.print = printed  # type: ignore[method-assign, assignment]
    evening.sell()
    assert order == ["drawer", "ticket"]


def test_a_disk_that_fails_at_the_drawers_fact_undoes_no_sale(evening: Evening) -> None:
    """K9: the sale is journalled, its ticket prints, and the fault is told."""
    evening.open_shift()
    journal = evening.desk.journal
    assert journal is not None
    append = journal.append

    def failing(body: sale.Body, **how: Any) -> Any:
        if isinstance(body, sale.DrawerOpened):
            raise Fault("disk", "The kiosk's disk fails.", "Call the office.")
        return append(body, **how)

    journal.append = failing  # type: ignore[method-assign]
    view = evening.desk.view()
    view = evening.tap(f"add:{view['packages'][0]['id']}", "pay", "cash")
    assert view["screen"] == "done"
    assert view["toast"]["text"] == "The kiosk's disk fails. Call the office."
    assert len(evening.facts(sale.Sale)) == len(evening.paper.printed) == 1


def test_a_currency_that_nobody_paid_in_need_not_be_counted(tmp_path: Path) -> None:
    """E12: two currencies on sale, each counted in its own tray; the one that was used has to be."""
    made = Evening(tmp_path)
    euros = event(id="e2", number=8, currency="EUR", packages=(), cuts=())
    made.server.catalog = made.server.office.catalog(
        event(), euros, operators=staff(made.server.office), shifts=wire.ShiftRules(required=True)
    )
    made.sync()
    view = made.log_on()
    assert view["count"]["currencies"] == ["USD", "EUR"]
    made.count("100")
    assert [c.currency for c in made.facts(sale.CashCounted)] == ["USD"]
    view = made.tap("open_shift", "close_shift", "count_currency:EUR")
    assert view["count"]["currency"] == "EUR"
    assert not view["count"]["can_confirm"]
    view = made.tap("count_currency:USD")
    view = made.count("99")
    assert view["count"]["over_words"] == "$1.00 short"
    made.tap("count_again", "count_currency:EUR")
    view = made.count("3")
    assert view["count"]["over_words"] == "€3.00 over, $1.00 short"
    made.tap("count_confirm")
    assert [(s.currency, s.over) for s in made.facts(sale.ShiftClosed)[0].sums] == [
        ("EUR", 300),
        ("USD", -100),
    ]
    made.close()


def test_opening_the_drawer_without_a_sale_asks_for_a_supervisor_where_voids_do(tmp_path: Path) -> None:
    """K1: a second person's PIN, typed over the screen; nobody is logged on by it."""
    made = Evening(tmp_path, void_supervisor=True)
    made.open_shift()
    view = made.tap("open_shift", "no_sale")
    assert view["approve"]["open"]
    assert [o["name"] for o in view["approve"]["operators"]] == ["Sue"]
    assert made.agree()["approve"]["open"] is False
    assert made.desk.flow.operator == OPERATOR
    found = [(d.by, d.approved_by) for d in made.facts(sale.DrawerOpened) if d.reason == "no_sale"]
    assert found == [(OPERATOR, SUPERVISOR)]
    made.close()


def test_an_x_report_shows_how_it_stands_and_prints_when_asked(evening: Evening) -> None:
    """K13: no effect; blind for the operator, whole for a supervisor."""
    evening.open_shift()
    evening.sell()
    view = evening.tap("open_shift", "x_report")
    assert (view["screen"], view["report"]["kind"], view["report"]["print_state"]) == ("report", "x", "")
    shown = {r["label"]: r["value"] for r in view["report"]["rows"]}
    assert (shown["Numbers sold"], shown["Voids"]) == ("1", "0")
    assert not [label for label, value in shown.items() if "$" in value], (
        "no cash figure adds up to what is expected"
    )
    view = evening.tap("print_report")
    assert view["report"]["print_state"] == "printed"
    assert "X REPORT" in words(evening.paper.printed[-1])
    assert evening.tap("report_done")["screen"] == "shift"
    evening.tap("back", "log_off")
    view = evening.log_on(SUPERVISOR)
    assert [r["value"] for r in view["shift"]["rows"] if r["label"] == "Expected"] == ["$105.00"]
    view = evening.tap("x_report")
    rules = [row["label"] for row in view["report"]["rows"] if row["rule"]]
    assert rules == ["Journal entries", "After voids"], "the screen rules below a part's last row"
    assert "Should be in the drawer" in [r["label"] for r in view["report"]["rows"]]


def test_a_report_that_does_not_come_out_is_printed_again(evening: Evening) -> None:
    """K10, K13: the shift is closed whatever the printer does."""
    evening.open_shift()
    evening.tap("open_shift", "close_shift")
    evening.count("100")
    evening.paper.results = [Failed("paper_out", "Out of paper.", "Put in a new roll.")]
    view = evening.tap("count_confirm")
    assert len(evening.facts(sale.ShiftClosed)) == 1
    assert view["report"]["print_state"] == "failed"
    assert "paper" in view["report"]["print_words"]
    assert evening.facts(sale.ReportPrinted) == []
    assert evening.tap("print_report")["report"]["print_state"] == "printed"
    evening.tap("report_done")
    evening.log_on(SUPERVISOR)
    view = evening.tap("back", "z_report", "print_report")
    assert (view["report"]["title"], view["report"]["print_state"]) == ("Z report", "printed")
    assert [r.by for r in evening.facts(sale.ReportPrinted)] == [OPERATOR, SUPERVISOR]


def test_a_void_after_the_close_shows_a_supplement(evening: Evening) -> None:
    """K13: late facts make a supplementary report and change nothing signed."""
    evening.open_shift()
    ticket = evening.sell()
    evening.tap("open_shift", "close_shift")
    evening.count("105")
    evening.tap("count_confirm", "report_done")
    evening.rules(required=False)
    evening.sync()
    evening.log_on()
    evening.look_up(ticket)
    view = evening.tap("open_void", "void_reason:payment", "void_confirm")
    assert (view["screen"], view["report"]["kind"]) == ("report", "supplement")
    assert view["report"]["over_words"] == ""
    (made,) = evening.facts(sale.ShiftSupplement)
    assert [(s.returned, s.over) for s in made.sums] == [(500, 0)]
    view = evening.tap("print_report")
    assert "SUPPLEMENT 1" in words(evening.paper.printed[-1])
    assert evening.tap("report_done")["screen"] == "lookup"


def test_a_supplement_that_a_crash_kept_back_is_stated_at_the_next_log_on(evening: Evening) -> None:
    """K9, K13: killed between the late void and its supplement."""
    evening.open_shift()
    evening.sell()
    evening.tap("open_shift", "close_shift")
    evening.count("105")
    evening.tap("count_confirm", "report_done")
    evening.desk.till.void(evening.facts(sale.Sale)[0].lines[0].order, "payment", OPERATOR)
    evening.restart()
    assert evening.facts(sale.ShiftSupplement) == []
    evening.log_on(SECOND)
    evening.restart()
    evening.log_on(SECOND)
    assert [(s.number, s.by) for s in evening.facts(sale.ShiftSupplement)] == [(1, SECOND)]


def test_a_supervisor_counts_the_last_shift_again(evening: Evening) -> None:
    """K13: a recount is a supplement; one that finds the same is none."""
    evening.open_shift()
    evening.tap("open_shift", "close_shift")
    evening.count("90")
    evening.tap("count_confirm", "report_done")
    view = evening.log_on(SUPERVISOR)
    view = evening.tap("back")
    assert view["shift"]["can"]["recount"]
    view = evening.tap("recount")
    assert view["count"]["title"] == "Count the last shift again"
    view = evening.count("100")
    assert (view["report"]["kind"], view["report"]["over_words"]) == ("supplement", "$10.00 over")
    evening.tap("report_done", "recount")
    view = evening.count("100")
    assert (view["screen"], len(evening.facts(sale.ShiftSupplement))) == ("shift", 1)


# Voids and reprints ---------------------------------------------------------------------------------


def test_a_void_that_needs_a_supervisor_says_what_goes_back_and_waits_for_the_pin(tmp_path: Path) -> None:
    """N8, K1: the reason first, then the PIN; a wrong one voids nothing."""
    made = Evening(tmp_path, void_supervisor=True)
    made.open_shift()
    ticket = made.sell()
    made.look_up(ticket)
    view = made.tap("open_void")
    assert view["void"]["supervisor"]
    assert view["void"]["back"] == "Give back $5.00 in cash."
    view = made.tap("void_reason:mistake", "void_confirm")
    assert view["approve"]["open"]
    assert "$5.00" in view["approve"]["words"]
    view = made.agree(pin="0000")
    assert view["approve"]["error"] == "That PIN is not right."
    assert made.facts(sale.Voided) == []
    view = made.tap("approve_cancel")
    assert (view["screen"], view["approve"]["open"]) == ("void", False)
    made.tap("void_confirm")
    view = made.agree()
    (voided,) = made.facts(sale.Voided)
    assert (voided.by, voided.approved_by, voided.returned) == (OPERATOR, SUPERVISOR, 500)
    assert view["toast"]["text"] == "Void. Give back $5.00 in cash."
    made.close()


def test_a_supervisor_at_the_kiosk_needs_no_second_pin(tmp_path: Path) -> None:
    """K1: it is their own act."""
    made = Evening(tmp_path, void_supervisor=True)
    made.open_shift(SUPERVISOR)
    ticket = made.sell()
    made.look_up(ticket)
    view = made.tap("open_void", "void_reason:mistake", "void_confirm")
    assert not view["approve"]["open"]
    assert [v.approved_by for v in made.facts(sale.Voided)] == [SUPERVISOR]
    made.close()


def test_a_reprint_asks_for_a_supervisor_where_the_event_does(tmp_path: Path) -> None:
    """N10: and is logged with who agreed."""
    made = Evening(tmp_path, reprint_supervisor=True)
    made.open_shift()
    made.look_up(made.sell())
    assert made.tap("reprint")["approve"]["open"]
    made.agree()
    assert [r.approved_by for r in made.facts(sale.Reprinted)] == [SUPERVISOR]
    made.close()


def test_wrong_pins_count_over_a_restart_at_the_log_on_and_at_the_approval_alike(tmp_path: Path) -> None:
    """K1: switching the kiosk off and on wins nobody a try."""
    made = Evening(tmp_path, void_supervisor=True)
    made.open_shift()
    made.tap("open_shift", "no_sale")
    made.agree(pin="0001")
    made.agree(pin="0002")
    view = made.agree(pin="0003")
    assert view["approve"]["wait_s"] == 5
    made.restart()
    view = made.log_on(SUPERVISOR)
    assert made.desk.flow.operator == ""
    assert view["pin"]["wait_s"] == 5
    assert view["pin"]["error"] == "That PIN is not right."
    made.idle(5_000)
    made.log_on(SUPERVISOR)
    assert made.desk.flow.operator == SUPERVISOR
    made.close()


def test_a_question_that_nobody_answers_goes_away_and_nothing_else_counts_while_it_stands(
    tmp_path: Path,
) -> None:
    """K1: no touch reaches the screen below, no scan leaks into it."""
    made = Evening(tmp_path, void_supervisor=True)
    made.open_shift()
    made.tap("open_shift", "no_sale")
    view = made.tap("move_cash:out", "close_shift", "log_off", "x_report")
    assert (view["screen"], view["approve"]["open"]) == ("shift", True)
    made.desk.handle(f.Scanned("TMB1:X"))
    assert made.desk.view()["screen"] == "shift"
    made.write("12")
    assert made.idle(59_000)["approve"]["entered"] == 2
    assert made.idle(2_000)["approve"]["open"] is False
    assert [d for d in made.facts(sale.DrawerOpened) if d.reason == "no_sale"] == []
    made.close()


# Anything, in any order -----------------------------------------------------------------------------

SUM = ShiftSum(currency="USD", float=100, sales=900, expected=1_000)
VIEW = ShiftView("s1", 1, "o1", "Ada", 0, "then", (SUM,))
OPEN = ShiftsSeen(
    required=True, drawer=True, no_sale_supervisor=True, open=VIEW, last=VIEW, currencies=("USD", "ISK"),
    pieces=(("USD", pieces("USD")), ("ISK", ())),
)  # fmt: skip
SHUT = ShiftsSeen(required=True, last=VIEW, currencies=("USD",), pieces=(("USD", pieces("USD")),))
REPORT = Report(
    "z", "s1", "Z report", "Shift 1", (Row("Float", 5, "USD"), Row("At", value="x")), (("USD", -5),)
)
SHOP = f.ShopSeen(
    CAN, "enabled", "North", (("o1", "Ada"), ("o2", "Sue")),
    (
        f.ShopEvent(
            EVENT, 1, "Cup", "Park", "", "USD", "en", CAN, "active", 10**9, cut=False, settled=False, left=9,
            low=False, packages=(),
        ),
    ),
    supervisors=frozenset({"o2"}),
)  # fmt: skip
touches = st.builds(
    f.Touch,
    st.sampled_from(
        [
            "key", "back", "log_off", "open_shift", "begin_shift", "count_drawer", "recount", "close_shift", "no_sale",
            "move_cash", "move_currency", "move_reason", "move_confirm", "x_report", "z_report", "count_focus", "count_currency",
            "count_more", "count_less", "count_sum", "count_again", "count_confirm", "print_report", "report_done",
            "approve_operator", "approve_cancel", "choose_operator", "open_lookup", "begin", "lock",
        ]
    ),
    st.sampled_from(["", "0", "3", "99", "7", ".", "enter", "back", "clear", "USD", "ISK", "in", "out", "safe", "o1", "o2"]),
    st.just("fresh"),
)  # fmt: skip
told = st.sampled_from(
    [
        OPEN, SHUT, ShiftsSeen(), SHOP, f.PinAnswered("o1", "Ada"), f.PinAnswered("o2", "Sue"), f.PinAnswered("", wait_s=5),
        f.ShiftStepped("opened"), f.ShiftStepped("counted", (SUM,)), f.ShiftStepped("moved"), f.ReportMade(REPORT),
        f.ReportMade(REPORT, closed=True), f.ReportEnded("s1", "z", whole=True), f.ReportEnded("s1", "z", whole=False),
        f.Approved("o2"), f.Approved("", 5, locked=True), f.Declined("CountCash", "uncounted", "w"),
        f.Declined("CloseShift", "print_open", "w"), f.Declined("MoveCash", "c", "w"), f.Tick(10**6, 10**6), f.Tick(0, 0),
        f.Opened(),
    ]
)  # fmt: skip


@given(st.lists(touches | told, max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_order_of_touches_breaks_the_shift_or_its_view(events: list[f.Event]) -> None:
    """K3: whatever is touched, the view is whole and plain JSON, and nobody gets to sell past an open float."""
    flow = Flow({"name": "t", "version": "0", "hash": "h"})
    for one in (f.Tick(0, 0), f.Opened(), SHOP, SHUT, f.PinAnswered("o1", "Ada"), *events):
        flow.handle(one)
        view = flow.view(0)
        assert json.loads(json.dumps(view)) == view
        seen = flow.shift.seen
        if flow.operator and seen.required and seen.open is None and flow.screen == "sell":
            assert flow.waiting or not flow.shop.events
