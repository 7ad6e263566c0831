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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import keys
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import letters
from syncserver import models as m
from syncserver.letters import KINDS, TOPICS, Channel
from syncserver.office import Office

TOLD: Final = ("admin", "manager")
"""The roles that are told of results and alarms."""
STAFF_MAX: Final = 200
WEBHOOKS_MAX: Final = 20
"""Of one organisation, that have not ended."""
EMAIL_CHARS_MAX: Final = 254
ONCE_CHARS_MAX: Final = 200
KEPT_DAYS: Final = 90
"""After a message has gone out, or was given up, its address and facts are erased."""
ERASED_AT_ONCE: Final = 5_000
HASH_BYTES: Final = 32
TAG_BYTES: Final = 16
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
    told.setdefault("name", _clean(to.name))
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
    person = {"name": _clean(to.name), "email": email or "", "phone": phone or ""}
    for channel in ("email", "sms", "klaviyo"):
        reached = phone if channel == "sms" else email
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
            w.c.kinds.any(kind),
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


def _tag(office: Office, said: bytes) -> bytes:
    key = keys.derive(office.secret, "notification-stop")
    return hmac.new(key, said, hashlib.sha256).digest()[:TAG_BYTES]
