"""The draw, step by step: what is next, what each step settles for good, and what stands published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, select

from shared.errors import Refused
from syncserver import auth, draws, reconcile, reports
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

DICE_CHARS_MAX: Final = 2_000
DICE_FORM_DEFAULT: Final = "20d6"
SHOWN_CHARS_MAX: Final = 20
"""Of what somebody typed wrongly, as told back."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/<uuid:event>/draw", "draw_of", of_event)
    to.add_url_rule("/events/<uuid:event>/draw/freeze", "freeze", freeze, methods=["POST"])
    to.add_url_rule("/draws/<uuid:draw>", "draw", show)
    to.add_url_rule(
        "/draws/<uuid:draw>/<any(commit,entropy,execute,official,fail):step>",
        "draw_step",
        step,
        methods=["POST"],
    )
    to.add_url_rule("/draws/<uuid:draw>/pools/<pool>.csv", "pool_csv", pool_csv)


def _draws(c: Connection, event: UUID) -> list[Row[Any]]:
    d = m.draw_executions
    return list(
        c.execute(
            select(d, m.users.c.display_name.label("conductor"))
            .outerjoin(m.users, m.users.c.id == d.c.conducted_by)
            .where(d.c.raffle_event_id == event)
            .order_by(d.c.attempt.desc())
        ).all()
    )


def _own_draw(c: Connection, draw: UUID) -> tuple[Row[Any], Row[Any]]:
    """The draw and its event, if both belong to whoever asks; 404 otherwise."""
    event = c.scalar(select(m.draw_executions.c.raffle_event_id).where(m.draw_executions.c.id == draw))
    if event is None:
        abort(404)
    row = ground.own_event(c, event)
    return next(d for d in _draws(c, event) if d.id == draw), row


@access(*ground.READERS)
def of_event(event: UUID) -> ResponseReturnValue:
    """The event's latest draw, or how to begin one."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        held = _draws(c, event)
        # After an attempt that was given up, the page is about beginning the next.
        return _page(c, row, held[0] if held and held[0].state != "failed" else None, held)


@access(*ground.READERS)
def show(draw: UUID) -> ResponseReturnValue:
    """One draw."""
    with ground.reading() as c:
        one, row = _own_draw(c, draw)
        return _page(c, row, one, _draws(c, row.id))


def _page(c: Connection, event: Row[Any], draw: Row[Any] | None, held: list[Row[Any]]) -> str:
    gates = []
    pools: Sequence[Any] = []
    results: Sequence[Any] = []
    manifest: dict[str, Any] = {}
    if draw is None:
        gates = [gate for gate in reconcile.status(auth.office(), c, event.id).gates if not gate.passed]
    else:
        pools = c.execute(
            select(m.draw_pools.c.pool, m.draw_pools.c.size, m.draw_pools.c.root)
            .where(m.draw_pools.c.draw_execution_id == draw.id)
            .order_by(m.draw_pools.c.pool)
        ).all()
        results = c.execute(
            select(m.draw_results, m.prizes.c.name.label("prize_name"))
            .join(m.prizes, m.prizes.c.id == m.draw_results.c.prize_id)
            .where(m.draw_results.c.draw_execution_id == draw.id)
            .order_by(m.draw_results.c.position, m.draw_results.c.selected_at, m.draw_results.c.id)
        ).all()
        manifest = msgspec.json.decode(draw.manifest) if draw.manifest else {}
    return ground.page(
        "draw",
        "events",
        e=event,
        d=draw,
        held=held,
        gates=gates,
        pools=pools,
        results=results,
        source=manifest.get("entropy", {}),
        now=_now(draw),
        dice=_dice(draw),
        form_default=DICE_FORM_DEFAULT,
    )


def _now(draw: Row[Any] | None) -> int:
    """Which of the steps 1 to 5 is next; 6 where all are done, 0 where it was given up."""
    if draw is None:
        return 1
    if draw.state == "failed":
        return 0
    done = (
        draw.manifest_published_at,
        draw.seed_committed_at,
        draw.entropy_fixed_at,
        draw.verified_at,
        draw.official_at,
    )
    return next((number for number, at in enumerate(done, start=1) if at is None), 6)


@access(*ground.MANAGERS)
def freeze(event: UUID) -> ResponseReturnValue:
    """Freezes the pool and publishes the manifest."""
    page = ground.back_to("admin.draw_of", event=event)
    source = request.form.get("source", "")
    if source not in {"none", "dice"}:
        raise Refused("field", "Choose where the public chance comes from.")
    entropy = {"source": source}
    if source == "dice":
        entropy["form"] = ground.text("form", "Dice", 12)
    with ground.acting() as c:
        ground.own_event(c, event)
        draws.freeze(auth.office(), c, event, entropy, auth.account().id)
    ground.tell("good", "The pool is frozen, and its hash is published.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def step(draw: UUID, step: str) -> ResponseReturnValue:
    """Takes a draw a step on."""
    page = ground.back_to("admin.draw", draw=draw)
    here, me = auth.office(), auth.account()
    with ground.acting() as c:
        row, _ = _own_draw(c, draw)
        if step == "commit":
            draws.commit_seed(here, c, draw, me.id)
        elif step == "entropy":
            typed = ground.text("text", "Results", DICE_CHARS_MAX, least=0).replace(",", " ").split()
            if dice := _dice(row):
                typed = _thrown(typed, *dice)
            draws.fix_entropy(c, draw, " ".join(typed), me.id)
        elif step == "execute":
            draws.execute(here, c, draw, me.id)
        elif step == "official":
            draws.make_official(here, c, draw, me.id)
        else:
            draws.fail(c, draw, ground.reason(), me.id)
    if step == "official":
        ground.tell("good", "The result is official and public.")
    return redirect(page, 303)


def _dice(draw: Row[Any] | None) -> tuple[int, int] | None:
    """How many dice the draw's manifest names, and of how many sides; None where it names none."""
    if draw is None or not draw.manifest:
        return None
    source = msgspec.json.decode(draw.manifest).get("entropy", {})
    if source.get("source") != "dice":
        return None
    count, sides = str(source["form"]).split("d")
    return int(count), int(sides)


def _thrown(typed: list[str], count: int, sides: int) -> list[str]:
    """The results as the draw's record has them; ``Refused`` (``dice``) says which one is wrong.

    The draw's own check stays the wall; this one only finds the word for what somebody mistyped.
    """
    what_to_do = f"Type {count} numbers from 1 to {sides}, in the order in which the dice fell."
    for place, text in enumerate(typed, start=1):
        if not (text.isascii() and text.isdecimal()):
            raise Refused("dice", f"'{text[:SHOWN_CHARS_MAX]}' is no number.", what_to_do)
        if not 1 <= int(text) <= sides:
            told = f"The {_ordinal(place)}, {text[:SHOWN_CHARS_MAX]}, is not on a die with {sides} sides."
            raise Refused("dice", told, what_to_do)
    if len(typed) != count:
        results = "1 result" if len(typed) == 1 else f"{len(typed)} results"
        needed = "1 is needed" if count == 1 else f"{count} are needed"
        raise Refused("dice", f"You typed {results}; {needed}.", what_to_do)
    return [str(int(text)) for text in typed]


def _ordinal(place: int) -> str:
    ending = "th" if place % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


@access(*ground.READERS)
def pool_csv(draw: UUID, pool: str) -> Response:
    """The numbers of a pool to download."""
    with ground.reading() as c:
        _own_draw(c, draw)
        known = c.scalar(
            select(m.draw_pools.c.size).where(
                m.draw_pools.c.draw_execution_id == draw, m.draw_pools.c.pool == pool
            )
        )
    if known is None:
        abort(404)
    return ground.csv(lambda c: reports.pool_csv(c, draw, pool), f"pool-{draw}")
