"""How one kiosk is set up: from its command line, and behind that from ``kiosk.toml`` in its data folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kiosk.words import LANGUAGES
from shared.errors import Refused

FILE = "kiosk.toml"
PAPERS_MM = (58, 80)
THEMES = ("light", "dark", "contrast")
MODES = ("attended", "self_service")
SELL_MODES = ("runner", "fast")
VERSION = "0.1.0"
"""The project's own (pyproject.toml); to ask the installation for it costs a tenth of a start."""
SIDE_PX_MAX = 16_384
_KINDS = {"paper_mm": int, "disk_reserve_bytes": int, "large_text": bool, "drawer": bool}
"""What settings of ``kiosk.toml`` are that are not texts."""
_MEANT = {
    str: "a text in quotation marks",
    int: "a whole number without quotation marks",
    bool: "true or false without quotation marks",
}
_KEY = re.compile(r"^\s*(\w+)\s*=")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def software() -> str:
    """Program and version, as the office sees it."""
    return f"tombola-kiosk {version()}"


def version() -> str:
    """The installed version."""
    return VERSION


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
    large_text: bool = False
    """Text and touch targets a quarter larger."""
    mode: str = "attended"
    """``self_service``: buyers choose alone, and an attendant takes their money."""
    sell_mode: str = "runner"
    """``fast``: a touch of a package goes straight to paying for it."""
    drawer: bool = False
    """A cash drawer is connected to the printer, and is opened for cash."""
    given: tuple[str, ...] = ()
    """Settings that stand on the command line, and so cannot be changed at the kiosk."""
    publisher: str = ""
    """The public key, 64 hex digits, that the program's files must be signed with."""
    disk_reserve_bytes: int = 64 * 1024 * 1024
    """Selling stops where less than this is free on the data folder's disk."""

    def __post_init__(self) -> None:
        if self.paper_mm not in PAPERS_MM:
            raise Refused("bad_setting", f"Paper of {self.paper_mm} mm is not known.", "Use 58 or 80.")
        if self.theme not in THEMES:
            raise Refused("bad_setting", f"There is no theme {self.theme!r}.", f"Use {', '.join(THEMES)}.")
        languages = tuple(code for code, _ in LANGUAGES)
        for what, held, known in (
            ("language", self.language, languages),
            ("mode", self.mode, MODES),
            ("sell mode", self.sell_mode, SELL_MODES),
        ):
            if held not in known:
                raise Refused("bad_setting", f"There is no {what} {held!r}.", f"Use {', '.join(known)}.")
        if self.publisher and not re.fullmatch(r"[0-9a-f]{64}", self.publisher):
            raise Refused(
                "bad_setting", "The publisher's key is not a key.", "It has 64 digits, 0-9 and a-f."
            )
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
    from urllib.parse import urlsplit  # noqa: PLC0415 - not at each start

    try:
        parts = urlsplit(plain)
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
    path = data / FILE
    kept = _parse(path, _text(path))
    known = {f.name for f in fields(Config)} - {"data", "given"}
    if strange := set(kept) - known:
        raise Refused("bad_setting", f"{path} has an unknown setting: {', '.join(sorted(strange))}.")
    _check_kinds(path, kept)
    told = {k: v for k, v in given.items() if v is not None}
    return _config(data, kept | told | {"given": tuple(told)})


def _check_kinds(path: Path, kept: Mapping[str, Any]) -> None:
    """Each setting is what it has to be: an ``"no"`` in quotation marks is not a ``false``."""
    for name, value in kept.items():
        kind = _KINDS.get(name, str)
        if type(value) is not kind:
            raise Refused(
                "bad_setting", f"{path}: {name} = {value!r} cannot be meant.", f"Write {_MEANT[kind]}."
            )


def _config(data: Path, values: dict[str, Any]) -> Config:
    for name in ("mirror", "drive"):
        if values.get(name):
            values[name] = Path(values[name])
    if isinstance(values.get("size"), str):
        values["size"] = _size(values["size"])
    return Config(data=data, **values)


def _text(path: Path) -> str:
    """What the file holds; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (UnicodeDecodeError, OSError) as e:
        raise Refused("bad_setting", f"{path} cannot be read: {e}.", "Correct it or remove it.") from e


def _parse(path: Path, text: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib  # noqa: PLC0415 - most kiosks are told by their command line

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise Refused("bad_setting", f"{path} cannot be read: {e}.", "Correct it or remove it.") from e


def changed(data: Path, settings: Mapping[str, str | int | bool]) -> str:
    """The text of ``<data>/kiosk.toml`` with these settings in it; what else stands there stays, remarks too.

    An empty text takes a setting out. ``Refused`` where the file cannot be read, or the settings cannot be meant;
    whoever writes the text does so whole or not at all.
    """
    import tomllib  # noqa: PLC0415 - as above

    path = data / FILE
    before = _text(path)
    wanted = {k: v for k, v in (_parse(path, before) | dict(settings)).items() if v != ""}
    lines, left = [], dict(settings)
    for line in before.splitlines():
        found = _KEY.match(line)
        if found is None or found[1] not in settings:
            lines.append(line)
        elif (value := left.pop(found[1], "")) != "":
            lines.append(_line(found[1], value))
    lines += [_line(name, value) for name, value in left.items() if value != ""]
    text = "\n".join(lines) + "\n"
    try:
        faithful = tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        faithful = False
    if not faithful:  # somebody wrote a value over several lines
        text = "".join(_line(name, value) + "\n" for name, value in wanted.items())
    kept = _parse(path, text)
    _check_kinds(path, kept)
    _config(data, kept)
    return text


def _line(name: str, value: object) -> str:
    # A JSON string, number or truth value is one of TOML too; but for the DEL, which JSON leaves as it is.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007F")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not re.fullmatch(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", text):
        raise Refused("bad_setting", f"{text!r} is not a size.", "Write it as 1280x800.")
    return min(int(width), SIDE_PX_MAX), min(int(height), SIDE_PX_MAX)
