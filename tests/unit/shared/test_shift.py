from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import msgspec
import pytest

from shared import sale, shift
from shared.numbers import Range
from shared.sale import Body, Cash, ShiftSum

ADA, BOB, SUE = "ada", "bob", "sue"
Entries = list[tuple[int, Body]]


def line(price: int, count: int = 1, currency: str = "EUR", order: str = "o") -> sale.Line:
    return sale.Line(
        order=order,
        event="e",
        package="p",
        ranges=(Range("a", 1, count),),
        price=price,
        currency=currency,
        validation="v",
    )


def sold(*lines: sale.Line, card: int = 0, given: int = 0, test: bool = False) -> sale.Sale:
    due = sum(one.price for one in lines)
    tendered = max(given, due)
    method = "cash" if not card else "card" if card == due else "split"
    return sale.Sale(
        sale="s",
        operator=ADA,
        lines=lines,
        payment=sale.Payment(
            method=method,  # type: ignore[arg-type]
            amount=due,
            tendered=tendered,
            change=tendered - due,
            card=card,
        ),
        test=test,
        catalog=(1, 1),
    )


def voided(cash: int, card: int = 0, currency: str = "EUR", of_shift: str = "") -> sale.Voided:
    return sale.Voided(
        order="o",
        event="e",
        validation="v",
        reason="mistake",
        by=ADA,
        returned=cash,
        returned_card=card,
        currency=currency,
        shift=of_shift,
    )


def opened(number: int, floats: Sequence[Cash] = (), operator: str = ADA) -> sale.ShiftOpened:
    return sale.ShiftOpened(shift=f"shift {number}", number=number, operator=operator, float=tuple(floats))


def counted(number: int, amount: int, currency: str = "EUR", purpose: str = "close") -> sale.CashCounted:
    return sale.CashCounted(
        shift=f"shift {number}",
        by=ADA,
        purpose=purpose,  # type: ignore[arg-type]
        currency=currency,
        amount=amount,
    )


def closed(number: int, sums: Sequence[ShiftSum] = (), by: str = ADA) -> sale.ShiftClosed:
    return sale.ShiftClosed(
        shift=f"shift {number}", number=number, operator=ADA, by=by, first_seq=1, sums=tuple(sums)
    )


def supplement(number: int, sums: Sequence[ShiftSum] = ()) -> sale.ShiftSupplement:
    return sale.ShiftSupplement(shift=f"shift {number}", number=1, by=ADA, sums=tuple(sums))


def paid(amount: int, currency: str = "EUR") -> sale.Paid:
    return sale.Paid(
        claim="c",
        result="r",
        event="e",
        validation="v",
        number=1,
        amount=amount,
        currency=currency,
        by=ADA,
    )


def moved(amount: int, currency: str = "EUR", number: int = 1) -> sale.CashMoved:
    return sale.CashMoved(
        shift=f"shift {number}", by=ADA, cash=Cash(currency=currency, amount=amount), reason="safe"
    )


def book(*bodies: Body) -> shift.Book:
    return shift.fold(enumerate(bodies, start=1))


def test_a_shift_adds_up_from_its_float_to_what_was_counted() -> None:
    """K13: float, sales by cash and card, money back, payouts and cash moved make what is expected in the drawer."""
    found = book(
        opened(1, [Cash(currency="EUR", amount=10_000)]),
        sold(line(500), line(1_000, 5), given=2_000),
        sold(line(2_000, 12), card=2_000),
        sold(line(1_000, 5), card=400, given=1_000),
        voided(600, 400),
        paid(5_000),
        moved(-3_000),
        counted(1, 2_990),
    ).open
    assert found is not None
    assert found.sums() == (
        ShiftSum(
            currency="EUR",
            float=10_000,
            sales=4_500,
            card=2_400,
            returned=600,
            returned_card=400,
            paid=5_000,
            moved=-3_000,
            expected=3_500,
            counted=2_990,
            sale_count=3,
            ticket_count=23,
            void_count=1,
        ),
    )
    assert found.sums()[0].over == -510


def test_a_test_sale_is_no_money() -> None:
    """E5: neither the sale nor its void moves a cent, nor counts as a sale."""
    found = book(opened(1), sold(line(500), test=True), voided(0, currency="")).open
    assert found is not None
    assert found.sums() == ()


def test_totals_never_cross_currencies() -> None:
    """E12: each currency has sums of its own, and each has to be counted."""
    found = book(
        opened(1, [Cash(currency="EUR", amount=100)]),
        sold(line(500)),
        sold(line(700, currency="CHF")),
        counted(1, 600),
    ).open
    assert found is not None
    assert [(s.currency, s.expected) for s in found.sums()] == [("CHF", 700), ("EUR", 600)]
    assert found.uncounted == ("CHF",)


def test_what_stands_in_no_shift_has_sums_of_its_own_and_goes_with_the_next_shift() -> None:
    """K13: nothing is lost where somebody sold without a shift."""
    found = book(sold(line(500)), opened(1), sold(line(900)), closed(1), paid(50), sold(line(5)))
    assert [(s.currency, s.sales) for s in found.closed["shift 1"].before] == [("EUR", 500)]
    assert found.closed["shift 1"].sums()[0].sales == 900
    assert [(s.sales, s.paid) for s in found.gap_sums()] == [(5, 50)]


def test_a_late_void_makes_a_supplement_and_leaves_over_and_short_as_they_were() -> None:
    """K13: the money was in the drawer when it was counted, so the count falls with what is expected."""
    bodies: list[Body] = [opened(1), sold(line(900)), counted(1, 880)]
    shut = book(*bodies).open
    assert shut is not None
    bodies += [closed(1, shut.sums()), voided(900, of_shift="shift 1")]
    after = book(*bodies)
    late = after.closed["shift 1"].late_sums()
    assert [(s.returned, s.expected, s.counted, s.over, s.void_count) for s in late] == [
        (900, -900, -900, 0, 1)
    ]
    assert after.closed["shift 1"].stated == after.closed["shift 1"].sums(), "nothing signed changes"
    settled = book(*bodies, supplement(1, late)).closed["shift 1"]
    assert settled.late_sums() == ()
    assert (settled.sums()[0].expected, settled.sums()[0].over) == (0, -20)


def test_a_recount_corrects_the_count_and_nothing_else() -> None:
    """K13: a note found under the tray, after the close, and again after the supplement."""
    bodies: list[Body] = [opened(1), sold(line(900)), counted(1, 400), closed(1), counted(1, 900)]
    assert [(s.counted, s.expected) for s in book(*bodies).closed["shift 1"].late_sums()] == [(500, 0)]
    bodies += [supplement(1), voided(100, of_shift="shift 1"), counted(1, 790)]
    found = book(*bodies).closed["shift 1"]
    assert [(s.counted, s.over) for s in found.late_sums()] == [(-110, -10)]
    assert found.sums()[0].over == 0


def test_a_ticket_of_an_earlier_shift_made_void_in_another_is_paid_from_todays_drawer() -> None:
    """K13: the money leaves the open drawer, whoever sold the ticket."""
    found = book(opened(1), sold(line(900)), closed(1), opened(2), voided(900))
    assert found.open is not None
    assert found.open.sums()[0].returned == 900
    assert found.closed["shift 1"].late_sums() == ()


def test_a_count_is_void_once_money_moves() -> None:
    """K13: who counts and then sells has to count again."""
    found = book(opened(1), sold(line(900)), counted(1, 900), sold(line(100))).open
    assert found is not None
    assert found.uncounted == ("EUR",)
    assert found.sums()[0].counted == 0


def test_a_shift_that_was_never_closed_ends_with_the_next_one() -> None:
    """K13: no order of facts loses money."""
    found = book(opened(1), sold(line(900)), opened(2, operator=BOB), sold(line(50)), closed(1), closed(9))
    assert found.closed["shift 1"].sums()[0].sales == 900
    assert found.open is not None
    assert found.open.sums()[0].sales == 50
    assert found.closed["shift 1"].stated == ()


def test_a_late_fact_of_a_shift_long_past_stands_in_the_gap() -> None:
    """K13: so that it is in some sum."""
    shifts = [body for n in range(1, shift.SHIFTS_REMEMBERED_MAX + 2) for body in (opened(n), closed(n))]
    found = book(*shifts, voided(70, of_shift="shift 1"), voided(80, of_shift="shift 2"))
    assert [s.returned for s in found.gap_sums()] == [70]
    assert [s.returned for s in found.closed["shift 2"].late_sums()] == [80]
    assert len(found.closed) == shift.SHIFTS_REMEMBERED_MAX


def test_the_shift_of_an_entry_is_found_by_its_place() -> None:
    """K13: what a late void belongs to."""
    found = book(sold(line(1)), opened(1), sold(line(2)), closed(1), sold(line(3)), opened(2), sold(line(4)))
    assert [found.shift_of(seq) for seq in range(1, 8)] == ["", *["shift 1"] * 3, "", *["shift 2"] * 2]


def test_the_parts_of_a_split_payment_add_up_over_the_lines() -> None:
    """K13: each line's void gives back what was taken for it, the card's part by card."""
    dice = random.Random(11)
    for _ in range(300):
        lines = [line(dice.randrange(0, 2_000)) for _ in range(dice.randrange(1, 6))]
        due = sum(one.price for one in lines)
        body = sold(*lines, card=dice.randrange(0, due + 1))
        parts = [shift.card_part(body, i) for i in range(len(lines))]
        assert sum(parts) == body.payment.card
        assert all(0 <= part <= one.price for part, one in zip(parts, lines, strict=True))


# Many evenings, counted twice -----------------------------------------------------------------------


def evening(dice: random.Random) -> Entries:
    """Facts of some shifts in the order in which a kiosk can state them, and in some in which it never would."""
    bodies: list[Body] = []
    number = 0
    is_open = False
    for _ in range(dice.randrange(5, 60)):
        currency = dice.choice(("EUR", "EUR", "EUR", "JPY"))
        roll = dice.random()
        if roll < 0.45:
            lines = [
                line(dice.randrange(0, 5_000), dice.randrange(1, 9), currency)
                for _ in range(dice.randrange(1, 4))
            ]
            due = sum(one.price for one in lines)
            card = dice.choice((0, 0, due, dice.randrange(0, due + 1)))
            bodies.append(sold(*lines, card=card, given=due + dice.randrange(900), test=dice.random() < 0.1))
        elif roll < 0.60:
            late = f"shift {dice.randrange(0, number + 1)}" if dice.random() < 0.7 else ""
            bodies.append(voided(dice.randrange(900), dice.randrange(900), dice.choice((currency, "")), late))
        elif roll < 0.66:
            bodies.append(paid(dice.randrange(9_000), currency))
        elif roll < 0.72:
            bodies.append(moved(dice.randrange(-5_000, 5_000), currency, number))
        elif roll < 0.80:
            purpose = dice.choice(("check", "close", "close"))
            bodies.append(counted(dice.randrange(0, number + 1), dice.randrange(50_000), currency, purpose))
        elif roll < 0.84:
            bodies.append(sale.DrawerOpened(by=ADA, reason="no_sale"))
        elif roll < 0.88 and number:
            bodies.append(supplement(dice.randrange(1, number + 1)))
        elif is_open:
            sums = book(*bodies).open
            bodies.append(closed(number, sums.sums() if sums else (), by=dice.choice((ADA, SUE))))
            is_open = False
        else:
            number, is_open = number + 1, True
            bodies.append(
                opened(number, [Cash(currency="EUR", amount=dice.randrange(30_000))], dice.choice((ADA, BOB)))
            )
    return list(enumerate(bodies, start=1))


def recount(entries: Entries) -> dict[tuple[str, str], dict[str, int]]:
    """By (place, currency), found by walking the list for each sum anew; a place is a shift, its lateness, or a gap."""
    place_at: list[str] = []
    current, shut = "gap 0", set[str]()
    for _, body in entries:
        match body:
            case sale.ShiftOpened():
                current = body.shift
            case sale.ShiftClosed() if body.shift == current:
                shut.add(current)
                place_at.append(current)
                current = f"gap {body.number}"
                continue
            case sale.Voided(shift=late) | sale.CashMoved(shift=late) if current not in late and late in shut:
                place_at.append("late " + late if current.startswith("gap") else current)
                continue
            case _:
                pass
        place_at.append(current)

    def total(place: str, currency: str, worth: Callable[[Body], tuple[str, int]]) -> int:
        found = (worth(b) for (_, b), at in zip(entries, place_at, strict=True) if at == place)
        return sum(amount for c, amount in found if c == currency)

    none = ("", 0)
    worths: dict[str, Callable[[Body], tuple[str, int]]] = {
        "float": lambda b: ("EUR", b.float[0].amount) if isinstance(b, sale.ShiftOpened) else none,
        "sales": lambda b: _of_sale(b, lambda s: s.payment.amount),
        "card": lambda b: _of_sale(b, lambda s: s.payment.card),
        "ticket_count": lambda b: _of_sale(b, lambda s: sum(one.count for one in s.lines)),
        "sale_count": lambda b: _of_sale(b, lambda _: 1),
        "returned": lambda b: (b.currency, b.returned) if isinstance(b, sale.Voided) else none,
        "returned_card": lambda b: (b.currency, b.returned_card) if isinstance(b, sale.Voided) else none,
        "void_count": lambda b: (b.currency, 1) if isinstance(b, sale.Voided) else none,
        "paid": lambda b: (b.currency, b.amount) if isinstance(b, sale.Paid) else none,
        "moved": lambda b: (b.cash.currency, b.cash.amount) if isinstance(b, sale.CashMoved) else none,
    }
    return {
        (place, currency): {name: total(place, currency, worth) for name, worth in worths.items()}
        for place in dict.fromkeys(place_at)
        for currency in ("EUR", "JPY")
    }


def _of_sale(body: Body, worth: Callable[[sale.Sale], int]) -> tuple[str, int]:
    if not isinstance(body, sale.Sale) or body.test:
        return "", 0
    return body.lines[0].currency, worth(body)


def flows(sums: Sequence[ShiftSum]) -> dict[str, dict[str, int]]:
    names = ("float", "sales", "card", "ticket_count", "sale_count", "returned", "returned_card", "void_count", "paid", "moved")  # fmt: skip
    return {s.currency: {name: getattr(s, name) for name in names} for s in sums}


@pytest.mark.parametrize("seed", range(150))
def test_the_fold_is_what_a_recount_finds(seed: int) -> None:
    """K13, Y9: whatever happens in an evening, each cent is in one place, and the places add up."""
    entries = evening(random.Random(seed))
    found = shift.fold(entries)
    expected = recount([(seq, body) for seq, body in entries if not isinstance(body, sale.ShiftSupplement)])
    nothing = dict.fromkeys(next(iter(expected.values()), {}), 0)

    held: dict[tuple[str, str], dict[str, int]] = {}
    for one in [*found.closed.values(), *([found.open] if found.open else [])]:
        early, late = flows(one.sums()), flows(one.late_sums())
        for currency in ("EUR", "JPY"):
            held[one.shift, currency] = {
                name: early.get(currency, nothing)[name] + late.get(currency, nothing)[name]
                for name in nothing
            }
            place = f"gap {one.number - 1}"
            held[place, currency] = flows(one.before).get(currency, nothing)
    if found.open is None:
        for currency in ("EUR", "JPY"):
            held[f"gap {found.number}", currency] = flows(found.gap_sums()).get(currency, nothing)
    for (place, currency), sums in expected.items():
        if not place.startswith("late "):
            after = expected.get(("late " + place, currency), nothing)
            assert held[place, currency] == {n: sums[n] + after[n] for n in sums}, (place, currency)
    drawer = sum(
        s["float"] + s["sales"] - s["card"] - s["returned"] - s["paid"] + s["moved"] for s in held.values()
    )
    kept = [s.expected for one in found.closed.values() for s in (*one.sums(), *one.late_sums(), *one.before)]
    kept += [s.expected for s in (*(found.open.sums() if found.open else ()), *found.gap_sums())]
    kept += [s.expected for s in (found.open.before if found.open else ())]
    assert sum(kept) == drawer


@pytest.mark.parametrize("seed", range(40))
def test_the_stated_sums_are_the_folds_own_and_survive_being_kept(seed: int) -> None:
    """K13: a shift's close states what the fold finds; a book written and read is the same book."""
    entries = evening(random.Random(1_000 + seed))
    half = len(entries) // 2
    kept = msgspec.json.decode(msgspec.json.encode(shift.fold(entries[:half])), type=shift.Book)
    for seq, body in entries[half:]:
        kept.take(seq, body)
    whole = shift.fold(entries)
    assert kept == whole
    for seq, body in entries:
        if isinstance(body, sale.ShiftClosed):
            before = shift.fold(entries[: seq - 1]).open
            assert before is not None
            assert before.sums() == body.sums


def test_a_shift_alone_folds_to_the_sums_of_the_whole_chain() -> None:
    """Y9: the office counts one shift again from its own entries."""
    entries = evening(random.Random(5))
    whole = shift.fold(entries)
    assert whole.closed
    for one in whole.closed.values():
        if not one.supplements and not one.late:
            alone = shift.fold([e for e in entries if one.first_seq <= e[0] <= one.last_seq])
            assert alone.closed[one.shift].sums() == one.sums()
