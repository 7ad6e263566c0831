"""The office: keys made once, the generation outside the database, transactions that say who acts."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Fault
from syncserver import audit, events
from syncserver import models as m
from syncserver.db import Database
from syncserver.office import furnish, restored
from tests.chains import SetClock, add_user, together


def test_keys_are_made_once_and_only_we_can_read_them(database: Database, tmp_path: Path) -> None:
    """Z4: whoever comes first, all have the same."""
    offices = together([lambda i=i: furnish(database, tmp_path, SetClock(i)) for i in range(4)])  # type: ignore[misc]
    assert len({office.key.public for office in offices}) == 1
    assert len({office.secret for office in offices}) == 1
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["secret.key", "server.key"]


def test_a_broken_key_or_generation_is_said_and_not_made_anew(database: Database, tmp_path: Path) -> None:
    furnish(database, tmp_path, SetClock())
    (tmp_path / "generation").write_text("many")
    with pytest.raises(Fault, match="generation"):
        furnish(database, tmp_path, SetClock())
    (tmp_path / "generation").write_text("1\n")
    (tmp_path / "keys" / "server.key").write_bytes(b"short")
    with pytest.raises(Fault, match="not a key"):
        furnish(database, tmp_path, SetClock())


def test_a_restore_raises_the_generation_once(database: Database, tmp_path: Path) -> None:
    office = furnish(database, tmp_path, SetClock())
    assert office.generation == 1
    assert restored(database, tmp_path) == 2
    assert [furnish(database, tmp_path, SetClock()).generation for _ in range(3)] == [2, 2, 2]
    with office.begin() as c:
        found = c.execute(m.critical_events.select()).all()
    assert [row.event_type for row in found] == ["server_restored"]
    assert restored(database, tmp_path) == 3


def test_the_audit_log_says_who_acted(database: Database, tmp_path: Path) -> None:
    """O2"""
    office = furnish(database, tmp_path, SetClock())
    user = add_user(office, "Ada")
    with office.begin(user) as c:
        events.create_organisation(c, "Club", "EUR")
    with office.begin() as c:
        changes = audit.history(c, table="organizations")
    assert [change.changed_by for change in changes] == [user]
