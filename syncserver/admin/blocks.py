"""The ledger of blocks: who got which numbers of an event, what became of them, and what a kiosk ever got."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from shared import wire
from syncserver import auth, blocks, events
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access

WORDS: Final = {
    "sold": "Sold and standing",
    "void": "Made void, misprinted or excluded",
    "doubted": "In doubt until a person decides",
    "held": "Not sold yet, in a kiosk's hands",
    "returned": "Came back unsold, never to be sold",
    "lost": "Will never be heard of",
    "passed over": "Left out after the database was restored",
    "not handed out": "Free for further blocks",
}


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/<uuid:event>/blocks", "blocks", show)
    to.add_url_rule("/events/<uuid:event>/blocks.csv", "blocks_csv", blocks_csv)
    to.add_url_rule("/events/<uuid:event>/blocks/hand-out", "hand_out", hand_out, methods=["POST"])
    to.add_url_rule(
        "/events/<uuid:event>/blocks/<uuid:rsu>/<any(returned,lost):what>",
        "end_blocks",
        end_blocks,
        methods=["POST"],
    )
    to.add_url_rule(
        "/events/<uuid:event>/blocks/<uuid:block>/<any(off,on):what>",
        "switch_block",
        switch,
        methods=["POST"],
    )
    to.add_url_rule("/kiosks/<uuid:rsu>/blocks", "kiosk_blocks", of_kiosk)


@access(*ground.READERS)
def show(event: UUID) -> ResponseReturnValue:
    """All blocks of an event in order, with the numbers between them, and that all of them add up."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        ledger = blocks.ledger(auth.office(), c, event)
        r, n = m.rsus, m.rsu_epochs
        units = c.execute(
            select(r.c.id, r.c.name, r.c.state)
            .where(
                r.c.organization_id == row.organization_id,
                r.c.kind == "kiosk",
                r.c.id.in_(select(n.c.rsu_id)),
            )
            .order_by(r.c.name)
        ).all()
    states = {unit.id: unit.state for unit in units}
    holders = {one.rsu: one.unit for one in ledger.blocks if one.state == "held" and not one.online}
    return ground.page(
        "blocks",
        "events",
        e=row,
        ledger=ledger,
        sums=ledger.sums,
        words=WORDS,
        whole=ledger.last - ledger.first + 1,
        units=[unit for unit in units if unit.state == "enabled"],
        out=[
            (rsu, name, states.get(rsu, "")) for rsu, name in holders.items() if states.get(rsu) != "enabled"
        ],
        open=row.state == "active",
        size=events.settings(row.configuration).policies.block_size,
        size_max=wire.ALLOCATION_COUNT_MAX,
    )


@access(*ground.READERS)
def blocks_csv(event: UUID) -> Response:
    """The ledger of blocks to download."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
    here = auth.office()  # the lines are written when the request is over

    def lines(c: Connection) -> Iterator[str]:
        out = io.StringIO()
        write = csv.writer(out)
        write.writerow(
            [
                "first",
                "last",
                "count",
                "kiosk",
                "epoch",
                "state",
                "sold",
                "void",
                "doubted",
                "rest",
                "handed_out",
                "handed_out_by",
                "validation_block",
                "validation_used",
                "validation_expires",
                "switched_off",
                "ended",
                "ended_by",
                "reason",
            ]
        )
        for one in blocks.ledger(here, c, event).entries:
            if isinstance(one, blocks.Gap):
                state = "passed over" if one.passed_over else "not handed out"
                write.writerow([one.first, one.last, one.count, "", "", state, *[""] * 13])
                continue
            write.writerow(
                [
                    one.first,
                    one.last,
                    one.count,
                    _plain(one.unit),
                    one.epoch,
                    one.state,
                    one.sold,
                    one.void,
                    one.doubted,
                    one.rest,
                    one.handed_at.isoformat(),
                    _plain(one.handed_by),
                    one.validation,
                    one.validation_used,
                    one.expires_at.isoformat() if one.expires_at else "",
                    "" if one.active else "yes",
                    one.ended_at.isoformat() if one.ended_at else "",
                    _plain(one.ended_by),
                    _plain(one.ended_reason),
                ]
            )
        yield out.getvalue()

    return ground.csv(lines, f"blocks-{row.event_number}")


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@access(*ground.MANAGERS)
def hand_out(event: UUID) -> ResponseReturnValue:
    """Gives a kiosk a block beforehand."""
    page = ground.back_to("admin.blocks", event=event)
    with ground.acting() as c:
        ground.own_event(c, event)
        unit = ground.own_rsu(c, ground.identifier("rsu", "Kiosk"))
        count = ground.whole("count", "Numbers", 1, wire.ALLOCATION_COUNT_MAX)
        first, last = blocks.hand_out(auth.office(), c, unit.id, event, count, auth.account().id)
    ground.tell("good", f"{unit.name} gets the numbers {first} to {last} at its next contact.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def end_blocks(event: UUID, rsu: UUID, what: str) -> ResponseReturnValue:
    """Takes back what a kiosk out of service holds, or declares it lost."""
    page = ground.back_to("admin.blocks", event=event)
    here, me = auth.office(), auth.account().id
    with ground.acting() as c:
        ground.own_event(c, event)
        unit = ground.own_rsu(c, rsu)
        if what == "lost":
            count = blocks.declare_lost(here, c, event, rsu, me, ground.reason())
            said = f"{count} unsold numbers of {unit.name} are lost."
        else:
            count = blocks.take_back(here, c, event, rsu, me, ground.reason())
            said = f"{count} unsold numbers of {unit.name} came back; they are never sold."
    ground.tell("good", said)
    return redirect(page, 303)


@access(*ground.MANAGERS)
def switch(event: UUID, block: UUID, what: str) -> ResponseReturnValue:
    """Switches a block's validation numbers off, or on again, with a reason."""
    page = ground.back_to("admin.blocks", event=event)
    on = what == "on"
    with ground.acting() as c:
        ground.own_event(c, event)
        row = blocks.switch(auth.office(), c, event, block, auth.account().id, ground.reason(), on=on)
    numbers = f"the numbers {row.start_number} to {row.end_number}"
    if on:
        ground.tell("good", f"{row.unit} may sell {numbers} again, from its next contact on.")
    else:
        ground.tell("good", f"{row.unit} sells {numbers} no more, from its next contact on.")
    return redirect(page, 303)


@access(*ground.FLOOR)
def of_kiosk(rsu: UUID) -> ResponseReturnValue:
    """All blocks that a kiosk ever got."""
    with ground.reading() as c:
        unit = ground.own_rsu(c, rsu)
        held = blocks.of_unit(auth.office(), c, rsu)
    return ground.page("kiosk_blocks", "kiosks", unit=unit, held=held)
