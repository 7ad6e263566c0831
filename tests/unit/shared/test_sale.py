"""What must hold among the parts of a sale, and the games' rules."""

import msgspec
import pytest

from shared import games, sale
from shared.games import raffle
from shared.numbers import Range, ValidationBlock
from shared.sale import Line, Payment, Sale

BLOCK = ValidationBlock(1, 100, bytes(32))


def line(n: int = 1, first: int = 1, **change: object) -> Line:
    """A line of five numbers at 10.00."""
    made = Line(
        order=f"order {n}",
        event="event",
        package="package",
        ranges=(Range("block", first, 5),),
        price=1000,
        currency="USD",
        validation=BLOCK.issue(n),
    )
    return msgspec.structs.replace(made, **change)


def sold(*lines: Line, **payment: object) -> Sale:
    """A sale of these lines, paid exactly."""
    due = sum(x.price for x in lines)
    pay = Payment(method="cash", amount=due, tendered=due, change=0)
    return Sale(
        sale="sale",
        operator="op",
        lines=lines,
        payment=msgspec.structs.replace(pay, **payment),
        catalog=(1, 1),
    )


def test_a_sale_that_holds_has_no_problems() -> None:
    """E9: two lines, of two events, given more than due."""
    assert sale.problems(sold(line())) == []
    two = sold(line(1), line(2, event="other", first=1), tendered=2500, change=500)
    assert sale.problems(two) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (sold(), "lines"),
        (sold(line(1), line(2)), "twice"),
        (sold(line(1), line(1, first=10)), "same order"),
        (sold(line(1), line(2, first=10, currency="EUR")), "currencies"),
        (sold(line(), amount=999), "sum"),
        (sold(line(), tendered=999), "change"),
        (sold(line(), tendered=1500), "change"),
        (sold(line(ranges=())), "numbers"),
        (sold(line(ranges=(Range("block", 1, 10_001),))), "numbers"),
        (sold(line(price=-1)), "price"),
        (sold(line(validation="0" * 15 + "1")), "check"),
        (sold(line(ranges=(Range("block", 2**31 - 2, 5),))), "outside"),
    ],
)
def test_what_does_not_hold_is_named(broken: Sale, words: str) -> None:
    """Y10: each in words that a person can act on."""
    assert any(words in problem for problem in sale.problems(broken))


def test_bodies_survive_their_own_encoding() -> None:
    """K15: what an older program wrote is read, and fields of a newer one are tolerated."""
    body = sold(line())
    data = sale.encode(body)
    assert sale.decode(data) == body
    assert sale.decode(data[:-1] + b',"new_field":[1]}') == body


def test_the_ticket_s_payload_fits_a_qr_s_alphanumeric_mode() -> None:
    """N5: a small, robust QR."""
    payload = sale.ticket_payload(line(ranges=(Range("a", 17, 1), Range("b", 400, 4))), "rsu")
    assert payload.startswith("TMB1:")
    assert ":17+1.400+4:" in payload
    assert set(payload) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_a_line_is_held_against_its_package() -> None:
    """N11: a difference is flagged, nothing is altered."""
    rules = games.GAMES["raffle"]
    assert rules.line_problems(line(), 5, 1000, "USD") == []
    assert len(rules.line_problems(line(), 6, 900, "USD")) == 2
    assert rules.line_problems(line(), 5, 1000, "EUR") != []
    assert rules.pools(line()) == ("main",)


@pytest.mark.parametrize(
    ("prize", "sales", "amount"),
    [
        (raffle.Prize(type="fixed", value=50_000), 1, 50_000),
        (raffle.Prize(type="percentage", basis_points=5000), 100_001, 50_000),
        (raffle.Prize(type="percentage", basis_points=5000), 0, 0),
        (raffle.Prize(type="percentage", basis_points=3333), 100, 33),
        (raffle.Prize(type="percentage", basis_points=5000, winners=3), 200, 33),
        (raffle.Prize(type="percentage", basis_points=5000, minimum=100_000), 10, 100_000),
        (raffle.Prize(type="percentage", basis_points=5000, cap=40), 1000, 40),
        (raffle.Prize(type="percentage", basis_points=5000, minimum=90, cap=40), 1, 40),
        (raffle.Prize(type="percentage", basis_points=10_000), 2**53 - 1, 2**53 - 1),
    ],
)
def test_prizes_are_worth_what_the_rule_says(prize: raffle.Prize, sales: int, amount: int) -> None:
    """D8, E2: share, rounding, several winners, minimum, cap."""
    assert raffle.prize_amount(prize, sales) == amount
