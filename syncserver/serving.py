"""The web server: several processes, and in each threads that nobody slow can hold for long.

A connection takes up a thread only once its whole request is here (of a large upload its head and first part): until
then it waits in the selector, which costs nothing. A body that then stalls, or trickles, is given up. Live streams
have threads of their own beside those for requests, so that however many watch, kiosks find as many as before.
Told to stop, a process takes no more connections, ends its streams, finishes what is under way, and goes.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import selectors
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from shared.clock import SystemClock
from syncserver.config import Config
from syncserver.hub import STREAMS_MAX

SPARE_CONNECTIONS: Final = 2
"""Of a process's pool: for what is written down beside a refused request, and for the look of the live pages."""
REQUEST_S_MAX: Final = 60
DRAIN_S_MAX: Final = 20
"""How long requests under way may take when the server is told to stop."""
REQUEST_LINE_BYTES_MAX: Final = 8_190
HEADER_LINE_BYTES_MAX: Final = 16_384
HEADERS_MAX: Final = 100
KEEP_ALIVE_S: Final = 5
BACKLOG: Final = 2_048
CONNECTIONS_MAX: Final = 2_000
"""Open connections of one process, those that wait included."""
ARRIVE_S_MAX: Final = 15.0
"""How long a request may take to arrive in full; longer only a large body."""
PEEK_BYTES: Final = 32 << 10
"""A request of at most so much is whole before a thread begins with it."""
STALL_S_MAX: Final = 10.0
"""How long a large body may stand still."""
BODY_S_MAX: Final = 120.0
SEND_S_MAX: Final = 60.0
"""How long a piece of an answer may take to be taken off our hands."""
STREAM_PATH: Final = "/admin/live/stream"
SHARED_ENV: Final = "PROMETHEUS_MULTIPROC_DIR"
MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where the counters are, which processes write as memory: on a disk that is full that would kill them (SIGBUS)."""

_LENGTH: Final = re.compile(
    rb"\r\n[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Ll][Ee][Nn][Gg][Tt][Hh]:[ \t]*(\d{1,12})[ \t]*\r\n"
)
_CLOCK: Final = SystemClock()

Answer = Iterable[bytes]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Answer]


def missing(head: bytes) -> int:
    """How many bytes a request that begins like this must have before a thread can take it at one go; 0: it may now.

    A head that is too large, and a body that is, are left to the thread, which refuses or reads them.
    """
    if len(head) >= PEEK_BYTES:
        return 0
    end = head.find(b"\r\n\r\n")
    if end < 0:
        return len(head) + 1
    length = _LENGTH.search(head[: end + 2])
    whole = min(end + 4 + (int(length[1]) if length else 0), PEEK_BYTES)
    return whole if len(head) < whole else 0


class _Patient(socket.socket):
    """A client's socket that waits for its client, but neither for ever nor for a trickle."""

    _until_ms: int | None = None

    def setblocking(self, flag: bool) -> None:
        """Gunicorn says so when a thread takes the connection: from now on the request's body has its time."""
        super().setblocking(flag)
        self._until_ms = _CLOCK.monotonic_ms() + int(BODY_S_MAX * 1000) if flag else None

    def settimeout(self, value: float | None) -> None:
        """Somebody else decides how long is waited."""
        self._until_ms = None
        super().settimeout(value)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Raises ``TimeoutError`` where nothing comes, or where all has taken too long."""
        if self._until_ms is not None:
            left_s = (self._until_ms - _CLOCK.monotonic_ms()) / 1000
            if left_s <= 0:
                raise TimeoutError("the request took too long to arrive")
            super().settimeout(min(left_s, STALL_S_MAX))
        return super().recv(bufsize, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Raises ``TimeoutError`` where the client takes nothing."""
        if self._until_ms is not None:
            super().settimeout(SEND_S_MAX)
        super().sendall(data, flags)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, but for how connections wait and how streams end."""

    def accept(self, listener: socket.socket) -> None:
        """A new connection waits in the selector, not in a thread."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}:
                return
            raise
        self.nr_conns += 1
        sock = _Patient(fileno=client.detach())
        self._wait_for(TConn(self.cfg, sock, address, listener.getsockname()))

    def _wait_for(self, conn: Any) -> None:
        conn.timeout = _CLOCK.monotonic_ms() / 1000 + ARRIVE_S_MAX
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """More of a request is here; all of it, and a thread takes it."""
        if self._arrived(client):
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """The next request of a kept connection begins to come."""
        if self._arrived(client):
            super().on_client_socket_readable(conn, client)
        else:
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self._wait_for(conn)

    def _arrived(self, client: socket.socket) -> bool:
        try:
            # Not taken out of the kernel's hands: gunicorn reads it again.
            needed = missing(head) if (head := client.recv(PEEK_BYTES, socket.MSG_PEEK)) else 0
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True  # broken off: the thread finds out, and closes it
        # The selector is not to wake for a part of what is missing.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, needed or 1)
        return not needed

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: streams end at once, so that what is under way is all that is waited for."""
        # A process that is still starting has no application yet, and nothing to end.
        stop = getattr(getattr(self, "wsgi", None), "stop", None)
        if stop is not None:
            stop()
        super().handle_exit(sig, frame)


class Turnstile:
    """Lets so many requests in at once, and streams beside them: those have their own limit, and other threads."""

    def __init__(self, app: Wsgi, at_once: int, stop: Callable[[], None]) -> None:
        self._app, self.stop = app, stop
        self._turns = threading.BoundedSemaphore(at_once)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        """A request; it waits for its turn."""
        if environ.get("PATH_INFO") == STREAM_PATH:
            return self._app(environ, start_response)
        self._turns.acquire()
        try:
            return _Turn(self._app(environ, start_response), self._turns.release)
        except BaseException:
            self._turns.release()
            raise


class _Turn:
    """An answer that gives its turn back when it is closed, which WSGI promises."""

    def __init__(self, answer: Answer, release: Callable[[], None]) -> None:
        self._answer, self._release = answer, release

    def __iter__(self) -> Any:
        return iter(self._answer)

    def close(self) -> None:
        release, self._release = self._release, _nothing
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            release()


def _nothing() -> None:
    """A turn is given back once."""


class _Logger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Writes gunicorn's own lines where all others go."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with its settings from code: several processes, each with threads and a database pool of its own."""

    def __init__(self, settings: dict[str, Any], make: Callable[[], Wsgi]) -> None:
        self._settings, self._make = settings, make
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        return self._make()


def serve(
    config: Config,
    processes: int,
    make: Callable[[], tuple[Wsgi, Callable[[], None]]],
    ready: Callable[[str], None],
) -> None:
    """Serves until told to stop; raises ``SystemExit`` at its end.

    ``make`` is called in each process: the application, and what ends its streams. ``ready`` is told the address, once.
    """
    at_once = max(config.connections_max - SPARE_CONNECTIONS, 1)

    def application() -> Wsgi:
        app, stop = make()
        return Turnstile(app, at_once, stop)

    def listening(server: Any) -> None:
        for listener in server.LISTENERS:
            host, port = listener.sock.getsockname()[:2]
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")

    host = f"[{config.listen_host}]" if ":" in config.listen_host else config.listen_host
    memory = str(MEMORY_FOLDER) if os.access(MEMORY_FOLDER, os.W_OK | os.X_OK) else None
    settings = {
        "bind": f"{host}:{config.listen_port}",
        "workers": processes,
        "worker_class": Worker,
        "threads": at_once + STREAMS_MAX,
        "worker_connections": CONNECTIONS_MAX,
        "timeout": REQUEST_S_MAX,
        "graceful_timeout": DRAIN_S_MAX,
        "keepalive": KEEP_ALIVE_S,
        "backlog": BACKLOG,
        # A header must not say under which path the application stands.
        "forwarder_headers": "",
        "limit_request_line": REQUEST_LINE_BYTES_MAX,
        "limit_request_field_size": HEADER_LINE_BYTES_MAX,
        "limit_request_fields": HEADERS_MAX,
        "accesslog": None,
        "logger_class": _Logger,
        "proc_name": "tombola-server",
        "when_ready": listening,
        "control_socket_disable": True,
        "worker_tmp_dir": memory,
    }
    counters = tempfile.mkdtemp(prefix="tombola-metrics-", dir=memory)
    os.environ[SHARED_ENV] = counters
    try:
        _Server(settings, application).run()
    finally:
        shutil.rmtree(counters, ignore_errors=True)
