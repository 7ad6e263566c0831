"""The journal's second copy on another medium: what it holds is compared before a byte of it is changed.

The file is PROTOCOL.md's, section 8: entry behind entry, each synced to the medium. Media die slowly, and a copy is
worth most when the kiosk's own disk has gone back or died. So a copy that holds an entry which the journal lacks stops
the kiosk and stays as it is; one that is merely damaged is put aside whole and written anew; only a record that a
power failure cut off at the very end is cut away.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kiosk.journal import KEPT, SIGNATURE_BYTES, signature
from kiosk.store import Identity, Reader, Row
from shared import entry, medium
from shared.errors import Fault

MARK_ENTRIES = 5_000
"""A shorter copy is read whole at each start; a longer one from its mark on, and whole when somebody asks."""
UNDER_WAY_MAX = 5
"""Entries that may be on their way to the second copy before anybody speaks of it."""
LAG_MAX = 200
"""More entries than this missing in the second copy is an alarm."""
STEP_ENTRIES = 500
ASIDE_MAX = 9
"""Damaged copies kept beside the one in use; who needs more of them needs another medium."""
STOPS = ("forked", "journal_corrupt")
"""What the copy may tell of the journal that ends all selling."""


class Mirror:
    """The second copy of one kiosk's journal. Give it to one thread."""

    def __init__(
        self, folder: Path, identity: Identity, own: Path | None = None, *, apart: bool = False
    ) -> None:
        """``own``: the data folder; ``apart``: the copy was on another medium than that, and has to be."""
        self._identity, self._folder, self._own = identity, folder, own
        self.apart = apart
        self.path = folder / f"tombola-{identity.rsu}-{identity.epoch}.journal"
        self._header = medium.header_line(
            medium.MIRROR_FORMAT,
            identity.rsu,
            identity.epoch,
            identity.certificate,
            identity.certificate_signature,
        )
        self.seq = 0
        self.hash = entry.GENESIS
        self._last_at = 0
        """Where the last record begins, bytes."""
        self.aside: Path | None = None
        """Where :meth:`open` put a damaged copy; None where it did not."""

    def mark(self) -> dict[str, int | str]:
        """Where the copy ends, for the next :meth:`open`."""
        return {"at": self._last_at, "seq": self.seq, "hash": self.hash.hex()}

    def open(self, journal: Reader, mark: dict[str, int | str] | None = None) -> None:
        """Read what is there and compare it with the journal; begin a copy where there is none.

        A long copy is read from its ``mark`` on, if the entry that the mark names stands there. ``Fault`` ``forked``
        where the copy holds what the journal does not; another ``Fault`` where the medium cannot be used, or holds
        another kiosk's chain. What is damaged is put aside and the copy is begun anew.
        """
        self.seq, self.hash, self._last_at, self.aside = 0, entry.GENESIS, 0, None
        try:
            self._demand_apart()
            if not self.path.exists():
                self._begin()
                return
            with self.path.open("r+b") as file:
                whole = self._whole(file, journal, mark)
                end = file.seek(0, os.SEEK_END)
                if whole == end:
                    return
                if whole and self._is_torn(file, journal, whole):
                    file.truncate(whole)
                    os.fsync(file.fileno())
                    return
            self._put_aside()
            self._begin()
        except OSError as e:
            raise _fault(e) from e

    def _demand_apart(self) -> None:
        """``OSError`` where the medium was pulled out: its place is a folder of the kiosk's own disk then."""
        if self._own is None:
            return
        beside = _device(self._folder) == _device(self._own)
        if beside and self.apart:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        self.apart = not beside

    def _begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("xb") as file:
            file.write(self._header)
            file.flush()
            os.fsync(file.fileno())
        self.seq, self.hash, self._last_at = 0, entry.GENESIS, 0

    def _put_aside(self) -> None:
        for i in range(1, ASIDE_MAX + 1):
            aside = self.path.with_name(f"{self.path.name}.damaged-{i}")
            if not aside.exists():
                self.path.rename(aside)
                self.aside = aside
                return
        raise Fault(
            "mirror_damaged",
            "The second copy's medium is damaged again and again.",
            "Give the office this USB stick or SD card, and use a new one.",
        )

    def _whole(self, file: BinaryIO, journal: Reader, mark: dict[str, int | str] | None) -> int:
        """Read from the start, or from ``mark`` on; where the last whole record ends that the journal has too."""
        if file.readline(medium.HEADER_BYTES_MAX) != self._header:
            self._demand_ours(file)
            self._demand_known(file, journal, 0)
            return 0
        start = file.tell()
        if mark is not None and int(mark["seq"]) >= MARK_ENTRIES and self._resume(file, journal, mark):
            start = file.tell()
        else:
            file.seek(start)
        for _ in self._walk(file, journal):
            start = file.tell()
        if file.seek(0, os.SEEK_END) > start:
            self._demand_known(file, journal, start)
        return start

    def _demand_ours(self, file: BinaryIO) -> None:
        """The header is not ours: its records may tell that it is only damaged."""
        try:
            found = medium.look(file)
        except medium.NotAMedium:
            found = None
        if found is None or (found.rsu, found.epoch) != (self._identity.rsu, self._identity.epoch):
            raise Fault(
                "mirror_foreign", "The second copy's file is not this kiosk's.", "Use a medium of its own."
            )

    def _resume(self, file: BinaryIO, journal: Reader, mark: dict[str, int | str]) -> bool:
        """Go to behind the entry of ``mark``; False where it does not stand there, or not in the journal."""
        at, seq, digest = int(mark["at"]), int(mark["seq"]), bytes.fromhex(str(mark["hash"]))
        held = journal.entry(seq)
        file.seek(at)
        record = medium.read_mirror_record(file.read)
        if held is None or held.hash != digest or record is None or not _is(record, held):
            return False
        self.seq, self.hash, self._last_at = seq, digest, at
        return True

    def _walk(self, file: BinaryIO, journal: Reader) -> Iterator[int]:
        """Each record behind ``seq`` that the journal has too; ends at the first that it has not, whatever it is."""
        while rows := journal.entries(self.seq, STEP_ENTRIES):
            for row in rows:
                at = file.tell()
                record = medium.read_mirror_record(file.read)
                if record is None or not _is(record, row):
                    return
                self.seq, self.hash, self._last_at = row.seq, row.hash, at
                yield row.seq

    def _rest(self, file: BinaryIO, journal: Reader, start: int) -> Iterator[medium.Piece | medium.Damage]:
        """What stands behind ``start``: entries of this kiosk's, and damaged places between them."""
        me = self._identity
        form = medium.Medium(medium.MIRROR_FORMAT, me.rsu, me.epoch, None, start)

        def proves(piece: medium.Piece) -> bool:
            one = piece.entries[0]
            if (one.header.rsu, one.header.epoch) != (me.rsu, me.epoch):
                return False
            held = journal.entry(one.header.seq)
            # What the journal holds too needs no signature: that would take a minute for an old copy.
            known = held is not None and held.hash == one.hash
            return known or entry.signed_by(me.key.public, one.hash, piece.signature)

        return medium.pieces(file, form, proves)

    def _demand_known(self, file: BinaryIO, journal: Reader, start: int) -> None:
        """``Fault`` where behind ``start`` an entry of this kiosk is found that its journal does not hold, or not whole."""
        for found in self._rest(file, journal, start):
            if isinstance(found, medium.Damage):
                continue
            one = found.entries[0]
            held = journal.entry(one.header.seq)
            if held is None or held.hash != one.hash:
                raise Fault(
                    "forked",
                    "The second copy holds sales that this kiosk's journal does not: the disk is an old copy.",
                    "Do not sell. Call the office; it needs both the kiosk and the second copy.",
                )
            if held.data != one.data:  # the copy is the whole one of the two, and stays where it is
                raise Fault("journal_corrupt", f"Entry {held.seq} of the journal is damaged.", KEPT)

    def _is_torn(self, file: BinaryIO, journal: Reader, start: int) -> bool:
        """Whether behind ``start`` stands the beginning of the journal's next entry, and zeros at most.

        The copy is written behind the journal: the beginning of an entry that the journal lacks is no torn end.
        """
        following = journal.entry(self.seq + 1)
        if following is None:
            return False
        file.seek(start)
        rest = file.read(4 + entry.ENTRY_BYTES_MAX + SIGNATURE_BYTES + 1).rstrip(b"\0")
        return medium.mirror_record(following.data, signature(self._identity, following)).startswith(rest)

    def append(self, rows: list[Row]) -> None:
        """Add entries behind the last; they are on the medium when this returns. ``Fault`` where they are not."""
        rows = [row for row in rows if row.seq > self.seq]
        if not rows:
            return
        if rows[0].seq != self.seq + 1:
            raise ValueError(f"entry {rows[0].seq} does not follow {self.seq}")
        try:
            with self.path.open("r+b") as file:
                at = file.seek(0, os.SEEK_END)
                last_at = at
                try:
                    for row in rows:
                        last_at = file.tell()
                        file.write(medium.mirror_record(row.data, signature(self._identity, row)))
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), at)
                    raise
        except OSError as e:
            raise _fault(e) from e
        self.seq, self.hash, self._last_at = rows[-1].seq, rows[-1].hash, last_at

    def follow(self, journal: Reader) -> int:
        """Copy what the copy lacks; how many entries were copied. ``Fault`` where the medium fails."""
        copied = 0
        while rows := journal.entries(self.seq, STEP_ENTRIES):
            self.append(rows)
            copied += len(rows)
        return copied

    def check(self, journal: Reader, until: int) -> Iterator[int]:
        """Read the copy from its beginning up to entry ``until``, and say after each step how far that is.

        It changes nothing, and may be called on another thread than the one that writes the copy: what that has
        not written yet is missing at its end, and ``seq`` is where the copy ends. ``Fault`` ``mirror_damaged`` where
        an entry is not as the journal has it, or more is missing than can be under way.
        """
        try:
            with self.path.open("rb") as file:
                whole = file.readline(medium.HEADER_BYTES_MAX) == self._header
                end = file.tell()
                for seq in self._walk(file, journal) if whole else ():
                    end = file.tell()
                    if seq % STEP_ENTRIES == 0 or seq == until:
                        yield seq
                    if seq >= until:
                        break
                ends = whole and file.seek(0, os.SEEK_END) == end
        except OSError as e:
            raise _fault(e) from e
        if self.seq < until - (LAG_MAX if ends else 0):
            raise Fault(
                "mirror_damaged",
                f"The second copy is damaged at entry {self.seq + 1}.",
                "Start the kiosk again: it puts the damaged copy aside and writes a new one.",
            )

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """The entries of the copy with their signatures, for whoever recovers them."""
        with self.path.open("rb") as file:
            file.readline(medium.HEADER_BYTES_MAX)
            while (record := medium.read_mirror_record(file.read)) is not None:
                yield record


def _is(record: tuple[bytes, bytes], row: Row) -> bool:
    """Whether a record is this entry of the journal; the newest one's signature may not be written there yet."""
    data, signed = record
    return data == row.data and (len(row.signature) != SIGNATURE_BYTES or signed == row.signature)


def _device(folder: Path) -> int:
    """The file system on which ``folder`` is, or would be made."""
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


def _fault(e: OSError) -> Fault:
    return Fault(
        "mirror",
        f"The second copy of the journal cannot be written: {e.strerror}.",
        "Check the USB stick or SD card.",
    )
