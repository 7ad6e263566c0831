"""Customers: what buyers told of themselves, taken in beside the journal, kept for a while, and erased for good.

A sale's entry holds only a salted commitment to it. What fits the commitment is kept with the sale's orders, where
the audit trail withholds it; erased, the commitment says nothing any more. Nothing of it is ever logged.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, func, select, text, update

from shared import sale, wire
from shared.errors import Refused
from shared.wire import Customer, CustomerRecord, CustomersReply
from syncserver import confirmations, notifications
from syncserver import models as m
from syncserver.audit import critical_event, reasoned
from syncserver.office import Office

SALT_BYTES: Final = 32
DATA_BYTES_MAX: Final = 2_000
"""Of one buyer's data."""
FIELD_CHARS_MAX: Final = 300
ERASED_AT_ONCE: Final = 5_000
"""Orders whose data one run of the timed work erases; the next goes on."""
DAYS_DEFAULT: Final = 365
UNPAID_DAYS: Final = 7
"""After which nothing is kept of who began to pay on line and did not: Stripe tells of a payment for three days."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch


@dataclass(frozen=True)
class _Told:
    """A record that can be read; ``promise`` is the commitment that its sale must bear."""

    promise: bytes
    info: dict[str, str]


def take(
    office: Office, c: Connection, rsu: UUID, epoch: int, records: Sequence[CustomerRecord]
) -> CustomersReply:
    """Keep what the buyers of this enrolment's sales told; PROTOCOL.md, section 10. The same again changes nothing.

    ``Refused`` (``too_large``) where there are more than ``CUSTOMERS_MAX`` records.
    """
    if len(records) > wire.CUSTOMERS_MAX:
        raise Refused(
            "too_large", f"A request holds at most {wire.CUSTOMERS_MAX} customers.", "Send fewer at once."
        )
    told = {record.sale: _read(record) for record in records}
    wanted = sorted(one for one, read in told.items() if read is not None)
    promised, known = _sales(c, rsu, epoch, wanted)
    kept, waiting, refused = [], [], []
    news: dict[str, dict[str, str]] = {}
    for one, read in told.items():
        rows = promised.get(one, [])
        if read is None or (not rows and one in known):
            refused.append(one)
        elif not rows:
            waiting.append(one)
        elif not all(hmac.compare_digest(bytes(row.customer_commitment), read.promise) for row in rows):
            refused.append(one)
        else:
            kept.append(one)
            if any(row.missing for row in rows):
                news[one] = read.info
    # Who made a ticket void at the kiosk before its buyer's data came tells them now.
    confirmations.tell_voids(office, c, _keep(c, rsu, epoch, news))
    return CustomersReply(
        kept=tuple(kept),
        waiting=tuple(waiting),
        refused=tuple(refused),
        server_time=office.clock.now_ms(),
    )


def _read(record: CustomerRecord) -> _Told | None:
    """The record, where it can be one at all."""
    data = record.data.encode("utf-8", "surrogatepass")
    if _UUID(record.sale) is None or len(data) > DATA_BYTES_MAX or len(record.salt) != 2 * SALT_BYTES:
        return None
    try:
        salt = bytes.fromhex(record.salt)
        said = msgspec.json.decode(data, type=Customer)
    except (ValueError, RecursionError):
        return None
    fields = {name: getattr(said, name) for name in Customer.__struct_fields__}
    if len(salt) != SALT_BYTES or not _plain(record.data):
        return None
    if any(len(value) > FIELD_CHARS_MAX or not _plain(value) for value in fields.values()):
        return None
    promise = bytes.fromhex(sale.commitment(salt, data))
    return _Told(promise, fields | {"salt": salt.hex(), "data": record.data})


def _plain(value: str) -> bool:
    """Whether it has neither control characters nor halves of a pair; what joins letters of a name is no such."""
    return not any(unicodedata.category(one) in {"Cc", "Cs"} for one in value)


def _sales(
    c: Connection, rsu: UUID, epoch: int, wanted: Sequence[str]
) -> tuple[Mapping[str, list[Row[Any]]], set[str]]:
    """The orders, by sale, of the sales that promise a buyer's data; and those that are here and promise none."""
    if not wanted:
        return {}, set()
    o = m.orders
    mine = (o.c.rsu_id == rsu, o.c.epoch == epoch, o.c.sale_id.in_(wanted))
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    missing = o.c.customer_info.is_(None) & o.c.customer_erased_at.is_(None)
    for row in c.execute(
        select(o.c.sale_id, o.c.customer_commitment, missing.label("missing")).where(
            *mine, o.c.customer_commitment.is_not(None)
        )
    ):
        found[str(row.sale_id)].append(row)
    if len(found) == len(wanted):
        return found, set()
    # Rare: the sale has not come yet, or the kiosk errs.
    known = c.execute(select(o.c.sale_id).where(*mine, o.c.quarantine_id.is_(None)))
    return found, {str(one) for one in known.scalars()} - set(found)


_KEEP = text("""
    UPDATE orders o SET customer_info = n.info, updated_at = now()
    FROM unnest(CAST(:sales AS uuid[]), CAST(:infos AS text[])) AS u(sale, told), LATERAL (SELECT u.told::jsonb AS info) n
    WHERE o.sale_id = u.sale AND o.rsu_id = :rsu AND o.epoch = :epoch AND o.customer_commitment IS NOT NULL
        AND o.customer_info IS NULL AND o.customer_erased_at IS NULL
    RETURNING o.id, o.payment_status
""")


def _keep(c: Connection, rsu: UUID, epoch: int, news: Mapping[str, dict[str, str]]) -> list[UUID]:
    """Keep it with the orders; those of them that are void."""
    if not news:
        return []
    sales = sorted(news)
    infos = [msgspec.json.encode(news[one]).decode() for one in sales]
    made = c.execute(_KEEP, {"sales": sales, "infos": infos, "rsu": rsu, "epoch": epoch})
    return [row.id for row in made if row.payment_status == "void"]


def erase(office: Office, c: Connection, order: UUID, reason: str, by: UUID) -> int:
    """Erase what the buyer of this order told, with every other order of the same sale; how many orders held it.

    It is never taken in again, whoever sends it. ``Refused``: ``reason``, ``unknown_order``, ``no_customer``.
    """
    reason = reasoned(reason)
    o = m.orders
    row = c.execute(select(o).where(o.c.id == order)).one_or_none()
    if row is None:
        raise Refused("unknown_order", "There is no such order.")
    if row.customer_info is None and (row.customer_commitment is None or row.customer_erased_at is not None):
        raise Refused("no_customer", "Nothing is known here of this order’s buyer.")
    alike = o.c.id == order
    if row.sale_id is not None and row.rsu_id is not None:
        alike |= (
            (o.c.sale_id == row.sale_id)
            & (o.c.rsu_id == row.rsu_id)
            & (o.c.epoch == row.epoch)
            & o.c.customer_commitment.is_not(None)
        )
    done = c.execute(
        update(o)
        .where(alike)
        .values(customer_info=None, customer_erased_at=office.now(), updated_by=by, updated_at=func.now())
        .returning(o.c.id)
    ).scalars()
    gone = list(done)
    notifications.forget(c, gone)
    if row.sale_id is not None:
        b = m.checkouts
        c.execute(update(b).where(b.c.sale_id == row.sale_id).values(contact=None))
    critical_event(
        c,
        "customer_erased",
        "INFO",
        f"What the buyer of order {row.id} told of themselves was erased. {reason}",
        event_id=row.event_id,
        user_id=by,
    )
    return len(gone)


_EXPIRED = text("""
    WITH due AS (
        SELECT o.id FROM orders o JOIN raffle_events e ON e.id = o.event_id
            JOIN organizations g ON g.id = e.organization_id
        WHERE o.customer_info IS NOT NULL AND coalesce(e.closed_at, e.closes_at)
            + coalesce(rule_of(g.id, 'customer_days')::integer, :days) * interval '1 day' < :now
        LIMIT :most
    ), gone AS (
        UPDATE orders o SET customer_info = NULL, customer_erased_at = :now, updated_at = now()
        FROM due WHERE o.id = due.id RETURNING o.event_id
    ) SELECT event_id, count(*) AS count FROM gone GROUP BY event_id ORDER BY event_id
""")


_EXPIRED_CHECKOUTS = text("""
    WITH due AS (
        SELECT b.id FROM checkouts b WHERE b.contact IS NOT NULL AND (
            b.state NOT IN ('held', 'open') AND EXISTS (
                SELECT FROM customer_accounts a WHERE a.user_id = b.user_id AND a.deleted_at IS NOT NULL)
            OR b.state = 'expired' AND b.ended_at + :unpaid * interval '1 day' < :now
            OR b.state IN ('paid', 'refunded') AND NOT EXISTS (
                SELECT FROM checkout_lines l JOIN raffle_events e ON e.id = l.event_id
                WHERE l.checkout_id = b.id AND coalesce(e.closed_at, e.closes_at)
                    + coalesce(rule_of(b.organization_id, 'customer_days')::integer, :days) * interval '1 day' >= :now))
        LIMIT :most
    ) UPDATE checkouts b SET contact = NULL FROM due WHERE b.id = due.id
""")


def run_due(office: Office) -> list[str]:
    """Erase what is past its organisation's retention; what was done, in words that name nobody."""
    limits = {"now": office.now(), "days": DAYS_DEFAULT, "most": ERASED_AT_ONCE}
    with office.begin() as c:
        c.execute(_EXPIRED_CHECKOUTS, limits | {"unpaid": UNPAID_DAYS})
        rows = c.execute(_EXPIRED, limits).all()
        for row in rows:
            critical_event(
                c,
                "customers_expired",
                "INFO",
                f"What the buyers of {row.count} orders told of themselves was erased: its time was over.",
                event_id=row.event_id,
            )
    return [f"the buyers' data of {row.count} orders is erased" for row in rows]
