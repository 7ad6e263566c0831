"""How this server is set: read once, from the environment and the command line, and never changed after.

Every setting has a name in the environment; what stands on the command line goes before it.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shared.errors import Refused

HOME_OF_ROOT = Path("/var/lib/tombola")
LISTEN_DEFAULT = "127.0.0.1:8080"
CONNECTIONS_DEFAULT = 10
CONNECTIONS_MAX = 200
PORT_MAX = 65535
DRAND_RELAYS = (
    "https://api.drand.sh",
    "https://drand.cloudflare.com",
    "https://api2.drand.sh",
    "https://api3.drand.sh",
)
NIST_BEACONS = ("https://beacon.nist.gov",)
PLACES_MAX = 20


@dataclass(frozen=True)
class BeaconPlaces:
    """Where public randomness is asked for, in this order; addresses without a slash at their end. May be empty."""

    drand: tuple[str, ...] = DRAND_RELAYS
    nist: tuple[str, ...] = NIST_BEACONS


@dataclass(frozen=True)
class Config:
    """The settings of one server.

    ``database_url`` is the application's connection, or None for the embedded PostgreSQL.
    ``database_migration_url`` is the owner's; without it ``database_url`` is the owner's too.
    ``home`` is the folder of everything kept outside the database. ``connections_max`` bounds one process's pool.
    """

    home: Path
    database_url: URL | None = field(default=None, repr=False)
    database_migration_url: URL | None = field(default=None, repr=False)
    listen_host: str = "127.0.0.1"
    listen_port: int = 8080
    connections_max: int = CONNECTIONS_DEFAULT
    beacons: BeaconPlaces = field(default_factory=BeaconPlaces)


def add_arguments(parser: ArgumentParser) -> None:
    """Give `parser` the settings a person may write on the command line."""
    parser.add_argument("--home", help=f"folder of the server's data (TOMBOLA_HOME; {HOME_OF_ROOT})")
    parser.add_argument("--listen", help=f"address and port to serve (TOMBOLA_LISTEN; {LISTEN_DEFAULT})")
    parser.add_argument(
        "--database-url", help="PostgreSQL of your own (DATABASE_URL; none: the embedded one)"
    )


def read_config(environment: Mapping[str, str], arguments: Namespace | None = None) -> Config:
    """The settings in `environment` and `arguments`.

    Raises Refused, naming the setting, if one of them cannot be.
    """

    def setting(name: str, argument: str = "") -> str:
        given = getattr(arguments, argument, None) if argument else None
        return str(given) if given is not None else environment.get(name, "").strip()

    host, port = _listen(setting("TOMBOLA_LISTEN", "listen") or LISTEN_DEFAULT)
    database_url = _url("DATABASE_URL", setting("DATABASE_URL", "database_url"))
    migration_url = _url("DATABASE_MIGRATION_URL", setting("DATABASE_MIGRATION_URL"))
    if migration_url is not None and database_url is None:
        raise Refused(
            "config.database_url",
            "DATABASE_MIGRATION_URL is set, but DATABASE_URL is not.",
            "Set both, or neither to use the embedded PostgreSQL.",
        )
    home = setting("TOMBOLA_HOME", "home")
    return Config(
        home=Path(home).expanduser().absolute() if home else _default_home(),
        database_url=database_url,
        database_migration_url=migration_url,
        listen_host=host,
        listen_port=port,
        connections_max=_connections(setting("TOMBOLA_DATABASE_CONNECTIONS")),
        beacons=BeaconPlaces(
            _places("TOMBOLA_DRAND", setting("TOMBOLA_DRAND"), DRAND_RELAYS),
            _places("TOMBOLA_NIST", setting("TOMBOLA_NIST"), NIST_BEACONS),
        ),
    )


def _default_home() -> Path:
    if os.access(HOME_OF_ROOT if HOME_OF_ROOT.exists() else HOME_OF_ROOT.parent, os.W_OK):
        return HOME_OF_ROOT
    return Path("~/.local/share/tombola").expanduser()


def _listen(value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > PORT_MAX:
        raise Refused(
            "config.listen",
            f"TOMBOLA_LISTEN is {value!r}, which is no address and port.",
            f"Write it like {LISTEN_DEFAULT}, or like [::1]:8080.",
        )
    return host, int(port)


def _url(name: str, value: str) -> URL | None:
    if not value:
        return None
    # The value is never shown: it may hold a password.
    refused = Refused(
        f"config.{name.lower()}",
        f"{name} is not the address of a PostgreSQL database.",
        "Write it like postgresql://user:password@host:5432/database.",
    )
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise refused from error
    if url.drivername.partition("+")[0] not in {"postgresql", "postgres"} or not url.database:
        raise refused
    return url.set(drivername="postgresql+psycopg")


def _places(name: str, value: str, default: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        return default
    if value == "none":
        return ()
    places = tuple(one.rstrip("/") for one in value.replace(",", " ").split())
    if len(places) > PLACES_MAX or not all(
        one.startswith(("https://", "http://")) and one.isprintable() for one in places
    ):
        raise Refused(
            f"config.{name.lower()}",
            f"{name} is {value!r}, which is no list of addresses.",
            f"Write it like {', '.join(default)}, or none.",
        )
    return places


def _connections(value: str) -> int:
    if not value:
        return CONNECTIONS_DEFAULT
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= CONNECTIONS_MAX:
        raise Refused(
            "config.connections",
            f"TOMBOLA_DATABASE_CONNECTIONS is {value!r}.",
            f"Give a number from 1 to {CONNECTIONS_MAX}.",
        )
    return int(value)
