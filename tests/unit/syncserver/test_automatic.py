"""Automatic draws: at their time, behind every gate, exactly once, whoever dies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text, update
from sqlalchemy.exc import IntegrityError

from shared import drand
from shared.clock import SystemClock, utc
from shared.draw import Json
from shared.errors import Refused
from syncserver import auth, automatic, draws, events, notices, pools, reconcile, worker
from syncserver import models as m
from syncserver.config import BeaconPlaces
from syncserver.db import Database
from syncserver.events import DrawRules, PoolPlan
from tests import beacon
from tests.beacon import shining
from tests.chains import HOUR_MS, START_MS, Kiosk, Scene, SetClock, open_scene, together
from tests.postgres import set_clock

PASSWORD = "correct horse battery staple"
DRAW_AFTER_MS = 5 * HOUR_MS
WAIT_S_MAX = 60
STEPS = ["the pools are frozen", "the seed's hash is published", "the public chance is fixed"]
STEPS_NONE = [
    "the pools are frozen",
    "the seed's hash is published",
    "no public chance takes part",
    "it is drawn and verified",
    "it is official",
]


def with_time(ms: int) -> Callable[[Connection, UUID], object]:
    def prepare(c: Connection, event: UUID) -> object:
        e = m.raffle_events
        return c.execute(update(e).where(e.c.id == event).values(draw_at=utc(ms)))

    return prepare


def open_automatic(
    database: Database,
    home: Path,
    rules: DrawRules | None = None,
    clock: SetClock | None = None,
    pools: tuple[PoolPlan, ...] = (),
) -> Scene:
    """An event that is to draw itself an hour after its close, signed for beforehand, with somebody to be told."""
    clock = clock or SetClock()
    scene = open_scene(
        database,
        home,
        clock=clock,
        draw=rules or DrawRules(source="none"),
        prepare=with_time(clock.ms + DRAW_AFTER_MS),
        pools=pools,
    )
    with scene.office.begin(scene.user) as c:
        auth.create_user(c, scene.organisation, "boss", "Boss", PASSWORD, "admin")
        c.execute(
            m.organization_users.insert().values(
                organization_id=scene.organisation, user_id=scene.user, role="manager"
            )
        )
        automatic.set_automatic(scene.office, c, scene.event, True, scene.user)
        reconcile.presign(scene.office, c, scene.event, scene.user)
    return scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_automatic(database, tmp_path)


def sold_out(scene: Scene, sales: int = 4, *, whole: bool = True) -> Kiosk:
    """Sold and closed; handed over up to the cut unless not ``whole``; the time of the draw has come."""
    kiosk = scene.kiosk()
    for _ in range(sales):
        kiosk.sell()
    scene.close()
    if whole:
        kiosk.cut()
        kiosk.send_all()
    scene.clock.ms = scene.closes_ms + HOUR_MS
    return kiosk


def boss(scene: Scene) -> UUID:
    with scene.office.begin() as c:
        a = m.local_accounts.c
        return UUID(str(c.execute(m.local_accounts.select().where(a.username == "boss")).one().user_id))


def told(scene: Scene) -> list[str]:
    """What the administrator was told, the oldest first."""
    with scene.office.begin() as c:
        return [one.text for one in reversed(notices.unseen(c, boss(scene)))]


def attempts(scene: Scene) -> list[draws.DrawRow]:
    with scene.office.begin() as c:
        return draws.attempts(c, scene.event)


def test_at_its_time_an_event_draws_itself_in_the_name_of_who_signed(scene: Scene) -> None:
    """D11, D12: not before its time; once; official, and everybody told once."""
    sold_out(scene)
    scene.clock.pass_ms(-1)
    assert worker.run_due(scene.office) == []
    scene.clock.pass_ms(1)
    assert worker.run_due(scene.office) == [f"Summer raffle (main): {words}" for words in STEPS_NONE]
    assert worker.run_due(scene.office) == []
    (row,) = attempts(scene)
    assert (row.step, row.automatic, row.official_by, row.conducted_by) == (
        "official",
        True,
        scene.user,
        scene.user,
    )
    with scene.office.begin() as c:
        assert events.state(c, scene.event) == "drawn"
        assert draws.replay(scene.office, c, row.id).ok
    assert told(scene) == ["Summer raffle: the draw is official, 3 prizes have been won."]


def test_it_waits_where_a_gate_is_shut_and_says_so_once_a_reason(scene: Scene) -> None:
    """D11, D1: every gate of a draw by hand holds; the administrators are told once, and again of another reason."""
    kiosk = sold_out(scene, whole=False)
    assert "has not handed over" in worker.run_due(scene.office)[0]
    assert worker.run_due(scene.office) == []
    void = kiosk.sell(at=scene.closes_ms - 1)
    kiosk.void(void.lines[0])
    kiosk.cut()
    kiosk.send_all()
    assert "not been looked at" in worker.run_due(scene.office)[0]
    assert worker.run_due(scene.office) == []
    assert [len(attempts(scene)), len(told(scene))] == [0, 2]
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)


def test_a_signature_beforehand_counts_only_while_no_finding_is_open(scene: Scene) -> None:
    """D11: a finding, even one that blocks nothing by itself, needs a person who looks at it."""
    sold_out(scene)
    with scene.office.begin() as c:
        finding = c.execute(
            m.findings.insert()
            .values(event_id=scene.event, kind="clock", severity="WARN", blocking=False, detail={})
            .returning(m.findings.c.id)
        ).scalar_one()
    assert "waits" in worker.run_due(scene.office)[0]
    assert attempts(scene) == []
    with scene.office.begin(scene.user) as c:
        reconcile.decide(scene.office, c, finding, "accept", "looked into", scene.user)
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)


def test_without_any_signature_it_waits_for_one(scene: Scene) -> None:
    """D1: a named person; the confirmation after the close does as well."""
    with scene.office.begin(scene.user) as c:
        reconcile.unsign(c, scene.event, scene.user)
    sold_out(scene)
    assert "waits" in worker.run_due(scene.office)[0]
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, boss(scene))
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)
    assert attempts(scene)[0].official_by == boss(scene)


def test_switched_off_nothing_draws_itself(scene: Scene) -> None:
    """D11: switched per event."""
    with scene.office.begin(scene.user) as c:
        automatic.set_automatic(scene.office, c, scene.event, False, scene.user)
    sold_out(scene)
    assert worker.run_due(scene.office) == []
    assert attempts(scene) == []


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (DrawRules(source="dice"), "automatic_source"),
        (DrawRules(source="digits"), "automatic_source"),
        (DrawRules(source="nist"), "automatic_source"),
        (DrawRules(source="none", method="manual"), "automatic_source"),
    ],
)
def test_a_draw_that_needs_people_cannot_draw_itself(
    database: Database, tmp_path: Path, rules: DrawRules, code: str
) -> None:
    """D11: refused when it is switched on."""
    scene = open_scene(database, tmp_path, draw=rules, prepare=with_time(START_MS + DRAW_AFTER_MS))
    with scene.office.begin(scene.user) as c, pytest.raises(Refused) as e:
        automatic.set_automatic(scene.office, c, scene.event, True, scene.user)
    assert e.value.code == code


def test_a_draw_without_a_time_or_an_event_that_is_over_cannot_be_switched_on(
    database: Database, tmp_path: Path
) -> None:
    scene = open_scene(database, tmp_path, draw=DrawRules(source="none"))
    with scene.office.begin(scene.user) as c:
        with pytest.raises(Refused, match="No draw"):
            automatic.set_automatic(scene.office, c, scene.event, True, scene.user)
        events.cancel(scene.office, c, scene.event, scene.user, "rain")
        with pytest.raises(Refused, match="cancelled"):
            automatic.set_automatic(scene.office, c, scene.event, True, scene.user)


def test_a_draft_is_not_drawn_and_nobody_is_told_of_it(scene: Scene) -> None:
    """D11: only what was on sale; switched on beforehand it waits in silence."""
    with scene.office.begin(scene.user) as c:
        new = events.NewEvent(
            name="Draft",
            identifier="DRAFT",
            organisation=scene.organisation,
            opens_at=utc(scene.clock.ms),
            closes_at=utc(scene.clock.ms + HOUR_MS),
            draw_at=utc(scene.clock.ms + HOUR_MS),
            draw=DrawRules(source="none"),
        )
        draft = events.create_event(scene.office, c, new, scene.user)
        automatic.set_automatic(scene.office, c, draft, True, scene.user)
    scene.clock.pass_ms(2 * HOUR_MS)
    assert worker.run_due(scene.office) == []
    assert told(scene) == []


def test_a_signature_taken_back_after_the_freeze_stops_no_draw_under_way(scene: Scene) -> None:
    """Law 7: what has begun is finished, in the name of who signed."""
    sold_out(scene)
    process = start_worker(scene, 1)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == STEPS_NONE[0]
    kill(process)
    with scene.office.begin(scene.user) as c:
        reconcile.unsign(c, scene.event, scene.user)
    assert len(worker.run_due(scene.office)) == 4
    assert attempts(scene)[0].official_by == scene.user


def test_what_a_person_began_or_gave_up_is_left_to_people(scene: Scene) -> None:
    """Law 7: never a second attempt by itself."""
    sold_out(scene)
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
        draw = draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    assert worker.run_due(scene.office) == []
    with scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, draw, "the power went", scene.user)
    assert "given up" in worker.run_due(scene.office)[0]
    assert worker.run_due(scene.office) == []
    assert [(row.attempt, row.step) for row in attempts(scene)] == [(1, "failed")]


def dismiss(scene: Scene, person: UUID) -> None:
    with scene.office.begin() as c:
        c.execute(update(m.users).where(m.users.c.id == person).values(is_active=False))


def test_nothing_is_drawn_in_the_name_of_who_has_left(scene: Scene) -> None:
    """D11: a signature counts while whoever gave it may draw; the office is told, and somebody else confirms."""
    sold_out(scene)
    dismiss(scene, scene.user)
    assert "waits" in worker.run_due(scene.office)[0]
    assert "no longer" in told(scene)[-1]
    begin = m.draw_executions.insert().values(
        raffle_event_id=scene.event,
        state="pending",
        started_at=scene.office.now(),
        rng_seed="",
        conducted_by=scene.user,
        system_checksum="",
        entropy_source={"source": "none"},
        automatic=True,
    )
    with pytest.raises(IntegrityError, match="confirms the reconciliation"), scene.office.begin() as c:
        c.execute(begin)
    with scene.office.begin() as c:
        reconcile.confirm(scene.office, c, scene.event, boss(scene))
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)
    assert attempts(scene)[0].conducted_by == boss(scene)


def test_who_confirmed_and_left_signs_for_no_automatic_draw(scene: Scene) -> None:
    """D11: the figures stay confirmed, so that a person can draw; nobody is there in whose name the server could."""
    sold_out(scene)
    with scene.office.begin() as c:
        reconcile.unsign(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
        o = m.organization_users
        c.execute(update(o).where(o.c.user_id == scene.user).values(role="operator"))
    assert "no longer" in worker.run_due(scene.office)[0]
    assert attempts(scene) == []
    with scene.office.begin() as c:
        reconcile.confirm(scene.office, c, scene.event, boss(scene))
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)


def test_several_workers_at_once_draw_once(scene: Scene) -> None:
    """D11: exactly once; together they take each step one time."""
    sold_out(scene)
    done = together([lambda: worker.run_due(scene.office)] * 3)
    assert sorted(words for one in done for words in one) == sorted(
        f"Summer raffle (main): {words}" for words in STEPS_NONE
    )
    assert [row.step for row in attempts(scene)] == ["official"]


def test_an_early_bird_draws_itself_while_sales_go_on(database: Database, tmp_path: Path) -> None:
    """D2, D11: each planned draw at its own time; the early one leaves the event on sale."""
    until, at = utc(START_MS + HOUR_MS), utc(START_MS + HOUR_MS) + timedelta(minutes=10)
    plan = PoolPlan(name="early", label="Early bird", until=until, draw_at=at)

    def prepare(c: Connection, event: UUID) -> object:
        with_time(START_MS + DRAW_AFTER_MS)(c, event)
        return events.add_prize(c, event, "Early cup", "fixed", 1_000, position=5, pool="early")

    scene = open_scene(database, tmp_path, draw=DrawRules(source="none"), pools=(plan,), prepare=prepare)
    with scene.office.begin(scene.user) as c:
        auth.create_user(c, scene.organisation, "boss", "Boss", PASSWORD, "admin")
        c.execute(
            m.organization_users.insert().values(
                organization_id=scene.organisation, user_id=scene.user, role="manager"
            )
        )
        automatic.set_automatic(scene.office, c, scene.event, True, scene.user)
        reconcile.presign(scene.office, c, scene.event, scene.user)
    kiosk = scene.kiosk()
    kiosk.sell()
    scene.clock.ms = START_MS + HOUR_MS
    kiosk.cut(pool="early")
    kiosk.sell()
    scene.clock.pass_ms(10 * 60_000)
    assert "waits" in worker.run_due(scene.office)[0]
    kiosk.send_all()
    assert worker.run_due(scene.office) == [f"Summer raffle (early): {words}" for words in STEPS_NONE]
    (early,) = attempts(scene)
    with scene.office.begin() as c:
        assert events.state(c, scene.event) == "active"
        assert [(plan.name, plan.state) for plan in pools.plans(scene.office, c, scene.event)] == [
            ("early", "drawn"),
            ("main", "to come"),
        ]
        assert [row.pool for row in draws.results(c, scene.event)] == ["early"]
    assert [size for _, size, _ in early.pools] == [5]
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    scene.clock.ms = START_MS + DRAW_AFTER_MS
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)
    main, _ = attempts(scene)
    assert (main.attempt, main.plan, main.pools[0][1]) == (2, "main", 9)


# With drand -----------------------------------------------------------------------------------------

OUT_MS = drand.time_of(beacon.ROUND) * 1000


def open_for_round(database: Database, home: Path, lamp: str) -> Scene:
    """An event whose draw waits for the round that is known, fetched from this address."""
    clock = SetClock()
    clock.ms = OUT_MS - automatic.LEAD_S * 1000 - DRAW_AFTER_MS
    scene = open_automatic(database, home, DrawRules(source="drand"), clock)
    scene.office = replace(scene.office, beacons=BeaconPlaces((lamp,), ()))
    return scene


def test_with_drand_the_seed_s_hash_comes_first_then_the_round_is_fetched(
    database: Database, tmp_path: Path
) -> None:
    """D11, law 7: frozen and committed at once; then it waits for the round, in silence, and goes on."""
    with shining() as lamp:
        scene = open_for_round(database, tmp_path, lamp.address)
        sold_out(scene)
        assert [words.split(": ")[1] for words in worker.run_due(scene.office)] == STEPS[:2]
        assert worker.run_due(scene.office) == []
        assert lamp.asked == []
        scene.clock.ms = OUT_MS
        assert len(worker.run_due(scene.office)) == 3
    (row,) = attempts(scene)
    assert (row.step, row.public_entropy) == ("official", beacon.TEXT)
    assert row.entropy_due_at == utc(OUT_MS)
    assert told(scene) == ["Summer raffle: the draw is official, 3 prizes have been won."]


def test_a_round_that_is_out_by_the_database_s_clock_is_told_and_not_drawn_with(
    database: Database, tmp_path: Path
) -> None:
    """D11, law 7: a minute between the clocks of server and database stops no worker, and bends no draw."""
    with shining() as lamp:
        scene = open_for_round(database, tmp_path, lamp.address)
        sold_out(scene)
        set_clock(database, scene.office.now() - timedelta(seconds=90))
        assert "more than a minute apart" in worker.run_due(scene.office)[0]
        assert attempts(scene) == []
        set_clock(database, scene.office.now())
        assert [words.split(": ")[1] for words in worker.run_due(scene.office)] == STEPS[:2]
        scene.clock.ms = OUT_MS
        set_clock(database, utc(OUT_MS - 30_000))
        assert "is not out yet" in worker.run_due(scene.office)[0]
        set_clock(database, utc(OUT_MS))
        assert len(worker.run_due(scene.office)) == 3
    assert [row.step for row in attempts(scene)] == ["official"]


def test_what_the_database_refuses_unforeseen_is_told_and_tried_again(scene: Scene) -> None:
    """D11: it stops this draw alone; whoever has to know is told once."""
    sold_out(scene)
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(text("ALTER TABLE draw_executions ADD CONSTRAINT nothing CHECK (attempt < 1)"))
    assert "The database did not do it" in worker.run_due(scene.office)[0]
    assert worker.run_due(scene.office) == []
    with owner.begin() as c:
        c.execute(text("ALTER TABLE draw_executions DROP CONSTRAINT nothing"))
    owner.dispose()
    assert len(worker.run_due(scene.office)) == len(STEPS_NONE)
    assert any("The database did not do it" in words for words in told(scene))


def test_a_beacon_that_cannot_be_reached_is_told_and_tried_again(database: Database, tmp_path: Path) -> None:
    """D11: it waits and says why; nothing else takes the round's place."""
    with shining(status=500, body=b"") as lamp:
        scene = open_for_round(database, tmp_path, lamp.address)
        sold_out(scene)
        worker.run_due(scene.office)
        scene.clock.ms = OUT_MS
        assert "500" in worker.run_due(scene.office)[0]
        assert worker.run_due(scene.office) == []
        lamp.status, lamp.body = 200, None
        assert len(worker.run_due(scene.office)) == 3
    assert [row.step for row in attempts(scene)] == ["official"]


# Real processes -------------------------------------------------------------------------------------

_DRIVER = """
import sys
from pathlib import Path
from syncserver import automatic
from syncserver.config import BeaconPlaces, Config
from syncserver.db import Database, make_engine
from syncserver.office import furnish
from sqlalchemy.engine import make_url
from dataclasses import replace
from tests.chains import SetClock

clock = SetClock(int(sys.argv[4]))
clock.ms = int(sys.argv[3])
url = make_url(sys.argv[1])
office = furnish(Database(make_engine(url, 4), url, "tombola_app"), Path(sys.argv[2]), clock)
office = replace(office, beacons=BeaconPlaces((sys.argv[5],), ()))

def after(words):
    print(words, flush=True)
    sys.stdin.readline()

automatic.run_due(office, after)
print("done", flush=True)
"""


def start_worker(scene: Scene, seed: int, lamp: str = "http://127.0.0.1:9") -> subprocess.Popen[str]:
    """A process that draws what is due, and stops after each step until it is told to go on."""
    url = scene.office.engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", _DRIVER, url, str(scene.home), str(scene.clock.ms), str(seed), lamp],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env=dict(os.environ) | {"PYTHONUNBUFFERED": "1"},
    )


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()


def test_a_worker_killed_after_any_step_is_followed_by_another_that_goes_on(
    scene: Scene,
) -> None:
    """D11: kill -9 after each of the steps; one attempt, one seed, and each step taken once."""
    sold_out(scene)
    taken, seeds = [], set()
    for seed in range(len(STEPS_NONE)):
        process = start_worker(scene, seed)
        assert process.stdout is not None
        taken.append(process.stdout.readline().strip())
        kill(process)
        (row,) = attempts(scene)
        seeds.add(row.seed_sha256)
    assert taken == STEPS_NONE
    assert len(seeds - {None}) == 1
    assert worker.run_due(scene.office) == []
    (row,) = attempts(scene)
    assert row.step == "official"
    assert told(scene) == ["Summer raffle: the draw is official, 3 prizes have been won."]


@pytest.mark.parametrize("step", range(len(STEPS_NONE)))
def test_a_worker_killed_in_the_middle_of_a_step_leaves_nothing_of_it(scene: Scene, step: int) -> None:
    """D11: kill -9 while the step's transaction is open; it never was, and the next worker takes it."""
    sold_out(scene)
    process = start_worker(scene, 1)
    assert process.stdin is not None
    assert process.stdout is not None
    for words in STEPS_NONE[:step]:
        assert process.stdout.readline().strip() == words
        if words != STEPS_NONE[step - 1]:
            process.stdin.write("\n")
            process.stdin.flush()
    owner = create_engine(scene.office.database.owner_url)
    with owner.connect() as holder:
        # Every step records a critical event at its end: there it is held until it dies.
        holder.execute(text("LOCK TABLE critical_events IN SHARE MODE"))
        if step:
            process.stdin.write("\n")
            process.stdin.flush()
        until_it_waits(scene, process)
        kill(process)
        holder.rollback()
    owner.dispose()
    before = attempts(scene)
    assert len(before) == min(step, 1)
    assert [words.split(": ")[1] for words in worker.run_due(scene.office)] == STEPS_NONE[step:]
    (row,) = attempts(scene)
    assert row.step == "official"
    if before and before[0].seed_sha256:
        assert row.seed_sha256 == before[0].seed_sha256


def until_it_waits(scene: Scene, process: subprocess.Popen[Any]) -> None:
    """Another connection is waiting for the table of critical events."""
    clock = SystemClock()
    deadline_ms = clock.monotonic_ms() + WAIT_S_MAX * 1000
    while clock.monotonic_ms() < deadline_ms:
        assert process.poll() is None
        with scene.office.engine.connect() as c:
            waiting = c.execute(
                text(
                    "SELECT count(*) FROM pg_locks, pg_sleep(0.05)"
                    " WHERE NOT granted AND relation = 'critical_events'::regclass"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            ).scalar_one()
        if waiting:
            return
    raise AssertionError("nobody came to wait")


@contextmanager
def worker_program(scene: Scene) -> Iterator[subprocess.Popen[bytes]]:
    """``tombola-server worker`` itself, killed at the end where it still runs."""
    database = scene.office.database
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TOMBOLA_", "DATABASE_"))} | {
        "TOMBOLA_HOME": str(scene.home),
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "DATABASE_MIGRATION_URL": database.owner_url.render_as_string(hide_password=False),
    }
    with (scene.home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncserver", "worker"], env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_the_worker_program_killed_in_the_middle_is_followed_by_another(
    database: Database, tmp_path: Path
) -> None:
    """D11: by the real clock and the real queue of jobs."""
    clock = SetClock()
    clock.ms = SystemClock().now_ms() - DRAW_AFTER_MS
    scene = open_automatic(database, tmp_path, clock=clock)
    sold_out(scene)
    owner = create_engine(database.owner_url)
    with owner.connect() as holder, worker_program(scene) as process:
        # Taken while nothing is written, and kept until the worker stands in the middle of its first step.
        holder.execute(text("LOCK TABLE critical_events IN SHARE MODE"))
        until_it_waits(scene, process)
        process.kill()
        process.wait()
        holder.rollback()
    owner.dispose()
    assert attempts(scene) == []
    deadline_ms = SystemClock().monotonic_ms() + WAIT_S_MAX * 2_000
    with worker_program(scene) as process:
        while not [row for row in attempts(scene) if row.step == "official"]:
            assert process.poll() is None
            assert SystemClock().monotonic_ms() < deadline_ms, (scene.home / "worker.log").read_text()
            with scene.office.engine.connect() as c:
                c.execute(text("SELECT pg_sleep(0.1)"))
    assert len(attempts(scene)) == 1


def test_two_processes_race_through_a_drand_draw_and_it_is_one_draw(
    database: Database, tmp_path: Path
) -> None:
    """D11: both fetch the round; one fixes it; the other goes on from there."""
    with shining() as lamp:
        scene = open_for_round(database, tmp_path, lamp.address)
        sold_out(scene)
        worker.run_due(scene.office)
        scene.clock.ms = OUT_MS
        both = [start_worker(scene, seed, lamp.address) for seed in (1, 2)]
        for process in both:
            out, _ = process.communicate("\n" * 10, timeout=120)
            assert process.returncode == 0
            assert out.strip().endswith("done")
    (row,) = attempts(scene)
    assert (row.step, row.public_entropy) == ("official", beacon.TEXT)


def test_the_entropy_of_the_drand_lead_is_what_the_tests_believe() -> None:
    """The scene's draw time leads to the round that is known."""
    source: dict[str, Json] = {"chain": drand.QUICKNET, "round": beacon.ROUND, "source": "drand"}
    from syncserver import beacons

    assert beacons.drand_source(utc(OUT_MS - automatic.LEAD_S * 1000), automatic.LEAD_S) == source
