"""How the server itself is, for programs that watch it: alive, ready, and in numbers; and one line of log a request.

What is a fact is read from Postgres when it is asked for, so that every process says the same. What only a process
knows, its requests, is counted in files that all processes of one server share (prometheus-client's multi-process
mode, set up by ``serve``). No label holds an id, an address or a name: routes are templates.
"""

from __future__ import annotations

import hmac
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from syncserver import auth, live, logs
from syncserver import models as m
from syncserver.auth import PUBLIC, access
from syncserver.office import Office

READY_MS_MAX: Final = 3_000
"""How long the database may take to say that it is there."""
FACTS_MS_MAX: Final = 10_000
DISK_BYTES_MIN: Final = 64 << 20
"""With less room the embedded database may end at any moment: PostgreSQL's log grows by files of 16 MB."""
FULL_MS: Final = 30_000
"""How long a process that met a full disk calls itself not ready; by then it may be tried again."""
REQUEST_ID_HEADER: Final = "X-Request-ID"
SHARED_ENV: Final = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_ROUTE: Final = "none"
_LOOPBACK: Final = ("127.", "::1", "::ffff:127.")
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
_QUIET: Final = {"static", "operations.healthz", "operations.readyz", "operations.metrics"}

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_log = logging.getLogger("tombola.requests")
_own = CollectorRegistry()
"""Of one process alone; in multi-process mode the shared files are read instead."""
REQUESTS: Final = Counter(
    "tombola_http_requests",
    "Requests that were answered, by route, method and class of status.",
    ("route", "method", "status"),
    registry=_own,
)
DURATION: Final = Histogram(
    "tombola_http_request_duration_seconds",
    "Time from a request’s arrival to the head of its answer.",
    ("route", "method"),
    buckets=BUCKETS,
    registry=_own,
)

blueprint = Blueprint("operations", __name__)


def observe(app: Flask) -> None:
    """Counts and writes down every request of the application; to be called before any other guard is put in."""

    def arrive() -> None:
        clock = auth.office().clock
        g.began_ms = clock.monotonic_ms()
        trusted = (request.remote_addr or "").startswith(_LOOPBACK)
        g.request_id = logs.request_id(
            request.headers.get(REQUEST_ID_HEADER, ""), trusted=trusted, clock=clock
        )
        logs.about()
        logs.about(request=g.request_id, path=request.path, route=_route(), method=_method())

    def answer(response: Response) -> Response:
        began = g.get("began_ms")
        if began is None:
            return response
        took_ms = auth.office().clock.monotonic_ms() - began
        route, method = _route(), _method()
        REQUESTS.labels(route, method, f"{response.status_code // 100}xx").inc()
        DURATION.labels(route, method).observe(took_ms / 1000)
        response.headers[REQUEST_ID_HEADER] = g.request_id
        also: dict[str, Any] = {"status": response.status_code, "duration_ms": took_ms}
        who = g.get("account")
        if who is not None:
            also |= {"organisation": str(who.organisation), "user": str(who.id)}
        if unit := g.get("rsu"):
            also |= {"kiosk": str(unit[0])}
        level = logging.DEBUG if request.endpoint in _QUIET else logging.INFO
        _log.log(level, "%s %s", method, route, extra={"also": also})
        return response

    def leave(_error: BaseException | None) -> None:
        # What is written between two requests of this thread belongs to neither.
        logs.about()

    app.before_request(arrive)
    app.after_request(answer)
    app.teardown_request(leave)


def _route() -> str:
    """The route's template; ``none`` where nothing is served."""
    return NO_ROUTE if request.url_rule is None else str(request.url_rule.rule)


def _method() -> str:
    return request.method if request.method in METHODS else "OTHER"


# Alive and ready ------------------------------------------------------------------------------------


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> ResponseReturnValue:
    """Whether this process answers; it asks nobody, so that a database that is away restarts no server."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
@access(PUBLIC)
def readyz() -> ResponseReturnValue:
    """Whether requests can be served: the database answers and is of this version. 503 where not.

    A worker that is not at work is a warning alone: kiosks hand over without it. So it is with a disk that is nearly
    full; one that is full is not.
    """
    here = auth.office()
    room = _room(here)
    checks = {"database": "does not answer", "migrations": "unknown", "worker": "unknown", "disk": room}
    ready = False
    try:
        with here.begin() as c:
            c.execute(text(f"SET LOCAL statement_timeout = {READY_MS_MAX}"))
            current = MigrationContext.configure(c).get_current_revision()
            writes = c.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
            checks["database"] = "ok" if writes else "read only"
            known = current == _newest()
            checks["migrations"] = "ok" if known else "of another version"
            ready = writes and known and room != "full"
            beat = c.scalar(select(m.heartbeats.c.at).where(m.heartbeats.c.program == "worker"))
            # One of a time to come is from before the clock was put back.
            seen = beat is not None and abs(here.now() - beat) <= live.WORKER_SILENT
            checks["worker"] = "ok" if seen else "warning: not at work"
    except SQLAlchemyError as error:
        # What it says may name hosts and people; its kind tells enough.
        logging.getLogger(__name__).warning("not ready: %s", type(error).__name__)
        ready = False
    answer = jsonify(ready=ready, checks=checks)
    answer.status_code = 200 if ready else 503
    return answer


def note_full() -> None:
    """Says that the database met a full disk just now, on a machine that may not be this one."""
    current_app.extensions["tombola_full_ms"] = auth.office().clock.monotonic_ms()


def _room(here: Office) -> str:
    met = current_app.extensions.get("tombola_full_ms")
    if met is not None and here.clock.monotonic_ms() - met < FULL_MS:
        return "full"
    free = here.database.free_bytes()
    if free is None:
        return "ok"
    if free < DISK_BYTES_MIN:
        return "full"
    return "warning: nearly full" if free < live.DISK_BAD_BYTES else "ok"


@cache
def _newest() -> str | None:
    """The schema that this program works with."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


# In numbers -----------------------------------------------------------------------------------------


@blueprint.get("/metrics")
@access(PUBLIC)
def metrics() -> ResponseReturnValue:
    """The numbers, as Prometheus reads them: for this machine, or for who shows the token of the settings.

    404 for all others, who need not know that there is something.
    """
    here = auth.office()
    if not _may_read(here.config.metrics_token):
        abort(404)
    registry = CollectorRegistry()
    if os.environ.get(SHARED_ENV):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(_own)
    facts = CollectorRegistry()
    facts.register(_Facts())
    return Response(counted + generate_latest(facts), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(token: str) -> bool:
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    # A proxy on this machine passes on what came from anywhere, and says so.
    direct = not any(name in request.headers for name in _FORWARDED)
    return direct and (request.remote_addr or "").startswith(_LOOPBACK)


class _Facts(Collector):
    """What the database knows, read anew for each time of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families; where the database does not answer, only that."""
        up = GaugeMetricFamily("tombola_database_up", "1 where the database answered.")
        home = auth.office().config.home
        if home.exists():
            free = GaugeMetricFamily("tombola_disk_free_bytes", "Room on the disk of TOMBOLA_HOME.")
            free.add_metric([], shutil.disk_usage(home).free)
            yield free
        try:
            with auth.office().begin() as c:
                c.execute(text(f"SET LOCAL statement_timeout = {FACTS_MS_MAX}"))
                found = [family for read in _READ for family in read(c)]
        except SQLAlchemyError as error:
            logging.getLogger(__name__).warning("no numbers: %s", type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found


def _sales(c: Connection) -> list[GaugeMetricFamily]:
    s, e = m.sales_sums, m.raffle_events
    amount = GaugeMetricFamily(
        "tombola_sales_minor_units",
        "Sales that are not void, in minor units of the currency.",
        labels=["currency"],
    )
    tickets = GaugeMetricFamily("tombola_tickets_sold", "Tickets sold and not void.", labels=["currency"])
    rows = c.execute(
        select(
            e.c.currency,
            func.sum(s.c.amount - s.c.void_amount),
            func.sum(s.c.tickets - s.c.void_tickets),
        )
        .join(e, e.c.id == s.c.event_id)
        .group_by(e.c.currency)
    )
    for currency, value, count in rows:
        amount.add_metric([currency], float(value))
        tickets.add_metric([currency], float(count))
    return [amount, tickets]


def _kiosks(c: Connection) -> list[GaugeMetricFamily]:
    r, e = m.rsus, m.rsu_epochs
    by_state = GaugeMetricFamily("tombola_kiosks", "Kiosks, by state.", labels=["state"])
    for state, count in c.execute(
        select(r.c.state, func.count()).where(r.c.kind == "kiosk").group_by(r.c.state)
    ):
        by_state.add_metric([state], count)
    since = auth.office().now() - live.HEARD_WITHIN
    late, unsynced = c.execute(
        select(
            func.count().filter(e.c.last_seen_at < since),
            func.coalesce(func.sum(e.c.unsynced_count), 0),
        )
        .join(r, r.c.id == e.c.rsu_id)
        .where(r.c.state == "enabled", r.c.kind == "kiosk", e.c.revoked_at.is_(None))
    ).one()
    late_family = GaugeMetricFamily("tombola_kiosks_late", "Enabled kiosks not heard of for two minutes.")
    late_family.add_metric([], late)
    waiting = GaugeMetricFamily(
        "tombola_unsynced_entries", "Entries that kiosks said they have not handed over."
    )
    waiting.add_metric([], float(unsynced))
    return [by_state, late_family, waiting]


def _doubts(c: Connection) -> list[GaugeMetricFamily]:
    f, a = m.findings, m.alarms
    findings = GaugeMetricFamily(
        "tombola_findings_open", "Findings that nobody has decided.", labels=["blocking"]
    )
    blocking, others = c.execute(
        select(func.count().filter(f.c.blocking), func.count().filter(~f.c.blocking)).where(
            f.c.decided_at.is_(None)
        )
    ).one()
    findings.add_metric(["yes"], blocking)
    findings.add_metric(["no"], others)
    alarms = GaugeMetricFamily("tombola_alarms", "Alarms that stand.", labels=["severity"])
    standing: dict[str, int] = {
        row[0]: row[1]
        for row in c.execute(
            select(a.c.severity, func.count()).where(a.c.ended_at.is_(None)).group_by(a.c.severity)
        )
    }
    for severity in ("bad", "warn"):
        alarms.add_metric([severity], standing.get(severity, 0))
    return [findings, alarms]


def _work(c: Connection) -> list[GaugeMetricFamily]:
    n = m.notifications
    outbox = GaugeMetricFamily(
        "tombola_outbox_waiting", "Notifications that wait to be sent.", labels=["channel"]
    )
    for channel, count in c.execute(
        select(n.c.channel, func.count()).where(n.c.state.in_(["queued", "sending"])).group_by(n.c.channel)
    ):
        outbox.add_metric([channel], count)
    seen = GaugeMetricFamily(
        "tombola_worker_seen_seconds", "Seconds since the worker was at work; -1 where it never was."
    )
    beat = c.scalar(select(m.heartbeats.c.at).where(m.heartbeats.c.program == "worker"))
    now = auth.office().now()
    seen.add_metric([], -1.0 if beat is None else max(timedelta(0), now - beat).total_seconds())
    return [outbox, seen]


_READ: Final[tuple[Callable[[Connection], list[GaugeMetricFamily]], ...]] = (_sales, _kiosks, _doubts, _work)
