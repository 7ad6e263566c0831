"""One kiosk's journal: every fact it states, in one chain, signed by its key.

A sale is not kept waiting for its signature: its row bears the kiosk's :func:`proof` until the next write fills the
signature in, and whatever leaves the disk before that is signed as it leaves. The signature follows from key and entry
(RFC 8032 has no chance in it), so it is the same one wherever it is made, and none is ever lost.

The chain is checked at start from the last place that was seen whole, and then from its beginning in small steps
while the kiosk works. What does not fit stops the kiosk and stays as it is: there is never a silent new journal.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from kiosk.store import READ_ENTRIES_MAX, Identity, Reader, Row, Store
from shared import entry, medium, sale, wire
from shared.clock import Clock
from shared.errors import Fault

CHECK_ENTRIES = 500
"""Entries to a step of the check behind the screens: some 3 ms."""
SIGNATURE_BYTES, PROOF_BYTES = 64, 32

KEPT = "The damaged file is kept. Do not switch off; call the office, which recovers the sales."
"""What to do about a damaged journal."""


class Head(msgspec.Struct, frozen=True):
    """The newest entry of the chain."""

    seq: int
    hash: bytes
    at: int
    """Its time, milliseconds by this kiosk's clock; 0 in an empty chain."""


def proof(identity: Identity, digest: bytes) -> bytes:
    """What stands in for the signature of the entry with this hash: 32 bytes that only the kiosk's key can make.

    Keyed BLAKE2b (RFC 7693, section 2.9): a twentieth of a signature's time.
    """
    return hashlib.blake2b(digest, key=identity.proof_key, digest_size=PROOF_BYTES).digest()


def signature(identity: Identity, row: Row) -> bytes:
    """The entry's signature, made now where its row bears the proof only; ``Fault`` where it bears neither."""
    if len(row.signature) == SIGNATURE_BYTES:
        return row.signature
    digest = hashlib.sha256(row.data).digest()
    if row.signature != proof(identity, digest):
        raise Fault("journal_corrupt", f"Entry {row.seq} of the journal bears a wrong signature.", KEPT)
    return entry.sign(identity.key, row.data)


class Journal:
    """Appends facts and checks the chain. It belongs to the thread of its store."""

    def __init__(self, store: Store, identity: Identity, clock: Clock) -> None:
        """Open the chain; ``Fault`` where it breaks behind the last place that was seen whole."""
        self.store, self.identity, self._clock = store, identity, clock
        held = store.identity()
        self.head = Head(0, entry.GENESIS, 0)
        self._unsigned: list[Row] = []
        """Rows that bear their proof: at most one sale, but for writes that the disk refused."""
        if store.last() is None:
            if held.get("began"):
                raise Fault("journal_missing", "This kiosk's journal is empty, but it has sold before.", KEPT)
        else:
            self._check_tail()
        self._checked = 0
        self._checked_hash = entry.GENESIS
        self._check_end = self.head.seq

    def begin(self, software: str) -> None:
        """State who this kiosk is, as the first entry; without effect where the chain has begun."""
        held = self.store.identity()
        if self.head.seq == 0:
            me = self.identity
            self.append(
                sale.Enrolled(
                    certificate=base64.b64encode(me.certificate).decode(),
                    certificate_signature=me.certificate_signature.hex(),
                    software=software,
                )
            )
        if not held.get("began"):
            self.store.save_identity(held | {"began": True})

    def append(self, body: sale.Body, *, sign_later: bool = False) -> tuple[Row, int]:
        """State a fact: when this returns it is on the disk. Its row and time; ``Fault`` where it is not.

        ``sign_later`` is for what a person waits for: the row bears the kiosk's proof until the next write.
        """
        at = max(self._clock.now_ms(), 0)
        me, head = self.identity, self.head
        data = entry.make_next(me.rsu, me.epoch, (head.seq, head.hash), at, body)
        digest = hashlib.sha256(data).digest()
        row = Row(head.seq + 1, data, proof(me, digest) if sign_later else entry.sign(me.key, data), digest)
        if self._unsigned:
            with self.store.transaction():
                self._sign_tail()
                self.store.append(row)
            self._unsigned = []
        else:
            self.store.append(row)
        if sign_later:
            self._unsigned.append(row)
        self.head = Head(row.seq, digest, max(at, head.at))
        return row, at

    def _sign_tail(self) -> None:
        me = self.identity
        self.store.sign([(row.seq, signature(me, row)) for row in self._unsigned])

    @contextmanager
    def signing(self) -> Iterator[None]:
        """One transaction for what is written inside and for the signature that the last sale has not got yet."""
        with self.store.transaction():
            if self._unsigned:
                self._sign_tail()
            yield
        self._unsigned = []

    def sign(self) -> None:
        """Write the signature that the last sale has not got yet; without effect where all have theirs."""
        if self._unsigned:
            with self.signing():
                pass

    def bodies(
        self, after: int = 0, count: int | None = None
    ) -> Iterator[tuple[Row, entry.Header, sale.Body]]:
        """The entries behind ``after`` with their bodies, ``count`` of them or all; ``Fault`` where one is damaged."""
        while rows := self.store.entries(after, count or READ_ENTRIES_MAX):
            for row in rows:
                if hashlib.sha256(row.data).digest() != row.hash:
                    raise Fault("journal_corrupt", f"Entry {row.seq} of the journal is damaged.", KEPT)
                found = entry.read(row.data)
                yield row, found.header, sale.decode(found.body)
            if count is not None:
                return
            after = rows[-1].seq

    def _check_tail(self) -> None:
        mark = self.store.get_json("verified") or {"seq": 0, "hash": entry.GENESIS.hex()}
        seq, digest = int(mark["seq"]), bytes.fromhex(mark["hash"])
        if seq:
            held = self.store.entry(seq)
            if held is None or held.hash != digest or hashlib.sha256(held.data).digest() != digest:
                raise Fault("journal_corrupt", f"Entry {seq} of the journal is not what it was.", KEPT)
        last: Row | None = None
        while rows := self.store.entries(seq, 1_000):
            digest = self._check(rows, seq, digest)
            self._unsigned += [row for row in rows if len(row.signature) != SIGNATURE_BYTES]
            last, seq = rows[-1], rows[-1].seq
        if last is None:
            last = self.store.entry(seq)
        if last is None:
            raise Fault("journal_corrupt", "The journal ends before a place that was checked.", KEPT)
        self.sign()  # what bears a proof that is not this kiosk's is refused there
        signed = signature(self.identity, last)
        if not entry.signed_by(self.identity.key.public, digest, signed):
            raise Fault("journal_corrupt", f"Entry {seq} of the journal bears a wrong signature.", KEPT)
        self.head = Head(seq, digest, entry.read(last.data).header.at)
        self.store.put_json("verified", {"seq": seq, "hash": digest.hex()})

    def _check(self, rows: list[Row], seq: int, digest: bytes) -> bytes:
        """The hash of the last of ``rows``, which must continue the chain from ``(seq, digest)``."""
        me = self.identity
        for row in rows:
            try:
                header = entry.read(row.data).header
            except entry.MalformedEntry as e:
                raise Fault(
                    "journal_corrupt", f"Entry {seq + 1} of the journal is damaged: {e}.", KEPT
                ) from e
            found = hashlib.sha256(row.data).digest()
            in_place = row.seq == header.seq == seq + 1 and header.prev == digest.hex()
            if not in_place or found != row.hash or (header.rsu, header.epoch) != (me.rsu, me.epoch):
                raise Fault("journal_corrupt", f"Entry {seq + 1} of the journal is damaged.", KEPT)
            seq, digest = row.seq, found
        return digest

    def check_step(self) -> bool:
        """One step of the check of the whole chain; False when all of it was seen. ``Fault`` where it breaks."""
        if self._checked >= self._check_end:
            return False
        rows = self.store.entries(self._checked, CHECK_ENTRIES)
        if not rows:
            raise Fault("journal_corrupt", f"Entry {self._checked + 1} of the journal is missing.", KEPT)
        self._checked_hash = self._check(rows, self._checked, self._checked_hash)
        self._checked = rows[-1].seq
        if self._checked >= self._check_end:
            self.store.quick_check()
            return False
        return True

    def seal(self) -> None:
        """Mark the chain as seen whole up to its head, with every signature: the next start checks from here."""
        self.sign()
        self.store.put_json("verified", {"seq": self.head.seq, "hash": self.head.hash.hex()})


# Out by hand ----------------------------------------------------------------------------------------


def batches(
    reader: Reader, identity: Identity, after: int, count_max: int = wire.BATCH_ENTRIES_MAX
) -> Iterator[tuple[int, bytes]]:
    """Uploads of all that lies behind ``after``: the last seq of each, and its bytes."""
    while rows := read_batch(reader, after, count_max):
        after = rows[-1].seq
        yield after, pack(identity, rows)


def read_batch(reader: Reader, after: int, count_max: int) -> list[Row]:
    """As many entries behind ``after`` as one upload may hold."""
    rows = reader.entries(after, min(count_max, wire.BATCH_ENTRIES_MAX))
    total = 1_024  # room for the batch's header
    for i, row in enumerate(rows):
        total += 4 + len(row.data)
        if total > wire.BATCH_BYTES_MAX and i:
            return rows[:i]
    return rows


def pack(identity: Identity, rows: list[Row]) -> bytes:
    """An upload's body: these entries, signed by the last one's signature."""
    header = wire.BatchHeader(
        rsu=identity.rsu,
        epoch=identity.epoch,
        first=rows[0].seq if rows else 0,
        count=len(rows),
        signature=signature(identity, rows[-1]).hex() if rows else "",
    )
    return wire.pack_batch(header, entry.frame([row.data for row in rows]))


def export(reader: Reader, identity: Identity, after: int, path: Path) -> int:
    """Write what lies behind ``after`` into a file for the office (PROTOCOL.md, section 8); how many entries that is."""
    count = 0
    header = medium.header_line(
        medium.EXPORT_FORMAT,
        identity.rsu,
        identity.epoch,
        identity.certificate,
        identity.certificate_signature,
    )
    try:
        with path.open("wb") as file:
            file.write(header)
            for last, body in batches(reader, identity, after):
                file.write(medium.export_record(body))
                count = last - after
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:
        raise Fault("export", f"{path} cannot be written: {e.strerror}.", "Choose another place.") from e
    return count
