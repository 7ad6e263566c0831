"""Orders, tickets, voids, and what reconciliation doubts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    desc,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    Base,
    BigInt,
    BigZero,
    Currency,
    EmptyJson,
    Id,
    Json,
    Money,
    No,
    Now,
    SmallInt,
    table_of,
)


class Order(Base):
    """What one sale sold of one package of one event, under one validation number."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_amount >= 0", name="total_amount"),
        CheckConstraint("card_amount BETWEEN 0 AND total_amount", name="card_amount"),
        CheckConstraint("ticket_count > 0", name="ticket_count"),
        Index(
            "orders_journal_line",
            "rsu_id",
            "epoch",
            "journal_seq",
            "line_no",
            unique=True,
            postgresql_where=text("quarantine_id IS NULL"),
        ),
        Index(
            "orders_quarantine_line",
            "quarantine_id",
            "line_no",
            unique=True,
            postgresql_where=text("quarantine_id IS NOT NULL"),
        ),
        Index("idx_orders_event", "event_id", desc("created_at"), desc("id")),
        Index("idx_orders_rsu", "rsu_id", desc("created_at"), desc("id")),
        Index(
            "idx_orders_created_by",
            "created_by",
            desc("created_at"),
            desc("id"),
            postgresql_where=text("created_by IS NOT NULL"),
        ),
        Index(
            "idx_orders_payment_reference",
            "payment_reference",
            postgresql_where=text("payment_reference IS NOT NULL"),
        ),
        Index(
            "idx_orders_buyer_email",
            text("lower(customer_info ->> 'email')"),
            postgresql_where=text("customer_info IS NOT NULL"),
        ),
        Index(
            "idx_orders_buyer_phone",
            literal_column("reverse(customer_info ->> 'phone')").label("phone_backwards"),
            postgresql_ops={"phone_backwards": "text_pattern_ops"},
            postgresql_where=text("customer_info IS NOT NULL"),
        ),
        Index(
            "idx_orders_buyer_name",
            text("to_tsvector('simple'::regconfig, customer_info ->> 'name')"),
            postgresql_using="gin",
            postgresql_where=text("customer_info IS NOT NULL"),
        ),
        Index("idx_orders_created", desc("created_at"), desc("id")),
        Index("idx_orders_payment_status", "payment_status"),
        Index("idx_orders_customer", "sale_id", postgresql_where=text("customer_commitment IS NOT NULL")),
        Index("idx_orders_customer_kept", "event_id", postgresql_where=text("customer_info IS NOT NULL")),
    )

    id: Mapped[Id]
    validation_number: Mapped[str] = mapped_column(unique=True)
    event_id: Mapped[UUID] = mapped_column(info={"refers_to": "raffle_events.id"})
    package_id: Mapped[UUID | None] = mapped_column(info={"refers_to": "ticket_packages.id"})
    rsu_id: Mapped[UUID | None] = mapped_column(info={"refers_to": "rsus.id"})
    rsu_allocation_id: Mapped[UUID | None] = mapped_column(info={"refers_to": "rsu_allocations.id"})
    total_amount: Mapped[Money]
    currency: Mapped[Currency]
    payment_status: Mapped[str] = mapped_column(info={"refers_to": "payment_statuses.key"})
    payment_reference: Mapped[str | None]
    ticket_count: Mapped[int]
    customer_info: Mapped[Json | None]
    source: Mapped[str] = mapped_column(info={"refers_to": "order_sources.key"})
    operator_id: Mapped[UUID | None]
    is_offline_sale: Mapped[No]
    offline_sync_status: Mapped[str | None] = mapped_column(info={"refers_to": "offline_sync_statuses.key"})
    offline_created_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]
    epoch: Mapped[int | None]
    journal_seq: Mapped[BigInt | None]
    sale_id: Mapped[UUID | None]
    line_no: Mapped[SmallInt | None]
    is_test: Mapped[No]
    quarantine_id: Mapped[UUID | None] = mapped_column(ForeignKey("rsu_quarantine.id"))
    """The entry that it was derived from, where that is of an accepted branch and in no chain."""
    payment_method: Mapped[str | None]
    """``cash``, ``card`` or ``split``, as the sale was paid."""
    card_amount: Mapped[BigZero]
    """What a card paid of this order; a sale's card pays its lines in their order."""
    customer_commitment: Mapped[bytes | None]
    """What the sale says of its buyer; the data itself comes beside the journal, into ``customer_info``."""
    customer_erased_at: Mapped[datetime | None]


class Ticket(Base):
    """One draw number, sold once."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("event_id", "draw_number"),
        Index("idx_tickets_event_state", "event_id", "state"),
        Index("idx_tickets_order", "order_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(info={"refers_to": "raffle_events.id"})
    draw_number: Mapped[int]
    state: Mapped[str] = mapped_column(info={"refers_to": "ticket_states.key"})
    order_id: Mapped[UUID] = mapped_column(info={"refers_to": "orders.id"})
    sold_at: Mapped[datetime]
    sold_by: Mapped[UUID | None]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None]
    voided_reason: Mapped[str | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Void(Base):
    """One order made void, once, by a kiosk or by the office; another fact, never an edit."""

    __tablename__ = "voids"
    __table_args__ = (
        CheckConstraint("kind IN ('void', 'misprint')", name="kind"),
        CheckConstraint("source IN ('rsu', 'office')", name="source"),
        Index("idx_voids_event", "event_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), unique=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    validation_number: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    by_user: Mapped[UUID | None]
    by_name: Mapped[str]
    rsu_id: Mapped[UUID | None] = mapped_column(ForeignKey("rsus.id"))
    epoch: Mapped[int | None]
    seq: Mapped[BigInt | None]
    at: Mapped[Now]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    approved_by: Mapped[str | None]
    returned: Mapped[BigInt | None]
    """Given back in cash out of the kiosk's drawer; None where its journal does not say."""


class Finding(Base):
    """Something reconciliation doubts, until a named person has decided it with a reason.

    Found again it is the same finding (`findings_once`), so that a replay opens no second one.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint(
            "event_id",
            "kind",
            "rsu_id",
            "epoch",
            "seq",
            "subject",
            name="findings_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decision"),
        Index("idx_findings_open", "event_id", postgresql_where=text("decided_at IS NULL AND blocking")),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("raffle_events.id"))
    rsu_id: Mapped[UUID | None] = mapped_column(ForeignKey("rsus.id"))
    epoch: Mapped[int | None]
    seq: Mapped[BigInt | None]
    kind: Mapped[str]
    severity: Mapped[str]
    blocking: Mapped[bool]
    subject: Mapped[str] = mapped_column(server_default=text("''::text"))
    detail: Mapped[EmptyJson]
    opened_at: Mapped[Now]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision: Mapped[str | None]
    reason: Mapped[str | None]


orders = table_of(Order)
tickets = table_of(Ticket)
voids = table_of(Void)
findings = table_of(Finding)
