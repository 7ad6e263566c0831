"""The server's tables, as Python sees them: every table and column of the data model under its own name, and ours.

The migrations build the database and import nothing from here; a test holds that both say the same.
Amounts are in minor units of the currency beside them, except the `NUMERIC` ones of prizes (major units).

`orders`, `tickets` and `rsu_journal` take in thousands of rows a second. What they refer to is therefore checked
once per statement by a trigger (`refer_once`), not by foreign keys: an ordinary foreign key locks the one row of
the event, or of the state, once for every ticket. That is sound because the application may delete none of the
rows referred to and a key never changes; the column's `info["refers_to"]` names the table and column.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    desc,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT8RANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VALIDATION_BLOCKS_MAX = 2**25 - 1
"""Highest number of a block of validation numbers (25 bits of a validation number name its block)."""

EVENT_NUMBER_MAX = 2**31 - 1
"""Highest consecutive number of an event: `(number << 32) + draw number` must fit a BIGINT."""

Json = dict[str, Any]
BigInt = Annotated[int, mapped_column(BigInteger)]
SmallInt = Annotated[int, mapped_column(SmallInteger)]
Money = Annotated[int, mapped_column(BigInteger)]
Currency = Annotated[str, mapped_column(CHAR(3))]
MajorUnits = Annotated[Decimal, mapped_column(Numeric(14, 2))]
Percent = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Id = Annotated[UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]
Now = Annotated[datetime, mapped_column(server_default=text("now()"))]
Yes = Annotated[bool, mapped_column(server_default=text("true"))]
No = Annotated[bool, mapped_column(server_default=text("false"))]
Zero = Annotated[int, mapped_column(server_default=text("0"))]
BigZero = Annotated[int, mapped_column(BigInteger, server_default=text("0"))]
Key = Annotated[str, mapped_column(primary_key=True)]
EmptyJson = Annotated[Json, mapped_column(JSONB(none_as_null=True), server_default=text("'{}'::jsonb"))]

_CASCADE = "CASCADE"
_HASH_LENGTH = "octet_length(hash) = 32"


class Base(DeclarativeBase):
    """The registry of all tables; constraints are named as PostgreSQL itself names them."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "ix": "idx_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        Json: JSONB(none_as_null=True),
        str: Text(),
        bytes: LargeBinary(),
        int: Integer(),
        bool: Boolean(),
    }


validation_block_numbers = Sequence(
    "validation_block_numbers",
    start=1,
    minvalue=1,
    maxvalue=VALIDATION_BLOCKS_MAX,
    cycle=False,
    metadata=Base.metadata,
)
"""Numbers the blocks of validation numbers; never returns one twice."""


# Look-up rows: the application may only read them.


class RaffleEventState(Base):
    """created, active, suspended, closed, drawn, completed, cancelled."""

    __tablename__ = "raffle_event_states"

    key: Mapped[Key]
    description: Mapped[str]


class TicketState(Base):
    """sold, void, misprint, invalid, quarantined."""

    __tablename__ = "ticket_states"

    key: Mapped[Key]
    description: Mapped[str]


class PaymentStatus(Base):
    """pending, paid, refunded, failed, void."""

    __tablename__ = "payment_statuses"

    key: Mapped[Key]
    description: Mapped[str]


class OrderSource(Base):
    """online, rsu, award."""

    __tablename__ = "order_sources"

    key: Mapped[Key]
    description: Mapped[str]


class RsuState(Base):
    """new (not yet enrolled), enabled, disabled, suspended, revoked, retired."""

    __tablename__ = "rsu_states"

    key: Mapped[Key]
    description: Mapped[str]


class OfflineSyncStatus(Base):
    """pending, synced, failed (taken in, with a blocking finding)."""

    __tablename__ = "offline_sync_statuses"

    key: Mapped[Key]
    description: Mapped[str]


# Organisations and people.


class Organization(Base):
    """Whoever holds the raffles."""

    __tablename__ = "organizations"

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str | None]
    license_number: Mapped[str | None]
    primary_currency: Mapped[Currency]
    settings: Mapped[Json | None] = mapped_column(server_default=text("'{}'::jsonb"))
    is_active: Mapped[Yes]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class User(Base):
    """A person known by name. `cognito_sub` holds `local:<id>`, or issuer and subject."""

    __tablename__ = "users"
    __table_args__ = (Index("idx_users_last_login", "last_login"),)

    id: Mapped[Id]
    cognito_sub: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    last_login: Mapped[datetime | None]
    is_active: Mapped[Yes]
    created_at: Mapped[Now]


class OrganizationUser(Base):
    """What a person may do in an organisation: role admin, manager, operator, claims, auditor or customer."""

    __tablename__ = "organization_users"

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete=_CASCADE), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), primary_key=True)
    role: Mapped[str]
    is_default: Mapped[bool | None] = mapped_column(server_default=text("false"))
    joined_at: Mapped[Now]


class LocalAccount(Base):
    """The password of a person who signs in here and not at a provider."""

    __tablename__ = "local_accounts"
    __table_args__ = (CheckConstraint("username = lower(username)", name="username"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    failed_attempts: Mapped[Zero]
    locked_until: Mapped[datetime | None]
    password_changed_at: Mapped[Now]


class OperatorPin(Base):
    """The verifier of an operator's PIN at the kiosks (an argon2 hash)."""

    __tablename__ = "operator_pins"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    pin_hash: Mapped[str]
    updated_at: Mapped[Now]


class WebSession(Base):
    """One log-in of one person in one browser, by the SHA-256 of its cookie's token; kept once it has ended."""

    __tablename__ = "web_sessions"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        Index("idx_web_sessions_user", "user_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Now]
    last_seen_at: Mapped[Now]
    ended_at: Mapped[datetime | None]


class Address(Base):
    """Where a venue is."""

    __tablename__ = "addresses"

    id: Mapped[Id]
    street: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip_code: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(CHAR(2))


class Venue(Base):
    """Where tickets are sold; its time zone is what the event's times are printed in."""

    __tablename__ = "venues"
    __table_args__ = (Index("idx_venues_org", "organization_id"),)

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=_CASCADE))
    name: Mapped[str]
    description: Mapped[str | None]
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("addresses.id"))
    capacity: Mapped[int | None]
    timezone: Mapped[str | None]
    is_active: Mapped[Yes]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


# Events.


class RaffleEvent(Base):
    """A raffle. `event_number` is given by the database, consecutive, and never changes."""

    __tablename__ = "raffle_events"
    __table_args__ = (
        CheckConstraint("(presigned_at IS NULL) = (presigned_by IS NULL)", name="presigned"),
        CheckConstraint(f"event_number BETWEEN 1 AND {EVENT_NUMBER_MAX}", name="event_number"),
        # What is frozen hangs on the activation: no event gets on sale without one.
        CheckConstraint("activated_at IS NOT NULL OR state IN ('created', 'cancelled')", name="activated"),
        Index("idx_raffle_events_org", "organization_id"),
        Index("idx_raffle_events_state", "state"),
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
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=_CASCADE))
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


class TicketPackageTemplate(Base):
    """A package to copy into events."""

    __tablename__ = "ticket_package_templates"
    __table_args__ = (
        CheckConstraint("ticket_count > 0", name="ticket_count"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=_CASCADE))
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
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=_CASCADE))
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


class PrizeTemplate(Base):
    """A prize to copy into events."""

    __tablename__ = "prize_templates"

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=_CASCADE))
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
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=_CASCADE))
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


# Kiosks, and what is handed out to them.


class Rsu(Base):
    """A kiosk (retail sales unit)."""

    __tablename__ = "rsus"

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=_CASCADE))
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

    event_id: Mapped[UUID] = mapped_column(
        ForeignKey("raffle_events.id", ondelete=_CASCADE), primary_key=True
    )
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
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=_CASCADE))
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id", ondelete=_CASCADE))
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
    span: Mapped[Range[int]] = mapped_column(INT8RANGE, FetchedValue())


class ValidationNumberBlock(Base):
    """A block of validation numbers: counters 0 … `block_size` − 1, permuted with the block's secret."""

    __tablename__ = "validation_number_blocks"
    __table_args__ = (
        CheckConstraint(f"block_number BETWEEN 0 AND {VALIDATION_BLOCKS_MAX}", name="block_number"),
        CheckConstraint("octet_length(secret) = 32", name="secret"),
    )

    id: Mapped[Id]
    rsu_allocation_id: Mapped[UUID] = mapped_column(ForeignKey("rsu_allocations.id", ondelete=_CASCADE))
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id", ondelete=_CASCADE))
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=_CASCADE))
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


# What the kiosks say.


class RsuJournalEntry(Base):
    """One entry of a kiosk's chain, as received. Append only; `kind` and `at_ms` are null if unreadable."""

    __tablename__ = "rsu_journal"
    __table_args__ = (
        CheckConstraint(_HASH_LENGTH, name="hash"),
        Index("idx_rsu_journal_paid", "rsu_id", "epoch", "seq", postgresql_where=text("kind = 'paid'")),
    )

    rsu_id: Mapped[UUID] = mapped_column(primary_key=True, info={"refers_to": "rsu_epochs.rsu_id"})
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str | None]
    at_ms: Mapped[BigInt | None]
    entry: Mapped[bytes]
    hash: Mapped[bytes]
    signature: Mapped[bytes | None]
    received_at: Mapped[Now]


class RsuQuarantineEntry(Base):
    """An entry of a forked branch, or past a revocation: kept as received, outside the chain. Append only.

    `finding_id` is what a person decides about the upload that brought it.
    """

    __tablename__ = "rsu_quarantine"
    __table_args__ = (
        CheckConstraint(_HASH_LENGTH, name="hash"),
        UniqueConstraint("rsu_id", "epoch", "seq", "hash"),
        Index("idx_rsu_quarantine_finding", "finding_id", "seq"),
    )

    id: Mapped[Id]
    rsu_id: Mapped[UUID] = mapped_column(ForeignKey("rsus.id"))
    epoch: Mapped[int]
    seq: Mapped[BigInt]
    entry: Mapped[bytes]
    hash: Mapped[bytes]
    signature: Mapped[bytes | None]
    reason: Mapped[str]
    received_at: Mapped[Now]
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"))


class EventCut(Base):
    """A point in time up to which sales count for a draw: the close, an early bird's deadline, a midnight."""

    __tablename__ = "event_cuts"
    __table_args__ = (
        CheckConstraint("kind IN ('close', 'early_bird')", name="kind"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
        UniqueConstraint("event_id", "pool"),
        Index("idx_event_cuts_event", "event_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    pool: Mapped[str] = mapped_column(server_default=text("'main'"))
    """`main` for the close, else the name of the early-bird pool that ends here."""
    confirmed_at: Mapped[datetime | None]
    """When an early bird was confirmed to be reconciled; of the close the event says so."""
    confirmed_by: Mapped[UUID | None]


class RsuCut(Base):
    """Where in its chain a kiosk put a cut: what stands before `seq` is inside."""

    __tablename__ = "rsu_cuts"
    __table_args__ = (
        ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),
        Index("idx_rsu_cuts_event", "event_id"),
    )

    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    cut_id: Mapped[UUID] = mapped_column(ForeignKey("event_cuts.id"), primary_key=True)
    seq: Mapped[BigInt]
    at_ms: Mapped[BigInt | None]


# Drawers.


class Shift(Base):
    """An operator's time at a kiosk's drawer, from the entry that opened it to the one that closed it."""

    __tablename__ = "shifts"
    __table_args__ = (
        ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),
        CheckConstraint("num_nonnulls(closed_seq, closed_at, closed_by, note) IN (0, 4)", name="closed"),
    )

    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shift_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[BigInt]
    operator: Mapped[str]
    opened_seq: Mapped[BigInt]
    opened_at: Mapped[datetime]
    closed_seq: Mapped[BigInt | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    note: Mapped[str | None]
    agrees: Mapped[bool | None]
    """Whether the office's own count of the chain gave the same sums; None while it is open, or was not counted."""


class ShiftSum(Base):
    """What a kiosk signed as the sums of a shift, by currency: at its close, or of a supplement the difference."""

    __tablename__ = "shift_sums"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rsu_id", "epoch", "shift_id"],
            ["shifts.rsu_id", "shifts.epoch", "shifts.shift_id"],
            name="shift_sums_rsu_id_epoch_shift_id_fkey",
        ),
        Index("idx_shift_sums_shift", "rsu_id", "epoch", "shift_id"),
    )

    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    shift_id: Mapped[UUID]
    supplement: Mapped[Zero]
    """0 is the close itself."""
    at: Mapped[datetime]
    float: Mapped[Money]
    sales: Mapped[Money]
    card: Mapped[Money]
    returned: Mapped[Money]
    returned_card: Mapped[Money]
    paid: Mapped[Money]
    moved: Mapped[Money]
    expected: Mapped[Money]
    counted: Mapped[Money]
    sale_count: Mapped[BigInt]
    ticket_count: Mapped[BigInt]
    void_count: Mapped[BigInt]


class _DrawerEntry:
    """The key of a fact that one journal entry tells of a drawer."""

    rsu_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class CashCount(_DrawerEntry, Base):
    """Somebody counted a drawer; ``pieces`` are pairs of a value and how many."""

    __tablename__ = "cash_counts"
    __table_args__ = (ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),)

    shift_id: Mapped[UUID]
    counted_by: Mapped[str]
    purpose: Mapped[str]
    currency: Mapped[Currency]
    amount: Mapped[Money]
    pieces: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    at: Mapped[datetime]


class CashMove(_DrawerEntry, Base):
    """Cash put into a drawer, or taken out of it (below 0), for no sale."""

    __tablename__ = "cash_moves"
    __table_args__ = (ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),)

    shift_id: Mapped[UUID]
    moved_by: Mapped[str]
    approved_by: Mapped[str | None]
    currency: Mapped[Currency]
    amount: Mapped[Money]
    reason: Mapped[str]
    at: Mapped[datetime]


class DrawerOpening(_DrawerEntry, Base):
    """A drawer was kicked open for something else than a sale."""

    __tablename__ = "drawer_openings"
    __table_args__ = (ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),)

    opened_by: Mapped[str]
    approved_by: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]


class CounterfoilPrint(_DrawerEntry, Base):
    """A kiosk printed an order's counterfoils; ``copy`` 1 and on: each of its numbers may lie in the drum twice."""

    __tablename__ = "counterfoil_prints"
    __table_args__ = (
        ForeignKeyConstraint(["rsu_id", "epoch"], ["rsu_epochs.rsu_id", "rsu_epochs.epoch"]),
        Index("idx_counterfoil_prints_order", "order_id"),
    )

    order_id: Mapped[UUID]
    count: Mapped[int]
    copy: Mapped[int]
    outcome: Mapped[str]
    said_by: Mapped[str]
    printed_by: Mapped[str]
    approved_by: Mapped[str | None]
    at: Mapped[datetime]


# Sales.


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
        Index("idx_orders_event", "event_id"),
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


# Draws and claims.


class DrawExecution(Base):
    """One attempt at a draw; the database enforces the order of its steps and that no step is taken back."""

    __tablename__ = "draw_executions"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'in_progress', 'completed', 'failed')", name="state"),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("kind IN ('draw', 'redraw')", name="kind"),
        CheckConstraint("agreed_by <> conducted_by", name="agreed"),
        CheckConstraint("video_url LIKE 'https://%'", name="video"),
        UniqueConstraint("raffle_event_id", "attempt"),
        Index("idx_draw_executions_event", "raffle_event_id"),
        Index(
            "draw_executions_under_way",
            "raffle_event_id",
            unique=True,
            postgresql_where=text("state <> 'failed' AND official_at IS NULL"),
        ),
        Index(
            "draw_executions_once",
            "raffle_event_id",
            "plan",
            unique=True,
            postgresql_where=text("state <> 'failed' AND kind = 'draw'"),
        ),
    )

    id: Mapped[Id]
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=_CASCADE))
    state: Mapped[str]
    started_at: Mapped[datetime]
    rng_seed: Mapped[str]
    conducted_by: Mapped[UUID]
    system_checksum: Mapped[str]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    attempt: Mapped[int] = mapped_column(server_default=text("1"))
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("draw_executions.id"))
    manifest: Mapped[bytes | None]
    manifest_sha256: Mapped[str | None]
    manifest_published_at: Mapped[datetime | None]
    seed_sealed: Mapped[bytes | None]
    seed_sha256: Mapped[str | None]
    seed_committed_at: Mapped[datetime | None]
    entropy_source: Mapped[Json | None]
    public_entropy: Mapped[str | None]
    entropy_fixed_at: Mapped[datetime | None]
    seed_opened_at: Mapped[datetime | None]
    bundle: Mapped[bytes | None]
    verified_at: Mapped[datetime | None]
    official_at: Mapped[datetime | None]
    official_by: Mapped[UUID | None]
    failure: Mapped[str | None]
    plan: Mapped[str] = mapped_column(server_default=text("'main'"))
    """`main`, or the early-bird pool that has a draw of its own."""
    kind: Mapped[str] = mapped_column(server_default=text("'draw'"))
    reason: Mapped[str | None]
    """Why it is drawn again, or by hand."""
    agreed_by: Mapped[UUID | None]
    """The second person, where one is needed."""
    automatic: Mapped[No]
    entropy_due_at: Mapped[datetime | None]
    """When the public randomness that the manifest names comes out."""
    amounts: Mapped[Json | None]
    """What one winner of each prize gets, minor units, by the prize's id: as it was when the pools were frozen."""
    alone: Mapped[No]
    """Whether there was nobody else to key dice the second time when the pools were frozen."""
    failure_asked: Mapped[str | None]
    """Why the first of two people wants it given up, once its public chance can be known."""
    failure_asked_at: Mapped[datetime | None]
    failure_asked_by: Mapped[UUID | None]
    failed_at: Mapped[datetime | None]
    failed_by: Mapped[UUID | None]
    redo: Mapped[Json | None]
    video_url: Mapped[str | None]
    """Of a redraw: the results, given up, in whose places it puts others, by prize and winner."""


class DrawPool(Base):
    """A frozen pool of a draw: its numbers, packed as the draw's description says. Never changed."""

    __tablename__ = "draw_pools"
    __table_args__ = (CheckConstraint("octet_length(numbers) = size::bigint * 4", name="numbers"),)

    draw_execution_id: Mapped[UUID] = mapped_column(ForeignKey("draw_executions.id"), primary_key=True)
    pool: Mapped[Key]
    size: Mapped[int]
    root: Mapped[str]
    numbers: Mapped[bytes]


class DrawResult(Base):
    """One winner of one prize. Never changed: what turns out otherwise is another draw."""

    __tablename__ = "draw_results"
    __table_args__ = (
        UniqueConstraint("draw_execution_id", "position", "winner"),
        UniqueConstraint("replaces_id"),
        Index("idx_draw_results_execution", "draw_execution_id"),
    )

    id: Mapped[Id]
    draw_execution_id: Mapped[UUID] = mapped_column(ForeignKey("draw_executions.id", ondelete=_CASCADE))
    prize_id: Mapped[UUID] = mapped_column(ForeignKey("prizes.id", ondelete=_CASCADE))
    position: Mapped[SmallInt]
    winning_ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete=_CASCADE))
    winning_number: Mapped[int]
    prize_value_at_draw: Mapped[Money]
    selected_at: Mapped[datetime]
    winner: Mapped[SmallInt] = mapped_column(server_default=text("1"))
    """Which of the prize's winners, from 1."""
    reserve: Mapped[No]
    """In line behind the prize's winners."""
    pool: Mapped[str] = mapped_column(server_default=text("'main'"))
    pool_number: Mapped[int]
    """The number in the pool; of linked events it is another than the ticket's."""
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("draw_results.id"))
    """The result, given up, that a redraw put this one in the place of."""


class Winner(Base):
    """Who claimed: an anonymous buyer has no other record."""

    __tablename__ = "winners"

    id: Mapped[Id]
    name: Mapped[str]
    contact: Mapped[Json | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Now]


class PrizeClaim(Base):
    """A prize paid out; the unique key pays it once even if two desks do it at the same moment."""

    __tablename__ = "prize_claims"
    __table_args__ = (
        CheckConstraint("(delivered_at IS NULL) = (delivered_by IS NULL)", name="delivered"),
        CheckConstraint("request_id IS NULL OR rsu_id IS NOT NULL", name="request"),
        Index("idx_prize_claims_result", "draw_result_id"),
    )

    id: Mapped[Id]
    draw_result_id: Mapped[UUID] = mapped_column(
        ForeignKey("draw_results.id", ondelete=_CASCADE), unique=True
    )
    claimed_at: Mapped[datetime]
    claimed_by: Mapped[UUID]
    verification_method: Mapped[str]
    verified_by: Mapped[UUID | None]
    created_at: Mapped[Now]
    amount: Mapped[Money | None]
    identity_checked: Mapped[No]
    desk: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[UUID | None]
    delivery_note: Mapped[str | None]
    rsu_id: Mapped[UUID | None] = mapped_column(ForeignKey("rsus.id"))
    """The kiosk that paid; null where a desk did."""
    request_id: Mapped[UUID | None] = mapped_column(unique=True)
    """The kiosk's own id of its request: asked again it gets the same answer."""


class Exclusion(Base):
    """An order whose numbers enter no pool, by a recorded decision; its tickets stay sold."""

    __tablename__ = "exclusions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(lifted_at, lifted_by, lifted_reason) IN (0, 3)", name="lifted"),
        Index(
            "exclusions_standing",
            "event_id",
            "order_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    decided_at: Mapped[Now]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]
    lifted_reason: Mapped[str | None]


class Forfeit(Base):
    """A result that was given up; it stands once a second person has agreed."""

    __tablename__ = "forfeits"
    __table_args__ = (
        CheckConstraint("kind IN ('unclaimed', 'ineligible', 'declined', 'withdrawn')", name="kind"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by IS NULL) AND agreed_by <> asked_by", name="agreed"),
        CheckConstraint("promoted_id IS NULL OR agreed_at IS NOT NULL", name="promoted"),
        CheckConstraint(
            "num_nonnulls(dropped_at, dropped_by, dropped_reason) IN (0, 3)"
            " AND (dropped_at IS NULL OR agreed_at IS NULL)",
            name="dropped",
        ),
        Index(
            "forfeits_standing", "draw_result_id", unique=True, postgresql_where=text("dropped_at IS NULL")
        ),
    )

    id: Mapped[Id]
    draw_result_id: Mapped[UUID] = mapped_column(ForeignKey("draw_results.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[Now]
    agreed_by: Mapped[UUID | None]
    agreed_at: Mapped[datetime | None]
    promoted_id: Mapped[UUID | None] = mapped_column(ForeignKey("draw_results.id"), unique=True)
    """The reserve that was next in line."""
    dropped_at: Mapped[datetime | None]
    """When it was taken back; only one that nobody has agreed to."""
    dropped_by: Mapped[UUID | None]
    dropped_reason: Mapped[str | None]


class DrawKeying(Base):
    """What one person keyed for a draw; two keyings of one round are compared. Never changed."""

    __tablename__ = "draw_keyings"
    __table_args__ = (
        CheckConstraint("what IN ('entropy', 'winners', 'counterfoils')", name="what"),
        CheckConstraint("round >= 1", name="round"),
        Index("idx_draw_keyings_draw", "draw_execution_id", "what", "round"),
    )

    id: Mapped[Id]
    draw_execution_id: Mapped[UUID] = mapped_column(ForeignKey("draw_executions.id"))
    what: Mapped[str]
    round: Mapped[int]
    content: Mapped[str]
    keyed_by: Mapped[UUID]
    keyed_at: Mapped[Now]


class CounterfoilBatch(Base):
    """Counterfoils printed for a manual draw: those of so many positions of the pool. Never changed."""

    __tablename__ = "counterfoil_batches"
    __table_args__ = (
        CheckConstraint("first_index >= 0 AND count > 0", name="span"),
        CheckConstraint("NOT reprint OR reason <> ''", name="reprint"),
        Index("idx_counterfoil_batches_draw", "draw_execution_id", "first_index"),
    )

    id: Mapped[Id]
    draw_execution_id: Mapped[UUID] = mapped_column(ForeignKey("draw_executions.id"))
    first_index: Mapped[int]
    count: Mapped[int]
    reprint: Mapped[No]
    reason: Mapped[str | None]
    printed_by: Mapped[UUID]
    printed_at: Mapped[Now]


class Champion(Base):
    """How a winner is announced: shown only with consent and after approval."""

    __tablename__ = "champions"
    __table_args__ = (
        CheckConstraint("(photo IS NULL) = (photo_type IS NULL)", name="photo"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved"),
        CheckConstraint(
            "num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3)", name="withdrawn"
        ),
    )

    id: Mapped[Id]
    draw_result_id: Mapped[UUID] = mapped_column(ForeignKey("draw_results.id"), unique=True)
    display_name: Mapped[str]
    city: Mapped[str]
    announcement: Mapped[str]
    photo: Mapped[bytes | None]
    photo_type: Mapped[str | None]
    consent: Mapped[No]
    prepared_by: Mapped[UUID]
    prepared_at: Mapped[Now]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_reason: Mapped[str | None]


class Notice(Base):
    """What one administrator is told, once, until it is seen."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint(
            "user_id",
            "kind",
            "draw_execution_id",
            "event_id",
            name="notices_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index("idx_notices_unseen", "user_id", postgresql_where=text("seen_at IS NULL")),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("raffle_events.id"))
    draw_execution_id: Mapped[UUID | None] = mapped_column(ForeignKey("draw_executions.id"))
    kind: Mapped[str]
    text: Mapped[str]
    at: Mapped[Now]
    seen_at: Mapped[datetime | None]


# What happened, and how the server is set.


class CriticalEvent(Base):
    """A critical event of a unit or of the office. Append only; `ttl` never shortens how long it is kept."""

    __tablename__ = "critical_events"
    __table_args__ = (
        Index("idx_critical_events_time", desc("timestamp")),
        Index("idx_critical_events_type_time", "event_type", desc("timestamp")),
        Index("idx_critical_events_rsu_time", "rsu_id", desc("timestamp")),
    )

    id: Mapped[Id]
    event_type: Mapped[str]
    event_id: Mapped[UUID | None]
    rsu_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    severity: Mapped[str]
    description: Mapped[str | None]
    metadata_: Mapped[Json | None] = mapped_column("metadata", server_default=text("'{}'::jsonb"))
    timestamp: Mapped[Now]
    ttl: Mapped[BigInt | None]


class SystemConfiguration(Base):
    """The settings in force from a moment on; a change is a new row."""

    __tablename__ = "system_configurations"

    id: Mapped[Id]
    version: Mapped[str]
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    settings: Mapped[Json]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]


class AuditRow(Base):
    """One change of one row, written by the database itself. Append only."""

    __tablename__ = "audit_log"
    __table_args__ = (
        CheckConstraint("operation IN ('INSERT', 'UPDATE', 'DELETE')", name="operation"),
        Index("idx_audit_log_table_time", "table_name", desc("changed_at")),
        Index("idx_audit_log_record", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    table_name: Mapped[str]
    operation: Mapped[str]
    record_id: Mapped[UUID]
    old_data: Mapped[Json | None]
    new_data: Mapped[Json | None]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[Now]


class ServerState(Base):
    """One row: the server's generation (raised by a restore) and its counters, none of which ever goes down."""

    __tablename__ = "server_state"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("1"))
    generation: Mapped[int] = mapped_column(server_default=text("1"))
    catalog_serial: Mapped[BigZero]
    last_event_number: Mapped[BigZero]


class ClockOffset(Base):
    """One row, for tests: how far the database's clock is put forward when it judges a draw.

    0 in every office, and only the owner's role may write it; None believes whatever times are stated.
    """

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("1"))
    offset_ms: Mapped[int | None] = mapped_column(BigInteger, server_default=text("0"))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


raffle_event_states = _table(RaffleEventState)
ticket_states = _table(TicketState)
payment_statuses = _table(PaymentStatus)
order_sources = _table(OrderSource)
rsu_states = _table(RsuState)
offline_sync_statuses = _table(OfflineSyncStatus)
organizations = _table(Organization)
users = _table(User)
organization_users = _table(OrganizationUser)
local_accounts = _table(LocalAccount)
web_sessions = _table(WebSession)
operator_pins = _table(OperatorPin)
addresses = _table(Address)
venues = _table(Venue)
raffle_events = _table(RaffleEvent)
ticket_package_templates = _table(TicketPackageTemplate)
ticket_packages = _table(TicketPackage)
prize_templates = _table(PrizeTemplate)
prizes = _table(Prize)
rsus = _table(Rsu)
rsu_epochs = _table(RsuEpoch)
enrolment_codes = _table(EnrolmentCode)
number_counters = _table(NumberCounter)
rsu_allocations = _table(RsuAllocation)
validation_number_blocks = _table(ValidationNumberBlock)
rsu_journal = _table(RsuJournalEntry)
rsu_quarantine = _table(RsuQuarantineEntry)
event_cuts = _table(EventCut)
rsu_cuts = _table(RsuCut)
shifts = _table(Shift)
shift_sums = _table(ShiftSum)
cash_counts = _table(CashCount)
cash_moves = _table(CashMove)
drawer_openings = _table(DrawerOpening)
counterfoil_prints = _table(CounterfoilPrint)
orders = _table(Order)
tickets = _table(Ticket)
voids = _table(Void)
findings = _table(Finding)
draw_executions = _table(DrawExecution)
draw_pools = _table(DrawPool)
draw_results = _table(DrawResult)
winners = _table(Winner)
prize_claims = _table(PrizeClaim)
exclusions = _table(Exclusion)
forfeits = _table(Forfeit)
draw_keyings = _table(DrawKeying)
counterfoil_batches = _table(CounterfoilBatch)
champions = _table(Champion)
notices = _table(Notice)
critical_events = _table(CriticalEvent)
system_configurations = _table(SystemConfiguration)
audit_log = _table(AuditRow)
server_state = _table(ServerState)
clock_offset = _table(ClockOffset)
