"""Raffles, their packages and prizes, and the templates of these."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    Index,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    CASCADE,
    EVENT_NUMBER_MAX,
    Base,
    BigInt,
    BigZero,
    Currency,
    Id,
    Json,
    MajorUnits,
    No,
    Now,
    Percent,
    SmallInt,
    Yes,
    table_of,
)


class RaffleEvent(Base):
    """A raffle. `event_number` is given by the database, consecutive, and never changes."""

    __tablename__ = "raffle_events"
    __table_args__ = (
        CheckConstraint("(presigned_at IS NULL) = (presigned_by IS NULL)", name="presigned"),
        CheckConstraint(f"event_number BETWEEN 1 AND {EVENT_NUMBER_MAX}", name="event_number"),
        # What is frozen hangs on the activation: no event gets on sale without one.
        CheckConstraint("activated_at IS NOT NULL OR state IN ('created', 'cancelled')", name="activated"),
        CheckConstraint("(activate_at IS NULL) = (activate_by IS NULL)", name="activate"),
        CheckConstraint("archived_at IS NULL OR state IN ('completed', 'cancelled')", name="archived"),
        Index("idx_raffle_events_org", "organization_id"),
        Index("idx_raffle_events_state", "state"),
        Index("idx_raffle_events_activate", "activate_at", postgresql_where=text("activate_at IS NOT NULL")),
        Index(
            "raffle_events_carry_from_key",
            text("(configuration #>> '{draw,carry_from}')"),
            unique=True,
            postgresql_where=text("activated_at IS NOT NULL AND state <> 'cancelled'"),
        ),
    )

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=CASCADE))
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venues.id"))
    event_identifier: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(ForeignKey("raffle_event_states.key"))
    configuration: Mapped[Json]
    ticket_allocation: Mapped[Json]
    total_sold: Mapped[BigZero]
    reconciliation_confirmed_at: Mapped[datetime | None]
    reconciliation_confirmed_by: Mapped[UUID | None]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]
    event_number: Mapped[BigInt] = mapped_column(FetchedValue(), unique=True)
    currency: Mapped[Currency] = mapped_column(FetchedValue())
    """Without one the organisation's, put in by the database."""
    licence_number: Mapped[str | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    draw_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    voids_acknowledged_at: Mapped[datetime | None]
    voids_acknowledged_by: Mapped[UUID | None]
    automatic_draw: Mapped[No]
    presigned_at: Mapped[datetime | None]
    """A confirmation signed beforehand: it counts only while no finding is open."""
    presigned_by: Mapped[UUID | None]
    activate_at: Mapped[datetime | None]
    """A draft is put on sale by itself at that time, in the name of ``activate_by``."""
    activate_by: Mapped[UUID | None]
    activation_problem: Mapped[str | None]
    """Why that could not be done the last time it was tried."""
    is_featured: Mapped[No]
    archived_at: Mapped[datetime | None]
    """Put out of the lists from then on; no report leaves it out."""
    archived_by: Mapped[UUID | None]
    cancelled_told_upto: Mapped[UUID | None]
    """The buyers of an event that was called off were told of it up to this order's id; all of them at that time."""
    cancelled_told_at: Mapped[datetime | None]


class TicketPackageTemplate(Base):
    """A package to copy into events."""

    __tablename__ = "ticket_package_templates"
    __table_args__ = (
        CheckConstraint("ticket_count > 0", name="ticket_count"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=CASCADE))
    name: Mapped[str]
    description: Mapped[str | None]
    ticket_count: Mapped[int]
    price: Mapped[int]
    currency: Mapped[Currency]
    display_order: Mapped[int | None]
    is_active: Mapped[Yes]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class TicketPackage(Base):
    """So many tickets at such a price, on offer in one event."""

    __tablename__ = "ticket_packages"
    __table_args__ = (
        CheckConstraint("ticket_count > 0", name="ticket_count"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
    name: Mapped[str]
    description: Mapped[str | None]
    ticket_count: Mapped[int]
    price: Mapped[int]
    currency: Mapped[Currency]
    display_order: Mapped[int | None]
    is_active: Mapped[Yes]
    active_from: Mapped[datetime | None]
    active_to: Mapped[datetime | None]
    perk_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'::uuid[]"))
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class Perk(Base):
    """What comes with a package beside its tickets: a drink, a scarf."""

    __tablename__ = "perks"
    __table_args__ = (
        Index(
            "perks_name_key",
            "organization_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("is_active"),
        ),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    description: Mapped[str | None]
    is_active: Mapped[Yes]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class EventImage(Base):
    """A picture of an event for its public pages, as it was made anew; one of them is the cover."""

    __tablename__ = "event_images"
    __table_args__ = (
        CheckConstraint("alt <> ''", name="alt"),
        Index("idx_event_images_event", "event_id", "position"),
        Index("event_images_cover_key", "event_id", unique=True, postgresql_where=text("is_cover")),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
    content: Mapped[bytes]
    content_type: Mapped[str]
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str]
    position: Mapped[SmallInt]
    is_cover: Mapped[No]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class PrizeTemplate(Base):
    """A prize to copy into events."""

    __tablename__ = "prize_templates"

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=CASCADE))
    name: Mapped[str]
    description: Mapped[str | None]
    type: Mapped[str]
    value: Mapped[MajorUnits | None]
    percentage: Mapped[Percent | None]
    currency: Mapped[Currency | None]
    metadata_: Mapped[Json | None] = mapped_column("metadata", server_default=text("'{}'::jsonb"))
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class Prize(Base):
    """What can be won in an event, in the order it is drawn."""

    __tablename__ = "prizes"
    __table_args__ = (Index("idx_prizes_event_pos", "event_id", "position"),)

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
    name: Mapped[str]
    description: Mapped[str | None]
    type: Mapped[str]
    value: Mapped[MajorUnits | None]
    percentage: Mapped[Percent | None]
    currency: Mapped[Currency | None]
    position: Mapped[SmallInt]
    winner_count: Mapped[SmallInt] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


raffle_events = table_of(RaffleEvent)
ticket_package_templates = table_of(TicketPackageTemplate)
ticket_packages = table_of(TicketPackage)
perks = table_of(Perk)
event_images = table_of(EventImage)
prize_templates = table_of(PrizeTemplate)
prizes = table_of(Prize)
