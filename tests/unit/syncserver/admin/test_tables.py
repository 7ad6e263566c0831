"""Lists: pages that follow keys, sorting with gaps in the column, filters, and exports that need no memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from flask import Flask, g
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    column,
    select,
    text,
    values,
)

from shared.clock import SystemClock
from syncserver import auth, events
from syncserver import models as m
from syncserver.admin import tables
from syncserver.admin.tables import Column, Table
from syncserver.db import Database
from syncserver.office import Office, furnish

K = m.critical_events
CODES = ("a", "b", "c")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return furnish(database, tmp_path, SystemClock())


@pytest.fixture
def app(office: Office) -> Flask:
    """Flask with one address, in the name of somebody."""
    with office.begin() as c:
        club = events.create_organisation(c, "Club", "EUR")
        somebody = auth.create_user(c, club, "ada", "Ada", None, "admin")
    made = Flask(__name__)
    made.extensions["tombola"] = office
    made.add_url_rule("/list/<int:of>", "list", lambda of: f"{of}")

    def enter() -> None:
        g.account = auth.Account(somebody, "Ada", "ada", club, "Club", "EUR", "admin")

    made.before_request(enter)
    return made


def table(**changes: Any) -> Table:
    """A list of critical events, three to a page."""
    values: dict[str, Any] = {
        "name": "events",
        "title": "Events",
        "columns": (
            Column("timestamp", "When", "time", by=K.c.timestamp, nulls=False),
            Column("event_type", "Code", by=K.c.event_type),
            Column("description", "What", by=K.c.description, lead=True),
        ),
        "key": K.c.id,
        "order": "-timestamp",
        "filters": (
            tables.choice("code", "Code", K.c.event_type, [(one, one) for one in CODES]),
            tables.search("text", "Text", K.c.description),
            tables.since("from", "From", K.c.timestamp, "Europe/Berlin"),
            tables.until("to", "To", K.c.timestamp, "Europe/Berlin"),
        ),
        "rows": 3,
    }
    return Table(**(values | changes))


def fill(office: Office, count: int, *, gaps: bool = False) -> None:
    with office.begin() as c:
        c.execute(
            text("""INSERT INTO critical_events (event_type, severity, description, timestamp)
            SELECT substr('abc', n % 3 + 1, 1), 'INFO', CASE WHEN :gaps AND n % 4 = 0 THEN NULL ELSE 'no ' || n % 5 END,
                   timestamptz '2026-05-01 10:00+00' + n / 2 * interval '1 minute'
            FROM generate_series(1, :count) n"""),
            {"count": count, "gaps": gaps},
        )


def read(app: Flask, address: str, this: Table, query: Select[Any] | None = None) -> tables.Shown:
    with app.test_request_context(address):
        app.preprocess_request()
        with auth.office().begin() as c:
            return tables.read(c, this, select(K) if query is None else query)


def walk(app: Flask, address: str, this: Table, way: str) -> tuple[list[list[Any]], str]:
    """The pages from here on by the links that lead on, as ids; and the last page's address."""
    pages = []
    while True:
        shown = read(app, address, this)
        pages.append([row.id for row in shown.rows])
        place = shown.older if way == "after" else shown.newer
        if not place:
            return pages, address
        with app.test_request_context(address):
            address = shown.link(**{way: place})


@pytest.mark.parametrize(
    "sort", ["", "timestamp", "event_type", "-event_type", "description", "-description"]
)
def test_pages_follow_each_other_and_back_with_every_row_once(app: Flask, office: Office, sort: str) -> None:
    """O2: whatever it is sorted by, with equal values and with none at all."""
    fill(office, 20, gaps=True)
    this = table()
    forth, last = walk(app, f"/list/1?sort={sort}", this, "after")
    every = [one for page in forth for one in page]
    assert len(every) == len(set(every)) == 20
    assert [len(page) for page in forth] == [3] * 6 + [2]
    back, _ = walk(app, last, this, "before")
    assert [one for page in reversed(back) for one in page] == every
    whole = read(app, f"/list/1?sort={sort}", table(rows=100)).rows
    assert [row.id for row in whole] == every
    key = (sort or "-timestamp").removeprefix("-")
    values = [getattr(row, key) for row in whole]
    there = [value for value in values if value is not None]
    assert values[: len(there)] == there
    assert there == sorted(there, reverse=(sort or "-timestamp").startswith("-"))


def test_filters_hold_together_and_stay_in_the_links(app: Flask, office: Office) -> None:
    """O4: choice, text and time, as the clock of the place shows it; what is no value is as if not asked."""
    fill(office, 60)
    this = table()
    shown = read(app, "/list/1?code=b&text=NO%203&from=2026-05-01T12:05&to=2026-05-01T12:20", this)
    assert shown.count == 2
    assert {(row.event_type, row.description) for row in shown.rows} == {("b", "no 3")}
    shown = read(app, "/list/1?code=b&sort=event_type", this)
    with app.test_request_context("/list/1?code=b&sort=event_type"):
        asked = dict(parse_qsl(urlsplit(shown.link(after="x")).query))
    assert asked == {"code": "b", "sort": "event_type", "after": "x"}
    for nonsense in (
        "code=zz",
        "from=soon",
        "to=0001-01-01T00:00",
        "sort=id",
        "after=1",
        "before=%27",
        "text=",
    ):
        assert read(app, f"/list/1?{nonsense}", this).count == 60
    assert read(app, "/list/1?text=%25", this).count == 0


def test_an_export_is_what_the_list_shows_and_runs_no_formula(app: Flask, office: Office) -> None:
    """O3: all rows of it, not a page; what a spreadsheet would run is text."""
    fill(office, 20)
    with office.begin() as c:
        c.execute(K.insert().values(event_type="b", severity="INFO", description="=1+1"))
    with app.test_request_context("/list/1?as=csv&code=b&sort=description"):
        app.preprocess_request()
        assert tables.asked_csv(table())
        answer = tables.export(table(), select(K))
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert rows[0] == ["When", "Code", "What"]
    assert {row[1] for row in rows[1:]} == {"b"}
    assert len(rows) == 1 + 7 + 1
    assert "'=1+1" in {row[2] for row in rows}
    assert rows[1][0].endswith("+00:00")


def test_an_export_of_many_rows_needs_the_memory_of_a_few(app: Flask, office: Office) -> None:
    """O5: a server-side cursor; a hundred thousand rows take hardly more than ten thousand do."""
    fill(office, 100_000)
    with app.test_request_context("/list/1?as=csv"):
        app.preprocess_request()
        answer = tables.export(table(), select(K))
        tracemalloc.start()
        size = sum(len(part) for part in answer.response)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        answer.close()
    assert size > 3_000_000
    assert most < 8_000_000


_TEXTS = (
    "",
    None,
    "plain",
    "=1+1",
    "-2",
    "@x",
    "\tx",
    'a "quoted" one',
    "a,b",
    "two\nlines",
    "two\r\nlines",
    "Łódź",
    "%s %",
    "\\.",
)
_AMOUNTS = (0, None, 5, 1_050, -1_234, 2**40)
_CURRENCIES = ("EUR", "JPY", "BHD", "XXX", "ZZZ", "CLF")
_ZONES = (
    None,
    "Europe/Rome",
    "Nowhere/At_All",
    "America/St_Johns",
    "UTC",
    "Asia/Kathmandu",
    "America/New_York",
)
_MOMENTS = (
    None,
    datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2099, 12, 31, 23, 30, tzinfo=UTC),
)


def test_the_database_writes_an_export_as_python_would(app: Flask) -> None:
    """O5: amounts, moments in any zone, quotes and formulas are the same to the byte, whichever of both writes them."""
    here = values(
        column("id", Integer),
        column("key", Uuid),
        column("said", Text),
        column("sold", BigInteger),
        column("currency", Text),
        column("at", DateTime(timezone=True)),
        column("timezone", Text),
        column("test", Boolean),
        name="made",
    ).data(
        [
            (
                n,
                UUID(int=n) if n % 3 else None,
                _TEXTS[n % len(_TEXTS)],
                _AMOUNTS[n % len(_AMOUNTS)],
                _CURRENCIES[n % len(_CURRENCIES)],
                _MOMENTS[n % len(_MOMENTS)],
                _ZONES[n % len(_ZONES)],
                (True, False, None)[n % 3],
            )
            for n in range(700)
        ]
    )
    kinds = {"id": "count", "key": "text", "said": "text", "sold": "money", "at": "time", "test": "text"}

    def exported(by_python: bool) -> bytes:
        columns = tuple(
            Column(name, name, kind, value=(lambda row, of=name: getattr(row, of)) if by_python else None)  # type: ignore[arg-type,misc]
            for name, kind in kinds.items()
        )
        this = Table("made", "Made", columns, key=here.c.id)
        with app.test_request_context("/list/1?as=csv"):
            app.preprocess_request()
            return tables.export(this, select(here)).get_data()

    written = exported(by_python=False)
    assert written == exported(by_python=True)
    assert len(list(csv.reader(io.StringIO(written.decode(), newline="")))) == 701


def test_a_list_that_was_worked_out_is_paged_sorted_and_narrowed_too(app: Flask) -> None:
    """O6: the board of kiosks, say."""

    class One:
        def __init__(self, name: str | None, n: int) -> None:
            self.name, self.n = name, n

    rows = [One(f"K{n % 7}" if n % 5 else None, n) for n in range(10)]
    this = Table(
        "k", "Kiosks", (Column("name", "Name"), Column("n", "Number", "count")), order="name", rows=4
    )
    with app.test_request_context("/list/1?sort=-n"):
        assert [one.n for one in tables.listed(this, rows).rows] == [9, 8, 7, 6]
    with app.test_request_context("/list/1?after=8"):
        shown = tables.listed(this, rows)
        assert [one.name for one in shown.rows] == [None, None]
        assert (shown.newer, shown.older) == ("4", "")
    with app.test_request_context("/list/1"):
        assert tables.listed(this, rows, lambda row, _: row.n > 7).count == 2
