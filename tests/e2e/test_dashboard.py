"""The dashboard in a real browser: what happens elsewhere shows without a reload, and the page says when it cannot."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select, update

from shared.keys import SigningKey
from shared.wire import EnrolRequest
from syncserver import messages, rsus
from syncserver import models as m
from syncserver.admin.live import end_streams
from tests.e2e.live_evening import begin, orders
from tests.server import PASSWORD, House

pytestmark = pytest.mark.browser


def log_in(page: Page, role: str) -> None:
    page.goto("/admin/live")
    page.get_by_label("User name").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()


def test_a_sale_shows_on_the_dashboard_without_a_reload(house: House, page: Page) -> None:
    """O6: within moments, by the stream; the sentence at the top says how it goes."""
    units = begin(house, troubled=False)
    log_in(page, "manager")
    expect(
        page.get_by_text("Going well: 4 of 4 kiosks heard of in the last 2 minutes, 0 findings.")
    ).to_be_visible()
    expect(page.locator("[data-live-state]")).to_have_text("Live: what changes shows by itself.")
    page.evaluate("window.untouched = true")
    with house.office.begin() as c:
        before = (
            c.scalar(select(m.raffle_events.c.total_sold).where(m.raffle_events.c.id == house.event)) or 0
        )
        orders(c, house, units[0], None, range(900_000, 900_003), 0)
    after = f"€{(before + 3 * 800) / 100:,.2f}"
    expect(page.locator("[data-piece=sales]").get_by_text(after).first).to_be_visible(timeout=10_000)
    assert page.evaluate("window.untouched")


def test_an_alarm_comes_with_what_to_do_and_goes_with_its_cause(house: House, page: Page) -> None:
    """O6, K10: the worst first, in words, with a link to the page for it."""
    units = begin(house, troubled=True)
    log_in(page, "operator")
    glance = page.locator("[data-piece=glance]")
    expect(glance).to_contain_text("North gate 2 has not been heard of for 7 minutes.")
    alarms = page.get_by_role("region", name="Alarms")
    expect(alarms).to_contain_text("South stand: The paper is out.")
    expect(alarms.get_by_role("link", name="South stand").first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("North gate 2"))).to_contain_text("silent")
    with house.office.begin() as c:
        e = m.rsu_epochs
        c.execute(update(e).where(e.c.rsu_id == units[1]).values(last_seen_at=house.office.now()))
    expect(alarms).not_to_contain_text("North gate 2")


def test_everybody_is_called_home_and_sells_again(house: House, page: Page) -> None:
    """K17: it says first what will happen, asks why, and shows who has heard."""
    begin(house, troubled=False)
    log_in(page, "manager")
    beside = page.context.new_page()
    beside.goto("/admin/live")
    page.get_by_text("Call everybody home…").click()
    page.get_by_label("Reason, for the record").fill("Thunderstorm")
    page.get_by_role("button", name="Call everybody home").click()
    expect(page.locator("[data-piece=glance]")).to_contain_text(
        "Everybody is called home: 0 of 4 kiosks have heard it."
    )
    expect(beside.locator("#home")).to_contain_text("Thunderstorm")
    expect(beside.get_by_text("Call everybody home…")).to_be_hidden()
    page.get_by_text("Let everybody sell again…").click()
    page.get_by_label("Reason", exact=True).fill("It is over")
    page.get_by_role("button", name="Sell again").click()
    expect(page.get_by_text("Sales go on.")).to_be_visible()
    expect(page.locator("[data-piece=glance]")).to_contain_text("Going well")
    expect(beside.get_by_text("Call everybody home…")).to_be_visible()
    expect(beside.get_by_text("Let everybody sell again…")).to_be_hidden()


def test_a_kiosk_s_page_notices_its_enrolment_by_itself(house: House, page: Page) -> None:
    """K2: whoever waits there for the code to be typed sees it, and enables the kiosk; no reload."""
    log_in(page, "manager")
    page.goto(f"/admin/kiosks/{house.rsu}")
    expect(page.get_by_text("It has not enrolled yet.")).to_be_visible()
    page.evaluate("window.untouched = true")
    with house.office.begin() as c:
        code = rsus.new_code(house.office, c, house.rsu, None)
    key = SigningKey.new(house.clock).public.hex()
    rsus.enrol(house.office, EnrolRequest(code=code, public_key=key, device="North", software="1.0"))
    expect(page.get_by_role("button", name="Enable it")).to_be_visible(timeout=20_000)
    assert page.evaluate("window.untouched")
    page.get_by_role("button", name="Enable it").click()
    expect(page.get_by_text("It may sell.")).to_be_visible()


def test_a_message_is_written_to_some_kiosks_and_withdrawn(house: House, page: Page) -> None:
    """K17: to whom, how urgent; its page says who has it."""
    begin(house, troubled=False)
    log_in(page, "manager")
    page.get_by_role("link", name="Messages").click()
    page.get_by_label("Message", exact=True).fill("Doors open at seven.")
    page.get_by_label("To whom").select_option("some")
    page.get_by_label("South stand").check()
    page.get_by_label("Urgent").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Doors open at seven.").click()
    expect(page.get_by_role("row", name="South stand")).to_contain_text("not yet")
    page.get_by_text("Withdraw it…").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The message is withdrawn.")).to_be_visible()
    with house.office.begin() as c:
        (row,) = messages.history(c, house.organisation, house.office.now())
    assert (row.text, row.urgent, row.stands) == ("Doors open at seven.", True, False)


def test_a_page_without_a_stream_says_so_and_asks_instead(house: House, page: Page) -> None:
    """O6: where no place is free, or the server has stopped its streams, the page still follows."""
    units = begin(house, troubled=False)
    end_streams(house.app.extensions | {"tombola_live": _hub(house)})
    log_in(page, "auditor")
    expect(page.locator("[data-live-state]")).to_contain_text("asked for every 5 seconds")
    with house.office.begin() as c:
        orders(c, house, units[0], None, range(910_000, 910_001), 0)
        rows = c.execute(select(m.sales_sums.c.orders).where(m.sales_sums.c.rsu_id == units[0])).scalars()
        sold = sum(rows)
    row = page.get_by_role("row", name=re.compile("North gate 1"))
    expect(row).to_contain_text(f"{sold * 5:,} tickets")


def test_a_slow_server_is_not_asked_again_before_it_has_answered(house: House, page: Page) -> None:
    """O6: a page that asks every five seconds waits for its answer, however long that takes."""
    begin(house, troubled=False)
    end_streams(house.app.extensions | {"tombola_live": _hub(house)})
    held: list[Route] = []
    page.clock.install()
    page.route("**/admin/live/now*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    with page.expect_request("**/admin/live/now*"):
        log_in(page, "auditor")
    page.clock.run_for(30_000)
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("[data-live-state]")).to_contain_text("asked for every 5 seconds")
    with page.expect_request("**/admin/live/now*"):
        page.clock.run_for(5_000)


def test_a_code_that_the_browser_refuses_to_copy_is_selected_for_the_person(house: House, page: Page) -> None:
    """O1: what is shown once is not lost to a browser that keeps pages off its clipboard."""
    log_in(page, "manager")
    page.goto(f"/admin/kiosks/{house.rsu}")
    page.get_by_text("New one-time code…").click()
    page.get_by_role("button", name="Make a code").click()
    code = page.locator("#code").inner_text().strip()
    page.context.grant_permissions(["geolocation"])  # and with that nothing else
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="press Ctrl+C")).to_be_visible()
    assert page.evaluate("getSelection().toString()").strip() == code


def _hub(house: House) -> object:
    from syncserver.admin.live import hub

    with house.app.app_context():
        return hub()


def test_the_page_is_whole_without_a_script(house: House, chromium: Browser, address: str) -> None:
    """O6: sales, board, chart with its table, and the forms."""
    begin(house, troubled=True)
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    opened = context.new_page()
    log_in(opened, "manager")
    expect(opened.get_by_role("region", name="Final")).to_contain_text("Jackpot")
    expect(opened.get_by_role("table").last).to_be_visible()
    expect(opened.get_by_role("link", name="Refresh")).to_be_visible()
    context.close()
