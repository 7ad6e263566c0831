"""Organisations, the people in them, their log-ins, and where they sell."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from syncserver.models.base import (
    CASCADE,
    Base,
    Currency,
    Id,
    Json,
    Now,
    Yes,
    Zero,
    table_of,
)


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
        ForeignKey("organizations.id", ondelete=CASCADE), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=CASCADE), primary_key=True)
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
    """One log-in of one person in one browser, by the SHA-256 of its cookie's token; kept once it has ended.

    `due` is the step of the log-in that is still to be taken: a code, or setting up the second factor.
    """

    __tablename__ = "web_sessions"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        CheckConstraint("due IN ('code', 'setup')", name="due"),
        Index("idx_web_sessions_user", "user_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Now]
    last_seen_at: Mapped[Now]
    ended_at: Mapped[datetime | None]
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    browser: Mapped[str] = mapped_column(server_default=text("''"))
    address: Mapped[str] = mapped_column(server_default=text("''"))
    due: Mapped[str | None]


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
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete=CASCADE))
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


organizations = table_of(Organization)
users = table_of(User)
organization_users = table_of(OrganizationUser)
local_accounts = table_of(LocalAccount)
operator_pins = table_of(OperatorPin)
web_sessions = table_of(WebSession)
addresses = table_of(Address)
venues = table_of(Venue)
