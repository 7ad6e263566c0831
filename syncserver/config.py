"""How this server is set: read once, from the environment and the command line, and never changed after.

Every setting has a name in the environment; what stands on the command line goes before it.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

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
TOKEN_CHARS_MIN, TOKEN_CHARS_MAX = 16, 200
PROVIDERS_MAX = 8
_PROVIDER = re.compile(r"TOMBOLA_(OIDC)_([A-Z0-9]{1,20})_ISSUER|TOMBOLA_(OAUTH)_([A-Z0-9]{1,20})_AUTHORIZE")
_SAFE_ADDRESS = re.compile(
    r"https://[^\s/@]+(/\S*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/\S*)?"
).fullmatch
STRIPE_URL = "https://api.stripe.com"
PLAY_KEY = "sk_test_play_money"
"""What the processor of play money is asked with; Stripe gives out no such key."""
KLAVIYO_URL = "https://a.klaviyo.com"
MAIL_PORTS = {"tls": 465, "starttls": 587, "none": 25}
"""How a mail server is spoken to, and the port at which it then listens (RFC 8314, RFC 6409)."""


@dataclass(frozen=True)
class BeaconPlaces:
    """Where public randomness is asked for, in this order; addresses without a slash at their end. May be empty."""

    drand: tuple[str, ...] = DRAND_RELAYS
    nist: tuple[str, ...] = NIST_BEACONS


@dataclass(frozen=True)
class Mail:
    """The server that takes our e-mail. ``security`` is how the connection is kept private; ``sender`` stands as
    its From, such as ``Hockey Club <raffle@club.example>``.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Texts:
    """Who sends our text messages: ``url`` is posted a form with From, To and Body, as Twilio has it."""

    url: str
    sender: str
    account: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Klaviyo:
    """The private key of a Klaviyo account, and where its interface stands."""

    key: str = field(repr=False)
    url: str = KLAVIYO_URL


@dataclass(frozen=True)
class Stripe:
    """The account by which cards are charged on line. ``webhook_secret`` proves that what is told comes from there."""

    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    url: str = STRIPE_URL

    @property
    def play(self) -> bool:
        """Whether everybody pays with play money: a trial, where nothing is charged."""
        return self.key == PLAY_KEY


@dataclass(frozen=True)
class Provider:
    """Where people can come in by an account that they have elsewhere: OpenID Connect, or plain OAuth 2.

    With ``issuer`` all else is asked of it (OpenID Connect Discovery); without, the three addresses say it, and
    ``userinfo`` answers with JSON that has an ``id`` or ``sub``.
    """

    name: str
    label: str
    client: str
    secret: str = field(repr=False)
    whom: frozenset[str]
    """``staff``, ``customers``, or both."""
    scope: str
    issuer: str = ""
    authorize: str = ""
    token: str = ""
    userinfo: str = ""


@dataclass(frozen=True)
class Config:
    """The settings of one server.

    ``database_url`` is the application's connection, or None for the embedded PostgreSQL.
    ``database_migration_url`` is the owner's; without it ``database_url`` is the owner's too.
    ``home`` is the folder of everything kept outside the database. ``connections_max`` bounds one process's pool.
    ``mail``, ``texts`` and ``klaviyo`` are None where nothing is sent that way. ``webhooks_private`` lets webhooks go
    to addresses of one's own network and without TLS.
    """

    home: Path
    database_url: URL | None = field(default=None, repr=False)
    database_migration_url: URL | None = field(default=None, repr=False)
    listen_host: str = "127.0.0.1"
    listen_port: int = 8080
    connections_max: int = CONNECTIONS_DEFAULT
    beacons: BeaconPlaces = field(default_factory=BeaconPlaces)
    url: str = ""
    """TOMBOLA_URL; empty where it is not said."""
    mail: Mail | None = None
    texts: Texts | None = None
    klaviyo: Klaviyo | None = None
    webhooks_private: bool = False
    providers: tuple[Provider, ...] = ()
    """Accounts elsewhere by which people come in here."""
    stripe: Stripe | None = None
    """None where nothing is sold on line."""
    log: str = "text"
    """``text`` or ``json``."""
    metrics_token: str = field(default="", repr=False)
    """With it ``/metrics`` is read; without one only from this machine."""

    @property
    def public_url(self) -> str:
        """The address at which people reach this server, without a slash at its end: for links in mails, and for
        providers that send somebody back. Where TOMBOLA_URL is not set, the address that is listened on.
        """
        host = f"[{self.listen_host}]" if ":" in self.listen_host else self.listen_host
        return self.url or f"http://{host}:{self.listen_port}"


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
        url=_address("TOMBOLA_URL", setting("TOMBOLA_URL")),
        mail=_mail(setting),
        texts=_texts(setting),
        klaviyo=_klaviyo(setting),
        providers=_providers(environment),
        webhooks_private=_yes("TOMBOLA_WEBHOOKS_PRIVATE", setting("TOMBOLA_WEBHOOKS_PRIVATE")),
        stripe=_stripe(setting),
        log=_log(setting("TOMBOLA_LOG")),
        metrics_token=_token("TOMBOLA_METRICS_TOKEN", setting("TOMBOLA_METRICS_TOKEN")),
    )


def _log(value: str) -> str:
    if value not in {"", "json", "text"}:
        raise Refused("config.log", f"TOMBOLA_LOG is {value!r}.", "Write json, or text.")
    return value or "text"


def _token(name: str, value: str) -> str:
    if value and not (
        TOKEN_CHARS_MIN <= len(value) <= TOKEN_CHARS_MAX and value.isascii() and value.isprintable()
    ):
        # The value is never shown: it is a secret.
        raise Refused(
            f"config.{name.lower()}",
            f"{name} is no token.",
            f"Give it {TOKEN_CHARS_MIN} to {TOKEN_CHARS_MAX} letters and digits that nobody guesses.",
        )
    return value


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


def _yes(name: str, value: str) -> bool:
    if value.lower() in {"", "no", "0", "false"}:
        return False
    if value.lower() in {"yes", "1", "true"}:
        return True
    raise Refused(f"config.{name.lower()}", f"{name} is {value!r}.", "Write yes or no.")


def _address(name: str, value: str) -> str:
    """An address of the web, without a slash at its end; empty where none is set."""
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        fine = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        fine = False
    if (
        not fine
        or not value.isascii()
        or not value.isprintable()
        or " " in value
        or "?" in value
        or "#" in value
    ):
        raise Refused(
            f"config.{name.lower()}",
            f"{name} is {value!r}, which is no address.",
            "Write it like https://raffle.example.",
        )
    return value.rstrip("/")


def _line(name: str, value: str) -> str:
    """A text that has to be there and stands in one line."""
    if not value or not value.isprintable():
        raise Refused(
            f"config.{name.lower()}",
            f"{name} is missing or cannot be.",
            "The manual shows which settings belong together.",
        )
    return value


def _mail(setting: Callable[[str], str]) -> Mail | None:
    host = setting("TOMBOLA_SMTP_HOST")
    if not host:
        return None
    security = setting("TOMBOLA_SMTP_SECURITY") or "starttls"
    if security not in MAIL_PORTS:
        raise Refused(
            "config.tombola_smtp_security",
            f"TOMBOLA_SMTP_SECURITY is {security!r}.",
            f"Write one of {', '.join(MAIL_PORTS)}.",
        )
    port = setting("TOMBOLA_SMTP_PORT") or str(MAIL_PORTS[security])
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
        raise Refused(
            "config.tombola_smtp_port", f"TOMBOLA_SMTP_PORT is {port!r}.", f"Give a number up to {PORT_MAX}."
        )
    sender = _line("TOMBOLA_SMTP_FROM", setting("TOMBOLA_SMTP_FROM"))
    if "@" not in parseaddr(sender)[1]:
        raise Refused(
            "config.tombola_smtp_from",
            f"TOMBOLA_SMTP_FROM is {sender!r}, which is no e-mail address.",
            "Write it like raffle@club.example, or Hockey Club <raffle@club.example>.",
        )
    user, password = setting("TOMBOLA_SMTP_USER"), setting("TOMBOLA_SMTP_PASSWORD")
    if bool(user) != bool(password):
        raise Refused(
            "config.tombola_smtp_user",
            "Of TOMBOLA_SMTP_USER and TOMBOLA_SMTP_PASSWORD only one is set.",
            "Set both, or neither.",
        )
    return Mail(_line("TOMBOLA_SMTP_HOST", host), int(port), security, sender, user, password)


def _texts(setting: Callable[[str], str]) -> Texts | None:
    url = _address("TOMBOLA_SMS_URL", setting("TOMBOLA_SMS_URL"))
    if not url:
        return None
    sender = _line("TOMBOLA_SMS_FROM", setting("TOMBOLA_SMS_FROM"))
    account, token = setting("TOMBOLA_SMS_ACCOUNT"), setting("TOMBOLA_SMS_TOKEN")
    if bool(account) and not token:
        raise Refused(
            "config.tombola_sms_token",
            "TOMBOLA_SMS_ACCOUNT is set, but TOMBOLA_SMS_TOKEN is not.",
            "Set both.",
        )
    return Texts(url, sender, account, token)


def _stripe(setting: Callable[[str], str]) -> Stripe | None:
    key, secret = setting("TOMBOLA_STRIPE_KEY"), setting("TOMBOLA_STRIPE_WEBHOOK_SECRET")
    if not key and not secret:
        return None
    if not key or not secret:
        raise Refused(
            "config.tombola_stripe",
            "TOMBOLA_STRIPE_KEY and TOMBOLA_STRIPE_WEBHOOK_SECRET belong together, and one of them is missing.",
            "Set both, or neither to sell nothing on line.",
        )
    return Stripe(
        _line("TOMBOLA_STRIPE_KEY", key),
        _line("TOMBOLA_STRIPE_WEBHOOK_SECRET", secret),
        _address("TOMBOLA_STRIPE_API", setting("TOMBOLA_STRIPE_API")) or STRIPE_URL,
    )


def _klaviyo(setting: Callable[[str], str]) -> Klaviyo | None:
    key = setting("TOMBOLA_KLAVIYO_KEY")
    if not key:
        return None
    return Klaviyo(
        _line("TOMBOLA_KLAVIYO_KEY", key),
        _address("TOMBOLA_KLAVIYO_URL", setting("TOMBOLA_KLAVIYO_URL")) or KLAVIYO_URL,
    )


def _providers(environment: Mapping[str, str]) -> tuple[Provider, ...]:
    """TOMBOLA_OIDC_<NAME>_ISSUER and TOMBOLA_OAUTH_<NAME>_AUTHORIZE each begin a provider."""
    found = [
        _provider(environment, match[1] or match[3], match[2] or match[4])
        for setting in sorted(environment)
        if environment[setting].strip() and (match := _PROVIDER.fullmatch(setting))
    ]
    if len(found) > PROVIDERS_MAX or len({one.name for one in found}) < len(found):
        raise Refused(
            "config.providers",
            f"There are more than {PROVIDERS_MAX} providers, or two of the same name.",
            "Give each TOMBOLA_OIDC_<NAME>_ISSUER, or TOMBOLA_OAUTH_<NAME>_AUTHORIZE, a name of its own.",
        )
    return tuple(found)


def _provider(environment: Mapping[str, str], kind: str, name: str) -> Provider:
    def said(what: str, default: str = "") -> str:
        return environment.get(f"TOMBOLA_{kind}_{name}_{what}", "").strip() or default

    start = f"TOMBOLA_{kind}_{name}"
    whom = frozenset(said("FOR", "staff,customers").replace(",", " ").split())
    if not said("CLIENT_ID") or not said("CLIENT_SECRET") or not whom <= {"staff", "customers"}:
        raise Refused(
            f"config.{start.lower()}",
            f"{start} is not whole.",
            f"Set {start}_CLIENT_ID and {start}_CLIENT_SECRET, and {start}_FOR to staff, customers, or staff,customers.",
        )
    for what in ("ISSUER",) if kind == "OIDC" else ("AUTHORIZE", "TOKEN", "USERINFO"):
        if not _SAFE_ADDRESS(said(what)):
            raise Refused(
                f"config.{start.lower()}_{what.lower()}",
                f"{start}_{what} is no address of the form https://….",
                "Only on this machine itself may it be http.",
            )
    known = {"GOOGLE": "Google", "FACEBOOK": "Facebook", "MICROSOFT": "Microsoft", "APPLE": "Apple"}
    return Provider(
        name=name.lower(),
        label=said("LABEL", known.get(name, name.capitalize())),
        client=said("CLIENT_ID"),
        secret=said("CLIENT_SECRET"),
        whom=whom,
        scope=said("SCOPE", "openid email profile" if kind == "OIDC" else "email"),
        issuer=said("ISSUER") if kind == "OIDC" else "",
        authorize=said("AUTHORIZE"),
        token=said("TOKEN"),
        userinfo=said("USERINFO"),
    )
