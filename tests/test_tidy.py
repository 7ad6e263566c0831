"""The repository keeps its own house rules."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tracked(*patterns: str) -> list[Path]:
    """The files that git tracks or would track, of these patterns."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_packaging_is_no_package() -> None:
    """An ``__init__.py`` there would hide PyPI's ``packaging``."""
    assert not tracked("packaging/**/__init__.py", "packaging/__init__.py")


def test_every_package_is_named_for_the_build() -> None:
    """A folder that is not named is missing from the wheel."""
    named = set(re.findall(r'^  "([a-z.]+)",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE))
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in tracked("*__init__.py")
        if path.relative_to(ROOT).parts[0] != "tests"
    }
    assert found <= named


def test_time_and_chance_come_through_one_door() -> None:
    """shared/clock.py alone reads clocks and throws dice; devices time their own wires."""
    banned = re.compile(
        r"^\s*(import|from) (time|random|secrets)\b|datetime\.now|date\.today|utcnow", re.MULTILINE
    )
    users = {
        str(path.relative_to(ROOT))
        for path in tracked("shared/**.py", "kiosk/**.py", "syncserver/**.py")
        if banned.search(path.read_text())
    }
    assert users <= {"shared/clock.py"}


def test_nothing_names_a_place_that_is_not_the_reader_s() -> None:
    """No path of a developer's machine, no host of a mirror."""
    places = re.compile("/wo" + r"rk/|/home/[a-z]+/|/ro" + r"ot/|opt/" + r"pypi|opt/" + "wheels")
    texts = [p for p in tracked() if p.suffix not in {".png", ".ttf", ".otf", ".bin", ".entry"}]
    assert [str(p) for p in texts if places.search(p.read_text(errors="replace"))] == []


def test_no_test_mocks_our_own_code() -> None:
    """Fakes are small real things."""
    banned = re.compile(r"unittest\.mock|from mock|MagicMock|mocker\b")
    assert [
        str(p) for p in tracked("tests/**.py") if p != Path(__file__) and banned.search(p.read_text())
    ] == []


def test_no_test_sleeps_or_is_skipped() -> None:
    """Conditions are awaited, never slept for."""
    banned = re.compile(r"time\.sle" + r"ep\(|mark\.ski" + r"p|mark\.xfa" + r"il|pytest\.ski" + r"p\(")
    assert [str(p) for p in tracked("tests/**.py") if banned.search(p.read_text())] == []


def test_every_lock_line_bears_hashes() -> None:
    """What is installed is what was locked, to the byte."""
    for lock in ["requirements.lock", "packaging/bootstrap.lock"]:
        text = (ROOT / lock).read_text()
        pinned = re.findall(r"^[a-z0-9][^\n]*==[^\n]*(?:\n    --hash=[^\n]*)*", text, re.MULTILINE)
        assert pinned
        assert all("--hash=sha256:" in one for one in pinned)
        assert "http://" not in text
        assert "https://" not in text


@pytest.mark.parametrize("target", ["demo", "test", "lint", "fmt", "bench", "soak", "help"])
def test_make_explains_every_target(target: str) -> None:
    """``make help`` prints itself."""
    printed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert f"make {target}" in printed
