"""Reports: streamed, to the cent, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from shared import draw as fair
from syncserver import draws, reconcile, reports
from syncserver.db import Database
from tests.chains import PRICE, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def test_the_reports_agree_with_what_was_sold_to_the_cent(scene: Scene, tmp_path: Path) -> None:
    """O3: totals agree with the journal."""
    kiosk, other = scene.kiosk("=cmd|North"), scene.kiosk("South")
    sold = [kiosk.sell() for _ in range(15)]
    other.sell()
    kiosk.void(sold[0].lines[0])
    for one in (kiosk, other):
        one.send_all()
    with scene.office.begin() as c:
        orders = list(csv.DictReader(io.StringIO("".join(reports.orders_csv(c, scene.event)))))
        everything = "".join(reports.orders_csv(c))
        tickets = list(csv.DictReader(io.StringIO("".join(reports.tickets_csv(c, scene.event)))))
        summary = reports.summary(c, scene.event)
    assert len(orders) == 16
    assert everything.count("\n") == 17
    assert sum(int(row["amount"]) for row in orders if row["payment_status"] == "paid") == 15 * PRICE
    assert {row["rsu"] for row in orders} == {"'=cmd|North", "South"}
    assert list(tickets[0]) == list(reports.TICKET_COLUMNS)
    assert [row["state"] for row in tickets].count("void") == 5
    assert [int(row["draw_number"]) for row in tickets] == sorted(int(row["draw_number"]) for row in tickets)
    assert summary["total"] == {
        "orders": 15,
        "tickets": 75,
        "amount": 15 * PRICE,
        "voids": 1,
        "voided": PRICE,
    }
    assert summary["tickets"] == {"sold": 75, "void": 5}
    assert summary["sales_total"] == 15 * PRICE
    assert [row["amount"] for row in summary["by_rsu"]] == [14 * PRICE, PRICE]


def test_the_published_pool_is_what_the_verifier_reads(scene: Scene, tmp_path: Path) -> None:
    kiosk = scene.kiosk(blocks=2_000)
    for _ in range(300):
        kiosk.sell()
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    path = tmp_path / "pool.csv"
    with scene.office.begin() as c:
        path.write_text("".join(reports.pool_csv(c, draw)))
        bundle = draws.bundle(c, draw, official_only=False)
    assert bundle is not None
    assert fair.verify(bundle, [fair.read_pool(path)]).ok
