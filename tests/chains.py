"""A small office with real kiosks' chains: just enough of a kiosk to journal, sign and upload, and to misbehave."""

from __future__ import annotations

import base64
import hashlib
import itertools
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from shared import entry, keys, sale, wire
from shared.clock import utc
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from syncserver import allocations, events, ingest, rsus
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import DrawRules, NewEvent, PoolPlan
from syncserver.office import Office, furnish, restored
from tests.postgres import Cluster

T = TypeVar("T")
START_MS = 1_795_000_000_000
HOUR_MS = 3_600_000
PRICE, TICKETS = 1_000, 5


class SetClock:
    """A clock that stands until it is moved, with dice from a seed."""

    def __init__(self, seed: int = 1) -> None:
        self.ms = START_MS
        self._dice = random.Random(seed)

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms

    def token(self, size: int) -> bytes:
        return self._dice.randbytes(size)

    def jitter(self) -> float:
        return self._dice.random()

    def pass_ms(self, ms: int) -> None:
        self.ms += ms


@dataclass
class Kiosk:
    """One enrolment of a kiosk, with its key and its chain."""

    scene: Scene
    rsu: UUID
    epoch: int
    key: keys.SigningKey
    enrolment: wire.Enrolment
    entries: list[bytes] = field(default_factory=list)
    grants: list[tuple[wire.Grant, wire.SignedGrant]] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    @property
    def head(self) -> tuple[int, bytes]:
        last = self.entries[-1] if self.entries else None
        return len(self.entries), hashlib.sha256(last).digest() if last is not None else entry.GENESIS

    def journal(self, body: sale.Body, at: int | None = None) -> bytes:
        """The next entry, with this body."""
        at = self.scene.clock.now_ms() if at is None else at
        data = entry.make_next(str(self.rsu), self.epoch, self.head, at, body)
        self.entries.append(data)
        return data

    def journal_raw(self, kind: str, body: bytes, at: int | None = None) -> bytes:
        """The next entry, with anything for a body."""
        seq, prev = self.head
        header = entry.Header(
            at=self.scene.clock.now_ms() if at is None else at,
            epoch=self.epoch,
            kind=kind,
            prev=prev.hex(),
            rsu=str(self.rsu),
            seq=seq + 1,
        )
        data = msgspec.json.encode(header, order="sorted") + b"\n" + body
        self.entries.append(data)
        return data

    def allocate(self, count: int = 100, event: UUID | None = None) -> wire.Grant:
        """A block of numbers, got and journalled."""
        request = wire.AllocationRequest(
            request=str(uuid7(self.scene.clock)), event=str(event or self.scene.event), count=count
        )
        with self.scene.office.begin() as c:
            reply = allocations.allocate(self.scene.office, c, self.rsu, self.epoch, request)
        signed = reply.grants[0]
        grant = msgspec.json.decode(b64(signed.grant), type=wire.Grant)
        self.grants.append((grant, signed))
        self.journal(sale.Granted(grant=signed.grant, grant_signature=signed.signature))
        return grant

    def line(self, count: int = TICKETS, price: int = PRICE, event: UUID | None = None) -> sale.Line:
        """The next tickets out of a block; no entry yet."""
        wanted = str(event or self.scene.event)
        grant, signed = next(
            (g, s)
            for g, s in self.grants
            if g.event == wanted and self._next.get(g.allocation, g.first) + count - 1 <= g.last
        )
        first = self._next.get(grant.allocation, grant.first)
        self._next[grant.allocation] = first + count
        block = ValidationBlock(grant.validation_block, grant.validation_size, bytes.fromhex(signed.secret))
        return sale.Line(
            order=str(uuid7(self.scene.clock)),
            event=wanted,
            package=str(self.scene.package),
            ranges=(Range(grant.allocation, first, count),),
            price=price,
            currency="EUR",
            validation=block.issue(first - grant.first + 1),
        )

    def sell(self, *lines: sale.Line, at: int | None = None, **fields: object) -> sale.Sale:
        """One sale, journalled; of one package unless lines are given."""
        lines = lines or (self.line(),)
        due = sum(line.price for line in lines)
        body = sale.Sale(
            sale=str(uuid7(self.scene.clock)),
            operator=str(self.scene.user),
            lines=lines,
            payment=sale.Payment(method="cash", amount=due, tendered=due, change=0),
            catalog=(1, 1),
        )
        body = msgspec.structs.replace(body, **fields)
        self.journal(body, at)
        return body

    def void(
        self, line: sale.Line, *, misprint: bool = False, reason: str = "wrong package", **fields: object
    ) -> None:
        self.journal(
            sale.Voided(
                order=line.order,
                event=line.event,
                validation=line.validation,
                reason=reason,
                by=str(self.scene.user),
                misprint=misprint,
                **fields,  # type: ignore[arg-type]  # a test says which
            )
        )

    def cut(self, event: UUID | None = None, pool: str = "main") -> None:
        """The close's cut, or that of an early bird's pool."""
        wanted = event or self.scene.event
        k = m.event_cuts
        with self.scene.office.begin() as c:
            cut = c.execute(k.select().where(k.c.event_id == wanted, k.c.pool == pool)).one()
        self.journal(sale.Cut(event=str(wanted), cut=str(cut.id), due_at=self.scene.closes_ms))

    def batch(self, first: int = 1, last: int | None = None) -> bytes:
        """The upload of these entries, numbered from 1."""
        part = self.entries[first - 1 : last]
        signature = entry.sign(self.key, part[-1]).hex() if part else ""
        header = wire.BatchHeader(
            rsu=str(self.rsu), epoch=self.epoch, first=first, count=len(part), signature=signature
        )
        return wire.pack_batch(header, entry.frame(part))

    def send(self, first: int = 1, last: int | None = None) -> wire.JournalReply:
        return ingest.take(self.scene.office, self.rsu, self.epoch, self.batch(first, last))

    def send_all(self) -> wire.JournalReply:
        """Everything from the server's head on, in batches."""
        reply = self.send(1, 0)
        while reply.head.seq < len(self.entries):
            before = reply.head.seq
            reply = self.send(before + 1, before + wire.BATCH_ENTRIES_MAX)
            if reply.head.seq == before:
                break
        return reply

    def copy(self) -> Kiosk:
        """The same kiosk from a copied disk."""
        return Kiosk(
            self.scene,
            self.rsu,
            self.epoch,
            self.key,
            self.enrolment,
            list(self.entries),
            list(self.grants),
            dict(self._next),
        )


@dataclass
class Scene:
    """An office with one organisation and one event on sale."""

    office: Office
    clock: SetClock
    home: Path
    organisation: UUID
    venue: UUID
    user: UUID
    other_user: UUID
    event: UUID
    package: UUID
    prizes: list[UUID]
    closes_ms: int
    _names: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def kiosk(self, name: str = "", *, enable: bool = True, blocks: int = 100) -> Kiosk:
        """An enrolled kiosk, enabled and with a block of numbers unless told otherwise."""
        name = name or f"Kiosk {next(self._names)}"
        with self.office.begin(self.user) as c:
            rsu = rsus.create_rsu(c, self.organisation, name, self.venue)
            if enable:
                rsus.set_state(c, rsu, "enabled", self.user, "new kiosk")
        return self.enrol(rsu, blocks if enable else 0)

    def enrol(self, rsu: UUID, blocks: int = 0) -> Kiosk:
        """A new enrolment of this kiosk."""
        with self.office.begin(self.user) as c:
            code = rsus.new_code(self.office, c, rsu, self.user)
        key = keys.SigningKey.new(self.clock)
        said = rsus.enrol(
            self.office,
            wire.EnrolRequest(code=code, public_key=key.public.hex(), device="machine", software="1.0"),
        )
        made = Kiosk(self, rsu, said.epoch, key, said)
        made.journal(
            sale.Enrolled(
                certificate=said.certificate, certificate_signature=said.certificate_signature, software="1.0"
            )
        )
        if blocks:
            made.allocate(blocks)
        return made

    def findings(self) -> list[tuple[str, bool]]:
        """Kinds of all findings, and whether they block."""
        with self.office.begin() as c:
            rows = c.execute(m.findings.select().order_by(m.findings.c.opened_at, m.findings.c.seq)).all()
        return [(row.kind, row.blocking) for row in rows]

    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.findings()}

    def tickets(self) -> dict[int, str]:
        """State of each ticket of the event by its number."""
        with self.office.begin() as c:
            rows = c.execute(m.tickets.select().where(m.tickets.c.event_id == self.event)).all()
        return {row.draw_number: row.state for row in rows}

    def total(self) -> tuple[int, int]:
        """The sales as counted and as carried along."""
        with self.office.begin() as c:
            carried = (
                c.execute(m.raffle_events.select().where(m.raffle_events.c.id == self.event)).one().total_sold
            )
            return events.sales_total(c, self.event), carried

    def close(self) -> None:
        """The closing time comes."""
        self.clock.ms = self.closes_ms
        events.run_due(self.office)


def b64(value: str) -> bytes:
    return base64.b64decode(value)


@contextmanager
def backup(scene: Scene, postgres: Cluster) -> Iterator[Callable[[], None]]:
    """A copy of the scene's database as it is now; what is yielded puts the office over that copy."""
    name = scene.office.engine.url.database
    assert name is not None
    scene.office.engine.dispose()
    copy = postgres.create(name)
    opened: list[Database] = []

    def restore() -> None:
        opened.append(postgres.open(copy))
        restored(opened[0], scene.home)
        scene.office = furnish(opened[0], scene.home, scene.clock)

    try:
        yield restore
    finally:
        for database in opened:
            database.close()
        postgres.drop(copy)


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What these calls return, each made in a thread of its own at the same moment."""
    start = threading.Barrier(len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:

        def run(call: Callable[[], T]) -> T:
            start.wait()
            return call()

        return list(pool.map(run, calls))


def add_user(office: Office, name: str) -> UUID:
    with office.begin() as c:
        made = c.execute(
            m.users.insert().values(cognito_sub=f"local:{name}", display_name=name).returning(m.users.c.id)
        )
        return UUID(str(made.scalar_one()))


def open_scene(
    database: Database,
    home: Path,
    *,
    clock: SetClock | None = None,
    last_number: int = 1_000_000,
    configuration: Mapping[str, object] | None = None,
    draw: DrawRules | None = None,
    pools: tuple[PoolPlan, ...] = (),
    prepare: Callable[[Connection, UUID], object] = lambda _c, _event: None,
) -> Scene:
    """An office over ``database`` with one event on sale: packages of 5 for 10.00, three prizes.

    ``configuration`` is merged into the event's own, and ``prepare`` adds to the draft what else it shall have,
    before it is activated.
    """
    clock = clock or SetClock()
    office = furnish(database, home, clock)
    user, other = add_user(office, "Ada"), add_user(office, "Bert")
    closes = clock.now_ms() + 4 * HOUR_MS
    with office.begin(user) as c:
        organisation = events.create_organisation(
            c, "Harbour Lifeboats", "EUR", "L-1", timezone="Europe/Berlin"
        )
        venue = events.create_venue(c, organisation, "North Pier", "Europe/Berlin")
        event = events.create_event(
            office,
            c,
            NewEvent(
                name="Summer raffle",
                identifier="SUMMER-1",
                organisation=organisation,
                venue=venue,
                opens_at=utc(clock.now_ms()) - timedelta(hours=1),
                closes_at=utc(closes),
                last_number=last_number,
                identity_above=50_000,
                draw=draw or DrawRules(),
                pools=pools,
            ),
            user,
        )
        package = events.add_package(c, event, "Five", TICKETS, PRICE, 1)
        prizes = [
            events.add_prize(c, event, "Half the pot", "percentage", position=1, basis_points=5_000),
            events.add_prize(c, event, "Voucher", "fixed", 2_500, position=2, winners=2),
        ]
        if configuration:
            e = m.raffle_events.c
            kept = c.execute(m.raffle_events.select().where(e.id == event)).one().configuration
            merged = {**kept, **configuration}
            c.execute(m.raffle_events.update().where(e.id == event).values(configuration=merged))
        prepare(c, event)
        events.activate(office, c, event, user)
    return Scene(office, clock, home, organisation, venue, user, other, event, package, prizes, closes)
