"""Branches that come to the office after somebody has decided about the first of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import Refused
from syncserver import audit, draws, events, reconcile, rsus
from syncserver import models as m
from syncserver.db import Database
from tests.chains import PRICE, Kiosk, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def decided_and_confirmed(scene: Scene) -> tuple[Kiosk, Kiosk]:
    """A kiosk and its clone, whose branch was looked at; the reconciliation is confirmed."""
    kiosk = scene.kiosk()
    clone = kiosk.copy()
    kiosk.sell()
    clone.sell()
    kiosk.send()
    assert clone.send().verdict == "fork"
    scene.close()
    kiosk.cut()
    kiosk.send()
    with scene.office.begin(scene.user) as c:
        for found in reconcile.findings(c, scene.event, open_only=True):
            reconcile.decide(scene.office, c, found.id, "exclude", "a copy of the disk", scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    return kiosk, clone


def ready(scene: Scene) -> bool:
    with scene.office.begin() as c:
        return reconcile.status(scene.office, c, scene.event).ready


def test_a_branch_that_comes_again_undoes_no_confirmation(scene: Scene) -> None:
    """Y1: a replayed upload changes nothing, or anybody who kept one could keep the draw shut for ever."""
    _kiosk, clone = decided_and_confirmed(scene)
    assert ready(scene)
    assert clone.send().verdict == "fork"
    assert ready(scene)


def test_more_of_a_branch_is_a_finding_of_its_own(scene: Scene) -> None:
    """Y8: sales in quarantine block the draw until somebody decides, also those that come after a decision."""
    _kiosk, clone = decided_and_confirmed(scene)
    clone.sell()
    assert clone.send().verdict == "fork"
    assert not ready(scene)
    with scene.office.begin() as c:
        kinds = [found.kind for found in reconcile.findings(c, scene.event, open_only=True)]
    assert kinds == ["fork"]


def open_kinds(scene: Scene) -> list[str]:
    with scene.office.begin() as c:
        return [found.kind for found in reconcile.findings(c, scene.event, open_only=True)]


def decide(scene: Scene, kind: str, decision: str) -> None:
    """Everything open of this kind, by name and with a reason."""
    with scene.office.begin(scene.user) as c:
        for found in reconcile.findings(c, scene.event, open_only=True):
            if found.kind == kind:
                reconcile.decide(scene.office, c, found.id, decision, "asked the sellers", scene.user)


def forked(scene: Scene, *, apart: bool) -> Kiosk:
    """A kiosk that sold numbers 1 to 5, and its clone, which sold others (``apart``) or the same, and voided a sale."""
    kiosk = scene.kiosk()
    clone = kiosk.copy()
    if apart:
        clone.line()
    kiosk.sell()
    clone.sell()
    if apart:
        clone.void(clone.sell().lines[0])
    kiosk.cut()
    clone.cut()
    kiosk.send()
    assert clone.send().verdict == "fork"
    return clone


def test_an_accepted_branch_is_sold_as_if_it_had_come_in_the_chain(scene: Scene) -> None:
    """Y8: a forked branch holds real sales: accepted, its orders, tickets and voids are there, once, by name."""
    clone = forked(scene, apart=True)
    assert scene.tickets() == dict.fromkeys(range(1, 6), "sold")
    decide(scene, "fork", "accept")
    sold, void = range(1, 11), range(11, 16)
    assert scene.tickets() == dict.fromkeys(sold, "sold") | dict.fromkeys(void, "void")
    assert scene.total() == (2 * PRICE, 2 * PRICE)
    assert open_kinds(scene) == []
    with scene.office.begin() as c:
        o, q, k = m.orders, m.rsu_quarantine, m.critical_events
        held = set(c.execute(q.select()).scalars())
        derived = [row for row in c.execute(o.select()) if row.quarantine_id is not None]
        assert {row.quarantine_id for row in derived} <= held
        assert [audit.history(c, table="orders", record_id=row.id)[-1].changed_by for row in derived] == [
            scene.user
        ] * 2
        assert c.execute(k.select().where(k.c.event_type == "branch_accepted")).one().user_id == scene.user
        used = c.execute(m.rsu_allocations.select()).one()
        assert (used.tickets_sold, used.tickets_available) == (15, 85)
    assert clone.send().verdict == "fork"
    assert scene.total() == (2 * PRICE, 2 * PRICE)
    with scene.office.begin() as c:
        (found,) = reconcile.findings(c, scene.event)
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="decided before"):
        reconcile.decide(scene.office, c, found.id, "accept", "once more", scene.user)


def test_what_two_branches_sold_is_in_no_pool_until_somebody_decides(scene: Scene) -> None:
    """Y10: two buyers hold the same numbers and the same validation number; neither is in the pool meanwhile."""
    forked(scene, apart=False)
    decide(scene, "fork", "accept")
    assert scene.tickets() == dict.fromkeys(range(1, 6), "quarantined")
    assert scene.total() == (0, 0)
    assert sorted(open_kinds(scene)) == ["sold_twice", "validation_twice"]
    decide(scene, "validation_twice", "exclude")
    assert scene.tickets() == dict.fromkeys(range(1, 6), "quarantined")
    decide(scene, "sold_twice", "accept")
    assert scene.tickets() == dict.fromkeys(range(1, 6), "sold")
    assert scene.total() == (PRICE, PRICE)
    assert open_kinds(scene) == []


def test_an_excluded_branch_stays_where_it_is(scene: Scene) -> None:
    """Law 3: left out with a reason, kept for ever."""
    forked(scene, apart=True)
    decide(scene, "fork", "exclude")
    assert scene.tickets() == dict.fromkeys(range(1, 6), "sold")
    with scene.office.begin() as c:
        assert len(c.execute(m.rsu_quarantine.select()).all()) == 4
        (found,) = reconcile.findings(c, scene.event)
    assert (found.decision, found.reason, found.detail["sales"]) == ("exclude", "asked the sellers", 2)


def test_two_branches_from_the_same_entry_are_decided_one_by_one(scene: Scene) -> None:
    """Y8: a decision about one copy of the disk says nothing of another."""
    kiosk = scene.kiosk()
    one, other = kiosk.copy(), kiosk.copy()
    kiosk.sell()
    one.line()
    one.sell()
    other.line()
    other.line()
    other.sell()
    for sent in (kiosk, one, other):
        sent.send()
    assert open_kinds(scene) == ["fork", "fork"]
    decide(scene, "fork", "accept")
    assert scene.tickets() == dict.fromkeys(range(1, 16), "sold")


def test_what_a_revoked_kiosk_handed_over_is_taken_in_with_its_cut(scene: Scene) -> None:
    """Design 4: entries past the revocation are outside the pool until somebody lets them stand."""
    kiosk = scene.kiosk()
    kiosk.sell()
    kiosk.send()
    kiosk.sell()
    scene.close()
    kiosk.cut()
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "revoked", scene.user, "stolen")
    assert kiosk.send().verdict == "revoked"
    with scene.office.begin() as c:
        assert not reconcile.status(scene.office, c, scene.event).rows[0].whole
    decide(scene, "revoked_entries", "accept")
    assert scene.tickets() == dict.fromkeys(range(1, 11), "sold")
    with scene.office.begin(scene.user) as c:
        assert reconcile.status(scene.office, c, scene.event).rows[0].whole
        reconcile.confirm(scene.office, c, scene.event, scene.user)


def test_a_branch_that_is_decided_undoes_a_confirmation_and_never_moves_a_frozen_pool(scene: Scene) -> None:
    """D1: what was confirmed is confirmed anew; law 7: a frozen pool stays as it is."""
    _kiosk, clone = decided_and_confirmed(scene)
    with scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
    clone.line()
    clone.sell()
    clone.send()
    with pytest.raises(Refused, match="frozen"):
        decide(scene, "fork", "accept")
    assert open_kinds(scene) == ["fork"]
    with scene.office.begin(scene.user) as c:
        c.execute(
            m.raffle_events.update().values(
                reconciliation_confirmed_at=scene.office.now(), reconciliation_confirmed_by=scene.user
            )
        )
    decide(scene, "fork", "exclude")
    with scene.office.begin() as c:
        assert reconcile.status(scene.office, c, scene.event).confirmed_at is None
        assert events.state(c, scene.event) == "closed"
