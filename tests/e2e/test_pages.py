"""Every page there is, as people meet it: on a phone, at a desk, on a wall; light and dark; by eye, keyboard and ear."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import event

from syncserver.db import Database
from tests.e2e.pages import Filled, Windows, fill, measure, served

pytestmark = pytest.mark.browser

WHITE = "rgb(255, 255, 255)"
NOT_THERE = (
    "photo", "/pictures/", "/except/", "/<token>", "/<key>", "/account/with/", "/account/back/", "/entries/",
    "/messages/<", "/packages/<", "/prizes/<", "/checkout/<", "/tickets/<", "/pictures/<", "/stop/",
)  # fmt: skip
"""What the filled house has nothing of, or that is no page: pictures, a kiosk that is left out, what a letter's link leads to, a
checkout, a kiosk's own journal, terms of a draft."""


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Filled:
    return fill(database, tmp_path)


def test_every_page_fits_reads_and_is_named_on_every_screen(chromium: Browser, filled: Filled) -> None:
    """O1, O6: no page scrolls sideways, hides a control behind another, or has text, fields or headings that cannot
    be told; none is stopped by its own security policy.
    """
    pages, unknown = filled.pages()
    unknown = [one for one in unknown if not any(part in one for part in NOT_THERE)]
    assert unknown == [], "give tests/e2e/pages.py what stands in these addresses"
    assert len(pages) > 60
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        wrong = [f"{page} ({role}) {words}" for page, role in pages for words in measure(windows, page, role)]
        windows.close()
    assert wrong == [], "\n".join(wrong)


def test_no_page_holds_one_connection_and_waits_for_another(filled: Filled) -> None:
    """Y12: a server whose connections are all in use gives each page in its turn; two at once would wait for each other."""
    engine, held, most = filled.house.office.engine, 0, 0

    def taken(*_: object) -> None:
        nonlocal held, most
        held += 1
        most = max(most, held)

    def given_back(*_: object) -> None:
        nonlocal held
        held -= 1

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    greedy = []
    for endpoint, address, role in filled.addresses()[0]:
        most = held
        filled.visit(address, role)
        if most > 1:
            greedy.append(endpoint)
    assert greedy == []


def test_a_browser_keeps_the_look_that_was_asked_for(chromium: Browser, filled: Filled) -> None:
    """O6: light or dark in spite of the device, from the first byte on, and back."""
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        page = windows.open("/admin/kiosks", "manager")
        page.get_by_role("button", name="Dark").click()
        expect(page).to_have_url(f"{address}/admin/kiosks")
        expect(page.locator("html")).to_have_attribute("data-look", "dark")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto("/admin/")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
        expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") == WHITE
        page.emulate_media(media="screen")
        page.get_by_role("button", name="As the device").click()
        expect(page.get_by_role("button", name="As the device")).to_have_attribute("aria-pressed", "true")
        assert page.locator("html").get_attribute("data-look") is None
        assert windows.said == []
        windows.close()


def test_a_report_on_paper_leaves_room_to_sign(chromium: Browser, filled: Filled) -> None:
    """O3: each line to sign on stands there in print, long enough for a name, and on paper alone."""
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        page = windows.open(f"/admin/events/{filled.parts['event']}/reports/drawing", "auditor")
        expect(page.locator(".signature").first).to_be_hidden()
        page.emulate_media(media="print")
        lines = page.locator(".signature").evaluate_all("all => all.map((one) => one.offsetWidth)")
        assert len(lines) == 3
        assert min(lines) > 200
        windows.close()


def test_the_menu_folds_on_a_phone_and_needs_no_script(chromium: Browser, filled: Filled) -> None:
    """O6: the menu opens by touch and by key, marks where one is, and leads on."""
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        page = windows.open("/admin/kiosks", "manager")
        page.set_viewport_size({"width": 390, "height": 844})
        expect(page.get_by_role("link", name="Findings")).to_be_hidden()
        page.locator("summary", has_text="Menu").focus()
        page.keyboard.press("Enter")
        here = page.get_by_role("link", name="Kiosks", exact=True)
        expect(here).to_have_attribute("aria-current", "page")
        page.get_by_role("link", name="Findings").click()
        expect(page.get_by_role("heading", name="Findings")).to_be_visible()
        windows.close()


def test_a_list_is_sorted_and_narrowed_by_keyboard(chromium: Browser, filled: Filled) -> None:
    """O4: what was asked for stands in the address; the header says how it is sorted."""
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        page = windows.open("/admin/audit/events", "auditor")
        page.get_by_label("Text").fill("NOTHING heard")
        page.keyboard.press("Enter")
        expect(page.get_by_role("row")).to_have_count(2)
        page.get_by_role("link", name="Severity").press("Enter")
        expect(page.locator("th[aria-sort=ascending]")).to_have_text("Severity▲")
        expect(page.get_by_role("row")).to_have_count(2)
        windows.close()


def test_long_work_is_told_until_its_answer_comes_and_a_download_can_be_asked_for_again(
    chromium: Browser, filled: Filled
) -> None:
    """O1: the button says what it does, and a bar without a percentage stands beside words."""
    with served(filled) as address:
        windows = Windows(chromium, filled, address)
        page = windows.open(f"/admin/events/{filled.parts['event']}/reports", "admin")
        # The form is sent as far as the page knows, and no answer comes.
        page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
        expect(page.locator(".working")).to_be_hidden()
        page.get_by_role("button", name="Check now").click()
        expect(page.get_by_role("button", name="Counting again…")).to_have_attribute("aria-busy", "true")
        expect(page.locator(".working")).to_contain_text("Every sale is read again")
        expect(page.get_by_role("progressbar")).to_be_visible()
        page = windows.open("/admin/records", "admin")
        for _ in range(2):
            with page.expect_download() as download:
                page.get_by_role("button", name="Download").first.click()
            assert download.value.suggested_filename.endswith(".zip")
            expect(page.get_by_text("The download has started").first).to_be_visible()
        windows.close()
