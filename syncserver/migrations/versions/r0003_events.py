"""Media, venues, archiving, and settings with a date from which they hold."""

from pathlib import Path

from alembic import op

revision = "0003_events"
down_revision: str | None = "0002_accounts"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0003_events.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
