"""A kiosk as a program for the test that kills it at its drawer: shift after shift, saying each step as it is done."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.shifts import Count, Shifts
from kiosk.store import Store
from kiosk.till import BasketLine, Till
from shared.clock import SystemClock
from shared.ids import uuid7
from tests.e2e.paper import EVENT, OPERATOR, PACKAGES, open_till
from tests.e2e.seller import Promise, promise_on

SALES_IN_SHIFT = 3


def live(till: Till, promise: Promise) -> None:
    """Go on where the journal stands, for ever."""
    clock = SystemClock()
    shifts = Shifts(till, clock)
    for waiting in till.pending():
        till.printed(waiting.ticket.line.order, waiting.copy, whole=True, said_by_printer=False)
    while True:
        held = till.ledger.book.open
        if held is None:
            held = shifts.open(OPERATOR, [Count("EUR", 5_000, ((1_000, 5),))])
            promise({"did": "opened", "shift": held.shift})
        for _ in range(SALES_IN_SHIFT):
            basket = [BasketLine(EVENT, PACKAGES["five"][0])]
            sold = till.complete(str(uuid7(clock)), basket, OPERATOR, 1_000).tickets[0].line.order
            promise({"did": "sold", "shift": held.shift, "order": sold})
            till.printed(sold, 0, whole=True, said_by_printer=True)
        till.void(sold, "mistake", OPERATOR)
        promise({"did": "void", "shift": held.shift, "order": sold})
        shifts.move(OPERATOR, "EUR", -100, "safe")
        promise({"did": "moved", "shift": held.shift})
        shifts.count(OPERATOR, "close", [Count(one.currency, one.expected) for one in held.sums()])
        promise({"did": "counted", "shift": held.shift})
        shifts.close(OPERATOR)
        promise({"did": "closed", "shift": held.shift})


if __name__ == "__main__":
    with Store(Path(sys.argv[1])) as store:
        live(open_till(store, SystemClock()), promise_on(sys.stdout.fileno()))
