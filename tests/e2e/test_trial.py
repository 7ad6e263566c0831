"""Trying the office on one machine: the real program, with play money and letters in the terminal."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shared.clock import SystemClock
from tests.server import _environment, open_home, run

SAID_S_MAX = 90
ENDED_S_MAX = 60


@pytest.fixture
def home() -> Iterator[Path]:
    with open_home() as made:
        yield made


class Heard:
    """What a program says, line by line, as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: list[str] = []
        self._more = threading.Condition()
        self._process = process
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self._lines.append(line)
                self._more.notify_all()

    def match(self, pattern: str) -> str:
        """The first group of what was said, once it was."""
        clock = SystemClock()
        deadline = clock.monotonic_ms() + SAID_S_MAX * 1000
        with self._more:
            while (found := re.search(pattern, "".join(self._lines))) is None:
                left_s = (deadline - clock.monotonic_ms()) / 1000
                assert left_s > 0, f"{pattern} was not said: {self._lines}"
                self._more.wait(left_s)
        return found[1]

    def end(self) -> None:
        """Wait until it has said all."""
        self._thread.join(ENDED_S_MAX)


@contextmanager
def on_trial(home: Path) -> Iterator[tuple[str, Heard]]:
    """The program on trial: its address, and what it says."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "syncserver", "trial", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    heard = Heard(process)
    try:
        yield heard.match(r"Serving on (http://\S+)"), heard
    finally:
        process.terminate()
        code = process.wait(ENDED_S_MAX)
        heard.end()
        assert process.stdout is not None
        process.stdout.close()
    assert code == 0


def test_everything_can_be_tried_without_a_mail_server_or_a_card_processor(home: Path) -> None:
    """O7, O8, O9: a letter stands in the terminal with its link, and the web shop takes play money."""
    refused = run(home, "trial")
    assert refused.returncode == 1
    assert "tombola-server init" in refused.stderr
    assert run(home, "init", "--organisation", "Hockey Club").returncode == 0
    open_to_all = run(home, "trial", "--listen", "0.0.0.0:8080")
    assert open_to_all.returncode == 1
    assert "A trial is for this machine alone." in open_to_all.stderr
    stripe = {"TOMBOLA_STRIPE_KEY": "sk_live_1", "TOMBOLA_STRIPE_WEBHOOK_SECRET": "whsec_1"}
    real = run(home, "trial", environment=stripe)
    assert real.returncode == 1
    assert "that is no trial" in real.stderr
    with on_trial(home) as (address, heard), httpx.Client(base_url=address, follow_redirects=True) as browser:
        form = browser.get("/account/register").text
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        assert token is not None
        fields = {"csrf": token[1], "name": "Bea", "email": "bea@example.org"}
        password = dict.fromkeys(("password", "again"), "correct horse battery staple")
        said = browser.post("/account/register", data=fields | password)
        assert "Look into your mailbox" in said.text
        assert heard.match(r"✉ (?:Bea )?<?(bea@example\.org)")
        link = heard.match(r"(http://127\.0\.0\.1:\d+/account/\S+)")
        assert link.startswith(address)
        assert browser.get(link).status_code == 200
