"""Selling on line: checkouts, and what the card processor told."""

from pathlib import Path

from alembic import op

revision = "0006_online"
down_revision: str | None = "0005_notifications"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0006_online.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
