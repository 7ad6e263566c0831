"""Trying the whole office on one machine: tickets are paid for with play money, and letters are printed, not sent.

``tombola-server trial`` serves and works as ``serve`` and ``worker`` do, in processes of their own. Beside them stand a
card processor that takes play money and a mail server that shows each letter in the terminal, with its link.
"""

from __future__ import annotations

import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.policy import default
from typing import BinaryIO, Final

from shared.clock import Clock
from shared.errors import Refused
from syncserver.auth import LOOPBACK
from syncserver.config import Config
from syncserver.playmoney import processor

LINE_BYTES_MAX: Final = 4_096
LETTER_BYTES_MAX: Final = 1_000_000
WAIT_S_MAX: Final = 30
STOP_S_MAX: Final = 40
SENDER: Final = "Tombola on trial <trial@example.org>"

Say = Callable[[str], None]


def run(config: Config, clock: Clock, processes: int, say: Say) -> None:
    """Serve and work until told to stop (SIGINT or SIGTERM), or until one of both ends.

    ``Refused``: ``trial_real`` where a card processor or a mail server is set up, ``trial_open`` where other machines
    could come.
    """
    if config.stripe is not None or config.mail is not None:
        raise Refused(
            "trial_real",
            "This server is set up with a card processor or a mail server: that is no trial.",
            "Start it with: tombola-server serve. Or try it with a TOMBOLA_HOME of its own, without these settings.",
        )
    if not config.listen_host.startswith(LOOPBACK):
        raise Refused("trial_open", "A trial is for this machine alone.", "Listen on 127.0.0.1.")
    url = f"http://{config.listen_host}:{config.listen_port}"
    with ExitStack() as ends:
        cards = ends.enter_context(processor(clock))
        cards.hook = f"{url}/stripe/webhook"
        environment = os.environ | {
            "TOMBOLA_HOME": str(config.home),
            "TOMBOLA_LISTEN": f"{config.listen_host}:{config.listen_port}",
            "TOMBOLA_URL": url,
            "TOMBOLA_STRIPE_KEY": cards.settings.key,
            "TOMBOLA_STRIPE_WEBHOOK_SECRET": cards.settings.webhook_secret,
            "TOMBOLA_STRIPE_API": cards.settings.url,
            "TOMBOLA_SMTP_HOST": "127.0.0.1",
            "TOMBOLA_SMTP_PORT": str(ends.enter_context(mailbox(say))),
            "TOMBOLA_SMTP_SECURITY": "none",
            "TOMBOLA_SMTP_FROM": SENDER,
        }
        say(
            "A trial: tickets are paid for with play money, and letters are printed here instead of being sent."
        )
        log = config.home / "trial.log"
        say(f"What the programs note goes to {log}. Ctrl-C ends it.")
        with log.open("ab") as notes:
            _both(environment, processes, notes)


def _both(environment: dict[str, str], processes: int, notes: BinaryIO) -> None:
    told = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    program = [sys.executable, "-m", "syncserver"]
    running = [
        # Ctrl-C is for this process, which stops them in order.
        subprocess.Popen([*program, *command], env=environment, stderr=notes, start_new_session=True)
        for command in (("serve", "--processes", str(processes)), ("worker",))
    ]
    try:
        while not told.wait(0.2) and all(one.poll() is None for one in running):
            pass
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait(STOP_S_MAX)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def mailbox(say: Say) -> Iterator[int]:
    """A mail server on loopback that says each letter; its port. As much of RFC 5321 as one polite client needs."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = WAIT_S_MAX

        def handle(self) -> None:
            self._answer(220, "trial")
            while line := self.rfile.readline(LINE_BYTES_MAX):
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._answer(354, "go on")
                    say(letter(self._data()))
                self._answer(221 if verb == b"QUIT" else 250, "fine")
                if verb == b"QUIT":
                    return

        def _answer(self, code: int, words: str) -> None:
            self.wfile.write(f"{code} {words}\r\n".encode())

        def _data(self) -> bytes:
            lines, size = [], 0
            while (line := self.rfile.readline(LINE_BYTES_MAX)) not in {b".\r\n", b""}:
                size += len(line)
                if size <= LETTER_BYTES_MAX:
                    lines.append(line[1:] if line.startswith(b"..") else line)
            return b"".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def letter(data: bytes) -> str:
    """A letter for the terminal: to whom, what about, and its text."""
    made = message_from_bytes(data, policy=default)
    part = made.get_body(("plain",))
    text = part.get_content() if part is not None else ""
    lines = [f"✉ {made['To']}: {' '.join(str(made['Subject']).split())}", *str(text).strip().splitlines()]
    return "\n".join(["", *(f"  {line}".rstrip() for line in lines), ""])
