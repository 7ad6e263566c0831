"""The regulator's export: everything on record over a span of time, in one archive that can be checked without us.

It is sent while it is made. ``SHA256SUMS`` names every file with its hash, and ``SHA256SUMS.sig`` is the office's
Ed25519 signature over exactly those bytes (its first line, a comment, keeps it from being taken for anything else), so
that ``sha256sum -c SHA256SUMS`` and ``openssl pkeyutl -verify`` say whether anything was changed since.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, cast, or_, select

from shared.errors import Refused
from syncserver import audit, books, draws, reports, statements
from syncserver import models as m
from syncserver.office import Office

DOMAIN: Final = b"# tombola-records-1\n"
"""The first line of what is signed."""
SUMS: Final = "SHA256SUMS"
EVENTS_MAX: Final = 500
README: Final = """Tombola: records of {organisation}
From {since} to {until}{event}.
Made {made} for {by}. All moments are UTC unless a column says else.

audit.csv             changes of critical data: before, after, who, when
critical-events.csv   what kiosks and the office put on record, with codes and their words
events/NUMBER/        each event: reports/ (GLI-31, 2.8.1), and of each draw its manifest, bundle and pools
journals/             what kiosks signed: one file per kiosk and enrolment, an entry a line; and their public keys
SHA256SUMS            the SHA-256 of every file but the last three
SHA256SUMS.sig        the office's Ed25519 signature over SHA256SUMS, 64 bytes
office.pem            the office's public key: compare it with the one that you were given

    sha256sum -c SHA256SUMS
    openssl pkeyutl -verify -pubin -inkey office.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
    tombola-verify events/*/draws/*/bundle.json

An entry of a journal is "entry" in base 64; its SHA-256 is "hash", and the next entry names it as "prev". The last
entry of each upload bears a "signature" of its kiosk over "tombola-entry-1", a line feed, and the hash.
"""


@dataclass(frozen=True)
class Span:
    """What is exported: of whom, from when (inclusive) until when (exclusive), and of which event alone."""

    organisation: UUID
    since: datetime
    until: datetime
    event: UUID | None = None


class _Sent:
    """What an archive is written into, and taken out of as it comes."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        """What was written since the last time."""
        held, self._held = b"".join(self._held), []
        return held


def span_of_event(c: Connection, organisation: UUID, event: UUID, now: datetime) -> Span:
    """All of an event: from its making to now. ``Refused`` (``unknown_event``) where it is not that organisation's."""
    e = m.raffle_events
    row = c.execute(
        select(e.c.created_at).where(e.c.id == event, e.c.organization_id == organisation)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.", "Choose one of the list.")
    return Span(organisation, row.created_at, now, event)


def archive(
    office: Office, span: Span, visible: ColumnElement[bool], told: Select[Any], by: str
) -> Iterator[bytes]:
    """The archive, piece by piece; ``visible`` narrows the audit trail, ``told`` is the critical events to be seen."""
    sent, sums = _Sent(), [DOMAIN.decode()]
    with (
        books.snapshot(office) as c,
        zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed,
    ):
        for name, parts in _files(office, c, span, visible, told, by):
            digest = hashlib.sha256()
            with packed.open(_info(office, name), "w", force_zip64=True) as file:
                for part in parts:
                    data = part.encode() if isinstance(part, str) else part
                    digest.update(data)
                    file.write(data)
                    yield sent.take()
            sums.append(f"{digest.hexdigest()}  {name}\n")
            yield sent.take()
        listed = "".join(sums).encode()
        assert listed.startswith(DOMAIN)
        signature = office.key.sign(DOMAIN, listed.removeprefix(DOMAIN))
        public = office.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for name, data in ((SUMS, listed), (f"{SUMS}.sig", signature), ("office.pem", public)):
            packed.writestr(_info(office, name), data)
            yield sent.take()
    yield sent.take()


def _info(office: Office, name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, office.now().timetuple()[:6])
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o644 << 16
    return made


_File = tuple[str, Iterable[str | bytes]]


def _files(
    office: Office, c: Connection, span: Span, visible: ColumnElement[bool], told: Select[Any], by: str
) -> Iterator[_File]:
    events = _events(c, span)
    yield "README.txt", [_readme(office, c, span, events, by)]
    yield "audit.csv", _audit(c, span, visible)
    yield "critical-events.csv", _critical(c, span, told)
    for event in events:
        yield from _event(office, c, event)
    yield from _journals(c, span, [event.id for event in events])


def _readme(office: Office, c: Connection, span: Span, events: Sequence[Row[Any]], by: str) -> str:
    o = m.organizations
    name = c.execute(select(o.c.name).where(o.c.id == span.organisation)).scalar_one()
    return README.format(
        organisation=name,
        since=_moment(span.since),
        until=_moment(span.until),
        event=f", of event No. {events[0].event_number}, {events[0].name}, alone"
        if span.event and events
        else "",
        made=_moment(office.now()),
        by=by,
    )


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")


def _events(c: Connection, span: Span) -> Sequence[Row[Any]]:
    """The event that was asked for, or all whose time from making to closing touches the span."""
    e = m.raffle_events
    wanted = (
        select(e).where(e.c.organization_id == span.organisation).order_by(e.c.event_number).limit(EVENTS_MAX)
    )
    if span.event is not None:
        return c.execute(wanted.where(e.c.id == span.event)).all()
    touches = and_(
        e.c.created_at < span.until, or_(e.c.closes_at >= span.since, e.c.updated_at >= span.since)
    )
    return c.execute(wanted.where(touches)).all()


def _audit(c: Connection, span: Span, visible: ColumnElement[bool]) -> Iterator[str]:
    a, u = m.audit_log, m.users
    wanted = (
        select(a, u.c.display_name.label("by_name"))
        .outerjoin(u, u.c.id == a.c.changed_by)
        .where(a.c.changed_at >= span.since, a.c.changed_at < span.until, visible)
        .order_by(a.c.id)
    )
    if span.event is not None:
        event = str(span.event)
        wanted = wanted.where(
            or_(
                a.c.record_id == span.event,
                a.c.record_id.in_(select(m.checkout_lines.c.checkout_id).where(m.checkout_lines.c.event_id == span.event)),
                *(data[key].astext == event for data in (a.c.old_data, a.c.new_data) for key in ("event_id", "raffle_event_id")),
                *(data[key].astext.in_(ids) for data in (a.c.old_data, a.c.new_data) for key, ids in _within(span.event).items()),
            )
        )  # fmt: skip
    yield reports.lines(
        [["number", "at", "by", "by_name", "operation", "table", "record", "before", "after"]]
    )
    for part in books.parts(c, wanted):
        yield reports.lines(
            [
                str(row.id), _moment(row.changed_at), str(row.changed_by or ""), reports.cell(row.by_name),
                row.operation, row.table_name, str(row.record_id), _json(row.old_data), _json(row.new_data),
            ]
            for row in part
        )  # fmt: skip


def _within(event: UUID) -> dict[str, Select[str]]:
    """By what a row that does not name the event belongs to it: its order, draw, result or block."""
    o, d, r, b = m.orders, m.draw_executions, m.draw_results, m.rsu_allocations
    drawn = select(d.c.id).where(d.c.raffle_event_id == event)
    return {
        "order_id": select(cast(o.c.id, Text)).where(o.c.event_id == event),
        "draw_execution_id": select(cast(d.c.id, Text)).where(d.c.raffle_event_id == event),
        "draw_result_id": select(cast(r.c.id, Text)).where(r.c.draw_execution_id.in_(drawn)),
        "rsu_allocation_id": select(cast(b.c.id, Text)).where(b.c.raffle_event_id == event),
    }


def _json(data: Any) -> str:
    return "" if data is None else json.dumps(data, ensure_ascii=False, sort_keys=True)


def _critical(c: Connection, span: Span, told: Select[Any]) -> Iterator[str]:
    k = m.critical_events
    wanted = told.where(k.c.timestamp >= span.since, k.c.timestamp < span.until).order_by(
        k.c.timestamp, k.c.id
    )
    if span.event is not None:
        units = select(m.rsu_allocations.c.rsu_id).where(m.rsu_allocations.c.raffle_event_id == span.event)
        wanted = wanted.where(
            or_(k.c.event_id == span.event, and_(k.c.event_id.is_(None), k.c.rsu_id.in_(units)))
        )
    yield reports.lines(
        [["id", "at", "severity", "code", "words", "said", "kiosk", "event", "by_name", "details"]]
    )
    for part in books.parts(c, wanted):
        yield reports.lines(
            [
                str(row.id), _moment(row.timestamp), row.severity, reports.cell(row.event_type),
                audit.words(row.event_type), reports.cell(row.description), reports.cell(row.rsu_name),
                reports.cell(row.event_name), reports.cell(row.by_name), _json(row.metadata or {}),
            ]
            for row in part
        )  # fmt: skip


def _event(office: Office, c: Connection, event: Row[Any]) -> Iterator[_File]:
    folder = f"events/{event.event_number}-{_plain(event.event_identifier)}"
    scope = statements.scope(office, c, event.id)
    for report in reports.REPORTS.values():
        for table in report.tables:
            yield f"{folder}/reports/{report.key}-{table.key}.csv", reports.table_csv(scope, table)
    d, p = m.draw_executions, m.draw_pools
    held = c.execute(
        select(d.c.id, d.c.attempt, d.c.manifest, d.c.official_at)
        .where(d.c.raffle_event_id == event.id, d.c.manifest_published_at.is_not(None))
        .order_by(d.c.started_at)
    ).all()
    for draw in held:
        place = f"{folder}/draws/{draw.attempt}-{draw.id}"
        if draw.manifest is not None:
            yield f"{place}/manifest.json", [bytes(draw.manifest)]
        if draw.official_at is not None and (bundle := draws.bundle(c, draw.id)) is not None:
            yield f"{place}/bundle.json", [bundle]
        for name in c.execute(
            select(p.c.pool).where(p.c.draw_execution_id == draw.id).order_by(p.c.pool)
        ).scalars():
            yield f"{place}/pool-{_plain(name)}.bin", [draws.pool(c, draw.id, name) or b""]


def _plain(name: str) -> str:
    """A name as every file system takes it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._")[:80] or "x"


class _Line(msgspec.Struct):
    seq: int
    kind: str
    hash: str
    signature: str
    received_at: str
    entry: str


def _journals(c: Connection, span: Span, events: Sequence[UUID]) -> Iterator[_File]:
    """The chains of every kiosk that held numbers of these events, or that handed something in during the span."""
    e, r, a, j = m.rsu_epochs, m.rsus, m.rsu_allocations, m.rsu_journal
    units = c.execute(
        select(e.c.rsu_id, e.c.epoch, e.c.public_key, e.c.enrolled_at, r.c.name)
        .join(r, r.c.id == e.c.rsu_id)
        .where(
            r.c.organization_id == span.organisation,
            or_(
                select(a.c.id)
                .where(a.c.rsu_id == e.c.rsu_id, a.c.epoch == e.c.epoch, a.c.raffle_event_id.in_(events))
                .exists(),
                and_(e.c.last_seen_at >= span.since, e.c.enrolled_at < span.until)
                if span.event is None
                else r.c.id.is_(None),
            ),
        )
        .order_by(r.c.name, e.c.epoch)
    ).all()
    rows = [
        [reports.cell(unit.name), str(unit.rsu_id), str(unit.epoch), bytes(unit.public_key).hex(), _moment(unit.enrolled_at)]
        for unit in units
    ]  # fmt: skip
    yield "journals/keys.csv", [reports.lines([["kiosk", "id", "epoch", "public_key", "enrolled_at"], *rows])]
    for unit in units:
        wanted = (
            select(j.c.seq, j.c.kind, j.c.hash, j.c.signature, j.c.received_at, j.c.entry)
            .where(j.c.rsu_id == unit.rsu_id, j.c.epoch == unit.epoch)
            .order_by(j.c.seq)
        )
        yield f"journals/{_plain(unit.name)}-{unit.rsu_id}-{unit.epoch}.jsonl", _chain(c, wanted)


def _chain(c: Connection, wanted: Select[Any]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for part in books.parts(c, wanted):
        yield b"".join(
            encoder.encode(
                _Line(
                    row.seq,
                    row.kind or "",
                    bytes(row.hash).hex(),
                    bytes(row.signature or b"").hex(),
                    _moment(row.received_at),
                    base64.b64encode(bytes(row.entry)).decode(),
                )
            )
            + b"\n"
            for row in part
        )
