"""The program as somebody starts it: real processes, a real database of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from shared.clock import SystemClock
from syncserver.__main__ import main
from syncserver.config import Config
from syncserver.db import open_database
from tests.server import open_home, run, serving

ANSWER_S_MAX = 120


@pytest.fixture
def home() -> Iterator[Path]:
    with open_home() as made:
        yield made


def log_in(browser: httpx.Client, password: str) -> httpx.Response:
    """Logs in as a browser does."""
    form = browser.get("/admin/")
    assert form.status_code == 401
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', form.text)
    assert token
    return browser.post(
        "/admin/login",
        data={"csrf": token[1], "username": "admin", "password": password, "next": "/admin/kiosks"},
    )


def test_a_new_office_is_made_served_and_entered(home: Path) -> None:
    """Init prints a password once; serve answers; the commands beside it work on the same database."""
    made = run(
        home, "init", "--organisation", "Hockey Club", "--timezone", "Europe/Berlin", "--name", "Grace Okafor"
    )
    assert made.returncode == 0, made.stderr
    password = re.search(r"  password +(\S+)", made.stdout)
    assert password
    assert "log in at http://127.0.0.1:8080/admin" in made.stdout
    twice = run(home, "init")
    assert twice.returncode == 1
    assert "set up already" in twice.stderr
    assert "Traceback" not in twice.stderr
    assert (home / "keys" / "server.key").stat().st_mode & 0o777 == 0o600
    with serving(home) as address, httpx.Client(base_url=address, follow_redirects=True) as browser:
        taken = run(home, "serve", "--listen", address.removeprefix("http://"))
        assert taken.returncode == 1
        assert "is in use. Is Tombola running already?" in taken.stderr
        assert "Traceback" not in taken.stderr
        assert "gunicorn" not in taken.stderr
        assert browser.get("/healthz").json() == {"ok": True}
        assert browser.get("/").status_code == 200
        page = log_in(browser, password[1])
        assert (page.status_code, page.url.path) == (200, "/admin/kiosks")
        assert "Grace Okafor" in page.text
        rules = browser.get("/admin/rules").text
        assert re.search(r'name="required"[^>]*checked', rules), "a new house looks after its cash"
        assert re.search(r'name="blind"[^>]*checked', rules)
        code = run(home, "enrol", "--rsu", "North 1")
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}\n", code.stdout), code.stderr
        assert "North 1" in browser.get("/admin/kiosks").text
        slip = run(home, "user", "adnim")
        assert slip.returncode == 1
        assert "There is nobody called 'adnim'. People are: admin." in slip.stderr
        assert "add --role" in slip.stderr
        somebody = run(home, "user", "dee", "--name", "Dee", "--role", "claims")
        assert "Made Dee (claims)" in somebody.stdout, somebody.stderr
        second = run(home, "organisation", "Rowing Club", "chf", "--admin", "admin")
        assert "leads it" in second.stdout, second.stderr
        assert "already" in run(home, "organisation", "Rowing Club", "CHF", "--admin", "new").stderr
        changed = run(home, "user", "admin")
        assert "New password for Grace Okafor (admin)" in changed.stdout, changed.stderr
        fresh = re.search(r"  password +(\S+)", changed.stdout)
        assert fresh
        assert fresh[1] != password[1]
        assert browser.get("/admin/kiosks").status_code == 401
        assert log_in(browser, fresh[1]).status_code == 200
        assert "of this version already" in run(home, "migrate").stdout
    assert password[1] not in (home.parent / "serve.log").read_text()
    again = run(home, "restored")
    assert "generation 2" in again.stdout, again.stderr


def test_what_only_looks_like_http_is_refused_and_makes_no_fault(home: Path) -> None:
    """Z3: chunks without a size, and a header that would move the application."""
    assert run(home, "init").returncode == 0
    with serving(home) as address:
        host, port = address.removeprefix("http://").split(":")
        chunked = b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n"
        for request, status in (
            (b"POST /rsu/v1/enrol HTTP/1.1\r\nHost: x\r\nTombola-Protocol: 1\r\n" + chunked, b"400"),
            (b"POST /validate HTTP/1.1\r\nHost: x\r\n" + chunked, b"400"),
            (b"GET /verify HTTP/1.1\r\nHost: x\r\nSCRIPT_NAME: /x\r\nConnection: close\r\n\r\n", b"200"),
        ):
            with socket.create_connection((host, int(port)), ANSWER_S_MAX) as wire:
                wire.sendall(request)
                assert wire.recv(4096).split(b" ")[1] == status, request
    assert "Traceback" not in (home.parent / "serve.log").read_text()


def test_a_worker_outlives_a_database_that_goes_away(home: Path) -> None:
    """E1: whatever cuts its connections, the closing at the closing time is done."""
    assert run(home, "init").returncode == 0
    clock, log = SystemClock(), home.parent / "worker.log"

    def begun(times: int) -> None:
        deadline_ms = clock.monotonic_ms() + ANSWER_S_MAX * 1000
        while log.read_text().count("Starting worker") < times:
            assert worker.poll() is None, log.read_text()
            assert clock.monotonic_ms() < deadline_ms, log.read_text()

    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "syncserver", "worker"],
            env=os.environ | {"TOMBOLA_HOME": str(home)},
            stderr=out,
        )
        try:
            begun(1)
            postmaster = int((home / "postgresql/data/postmaster.pid").read_text().splitlines()[0])
            os.kill(postmaster, signal.SIGINT)
            while (home / "postgresql/data/postmaster.pid").exists():
                assert worker.poll() is None, log.read_text()
            with closing(open_database(Config(home=home))):
                begun(2)
                worker.terminate()
                assert worker.wait(ANSWER_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["serve", "--listen", "nowhere"], {}, "no address and port"),
        (["enrol", "--rsu", "X"], {"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        (["worker"], {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, ""),
    ],
)
def test_trouble_is_told_in_a_sentence(
    home: Path, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    """Clear errors: what is wrong and what to do, never a traceback."""
    told = run(home, *arguments, environment=environment)
    assert told.returncode == 1
    assert words in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stderr.startswith("tombola-server: ")


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names every command."""
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for command in ("init", "serve", "worker", "trial", "migrate", "enrol", "user", "restored", "demo"):
        assert command in said
