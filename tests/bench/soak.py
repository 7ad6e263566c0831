"""``python -m tests.bench.soak [--sales N]``: sells at one kiosk by its real screens, through misfortunes, and watches it.

The kiosk is the real program with its window (off screen) and a virtual printer in a process of its own. Its office is a
socket that takes connections and never says a word. Most of the sales are made in peace; some while a neighbour writes and
syncs to the kiosk's disk as fast as it can, some at a printer that has fallen silent, so that the operator has to switch it
on again and to say what became of the ticket. Memory, open files, threads and QObjects are read every hundred sales and
judged from the first tenth on, when caches are warm; the kiosk itself logs every time its screen stood still for more than
50 ms, and the kernel how long its thread got no processor. Fails (K14) where memory grows by more than 20 MB, where anything else is more at the end, or where a sale is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hardware.virtual import change_state
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
SLOW, SILENT = 0.2, 0.01
"""Parts of the sales that are made beside a slow disk, and with a silent printer: each of those takes its time-out."""
WRITE_BYTES = 4 * 1024 * 1024
PROBES = 30
OUT_S_MAX = 60
STALL = re.compile(r"stood still for (\d+) ms, (\d+) of them at work")
WORK_MS_MAX = 50

_HAMMER = """
import os, sys
print(flush=True)
block, path = bytes(int(sys.argv[2])), sys.argv[1]
fd = os.open(path, os.O_RDWR | os.O_CREAT)
while True:
    os.pwrite(fd, block, 0)
    os.fsync(fd)
    os.ftruncate(fd, 0)
"""


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


@contextmanager
def slow_disk(folder: Path) -> Iterator[None]:
    """A neighbour that writes and syncs on the same disk, without a pause."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HAMMER, str(folder / "hammer"), str(WRITE_BYTES)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        process.wait(STOP_S_MAX)
        process.stdout.close()
        (folder / "hammer").unlink(missing_ok=True)


def sync_ms(folder: Path) -> float:
    """What a sync of one page takes on this disk now; the median, milliseconds."""
    times = []
    fd = os.open(folder / "probe", os.O_RDWR | os.O_CREAT)
    try:
        for _ in range(PROBES):
            os.pwrite(fd, bytes(4_096), 0)
            began = time.perf_counter()
            os.fdatasync(fd)
            times.append(time.perf_counter() - began)
    finally:
        os.close(fd)
    return statistics.median(times) * 1000


@dataclass(frozen=True)
class Reading:
    """What a kiosk's process holds."""

    memory_kb: int
    files: int
    threads: int
    objects: int

    def __str__(self) -> str:
        return f"{self.memory_kb / 1000:.1f} MB, {self.files} files, {self.threads} threads, {self.objects} QObjects"


@dataclass
class Phase:
    """A part of the soak."""

    name: str
    sales: int
    times: list[float] = field(default_factory=list)
    stalls: list[tuple[int, int]] = field(default_factory=list)
    """How long the screen stood still, and how much of that its thread was at work, milliseconds."""
    sync_ms: float = 0.0
    starved_s: float = 0.0
    """How long the kiosk's Qt thread was ready to run and got no processor."""

    def __str__(self) -> str:
        own = sum(worked > WORK_MS_MAX for _, worked in self.stalls)
        worst = f", the longest {max(self.stalls)[0]} ms, {own} by its own work" if self.stalls else ""
        return (
            f"{self.name:8} {self.sales:5} sales  median {statistics.median(self.times) * 1000:5.0f} ms  "
            f"p99 {p99_ms(self.times):5.0f} ms  a sync {self.sync_ms:6.2f} ms  "
            f"{len(self.stalls)} stalls over 50 ms{worst}; {self.starved_s:.1f} s of {sum(self.times):.0f} without a processor"
        )


class Soak:
    """One kiosk, sold at until the end."""

    def __init__(self, folder: Path, kiosk: Kiosk, log: Path) -> None:
        self._folder, self._printer, self.kiosk, self._log = folder, folder / "printer", kiosk, log
        self.readings: list[Reading] = []
        self.made = 0
        self._read = 0

    def run(self, phase: Phase) -> None:
        """Make the phase's sales."""
        self._stalls()
        phase.sync_ms, starved_s = sync_ms(self._folder), self._starved_s()
        for _ in range(phase.sales):
            began = time.perf_counter()
            self._sell(silent=phase.name == "silent")  # the printer answers again at the end of each
            phase.times.append(time.perf_counter() - began)
            self.made += 1
            if self.made % EVERY == 0:
                self.read()
        phase.stalls, phase.starved_s = self._stalls(), self._starved_s() - starved_s
        print(phase, flush=True)

    def read(self) -> None:
        """Note what the process holds."""
        pid = self.kiosk.process.pid
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        objects = self.kiosk.ask("objects")["objects"]
        self.readings.append(Reading(status(pid, "VmRSS"), files, status(pid, "Threads"), objects))
        print(f"{self.made:6} sales  {self.readings[-1]}", flush=True)

    def _sell(self, *, silent: bool) -> None:
        """Add, pay, cash, and on to the next; four taps, and one more where the printer had fallen silent."""
        kiosk = self.kiosk
        if silent:
            change_state(self._printer, silent=True)
        kiosk.ask("tap", target="add:1")
        kiosk.wait("sell", **{"basket.empty": False})
        kiosk.ask("tap", target="pay")
        kiosk.wait("pay", **{"pay.can_complete": True})
        kiosk.ask("tap", target="cash")
        if silent:
            kiosk.ask("wait", where={"screen": "print_problem"}, timeout_ms=OUT_S_MAX * 1000)
            change_state(self._printer, silent=False)
            doubt = "print_yes" in kiosk.ask("items")["items"]
            kiosk.ask("tap", target="print_yes" if doubt else "print_retry")
        kiosk.wait("done")
        kiosk.ask("tap", target="next")
        kiosk.wait("sell")

    def _starved_s(self) -> float:
        """The second number of ``schedstat`` (the kernel's documentation, scheduler/sched-stats), in seconds."""
        pid = self.kiosk.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii")
        return int(found.split()[1]) / 1e9

    def _stalls(self) -> list[tuple[int, int]]:
        """Each time that the screen stood still since it was last asked."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            said = file.read()
        self._read += len(said)
        return [(int(ms), int(worked)) for ms, worked in STALL.findall(said.decode(errors="replace"))]


def main(arguments: list[str]) -> int:
    """Run; 0 where nothing grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--sales", type=int, default=SALES)
    sales = parser.parse_args(arguments).sales
    with tempfile.TemporaryDirectory(prefix="tombola-soak-") as name, socket.socket() as dumb:
        folder = Path(name)
        dumb.bind(("127.0.0.1", 0))
        dumb.listen()
        StaffedOffice(SystemClock()).furnish(folder / "data", NUMBERS)
        with Store(folder / "data") as store:
            store.save_identity(store.identity() | {"server": f"http://127.0.0.1:{dumb.getsockname()[1]}"})
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
    log = folder / "kiosk.log"
    kiosk = Kiosk(folder / "data", folder / "s", log, "--printer", printer)
    slow, silent = Phase("slow", int(sales * SLOW)), Phase("silent", max(1, int(sales * SILENT)))
    first = (sales - slow.sales - silent.sales) // 2
    before, after = Phase("peace", first), Phase("peace", sales - slow.sales - silent.sales - first)
    soak = Soak(folder, kiosk, log)
    try:
        kiosk.log_on()
        soak.run(before)
        with slow_disk(folder):
            soak.run(slow)
        soak.run(silent)
        soak.run(after)
        soak.read()
    finally:
        kiosk.close()
    return judge(soak.readings)


def judge(readings: list[Reading]) -> list[str]:
    """What grew between the first tenth and the end, in words."""
    warm, last = readings[len(readings) // 10], readings[-1]
    print(f"From {warm} to {last}: {last.memory_kb - warm.memory_kb:+} kB.")
    problems = []
    if last.memory_kb - warm.memory_kb > GROWTH_KB_MAX:
        problems.append(f"Memory grew by {last.memory_kb - warm.memory_kb} kB; {GROWTH_KB_MAX} are allowed.")
    for name in ("files", "threads", "objects"):
        was, now = getattr(warm, name), getattr(last, name)
        if now > was:
            problems.append(f"{name.capitalize()} grew from {was} to {now}.")
    return problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
