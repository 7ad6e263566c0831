from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk import till as tills
from kiosk.shifts import Count, Report, Shifts
from kiosk.till import BasketLine
from shared import sale, shift, wire
from shared.errors import Refused
from tests.unit.kiosk.paper_office import (
    EVENT,
    HOUR_MS,
    LARGE,
    OPERATOR,
    SECOND,
    SMALL,
    SUPERVISOR,
    Kiosk,
    PaperOffice,
    SetClock,
    event,
    open_kiosk,
    staff,
)

FLOAT = Count("USD", 10_000, ((5_000, 1), (1_000, 4), (500, 2)))


def furnish(kiosk: Kiosk, *, required: bool = True, **policies: Any) -> None:
    kiosk.take(
        event(policies=wire.Policies(**policies)),
        operators=staff(kiosk.office),
        shifts=wire.ShiftRules(required=required),
    )


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    """A kiosk with three operators and plenty of numbers, where a shift is required."""
    office = PaperOffice()
    made = open_kiosk(tmp_path, office, SetClock())
    office.grant(5_000)
    furnish(made)
    yield made
    made.close()


@pytest.fixture
def shifts(kiosk: Kiosk) -> Shifts:
    return Shifts(kiosk.till, kiosk.clock)


def sell(kiosk: Kiosk, package: str = SMALL, by: str = OPERATOR, *, printed: bool = True) -> str:
    ident = str(UUID(int=kiosk.journal.head.seq))
    order = kiosk.till.complete(ident, [BasketLine(EVENT, package)], by, 1_000).tickets[0].line.order
    if printed:
        kiosk.print_all()
    return order


def bodies(kiosk: Kiosk) -> list[sale.Body]:
    return [body for _, _, body in kiosk.journal.bodies()]


def folded(kiosk: Kiosk) -> shift.Book:
    book = shift.Book()
    for row, header, body in kiosk.journal.bodies():
        book.take(row.seq, body, header.at)
    return book


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda e: e.code == code)


def value(report: Report, label: str) -> int:
    found = [row.amount for row in report.rows if row.label == label]
    assert found, f"no {label} in {[row.label for row in report.rows]}"
    assert found[0] is not None
    return found[0]


def test_an_evening_from_float_to_close_adds_up(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: float, sales, voids, cash moved, the count by denomination, over and short."""
    opened = shifts.open(OPERATOR, [FLOAT])
    assert opened.number == 1
    order = sell(kiosk, LARGE)
    for _ in range(3):
        sell(kiosk)
    kiosk.till.void(order, "mistake", OPERATOR)
    shifts.move(OPERATOR, "USD", -5_000, "safe")
    shifts.move(OPERATOR, "USD", 2_000, "change")
    shifts.count(OPERATOR, "check", [Count("USD", 8_500)])
    shifts.count(OPERATOR, "close", [Count("USD", 8_490, ((2_000, 4), (490, 1)))])
    closed = shifts.close(OPERATOR, "a dime fell behind the counter")
    (stated,) = closed.stated
    assert stated == sale.ShiftSum(
        currency="USD",
        float=10_000,
        sales=2_500,
        returned=1_000,
        moved=-3_000,
        expected=8_500,
        counted=8_490,
        sale_count=4,
        ticket_count=8,
        void_count=1,
    )
    assert stated.over == -10
    assert closed == folded(kiosk).closed[closed.shift]
    last = bodies(kiosk)[-1]
    assert isinstance(last, sale.ShiftClosed)
    assert (last.first_seq, last.by, last.note) == (
        closed.first_seq,
        OPERATOR,
        "a dime fell behind the counter",
    )


def test_nothing_is_sold_before_a_shift_is_open_where_the_organisation_wants_one(
    kiosk: Kiosk, shifts: Shifts
) -> None:
    """K13: the till refuses, whatever the screens do."""
    head = kiosk.journal.head
    with refused("no_shift"):
        sell(kiosk)
    assert kiosk.journal.head == head
    shifts.open(OPERATOR, [FLOAT])
    sell(kiosk)
    furnish(kiosk, required=False)
    shifts.count(OPERATOR, "close", [Count("USD", 10_500)])
    shifts.close(OPERATOR)
    sell(kiosk)
    assert [s.sales for s in kiosk.till.ledger.book.gap_sums()] == [500]


def test_an_open_shift_is_its_operators_and_a_supervisor_may_close_it(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: two operators never share a drawer; the one who went home does not stop the other for ever."""
    shifts.open(OPERATOR, [FLOAT])
    sell(kiosk)
    with refused("other_shift") as found:
        sell(kiosk, by=SECOND)
    assert "Ada" in found.value.message
    with refused("shift_open"):
        shifts.open(SECOND, [FLOAT])
    for act in (
        lambda: shifts.count(SECOND, "close", [Count("USD", 1)]),
        lambda: shifts.close(SECOND),
        lambda: shifts.move(SECOND, "USD", -100, "safe"),
    ):
        with refused("other_shift"):
            act()
    shifts.count(SUPERVISOR, "close", [Count("USD", 10_500)])
    closed = shifts.close(SUPERVISOR)
    assert (closed.operator, closed.closed_by) == (OPERATOR, SUPERVISOR)
    assert shifts.open(SECOND, [FLOAT]).number == 2
    sell(kiosk, by=SECOND)


def test_a_shift_is_not_closed_uncounted_nor_over_a_ticket_in_doubt(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13, N9: the count is newer than the last money that moved, and each ticket has its end."""
    with refused("no_shift"):
        shifts.close(OPERATOR)
    shifts.open(OPERATOR, [FLOAT])
    with refused("uncounted"):
        shifts.close(OPERATOR)
    shifts.count(OPERATOR, "close", [Count("USD", 10_000)])
    sell(kiosk, printed=False)
    with refused("print_open"):
        shifts.close(OPERATOR)
    kiosk.print_all()
    with refused("uncounted"):
        shifts.close(OPERATOR)
    shifts.count(OPERATOR, "close", [Count("USD", 10_500)])
    assert shifts.close(OPERATOR).stated[0].over == 0


def test_what_cannot_have_been_counted_or_moved_is_refused(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: no sum in the journal that its pieces do not make."""
    head = kiosk.journal.head
    for wrong in (
        Count("USD", 100, ((50, 1),)),
        Count("USD", -1),
        Count("USD", 50, ((-50, -1),)),
        Count("USD", 2**60),
    ):
        with pytest.raises(ValueError, match=r"pieces|amount"):
            shifts.open(OPERATOR, [wrong])
    assert kiosk.journal.head == head
    shifts.open(OPERATOR, [FLOAT])
    with refused("no_amount"):
        shifts.move(OPERATOR, "USD", 0, "safe")
    with refused("no_reason"):
        shifts.move(OPERATOR, "USD", 100, "safe")


@pytest.mark.parametrize("steps", range(1, 9))
def test_after_a_crash_at_any_step_the_shift_is_as_the_journal_says(
    kiosk: Kiosk, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9, K13: killed between count and close, between opening and the first sale, the next start goes on from there."""

    class Killed(BaseException):
        pass

    left = [steps]
    append = kiosk.journal.append

    def last_breath(body: sale.Body, **how: Any) -> Any:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return append(body, **how)

    monkeypatch.setattr(kiosk.journal, "append", last_breath)
    shifts = Shifts(kiosk.till, kiosk.clock)
    with pytest.raises(Killed):  # noqa: PT012 - an evening that is cut off somewhere
        shifts.open(OPERATOR, [FLOAT])
        order = sell(kiosk)
        kiosk.till.void(order, "mistake", OPERATOR)
        shifts.move(OPERATOR, "USD", -100, "safe")
        shifts.count(OPERATOR, "close", [Count("USD", 9_900)])
        shifts.close(OPERATOR)
        shifts.open(SECOND, [FLOAT])
    kiosk.close()
    again = open_kiosk(kiosk.store.folder, kiosk.office, kiosk.clock)
    try:
        book = again.till.ledger.book
        assert book == folded(again)
        after = Shifts(again.till, again.clock)
        if book.open is None and not book.closed:
            after.open(OPERATOR, [FLOAT])
        if again.till.ledger.book.open is not None:
            again.print_all()
            (one,) = again.till.ledger.book.open.sums()
            after.count(OPERATOR, "close", [Count("USD", one.expected)])
            assert after.close(OPERATOR).stated[0].over == 0
        assert [c.stated == c.sums() for c in again.till.ledger.book.closed.values()] == [True]
        assert again.till.ledger.book.number == 1
    finally:
        again.close()


def test_the_kept_copy_of_the_ledger_holds_the_shift(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """K5, K13: and is derived from the journal once more and compared."""
    monkeypatch.setattr(tills, "COPY_FROM_ENTRIES", 1)
    monkeypatch.setattr(tills, "COPY_EVERY_ENTRIES", 1)
    shifts = Shifts(kiosk.till, kiosk.clock)
    shifts.open(OPERATOR, [FLOAT])
    sell(kiosk)
    assert kiosk.till.keep_ledger()
    sell(kiosk, LARGE)
    held = kiosk.till.ledger.book
    kiosk.close()
    again = open_kiosk(kiosk.store.folder, kiosk.office, kiosk.clock)
    assert again.till._copy is not None
    assert again.till.ledger.book == held
    assert again.till._copy.book != held, "the copy must not move with what was taken over from it"
    while again.till.derive_step():
        pass
    again.close()


# Voids ----------------------------------------------------------------------------------------------


def test_a_void_gives_back_what_was_paid_by_the_way_it_was_paid(kiosk: Kiosk, shifts: Shifts) -> None:
    """N8: cash from the drawer, what a card paid at the terminal."""
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk)
    kiosk.till.void(order, "mistake", OPERATOR)
    last = bodies(kiosk)[-1]
    assert isinstance(last, sale.Voided)
    assert (last.returned, last.returned_card, last.currency, last.shift) == (500, 0, "USD", "")


def test_a_void_asks_for_a_supervisor_where_the_event_does_and_a_misprint_does_not(
    kiosk: Kiosk, shifts: Shifts
) -> None:
    """N8, E8: void_supervisor."""
    furnish(kiosk, void_supervisor=True)
    shifts.open(OPERATOR, [FLOAT])
    order, other, third = sell(kiosk), sell(kiosk), sell(kiosk, printed=False)
    kiosk.till.void(third, "misprint", OPERATOR, misprint=True)
    for nobody in ("", SECOND, OPERATOR, "stranger"):
        with refused("needs_supervisor"):
            kiosk.till.void(order, "mistake", OPERATOR, approved_by=nobody)
    kiosk.till.void(order, "mistake", OPERATOR, approved_by=SUPERVISOR)
    kiosk.till.void(other, "mistake", SUPERVISOR)
    voids = [b for b in bodies(kiosk) if isinstance(b, sale.Voided)]
    assert [v.approved_by for v in voids] == ["", SUPERVISOR, SUPERVISOR]


def test_a_reprint_asks_for_a_supervisor_where_the_event_does(kiosk: Kiosk, shifts: Shifts) -> None:
    """N10: but not for a ticket that has not come out whole yet."""
    furnish(kiosk, reprint_supervisor=True)
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk, printed=False)
    kiosk.till.reprint(order, "did not come out whole", OPERATOR)
    kiosk.print_all()
    with refused("needs_supervisor"):
        kiosk.till.reprint(order, "lost", OPERATOR)
    kiosk.till.reprint(order, "lost", OPERATOR, approved_by=SUPERVISOR)
    made = [b for b in bodies(kiosk) if isinstance(b, sale.Reprinted)]
    assert [(r.copy, r.approved_by) for r in made] == [(1, ""), (2, SUPERVISOR)]


def test_nobody_gives_money_back_out_of_anothers_drawer_alone(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: the drawer's operator answers for what leaves it."""
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk)
    with refused("other_shift"):
        kiosk.till.void(order, "mistake", SECOND)
    with refused("other_shift"):
        kiosk.till.claim("ticket", "result", SECOND, identity_checked=False)
    kiosk.till.void(order, "mistake", SECOND, approved_by=SUPERVISOR)


def test_no_shift_closes_over_a_prize_that_the_office_has_not_answered(kiosk: Kiosk, shifts: Shifts) -> None:
    """K12, K13: money that leaves the drawer for it would be in no shift."""
    shifts.open(OPERATOR, [FLOAT])
    asked = kiosk.till.claim("ticket", "result", OPERATOR, identity_checked=False)
    shifts.count(OPERATOR, "close", [FLOAT])
    with refused("claim_open"):
        shifts.close(OPERATOR)
    kiosk.till.claimed(asked.request, wire.ClaimReply(verdict="refused", words="No.", server_time=0))
    shifts.close(OPERATOR)


# Late facts -----------------------------------------------------------------------------------------


def test_a_void_after_the_close_makes_a_supplement_and_changes_nothing_signed(
    kiosk: Kiosk, shifts: Shifts
) -> None:
    """K13: the supplement states the difference, once."""
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk, LARGE)
    shifts.count(OPERATOR, "close", [Count("USD", 11_000)])
    closed = shifts.close(OPERATOR)
    before = [row.data for row, _, _ in kiosk.journal.bodies()]
    kiosk.till.void(order, "payment", OPERATOR)
    (made,) = shifts.settle(OPERATOR)
    assert (made.shift, made.number) == (closed.shift, 1)
    assert [(s.returned, s.expected, s.counted, s.over) for s in made.sums] == [(1_000, -1_000, -1_000, 0)]
    assert shifts.settle(OPERATOR) == []
    assert [row.data for row, _, _ in kiosk.journal.bodies()][: len(before)] == before
    assert kiosk.till.ledger.book.closed[closed.shift].stated[0].expected == 11_000
    shifts.open(SECOND, [FLOAT])
    assert kiosk.till.ledger.book.open is not None
    assert kiosk.till.ledger.book.open.before == ()


def test_a_void_of_yesterdays_ticket_is_todays_money(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: what leaves the open drawer is the open shift's."""
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk, LARGE)
    shifts.count(OPERATOR, "close", [Count("USD", 11_000)])
    shifts.close(OPERATOR)
    held = shifts.open(SECOND, [FLOAT])
    kiosk.till.void(order, "payment", SECOND)
    assert shifts.settle(SECOND) == []
    assert [s.returned for s in held.sums()] == [1_000]


def test_a_recount_is_a_supervisors_and_corrects_over_and_short(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: also while the next shift runs; the first count stays in the journal."""
    shifts.open(OPERATOR, [FLOAT])
    shifts.count(OPERATOR, "close", [Count("USD", 9_000)])
    closed = shifts.close(OPERATOR)
    shifts.open(SECOND, [FLOAT])
    with refused("needs_supervisor"):
        shifts.recount(closed.shift, OPERATOR, [Count("USD", 10_000)])
    with refused("no_shift"):
        shifts.recount("nothing", SUPERVISOR, [Count("USD", 10_000)])
    shifts.recount(closed.shift, SUPERVISOR, [Count("USD", 10_000)])
    made = bodies(kiosk)[-1]
    assert isinstance(made, sale.ShiftSupplement)
    assert [(s.counted, s.expected, s.over) for s in made.sums] == [(1_000, 0, 1_000)]
    shifts.recount(closed.shift, SUPERVISOR, [Count("USD", 10_000)])
    assert isinstance(bodies(kiosk)[-1], sale.CashCounted), (
        "a recount that finds the same needs no supplement"
    )


# Reports --------------------------------------------------------------------------------------------


def test_an_x_report_says_how_things_stand_and_changes_nothing(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: any time, no effect."""
    shifts.open(OPERATOR, [FLOAT])
    sell(kiosk, LARGE)
    head = kiosk.journal.head
    report = shifts.report("x")
    assert kiosk.journal.head == head
    assert report.over == ()
    assert value(report, "Should be in the drawer") == 11_000
    assert "Counted" not in [row.label for row in report.rows]


def test_a_z_report_says_what_the_close_stated(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: and says it again the same after something came late."""
    shifts.open(OPERATOR, [FLOAT])
    order = sell(kiosk, LARGE)
    shifts.drawer_opened(OPERATOR, "no_sale")
    shifts.count(OPERATOR, "close", [Count("USD", 11_050)])
    closed = shifts.close(OPERATOR)
    report = shifts.report("z", closed.shift)
    assert report.over == (("USD", 50),)
    assert value(report, "Counted") == 11_050
    assert "Drawer opened without a sale" in [row.label for row in report.rows]
    kiosk.till.void(order, "payment", OPERATOR)
    (made,) = shifts.settle(OPERATOR)
    again = shifts.report("z", closed.shift)
    assert (again.rows, again.over) == (report.rows, report.over)
    late = shifts.report("supplement", closed.shift, made.sums, made.number)
    assert late.title == "Supplement 1"
    assert value(late, "Given back for voids") == -1_000
    assert "Numbers sold" not in [row.label for row in late.rows], "what did not change is left out"
    with refused("no_shift"):
        shifts.report("z", "nothing")
    with refused("no_shift"):
        shifts.report("x")


@pytest.mark.parametrize("seed", range(6))
def test_many_shifts_of_two_operators_add_up_to_the_cent(kiosk: Kiosk, seed: int) -> None:
    """K13: what the reports say is what a real drawer held, counted as the money went in and out."""
    dice = random.Random(seed)
    furnish(kiosk, required=False)
    shifts = Shifts(kiosk.till, kiosk.clock)
    drawer, over = 0, {}
    by, orders = "", []
    for _ in range(40):
        kiosk.clock.go(dice.randrange(HOUR_MS // 60))
        book = kiosk.till.ledger.book
        roll = dice.random()
        if book.open is None and roll < 0.5:
            by = dice.choice((OPERATOR, SECOND))
            drawer = dice.randrange(20_000)
            shifts.open(by, [Count("USD", drawer)])
        elif roll < 0.6:
            package, price = dice.choice(((SMALL, 500), (LARGE, 1_000)))
            orders.append((sell(kiosk, package, by or OPERATOR), price))
            drawer += price
        elif roll < 0.72 and orders:
            order, price = orders.pop(dice.randrange(len(orders)))
            kiosk.till.void(order, "mistake", by or OPERATOR)
            shifts.settle(SUPERVISOR)
            drawer -= price
        elif roll < 0.8 and book.open is not None:
            amount = dice.choice((1, -1)) * dice.randrange(1, 3_000)
            shifts.move(by, "USD", amount, "change")
            drawer += amount
        elif book.open is not None and drawer >= 0:
            counted = max(0, drawer + dice.choice((0, 0, 5, -5, 100)))
            who = dice.choice((by, SUPERVISOR))
            shifts.count(who, "close", [Count("USD", counted)])
            report = shifts.report("z", shifts.close(who).shift)
            assert value(report, "Should be in the drawer") == drawer
            assert report.over == (("USD", counted - drawer),)
            over[report.shift] = counted - drawer
    assert kiosk.till.ledger.book == folded(kiosk)
    for ident, amount in over.items():
        closed = kiosk.till.ledger.book.closed[ident]
        assert sum(s.over for s in closed.sums()) == amount, "late money changes no over and short"


def test_the_screens_see_whose_shift_it_is_and_what_is_counted(kiosk: Kiosk, shifts: Shifts) -> None:
    """K13: another operator is told whose it is; the pieces are the organisation's own where it lists some."""
    assert shifts.seen(drawer=False).open is None
    shifts.open(OPERATOR, [FLOAT])
    seen = shifts.seen(drawer=True)
    assert seen.required
    assert seen.open is not None
    assert (seen.open.name, seen.open.number, seen.open.counted) == ("Ada", 1, False)
    assert seen.currencies == ("USD",)
    kiosk.take(event(), shifts=wire.ShiftRules(denominations={"USD": (100, 2_000)}))
    assert [p.value for p in shifts.seen(drawer=True).pieces[0][1]] == [2_000, 100]
