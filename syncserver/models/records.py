"""What happened, and how the server is set."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    Base,
    BigInt,
    BigZero,
    Id,
    Json,
    Now,
    table_of,
)


class CriticalEvent(Base):
    """A critical event of a unit or of the office. Append only; `ttl` never shortens how long it is kept."""

    __tablename__ = "critical_events"
    __table_args__ = (
        Index("idx_critical_events_time", desc("timestamp")),
        Index("idx_critical_events_type_time", "event_type", desc("timestamp")),
        Index("idx_critical_events_rsu_time", "rsu_id", desc("timestamp")),
        Index(
            "idx_critical_events_event_time",
            "event_id",
            desc("timestamp"),
            postgresql_where=text("event_id IS NOT NULL"),
        ),
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
    __table_args__ = (UniqueConstraint("organization_id", "version"),)

    id: Mapped[Id]
    version: Mapped[str]
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    settings: Mapped[Json]
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    """Whose rules these are; None: the whole server's."""
    reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    """A version that was to come and was taken back before."""
    withdrawn_by: Mapped[UUID | None]


class AuditRow(Base):
    """One change of one row, written by the database itself. Append only."""

    __tablename__ = "audit_log"
    __table_args__ = (
        CheckConstraint("operation IN ('INSERT', 'UPDATE', 'DELETE')", name="operation"),
        Index("idx_audit_log_table_time", "table_name", desc("changed_at")),
        Index("idx_audit_log_record", "record_id"),
        Index(
            "idx_audit_log_changed_by",
            "changed_by",
            desc("id"),
            postgresql_where=text("changed_by IS NOT NULL"),
        ),
        Index("idx_audit_log_time", "changed_at", postgresql_using="brin"),
        Index(
            "idx_audit_log_organization",
            "organization_id",
            desc("id"),
            postgresql_where=text("organization_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    table_name: Mapped[str]
    operation: Mapped[str]
    record_id: Mapped[UUID]
    old_data: Mapped[Json | None]
    new_data: Mapped[Json | None]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[Now]
    organization_id: Mapped[UUID | None]
    """Whose row it is; None: the server's own."""


class RetentionRule(Base):
    """How long an organisation keeps its records, in years; never less than three."""

    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("years BETWEEN 3 AND 100", name="years"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    years: Mapped[int]
    set_by: Mapped[UUID | None]
    set_at: Mapped[Now]


class ServerState(Base):
    """One row: the server's generation (raised by a restore) and its counters, none of which ever goes down."""

    __tablename__ = "server_state"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("1"))
    generation: Mapped[int] = mapped_column(server_default=text("1"))
    catalog_serial: Mapped[BigZero]
    last_event_number: Mapped[BigZero]
    payments_seen_until: Mapped[datetime | None]
    """Every payment page opened until then and paid at the card processor is known here. It goes back with a backup, so
    that what was paid since is looked for.
    """


class ClockOffset(Base):
    """One row, for tests: how far the database's clock is put forward when it judges a draw.

    0 in every office, and only the owner's role may write it; None believes whatever times are stated.
    """

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("1"))
    offset_ms: Mapped[int | None] = mapped_column(BigInteger, server_default=text("0"))


critical_events = table_of(CriticalEvent)
system_configurations = table_of(SystemConfiguration)
audit_log = table_of(AuditRow)
server_state = table_of(ServerState)
clock_offset = table_of(ClockOffset)
retention_rules = table_of(RetentionRule)
