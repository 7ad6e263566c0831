"""A program is replaced in the midst of a season: what the old one journalled is all there, and all arrives."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.store import DATABASE, IDENTITY, SCHEMA, Row, Store
from kiosk.till import BasketLine
from shared import entry, sale, wire
from shared.errors import Refused
from tests.unit.kiosk.paper_office import (
    EVENT,
    OPERATOR,
    SMALL,
    Kiosk,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    open_desk,
    open_kiosk,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "kiosk"
SALES = 5_000
NEWER_FIELDS = {
    "sale": ("age_checked", "customer", "self_service"),
    "voided": ("approved_by", "returned", "currency"),
    "reprinted": ("approved_by",),
}
"""What the first programs did not state."""


def as_first_stated(kiosk: Kiosk) -> list[Row]:
    """The kiosk's chain as the first program would have written it."""
    rows, digest = [], entry.GENESIS
    for row in all_rows(kiosk.store):
        found = entry.read(row.data)
        body = json.loads(found.body)
        for name in NEWER_FIELDS.get(found.header.kind, ()):
            body.pop(name, None)
        body.get("payment", {}).pop("card", None)
        header = json.loads(row.data.partition(b"\n")[0]) | {"prev": digest.hex()}
        data = b"\n".join(
            json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            for part in (header, body)
        )
        digest = hashlib.sha256(data).digest()
        rows.append(Row(row.seq, data, entry.sign(kiosk.identity.key, data), digest))
    return rows


def all_rows(store: Store) -> list[Row]:
    rows: list[Row] = []
    while more := store.entries(len(rows), 1_000):
        rows += more
    return rows


def old_folder(kiosk: Kiosk, folder: Path, schema: Path) -> list[Row]:
    """A data folder of this schema with all that the kiosk has journalled; its rows."""
    folder.mkdir()
    shutil.copy(kiosk.store.folder / IDENTITY, folder)
    rows = as_first_stated(kiosk)
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.executescript(schema.read_text())
        connection.executemany(
            "INSERT INTO journal (seq, data, signature, hash) VALUES (?, ?, ?, ?)",
            [(r.seq, r.data, r.signature, r.hash) for r in rows],
        )
        connection.executemany("INSERT INTO blocks VALUES (?, ?)", kiosk.store.secrets().items())
        kept = {key: kiosk.store.get(key) for key in ("catalog", "catalog_signature", "catalog_etag")}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", kept.items())
    connection.close()
    return rows


@pytest.mark.parametrize("schema", sorted(GOLDEN.glob("schema_*.sql")), ids=lambda path: path.stem)
def test_an_old_folder_with_ten_thousand_unsynced_entries_loses_none(tmp_path: Path, schema: Path) -> None:
    """K15: upgrade from every released schema with 10,000 unsynced entries: none lost, and all of it uploads."""
    office, clock = PaperOffice(), SetClock()
    office.grant(SALES + 10)
    offered = event(policies=wire.Policies(unsynced_max=3 * SALES))
    made = open_kiosk(tmp_path / "made", office, clock)
    made.take(offered)
    for i in range(SALES):
        made.till.complete(str(UUID(int=i + 1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
        made.print_all()
    rows = old_folder(made, tmp_path / "old", schema)
    sold = set(made.till.ledger.sales)
    made.close()
    assert len(rows) > 2 * SALES

    server = PaperServer(office, clock)
    server.catalog = office.catalog(offered)
    desk, alone = open_desk(tmp_path / "old", server)
    assert desk.is_open, desk.view()["blocked"]
    assert set(desk.till.ledger.sales) == sold
    assert len(desk.till.ledger.unsynced) == SALES
    with sqlite3.connect(tmp_path / "old" / DATABASE) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    connection.close()
    clock.go(10_000)
    while desk.idle():
        pass
    assert desk.view()["screen"] != "blocked"
    receipt = desk.till.complete(str(UUID(int=SALES + 1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    used = {n for r in rows for n in numbers_of(r)}
    assert used.isdisjoint(n for r in receipt.tickets[0].line.ranges for n in r.numbers())
    assert alone.uplink is not None
    for _ in range(40):
        alone.hurry()
        alone.uplink.step()
    assert desk.till.acknowledged == desk.till.journal.head.seq
    assert server.office.chain[: len(rows)] == [row.data for row in rows]
    alone.close()
    desk.close()


def numbers_of(row: Row) -> list[int]:
    found = entry.read(row.data)
    if found.header.kind != "sale":
        return []
    body = sale.decode(found.body)
    assert isinstance(body, sale.Sale)
    return [n for r in sale.all_ranges(body.lines) for n in r.numbers()]


def test_the_schema_of_today_is_the_next_upgrades_test() -> None:
    """K15: whoever raises the schema keeps the one before it in the golden files."""
    held = {int(path.stem.rpartition("_")[2]) for path in GOLDEN.glob("schema_*.sql")}
    assert set(range(1, SCHEMA)) | {1} <= held


def test_an_older_program_says_that_it_is_older_and_leaves_all_as_it_is(tmp_path: Path) -> None:
    """K15: downgrade refused with a sentence, on the screen and by every tool."""
    made = open_kiosk(tmp_path / "k", PaperOffice(), SetClock())
    made.close()
    connection = sqlite3.connect(tmp_path / "k" / DATABASE)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    before = (tmp_path / "k" / DATABASE).read_bytes()
    with pytest.raises(Refused) as refused:
        Store(tmp_path / "k")
    assert refused.value.code == "newer_data"
    assert refused.value.hint.startswith("Install the newer program again")
    desk, alone = open_desk(tmp_path / "k", PaperServer(made.office, made.clock))
    view = desk.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "newer_data")
    assert view["blocked"]["title"] == "This program is too old"
    assert not view["blocked"]["can_retry"]
    alone.close()
    desk.close()
    assert (tmp_path / "k" / DATABASE).read_bytes() == before
