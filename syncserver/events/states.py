"""What an event goes through: on sale, suspended, closed, called off, put away; by hand, or when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    func,
    insert,
    select,
    update,
)

from shared.errors import Refused
from shared.games import raffle
from syncserver import models as m
from syncserver import organisations
from syncserver.audit import reasoned
from syncserver.events.checks import (
    check_bundles,
    check_packages,
    check_pools,
    check_prizes,
    check_relatives,
    check_room,
    check_rules,
    check_times,
    draft,
    kept_as,
    record,
    refused_change,
)
from syncserver.events.cutoff import main_frozen
from syncserver.events.sums import left_over
from syncserver.events.terms import CLOSE, EARLY_BIRD, UNDER_SALE, get, locked, prizes, relatives, settings
from syncserver.office import Office

DUE_MAX = 100
"""Events closed by one run of the timed work."""


def activate(office: Office, c: Connection, event: UUID, by: UUID) -> None:
    """Put the event on sale (from its opening time on) and freeze it. ``Refused`` where it is not ready."""
    rules = settings(get(c, event).configuration).draw
    # What another event activated at this moment takes of the same relatives has to be seen: all wait in one order.
    for one in sorted({event, *relatives(rules)}):
        c.execute(select(m.raffle_events.c.id).where(m.raffle_events.c.id == one).with_for_update())
    row = locked(c, event)
    if relatives(settings(row.configuration).draw) != relatives(rules):
        raise Refused("changed", "Somebody has just changed this event.", "Look at it again.")
    if row.state != "created":
        raise Refused("not_created", f"The event is {row.state}; only a draft can be activated.")
    if row.closes_at is None or row.opens_at is None or row.closes_at <= office.now():
        raise Refused("closes_at", "The event would be closed already.", "Set a closing time to come.")
    if not c.execute(
        select(func.count()).where(m.ticket_packages.c.event_id == event, m.ticket_packages.c.is_active)
    ).scalar_one():
        raise Refused("no_package", "The event has no package to sell.", "Add one.")
    kept = settings(row.configuration)
    check_rules(kept.draw)
    check_pools(kept.pools, row.opens_at, row.closes_at, row.draw_at, now=office.now())
    check_packages(c, event, kept.pools)
    check_bundles(c, event, kept)
    _check_windows(c, row)
    check_prizes(prizes(c, event), kept)
    check_relatives(c, kept.draw, row.organization_id, row.currency, event, on_sale=True)
    if kept.draw.linked_to is not None:
        check_room(c, row, kept.draw.linked_to)
    if kept.draw.carry_from is not None:
        kept = replace(kept, carried=left_over(c, kept.draw.carry_from))
    kept = replace(kept, tax=organisations.of(c, row.organization_id).tax)
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(
            state="active",
            activated_at=office.now(),
            configuration=kept_as(kept),
            activate_at=None,
            activate_by=None,
            activation_problem=None,
            updated_by=by,
            updated_at=func.now(),
        )
    )
    cuts = [{"event_id": event, "kind": CLOSE, "at": row.closes_at, "pool": raffle.MAIN_POOL}]
    cuts += [
        {"event_id": event, "kind": EARLY_BIRD, "at": plan.until, "pool": plan.name}
        for plan in kept.pools
        if plan.until is not None
    ]
    c.execute(insert(m.event_cuts), cuts)
    record(c, row, "event_activated", "The event was put on sale.", by)


def _check_windows(c: Connection, row: Row[Any]) -> None:
    """A package that could never be bought is a slip of the pen (E13)."""
    k = m.ticket_packages
    for one in c.execute(select(k).where(k.c.event_id == row.id, k.c.is_active)):
        if (one.active_to is not None and one.active_to <= row.opens_at) or (
            one.active_from is not None and one.active_from >= row.closes_at
        ):
            raise Refused(
                "times",
                f"{one.name} would never be offered while sales are open.",
                "Change from when until when it is.",
            )


def plan_activation(office: Office, c: Connection, event: UUID, at: datetime, by: UUID) -> None:
    """Let a draft be put on sale by itself at that time, in this person's name; it can be changed until then.

    ``Refused`` (``frozen``, ``times`` where that is past, or not before the close).
    """
    row = draft(c, event, "when it is put on sale", by)
    if at.tzinfo is None or at <= office.now():
        raise Refused("times", "That moment is past.", "Choose one to come, or activate the event now.")
    if at >= row.closes_at:
        raise Refused("times", "The event would be put on sale after its close.")
    _plan(c, event, by, activate_at=at, activate_by=by)
    record(c, row, "activation_planned", f"The event is to be put on sale at {at:%Y-%m-%d %H:%M %Z}.", by)


def unplan_activation(c: Connection, event: UUID, by: UUID | None) -> None:
    """It is put on sale by hand alone. ``Refused`` (``frozen``)."""
    row = draft(c, event, "when it is put on sale", by)
    _plan(c, event, by, activate_at=None, activate_by=None)
    record(c, row, "activation_planned", "The event is no longer to be put on sale by itself.", by)


def _plan(c: Connection, event: UUID, by: UUID | None, **columns: Any) -> None:
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(activation_problem=None, updated_by=by, updated_at=func.now(), **columns)
    )


def suspend(office: Office, c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Pause the sales, with a reason."""
    words = reasoned(reason)
    _move(c, event, by, {"active"}, "suspended", "event_suspended", words, updated_at=office.now())


def resume(office: Office, c: Connection, event: UUID, by: UUID, reason: str = "") -> None:
    """Go on selling."""
    row = locked(c, event)
    if row.closes_at <= office.now():
        raise Refused("closed", "The event's closing time is past.", "Close it.")
    _move(c, event, by, {"suspended"}, "active", "event_resumed", reason or "Sales go on.")


def move_close(
    office: Office,
    c: Connection,
    event: UUID,
    closes_at: datetime,
    by: UUID,
    reason: str,
    draw_at: datetime | None = None,
) -> None:
    """Move the closing time of an event on sale, never to reopen one (S4); kiosks follow with their next catalog.

    ``draw_at`` moves the draw with it; None leaves it. What a kiosk off line sells after an earlier close comes
    back as findings. Raises ``Refused``: ``reason``, ``closed``, ``times``, ``state``.
    """
    words = reasoned(reason)
    row = locked(c, event)
    if row.closes_at <= office.now() or closes_at <= office.now() or row.state not in UNDER_SALE:
        refused_change(c, row, f"Moving the close to {closes_at:%Y-%m-%d %H:%M %Z} was refused.", by)
    if row.closes_at <= office.now() or closes_at <= office.now():
        raise Refused(
            "closed", "A closing time that is past stays.", "Choose one to come, while sales are open."
        )
    draw_at = draw_at or row.draw_at
    check_times(row.opens_at, closes_at, draw_at)
    _move(
        c,
        event,
        by,
        set(UNDER_SALE),
        row.state,
        "event_close_moved",
        f"Sales now close at {closes_at:%Y-%m-%d %H:%M %Z}. {words}",
        closes_at=closes_at,
        draw_at=draw_at,
    )


def close(office: Office, c: Connection, event: UUID, by: UUID | None, reason: str = "") -> None:
    """Close the sales for good; the kiosks cut their chains when they hear of it, or at the closing time.

    A person who closes them says why; at the closing time nobody has to.
    """
    words = f"Sales are closed. {reasoned(reason)}" if reason else "Sales are closed."
    _move(c, event, by, set(UNDER_SALE), "closed", "event_closed", words, closed_at=office.now())


def run_due(office: Office) -> list[str]:
    """Close what is due. What was done, in words. Each event in a transaction of its own."""
    events = m.raffle_events
    with office.begin() as c:
        due = c.execute(
            select(events.c.id, events.c.name)
            .where(events.c.state.in_(UNDER_SALE), events.c.closes_at <= office.now())
            .order_by(events.c.closes_at)
            .limit(DUE_MAX)
        ).all()
    done = []
    for event, name in due:
        with office.begin() as c:
            # Another worker, or a person, may have been quicker.
            if locked(c, event).state in UNDER_SALE:
                close(office, c, event, None)
                done.append(f"{name}: sales are closed")
    return done


def cancel(office: Office, c: Connection, event: UUID, by: UUID, reason: str) -> None:
    """Call the event off, with a reason and before any draw; refunds are the office's next work."""
    reason = reasoned(reason)
    # A freeze of the leading event's draw locks both; in the order of their ids, as it does.
    for one in sorted({event, *relatives(settings(get(c, event).configuration).draw)}):
        c.execute(select(m.raffle_events.c.id).where(m.raffle_events.c.id == one).with_for_update())
    if (
        main_frozen(c, event)
        or c.execute(
            select(func.count()).where(
                m.draw_executions.c.raffle_event_id == event, m.draw_executions.c.state != "failed"
            )
        ).scalar_one()
    ):
        raise Refused("drawn", "A draw of this event has begun; it cannot be cancelled.")
    allowed = {"created", "closed", *UNDER_SALE}
    _move(
        c,
        event,
        by,
        allowed,
        "cancelled",
        "event_cancelled",
        reason,
        closed_at=office.now(),
        activate_at=None,
        activate_by=None,
    )


def complete(c: Connection, event: UUID, by: UUID) -> None:
    """Put a drawn event away: all is paid or its claim window is over."""
    _move(c, event, by, {"drawn"}, "completed", "event_completed", "The event is completed.")


def _move(
    c: Connection,
    event: UUID,
    by: UUID | None,
    allowed: set[str],
    to: str,
    kind: str,
    words: str,
    **columns: Any,
) -> None:
    row = locked(c, event)
    if row.state not in allowed:
        raise Refused(
            "state",
            f"{row.name} is {row.state}; it cannot become {to}.",
            f"Only an event that is {' or '.join(sorted(allowed))} can.",
        )
    c.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(**({"state": to, "updated_by": by, "updated_at": func.now()} | columns))
    )
    record(c, row, kind, words, by)
