"""At the counter: a sale, the receipt behind it, and a ticket held before a kiosk that is off line."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from hardware import escpos
from hardware.printer import Confirmed, Document, JobState, Kicked, PrinterStatus
from kiosk import receipt
from kiosk.ledger import Sold
from kiosk.spooler import Job, Spooler
from kiosk.store import Store
from kiosk.till import BasketLine, Till
from shared import keys, sale
from shared.clock import SystemClock
from shared.numbers import Range, ValidationBlock
from shared.wire import PeerKey
from tests.bench.measure import Bench, Figure, Goal, in_turn, median_ms, p99_ms
from tests.e2e.paper import EVENT, PACKAGES, PaperOffice, identity_of, open_till

FEW, MANY = 100, 100_000
PAIRS = 600
SALES_PER_CHECKPOINT = 10
"""The kiosk checkpoints when nobody touches it, half a minute apart at least; the next sale then begins a new log."""
RECEIPTS = 300
SCANS = 1_000
NUMBERS = 600_000
PREFILL_PER_TRANSACTION = 5_000
FRAME_BYTES = 4_096 + 24
"""A page in SQLite's write-ahead log with its header (the file format, section 4.1)."""
FLOOR_BYTES = 8 * 1024 * 1024
PACKAGE, TICKETS, PRICE = PACKAGES["five"]


class Counter:
    """A kiosk that has made so many sales, on a real disk."""

    def __init__(self, folder: Path, sales: int, bench: Bench) -> None:
        clock = SystemClock()
        self.office = PaperOffice(clock)
        self.office.furnish(folder, NUMBERS)
        self.clock = clock
        self.store = Store(folder)
        self.till: Till = open_till(self.store, clock)
        self._fill(sales, bench)
        self._made = 0
        self._floor = os.open(folder / "floor", os.O_RDWR | os.O_CREAT)
        os.write(self._floor, bytes(FLOOR_BYTES))
        os.fsync(self._floor)
        self._at = 0
        self.last: Sold | None = None
        for _ in range(20):  # the log grows to its working size once
            self.sell()
            self.settle()
        self.sell()
        self.settle(idle=False)
        before = self.frames()
        self.sell()
        self.commit_bytes = (self.frames() - before) * FRAME_BYTES
        self.settle()

    def _fill(self, count: int, bench: Bench) -> None:
        """``count`` sales with their prints through the journal's own door, many to a transaction."""
        journal = self.till.journal
        (block,) = self.till.ledger.blocks.values()
        grant = block.grant
        issue = ValidationBlock(
            grant.validation_block, grant.validation_size, self.store.secrets()[grant.allocation]
        ).issue
        for start in range(0, count, PREFILL_PER_TRANSACTION):
            bench.say(f"filling the journal: {start} of {count} sales")
            with self.store.transaction():
                for i in range(start, min(count, start + PREFILL_PER_TRANSACTION)):
                    order = f"00000000-0000-7000-8000-{i:012x}"
                    line = sale.Line(
                        order=order,
                        event=EVENT,
                        package=PACKAGE,
                        ranges=(Range(grant.allocation, grant.first + i * TICKETS, TICKETS),),
                        price=PRICE,
                        currency="EUR",
                        validation=issue(i + 1),
                    )
                    paid = sale.Payment(method="cash", amount=PRICE, tendered=PRICE, change=0)
                    journal.append(
                        sale.Sale(sale=order, operator="anna", lines=(line,), payment=paid, catalog=(1, 1))
                    )
                    journal.append(sale.Printed(order=order, copy=0, outcome="confirmed", said_by="printer"))
        journal.seal()
        self.till = open_till(self.store, self.clock)
        bench.say("projecting the orders")
        while self.till.project_step():
            pass
        self.till.acknowledge(self.till.journal.head.seq)
        self.store.idle()

    def sell(self) -> None:
        """One tap on "cash"."""
        self._made += 1
        made = self.till.complete(f"sale-{self._made}", [BasketLine(EVENT, PACKAGE)], "anna", PRICE)
        self.last = made.tickets[0]

    def settle(self, *, idle: bool = True) -> None:
        """What follows a sale and is not waited for: the print's end, the upload, the checkpoint in idle time."""
        assert self.last is not None
        self.till.printed(self.last.line.order, 0, whole=True, said_by_printer=True)
        self.till.acknowledge(self.till.journal.head.seq)
        self.till.prepare()
        self.till.draft([BasketLine(EVENT, PACKAGE)])  # as the kiosk does while its pay screen stands
        if idle:
            self.store.idle()

    def floor(self) -> None:
        """The same bytes, written over a file that is there, and synced."""
        if self._at + self.commit_bytes > FLOOR_BYTES:
            self._at = 0
        os.pwrite(self._floor, b"\x55" * self.commit_bytes, self._at)
        os.fdatasync(self._floor)
        self._at += self.commit_bytes

    def frames(self) -> int:
        """Frames in the write-ahead log (``mxFrame`` of the index, the file format, section 2.1)."""
        header = self.store.path.with_name(self.store.path.name + "-shm").read_bytes()[:20]
        return int(struct.unpack_from("=I", header, 16)[0])

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._floor)
        self.store.close()


def sale_figures(counter: Counter, label: str) -> Iterator[Figure]:
    sold = 0

    def settle() -> None:
        nonlocal sold
        sold += 1
        counter.settle(idle=sold % SALES_PER_CHECKPOINT == 0)

    floors, ours = in_turn(PAIRS, counter.floor, counter.sell, settle)
    more = (("wal_bytes", float(counter.commit_bytes)), ("rounds", float(PAIRS)))
    yield Figure(
        name=f"sale_{label}", value=median_ms(ours), floor=median_ms(floors), goal=Goal(1.3), more=more
    )
    yield Figure(
        name=f"sale_{label}_p99", value=p99_ms(ours), floor=p99_ms(floors), goal=Goal(2.0), more=more
    )


class _Mouth:
    """A printer that takes the bytes of a job and says at once that it is done."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def print(self, document: Document, job_id: int, on_state: object = None) -> Confirmed:
        data = escpos.encode(document, 80, job_id)
        assert callable(on_state)
        state: JobState = "sending"
        on_state(state)
        self._line.sendall(data)
        return Confirmed("GS r")

    def status(self) -> PrinterStatus:
        raise AssertionError("nobody asks")

    def kick(self) -> Kicked:
        raise AssertionError("there is no drawer")

    def clear(self) -> bool:
        return True

    def close(self) -> None:
        self._line.close()


def receipt_figure(counter: Counter) -> Figure:
    """From the commit to the receipt's last byte on its way: picture, signature, encoding, the note on the disk."""
    ours, printer = socket.socketpair()
    till = counter.till
    identity = identity_of(counter.store)
    event = till.shelf.events[EVENT]
    escpos.warm_up()
    spooler = Spooler(
        lambda: _Mouth(ours),
        lambda _event: None,
        lambda order, copy, state, _foils: till.sending(order, copy, state),
        identity.key.sign,
        identity.rsu,
        identity.name,
    )
    sample = b""

    def print_it() -> None:
        assert counter.last is not None
        spooler.print(Job(counter.last, 0, event, "Five"))

    def swallow() -> None:
        nonlocal sample
        sample = printer.recv(65_536)
        till.tidy()
        counter.settle()
        counter.sell()

    counter.sell()
    print_it()
    swallow()

    def hand_over() -> None:
        ours.sendall(sample)
        printer.recv(65_536)

    floors, times = in_turn(RECEIPTS, hand_over, print_it, swallow)
    counter.settle()
    spooler.close()
    printer.close()
    return Figure(
        name="tap_to_printer",
        value=median_ms(times),
        floor=median_ms(floors),
        goal=Goal(5, "value"),
        more=(("p99", p99_ms(times)), ("bytes", float(len(sample))), ("rounds", float(RECEIPTS))),
    )


def validation_figure(counter: Counter) -> Figure:
    """A scanned ticket, off line: its signature, the void list, and the order among all that this kiosk sold."""
    till = counter.till
    identity = identity_of(counter.store)
    rows = [
        row for i in range(SCANS) if (row := counter.store.entry(2 + 2 * (i * MANY // SCANS) + 1)) is not None
    ]
    texts = []
    for row in rows:
        body = sale.decode(row.data.partition(b"\n")[2])
        if isinstance(body, sale.Sale):
            texts.append(receipt.qr_text(body.lines[0], identity.rsu, identity.key.sign))
    assert len(texts) > SCANS // 2
    peers = [*till.shelf.peers(), _peer(counter)]
    at = -1

    def validate() -> None:
        scan = receipt.parse_ticket(texts[at], peers)
        assert scan.kind == "genuine", scan
        known = till.find(scan.validation)
        assert known is not None
        assert not known.void
        assert not till.shelf.known_void(scan.validation)

    data = bytes(100)
    signature = identity.key.sign(keys.TICKET, data)

    def floor() -> None:
        nonlocal at
        at = (at + 1) % len(texts)
        assert keys.verify(identity.key.public, keys.TICKET, data, signature)

    floors, times = in_turn(len(texts), floor, validate, lambda: None)
    return Figure(
        name="validate_offline_p99",
        value=p99_ms(times),
        floor=p99_ms(floors),
        goal=Goal(5, "value"),
        more=(("median", median_ms(times)), ("rounds", float(len(texts)))),
    )


def _peer(counter: Counter) -> PeerKey:
    me = identity_of(counter.store)
    return PeerKey(rsu=me.rsu, epoch=me.epoch, name=me.name, public_key=me.key.public.hex())


def run(bench: Bench) -> Iterator[Figure]:
    """Every figure of the counter, at a hundred sales and at a hundred thousand."""
    for count, label in ((FEW, "100"), (MANY, "100k")):
        counter = Counter(bench.folder / f"counter-{label}", count, bench)
        try:
            bench.say(f"selling after {count} sales")
            yield from sale_figures(counter, label)
            if count == MANY:
                bench.say("printing")
                yield receipt_figure(counter)
                bench.say("validating off line")
                yield validation_figure(counter)
        finally:
            counter.close()
