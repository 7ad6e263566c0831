"""What the live pages read, and messages to kiosks."""

from pathlib import Path

from alembic import op

revision = "0009_live"
down_revision: str | None = "0008_records"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0009_live.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
