"""Tokens of the programming interface, and the requests that it answered already."""

from pathlib import Path

from alembic import op

revision = "0007_tokens"
down_revision: str | None = "0006_online"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0007_tokens.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
