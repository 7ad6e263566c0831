from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from hardware import printer
from syncserver import books, migrations, reconcile, rsus
from syncserver import models as m
from syncserver.audit import CODES, HISTORY_MAX, acting, critical_event, history, record_key, words
from syncserver.db import Database
from tests.postgres import as_owner

ROOT = Path(__file__).parents[3]

OFFICER = UUID("018f0000-0000-7000-8000-000000000001")


def add(connection: Connection, table: Any, **values: Any) -> UUID:
    """Insert one row and return its id."""
    return UUID(str(connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()))


def make_event(connection: Connection) -> UUID:
    """An organisation and an event of it."""
    return add(
        connection,
        m.raffle_events,
        name="Raffle",
        organization_id=add(connection, m.organizations, name="Club", primary_currency="EUR"),
        event_identifier="E-1",
        state="created",
        configuration={"cap": 5},
        ticket_allocation={},
    )


def order(event: UUID, number: int, **values: Any) -> dict[str, Any]:
    """A paid order's columns."""
    return {
        "id": UUID(int=number),
        "validation_number": f"V-{number}",
        "event_id": event,
        "total_amount": 500,
        "currency": "EUR",
        "payment_status": "paid",
        "ticket_count": 1,
        "source": "rsu",
        **values,
    }


def test_a_change_leaves_before_after_who_and_when(every_database: Database) -> None:
    """O2: an insert, an update and what it was before, under the name of whoever acted."""
    with every_database.engine.begin() as connection:
        acting(connection, OFFICER)
        event = make_event(connection)
    with every_database.engine.begin() as connection:
        connection.execute(update(m.raffle_events).values(name="Great raffle"))
    with every_database.engine.connect() as connection:
        renamed, made = history(connection, table="raffle_events", record_id=event)
        assert connection.execute(func.now().select()).scalar_one() - made.changed_at < timedelta(minutes=1)
    assert (made.operation, made.before, made.changed_by) == ("INSERT", None, OFFICER)
    assert made.after is not None
    assert made.after["name"] == "Raffle"
    assert made.after["configuration"] == {"cap": 5}
    assert renamed.operation == "UPDATE"
    assert renamed.before == made.after
    assert renamed.after == {**made.after, "name": "Great raffle"}
    assert renamed.changed_by is None


def test_a_statement_over_many_rows_leaves_one_row_for_each(every_database: Database) -> None:
    """O2: the same history as a trigger for each row, with each row's own before and after."""
    with every_database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(insert(m.orders).values([order(event, n) for n in range(100)]))
    # The price is a fact: the owner alone could change it, and would be on record with it.
    with as_owner(every_database) as connection:
        connection.execute(
            update(m.orders)
            .where(m.orders.c.id < UUID(int=40))
            .values(total_amount=m.orders.c.ticket_count * 7, payment_status="void")
        )
        connection.execute(update(m.orders).values(payment_status=m.orders.c.payment_status))
    with every_database.engine.connect() as connection:
        changes = history(connection, table="orders")
    assert len(changes) == 140
    updates = {change.record_id: change for change in changes if change.operation == "UPDATE"}
    assert set(updates) == {UUID(int=n) for n in range(40)}
    for record_id, change in updates.items():
        assert change.before is not None
        assert change.after is not None
        assert change.before["id"] == change.after["id"] == str(record_id)
        assert (change.before["total_amount"], change.after["total_amount"]) == (500, 7)


def test_what_a_conflict_left_out_is_not_in_the_history(database: Database) -> None:
    """Y1: a repeated batch is written down once."""
    from sqlalchemy.dialects.postgresql import insert as insert_or_leave

    with database.engine.begin() as connection:
        event = make_event(connection)
        rows = [order(event, n) for n in range(10)]
        for _ in range(2):
            connection.execute(insert_or_leave(m.orders).values(rows).on_conflict_do_nothing())
    with database.engine.connect() as connection:
        assert len(history(connection, table="orders")) == 10


def test_a_deleted_row_leaves_what_it_was(every_database: Database) -> None:
    """O2: a membership ends; its key is no UUID, so a name is made of it."""
    with every_database.engine.begin() as connection:
        organisation = add(connection, m.organizations, name="Club", primary_currency="EUR")
        user = add(connection, m.users, cognito_sub="local:1", display_name="Åse")
        connection.execute(
            insert(m.organization_users).values(organization_id=organisation, user_id=user, role="admin")
        )
        acting(connection, OFFICER)
        connection.execute(delete(m.organization_users))
    with every_database.engine.connect() as connection:
        gone, made = history(connection, record_id=record_key("organization_users", organisation, user))
    assert gone.operation == "DELETE"
    assert gone.after is None
    assert gone.before == made.after
    assert gone.changed_by == OFFICER


def test_names_of_records_are_the_same_in_the_database_and_here(every_database: Database) -> None:
    """S9: UUIDv5, at every length around the hash's blocks, beyond ASCII too."""
    keys = ["", *("x" * n for n in range(30, 140)), "żółć €", "日本語" * 30]
    with every_database.engine.connect() as connection:
        for key in keys:
            name = f"table/{key}"
            made = connection.execute(text("SELECT audit_key(:name)"), {"name": name}).scalar_one()
            assert made == record_key("table", key)


def test_who_acts_is_forgotten_with_the_transaction(database: Database) -> None:
    """O2: a connection out of the pool does not act for the one before."""
    with database.engine.connect() as connection:
        with connection.begin():
            acting(connection, OFFICER)
            add(connection, m.organizations, name="A", primary_currency="EUR")
        with connection.begin():
            add(connection, m.organizations, name="B", primary_currency="EUR")
        with connection.begin():
            acting(connection, OFFICER)
            acting(connection, None)
            add(connection, m.organizations, name="C", primary_currency="EUR")
        assert [change.changed_by for change in history(connection)] == [None, None, OFFICER]


def test_secrets_and_personal_data_are_not_in_the_history(every_database: Database) -> None:
    """Z4: withheld, but that there was something, and that it changed, is written down."""
    with every_database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(insert(m.orders).values(order(event, 1, customer_info={"phone": "+4912345"})))
        connection.execute(update(m.orders).values(customer_info={"phone": "+4954321"}))
        connection.execute(update(m.orders).values(customer_info=None))
        user = add(connection, m.users, cognito_sub="local:1", display_name="Åse")
        connection.execute(
            insert(m.local_accounts).values(user_id=user, username="ase", password_hash="$argon2id$x")
        )
        connection.execute(insert(m.operator_pins).values(user_id=user, pin_hash="$argon2id$y"))
        manifest = b"{}"
        connection.execute(
            update(m.raffle_events).values(
                state="closed", activated_at=func.now(), reconciliation_confirmed_at=func.now()
            )
        )
        draw = add(
            connection,
            m.draw_executions,
            raffle_event_id=event,
            state="pending",
            started_at=func.now(),
            rng_seed="",
            conducted_by=OFFICER,
            system_checksum="00",
            manifest=manifest,
            manifest_sha256=sha256(manifest).hexdigest(),
        )
        connection.execute(update(m.draw_executions).values(manifest_published_at=func.now()))
    seed = b"\x5e" * 32
    with every_database.engine.begin() as connection:
        connection.execute(
            update(m.draw_executions).values(seed_sealed=seed, seed_sha256=sha256(seed).hexdigest())
        )
    with every_database.engine.connect() as connection:
        erased, changed, made = history(connection, table="orders")
        everything = repr(history(connection))
        assert len(history(connection, record_id=draw)) == 3
    for secret in ("+4912345", "+4954321", "argon2id", seed.hex()):
        assert secret not in everything
    assert made.after is not None
    assert made.after["customer_info"] == "(withheld)"
    assert changed.operation == "UPDATE"
    assert erased.after is not None
    assert erased.after["customer_info"] is None


def test_what_a_kiosk_says_of_itself_all_day_is_no_change(every_database: Database) -> None:
    """O2: heads, counters and health are not written down; a revocation is."""
    with every_database.engine.begin() as connection:
        event = make_event(connection)
        organisation = connection.execute(select(m.raffle_events.c.organization_id)).scalar_one()
        rsu = add(
            connection, m.rsus, organization_id=organisation, name="K", device_identifier="k", state="enabled"
        )
        connection.execute(insert(m.rsu_epochs).values(rsu_id=rsu, epoch=1, public_key=bytes(32)))
        connection.execute(update(m.rsu_epochs).values(head_seq=7, last_seen_at=func.now(), health={"ok": 1}))
        connection.execute(update(m.raffle_events).values(total_sold=1000))
        connection.execute(update(m.rsu_epochs).values(revoked_at=func.now(), revoked_head_seq=7))
    with every_database.engine.connect() as connection:
        key = record_key("rsu_epochs", rsu, 1)
        assert [c.operation for c in history(connection, record_id=key)] == ["UPDATE", "INSERT"]
        assert [c.operation for c in history(connection, record_id=event)] == ["INSERT"]


def test_the_history_is_read_in_pages_and_by_who_and_when(database: Database) -> None:
    """O2: newest first, at most so many, then on from the last."""
    with database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(insert(m.orders).values([order(event, n) for n in range(HISTORY_MAX + 5)]))
    with database.engine.begin() as connection:
        acting(connection, OFFICER)
        connection.execute(update(m.raffle_events).values(name="B"))
    with database.engine.connect() as connection:
        page = history(connection, table="orders", limit=10**6)
        assert len(page) == HISTORY_MAX
        assert len(history(connection, table="orders", before=page[-1].number)) == 5
        (own,) = history(connection, changed_by=OFFICER)
        assert own.table == "raffle_events"
        later = own.changed_at + timedelta(microseconds=1)
        assert history(connection, since=later) == []
        assert history(connection, since=own.changed_at, until=later) == [own]


def test_a_critical_event_is_recorded_whatever_it_says(database: Database) -> None:
    """O4: with its unit, its moment and its details; a NUL does not lose it."""
    rsu, at = uuid4(), datetime(2026, 5, 1, 12, tzinfo=UTC)
    with database.engine.begin() as connection:
        made = critical_event(
            connection, "printer_fault", "ERROR", "cover\x00 open", rsu_id=rsu, metadata={"n": 1}, at=at
        )
        critical_event(connection, "connect", "INFO", "back")
    with database.engine.connect() as connection:
        row = connection.execute(select(m.critical_events).where(m.critical_events.c.id == made)).one()
        assert connection.execute(select(func.count()).select_from(m.critical_events)).scalar_one() == 2
    assert (row.event_type, row.severity, row.description) == ("printer_fault", "ERROR", "cover open")
    assert (row.rsu_id, row.timestamp, row.metadata) == (rsu, at, {"n": 1})


LOGS = (
    "audit_log", "critical_events", "rsu_journal", "rsu_quarantine", "draw_pools", "draw_results", "draw_keyings",
    "counterfoil_batches", "event_cuts", "rsu_cuts", "shift_sums", "cash_counts", "cash_moves", "drawer_openings",
    "counterfoil_prints",
)  # fmt: skip
"""Everything that is only ever added to."""


@pytest.mark.parametrize("table", LOGS)
def test_the_application_can_alter_nothing_that_is_on_record(every_database: Database, table: str) -> None:
    """O2, E11: no row is changed, removed or emptied, and no guard is taken away, with the rights that the programs have."""
    column = (
        "id" if "id" in m.Base.metadata.tables[table].c else next(iter(m.Base.metadata.tables[table].c)).name
    )
    attempts: tuple[str, ...] = (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} ADD COLUMN x int",
        f"ALTER TABLE {table} OWNER TO CURRENT_USER",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
        f"CREATE INDEX mine ON {table} ({column})",
        f"GRANT DELETE ON {table} TO CURRENT_USER; DELETE FROM {table}",
        f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
        f"DROP TABLE {table} CASCADE",
    )  # fmt: skip
    with every_database.engine.connect() as connection:
        triggers = connection.execute(
            text("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal"),
            {"table": table},
        ).scalars()
        attempts += tuple(f"DROP TRIGGER {name} ON {table}" for name in triggers)
    for attempt in attempts:
        with every_database.engine.connect() as connection, pytest.raises(ProgrammingError, match=_NO_RIGHT):
            connection.execute(text(attempt))


_KNOWN_LATER = "decided or known after the fact, and in the trail"
_OWN_RECORD = "what became of the sending, kept beside what was sent"
MAY_CHANGE: dict[str, dict[str, str]] = {
    "orders": {
        "payment_status": "void and refunded are further facts, of which this tells",
        "offline_sync_status": "whether a finding stands against it",
        "customer_info": "told beside the entry, and erased",
        "customer_erased_at": "when it was erased",
        "created_by": "whose purchase on line it is: told beside the entry too",
        "updated_at": "when one of these changed",
        "updated_by": "who erased it",
    },
    "tickets": {
        "state": "sold, void, quarantined, invalid: by a void, a finding or its decision",
        "voided_at": "of the void",
        "voided_by": "of the void",
        "voided_reason": "of the void",
        "updated_at": "when one of these changed",
    },
    "voids": {
        "acknowledged_at": _KNOWN_LATER,
        "acknowledged_by": _KNOWN_LATER,
        "returned": "what the kiosk says it gave back, where the office was first",
    },
    "winners": {},
    "prize_claims": {
        "delivered_at": _KNOWN_LATER,
        "delivered_by": _KNOWN_LATER,
        "delivery_note": _KNOWN_LATER,
    },
    "findings": {
        "decided_at": _KNOWN_LATER,
        "decided_by": _KNOWN_LATER,
        "decision": _KNOWN_LATER,
        "reason": _KNOWN_LATER,
    },
    "draw_executions": {
        **dict.fromkeys(
            ("state", "failure", "failure_asked", "failure_asked_at", "failure_asked_by", "failed_at", "failed_by"),
            "a draw that is given up, by two where chance is known",
        ),
        **dict.fromkeys(
            ("manifest_published_at", "seed_sealed", "seed_sha256", "seed_committed_at", "public_entropy",
             "entropy_fixed_at", "rng_seed", "seed_opened_at", "bundle", "verified_at", "official_at", "official_by"),
            "a step of the draw, taken once and in order: triggers see to that",
        ),
        "video_url": "a link beside the result",
        "updated_at": "when one of these changed",
    },
    "rsu_allocations": {
        **dict.fromkeys(
            ("next_draw_number", "tickets_sold", "tickets_voided", "tickets_available", "exhausted_at"),
            "counts of what journals say, for the counters' pages",
        ),
        "state": "active, exhausted, released, lost",
        "allocated_by": "who handed it out beforehand",
        **dict.fromkeys(("ended_at", "ended_by", "ended_reason"), _KNOWN_LATER),
    },
    "validation_number_blocks": {
        **dict.fromkeys(("numbers_used", "next_sequence"), "counts of what journals say"),
        "is_active": "a person switches it off and on again, with a reason",
    },
    "number_counters": {"next_number": "it only rises: a trigger sees to that"},
    "rsu_epochs": {
        **dict.fromkeys(("head_seq", "head_hash"), "how far its chain has come"),
        **dict.fromkeys(("forked_at", "revoked_at", "revoked_head_seq"), _KNOWN_LATER),
        **dict.fromkeys(
            ("last_seen_at", "clock_skew_ms", "unsynced_count", "oldest_unsynced_at", "health", "software"),
            "what the kiosk says of itself",
        ),
        **dict.fromkeys(("catalog_generation", "catalog_serial", "catalog_hash", "catalog_at"), "what it was sent last"),
    },
    "enrolment_codes": {"used_at": "it is good once"},
    "event_cuts": dict.fromkeys(("confirmed_at", "confirmed_by"), "an early bird's reconciliation"),
    "exclusions": dict.fromkeys(("lifted_at", "lifted_by", "lifted_reason"), _KNOWN_LATER),
    "forfeits": dict.fromkeys(
        ("agreed_by", "agreed_at", "promoted_id", "dropped_at", "dropped_by", "dropped_reason"), _KNOWN_LATER
    ),
    "shifts": dict.fromkeys(("closed_seq", "closed_at", "closed_by", "note", "agrees"), "its end, as journalled"),
    "refunds": dict.fromkeys(
        ("state", "done_at", "done_by", "provider_reference", "problem", "attempts", "first_sent_at", "next_at",
         "at_kiosk"),
        "what became of the money; the amount never changes",
    ),
    "system_configurations": dict.fromkeys(
        ("effective_to", "withdrawn_at", "withdrawn_by"), "a version ends where the next begins"
    ),
    "api_tokens": dict.fromkeys(
        ("last_used_at", "last_used_from", "revoked_at", "revoked_by", "revoked_reason"), _KNOWN_LATER
    ),
    "invitations": dict.fromkeys(("accepted_by", "accepted_at", "withdrawn_by", "withdrawn_at"), _KNOWN_LATER),
    "recovery_codes": {"used_at": "it is good once"},
    "notices": {"seen_at": _KNOWN_LATER},
    "kiosk_messages": dict.fromkeys(("withdrawn_at", "withdrawn_by"), _KNOWN_LATER),
}  # fmt: skip
"""Of each table of facts the columns that the application may write again, and why."""
EDITED: dict[str, str] = {
    **dict.fromkeys(
        ("raffle_events", "ticket_packages", "prizes", "questions", "online_rules", "event_images", "perks"),
        "the terms of an event: frozen by triggers from its activation on, or told beside it",
    ),
    **dict.fromkeys(
        ("organizations", "venues", "addresses", "ticket_package_templates", "prize_templates", "rsus", "webhooks",
         "notification_switches", "retention_rules"),
        "how the house is set up, and in the trail",
    ),
    **dict.fromkeys(
        ("users", "organization_users", "local_accounts", "operator_pins", "customer_accounts", "staff_contacts",
         "second_factors", "account_links", "web_sessions"),
        "people and how they come in, and in the trail",
    ),
    "champions": "a text beside a result, which two people approve anew after each change",
    "checkouts": "a purchase under way; what is paid becomes an order",
    "notifications": "a letter on its way",
    "attempts": "counters that slow guessing down",
    "alarms": "what stands now; each is a critical event when it comes and when it goes",
    "heartbeats": "the moment at which a program was at work last",
    "kiosk_message_heard": "what kiosks say of themselves all day",
    "server_state": "counters that only rise: a trigger sees to that",
    "api_requests": "replies kept for a day",
}  # fmt: skip
"""Tables that are no facts, and what they are."""


def test_the_application_rewrites_nothing_of_a_fact_but_what_is_decided_later(
    every_database: Database,
) -> None:
    """O2: every column of every table is tried as that role; the wall stands in the database, not in our code."""
    changed: dict[str, set[str]] = {}
    removed: set[str] = set()
    with every_database.engine.connect() as connection:
        for name, table in m.Base.metadata.tables.items():
            changed[name] = {
                column.name
                for column in table.c
                if _may(connection, f'UPDATE {name} SET "{column.name}" = "{column.name}" WHERE false')
            }
            if _may(connection, f"DELETE FROM {name} WHERE false"):
                removed.add(name)
    assert set(MAY_CHANGE) <= set(changed)
    facts = {name: columns for name, columns in changed.items() if name not in EDITED}
    wanted = {name: set(MAY_CHANGE.get(name, ())) for name in facts}
    assert facts == wanted
    assert {name for name in EDITED if not changed[name]} == set()
    assert removed.isdisjoint(set(MAY_CHANGE) - {"recovery_codes"})


def test_whose_an_event_is_and_its_number_never_change(every_database: Database) -> None:
    """O2, E6: nor what a package or prize belongs to, whatever stage the event is at."""
    kept = {
        "raffle_events": {"id", "organization_id", "event_number", "created_at", "created_by"},
        "ticket_packages": {"id", "event_id", "created_at", "created_by"},
        "prizes": {"id", "event_id", "created_at", "created_by"},
        "rsus": {"id", "organization_id", "kind", "created_at", "created_by"},
    }
    with every_database.engine.connect() as connection:
        for name, columns in kept.items():
            fixed = {
                column.name
                for column in m.Base.metadata.tables[name].c
                if not _may(connection, f'UPDATE {name} SET "{column.name}" = "{column.name}" WHERE false')
            }
            assert fixed == columns, name


def _may(connection: Connection, statement: str) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except ProgrammingError as e:
        if not isinstance(e.orig, InsufficientPrivilege):
            raise
        return False
    return True


_NO_RIGHT = "InsufficientPrivilege"


@pytest.mark.parametrize(
    "attempt",
    [
        "SET session_replication_role = replica",
        "SET ROLE tombola_owner",
        "SET SESSION AUTHORIZATION tombola_owner",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "CREATE TABLE public.audit_log_2 (id int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION public.audit_rows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION public.audit_rows() SECURITY INVOKER",
        "DROP FUNCTION public.audit_rows() CASCADE",
        "INSERT INTO audit_log (table_name, operation, record_id) VALUES ('x', 'INSERT', gen_random_uuid())",
        "SELECT audit_rows()",
        "SELECT audit_table('critical_events', 'id', '', '')",
        "SELECT allow('DELETE', 'audit_log')",
        "SELECT lo_import('/etc/passwd')",
        "COPY audit_log FROM PROGRAM 'true'",
    ],
)
def test_the_application_gets_no_other_rights(every_database: Database, attempt: str) -> None:
    """O2: neither by another role, nor by functions of its own or of the owner's."""
    with every_database.engine.connect() as connection, pytest.raises(ProgrammingError, match=_NO_RIGHT):
        connection.execute(text(attempt))


def test_functions_that_act_as_the_owner_are_few_and_look_nowhere_else(every_database: Database) -> None:
    """O2: a function with its owner's rights names its search path, and none but these may be called."""
    with every_database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT proname, proconfig, has_function_privilege(current_user, oid, 'EXECUTE') AS callable, prorettype"
                " = 'trigger'::regtype AS is_trigger FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            )
        ).all()
    assert {row.proname for row in rows} >= {"audit_rows", "delete_unused"}
    for row in rows:
        assert any(one.startswith("search_path=") for one in row.proconfig or []), row.proname
    assert {row.proname for row in rows if row.callable and not row.is_trigger} == CALLED_AS_OWNER


CALLED_AS_OWNER = {"delete_unused", "renumber_draft"}
"""Each was read for what it could be made to do."""


# Codes ----------------------------------------------------------------------------------------------

# Which argument of a call is a critical event's code; None: any may be.
_CALLS = {
    "critical_event": 1,
    "record": 2,
    "_record": None,
    "_move": None,
    "_critical": 0,
    "critical": 0,
    "Alert": 0,
}
_CODE = re.compile(r"[a-z]+(_[a-z]+)+|[A-Z]+(_[A-Z]+)+")
_NO_CODES = {*reconcile.WORDS, "revoked_entries"}


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _CALLS:
                at = _CALLS[name]
                parts = node.args if at is None else node.args[at : at + 1]
        elif isinstance(node, ast.Assign):
            names = {getattr(one, "id", "") for target in node.targets for one in ast.walk(target)}
            parts = [node.value] if "kind" in names else []
        for part in parts:
            for one in ast.walk(part):
                if (
                    isinstance(one, ast.Constant)
                    and isinstance(one.value, str)
                    and _CODE.fullmatch(one.value)
                ):
                    yield one.value


def test_every_code_of_a_critical_event_has_words() -> None:
    """O4: what the programs put on record is told in words, whoever put it there."""
    found = {
        code
        for package in ("syncserver", "kiosk")
        for path in sorted((ROOT / package).rglob("*.py"))
        for code in _codes(ast.parse(path.read_text(encoding="utf-8")))
    } - _NO_CODES
    found |= {f"unit_{state}" for state in rsus.STATES} | set(books.CHECKED)
    found |= {f"draw_keyed_{outcome}" for outcome in ("first", "agreed", "differs")}
    found |= {f"PRINTER_{reason}".upper() for reason in get_args(printer.Reason)}
    assert len(found) > 80
    assert sorted(found - set(CODES)) == [], "say in syncserver/audit.py what these are called"
    assert words("NEW_CODE_OF_A_NEWER_KIOSK") == "New code of a newer kiosk"


NOT_IN_THE_LOG = {
    "account_links": "letters' links, by their hash: what they did is a change of the account, which is logged",
    "attempts": "counters that slow guessing down; what they lead to is a critical event",
    "question_attempts": "facts that nobody changes: they are their own history",
    "checkout_lines": "facts that nobody changes, of a checkout that is logged",
    "payment_events": "facts that nobody changes: what the processor told, once each",
    "api_requests": "replies kept for a day, so that a request is not done twice",
    "kiosk_message_kiosks": "facts that nobody changes, of a message that is logged",
    "kiosk_message_heard": "what kiosks say of themselves all day",
    "alarms": "each is a critical event when it comes and when it goes",
    "heartbeats": "the moment at which a program was at work last",
}
"""Tables added to the first schema whose changes the audit log does not hold, and why."""


def test_every_further_table_is_in_the_log_or_has_a_reason_not_to_be(database: Database) -> None:
    """O2: a table nobody thought of would be changed without a trace."""
    folder = Path(next(iter(migrations.__path__))) / "versions"
    made = {
        name
        for path in sorted(folder.glob("*.sql"))[1:]
        for name in re.findall(r"^CREATE TABLE (\w+)", path.read_text(), re.MULTILINE)
    }
    logged = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'audit_rows'::regproc"
    with database.engine.begin() as c:
        held = set(c.execute(text(logged)).scalars())
    assert made - held == set(NOT_IN_THE_LOG)
