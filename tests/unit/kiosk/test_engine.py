from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.printer import Failed, Pair, Text, Unknown
from hardware.virtual import VirtualPrinter
from kiosk.catalog import Shelf
from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.engine import Engine
from kiosk.store import Store, read_identity
from kiosk.ui.journey import KEYS_OF_VIEW
from shared import wire
from shared.clock import SystemClock
from tests.unit.kiosk.paper_office import (
    EVENT,
    HOUR_MS,
    OPERATOR,
    PIN,
    SERVER,
    SMALL,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
)


@pytest.fixture
def server() -> PaperServer:
    made = PaperServer(PaperOffice(), SetClock())
    made.office.grant(200)
    made.catalog = made.office.catalog(event())
    return made


SHOWN_S_MAX, HEALED_S_MAX = 4.0, 10.0


class Counter:
    """A kiosk with its server and printer, and somebody at its screen."""

    def __init__(self, folder: Path, server: PaperServer, printer: Paper | None, **settings: Any) -> None:
        self.folder, self.server, self.printer, self.settings = folder, server, printer, settings
        self.desk: Desk
        self.alone: Alone
        self.open()

    def open(self) -> None:
        self.desk, self.alone = open_desk(self.folder, self.server, self.printer, **self.settings)

    def close(self) -> None:
        self.alone.close()
        self.desk.close()

    def sync(self) -> None:
        assert self.alone.uplink is not None
        self.alone.hurry()
        self.alone.uplink.step()

    def tap(self, *touches: str) -> dict[str, Any]:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        return self.view()

    def go(self, ms: int) -> dict[str, Any]:
        self.server.clock.go(ms)
        self.desk.tick()
        return self.view()

    def view(self) -> dict[str, Any]:
        return self.desk.view()

    def log_on(self) -> dict[str, Any]:
        return self.tap(f"choose_operator:{OPERATOR}", *(f"key:{digit}" for digit in PIN), "key:enter")

    def kinds(self) -> list[str]:
        assert self.desk.journal is not None
        return [header.kind for _, header, _ in self.desk.journal.bodies()]


@pytest.fixture
def counter(tmp_path: Path, server: PaperServer) -> Iterator[Counter]:
    make_identity(tmp_path / "k", server.office, server.clock)
    made = Counter(tmp_path / "k", server, Paper())
    made.sync()
    yield made
    made.close()


def test_a_new_kiosk_enrols_gets_its_events_and_sells(tmp_path: Path, server: PaperServer) -> None:
    """K2: un-enrolled by default; a code of the office makes it a kiosk."""
    at = Counter(tmp_path, server, Paper())
    assert at.view()["screen"] == "enrol"
    at.tap("focus:code", *(f"key:{c}" for c in "BAD"), "enrol")
    at.alone.answer_enrolment(at.desk)
    assert "Nobody has this code" in at.view()["enrol"]["error"]
    assert not at.view()["busy"]
    at.tap("key:clear", *(f"key:{c}" for c in "good"), "key:enter")
    at.alone.answer_enrolment(at.desk)
    assert at.view()["screen"] == "starting"
    at.sync()
    assert at.view()["screen"] == "attract"
    assert at.view()["pin"]["operators"] == [{"id": OPERATOR, "name": "Ada"}]
    assert at.log_on()["screen"] == "sell"
    view = at.tap(f"add:{SMALL}", "pay", "cash")
    assert view["screen"] == "done"
    assert view["done"]["numbers"] == "100"
    assert at.printer is not None
    assert len(at.printer.printed) == 1
    at.sync()
    assert at.view()["sync"]["all_uploaded"]
    assert at.view()["status"]["unsynced"] == 0
    at.close()


def test_a_false_certificate_enrols_nobody(tmp_path: Path, server: PaperServer) -> None:
    """K2: a certificate that the server's key has not signed is not taken."""
    at = Counter(tmp_path, server, None)
    honest = server.office.enrol

    def lying(request: wire.EnrolRequest, epoch: int = 1) -> wire.Enrolment:
        return honest(wire.EnrolRequest(code="", public_key="00" * 32, device="", software=""), epoch)

    server.office.enrol = lying  # type: ignore[method-assign]
    at.tap("focus:code", *(f"key:{c}" for c in "GOOD"), "enrol")
    at.alone.answer_enrolment(at.desk)
    assert "not this kiosk's" in at.view()["enrol"]["error"]
    at.close()


def test_three_taps_from_idle_to_receipt_and_back_by_itself(counter: Counter) -> None:
    """K17: four or fewer taps from idle to receipt; the result leaves by itself."""
    counter.log_on()
    view = counter.tap(f"add:{SMALL}", "pay", "cash")
    assert view["screen"] == "done"
    assert counter.go(3_900)["screen"] == "done"
    assert counter.go(200)["screen"] == "sell"
    assert counter.tap("repeat_last")["basket"]["total"] == "$5.00"


def test_cash_is_counted_from_typed_amounts_and_notes(counter: Counter) -> None:
    """K13: what was given and the change are facts of the sale."""
    counter.log_on()
    view = counter.tap(f"add:{SMALL}", "more:0", "pay")
    assert view["basket"]["lines"][0]["quantity"] == 2
    assert view["pay"]["enough"]
    assert [n["amount"] for n in view["pay"]["notes"]] == [2_000, 5_000, 10_000]
    view = counter.tap("key:7")
    assert not view["pay"]["enough"]
    assert counter.tap("cash")["toast"]["text"] == "That is not enough."
    view = counter.tap("key:clear", "key:1", "key:2", "key:.", "key:5", "key:0")
    assert view["pay"]["change"] == "$2.50"
    view = counter.tap("note:2000")
    assert view["pay"]["change"] == "$10.00"
    assert counter.tap("cash")["done"]["change"] == "$10.00"


def test_a_double_tap_on_cash_is_one_sale(counter: Counter) -> None:
    """K9: two taps, one sale, one ticket."""
    counter.log_on()
    counter.tap(f"add:{SMALL}", "pay", "cash", "cash", "cash")
    assert counter.kinds().count("sale") == 1


def test_wrong_pins_are_slowed_down(counter: Counter) -> None:
    """K1: failed attempts slow down and lock."""
    counter.tap(f"choose_operator:{OPERATOR}")
    for _ in range(3):
        counter.tap("key:9", "key:9", "key:9", "key:9", "key:enter")
    view = counter.view()
    assert view["pin"]["error"]
    assert view["pin"]["wait_s"] == 5
    assert counter.log_on()["screen"] == "pin"
    counter.go(5_000)
    assert counter.log_on()["screen"] == "sell"


def test_a_ticket_in_doubt_is_settled_before_the_next_sale(counter: Counter) -> None:
    """N9: reprint, or void as misprint, or the operator's word that it is whole."""
    assert counter.printer is not None
    counter.log_on()
    counter.printer.results = [Unknown("paper_out", "The printer is out of paper.")]
    view = counter.tap(f"add:{SMALL}", "pay", "cash")
    assert view["screen"] == "print_problem"
    assert view["print_problem"]["state"] == "unknown"
    assert counter.tap(f"add:{SMALL}", "pay")["screen"] == "print_problem"
    assert counter.tap("print_retry")["screen"] == "done"
    assert counter.printer.cleared == 1, "nothing stale may print"
    assert counter.kinds()[-5:] == ["sale", "critical", "printed", "reprinted", "printed"]

    counter.printer.results = [Unknown("silent", "No answer.")]
    assert counter.tap("next", f"add:{SMALL}", "pay", "cash", "print_yes")["screen"] == "done"

    counter.printer.results = [Unknown("silent", "No answer.")]
    view = counter.tap("next", f"add:{SMALL}", "pay", "cash", "print_misprint")
    assert view["screen"] == "sell"
    assert "Give back $5.00" in view["toast"]["text"]
    assert counter.kinds()[-1] == "voided"


def test_a_ticket_that_never_left_is_printed_again_as_the_original(counter: Counter) -> None:
    """N9: certain that nothing came out, so the same copy goes again; the operator cannot say that it is whole."""
    assert counter.printer is not None
    counter.log_on()
    counter.printer.results = [Failed("cover_open", "The cover is open."), None]
    view = counter.tap(f"add:{SMALL}", "pay", "cash")
    assert view["print_problem"]["state"] == "failed"
    assert counter.tap("print_yes")["screen"] == "print_problem"
    assert counter.tap("print_retry")["screen"] == "done"
    assert "reprinted" not in counter.kinds()


def test_a_kiosk_killed_while_printing_asks_whether_the_ticket_came_out(counter: Counter) -> None:
    """K9: after the restart the receipt is asked about, before anything else is sold."""
    assert counter.printer is not None
    counter.log_on()

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    counter.printer.print = die  # type: ignore[assignment, method-assign]
    real_mark = counter.desk.mark
    with pytest.raises(Killed):
        counter.tap(f"add:{SMALL}", f"add:{SMALL}", "pay", "cash")
    del counter.printer.print
    real_mark(counter.desk.till.pending()[0].ticket.line.order, 0, "sending")
    assert counter.desk.store is not None
    counter.alone.close()
    counter.desk.store.close()
    counter.open()
    view = counter.log_on()
    assert view["screen"] == "print_problem"
    assert view["print_problem"]["title"] == "Did the ticket come out whole?"
    assert counter.tap("print_yes")["screen"] == "sell", "the second ticket was queued and prints by itself"
    assert len(counter.printer.printed) == 1
    assert counter.kinds().count("printed") == 2


def test_tickets_are_looked_up_voided_and_reprinted(counter: Counter) -> None:
    """N8: a void needs a reason; a scan afterwards says void."""
    counter.log_on()
    view = counter.tap(f"add:{SMALL}", "pay", "cash")
    typed = view["done"]["validation"][0].replace("-", "").lower()
    view = counter.tap("open_lookup", *(f"key:{c}" for c in typed), "look_up")
    result = view["lookup"]["result"]
    assert (result["verdict"], result["can_void"], result["can_reprint"]) == ("genuine", True, True)
    assert counter.tap("reprint")["screen"] == "lookup"
    assert counter.printer is not None
    assert len(counter.printer.printed) == 2
    assert counter.tap("open_void", "void_confirm")["void"]["error"] == "Choose a reason."
    view = counter.tap("void_reason:customer", "void_confirm")
    assert len(counter.printer.printed) == 3, "the customer gets a proof of the void"
    words = [b.text for b in counter.printer.printed[2].blocks if isinstance(b, Text)]
    assert words[0] == "VOID"
    assert Pair("Reason", "The customer changed their mind") in counter.printer.printed[2].blocks
    assert view["screen"] == "lookup"
    assert view["lookup"]["result"]["verdict"] == "void"
    assert not view["lookup"]["result"]["can_void"]


def test_a_typed_number_of_elsewhere_is_never_called_valid(counter: Counter) -> None:
    """N6: a typed number that this kiosk does not know says that it cannot tell."""
    from shared.numbers import ValidationBlock

    counter.log_on()
    foreign = ValidationBlock(9, 10, b"q" * 32).issue(1)
    counter.tap("open_lookup", *(f"key:{c}" for c in foreign), "look_up")
    assert counter.view()["lookup"]["result"]["verdict"] == "unknown"
    swapped = (
        foreign[1] + foreign[0] + foreign[2:] if foreign[0] != foreign[1] else foreign[:-2] + foreign[:-3:-1]
    )
    counter.tap("key:clear", *(f"key:{c}" for c in swapped), "look_up")
    assert counter.view()["lookup"]["result"]["verdict"] == "not_a_ticket"
    counter.tap("key:clear", "key:1", "key:2", "key:3", "look_up")
    words = "A validation number has 16 characters; you typed 3."
    assert counter.view()["lookup"]["result"]["words"] == words


def test_after_the_close_the_screen_says_when_all_is_uploaded(counter: Counter) -> None:
    """K8: "all sales uploaded" only when the server has said so."""
    counter.log_on()
    counter.tap(f"add:{SMALL}", "pay", "cash", "next")
    view = counter.go(3 * HOUR_MS)
    assert view["screen"] == "closed"
    assert not view["closed"]["all_uploaded"]
    assert "cut" in counter.kinds()
    counter.sync()
    assert not counter.view()["closed"]["all_uploaded"], "the office has not said that it is settled"
    counter.server.catalog = counter.server.office.catalog(event(state="closed", settled=True))
    counter.sync()
    assert counter.view()["closed"]["all_uploaded"]


def test_a_disabled_unit_shows_why_and_comes_back_by_itself(counter: Counter) -> None:
    """K2: disabled from the office, enabled again from there."""
    counter.log_on()
    counter.server.catalog = counter.server.office.catalog(event(), rsu_state="disabled")
    counter.sync()
    view = counter.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "unit_disabled")
    counter.server.catalog = counter.server.office.catalog(event())
    counter.tap("retry")
    assert counter.alone.uplink is not None
    counter.alone.uplink.step()
    assert counter.view()["screen"] == "sell"


def test_an_older_catalog_is_refused_and_the_newer_stays(counter: Counter) -> None:
    """Y7: a lower (generation, serial) is refused; so is a false signature."""
    data, signature = counter.server.office.catalog(event(name="Old"), generation=0, serial=99)
    counter.server.catalog = (data, signature)
    counter.sync()
    assert counter.view()["event"]["name"] == "Cup Final 50/50"
    newer, _ = counter.server.office.catalog(event(name="Forged"), serial=99)
    counter.server.catalog = (newer, signature)
    counter.sync()
    assert counter.view()["event"]["name"] == "Cup Final 50/50"
    assert counter.kinds().count("critical") == 2


def test_an_old_copy_of_the_disk_stops_at_the_next_contact_and_stays_stopped(
    counter: Counter, tmp_path: Path
) -> None:
    """Y8: a rolled-back kiosk is caught and stopped."""
    import shutil

    counter.log_on()
    counter.close()
    shutil.copytree(counter.folder, tmp_path / "old")
    counter.open()
    counter.log_on()
    counter.tap(f"add:{SMALL}", "pay", "cash")
    counter.sync()
    counter.close()
    shutil.rmtree(counter.folder)
    shutil.copytree(tmp_path / "old", counter.folder)
    counter.open()
    counter.sync()
    assert counter.view()["blocked"]["code"] == "forked"
    counter.close()
    counter.open()
    assert counter.view()["blocked"]["code"] == "forked"
    assert counter.tap("retry")["screen"] == "blocked"


def test_a_second_copy_that_is_ahead_stops_the_kiosk_at_start(tmp_path: Path, server: PaperServer) -> None:
    """Y8: the mirror holds what the journal does not, so the disk was rolled back."""
    import shutil

    make_identity(tmp_path / "k", server.office, server.clock)
    at = Counter(tmp_path / "k", server, Paper(), mirror=tmp_path / "stick")
    at.sync()
    at.close()
    shutil.copytree(tmp_path / "k", tmp_path / "old")
    at.open()
    at.log_on()
    at.tap(f"add:{SMALL}", "pay", "cash")
    at.close()
    shutil.rmtree(tmp_path / "k")
    shutil.copytree(tmp_path / "old", tmp_path / "k")
    at.open()
    view = at.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "forked")
    at.close()


def test_two_programs_never_sell_from_one_folder(counter: Counter) -> None:
    """K5: the second program says that the first one runs, and starts when it has ended."""
    second, _ = open_desk(counter.folder, counter.server, Paper())
    view = second.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "second_process")
    counter.desk.close()
    second.touch("retry")
    assert second.view()["screen"] == "attract"
    second.close()


def test_events_closing_their_journal_leave_what_is_new_to_the_screens(counter: Counter) -> None:
    """K7: the states an operator sees at all times are in every view."""
    view = counter.view()
    status = view["status"]
    assert view["event"]["jackpot"] == "50 % of sales"
    assert status["numbers_left"] == 200
    assert status["network"] == "online"
    assert status["clock_ok"] is True
    assert status["closes"] == "Closes in 3 h 00 min"
    assert set(view) == set(KEYS_OF_VIEW)


def wait_for(condition: Callable[[], bool], changed: threading.Event, wait_s_max: float = 20.0) -> None:
    clock = SystemClock()
    end = clock.monotonic_ms() + wait_s_max * 1000
    while not condition():
        assert clock.monotonic_ms() < end, "it did not happen in time"
        changed.wait(0.05)
        changed.clear()


def test_the_engine_with_its_threads_sells_prints_and_uploads(tmp_path: Path, server: PaperServer) -> None:
    """Y1: the same desk behind threads; nothing that a screen calls waits."""
    make_identity(tmp_path, server.office, server.clock)
    now = SystemClock().now_ms()
    server.clock.wall = now
    server.catalog = server.office.catalog(event(opens_at=now - HOUR_MS, closes_at=now + HOUR_MS, cuts=()))
    printer, changed = Paper(), threading.Event()
    config = Config(data=tmp_path, server=SERVER, disk_reserve_bytes=0, mirror=tmp_path / "stick")
    engine = Engine(config, SystemClock(), transport=server.transport(), open_printer=lambda: printer)
    engine.start(changed.set)

    def see(**wanted: object) -> None:
        wait_for(lambda: all(engine.view()[k] == v for k, v in wanted.items()), changed)

    try:
        see(screen="attract")
        engine.act("choose_operator", OPERATOR)
        for digit in (*PIN, "enter"):
            engine.act("key", digit)
        see(screen="sell")
        wait_for(lambda: engine.view()["status"]["printer_ok"] is True, changed)
        for touch, arg in (("add", SMALL), ("pay", ""), ("cash", "")):
            engine.act(touch, arg)
        see(screen="done", busy=False)
        wait_for(lambda: bool(engine.view()["sync"]["all_uploaded"]), changed)
        wait_for(lambda: any(r["value"] == "In step" for r in engine.view()["sync"]["rows"]), changed)
        engine.tick()
        assert engine.view()["screen"] != "blocked"
        assert engine.demo()
    finally:
        engine.stop()
    assert len(printer.printed) == 1
    with Store(tmp_path) as store:
        last = store.last()
        assert last is not None
        assert last.seq == len(server.office.chain)


def test_a_dead_worker_is_seen_and_logged(
    tmp_path: Path, server: PaperServer, caplog: pytest.LogCaptureFixture
) -> None:
    """K14: a part that selling needs has died: the kiosk stops visibly, and the log tells why."""
    make_identity(tmp_path, server.office, server.clock)

    def broken() -> Paper:
        raise RuntimeError("a bug")

    changed = threading.Event()
    engine = Engine(
        Config(data=tmp_path, server=SERVER), SystemClock(), transport=server.transport(), open_printer=broken
    )
    engine.start(changed.set)

    def seen() -> bool:
        engine.tick()
        return bool(engine.view()["blocked"]["code"] == "worker_dead")

    try:
        wait_for(seen, changed)
        assert "printer" in engine.view()["blocked"]["reason"]
    finally:
        engine.stop()
    died = [r for r in caplog.records if "the printer thread died" in r.message]
    assert [r.exc_info[0] for r in died if r.exc_info] == [RuntimeError], "the log must tell where the bug is"
    assert any("nothing can be sold" in r.message for r in caplog.records)


def test_a_bug_in_the_uplink_stops_no_sale(
    tmp_path: Path, server: PaperServer, caplog: pytest.LogCaptureFixture
) -> None:
    """K14: the network's worker is started again; until then the screen says so, and sales go on."""
    make_identity(tmp_path, server.office, server.clock)
    now = SystemClock().now_ms()
    server.clock.wall = now
    server.catalog = server.office.catalog(event(opens_at=now - HOUR_MS, closes_at=now + HOUR_MS, cuts=()))
    with Store(tmp_path) as store:
        identity = read_identity(store.identity())
        assert identity is not None
        Shelf(store, identity).accept(*server.catalog)
    broken = True

    def bug(_method: str, _path: str) -> None:
        if broken:
            raise RuntimeError("a bug")

    server.before = bug
    changed = threading.Event()
    printer = Paper()
    config = Config(data=tmp_path, server=SERVER, disk_reserve_bytes=0)
    engine = Engine(config, SystemClock(), transport=server.transport(), open_printer=lambda: printer)
    engine.start(changed.set)

    def sees(network: str) -> bool:
        engine.tick()
        return bool(engine.view()["status"]["network"] == network)

    try:
        wait_for(lambda: sees("refused"), changed)
        assert "sales go on" in engine.view()["status"]["network_words"]
        assert engine.view()["screen"] == "attract"
        engine.act("choose_operator", OPERATOR)
        for digit in (*PIN, "enter"):
            engine.act("key", digit)
        wait_for(lambda: bool(engine.view()["screen"] == "sell"), changed)
        assert not sees("online")
        broken = False
        wait_for(lambda: sees("online"), changed)
        assert engine.view()["screen"] == "sell"
    finally:
        engine.stop()
    failed = [r for r in caplog.records if "kiosk-network failed" in r.message]
    assert failed
    assert all(r.exc_info for r in failed)


def test_a_bug_in_the_enrolment_keeps_nobody_waiting(tmp_path: Path, server: PaperServer) -> None:
    """K2: the screen says that it failed and takes the next try."""

    def bug(_method: str, _path: str) -> None:
        raise RuntimeError("a bug")

    server.before = bug
    changed = threading.Event()
    config = Config(data=tmp_path, server=SERVER, disk_reserve_bytes=0)
    engine = Engine(config, SystemClock(), transport=server.transport())
    engine.start(changed.set)
    try:
        wait_for(lambda: bool(engine.view()["screen"] == "enrol"), changed)
        for key in ("A", "enter"):
            engine.act("key", key)
        wait_for(lambda: bool(engine.view()["enrol"]["error"]), changed)
        assert engine.view()["busy"] is False
    finally:
        engine.stop()


def test_a_printer_unplugged_while_idle_is_seen_and_heals_by_itself(
    tmp_path: Path, server: PaperServer
) -> None:
    """K10: disconnected is shown at once; plugged in again it heals within 10 s."""
    make_identity(tmp_path / "k", server.office, server.clock)
    virtual = VirtualPrinter(tmp_path / "printer", pty=False).start()
    changed = threading.Event()
    config = Config(data=tmp_path / "k", server=SERVER, disk_reserve_bytes=0, printer=virtual.address)
    engine = Engine(config, SystemClock(), transport=server.transport())
    engine.start(changed.set)

    def says(ok: bool) -> bool:
        return engine.view()["status"]["printer_ok"] is ok

    try:
        wait_for(lambda: says(True), changed)
        virtual.set(disconnected=True)
        wait_for(lambda: says(False), changed, SHOWN_S_MAX)
        assert "cannot be reached" in engine.view()["status"]["printer"]
        virtual.set(disconnected=False)
        wait_for(lambda: says(True), changed, HEALED_S_MAX)
        virtual.set(paper="out")
        wait_for(lambda: says(False), changed, SHOWN_S_MAX)
        assert "out of paper" in engine.view()["status"]["printer"]
    finally:
        engine.stop()
        virtual.stop()
    assert engine.exit_code() == 0


def test_a_disk_near_its_end_stops_sales_before_money_is_taken(tmp_path: Path, server: PaperServer) -> None:
    """K7: the reserve of the disk is a stop that says why and what to do, on the sell screen."""
    make_identity(tmp_path / "k", server.office, server.clock)
    at = Counter(tmp_path / "k", server, Paper(), disk_reserve_bytes=10**18)
    at.sync()
    view = at.log_on()
    assert not view["event"]["can_sell"]
    assert "disk is nearly full" in view["event"]["why_not"]
    assert "Call the office" in view["event"]["why_not"]
    assert at.tap(f"add:{SMALL}")["basket"]["empty"]
    at.close()


def test_numbers_are_fetched_when_they_run_low(counter: Counter) -> None:
    """N4: low water fetches more, in the background."""
    counter.server.catalog = counter.server.office.catalog(
        event(policies=wire.Policies(low_water=300, block_size=250))
    )
    counter.sync()
    counter.go(1_000)
    counter.sync()
    assert counter.view()["status"]["numbers_left"] == 450
    assert counter.server.calls.count("POST /rsu/v1/allocations") == 1
    assert counter.desk.till.numbers_left(EVENT) == 450


def test_an_engine_lives_only_while_its_vital_threads_do_and_the_desk_turns(
    tmp_path: Path, server: PaperServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K14: what the watchdog is told: a dead printer thread, or a desk stuck in one step, is not living."""
    make_identity(tmp_path / "k", server.office, server.clock)
    changed, stuck, go_on = threading.Event(), threading.Event(), threading.Event()
    config = Config(data=tmp_path / "k", server=SERVER, disk_reserve_bytes=0)
    engine = Engine(config, SystemClock(), transport=server.transport())
    assert engine.lives()
    engine.start(changed.set)
    try:
        wait_for(lambda: engine.view()["screen"] == "attract", changed)
        assert engine.lives()
        monkeypatch.setattr("kiosk.engine.DESK_SILENT_S_MAX", 0.0)

        def stick() -> None:
            stuck.set()
            go_on.wait(20.0)

        engine._post(stick)
        assert stuck.wait(20.0)
        wait_for(lambda: not engine.lives(), changed)
        go_on.set()
        monkeypatch.setattr("kiosk.engine.DESK_SILENT_S_MAX", 30.0)
        wait_for(engine.lives, changed)
    finally:
        go_on.set()
        engine.stop()
    dead = Engine(config, SystemClock(), transport=server.transport(), open_printer=_broken, kept=True)
    dead.start(changed.set)
    try:

        def is_dead() -> bool:
            dead.tick()
            return not dead.lives()

        wait_for(is_dead, changed)
        blocked = dead.view()["blocked"]
        assert (blocked["code"], blocked["what_to_do"]) == (
            "worker_dead",
            "It starts again by itself in a moment.",
        )
    finally:
        dead.stop()


def _broken() -> None:
    raise RuntimeError("a defect of the program")
