"""How people come in: second factors, providers of identities, invitations, customers, and what slows guessing down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import Base, BigZero, Id, Now, Zero, table_of

TOKEN_HASH = "octet_length(token_hash) = 32"  # noqa: S105 - a constraint


class SecondFactor(Base):
    """The secret of a person's one-time codes (RFC 6238), sealed; `last_step` is the last one that was taken."""

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed: Mapped[bytes]
    made_at: Mapped[Now]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[BigZero]


class RecoveryCode(Base):
    """A code that stands in once for a lost second factor, by its keyed hash."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        CheckConstraint("octet_length(code_hash) = 32", name="code_hash"),
        UniqueConstraint("user_id", "code_hash", name="recovery_codes_user_id_code_hash_key"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[bytes]
    made_at: Mapped[Now]
    used_at: Mapped[datetime | None]


class UserIdentity(Base):
    """Who a person is at a provider; `organization_id` only for customers, who are apart in each organisation."""

    __tablename__ = "user_identities"
    __table_args__ = (
        UniqueConstraint(
            "issuer",
            "subject",
            "organization_id",
            name="user_identities_once",
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("user_id", "issuer", name="user_identities_user_id_issuer_key"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[Now]


class Invitation(Base):
    """Somebody asked by mail to work here; the link's token is kept as its SHA-256."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(TOKEN_HASH, name="token_hash"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('admin', 'manager', 'operator', 'claims', 'auditor')", name="role"),
        CheckConstraint("num_nonnulls(accepted_at, withdrawn_at) <= 1", name="ended"),
        Index("idx_invitations_org", "organization_id", desc("invited_at")),
    )

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[Now]
    expires_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]


class CustomerAccount(Base):
    """What a customer of one organisation told of themselves; emptied when they go."""

    __tablename__ = "customer_accounts"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("num_nonnulls(banned_at, banned_by, banned_reason) IN (0, 3)", name="banned"),
        CheckConstraint(
            "deleted_at IS NULL OR (email IS NULL AND name = '' AND phone IS NULL)", name="deleted"
        ),
        UniqueConstraint("organization_id", "email", name="customer_accounts_organization_id_email_key"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    email: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default=text("'en'"))
    email_verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]
    banned_at: Mapped[datetime | None]
    banned_by: Mapped[UUID | None]
    banned_reason: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[Now]


class AccountLink(Base):
    """A link sent to a customer; it works once. A new account's password waits in it until it is confirmed."""

    __tablename__ = "account_links"
    __table_args__ = (
        CheckConstraint(TOKEN_HASH, name="token_hash"),
        CheckConstraint("kind IN ('verify', 'reset', 'move')", name="kind"),
        Index("idx_account_links_user", "user_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str | None]
    name: Mapped[str | None]
    made_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """How often something failed, or was asked for, by the keyed hash of who did it."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint("octet_length(key) = 32", name="key"),
        Index("idx_attempts_last_at", "last_at"),
    )

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[Zero]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


second_factors = table_of(SecondFactor)
recovery_codes = table_of(RecoveryCode)
user_identities = table_of(UserIdentity)
invitations = table_of(Invitation)
customer_accounts = table_of(CustomerAccount)
account_links = table_of(AccountLink)
attempts = table_of(Attempt)
