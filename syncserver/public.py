"""What everybody may see: raffles, the jackpot, official results with all that proves them, what a ticket is.

Nothing of a result is shown before it is official; hashes are shown as soon as they are published.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final
from uuid import UUID

import msgspec
import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection, Row, func, select

from shared import drand, sale
from shared import draw as fair
from shared.errors import Refused
from syncserver import auth, claims, draws, events
from syncserver import champions as champions_of
from syncserver import models as m
from syncserver.auth import PUBLIC, access

blueprint = Blueprint("public", __name__)

SHOWN: Final = ("active", "suspended", "closed", "drawn", "completed")
"""The states in which the public sees an event; a draft or a cancelled one is not there."""
MAIN: Final = "main"
"""The planned draw, and the pool, that every event has."""
EVENTS_MAX: Final = 50
TICKET_CHARS_MAX: Final = 1_000
AGE_S_OFFICIAL: Final = 3600
LATEST_MAX: Final = 20
"""Draws that the page for verifying lists."""
VERIFY_SCRIPTS: Final = ("verify.js", "drand.js", "verify_page.js")
"""What the page that verifies is made of, in their order."""
PROOFS_MAX: Final = 100
"""Numbers whose proofs are asked for at once."""
TREE_READ_NUMBERS: Final = fair.LEAF_NUMBERS * 1024
"""Numbers of a kept pool that are read at once: 1 MB."""
TREE_LEAVES_MAX: Final = 200_000
"""Of all the trees that a process keeps: some 50 million tickets, in 30 MB."""
PUBLIC_WORDS: Final = {
    "unknown": "Its sale has not reached the office yet, so nobody can tell from here. Ask again later.",
    "forged": "This office does not know it as one of its tickets. Bring the ticket to the claims desk.",
}
"""Where the claims desk learns more than the public may: which kiosk got a number, say."""


def _events(c: Connection) -> list[Row[Any]]:
    e = m.raffle_events
    return list(
        c.execute(
            select(
                e,
                m.venues.c.name.label("venue_name"),
                m.venues.c.timezone,
                m.organizations.c.name.label("holder"),
            )
            .join(m.organizations, m.organizations.c.id == e.c.organization_id)
            .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
            .where(e.c.state.in_(SHOWN))
            .order_by(events.STATE_ORDER, e.c.closes_at.desc())
            .limit(EVENTS_MAX)
        ).all()
    )


def _event(c: Connection, event: UUID) -> Row[Any]:
    e = m.raffle_events
    row = c.execute(
        select(
            e,
            m.venues.c.name.label("venue_name"),
            m.venues.c.timezone,
            m.organizations.c.name.label("holder"),
        )
        .join(m.organizations, m.organizations.c.id == e.c.organization_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.id == event, e.c.state.in_(SHOWN))
    ).one_or_none()
    if row is None:
        abort(404)
    return row


def _draws(c: Connection, event: UUID) -> list[Row[Any]]:
    d = m.draw_executions
    return list(
        c.execute(
            select(d)
            .where(d.c.raffle_event_id == event, d.c.manifest_published_at.is_not(None))
            .order_by(d.c.attempt)
        ).all()
    )


def _draws_for(c: Connection, e: Row[Any]) -> list[Row[Any]]:
    """All draws in which tickets of the event take part: its own, and where it is linked the leading event's."""
    leading = events.settings(e.configuration).draw.linked_to
    shared = [] if leading is None else [one for one in _draws(c, leading) if one.plan == MAIN]
    return _draws(c, e.id) + shared


def _draw(c: Connection, draw: UUID) -> Row[Any]:
    d = m.draw_executions
    row = c.execute(select(d).where(d.c.id == draw, d.c.manifest_published_at.is_not(None))).one_or_none()
    if row is None:
        abort(404)
    return row


def _pools(c: Connection, draw: UUID) -> list[Row[Any]]:
    """The frozen pools of a draw, without their numbers."""
    p = m.draw_pools
    columns = [p.c.pool, p.c.size, p.c.root]
    found = select(*columns).where(p.c.draw_execution_id == draw)
    return list(c.execute(found.order_by(p.c.pool)).all())


def _results(c: Connection, draw: Row[Any]) -> list[Row[Any]]:
    """The winners of a draw, its reserves behind them; none before it is official (D6)."""
    if draw.official_at is None:
        return []
    r, f = m.draw_results, m.forfeits
    return list(
        c.execute(
            select(
                r,
                m.prizes.c.name.label("prize_name"),
                m.prize_claims.c.id.label("claim"),
                f.c.agreed_at.label("given_up_at"),
                f.c.promoted_id,
                m.raffle_events.c.id.label("ticket_event"),
                m.raffle_events.c.name.label("ticket_event_name"),
            )
            .join(m.tickets, m.tickets.c.id == r.c.winning_ticket_id)
            .join(m.raffle_events, m.raffle_events.c.id == m.tickets.c.event_id)
            .join(m.prizes, m.prizes.c.id == r.c.prize_id)
            .outerjoin(m.prize_claims, m.prize_claims.c.draw_result_id == r.c.id)
            .outerjoin(f, (f.c.draw_result_id == r.c.id) & f.c.agreed_at.is_not(None))
            .where(r.c.draw_execution_id == draw.id)
            .order_by(r.c.reserve, r.c.position, r.c.winner, r.c.selected_at, r.c.id)
        ).all()
    )


def _standing(c: Connection, held: list[Row[Any]]) -> list[Row[Any]]:
    """Who wins after all draws of a plan: without what was given up, with the next in line and redraws."""
    all_of = [result for draw in held for result in _results(c, draw)]
    promoted = {result.promoted_id for result in all_of}
    standing = [r for r in all_of if not r.given_up_at and (not r.reserve or r.id in promoted)]
    return sorted(standing, key=lambda r: (r.position, r.winner))


def _labels(e: Row[Any]) -> dict[str, str]:
    """What people call the event's pools."""
    return {MAIN: "Main draw"} | {plan.name: plan.label for plan in events.settings(e.configuration).pools}


def _groups(digest: str, width: int = 4) -> list[str]:
    """A hash in groups of ``width`` characters, as people compare them."""
    return [digest[at : at + width] for at in range(0, len(digest), width)]


def _seal(digest: str) -> str:
    """A hash as a QR code, to be photographed; upper case makes it smaller."""
    return str(segno.make(digest.upper(), error="m").svg_data_uri(border=2))


def _step(d: Row[Any] | None) -> str:
    """How far a draw has come, as the public sees it; nothing in it says what came out."""
    if d is None:
        return "waiting"
    if d.state == "failed":
        return "failed"
    if d.official_at is not None:
        return "official"
    if d.bundle is not None:
        return "drawn"
    if d.entropy_fixed_at is not None:
        return "entropy"
    return "committed" if d.seed_committed_at is not None else "frozen"


@blueprint.get("/")
@access(PUBLIC)
def home() -> ResponseReturnValue:
    """All raffles, those on sale first."""
    with auth.office().begin() as c:
        rows = _events(c)
        pots = {row.id: events.jackpot(c, row.id) for row in rows}
    return render_template("public/home.html", here="home", events=rows, pots=pots)


@blueprint.get("/events/<uuid:event>")
@access(PUBLIC)
def event(event: UUID) -> ResponseReturnValue:
    """One raffle: jackpot, prizes, packages, and its result once that is official."""
    with auth.office().begin() as c:
        row = _event(c, event)
        pot = events.jackpot(c, event)
        prizes = events.prizes(c, event)
        packages = c.execute(
            select(m.ticket_packages)
            .where(m.ticket_packages.c.event_id == event, m.ticket_packages.c.is_active)
            .order_by(m.ticket_packages.c.display_order, m.ticket_packages.c.price)
        ).all()
        held = _draws_for(c, row)
        winners = _standing(c, [one for one in held if one.plan == MAIN])
        early = [
            (plan, _standing(c, [one for one in held if one.plan == plan.name]))
            for plan in events.settings(row.configuration).pools
            if plan.draw_at is not None
        ]
    return render_template(
        "public/event.html",
        here="home",
        e=row,
        pot=pot,
        prizes=prizes,
        packages=packages,
        held=held,
        winners=winners,
        early=early,
        labels=_labels(row),
        rules=events.settings(row.configuration).draw,
    )


@blueprint.get("/events/<uuid:event>/jackpot")
@access(PUBLIC)
def jackpot(event: UUID) -> ResponseReturnValue:
    """The jackpot for a scoreboard; it refreshes by itself."""
    return render_template("public/jackpot.html", **_pot(event))


@blueprint.get("/events/<uuid:event>/jackpot/now")
@access(PUBLIC)
def jackpot_now(event: UUID) -> ResponseReturnValue:
    """The jackpot alone, to be exchanged on the scoreboard."""
    return render_template("public/jackpot_now.html", **_pot(event))


@blueprint.get("/events/<uuid:event>/jackpot.json")
@access(PUBLIC)
def jackpot_json(event: UUID) -> ResponseReturnValue:
    """The jackpot for a program: minor units."""
    pot = _pot(event)
    return jsonify(
        event=str(event),
        name=pot["e"].name,
        jackpot=pot["pot"],
        currency=pot["e"].currency,
        state=pot["e"].state,
    )


def _pot(event: UUID) -> dict[str, Any]:
    with auth.office().begin() as c:
        row = _event(c, event)
        winners = _standing(c, [draw for draw in _draws_for(c, row) if draw.plan == MAIN])
        return {"e": row, "pot": events.jackpot(c, event), "winners": winners}


@blueprint.get("/draws/<uuid:draw>")
@access(PUBLIC)
def draw(draw: UUID) -> ResponseReturnValue:
    """One draw: what was published and when, its winners once they are official, all attempts of its event."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        e = _event(c, row.raffle_event_id)
        results = _results(c, row)
        replaced = _replaced(c, draw) if row.kind == "redraw" else []
        return render_template(
            "public/draw.html",
            here="home",
            bundle_sha256=None if row.official_at is None else _bundle_sha256(bytes(row.bundle)),
            results=results,
            replaced=replaced,
            attempts=_draws(c, e.id),
            cards=_cards(row),
            **_published(c, row, e),
        )


def _published(c: Connection, row: Row[Any], e: Row[Any]) -> dict[str, Any]:
    """What every page about a published draw shows."""
    plan = fair.Manifest.read(bytes(row.manifest))
    ids = {str(prize.id): prize for prize in events.prizes(c, e.id)}
    return {
        "d": row,
        "e": e,
        "step": _step(row),
        "pools": _pools(c, row.id),
        "labels": _labels(e),
        "source": plan.entropy,
        "plan": plan,
        "prizes": [(drawn, ids.get(drawn.prize)) for drawn in plan.prizes],
        "groups": _groups,
        "seal": _seal(row.manifest_sha256),
    }


def _cards(row: Row[Any]) -> list[tuple[fair.Won, int, bool]]:
    """Of a progressive draw once it is official: each ticket with its card, and whether that was the ace."""
    if row.official_at is None:
        return []
    report = fair.verify(bytes(row.bundle))
    if report.manifest is None or report.manifest.progressive is None:
        return []
    ace, won = report.manifest.progressive.ace, report.winners
    cards = [
        (ticket, card.draw_number - fair.CARD_BASE) for ticket, card in zip(won[::2], won[1::2], strict=True)
    ]
    return [(ticket, card, card == ace) for ticket, card in cards]


def _replaced(c: Connection, draw: UUID) -> list[Row[Any]]:
    """What a redraw stands for: the results given up, with why."""
    r, f, old = m.draw_results, m.forfeits, m.draw_results.alias("old")
    return list(
        c.execute(
            select(old, m.prizes.c.name.label("prize_name"), f.c.kind, m.draw_executions.c.attempt)
            .select_from(
                r.join(old, old.c.id == r.c.replaces_id)
                .join(m.prizes, m.prizes.c.id == old.c.prize_id)
                .join(m.draw_executions, m.draw_executions.c.id == old.c.draw_execution_id)
                .outerjoin(f, (f.c.draw_result_id == old.c.id) & f.c.agreed_at.is_not(None))
            )
            .where(r.c.draw_execution_id == draw)
            .order_by(old.c.position, old.c.winner)
        ).all()
    )


def _bundle_sha256(bundle: bytes) -> str:
    """The hash that a bundle states of itself."""
    return str(msgspec.json.decode(bundle)["bundle_sha256"])


@blueprint.get("/draws/<uuid:draw>/manifest.json")
@access(PUBLIC)
def manifest(draw: UUID) -> Response:
    """The manifest's exact bytes, from the moment they are published."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
    return Response(row.manifest, content_type="application/json")


@blueprint.get("/draws/<uuid:draw>/bundle.json")
@access(PUBLIC)
def bundle(draw: UUID) -> Response:
    """All that proves an official result, in one file."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        data = None if row.official_at is None else draws.bundle(c, draw)
    if data is None:
        abort(404)
    answer = Response(data, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{draw}.json"'
    answer.headers["Cache-Control"] = f"public, max-age={AGE_S_OFFICIAL}"
    return answer


@blueprint.get("/draws/<uuid:draw>/pools/<pool>.bin")
@access(PUBLIC)
def pool(draw: UUID, pool: str) -> Response:
    """A frozen pool: its numbers in ascending order, four bytes each."""
    with auth.office().begin() as c:
        _draw(c, draw)
        known = c.scalar(
            select(m.draw_pools.c.size).where(
                m.draw_pools.c.draw_execution_id == draw, m.draw_pools.c.pool == pool
            )
        )
        if known is None:
            abort(404)
        data = draws.pool(c, draw, pool) or b""

    def parts(size: int = 1 << 16) -> Iterator[bytes]:
        for start in range(0, len(data), size):
            yield data[start : start + size]

    answer = Response(parts(), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = 'attachment; filename="pool.bin"'
    answer.headers["Content-Length"] = str(len(data))
    return answer


@blueprint.get("/draws/<uuid:draw>/wall")
@access(PUBLIC)
def wall(draw: UUID) -> ResponseReturnValue:
    """The draw on a wall, live, for everybody in the hall."""
    now = url_for("public.wall_now", draw=draw)
    return render_template("public/wall.html", now=now, **_wall_of_draw(draw))


@blueprint.get("/draws/<uuid:draw>/wall/now")
@access(PUBLIC)
def wall_now(draw: UUID) -> ResponseReturnValue:
    """What stands on the wall, to be exchanged there."""
    return render_template("public/wall_now.html", **_wall_of_draw(draw))


@blueprint.get("/events/<uuid:event>/wall")
@access(PUBLIC)
def event_wall(event: UUID) -> ResponseReturnValue:
    """The wall before there is a draw; it goes on with the event's latest one by itself."""
    now = url_for("public.event_wall_now", event=event)
    return render_template("public/wall.html", now=now, **_wall_of_event(event))


@blueprint.get("/events/<uuid:event>/wall/now")
@access(PUBLIC)
def event_wall_now(event: UUID) -> ResponseReturnValue:
    """What stands on the event's wall, to be exchanged there."""
    return render_template("public/wall_now.html", **_wall_of_event(event))


def _wall_of_draw(draw: UUID) -> dict[str, Any]:
    with auth.office().begin() as c:
        row = _draw(c, draw)
        return _on_wall(c, _event(c, row.raffle_event_id), row)


def _wall_of_event(event: UUID) -> dict[str, Any]:
    with auth.office().begin() as c:
        e = _event(c, event)
        held = _draws_for(c, e)
        return _on_wall(c, e, held[-1] if held else None)


def _on_wall(c: Connection, e: Row[Any], row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        return {"e": e, "d": None, "step": "waiting", "winners": []}
    page = url_for("public.draw", draw=row.id, _external=True)
    return _published(c, row, e) | {
        "winners": _standing(c, [row]),
        "page": segno.make(page, error="m").svg_data_uri(border=2),
    }


@blueprint.get("/draws/<uuid:draw>/notice")
@access(PUBLIC)
def notice(draw: UUID) -> ResponseReturnValue:
    """The sheet to print, post and keep before the draw: afterwards everything must fit it."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        shown = _published(c, row, _event(c, row.raffle_event_id))
    address = url_for("public.draw", draw=draw, _external=True)
    return render_template("public/notice.html", here="home", address=address, **shown)


@blueprint.get("/draws/<uuid:draw>/replay")
@access(PUBLIC)
def replay(draw: UUID) -> ResponseReturnValue:
    """An official draw held once more by the browser, step by step, from its bundle alone."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        e = _event(c, row.raffle_event_id)
        names = {str(prize.id): prize.name for prize in events.prizes(c, e.id)}
    return render_template("public/replay.html", here="home", d=row, e=e, names=names)


# A ticket holder's proof ----------------------------------------------------------------------------


class _Tree:
    """What finds a number in a kept pool and proves it there, without the pool: 70 bytes for 256 numbers.

    Reading ten million numbers at each request would take half a second; a frozen pool never changes, so that what
    was hashed once can be kept. One leaf, a kilobyte, is read for a proof.
    """

    def __init__(self, c: Connection, draw: UUID, pool: str, size: int) -> None:
        self._draw, self._pool, self.size = draw, pool, size
        self._firsts = array("L")
        hashes = []
        for start in range(0, size, TREE_READ_NUMBERS):
            part = self._read(c, start, TREE_READ_NUMBERS)
            for at in range(0, len(part), fair.LEAF_BYTES):
                self._firsts.append(int.from_bytes(part[at : at + fair.NUMBER_BYTES], "big"))
                hashes.append(fair.leaf_hash(part[at : at + fair.LEAF_BYTES]))
        self._levels = fair.merkle_levels(hashes)
        self.leaves = len(hashes)

    def _read(self, c: Connection, start: int, count: int) -> bytes:
        p = m.draw_pools
        first, length = start * fair.NUMBER_BYTES + 1, count * fair.NUMBER_BYTES
        found = c.scalar(
            select(func.substring(p.c.numbers, first, length)).where(
                p.c.draw_execution_id == self._draw, p.c.pool == self._pool
            )
        )
        return bytes(found or b"")

    def find(self, c: Connection, number: int) -> fair.Inclusion | None:
        """Where the number stands, with its proof; None where the pool lacks it."""
        leaf = bisect_right(self._firsts, number) - 1
        if leaf < 0:
            return None
        data = self._read(c, leaf * fair.LEAF_NUMBERS, fair.LEAF_NUMBERS)
        numbers = struct.unpack(f">{len(data) // fair.NUMBER_BYTES}I", data)
        at = bisect_left(numbers, number)
        if at == len(numbers) or numbers[at] != number:
            return None
        path = fair.audit_path(self._levels, leaf)
        return fair.Inclusion(number, leaf * fair.LEAF_NUMBERS + at, data, tuple(path))


class _Trees:
    """The trees used last, in this process; all of them together have at most so many leaves."""

    def __init__(self, leaves_max: int) -> None:
        self._leaves_max = leaves_max
        self._kept: OrderedDict[tuple[UUID, str], _Tree] = OrderedDict()
        self._lock = Lock()  # one is built at a time: building reads the whole pool

    def get(self, c: Connection, draw: UUID, pool: str, size: int) -> _Tree:
        """The tree of a frozen pool."""
        with self._lock:
            tree = self._kept.get((draw, pool)) or _Tree(c, draw, pool, size)
            self._kept[draw, pool] = tree
            self._kept.move_to_end((draw, pool))
            while len(self._kept) > 1 and sum(one.leaves for one in self._kept.values()) > self._leaves_max:
                self._kept.popitem(last=False)
        return tree


_trees = _Trees(TREE_LEAVES_MAX)


@dataclass(frozen=True)
class _Found:
    """A ticket's number, the draw number it has in a pool, and where it stands there; ``at`` None: it does not."""

    ticket: int
    number: int
    pool: str
    size: int
    at: fair.Inclusion | None


@blueprint.route("/draws/<uuid:draw>/proof", methods=["GET", "POST"])
@access(PUBLIC)
def proof(draw: UUID) -> ResponseReturnValue:
    """Whether a ticket takes part, and the proof of it. What is scanned is posted: it never stands in an address."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        e = _event(c, row.raffle_event_id)
        shown = _published(c, row, e)
        plan: fair.Manifest = shown["plan"]
        linked = _linked(c, plan)
        refused, found = None, []
        asked = request.form if request.method == "POST" else request.args
        text = asked.get("ticket", asked.get("n", "")).strip()
        event = _uuid(asked.get("e", "")) or e.id
        if text or request.method == "POST":
            try:
                event, spans = _numbers_of(text, event, linked or {e.id: e.name})
                if request.method == "POST":
                    other = event if linked else None
                    return redirect(url_for("public.proof", draw=draw, n=_as_text(spans), e=other), 303)
                found = _find(c, shown["pools"], plan, event, spans, row.id)
            except Refused as error:
                refused = error
    chosen = _chosen(found, request.args.get("show", ""), request.args.get("pool", ""))
    return render_template(
        "public/proof.html",
        here="home",
        refused=refused,
        found=found,
        chosen=chosen,
        climb=None if chosen is None else _climb(chosen),
        linked=linked,
        event=event,
        text="" if refused or not text else text,
        **shown,
    ), 422 if refused else 200


@blueprint.get("/draws/<uuid:draw>/proof/<pool>/<int:number>.json")
@access(PUBLIC)
def proof_file(draw: UUID, pool: str, number: int) -> Response:
    """The proof that a draw number is in a pool, as a file `tombola-proof-1`."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        frozen = next((one for one in _pools(c, draw) if one.pool == pool), None)
        at = None if frozen is None else _trees.get(c, draw, frozen.pool, frozen.size).find(c, number)
    if at is None:
        abort(404)
    data = fair.proof_file_of(bytes(row.manifest), pool, at)
    answer = Response(data, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="proof-{number}.json"'
    return answer


def _linked(c: Connection, plan: fair.Manifest) -> dict[UUID, str]:
    """The events that take part, by name, where several do."""
    ids = {UUID(link.event) for link in plan.links}
    e = m.raffle_events
    rows = c.execute(select(e.c.id, e.c.name).where(e.c.id.in_(ids)).order_by(e.c.name)) if ids else ()
    return {row.id: row.name for row in rows}


def _numbers_of(text: str, event: UUID, known: dict[UUID, str]) -> tuple[UUID, list[tuple[int, int]]]:
    """The event and the numbers (first, last) that were scanned or typed; ``Refused`` (``field``) otherwise."""
    if len(text) <= TICKET_CHARS_MAX and text.upper().startswith("TMB1:"):
        parts = text.upper().split(":")
        event_of = {sale.short(str(one)): one for one in known}
        if len(parts) < 5:
            raise Refused("field", "This is no ticket’s code.", "Scan it again, or type its draw numbers.")
        if parts[2] not in event_of:
            raise Refused("field", "This ticket is of another event.", "Open the draw of that event.")
        event, text = event_of[parts[2]], parts[3].replace(".", " ")
    spans = []
    for part in text.replace(",", " ").replace(";", " ").split():
        found = _SPAN(part)
        if found is None:
            raise Refused(
                "field", "These are no draw numbers.", "Type them as on the ticket: 101, or 101-105."
            )
        first = int(found[1])
        last = first if found[2] is None else int(found[3]) if found[2] != "+" else first + int(found[3]) - 1
        if not 1 <= first <= last <= fair.NUMBER_MAX:
            raise Refused(
                "field", f"{part} is no draw number.", "Type them as on the ticket: 101, or 101-105."
            )
        spans.append((first, last))
    if not spans:
        raise Refused("field", "Type a draw number, or scan the ticket’s QR code.")
    if sum(last - first + 1 for first, last in spans) > PROOFS_MAX:
        raise Refused("field", f"At most {PROOFS_MAX} numbers at once.", "Ask for a part of them.")
    return event, spans


_SPAN = re.compile(r"([0-9]{1,10})(?:([-+–])([0-9]{1,10}))?").fullmatch


def _as_text(spans: list[tuple[int, int]]) -> str:
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def _find(
    c: Connection,
    pools: list[Row[Any]],
    plan: fair.Manifest,
    event: UUID,
    spans: list[tuple[int, int]],
    draw: UUID,
) -> list[_Found]:
    """Each number with each pool that it could be in."""
    deck = plan.progressive.deck if plan.progressive else None
    found = []
    for pool in pools:
        if pool.pool == deck:
            continue
        tree = _trees.get(c, draw, pool.pool, pool.size)
        links = [link for link in plan.links if link.pool == pool.pool]
        for ticket in (n for first, last in spans for n in range(first, last + 1)):
            here = [
                link.offset
                for link in links
                if link.event == str(event) and link.first <= ticket <= link.last
            ]
            number = ticket + here[0] if here else ticket
            at = None if links and not here else tree.find(c, number)
            found.append(_Found(ticket, number, pool.pool, pool.size, at))
    return found


def _chosen(found: list[_Found], show: str, pool: str) -> _Found | None:
    """The proof to be shown in full: the one asked for, else the first there is."""
    held = [one for one in found if one.at is not None]
    asked = [one for one in held if str(one.ticket) == show and one.pool == pool]
    return next(iter(asked or held), None)


def _climb(chosen: _Found) -> dict[str, Any]:
    """The way from the number to the root, as the page draws it; hashes in hex."""
    at = chosen.at
    assert at is not None
    leaf, place = divmod(at.index, fair.LEAF_NUMBERS)
    leaves, here = fair.leaf_count(chosen.size), fair.leaf_hash(at.leaf)
    steps, rest, index = [], iter(at.path), leaf
    while leaves > 1:
        if index ^ 1 < leaves:
            beside, mine = next(rest), here
            left = bool(index % 2)  # the neighbour stands on the left
            here = fair.node_hash(beside, mine) if left else fair.node_hash(mine, beside)
            steps.append({"left": left, "mine": mine.hex(), "beside": beside.hex(), "made": here.hex()})
        index, leaves = index // 2, (leaves + 1) // 2
    return {
        "leaf": leaf,
        "place": place,
        "numbers": struct.unpack(f">{len(at.leaf) // fair.NUMBER_BYTES}I", at.leaf),
        "bytes": at.leaf.hex(),
        "hash": fair.leaf_hash(at.leaf).hex(),
        "steps": steps,
        "root": here.hex(),
    }


# Verifying ------------------------------------------------------------------------------------------


@blueprint.get("/verify")
@access(PUBLIC)
def verify() -> ResponseReturnValue:
    """Where anybody computes a draw again in the browser; with ``?draw=`` that one is loaded at once."""
    d, e = m.draw_executions, m.raffle_events
    official = (
        select(d.c.id, d.c.official_at, d.c.attempt, e.c.name)
        .join(e, e.c.id == d.c.raffle_event_id)
        .where(d.c.official_at.is_not(None), e.c.state.in_(SHOWN))
    )
    asked = _uuid(request.args.get("draw", ""))
    with auth.office().begin() as c:
        latest = c.execute(official.order_by(d.c.official_at.desc()).limit(LATEST_MAX)).all()
        row = None if asked is None else c.execute(official.where(d.c.id == asked)).one_or_none()
        pools = [] if row is None else _pools(c, row.id)
    chosen = None
    if row is not None:
        chosen = {
            "id": row.id,
            "name": row.name,
            "pools": [url_for("public.pool", draw=row.id, pool=one.pool) for one in pools],
            "bytes": _bytes(sum(one.size for one in pools) * fair.NUMBER_BYTES),
        }
    return render_template("public/verify.html", here="verify", latest=latest, chosen=chosen)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _bytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{max(size // 1000, 1)} kB"


@blueprint.get("/verify/page.html")
@access(PUBLIC)
def verify_alone() -> Response:
    """The same page as one file that opens from a disk: its policy lets nothing in or out but the script in it."""
    static = Path(str(current_app.static_folder))
    style = (static / "app.css").read_text("utf-8")
    script = "".join((static / name).read_text("utf-8") for name in VERIFY_SCRIPTS)
    policy = (
        f"default-src 'none'; script-src {_hashed(script)}; style-src {_hashed(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {"script": Markup(script), "style": Markup(style)}  # noqa: S704 - files of ours, to stand as they are
    page = render_template("public/verify_alone.html", policy=policy, chosen=None, **parts)
    answer = Response(page, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return answer


def _hashed(text: str) -> str:
    """How a policy names an inline script or style: by the hash of its contents."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@blueprint.get("/verify/draw.py")
@access(PUBLIC)
def program() -> Response:
    """The program that verifies, as this office runs it: one file that needs nothing of ours."""
    return _program(Path(fair.__file__))


@blueprint.get("/verify/drand.py")
@access(PUBLIC)
def beacon_program() -> Response:
    """The program that checks a signature of drand's, which draw.py names: one file that needs nothing of ours."""
    return _program(Path(drand.__file__))


def _program(file: Path) -> Response:
    answer = Response(file.read_bytes(), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer


@blueprint.route("/validate", methods=["GET", "POST"])
@access(PUBLIC)
def validate() -> ResponseReturnValue:
    """What a ticket is: genuine, void or won; never whose it is, or more than its holder can see."""
    ticket, verdict, refused = "", None, None
    if request.method == "POST":
        ticket = request.form.get("ticket", "").strip()
        if not 1 <= len(ticket) <= TICKET_CHARS_MAX:
            refused = Refused("field", "Scan a ticket, or type its validation number.")
        else:
            with auth.office().begin() as c:
                verdict = claims.validate(auth.office(), c, ticket)
    return render_template(
        "public/validate.html", here="validate", v=verdict, refused=refused, public_words=PUBLIC_WORDS
    ), 422 if refused else 200


@blueprint.get("/champions")
@access(PUBLIC)
def champions() -> ResponseReturnValue:
    """The newest winners: with name and picture where they agreed and the office approved, else the number alone."""
    with auth.office().begin() as c:
        winners = champions_of.published(c)
    return render_template("public/champions.html", here="champions", winners=winners)


@blueprint.get("/champions/<uuid:champion>/photo")
@access(PUBLIC)
def champion_photo(champion: UUID) -> Response:
    """A champion's picture, only while it is published."""
    with auth.office().begin() as c:
        found = champions_of.photo(c, champion)
    if found is None:
        abort(404)
    return Response(found[0], content_type=found[1])


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether the server and its database answer."""
    with auth.office().begin() as c:
        c.execute(select(1))
    return jsonify(ok=True)
