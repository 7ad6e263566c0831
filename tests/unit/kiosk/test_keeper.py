"""The keeper with real children: what dies or falls silent is started again, and never two at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import keeper
from kiosk.keeper import AGAIN, Heart, Keeper
from shared.clock import SystemClock
from shared.errors import Refused

ROOT = Path(__file__).parents[3]
WAIT_S_MAX = 30.0

CHILD = """
import os, signal, sys, threading
from pathlib import Path
from kiosk.keeper import Heart
heart = Heart(os.environ, os.getpid())
lives = Path(sys.argv[1])
with lives.open("a") as file:
    file.write(f"{os.getpid()}\\n")
life = len(lives.read_text().split())
pause = threading.Event()
"""


def child(tmp_path: Path, does: str) -> list[str]:
    """A program that notes each of its lives, and then does this; ``life`` counts them from 1."""
    return [sys.executable, "-c", CHILD + does, str(tmp_path / "lives")]


def lives(tmp_path: Path) -> int:
    path = tmp_path / "lives"
    return len(path.read_text().split()) if path.exists() else 0


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(keeper, "WAIT_S_MIN", 0.05)
    monkeypatch.setattr(keeper, "ABORT_S_MAX", 1.0)


def keep(tmp_path: Path, does: str, silent_s: float = 30.0) -> tuple[int, int]:
    """Keep this child until it is done: the exit code, and how often it was started."""
    made = Keeper(child(tmp_path, does), tmp_path / "k", SystemClock(), silent_s=silent_s)
    return made.run(), made.starts


def test_the_heart_speaks_as_systemd_listens(tmp_path: Path) -> None:
    """K14: plain datagrams to NOTIFY_SOCKET, abstract or not, at half of the watchdog's time; alone it is still."""
    for address in (str(tmp_path / "ear"), f"@tombola-test-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind("\0" + address[1:] if address.startswith("@") else address)
            ear.settimeout(WAIT_S_MAX)
            heart = Heart({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000000"}, 7)
            assert heart.watched
            assert heart.every_s == 10
            heart.ready()
            heart.beat()
            heart.stopping()
            assert [ear.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    other = Heart({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "8"}, 7)
    assert other.every_s == 0
    other.beat()
    alone = Heart({}, 7)
    assert not alone.watched
    alone.beat()


def test_a_kiosk_that_crashes_is_started_again_until_it_ends_as_told(tmp_path: Path) -> None:
    """K14: a crash by signal and one by an error; then an end that was meant."""
    does = "os.kill(os.getpid(), signal.SIGSEGV) if life == 1 else sys.exit(1 if life == 2 else 0)"
    assert keep(tmp_path, does) == (0, 3)


def test_settings_that_cannot_be_meant_are_not_tried_again(tmp_path: Path) -> None:
    """K14: what would fail in the same way each time ends the keeper too."""
    assert keep(tmp_path, "sys.exit(2)") == (2, 1)


def test_a_kiosk_that_asks_for_it_is_started_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K1: a setting that needs a restart gets one, without the wait that follows a crash."""
    monkeypatch.setattr(keeper, "WAIT_S_MIN", 10 * WAIT_S_MAX)
    assert keep(tmp_path, f"sys.exit({AGAIN} if life == 1 else 0)") == (0, 2)


@pytest.mark.parametrize(
    "silence",
    [
        "os.kill(os.getpid(), signal.SIGSTOP); pause.wait()",
        "pause.wait()",
        "signal.signal(signal.SIGABRT, signal.SIG_IGN); pause.wait()",
    ],
    ids=["stopped", "blocked", "deaf"],
)
def test_a_silent_kiosk_is_ended_and_started_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    """K14: stopped, blocked or deaf to the abort; where it stood is in the log before it is killed."""
    monkeypatch.setattr(keeper, "START_S_MAX", 1.0)
    code, starts = keep(tmp_path, f"heart.ready(); heart.beat()\nif life == 1:\n    {silence}", silent_s=1.0)
    assert (code, starts) == (0, 2)
    if "SIG_IGN" not in silence:
        said = capfd.readouterr().err
        assert "Fatal Python error: Aborted" in said
        assert "most recent call first" in said


def test_a_beating_heart_is_left_alone(tmp_path: Path) -> None:
    """K14: who shows that it lives is not disturbed, however long it takes."""
    assert keep(tmp_path, "for _ in range(12): heart.beat(); pause.wait(0.25)", silent_s=1.0) == (0, 1)


PROGRAM = """
import sys
from pathlib import Path
from kiosk.keeper import Keeper
from shared.clock import SystemClock
from shared.errors import Refused
try:
    sys.exit(Keeper(sys.argv[2:], Path(sys.argv[1]), SystemClock()).run())
except Refused as e:
    print(e.code, flush=True)
    sys.exit(3)
"""


def keeper_process(tmp_path: Path, does: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "k"), *child(tmp_path, does)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_two_are_never_run_at_once_even_where_the_keeper_itself_was_killed(tmp_path: Path) -> None:
    """K14: a child that outlives its keeper holds the folder; nobody starts a second one beside it."""
    first = keeper_process(tmp_path, "print(os.getpid(), flush=True); pause.wait()")
    assert first.stdout is not None
    with first:
        orphan = int(first.stdout.readline())
        try:
            with pytest.raises(Refused, match="kept alive already"):
                Keeper(["false"], tmp_path / "k", SystemClock()).run()
            first.kill()
            first.wait()
            with pytest.raises(Refused, match="kept alive already"):
                Keeper(["false"], tmp_path / "k", SystemClock()).run()
        finally:
            os.kill(orphan, signal.SIGKILL)
            first.stdout.read()  # it ends with the last who could write to it
    assert keep(tmp_path, "sys.exit(0)") == (0, 1)


def test_the_keeper_passes_on_that_it_is_to_end(tmp_path: Path) -> None:
    """K14: told to end, it has the kiosk end what is under way, and starts nothing again."""
    does = (
        # Written past Python's buffer, which the signal may find in use.
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'ending\\n'), sys.exit(0)))\n"
        "os.write(1, b'up\\n')\npause.wait()"
    )
    with keeper_process(tmp_path, does) as kept:
        assert kept.stdout is not None
        assert kept.stdout.readline() == b"up\n"
        kept.terminate()
        assert kept.wait(WAIT_S_MAX) == 0
        assert kept.stdout.read() == b"ending\n"
    assert lives(tmp_path) == 1
