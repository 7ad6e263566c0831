"""The office: a kiosk's journal coming in over HTTP beside COPY of the rows it ends as, again, and a ticket asked about.

The server is the real program, gunicorn and all, over a PostgreSQL that syncs to the disk. Batch by batch: the upload
is timed; the rows that it made (journal, orders, tickets, audit log) are read out; the same rows are copied, in one
transaction and with the triggers off, into the same tables with the same keys, checks and indexes of another database.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import text

from shared import entry, proof, sale, wire
from shared.ids import uuid7
from shared.numbers import Range, ValidationBlock
from syncserver import claims
from syncserver.db import APP_ROLE, OWNER_ROLE
from tests.bench.cluster import PRICE, TICKETS, DiskCluster, Place, disk_cluster
from tests.bench.measure import Bench, Figure, Goal, in_turn, median_ms, p99_ms, seconds

KIOSKS = 4
WARM_UP_KIOSKS = 1
SALES = 5_000
VALIDATIONS = 1_000
EVENT_NUMBERS = 9_000_000
PRETIX_POSITIONS_PER_S = 80.0
"""pretix 2026.8 through its REST API on the same kind of machine; not measured in this run."""
REQUEST_S_MAX = 60
STOP_S_MAX = 30

_TABLES = {
    "rsu_journal": "SELECT * FROM rsu_journal WHERE rsu_id = %(rsu)s AND seq BETWEEN %(first)s AND %(last)s",
    "orders": "SELECT * FROM orders WHERE rsu_id = %(rsu)s AND journal_seq BETWEEN %(first)s AND %(last)s",
    "tickets": (
        "SELECT t.* FROM tickets t JOIN orders o ON o.id = t.order_id "
        "WHERE o.rsu_id = %(rsu)s AND o.journal_seq BETWEEN %(first)s AND %(last)s ORDER BY t.draw_number"
    ),
    "audit_log": "SELECT * FROM audit_log WHERE id > %(audit)s ORDER BY id",
}


class Sender:
    """A kiosk with a journal of so many sales, each with its print, packed for upload."""

    def __init__(self, place: Place, event: UUID, package: UUID, name: str) -> None:
        self.rsu, enrolment, key = place.kiosk(name)
        self.epoch = enrolment.epoch
        signed = place.block(self.rsu, self.epoch, event, SALES * TICKETS)
        grant = msgspec.json.decode(base64.b64decode(signed.grant), type=wire.Grant)
        issue = ValidationBlock(
            grant.validation_block, grant.validation_size, bytes.fromhex(signed.secret)
        ).issue
        clock = place.clock
        self._entries: list[bytes] = []
        self._hash = entry.GENESIS
        self._clock = clock
        self.validations: list[str] = []
        self._state(
            sale.Enrolled(
                certificate=enrolment.certificate,
                certificate_signature=enrolment.certificate_signature,
                software="bench",
            )
        )
        self._state(sale.Granted(grant=signed.grant, grant_signature=signed.signature))
        for i in range(SALES):
            validation, order = issue(i + 1), str(uuid7(clock))
            self.validations.append(validation)
            line = sale.Line(
                order=order,
                event=str(event),
                package=str(package),
                ranges=(Range(grant.allocation, grant.first + i * TICKETS, TICKETS),),
                price=PRICE,
                currency="EUR",
                validation=validation,
            )
            paid = sale.Payment(method="cash", amount=PRICE, tendered=PRICE, change=0)
            self._state(
                sale.Sale(
                    sale=str(uuid7(clock)),
                    operator=str(place.user),
                    lines=(line,),
                    payment=paid,
                    catalog=(1, 1),
                )
            )
            self._state(sale.Printed(order=order, copy=0, outcome="confirmed", said_by="printer"))
        self.batches = [
            self._pack(key, start, self._entries[start : start + wire.BATCH_ENTRIES_MAX])
            for start in range(0, len(self._entries), wire.BATCH_ENTRIES_MAX)
        ]

    def _state(self, body: sale.Body) -> None:
        data = entry.make_next(
            str(self.rsu), self.epoch, (len(self._entries), self._hash), self._clock.now_ms(), body
        )
        self._entries.append(data)
        self._hash = hashlib.sha256(data).digest()

    def _pack(self, key: Any, start: int, entries: list[bytes]) -> tuple[int, int, bytes, dict[str, str]]:
        """First and last seq of a batch, its body, and the headers that prove it."""
        header = wire.BatchHeader(
            rsu=str(self.rsu),
            epoch=self.epoch,
            first=start + 1,
            count=len(entries),
            signature=entry.sign(key, entries[-1]).hex(),
        )
        body = wire.pack_batch(header, entry.frame(entries))
        signed = proof.sign_request(
            key,
            proof.key_name(str(self.rsu), self.epoch),
            "POST",
            "/rsu/v1/journal",
            body,
            self._clock.now_ms(),
            self._clock.token(16).hex(),
        )
        told = {wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "Content-Type": wire.JOURNAL_TYPE}
        return start + 1, start + len(entries), body, told | signed


@contextmanager
def serving(cluster: DiskCluster, name: str) -> Iterator[http.client.HTTPConnection]:
    """The real server over the database ``name``, and a connection to it."""
    environment = os.environ | {
        "DATABASE_URL": cluster.url(APP_ROLE, name).render_as_string(hide_password=False),
        "DATABASE_MIGRATION_URL": cluster.url(OWNER_ROLE, name).render_as_string(hide_password=False),
    }
    with (cluster.home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "syncserver",
                "serve",
                "--home",
                str(cluster.home),
                "--listen",
                "127.0.0.1:0",
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
        )
        try:
            assert server.stdout is not None
            line = server.stdout.readline().decode()
            if "http://" not in line:
                raise RuntimeError(f"the server does not start: {(cluster.home / 'server.log').read_text()}")
            address = urlsplit(line.split()[-1])
            connection = http.client.HTTPConnection(
                address.hostname or "", address.port, timeout=REQUEST_S_MAX
            )
            yield connection
            connection.close()
        finally:
            server.terminate()
            server.wait(STOP_S_MAX)
            if server.stdout is not None:
                server.stdout.close()


def _send(connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str], verdict: str) -> None:
    connection.request("POST", "/rsu/v1/journal", body, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {data!r}")
    reply = msgspec.json.decode(data, type=wire.JournalReply)
    if reply.verdict != verdict:
        raise RuntimeError(f"{reply.verdict} instead of {verdict}: {reply.detail}")


class Copier:
    """Reads out what a batch became, and copies it into the same tables elsewhere."""

    def __init__(self, cluster: DiskCluster, source: str, target: str) -> None:
        self._source = cluster.connect(source)
        self._target = cluster.connect(target)
        self._target.execute("SET session_replication_role = replica")  # the rows come with their audit log
        self._target.execute("TRUNCATE audit_log")
        self._target.autocommit = False
        self._mark = 0
        self.skip()

    def skip(self) -> None:
        """What the audit log holds so far is of no batch."""
        found = self._source.execute("SELECT coalesce(max(id), 0) FROM audit_log").fetchone()
        assert found is not None
        self._mark = found[0]

    def read(self, rsu: UUID, first: int, last: int) -> dict[str, bytes]:
        """The rows of a batch in COPY's binary form, by table."""
        values = {"rsu": rsu, "first": first, "last": last, "audit": self._mark}
        read = {table: self._copy_out(query, values) for table, query in _TABLES.items()}
        self.skip()
        return read

    def _copy_out(self, query: str, values: dict[str, Any]) -> bytes:
        with (
            psycopg.ClientCursor(self._source) as cursor,
            cursor.copy(f"COPY ({cursor.mogrify(query, values)}) TO STDOUT (FORMAT BINARY)".encode()) as out,
        ):
            return b"".join(bytes(part) for part in out)

    def write(self, rows: dict[str, bytes]) -> None:
        """The same rows into the same tables, in one transaction."""
        with self._target.cursor() as cursor:
            for table, data in rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as into:
                    into.write(data)
        self._target.commit()

    def close(self) -> None:
        """Let go of both."""
        self._source.close()
        self._target.close()


def run(bench: Bench) -> Iterator[Figure]:
    """Every figure of the office."""
    with disk_cluster(bench.folder / "office") as cluster:
        place = Place(cluster.create("upload"), cluster.home)
        cluster.create("copied").close()
        try:
            event, package = place.event(EVENT_NUMBERS)
            senders = []
            for i in range(KIOSKS + WARM_UP_KIOSKS):
                bench.say(f"journalling {SALES} sales of kiosk {i + 1}")
                senders.append(Sender(place, event, package, f"Kiosk {i + 1}"))
            with serving(cluster, "upload") as connection:
                yield from _uploads(cluster, senders, connection, bench)
            bench.say("validating on line")
            yield _validation(place, senders)
        finally:
            place.office.database.close()


def _uploads(
    cluster: DiskCluster, senders: list[Sender], connection: http.client.HTTPConnection, bench: Bench
) -> Iterator[Figure]:
    copier = Copier(cluster, "upload", "copied")
    ours: list[float] = []
    floors: list[float] = []
    again: list[float] = []
    for number, sender in enumerate(senders):
        bench.say(f"uploading {SALES * TICKETS} tickets of kiosk {number + 1}")
        measured = number >= WARM_UP_KIOSKS
        for first, last, body, headers in sender.batches:
            took = seconds(lambda b=body, h=headers: _send(connection, b, h, "accepted"))  # type: ignore[misc]
            rows = copier.read(sender.rsu, first, last)
            floor = seconds(lambda r=rows: copier.write(r))  # type: ignore[misc]
            if measured and last - first + 1 == wire.BATCH_ENTRIES_MAX:
                ours.append(took)
                floors.append(floor)
        for first, last, body, headers in sender.batches:
            took = seconds(lambda b=body, h=headers: _send(connection, b, h, "duplicate"))  # type: ignore[misc]
            if measured and last - first + 1 == wire.BATCH_ENTRIES_MAX:
                again.append(took)
    copier.close()
    batches = ("rounds", float(len(ours)))
    tickets = len(ours) * wire.BATCH_ENTRIES_MAX / 2 * TICKETS
    yield Figure(
        name="upload_batch",
        value=median_ms(ours),
        floor=median_ms(floors),
        goal=Goal(2),
        more=(
            ("p99", p99_ms(ours)),
            ("floor_p99", p99_ms(floors)),
            ("total_ratio", sum(ours) / sum(floors)),
            batches,
        ),
    )
    yield Figure(
        name="upload_tickets",
        value=tickets / sum(ours),
        floor=PRETIX_POSITIONS_PER_S,
        unit="/s",
        goal=Goal(500, least=True),
        more=(batches,),
    )
    yield Figure(
        name="replay_batch",
        value=median_ms(again),
        floor=median_ms(ours),
        ratio_of="floor/value",
        goal=Goal(2, least=True),
        more=(("p99", p99_ms(again)), ("rounds", float(len(again)))),
    )


def _validation(place: Place, senders: list[Sender]) -> Figure:
    """A ticket asked about at the desk, in a transaction of its own."""
    office = place.office
    numbers = [one for sender in senders for one in sender.validations]
    step = max(1, len(numbers) // VALIDATIONS)
    asked = numbers[::step]
    at = -1

    def floor() -> None:
        nonlocal at
        at = (at + 1) % len(asked)
        with office.begin() as c:
            c.execute(text("SELECT 1"))

    def ours() -> None:
        with office.begin() as c:
            found = claims.validate(office, c, asked[at])
        assert found.verdict == "genuine", found

    floors, times = in_turn(len(asked), floor, ours, lambda: None)
    return Figure(
        name="validate_online_p99",
        value=p99_ms(times),
        floor=p99_ms(floors),
        goal=Goal(5, "value"),
        more=(("median", median_ms(times)), ("rounds", float(len(asked)))),
    )
