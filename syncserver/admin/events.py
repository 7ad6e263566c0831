"""Events: how one stands, and its way from draft to closed, called off, put away or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Row, exists, func, select

from shared import clock
from shared.errors import Refused
from shared.games import raffle
from syncserver import (
    auth,
    cancellation,
    champions,
    checkout,
    claims,
    events,
    media,
    online,
    organisations,
    payments,
    pools,
    reports,
)
from syncserver import models as m
from syncserver.admin import drafts, ground
from syncserver.auth import access
from syncserver.events import templates

OFFICERS: Final = ("admin",)
"""Who may call an event off, which sends money back (E4)."""
WAYS: Final = {
    "cash": "in cash, by hand",
    "card": "on the card terminal, by hand",
    "split": "partly in cash, partly on the card terminal, by hand",
    "stripe": "by itself, to the card that paid on line",
}
"""How a refund goes back."""


@dataclass(frozen=True)
class Ahead:
    """The one thing that comes next for an event: why, and the page that does it or the step of this page."""

    words: str
    button: str = ""
    address: str = ""
    step: str = ""


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/events/<uuid:event>", "event", show)
    to.add_url_rule(
        "/events/<uuid:event>/<any(activate,suspend,resume,close,complete,feature,unfeature,unplan,unarchive):step>",
        "event_step",
        step,
        methods=["POST"],
    )
    to.add_url_rule("/events/<uuid:event>/plan", "plan_event", plan, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/cancel", "cancel_event", cancel, methods=["GET", "POST"])
    to.add_url_rule("/events/<uuid:event>/archive", "archive_event", archive, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/delete", "delete_event", delete, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/move-close", "move_close", move_close, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/draws/<uuid:draw>/video", "draw_video", video, methods=["POST"])
    to.add_url_rule("/events/<uuid:event>/<any(orders,tickets):table>.csv", "event_csv", table_csv)


@access(*ground.SEEKERS)
def show(event: UUID) -> ResponseReturnValue:
    """One event: what is sold, what can be won, how it stands, what comes next."""
    return shown(event)


def shown(event: UUID, failed: str = "", refused: Refused | None = None) -> str:
    """The event's page; with what was typed into the form that ``failed``, and why it was refused."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
        packages = c.execute(
            select(m.ticket_packages)
            .where(m.ticket_packages.c.event_id == event)
            .order_by(m.ticket_packages.c.display_order, m.ticket_packages.c.price, m.ticket_packages.c.id)
        ).all()
        prizes = events.prizes(c, event)
        voids = c.scalar(select(func.count()).select_from(m.voids).where(m.voids.c.event_id == event))
        terms = pools.prize_terms(c, event)
        d = m.draw_executions
        official = c.execute(
            select(d.c.id, d.c.attempt, d.c.plan, d.c.kind, d.c.video_url)
            .where(d.c.raffle_event_id == event, d.c.official_at.is_not(None))
            .order_by(d.c.attempt)
        ).all()
        sold = events.tickets_sold(c, event)
        kept = events.settings(row.configuration)
        e = m.raffle_events
        related = {
            other.id: other.name
            for other in c.execute(
                select(e.c.id, e.c.name).where(e.c.id.in_([kept.draw.linked_to, kept.draw.carry_from]))
            )
        }
        jackpot = events.jackpot(c, event)
        draft = row.state == "created"
        perks = events.perks(c, row.organization_id, all_of=True)
        tax = organisations.of(c, row.organization_id).tax if draft else kept.tax
        offered = (
            (
                templates.package_templates(c, row.organization_id, row.currency),
                templates.prize_templates(c, row.organization_id, row.currency),
            )
            if draft
            else ([], [])
        )
        pictures = media.of_event(c, event)
        planner = _name(c, row.activate_by)
        now = clock.utc(auth.office().clock.now_ms())
        rules = checkout.rules(c, event)
        kiosks = _kiosks(c, row.organization_id)
        ahead = _ahead(c, row, bool(packages), bool(prizes), rules.on_sale, now)
        left = checkout.left(c, event) if rules.on_sale and row.state != "created" else 0
        house_licence = (
            ""
            if row.licence_number
            else c.scalar(
                select(m.organizations.c.license_number).where(m.organizations.c.id == row.organization_id)
            )
        )
        won = claims.standings(auth.office(), c, event) if official else []
    labels = {raffle.MAIN_POOL: "All tickets"} | {one.name: one.label for one in kept.pools}
    if kept.draw.progressive is not None:
        labels[events.DECK] = "The deck of cards"
    return ground.page(
        "event",
        "events",
        e=row,
        packages=packages,
        prizes=prizes,
        voids=voids,
        terms=terms,
        official=official,
        won=won,
        kiosks=kiosks or not rules.on_sale,
        sold=sold,
        total=row.total_sold,
        jackpot=jackpot,
        now=now,
        kept=kept,
        pool_labels=labels,
        related=related,
        methods=drafts.METHODS,
        sources=drafts.SOURCES,
        unclaimed=drafts.UNCLAIMED,
        modes=drafts.MODES,
        bundles=drafts.BUNDLES,
        payments=drafts.PAYMENTS,
        told_by_buyers=drafts.TOLD_BY_BUYERS,
        perks=[one for one in perks if one.active],
        perk_names={one.id: one.name for one in perks},
        tax=tax,
        house_licence=house_licence,
        offered=offered,
        pictures=pictures,
        pictures_max=media.PICTURES_MAX,
        planner=planner,
        ahead=ahead,
        rules=rules,
        left=left,
        connected=payments.door(auth.office()) is not None,
        typed={failed: request.form},
        refused=refused,
    )


def _ahead(
    c: Connection, row: Row[Any], packaged: bool, prized: bool, on_line: bool, now: datetime
) -> Ahead | None:
    """What comes next, for whoever runs events; None where nothing does."""
    if row.state == "created":
        if not packaged:
            return Ahead("It sells nothing yet. First say what is sold.", "1. Add a package", "#packages")
        if not prized:
            return Ahead("Now say what can be won.", "2. Add a prize", "#prizes")
        return Ahead("All that it needs is there: it can be put on sale.", step="activate")
    if row.state == "active":
        return _selling(c, row, on_line, now)
    if row.state == "suspended":
        return Ahead("Nothing is sold until you let it go on.", step="resume")
    if row.state == "closed":
        return _closed(c, row, on_line)
    if row.state == "drawn":
        waiting = len(claims.unclaimed(auth.office(), c, row.id))
        if waiting:
            pay = auth.account().role in ground.DESK
            return Ahead(
                f"{waiting} {'prize waits' if waiting == 1 else 'prizes wait'} to be claimed.",
                "Pay the prizes" if pay else "See the prizes",
                url_for("admin.claims_desk") if pay else url_for("admin.prizes", event=row.id),
            )
        return Ahead("Every prize is paid.", step="complete")
    if row.state == "completed":
        return Ahead("All is done.", "Read its reports", url_for("admin.reports", event=row.id))
    return Ahead("It was called off.", "See what is paid back", url_for("admin.refunds"))


def _kiosks(c: Connection, organisation: UUID) -> bool:
    """Whether any kiosk is enrolled and enabled."""
    r, k = m.rsus, m.rsu_epochs
    return bool(
        c.scalar(
            select(
                exists(k.c.rsu_id)
                .where(k.c.rsu_id == r.c.id, r.c.organization_id == organisation)
                .where(r.c.kind == "kiosk", r.c.state == "enabled")
            )
        )
    )


def _selling(c: Connection, row: Row[Any], on_line: bool, now: datetime) -> Ahead:
    live = url_for("admin.live", event=row.id)
    if row.closes_at <= now:
        return Ahead("Its time is over: sales are being closed.", "Watch it live", live)
    if not on_line and not _kiosks(c, row.organization_id):
        return Ahead("Nobody can sell it yet: no kiosk is enabled.", "Add a kiosk", url_for("admin.kiosks"))
    return Ahead(
        "Sales have not opened yet." if row.opens_at > now else "Tickets are being sold.",
        "Watch it live",
        live,
    )


def _closed(c: Connection, row: Row[Any], on_line: bool) -> Ahead:
    if row.reconciliation_confirmed_at is None:
        return Ahead(
            "What the web shop sold is here; now every number is accounted for."
            if on_line and not _kiosks(c, row.organization_id)
            else "The kiosks hand in what they sold; then every number is accounted for.",
            "Reconcile",
            url_for("admin.reconcile_page", event=row.id),
        )
    return Ahead("Reconciliation is confirmed.", "Go to the draw", url_for("admin.draw_of", event=row.id))


def _name(c: Connection, user: UUID | None) -> str:
    return str(c.scalar(select(m.users.c.display_name).where(m.users.c.id == user)) or "")


@access(*ground.MANAGERS)
def step(event: UUID, step: str) -> ResponseReturnValue:
    """Takes an event a step on its way."""
    page = ground.back_to("admin.event", event=event)
    with ground.acting() as c:
        ground.own_event(c, event)
        said = _step(c, event, step, auth.account().id)
    ground.tell("good", said)
    return redirect(page, 303)


def _step(c: Connection, event: UUID, step: str, me: UUID) -> str:
    here = auth.office()
    if step == "activate":
        events.activate(here, c, event, me)
        return "The event is active. Kiosks learn of it at their next contact, and sell from its opening on."
    if step == "suspend":
        events.suspend(here, c, event, me, ground.reason())
        return "Selling is suspended. Kiosks stop at their next contact."
    if step == "resume":
        events.resume(here, c, event, me, ground.reason())
        return "Selling goes on."
    if step == "close":
        events.close(here, c, event, me, ground.reason())
        online.cut_due(here, c, event)
        return "Sales are closed. Now the kiosks hand in what they sold."
    if step == "complete":
        events.complete(c, event, me)
        return "The event is completed. It can be put away now."
    if step == "unplan":
        events.unplan_activation(c, event, me)
        return "It is put on sale by hand alone."
    if step == "unarchive":
        events.unarchive(c, event, me)
        return "The event is back in the lists."
    events.feature(c, event, me, on=step == "feature")
    return (
        "The event is shown first on the public home page."
        if step == "feature"
        else "The event is shown among the others."
    )


@access(*ground.MANAGERS)
def plan(event: UUID) -> ResponseReturnValue:
    """Lets a draft be put on sale by itself."""
    page = ground.back_to("admin.event", event=event, _anchor="next")
    with ground.acting() as c:
        row = ground.own_event(c, event)
        at = ground.moment("activate_at", "Put on sale", row.timezone or "UTC", row.activate_at)
        events.plan_activation(auth.office(), c, event, at, auth.account().id)
    ground.tell("good", "It is put on sale by itself at that time. Should it not be ready, you are told why.")
    return redirect(page, 303)


@access(*OFFICERS)
def cancel(event: UUID) -> ResponseReturnValue:
    """Says what calling the event off will do, and does it once its code was typed."""
    me, refused = auth.account(), None
    if request.method == "POST":
        try:
            with ground.acting() as c:
                row = ground.own_event(c, event)
                count = cancellation.cancel(
                    auth.office(), c, event, me.id, ground.reason(), request.form.get("code", "")
                )
            ground.tell(
                "good",
                f"{row.name} is called off.",
                f"{count} orders are to be paid back: see Refunds." if count else "Nothing had been sold.",
            )
            return redirect(url_for("admin.event", event=event), 303)
        except Refused as e:
            refused = e
    with ground.reading() as c:
        row = ground.own_event(c, event)
        will = cancellation.consequences(c, event)
    return (
        ground.page(
            "event_cancel", "events", e=row, will=will, ways=WAYS, refused=refused, form=request.form
        ),
        422 if refused else 200,
    )


@access(*ground.MANAGERS)
def archive(event: UUID) -> ResponseReturnValue:
    """Puts an event that is over out of the lists."""
    page = ground.back_to("admin.event", event=event)
    with ground.acting() as c:
        ground.own_event(c, event)
        events.archive(auth.office(), c, event, auth.account().id, ground.reason())
    ground.tell("good", "The event is put away. Its reports go on counting it.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def delete(event: UUID) -> ResponseReturnValue:
    """Deletes a draft that never sold anything."""
    ground.back_to("admin.event", event=event)
    with ground.acting() as c:
        row = ground.own_event(c, event)
        events.delete(c, event, auth.account().id, ground.reason())
    ground.tell("good", f"The draft {row.name} is deleted.")
    return redirect(url_for("admin.home"), 303)


@access(*ground.MANAGERS)
def move_close(event: UUID) -> ResponseReturnValue:
    """Moves the closing time of an event on sale, and the draw's with it where one is given."""
    page = ground.back_to("admin.event", event=event)
    with ground.acting() as c:
        row = ground.own_event(c, event)
        timezone = row.timezone or "UTC"
        closes = ground.moment("closes_at", "Sales close", timezone, row.closes_at)
        draw = (
            ground.moment("draw_at", "Draw", timezone, row.draw_at) if request.form.get("draw_at") else None
        )
        events.move_close(auth.office(), c, event, closes, auth.account().id, ground.reason(), draw)
    ground.tell("good", "The closing time is moved. Kiosks learn of it at their next contact.")
    return redirect(page, 303)


@access(*ground.MANAGERS)
def video(event: UUID, draw: UUID) -> ResponseReturnValue:
    """Links a video of an official draw, for the public pages."""
    page = ground.back_to("admin.event", event=event, _anchor="videos")
    d = m.draw_executions
    with ground.acting() as c:
        ground.own_event(c, event)
        if c.scalar(select(d.c.id).where(d.c.id == draw, d.c.raffle_event_id == event)) is None:
            abort(404)
        champions.film(c, draw, request.form.get("address", ""), auth.account().id)
    ground.tell("good", "Saved. It shows on the page of the draw and among the champions.")
    return redirect(page, 303)


@access(*ground.READERS)
def table_csv(event: UUID, table: str) -> Response:
    """An event's orders or tickets to download."""
    with ground.reading() as c:
        row = ground.own_event(c, event)
    make = reports.orders_csv if table == "orders" else reports.tickets_csv
    return ground.csv(lambda c: make(c, event), f"{table}-{row.event_number}")
