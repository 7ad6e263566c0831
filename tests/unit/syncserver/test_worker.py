"""The worker: timed work, done once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shared.clock import SystemClock
from syncserver import events, worker
from syncserver import models as m
from syncserver.db import Database
from tests.chains import HOUR_MS, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def test_a_job_in_the_queue_closes_what_is_due(scene: Scene) -> None:
    """E1, D11: through procrastinate's tables, as the worker does it."""
    app = worker.make_app(scene.office)
    scene.clock.ms = scene.closes_ms

    async def work() -> None:
        async with app.open_async():
            await app.tasks["run_due"].defer_async(timestamp=0)
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(work())
    with scene.office.begin() as c:
        assert events.state(c, scene.event) == "closed"
        done = c.exec_driver_sql(
            "SELECT status FROM procrastinate_jobs WHERE task_name = 'run_due'"
        ).scalars()
        assert "succeeded" in set(done)


class WrongClock(SystemClock):
    """A wall clock that can be put back, beside one that only goes on."""

    def __init__(self) -> None:
        self.wrong_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.wrong_ms


def test_a_clock_that_is_put_back_is_noticed_and_a_small_correction_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """E1, Y5: the timed work would otherwise wait until the hour it went back is over once more."""
    monkeypatch.setattr(worker, "CLOCK_LOOK_S", 0)
    clock = WrongClock()

    async def go() -> None:
        waiting = asyncio.create_task(worker.until_clock_goes_back(clock))
        for wrong_ms in (0, -worker.CLOCK_BACK_MS_MAX // 2, HOUR_MS):
            clock.wrong_ms = wrong_ms
            for _ in range(5):
                await asyncio.sleep(0)
            assert not waiting.done()
        clock.wrong_ms = 0
        await waiting

    asyncio.run(go())


def test_a_kiosk_that_goes_silent_is_recorded_once_a_silence(scene: Scene) -> None:
    """O4: link failure, and when the kiosk is heard of again."""
    kiosk = scene.kiosk("North")
    scene.kiosk("Without numbers", blocks=0)
    assert worker.watch(scene.office) == []
    scene.clock.pass_ms(HOUR_MS)
    assert worker.watch(scene.office) == ["North is silent"]
    assert worker.watch(scene.office) == []
    kiosk.send()
    assert worker.watch(scene.office) == ["North is heard of again"]
    assert worker.watch(scene.office) == []
    scene.clock.pass_ms(HOUR_MS)
    assert worker.watch(scene.office) == ["North is silent"]
    with scene.office.begin() as c:
        found = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "unit_silent")
        ).all()
    assert [row.rsu_id for row in found] == [kiosk.rsu, kiosk.rsu]
