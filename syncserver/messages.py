"""What the office says to its kiosks: messages to one, several or all, and the call to come home.

They travel in the catalog, so that a kiosk without a network hears them as soon as it has one. Coming home touches
neither events nor the kiosks' states: all kiosks stop selling while the call stands, go on uploading, and sell again
when it is taken back; what was suspended by itself stays so. Who has heard follows from the catalogs: each kiosk says
with its health which one it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.errors import Refused
from shared.ids import uuid7
from shared.wire import Command
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

TEXT_CHARS_MAX: Final = 200
STANDING_MAX: Final = 20
"""Messages that stand at once; a kiosk shows all of them."""
SHOWN_DAYS_MAX: Final = 30
HISTORY_MAX: Final = 50
KIOSKS_MAX: Final = 5_000
URGENT: Final = "URGENT: "
HOME_WORDS: Final = "The office asks everybody to stop selling and to come home."
IN_SERVICE: Final = ("enabled", "disabled", "suspended")
"""States of kiosks that may still hear something."""
_NOT_YET: Final = "to go"


@dataclass(frozen=True)
class Told:
    """One kiosk that a message is for: ``state`` is ``to go``, ``sent`` (in a catalog it fetched) or ``heard``."""

    rsu: UUID
    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class MessageRow:
    """What the office said once. ``kind`` is ``message`` or ``suspend``."""

    id: UUID
    kind: str
    text: str
    urgent: bool
    to_all: bool
    reason: str
    made_at: datetime
    made_by: str
    until: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str
    stands: bool
    told: tuple[Told, ...]

    @property
    def heard(self) -> int:
        """Kiosks that have heard it."""
        return sum(one.state == "heard" for one in self.told)


def send(
    office: Office,
    c: Connection,
    organisation: UUID,
    by: UUID,
    text: str,
    *,
    to: Sequence[UUID] = (),
    urgent: bool = False,
    until: datetime | None = None,
) -> UUID:
    """Write to these kiosks (none named: to all, those to come too), until then or until it is withdrawn.

    Raises ``Refused``: ``message_text``, ``message_until``, ``message_many``, ``unknown_unit``.
    """
    words, now = _words(text), office.now()
    if until is not None and not now < until <= now + timedelta(days=SHOWN_DAYS_MAX):
        raise Refused(
            "message_until",
            "A message is shown until a moment to come.",
            f"At most {SHOWN_DAYS_MAX} days from now.",
        )
    g = m.kiosk_messages
    # One after the other, so that two people together do not pass the limit.
    c.execute(
        select(m.organizations.c.id)
        .where(m.organizations.c.id == organisation)
        .with_for_update(key_share=True)
    )
    standing = c.scalar(
        select(func.count()).select_from(g).where(g.c.organization_id == organisation, *_stands(now))
    )
    if (standing or 0) >= STANDING_MAX:
        raise Refused("message_many", f"{STANDING_MAX} messages stand already.", "Withdraw one first.")
    wanted = sorted(set(to))
    if wanted:
        r = m.rsus
        own = c.scalar(
            select(func.count())
            .select_from(r)
            .where(r.c.id.in_(wanted), r.c.organization_id == organisation, r.c.kind == "kiosk")
        )
        if own != len(wanted):
            raise Refused("unknown_unit", "There is no such kiosk.", "Choose kiosks of the list.")
    return _write(
        office,
        c,
        {
            "organization_id": organisation,
            "kind": "message",
            "text": words,
            "urgent": urgent,
            "to_all": not wanted,
            "made_by": by,
            "shown_until": until,
        },
        wanted,
    )


def withdraw(office: Office, c: Connection, organisation: UUID, message: UUID, by: UUID) -> None:
    """Take a message back: kiosks that have not heard it never will. ``Refused`` (``unknown_message``)."""
    g = m.kiosk_messages
    done = c.execute(
        update(g)
        .where(
            g.c.id == message,
            g.c.organization_id == organisation,
            g.c.kind == "message",
            g.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=office.now(), withdrawn_by=by)
    )
    if done.rowcount == 0:
        raise Refused("unknown_message", "There is no such message, or it is withdrawn already.")


def call_home(office: Office, c: Connection, organisation: UUID, by: UUID, reason: str, text: str) -> UUID:
    """Tell all kiosks, and the web shop, to stop selling. Raises ``Refused``: ``reason``, ``message_text``, ``home``."""
    reason, words = reasoned(reason), _words(text)
    # Of two at the same moment the second is told that the first was.
    o = m.organizations
    c.execute(select(o.c.id).where(o.c.id == organisation).with_for_update(key_share=True))
    if home(c, organisation) is not None:
        raise Refused("home", "Everybody is called home already.")
    made = _write(
        office,
        c,
        {
            "organization_id": organisation,
            "kind": "suspend",
            "text": words,
            "urgent": True,
            "to_all": True,
            "reason": reason,
            "made_by": by,
        },
        [],
    )
    critical_event(c, "called_home", "WARN", f"All kiosks are called home: {words} {reason}", user_id=by)
    return made


def resume(office: Office, c: Connection, organisation: UUID, by: UUID, reason: str) -> None:
    """Let the kiosks sell again, each from its next contact on. Raises ``Refused``: ``reason``, ``home``."""
    reason = reasoned(reason)
    g = m.kiosk_messages
    done = c.execute(
        update(g)
        .where(g.c.organization_id == organisation, g.c.kind == "suspend", g.c.withdrawn_at.is_(None))
        .values(withdrawn_at=office.now(), withdrawn_by=by)
    )
    if done.rowcount == 0:
        raise Refused("home", "Nobody is called home.")
    critical_event(c, "sales_resumed", "INFO", f"All kiosks may sell again. {reason}", user_id=by)


def called_home(organisation: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Of rows with an ``organisation``: whether everybody is called home there."""
    g = m.kiosk_messages
    stands = (g.c.organization_id == organisation, g.c.kind == "suspend", g.c.withdrawn_at.is_(None))
    return select(g.c.id).where(*stands).correlate_except(g).exists()


def home(c: Connection, organisation: UUID) -> Row[Any] | None:
    """The call to come home that stands, with ``id``, ``text``, ``made_at``; None where all may sell."""
    g = m.kiosk_messages
    return c.execute(
        select(g).where(
            g.c.organization_id == organisation, g.c.kind == "suspend", g.c.withdrawn_at.is_(None)
        )
    ).one_or_none()


def call(c: Connection, organisation: UUID, now: datetime) -> MessageRow | None:
    """The call to come home that stands, with who has heard it; None where all may sell."""
    row = home(c, organisation)
    if row is None:
        return None
    found = c.execute(_said(organisation).where(m.kiosk_messages.c.id == row.id)).all()
    return _told(c, organisation, found, now)[0]


def commands(c: Connection, organisation: UUID, rsu: UUID, now: datetime) -> tuple[Command, ...]:
    """What stands for this kiosk now, the oldest first, as its catalog says it."""
    g, k = m.kiosk_messages, m.kiosk_message_kiosks
    rows = c.execute(
        select(g.c.id, g.c.kind, g.c.text, g.c.urgent)
        .where(
            g.c.organization_id == organisation,
            *_stands(now),
            or_(g.c.to_all, g.c.id.in_(select(k.c.message_id).where(k.c.rsu_id == rsu))),
        )
        .order_by(g.c.made_at, g.c.id)
    )
    return tuple(
        Command(
            id=str(row.id),
            kind=row.kind,
            text=f"{URGENT}{row.text}" if row.urgent and row.kind == "message" else row.text,
        )
        for row in rows
    )


def note_sent(
    c: Connection,
    told: Sequence[Command],
    rsu: UUID,
    epoch: int,
    version: tuple[int, int],
    now: datetime,
) -> None:
    """The catalog of this ``(generation, serial)`` is the first that tells this kiosk so."""
    if not told:
        return
    generation, serial = version
    rows = [
        {
            "message_id": UUID(one.id),
            "rsu_id": rsu,
            "epoch": epoch,
            "generation": generation,
            "serial": serial,
            "sent_at": now,
        }
        for one in told
    ]
    c.execute(upsert(m.kiosk_message_heard).values(rows).on_conflict_do_nothing())


def note_heard(c: Connection, rsu: UUID, epoch: int, version: tuple[int, int], now: datetime) -> None:
    """The kiosk says that it holds the catalog of this ``(generation, serial)``."""
    h = m.kiosk_message_heard
    generation, serial = version
    if not (0 <= generation < 2**31 and 0 <= serial < 2**63):
        return
    c.execute(
        update(h)
        .where(
            h.c.rsu_id == rsu,
            h.c.epoch == epoch,
            h.c.heard_at.is_(None),
            or_(h.c.generation < generation, and_(h.c.generation == generation, h.c.serial <= serial)),
        )
        .values(heard_at=now)
    )


def history(c: Connection, organisation: UUID, now: datetime, limit: int = HISTORY_MAX) -> list[MessageRow]:
    """What was said, the newest first, and who has heard it."""
    g = m.kiosk_messages
    wanted = _said(organisation).order_by(g.c.made_at.desc(), g.c.id.desc()).limit(limit)
    return _told(c, organisation, c.execute(wanted).all(), now)


def one(c: Connection, organisation: UUID, message: UUID, now: datetime) -> MessageRow | None:
    """One of them; None where there is none."""
    found = c.execute(_said(organisation).where(m.kiosk_messages.c.id == message)).all()
    return _told(c, organisation, found, now)[0] if found else None


def _said(organisation: UUID) -> Select[Any]:
    g, u = m.kiosk_messages, m.users
    gone = u.alias()
    return (
        select(g, u.c.display_name.label("maker"), gone.c.display_name.label("taker"))
        .join(u, u.c.id == g.c.made_by)
        .outerjoin(gone, gone.c.id == g.c.withdrawn_by)
        .where(g.c.organization_id == organisation)
    )


def _told(c: Connection, organisation: UUID, rows: Sequence[Row[Any]], now: datetime) -> list[MessageRow]:
    ids = [row.id for row in rows]
    k, h, r, e = m.kiosk_message_kiosks, m.kiosk_message_heard, m.rsus, m.rsu_epochs
    kiosks = c.execute(
        select(r.c.id, r.c.name, r.c.state)
        .where(r.c.organization_id == organisation, r.c.kind == "kiosk")
        .order_by(r.c.name)
        .limit(KIOSKS_MAX)
    ).all()
    named: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for message, rsu in c.execute(select(k.c.message_id, k.c.rsu_id).where(k.c.message_id.in_(ids))):
        named[message].add(rsu)
    newest = select(e.c.rsu_id, func.max(e.c.epoch).label("epoch")).group_by(e.c.rsu_id).subquery()
    heard = {
        (row.message_id, row.rsu_id): row
        for row in c.execute(
            select(h)
            .join(newest, and_(newest.c.rsu_id == h.c.rsu_id, newest.c.epoch == h.c.epoch))
            .where(h.c.message_id.in_(ids))
        )
    }
    found = []
    for row in rows:
        stands = row.withdrawn_at is None and (row.shown_until is None or row.shown_until > now)
        told = []
        for kiosk in kiosks:
            known = heard.get((row.id, kiosk.id))
            meant = kiosk.state in IN_SERVICE if row.to_all else kiosk.id in named[row.id]
            # Of what no longer stands only those are shown who got it, and those it was written to by name.
            if known is None and (not meant or (row.to_all and not stands)):
                continue
            if known is None:
                told.append(Told(kiosk.id, kiosk.name, _NOT_YET, None))
            elif known.heard_at is None:
                told.append(Told(kiosk.id, kiosk.name, "sent", known.sent_at))
            else:
                told.append(Told(kiosk.id, kiosk.name, "heard", known.heard_at))
        found.append(
            MessageRow(
                row.id,
                row.kind,
                row.text,
                row.urgent,
                row.to_all,
                row.reason,
                row.made_at,
                row.maker,
                row.shown_until,
                row.withdrawn_at,
                row.taker or "",
                stands,
                tuple(told),
            )
        )
    return found


def _stands(now: datetime) -> tuple[Any, ...]:
    g = m.kiosk_messages
    return (g.c.withdrawn_at.is_(None), or_(g.c.shown_until.is_(None), g.c.shown_until > now))


def _write(office: Office, c: Connection, values: dict[str, Any], to: Sequence[UUID]) -> UUID:
    made = uuid7(office.clock)
    c.execute(insert(m.kiosk_messages).values(id=made, made_at=office.now(), **values))
    if to:
        c.execute(insert(m.kiosk_message_kiosks), [{"message_id": made, "rsu_id": rsu} for rsu in to])
    return made


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not 1 <= len(words) <= TEXT_CHARS_MAX or not words.isprintable():
        raise Refused("message_text", f"A message has 1 to {TEXT_CHARS_MAX} characters.")
    return words
