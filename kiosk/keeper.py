"""What keeps a kiosk alive: its heartbeats, and the process that starts it again when they stop.

The heart speaks systemd's notify protocol (sd_notify(3): plain datagrams to the socket that ``NOTIFY_SOCKET`` names),
so that systemd's watchdog and our own keeper are the same to it. The keeper runs one kiosk as its child. A child that
dies is started again, ever later; one whose heart is silent is told to show where it stands (SIGABRT; faulthandler
writes every thread's stack to the log) and then killed. A sale is whole on the disk or not there, so that a kill
between two of its lines sells nothing twice. Two are never run at once: the keeper's lock is held by its child too.
"""

from __future__ import annotations

import fcntl
import logging
import os
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from shared.clock import Clock
from shared.errors import Fault, Refused

if (
    TYPE_CHECKING
):  # the kiosk itself has only the heart of this module, and is not to wait for what it does not need
    import subprocess

LOCK = "keeper.lock"
SILENT_S_MAX = 20.0
"""A kiosk whose heart has been silent for so long is started again."""
START_S_MAX = 90.0
"""Until the first heartbeat: programs and screens are read from a slow card."""
ABORT_S_MAX = 5.0
"""How long a child that was told to abort has for writing down where it stands."""
END_S_MAX = 30.0
"""How long a child that was told to end has for ending what is under way."""
WAIT_S_MIN, WAIT_S_MAX = 1.0, 60.0
"""Before a child is started again; doubled each time until one has lived for ``GOOD_S``."""
GOOD_S = 60.0
OVERSLEPT_S = 5.0
"""Where the keeper itself woke so much too late, the machine had stopped: the child gets its time again."""
MESSAGE_BYTES_MAX = 4_096

ENDED = 0
MISTAKEN = 2
"""The exit code of a kiosk whose settings cannot be meant: starting it again would change nothing."""
AGAIN = 75
"""The exit code of a kiosk that wants to be started again at once (EX_TEMPFAIL of sysexits.h)."""

_log = logging.getLogger(__name__)


# The heart, in the kiosk ----------------------------------------------------------------------------


class Heart:
    """Tells whoever watches this process that it works; without a watcher it does nothing."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        """``environ`` as systemd or the keeper made it, ``pid`` of this process."""
        self._address = environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = "\0" + self._address[1:]
        self.watched = bool(self._address)
        """Somebody starts the kiosk again where it fails."""
        every = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        self.every_s = int(every) / 2_000_000 if self.watched and meant and every.isdecimal() else 0.0
        """How often to beat: twice in the time that the watcher allows; 0 where nobody counts."""

    def beat(self) -> None:
        """The loop turns, and all that selling needs lives."""
        self._say(b"WATCHDOG=1")

    def ready(self) -> None:
        """The screens are there."""
        self._say(b"READY=1")

    def stopping(self) -> None:
        """The kiosk ends because it was told to."""
        self._say(b"STOPPING=1")

    def _say(self, message: bytes) -> None:
        if not self.watched:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(message, self._address)
        except OSError as e:
            # Who does not listen any more will not start us again either; selling goes on without them.
            _log.warning("the watcher does not listen: %s", e)


# The keeper, outside it -----------------------------------------------------------------------------


class Keeper:
    """Runs ``command`` as its one child for as long as it is wanted."""

    def __init__(
        self, command: Sequence[str], folder: Path, clock: Clock, *, silent_s: float = SILENT_S_MAX
    ) -> None:
        """``folder`` is the kiosk's data folder, where the lock lies."""
        self._command, self._folder, self._clock, self._silent_s = list(command), folder, clock, silent_s
        self._outer = Heart(os.environ, os.getpid())
        self._selector = selectors.DefaultSelector()
        self._told = threading.Event()
        """Somebody told the keeper to end."""
        self.starts = 0

    def run(self) -> int:
        """Keep the kiosk alive until it ends because it was told to; its exit code.

        ``Refused`` where another keeper, or a child that outlived one, has the folder.
        """
        import tempfile  # noqa: PLC0415 - as above

        with ExitStack() as stack:
            lock = self._take_lock()
            stack.callback(os.close, lock)
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix="tombola-"))
            ear = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            ear.bind(f"{place}/notify")
            ear.setblocking(False)
            self._selector.register(ear, selectors.EVENT_READ)
            stack.callback(self._selector.close)
            self._listen_to_signals(stack)
            return self._keep(lock, ear, f"{place}/notify")

    def _take_lock(self) -> int:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise Fault(
                "disk", f"{self._folder} cannot be used: {e.strerror}.", "Check the kiosk's disk."
            ) from e
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            os.close(lock)
            raise Refused(
                "second_process",
                "This kiosk is kept alive already.",
                "Use the one that runs, or end it and try again.",
            ) from e
        return lock

    def _listen_to_signals(self, stack: ExitStack) -> None:
        """A signal wakes the keeper from its wait."""
        out, into = socket.socketpair()
        for end in (stack.enter_context(out), stack.enter_context(into)):
            end.setblocking(False)
        self._selector.register(out, selectors.EVENT_READ)
        before = signal.set_wakeup_fd(into.fileno(), warn_on_full_buffer=False)
        stack.callback(signal.set_wakeup_fd, before)

        def told(_number: int, _frame: FrameType | None) -> None:
            self._told.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, told))

    def _keep(self, lock: int, ear: socket.socket, address: str) -> int:
        wait_s = WAIT_S_MIN
        while True:
            began = self._clock.monotonic_ms()
            code = self._live(lock, ear, address)
            if self._told.is_set() or code in (ENDED, MISTAKEN):
                return code
            if code == AGAIN:
                _log.info("the kiosk wants to be started again")
                wait_s = WAIT_S_MIN
                continue
            if self._clock.monotonic_ms() - began >= GOOD_S * 1000:
                wait_s = WAIT_S_MIN
            _log.error("the kiosk ended with %d; it is started again in %g s", code, wait_s)
            self._wait(wait_s, self._told.is_set)
            if self._told.is_set():
                return code
            wait_s = min(WAIT_S_MAX, wait_s * 2)

    def _live(self, lock: int, ear: socket.socket, address: str) -> int:
        """One child's life; its exit code, negative where a signal ended it."""
        _hear(ear)  # what a dead child still had to say is not this one's
        environ = os.environ | {
            "NOTIFY_SOCKET": address,
            "WATCHDOG_USEC": str(int(self._silent_s * 1_000_000)),
            "PYTHONFAULTHANDLER": "1",
        }
        environ.pop("WATCHDOG_PID", None)
        self.starts += 1
        import subprocess  # noqa: PLC0415 - as above

        with subprocess.Popen(self._command, env=environ, pass_fds=(lock,)) as child:
            _log.info("the kiosk was started as process %d", child.pid)
            end = os.pidfd_open(child.pid)
            self._selector.register(end, selectors.EVENT_READ)
            try:
                self._watch(child, ear)
            finally:
                self._selector.unregister(end)
                os.close(end)
                if child.poll() is None:
                    child.kill()
            return child.wait()

    def _watch(self, child: subprocess.Popen[bytes], ear: socket.socket) -> None:
        """Until the child has ended, by itself or by us."""
        due = self._clock.monotonic_ms() + max(START_S_MAX, self._silent_s) * 1000
        while not self._told.is_set():
            asleep = self._clock.monotonic_ms()
            span_s = min(self._outer.every_s or self._silent_s, max(0.0, (due - asleep) / 1000))
            self._selector.select(span_s)
            if child.poll() is not None:
                return
            now = self._clock.monotonic_ms()
            if now - asleep > (span_s + OVERSLEPT_S) * 1000:
                due = now + self._silent_s * 1000
            heard = _hear(ear)
            if b"WATCHDOG=1" in heard:
                due = now + self._silent_s * 1000
            if b"READY=1" in heard:
                self._outer.ready()
            if self._outer.every_s:
                self._outer.beat()
            if now >= due:
                _log.error("the kiosk has been silent for too long; it is ended")
                self._abort(child)
                return
        child.terminate()
        self._wait(END_S_MAX, lambda: child.poll() is not None)
        if child.poll() is None:
            _log.error("the kiosk does not end; it is killed")

    def _abort(self, child: subprocess.Popen[bytes]) -> None:
        child.send_signal(signal.SIGABRT)
        child.send_signal(signal.SIGCONT)  # one that was stopped says where, too
        self._wait(ABORT_S_MAX, lambda: child.poll() is not None)
        if child.poll() is None:
            _log.error("it does not answer; it is killed")
            child.kill()
            child.wait()

    def _wait(self, span_s: float, done: Callable[[], bool]) -> None:
        """Until ``done``, or so long. The child's end and signals wake it."""
        until = self._clock.monotonic_ms() + span_s * 1000
        while not done() and (left := until - self._clock.monotonic_ms()) > 0:
            for key, _ in self._selector.select(min(left / 1000, self._outer.every_s or left)):
                if isinstance(key.fileobj, socket.socket):
                    _hear(key.fileobj)
            if self._outer.every_s:
                self._outer.beat()


def _hear(ear: socket.socket) -> set[bytes]:
    """All that has been said to this socket, as lines."""
    heard: set[bytes] = set()
    while True:
        try:
            message = ear.recv(MESSAGE_BYTES_MAX)
        except BlockingIOError:
            return heard
        if not message:
            return heard
        heard.update(message.split(b"\n"))
