"""Reconciliation of early birds, drawn while kiosks still sell; the ledger of numbers; a signature beforehand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from shared import sale
from shared.clock import utc
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import ValidationBlock
from syncserver import draws, events, pools, reconcile
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import DrawRules, NewEvent, PoolPlan
from syncserver.reconcile import Reconciliation, Span
from tests.chains import HOUR_MS, PRICE, START_MS, Kiosk, Scene, open_scene

END = utc(START_MS + HOUR_MS)
BIRD = PoolPlan(name="bird", label="Early bird", until=END, draw_at=END + timedelta(minutes=30))


def bicycle(c: Connection, event: UUID) -> None:
    events.add_prize(c, event, "Bicycle", "percentage", basis_points=1_000, position=11, pool="bird")


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path, pools=(BIRD,), prepare=bicycle)


def status(scene: Scene, plan: str = "bird") -> Reconciliation:
    with scene.office.begin() as c:
        return reconcile.status(scene.office, c, scene.event, plan)


def shut(scene: Scene, plan: str = "bird", *, automatic: bool = False) -> list[str]:
    with scene.office.begin() as c:
        gates = reconcile.gates(scene.office, c, scene.event, plan, automatic=automatic)
    return [gate.code for gate in gates if not gate.passed]


def confirm(scene: Scene, plan: str = "bird") -> None:
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user, plan)


def at(scene: Scene, hours: float) -> None:
    scene.clock.ms = START_MS + int(hours * HOUR_MS)


def decide(scene: Scene, kind: str, decision: str, by: UUID | None = None) -> None:
    with scene.office.begin(scene.user) as c:
        found = next(one for one in reconcile.findings(c, scene.event, open_only=True) if one.kind == kind)
        reconcile.decide(scene.office, c, found.id, decision, "looked at it", by or scene.user)


def frozen_draw(scene: Scene) -> UUID:
    with scene.office.begin(scene.user) as c:
        return draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user, plan="bird")


def drawn(scene: Scene, draw: UUID) -> list[int]:
    """Make this draw official; the winning numbers."""
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.fix_entropy(scene.office, c, draw, "", scene.user)
    with scene.office.begin(scene.user) as c:
        draws.execute(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        r = m.draw_results
        return list(
            c.execute(r.select().with_only_columns(r.c.winning_number).where(r.c.draw_execution_id == draw))
            .scalars()
            .all()
        )


def void_from_office(scene: Scene, line: sale.Line) -> None:
    with scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, UUID(line.order), "asked for it", scene.user)


def sold_before_and_after(scene: Scene, sales: int = 1) -> tuple[Kiosk, list[sale.Line], sale.Line]:
    """A kiosk whole to the early bird's cut, with sales before it and one behind."""
    kiosk = scene.kiosk(blocks=5 * sales + 50)
    before = [kiosk.sell().lines[0] for _ in range(sales)]
    at(scene, 1.1)
    kiosk.cut(pool="bird")
    behind = kiosk.sell().lines[0]
    assert kiosk.send_all().verdict == "accepted"
    return kiosk, before, behind


def test_an_early_bird_opens_gate_by_gate_while_sales_go_on(scene: Scene) -> None:
    """D1, D2: its end has come, every kiosk that could sell for it is whole to it, and a person has confirmed it."""
    kiosk, idle = scene.kiosk("North"), scene.kiosk("South")
    kiosk.sell()
    kiosk.send_all()
    assert shut(scene) == ["closed", "unit", "unit", "confirmed"]
    at(scene, 1.1)
    for one in (kiosk, idle):
        one.cut(pool="bird")
    assert shut(scene) == ["unit", "unit", "confirmed"]
    with pytest.raises(Refused) as e:
        confirm(scene)
    assert e.value.code == "gate_unit"
    for one in (kiosk, idle):
        one.send_all()
    late = scene.kiosk("Late")
    late.sell()
    late.send_all()  # it got its first numbers when the early bird was over
    found = status(scene)
    assert found.confirmable
    assert [(row.name, row.sold, row.cash, row.whole, row.missing, row.returned) for row in found.rows] == [
        ("North", 5, PRICE, True, 0, 0),
        ("South", 0, 0, True, 0, 0),
    ]
    confirm(scene)
    assert shut(scene) == []
    assert shut(scene, "main") == ["closed", "unit", "unit", "unit", "confirmed"]
    with scene.office.begin() as c:
        said = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "reconciliation_confirmed")
        ).one()
    assert (said.user_id, said.event_id) == (scene.user, scene.event)


def test_sales_and_voids_behind_the_cut_leave_the_confirmation_and_what_stands_before_undoes_it(
    scene: Scene,
) -> None:
    """D1: what a person confirmed has to be what is drawn from."""
    kiosk, before, behind = sold_before_and_after(scene, 2)
    confirm(scene)
    kiosk.void(behind)
    another = kiosk.sell().lines[0]
    kiosk.send_all()
    void_from_office(scene, another)
    assert shut(scene) == []
    void_from_office(scene, before[0])
    assert shut(scene) == ["voids", "confirmed"]
    confirm(scene)
    kiosk.void(before[1])
    kiosk.send_all()
    assert shut(scene) == ["voids", "confirmed"]
    confirm(scene)
    kiosk.journal(sale.Voided(order=behind.order, event=behind.event, validation="X", reason="", by=""))
    kiosk.send_all()
    assert shut(scene) == ["findings"]
    decide(scene, "void_unknown", "exclude")
    assert shut(scene) == ["confirmed"]


def test_an_order_in_a_draw_under_way_stays_and_a_loser_can_be_void_afterwards(scene: Scene) -> None:
    """N8, Y10: refused at the office, a finding from a kiosk; accepted once the result is official, if it lost."""
    kiosk, before, behind = sold_before_and_after(scene, 3)
    confirm(scene)
    draw = frozen_draw(scene)
    with pytest.raises(Refused) as e:
        void_from_office(scene, before[0])
    assert e.value.code == "pool_frozen"
    with scene.office.begin(scene.user) as c, pytest.raises(Refused) as e:
        pools.exclude(scene.office, c, UUID(before[0].order), "works here", scene.user)
    assert e.value.code == "pool_frozen"
    void_from_office(scene, behind)
    for line in before:
        kiosk.void(line)
    kiosk.send_all()
    assert [kind for kind, _ in scene.findings()] == ["void_after_draw"] * 3
    assert shut(scene, "main")[-3:] == ["voids", "under_way", "confirmed"]
    (won,) = drawn(scene, draw)
    for _ in before:
        decide(scene, "void_after_draw", "accept")
    states = scene.tickets()
    winning = next(line for line in before if won in line.ranges[0].numbers())
    for line in [*before, behind]:
        expected = "sold" if line is winning else "void"
        assert {states[n] for n in line.ranges[0].numbers()} == {expected}
    with pytest.raises(Refused, match="has won"):
        void_from_office(scene, winning)
    assert scene.total() == (PRICE, PRICE)


def test_what_an_early_bird_holds_is_taken_out_of_it_by_no_second_sale(scene: Scene) -> None:
    """D7, law 6: while its draw goes on, and for good what has won; a loser is doubted for what is still to come."""
    kiosk, before, behind = sold_before_and_after(scene, 3)
    confirm(scene)
    draw = frozen_draw(scene)
    grant, signed = kiosk.grants[0]
    block = ValidationBlock(grant.validation_block, grant.validation_size, bytes.fromhex(signed.secret))
    counter = iter(range(60, 90))

    def once_more(line: sale.Line) -> None:
        again = {"order": str(uuid7(scene.clock)), "validation": block.issue(next(counter))}
        kiosk.sell(msgspec.structs.replace(line, **again))
        assert kiosk.send_all().verdict == "accepted"

    def state(line: sale.Line) -> set[str]:
        with scene.office.begin() as c:
            status = c.scalar(select(m.orders.c.offline_sync_status).where(m.orders.c.id == line.order))
        return {scene.tickets()[n] for n in line.ranges[0].numbers()} | {str(status)}

    held, free = {"sold", "synced"}, {"quarantined", "failed"}
    for line in (before[0], behind):
        once_more(line)
    assert scene.kinds() == {"sold_twice"}
    assert [state(line) for line in (*before, behind)] == [held, held, held, free]
    decide(scene, "sold_twice", "exclude")
    decide(scene, "sold_twice", "exclude")
    assert [state(line) for line in (*before, behind)] == [held, held, held, {"invalid", "failed"}]
    (won,) = drawn(scene, draw)
    before.sort(key=lambda line: won not in line.ranges[0].numbers())
    for line in before[:2]:
        once_more(line)
    assert [state(line) for line in before] == [held, free, held]
    assert shut(scene, "main") == ["closed", "unit", "findings", "confirmed"]
    decide(scene, "sold_twice", "exclude")
    decide(scene, "sold_twice", "accept")
    assert state(before[0]) == held


def test_winners_of_an_early_bird_are_in_no_later_pool(scene: Scene) -> None:
    """D2, E8: unless the event's rule lets them stay."""
    _, before, behind = sold_before_and_after(scene)
    confirm(scene)
    (won,) = drawn(scene, frozen_draw(scene))
    with scene.office.begin() as c:
        amounts = pools.prize_amounts(c, scene.event, "bird")
        assert list(amounts.values()) == [PRICE // 10]  # of what was sold before the cut
        found = pools.gather(scene.office, c, scene.event).pools["main"]
    everybody = {n for line in (*before, behind) for n in line.ranges[0].numbers()}
    assert {found.number_at(i) for i in range(found.size)} == everybody - {won}


def test_sales_of_a_left_out_kiosk_that_come_after_the_early_draw_go_to_a_person(scene: Scene) -> None:
    """Y10, Y11: they missed that draw; accepted, they are in the later ones."""
    lost = scene.kiosk("Lost")
    missed = lost.sell().lines[0]
    sold_before_and_after(scene)
    assert shut(scene) == ["unit", "confirmed"]
    with scene.office.begin(scene.user) as c:
        reconcile.except_unit(c, scene.event, lost.rsu, lost.epoch, "no answer", scene.user)
    decide(scene, "unit_missing", "accept", scene.other_user)
    confirm(scene)
    drawn(scene, frozen_draw(scene))
    lost.cut(pool="bird")
    later = lost.sell().lines[0]
    lost.send_all()
    assert scene.findings()[-1:] == [("after_draw", True)]
    states = scene.tickets()
    assert {states[n] for n in missed.ranges[0].numbers()} == {"quarantined"}
    assert {states[n] for n in later.ranges[0].numbers()} == {"sold"}
    decide(scene, "after_draw", "accept")
    with scene.office.begin() as c:
        assert pools.gather(scene.office, c, scene.event).pools["main"].contains(missed.ranges[0].first)


def test_facts_of_a_kiosk_without_a_cut_undo_the_confirmation(scene: Scene) -> None:
    """D1: what two people left out may come back before the draw, and then counts."""
    lost = scene.kiosk("Lost")
    back = lost.sell().lines[0]
    sold_before_and_after(scene)
    with scene.office.begin(scene.user) as c:
        reconcile.except_unit(c, scene.event, lost.rsu, lost.epoch, "no answer", scene.user)
    decide(scene, "unit_missing", "accept", scene.other_user)
    confirm(scene)
    lost.send_all()
    assert shut(scene) == ["confirmed"]
    confirm(scene)
    lost.cut(pool="bird")
    lost.send_all()
    assert shut(scene) == ["confirmed"]  # it went by its time, and goes by its place now
    with scene.office.begin() as c:
        found = pools.gather(scene.office, c, scene.event, "bird").pools["bird"]
    assert found.contains(back.ranges[0].first)


def test_a_signature_beforehand_counts_for_automatic_draws_while_no_finding_is_open(scene: Scene) -> None:
    """D11: and only for them; voids have to be seen all the same."""
    kiosk, before, _ = sold_before_and_after(scene)
    manager = {"organization_id": scene.organisation, "user_id": scene.user, "role": "manager"}
    with scene.office.begin(scene.user) as c:
        c.execute(m.organization_users.insert().values(**manager))
        reconcile.presign(scene.office, c, scene.event, scene.user)
    assert (shut(scene), shut(scene, automatic=True)) == (["confirmed"], [])
    kiosk.journal(sale.Critical(code="printer", severity="WARN", detail=""))
    kiosk.journal_raw("novelty", b'{"kind":"novelty"}')
    kiosk.send_all()
    assert scene.findings() == [("unknown_kind", False)]
    assert shut(scene, automatic=True) == ["confirmed"]
    with scene.office.begin(scene.user) as c:
        found = reconcile.findings(c, scene.event)[0]
        reconcile.decide(scene.office, c, found.id, "accept", "a newer kiosk", scene.user)
    kiosk.void(before[0])
    kiosk.send_all()
    assert shut(scene, automatic=True) == ["voids"]
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.require(scene.office, c, scene.event, "bird", automatic=True)
        reconcile.unsign(c, scene.event, scene.user)
    assert shut(scene, automatic=True) == ["confirmed"]


def test_a_linked_events_gates_are_the_leading_events_too(database: Database, tmp_path: Path) -> None:
    """D1: every linked event is closed, whole and confirmed by itself before the one draw of all."""
    scene = open_scene(database, tmp_path)
    now = utc(scene.clock.now_ms())
    with scene.office.begin(scene.user) as c:
        other = events.create_event(
            scene.office,
            c,
            NewEvent(
                name="East",
                identifier="EAST",
                organisation=scene.organisation,
                opens_at=now,
                closes_at=utc(scene.closes_ms),
                draw=DrawRules(linked_to=scene.event),
            ),
            scene.user,
        )
        events.add_package(c, other, "Five", 5, PRICE)
        events.activate(scene.office, c, other, scene.user)
    scene.kiosk(blocks=0)
    scene.close()
    confirm(scene, "main")
    assert shut(scene, "main") == ["linked"]
    with pytest.raises(Refused, match="East: Nobody has confirmed"), scene.office.begin() as c:
        reconcile.require(scene.office, c, scene.event)
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, other, scene.user)
    assert shut(scene, "main") == []


# The ledger -----------------------------------------------------------------------------------------


def test_the_ledger_accounts_for_every_number_to_the_last_one(database: Database, tmp_path: Path) -> None:
    """N2, Y9: sold, void, returned, lost, not shown, never handed out; once each, and together the whole range."""
    scene = open_scene(database, tmp_path, last_number=200)
    whole, silent, lost = (
        scene.kiosk("A", blocks=50),
        scene.kiosk("B", blocks=30),
        scene.kiosk("C", blocks=20),
    )
    whole.sell()
    void = whole.sell().lines[0]
    whole.void(void)
    whole.sell(test=True, at=scene.clock.now_ms() - 2 * HOUR_MS)
    silent.sell()
    silent.send_all()
    scene.close()
    whole.cut()
    whole.send_all()
    with scene.office.begin(scene.user) as c:
        assert reconcile.excepted_numbers(c, scene.event, silent.rsu, silent.epoch) == [(56, 80)]
        reconcile.except_unit(c, scene.event, lost.rsu, lost.epoch, "burnt", scene.user)
    decide(scene, "unit_missing", "accept", scene.other_user)
    with scene.office.begin() as c:
        ledger = list(reconcile.number_ledger(c, scene.event))
        counts = reconcile.number_counts(c, scene.event)
        listed = next(f for f in reconcile.findings(c, scene.event) if f.kind == "unit_missing").detail
        said = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "unit_corrupt")
        ).one()
    sums: Counter[str] = Counter()
    for one in ledger:
        sums[one.state] += one.count
    assert counts == sums
    assert [(one.first, one.last, one.unit, one.state) for one in ledger] == [
        (1, 5, "A", "sold"),
        (6, 10, "A", "void"),
        (11, 15, "A", "invalid"),
        (16, 50, "A", "returned"),
        (51, 55, "B", "sold"),
        (56, 80, "B", "unaccounted"),
        (81, 100, "C", "lost"),
        (101, 200, "", "not handed out"),
    ]
    assert (listed["missing"], listed["missing_count"]) == ([[81, 100]], 20)
    assert "20 of its numbers have not been seen: 81 to 100." in said.description
    assert said.metadata["missing"] == [[81, 100]]


def spans(starts: list[tuple[int, int]], state: str) -> list[Span]:
    """Spans that do not overlap, out of gaps and lengths."""
    found: list[Span] = []
    upto = 0
    for gap, length in starts:
        found.append(Span(upto + gap + 1, upto + gap + length, "", None, None, f"{state} {len(found)}"))
        upto += gap + length
    return found


LENGTHS = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 9)), max_size=12)


@given(LENGTHS, LENGTHS, st.integers(1, 30), st.integers(0, 120))
def test_however_tickets_and_blocks_lie_each_number_is_in_the_ledger_once(
    tickets: list[tuple[int, int]], blocks: list[tuple[int, int]], first: int, count: int
) -> None:
    """N2: sums add up to the range; a number's ticket goes before its block, a block before nothing."""
    last = first + count
    sold, held = spans(tickets, "ticket"), spans(blocks, "block")
    ledger = list(reconcile.account(first, last, sold, held))
    said = {n: one.state for one in ledger for n in range(one.first, one.last + 1)}
    assert sum(one.count for one in ledger) == len(said)
    assert [one.first for one in ledger] == sorted(one.first for one in ledger)
    of_ticket = {n: one.state for one in sold for n in range(one.first, one.last + 1)}
    of_block = {n: one.state for one in held for n in range(one.first, one.last + 1)}
    assert said == {n: of_block.get(n, "not handed out") for n in range(first, last + 1)} | of_ticket
