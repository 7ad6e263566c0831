"""Findings: what reconciliation doubts, told in words, with what each decision does, and deciding it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, Select, and_, or_, select, tuple_

from shared.errors import Refused
from syncserver import auth, reconcile
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

ROWS_MAX: Final = 200
SPANS_SHOWN: Final = 20

ACCEPT, EXCLUDE = reconcile.DECISIONS
_ORDER_STANDS = "It stands: its numbers go into the pool."
_ORDER_FALLS = "It does not stand: its numbers enter no pool."
EFFECTS: Final = {
    "sold_twice": (
        "The sale that came in first keeps these numbers, and they go into the pool once.",
        "Nobody has these numbers: they enter no pool.",
    ),
    "fork": (
        "What the second chain holds is taken in; what of it does not fit becomes a finding of its own.",
        "What the second chain holds stays in quarantine: none of it enters a pool.",
    ),
    "revoked_entries": (
        "What it handed over after it was revoked is taken in; what of it does not fit becomes a finding of its own.",
        "What it handed over after it was revoked stays in quarantine: none of it enters a pool.",
    ),
    "unit_missing": (
        "I agree: the draw goes on without this kiosk, and what it has not handed over enters no pool.",
        "No: the draw waits for this kiosk.",
    ),
    "cash": (
        "It is explained: say how. No sum that was signed changes.",
        "It stays unexplained: say what is done about it. No sum that was signed changes.",
    ),
    "block_expiring": (
        "I have seen to it, or it does no harm: say which. No sum and no pool changes.",
        "Nothing can be done about it: say why. No sum and no pool changes.",
    ),
    "block_used_up": (
        "I have seen to it, or it may stop selling: say which. No sum and no pool changes.",
        "Nothing can be done about it: say why. No sum and no pool changes.",
    ),
    "order_twice": (
        "Taken note of: the order stays as it was journalled first.",
        "Taken note of: the order stays as it was journalled first.",
    ),
}
"""What accepting and excluding do to a finding of this kind; of any other see :func:`effects`."""
_VOIDS: Final = {"void_unknown", "void_foreign", "void_after_draw"}


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_app_template_filter(said, "said")
    to.add_app_template_global(effects, "effects")
    to.add_app_template_filter(heading, "heading")
    to.add_url_rule("/findings", "findings", findings)
    to.add_url_rule("/findings/<uuid:finding>/decide", "decide", decide, methods=["POST"])


@access(*ground.READERS)
def findings() -> ResponseReturnValue:
    """Findings of all events, or of one: the open ones first, blocking before the rest."""
    f, me = m.findings, auth.account()
    asked, everything = request.args.get("event", ""), request.args.get("all") == "1"
    with ground.reading() as c:
        event = None
        if asked:
            try:
                event = ground.own_event(c, UUID(asked))
            except ValueError:
                abort(404)
        mine = (m.raffle_events.c.organization_id == me.organisation) | (
            f.c.event_id.is_(None) & (m.rsus.c.organization_id == me.organisation)
        )
        query = (
            _told()
            .where(mine)
            .order_by(f.c.decided_at.desc().nulls_first(), f.c.blocking.desc(), f.c.opened_at.desc())
            .limit(ROWS_MAX)
        )
        if event is not None:
            query = query.where(f.c.event_id == event.id)
        if not everything:
            query = query.where(f.c.decided_at.is_(None))
        rows = c.execute(query).all()
    return ground.page(
        "findings",
        "findings",
        rows=rows,
        event=event,
        everything=everything,
        rows_max=ROWS_MAX,
    )


def _told() -> Select[Any]:
    """Findings with the names of what they are about."""
    f = m.findings
    return (
        select(
            f,
            m.raffle_events.c.name.label("event_name"),
            m.rsus.c.name.label("rsu_name"),
            m.users.c.display_name.label("decider"),
        )
        .outerjoin(m.raffle_events, m.raffle_events.c.id == f.c.event_id)
        .outerjoin(m.rsus, m.rsus.c.id == f.c.rsu_id)
        .outerjoin(m.users, m.users.c.id == f.c.decided_by)
    )


def of_event(c: Connection, event: UUID, rows_max: int) -> Sequence[Row[Any]]:
    """The undecided findings of an event and of its kiosks, those that block first; at most ``rows_max``."""
    f, a = m.findings, m.rsu_allocations
    units = select(a.c.rsu_id, a.c.epoch).where(a.c.raffle_event_id == event)
    return c.execute(
        _told()
        .where(
            f.c.decided_at.is_(None),
            or_(
                f.c.event_id == event, and_(f.c.event_id.is_(None), tuple_(f.c.rsu_id, f.c.epoch).in_(units))
            ),
        )
        .order_by(f.c.blocking.desc(), f.c.opened_at, f.c.id)
        .limit(rows_max)
    ).all()


def heading(kind: str) -> str:
    """What a kind of finding is called."""
    return reconcile.WORDS.get(kind) or kind.replace("_", " ").capitalize()


def effects(kind: str, detail: dict[str, Any]) -> dict[str, str]:
    """What each decision does to a finding of this kind with this detail, in words."""
    if kind in EFFECTS:
        return dict(zip(reconcile.DECISIONS, EFFECTS[kind], strict=True))
    if kind in _VOIDS or not detail.get("order"):
        return {
            ACCEPT: "I have seen it. Nothing changes in any pool.",
            EXCLUDE: "It is not to count. Nothing changes in any pool.",
        }
    return {ACCEPT: _ORDER_STANDS, EXCLUDE: _ORDER_FALLS}


def said(value: object, name: str = "") -> str:
    """A finding's detail as a person reads it: numbers that follow each other as 1–5, lists with commas between.

    Pairs are a first number and how many; of ``blocks``, a first and a last one.
    """
    if not isinstance(value, list):
        return str(value)
    spans: list[list[int]] = []
    for one in value:
        match one:
            case [int(first), int(other)] | (int(first), int(other)):
                spans.append([first, other if name == "blocks" else first + other - 1])
            case int(number) if spans and number == spans[-1][1] + 1:
                spans[-1][1] = number
            case int(number):
                spans.append([number, number])
            case _:
                return ", ".join(str(each) for each in value[:SPANS_SHOWN])
    shown = [f"{first}–{last}" if last > first else str(first) for first, last in spans[:SPANS_SHOWN]]
    return ", ".join(shown) + (f" and {len(spans) - SPANS_SHOWN} more" if len(spans) > SPANS_SHOWN else "")


@access(*ground.MANAGERS)
def decide(finding: UUID) -> ResponseReturnValue:
    """Decides a finding, with a reason."""
    f, me = m.findings, auth.account()
    with ground.acting() as c:
        row = c.execute(
            select(
                f.c.event_id,
                m.raffle_events.c.organization_id.label("a"),
                m.rsus.c.organization_id.label("b"),
            )
            .outerjoin(m.raffle_events, m.raffle_events.c.id == f.c.event_id)
            .outerjoin(m.rsus, m.rsus.c.id == f.c.rsu_id)
            .where(f.c.id == finding)
        ).one_or_none()
        if row is None or (row.b if row.a is None else row.a) != me.organisation:
            abort(404)
        page = _back(c, row.event_id)
        decision = request.form.get("decision", "")
        if decision not in reconcile.DECISIONS:
            raise Refused("field", "Choose what is decided.")
        reconcile.decide(auth.office(), c, finding, decision, ground.reason(), me.id)
    ground.tell("good", "Decided, under your name.")
    return redirect(page, 303)


def _back(c: Connection, event: UUID | None) -> str:
    """Where the finding was decided: among the findings, or on the page of the event being reconciled."""
    try:
        reconciled = UUID(request.form.get("reconciling", ""))
    except ValueError:
        return ground.back_to("admin.findings", **({"event": event} if event else {}))
    ground.own_event(c, reconciled)
    return ground.back_to("admin.reconcile_page", event=reconciled, _anchor="findings")
