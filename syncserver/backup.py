"""Backup and restore: the database in one file and the keys in another, both checked before anybody relies on them.

The database's file is PostgreSQL's own custom format, so that it can be read without us. The keys seal what stands
in the database, so that they must not lie beside it: they go into a second file, sealed with a passphrase (scrypt and
AES-GCM), to be kept elsewhere. A restored database does not know what was handed out after its backup; restoring
therefore makes the next start leap (:func:`office.restored`), and kiosks fill in what is missing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import URL, NullPool, create_engine, text

from shared.clock import Clock
from shared.errors import Fault, Refused
from syncserver.db import Database, migrate, revisions, wheel_binaries
from syncserver.office import raise_generation, restored

PASSPHRASE_CHARS_MIN: Final = 12
SCRYPT_N: Final = 2**17
SCRYPT_R: Final = 8
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
MAGIC: Final = b"tombola-keys-1\n"
KEPT: Final = ("keys/server.key", "keys/secret.key", "generation")
"""Of the home what a restored database needs."""
MUST_HOLD: Final = ("orders", "rsu_journal", "audit_log", "server_state")
"""Tables without which a file is no backup of an office."""
KEY_FILE_BYTES_MAX: Final = 1 << 20
PROGRAM_S_MAX: Final = 6 * 3_600
SAID_LINES_MAX: Final = 5
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_CREATED: Final = re.compile(r"^; Archive created at (.+)$", re.MULTILINE)
_GRANTED: Final = re.compile(r"^GRANT SELECT\S* ON TABLE public\.orders TO \"?([^\";]+)\"?;", re.MULTILINE)
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What a backup is: the files, and the SHA-256 of the database's."""

    database: Path
    keys: Path
    checksum: Path
    sha256: str
    bytes: int
    tables: int


def back_up(database: Database, home: Path, file: Path, passphrase: str, clock: Clock, say: Say) -> Made:
    """Write the database to ``file``, its SHA-256 beside it, and the keys to ``file``.keys; nothing is overwritten.

    The database is read in one snapshot while it goes on working. ``Refused`` (``backup_there``, ``passphrase``),
    ``Fault`` where PostgreSQL's programs are not to be had or fail.
    """
    keys, checksum = _beside(file, ".keys"), _beside(file, ".sha256")
    for one in (file, keys, checksum):
        if one.exists():
            raise Refused(
                "backup_there", f"{one} is there already.", "Choose another name; nothing is overwritten."
            )
    _check_passphrase(passphrase)
    if not file.absolute().parent.is_dir():
        raise Refused("backup_place", f"There is no folder {file.absolute().parent}.", "Make it first.")
    programs = _Programs(database)
    say("Reading the database …")
    making = _beside(file, ".making")
    making.unlink(missing_ok=True)
    made: list[Path] = []
    try:
        with _private(making) as out:
            programs.run("pg_dump", ["--format=custom", "--no-owner"], database.owner_url, out=out)
        say("Checking the file …")
        tables = _check_dump(programs, making)
        sha256 = _sha256(making)
        with _private(keys) as out:
            made.append(keys)
            out.write(seal(_packed(home), passphrase, clock))
        with _private(checksum) as out:
            made.append(checksum)
            out.write(f"{sha256}  {file.name}\n".encode())
        _name(making, file)
        made.clear()
    except FileExistsError as e:
        raise Refused("backup_there", f"{file} is there already.", "Choose another name.") from e
    except OSError as e:
        raise Fault("backup", f"The backup cannot be written: {e}.", "Is the disk full?") from e
    finally:
        for one in (making, *made):
            one.unlink(missing_ok=True)
    return Made(file, keys, checksum, sha256, file.stat().st_size, tables)


def restore(database: Database, home: Path, file: Path, passphrase: str | None, say: Say) -> int:
    """Fill an empty database from ``file``, bring it to this version, and raise the generation, which is returned.

    The keys come from ``file``.keys where ``passphrase`` is given; otherwise the home must hold them. ``Refused``:
    ``restore_not_empty``, ``backup_damaged``, ``backup_newer``, ``restore_role``, ``restore_keys``, ``passphrase``;
    nothing is changed then.
    """
    _check_empty(database)
    if not file.is_file():
        raise Refused("backup_missing", f"There is no file {file}.")
    checksum = _beside(file, ".sha256")
    if checksum.is_file():
        say("Comparing the file with its SHA-256 …")
        if checksum.read_text(encoding="utf-8", errors="replace").split()[:1] != [_sha256(file)]:
            raise Refused(
                "backup_damaged",
                f"{file.name} is not the file that {checksum.name} was made of.",
                "It is damaged or was changed. Take another backup.",
            )
    programs = _Programs(database)
    say("Reading the file from end to end …")
    _check_dump(programs, file)
    say(f"It was made {_made_at(programs, file)}.")
    known = _generation_in(programs, file)
    _check_fits(programs, file, database)
    keys = _keys_for(home, file, passphrase)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in keys.items():
        target = home / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if not target.exists():
            with _private(target) as out:
                out.write(data)
    # Before the first row: a database that was filled is never served without the leap, wherever this ends.
    raise_generation(home, known)
    say("Filling the database …")
    programs.run(
        "pg_restore",
        [
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={_plain(database.owner_url)}",
            str(file),
        ],
        database.owner_url,
    )
    say("Bringing the database to this version …")
    migrate(database)
    return restored(database, home)


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _name(making: Path, file: Path, link: Callable[[Path, Path], None] = os.link) -> None:
    """Give what is made its name; ``FileExistsError`` where the name is taken."""
    try:
        link(making, file)
    except FileExistsError:
        raise
    except OSError as e:
        # FAT and exFAT, as sticks have them, know no links.
        if e.errno not in _NO_LINKS:
            raise
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            making.replace(file)
        except OSError:
            file.unlink()
            raise


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A new file that nobody else may read; on the disk when this ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(url: URL) -> str:
    """An address without its password, as it may stand on a command line."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string()


class _Programs:
    """PostgreSQL's programs, of the server's version or the next newer one that is here."""

    def __init__(self, database: Database) -> None:
        engine = create_engine(database.owner_url, poolclass=NullPool)
        with engine.connect() as c:
            server = c.execute(
                text("SELECT current_setting('server_version_num')::integer / 10000")
            ).scalar_one()
        found: dict[int, Path] = {}
        for folder in _folders():
            major = _major(folder)
            if major is not None and major >= server:
                found.setdefault(major, folder)
        if not found:
            raise Fault(
                "backup.programs",
                f"There is no pg_dump here that can read PostgreSQL {server}.",
                f"Install the client programs of PostgreSQL {server}, such as postgresql-client-{server}.",
            )
        self._folder = found[min(found)]

    def run(
        self, program: str, arguments: Sequence[str], url: URL | None = None, out: BinaryIO | None = None
    ) -> bytes:
        """Run it to its end; what it said. ``Fault`` with its last words where it fails."""
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}
        if url is not None and url.password is not None:
            environment["PGPASSWORD"] = str(url.password)
        target = [f"--dbname={_plain(url)}"] if url is not None and program == "pg_dump" else []
        done = subprocess.run(
            [str(self._folder / program), *arguments, *target],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if out is None else out,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
            timeout=PROGRAM_S_MAX,
        )
        if done.returncode != 0:
            said = "\n".join(done.stderr.decode(errors="replace").strip().splitlines()[:SAID_LINES_MAX])
            raise Fault("backup.program", f"{program} failed: {said}", "Nothing that was there is changed.")
        return done.stdout or b""


def _folders() -> list[Path]:
    """Where the programs may be: the wheel's, those on the path, and Debian's."""
    folders = [wheel_binaries()]
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return folders + sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _major(folder: Path) -> int | None:
    try:
        said = subprocess.run(
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except OSError:
        return None
    found = _VERSION.search(said)
    return int(found[1]) if found else None


def _check_dump(programs: _Programs, file: Path) -> int:
    """Read the file as a restore would, to its end; how many tables it holds. ``Refused`` (``backup_damaged``)."""
    try:
        listed = programs.run("pg_restore", ["--list", str(file)])
        programs.run("pg_restore", ["--file=/dev/null", str(file)])
    except Fault as e:
        if "unsupported version" in e.message:
            raise Refused(
                "backup_newer",
                f"{file.name} was made by a newer PostgreSQL than the one here.",
                "Restore it into a database of that version or a later one, with its programs installed here.",
            ) from e
        raise Refused("backup_damaged", f"{file.name} is damaged, or is no backup.", e.message) from e
    tables = [line for line in listed.decode(errors="replace").splitlines() if " TABLE DATA " in line]
    missing = [one for one in MUST_HOLD if not any(f" public {one} " in line for line in tables)]
    if missing:
        raise Refused(
            "backup_damaged", f"{file.name} is no backup of this office: it lacks {', '.join(missing)}."
        )
    return len(tables)


def _made_at(programs: _Programs, file: Path) -> str:
    """When the backup was begun, as PostgreSQL's programs say it."""
    said = programs.run("pg_restore", ["--list", str(file)]).decode(errors="replace")
    found = _CREATED.search(said)
    return found[1].strip() if found else "at a time that it does not say"


def _row_in(programs: _Programs, file: Path, table: str) -> dict[str, str]:
    """The only row of a table in the file, as text."""
    said = programs.run("pg_restore", ["--data-only", f"--table={table}", "--file=-", str(file)]).decode()
    found = re.search(rf"COPY public\.{table} \(([^)]*)\) FROM stdin;\n([^\n]*)\n", said)
    if found is None or found[2] == "\\.":
        raise Refused("backup_damaged", f"{file.name} is no backup of this office: its {table} is empty.")
    return dict(zip(found[1].split(", "), found[2].split("\t"), strict=False))


def _generation_in(programs: _Programs, file: Path) -> int:
    """The generation that the database in the file has."""
    return int(_row_in(programs, file, "server_state")["generation"])


def _check_fits(programs: _Programs, file: Path, database: Database) -> None:
    """``Refused`` where this program cannot work with what is in the file: of a newer one, or of other roles."""
    revision = _row_in(programs, file, "alembic_version")["version_num"]
    if revision not in revisions():
        raise Refused(
            "backup_newer",
            f"{file.name} has the schema {revision}, which this program does not know.",
            "A newer Tombola made it: restore it with that one.",
        )
    said = programs.run("pg_restore", ["--schema-only", "--file=-", str(file)]).decode(errors="replace")
    roles = set(_GRANTED.findall(said))
    if database.app_role not in roles:
        held = " and ".join(sorted(roles)) or "nobody"
        raise Refused(
            "restore_role",
            f"In the backup the application’s role is {held}; here it is {database.app_role}, which could read nothing.",
            f"Let the application connect as {held}, or have DATABASE_URL name the owner alone, and no other address.",
        )


def _check_empty(database: Database) -> None:
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as c:
        there = c.execute(
            text(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            )
        ).scalar_one()
    if there:
        raise Refused(
            "restore_not_empty",
            "The database is not empty, and nothing in it is overwritten.",
            "Restore into a new home (TOMBOLA_HOME), or into a new database (DATABASE_URL).",
        )


# Keys -----------------------------------------------------------------------------------------------


def _check_passphrase(passphrase: str) -> None:
    if len(passphrase) < PASSPHRASE_CHARS_MIN:
        raise Refused(
            "passphrase",
            f"The passphrase has fewer than {PASSPHRASE_CHARS_MIN} characters.",
            "Take several words, and write it down where the backup is not.",
        )


def _packed(home: Path) -> bytes:
    kept = {name: (home / name).read_bytes().hex() for name in KEPT if (home / name).is_file()}
    if not set(KEPT[:2]) <= set(kept):
        raise Fault("backup.keys", f"There are no keys in {home}.", "Set TOMBOLA_HOME to the server's home.")
    return json.dumps(kept, sort_keys=True).encode()


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=1).derive(passphrase.encode()))


def seal(data: bytes, passphrase: str, clock: Clock) -> bytes:
    """``data`` that only the passphrase opens: scrypt (RFC 7914), then AES-256-GCM."""
    salt, nonce = clock.token(SALT_BYTES), clock.token(NONCE_BYTES)
    return MAGIC + salt + nonce + _cipher(passphrase, salt).encrypt(nonce, data, MAGIC)


def unseal(data: bytes, passphrase: str) -> bytes:
    """What was sealed. ``Refused`` (``passphrase``) where it does not open."""
    head = len(MAGIC)
    salt, nonce = data[head : head + SALT_BYTES], data[head + SALT_BYTES : head + SALT_BYTES + NONCE_BYTES]
    if not data.startswith(MAGIC) or len(nonce) != NONCE_BYTES:
        raise Refused("restore_keys", "That is no file of keys.")
    try:
        return _cipher(passphrase, salt).decrypt(nonce, data[head + SALT_BYTES + NONCE_BYTES :], MAGIC)
    except InvalidTag as e:
        raise Refused(
            "passphrase",
            "The file of keys does not open.",
            "The passphrase is another, or the file is damaged.",
        ) from e


def _keys_for(home: Path, file: Path, passphrase: str | None) -> Mapping[str, bytes]:
    """The keys that the home will hold. ``Refused`` (``restore_keys``) where it has others, or none are to be had."""
    sealed = _beside(file, ".keys")
    there = {name: (home / name).read_bytes() for name in KEPT if (home / name).is_file()}
    if passphrase is None or not sealed.is_file():
        if not set(KEPT[:2]) <= set(there):
            raise Refused(
                "restore_keys",
                f"{home} has no keys, without which what is sealed in the database stays shut.",
                f"Put {sealed.name} beside the backup and give its passphrase, or put keys/ back by hand.",
            )
        return there
    if sealed.stat().st_size > KEY_FILE_BYTES_MAX:
        raise Refused("restore_keys", "That is no file of keys.")
    found = {
        str(name): bytes.fromhex(str(value))
        for name, value in json.loads(unseal(sealed.read_bytes(), passphrase)).items()
        if name in KEPT
    }
    for name in KEPT[:2]:
        if name in there and there[name] != found.get(name):
            raise Refused(
                "restore_keys",
                f"{home} has other keys than the backup's.",
                "Restore into a new home: a server has the keys of its database.",
            )
    return found
