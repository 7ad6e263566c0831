"""Reports in the browser: on screen, on paper, as CSV; whose they are, and what they say of the journals."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text

from syncserver import auth, books, events, reports
from syncserver import models as m
from syncserver.app import create_app
from syncserver.db import Database
from tests.chains import PRICE, Kiosk, Scene, open_scene
from tests.server import PASSWORD, log_in, post

URLS = [
    *(f"/{report.key}" for report in reports.REPORTS.values()),
    *(f"/{report.key}/{table.key}.csv" for report in reports.REPORTS.values() for table in report.tables),
]


@dataclass
class Desk:
    """A scene with a browser in which an auditor is logged in."""

    scene: Scene
    browser: FlaskClient
    auditor: UUID

    def get(self, part: str = "", **asked: object) -> str:
        url = f"/admin/events/{self.scene.event}/reports{part}"
        answer = self.browser.get(url, query_string=asked)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.get_data(as_text=True)

    def words(self, part: str = "", **asked: object) -> str:
        """The page without its tags."""
        bare = html.unescape(re.sub(r"<[^>]+>", " ", self.get(part, **asked)))
        return re.sub(r"\s+", " ", bare)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    scene = open_scene(database, tmp_path)
    with scene.office.begin() as c:
        auditor = auth.create_user(c, scene.organisation, "auditor", "Per auditor", PASSWORD, "auditor")
    app = create_app(scene.office)
    app.testing = False
    browser = app.test_client()
    assert log_in(browser, "auditor").status_code == 303
    return Desk(scene, browser, auditor)


def sold(desk: Desk, sales: int = 4, name: str = "North") -> Kiosk:
    kiosk = desk.scene.kiosk(name, blocks=max(100, sales * 5))
    first = kiosk.sell()
    kiosk.void(first.lines[0], reason="<b>wrong</b> package")
    for _ in range(sales - 1):
        kiosk.sell()
    kiosk.send_all()
    return kiosk


def tamper(desk: Desk, statement: str) -> None:
    owner = create_engine(desk.scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(text(statement))
    owner.dispose()


def test_every_report_is_a_page_a_print_and_a_download_with_the_same_columns(desk: Desk) -> None:
    """O3: on screen, CSV and print."""
    sold(desk)
    for report in reports.REPORTS.values():
        screen, paper = desk.get(f"/{report.key}"), desk.get(f"/{report.key}", print=1)
        for table in report.tables:
            written = desk.get(f"/{report.key}/{table.key}.csv")
            head = next(csv.reader(io.StringIO(written)))
            assert head == reports.columns(table)
            for page in (screen, paper):
                shown = page.partition(f'id="{table.key}"')[2].partition("</section>")[0]
                if "<thead>" in shown:
                    titles = [html.unescape(one) for one in re.findall(r"<th\b[^>]*>([^<]*)</th>", shown)[1:]]
                    assert titles == [one.title for one in table.fields]
        for who in report.signed:
            assert f"{who}: name, signature, date" in paper


def test_every_report_bears_the_standard_s_head(desk: Desk) -> None:
    """O3, E6: event, its number and code, organisation, licence, venue, times with their zone, by whom and when."""
    for report in reports.REPORTS:
        words = desk.words(f"/{report}")
        for part in ("No. 1, Summer raffle (SUMMER-1)", "Harbour Lifeboats, licence L-1", "North Pier",
                     "Europe/Berlin", "by Per auditor", "18 Nov 2026"):  # fmt: skip
            assert part in words, (report, part)


def test_a_report_says_that_it_agrees_with_the_journals(desk: Desk) -> None:
    """O3."""
    sold(desk)
    for part in ("", "/units", "/summary"):
        words = desk.words(part)
        assert "The reports agree with the journals to the cent: 5 journal entries read" in words
    assert "to the cent" in desk.words("")


def test_a_report_that_does_not_agree_says_so_and_by_how_much(desk: Desk) -> None:
    """O3: in red, on every report."""
    sold(desk)
    tamper(desk, "UPDATE orders SET total_amount = total_amount + 250 WHERE payment_status = 'paid'")
    for part in ("", "/units", "/drawing"):
        page = desk.get(part)
        assert 'class="flash bad" role="alert"' in page
        assert "The reports differ from the journals by €7.50" in page
    words = desk.words("")
    assert "is a sale of €10.00 (5 numbers); the reports say €12.50 (5 numbers)" in words
    answer = post(desk.browser, f"/admin/events/{desk.scene.event}/reports/check")
    assert answer.status_code == 303
    with desk.scene.office.begin() as c:
        kept = c.execute(
            select(m.critical_events).where(m.critical_events.c.event_type == books.CHECKED[1])
        ).one()
    assert (kept.severity, kept.user_id) == ("ERROR", desk.auditor)
    assert "differ from the journals by €7.50" in kept.description


def test_of_a_large_event_the_last_check_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """O3: when it was run, and by whom."""
    monkeypatch.setattr(books, "CHECKED_AT_ONCE_MAX", 3)
    sold(desk)
    assert "Not checked against the journals yet" in desk.words("/units")
    assert post(desk.browser, f"/admin/events/{desk.scene.event}/reports/check").status_code == 303
    words = desk.words("/units")
    assert "The reports agree with the journals to the cent: 5 journal entries read" in words
    assert "by Per auditor; what came in since is not in it" in words


def test_what_somebody_typed_stays_text(desk: Desk) -> None:
    """Z3: in the page and in the spreadsheet."""
    sold(desk, name="=cmd|North")
    assert "&lt;b&gt;wrong&lt;/b&gt; package" in desk.get("/voids")
    assert "<b>wrong</b>" not in desk.get("/voids")
    (row,) = csv.DictReader(io.StringIO(desk.get("/voids/voids.csv")))
    assert (row["unit"], row["price"], row["currency"]) == ("'=cmd|North", "10.00", "EUR")


def test_a_long_report_is_shown_page_by_page_and_narrowed(desk: Desk) -> None:
    kiosk, other = sold(desk, 60), sold(desk, 2, "South")
    first, second = desk.get("/tickets"), desk.get("/tickets", page=2)
    assert first.count("<tr>") - second.count("<tr>") == 50 - 12
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert desk.get("/tickets", print=1).count("€10.00") == 62
    narrowed = desk.get("/tickets", unit=other.rsu, status="sold")
    assert narrowed.count("€10.00") == 2  # one row, and its total
    address = re.search(r'href="([^"]*tickets\.csv[^"]*)"', narrowed)
    assert address is not None
    written = desk.browser.get(html.unescape(address[1])).get_data(as_text=True)
    assert len(list(csv.DictReader(io.StringIO(written)))) == 1
    assert "Not the whole report" in desk.words("/tickets", print=1, unit=kiosk.rsu)


def test_totals_never_cross_currencies(desk: Desk) -> None:
    """E12: a sale in another currency stands beside the total, never in it."""
    kiosk = sold(desk, 3)
    line = kiosk.line()
    kiosk.sell(
        type(line)(**{name: getattr(line, name) for name in line.__struct_fields__} | {"currency": "USD"})
    )
    kiosk.send_all()
    words = desk.words("/units")
    assert "Together, EUR" in words
    assert "Together, USD" in words
    assert "€30.00" in words
    assert "$10.00" in words
    assert "40.00" not in words
    assert PRICE == 1_000


def test_reports_of_another_organisation_are_not_there(desk: Desk) -> None:
    """O1: rights end at the organisation."""
    with desk.scene.office.begin() as c:
        other = events.create_organisation(c, "Rivals", "EUR")
        auth.create_user(c, other, "rival", "Ri Val", PASSWORD, "admin")
    app = desk.browser.application
    rival = app.test_client()
    log_in(rival, "rival")
    for part in ["", *URLS]:
        assert rival.get(f"/admin/events/{desk.scene.event}/reports{part}").status_code == 404, part
    assert post(rival, f"/admin/events/{desk.scene.event}/reports/check").status_code == 404


def test_nothing_asked_for_makes_a_report_fail(desk: Desk) -> None:
    """Z3: no input makes a 5xx."""
    sold(desk, 1)
    for bad in ("", "9" * 400, "2026-13-45", "9999-12-31T23:59", "0001-01-01T00:00", "%", "' --"):
        for report in (reports.EXCEPTIONS, reports.TICKETS, reports.EVENTS):
            asked: dict[str, object] = dict.fromkeys((*report.filters, "page", "print"), bad)
            desk.get(f"/{report.key}", **asked)
            desk.get(f"/{report.key}/{report.tables[0].key}.csv", **asked)


def test_a_table_that_is_none_is_not_there(desk: Desk) -> None:
    event = desk.scene.event
    for part in ("/units/tickets.csv", "/nothing", "/nothing/at.csv"):
        assert desk.browser.get(f"/admin/events/{event}/reports{part}").status_code == 404
