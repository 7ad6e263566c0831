"""Evenings of operators, told as stories: fingers on the real window, misfortunes at real devices, books that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from shared import sale, shift
from tests.e2e.stand import FLOAT, Stand
from tests.unit.kiosk.paper_office import OPERATOR, SUPERVISOR

At = Callable[..., Stand]


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path) -> Iterator[At]:
    made: list[Stand] = []

    def make(**settings: Any) -> Stand:
        made.append(Stand(qtbot, tmp_path, **settings))
        return made[-1]

    yield make
    for stand in made:
        stand.end()


def the_only(book: shift.Book) -> tuple[shift.Shift, Any]:
    """The one shift that was closed, and what its close stated."""
    assert book.open is None
    assert book.gap_sums() == ()
    (held,) = book.closed.values()
    (said,) = held.stated
    assert held.stated == held.sums()
    return held, said


def sales_of(facts: list[sale.Body]) -> list[sale.Sale]:
    return [fact for fact in facts if isinstance(fact, sale.Sale)]


def test_the_rush_at_half_time(at: At) -> None:
    """K17, K13: from idle to receipt in three touches, ten customers in a row, and a drawer right to the cent."""
    stand = at()
    stand.open_shift()
    for customer in range(10):
        stand.taps = 0
        stand.sell(customer % 2)
        assert stand.taps_to_paper == 3
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    held, said = the_only(book)
    assert len(sales_of(facts)) == said.sale_count == 10
    assert said.counted == said.expected == FLOAT + 75_00
    assert (held.operator, held.closed_by) == (OPERATOR, OPERATOR)
    assert stand.printer.state().drawer_kicks == 12  # the float, ten sales, the count


def test_the_rush_with_two_touches_a_sale(at: At) -> None:
    """K17: where nothing is asked, a package and the money are enough."""
    stand = at()
    stand.open_shift()
    stand.tap("sell_mode")
    stand.see(sell__mode="fast")
    for _ in range(3):
        stand.taps = 0
        stand.tap("add:0")
        stand.see(screen="pay")
        stand.tap("cash")
        stand.see(screen="done")
        assert stand.taps == 2
        stand.drawer += 5_00
        stand.next_one()
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    assert the_only(book)[1].expected == FLOAT + 15_00
    assert len(sales_of(facts)) == 3


def test_the_printer_that_ran_out_of_paper_in_mid_ticket(at: At) -> None:
    """K10, K7: said at once; after the refill the same ticket comes out whole, once, and is one sale."""
    stand = at()
    stand.open_shift()
    stand.printer.set(paper_out_at_byte=300)
    stand.tap("add:1", "pay")
    stand.see(screen="pay")
    stand.tap("cash")
    stand.see(screen="print_problem", status__printer_ok=False)
    stand.printer.set(paper="ok", paper_out_at_byte=None)
    stand.see(status__printer_ok=True)
    stand.tap("print_retry")
    stand.see(screen=["done", "sell"], busy=False)
    stand.drawer += 10_00
    stand.next_one()
    stand.sell()
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    assert the_only(book)[1].sale_count == 2
    first, second = sales_of(facts)
    assert first.lines[0].ranges != second.lines[0].ranges
    ended = [
        fact.outcome
        for fact in facts
        if isinstance(fact, sale.Printed) and fact.order == first.lines[0].order
    ]
    assert ended[-1] == "confirmed"
    assert ended.count("confirmed") == 1


def test_the_wrong_note_and_the_void(at: At) -> None:
    """K13, K7: change for a note, second thoughts, a supervisor's PIN, the money back, and a drawer that agrees."""
    stand = at(void_supervisor=True)
    stand.open_shift()
    stand.tap("add:0", "pay")
    notes = stand.see(screen="pay")["pay"]["notes"]
    stand.tap(f"note:{[note['amount'] for note in notes].index(50_00)}")
    stand.see(pay__change_minor=45_00)
    stand.tap(f"note:{[note['amount'] for note in notes].index(20_00)}")
    stand.see(pay__change_minor=15_00)
    stand.tap("cash")
    stand.see(screen="done")
    stand.next_one()
    stand.scanner.send(stand.ticket_in_hand())
    stand.see(screen="lookup", lookup__result__verdict="genuine")
    stand.tap("open_void")
    stand.see(screen="void")
    stand.tap("void_reason:customer", "void_confirm")
    stand.agrees()
    stand.see(screen="lookup", lookup__result__verdict="void")
    stand.tap("back")
    stand.see(screen="sell")
    stand.sell()
    assert stand.close_shift(wrong=-1) == -1
    book, facts = stand.counted_again()
    _, said = the_only(book)
    assert (said.sales, said.returned, said.void_count, said.counted - said.expected) == (10_00, 5_00, 1, -1)
    (void,) = (fact for fact in facts if isinstance(fact, sale.Voided))
    assert (void.by, void.approved_by, void.returned) == (OPERATOR, SUPERVISOR, 5_00)
    assert [(fact.payment.tendered, fact.payment.change) for fact in sales_of(facts)] == [
        (20_00, 15_00),
        (5_00, 0),
    ]


def test_the_operator_who_went_home_with_the_drawer_open(at: At) -> None:
    """K13: nobody sells out of another's drawer; a supervisor closes it, and the next one counts their own float."""
    stand = at()
    stand.open_shift()
    stand.sell()
    stand.tap("log_off")
    stand.log_on("Ben", "shift")
    assert "Ada" in stand.view["shift"]["words"]
    assert not stand.view["shift"]["can"]["close"]
    stand.tap("log_off")
    stand.log_on("Sue", "shift")
    assert stand.close_shift(wrong=-5_00) == -5_00
    stand.open_shift("Ben")
    stand.sell(1)
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    first, second = book.closed.values()
    assert (first.operator, first.closed_by) == (OPERATOR, SUPERVISOR)
    assert [said.counted - said.expected for held in (first, second) for said in held.stated] == [-5_00, 0]
    assert [fact.operator for fact in sales_of(facts)] == [first.operator, second.operator]


def test_the_kiosk_off_line_all_evening(at: At) -> None:
    """K9, Y9: float to Z report without a network; when it comes back the office folds the same shift."""
    stand = at()
    stand.cut_the_wire()
    stand.open_shift()
    stand.see(status__network="offline")
    for customer in range(4):
        stand.sell(customer % 2)
    assert stand.close_shift(wrong=35) == 35
    assert not stand.at_the_office().closed
    stand.mend_the_wire()
    stand.log_on("Sue", ["count"])
    stand.tap("back")
    stand.see(screen="shift")
    stand.tap("back")
    stand.until(lambda: bool(stand.at_the_office().closed))
    book, _ = stand.counted_again()
    _, said = the_only(book)
    assert the_only(stand.at_the_office())[1] == said
    assert (said.sale_count, said.counted - said.expected) == (4, 35)


def test_the_buyer_who_walked_away(at: At) -> None:
    """E8, K16: alone at the screen, a basket chosen in Spanish; a minute later nothing of it is left."""
    stand = at(mode="self_service")
    stand.tap("begin")
    stand.see(screen="choose")
    stand.tap("languages", "language:es")
    stand.see(language="es")
    stand.tap("add:1")
    stand.see(basket__empty=False)
    stand.clock.ahead_ms += 61_000
    view = stand.see(screen="attract")
    assert view["basket"]["empty"]
    assert view["language"] == "en"
    book, facts = stand.counted_again()
    assert sales_of(facts) == []
    assert (book.open, book.closed, book.gap_sums()) == (None, {}, ())


def test_the_language_switched_with_a_sale_open(at: At) -> None:
    """K17, E8: what was chosen stays; an attendant is called, takes the money, and it is in their shift."""
    stand = at(mode="self_service")
    stand.tap("attendant_here")
    stand.agrees("Ada")
    stand.count(FLOAT)
    stand.tap("count_confirm")
    stand.see(screen="sell")
    stand.drawer = FLOAT
    stand.tap("log_off")
    stand.see(screen="attract")
    stand.tap("begin")
    stand.see(screen="choose")
    stand.tap("add:1")
    chosen = stand.see(basket__empty=False)["basket"]["lines"][0]["quantity"]
    stand.tap("languages", "language:fr")
    stand.see(language="fr")
    assert stand.view["basket"]["lines"][0]["quantity"] == chosen
    stand.tap("call_attendant")
    stand.see(attendant__called=True)
    stand.tap("review")
    stand.see(screen="review")
    stand.tap("pay")
    stand.see(screen="attend")
    stand.tap("attendant_here")
    stand.agrees("Ada")
    stand.see(screen="pay", attendant__called=False)
    stand.tap("cash")
    stand.see(screen="done")
    stand.drawer += 10_00
    stand.next_one("attract")
    stand.see(language="en")
    book, facts = stand.counted_again()
    assert book.open is not None
    assert [said.expected for said in book.open.sums()] == [stand.drawer]
    assert [(fact.self_service, fact.operator) for fact in sales_of(facts)] == [(True, OPERATOR)]


def test_the_scan_in_the_middle_of_a_payment(at: At) -> None:
    """K12: it neither types into the amount nor leads away; behind the sale the same scan is looked up."""
    stand = at()
    stand.open_shift()
    stand.sell()
    ticket = stand.ticket_in_hand()
    stand.tap("add:1", "pay")
    stand.see(screen="pay")
    stand.scanner.send(ticket)
    view = stand.see(screen="pay", toast__kind="warn")
    assert "scanned" in view["toast"]["text"]
    assert (view["pay"]["entered"], view["pay"]["due_minor"]) == ("", 10_00)
    stand.tap("cash")
    stand.see(screen="done")
    stand.drawer += 10_00
    stand.next_one()
    stand.scanner.send(ticket)
    stand.see(screen="lookup", lookup__result__verdict="genuine")
    stand.tap("back")
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    assert [fact.payment.tendered for fact in sales_of(facts)] == [5_00, 10_00]
    assert the_only(book)[1].sale_count == 2


def test_the_power_cut_in_the_count(at: At) -> None:
    """K13, K7: half a count is nothing, a whole one is noted; the shift is open still, and is counted again."""
    stand = at()
    stand.open_shift()
    stand.sell()
    stand.tap("open_shift", "close_shift")
    stand.count(stand.drawer - 5_00)
    stand.tap("count_confirm")
    stand.see(count__can_again=True)
    stand.power_cut()
    stand.log_on("Ada", "sell")
    stand.sell(1)
    assert stand.close_shift(wrong=-20) == -20
    book, facts = stand.counted_again()
    held, said = the_only(book)
    assert (said.sale_count, said.expected, said.counted - said.expected) == (2, FLOAT + 15_00, -20)
    assert held.stated == (said,)
    assert [
        fact.amount for fact in facts if isinstance(fact, sale.CashCounted) and fact.purpose == "close"
    ] == [
        FLOAT,
        FLOAT + 15_00 - 20,
    ]


def test_the_scanner_that_was_pulled_out_and_the_money_taken_to_the_safe(at: At) -> None:
    """K12, K13: the missing plug is said and heals; what was moved is in no one's pocket."""
    stand = at()
    stand.open_shift()
    stand.see(status__scanner_ok=True)
    stand.scanner.stop()
    stand.see(status__scanner_ok=False)
    stand.sell(1)
    stand.scanner.start()
    stand.see(status__scanner_ok=True)
    stand.tap("open_shift", "move_cash:out")
    stand.see(screen="move")
    stand.type("150")
    stand.tap("move_reason:safe", "move_confirm")
    stand.see(screen="shift")
    stand.drawer -= 150_00
    stand.tap("back")
    stand.see(screen="sell")
    assert stand.close_shift() == 0
    book, _ = stand.counted_again()
    _, said = the_only(book)
    assert (said.moved, said.expected, said.counted) == (-150_00, 60_00, 60_00)


def test_the_printer_whose_cable_somebody_pulled(at: At) -> None:
    """K10: a sale at a dead printer is a sale; its ticket comes out once, when the cable is in again."""
    stand = at()
    stand.open_shift()
    stand.sell()
    stand.printer.set(disconnected=True)
    stand.see(status__printer_ok=False)
    stand.tap("add:1", "pay")
    stand.see(screen="pay")
    stand.tap("cash")
    stand.see(screen="print_problem")
    stand.drawer += 10_00
    stand.printer.set(disconnected=False)
    stand.see(status__printer_ok=True)
    stand.tap("print_retry")
    stand.see(screen=["done", "sell"], busy=False)
    stand.next_one()
    assert stand.close_shift() == 0
    book, facts = stand.counted_again()
    assert the_only(book)[1].sale_count == 2
    ended = [fact.order for fact in facts if isinstance(fact, sale.Printed) and fact.outcome == "confirmed"]
    assert ended == [fact.lines[0].order for fact in sales_of(facts)]
