"""Draws: from the closed gates to an official result that anybody can verify."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from shared import draw as fair
from shared.errors import Fault, Refused
from syncserver import catalog, draws, events, pools, reconcile
from syncserver import models as m
from syncserver.db import Database
from tests.chains import HOUR_MS, PRICE, Kiosk, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def ready(scene: Scene, sales: int = 20) -> Kiosk:
    """Sold, closed, handed over, confirmed."""
    kiosk = scene.kiosk(blocks=5 * sales + 50)
    for _ in range(sales):
        kiosk.sell()
    kiosk.sell(test=True, at=scene.clock.now_ms() - 2 * HOUR_MS)
    void = kiosk.sell()
    kiosk.void(void.lines[0])
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    return kiosk


def freeze(scene: Scene, entropy: fair.Json | None = None) -> UUID:
    source = entropy if isinstance(entropy, dict) else {"source": "none"}
    with scene.office.begin(scene.user) as c:
        return draws.freeze(scene.office, c, scene.event, source, scene.user)


def test_a_draw_from_freeze_to_official_verifies_with_the_published_pool(scene: Scene) -> None:
    """D3, D2: only sold, valid, real tickets; the bundle verifies; amounts follow from the sales."""
    ready(scene)
    draw = freeze(scene, {"source": "dice", "form": "5d6"})
    with scene.office.begin(scene.user) as c:
        digest = draws.commit_seed(scene.office, c, draw, scene.user)
        assert draws.bundle(c, draw, official_only=False) is None
    with scene.office.begin(scene.user) as c:
        for by in (scene.user, scene.other_user):
            draws.key(scene.office, c, draw, "entropy", "1 6 3 3 2", by)
    with scene.office.begin(scene.user) as c:
        data = draws.execute(scene.office, c, draw, scene.user)
    with scene.office.begin() as c:
        pool = fair.Pool(draws.pool(c, draw) or b"")
        hidden = (draws.results(c, scene.event), draws.bundle(c, draw))
        found = draws.results(c, scene.event, official_only=False)
    assert hidden == ([], None)
    assert [pool.number_at(i) for i in range(pool.size)] == list(range(1, 101))
    report = fair.verify(data, [pool])
    assert report.ok, report.problems
    assert [won.draw_number for won in report.winners] == [row.number for row in found]
    assert fair.parse_canonical(data)["seed_sha256"] == digest  # type: ignore[index, call-overload]
    assert sorted((row.position, row.amount) for row in found) == [
        (1, 20 * PRICE // 2),
        (2, 2_500),
        (2, 2_500),
    ]
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    with scene.office.begin() as c:
        assert draws.bundle(c, draw) == data
        assert len(draws.results(c, scene.event)) == 3
        assert events.state(c, scene.event) == "drawn"
        assert draws.get(c, draw).step == "official"


def test_no_step_is_taken_out_of_its_order_or_twice(scene: Scene) -> None:
    """Law 7: the order holds in the program, and in the database behind it."""
    ready(scene)
    draw = freeze(scene)
    with scene.office.begin(scene.user) as c:
        for step in (
            lambda: draws.fix_entropy(c, draw, "", scene.user),
            lambda: draws.execute(scene.office, c, draw, scene.user),
            lambda: draws.make_official(scene.office, c, draw, scene.user),
        ):
            with pytest.raises(Refused) as e:
                step()
            assert e.value.code == "step"
        draws.commit_seed(scene.office, c, draw, scene.user)
    with pytest.raises(Refused), scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    with pytest.raises(IntegrityError), scene.office.begin(scene.user) as c:
        c.execute(m.draw_executions.update().values(rng_seed="00" * 32, seed_sha256="00" * 32))
    with pytest.raises(Refused, match="begun"):
        freeze(scene)


def test_seed_and_manifest_in_one_transaction_are_refused_by_the_database(scene: Scene) -> None:
    """What is not published yet cannot be followed by the next step."""
    ready(scene)
    with scene.office.engine.connect() as c:
        draw = draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user)
        with pytest.raises(IntegrityError, match="after the manifest is published"):
            draws.commit_seed(scene.office, c, draw, scene.user)


def test_nothing_is_drawn_while_a_gate_is_closed(scene: Scene) -> None:
    """D1: not on sale, not unconfirmed."""
    kiosk = scene.kiosk()
    kiosk.sell()
    with pytest.raises(Refused, match="active"):
        freeze(scene)
    scene.close()
    with pytest.raises(Refused, match="has not handed over"):
        freeze(scene)
    kiosk.cut()
    kiosk.send_all()
    with pytest.raises(Refused, match="confirmed"):
        freeze(scene)


def test_a_pool_that_could_run_out_is_refused(scene: Scene) -> None:
    """Design 6.3: freezing refuses prizes that could run out of distinct numbers."""
    kiosk = scene.kiosk()
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    with pytest.raises(Refused, match="empty"):
        freeze(scene)


def test_entropy_of_another_form_is_refused(scene: Scene) -> None:
    ready(scene)
    with pytest.raises(Refused, match="source"):
        freeze(scene, {"source": "stars"})
    draw = freeze(scene, {"source": "dice", "form": "2d6"})
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c, pytest.raises(Refused) as e:
        draws.fix_entropy(c, draw, "1 7", scene.user)
    assert e.value.code == "entropy"


def test_an_attempt_given_up_stays_on_record_and_the_next_one_names_it(scene: Scene) -> None:
    """Law 7: never in silence."""
    ready(scene)
    first = freeze(scene)
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, first, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.fail(c, first, "the power went", scene.user)
    second = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin() as c:
        rows = draws.attempts(c, scene.event)
        plan = fair.Manifest.read(draws.manifest(c, second) or b"")
        assert [(row.attempt, row.step) for row in rows] == [(2, "drawn"), (1, "failed")]
        assert plan.previous is not None
        assert plan.previous.hex() == rows[1].manifest_sha256
        assert rows[1].failure == "the power went"


def test_nobody_can_read_the_seed_out_of_the_database_before_it_is_opened(scene: Scene) -> None:
    """Law 7: who types the dice could else choose the winners; neither the tables nor a backup hold the seed."""
    ready(scene)
    draw = freeze(scene, {"source": "dice", "form": "2d6"})
    with scene.office.begin(scene.user) as c:
        digest = draws.commit_seed(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        held = c.execute(m.draw_executions.select()).one()
        logged = c.exec_driver_sql("SELECT old_data::text || new_data::text FROM audit_log").scalars().all()
    assert held.rng_seed == ""
    sealed = bytes(held.seed_sealed)
    assert hashlib.sha256(sealed).hexdigest() != digest
    assert not any(sealed.hex() in row for row in logged if row)
    with scene.office.begin(scene.user) as c:
        for by in (scene.user, scene.other_user):
            draws.key(scene.office, c, draw, "entropy", "3 4", by)
    other = dataclasses.replace(scene.office, secret=bytes(32))
    with pytest.raises(Fault, match="seal"), other.begin(scene.user) as c:
        draws.execute(other, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.execute(scene.office, c, draw, scene.user)
        opened = c.execute(m.draw_executions.select()).one()
    assert hashlib.sha256(bytes.fromhex(opened.rng_seed)).hexdigest() == digest


def test_an_attempt_whose_winners_are_known_is_not_given_up(scene: Scene) -> None:
    """Law 7: nobody looks at the winners first and draws again; the program says so before the database does."""
    ready(scene)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with pytest.raises(Refused, match="drawn") as e, scene.office.begin(scene.user) as c:
        draws.fail(c, draw, "we do not like it", scene.user)
    assert e.value.code == "step"
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)


def test_a_void_after_the_freeze_is_a_finding_and_changes_no_pool(scene: Scene) -> None:
    """Y10: void after draw."""
    kiosk = ready(scene)
    freeze(scene)
    order = UUID(kiosk_first_order(scene))
    with pytest.raises(Refused, match="frozen"), scene.office.begin(scene.user) as c:
        reconcile.void_order(scene.office, c, order, "too late", scene.user)
    with scene.office.begin() as c:
        row = c.execute(m.orders.select().where(m.orders.c.id == order)).one()
    from shared import sale

    kiosk.journal(
        sale.Voided(
            order=str(order), event=str(scene.event), validation=row.validation_number, reason="late", by="x"
        )
    )
    kiosk.send_all()
    assert "void_after_draw" in scene.kinds()
    assert scene.tickets()[1] == "sold"


def kiosk_first_order(scene: Scene) -> str:
    with scene.office.begin() as c:
        return str(c.execute(m.tickets.select().where(m.tickets.c.draw_number == 1)).one().order_id)


def test_a_kiosk_s_catalog_witnesses_manifest_and_seed(scene: Scene) -> None:
    """Law 7: published to the kiosks, which journal it."""
    kiosk = ready(scene)
    draw = freeze(scene)
    with scene.office.begin(scene.user) as c:
        digest = draws.commit_seed(scene.office, c, draw, scene.user)
    import msgspec

    from shared import sale, wire

    with scene.office.begin() as c:
        shown = msgspec.json.decode(
            catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch).data, type=wire.Catalog
        )
        known = draws.get(c, draw).manifest_sha256
    assert (shown.events[0].manifests, shown.events[0].seeds) == ((known,), (digest,))
    kiosk.journal(sale.Witnessed(generation=1, serial=1, manifests=(known,), seeds=(digest,)))
    kiosk.send_all()
    assert "witness" not in scene.kinds()


def test_a_pool_of_more_than_one_chunk_is_read_whole_and_in_order(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CHUNK_NUMBERS", 7)
    ready(scene)
    draw = freeze(scene)
    with scene.office.begin() as c:
        pool = fair.Pool(draws.pool(c, draw) or b"")
    assert Counter(pool.number_at(i) for i in range(pool.size)) == Counter(range(1, 101))
