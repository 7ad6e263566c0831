"""The outbox of notifications, what they say, by which ways they go, and who wants none."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, desc, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from syncserver.models.base import Base, Id, Json, Now, Yes, Zero, table_of


class StaffContact(Base):
    """Where somebody of the staff is written to, and in which language."""

    __tablename__ = "staff_contacts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    email: Mapped[str]
    language: Mapped[str] = mapped_column(server_default=text("'en'::text"))
    updated_at: Mapped[Now]


class Webhook(Base):
    """Where an organisation's own program is told what happens; its secret follows from the salt and a key outside the database."""

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("num_nonnulls(ended_at, ended_by, ended_reason) IN (0, 3)", name="ended"),
        Index("idx_webhooks_organization_id", "organization_id"),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    url: Mapped[str]
    secret_salt: Mapped[bytes]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    is_active: Mapped[Yes]
    failures: Mapped[Zero]
    paused_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_reason: Mapped[str | None]


class NotificationTemplate(Base):
    """A version of what a message says; the highest holds. Without a body it is the program's own words again."""

    __tablename__ = "notification_templates"
    __table_args__ = (
        UniqueConstraint(
            "organization_id",
            "kind",
            "channel",
            "language",
            "version",
            name="notification_templates_versions",
        ),
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(subject IS NULL) = (body IS NULL)", name="words"),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]


class NotificationSwitch(Base):
    """Whether a kind goes out by a way, where the organisation decided otherwise than the program."""

    __tablename__ = "notification_switches"
    __table_args__ = (CheckConstraint("channel IN ('email', 'sms', 'klaviyo')", name="channel"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class NotificationOptout(Base):
    """Somebody, known by a keyed hash of the address alone, who wants no more of a topic."""

    __tablename__ = "notification_optouts"
    __table_args__ = (
        CheckConstraint("octet_length(address_hash) = 32", name="address_hash"),
        CheckConstraint("source IN ('link', 'account', 'office', 'refused')", name="source"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    at: Mapped[Now]


class Notification(Base):
    """One message to one receiver by one way, from the moment it is due to be told."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint(
            "organization_id",
            "kind",
            "once",
            "channel",
            "webhook_id",
            name="notifications_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("channel IN ('email', 'sms', 'klaviyo', 'webhook')", name="channel"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unclear', 'stopped')", name="state"
        ),
        CheckConstraint("(channel = 'webhook') = (webhook_id IS NOT NULL)", name="webhook"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint(
            "(state IN ('sent', 'failed', 'stopped')) = (finished_at IS NOT NULL)", name="finished"
        ),
        Index("idx_notifications_due", "channel", "next_at", postgresql_where=text("state = 'queued'")),
        Index("idx_notifications_sending", "sending_at", postgresql_where=text("state = 'sending'")),
        Index("idx_notifications_organization", "organization_id", desc("created_at"), desc("id")),
        Index("idx_notifications_order", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index("idx_notifications_address", "address_hash", postgresql_where=text("address_hash IS NOT NULL")),
        Index(
            "idx_notifications_kept",
            "finished_at",
            postgresql_where=text("erased_at IS NULL AND finished_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[str]
    once: Mapped[str]
    """What the moment is known by: the same kind is told of it once."""
    channel: Mapped[str]
    webhook_id: Mapped[UUID | None] = mapped_column(ForeignKey("webhooks.id"))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("raffle_events.id"))
    order_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    language: Mapped[str] = mapped_column(server_default=text("'en'::text"))
    address_hash: Mapped[bytes | None]
    recipient: Mapped[Json | None]
    """Address and name; erased when its time is over."""
    facts: Mapped[Json | None]
    """What fills the template's fields; erased with the recipient, and at once where it holds a secret link."""
    state: Mapped[str] = mapped_column(server_default=text("'queued'::text"))
    attempts: Mapped[Zero]
    next_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    created_at: Mapped[Now]
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(server_default=text("''::text"))
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("notification_templates.id"))
    erased_at: Mapped[datetime | None]
    retried_at: Mapped[datetime | None]
    retried_by: Mapped[UUID | None]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[UUID | None]


staff_contacts = table_of(StaffContact)
webhooks = table_of(Webhook)
notification_templates = table_of(NotificationTemplate)
notification_switches = table_of(NotificationSwitch)
notification_optouts = table_of(NotificationOptout)
notifications = table_of(Notification)
