"""What is tried too often is made to wait: counters in the database, so that every process slows the same guesser.

A counter is named by the keyed hash of what it counts, so that the table tells nobody's address or name.
"""

from __future__ import annotations

import hmac
import math
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from syncserver import models as m
from syncserver.office import Office

FORGET_S: Final = 3600
"""After so long without a failure a counter begins anew."""
KEEP_S: Final = 86_400
SWEPT_AT_ONCE: Final = 20


def key(office: Office, *parts: str) -> bytes:
    """The name of a counter."""
    return hmac.digest(keys.derive(office.secret, "attempts"), "\x1f".join(parts).encode(), "sha256")


def locked(c: Connection, name: bytes, now: datetime) -> bool:
    """Whether whoever this counter is about has to wait."""
    a = m.attempts
    until = c.scalar(select(a.c.locked_until).where(a.c.key == name))
    return until is not None and until > now


def failed(c: Connection, name: bytes, now: datetime, free: int, wait_s_max: int) -> int:
    """Count one failure and return how many there are: beyond ``free`` each doubles the wait, up to the longest."""
    a = m.attempts
    _sweep(c, now)
    row = upsert(a).values(key=name, failures=1, last_at=now)
    old = a.c.last_at < now - timedelta(seconds=FORGET_S)
    failures: int = c.execute(
        row.on_conflict_do_update(
            index_elements=["key"], set_={"failures": case((old, 1), else_=a.c.failures + 1), "last_at": now}
        ).returning(a.c.failures)
    ).scalar_one()
    if failures > free:
        wait_s = min(2 ** min(failures - free, 20), wait_s_max)
        c.execute(update(a).where(a.c.key == name).values(locked_until=now + timedelta(seconds=wait_s)))
    return failures


def asked(c: Connection, name: bytes, now: datetime, most: int, within_s: int) -> bool:
    """Count one more of what may be done ``most`` times ``within_s`` seconds; whether it still may."""
    a = m.attempts
    _sweep(c, now)
    over = a.c.last_at <= now - timedelta(seconds=within_s)
    row = upsert(a).values(key=name, failures=1, last_at=now)
    count: int = c.execute(
        row.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": case((over, 1), else_=a.c.failures + 1),
                "last_at": case((over, now), else_=a.c.last_at),
            },
        ).returning(a.c.failures)
    ).scalar_one()
    return count <= most


def wait_s(c: Connection, name: bytes, now: datetime, within_s: int) -> int:
    """In how many seconds what :func:`asked` counts begins anew."""
    since = c.scalar(select(m.attempts.c.last_at).where(m.attempts.c.key == name))
    return within_s if since is None else max(1, math.ceil(within_s - (now - since).total_seconds()))


def forgive(c: Connection, name: bytes) -> None:
    """Begin anew, after a success."""
    c.execute(delete(m.attempts).where(m.attempts.c.key == name))


def _sweep(c: Connection, now: datetime) -> None:
    """A few counters that nobody has touched for a day, so that the table never grows without an end."""
    a = m.attempts
    old = (
        select(a.c.key)
        .where(a.c.last_at < now - timedelta(seconds=KEEP_S))
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    c.execute(delete(a).where(a.c.key.in_(old.scalar_subquery())))
