"""``python -m tests.bench.soak [--sales N]``: sells at one kiosk by its real screen for as long as it is told.

The kiosk is the real program with its window (off screen) and a virtual printer in a process of its own; it is off
line all the while. Memory, open files and threads are read every hundred sales; memory is judged from the first tenth on, when
caches are warm. Fails (K14) where memory grows by more than 20 MB, or files or threads are more at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.store import Store
from shared.clock import SystemClock
from tests.bench.measure import p99_ms
from tests.bench.paper import StaffedOffice
from tests.bench.window import STOP_S_MAX, Kiosk, status
from tests.e2e.paper import open_till

SALES = 5_000
NUMBERS = 900_000
GROWTH_KB_MAX = 20_000
EVERY = 100


@contextmanager
def virtual_printer(folder: Path) -> Iterator[str]:
    """A virtual printer in a process of its own; its address."""
    folder.mkdir()
    script = Path(sys.executable).with_name("tombola-hardware")
    process = subprocess.Popen([str(script), "virtual-printer", "--dir", str(folder)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["address"])
    finally:
        process.terminate()
        process.wait(STOP_S_MAX)
        if process.stdout is not None:
            process.stdout.close()


def _health(pid: int) -> tuple[int, int, int]:
    """Resident memory in kB, open files, threads."""
    return status(pid, "VmRSS"), len(list(Path(f"/proc/{pid}/fd").iterdir())), status(pid, "Threads")


def sell(kiosk: Kiosk) -> None:
    """Add, pay, cash, and on to the next."""
    kiosk.ask("tap", target="add:1")
    kiosk.wait("sell", **{"basket.empty": False})
    kiosk.ask("tap", target="pay")
    kiosk.wait("pay", **{"pay.enough": True})
    kiosk.ask("tap", target="cash")
    kiosk.wait("done")
    kiosk.ask("tap", target="next")
    kiosk.wait("sell")


def main(arguments: list[str]) -> int:
    """Run; 0 where nothing grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--sales", type=int, default=SALES)
    sales = parser.parse_args(arguments).sales
    with tempfile.TemporaryDirectory(prefix="tombola-soak-") as name:
        folder = Path(name)
        StaffedOffice(SystemClock()).furnish(folder / "data", NUMBERS)
        with virtual_printer(folder / "printer") as printer:
            problems = _soak(folder, printer, sales)
        with Store(folder / "data") as store:
            till = open_till(store, SystemClock())
            if len(till.ledger.unsynced) != sales:
                problems.append(f"{len(till.ledger.unsynced)} sales are in the journal, {sales} were made")
            if till.ledger.unprinted:
                problems.append(f"{len(till.ledger.unprinted)} tickets have not come out")
    print("\n".join(problems) or "Nothing grew, nothing is missing.")
    return 1 if problems else 0


def _soak(folder: Path, printer: str, sales: int) -> list[str]:
    kiosk = Kiosk(folder / "data", folder / "s", folder / "kiosk.log", "--printer", printer)
    readings: list[tuple[int, int, int]] = []
    times: list[float] = []
    try:
        kiosk.wait("pin")
        kiosk.log_on()
        for number in range(1, sales + 1):
            began = time.perf_counter()
            sell(kiosk)
            times.append(time.perf_counter() - began)
            if number % EVERY == 0 or number == sales:
                readings.append(_health(kiosk.process.pid))
                memory, files, threads = readings[-1]
                print(
                    f"{number:6} sales  {memory / 1000:7.1f} MB  {files} files  {threads} threads", flush=True
                )
    finally:
        kiosk.close()
    warm, last = readings[len(readings) // 10], readings[-1]
    print(
        f"{last[0] - warm[0]:+} kB over {sales} sales from {warm[0]} kB; "
        f"a sale by four taps with its receipt: median {sorted(times)[len(times) // 2] * 1000:.0f} ms, "
        f"p99 {p99_ms(times):.0f} ms"
    )
    problems = []
    if last[0] - warm[0] > GROWTH_KB_MAX:
        problems.append(f"Memory grew by {last[0] - warm[0]} kB; {GROWTH_KB_MAX} are allowed.")
    if last[1] > warm[1]:
        problems.append(f"Open files grew from {warm[1]} to {last[1]}.")
    if last[2] > warm[2]:
        problems.append(f"Threads grew from {warm[2]} to {last[2]}.")
    return problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
