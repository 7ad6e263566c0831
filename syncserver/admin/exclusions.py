"""Who may not win: orders whose numbers enter no pool, by a recorded decision before the pool is frozen."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from syncserver import auth, lookup, pools
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

FOUND_MAX: Final = 20


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/<uuid:event>/exclusions", "exclusions", show)
    to.add_url_rule("/events/<uuid:event>/exclusions/add", "exclude", exclude, methods=["POST"])
    to.add_url_rule("/exclusions/<uuid:exclusion>/lift", "lift", lift, methods=["POST"])


@access(*ground.READERS)
def show(event: UUID) -> ResponseReturnValue:
    """All exclusions of the event, and finding an order to exclude by any of its numbers."""
    o = m.orders
    text = request.args.get("q", "").strip()[: lookup.QUERY_CHARS_MAX]
    with ground.reading() as c:
        row = ground.own_event(c, event)
        held = pools.exclusions(c, event)
        found = (
            c.execute(
                select(o, m.rsus.c.name.label("unit"))
                .outerjoin(m.rsus, m.rsus.c.id == o.c.rsu_id)
                .where(o.c.event_id == event, lookup.numbered(c, row.organization_id, text))
                .order_by(o.c.created_at.desc(), o.c.id)
                .limit(FOUND_MAX)
            ).all()
            if text
            else []
        )
        frozen = {one.id for one in found if pools.held(c, event, one.id)}
        people = {who for one in held for who in (one.decided_by, one.lifted_by) if who}
        u = m.users
        names = {
            one.id: one.display_name
            for one in c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(people)))
        }
    return ground.page(
        "exclusions",
        "events",
        e=row,
        held=held,
        q=text,
        found=found,
        frozen=frozen,
        out={one.order for one in held if one.lifted_at is None},
        names=names,
        may=auth.account().role in ground.MANAGERS,
    )


@access(*ground.MANAGERS)
def exclude(event: UUID) -> ResponseReturnValue:
    """Lets an order's numbers enter no pool, with a reason."""
    page = ground.back_to("admin.exclusions", event=event)
    order = ground.identifier("order", "Order")
    with ground.acting() as c:
        ground.own_event(c, event)
        if c.scalar(select(m.orders.c.event_id).where(m.orders.c.id == order)) != event:
            abort(404)
        pools.exclude(auth.office(), c, order, ground.reason(), auth.account().id)
    ground.tell("good", "Excluded, under your name. Its numbers enter no pool.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def lift(exclusion: UUID) -> ResponseReturnValue:
    """Takes an exclusion back, with a reason."""
    x = m.exclusions
    with ground.acting() as c:
        event = c.scalar(select(x.c.event_id).where(x.c.id == exclusion))
        if event is None:
            abort(404)
        ground.own_event(c, event)
        page = ground.back_to("admin.exclusions", event=event)
        pools.lift(auth.office(), c, exclusion, ground.reason(), auth.account().id)
    ground.tell("good", "Taken back, under your name. Its numbers take part again.")
    return redirect(page, 303)
