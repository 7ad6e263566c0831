"""The draw, step by step: what is next, what each step settles for good, and what stands published.

Every planned draw of an event (early birds, the main one) has its own steps; so has a redraw. Winners are seen by
those who conduct the draw alone until they are official.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import segno
from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, func, select, text

from shared import draw as fair
from shared.draw import Json
from shared.errors import Refused
from syncserver import (
    auth,
    automatic,
    beacons,
    claims,
    draws,
    events,
    keyings,
    notices,
    pools,
    reconcile,
    reports,
    rsus,
)
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.tables import Column, Table
from syncserver.auth import access
from syncserver.draws import DrawRow
from syncserver.keyings import KeyingRow
from syncserver.office import Office
from syncserver.pools import Plan
from syncserver.reconcile import Gate

REFRESH_S: Final = 3
TYPED_CHARS_MAX: Final = 10_000
"""Of results, numbers, or a beacon's answer pasted."""
SHOWN_CHARS_MAX: Final = 20
"""Of what somebody typed wrongly, as told back."""
DIGITS_MAX: Final = 1_000
MINUTES_MAX: Final = 24 * 60
MINUTES_DEFAULT: Final = 5
SLIPS_PER_S: Final = 2_000_000
"""Numbers that freezing packs and hashes in a second or faster, to say beforehand how long it takes."""

_FREEZING: Final = "freeze "
_TOLD: Final = text(
    "SELECT application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE :like LIMIT 1"
)

GENERATED: Final = (
    ("freeze", "Freeze the pool"),
    ("commit", "Commit the secret seed"),
    ("entropy", "Public chance"),
    ("execute", "Draw and verify"),
    ("official", "Make it official"),
)
BY_HAND: Final = (
    ("freeze", "Freeze the pool"),
    ("print", "Print the counterfoils"),
    ("count", "Count them, twice"),
    ("winners", "Draw by hand, key twice"),
    ("execute", "Record and verify"),
    ("official", "Make it official"),
)
_NEXT: Final = {
    "frozen": "commit", "committed": "entropy", "entropy": "execute", "counted": "winners", "keyed": "execute",
    "drawn": "official",
}  # fmt: skip
"""The step that follows what an attempt has come to."""
SOURCES: Final = {
    "dice": "dice", "digits": "called digits", "drand": "drand", "nist": "NIST’s beacon", "none": "none",
    "manual": "drawn by hand",
}  # fmt: skip


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/draws", "draws", every)
    to.add_url_rule("/events/<uuid:event>/draw", "draw_of", of_event)
    to.add_url_rule("/events/<uuid:event>/draw/freeze", "freeze", freeze, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/draw/freeze/now", "freezing", freezing)
    to.add_url_rule("/events/<uuid:event>/draw/automatic", "automatic", by_itself, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/redraw", "redraw", redraw)
    to.add_url_rule("/events/<uuid:event>/redraw", "begin_redraw", begin_redraw, methods=["POST"])
    to.add_url_rule("/draws/<uuid:draw>", "draw", show)
    to.add_url_rule("/draws/<uuid:draw>/now", "draw_now", fragment)
    to.add_url_rule(
        "/draws/<uuid:draw>/<any(commit,entropy,fetch,count,winners,execute,official,fail):step>",
        "draw_step",
        step,
        methods=["POST"],
    )
    to.add_url_rule("/draws/<uuid:draw>/pools/<pool>.csv", "pool_csv", pool_csv)


@dataclass(frozen=True)
class Step:
    """A step of a draw and how it stands: done, now or later."""

    key: str
    number: int
    title: str
    state: str


@dataclass(frozen=True)
class Keying:
    """Where something that two people key stands: what was keyed, and whether whoever looks may key now."""

    rows: list[KeyingRow]
    """Of the round at hand, or of the last one that differed."""
    waits: bool
    """One has keyed it; the second has still to."""
    mine: bool
    """The one who keyed is whoever looks."""
    places: list[keyings.Difference]
    """Where the last two differ."""


def steps(draw: DrawRow | None, *, manual: bool = False, printed: bool = False) -> list[Step]:
    """The steps of a draw; ``printed``: every counterfoil of a draw by hand was printed."""
    names = BY_HAND if manual else GENERATED
    keys = [key for key, _ in names]
    if draw is None:
        at = 0
    elif draw.step == "official":
        at = len(keys)
    elif draw.step == "failed":
        at = -1
    elif manual and draw.step == "frozen":
        at = keys.index("count" if printed else "print")
    else:
        at = keys.index(_NEXT[draw.step])
    return [
        Step(key, number + 1, title, "done" if number < at else "now" if number == at else "later")
        for number, (key, title) in enumerate(names)
    ]


def _own_draw(c: Connection, draw: UUID) -> tuple[DrawRow, Row[Any]]:
    """The draw and its event, if both belong to whoever asks; 404 otherwise."""
    event = c.scalar(select(m.draw_executions.c.raffle_event_id).where(m.draw_executions.c.id == draw))
    if event is None:
        abort(404)
    row = ground.own_event(c, event)
    return draws.get(c, draw), row


# Pages ----------------------------------------------------------------------------------------------


DRAWS: Final = Table(
    "draws",
    "Draws",
    (
        Column("event_name", "Event", lead=True),
        Column("attempt", "Attempt", "count", value=lambda r: r.draw.attempt, shown=False),
        Column("plan", "Draw", value=lambda r: "Main" if r.draw.plan == draws.MAIN else r.draw.plan),
        Column("started", "Begun", "time", value=lambda r: r.draw.started_at),
        Column("by", "Conducted by", value=lambda r: "by itself" if r.draw.automatic else r.conducted_by),
        Column("chance", "Public chance", value=lambda r: _chance(r.draw)),
        Column("tickets", "Tickets", "count", value=lambda r: sum(one[1] for one in r.draw.pools)),
        Column("winners", "Prizes", "count"),
        Column("official", "Official", "time", value=lambda r: r.draw.official_at, shown=False),
        Column(
            "state",
            "State",
            value=lambda r: "official" if r.draw.official_at else r.draw.failure or r.draw.step,
        ),
    ),
    order="-started",
    empty=("No draw yet", "A draw begins on its event’s page, once the event is closed and reconciled."),
)


def _chance(draw: DrawRow) -> str:
    source = str(draw.entropy_source.get("source", ""))
    return SOURCES.get(source, source)


@dataclass(frozen=True)
class Call:
    """A keying that waits for its second person: what is said of it, and the draw's page."""

    words: str
    button: str
    address: str


_KEYED: Final = {"winners": "the winning numbers", "counterfoils": "the counterfoils"}
_CHANCE: Final = {"dice": "the dice", "digits": "the digits"}


def calls(c: Connection) -> list[Call]:
    """What waits for whoever looks, as the second person: nothing for those who conduct no draw, or keyed it."""
    me = auth.account()
    if me.role not in ground.MANAGERS:
        return []
    found = []
    for one in keyings.waiting(c, me.organisation):
        what = _KEYED.get(one.what) or _CHANCE.get(one.source, "the results")
        if one.keyed_by != me.id:
            words = f"{one.event_name}: {what} wait for a second person."
            found.append(Call(words, "Key them", url_for("admin.draw", draw=one.draw)))
    return found


def _ready(c: Connection) -> Sequence[Any]:
    """Events that are reconciled under somebody's name, and whose draw nobody has begun."""
    e, d = m.raffle_events, m.draw_executions
    begun = select(d.c.id).where(d.c.raffle_event_id == e.c.id, d.c.plan == draws.MAIN, d.c.state != "failed")
    rows = c.execute(
        select(e.c.id, e.c.name, e.c.draw_at, m.venues.c.timezone)
        .outerjoin(m.venues, m.venues.c.id == e.c.venue_id)
        .where(e.c.organization_id == auth.account().organisation, e.c.state == "closed")
        .where(e.c.reconciliation_confirmed_at.is_not(None), ~begun.exists())
        .order_by(e.c.draw_at, e.c.event_number)
    )
    return rows.all()


@access(*ground.READERS)
def every() -> ResponseReturnValue:
    """Every draw of the organisation, failed ones too, the newest first; above them what is to be done."""
    with ground.reading() as c:
        rows = draws.all_draws(c, auth.account().organisation)
        called, ready = calls(c), _ready(c)
    if tables.asked_csv(DRAWS):
        return tables.export_listed(DRAWS, rows)
    shown = tables.listed(DRAWS, rows)
    return ground.page("draws", "draws", shown=shown, sources=SOURCES, called=called, ready=ready)


@access(*ground.READERS)
def of_event(event: UUID) -> ResponseReturnValue:
    """A planned draw of the event: its latest attempt, or how to begin one."""
    asked = request.args.get("plan", "")
    with ground.reading() as c:
        row = ground.own_event(c, event)
        plans = pools.plans(auth.office(), c, event)
        plan = next((one for one in plans if one.name == asked), None) or _current(plans)
        if plan.name == draws.MAIN and (leading := _leading(c, row)) is not None:
            return ground.page("draw_elsewhere", "events", e=row, leading=leading, plans=plans)
        held = draws.attempts(c, event)
        mine = [one for one in held if one.plan == plan.name and one.kind == "draw"]
        # After an attempt that was given up, the page is about beginning the next.
        latest = mine[0] if mine and mine[0].step != "failed" else None
        return ground.page("draw", "events", **_values(c, row, plans, plan, latest, held))


@access(*ground.READERS)
def show(draw: UUID) -> ResponseReturnValue:
    """One draw."""
    with ground.reading() as c:
        return ground.page("draw", "events", **_of_draw(c, draw))


@access(*ground.READERS)
def fragment(draw: UUID) -> ResponseReturnValue:
    """The pieces of a draw's page that change, to be exchanged on it."""
    with ground.reading() as c:
        return render_template("admin/draw_now.html", **_of_draw(c, draw))


def _of_draw(c: Connection, draw: UUID) -> dict[str, Any]:
    one, row = _own_draw(c, draw)
    plans = pools.plans(auth.office(), c, row.id)
    plan = next((p for p in plans if p.name == one.plan), None)
    return _values(c, row, plans, plan, one, draws.attempts(c, row.id))


def _current(plans: Sequence[Plan]) -> Plan:
    """The planned draw that is due first among those not held yet; the last one where all are."""
    return next((one for one in plans if one.state != "drawn"), plans[-1])


def _leading(c: Connection, event: Row[Any]) -> Row[Any] | None:
    """The event in whose draw this one's numbers are."""
    leading = events.settings(event.configuration).draw.linked_to
    e = m.raffle_events
    found: Row[Any] | None = c.execute(select(e.c.id, e.c.name).where(e.c.id == leading)).one_or_none()  # type: ignore[assignment]
    return found


def _values(
    c: Connection,
    event: Row[Any],
    plans: Sequence[Plan],
    plan: Plan | None,
    draw: DrawRow | None,
    held: list[DrawRow],
) -> dict[str, Any]:
    here, me = auth.office(), auth.account()
    may = me.role in ground.MANAGERS
    rules = events.settings(event.configuration).draw
    values: dict[str, Any] = {
        "e": event,
        "plans": plans,
        "plan": plan,
        "d": draw,
        "held": held,
        "names": _names(c, held),
        "may": may,
        "rules": rules,
        "sources": SOURCES,
        "every_s": REFRESH_S,
        "gates": [],
        "results": [],
        "told": _told(c, event),
        "now": here.now(),
    }
    if draw is None:
        assert plan is not None
        sold = events.tickets_sold(c, event.id)
        return values | {
            "steps": steps(None, manual=rules.method == "manual"),
            "manual": rules.method == "manual",
            "gates": _shut(c, event, plan),
            "prizes": _prizes(c, event, plan),
            "waits": _shut(c, event, plan, itself=True),
            "alone_possible": rules.method != "manual" and rules.source in automatic.SOURCES,
            "signer": c.scalar(select(m.users.c.display_name).where(m.users.c.id == event.presigned_by)),
            "sold": sold,
            "freeze_s": sold // SLIPS_PER_S,
            "form": request.form,
            "minutes_default": MINUTES_DEFAULT,
        }
    unprinted = keyings.unprinted(c, draw.id) if draw.manual else 0
    public = url_for("public.draw", draw=draw.id, _external=True)
    addresses = beacons.where(draw.entropy_source, here.beacons) if draw.entropy_due_at else []
    keyed = keyings.keyings(c, draw.id)
    values |= {
        "steps": steps(draw, manual=draw.manual, printed=unprinted == 0),
        "manual": draw.manual,
        "source": draw.entropy_source,
        "dice": _dice(draw.entropy_source),
        "unprinted": unprinted,
        "slips": sum(size for _, size, _ in draw.pools),
        "keying": {what: _keying(keyed, what, me.id) for what in ("entropy", "counterfoils", "winners")},
        "alone": draw.alone,
        "two_give_up": draws.two_give_up(here, c, draw.id),
        "addresses": addresses,
        "beacon_qr": _qr(addresses[0]) if addresses and draw.step == "committed" else "",
        "not_checked": beacons.not_checked(draw.entropy_source),
        "public": public,
        "qr": _qr(public),
        "due_prizes": _due(c, draw) if draw.manual else [],
    }
    if draw.official_at is not None or (may and draw.step == "drawn"):
        values["results"] = _results(c, draw.id)
    return values


def _shut(c: Connection, event: Row[Any], plan: Plan, *, itself: bool = False) -> list[Gate]:
    """What keeps a planned draw shut; ``itself``: one that the server holds."""
    if plan.cut is None and plan.name != draws.MAIN:
        words = f"The event is {'a draft' if event.state == 'created' else event.state}."
        return [Gate("closed", passed=False, words=words, what_to_do="It has this draw once it is on sale.")]
    gates = reconcile.gates(auth.office(), c, event.id, plan.name, automatic=itself)
    return [gate for gate in gates if not gate.passed]


def _qr(text: str) -> str:
    """A QR code as a picture's address."""
    return segno.make(text, error="m").svg_data_uri(border=2, scale=4)


def _names(c: Connection, held: Sequence[DrawRow]) -> dict[UUID | None, str]:
    """The people in these draws by their ids."""
    people = {
        who
        for one in held
        for who in (one.conducted_by, one.agreed_by, one.official_by, one.failure_asked_by)
        if who
    }
    u = m.users
    rows = c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(people)))
    return {row.id: row.display_name for row in rows}


def _told(c: Connection, event: Row[Any]) -> dict[str, int]:
    """How many people and kiosks hear of an official result."""
    o, a = m.organization_users, m.rsu_allocations
    people = c.scalar(
        select(func.count()).where(o.c.organization_id == event.organization_id, o.c.role.in_(notices.TOLD))
    )
    kiosks = c.scalar(
        select(func.count(a.c.rsu_id.distinct()))
        .join(m.rsus, m.rsus.c.id == a.c.rsu_id)
        .where(a.c.raffle_event_id == event.id, m.rsus.c.kind != rsus.ONLINE)
    )
    return {"people": people or 0, "kiosks": kiosks or 0}


def _prizes(c: Connection, event: Row[Any], plan: Plan) -> list[tuple[events.PrizeRow, int]]:
    """The prizes of a planned draw, and what one winner of each would get now."""
    amounts = pools.prize_amounts(c, event.id, plan.name)
    return [(prize, amounts[prize.id]) for prize in events.prizes(c, event.id) if prize.id in amounts]


def _results(c: Connection, draw: UUID) -> Sequence[Row[Any]]:
    r = m.draw_results
    return c.execute(
        select(r, m.prizes.c.name.label("prize_name"))
        .join(m.prizes, m.prizes.c.id == r.c.prize_id)
        .where(r.c.draw_execution_id == draw)
        .order_by(r.c.position, r.c.winner, r.c.id)
    ).all()


def _due(c: Connection, draw: DrawRow) -> list[str]:
    """Of a draw by hand: which prize each number is for, in the order of drawing."""
    manifest = draws.manifest(c, draw.id) or b""
    names = {str(prize.id): prize.name for prize in events.prizes(c, draw.event)}
    return [
        names.get(prize.prize, f"Prize {prize.position}")
        + (f", winner {winner}" if prize.winners > 1 else "")
        for prize, winner in fair.Manifest.read(manifest).due()
    ]


def _keying(rows: Sequence[KeyingRow], what: str, me: UUID) -> Keying:
    """How the keying of this stands for ``me``."""
    mine = [row for row in rows if row.what == what]
    last = [row for row in mine if row.round == mine[-1].round] if mine else []
    waits = len(last) == 1
    places = keyings.differences(last[0].content, last[1].content) if len(last) == 2 else []
    return Keying(last, waits, waits and last[0].keyed_by == me, places)


# Steps ----------------------------------------------------------------------------------------------


def _entropy() -> dict[str, Json]:
    """The source of public chance that the form names, as the manifest states it."""
    here, source = auth.office(), request.form.get("source", "")
    if source == "dice":
        return {"source": "dice", "form": ground.text("form", "Dice", 12)}
    if source == "digits":
        return {"source": "digits", "count": ground.whole("digits", "Digits", 1, DIGITS_MAX)}
    if source == "drand":
        minutes = ground.whole("drand_minutes", "Minutes", 1, MINUTES_MAX)
        return draws.drand_source(here, minutes * 60)
    if source == "nist":
        minutes = ground.whole("nist_minutes", "Minutes", 1, MINUTES_MAX)
        return draws.nist_source(here, minutes * 60)
    if source in {"none", "manual"}:
        return {"source": source}
    raise Refused("field", "Choose where the public chance comes from.")


@access(*ground.MANAGERS)
def freeze(event: UUID) -> ResponseReturnValue:
    """Freezes the pools of a planned draw and publishes the manifest."""
    plan = request.form.get("plan", "") or draws.MAIN
    ground.back_to("admin.draw_of", event=event, plan=plan)
    entropy = _entropy()
    reason = ground.text("reason", "Reason", ground.REASON_CHARS_MAX, least=0)
    here, me = auth.office(), auth.account()
    with telling(here, event) as progress, ground.acting() as c:
        ground.own_event(c, event)
        draw = draws.freeze(here, c, event, entropy, me.id, plan=plan, reason=reason, progress=progress)
    ground.tell("good", "The pool is frozen, and its hash is published.")
    return redirect(url_for("admin.draw", draw=draw), 303)


@contextmanager
def telling(office: Office, event: UUID) -> Iterator[pools.Progress]:
    """Tells how far freezing a pool has come, so that any of the server's processes can say it meanwhile.

    It stands in the name of a connection of its own: what the freeze itself writes is seen by nobody before it is
    done, and the web's processes keep nothing.
    """
    with office.engine.connect() as other:

        def tell(done: int, expected: int) -> None:
            name = f"{_FREEZING}{event.hex} {done} {expected}"
            other.execute(select(func.set_config("application_name", name, True)))

        yield tell
        other.rollback()


@access(*ground.MANAGERS)
def freezing(event: UUID) -> ResponseReturnValue:
    """How many numbers a freeze under way has read, of how many; nothing where none is."""
    with ground.reading() as c:
        ground.own_event(c, event)
        name = c.scalar(_TOLD, {"like": f"{_FREEZING}{event.hex} %"})
    if name is None:
        return jsonify({})
    done, expected = str(name).split()[-2:]
    return jsonify({"done": int(done), "of": int(expected)})


@access(*ground.MANAGERS)
def by_itself(event: UUID) -> ResponseReturnValue:
    """Lets the event draw itself at its time, or no longer; signs the confirmation beforehand, or takes that back."""
    page = ground.back_to("admin.draw_of", event=event)
    here, me, asked = auth.office(), auth.account(), request.form.get("do", "")
    said = {
        "on": "The event draws itself at its time, if every gate is open then.",
        "off": "The event no longer draws itself.",
        "sign": "Signed beforehand, under your name. It counts only while no finding is open.",
        "unsign": "The signature is taken back.",
    }
    if asked not in said:
        raise Refused("field", "Choose what is to be done.")
    with ground.acting() as c:
        ground.own_event(c, event)
        if asked in {"on", "off"}:
            automatic.set_automatic(here, c, event, asked == "on", me.id)
        elif asked == "sign":
            reconcile.presign(here, c, event, me.id)
        else:
            reconcile.unsign(c, event, me.id)
    ground.tell("good", said[asked])
    return redirect(page, 303)


@access(*ground.READERS)
def redraw(event: UUID) -> ResponseReturnValue:
    """Results that two people gave up, whose prizes are to be drawn again."""
    here = auth.office()
    with ground.reading() as c:
        row = ground.own_event(c, event)
        waiting = [one for one in claims.standings(here, c, event) if one.waits_for_redraw]
        of = {one.id: one.plan for one in draws.attempts(c, event)}
        labels = {plan.name: plan.label for plan in pools.plans(here, c, event)}
        people = {who for one in waiting if (f := one.forfeit) for who in (f.asked_by, f.agreed_by)}
        u = m.users
        names = {
            found.id: found.display_name
            for found in c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(people)))
        }
    groups: dict[str, list[claims.Standing]] = {}
    for one in waiting:
        groups.setdefault(of[one.draw], []).append(one)
    return ground.page(
        "redraw",
        "events",
        e=row,
        groups=groups,
        labels=labels,
        names=names,
        rules=events.settings(row.configuration).draw,
        minutes_default=MINUTES_DEFAULT,
    )


@access(*ground.MANAGERS)
def begin_redraw(event: UUID) -> ResponseReturnValue:
    """Freezes the pools of a redraw: a new draw on record."""
    ground.back_to("admin.redraw", event=event)
    try:
        redo = [UUID(one) for one in request.form.getlist("result")]
    except ValueError:
        abort(400)
    if not redo:
        raise Refused("field", "Choose what is drawn again.")
    entropy, reason = _entropy(), ground.reason()
    here, me = auth.office(), auth.account()
    with telling(here, event) as progress, ground.acting() as c:
        ground.own_event(c, event)
        draw = draws.freeze(here, c, event, entropy, me.id, redo=redo, reason=reason, progress=progress)
    ground.tell("good", "The redraw is begun, and its pool’s hash is published. Every administrator is told.")
    return redirect(url_for("admin.draw", draw=draw), 303)


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
            typed = ground.text("text", "Results", TYPED_CHARS_MAX, least=0)
            _say(draws.key(here, c, draw, "entropy", _results_typed(row.entropy_source, typed), me.id))
        elif step == "count":
            typed = ground.text("text", "Count", TYPED_CHARS_MAX)
            _say(draws.key(here, c, draw, "counterfoils", typed, me.id))
        elif step == "winners":
            typed = " ".join(request.form.getlist("number")) or ground.text(
                "text", "Numbers", TYPED_CHARS_MAX
            )
            _say(draws.key(here, c, draw, "winners", typed, me.id))
        elif step == "execute":
            draws.execute(here, c, draw, me.id)
        elif step == "official":
            draws.make_official(here, c, draw, me.id)
        elif step == "fail" and not draws.fail(here, c, draw, ground.reason(), me.id):
            ground.tell("warn", "You asked to give it up.", "A second person has to agree, on this page.")
    if step == "fetch":
        draws.fetch_entropy(here, draw, me.id)
        ground.tell("good", "It is here, it is what it must be, and it is fixed.")
    if step == "official":
        ground.tell("good", "The result is official and public.")
    return redirect(page, 303)


def _say(keyed: keyings.Keyed) -> None:
    """What came of keying something, on the next page."""
    if keyed.outcome == "differs":
        ground.tell("warn", "The two keyings differ.", keyed.words)
    elif keyed.words:
        ground.tell("good", keyed.words)


def _dice(source: Mapping[str, Any]) -> tuple[int, int] | None:
    """How many dice a manifest's source names, and of how many sides; None where it names none."""
    if source.get("source") != "dice":
        return None
    count, sides = str(source["form"]).split("d")
    return int(count), int(sides)


def _results_typed(source: Mapping[str, Any], typed: str) -> str:
    """What was typed for this source, one blank between; of dice and digits ``Refused`` says which one is wrong.

    The draw's own check stays the wall; this one only finds the word for what somebody mistyped.
    """
    if dice := _dice(source):
        return " ".join(_checked(typed.replace(",", " ").split(), dice[0], 1, dice[1]))
    if source.get("source") == "digits":
        # However they are grouped, each figure is one digit.
        return " ".join(_checked(list("".join(typed.replace(",", " ").split())), int(source["count"]), 0, 9))
    return typed


def _checked(typed: list[str], count: int, least: int, most: int) -> list[str]:
    die = least == 1
    what_to_do = (
        f"Type {count} numbers from 1 to {most}, in the order in which the dice fell."
        if die
        else f"Type {count} digits in the order in which they were called."
    )
    for place, one in enumerate(typed, start=1):
        if not (one.isascii() and one.isdecimal()):
            raise Refused(
                "dice", f"'{one[:SHOWN_CHARS_MAX]}' is no {'number' if die else 'digit'}.", what_to_do
            )
        if not least <= int(one) <= most:
            told = f"The {_ordinal(place)}, {one[:SHOWN_CHARS_MAX]}, is not on a die with {most} sides."
            raise Refused("dice", told, what_to_do)
    if len(typed) != count:
        word = "result" if die else "digit"
        results = f"1 {word}" if len(typed) == 1 else f"{len(typed)} {word}s"
        needed = "1 is needed" if count == 1 else f"{count} are needed"
        raise Refused("dice", f"You typed {results}; {needed}.", what_to_do)
    return [str(int(one)) for one in typed]


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
