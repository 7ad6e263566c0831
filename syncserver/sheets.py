"""Sheets: a query's rows as CSV, written by the database itself and passed on as they come.

A row that Python writes costs ten times what the database needs to hand it over, nearly all of it the making of cells:
of a million rows that is a minute. So PostgreSQL makes the cells and COPY the rows, in the memory of a few of them.
The cells are what Python would write: RFC 4180 in UTF-8, amounts in major units with a point, moments in the row's time
zone with their distance from UTC, and an apostrophe before what a spreadsheet would take for a formula.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import available_timezones

import psycopg
from babel.core import get_global
from sqlalchemy import (
    ColumnElement,
    Connection,
    Numeric,
    Select,
    Text,
    case,
    func,
    text,
)
from sqlalchemy import cast as as_type

from shared import money
from shared.clock import Clock

FORMULA: Final = frozenset("=+-@\t\r")
"""What a spreadsheet takes for the beginning of a formula."""
ROWS_AT_ONCE: Final = 500
"""Passed on together."""
WAIT_S_MAX: Final = 30 * 60
"""How long a whole sheet may wait for whoever takes it: as long its transaction keeps old rows from being cleared away."""
_PLAIN: Final = (int, UUID)
"""Types that PostgreSQL writes as Python does, and in which no formula can stand."""
_UTC: Final = "UTC"
_DAY: Final = 'YYYY-MM-DD"T"HH24:MI:SS'


@dataclass(frozen=True)
class Cell:
    """What stands in one column of a sheet; an ``amount`` is in minor units of the row's currency."""

    value: ColumnElement[Any]
    amount: bool = False


def writable(value: ColumnElement[Any]) -> bool:
    """Whether the database writes this value as Python would."""
    return _python_type(value) in {*_PLAIN, str, bool, datetime}


def _python_type(value: ColumnElement[Any]) -> type | None:
    try:
        return value.type.python_type
    except NotImplementedError:
        return None


def rows(
    c: Connection,
    query: Select[Any],
    cells: Sequence[Cell],
    *,
    currency: ColumnElement[Any] | None = None,
    timezone: ColumnElement[Any] | None = None,
) -> Iterator[bytes]:
    """The rows of ``query`` in its order, without a header; of what it selects, ``cells`` alone are written.

    ``currency`` and ``timezone`` are those of the row; without a zone that both Python and the database know, moments
    are in UTC.
    """
    zone = None if timezone is None else _zone(c, timezone)
    written = [_written(one, currency, zone) for one in cells]
    wanted = query.with_only_columns(
        *(one.label(f"cell_{at}") for at, one in enumerate(written)), maintain_column_froms=True
    )
    compiled = wanted.compile(dialect=c.dialect, compile_kwargs={"render_postcompile": True})
    driver = cast("psycopg.Connection[Any]", c.connection.driver_connection)
    asked = psycopg.ClientCursor(driver).mogrify(str(compiled), compiled.params)
    held: list[bytes] = []
    with driver.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT CSV)".encode()) as out:
        for row in out:
            # A message of COPY is one row; PostgreSQL ends it as Unix does.
            held.append(bytes(row[:-1]))
            if len(held) == ROWS_AT_ONCE:
                yield _joined(held)
                held.clear()
    if held:
        yield _joined(held)


def paced(parts: Iterable[str | bytes], clock: Clock) -> Iterator[bytes]:
    """The same, for as long as whoever takes them has not been waited for too long in all.

    A client that stalls is given up by the server; one that trickles is here, with ``TimeoutError``: the answer breaks
    off, which a browser tells, and what was read of the database is let go.
    """
    waited_ms = 0
    for part in parts:
        passed_ms = clock.monotonic_ms()
        yield part.encode() if isinstance(part, str) else part
        waited_ms += clock.monotonic_ms() - passed_ms
        if waited_ms > WAIT_S_MAX * 1000:
            raise TimeoutError("the sheet was taken too slowly")


def _joined(lines: list[bytes]) -> bytes:
    return b"\r\n".join(lines) + b"\r\n"


def _written(
    one: Cell, currency: ColumnElement[Any] | None, zone: ColumnElement[Any] | None
) -> ColumnElement[Any]:
    value, kind = one.value, _python_type(one.value)
    if kind is str:
        shown = as_type(value, Text)
        risky = func.left(shown, 1).in_(sorted(FORMULA))
        return case((risky, func.concat("'", shown)), else_=func.nullif(shown, ""))
    if kind is bool:
        return case((value, "yes"), (~value, "no"))
    if kind is datetime:
        return _moment(value, zone)
    if one.amount:
        assert currency is not None, "amounts have a currency"
        return _major(value, currency)
    return value


# Amounts --------------------------------------------------------------------------------------------


@cache
def _currencies() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The currencies that are known, by the digits of their minor unit, the most usual number of them first."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for code in sorted(get_global("all_currencies")):
        found[money.digits(code)].append(code)
    return tuple((places, tuple(codes)) for places, codes in sorted(found.items(), key=lambda i: -len(i[1])))


def _major(value: ColumnElement[Any], currency: ColumnElement[Any]) -> ColumnElement[Any]:
    """The amount in major units; of a currency that nobody knows as it is."""
    ways = [
        (
            currency.in_(codes),
            as_type(func.round(as_type(value, Numeric) / 10**places, places), Text) if places else None,
        )
        for places, codes in _currencies()
    ]
    plain = as_type(value, Text)
    return case(*((known, plain if shown is None else shown) for known, shown in ways), else_=plain)


# Moments --------------------------------------------------------------------------------------------


def _zone(c: Connection, timezone: ColumnElement[Any]) -> ColumnElement[Any]:
    """The row's time zone where both sides know it: PostgreSQL would end the whole sheet at one that it does not."""
    names = c.execute(text("SELECT name FROM pg_timezone_names")).scalars()
    known = sorted(available_timezones().intersection(names))
    return case((timezone.in_(known), timezone), else_=_UTC)


def _moment(at: ColumnElement[Any], zone: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """As ``isoformat`` writes it, to the second."""
    there = func.timezone(_UTC, at)
    if zone is None:
        return func.to_char(there, f'{_DAY}"+00:00"')
    here = func.timezone(zone, at)
    ahead = func.to_char(here - there, '"+"HH24:MI', type_=Text())
    behind = func.to_char(there - here, '"-"HH24:MI', type_=Text())
    return func.to_char(here, _DAY, type_=Text()) + case((here < there, behind), else_=ahead)
