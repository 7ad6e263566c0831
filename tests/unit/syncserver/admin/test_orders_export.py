"""The export of orders needs no more memory for ten times the rows: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

from syncserver import sheets
from syncserver.app import create_app
from syncserver.db import APP_ROLE, Database
from tests.chains import Scene, open_scene
from tests.desk import at_desk
from tests.postgres import Cluster
from tests.server import StandingClock, log_in

FEW, MANY = 10_000, 100_000
GROWTH_KB_MAX = 15_000
"""Beyond it rows are kept somewhere: 90,000 rows of this list take ten times as much."""

_FILL = """
    INSERT INTO orders (id, validation_number, event_id, package_id, total_amount, currency, payment_status,
        ticket_count, source, payment_method, created_at)
    SELECT gen_random_uuid(), 'V' || lpad(n::text, 15, '0'), :event, :package, 1000, 'EUR', 'paid', 5, 'rsu', 'cash',
        now() + n * interval '1 millisecond'
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
"""
_CHILD = """
import resource, sys
from pathlib import Path
from shared.clock import SystemClock
from syncserver.app import create_app
from syncserver.db import Database, make_engine
from syncserver.office import furnish
from tests.server import log_in
url, home = sys.argv[1:]
app = create_app(furnish(Database(make_engine(url, 4), url, "tombola_app"), Path(home), SystemClock()))
browser = app.test_client()
assert log_in(browser, "auditor").status_code == 303
lines = 0
answer = browser.get("/admin/orders?as=csv", buffered=False)
assert answer.status_code == 200, answer.get_data(as_text=True)
for part in answer.response:
    lines += part.count(b"\\n")
print(lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def fill(database: Database, scene: Scene, first: int, last: int) -> None:
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        # As the owner, without the audit: what is measured is the reading.
        connection.execute(text("ALTER TABLE orders DISABLE TRIGGER USER"))
        connection.execute(
            text(_FILL), {"event": scene.event, "package": scene.package, "first": first, "last": last}
        )
        connection.execute(text("ALTER TABLE orders ENABLE TRIGGER USER"))
    owner.dispose()


def measured(postgres: Cluster, database: Database, scene: Scene) -> tuple[int, int]:
    """Lines of the export, and the peak of the memory of the process that sent it, in KB."""
    name = database.engine.url.database
    assert name is not None
    url = postgres.url(APP_ROLE, name).render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, url, str(scene.home)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines, peak = done.stdout.split()
    return int(lines), int(peak)


def test_ten_times_the_orders_are_exported_in_the_same_memory(
    postgres: Cluster, database: Database, tmp_path: Path
) -> None:
    """O5: rows are read through a cursor of the database's and sent as they come."""
    scene = open_scene(database, tmp_path)
    at_desk(scene)
    fill(database, scene, 1, FEW)
    few = measured(postgres, database, scene)
    fill(database, scene, FEW + 1, MANY)
    many = measured(postgres, database, scene)
    assert (few[0], many[0]) == (FEW + 1, MANY + 1)
    assert many[1] - few[1] < GROWTH_KB_MAX, (few, many)


def test_who_takes_an_export_too_slowly_holds_the_database_no_longer(
    database: Database, tmp_path: Path
) -> None:
    """O5: the answer breaks off, and its connection is free again, in no transaction."""
    scene = open_scene(database, tmp_path)
    at_desk(scene)
    fill(database, scene, 1, FEW)
    clock = StandingClock()
    browser = create_app(replace(scene.office, clock=clock)).test_client()
    assert log_in(browser, "auditor").status_code == 303
    pool = scene.office.database.engine.pool
    assert isinstance(pool, QueuePool)
    with browser.get("/admin/orders?as=csv", buffered=False) as answer:
        parts = iter(answer.response)
        next(parts)
        assert pool.checkedout() == 1
        clock.ahead_ms += sheets.WAIT_S_MAX * 1000 + 1
        with pytest.raises(TimeoutError, match="too slowly"):
            next(parts)
    assert pool.checkedout() == 0


def test_a_sheet_that_is_taken_too_slowly_breaks_off() -> None:
    """O5: who trickles for hours does not keep old rows from being cleared away; time spent on reading does not count."""
    clock = StandingClock()
    ended: list[bool] = []

    def made() -> Generator[str, None, None]:
        try:
            for row in range(5):
                clock.ahead_ms += sheets.WAIT_S_MAX * 1000
                yield f"{row}\r\n"
        finally:
            ended.append(True)

    reading = made()
    parts = sheets.paced(reading, clock)
    assert [next(parts), next(parts)] == [b"0\r\n", b"1\r\n"]
    clock.ahead_ms += sheets.WAIT_S_MAX * 1000
    assert next(parts) == b"2\r\n"
    clock.ahead_ms += 1
    with pytest.raises(TimeoutError, match="too slowly"):
        next(parts)
    reading.close()
    assert ended == [True]
