"""What may be bought on line, checkouts, and what the card processor told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    Base,
    BigInt,
    Currency,
    Json,
    Money,
    No,
    Now,
    SmallInt,
    Zero,
    table_of,
)


class OnlineRules(Base):
    """How an event is sold on line; without a row, or not `on_sale`, it is not."""

    __tablename__ = "online_rules"
    __table_args__ = (
        CheckConstraint("order_tickets_max > 0", name="order_tickets_max"),
        CheckConstraint("customer_tickets_max > 0", name="customer_tickets_max"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"), primary_key=True)
    on_sale: Mapped[No]
    order_tickets_max: Mapped[int] = mapped_column(server_default=text("500"))
    customer_tickets_max: Mapped[int | None]
    guests: Mapped[No]
    """Whoever has no account may buy with an e-mail address."""
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class Checkout(Base):
    """One basket on its way to being paid; it holds its numbers until it has ended.

    `held` has no payment page yet, `open` has one; `paid` has its tickets. `refund_due` was paid and can have none.
    """

    __tablename__ = "checkouts"
    __table_args__ = (
        CheckConstraint(
            "state IN ('held', 'open', 'paid', 'expired', 'refund_due', 'refunded')",
            name="state",
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(state = 'paid') = (sale_id IS NOT NULL)", name="paid"),
        Index(
            "idx_checkouts_state",
            "state",
            "expires_at",
            postgresql_where=text("state IN ('held', 'open', 'refund_due')"),
        ),
        Index("idx_checkouts_buyer", "buyer"),
        Index("idx_checkouts_user", "user_id", "created_at"),
        Index("idx_checkouts_organization", "organization_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    buyer: Mapped[bytes]
    """What tells buyers apart without telling who they are: keyed, of the e-mail address."""
    address: Mapped[bytes]
    """The same of the network address."""
    contact: Mapped[Json | None]
    state: Mapped[str]
    amount: Mapped[Money]
    currency: Mapped[Currency]
    age_checked: Mapped[No]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When the card processor was last asked how it stands."""
    ended_at: Mapped[datetime | None]
    session_id: Mapped[str | None] = mapped_column(unique=True)
    session_url: Mapped[str | None]
    payment_intent: Mapped[str | None]
    paid_amount: Mapped[BigInt | None]
    paid_currency: Mapped[str | None] = mapped_column(CHAR(3))
    sale_id: Mapped[UUID | None] = mapped_column(unique=True)
    problem: Mapped[str | None]
    refund_reference: Mapped[str | None]
    refund_tries: Mapped[Zero]
    """Of this round: a person who tries again begins another one."""
    refund_round: Mapped[Zero]


class CheckoutLine(Base):
    """So many pieces of a package in a checkout; `ticket_count` and `price` are of one piece."""

    __tablename__ = "checkout_lines"
    __table_args__ = (
        CheckConstraint("pieces > 0", name="pieces"),
        CheckConstraint("ticket_count > 0", name="ticket_count"),
        CheckConstraint("price >= 0", name="price"),
        Index("idx_checkout_lines_event", "event_id"),
    )

    checkout_id: Mapped[UUID] = mapped_column(ForeignKey("checkouts.id"), primary_key=True)
    line_no: Mapped[SmallInt] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    package_id: Mapped[UUID] = mapped_column(ForeignKey("ticket_packages.id"))
    pieces: Mapped[int]
    ticket_count: Mapped[int]
    price: Mapped[Money]


class PaymentEvent(Base):
    """An event of the card processor's that was taken in, by its own id."""

    __tablename__ = "payment_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    checkout_id: Mapped[UUID | None]
    received_at: Mapped[Now]


online_rules = table_of(OnlineRules)
checkouts = table_of(Checkout)
checkout_lines = table_of(CheckoutLine)
payment_events = table_of(PaymentEvent)
