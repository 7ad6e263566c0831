"""Counterfoils of a draw by hand: printed batch by batch, each batch on record before it is on paper.

A batch is shown for printing once, as the answer to the form that recorded it: to have it again is another batch, with
a reason, and every slip of it that was printed before says REPRINT.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, select

from shared import draw as fair
from syncserver import auth, draws, keyings
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access
from syncserver.keyings import BatchRow

SHEET_SLIPS: Final = 21
"""On a sheet of A4: three across, seven down."""
BATCH_DEFAULT: Final = 100 * SHEET_SLIPS


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/draws/<uuid:draw>/counterfoils", "counterfoils", show)
    to.add_url_rule("/draws/<uuid:draw>/counterfoils/print", "print_counterfoils", batch, methods=["POST"])


def _own(c: Connection, draw: UUID) -> tuple[draws.DrawRow, Row[Any]]:
    """A draw by hand and its event; 404 where it is none, or another organisation's."""
    event = c.scalar(select(m.draw_executions.c.raffle_event_id).where(m.draw_executions.c.id == draw))
    if event is None:
        abort(404)
    row = ground.own_event(c, event)
    return draws.get(c, draw), row


def next_span(batches: list[BatchRow], total: int, most: int = BATCH_DEFAULT) -> tuple[int, int]:
    """The first slips that were never printed, up to ``most``: their first index and how many; (0, 0) for none."""
    reached = 0
    for first, count in sorted((one.first_index, one.count) for one in batches):
        if first > reached:
            return reached, min(first - reached, most)
        reached = max(reached, first + count)
    return (reached, min(total - reached, most)) if reached < total else (0, 0)


@access(*ground.READERS)
def show(draw: UUID) -> ResponseReturnValue:
    """The batches on record, and the form for the next."""
    with ground.reading() as c:
        one, row = _own(c, draw)
        held = keyings.batches(c, draw)
        total = keyings.slips(c, draw) if one.manual else 0
        unprinted = keyings.unprinted(c, draw) if one.manual else 0
    first, count = next_span(held, total)
    return ground.page(
        "counterfoils",
        "events",
        e=row,
        d=one,
        batches=held,
        total=total,
        unprinted=unprinted,
        first=first,
        count=count,
        most=keyings.COUNTERFOILS_MAX,
        may=auth.account().role in ground.MANAGERS,
        sheet=SHEET_SLIPS,
    )


@access(*ground.MANAGERS)
def batch(draw: UUID) -> ResponseReturnValue:
    """Puts a batch on record, and shows its sheets for printing."""
    ground.back_to("admin.counterfoils", draw=draw)
    first = ground.whole("first", "From slip", 1, fair.NUMBER_MAX) - 1
    count = ground.whole("count", "How many", 1, keyings.COUNTERFOILS_MAX)
    reason = ground.text("reason", "Reason", ground.REASON_CHARS_MAX, least=0)
    with ground.acting() as c:
        _, row = _own(c, draw)
        keyings.record_counterfoils(auth.office(), c, draw, first, count, auth.account().id, reason)
        slips = keyings.counterfoils(c, draw, first, count)
        number = len(keyings.batches(c, draw))
        total = keyings.slips(c, draw)
    sheets = [slips[start : start + SHEET_SLIPS] for start in range(0, len(slips), SHEET_SLIPS)]
    return ground.page(
        "counterfoil_sheets", "events", e=row, draw=draw, sheets=sheets, number=number, total=total
    )
