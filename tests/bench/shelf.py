"""The shelf: finding, exporting, reporting and watching a million orders, beside the least the database needs for it.

The orders are put into the real tables by the owner, triggers off, one ticket each, from ten kiosks; the sums that the
dashboard reads are made of them as an upload's trigger does. The pages are the office's own, in this process.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from syncserver import auth
from syncserver.app import create_app
from syncserver.reports import REPORTS
from tests.bench.cluster import DiskCluster, Place, disk_cluster
from tests.bench.measure import MS_PER_S, Bench, Figure, Goal, in_turn, median_ms, p99_ms, seconds
from tests.server import PASSWORD, log_in

ORDERS = 1_000_000
KIOSKS = 10
EACH = ORDERS // KIOSKS
FINDS = 200
LOOKS = 20
EXPORTED = 100_000
WARM_UP_ROWS = 5_000
ROUNDS = 3
WAIT_MS_MAX = 500
"""What a person may wait for a page."""
MB = 1_000_000
MEMORY_MB_MAX = 10
PAGE_LOOKS = 5
PAGES = {
    "reconcile_1m": ("reconcile",),
    "blocks_1m": ("blocks",),
    "reports_1m": tuple(f"reports/{key}" for key in REPORTS),
    "numbers_1m": ("numbers",),
}
"""Figures of pages of an event, by name."""
MARK = "00000001-0000-7000-8000-"
"""The ids of these orders begin so and end in their number."""

_ORDERS = """
    INSERT INTO orders (id, validation_number, event_id, package_id, rsu_id, rsu_allocation_id, total_amount, currency,
        payment_status, ticket_count, source, is_offline_sale, offline_sync_status, offline_created_at, created_at,
        epoch, journal_seq, sale_id, line_no, payment_method)
    SELECT (%(mark)s || lpad(to_hex(i), 12, '0'))::uuid, '1Z' || lpad(i::text, 14, '0'), %(event)s, %(package)s, %(rsu)s,
        %(allocation)s, 1000, 'EUR', 'paid', 1, 'rsu', true, 'synced', now() - i * interval '30 ms',
        now() - i * interval '30 ms', %(epoch)s, i * 2, gen_random_uuid(), 0, 'cash'
    FROM generate_series(%(first)s::integer, %(last)s) i
"""
_TICKETS = """
    INSERT INTO tickets (event_id, draw_number, state, order_id, sold_at)
    SELECT %(event)s, i, 'sold', (%(mark)s || lpad(to_hex(i), 12, '0'))::uuid, now()
    FROM generate_series(%(first)s::integer, %(last)s) i
"""
_SUMS = "SELECT recount_sums()"
_COPY = (
    "COPY (SELECT o.*, e.name, r.name AS unit FROM orders o JOIN raffle_events e ON e.id = o.event_id "
    f"JOIN rsus r ON r.id = o.rsu_id ORDER BY o.created_at DESC, o.id DESC LIMIT {EXPORTED}) TO STDOUT (FORMAT CSV)"
)


def _fill(cluster: DiskCluster, place: Place, event: UUID, package: UUID, bench: Bench) -> None:
    """A million orders of ten kiosks, and the sums that follow from them."""
    with cluster.connect("shelf") as owner:
        owner.execute("SET session_replication_role = replica")  # no triggers: this is filling, not selling
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET maintenance_work_mem = '512MB'")
        found = owner.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('orders', 'tickets') "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in found:
            owner.execute(f"DROP INDEX {name}".encode())
        for number in range(KIOSKS):
            bench.say(f"filling {ORDERS} orders: {number * EACH}")
            rsu, enrolment, _ = place.kiosk(f"Kiosk {number}")
            place.block(rsu, enrolment.epoch, event, EACH)
            (allocation,) = _one(owner, "SELECT id FROM rsu_allocations WHERE rsu_id = %s", rsu)
            values = {
                "mark": MARK,
                "event": event,
                "package": package,
                "rsu": rsu,
                "allocation": allocation,
                "epoch": enrolment.epoch,
                "first": number * EACH + 1,
                "last": (number + 1) * EACH,
            }
            owner.execute(_ORDERS, values)
            owner.execute(_TICKETS, values)
        bench.say("indexing")
        for _, definition in found:
            owner.execute(definition.encode())
        owner.execute(_SUMS)
        owner.execute("VACUUM (ANALYZE)")
        owner.execute("CHECKPOINT")


def _one(owner: Any, query: str, value: object) -> Any:
    return owner.execute(query, (value,)).fetchone()


def run(bench: Bench) -> Iterator[Figure]:
    """Every figure of the shelf."""
    with disk_cluster(bench.folder / "shelf") as cluster:
        place = Place(cluster.create("shelf"), cluster.home)
        try:
            event, package = place.event(ORDERS)
            with place.office.begin() as c:
                auth.create_user(c, place.organisation, "admin", "Ada", PASSWORD, "admin")
            _fill(cluster, place, event, package, bench)
            browser = create_app(place.office).test_client()
            assert log_in(browser, "admin").status_code == 303
            bench.say(f"finding {FINDS} orders")
            yield _finding(place, browser)
            yield _nothing(place, browser)
            bench.say("looking at the dashboard")
            yield _dashboard(place, browser, event)
            for name, addresses in PAGES.items():
                bench.say(f"opening {name}")
                yield _pages(place, browser, event, name, addresses)
            bench.say(f"exporting {EXPORTED} orders, {ROUNDS} times")
            yield _export(cluster, browser)
            bench.say(f"exporting {ORDERS} orders")
            yield _export_memory(browser)
        finally:
            place.office.database.close()


def _page(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.text


def resident_bytes() -> int:
    """What this process holds in memory (proc(5), statm)."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _asking(place: Place, query: str, values: Callable[[], dict[str, object]]) -> Callable[[], None]:
    """The one statement that answers the question, in a transaction of its own."""

    def ask() -> None:
        with place.office.begin() as c:
            c.execute(text(query), values()).all()

    return ask


def _finding(place: Place, browser: FlaskClient) -> Figure:
    """The page that a draw number finds, among a million; each time another."""
    step, at = ORDERS // FINDS, 0

    def ours() -> None:
        number = at * step + 1
        assert f"/admin/orders/{MARK}{number:012x}" in _page(browser, f"/admin/orders?q={number}")

    def following() -> None:
        nonlocal at
        at += 1

    floor = _asking(
        place,
        "SELECT o.* FROM tickets t JOIN orders o ON o.id = t.order_id WHERE t.event_id IN "
        "(SELECT id FROM raffle_events) AND t.draw_number = :number",
        lambda: {"number": at * step + 1},
    )
    floors, times = in_turn(FINDS, floor, ours, following)
    return Figure(
        name="find_order_1m",
        value=median_ms(times),
        floor=median_ms(floors),
        goal=Goal(WAIT_MS_MAX, "value"),
        more=(("p99", p99_ms(times)), ("rounds", float(FINDS))),
    )


def _nothing(place: Place, browser: FlaskClient) -> Figure:
    """The page of what is nowhere: it must not read them all to know."""

    def ours() -> None:
        assert "nowhere-at-all" in _page(browser, "/admin/orders?q=nowhere-at-all")

    floor = _asking(place, "SELECT id FROM orders WHERE payment_reference = 'nowhere-at-all'", dict)
    floors, times = in_turn(LOOKS, floor, ours, lambda: None)
    return Figure(
        name="find_nothing_1m",
        value=median_ms(times),
        floor=median_ms(floors),
        goal=Goal(WAIT_MS_MAX, "value"),
        more=(("p99", p99_ms(times)), ("rounds", float(LOOKS))),
    )


def _dashboard(place: Place, browser: FlaskClient, event: UUID) -> Figure:
    """What the dashboard fetches, beside adding up the sums that it shows."""

    def ours() -> None:
        _page(browser, f"/admin/live/now?event={event}")

    floor = _asking(
        place,
        "SELECT minute, sum(orders), sum(amount) FROM sales_minutes WHERE event_id = :event GROUP BY 1",
        lambda: {"event": event},
    )
    floors, times = in_turn(LOOKS, floor, ours, lambda: None)
    return Figure(
        name="dashboard_1m",
        value=median_ms(times),
        floor=median_ms(floors),
        goal=Goal(WAIT_MS_MAX, "value"),
        more=(("p99", p99_ms(times)), ("rounds", float(LOOKS))),
    )


def _pages(place: Place, browser: FlaskClient, event: UUID, name: str, addresses: tuple[str, ...]) -> Figure:
    """Pages about an event with all these orders; of several the slowest."""
    floor = _asking(
        place,
        "SELECT payment_status, sum(orders), sum(orders * price) FROM order_sums WHERE event_id = :event GROUP BY 1",
        lambda: {"event": event},
    )
    slowest: tuple[float, float, float] = (0, 0, 0)
    for address in addresses:

        def ours(page: str = f"/admin/events/{event}/{address}") -> None:
            _page(browser, page)

        ours()
        floors, times = in_turn(PAGE_LOOKS, floor, ours, lambda: None)
        slowest = max(slowest, (median_ms(times), median_ms(floors), p99_ms(times)))
    return Figure(
        name=name,
        value=slowest[0],
        floor=slowest[1],
        goal=Goal(WAIT_MS_MAX, "value"),
        more=(("slowest_ms", slowest[2]), ("rounds", float(PAGE_LOOKS))),
    )


def _read(browser: FlaskClient, rows: int) -> int:
    """Reads so many rows of the list of orders as CSV and breaks off; the most memory that the process held, in bytes."""
    answer = browser.get("/admin/orders?as=csv", buffered=False)
    found, most = 0, 0
    for part in answer.iter_encoded():
        found += part.count(b"\r\n")
        most = max(most, resident_bytes())
        if found > rows:
            break
    answer.close()
    assert found > rows, found
    return most


def _export(cluster: DiskCluster, browser: FlaskClient) -> Figure:
    """The list of all orders as CSV, in the sending process, until so many rows came; beside COPY of them."""
    _read(browser, WARM_UP_ROWS)
    with cluster.connect("shelf") as connection, connection.cursor() as cursor:

        def floor() -> None:
            with cursor.copy(_COPY.encode()) as out:
                for _ in out:
                    pass

        floors, times = [], []
        for _ in range(ROUNDS):
            floors.append(seconds(floor))
            times.append(seconds(lambda: _read(browser, EXPORTED)))
    ours = statistics.median(times)
    return Figure(
        name="export_100k",
        value=ours * MS_PER_S,
        floor=median_ms(floors),
        goal=Goal(5),
        more=(("rows_per_s", EXPORTED / ours), ("rounds", float(ROUNDS))),
    )


def _export_memory(browser: FlaskClient) -> Figure:
    """How much more memory the sending process holds at most while it sends a million rows than before it began."""
    _read(browser, WARM_UP_ROWS)
    before = resident_bytes()
    grown = _read(browser, ORDERS - 1) - before
    return Figure(
        name="export_1m_memory",
        value=max(0, grown) / MB,
        unit="MB",
        goal=Goal(MEMORY_MB_MAX, "value"),
        more=(("before_mb", before / MB),),
    )
