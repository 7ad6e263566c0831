"""``tombola-server``: sets the office up, serves it, and the few things that are done at the machine itself."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from getpass import getpass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.clock import SystemClock
from shared.errors import KnownError, Refused
from shared.wire import ShiftRules
from syncserver import auth, draws, events, intake, logs, organisations, retention, rsus, serving
from syncserver import models as m
from syncserver.config import Config, add_arguments, read_config
from syncserver.db import Database, fault_of, migrate, open_database
from syncserver.office import furnish, open_office, restored

PASSWORD_BYTES: Final = 12
"""96 random bits in the password that ``init`` makes."""
PROCESSES: Final = 2
PROCESSES_MAX: Final = 64
NAMES_SHOWN_MAX: Final = 50
"""Of the people, to somebody who typed a name that nobody has."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 where it was done, 1 where it was refused or could not be, with a sentence on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["demo"]:
        # Imported here: only the demonstration needs a kiosk, printers and a browser.
        from syncserver import demo

        return demo.main(given[1:])
    options = _parser().parse_args(given)
    logs.set_up("text")
    try:
        config = read_config(os.environ, options)
        logs.set_up("json" if config.log == "json" else "text", logs.secrets_of(config))
        command: Callable[[Config, argparse.Namespace], None] = options.command
        command(config, options)
    except KnownError as e:
        return _tell(e)
    except (DBAPIError, PoolTimeout) as e:
        fault = fault_of(e)
        if fault is None:
            raise
        return _tell(fault)
    return 0


def _tell(error: KnownError) -> int:
    print(f"tombola-server: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tombola-server", description="The central office of Tombola.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[Config, argparse.Namespace], None], words: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        add_arguments(sub)
        sub.set_defaults(command=command)
        return sub

    init = add("init", _init, "make database, keys, the first organisation and its administrator")
    init.add_argument("--organisation", default="My organisation", help="its name")
    init.add_argument("--currency", default="EUR", help="its currency (ISO 4217)")
    init.add_argument("--timezone", default="UTC", help="its time zone, such as Europe/Berlin")
    init.add_argument("--admin", default="admin", help="user name of the first administrator")
    init.add_argument(
        "--name",
        default=auth.ROLE_WORDS["admin"],
        help="their own name, as every record has it: “Grace Okafor”",
    )
    serve = add("serve", _serve, "serve kiosks and people")
    serve.add_argument("--bind", dest="listen", help="the same as --listen")
    serve.add_argument(
        "--processes",
        "--workers",
        type=int,
        default=PROCESSES,
        metavar="N",
        help=f"processes that serve side by side ({PROCESSES})",
    )
    serve.add_argument(
        "--demo", action="store_true", help="be a demonstration: its kiosks take scripted touches"
    )
    serve.add_argument(
        "--plain-http",
        action="store_true",
        help="let other machines come without TLS, on a network of your own",
    )
    trial = add(
        "trial",
        _trial,
        "serve and work on this machine alone, with play money and letters that are printed: to try all",
    )
    trial.add_argument("--processes", type=int, default=1, metavar="N", help="processes that serve (1)")
    add("worker", _worker, "do the timed work: closing, drawing, watching")
    add("migrate", _migrate, "bring the database to this version")
    enrol = add("enrol", _enrol, "print a one-time code for a kiosk, made known where it is not yet")
    enrol.add_argument("--rsu", required=True, metavar="NAME", help="the kiosk's name")
    enrol.add_argument("--organisation", help="its organisation, where there are several")
    bring = add(
        "import", _import, "take in a dead kiosk's sales from its stick or card, or from its export file"
    )
    bring.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="tombola-….journal, or made by tombola-kiosk --export",
    )
    again = add(
        "replay", _replay, "hold an official draw once more from its record; 0 where the same comes out"
    )
    again.add_argument("draw", type=UUID, metavar="DRAW", help="its id, as its page shows it")
    another = add("organisation", _another, "make another organisation on this server")
    another.add_argument("name", help="whose raffles these are")
    another.add_argument("currency", help="of its events, like EUR")
    another.add_argument("--timezone", default="UTC", help="where it is, like Europe/Berlin; default: UTC")
    another.add_argument(
        "--admin",
        required=True,
        help="its administrator's user name; somebody new gets a password, printed once",
    )
    user = add("user", _user, "make a person, or give one a new password; it is printed once")
    user.add_argument("username")
    user.add_argument("--name", help="how people call them")
    user.add_argument("--role", choices=auth.STAFF, help="makes somebody new, of this role")
    user.add_argument("--organisation", help="their organisation, where there are several")
    add("openapi", _openapi, "print the description of the programming interface")
    back_up = add("backup", _back_up, "write the database to FILE and the sealed keys to FILE.keys")
    back_up.add_argument("file", type=Path, metavar="FILE", help="such as tombola-2026-07-05.dump")
    restore = add("restore", _restore, "fill an empty database from a backup, so that it can be served again")
    restore.add_argument("file", type=Path, metavar="FILE", help="made by tombola-server backup")
    for sub in (back_up, restore):
        sub.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="holds the passphrase of the keys (otherwise TOMBOLA_BACKUP_PASSPHRASE, or it is asked for)",
        )
    add("restored", _restored, "say that the database was restored from a backup, before serving it again")
    keep = add("retention", _retention, "tell which records are older than they must be kept")
    keep.add_argument("--delete", action="store_true", help="delete them, as the owner of the database")
    commands.add_parser("demo", help="a whole evening: server, kiosks, printers, from tap to winner")
    return parser


def _password() -> str:
    return SystemClock().token(PASSWORD_BYTES).hex()


def _open(config: Config) -> Database:
    return open_database(config, SystemClock())


def _init(config: Config, options: argparse.Namespace) -> None:
    with closing(_open(config)) as database:
        done = migrate(database)
        office = furnish(database, config.home, SystemClock())
        with office.begin() as c:
            if c.scalar(select(m.organizations.c.id).limit(1)) is not None:
                raise Refused(
                    "init_done",
                    f"The office in {config.home} is set up already.",
                    "Start it with: tombola-server serve. A new password: tombola-server user NAME.",
                )
            organisation = events.create_organisation(
                c, options.organisation, options.currency.upper(), timezone=options.timezone
            )
            password = _password()
            admin = auth.create_user(c, organisation, options.admin, options.name, password, "admin")
            organisations.decide(c, organisation, admin, shifts=ShiftRules(required=True, blind=True))
    print(f"{'Made the database' if done else 'Found the database'}, the keys in {config.home / 'keys'},")
    print(f"and the organisation “{options.organisation}”.\n")
    print(f"  user name   {options.admin.lower()}\n  password    {password}\n")
    print("The password is not shown again. Now start it:  tombola-server serve")
    print("and in another window what it does by itself:  tombola-server worker")
    print("To try it first, all in one and with play money:  tombola-server trial")
    print(f"Then log in at http://{_host(config)}:{config.listen_port}/admin")


def _host(config: Config) -> str:
    """The host to listen on as an address of the web writes it."""
    return f"[{config.listen_host}]" if ":" in config.listen_host else config.listen_host


def _refuse_taken(config: Config) -> None:
    """``Refused`` (``port_taken``) where somebody listens there already: asked first, as gunicorn only dumps it."""
    family = socket.AF_INET6 if ":" in config.listen_host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((config.listen_host, config.listen_port))
        except OSError as e:
            where = f"{_host(config)}:{config.listen_port}"
            if e.errno == errno.EADDRINUSE:
                raise Refused(
                    "port_taken",
                    f"{where} is in use. Is Tombola running already? Otherwise choose another with --listen.",
                ) from e
            raise Refused(
                "listen",
                f"{where} cannot be listened on: {e.strerror or e}.",
                "Choose another with --listen.",
            ) from e


def _serve(config: Config, options: argparse.Namespace) -> None:
    if not 1 <= options.processes <= PROCESSES_MAX:
        raise Refused("processes", f"--processes is a number from 1 to {PROCESSES_MAX}.")
    _refuse_taken(config)
    # Opened here too, so that the embedded database lives as long as the server, and trouble is told at once.
    with closing(_open(config)) as database:
        migrate(database)
        furnish(database, config.home, SystemClock(), demo=options.demo)
        database.engine.dispose()

        def application() -> tuple[serving.Wsgi, Callable[[], None]]:
            # Imported in each process, once the folder that their counters share has its name.
            from syncserver.admin.live import end_streams
            from syncserver.app import create_app

            office = open_office(config, SystemClock(), demo=options.demo)
            office.database.keep()
            app = create_app(office, plain_http=options.plain_http)
            return app, lambda: end_streams(app.extensions)

        def ready(address: str) -> None:
            print(f"Serving on {address} (office: {address}/admin)", flush=True)

        serving.serve(config, options.processes, application, ready)


def _trial(config: Config, options: argparse.Namespace) -> None:
    # Imported here: only a trial needs a processor of play money.
    from syncserver import trial

    with closing(_open(config)) as database:
        migrate(database)
        with database.engine.connect() as c:
            if c.scalar(select(m.organizations.c.id).limit(1)) is None:
                raise Refused("trial_empty", "There is no office yet.", "Make one first: tombola-server init")
        _refuse_taken(config)
        trial.run(config, SystemClock(), options.processes, _say)


def _worker(config: Config, _options: argparse.Namespace) -> None:
    from syncserver.worker import run_worker

    office = open_office(config, SystemClock())
    with closing(office.database):
        office.database.keep()
        run_worker(office)


def _migrate(config: Config, _options: argparse.Namespace) -> None:
    with closing(_open(config)) as database:
        done = migrate(database)
    print(
        "\n".join(f"ran {revision}" for revision in done)
        if done
        else "The database is of this version already."
    )


def _another(config: Config, options: argparse.Namespace) -> None:
    office = open_office(config, SystemClock())
    username, password = options.admin.strip().lower(), _password()
    o, a = m.organizations, m.local_accounts
    with closing(office.database), office.begin() as c:
        if c.scalar(select(o.c.id).where(o.c.name == options.name.strip()).limit(1)) is not None:
            raise Refused(
                "organisation",
                f"There is an organisation called “{options.name}” already.",
                "Name it otherwise.",
            )
        made = events.create_organisation(
            c, options.name, options.currency.upper(), timezone=options.timezone
        )
        known = c.scalar(select(a.c.user_id).where(a.c.username == username))
        if known is None:
            known = auth.create_user(c, made, username, "Administrator", password, "admin")
            said = f"  user name   {username}\n  password    {password}\n\nThe password is not shown again."
        else:
            c.execute(insert(m.organization_users).values(organization_id=made, user_id=known, role="admin"))
            said = f"{username} leads it, with the same password as before."
        organisations.decide(c, made, known, shifts=ShiftRules(required=True, blind=True))
    print(f"Made the organisation “{options.name}”.\n\n{said}")


def _organisation(c: Connection, name: str | None) -> UUID:
    query = select(m.organizations.c.id, m.organizations.c.name).order_by(m.organizations.c.name)
    rows = [row for row in c.execute(query).all() if name is None or row.name == name]
    if len(rows) == 1:
        return UUID(str(rows[0].id))
    raise Refused(
        "organisation",
        "There is no such organisation." if not rows else "There are several organisations.",
        "Run tombola-server init first." if name is None and not rows else "Name one with --organisation.",
    )


def _enrol(config: Config, options: argparse.Namespace) -> None:
    office = open_office(config, SystemClock())
    with closing(office.database), office.begin() as c:
        organisation = _organisation(c, options.organisation)
        rsu = c.scalar(
            select(m.rsus.c.id).where(m.rsus.c.organization_id == organisation, m.rsus.c.name == options.rsu)
        )
        if rsu is None:
            rsu = rsus.create_rsu(c, organisation, options.rsu)
        code = rsus.new_code(office, c, rsu, None)
    print(code)


def _import(config: Config, options: argparse.Namespace) -> None:
    office = open_office(config, SystemClock())
    last: dict[Path, bool] = {}
    with closing(office.database):
        for path, done in intake.take_paths(office, options.files):
            if path in last:
                print(f"{path.name} once more, now that what it waited for may be here:")
            last[path] = isinstance(done, intake.Imported) and done.whole
            if isinstance(done, intake.Imported):
                print(_account(done), flush=True)
            else:
                print(f"{path.name}\n  ! {done.message}\n    {done.hint}", flush=True)
    if not all(last.values()):
        raise Refused(
            "import_incomplete",
            "Not everything came in; what did is safe, and importing a file again changes nothing.",
            "See the lines above that begin with “!”. Keep every medium until the draw is over.",
        )


def _account(done: intake.Imported) -> str:
    """What came of a file, in lines."""
    span = f", {done.first} to {done.last}, {done.sales} of them sales" if done.found else ""
    lines = [
        done.name,
        f"  {'kiosk':<15}{done.unit}, enrolment {done.epoch} ({done.kind})",
        f"  {'entries found':<15}{done.found}{span}",
        f"  {'new':<15}{done.new}",
        f"  {'already here':<15}{done.already}",
        f"  {'in quarantine':<15}{done.quarantined}",
        f"  {'left out':<15}{done.left}",
        f"  {'missing':<15}{done.missing or 'nothing that is known of'}",
        f"  {'office has':<15}entries up to {done.head}",
    ]
    return "\n".join(
        lines + [f"  - {words}" for words in done.notes] + [f"  ! {words}" for words in done.troubles]
    )


def _replay(config: Config, options: argparse.Namespace) -> None:
    office = open_office(config, SystemClock())
    with closing(office.database), office.begin() as c:
        row = draws.get(c, options.draw)
        report = draws.replay(office, c, options.draw)
    pools = ", ".join(f"{name} ({size} numbers)" for name, size, _ in row.pools)
    print(f"Draw {row.id}, attempt {row.attempt}, from its record: pools {pools}.\n")
    print("\n".join(f"  ok  {words}" for words in report.checked))
    if not report.ok:
        print("\n".join(f"  !!  {words}" for words in report.problems))
        raise Refused("replay", "Another draw comes out than the one on record.", "Keep the record as it is.")
    print("\n".join(f"  --  {words} (not checked here)" for words in report.not_checked))
    print(f"\nThe same bundle comes out, to the byte: {report.bundle_sha256}")


def _user(config: Config, options: argparse.Namespace) -> None:
    office = open_office(config, SystemClock())
    password, username = _password(), options.username.strip().lower()
    a, u, member = m.local_accounts.c, m.users.c, m.organization_users.c
    with closing(office.database), office.begin() as c:
        known = c.execute(
            select(u.id, u.display_name, member.role)
            .join(m.local_accounts, a.user_id == u.id)
            .join(m.organization_users, member.user_id == u.id)
            .where(a.username == username)
            .limit(1)
        ).one_or_none()
        if known is not None:
            auth.set_password(c, known.id, password, office.now())
            done = f"New password for {known.display_name} ({known.role})"
        elif options.role is None:
            # A slip of the keyboard must not make somebody who may do anything.
            raise _nobody(c, username)
        else:
            organisation = _organisation(c, options.organisation)
            name = options.name or options.username
            auth.create_user(c, organisation, username, name, password, options.role)
            done = f"Made {name} ({options.role})"
    print(f"{done}\n\n  user name   {username}\n  password    {password}\n\nThe password is not shown again.")


def _nobody(c: Connection, username: str) -> Refused:
    names = list(
        c.scalars(
            select(m.local_accounts.c.username)
            .order_by(m.local_accounts.c.username)
            .limit(NAMES_SHOWN_MAX + 1)
        )
    )
    more = ", …" if len(names) > NAMES_SHOWN_MAX else ""
    people = ", ".join(names[:NAMES_SHOWN_MAX]) + more if names else "nobody yet"
    return Refused(
        "user_unknown",
        f"There is nobody called '{username}'. People are: {people}.",
        f"To make somebody new, add --role and one of {', '.join(auth.STAFF)}.",
    )


def _openapi(_config: Config, _options: argparse.Namespace) -> None:
    # Imported here: no other command needs the pages.
    from syncserver import openapi

    sys.stdout.buffer.write(openapi.encoded())


def _retention(config: Config, options: argparse.Namespace) -> None:
    with closing(_open(config)) as database:
        with database.engine.begin() as c:
            before = retention.horizon(c)
            found = list(retention.beyond(c, before))
        print(f"Records from before {before:%Y-%m-%d} need not be kept any longer.")
        if options.delete:
            found = list(retention.expire(database))
        for one in found:
            print(f"{one.table}: {one.rows:,} rows {'were deleted' if options.delete else 'are older'}")
    if not options.delete and any(one.rows for one in found):
        print("Nothing was deleted. To delete them: tombola-server retention --delete")


def _passphrase(options: argparse.Namespace, *, twice: bool) -> str | None:
    """The passphrase of a backup's keys: out of a file, the environment, or from whoever sits at the terminal."""
    if options.passphrase_file is not None:
        try:
            said = str(options.passphrase_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as e:
            raise Refused("passphrase", f"{options.passphrase_file} cannot be read: {e}.") from e
        return said.strip("\r\n")
    if os.environ.get("TOMBOLA_BACKUP_PASSPHRASE"):
        return os.environ["TOMBOLA_BACKUP_PASSPHRASE"]
    if not sys.stdin.isatty():
        return None
    given = getpass("Passphrase of the keys: ")
    if twice and getpass("Once more: ") != given:
        raise Refused("passphrase", "The two are not the same.", "Run it again.")
    return given or None


def _back_up(config: Config, options: argparse.Namespace) -> None:
    from syncserver import backup

    passphrase = _passphrase(options, twice=True)
    if passphrase is None:
        raise Refused(
            "passphrase",
            "A passphrase is needed: the keys are sealed with it.",
            "Give a file with --passphrase-file, or set TOMBOLA_BACKUP_PASSPHRASE.",
        )
    with closing(_open(config)) as database:
        made = backup.back_up(database, config.home, options.file, passphrase, SystemClock(), _say)
    print(
        f"\n  database   {made.database} ({made.bytes:,} bytes, {made.tables} tables)\n"
        f"  SHA-256    {made.sha256} (in {made.checksum.name})\n  keys       {made.keys}\n\n"
        "Keep the keys and their passphrase apart from the database’s file: whoever has all three has everything."
    )


def _restore(config: Config, options: argparse.Namespace) -> None:
    from syncserver import backup

    passphrase = _passphrase(options, twice=False)
    with closing(_open(config)) as database:
        generation = backup.restore(database, config.home, options.file, passphrase, _say)
    print(
        f"\nRestored. The next start is generation {generation}: every counter of numbers leaps, so that nothing is\n"
        "handed out twice, and kiosks hand over again what the backup lacks. What now?\n\n"
        "  1. Start it:  tombola-server serve  and  tombola-server worker\n"
        "  2. Wait until every kiosk has been heard of on the page Kiosks.\n"
        "  3. What was paid on line since the backup the worker finds at Stripe by itself (up to 30 days back). What it\n"
        "     makes no tickets of stands on the page Refunds under “Payments without tickets”: pay it back there.\n"
        "  4. Make again what the office decided after the backup: voids, revocations, findings, exceptions.\n"
        "  5. Then decide the finding “restored” of each raffle that is not drawn."
    )


def _say(words: str) -> None:
    print(words, flush=True)


def _restored(config: Config, _options: argparse.Namespace) -> None:
    with closing(_open(config)) as database:
        generation = restored(database, config.home)
    print(
        f"The next start is generation {generation}: every counter of numbers leaps, and kiosks hand over again."
    )


if __name__ == "__main__":
    sys.exit(main())
