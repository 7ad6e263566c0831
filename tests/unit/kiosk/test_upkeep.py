"""Checks that look for real, settings behind a supervisor, letters that stay until they are read, exports, the countdown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hardware.printer import Document, Failed, Text
from kiosk import caretaker, upkeep
from kiosk.config import load
from kiosk.desk import Alone, Desk
from kiosk.flow import said as f
from kiosk.flow.upkeep import NETWORK_MS_MAX
from kiosk.manifest import sign
from kiosk.store import DATABASE, Reader, Store
from shared import medium, sale, wire
from shared.errors import Fault
from tests.sim.machines import disk_in_memory
from tests.unit.kiosk.paper_office import (
    EVENT,
    HOUR_MS,
    OPERATOR,
    OTHER_EVENT,
    PIN,
    SMALL,
    START_MS,
    SUPERVISOR,
    SUPERVISOR_PIN,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    open_desk,
    staff,
)


class Counter:
    """A kiosk with its office and a person before it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.settings = folder, settings
        self.server = PaperServer(PaperOffice(), SetClock())
        self.server.office.grant(200)
        self.printer = Paper()
        self.offer()
        make_identity(folder, self.server.office, self.server.clock)
        self.desk: Desk
        self.alone: Alone
        self.open()
        self.sync()

    def offer(self, *letters: wire.Command, **changes: Any) -> None:
        office = self.server.office
        self.server.catalog = office.catalog(event(**changes), operators=staff(office), commands=letters)

    def open(self) -> None:
        self.desk, self.alone = open_desk(self.folder, self.server, self.printer, **self.settings)

    def close(self) -> None:
        self.alone.close()
        self.desk.close()

    def again(self) -> None:
        self.close()
        self.open()

    def sync(self, times: int = 1) -> None:
        assert self.alone.uplink is not None
        for _ in range(times):
            self.alone.hurry()
            self.alone.uplink.step()
            self.go(1_000)

    def tap(self, *touches: str) -> dict[str, Any]:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        return self.view()

    def view(self) -> dict[str, Any]:
        return self.desk.view()

    def go(self, ms: int) -> dict[str, Any]:
        self.server.clock.go(ms)
        self.desk.tick()
        return self.view()

    def log_on(self, who: str = OPERATOR, pin: str = PIN) -> dict[str, Any]:
        if self.view()["screen"] == "attract":
            self.tap("begin")
        return self.tap(f"choose_operator:{who}", *(f"key:{digit}" for digit in pin), "key:enter")

    def settings_opened(self) -> dict[str, Any]:
        return self.tap(
            "open_settings",
            f"approve_operator:{SUPERVISOR}",
            *(f"key:{d}" for d in SUPERVISOR_PIN),
            "key:enter",
        )

    def check(self, code: str) -> dict[str, Any]:
        self.tap("open_diagnostics", f"check:{code}")
        return self.seen(code)

    def seen(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = next(c for c in self.view()["diagnostics"]["checks"] if c["code"] == code)
        return found

    def row(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = next(r for r in self.view()["settings"]["rows"] if r["code"] == code)
        return found

    def why_not(self, code: str) -> str:
        return str(next(a["why_not"] for a in self.view()["settings"]["actions"] if a["code"] == code))

    def said(self, kind: type[sale.Body]) -> list[Any]:
        assert self.desk.journal is not None
        return [body for _, _, body in self.desk.journal.bodies() if isinstance(body, kind)]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "k")
    yield made
    made.close()


# Letters --------------------------------------------------------------------------------------------


def letter(ident: str, text: str) -> wire.Command:
    return wire.Command(id=ident, kind="message", text=text)


def test_a_letter_stays_until_it_was_read_also_over_a_restart(at: Counter) -> None:
    """K17: messages from the office: a badge and a note that stay, whatever the catalog says later."""
    at.log_on()
    at.offer(letter("m1", "New rolls are at Gate C."))
    at.sync(2)
    assert at.view()["toast"] == {"text": "New rolls are at Gate C.", "kind": "info"}
    assert at.go(600_000)["toast"]["text"] == "New rolls are at Gate C."
    assert at.tap(f"add:{SMALL}", "pay")["toast"]["text"] == "New rolls are at Gate C."
    at.tap("back")
    assert at.tap("dismiss")["toast"] == {}
    assert at.view()["status"]["messages"] == 1
    at.again()
    at.offer()  # the office has taken it away meanwhile
    at.log_on()
    at.sync(2)
    assert at.view()["status"]["messages"] == 1
    view = at.tap("open_messages")
    assert view["screen"] == "messages"
    assert [(m["text"], m["unread"]) for m in view["messages"]["rows"]] == [
        ("New rolls are at Gate C.", True)
    ]
    view = at.tap("messages_read")
    assert (view["messages"]["unread"], view["status"]["messages"]) == (0, 0)
    assert at.tap("back")["screen"] == "sell"
    at.sync(2)
    assert at.view()["messages"]["rows"] == []


def test_a_second_letter_is_shown_though_the_first_is_not_read(at: Counter) -> None:
    """K17: each new message shows itself once."""
    at.log_on()
    at.offer(letter("m1", "One."))
    at.sync(2)
    at.tap("dismiss")
    at.offer(letter("m1", "One."), letter("m2", "Two."))
    at.sync(2)
    assert at.view()["toast"]["text"] == "Two."
    assert [m["text"] for m in at.tap("open_messages")["messages"]["rows"]] == ["Two.", "One."]
    assert at.tap("messages_read")["toast"] == {}
    at.again()
    at.sync(2)
    assert at.view()["status"]["messages"] == 0
    at.log_on()
    assert [m["unread"] for m in at.tap("open_messages")["messages"]["rows"]] == [False, False]


def test_a_letter_is_for_who_works_here_and_not_for_who_buys(at: Counter) -> None:
    """K17: nobody logged on, nothing shown; each operator is told until one has read it."""
    at.offer(letter("m1", "The safe's code is on your sheet."))
    at.sync(2)
    assert at.view()["toast"] == {}
    view = at.tap("open_messages")
    assert (view["screen"], view["messages"]["rows"]) == ("attract", [])
    at.log_on()
    assert at.go(1_000)["toast"]["text"] == "The safe's code is on your sheet."
    assert at.tap("lock")["toast"] == {}
    assert at.go(1_000)["toast"] == {}
    at.log_on(SUPERVISOR, SUPERVISOR_PIN)
    assert at.go(1_000)["toast"]["text"] == "The safe's code is on your sheet."
    at.tap("open_messages", "messages_read", "back", "lock")
    at.log_on()
    assert at.go(1_000)["toast"] == {}


# Checks ---------------------------------------------------------------------------------------------


def test_every_check_looks_for_itself_and_says_what_it_found(at: Counter) -> None:
    """K4: diagnostics of printer, scanner, drawer, disk, clock, network, journal, program and second copy."""
    at.log_on()
    view = at.tap("open_diagnostics")
    codes = [c["code"] for c in view["diagnostics"]["checks"]]
    assert codes == [
        "printer",
        "scanner",
        "drawer",
        "disk",
        "clock",
        "network",
        "journal",
        "program",
        "mirror",
    ]
    assert all(c["words"] for c in view["diagnostics"]["checks"])
    at.tap("check_all")
    assert at.seen("network")["state"] == "running"
    at.sync(2)
    states = {c: at.seen(c)["state"] for c in ("disk", "clock", "network", "journal", "program", "mirror")}
    assert states == {
        "disk": "ok", "clock": "ok", "network": "ok", "journal": "ok", "program": "unknown", "mirror": "warn",
    }  # fmt: skip
    assert "B are free. A write takes" in at.seen("disk")["words"]
    assert "The office answered within" in at.seen("network")["words"]
    assert not (at.folder / "write-test").exists()
    assert not at.view()["diagnostics"]["running"]
    assert at.tap("back")["screen"] == "sell"


def test_a_clock_a_little_behind_is_not_minus_nought_away(at: Counter) -> None:
    """K17: the check of the clock is a sentence."""
    at.log_on()
    at.server.clock.wall -= 20
    at.check("clock")
    assert at.seen("clock")["words"] == "0.0 s away from the office's clock."


def test_numbers_that_the_office_refused_come_with_its_next_word(at: Counter) -> None:
    """N4: what the office refused is asked for again once its catalog has changed, and until then not called on its way."""
    assert at.alone.uplink is not None
    other = event(id=OTHER_EVENT, number=8, name="Raffle", cuts=())
    error = wire.canonical(wire.ErrorReply(error="sold_out", message="All numbers are handed out."))
    at.server.before = lambda _m, p: ("409 Out", {}, error) if p.endswith("allocations") else None
    at.server.catalog = at.server.office.catalog(event(), other)
    at.sync(3)
    assert at.desk.till.can_sell(OTHER_EVENT).hint == "Ask the office for numbers."
    assert not at.desk.requests()
    at.server.before = lambda _m, _p: None
    at.server.catalog = at.server.office.catalog(event(), other)
    at.sync()
    assert at.desk.till.can_sell(OTHER_EVENT).words == "The numbers are on their way from the office."
    at.sync()
    assert at.desk.till.can_sell(OTHER_EVENT).can


def test_whoever_asks_for_the_office_now_is_told_how_it_ended(at: Counter) -> None:
    """K17: "Sync now" has an end: everything is there, the office refuses, or it does not answer."""
    assert at.alone.uplink is not None
    at.log_on()
    assert at.tap("open_sync", "sync_now")["toast"]["text"] == "Talking to the office."
    at.alone.uplink.step()
    at.go(1_000)
    assert at.go(1_000)["toast"]["text"] == "Everything is at the office."

    error = wire.canonical(wire.ErrorReply(error="unit_suspended", message="This kiosk is suspended."))
    at.server.before = lambda _m, _p: ("403 No", {}, error)
    at.tap("sync_now")
    at.alone.uplink.step()
    at.go(1_000)
    assert at.go(NETWORK_MS_MAX)["toast"] == {"text": "This kiosk is suspended.", "kind": "warn"}

    def silent(_method: str, _path: str) -> None:
        raise httpx.ConnectError("nobody there")

    at.server.before = silent
    at.tap("sync_now")
    at.alone.uplink.step()
    assert at.go(1_000)["toast"].get("text") != "The office does not answer."
    assert at.go(NETWORK_MS_MAX)["toast"] == {"text": "The office does not answer.", "kind": "warn"}

    at.tap("sync_now", "back")
    assert at.go(NETWORK_MS_MAX)["toast"] == {}, "nobody stands there any more"


def test_a_test_page_says_that_it_is_no_ticket(at: Counter) -> None:
    """K10: a print that shows the printer is well, and can be taken for nothing else."""
    at.log_on()
    assert at.check("printer")["state"] == "ok"
    page = at.printer.printed[-1]
    assert isinstance(page, Document)
    words = [b.text for b in page.blocks if isinstance(b, Text)]
    assert words[:2] == ["TEST PAGE", "This is not a ticket."]
    at.printer.results = [Failed("paper_out", "The printer is out of paper.", "Put in a new roll.")]
    at.tap("check:printer")
    assert at.seen("printer")["state"] == "bad"
    assert "paper" in at.seen("printer")["words"]
    assert at.seen("printer")["what_to_do"]


def test_the_scanners_test_waits_for_a_scan_and_gives_up(at: Counter) -> None:
    """K12: a scan on the diagnostics screen tests the scanner, and looks up no ticket."""
    at.log_on()
    assert at.check("scanner")["state"] == "running"
    at.go(21_000)
    assert (at.seen("scanner")["state"], at.seen("scanner")["what_to_do"]) == ("unknown", "Try again.")
    at.tap("check:scanner")
    at.desk.handle(f.Scanned("TMB1:" + "X" * 100))
    assert at.view()["screen"] == "diagnostics"
    assert at.seen("scanner")["state"] == "ok"
    assert at.seen("scanner")["words"].endswith("X…")


def test_an_office_that_does_not_answer_is_said_to_be_silent(at: Counter) -> None:
    """Y4: the network's check is a request; without an answer it says what to look at, and selling goes on."""
    at.log_on()
    at.server.before = lambda _m, _p: ("500 Oh dear", {}, b"")
    at.check("network")
    at.sync()
    assert at.seen("network")["state"] == "bad"
    assert "Selling goes on" in at.seen("network")["what_to_do"]
    at.tap("check:network")
    at.go(21_000)
    assert at.seen("network")["words"] == "The office did not answer."


def test_a_damaged_entry_is_found_by_the_check_and_stops_selling(tmp_path: Path) -> None:
    """K5: the journal's check reads all of it from the beginning, with progress, and names the place."""
    made = Counter(tmp_path / "k")
    made.log_on()
    reader = made.desk.till.journal.store.reader()
    seen = list(upkeep.journal(reader, made.desk.till.journal.identity))
    assert [s.state for s in seen] == ["running", "ok"]
    assert seen[0].progress == 100
    store = made.desk.till.journal.store
    store._db.execute(
        "UPDATE journal SET data = CAST(replace(data, 'granted', 'grabted') AS BLOB) WHERE seq = 2"
    )
    assert "at or behind entry 2" in list(upkeep.journal(reader, made.desk.till.journal.identity))[-1].words
    reader.close()
    view = made.tap("open_diagnostics", "check:journal")
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "journal_corrupt")
    made.close()


def test_a_check_of_the_journal_that_could_not_be_made_stops_nothing(tmp_path: Path) -> None:
    """K5: whoever passes by may start it; selling stops for damage alone, not for a look that failed."""
    made = Counter(tmp_path / "k")
    made.tap("open_diagnostics")

    def unopened() -> Reader:
        raise Fault("disk", "The kiosk's disk fails.", "Call the office.")

    upkeep.with_reader("journal", unopened, lambda _reader: [], made.desk.handle)
    assert (made.seen("journal")["state"], made.seen("journal")["words"]) == (
        "bad",
        "The kiosk's disk fails.",
    )
    assert made.desk.till.stopped.can
    assert made.desk.view()["screen"] == "diagnostics"
    made.tap("back")
    made.log_on()
    assert made.desk.view()["screen"] == "sell"
    made.close()


def test_a_disk_that_cannot_be_written_or_is_nearly_full_is_told(tmp_path: Path) -> None:
    """K7: the disk's check writes and syncs, and knows the reserve."""
    clock = SetClock()
    assert upkeep.disk(tmp_path, 0, clock).state == "ok"
    free = upkeep.disk(tmp_path, 2**62, clock)
    assert (free.state, free.what_to_do[:13]) == ("bad", "Selling stops")
    assert upkeep.disk(tmp_path / "none", 0, clock).state == "bad"

    class Slow(SetClock):
        def monotonic_ms(self) -> int:
            self.boot += 16 * 300
            return self.boot

    assert "have it changed" in upkeep.disk(tmp_path, 0, Slow()).what_to_do


def test_a_clock_that_is_wrong_is_told_by_how_much(at: Counter) -> None:
    """Y5: compared with the office, and with the time since the machine started."""
    at.log_on()
    assert at.check("clock")["state"] == "ok"
    at.server.clock.wall += 10 * 60_000
    at.tap("check:clock")
    assert (at.seen("clock")["state"], "600 s" in at.seen("clock")["words"]) == ("warn", True)
    at.server.clock.wall -= 20 * 60_000
    at.tap("check:clock")
    assert at.seen("clock")["state"] in ("warn", "bad")


def test_a_program_that_is_not_the_publishers_sells_nothing(at: Counter, tmp_path: Path) -> None:
    """K4: on a mismatch it stops, with words; found at the start, and by the check on demand."""
    at.log_on()
    at.desk.know_program(
        {"name": "Tombola kiosk", "version": "1", "hash": "abc", "checked": "unchecked", "detail": ""}
    )
    assert at.view()["program"]["checked_words"] == "Not checked"
    at.desk.know_program(
        {
            "name": "Tombola kiosk",
            "version": "1",
            "hash": "abc",
            "checked": "bad",
            "detail": "changed: kiosk/till.py",
        }
    )
    view = at.view()
    assert (view["screen"], view["blocked"]["code"]) == ("blocked", "program_changed")
    assert "kiosk/till.py" in view["blocked"]["reason"]
    assert at.tap("retry")["screen"] == "blocked"
    assert [c.code for c in at.said(sale.Critical)] == ["PROGRAM_CHANGED"]
    root = tmp_path / "installed"
    for name in ("kiosk/a.py", "shared/b.py", "hardware/c.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("pass\n")
    assert upkeep.program(root, "").state == "unknown"
    sign(root, bytes(32))
    assert upkeep.program(root, "").state == "ok"
    (root / "kiosk/a.py").write_text("fail\n")
    assert upkeep.program(root, "").state == "bad"


# Settings -------------------------------------------------------------------------------------------


def test_settings_need_a_supervisor_and_each_change_is_a_fact(at: Counter) -> None:
    """K1: settings need a supervisor; kiosk.toml, the journal and the screen say the same."""
    at.log_on()
    at.tap("open_settings")
    assert at.view()["screen"] == "sell"
    assert at.view()["approve"]["open"]
    at.tap("approve_cancel", "set:theme:dark")
    assert not (at.folder / "kiosk.toml").exists()
    view = at.settings_opened()
    assert view["screen"] == "settings"
    view = at.tap("set:theme:dark", "set:large:yes", "set:paper:58", "set:sell_mode:fast")
    assert (at.desk.flow.theme, at.desk.flow.large) == ("dark", True)
    assert (at.row("paper")["value"], at.row("paper")["restart"], at.row("theme")["restart"]) == (
        "58 mm",
        True,
        False,
    )
    config = load(at.folder, {})
    assert (config.theme, config.large_text, config.paper_mm, config.sell_mode) == ("dark", True, 58, "fast")
    assert [(c.setting, c.before, c.after, c.by) for c in at.said(sale.Changed)] == [
        ("theme", "light", "dark", SUPERVISOR),
        ("large", "no", "yes", SUPERVISOR),
        ("paper", "80", "58", SUPERVISOR),
        ("sell_mode", "runner", "fast", SUPERVISOR),
    ]
    at.tap("set:theme:pink", "set:paper:70", "set:publisher:00", "set:theme:dark")
    assert len(at.said(sale.Changed)) == 4
    assert at.tap("back")["screen"] == "sell"
    assert view["program"]["name"]


def test_a_setting_of_the_command_line_is_not_changed_at_the_kiosk(tmp_path: Path) -> None:
    """K1: what would be overruled at the next start is not offered, and the row says why."""
    made = Counter(tmp_path / "k", given=("theme",))
    made.log_on()
    made.settings_opened()
    assert "command line" in made.row("theme")["why_not"]
    assert made.row("language")["why_not"] == ""
    view = made.tap("set:theme:dark")
    assert made.row("theme")["value"] == "Light"
    assert not view["busy"]
    made.close()


def test_settings_left_open_close_themselves(at: Counter) -> None:
    """K1: a supervisor who walks away does not leave the settings to whoever comes next."""
    at.log_on()
    at.settings_opened()
    assert at.go(119_000)["screen"] == "settings"
    at.tap("set:theme:dark")
    assert at.go(119_000)["screen"] == "settings"
    assert at.go(2_000)["screen"] == "sell"


def test_devices_that_the_system_shows_can_be_chosen(tmp_path: Path) -> None:
    """K1: printers and scanners as the system shows them; nobody has to type an address."""
    dev = tmp_path / "dev"
    for name in (
        "usb/lp0",
        "ttyUSB0",
        "ttyACM0",
        "input/by-id/usb-Scanner-event-kbd",
        "input/by-id/usb-Mouse-event-mouse",
    ):
        (dev / name).parent.mkdir(parents=True, exist_ok=True)
        (dev / name).touch()
    assert upkeep.printers(dev) == [f"file://{dev}/usb/lp*", f"serial://{dev}/ttyUSB0?baud=38400"]
    assert upkeep.scanners(dev) == [
        f"evdev://{dev}/input/by-id/usb-Scanner-event-kbd",
        f"serial://{dev}/ttyACM0",
    ]
    named = dev / "serial" / "by-id" / "usb-EPSON"
    named.parent.mkdir(parents=True)
    named.touch()
    assert upkeep.printers(dev)[1:] == [f"serial://{named}?baud=38400"]
    assert upkeep.printers(tmp_path / "none") == upkeep.scanners(tmp_path / "none") == []


def test_what_was_plugged_in_is_found(tmp_path: Path) -> None:
    """K6: a USB stick is where the system mounted it, and can be written."""
    (tmp_path / "usb").mkdir()
    (tmp_path / "root" / "stick").mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path / "root" / "stick")], check=True
    )
    try:
        assert upkeep.media((str(tmp_path), str(tmp_path / "root"))) == [tmp_path / "root" / "stick"] * 2
        assert upkeep.media((str(tmp_path / "root"),)) == [tmp_path / "root" / "stick"]
    finally:
        subprocess.run(["umount", str(tmp_path / "root" / "stick")], check=True)


# Out of the kiosk -----------------------------------------------------------------------------------


def test_what_the_office_lacks_and_the_whole_journal_go_out_on_a_stick(tmp_path: Path) -> None:
    """K6: export from the screen, of what is not uploaded and of everything; each file says what it holds."""
    stick = tmp_path / "stick"
    made = Counter(tmp_path / "k", mirror=stick)
    made.sync(4)
    made.log_on()
    made.tap(f"add:{SMALL}", "pay", "cash", "next")
    acknowledged, head = made.desk.till.acknowledged, made.desk.till.journal.head.seq
    assert 0 < acknowledged < head
    made.settings_opened()
    assert made.why_not("export") == ""
    view = made.tap("settings_do:export")
    assert "Take it to the office" in view["toast"]["text"]
    made.tap("settings_do:export_all")
    found = sorted(stick.glob("*.export"), key=lambda p: p.stat().st_size)
    assert len(found) == 2
    head = made.desk.till.journal.head.seq
    for path, first in zip(found, (acknowledged + 1, 1), strict=True):
        assert path.name.endswith(f"-{first}-{head}.export")
        with path.open("rb") as file:
            place = medium.look(file)
            pieces = list(medium.pieces(file, place, lambda _: True))
        entries = [e for piece in pieces if isinstance(piece, medium.Piece) for e in piece.entries]
        assert [e.header.seq for e in entries] == list(range(first, head + 1))
    assert not list(stick.glob("*.part"))
    made.close()


def test_nothing_to_export_to_is_said(at: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """K6: without a stick the button says what is missing."""
    monkeypatch.setattr(upkeep, "MEDIA", ())
    at.log_on()
    at.settings_opened()
    assert at.why_not("export_all") == "Plug a USB stick in first."
    assert at.tap("settings_do:export_all")["toast"]["text"] == "Plug a USB stick in first."


def test_a_stick_that_fails_leaves_no_half_export(tmp_path: Path) -> None:
    """K6: a medium that is full or gone is said; what stands there is a whole export or none."""
    made = Counter(tmp_path / "k")
    reader = made.desk.till.journal.store.reader()
    with pytest.raises(Fault, match="cannot be written"):
        upkeep.export(reader, made.desk.till.journal.identity, 0, tmp_path / "gone")
    reader.close()
    made.close()


def test_the_whole_journal_is_exported_without_a_window(at: Counter, tmp_path: Path) -> None:
    """K6: `tombola-kiosk --export-all FILE`, for a kiosk whose screen is dead."""
    at.sync(4)
    head = at.desk.till.journal.head.seq
    at.close()
    command = [sys.executable, "-m", "kiosk", "--data", str(at.folder), "--export-all", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out").open("rb") as file:
        entries = [
            e
            for p in medium.pieces(file, medium.look(file), lambda _: True)
            if isinstance(p, medium.Piece)
            for e in p.entries
        ]
    assert len(entries) >= head
    at.open()


# Logging out ----------------------------------------------------------------------------------------


def test_a_kiosk_with_sales_that_the_office_lacks_is_not_logged_out(at: Counter) -> None:
    """K2: log-out is refused while anything is unsynced, and says what to do."""
    at.log_on()
    at.tap(f"add:{SMALL}", "pay", "cash", "next")
    at.settings_opened()
    assert "export them to a USB stick" in at.why_not("log_out")
    at.tap("settings_do:log_out")
    assert at.view()["toast"]["kind"] == "warn"
    assert not (at.folder / caretaker.LEAVING).exists()


def test_a_log_out_tells_the_office_first_and_throws_nothing_away(at: Counter) -> None:
    """K2: the kiosk becomes nobody, and its journal is kept beside, whole."""
    at.log_on()
    at.tap(f"add:{SMALL}", "pay", "cash", "next")
    at.sync(4)
    at.settings_opened()
    at.sync(4)
    at.tap("back")
    at.settings_opened()
    assert at.why_not("log_out") == ""
    at.tap("settings_do:log_out")
    assert not (at.folder / caretaker.LEAVING).exists()
    at.sync(4)
    assert at.view()["blocked"]["code"] == "logged_out"
    assert any(b'"log_out"' in data for data in at.server.office.chain)
    head = at.desk.till.journal.head.seq
    at.close()
    at.desk, at.alone = open_desk(at.folder, at.server, at.printer)
    assert at.view()["screen"] == "enrol"
    (left,) = at.folder.glob("left-*")
    with Store(left) as store:
        last = store.last()
        assert last is not None
        assert last.seq == head
    assert (left / DATABASE).exists()
    assert not (at.folder / caretaker.LEAVING).exists()


def test_a_log_out_that_the_office_does_not_hear_of_is_let_go(at: Counter) -> None:
    """K2: off line nothing is logged out, now or later in the evening."""
    at.sync(4)
    at.log_on(SUPERVISOR, SUPERVISOR_PIN)
    at.sync(2)
    at.settings_opened()
    at.server.before = lambda _m, _p: ("500 Oh dear", {}, b"")
    view = at.tap("settings_do:log_out")
    assert not view["busy"]
    at.tap("back")
    at.go(121_000)
    assert "could not be told" in at.view()["toast"]["text"]
    at.server.before = lambda _m, _p: None
    at.sync(4)
    assert at.view()["screen"] != "blocked"
    assert not (at.folder / caretaker.LEAVING).exists()


def test_old_data_is_not_put_away_from_under_a_program_that_still_runs(at: Counter) -> None:
    """K2, K9: a second program started on the folder of a logged-out kiosk is refused and moves nothing."""
    me = at.desk.identity
    assert me is not None
    (at.folder / caretaker.LEAVING).write_text(json.dumps({"rsu": me.rsu, "epoch": me.epoch}))
    second, alone = open_desk(at.folder, at.server, at.printer)
    assert second.view()["blocked"]["code"] == "second_process"
    alone.close()
    assert (at.folder / DATABASE).exists()
    assert not list(at.folder.glob("left-*"))


def test_a_power_failure_while_the_old_data_is_put_away_is_made_good(at: Counter) -> None:
    """K9: half of it moved, and the next start moves the rest."""
    at.close()
    identity = json.loads((at.folder / "identity.json").read_bytes())
    (at.folder / caretaker.LEAVING).write_text(json.dumps({"rsu": identity["rsu"], "epoch": 1, "by": "x"}))
    kept = at.folder / f"left-{identity['rsu']}-1"
    kept.mkdir()
    (at.folder / DATABASE).rename(kept / DATABASE)
    caretaker.put_away(at.folder)
    assert sorted(p.name for p in kept.iterdir()) == ["identity.json", DATABASE]
    caretaker.put_away(at.folder)
    at.open()
    assert at.view()["screen"] == "enrol"


# The end of sales -----------------------------------------------------------------------------------


def test_the_close_is_told_at_fifteen_five_and_one_minute(at: Counter) -> None:
    """K7: a calm warning, once each, while somebody sells."""
    at.log_on()
    at.tap("lock")
    left = 3 * HOUR_MS - (at.server.clock.wall - START_MS)
    at.go(left - 16 * 60_000)
    at.log_on()
    assert at.view()["toast"] == {}
    said: list[str] = []
    for _ in range(16 * 60 - 2):
        at.tap("choose_event:x")  # somebody is there
        toast = at.go(1_000)["toast"]
        if toast and (not said or said[-1] != toast["text"]):
            said.append(toast["text"])
    assert said == [
        "Sales for Cup Final 50/50 close in 15 minutes.",
        "Sales for Cup Final 50/50 close in 5 minutes.",
        "Sales for Cup Final 50/50 close in one minute.",
    ]
    assert at.view()["status"]["closes_in_s"] is not None


def test_all_sales_uploaded_is_said_only_when_the_office_said_so(at: Counter) -> None:
    """K8: after closing, "all sales uploaded" is the office's word, not the kiosk's guess; the shift is still to close."""
    at.log_on()
    at.tap(f"add:{SMALL}", "pay", "cash", "next")
    at.go(3 * HOUR_MS)
    at.log_on()
    assert at.view()["screen"] == "closed"
    assert not at.view()["closed"]["all_uploaded"]
    at.sync(4)
    assert at.view()["closed"]["unsynced"] == 0
    assert not at.view()["closed"]["all_uploaded"]
    at.offer(settled=True)
    at.sync(2)
    closed = at.view()["closed"]
    assert closed["all_uploaded"]
    assert (closed["can_close_shift"], closed["shift_words"]) == (False, "")
    assert EVENT


def test_a_data_folder_in_memory_is_no_stick(tmp_path: Path) -> None:
    """K6: what is not mounted by somebody is not offered to export to."""
    with disk_in_memory() as disk:
        assert upkeep.media((str(disk),)) == []
