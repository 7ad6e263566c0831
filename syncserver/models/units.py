"""Kiosks, and what is handed out to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    Index,
    Sequence,
    text,
)
from sqlalchemy.dialects.postgresql import INT8RANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    CASCADE,
    VALIDATION_BLOCKS_MAX,
    Base,
    BigInt,
    BigZero,
    EmptyJson,
    Id,
    Json,
    Now,
    Yes,
    Zero,
    table_of,
)

validation_block_numbers = Sequence(
    "validation_block_numbers",
    start=1,
    minvalue=1,
    maxvalue=VALIDATION_BLOCKS_MAX,
    cycle=False,
    metadata=Base.metadata,
)
"""Numbers the blocks of validation numbers; never returns one twice."""


class Rsu(Base):
    """A unit that sells: a kiosk (retail sales unit), or an organisation's web shop."""

    __tablename__ = "rsus"
    __table_args__ = (
        CheckConstraint("kind IN ('kiosk', 'online')", name="kind"),
        Index("rsus_online", "organization_id", unique=True, postgresql_where=text("kind = 'online'")),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=CASCADE))
    venue_id: Mapped[UUID | None] = mapped_column(ForeignKey("venues.id"))
    name: Mapped[str]
    description: Mapped[str | None]
    device_identifier: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(ForeignKey("rsu_states.key"))
    configuration: Mapped[EmptyJson]
    is_active: Mapped[Yes]
    current_operator_id: Mapped[UUID | None]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(server_default=text("'kiosk'::text"))


class RsuEpoch(Base):
    """One enrolment of a kiosk, with its key, the head of its chain and what it said of itself last."""

    __tablename__ = "rsu_epochs"
    __table_args__ = (
        CheckConstraint("octet_length(head_hash) = 32", name="head_hash"),
        CheckConstraint("head_seq >= 0", name="head_seq"),
    )

    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[bytes]
    certificate: Mapped[bytes | None]
    certificate_signature: Mapped[bytes | None]
    enrolled_at: Mapped[Now]
    head_seq: Mapped[BigZero]
    head_hash: Mapped[bytes] = mapped_column(server_default=text(r"decode(repeat('00', 32), 'hex')"))
    forked_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_head_seq: Mapped[BigInt | None]
    last_seen_at: Mapped[datetime | None]
    clock_skew_ms: Mapped[BigInt | None]
    unsynced_count: Mapped[int | None]
    oldest_unsynced_at: Mapped[datetime | None]
    health: Mapped[Json | None]
    software: Mapped[str | None]
    catalog_generation: Mapped[int | None]
    catalog_serial: Mapped[BigInt | None]
    catalog_hash: Mapped[bytes | None]
    """SHA-256 of what the catalog last issued said; with its generation and serial."""
    catalog_at: Mapped[datetime | None]
    """When that catalog was first given to it."""


class EnrolmentCode(Base):
    """A one-time code with which a kiosk may enrol; only its hash is kept."""

    __tablename__ = "enrolment_codes"

    id: Mapped[Id]
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id"))
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    failed_attempts: Mapped[Zero]


class NumberCounter(Base):
    """The next draw number of an event that is in no block yet, and the last there is.

    A block is taken with one `UPDATE … SET next_number = next_number + n RETURNING`.
    """

    __tablename__ = "number_counters"
    __table_args__ = (
        CheckConstraint("next_number BETWEEN 1 AND last_number::bigint + 1", name="next_number"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE), primary_key=True)
    next_number: Mapped[BigInt] = mapped_column(server_default=text("1"))
    last_number: Mapped[int]


class RsuAllocation(Base):
    """A block of draw numbers handed to one enrolment of one kiosk; a ledger, never a pool.

    `span` is put in by the database: [(event's number << 32) + start, (event's number << 32) + end].
    No two spans overlap, whatever became of their blocks.
    """

    __tablename__ = "rsu_allocations"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'exhausted', 'released', 'lost')", name="state"),
        CheckConstraint("start_number >= 1 AND end_number >= start_number", name="numbers"),
        ExcludeConstraint(("span", "&&"), name="rsu_allocations_span_excl", using="gist"),
        Index("idx_rsu_alloc_event", "raffle_event_id"),
        Index("idx_rsu_alloc_rsu", "rsu_id", "epoch"),
    )

    id: Mapped[Id]
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id", ondelete=CASCADE))
    start_number: Mapped[int]
    end_number: Mapped[int]
    next_draw_number: Mapped[BigInt]
    total_tickets: Mapped[int]
    state: Mapped[str]
    tickets_sold: Mapped[Zero]
    tickets_voided: Mapped[Zero]
    tickets_available: Mapped[int]
    validation_number_block: Mapped[Json]
    allocated_at: Mapped[Now]
    allocated_by: Mapped[UUID | None]
    exhausted_at: Mapped[datetime | None]
    metadata_: Mapped[Json | None] = mapped_column("metadata", server_default=text("'{}'::jsonb"))
    epoch: Mapped[int]
    request_id: Mapped[UUID | None] = mapped_column(unique=True)
    grant_bytes: Mapped[bytes | None]
    grant_signature: Mapped[bytes | None]
    ended_at: Mapped[datetime | None]
    """When its rest was declared lost, or taken back; by whom and why."""
    ended_by: Mapped[UUID | None]
    ended_reason: Mapped[str | None]
    span: Mapped[Range[int]] = mapped_column(INT8RANGE, FetchedValue())


class ValidationNumberBlock(Base):
    """A block of validation numbers: counters 0 … `block_size` − 1, permuted with the block's secret."""

    __tablename__ = "validation_number_blocks"
    __table_args__ = (
        CheckConstraint(f"block_number BETWEEN 0 AND {VALIDATION_BLOCKS_MAX}", name="block_number"),
        CheckConstraint("octet_length(secret) = 32", name="secret"),
    )

    id: Mapped[Id]
    rsu_allocation_id: Mapped[UUID] = mapped_column(ForeignKey("rsu_allocations.id", ondelete=CASCADE))
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id", ondelete=CASCADE))
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
    block_start: Mapped[str]
    block_end: Mapped[str]
    block_size: Mapped[int]
    numbers_used: Mapped[Zero]
    next_sequence: Mapped[int] = mapped_column(server_default=text("1"))
    expires_at: Mapped[datetime | None]
    is_active: Mapped[Yes]
    created_at: Mapped[Now]
    block_number: Mapped[int] = mapped_column(unique=True)
    secret: Mapped[bytes]
    epoch: Mapped[int]


rsus = table_of(Rsu)
rsu_epochs = table_of(RsuEpoch)
enrolment_codes = table_of(EnrolmentCode)
number_counters = table_of(NumberCounter)
rsu_allocations = table_of(RsuAllocation)
validation_number_blocks = table_of(ValidationNumberBlock)
