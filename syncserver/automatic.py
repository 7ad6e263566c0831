"""Automatic draws: at its time an event draws itself, once, if every gate is open; otherwise it waits, and says why.

What was done stands in the draw's own row, step by step, each a transaction under the event's lock. So any number of
workers may do this at once, and one that dies between two steps leaves the next step to whoever comes after: never a
second attempt, never another seed. What a person began or gave up is left to people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.exc import DBAPIError

from shared.draw import Json
from shared.errors import Fault, KnownError, Refused
from syncserver import beacons, draws, events, notices, pools, reconcile
from syncserver import models as m
from syncserver.audit import acting, critical_event
from syncserver.draws import DrawRow
from syncserver.office import Office

SOURCES: Final = ("none", "drand")
"""The sources of public entropy for which nobody has to come."""
LEAD_S: Final = 180
"""Between the freeze and the drand round: a worker that dies in between is followed by another in that time."""
EVENTS_MAX: Final = 100
STEPS_MAX: Final = 10
"""Of one draw in one go; there are five."""
OPEN: Final = ("created", "active", "suspended", "closed")

_log = logging.getLogger(__name__)


def set_automatic(office: Office, c: Connection, event: UUID, on: bool, by: UUID) -> None:
    """Let the worker draw the event at its draws' times, or no longer. An attempt it has begun it finishes.

    Raises ``Refused``: ``state``; ``automatic_source`` where people have to bring the public chance, or draw by hand;
    ``linked``; ``draw_at`` where no draw has a time.
    """
    row = events.locked(c, event)
    if row.state not in OPEN:
        raise Refused(
            "state", f"The event is {row.state}.", "Only an event that is still to be drawn can be."
        )
    if on:
        _check_source(events.settings(row.configuration).draw)
        if all(plan.draw_at is None for plan in pools.plans(office, c, event)):
            raise Refused("draw_at", "No draw of this event has a time.", "Give it one first.")
    e = m.raffle_events
    c.execute(
        update(e).where(e.c.id == event).values(automatic_draw=on, updated_by=by, updated_at=func.now())
    )
    critical_event(
        c,
        "automatic_draw_on" if on else "automatic_draw_off",
        "INFO",
        f"{row.name}: it {'draws itself at its time' if on else 'no longer draws itself'}.",
        event_id=event,
        user_id=by,
    )


def run_due(office: Office, after: Callable[[str], None] = lambda _words: None) -> list[str]:
    """Take every automatic draw that is due as far as it goes; what was done, in words.

    ``after`` hears of each step once it is committed. What stands in the way is told to every administrator, once
    a reason.
    """
    e = m.raffle_events
    with office.begin() as c:
        found = c.execute(
            select(e.c.id, e.c.name)
            .where(e.c.automatic_draw, e.c.state.in_(OPEN), e.c.activated_at.is_not(None))
            .order_by(e.c.draw_at, e.c.id)
            .limit(EVENTS_MAX)
        ).all()
        due = [
            (event, name, plan.name)
            for event, name in found
            for plan in pools.plans(office, c, event)
            if plan.draw_at is not None and plan.draw_at <= office.now() and plan.state != "drawn"
        ]
    done: list[str] = []
    for event, name, plan in due:
        try:
            for _ in range(STEPS_MAX):
                words = _step(office, event, plan)
                if words is None:
                    break
                done.append(f"{name} ({plan}): {words}")
                after(words)
        except (Refused, Fault, DBAPIError) as caught:
            # What the database refuses without our having foreseen it stops this draw, and not those behind it.
            error = _unforeseen(caught) if isinstance(caught, DBAPIError) else caught
            if _waits(office, event, plan, error):
                done.append(f"{name} ({plan}): waits. {error.message}")
    return done


def _step(office: Office, event: UUID, plan: str) -> str | None:
    """One step of one draw, in a transaction of its own; what it was, None where there is none to take now."""
    with office.begin() as c:
        row = draws.locked(c, event, plan)
        attempt = _attempt(c, event, plan)
        if attempt is None:
            reconcile.require(office, c, event, plan, automatic=True)
            return _freeze(office, c, row, plan)
        if attempt.step == "failed":
            raise Refused(
                "attempt_failed",
                f"Attempt {attempt.attempt} was given up.",
                "Nothing draws itself after that: hold the draw yourself.",
            )
        if not attempt.automatic or attempt.step == "official":
            return None
        by = attempt.conducted_by
        if attempt.step != "committed" or attempt.entropy_source["source"] not in draws.BEACONS:
            return _go_on(office, c, attempt, by)
    due = attempt.entropy_due_at
    if due is not None and office.now() < due:
        return None
    # The network is asked with nothing locked.
    text = beacons.fetch(office.clock, attempt.entropy_source, office.beacons)
    with office.begin() as c:
        events.locked(c, event)
        # Another worker may have been quicker.
        if draws.get(c, attempt.id).step == "committed":
            acting(c, by)
            draws.fix_entropy(office, c, attempt.id, text, by)
    return "the public chance is fixed"


def _go_on(office: Office, c: Connection, attempt: DrawRow, by: UUID) -> str:
    acting(c, by)
    if attempt.step == "frozen":
        draws.commit_seed(office, c, attempt.id, by)
        return "the seed's hash is published"
    if attempt.step == "committed":
        draws.fix_entropy(office, c, attempt.id, "", by)
        return "no public chance takes part"
    if attempt.step == "entropy":
        draws.execute(office, c, attempt.id, by)
        return "it is drawn and verified"
    draws.make_official(office, c, attempt.id, by)
    return "it is official"


def _freeze(office: Office, c: Connection, row: Row[Any], plan: str) -> str:
    rules = events.settings(row.configuration).draw
    _check_source(rules)
    entropy: dict[str, Json] = {"source": "none"}
    if rules.source == "drand":
        entropy = draws.drand_source(office, LEAD_S)
    by = _signer(row, c, plan)
    acting(c, by)
    draws.freeze(office, c, row.id, entropy, by, plan=plan, automatic=True)
    return "the pools are frozen"


def _attempt(c: Connection, event: UUID, plan: str) -> DrawRow | None:
    """The latest attempt at this planned draw."""
    return next((one for one in draws.attempts(c, event) if (one.plan, one.kind) == (plan, "draw")), None)


def _signer(row: Row[Any], c: Connection, plan: str) -> UUID:
    """In whose name it is drawn: who signed beforehand, else who confirmed the reconciliation.

    Only one who may draw now: nothing is drawn in the name of somebody who has left.
    """
    confirmed = row.reconciliation_confirmed_by
    if plan != draws.MAIN:
        confirmed = next((cut.confirmed_by for cut in events.cuts(c, row.id) if cut.pool == plan), None)
    for found in (row.presigned_by, confirmed):
        if notices.leads(c, row.id, found):
            return UUID(str(found))
    raise Refused(
        "signer",
        "Who signed or confirmed the figures is no longer an administrator or manager.",
        "Check the figures and confirm them anew.",
    )


def _check_source(rules: events.DrawRules) -> None:
    if rules.linked_to is not None:
        raise Refused("linked", "This event is drawn with the one that it is linked to.", "Switch that one.")
    if rules.method == "manual" or rules.source not in SOURCES:
        raise Refused(
            "automatic_source",
            "People have to bring the chance of this draw, so that it cannot draw itself.",
            f"Only the sources {' and '.join(SOURCES)} need nobody.",
        )


def _unforeseen(error: DBAPIError) -> Fault:
    # The first line alone: what follows may show rows.
    said = (str(error.orig).splitlines() or ["nothing"])[0]
    _log.error("an automatic draw stopped: %s: %s", type(error.orig).__name__, said)
    return Fault(
        "database", f"The database did not do it: {said}.", "Hold the draw yourself, or ask for help."
    )


def _waits(office: Office, event: UUID, plan: str, error: KnownError) -> bool:
    """Put on record why the draw waits, and tell; False where that was the last thing told."""
    k = m.critical_events
    with office.begin() as c:
        row = events.locked(c, event)
        reason = error.code
        if error.code.startswith("gate_"):
            shut = {
                gate.code
                for gate in reconcile.gates(office, c, event, plan, automatic=True)
                if not gate.passed
            }
            reason = " ".join(sorted(shut)) or error.code
        told = (
            c.execute(
                select(k.c.metadata["reason"].astext)
                .where(
                    k.c.event_id == event,
                    k.c.event_type == "automatic_draw_waits",
                    k.c.metadata["plan"].astext == plan,
                )
                .order_by(k.c.timestamp.desc())
            )
            .scalars()
            .all()
        )
        if told and told[0] == reason:
            return False
        words = f"{row.name}: the automatic draw waits. {error.message} {error.hint}".strip()
        critical_event(
            c,
            "automatic_draw_waits",
            "WARN",
            words,
            event_id=event,
            metadata={"plan": plan, "reason": reason},
        )
        notices.tell(office, c, event, f"automatic_draw_waits:{plan}:{len(told) + 1}", words)
    _log.warning("%s", words)
    return True
