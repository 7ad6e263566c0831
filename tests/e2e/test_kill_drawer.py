"""A kiosk killed with SIGKILL between a count and a close, and anywhere else: its shifts are as the journal says."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from kiosk.store import Store
from kiosk.till import Till
from shared import sale
from shared.clock import SystemClock
from tests.e2e.paper import PaperOffice, open_till, read_lines
from tests.sim.machines import disk_in_memory

DRAWER = [sys.executable, "-m", "tests.e2e.drawer"]
ROOT = Path(__file__).parents[2]
KILLS = 12


def recount(till: Till) -> dict[str, int]:
    """What should lie in the drawer at each close, added up entry by entry with nothing of the fold's."""
    found: dict[str, int] = {}
    money, prices = 0, dict[str, int]()
    for _row, _header, body in till.journal.bodies():
        match body:
            case sale.ShiftOpened():
                money = sum(cash.amount for cash in body.float)
            case sale.Sale():
                money += body.payment.tendered - body.payment.change
                prices |= {line.order: line.price for line in body.lines}
            case sale.Voided():
                money -= prices[body.order]
            case sale.CashMoved():
                money += body.cash.amount
            case sale.ShiftClosed():
                found[body.shift] = money
            case _:
                pass
    return found


def check(till: Till, promised: list[dict[str, Any]]) -> None:
    """Each step that was promised is there, in its shift; each close adds up; what is open is the newest alone."""
    bodies = [body for _row, _header, body in till.journal.bodies()]
    opened = [b.shift for b in bodies if isinstance(b, sale.ShiftOpened)]
    closed = {b.shift: b for b in bodies if isinstance(b, sale.ShiftClosed)}
    sold = {line.order for b in bodies if isinstance(b, sale.Sale) for line in b.lines}
    void = {b.order for b in bodies if isinstance(b, sale.Voided)}
    counted = {b.shift for b in bodies if isinstance(b, sale.CashCounted) and b.purpose == "close"}
    kept = {"opened": set(opened), "closed": set(closed), "counted": counted}
    for said in promised:
        assert said["shift"] in kept.get(said["did"], {said["shift"]}), said
        if said["did"] in ("sold", "void"):
            assert said["order"] in (sold if said["did"] == "sold" else void)
    book = till.ledger.book
    assert [b.number for b in bodies if isinstance(b, sale.ShiftOpened)] == list(range(1, len(opened) + 1))
    assert set(opened) - set(closed) == ({book.open.shift} if book.open else set())
    expected = recount(till)
    for shift, body in closed.items():
        (one,) = body.sums
        assert (one.expected, one.over) == (expected[shift], 0)
    for held in book.closed.values():
        assert held.stated == held.sums()


def test_a_kiosk_killed_at_its_drawer_again_and_again_has_its_shifts_as_the_journal_says() -> None:
    """K9, K13: killed at random moments and started again on the same folder; nothing promised is lost or doubled."""
    dice = random.Random(13)
    promised: list[dict[str, Any]] = []
    left_open = 0
    with disk_in_memory() as disk:
        base = disk / "base"
        PaperOffice(SystemClock()).furnish(base, 20_000)
        for _ in range(KILLS):
            with subprocess.Popen([*DRAWER, str(base)], cwd=ROOT, stdout=subprocess.PIPE) as program:
                assert program.stdout is not None
                said = b""
                for _line in range(dice.randrange(1, 30)):
                    said += program.stdout.readline()
                program.send_signal(signal.SIGKILL)
                said += program.stdout.read()
                assert program.wait() == -signal.SIGKILL
            promised += read_lines(said)
            with Store(base) as store:
                till = open_till(store, SystemClock())
                check(till, promised)
                left_open += till.ledger.book.open is not None
    assert left_open > KILLS // 2, "the kills were not spread over the shift"
    assert sum(p["did"] == "closed" for p in promised) > KILLS // 2
