"""The machines of a simulated world: clocks that may be wrong, printers that may fail, disks that may be copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hardware.printer import (
    TOLD,
    Confirmed,
    Document,
    Failed,
    Kicked,
    OnState,
    PrinterStatus,
    PrintResult,
    Unknown,
    ignore_state,
)

GARBAGE_BYTES_MAX = 5_000


class SeededClock:
    """A machine's clock in a world that has its own time. The wall may be wrong; what counts from boot is not."""

    def __init__(self, seed: str, start_ms: int) -> None:
        self.true_ms = start_ms
        """The world's time; the world moves it."""
        self.wrong_ms = 0
        """How far this machine's wall clock is ahead of the world."""
        self.booted_ms = start_ms - 60_000
        self._dice = Random(seed)

    def now_ms(self) -> int:
        return self.true_ms + self.wrong_ms

    def monotonic_ms(self) -> int:
        return self.true_ms - self.booted_ms

    def token(self, size: int) -> bytes:
        return self._dice.randbytes(size)

    def jitter(self) -> float:
        return self._dice.random()


@dataclass
class PaperPrinter:
    """A printer that prints onto a list, unless it is out of paper or falls silent."""

    dice: Random
    trouble: float = 0.0
    """How likely a print does not end well, from 0 to 1."""
    printed: list[tuple[int, Document]] = field(default_factory=list)
    out_of_paper: bool = False

    def print(self, document: Document, job_id: int, on_state: OnState = ignore_state) -> PrintResult:
        if self.out_of_paper:
            return Failed("paper_out", *TOLD["paper_out"])
        on_state("sending")
        fate = self.dice.random()
        if fate < self.trouble / 2:
            self.out_of_paper = True
            return Unknown("paper_out", *TOLD["paper_out"])
        on_state("sent")
        self.printed.append((job_id, document))
        if fate < self.trouble:
            return Unknown("silent", *TOLD["silent"])
        return Confirmed("GS r")

    def status(self) -> PrinterStatus:
        return PrinterStatus(
            online=not self.out_of_paper,
            paper="out" if self.out_of_paper else "ok",
            cover="closed",
            error="none",
            link="ok",
            answered_at=0.0,
        )

    def kick(self) -> Kicked | Failed:
        return Kicked("open")

    def clear(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to let go of."""


@contextmanager
def disk_in_memory() -> Iterator[Path]:
    """A folder on a disk in memory where that can be had: for deaths of programs, not of the machine under them."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def copy_disk(folder: Path, to: Path, dice: Random | None = None) -> Path:
    """The folder's files as they are at this moment, without anybody closing them.

    With ``dice`` as a power cut leaves them: something that was never committed may stand behind the log's end.
    """
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-shm", "lock"))
    if dice is not None:
        for log in to.glob("*-wal"):
            with log.open("ab") as file:
                file.write(dice.randbytes(dice.randrange(GARBAGE_BYTES_MAX)))
    return to
