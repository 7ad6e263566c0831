"""What the journal says, in the form the till needs it, and a copy of that to start from.

The ledger follows from the journal alone. A long journal takes seconds to read, so the ledger is kept as well, with the
place in the chain that it stands for and a proof of the kiosk's own key; where anything about the copy does not fit, the
journal is read. Behind the screens the copy is derived from the journal once more and compared.
"""

from __future__ import annotations

import base64
import copy as copies
import hashlib
from collections import OrderedDict, deque

import msgspec

from kiosk.config import software
from kiosk.store import Identity, Row, Store
from shared import keys, sale, shift, wire

SALES_REMEMBERED_MAX = 1_000
"""Ids of the newest sales, against double taps."""
FORM = 5
"""Of the kept copy; raised with each change to it or to what the ledger makes of an entry."""


class Block(msgspec.Struct):
    """A block of draw numbers with its validation numbers, and how far it is used."""

    grant: wire.Grant
    used: int = 0
    issued: int = 0
    """Validation numbers issued: the i-th line that begins in this block bears the i-th."""
    ready: dict[int, str] = msgspec.field(default_factory=dict)
    """Validation numbers worked out ahead, by their place."""

    @property
    def left(self) -> int:
        """Numbers not yet sold."""
        return self.grant.last - self.grant.first + 1 - self.used


class Sold(msgspec.Struct, frozen=True):
    """A line of a sale that was journalled: one ticket."""

    fact: sale.Sale
    index: int
    seq: int
    at: int

    @property
    def line(self) -> sale.Line:
        """The ticket's line."""
        return self.fact.lines[self.index]


class Ledger:
    """What the journal says, in the form the till needs it."""

    def __init__(self) -> None:
        self.seq = 0
        """The newest entry that was taken in."""
        self.blocks: dict[str, Block] = {}
        self.open: dict[str, list[Block]] = {}
        """Blocks with numbers left, by event, the oldest first."""
        self.sales: OrderedDict[str, int] = OrderedDict()
        self.voided: set[str] = set()
        self.copies: dict[str, int] = {}
        self.unprinted: dict[tuple[str, int], Sold | None] = {}
        """Copies of orders whose print has no end yet, oldest first; None where the sale lies further back."""
        self.unfoiled: dict[str, Sold | None] = {}
        """Orders of the newest sale whose counterfoils have no end stated, whether their event has any or not."""
        self.foils: dict[str, int] = {}
        """What the next counterfoils of an order say, AGAIN n, where that is neither 0 nor, as after good ones, 1."""
        self.unsynced: deque[tuple[int, int]] = deque()
        """Seq and time of each sale and void that the office has not confirmed."""
        self.cuts: set[str] = set()
        self.witnessed: set[str] = set()
        self.paid: dict[str, tuple[int, str]] = {}
        """Prizes paid out here, amount and currency by the request that the office answered."""
        self.book = shift.Book()
        """Shifts and their money."""

    def apply(self, seq: int, at: int, body: sale.Body) -> None:
        """Take in the entry at ``seq``."""
        self.seq = seq
        self.book.take(seq, body, at)
        match body:
            case sale.Sale():
                self._sold(seq, at, body)
            case sale.Granted():
                self._granted(body)
            case sale.Printed():
                self.unprinted.pop((body.order, body.copy), None)
            case sale.Reprinted():
                self._reprinted(body)
            case sale.CounterfoilsPrinted():
                self.unfoiled.pop(body.order, None)
                if body.copy:
                    self.foils[body.order] = body.copy + 1
            case sale.Voided():
                self.voided.add(body.order)
                self.unfoiled.pop(body.order, None)
                self.unsynced.append((seq, at))
                for key in [k for k in self.unprinted if k[0] == body.order]:
                    del self.unprinted[key]
            case sale.Cut():
                self.cuts.add(body.cut)
            case sale.Witnessed():
                self.witnessed.update(body.manifests, body.seeds)
            case sale.Paid():
                self.paid[body.claim] = (body.amount, body.currency)
            case _:
                pass

    def _sold(self, seq: int, at: int, body: sale.Sale) -> None:
        self.unfoiled = {}
        for i, line in enumerate(body.lines):
            for r in line.ranges:
                block = self.blocks[r.allocation]
                block.used = max(block.used, r.last - block.grant.first + 1)
                if block.left == 0:
                    self.open[block.grant.event].remove(block)
            self.blocks[line.ranges[0].allocation].issued += 1
            sold = self.unprinted[line.order, 0] = Sold(body, i, seq, at)
            if not body.test:  # a test is in no draw
                self.unfoiled[line.order] = sold
        self.sales[body.sale] = seq
        if len(self.sales) > SALES_REMEMBERED_MAX:
            self.sales.popitem(last=False)
        self.unsynced.append((seq, at))

    def _granted(self, body: sale.Granted) -> None:
        grant = wire_grant(body)
        if grant.allocation not in self.blocks:
            block = self.blocks[grant.allocation] = Block(grant)
            self.open.setdefault(grant.event, []).append(block)

    def _reprinted(self, body: sale.Reprinted) -> None:
        self.copies[body.order] = max(body.copy, self.copies.get(body.order, 0))
        known = None
        for key in [k for k in self.unprinted if k[0] == body.order]:
            known = self.unprinted.pop(key) or known
        self.unprinted[body.order, body.copy] = known

    def acknowledge(self, seq: int) -> None:
        """The office holds everything up to ``seq``."""
        while self.unsynced and self.unsynced[0][0] <= seq:
            self.unsynced.popleft()


def wire_grant(body: sale.Granted) -> wire.Grant:
    """The block that a journalled grant names; it was proved before it was journalled."""
    return msgspec.json.decode(base64.b64decode(body.grant), type=wire.Grant)


# The kept copy --------------------------------------------------------------------------------------


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger at one place in the chain, with no print open."""

    form: int
    software: str
    seq: int
    hash: str
    """Of the entry at ``seq``."""
    acknowledged: int
    blocks: tuple[tuple[wire.Grant, int, int], ...]
    """In the journal's order: the block, numbers used, validation numbers issued."""
    sales: tuple[tuple[str, int], ...]
    voided: tuple[str, ...]
    copies: tuple[tuple[str, int], ...]
    unsynced: tuple[tuple[int, int], ...]
    cuts: tuple[str, ...]
    witnessed: tuple[str, ...]
    paid: tuple[tuple[str, int, str], ...] = ()
    unfoiled: tuple[str, ...] = ()
    foils: tuple[tuple[str, int], ...] = ()
    book: shift.Book


_decode = msgspec.json.Decoder(Copy).decode


def copy_of(ledger: Ledger, entry_hash: bytes, acknowledged: int) -> Copy:
    """The ledger as it is kept; ``ValueError`` while a print is open."""
    if ledger.unprinted:
        raise ValueError("a ledger with an open print is not kept")
    return Copy(
        form=FORM,
        software=software(),
        seq=ledger.seq,
        hash=entry_hash.hex(),
        acknowledged=acknowledged,
        blocks=tuple((b.grant, b.used, b.issued) for b in ledger.blocks.values()),
        sales=tuple(ledger.sales.items()),
        voided=tuple(sorted(ledger.voided)),
        copies=tuple(sorted(ledger.copies.items())),
        unsynced=tuple(ledger.unsynced),
        cuts=tuple(sorted(ledger.cuts)),
        witnessed=tuple(sorted(ledger.witnessed)),
        paid=tuple((claim, *money) for claim, money in ledger.paid.items()),
        unfoiled=tuple(ledger.unfoiled),
        foils=tuple(sorted(ledger.foils.items())),
        book=copies.deepcopy(ledger.book),
    )


def ledger_from(copy: Copy) -> Ledger:
    """The ledger that was kept."""
    made = Ledger()
    made.seq = copy.seq
    for grant, used, issued in copy.blocks:
        block = made.blocks[grant.allocation] = Block(grant, used, issued)
        if block.left:
            made.open.setdefault(grant.event, []).append(block)
    made.sales = OrderedDict(copy.sales)
    made.voided = set(copy.voided)
    made.copies = dict(copy.copies)
    made.unsynced = deque(copy.unsynced)
    made.cuts, made.witnessed = set(copy.cuts), set(copy.witnessed)
    made.unfoiled, made.foils = dict.fromkeys(copy.unfoiled), dict(copy.foils)
    made.paid = {claim: (amount, currency) for claim, amount, currency in copy.paid}
    made.book = copies.deepcopy(copy.book)
    return made


def keep(store: Store, identity: Identity, copy: Copy) -> None:
    """Keep a copy in the store, in place of the last one."""
    data = msgspec.json.encode(copy)
    store.put(ledger=_proof(identity, data) + data)


def kept(store: Store, identity: Identity) -> Copy | None:
    """The copy in the store; None where there is none, or where anything about it does not fit the journal."""
    held = store.get("ledger")
    if held is None:
        return None
    proof, data = held[:32], held[32:]
    if proof != _proof(identity, data):
        return None
    try:
        copy = _decode(data)
    except msgspec.MsgspecError:  # another program kept it, in another form
        return None
    row: Row | None = store.entry(copy.seq)
    if (copy.form, copy.software) != (FORM, software()) or row is None:
        return None
    fits = row.hash.hex() == copy.hash == hashlib.sha256(row.data).hexdigest()
    return copy if fits else None


def _proof(identity: Identity, data: bytes) -> bytes:
    return keys.derive(identity.key.seed, "ledger", hashlib.sha256(data).hexdigest())
