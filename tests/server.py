"""An office for tests: in this process with its pages, or as the real program on a free port of loopback."""

from __future__ import annotations

import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, insert, select, update

from shared import numbers, proof, wire
from shared.clock import SystemClock
from shared.keys import SigningKey
from syncserver import accounts, auth, draws, events, reconcile, rsus
from syncserver import models as m
from syncserver.app import create_app
from syncserver.db import Database
from syncserver.office import Office, furnish

PASSWORD = "correct horse battery staple"
HASHED = auth._hasher.hash(PASSWORD)
CUSTOMER_EMAIL = "cleo@customers.example"
START_S_MAX = 120
STOP_S_MAX = 60
BLOCK = numbers.ValidationBlock(7, 1000, b"s" * 32)


class SetClock(SystemClock):
    """The real clock, moved by hand."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms


class StandingClock(SetClock):
    """One whose time to measure with goes on by hand alone."""

    def monotonic_ms(self) -> int:
        return 1_000_000 + self.ahead_ms


@dataclass
class House:
    """An organisation with one person of each role, an event on sale, a draft, and a kiosk."""

    office: Office
    clock: SetClock
    app: Flask
    organisation: UUID
    people: dict[str, UUID]
    event: UUID
    draft: UUID
    rsu: UUID
    customer: UUID
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def client(self, role: str) -> FlaskClient:
        """A browser in which somebody of this role is logged in; ``anonymous``: nobody."""
        if role not in self.clients:
            browser = self.app.test_client()
            if role == auth.CUSTOMER:
                assert sign_in(browser, CUSTOMER_EMAIL).status_code == 303
            elif role != "anonymous":
                assert log_in(browser, role).status_code == 303
            self.clients[role] = browser
        return self.clients[role]


def token(browser: FlaskClient) -> str:
    """The token that this browser's forms carry."""
    with browser.session_transaction() as session:
        return str(session.get("csrf", ""))


def log_in(browser: FlaskClient, username: str, password: str = PASSWORD, came_for: str = ""):  # type: ignore[no-untyped-def]  # noqa: ANN201 - werkzeug's own response type
    """Logs in through the form."""
    browser.get("/admin/login")
    form = {"username": username, "password": password, "csrf": token(browser), "next": came_for}
    return browser.post("/admin/login", data=form)


def sign_in(browser: FlaskClient, email: str, password: str = PASSWORD, came_for: str = ""):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as above
    """Signs in as a customer, through the form."""
    browser.get("/account/sign-in")
    form = {"email": email, "password": password, "csrf": token(browser), "next": came_for}
    return browser.post("/account/sign-in", data=form)


def post(browser: FlaskClient, url: str, **form: object):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as above
    """Sends a form with its token."""
    return browser.post(url, data={"csrf": token(browser)} | form)


def make_house(database: Database, home: Path) -> House:
    """The house over a fresh database."""
    clock = SetClock()
    office = furnish(database, home, clock)
    with office.begin() as c:
        organisation = events.create_organisation(c, "Hockey Club", "EUR", timezone="Europe/Berlin")
        people = {
            role: auth.create_user(c, organisation, role, f"Per {role}", PASSWORD, role)
            for role in auth.STAFF
        }
        event = make_event(office, c, organisation, people["admin"], "Final")
        events.activate(office, c, event, people["admin"])
        draft = make_event(office, c, organisation, people["admin"], "Draft")
        rsu = rsus.create_rsu(c, organisation, "North 1")
        customer = accounts.create(
            office,
            c,
            organisation,
            email=CUSTOMER_EMAIL,
            name="Cleo Customer",
            verified=True,
            password_hash=HASHED,
        )
    app = create_app(office)
    app.testing = False
    return House(office, clock, app, organisation, people, event, draft, rsu, customer)


def make_event(office: Office, c: Connection, organisation: UUID, by: UUID, name: str) -> UUID:
    """A draft with a package, a half-pot prize and a fixed one."""
    now = office.now()
    venue = events.create_venue(c, organisation, f"Arena of {name}", "Europe/Berlin")
    event = events.create_event(
        office,
        c,
        events.NewEvent(
            name=name,
            identifier=name.upper(),
            organisation=organisation,
            venue=venue,
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(hours=3),
            licence="DE-4711",
        ),
        by,
    )
    events.add_package(c, event, "Five", 5, 800)
    events.add_prize(c, event, "Half the pot", "percentage", position=1, basis_points=5000)
    events.add_prize(c, event, "Jersey", "fixed", 15_000, position=2)
    return event


def sell(house: House, first: int, count: int = 5, counter: int = 1) -> str:
    """A sale as ingest would have derived it, put straight into the tables; its validation number."""
    validation = BLOCK.issue(counter)
    with house.office.begin() as c:
        order = c.execute(select(func.gen_random_uuid())).scalar_one()
        c.execute(
            insert(m.orders).values(
                id=order,
                validation_number=validation,
                event_id=house.event,
                total_amount=800,
                currency="EUR",
                payment_status="paid",
                ticket_count=count,
                source="rsu",
                rsu_id=house.rsu,
                offline_sync_status="synced",
            )
        )
        sold = [
            {
                "event_id": house.event,
                "draw_number": n,
                "state": "sold",
                "order_id": order,
                "sold_at": func.now(),
            }
            for n in range(first, first + count)
        ]
        for ticket in sold:
            c.execute(insert(m.tickets).values(**ticket))
        c.execute(
            update(m.raffle_events)
            .where(m.raffle_events.c.id == house.event)
            .values(total_sold=m.raffle_events.c.total_sold + 800)
        )
    return validation


def close_and_confirm(house: House) -> None:
    """The event's sales closed and reconciled."""
    by = house.people["manager"]
    with house.office.begin(by) as c:
        events.close(house.office, c, house.event, by)
    with house.office.begin(by) as c:
        reconcile.confirm(house.office, c, house.event, by)


def drawn(house: House, *, official: bool) -> UUID:
    """A draw of the event, without public chance."""
    by = house.people["manager"]
    draw = draws.draw_now(house.office, house.event, by)
    if official:
        with house.office.begin(by) as c:
            draws.make_official(house.office, c, draw, by)
    return draw


# A kiosk's side of the wire ------------------------------------------------------------------------


@dataclass
class Unit:
    """An enrolled kiosk with its key."""

    key: SigningKey
    enrolment: wire.Enrolment

    @property
    def name(self) -> str:
        return proof.key_name(self.enrolment.rsu, self.enrolment.epoch)

    @property
    def certificate(self) -> dict[str, str]:
        e = self.enrolment
        return {"Tombola-Certificate": f"{e.certificate}.{e.certificate_signature}"}

    def headers(self, method: str, target: str, body: bytes = b"", keyid: str = "") -> dict[str, str]:
        """The headers of a signed request."""
        signed = proof.sign_request(
            self.key, keyid or self.name, method, target, body, SystemClock().now_ms(), "n0nce"
        )
        return {wire.PROTOCOL_HEADER: "1"} | signed


@contextmanager
def open_home() -> Iterator[Path]:
    """A home that the database's own user may pass into, which pytest's folders do not let it; gone afterwards."""
    top = Path(tempfile.mkdtemp(prefix="tombola-home-"))
    top.chmod(0o711)
    try:
        yield top / "home"
    finally:
        shutil.rmtree(top)


# The real program -----------------------------------------------------------------------------------


def run(
    home: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """``tombola-server`` with these arguments, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "syncserver", *arguments],
        env=_environment(home) | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_S_MAX,
    )


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TOMBOLA_", "DATABASE_"))}
    return kept | {"TOMBOLA_HOME": str(home), "PYTHONUNBUFFERED": "1"}


@contextmanager
def serving(home: Path, *arguments: str) -> Iterator[str]:
    """``tombola-server serve`` on a port that the system chose; its address. Stopped as a service manager does."""
    with (home.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncserver", "serve", "--listen", "127.0.0.1:0", *arguments],
            env=_environment(home),
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            yield _address(process, home.parent / "serve.log")
        finally:
            process.terminate()
            code = process.wait(STOP_S_MAX)
            assert process.stdout is not None
            process.stdout.close()
    assert code == 0, (home.parent / "serve.log").read_text()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    clock = SystemClock()
    deadline = clock.monotonic_ms() + START_S_MAX * 1000
    said = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while clock.monotonic_ms() < deadline:
            if not waiting.select(1):
                continue
            part = os.read(process.stdout.fileno(), 4096)
            said += part
            if found := re.search(rb"Serving on (http://\S+)", said):
                return found[1].decode()
            if not part:
                break
    raise AssertionError(f"the server did not start: {said!r} {log.read_text()}")
