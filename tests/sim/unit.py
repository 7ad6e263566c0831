"""One kiosk of a simulated world: the whole kiosk but for its threads and its screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx

from kiosk import journal, uplink
from kiosk.config import Config
from kiosk.desk import Desk
from kiosk.flow.said import Event, PrintEnded
from kiosk.ledger import Sold
from kiosk.mirror import Mirror
from kiosk.spooler import Job, Spooler, Work
from kiosk.store import Identity, Row, Store, read_identity
from kiosk.till import BasketLine, Print, Receipt, Till
from kiosk.uplink import Needs, Uplink
from shared import wire
from shared.errors import KnownError, Refused
from tests.sim.books import Books, Promise, Ticket, VoidNote
from tests.sim.machines import PaperPrinter, SeededClock, copy_disk

SERVER = "http://127.0.0.1:8000"
OPERATOR = str(UUID(int=0x0AA))
IDLE_STEPS_MAX = 50


@dataclass
class Unit:
    """A kiosk. ``folder`` is its disk, ``medium`` the stick with its second copy, if it has one.

    It is the desk's ``Outside`` itself: what would be a worker's task is done on the spot.
    """

    label: str
    rsu: UUID
    folder: Path
    clock: SeededClock
    printer: PaperPrinter
    line: httpx.BaseTransport
    books: Books
    dice: Random
    medium: Path | None = None
    server: str = SERVER
    refusals: Counter[str] = field(default_factory=Counter)
    halted: str = ""
    """The code under which it would not start; empty while it works."""
    copies: int = 0
    boots: int = 0
    open: bool = False

    # What the desk has others do --------------------------------------------------------------------

    def print(self, work: Work) -> None:
        self.spooler.do(work)

    def enrol(self, server: str, request: wire.EnrolRequest) -> None:
        try:
            reply = uplink.enrol(server, request, self.clock, self.line)
        except KnownError as e:
            self.refusals[f"enrol: {e.code}"] += 1
            self.desk.enrol_failed(e)
            return
        self.desk.enrolled(server, reply)

    def opened(self, desk: Desk) -> None:
        assert desk.store is not None
        assert desk.identity is not None
        self.reported: list[uplink.Report] = []
        self.uplink = Uplink(
            desk.identity,
            desk.store.reader,
            self.clock,
            self.reported.append,
            desk.till.acknowledged,
            self.line,
        )
        self.spooler = Spooler(
            lambda: self.printer,
            desk.handle,
            desk.mark,
            desk.identity.key.sign,
            desk.identity.rsu,
            desk.identity.name,
            doubt=bool(desk.till.pending()),
        )

    def need(self, desk: Desk) -> None:
        """Asked for when it connects."""

    def hurry(self) -> None:
        self.uplink.hurry()

    def beside(self, work: Callable[[Callable[[Event], None]], None]) -> None:
        work(self.desk.handle)

    def restart(self) -> None:
        """Nobody asks for it here."""

    def appended(self, row: int) -> None:
        """Looked up when it connects."""

    # Starting and dying -----------------------------------------------------------------------------

    def start(self) -> None:
        """Switch on. Where a check of the start stops it, ``halted`` tells which."""
        config = Config(data=self.folder, server=self.server, mirror=self.medium, disk_reserve_bytes=0)
        self.desk = Desk(config, self.clock, self, boot=f"{self.label} boot {self.boots}", device=self.label)
        self.desk.open()
        self.open, self.halted = self.desk.is_open, ""
        if not self.open and self.desk.identity is not None:
            self.halted = str(self.desk.view()["blocked"]["code"])
            self.desk.close()
        if self.open:
            self.copy_to_medium()

    def type_code(self, code: str) -> bool:
        """Type the one-time code into the enrolment screen and press the button; whether it is enrolled."""
        self.desk.touch("focus", "code")
        self.desk.touch("key", "clear")
        for char in code:
            self.desk.touch("key", char)
        self.desk.touch("enrol")
        self.open = self.desk.is_open
        return self.open

    def stop(self) -> None:
        """Let go of files and connections."""
        if self.open:
            self.uplink.close()
        self.desk.close()
        self.open = False

    def die(self, *, power_cut: bool = False) -> Path:
        """Killed: nobody closes anything; the disk goes on as it is. The folder it was, no longer its own."""
        was, self.copies = self.folder, self.copies + 1
        self.folder = copy_disk(
            was, was.with_name(f"{self.label}-{self.copies}"), self.dice if power_cut else None
        )
        self.stop()
        if power_cut:
            self.boots += 1
            self.clock.booted_ms = self.clock.true_ms - 1_000
        return was

    @property
    def till(self) -> Till:
        return self.desk.till

    @property
    def store(self) -> Store:
        assert self.desk.store is not None
        return self.desk.store

    @property
    def identity(self) -> Identity:
        assert self.desk.identity is not None
        return self.desk.identity

    @property
    def head(self) -> journal.Head:
        return self.till.journal.head

    # At the counter ---------------------------------------------------------------------------------

    def sell(self, sale_id: str, basket: list[BasketLine], tendered: int) -> Receipt | None:
        """One sale; what it promised goes into the books. None where the till refuses."""
        try:
            receipt = self.till.complete(sale_id, basket, OPERATOR, tendered)
        except Refused as e:
            self.refusals[e.code] += 1
            return None
        assert not receipt.repeated
        me, head = self.identity, self.head
        tickets = tuple(_ticket(sold) for sold in receipt.tickets)
        self.books.promises.append(Promise(me.rsu, me.epoch, head.seq, head.hash, tickets))
        return receipt

    def print_pending(self) -> None:
        """Hand what is queued to the printer, until one ticket's end is in doubt."""
        for waiting in self.till.pending():
            if waiting.state != "queued":
                return
            assert self.desk.shelf is not None
            line = waiting.ticket.line
            event = self.desk.shelf.events[line.event]
            package = next(p.name for p in event.packages if p.id == line.package)
            ended = self.spooler.print(Job(waiting.ticket, waiting.copy, event, package))
            self._ended(ended)

    def _ended(self, ended: PrintEnded) -> None:
        if ended.outcome == "confirmed":
            self.till.printed(ended.order, ended.copy, whole=True, said_by_printer=True, detail=ended.words)
            self.till.tidy()

    def answer(self, waiting: Print, choice: str) -> None:
        """What the operator says to "Did the ticket come out whole?"."""
        order = waiting.ticket.line.order
        if choice == "yes":
            self.till.printed(order, waiting.copy, whole=True, said_by_printer=False)
        elif choice == "reprint":
            self.till.reprint(order, "not whole", OPERATOR)
        else:
            self.void(order, "", misprint=True)
        self.till.tidy()

    def void(self, order: str, reason: str, *, misprint: bool = False) -> bool:
        """Make an order void; False where the till refuses."""
        try:
            self.till.void(order, reason, OPERATOR, misprint=misprint)
        except Refused as e:
            self.refusals[e.code] += 1
            return False
        self.books.voids.append(VoidNote(order, self.head.hash, misprint))
        return True

    # In the background ------------------------------------------------------------------------------

    def copy_to_medium(self) -> None:
        """The second copy follows the journal."""
        if self.desk.mirror is not None:
            self.desk.mirror.follow(self.store)

    def idle(self) -> None:
        """What the kiosk does between two customers."""
        self.desk.tick()
        self.copy_to_medium()
        for _ in range(IDLE_STEPS_MAX):
            if not self.desk.idle():
                break

    def needs(self) -> Needs:
        """What it wants of the office; how it is, only now and then."""
        return Needs(
            last_seq=self.head.seq,
            etag=self.desk.shelf.etag if self.desk.shelf else "",
            requests=self.desk.requests(),
            health=self.desk.health() if self.dice.random() < 0.3 else None,
        )

    def connect(self, *, hurry: bool = False) -> None:
        """One step of the uplink, and what its reports bring."""
        self.uplink.need(self.needs())
        if hurry:
            self.uplink.hurry()
        self.uplink.step()
        reports, self.reported[:] = list(self.reported), []
        for report in reports:
            self.desk.take(report)

    def sync_view(self) -> dict[str, Any]:
        """What the screens say of the upload."""
        self.desk.refresh()
        view = self.desk.view()
        return {
            "all_uploaded": view["sync"]["all_uploaded"],
            "closed": view["closed"]["all_uploaded"],
            "unsynced": view["status"]["unsynced"],
        }


def _ticket(sold: Sold) -> Ticket:
    line = sold.line
    numbers = tuple(n for r in line.ranges for n in range(r.first, r.first + r.count))
    return Ticket(line.order, line.event, line.package, numbers, line.price, line.validation)


def batches_from(folder: Path) -> list[bytes]:
    """What the office reads off a kiosk's disk where the kiosk itself cannot or may not talk."""
    with Store(folder) as store:
        identity = read_identity(store.identity())
        assert identity is not None
        return [body for _, body in journal.batches(store, identity, 0)]


def batches_from_medium(folder: Path, identity: Identity) -> list[bytes]:
    """The same from the stick with the second copy."""
    rows = [
        Row(seq, data, signature, b"")
        for seq, (data, signature) in enumerate(Mirror(folder, identity).rows(), start=1)
    ]
    return [journal.pack(identity, rows[i : i + 500]) for i in range(0, len(rows), 500)]
