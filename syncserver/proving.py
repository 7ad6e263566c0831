"""What makes belief needless: the proof of each ticket, a draw computed again in the browser, the programs that do it.

It shows only what is published (:mod:`syncserver.public`); nothing of it is trusted by whoever checks.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection, Row, func, select

from shared import drand, sale
from shared import draw as fair
from shared.errors import Refused
from syncserver import auth, public
from syncserver import models as m
from syncserver.auth import PUBLIC, access

blueprint = Blueprint("proving", __name__)

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
        row = public.published_draw(c, draw)
        e = public.shown_event(c, row.raffle_event_id)
        shown = public.published(c, row, e)
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
                    return redirect(url_for("proving.proof", draw=draw, n=_as_text(spans), e=other), 303)
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
        row = public.published_draw(c, draw)
        frozen = next((one for one in public.frozen_pools(c, draw) if one.pool == pool), None)
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
    if len(text) <= public.TICKET_CHARS_MAX and text.upper().startswith("TMB1:"):
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
        .where(d.c.official_at.is_not(None), e.c.state.in_(public.SHOWN))
    )
    asked = _uuid(request.args.get("draw", ""))
    with auth.office().begin() as c:
        latest = c.execute(official.order_by(d.c.official_at.desc()).limit(LATEST_MAX)).all()
        row = None if asked is None else c.execute(official.where(d.c.id == asked)).one_or_none()
        pools = [] if row is None else public.frozen_pools(c, row.id)
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
