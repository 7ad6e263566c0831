"""An evening through a real browser: the office makes, closes and draws a raffle; the public looks; a desk pays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, select

from syncserver import claims, events, reconcile
from syncserver import models as m
from syncserver.admin.draws import telling
from tests.e2e.pages import WIDTHS
from tests.server import PASSWORD, House, close_and_confirm, sell

pytestmark = pytest.mark.browser


def log_in(page: Page, role: str) -> None:
    page.goto("/admin/")
    page.get_by_label("User name").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Events")).to_be_visible()


def unfold(page: Page, summary: str, button: str, reason: str = "") -> None:
    """Opens a step that asks first, and takes it."""
    page.get_by_text(summary, exact=True).click()
    part = page.locator("details[open]", has_text=summary.rstrip("…"))
    if reason:
        part.get_by_label("Reason").fill(reason)
    part.get_by_role("button", name=button).click()


def test_an_event_is_made_and_a_kiosk_gets_its_code(page: Page) -> None:
    """E1, E3, K2: from nothing to an active event with a kiosk waiting for its code."""
    log_in(page, "manager")
    page.get_by_role("link", name="New event").click()
    page.get_by_label("Name", exact=True).first.fill("Cup night")
    page.get_by_label("Short code").fill("CUP")
    page.get_by_label("Sales open").fill("2031-05-30T18:00")
    page.get_by_label("Sales close").fill("2031-05-30T21:30")
    page.get_by_role("button", name="Make the event").click()
    expect(page.get_by_role("heading", name="Cup night")).to_be_visible()
    packages = page.locator("#packages")
    packages.get_by_label("Name").fill("Five")
    packages.get_by_label("Tickets").fill("5")
    packages.get_by_label("Price").fill("8.00")
    packages.get_by_role("button", name="Add").click()
    prizes = page.locator("#prizes")
    prizes.get_by_label("Name").fill("Half the pot")
    prizes.get_by_label("Kind").select_option("percentage")
    prizes.get_by_label("Amount (EUR), or percent of the sales").fill("50")
    prizes.get_by_role("button", name="Add").click()
    expect(prizes.get_by_text("50 % of sales")).to_be_visible()
    unfold(page, "Activate this event…", "Activate")
    expect(page.get_by_text("The event is active.")).to_be_visible()
    page.get_by_role("link", name="Kiosks").click()
    page.get_by_label("Name").fill("South 1")
    page.get_by_role("button", name="Add and show its code").click()
    expect(page.locator("#code")).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("It has not enrolled yet")).to_be_visible()


def test_the_board_refreshes_by_itself(house: House, page: Page) -> None:
    """O6: a change elsewhere shows without a reload."""
    log_in(page, "operator")
    page.goto("/admin/kiosks")
    row = page.get_by_role("row", name="North 1")
    expect(row.get_by_text("not enrolled", exact=True)).to_be_visible()
    with house.office.begin() as c:
        from syncserver import rsus

        rsus.set_state(c, house.rsu, "retired", None, "Worn out.")
    expect(row.get_by_text("retired", exact=True)).to_be_visible(timeout=30_000)


def test_the_reconciliation_keeps_itself_up_to_date_and_never_under_somebody_s_hands(
    house: House, page: Page
) -> None:
    """Y9: a void that comes in shows by itself; a form that stands open stays as it is until it is done with."""
    sell(house, 1)
    with house.office.begin() as c:
        order = c.execute(select(m.orders.c.id)).scalar_one()
        c.execute(
            insert(m.findings).values(
                event_id=house.event,
                kind="clock",
                severity="WARN",
                blocking=False,
                detail={"words": "went back"},
            )
        )
    log_in(page, "manager")
    page.goto(f"/admin/events/{house.event}/reconcile")
    expect(page.get_by_text("Nothing was made void.")).to_be_visible()
    page.get_by_text("Decide…").click()
    page.get_by_label("Reason").fill("the battery was")
    by = house.people["admin"]
    with house.office.begin(by) as c:
        reconcile.void_order(house.office, c, order, "sold twice by mistake", by)
    expect(page.get_by_text("What you work on stays as it is")).to_be_visible(timeout=30_000)
    # What nobody works on goes on meanwhile.
    expect(page.locator("#glance").get_by_text("1 void has not been looked at")).to_be_visible()
    expect(page.get_by_text("sold twice by mistake")).to_have_count(0)
    expect(page.get_by_label("Reason")).to_have_value("the battery was")
    page.get_by_label("Reason").fill("")
    page.get_by_text("Decide…").click()
    expect(page.get_by_text("sold twice by mistake")).to_be_visible(timeout=30_000)
    expect(page.locator("time[data-countdown]")).to_have_text(re.compile(r"^2:5\d:\d\d$"))


def test_a_medium_is_sent_with_its_progress_and_what_came_of_it_is_told(house: House, page: Page) -> None:
    """K6, Y11: the answer is the page to go on with, and what it tells is told."""
    log_in(page, "manager")
    page.goto(f"/admin/events/{house.event}/reconcile")
    page.get_by_label("File").set_input_files(
        {"name": "tombola-1.journal", "mimeType": "application/octet-stream", "buffer": b"x" * 3_000_000}
    )
    page.locator("#import > summary").click()
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("heading", name="Media brought in")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("tombola-1.journal holds no journal of a kiosk")
    expect(page).to_have_url(re.compile("/reconcile/imports$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Reconcile")).to_be_visible()


def test_a_freeze_that_takes_long_says_how_far_it_is(house: House, page: Page) -> None:
    """D2: what is going on, and how many numbers of how many, until the page goes on."""
    sell(house, 1)
    close_and_confirm(house)
    log_in(page, "manager")
    page.goto(f"/admin/events/{house.event}/draw")
    page.get_by_label("None.").check()
    with house.office.begin() as c, telling(house.office, house.event) as tell:
        events.locked(c, house.event)  # the freeze waits for it
        tell(3_000_000, 10_000_000)
        # The page is asked for nothing while its form is under way; it tells by itself.
        page.evaluate(
            "const said = document.querySelector('[data-said]');"
            "new MutationObserver(() => console.info(said.textContent)).observe(said, {childList: true})"
        )
        with page.expect_console_message(lambda told: told.text == "3,000,000 of 10,000,000."):
            page.get_by_role("button", name="Freeze the pool").click(no_wait_after=True)
    expect(page.get_by_role("button", name="Commit the seed")).to_be_visible()


def test_an_event_is_given_as_many_early_birds_as_it_needs(page: Page) -> None:
    """D2: one more row at a touch; what was typed stays when the form is refused."""
    log_in(page, "manager")
    page.goto("/admin/events/new")
    page.locator("#fold-draw > summary").click()
    page.get_by_role("button", name="Another early bird").click()
    expect(page.get_by_label("Bought until")).to_have_count(2)
    expect(page.locator("input[name=bird_label]").nth(1)).to_be_focused()
    page.locator("input[name=bird_label]").nth(1).fill("Early bird, Saturday")
    page.locator("input[name=bird_until]").nth(1).fill("2031-05-29T12:00")
    page.get_by_label("Name", exact=True).first.fill("Cup night")
    page.get_by_label("Short code").fill("CUP")
    page.get_by_label("Sales open").fill("2031-05-30T18:00")
    page.get_by_label("Sales close").fill("2031-05-30T21:30")
    page.get_by_role("button", name="Make the event").click()
    expect(page.get_by_role("alert")).to_contain_text("has to end between the opening and the close")
    expect(page.locator("#fold-draw")).to_have_attribute("open", "")
    page.get_by_role("link", name="has to end between").click()
    expect(page.locator("input[name=bird_until]").first).to_be_focused()
    expect(page.locator("#fold-kiosk")).not_to_have_attribute("open", "")
    expect(page.locator("input[name=bird_label]")).to_have_value("Early bird, Saturday")


def test_a_raffle_is_closed_drawn_published_and_paid(
    house: House, page: Page, chromium: Browser, address: str
) -> None:
    """D1, D6, D9: the gates, the five steps, the public page, the desk that pays once."""
    sold = [sell(house, 1 + 5 * i, counter=i + 1) for i in range(6)]
    page.goto(f"/events/{house.event}")
    expect(page.locator(".pot")).to_have_text("€24.00")
    log_in(page, "admin")
    page.goto(f"/admin/events/{house.event}/draw")
    expect(page.get_by_text("The event is active.")).to_be_visible()
    expect(page.get_by_role("button", name="Freeze")).to_have_count(0)
    page.goto(f"/admin/events/{house.event}")
    unfold(page, "Close sales now…", "Close sales", "All tickets are sold")
    expect(page.get_by_text("Sales are closed. Now the kiosks")).to_be_visible()
    page.locator("#next").get_by_role("link", name="Reconcile", exact=True).click()
    page.get_by_role("button", name="Confirm reconciliation under my name").click()
    expect(page.get_by_role("heading", name="Ready for the draw")).to_be_visible()
    page.get_by_role("link", name="To the draw").click()
    page.get_by_label("How many, of how many sides").fill("3d6")
    page.get_by_role("button", name="Freeze the pool").click()
    page.get_by_role("button", name="Commit the seed").click()
    page.get_by_label("The 3 dice").fill("4 1 6")
    page.get_by_role("button", name="Key it").click()
    expect(page.get_by_text("Now a second person keys it at a log-in of their own")).to_be_visible()
    second = chromium.new_context(base_url=address).new_page()
    log_in(second, "manager")
    second.goto(page.url)
    expect(second.get_by_text("You are the second")).to_be_visible()
    expect(second.get_by_text("4 1 6")).to_have_count(0)
    second.get_by_label("The 3 dice").fill("4 1 6")
    second.get_by_role("button", name="Key it as the second person").click()
    expect(second.get_by_role("button", name="Draw the winners")).to_be_visible()
    second.context.close()
    # The first one's page goes on by itself.
    page.get_by_role("button", name="Draw the winners").click()
    expect(page.locator(".winner")).to_have_count(2)
    page.goto(f"/events/{house.event}")
    expect(page.locator(".winner")).to_have_count(0)
    page.goto(f"/admin/events/{house.event}/draw")
    page.get_by_role("button", name="Make the result official").click()
    page.get_by_role("link", name="Result page").click()
    expect(page.locator(".winner")).to_have_count(2)

    with house.office.begin() as c:
        ticket = next(v for v in sold if claims.validate(house.office, c, v).verdict == "won")
    page.goto("/validate")
    page.get_by_label("Validation number").fill(ticket)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="A winning ticket")).to_be_visible()
    page.goto("/admin/claims")
    page.get_by_label("Scan the ticket").fill(ticket)
    page.keyboard.press("Enter")  # as a scanner does
    expect(page.get_by_role("heading", name="It has won")).to_be_visible()
    page.get_by_label("Winner’s name").first.fill("Wilma Winner")
    page.get_by_label("Desk").first.fill("Desk 3")
    page.get_by_role("button", name=re.compile("^Pay ")).first.click()
    expect(page.get_by_role("heading", name="Receipt of payment")).to_be_visible()
    page.goto("/admin/claims")
    page.get_by_label("Scan the ticket").fill(ticket)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Desk 3")).first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(house: House, chromium: Browser, address: str, width: int) -> None:
    """O6: a phone, a desk, a wall; every field has a label, every picture a name."""
    sell(house, 1)
    context = chromium.new_context(base_url=address, viewport={"width": width, "height": 900})
    page = context.new_page()
    log_in(page, "admin")
    e = house.event
    for url in [
        "/admin/", "/admin/events/new", f"/admin/events/{e}", f"/admin/events/{house.draft}",
        f"/admin/events/{e}/reconcile", f"/admin/events/{e}/draw", "/admin/kiosks", f"/admin/kiosks/{house.rsu}",
        f"/admin/events/{e}/reconcile/imports", f"/admin/events/{e}/numbers", f"/admin/events/{e}/exclusions?q=1",
        f"/admin/events/{e}/redraw", "/admin/draws",
        "/admin/findings", "/admin/claims", "/admin/orders", "/admin/users", "/admin/audit", "/admin/audit/events",
        "/", f"/events/{e}", f"/events/{e}/jackpot", "/validate", "/verify", "/nothing",
    ]:  # fmt: skip
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        bare = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(f => !f.labels.length && !f.ariaLabel).map(f => f.name)"
        )
        assert bare == [], url
        assert page.locator("h1").count() == 1, url
        assert page.locator("main").count() == 1, url
    context.close()
