"""Searching what is on record, and how long it is kept."""

from pathlib import Path

from alembic import op

revision = "0008_records"
down_revision: str | None = "0007_tokens"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0008_records.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
