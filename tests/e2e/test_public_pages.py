"""What the audience sees, in a real browser: the wall before the hall, a holder's proof, the replay, a page gone off line."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from shared import draw as fair
from syncserver import draws
from syncserver.db import Database
from tests.e2e.pages import WIDTHS
from tests.server import House, close_and_confirm, make_house, sell

pytestmark = pytest.mark.browser

DICE = "4 1 6"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """With 300 tickets sold and sales closed."""
    made = make_house(database, tmp_path)
    for i in range(60):
        sell(made, 1 + 5 * i, counter=i + 1)
    close_and_confirm(made)
    return made


class Served:
    """The house's pages over real HTTP, until they are gone."""

    def __init__(self, house: House) -> None:
        self._server: BaseWSGIServer | None = make_server("127.0.0.1", 0, house.app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Nothing answers any more."""
        if self._server is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None


@pytest.fixture
def served(house: House) -> Iterator[Served]:
    pages = Served(house)
    yield pages
    pages.stop()


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A wall's window, whose console stays silent but for what a lost server makes it say."""
    context = chromium.new_context(base_url=served.address, viewport={"width": 1920, "height": 1080})
    opened = context.new_page()
    trouble: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "ERR_CONNECTION" not in message.text:
            trouble.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    yield opened
    context.close()
    assert trouble == []


class Steps:
    """A draw of the house, led step by step."""

    def __init__(self, house: House) -> None:
        self.office, self.by, self.second = house.office, house.people["manager"], house.people["admin"]
        with self.office.begin(self.by) as c:
            self.draw = draws.freeze(self.office, c, house.event, {"source": "dice", "form": "3d6"}, self.by)

    def seed(self) -> None:
        with self.office.begin(self.by) as c:
            draws.commit_seed(self.office, c, self.draw, self.by)

    def dice(self) -> None:
        for person in (self.by, self.second):
            with self.office.begin(person) as c:
                draws.key(self.office, c, self.draw, "entropy", DICE, person)

    def winners(self) -> list[fair.Won]:
        with self.office.begin(self.by) as c:
            return fair.winners(draws.execute(self.office, c, self.draw, self.by))

    def official(self) -> None:
        with self.office.begin(self.by) as c:
            draws.make_official(self.office, c, self.draw, self.by)

    def all(self) -> list[fair.Won]:
        """From the seed to the official result."""
        self.seed()
        self.dice()
        won = self.winners()
        self.official()
        return won


def test_the_wall_shows_each_step_by_itself_and_reveals_the_winners(house: House, page: Page) -> None:
    """D6: live before the hall, without a hand; no number before it is official."""
    page.goto(f"/events/{house.event}/wall")
    expect(page.get_by_text("Sales are closed")).to_be_visible()
    steps = Steps(house)
    expect(page.locator(".huge")).to_have_text("300")
    expect(page.locator(".digest span")).to_have_count(16)
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    steps.seed()
    expect(page.get_by_text("Now the dice")).to_be_visible()
    steps.dice()
    expect(page.locator(".tiles li")).to_have_text(DICE.split(" "))
    won = steps.winners()
    expect(page.locator(".lead")).to_have_text("Being verified")
    shown = page.content()
    assert "data-winner" not in shown
    steps.official()
    cards = page.locator("[data-winner]")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_have_class(re.compile("shown"), timeout=20_000)
    expect(cards.nth(1)).to_have_class(re.compile("shown"), timeout=20_000)
    expect(page.locator(".won .number")).to_have_text([str(one.draw_number) for one in won])
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080


def test_the_wall_says_when_it_cannot_know_what_is_new(house: House, served: Served, page: Page) -> None:
    """D6: a wall that stands still says so, and goes on showing what it knows."""
    steps = Steps(house)
    page.goto(f"/draws/{steps.draw}/wall")
    expect(page.locator(".huge")).to_have_text("300")
    expect(page.locator("[data-stale]")).to_be_hidden()
    served.stop()
    expect(page.locator("[data-stale]")).to_contain_text("Not up to date since", timeout=30_000)
    expect(page.locator(".huge")).to_have_text("300")


def test_a_page_once_loaded_verifies_when_the_server_is_gone(
    house: House, served: Served, page: Page, tmp_path: Path
) -> None:
    """D3: from the link on the draw's page, with its pools; then with no server at all, from a file."""
    steps = Steps(house)
    won = steps.all()
    page.goto(f"/draws/{steps.draw}")
    page.get_by_role("link", name="Verify it here").first.click()
    expect(page.get_by_role("heading", name="The draw verifies.")).to_be_visible()
    page.get_by_role("button", name="Check the pools too").click()
    expect(page.get_by_text("the pool 'main': 300 numbers, ascending, none twice")).to_be_visible()
    expect(page.locator("td strong.num")).to_have_text([str(one.draw_number) for one in won])
    bundle = house.client("anonymous").get(f"/draws/{steps.draw}/bundle.json").data
    page.goto("/verify")
    served.stop()
    kept, changed = tmp_path / "bundle.json", tmp_path / "changed.json"
    kept.write_bytes(bundle)
    changed.write_bytes(bundle.replace(f'"draw_number":{won[0].draw_number}'.encode(), b'"draw_number":301'))
    choose = page.get_by_label("The bundle, its pools, or a proof")
    choose.set_input_files(kept)
    expect(page.get_by_role("heading", name="The draw verifies.")).to_be_visible()
    choose.set_input_files(changed)
    expect(page.get_by_role("heading", name="This is not a valid record of a draw")).to_be_visible()
    expect(page.get_by_text("bundle_sha256").first).to_be_visible()


def test_a_holder_s_browser_checks_the_proof_and_keeps_it(house: House, page: Page, tmp_path: Path) -> None:
    """D3: every hash of the page computed again; the saved file proves it to the page that verifies."""
    steps = Steps(house)
    page.goto(f"/draws/{steps.draw}/proof")
    page.get_by_label("Draw numbers").fill("260-261")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="Number 260 takes part")).to_be_visible()
    expect(page.locator("[data-verdict]")).to_contain_text("✓ Your browser has computed every hash")
    expect(page.locator(".tick")).to_have_text(["✓"] * 2)
    page.get_by_role("link", name="Proof", exact=True).click()
    expect(page.get_by_role("heading", name="Number 261 takes part")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the proof").click()
    saved = tmp_path / "proof.json"
    download.value.save_as(saved)
    page.goto("/verify")
    choose = page.get_by_label("The bundle, its pools, or a proof")
    choose.set_input_files(saved)
    expect(page.get_by_role("heading", name="Ticket 261 takes part.")).to_be_visible()
    saved.write_bytes(saved.read_bytes().replace(b'"number":261', b'"number":262'))
    choose.set_input_files(saved)
    expect(page.get_by_role("heading", name="This proof does not hold.")).to_be_visible()


def test_a_draw_is_replayed_step_by_step_from_its_bundle(house: House, page: Page) -> None:
    """D10: seed, public chance, outputs, positions, numbers; the same as the office's."""
    steps = Steps(house)
    won = steps.all()
    page.goto(f"/draws/{steps.draw}/replay")
    stage = page.locator("[data-stage]")
    expect(stage.get_by_role("heading")).to_have_text("Sealed before the draw")
    onwards = page.get_by_role("button", name="Next")
    seen = []
    for _ in range(40):
        seen += stage.locator(".number:not(.refused)").all_text_contents()
        if stage.get_by_text("This draw verifies.").count():
            break
        onwards.click()
    assert seen == [str(one.draw_number) for one in won]
    expect(stage.locator(".all b")).to_have_text(seen)
    page.get_by_role("button", name="Play again").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(stage.get_by_role("heading")).to_have_text("Sealed before the draw")


def test_no_public_page_is_wider_than_its_window(house: House, chromium: Browser, served: Served) -> None:
    """O6: a phone, a desk, a wall; every field has a label, one heading, one main part."""
    steps = Steps(house)
    context = chromium.new_context(base_url=served.address)
    page = context.new_page()

    def look(*addresses: str) -> None:
        for url in addresses:
            page.goto(url)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)
            bare = page.evaluate(
                "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
                ".filter(f => !f.labels.length && !f.ariaLabel).map(f => f.name)"
            )
            assert bare == [], url
            assert page.locator("h1").count() == 1, url
            assert page.locator("main").count() == 1, url

    draw = f"/draws/{steps.draw}"
    look(f"{draw}/wall", f"{draw}/notice", f"{draw}/proof", f"{draw}/proof?n=5-8+9999", "/verify/page.html")
    steps.all()
    look(
        draw,
        f"{draw}/wall",
        f"{draw}/replay",
        f"/verify?draw={steps.draw}",
        f"/events/{house.event}",
        "/champions",
    )
    context.close()
