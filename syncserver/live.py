"""Whether the evening goes well: sales now, how every kiosk is, and what is wrong, in words, worst first.

Everything is read from what is; nothing here is decided. The sums come from two small tables that triggers keep, so
that a look costs the same at a million orders as at a hundred. An alarm has no state of its own either: it stands
while its cause does; the worker puts down when it came and when it went, and tells people once.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import clock
from syncserver import events, messages, notifications, organisations, rsus, shifts
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

HEARD_WITHIN: Final = timedelta(minutes=2)
"""Kiosks tell how they are once a minute; who has not for so long is late."""
SILENT_AFTER: Final = timedelta(minutes=5)
UNSYNCED_WARN, UNSYNCED_BAD = timedelta(minutes=5), timedelta(minutes=20)
"""How old the oldest sale may be that a kiosk has not handed over."""
PACE_MINUTES: Final = 10
CHART_MINUTES: Final = 60
EVENTS_MAX: Final = 20
KIOSKS_MAX: Final = 1_000
ENDED_SHOWN: Final = timedelta(hours=12)
"""How long after its close an event counts as of this evening."""
LOW_NUMBERS: Final = 100
SOLD_OUT_WARN: Final = timedelta(minutes=45)
SKEW_MS_MAX: Final = 120_000
MIRROR_FOR: Final = timedelta(minutes=30)
"""How long a kiosk's word about its second copy counts."""
WORKER_SILENT: Final = timedelta(minutes=3)
DISK_WARN_BYTES, DISK_BAD_BYTES = 5 << 30, 1 << 30
KIOSK_DISK_BYTES: Final = 500 << 20
CLOCKS_APART_MS_MAX: Final = 60_000
OUTBOX_WAITS: Final = timedelta(minutes=10)
ALIKE_MAX: Final = 5
"""More kiosks than these with the same trouble are told of together, so many of them by name."""
ALIKE_NAMED: Final = 3
CATALOG_LATE: Final = timedelta(minutes=3)
"""So long a kiosk may go on telling that it holds an older catalog than it was given."""
_MIRROR: Final = ("MIRROR_LAG", "MIRROR_DAMAGED", "MIRROR_FAILED", "MIRROR_LOST")
_SELLS: Final = ("enabled", "sells", "", "enrolled")
"""What a kiosk says of itself that stops nothing."""
_STOPS: Final = {
    code: f"has stopped: {words.removesuffix('; it sells nothing.')}" for code, words in rsus.STOPS.items()
} | {
    "clock_back": "has stopped: its clock went back",
    "forked": "has stopped: its disk was copied or rolled back",
    "malformed": "has stopped: its journal cannot be read here",
}
"""What a kiosk says of itself that stops its selling; the office's own decisions about it are known without that."""
_PRINTER: Final = {
    "paper_out": "Send somebody with a roll of paper.",
    "near_end": "Send somebody with a roll of paper before it is out.",
    "cover_open": "Have its operator close the cover until it clicks.",
    "cutter": "Send somebody: the jammed paper has to come out.",
    "disconnected": "Have its operator look at the printer’s power and cable.",
    "silent": "Have its operator switch the printer off and on.",
    "offline": "Have its operator press the feed button, or switch it off and on.",
    "battery_low": "Send somebody with its charger or another battery.",
    "recovering": "It goes on by itself in a minute; if not, send another printer.",
}
"""What to do about a printer, by what is wrong with it (see `hardware.printer`)."""
_MANY: Final = {
    "called": "have a buyer who calls for an attendant",
    "forked": "have stopped: their disks were copied or rolled back",
    "stopped": "have stopped by themselves",
    "silent": f"have not been heard of for {SILENT_AFTER // timedelta(minutes=1)} minutes or more",
    "late": f"have not been heard of for {HEARD_WITHIN // timedelta(minutes=1)} minutes or more",
    "unsynced": "have entries that they have not sent",
    "printer": "cannot print",
    "paper": "will soon be out of paper",
    "clock": "have clocks that are off",
    "mirror": "have second copies that are damaged or behind",
    "numbers": "have few numbers left, or none",
    "version": "run another version than this office",
    "behind": "keep to an older catalog than they were given",
    "disk": "have disks that are nearly full",
}
"""What many kiosks together have, by the kind of alarm."""
_PROGRAM: Final = "tombola-kiosk "
_RANK: Final = {"bad": 0, "warn": 1}


@dataclass(frozen=True)
class Alarm:
    """Something wrong: what, what to do about it, and the page for that (endpoint and its values)."""

    key: str
    severity: str
    """``bad``: sales or the draw suffer; ``warn``: they soon may."""
    words: str
    todo: str
    link: str = ""
    values: dict[str, str] = field(default_factory=dict)
    link_words: str = ""


@dataclass(frozen=True)
class Flow:
    """Orders, tickets and amount (minor units) within some time."""

    orders: int = 0
    tickets: int = 0
    amount: int = 0


@dataclass(frozen=True)
class PackageNow:
    """What one package has sold, without what was made void."""

    name: str
    orders: int
    tickets: int
    amount: int


@dataclass(frozen=True)
class EventNow:
    """An event of this evening."""

    id: UUID
    number: int
    name: str
    state: str
    currency: str
    timezone: str
    opens_at: datetime
    closes_at: datetime
    sold: Flow
    """Without what was made void; with what waits for a decision."""
    void: Flow
    card: int
    standing: int
    """What the jackpot is reckoned by: the sales that stand, minor units."""
    minute: Flow
    """The running minute and the one before it."""
    pace: Flow
    """The running minute and the PACE_MINUTES - 1 before it, with what was made void since."""
    packages: tuple[PackageNow, ...]
    jackpot: int
    numbers_left: int
    sold_out_at: datetime | None
    """When the numbers end at this pace; None where that is after the close, or nothing sells."""
    blocking: int
    doubts: int

    @property
    def cash(self) -> int:
        """What was taken in cash, minor units."""
        return self.sold.amount - self.card


@dataclass(frozen=True)
class KioskNow:
    """A kiosk on the board, or the web shop (``online``)."""

    id: UUID
    name: str
    state: str
    online: bool
    epoch: int | None
    needed: bool
    """It has numbers of an event that is on sale."""
    last_seen_at: datetime | None
    late: bool
    silent: bool
    unsynced: int
    oldest_unsynced_at: datetime | None
    numbers_left: int | None
    lows: tuple[tuple[str, int], ...]
    """Events on sale of which it has few numbers left: ``" of Derby"``, empty where it sells but one; and how many."""
    skew_ms: int | None
    printer: rsus.Device
    scanner: rsus.Device
    mirror: str
    software: str
    operator: str
    shift_since: datetime | None
    called_at: datetime | None
    behind: bool
    """It was given a newer catalog some time ago, has told how it is since, and still holds an older one."""
    stopped: str
    disk_free: int | None
    orders: int
    tickets: int
    amounts: dict[str, int]
    """By currency, minor units, without what was made void."""
    troubles: tuple[str, ...]
    rank: int


@dataclass(frozen=True)
class Bar:
    """One minute of the chart."""

    at: datetime
    tickets: int
    orders: int


@dataclass(frozen=True)
class Evening:
    """All that the dashboard shows of one organisation."""

    at: datetime
    timezone: str
    events: tuple[EventNow, ...]
    choice: tuple[tuple[UUID, str], ...]
    """Events that may be chosen."""
    kiosks: tuple[KioskNow, ...]
    bars: tuple[Bar, ...]
    alarms: tuple[Alarm, ...]
    home: messages.MessageRow | None
    """The call to come home that stands."""
    going_well: bool
    sentence: str

    @property
    def stopped(self) -> str:
        """Who has stopped for the call to come home; empty where nobody was called."""
        return "" if self.home is None else _stopped(self.home, self.kiosks)


def evening(office: Office, c: Connection, organisation: UUID, chosen: UUID | None = None) -> Evening:
    """How it goes now, of one event or of all that are on sale or have just closed."""
    now = office.now()
    zone = organisations.of(c, organisation).timezone
    running = _running(c, organisation, now)
    shown = [row for row in running if row.id == chosen] if chosen is not None else running
    ids = [row.id for row in shown]
    sums, minutes = _sums(c, ids), _minutes(c, ids, now)
    shown_events = _events(c, shown, sums, minutes, now)
    home = messages.call(c, organisation, now)
    kiosks = _kiosks(c, organisation, shown, sums, now, called=home is not None)
    alarms = _sorted(
        [
            *_together(_kiosk_alarms(kiosks, now)),
            *[one for row in shown_events for one in _event_alarms(row, now)],
            *_drawer_alarms(c, organisation),
            *server_alarms(office, c),
        ]
    )
    if (chosen is not None and len(ids) == 1) or len({row.timezone for row in shown_events}) == 1:
        zone = shown_events[0].timezone
    well, sentence = _sentence(shown_events, kiosks, alarms, home)
    return Evening(
        now,
        zone,
        shown_events,
        tuple((row.id, row.name) for row in running),
        kiosks,
        _bars(minutes, now),
        tuple(alarms),
        home,
        well,
        sentence,
    )


# Events ---------------------------------------------------------------------------------------------


def _running(c: Connection, organisation: UUID, now: datetime) -> list[Row[Any]]:
    e, v, o = m.raffle_events, m.venues, m.organizations
    wanted: Select[Any] = (
        select(
            e.c.id,
            e.c.event_number,
            e.c.name,
            e.c.state,
            e.c.currency,
            e.c.opens_at,
            e.c.closes_at,
            e.c.total_sold,
            func.coalesce(v.c.timezone, o.c.settings["timezone"].astext, "UTC").label("timezone"),
        )
        .select_from(e.join(o, o.c.id == e.c.organization_id).outerjoin(v, v.c.id == e.c.venue_id))
        .where(
            e.c.organization_id == organisation,
            or_(
                e.c.state.in_(["active", "suspended"]),
                and_(e.c.state == "closed", func.coalesce(e.c.closed_at, e.c.closes_at) > now - ENDED_SHOWN),
            ),
        )
        .order_by(events.STATE_ORDER, e.c.closes_at, e.c.event_number)
        .limit(EVENTS_MAX)
    )
    return list(c.execute(wanted).all())


def _sums(c: Connection, ids: Sequence[UUID]) -> list[Row[Any]]:
    s, p = m.sales_sums, m.ticket_packages
    return list(
        c.execute(
            select(s, func.coalesce(p.c.name, "Unknown package").label("package"), p.c.display_order)
            .outerjoin(p, p.c.id == s.c.package_id)
            .where(s.c.event_id.in_(ids))
        ).all()
    )


def _minutes(c: Connection, ids: Sequence[UUID], now: datetime) -> list[Row[Any]]:
    s = m.sales_minutes
    wanted: Select[Any] = (
        select(
            s.c.event_id,
            s.c.minute,
            func.sum(s.c.orders).label("orders"),
            func.sum(s.c.tickets).label("tickets"),
            func.sum(s.c.amount).label("amount"),
        )
        .where(s.c.event_id.in_(ids), s.c.minute > _minute(now) - timedelta(minutes=CHART_MINUTES))
        .group_by(s.c.event_id, s.c.minute)
    )
    return list(c.execute(wanted).all())


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _flow(rows: Sequence[Row[Any]]) -> Flow:
    return Flow(
        int(sum(row.orders for row in rows)),
        int(sum(row.tickets for row in rows)),
        int(sum(row.amount for row in rows)),
    )


def _events(
    c: Connection,
    rows: Sequence[Row[Any]],
    sums: Sequence[Row[Any]],
    minutes: Sequence[Row[Any]],
    now: datetime,
) -> tuple[EventNow, ...]:
    """Each of them, with as many statements for all as for one."""
    ids = [row.id for row in rows]
    sold, lately = _by_event(sums), _by_event(minutes)
    left, pots, doubts = _numbers_left(c, ids), events.jackpots(c, ids), _doubts(c, ids)
    return tuple(
        _event_now(row, sold[row.id], lately[row.id], left[row.id], pots[row.id], doubts[row.id], now)
        for row in rows
    )


def _by_event(rows: Sequence[Row[Any]]) -> defaultdict[UUID, list[Row[Any]]]:
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.event_id].append(row)
    return found


def _event_now(
    row: Row[Any],
    own: Sequence[Row[Any]],
    lately: Sequence[Row[Any]],
    left: int,
    jackpot: int,
    doubts: tuple[int, int],
    now: datetime,
) -> EventNow:
    this = _minute(now)
    # With the running minute: somebody who has just sold wants to see it.
    pace = _flow([one for one in lately if one.minute > this - timedelta(minutes=PACE_MINUTES)])
    last = _flow([one for one in lately if one.minute >= this - timedelta(minutes=1)])
    sold = _flow(own)
    void = Flow(
        sum(one.void_orders for one in own),
        sum(one.void_tickets for one in own),
        sum(one.void_amount for one in own),
    )
    ends = None
    if pace.tickets and row.state == "active":
        # To the minute, so that it is told anew only where it changes.
        at = _minute(now) + timedelta(minutes=left * PACE_MINUTES // pace.tickets)
        ends = at if at < row.closes_at else None
    return EventNow(
        id=row.id,
        number=row.event_number,
        name=row.name,
        state=row.state,
        currency=row.currency,
        timezone=row.timezone,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        sold=Flow(sold.orders - void.orders, sold.tickets - void.tickets, sold.amount - void.amount),
        void=void,
        card=sum(one.card - one.void_card for one in own),
        standing=row.total_sold,
        minute=last,
        pace=pace,
        packages=_packages(own),
        jackpot=jackpot,
        numbers_left=left,
        sold_out_at=ends,
        blocking=doubts[0],
        doubts=doubts[1],
    )


def _packages(own: Sequence[Row[Any]]) -> tuple[PackageNow, ...]:
    by: defaultdict[tuple[int, str, UUID], list[Row[Any]]] = defaultdict(list)
    for one in own:
        by[one.display_order or 0, one.package, one.package_id].append(one)
    return tuple(
        PackageNow(
            name,
            sum(one.orders - one.void_orders for one in rows),
            sum(one.tickets - one.void_tickets for one in rows),
            sum(one.amount - one.void_amount for one in rows),
        )
        for (_, name, _), rows in sorted(by.items(), key=lambda item: item[0])
    )


def _numbers_left(c: Connection, ids: Sequence[UUID]) -> defaultdict[UUID, int]:
    """Numbers of each event in no block yet, and those of blocks that still sell."""
    n, a = m.number_counters, m.rsu_allocations
    left: defaultdict[UUID, int] = defaultdict(int)
    free = select(n.c.event_id, n.c.last_number - n.c.next_number + 1).where(n.c.event_id.in_(ids))
    held = (
        select(a.c.raffle_event_id, func.sum(a.c.tickets_available))
        .where(a.c.raffle_event_id.in_(ids), a.c.state == "active")
        .group_by(a.c.raffle_event_id)
    )
    for event, count in (*c.execute(free), *c.execute(held)):
        left[event] += max(0, int(count))
    return left


def _doubts(c: Connection, ids: Sequence[UUID]) -> defaultdict[UUID, tuple[int, int]]:
    """Of each event the findings that block its draw, and all that are open."""
    f = m.findings
    wanted = (
        select(f.c.event_id, func.count().filter(f.c.blocking), func.count())
        .where(f.c.event_id.in_(ids), f.c.decided_at.is_(None))
        .group_by(f.c.event_id)
    )
    return defaultdict(lambda: (0, 0), {event: (block, open_) for event, block, open_ in c.execute(wanted)})


def _bars(minutes: Sequence[Row[Any]], now: datetime) -> tuple[Bar, ...]:
    this = _minute(now)
    tickets: defaultdict[datetime, int] = defaultdict(int)
    orders: defaultdict[datetime, int] = defaultdict(int)
    for one in minutes:
        tickets[one.minute] += int(one.tickets)
        orders[one.minute] += int(one.orders)
    spans = [this - timedelta(minutes=back) for back in range(CHART_MINUTES - 1, -1, -1)]
    return tuple(Bar(at, tickets[at], orders[at]) for at in spans)


# Kiosks ---------------------------------------------------------------------------------------------


def _kiosks(
    c: Connection,
    organisation: UUID,
    shown: Sequence[Row[Any]],
    sums: Sequence[Row[Any]],
    now: datetime,
    *,
    called: bool,
) -> tuple[KioskNow, ...]:
    e, r, k, s = m.rsu_epochs, m.rsus, m.critical_events, m.shifts
    newest = select(e.c.rsu_id, func.max(e.c.epoch).label("epoch")).group_by(e.c.rsu_id).subquery()
    rows = c.execute(
        select(r.c.id, r.c.name, r.c.state, r.c.kind, e)
        .select_from(
            r.outerjoin(newest, newest.c.rsu_id == r.c.id).outerjoin(
                e, and_(e.c.rsu_id == newest.c.rsu_id, e.c.epoch == newest.c.epoch)
            )
        )
        .where(r.c.organization_id == organisation, r.c.state.not_in(["retired", "revoked"]))
        .order_by(r.c.name, r.c.id)
        .limit(KIOSKS_MAX)
    ).all()
    units = [row.id for row in rows]
    blocks = rsus.blocks_on_sale(c, organisation, now)
    since = now - max(MIRROR_FOR, rsus.CALLED_FOR)
    told = {
        (row.rsu_id, row.event_type): row.at
        for row in c.execute(
            select(k.c.rsu_id, k.c.event_type, func.max(k.c.timestamp).label("at"))
            .where(k.c.rsu_id.in_(units), k.c.event_type.in_([rsus.CALL, *_MIRROR]), k.c.timestamp > since)
            .group_by(k.c.rsu_id, k.c.event_type)
        )
    }
    at_work: Select[Any] = (
        select(s.c.rsu_id, s.c.epoch, s.c.operator, s.c.opened_at)
        .where(s.c.rsu_id.in_(units), s.c.closed_at.is_(None))
        .order_by(s.c.opened_seq)
    )
    working = {(row.rsu_id, row.epoch): row for row in c.execute(at_work)}
    names = shifts.names(c, [row.operator for row in working.values()])
    sold: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for one in sums:
        sold[one.rsu_id].append(one)
    made = [
        _kiosk_now(
            row,
            blocks.get(row.id, {}),
            told,
            working.get((row.id, row.epoch)),
            names,
            sold[row.id],
            shown,
            now,
            called_home=called and row.kind == "online",
        )
        for row in rows
    ]
    return tuple(sorted(made, key=lambda one: (one.rank, -one.tickets, one.name)))


def _kiosk_now(
    row: Row[Any],
    blocks: dict[UUID, datetime],
    told: dict[tuple[UUID, str], datetime],
    shift: Row[Any] | None,
    names: dict[str, str],
    sold: Sequence[Row[Any]],
    shown: Sequence[Row[Any]],
    now: datetime,
    *,
    called_home: bool,
) -> KioskNow:
    said: dict[str, Any] = row.health or {}
    online = row.kind == "online"
    state = "forked" if row.forked_at else str(row.state)
    enrolled = row.epoch is not None and state != "new"
    age = None if row.last_seen_at is None else now - row.last_seen_at
    late = enrolled and not online and (age is None or age > HEARD_WITHIN)
    silent = enrolled and not online and (age is None or age > SILENT_AFTER)
    waiting = max(0, int(said.get("last_seq", 0)) - (row.head_seq or 0))
    unsynced = 0 if online else min(row.unsynced_count or 0, waiting)
    oldest = row.oldest_unsynced_at if unsynced else None
    left_by = {str(k): int(v) for k, v in said.get("numbers_left", {}).items()}
    own = [left_by[str(event.id)] for event in shown if str(event.id) in left_by]
    needed = bool(blocks)
    lows = [] if online else _lows(blocks, left_by, shown, row.last_seen_at)
    left = sum(own) if own else None
    printer, scanner = rsus.device(said, "printer"), rsus.device(said, "scanner")
    called = told.get((row.id, rsus.CALL))
    called = called if called is not None and called > now - rsus.CALLED_FOR else None
    mirror = next(
        (
            "damaged" if kind == "MIRROR_DAMAGED" else "behind"
            for kind in _MIRROR
            if told.get((row.id, kind), now - MIRROR_FOR) > now - MIRROR_FOR
        ),
        "",
    )
    holds = said.get("catalog") or (0, 0)
    behind = bool(
        enrolled
        and not online
        and row.catalog_serial
        and (int(holds[0]), int(holds[1])) < (row.catalog_generation or 0, row.catalog_serial)
        and row.catalog_at is not None
        and row.last_seen_at is not None
        and row.last_seen_at - row.catalog_at > CATALOG_LATE
    )
    stop = str(said.get("state", ""))
    stopped = "" if online or stop in _SELLS else _STOPS.get(stop, "")
    free = said.get("disk_free_bytes")
    currencies = {event.id: event.currency for event in shown}
    amounts: defaultdict[str, int] = defaultdict(int)
    for one in sold:
        amounts[currencies[one.event_id]] += one.amount - one.void_amount
    troubles = []
    if called:
        troubles.append("a buyer calls for an attendant")
    if called_home:
        troubles.append("called home")
    if state == "forked":
        troubles.append("stopped: its disk was copied or rolled back")
    elif state != "enabled" and not online:
        troubles.append(
            {"new": "not enrolled yet", "disabled": "not enabled", "suspended": "suspended"}.get(state, state)
        )
    if stopped:
        troubles.append(stopped)
    if silent and age is None:
        troubles.append("never heard of")
    elif silent or late:
        troubles.append("silent" if silent else "late")
    troubles += [it.words for it in (printer, scanner) if it.wrong]
    if printer.code == "none" and enrolled and not online:
        troubles.append("has no printer")
    troubles += _low_words(lows)
    if oldest is not None and now - oldest > UNSYNCED_WARN:
        troubles.append(f"{unsynced} not sent")
    if row.clock_skew_ms is not None and abs(row.clock_skew_ms) > SKEW_MS_MAX and not online:
        troubles.append(f"clock off by {_span(timedelta(milliseconds=abs(row.clock_skew_ms)))}")
    if mirror:
        troubles.append(f"second copy {mirror}")
    if behind:
        troubles.append("keeps to an older catalog")
    if free is not None and int(free) < KIOSK_DISK_BYTES:
        troubles.append("its disk is nearly full")
    mute = needed and ((printer.wrong and printer.code != "near_end") or any(not count for _, count in lows))
    rank = (
        0 if called
        else 1 if (silent and needed) or state == "forked" or stopped or mute
        else 2 if (late and needed) or (troubles and state == "enabled")
        else 3 if state == "enabled"
        else 4
    )  # fmt: skip
    return KioskNow(
        id=row.id,
        name="Web shop" if online else row.name,
        state=state,
        online=online,
        epoch=row.epoch,
        needed=needed,
        last_seen_at=row.last_seen_at,
        late=bool(late),
        silent=bool(silent),
        unsynced=unsynced,
        oldest_unsynced_at=oldest,
        numbers_left=left,
        lows=tuple(lows),
        skew_ms=None if online else row.clock_skew_ms,
        printer=printer,
        scanner=scanner,
        mirror=mirror,
        software="" if online else row.software or "",
        operator="" if shift is None else names.get(shift.operator, shift.operator),
        shift_since=None if shift is None else shift.opened_at,
        called_at=called,
        behind=behind,
        stopped=stopped,
        disk_free=None if free is None else int(free),
        orders=sum(one.orders - one.void_orders for one in sold),
        tickets=sum(one.tickets - one.void_tickets for one in sold),
        amounts=dict(amounts),
        troubles=tuple(troubles),
        rank=rank,
    )


def _lows(
    blocks: dict[UUID, datetime],
    left_by: dict[str, int],
    shown: Sequence[Row[Any]],
    told_at: datetime | None,
) -> list[tuple[str, int]]:
    """The events on sale of which a kiosk has few numbers left, by its last report."""
    return [
        (f" of {event.name}" if len(blocks) > 1 else "", left)
        for event in shown
        if (left := rsus.numbers_told(blocks, left_by, event.id, told_at)) is not None and left < LOW_NUMBERS
    ]


def _low_words(lows: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{count or 'no'} number{'' if count == 1 else 's'} left{of}" for of, count in lows]


def _span(length: timedelta) -> str:
    """A length of time in words."""
    seconds = max(0, int(length.total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


# Alarms ---------------------------------------------------------------------------------------------


def _sorted(alarms: Sequence[Alarm]) -> list[Alarm]:
    return sorted(alarms, key=lambda one: _RANK[one.severity])


def _kiosk_alarms(kiosks: Sequence[KioskNow], now: datetime) -> list[Alarm]:
    found = []
    for one in kiosks:
        page = {"link": "admin.kiosk", "values": {"rsu": str(one.id)}, "link_words": one.name}

        def add(
            key: str, severity: str, words: str, todo: str, one: KioskNow = one, page: Any = page
        ) -> None:
            found.append(Alarm(f"{key}:{one.id}", severity, words, todo, **page))

        if one.online:
            continue
        if one.called_at is not None:
            add("called", "warn", f"A buyer calls for an attendant at {one.name}.", "Send somebody there.")
        if one.state == "forked":
            add(
                "forked",
                "bad",
                f"{one.name} has stopped: its disk was copied or rolled back.",
                "Decide its findings, then enrol it anew.",
            )
        if one.stopped and one.needed:
            add(
                "stopped",
                "bad",
                f"{one.name} {one.stopped}.",
                "Its screen says what to do; call its operator.",
            )
        if one.needed and one.state == "enabled" and (one.silent or one.late):
            length = "yet" if one.last_seen_at is None else f"for {_span(now - one.last_seen_at)}"
            add(
                "silent" if one.silent else "late",
                "bad" if one.silent else "warn",
                f"{one.name} has not been heard of {length}.",
                "It goes on selling and hands over later. Look at its network and its power.",
            )
        if one.oldest_unsynced_at is not None and (age := now - one.oldest_unsynced_at) > UNSYNCED_WARN:
            add(
                "unsynced",
                "bad" if age > UNSYNCED_BAD else "warn",
                f"{one.name} has not sent {one.unsynced} entries, the oldest {_span(age)} old.",
                "Bring it to the network; nothing is lost meanwhile.",
            )
        if one.needed and one.printer.wrong:
            soon = one.printer.code == "near_end"
            add(
                "paper" if soon else "printer",
                "warn" if soon else "bad",
                f"{one.name}: {one.printer.words}.",
                _PRINTER.get(one.printer.code, "Send somebody, with another printer at hand."),
            )
        if one.needed and one.printer.code == "none":
            add(
                "printer",
                "bad",
                f"{one.name} has no printer.",
                "A supervisor sets one up in its settings; without one it prints no ticket.",
            )
        if one.skew_ms is not None and abs(one.skew_ms) > SKEW_MS_MAX:
            add(
                "clock",
                "warn",
                f"{one.name}’s clock is off by {_span(timedelta(milliseconds=abs(one.skew_ms)))}.",
                "Set it right after the shift; sales are ordered by their chain, not by the clock.",
            )
        if one.mirror:
            add(
                "mirror",
                "bad" if one.mirror == "damaged" else "warn",
                f"{one.name}’s second copy is {one.mirror}.",
                "Change its stick or card.",
            )
        if one.lows:
            add(
                "numbers",
                "bad" if any(count == 0 for _, count in one.lows) else "warn",
                f"{one.name} has {' and '.join(_low_words(one.lows))}.",
                "On line it fetches more by itself, while the event has some.",
            )
        if (
            one.needed
            and one.software.startswith(_PROGRAM)
            and one.software != f"{_PROGRAM}{version('tombola')}"
        ):
            add(
                "version",
                "warn",
                f"{one.name} runs version {one.software.removeprefix(_PROGRAM)}, this office {version('tombola')}.",
                "It sells all the same. Bring both to the same version when nothing is on sale.",
            )
        if one.needed and one.behind:
            add(
                "behind",
                "warn",
                f"{one.name} keeps to an older catalog than it was given.",
                "It does not know what has changed since. Have its operator start it again.",
            )
        if one.disk_free is not None and one.disk_free < KIOSK_DISK_BYTES:
            add("disk", "warn", f"{one.name}’s disk is nearly full.", "Make room before it stops selling.")
    return found


def _together(found: Sequence[Alarm]) -> list[Alarm]:
    """The same alarms; where many kiosks have the same trouble, it is one: a venue's network is down, say."""
    kinds: defaultdict[str, list[Alarm]] = defaultdict(list)
    for one in found:
        kinds[one.key.partition(":")[0]].append(one)
    told = []
    for kind, alarms in kinds.items():
        if len(alarms) <= ALIKE_MAX:
            told += alarms
            continue
        names = ", ".join(one.link_words for one in alarms[:ALIKE_NAMED])
        worst = min((one.severity for one in alarms), key=lambda severity: _RANK[severity])
        words = f"{len(alarms)} kiosks {_MANY[kind]}: {names} and {len(alarms) - ALIKE_NAMED} more."
        todo = (
            alarms[0].todo
            if len({one.todo for one in alarms}) == 1
            else "The board says what each of them needs."
        )
        told.append(Alarm(f"{kind}:many", worst, words, todo, "admin.kiosks", {}, "Kiosks"))
    return told


def _event_alarms(event: EventNow, now: datetime) -> list[Alarm]:
    found = []
    values = {"event": str(event.id)}
    if event.blocking:
        words = "1 finding blocks" if event.blocking == 1 else f"{event.blocking} findings block"
        found.append(
            Alarm(
                f"findings:{event.id}",
                "warn",
                f"{words} the draw of {event.name}.",
                "Each is decided by a person, with a reason.",
                "admin.findings",
                values,
                "Findings",
            )
        )
    if event.state == "suspended":
        found.append(
            Alarm(
                f"suspended:{event.id}",
                "warn",
                f"Sales of {event.name} are suspended.",
                "Resume them on the event’s page.",
                "admin.event",
                values,
                event.name,
            )
        )
    if event.state == "active" and event.opens_at <= now and not event.numbers_left:
        found.append(
            Alarm(
                f"sold_out:{event.id}",
                "bad",
                f"{event.name} is sold out.",
                "Nothing is wrong; no number is left.",
                "admin.event",
                values,
                event.name,
            )
        )
    elif event.sold_out_at is not None and event.sold_out_at - now < SOLD_OUT_WARN:
        found.append(
            Alarm(
                f"pace:{event.id}",
                "warn",
                f"At this pace {event.name} is sold out in {_span(event.sold_out_at - now)}, before it closes.",
                f"{event.numbers_left} numbers are left; say so to your sellers.",
                "admin.event",
                values,
                event.name,
            )
        )
    return found


def _drawer_alarms(c: Connection, organisation: UUID) -> list[Alarm]:
    f, r = m.findings, m.rsus
    rows = c.execute(
        select(r.c.id, r.c.name, func.count().label("count"))
        .join(f, f.c.rsu_id == r.c.id)
        .where(r.c.organization_id == organisation, f.c.kind == "cash", f.c.decided_at.is_(None))
        .group_by(r.c.id, r.c.name)
        .order_by(r.c.name)
    )
    return [
        Alarm(
            f"drawer:{row.id}",
            "warn",
            f"The drawer of {row.name} is over or short by more than the house rules let pass.",
            "Count it again with its operator, and decide the finding.",
            "admin.kiosk",
            {"rsu": str(row.id)},
            row.name,
        )
        for row in rows
    ]


def server_alarms(office: Office, c: Connection) -> list[Alarm]:
    """What is wrong with the office's own machine, programs and settings."""
    now, found = office.now(), []
    beat = c.scalar(select(m.heartbeats.c.at).where(m.heartbeats.c.program == "worker"))
    if beat is None or now - beat > WORKER_SILENT:
        since = "has not run yet" if beat is None else f"has not been at work for {_span(now - beat)}"
        found.append(
            Alarm(
                "worker",
                "bad",
                f"The worker {since}: nothing closes, draws or is sent by itself.",
                "Start it: tombola-server worker.",
            )
        )
    free = shutil.disk_usage(office.config.home).free if office.config.home.exists() else None
    if free is not None and free < DISK_WARN_BYTES:
        found.append(
            Alarm(
                "disk",
                "bad" if free < DISK_BAD_BYTES else "warn",
                f"The server’s disk has {free / (1 << 30):.1f} GB left.",
                "Make room; when it is full nothing more is taken in.",
            )
        )
    offset = c.execute(select(m.clock_offset.c.offset_ms)).scalar_one_or_none()
    if offset != 0:
        found.append(
            Alarm(
                "clock_offset",
                "bad",
                "The database judges draws by a clock that is put forward or back.",
                "That is for tests alone; its owner sets it right: UPDATE clock_offset SET offset_ms = 0.",
            )
        )
    theirs = c.execute(select(func.clock_timestamp())).scalar_one()
    if abs(clock.to_ms(theirs) - office.clock.now_ms()) > CLOCKS_APART_MS_MAX:
        found.append(
            Alarm(
                "clocks",
                "bad",
                f"The clocks of the server and of its database are {_span(abs(theirs - now))} apart.",
                "Put both right (NTP); no draw can be held before.",
            )
        )
    keys = office.config.home / "keys"
    if keys.exists() and keys.stat().st_mode & 0o077:
        found.append(
            Alarm(
                "keys",
                "bad",
                "Others of this machine may read the folder of the server’s keys.",
                f"Run: chmod 700 {keys}",
            )
        )
    found += _outbox_alarms(office, c, now)
    return found


def _outbox_alarms(office: Office, c: Connection, now: datetime) -> list[Alarm]:
    b = m.notifications
    # The server's own matter, told in every organisation: how many letters others have is not said.
    oldest = c.scalar(select(func.min(b.c.created_at)).where(b.c.state == "queued", b.c.channel == "email"))
    if oldest is None:
        return []
    if office.config.mail is None:
        return [
            Alarm(
                "mail",
                "warn",
                "E-mails wait, and no mail server is set.",
                "Set TOMBOLA_SMTP_… as the manual shows, or turn these notifications off.",
            )
        ]
    if now - oldest > OUTBOX_WAITS:
        return [
            Alarm(
                "outbox",
                "warn",
                f"E-mails wait, the oldest for {_span(now - oldest)}.",
                "Look at what the mail server answers.",
            )
        ]
    return []


def _sentence(
    shown: Sequence[EventNow],
    kiosks: Sequence[KioskNow],
    alarms: Sequence[Alarm],
    home: messages.MessageRow | None,
) -> tuple[bool, str]:
    """How it goes, in one sentence; False where somebody has to do something."""
    if home is not None:
        return False, f"Everybody is called home: {_stopped(home, kiosks)}."
    if alarms:
        first, more = alarms[0], len(alarms) - 1
        also = "" if not more else " And 1 thing more." if more == 1 else f" And {more} things more."
        return False, f"{first.words}{also}"
    selling = [one for one in kiosks if one.needed and not one.online and one.state == "enabled"]
    on_sale = [one for one in shown if one.state == "active"]
    if not on_sale:
        return True, "All is well. Nothing is on sale at this moment."
    doubts = sum(one.doubts for one in shown)
    told = "1 finding" if doubts == 1 else f"{doubts} findings"
    if not selling and any(one.online and one.needed and one.state == "enabled" for one in kiosks):
        return True, f"Going well: the web shop sells, no kiosk has numbers, {told}."
    if not selling:
        return True, f"Going well, but no kiosk has numbers yet. {told[0].upper()}{told[1:]}."
    heard_of = sum(not one.late for one in selling)
    kiosks_word = "kiosk" if len(selling) == 1 else "kiosks"
    return (
        True,
        f"Going well: {heard_of} of {len(selling)} {kiosks_word} heard of in the last 2 minutes, {told}.",
    )


def _stopped(home: messages.MessageRow, kiosks: Sequence[KioskNow]) -> str:
    """Who has stopped for the call; the web shop, which asks before each sale, has as soon as it stands."""
    shop = any(one.online for one in kiosks)
    if not home.told:
        return "the web shop has stopped; no kiosk is enrolled" if shop else "no kiosk is enrolled"
    of = "1 kiosk has" if len(home.told) == 1 else f"{len(home.told)} kiosks have"
    return f"{home.heard} of {of} heard it{', and the web shop has stopped' if shop else ''}"


# What the worker does -------------------------------------------------------------------------------


def beat(office: Office, program: str) -> None:
    """Says that a program is at work."""
    with office.begin() as c:
        row = upsert(m.heartbeats).values(program=program, at=office.now())
        c.execute(row.on_conflict_do_update(index_elements=["program"], set_={"at": row.excluded.at}))


def watch(office: Office) -> list[str]:
    """Put down which alarms came and which went; what is new, in words. Each is a critical event, once."""
    with office.begin() as c:
        houses = c.execute(select(m.organizations.c.id).where(m.organizations.c.is_active)).scalars().all()
    found: list[str] = []
    for house in houses:
        with office.begin() as c:
            now = office.now()
            server = {one.key for one in server_alarms(office, c)}
            standing = [one for one in evening(office, c, house).alarms if one.key not in server]
            new = _keep(c, house, standing, now)
            for made, one in new:
                _tell(office, c, house, made, one)
            found += [one.words for _, one in new]
    with office.begin() as c:
        new = _keep(c, None, server_alarms(office, c), office.now())
        for made, one in new:
            for house in houses:
                _tell(office, c, house, made, one)
        found += [one.words for _, one in new]
    return found


def _tell(office: Office, c: Connection, organisation: UUID, made: UUID, alarm: Alarm) -> None:
    """Writes to the organisation's administrators and managers of an alarm that is bad, once."""
    if alarm.severity != "bad":
        return
    event = alarm.values.get("event")
    name = "" if event is None else events.get(c, UUID(event)).name
    notifications.enqueue_staff(
        office,
        c,
        organisation,
        "alarm",
        once=f"alarm:{made}",
        facts={
            "what": alarm.words,
            "todo": alarm.todo,
            "event": name,
            "link": f"{office.config.public_url}/admin/live",
        },
        event=None if event is None else UUID(event),
    )


def _keep(
    c: Connection, organisation: UUID | None, standing: Sequence[Alarm], now: datetime
) -> list[tuple[UUID, Alarm]]:
    """Brings the table to what stands; the alarms that are new, with their ids."""
    a = m.alarms
    here = a.c.organization_id.is_(None) if organisation is None else a.c.organization_id == organisation
    c.execute(
        update(a)
        .where(here, a.c.ended_at.is_(None), a.c.key.not_in([one.key for one in standing]))
        .values(ended_at=now)
    )
    new = []
    for one in standing:
        row = upsert(a).values(
            organization_id=organisation, key=one.key, severity=one.severity, words=one.words, since=now
        )
        made = c.execute(
            row.on_conflict_do_nothing(
                index_elements=["organization_id", "key"], index_where=a.c.ended_at.is_(None)
            ).returning(a.c.id)
        ).scalar_one_or_none()
        if made is None:
            stood = (here, a.c.key == one.key, a.c.ended_at.is_(None))
            before = c.execute(select(a.c.id, a.c.severity).where(*stood).with_for_update()).one()
            c.execute(update(a).where(*stood).values(severity=one.severity, words=one.words))
            if (before.severity, one.severity) != ("warn", "bad"):
                continue
            # It has become worse: people have not been told of it yet.
            made = before.id
        new.append((made, one))
        unit = one.values.get("rsu")
        critical_event(
            c,
            "alarm",
            "ERROR" if one.severity == "bad" else "WARN",
            one.words,
            rsu_id=None if unit is None else UUID(unit),
            event_id=UUID(one.values["event"]) if "event" in one.values else None,
            at=now,
        )
    return new
