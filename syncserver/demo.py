"""An evening at a stadium, from the first ticket to the winner, on real programs.

``tombola-server demo`` sets a demonstration up and opens a kiosk to try. With ``--scripted`` it plays by
itself: a buyer on line, and three kiosks, one off line all evening, one killed in mid-sale, one out of paper; then
everything is synced, closed, reconciled, drawn, claimed and counted. It ends with 0 only if every number agrees.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import Page, ViewportSize, sync_playwright
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from sqlalchemy import func, select

from shared import draw
from shared.clock import Clock, SystemClock, utc
from shared.errors import Fault, KnownError, Refused
from shared.games.raffle import MAIN_POOL
from shared.wire import Policies, ReceiptText, ShiftRules
from syncserver import (
    accounts,
    auth,
    checkout,
    claims,
    draws,
    events,
    media,
    online,
    organisations,
    reconcile,
    refunds,
    reports,
    rsus,
    takings,
)
from syncserver import models as m
from syncserver.config import read_config
from syncserver.db import migrate, open_database
from syncserver.evening import (
    LATE_ORDERS,
    ORDERS,
    PIN,
    SUPERVISOR_PIN,
    SYNC_S_MAX,
    WARM_UP_ORDERS,
    Evening,
    wait_until,
)
from syncserver.office import Office, furnish
from syncserver.playmoney import Processor, processor
from syncserver.stage import Kiosk, Program, Wire, script
from syncserver.trial import SENDER, mailbox

CLOSE_MARGIN_S = 25
SLOWER_TOGETHER = 2
"""Three kiosks share the machine, and a slow one must not miss the close."""

EARLY_BIRD_S = 150
"""What is sold so long after the doors open takes part in the early bird too."""
EARLY_BIRD = "early-bird"

LETTERS = "letters.txt"
"""What was written by e-mail: nothing leaves this machine."""
LEAVES = (
    *(
        "summary.json",
        "orders.csv",
        "tickets.csv",
        "draw.json",
        "pool.csv",
        "early-bird.json",
        "early-bird.csv",
        LETTERS,
    ),
    *("proof.json", "receipts", "reports", "screens", "pages"),
)
"""What an evening leaves in its folder."""

LOOKS = (
    ("1280x800", "light", "en", -2_50),
    ("1024x600", "contrast", "fr", 0),
    ("1080x1920", "dark", "es", 1_35),
)
"""Each kiosk's window, colours and language, and by how much its drawer is wrong at the close, minor units."""

PASSWORD = "demo-tombola-2026"  # noqa: S105 - printed for all to use, on loopback only
DICE = "4 2 6 1 5 3 3 6"
DIGITS = "7 0 3 9 1 1 8 2 6 4 0 5"
"""Called by the audience."""
BUYER = "cleo@customers.example"
VIEWPORT: Final[ViewportSize] = {"width": 1280, "height": 900}
ON_LINE = ("Single", "Fan", "Family", "Whole row")
"""What is bought at the web shop, each for itself; the first is paid back."""
LIVE_AFTER_S = 20
"""So long after the kiosks began all three the dashboard is pictured."""
PACKAGES = [("Single", 1, 500), ("Fan", 3, 1000), ("Family", 8, 2000), ("Whole row", 25, 5000)]


@dataclass(frozen=True)
class Browser:
    """A real browser, logged in at the office, that files pictures of pages."""

    page: Page
    url: str
    folder: Path

    def __call__(self, name: str, path: str, ticket: str = "") -> None:
        """Go to ``path``, hand its form a ticket where one is given, and file what is shown as ``name``."""
        answer = self.page.goto(self.url + path)
        if answer is None or not answer.ok:
            raise Fault("demo.page", f"The page {path} answered {answer and answer.status}.")
        if ticket:
            self.page.fill("[name=ticket]", ticket)
            self.page.press("[name=ticket]", "Enter")
            self.page.wait_for_load_state()
        self.file(name)

    def verified(self, name: str, saved: Path, bundle: Path) -> str:
        """Give a bundle to the saved verification page, without a network; what it says."""
        self.page.context.set_offline(True)
        try:
            self.page.goto(saved.as_uri())
            self.page.set_input_files("input[type=file]", bundle)
            self.page.wait_for_selector("[data-result] .verdict")
            self.file(name)
            return self.page.inner_text("[data-result]")
        finally:
            self.page.context.set_offline(False)

    def file(self, name: str) -> None:
        """What the window shows, whole, as a picture."""
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)


@dataclass
class House:
    """The demonstration's office: its event, once there is one, and its kiosks' names."""

    office: Office
    organisation: UUID
    venue: UUID
    manager: UUID
    second: UUID
    """Another manager: what must not go wrong takes two people."""
    desk: UUID
    units: dict[str, tuple[UUID, str]]
    """Each kiosk's id and one-time code, by its name."""
    port: int
    cards: Processor
    """Where buyers on line pay, with play money."""
    event: UUID = field(init=False)
    early_bird_ms: int = field(init=False)
    """When the early bird ends."""

    @property
    def url(self) -> str:
        """Where pages are."""
        return f"http://127.0.0.1:{self.port}"

    def cards_paid_back(self, clock: Clock) -> None:
        """Wait until what was made void on line went back, which the worker sees to every minute."""
        wait_until(
            clock, lambda: bool(self.cards.refunded), SYNC_S_MAX, "The card processor paid nothing back."
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demonstration; the exit code is 0 only if every number agrees."""
    parser = argparse.ArgumentParser(prog="tombola-server demo", description=__doc__)
    parser.add_argument("--scripted", action="store_true", help="play the whole evening by itself")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for what the evening leaves")
    parser.add_argument("--keep", action="store_true", help="leave the working folder behind")
    arguments = parser.parse_args(argv)
    console = Console()
    clock = SystemClock()
    out: Path = arguments.out.absolute()
    if arguments.scripted:
        _make_room(out)
    # The sockets of kiosks and database need short names, and PostgreSQL's own user must be able to enter.
    home = Path(tempfile.mkdtemp(prefix="tombola-"))
    home.chmod(0o755)
    try:
        with ExitStack() as ends:
            house = _open_house(home, ends, clock, console)
            if arguments.scripted:
                return _scripted(house, home, out, clock, console)
            _put_on_sale(house, clock)
            return _by_hand(house, home, clock, console)
    except KnownError as e:
        console.print(f"[red]{e.message}[/] {e.hint}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if arguments.keep:
            console.print(f"The working folder is {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)


def _make_room(out: Path) -> None:
    """Empty the folder of an earlier demonstration; refuse one that holds anything else."""
    foreign = sorted({path.name for path in out.iterdir()} - set(LEAVES)) if out.is_dir() else []
    if foreign or (out.exists() and not out.is_dir()):
        raise SystemExit(
            f"{out} holds what is no demonstration's ({', '.join(foreign)}). Name another folder."
        )
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("receipts", "reports", "screens", "pages"):
        (out / folder).mkdir(parents=True)


# The office ------------------------------------------------------------------------------------------


def _open_house(home: Path, ends: ExitStack, clock: Clock, console: Console) -> House:
    """Start database, server and worker; make an organisation, an event, people, kiosks."""
    with console.status("Starting PostgreSQL, the server and its worker …"):
        config = replace(read_config({}), home=home / "office")
        database = open_database(config, clock)
        ends.callback(database.close)
        migrate(database)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        office = furnish(database, config.home, clock, demo=True)
        # What is done from here writes letters too, whose links lead to the server.
        office = replace(office, config=replace(office.config, url=url))
        cards = ends.enter_context(processor(clock))
        cards.hook = f"{url}/stripe/webhook"
        env = {
            "TOMBOLA_HOME": str(config.home),
            "TOMBOLA_LISTEN": f"127.0.0.1:{port}",
            "TOMBOLA_STRIPE_KEY": cards.settings.key,
            "TOMBOLA_STRIPE_WEBHOOK_SECRET": cards.settings.webhook_secret,
            "TOMBOLA_STRIPE_API": cards.settings.url,
            "TOMBOLA_SMTP_HOST": "127.0.0.1",
            "TOMBOLA_SMTP_PORT": str(ends.enter_context(mailbox(_filing(home / LETTERS)))),
            "TOMBOLA_SMTP_SECURITY": "none",
            "TOMBOLA_SMTP_FROM": SENDER,
        }
        serve = ends.enter_context(Program(["tombola-server", "serve", "--demo"], home / "server.log", env))
        ends.enter_context(Program(["tombola-server", "worker"], home / "worker.log", env))
        up = f"{url}/healthz"
        wait_until(clock, lambda: _answers(up), SYNC_S_MAX, f"The server did not start. See {serve.log}.")
    return _furnish(office, port, cards)


def _filing(file: Path) -> Callable[[str], None]:
    """Puts letters into a file instead of sending them."""
    one = threading.Lock()

    def say(letter: str) -> None:
        with one, file.open("a", encoding="utf-8") as letters:
            letters.write(letter)

    return say


def _furnish(office: Office, port: int, cards: Processor) -> House:
    with office.begin() as c:
        organisation = events.create_organisation(
            c, "Riverside Children’s Hospice", "USD", licence="RL-2026-0417"
        )
        manager = auth.create_user(
            c, organisation, "manager", "Morgan Hale", PASSWORD, "admin", SUPERVISOR_PIN
        )
        second = auth.create_user(c, organisation, "second", "Jordan Reyes", PASSWORD, "manager")
        desk = auth.create_user(c, organisation, "desk", "Robin Clay", PASSWORD, "claims")
        for name, full in [("sam", "Sam Okafor"), ("kim", "Kim Larsen")]:
            auth.create_user(c, organisation, name, full, PASSWORD, "operator", pin=PIN)
        organisations.decide(c, organisation, manager, shifts=ShiftRules(required=True, blind=True))
        venue = events.create_venue(
            c, organisation, "Riverside Stadium", "America/New_York", city="Riverside"
        )
        units = {}
        for name in ("North Gate", "South Gate", "Family Stand"):
            rsu = rsus.create_rsu(c, organisation, name, venue)
            units[name] = rsu, rsus.new_code(office, c, rsu, manager)
        accounts.create(
            office,
            c,
            organisation,
            email=BUYER,
            name="Cleo Marsh",
            verified=True,
            password_hash=auth.hashed_password(PASSWORD),
        )
    return House(office, organisation, venue, manager, second, desk, units, port, cards)


def _put_on_sale(house: House, clock: Clock) -> None:
    """Make the event and activate it. Its early bird is short, so nothing slow stands between this and the first sale."""
    office, manager, now = house.office, house.manager, clock.now_ms()
    wanted = events.NewEvent(
        name="Home Opener 50/50",
        identifier="RIVERSIDE-2026-001",
        organisation=house.organisation,
        venue=house.venue,
        opens_at=utc(now - 60_000),
        closes_at=utc(now + 6 * 3600_000),
        draw_at=utc(now + 7 * 3600_000),
        currency="USD",
        first_number=1,
        last_number=100_000,
        licence="RL-2026-0417",
        policies=Policies(mode="both", block_size=1_000, low_water=200, void_supervisor=True),
        draw=events.DrawRules(source="dice", form="8d6", winners_stay=True, claim_days=30),
        pools=(
            events.PoolPlan(
                name=EARLY_BIRD,
                label="Early bird",
                until=utc(now + EARLY_BIRD_S * 1000),
                draw_at=utc(now + 7 * 3600_000),
            ),
        ),
        receipt=ReceiptText(
            contact="Riverside Children’s Hospice, 12 Quay Street · 555-0100",
            results_at="tombola.example/results",
            claim_by="30 days after the draw, with this ticket",
            notes=("You need not be present to win.", "Please play responsibly: 1-800-555-0199"),
        ),
    )
    with office.begin(manager) as c:
        event = events.create_event(office, c, wanted, manager)
        for order, (name, count, price) in enumerate(PACKAGES):
            events.add_package(c, event, name, count, price, order)
        events.add_prize(c, event, "Half the jackpot", "percentage", position=1, basis_points=5_000)
        events.add_prize(c, event, "Signed match ball", "fixed", 25_000, position=2)
        events.add_prize(c, event, "Season ticket", "fixed", 60_000, position=3)
        events.add_prize(c, event, "Signed scarf", "fixed", 10_000, position=4, pool=EARLY_BIRD)
        media.add(c, event, _cover(), "The pitch of Riverside Stadium from above", manager)
        events.activate(office, c, event, manager)
        rules = checkout.Rules(on_sale=True, guests=True)
        checkout.set_rules(office, c, event, rules, manager)
    house.event, house.early_bird_ms = event, now + EARLY_BIRD_S * 1000


def _cover() -> bytes:
    """The picture on the event's public page: the pitch, from above."""
    width, height, stripe, line = 1_200, 500, 100, 6
    picture = Image.new("RGB", (width, height), "#2c8a4b")
    pen = ImageDraw.Draw(picture)
    for left in range(0, width, 2 * stripe):
        pen.rectangle((left, 0, left + stripe, height), fill="#267a42")
    pen.rectangle((60, 40, width - 60, height - 40), outline="white", width=line)
    pen.line((width // 2, 40, width // 2, height - 40), fill="white", width=line)
    pen.circle((width // 2, height // 2), 80, outline="white", width=line)
    for left in (60, width - 200):
        pen.rectangle((left, 140, left + 140, height - 140), outline="white", width=line)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _by_hand(house: House, home: Path, clock: Clock, console: Console) -> int:
    """Open a kiosk where there is a display, say where everything is, and wait for Ctrl-C."""
    name, (rsu, code) = next(iter(house.units.items()))
    with house.office.begin(house.manager) as c:
        rsus.set_state(c, rsu, "enabled", house.manager, "Ready for the demonstration")
    console.print(
        f"\n[bold]The office[/]    {house.url}/admin   log in as [bold]manager[/], password [bold]{PASSWORD}[/]"
    )
    console.print(f"[bold]The public[/]    {house.url}/")
    console.print(
        f"[bold]A kiosk[/]       enrols as {name} with the code [bold]{code}[/]; operators' PIN [bold]{PIN}[/],"
        f" the supervisor's [bold]{SUPERVISOR_PIN}[/]"
    )
    console.print(f"[bold]Its receipts[/]  {home / 'kiosk-0' / 'virtual-printer' / 'out'}")
    console.print(f"[bold]Its letters[/]   {home / LETTERS}: nothing is sent from here")
    console.print("\nCtrl-C ends the demonstration.\n")
    kiosk = Kiosk(name, home / "kiosk-0", home, clock, Wire(house.port))
    try:
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            kiosk.switch_on()
        else:
            console.print("There is no display here: play the evening with make demo SCRIPTED=1 OUT=demo")
        threading.Event().wait()
    finally:
        kiosk.switch_off()
    return 0


# The evening -----------------------------------------------------------------------------------------


def _scripted(house: House, home: Path, out: Path, clock: Clock, console: Console) -> int:
    began = clock.monotonic_ms()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress, ExitStack() as ends:
        bar = progress.add_task("Selling", total=ORDERS * len(house.units))
        evenings = _switch_on(house, home, out, clock, ends, _teller(progress, bar))
        north, south, _family = evenings
        picture = ends.enter_context(_browser(house, out / "pages"))
        _put_on_sale(house, clock)
        for evening in evenings:
            evening.begin(house.early_bird_ms)
        bought = _buy_on_line(house, picture)
        _sell_all(house, evenings, clock, picture)
        progress.update(bar, description="Sold and closed")

        step = progress.add_task("Close, sync, reconcile, draw, claim", total=12)

        def told(words: str) -> None:
            progress.update(step, advance=1, description=words)
            if not console.is_terminal:
                console.print(words)

        told("The draw is refused while a kiosk is missing")
        with house.office.begin(house.manager) as c:
            # The worker may have been quicker.
            if events.locked(c, house.event).state != "closed":
                events.close(house.office, c, house.event, house.manager)
                online.cut_due(house.office, c, house.event)
        refusal = _refusal(house)
        picture("reconcile-one-kiosk-missing", f"/admin/events/{house.event}/reconcile")
        told("The kiosk that was off line comes back")
        south.kiosk.wire.mend()
        for evening in evenings:
            evening.log_on(until=["closed"])
            evening.kiosk.door.wait(SYNC_S_MAX, screen="closed", closed__all_uploaded=True)
        south.pictures("closed-all-uploaded")
        told("Reconciled and confirmed")
        online.run_due(house.office)
        house.cards_paid_back(clock)
        _confirm(house)
        told("The early bird is drawn")
        digits: dict[str, draw.Json] = {"count": len(DIGITS.split()), "source": "digits"}
        early = _draw(house, picture, EARLY_BIRD, digits, DIGITS)
        told("The main draw is held")
        dice: dict[str, draw.Json] = {"form": f"{len(DICE.split())}d6", "source": "dice"}
        execution = _draw(house, picture, MAIN_POOL, dice, DICE)
        told("Receipts read from their pictures")
        winners = _winners(house, execution)
        receipts = _collect_receipts(evenings, out)
        # Somebody with paper in hand comes to the desk.
        winner = next(one for one in winners if one.validation in receipts)
        ticket = receipts[winner.validation]
        told("A winner is validated off line")
        north.validate_off_line(ticket)
        told("Paid once, and never twice")
        amount, second = _claim(house, ticket, winner)
        told("Exports, and pictures of every page")
        _export(house, execution, early, winner.number, out)
        _every_page(house, picture, execution, winner.validation)
        told("Verified three times over, and one ticket followed to the pool's root")
        disagree = _verify(house, home, out, picture)
        told("Counted")
        claimed = 1 if amount == winner.amount else 0
        wrong, summary = _count(house, evenings, bought, receipts, out, claimed)
        told("The drawers counted four times")
        wrong += _cash(house, evenings, out, summary)
        summary["seconds"] = round((clock.monotonic_ms() - began) / 1000, 1)
        wrong += disagree
        if not refusal:
            wrong.append("the draw was not refused while a kiosk's sales were missing")
        if second != "already_paid":
            wrong.append(f"the second claim ended as {second!r}")
        (out / LETTERS).write_bytes((home / LETTERS).read_bytes() if (home / LETTERS).exists() else b"")
        (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    console.print_json(data=summary)
    for words in wrong:
        console.print(f"[red]This does not hold:[/] {words}")
    console.print(
        f"\nEverything the evening left is in {out}: receipts, screens, pages, lists, both draws."
        f"\nCheck the draw yourself: {script('tombola-verify')} {out / 'draw.json'}\n"
    )
    return 1 if wrong else 0


def _switch_on(
    house: House, home: Path, out: Path, clock: Clock, ends: ExitStack, sold: Callable[[], None]
) -> list[Evening]:
    evenings = []
    for i, ((name, (rsu, code)), look) in enumerate(zip(house.units.items(), LOOKS, strict=True)):
        size, theme, language, wrong = look
        kiosk = Kiosk(name, home / f"kiosk-{i}", home, clock, Wire(house.port), size, theme, language)
        ends.callback(kiosk.switch_off)
        kiosk.switch_on()
        prefix = name.lower().replace(" ", "-")

        def picture(what: str, kiosk: Kiosk = kiosk, prefix: str = prefix) -> None:
            kiosk.door.grab(out / "screens" / f"{prefix}-{what}.png")

        def enable(rsu: UUID = rsu) -> None:
            with house.office.begin(house.manager) as c:
                rsus.set_state(c, rsu, "enabled", house.manager, "Put up at its gate")

        evening = Evening(kiosk, clock, picture, sold, wrong=wrong)
        evening.pictures("start")
        evening.enrol(code, enable)
        evenings.append(evening)
    return evenings


def _buy_on_line(house: House, picture: Browser) -> dict[str, int]:
    """A customer buys at the web shop, and one order is paid back: what each was, by its validation number."""
    window = picture.page.context.browser
    assert window is not None  # it was launched
    shop = replace(picture, page=window.new_page(viewport=VIEWPORT, reduced_motion="reduce"))
    page, bought = shop.page, {}
    page.goto(f"{house.url}/account/sign-in")
    page.fill("[name=email]", BUYER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    for name in ON_LINE:
        shop("shop-event", f"/events/{house.event}")
        page.get_by_role("button", name=f"Add {name}").click()
        page.wait_for_url("**/basket")
        shop("shop-basket", "/basket")
        shop("shop-checkout", "/checkout")
        page.get_by_role("button", name="Pay with play money").click()
        page.wait_for_url("**/pay/**")
        page.get_by_role("button", name="Pay with play money").click()
        page.wait_for_selector(".ticket .mono")
        shop.file("shop-bought")
        number = page.inner_text(".ticket .mono").replace("-", "")
        bought[number] = next(price for package, _, price in PACKAGES if package == name)
    shop("shop-my-tickets", "/my/tickets")
    page.click(".ticket")
    shop.file("shop-ticket")
    page.context.close()
    with house.office.begin(house.manager) as c:
        order = c.execute(
            select(m.orders.c.id).where(m.orders.c.validation_number == next(iter(bought)))
        ).scalar_one()
        refunds.ask(house.office, c, order, "Bought by mistake", house.manager)
    return bought


def _sell_all(house: House, evenings: list[Evening], clock: Clock, picture: Browser) -> None:
    """Sell at three kiosks at once; the closing time is set from the pace of the first customers."""
    north, south, family = evenings
    began = clock.monotonic_ms()
    north.sell(WARM_UP_ORDERS)
    pace_ms = (clock.monotonic_ms() - began) // WARM_UP_ORDERS
    early_ms, late_ms = (SLOWER_TOGETHER * pace_ms * n for n in (ORDERS - LATE_ORDERS, LATE_ORDERS))
    # The last customers come when the early bird is over.
    close_ms = max(clock.now_ms() + early_ms, house.early_bird_ms) + late_ms + CLOSE_MARGIN_S * 1000
    with house.office.begin(house.manager) as c:
        events.move_close(house.office, c, house.event, utc(close_ms), house.manager, "Kick-off was moved")
    for evening in evenings:
        evening.hear_of_close(close_ms)
    south.kiosk.wire.cut()
    with ThreadPoolExecutor(len(evenings)) as pool:
        jobs = [pool.submit(f) for f in (north.with_a_power_cut, south.off_line, family.without_paper)]
        wait(jobs, timeout=LIVE_AFTER_S)
        picture("office-live", "/admin/live")
        picture.page.goto("about:blank")
        for job in jobs:
            job.result()
    for evening in evenings:
        evening.kiosk.door.wait(close_ms // 1000 - clock.now_ms() // 1000 + SYNC_S_MAX, screen="closed")
        evening.pictures("closed")
        evening.close_shift()


def _teller(progress: Progress, bar: TaskID) -> Callable[[], None]:
    """What counts the orders on the bar; without a terminal there is none, and a line tells now and then."""

    def sold() -> None:
        progress.advance(bar)
        count = int(progress.tasks[bar].completed)
        if not progress.console.is_terminal and count % 50 == 0:
            progress.console.print(f"{count} orders sold")

    return sold


# The draw --------------------------------------------------------------------------------------------


def _refusal(house: House) -> str:
    """Why the draw does not open; empty where it would."""
    try:
        with house.office.begin(house.manager) as c:
            draws.freeze(house.office, c, house.event, {"source": "none"}, house.manager)
    except Refused as e:
        return str(e)
    return ""


def _confirm(house: House) -> None:
    with house.office.begin(house.manager) as c:
        reconcile.acknowledge_voids(c, house.event, house.manager)
    for plan in (EARLY_BIRD, MAIN_POOL):
        with house.office.begin(house.manager) as c:
            reconcile.confirm(house.office, c, house.event, house.manager, plan)


def _draw(house: House, pages: Browser, plan: str, source: Mapping[str, draw.Json], chance: str) -> UUID:
    """Freeze, commit, let two people key the public chance, draw, publish; each published before the next."""
    with house.office.begin(house.manager) as c:
        execution = draws.freeze(house.office, c, house.event, source, house.manager, plan=plan)

    def picture(step: str) -> None:
        pages(f"{plan}-{step}", f"/admin/draws/{execution}")
        pages(f"{plan}-{step}-wall", f"/draws/{execution}/wall")

    picture("frozen")
    pages(f"{plan}-notice", f"/draws/{execution}/notice")
    with house.office.begin(house.manager) as c:
        draws.commit_seed(house.office, c, execution, house.manager)
    for person in (house.manager, house.second):
        with house.office.begin(person) as c:
            draws.key(house.office, c, execution, "entropy", chance, person)
        picture("keyed-once" if person == house.manager else "keyed-twice")
    with house.office.begin(house.manager) as c:
        draws.execute(house.office, c, execution, house.manager)
    picture("verified")
    with house.office.begin(house.manager) as c:
        draws.make_official(house.office, c, execution, house.manager)
    picture("official")
    return execution


@dataclass(frozen=True)
class Winner:
    """A result as the desk needs it."""

    result: UUID
    number: int
    validation: str
    amount: int


def _winners(house: House, execution: UUID) -> list[Winner]:
    query = (
        select(m.draw_results.c.id, m.draw_results.c.winning_number, m.orders.c.validation_number)
        .add_columns(m.draw_results.c.prize_value_at_draw)
        .join_from(m.draw_results, m.tickets, m.tickets.c.id == m.draw_results.c.winning_ticket_id)
        .join(m.orders, m.orders.c.id == m.tickets.c.order_id)
        .where(m.draw_results.c.draw_execution_id == execution)
        .order_by(m.draw_results.c.position)
    )
    with house.office.begin() as c:
        return [Winner(*row) for row in c.execute(query)]


def _collect_receipts(evenings: Sequence[Evening], out: Path) -> dict[str, str]:
    """File each ticket's picture under its validation number; the codes that were read from them, by number."""
    codes: dict[str, str] = {}
    for picture in (path for evening in evenings for path in evening.kiosk.receipts()):
        with Image.open(picture) as image:
            found = [code.text for code in zxingcpp.read_barcodes(image) if code.text.startswith("TMB1:")]
        if found and (validation := found[0].split(":")[1]) not in codes:
            codes[validation] = found[0]
            shutil.copyfile(picture, out / "receipts" / f"{validation}.png")
    return codes


def _claim(house: House, ticket: str, winner: Winner) -> tuple[int, str]:
    """Pay the winner at the desk, and try to be paid again: the amount, and how the second try ended."""
    person = {"name": "Alex Marsh", "contact": "555-0142"}

    def pay() -> claims.ClaimRow:
        with house.office.begin(house.desk) as c:
            return claims.pay(
                house.office,
                c,
                ticket,
                winner.result,
                house.desk,
                person,
                identity_checked=True,
                desk="Desk 1",
            )

    paid = pay()
    try:
        pay()
    except Refused as e:
        return paid.amount, e.code
    return paid.amount, "paid again"


# What the evening leaves -----------------------------------------------------------------------------


def _export(house: House, execution: UUID, early: UUID, number: int, out: Path) -> None:
    """The lists, both draws, and the proof that the winning ticket's number was in the pool."""
    with house.office.begin() as c:
        written: list[tuple[str, Iterator[bytes] | Iterator[str]]] = [
            ("orders.csv", reports.orders_csv(c, house.event)),
            ("tickets.csv", reports.tickets_csv(c, house.event)),
            ("pool.csv", reports.pool_csv(c, execution)),
            ("early-bird.csv", reports.pool_csv(c, early, EARLY_BIRD)),
        ]
        for name, lines in written:
            with (out / name).open("wb") as file:
                file.writelines(part.encode() if isinstance(part, str) else part for part in lines)
        (out / "draw.json").write_bytes(draws.bundle(c, execution) or b"")
        (out / "early-bird.json").write_bytes(draws.bundle(c, early) or b"")
    (out / "proof.json").write_bytes(
        _fetched(f"{house.url}/draws/{execution}/proof/{MAIN_POOL}/{number}.json")
    )


def _verify(house: House, home: Path, out: Path, pages: Browser) -> list[str]:
    """Both bundles through every verifier there is: the installed program, its one file alone, the page in a browser.

    What does not agree, in words.
    """
    wrong = []
    alone = home / "alone"
    alone.mkdir()
    (alone / "draw.py").write_bytes(_fetched(f"{house.url}/verify/draw.py"))
    page = alone / "tombola-verify.html"
    page.write_bytes(_fetched(f"{house.url}/verify/page.html"))
    single = [sys.executable, "-I", "-S", str(alone / "draw.py")]
    for name, pool in (("draw", "pool"), ("early-bird", "early-bird")):
        bundle = out / f"{name}.json"
        won = [str(one.draw_number) for one in draw.winners(bundle.read_bytes())]
        for verifier, command in [
            ("tombola-verify", [script("tombola-verify"), str(bundle), "--pool", str(out / f"{pool}.csv")]),
            ("draw.py alone", [*single, "verify", str(bundle)]),
        ]:
            told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=alone)
            if told.returncode or any(number not in told.stdout for number in won):
                wrong.append(f"{verifier} does not verify {name}.json: {told.stdout}{told.stderr}")
        shown = pages.verified(f"{name}-verified-by-browser", page, bundle)
        if "The draw verifies." not in shown or any(number not in shown for number in won):
            wrong.append(f"the page does not verify {name}.json: {shown}")
    told = subprocess.run(
        [*single, "check-proof", str(out / "proof.json")], capture_output=True, text=True, check=False
    )
    if told.returncode:
        wrong.append(f"the proof of the winning ticket does not hold: {told.stdout}{told.stderr}")
    return wrong


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=SYNC_S_MAX) as reply:  # noqa: S310 - our own server on loopback
        return bytes(reply.read())


@contextmanager
def _browser(house: House, folder: Path) -> Iterator[Browser]:
    """The installed Chromium, logged in at the office."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise Fault("demo.browser", "No Chromium is installed.", "apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*quiet, "--disable-sync", "--no-first-run"]
        )
        # A picture taken while something fades in shows next to nothing of it.
        page = browser.new_page(viewport=VIEWPORT, reduced_motion="reduce")
        page.goto(f"{house.url}/admin/login")
        page.screenshot(path=folder / "login.png", full_page=True)
        page.fill("[name=username]", "manager")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        yield Browser(page, house.url, folder)
        browser.close()


def _every_page(house: House, picture: Browser, execution: UUID, winner: str) -> None:
    event = f"/admin/events/{house.event}"
    for name, path in [
        ("home", "/"),
        ("event", f"/events/{house.event}"),
        ("draw", f"/draws/{execution}"),
        ("verify", "/verify"),
        ("replay", f"/draws/{execution}/replay"),
        ("proof", f"/draws/{execution}/proof"),
        ("office-draws", "/admin/draws"),
        ("office-reports", f"{event}/reports"),
        ("jackpot", f"/events/{house.event}/jackpot"),
        ("office-home", "/admin/"),
        ("office-event", event),
        ("office-kiosks", "/admin/kiosks"),
        ("office-findings", "/admin/findings"),
        ("office-reconcile", f"{event}/reconcile"),
        ("office-orders", "/admin/orders"),
        ("office-audit", "/admin/audit"),
        ("office-critical-events", "/admin/audit/events"),
        ("office-users", "/admin/users"),
        ("office-shop", "/admin/shop"),
        ("office-refunds", "/admin/refunds"),
        ("office-notifications", "/admin/notifications"),
        ("office-records", "/admin/records"),
    ]:
        picture(name, path)
    picture("validate", "/validate", ticket=winner)
    picture("office-claims", "/admin/claims", ticket=winner)


def _count(
    house: House,
    evenings: Sequence[Evening],
    bought: Mapping[str, int],
    receipts: dict[str, str],
    out: Path,
    claimed: int,
) -> tuple[list[str], dict[str, Any]]:
    """What does not agree, in words, and the summary."""
    shown = set(bought).union(*(evening.orders for evening in evenings))
    void = {next(iter(bought))}.union(*(evening.void for evening in evenings))
    orders = _rows(out / "orders.csv")
    tickets = _rows(out / "tickets.csv")
    pool = [int(row["draw_number"]) for row in _rows(out / "pool.csv")]
    stored = {row["validation_number"] for row in orders}
    on_line = {row["validation_number"] for row in orders if row["rsu"] == online.NAME}
    printed = Counter(n for code in receipts.values() for n in _printed_numbers(code))
    kept = Counter(int(row["draw_number"]) for row in tickets)
    valid = sorted(int(row["draw_number"]) for row in tickets if row["state"] == "sold")
    early = [int(row["draw_number"]) for row in _rows(out / "early-bird.csv")]
    report = draw.verify((out / "draw.json").read_bytes(), [draw.read_pool(out / "pool.csv")])
    first = draw.verify((out / "early-bird.json").read_bytes(), [draw.read_pool(out / "early-bird.csv")])
    with house.office.begin() as c:
        findings = c.execute(select(func.count()).select_from(m.findings)).scalar_one()
        claims_made = c.execute(select(func.count()).select_from(m.prize_claims)).scalar_one()
    summary = {
        "orders": len(orders),
        "tickets": len(tickets),
        "voided": sum(row["state"] != "sold" for row in tickets),
        "synced": sum(row["doubtful"] == "False" for row in orders),
        "lost": len((shown | set(receipts)) - stored),
        "duplicated": sum(n > 1 for found in (printed, kept) for n in found.values()),
        "findings": findings,
        "early_bird": len(early),
        "winners": len(report.winners) + len(first.winners),
        "claims": claims_made,
        "online": {"orders": len(on_line), "paid": house.cards.paid},
    }
    truths = {
        "the screens sold as many orders as Postgres holds": shown == stored,
        "every ticket sold came out of a printer, or was bought on line": stored == set(receipts) | on_line,
        "what was bought on line is the web shop's, and nothing else": on_line == set(bought),
        "the card processor has what was bought and not paid back": house.cards.paid
        == sum(price for number, price in bought.items() if number not in void),
        "at least 300 orders": len(orders) >= 300,
        "at least 1,500 tickets": len(tickets) >= 1_500,
        "every order is synced": summary["synced"] == len(orders),
        "nothing is lost": summary["lost"] == 0,
        "no number is sold twice": summary["duplicated"] == 0,
        "no finding is open": findings == 0,
        "void orders are void, and no others": {
            row["validation_number"] for row in tickets if row["state"] != "sold"
        }
        == void,
        "the numbers on paper are those in Postgres": set(printed)
        == {int(row["draw_number"]) for row in tickets if row["validation_number"] not in on_line},
        "the pool holds the valid tickets and no others": pool == valid,
        "the early bird holds some of them, not all": set(early) < set(pool) and bool(early),
        "both draws verify, with their pools": report.ok and first.ok,
        "three winners, all valid": [won.draw_number in set(valid) for won in report.winners] == [True] * 3,
        "one claim was paid, and once": claims_made == claimed == 1,
    }
    return [words for words, holds in truths.items() if not holds], summary


def _cash(house: House, evenings: Sequence[Evening], out: Path, summary: dict[str, Any]) -> list[str]:
    """Each drawer as its operator, its kiosk, its kiosk's journal and the office tell; what does not agree, in words."""
    wrong = []
    over = summary["over"] = {}
    for evening in evenings:
        name = evening.kiosk.name
        for kind, picture in evening.reports.items():
            shutil.copyfile(picture, out / "reports" / f"{name.lower().replace(' ', '-')}-{kind}.png")
        with house.office.begin() as c:
            told = takings.at_office(c, house.units[name][0])
        wrong += takings.disagree(evening, told, takings.in_journal(evening.kiosk.export()))
        over[name] = sum(one.over for one in told)
    return wrong


def _rows(path: Path) -> list[dict[str, str]]:
    """A list's rows, validation numbers as the kiosks know them: without the dashes that people read."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if "validation_number" in row:
            row["validation_number"] = row["validation_number"].replace("-", "")
    return rows


def _printed_numbers(code: str) -> Iterator[int]:
    """The draw numbers in a ticket's code: ``TMB1:<validation>:<event>:<first>+<count>.…:<rsu>:<signature>``."""
    for span in code.split(":")[3].split("."):
        first, count = map(int, span.split("+"))
        yield from range(first, first + count)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - our own server on loopback
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
