from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.printer import TOLD as PRINTER_TOLD
from hardware.printer import DeviceError, Document, Failed, Limits, Printer, Text, Unknown
from hardware.receipt_printer import ReceiptPrinter
from hardware.virtual import VirtualPrinter
from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.flow.said import DeviceSeen, Event, PageEnded, PrintEnded
from kiosk.spooler import TOLD, Job, Slip, Spooler, Work
from kiosk.till import Receipt
from shared import sale, wire
from shared.errors import Fault
from tests.unit.kiosk.paper_office import (
    LARGE,
    OPERATOR,
    PIN,
    SERVER,
    SMALL,
    SUPERVISOR,
    SUPERVISOR_PIN,
    Paper,
    PaperOffice,
    PaperServer,
    SetClock,
    event,
    make_identity,
    staff,
)

LIMITS = Limits(connect_s_max=1.0, status_s_max=0.5, write_s_max=3.0, confirm_s_max=3.0, silence_s_max=1.0)

OUT_OF_PAPER = DeviceSeen(
    "printer", TOLD["paper_out"][0], ok=False, code="paper_out", advice=TOLD["paper_out"][1]
)


class Booth:
    """A kiosk at a virtual printer: real bytes, real paper as pictures, misfortunes on request."""

    def __init__(self, folder: Path, **policies: Any) -> None:
        self.virtual = VirtualPrinter(folder / "printer", pty=False).start()
        self.server = PaperServer(PaperOffice(), SetClock())
        self.server.office.grant(500)
        made = event(policies=wire.Policies(**policies))
        self.server.catalog = self.server.office.catalog(made, operators=staff(self.server.office))
        make_identity(folder / "k", self.server.office, self.server.clock)
        self.config = Config(data=folder / "k", server=SERVER, disk_reserve_bytes=0, drawer=True)
        self.open()

    def open(self) -> None:
        """Switch on and log on."""
        self.alone = Alone(self.server.transport(), lambda: ReceiptPrinter(self.virtual.address, 80, LIMITS))
        self.desk = Desk(self.config, self.server.clock, self.alone, boot="b", device="d")
        self.desk.open()
        assert self.alone.uplink is not None
        self.alone.uplink.step()
        self.tap("begin")
        self.tap(f"choose_operator:{OPERATOR}", *(f"key:{digit}" for digit in PIN), "key:enter")

    def tap(self, *touches: str) -> str:
        for touch in touches:
            name, _, arg = touch.partition(":")
            self.desk.touch(name, arg)
        return str(self.desk.view()["screen"])

    def sell(self) -> str:
        return self.tap("next", f"add:{SMALL}", "pay", "cash")

    def whole(self) -> int:
        return sum(bool(job["whole"]) for job in self.virtual.jobs())

    def foils(self) -> list[tuple[int, str, str, str]]:
        """What the journal says of counterfoils: copy, outcome, who said so, who approved."""
        journal = self.desk.till.journal
        bodies = (body for _, _, body in journal.bodies(0, 1_000))
        return [
            (b.copy, b.outcome, b.said_by, b.approved_by)
            for b in bodies
            if isinstance(b, sale.CounterfoilsPrinted)
        ]

    def approve(self) -> str:
        self.tap(f"approve_operator:{SUPERVISOR}", *(f"key:{digit}" for digit in SUPERVISOR_PIN))
        return self.tap("key:enter")

    def off(self) -> None:
        self.alone.close()
        self.desk.close()

    def close(self) -> None:
        self.off()
        self.virtual.stop()


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    made = Booth(tmp_path)
    yield made
    made.close()


def test_a_ticket_is_confirmed_by_the_printers_own_word(booth: Booth) -> None:
    """N9: confirmed means that the printer said so after the cut."""
    assert booth.sell() == "done"
    assert booth.whole() == 1


def test_paper_out_at_any_byte_gives_one_whole_ticket_or_one_in_doubt(booth: Booth) -> None:
    """K10: paper out at byte k; after the refill nothing stale prints; the reprint is whole."""
    for whole, at_byte in enumerate((40, 420), start=1):
        booth.virtual.set(paper_out_at_byte=at_byte)
        assert booth.sell() == "print_problem"
        assert booth.desk.view()["print_problem"]["state"] == "unknown"
        booth.virtual.set(paper="ok")
        assert booth.tap("print_retry") == "done"
        assert booth.whole() == whole
    assert booth.virtual.state().fault is None


def test_an_open_cover_is_known_before_a_byte_leaves(booth: Booth) -> None:
    """K10: nothing came out for certain; closed again, the original prints."""
    booth.virtual.set(cover="open")
    assert booth.sell() == "print_problem"
    assert booth.desk.view()["print_problem"]["state"] == "failed"
    assert "cover" in booth.desk.view()["print_problem"]["reason"]
    booth.virtual.set(cover="closed")
    assert booth.tap("print_retry") == "done"
    assert booth.whole() == 1


def test_a_line_that_breaks_in_the_midst_heals_and_the_misprint_is_void(booth: Booth) -> None:
    """K10: unplugging heals; N9: the ticket that did not come out is no valid ticket."""
    booth.virtual.set(cut_off_at_byte=150)
    assert booth.sell() == "print_problem"
    assert booth.tap("print_misprint") == "sell"
    assert booth.sell() == "done"
    assert booth.desk.till.pending() == []
    assert len(booth.desk.till.ledger.voided) == 1


# Counterfoils ---------------------------------------------------------------------------------------


@pytest.fixture
def drum(tmp_path: Path) -> Iterator[Booth]:
    """A kiosk whose event is drawn by hand, out of a drum."""
    made = Booth(tmp_path, counterfoils=True)
    yield made
    made.close()


def test_a_ticket_is_followed_by_a_counterfoil_for_each_number(drum: Booth) -> None:
    """D5: printed counterfoils, one number each; N9: a sale ends when they are out too."""
    assert drum.tap("next", f"add:{LARGE}", "pay", "cash") == "done"
    assert drum.whole() == 1 + 5
    assert drum.foils() == [(0, "confirmed", "printer", "")]
    assert drum.desk.till.pending() == []
    assert drum.virtual.state().fault is None


def test_an_event_without_a_drum_has_none(booth: Booth) -> None:
    """E8: by the event's policy."""
    assert booth.sell() == "done"
    assert booth.whole() == 1
    assert booth.foils() == []
    assert booth.desk.till.pending() == []


def test_counterfoils_that_did_not_come_out_are_printed_as_they_are(drum: Booth) -> None:
    """N10: what never came out is not printed again, and says nothing of the kind."""
    printer = drum.alone._spooler
    assert printer is not None
    printed = printer._put
    seen = [0]

    def put(*args: Any, **more: Any) -> Any:
        seen[0] += 1
        if seen[0] == 2:
            drum.virtual.set(paper="out")
        return printed(*args, **more)

    printer._put = put  # type: ignore[method-assign]
    assert drum.sell() == "print_problem"
    problem = drum.desk.view()["print_problem"]
    assert (problem["what"], problem["state"]) == ("counterfoils", "failed")
    assert problem["reason"] == "The printer is out of paper."
    assert problem["what_to_do"].startswith("Put in a new roll")
    drum.virtual.set(paper="ok")
    assert drum.tap("print_retry") == "done"
    assert drum.foils() == [(0, "confirmed", "printer", "")]
    assert drum.whole() == 2


def doubtful(drum: Booth) -> None:
    """A sale whose ticket came out, and whose counterfoils perhaps did not."""
    assert drum.sell() == "done"
    ticket_bytes = drum.virtual.jobs()[0]["bytes"]
    foil_bytes = drum.virtual.jobs()[1]["bytes"]
    assert foil_bytes < ticket_bytes
    # The next ticket comes out, its counterfoil's line breaks.
    printer = drum.alone._spooler
    assert printer is not None
    printed = printer._put
    seen = [0]

    def put(*args: Any, **more: Any) -> Any:
        seen[0] += 1
        if seen[0] == 2:
            drum.virtual.set(cut_off_at_byte=foil_bytes // 2)
        return printed(*args, **more)

    printer._put = put  # type: ignore[method-assign]
    assert drum.sell() == "print_problem"
    problem = drum.desk.view()["print_problem"]
    assert (problem["what"], problem["state"]) == ("counterfoils", "unknown")
    assert problem["title"] == "Did all counterfoils come out?"


def test_counterfoils_in_doubt_are_printed_again_with_a_supervisor_and_say_so(drum: Booth) -> None:
    """N10: reprinting counterfoils needs a supervisor and flags each number."""
    doubtful(drum)
    before = drum.whole()
    assert drum.tap("print_retry") == "print_problem"
    assert drum.desk.view()["approve"]["open"]
    assert drum.foils() == [(0, "confirmed", "printer", "")], "nothing without a supervisor"
    assert drum.approve() == "done"
    assert drum.whole() == before + 1
    assert drum.foils()[1:] == [
        (0, "failed", "operator", SUPERVISOR),
        (1, "confirmed", "printer", SUPERVISOR),
    ]
    assert drum.desk.till.pending() == []


@pytest.mark.parametrize(("tap", "outcome"), [("print_yes", "confirmed"), ("print_misprint", "failed")])
def test_an_operator_settles_counterfoils_in_doubt(drum: Booth, tap: str, outcome: str) -> None:
    """N9: every state of a print is resolved by the operator: all there, or later."""
    doubtful(drum)
    assert drum.tap(tap) == "done"
    assert drum.foils()[1:] == [(0, outcome, "operator", "")]
    assert drum.desk.till.pending() == []
    assert not drum.desk.till.ledger.voided
    assert drum.sell() == "done"


def test_counterfoils_let_go_are_printed_from_the_tickets_look_up(drum: Booth) -> None:
    """N10: later, with a supervisor, flagged."""
    doubtful(drum)
    assert drum.tap("print_misprint") == "done"
    line = next(reversed(drum.desk.till._tickets(drum.desk.till.ledger.sales.popitem()[1]))).line
    drum.tap("next", "open_lookup", *(f"key:{char}" for char in line.validation), "look_up")
    assert drum.desk.view()["lookup"]["result"]["can_counterfoils"]
    before = drum.whole()
    drum.tap("counterfoils")
    assert drum.approve() == "lookup"
    assert drum.whole() == before + 1
    assert drum.foils()[-1] == (1, "confirmed", "printer", SUPERVISOR)
    drum.tap("counterfoils")
    drum.approve()
    assert drum.foils()[-1] == (2, "confirmed", "printer", SUPERVISOR)


def test_after_a_crash_counterfoils_are_printed_or_asked_about(drum: Booth) -> None:
    """K9: killed between a ticket and its counterfoils, or in their midst."""
    doubtful(drum)
    drum.off()
    drum.open()
    problem = drum.desk.view()["print_problem"]
    assert drum.desk.view()["screen"] == "print_problem"
    assert (problem["what"], problem["state"]) == ("counterfoils", "unknown")
    assert drum.tap("print_yes") == "sell"
    assert drum.foils()[-1] == (0, "confirmed", "operator", "")

    drum.virtual.set(cover="open")
    assert drum.sell() == "print_problem"
    waiting = drum.desk.till.pending()
    assert [(one.foils, one.state) for one in waiting] == [(False, "failed"), (True, "queued")]
    drum.off()
    drum.virtual.set(cover="closed")
    drum.open()
    assert drum.desk.view()["screen"] == "print_problem"
    assert drum.tap("print_retry") == "sell"
    assert drum.desk.till.pending() == []
    assert drum.foils()[-1] == (0, "confirmed", "printer", "")


def test_a_void_takes_its_counterfoils_with_it(drum: Booth) -> None:
    """N9, D5: a misprint has no counterfoils: count equals sold minus void."""
    drum.virtual.set(cover="open")
    assert drum.sell() == "print_problem"
    assert drum.tap("print_misprint") == "sell"
    assert drum.desk.till.pending() == []
    assert drum.foils() == []


def test_the_drawer_is_kicked_and_says_how_it_is(drum: Booth) -> None:
    """K13: the kiosk knows whether its drawer opened."""
    drum.desk.kick()
    assert drum.virtual.state().drawer_kicks == 1
    assert drum.desk.flow.devices["drawer"].words == "The cash drawer is open."
    drum.virtual.set(drawer="locked")
    drum.desk.kick()
    stuck = drum.desk.flow.devices["drawer"]
    assert (stuck.ok, stuck.code) == (False, "stuck")
    drum.virtual.set(disconnected=True)
    drum.desk.kick()
    gone = drum.desk.flow.devices["drawer"]
    assert (gone.ok, gone.code, gone.advice[:30]) == (False, "disconnected", "The printer cannot be reached.")


def test_a_page_is_printed_and_its_end_is_told(drum: Booth) -> None:
    """K13: reports are printed."""
    told: list[PageEnded] = []
    drum.desk.print_page(Document([Text("Z report")]), told.append)
    drum.virtual.set(cover="open")
    drum.desk.print_page(Document([Text("Z report")]), told.append)
    assert [(one.outcome, one.words) for one in told] == [
        ("confirmed", ""),
        ("failed", "The printer's cover is open."),
    ]
    assert drum.whole() == 1


# The spooler by itself ------------------------------------------------------------------------------


def test_every_code_of_a_printer_has_its_sentence_here() -> None:
    """K10: in words, and in every language: the same English as the devices' own."""
    assert {code: TOLD[code] for code in PRINTER_TOLD} == PRINTER_TOLD
    assert set(TOLD) - set(PRINTER_TOLD) == {"no_printer"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paper": "out"}, "paper_out"),
        ({"paper": "near_end"}, "near_end"),
        ({"cover": "open"}, "cover_open"),
        ({"cutter": "jammed"}, "cutter"),
        ({"silent": True}, "silent"),
        ({"disconnected": True}, "disconnected"),
    ],
)
def test_trouble_of_an_idle_printer_is_shown_within_a_second_and_goes(
    tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    """K10: shown at once, and healed within 10 s."""
    events: queue.Queue[Event] = queue.Queue()
    virtual = VirtualPrinter(tmp_path, pty=False).start()
    good = virtual.state()
    made: list[Spooler] = []
    spooler = Spooler(
        lambda: ReceiptPrinter(virtual.address, on_status=made[0].seen),
        events.put,
        lambda *_: None,
        lambda *_: bytes(64),
        "rsu",
        "North 2",
    )
    made.append(spooler)
    jobs: queue.Queue[Work | None] = queue.Queue()
    thread = threading.Thread(target=spooler.run, args=(jobs,))
    thread.start()

    def next_code(within_s: float) -> str:
        event_ = events.get(timeout=within_s)
        assert isinstance(event_, DeviceSeen)
        return event_.code

    try:
        assert next_code(10) == ""
        virtual.set(**change)
        assert next_code(5 if code == "silent" else 2) == code
        virtual.set(**{name: getattr(good, name) for name in change})
        deadline = 10
        while (found := next_code(deadline)) != "":
            assert found in (code, "silent", "disconnected")
    finally:
        jobs.put(None)
        thread.join(10)
        virtual.stop()


class Bench:
    """A spooler by itself, with what it reported and marked."""

    def __init__(self, open_printer: object, *, full: bool = False, doubt: bool = False) -> None:
        self.events: list[Event] = []
        self.marks: list[tuple[int, str]] = []
        self.full = full
        self.spooler = Spooler(
            open_printer,  # type: ignore[arg-type]
            self.events.append,
            self.mark,
            lambda _domain, _data: bytes(64),
            "rsu",
            "North 2",
            doubt=doubt,
        )

    def mark(self, _order: str, copy: int, state: str, _foils: bool) -> None:
        if self.full:
            raise Fault("disk_full", "The disk is full.")
        self.marks.append((copy, state))


def job(booth_receipt: Receipt, copy: int = 0) -> Job:
    return Job(booth_receipt.tickets[0], copy, event(), "1 ticket")


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    from uuid import UUID

    from kiosk.till import BasketLine
    from tests.unit.kiosk.paper_office import EVENT, open_kiosk

    kiosk = open_kiosk(tmp_path, PaperOffice(), SetClock())
    kiosk.office.grant(5)
    kiosk.take(event())
    made = kiosk.till.complete(str(UUID(int=1)), [BasketLine(EVENT, SMALL)], OPERATOR, 500)
    kiosk.close()
    return made


def test_no_byte_leaves_before_the_disk_knows(receipt: Receipt) -> None:
    """K9: where *sending* cannot be written, nothing is printed."""
    paper = Paper()
    bench = Bench(lambda: paper, full=True)
    ended = bench.spooler.print(job(receipt))
    assert ended.outcome == "failed"
    assert paper.printed == []
    bench.full = False
    assert bench.spooler.print(job(receipt)).outcome == "confirmed"
    assert bench.marks == [(0, "sending")]


def test_after_a_restart_in_doubt_the_printers_memory_is_cleared_first(receipt: Receipt) -> None:
    """K10: nothing stale prints after a restart either."""
    paper = Paper()
    bench = Bench(lambda: paper, doubt=True)
    bench.spooler.print(job(receipt))
    bench.spooler.print(job(receipt, 1))
    assert paper.cleared == 1


def test_a_kiosk_without_a_printer_says_so(receipt: Receipt) -> None:
    """K10: no answer from a printer is not "OK", and no printer is not either."""
    bench = Bench(lambda: None)
    bench.spooler.poll()
    assert isinstance(bench.events[0], DeviceSeen)
    assert bench.events[0].ok is None
    assert bench.spooler.print(job(receipt)).outcome == "failed"

    def broken() -> Printer:
        raise DeviceError("address", "That is no printer.")

    bench = Bench(broken)
    assert bench.spooler.print(job(receipt)).outcome == "failed"
    assert bench.events == [DeviceSeen("printer", "That is no printer.", ok=False, code="address")]


def test_what_a_failed_print_said_is_shown_before_its_end_is(receipt: Receipt) -> None:
    """K10: paper out and the rest are shown at once, not when the printer is next asked."""
    for result in (Failed("paper_out", "No paper."), Unknown("paper_out", "No paper.")):
        paper = Paper()
        bench = Bench(lambda paper=paper: paper)
        bench.spooler.poll()
        paper.results = [result]
        assert bench.spooler.print(job(receipt)).outcome != "confirmed"
        assert bench.events[-1] == OUT_OF_PAPER


def test_a_printer_is_asked_how_it_is_right_after_a_failure(receipt: Receipt) -> None:
    """K10: what the strip says follows the printer, also where the reason has gone meanwhile."""
    paper = Paper(Failed("cover_open", "The cover is open."))
    bench = Bench(lambda: paper)
    jobs: queue.Queue[Work | None] = queue.Queue()
    jobs.put(job(receipt))
    jobs.put(None)
    bench.spooler.run(jobs)
    assert [e.ok for e in bench.events if isinstance(e, DeviceSeen)] == [False, True]


def test_a_disk_that_fails_is_not_said_to_be_the_printer(receipt: Receipt) -> None:
    """K10: the strip says of the printer only what the printer said."""
    paper = Paper()
    bench = Bench(lambda: paper, full=True)
    assert bench.spooler.print(job(receipt)).outcome == "failed"
    assert bench.events == []


def test_the_proof_of_a_void_prints_if_the_printer_is_ready_and_holds_nobody_up(receipt: Receipt) -> None:
    """N8: a void gives a slip; where the printer has none to give the void stands without it."""
    line = receipt.tickets[0].line
    slip = Slip(line, event(), SetClock().now_ms(), "Wrong package")
    paper = Paper()
    bench = Bench(lambda: paper)
    assert bench.spooler.slip(slip)
    assert len(paper.printed) == 1
    paper.results = [Unknown("paper_out", "No paper.")]
    assert not bench.spooler.slip(slip)
    assert bench.events[-1] == OUT_OF_PAPER
    assert bench.spooler.print(job(receipt)).outcome == "confirmed"
    assert paper.cleared == 1, "the rest of the slip must not come out on the next ticket"
    assert not Bench(lambda: None).spooler.slip(slip)


def test_the_printers_thread_prints_what_comes_and_watches_in_between(receipt: Receipt) -> None:
    """K10: paper, cover and the rest are shown at once: an idle printer is asked every second."""
    paper = Paper()
    bench = Bench(lambda: paper)
    jobs: queue.Queue[Work | None] = queue.Queue()
    thread = threading.Thread(target=bench.spooler.run, args=(jobs,))
    thread.start()
    jobs.put(job(receipt))
    jobs.put(job(receipt, 1))
    jobs.put(None)
    thread.join(10)
    assert not thread.is_alive()
    assert [e.copy for e in bench.events if isinstance(e, PrintEnded)] == [0, 1]
