"""A kiosk and the office over a real network, and what goes wrong: each time a sentence, and never a sale lost."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from kiosk.till import BasketLine
from shared.clock import SystemClock
from syncserver import ingest, rsus
from syncserver.app import create_app
from syncserver.db import Database
from tests.chains import HOUR_MS, Scene, open_scene
from tests.e2e.paper import PaperOffice
from tests.sim.books import Books
from tests.sim.machines import PaperPrinter, SeededClock, copy_disk
from tests.sim.unit import Unit, batches_from_medium

ROOT = Path(__file__).parents[2]
WAIT_S_MAX = 20.0
GARBAGE = 300

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Mischief:
    """Between the socket and the application: fails as it is told, after or before the application has done it."""

    application: Application
    mode: str = ""
    let_go: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if self.mode == "500":
            start("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"<html>oh dear</html>"]
        if self.mode == "slow":
            self.arrived.set()
            self.let_go.wait(WAIT_S_MAX)
        reply = self.application(environ, start)
        if self.mode == "cut off":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return reply


@dataclass
class Street:
    """An office reached over TCP, and a kiosk that has its numbers."""

    scene: Scene
    unit: Unit
    mischief: Mischief
    stop_server: Callable[[], None]

    def sell(self, count: int = 1) -> None:
        """Sales that must go through."""
        for _ in range(count):
            basket = [BasketLine(str(self.scene.event), str(self.scene.package))]
            sale_id = str(UUID(bytes=self.unit.clock.token(16)))
            assert self.unit.sell(sale_id, basket, 100_000) is not None, self.unit.refusals
            self.unit.print_pending()

    def refused(self) -> str:
        """The code under which a sale is refused."""
        before = self.unit.refusals.copy()
        basket = [BasketLine(str(self.scene.event), str(self.scene.package))]
        assert self.unit.sell(str(UUID(bytes=self.unit.clock.token(16))), basket, 100_000) is None
        (code,) = self.unit.refusals - before
        return code

    def connect(self) -> dict[str, Any]:
        """Talk to the office; what the status line says then."""
        self.unit.connect(hurry=True)
        self.unit.desk.refresh()
        return dict(self.unit.desk.view()["status"])

    def sold(self) -> list[str]:
        """The orders that the customers hold."""
        return sorted(t.order for note in self.unit.books.promises for t in note.tickets)

    def held(self) -> list[str]:
        """The orders that the office holds."""
        with self.scene.office.begin() as c:
            return sorted(str(order) for (order,) in c.execute(text("SELECT id FROM orders")))

    def pass_ms(self, ms: int) -> None:
        """Time goes by for both."""
        self.scene.clock.pass_ms(ms)
        self.unit.clock.true_ms += ms


@pytest.fixture
def street(database: Database, tmp_path: Path) -> Iterator[Street]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    scene = open_scene(database, tmp_path / "office")
    mischief = Mischief(create_app(scene.office))
    server = make_server("127.0.0.1", 0, mischief, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stopped = threading.Event()

    def stop() -> None:
        if not stopped.is_set():
            stopped.set()
            server.shutdown()
            thread.join()
            server.server_close()

    with scene.office.begin(scene.user) as c:
        rsu = rsus.create_rsu(c, scene.organisation, "North", scene.venue)
    unit = Unit(
        "north",
        rsu,
        tmp_path / "north",
        SeededClock("north", scene.clock.now_ms()),
        PaperPrinter(Random(1)),
        httpx.HTTPTransport(),
        Books(),
        Random(1),
        medium=tmp_path / "stick",
        server=f"http://127.0.0.1:{server.port}",
    )
    unit.start()
    made = Street(scene, unit, mischief, stop)
    try:
        yield made
    finally:
        mischief.let_go.set()
        unit.stop()
        stop()


@pytest.fixture
def counter(street: Street) -> Street:
    """The kiosk is enrolled, enabled and has numbers; three sales are made."""
    with street.scene.office.begin(street.scene.user) as c:
        code = rsus.new_code(street.scene.office, c, street.unit.rsu, street.scene.user)
        rsus.set_state(c, street.unit.rsu, "enabled", street.scene.user, "ready")
    assert street.unit.type_code(code)
    for _ in range(3):
        street.connect()
    street.sell(3)
    return street


def test_a_wrong_code_is_said_to_be_wrong_and_the_right_one_enrols(street: Street) -> None:
    """K2: the office's own sentence stands under the field."""
    assert not street.unit.type_code("ABCD-EFGH")
    view = street.unit.desk.view()
    assert view["screen"] == "enrol"
    assert "code" in view["enrol"]["error"].lower()
    with street.scene.office.begin(street.scene.user) as c:
        code = rsus.new_code(street.scene.office, c, street.unit.rsu, street.scene.user)
    assert street.unit.type_code(code)


def test_a_server_that_is_gone_stops_no_sale(counter: Street) -> None:
    """Y4: off line is a state, in words; what is unsynced is counted."""
    counter.stop_server()
    status = counter.connect()
    assert status["network"] == "offline"
    assert status["network_words"] == "Off line: sales go on and are uploaded later"
    counter.sell(2)
    assert counter.connect()["unsynced"] == 5
    assert counter.unit.sync_view()["all_uploaded"] is False


def test_a_server_that_answers_500_is_waited_for_and_gets_everything(counter: Street) -> None:
    """Y4: 5xx means that nobody knows whether it was done, so it is done again."""
    counter.mischief.mode = "500"
    status = counter.connect()
    assert (status["network"], status["network_words"]) == (
        "offline",
        "The office is busy: sales go on and are uploaded later",
    )
    counter.sell(2)
    assert counter.held() == []
    counter.mischief.mode = ""
    assert counter.connect()["network"] == "online"
    assert counter.held() == counter.sold()


def test_a_server_cut_off_after_its_commit_has_it_once(counter: Street) -> None:
    """Y1: the reply is lost, the repeat changes nothing, the cursor moves by the head."""
    before = counter.unit.till.acknowledged
    counter.mischief.mode = "cut off"
    status = counter.connect()
    assert status["network"] == "offline"
    assert (counter.unit.till.acknowledged, counter.held()) == (before, counter.sold())
    counter.mischief.mode = ""
    counter.sell(1)
    counter.connect()
    assert counter.unit.till.acknowledged == counter.unit.head.seq
    assert counter.held() == counter.sold()


def test_a_server_that_is_slow_holds_up_nobody_at_the_counter(counter: Street) -> None:
    """Y4: while an answer is awaited the till goes on selling."""
    counter.mischief.mode = "slow"
    counter.unit.uplink.need(counter.unit.needs())
    counter.unit.uplink.hurry()
    asking = threading.Thread(target=counter.unit.uplink.step)
    asking.start()
    assert counter.mischief.arrived.wait(WAIT_S_MAX)
    counter.sell(2)
    assert asking.is_alive()
    counter.mischief.mode = ""
    counter.mischief.let_go.set()
    asking.join(WAIT_S_MAX)
    counter.connect()
    assert counter.held() == counter.sold()


def test_a_revoked_kiosk_says_so_and_keeps_and_hands_over_what_it_sold(counter: Street) -> None:
    """K2, Y4: a state on the screen; the sales wait in quarantine for a person."""
    with counter.scene.office.begin(counter.scene.user) as c:
        rsus.set_state(c, counter.unit.rsu, "revoked", counter.scene.user, "stolen")
    counter.connect()
    assert counter.refused() == "unit_revoked"
    view = counter.unit.desk.view()
    assert view["blocked"]["reason"] == "The office has revoked this kiosk."
    assert view["blocked"]["what_to_do"] == "Call the office. Sales made so far are safe."
    with counter.scene.office.begin() as c:
        kept = {bytes(h) for (h,) in c.execute(text("SELECT hash FROM rsu_quarantine"))}
    assert {note.entry for note in counter.unit.books.promises} <= kept
    assert counter.unit.till.acknowledged == counter.unit.head.seq


def test_other_content_under_one_name_stops_the_kiosk_with_words(counter: Street, tmp_path: Path) -> None:
    """Y2, Y8: a copied disk is caught at its first contact, and what it sold is kept."""
    twin_folder = copy_disk(counter.unit.folder, tmp_path / "twin")
    counter.sell(1)
    counter.connect()
    promised = counter.held()
    counter.unit.stop()
    counter.unit.folder = twin_folder
    counter.unit.medium = None
    counter.unit.start()
    counter.sell(2)
    counter.connect()
    view = counter.unit.desk.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "forked")
    assert view["blocked"]["can_retry"] is False
    assert "Do not sell." in view["blocked"]["what_to_do"]
    assert counter.refused() == "forked"
    with counter.scene.office.begin() as c:
        kept = {bytes(h) for (h,) in c.execute(text("SELECT hash FROM rsu_quarantine"))}
    assert counter.held() == promised
    assert len({note.entry for note in counter.unit.books.promises} & kept) == 2


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_flipped_byte_in_the_journal_stops_the_kiosk_and_its_copy_has_all(
    counter: Street, place: float
) -> None:
    """K5, K6: the damaged file is kept as it is, the sales come from the second copy."""
    unit = counter.unit
    unit.copy_to_medium()
    entry = unit.store.entry(unit.books.promises[1].seq)
    assert entry is not None
    identity = unit.identity
    unit.stop()
    file = unit.folder / "kiosk.sqlite"
    data = bytearray(file.read_bytes())
    at = data.index(entry.data) + int(len(entry.data) * place)
    data[at] ^= 1
    file.write_bytes(data)
    unit.start()
    view = unit.desk.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "journal_corrupt")
    assert "damaged" in view["blocked"]["reason"]
    assert "The damaged file is kept." in view["blocked"]["what_to_do"]
    unit.stop()
    assert bytes(data[at : at + 1]) == file.read_bytes()[at : at + 1], (
        "the damaged file was mended or replaced"
    )
    assert unit.medium is not None
    for batch in batches_from_medium(unit.medium, identity):
        ingest.take(counter.scene.office, unit.rsu, identity.epoch, batch)
    assert counter.held() == counter.sold()


@pytest.mark.parametrize("wrong_ms", [HOUR_MS, -HOUR_MS])
def test_a_clock_an_hour_off_is_shown_and_loses_nothing(counter: Street, wrong_ms: int) -> None:
    """Y5, K7: fast sells on and is flagged; slow stops until somebody puts it right."""
    counter.connect()
    counter.unit.clock.wrong_ms = wrong_ms
    status = counter.connect()
    assert status["clock_ok"] is False
    assert "60" in status["clock_words"] or "1" in status["clock_words"]
    if wrong_ms > 0:
        counter.sell(1)
    else:
        assert counter.refused() == "clock_back"
    counter.unit.clock.wrong_ms = 0
    assert counter.connect()["clock_ok"] is True
    counter.sell(1)
    counter.connect()
    assert counter.held() == counter.sold()


def test_a_second_program_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    """K5: two programs never sell from one journal; the first goes on undisturbed."""
    clock = SystemClock()
    folder = tmp_path / "kiosk"
    PaperOffice(clock).furnish(folder, 20_000)
    command = [sys.executable, "-m", "tests.e2e.seller", "sell", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert b"sold" in first.stdout.readline()
        second = subprocess.run(
            [sys.executable, "-m", "tests.e2e.seller", "sell", str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode != 0
        assert "Another kiosk program is already running on this journal." in second.stderr
        assert first.poll() is None
        assert first.stdout.readline()
        first.kill()


def test_whatever_is_scanned_the_kiosk_says_what_it_is(counter: Street) -> None:
    """K12: garbage is no ticket; a typed number of elsewhere cannot be told; selling goes on."""
    dice = Random(12)
    genuine = counter.unit.books.promises[0].tickets[0].validation
    for _ in range(GARBAGE):
        size = dice.randrange(0, 60)
        scan = "".join(
            chr(dice.choice([dice.randrange(1, 128), dice.randrange(0x20, 0x2FFF)])) for _ in range(size)
        )
        if dice.random() < 0.3:
            scan = "TMB1:" + scan
        if dice.random() < 0.2:
            scan = genuine[: dice.randrange(16)] + scan
        result = counter.unit.desk.look_up(scan)
        assert result["verdict"] in ("not_a_ticket", "unknown", "forged"), scan
        assert result["words"]
    assert counter.unit.desk.look_up(genuine)["verdict"] == "genuine"
    counter.sell(1)
