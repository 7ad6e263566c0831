"""The only door to the kiosk's disk: one SQLite database that holds the journal, and what the device remembers.

The journal is one table of whole entries; a sale is one INSERT, one commit, one fdatasync. All that stands beside
it is the device's own state, or follows from the journal and is made again where it is missing. Whoever opens the
folder locks it: two programs never sell from one journal. sqlite-utils makes the schema; the hot path is a plain
prepared statement on its connection.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import msgspec

from shared.errors import Fault, Refused
from shared.keys import SigningKey, derive

SCHEMA = 2
"""Raised with every migration below."""
DATABASE = "kiosk.sqlite"
IDENTITY = "identity.json"
LOCK = "lock"
WAL_BYTES_MAX = 8 * 1024 * 1024
"""A longer write-ahead log is cut back when the kiosk is idle."""
LOG_BYTES_LONG = 4 * 1024 * 1024
"""A log of some two hundred sales: moved into the database between two customers."""
QUICK_CHECK_BYTES_MAX = 16 * 1024 * 1024
"""A larger database is checked behind the first screen, in the whole check of the chain."""
READ_ENTRIES_MAX = 1_000


class Row(msgspec.Struct, frozen=True):
    """A journal row: the entry's bytes, the kiosk's signature over them, their SHA-256.

    A sale's row bears 32 bytes of proof in the signature's place until the next write (``kiosk.journal``).
    """

    seq: int
    data: bytes
    signature: bytes
    hash: bytes


class Job(msgspec.Struct, frozen=True):
    """What the device knows of a print that the journal does not tell yet."""

    order: str
    copy: int
    state: str
    """``sending``, ``sent`` or ``unknown``; a job without a row is queued."""
    detail: str


class Identity(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Who this kiosk is. The secrets in it are in ``identity.json`` and nowhere else."""

    rsu: str
    epoch: int
    name: str
    organisation: str
    certificate: bytes
    certificate_signature: bytes
    key: SigningKey
    kiosk_secret: bytes
    server: str
    server_key: bytes
    demo: bool

    @cached_property
    def proof_key(self) -> bytes:
        """The secret of what this kiosk proves to itself alone: its newest row's origin."""
        return derive(self.key.seed, "journal")

    @property
    def certificate_header(self) -> str:
        """The certificate as it goes with every request."""
        return f"{base64.b64encode(self.certificate).decode()}.{self.certificate_signature.hex()}"

    def __repr__(self) -> str:
        return f"Identity({self.rsu}/{self.epoch})"


def read_identity(held: dict[str, Any]) -> Identity | None:
    """The identity behind ``identity.json``; None where the kiosk is not enrolled, ``Fault`` where it is damaged."""
    if "rsu" not in held:
        return None
    try:
        return Identity(
            rsu=held["rsu"],
            epoch=held["epoch"],
            name=held["name"],
            organisation=held["organisation"],
            certificate=base64.b64decode(held["certificate"]),
            certificate_signature=bytes.fromhex(held["certificate_signature"]),
            key=SigningKey(bytes.fromhex(held["key"])),
            kiosk_secret=bytes.fromhex(held["kiosk_secret"]),
            server=held["server"],
            server_key=bytes.fromhex(held["server_key"]),
            demo=bool(held["demo"]),
        )
    except (KeyError, TypeError, ValueError) as e:
        raise Fault("identity_unreadable", "This kiosk's identity is damaged.", "Call the office.") from e


def write_private(path: Path, content: bytes) -> None:
    """Replace a file, whole or not at all, readable by its owner alone; ``Fault`` where the disk fails."""
    passing = path.with_name(path.name + ".new")
    try:
        fd = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as e:
        raise Fault("disk", f"{path.name} cannot be written: {e.strerror}.", "Check the kiosk's disk.") from e


@contextmanager
def _disk() -> Iterator[None]:
    """SQLite's errors in our words."""
    try:
        yield
    except sqlite3.DatabaseError as e:
        raise _failed(e) from e


def _failed(e: sqlite3.DatabaseError) -> Exception:
    """The fault behind an error of SQLite's; the error itself where it is the program's own."""
    name = getattr(e, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return Fault(
            "disk_full",
            "The kiosk's disk is full; the last step was not done.",
            "Free space, then try again.",
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Fault(
            "journal_corrupt",
            f"The journal's file is damaged ({e}).",
            "Do not switch off or delete anything: the office recovers the sales from it or from its copy.",
        )
    if isinstance(e, sqlite3.OperationalError):
        return Fault("disk", f"The kiosk's disk fails: {e}.", "Call the office; change the disk.")
    return e


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5,
    )
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, each step in a transaction of its own."""
    # Imported here: the library takes 0.2 s to load and a kiosk migrates once in its life.
    from sqlite_utils import Database, Migrations  # noqa: PLC0415

    steps = Migrations("kiosk")

    @steps()
    def first(db: Database) -> None:
        db.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, data BLOB NOT NULL, signature BLOB NOT NULL,"
                   " hash BLOB NOT NULL) STRICT")  # fmt: skip
        db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID")
        db.execute(
            "CREATE TABLE blocks (allocation TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT, WITHOUT ROWID"
        )
        db.execute('CREATE TABLE print_jobs ("order" TEXT, copy INTEGER, state TEXT NOT NULL, detail TEXT NOT NULL,'
                   ' updated INTEGER NOT NULL, PRIMARY KEY ("order", copy)) STRICT, WITHOUT ROWID')  # fmt: skip
        db.execute("CREATE TABLE orders (validation TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL,"
                   " line INTEGER NOT NULL) STRICT, WITHOUT ROWID")  # fmt: skip
        db.execute("CREATE TABLE allocation_requests (request TEXT PRIMARY KEY, event TEXT NOT NULL UNIQUE,"
                   " count INTEGER NOT NULL) STRICT, WITHOUT ROWID")  # fmt: skip

    @steps()
    def customers(db: Database) -> None:
        db.execute("CREATE TABLE customers (sale TEXT PRIMARY KEY, salt BLOB NOT NULL, data BLOB NOT NULL,"
                   " seq INTEGER) STRICT, WITHOUT ROWID")  # fmt: skip

    steps.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise Refused(
            "newer_data",
            f"A newer program has written this journal (form {version}, this program knows {SCHEMA}).",
            "Install the newer program again; nothing was changed.",
        )
    if version < SCHEMA:
        _migrate(connection)


class Reader:
    """A second connection that only reads, for threads beside the store's own. Use it on one thread."""

    def __init__(self, path: Path) -> None:
        with _disk():
            self._db = _open(path, "ro")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def entries(self, after: int, count: int) -> list[Row]:
        """Up to ``count`` entries behind ``after``, in order."""
        with _disk():
            rows = self._db.execute(
                "SELECT seq, data, signature, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
                (after, min(count, READ_ENTRIES_MAX)),
            ).fetchall()
        return [Row(*row) for row in rows]

    def entry(self, seq: int) -> Row | None:
        """The entry at ``seq``."""
        with _disk():
            row = self._db.execute(
                "SELECT seq, data, signature, hash FROM journal WHERE seq = ?", (seq,)
            ).fetchone()
        return None if row is None else Row(*row)

    def last(self) -> Row | None:
        """The newest entry."""
        with _disk():
            row = self._db.execute(
                "SELECT seq, data, signature, hash FROM journal ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return None if row is None else Row(*row)

    def quick_check(self) -> None:
        """Ask SQLite whether the file's structure holds; ``Fault`` where it does not."""
        with _disk():
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise Fault(
                "journal_corrupt",
                f"The journal's file is damaged ({found}).",
                "Do not switch off or delete anything: the office recovers the sales from it or from its copy.",
            )


class Store(Reader):
    """The data folder, locked for this program, and its database. One thread at a time uses it."""

    def __init__(
        self, folder: Path, reserve_bytes: int = 0, first: Callable[[Path], None] = lambda _folder: None
    ) -> None:
        """Open or make the folder. ``Refused`` where another program has it or a newer one made it; ``Fault`` else.

        ``first`` is done with the folder behind its lock, before anything in it is opened.
        """
        self.folder = folder
        self.path = folder / DATABASE
        self._reserve_bytes = reserve_bytes
        self._changes_moved = -1
        """How much had been written when the log was last moved into the database."""
        self._erased = True
        """Something was erased: the log, which still has it, is to be cut; so may one of the last run."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise Fault("disk", f"{folder} cannot be used: {e.strerror}.", "Check the kiosk's disk.") from e
        try:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as e:
                raise Refused(
                    "second_process",
                    "Another kiosk program is already running on this journal.",
                    "Use that one, or close it and try again.",
                ) from e
            first(folder)
            self._start()
        except BaseException:
            os.close(self._lock)
            raise

    def _start(self) -> None:
        if not self.path.exists() and self.identity().get("began"):
            raise Fault(
                "journal_missing",
                "This kiosk has sold before, and its journal is gone.",
                "Do not sell. Call the office: the sales are recovered from the second copy.",
            )
        with _disk():
            self._db = _open(self.path, "rwc")
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA wal_autocheckpoint=0")
                self._db.execute(f"PRAGMA journal_size_limit={WAL_BYTES_MAX}")
                _bring_up_to_date(self._db)
                if self.path.stat().st_size <= QUICK_CHECK_BYTES_MAX:
                    self.quick_check()
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Let go of database and folder."""
        super().close()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The identity -----------------------------------------------------------------------------------

    def identity(self) -> dict[str, Any]:
        """What ``identity.json`` holds; empty where there is none. It alone has the private key."""
        path = self.folder / IDENTITY
        try:
            held = json.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as e:
            raise Fault(
                "identity_unreadable",
                f"This kiosk's {IDENTITY} cannot be read.",
                "Call the office; do not delete it.",
            ) from e
        if not isinstance(held, dict):
            raise Fault("identity_unreadable", f"This kiosk's {IDENTITY} is damaged.", "Call the office.")
        return held

    def save_identity(self, identity: dict[str, Any]) -> None:
        """Keep the identity, for the owner's eyes alone."""
        write_private(self.folder / IDENTITY, json.dumps(identity, indent=1).encode())

    # The journal ------------------------------------------------------------------------------------

    def append(self, row: Row) -> None:
        """Write one entry; when this returns it is on the disk. ``Fault`` where it is not, and then it is absent."""
        try:
            self._db.execute(
                "INSERT INTO journal VALUES (?, ?, ?, ?)", (row.seq, row.data, row.signature, row.hash)
            )
        except sqlite3.DatabaseError as e:  # said here, not by _disk: a sale waits for this
            raise _failed(e) from e

    def sign(self, signatures: list[tuple[int, bytes]]) -> None:
        """Fill in the signatures of entries (seq, signature) that bear a proof."""
        with _disk():
            self._db.executemany(
                "UPDATE journal SET signature = ?2 WHERE seq = ?1 AND length(signature) = 32", signatures
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is there, or none of it; within another one it is a part of that."""
        if self._db.in_transaction:
            yield
            return
        with _disk():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def has_reserve(self) -> bool:
        """The disk's reserve is untouched: a sale must never be the one that fills it."""
        return self.free_bytes() >= self._reserve_bytes

    def free_bytes(self) -> int:
        """Free bytes on the data folder's disk."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def log_is_long(self) -> bool:
        """The write-ahead log has grown so long that it should not wait for a kiosk that nobody touches."""
        try:
            return self.path.with_name(DATABASE + "-wal").stat().st_size > LOG_BYTES_LONG
        except FileNotFoundError:
            return False

    def idle(self) -> None:
        """What may wait until nobody does: move the log into the database, cut an overlong log back.

        The first commit behind that begins the log anew, which costs a second sync: it is made here, not by a sale.
        """
        if self._db.total_changes == self._changes_moved:
            return
        try:
            long = self._erased or (self.path.with_name(DATABASE + "-wal").stat().st_size > WAL_BYTES_MAX)
        except FileNotFoundError:
            long = False
        with _disk():
            how = "TRUNCATE" if long else "PASSIVE"
            (busy, *_) = self._db.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
            self.put(log_begun=b"")
            self._erased = self._erased and bool(busy)
            self._changes_moved = -1 if self._erased else self._db.total_changes

    def reader(self) -> Reader:
        """A connection for another thread."""
        return Reader(self.path)

    # What the device remembers ----------------------------------------------------------------------

    def get(self, key: str) -> bytes | None:
        """A remembered value."""
        with _disk():
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def get_json(self, key: str) -> Any:
        """A remembered value, None where there is none."""
        held = self.get(key)
        return None if held is None else json.loads(held)

    def put(self, **values: bytes) -> None:
        """Remember values, all of them or none."""
        with _disk():
            marks = ", ".join(["(?, ?)"] * len(values))
            self._db.execute(
                f"INSERT OR REPLACE INTO meta VALUES {marks}",  # noqa: S608 - only question marks
                [part for item in values.items() for part in item],
            )

    def put_json(self, key: str, value: Any) -> None:
        """Remember a value."""
        self.put(**{key: json.dumps(value).encode()})

    def keep_secret(self, allocation: str, secret: bytes) -> None:
        """Keep the secret of a block's validation numbers."""
        with _disk():
            self._db.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?)", (allocation, secret))

    def secrets(self) -> dict[str, bytes]:
        """The secrets of validation numbers, by allocation."""
        with _disk():
            return dict(self._db.execute("SELECT allocation, secret FROM blocks").fetchall())

    def keep_job(self, job: Job, at: int) -> None:
        """Note how far a print is; durable when this returns."""
        with _disk():
            self._db.execute(
                "INSERT OR REPLACE INTO print_jobs VALUES (?, ?, ?, ?, ?)",
                (job.order, job.copy, job.state, job.detail, at),
            )

    def drop_job(self, order: str, copy: int) -> None:
        """Forget a print whose end is journalled."""
        with _disk():
            self._db.execute('DELETE FROM print_jobs WHERE "order" = ? AND copy = ?', (order, copy))

    def jobs(self) -> list[Job]:
        """The prints under way when the device last knew."""
        with _disk():
            rows = self._db.execute('SELECT "order", copy, state, detail FROM print_jobs').fetchall()
        return [Job(*row) for row in rows]

    def request_for(self, event: str) -> tuple[str, int] | None:
        """The request for numbers that is still unanswered: its id and count."""
        with _disk():
            row = self._db.execute(
                "SELECT request, count FROM allocation_requests WHERE event = ?", (event,)
            ).fetchone()
        return None if row is None else (str(row[0]), int(row[1]))

    def requests(self) -> list[tuple[str, str, int]]:
        """All unanswered requests for numbers: id, event, count."""
        with _disk():
            return [
                tuple(r) for r in self._db.execute("SELECT request, event, count FROM allocation_requests")
            ]

    def keep_request(self, request: str, event: str, count: int) -> None:
        """Keep a request before it is sent, so that its repeat is the same one."""
        with _disk():
            self._db.execute(
                "INSERT OR IGNORE INTO allocation_requests VALUES (?, ?, ?)", (request, event, count)
            )

    def drop_request(self, request: str) -> None:
        """Forget an answered request."""
        with _disk():
            self._db.execute("DELETE FROM allocation_requests WHERE request = ?", (request,))

    # What buyers told of themselves -----------------------------------------------------------------

    @contextmanager
    def _overwriting(self) -> Iterator[None]:
        """What a write inside leaves behind in the file is overwritten with zeros."""
        with _disk():
            self._db.execute("PRAGMA secure_delete = ON").fetchone()
            try:
                yield
            finally:
                self._db.execute("PRAGMA secure_delete = OFF").fetchone()

    def keep_customer(self, sale: str, salt: bytes, data: bytes) -> None:
        """Keep what the buyer of a sale yet to be made told; durable when this returns."""
        with self._overwriting():
            self._db.execute("INSERT OR REPLACE INTO customers VALUES (?, ?, ?, NULL)", (sale, salt, data))

    def give_customer(self, sale: str, seq: int) -> None:
        """The sale stands at ``seq``."""
        with self._overwriting():
            self._db.execute("UPDATE customers SET seq = ?2 WHERE sale = ?1", (sale, seq))

    def customers(self, acknowledged: int, count: int) -> list[tuple[str, bytes, bytes]]:
        """Up to ``count`` of those whose sale stands at or before ``acknowledged``: sale, salt, data."""
        with _disk():
            return self._db.execute(
                "SELECT sale, salt, data FROM customers WHERE seq <= ? ORDER BY seq LIMIT ?",
                (acknowledged, count),
            ).fetchall()

    def customers_of_no_sale(self) -> list[str]:
        """The sales that were to be made when the program ended."""
        with _disk():
            rows = self._db.execute("SELECT sale FROM customers WHERE seq IS NULL").fetchall()
        return [sale for (sale,) in rows]

    def customer_seqs(self) -> list[tuple[str, int]]:
        """Sale and seq of everything kept of buyers, in the journal's order."""
        with _disk():
            return self._db.execute("SELECT sale, seq FROM customers ORDER BY seq").fetchall()

    def drop_customers(self, sales: Sequence[str]) -> None:
        """Erase what the buyers of these sales told: from the database now, from its log with the next ``idle``."""
        with self._overwriting(), self.transaction():
            self._db.executemany("DELETE FROM customers WHERE sale = ?", [(sale,) for sale in sales])
        self._erased, self._changes_moved = True, -1

    # What follows from the journal ------------------------------------------------------------------

    def project_orders(self, rows: list[tuple[str, str, int, int]], mark: int) -> None:
        """Add orders (validation number, id, seq, line) to the look-up, which now knows all up to ``mark``."""
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", rows)
            self.put_json("orders_mark", mark)

    def find_order(self, text: str) -> tuple[int, int] | None:
        """Seq and line of the sale behind a validation number or an order's id, among those projected."""
        with _disk():
            row = self._db.execute(
                "SELECT seq, line FROM orders WHERE validation = ? OR id = ?", (text, text)
            ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))
