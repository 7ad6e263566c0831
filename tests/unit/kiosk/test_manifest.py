"""A signed list of the program's files: anybody can check it, and whatever was changed is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import manifest
from kiosk.manifest import LIST, PUBLISHER, SIGNATURE, check, installed, listing, sign
from shared.keys import SigningKey

ROOT = Path(__file__).parents[3]
SEED = bytes(range(32))
PUBLIC = SigningKey(SEED).public.hex()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installation of a program of a few files, signed."""
    made = tmp_path / "installed"
    for name in ("hardware/a.py", "kiosk/b.py", "kiosk/ui/qml/Main.qml", "shared/c.py", "elsewhere/d.py"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(f"# {name}\n")
    cache = made / "kiosk/__pycache__/b.pyc"
    cache.parent.mkdir()
    cache.write_bytes(b"follows from b.py")
    assert sign(made, SEED) == 4
    return made


def test_what_the_publisher_signed_passes_and_its_name_is_the_lists_hash(root: Path) -> None:
    """K4: programs are checked against a signed manifest; its hash is what the log-on screen shows."""
    verdict = check(root)
    assert verdict.state == "ok"
    assert verdict.detail == ""
    shown = subprocess.run(["sha256sum", str(root / LIST)], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith(verdict.hash)
    assert check(root, PUBLIC).state == "ok"


def test_anybody_can_check_an_installation_with_standard_tools(root: Path, tmp_path: Path) -> None:
    """K4: from outside, with sha256sum and openssl alone."""
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", str(LIST)], cwd=root, check=True)
    key = SigningKey.public_key(bytes.fromhex((root / PUBLISHER).read_text()))
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = tmp_path / "publisher.pem"
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(pem), "-rawin"]
    files = ["-in", str(root / LIST), "-sigfile", str(root / SIGNATURE)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    (root / "kiosk/b.py").write_text("# other\n")
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", str(LIST)], cwd=root, check=False, capture_output=True
    )
    assert done.returncode == 1


def _change(root: Path) -> None:
    (root / "kiosk/b.py").write_text("# kiosk/B.py\n")


def _remove(root: Path) -> None:
    (root / "shared/c.py").unlink()


def _add(root: Path) -> None:
    (root / "kiosk/sitecustomize.py").write_text("print('I am new')\n")


def _edit_list(root: Path) -> None:
    _change(root)
    (root / LIST).write_bytes(manifest.lines(listing(root)))


def _sign_by_another(root: Path) -> None:
    _change(root)
    held = (root / PUBLISHER).read_text()
    sign(root, bytes(32))
    (root / PUBLISHER).write_text(held)


def _lose_list(root: Path) -> None:
    (root / LIST).unlink()


def _lose_signature(root: Path) -> None:
    (root / SIGNATURE).unlink()


def _spoil_key(root: Path) -> None:
    (root / PUBLISHER).write_text("no key")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_change, "changed: kiosk/b.py"),
        (_remove, "changed: shared/c.py"),
        (_add, "not the publisher's: kiosk/sitecustomize.py"),
        (_edit_list, "not signed"),
        (_sign_by_another, "not signed"),
        (_lose_list, "missing"),
        (_lose_signature, "does not hold"),
        (_spoil_key, "does not hold"),
    ],
)
def test_whatever_is_not_as_it_was_signed_is_a_mismatch_and_named(
    root: Path, harm: Callable[[Path], None], said: str
) -> None:
    """K4: a changed, missing or added file, another's list or signature: each is seen."""
    harm(root)
    verdict = check(root)
    assert verdict.state == "bad"
    assert said in verdict.detail


def test_a_program_signed_anew_by_another_does_not_pass_where_the_settings_name_the_publisher(
    root: Path,
) -> None:
    """K4: who can change everything below the root still cannot be the publisher that the settings name."""
    _change(root)
    sign(root, bytes(32))
    assert check(root).state == "ok"
    assert check(root, PUBLIC).state == "bad"
    for path in (LIST, SIGNATURE):
        (root / path).unlink()
    assert check(root).state == "unchecked"
    assert check(root, PUBLIC).state == "bad"


def test_a_long_list_of_changes_is_counted_not_recited(root: Path) -> None:
    """K4: a sentence names a few files."""
    for i in range(10):
        (root / f"kiosk/new{i}.py").touch()
    assert check(root).detail.endswith("new2.py and 7 more")


def test_the_program_checks_itself_on_demand(root: Path) -> None:
    """K4: `tombola-kiosk --check` prints what sha256sum prints, and ends with what it found."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    here = [sys.executable, "-m", "kiosk", "--check"]
    done = subprocess.run(here, capture_output=True, text=True, env=environment, cwd=root, check=False)
    assert done.returncode == 3, done.stderr
    assert "not checked" in done.stderr
    listed = subprocess.run(
        ["sha256sum", "-c", "--quiet"], input=done.stdout, text=True, cwd=installed(), check=False
    )
    assert listed.returncode == 0


def test_a_release_is_signed_by_one_command(tmp_path: Path) -> None:
    """K4: packaging signs what it installs, and the program then finds itself as it was signed."""
    root, key = tmp_path / "root", tmp_path / "key"
    for package in manifest.PACKAGES:
        shutil.copytree(
            ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__", "program.*")
        )
    key.write_text(SEED.hex() + "\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    tool = [sys.executable, str(ROOT / "packaging" / "sign_program.py")]
    subprocess.run([*tool, str(root), str(key)], check=True, env=environment, capture_output=True)
    command = [sys.executable, "-m", "kiosk", "--check"]
    alone = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=alone, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.encode() == (root / LIST).read_bytes().removeprefix(manifest.HEADING)
    with (root / "kiosk/words.py").open("a") as file:
        file.write("\n# a line of somebody's own\n")
    done = subprocess.run(command, capture_output=True, text=True, env=alone, cwd=root, check=False)
    assert done.returncode == 1
    assert "changed: kiosk/words.py" in done.stderr
    for wrong in ([], [str(root), str(tmp_path / "none")]):
        assert (
            subprocess.run([*tool, *wrong], env=environment, capture_output=True, check=False).returncode == 2
        )
