from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from shared import drand
from shared.clock import SystemClock
from shared.errors import Fault, Refused
from syncserver import models as m
from syncserver.config import Config, read_config
from syncserver.db import (
    APP_ROLE,
    OWNER_ROLE,
    SUPERUSER,
    Database,
    EmbeddedPostgres,
    migrate,
    open_database,
    wheel_binaries,
)
from tests.postgres import Cluster, as_owner, set_clock

APPEND_ONLY = [
    "rsu_journal", "rsu_quarantine", "audit_log", "critical_events", "draw_pools", "draw_results", "shift_sums",
    "cash_counts", "cash_moves", "drawer_openings", "counterfoil_prints",
]  # fmt: skip
LOOK_UPS = [
    "raffle_event_states",
    "ticket_states",
    "payment_statuses",
    "order_sources",
    "rsu_states",
    "offline_sync_statuses",
]
PARENTS = [
    "organizations", "users", "addresses", "venues", "raffle_events", "ticket_packages", "prizes", "rsus",
    "rsu_epochs", "rsu_allocations", "orders", "tickets", "draw_executions", "draw_results", "event_cuts", "winners",
]  # fmt: skip
DUE: dict[str, tuple[dict[str, Any], int]] = {
    "drand": ({"source": "drand", "chain": drand.QUICKNET, "round": 1000}, drand.time_of(1000)),
    "nist": ({"source": "nist", "time": "2026-08-19T06:23:00Z"}, 1_787_120_580),
}
"""Beacons' rounds, and when they come out, seconds since 1970."""
SEED = bytes(range(32))
SEALED = bytes(255 - byte for byte in SEED)


def add(connection: Connection, table: Any, **values: Any) -> Any:
    """Insert one row and return its id."""
    return connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()


def make_event(connection: Connection, identifier: str = "E-1") -> UUID:
    """An organisation and an event of it."""
    organisation = add(connection, m.organizations, name="Club", primary_currency="EUR")
    return UUID(
        str(
            add(
                connection,
                m.raffle_events,
                name="Raffle",
                organization_id=organisation,
                event_identifier=identifier,
                state="created",
                configuration={},
                ticket_allocation={},
            )
        )
    )


def make_rsu(connection: Connection, event: UUID) -> UUID:
    """A kiosk, enrolled once, of the event's organisation."""
    organisation = connection.execute(
        select(m.raffle_events.c.organization_id).where(m.raffle_events.c.id == event)
    ).scalar_one()
    rsu = add(
        connection,
        m.rsus,
        organization_id=organisation,
        name="K",
        device_identifier=str(uuid4()),
        state="enabled",
    )
    connection.execute(insert(m.rsu_epochs).values(rsu_id=rsu, epoch=1, public_key=b"\x01" * 32))
    return UUID(str(rsu))


def make_block(connection: Connection, event: UUID, rsu: UUID, start: int, end: int) -> Any:
    """A block of draw numbers."""
    return add(
        connection,
        m.rsu_allocations,
        raffle_event_id=event,
        rsu_id=rsu,
        epoch=1,
        start_number=start,
        end_number=end,
        next_draw_number=start,
        total_tickets=end - start + 1,
        tickets_available=end - start + 1,
        state="active",
        validation_number_block={},
    )


def make_order(connection: Connection, event: UUID, number: str = "V-1", **values: Any) -> Any:
    """A paid order."""
    defaults = {
        "total_amount": 500,
        "currency": "EUR",
        "payment_status": "paid",
        "ticket_count": 1,
        "source": "rsu",
    }
    return add(connection, m.orders, validation_number=number, event_id=event, **{**defaults, **values})


def make_draw(database: Database, entropy: dict[str, Any] | None = None, **values: Any) -> Any:
    """A draw that holds its manifest and no more, of an event that is closed and confirmed.

    The database goes by its own clock in it, as in every office.
    """
    set_clock(database)
    entropy = entropy or {"source": "none"}
    manifest = json.dumps({"entropy": entropy, "format": "tombola-draw-1"}, separators=(",", ":")).encode()
    with database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(
            update(m.raffle_events)
            .where(m.raffle_events.c.id == event)
            .values(
                state="closed",
                activated_at=func.now(),
                reconciliation_confirmed_at=func.now(),
                reconciliation_confirmed_by=uuid4(),
            )
        )
        return add(
            connection,
            m.draw_executions,
            raffle_event_id=event,
            state="pending",
            started_at=func.now(),
            rng_seed="",
            conducted_by=uuid4(),
            system_checksum="00",
            **{
                "entropy_source": entropy,
                "manifest": manifest,
                "manifest_sha256": sha256(manifest).hexdigest(),
                **values,
            },
        )


STEPS: list[dict[str, Any]] = [
    {"manifest_published_at": func.now()},
    {"seed_sealed": SEALED, "seed_sha256": sha256(SEED).hexdigest(), "seed_committed_at": func.now()},
    {"public_entropy": "3 1 4", "entropy_fixed_at": func.now()},
    {"rng_seed": SEED.hex(), "seed_opened_at": func.now()},
    {"bundle": b"{}"},
    {"verified_at": func.now()},
    {"official_at": func.now(), "official_by": UUID(int=1)},
]


def step(database: Database, draw: UUID, *steps: dict[str, Any], savepoints: bool = False) -> None:
    """Take `steps` one statement each in one transaction."""
    with database.engine.begin() as connection:
        for values in steps:
            with connection.begin_nested() if savepoints else nullcontext():
                connection.execute(
                    update(m.draw_executions).where(m.draw_executions.c.id == draw).values(**values)
                )


def key(database: Database, draw: UUID, what: str, content: str, person: int, round_: int = 1) -> None:
    """Key `content` as that person, straight into the table."""
    with database.engine.begin() as connection:
        connection.execute(
            insert(m.draw_keyings).values(
                draw_execution_id=draw, what=what, round=round_, content=content, keyed_by=UUID(int=person)
            )
        )


def put_pool(database: Database, draw: UUID, size: int) -> None:
    """A pool of this draw, of the numbers from 1 on."""
    with database.engine.begin() as connection:
        packed = b"".join(number.to_bytes(4, "big") for number in range(1, size + 1))
        connection.execute(
            insert(m.draw_pools).values(
                draw_execution_id=draw, pool="main", size=size, root="00", numbers=packed
            )
        )


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A folder that the embedded server's user can pass through, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="tombola-home-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_there_is_one_newest_schema_and_every_older_one_leads_to_it(every_postgres: Cluster) -> None:
    """S7: the migrations have one head; an empty database gets there, and a second run changes nothing."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(m.__file__).parents[1] / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    with every_postgres.fresh(migrated=False) as database:
        assert migrate(database) == [script.revision for script in scripts.walk_revisions()][::-1]
        assert migrate(database) == []


def test_two_that_migrate_at_once_do_it_once(postgres: Cluster) -> None:
    """S7: the second waits for the first and finds nothing to do."""
    with postgres.fresh(migrated=False) as database, ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(migrate, [database, database]))
    assert done[0] == []
    assert done[1] != []


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(database: Database) -> None:
    """K15: an unknown schema is a fault, not a guess."""
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    owner.dispose()
    with pytest.raises(Fault, match="newer Tombola"):
        migrate(database)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_can_only_add_to_what_is_append_only(
    every_database: Database, table: str, statement: str
) -> None:
    """O2: journal, quarantine, audit, critical events and draws' outcomes: no UPDATE, DELETE or TRUNCATE."""
    column = next(iter(m.Base.metadata.tables[table].columns)).name
    with every_database.engine.connect() as connection, pytest.raises(ProgrammingError) as error:
        connection.execute(text(statement.format(table, column, column)))
    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_application_can_neither_truncate_anything_nor_delete_what_others_refer_to(
    every_database: Database,
) -> None:
    """E11: no TRUNCATE at all, look-up rows are read only, parents cannot be deleted."""
    with every_database.engine.connect() as connection:

        def allowed(right: str) -> set[str]:
            return set(
                connection.execute(
                    text(
                        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                        "AND relkind = 'r' AND has_table_privilege(oid, :right)"
                    ),
                    {"right": right},
                ).scalars()
            )

        assert allowed("TRUNCATE") == set()
        assert allowed("TRIGGER") == set()
        changeable = allowed("INSERT") | allowed("UPDATE") | allowed("DELETE")
        assert changeable & {*LOOK_UPS, "audit_log", "alembic_version"} == set()
        assert allowed("DELETE") & {*PARENTS, *APPEND_ONLY, *LOOK_UPS} == set()
        assert allowed("SELECT") >= set(m.Base.metadata.tables)


def test_the_application_cannot_write_the_audit_log_itself(database: Database) -> None:
    """O2: only the database's own triggers write it."""
    with database.engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(insert(m.audit_log).values(table_name="x", operation="INSERT", record_id=uuid4()))


def test_an_order_that_refers_to_nothing_is_refused(every_database: Database) -> None:
    """E11: each reference of an order and a ticket holds though no foreign key checks it."""
    with every_database.engine.begin() as connection:
        event = make_event(connection)
        order = make_order(connection, event)
    wrong: list[tuple[Any, dict[str, Any]]] = [
        (m.orders, {"event_id": uuid4()}),
        (m.orders, {"package_id": uuid4()}),
        (m.orders, {"rsu_id": uuid4()}),
        (m.orders, {"rsu_allocation_id": uuid4()}),
        (m.orders, {"payment_status": "free"}),
        (m.orders, {"source": "moon"}),
        (m.orders, {"offline_sync_status": "perhaps"}),
        (m.tickets, {"event_id": uuid4()}),
        (m.tickets, {"state": "lost"}),
        (m.tickets, {"order_id": uuid4()}),
    ]
    orders = {"validation_number": "V-2", "event_id": event, "total_amount": 1, "currency": "EUR",
              "payment_status": "paid", "ticket_count": 1, "source": "rsu"}  # fmt: skip
    tickets = {"event_id": event, "draw_number": 1, "state": "sold", "order_id": order, "sold_at": func.now()}
    for table, values in wrong:
        good = orders if table is m.orders else tickets
        column = next(iter(values))
        with every_database.engine.connect() as connection, pytest.raises(IntegrityError) as error:
            connection.execute(insert(table).values(**{**good, **values}))
        assert isinstance(error.value.orig, psycopg.errors.ForeignKeyViolation)
        assert error.value.orig.diag.constraint_name == f"{table.name}_{column}_fkey"
    with every_database.engine.begin() as connection:
        connection.execute(insert(m.tickets).values(**tickets))
    with every_database.engine.connect() as connection, pytest.raises(IntegrityError, match="payment_status"):
        connection.execute(update(m.orders).values(payment_status="free"))


def test_one_dangling_row_among_a_thousand_refuses_the_statement(database: Database) -> None:
    """E11: the check looks at every row of a statement."""
    with database.engine.begin() as connection:
        event = make_event(connection)
        order = make_order(connection, event)
    rows = [
        {
            "event_id": event,
            "draw_number": n,
            "state": "sold",
            "order_id": order,
            "sold_at": "2026-01-01T00:00Z",
        }
        for n in range(1, 1001)
    ]
    rows[700]["order_id"] = uuid4()
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match=r"tickets\.order_id"):
        connection.execute(insert(m.tickets).values(rows))


def test_a_journal_entry_belongs_to_an_enrolment(every_database: Database) -> None:
    """Y1: a known kiosk with an epoch that it never had is refused."""
    with every_database.engine.begin() as connection:
        rsu = make_rsu(connection, make_event(connection))
        entry = {"rsu_id": rsu, "epoch": 1, "seq": 1, "entry": b"x", "hash": bytes(32)}
        connection.execute(insert(m.rsu_journal).values(entry))
    with every_database.engine.connect() as connection, pytest.raises(IntegrityError, match="rsu_epochs"):
        connection.execute(insert(m.rsu_journal).values({**entry, "epoch": 2}))


def test_events_are_numbered_without_a_gap_and_the_number_cannot_be_changed(every_database: Database) -> None:
    """E6: an event that was given up leaves no gap; nobody resets the counter."""
    with every_database.engine.begin() as connection:
        make_event(connection, "E-1")
    with every_database.engine.connect() as connection:
        make_event(connection, "given up")
        connection.rollback()
    with every_database.engine.begin() as connection:
        make_event(connection, "E-2")
        numbers = connection.execute(
            select(m.raffle_events.c.event_number).order_by(m.raffle_events.c.event_number)
        ).scalars()
        assert list(numbers) == [1, 2]
    for statement in (
        update(m.raffle_events).values(event_number=m.raffle_events.c.event_number + 10),
        update(m.server_state).values(last_event_number=0),
    ):
        with pytest.raises(IntegrityError, match="never"), as_owner(every_database) as connection:
            connection.execute(statement)


def test_an_event_without_a_currency_has_its_organisations(database: Database) -> None:
    """E12: the default is the organisation's currency."""
    with database.engine.begin() as connection:
        make_event(connection)
        assert connection.execute(select(m.raffle_events.c.currency)).scalar_one() == "EUR"


def test_no_number_is_in_two_blocks_whatever_became_of_the_first(every_database: Database) -> None:
    """N1: overlapping blocks of one event are refused, a released one's too; another event has its own."""
    with every_database.engine.begin() as connection:
        event, other = make_event(connection, "E-1"), make_event(connection, "E-2")
        rsu = make_rsu(connection, event)
        make_block(connection, event, rsu, 1, 100)
        make_block(connection, event, rsu, 101, 200)
        make_block(connection, event, rsu, 2**31 - 1, 2**31 - 1)
        make_block(connection, other, rsu, 1, 2**31 - 1)
        connection.execute(update(m.rsu_allocations).values(state="released"))
    for start, end in ((100, 100), (1, 100), (50, 150), (201, 2**31 - 1)):
        with every_database.engine.connect() as connection, pytest.raises(IntegrityError) as error:
            make_block(connection, event, rsu, start, end)
        assert isinstance(error.value.orig, psycopg.errors.ExclusionViolation)


def test_a_block_never_passes_to_another_kiosk(database: Database) -> None:
    """N2: a block belongs to one enrolment of one kiosk and is never inherited."""
    with database.engine.begin() as connection:
        event = make_event(connection)
        make_block(connection, event, make_rsu(connection, event), 1, 10)
        other = make_rsu(connection, event)
    for values in ({"rsu_id": other}, {"epoch": 2}, {"end_number": 11}):
        with pytest.raises(IntegrityError, match="never changes"), as_owner(database) as connection:
            connection.execute(update(m.rsu_allocations).values(**values))


def test_fifty_who_take_numbers_at_once_get_disjoint_ones(every_database: Database) -> None:
    """N3: fifty concurrent updates of the counter row, no error, no number twice; it never goes back."""
    with every_database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(insert(m.number_counters).values(event_id=event, last_number=500))

    def take(_: int) -> int:
        counter = m.number_counters
        with every_database.engine.begin() as connection:
            end = connection.execute(
                update(counter)
                .where(counter.c.event_id == event)
                .values(next_number=counter.c.next_number + 10)
                .returning(counter.c.next_number)
            ).scalar_one()
            return int(end) - 10

    with ThreadPoolExecutor(8) as pool:
        starts = sorted(pool.map(take, range(50)))
    assert starts == list(range(1, 500, 10))
    with pytest.raises(IntegrityError, match="number_counters_next_number_check"):
        take(51)
    with (
        every_database.engine.connect() as connection,
        pytest.raises(IntegrityError, match="never goes down"),
    ):
        connection.execute(update(m.number_counters).values(next_number=1))


def test_a_finding_found_again_is_the_same_one_and_another_events_is_another(
    every_database: Database,
) -> None:
    """Y10: a replay opens no second finding, though parts of its key are null."""
    with every_database.engine.begin() as connection:
        events = [make_event(connection, "E-1"), make_event(connection, "E-2"), None]
        for event in events:
            add(connection, m.findings, event_id=event, kind="cash", severity="WARN", blocking=False)
    for event in events:
        with (
            every_database.engine.connect() as connection,
            pytest.raises(IntegrityError, match="findings_once"),
        ):
            add(connection, m.findings, event_id=event, kind="cash", severity="WARN", blocking=False)


def test_a_draw_in_its_order_goes_through(every_database: Database) -> None:
    """S10: manifest, seed, entropy, opening, bundle, verified, official: each in its own transaction."""
    draw = make_draw(every_database)
    for values in STEPS:
        step(every_database, draw, values)
    step(every_database, draw, {"state": "completed"})


@pytest.mark.parametrize("later", range(1, len(STEPS)))
@pytest.mark.parametrize("left_out", range(len(STEPS) - 1))
def test_no_step_of_a_draw_can_be_left_out(database: Database, left_out: int, later: int) -> None:
    """D3: each step needs all those before it."""
    if later <= left_out:
        later = left_out + 1
    draw = make_draw(database)
    for values in STEPS[:left_out]:
        step(database, draw, values)
    with pytest.raises(IntegrityError) as error:
        step(database, draw, STEPS[later])
    assert isinstance(error.value.orig, psycopg.errors.RestrictViolation)


@pytest.mark.parametrize("first", range(3))
def test_a_step_counts_as_published_only_after_its_transaction(every_database: Database, first: int) -> None:
    """D3: what nobody can have seen yet was not published before the next."""
    draw = make_draw(every_database)
    for values in STEPS[:first]:
        step(every_database, draw, values)
    with pytest.raises(IntegrityError, match="after"):
        step(every_database, draw, STEPS[first], STEPS[first + 1])


@pytest.mark.parametrize(
    "change",
    [
        {"manifest": b"{}", "manifest_sha256": sha256(b"{}").hexdigest()},
        {"manifest_published_at": text("now() + interval '1 s'")},
        {"manifest_published_at": None},
        {"rng_seed": "11" * 32, "seed_sha256": sha256(b"\x11" * 32).hexdigest()},
        {"rng_seed": ""},
        {"seed_sealed": SEED},
        {"seed_sealed": None, "seed_sha256": None},
        {"seed_sha256": "00" * 32},
        {"public_entropy": "6 6 6"},
        {"entropy_source": {"source": "dice"}},
        {"system_checksum": "11"},
        {"seed_opened_at": None},
        {"bundle": b"[]"},
        {"attempt": 2},
        {"raffle_event_id": uuid4()},
        {"state": "failed"},
        {"official_at": None, "official_by": None},
    ],
)
def test_no_step_of_a_draw_is_taken_back(database: Database, change: dict[str, Any]) -> None:
    """D3: what was once set stays, and an attempt is not given up in silence, whoever tries."""
    draw = make_draw(database)
    for values in STEPS:
        step(database, draw, values)
    d = m.draw_executions
    with pytest.raises(IntegrityError), as_owner(database) as connection:
        connection.execute(update(d).where(d.c.id == draw).values(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"seed_sealed": SEALED},
        {"seed_sealed": b"short", "seed_sha256": sha256(SEED).hexdigest()},
        {"seed_sealed": SEALED, "seed_sha256": "short"},
        {"seed_sha256": sha256(SEED).hexdigest()},
        {"seed_committed_at": func.now()},
    ],
)
def test_the_seed_and_its_hash_belong_together(database: Database, change: dict[str, Any]) -> None:
    """D3: `seed_sha256` is the SHA-256 of the seed's bytes."""
    draw = make_draw(database)
    step(database, draw, STEPS[0])
    with pytest.raises(DBAPIError):
        step(database, draw, change)


@pytest.mark.parametrize(
    "change",
    [
        {"rng_seed": SEED.hex()},
        {"seed_opened_at": func.now()},
        {"rng_seed": SEALED.hex(), "seed_opened_at": func.now()},
        {"rng_seed": "short", "seed_opened_at": func.now()},
    ],
)
def test_the_seed_that_is_opened_is_the_one_that_was_committed(
    database: Database, change: dict[str, Any]
) -> None:
    """D3, law 7: it is nowhere in the clear before its opening, and has the published hash."""
    draw = make_draw(database)
    for values in STEPS[:2]:
        step(database, draw, values)
    with pytest.raises(DBAPIError, match="after the public entropy"):
        step(database, draw, {"rng_seed": SEED.hex(), "seed_opened_at": func.now()})
    step(database, draw, STEPS[2])
    with pytest.raises(DBAPIError):
        step(database, draw, change)


def test_a_manual_draw_has_no_seed(every_database: Database) -> None:
    """S10: `rng_seed` stays empty; it is verified and made official all the same."""
    draw = make_draw(every_database, {"source": "manual"})
    step(every_database, draw, STEPS[0])
    with pytest.raises(IntegrityError, match="no seed"):
        step(every_database, draw, STEPS[1])
    with pytest.raises(IntegrityError, match="no bundle"):
        step(every_database, draw, STEPS[5])
    with pytest.raises(IntegrityError, match="keyed alike by two people"):
        step(every_database, draw, STEPS[4])
    put_pool(every_database, draw, 100)
    with pytest.raises(IntegrityError, match="counted before"):
        key(every_database, draw, "winners", "7", 1)
    for person in (1, 2):
        key(every_database, draw, "counterfoils", "99", person)
    with pytest.raises(IntegrityError, match="keyed alike by two people"):
        step(every_database, draw, STEPS[4])
    for round_, what, content in ((2, "counterfoils", "100"), (1, "winners", "7")):
        key(every_database, draw, what, content, 1, round_)
        with pytest.raises(IntegrityError, match="is another"):
            key(every_database, draw, what, content, 1, round_)
        key(every_database, draw, what, content, 2, round_)
        with pytest.raises(IntegrityError, match="it stands"):
            key(every_database, draw, what, content, 3, round_ + 1)
    for values in STEPS[4:]:
        step(every_database, draw, values)
    with pytest.raises(IntegrityError, match="past being keyed"):
        key(every_database, draw, "entropy", "1", 1)


def test_keyings_that_differ_are_kept_and_another_round_begins(every_database: Database) -> None:
    """D5: two to a round, a round after the other, and none is ever changed."""
    draw = make_draw(every_database, {"source": "digits", "count": 1})
    for values in STEPS[:2]:
        step(every_database, draw, values)
    key(every_database, draw, "entropy", "7", 1)
    with pytest.raises(IntegrityError, match="has two"):
        key(every_database, draw, "entropy", "7", 2, 2)
    key(every_database, draw, "entropy", "8", 2)
    with pytest.raises(IntegrityError, match="has two"):
        key(every_database, draw, "entropy", "8", 2)
    key(every_database, draw, "entropy", "8", 2, 2)
    for statement in ("UPDATE draw_keyings SET content = '9'", "DELETE FROM draw_keyings"):
        with every_database.engine.connect() as connection, pytest.raises(ProgrammingError):
            connection.execute(text(statement))


def test_a_savepoint_publishes_no_step(every_database: Database) -> None:
    """D3, law 7: a step behind a savepoint has a transaction number of its own, and nobody else has seen it yet."""
    draw = make_draw(every_database)
    step(every_database, draw, STEPS[0])
    with pytest.raises(IntegrityError, match="after the hash of the seed is published"):
        step(every_database, draw, *STEPS[1:], savepoints=True)


def test_nobody_keys_dice_before_the_hash_of_the_seed_is_published(every_database: Database) -> None:
    """D3, law 7: whoever made the seed would know them; and only dice and digits are keyed."""
    draw = make_draw(every_database, {"source": "dice", "form": "1d6"})
    for values in ({"updated_at": func.now()}, STEPS[0]):
        step(every_database, draw, values)
        with pytest.raises(IntegrityError, match="after the hash"):
            key(every_database, draw, "entropy", "3", 1)
    with every_database.engine.begin() as connection:
        connection.execute(update(m.draw_executions).values(**STEPS[1]))
        with pytest.raises(IntegrityError, match="after the hash"), connection.begin_nested():
            add(
                connection,
                m.draw_keyings,
                draw_execution_id=draw,
                what="entropy",
                round=1,
                content="3",
                keyed_by=UUID(int=1),
            )
    key(every_database, draw, "entropy", "3", 1)
    with pytest.raises(IntegrityError, match="by hand"):
        key(every_database, draw, "counterfoils", "3", 1)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("beacon", DUE)
def test_by_the_database_s_own_clock_the_seed_comes_before_the_beacon_and_its_value_after(
    every_database: Database, beacon: str
) -> None:
    """D3, law 7: whatever times the application states, nobody knows the public chance before the seed is fixed."""
    entropy, due = DUE[beacon]
    draw = make_draw(every_database, entropy, entropy_due_at=at(due))
    # No two statements here are 30 seconds apart.
    for now, values, said in (
        (due - 100, {"manifest_published_at": at(due - 100)}, ""),
        (
            due - 2,
            {**STEPS[1], "seed_committed_at": at(due - 4)},
            "published before the public entropy comes out",
        ),
        (
            due + 40,
            {**STEPS[1], "seed_committed_at": at(due - 15)},
            "published before the public entropy comes out",
        ),
        (due - 40, {**STEPS[1], "seed_committed_at": at(due - 40)}, ""),
        (due - 40, {"public_entropy": "1", "entropy_fixed_at": at(due)}, "not out yet"),
        (due, {"public_entropy": "1", "entropy_fixed_at": at(due)}, ""),
    ):
        set_clock(every_database, at(now))
        if not said:
            step(every_database, draw, values)
            continue
        with pytest.raises(IntegrityError, match=said):
            step(every_database, draw, values)


@pytest.mark.parametrize(
    "stated",
    [
        *(values for values in STEPS if "bundle" not in values),
        {"state": "failed", "failure": "so", "failed_at": func.now(), "failed_by": UUID(int=1)},
    ],
)
@pytest.mark.parametrize("by_s", [-90, 90])
def test_no_step_of_a_draw_is_stated_at_another_time_than_its_own(
    database: Database, stated: dict[str, Any], by_s: int
) -> None:
    """D3: the times on record are those of the database's own clock, give or take a minute."""
    draw = make_draw(database)
    for values in STEPS[: STEPS.index(stated) if stated in STEPS else 0]:
        step(database, draw, values)
    moments = {name for name in stated if name.endswith("_at")}
    shifted = {name: text(f"now() + interval '{by_s} seconds'") for name in moments}
    with pytest.raises(IntegrityError, match="not the time by the clock of the database"):
        step(database, draw, {**stated, **shifted})
    step(database, draw, stated)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"entropy_due_at": at(DUE["drand"][1] + 3)}, "when its source says"),
        ({"entropy_source": {"source": "drand"}, "entropy_due_at": at(DUE["drand"][1])}, "is the manifest's"),
        ({"entropy_source": {"source": "none"}}, "is the manifest's"),
    ],
)
def test_what_a_draw_waits_for_is_what_its_manifest_says(
    every_database: Database, values: dict[str, Any], said: str
) -> None:
    """D3, law 7: neither another source nor another time of its coming out than follows from it."""
    draw = make_draw(every_database, DUE["drand"][0], **values)
    with pytest.raises(IntegrityError, match=said):
        step(every_database, draw, STEPS[0])


def test_a_chain_whose_rounds_cannot_be_checked_is_not_waited_for(database: Database) -> None:
    """D3: of drand quicknet alone; of no beacon there is no time."""
    draw = make_draw(
        database, {"source": "drand", "chain": "00" * 32, "round": 1000}, entropy_due_at=at(DUE["drand"][1])
    )
    with pytest.raises(IntegrityError, match="quicknet"):
        step(database, draw, STEPS[0])
    step(
        database,
        draw,
        {"state": "failed", "failure": "so", "failed_at": func.now(), "failed_by": UUID(int=1)},
    )


def test_nobody_but_the_owner_puts_the_database_s_clock_forward(every_postgres: Cluster) -> None:
    """D3: it is right in an office, and the application may only look."""
    with every_postgres.fresh(migrated=False) as database:
        migrate(database)
        with database.engine.begin() as connection:
            assert connection.execute(select(m.clock_offset)).all() == [(1, 0)]
            assert connection.execute(
                text("SELECT abs(extract(epoch FROM tombola_now() - now())) < 60")
            ).scalar_one()
        for statement in (
            "UPDATE clock_offset SET offset_ms = 1",
            "INSERT INTO clock_offset VALUES (1, 1)",
            "DELETE FROM clock_offset",
            "CREATE OR REPLACE FUNCTION tombola_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
        ):
            with database.engine.connect() as connection, pytest.raises(ProgrammingError):
                connection.execute(text(statement))


def test_a_draw_is_never_deleted_not_even_by_the_owner(every_database: Database) -> None:
    """D3: not by itself, and not with its event."""
    draw = make_draw(every_database)
    who = {"failed_at": text("now()"), "failed_by": UUID(int=1)}
    step(every_database, draw, {"state": "failed", "failure": "power", **who})
    owner = create_engine(every_database.owner_url)
    for statement in ("DELETE FROM draw_executions", "DELETE FROM raffle_events"):
        with owner.connect() as connection, pytest.raises(IntegrityError, match="never deleted"):
            connection.execute(text(statement))
    owner.dispose()


def test_only_what_was_never_on_sale_can_be_deleted(every_database: Database) -> None:
    """E11: an unused draft goes, logged; a used one is to be archived."""
    with every_database.engine.begin() as connection:
        draft, used = make_event(connection, "E-1"), make_event(connection, "E-2")
        rsu, idle = make_rsu(connection, used), make_event(connection, "E-3")
        make_order(connection, used)
        put_on_sale(connection, idle)

    def delete(kind: str, row: UUID) -> bool:
        with every_database.engine.begin() as connection:
            return bool(connection.execute(select(func.delete_unused(kind, row))).scalar_one())

    assert delete("raffle_events", draft)
    assert not delete("raffle_events", draft)
    for kind, row in (("raffle_events", used), ("raffle_events", idle), ("rsus", rsu)):
        with pytest.raises(IntegrityError, match=r"archive|retire"):
            delete(kind, row)
    with pytest.raises(DBAPIError, match="cannot be deleted"):
        delete("audit_log", draft)
    with every_database.engine.connect() as connection:
        deleted = select(m.audit_log.c.record_id).where(m.audit_log.c.operation == "DELETE")
        assert list(connection.execute(deleted).scalars()) == [draft]


def put_on_sale(connection: Connection, event: UUID) -> None:
    """Activate an event that closes in an hour."""
    connection.execute(
        update(m.raffle_events)
        .where(m.raffle_events.c.id == event)
        .values(
            state="active",
            opens_at=func.now(),
            closes_at=func.now() + timedelta(hours=1),
            activated_at=func.now(),
        )
    )


def make_package(connection: Connection, event: UUID) -> Any:
    """A package to sell."""
    return add(
        connection, m.ticket_packages, event_id=event, name="Five", ticket_count=5, price=500, currency="EUR"
    )


def make_prize(connection: Connection, event: UUID) -> Any:
    """A prize to win."""
    return add(
        connection,
        m.prizes,
        event_id=event,
        name="Shirt",
        type="fixed",
        value=10,
        currency="EUR",
        position=1,
        winner_count=1,
    )


@pytest.mark.parametrize("table", [m.ticket_packages, m.prizes], ids=str)
def test_the_terms_of_an_event_that_was_on_sale_are_frozen(database: Database, table: Any) -> None:
    """E3: even for a program that asks the database itself; and nothing is moved in or out of such an event."""
    make = make_package if table is m.ticket_packages else make_prize
    with database.engine.begin() as connection:
        event, draft = make_event(connection, "E-1"), make_event(connection, "E-2")
        row, other = make(connection, event), make(connection, draft)
        connection.execute(update(table).where(table.c.id == row).values(name="Changed"))
        put_on_sale(connection, event)
        connection.execute(update(table).where(table.c.id == other).values(name="Changed"))
    for state in ("active", "cancelled"):
        with database.engine.begin() as connection:
            connection.execute(
                update(m.raffle_events).where(m.raffle_events.c.id == event).values(state=state)
            )
        with database.engine.connect() as connection, pytest.raises(IntegrityError, match="frozen"):
            make(connection, event)
        for statement in (
            update(table).where(table.c.id == row).values(name="Cheaper"),
            update(table).where(table.c.id == row).values(event_id=draft),
            update(table).where(table.c.id == other).values(event_id=event),
        ):
            with pytest.raises(IntegrityError, match="frozen") as e, as_owner(database) as connection:
                connection.execute(statement)
            assert isinstance(e.value.orig, psycopg.errors.RestrictViolation)
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match="on sale"):
        connection.execute(select(func.delete_unused(table.name, row)))
    with pytest.raises(IntegrityError, match="frozen"), as_owner(database) as connection:
        connection.execute(table.delete().where(table.c.id == row))


FROZEN: list[dict[str, Any]] = [
    {"currency": "USD"},
    {"ticket_allocation": {"first": 1, "last": 2}},
    {"configuration": {"game": "other"}},
    {"organization_id": func.gen_random_uuid()},
    {"event_identifier": "E-9"},
    {"opens_at": func.now() - timedelta(days=1)},
    {"activated_at": None},
    {"activated_at": func.now() + timedelta(days=1)},
    {"state": "created"},
    {"closes_at": None},
    {"closes_at": func.now() - timedelta(seconds=1)},
]


@pytest.mark.parametrize("change", FROZEN, ids=lambda change: next(iter(change)))
def test_what_an_event_stands_on_is_frozen_once_it_was_on_sale(
    database: Database, change: dict[str, Any]
) -> None:
    """E3, S4: whoever asks the database."""
    events = m.raffle_events
    with database.engine.begin() as connection:
        event = make_event(connection)
        put_on_sale(connection, event)
    with pytest.raises(IntegrityError) as e, as_owner(database) as connection:
        connection.execute(update(events).where(events.c.id == event).values(**change))
    assert isinstance(e.value.orig, psycopg.errors.RestrictViolation)


@pytest.mark.parametrize("state", ["active", "suspended", "closed", "drawn", "completed"])
def test_no_event_gets_on_sale_or_beyond_without_being_activated(database: Database, state: str) -> None:
    """E3: what is frozen hangs on the activation, so nobody leaves that out."""
    with database.engine.begin() as connection:
        event = make_event(connection)
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match="activated"):
        connection.execute(update(m.raffle_events).where(m.raffle_events.c.id == event).values(state=state))


def test_a_closing_time_moves_only_while_the_event_is_on_sale_and_before_it_has_come(
    database: Database,
) -> None:
    """S4: never to reopen an event."""
    events, later = m.raffle_events, func.now() + timedelta(hours=2)
    with database.engine.begin() as connection:
        event = make_event(connection)
        put_on_sale(connection, event)
        for state in ("suspended", "active"):
            connection.execute(update(events).values(closes_at=later, state=state, total_sold=5))
        past = make_event(connection, "E-2")
        connection.execute(
            update(events)
            .where(events.c.id == past)
            .values(state="active", closes_at=func.now() - timedelta(hours=1), activated_at=func.now())
        )
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match="before it has come"):
        connection.execute(update(events).where(events.c.id == past).values(closes_at=later))
    for state in ("closed", "drawn", "completed", "cancelled"):
        with database.engine.begin() as connection:
            connection.execute(update(events).where(events.c.id == event).values(state=state))
        for back in (state, "active"):
            with database.engine.connect() as connection, pytest.raises(IntegrityError, match="on sale"):
                connection.execute(
                    update(events)
                    .where(events.c.id == event)
                    .values(closes_at=func.now() + timedelta(hours=3), state=back)
                )


def test_the_range_of_an_events_numbers_is_never_another(database: Database) -> None:
    """E3: the counter keeps its end and its event."""
    with database.engine.begin() as connection:
        event = make_event(connection)
        connection.execute(insert(m.number_counters).values(event_id=event, last_number=500))
    with pytest.raises(IntegrityError, match="never changes"), as_owner(database) as connection:
        connection.execute(update(m.number_counters).values(last_number=900))


def test_the_embedded_server_keeps_its_data_behind_passwords_and_off_the_network(short_home: Path) -> None:
    """S12: started, joined, stopped and started again; no TCP, no trust, private folders, UTF-8."""
    server = EmbeddedPostgres(short_home, SystemClock(), account="nobody")
    server.start()
    config = Config(home=short_home)
    first = open_database(config)
    migrate(first)
    with first.engine.begin() as connection:
        make_event(connection)
        assert connection.execute(text("SHOW listen_addresses")).scalar_one() == ""
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
        assert connection.execute(text("SELECT current_user")).scalar_one() == APP_ROLE
        assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"
    for role in (SUPERUSER, OWNER_ROLE, APP_ROLE):
        url = server.url(role).set(password="guess", drivername="postgresql")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.render_as_string(hide_password=False))
    assert stat.S_IMODE((short_home / "postgresql.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    first.close()
    server.start()
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            server.url(APP_ROLE).set(drivername="postgresql").render_as_string(hide_password=False)
        )

    again = open_database(config)
    with again.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(m.raffle_events)).scalar_one() == 1
    again.close()
    again.close()


def test_whoever_started_the_embedded_server_does_not_take_it_from_those_who_joined(short_home: Path) -> None:
    """L: a worker that started first and ends first leaves the office its database; the last to leave stops it."""
    first = EmbeddedPostgres(short_home, SystemClock(), account="nobody")
    first.start()
    second = EmbeddedPostgres(short_home, SystemClock())
    second.start()
    address = second.url(SUPERUSER, "postgres").set(drivername="postgresql").render_as_string(False)
    first.stop()
    first.stop()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_a_server_that_was_killed_starts_again_with_what_was_committed(short_home: Path) -> None:
    """K9: kill -9 leaves a stale postmaster.pid, which stops nobody."""
    server = EmbeddedPostgres(short_home, SystemClock(), account="nobody")
    server.start()
    database = open_database(Config(home=short_home))
    migrate(database)
    with database.engine.begin() as connection:
        make_event(connection)
    database.engine.dispose()
    process = int((short_home / "postgresql/data/postmaster.pid").read_text().splitlines()[0])
    # The postmaster's children end by themselves once it is gone; the next start waits for them.
    subprocess.run(["kill", "-9", str(process)], check=True)
    again = EmbeddedPostgres(short_home, SystemClock())
    deadline_ms = SystemClock().monotonic_ms() + 30_000
    while True:
        try:
            again.start()
            break
        except Fault:
            assert SystemClock().monotonic_ms() < deadline_ms
    with psycopg.connect(
        again.url(APP_ROLE).set(drivername="postgresql").render_as_string(False)
    ) as connection:
        assert connection.execute("SELECT count(*) FROM raffle_events").fetchone() == (1,)
    again.stop()


def test_an_embedded_server_that_ends_is_started_again_by_those_who_keep_it(
    short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9, Y12: killed, or ended by a full disk, it is back without anybody's doing; told to stop it stays stopped."""
    monkeypatch.setattr("syncserver.db.LOOK_S", 0.1)
    server = EmbeddedPostgres(short_home, SystemClock(), account="nobody", throw_away=True)
    server.start()
    server.keep()
    file = short_home / "postgresql/data/postmaster.pid"
    first = int(file.read_text().splitlines()[0])
    subprocess.run(["kill", "-9", str(first)], check=True)
    deadline_ms = SystemClock().monotonic_ms() + 60_000
    url = server.url(OWNER_ROLE).set(drivername="postgresql").render_as_string(False)
    while True:
        try:
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            assert SystemClock().monotonic_ms() < deadline_ms
            continue
        if int(file.read_text().splitlines()[0]) != first:
            break
    server.stop()
    assert not server._listens()
    assert not file.exists()


def test_a_server_that_recovers_and_takes_no_connection_yet_is_waited_for(
    short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9: after a crash PostgreSQL refuses connections for a while (57P03): that is starting, and no failure."""
    server = EmbeddedPostgres(short_home, SystemClock(), account="nobody", throw_away=True)
    server.start()
    server.stop()
    data, log = short_home / "postgresql/data", short_home / "postgresql/postgresql.log"
    # A standby that lets nobody in refuses with the same words for as long as one likes.
    (data / "standby.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as conf:
        conf.write("hot_standby = off\n")
    server._run("pg_ctl", "start", "-D", str(data), "-l", str(log), "-o", server._options(), failed="start")
    with monkeypatch.context() as hurried:
        hurried.setattr("syncserver.db.START_S_MAX", 0.5)
        with pytest.raises(Fault, match="takes no connection"):
            EmbeddedPostgres(short_home, SystemClock(), throw_away=True).start()
    with ThreadPoolExecutor(1) as pool:
        refused = log.read_text().count("FATAL")
        starting = pool.submit(server.start)
        deadline_ms = SystemClock().monotonic_ms() + 30_000
        while log.read_text().count("FATAL") <= refused + 1:
            assert SystemClock().monotonic_ms() < deadline_ms
            assert not starting.done()
        server._run("pg_ctl", "promote", "-D", str(data), failed="promote")
        starting.result(timeout=60)
    url = server.url(OWNER_ROLE).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    server.stop()


def test_programs_that_the_servers_user_cannot_read_are_copied_to_where_it_can(
    short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S12: an installation under root's home works; started by anybody else it is used where it is."""
    installed = wheel_binaries()
    private = short_home / "private"
    private.mkdir(mode=0o700)
    package = installed.parents[1]
    shutil.copytree(installed.parent, private / package.name / installed.parent.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    monkeypatch.setattr("syncserver.db._BINARIES_CACHE", short_home / "cache")
    binaries = private / package.name / installed.parent.name / "bin"
    server = EmbeddedPostgres(short_home, SystemClock(), binaries=binaries, account="nobody", throw_away=True)
    server.start()
    with psycopg.connect(
        server.url(APP_ROLE).set(drivername="postgresql").render_as_string(False)
    ) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert (short_home / "cache").exists() == (os.geteuid() == 0)


def test_a_home_with_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    """S12: a socket's path has no more than 107 bytes on Linux."""
    server = EmbeddedPostgres(tmp_path / ("long" * 25), SystemClock())
    assert len(os.fsencode(server.socket_folder / ".s.PGSQL.5432")) <= 100
    assert server.socket_folder != EmbeddedPostgres(tmp_path / ("longer" * 25), SystemClock()).socket_folder


def test_a_home_that_cannot_be_made_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    """S12: a file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match="TOMBOLA_HOME"):
        open_database(Config(home=tmp_path / "file" / "home"))


def test_a_database_that_does_not_answer_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    """S12: nobody listens there."""
    config = read_config(
        {"DATABASE_URL": f"postgresql://u@/d?host={tmp_path}", "TOMBOLA_HOME": str(tmp_path)}
    )
    with pytest.raises(Fault, match="DATABASE_URL"):
        open_database(config)


def test_a_database_of_ones_own_is_worked_in_under_a_role_that_owns_nothing(every_postgres: Cluster) -> None:
    """O2: one address for the owner: the application takes on its role; two addresses: they are the two."""
    name = every_postgres.create()
    administrator = every_postgres.url(SUPERUSER, name).set(drivername="postgres")
    home = Path("/nonexistent")
    alone = open_database(
        read_config({"DATABASE_URL": administrator.render_as_string(False), "TOMBOLA_HOME": str(home)})
    )
    migrate(alone)
    with alone.engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == APP_ROLE
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("DELETE FROM critical_events"))
    alone.close()
    two = open_database(
        read_config(
            {
                "DATABASE_URL": every_postgres.url(APP_ROLE, name).render_as_string(False),
                "DATABASE_MIGRATION_URL": administrator.render_as_string(False),
                "TOMBOLA_HOME": str(home),
            }
        )
    )
    assert migrate(two) == []
    assert two.app_role == APP_ROLE
    two.close()
    with pytest.raises(Fault, match="superuser"):
        open_database(Config(home, administrator.set(drivername="postgresql+psycopg"), two.owner_url))
    every_postgres.drop(name)


def test_a_database_that_is_not_utf_8_is_refused(every_postgres: Cluster) -> None:
    """S12: the encoding is checked at start."""
    every_postgres.execute(
        sql.SQL("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' OWNER {}").format(
            sql.Identifier(OWNER_ROLE)
        )
    )
    url = every_postgres.url(APP_ROLE, "latin")
    with pytest.raises(Fault, match="LATIN1"):
        open_database(Config(Path("/nonexistent"), url, every_postgres.url(OWNER_ROLE, "latin")))
    every_postgres.drop("latin")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret@host/db"),
        ("DATABASE_URL", "secret"),
        ("DATABASE_MIGRATION_URL", "postgresql://secret@host/db"),
        ("TOMBOLA_LISTEN", "8080"),
        ("TOMBOLA_LISTEN", "host:99999"),
        ("TOMBOLA_DATABASE_CONNECTIONS", "0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name_and_no_secret_is_shown(
    name: str, value: str
) -> None:
    """Z4: the sentence names the setting; an address may hold a password."""
    with pytest.raises(Refused, match=name) as error:
        read_config({name: value})
    assert "secret" not in str(error.value)


def test_settings_come_from_the_environment() -> None:
    """S12: none of them is the embedded database."""
    config = read_config({"TOMBOLA_HOME": "/srv/tombola", "TOMBOLA_LISTEN": "[::1]:9000"})
    assert config == Config(home=Path("/srv/tombola"), listen_host="::1", listen_port=9000)
    assert "hidden" not in repr(
        read_config({"DATABASE_URL": "postgres://u:hidden@h/d", "TOMBOLA_HOME": "/x"})
    )
