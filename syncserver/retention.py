"""How long records are kept: three years and more (GLI-31, 5.7); what is beyond is told, and deleted by the owner alone.

The application's role cannot delete a row of the audit trail or a critical event, whatever this module says: deleting
is a command of whoever owns the database, and writes what it did. Facts are never deleted: journals, orders, tickets,
draws and what follows from them are what the records are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Table, create_engine, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.pool import NullPool

from shared.errors import Refused
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.db import Database

YEARS_MIN: Final = 3
YEARS_MAX: Final = 100
YEARS_USUAL: Final = 7
"""Where an organisation has said nothing."""
ROWS_AT_ONCE: Final = 10_000
"""Deleted in one transaction, so that nobody waits for the whole."""


@dataclass(frozen=True)
class Beyond:
    """Records that are older than they must be kept."""

    table: str
    rows: int
    oldest: datetime | None


def years(c: Connection, organisation: UUID) -> int:
    """How many years an organisation keeps its records."""
    r = m.retention_rules
    said = c.execute(select(r.c.years).where(r.c.organization_id == organisation)).scalar_one_or_none()
    return YEARS_USUAL if said is None else int(said)


def set_years(c: Connection, organisation: UUID, wanted: int, by: UUID) -> None:
    """Let an organisation keep its records so long. Raises ``Refused`` (``retention``) below three years."""
    if not YEARS_MIN <= wanted <= YEARS_MAX:
        raise Refused(
            "retention",
            f"Records are kept for {YEARS_MIN} to {YEARS_MAX} years.",
            "No rule of ours lets them go sooner; a licence may ask for longer.",
        )
    before = years(c, organisation)
    row = upsert(m.retention_rules).values(organization_id=organisation, years=wanted, set_by=by)
    c.execute(
        row.on_conflict_do_update(
            index_elements=["organization_id"], set_={"years": wanted, "set_by": by, "set_at": func.now()}
        )
    )
    critical_event(
        c,
        "retention_changed",
        "WARN" if wanted < before else "INFO",
        f"Records are kept for {wanted} years, not {before}.",
        user_id=by,
    )


def horizon(c: Connection) -> datetime:
    """Before when nothing need be kept: by the longest that any organisation of this office keeps its records.

    The audit trail does not say whose a row is, so that what one organisation must keep, all keep.
    """
    r, o = m.retention_rules, m.organizations
    longest = (
        select(func.greatest(func.max(func.coalesce(r.c.years, YEARS_USUAL)), YEARS_MIN))
        .select_from(o)
        .outerjoin(r, r.c.organization_id == o.c.id)
        .scalar_subquery()
    )
    kept = func.coalesce(longest, YEARS_USUAL)
    return c.execute(select(func.now() - func.make_interval(kept))).scalar_one()


def _logs() -> Sequence[tuple[Table, str]]:
    return ((m.audit_log, "changed_at"), (m.critical_events, "timestamp"))


def beyond(c: Connection, before: datetime) -> list[Beyond]:
    """What is older than that of each record."""
    found = []
    for table, column in _logs():
        at = table.c[column]
        row = c.execute(select(func.count(), func.min(at)).select_from(table).where(at < before)).one()
        found.append(Beyond(table.name, row[0], row[1]))
    return found


def expire(database: Database) -> Iterator[Beyond]:
    """Delete what is beyond, as the owner of the database, and write down what was deleted, one record at a time."""
    owner = create_engine(database.owner_url, poolclass=NullPool)
    try:
        with owner.begin() as c:
            before = horizon(c)
            found = beyond(c, before)
        for (table, column), one in zip(_logs(), found, strict=True):
            left = one.rows
            while left > 0:
                with owner.begin() as c:
                    some = select(table.c.id).where(table.c[column] < before).limit(ROWS_AT_ONCE)
                    gone = c.execute(delete(table).where(table.c.id.in_(some))).rowcount
                    left = left - gone if gone else 0
            if one.rows:
                with owner.begin() as c:
                    c.execute(text("SELECT set_config('tombola.user', '', true)"))
                    critical_event(
                        c,
                        "records_expired",
                        "WARN",
                        f"{one.rows} rows of {one.table} from before {before:%Y-%m-%d %H:%M} UTC were deleted by the owner.",
                        metadata={"table": one.table, "rows": one.rows, "before": before.isoformat()},
                    )
            yield one
    finally:
        owner.dispose()
