"""An evening run from the office: everything is done at its pages in a real browser, by people with roles of their own.

Server, worker, card processor, mail server and two kiosks are real; people read their mail, buyers pay at the
processor's page, and what a page says is what is believed.
"""

from __future__ import annotations

import csv
import io
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp
import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from shared.clock import SystemClock, utc
from syncserver.evening import PIN, Evening, wait_until
from syncserver.stage import Kiosk, Program, Wire
from tests.cards import KEY, SECRET, Cards, cards
from tests.recorder import Post, receiving
from tests.server import open_home, run

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
ZONE = "Africa/Lagos"
"""The venue's: an hour from UTC, and no clock there ever goes forward or back."""
WAIT_S_MAX = 150
"""What is due is done within the minute; a machine at work on other things gets more."""
PATIENCE_MS = WAIT_S_MAX * 1000
TOUCH_MS = 40_000
PASSWORDS = {"dora": "seven wet otters sing", "morgan": "nine dry camels hum", "cleo": "two cold herons nap"}
PACKAGES = [("Single", 1, 5), ("Pair", 2, 10), ("Four", 4, 20), ("Whole row", 25, 50)]
SCARVES = 17
"""With the half pot more winners than kiosks sell tickets: some of the tickets that win were sold on line."""
SALES = 3
"""Of each kiosk: two, four and two tickets for 10.00, 20.00 and 10.00."""
TAKINGS = 40
ADMIN, MANAGER = "Administrator", "Morgan Hale"
CHANGES = {
    *((ADMIN, table) for table in ("invitations", "second_factors", "kiosk_messages", "voids", "refunds")),
    *((ADMIN, table) for table in ("draw_executions", "draw_results", "prize_claims", "champions")),
    *(
        (MANAGER, table)
        for table in ("venues", "ticket_package_templates", "prize_templates", "raffle_events")
    ),
    *((MANAGER, table) for table in ("event_images", "online_rules", "rsus", "draw_keyings", "champions")),
}
"""Who has to stand in the audit with a change of what."""
HAPPENED = {
    *((ADMIN, code) for code in ("second_factor_set", "recovery_code_used", "called_home", "sales_resumed")),
    *(
        (ADMIN, code)
        for code in ("order_resent", "reconciliation_confirmed", "draw_frozen", "draw_keyed_first")
    ),
    *((ADMIN, code) for code in ("draw_seed_committed", "draw_executed", "draw_official", "prize_paid")),
    *((MANAGER, code) for code in ("invitation_accepted", "activation_planned", "event_activated")),
    *((MANAGER, code) for code in ("unit_enabled", "event_closed", "draw_keyed_agreed", "champion_approved")),
}
"""And who with what happened."""


@dataclass
class Night:
    """The office as a process with all that belongs to it, and the windows of those who work and buy there."""

    url: str
    home: Path
    folder: Path
    post: Post
    cards: Cards
    browser: Browser
    environment: dict[str, str]
    clock: SystemClock = field(default_factory=SystemClock)
    trouble: list[str] = field(default_factory=list)

    def window(self) -> Page:
        """A browser of somebody's own, whose console stays silent: a blocked script would speak there."""
        page = self.browser.new_context(
            base_url=self.url, viewport={"width": 1280, "height": 900}, accept_downloads=True
        ).new_page()
        page.set_default_timeout(TOUCH_MS)

        def hear(message: ConsoleMessage) -> None:
            # The log-in page comes with 401, which Chromium notes; the payment page is not ours, and has no icon.
            ours = page.url.startswith(self.url)
            if ours and message.type in {"error", "warning"} and "401" not in message.text:
                self.trouble.append(f"{page.url}: {message.text}")

        page.on("console", hear)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))
        return page

    def until(self, holds: Callable[[], bool], words: str) -> None:
        wait_until(self.clock, holds, WAIT_S_MAX, words)

    def mail(self, to: str, about: str) -> str:
        """The text of the newest letter to somebody about something, as soon as it is there."""

        def found() -> list[str]:
            return [
                one.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # each has a plain text
                for one in self.post.got
                if to in str(one["To"]) and about in str(one["Subject"])
            ]

        self.until(lambda: bool(found()), f"No letter about “{about}” came to {to}.")
        return str(found()[-1])

    def link(self, to: str, about: str) -> str:
        """The link in such a letter."""
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+", self.mail(to, about))
        assert found, about
        return found[0]

    def at(self, **later: float) -> str:
        """A time by the venue's clock, as its fields take it: whole minutes."""
        moment = utc(self.clock.now_ms()).astimezone(ZoneInfo(ZONE)) + timedelta(**later)
        return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with ExitStack() as ends:
        home = ends.enter_context(open_home())
        post = ends.enter_context(receiving())
        processor = ends.enter_context(cards())
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        processor.hook = f"{url}/stripe/webhook"
        environment = {
            "TOMBOLA_HOME": str(home), "TOMBOLA_LISTEN": f"127.0.0.1:{port}", "TOMBOLA_URL": url,
            "TOMBOLA_SMTP_HOST": "127.0.0.1", "TOMBOLA_SMTP_PORT": str(post.port), "TOMBOLA_SMTP_SECURITY": "none",
            "TOMBOLA_SMTP_FROM": "Riverside <raffle@riverside.example>",
            "TOMBOLA_STRIPE_KEY": KEY, "TOMBOLA_STRIPE_WEBHOOK_SECRET": SECRET, "TOMBOLA_STRIPE_API": processor.url,
        }  # fmt: skip
        browser = ends.enter_context(_chromium())
        yield Night(url, home, tmp_path, post, processor, browser, environment)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def _opened(night: Night) -> Iterator[str]:
    """The office set up and served; the first administrator's password."""
    done = run(
        night.home, "init", "--organisation", "Riverside Hospice", "--currency", "USD", "--timezone", ZONE
    )
    assert done.returncode == 0, done.stderr
    password = re.search(r"password +(\S+)", done.stdout)
    assert password
    serve = ["tombola-server", "serve", "--demo", "--processes", "1"]
    with (
        Program(serve, night.folder / "serve.log", night.environment),
        Program(["tombola-server", "worker"], night.folder / "worker.log", night.environment),
    ):
        up = lambda: "Serving on" in (night.folder / "serve.log").read_text()  # noqa: E731 - a condition
        night.until(up, "The server did not start.")
        yield password[1]


def unfold(page: Page, summary: str, button: str, reason: str = "", within: Locator | None = None) -> None:
    """Opens a step that asks first, and takes it."""
    part = (within or page.locator("body")).locator("details", has=page.locator("summary", has_text=summary))
    part.locator("summary").first.click()
    if reason:
        part.get_by_label("Reason").fill(reason)
    part.get_by_role("button", name=button).click()


def turn_to(page: Page, word: str) -> None:
    """Goes by the office's menu."""
    menu = page.get_by_role("navigation", name="Office", exact=True)
    menu.get_by_role("link", name=word, exact=True).click()


def said(page: Page, words: str) -> None:
    """The page says so at its head."""
    expect(page.locator(".flash").get_by_text(words).first).to_be_visible()


# The people -----------------------------------------------------------------------------------------


def dora_takes_office(night: Night, password: str) -> Page:
    """The first administrator logs in, sets a second factor up, and comes back with a recovery code."""
    page = night.window()
    _log_in(page, "admin", password)
    page.get_by_role("link", name="Administrator").first.click()
    unfold(page, "Change it…", "Change the password", within=_fill_password(page, password))
    page.locator("#contact").get_by_label("E-mail address").fill("dora@riverside.example")
    page.locator("#contact").get_by_label("Your present password").fill(PASSWORDS["dora"])
    page.locator("#contact").get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_text("It cannot be scanned").click()
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Type the code that it shows").fill(pyotp.TOTP(secret).now())
    page.get_by_label("Your present password").fill(PASSWORDS["dora"])
    page.get_by_role("button", name="Switch it on").click()
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Log out").click()
    _log_in(page, "admin", PASSWORDS["dora"], home=False)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    return page


def _fill_password(page: Page, present: str) -> Locator:
    part = page.locator("#password")
    part.locator("summary").click()
    part.get_by_label("Your present password").fill(present)
    part.get_by_label("New password").fill(PASSWORDS["dora"])
    part.get_by_label("The same again").fill(PASSWORDS["dora"])
    part.locator("summary").click()
    return part


def _log_in(page: Page, name: str, password: str, *, home: bool = True) -> None:
    page.goto("/admin/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    if home:
        expect(page.get_by_role("heading", name="Events")).to_be_visible()


def dora_makes_people(night: Night, dora: Page) -> Page:
    """She invites a manager, who comes by the link in the letter, and adds two who sell with a PIN."""
    turn_to(dora, "People")
    asked = dora.locator("#invite")
    asked.get_by_label("E-mail address").fill("morgan@riverside.example")
    asked.get_by_label("Role").select_option("manager")
    asked.get_by_role("button", name="Invite").click()
    expect(dora.get_by_text("It is on its way by mail.")).to_be_visible()
    for name in ("Sam", "Kim"):
        add = dora.locator("#add")
        add.get_by_label("Name", exact=True).fill(name)
        add.get_by_label("User name").fill(name.lower())
        add.get_by_label("PIN for the kiosks").fill(PIN)
        add.get_by_role("button", name="Add").click()
        expect(dora.get_by_role("row", name=name)).to_contain_text("has a PIN")
    morgan = night.window()
    morgan.goto(night.link("morgan@riverside.example", "Riverside Hospice"))
    expect(morgan.get_by_text("invites you as")).to_be_visible()
    morgan.get_by_label("Your name").fill("Morgan Hale")
    morgan.get_by_label("User name").fill("morgan")
    morgan.get_by_label("Password").fill(PASSWORDS["morgan"])
    morgan.get_by_label("The same again").fill(PASSWORDS["morgan"])
    morgan.get_by_role("button", name="Accept").click()
    expect(morgan.get_by_role("heading", name="Events")).to_be_visible()
    return morgan


# The raffle -----------------------------------------------------------------------------------------


def morgan_prepares(night: Night, morgan: Page) -> str:
    """A venue, templates, an event made of them with a picture; next week's is its duplicate. The event's address."""
    turn_to(morgan, "Venues")
    morgan.get_by_role("link", name="New venue").click()
    morgan.get_by_label("Name").first.fill("Riverside Stadium")
    morgan.get_by_label("Time zone").select_option(ZONE)
    morgan.get_by_role("button", name=re.compile("venue|Save|Keep|Add", re.IGNORECASE)).first.click()
    turn_to(morgan, "Templates")
    for name, tickets, price in PACKAGES:
        part = morgan.locator("#packages")
        part.get_by_text("Add a package").click()
        part.get_by_label("Name").fill(name)
        part.get_by_label("Tickets").fill(str(tickets))
        part.get_by_label(re.compile("Price")).fill(f"{price}.00")
        part.get_by_role("button", name="Add", exact=True).click()
        expect(morgan.locator("#packages").get_by_role("row", name=name)).to_be_visible()
    for name, kind, amount, winners in (
        ("Half the pot", "percentage", "50", 1),
        ("Signed scarf", "fixed", "15", SCARVES),
    ):
        part = morgan.locator("#prizes")
        part.get_by_text("Add a prize").click()
        part.get_by_label("Name").fill(name)
        part.get_by_label("Kind").select_option(kind)
        part.get_by_label(re.compile("^Amount")).fill(amount)
        part.get_by_label("Winners").fill(str(winners))
        part.get_by_role("button", name="Add", exact=True).click()
        expect(morgan.locator("#prizes").get_by_role("row", name=name)).to_be_visible()
    turn_to(morgan, "Events")
    morgan.get_by_role("link", name="New event").click()
    morgan.get_by_label("Name", exact=True).first.fill("Cup night")
    morgan.get_by_label("Short code").fill("CUP-1")
    morgan.get_by_label("Sales open").fill(night.at(hours=-1))
    morgan.get_by_label("Sales close").fill(night.at(hours=3))
    morgan.get_by_role("button", name="Make the event").click()
    expect(morgan.get_by_role("heading", name="Cup night")).to_be_visible()
    morgan.get_by_text("Take from templates").click()
    for name in (*(package[0] for package in PACKAGES), "Half the pot", "Signed scarf"):
        morgan.get_by_label(re.compile(f"^{name}")).check()
    morgan.get_by_role("button", name="Copy what is ticked").click()
    expect(morgan.locator("#packages").get_by_role("row", name="Whole row")).to_contain_text("$50.00")
    picture = io.BytesIO()
    Image.new("RGB", (640, 400), "#146c5f").save(picture, "JPEG")
    part = morgan.locator("#pictures")
    part.get_by_text("Add a picture").click()
    part.get_by_label("Picture").set_input_files(
        {"name": "cup.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    part.get_by_label("What it shows").fill("The cup under floodlights")
    part.get_by_role("button", name="Add").click()
    expect(morgan.get_by_role("img", name="The cup under floodlights")).to_be_visible()
    event = morgan.url.split("#")[0]
    morgan.get_by_role("link", name="Duplicate").click()
    morgan.get_by_label("Name").fill("Cup night, the second")
    morgan.get_by_label("Short code").fill("CUP-2")
    morgan.get_by_role("button", name="Make the draft").click()
    expect(morgan.locator("#packages").get_by_role("row", name="Whole row")).to_contain_text("$50.00")
    expect(morgan.get_by_role("img", name="The cup under floodlights")).to_be_visible()
    morgan.goto(event)
    return event


def morgan_plans(night: Night, morgan: Page) -> None:
    """It is to be put on sale by itself, at the next whole minute."""
    morgan.get_by_text("Activate it by itself at a time…").click()
    morgan.get_by_label("Put on sale").fill(night.at(seconds=80))
    morgan.get_by_role("button", name="Plan it").click()
    expect(morgan.get_by_text("To be put on sale by itself")).to_be_visible()


def morgan_opens_the_shop(morgan: Page, event: str) -> None:
    turn_to(morgan, "Web shop")
    row = morgan.locator("form", has=morgan.get_by_role("link", name="Cup night", exact=True))
    row.get_by_label("Sell on line").check()
    row.get_by_label("Tickets at once, at most").fill("50")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_label("Sell on line")).to_be_checked()
    morgan.goto(event)


# Those who sell and buy -----------------------------------------------------------------------------


def cleo_registers(night: Night) -> Page:
    """A customer with a confirmed address, and a phone number that the office can find her by."""
    cleo = night.window()
    cleo.goto("/")
    cleo.get_by_role("link", name="Sign in").click()
    cleo.get_by_role("link", name="Register").click()
    cleo.get_by_label("Your name").fill("Cleo Marsh")
    cleo.get_by_label("E-mail address").fill("cleo@customers.example")
    cleo.get_by_label("Password").fill(PASSWORDS["cleo"])
    cleo.get_by_role("button", name="Register").click()
    cleo.goto(night.link("cleo@customers.example", "onfirm"))
    cleo.get_by_role("button", name="Confirm and sign in").click()
    cleo.get_by_role("link", name="Your account").click()
    cleo.get_by_label("Telephone").fill("+49 30 5550142")
    cleo.locator("#details").get_by_role("button", name="Save").click()
    return cleo


def cleo_buys(cleo: Page, package: str) -> str:
    """At the public page, through the basket to the processor's page and back; the order's validation number."""
    cleo.get_by_role("link", name="Raffles").click()
    cleo.get_by_role("link", name="Buy tickets").click()
    cleo.get_by_role("button", name=f"Add {package}").click()
    cleo.get_by_role("link", name=re.compile("Basket")).click()
    cleo.get_by_role("button", name="Go to checkout").click()
    cleo.get_by_role("button", name=re.compile("by card")).click()
    cleo.get_by_role("button", name="Pay").click()
    expect(cleo.get_by_role("heading", name="Your tickets")).to_be_visible()
    return cleo.locator(".ticket .mono").inner_text()


def kiosk_enrols(night: Night, ends: ExitStack, morgan: Page, name: str, number: int) -> Evening:
    """A kiosk gets its code at the office, is enabled there, and its operator counts the float."""
    turn_to(morgan, "Kiosks")
    morgan.get_by_label("Name").fill(name)
    morgan.get_by_role("button", name="Add and show its code").click()
    code = morgan.locator("#code").inner_text()
    morgan.get_by_role("link", name=re.compile("^Done")).click()
    port = int(night.url.rsplit(":", 1)[1])
    kiosk = Kiosk(name, night.folder / f"kiosk-{number}", night.home.parent, night.clock, Wire(port))
    ends.callback(kiosk.switch_off)
    kiosk.switch_on()

    def enable() -> None:
        morgan.reload()
        morgan.get_by_role("button", name="Enable it").click()

    one = Evening(kiosk, night.clock, lambda _name: None, lambda: None)
    one.enrol(code, enable)
    one.begin(early_bird_ms=0)
    return one


def office_talks(dora: Page, north: Evening) -> None:
    """A message stands on the kiosk's screen; called home it sells nothing; called back it sells."""
    door = north.kiosk.door
    turn_to(dora, "Live")
    dora.get_by_role("link", name="Messages").click()
    dora.get_by_label("Message", exact=True).fill("Doors open at seven.")
    dora.get_by_role("button", name="Send").click()
    door.tap("open_sync", "sync_now")
    door.wait(WAIT_S_MAX, status__messages=1)
    door.tap("back")
    door.wait(screen="sell")
    door.tap("open_messages")
    assert [row["text"] for row in door.wait(screen="messages")["messages"]["rows"]] == [
        "Doors open at seven."
    ]
    door.tap("messages_read")
    door.wait(status__messages=0)
    north.home()
    turn_to(dora, "Live")
    dora.get_by_text("Call everybody home…").click()
    dora.get_by_label("What the kiosks show").fill("Thunderstorm: please go inside.")
    dora.get_by_label("Reason, for the record").fill("Thunderstorm")
    dora.get_by_role("button", name="Call everybody home").click()
    view = door.wait(WAIT_S_MAX, screen="blocked")
    assert "Thunderstorm: please go inside." in str(view)
    expect(dora.locator("[data-piece=glance]")).to_contain_text("called home")
    unfold(dora, "Let everybody sell again…", "Sell again", "It is over")
    said(dora, "Sales go on.")
    door.wait(WAIT_S_MAX, screen=["sell", "attract"])
    if door.view()["screen"] == "attract":
        north.log_on()


# After the sales ------------------------------------------------------------------------------------


def hand_in(one: Evening) -> None:
    """The kiosk has heard of the close and handed all in; its operator counts the drawer."""
    door = one.kiosk.door
    view = door.wait(WAIT_S_MAX, status__unsynced=0, closed__all_uploaded=True)
    if view["screen"] == "sell":  # next week's event is still to come there
        door.tap("open_shift")
        door.wait(screen="shift")
    one.close_shift()


def find(page: Page, wanted: str, validation: str) -> None:
    """An order's page, by whatever there is; where one order alone fits, it opens by itself."""
    turn_to(page, "Orders")
    page.get_by_role("searchbox", name="Find an order").fill(wanted)
    page.get_by_role("button", name="Find", exact=True).click()
    heading, row = page.get_by_role("heading", name=validation), page.get_by_role("link", name=validation)
    expect(heading.or_(row).first).to_be_visible()
    if not heading.count():
        row.click()
    expect(heading).to_be_visible()


def refunds(night: Night, dora: Page, cash: str, on_line: str) -> None:
    """One order of a kiosk by its validation number, one of the web shop by its buyer's phone: both void and due."""
    find(dora, cash, cash)
    unfold(dora, "Pay it back…", "Make it void and pay it back", "Asked at the desk")
    expect(dora.locator("#history")).to_contain_text("Asked at the desk")
    find(dora, "+49 30 5550142", on_line)
    back = dora.locator("form", has=dora.get_by_role("button", name="Make it void and pay it back"))
    back.get_by_label("Reason").fill("Asked by telephone")
    back.get_by_role("button").click()
    expect(dora.locator("#history")).to_contain_text("Asked by telephone")
    turn_to(dora, "Refunds")
    row = dora.get_by_role("row", name=cash)
    row.get_by_text("Paid back…").click()
    row.get_by_role("button", name="Note it").click()
    expect(dora.get_by_role("row", name=cash)).to_contain_text("Administrator")


def resend(night: Night, dora: Page, validation: str) -> None:
    """The confirmation goes out once more, and is read."""
    before = sum(validation in str(one) for one in night.post.got)
    find(dora, validation, validation)
    dora.get_by_role("button", name="Send it to the buyer").click()
    night.until(
        lambda: sum(validation in str(one) for one in night.post.got) > before,
        "The confirmation did not come again.",
    )


def reconcile(dora: Page, event: str) -> None:
    """Voids are looked at, all units are in, and it is confirmed by name."""
    dora.goto(f"{event}/reconcile")
    dora.get_by_role("button", name=re.compile("I have looked at")).click(timeout=PATIENCE_MS)
    confirm = dora.get_by_role("button", name="Confirm reconciliation under my name")
    expect(confirm).to_be_visible(timeout=PATIENCE_MS)
    confirm.click()
    expect(dora.get_by_role("heading", name="Ready for the draw")).to_be_visible()


def draw(dora: Page, morgan: Page) -> None:
    """Frozen, committed, dice keyed by two people, drawn, official."""
    dora.get_by_role("link", name="To the draw").click()
    dora.get_by_label("How many, of how many sides").fill("3d6")
    dora.get_by_role("button", name="Freeze the pool").click()
    dora.get_by_role("button", name="Commit the seed").click()
    for page in (dora, morgan):
        page.goto(dora.url)
        page.get_by_label("The 3 dice").fill("4 1 6")
        page.get_by_role("button", name=re.compile("^Key it")).click()
    # The first one's page goes on by itself.
    dora.get_by_role("button", name="Draw the winners").click()
    expect(dora.locator(".winner")).to_have_count(1 + SCARVES)
    dora.get_by_role("button", name="Make the result official").click()
    expect(dora.get_by_role("link", name="Result page")).to_be_visible()


def claim(night: Night, dora: Page, morgan: Page, cleo: Page) -> None:
    """The winner is told by mail, finds it at her tickets, is paid once, and becomes a champion by two people."""
    assert "claims desk" in night.mail("cleo@customers.example", "has won")
    cleo.get_by_role("link", name="My tickets", exact=True).click()
    cleo.locator(".ticket", has=cleo.get_by_text("won", exact=True)).first.click()
    ticket = cleo.locator(".keep").inner_text()
    turn_to(dora, "Claims desk")
    dora.get_by_label("Scan the ticket").fill(ticket)
    dora.keyboard.press("Enter")
    expect(dora.get_by_role("heading", name="It has won")).to_be_visible()
    form = dora.locator("form", has=dora.get_by_role("button", name=re.compile("^Pay "))).first
    form.get_by_label("Winner’s name").fill("Cleo Marsh")
    form.get_by_label("Desk").fill("Desk 1")
    form.get_by_label(re.compile("I have seen an identity document")).check()
    form.get_by_label(re.compile("The winner lets us publish")).check()
    form.get_by_label("City, if it may be published").fill("Riverside")
    form.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(dora.get_by_role("heading", name="Receipt of payment")).to_be_visible()
    number = dora.locator("dd", has=dora.locator("strong")).first.inner_text()
    turn_to(dora, "Champions")
    dora.get_by_role("row", name=re.compile(rf"\b{number}\b")).get_by_role("link").first.click()
    dora.get_by_label("The winner lets us publish this").check()
    dora.get_by_label("Name to show").fill("Cleo M.")
    dora.get_by_role("button", name="Save").click()
    morgan.goto(dora.url)
    morgan.get_by_role("button", name="Approve and publish").click()
    cleo.get_by_role("link", name="Champions").click()
    expect(cleo.get_by_text("Cleo M.")).to_be_visible()


def the_books(dora: Page, event: str) -> None:
    """Reports and journals agree to the cent; the audit names who did what."""
    dora.goto(f"{event}/reports")
    dora.get_by_role("button", name="Check now, under my name").click()
    expect(dora.get_by_text("Agrees with the journals")).to_be_visible()
    expect(dora.locator(".badge", has_text="to the cent")).to_have_count(3)
    changes = {(row["Who"], row["Table"]) for row in _rows(dora, "/admin/audit?as=csv")}
    assert changes >= CHANGES, CHANGES - changes
    happened = {(row["Who"], row["Code"]) for row in _rows(dora, "/admin/audit/events?as=csv")}
    assert happened >= HAPPENED, HAPPENED - happened


def _rows(page: Page, path: str) -> list[dict[str, str]]:
    answer = page.request.get(path)
    assert answer.ok, (path, answer.status)
    return list(csv.DictReader(io.StringIO(answer.text())))


def test_an_evening_is_run_from_the_office(night: Night) -> None:
    """O1, O5, O6, O7, O8, O9, E3, E4, E7, K2, K17, Y9, D1, D9, D10, D12, O2, O3, O10: from the first log-in to the backup."""
    with _opened(night) as password, ExitStack() as ends:
        dora = dora_takes_office(night, password)
        morgan = dora_makes_people(night, dora)
        event = morgan_prepares(night, morgan)
        morgan_plans(night, morgan)
        morgan_opens_the_shop(morgan, event)
        cleo = cleo_registers(night)
        expect(morgan.locator(".head").get_by_text("active")).to_have_count(0)
        night.until(lambda: _on_sale(morgan, event), "It was not put on sale by itself.")
        north = kiosk_enrols(night, ends, morgan, "North Gate", 1)
        south = kiosk_enrols(night, ends, morgan, "South Gate", 2)
        south.kiosk.wire.cut()

        turn_to(dora, "Live")
        sales = dora.locator("[data-piece=sales]")
        row = cleo_buys(cleo, "Whole row")
        expect(sales).to_contain_text("$50.00")
        north.sell(SALES)
        expect(sales).to_contain_text(f"${50 + TAKINGS}.00")
        changed = cleo_buys(cleo, "Single")
        south.sell(SALES)
        office_talks(dora, north)

        refunds(night, dora, _dashed(min(north.orders)), changed)
        resend(night, dora, row)
        morgan.goto(event)
        unfold(morgan, "Close sales now…", "Close sales", "Half-time")
        said(morgan, "Sales are closed.")
        south.kiosk.wire.mend()
        for one in (north, south):
            hand_in(one)
        reconcile(dora, event)
        draw(dora, morgan)
        claim(night, dora, morgan, cleo)
        the_books(dora, event)
        night.until(lambda: bool(night.cards.refunded), "The card processor paid nothing back.")
        assert sum(night.cards.refunded.values()) == 5_00
        assert "Cup night" in night.mail("dora@riverside.example", "Cup night")
        phrase = {"TOMBOLA_BACKUP_PASSPHRASE": "four blue kettles sing"}
        done = run(night.home, "backup", str(night.folder / "office.dump"), environment=phrase)
        assert done.returncode == 0, done.stderr
        assert night.trouble == []


def _on_sale(page: Page, event: str) -> bool:
    page.goto(event)
    return page.locator(".head").get_by_text("active", exact=True).count() == 1


def _dashed(validation: str) -> str:
    return "-".join(validation[i : i + 4] for i in range(0, len(validation), 4))
