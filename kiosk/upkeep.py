"""What an operator or an inspector can have looked at, each by doing it: disk, journal, second copy, program; and the office's letters.

A check reads and writes for real and says what it found in a sentence, with what to do. All of it may be slow and
runs beside the desk, on connections of its own. What stands on the screen of settings to choose from is found here too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kiosk.config import FILE, Config, changed
from kiosk.flow.part import size_words
from kiosk.flow.said import CheckSeen, Event, Message
from kiosk.journal import signature
from kiosk.mirror import UNDER_WAY_MAX, Mirror
from kiosk.store import write_private
from kiosk.words import Say, phrase, said
from shared import entry
from shared.errors import Fault, KnownError

if TYPE_CHECKING:
    from hardware.printer import Document
    from kiosk.store import Identity, Reader, Store
    from shared.clock import Clock

WRITES, WRITE_BYTES = 16, 4_096
WRITE_SLOW_MS = 50
WRITE_BAD_MS = 250
"""A write that takes so long makes each buyer wait."""
RESERVE_WARN = 4
"""Times the reserve: less than this free is a warning."""
STEP_ENTRIES = 1_000
CLOCK_MS_MAX = 60_000
MEDIA = ("/media", "/run/media", "/mnt")
"""Where the system mounts what somebody plugs in."""
CHOICES_MAX = 8
LETTERS_MAX = 50
LETTER_CHARS_MAX = 400
LETTERS_KEY = "letters"

Report = Callable[[Event], None]


# The checks -----------------------------------------------------------------------------------------


def disk(folder: Path, reserve_bytes: int, clock: Clock) -> CheckSeen:
    """Room on the disk, and how long a write takes until it is safely there."""
    place = folder / "write-test"
    try:
        found = os.statvfs(folder)
        free = found.f_bavail * found.f_frsize
        began = clock.monotonic_ms()
        with place.open("wb") as file:
            for _ in range(WRITES):
                file.write(bytes(WRITE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        took_ms = (clock.monotonic_ms() - began) / WRITES
    except OSError as e:
        words = phrase("The disk cannot be written: {reason}.", reason=e.strerror or str(e))
        return CheckSeen("disk", "bad", words, phrase("Call the office; change the disk."))
    finally:
        place.unlink(missing_ok=True)
    words = phrase(
        "{free} are free. A write takes {ms} ms.",
        free=size_words(free),
        ms=f"{took_ms:.1f}".removesuffix(".0"),
    )
    if free < reserve_bytes:
        return CheckSeen("disk", "bad", words, phrase("Selling stops until there is room: call the office."))
    if took_ms > WRITE_BAD_MS:
        return CheckSeen(
            "disk", "bad", words, phrase("The disk is failing: call the office and have it changed.")
        )
    if free < RESERVE_WARN * reserve_bytes:
        return CheckSeen("disk", "warn", words, phrase("The disk fills up: tell the office."))
    if took_ms > WRITE_SLOW_MS:
        return CheckSeen("disk", "warn", words, phrase("The disk is slow: tell the office if this stays."))
    return CheckSeen("disk", "ok", words)


def journal(reader: Reader, me: Identity) -> Iterator[CheckSeen]:
    """The chain from its first entry to its last, with signatures; the last one said is the result."""
    last = reader.last()
    of = 0 if last is None else last.seq
    seq, digest = 0, entry.GENESIS
    try:
        while seq < of:
            rows = reader.entries(seq, min(STEP_ENTRIES, of - seq))
            entries = [entry.read(row.data) for row in rows]
            broken = entry.first_break(entries, me.rsu, me.epoch, (seq, digest))
            other = [i for i, (e, row) in enumerate(zip(entries, rows, strict=True)) if e.hash != row.hash]
            if broken is not None or other or not rows:
                yield _journal_bad(seq + 1 + min([*other, *([] if broken is None else [broken])], default=0))
                return
            # Through the chain the last one's signature covers all before it.
            if not entry.signed_by(me.key.public, entries[-1].hash, signature(me, rows[-1])):
                yield _journal_bad(rows[-1].seq)
                return
            seq, digest = rows[-1].seq, entries[-1].hash
            yield CheckSeen(
                "journal",
                "running",
                phrase("{n} of {of} entries checked", n=seq, of=of),
                progress=100 * seq // of,
            )
        reader.quick_check()
    except entry.MalformedEntry:
        yield _journal_bad(seq + 1)
    except Fault as e:
        yield CheckSeen("journal", "bad", e.message, e.hint, fault=e.code)
    else:
        yield CheckSeen(
            "journal", "ok", phrase("All {n} entries are whole, signed and in their place.", n=of)
        )


def _journal_bad(seq: int) -> CheckSeen:
    return CheckSeen(
        "journal",
        "bad",
        phrase("The journal is damaged at or behind entry {seq}.", seq=seq),
        phrase(
            "Do not switch off or delete anything: the office recovers the sales from it or from its copy."
        ),
        fault="journal_corrupt",
    )


def program(root: Path, publisher: str) -> CheckSeen:
    """Each of the program's files against the publisher's signed list."""
    from kiosk import manifest  # noqa: PLC0415 - reads nothing until somebody asks

    try:
        verdict = manifest.check(root, publisher)
    except Fault as e:
        return CheckSeen("program", "bad", e.message, e.hint)
    match verdict.state:
        case "ok":
            return CheckSeen(
                "program", "ok", phrase("Every file is the publisher's: {hash}.", hash=verdict.hash[:12])
            )
        case "unchecked":
            return CheckSeen(
                "program",
                "unknown",
                phrase("Not checked: this program bears no publisher's signature."),
                phrase("That is right for a development's checkout, and for nothing that sells."),
            )
        case _:
            return program_bad(verdict.detail)


def program_bad(detail: str) -> CheckSeen:
    """The program is not what the publisher signed."""
    return CheckSeen(
        "program",
        "bad",
        phrase("This is not the publisher's program ({detail}).", detail=detail),
        phrase("Do not sell. Call the office, which installs it again; sales made so far are safe."),
    )


def mirror(config: Config, me: Identity, reader: Reader, words: str, behind: int) -> Iterator[CheckSeen]:
    """The second copy, entry by entry against the journal; ``words`` and ``behind`` are what its thread says of it."""
    if config.mirror is None:
        yield CheckSeen(
            "mirror",
            "warn",
            phrase("No second copy is set up."),
            phrase("Plug a USB stick in and choose it in the settings: sales survive a dead kiosk on it."),
        )
        return
    last = reader.last()
    copy, until = Mirror(config.mirror, me), max(0, (0 if last is None else last.seq) - behind)
    try:
        for seq in copy.check(reader, until) if until else ():
            progress = 100 * seq // until
            yield CheckSeen(
                "mirror",
                "running",
                phrase("{n} of {of} entries compared", n=seq, of=until),
                progress=progress,
            )
    except Fault as e:
        yield CheckSeen("mirror", "bad", words if e.code == "mirror" and words else e.message, e.hint)
        return
    behind += max(0, until - copy.seq)
    if behind > UNDER_WAY_MAX:
        yield CheckSeen(
            "mirror",
            "warn",
            phrase("The second copy is {n} entries behind.", n=behind),
            phrase("Check the USB stick or SD card."),
        )
        return
    yield CheckSeen("mirror", "ok", phrase("All {n} entries are on the second copy too.", n=copy.seq))


def test_page(kiosk: str, at: int, paper_mm: int, say: Say, language: str) -> Document:
    """A page that shows what the printer can, and says in large letters that it is no ticket."""
    from hardware.printer import Columns, Document, Feed, Pair, Qr, Rule, Text  # noqa: PLC0415 - on the printer's way only
    from kiosk.receipt import local_time  # noqa: PLC0415 - as above

    def words(template: str) -> str:
        return str(said(template, say))

    when = local_time(at, "UTC", language)
    return Document(
        [
            Text(words(phrase("TEST PAGE")), align="center", size=2, bold=True, inverse=True),
            Text(words(phrase("This is not a ticket.")), align="center", bold=True),
            Rule("heavy"),
            Pair(words(phrase("Kiosk")), kiosk),
            Pair(words(phrase("Time (UTC)")), when),
            Pair(words(phrase("Paper")), f"{paper_mm} mm"),
            Rule(),
            Text("0123456789", align="center", size=2, bold=True),
            Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ äöüßéèçñøåłřžő €£ Ωλ Жя", align="center"),
            Columns(tuple(f"{n:06}" for n in range(100_451, 100_457)), per_row=2),
            Qr(f"TOMBOLA TEST {kiosk.upper()}"),
            Text(words(phrase("All of it readable, nothing cut off: the printer is well.")), align="center"),
            Feed(1),
        ]
    )


# What can be chosen ---------------------------------------------------------------------------------


def media(roots: Iterable[str] = ()) -> list[Path]:
    """Folders of media that somebody plugged in, and that can be written."""
    found = []
    for root in roots or MEDIA:
        for pattern in ("*", "*/*"):
            found += [p for p in sorted(Path(root).glob(pattern)) if p.is_mount() and os.access(p, os.W_OK)]
    return found[:CHOICES_MAX]


def printers(root: Path = Path("/dev")) -> list[str]:
    """Addresses of printers that the system shows: USB printers, whichever of them answers, and serial lines."""
    usb = [f"file://{root}/usb/lp*"] if any(root.glob("usb/lp*")) else []
    return (usb + [f"serial://{p}?baud=38400" for p in _lines(root, "ttyUSB*")])[:CHOICES_MAX]


def scanners(root: Path = Path("/dev")) -> list[str]:
    """Addresses of scanners that the system shows: those that type, and serial lines."""
    typing = [f"evdev://{p}" for p in sorted(root.glob("input/by-id/*-event-kbd"))]
    return (typing + [f"serial://{p}" for p in _lines(root, "ttyACM*")])[:CHOICES_MAX]


def _lines(root: Path, pattern: str) -> list[Path]:
    """Serial lines, by the names that stay when something is plugged in elsewhere, where there are such."""
    return sorted(root.glob("serial/by-id/*")) or sorted(root.glob(pattern))


def keep_setting(data: Path, settings: dict[str, str | int | bool]) -> None:
    """Write settings to ``kiosk.toml``, whole or not at all; ``Refused`` where they cannot be meant."""
    write_private(data / FILE, changed(data, settings).encode())


def export(reader: Reader, me: Identity, after: int, folder: Path) -> Path:
    """Write what lies behind ``after`` to a file of its own in ``folder``; ``Fault`` where that fails."""
    from kiosk.journal import export as write  # noqa: PLC0415 - the other end's name is right there too

    last = reader.last()
    until = 0 if last is None else last.seq
    name = "".join(c if c.isalnum() else "-" for c in me.name.lower()).strip("-") or "kiosk"
    target = folder / f"tombola-{name}-{me.rsu[:8]}-{me.epoch}-{after + 1}-{until}.export"
    passing = target.with_name(target.name + ".part")
    write(reader, me, after, passing)
    try:
        passing.replace(target)
    except OSError as e:
        raise Fault("export", f"{target} cannot be written: {e.strerror}.", "Choose another place.") from e
    return target


def beside(code: str, steps: Callable[[], Iterable[CheckSeen]], report: Report) -> None:
    """Run a check on the caller's thread and report each thing it says; what fails on the way is said too."""
    try:
        for seen in steps():
            report(seen)
    except KnownError as e:
        report(CheckSeen(code, "bad", e.message, e.hint, fault=e.code))


def with_reader(
    code: str, opened: Callable[[], Reader], steps: Callable[[Reader], Iterable[CheckSeen]], report: Report
) -> None:
    """As :func:`beside`, for a check that reads the journal by a connection of its own."""

    def run() -> Iterator[CheckSeen]:
        reader = opened()
        try:
            yield from steps(reader)
        finally:
            reader.close()

    beside(code, run, report)


def note(path: Path, content: bytes) -> None:
    """Leave a file for the next start, whole or not at all; ``Fault`` where the disk fails."""
    write_private(path, content)


# The office's letters -------------------------------------------------------------------------------


class _Letter(msgspec.Struct):
    id: str
    text: str
    at: int
    """When this kiosk saw it first, milliseconds."""
    read: bool = False
    stands: bool = True
    """The office still sends it."""


_decode = msgspec.json.Decoder(list[_Letter]).decode


class Letters:
    """Messages of the office: each stays until somebody has read it, over a restart and whatever the catalog says."""

    def __init__(self, store: Store) -> None:
        self._store = store
        held = store.get(LETTERS_KEY)
        self._letters = [] if held is None else _decode(held)

    def take(self, sent: Iterable[tuple[str, str]], now: int) -> None:
        """The catalog holds these messages now: id and text."""
        before = msgspec.json.encode(self._letters)
        standing = dict(sent)
        known = {letter.id for letter in self._letters}
        for letter in self._letters:
            letter.stands = letter.id in standing
        self._letters += [
            _Letter(ident, text[:LETTER_CHARS_MAX], now)
            for ident, text in standing.items()
            if ident not in known
        ]
        kept = [letter for letter in self._letters if letter.stands or not letter.read]
        self._letters = kept[-LETTERS_MAX:]
        self._keep(before)

    def read(self, idents: Iterable[str]) -> None:
        """Somebody has read these."""
        before = msgspec.json.encode(self._letters)
        wanted = set(idents)
        for letter in self._letters:
            letter.read = letter.read or letter.id in wanted
        self._keep(before)

    def _keep(self, before: bytes) -> None:
        after = msgspec.json.encode(self._letters)
        if after != before:
            self._store.put(**{LETTERS_KEY: after})

    def shown(self) -> tuple[Message, ...]:
        """The newest first."""
        return tuple(Message(x.id, x.text, x.at, unread=not x.read) for x in reversed(self._letters))
