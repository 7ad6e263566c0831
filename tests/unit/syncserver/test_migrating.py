"""Migrations while others work: nobody queues behind one, and nothing that was taken in is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from shared.clock import SystemClock
from shared.errors import Fault
from syncserver import db
from syncserver.db import migrate
from tests.postgres import Cluster

FIRST = "0001_first"
WAIT_S_MAX = 90

# A program of the last version, which knows the first schema alone: one kiosk's uploads, and somebody's pages.
OLD = """
import sys
import psycopg
kind, address, mark = sys.argv[1:]
done = 0
with psycopg.connect(address) as c:
    c.execute("SET ROLE tombola_app")
    c.commit()
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            if kind == "upload":
                c.execute("SELECT FROM organizations WHERE name = 'Club' FOR SHARE")
                c.execute("INSERT INTO critical_events (event_type, severity, description) VALUES (%s, 'INFO', '')", [mark])
                c.execute("UPDATE organizations SET description = %s WHERE name = 'Club'", [mark])
            else:
                c.execute("SELECT count(*) FROM orders o JOIN tickets t ON t.order_id = o.id")
                c.execute("SELECT id, name, primary_currency FROM organizations").fetchall()
            c.commit()
            done += 1
            print(done, flush=True)
        except psycopg.OperationalError as error:  # what the server answers with 503 and Retry-After
            c.rollback()
            print("later", error.sqlstate, flush=True)
"""


class Old:
    """A process of the last version that does one thing after the other."""

    def __init__(self, program: Path, kind: str, address: str, mark: str) -> None:
        self.done = 0
        self.answers: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(program), kind, address, mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def work(self) -> None:
        """Once."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, "it has ended with an error that no client could wait out"
        self.answers.append(answer)
        self.done = int(answer) if answer.isdigit() else self.done

    def end(self) -> None:
        """Let it go home."""
        with suppress(BrokenPipeError):
            self.process.communicate(timeout=WAIT_S_MAX)


def test_two_kiosks_and_two_readers_go_on_while_the_schema_changes(postgres: Cluster, tmp_path: Path) -> None:
    """O10: from the first schema to the newest; a transaction that is open for long holds up the migration alone."""
    program = tmp_path / "old.py"
    program.write_text(OLD, encoding="utf-8")
    with postgres.fresh(migrated=False) as database:
        assert migrate(database, FIRST) == [FIRST]
        owner = create_engine(database.owner_url)
        with owner.begin() as c:
            c.execute(text("INSERT INTO organizations (name, primary_currency) VALUES ('Club', 'EUR')"))
        address = database.owner_url.set(drivername="postgresql", username="postgres")
        where = address.render_as_string(hide_password=False)
        everybody = [Old(program, kind, where, f"{kind} {n}") for kind in ("upload", "read") for n in (1, 2)]
        done: list[list[str]] = []
        with psycopg.connect(where) as long:
            long.execute("SELECT count(*) FROM orders, organizations, rsus, raffle_events")
            migration = threading.Thread(target=lambda: done.append(migrate(database)))
            migration.start()
            # Everybody gets through many times while the migration does not.
            for _ in range(15):
                for one in everybody:
                    one.work()
            assert done == []
            assert all(one.done == 15 for one in everybody), [one.answers for one in everybody]
        clock = SystemClock()
        until_ms = clock.monotonic_ms() + WAIT_S_MAX * 1000
        while migration.is_alive() and clock.monotonic_ms() < until_ms:
            for one in everybody:
                one.work()
        migration.join(0)
        assert len(done) == 1, "the migration did not come through"
        assert done[0][0] == "0002_accounts"
        for _ in range(3):
            for one in everybody:
                one.work()
        for one in everybody:
            one.end()
            assert {answer.split()[0] for answer in one.answers if not answer.isdigit()} <= {"later"}
        with owner.connect() as c:
            kept = c.execute(
                text(
                    "SELECT event_type, count(*) FROM critical_events WHERE event_type LIKE 'upload %' GROUP BY 1"
                )
            ).all()
        assert {row[0]: row[1] for row in kept} == {f"upload {n}": everybody[n - 1].done for n in (1, 2)}
        owner.dispose()


def test_a_migration_that_never_finds_room_says_so_and_changes_nothing(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O10: a Fault with what to do, and the schema as it was."""
    monkeypatch.setattr(db, "LOCK_MS_MAX", 50)
    monkeypatch.setattr(db, "LOCK_PAUSES_S", (0.01, 0.01))
    with postgres.fresh(migrated=False) as database:
        migrate(database, FIRST)
        address = database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as long:
            long.execute("SELECT count(*) FROM orders, organizations, rsus, raffle_events")
            with pytest.raises(Fault, match="never free enough"):
                migrate(database)
        assert migrate(database)[0] == "0002_accounts"
