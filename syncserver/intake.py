"""Brings in the journal of a kiosk that cannot speak any more, from its second copy or its export file.

A file is read from its beginning and handed to ``ingest`` upload by upload, so that whatever holds for a kiosk on the
network holds here: what is there already changes nothing, a second chain goes into quarantine, a hole is not stepped
over. Every record is proved by the kiosk's own signature first; who handed the file in proves nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, and_, exists, select, update

from shared import entry, medium, sale, wire
from shared.entry import Entry
from shared.errors import Fault, KnownError, Refused
from shared.medium import Damage, Medium, NotAMedium, Piece
from syncserver import ingest, rsus
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

FILE_BYTES_MAX = 4 << 30
"""Of a file at the office's machine; three weeks of a busy kiosk's sales are a tenth of it."""
RANGES_SHOWN_MAX = 5
DAMAGES_SHOWN_MAX = 20
"""Damaged places told one by one; all are counted."""
NAME_CHARS_MAX = 100
BATCH_BYTES = wire.BATCH_BYTES_MAX - 1_024
"""Of a batch's entries, with room for its header."""

KINDS = {medium.MIRROR_FORMAT: "second copy", medium.EXPORT_FORMAT: "export"}
_SALE = str(sale.Sale.__struct_config__.tag)


@dataclass(frozen=True)
class Imported:
    """What a file held and what came of it; counts are of journal entries."""

    name: str
    """The file's."""
    kind: str
    rsu: UUID
    epoch: int
    unit: str
    found: int
    """Whole, and signed by the kiosk."""
    sales: int
    """Of them."""
    first: int
    last: int
    """The lowest and the highest of them; 0 where there is none."""
    new: int
    already: int
    quarantined: int
    """Kept beside the chain, for a person to decide: a second chain, or what came after a revocation."""
    left: int
    """Not taken, because what must stand before them is missing."""
    head: int
    """The last entry of the chain that the office holds now."""
    missing: str
    """Which entries the office is known to lack, such as ``20, 31 to 35``; empty where it knows of none."""
    notes: tuple[str, ...]
    """Sentences worth knowing."""
    troubles: tuple[str, ...]
    """Sentences that say what did not come in, and what to do about it."""

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not self.troubles


def take_path(office: Office, path: Path, by: UUID | None = None) -> Imported:
    """Import the file at ``path``, which is only read; see :func:`take`. ``Fault`` where it cannot be."""
    try:
        with path.open("rb") as file:
            return take(office, file, path.name, by)
    except OSError as e:
        raise Fault(
            "medium",
            f"{path} cannot be read: {e.strerror}.",
            "Copy what can be read of it to another disk, and import that copy. Keep the medium.",
        ) from e


def take(
    office: Office,
    file: IO[bytes],
    name: str,
    by: UUID | None = None,
    *,
    only: UUID | None = None,
    bytes_max: int = FILE_BYTES_MAX,
) -> Imported:
    """Import a file called ``name`` for ``by`` (None: at the office's machine), and record that it was done.

    With ``only`` it must be of that kiosk. Raises ``Refused``: ``too_large``, ``no_journal``, ``other_kiosk``,
    ``other_office``; nothing has changed then but the record of critical events. A file that is damaged is no
    reason to refuse what else it holds. What came in stays, also where this ends in an error half-way.
    """
    name = "".join(ch for ch in name if ch.isprintable())[:NAME_CHARS_MAX] or "a file without a name"
    try:
        reading = _Reading(office, name, *_whose(office, file, name, only, bytes_max))
    except Refused as e:
        with office.begin(by) as c:
            critical_event(
                c, "import_refused", "WARN", f"{name} was not imported: {e.message}", rsu_id=only, user_id=by
            )
        raise
    with office.begin() as c:
        heard = _unit(c, reading.rsu, reading.of.epoch).last_seen_at
    try:
        reading.run(file)
    finally:
        # What came in before the medium or the database failed is there, and is told.
        done = reading.result()
        with office.begin(by) as c:
            _record(c, done, by)
            if heard is not None:
                _not_heard(c, done, heard)
    return done


def _record(c: Connection, done: Imported, by: UUID | None) -> None:
    words = (
        f"{done.name}, {done.kind} of {done.unit}, was imported: {done.new} entries new, {done.already} here already, "
        f"{done.quarantined} in quarantine, {done.left} left out."
    )
    critical_event(
        c,
        "journal_imported",
        "INFO" if done.whole else "WARN",
        " ".join([words, *done.troubles])[:2_000],
        rsu_id=done.rsu,
        user_id=by,
        metadata={
            "file": done.name,
            "epoch": done.epoch,
            "first": done.first,
            "last": done.last,
            "new": done.new,
            "already": done.already,
            "quarantined": done.quarantined,
            "left": done.left,
            "missing": done.missing,
        },
    )


def _not_heard(c: Connection, done: Imported, heard: datetime) -> None:
    """The kiosk itself was last heard of when it was: those who decide about it go by that."""
    e = m.rsu_epochs
    c.execute(update(e).where(e.c.rsu_id == done.rsu, e.c.epoch == done.epoch).values(last_seen_at=heard))


# Whose it is ----------------------------------------------------------------------------------------


def _whose(
    office: Office, file: IO[bytes], name: str, only: UUID | None, bytes_max: int
) -> tuple[Medium, UUID, bytes]:
    """The file as it describes itself, its kiosk, and the key that kiosk signs with."""
    if file.seek(0, 2) > bytes_max:
        raise Refused(
            "too_large",
            f"{name} is larger than {bytes_max >> 20} MB.",
            "Import it at the office's machine: tombola-server import FILE.",
        )
    try:
        found = medium.look(file)
        rsu = UUID(found.rsu)
    except (NotAMedium, ValueError) as e:
        raise Refused(
            "no_journal",
            f"{name} holds no journal of a kiosk.",
            "Choose the file tombola-….journal of the kiosk's stick or card, or one made by tombola-kiosk --export.",
        ) from e
    if only is not None and rsu != only:
        raise Refused(
            "other_kiosk",
            f"{name} is of another kiosk.",
            "Import it on that kiosk's page, or look for this kiosk's own medium.",
        )
    if not 0 < found.epoch < 2**31:
        raise Refused("no_journal", f"{name} names an enrolment that cannot be.", "Look for another copy.")
    with office.begin() as c:
        public = rsus.public_key(c, rsu, found.epoch)
    for shown in () if public is not None else _certificates(found, file):
        if rsus.adopt(office, *shown) == (rsu, found.epoch):
            with office.begin() as c:
                public = rsus.public_key(c, rsu, found.epoch)
            break
    if public is None:
        raise Refused(
            "other_office",
            f"{name} is of a kiosk that this office never enrolled.",
            "Import it at the office that this kiosk belongs to. If it is this one, look for another copy: "
            "the certificate in this file is damaged.",
        )
    return found, rsu, public


def _certificates(found: Medium, file: IO[bytes]) -> Iterable[tuple[bytes, bytes]]:
    """The certificates that the file shows: in its header, and in the entry with which the chain begins."""
    if found.certificate is not None:
        yield found.certificate
    for piece in medium.pieces(file, found, lambda _: True):
        if isinstance(piece, Damage) or piece.entries[0].header.seq != 1:
            return
        try:
            body = sale.decode(piece.entries[0].body)
            if isinstance(body, sale.Enrolled):
                yield (
                    base64.b64decode(body.certificate, validate=True),
                    bytes.fromhex(body.certificate_signature),
                )
        except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError):
            return
        return


# Handing it over ------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """One file on its way into the office."""

    office: Office
    name: str
    of: Medium
    rsu: UUID
    public: bytes
    batch: list[Entry] = field(default_factory=list)
    signature: bytes = b""
    size: int = 0
    found: int = 0
    sales: int = 0
    first: int = 0
    last: int = 0
    new: int = 0
    already: int = 0
    quarantined: int = 0
    left: list[tuple[int, int]] = field(default_factory=list)
    left_sales: int = 0
    damaged: list[tuple[int, int, Damage]] = field(default_factory=list)
    """Damaged places, each after the entries that stand before it and behind it; 0 where none does."""
    words: list[str] = field(default_factory=list)

    def run(self, file: IO[bytes]) -> None:
        """All the file holds, batch by batch."""
        open_damage = 0
        for piece in medium.pieces(file, self.of, self._proves):
            if isinstance(piece, Damage):
                self.damaged.append((self.batch[-1].header.seq if self.batch else self.last, 0, piece))
                continue
            first = piece.entries[0].header.seq
            for i in range(open_damage, len(self.damaged)):
                before, _, place = self.damaged[i]
                self.damaged[i] = before, first, place
            open_damage = len(self.damaged)
            if not self._fits(piece):
                self._hand_over()
            self._add(piece)
        self._hand_over()

    def _proves(self, piece: Piece) -> bool:
        """Whether this kiosk signed the last of these entries, and each of them follows the one before."""
        one = piece.entries[0].header
        before = one.seq - 1, bytes.fromhex(one.prev)
        return entry.first_break(
            piece.entries, str(self.rsu), self.of.epoch, before
        ) is None and entry.signed_by(self.public, piece.entries[-1].hash, piece.signature)

    def _fits(self, piece: Piece) -> bool:
        """Whether it may join the batch: it continues it, within an upload's limits."""
        if not self.batch:
            return True
        last, next_ = self.batch[-1], piece.entries[0].header
        return (
            next_.seq == last.header.seq + 1
            and next_.prev == last.hash.hex()
            and len(self.batch) + len(piece.entries) <= wire.BATCH_ENTRIES_MAX
            and self.size + sum(4 + len(one.data) for one in piece.entries) <= BATCH_BYTES
        )

    def _add(self, piece: Piece) -> None:
        self.batch += piece.entries
        self.signature = piece.signature
        self.size += sum(4 + len(one.data) for one in piece.entries)
        self.found += len(piece.entries)
        self.sales += _sales(piece.entries)
        first, last = piece.entries[0].header.seq, piece.entries[-1].header.seq
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)

    def _hand_over(self) -> None:
        batch, signature = self.batch, self.signature
        self.batch, self.signature, self.size = [], b"", 0
        if not batch:
            return
        with self.office.begin() as c:
            before = self._held(c, m.rsu_journal, batch)
        reply = ingest.take(self.office, self.rsu, self.of.epoch, self._pack(batch, signature))
        with self.office.begin() as c:
            here = self._held(c, m.rsu_journal, batch)
            aside = self._held(c, m.rsu_quarantine, batch) - here
        self.new += len(here - before)
        self.already += len(before)
        self.quarantined += len(aside)
        lacking = [one for one in batch if one.hash not in here and one.hash not in aside]
        if lacking:
            self.left.append((lacking[0].header.seq, lacking[-1].header.seq))
            self.left_sales += _sales(lacking)
            if reply.verdict == "malformed" and reply.detail not in self.words:
                self.words.append(reply.detail)

    def _pack(self, batch: Sequence[Entry], signature: bytes) -> bytes:
        header = wire.BatchHeader(
            rsu=str(self.rsu),
            epoch=self.of.epoch,
            first=batch[0].header.seq,
            count=len(batch),
            signature=signature.hex(),
        )
        return wire.pack_batch(header, entry.frame([one.data for one in batch]))

    def _held(self, c: Connection, table: Table, batch: Sequence[Entry]) -> set[bytes]:
        """Which of these entries stand in the table, by their hashes."""
        wanted = select(table.c.hash).where(
            table.c.rsu_id == self.rsu,
            table.c.epoch == self.of.epoch,
            table.c.seq.between(batch[0].header.seq, batch[-1].header.seq),
        )
        ours = {one.hash for one in batch}
        return {bytes(found) for found in c.execute(wanted).scalars()} & ours

    # What came of it

    def result(self) -> Imported:
        """The counts so far, and what they mean."""
        with self.office.begin() as c:
            unit = _unit(c, self.rsu, self.of.epoch)
            uncut = _uncut(self.office, c, self.rsu, self.of.epoch)
        said = (unit.health or {}).get("last_seq")
        told = said if isinstance(said, int) else 0
        lacking = self._missing(unit, told)
        return Imported(
            name=self.name,
            kind=KINDS[self.of.format],
            rsu=self.rsu,
            epoch=self.of.epoch,
            unit=unit.name,
            found=self.found,
            sales=self.sales,
            first=self.first,
            last=self.last,
            new=self.new,
            already=self.already,
            quarantined=self.quarantined,
            left=sum(last - first + 1 for first, last in self.left),
            head=unit.head_seq,
            missing=_listed(lacking),
            notes=tuple(self._notes(unit)),
            troubles=tuple(self._troubles(unit, lacking, uncut)),
        )

    def _missing(self, unit: Any, told: int) -> list[tuple[int, int]]:
        """Entries that must be somewhere, and are neither here nor whole in this file."""
        spans: list[tuple[int, int]] = []
        at = int(unit.head_seq)
        if self.quarantined:
            at = max(at, self.last if not self.left else self.left[0][0] - 1)
        for first, last in self.left:
            if first > at + 1:
                spans.append((at + 1, first - 1))
            at = max(at, last)
        at = max(at, self.last)
        if told > at and not unit.forked_at:
            spans.append((at + 1, told))
        return spans

    def _notes(self, unit: Any) -> Iterable[str]:
        if self.found == 0:
            yield "The file holds no entry yet."
        for before, behind, place in self.damaged:
            if self._torn(place) and not behind:
                yield (
                    f"The last record, behind entry {before}, is cut off ({place.size} bytes), as when power fails while "
                    "it is written."
                )
        if healed := sum(self._healed(unit, behind) for _, behind, _ in self.damaged):
            places = "place is" if healed == 1 else "places are"
            yield f"{healed} {places} damaged; what stood there came in from elsewhere."
        if unit.forked_at and self.quarantined:
            yield (
                "They are of a second chain of this kiosk: its disk was copied or rolled back. "
                "Decide the finding on the event's page; until then the draw waits."
            )
        elif unit.revoked_at and self.quarantined:
            yield "They came after the kiosk was revoked. Decide the finding; until then the draw waits."

    def _torn(self, place: Damage) -> bool:
        return place.torn and self.of.format == medium.MIRROR_FORMAT

    def _healed(self, unit: Any, behind: int) -> bool:
        """Whether the office holds what stood at a damaged place, before the entry ``behind`` (0: there is none)."""
        return 0 < behind <= unit.head_seq + 1 and not self.quarantined

    def _troubles(self, unit: Any, lacking: list[tuple[int, int]], uncut: list[str]) -> Iterable[str]:
        bad = [one for one in self.damaged if not self._torn(one[2]) and not self._healed(unit, one[1])]
        for before, behind, place in bad[:DAMAGES_SHOWN_MAX]:
            where = f"behind entry {before}" if before else "at the beginning"
            upto = f", before entry {behind}" if behind else ""
            yield (
                f"{place.size} bytes from byte {place.at} on, {where}{upto}, are damaged or not signed by this kiosk. "
                "Keep the medium and copy it again, or look for another copy."
            )
        if len(bad) > DAMAGES_SHOWN_MAX:
            yield f"{len(bad) - DAMAGES_SHOWN_MAX} more places are damaged."
        for words in self.words:
            yield f"The office did not take a part: {words}."
        if self.left:
            spans = _listed(self.left)
            if lacking and lacking[0][0] <= self.left[0][0]:
                yield (
                    f"Entries {spans} of this file ({self.left_sales} sales) are whole, but wait for what "
                    f"stands before them: {_named(lacking[:1])}. Import another copy that holds those, then this "
                    "file again; the second copy on the kiosk's stick or card begins with entry 1."
                )
            else:
                yield f"Entries {spans} of this file ({self.left_sales} sales) were not taken. Keep the file."
        elif lacking:
            yield (
                f"The kiosk last said that it has written up to entry {lacking[-1][1]}; {_named(lacking)} "
                "cannot be read from this file. Look for a later copy: the kiosk's disk, its second copy, an export."
            )
        for event in uncut:
            yield (
                f"{event}: the close's cut is not among what {unit.name} has handed over, which ends with entry "
                f"{unit.head_seq}, so the draw waits for the rest. If no later copy can be had, two people may leave the "
                "kiosk out on the event's reconciliation page."
            )


def _unit(c: Connection, rsu: UUID, epoch: int) -> Any:
    e, r = m.rsu_epochs, m.rsus
    return c.execute(
        select(r.c.name, e.c.head_seq, e.c.health, e.c.forked_at, e.c.revoked_at, e.c.last_seen_at)
        .join(e, e.c.rsu_id == r.c.id)
        .where(r.c.id == rsu, e.c.epoch == epoch)
    ).one()


def _uncut(office: Office, c: Connection, rsu: UUID, epoch: int) -> list[str]:
    """The names of events whose close has come, and whose cut this chain does not hold though it has numbers of them."""
    a, e, k, u = m.rsu_allocations, m.raffle_events, m.event_cuts, m.rsu_cuts
    cut = exists().where(u.c.rsu_id == rsu, u.c.epoch == epoch, u.c.cut_id == k.c.id)
    return list(
        c.execute(
            select(e.c.name)
            .join(k, and_(k.c.event_id == e.c.id, k.c.kind == "close"))
            .where(
                exists().where(a.c.raffle_event_id == e.c.id, a.c.rsu_id == rsu, a.c.epoch == epoch),
                e.c.state.in_(["active", "suspended", "closed"]),
                e.c.closes_at <= office.now(),
                ~cut,
            )
            .order_by(e.c.name)
        ).scalars()
    )


def _sales(entries: Iterable[Entry]) -> int:
    return sum(one.header.kind == _SALE for one in entries)


def _named(spans: Sequence[tuple[int, int]]) -> str:
    """The same, as entries."""
    alone = len(spans) == 1 and spans[0][0] == spans[0][1]
    return f"{'entry' if alone else 'entries'} {_listed(spans)}"


def _listed(spans: Sequence[tuple[int, int]]) -> str:
    """Spans of numbers as people write them, joined where they touch."""
    joined: list[list[int]] = []
    for first, last in spans:
        if joined and first == joined[-1][1] + 1:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    shown = [str(a) if a == b else f"{a} to {b}" for a, b in joined[:RANGES_SHOWN_MAX]]
    more = len(joined) - RANGES_SHOWN_MAX
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


# Several files --------------------------------------------------------------------------------------


def take_paths(office: Office, paths: Sequence[Path]) -> Iterable[tuple[Path, Imported | KnownError]]:
    """Import these files, one after the other, and what came of each; one that is refused does not stop the others.

    A file that waits for entries of another is taken again when something new has come in since.
    """
    waiting: dict[Path, int] = {}
    arrived = 0
    for path in paths:
        try:
            done = take_path(office, path)
        except KnownError as e:
            yield path, e
            continue
        arrived += done.new
        if done.left:
            waiting[path] = arrived
        yield path, done
    for _ in paths:
        again = [path for path, then in waiting.items() if then < arrived]
        if not again:
            return
        for path in again:
            del waiting[path]
            try:
                done = take_path(office, path)
            except KnownError as e:
                yield path, e
                continue
            arrived += done.new
            if done.left:
                waiting[path] = arrived
            yield path, done
