"""``python -m tests.bench [NAME…]``: measures what users wait for, prints a table, writes ``bench.json``."""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Bench, Figure, table

GROUPS = {
    "counter": "a sale, its receipt, a validation off line",
    "window": "cold start and memory of the kiosk",
    "office": "uploads, replays, validation at the desk",
    "shelf": "finding, exporting, reporting and watching a million orders",
    "drum": "freeze and draw of ten million numbers, verifying what came out",
}


def main(names: list[str]) -> int:
    """Run the groups named, or all; 0 even where goals are missed: the table says so."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        sys.exit(f"There is no {', '.join(unknown)}. Choose among: {', '.join(GROUPS)}.")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tombola-bench-") as folder:
        Path(folder).chmod(0o711)
        for name in names or GROUPS:
            figures += _run(name, Path(folder))
    _say("")
    print(table(figures))
    path = Path("bench.json")
    path.write_text(json.dumps({f.name: f.as_json() for f in figures}, indent=1) + "\n", encoding="utf-8")
    missed = [f.name for f in figures if f.met is False]
    print(f"\n{len(figures)} figures, {len(missed)} goals missed; written to {path}.")
    if missed:
        print("What holds them back stands in docs/performance.md.")
    return 0


def _run(name: str, folder: Path) -> Iterator[Figure]:
    bench = Bench(folder, lambda words: _say(f"{name}: {words}"))
    bench.say(GROUPS[name])
    yield from importlib.import_module(f"tests.bench.{name}").run(bench)


def _say(words: str) -> None:
    end, start = ("", "\r\x1b[2K") if sys.stderr.isatty() else ("\n" if words else "", "")
    print(f"{start}{words}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
