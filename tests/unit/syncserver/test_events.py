"""Events: what may be made, what is frozen, what happens by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from shared import wire
from shared.clock import SystemClock, utc
from shared.errors import Refused
from syncserver import audit, catalog, draws, events, reconcile
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import NewEvent
from tests.chains import PRICE, Scene, SetClock, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    clock = SetClock()
    clock.ms = SystemClock().now_ms()  # the database itself looks whether a closing time is to come
    return open_scene(database, tmp_path, clock=clock)


def new(scene: Scene) -> NewEvent:
    now = utc(scene.clock.now_ms())
    return NewEvent(
        name="Winter raffle",
        identifier="WINTER-1",
        organisation=scene.organisation,
        opens_at=now + timedelta(hours=1),
        closes_at=now + timedelta(hours=5),
    )


def test_an_active_event_is_frozen_and_the_attempt_stays_on_record(scene: Scene) -> None:
    """E3: prices, packages, prizes, dates: refused and logged, though the refusal undoes everything else."""
    attempts: list[Callable[[Connection], object]] = [
        lambda c: events.add_package(c, scene.event, "Ten", 10, 1_500, by=scene.user),
        lambda c: events.add_prize(c, scene.event, "Car", "fixed", 100, position=9, by=scene.user),
        lambda c: events.remove_prize(c, scene.prizes[0], scene.user),
        lambda c: events.remove_package(c, scene.package, scene.user),
        lambda c: events.edit_event(c, scene.event, scene.user, name="Other"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="no longer be changed"), scene.office.begin(scene.user) as c:
            attempt(c)
    with scene.office.begin() as c:
        logged = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "change_refused")
        ).all()
    assert [(row.event_id, row.user_id, row.severity) for row in logged] == [
        (scene.event, scene.user, "WARN")
    ] * 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closes_at": utc(0)}, "times"),
        ({"draw_at": utc(0)}, "times"),
        ({"currency": "ZZZ"}, "currency"),
        ({"first_number": 0}, "numbers"),
        ({"last_number": 2**31}, "numbers"),
        ({"name": "  "}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"identifier": "SUMMER-1"}, "identifier_taken"),
        ({"game": "roulette"}, "game"),
    ],
)
def test_an_event_that_cannot_be_is_refused(scene: Scene, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        events.create_event(scene.office, c, replace(new(scene), **changes), scene.user)  # type: ignore[arg-type]
    assert e.value.code == code


def test_events_are_numbered_without_gaps_and_drafts_may_change(scene: Scene) -> None:
    """E6: consecutive; E12: the organisation's currency without one."""
    with scene.office.engine.connect() as c:
        # A transaction that is given up leaves no gap.
        events.create_event(scene.office, c, new(scene), scene.user)
    with scene.office.begin(scene.user) as c:
        event = events.create_event(scene.office, c, new(scene), scene.user)
        row = c.execute(m.raffle_events.select().where(m.raffle_events.c.id == event)).one()
        assert (row.event_number, row.currency, row.state) == (2, "EUR", "created")
        with pytest.raises(Refused, match="no package"):
            events.activate(scene.office, c, event, scene.user)
        package = events.add_package(c, event, "One", 1, 300)
        with pytest.raises(Refused, match="no prize"):
            events.activate(scene.office, c, event, scene.user)
        events.add_prize(c, event, "Half", "percentage", basis_points=6_000, position=1)
        with pytest.raises(Refused, match="more than all sales"):
            events.add_prize(c, event, "Rest", "percentage", basis_points=5_000, position=2)
        with pytest.raises(Refused, match="position 1"):
            events.add_prize(c, event, "Rest", "fixed", 5, position=1)
        prize = events.add_prize(c, event, "Rest", "fixed", 5, position=2)
        events.remove_prize(c, prize, scene.user)
        events.remove_package(c, package, scene.user)
        events.add_package(c, event, "Two", 2, 500)
        events.edit_event(c, event, scene.user, name="Renamed")
        events.activate(scene.office, c, event, scene.user)
        assert [p.name for p in events.prizes(c, event)] == ["Half"]


def test_prizes_have_their_minimum_and_cap(scene: Scene) -> None:
    """D8, E2: the jackpot as shown keeps to both."""
    with scene.office.begin(scene.user) as c:
        event = events.create_event(scene.office, c, new(scene), scene.user)
        events.add_prize(c, event, "Pot", "percentage", basis_points=5_000, minimum=1_000, cap=9_000)
        assert events.jackpot(c, event) == 1_000
        c.execute(m.raffle_events.update().where(m.raffle_events.c.id == event).values(total_sold=100_000))
        assert events.jackpot(c, event) == 9_000


def test_an_event_closes_at_its_time_and_only_once(scene: Scene) -> None:
    """E1: by the clock of the office, not before."""
    assert events.run_due(scene.office) == []
    scene.clock.ms = scene.closes_ms
    assert events.run_due(scene.office) == ["Summer raffle: sales are closed"]
    assert events.run_due(scene.office) == []
    with scene.office.begin() as c:
        assert events.state(c, scene.event) == "closed"
    with pytest.raises(Refused, match="closing time"), scene.office.begin(scene.user) as c:
        events.resume(scene.office, c, scene.event, scene.user)


def test_the_close_moves_with_a_reason_and_the_kiosks_cut_with_it(scene: Scene) -> None:
    """S4: dates may change before closing; the catalog's cut follows, and who did it and why is kept."""
    kiosk = scene.kiosk()
    later = scene.closes_ms + 30 * 60_000

    def cut() -> int:
        with scene.office.begin() as c:
            said = catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
        event = msgspec.json.decode(said.data, type=wire.Catalog).events[0]
        assert event.closes_at == event.cuts[0].at
        return event.cuts[0].at

    assert cut() == scene.closes_ms
    with pytest.raises(Refused, match="reason"), scene.office.begin(scene.user) as c:
        events.move_close(scene.office, c, scene.event, utc(later), scene.user, " ")
    with scene.office.begin(scene.user) as c:
        events.move_close(scene.office, c, scene.event, utc(later), scene.user, "extra time")
    assert cut() == later
    with scene.office.begin() as c:
        k = m.critical_events
        told = c.execute(k.select().where(k.c.event_type == "event_close_moved")).one()
        change = audit.history(c, table="raffle_events", record_id=scene.event)[0]
    assert (told.user_id, "extra time" in told.description) == (scene.user, True)
    assert change.changed_by == scene.user
    assert change.before is not None
    assert change.after is not None
    assert change.before["closes_at"] != change.after["closes_at"]
    scene.clock.ms = scene.closes_ms
    assert events.run_due(scene.office) == []
    scene.clock.ms = later
    assert events.run_due(scene.office) == ["Summer raffle: sales are closed"]


def test_a_close_that_is_past_never_moves(scene: Scene) -> None:
    """S4: dates never change to reopen an event, nor into the past, nor beyond the draw."""

    def code(closes_ms: int, **more: datetime) -> str:
        with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
            events.move_close(scene.office, c, scene.event, utc(closes_ms), scene.user, "why", **more)
        return e.value.code

    assert code(scene.clock.ms) == "closed"
    assert code(scene.closes_ms + 60_000, draw_at=utc(scene.closes_ms)) == "times"
    scene.clock.ms = scene.closes_ms
    assert code(scene.closes_ms + 60_000) == "closed"  # its time has come, though nobody has closed it yet
    events.run_due(scene.office)
    assert code(scene.closes_ms + 60_000) == "closed"


def test_sales_pause_and_go_on_with_a_reason(scene: Scene) -> None:
    with pytest.raises(Refused, match="reason"), scene.office.begin(scene.user) as c:
        events.suspend(scene.office, c, scene.event, scene.user, " ")
    with scene.office.begin(scene.user) as c:
        events.suspend(scene.office, c, scene.event, scene.user, "storm")
        assert events.state(c, scene.event) == "suspended"
        events.resume(scene.office, c, scene.event, scene.user)
        assert events.state(c, scene.event) == "active"


def test_an_event_is_cancelled_with_a_reason_and_before_any_draw(scene: Scene) -> None:
    """E4"""
    kiosk = scene.kiosk()
    for _ in range(3):
        kiosk.sell()
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        assert events.jackpot(c, scene.event) == 3 * PRICE // 2
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    draws.draw_now(scene.office, scene.event, scene.user)
    with pytest.raises(Refused, match="draw of this event"), scene.office.begin(scene.user) as c:
        events.cancel(scene.office, c, scene.event, scene.user, "rain")
    with scene.office.begin(scene.user) as c:
        other = events.create_event(scene.office, c, new(scene), scene.user)
        events.cancel(scene.office, c, other, scene.user, "rain")
        assert events.state(c, other) == "cancelled"
