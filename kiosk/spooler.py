"""The owner of the printer: one ticket at a time, and no ticket's end is guessed.

``queued → sending → sent → confirmed | failed | unknown``. *Sending* is on the disk before a byte leaves. After a
failure the printer's memory is cleared before the next job, so that nothing stale comes out.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass

from hardware.printer import Confirmed, DeviceError, Failed, Printer, PrinterStatus, PrintResult, Unknown
from kiosk import receipt
from kiosk.flow.said import DeviceSeen, Event, PrintEnded
from kiosk.ledger import Sold
from shared.errors import Fault
from shared.sale import Line
from shared.wire import EventInfo

POLL_S = 1.0
"""How often an idle printer is asked how it is."""
JOB_ID_MAX = 9_999

_log = logging.getLogger(__name__)

_NONE = "No printer is set up. Start the kiosk with --printer."


@dataclass(frozen=True, slots=True)
class Job:
    """A copy of a ticket, with all that stands on it."""

    ticket: Sold
    copy: int
    event: EventInfo
    package: str
    perks: str = ""
    """What the package brings besides its numbers, as the office describes it."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The proof of a void for the customer. Nothing hangs on it: where it does not come out it is let go."""

    line: Line
    event: EventInfo
    at: int
    reason: str


class Spooler:
    """Prints on the thread that calls it; :meth:`run` is that thread's whole life."""

    def __init__(
        self,
        open_printer: Callable[[], Printer | None],
        report: Callable[[Event], None],
        mark: Callable[[str, int, str], None],
        sign: Callable[[bytes, bytes], bytes],
        rsu: str,
        kiosk: str,
        paper_mm: int = 80,
        *,
        doubt: bool = False,
    ) -> None:
        """``mark`` writes a job's state to the disk before it returns; ``doubt``: something may be left in the printer."""
        self._open, self._report, self._mark, self._sign = open_printer, report, mark, sign
        self._rsu, self._kiosk, self._paper_mm = rsu, kiosk, paper_mm
        self._printer: Printer | None = None
        self._clear_first = doubt
        self._jobs = 0
        self._seen: DeviceSeen | None = None

    def print(self, job: Job) -> PrintEnded:
        """Print one copy and tell what became of it."""
        line = job.ticket.line
        document = receipt.ticket(
            line,
            job.event,
            at=job.ticket.at,
            kiosk=self._kiosk,
            package=job.package,
            perks=job.perks,
            qr=receipt.qr_text(line, self._rsu, self._sign),
            copy=job.copy,
            test=job.ticket.fact.test,
            paper_mm=self._paper_mm,
        )
        self._jobs = self._jobs % JOB_ID_MAX + 1
        printer = self._ready()
        if printer is None:
            return self._ended(job, Failed("no_printer", _NONE))
        if self._clear_first:
            printer.clear()
            self._clear_first = False
        try:
            result = printer.print(
                document,
                self._jobs,
                lambda state: self._mark(line.order, job.copy, state) if state == "sending" else None,
            )
        except Fault as e:  # from the mark, before a byte has left
            result = Failed(e.code, f"{e.message} {e.hint}")
        else:
            if not isinstance(result, Confirmed):
                self._wrong(result)
        return self._ended(job, result)

    def slip(self, slip: Slip) -> bool:
        """Print the proof of a void if the printer is ready now; whether it came out."""
        printer = self._ready()
        if printer is None or not printer.status().ready:
            return False
        if self._clear_first:
            printer.clear()
            self._clear_first = False
        self._jobs = self._jobs % JOB_ID_MAX + 1
        document = receipt.void_slip(slip.line, slip.event, at=slip.at, kiosk=self._kiosk, reason=slip.reason)
        result = printer.print(document, self._jobs)
        if not isinstance(result, Confirmed):
            self._clear_first = True
            self._wrong(result)
        return isinstance(result, Confirmed)

    def _wrong(self, result: Failed | Unknown) -> None:
        """Show at once what the printer has just said, not when it is next asked."""
        self._tell(DeviceSeen("printer", result.words, ok=False, code=result.reason))

    def _ended(self, job: Job, result: PrintResult) -> PrintEnded:
        order = job.ticket.line.order
        if isinstance(result, Confirmed):
            return PrintEnded(order, job.copy, "confirmed", result.how)
        self._clear_first = True
        outcome = "failed" if isinstance(result, Failed) else "unknown"
        try:
            self._mark(order, job.copy, outcome)
        except Fault as e:  # then "sending" stands, and is asked about after a restart
            _log.error("the end of a print cannot be noted: %s", e)
        _log.warning("order %s copy %d: %s (%s)", order, job.copy, outcome, result.reason)
        return PrintEnded(order, job.copy, outcome, result.words)

    def _ready(self) -> Printer | None:
        if self._printer is None:
            try:
                self._printer = self._open()
            except DeviceError as e:
                self._tell(DeviceSeen("printer", e.words, ok=False, code=e.code))
        return self._printer

    def poll(self) -> None:
        """Ask the printer how it is, and report it where that is news."""
        printer = self._ready()
        if printer is None:
            self._tell(DeviceSeen("printer", _NONE, ok=None))
        else:
            self._tell(seen(printer.status()))

    def _tell(self, event: DeviceSeen) -> None:
        if event != self._seen:
            self._seen = event
            self._report(event)

    def run(self, jobs: queue.Queue[Job | Slip | None]) -> None:
        """Print what comes, watch the printer in between and after each failure; ends at None."""
        try:
            while True:
                try:
                    job = jobs.get(timeout=POLL_S)
                except queue.Empty:
                    self.poll()
                    continue
                if job is None:
                    return
                if isinstance(job, Slip):
                    self.slip(job)
                    continue
                ended = self.print(job)
                self._report(ended)
                if ended.outcome != "confirmed" or (self._seen is not None and self._seen.ok is False):
                    self.poll()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the printer."""
        if self._printer is not None:
            self._printer.close()
            self._printer = None


def seen(status: PrinterStatus) -> DeviceSeen:
    """A printer's state for the screens."""
    return DeviceSeen("printer", status.words(), ok=status.ready, code=status.reason or "")
