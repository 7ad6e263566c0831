"""Openings: drafts that are put on sale by themselves at their time, and the administrators told where one cannot be.

A draft that is not ready is tried again every minute until its close, so that whoever mends it need do nothing more.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from shared.errors import Refused
from syncserver import events, notices
from syncserver import models as m
from syncserver.office import Office

DUE_MAX: Final = 100
"""Drafts put on sale by one run of the timed work."""


def run_due(office: Office) -> list[str]:
    """Put on sale what is due; what was done, in words. Each draft in a transaction of its own."""
    e = m.raffle_events
    with office.begin() as c:
        due = c.execute(
            select(e.c.id)
            .where(e.c.state == "created", e.c.activate_at <= office.now())
            .order_by(e.c.activate_at)
            .limit(DUE_MAX)
        ).scalars()
        waiting = list(due)
    return [words for event in waiting if (words := _open(office, event))]


def _open(office: Office, event: UUID) -> str:
    with office.begin() as c:
        row = events.get(c, event)
    if row.activate_by is None:
        return ""
    try:
        with office.begin(row.activate_by) as c:
            now = events.locked(c, event)
            # Another worker, or a person, may have been quicker, or thought better of it.
            if now.state != "created" or now.activate_at is None or now.activate_at > office.now():
                return ""
            _check_leads(c, event, now.activate_by)
            events.activate(office, c, event, now.activate_by)
    except Refused as refused:
        return _tell(office, event, refused)
    return f"{row.name} is on sale"


def _check_leads(c: Connection, event: UUID, by: UUID) -> None:
    if not notices.leads(c, event, by):
        raise Refused(
            "not_allowed",
            "Whoever planned this leads events here no more.",
            "Let somebody who does plan it anew.",
        )


def _tell(office: Office, event: UUID, refused: Refused) -> str:
    """Keep why it could not be put on sale, and tell those who lead events once for each plan."""
    words = f"{refused.message} {refused.hint}".strip()
    e = m.raffle_events
    with office.begin() as c:
        row = events.locked(c, event)
        if row.activate_at is None:
            return ""
        told = notices.tell(
            office,
            c,
            event,
            f"not_opened {row.activate_at:%Y-%m-%d %H:%M}",
            f"{row.name} was to be put on sale and could not be. {words}",
        )
        values: dict[str, object] = {"activation_problem": words}
        if row.closes_at <= office.now():
            values |= {"activate_at": None, "activate_by": None}  # no later minute can mend that
        c.execute(
            update(e)
            .where(e.c.id == event, func.coalesce(e.c.activation_problem, "") != words)
            .values(**values)
        )
    return f"{row.name} could not be put on sale: {words}" if told else ""
