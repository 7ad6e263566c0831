"""Events: what may be made, what is frozen, what happens by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection

from shared import wire
from shared.clock import SystemClock, to_ms, utc
from shared.errors import Refused
from syncserver import audit, catalog, draws, events, reconcile
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import DrawRules, NewEvent, PoolPlan, Progressive
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


def test_sales_in_another_currency_are_no_part_of_what_prizes_are_a_share_of(scene: Scene) -> None:
    """E12, D8: not even where somebody let such a sale stand: amounts of two currencies are never added."""
    kiosk = scene.kiosk()
    kiosk.sell()
    foreign = kiosk.sell(msgspec.structs.replace(kiosk.line(), currency="JPY", price=70_000))
    kiosk.send()
    o = m.orders
    with scene.office.begin() as c:
        c.execute(
            o.update()
            .where(o.c.id == UUID(foreign.lines[0].order))
            .values(payment_status="paid", offline_sync_status="synced")
        )
        assert c.execute(o.select().where(o.c.currency == "JPY", o.c.total_amount == 70_000)).one()
        assert events.sales_total(c, scene.event) == PRICE
        assert events.refresh_total(c, scene.event) == PRICE
        assert events.sales_before(c, events.cuts(c, scene.event)[0]) == PRICE


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


# Pools, and rules of the draw -----------------------------------------------------------------------


def bird(scene: Scene, **fields: object) -> PoolPlan:
    """An early bird that can be, but for ``fields``."""
    until = new(scene).opens_at + timedelta(hours=1)
    plan = PoolPlan(name="bird", label="Early bird", until=until, draw_at=until + timedelta(hours=1))
    return msgspec.structs.replace(plan, **fields)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "main"}, "pool"),
        ({"name": "deck"}, "pool"),
        ({"name": "Bird"}, "pool"),
        ({"name": "a" * 41}, "pool"),
        ({"label": " "}, "name"),
        ({"until": None}, "pool"),
        ({"until": utc(0)}, "pool_times"),
        ({"until": datetime(2027, 1, 1)}, "pool_times"),  # noqa: DTZ001 - without its zone, to be refused
        ({"until": utc(7_000_000_000_000)}, "pool_times"),
        ({"draw_at": utc(1_000_000_000_000)}, "pool_times"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(scene: Scene, fields: dict[str, object], code: str) -> None:
    """E8, D2: a name that can stand in a manifest, an end within the sales, a draw after it."""
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        events.create_event(scene.office, c, replace(new(scene), pools=(bird(scene, **fields),)), scene.user)
    assert e.value.code == code


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (DrawRules(form="dice"), "form"),
        (DrawRules(digits=0), "digits"),
        (DrawRules(costs=-1), "costs"),
        (DrawRules(claim_days=0), "claim_days"),
        (DrawRules(reserves=101), "reserves"),
        (DrawRules(unclaimed="next_in_line"), "reserves"),
        (DrawRules(progressive=Progressive(cards=53)), "progressive"),
        (DrawRules(progressive=Progressive(cards=10, ace=11)), "progressive"),
        (DrawRules(progressive=Progressive(), repeat=True), "progressive"),
        (DrawRules(linked_to=UUID(int=7)), "relative"),
        (DrawRules(carry_from=UUID(int=7)), "relative"),
        (DrawRules(method="oracle"), "configuration"),  # type: ignore[arg-type]
    ],
)
def test_rules_of_a_draw_that_cannot_be_are_refused(scene: Scene, rules: DrawRules, code: str) -> None:
    """E8: when the draft is made, and when it is changed."""
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        events.create_event(scene.office, c, replace(new(scene), draw=rules), scene.user)
    assert e.value.code == code
    with scene.office.begin(scene.user) as c:
        draft = events.create_event(scene.office, c, new(scene), scene.user)
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        events.edit_event(c, draft, scene.user, draw=rules)
    assert e.value.code == code


def test_prizes_and_pools_have_to_fit_before_an_event_is_put_on_sale(scene: Scene) -> None:
    """D8, E3: each pool a prize, each draw too; rules that contradict themselves are refused at once."""
    wrong: list[dict[str, object]] = [
        {"pool": "nobody"},
        {"pool": "deck"},
        {"round_to": 0},
        {"round_to": 100, "minimum": 150},
        {"minimum": 500, "cap": 400},
    ]
    with scene.office.begin(scene.user) as c:
        plan = bird(scene)
        event = events.create_event(scene.office, c, replace(new(scene), pools=(plan,)), scene.user)
        events.add_package(c, event, "One", 1, 300)
        for fields in wrong:
            with pytest.raises(Refused):
                events.add_prize(c, event, "Pot", "percentage", basis_points=1_000, **fields)  # type: ignore[arg-type]
        with pytest.raises(Refused, match="carried over"):
            events.add_prize(c, event, "Car", "fixed", 100, carry=True)
        events.add_prize(c, event, "Pot", "percentage", basis_points=1_000)
        with pytest.raises(Refused, match="No prize is drawn from Early bird"):
            events.activate(scene.office, c, event, scene.user)
        early = events.add_prize(
            c, event, "Bike", "percentage", basis_points=10, position=2, pool="bird", carry=True
        )
        with pytest.raises(Refused, match="of the main draw"):
            events.activate(scene.office, c, event, scene.user)
        events.remove_prize(c, early)
        events.add_prize(c, event, "Bike", "fixed", 100, position=2, pool="bird")
        events.edit_event(c, event, scene.user, pools=[msgspec.structs.replace(plan, packages=("Ten",))])
        with pytest.raises(Refused, match="package that is not there: Ten"):
            events.activate(scene.office, c, event, scene.user)
        events.edit_event(c, event, scene.user, pools=[plan])
        events.activate(scene.office, c, event, scene.user)
        assert [(cut.kind, cut.pool, cut.at) for cut in events.cuts(c, event)] == [
            ("early_bird", "bird", plan.until),
            ("close", "main", new(scene).closes_at),
        ]
        assert events.settings(events.get(c, event).configuration).pools == (plan,)


def test_kiosks_are_told_of_an_early_birds_cut_and_none_outlives_the_close(scene: Scene) -> None:
    """D2, E1: it is in the catalog beside the close, off line too."""
    kiosk = scene.kiosk()
    until = utc(scene.clock.now_ms()) + timedelta(hours=1)
    plan = PoolPlan(name="bird", label="Early bird", until=until)
    opens = utc(scene.clock.now_ms()) - timedelta(minutes=1)
    with scene.office.begin(scene.user) as c:
        event = events.create_event(
            scene.office, c, replace(new(scene), opens_at=opens, pools=(plan,)), scene.user
        )
        events.add_package(c, event, "One", 1, 300)
        events.add_prize(c, event, "Pot", "percentage", basis_points=1_000)
        events.add_prize(c, event, "Bike", "fixed", 100, position=2, pool="bird")
        events.activate(scene.office, c, event, scene.user)

    def cuts() -> dict[str, int]:
        with scene.office.begin() as c:
            said = catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
        told = next(e for e in msgspec.json.decode(said.data, type=wire.Catalog).events if e.id == str(event))
        return {cut.kind: cut.at for cut in told.cuts}

    assert cuts() == {"early_bird": to_ms(until), "close": to_ms(new(scene).closes_at)}
    scene.clock.pass_ms(60_000)
    with scene.office.begin(scene.user) as c:
        events.close(scene.office, c, event, scene.user)
    assert cuts() == dict.fromkeys(("early_bird", "close"), scene.clock.now_ms())
