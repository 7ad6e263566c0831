"""What a kiosk loads before its first screen stands: every library more is a moment that an operator waits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from shared.clock import SystemClock
from tests.e2e.paper import PaperOffice

LATER = {
    "PIL", "PySide6.QtOpenGL", "PySide6.QtQuick", "anyio", "babel", "click", "email", "escpos", "h11", "hardware.escpos", "hardware.ports", "hardware.printer",
    "hardware.receipt_printer", "hardware.scanner", "http", "httpcore", "httpx", "importlib.metadata", "jsonschema",
    "kiosk.lookup", "kiosk.receipt", "kiosk.spooler", "kiosk.ui.drive", "kiosk.uplink", "numpy", "pygments", "qrcode",
    "rich", "serial", "sqlalchemy", "sqlite_utils", "ssl", "subprocess", "tomllib", "zstandard",
}  # fmt: skip
"""Printing, talking to the office, migrating, formatting for languages that are not the kiosk's: behind the first screen."""
IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)$")
LINES_MAX = 5_000


def test_what_the_first_screen_does_not_need_is_loaded_behind_it(tmp_path: Path) -> None:
    """K17: the first frame of the front page comes before the libraries of printer, network and migration."""
    PaperOffice(SystemClock()).furnish(tmp_path / "data", 100)
    command = [
        sys.executable, "-X", "importtime", "-m", "kiosk", "--data", str(tmp_path / "data"), "--size", "1280x800"
    ]  # fmt: skip
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    before: set[str] = set()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as kiosk:
        assert kiosk.stderr is not None
        for _ in range(LINES_MAX):
            line = kiosk.stderr.readline()
            assert line, f"it ended with {kiosk.wait()}"
            if found := IMPORTED.match(line):
                before.add(found[1])
            elif " kiosk.ui: ready: " in line:
                break
        kiosk.kill()
    assert line.endswith("ready: attract\n")
    assert {"kiosk.engine", "PySide6.QtQml", "kiosk.till"} <= before
    assert sorted(before & LATER) == []


def test_python_s_own_import_is_left_in_its_place() -> None:
    """K17: PySide6's reads the source of every module that is imported after it; a kiosk gives it back."""
    code = "import builtins, kiosk.ui; raise SystemExit(builtins.__import__ is not builtins.__orig_import__)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_enumeration_of_qt_is_built_before_the_first_screen() -> None:
    """K17: naming ``Qt`` builds all 120 of them; the few numbers that the kiosk needs stand as numbers."""
    code = "import kiosk.ui, PySide6.QtCore; raise SystemExit('Qt' in vars(PySide6.QtCore))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_this_python_has_itself_is_asked_of_no_other_library() -> None:
    """K17: msgspec loads typing_extensions wherever it is installed; whoever needs it later still gets it."""
    code = (
        "import sys; from kiosk.__main__ import load_msgspec; load_msgspec(); before = set(sys.modules); "
        "import msgspec, typing_extensions; raise SystemExit('msgspec' not in before or 'typing_extensions' in before)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
