"""What everybody may see: raffles, the jackpot, official results with all that proves them, what a ticket is.

Nothing of a result is shown before it is official; hashes are shown as soon as they are published.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import segno
from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection, Row, select

from shared import draw as fair
from shared.errors import Refused
from syncserver import auth, claims, draws, events
from syncserver import models as m
from syncserver.auth import PUBLIC, access

blueprint = Blueprint("public", __name__)

SHOWN: Final = ("active", "suspended", "closed", "drawn", "completed")
"""The states in which the public sees an event; a draft or a cancelled one is not there."""
EVENTS_MAX: Final = 50
TICKET_CHARS_MAX: Final = 1_000
AGE_S_OFFICIAL: Final = 3600
LATEST_MAX: Final = 20
"""Draws that the page for verifying lists."""
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
    """The winners of a draw; none before it is official (D6)."""
    if draw.official_at is None:
        return []
    r = m.draw_results
    return list(
        c.execute(
            select(r, m.prizes.c.name.label("prize_name"), m.prize_claims.c.id.label("claim"))
            .join(m.prizes, m.prizes.c.id == r.c.prize_id)
            .outerjoin(m.prize_claims, m.prize_claims.c.draw_result_id == r.c.id)
            .where(r.c.draw_execution_id == draw.id)
            .order_by(r.c.position, r.c.selected_at, r.c.id)
        ).all()
    )


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
        held = [(draw, _results(c, draw)) for draw in _draws(c, event)]
    return render_template(
        "public/event.html", here="home", e=row, pot=pot, prizes=prizes, packages=packages, held=held
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
        official = [draw for draw in _draws(c, event) if draw.official_at is not None]
        winners = _results(c, official[-1]) if official else []
        return {"e": row, "pot": events.jackpot(c, event), "winners": winners}


@blueprint.get("/draws/<uuid:draw>")
@access(PUBLIC)
def draw(draw: UUID) -> ResponseReturnValue:
    """One draw: what was published and when, and its winners once they are official."""
    with auth.office().begin() as c:
        row = _draw(c, draw)
        e = _event(c, row.raffle_event_id)
        pools = _pools(c, draw)
        results = _results(c, row)
    source = msgspec.json.decode(row.manifest).get("entropy", {})
    return render_template(
        "public/draw.html",
        here="home",
        d=row,
        e=e,
        pools=pools,
        results=results,
        source=source,
        bundle_sha256=None if row.official_at is None else _bundle_sha256(bytes(row.bundle)),
        seal=segno.make(row.manifest_sha256.upper(), error="m").svg_data_uri(border=2),
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
    script = "".join((static / name).read_text("utf-8") for name in ("verify.js", "verify_page.js"))
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
    answer = Response(Path(fair.__file__).read_bytes(), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="draw.py"'
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


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether the server and its database answer."""
    with auth.office().begin() as c:
        c.execute(select(1))
    return jsonify(ok=True)
