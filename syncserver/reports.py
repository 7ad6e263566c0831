"""Reports: lists that are streamed out of the database row by row, and an event's figures on one page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from shared import draw as fair
from shared.errors import Refused
from shared.games import raffle
from syncserver import events
from syncserver import models as m

ROWS_AT_ONCE = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

ORDER_COLUMNS = (
    "order_id", "event_id", "validation_number", "package", "rsu", "amount", "currency", "payment_status",
    "tickets", "sold_at", "operator_id", "test", "doubtful",
)  # fmt: skip
TICKET_COLUMNS = ("event_id", "draw_number", "state", "order_id", "validation_number", "rsu")


def orders_csv(c: Connection, event: UUID | None = None) -> Iterator[str]:
    """All orders (of one event) as CSV, amounts in minor units, in pieces of a thousand lines."""
    o = m.orders
    wanted = (
        select(
            o.c.id,
            o.c.event_id,
            o.c.validation_number,
            m.ticket_packages.c.name.label("package"),
            m.rsus.c.name.label("rsu"),
            o.c.total_amount,
            o.c.currency,
            o.c.payment_status,
            o.c.ticket_count,
            func.coalesce(o.c.offline_created_at, o.c.created_at),
            o.c.operator_id,
            o.c.is_test,
            func.coalesce(o.c.offline_sync_status, "") == "failed",
        )
        .outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .order_by(o.c.event_id, o.c.id)
    )
    if event is not None:
        wanted = wanted.where(o.c.event_id == event)
    return _stream(c, wanted, ORDER_COLUMNS)


def tickets_csv(c: Connection, event: UUID) -> Iterator[str]:
    """All tickets of an event as CSV, by draw number."""
    t, o = m.tickets, m.orders
    wanted = (
        select(
            t.c.event_id,
            t.c.draw_number,
            t.c.state,
            t.c.order_id,
            o.c.validation_number,
            m.rsus.c.name.label("rsu"),
        )
        .join(o, o.c.id == t.c.order_id)
        .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
        .where(t.c.event_id == event)
        .order_by(t.c.draw_number)
    )
    return _stream(c, wanted, TICKET_COLUMNS)


def pool_csv(c: Connection, draw: UUID, pool: str = raffle.MAIN_POOL) -> Iterator[str]:
    """A frozen pool as CSV with the one column ``draw_number``; ``tombola-verify --pool`` reads it."""
    p = m.draw_pools
    size = c.execute(
        select(p.c.size).where(p.c.draw_execution_id == draw, p.c.pool == pool)
    ).scalar_one_or_none()
    if size is None:
        raise Refused("unknown_pool", "There is no such pool.")
    yield "draw_number\n"
    at = fair.NUMBER_BYTES * ROWS_AT_ONCE
    for start in range(0, size * fair.NUMBER_BYTES, at):
        part = bytes(
            c.execute(
                select(func.substr(p.c.numbers, start + 1, at)).where(
                    p.c.draw_execution_id == draw, p.c.pool == pool
                )
            ).scalar_one()
        )
        numbers = (
            int.from_bytes(part[i : i + fair.NUMBER_BYTES]) for i in range(0, len(part), fair.NUMBER_BYTES)
        )
        yield "".join(f"{number}\n" for number in numbers)


def summary(c: Connection, event: UUID) -> dict[str, Any]:
    """An event's figures: sales, voids, tickets by state, and the same by kiosk and package; minor units."""
    o, t, e = m.orders, m.tickets, m.raffle_events
    row = c.execute(select(e.c.name, e.c.currency, e.c.state).where(e.c.id == event)).one_or_none()
    if row is None:
        raise Refused("unknown_event", "There is no such event.")
    standing = o.c.payment_status == "paid"
    figures = (
        func.count().filter(standing).label("orders"),
        func.coalesce(func.sum(o.c.ticket_count).filter(standing), 0).label("tickets"),
        func.coalesce(func.sum(o.c.total_amount).filter(standing), 0).label("amount"),
        func.count().filter(o.c.payment_status == "void").label("voids"),
        func.coalesce(func.sum(o.c.total_amount).filter(o.c.payment_status == "void"), 0).label("voided"),
    )
    real = (o.c.event_id == event, ~o.c.is_test)
    states = c.execute(select(t.c.state, func.count()).where(t.c.event_id == event).group_by(t.c.state)).all()
    by_unit = c.execute(
        select(func.coalesce(m.rsus.c.name, "").label("rsu"), *figures)
        .select_from(o.outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id))
        .where(*real)
        .group_by(m.rsus.c.name)
        .order_by(m.rsus.c.name)
    ).mappings()
    by_package = c.execute(
        select(func.coalesce(m.ticket_packages.c.name, "").label("package"), *figures)
        .select_from(o.outerjoin(m.ticket_packages, m.ticket_packages.c.id == o.c.package_id))
        .where(*real)
        .group_by(m.ticket_packages.c.name)
        .order_by(m.ticket_packages.c.name)
    ).mappings()
    return {
        "event": str(event),
        "name": row.name,
        "state": row.state,
        "currency": row.currency,
        "sales_total": events.sales_total(c, event),
        "jackpot": events.jackpot(c, event),
        "total": _plain(c.execute(select(*figures).where(*real)).mappings().one()),
        "tickets": {str(state): int(count) for state, count in states},
        "by_rsu": [_plain(one) for one in by_unit],
        "by_package": [_plain(one) for one in by_package],
    }


def _plain(row: Any) -> dict[str, Any]:
    return {name: value if isinstance(value, str) else int(value) for name, value in row.items()}


def _stream(c: Connection, wanted: Select[Any], columns: Sequence[str]) -> Iterator[str]:
    """CSV (RFC 4180) through a cursor of the server's, so that a million rows need no memory of ours."""
    yield _lines([columns])
    found = c.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(wanted)
    for part in found.partitions(ROWS_AT_ONCE):
        yield _lines([_cell(value) for value in row] for row in part)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    # A spreadsheet would run what begins so.
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
