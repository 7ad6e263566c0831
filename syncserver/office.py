"""The office: the open database, its clock, its keys, and the transactions in which it acts for a person.

Keys and the generation are kept outside the database, in the server's home. A database restored from a backup does
not know what was handed out after that backup; ``restored`` raises the generation in the home, and the next start
then lets every counter of numbers leap by a stated margin, so that nothing is handed out twice. Each event that is
not drawn gets a blocking finding: a person has to see that every kiosk has been heard of since.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from shared.clock import Clock, utc
from shared.errors import Fault
from shared.keys import SigningKey
from syncserver import models as m
from syncserver.config import BeaconPlaces, Config
from syncserver.db import Database, open_database

RESTORE_LEAP_NUMBERS = 50_000
"""Draw numbers of each event that a restored server passes over; more than it hands out between two backups."""
RESTORE_LEAP_BLOCKS = 20_000
"""Blocks of validation numbers that a restored server passes over."""
RESTORE_LEAP_EVENTS = 100
"""Consecutive numbers of events that a restored server passes over."""
EPOCHS_PER_GENERATION = 1_000
"""Enrolments of one kiosk that a generation has room for; the next generation's begin above them."""
KEY_BYTES = 32
GENERATION_MAX = 2_000_000
SETTLED = ("drawn", "completed", "cancelled")
"""States of an event that no restore can bring another draw to."""


@dataclass(frozen=True)
class Office:
    """What the server is made of; web processes and workers each open one and hold no other state."""

    database: Database
    clock: Clock
    key: SigningKey
    """Signs certificates, grants and catalogs."""
    secret: bytes
    """Derives the secrets of validation blocks and of kiosks; 32 bytes."""
    generation: int
    demo: bool = False
    """The office of a demonstration: its kiosks take scripted touches."""
    beacons: BeaconPlaces = field(default_factory=BeaconPlaces)
    """Where public randomness is asked for."""
    config: Config = field(default_factory=lambda: Config(Path()))
    """How the server is set; its secrets are never shown."""

    @property
    def engine(self) -> Engine:
        """The pool of connections, under the application's role."""
        return self.database.engine

    def now(self) -> datetime:
        """The office's wall clock."""
        return utc(self.clock.now_ms())

    @contextmanager
    def begin(self, user: UUID | None = None, organisation: UUID | None = None) -> Iterator[Connection]:
        """A transaction in which ``user`` (None: the server itself) acts, as the audit log will say.

        ``organisation`` is where they are at work; it owns changes of rows that do not say whose they are.
        """
        with self.engine.begin() as c:
            c.execute(
                text(
                    "SELECT set_config('tombola.user', :user, true), "
                    "set_config('tombola.organisation', :organisation, true)"
                ),
                {"user": str(user or ""), "organisation": str(organisation or "")},
            )
            yield c


def open_office(config: Config, clock: Clock, *, demo: bool = False) -> Office:
    """The office of this home and its migrated database. Raises ``Fault`` where either is not to be had."""
    office = furnish(open_database(config, clock), config.home, clock, demo=demo)
    return replace(office, beacons=config.beacons, config=config)


def furnish(database: Database, home: Path, clock: Clock, *, demo: bool = False) -> Office:
    """The office over an open, migrated ``database``, with the keys and the generation of ``home``.

    Keys that are not there are made. Where the home's generation is ahead of the database's, the counters leap.
    """
    keys = home / "keys"
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = SigningKey(_keep(keys / "server.key", clock.token(KEY_BYTES)))
        secret = _keep(keys / "secret.key", clock.token(KEY_BYTES))
        kept = _kept_generation(home)
    except OSError as e:
        raise Fault(
            "office.home", f"The server's keys cannot be kept in {home}: {e}.", "Check its rights."
        ) from e
    with database.engine.begin() as c:
        known: int = c.execute(select(m.server_state.c.generation).with_for_update()).scalar_one()
        if kept > known:
            _leap(c, known, kept)
    if kept < known:
        _write_generation(home, known)
    return Office(database, clock, key, secret, max(kept, known), demo, config=Config(home))


def restored(database: Database, home: Path) -> int:
    """Say that the database was restored from a backup: the next start leaps. The generation that will be."""
    with database.engine.begin() as c:
        known: int = c.execute(select(m.server_state.c.generation)).scalar_one()
    kept = _kept_generation(home)
    return kept if kept > known else raise_generation(home, known)


def raise_generation(home: Path, known: int) -> int:
    """Let the next start leap over a database of generation ``known``; the generation that will be."""
    generation = max(known, _kept_generation(home)) + 1
    _write_generation(home, generation)
    return generation


def first_epoch(generation: int) -> int:
    """The lowest epoch that a kiosk may get in this generation."""
    return (generation - 1) * EPOCHS_PER_GENERATION + 1


def _keep(path: Path, new: bytes) -> bytes:
    """What ``path`` holds; ``new`` where it held nothing, whoever else does the same at this moment."""
    if not path.exists():
        handle, mine = tempfile.mkstemp(dir=path.parent, prefix=".making-")  # 0600 from the beginning
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link is made whole or not at all, and never over what is there.
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            Path(mine).unlink()
    kept = path.read_bytes()
    if len(kept) != KEY_BYTES:
        raise Fault("office.key", f"{path} is not a key of {KEY_BYTES} bytes.", "Put it back from a backup.")
    return kept


def _kept_generation(home: Path) -> int:
    path = home / "generation"
    if not path.exists():
        return 0
    said = path.read_text(encoding="ascii", errors="replace").strip()
    if not (said.isascii() and said.isdigit() and 0 < int(said) <= GENERATION_MAX):
        raise Fault("office.generation", f"{path} holds no generation.", "Put it back from a backup.")
    return int(said)


def _write_generation(home: Path, generation: int) -> None:
    handle, new = tempfile.mkstemp(dir=home, prefix=".making-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{generation}\n")
        file.flush()
        os.fsync(file.fileno())
    Path(new).replace(home / "generation")


def _leap(c: Connection, known: int, generation: int) -> None:
    """Pass over all numbers that the lost part of the database may have handed out."""
    counters = m.number_counters
    c.execute(
        update(counters).values(
            next_number=func.least(counters.c.next_number + RESTORE_LEAP_NUMBERS, counters.c.last_number + 1)
        )
    )
    c.execute(
        text("SELECT max(nextval('validation_block_numbers')) FROM generate_series(1, :n)"),
        {"n": RESTORE_LEAP_BLOCKS},
    )
    c.execute(
        update(m.server_state).values(
            generation=generation, last_event_number=m.server_state.c.last_event_number + RESTORE_LEAP_EVENTS
        )
    )
    # A kiosk that got its first block after the backup is not known to have one: without this the gates would open
    # though its sales are missing.
    e = m.raffle_events
    shaken = c.execute(select(e.c.id).where(e.c.state.not_in(SETTLED))).scalars().all()
    if shaken:
        c.execute(
            insert(m.findings),
            [
                {
                    "event_id": event,
                    "kind": "restored",
                    "severity": "ERROR",
                    "blocking": True,
                    "seq": generation,
                    "detail": {"generation": generation},
                }
                for event in shaken
            ],
        )
        c.execute(
            update(e)
            .where(e.c.id.in_(shaken))
            .values(reconciliation_confirmed_at=None, reconciliation_confirmed_by=None)
        )
    c.execute(
        insert(m.critical_events).values(
            event_type="server_restored",
            severity="WARN",
            description=f"The database was restored: generation {known} became {generation}, all counters leapt.",
        )
    )
