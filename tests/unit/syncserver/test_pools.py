"""Pools: which numbers can win, to the last one, and what the prizes come to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.event import listen
from sqlalchemy.exc import IntegrityError

from shared import draw as fair
from shared.clock import utc
from shared.errors import Refused
from syncserver import claims, draws, events, pools, reconcile
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import DrawRules, NewEvent, PoolPlan, Progressive
from tests.chains import HOUR_MS, PRICE, START_MS, TICKETS, Kiosk, Scene, open_scene, together

SIX, SEVEN = utc(START_MS + HOUR_MS), utc(START_MS + 2 * HOUR_MS)
EARLY = (
    PoolPlan(name="bird-1", label="Early bird, six", until=SIX, draw_at=SIX + timedelta(minutes=30)),
    PoolPlan(name="bird-2", label="Early bird, seven", until=SEVEN),
)


def two_prizes(c: Connection, event: UUID) -> None:
    events.add_prize(c, event, "Bicycle", "fixed", 40_000, position=11, pool="bird-1")
    events.add_prize(c, event, "Radio", "fixed", 4_000, position=12, pool="bird-2")


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path, pools=EARLY, prepare=two_prizes)


def numbers(pool: fair.Pool) -> list[int]:
    return [pool.number_at(i) for i in range(pool.size)]


def gathered(
    scene: Scene, plan: str = "main", event: UUID | None = None, **how: object
) -> dict[str, list[int]]:
    with scene.office.begin(scene.user) as c:
        found = pools.gather(scene.office, c, event or scene.event, plan, **how)  # type: ignore[arg-type]
    return {name: numbers(pool) for name, pool in found.pools.items()}


def sell_at(scene: Scene, kiosk: Kiosk, hours: float) -> list[int]:
    """Five tickets sold so long after the beginning; their numbers."""
    scene.clock.ms = START_MS + int(hours * HOUR_MS)
    line = kiosk.sell().lines[0]
    return list(line.ranges[0].numbers())


def test_each_pool_holds_what_stands_before_its_cut_in_the_chains(scene: Scene) -> None:
    """D2: early-bird pools nested by time; the place in the chain counts, not the clock; the main pool holds all."""
    one, two = scene.kiosk(), scene.kiosk()
    first = sell_at(scene, one, 0.5) + sell_at(scene, two, 0.6)
    one.cut(pool="bird-1")
    second = sell_at(scene, one, 0.9)  # its clock is behind: the place after the cut counts
    first += sell_at(scene, two, 1.1)  # the second kiosk's cut comes later
    two.cut(pool="bird-1")
    second += sell_at(scene, two, 1.5)
    for kiosk in (one, two):
        kiosk.cut(pool="bird-2")
    third = sell_at(scene, one, 2.5)
    test = one.sell(test=True, at=START_MS - 2 * HOUR_MS).lines[0]
    void = one.sell()
    one.void(void.lines[0])
    scene.close()
    for kiosk in (one, two):
        kiosk.cut()
        assert kiosk.send_all().verdict == "accepted"
    assert gathered(scene, "bird-1") == {"bird-1": sorted(first)}
    assert gathered(scene) == {
        "bird-2": sorted(first + second),
        "main": sorted(first + second + third),
    }
    assert test.ranges[0].first not in gathered(scene)["main"]


def test_without_a_cut_of_its_kiosk_an_order_counts_by_its_time(scene: Scene) -> None:
    """Law 6: a kiosk that two people leave out never cut; what is here of it goes by its clock."""
    kiosk = scene.kiosk()
    early = sell_at(scene, kiosk, 0.5)
    late = sell_at(scene, kiosk, 1.5)
    kiosk.send_all()
    scene.close()
    assert gathered(scene, "bird-1") == {"bird-1": early}
    assert gathered(scene)["bird-2"] == early + late


def test_a_kiosk_that_only_cut_for_the_close_ends_every_pool_there(scene: Scene) -> None:
    """An event closed before an early bird's end ends that too."""
    kiosk = scene.kiosk()
    early = sell_at(scene, kiosk, 0.5)
    with scene.office.begin(scene.user) as c:
        events.close(scene.office, c, scene.event, scene.user)
        assert {cut.pool: cut.at for cut in events.cuts(c, scene.event)} == dict.fromkeys(
            ("bird-1", "bird-2", "main"), scene.office.now()
        )
    kiosk.cut()
    kiosk.send_all()
    assert gathered(scene, "bird-1") == {"bird-1": early}


@pytest.mark.parametrize("name", ["Loyal", "50% extra %s", "%(name)s", "it's", "a\\b", "{x}"])
def test_a_pool_of_packages_holds_their_numbers_alone(database: Database, tmp_path: Path, name: str) -> None:
    """D2: a pool for those who bought a certain package, whatever its name holds."""

    def prepare(c: Connection, event: UUID) -> None:
        events.add_package(c, event, name, TICKETS, PRICE, 2)
        events.add_prize(c, event, "Hat", "fixed", 100, position=11, pool="loyal")

    plan = PoolPlan(name="loyal", label="Loyal buyers", packages=(name,))
    scene = open_scene(database, tmp_path, pools=(plan,), prepare=prepare)
    with scene.office.begin() as c:
        package = c.execute(m.ticket_packages.select().where(m.ticket_packages.c.name == name)).one()
    kiosk = scene.kiosk()
    plain = kiosk.sell().lines[0]
    scene.package = package.id
    loyal = kiosk.sell().lines[0]
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    assert scene.kinds() == set()
    of = [list(line.ranges[0].numbers()) for line in (plain, loyal)]
    assert gathered(scene) == {"main": of[0] + of[1], "loyal": of[1]}


def test_excluded_orders_enter_no_pool_until_the_decision_is_taken_back(scene: Scene) -> None:
    """D2: a recorded decision, before the freeze; who, why and when is kept."""
    kiosk = scene.kiosk()
    keep = sell_at(scene, kiosk, 0.2)
    out = kiosk.sell().lines[0]
    kiosk.cut(pool="bird-1")
    kiosk.cut(pool="bird-2")
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        made = pools.exclude(scene.office, c, UUID(out.order), "works here", scene.user)
        with pytest.raises(Refused) as e:
            pools.exclude(scene.office, c, UUID(out.order), "works here", scene.user)
        assert e.value.code == "already_excluded"
    assert gathered(scene) == {"bird-2": keep, "main": keep}
    with scene.office.begin(scene.user) as c:
        pools.lift(scene.office, c, made, "a mistake", scene.user)
        rows = pools.exclusions(c, scene.event)
        with pytest.raises(Refused):
            pools.lift(scene.office, c, made, "a mistake", scene.user)
    assert [(row.reason, row.lifted_reason, row.tickets) for row in rows] == [("works here", "a mistake", 5)]
    assert gathered(scene)["main"] == keep + list(out.ranges[0].numbers())


def test_the_plans_are_in_order_of_time_and_say_how_far_they_are(scene: Scene) -> None:
    with scene.office.begin() as c:
        found = pools.plans(scene.office, c, scene.event)
        assert [(p.name, p.pools, p.state) for p in found] == [
            ("bird-1", ("bird-1",), "to come"),
            ("main", ("main", "bird-2"), "to come"),
        ]
        scene.clock.ms = START_MS + HOUR_MS
        assert [p.state for p in pools.plans(scene.office, c, scene.event)] == ["open", "to come"]
        with pytest.raises(Refused) as e:
            pools.gather(scene.office, c, scene.event, "bird-2")
        assert e.value.code == "unknown_plan"


def test_progress_is_told_while_a_pool_is_read(scene: Scene) -> None:
    kiosk = scene.kiosk()
    sell_at(scene, kiosk, 0.1)
    sell_at(scene, kiosk, 0.2)
    kiosk.send_all()
    told: list[tuple[int, int]] = []
    gathered(scene, progress=lambda done, expected: told.append((done, expected)))
    assert told == [(10, 20), (20, 20)]


# Redraws and reserves -------------------------------------------------------------------------------


def given_up(scene: Scene, results: list[draws.ResultRow], kind: claims.Kind = "declined") -> None:
    """Two people agree that these results are given up."""
    for row in results:
        with scene.office.begin(scene.user) as c:
            asked = claims.give_up(scene.office, c, row.id, kind, "does not want it", scene.user)
        with scene.office.begin(scene.other_user) as c:
            claims.agree(scene.office, c, asked, scene.other_user)


def held(scene: Scene) -> list[draws.ResultRow]:
    """The scene's event sold, drawn and official: its results, those of reserves too."""
    sell_out(scene, scene.event, scene.package, 2)
    hold(scene, scene.event)
    with scene.office.begin() as c:
        return draws.results(c, scene.event, official_only=False)


@pytest.mark.parametrize("stay", [False, True])
def test_a_redraw_is_of_what_was_given_up_alone_and_nobody_wins_again(
    database: Database, tmp_path: Path, *, stay: bool
) -> None:
    """D7: as many winners as gave up; who gave up is out for good, and who won in that draw is out of its redraw."""
    scene = open_scene(database, tmp_path, draw=DrawRules(winners_stay=stay, unclaimed="redraw"))
    first, *vouchers = held(scene)
    assert len(vouchers) == 2
    with pytest.raises(Refused) as e:
        gathered(scene, redo=[vouchers[0].id])
    assert e.value.code == "redo"
    given_up(scene, vouchers)
    with scene.office.begin() as c:
        found = pools.gather(scene.office, c, scene.event, redo=[row.id for row in vouchers])
    assert [(p.prize, p.winners) for p in found.prizes] == [(str(scene.prizes[1]), 2)]
    assert (found.reserves, set(found.pools)) == (0, {"main"})
    gone = {row.number for row in (first, *vouchers)}
    assert set(numbers(found.pools["main"])) == set(range(1, 11)) - gone
    # A later draw of the event would let winners stay where its rule says so, but nobody who gave up.
    left = gone - {first.number} if stay else gone
    assert set(gathered(scene)["main"]) == set(range(1, 11)) - left
    with pytest.raises(Refused) as e:
        gathered(scene, redo=[row.id for row in vouchers] * 2 + [first.id])
    assert e.value.code == "redo"


@pytest.mark.parametrize(
    ("rule", "kind", "again"),
    [
        ("keep", "declined", False),
        ("keep", "ineligible", True),
        ("redraw", "declined", True),
        ("redraw", "withdrawn", False),
    ],
)
def test_only_what_the_event_s_rule_draws_again_is_drawn_again(
    database: Database, tmp_path: Path, rule: Any, kind: claims.Kind, *, again: bool
) -> None:
    """D7, D8: by the frozen rule; what the organisation keeps, withdraws or carries on is not drawn anew."""
    scene = open_scene(database, tmp_path, draw=DrawRules(unclaimed=rule))
    first = held(scene)[0]
    given_up(scene, [first], kind)
    with scene.office.begin() as c:
        assert [
            row.result for row in claims.standings(scene.office, c, scene.event) if row.waits_for_redraw
        ] == [first.id] * again
    if again:
        assert set(gathered(scene, redo=[first.id])) == {"main"}
        return
    with pytest.raises(Refused, match="rule") as e:
        gathered(scene, redo=[first.id])
    assert e.value.code == "redo"


def test_who_may_not_win_does_not_win_with_another_number_of_the_same_order(
    database: Database, tmp_path: Path
) -> None:
    """D7: the whole order of an ineligible buyer is out of the redraw, and of every later draw."""
    scene = open_scene(database, tmp_path, draw=DrawRules(winners_stay=True))
    first = held(scene)[0]
    given_up(scene, [first], "ineligible")
    own = set(range(1, 6)) if first.number <= 5 else set(range(6, 11))
    assert set(gathered(scene)["main"]) == set(range(1, 11)) - own
    assert not own & set(gathered(scene, redo=[first.id])["main"])


def test_an_order_can_be_excluded_from_a_coming_redraw(database: Database, tmp_path: Path) -> None:
    """D7: while no draw is under way, and not the order of one who won: that prize is given up by two people."""
    scene = open_scene(database, tmp_path, draw=DrawRules(unclaimed="redraw", repeat=True))
    sell_out(scene, scene.event, scene.package, 6)
    hold(scene, scene.event)
    scene.clock.pass_ms(1_000)
    with scene.office.begin() as c:
        results = draws.results(c, scene.event)
        orders = {t.draw_number: t.order_id for t in c.execute(m.tickets.select())}
    won = {row.order for row in results}
    other = next(order for order in orders.values() if order not in won)
    given_up(scene, results[:1])
    with pytest.raises(Refused, match="has won"), scene.office.begin(scene.user) as c:
        pools.exclude(scene.office, c, results[1].order, "works here", scene.user)
    with scene.office.begin(scene.user) as c:
        made = pools.exclude(scene.office, c, other, "works here", scene.user)
    left = set(gathered(scene, redo=[results[0].id])["main"])
    assert not left & {number for number, order in orders.items() if order == other}
    assert left
    with scene.office.begin(scene.user) as c:
        pools.lift(scene.office, c, made, "a mistake", scene.user)
        pools.exclude(scene.office, c, other, "works here after all", scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
        draws.freeze(
            scene.office,
            c,
            scene.event,
            {"source": "none"},
            scene.user,
            redo=[results[0].id],
            reason="declined",
        )
    last = next(order for order in orders.values() if order not in won | {other})
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        pools.exclude(scene.office, c, last, "works here", scene.user)
    assert e.value.code == "pool_frozen"


def test_who_was_left_out_of_the_main_draw_is_left_out_of_what_mends_it(
    database: Database, tmp_path: Path
) -> None:
    """D7: nobody is let in by taking a decision back after the draw."""
    scene = open_scene(database, tmp_path)
    sell_out(scene, scene.event, scene.package, 4)
    with scene.office.begin(scene.user) as c:
        order = c.execute(m.tickets.select().where(m.tickets.c.draw_number == 1)).one().order_id
        made = pools.exclude(scene.office, c, order, "works here", scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    hold(scene, scene.event)
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        pools.lift(scene.office, c, made, "a mistake", scene.user)
    assert e.value.code == "pool_frozen"


def test_reserves_are_drawn_behind_the_winners_and_have_not_won_before_they_move_up(
    database: Database, tmp_path: Path
) -> None:
    """D9: next in line; until then they stay in later pools, not in a redraw of the same prizes."""
    scene = open_scene(database, tmp_path, draw=DrawRules(unclaimed="next_in_line", reserves=1))
    with scene.office.begin() as c:
        found = pools.gather(scene.office, c, scene.event)
    assert [(p.position, p.winners) for p in found.prizes] == [(1, 2), (2, 3)]
    assert found.reserves == 1
    held(scene)
    r = m.draw_results
    with scene.office.begin() as c:
        rows = c.execute(r.select().order_by(r.c.position, r.c.winner)).all()
    assert [(row.position, row.reserve) for row in rows] == [
        (1, False), (1, True), (2, False), (2, False), (2, True)
    ]  # fmt: skip
    won = {row.winning_number for row in rows if not row.reserve}
    assert set(gathered(scene)["main"]) == set(range(1, 11)) - won
    with scene.office.begin() as c:
        first = next(row for row in draws.results(c, scene.event) if row.position == 1)
    given_up(scene, [first])
    moved_up = next(row.winning_number for row in rows if row.position == 1 and row.reserve)
    assert set(gathered(scene)["main"]) == set(range(1, 11)) - won - {moved_up}


# Linked events and progressive jackpots -------------------------------------------------------------


def follower(scene: Scene, name: str, **fields: object) -> UUID:
    """A second event on sale that is linked to the scene's."""
    now = utc(scene.clock.now_ms())
    new = NewEvent(
        name=name,
        identifier=name,
        organisation=scene.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=utc(scene.closes_ms),
        draw=DrawRules(linked_to=scene.event),
        first_number=101,
        last_number=300,
    )
    with scene.office.begin(scene.user) as c:
        event = events.create_event(scene.office, c, replace(new, **fields), scene.user)  # type: ignore[arg-type]
        events.add_package(c, event, "Five", TICKETS, PRICE, 1)
    return event


def test_linked_events_numbers_are_one_pool_by_a_published_map(database: Database, tmp_path: Path) -> None:
    """Design 6.3: renumbered behind the leading event's; their sales make one jackpot (D8)."""
    scene = open_scene(database, tmp_path, last_number=500)
    other = follower(scene, "East")
    with scene.office.begin(scene.user) as c:
        events.activate(scene.office, c, other, scene.user)
        package = c.execute(m.ticket_packages.select().where(m.ticket_packages.c.event_id == other)).one()
    kiosk = scene.kiosk()
    here = kiosk.sell().lines[0]
    kiosk.allocate(50, other)
    scene.package = package.id
    there = kiosk.sell(kiosk.line(event=other)).lines[0]
    kiosk.send_all()
    assert (here.ranges[0].first, there.ranges[0].first) == (1, 101)
    with scene.office.begin(scene.user) as c:
        found = pools.gather(scene.office, c, scene.event)
        assert found.links == (
            fair.Link(str(scene.event), 1, 500, 0, "main"),
            fair.Link(str(other), 101, 300, 400, "main"),
        )
        assert numbers(found.pools["main"]) == [1, 2, 3, 4, 5, 501, 502, 503, 504, 505]
        assert events.jackpot(c, scene.event) == events.jackpot(c, other) == PRICE
        assert pools.prize_amounts(c, scene.event)[scene.prizes[0]] == PRICE
        with pytest.raises(Refused) as e:
            pools.gather(scene.office, c, other)
        assert e.value.code == "linked"


def test_linked_events_are_locked_for_a_draw_in_the_order_in_which_their_sales_come_in(scene: Scene) -> None:
    """D2: by their ids, as ingest does; otherwise each could wait for the other."""
    scene.clock.ms -= 1_000
    other = follower(scene, "Afternoon")
    with scene.office.begin(scene.user) as c:
        events.activate(scene.office, c, other, scene.user)
    assert other < scene.event
    asked: list[UUID] = []

    def see(_c: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        if "raffle_events" in statement and "FOR UPDATE" in statement:
            asked.extend(values.values())

    listen(scene.office.engine, "before_cursor_execute", see)
    with pytest.raises(Refused) as e, scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    assert e.value.code == "gate_closed"
    assert asked == [other, scene.event]


def test_an_event_is_linked_only_to_what_can_lead_it(scene: Scene) -> None:
    """D8, E12: another currency, a prize of its own, a draft that leads: each is refused before anything is sold."""
    with pytest.raises(Refused, match="is in EUR"):
        follower(scene, "North", currency="USD")
    west = follower(scene, "West")
    with scene.office.begin(scene.user) as c:
        events.add_prize(c, west, "Own", "fixed", 100)
        with pytest.raises(Refused) as e:
            events.activate(scene.office, c, west, scene.user)
        assert e.value.code == "linked"
    draft = follower(scene, "Draft", draw=DrawRules())
    below = follower(scene, "Below", draw=DrawRules(linked_to=draft))
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="on sale first"):
        events.activate(scene.office, c, below, scene.user)


def test_a_linked_event_cannot_be_cancelled_once_the_leading_ones_draw_has_begun(
    database: Database, tmp_path: Path
) -> None:
    """D8, R1: its numbers are in that draw's pool."""
    scene = open_scene(database, tmp_path, last_number=500)
    other = follower(scene, "East")
    with scene.office.begin(scene.user) as c:
        events.activate(scene.office, c, other, scene.user)
    kiosk = scene.kiosk()
    kiosk.sell()
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        for event in (other, scene.event):
            reconcile.confirm(scene.office, c, event, scene.user)
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    with scene.office.begin(scene.user) as c, pytest.raises(Refused) as e:
        events.cancel(scene.office, c, other, scene.user, "Nobody came.")
    assert e.value.code == "drawn"


def test_linked_events_are_not_renumbered_beside_a_pool_that_keeps_its_numbers(scene: Scene) -> None:
    """D8: refused before anything is sold, not when all of it is sold and the draw is to be frozen."""
    loyal = PoolPlan(name="loyal", label="Loyal", packages=("Five",))
    rules = DrawRules()
    high = follower(
        scene, "High", draw=rules, pools=(loyal,), first_number=2_147_000_000, last_number=2_147_482_900
    )
    linked = DrawRules(linked_to=high)
    near = follower(scene, "Near", draw=linked, first_number=1, last_number=50)
    far = follower(scene, "Far", draw=linked, first_number=1, last_number=500)
    with scene.office.begin(scene.user) as c:
        events.add_prize(c, high, "Main", "fixed", 100, position=1)
        events.add_prize(c, high, "Hat", "fixed", 100, position=2, pool="loyal")
        events.activate(scene.office, c, high, scene.user)
        events.activate(scene.office, c, near, scene.user)
        with pytest.raises(Refused) as e:
            events.activate(scene.office, c, far, scene.user)
        assert e.value.code == "numbers"


CARDS = DrawRules(progressive=Progressive(cards=4, ace=2, must_be_won=True))


def with_cards(c: Connection, event: UUID) -> None:
    """The ticket's prize and the card's, in place of all others."""
    for prize in events.prizes(c, event):
        events.remove_prize(c, prize.id)
    events.add_prize(c, event, "Tonight's", "percentage", basis_points=2_000, position=1)
    events.add_prize(
        c, event, "The ace", "percentage", basis_points=3_000, position=2, pool="deck", carry=True
    )


def test_a_forced_progressive_draw_has_a_pair_for_each_card_left(database: Database, tmp_path: Path) -> None:
    """Catch the Ace: the deck holds the cards in play, and the ace must come where the jackpot must be won."""
    scene = open_scene(database, tmp_path, draw=CARDS, prepare=with_cards)
    kiosk = scene.kiosk()
    kiosk.sell()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        found = pools.gather(scene.office, c, scene.event)
        data = fair.manifest(
            event=str(scene.event),
            draw=str(scene.event),
            pools=found.pools,
            prizes=found.prizes,
            entropy={"source": "none"},
            progressive=found.progressive,
        )
        held = events.prizes(c, scene.event)
    assert numbers(found.pools["deck"]) == [fair.CARD_BASE + card for card in (1, 2, 3, 4)]
    assert [(p.position, p.pool) for p in found.prizes] == [
        (at, pool) for at, pool in enumerate(["main", "deck"] * 4, start=1)
    ]
    assert [found.rows[p.prize] for p in found.prizes] == [held[0].id, held[1].id] * 4
    assert fair.Manifest.read(data).progressive == fair.Progressive(2, "deck")


def sell_out(scene: Scene, event: UUID, package: UUID, sales: int) -> None:
    """So many sales at a kiosk of its own, closed, handed over, confirmed."""
    kiosk = scene.kiosk(blocks=0)
    kiosk.allocate(5 * sales, event)
    scene.package = package
    for _ in range(sales):
        kiosk.sell(kiosk.line(event=event))
    with scene.office.begin(scene.user) as c:
        events.close(scene.office, c, event, scene.user)
    kiosk.cut(event)
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, event, scene.user)


def hold(scene: Scene, event: UUID) -> bytes:
    """The main draw, official; its bundle."""
    draw = draws.draw_now(scene.office, event, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        return draws.bundle(c, draw) or b""


def next_week(scene: Scene, before: UUID, name: str, rules: DrawRules) -> tuple[UUID, UUID]:
    """The draft of an event that carries on from the one before, with the same prizes; and its package."""
    now = utc(scene.clock.now_ms())
    new = NewEvent(
        name=name,
        identifier=name,
        organisation=scene.organisation,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=4),
        draw=msgspec.structs.replace(rules, carry_from=before),
    )
    with scene.office.begin(scene.user) as c:
        event = events.create_event(scene.office, c, new, scene.user)
        package = events.add_package(c, event, "Five", TICKETS, PRICE)
        with_cards(c, event)
    return event, package


def test_the_ace_carries_the_jackpot_from_week_to_week_until_it_comes(
    database: Database, tmp_path: Path
) -> None:
    """D8: what is not paid out comes on top once, cards that came are gone, and the ace begins anew."""
    rules = DrawRules(progressive=Progressive(cards=3, ace=2))
    scene = open_scene(database, tmp_path, draw=rules, prepare=with_cards)
    sell_out(scene, scene.event, scene.package, 4)
    event, gone, carried = scene.event, set[int](), 0
    for week in range(2, 6):
        data = hold(scene, event)
        card = next(won.draw_number for won in fair.winners(data) if won.pool == "deck") - fair.CARD_BASE
        with scene.office.begin() as c:
            left = events.left_over(c, event)
        if card == 2:
            assert left == 0
            gone, carried = set(), 0
        else:
            carried += 4 * PRICE * 3 // 10
            gone.add(card)
            assert left == carried
        following, package = next_week(scene, event, f"Week {week}", rules)
        with scene.office.begin(scene.user) as c:
            assert events.carried_in(c, following) == carried
            events.activate(scene.office, c, following, scene.user)
            assert events.settings(events.get(c, following).configuration).carried == carried
            assert pools.cards_left(c, following) == sorted({1, 2, 3} - gone)
            assert events.jackpot(c, following) == carried
        other, _ = next_week(scene, event, f"Rival {week}", rules)
        with pytest.raises(Refused, match="went to another event"), scene.office.begin(scene.user) as c:
            events.activate(scene.office, c, other, scene.user)
        sell_out(scene, following, package, 4)
        event = following
        with scene.office.begin() as c:
            card_prize = events.prizes(c, event)[1].id
            assert pools.prize_amounts(c, event)[card_prize] == 4 * PRICE * 3 // 10 + carried
            assert events.jackpot(c, event) == 4 * PRICE * 5 // 10 + carried


def test_what_is_left_over_goes_to_one_event_though_two_are_put_on_sale_at_once(
    database: Database, tmp_path: Path
) -> None:
    """D8: a jackpot carried over is never paid twice; the database itself has it once."""
    rules = DrawRules(progressive=Progressive(cards=3, ace=2))
    scene = open_scene(database, tmp_path, draw=rules, prepare=with_cards)
    sell_out(scene, scene.event, scene.package, 4)
    hold(scene, scene.event)
    drafts = [next_week(scene, scene.event, name, rules)[0] for name in ("North", "South")]
    both = threading.Barrier(2)

    def activate(event: UUID) -> Callable[[], str]:
        def run() -> str:
            try:
                with scene.office.begin(scene.user) as c:
                    events.activate(scene.office, c, event, scene.user)
                    # Neither is committed while the other might still look.
                    with suppress(threading.BrokenBarrierError):
                        both.wait(timeout=2)
            except Refused as refused:
                return refused.code
            return "on sale"

        return run

    assert sorted(together([activate(event) for event in drafts])) == ["on sale", "relative"]
    e = m.raffle_events
    with pytest.raises(IntegrityError, match="raffle_events_carry_from_key"), scene.office.begin() as c:
        c.execute(
            e.update()
            .where(e.c.id.in_(drafts), e.c.activated_at.is_(None))
            .values(activated_at=scene.office.now(), state="active")
        )


@pytest.mark.parametrize(("rule", "left"), [("keep", 2 * PRICE // 2), ("redraw", 0)])
def test_what_winners_give_up_is_left_over_unless_it_is_drawn_again(
    database: Database, tmp_path: Path, rule: Any, left: int
) -> None:
    """D8: an unclaimed jackpot goes on to the next event by the declared rule, and is never paid twice."""

    def carrying(c: Connection, event: UUID) -> None:
        for prize in events.prizes(c, event):
            events.remove_prize(c, prize.id)
        events.add_prize(c, event, "Half the pot", "percentage", basis_points=5_000, carry=True)

    scene = open_scene(database, tmp_path, draw=DrawRules(unclaimed=rule), prepare=carrying)
    results = held(scene)
    with scene.office.begin() as c:
        assert events.left_over(c, scene.event) == 0
    given_up(scene, results)
    with scene.office.begin() as c:
        assert events.left_over(c, scene.event) == left


@pytest.mark.parametrize("rule", ["keep", "redraw"])
def test_a_jackpot_that_was_given_up_is_left_over_or_drawn_again_from_the_tickets(
    database: Database, tmp_path: Path, rule: Any
) -> None:
    """D7, D8: the ace has come; there is no deck any more, and the jackpot is one ticket's all the same."""
    rules = DrawRules(progressive=Progressive(cards=3, ace=2, must_be_won=True), unclaimed=rule)
    scene = open_scene(database, tmp_path, draw=rules, prepare=with_cards)
    sell_out(scene, scene.event, scene.package, 4)
    hold(scene, scene.event)
    with scene.office.begin() as c:
        ticket, jackpot = draws.results(c, scene.event)
        assert events.left_over(c, scene.event) == 0
    given_up(scene, [jackpot])
    with scene.office.begin() as c:
        assert events.left_over(c, scene.event) == (jackpot.amount if rule == "keep" else 0)
    if rule == "keep":
        return
    by, nothing = scene.user, {"source": "none"}
    with scene.office.begin(by) as c:
        draw = draws.freeze(scene.office, c, scene.event, nothing, by, redo=[jackpot.id], reason="declined")
    for step in (
        lambda c: draws.commit_seed(scene.office, c, draw, by),
        lambda c: draws.key(scene.office, c, draw, "entropy", "", by),
        lambda c: draws.execute(scene.office, c, draw, by),
        lambda c: draws.make_official(scene.office, c, draw, by),
    ):
        with scene.office.begin(by) as c:
            step(c)
    with scene.office.begin() as c:
        again = draws.results(c, scene.event)[-1]
        assert draws.replay(scene.office, c, draw).ok
        assert events.left_over(c, scene.event) == 0
        assert events.cards_drawn(c, scene.event) >= {2}
    assert (again.replaces, again.prize, again.amount, again.pool) == (
        jackpot.id,
        jackpot.prize,
        jackpot.amount,
        "main",
    )
    assert again.number not in {ticket.number, jackpot.number}


def test_nothing_is_carried_on_from_a_draw_that_is_not_over(scene: Scene) -> None:
    """D8, E3: it is fixed when the event is put on sale, so it has to be known by then."""
    event, _ = next_week(scene, scene.event, "Early", DrawRules(progressive=Progressive()))
    with pytest.raises(Refused, match="not known yet"), scene.office.begin(scene.user) as c:
        events.activate(scene.office, c, event, scene.user)


# Pieces ---------------------------------------------------------------------------------------------


@given(st.sets(st.integers(1, 2_000)), st.sets(st.integers(1, 2_000)))
def test_leaving_numbers_out_leaves_the_others_in_their_order(held: set[int], gone: set[int]) -> None:
    packed = fair.Pool.of(sorted(held)).packed.tobytes() if held else b""
    pieces = b"".join(pools.without(packed, sorted(gone))) if packed else b""
    assert pieces == b"".join(n.to_bytes(4) for n in sorted(held - gone))
