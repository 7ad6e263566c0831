from __future__ import annotations

import msgspec
import pytest

from kiosk.flow.said import OrderVoided, PinAnswered, PrintBegan, PrintEnded, SaleDone
from kiosk.ledger import Sold
from kiosk.till import Print
from shared import sale
from tests.unit.kiosk.flow_stage import Stage, counter, sold


def paid(payment: sale.Payment, *orders: str) -> tuple[Sold, ...]:
    """The tickets of one sale, $5.00 each."""
    lines = tuple(sold(order).line for order in orders)
    fact = msgspec.structs.replace(sold().fact, lines=lines, payment=payment)
    return tuple(Sold(fact, i, 2, 0) for i in range(len(lines)))


def cash(amount: int, given: int) -> sale.Payment:
    return sale.Payment(method="cash", amount=amount, tendered=given, change=given - amount)


def misprint(stage: Stage, ticket: Sold) -> None:
    stage.flow.handle(PrintEnded(ticket.line.order, 0, "failed", "No paper."))
    stage.tap("print_misprint")
    stage.flow.handle(OrderVoided(ticket.line.order, ticket, misprint=True))


def test_a_print_that_fails_hides_no_change_and_its_void_names_it_with_the_price() -> None:
    """K13, N9: the buyer gave $50.00 for $5.00; whatever becomes of the ticket, they get the rest."""
    stage = counter()
    (ticket,) = paid(cash(500, 5_000), "a")
    stage.flow.handle(SaleDone((ticket,)))
    stage.flow.handle(PrintEnded("a", 0, "failed", "No paper."))
    assert stage.see("print_problem.change") == "Change: $45.00"
    misprint(stage, ticket)
    assert stage.see("toast.text") == (
        "Void. Give back $5.00 in cash, and the change of $45.00: $50.00 in all."
    )


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (
            sale.Payment(method="split", amount=500, tendered=1_300, change=800, card=300, reference="77A"),
            (
                "Void. Give back $2.00 in cash, and the change of $8.00: $10.00 in all. "
                "Give back $3.00 at the card terminal, reference 77A."
            ),
        ),
        (
            sale.Payment(method="card", amount=500, tendered=500, change=0, card=500, reference="77A"),
            "Void. Give back $5.00 at the card terminal, reference 77A.",
        ),
        (cash(500, 500), "Void. Give back $5.00 in cash."),
    ],
)
def test_what_goes_back_goes_back_as_it_was_paid(payment: sale.Payment, words: str) -> None:
    stage = counter()
    (ticket,) = paid(payment, "a")
    stage.flow.handle(SaleDone((ticket,)))
    misprint(stage, ticket)
    assert stage.see("toast.text") == words


def test_the_change_is_told_once_with_the_last_ticket_where_all_are_void() -> None:
    """N9: while a ticket of the sale is still to come, the change goes with the end of the sale."""
    stage = counter()
    first, second = paid(cash(1_000, 2_000), "a", "b")
    stage.flow.handle(SaleDone((first, second)))
    misprint(stage, first)
    assert stage.see("toast.text") == "Void. Give back $5.00 in cash."
    misprint(stage, second)
    assert stage.see("toast.text") == (
        "Void. Give back $5.00 in cash, and the change of $10.00: $15.00 in all."
    )


def test_a_reprint_asks_for_no_change_and_a_stop_before_the_first_print_does() -> None:
    stage = counter()
    (ticket,) = paid(cash(500, 2_000), "a")
    stage.flow.handle(PrintBegan(ticket, 1))
    stage.flow.handle(PrintEnded("a", 1, "failed", "No paper."))
    assert (stage.see("screen"), stage.see("print_problem.change")) == ("print_problem", "")
    for copy, words in ((0, "Change: $15.00"), (1, "")):
        again = Stage()
        again.flow.handle(PinAnswered("o1", "Ada", (Print(ticket, copy, "sending"),)))
        assert (again.see("screen"), again.see("print_problem.change")) == ("print_problem", words)
