"""``tombola-kiosk``: puts the kiosk together from its command line and runs it."""

from __future__ import annotations

import argparse
import logging
import queue
import sys
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config import PAPERS_MM, THEMES, load, software
from shared.clock import SystemClock
from shared.errors import Fault, KnownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.config import Config
    from kiosk.engine import Engine


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tombola-kiosk",
        description="Sells raffle tickets, with or without a network.",
        epilog="Settings are also read from kiosk.toml in the data folder; the command line counts for more.",
    )
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/tombola-kiosk"), help="folder of the journal"
    )
    parser.add_argument("--server", help="the sync server's address, offered at enrolment")
    parser.add_argument(
        "--printer", help="tcp://host:port, serial:///dev/ttyUSB0?baud=38400 or file:///dev/usb/lp0"
    )
    parser.add_argument("--scanner", help="serial:///dev/ttyACM0")
    parser.add_argument("--mirror", type=Path, help="folder on another medium for the journal's second copy")
    parser.add_argument(
        "--paper", dest="paper_mm", type=int, choices=PAPERS_MM, help="width of the paper, mm"
    )
    parser.add_argument("--language", help="language of the screens, such as en")
    parser.add_argument(
        "--drive", type=Path, metavar="SOCKET", help="take scripted touches (demonstrations only)"
    )
    parser.add_argument("--size", metavar="WxH", help="a window of this size instead of the full screen")
    parser.add_argument("--theme", choices=THEMES, help="colours of the screens")
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="write what the office has not got, and end"
    )
    parser.add_argument("--version", action="version", version=software())
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the kiosk; its exit code. 2: the settings cannot be meant, 1: the environment failed."""
    given = vars(_arguments().parse_args(argv))
    data, target = given.pop("data"), given.pop("export")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        config = load(data, given)
        if target is not None:
            return _export(data, target)
    except KnownError as e:
        print(f"tombola-kiosk: {e}", file=sys.stderr)
        return 1 if isinstance(e, Fault) else 2

    made = _make(config)
    from kiosk.ui import run

    return run(made, config) or made().exit_code()


def _make(config: Config) -> Callable[[], Engine]:
    """Begin to make the engine, on a thread beside the one that loads the screens; returns what waits for it."""
    making: queue.SimpleQueue[Engine | Exception] = queue.SimpleQueue()

    def make() -> None:
        try:
            from kiosk.engine import Engine

            making.put(Engine(config, SystemClock()))
        except Exception as e:  # noqa: BLE001 - carried to the thread that waits for it, and raised there
            making.put(e)

    @cache
    def made() -> Engine:
        result = making.get()
        if isinstance(result, Exception):
            raise result
        return result

    threading.Thread(target=make, name="kiosk-make", daemon=True).start()
    return made


def _export(data: Path, target: Path) -> int:
    from kiosk.journal import export
    from kiosk.store import Store, read_identity
    from shared.errors import Refused

    if not data.is_dir():
        raise Refused("no_data", f"{data} is not a kiosk's data folder.", "Name it with --data.")
    with Store(data) as store:
        identity = read_identity(store.identity())
        if identity is None:
            raise Refused("not_enrolled", "This kiosk has never been enrolled; there is nothing to export.")
        after = int(store.get_json("acknowledged") or 0)
        count = export(store, identity, after, target)
    print(f"{count} entries behind entry {after} written to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
