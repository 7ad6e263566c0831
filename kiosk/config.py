"""How one kiosk is set up: from its command line, and behind that from ``kiosk.toml`` in its data folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.errors import Refused

PAPERS_MM = (58, 80)
THEMES = ("light", "dark", "contrast")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def software() -> str:
    """Program and version, as the office sees it."""
    return f"tombola-kiosk {version()}"


def version() -> str:
    """The installed version."""
    return metadata.version("tombola")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything a kiosk is told from outside; ``Refused`` where a value cannot be meant."""

    data: Path
    """The folder that holds journal, identity and settings; on the kiosk's own disk."""
    server: str = ""
    """The sync server's address, offered at enrolment."""
    printer: str = ""
    scanner: str = ""
    mirror: Path | None = None
    """A folder on another medium, for the journal's second copy."""
    language: str = "en"
    paper_mm: int = 80
    drive: Path | None = None
    size: tuple[int, int] | None = None
    theme: str = "light"
    disk_reserve_bytes: int = 64 * 1024 * 1024
    """Selling stops where less than this is free on the data folder's disk."""

    def __post_init__(self) -> None:
        if self.paper_mm not in PAPERS_MM:
            raise Refused("bad_setting", f"Paper of {self.paper_mm} mm is not known.", "Use 58 or 80.")
        if self.theme not in THEMES:
            raise Refused("bad_setting", f"There is no theme {self.theme!r}.", f"Use {', '.join(THEMES)}.")
        if self.server:
            check_server(self.server)


def check_server(address: str) -> str:
    """The server's address without a trailing slash; ``Refused`` where it is none, or not safe to use.

    Outside loopback the server must be reached by TLS (protocol, section 1).
    """
    plain = address.strip()
    if "://" not in plain:
        plain = ("http://" if plain.split(":")[0] in _LOOPBACK else "https://") + plain
    plain = plain.rstrip("/")
    parts = urlsplit(plain)
    try:
        host, _port = parts.hostname, parts.port
    except ValueError as e:
        raise Refused("bad_server", f"{address!r} is not an address: {e}.", "Ask the office for it.") from e
    if not host or parts.scheme not in ("http", "https"):
        raise Refused("bad_server", f"{address!r} is not a server's address.", "Ask the office for it.")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise Refused(
            "not_safe", "The server must be reached by https.", "Check the address's first letters."
        )
    return plain


def load(data: Path, given: Mapping[str, Any]) -> Config:
    """The settings of ``given`` that are not None, over those of ``<data>/kiosk.toml``; ``Refused`` in words."""
    path = data / "kiosk.toml"
    kept: dict[str, Any] = {}
    if path.exists():
        try:
            kept = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
            raise Refused("bad_setting", f"{path} cannot be read: {e}.", "Correct it or remove it.") from e
    known = {f.name for f in fields(Config)} - {"data"}
    if strange := set(kept) - known:
        raise Refused("bad_setting", f"{path} has an unknown setting: {', '.join(sorted(strange))}.")
    values = kept | {k: v for k, v in given.items() if v is not None}
    for name in ("mirror", "drive"):
        if values.get(name):
            values[name] = Path(values[name])
    if isinstance(values.get("size"), str):
        values["size"] = _size(values["size"])
    return Config(data=data, **values)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise Refused("bad_setting", f"{text!r} is not a size.", "Write it as 1280x800.")
    return int(width), int(height)
