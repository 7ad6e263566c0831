"""The program as somebody starts it: real processes, a real database of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from syncserver.__main__ import main
from tests.server import open_home, run, serving


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
    made = run(home, "init", "--organisation", "Hockey Club", "--timezone", "Europe/Berlin")
    assert made.returncode == 0, made.stderr
    password = re.search(r"password +(\S+)", made.stdout)
    assert password
    assert "serve" in made.stdout
    twice = run(home, "init")
    assert twice.returncode == 1
    assert "set up already" in twice.stderr
    assert "Traceback" not in twice.stderr
    assert (home / "keys" / "server.key").stat().st_mode & 0o777 == 0o600
    with serving(home) as address, httpx.Client(base_url=address, follow_redirects=True) as browser:
        assert browser.get("/healthz").json() == {"ok": True}
        assert browser.get("/").status_code == 200
        page = log_in(browser, password[1])
        assert (page.status_code, page.url.path) == (200, "/admin/kiosks")
        code = run(home, "enrol", "--rsu", "North 1")
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}\n", code.stdout), code.stderr
        assert "North 1" in browser.get("/admin/kiosks").text
        changed = run(home, "user", "admin")
        fresh = re.search(r"password +(\S+)", changed.stdout)
        assert fresh
        assert fresh[1] != password[1]
        assert browser.get("/admin/kiosks").status_code == 401
        assert log_in(browser, fresh[1]).status_code == 200
        assert "of this version already" in run(home, "migrate").stdout
    assert password[1] not in (home.parent / "serve.log").read_text()
    again = run(home, "restored")
    assert "generation 2" in again.stdout, again.stderr


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
    for command in ("init", "serve", "worker", "migrate", "enrol", "user", "restored", "demo"):
        assert command in said
