"""Reconciling an event as a guided page: where it stands, what still keeps the draw shut, and who must do what.

The page brings itself up to date, piece by piece, and never a piece that somebody is typing in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from shared import clock, medium
from shared.errors import Refused
from shared.medium import NotAMedium
from shared.numbers import DRAW_NUMBER_MAX
from syncserver import auth, intake, pools, reconcile, reports, shifts
from syncserver import models as m
from syncserver.admin import findings, ground
from syncserver.admin.kiosks import FORM_BYTES, MEDIUM_BYTES_MAX
from syncserver.auth import access
from syncserver.reconcile import Gate, Reconciliation

REFRESH_S: Final = 3
EPOCH_MAX: Final = 2**31 - 1
VOIDS_SHOWN: Final = 100
FINDINGS_SHOWN: Final = 25
IMPORTS_SHOWN: Final = 100
NUMBER_DIGITS: Final = 10
SPANS_SHOWN: Final = 500
"""Ranges of numbers listed at once; all are counted."""
CSV_CHARS: Final = 64 << 10
LEDGER: Final = {
    "sold": "in a pool",
    "void": "made void",
    "misprint": "never printed whole",
    "quarantined": "in doubt",
    "invalid": "out by a decision, or a test",
    "returned": "never sold, and never to be",
    "lost": "of a kiosk that is gone, or was left out",
    "unaccounted": "not shown yet",
    "not handed out": "never given to a kiosk",
}
"""What a number can have come to, in words."""
CORRUPT_SHOWN: Final = 100

STEPS: Final = (
    ("close", "Sales close", ("closed",)),
    ("hand-in", "Kiosks hand in", ("unit",)),
    ("findings", "Findings are decided", ("findings",)),
    ("voids", "Voids are acknowledged", ("voids",)),
    ("confirm", "Somebody confirms by name", ("confirmed",)),
)
"""What is done in which order, and the gates that each of them opens; any other gate stands before the last."""
_CORRUPT: Final = ("unit_corrupt", "journal_corrupt", "memory_error", "unit_forked")
"""Critical events that make the corruption log."""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    base = "/events/<uuid:event>/reconcile"
    to.add_url_rule(base, "reconcile_page", show)
    to.add_url_rule(f"{base}/now", "reconcile_now", fragment)
    to.add_url_rule(f"{base}/voids", "acknowledge_voids", acknowledge, methods=["POST"])
    to.add_url_rule(f"{base}/except", "except_unit", except_unit, methods=["POST"])
    to.add_url_rule(f"{base}/except/<uuid:rsu>/<int:epoch>", "exception", exception)
    to.add_url_rule(f"{base}/confirm", "confirm", confirm, methods=["POST"])
    to.add_url_rule(f"{base}/import", "event_import", bring_in, methods=["POST"])
    to.add_url_rule(f"{base}/imports", "imports", imports)
    to.add_url_rule("/events/<uuid:event>/numbers", "numbers", numbers)
    to.add_url_rule("/events/<uuid:event>/numbers.csv", "numbers_csv", numbers_csv)
    to.url_value_preprocessor(_make_room)


@dataclass(frozen=True)
class Step:
    """One step of the way to a draw; its gates, and how it stands: done, now, fails or later."""

    key: str
    number: int
    title: str
    state: str
    gates: list[Gate]


@dataclass(frozen=True)
class Todo:
    """Something that keeps the draw shut: what, who must act, and how."""

    step: str
    what: str
    who: str
    how: str


def steps(gates: Sequence[Gate], *, draft: bool = False) -> list[Step]:
    """The steps with their gates; the first that is not done is the one at hand. Of a draft nothing is done yet."""
    known = {code for _, _, codes in STEPS for code in codes}
    made: list[Step] = []
    for number, (key, title, codes) in enumerate(STEPS, start=1):
        mine = [gate for gate in gates if gate.code in codes or (key == "confirm" and gate.code not in known)]
        if draft and made:
            state = "later"
        elif all(gate.passed for gate in mine):
            state = "done"
        elif any(step.state != "done" for step in made):
            # Not at hand yet; what can be done already, findings and voids, is marked.
            state = "later" if key == "confirm" or made[0].state != "done" else "fails"
        else:
            state = "now"
        made.append(Step(key, number, title, state, mine))
    return made


def todos(gates: Sequence[Gate], rows: Sequence[reconcile.UnitRow], *, manager: bool) -> list[Todo]:
    """What still has to be done, in the order of the steps, by whom."""
    who = "You" if manager else "An event manager"
    handing_in = {row.name for row in rows if row.handing_in}
    found = []
    for step in steps(gates):
        for gate in step.gates:
            if gate.passed:
                continue
            if gate.code == "unit":
                waits = any(gate.words.startswith(name) for name in handing_in)
                found.append(
                    Todo(step.key, gate.words, "Nobody" if waits else "At the kiosk", gate.what_to_do)
                )
            else:
                found.append(Todo(step.key, gate.words, who, gate.what_to_do))
    return found


# The page -------------------------------------------------------------------------------------------


@access(*ground.READERS)
def show(event: UUID) -> ResponseReturnValue:
    """How an event's sales stand, step by step, and what still keeps the draw shut."""
    return ground.page("reconcile", "events", every_s=REFRESH_S, **_values(event, _asked_plan(event)))


@access(*ground.READERS)
def fragment(event: UUID) -> ResponseReturnValue:
    """The pieces of the page that change, to be exchanged on it."""
    return render_template("admin/reconcile_now.html", **_values(event, _asked_plan(event)))


def _asked_plan(event: UUID) -> str:
    """The planned draw that the address names; the main one where it names none that there is."""
    asked = request.args.get("plan", "") or pools.MAIN
    with ground.reading() as c:
        ground.own_event(c, event)
        names = {plan.name for plan in _plans(c, event)}
    return asked if asked in names else pools.MAIN


def _plans(c: Connection, event: UUID) -> list[pools.Plan]:
    """The planned draws that can be reconciled: an early bird's once the event is on sale."""
    return [
        plan
        for plan in pools.plans(auth.office(), c, event)
        if plan.name == pools.MAIN or plan.cut is not None
    ]


def _values(event: UUID, plan: str) -> dict[str, Any]:
    here, me, v = auth.office(), auth.account(), m.voids
    with ground.reading() as c:
        row = ground.own_event(c, event)
        plans = _plans(c, event)
        status = reconcile.status(here, c, event, plan)
        doubts = findings.of_event(c, event, FINDINGS_SHOWN)
        voids = _voids(c, event)
        unseen = c.scalar(select(func.count()).where(v.c.event_id == event, v.c.acknowledged_at.is_(None)))
        people = {status.confirmed_by, status.presigned_by} - {None}
        u = m.users
        names = {
            found.id: found.display_name
            for found in c.execute(select(u.c.id, u.c.display_name).where(u.c.id.in_(people)))
        }
        known = shifts.names(c, [void.by_name for void in voids])
        corrupt = _corruption(c, event)
        excluded = pools.exclusions(c, event)
        affected = {
            f.id: reconcile.excepted_numbers(c, event, f.rsu_id, f.epoch)
            for f in doubts
            if f.kind == "unit_missing" and f.event_id == event
        }
    manager = me.role in ground.MANAGERS
    return {
        "e": row,
        "plan": plan,
        "plans": plans,
        "status": status,
        "steps": steps(status.gates, draft=row.state == "created"),
        "todos": todos(status.gates, status.rows, manager=manager),
        "sums": _sums(status),
        "doubts": doubts,
        "affected": affected,
        "voids": voids,
        "voids_shown": VOIDS_SHOWN,
        "unseen": unseen,
        "names": names,
        "known": known,
        "confirmable": all(
            gate.passed for gate in status.gates if gate.code not in {"confirmed", "linked", "under_way"}
        ),
        "corrupt": corrupt,
        "excluded": [one for one in excluded if one.lifted_at is None],
        "may": manager,
        "now": clock.utc(here.clock.now_ms()),
    }


def _sums(status: Reconciliation) -> dict[str, Any]:
    """What the kiosks and the web shop come to together."""
    columns = ("allocated", "sold", "void", "doubtful", "returned", "missing", "cash")
    sums: dict[str, Any] = {name: sum(getattr(row, name) for row in status.rows) for name in columns}
    drawers = [row for row in status.rows if not row.online]
    sums |= {name: sum(getattr(row, name) for row in drawers) for name in ("card", "paid_out")}
    sums |= {
        name: sum(getattr(row.drawer, name) for row in drawers) for name in ("counted", "over", "closed")
    }
    sums["on_line"] = sum(row.card for row in status.rows if row.online)
    sums["units"] = len(status.rows)
    sums["in"] = sum(row.whole or row.excepted for row in status.rows)
    kiosks = len(drawers)
    shop = "the web shop" if kiosks < len(status.rows) else ""
    told = f"{kiosks} {'kiosk' if kiosks == 1 else 'kiosks'}" if kiosks else ""
    sums["shop_alone"] = bool(status.rows) and not drawers
    sums["who"] = " and ".join(one for one in (told, shop) if one)
    return sums


def _voids(c: Connection, event: UUID) -> Sequence[Row[Any]]:
    """The event's voids, those that nobody has looked at first."""
    v, seer, voider = m.voids, m.users.alias(), m.users.alias()
    return c.execute(
        select(
            v,
            m.rsus.c.name.label("unit"),
            m.orders.c.ticket_count,
            m.orders.c.total_amount,
            m.orders.c.is_test,
            m.refunds.c.amount.label("refund"),
            m.refunds.c.state.label("refund_state"),
            m.refunds.c.at_kiosk,
            seer.c.display_name.label("seer"),
            voider.c.display_name.label("voider"),
        )
        .join(m.orders, m.orders.c.id == v.c.order_id)
        .outerjoin(m.refunds, m.refunds.c.order_id == v.c.order_id)
        .outerjoin(m.rsus, m.rsus.c.id == v.c.rsu_id)
        .outerjoin(seer, seer.c.id == v.c.acknowledged_by)
        .outerjoin(voider, voider.c.id == v.c.by_user)
        .where(v.c.event_id == event)
        .order_by(v.c.acknowledged_at.is_not(None), v.c.at.desc(), v.c.id)
        .limit(VOIDS_SHOWN)
    ).all()


def _corruption(c: Connection, event: UUID) -> Sequence[Row[Any]]:
    """The corruption log: units of the event that broke, or were given up, the newest first (GLI-31, 2.8.1g)."""
    k, a = m.critical_events, m.rsu_allocations
    held = exists().where(a.c.raffle_event_id == event, a.c.rsu_id == k.c.rsu_id)
    return c.execute(
        select(k, m.rsus.c.name.label("unit"), m.users.c.display_name.label("by_name"))
        .outerjoin(m.rsus, m.rsus.c.id == k.c.rsu_id)
        .outerjoin(m.users, m.users.c.id == k.c.user_id)
        .where(k.c.event_type.in_(_CORRUPT), or_(k.c.event_id == event, and_(k.c.event_id.is_(None), held)))
        .order_by(k.c.timestamp.desc())
        .limit(CORRUPT_SHOWN)
    ).all()


# What is done on it ---------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def acknowledge(event: UUID) -> ResponseReturnValue:
    """Takes note of all voids, as many as the page showed."""
    page = ground.back_to("admin.reconcile_page", event=event, _anchor="voids")
    shown = request.form.get("shown", "")
    v = m.voids
    with ground.acting() as c:
        ground.own_event(c, event)
        unseen = c.scalar(select(func.count()).where(v.c.event_id == event, v.c.acknowledged_at.is_(None)))
        if shown and shown != str(unseen):
            raise Refused(
                "voids_changed", "Another void has come in meanwhile.", "Look at the list once more."
            )
        reconcile.acknowledge_voids(c, event, auth.account().id)
    ground.tell("good", "The voids are acknowledged, under your name.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def confirm(event: UUID) -> ResponseReturnValue:
    """Confirms that the event is reconciled."""
    plan = request.form.get("plan", "") or pools.MAIN
    page = ground.back_to(
        "admin.reconcile_page", event=event, **({} if plan == pools.MAIN else {"plan": plan})
    )
    with ground.acting() as c:
        ground.own_event(c, event)
        reconcile.confirm(auth.office(), c, event, auth.account().id, plan)
    ground.tell("good", "Reconciliation is confirmed, under your name. The draw can be opened.")
    return redirect(page, 303)


@access(*ground.READERS)
def exception(event: UUID, rsu: UUID, epoch: int) -> ResponseReturnValue:
    """What the draw would go on without, if a kiosk were left out; shown before anybody asks for it."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        rows = reconcile.status(auth.office(), c, event).rows
        unit = next((one for one in rows if (one.rsu, one.epoch) == (rsu, epoch)), None)
        if unit is None:
            abort(404)
        spans = reconcile.excepted_numbers(c, event, rsu, epoch)
    return ground.page(
        "exception",
        "events",
        e=row,
        unit=unit,
        spans=spans[:SPANS_SHOWN],
        more=max(0, len(spans) - SPANS_SHOWN),
        total=sum(last - first + 1 for first, last in spans),
        may=auth.account().role in ground.MANAGERS,
    )


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


# The ledger of numbers ------------------------------------------------------------------------------


def _asked_state() -> str:
    asked = request.args.get("state", "")
    return asked if asked in LEDGER else ""


def _asked_start() -> int:
    """The number from which on the list is asked for; 0: from its beginning."""
    asked = request.args.get("from", "")
    fits = asked.isascii() and asked.isdigit() and len(asked) <= NUMBER_DIGITS
    return min(int(asked), DRAW_NUMBER_MAX) if fits else 0


@access(*ground.READERS)
def numbers(event: UUID) -> ResponseReturnValue:
    """Every number of the event, once: what became of it, and that all of them add up.

    The list goes on from a number rather than a page: what lies before is not read again.
    """
    state, start = _asked_state(), _asked_start()
    with ground.reading() as c:
        row = ground.own_event(c, event)
        counts = reconcile.number_counts(c, event)
        spans = list(islice(reconcile.number_ledger(c, event, start, state), SPANS_SHOWN + 1))
    sums = {one: counts.get(one, 0) for one in LEDGER}
    range_ = row.ticket_allocation
    return ground.page(
        "numbers",
        "events",
        e=row,
        sums=sums,
        words=LEDGER,
        state=state,
        total=sum(sums.values()),
        whole=range_["last"] - range_["first"] + 1,
        spans=spans[:SPANS_SHOWN],
        start=start,
        following=spans[SPANS_SHOWN].first if len(spans) > SPANS_SHOWN else 0,
    )


@access(*ground.READERS)
def numbers_csv(event: UUID) -> Response:
    """The ledger of numbers to download."""
    state = _asked_state()
    with ground.reading() as c:
        row = ground.own_event(c, event)

    def lines(c: Connection) -> Iterator[str]:
        out = io.StringIO()
        write = csv.writer(out)
        write.writerow(["first", "last", "count", "state", "kiosk", "epoch"])
        for span in reconcile.number_ledger(c, event, state=state):
            unit = reports.cell(span.unit)
            write.writerow([span.first, span.last, span.count, span.state, unit, span.epoch or ""])
            if out.tell() > CSV_CHARS:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()

    return ground.csv(lines, f"numbers-{row.event_number}")


# A dead kiosk's medium ------------------------------------------------------------------------------


def _make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Lets this one form be as large as a medium's file, before anybody reads it."""
    if endpoint != "admin.event_import":
        return
    request.max_content_length = MEDIUM_BYTES_MAX + FORM_BYTES
    if (request.content_length or 0) > request.max_content_length:
        g.back = url_for("admin.imports", **(values or {}))
        raise Refused(
            "too_large",
            f"The file is larger than {MEDIUM_BYTES_MAX >> 20} MB.",
            "Import it at the office's machine: tombola-server import FILE.",
        )


@access(*ground.MANAGERS)
def bring_in(event: UUID) -> ResponseReturnValue:
    """Takes in the file of a dead kiosk's stick or card, whichever kiosk of the organisation it is of."""
    page = ground.back_to("admin.imports", event=event)
    with ground.reading() as c:
        ground.own_event(c, event)
    sent = request.files.get("medium")
    if sent is None or not sent.filename:
        raise Refused("field", "No file was chosen.", "Choose the file of the kiosk's stick or card first.")
    try:
        rsu = UUID(medium.look(sent.stream).rsu)
    except (NotAMedium, ValueError) as e:
        raise Refused(
            "no_journal",
            f"{sent.filename[:80]} holds no journal of a kiosk.",
            "Choose the file tombola-….journal of the kiosk's stick or card, or one made by tombola-kiosk --export.",
        ) from e
    with ground.reading() as c:
        unit = c.scalar(
            select(m.rsus.c.name).where(
                m.rsus.c.id == rsu, m.rsus.c.organization_id == auth.account().organisation
            )
        )
    if unit is None:
        raise Refused("other_office", f"{sent.filename[:80]} is of a kiosk that is not yours.")
    done = intake.take(
        auth.office(), sent.stream, sent.filename, auth.account().id, only=rsu, bytes_max=MEDIUM_BYTES_MAX
    )
    if done.whole:
        ground.tell("good", f"All that this file holds of {unit} is in.")
    else:
        ground.tell("warn", f"Not all of {unit} is in.", "What is missing, and where to look, stands below.")
    return redirect(page, 303)


@access(*ground.READERS)
def imports(event: UUID) -> ResponseReturnValue:
    """What was taken from media of this event's kiosks, the newest first."""
    k, a = m.critical_events, m.rsu_allocations
    with ground.reading() as c:
        row = ground.own_event(c, event)
        mine = m.rsus.c.organization_id == auth.account().organisation
        held = exists().where(a.c.raffle_event_id == event, a.c.rsu_id == k.c.rsu_id)
        taken = c.execute(
            select(k, m.rsus.c.name.label("unit"), m.users.c.display_name.label("by_name"))
            .join(m.rsus, and_(m.rsus.c.id == k.c.rsu_id, mine))
            .outerjoin(m.users, m.users.c.id == k.c.user_id)
            .where(k.c.event_type.in_(("journal_imported", "import_refused")), held)
            .order_by(k.c.timestamp.desc())
            .limit(IMPORTS_SHOWN)
        ).all()
    return ground.page(
        "imports", "events", e=row, taken=taken, may=auth.account().role in ground.MANAGERS,
        megabytes=MEDIUM_BYTES_MAX >> 20,
    )  # fmt: skip
