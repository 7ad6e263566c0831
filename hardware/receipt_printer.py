"""A receipt printer on a line: prints, and does not let go of a job before it knows, or knows that it cannot know.

The order is: ask how the printer is; throw away and cut off what an earlier, doubtful job may have left; send; wait for the
printer's own word. Only a refusal before the job's first byte is `Failed`; once a byte has left, anything but the
printer's word after the cut is `Unknown`.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from hardware import escpos, ports
from hardware.printer import (
    TOLD,
    Confirmed,
    DeviceError,
    Document,
    Failed,
    Kicked,
    Limits,
    OnState,
    PrinterStatus,
    PrintResult,
    Unknown,
    ignore_state,
)

_log = logging.getLogger(__name__)

SETTLE_S_MAX: Final = 1.0
"""A line that never falls silent is not waited for any longer."""


def ignore_status(_status: PrinterStatus) -> None:
    """Ignore how the printer is: for those who ask when they want to know."""


class ReceiptPrinter:
    """The printer at an address (see `ports`), on paper of 58 or 80 mm. Calls from several threads wait for each other.

    `on_status` is told, on the caller's thread, each time the printer has said how it is or failed to, also in the midst
    of a job. The address's option `pin3` (see `escpos.Pin3`) says what its drawer connector tells. Raises DeviceError for
    an address that cannot be.
    """

    def __init__(
        self,
        address: str,
        paper_mm: int = 80,
        limits: Limits | None = None,
        on_status: Callable[[PrinterStatus], None] = ignore_status,
    ) -> None:
        self._pin3 = ports.pin3_of(address)
        self._on_status = on_status
        self.address = address
        self.paper_mm = paper_mm
        self.limits = limits or Limits()
        self._port: ports.Port | None = None
        self._replies = escpos.Replies()
        self._inbox: deque[escpos.Reply] = deque()
        self._doubtful = False
        self._unproven = (
            True  # a process before this one may have left a job in it, and its answers on their way
        )
        self._knows_process_ids = False
        self._in_order_owed = False
        self._turn = threading.RLock()

    def print(self, document: Document, job_id: int, on_state: OnState = ignore_state) -> PrintResult:
        """See `Printer.print`. Takes at most the sum of `limits`, usually as long as the paper moves."""
        data = escpos.encode(document, self.paper_mm, job_id)
        with self._turn:
            status = self._status()
            if status.reason is not None:
                return _failed(status.reason)
            if self._unproven and not self._doubtful:
                self._doubtful = not self._prove_done(self.limits.confirm_s_max)
            if self._doubtful and not self._recover():
                status = self._status()
                return _failed(status.reason or "held")
            on_state("sending")
            try:
                self._settle_old_answers()
                self._write(data, self.limits.write_s_max)
            except DeviceError as e:
                _log.warning("job %d broke off after %d of %d bytes: %s", job_id, e.sent_bytes, len(data), e)
                result = self._broken_off(e)
            else:
                on_state("sent")
                result = self._await_confirmation(job_id)
            if isinstance(result, Unknown):
                self._doubtful = True
                self._clear()
            return result

    def status(self) -> PrinterStatus:
        """See `Printer.status`; takes at most twice connecting and `limits.status_s_max`.

        The first that finds the printer ready also has it prove that no job of an earlier process is in it, which may
        take as long again, so that the first ticket need not wait for that.
        """
        with self._turn:
            status = self._status()
            if status.ready and self._unproven and not self._doubtful:
                self._prove_done(self.limits.status_s_max)
            return status

    def kick(self) -> Kicked | Failed:
        """See `Printer.kick`; takes at most `status()` and `limits.drawer_s_max`.

        A printer that is ready takes ESC p in its turn. One that is not would keep it and open the drawer when somebody
        has put in paper: it is told to do so at once or never.
        """
        with self._turn:
            status = self._status()
            if status.link != "ok":
                return _failed(status.link)
            at_once = status.reason is not None or self._doubtful
            try:
                self._write(escpos.KICK_NOW if at_once else escpos.KICK, self.limits.status_s_max)
                deadline = time.monotonic() + self.limits.drawer_s_max
                drawer = status.drawer
                while drawer != "open":
                    status = self._status_now()
                    drawer = drawer if status.drawer == "unknown" else status.drawer  # a busy one may be slow
                    if drawer == "unknown" or time.monotonic() >= deadline:
                        break
                    self._wait_for_line(self.limits.poll_s / 5)
            except DeviceError as e:
                _log.warning("the drawer could not be opened: %s", e)
                return _failed("disconnected")
            return Kicked(drawer)

    def clear(self) -> bool:
        """See `Printer.clear`. The next job first proves that nothing is held and cuts off what hangs out."""
        with self._turn:
            self._doubtful = True
            return self._clear()

    def close(self) -> None:
        """Let go of the device."""
        with self._turn:
            self._drop()

    # The line

    def _connected(self) -> ports.Port:
        if self._port is None:
            self._port = ports.open_port(self.address, self.limits.connect_s_max)
            self._replies = escpos.Replies()
            self._inbox.clear()
            self._knows_process_ids = False
            self._in_order_owed = False
        return self._port

    def _drop(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    def _write(self, data: bytes, wait_s_max: float) -> None:
        try:
            self._connected().write(data, wait_s_max)
        except DeviceError:
            self._drop()
            raise

    def _next(self, deadline: float) -> escpos.Reply | None:
        """The next answer, None if none comes before the deadline (monotonic)."""
        while not self._inbox:
            left_s = deadline - time.monotonic()
            try:
                data = self._connected().read(max(0.0, left_s))
            except DeviceError:
                self._drop()
                raise
            self._inbox.extend(self._replies.feed(data))
            if not data and left_s <= 0:
                return None
        return self._inbox.popleft()

    def _wait_for_line(self, wait_s: float) -> None:
        """Let so much time go by; what comes meanwhile is kept."""
        data = self._connected().read(wait_s)
        self._inbox.extend(self._replies.feed(data))

    def _settle(self) -> None:
        """Read and forget until the line has been quiet for a moment."""
        end = time.monotonic() + SETTLE_S_MAX
        while time.monotonic() < end and self._next(time.monotonic() + self.limits.settle_s) is not None:
            pass
        self._inbox.clear()

    def _settle_old_answers(self) -> None:
        """Forget what is not about the coming job; the last one's in-order answer may still be due."""
        deadline = time.monotonic() + (self.limits.settle_s if self._in_order_owed else 0.0)
        while (reply := self._next(deadline)) is not None:
            if reply.kind == "in_order" and self._in_order_owed:
                deadline = time.monotonic()
        self._in_order_owed = False

    # How it is

    def _ask(self, question: bytes, deadline: float, kept: "deque[escpos.Reply]") -> int | None:
        """The answer to one DLE EOT; answers to other questions that come before it are kept."""
        self._write(question, self.limits.status_s_max)
        while (reply := self._next(deadline)) is not None:
            if reply.kind == "real_time":
                return reply.data[0]
            kept.append(reply)
        return None

    def _status_now(self) -> PrinterStatus:
        """Ask on the line as it is; raises DeviceError when it breaks. Other answers stay in the inbox."""
        kept: deque[escpos.Reply] = deque(r for r in self._inbox if r.kind != "real_time")
        self._inbox.clear()
        answers: list[int] = []
        deadline = time.monotonic() + self.limits.status_s_max
        try:
            self._connected()
            for question in escpos.ASK_STATUS:
                answer = self._ask(question, deadline, kept)
                if answer is None:
                    return PrinterStatus(link="silent")
                answers.append(answer)
        finally:
            self._inbox = kept
        online, paper, cover, error = escpos.decode_status((answers[0], answers[1], answers[2], answers[3]))
        drawer, battery_low = escpos.decode_pin3(answers[0], self._pin3)
        status = PrinterStatus(
            online, paper, cover, error, "ok", time.monotonic(), drawer=drawer, battery_low=battery_low
        )
        self._on_status(status)
        return status

    def _status(self) -> PrinterStatus:
        """As `_status_now`, with one new connection if the old one does not answer."""
        fresh = self._port is None
        status = self._status_or_why_not()
        if status.link != "ok" and not fresh:
            status = self._status_or_why_not()
        return status

    def _status_or_why_not(self) -> PrinterStatus:
        """As `_status_now`; a line that breaks or stays silent is let go of, and said to be so before a new one is tried."""
        try:
            status = self._status_now()
        except DeviceError as e:
            status = PrinterStatus(link="disconnected", detail=e.words)
        if status.link != "ok":
            self._drop()
            self._on_status(status)
        return status

    # What became of a job

    def _broken_off(self, e: DeviceError) -> PrintResult:
        if e.sent_bytes == 0:
            return _failed("disconnected")
        return _unknown("disconnected")

    def _await_confirmation(self, job_id: int) -> PrintResult:
        expected = escpos.process_id(job_id)
        now = time.monotonic()
        end, heard, poll = now + self.limits.confirm_s_max, now, now + self.limits.poll_s
        bad: PrinterStatus | None = None
        said_silent = False
        try:
            while (now := time.monotonic()) < end:
                reply = self._next(min(end, poll))
                if reply is None:
                    if bad is not None:
                        break
                    status = self._status_now()
                    poll = time.monotonic() + self.limits.poll_s
                    if status.link == "ok":
                        heard = time.monotonic()
                        if not status.ready:
                            bad = status
                            poll = time.monotonic() + self.limits.trouble_grace_s
                    elif time.monotonic() - heard > self.limits.silence_s_max:
                        bad = status
                        break
                    elif time.monotonic() - heard > self.limits.silence_told_s and not said_silent:
                        said_silent = True
                        self._on_status(status)
                elif reply.kind == "process_id" and reply.data == expected:
                    self._knows_process_ids = self._in_order_owed = True
                    return Confirmed("GS ( H")
                elif reply.kind == "in_order" and not self._knows_process_ids:
                    if escpos.says_paper_out(reply.data[0]):
                        bad = PrinterStatus(True, "out", "closed", "none", "ok", time.monotonic())
                        break
                    return Confirmed("GS r")
        except DeviceError as e:
            _log.warning("job %d: the line broke before the printer's word: %s", job_id, e)
            return _unknown("disconnected")
        return _unknown("timeout" if bad is None or bad.reason is None else bad.reason)

    # What an unfinished job left

    def _clear(self) -> bool:
        """Clear without doubting what it clears; True if the printer says that it did."""
        try:
            self._settle()
            self._write(escpos.CLEAR, self.limits.status_s_max)
            deadline = time.monotonic() + self.limits.clear_s_max
            while (reply := self._next(deadline)) is not None:
                if reply.kind == "cleared":
                    return True
        except DeviceError as e:
            _log.warning("the printer could not be cleared: %s", e)
        return False

    def _prove_done(self, wait_s_max: float, before: bytes = b"") -> bool:
        """Send `before`, and have an in-order answer prove that the printer has worked off all it held."""
        try:
            self._settle()
            self._write(before + escpos.ASK_IN_ORDER, self.limits.write_s_max)
            deadline = time.monotonic() + wait_s_max
            while (reply := self._next(deadline)) is not None:
                if reply.kind == "in_order":
                    self._settle()
                    self._unproven = False
                    return True
        except DeviceError as e:
            _log.warning("the printer did not prove that it is done: %s", e)
        return False

    def _recover(self) -> bool:
        """Clear, cut off what hangs out, and prove both; False if the printer does not."""
        self._clear()
        self._doubtful = not self._prove_done(self.limits.confirm_s_max, escpos.CUT_OFF_SCRAP)
        return not self._doubtful


def _failed(code: str) -> Failed:
    return Failed(code, *TOLD[code])


def _unknown(code: str) -> Unknown:
    return Unknown(code, *TOLD[code])
