"""What every table is declared with: the registry, and the types of columns."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

VALIDATION_BLOCKS_MAX = 2**25 - 1
"""Highest number of a block of validation numbers (25 bits of a validation number name its block)."""

EVENT_NUMBER_MAX = 2**31 - 1
"""Highest consecutive number of an event: `(number << 32) + draw number` must fit a BIGINT."""

Json = dict[str, Any]
BigInt = Annotated[int, mapped_column(BigInteger)]
SmallInt = Annotated[int, mapped_column(SmallInteger)]
Money = Annotated[int, mapped_column(BigInteger)]
Currency = Annotated[str, mapped_column(CHAR(3))]
MajorUnits = Annotated[Decimal, mapped_column(Numeric(16, 3))]
Percent = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Id = Annotated[UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))]
Now = Annotated[datetime, mapped_column(server_default=text("now()"))]
Yes = Annotated[bool, mapped_column(server_default=text("true"))]
No = Annotated[bool, mapped_column(server_default=text("false"))]
Zero = Annotated[int, mapped_column(server_default=text("0"))]
BigZero = Annotated[int, mapped_column(BigInteger, server_default=text("0"))]
Key = Annotated[str, mapped_column(primary_key=True)]
EmptyJson = Annotated[Json, mapped_column(JSONB(none_as_null=True), server_default=text("'{}'::jsonb"))]

CASCADE = "CASCADE"
HASH_LENGTH = "octet_length(hash) = 32"


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


def table_of(model: type[Base]) -> Table:
    """The table that ``model`` declares."""
    table = model.__table__
    assert isinstance(table, Table)
    return table
