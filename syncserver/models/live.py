"""What the live pages read: sums of sales, what the office said to kiosks, alarms, and programs at work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Subquery,
    cast,
    desc,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import CASCADE, Base, BigInt, BigZero, Currency, Id, Key, No, Now, Zero, table_of

_NOTHING = text("''::text")


class SalesMinute(Base):
    """What one kiosk sold of one event within one minute of its clock; kept by a trigger, without tests.

    What was made void is in it: it was sold then. The nil UUID stands for no kiosk.
    """

    __tablename__ = "sales_minutes"
    __table_args__ = (Index("idx_sales_minutes_event", "event_id", "minute"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    orders: Mapped[Zero]
    tickets: Mapped[Zero]
    amount: Mapped[BigZero]


class OrderSum(Base):
    """A kiosk's orders of one event, package, price and state; kept by triggers, tests among them.

    The nil UUID stands for no kiosk, or for no package of the event, the epoch 0 for no enrolment. A sum may have come
    down to nothing.
    """

    __tablename__ = "order_sums"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    package_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    price: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    payment_status: Mapped[str] = mapped_column(primary_key=True)
    is_test: Mapped[bool] = mapped_column(primary_key=True)
    doubted: Mapped[bool] = mapped_column(primary_key=True)
    """A blocking finding keeps it out of the sales, or a decision left it out."""
    orders: Mapped[BigInt]
    tickets: Mapped[BigInt]
    card: Mapped[BigInt]


class TicketSum(Base):
    """How many numbers of an event that a kiosk's enrolment sold are in one state; kept by triggers."""

    __tablename__ = "ticket_sums"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[Key]
    tickets: Mapped[BigInt]


class KioskMessage(Base):
    """What the office says to kiosks: a ``message``, or ``suspend``: come home, until it is withdrawn."""

    __tablename__ = "kiosk_messages"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'suspend')", name="kind"),
        CheckConstraint("char_length(text) BETWEEN 1 AND 200", name="text"),
        CheckConstraint("kind = 'message' OR (to_all AND shown_until IS NULL)", name="home"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("idx_kiosk_messages_org", "organization_id", desc("made_at")),
        Index(
            "kiosk_messages_home",
            "organization_id",
            unique=True,
            postgresql_where=text("kind = 'suspend' AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[str]
    text: Mapped[str]
    urgent: Mapped[No]
    to_all: Mapped[bool]
    reason: Mapped[str] = mapped_column(server_default=_NOTHING)
    made_at: Mapped[Now]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    shown_until: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class KioskMessageKiosk(Base):
    """To which kiosks a message goes that is not for all."""

    __tablename__ = "kiosk_message_kiosks"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_messages.id"), primary_key=True)
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id", ondelete=CASCADE), primary_key=True)


class KioskMessageHeard(Base):
    """In which catalog a kiosk was first sent a message, and when it said that it holds that or a later one."""

    __tablename__ = "kiosk_message_heard"
    __table_args__ = (
        ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),
        Index(
            "idx_kiosk_message_heard_waiting", "rsu_id", "epoch", postgresql_where=text("heard_at IS NULL")
        ),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_messages.id"), primary_key=True)
    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    serial: Mapped[BigInt]
    sent_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]


class Alarm(Base):
    """Something that is wrong, or was: when it came and when it went. Without an organisation it is the server's."""

    __tablename__ = "alarms"
    __table_args__ = (
        CheckConstraint("severity IN ('bad', 'warn')", name="severity"),
        Index(
            "alarms_standing",
            "organization_id",
            "key",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    key: Mapped[str]
    severity: Mapped[str]
    words: Mapped[str]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Heartbeat(Base):
    """When one of the office's programs was last at work."""

    __tablename__ = "heartbeats"

    program: Mapped[Key]
    at: Mapped[datetime]


sales_minutes = table_of(SalesMinute)
order_sums = table_of(OrderSum)
ticket_sums = table_of(TicketSum)


def _sales() -> Subquery:
    o = order_sums
    void = o.c.payment_status == "void"
    measures = {
        "orders": o.c.orders,
        "tickets": o.c.tickets,
        "amount": o.c.orders * o.c.price,
        "card": o.c.card,
    }

    def whole(value: ColumnElement[Any]) -> ColumnElement[int]:
        return cast(func.coalesce(value, 0), BigInteger)

    return (
        select(
            o.c.event_id,
            o.c.rsu_id,
            o.c.package_id,
            *(whole(func.sum(value)).label(name) for name, value in measures.items()),
            *(whole(func.sum(value).filter(void)).label(f"void_{name}") for name, value in measures.items()),
        )
        .where(~o.c.is_test)
        .group_by(o.c.event_id, o.c.rsu_id, o.c.package_id)
        .subquery("sales_sums")
    )


sales_sums = _sales()
"""What one kiosk sold of one package, tests aside, and what of it was made void."""
kiosk_messages = table_of(KioskMessage)
kiosk_message_kiosks = table_of(KioskMessageKiosk)
kiosk_message_heard = table_of(KioskMessageHeard)
alarms = table_of(Alarm)
heartbeats = table_of(Heartbeat)
