from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from syncserver import models as m
from syncserver.db import OWNER_ROLE, Database
from tests.postgres import Cluster

SEED_COLUMNS = Path(__file__).parents[2] / "golden" / "schema" / "seed_columns.txt"

TYPE_NAMES = {
    "BIGINT": "bigint",
    "BIGSERIAL": "bigint",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "JSONB": "jsonb",
    "SMALLINT": "smallint",
    "TEXT": "text",
    "TIMESTAMPTZ": "timestamp with time zone",
    "UUID": "uuid",
    "UUID[]": "uuid[]",
}

WIDENED = {
    # Totals are BIGINT, and one past the last number of a block may be past the last INTEGER.
    "raffle_events.total_sold",
    "orders.total_amount",
    "draw_results.prize_value_at_draw",
    "rsu_allocations.next_draw_number",
}

MAJOR_UNITS = {"prizes.value", "prize_templates.value"}
"""With room for the third decimal of dinars."""

COLUMNS = """
    SELECT relname || '.' || attname, format_type(atttypid, atttypmod)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""

SHAPE = """
    SELECT 'column', relname, attname,
           format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || coalesce(pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint', relname, conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'sequence', '', sequencename, concat_ws(' ', data_type, start_value, min_value, max_value, cycle)
    FROM pg_sequences WHERE schemaname = 'public'
"""


def shape(connection: Connection) -> set[tuple[str, str, str, str]]:
    """Every column, constraint, index and sequence that is ours, as PostgreSQL itself writes it."""
    return {
        (kind, table, name, definition)
        for kind, table, name, definition in connection.execute(text(SHAPE))
        if "procrastinate" not in table + name and "alembic" not in table + name
    }


def test_the_models_say_what_the_migrations_build(every_database: Database) -> None:
    """S7: Alembic finds no difference between the models and the migrated database."""
    engine = create_engine(every_database.owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: (
                    kind != "table" or not str(name).startswith("procrastinate_")
                ),
            },
        )
        assert compare_metadata(context, m.Base.metadata) == []
    engine.dispose()


def test_every_constraint_index_and_default_of_the_models_is_the_migrations_to_the_letter(
    every_postgres: Cluster,
) -> None:
    """S7: a database made from the models alone has the same columns, defaults, constraints and indexes."""
    with every_postgres.fresh() as migrated, every_postgres.fresh(migrated=False) as modelled:
        engine = create_engine(modelled.owner_url)
        with engine.begin() as connection:
            m.Base.metadata.create_all(connection)
            by_models = shape(connection)
        engine.dispose()
        with migrated.engine.connect() as connection:
            by_migrations = shape(connection)
    assert by_models - by_migrations == set()
    assert by_migrations - by_models == set()


def test_every_table_and_column_of_the_data_model_is_there_under_its_name(every_database: Database) -> None:
    """S7: all 27 tables, each column with its type (amounts and numbers may be wider)."""
    wanted = dict(line.split(" ", 1) for line in SEED_COLUMNS.read_text(encoding="utf-8").splitlines())
    assert len({column.partition(".")[0] for column in wanted}) == 27
    with every_database.engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(COLUMNS))}
    for column, kind in wanted.items():
        name = TYPE_NAMES.get(kind, kind.lower().replace("char(", "character("))
        if column in MAJOR_UNITS:
            name = "numeric(16,3)"
        assert found.get(column) == ("bigint" if column in WIDENED else name), column


def test_the_indexes_of_the_data_model_are_there(every_database: Database) -> None:
    """S7: every index it names."""
    names = {
        "idx_venues_org", "idx_users_last_login", "idx_raffle_events_org", "idx_raffle_events_state",
        "idx_prizes_event_pos", "idx_orders_event", "idx_orders_payment_status", "idx_tickets_event_state",
        "idx_tickets_order", "idx_rsu_alloc_event", "idx_draw_results_execution", "idx_prize_claims_result",
        "idx_critical_events_type_time", "idx_audit_log_table_time",
    }  # fmt: skip
    with every_database.engine.connect() as connection:
        found = set(connection.execute(text("SELECT indexname FROM pg_indexes")).scalars())
    assert names - found == set()


def test_every_reference_checked_per_statement_has_its_trigger(every_database: Database) -> None:
    """E11: a column that refers to a row without a foreign key is named in a trigger of its table."""
    with every_database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT tgrelid::regclass::text, string_agg(encode(tgargs, 'escape'), '') FROM pg_trigger "
                "WHERE tgname = 'refer_insert' GROUP BY 1"
            )
        ).all()
    arguments = {str(table): str(said) for table, said in rows}
    for table in m.Base.metadata.tables.values():
        for column in table.columns:
            if refers_to := column.info.get("refers_to"):
                parent, key = refers_to.split(".")
                if table is m.rsu_journal:
                    assert "rsu_id,epoch\\000rsu_epochs\\000rsu_id,epoch\\000" in arguments[table.name]
                else:
                    assert f"{column.name}\\000{parent}\\000{key}\\000" in arguments[table.name]


def test_every_table_can_be_had_under_its_own_name() -> None:
    """S7: `models.orders` is the table of `models.Order`, and so on for all of them."""
    for name, table in m.Base.metadata.tables.items():
        assert getattr(m, name) is table


def test_the_application_owns_nothing(every_database: Database) -> None:
    """O2: every table and function belongs to the owner's role."""
    with every_database.engine.connect() as connection:
        owners = set(
            connection.execute(
                text(
                    "SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = relowner "
                    "WHERE relnamespace = 'public'::regnamespace UNION "
                    "SELECT DISTINCT r.rolname FROM pg_proc JOIN pg_roles r ON r.oid = proowner "
                    "WHERE pronamespace = 'public'::regnamespace AND proname !~ '^(pgp_|armor|crypt|gen_|digest|hmac|"
                    "encrypt|decrypt|dearmor|fips_)'"
                )
            ).scalars()
        )
    assert owners == {OWNER_ROLE}
