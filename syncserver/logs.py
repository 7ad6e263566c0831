"""What the programs write down of their work: lines for people or for a collector, and never what is secret or somebody's.

A line may name a route, never an address with its query; an exception its type and place, never its words, which may
hold what somebody sent; and whatever looks like a secret is blotted out, as is each secret that the settings hold.
"""

from __future__ import annotations

import json
import logging
import os
import re
import traceback
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, Final, Literal

from sqlalchemy.engine import URL

from shared.clock import Clock
from shared.errors import KnownError

Form = Literal["json", "text"]

MESSAGE_CHARS_MAX: Final = 4_000
FRAMES_MAX: Final = 30
REQUEST_ID_BYTES: Final = 8
SECRET_CHARS_MIN: Final = 6
"""Shorter settings would blot out half of what is written."""
BLOT: Final = "***"

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_BLOTTED: Final = (
    (re.compile(r"://[^\s/@:]*:[^\s/@]*@"), f"://{BLOT}@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s,]+"), rf"\1 {BLOT}"),
    (re.compile(r"(?i)\b((?:set-)?cookie|authorization):\s*[^\s,]+"), rf"\1: {BLOT}"),
    (
        re.compile(r"(?i)\b((?:[a-z_]*(?:password|passwd|secret|token|api_?key))\s*[=:]\s*)[^\s,;&]+"),
        rf"\1{BLOT}",
    ),
    (re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+"), rf"\1?{BLOT}"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), BLOT),
)

_about: ContextVar[Mapping[str, Any]] = ContextVar("tombola_request", default=MappingProxyType({}))
"""What is known of the request at hand."""


def request_id(shown: str, *, trusted: bool, clock: Clock) -> str:
    """The id of a request: what a trusted proxy says where that is well-formed, else a new one."""
    if trusted and _REQUEST_ID.fullmatch(shown):
        return shown
    return clock.token(REQUEST_ID_BYTES).hex()


def about(**known: Any) -> None:
    """From here on, lines of this request say this too; nothing known ends what was said of the one before."""
    _about.set({**_about.get(), **known} if known else {})


def set_up(form: Form, secrets: Iterable[str] = ()) -> None:
    """Writes the program's log to its standard error, in this form, without these secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter((_Json if form == "json" else _Text)(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # They tell every request to others with its address and query; and every job with its arguments.
    for name in (
        "httpx",
        "httpcore",
        "urllib3",
        "stripe",
        "procrastinate.jobs",
        "alembic",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


def secrets_of(config: object) -> set[str]:
    """All that the settings keep to themselves: fields that are left out of their ``repr``, in each part of them."""
    found: set[str] = set()
    if isinstance(config, list | tuple):
        return found.union(*(secrets_of(one) for one in config))
    if not is_dataclass(config):
        return found
    for field in fields(config):
        value = getattr(config, field.name)
        if isinstance(value, URL):
            found.add(str(value.password or ""))
        elif isinstance(value, str) and not field.repr:
            found.add(value)
        else:
            found |= secrets_of(value)
    return {value for value in found if len(value) >= SECRET_CHARS_MIN}


class _Scrubbed(logging.Formatter):
    """What both forms have in common: a message without secrets, and an exception without its words."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((one for one in secrets if one), key=len, reverse=True)

    def words(self, record: logging.LogRecord) -> str:
        """The message."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        return self.scrub(message)[:MESSAGE_CHARS_MAX]

    def scrub(self, text: str) -> str:
        """Without what is secret or somebody's."""
        known = _about.get()
        # An address may bear a token or a name; its route does not.
        path, route = known.get("path"), known.get("route")
        if path and route and path != "/":
            text = text.replace(str(path), str(route))
        for secret in self._secrets:
            text = text.replace(secret, BLOT)
        for pattern, instead in _BLOTTED:
            text = pattern.sub(instead, text)
        return text

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """The exception and those behind it: types and places, and the words of our own refusals alone."""
        error, lines, seen = ei[1], [], set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            lines.append(self.scrub(_named(error)))
            frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        return self.scrub(stack_info)


class _Json(_Scrubbed):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.words(record),
            "process": os.getpid(),
        }
        said |= {name: value for name, value in _about.get().items() if name != "path"}
        said |= getattr(record, "also", {})
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = _kind(record.exc_info[1])
            said["trace"] = self.formatException(record.exc_info).splitlines()
        return json.dumps(said, ensure_ascii=False, default=str)


class _Text(_Scrubbed):
    """A line for people; what an exception says stands below it."""

    def format(self, record: logging.LogRecord) -> str:
        at = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%d %H:%M:%S}.{int(record.msecs):03}Z"
        known = _about.get()
        request = f" [{known['request']}]" if "request" in known else ""
        also = "".join(f" {name}={value}" for name, value in getattr(record, "also", {}).items())
        line = f"{at} {record.levelname} {record.name}{request} {self.words(record)}{also}"
        # One event, one line: a message with a line break in it could otherwise pretend to be two.
        line = line.replace("\r", "\\r").replace("\n", "\\n")
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _named(error: BaseException) -> str:
    """What it is; of the database's errors the code and the constraint, of ours the words."""
    if isinstance(error, KnownError):
        return f"{_kind(error)}: {error.code}: {error.message}"
    behind = getattr(error, "orig", None) or error
    state = getattr(behind, "sqlstate", None)
    broken = getattr(getattr(behind, "diag", None), "constraint_name", None)
    if isinstance(error, OSError) and error.errno is not None:
        return f"{_kind(error)}: {os.strerror(error.errno)}"
    told = " ".join(str(one) for one in (state, broken) if one)
    return f"{_kind(error)}: {told}" if told else _kind(error)
