"""The worker: what the office does by the clock. Its jobs are rows in Postgres, so that many workers may run."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate import App, PsycopgConnector
from sqlalchemy import and_, func, or_, select

from syncserver import events
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

SILENT_AFTER = timedelta(minutes=15)
"""A kiosk of an event on sale that is not heard of for so long is a critical event, once a silence."""
CONNECTIONS_MAX = 4
KEEP_JOBS_HOURS = 24
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "17 * * * *"

_log = logging.getLogger(__name__)


def make_app(office: Office) -> App:
    """The office's timed work: due closings and the watch over silent kiosks every minute, tidying every hour."""
    url = office.engine.url.set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=CONNECTIONS_MAX
    )
    app = App(connector=connector)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="run_due", queueing_lock="run_due", pass_context=False)
    def _run_due(timestamp: int) -> None:
        for words in run_due(office):
            _log.info("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="watch", queueing_lock="watch", pass_context=False)
    def _watch(timestamp: int) -> None:
        for words in watch(office):
            _log.warning("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_HOUR)
    @app.task(name="tidy", queueing_lock="tidy", pass_context=False)
    async def _tidy(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS)
        _log.info("old jobs are deleted (hour %s)", timestamp)

    return app


def run_worker(office: Office, *, wait: bool = True) -> None:
    """Work until told to stop (SIGINT or SIGTERM); ``wait=False`` does what is there and returns."""
    app = make_app(office)
    with app.open():
        app.run_worker(wait=wait, install_signal_handlers=wait, listen_notify=wait)


def run_due(office: Office) -> list[str]:
    """Close what is due; what was done, in words."""
    return events.run_due(office)


def watch(office: Office) -> list[str]:
    """Put on record each kiosk that went silent while its event is on sale; what was found, in words."""
    e, a, r, x, k = m.rsu_epochs, m.rsu_allocations, m.rsus, m.raffle_events, m.critical_events
    since = office.now() - SILENT_AFTER
    noted = (
        select(k.c.rsu_id, func.max(k.c.timestamp).label("at"))
        .where(k.c.event_type == "unit_silent")
        .group_by(k.c.rsu_id)
        .subquery()
    )
    selling = select(a.c.rsu_id).join(
        x, and_(x.c.id == a.c.raffle_event_id, x.c.state == "active", x.c.opens_at <= office.now())
    )
    with office.begin() as c:
        silent = c.execute(
            select(r.c.id, r.c.name, e.c.last_seen_at)
            .join(e, e.c.rsu_id == r.c.id)
            .outerjoin(noted, noted.c.rsu_id == r.c.id)
            .where(
                r.c.state == "enabled",
                e.c.last_seen_at < since,
                or_(noted.c.at.is_(None), noted.c.at <= e.c.last_seen_at),
                e.c.rsu_id.in_(selling),
            )
            .order_by(r.c.name)
        ).all()
        for row in silent:
            critical_event(
                c,
                "unit_silent",
                "WARN",
                f"{row.name} has not been heard of since {row.last_seen_at:%H:%M} UTC.",
                rsu_id=row.id,
                at=office.now(),
            )
    return [f"{row.name} is silent" for row in silent]
