"""A kiosk as a program for the tests that kill it: it sells, and says what it promises as it happens.

``sell FOLDER`` sells until it is killed. ``steps FOLDER WORK`` copies the folder for every line of the kiosk's code
that one sale runs through, and in each copy kills itself at that line.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from hardware.printer import (
    Confirmed,
    Document,
    Failed,
    Kicked,
    OnState,
    PrinterStatus,
    PrintResult,
    ignore_state,
)
from kiosk import journal, spooler, store, till
from kiosk.spooler import Job, Spooler
from kiosk.store import Store
from kiosk.till import BasketLine, Till
from shared.clock import SystemClock
from tests.e2e.paper import EVENT, PACKAGES, open_till

STEPS_MAX = 5_000
WATCHED = {module.__file__ for module in (till, journal, store, spooler)}

Promise = Callable[[dict[str, Any]], None]


def promise_on(fd: int) -> Promise:
    """Says a promise on a file descriptor: in the kernel's hands when this returns, whatever kills us next."""
    return lambda said: (os.write(fd, json.dumps(said).encode() + b"\n"), None)[1]


class Paper:
    """A printer that says when paper comes out of it."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.order = ""

    def print(self, _document: Document, _job_id: int, on_state: OnState = ignore_state) -> PrintResult:
        on_state("sending")
        self.promise({"did": "paper", "order": self.order})
        on_state("sent")
        return Confirmed("GS r")

    def status(self) -> PrinterStatus:
        return PrinterStatus(online=True, paper="ok", cover="closed", error="none", link="ok")

    def kick(self) -> Kicked | Failed:
        return Kicked("unknown")

    def clear(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to let go of."""


def sell(desk: Till, sale_id: str, promise: Promise) -> None:
    """One sale of two tickets with its prints, then one of the tickets void."""
    printer, identity = Paper(promise), desk.journal.identity
    spool = Spooler(
        lambda: printer,
        lambda _: None,
        lambda order, copy, state, _foils: desk.sending(order, copy, state),
        identity.key.sign,
        identity.rsu,
        identity.name,
    )
    basket = [BasketLine(EVENT, PACKAGES["five"][0]), BasketLine(EVENT, PACKAGES["one"][0])]
    receipt = desk.complete(sale_id, basket, "anna", 1_200)
    numbers = [n for t in receipt.tickets for r in t.line.ranges for n in r.numbers()]
    promise({"did": "sold", "sale": sale_id, "numbers": numbers})
    for ticket in receipt.tickets:
        order = printer.order = ticket.line.order
        ended = spool.print(Job(ticket, 0, desk.shelf.events[EVENT], "Tickets"))
        assert ended.outcome == "confirmed", ended
        desk.printed(order, 0, whole=True, said_by_printer=True)
        promise({"did": "printed", "order": order})
    desk.tidy()
    order = receipt.tickets[1].line.order
    desk.void(order, "changed their mind", "anna")
    promise({"did": "void", "order": order})


def sell_on(folder: Path) -> None:
    """Sell until somebody kills us, or the numbers are gone."""
    promise = promise_on(1)
    with Store(folder) as opened:
        desk = open_till(opened, SystemClock())
        for pending in desk.pending():
            desk.printed(pending.ticket.line.order, pending.copy, whole=True, said_by_printer=False)
        while desk.numbers_left(EVENT) >= 6:
            sell(desk, f"sale-{desk.journal.head.seq}", promise)
            opened.idle()
            desk.project_step()


def die_at(step: int) -> None:
    """Kill this process when it is about to run the ``step``-th line of the watched modules."""
    left = step

    def on_line(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    sys.settrace(on_line)


def one_step(folder: Path, step: int, promises: Path) -> None:
    """In a process of its own: one sale, killed at the line ``step``."""
    fd = os.open(promises, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    opened = Store(folder)
    desk = open_till(opened, SystemClock())
    die_at(step)
    sell(desk, "the-sale", promise_on(fd))
    sys.settrace(None)
    os._exit(0)


def steps(base: Path, work: Path) -> None:
    """One killed sale for every line, until a sale comes to its end; how many there were on stdout."""
    for step in range(1, STEPS_MAX):
        folder = work / str(step)
        shutil.copytree(base, folder)
        child = os.fork()
        if child == 0:
            try:
                one_step(folder, step, work / f"{step}.promises")
            finally:
                os._exit(3)  # only where something was raised
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            if os.WEXITSTATUS(status):
                sys.exit(f"the sale of step {step} failed")
            print(step)
            return
    sys.exit(f"a sale has more than {STEPS_MAX} lines")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sell", folder]:
            sell_on(Path(folder))
        case ["steps", base, work]:
            steps(Path(base), Path(work))
        case _:
            sys.exit(__doc__)
