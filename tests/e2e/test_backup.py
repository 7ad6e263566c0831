"""The commands of backup and restore, as whoever runs the server types them."""

from __future__ import annotations

import hashlib
import urllib.request
from pathlib import Path

from tests.server import open_home, run, serving


def test_a_home_is_backed_up_lost_and_restored_by_the_commands(tmp_path: Path) -> None:
    """O10: the embedded PostgreSQL, its own programs, and what to do next in words."""
    phrase, file = tmp_path / "phrase", tmp_path / "office.dump"
    phrase.write_text("four blue kettles sing\n", encoding="utf-8")
    with open_home() as home:
        assert run(home, "init", "--organisation", "Hockey Club").returncode == 0
        without = run(home, "backup", str(file))
        assert (without.returncode, "A passphrase is needed" in without.stderr) == (1, True)
        done = run(home, "backup", str(file), "--passphrase-file", str(phrase))
        assert done.returncode == 0, done.stderr
        assert hashlib.sha256(file.read_bytes()).hexdigest() in done.stdout
        again = run(home, "restore", str(file), "--passphrase-file", str(phrase))
        assert (again.returncode, "not empty" in again.stderr) == (1, True)
    with open_home() as home:
        done = run(
            home, "restore", str(file), environment={"TOMBOLA_BACKUP_PASSPHRASE": "four blue kettles sing"}
        )
        assert done.returncode == 0, done.stderr
        assert "The next start is generation 2" in done.stdout
        assert (home / "generation").read_text() == "2\n"
        with serving(home) as address, urllib.request.urlopen(f"{address}/") as answer:
            assert answer.status == 200
