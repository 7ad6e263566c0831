"""The outbox of notifications, their templates, and who wants none."""

from pathlib import Path

from alembic import op

revision = "0005_notifications"
down_revision: str | None = "0004_orders"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0005_notifications.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
