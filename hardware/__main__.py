"""`tombola-hardware`: find devices, try them, and run virtual ones."""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from hardware.printer import (
    DOTS_BY_PAPER_MM,
    Columns,
    Confirmed,
    Cut,
    DeviceError,
    Document,
    Failed,
    Feed,
    Pair,
    Qr,
    Rule,
    Text,
)

_PRINTER_HELP: Final = "tcp://HOST[:9100], serial:///dev/ttyUSB0?baud=38400 or file:///dev/usb/lp0"


def test_page() -> Document:
    """A slip that shows at a glance whether paper, letters, code and cutter are right."""
    return Document(
        [
            Text("Test page", align="center", size=2, bold=True),
            Text("This is not a ticket", align="center"),
            Rule("heavy"),
            Text("LARGE NUMBERS", align="center", bold=True, inverse=True),
            Feed(1),
            Columns([str(n) for n in range(1001, 1007)]),
            Rule(),
            Pair("English", "Thank you and good luck"),
            Pair("Français", "Merci et bonne chance"),
            Pair("Polski", "Dziękujemy i powodzenia"),
            Pair("Čeština", "Děkujeme, hodně štěstí"),
            Pair("Ελληνικά", "Ευχαριστούμε"),
            Pair("Українська", "Дякуємо і щасти"),
            Pair("العربية", "شكرا وحظا سعيدا"),
            Pair("Total", "€ 12.00  zł 12,00  £12.00", bold=True),
            Rule(),
            Qr("TEST PAGE 0123456789"),
            Text(
                "Both edges of the rules show, every line reads well, and the code scans: all is right.",
                "center",
            ),
            Cut(),
        ]
    )


def _list() -> int:
    from hardware import ports

    found = ports.present_devices()
    for address, description in found:
        print(f"{address}\t{description}")
    if not found:
        print("No serial port and no USB printer is plugged in.")
    print("A printer on the network is named tcp://ADDRESS:9100; its address stands on its self-test page.")
    print("A serial printer needs its speed: serial:///dev/ttyUSB0?baud=38400 (see its self-test page).")
    return 0


def _status(address: str) -> int:
    from hardware.receipt_printer import ReceiptPrinter

    printer = ReceiptPrinter(address)
    status = printer.status()
    printer.close()
    print(status.words())
    if status.detail:
        print(status.detail)
    online = {True: "yes", False: "no", None: "unknown"}[status.online]
    print(f"online: {online}  paper: {status.paper}  cover: {status.cover}  error: {status.error}")
    return 0 if status.ready else 1


def _test_page(address: str, paper_mm: int) -> int:
    from hardware.receipt_printer import ReceiptPrinter

    printer = ReceiptPrinter(address, paper_mm)
    result = printer.print(test_page(), job_id=0)
    if isinstance(result, Confirmed):
        printer.close()
        print(f"Printed; the printer has confirmed it ({result.how}).")
        return 0
    detail = printer.status().detail
    printer.close()
    print(f"{result.words}{' ' + detail if detail else ''}", file=sys.stderr)
    return 1


def _kick(address: str) -> int:
    from hardware.receipt_printer import ReceiptPrinter

    printer = ReceiptPrinter(address)
    kicked = printer.kick()
    printer.close()
    if isinstance(kicked, Failed):
        print(kicked.words, file=sys.stderr)
        return 1
    said = {
        "open": "The drawer is open.",
        "closed": "The drawer did not open, or its switch works the other way round: try ?pin3=open-high.",
        "unknown": "The pulse went out; the printer does not say whether the drawer opened.",
    }
    print(said[kicked.drawer])
    return int(kicked.drawer == "closed")


def _until_stopped() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _scan(address: str, count: int | None) -> int:
    from hardware import ports
    from hardware.scanner import Scanner
    from hardware.scans import BadScan, Scan

    ports.open_port(address).close()  # says at once what is wrong with the address
    stop = _until_stopped()
    left = count

    def show(scan: Scan | BadScan) -> None:
        nonlocal left
        if isinstance(scan, Scan):
            print(scan.text, flush=True)
        else:
            print(f"Not a scan ({scan.reason}): {scan.data!r}. Scan again.", file=sys.stderr, flush=True)
        if left is not None:
            left -= 1
            if left <= 0:
                stop.set()

    scanner = Scanner(address, show)
    print("Scan now; Ctrl+C ends.", file=sys.stderr, flush=True)
    stop.wait()
    scanner.close()
    return 0


def _virtual_printer(folder: Path, paper_mm: int, tcp: int, pty: bool) -> int:
    from hardware.virtual import VirtualPrinter

    stop = _until_stopped()
    try:
        printer = VirtualPrinter(folder, paper_mm, tcp, pty).start()
    except OSError as e:
        raise DeviceError(
            "virtual", f"The virtual printer cannot start: {e}.", "Choose --tcp 0 for any port."
        ) from e
    addresses = {"address": printer.address, "pty_address": printer.pty_address if pty else None}
    print(json.dumps(addresses), flush=True)
    stop.wait()
    printer.stop()
    return 0


def _virtual_scanner(folder: Path, keys: bool) -> int:
    from hardware import virtual

    stop = _until_stopped()
    scanner = (virtual.VirtualKeyScanner if keys else virtual.VirtualScanner)(folder).start()
    ready = lambda: print(json.dumps({"address": scanner.address}), flush=True)  # noqa: E731 - one line, used once
    virtual.follow(folder, scanner.send, stop, ready)
    scanner.stop()
    return 0


def _virtual_scan(folder: Path, text: str) -> int:
    from hardware import virtual

    if not (folder / "scans.txt").exists():
        raise DeviceError(
            "virtual", f"No virtual scanner follows {folder}.", "Start one with virtual-scanner --dir."
        )
    virtual.scan(folder, text)
    return 0


def _virtual_set(folder: Path, changes: Sequence[str]) -> int:
    from hardware import virtual

    wanted = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise DeviceError("virtual", f"{change!r} is not of the form name=value.")
        try:
            wanted[name] = json.loads(value)
        except json.JSONDecodeError:
            wanted[name] = value
    try:
        virtual.change_state(folder, **wanted)
    except ValueError as e:
        raise DeviceError("virtual", f"{e}.") from e
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tombola-hardware", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> Callable[..., argparse.Action]:
        return commands.add_parser(name, help=text, description=text).add_argument

    command("list", "show the devices that are plugged in, and how to name printers on the network")
    add = command("test-page", "print a page that shows whether all is right")
    add("--printer", required=True, help=_PRINTER_HELP)
    add("--paper-mm", type=int, default=80, choices=sorted(DOTS_BY_PAPER_MM))
    add = command("status", "ask a printer how it is")
    add("--printer", required=True, help=_PRINTER_HELP)
    add = command("kick", "open the cash drawer that is connected to a printer")
    add("--printer", required=True, help=_PRINTER_HELP)
    add = command("scan", "show what a scanner reads")
    add(
        "--scanner",
        required=True,
        help="serial:///dev/ttyACM0?baud=9600 or evdev:///dev/input/by-id/…-event-kbd",
    )
    add("--count", type=int, help="end after so many scans")
    add = command(
        "virtual-printer", "run a printer without hardware; prints its addresses as one line of JSON"
    )
    add("--dir", type=Path, required=True, help="its folder: state.json, out/*.png, jobs.jsonl")
    add("--tcp", type=int, default=0, metavar="PORT", help="port on 127.0.0.1; 0 lets the system choose")
    add("--pty", action="store_true", help="also be a serial line")
    add("--paper-mm", type=int, default=80, choices=sorted(DOTS_BY_PAPER_MM))
    add = command(
        "virtual-set",
        "change a virtual printer's state: paper=out, cover=open, drawer=closed, silent=true, …",
    )
    add("dir", type=Path)
    add("changes", nargs="+", metavar="NAME=VALUE")
    add = command("virtual-scanner", "run a scanner without hardware; prints its address as one line of JSON")
    add("--dir", type=Path, required=True, help="its folder; lines appended to scans.txt there are scanned")
    add("--keys", action="store_true", help="be one that is a keyboard, under the kernel's input devices")
    add = command("virtual-scan", "have a virtual scanner scan a text")
    add("dir", type=Path)
    add("text")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 if all is well, 1 if a device is not, 2 for a wrong call."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    args = _parser().parse_args(argv)
    try:
        match args.command:
            case "list":
                return _list()
            case "test-page":
                return _test_page(args.printer, args.paper_mm)
            case "status":
                return _status(args.printer)
            case "kick":
                return _kick(args.printer)
            case "scan":
                return _scan(args.scanner, args.count)
            case "virtual-printer":
                return _virtual_printer(args.dir, args.paper_mm, args.tcp, args.pty)
            case "virtual-set":
                return _virtual_set(args.dir, args.changes)
            case "virtual-scanner":
                return _virtual_scanner(args.dir, args.keys)
            case "virtual-scan":
                return _virtual_scan(args.dir, args.text)
            case other:
                raise AssertionError(other)
    except DeviceError as e:
        print(e.words, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
