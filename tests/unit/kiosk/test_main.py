from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from kiosk.store import Store
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]
START_S_MAX = 60.0
ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PYTHONUNBUFFERED": "1"}


def knock(door: Path, program: subprocess.Popen[bytes]) -> socket.socket:
    clock, pause = SystemClock(), threading.Event()
    end = clock.monotonic_ms() + START_S_MAX * 1000
    while True:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(START_S_MAX)
        try:
            line.connect(str(door))
        except (FileNotFoundError, ConnectionRefusedError):
            line.close()
            assert program.poll() is None
            assert clock.monotonic_ms() < end
            pause.wait(0.05)
        else:
            return line


def test_a_second_program_says_so_on_its_screen_in_its_log_and_in_its_exit_code(tmp_path: Path) -> None:
    """K5: two programs never sell from one journal, and whoever watches the second one knows why."""
    door, log = tmp_path / "door", tmp_path / "kiosk.log"
    command = [sys.executable, "-m", "kiosk", "--data", str(tmp_path / "k"), "--drive", str(door)]
    with Store(tmp_path / "k"), log.open("wb") as out:
        second = subprocess.Popen(command, cwd=ROOT, env=os.environ | ENVIRONMENT, stdout=out, stderr=out)
        try:
            line = knock(door, second)
            with line, line.makefile("rwb") as lines:

                def ask(what: dict[str, object]) -> dict[str, object]:
                    lines.write(json.dumps(what).encode() + b"\n")
                    lines.flush()
                    found: dict[str, object] = json.loads(lines.readline())
                    return found

                assert ask({"do": "wait", "where": {"blocked.code": "second_process"}})["ok"]
                assert ask({"do": "wait", "where": {"screen": "blocked"}})["ok"]
            second.terminate()
            assert second.wait(START_S_MAX) == 1
        finally:
            second.kill()
            second.wait()
    assert "Another kiosk program is already running on this journal." in log.read_text()
