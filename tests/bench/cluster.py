"""A PostgreSQL on the disk, safe from a loss of power as in production, for floors and figures alike.

The tests' own clusters live in memory and sync nothing; here that would measure the wrong thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import URL

from shared import wire
from shared.clock import Clock, SystemClock, utc
from shared.ids import uuid7
from shared.keys import SigningKey
from syncserver import allocations, events, rsus
from syncserver.db import APP_ROLE, OWNER_ROLE, SUPERUSER, Database, EmbeddedPostgres, make_engine, migrate
from syncserver.events import NewEvent
from syncserver.office import Office, furnish
from tests.chains import add_user

CONNECTIONS_MAX = 4
TICKETS, PRICE = 5, 1_000
SALE_HOURS = 12


class DiskCluster:
    """One server on the disk; each database in it is migrated."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.server = EmbeddedPostgres(home, SystemClock(), account="nobody")
        self.server.start()

    def url(self, role: str, name: str) -> URL:
        """The address of the database ``name`` for ``role``."""
        return self.server.url(role, name)

    def connect(self, name: str, role: str = SUPERUSER) -> psycopg.Connection[Any]:
        """A plain connection."""
        return psycopg.connect(self.plain(role, name), autocommit=True)

    def plain(self, role: str, name: str) -> str:
        """The address in the driver's own form."""
        return self.url(role, name).set(drivername="postgresql").render_as_string(hide_password=False)

    def create(self, name: str) -> Database:
        """A new migrated database, opened as the application does."""
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {OWNER_ROLE}".encode())
        database = self.open(name)
        migrate(database)
        return database

    def open(self, name: str) -> Database:
        """The database ``name`` as the application opens it."""
        return open_at(self.url(APP_ROLE, name), self.url(OWNER_ROLE, name))

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()


def open_at(application: URL, owner: URL) -> Database:
    """A database by its two addresses."""
    return Database(make_engine(application, CONNECTIONS_MAX), owner, APP_ROLE)


@contextmanager
def disk_cluster(folder: Path) -> Iterator[DiskCluster]:
    """A cluster under ``folder`` for as long as it is needed."""
    cluster = DiskCluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


class Place:
    """An organisation with one manager, in which events are held and kiosks stand."""

    def __init__(self, database: Database, home: Path, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.office: Office = furnish(database, home, self.clock)
        self.user = add_user(self.office, "Ada")
        with self.office.begin(self.user) as c:
            self.organisation = events.create_organisation(c, "Harbour Lifeboats", "EUR", "L-1")
        self._events = 0

    def event(self, last_number: int) -> tuple[UUID, UUID]:
        """An event on sale, of packages of five, with two prizes; its id and the package's."""
        self._events += 1
        now = utc(self.clock.now_ms())
        with self.office.begin(self.user) as c:
            event = events.create_event(
                self.office,
                c,
                NewEvent(
                    name="Summer raffle",
                    identifier=f"SUMMER-{self._events}",
                    organisation=self.organisation,
                    opens_at=now - timedelta(hours=SALE_HOURS),
                    closes_at=now + timedelta(hours=SALE_HOURS),
                    last_number=last_number,
                ),
                self.user,
            )
            package = events.add_package(c, event, "Five", TICKETS, PRICE, 1)
            events.add_prize(c, event, "Half the pot", "percentage", position=1, basis_points=5_000)
            events.add_prize(c, event, "Voucher", "fixed", 2_500, position=2, winners=10)
            events.activate(self.office, c, event, self.user)
        return event, package

    def kiosk(self, name: str) -> tuple[UUID, wire.Enrolment, SigningKey]:
        """An enrolled, enabled kiosk with its key."""
        with self.office.begin(self.user) as c:
            rsu = rsus.create_rsu(c, self.organisation, name)
            rsus.set_state(c, rsu, "enabled", self.user, "new kiosk")
            code = rsus.new_code(self.office, c, rsu, self.user)
        key = SigningKey.new(self.clock)
        asked = wire.EnrolRequest(code=code, public_key=key.public.hex(), device="bench", software="bench")
        return rsu, rsus.enrol(self.office, asked), key

    def block(self, rsu: UUID, epoch: int, event: UUID, count: int) -> wire.SignedGrant:
        """The next ``count`` numbers of the event."""
        asked = wire.AllocationRequest(request=str(uuid7(self.clock)), event=str(event), count=count)
        with self.office.begin() as c:
            return allocations.allocate(self.office, c, rsu, epoch, asked).grants[0]
