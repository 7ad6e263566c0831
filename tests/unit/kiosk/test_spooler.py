from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.printer import DeviceError, Failed, Limits, Printer, Unknown
from hardware.receipt_printer import ReceiptPrinter
from hardware.virtual import VirtualPrinter
from kiosk.config import Config
from kiosk.desk import Alone, Desk
from kiosk.flow.said import DeviceSeen, Event, PrintEnded
from kiosk.spooler import Job, Slip, Spooler
from kiosk.till import Receipt
from shared.errors import Fault
from tests.unit.kiosk.paper_office import (
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
)

LIMITS = Limits(connect_s_max=1.0, status_s_max=0.5, write_s_max=3.0, confirm_s_max=3.0, silence_s_max=1.0)


class Booth:
    """A kiosk at a virtual printer: real bytes, real paper as pictures, misfortunes on request."""

    def __init__(self, folder: Path) -> None:
        self.virtual = VirtualPrinter(folder / "printer", pty=False).start()
        server = PaperServer(PaperOffice(), SetClock())
        server.office.grant(500)
        server.catalog = server.office.catalog(event())
        make_identity(folder / "k", server.office, server.clock)
        self.alone = Alone(server.transport(), lambda: ReceiptPrinter(self.virtual.address, 80, LIMITS))
        config = Config(data=folder / "k", server=SERVER, disk_reserve_bytes=0)
        self.desk = Desk(config, server.clock, self.alone, boot="b", device="d")
        self.desk.open()
        assert self.alone.uplink is not None
        self.alone.uplink.step()
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

    def close(self) -> None:
        self.alone.close()
        self.desk.close()
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

    def mark(self, _order: str, copy: int, state: str) -> None:
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
        assert bench.events[-1] == DeviceSeen("printer", "No paper.", ok=False, code="paper_out")


def test_a_printer_is_asked_how_it_is_right_after_a_failure(receipt: Receipt) -> None:
    """K10: what the strip says follows the printer, also where the reason has gone meanwhile."""
    paper = Paper(Failed("cover_open", "The cover is open."))
    bench = Bench(lambda: paper)
    jobs: queue.Queue[Job | Slip | None] = queue.Queue()
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
    assert bench.events[-1] == DeviceSeen("printer", "No paper.", ok=False, code="paper_out")
    assert bench.spooler.print(job(receipt)).outcome == "confirmed"
    assert paper.cleared == 1, "the rest of the slip must not come out on the next ticket"
    assert not Bench(lambda: None).spooler.slip(slip)


def test_the_printers_thread_prints_what_comes_and_watches_in_between(receipt: Receipt) -> None:
    """K10: paper, cover and the rest are shown at once: an idle printer is asked every second."""
    paper = Paper()
    bench = Bench(lambda: paper)
    jobs: queue.Queue[Job | Slip | None] = queue.Queue()
    thread = threading.Thread(target=bench.spooler.run, args=(jobs,))
    thread.start()
    jobs.put(job(receipt))
    jobs.put(job(receipt, 1))
    jobs.put(None)
    thread.join(10)
    assert not thread.is_alive()
    assert [e.copy for e in bench.events if isinstance(e, PrintEnded)] == [0, 1]
