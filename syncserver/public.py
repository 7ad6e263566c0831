"""What everybody may see: raffles, the jackpot, each draw with its official result, what a ticket is, who won.

Nothing of a result is shown before it is official; hashes are shown as soon as they are published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Connection, Row, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared import draw as fair
from shared.errors import Refused
from shared.games.raffle import MAIN_POOL
from syncserver import (
    auth,
    checkout,
    claims,
    competitions,
    draws,
    events,
    media,
    messages,
    organisations,
    payments,
    pools,
    questions,
    rsus,
)
from syncserver import champions as champions_of
from syncserver import models as m
from syncserver.auth import PUBLIC, access

blueprint = Blueprint("public", __name__)

SHOWN: Final = ("active", "suspended", "closed", "drawn", "completed")
"""The states in which the public sees an event; a draft or a cancelled one is not there."""
EVENTS_MAX: Final = 50
STATUSES: Final = ("active", "upcoming", "ended", "drawn")
CLOSING_SOON: Final = timedelta(hours=24)
CHAMPIONS_SHOWN: Final = 3
PERCENT: Final = 100
"""Basis points."""
TICKET_CHARS_MAX: Final = 1_000
AGE_S_OFFICIAL: Final = 3600
PUBLIC_WORDS: Final = {
    "unknown": "Its sale has not reached the office yet, so nobody can tell from here. Ask again later.",
    "forged": "This office does not know it as one of its tickets. Bring the ticket to the claims desk.",
}
"""Where the claims desk learns more than the public may: which kiosk got a number, say."""


@dataclass(frozen=True)
class Holder:
    """Who holds the raffles of a page, as its header and footer say."""

    name: str
    licence: str
    contact: organisations.Contact
    logo: str = ""
    """A WebP in base 64."""
    timezone: str = ""


def _paused() -> ColumnElement[bool]:
    """Whether an event sells nowhere for now: suspended, or everybody is called home (K17)."""
    e = m.raffle_events
    return (e.c.state == "suspended") | messages.called_home(e.c.organization_id)


def _events(c: Connection) -> list[Row[Any]]:
    e = m.raffle_events
    return list(
        c.execute(
            select(
                e,
                m.venues.c.name.label("venue_name"),
                m.venues.c.timezone,
                m.organizations.c.name.label("holder"),
                _paused().label("paused"),
            )
            .join(m.organizations, m.organizations.c.id == e.c.organization_id)
            .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
            .where(e.c.state.in_(SHOWN))
            .order_by(events.STATE_ORDER, e.c.closes_at.desc())
            .limit(EVENTS_MAX)
        ).all()
    )


def shown_event(c: Connection, event: UUID, *, called_off: bool = False) -> Row[Any]:
    """An event with its venue and who holds it; it is not found before it is activated.

    One that was called off is found where ``called_off`` asks for it, and only if it had been on sale.
    """
    e = m.raffle_events
    shown: ColumnElement[bool] = e.c.state.in_(SHOWN)
    if called_off:
        shown |= (e.c.state == "cancelled") & e.c.activated_at.is_not(None)
    row = c.execute(
        select(
            e,
            m.venues.c.name.label("venue_name"),
            m.venues.c.timezone,
            m.organizations.c.name.label("holder"),
            _paused().label("paused"),
        )
        .join(m.organizations, m.organizations.c.id == e.c.organization_id)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.id == event, shown)
    ).one_or_none()
    if row is None:
        abort(404)
    return row


def holder(organisation: UUID | None = None) -> Holder | None:
    """Whose page it is: the given organisation, or the one that this office serves; none where it serves several."""
    known: dict[UUID | None, Holder | None] = g.setdefault("holders", {})
    if organisation not in known:
        known[organisation] = _holder(organisation)
    return known[organisation]


def held_by(e: Any = None) -> str:
    """Whose page it is, in a tab's title; the program's name where several organisations share it."""
    found = holder(e.organization_id if e else None)
    return found.name if found is not None else "Tombola"


def house_zone(e: Any = None) -> str:
    """By whose clock a page tells what happened at no venue: that of whoever is logged in, else of whose page it is.

    ``e`` is the event that the page is about, where it is about one.
    """
    found = None if g.get("account") else holder(getattr(e, "organization_id", None))
    return (found.timezone if found is not None else "") or auth.house_zone()


def _holder(organisation: UUID | None) -> Holder | None:
    o = m.organizations
    with auth.office().begin() as c:
        found = select(o.c.name, o.c.license_number, o.c.settings)
        rows = c.execute(found.where(o.c.id == organisation) if organisation else found.limit(2)).all()
    if len(rows) != 1:
        return None
    row = rows[0]
    return Holder(
        row.name,
        row.license_number or "",
        organisations.contact(row.settings),
        organisations.logo(row.settings),
        str((row.settings or {}).get("timezone", "")),
    )


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
    shared = [] if leading is None else [one for one in _draws(c, leading) if one.plan == MAIN_POOL]
    return _draws(c, e.id) + shared


def published_draw(c: Connection, draw: UUID) -> Row[Any]:
    """An attempt whose manifest is published; it is not found before."""
    d = m.draw_executions
    row = c.execute(select(d).where(d.c.id == draw, d.c.manifest_published_at.is_not(None))).one_or_none()
    if row is None:
        abort(404)
    return row


def frozen_pools(c: Connection, draw: UUID) -> list[Row[Any]]:
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


def _won(c: Connection, rows: list[Row[Any]]) -> dict[UUID, Any]:
    """The first prize's winning number of each of these events whose main draw is official (D6), after all redraws."""
    if not rows:
        return {}
    leads = {row.id: events.settings(row.configuration).draw.linked_to or row.id for row in rows}
    r, d, f, z = m.draw_results, m.draw_executions, m.forfeits, m.prizes
    given_up = select(f.c.id).where(f.c.draw_result_id == r.c.id, f.c.agreed_at.is_not(None)).exists()
    promoted = select(f.c.id).where(f.c.promoted_id == r.c.id, f.c.agreed_at.is_not(None)).exists()
    found = c.execute(
        select(d.c.raffle_event_id, r.c.winning_number, r.c.prize_value_at_draw, z.c.name.label("prize_name"))
        .ext(distinct_on(d.c.raffle_event_id))
        .select_from(r.join(d, d.c.id == r.c.draw_execution_id).join(z, z.c.id == r.c.prize_id))
        .where(
            d.c.raffle_event_id.in_(leads.values()),
            d.c.plan == MAIN_POOL,
            d.c.official_at.is_not(None),
            ~given_up,
            ~r.c.reserve | promoted,
        )
        .order_by(d.c.raffle_event_id, r.c.position, r.c.winner, r.c.id)
    )
    first: dict[UUID, Any] = {row.raffle_event_id: row for row in found}
    return {event: first[lead] for event, lead in leads.items() if lead in first}


def _has_kiosks(c: Connection, organisation: UUID) -> bool:
    """Whether the organisation has a kiosk that may sell."""
    r = m.rsus
    enabled = select(r.c.id).where(
        r.c.organization_id == organisation, r.c.kind != rsus.ONLINE, r.c.state == "enabled"
    )
    return c.scalar(enabled.limit(1)) is not None


def _labels(e: Row[Any]) -> dict[str, str]:
    """What people call the event's pools."""
    return {MAIN_POOL: "Main draw"} | {
        plan.name: plan.label for plan in events.settings(e.configuration).pools
    }


def _groups(digest: str, width: int = 4) -> list[str]:
    """A hash in groups of ``width`` characters, as people compare them."""
    return [digest[at : at + width] for at in range(0, len(digest), width)]


def _seal(digest: str) -> str:
    """A hash as a QR code, to be photographed; upper case makes it smaller."""
    return str(segno.make(digest.upper(), error="m").svg_data_uri(border=2))


@blueprint.get("/")
@access(PUBLIC)
def home() -> ResponseReturnValue:
    """All raffles, those on sale first, what one prefers before the others; ``?status=`` shows some of them."""
    office = auth.office()
    wanted = request.args.get("status", "")
    with office.begin() as c:
        rows = sorted(_events(c), key=lambda row: not row.is_featured)
        groups = {name: [row for row in rows if _standing_of(row, office.now()) == name] for name in STATUSES}
        if wanted in STATUSES:
            groups = {name: held if name == wanted else [] for name, held in groups.items()}
        ids = [row.id for held in groups.values() for row in held]
        pots, promises = _pots(c, rows)
        ages = [events.settings(row.configuration).policies.age_min for row in groups["active"]]
        first = next(iter(groups["active"]), None)
        offer = (
            None if first is None or payments.door(office) is None else checkout.offer(office, c, first.id)
        )
        bars = checkout.progress(c, ids)
        covers = media.covers(c, ids)
        won = _won(c, groups["drawn"])
        winners = [one for one in champions_of.published(c, limit=CHAMPIONS_SHOWN) if one.champion]
    return render_template(
        "public/home.html",
        here="home",
        groups=groups,
        wanted=wanted,
        pots=pots,
        promises=promises,
        age=max(ages, default=0),
        buying=offer is not None and bool(offer.packages) and offer.left > 0,
        bars=bars,
        covers=covers,
        won=won,
        champions=winners,
        soon=office.now() + CLOSING_SOON,
    )


def _pots(c: Connection, rows: list[Row[Any]]) -> tuple[dict[UUID, int], dict[UUID, str]]:
    """The jackpot of each of these events, and what is promised where there is none yet; reckoned anew only where one
    of them has sold, or changed, since.
    """
    seen = tuple((row.id, row.total_sold, row.updated_at) for row in rows)
    kept = current_app.extensions.get("tombola_pots")
    if kept is None or kept[0] != seen:
        pots = events.jackpots(c, [row.id for row in rows])
        kept = (seen, pots, _promises(c, [row for row in rows if not pots[row.id]]))
        current_app.extensions["tombola_pots"] = kept
    return dict(kept[1]), dict(kept[2])


def _promises(c: Connection, rows: list[Row[Any]]) -> dict[UUID, str]:
    """What can be won where nothing is in the pot yet: “50 % of sales”; empty where no share is."""
    e, z = m.raffle_events, m.prizes
    leads = {row.id: events.settings(row.configuration).draw.linked_to or row.id for row in rows}
    held: dict[UUID, list[Row[Any]]] = {}
    for prize in c.execute(select(z).where(z.c.event_id.in_(leads.values()))):
        held.setdefault(prize.event_id, []).append(prize)
    shares = {}
    for row in c.execute(select(e).where(e.c.id.in_(leads.values()))):
        own = events.settings(row.configuration).own_draws()
        rules = [one.rule for one in events.prizes_of(row, held.get(row.id, []))]
        shares[row.id] = sum(
            one.basis_points for one in rules if one.type == "percentage" and one.pool not in own
        )
    return {
        event: f"{shares[lead] / PERCENT:g} % of sales" if shares.get(lead) else ""
        for event, lead in leads.items()
    }


def _standing_of(row: Row[Any], now: datetime) -> str:
    """In the seed's words (S2): active, upcoming, ended or drawn."""
    if row.state in {"drawn", "completed"}:
        return "drawn"
    if row.state == "closed" or row.closes_at <= now:
        return "ended"
    return "upcoming" if row.opens_at > now else "active"


def _called_off(c: Connection, row: Row[Any]) -> dict[str, Any]:
    """That an event was called off, why, and how its buyers get their money back (E4)."""
    k, o = m.refund_rounds, m.orders
    said = c.execute(select(k.c.reason, k.c.asked_at).where(k.c.event_id == row.id)).one_or_none()
    online = c.scalar(select(o.c.id).where(o.c.event_id == row.id, o.c.source == "online").limit(1))
    contact = organisations.contact(organisations.get(c, row.organization_id).settings)
    return {"e": row, "said": said, "on_line": online is not None, "contact": contact}


@blueprint.get("/events/<uuid:event>")
@access(PUBLIC)
def event(event: UUID) -> ResponseReturnValue:
    """One raffle: jackpot, prizes, packages, and its result once that is official."""
    with auth.office().begin() as c:
        row = shown_event(c, event, called_off=True)
        over = row.state == "cancelled"
        shown = _called_off(c, row) if over else _on_show(c, row)
    return render_template("public/called_off.html" if over else "public/event.html", here="home", **shown)


def _on_show(c: Connection, row: Row[Any]) -> dict[str, Any]:
    """What a raffle's page shows."""
    office, k, e = auth.office(), m.ticket_packages, m.raffle_events
    now, kept = office.now(), events.settings(row.configuration)
    packages = c.execute(
        select(k)
        .join(e, e.c.id == k.c.event_id)
        .where(k.c.event_id == row.id, events.offered(now))
        .order_by(k.c.display_order, k.c.price, k.c.id)
    ).all()
    held, pot = _draws_for(c, row), events.jackpot(c, row.id)
    return {
        "e": row,
        "standing": _standing_of(row, now),
        "now": now,
        "kiosks": _has_kiosks(c, row.organization_id),
        "pot": pot,
        "promise": "" if pot else _promises(c, [row])[row.id],
        "prizes": events.prizes(c, row.id),
        "terms": pools.prize_terms(c, row.id),
        "packages": packages,
        "sale": checkout.offer(office, c, row.id),
        "perks": {one.id: " · ".join(events.perk_words(c, one.perk_ids)) for one in packages if one.perk_ids},
        "gallery": media.of_event(c, row.id),
        "question": questions.of_event(c, row.id),
        "soon": now + CLOSING_SOON,
        "selling": payments.door(office) is not None,
        "held": held,
        "winners": _standing(c, [one for one in held if one.plan == MAIN_POOL]),
        "early": [
            (plan, _standing(c, [one for one in held if one.plan == plan.name]))
            for plan in kept.pools
            if plan.draw_at is not None
        ],
        "labels": _labels(row),
        "rules": kept.draw,
        "age": kept.policies.age_min,
    }


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
        row = shown_event(c, event)
        winners = _standing(c, [draw for draw in _draws_for(c, row) if draw.plan == MAIN_POOL])
        pot = events.jackpot(c, event)
        return {
            "e": row,
            "pot": pot,
            "promise": "" if pot else _promises(c, [row])[row.id],
            "winners": winners,
        }


@blueprint.get("/draws/<uuid:draw>")
@access(PUBLIC)
def draw(draw: UUID) -> ResponseReturnValue:
    """One draw: what was published and when, its winners once they are official, all attempts of its event.

    With an event's id in its place the event's official draws, as JSON for a shop's front end.
    """
    with auth.office().begin() as c:
        told = competitions.draws(c, draw)
        if told is not None:
            answer = Response(msgspec.json.encode(told), content_type="application/json")
            answer.add_etag()
            return answer.make_conditional(request.environ)
        row = published_draw(c, draw)
        e = shown_event(c, row.raffle_event_id)
        shown = published(c, row, e) | {
            "bundle_sha256": None if row.official_at is None else _bundle_sha256(bytes(row.bundle)),
            "results": _results(c, row),
            "replaced": _replaced(c, draw) if row.kind == "redraw" else [],
            "attempts": _draws(c, e.id),
            "cards": _cards(row),
            "terms": pools.prize_terms(c, e.id),
        }
    return render_template("public/draw.html", here="home", **shown)


def published(c: Connection, row: Row[Any], e: Row[Any]) -> dict[str, Any]:
    """What every page about a published draw shows."""
    plan = fair.Manifest.read(bytes(row.manifest))
    ids = {str(prize.id): prize for prize in events.prizes(c, e.id)}
    return {
        "d": row,
        "e": e,
        "step": draws.get(c, row.id).step,
        "pools": frozen_pools(c, row.id),
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
    progressive = fair.Manifest.read(bytes(row.manifest)).progressive
    if progressive is None:
        return []
    ace, won = progressive.ace, fair.verify(bytes(row.bundle)).winners
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
        row = published_draw(c, draw)
    return Response(row.manifest, content_type="application/json")


@blueprint.get("/draws/<uuid:draw>/bundle.json")
@access(PUBLIC)
def bundle(draw: UUID) -> Response:
    """All that proves an official result, in one file."""
    with auth.office().begin() as c:
        row = published_draw(c, draw)
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
        published_draw(c, draw)
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
        row = published_draw(c, draw)
        return _on_wall(c, shown_event(c, row.raffle_event_id), row)


def _wall_of_event(event: UUID) -> dict[str, Any]:
    with auth.office().begin() as c:
        e = shown_event(c, event)
        held = _draws_for(c, e)
        return _on_wall(c, e, held[-1] if held else None)


def _on_wall(c: Connection, e: Row[Any], row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        return {"e": e, "d": None, "step": "waiting", "winners": []}
    page = url_for("public.draw", draw=row.id, _external=True)
    return published(c, row, e) | {
        "winners": _standing(c, [row]),
        "page": segno.make(page, error="m").svg_data_uri(border=2),
    }


@blueprint.get("/draws/<uuid:draw>/notice")
@access(PUBLIC)
def notice(draw: UUID) -> ResponseReturnValue:
    """The sheet to print, post and keep before the draw: afterwards everything must fit it."""
    with auth.office().begin() as c:
        row = published_draw(c, draw)
        shown = published(c, row, shown_event(c, row.raffle_event_id))
        shown["terms"] = pools.prize_terms(c, row.raffle_event_id)
    address = url_for("public.draw", draw=draw, _external=True)
    return render_template("public/notice.html", here="home", address=address, **shown)


@blueprint.get("/draws/<uuid:draw>/replay")
@access(PUBLIC)
def replay(draw: UUID) -> ResponseReturnValue:
    """An official draw held once more by the browser, step by step, from its bundle alone."""
    with auth.office().begin() as c:
        row = published_draw(c, draw)
        e = shown_event(c, row.raffle_event_id)
        names = {str(prize.id): prize.name for prize in events.prizes(c, e.id)}
    return render_template("public/replay.html", here="home", d=row, e=e, names=names)


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
        e, d, ids = m.raffle_events, m.draw_executions, {one.event for one in winners}
        videos = {
            row.raffle_event_id: row.video_url
            for row in c.execute(
                select(d.c.raffle_event_id, d.c.video_url)
                .where(d.c.raffle_event_id.in_(ids), d.c.official_at.is_not(None), d.c.video_url.is_not(None))
                .order_by(d.c.official_at)
            )
        }
        zones = {
            row.id: row.timezone
            for row in c.execute(
                select(e.c.id, m.venues.c.timezone)
                .join(m.venues, m.venues.c.id == e.c.venue_id)
                .where(e.c.id.in_(ids))
            )
        }
    return render_template(
        "public/champions.html", here="champions", winners=winners, zones=zones, videos=videos
    )


@blueprint.get("/champions/<uuid:champion>/photo")
@access(PUBLIC)
def champion_photo(champion: UUID) -> Response:
    """A champion's picture, only while it is published."""
    with auth.office().begin() as c:
        found = champions_of.photo(c, champion)
    if found is None:
        abort(404)
    return Response(found[0], content_type=found[1])
