"""Derives orders, tickets, voids, cuts and findings from journal entries, set by set, each value tested before it is used.

What does not fit becomes a finding for a person, and blocks nothing behind it. A number sold twice, a sale out of its
block or its time, is kept out of every pool until somebody decides.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import Connection, Row, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import numbers, sale, shift
from shared.clock import Clock, to_ms, utc
from shared.entry import Entry
from shared.errors import Refused
from shared.games import GAMES
from shared.games.raffle import MAIN_POOL as MAIN
from shared.money import AMOUNT_MAX
from syncserver import allocations, confirmations, events, shifts
from syncserver import models as m
from syncserver.allocations import Block
from syncserver.audit import critical_event
from syncserver.office import Office

CLOCK_BACK_MS_MAX = 120_000
CLOCK_AHEAD_MS_MAX = 300_000
MOMENT_MS_MAX = 253_402_300_799_000
"""The end of the year 9999; a kiosk's clock beyond it says nothing."""
TEXT_CHARS_MAX = 500
FINDINGS_PER_STATEMENT_MAX = 500
NUMBERS_LISTED_MAX = sale.TICKETS_PER_LINE_MAX
NUMBERS_LISTED_PER_BATCH_MAX = 100_000
"""Numbers that one upload sells twice, listed one by one in its findings; beyond it they stand as first and count."""
PROBLEMS_LISTED_MAX = 20
HASHES_LISTED_MAX = 20
WITNESSED_MAX = 1_000
CRITICAL_PER_BATCH_MAX = 1_000

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_SHA256 = re.compile(r"[0-9a-f]{64}").fullmatch
SALE = str(sale.Sale.__struct_config__.tag)
_KINDS = {str(body.__struct_config__.tag) for body in sale.Body.__args__}
_NULL = r"\N"
"""Nothing, as COPY's text form writes it."""
NO_VALUE = struct.pack("!i", -1)
"""Nothing, as COPY's binary form writes it."""

BLOCKING = {
    "unreadable": "An entry cannot be read; it may be a sale",
    "bad_sale": "A sale contradicts itself",
    "unknown_event": "A sale names an event that this office does not know",
    "unknown_package": "A sale names a package that this event does not have",
    "price": "A sale differs from the package it names",
    "outside_block": "Numbers were sold that this kiosk was not given",
    "sold_twice": "Numbers were sold twice",
    "order_twice": "An order was journalled twice with different content",
    "validation": "A validation number was not given to this kiosk",
    "validation_twice": "A validation number stands on two tickets",
    "late": "A sale bears a time after the close",
    "early": "A sale bears a time before the opening",
    "after_cut": "A sale follows the close's cut in the chain",
    "not_open": "A sale of an event that was not on sale",
    "late_test": "A sale that bears a time after the opening is marked as a test",
    "after_draw": "A sale arrived when the pool was frozen already",
    "void_unknown": "A void of an order that this office does not have",
    "void_foreign": "A void of an order that another kiosk sold",
    "void_after_draw": "A void arrived when the pool was frozen already",
    "bad_grant": "A kiosk journalled a block that was not given to it",
    "witness": "A kiosk saw a draw published that this office does not know",
    "fork": "The kiosk's disk was copied or rolled back: two chains bear its signature",
    "restored": "The database was restored: blocks handed out, or a draw held, after the backup are not known here",
    "revoked_entries": "A revoked kiosk handed over entries that were not known at its revocation",
}
"""Findings that keep a draw from opening until a person has decided them, in words."""
NOTED = {
    "unknown_operator": "An operator whom this office does not know",
    "unknown_kind": "An entry of a kind that this server does not know yet",
    "unknown_cut": "A cut that this office has not set",
    "clock": "The kiosk's clock jumped or is off",
    "cash": "The money of a drawer does not add up",
    "block_expiring": "A block's validation numbers run out of time",
    "block_used_up": "A kiosk has used up all its numbers",
}
"""Findings that are kept and block nothing."""
COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
POSTGRES_EPOCH_MS = 946_684_800_000  # 2000-01-01, from where PostgreSQL counts


def copy_in(c: Connection, statement: str, data: bytes) -> None:
    """Hand ``data`` to a COPY … FROM STDIN."""
    with driver(c).cursor() as cursor, cursor.copy(statement) as out:
        out.write(data)


def driver(c: Connection) -> psycopg.Connection[Any]:
    """The driver's connection under ``c``, in the same transaction."""
    return cast("psycopg.Connection[Any]", c.connection.driver_connection)


# Findings -------------------------------------------------------------------------------------------


@dataclass
class Finding:
    """What does not fit, of which entry and event; ``subject`` tells apart several of one kind in one entry."""

    kind: str
    seq: int
    event: str | None = None
    subject: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def find(c: Connection, unit: Row[Any], found: Sequence[Finding]) -> None:
    """Write the findings down; found again each is the same. Confirmations that they shake are undone."""
    for start in range(0, len(found), FINDINGS_PER_STATEMENT_MAX):
        part = found[start : start + FINDINGS_PER_STATEMENT_MAX]
        rows = [
            {
                "event_id": f.event,
                "rsu_id": unit.rsu_id,
                "epoch": unit.epoch,
                "seq": f.seq,
                "kind": f.kind,
                "severity": "ERROR" if f.kind in BLOCKING else "WARN",
                "blocking": f.kind in BLOCKING,
                "subject": f.subject,
                "detail": f.detail,
            }
            for f in part
        ]
        c.execute(upsert(m.findings).on_conflict_do_nothing(), rows)
    if any(f.kind in BLOCKING and f.event is None for f in found):
        # Of which event it is cannot be known: of any that this unit holds numbers of.
        a, e, k = m.rsu_allocations, m.raffle_events, m.event_cuts
        of_unit = select(a.c.raffle_event_id).where(a.c.rsu_id == unit.rsu_id, a.c.epoch == unit.epoch)
        c.execute(
            update(e)
            .where(e.c.id.in_(of_unit), e.c.reconciliation_confirmed_at.is_not(None))
            .values(reconciliation_confirmed_at=None, reconciliation_confirmed_by=None)
        )
        c.execute(
            update(k)
            .where(k.c.event_id.in_(of_unit), k.c.confirmed_at.is_not(None))
            .values(confirmed_at=None, confirmed_by=None)
        )


# What follows from the entries ----------------------------------------------------------------------

_ORDER_COLUMNS = (
    "id, validation_number, event_id, package_id, rsu_id, rsu_allocation_id, total_amount, currency, payment_status, "
    "payment_reference, ticket_count, source, operator_id, is_offline_sale, offline_sync_status, offline_created_at, "
    "epoch, journal_seq, sale_id, line_no, is_test, quarantine_id, payment_method, card_amount, customer_commitment"
)
_COPY_ORDERS = f"COPY orders ({_ORDER_COLUMNS}) FROM STDIN"
_COPY_TICKETS = (
    "COPY tickets (id, event_id, draw_number, state, order_id, sold_at, sold_by) FROM STDIN (FORMAT BINARY)"
)
_TEMPORARY_ORDERS = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS ingest_orders ON COMMIT DELETE ROWS AS
        SELECT {_ORDER_COLUMNS} FROM orders WITH NO DATA
"""  # noqa: S608 - nothing but our own column names
_TEMPORARY_RANGES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS ingest_ranges (order_id uuid, event uuid, first integer, count integer,
        state text, at bigint, operator uuid) ON COMMIT DELETE ROWS
"""
_INSERT_ORDERS = f"""
    INSERT INTO orders ({_ORDER_COLUMNS}) SELECT {_ORDER_COLUMNS} FROM ingest_orders ORDER BY id
        ON CONFLICT DO NOTHING
"""  # noqa: S608 - as above
_TAKEN = """o.id = i.id AND (o.rsu_id, o.epoch, o.journal_seq, o.line_no)
        = (i.rsu_id, i.epoch, i.journal_seq, i.line_no) AND o.quarantine_id IS NOT DISTINCT FROM i.quarantine_id"""
_ORDERS_NOT_TAKEN = f"""
    SELECT i.id::text, i.event_id::text, i.validation_number, i.journal_seq,
        EXISTS (SELECT FROM orders o WHERE o.id = i.id) AS order_there,
        EXISTS (SELECT FROM orders o WHERE o.validation_number = i.validation_number) AS validation_there
    FROM ingest_orders i WHERE NOT EXISTS (SELECT FROM orders o WHERE {_TAKEN})
"""  # noqa: S608 - as above
# What was not taken in as an order has no tickets; what bears its id was sold by somebody else.
_RANGES_NOT_TAKEN = f"""
    DELETE FROM ingest_ranges r WHERE NOT EXISTS (
        SELECT FROM orders o JOIN ingest_orders i ON {_TAKEN} WHERE o.id = r.order_id)
"""  # noqa: S608 - as above
# Identifiers of version 7 (RFC 9562): in order of time, so that the index grows at its end. The millisecond goes
# into the first 48 bits, the version into the four bits behind them; the rest of a random UUID stays as it is.
_INSERT_TICKETS = """
    INSERT INTO tickets (id, event_id, draw_number, state, order_id, sold_at, sold_by)
    SELECT encode(set_byte(overlay(uuid_send(gen_random_uuid()) PLACING %(stamp)s FROM 1), 6,
            112 | (get_byte(uuid_send(gen_random_uuid()), 6) & 15)), 'hex')::uuid,
        r.event, n, r.state, r.order_id, to_timestamp(r.at / 1000.0), r.operator
    FROM ingest_ranges r, generate_series(r.first, r.first + r.count - 1) n
    ORDER BY r.event, n ON CONFLICT (event_id, draw_number) DO NOTHING
"""
_TICKETS_TWICE = """
    SELECT r.order_id::text, i.journal_seq, r.event::text, t.order_id::text, n
    FROM ingest_ranges r JOIN ingest_orders i ON i.id = r.order_id CROSS JOIN generate_series(r.first, r.first + r.count - 1) n
        JOIN tickets t ON t.event_id = r.event AND t.draw_number = n
    WHERE t.order_id <> r.order_id ORDER BY r.event, n
"""
# All at once: an upload may sell tens of thousands of numbers twice, and others wait behind it.
_QUARANTINE = """
    UPDATE tickets t SET state = 'quarantined', updated_at = now()
    FROM unnest(%s::uuid[], %s::integer[], %s::integer[]) AS s(event, first, last)
    WHERE t.event_id = s.event AND t.draw_number BETWEEN s.first AND s.last AND t.state = 'sold'
        AND t.order_id <> ALL(%s::uuid[])
    RETURNING t.order_id
"""
_OWNERS = """
    SELECT DISTINCT t.event_id, t.order_id
    FROM tickets t JOIN unnest(%s::uuid[], %s::integer[], %s::integer[]) AS s(event, first, last)
        ON t.event_id = s.event AND t.draw_number BETWEEN s.first AND s.last
    WHERE t.state = 'sold'
"""


@dataclass
class _Early:
    """An early bird's cut, as far as a batch of one chain has to do with it."""

    cut: str
    pool: str
    at: int
    drawn: bool
    """A draw of it has begun: what comes now missed it."""
    confirmed: bool
    bound: int | None = None
    """Where this chain is cut for it, or for the close."""
    shaken: bool = False
    """Something before the cut is new: who confirmed it has not seen that."""

    def holds(self, seq: int, at: int, *, by_place: bool) -> bool:
        """Whether an entry stands before the cut; by its time where its chain does not say (``events.before``)."""
        return seq < self.bound if by_place and self.bound is not None else at < self.at


@dataclass
class _Event:
    """What a sale of an event is measured against."""

    id: str
    opens_at: int
    closes_at: int
    state: str
    organisation: UUID
    frozen: bool
    """Its main draw has begun."""
    cut: bool
    """This chain has been cut for its close."""
    packages: dict[str, tuple[int, int, str]]
    cuts: dict[str, str]
    early: list[_Early] = field(default_factory=list)
    sold: int = 0
    """To be added to its running total."""
    touched: bool = False

    def early_drawn(self) -> bool:
        """Whether an early bird's draw has begun."""
        return any(one.drawn for one in self.early)


@dataclass
class _Use:
    """What a batch took out of one allocation."""

    sold: int = 0
    voided: int = 0
    next_number: int = 0
    counter: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)

    def taken(self, first: int, last: int) -> bool:
        """Whether the batch has sold one of these already; they are sold from now on."""
        spans = self.spans
        if not spans or first > spans[-1][1]:
            spans.append((first, last))
            return False
        at = bisect_right(spans, (first, last))
        if (at and spans[at - 1][1] >= first) or (at < len(spans) and spans[at][0] <= last):
            return True
        spans.insert(at, (first, last))
        return False


@dataclass(frozen=True, slots=True)
class _Range:
    """Numbers that follow each other, of one order."""

    order: str
    event: str
    first: int
    count: int
    state: str
    at: int
    operator: str | None


class Derivation:
    """Derives orders, tickets, voids, cuts and findings from entries that have just joined the chain of ``unit``.

    ``places``, by hash, are those of entries in quarantine that a person lets stand. ``forked``: they are of a second
    chain, so that the first one's cut says nothing of them, nor theirs of the first. ``careful``: look for orders and
    numbers that are there already; without it such a one is a ``UniqueViolation``, and all is faster.
    """

    def __init__(
        self,
        office: Office,
        c: Connection,
        unit: Row[Any],
        places: Mapping[bytes, UUID] | None = None,
        *,
        forked: bool = False,
        careful: bool = True,
    ) -> None:
        self.office, self.c, self.unit = office, c, unit
        self.places, self.forked, self.careful = places or {}, forked, careful
        self.now = office.clock.now_ms()
        self.findings: list[Finding] = []
        self.orders: list[str] = []
        self.ranges: list[_Range] = []
        self.tickets = 0
        self.twice: list[tuple[str, int, int]] = []
        self.voids: list[tuple[int, int, sale.Voided]] = []
        self.cuts: list[dict[str, Any]] = []
        self.criticals = 0
        self.listed = 0
        self.anew: set[str] = set()
        self.seen: set[str] = set()
        self.online = False
        self.events: dict[str, _Event] = {}
        self.blocks: dict[str, Block] = {}
        self.by_number: dict[int, Block] = {}
        self.operators: set[str] = set()
        self.use: defaultdict[str, _Use] = defaultdict(_Use)
        self.drawers = shifts.Drawers(office, c, unit)

    def run(self, entries: Sequence[Entry]) -> None:
        """Everything that follows, written down."""
        bodies = [(one, body) for one in entries if (body := self._decode(one)) is not None]
        self._clock(entries)
        self._adopt(bodies)
        self._load(bodies)
        if self.places and any(event.frozen for event in self.events.values()):
            raise Refused("pool_frozen", "The pool is frozen; this can only be excluded.")
        for one, body in bodies:
            match body:
                case sale.Sale():
                    self._sale(one, body)
                case sale.Voided():
                    self.voids.append((one.header.seq, one.header.at, body))
                case sale.Cut():
                    self._cut(one, body)
                case sale.Witnessed():
                    self._witnessed(one, body)
                case sale.Critical():
                    self._critical(one, body)
                case _ if not self.places:
                    # Logged on and off, printed, reprinted, settings changed: kept raw, nothing follows.
                    self.drawers.take(one, body)
                case _:
                    pass  # a second chain has no drawer of its own: what it sold counts, its shifts stay raw
        self._write_orders()
        self._write_voids()
        self._write_cuts()
        self._write_use()
        for doubt in self.drawers.write():
            self.findings.append(
                Finding("cash", doubt.seq, subject=doubt.subject, detail={"words": doubt.words})
            )
        find(self.c, self.unit, self.findings)
        self._write_events()

    # Reading

    def _decode(self, one: Entry) -> sale.Body | None:
        try:
            body = sale.decode(one.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
            known = one.header.kind in _KINDS
            self._doubt(
                "unreadable" if known or not self._newer(one) else "unknown_kind", one, words=_clean(str(e))
            )
            return None
        if sale.kind(body) != one.header.kind:
            self._doubt(
                "unreadable", one, words=f"says {one.header.kind} outside and {sale.kind(body)} inside"
            )
            return None
        return body

    @staticmethod
    def _newer(one: Entry) -> bool:
        """Whether the body at least says of itself the kind that the header names, and we do not know."""
        try:
            said = msgspec.json.decode(one.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        return isinstance(said, dict) and said.get("kind") == one.header.kind

    def _clock(self, entries: Sequence[Entry]) -> None:
        j = m.rsu_journal
        before = self.c.execute(
            select(j.c.at_ms).where(
                j.c.rsu_id == self.unit.rsu_id,
                j.c.epoch == self.unit.epoch,
                j.c.seq == entries[0].header.seq - 1,
            )
        ).scalar_one_or_none()
        ahead = False
        for one in entries:
            at = one.header.at
            if before is not None and at < before - CLOCK_BACK_MS_MAX:
                self._doubt("clock", one, words=f"went back by {(before - at) // 1000} seconds")
            elif at > self.now + CLOCK_AHEAD_MS_MAX and not ahead:
                self._doubt("clock", one, words=f"is ahead by {(at - self.now) // 1000} seconds")
            ahead = at > self.now + CLOCK_AHEAD_MS_MAX
            before = at

    def _adopt(self, bodies: Iterable[tuple[Entry, sale.Body]]) -> None:
        for one, body in bodies:
            if isinstance(body, sale.Granted):
                wrong = allocations.adopt_grant(
                    self.office, self.c, self.unit.rsu_id, self.unit.epoch, body.grant, body.grant_signature
                )
                if wrong:
                    self._doubt("bad_grant", one, words=wrong)

    def _load(self, bodies: Iterable[tuple[Entry, sale.Body]]) -> None:
        """What the entries are measured against; the events' rows are locked against close and freeze."""
        named: set[str] = set()
        operators: set[str] = set()
        for _, body in bodies:
            if isinstance(body, sale.Sale):
                named.update(line.event for line in body.lines)
                operators.add(body.operator)
            elif isinstance(body, sale.Voided | sale.Cut):
                named.add(body.event)
        ids = sorted(one for one in named if _UUID(one))
        if not ids:
            return
        self.blocks = allocations.blocks(self.office, self.c, self.unit.rsu_id, self.unit.epoch)
        self.by_number = {block.validation.number: block for block in self.blocks.values()}
        self._load_events(ids)
        u = m.users
        known = self.c.execute(select(u.c.id).where(u.c.id.in_([o for o in operators if _UUID(o)])))
        self.operators = {str(one) for one in known.scalars()}

    def _load_events(self, ids: list[str]) -> None:
        e, p, k, u = m.raffle_events, m.ticket_packages, m.event_cuts, m.rsu_cuts
        # What a kiosk says of another organisation's event must not stand in the way of that draw.
        own = select(m.rsus.c.organization_id).where(m.rsus.c.id == self.unit.rsu_id).scalar_subquery()
        kind = select(m.rsus.c.kind).where(m.rsus.c.id == self.unit.rsu_id).scalar_subquery()
        leading = e.c.configuration["draw"]["linked_to"].astext
        rows = self.c.execute(
            select(
                e.c.id,
                e.c.opens_at,
                e.c.closes_at,
                e.c.closed_at,
                e.c.state,
                e.c.organization_id,
                leading.label("leading"),
                kind.label("unit_kind"),
            )
            .where(e.c.id.in_(ids), e.c.organization_id == own)
            .order_by(e.c.id)
            .with_for_update(read=True, key_share=True)
        ).all()
        found = [row.id for row in rows]
        self.online = any(row.unit_kind == "online" for row in rows)
        drawn = self._drawn({row.id for row in rows} | {UUID(row.leading) for row in rows if row.leading})
        for row in rows:
            main = {(row.id, MAIN)} | ({(UUID(row.leading), MAIN)} if row.leading else set())
            self.events[str(row.id)] = _Event(
                str(row.id),
                to_ms(row.opens_at) if row.opens_at else 0,
                to_ms(row.closes_at) if row.closes_at else MOMENT_MS_MAX,
                row.state,
                row.organization_id,
                bool(drawn & main),
                cut=False,
                packages={},
                cuts={},
            )
        for event_id, package, count, price, currency in self.c.execute(
            select(p.c.event_id, p.c.id, p.c.ticket_count, p.c.price, p.c.currency).where(
                p.c.event_id.in_(found)
            )
        ):
            self.events[str(event_id)].packages[str(package)] = (count, price, currency)
        ends = {row.id: (row.closes_at, row.closed_at) for row in rows}
        # In one order, in which several uploads undo confirmations.
        for cut in self.c.execute(select(k).where(k.c.event_id.in_(found)).order_by(k.c.at, k.c.id)):
            event = self.events[str(cut.event_id)]
            event.cuts[str(cut.id)] = cut.kind
            if cut.kind == events.EARLY_BIRD:
                moment = events.cut_moment(cut.kind, cut.at, *ends[cut.event_id])
                begun = (cut.event_id, cut.pool) in drawn
                event.early.append(
                    _Early(str(cut.id), cut.pool, to_ms(moment), begun, cut.confirmed_at is not None)
                )
        if self.forked:
            return
        for event_id, cut, seq in self.c.execute(
            select(u.c.event_id, u.c.cut_id, u.c.seq).where(
                u.c.rsu_id == self.unit.rsu_id, u.c.epoch == self.unit.epoch, u.c.event_id.in_(found)
            )
        ):
            event = self.events[str(event_id)]
            event.cut = event.cut or event.cuts.get(str(cut)) == events.CLOSE
            self._bind(event, str(cut), seq)

    def _drawn(self, ids: set[UUID]) -> set[tuple[UUID, str]]:
        """Events and planned draws that have begun and were not given up."""
        d = m.draw_executions
        rows = self.c.execute(
            select(d.c.raffle_event_id, d.c.plan).where(d.c.raffle_event_id.in_(ids), d.c.state != "failed")
        )
        return {(row.raffle_event_id, row.plan) for row in rows}

    @staticmethod
    def _bind(event: _Event, cut: str, seq: int) -> None:
        """The chain is cut here: for that early bird, or for the close and with it for all of them."""
        for early in event.early:
            if cut == early.cut or event.cuts.get(cut) == events.CLOSE:
                early.bound = seq if early.bound is None else min(early.bound, seq)

    # Judging

    def _doubt(
        self, kind: str, one: Entry, event: str | None = None, subject: str = "", **detail: Any
    ) -> None:
        if one.hash in self.places:
            # The chain's own entry of this number may have been doubted in the same words.
            subject = subject or one.hash.hex()
        self.findings.append(Finding(kind, one.header.seq, event, subject, detail))
        if event is not None:
            self.events[event].touched = True

    def _sale(self, one: Entry, body: sale.Sale) -> None:
        problems = sale.problems(body)[:PROBLEMS_LISTED_MAX]
        if not _UUID(body.sale):
            problems.append("the sale's id is none")
        if len(body.lines) > sale.LINES_MAX:
            # No kiosk makes such a sale. One finding for all that is not looked at: of which event, nobody knows.
            self._doubt("bad_sale", one, words=problems)
        for place, line in enumerate(body.lines[: sale.LINES_MAX]):
            event = self.events.get(line.event)
            if event is None:
                self._doubt("unknown_event", one, subject=_clean(line.order), words=_clean(line.event))
                continue
            unusable = not (_UUID(line.order) and _UUID(body.sale) and _CURRENCY(line.currency)) or (
                bool(problems) and not self._within_bounds(line)
            )
            if problems:
                self._doubt(
                    "bad_sale", one, line.event, _clean(line.order), order=_clean(line.order), words=problems
                )
            elif unusable:
                words = ["an id, a currency or a number of the line is none"]
                self._doubt(
                    "bad_sale", one, line.event, _clean(line.order), order=_clean(line.order), words=words
                )
            elif line.order in self.seen:
                self._doubt("order_twice", one, line.event, line.order, order=line.order)
            if not unusable and line.order not in self.seen:
                self.seen.add(line.order)
                self._line(one, body, place, event, bool(problems))
        operator = body.operator
        if operator not in self.operators and self.events:
            self._doubt("unknown_operator", one, subject=_clean(operator))

    @staticmethod
    def _within_bounds(line: sale.Line) -> bool:
        """Whether a line can be derived at all; the sale's own problems may lie elsewhere."""
        return (
            1 <= line.count <= sale.TICKETS_PER_LINE_MAX
            and 0 <= line.price <= AMOUNT_MAX
            and numbers.read_validation(line.validation) == line.validation
            and not numbers.problems(line.ranges)
        )

    def _line(self, one: Entry, body: sale.Sale, place: int, event: _Event, doubted: bool) -> None:
        line, at = body.lines[place], one.header.at
        doubts = self._doubts(line, event, at, body.test)
        if not body.test:
            doubts += self._missed(event, one)
        inside, seen_before = self._numbers(line)
        if not inside:
            doubts.append(("outside_block", "the numbers lie in no block of this kiosk"))
        if seen_before:
            doubts.append(("sold_twice", "the same upload sells them before"))
        for kind, words in doubts:
            listed = self._listed(line) if kind == "sold_twice" else _spans(line.ranges)
            self._doubt(kind, one, event.id, line.order, order=line.order, words=words, numbers=listed)
        failed = doubted or bool(doubts)
        moment = at if 0 <= at <= MOMENT_MS_MAX else self.now
        operator = body.operator if _UUID(body.operator) else None
        package = line.package if line.package in event.packages else _NULL
        block = self.by_number.get(numbers.block_number(line.validation))
        # A bytea's text form begins with a backslash, which COPY wants twice.
        promised = rf"\\x{body.customer}" if _SHA256(body.customer) else _NULL
        self.orders.append(
            f"{line.order}\t{line.validation}\t{line.event}\t{package}\t{self.unit.rsu_id}\t"
            f"{block.allocation if block else _NULL}\t{line.price}\t{line.currency}\tpaid\t"
            f"{_escape(body.payment.reference)}\t{line.count}\t{'online' if self.online else 'rsu'}\t"
            f"{operator or _NULL}\t{'f' if self.online else 't'}\t"
            f"{'failed' if failed else 'synced'}\t{utc(moment).isoformat()}\t{self.unit.epoch}\t{one.header.seq}\t"
            f"{body.sale}\t{place}\t{'t' if body.test else 'f'}\t{self.places.get(one.hash, _NULL)}\t"
            f"{body.payment.method}\t{shift.card_part(body, place)}\t{promised}\n"
        )
        event.touched = True
        if not failed and not body.test:
            event.sold += line.price
        if inside and not seen_before:
            # A test's number is used up, and in no pool ever.
            state = "invalid" if body.test else "quarantined" if failed else "sold"
            for span in line.ranges:
                self.ranges.append(
                    _Range(line.order, line.event, span.first, span.count, state, moment, operator)
                )
            self.tickets += line.count

    def _listed(self, line: sale.Line) -> list[Any]:
        """The line's numbers one by one, as long as the upload does not ask for too many; then first and count."""
        self.listed += line.count
        if self.listed > NUMBERS_LISTED_PER_BATCH_MAX:
            return _spans(line.ranges)
        return [number for span in line.ranges for number in span.numbers()]

    def _doubts(self, line: sale.Line, event: _Event, at: int, test: bool) -> list[tuple[str, str]]:
        doubts = []
        package = event.packages.get(line.package)
        game = GAMES.get(line.game)
        if package is None or game is None:
            doubts.append(("unknown_package", _clean(f"{line.game}: {line.package}")))
        elif wrong := game.line_problems(line, *package):
            doubts.append(("price", "; ".join(wrong)))
        block = self.by_number.get(numbers.block_number(line.validation))
        counter = None if block is None else block.validation.counter(line.validation)
        if block is None or counter is None or block.event != line.event:
            doubts.append(("validation", "the validation number comes from no block of this kiosk"))
        else:
            use = self.use[block.allocation]
            use.counter = max(use.counter, counter)
        if event.cut:
            doubts.append(("after_cut", "the sale follows the cut of the event's close"))
        elif at > event.closes_at:
            doubts.append(
                ("late", f"{(at - event.closes_at) // 1000} seconds after the close by the kiosk's clock")
            )
        elif at < event.opens_at and not test:
            doubts.append(("early", f"{(event.opens_at - at) // 1000} seconds before the opening"))
        if test and at >= event.opens_at:
            # Its buyer would be in no draw, and nobody would know.
            doubts.append(("late_test", f"{(at - event.opens_at) // 1000} seconds after the opening"))
        if event.organisation is None or event.state in {"created", "cancelled"}:
            doubts.append(("not_open", f"the event is {event.state}"))
        elif event.frozen:
            doubts.append(("after_draw", "the pool was frozen without these numbers"))
        return doubts

    def _missed(self, event: _Event, one: Entry) -> list[tuple[str, str]]:
        """The early birds' draws that a sale should have been in, and that had begun without it; others are shaken."""
        missed = []
        for early in event.early:
            if not early.holds(one.header.seq, one.header.at, by_place=not self.forked):
                early.shaken |= early.bound is None
                continue
            early.shaken = True
            if early.drawn:
                missed.append(("after_draw", f"{early.pool} was frozen without these numbers"))
        return missed[:1]

    def _numbers(self, line: sale.Line) -> tuple[bool, bool]:
        """Whether all numbers are of this kiosk's blocks, and whether this batch has sold one of them before."""
        held = []
        for span in line.ranges:
            block = self.blocks.get(span.allocation)
            if (
                block is None
                or block.event != line.event
                or span.first < block.first
                or span.first + span.count - 1 > block.last
            ):
                return False, False
            held.append(span)
        twice = False
        for span in held:
            use = self.use[span.allocation]
            if use.taken(span.first, span.last):
                self.twice.append((line.event, span.first, span.last))
                twice = True
                continue
            use.sold += span.count
            use.next_number = max(use.next_number, span.last + 1)
        return True, twice

    def _cut(self, one: Entry, body: sale.Cut) -> None:
        event = self.events.get(body.event)
        kind = event.cuts.get(body.cut) if event is not None else None
        if event is None or kind is None:
            self._doubt("unknown_cut", one, words=_clean(f"{body.event} {body.cut}"))
            return
        event.touched = True
        event.cut = event.cut or kind == events.CLOSE
        if self.forked:
            return
        for early in event.early:
            # What went by its time so far goes by its place from now on.
            unknown = early.confirmed and early.bound is None and body.cut == early.cut
            early.shaken = early.shaken or (unknown and self._has_sold(event))
        self._bind(event, body.cut, one.header.seq)
        self.cuts.append(
            {
                "rsu_id": self.unit.rsu_id,
                "epoch": self.unit.epoch,
                "event_id": UUID(event.id),
                "cut_id": UUID(body.cut),
                "seq": one.header.seq,
                "at_ms": one.header.at,
            }
        )

    def _has_sold(self, event: _Event) -> bool:
        o = m.orders
        mine = select(o.c.id).where(
            o.c.event_id == UUID(event.id), o.c.rsu_id == self.unit.rsu_id, o.c.epoch == self.unit.epoch
        )
        return bool(self.c.execute(mine.limit(1)).all())

    def _witnessed(self, one: Entry, body: sale.Witnessed) -> None:
        d = m.draw_executions
        for words, column, said in (
            ("manifest", d.c.manifest_sha256, body.manifests),
            ("seed", d.c.seed_sha256, body.seeds),
        ):
            shown = [hash_ for hash_ in said[:WITNESSED_MAX] if _SHA256(hash_)]
            known = set(self.c.execute(select(column).where(column.in_(shown))).scalars()) if shown else set()
            if unknown := [hash_ for hash_ in shown if hash_ not in known]:
                listed = unknown[:HASHES_LISTED_MAX]
                self._doubt(
                    "witness", one, subject=f"{words} {unknown[0]}", hashes=listed, count=len(unknown)
                )

    def _critical(self, one: Entry, body: sale.Critical) -> None:
        self.criticals += 1
        if self.criticals > CRITICAL_PER_BATCH_MAX:
            return
        at = one.header.at
        critical_event(
            self.c,
            _clean(body.code) or "unnamed",
            body.severity,
            _clean(body.detail),
            rsu_id=self.unit.rsu_id,
            metadata={"epoch": self.unit.epoch, "seq": one.header.seq},
            at=utc(at) if 0 <= at <= MOMENT_MS_MAX else None,
        )

    # Writing

    def _write_orders(self) -> None:
        if not self.orders:
            return
        if not self.careful:
            copy_in(self.c, _COPY_ORDERS, "".join(self.orders).encode())
            copy_in(self.c, _COPY_TICKETS, _ticket_rows(self.office.clock, self.ranges))
            self._sold_twice([])
            return
        with driver(self.c).cursor() as cursor:
            cursor.execute(_TEMPORARY_ORDERS)
            cursor.execute(_TEMPORARY_RANGES)
            with cursor.copy("COPY ingest_orders FROM STDIN") as out:
                out.write("".join(self.orders))
            with cursor.copy("COPY ingest_ranges FROM STDIN") as out:
                out.write("".join(_range_text(span) for span in self.ranges))
            cursor.execute(_INSERT_ORDERS)
            twice = self._orders_not_taken(cursor) if cursor.rowcount < len(self.orders) else []
            cursor.execute(_INSERT_TICKETS, {"stamp": self.now.to_bytes(6)})
            if cursor.rowcount < self.tickets:
                twice += cursor.execute(_TICKETS_TWICE).fetchall()
        self._sold_twice(twice)

    def _orders_not_taken(self, cursor: psycopg.Cursor[Any]) -> list[tuple[str, int, str, str, int]]:
        """Orders whose id or validation number stands on another already: kept raw, found, not derived.

        Their numbers that are sold already, as :meth:`_sold_twice` takes them: two buyers hold tickets for them.
        """
        for order, event, validation, seq, order_there, _validation_there in cursor.execute(
            _ORDERS_NOT_TAKEN
        ).fetchall():
            kind = "order_twice" if order_there else "validation_twice"
            detail = {"order": order, "validation": validation}
            self.findings.append(Finding(kind, seq, event, order, detail))
            self._recount(event)
        held = cursor.execute(_TICKETS_TWICE).fetchall()
        cursor.execute(_RANGES_NOT_TAKEN)
        left = {row[0] for row in cursor.execute("SELECT order_id::text FROM ingest_ranges").fetchall()}
        counted = cursor.execute("SELECT coalesce(sum(count), 0) FROM ingest_ranges").fetchone()
        assert counted is not None
        self.tickets = counted[0]
        return [row for row in held if row[0] not in left]

    def _sold_twice(self, found: Iterable[tuple[str, int, str, str, int]]) -> None:
        """Neither of two sales of a number enters a pool until somebody decides.

        What a pool under way or drawn holds stays in it: there a second sale is found, and changes nothing else.
        """
        lists: defaultdict[tuple[str, str], tuple[list[int], set[str]]] = defaultdict(lambda: ([], set()))
        spans = list(self.twice)
        seqs: dict[str, int] = {}
        for order, seq, event, other, number in found:
            seqs[order] = seq
            held, others = lists[order, event]
            held.append(number)
            others.add(other)
        doubted: set[str] = set()
        for (order, event), (held, others) in lists.items():
            detail = {"order": order, "others": sorted(others), "numbers": held[:NUMBERS_LISTED_MAX]}
            self.findings.append(Finding("sold_twice", seqs[order], event, order, detail))
            spans += ((event, number, number) for number in held)
            doubted |= {order, *others}
        spans = _merged(spans)
        if spans:
            kept = self._held(spans, doubted)
            changed = driver(self.c).execute(_QUARANTINE, (*_columns(spans), sorted(kept)))
            doubted |= {str(order) for (order,) in changed}
            doubted -= {str(order) for order in kept}
        for event in {event for event, _, _ in spans}:
            self._recount(event)
        if doubted:
            o = m.orders
            c = self.c
            c.execute(
                update(o)
                .where(o.c.id.in_(sorted(doubted)))
                .values(offline_sync_status="failed", updated_at=func.now())
            )

    def _held(self, spans: Sequence[tuple[str, int, int]], doubted: Iterable[str]) -> set[UUID]:
        """Which of these orders, and of those that own these numbers, a draw under way or done holds."""
        drawn = [
            event
            for event in sorted({event for event, _, _ in spans})
            if self.events[event].frozen or self.events[event].early_drawn()
        ]
        if not drawn:
            return set()
        o = m.orders
        concerned: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for event, order in driver(self.c).execute(_OWNERS, _columns(spans)):
            concerned[event].add(order)
        for event, order in self.c.execute(select(o.c.event_id, o.c.id).where(o.c.id.in_(sorted(doubted)))):
            concerned[event].add(order)
        return {
            order for event in drawn for order in events.held(self.c, UUID(event), concerned[UUID(event)])
        }

    def _recount(self, event: str) -> None:
        """The running total cannot be carried on by adding; it is counted anew at the end."""
        self.events[event].touched = True
        self.anew.add(event)

    def _write_voids(self) -> None:
        o = m.orders
        wanted = {body.order for _, _, body in self.voids if _UUID(body.order)}
        if not self.voids:
            return
        known = {str(row.id): row for row in self.c.execute(select(o).where(o.c.id.in_(sorted(wanted))))}
        rows = []
        for seq, at, body in self.voids:
            row = known.get(body.order)
            event = None if row is None else self.events.get(str(row.event_id))
            kind = ""
            if row is None or row.validation_number != body.validation or event is None:
                kind = "void_unknown"
            elif (row.rsu_id, row.epoch) != (self.unit.rsu_id, self.unit.epoch):
                kind = "void_foreign"
            elif row.payment_status != "void" and (
                event.frozen or (event.early_drawn() and events.frozen(self.c, row.event_id, row.id))
            ):
                kind = "void_after_draw"
            if kind:
                detail = {
                    "order": _clean(body.order),
                    "reason": _clean(body.reason),
                    "by": _clean(body.by),
                    "misprint": body.misprint,
                }
                at_event = body.event if body.event in self.events else None
                self.findings.append(Finding(kind, seq, at_event, _clean(body.order), detail))
                if at_event is not None:
                    self.events[at_event].touched = True
                continue
            assert row is not None
            rows.append(
                {
                    "order_id": row.id,
                    "event_id": row.event_id,
                    "validation_number": row.validation_number,
                    "kind": "misprint" if body.misprint else "void",
                    "reason": _clean(body.reason),
                    "source": "rsu",
                    "by_name": _clean(body.by),
                    "rsu_id": self.unit.rsu_id,
                    "epoch": self.unit.epoch,
                    "seq": seq,
                    "at": utc(at) if 0 <= at <= MOMENT_MS_MAX else utc(self.now),
                    "approved_by": _clean(body.approved_by) or None,
                    "returned": body.returned
                    if body.currency == row.currency and 0 <= body.returned <= AMOUNT_MAX
                    else None,
                }
            )
        for event_id, less in apply_voids(self.c, rows).items():
            self.events[str(event_id)].sold -= less
            self.events[str(event_id)].touched = True
        # Where the office was first, the order is void by it alone, and yet this drawer gave cash back.
        given = [
            {"order": one["order_id"], "cash": one["returned"]} for one in rows if one["returned"] is not None
        ]
        if given:
            v = m.voids
            by_office = (v.c.order_id == bindparam("order"), v.c.source == "office", v.c.returned.is_(None))
            self.c.execute(update(v).where(*by_office).values(returned=bindparam("cash")), given)
        confirmations.tell_voids(self.office, self.c, {one["order_id"] for one in rows})
        for one in rows:
            if any(early.confirmed for early in self.events[str(one["event_id"])].early):
                events.unconfirm(self.c, one["event_id"], one["order_id"])

    def _write_cuts(self) -> None:
        if not self.cuts:
            return
        self.c.execute(upsert(m.rsu_cuts).on_conflict_do_nothing(), self.cuts)
        settled = [
            cut["event_id"]
            for cut in self.cuts
            if self.events[str(cut["event_id"])].cuts[str(cut["cut_id"])] == events.CLOSE
        ]
        if settled:
            allocations.release(self.c, self.unit.rsu_id, self.unit.epoch, settled)

    def _write_use(self) -> None:
        used = sorted((key, use) for key, use in self.use.items() if use.sold or use.counter)
        if not used:
            return
        values = {
            "ids": [key for key, _ in used],
            "sold": [use.sold for _, use in used],
            "next": [use.next_number for _, use in used],
            "counter": [use.counter for _, use in used],
        }
        # A branch may sell what the chain has sold: then counting on would count it twice.
        self.c.execute(text(_RECOUNT_ALLOCATIONS if self.places else _UPDATE_ALLOCATIONS), values)
        self.c.execute(text(_UPDATE_BLOCKS), values)

    def _write_events(self) -> None:
        e = m.raffle_events
        for event in sorted(self.events.values(), key=lambda one: one.id):
            if event.id in self.anew:
                events.refresh_total(self.c, UUID(event.id))
            if event.touched:
                add = 0 if event.id in self.anew else event.sold
                self.c.execute(
                    update(e)
                    .where(e.c.id == UUID(event.id))
                    .values(
                        total_sold=e.c.total_sold + add,
                        reconciliation_confirmed_at=None,
                        reconciliation_confirmed_by=None,
                    )
                )
            for early in event.early:
                if early.confirmed and early.shaken:
                    events.unconfirm_cut(self.c, UUID(early.cut))


_UPDATE_ALLOCATIONS = """
    UPDATE rsu_allocations a SET
        tickets_sold = a.tickets_sold + u.sold,
        tickets_available = a.tickets_available - u.sold,
        next_draw_number = greatest(a.next_draw_number, u.next),
        state = CASE WHEN a.state = 'active' AND a.tickets_available - u.sold <= 0 THEN 'exhausted' ELSE a.state END,
        exhausted_at = CASE WHEN a.state = 'active' AND a.tickets_available - u.sold <= 0 THEN now()
            ELSE a.exhausted_at END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sold AS int[]), CAST(:next AS bigint[])) AS u(id, sold, next)
    WHERE a.id = u.id
"""
_RECOUNT_ALLOCATIONS = """
    UPDATE rsu_allocations a SET
        tickets_sold = n.sold,
        tickets_available = a.total_tickets - n.sold,
        next_draw_number = greatest(a.next_draw_number, n.next)
    FROM (SELECT u.id, u.next, (SELECT count(*) FROM tickets t
            JOIN rsu_allocations b ON b.id = u.id AND t.event_id = b.raffle_event_id
            AND t.draw_number BETWEEN b.start_number AND b.end_number) AS sold
        FROM unnest(CAST(:ids AS uuid[]), CAST(:next AS bigint[])) AS u(id, next)) AS n
    WHERE a.id = n.id
"""
_UPDATE_BLOCKS = """
    UPDATE validation_number_blocks b SET
        numbers_used = greatest(b.numbers_used, u.counter),
        next_sequence = greatest(b.next_sequence, u.counter + 1)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:counter AS int[])) AS u(id, counter)
    WHERE b.rsu_allocation_id = u.id
"""


def apply_voids(c: Connection, rows: Sequence[dict[str, Any]]) -> dict[UUID, int]:
    """Make these orders void, each once however often it is asked; by how much each event's sales fall.

    ``rows`` are of the table ``voids``. The events' rows must be locked against a freeze by the caller, who also
    brings the running totals up to date.
    """
    first = {row["order_id"]: row for row in reversed(rows)}
    if not first:
        return {}
    v, o, t, a = m.voids, m.orders, m.tickets, m.rsu_allocations
    ordered = [first[order] for order in sorted(first)]
    made = c.execute(
        upsert(v).values(ordered).on_conflict_do_nothing(index_elements=["order_id"]).returning(v.c.order_id)
    )
    new = sorted(made.scalars())
    if not new:
        return {}
    c.execute(
        update(t)
        .where(t.c.order_id == v.c.order_id, v.c.order_id.in_(new), t.c.state.in_(["sold", "quarantined"]))
        .values(
            state=v.c.kind,
            voided_at=v.c.at,
            voided_by=v.c.by_user,
            voided_reason=v.c.reason,
            updated_at=func.now(),
        )
    )
    changed = c.execute(
        update(o)
        .where(o.c.id.in_(new))
        .values(payment_status="void", updated_at=func.now())
        .returning(
            o.c.event_id,
            o.c.total_amount,
            o.c.is_test,
            o.c.offline_sync_status,
            o.c.rsu_allocation_id,
            o.c.ticket_count,
        )
    ).all()
    less: defaultdict[UUID, int] = defaultdict(int)
    count: defaultdict[UUID, int] = defaultdict(int)
    for row in changed:
        if not row.is_test and row.offline_sync_status != "failed":
            less[row.event_id] += row.total_amount
        if row.rsu_allocation_id is not None:
            count[row.rsu_allocation_id] += row.ticket_count
    for allocation in sorted(count):
        c.execute(
            update(a)
            .where(a.c.id == allocation)
            .values(tickets_voided=a.c.tickets_voided + count[allocation])
        )
    return dict(less)


def _ticket_rows(clock: Clock, ranges: Iterable[_Range]) -> bytes:
    """The tickets of these ranges in COPY's binary form, each with an id of version 7 (RFC 9562, 5.7).

    The millisecond and 12 random bits begin it; its last 62 bits count on from a random number (6.2, method 2), so
    that the index grows at its end.
    """
    chance = int.from_bytes(clock.token(10))
    begin = struct.pack("!hi6sH", 7, 16, clock.now_ms().to_bytes(6), 0x7000 | chance >> 68)
    count = chance & (1 << 61) - 1
    parts = [COPY_HEAD]
    for span in ranges:
        event = struct.pack("!i16si", 16, _uuid_bytes(span.event), 4)
        state = span.state.encode()
        end = struct.pack(
            f"!i{len(state)}si16siq",
            len(state), state, 16, _uuid_bytes(span.order), 8, (span.at - POSTGRES_EPOCH_MS) * 1000,
        ) + (NO_VALUE if span.operator is None else struct.pack("!i16s", 16, _uuid_bytes(span.operator)))  # fmt: skip
        for number in range(span.first, span.first + span.count):
            count += 1
            parts += (begin, (1 << 63 | count).to_bytes(8), event, number.to_bytes(4), end)
    parts.append(b"\xff\xff")
    return b"".join(parts)


def _uuid_bytes(value: str) -> bytes:
    """A UUID whose form is checked already; five times as fast as making one."""
    return bytes.fromhex(value.replace("-", ""))


def _range_text(span: _Range) -> str:
    """A range as COPY reads it."""
    return (
        f"{span.order}\t{span.event}\t{span.first}\t{span.count}\t{span.state}\t{span.at}\t"
        f"{span.operator or _NULL}\n"
    )


def _columns(spans: Sequence[tuple[str, int, int]]) -> tuple[list[str], list[int], list[int]]:
    """Events, first and last numbers, as ``unnest`` takes them."""
    return [e for e, _, _ in spans], [first for _, first, _ in spans], [last for _, _, last in spans]


def _merged(spans: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The same numbers of each event (first, last) in as few spans as there can be."""
    found: list[tuple[str, int, int]] = []
    for event, first, last in sorted(spans):
        if found and found[-1][0] == event and first <= found[-1][2] + 1:
            found[-1] = (event, found[-1][1], max(last, found[-1][2]))
        else:
            found.append((event, first, last))
    return found


def _spans(ranges: Iterable[numbers.Range]) -> list[list[int]]:
    return [[span.first, span.count] for span in ranges]


def _clean(value: str) -> str:
    """A text that PostgreSQL can hold, cut to its limit."""
    return value[:TEXT_CHARS_MAX].replace("\x00", "\ufffd")


def _escape(value: str) -> str:
    """A text as COPY reads it (PostgreSQL's manual, COPY, "Text Format")."""
    return _clean(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
