"""What PySide6 carries as source is compiled once, and never mistaken for another text."""

from __future__ import annotations

import builtins
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ui.compiled import UNUSED, compiled

NAME = "shibokensupport/part.py"


@pytest.fixture(autouse=True)
def writes_compiled_code() -> Iterator[None]:
    """As an installation does, whatever these tests were told."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    yield
    sys.dont_write_bytecode = before


def answer(source: bytes, name: str = NAME) -> object:
    """What ``source`` says is the answer."""
    found: dict[str, object] = {}
    exec(compile(source, name, "exec"), found)
    return found.get("answer")


def test_a_file_is_compiled_once_for_all_starts(tmp_path: Path) -> None:
    """K17: the second start finds what the first compiled; another text under that name is compiled anew."""
    kept = tmp_path / "deep" / "kept"
    for _ in range(2):
        with compiled(kept):
            assert answer(b"answer = 41 + 1") == 42
        first = kept.read_bytes()
    with compiled(kept):
        assert answer(b"answer = 'another text'") == "another text"
    assert kept.read_bytes() != first
    assert [path.name for path in kept.parent.iterdir()] == ["kept"]


def test_nothing_but_the_library_s_own_files_is_kept(tmp_path: Path) -> None:
    """K17: what else is compiled meanwhile is compiled as ever, and the compiler is given back."""
    usual = builtins.compile
    with compiled(tmp_path / "kept"):
        assert answer(b"answer = 7", "theirs.py") == 7
    assert builtins.compile is usual
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "left",
    [b"", b"nonsense", importlib.util.MAGIC_NUMBER, importlib.util.MAGIC_NUMBER + b"{s\x07", b"\x00" * 99],
)
def test_what_a_broken_write_left_is_compiled_again(tmp_path: Path, left: bytes) -> None:
    """K17: no start fails for the sake of what was kept."""
    kept = tmp_path / "kept"
    kept.write_bytes(left)
    with compiled(kept):
        assert answer(b"answer = 7") == 7
    assert len(kept.read_bytes()) > len(left)


def test_where_nothing_may_be_written_the_start_is_as_ever(tmp_path: Path) -> None:
    """K17: a file stands where the folder would be."""
    (tmp_path / "file").write_bytes(b"")
    with compiled(tmp_path / "file" / "kept"):
        assert answer(b"answer = 7") == 7


def test_the_maker_of_stubs_is_left_empty(tmp_path: Path) -> None:
    """K17: PySide6 loads it at every start, and no kiosk writes stubs; a wrong argument is still told as ever."""
    with compiled(tmp_path / "kept"):
        assert answer(b"answer = 7", UNUSED) is None
    code = """
import kiosk.ui
from PySide6.QtCore import QTimer
try:
    QTimer().setInterval("soon")
except TypeError as e:
    print(e)
"""
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""},
        )
        assert "setInterval(msec: int, /)" in told.stdout
    assert len(list(tmp_path.rglob("compiled.*.shiboken"))) == 1
