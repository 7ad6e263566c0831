"""The web application: kiosks' door, office and public pages put together, and what holds for all of them.

It does not start unless every view says who may enter. It answers people with pages and kiosks in JSON; what
somebody sends may be refused, and never makes it fail.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from jinja2 import pass_context
from jinja2.runtime import Context
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, InternalServerError

from shared import clock, keys, money, numbers, wire
from shared.errors import Fault, KnownError, Refused
from syncserver import (
    account,
    admin,
    api,
    auth,
    checkout,
    metrics,
    openapi,
    organisations,
    proving,
    public,
    reconcile,
    rest,
    shop,
    stopping,
    tokens,
)
from syncserver.db import fault_of
from syncserver.office import Office

_log = logging.getLogger(__name__)

FORM_BYTES_MAX: Final = 64 * 1024
FORM_FIELDS_MAX: Final = 200
FIELD_CHARS_MAX: Final = 10_000
RETRY_AFTER_S: Final = 5
STATIC_AGE_S: Final = 3600
_SAME: Final = "Somebody did the same at the same moment, and was first."
_FIRST: Final = {
    "local_accounts_username_key": "Somebody else was given this user name at the same moment.",
    "users_cognito_sub_key": "Somebody else was given this user name at the same moment.",
    "raffle_events_event_identifier_key": "Another event was given this short code at the same moment.",
    "raffle_events_carry_from_key": "Another event was made to carry that jackpot on at the same moment.",
    "draw_executions_raffle_event_id_attempt_key": "Somebody else began a draw of this event at the same moment.",
    "draw_executions_under_way": "Another draw of this event is under way.",
    "draw_executions_once": "This draw was begun already.",
    "voids_order_id_key": "The order was made void at the same moment.",
    "prize_claims_draw_result_id_key": "This prize was paid at the same moment, by somebody else.",
    "exclusions_standing": "The order was excluded at the same moment.",
    "forfeits_standing": "Somebody else asked to give this result up at the same moment.",
    "champions_draw_result_id_key": "Somebody else prepared this winner at the same moment.",
    "customer_accounts_organization_id_email_key": "That address was given to an account at the same moment.",
    "user_identities_once": "That account was linked at the same moment.",
    "findings_once": "Somebody else asked the same at the same moment.",
}
"""Who was first, at what, by the constraint that stood in the way of the second."""
_LOOPBACK = ("127.", "::1", "::ffff:127.")
_SAFE = {"GET", "HEAD", "OPTIONS"}


def create_app(office: Office, *, plain_http: bool = False) -> Flask:
    """The application of one office; ``RuntimeError`` where a view has no access mark.

    ``plain_http`` lets it be reached without TLS from other machines: for a network of one's own alone.
    """
    app = Flask(__name__)
    app.secret_key = keys.derive(office.secret, "web-session")
    app.session_interface = auth.Sessions()
    app.extensions["tombola"] = office
    app.extensions["tombola_rates"] = rest.Rates(tokens.Rates(office.clock))
    app.config.update(
        MAX_CONTENT_LENGTH=wire.REQUEST_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES_MAX,
        MAX_FORM_PARTS=FORM_FIELDS_MAX,
        SESSION_COOKIE_NAME="tombola",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_AGE_S,
        PLAIN_HTTP=plain_http,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for blueprint in (
        account.blueprint,
        api.blueprint,
        admin.blueprint,
        public.blueprint,
        metrics.blueprint,
        proving.blueprint,
        shop.blueprint,
        stopping.blueprint,
        rest.blueprint,
        openapi.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.view_functions["static"] = auth.access(auth.PUBLIC)(app.view_functions["static"])
    _words(app)
    metrics.observe(app)
    _guards(app, auth.marks(app))
    _failures(app)
    return app


# Who may enter --------------------------------------------------------------------------------------


def _guards(app: Flask, marks: dict[str, frozenset[str]]) -> None:
    def enter() -> None:
        g.nonce = auth.office().clock.token(16).hex()
        g.account = None
        _check_transport(app)
        if request.endpoint is None:
            return  # nothing is served there: 404 or 405 follows
        _check_text(request.args, request.view_args or {})
        mark = marks[request.endpoint]
        if request.path.startswith("/rsu/"):
            api.check_protocol()
            if auth.RSU in mark:
                api.authenticate()
            return
        if auth.TOKEN in mark:
            rest.enter(mark)
            return
        auth.authorise(mark)
        if request.endpoint in {shop.WEBHOOK, stopping.ENDPOINT}:
            return  # its body, or its address, bears a signature
        if request.method not in _SAFE:
            _check_text(request.form, {})
            auth.check_csrf(request)

    def leave(response: Response) -> Response:
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = (
                "no-store" if g.get("account") or g.get("visitor") else "no-cache"
            )
        if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            # The body was not read: what comes behind it cannot be told from it.
            response.headers["Connection"] = "close"
        return auth.secure(response, g.get("nonce", ""))

    app.before_request(enter)
    app.after_request(leave)


def _check_transport(app: Flask) -> None:
    if request.is_secure or app.config["PLAIN_HTTP"] or (request.remote_addr or "::1").startswith(_LOOPBACK):
        return
    raise Refused(
        "tls",
        "This server is reached by https only.",
        "Put a reverse proxy with a certificate in front of it, as the manual shows.",
    )


def _check_text(given: MultiDict[str, str], parts: dict[str, Any]) -> None:
    """Refuses text that no database keeps, before anybody has to think of it."""
    texts: Iterable[str] = [v for values in given.listvalues() for v in values]
    for text in [*texts, *given.keys(), *(str(v) for v in parts.values())]:
        if "\0" in text or any("\ud800" <= ch <= "\udfff" for ch in text) or len(text) > FIELD_CHARS_MAX:
            abort(400)


# What went wrong ------------------------------------------------------------------------------------


def _failures(app: Flask) -> None:
    app.register_error_handler(KnownError, _known)
    app.register_error_handler(rest.Malformed, rest.malformed)
    app.register_error_handler(rest.TooMany, rest.too_many)
    app.register_error_handler(auth.NotAllowed, _not_allowed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _cannot_be_stored)
    app.register_error_handler(IntegrityError, _at_once)
    app.register_error_handler(ParseException, _broken_off)
    app.register_error_handler(TimeoutError, _too_slow)
    for kind in (PoolTimeout, DBAPIError, psycopg.Error):
        app.register_error_handler(kind, _database_fails)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(InternalServerError, _bug)


def _page(status: int, title: str, message: str, hint: str = "") -> ResponseReturnValue:
    """An error for whoever asked: a page, or the protocol's JSON."""
    if request.path.startswith("/rsu/"):
        code = title.lower().replace(" ", "_")
        return api.reply(wire.ErrorReply(error=code, message=message, hint=hint), status)
    if rest.speaks():
        return rest.problem_of(status, message, hint)
    office = request.path.startswith("/admin")
    back = url_for("admin.home" if office else "public.home")
    return render_template(
        "error.html",
        title=title,
        message=message,
        hint=hint,
        back=back,
        back_text="To the office" if office else "To the raffles",
    ), status


def _known(error: KnownError) -> ResponseReturnValue:
    if isinstance(error, Fault):
        _log.error("the environment failed: %s", error)
    if request.path.startswith("/rsu/"):
        return api.refuse(error)
    if rest.speaks():
        return rest.refused(error)
    if isinstance(error, Fault):
        page = _response(_page(503, "Not now", error.message, error.hint))
        page.headers["Retry-After"] = str(RETRY_AFTER_S)
        return page
    back = g.get("back")
    if isinstance(back, str) and error.code != "csrf":
        admin.tell("bad", error.message, error.hint)
        return redirect(back, 303)
    return _page(
        {"csrf": 403, "tls": 403, "unknown": 404}.get(error.code, 409), "Not done", error.message, error.hint
    )


def _response(page: ResponseReturnValue) -> Response:
    """What a view would return, as a response whose headers can be set."""
    return make_response(page)


def _not_allowed(error: auth.NotAllowed) -> ResponseReturnValue:
    if rest.speaks():
        return rest.not_allowed(error.status)
    if request.headers.get("X-Fragment"):
        return "", error.status
    mine = auth.CUSTOMER in auth.mark_of(request.endpoint)
    came_for = request.full_path.rstrip("?") if request.method == "GET" else ""
    if mine and error.status == HTTPStatus.UNAUTHORIZED:
        if request.method == "GET" and auth.half(auth.office(), auth.CUSTOMER_SLOT) is not None:
            return redirect(url_for("account.second_step", next=came_for), 303)
        return account.sign_in_page(came_for)
    if mine:
        return _page(
            403,
            "For customers",
            "This page belongs to customers; you are logged in to the office alone.",
            "Sign in as a customer, by an address of your own.",
        )
    if error.status == HTTPStatus.UNAUTHORIZED:
        if request.method == "GET" and auth.half(auth.office()) is not None:
            return redirect(url_for("admin.second_step", next=came_for), 303)
        page = _response((admin.login_page(came_for), 401))
        page.headers["WWW-Authenticate"] = "Form"
        return page
    return _page(
        403, "Not for you", "Your role does not reach this page.", "An administrator can change that."
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code is not None and error.code < 400):
        return error.get_response()
    most = request.max_content_length or wire.REQUEST_BYTES_MAX
    words = {
        400: ("Not understood", "The request cannot be read."),
        404: ("Nothing here", "There is no such page, or it is not yours to see."),
        405: ("Not like this", "This page cannot be used in that way."),
        413: ("Too large", f"A request has at most {most // 1024} kB here."),
    }
    title, message = words.get(error.code or 500, (error.name, error.description or error.name))
    page = _response(_page(error.code or 500, title, message))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            page.headers[name] = value
    return page


def _cannot_be_stored(error: DataError) -> ResponseReturnValue:
    _log.warning("a value of a request does not fit the database: %s", error.orig)
    return _page(400, "Not understood", "One of the values sent is out of bounds.")


def _at_once(error: IntegrityError) -> ResponseReturnValue:
    """Two people did the same at the same moment; anything else that does not fit together is a bug."""
    if not isinstance(error.orig, psycopg.errors.UniqueViolation):
        raise error
    # Its name alone: the message holds the values, which may be somebody's.
    broken = error.orig.diag.constraint_name or ""
    _log.warning("somebody else was quicker: %s", broken)
    words = f"{_FIRST.get(broken, _SAME)} Load the page again and look."
    back = g.get("back")
    if isinstance(back, str):
        admin.tell("bad", words)
        return redirect(back, 303)
    return _page(409, "Not done", words)


def _broken_off(error: ParseException) -> ResponseReturnValue:
    """A body in chunks whose sizes are none; what comes behind it cannot be told from it."""
    _log.warning("a body cannot be read: %s", error)
    page = _response(_page(400, "Not understood", "The request's body cannot be read."))
    page.headers["Connection"] = "close"
    return page


def _too_slow(error: TimeoutError) -> ResponseReturnValue:
    """A body that stood still, or trickled, until its time was over."""
    _log.warning("a request did not arrive: %s", type(error).__name__)
    page = _response(_page(408, "Too slow", "The request did not arrive in time. Send it again."))
    page.headers["Connection"] = "close"
    return page


def _database_fails(error: Exception) -> ResponseReturnValue:
    """The database is busy, away, full or read only: to be tried again. Anything else that it says is a bug."""
    fault = fault_of(error)
    if fault is None:
        raise error
    if fault.code == "database.full":
        metrics.note_full()
    _log.warning("the database did not do it: %s", getattr(error, "orig", error))
    return _known(fault)


def _no_room(error: OSError) -> ResponseReturnValue:
    """A disk of this machine is full, where a large upload waits to be read; anything else is a bug."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        raise error
    return _known(
        Fault("full", "The server’s disk is full.", "It goes on as soon as somebody has made room there.")
    )


def _bug(error: BaseException) -> ResponseReturnValue:  # noqa: ARG001 - Flask has logged it
    return _page(500, "A fault of ours", "Something went wrong here, and it has been written down.")


# Words ----------------------------------------------------------------------------------------------


def zone(name: str | None) -> ZoneInfo:
    """A venue's time zone; UTC where it names none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _words(app: Flask) -> None:
    @pass_context
    def when(
        page: Context,
        moment: datetime | int | None,
        timezone: str | None = None,
        form: str = "d MMM y, HH:mm",
    ) -> str:
        if moment is None:
            return "–"
        at = clock.utc(moment) if isinstance(moment, int) else moment
        if not timezone:
            return organisations.by_its_clock(at, form, public.house_zone(page.get("e")))
        return str(format_datetime(at, form, tzinfo=zone(timezone), locale="en"))

    def ago(moment: datetime | None) -> str:
        if moment is None:
            return "never"
        past: timedelta = clock.utc(auth.office().clock.now_ms()) - moment
        if past < timedelta(seconds=10):
            return "just now"
        return str(format_timedelta(past, locale="en", granularity="second", threshold=1.2)) + " ago"

    def amount(minor: int | None, currency: str) -> str:
        return "–" if minor is None else money.text(minor, currency)

    def major(value: Decimal | None, currency: str) -> str:
        return "–" if value is None else money.text(money.minor(value, currency), currency)

    def count(number: int | None) -> str:
        return "–" if number is None else str(format_decimal(number, locale="en"))

    app.add_template_filter(when, "when")
    app.add_template_filter(ago, "ago")
    app.add_template_filter(amount, "amount")
    app.add_template_filter(major, "major")
    app.add_template_filter(count, "count")
    app.add_template_filter(numbers.show_validation, "validation")
    app.add_template_filter(lambda found: numbers.words(checkout.spans(found or ())), "spans")
    app.add_template_global(shop.in_basket, "in_basket")
    app.add_template_global(auth.csrf_token, "csrf_token")
    app.add_template_global(auth.account, "account")
    app.add_template_global(auth.asks_who, "asks_who")
    app.add_template_global(auth.visitor, "visitor")
    app.add_template_global(public.holder, "holder")
    app.add_template_global(public.held_by, "held_by")
    app.add_template_global(admin.menu, "menu")
    app.add_template_global(lambda: g.nonce, "nonce")
    app.jinja_env.globals["role_words"] = auth.ROLE_WORDS
    app.jinja_env.globals["decisions"] = reconcile.ACTIONS
