"""Records: the regulator's export, and how long records are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shared.errors import Refused
from syncserver import auth, organisations, records, retention
from syncserver import models as m
from syncserver.admin import ground, ledger
from syncserver.audit import critical_event
from syncserver.auth import access

EXPORTERS: Final = ("admin", "auditor")
EVENTS_SHOWN: Final = 200
DAYS_MAX: Final = 5_000


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/records", "records", show)
    to.add_url_rule("/records/export", "export_records", export, methods=["POST"])
    to.add_url_rule("/records/keep", "keep_records", keep, methods=["POST"])


@access(*EXPORTERS)
def show() -> ResponseReturnValue:
    """What can be handed to the regulator, and how long it is kept."""
    e, me = m.raffle_events, auth.account()
    with ground.reading() as c:
        events = c.execute(
            select(e.c.id, e.c.name, e.c.event_number)
            .where(e.c.organization_id == me.organisation)
            .order_by(e.c.event_number.desc())
            .limit(EVENTS_SHOWN)
        ).all()
        before = retention.horizon(c)
        years = retention.years(c, me.organisation)
        beyond = retention.beyond(c, before)
        zone = organisations.of(c, me.organisation).timezone or "UTC"
    return ground.page(
        "records",
        "records",
        events=events,
        years=years,
        least=retention.YEARS_MIN,
        most=retention.YEARS_MAX,
        before=before,
        beyond=beyond,
        zone=zone,
        public=auth.office().key.public.hex(),
    )


@access(*EXPORTERS)
def export() -> ResponseReturnValue:
    """The archive of a span of time, or of an event; that it was taken, by whom, goes on record first."""
    ground.back_to("admin.records")
    here, me = auth.office(), auth.account()
    with ground.acting() as c:
        zone = organisations.of(c, me.organisation).timezone or "UTC"
        if request.form.get("event"):
            event: UUID = ground.identifier("event", "Event")
            span = records.span_of_event(c, me.organisation, event, here.now())
            what = f"event {event}"
        else:
            since, until = ground.moment("since", "From", zone), ground.moment("until", "To", zone)
            if not timedelta(0) < until - since < timedelta(days=DAYS_MAX):
                raise Refused(
                    "field", "The span ends before it begins, or is too long.", "Choose other days."
                )
            span = records.Span(me.organisation, since, until)
            what = f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} ({zone})"
        critical_event(
            c,
            "records_exported",
            "INFO",
            f"Records were exported: {what}.",
            event_id=span.event,
            user_id=me.id,
            metadata={"since": span.since.isoformat(), "until": span.until.isoformat()},
        )
        visible = ledger.visible(c, me.organisation)
    told = ledger.told_events(me.organisation, zone)
    answer = Response(records.archive(here, span, visible, told, me.name), content_type="application/zip")
    name = f"tombola-records-{here.now():%Y%m%d-%H%M%S}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


@access("admin")
def keep() -> ResponseReturnValue:
    """Sets how long records are kept."""
    page = ground.back_to("admin.records")
    years = ground.whole("years", "Years", 0, 1_000)
    me = auth.account()
    with ground.acting() as c:
        retention.set_years(c, me.organisation, years, me.id)
    ground.tell("good", f"Records are kept for {years} years.")
    return redirect(page or url_for("admin.records"), 303)
