"""Findings to decide, and the page that tells whether an event's numbers add up."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shared.errors import Refused
from syncserver import auth, reconcile
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

ROWS_MAX: Final = 200
SPANS_SHOWN: Final = 20
EPOCH_MAX: Final = 2**31 - 1


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_app_template_filter(said, "said")
    to.add_url_rule("/findings", "findings", findings)
    to.add_url_rule("/findings/<uuid:finding>/decide", "decide", decide, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/reconcile", "reconcile_page", show)
    to.add_url_rule(
        "/events/<uuid:event>/reconcile/voids", "acknowledge_voids", acknowledge, methods=["POST"]
    )
    to.add_url_rule("/events/<uuid:event>/reconcile/except", "except_unit", except_unit, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/reconcile/confirm", "confirm", confirm, methods=["POST"])


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
            select(
                f,
                m.raffle_events.c.name.label("event_name"),
                m.rsus.c.name.label("rsu_name"),
                m.users.c.display_name.label("decider"),
            )
            .outerjoin(m.raffle_events, m.raffle_events.c.id == f.c.event_id)
            .outerjoin(m.rsus, m.rsus.c.id == f.c.rsu_id)
            .outerjoin(m.users, m.users.c.id == f.c.decided_by)
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
        words=reconcile.WORDS,
        event=event,
        everything=everything,
        rows_max=ROWS_MAX,
    )


def said(value: object, name: str = "") -> str:
    """A finding's detail as a person reads it: numbers that follow each other as 1–5, lists with commas between.

    Pairs are a first number and how many; of ``blocks``, a first and a last one.
    """
    if not isinstance(value, list):
        return str(value)
    spans: list[list[int]] = []
    for one in value:
        match one:
            case [int(first), int(other)]:
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
        page = ground.back_to("admin.findings", **({"event": row.event_id} if row.event_id else {}))
        decision = request.form.get("decision", "")
        if decision not in reconcile.DECISIONS:
            raise Refused("field", "Choose what is decided.")
        reconcile.decide(auth.office(), c, finding, decision, ground.reason(), me.id)
    ground.tell("good", "Decided, under your name.")
    return redirect(page, 303)


@access(*ground.READERS)
def show(event: UUID) -> ResponseReturnValue:
    """How an event's sales stand: per kiosk, and what still keeps the draw shut."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        status = reconcile.status(auth.office(), c, event)
        who = c.scalar(select(m.users.c.display_name).where(m.users.c.id == row.reconciliation_confirmed_by))
    return ground.page("reconcile", "events", e=row, status=status, confirmed_by=who)


@access(*ground.MANAGERS)
def acknowledge(event: UUID) -> ResponseReturnValue:
    """Takes note of all voids."""
    page = ground.back_to("admin.reconcile_page", event=event)
    with ground.acting() as c:
        ground.own_event(c, event)
        reconcile.acknowledge_voids(c, event, auth.account().id)
    ground.tell("good", "The voids are acknowledged, under your name.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def confirm(event: UUID) -> ResponseReturnValue:
    """Confirms that the event is reconciled."""
    page = ground.back_to("admin.reconcile_page", event=event)
    with ground.acting() as c:
        ground.own_event(c, event)
        reconcile.confirm(auth.office(), c, event, auth.account().id)
    ground.tell("good", "Reconciliation is confirmed, under your name. The draw can be opened.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def except_unit(event: UUID) -> ResponseReturnValue:
    """Asks that the draw go on without a kiosk that will never be whole; a second person has to agree."""
    page = ground.back_to("admin.reconcile_page", event=event)
    rsu, epoch = ground.identifier("rsu", "Kiosk"), ground.whole("epoch", "Epoch", 1, EPOCH_MAX)
    with ground.acting() as c:
        ground.own_event(c, event)
        reconcile.except_unit(c, event, rsu, epoch, ground.reason(), auth.account().id)
    ground.tell("good", "Asked, under your name. A second person agrees among the findings.")
    return redirect(page, 303)
