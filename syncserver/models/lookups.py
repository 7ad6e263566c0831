"""Look-up rows: the application may only read them."""

from sqlalchemy.orm import Mapped

from syncserver.models.base import (
    Base,
    Key,
    table_of,
)


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


raffle_event_states = table_of(RaffleEventState)
ticket_states = table_of(TicketState)
payment_statuses = table_of(PaymentStatus)
order_sources = table_of(OrderSource)
rsu_states = table_of(RsuState)
offline_sync_statuses = table_of(OfflineSyncStatus)
