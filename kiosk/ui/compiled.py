"""Keeps compiled what PySide6 carries as source inside a library, and would compile anew at every start.

These are fourteen files, a tenth of the time to the first screen. What is kept lies beside the compiled code of this module,
under the same rules: it is bound to this Python and to the very text that was compiled, and written where that may be.
"""

from __future__ import annotations

import builtins
import importlib.util
import logging
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType
from typing import Any

THEIRS = ("shibokensupport/", "signature_bootstrap.py")
"""How the names begin under which PySide6 compiles its own files."""
UNUSED = "shibokensupport/signature/lib/pyi_generator.py"
"""Writes type stubs for programmers; what it makes ready as it is loaded takes 7 ms. It is left empty."""

_log = logging.getLogger(__name__)
_Kept = dict[str, tuple[bytes, CodeType]]
"""By name of the file: the hash of its text, and what that was compiled to."""


def place() -> Path:
    """Where it is kept."""
    return Path(importlib.util.cache_from_source(__file__)).with_suffix(".shiboken")


@contextmanager
def compiled(kept_at: Path) -> Iterator[None]:
    """Within, PySide6's own files are compiled once for all starts; all else is compiled as ever."""
    held, used = _read(kept_at), _Kept()
    usual = builtins.compile

    def once(source: Any, filename: Any, mode: str, *args: Any, **more: Any) -> Any:
        theirs = isinstance(filename, str) and filename.startswith(THEIRS) and isinstance(source, bytes)
        if not theirs or mode != "exec" or args or more:
            return usual(source, filename, mode, *args, **more)
        text = importlib.util.source_hash(source)
        found = held.get(filename)
        if found is None or found[0] != text:
            found = text, usual(b"" if filename == UNUSED else source, filename, mode)
        used[filename] = found
        return found[1]

    builtins.compile = once
    try:
        yield
    finally:
        builtins.compile = usual
    if any(held.get(name) != found for name, found in used.items()) and not sys.dont_write_bytecode:
        _write(kept_at, used)


def _read(kept_at: Path) -> _Kept:
    """What is there; nothing where there is nothing, or what another Python or a broken write left."""
    try:
        data = kept_at.read_bytes()
        if not data.startswith(importlib.util.MAGIC_NUMBER):
            return {}
        held = marshal.loads(data[len(importlib.util.MAGIC_NUMBER) :])  # noqa: S302 - as trusted as Python's own beside it
    except FileNotFoundError:
        return {}
    except (OSError, EOFError, ValueError, TypeError) as e:
        _log.info("%s cannot be read (%s); compiled again", kept_at, e)
        return {}
    return held if isinstance(held, dict) else {}


def _write(kept_at: Path, used: _Kept) -> None:
    fresh = kept_at.with_name(f"{kept_at.name}.{os.getpid()}")
    try:
        kept_at.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(importlib.util.MAGIC_NUMBER + marshal.dumps(used))
        fresh.replace(kept_at)
    except OSError as e:  # a read-only installation: the next start compiles again
        _log.debug("%s cannot be kept: %s", kept_at, e)
        with suppress(OSError):
            fresh.unlink()
