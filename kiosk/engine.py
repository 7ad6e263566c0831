"""The running kiosk: its desk on one thread, and workers on threads of their own for all that is slow.

The engine puts the desk on a thread, the printer, the network, the scanner and the second copy on others, and watches
over them. Nothing that a screen calls ever waits.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardware.keys import Key
from kiosk.config import Config
from kiosk.desk import IN_STEP, Desk, needs_of, program
from kiosk.flow import said as f
from kiosk.mirror import STOPS, Mirror
from kiosk.words import SayIn, in_english, phrase, said
from shared import wire
from shared.clock import Clock
from shared.errors import Fault, KnownError

if TYPE_CHECKING:  # these load the network's and the printer's libraries: not before the first screen
    from hardware.printer import Printer
    from hardware.scanner import Scanner
    from kiosk.spooler import Spooler, Work
    from kiosk.uplink import Transport, Uplink

TICK_S = 0.25
MARK_S_MAX = 10.0
"""How long the printer's thread waits for the disk before it gives up printing."""
JOIN_S_MAX = 5.0
MIRROR_RETRY_S = 5.0
SHOWN_S_MAX = 2.0
"""How long the workers wait for the first screen before they load their libraries beside it."""
QUEUE_MAX = 10_000
VITAL = ("desk", "printer")
"""Threads without which nothing can be sold; the others are started again when they fail."""
RESTART_S_MIN, RESTART_S_MAX = 1.0, 60.0
DESK_SILENT_S_MAX = 30.0
"""A desk whose loop has stood still for so long is stuck: a disk that never answers, or a fault of the program."""
OPEN_S_MAX = 600.0
"""The same while it opens the journal, which may be long and the disk slow."""

_log = logging.getLogger(__name__)


def device_name() -> str:
    """What names this machine for good: systemd's machine-id, else a network address."""
    path = Path("/etc/machine-id")
    held = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return held or f"mac-{uuid.getnode():012x}"


def boot_name() -> str:
    """What names this boot of the machine: the clock from boot is comparable within it."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


class Engine:
    """The running kiosk: a desk on its own thread, and its workers. Every method returns at once."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        *,
        transport: Transport | None = None,
        open_printer: Callable[[], Printer | None] | None = None,
        say_in: SayIn = in_english,
        kept: bool = False,
    ) -> None:
        """``kept``: somebody starts the program again where it ends or falls silent."""
        self._config, self._clock, self._transport = config, clock, transport
        self._open_printer, self._say_in = open_printer, say_in
        self._inbox: queue.Queue[Callable[[], None] | None] = queue.Queue(QUEUE_MAX)
        self._jobs: queue.Queue[Work | None] = queue.Queue(QUEUE_MAX)
        self._desk = Desk(
            config, clock, self, boot=boot_name(), device=device_name(), say_in=say_in, kept=kept
        )
        self._view = self._desk.view()
        self._slow: queue.SimpleQueue[Callable[[Callable[[f.Event], None]], None] | None] = (
            queue.SimpleQueue()
        )
        self._on_change: Callable[[], None] = lambda: None
        self._threads: dict[str, threading.Thread] = {}
        self._uplink: Uplink | None = None
        self._scanner: Scanner | None = None
        self._mirror_wake, self._end, self._shown = threading.Event(), threading.Event(), threading.Event()
        self._ending = self._failed = self._again = False
        self._kept = kept
        self._turned, self._opened = clock.monotonic_ms(), False
        self._dead = ""

    # What the screens call --------------------------------------------------------------------------

    def start(self, on_change: Callable[[], None]) -> None:
        """Come up. ``on_change`` is called from any thread whenever the view is another."""
        self._on_change = on_change
        if "desk" in self._threads:
            on_change()
        else:
            self._shown.set()
            self.open()

    def open(self) -> None:
        """Open the journal while the screens are still being read; ``start`` follows.

        The workers' libraries are then loaded behind the first screen: with the first ``tick``.
        """
        self._begin("desk", self._desk_life)
        self._begin("program", lambda: self._behind_the_screen(self._know_program))

    def act(self, name: str, arg: str = "") -> None:
        """Somebody touched something."""
        self._post(lambda: self._desk.touch(name, arg))

    def pressed(self, code: int, text: str, meaning: str, *, shift: bool, repeat: bool, at_ms: int) -> None:
        """A key went down at a real keyboard, or at a scanner that is one."""
        key = Key(code, text, shift, repeat, meaning)
        self._post(lambda: self._desk.pressed(key, at_ms))

    def view(self) -> dict[str, Any]:
        """What to show now. A new dict each time it changes; never changed afterwards."""
        return self._view

    def tick(self) -> None:
        """Look after the workers that selling needs: a dead one stops the kiosk visibly."""
        self._shown.set()
        for name, thread in list(self._threads.items()):
            if not thread.is_alive() and not self._ending and not self._dead and name in VITAL:
                self._dead = name
                self._show_dead(name)

    def lives(self) -> bool:
        """All that selling needs is at work: none of its threads is dead, and the desk's loop turns."""
        still_ms = self._clock.monotonic_ms() - self._turned
        return not self._dead and still_ms < 1000 * (DESK_SILENT_S_MAX if self._opened else OPEN_S_MAX)

    def again(self) -> bool:
        """A setting was changed that needs the program to start again, and somebody wanted it now."""
        return self._again

    def demo(self) -> bool:
        """Whether scripted touches are let in: not enrolled yet, or enrolled at a demonstration's office."""
        identity = self._desk.identity
        return identity is None or identity.demo

    def exit_code(self) -> int:
        """What the program ends with: 1 where it ended behind a screen that said why it cannot work here."""
        return int(self._failed)

    def stop(self) -> None:
        """Go down in order: workers first, then the desk, so that what they end is still journalled."""
        self._failed = bool(self._dead) or (self._view["screen"] == "blocked" and not self._desk.is_open)
        self._ending = True
        self._end.set()
        self._shown.set()
        if self._scanner is not None:
            self._scanner.close()
        self._jobs.put(None)
        if self._uplink is not None:
            self._uplink.stop()
        self._mirror_wake.set()
        self._slow.put(None)
        for name in ("printer", "network", "mirror"):
            self._join(name)
        self._inbox.put(None)
        self._join("desk")

    # Threads ----------------------------------------------------------------------------------------

    def _begin(self, name: str, life: Callable[[], None]) -> None:
        def run() -> None:
            try:
                life()
            except BaseException:  # noqa: BLE001 - a thread's outermost frame: its death is logged, and seen by tick
                _log.exception("the %s thread died", name)
            else:
                if name in VITAL and not self._ending:
                    _log.error("the %s thread ended though nobody told it to", name)

        self._threads[name] = threading.Thread(target=run, name=f"kiosk-{name}", daemon=True)
        self._threads[name].start()

    def _join(self, name: str) -> None:
        thread = self._threads.get(name)
        if thread is not None:
            thread.join(JOIN_S_MAX)
            if thread.is_alive():
                _log.error("the %s thread does not end", name)

    def _post(self, work: Callable[[], None]) -> None:
        try:
            self._inbox.put_nowait(work)
        except queue.Full:
            _log.error("the desk's queue is full; something was dropped")

    def _keep_up(self, life: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Live again after each failure, ever later: what does without this worker must go on without it."""
        wait_s = RESTART_S_MIN
        while not self._ending:
            began = self._clock.monotonic_ms()
            try:
                life()
            except Exception:  # noqa: BLE001 - a thread's outermost loop: logged, shown, and tried again
                _log.exception("the %s failed; again in %g s", threading.current_thread().name, wait_s)
            else:
                return
            if self._clock.monotonic_ms() - began > RESTART_S_MAX * 1000:
                wait_s = RESTART_S_MIN
            words = phrase("The program failed here; sales go on. Started again in {n} s", n=f"{wait_s:g}")
            self._post(lambda w=words: failed(w))  # type: ignore[misc]
            self._end.wait(wait_s)
            wait_s = min(RESTART_S_MAX, wait_s * 2)

    def _show_dead(self, name: str) -> None:
        _log.error("blocked: without the %s thread nothing can be sold", name)
        blocked = {
            "code": "worker_dead",
            "title": phrase("The program has failed"),
            "reason": phrase("A part of it ({name}) has stopped. Sales made so far are safe.", name=name),
            "what_to_do": phrase("It starts again by itself in a moment.")
            if self._kept
            else phrase("Start the kiosk again."),
            "can_retry": False,
        }
        shown = said(blocked, self._say_in(self._desk.flow.language))
        self._view = self._view | {"screen": "blocked", "blocked": shown}
        self._on_change()

    def _publish(self) -> None:
        if self._dead:
            return
        view = self._desk.view()
        if view != self._view:
            self._view = view
            self._on_change()

    def _desk_life(self) -> None:
        desk = self._desk
        desk.open()
        self._opened = True
        self._publish()
        ticked = self._clock.monotonic_ms()
        more = False
        while True:
            self._turned = self._clock.monotonic_ms()
            try:
                work = self._inbox.get(timeout=0.0005 if more else min(TICK_S, desk.key_wait_s()))
            except queue.Empty:
                desk.key_pause()
                more = desk.idle()
            else:
                if work is None:
                    break
                work()
            monotonic = self._clock.monotonic_ms()
            if monotonic - ticked >= TICK_S * 1000:
                ticked = monotonic
                desk.tick()
            self._publish()
        desk.close()

    # What the desk has others do --------------------------------------------------------------------

    def opened(self, desk: Desk) -> None:
        """Start the workers that need an identity."""
        if "printer" in self._threads:
            return
        doubt = any(p.state != "queued" for p in desk.till.pending())
        self._begin("printer", lambda: self._behind_the_screen(lambda: self._printer_life(doubt)))
        network = lambda: self._keep_up(self._network_life, desk.uplink_failed)  # noqa: E731 - as its neighbours
        self._begin("network", lambda: self._behind_the_screen(network))
        if self._config.mirror is not None:
            self._begin(
                "mirror", lambda: self._keep_up(self._mirror_life, lambda words: desk.mirror_seen(words, 0))
            )

    def print(self, work: Work) -> None:
        """Hand a job to the printer's thread."""
        self._jobs.put_nowait(work)

    def hurry(self) -> None:
        """Talk to the office now."""
        if self._uplink is not None:
            self._uplink.hurry()

    def need(self, desk: Desk) -> None:
        """Tell the uplink what the till wants."""
        if self._uplink is not None:
            self._uplink.need(needs_of(desk))

    def appended(self, row: int) -> None:  # noqa: ARG002 - the thread looks for itself
        """Wake the second copy's thread."""
        self._mirror_wake.set()

    def beside(self, work: Callable[[Callable[[f.Event], None]], None]) -> None:
        """Do something slow, one thing after the other, where nobody waits for it."""
        self._slow.put(work)
        if "upkeep" not in self._threads:
            self._begin("upkeep", lambda: self._keep_up(self._upkeep_life, self._desk.beside_failed))

    def _upkeep_life(self) -> None:
        while (work := self._slow.get()) is not None:
            work(self._report)

    def restart(self) -> None:
        """End, and be started again."""
        self._again = True

    def enrol(self, server: str, request: wire.EnrolRequest) -> None:
        """Ask the office on a thread of its own."""

        def ask() -> None:
            from kiosk import uplink  # noqa: PLC0415 - as in Desk

            try:
                reply = uplink.enrol(server, request, self._clock, self._transport)
            except KnownError as e:
                failed = e
                self._post(lambda: self._desk.enrol_failed(failed))
            except Exception:  # noqa: BLE001 - the thread's outermost: logged, and the screen must not wait for ever
                _log.exception("the enrolment failed")
                words = phrase("The server's answer cannot be read.")
                fault = Fault("no_answer", words, phrase("Check the address and the versions."))
                self._post(lambda: self._desk.enrol_failed(fault))
            else:
                self._post(lambda: self._desk.enrolled(server, reply))

        self._begin("enrol", ask)

    # The workers ------------------------------------------------------------------------------------

    def _report(self, event: f.Event) -> None:
        self._post(lambda: self._desk.handle(event))

    def _mark(self, order: str, copy: int, state: str, foils: bool) -> None:
        """Have the desk write a print's state to the disk, and wait for it. On the printer's thread."""
        done: queue.Queue[Fault | None] = queue.Queue(1)

        def write() -> None:
            try:
                self._desk.mark(order, copy, state, foils)
            except Fault as e:
                done.put(e)
            else:
                done.put(None)

        self._post(write)
        try:
            failed = done.get(timeout=MARK_S_MAX)
        except queue.Empty:
            failed = Fault(
                "disk_slow", phrase("The kiosk's disk does not answer."), phrase("Call the office.")
            )
        if failed is not None:
            raise failed

    def _know_program(self) -> None:
        found = program(self._config.publisher)
        self._post(lambda: self._desk.know_program(found))

    def _behind_the_screen(self, life: Callable[[], None]) -> None:
        self._shown.wait(SHOWN_S_MAX)
        life()

    def _printer_life(self, doubt: bool) -> None:
        from hardware.printer import DeviceError  # noqa: PLC0415 - the printer's libraries load on its thread
        from hardware.receipt_printer import ReceiptPrinter  # noqa: PLC0415 - as above
        from hardware.scanner import Scanner  # noqa: PLC0415 - as above
        from kiosk.spooler import Spooler, scanner_seen  # noqa: PLC0415 - as above

        me, config = self._desk.identity, self._config
        assert me is not None
        if config.scanner:
            try:
                self._scanner = Scanner(
                    config.scanner,
                    lambda scan: self._report(f.Scanned(getattr(scan, "text", ""))),
                    lambda trouble: self._report(scanner_seen(trouble)),
                )
            except DeviceError as e:
                self._report(scanner_seen(e))
        made: list[Spooler] = []

        def open_printer() -> Printer | None:
            if not config.printer:
                return None
            return ReceiptPrinter(config.printer, config.paper_mm, on_status=made[0].seen)

        spooler = Spooler(
            self._open_printer or open_printer,
            self._report,
            self._mark,
            me.key.sign,
            me.rsu,
            me.name,
            config.paper_mm,
            doubt=doubt,
            drawer=config.drawer,
        )
        made.append(spooler)
        spooler.poll()
        spooler.run(self._jobs)

    def _network_life(self) -> None:
        from kiosk.uplink import Uplink  # noqa: PLC0415 - the network's libraries load on its thread

        desk = self._desk
        me, store = desk.identity, desk.store
        assert me is not None
        assert store is not None
        self._uplink = Uplink(
            me,
            store.reader,
            self._clock,
            lambda report: self._post(lambda: desk.take(report)),
            desk.till.acknowledged,
            self._transport,
        )
        if self._ending:
            return
        self._post(desk.refresh)
        self._uplink.run()

    def _mirror_life(self) -> None:
        desk, folder = self._desk, self._config.mirror
        me, store, mirror = desk.identity, desk.store, desk.mirror
        assert me is not None
        assert store is not None
        assert folder is not None
        reader = store.reader()
        try:
            while not self._ending:
                words: str = IN_STEP
                try:
                    if mirror is None:
                        fresh = Mirror(folder, me, self._config.data, apart=desk.mirror_apart)
                        fresh.open(reader)
                        mirror = fresh
                        if fresh.apart:
                            self._post(desk.note_apart)
                        if fresh.aside is not None:
                            self._post(lambda kept=fresh.aside: desk.mirror_damaged(kept))  # type: ignore[misc]
                    mirror.follow(reader)
                except Fault as e:
                    words, mirror = e.message, None
                    if e.code in STOPS:
                        self._post(lambda c=e.code, w=words: desk.stop_selling(c, w))  # type: ignore[misc]
                        return
                last = reader.last()
                lag = (last.seq if last else 0) - (mirror.seq if mirror else 0)
                self._post(lambda w=words, n=lag: desk.mirror_seen(w, n))  # type: ignore[misc]
                self._mirror_wake.wait(MIRROR_RETRY_S)
                self._mirror_wake.clear()
        finally:
            reader.close()
