"""Backup and restore by PostgreSQL's own programs: whole, checked, refused where they would harm."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shared.clock import SystemClock
from shared.errors import KnownError, Refused
from syncserver import backup, draws, reconcile, rsus
from syncserver.db import Database
from syncserver.office import furnish
from tests.chains import Scene, b64, open_scene
from tests.postgres import Cluster, set_clock

PHRASE = "four blue kettles sing"


def say(_words: str) -> None:
    pass


def whole(scene: Scene, folder: Path) -> Path:
    """A backup of the scene as it is."""
    folder.mkdir(exist_ok=True)
    file = folder / "tombola.dump"
    backup.back_up(scene.office.database, scene.home, file, PHRASE, SystemClock(), say)
    return file


def test_an_office_lost_and_restored_sells_nothing_twice_and_draws(
    every_postgres: Cluster, tmp_path: Path
) -> None:
    """O10, Y7: sell, back up, sell more, lose everything; restore, the kiosks refill it, and the draw verifies."""
    folder = tmp_path / "backup"
    with every_postgres.fresh() as first:
        scene = open_scene(first, tmp_path / "home")
        known = scene.kiosk()
        known.sell()
        known.send_all()
        file = whole(scene, folder)
        assert "server.key" not in file.read_bytes().decode("latin-1")
        # What the backup does not know: sales, a block, a kiosk.
        known.sell()
        known.allocate(50)
        known.send_all()
        stranger = scene.kiosk("After the backup")
        stranger.sell()
        stranger.send_all()
        before = (scene.tickets(), scene.total())
    shutil.rmtree(tmp_path / "home")
    with every_postgres.fresh(migrated=False) as second:
        new_home = tmp_path / "new home"
        assert backup.restore(second, new_home, file, PHRASE, say) == 2
        set_clock(second, believing=True)
        scene.home, scene.office = new_home, furnish(second, new_home, scene.clock)
        assert scene.office.generation == 2
        for kiosk in (known, stranger):
            said = kiosk.enrolment
            rsus.adopt(scene.office, b64(said.certificate), bytes.fromhex(said.certificate_signature))
        newcomer = scene.kiosk("New")
        assert newcomer.grants[0][0].first > 50_000
        newcomer.sell()
        for kiosk in (known, stranger):
            assert kiosk.send_all().verdict == "accepted"
        assert (scene.tickets(), scene.total()) == before
        settle(scene, known, stranger, newcomer)
        assert len(scene.tickets()) == len(before[0]) + 5
        draw = draws.draw_now(scene.office, scene.event, scene.user)
        with scene.office.begin(scene.user) as c:
            draws.make_official(scene.office, c, draw, scene.user)
            assert draws.replay(scene.office, c, draw).ok


def settle(scene: Scene, *kiosks) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN002 - kiosks of the scene
    """Close the event, hear of every kiosk, decide what a restore left to decide, and confirm."""
    scene.close()
    for kiosk in kiosks:
        kiosk.cut()
        kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        for finding in reconcile.findings(c, scene.event):
            reconcile.decide(scene.office, c, finding.id, "accept", "all are here", scene.user)
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path / "home")


def test_a_backup_overwrites_nothing_and_says_its_checksum(scene: Scene, tmp_path: Path) -> None:
    """O10: three files that nobody else may read; the same name again is refused."""
    file = whole(scene, tmp_path / "b")
    sums = file.with_name("tombola.dump.sha256").read_text()
    assert sums == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  tombola.dump\n"
    for one in file.parent.iterdir():
        assert one.stat().st_mode & 0o777 == 0o600, one
    assert len(list(file.parent.iterdir())) == 3
    held = {one: one.read_bytes() for one in file.parent.iterdir()}
    with pytest.raises(Refused, match="there already"):
        whole(scene, tmp_path / "b")
    assert {one: one.read_bytes() for one in file.parent.iterdir()} == held
    with pytest.raises(Refused, match="fewer than"):
        backup.back_up(scene.office.database, scene.home, tmp_path / "c", "short", SystemClock(), say)


def test_a_stick_without_links_takes_a_backup_too_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """O10: FAT and exFAT know no links."""

    def link(_making: Path, _file: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    making, file = tmp_path / "b.making", tmp_path / "b"
    making.write_bytes(b"new")
    backup._name(making, file, link)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("b", b"new")]
    making.write_bytes(b"newer")
    with pytest.raises(FileExistsError):
        backup._name(making, file, link)
    assert file.read_bytes() == b"new"


def test_a_database_that_holds_anything_is_not_restored_into(scene: Scene, tmp_path: Path) -> None:
    """O10: nothing in it is overwritten."""
    file = whole(scene, tmp_path / "b")
    with pytest.raises(Refused, match="not empty"):
        backup.restore(scene.office.database, scene.home, file, PHRASE, say)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _cut_unsummed(file: Path) -> None:
    file.with_name("tombola.dump.sha256").unlink()
    _cut(file)


def _other_file(file: Path) -> None:
    file.with_name("tombola.dump.sha256").unlink()
    file.write_text("not a backup")


def _flipped_keys(file: Path) -> None:
    keys = file.with_name("tombola.dump.keys")
    held = bytearray(keys.read_bytes())
    held[-1] ^= 1
    keys.write_bytes(held)


def _no_keys(file: Path) -> None:
    file.with_name("tombola.dump.keys").unlink()


@pytest.mark.parametrize("harm", [_cut, _cut_unsummed, _other_file, _flipped_keys, _no_keys])
def test_what_is_damaged_is_not_restored_and_nothing_is_changed(
    scene: Scene, tmp_path: Path, postgres: Cluster, harm: Callable[[Path], None]
) -> None:
    """O10: it is found before the first row is written."""
    file = whole(scene, tmp_path / "b")
    harm(file)
    with postgres.fresh(migrated=False) as empty:
        with pytest.raises(KnownError):
            backup.restore(empty, tmp_path / "new", file, PHRASE, say)
        backup._check_empty(empty)
    assert not (tmp_path / "new").exists()


def test_a_backup_that_this_program_could_not_serve_is_refused_before_a_row_is_written(
    scene: Scene, tmp_path: Path, postgres: Cluster
) -> None:
    """O10: of a newer program; and where the application has another role than the one that was given its rights."""
    file = whole(scene, tmp_path / "b")
    with postgres.fresh(migrated=False) as empty:
        with pytest.raises(Refused, match="here it is raffle_app") as other:
            backup.restore(replace(empty, app_role="raffle_app"), tmp_path / "new", file, PHRASE, say)
        assert (other.value.code, "connect as tombola_app" in other.value.hint) == ("restore_role", True)
        owner = create_engine(scene.office.database.owner_url)
        with owner.begin() as c:
            c.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
        owner.dispose()
        newer = whole(scene, tmp_path / "c")
        with pytest.raises(Refused, match="9999_later, which this program does not know"):
            backup.restore(empty, tmp_path / "new", newer, PHRASE, say)
        backup._check_empty(empty)
    assert not (tmp_path / "new").exists()


def test_another_passphrase_or_other_keys_do_not_open_it(
    scene: Scene, tmp_path: Path, postgres: Cluster
) -> None:
    """Z4: the file of keys says nothing without its passphrase; a home with other keys is refused."""
    file = whole(scene, tmp_path / "b")
    with postgres.fresh(migrated=False) as empty:
        with pytest.raises(Refused, match="does not open"):
            backup.restore(empty, tmp_path / "new", file, "another passphrase", say)
        other = tmp_path / "other"
        (other / "keys").mkdir(parents=True)
        for name in ("server.key", "secret.key"):
            (other / "keys" / name).write_bytes(b"x" * 32)
        with pytest.raises(Refused, match="other keys"):
            backup.restore(empty, other, file, PHRASE, say)
        # Without a passphrase the home's own keys serve, and the leap is made all the same.
        assert backup.restore(empty, scene.home, file, None, say) == 2
