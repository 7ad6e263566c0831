"""Draws, their winners, claims and champions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    CASCADE,
    Base,
    Id,
    Json,
    Key,
    Money,
    No,
    Now,
    SmallInt,
    table_of,
)


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
    raffle_event_id: Mapped[UUID] = mapped_column(ForeignKey("raffle_events.id", ondelete=CASCADE))
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
    draw_execution_id: Mapped[UUID] = mapped_column(ForeignKey("draw_executions.id", ondelete=CASCADE))
    prize_id: Mapped[UUID] = mapped_column(ForeignKey("prizes.id", ondelete=CASCADE))
    position: Mapped[SmallInt]
    winning_ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete=CASCADE))
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
    draw_result_id: Mapped[UUID] = mapped_column(ForeignKey("draw_results.id", ondelete=CASCADE), unique=True)
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


draw_executions = table_of(DrawExecution)
draw_pools = table_of(DrawPool)
draw_results = table_of(DrawResult)
winners = table_of(Winner)
prize_claims = table_of(PrizeClaim)
exclusions = table_of(Exclusion)
forfeits = table_of(Forfeit)
draw_keyings = table_of(DrawKeying)
counterfoil_batches = table_of(CounterfoilBatch)
champions = table_of(Champion)
notices = table_of(Notice)
