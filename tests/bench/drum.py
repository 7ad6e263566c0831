"""The drum: freezing and drawing from ten million numbers beside reading them once, and checking what came out.

The tickets are put into the real tables by the owner, triggers off, five to an order, from kiosks that are whole
to their cut. The draw itself runs in a process of its own, whose memory is looked at.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from shared import draw as fair
from shared.clock import SystemClock
from syncserver import draws, events, reconcile
from syncserver.db import APP_ROLE, OWNER_ROLE, SUPERUSER
from syncserver.office import furnish
from tests.bench.cluster import TICKETS, DiskCluster, Place, disk_cluster, open_at
from tests.bench.measure import Bench, Figure, Goal, in_turn, median_ms, p99_ms, seconds

LARGE, SMALL = 10_000_000, 100_000
BLOCK = 1_000_000
ROUNDS = 3
VERIFICATIONS = 200
MB = 1_000_000
CHILD_S_MAX = 600
CHUNK = 1_000_000

_READ = (
    "SELECT string_agg(int4send(n), ''::bytea), max(n) FROM (SELECT draw_number AS n FROM tickets "
    "WHERE event_id = %s AND state = 'sold' AND draw_number > %s ORDER BY draw_number LIMIT %s) AS part"
)
_ORDERS = """
    INSERT INTO orders (id, validation_number, event_id, package_id, rsu_id, rsu_allocation_id, total_amount, currency,
        payment_status, ticket_count, source, is_offline_sale, offline_sync_status, offline_created_at, epoch,
        journal_seq, sale_id, line_no)
    SELECT (%(mark)s || lpad(to_hex(i), 12, '0'))::uuid, %(mark)s || i, %(event)s, %(package)s, %(rsu)s, %(allocation)s,
        1000, 'EUR', 'paid', %(tickets)s, 'rsu', true, 'synced', now(), %(epoch)s, i * 2, gen_random_uuid(), 0
    FROM generate_series(%(first)s / %(tickets)s, (%(last)s - 1) / %(tickets)s) i
"""
_TICKETS = """
    INSERT INTO tickets (id, event_id, draw_number, state, order_id, sold_at)
    SELECT (%(mark)s || lpad(to_hex(n), 12, '0'))::uuid, %(event)s, n, 'sold',
        (%(mark)s || lpad(to_hex((n - 1) / %(tickets)s), 12, '0'))::uuid, now()
    FROM generate_series(%(first)s, %(last)s) n
"""
_INDEXES = (
    ("idx_tickets_event_state", "tickets (event_id, state)"),
    ("idx_tickets_order", "tickets (order_id)"),
    ("idx_orders_event", "orders (event_id)"),
    ("idx_orders_payment_status", "orders (payment_status)"),
)


def fill(cluster: DiskCluster, place: Place, name: str, sizes: tuple[int, ...], bench: Bench) -> list[UUID]:
    """Events of so many sold tickets each, closed, whole and confirmed."""
    filled = []
    with cluster.connect(name) as owner:
        owner.execute("SET session_replication_role = replica")  # no triggers: this is filling, not selling
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET maintenance_work_mem = '512MB'")
        for index, _ in _INDEXES:
            owner.execute(f"DROP INDEX {index}".encode())
        for number, size in enumerate(sizes, start=1):
            event, package = place.event(size)
            filled.append(event)
            for first in range(1, size + 1, BLOCK):
                bench.say(f"filling {size} tickets: {first - 1}")
                _fill_block(owner, place, event, package, number, first, min(size, first + BLOCK - 1))
        bench.say("indexing")
        for index, on in _INDEXES:
            owner.execute(f"CREATE INDEX {index} ON {on}".encode())
        owner.execute("SELECT recount_sums()")
        owner.execute("VACUUM (ANALYZE) orders")
        owner.execute("VACUUM (ANALYZE) tickets")
        owner.execute("CHECKPOINT")
    office, user = place.office, place.user
    for event in filled:
        with office.begin(user) as c:
            events.close(office, c, event, user)
            reconcile.acknowledge_voids(c, event, user)
        with office.begin(user) as c:
            reconcile.confirm(office, c, event, user)
    return filled


def _fill_block(
    owner: Any, place: Place, event: UUID, package: UUID, number: int, first: int, last: int
) -> None:
    """A kiosk that sold the whole of its block and cut its chain."""
    rsu, enrolment, _ = place.kiosk(f"Kiosk {number}-{first}")
    place.block(rsu, enrolment.epoch, event, last - first + 1)
    (allocation,) = owner.execute("SELECT id FROM rsu_allocations WHERE rsu_id = %s", (rsu,)).fetchone()
    values = {
        "mark": f"0000000{number}-0000-7000-8000-",
        "event": event,
        "package": package,
        "rsu": rsu,
        "allocation": allocation,
        "epoch": enrolment.epoch,
        "tickets": TICKETS,
        "first": first,
        "last": last,
    }
    owner.execute(_ORDERS, values)
    owner.execute(_TICKETS, values)
    owner.execute(
        "INSERT INTO rsu_cuts (rsu_id, epoch, event_id, cut_id, seq, at_ms) "
        "SELECT %s, %s, event_id, id, 999999, 0 FROM event_cuts WHERE event_id = %s",
        (rsu, enrolment.epoch, event),
    )


# In a process of its own ----------------------------------------------------------------------------


def child(told: dict[str, Any]) -> None:
    """Read once and draw, in turn; the times, the peak of memory and the last bundle on stdout."""
    database = open_at(make_url(told["application"]), make_url(told["owner"]))
    office = furnish(database, Path(told["home"]), SystemClock())
    event, user = UUID(told["event"]), UUID(told["user"])

    def read() -> None:
        last = 0
        with office.begin() as c:
            cursor = c.connection.cursor()
            while True:
                cursor.execute(_READ, (event, last, CHUNK))
                found = cursor.fetchone()
                if found is None or found[0] is None:
                    return
                last = found[1]

    def forget(drawn: UUID) -> None:
        """No person could: the owner of the database takes the draw back, so that it can be measured again."""
        with psycopg.connect(told["superuser"]) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("DELETE FROM draw_results WHERE draw_execution_id = %s", (drawn,))
            owner.execute("DELETE FROM draw_pools WHERE draw_execution_id = %s", (drawn,))
            owner.execute("DELETE FROM draw_executions WHERE id = %s", (drawn,))

    drawn: list[UUID] = []

    def draw() -> None:
        drawn.append(draws.draw_now(office, event, user))

    floors, ours = [], []
    bundle = b""
    for _ in range(told["rounds"]):
        floors.append(seconds(read))
        ours.append(seconds(draw))
        with office.begin(user) as c:
            bundle = draws.bundle(c, drawn[-1], official_only=False) or b""
        forget(drawn[-1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"floors": floors, "ours": ours, "peak": peak, "bundle": bundle.decode()}))
    database.close()


def _measure(cluster: DiskCluster, place: Place, name: str, event: UUID, rounds: int) -> dict[str, Any]:
    told = {
        "application": cluster.url(APP_ROLE, name).render_as_string(hide_password=False),
        "superuser": cluster.plain(SUPERUSER, name),
        "owner": cluster.url(OWNER_ROLE, name).render_as_string(hide_password=False),
        "home": str(cluster.home),
        "event": str(event),
        "user": str(place.user),
        "rounds": rounds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.drum"],
        input=json.dumps(told),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=CHILD_S_MAX,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(bench: Bench) -> Iterator[Figure]:
    """Every figure of the draw."""
    with disk_cluster(bench.folder / "drum") as cluster:
        place = Place(cluster.create("drum"), cluster.home)
        try:
            large, small = fill(cluster, place, "drum", (LARGE, SMALL), bench)
            bench.say(f"drawing from {SMALL}")
            few = _measure(cluster, place, "drum", small, ROUNDS * 3)
            bench.say(f"drawing from {LARGE}")
            many = _measure(cluster, place, "drum", large, ROUNDS)
        finally:
            place.office.database.close()
    rounds = ("rounds", float(ROUNDS))
    ours, floor = statistics.median(many["ours"]), statistics.median(many["floors"])
    yield Figure(name="draw_10m", value=ours, floor=floor, unit="s", goal=Goal(1.3), more=(rounds,))
    yield Figure(name="draw_10m_memory", value=many["peak"] / MB, unit="MB", goal=Goal(200, "value"))
    yield Figure(
        name="draw_per_ticket_10m_to_100k",
        value=ours / LARGE * 1e9,
        floor=statistics.median(few["ours"]) / SMALL * 1e9,
        unit="ns",
        goal=Goal(1.2),
        more=(rounds,),
    )
    data = many["bundle"].encode()

    def verify() -> None:
        report = fair.verify(data)
        assert report.ok, report.problems

    floors, times = in_turn(VERIFICATIONS, lambda: json.loads(data), verify, lambda: None)
    yield Figure(
        name="verify_bundle",
        value=median_ms(times),
        floor=median_ms(floors),
        goal=Goal(20, "value"),
        more=(("p99", p99_ms(times)), ("bytes", float(len(data))), ("rounds", float(VERIFICATIONS))),
    )


if __name__ == "__main__":
    child(json.load(sys.stdin))
