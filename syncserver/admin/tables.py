"""One component for every list of the office: it filters, sorts, pages and exports, and can be read on a phone.

A list is a :class:`Table` (its columns and filters) and a query. In the view::

    def _people(organisation) -> tuple[Table, Select[Any]]: ...

    @access(...)
    def people() -> ResponseReturnValue:
        table, query = _people(auth.account().organisation)
        if tables.asked_csv(table):
            return tables.export(table, query)
        with ground.reading() as c:
            shown = tables.read(c, table, query)
        return ground.page("people", "users", shown=shown)

and in its template, naming only the cells that are more than their column's text::

    {% import "tables.html" as t with context %}
    {% call(row, column) t.listing(shown) %}
    {% if column == 'name' %}<a href="…">{{ row.name }}</a>{% endif %}
    {% endcall %}

The query bears what every row needs (a money column its ``currency``, a time column perhaps a ``timezone``), the
conditions of the house (whose rows they are), and neither order nor limit. The address holds everything that was
asked for, so that a list can be linked to, goes on without JavaScript, and exports what it shows. Pages follow the
key of the last row rather than counting rows, so that the thousandth page is as quick as the first.
What is no query, but a list that was worked out, is shown by :func:`listed` and exported by :func:`export_listed`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Response, request, url_for
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from shared import money
from syncserver import auth, organisations, reports, sheets
from syncserver.admin import ground

ROWS: Final = 50
"""On a page."""
COUNT_MAX: Final = 10_000
"""Rows are counted so far; beyond, a list has “more than” so many."""
ROWS_AT_ONCE: Final = 1_000
"""Of an export that are in memory at once."""
TEXT_CHARS_MAX: Final = 200
ZONES_KEPT_MAX: Final = 1_000
AMOUNTS_KEPT_MAX: Final = 4_096
"""Of an export, most amounts are a package's price."""
BIGINT_MAX: Final = 2**63 - 1
YEAR_MIN, YEAR_MAX = 1900, 9_998

Kind = Literal["text", "count", "money", "time", "code", "words"]
Where = Callable[[str], "ColumnElement[bool] | None"]


@dataclass(frozen=True)
class Column:
    """A column: ``key`` is the row's attribute, ``by`` what it is sorted by (None: it is not)."""

    key: str
    title: str
    kind: Kind = "text"
    by: ColumnElement[Any] | None = None
    nulls: bool = True
    """Rows may have nothing there; they come last. False where that cannot be: an index then serves the order."""
    value: Callable[[Any], object] | None = None
    """What stands there, where it is not the attribute: as the export holds it, and the page unless it says else."""
    written: ColumnElement[Any] | None = None
    """The same as ``value`` gives, for the database: it then writes the export itself, in a tenth of the time."""
    shown: bool = True
    """On the page, not only in the export."""
    exported: bool = True
    lead: bool = False
    """The row's name: on a phone it stands on top of the row, over its whole width."""

    @property
    def number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind in {"count", "money"}

    def of(self, row: Any) -> object:
        """What this row has there."""
        return self.value(row) if self.value is not None else getattr(row, self.key, None)


@dataclass(frozen=True)
class Filter:
    """A field of the form above a list; ``where`` gives its condition, or None where the value is none."""

    name: str
    title: str
    kind: Literal["choice", "text", "moment"]
    where: Where
    options: Sequence[tuple[str, str]] = ()
    """Of a choice: value and word; the empty value means all, and need not be given."""
    hint: str = ""


def choice(name: str, title: str, column: ColumnElement[Any], options: Sequence[tuple[str, str]]) -> Filter:
    """One of some values of a column; another than these is as if nothing was asked."""
    known = {value for value, _ in options}

    def where(value: str) -> ColumnElement[bool] | None:
        if value not in known:
            return None
        return column == (UUID(value) if column.type.python_type is UUID else value)

    return Filter(name, title, "choice", where, options)


def either(name: str, title: str, options: Mapping[str, tuple[str, ColumnElement[bool]]]) -> Filter:
    """One of some conditions, by value: its word, and what must hold."""
    words = [(value, word) for value, (word, _) in options.items()]
    return Filter(name, title, "choice", lambda value: options[value][1] if value in options else None, words)


def worked_out(name: str, title: str, options: Sequence[tuple[str, str]]) -> Filter:
    """One of some values, of a list that is no query: its ``keep`` says what fits."""
    return Filter(name, title, "choice", lambda _: None, options)


def search(name: str, title: str, *columns: ColumnElement[Any], hint: str = "") -> Filter:
    """A part of the text of any of these columns, in capitals or not."""

    def where(value: str) -> ColumnElement[bool] | None:
        return or_(*(column.icontains(value, autoescape=True) for column in columns)) if value else None

    return Filter(name, title, "text", where, hint=hint)


def since(name: str, title: str, column: ColumnElement[Any], timezone: str = "") -> Filter:
    """From a moment on, as the clocks of that time zone show it, or of the organisation's."""

    def where(value: str) -> ColumnElement[bool] | None:
        at = moment(value, timezone or auth.house_zone())
        return None if at is None else column >= at

    return Filter(name, title, "moment", where)


def until(name: str, title: str, column: ColumnElement[Any], timezone: str = "") -> Filter:
    """Up to the end of a minute, as the clocks of that time zone show it, or of the organisation's."""

    def where(value: str) -> ColumnElement[bool] | None:
        at = moment(value, timezone or auth.house_zone())
        return None if at is None else column < at + timedelta(minutes=1)

    return Filter(name, title, "moment", where)


def moment(value: str, timezone: str) -> datetime | None:
    """A moment as a form's field writes it; None where it is none that the database keeps."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    fits = at.tzinfo is None and YEAR_MIN <= at.year <= YEAR_MAX
    return at.replace(tzinfo=zone(timezone)) if fits else None


@functools.lru_cache(maxsize=ZONES_KEPT_MAX)
def zone(name: str | None) -> ZoneInfo:
    """A time zone; UTC where there is none of that name."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@dataclass(frozen=True)
class Table:
    """A list: what it shows, how it may be narrowed, and what it says when it is empty."""

    name: str
    """Of the exported file, and of the list on its page: letters and dashes."""
    title: str
    """What it lists, for those who hear it."""
    columns: tuple[Column, ...]
    key: ColumnElement[Any] | None = None
    """A column whose values no two rows share: by it ties are broken and pages follow. Of a query there must be one."""
    order: str = ""
    """The column by which it is sorted unless asked otherwise; with a dash before it, downwards."""
    filters: tuple[Filter, ...] = ()
    empty: tuple[str, str] = ("Nothing yet", "")
    """Heading and hint of the list that has no rows at all."""
    rows: int = ROWS
    counted: bool = True
    """Whether it says how many there are; not where counting them would be slow."""
    csv: bool = True
    prefix: str = ""
    """Before its names in the address, where a page has several lists."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """What else stands in the page's address and stays there."""

    def column(self, key: str) -> Column | None:
        """The column of that key, if rows can be sorted by it."""
        return next((one for one in self.columns if one.key == key and self.sorts(one)), None)

    def sorts(self, column: Column) -> bool:
        """Whether rows can be sorted by this column."""
        return column.by is not None if self.key is not None else bool(column.title)


@dataclass(frozen=True)
class Shown:
    """A page of a list, as its template shows it."""

    table: Table
    rows: Sequence[Any]
    asked: Mapping[str, str]
    """The filters' values that count."""
    sort: str
    down: bool
    count: int | None
    newer: str = ""
    """The key before which the page before this one lies; empty on the first."""
    older: str = ""
    """The key after which the next page lies; empty on the last."""

    @property
    def columns(self) -> list[Column]:
        """What the page shows of them."""
        return [one for one in self.table.columns if one.shown]

    @property
    def how_many(self) -> str:
        """How many rows there are, in words; empty where they were not counted."""
        if self.count is None:
            return ""
        if self.count > COUNT_MAX:
            return f"more than {format_decimal(COUNT_MAX, locale='en')}"
        return str(format_decimal(self.count, locale="en"))

    def text(self, row: Any, column: Column) -> str:
        """A cell as people read it."""
        return _text(row, column)

    def name(self, name: str) -> str:
        """A name as the address has it."""
        return f"{self.table.prefix}{name}"

    def link(self, **changes: str) -> str:
        """The page's address with other values; an empty one is left out."""
        args: dict[str, Any] = dict(self.table.kept)
        if self.table.prefix:  # the other lists of the page stay as they are
            args |= {k: v for k, v in request.args.items(multi=False) if not k.startswith(self.table.prefix)}
        own = dict(self.asked) | {"sort": self._sort_asked} | changes
        args |= {self.name(k): v for k, v in own.items() if v}
        return url_for(request.endpoint or "", **(request.view_args or {}), **args)

    @property
    def _sort_asked(self) -> str:
        sort = f"-{self.sort}" if self.down else self.sort
        return "" if sort == self.table.order else sort

    def sort_link(self, column: Column) -> str:
        """Sorts by this column; by the one that it is sorted by already, the other way round."""
        down = not self.down if column.key == self.sort else column.number or column.kind == "time"
        return self.link(sort=f"-{column.key}" if down else column.key)

    def aria(self, column: Column) -> str:
        """How the list is sorted by this column, for ``aria-sort``."""
        if column.key != self.sort:
            return ""
        return "descending" if self.down else "ascending"

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """The ways in which it can be sorted: value, words, whether it is so now."""
        ways = []
        for one in self.columns:
            if self.table.sorts(one):
                up, down = {
                    "count": ("least first", "most first"),
                    "money": ("least first", "most first"),
                    "time": ("oldest first", "newest first"),
                }.get(one.kind, ("A to Z", "Z to A"))
                at = self.sort == one.key
                ways.append((one.key, f"{one.title}, {up}", at and not self.down))
                ways.append((f"-{one.key}", f"{one.title}, {down}", at and self.down))
        return ways


# Asking ---------------------------------------------------------------------------------------------


def asked_csv(table: Table) -> bool:
    """Whether this request wants the list as a file."""
    return table.csv and request.args.get(f"{table.prefix}as") == "csv"


def _argument(table: Table, name: str) -> str:
    return request.args.get(f"{table.prefix}{name}", "").strip()[:TEXT_CHARS_MAX]


def _narrowed(table: Table) -> tuple[dict[str, str], list[ColumnElement[bool]]]:
    """What was asked for that counts, and as conditions that hold together."""
    asked: dict[str, str] = {}
    wanted: list[ColumnElement[bool]] = []
    for one in table.filters:
        if value := _argument(table, one.name):
            condition = one.where(value)
            if condition is not None:
                asked[one.name] = value
                wanted.append(condition)
    return asked, wanted


def _sorting(table: Table) -> tuple[Column | None, bool]:
    """The column that it is sorted by, and whether downwards."""
    for asked in (_argument(table, "sort"), table.order):
        column = table.column(asked.removeprefix("-"))
        if column is not None:
            return column, asked.startswith("-")
    return None, table.order.startswith("-")


def _place(key: ColumnElement[Any], text: str) -> UUID | int | str | None:
    """The key of a row as an address writes it; None where it is none."""
    kind = key.type.python_type
    if kind is UUID:
        try:
            return UUID(text)
        except ValueError:
            return None
    if kind is int:
        fits = text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= BIGINT_MAX
        return int(text) if fits else None
    return text or None


# A query --------------------------------------------------------------------------------------------


def _ordered(
    query: Select[Any], by: ColumnElement[Any], key: ColumnElement[Any], nulls: bool, down: bool
) -> Select[Any]:
    first = by.desc() if down else by.asc()
    if by is key:
        return query.order_by(first)
    return query.order_by(first.nulls_last() if nulls else first, key.desc() if down else key.asc())


def _beyond(
    by: ColumnElement[Any], key: ColumnElement[Any], nulls: bool, down: bool, back: bool, at: tuple[Any, Any]
) -> ColumnElement[bool]:
    """What lies after that place in the order; before it where ``back``."""
    value, place = at
    less = down != back
    tied: ColumnElement[bool] = key < place if less else key > place
    if by is key:
        return tied
    if value is None:  # the rows with nothing there come last
        return or_(by.is_not(None), tied) if back else and_(by.is_(None), tied)
    past = or_(by < value if less else by > value, and_(by == value, tied))
    if nulls and not back:
        return or_(past, by.is_(None))
    # The first part says nothing new, but an index understands it.
    return and_(by <= value if less else by >= value, past)


def read(c: Connection, table: Table, query: Select[Any]) -> Shown:
    """The page of the list that this request asks for."""
    key = table.key
    assert key is not None, f"the list {table.name} has no key"
    asked, wanted = _narrowed(table)
    column, down = _sorting(table)
    by = key if column is None or column.by is None else column.by
    nulls = column is not None and column.nulls
    query = query.where(*wanted)
    count = None
    if table.counted:
        some = (
            query.with_only_columns(key.label("one"), maintain_column_froms=True)
            .limit(COUNT_MAX + 1)
            .subquery()
        )
        count = c.execute(select(func.count()).select_from(some)).scalar_one()
    paged, back = query.add_columns(key.label("table_key")), False
    started = False
    for name in ("after", "before"):
        place = _place(key, _argument(table, name))
        if place is None:
            continue
        # The row itself says where it stands: its value may be of any type, and need not pass through an address.
        at = c.execute(
            query.with_only_columns(
                by.label("sorted"), key.label("table_key"), maintain_column_froms=True
            ).where(key == place)
        ).first()
        if at is not None:
            back, started = name == "before", True
            paged = paged.where(_beyond(by, key, nulls, down, back, (at[0], at[1])))
        break
    if back:
        first = by.asc() if down else by.desc()
        paged = paged.order_by(first.nulls_first() if nulls and by is not key else first)
        paged = paged if by is key else paged.order_by(key.asc() if down else key.desc())
    else:
        paged = _ordered(paged, by, key, nulls, down)
    rows = list(c.execute(paged.limit(table.rows + 1)).all())
    more = len(rows) > table.rows
    rows = rows[: table.rows]
    if back:
        rows.reverse()
    newer = str(rows[0].table_key) if rows and (more if back else started) else ""
    older = str(rows[-1].table_key) if rows and (back or more) else ""
    return Shown(table, rows, asked, column.key if column else "", down, count, newer, older)


def export(table: Table, query: Select[Any]) -> Response:
    """The whole list as CSV, narrowed and sorted as asked for, in the memory of a thousand rows."""
    key = table.key
    assert key is not None, f"the list {table.name} has no key"
    _, wanted = _narrowed(table)
    column, down = _sorting(table)
    by = key if column is None or column.by is None else column.by
    query = _ordered(query.where(*wanted), by, key, column is not None and column.nulls, down)
    cells = _cells(table, query)
    if cells is not None:
        return ground.csv(lambda c: _sheet(c, table, query, cells), table.name)
    streamed = query.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    return ground.csv(lambda c: _csv(table, c.execute(streamed).partitions(ROWS_AT_ONCE)), table.name)


def _cells(table: Table, query: Select[Any]) -> list[sheets.Cell] | None:
    """What the database has to write for an export; None where one of its columns is Python's to make."""
    held = query.selected_columns
    cells = []
    for one in table.columns:
        if not one.exported:
            continue
        value = one.written if one.value is not None else held.get(one.key)
        if value is None or not sheets.writable(value):
            return None
        cells.append(sheets.Cell(value, amount=one.kind == "money"))
    if any(one.amount for one in cells):
        cells.append(sheets.Cell(held["currency"]))
    return cells


def _sheet(
    c: Connection, table: Table, query: Select[Any], cells: Sequence[sheets.Cell]
) -> Iterator[str | bytes]:
    held = query.selected_columns
    yield _head(table)
    yield from sheets.rows(c, query, cells, currency=held.get("currency"), timezone=held.get("timezone"))


# A list that was worked out -------------------------------------------------------------------------


def _chosen(
    table: Table, rows: Iterable[Any], keep: Callable[[Any, Mapping[str, str]], bool] | None
) -> tuple[list[Any], dict[str, str], str, bool]:
    asked = {one.name: value for one in table.filters if (value := _argument(table, one.name))}
    chosen = [row for row in rows if keep is None or keep(row, asked)]
    column, down = _sorting(table)
    if column is not None:
        with_value = [row for row in chosen if column.of(row) is not None]
        without = [row for row in chosen if column.of(row) is None]
        with_value.sort(key=lambda row: _rank(column.of(row)), reverse=down)
        chosen = with_value + without
    return chosen, asked, column.key if column else "", down


def _rank(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def listed(
    table: Table, rows: Iterable[Any], keep: Callable[[Any, Mapping[str, str]], bool] | None = None
) -> Shown:
    """A page of a list that is no query; ``keep`` says whether a row fits what was asked for."""
    chosen, asked, sort, down = _chosen(table, rows, keep)
    text = _argument(table, "after")
    start = min(int(text), len(chosen)) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    start -= start % table.rows
    end = start + table.rows
    newer = f"{max(0, start - table.rows)}" if start else ""
    older = str(end) if end < len(chosen) else ""
    return Shown(table, chosen[start:end], asked, sort, down, len(chosen), newer, older)


def export_listed(
    table: Table, rows: Iterable[Any], keep: Callable[[Any, Mapping[str, str]], bool] | None = None
) -> Response:
    """Such a list as CSV."""
    chosen = _chosen(table, rows, keep)[0]
    return ground.csv(lambda _: _csv(table, [chosen]), table.name)


# Cells ----------------------------------------------------------------------------------------------


def _text(row: Any, column: Column) -> str:
    value = column.of(row)
    if value is None or value == "":
        return ""
    if column.kind == "money" and isinstance(value, int):
        return money.text(value, str(row.currency))
    if column.kind == "count" and isinstance(value, int | float | Decimal):
        return str(format_decimal(value, locale="en"))
    if isinstance(value, datetime):
        timezone = getattr(row, "timezone", None)
        form = "d MMM y, HH:mm:ss"
        if not timezone:
            return organisations.by_its_clock(value, form, auth.house_zone())
        return str(format_datetime(value, form, tzinfo=zone(timezone), locale="en"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _head(table: Table) -> str:
    """An export's first line; with amounts their currency stands last."""
    columns = [one for one in table.columns if one.exported]
    has_money = any(one.kind == "money" for one in columns)
    return reports.lines([[*(one.title or one.key for one in columns), *(["Currency"] if has_money else [])]])


def _csv(table: Table, parts: Iterable[Iterable[Any]]) -> Iterator[str]:
    columns = [one for one in table.columns if one.exported]
    has_money = any(one.kind == "money" for one in columns)
    yield _head(table)
    for part in parts:
        rows = list(part)
        cells = [_csv_cells(rows, one) for one in columns]
        if has_money:
            cells.append([str(row.currency or "") for row in rows])
        yield reports.lines(zip(*cells, strict=True))


def _csv_cells(rows: Sequence[Any], column: Column) -> list[str]:
    """A column of these rows: a million rows have twenty million cells, so that each is looked at once."""
    read, key = column.value, column.key
    values = [getattr(row, key, None) for row in rows] if read is None else [read(row) for row in rows]
    cells = []
    for at, value in enumerate(values):
        if value is None:
            cells.append("")
        elif isinstance(value, str):
            cells.append(reports.cell(value) if value[:1] in sheets.FORMULA else value)
        elif isinstance(value, bool):
            cells.append("yes" if value else "no")
        elif isinstance(value, int):
            cells.append(_major(value, rows[at].currency) if column.kind == "money" else str(value))
        elif isinstance(value, datetime):
            timezone = zone(getattr(rows[at], "timezone", None))
            cells.append(value.astimezone(timezone).isoformat(timespec="seconds"))
        else:
            cells.append(reports.cell(value))
    return cells


@functools.lru_cache(maxsize=AMOUNTS_KEPT_MAX)
def _major(amount: int, currency: str) -> str:
    return str(money.major(amount, currency)) if money.known(currency) else str(amount)
