"""Shifts, and what became of the cash in the kiosks' drawers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    Base,
    BigInt,
    Currency,
    Money,
    Zero,
    table_of,
)


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


shifts = table_of(Shift)
shift_sums = table_of(ShiftSum)
cash_counts = table_of(CashCount)
cash_moves = table_of(CashMove)
drawer_openings = table_of(DrawerOpening)
counterfoil_prints = table_of(CounterfoilPrint)
