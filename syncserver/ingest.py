"""Takes in what kiosks have journalled: every proper next entry of a chain is kept, whatever it says.

One batch is one transaction: raw entries go into the journal as they came, and ``derive`` makes of them what follows,
in the same transaction. What is no next entry of the chain is refused, or kept in quarantine for a person.

A server restored from a backup has lower heads, and the kiosks fill it up again by themselves. Voids that the office
itself made after that backup are not in any journal and have to be made again.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import OperationalError

from shared import entry as journal
from shared import wire
from shared.entry import Entry, MalformedEntry
from shared.errors import Refused
from shared.wire import BatchHeader, Head, JournalReply, Verdict
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.derive import (
    COPY_HEAD,
    NO_VALUE,
    POSTGRES_EPOCH_MS,
    SALE,
    Derivation,
    Finding,
    copy_in,
    find,
)
from syncserver.office import Office

ATTEMPTS_MAX = 5
"""Tries at a batch that other transactions stood in the way of."""

_log = logging.getLogger(__name__)
_RETRY = {"40001", "40P01"}  # serialization failure, deadlock


class _Malformed(Exception):  # noqa: N818 - the verdict's own word
    """The envelope of a batch is not one."""


@dataclass
class _Batch:
    entries: list[Entry]
    signature: bytes


def take(office: Office, rsu: UUID, epoch: int, body: bytes) -> JournalReply:
    """Take in an upload of the kiosk ``(rsu, epoch)``, in a transaction of its own; PROTOCOL.md, section 5.

    Where the chain breaks inside a batch the verdict is ``malformed``: its one signature then proves nothing of what
    stands before the break, and halving lets the kiosk hand over what is whole. Raises ``Refused``:
    ``wrong_unit``, ``unknown_key``.
    """
    try:
        batch = _read(rsu, epoch, body)
        careful = False
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                with office.begin() as c:
                    return _take(office, c, rsu, epoch, batch, careful=careful)
            except UniqueViolation as e:
                # What is sold twice is rare: only then is it looked for, row by row, in another transaction.
                if careful:
                    raise
                careful = True
                _log.info("a batch of %s holds what is there already: %s", rsu, e.diag.constraint_name)
            except (OperationalError, psycopg.OperationalError) as e:
                cause = e.orig if isinstance(e, OperationalError) else e
                if getattr(cause, "sqlstate", None) not in _RETRY or attempt == ATTEMPTS_MAX:
                    raise
                _log.info("a batch of %s is tried again: %s", rsu, cause)
        raise AssertionError("the loop above returns or raises")
    except (_Malformed, MalformedEntry, wire.BadBatch) as e:
        return _malformed(office, rsu, epoch, str(e))


def _read(rsu: UUID, epoch: int, body: bytes) -> _Batch:
    """The batch in ``body``, its envelope checked; nothing of the entries' bodies is looked at."""
    header, frames = wire.unpack_batch(body)
    if (header.rsu, header.epoch) != (str(rsu), epoch):
        raise Refused("wrong_unit", "The batch names another kiosk than the one that signed.")
    entries = [journal.read(data) for data in journal.unframe(frames, wire.BATCH_ENTRIES_MAX)]
    if header.count != len(entries):
        raise _Malformed(f"the batch announces {header.count} entries and holds {len(entries)}")
    if not entries:
        return _Batch([], b"")
    return _Batch(entries, _check_chain(header, entries))


def _check_chain(header: BatchHeader, entries: Sequence[Entry]) -> bytes:
    first = entries[0].header
    if header.first != first.seq:
        raise _Malformed(f"the batch announces entry {header.first} and begins with {first.seq}")
    before = (first.seq - 1, bytes.fromhex(first.prev))
    broken = journal.first_break(entries, header.rsu, header.epoch, before)
    if broken is not None:
        raise _Malformed(f"entry {broken + 1} of the batch does not follow the one before it")
    try:
        return bytes.fromhex(header.signature)
    except ValueError as e:
        raise _Malformed("the batch's signature is not hexadecimal") from e


def _malformed(office: Office, rsu: UUID, epoch: int, words: str) -> JournalReply:
    with office.begin() as c:
        unit = _unit(c, rsu, epoch)
        critical_event(c, "batch_malformed", "ERROR", f"A batch could not be read: {words}", rsu_id=rsu)
        return _reply(office, epoch, "malformed", _head(c, unit), words)


def _unit(c: Connection, rsu: UUID, epoch: int, *, lock: bool = False) -> Row[Any]:
    e = m.rsu_epochs
    wanted = select(e).where(e.c.rsu_id == rsu, e.c.epoch == epoch)
    unit = c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if unit is None:
        raise Refused("unknown_key", "This kiosk is not enrolled here.")
    return unit


def _head(c: Connection, unit: Row[Any]) -> tuple[int, bytes]:
    """How far we hold this chain: of a revoked unit with what lies in quarantine behind it."""
    if unit.revoked_at is not None:
        q = m.rsu_quarantine
        last = c.execute(
            select(q.c.seq, q.c.hash)
            .where(q.c.rsu_id == unit.rsu_id, q.c.epoch == unit.epoch, q.c.reason == "revoked")
            .order_by(q.c.seq.desc())
            .limit(1)
        ).one_or_none()
        if last is not None and last.seq > unit.head_seq:
            return last.seq, bytes(last.hash)
    return unit.head_seq, bytes(unit.head_hash)


def _reply(
    office: Office, epoch: int, verdict: Verdict, head: tuple[int, bytes], detail: str = ""
) -> JournalReply:
    return JournalReply(
        verdict=verdict,
        head=Head(epoch=epoch, seq=head[0], hash=head[1].hex()),
        server_time=office.clock.now_ms(),
        detail=detail,
    )


def _take(
    office: Office, c: Connection, rsu: UUID, epoch: int, batch: _Batch, *, careful: bool
) -> JournalReply:
    unit = _unit(c, rsu, epoch, lock=True)
    head = _head(c, unit)
    stopped: Verdict | None = "revoked" if unit.revoked_at else "fork" if unit.forked_at else None
    if not batch.entries:
        return _reply(office, epoch, stopped or "duplicate", head)
    if not journal.signed_by(bytes(unit.public_key), batch.entries[-1].hash, batch.signature):
        raise _Malformed("the signature of the batch's last entry does not hold")
    first = batch.entries[0].header.seq
    if first > head[0] + 1:
        return _reply(office, epoch, "gap", head, f"entries {head[0] + 1} to {first - 1} are missing")
    news, forked = _compare(c, unit, head, batch.entries)
    fresh = batch.entries[news:]
    if forked:
        _keep_fork(office, c, unit, fresh, batch.signature)
        return _reply(
            office, epoch, "fork", head, f"entry {fresh[0].header.seq} differs from the one held here"
        )
    if not fresh:
        c.execute(_seen(office, unit))
        return _reply(office, epoch, stopped or "duplicate", head)
    last = fresh[-1]
    if stopped == "revoked":
        _quarantine(c, unit, fresh, batch.signature, "revoked")
        return _reply(office, epoch, "revoked", (last.header.seq, last.hash))
    _join(office, c, unit, fresh, batch.signature, careful=careful)
    return _reply(office, epoch, stopped or "accepted", (last.header.seq, last.hash))


def append(
    office: Office, c: Connection, rsu: UUID, epoch: int, entries: Sequence[Entry], signature: bytes
) -> None:
    """Take in the next entries of a chain that the office keeps itself, in the caller's transaction.

    They pass what an upload passes. ``ValueError`` where they are not the next ones of a chain that goes on: nobody
    but the caller can have made them.
    """
    unit = _unit(c, rsu, epoch, lock=True)
    head = (unit.head_seq, bytes(unit.head_hash))
    if unit.revoked_at is not None or unit.forked_at is not None:
        raise ValueError("this chain has ended")
    if journal.first_break(entries, str(rsu), epoch, head) is not None:
        raise ValueError("the entries do not follow the chain's last one")
    if not journal.signed_by(bytes(unit.public_key), entries[-1].hash, signature):
        raise ValueError("the signature of the last entry does not hold")
    _join(office, c, unit, entries, signature, careful=True)


def _join(
    office: Office,
    c: Connection,
    unit: Row[Any],
    fresh: Sequence[Entry],
    signature: bytes,
    *,
    careful: bool,
) -> None:
    """The chain's next entries, kept as they are, and all that follows from them."""
    last = fresh[-1]
    _keep(office, c, unit.rsu_id, unit.epoch, fresh, signature)
    c.execute(_seen(office, unit).values(head_seq=last.header.seq, head_hash=last.hash))
    Derivation(office, c, unit, careful=careful).run(fresh)


def _seen(office: Office, unit: Row[Any]) -> Any:
    e = m.rsu_epochs
    return (
        update(e).where(e.c.rsu_id == unit.rsu_id, e.c.epoch == unit.epoch).values(last_seen_at=office.now())
    )


def _compare(
    c: Connection, unit: Row[Any], head: tuple[int, bytes], entries: Sequence[Entry]
) -> tuple[int, bool]:
    """The place of the first entry that is not held here, and whether it forks from the chain."""
    first, last = entries[0].header.seq, min(entries[-1].header.seq, head[0])
    held: dict[int, bytes] = {}
    if first <= last:
        for table in (m.rsu_journal, m.rsu_quarantine) if unit.revoked_at else (m.rsu_journal,):
            wanted = select(table.c.seq, table.c.hash).where(
                table.c.rsu_id == unit.rsu_id, table.c.epoch == unit.epoch, table.c.seq.between(first, last)
            )
            if table is m.rsu_quarantine:
                wanted = wanted.where(table.c.reason == "revoked")
            held |= {seq: bytes(found) for seq, found in c.execute(wanted)}
    for i, one in enumerate(entries):
        if one.header.seq > head[0]:
            return i, one.header.prev != head[1].hex()
        if held.get(one.header.seq) != one.hash:
            return i, True
    return len(entries), False


def _keep_fork(
    office: Office, c: Connection, unit: Row[Any], branch: Sequence[Entry], signature: bytes
) -> None:
    """The branch holds real sales: it is kept, the unit is stopped, and a person has to look.

    What came before changes nothing; what is new of a branch is a finding of its own, also after a decision.
    """
    e, q = m.rsu_epochs, m.rsu_quarantine
    c.execute(_seen(office, unit).values(forked_at=func.coalesce(e.c.forked_at, office.now())))
    span = q.c.seq.between(branch[0].header.seq, branch[-1].header.seq)
    of_unit = select(q.c.hash).where(q.c.rsu_id == unit.rsu_id, q.c.epoch == unit.epoch, span)
    held = {bytes(found) for found in c.execute(of_unit).scalars()}
    fresh = [one for one in branch if one.hash not in held]
    if not fresh:
        return
    _quarantine(c, unit, fresh, signature if fresh[-1] is branch[-1] else None, "fork")
    seq = fresh[0].header.seq
    critical_event(
        c, "unit_forked", "ERROR", f"A second chain of this kiosk begins at entry {seq}.", rsu_id=unit.rsu_id
    )


def _quarantine(
    c: Connection, unit: Row[Any], entries: Sequence[Entry], signature: bytes | None, reason: str
) -> None:
    """New entries outside the chain, with the finding of their own by which a person decides about them."""
    kind = {"fork": "fork", "revoked": "revoked_entries"}[reason]
    first = entries[0]
    detail = {"entries": len(entries), "sales": sum(one.header.kind == SALE for one in entries)}
    find(c, unit, [Finding(kind, first.header.seq, subject=first.hash.hex(), detail=detail)])
    f = m.findings
    finding = c.execute(
        select(f.c.id).where(
            f.c.kind == kind,
            f.c.rsu_id == unit.rsu_id,
            f.c.epoch == unit.epoch,
            f.c.seq == first.header.seq,
            f.c.subject == first.hash.hex(),
        )
    ).scalar_one()
    rows = [
        {
            "rsu_id": unit.rsu_id,
            "epoch": unit.epoch,
            "seq": one.header.seq,
            "entry": one.data,
            "hash": one.hash,
            "signature": signature if one is entries[-1] else None,
            "reason": reason,
            "finding_id": finding,
        }
        for one in entries
    ]
    c.execute(upsert(m.rsu_quarantine).on_conflict_do_nothing(), rows)


def take_branch(office: Office, c: Connection, finding: Row[Any]) -> None:
    """Derive what the entries behind a ``fork`` or ``revoked_entries`` finding hold, as if they had come in the chain.

    They stay where they are, outside the chain; what does not fit what is there becomes a finding of its own. Taken
    again it changes nothing. ``Refused`` (``pool_frozen``) where they concern an event whose pool is frozen.
    """
    unit = _unit(c, finding.rsu_id, finding.epoch, lock=True)
    q = m.rsu_quarantine
    rows = c.execute(select(q.c.id, q.c.entry).where(q.c.finding_id == finding.id).order_by(q.c.seq)).all()
    entries = [journal.read(bytes(row.entry)) for row in rows]
    places = {one.hash: row.id for one, row in zip(entries, rows, strict=True)}
    if entries:
        Derivation(office, c, unit, places, forked=finding.kind == "fork").run(entries)


# The raw journal ------------------------------------------------------------------------------------

_COPY_JOURNAL = (
    "COPY rsu_journal (rsu_id, epoch, seq, kind, at_ms, entry, hash, signature, received_at) "
    "FROM STDIN (FORMAT BINARY)"
)


def _keep(
    office: Office, c: Connection, rsu: UUID, epoch: int, entries: Sequence[Entry], signature: bytes
) -> None:
    """Raw entries into the journal, by binary COPY (PostgreSQL's manual, COPY, "Binary Format")."""
    before = struct.pack("!hi16sii", 9, 16, rsu.bytes, 4, epoch)
    received = struct.pack("!iq", 8, (office.clock.now_ms() - POSTGRES_EPOCH_MS) * 1000)
    signed = struct.pack(f"!i{len(signature)}s", len(signature), signature)
    parts = [COPY_HEAD]
    last = entries[-1]
    for one in entries:
        kind = one.header.kind.encode()
        parts += (
            before,
            struct.pack("!iqi", 8, one.header.seq, len(kind)),
            kind,
            struct.pack("!iqi", 8, one.header.at, len(one.data)),
            one.data,
            struct.pack("!i32s", 32, one.hash),
            signed if one is last else NO_VALUE,
            received,
        )
    parts.append(b"\xff\xff")
    copy_in(c, _COPY_JOURNAL, b"".join(parts))
