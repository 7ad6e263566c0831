"""Reconciliation: the figures, the decisions, and each gate seen refusing."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from shared import sale
from shared.errors import Refused
from shared.ids import uuid7
from shared.numbers import ValidationBlock
from syncserver import draws, events, reconcile, rsus
from syncserver import models as m
from syncserver.db import Database
from syncserver.reconcile import Gate, Reconciliation
from tests.chains import HOUR_MS, PRICE, Kiosk, Scene, b64, backup, open_scene
from tests.postgres import Cluster


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def status(scene: Scene) -> Reconciliation:
    with scene.office.begin() as c:
        return reconcile.status(scene.office, c, scene.event)


def closed_gates(scene: Scene) -> list[str]:
    return [gate.code for gate in status(scene).gates if not gate.passed]


def gate(scene: Scene, code: str) -> Gate:
    return next(one for one in status(scene).gates if one.code == code)


def settle(scene: Scene, *kiosks: Kiosk) -> None:
    """The close comes, and these kiosks hand everything over."""
    scene.close()
    for kiosk in kiosks:
        kiosk.cut()
        kiosk.send_all()


def confirm(scene: Scene) -> None:
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)


def decide(scene: Scene, kind: str, decision: str, by: UUID | None = None) -> None:
    with scene.office.begin(scene.user) as c:
        found = next(one for one in reconcile.findings(c, scene.event, open_only=True) if one.kind == kind)
        reconcile.decide(scene.office, c, found.id, decision, "looked at the receipt", by or scene.user)


def test_every_gate_says_who_must_do_what_until_it_opens(scene: Scene) -> None:
    """D1: refused before closing, before all is handed over, before voids and findings are seen, before a name."""
    north, south = scene.kiosk("North"), scene.kiosk("South")
    sold = north.sell()
    north.void(sold.lines[0])
    south.sell(msgspec.structs.replace(south.line(), price=PRICE + 1))
    north.send_all()
    assert closed_gates(scene) == ["closed", "unit", "unit", "voids", "confirmed"]
    scene.close()
    south.cut()
    south.send_all()
    assert closed_gates(scene) == ["unit", "findings", "voids", "confirmed"]
    north_gate = next(one for one in status(scene).gates if not one.passed)
    assert north_gate.words.startswith(
        "North has not handed over its sales up to the close; last heard of at "
    )
    assert "import its medium" in north_gate.what_to_do
    with pytest.raises(Refused, match="North has not handed over"):
        confirm(scene)
    north.cut()
    north.send_all()
    assert closed_gates(scene) == ["findings", "voids", "confirmed"]
    decide(scene, "price", "accept")
    assert closed_gates(scene) == ["voids", "confirmed"]
    with scene.office.begin(scene.user) as c:
        assert reconcile.acknowledge_voids(c, scene.event, scene.user) == 1
    assert closed_gates(scene) == ["confirmed"]
    confirm(scene)
    assert closed_gates(scene) == []
    with scene.office.begin() as c:
        logged = c.execute(m.critical_events.select()).all()
    assert ("reconciliation_confirmed", scene.user) in {(row.event_type, row.user_id) for row in logged}


def test_a_kiosk_that_is_handing_in_is_waited_for_and_not_left_out(scene: Scene) -> None:
    """D1: for a minute after the close and its last contact; the gate stays shut all the same."""
    kiosk = scene.kiosk("North")
    scene.close()
    kiosk.sell(at=scene.clock.now_ms() - HOUR_MS)
    kiosk.send_all()
    shut = gate(scene, "unit")
    assert (shut.passed, shut.words) == (False, "North is handing in; wait a moment.")
    assert "leave it out" not in shut.what_to_do
    assert status(scene).rows[0].handing_in
    scene.clock.ms += reconcile.HANDING_IN_S_MAX * 1000 + 1
    assert "has not handed over" in gate(scene, "unit").words
    assert not status(scene).rows[0].handing_in


def test_the_figures_account_for_every_number(scene: Scene) -> None:
    """Y9, N2: allocated = sold + void + doubtful + returned + missing, and the cash to the cent."""
    kiosk, silent = scene.kiosk("North"), scene.kiosk("South", blocks=40)
    first = kiosk.sell()
    kiosk.sell()
    kiosk.sell(test=True, at=scene.clock.now_ms() - 2 * HOUR_MS)
    kiosk.void(first.lines[0])
    settle(scene, kiosk)
    north, south = status(scene).rows
    assert (north.allocated, north.sold, north.void, north.doubtful) == (100, 5, 5, 5)
    assert (north.returned, north.missing, north.cash, north.whole) == (85, 0, PRICE, True)
    assert (south.allocated, south.returned, south.missing, south.whole) == (40, 0, 40, False)
    assert south.head == 0
    assert silent.epoch == south.epoch


def test_what_comes_after_a_confirmation_undoes_it(scene: Scene) -> None:
    kiosk = scene.kiosk()
    settle(scene, kiosk)
    confirm(scene)
    kiosk.sell()
    kiosk.send_all()
    assert scene.kinds() == {"after_cut"}
    assert closed_gates(scene) == ["findings", "confirmed"]


def test_a_late_sale_stands_or_not_as_a_person_decides(scene: Scene) -> None:
    """Y5: chained before the close but timed after it goes to a person."""
    kiosk = scene.kiosk()
    kiosk.sell(at=scene.closes_ms + 60_000)
    kiosk.sell(at=scene.closes_ms + 61_000)
    settle(scene, kiosk)
    assert set(scene.tickets().values()) == {"quarantined"}
    assert scene.total() == (0, 0)
    decide(scene, "late", "accept")
    assert [scene.tickets()[n] for n in (1, 6)] == ["sold", "quarantined"]
    assert scene.total() == (PRICE, PRICE)
    decide(scene, "late", "exclude")
    assert [scene.tickets()[n] for n in (1, 6)] == ["sold", "invalid"]
    assert scene.total() == (PRICE, PRICE)


@pytest.mark.parametrize(
    ("decision", "state", "total"), [("accept", "sold", PRICE), ("exclude", "invalid", 0)]
)
def test_a_number_sold_twice_is_the_first_sale_s_or_nobody_s(
    scene: Scene, decision: str, state: str, total: int
) -> None:
    """S3: a person decides, with a reason."""
    kiosk = scene.kiosk()
    first = kiosk.sell()
    kiosk.send()
    line = kiosk.line()
    span = msgspec.structs.replace(line.ranges[0], first=first.lines[0].ranges[0].first)
    kiosk.sell(msgspec.structs.replace(line, ranges=(span,)))
    settle(scene, kiosk)
    decide(scene, "sold_twice", decision)
    assert set(scene.tickets().values()) == {state}
    assert scene.total()[1] == total


def once_more(scene: Scene, kiosk: Kiosk, *lines: sale.Line) -> None:
    """The numbers of these orders on other tickets: of a copied disk, or of a kiosk that lies."""
    grant, signed = kiosk.grants[0]
    block = ValidationBlock(grant.validation_block, grant.validation_size, bytes.fromhex(signed.secret))
    for counter, line in enumerate(lines, 90):
        order = str(uuid7(scene.clock))
        kiosk.sell(msgspec.structs.replace(line, order=order, validation=block.issue(counter)))
    kiosk.send_all()


@pytest.mark.parametrize("decision", ["accept", "exclude"])
@pytest.mark.parametrize("official", [False, True])
def test_what_a_pool_holds_is_taken_out_of_it_by_no_second_sale(
    scene: Scene, decision: str, *, official: bool
) -> None:
    """D7, R1, law 6: found and blocking, but no ticket or order of the pool is changed; the newcomer gets nothing."""
    kiosk = scene.kiosk()
    lines = [kiosk.sell().lines[0] for _ in range(10)]
    settle(scene, kiosk)
    confirm(scene)
    if official:
        draw = draws.draw_now(scene.office, scene.event, scene.user)
        with scene.office.begin(scene.user) as c:
            draws.make_official(scene.office, c, draw, scene.user)
            won = [row.order for row in draws.results(c, scene.event)]
        # A winner and a loser.
        lines.sort(key=lambda line: UUID(line.order) not in won)
    else:
        with scene.office.begin(scene.user) as c:
            draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    before = scene.tickets()
    once_more(scene, kiosk, lines[0], lines[-1])
    assert scene.kinds() == {"after_cut", "after_draw", "sold_twice"} | scene.kinds() & {"late"}

    def unchanged() -> bool:
        with scene.office.begin() as c:
            o = m.orders
            states = c.execute(o.select().where(o.c.id.in_([line.order for line in lines]))).all()
            assert {row.offline_sync_status for row in states} == {"synced"}
        return scene.tickets() == before and scene.total() == (10 * PRICE, 10 * PRICE)

    assert unchanged()
    for _ in range(2):
        decide(scene, "sold_twice", decision)
        decide(scene, "after_draw", "exclude")
        assert unchanged()


def test_a_bad_sale_in_the_name_of_an_order_takes_no_ticket_out_of_its_pool(scene: Scene) -> None:
    """Law 6: excluded, it is the newcomer that does not stand."""
    kiosk = scene.kiosk()
    line = kiosk.sell().lines[0]
    settle(scene, kiosk)
    confirm(scene)
    with scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    kiosk.sell(msgspec.structs.replace(line, price=-1))
    kiosk.send_all()
    decide(scene, "bad_sale", "exclude")
    assert set(scene.tickets().values()) == {"sold"}


def test_the_database_itself_keeps_what_a_pool_holds(scene: Scene) -> None:
    """Law 6: whatever program asks, no sold ticket changes once the event's draw has begun, unless it is given up."""
    kiosk = scene.kiosk()
    kiosk.sell()
    settle(scene, kiosk)
    confirm(scene)
    with scene.office.begin(scene.user) as c:
        draw = draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    away = m.tickets.update().where(m.tickets.c.draw_number == 3).values(state="quarantined")
    with pytest.raises(IntegrityError, match="a draw holds"), scene.office.begin() as c:
        c.execute(away)
    with scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, draw, "the light went out", scene.user)
    with scene.office.begin() as c:
        c.execute(away)
    assert scene.tickets()[3] == "quarantined"


def test_a_sale_out_of_its_block_gets_its_numbers_only_where_they_are_free(scene: Scene) -> None:
    kiosk = scene.kiosk()
    line = kiosk.line()
    far = msgspec.structs.replace(line.ranges[0], first=900_000)
    kiosk.sell(msgspec.structs.replace(line, ranges=(far,)))
    mine = kiosk.sell()
    taken = kiosk.line()
    near = msgspec.structs.replace(mine.lines[0].ranges[0], allocation="elsewhere")
    kiosk.sell(msgspec.structs.replace(taken, ranges=(near,)))
    settle(scene, kiosk)
    decide(scene, "outside_block", "accept")
    assert scene.tickets()[900_000] == "sold"
    with pytest.raises(Refused, match="sold to somebody else"):
        decide(scene, "outside_block", "accept")
    decide(scene, "outside_block", "exclude")
    assert scene.total() == (2 * PRICE, 2 * PRICE)
    assert "findings" not in closed_gates(scene)


def test_a_finding_is_decided_once_by_a_named_person_with_a_reason(scene: Scene) -> None:
    """Y10: each with severity, blocking or not, decided by a named person with a reason."""
    kiosk = scene.kiosk()
    kiosk.journal_raw("sale", b"?")
    kiosk.send()
    found = status(scene).findings[0]
    assert (found.kind, found.blocking, found.severity, found.unit) == (
        "unreadable",
        True,
        "ERROR",
        "Kiosk 1",
    )
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="reason"):
        reconcile.decide(scene.office, c, found.id, "accept", "  ", scene.user)
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="accepted or excluded"):
        reconcile.decide(scene.office, c, found.id, "perhaps", "because", scene.user)
    decide(scene, "unreadable", "exclude")
    done = status(scene).findings[0]
    assert (done.decision, done.decided_by, done.reason) == ("exclude", scene.user, "looked at the receipt")
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="decided before"):
        reconcile.decide(scene.office, c, found.id, "accept", "again", scene.user)


def test_two_people_may_leave_a_lost_kiosk_out(scene: Scene) -> None:
    """Y11: it goes on the corruption log, its numbers are listed, and one person alone cannot do it."""
    lost, kiosk = scene.kiosk("Lost"), scene.kiosk("Here")
    settle(scene, kiosk)
    assert closed_gates(scene) == ["unit", "confirmed"]
    with scene.office.begin(scene.user) as c:
        reconcile.except_unit(c, scene.event, lost.rsu, lost.epoch, "fell into the harbour", scene.user)
    assert closed_gates(scene) == ["unit", "findings", "confirmed"]
    with pytest.raises(Refused, match="second person"):
        decide(scene, "unit_missing", "accept")
    decide(scene, "unit_missing", "accept", scene.other_user)
    assert closed_gates(scene) == ["confirmed"]
    assert gate(scene, "unit").words == (
        "1 of 2 kiosks have handed over everything up to the close; Lost was left out by a decision of two people."
    )
    with scene.office.begin() as c:
        kinds = {row.event_type for row in c.execute(m.critical_events.select())}
        listed = reconcile.findings(c, scene.event)[0].detail["blocks"]
    assert "unit_corrupt" in kinds
    assert listed == [[1, 100]]


def test_a_forked_kiosk_blocks_the_draw_until_somebody_has_looked(scene: Scene) -> None:
    """Y8: its branch may hold sales."""
    kiosk = scene.kiosk()
    clone = kiosk.copy()
    kiosk.sell()
    kiosk.send()
    clone.sell()
    clone.send()
    settle(scene, kiosk)
    assert closed_gates(scene) == ["findings", "confirmed"]
    decide(scene, "fork", "exclude")
    confirm(scene)


def test_an_old_enrolment_blocks_until_its_journal_is_there(scene: Scene) -> None:
    """Law 4: what an old epoch has not shown is lost until its journal is imported."""
    old = scene.kiosk("North")
    old.sell()
    new = scene.enrol(old.rsu, blocks=50)
    assert (old.epoch, new.epoch) == (1, 2)
    with scene.office.begin() as c:
        states = {row.epoch: row.state for row in c.execute(m.rsu_allocations.select())}
    assert states == {1: "lost", 2: "active"}
    settle(scene, new)
    assert closed_gates(scene) == ["unit", "confirmed"]
    old.cut()
    assert old.send_all().verdict == "accepted"
    assert closed_gates(scene) == ["confirmed"]
    assert set(scene.tickets().values()) == {"sold"}
    with scene.office.begin() as c:
        assert rsus.unit_state(c, old.rsu, old.epoch) == "superseded"
        assert {row.state for row in c.execute(m.rsu_allocations.select())} == {"released"}
        assert events.state(c, scene.event) == "closed"
    assert gate(scene, "unit").passed


def test_a_restored_office_draws_nothing_before_a_person_has_seen_that_all_kiosks_are_there(
    scene: Scene, postgres: Cluster
) -> None:
    """Law 6, Y7: a kiosk whose first block came after the backup is a hole that only a person can know of."""
    with backup(scene, postgres) as restore:
        unknown = scene.kiosk("After the backup")
        unknown.sell()
        restore()
        known = scene.kiosk()
        known.sell()
        settle(scene, known)
        with pytest.raises(Refused, match="1 finding is undecided"):
            confirm(scene)
        with scene.office.begin(scene.user) as c:
            (finding,) = reconcile.findings(c, scene.event)
            assert finding.kind == "restored"
            reconcile.decide(scene.office, c, finding.id, "accept", "all are here", scene.user)
        confirm(scene)
        # It comes back after all: its block is adopted, and the gate is closed again until it is whole.
        said = unknown.enrolment
        rsus.adopt(scene.office, b64(said.certificate), bytes.fromhex(said.certificate_signature))
        unknown.send_all()
        assert not status(scene).ready
        unknown.cut()
        unknown.send_all()
        confirm(scene)
        assert status(scene).ready
