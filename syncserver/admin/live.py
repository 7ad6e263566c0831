"""The dashboard: whether the evening goes well, live; the call to come home, and messages to the kiosks.

The page is whole without a script. With one, a stream of server-sent events exchanges the pieces that changed; where
no stream is to be had, the page asks for them every few seconds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shared.clock import to_ms, utc
from shared.errors import Refused
from syncserver import auth, live, messages, organisations
from syncserver import models as m
from syncserver.admin import ground
from syncserver.auth import access
from syncserver.hub import Full, Hub, Stream
from syncserver.live import Alarm, Evening

PIECES: Final = ("glance", "alarms", "sales", "chart", "board", "home")
"""Parts of the page that are exchanged one by one; each has a template of its own."""
ROWS_MAX: Final = 25
"""Kiosks that have a row of their own on the board; of more, those that are well have their names."""
SELDOM: Final = {"chart": 5.0, "board": 5.0}
"""Large pieces that change with each sale: so many seconds at least between two of them."""
HEARTBEAT_S: Final = 15.0
STREAM_S_MAX: Final = 3_600
"""Then the browser connects anew, to whichever process is there."""
RETRY_MS: Final = 3_000
FULL_RETRY_S: Final = 30
SINCE_DIGITS: Final = 15
_HUB: Final = "tombola_live"
_TIMES: Final = re.compile(r' data-now="[^"]*"|(<time [^>]*>)[^<]*')


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    to.add_url_rule("/live", "live", show)
    to.add_url_rule("/live/now", "live_now", now)
    to.add_url_rule("/live/stream", "live_stream", stream)
    to.add_url_rule("/live/home", "live_home", call_home, methods=["POST"])
    to.add_url_rule("/live/resume", "live_resume", resume, methods=["POST"])
    to.add_url_rule("/messages", "messages", board)
    to.add_url_rule("/messages/send", "message_send", send, methods=["POST"])
    to.add_url_rule("/messages/<uuid:message>", "message", message)
    to.add_url_rule("/messages/<uuid:message>/withdraw", "message_withdraw", withdraw, methods=["POST"])


def hub() -> Hub:
    """The looks of this process, made when somebody first watches."""
    here, office = current_app.extensions, auth.office()
    # setdefault: two threads that come first together get the same one.
    return cast("Hub", here.setdefault(_HUB, Hub(office, partial(auth.standing, office))))


def end_streams(extensions: dict[str, Any]) -> None:
    """Ends the streams of an application whose process is about to end."""
    if _HUB in extensions:
        extensions[_HUB].stop()


# The dashboard --------------------------------------------------------------------------------------


def _chosen() -> UUID | None:
    """Which event was asked for; None for all."""
    asked = request.args.get("event", "")
    if not asked:
        return None
    try:
        return UUID(asked)
    except ValueError:
        abort(404)


def _pieces(seen: Evening, role: str) -> dict[str, str]:
    """What the page shows of an evening, piece by piece, for whoever has this role."""
    most = max((bar.tickets for bar in seen.bars), default=0)
    reaches = _reaches(role)
    return {
        name: render_template(
            f"admin/live_{name}.html",
            e=seen,
            most=most,
            top=axis_top(most),
            reaches=reaches,
            full_max=ROWS_MAX,
        )
        for name in PIECES
    }


def axis_top(most: int) -> int:
    """Where the chart's axis ends: a round number that has a whole half; 0 where nothing was sold."""
    size = 1
    while most > 10 * size:
        size *= 10
    return next((step * size for step in (2, 4, 6, 8, 10) if step * size >= most), 0) if most else 0


def _reaches(role: str) -> Callable[[Alarm], bool]:
    def reaches(alarm: Alarm) -> bool:
        view = current_app.view_functions.get(alarm.link)
        return view is not None and role in cast("Any", view).tombola_access

    return reaches


@access(*ground.FLOOR)
def show() -> ResponseReturnValue:
    """The dashboard."""
    me, chosen = auth.account(), _chosen()
    with ground.reading() as c:
        if chosen is not None:
            ground.own_event(c, chosen)
        seen = live.evening(auth.office(), c, me.organisation, chosen)
        news = [row for row in messages.history(c, me.organisation, auth.office().now(), 10) if row.stands]
    return ground.page(
        "live",
        "live",
        e=seen,
        chosen=chosen,
        since=to_ms(seen.at),
        pieces=_pieces(seen, me.role),
        told=[row for row in news if row.kind == "message"],
        home_words=messages.HOME_WORDS,
    )


@access(*ground.FLOOR)
def now() -> ResponseReturnValue:
    """The pieces as they are now, for a page that has no stream."""
    me, chosen = auth.account(), _chosen()
    with ground.reading() as c:
        if chosen is not None:
            ground.own_event(c, chosen)
        seen = live.evening(auth.office(), c, me.organisation, chosen)
    return jsonify(_pieces(seen, me.role))


@access(*ground.FLOOR)
def stream() -> ResponseReturnValue:
    """Server-sent events: the pieces that changed, as soon as they have.

    It ends with the session, with the role, and with the process. A browser that comes back with the id of what it
    shows (``Last-Event-ID``) is told only what has changed since.
    """
    me, chosen = auth.account(), _chosen()
    if chosen is not None:
        with ground.reading() as c:
            ground.own_event(c, chosen)
    watching = hub().watching((me.organisation, chosen), me.id, me.session, me.role)
    try:
        place = watching.__enter__()
    except Full as full:
        answer = jsonify(error=full.code, message=full.message)
        answer.status_code = 503
        answer.headers["Retry-After"] = str(FULL_RETRY_S)
        return answer
    answer = Response(
        stream_with_context(_events(place, request.headers.get("Last-Event-ID", ""), _since())),
        content_type="text/event-stream; charset=utf-8",
    )
    answer.headers["Cache-Control"] = "no-store"
    # nginx would hold events back until a buffer is full.
    answer.headers["X-Accel-Buffering"] = "no"
    # Whether the stream was read to its end, broken off, or never begun.
    answer.call_on_close(lambda: watching.__exit__(None, None, None))
    return answer


def _since() -> datetime:
    """When the page was made that asks: nothing older is shown on it. Never a moment to come, by whichever clock."""
    said = request.args.get("since", "")
    ms = int(said) if said.isascii() and said.isdigit() and len(said) < SINCE_DIGITS else 0
    return min(utc(ms), auth.office().now())


def _events(place: Stream, last: str, since: datetime) -> Iterator[str]:
    """The stream's lines."""
    looks, clock = hub(), auth.office().clock
    began = said_at = clock.monotonic_ms()
    version, trouble = 0, False
    pieces: dict[str, str] = {}
    marks: dict[str, str] = {}
    shown: dict[str, str] = {}
    sent_at: dict[str, int] = {}
    yield f"retry: {RETRY_MS}\n\n"
    while not looks.stopped and clock.monotonic_ms() - began < STREAM_S_MAX * 1000:
        seen, failed = looks.wait(place, version, looks.check_in_s, trouble=trouble, since=since)
        if not looks.stands(place):
            yield "event: ended\ndata: {}\n\n"
            return
        at = clock.monotonic_ms()
        if failed != trouble:
            trouble = failed
            # That it is over is told at once, also where nothing has changed.
            said_at = at if trouble else at - int(HEARTBEAT_S * 1000)
            if trouble:
                yield "event: trouble\ndata: {}\n\n"
        if seen != version and not trouble:
            version = seen
            pieces = looks.pieces(place, lambda evening: _pieces(evening, place.role))
            marks = {name: _mark(html) for name, html in pieces.items()}
            if not shown and last == _whole(marks):
                shown, said_at = dict(marks), at - int(HEARTBEAT_S * 1000)
        changed = [
            name
            for name in marks
            if shown.get(name) != marks[name]
            and at - sent_at.get(name, began - STREAM_S_MAX * 1000) >= SELDOM.get(name, 0.0) * 1000
        ]
        if changed and not trouble:
            shown |= {name: marks[name] for name in changed}
            sent_at |= dict.fromkeys(changed, at)
            said_at = at
            data = msgspec.json.encode({name: pieces[name] for name in changed}).decode()
            yield f"id: {_whole(shown)}\nevent: pieces\ndata: {data}\n\n"
        elif at - said_at >= HEARTBEAT_S * 1000:
            said_at = at
            yield "event: alive\ndata: {}\n\n"


def _whole(marks: dict[str, str]) -> str:
    return _mark("".join(marks[name] for name in PIECES))


def _mark(html: str) -> str:
    """What a piece says, without the moment at which it was made."""
    return hashlib.sha256(_TIMES.sub(r"\1", html).encode()).hexdigest()[:24]


# Come home ------------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def call_home() -> ResponseReturnValue:
    """Calls all kiosks home."""
    page = ground.back_to("admin.live")
    me = auth.account()
    with ground.acting() as c:
        words = ground.text("text", "What the kiosks show", messages.TEXT_CHARS_MAX)
        messages.call_home(auth.office(), c, me.organisation, me.id, ground.reason(), words)
    ground.tell(
        "warn",
        "Everybody is called home.",
        "Each kiosk stops selling when it hears it, on line within half a minute. This page shows who has.",
    )
    return redirect(page, 303)


@access(*ground.MANAGERS)
def resume() -> ResponseReturnValue:
    """Lets all kiosks sell again."""
    page = ground.back_to("admin.live")
    me = auth.account()
    with ground.acting() as c:
        messages.resume(auth.office(), c, me.organisation, me.id, ground.reason())
    ground.tell(
        "good", "Sales go on.", "Each kiosk sells again when it hears it, on line within half a minute."
    )
    return redirect(page, 303)


# Messages -------------------------------------------------------------------------------------------


@access(*ground.FLOOR)
def board() -> ResponseReturnValue:
    """What was said to the kiosks, and the form for more."""
    me = auth.account()
    r = m.rsus
    with ground.reading() as c:
        rows = messages.history(c, me.organisation, auth.office().now())
        kiosks = c.execute(
            select(r.c.id, r.c.name)
            .where(
                r.c.organization_id == me.organisation,
                r.c.kind == "kiosk",
                r.c.state.in_(messages.IN_SERVICE),
            )
            .order_by(r.c.name)
            .limit(messages.KIOSKS_MAX)
        ).all()
        zone = organisations.of(c, me.organisation).timezone
    asked = request.args.get("to", "")
    return ground.page(
        "messages", "live", rows=rows, kiosks=kiosks, zone=zone, asked=asked, most=messages.TEXT_CHARS_MAX
    )


@access(*ground.MANAGERS)
def send() -> ResponseReturnValue:
    """Writes to one, several or all kiosks."""
    page = ground.back_to("admin.messages")
    me = auth.account()
    with ground.acting() as c:
        zone = organisations.of(c, me.organisation).timezone
        until: datetime | None = None
        if request.form.get("until"):
            until = ground.moment("until", "Shown until", zone)
        to: list[UUID] = []
        if request.form.get("whom") != "all":
            try:
                to = [UUID(one) for one in request.form.getlist("to")]
            except ValueError:
                raise Refused("field", "Kiosks: choose some of the list.") from None
            if not to:
                raise Refused("field", "No kiosk was chosen.", "Choose one or more, or all kiosks.")
        words = ground.text("text", "Message", messages.TEXT_CHARS_MAX)
        messages.send(
            auth.office(),
            c,
            me.organisation,
            me.id,
            words,
            to=to,
            urgent=request.form.get("urgent") == "1",
            until=until,
        )
    ground.tell("good", "The message is on its way.", "Each kiosk shows it from its next contact on.")
    return redirect(page, 303)


def _one(message: UUID) -> messages.MessageRow:
    with ground.reading() as c:
        row = messages.one(c, auth.account().organisation, message, auth.office().now())
    if row is None:
        abort(404)
    return row


@access(*ground.FLOOR)
def message(message: UUID) -> ResponseReturnValue:
    """One message, and which kiosks have heard it."""
    with ground.reading() as c:
        zone = organisations.of(c, auth.account().organisation).timezone
    return ground.page("message", "live", row=_one(message), zone=zone)


@access(*ground.MANAGERS)
def withdraw(message: UUID) -> ResponseReturnValue:
    """Takes a message back."""
    _one(message)
    page = ground.back_to("admin.messages")
    with ground.acting() as c:
        messages.withdraw(auth.office(), c, auth.account().organisation, message, auth.account().id)
    ground.tell("good", "The message is withdrawn.", "Who has not heard it never will.")
    return redirect(page, 303)
