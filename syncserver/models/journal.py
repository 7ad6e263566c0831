"""What the kiosks say: their chains as received, and the cuts in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    HASH_LENGTH,
    Base,
    BigInt,
    Id,
    Now,
    table_of,
)


class RsuJournalEntry(Base):
    """One entry of a kiosk's chain, as received. Append only; `kind` and `at_ms` are null if unreadable."""

    __tablename__ = "rsu_journal"
    __table_args__ = (
        CheckConstraint(HASH_LENGTH, name="hash"),
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
        CheckConstraint(HASH_LENGTH, name="hash"),
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


rsu_journal = table_of(RsuJournalEntry)
rsu_quarantine = table_of(RsuQuarantineEntry)
event_cuts = table_of(EventCut)
rsu_cuts = table_of(RsuCut)
