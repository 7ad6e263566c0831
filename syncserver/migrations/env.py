"""Runs the migrations on the connection that `syncserver.db.migrate` hands over, each in its own transaction."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)


def _name_app_role(app_role: str) -> None:
    connection.execute(
        text("SELECT set_config('tombola.app_role', :app_role, false)"), {"app_role": app_role}
    )


with context.begin_transaction():
    _name_app_role(context.config.attributes["app_role"])
    context.run_migrations()
