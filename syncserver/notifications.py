"""Notifications: written into an outbox in the transaction of what they tell, so that they go out if and only if it
happened; once each.

Who is told, by which ways, and whether they want it is decided here and then. Sending is the postman's. Addresses
and facts are personal data: the audit log withholds them, nothing logs them, and they are erased when their time is
over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, any_, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import letters, senders
from syncserver import models as m
from syncserver.audit import reasoned
from syncserver.letters import KINDS, TOPICS, Channel, Words
from syncserver.office import Office

TOLD: Final = ("admin", "manager")
"""The roles that are told of results and alarms."""
STAFF_MAX: Final = 200
WEBHOOKS_MAX: Final = 20
"""Of one organisation, that have not ended."""
EMAIL_CHARS_MAX: Final = 254
ONCE_CHARS_MAX: Final = 200
KEPT_DAYS: Final = 90
"""So long after a message has gone out, or was given up, its address and facts are erased: at the latest, and
sooner where the organisation keeps its buyers' data for less."""
ERASED_AT_ONCE: Final = 5_000
HASH_BYTES: Final = 32
TAG_BYTES: Final = 16
SALT_BYTES: Final = 32
NAME_CHARS_MAX: Final = 80
TEST: Final = "test/"
"""What the moment of a message begins with that was sent to try it out."""
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]+\.?[^\s@<>,;:\"()\[\]\\]+")
_PHONE = re.compile(r"\+?[0-9]{6,15}")


@dataclass(frozen=True)
class To:
    """Who is to be told; without e-mail and phone nobody is."""

    email: str | None = None
    phone: str | None = None
    name: str = ""
    language: str = "en"
    user: UUID | None = None


def enqueue(
    office: Office,
    c: Connection,
    organisation: UUID,
    kind: str,
    *,
    once: str,
    to: To,
    facts: Mapping[str, str],
    event: UUID | None = None,
    order: UUID | None = None,
) -> int:
    """Write into the outbox what ``to`` is told, and the organisation's webhooks; how many messages that makes.

    0 where this kind was told of ``once`` before (whoever else does the same at this moment), where nobody can be
    reached, or wants it. ``facts`` are texts as people read them, by the names in ``letters.KINDS[kind].fields``;
    the receiver's name and the organisation's are put in here. A ``KeyError`` names a kind that there is not.
    """
    spec = KINDS[kind]
    ways = _ways(c, organisation, kind)
    told: dict[str, Any] = {name: _clean(fact) for name, fact in facts.items()}
    told.setdefault("organisation", _organisation(c, organisation))
    name = letters.called(_clean(to.name)) if spec.greets else ""
    told.setdefault("name", name)
    email, phone = address(to.email), number(to.phone)
    rows: list[dict[str, Any]] = []
    base = {
        "organization_id": organisation,
        "kind": kind,
        "once": once[:ONCE_CHARS_MAX],
        "event_id": event,
        "order_id": order,
        "user_id": to.user,
        "language": letters.language(to.language),
        "next_at": office.now(),
        "expires_at": office.now() + spec.lives,
    }
    person = {"name": name, "email": email or "", "phone": phone or ""}
    for channel in ("email", "sms", "klaviyo"):
        reached = phone if channel == "sms" else email
        if not _set_up(office, channel):
            continue
        if channel not in ways or not reached or stopped(office, c, organisation, reached, spec.topic):
            continue
        # Of what a person is told by one way, the other way's address is none of its business.
        receiver = person if channel == "klaviyo" else {"name": person["name"], channel: reached}
        rows.append(
            base
            | {
                "id": uuid7(office.clock),
                "channel": channel,
                "webhook_id": None,
                "address_hash": address_hash(office, reached),
                "recipient": receiver,
                "facts": told,
            }
        )
    rows.extend(_hooks(office, c, base, told))
    if not rows:
        return 0
    n = m.notifications
    made = c.execute(upsert(n).values(rows).on_conflict_do_nothing().returning(n.c.id))
    return len(made.all())


def enqueue_staff(
    office: Office,
    c: Connection,
    organisation: UUID,
    kind: str,
    *,
    once: str,
    facts: Mapping[str, str],
    event: UUID | None = None,
) -> int:
    """The same to every active administrator and manager who has said where they are written to."""
    o, u, s = m.organization_users, m.users, m.staff_contacts
    people = c.execute(
        select(u.c.id, u.c.display_name, s.c.email, s.c.language)
        .select_from(o.join(u, u.c.id == o.c.user_id).join(s, s.c.user_id == u.c.id))
        .where(o.c.organization_id == organisation, o.c.role.in_(TOLD), u.c.is_active)
        .order_by(u.c.id)
        .limit(STAFF_MAX)
    ).all()
    made = 0
    for person in people:
        made += enqueue(
            office,
            c,
            organisation,
            kind,
            once=f"{once}/{person.id}",
            to=To(email=person.email, name=person.display_name, language=person.language, user=person.id),
            facts=facts,
            event=event,
        )
    # The organisation's programs are told once, however many people there are.
    return made + enqueue(office, c, organisation, kind, once=once, to=To(), facts=facts, event=event)


def _hooks(
    office: Office, c: Connection, base: Mapping[str, Any], facts: Mapping[str, str]
) -> list[dict[str, Any]]:
    kind = str(base["kind"])
    if "webhook" not in KINDS[kind].offered or (
        base["user_id"] is not None and kind in {"official_win", "alarm"}
    ):
        return []
    w = m.webhooks
    rows = c.execute(
        select(w.c.id)
        .where(
            w.c.organization_id == base["organization_id"],
            w.c.is_active,
            w.c.ended_at.is_(None),
            any_(w.c.kinds) == kind,
        )
        .limit(WEBHOOKS_MAX)
    ).scalars()
    # A program is told what happened, not to whom: it can ask for the order by its id.
    kept = {name: fact for name, fact in facts.items() if name not in {"name", "link"}}
    return [
        dict(base)
        | {
            "id": uuid7(office.clock),
            "channel": "webhook",
            "webhook_id": hook,
            "user_id": None,
            "address_hash": None,
            "recipient": None,
            "facts": kept,
        }
        for hook in rows
    ]


def _set_up(office: Office, channel: str) -> bool:
    """Whether a message may be written for this way: mail always, as it may be set up while it waits."""
    return {"sms": office.config.texts, "klaviyo": office.config.klaviyo}.get(channel, office) is not None


def _ways(c: Connection, organisation: UUID, kind: str) -> frozenset[str]:
    """The ways by which this kind goes out here."""
    return frozenset(channel for channel, on in switches(c, organisation, kind).items() if on)


def switches(c: Connection, organisation: UUID, kind: str) -> dict[Channel, bool]:
    """Whether this kind goes by each way that it can go by; webhooks are chosen by themselves."""
    s = m.notification_switches
    decided = {
        row.channel: row.is_on
        for row in c.execute(select(s).where(s.c.organization_id == organisation, s.c.kind == kind))
    }
    spec = KINDS[kind]
    return {
        channel: decided.get(channel, channel in spec.channels)
        for channel in spec.offered
        if channel != "webhook"
    }


def _organisation(c: Connection, organisation: UUID) -> str:
    return str(
        c.execute(select(m.organizations.c.name).where(m.organizations.c.id == organisation)).scalar_one()
    )


def _clean(fact: str) -> str:
    """A fact as it is kept: no control characters but line ends, nothing endless."""
    return "".join(ch for ch in fact if ch >= " " or ch in "\n\t")[: letters.FACT_CHARS_MAX]


# Addresses ------------------------------------------------------------------------------------------


def address(email: str | None) -> str | None:
    """An e-mail address that a message can be sent to, as it is kept; None where it is none."""
    given = (email or "").strip()
    if not 3 <= len(given) <= EMAIL_CHARS_MAX or not given.isprintable() or not _EMAIL.fullmatch(given):
        return None
    return given


def number(phone: str | None) -> str | None:
    """A phone number without its blanks and dashes; None where it is none."""
    given = re.sub(r"[\s().\-/]", "", phone or "")
    return given if _PHONE.fullmatch(given) else None


def address_hash(office: Office, reached: str) -> bytes:
    """By what an address is known where it must not be kept: keyed, so that nobody can try addresses out."""
    key = keys.derive(office.secret, "notification-address")
    return hmac.new(key, reached.strip().lower().encode(), hashlib.sha256).digest()


def set_contact(office: Office, c: Connection, user: UUID, email: str, language: str = "en") -> None:
    """Say where somebody of the staff is written to. ``Refused`` (``email``) where it is no address."""
    reached = address(email)
    if reached is None:
        raise Refused("email", "That is no e-mail address.", "Write it like name@club.example.")
    values = {"email": reached, "language": letters.language(language), "updated_at": office.now()}
    s = m.staff_contacts
    c.execute(
        upsert(s)
        .values(user_id=user, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )


def contact(c: Connection, user: UUID) -> To | None:
    """Where somebody of the staff is written to."""
    s, u = m.staff_contacts, m.users
    row = c.execute(
        select(s.c.email, s.c.language, u.c.display_name)
        .join(u, u.c.id == s.c.user_id)
        .where(s.c.user_id == user)
    ).one_or_none()
    return None if row is None else To(row.email, None, row.display_name, row.language, user)


# Words ----------------------------------------------------------------------------------------------


def words(
    c: Connection, organisation: UUID, kind: str, channel: str, language: str
) -> tuple[Words, UUID | None]:
    """What such a message says here now, and the version it stands in; None: the program's own words."""
    t = m.notification_templates
    row = c.execute(
        select(t)
        .where(
            t.c.organization_id == organisation,
            t.c.kind == kind,
            t.c.channel == channel,
            t.c.language == language,
        )
        .order_by(t.c.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.body is None:
        return letters.default(kind, channel, language), None
    return Words(row.subject, row.body), row.id


def set_words(
    office: Office,
    c: Connection,
    organisation: UUID,
    kind: str,
    channel: str,
    language: str,
    new: Words | None,
    by: UUID,
) -> int:
    """Say what such messages say from now on; None: the program's own words again. The version that this is.

    Raises ``Refused`` (``template``) as :func:`letters.check` does.
    """
    kept = None if new is None else letters.check(kind, channel, new)
    t = m.notification_templates
    c.execute(select(m.organizations.c.id).where(m.organizations.c.id == organisation).with_for_update())
    last: int | None = c.execute(
        select(func.max(t.c.version)).where(
            t.c.organization_id == organisation,
            t.c.kind == kind,
            t.c.channel == channel,
            t.c.language == language,
        )
    ).scalar_one()
    version = (last or 0) + 1
    c.execute(
        insert(t).values(
            organization_id=organisation,
            kind=kind,
            channel=channel,
            language=language,
            version=version,
            subject=kept.subject if kept else None,
            body=kept.body if kept else None,
            created_at=office.now(),
            created_by=by,
        )
    )
    return version


def switch(
    office: Office, c: Connection, organisation: UUID, kind: str, ways: Mapping[str, bool], by: UUID
) -> None:
    """Decide by which ways a kind goes out. What cannot be otherwise, such as links to log in with, stays."""
    s = m.notification_switches
    now = switches(c, organisation, kind)
    for channel, on in ways.items():
        if channel not in now or now[channel] == on or KINDS[kind].secret:
            continue
        values = {"is_on": on, "updated_at": office.now(), "updated_by": by}
        c.execute(
            upsert(s)
            .values(organization_id=organisation, kind=kind, channel=channel, **values)
            .on_conflict_do_update(index_elements=["organization_id", "kind", "channel"], set_=values)
        )


def send_test(
    office: Office,
    c: Connection,
    organisation: UUID,
    kind: str,
    channel: str,
    language: str,
    reached: str,
    by: UUID,
) -> UUID:
    """Send oneself a message with sample facts; its subject says that it is a test. ``Refused``: ``address``."""
    to = number(reached) if channel == "sms" else address(reached)
    if to is None:
        raise Refused("address", "That is no address a test can be sent to.", "Write an e-mail address.")
    identity = uuid7(office.clock)
    facts = letters.samples(kind, language) | {"organisation": _organisation(c, organisation)}
    c.execute(
        insert(m.notifications).values(
            id=identity,
            organization_id=organisation,
            kind=kind,
            once=f"{TEST}{identity}",
            channel=channel,
            user_id=by,
            language=letters.language(language),
            address_hash=address_hash(office, to),
            recipient={"name": facts.get("name", ""), channel: to},
            facts=facts,
            next_at=office.now(),
            expires_at=office.now() + timedelta(hours=1),
        )
    )
    return identity


def is_test(once: str) -> bool:
    """Whether a message of this moment was sent to try it out."""
    return once.startswith(TEST)


# Webhooks -------------------------------------------------------------------------------------------


def add_webhook(
    office: Office, c: Connection, organisation: UUID, name: str, url: str, kinds: Iterable[str], by: UUID
) -> tuple[UUID, str]:
    """Tell a program of these kinds from now on: its id, and its secret, which is not shown again.

    ``Refused``: ``webhook_url``, ``webhook_kinds``, ``webhook_name``, ``webhooks`` where there are too many.
    """
    senders.check_webhook_url(url, private=office.config.webhooks_private)
    chosen = _hook_kinds(kinds)
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_CHARS_MAX:
        raise Refused("webhook_name", "A webhook needs a name.", f"It has 1 to {NAME_CHARS_MAX} characters.")
    w = m.webhooks
    c.execute(select(m.organizations.c.id).where(m.organizations.c.id == organisation).with_for_update())
    there: int = c.execute(
        select(func.count()).where(w.c.organization_id == organisation, w.c.ended_at.is_(None))
    ).scalar_one()
    if there >= WEBHOOKS_MAX:
        raise Refused("webhooks", f"There are {WEBHOOKS_MAX} webhooks already.", "End one first.")
    identity, salt = uuid7(office.clock), office.clock.token(SALT_BYTES)
    c.execute(
        insert(w).values(
            id=identity,
            organization_id=organisation,
            name=name,
            url=url,
            secret_salt=salt,
            kinds=chosen,
            created_at=office.now(),
            created_by=by,
        )
    )
    return identity, webhook_secret(office, identity, salt)


def _hook_kinds(kinds: Iterable[str]) -> list[str]:
    chosen = sorted(set(kinds) & {one.key for one in KINDS.values() if "webhook" in one.offered})
    if not chosen:
        raise Refused("webhook_kinds", "Choose what it is told of.")
    return chosen


def webhook_secret(office: Office, webhook: UUID, salt: bytes) -> str:
    """What signs for this webhook: it follows from the salt and the office's secret."""
    return f"whsec_{keys.derive(office.secret, 'webhook', str(webhook), salt.hex()).hex()}"


def change_webhook(
    c: Connection, organisation: UUID, webhook: UUID, kinds: Iterable[str], *, active: bool
) -> None:
    """Choose anew what it is told of, and whether it is told at all."""
    w = m.webhooks
    done = c.execute(
        update(w)
        .where(w.c.id == webhook, w.c.organization_id == organisation, w.c.ended_at.is_(None))
        .values(kinds=_hook_kinds(kinds), is_active=active, paused_until=None, failures=0)
    )
    if not done.rowcount:
        raise Refused("unknown_webhook", "There is no such webhook.")


def renew_webhook(office: Office, c: Connection, organisation: UUID, webhook: UUID) -> str:
    """Give it another secret, which is not shown again; the old one signs nothing from now on."""
    w, salt = m.webhooks, office.clock.token(SALT_BYTES)
    done = c.execute(
        update(w)
        .where(w.c.id == webhook, w.c.organization_id == organisation, w.c.ended_at.is_(None))
        .values(secret_salt=salt)
    )
    if not done.rowcount:
        raise Refused("unknown_webhook", "There is no such webhook.")
    return webhook_secret(office, webhook, salt)


def end_webhook(
    office: Office, c: Connection, organisation: UUID, webhook: UUID, reason: str, by: UUID
) -> None:
    """End it for good; what waits for it is not sent. ``Refused``: ``reason``, ``unknown_webhook``."""
    w, n = m.webhooks, m.notifications
    done = c.execute(
        update(w)
        .where(w.c.id == webhook, w.c.organization_id == organisation, w.c.ended_at.is_(None))
        .values(is_active=False, ended_at=office.now(), ended_by=by, ended_reason=reasoned(reason))
    )
    if not done.rowcount:
        raise Refused("unknown_webhook", "There is no such webhook.")
    c.execute(
        update(n)
        .where(n.c.webhook_id == webhook, n.c.state == "queued")
        .values(state="stopped", finished_at=office.now(), problem="The webhook was ended.")
    )


def test_webhook(office: Office, c: Connection, organisation: UUID, webhook: UUID) -> UUID:
    """Send it a message that says it is a test."""
    w = m.webhooks
    row = c.execute(
        select(w).where(w.c.id == webhook, w.c.organization_id == organisation, w.c.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise Refused("unknown_webhook", "There is no such webhook.")
    identity, kind = uuid7(office.clock), str(row.kinds[0])
    facts = {name: fact for name, fact in KINDS[kind].fields.items() if name not in {"hello", "name", "link"}}
    c.execute(
        insert(m.notifications).values(
            id=identity,
            organization_id=organisation,
            kind=kind,
            once=f"{TEST}{identity}",
            channel="webhook",
            webhook_id=webhook,
            facts=facts,
            next_at=office.now(),
            expires_at=office.now() + timedelta(hours=1),
        )
    )
    return identity


# Who wants no more -----------------------------------------------------------------------------------


def stopped(office: Office, c: Connection, organisation: UUID, reached: str, topic: str) -> bool:
    """Whether whoever has this address or number wants no more of the topic."""
    return bool(topic) and topic in stops(office, c, organisation, [reached])


def stops(office: Office, c: Connection, organisation: UUID, addresses: Iterable[str]) -> frozenset[str]:
    """The topics, of ``letters.TOPICS``, that whoever has one of these addresses or numbers has stopped."""
    t = m.notification_optouts
    hashes = [address_hash(office, one) for one in addresses if one]
    if not hashes:
        return frozenset()
    found = c.execute(
        select(t.c.topic).where(t.c.organization_id == organisation, t.c.address_hash.in_(hashes))
    ).scalars()
    return frozenset(found)


def stop(
    office: Office,
    c: Connection,
    organisation: UUID,
    addresses: Iterable[str],
    topics: Iterable[str],
    source: str = "account",
) -> None:
    """Set what whoever has these addresses wants no more of: ``topics`` and, of the others, nothing is stopped."""
    chosen = frozenset(topics) & frozenset(TOPICS)
    for reached in addresses:
        if reached:
            _stop(office, c, organisation, address_hash(office, reached), chosen, source, all_others=True)


def _stop(
    office: Office,
    c: Connection,
    organisation: UUID,
    known: bytes,
    topics: Iterable[str],
    source: str,
    *,
    all_others: bool,
) -> None:
    t = m.notification_optouts
    mine = (t.c.organization_id == organisation, t.c.address_hash == known)
    topics = sorted(topics)
    if all_others:
        c.execute(delete(t).where(*mine, t.c.topic.not_in(topics)))
    if topics:
        rows = [
            {
                "organization_id": organisation,
                "address_hash": known,
                "topic": topic,
                "source": source,
                "at": office.now(),
            }
            for topic in topics
        ]
        c.execute(upsert(t).values(rows).on_conflict_do_nothing())
        # What waits already is not sent after all.
        n = m.notifications
        kinds = [one.key for one in KINDS.values() if one.topic in topics]
        c.execute(
            update(n)
            .where(
                n.c.organization_id == organisation,
                n.c.address_hash == known,
                n.c.kind.in_(kinds),
                n.c.state == "queued",
            )
            .values(state="stopped", finished_at=office.now(), problem="The receiver wants no more of these.")
        )


@dataclass(frozen=True)
class Wish:
    """What a signed link lets its bearer stop."""

    organisation: UUID
    address_hash: bytes
    topic: str


def stop_token(office: Office, organisation: UUID, known: bytes, topic: str) -> str:
    """For a link by which the receiver ends a topic without logging in. It says nothing of the address."""
    said = organisation.bytes + known + topic.encode("ascii")
    return base64.urlsafe_b64encode(said + _tag(office, said)).decode().rstrip("=")


def read_stop_token(office: Office, token: str) -> Wish | None:
    """What the link was made for; None where we did not make it."""
    if len(token) > 200 or not token.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    said, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
    if len(said) <= 16 + HASH_BYTES or not hmac.compare_digest(_tag(office, said), tag):
        return None
    topic = said[16 + HASH_BYTES :].decode("ascii", "replace")
    return Wish(UUID(bytes=said[:16]), said[16 : 16 + HASH_BYTES], topic) if topic in TOPICS else None


def heed(office: Office, c: Connection, wish: Wish, *, resume: bool = False) -> None:
    """Do as the bearer of a signed link wishes; ``resume`` takes it back."""
    t = m.notification_optouts
    if resume:
        c.execute(
            delete(t).where(
                t.c.organization_id == wish.organisation,
                t.c.address_hash == wish.address_hash,
                t.c.topic == wish.topic,
            )
        )
    else:
        _stop(office, c, wish.organisation, wish.address_hash, [wish.topic], "link", all_others=False)


def is_stopped(c: Connection, wish: Wish) -> bool:
    """Whether it is done already."""
    t = m.notification_optouts
    found = c.execute(
        select(t.c.topic).where(
            t.c.organization_id == wish.organisation,
            t.c.address_hash == wish.address_hash,
            t.c.topic == wish.topic,
        )
    )
    return found.first() is not None


def _tag(office: Office, said: bytes) -> bytes:
    key = keys.derive(office.secret, "notification-stop")
    return hmac.new(key, said, hashlib.sha256).digest()[:TAG_BYTES]


# The outbox -------------------------------------------------------------------------------------------


def retry(office: Office, c: Connection, organisation: UUID, notification: UUID, by: UUID) -> None:
    """Send a message that was given up, stopped, or whose end is unclear, once more.

    ``Refused``: ``unknown_notification``, ``notification_state`` where it went out or waits anyway, or was erased.
    """
    n = m.notifications
    row = _locked(c, organisation, notification)
    if row.state not in {"failed", "unclear", "stopped"}:
        raise Refused("notification_state", "This message is on its way, or has gone out.")
    if row.facts is None:
        raise Refused(
            "notification_state",
            "What this message said is erased.",
            "Let it be asked for anew where it came from, such as a new link.",
        )
    lives = KINDS[row.kind].lives if row.kind in KINDS else timedelta(days=1)
    c.execute(
        update(n)
        .where(n.c.id == notification)
        .values(
            state="queued",
            attempts=0,
            next_at=office.now(),
            expires_at=office.now() + lives,
            finished_at=None,
            problem="",
            retried_at=office.now(),
            retried_by=by,
        )
    )


def withhold(office: Office, c: Connection, organisation: UUID, notification: UUID, by: UUID) -> None:
    """Let a message that waits, or whose end is unclear, not go out. ``Refused`` as for :func:`retry`."""
    n = m.notifications
    row = _locked(c, organisation, notification)
    if row.state not in {"queued", "unclear"}:
        raise Refused("notification_state", "Only a message that waits can be stopped.")
    c.execute(
        update(n)
        .where(n.c.id == notification)
        .values(
            state="stopped",
            finished_at=office.now(),
            problem="Stopped by hand.",
            stopped_at=office.now(),
            stopped_by=by,
        )
    )


def _locked(c: Connection, organisation: UUID, notification: UUID) -> Row[Any]:
    n = m.notifications
    row = c.execute(
        select(n).where(n.c.id == notification, n.c.organization_id == organisation).with_for_update()
    ).one_or_none()
    if row is None:
        raise Refused("unknown_notification", "There is no such message.")
    return row


def forget(c: Connection, orders: Sequence[UUID]) -> int:
    """Erase addresses and facts of all messages about these orders; what waits is not sent. How many there were."""
    return _forget(c, m.notifications.c.order_id.in_(orders)) if orders else 0


def forget_address(office: Office, c: Connection, organisation: UUID, reached: str) -> int:
    """The same for all messages to this address or number."""
    n = m.notifications
    mine = n.c.address_hash == address_hash(office, reached)
    return _forget(c, (n.c.organization_id == organisation) & mine)


def forget_user(c: Connection, user: UUID) -> int:
    """The same for all messages to this person, whichever of their addresses they went to."""
    return _forget(c, m.notifications.c.user_id == user)


def _forget(c: Connection, which: ColumnElement[bool]) -> int:
    n = m.notifications
    c.execute(
        update(n)
        .where(which, n.c.state.in_(("queued", "unclear")))
        .values(state="stopped", finished_at=func.now(), problem="What it said was erased.")
    )
    done = c.execute(
        update(n)
        .where(which, n.c.erased_at.is_(None))
        .values(recipient=None, facts=None, address_hash=None, erased_at=func.now())
    )
    return done.rowcount


_EXPIRED = text("""
    WITH due AS (
        SELECT n.id FROM notifications n JOIN organizations g ON g.id = n.organization_id
        WHERE n.erased_at IS NULL AND n.finished_at < CAST(:now AS timestamptz)
            - least(:days, coalesce((g.settings ->> 'customer_days')::integer, :days)) * interval '1 day'
        LIMIT :most FOR UPDATE OF n SKIP LOCKED
    ) UPDATE notifications n SET recipient = NULL, facts = NULL, address_hash = NULL, erased_at = :now
    FROM due WHERE n.id = due.id
""")


def run_due(office: Office) -> list[str]:
    """Erase addresses and facts whose time is over; what was done, in words."""
    with office.begin() as c:
        done = c.execute(_EXPIRED, {"now": office.now(), "days": KEPT_DAYS, "most": ERASED_AT_ONCE}).rowcount
    return [f"addresses and facts of {done} notifications are erased"] if done else []
