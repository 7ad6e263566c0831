"""Notifications: what went out and what waits, the words, by which ways, webhooks, and what is set up."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Select, func, select

from shared.errors import Refused
from syncserver import auth, letters, notifications
from syncserver import models as m
from syncserver.admin import ground, tables
from syncserver.admin.tables import Column, Shown, Table
from syncserver.auth import access
from syncserver.letters import CHANNEL_WORDS, KINDS, LANGUAGES, Words

STATE_WORDS: Final = {
    "queued": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "failed": "given up",
    "unclear": "to be decided",
    "stopped": "stopped",
}
URL_CHARS_MAX: Final = 500


def register(to: Blueprint) -> None:
    """Puts these pages on the blueprint."""
    for rule, view, post in (
        ("/notifications", outbox, False),
        ("/notifications/<uuid:notification>/retry", retry_notification, True),
        ("/notifications/<uuid:notification>/stop", stop_notification, True),
        ("/notifications/words", notification_kinds, False),
        ("/notifications/ways", change_ways, True),
        ("/notifications/words/<kind>/<channel>/<language>", notification_words, False),
        ("/notifications/words/<kind>/<channel>/<language>/change", change_words, True),
        ("/notifications/words/<kind>/<channel>/<language>/reset", reset_words, True),
        ("/notifications/words/<kind>/<channel>/<language>/test", test_words, True),
        ("/notifications/words/<kind>/<channel>/<language>/mail.html", notification_mail, False),
        ("/notifications/webhooks", webhooks, False),
        ("/notifications/webhooks/add", add_webhook, True),
        ("/notifications/webhooks/<uuid:webhook>/change", change_webhook, True),
        ("/notifications/webhooks/<uuid:webhook>/renew", renew_webhook, True),
        ("/notifications/webhooks/<uuid:webhook>/end", end_webhook, True),
        ("/notifications/webhooks/<uuid:webhook>/test", test_webhook, True),
        ("/notifications/settings", notification_settings, False),
        ("/notifications/contact", change_contact, True),
    ):
        to.add_url_rule(rule, view.__name__, view, methods=["POST"] if post else ["GET"])


# The outbox -------------------------------------------------------------------------------------------


@access(*ground.READERS)
def outbox() -> ResponseReturnValue:
    """What went out, what waits, and what did not arrive."""
    table, query = _outbox()
    if tables.asked_csv(table):
        return tables.export(table, query)
    n, me = m.notifications, auth.account()
    with ground.reading() as c:
        shown: Shown = tables.read(c, table, query)
        counts = c.execute(
            select(n.c.state, func.count().label("waiting"))
            .where(n.c.organization_id == me.organisation, n.c.state.not_in(("sent", "stopped")))
            .group_by(n.c.state)
        ).all()
        waiting = {row.state: row.waiting for row in counts}
    return ground.page(
        "notifications",
        "notifications",
        shown=shown,
        waiting=waiting,
        mail=auth.office().config.mail is not None,
        may=me.role in ground.MANAGERS,
        state_words=STATE_WORDS,
    )


def _outbox() -> tuple[Table, Select[Any]]:
    n, e, w, me = m.notifications, m.raffle_events, m.webhooks, auth.account()
    query = (
        select(
            n,
            func.coalesce(e.c.name, "").label("event_name"),
            w.c.name.label("webhook_name"),
        )
        .outerjoin(e, e.c.id == n.c.event_id)
        .outerjoin(w, w.c.id == n.c.webhook_id)
        .where(n.c.organization_id == me.organisation)
    )
    kinds = [(one.key, one.words) for one in KINDS.values()]
    table = Table(
        name="notifications",
        title="Notifications",
        columns=(
            Column("kind", "What", value=_kind, lead=True),
            Column("channel", "Way", value=lambda row: CHANNEL_WORDS[row.channel]),
            Column("receiver", "To", value=_receiver, exported=False),
            Column("created_at", "Told", "time", by=n.c.created_at, nulls=False),
            Column("state", "State", value=lambda row: STATE_WORDS[row.state]),
            Column("attempts", "Tries", "count", shown=False),
            Column("problem", "Why", "words", shown=False),
            Column("steps", "", exported=False),
        ),
        key=n.c.id,
        order="-created_at",
        filters=(
            tables.choice("state", "State", n.c.state, list(STATE_WORDS.items())),
            tables.choice("kind", "What", n.c.kind, kinds),
            tables.choice("channel", "Way", n.c.channel, list(CHANNEL_WORDS.items())),
            tables.since("since", "From", n.c.created_at),
            tables.until("until", "Until", n.c.created_at),
        ),
        empty=(
            "No message yet",
            "What buyers, winners and you yourselves are told stands here from then on.",
        ),
    )
    return table, query


def _kind(row: Any) -> str:
    known = KINDS.get(row.kind)
    words = known.words if known else str(row.kind)
    return f"{words} (test)" if notifications.is_test(row.once) else words


def _receiver(row: Any) -> str:
    """To whom it goes, for those who deal with customers; others see that it is somebody."""
    if row.channel == "webhook":
        return str(row.webhook_name or "")
    if row.recipient is None:
        return "erased"
    if auth.account().role not in ground.MANAGERS:
        return "(withheld)"
    return str(row.recipient.get("email") or row.recipient.get("sms") or "")


@access(*ground.MANAGERS)
def retry_notification(notification: UUID) -> ResponseReturnValue:
    """Sends it once more."""
    back = ground.back_to("admin.outbox")
    with ground.acting() as c:
        me = auth.account()
        notifications.retry(auth.office(), c, me.organisation, notification, me.id)
    ground.tell("good", "It goes out again within a few seconds.")
    return redirect(back, 303)


@access(*ground.MANAGERS)
def stop_notification(notification: UUID) -> ResponseReturnValue:
    """Lets it not go out."""
    back = ground.back_to("admin.outbox")
    with ground.acting() as c:
        me = auth.account()
        notifications.withhold(auth.office(), c, me.organisation, notification, me.id)
    ground.tell("good", "It is stopped and does not go out.")
    return redirect(back, 303)


# Words ----------------------------------------------------------------------------------------------


@access(*ground.READERS)
def notification_kinds() -> ResponseReturnValue:
    """Each kind: by which ways it goes, and its words by language."""
    t, me = m.notification_templates, auth.account()
    with ground.reading() as c:
        ways = {kind: notifications.switches(c, me.organisation, kind) for kind in KINDS}
        newer = t.alias()
        later = select(newer.c.id).where(
            newer.c.organization_id == t.c.organization_id,
            newer.c.kind == t.c.kind,
            newer.c.channel == t.c.channel,
            newer.c.language == t.c.language,
            newer.c.version > t.c.version,
        )
        held = c.execute(
            select(t.c.kind, t.c.channel, t.c.language).where(
                t.c.organization_id == me.organisation, t.c.body.is_not(None), ~later.exists()
            )
        )
        own = {(row.kind, row.channel, row.language) for row in held}
    return ground.page(
        "notification_kinds",
        "notifications",
        kinds=KINDS.values(),
        ways=ways,
        own=own,
        channel_words=CHANNEL_WORDS,
        languages=letters.LANGUAGE_WORDS,
        templated={kind: letters.templated(kind) for kind in KINDS},
        topics=letters.TOPICS,
        may=me.role in ground.MANAGERS,
        set_up=_set_up(),
    )


@access(*ground.MANAGERS)
def change_ways() -> ResponseReturnValue:
    """Decides by which ways each kind goes out."""
    back = ground.back_to("admin.notification_kinds")
    me = auth.account()
    with ground.acting() as c:
        for kind, spec in KINDS.items():
            if spec.secret:
                continue
            chosen: dict[str, bool] = {
                channel: f"{kind}.{channel}" in request.form
                for channel in spec.offered
                if channel != "webhook"
            }
            notifications.switch(auth.office(), c, me.organisation, kind, chosen, me.id)
    ground.tell("good", "The ways are changed for what is told from now on.")
    return redirect(back, 303)


def _named(kind: str, channel: str, language: str) -> dict[str, str]:
    """What an address names, if there is such a template; 404 otherwise."""
    if kind not in KINDS or channel not in letters.templated(kind) or language not in LANGUAGES:
        abort(404)
    return {"kind": kind, "channel": channel, "language": language}


@access(*ground.READERS)
def notification_words(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """The words of one kind, by one way, in one language."""
    return _words_page(_named(kind, channel, language))


def _at(named: dict[str, str]) -> str:
    args: dict[str, Any] = dict(named)
    return url_for("admin.notification_words", **args)


def _words_page(named: dict[str, str], refused: Refused | None = None) -> str:
    t, u, me = m.notification_templates, m.users, auth.account()
    with ground.reading() as c:
        words, template = notifications.words(c, me.organisation, **named)
        versions = c.execute(
            select(t, u.c.display_name)
            .outerjoin(u, u.c.id == t.c.created_by)
            .where(
                t.c.organization_id == me.organisation,
                *(t.c[name] == value for name, value in named.items()),
            )
            .order_by(t.c.version.desc())
            .limit(ground.PAGE_ROWS)
        ).all()
        mine = notifications.contact(c, me.id)
    if refused is not None:
        words = Words(request.form.get("subject", ""), request.form.get("body", ""))
    return ground.page(
        "notification_words",
        "notifications",
        named=named,
        kind=KINDS[named["kind"]],
        words=words,
        own=template is not None,
        versions=versions,
        sample=_sample(named, words, me.organisation_name),
        refused=refused,
        channel_words=CHANNEL_WORDS,
        languages=letters.LANGUAGE_WORDS,
        may=me.role in ground.MANAGERS,
        mine=mine,
        set_up=_set_up(),
        subject_max=letters.SUBJECT_CHARS_MAX,
        body_max=letters.TEXT_MESSAGE_CHARS_MAX if named["channel"] == "sms" else letters.BODY_CHARS_MAX,
    )


def _sample(named: dict[str, str], words: Words, organisation: str) -> letters.Letter:
    """What it looks like with sample facts."""
    facts = letters.samples(named["kind"], named["language"]) | {"organisation": organisation}
    if named["channel"] == "sms":
        return letters.Letter("", letters.text_message(words, facts), "")
    stop = f"{auth.office().config.public_url}/stop/…" if KINDS[named["kind"]].topic else ""
    return letters.letter(named["kind"], named["language"], words, facts, stop)


@access(*ground.READERS)
def notification_mail(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """The e-mail's HTML part with sample facts, as a mail program shows it: a page of its own that can do nothing."""
    named, me = _named(kind, channel, language), auth.account()
    if channel != "email":
        abort(404)
    with ground.reading() as c:
        words, _ = notifications.words(c, me.organisation, **named)
    page = Response(_sample(named, words, me.organisation_name).html, content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; sandbox"
    )
    return page


@access(*ground.MANAGERS)
def change_words(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Says what such messages say from now on."""
    named, me = _named(kind, channel, language), auth.account()
    new = Words(request.form.get("subject", ""), request.form.get("body", ""))
    try:
        with ground.acting() as c:
            notifications.set_words(auth.office(), c, me.organisation, **named, new=new, by=me.id)
    except Refused as e:
        return _words_page(named, e), 422
    ground.tell("good", "These words go out from now on.")
    return redirect(_at(named), 303)


@access(*ground.MANAGERS)
def reset_words(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Goes back to the program's own words."""
    named, me = _named(kind, channel, language), auth.account()
    with ground.acting() as c:
        notifications.set_words(auth.office(), c, me.organisation, **named, new=None, by=me.id)
    ground.tell("good", "The program’s own words go out from now on. Yours stay in the list of versions.")
    return redirect(_at(named), 303)


@access(*ground.MANAGERS)
def test_words(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Sends oneself a test with sample facts."""
    named, me = _named(kind, channel, language), auth.account()
    back = ground.back_to("admin.notification_words", **named)
    with ground.acting() as c:
        notifications.send_test(
            auth.office(),
            c,
            me.organisation,
            **named,
            reached=ground.text("to", "Address", letters.SUBJECT_CHARS_MAX),
            by=me.id,
        )
    ground.tell("good", "A test is on its way.", "Look at the outbox for what becomes of it.")
    return redirect(back, 303)


# Webhooks -------------------------------------------------------------------------------------------


@access(*ground.MANAGERS)
def webhooks() -> ResponseReturnValue:
    """The organisation's programs that are told."""
    return _hooks_page()


def _hooks_page(refused: Refused | None = None) -> str:
    w, me = m.webhooks, auth.account()
    with ground.reading() as c:
        rows = c.execute(
            select(w)
            .where(w.c.organization_id == me.organisation)
            .order_by(w.c.ended_at.is_not(None), w.c.created_at.desc())
            .limit(ground.PAGE_ROWS)
        ).all()
    return ground.page(
        "webhooks",
        "notifications",
        rows=rows,
        kinds=[one for one in KINDS.values() if "webhook" in one.offered],
        words={one.key: one.words for one in KINDS.values()},
        refused=refused,
        typed=request.form if refused else None,
        url_max=URL_CHARS_MAX,
        name_max=notifications.NAME_CHARS_MAX,
    )


@access(*ground.MANAGERS)
def add_webhook() -> ResponseReturnValue:
    """Adds one; its secret is shown once."""
    me = auth.account()
    name = request.form.get("name", "")
    try:
        with ground.acting() as c:
            _, secret = notifications.add_webhook(
                auth.office(),
                c,
                me.organisation,
                name,
                ground.text("url", "Address", URL_CHARS_MAX),
                request.form.getlist("kinds"),
                me.id,
            )
    except Refused as e:
        return _hooks_page(e), 422
    return ground.page("webhook_secret", "notifications", name=name, secret=secret)


@access(*ground.MANAGERS)
def change_webhook(webhook: UUID) -> ResponseReturnValue:
    """Chooses what it is told of, and whether."""
    back = ground.back_to("admin.webhooks")
    with ground.acting() as c:
        notifications.change_webhook(
            c,
            auth.account().organisation,
            webhook,
            request.form.getlist("kinds"),
            active=bool(request.form.get("active")),
        )
    ground.tell("good", "The webhook is changed.")
    return redirect(back, 303)


@access(*ground.MANAGERS)
def renew_webhook(webhook: UUID) -> ResponseReturnValue:
    """Gives it another secret."""
    ground.back_to("admin.webhooks")
    with ground.acting() as c:
        secret = notifications.renew_webhook(auth.office(), c, auth.account().organisation, webhook)
        name = _hook_name(c, webhook)
    return ground.page("webhook_secret", "notifications", name=name, secret=secret)


def _hook_name(c: Connection, webhook: UUID) -> str:
    return str(c.execute(select(m.webhooks.c.name).where(m.webhooks.c.id == webhook)).scalar_one())


@access(*ground.MANAGERS)
def end_webhook(webhook: UUID) -> ResponseReturnValue:
    """Ends it for good."""
    back = ground.back_to("admin.webhooks")
    with ground.acting() as c:
        me = auth.account()
        notifications.end_webhook(auth.office(), c, me.organisation, webhook, ground.reason(), me.id)
    ground.tell("good", "The webhook is ended. What waited for it is not sent.")
    return redirect(back, 303)


@access(*ground.MANAGERS)
def test_webhook(webhook: UUID) -> ResponseReturnValue:
    """Sends it a test."""
    back = ground.back_to("admin.webhooks")
    with ground.acting() as c:
        notifications.test_webhook(auth.office(), c, auth.account().organisation, webhook)
    ground.tell("good", "A test is on its way.", "Look at the outbox for what becomes of it.")
    return redirect(back, 303)


# What is set up -------------------------------------------------------------------------------------


def _set_up() -> dict[str, bool]:
    config = auth.office().config
    return {
        "email": config.mail is not None,
        "sms": config.texts is not None,
        "klaviyo": config.klaviyo is not None,
        "webhook": True,
    }


@access(*ground.READERS)
def notification_settings() -> ResponseReturnValue:
    """What is set up, in words, and where one is written to oneself."""
    config, me = auth.office().config, auth.account()
    with ground.reading() as c:
        mine = notifications.contact(c, me.id)
        o, u, s = m.organization_users, m.users, m.staff_contacts
        told = c.execute(
            select(u.c.display_name, s.c.user_id.is_not(None).label("known"))
            .select_from(o.join(u, u.c.id == o.c.user_id).outerjoin(s, s.c.user_id == u.c.id))
            .where(o.c.organization_id == me.organisation, o.c.role.in_(notifications.TOLD), u.c.is_active)
            .order_by(u.c.display_name)
            .limit(notifications.STAFF_MAX)
        ).all()
    return ground.page(
        "notification_settings",
        "notifications",
        config=config,
        mine=mine,
        told=told,
        languages=letters.LANGUAGE_WORDS,
        kept_days=notifications.KEPT_DAYS,
        may=me.role in ground.MANAGERS,
    )


@access(*ground.MANAGERS)
def change_contact() -> ResponseReturnValue:
    """Says where one is written to oneself."""
    back = ground.back_to("admin.notification_settings")
    with ground.acting() as c:
        notifications.set_contact(
            auth.office(),
            c,
            auth.account().id,
            ground.text("email", "E-mail", notifications.EMAIL_CHARS_MAX),
            request.form.get("language", "en"),
        )
    ground.tell("good", "Results and alarms are sent to this address from now on.")
    return redirect(back, 303)
