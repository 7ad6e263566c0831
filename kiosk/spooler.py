"""The owner of the printer: one ticket at a time, and no ticket's end is guessed.

``queued → sending → sent → confirmed | failed | unknown``. *Sending* is on the disk before a byte leaves. After a
failure the printer's memory is cleared before the next job, so that nothing stale comes out. Counterfoils are prints of
their own, with ends of their own. What the printer says of itself reaches the screens at once, also in the midst of a job.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass

from hardware import escpos
from hardware.printer import (
    Confirmed,
    DeviceError,
    Document,
    Failed,
    JobState,
    Printer,
    PrinterStatus,
    PrintResult,
    Unknown,
)
from kiosk import receipt
from kiosk.flow.said import DeviceSeen, Event, PageEnded, PrintEnded
from kiosk.ledger import Sold
from kiosk.words import Say, joined, phrase
from shared.errors import Fault
from shared.sale import Line
from shared.wire import EventInfo

POLL_S = 0.25
"""How often an idle printer is asked how it is: with what an answer may take, trouble is shown within a second."""
JOB_ID_MAX = 9_999

_log = logging.getLogger(__name__)

TOLD = {
    "no_printer": (phrase("No printer is set up."), phrase("A supervisor can set one up in the settings.")),
    "disconnected": (phrase("The printer cannot be reached."), phrase("Check its power and its cable.")),
    "silent": (
        phrase("The printer does not answer."),
        phrase("Check that it is switched on; if it is, switch it off and on again."),
    ),
    "cover_open": (phrase("The printer's cover is open."), phrase("Close it until it clicks.")),
    "paper_out": (phrase("The printer is out of paper."), phrase("Put in a new roll and close the cover.")),
    "cutter": (
        phrase("The printer's cutter is stuck."),
        phrase("Open the cover, take out the jammed paper and close it."),
    ),
    "fatal": (
        phrase("The printer reports a fault that it cannot recover from."),
        phrase("Switch it off and on; if the fault stays, replace it."),
    ),
    "recovering": (
        phrase("The printer is pausing: its print head is hot or its voltage is low."),
        phrase("It goes on by itself."),
    ),
    "battery_low": (
        phrase("The printer's battery is empty."),
        phrase("Put it on its charger, or change the battery."),
    ),
    "offline": (
        phrase("The printer is off line."),
        phrase("Press its feed button once, or switch it off and on."),
    ),
    "timeout": (phrase("The printer did not say that it has finished."), ""),
    "held": (
        phrase("The printer still holds an unfinished ticket and does not let go of it."),
        phrase(
            "Switch it off and on again, then tear off what has come out. If this comes again, replace the printer."
        ),
    ),
    "near_end": (phrase("The paper is nearly used up."), phrase("Have a new roll at hand.")),
    "ready": (phrase("The printer is ready."), ""),
}
"""What `hardware.printer.TOLD` says, by the same codes, in sentences that can be said in every language."""


@dataclass(frozen=True, slots=True)
class Job:
    """A copy of a ticket, with all that stands on it."""

    ticket: Sold
    copy: int
    event: EventInfo
    package: str
    perks: str = ""
    """What the package brings besides its numbers, as the office describes it."""
    say: Say = str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Foils:
    """The counterfoils of a ticket; ``again`` above 0 stands on each of them."""

    ticket: Sold
    again: int
    event: EventInfo
    say: Say = str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Slip:
    """The proof of a void for the customer. Nothing hangs on it: where it does not come out it is let go."""

    line: Line
    event: EventInfo
    at: int
    reason: str
    by_card: int = 0
    reference: str = ""
    test: bool = False
    say: Say = str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Page:
    """Anything else on paper, a report or a test page; ``token`` is whatever its owner knows its end by."""

    document: Document
    token: str


@dataclass(frozen=True, slots=True)
class Kick:
    """Open the cash drawer."""


Work = Job | Foils | Slip | Page | Kick


class Spooler:
    """Prints on the thread that calls it; :meth:`run` is that thread's whole life."""

    def __init__(
        self,
        open_printer: Callable[[], Printer | None],
        report: Callable[[Event], None],
        mark: Callable[[str, int, str, bool], None],
        sign: Callable[[bytes, bytes], bytes],
        rsu: str,
        kiosk: str,
        paper_mm: int = 80,
        *,
        doubt: bool = False,
        drawer: bool = False,
    ) -> None:
        """``mark`` writes a job's state (order, copy, state, whether of counterfoils) to the disk before it returns.

        ``doubt``: something may be left in the printer. ``drawer``: a cash drawer is connected to it.
        """
        self._open, self._report, self._mark, self._sign = open_printer, report, mark, sign
        self._rsu, self._kiosk, self._paper_mm, self._drawer = rsu, kiosk, paper_mm, drawer
        self._printer: Printer | None = None
        self._clear_first = doubt
        self._jobs = 0
        self._told: dict[str, DeviceSeen] = {}

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
            say=job.say,
            language=job.language,
        )

        def begun(state: JobState) -> None:
            if state == "sending":
                self._mark(line.order, job.copy, state, False)

        return self._ended(line.order, job.copy, self._put(document, begun), foils=False)

    def counterfoils(self, job: Foils) -> PrintEnded:
        """Print a ticket's counterfoils, a few at a time, and tell what became of all of them."""
        line = job.ticket.line
        every = [n for r in line.ranges for n in r.numbers()]
        out = 0

        def begun(state: JobState) -> None:
            if state == "sending" and out == 0:
                self._mark(line.order, job.again, state, True)

        result: PrintResult = Confirmed("GS r")
        while out < len(every) and isinstance(result, Confirmed):
            few = every[out : out + receipt.COUNTERFOILS_PER_JOB]
            document = receipt.counterfoils(
                line,
                job.event,
                few,
                at=job.ticket.at,
                kiosk=self._kiosk,
                again=job.again,
                paper_mm=self._paper_mm,
                say=job.say,
                language=job.language,
            )
            result = self._put(document, begun)
            if isinstance(result, Confirmed):
                out += len(few)
        if isinstance(result, Failed) and out:  # those before it did come out
            result = Unknown(result.reason, result.fact, result.advice)
        return self._ended(line.order, job.again, result, foils=True)

    def slip(self, slip: Slip) -> bool:
        """Print the proof of a void if the printer is ready now; whether it came out."""
        document = receipt.void_slip(
            slip.line,
            slip.event,
            at=slip.at,
            kiosk=self._kiosk,
            reason=slip.reason,
            by_card=slip.by_card,
            reference=slip.reference,
            test=slip.test,
            paper_mm=self._paper_mm,
            say=slip.say,
            language=slip.language,
        )
        return isinstance(self._put(document), Confirmed)

    def page(self, page: Page) -> PageEnded:
        """Print a page and tell what became of it."""
        result = self._put(page.document)
        if isinstance(result, Confirmed):
            return PageEnded(page.token, "confirmed")
        fact, advice = _told(result.reason, result.fact, result.advice)
        outcome = "failed" if isinstance(result, Failed) else "unknown"
        return PageEnded(page.token, outcome, fact, advice)

    def kick(self) -> DeviceSeen:
        """Open the cash drawer, and tell whether it did."""
        printer = self._ready()
        result = Failed("no_printer", *TOLD["no_printer"]) if printer is None else printer.kick()
        if isinstance(result, Failed):
            words = phrase("The cash drawer could not be opened.")
            advice = joined(*_told(result.reason, result.fact, result.advice))
            seen_now = DeviceSeen("drawer", words, ok=False, code=result.reason, advice=advice)
        else:
            seen_now = drawer_seen(result.drawer, kicked=True)
        self._told.pop("drawer", None)  # said again, also where it is the same
        self._tell(seen_now)
        return seen_now

    def _put(self, document: Document, begun: Callable[[JobState], None] = lambda _: None) -> PrintResult:
        """Put a document on paper, after throwing away what an earlier, doubtful one may have left."""
        self._jobs = self._jobs % JOB_ID_MAX + 1
        printer = self._ready()
        if printer is None:
            return Failed("no_printer", *TOLD["no_printer"])
        if self._clear_first:
            printer.clear()
            self._clear_first = False
        try:
            result = printer.print(document, self._jobs, begun)
        except Fault as e:  # from the mark, before a byte has left
            return Failed(e.code, e.message, e.hint)
        if not isinstance(result, Confirmed):
            self._clear_first = True
            fact, advice = _told(result.reason, result.fact, result.advice)
            self._tell(DeviceSeen("printer", fact, ok=False, code=result.reason, advice=advice))
        return result

    def _ended(self, order: str, copy: int, result: PrintResult, *, foils: bool) -> PrintEnded:
        if isinstance(result, Confirmed):
            return PrintEnded(order, copy, "confirmed", result.how, foils=foils)
        outcome = "failed" if isinstance(result, Failed) else "unknown"
        try:
            self._mark(order, copy, outcome, foils)
        except Fault as e:  # then "sending" stands, and is asked about after a restart
            _log.error("the end of a print cannot be noted: %s", e)
        _log.warning(
            "order %s copy %d%s: %s (%s)", order, copy, " counterfoils" * foils, outcome, result.reason
        )
        fact, advice = _told(result.reason, result.fact, result.advice)
        return PrintEnded(order, copy, outcome, fact, advice, foils=foils)

    def _ready(self) -> Printer | None:
        if self._printer is None:
            try:
                self._printer = self._open()
            except DeviceError as e:
                fact, advice = _told(e.code, e.fact, e.advice)
                self._tell(DeviceSeen("printer", fact, ok=False, code=e.code, advice=advice))
        return self._printer

    def poll(self) -> None:
        """Ask the printer how it is, and report it where that is news."""
        printer = self._ready()
        if printer is not None:
            self.seen(printer.status())
        elif "printer" not in self._told:
            fact, advice = TOLD["no_printer"]
            self._tell(DeviceSeen("printer", fact, ok=None, advice=advice))

    def seen(self, status: PrinterStatus) -> None:
        """The printer has said how it is, or failed to; on the spooler's thread, also in the midst of a job."""
        self._tell(printer_seen(status))
        if self._drawer:
            self._tell(drawer_seen(status.drawer))

    def _tell(self, event: DeviceSeen) -> None:
        if event != self._told.get(event.device):
            self._told[event.device] = event
            self._report(event)

    def run(self, jobs: queue.Queue[Work | None]) -> None:
        """Print what comes, watch the printer in between and after each failure; ends at None."""
        escpos.warm_up()  # no customer waits for it
        try:
            while True:
                try:
                    job = jobs.get(timeout=POLL_S)
                except queue.Empty:
                    self.poll()
                    continue
                if job is None:
                    return
                self.do(job)
                printer = self._told.get("printer")
                if printer is not None and printer.ok is False:
                    self.poll()
        finally:
            self.close()

    def do(self, work: Work) -> None:
        """Do it, and report what became of it."""
        match work:
            case Job():
                self._report(self.print(work))
            case Foils():
                self._report(self.counterfoils(work))
            case Page():
                self._report(self.page(work))
            case Slip():
                self.slip(work)
            case Kick():
                self.kick()

    def close(self) -> None:
        """Let go of the printer."""
        if self._printer is not None:
            self._printer.close()
            self._printer = None


def _told(code: str, fact: str, advice: str) -> tuple[str, str]:
    """The fact and the advice of a code in sentences that can be translated; the device's own where it is not known."""
    return TOLD.get(code, (fact, advice))


def printer_seen(status: PrinterStatus) -> DeviceSeen:
    """A printer's state for the screens."""
    fact, advice = TOLD[status.code]
    code = "" if status.code == "ready" else status.code
    return DeviceSeen("printer", fact, ok=status.ready, code=code, advice=advice)


SCANNER = {
    "busy": (phrase("The scanner is used by another program."), phrase("Close that one first.")),
    "forbidden": (phrase("The scanner may not be opened by this program."), phrase("Call the office.")),
    "disconnected": (phrase("The scanner is not there."), phrase("Check that it is plugged in.")),
    "address": (
        phrase("The scanner's setting is no device's address."),
        phrase("A supervisor can correct it in the settings."),
    ),
}
"""What a scanner's trouble is called, by its code."""


def scanner_seen(trouble: DeviceError | None) -> DeviceSeen:
    """A scanner's state for the screens."""
    if trouble is None:
        return DeviceSeen("scanner", phrase("The scanner is ready."), ok=True)
    fact, advice = SCANNER.get(trouble.code, (trouble.fact, trouble.advice))
    return DeviceSeen("scanner", fact, ok=False, code=trouble.code, advice=advice)


def drawer_seen(drawer: str, *, kicked: bool = False) -> DeviceSeen:
    """A cash drawer's state for the screens; one that was kicked and stays shut is in trouble."""
    if drawer == "open":
        return DeviceSeen("drawer", phrase("The cash drawer is open."), ok=True)
    if kicked and drawer == "closed":
        return DeviceSeen(
            "drawer",
            phrase("The cash drawer did not open."),
            ok=False,
            code="stuck",
            advice=phrase("See whether it is locked, and whether its cable is in the printer."),
        )
    if drawer == "closed":
        return DeviceSeen("drawer", phrase("The cash drawer is closed."), ok=True)
    return DeviceSeen("drawer", phrase("The cash drawer does not say how it is."), ok=None)
