"""Refunds, customers and questions of skill."""

from pathlib import Path

from alembic import op

revision = "0004_orders"
down_revision: str | None = "0003_events"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0004_orders.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
