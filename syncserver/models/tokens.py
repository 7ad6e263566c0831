"""Tokens of the programming interface, and what was answered under an idempotency key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, desc
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import Base, Id, Key, Now, table_of


class ApiToken(Base):
    """What a program shows instead of a password, by its SHA-256; it acts for whoever made it, in one role."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        CheckConstraint("role IN ('admin', 'manager', 'operator', 'claims', 'auditor')", name="role"),
        CheckConstraint("num_nonnulls(revoked_at, revoked_by, revoked_reason) IN (0, 3)", name="revoked"),
        Index("idx_api_tokens_organization", "organization_id", desc("created_at")),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    last_used_from: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    revoked_reason: Mapped[str | None]


class ApiRequest(Base):
    """A request that was answered: the same again gets the same answer, and does nothing twice."""

    __tablename__ = "api_requests"
    __table_args__ = (
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        Index("idx_api_requests_made", "made_at"),
    )

    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    key: Mapped[Key]
    fingerprint: Mapped[bytes]
    """SHA-256 of method, address and body."""
    status: Mapped[int]
    content_type: Mapped[str]
    reply: Mapped[bytes]
    made_at: Mapped[datetime]


api_tokens = table_of(ApiToken)
api_requests = table_of(ApiRequest)
