"""Real PostgreSQL for the tests: one throw-away cluster a session and version, a fresh database a test.

The embedded PostgreSQL always, and the system's 15 beside it where one is installed: the promises about the
schema are shown on both.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, create_engine, text

from shared.clock import SystemClock
from syncserver.db import (
    APP_ROLE,
    OWNER_ROLE,
    POSTGRES_MAJOR,
    SUPERUSER,
    Database,
    EmbeddedPostgres,
    make_engine,
    migrate,
)

SYSTEM_BINARIES = {15: Path("/usr/lib/postgresql/15/bin")}
CONNECTIONS_MAX = 8
MEMORY_FOLDER = Path("/dev/shm")
MEMORY_BYTES_MIN = 1 << 30


def versions() -> list[int]:
    """The major versions to be had here, the embedded one first."""
    return [POSTGRES_MAJOR, *(major for major, path in SYSTEM_BINARIES.items() if (path / "initdb").exists())]


def set_clock(database: Database, now: datetime | None = None, *, believing: bool = False) -> None:
    """As the owner: let the database's clock say `now`, or what it is; `believing`, let it have none at all."""
    offset = "NULL" if believing else "round(extract(epoch FROM :now - clock_timestamp()) * 1000)"
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        if now is None and not believing:
            offset = "0"
        connection.execute(
            text(f"UPDATE clock_offset SET offset_ms = {offset}"), {"now": now} if ":now" in offset else {}
        )
    owner.dispose()


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """A transaction of the tables' owner, for what the application has no right to do."""
    owner = create_engine(database.owner_url)
    try:
        with owner.begin() as connection:
            yield connection
    finally:
        owner.dispose()


class Cluster:
    """A running server, and in it a migrated template that fresh databases are copied from."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._numbers = itertools.count(1)
        self._template = ""

    def url(self, role: str, name: str) -> URL:
        """The address of the database `name` for `role`."""
        return self.server.url(role, name)

    def execute(self, statement: sql.Composed) -> None:
        """Run `statement` as the superuser."""
        url = self.url(SUPERUSER, "postgres").set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template0") -> str:
        """Make a database, a copy of `template`, owned by the owner's role; its name."""
        name = f"test_{next(self._numbers)}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER_ROLE)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Drop the database `name`, whoever is connected to it."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def open(self, name: str) -> Database:
        """Open the database `name` as the application does."""
        return Database(
            make_engine(self.url(APP_ROLE, name), CONNECTIONS_MAX), self.url(OWNER_ROLE, name), APP_ROLE
        )

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[Database]:
        """A database of its own, migrated unless told otherwise, gone afterwards."""
        name = self.create(self.template() if migrated else "template0")
        database = self.open(name)
        try:
            yield database
        finally:
            database.close()
            self.drop(name)

    def template(self) -> str:
        """The name of the migrated template, made when first asked for."""
        if not self._template:
            name = self.create()
            database = self.open(name)
            migrate(database)
            # The tests live in times of their own, unless one gives the database a clock.
            set_clock(database, believing=True)
            database.close()
            self._template = name
        return self._template


def _fast_folder() -> Path | None:
    """Memory, if there is enough of it: a new database is some 300 files, ten times slower to make on a disk."""
    if MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free >= MEMORY_BYTES_MIN:
        return MEMORY_FOLDER
    return None


@contextmanager
def cluster(major: int) -> Iterator[Cluster]:
    """A throw-away cluster of the version `major`; as root it runs as nobody."""
    # Not pytest's temporary folder: only its owner may pass through that one.
    home = Path(tempfile.mkdtemp(prefix="tombola-test-", dir=_fast_folder()))
    home.chmod(0o711)
    server = EmbeddedPostgres(
        home,
        SystemClock(),
        binaries=SYSTEM_BINARIES.get(major),
        account="nobody",
        throw_away=True,
    )
    try:
        server.start()
        yield Cluster(server)
    finally:
        server.stop()
        shutil.rmtree(home)
