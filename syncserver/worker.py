"""The worker: what the office does by the clock. Its jobs are rows in Postgres, so that many workers may run."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import timedelta

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection, Subquery, and_, func, or_, select

from shared.clock import Clock
from syncserver import (
    accounts,
    automatic,
    blocks,
    cancellation,
    checkout,
    customers,
    events,
    live,
    notifications,
    online,
    openings,
    payments,
    postman,
    refunds,
    rsus,
    tokens,
)
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.office import Office

SILENT_AFTER = timedelta(minutes=15)
"""A kiosk of an event on sale that is not heard of for so long is a critical event, once a silence."""
CONNECTIONS_MAX = 4
KEEP_JOBS_HOURS = 24
RETRY_S = 5
"""How long a worker waits before it begins anew where the database has gone away."""
CLOCK_LOOK_S: float = 10
CLOCK_BACK_MS_MAX = 60_000
"""How far the machine's clock may go back before the timed work begins anew by it."""
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "17 * * * *"

_log = logging.getLogger(__name__)


def make_app(office: Office) -> App:
    """The office's timed work: due closings and draws and the watch over silent kiosks every minute, forgetting buyers
    and tidying every hour.
    """
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

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="alarms", queueing_lock="alarms", pass_context=False)
    def _alarms(timestamp: int) -> None:
        live.beat(office, "worker")
        for words in live.watch(office):
            _log.warning("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="checkouts", queueing_lock="checkouts", pass_context=False)
    def _checkouts(timestamp: int) -> None:
        door = payments.door(office)
        for words in checkout.run_due(office, door) + checkout.look_through(office, door):
            _log.info("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="pay_back", queueing_lock="pay_back", pass_context=False)
    def _pay_back(timestamp: int) -> None:
        for words in refunds.run_due(office, payments.door(office)):
            _log.info("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="tidy_outbox", queueing_lock="tidy_outbox", pass_context=False)
    def _tidy_outbox(timestamp: int) -> None:
        for words in postman.tidy(office):
            _log.warning("%s (minute %s)", words, timestamp)

    @app.periodic(cron=EVERY_HOUR)
    @app.task(name="forget", queueing_lock="forget", pass_context=False)
    def _forget(timestamp: int) -> None:
        for words in (
            accounts.run_due(office)
            + customers.run_due(office)
            + notifications.run_due(office)
            + tokens.run_due(office)
        ):
            _log.info("%s (hour %s)", words, timestamp)

    @app.periodic(cron=EVERY_HOUR)
    @app.task(name="tidy", queueing_lock="tidy", pass_context=False)
    async def _tidy(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS)
        _log.info("old jobs are deleted (hour %s)", timestamp)

    return app


def run_worker(office: Office, *, wait: bool = True) -> None:
    """Work until told to stop (SIGINT or SIGTERM); ``wait=False`` does what is there and returns.

    A database that goes away is waited for: a worker that ended with it would leave every closing undone. So would one
    whose clock was put back: the minutes that were done already would be waited for until they are over once more.
    """
    if not wait:
        asyncio.run(_once(make_app(office)))
        postman.send_due(office)
        return
    live.beat(office, "worker")
    with postman.Postman(office).working():
        asyncio.run(_work(office))


async def _once(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def _work(office: Office) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    stop = asyncio.create_task(told.wait())
    while not told.is_set():
        work = asyncio.create_task(_until_it_fails(office))
        back = asyncio.create_task(until_clock_goes_back(office.clock))
        await asyncio.wait({work, stop, back}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set() or back.done():
            work.cancel()
        back.cancel()
        with suppress(asyncio.CancelledError):
            await work
        if not told.is_set():
            _log.error("the work has stopped; it begins anew in %s seconds", RETRY_S)
            await asyncio.wait({stop}, timeout=RETRY_S)


async def until_clock_goes_back(clock: Clock) -> None:
    """Return when the wall clock was put back, or has lost so much against the one that only goes on."""
    ahead_ms = most_ms = clock.now_ms() - clock.monotonic_ms()
    while ahead_ms > most_ms - CLOCK_BACK_MS_MAX:
        await asyncio.sleep(CLOCK_LOOK_S)
        ahead_ms = clock.now_ms() - clock.monotonic_ms()
        # Put forward and then right again: that is back, too.
        most_ms = max(most_ms, ahead_ms)
    _log.error("the clock was put back; the timed work goes by what it says now")


async def _until_it_fails(office: Office) -> None:
    app = make_app(office)
    try:
        async with app.open_async():
            # It returns, having logged why, when the database has gone away under it.
            await app.run_worker_async(wait=True, install_signal_handlers=False, listen_notify=True)
    except (ConnectorException, psycopg.Error) as error:
        _log.error("the database did not answer: %s", error.__cause__ or error)


def run_due(office: Office) -> list[str]:
    """Open and close what is due, cut the web shops' chains, draw what draws itself, and tell whose event was called
    off; what was done, in words.
    """
    return (
        openings.run_due(office)
        + events.run_due(office)
        + online.run_due(office)
        + automatic.run_due(office)
        + cancellation.run_due(office)
        + blocks.run_due(office)
    )


def watch(office: Office) -> list[str]:
    """Put on record each kiosk that went silent while its event is on sale, and that came back; in words."""
    with office.begin() as c:
        back = _came_back(c)
    return back + _went_silent(office)


def _last(code: str) -> Subquery:
    """When each kiosk was last put on record under this code."""
    k = m.critical_events
    return (
        select(k.c.rsu_id, func.max(k.c.timestamp).label("at"))
        .where(k.c.event_type == code)
        .group_by(k.c.rsu_id)
        .subquery()
    )


def _came_back(c: Connection) -> list[str]:
    e, r = m.rsu_epochs, m.rsus
    silent, back = _last("unit_silent"), _last("unit_connected")
    rows = c.execute(
        select(r.c.id, r.c.name, func.max(e.c.last_seen_at).label("seen"))
        .join(silent, silent.c.rsu_id == r.c.id)
        .join(e, and_(e.c.rsu_id == r.c.id, e.c.last_seen_at >= silent.c.at))
        .outerjoin(back, back.c.rsu_id == r.c.id)
        .where(or_(back.c.at.is_(None), back.c.at < silent.c.at))
        .group_by(r.c.id, r.c.name)
        .order_by(r.c.name)
    ).all()
    for row in rows:
        critical_event(
            c, "unit_connected", "INFO", f"{row.name} is heard of again.", rsu_id=row.id, at=row.seen
        )
    return [f"{row.name} is heard of again" for row in rows]


def _went_silent(office: Office) -> list[str]:
    e, a, r, x = m.rsu_epochs, m.rsu_allocations, m.rsus, m.raffle_events
    since, noted = office.now() - SILENT_AFTER, _last("unit_silent")
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
                r.c.kind != rsus.ONLINE,
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
