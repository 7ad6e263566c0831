"""The first schema (see `0001_first.sql`) and the tables of procrastinate, which runs the timed work."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001_first"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_SQL = Path(__file__).with_name("0001_first.sql")

_PROCRASTINATE_RIGHTS = """
DO $$
DECLARE
    app text := current_setting('tombola.app_role');
    name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', name, app);
    END LOOP;
    FOR name IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %I TO %I', name, app);
    END LOOP;
END
$$
"""


def upgrade() -> None:
    # The driver's own cursor: these are scripts of many statements, in which `:` and `%` mean nothing special.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(_SQL.read_text(encoding="utf-8"))
    cursor.execute(SchemaManager.get_schema())
    cursor.execute(_PROCRASTINATE_RIGHTS)
    cursor.close()
