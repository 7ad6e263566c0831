"""``tombola-kiosk``: puts the kiosk together from its command line and runs it."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config import PAPERS_MM, THEMES, load, software
from kiosk.keeper import Heart
from shared.clock import SystemClock
from shared.errors import Fault, KnownError

if TYPE_CHECKING:
    from kiosk.config import Config


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tombola-kiosk",
        allow_abbrev=False,
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
    parser.add_argument(
        "--scanner",
        help="serial:///dev/ttyACM0 or evdev:///dev/input/by-id/…-event-kbd; none for one that types",
    )
    parser.add_argument("--mirror", type=Path, help="folder on another medium for the journal's second copy")
    parser.add_argument(
        "--paper", dest="paper_mm", type=int, choices=PAPERS_MM, help="width of the paper, mm"
    )
    parser.add_argument("--language", help="language of the screens: en, fr or es")
    parser.add_argument(
        "--drive", type=Path, metavar="SOCKET", help="take scripted touches (demonstrations only)"
    )
    parser.add_argument("--size", metavar="WxH", help="a window of this size instead of the full screen")
    parser.add_argument("--theme", choices=THEMES, help="colours of the screens")
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="write what the office has not got, and end"
    )
    parser.add_argument(
        "--export-all", type=Path, metavar="FILE", help="write the whole journal for the office, and end"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="check the program's files, print them as sha256sum does, and end",
    )
    parser.add_argument("--publisher", metavar="HEX", help="the public key that the program is signed with")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="stay beside the kiosk and start it again whenever it fails or hangs",
    )
    parser.add_argument("--version", action="version", version=software())
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the kiosk; its exit code. 2: the settings cannot be meant, 1: the environment failed, 75: start it again."""
    given = vars(_arguments().parse_args(argv))
    data, target, whole = given.pop("data"), given.pop("export"), given.pop("export_all")
    checks, keeps = given.pop("check"), given.pop("keep")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        config = load(data, given)
        if checks:
            return _check(config)
        if target is not None or whole is not None:
            return _export(data, target or whole, whole is not None)
        if keeps:
            return _keep(data, sys.argv[1:] if argv is None else argv)
    except KnownError as e:
        print(f"tombola-kiosk: {e}", file=sys.stderr)
        return 1 if isinstance(e, Fault) else 2

    # httpx looks for its own command line, and with it loads rich, click and pygments: 80 modules that no kiosk runs.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    gc.disable()  # until the first screen stands: nothing made until then is thrown away
    load_msgspec()
    # One after the other: Python runs one of two threads at a time, and what they hand over to and fro costs more than
    # the little that goes on beside it. The journal opens while the screens are read.
    from kiosk.engine import Engine
    from kiosk.ui import run
    from kiosk.ui.languages import say_in

    engine = Engine(config, SystemClock(), kept=Heart(os.environ, os.getpid()).watched, say_in=say_in)
    engine.open()
    return run(engine, config) or engine.exit_code()


def load_msgspec() -> None:
    """Load it without typing_extensions, which it asks, where there is one, for what this Python has itself."""
    held: object = sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
    import msgspec  # noqa: F401

    if held is None:
        del sys.modules["typing_extensions"]


def _check(config: Config) -> int:
    """Print what is installed; 0: it is the publisher's, 1: it is not, 3: nobody signed it."""
    from kiosk import manifest

    verdict = manifest.check(manifest.installed(), config.publisher)
    listed = manifest.lines(manifest.listing(manifest.installed()))
    sys.stdout.write(listed.removeprefix(manifest.HEADING).decode())
    said = {
        "ok": "every file is the publisher's",
        "unchecked": "not checked: this program bears no publisher's signature",
        "bad": f"this is not the publisher's program: {verdict.detail}",
    }
    print(f"{software()} {verdict.hash}: {said[verdict.state]}", file=sys.stderr)
    return {"ok": 0, "bad": 1}.get(verdict.state, 3)


def _keep(data: Path, arguments: list[str]) -> int:
    from kiosk.keeper import Keeper

    command = [sys.executable, "-m", "kiosk", *(a for a in arguments if a != "--keep")]
    return Keeper(command, data, SystemClock()).run()


def _export(data: Path, target: Path, whole: bool) -> int:
    from kiosk.journal import export
    from kiosk.store import Store, read_identity
    from shared.errors import Refused

    if not data.is_dir():
        raise Refused("no_data", f"{data} is not a kiosk's data folder.", "Name it with --data.")
    with Store(data) as store:
        identity = read_identity(store.identity())
        if identity is None:
            raise Refused("not_enrolled", "This kiosk has never been enrolled; there is nothing to export.")
        after = 0 if whole else int(store.get_json("acknowledged") or 0)
        count = export(store, identity, after, target)
    print(f"{count} entries behind entry {after} written to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
