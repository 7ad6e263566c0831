"""Money that goes back to buyers, and the questions of skill they answer before they pay."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, desc
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    CASCADE,
    Base,
    BigZero,
    Currency,
    Id,
    Money,
    No,
    Now,
    SmallInt,
    Zero,
    table_of,
)


class Refund(Base):
    """What goes back to the buyer of one order made void; the order's price, whole, once."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("card_amount BETWEEN 0 AND amount", name="card_amount"),
        CheckConstraint("method IN ('cash', 'card', 'split', 'stripe', 'other')", name="method"),
        CheckConstraint("state IN ('due', 'sent', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        CheckConstraint("state = 'done' OR NOT at_kiosk", name="at_kiosk"),
        Index("idx_refunds_event", "event_id", desc("asked_at"), desc("id")),
        Index("idx_refunds_open", "method", "next_at", postgresql_where=sql("state IN ('due', 'sent')")),
    )

    id: Mapped[Id]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), unique=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    amount: Mapped[Money]
    card_amount: Mapped[BigZero]
    """What of it goes back to a card; the rest is cash."""
    currency: Mapped[Currency]
    method: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=sql("'due'::text"))
    """``due``; ``sent`` to the payment provider, whose answer is not known; ``done``; ``failed``."""
    reason: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[Now]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
    provider_reference: Mapped[str | None]
    problem: Mapped[str | None]
    """Why the last try did not succeed, in words."""
    attempts: Mapped[Zero]
    first_sent_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    at_kiosk: Mapped[No]
    """The kiosk gave it back, as its journal says: nothing was paid by the office."""


class RefundRound(Base):
    """All orders of an event are to be paid back, also those that kiosks hand in later."""

    __tablename__ = "refund_rounds"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"), primary_key=True)
    reason: Mapped[str]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[Now]


class Question(Base):
    """The question of skill of an event; frozen by the database once the event was on sale."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("cardinality(answers) BETWEEN 2 AND 6", name="answers"),
        CheckConstraint("correct BETWEEN 1 AND cardinality(answers)", name="correct"),
        CheckConstraint("attempts_max BETWEEN 1 AND 10", name="attempts_max"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE), primary_key=True)
    text: Mapped[str]
    answers: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    correct: Mapped[SmallInt]
    """Which answer is right, counted from 1."""
    attempts_max: Mapped[SmallInt] = mapped_column(server_default=sql("3"))
    created_at: Mapped[Now]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[Now]
    updated_by: Mapped[UUID | None]


class QuestionAttempt(Base):
    """An answer that somebody gave at a checkout. Append only."""

    __tablename__ = "question_attempts"
    __table_args__ = (Index("idx_question_attempts_subject", "event_id", "subject"),)

    id: Mapped[Id]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id"))
    subject: Mapped[str]
    """Whose attempts are counted together: a checkout, or a customer."""
    answer: Mapped[SmallInt]
    correct: Mapped[bool]
    at: Mapped[Now]


refunds = table_of(Refund)
refund_rounds = table_of(RefundRound)
questions = table_of(Question)
question_attempts = table_of(QuestionAttempt)
