"""The postman: takes what is due out of the outbox and sends it, each message by one worker at a time.

A message says that it is being sent, and that is committed, before its first byte leaves; what became of it is
recorded after. Where a worker dies in between, e-mails, Klaviyo's events and webhooks go out again under the same
id, by which their receivers recognise a repeat. Nobody recognises a repeated text message, so that one waits for a
person. Each way has threads of its own, and a webhook has one conversation at a time: whoever answers slowly holds
up nobody else.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import Connection, Row, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syncserver import letters, notifications, senders
from syncserver import models as m
from syncserver.audit import critical_event
from syncserver.letters import KINDS, Channel
from syncserver.office import Office
from syncserver.senders import MailDoor, Outcome

THREADS: Final[Mapping[Channel, int]] = {"email": 2, "sms": 1, "klaviyo": 1, "webhook": 3}
POLL_S: Final = 1.0
"""How long a message waits at most before it is looked at."""
DATABASE_AWAY_S: Final = 5.0
SENDING_S_MAX: Final = 300
"""A message that has been "sending" for longer has lost its worker: no exchange lasts a third of it."""
RETRIES_S: Final = (30, 120, 600, 1_800, 3 * 3_600, 12 * 3_600)
"""Pauses before each further attempt; after the last one it is given up."""
SETTING_S_MAX: Final = 1_800
"""The longest pause while our own setting is at fault: such a message is tried until it is too late for it."""
PAUSES_S: Final = (5, 30, 120, 600, 1_800)
"""How long a webhook that failed so many times in a row is left alone."""
ALARM_ONCE: Final = timedelta(hours=1)
"""Of messages given up, one critical event for each organisation and way."""
STOP_S_MAX: Final = 40
TOO_LATE: Final = "It was too late to send it."

_log = logging.getLogger(__name__)

_CLAIM = """
    WITH due AS (
        SELECT n.id FROM notifications n {join}
        WHERE n.channel = :channel AND n.state = 'queued' AND n.next_at <= :now {free}
        ORDER BY n.next_at, n.id LIMIT 1 FOR UPDATE OF n SKIP LOCKED
    ) UPDATE notifications n SET state = 'sending', attempts = n.attempts + 1, sending_at = :now
    FROM due WHERE n.id = due.id RETURNING {columns}
"""
_COLUMNS: Final = ", ".join(f"n.{column.name}" for column in m.notifications.c)
"""By name: what a statement was prepared to return must not change under a worker while the schema does."""
_CLAIMS: Final = {
    channel: text(
        _CLAIM.format(
            columns=_COLUMNS,
            join="JOIN webhooks w ON w.id = n.webhook_id",
            free="AND (w.paused_until IS NULL OR w.paused_until <= :now) AND NOT EXISTS "
            "(SELECT FROM notifications b WHERE b.webhook_id = n.webhook_id AND b.state = 'sending')",
        )
        if channel == "webhook"
        else _CLAIM.format(columns=_COLUMNS, join="", free="")
    )
    for channel in letters.CHANNELS
}


class Postman:
    """Sends what is due, with threads for each way, from ``with`` on until its end."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._told = threading.Event()
        self._threads: list[threading.Thread] = []

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work in the background; at the end what is under way is finished, and no more is begun."""
        self._threads = [
            threading.Thread(
                target=self._work, args=(channel,), name=f"postman-{channel}-{number}", daemon=True
            )
            for channel in _channels(self._office)
            for number in range(THREADS[channel])
        ]
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._told.set()
            for thread in self._threads:
                thread.join(STOP_S_MAX)

    def _work(self, channel: Channel) -> None:
        with _round(self._office) as doors:
            while not self._told.is_set():
                try:
                    if send_one(self._office, channel, doors):
                        continue
                    doors.rest()
                    self._told.wait(POLL_S)
                except (DBAPIError, psycopg.Error, PoolTimeout) as error:
                    _log.error("the outbox cannot be read: %s", type(error).__name__)
                    self._told.wait(DATABASE_AWAY_S)
                except Exception as error:  # noqa: BLE001 - a thread's outermost loop: logged, and others go on
                    # The message stays "sending" until it is found. Of the error its place alone is logged: its
                    # text may hold what somebody was written.
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    _log.critical(
                        "a message could not be sent: %s at %s:%s",
                        type(error).__name__,
                        where.filename,
                        where.lineno,
                    )
                    self._told.wait(POLL_S)


class _Doors:
    """The doors of one thread: a mail conversation is kept from one message to the next."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._mail: MailDoor | None = None

    def mail(self) -> MailDoor:
        """The conversation with the mail server."""
        if self._mail is None:
            assert self._office.config.mail is not None
            greeting = urlsplit(self._office.config.public_url).hostname or "localhost"
            self._mail = MailDoor(self._office.config.mail, greeting)
        return self._mail

    def rest(self) -> None:
        """Nothing is to be sent for a while."""
        if self._mail is not None:
            self._mail.close()


@contextmanager
def _round(office: Office) -> Iterator[_Doors]:
    doors = _Doors(office)
    try:
        yield doors
    finally:
        doors.rest()


def send_due(office: Office) -> int:
    """Send everything that is due now, one after the other; how many messages were tried."""
    tried = 0
    with _round(office) as doors:
        for channel in _channels(office):
            while send_one(office, channel, doors):
                tried += 1
    return tried


def _channels(office: Office) -> list[Channel]:
    """The ways that are set up."""
    there: Mapping[Channel, object] = {
        "email": office.config.mail,
        "sms": office.config.texts,
        "klaviyo": office.config.klaviyo,
        "webhook": office.config,
    }
    return [channel for channel in letters.CHANNELS if there[channel] is not None]


def send_one(office: Office, channel: Channel, doors: _Doors) -> bool:
    """Take one message that is due, send it, and record what became of it; False where none is due."""
    with office.begin() as c:
        row = c.execute(_CLAIMS[channel], {"channel": channel, "now": office.now()}).one_or_none()
        if row is None:
            return False
    # From here on it is known to be under way: one that cannot even be put together holds up none behind it.
    with office.begin() as c:
        wanted = _wanted(office, c, row)
    outcome = wanted if isinstance(wanted, Outcome) else _send(office, doors, row, wanted)
    with office.begin() as c:
        _record(office, c, row, outcome, wanted if isinstance(wanted, _Parcel) else None)
    return True


@dataclass(frozen=True)
class _Parcel:
    """What is sent, put together from the row while its transaction lasts."""

    letter: letters.Letter | None = None
    said: str = ""
    body: bytes = b""
    url: str = ""
    secret: str = ""
    stop: str = ""
    organisation: str = ""
    template: UUID | None = None


def _wanted(office: Office, c: Connection, row: Row[Any]) -> _Parcel | Outcome:
    """The parcel; or why there is none."""
    if row.expires_at <= office.now():
        return Outcome("never", TOO_LATE)
    if row.facts is None or row.kind not in KINDS:
        return Outcome("never", "What it said is erased.")
    facts = {str(name): str(fact) for name, fact in row.facts.items()}
    if row.channel == "webhook":
        hook = c.execute(select(m.webhooks).where(m.webhooks.c.id == row.webhook_id)).one()
        if hook.ended_at is not None or not hook.is_active:
            return Outcome("never", "The webhook is switched off.")
        secret = notifications.webhook_secret(office, hook.id, bytes(hook.secret_salt))
        return _Parcel(body=_body(row, facts), url=hook.url, secret=secret)
    if row.recipient is None:
        return Outcome("never", "What it said is erased.")
    if row.channel == "klaviyo":
        return _Parcel()
    words, template = notifications.words(c, row.organization_id, row.kind, row.channel, row.language)
    facts["organisation"] = facts.get("organisation", "")
    if row.channel == "sms":
        return _Parcel(said=letters.text_message(words, facts), template=template)
    stop = ""
    topic = KINDS[row.kind].topic
    if topic and row.address_hash is not None:
        token = notifications.stop_token(office, row.organization_id, bytes(row.address_hash), topic)
        stop = f"{office.config.public_url}/stop/{token}"
    made = letters.letter(row.kind, row.language, words, facts, stop)
    return _Parcel(letter=made, stop=stop, organisation=facts["organisation"], template=template)


def _body(row: Row[Any], facts: Mapping[str, str]) -> bytes:
    """A webhook's JSON."""
    return msgspec.json.encode(
        {
            "id": str(row.id),
            "kind": row.kind,
            "at": row.created_at.isoformat(),
            "organisation": str(row.organization_id),
            "event": None if row.event_id is None else str(row.event_id),
            "order": None if row.order_id is None else str(row.order_id),
            "facts": facts,
            "test": notifications.is_test(row.once),
        }
    )


def _send(office: Office, doors: _Doors, row: Row[Any], parcel: _Parcel) -> Outcome:
    """Through the door of its way."""
    config, person = office.config, row.recipient or {}
    if row.channel == "webhook":
        return senders.send_webhook(
            parcel.url,
            parcel.secret,
            parcel.body,
            identity=str(row.id),
            now=office.now(),
            private=config.webhooks_private,
        )
    if row.channel == "sms":
        assert config.texts is not None
        said = f"[Test] {parcel.said}" if notifications.is_test(row.once) else parcel.said
        return senders.send_text(config.texts, person["sms"], said)
    if row.channel == "klaviyo":
        assert config.klaviyo is not None
        return senders.send_klaviyo(
            config.klaviyo,
            metric=KINDS[row.kind].metric or KINDS[row.kind].words,
            person=person,
            facts={name: fact for name, fact in row.facts.items() if name != "name"},
            identity=str(row.id),
            at=row.created_at,
        )
    assert config.mail is not None
    assert parcel.letter is not None
    letter = parcel.letter
    if notifications.is_test(row.once):
        letter = letters.Letter(f"[Test] {letter.subject}", letter.text, letter.html)
    try:
        made = senders.message(
            config.mail,
            letter,
            to=person["email"],
            name=person.get("name", ""),
            organisation=parcel.organisation,
            identity=str(row.id),
            now=row.created_at,
            stop=parcel.stop,
        )
    except ValueError:
        return Outcome("never", "The receiver's address cannot be written in an e-mail.")
    return doors.mail().send(made)


def _record(office: Office, c: Connection, row: Row[Any], outcome: Outcome, parcel: _Parcel | None) -> None:
    """What became of it, unless it was taken for lost meanwhile."""
    n, now = m.notifications, office.now()
    values: dict[str, Any] = {"problem": outcome.words, "template_id": parcel.template if parcel else None}
    if outcome.state == "sent":
        values |= {"state": "sent", "sent_at": now, "finished_at": now}
    elif outcome.state == "unclear":
        values |= {"state": "unclear"}
    else:
        again = None if outcome.state == "never" else _again(office, row, outcome, now)
        values |= (
            {"state": "failed", "finished_at": now}
            if again is None
            else {"state": "queued", "next_at": again}
        )
    if values["state"] in {"sent", "failed"} and row.kind in KINDS and KINDS[row.kind].secret:
        values["facts"] = None  # its link opens something
    changed = c.execute(
        update(n).where(n.c.id == row.id, n.c.state == "sending", n.c.attempts == row.attempts).values(values)
    )
    if not changed.rowcount:
        return
    if row.webhook_id is not None:
        _note_hook(c, row.webhook_id, outcome, now)
    if values["state"] in {"failed", "unclear"} or outcome.setting:
        _alarm(office, c, row, outcome)


def _again(office: Office, row: Row[Any], outcome: Outcome, now: datetime) -> datetime | None:
    """When it is tried again; None where it was tried often enough, or would be too late."""
    if row.attempts > len(RETRIES_S) and not outcome.setting:
        return None
    retry_s = RETRIES_S[min(row.attempts, len(RETRIES_S)) - 1]
    if outcome.setting:
        # A person has to put it right; from then on nothing shall wait for half a day.
        retry_s = min(retry_s, SETTING_S_MAX)
    pause_s = max(retry_s * (0.75 + office.clock.jitter() / 2), outcome.wait_s)
    at: datetime = now + timedelta(seconds=pause_s)
    return at if at < row.expires_at else None


def _note_hook(c: Connection, hook: UUID, outcome: Outcome, now: datetime) -> None:
    """A webhook that fails is left alone for a while, the longer the more often."""
    w = m.webhooks
    if outcome.state == "sent":
        c.execute(update(w).where(w.c.id == hook).values(failures=0, paused_until=None, last_success_at=now))
        return
    failures: int = c.execute(
        update(w).where(w.c.id == hook).values(failures=w.c.failures + 1).returning(w.c.failures)
    ).scalar_one()
    pause_s = PAUSES_S[min(failures, len(PAUSES_S)) - 1]
    c.execute(update(w).where(w.c.id == hook).values(paused_until=now + timedelta(seconds=pause_s)))


def _alarm(office: Office, c: Connection, row: Row[Any], outcome: Outcome) -> None:
    """A message given up goes on record; of many at once, the first of each hour."""
    k = m.critical_events
    mark = f"{row.organization_id}/{row.channel}"
    known = c.execute(
        select(k.c.id)
        .where(
            k.c.event_type == "notification_failed",
            k.c.timestamp > office.now() - ALARM_ONCE,
            k.c.metadata["way"].astext == mark,
        )
        .limit(1)
    ).first()
    if known is not None:
        return
    kind = KINDS[row.kind].words if row.kind in KINDS else row.kind
    what = "given up" if outcome.state != "unclear" else "left for a person to decide"
    if outcome.setting:
        what = "held up by a setting of the server"
    critical_event(
        c,
        "notification_failed",
        "WARN",
        f"A notification was {what}: {kind}, {letters.CHANNEL_WORDS[row.channel]}. {outcome.words}",
        event_id=row.event_id,
        metadata={"way": mark, "notification": str(row.id)},
        at=office.now(),
    )


_LATE = """
    UPDATE notifications n SET state = 'failed', finished_at = :now, problem = :words,
        facts = CASE WHEN kind = ANY(:secret) THEN NULL ELSE facts END
    WHERE state = 'queued' AND expires_at <= :now RETURNING {columns}
"""
_LOST = """
    UPDATE notifications n SET state = CASE WHEN channel = 'sms' THEN 'unclear' ELSE 'queued' END, next_at = :now,
        problem = CASE WHEN channel = 'sms'
            THEN 'The worker stopped while it was being sent; it may have gone out.'
            ELSE 'The worker stopped while it was being sent; it goes out again under the same id.' END
    WHERE state = 'sending' AND sending_at < :before RETURNING {columns}
"""


_GIVING_UP: Final = text(_LATE.format(columns=_COLUMNS))
_LOSING: Final = text(_LOST.format(columns=_COLUMNS))


def tidy(office: Office) -> list[str]:
    """Take back what lost its worker, and give up what it is too late for; what was done, in words."""
    now = office.now()
    secret = [one.key for one in KINDS.values() if one.secret]
    with office.begin() as c:
        lost = c.execute(_LOSING, {"now": now, "before": now - timedelta(seconds=SENDING_S_MAX)}).all()
        late = c.execute(_GIVING_UP, {"now": now, "words": _late_words(office), "secret": secret}).all()
        for row in lost:
            if row.state == "unclear":
                _alarm(office, c, row, Outcome("unclear", row.problem))
        for row in late:
            _alarm(office, c, row, Outcome("never", row.problem))
    return [
        f"{count} notifications {what}"
        for count, what in ((len(lost), "had lost their worker"), (len(late), "were too late"))
        if count
    ]


def _late_words(office: Office) -> str:
    return TOO_LATE if office.config.mail is not None else f"{TOO_LATE} No mail server is set up."
