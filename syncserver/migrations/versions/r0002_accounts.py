"""People's second factors, provider log-ins, invitations, sessions and devices."""

from pathlib import Path

from alembic import op

revision = "0002_accounts"
down_revision: str | None = "0001_first"
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0002_accounts.sql")


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.close()
