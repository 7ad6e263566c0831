"""Somebody else's servers, on loopback: one that records what it is posted, and a mail server that keeps what it gets."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

WAIT_S_MAX = 120


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorder:
    """A server that records requests; ``answer`` decides the status and headers of each, ``hold`` keeps it waiting."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, dict[str, str]]] = lambda _asked: (200, {})
    hold: threading.Event | None = None
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self) -> None:
        """Until one more request has arrived."""
        assert self.arrived.acquire(timeout=WAIT_S_MAX), "nobody asked"


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder on a free port of loopback."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            one = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            recorder.asked.append(one)
            recorder.arrived.release()
            if recorder.hold is not None:
                recorder.hold.wait(WAIT_S_MAX)
            status, headers = recorder.answer(one)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base names it
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever asked has gone away: that is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        if recorder.hold is not None:
            recorder.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Post:
    """A mail server: what it got, and what it answers to a receiver (``RCPT``) and to a text (``DATA``)."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    rcpt: Callable[[str], str] = lambda _address: "250 OK"
    data: Callable[[], str] = lambda: "250 OK"
    conversations: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    hold: threading.Event | None = None
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self) -> None:
        """Until one more message has arrived."""
        assert self.arrived.acquire(timeout=WAIT_S_MAX), "no mail came"


class _Handler:
    def __init__(self, post: Post) -> None:
        self._post = post

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._post.conversations += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self._post.rcpt(address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        said = self._post.data()
        if said.startswith("2"):
            made = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(made, EmailMessage)
            self._post.got.append(made)
            self._post.receivers.extend(envelope.rcpt_tos)
        self._post.arrived.release()
        return said


@contextmanager
def receiving(*, tls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Post]:
    """A mail server on a free port of loopback; with ``tls`` it is spoken to in TLS from the first byte on.

    ``settings`` are aiosmtpd's.
    """
    post, ready = Post(), threading.Event()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    spoken: list[SMTP] = []

    def speak() -> SMTP:
        spoken.append(SMTP(_Handler(post), loop=loop, **settings))
        return spoken[-1]

    async def serve() -> None:
        server = await loop.create_server(speak, host="127.0.0.1", port=0, ssl=tls)
        post.port = server.sockets[0].getsockname()[1]
        ready.set()
        await done.wait()
        server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for one in spoken:
            if one.transport is not None:
                one.transport.close()
        await server.wait_closed()
        await asyncio.sleep(0)  # the transports close their sockets in the loop's next round

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(WAIT_S_MAX), "the mail server did not start"
    try:
        yield post
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(WAIT_S_MAX)
