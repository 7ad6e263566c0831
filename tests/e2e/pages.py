"""Every page of the office and of the public, over a house where something happened: to measure, and to look at.

``python -m tests.e2e.pages FOLDER [PART…]`` writes pictures of all pages (or those whose address holds a part), light
and dark, for a phone, a desk and a wall, and says what :data:`MEASURE` finds.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import func, insert, select, text, update
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from syncserver import audit, auth, champions, checkout, claims, events, media, rsus, shop
from syncserver import models as m
from syncserver.admin.live import end_streams
from syncserver.app import create_app
from syncserver.config import Stripe
from syncserver.db import Database
from syncserver.events import templates
from tests.postgres import cluster
from tests.server import BLOCK, House, close_and_confirm, drawn, make_event, make_house, sell

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
WIDTHS: Final = (390, 1280, 1920)
HEIGHT: Final = 900
LOOKS: Final = ("light", "dark")
NOT_PAGES: Final = re.compile(r"^/(static|rsu/|api/|competitions|tickets/user)|\.(csv|json|bin|zip|html|py)$")
_ARGUMENT: Final = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
_IDENTIFIED: Final = {
    "venue": "SELECT id FROM venues LIMIT 1",
    "user": "SELECT user_id FROM organization_users WHERE role = 'operator' LIMIT 1",
    "customer": "SELECT user_id FROM customer_accounts LIMIT 1",
    "finding": "SELECT id FROM findings LIMIT 1",
    "claim": "SELECT id FROM prize_claims LIMIT 1",
    "champion": "SELECT id FROM champions LIMIT 1",
    "message": "SELECT id FROM kiosk_messages LIMIT 1",
    "template": "SELECT id FROM ticket_package_templates LIMIT 1",
    "order": "SELECT id FROM orders WHERE payment_status = 'paid' LIMIT 1",
}


@dataclass
class Filled:
    """A house after an evening, and what stands in the addresses of its pages."""

    house: House
    parts: dict[str, str] = field(default_factory=dict)

    def addresses(self) -> tuple[list[tuple[str, str, str]], list[str]]:
        """Each page as endpoint, address and the role that opens it; and the rules for which nothing is known."""
        marks = auth.marks(self.house.app)
        found, unknown = [], []
        for rule in sorted(self.house.app.url_map.iter_rules(), key=lambda one: one.rule):
            if "GET" not in (rule.methods or ()) or NOT_PAGES.search(rule.rule):
                continue
            mark = marks[rule.endpoint]
            role = next((one for one in ("anonymous", *auth.ROLES) if one in mark), "anonymous")
            choices = [""]
            for part in _ARGUMENT.finditer(rule.rule):
                if part["kind"] == "any":
                    choices = [one.strip() for one in part["choices"].split(",")]
                elif part["name"] not in self.parts:
                    unknown.append(rule.rule)
                    break
            else:
                found += [(rule.endpoint, self._address(rule.rule, one), role) for one in choices]
        return found, unknown

    def _address(self, rule: str, chosen: str) -> str:
        return _ARGUMENT.sub(lambda part: chosen if part["kind"] == "any" else self.parts[part["name"]], rule)

    def pages(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Address and role of what answers with a whole page, and what could not be opened."""
        whole, unknown = [], self.addresses()[1]
        for _, address, role in self.addresses()[0]:
            if (answer := self.visit(address, role)) is None:
                continue
            status, kind, body = answer
            if status >= 400:
                unknown.append(f"{address} {status}")
            elif status == 200 and kind == "text/html" and b"<html" in body[:200]:
                whole.append((address, role))
        whole += [("/admin/", role) for role in auth.STAFF if role != "admin"]
        on_sale = f"/events/{self.parts['on_sale']}"
        mine = self.visit("/my/tickets", auth.CUSTOMER)
        assert mine is not None
        whole += [
            (on_sale, "anonymous"),
            (f"/admin{on_sale}", "admin"),
            (f"/admin{on_sale}/reconcile", "admin"),
        ]
        whole += [
            (address, "anonymous") for address in re.findall(r'href="(/tickets/[^"]+)"', mine[2].decode())[:1]
        ]
        whole += [("/admin/login", "anonymous"), ("/nowhere", "anonymous"), ("/admin/nowhere", "admin")]
        return whole, unknown

    def visit(self, address: str, role: str) -> tuple[int, str, bytes] | None:
        """Open it in that role: its status, type and text; None where nobody of the house has the role."""
        if role not in {*self.house.people, auth.CUSTOMER, "anonymous"}:
            return None
        try:
            answer = self.house.client(role).get(address, buffered=False)
        except HTTPException as e:
            return e.code or 500, "", b""
        if answer.is_streamed and answer.mimetype != "text/html":
            answer.close()
            return answer.status_code, answer.mimetype or "", b""
        return answer.status_code, answer.mimetype or "", answer.get_data()


def fill(database: Database, home: Path) -> Filled:
    """An evening: one event drawn and paid, one on sale with doubts, a draft; kiosks well, silent and stopped.

    The one on sale is sold on line too: it has pictures, lies in everybody's basket, and the customer has tickets of it.
    """
    house = make_house(database, home)
    # Nothing here asks the processor: what its pages need is that one is named.
    house.office = replace(
        house.office, config=replace(house.office.config, stripe=Stripe("sk_test", "whsec"))
    )
    house.app = create_app(house.office)
    house.app.testing = False
    by = house.people
    sold = [sell(house, 1 + 5 * i, counter=i + 1) for i in range(60)]
    _kiosks(house)
    close_and_confirm(house)
    draw = drawn(house, official=True)
    with house.office.begin(by["claims"]) as c:
        won = [v for v in sold if claims.validate(house.office, c, v).verdict == "won"]
        prize = claims.validate(house.office, c, won[0]).prizes[0]
        claims.pay(
            house.office,
            c,
            won[0],
            prize.result,
            by["claims"],
            {"name": "Ines Wouters", "contact": "ines@example.org"},
            identity_checked=True,
            desk="Desk 1",
        )
        winner = champions.winners(c, house.organisation)[0]
        champions.prepare(
            house.office,
            c,
            winner.result,
            name="Ines W.",
            city="Lübeck",
            announcement="",
            consent=True,
            by=by["claims"],
        )
    with house.office.begin(by["admin"]) as c:
        now = champions.get(c, winner.result, house.organisation)
        assert now.id is not None
        assert now.prepared_at is not None
        champions.approve(house.office, c, now.id, now.prepared_at, by["admin"])
        package = c.scalar(select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event))
        assert package is not None
        templates.save_package(c, package, by["admin"])
    final = house.event
    semi = _semi_final(house)
    _on_line(house)
    house.event = final
    parts = {"event": str(final), "draw": str(draw), "rsu": str(house.rsu), "result": str(winner.result)}
    parts |= {"kind": "winner", "channel": "email", "language": "en"}
    parts |= {"epoch": "1", "pool": "main", "number": "1", "filename": "app.css", "on_sale": str(semi)}
    with house.office.begin() as c:
        won_order = claims.validate(house.office, c, won[0]).order
        parts["order"] = str(won_order)
        for name, query in _IDENTIFIED.items():
            if name not in parts and (one := _first(database, query)) is not None:
                parts[name] = str(one)
    return Filled(house, parts)


def _first(database: Database, query: str) -> Any:
    with database.engine.connect() as c:
        table = re.search(r"FROM (\w+)", query)
        assert table
        if c.execute(text("SELECT to_regclass(:name)"), {"name": table[1]}).scalar_one() is None:
            return None
        return c.execute(text(query)).scalar()


def _kiosks(house: House) -> None:
    now = house.office.now()
    with house.office.begin(house.people["admin"]) as c:
        c.execute(
            insert(m.rsu_epochs).values(
                rsu_id=house.rsu,
                epoch=1,
                public_key=bytes(32),
                head_seq=241,
                last_seen_at=now - timedelta(seconds=4),
                health={"unsynced": 0, "printer": "ready", "clock_skew_ms": 120, "numbers_left": {}},
            )
        )
        rsus.set_state(c, house.rsu, "enabled", house.people["admin"], "Admitted.")
        for name, state in (("South gate, behind the fan shop", "suspended"), ("West 3", "new")):
            unit = rsus.create_rsu(c, house.organisation, name)
            if state != "new":
                rsus.set_state(c, unit, "retired", house.people["admin"], "Its printer is broken.")
        audit.critical_event(
            c, "unit_silent", "WARN", "Nothing heard from it for ten minutes.", rsu_id=house.rsu
        )


def _semi_final(house: House) -> UUID:
    """An event on sale, with doubts that a person has to decide."""
    with house.office.begin(house.people["admin"]) as c:
        semi = make_event(
            house.office, c, house.organisation, house.people["admin"], "Semi-final of the Challenge Cup"
        )
        events.activate(house.office, c, semi, house.people["admin"])
        c.execute(
            insert(m.findings),
            [
                {"event_id": semi, "rsu_id": house.rsu, "epoch": 1, "seq": 17, "kind": kind, "severity": severity,
                 "blocking": blocking, "detail": detail}
                for kind, severity, blocking, detail in (
                    ("clock", "WARN", False, {"words": "Its clock went back by four minutes."}),
                    ("sold_twice", "ERROR", True, {"words": "Numbers 31 to 35 were sold before, by West 3.", "numbers": [[31, 5]]}),
                )
            ],
        )  # fmt: skip
        c.execute(
            update(m.raffle_events).where(m.raffle_events.c.id == semi).values(updated_at=house.office.now())
        )
    house.event = semi
    for i in range(20):
        sell(house, 1 + 5 * i, counter=500 + i)
    return semi


def _on_line(house: House) -> None:
    """The event is sold on line, and everybody's basket holds something of it."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        checkout.set_rules(house.office, c, house.event, checkout.Rules(on_sale=True, guests=True), by)
        for words, colour in (
            ("The arena, full to the last seat", "#31708a"),
            ("The jersey to win", "#b2542d"),
        ):
            media.add(c, house.event, _picture(colour), words, by)
        package = c.execute(
            select(m.ticket_packages.c.id).where(m.ticket_packages.c.event_id == house.event)
        ).scalar_one()
    for i in range(3):
        _bought(house, package, 201 + 5 * i, 600 + i)
    for role in ("anonymous", auth.CUSTOMER):
        house.client(role).set_cookie(shop.BASKET, f"{package.hex}*2")


def _bought(house: House, package: UUID, first: int, counter: int) -> None:
    """A ticket of the customer's, as it would have come by a checkout."""
    with house.office.begin() as c:
        order = c.execute(
            insert(m.orders)
            .values(
                validation_number=BLOCK.issue(counter),
                event_id=house.event,
                package_id=package,
                total_amount=800,
                currency="EUR",
                payment_status="paid",
                ticket_count=5,
                source="online",
                created_by=house.customer,
                offline_sync_status="synced",
                offline_created_at=house.office.now(),
            )
            .returning(m.orders.c.id)
        ).scalar_one()
        sold = {"event_id": house.event, "state": "sold", "order_id": order, "sold_at": func.now()}
        for number in range(first, first + 5):
            c.execute(insert(m.tickets).values(draw_number=number, **sold))


def _picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 500), colour).save(out, "PNG")
    return out.getvalue()


# Measuring ------------------------------------------------------------------------------------------

MEASURE: Final = r"""
(look) => {
  const wrong = [], wide = innerWidth;
  const name = (e) => {
    const id = e.id ? `#${e.id}` : "", cls = typeof e.className === "string" && e.className ? "." + e.className.trim().split(/\s+/).join(".") : "";
    return `${e.tagName.toLowerCase()}${id}${cls} “${(e.textContent || e.value || "").trim().replace(/\s+/g, " ").slice(0, 40)}”`;
  };
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest(".hidden-label, .skip");
  // Sideways scrolling, and whose fault it is.
  if (document.documentElement.scrollWidth > wide) {
    let worst = null, right = wide;
    for (const e of document.body.querySelectorAll("*")) {
      if (!seen(e) || e.closest(".scroll") && !e.matches(".scroll")) continue;
      const r = e.getBoundingClientRect();
      if (r.right > right + 1) { right = r.right; worst = e; }
    }
    wrong.push(`scrolls sideways: ${document.documentElement.scrollWidth} px${worst ? ", " + name(worst) : ""}`);
  }
  // Emptiness below the page's end, where something out of sight lies outside its own container.
  const end = Math.max(innerHeight, document.body.getBoundingClientRect().bottom + scrollY);
  if (document.documentElement.scrollHeight > end + 40) wrong.push(`scrolls into emptiness: ${document.documentElement.scrollHeight} px, its body ends at ${Math.round(end)}`);
  // Controls that lie over each other, or are too small to hit.
  const controls = [...document.querySelectorAll("button, .btn, input:not([type=hidden]), select, textarea, summary, nav a")].filter(seen).slice(0, 400);
  const boxes = controls.map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width && r.height);
  for (let i = 0; i < boxes.length; i += 1) {
    const [a, p] = boxes[i];
    if (!a.closest(".drop") && (p.width < 16 || p.height < 16)) wrong.push(`too small: ${name(a)}`);
    for (let j = i + 1; j < boxes.length; j += 1) {
      const [b, q] = boxes[j];
      if (a.contains(b) || b.contains(a) || a.closest(".side") !== b.closest(".side")) continue;
      const x = Math.min(p.right, q.right) - Math.max(p.left, q.left), y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (x > 2 && y > 2 && !a.closest(".drop")) wrong.push(`overlap: ${name(a)} and ${name(b)}`);
    }
  }
  if (look === "geometry") return [...new Set(wrong)];
  if (look === "dark") wrong.length = 0;
  else {
  // Names, headings, landmarks.
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const named = e.labels?.length && [...e.labels].some((l) => l.textContent.trim()) || e.ariaLabel || e.getAttribute("aria-labelledby");
    if (!named) wrong.push(`no label: ${name(e)} name=${e.name}`);
  }
  for (const e of document.querySelectorAll("a[href], button, summary")) {
    if (seen(e) && !(e.textContent.trim() || e.ariaLabel || e.title || e.querySelector("img[alt]:not([alt=''])"))) wrong.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll("img:not([alt])")) wrong.push(`no alt: ${e.src}`);
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((h) => h.checkVisibility());
  const tops = headings.filter((h) => h.tagName === "H1").length;
  if (tops !== 1) wrong.push(`${tops} first headings`);
  let level = 1;
  for (const h of headings) {
    const now = Number(h.tagName[1]);
    if (now > level + 1) wrong.push(`heading leaps: ${name(h)}`);
    level = now;
  }
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.trim()) wrong.push("no title");
  if (!document.querySelector("main, [role=main]")) wrong.push("no main part");
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) wrong.push(`id twice: ${e.id}`); ids.add(e.id); }
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    for (const id of (e.getAttribute("aria-describedby") || e.getAttribute("aria-labelledby")).split(/\s+/)) if (!document.getElementById(id)) wrong.push(`refers to nothing: ${id}`);
  }
  for (const e of document.querySelectorAll("table")) if (!e.querySelector("th")) wrong.push(`table without headings: ${name(e)}`);
  }
  // Contrast: the colour of each text against what lies behind it.
  const parse = (c) => {
    let n = c.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
    if (c.startsWith("color(srgb")) n = [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1];
    return n.length < 4 ? [...n, 1] : n;
  };
  const over = (top, under) => { const a = top[3]; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)).concat(1); };
  const bright = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const c = parse(style.backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] >= 1) break;
    }
    let under = look === "dark" ? [16, 21, 27, 1] : [255, 255, 255, 1];
    for (const c of layers.reverse()) under = over(c, under);
    return under;
  };
  const told = new Set();
  for (const e of document.body.querySelectorAll("*")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && !e.matches("input:not([type=hidden], [type=checkbox], [type=radio]), textarea")) continue;
    if (!seen(e) || e.closest("[aria-hidden=true], [disabled], svg, script, style, template, option, datalist")) continue;
    const under = behind(e), style = getComputedStyle(e);
    if (!under) continue;
    let ink = parse(style.color);
    let opacity = 1;
    for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    ink = over([ink[0], ink[1], ink[2], ink[3] * opacity], under);
    const [a, b] = [bright(ink), bright(under)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    const key = `${style.color} ${under}`;
    if (ratio < (large ? 3 : 4.5) && !told.has(key)) { told.add(key); wrong.push(`contrast ${ratio.toFixed(2)}: ${name(e)}`); }
  }
  return [...new Set(wrong)];
}
"""
"""What is wrong with a page as it stands: for ``light`` everything, for ``dark`` its contrasts, for ``geometry`` that."""


@contextmanager
def served(filled: Filled) -> Iterator[str]:
    """The house's pages over real HTTP; their address."""
    server = make_server("127.0.0.1", 0, filled.house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        end_streams(filled.house.app.extensions)
        server.shutdown()
        thread.join()
        server.server_close()


class Windows:
    """A browser's windows over the house, one for each role, whose consoles are listened to."""

    def __init__(self, browser: Browser, filled: Filled, address: str) -> None:
        self._browser, self._filled, self._address = browser, filled, address
        self._open: dict[str, tuple[BrowserContext, Page]] = {}
        self.said: list[str] = []

    def of(self, role: str) -> Page:
        """The window in which somebody of this role is logged in."""
        if role not in self._open:
            context = self._browser.new_context(base_url=self._address, reduced_motion="reduce")
            for name in ("tombola", shop.BASKET):
                if (cookie := self._filled.house.client(role).get_cookie(name)) is not None:
                    context.add_cookies([{"name": name, "value": cookie.value, "url": self._address}])
            page = context.new_page()
            page.on("console", lambda said: self._hear(said.type, said.text))
            page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
            self._open[role] = (context, page)
        return self._open[role][1]

    def _hear(self, kind: str, words: str) -> None:
        # Pages that come with 401 or 404 are noted so by Chromium.
        if kind in {"error", "warning"} and not re.search("status of 40[14]", words):
            self.said.append(f"{kind}: {words}")

    def open(self, address: str, role: str) -> Page:
        """That page, at its first look."""
        page = self.of(role)
        self.said.clear()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDTHS[1], "height": HEIGHT})
        page.goto(address, wait_until="load")
        return page

    def close(self) -> None:
        """All of them."""
        for context, _ in self._open.values():
            context.close()


def measure(windows: Windows, address: str, role: str) -> list[str]:
    """What is wrong with this page at any width, and in either look."""
    page = windows.open(address, role)
    wrong = [f"light: {words}" for words in page.evaluate(MEASURE, "light")]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark: {words}" for words in page.evaluate(MEASURE, "dark")]
    for width in (WIDTHS[0], WIDTHS[2]):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wrong += [f"{width} px: {words}" for words in page.evaluate(MEASURE, "geometry")]
    return [*wrong, *windows.said]


def photograph(windows: Windows, address: str, role: str, folder: Path) -> None:
    """Pictures of this page: light at every width, dark at the desk's and the phone's."""
    page = windows.open(address, role)
    name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "X", address).strip("/").replace("/", "-") or "home"
    for width, look in ((390, "light"), (1280, "light"), (1920, "light"), (390, "dark"), (1280, "dark")):
        page.emulate_media(color_scheme=cast("Any", look))
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=folder / f"{name}-{role}-{width}-{look}.png", full_page=True)


def main(arguments: list[str]) -> int:
    """Pictures of all pages into a folder."""
    folder, parts = Path(arguments[0]), arguments[1:]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, cluster(18) as postgres, postgres.fresh() as database:
        filled = fill(database, Path(home))
        pages, unknown = filled.pages()
        for one in unknown:
            print(f"not opened: {one}")
        with served(filled) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            windows = Windows(browser, filled, address)
            for page, role in pages:
                if parts and not any(part in page for part in parts):
                    continue
                for words in measure(windows, page, role):
                    print(f"{page} ({role}) {words}")
                photograph(windows, page, role, folder)
            windows.close()
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
