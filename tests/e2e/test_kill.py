"""A kiosk killed with SIGKILL, at every line of a sale and at random moments, has each sale whole or not at all."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.store import Store
from kiosk.till import BasketLine, Till
from shared import sale
from shared.clock import SystemClock
from tests.e2e.paper import EVENT, PACKAGES, PaperOffice, open_till, read_lines
from tests.sim.machines import disk_in_memory

SELLER = [sys.executable, "-m", "tests.e2e.seller"]
ROOT = Path(__file__).parents[2]
NUMBERS = 20_000


@pytest.fixture
def base() -> Iterator[Path]:
    """The data folder of an enrolled kiosk with numbers to sell."""
    with disk_in_memory() as disk:
        PaperOffice(SystemClock()).furnish(disk / "base", NUMBERS)
        yield disk / "base"


def look(desk: Till) -> tuple[dict[str, sale.Sale], set[str], set[str]]:
    """What the journal states: sales by their id, orders that are void, orders whose print has an end."""
    sales: dict[str, sale.Sale] = {}
    void, ended = set(), set()
    for _row, _header, body in desk.journal.bodies():
        match body:
            case sale.Sale():
                assert body.sale not in sales, "one basket was sold twice"
                assert sale.problems(body) == []
                sales[body.sale] = body
            case sale.Voided():
                void.add(body.order)
            case sale.Printed():
                ended.add(body.order)
            case _:
                pass
    return sales, void, ended


def numbers_of(sold: sale.Sale) -> list[int]:
    return [n for r in sale.all_ranges(sold.lines) for n in r.numbers()]


def check(desk: Till, promised: list[dict[str, Any]]) -> None:
    """What was promised is there; every print is known to have ended, or is asked about."""
    sales, void, ended = look(desk)
    for said in promised:
        if said["did"] == "sold":
            assert numbers_of(sales[said["sale"]]) == said["numbers"]
        elif said["did"] == "void":
            assert said["order"] in void
        elif said["did"] == "printed":
            assert said["order"] in ended
    asked = {p.ticket.line.order: p.state for p in desk.pending()}
    orders = {line.order for s in sales.values() for line in s.lines}
    assert set(asked) == orders - ended - void
    for said in promised:
        if said["did"] == "paper" and said["order"] in asked:
            assert asked[said["order"]] in ("sending", "sent"), "what may be on paper would be printed again"


def finish(desk: Till) -> None:
    """What an operator does after the restart: answer for each print, then sell again."""
    before = {n for sold in look(desk)[0].values() for n in numbers_of(sold)}
    for waiting in desk.pending():
        desk.printed(waiting.ticket.line.order, waiting.copy, whole=True, said_by_printer=False)
    receipt = desk.complete("after", [BasketLine(EVENT, PACKAGES["five"][0])], "anna", 1_000)
    after = [n for t in receipt.tickets for r in t.line.ranges for n in r.numbers()]
    assert not before & set(after), "a number was sold twice"
    validations = [line.validation for sold in look(desk)[0].values() for line in sold.lines]
    assert len(set(validations)) == len(validations)
    while desk.journal.check_step():
        pass


def test_a_sale_killed_at_every_line_is_whole_or_absent(base: Path) -> None:
    """K9: for every line of till, journal, store and spooler that a sale runs through, the process dies there."""
    work = base.with_name("steps")
    work.mkdir()
    done = subprocess.run(
        [*SELLER, "steps", str(base), str(work)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    steps = int(done.stdout)
    whole = asked = 0
    for step in range(1, steps + 1):
        promises = work / f"{step}.promises"
        with Store(work / str(step)) as store:
            desk = open_till(store, SystemClock())
            check(desk, read_lines(promises.read_bytes()))
            whole += "the-sale" in desk.ledger.sales
            asked += bool(desk.pending())
            finish(desk)
    assert 50 < whole < steps, "the kills were not spread over before and after the sale"
    assert asked > 20


def test_a_kiosk_killed_again_and_again_keeps_all_it_promised(base: Path) -> None:
    """K9: a selling process is killed at random moments and started again on the same folder."""
    dice = random.Random(7)
    promised: list[dict[str, Any]] = []
    for _ in range(20):
        with subprocess.Popen([*SELLER, "sell", str(base)], cwd=ROOT, stdout=subprocess.PIPE) as seller:
            assert seller.stdout is not None
            said = b""
            for _line in range(dice.randrange(1, 60)):
                said += seller.stdout.readline()
            seller.send_signal(signal.SIGKILL)
            said += seller.stdout.read()
            assert seller.wait() == -signal.SIGKILL
        promised += read_lines(said)
        with Store(base) as store:
            check(open_till(store, SystemClock()), promised)
    assert sum(p["did"] == "sold" for p in promised) > 50
    with Store(base) as store:
        finish(open_till(store, SystemClock()))
