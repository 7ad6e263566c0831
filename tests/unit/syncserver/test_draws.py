"""Draws: from the closed gates to an official result that anybody can verify."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, create_engine, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared import drand
from shared import draw as fair
from shared.clock import utc
from shared.errors import Fault, Refused
from syncserver import auth, catalog, claims, draws, events, keyings, notices, pools, reconcile
from syncserver import models as m
from syncserver.config import BeaconPlaces
from syncserver.db import Database
from syncserver.events import DrawRules, NewEvent, PoolPlan, Progressive
from tests import beacon
from tests.beacon import shining
from tests.chains import HOUR_MS, PRICE, START_MS, Kiosk, Scene, SetClock, open_scene
from tests.postgres import as_owner, set_clock

PASSWORD = "correct horse battery staple"


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
            lambda: draws.fix_entropy(scene.office, c, draw, "", scene.user),
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
    # Nor does the database take a second attempt under way, or a second draw of the same plan.
    another = (
        "INSERT INTO draw_executions (raffle_event_id, state, started_at, rng_seed, conducted_by, system_checksum,"
        " attempt, kind, reason, agreed_by, entropy_source) SELECT raffle_event_id, 'pending', now(), '',"
        " conducted_by, '', 2, %s, 'so', gen_random_uuid(), entropy_source FROM draw_executions"
    )
    with pytest.raises(IntegrityError, match="under_way"), scene.office.begin() as c:
        c.exec_driver_sql(another, ("redraw",))
    with scene.office.begin(scene.user) as c:
        draws.fix_entropy(scene.office, c, draw, "", scene.user)
    with scene.office.begin(scene.user) as c:
        draws.execute(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    with pytest.raises(IntegrityError, match="once"), scene.office.begin() as c:
        c.exec_driver_sql(another, ("draw",))


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


def test_the_database_itself_lets_nothing_be_frozen_behind_a_shut_gate(scene: Scene) -> None:
    """D1: not by the application's role, past the program: not on sale, unsigned, over a doubt, or an unseen void."""
    begin = m.draw_executions.insert().values(
        raffle_event_id=scene.event,
        state="pending",
        started_at=scene.office.now(),
        rng_seed="",
        conducted_by=scene.user,
        system_checksum="",
        entropy_source={"source": "none"},
    )

    def refused(said: str, **how: object) -> None:
        with pytest.raises(IntegrityError, match=said), scene.office.begin() as c:
            c.execute(begin.values(**how))

    refused("only a closed event")
    kiosk = ready(scene)
    finding = {"event_id": scene.event, "kind": "clock", "severity": "WARN", "detail": {}}
    e = m.raffle_events
    with scene.office.begin() as c:
        c.execute(m.findings.insert().values(blocking=True, **finding))
    refused("finding is undecided")
    with scene.office.begin() as c:
        c.execute(update(m.findings).values(decided_at=scene.office.now(), decision="accept"))
    void = kiosk.sell(at=scene.closes_ms - 1)
    kiosk.void(void.lines[0])
    kiosk.send_all()
    refused("confirms the reconciliation")
    with scene.office.begin() as c:
        manager = {"organization_id": scene.organisation, "user_id": scene.user, "role": "manager"}
        c.execute(m.organization_users.insert().values(**manager))
        c.execute(update(e).values(presigned_at=scene.office.now(), presigned_by=scene.user))
    refused("confirms the reconciliation")
    refused("confirms the reconciliation", plan="early")
    refused("voids are acknowledged|finding is undecided", automatic=True)


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
        draws.fix_entropy(scene.office, c, draw, "1 7", scene.user)
    assert e.value.code == "entropy"


def test_an_attempt_given_up_stays_on_record_and_the_next_one_names_it(scene: Scene) -> None:
    """Law 7: never in silence."""
    ready(scene)
    first = freeze(scene)
    with scene.office.begin(scene.user) as c:
        assert draws.fail(scene.office, c, first, "the power went", scene.user)
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


def test_everybody_is_told_of_an_attempt_that_was_given_up(scene: Scene) -> None:
    """D11: of each one, with the reason."""
    ready(scene)
    una, otto = staffed(scene)
    for reason in ("power cut", "wrong list"):
        draw = freeze(scene)
        with scene.office.begin(una) as c:
            draws.fail(scene.office, c, draw, reason, una)
    with scene.office.begin() as c:
        told = notices.unseen(c, otto)
        name = events.get(c, scene.event).name
    assert {(one.kind, one.text) for one in told} == {
        ("draw_failed", f"{name}: attempt 1 was given up. power cut"),
        ("draw_failed", f"{name}: attempt 2 was given up. wrong list"),
    }


def test_an_attempt_whose_winners_are_known_is_not_given_up(scene: Scene) -> None:
    """Law 7: nobody looks at the winners first and draws again; the program says so before the database does."""
    ready(scene)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with pytest.raises(Refused, match="drawn") as e, scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, draw, "we do not like it", scene.user)
    assert e.value.code == "step"
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)


def committed(scene: Scene, entropy: fair.Json = None) -> UUID:
    """Frozen, and the seed's hash published."""
    draw = freeze(scene, entropy)
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    return draw


def give_attempt_up(scene: Scene, draw: UUID, by: UUID, reason: str = "we do not like it") -> bool:
    with scene.office.begin(by) as c:
        return draws.fail(scene.office, c, draw, reason, by)


DICE: fair.Json = {"source": "dice", "form": "2d6"}


def test_one_person_gives_an_attempt_up_before_the_chance_can_be_known_and_two_after_that(
    scene: Scene,
) -> None:
    """D11, law 7: nobody alone tries again until the numbers suit them; every administrator is told who asked."""
    ready(scene)
    una, otto = staffed(scene)
    assert give_attempt_up(scene, committed(scene, DICE), una)
    draw = committed(scene, DICE)
    with scene.office.begin(una) as c:
        draws.key(scene.office, c, draw, "entropy", "3 4", una)
    assert not give_attempt_up(scene, draw, una)
    with pytest.raises(Refused, match="second person") as e:
        give_attempt_up(scene, draw, una)
    assert e.value.code == "second_person"
    with scene.office.begin() as c:
        row = draws.get(c, draw)
        assert (row.step, row.failure_asked, row.failure_asked_by) == ("committed", "we do not like it", una)
        (told,) = [one for one in notices.unseen(c, otto) if one.kind == "draw_failure_asked"]
        assert "Una" in told.text
        assert "we do not like it" in told.text
    with pytest.raises(IntegrityError, match="two people"), scene.office.begin() as c:
        c.execute(
            update(m.draw_executions)
            .where(m.draw_executions.c.id == draw)
            .values(state="failed", failure="so", failed_at=scene.office.now(), failed_by=una)
        )
    with pytest.raises(IntegrityError, match="failure_asked_by is set once"), scene.office.begin() as c:
        c.execute(
            update(m.draw_executions).where(m.draw_executions.c.id == draw).values(failure_asked_by=otto)
        )
    assert give_attempt_up(scene, draw, otto, "the dice fell off the table")
    with scene.office.begin() as c:
        row = draws.get(c, draw)
        assert row.failure == "we do not like it the dice fell off the table"
        assert row.step == "failed"


def test_without_public_chance_two_people_give_up_whatever_has_a_seed(scene: Scene) -> None:
    """Law 7: then the seed alone decides, from the moment it is made."""
    ready(scene)
    una, otto = staffed(scene)
    draw = committed(scene)
    assert not give_attempt_up(scene, draw, una)
    # It can still be gone on with.
    with scene.office.begin(una) as c:
        draws.fix_entropy(scene.office, c, draw, "", una)
    with scene.office.begin(una) as c:
        assert draws.two_give_up(scene.office, c, draw)
    assert give_attempt_up(scene, draw, otto)


def test_a_beacon_that_is_out_takes_two_to_give_up(database: Database, tmp_path: Path) -> None:
    """Law 7: from then on everybody knows it."""
    scene = ready_for(database, tmp_path, OUT_MS)
    una, otto = staffed(scene)
    draw = committed(scene, draws.drand_source(scene.office, 60))
    with scene.office.begin() as c:
        assert not draws.two_give_up(scene.office, c, draw)
    scene.clock.ms = OUT_MS
    assert not give_attempt_up(scene, draw, una)
    assert give_attempt_up(scene, draw, otto)


def test_who_was_not_alone_at_the_freeze_does_not_key_the_dice_twice(scene: Scene) -> None:
    """D3, law 7: not by switching the others off afterwards; the database says the same."""
    ready(scene)
    una, otto = staffed(scene)
    draw = committed(scene, DICE)
    with scene.office.begin() as c:
        assert not draws.get(c, draw).alone
        c.execute(update(m.users).where(m.users.c.id == otto).values(is_active=False))
    with scene.office.begin(una) as c:
        draws.key(scene.office, c, draw, "entropy", "3 4", una)
    with pytest.raises(Refused, match="second person") as e, scene.office.begin(una) as c:
        draws.key(scene.office, c, draw, "entropy", "3 4", una)
    assert e.value.code == "same_person"
    with pytest.raises(IntegrityError, match="second person is another"), scene.office.begin() as c:
        c.execute(
            m.draw_keyings.insert().values(
                draw_execution_id=draw,
                what="entropy",
                round=1,
                content="3 4",
                keyed_by=una,
                keyed_at=scene.office.now(),
            )
        )
    with pytest.raises(IntegrityError, match="alone never changes"), as_owner(scene.office.database) as c:
        c.execute(update(m.draw_executions).values(alone=True))


def test_who_is_alone_at_the_freeze_keys_the_dice_twice_and_it_is_on_record(scene: Scene) -> None:
    """D3: decided then, whoever comes later."""
    ready(scene)
    with scene.office.begin() as c:
        una = auth.create_user(c, scene.organisation, "una", "Una", PASSWORD, "manager")
    draw = committed(scene, DICE)
    with scene.office.begin() as c:
        auth.create_user(c, scene.organisation, "otto", "Otto", PASSWORD, "admin")
        assert draws.get(c, draw).alone
        said = c.execute(select(m.critical_events.c.description)).scalars().all()
        assert any("one person alone keys the dice" in words for words in said)
    with scene.office.begin(una) as c:
        for _ in range(2):
            draws.key(scene.office, c, draw, "entropy", "3 4", una)
        assert draws.get(c, draw).step == "entropy"


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


# Redraws --------------------------------------------------------------------------------------------


def staffed(scene: Scene) -> tuple[UUID, UUID]:
    """Two who may draw, of the scene's organisation."""
    with scene.office.begin() as c:
        return (
            auth.create_user(c, scene.organisation, "una", "Una", PASSWORD, "manager"),
            auth.create_user(c, scene.organisation, "otto", "Otto", PASSWORD, "admin"),
        )


def official(scene: Scene) -> list[draws.ResultRow]:
    """Drawn without public chance and made official; the results."""
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        return draws.results(c, scene.event)


def give_up(scene: Scene, result: UUID, una: UUID, otto: UUID) -> None:
    """Given up by Una, agreed by Otto."""
    with scene.office.begin(una) as c:
        forfeit = claims.give_up(scene.office, c, result, "ineligible", "works here", una)
    with scene.office.begin(otto) as c:
        claims.agree(scene.office, c, forfeit, otto)


def redraw(scene: Scene, results: list[UUID], by: UUID, **how: object) -> UUID:
    scene.clock.pass_ms(1_000)
    with scene.office.begin(by) as c:
        return draws.freeze(
            scene.office,
            c,
            scene.event,
            {"source": "none"},
            by,
            redo=results,
            **{"reason": "ineligible"} | how,  # type: ignore[arg-type]
        )


def finish(scene: Scene, draw: UUID) -> None:
    """Every step that is left, without public chance."""
    scene.clock.pass_ms(1_000)
    by = scene.user
    for step in (
        lambda c: draws.commit_seed(scene.office, c, draw, by),
        lambda c: draws.key(scene.office, c, draw, "entropy", "", by),
        lambda c: draws.execute(scene.office, c, draw, by),
        lambda c: draws.make_official(scene.office, c, draw, by),
    ):
        with scene.office.begin(by) as c:
            step(c)


def test_what_two_gave_up_is_drawn_again_on_record_and_everybody_told(scene: Scene) -> None:
    """D7: a new manifest with that prize alone, out of the numbers that have not won; the old result stays."""
    ready(scene)
    una, otto = staffed(scene)
    first, second, third = official(scene)
    give_up(scene, second.id, una, otto)
    draw = redraw(scene, [second.id], una)
    with scene.office.begin() as c:
        row = draws.get(c, draw)
        plan = fair.Manifest.read(draws.manifest(c, draw) or b"")
        pool = fair.Pool(draws.pool(c, draw) or b"")
        told = notices.unseen(c, otto)
        holder = select(m.tickets.c.order_id).where(m.tickets.c.draw_number == second.number)
        held = set(c.scalars(select(m.tickets.c.draw_number).where(m.tickets.c.order_id.in_(holder))))
    assert (row.kind, row.reason, row.agreed_by, row.attempt, row.redo) == (
        "redraw",
        "ineligible",
        otto,
        2,
        [second.id],
    )
    assert [(prize.position, prize.winners) for prize in plan.prizes] == [(2, 1)]
    # Of an ineligible holder all five numbers are out, and all that have won; he may have won twice.
    assert len(held) == 5
    gone = held | {first.number, second.number, third.number}
    assert {pool.number_at(i) for i in range(pool.size)} == set(range(1, 101)) - gone
    assert "A redraw for 1 given up: ineligible" in told[0].text
    finish(scene, draw)
    with scene.office.begin() as c:
        found = draws.results(c, scene.event)
        assert events.state(c, scene.event) == "drawn"
        assert [one.kind for one in notices.unseen(c, otto)] == ["draw_official", "redraw", "draw_official"]
        assert draws.replay(scene.office, c, draw).ok
    assert [row.id for row in found[:3]] == [first.id, second.id, third.id]
    new = found[3]
    assert (new.replaces, new.position, new.winner, new.amount) == (second.id, 2, 1, second.amount)


def test_a_redraw_without_two_people_a_reason_or_a_forfeit_is_refused(scene: Scene) -> None:
    """D7, D1: by the program, and by the database behind it."""
    ready(scene)
    una, otto = staffed(scene)
    first, second, third = official(scene)
    with pytest.raises(Refused, match="not given up"):
        redraw(scene, [first.id], una)
    with scene.office.begin(una) as c:
        claims.give_up(scene.office, c, first.id, "ineligible", "works here", una)
    with pytest.raises(Refused, match="not given up"):
        redraw(scene, [first.id], una)
    give_up(scene, second.id, una, otto)
    for how, said in (
        ({"reason": " "}, "reason is needed"),
        ({"agreed_by": una}, "second administrator"),
        ({"agreed_by": uuid4()}, "second administrator"),
    ):
        with pytest.raises(Refused, match=said):
            redraw(scene, [second.id], una, **how)
    for wrong in ([uuid4()], [second.id, second.id], [second.id, third.id]):
        with pytest.raises(Refused) as e:
            redraw(scene, wrong, una)
        assert e.value.code == "redo"
    with pytest.raises(Refused, match="is held"):
        freeze(scene)
    finish(scene, redraw(scene, [second.id], una))
    with pytest.raises(Refused, match="drawn anew already"):
        redraw(scene, [second.id], una)
    with pytest.raises(IntegrityError, match="two people behind it"), scene.office.begin() as c:
        c.exec_driver_sql(
            "INSERT INTO draw_executions (raffle_event_id, state, started_at, rng_seed, conducted_by,"
            " system_checksum, attempt, kind, reason) SELECT raffle_event_id, 'pending', now(), '', conducted_by,"
            " '', 99, 'redraw', 'so' FROM draw_executions LIMIT 1"
        )
    with pytest.raises(IntegrityError, match="replaces_id"), scene.office.begin() as c:
        c.exec_driver_sql(
            "INSERT INTO draw_results SELECT gen_random_uuid(), draw_execution_id, prize_id, 9, winning_ticket_id,"
            " winning_number, 1, now(), 1, false, 'main', 1, replaces_id FROM draw_results"
            " WHERE replaces_id IS NOT NULL"
        )


def test_whoever_agreed_that_it_is_given_up_is_the_second_person_behind_the_redraw(scene: Scene) -> None:
    """D7: a clerk of the claims desk may agree to it, and may have left since."""
    ready(scene)
    una, otto = staffed(scene)
    with scene.office.begin() as c:
        cleo = auth.create_user(c, scene.organisation, "cleo", "Cleo", PASSWORD, "claims")
    first, second, _ = official(scene)
    give_up(scene, first.id, una, cleo)
    give_up(scene, second.id, una, cleo)
    draw = redraw(scene, [first.id], una)
    with scene.office.begin() as c:
        assert draws.get(c, draw).agreed_by == cleo
        c.execute(update(m.users).where(m.users.c.id.in_([una, cleo])).values(is_active=False))
    finish(scene, draw)
    draw = redraw(scene, [second.id], otto)
    with scene.office.begin() as c:
        assert draws.get(c, draw).agreed_by == cleo


def test_an_overridden_winner_is_a_new_draw_by_hand_on_a_sold_and_valid_ticket(
    database: Database, tmp_path: Path
) -> None:
    """S5, D11: never an edited result; with a reason and a second person."""
    scene = open_scene(database, tmp_path, draw=DrawRules(method="both"))
    ready(scene)
    una, otto = staffed(scene)
    first = official(scene)[0]
    give_up(scene, first.id, una, otto)
    with scene.office.begin(una) as c:
        draw = draws.freeze(
            scene.office, c, scene.event, {"source": "manual"}, una, redo=[first.id], reason="his boss drew"
        )
        pool = fair.Pool(draws.pool(c, draw) or b"")
        keyings.record_counterfoils(scene.office, c, draw, 0, pool.size, una)
    wanted = pool.number_at(0)
    for what, content in (("counterfoils", str(pool.size)), ("winners", str(wanted))):
        for person in (una, otto):
            with scene.office.begin(person) as c:
                draws.key(scene.office, c, draw, what, content, person)  # type: ignore[arg-type]
    with pytest.raises(ProgrammingError), scene.office.begin() as c:
        c.execute(update(m.draw_results).values(winning_number=wanted))
    with scene.office.begin(una) as c:
        draws.execute(scene.office, c, draw, una)
    with scene.office.begin(una) as c:
        draws.make_official(scene.office, c, draw, una)
        new = draws.results(c, scene.event)[-1]
    assert (new.number, new.replaces, new.amount) == (wanted, first.id, first.amount)


# What stands once the pools are frozen ----------------------------------------------------------------


def taken_out(scene: Scene, which: ColumnElement[bool]) -> None:
    """By whoever owns the database: these tickets are in doubt, and their orders with them."""
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        for table in ("orders", "tickets"):
            c.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        orders = select(m.tickets.c.order_id).where(which)
        c.execute(update(m.orders).where(m.orders.c.id.in_(orders)).values(offline_sync_status="quarantined"))
        c.execute(update(m.tickets).where(which).values(state="quarantined"))
        for table in ("orders", "tickets"):
            c.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    owner.dispose()


def test_prizes_come_to_what_they_came_to_when_the_pools_were_frozen(scene: Scene) -> None:
    """D8, law 7: whatever becomes of a ticket or a sale after that; the amounts are on record from then on."""
    ready(scene)
    draw = freeze(scene)
    with scene.office.begin() as c:
        kept = draws.get(c, draw).amounts
        assert kept == {scene.prizes[0]: 20 * PRICE // 2, scene.prizes[1]: 2_500}
    taken_out(scene, m.tickets.c.draw_number > 0)
    finish(scene, draw)
    with scene.office.begin() as c:
        found = draws.results(c, scene.event)
    assert {row.prize: row.amount for row in found} == kept
    with pytest.raises(IntegrityError, match="amounts never changes"), as_owner(scene.office.database) as c:
        c.execute(update(m.draw_executions).values(amounts={}))


def test_a_number_in_the_frozen_pool_wins_by_hand_whatever_its_ticket_has_become(
    database: Database, tmp_path: Path
) -> None:
    """D4, law 7: the pool alone says who takes part."""
    scene = open_scene(database, tmp_path, draw=DrawRules(method="manual"))
    ready(scene)
    draw = freeze(scene, {"source": "manual"})
    with scene.office.begin(scene.user) as c:
        keyings.record_counterfoils(scene.office, c, draw, 0, 100, scene.user)
    taken_out(scene, m.tickets.c.draw_number == 7)
    keyed: tuple[tuple[keyings.What, str], ...] = (("counterfoils", "100"), ("winners", "7 8 9"))
    for what, content in keyed:
        for person in (scene.user, scene.other_user):
            with scene.office.begin(person) as c:
                draws.key(scene.office, c, draw, what, content, person)
    with scene.office.begin(scene.user) as c:
        draws.execute(scene.office, c, draw, scene.user)
        assert [row.number for row in draws.results(c, scene.event, official_only=False)] == [7, 8, 9]


def test_nobody_adds_a_winner_that_the_bundle_does_not_name(scene: Scene) -> None:
    """Law 7, D9: not with the application's rights, neither before nor after the result is official."""
    ready(scene)
    another = (
        "INSERT INTO draw_results (draw_execution_id, prize_id, position, winning_ticket_id, winning_number,"
        " prize_value_at_draw, selected_at, winner, pool_number) SELECT r.draw_execution_id, r.prize_id, r.position,"
        " t.id, t.draw_number, r.prize_value_at_draw, now(), 9, t.draw_number FROM draw_results r, tickets t"
        " WHERE t.draw_number = 50 LIMIT 1"
    )
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with pytest.raises(IntegrityError, match="never after it"), scene.office.begin() as c:
        c.exec_driver_sql(another)
    touched = update(m.draw_executions).values(updated_at=scene.office.now())
    with scene.office.engine.connect() as c:
        c.execute(touched)
        with pytest.raises(IntegrityError, match="bundle names"):
            c.exec_driver_sql(another)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    with scene.office.engine.connect() as c:
        c.execute(touched)
        with pytest.raises(IntegrityError, match="never after it"):
            c.exec_driver_sql(another)


# Beacons --------------------------------------------------------------------------------------------

OUT_MS = drand.time_of(beacon.ROUND) * 1000
LEAD_MS = 60_000


def ready_for(database: Database, home: Path, out_ms: int) -> Scene:
    """Confirmed, a minute before the beacon's round comes out."""
    clock = SetClock()
    clock.ms = out_ms - LEAD_MS - 4 * HOUR_MS
    scene = open_scene(database, home, clock=clock)
    ready(scene)
    assert clock.ms == out_ms - LEAD_MS
    return scene


def test_a_seed_that_the_database_holds_too_late_is_refused_in_words(
    database: Database, tmp_path: Path
) -> None:
    """D3, law 7: its own clock decides, however slow the server's is."""
    scene = ready_for(database, tmp_path, OUT_MS)
    draw = freeze(scene, draws.drand_source(scene.office, 60))
    scene.clock.ms = OUT_MS - 30_000
    set_clock(database, utc(OUT_MS - 2_000))
    with pytest.raises(Refused, match="clock of the database") as e, scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    assert e.value.code == "entropy_late"
    with scene.office.begin() as c:
        assert draws.get(c, draw).step == "frozen"


def test_a_draw_waits_for_a_drand_round_and_takes_no_other(database: Database, tmp_path: Path) -> None:
    """Law 7, D3: chosen before, its seed committed before, its signature checked, then fetched or pasted."""
    scene = ready_for(database, tmp_path, OUT_MS)
    source = draws.drand_source(scene.office, 60)
    assert source["round"] == beacon.ROUND
    draw = freeze(scene, source)
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
        assert draws.get(c, draw).entropy_due_at == utc(OUT_MS)
    scene.clock.ms = OUT_MS - 1
    with pytest.raises(Refused, match="comes out at"), scene.office.begin(scene.user) as c:
        draws.key(scene.office, c, draw, "entropy", beacon.ROUND_JSON, scene.user)
    scene.clock.ms = OUT_MS
    with pytest.raises(Refused, match="not drand's"), scene.office.begin(scene.user) as c:
        draws.key(scene.office, c, draw, "entropy", "a" * 96, scene.user)
    with pytest.raises(Refused, match="not drand's"), scene.office.begin(scene.user) as c:
        draws.fix_entropy(scene.office, c, draw, beacon.TEXT[:-2] + "00", scene.user)
    with shining() as lamp:
        scene.office = dataclasses.replace(scene.office, beacons=BeaconPlaces((lamp.address,)))
        assert draws.fetch_entropy(scene.office, draw, scene.user) == beacon.TEXT
    with scene.office.begin() as c:
        # By the same clock as all other steps, whatever the database's says.
        assert draws.get(c, draw).entropy_fixed_at == utc(OUT_MS)
    with pytest.raises(Refused, match="fixed once"):
        draws.fetch_entropy(scene.office, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        data = draws.execute(scene.office, c, draw, scene.user)
    report = fair.verify(data, (), drand.check)
    assert report.ok, report.problems
    assert any("drand's signature" in words for words in report.checked)


def test_a_nist_pulse_is_pasted_and_what_is_not_checked_is_said(database: Database, tmp_path: Path) -> None:
    """D3."""
    scene = ready_for(database, tmp_path, beacon.PULSE_MS)
    draw = freeze(scene, draws.nist_source(scene.office, 60))
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    scene.clock.ms = beacon.PULSE_MS
    with scene.office.begin(scene.user) as c:
        keyed = draws.key(scene.office, c, draw, "entropy", beacon.PULSE_JSON, scene.user)
    assert (keyed.outcome, keyed.content) == ("agreed", beacon.OUTPUT)
    assert "not checked" in keyed.words
    with scene.office.begin(scene.user) as c:
        report = fair.verify(draws.execute(scene.office, c, draw, scene.user))
    assert any("ask NIST" in words for words in report.not_checked)


def test_what_is_out_already_takes_part_in_no_draw(database: Database, tmp_path: Path) -> None:
    """Law 7: neither at the freeze nor between it and the seed's hash; the database refuses both sides."""
    scene = ready_for(database, tmp_path, OUT_MS)
    source = draws.drand_source(scene.office, 60)
    draw = freeze(scene, source)
    d = m.draw_executions
    seed = {"seed_sealed": b"\0" * 32, "seed_sha256": "00" * 32}
    with pytest.raises(IntegrityError, match="before the public"), scene.office.begin() as c:
        c.execute(update(d).values(**seed, seed_committed_at=utc(OUT_MS)))
    margin_ms = draws.PUBLISH_S_MIN * 1000
    with pytest.raises(IntegrityError, match="before the public"), scene.office.begin() as c:
        c.execute(update(d).values(**seed, seed_committed_at=utc(OUT_MS - margin_ms + 1)))
    for late_ms in (OUT_MS - margin_ms + 1, OUT_MS):
        scene.clock.ms = late_ms
        with pytest.raises(Refused, match="before it"), scene.office.begin(scene.user) as c:
            draws.commit_seed(scene.office, c, draw, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, draw, "too late", scene.user)
    with pytest.raises(Refused, match="still to come"):
        freeze(scene, source)
    scene.clock.ms = OUT_MS - LEAD_MS
    draw = freeze(scene, source)
    with scene.office.begin(scene.user) as c:
        draws.commit_seed(scene.office, c, draw, scene.user)
    with pytest.raises(IntegrityError, match="not out yet"), scene.office.begin() as c:
        c.execute(
            update(d)
            .where(d.c.id == draw)
            .values(public_entropy=beacon.TEXT, entropy_fixed_at=utc(OUT_MS) - timedelta(seconds=1))
        )
    scene.clock.ms = OUT_MS - 1
    with pytest.raises(Refused, match="comes out at"), scene.office.begin(scene.user) as c:
        draws.fix_entropy(scene.office, c, draw, beacon.TEXT, scene.user)
    with pytest.raises(IntegrityError, match="never changes"), as_owner(scene.office.database) as c:
        c.execute(update(d).where(d.c.id == draw).values(entropy_due_at=utc(OUT_MS - 10_000)))
    with scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, draw, "another chain", scene.user)
    with pytest.raises(Refused, match="quicknet"):
        freeze(scene, {"source": "drand", "chain": "00" * 32, "round": 1})


# Many pools, linked events, a deck --------------------------------------------------------------------


def test_an_early_bird_is_drawn_before_the_main_draw_and_changes_no_state(
    database: Database, tmp_path: Path
) -> None:
    """D2: attempts are numbered over all plans, each names the one before; one is under way at a time."""
    until = utc(START_MS + HOUR_MS)
    early = PoolPlan(name="early", label="Early bird", until=until, draw_at=until)
    scene = open_scene(
        database,
        tmp_path,
        pools=(early,),
        prepare=lambda c, event: events.add_prize(c, event, "Cup", "fixed", 700, position=7, pool="early"),
    )
    kiosk = scene.kiosk()
    kiosk.sell()
    scene.clock.ms = START_MS + HOUR_MS
    kiosk.cut(pool="early")
    kiosk.sell()
    with pytest.raises(Refused, match="not handed over"), scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user, plan="early")
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user, "early")
    with pytest.raises(Refused, match="no such draw"), scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, scene.event, {"source": "none"}, scene.user, plan="late")
    first = draws.draw_now(scene.office, scene.event, scene.user, plan="early")
    with pytest.raises(Refused, match="begun already"):
        freeze(scene)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, first, scene.user)
        assert events.state(c, scene.event) == "active"
        cup = draws.results(c, scene.event)[0]
    assert (cup.plan, cup.pool, cup.amount) == ("early", "early", 700)
    assert 1 <= cup.number <= 5
    with pytest.raises(Refused, match="is held"):
        draws.draw_now(scene.office, scene.event, scene.user, plan="early")
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    main = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, main, scene.user)
        plan = fair.Manifest.read(draws.manifest(c, main) or b"")
        assert (plan.attempt, plan.previous) == (2, bytes.fromhex(draws.get(c, first).manifest_sha256))
        assert events.state(c, scene.event) == "drawn"
        assert [row.plan for row in draws.results(c, scene.event)] == ["early", "main", "main", "main"]
        assert {row.number for row in draws.results(c, scene.event)[1:]}.isdisjoint({cup.number})


def test_linked_events_are_drawn_in_one_and_each_winner_finds_its_ticket(
    database: Database, tmp_path: Path
) -> None:
    """Design 6.3: by the published map; all of them are drawn with the leading one's result."""
    scene = open_scene(database, tmp_path, last_number=500)
    new = NewEvent(
        name="East",
        identifier="EAST",
        organisation=scene.organisation,
        opens_at=utc(scene.clock.ms - HOUR_MS),
        closes_at=utc(scene.closes_ms),
        draw=DrawRules(linked_to=scene.event),
        first_number=101,
        last_number=300,
    )
    with scene.office.begin(scene.user) as c:
        other = events.create_event(scene.office, c, new, scene.user)
        package = events.add_package(c, other, "Five", 5, PRICE, 1)
        events.activate(scene.office, c, other, scene.user)
    una, _ = staffed(scene)
    kiosk = scene.kiosk()
    kiosk.allocate(50, other)
    scene.package = package
    for _ in range(3):
        kiosk.sell(kiosk.line(event=other))
    scene.close()
    for event in (scene.event, other):
        kiosk.cut(event)
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    with pytest.raises(Refused, match="East"):
        freeze(scene)
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, other, scene.user)
    with pytest.raises(Refused, match="linked"), scene.office.begin(scene.user) as c:
        draws.freeze(scene.office, c, other, {"source": "none"}, scene.user)
    found = official(scene)
    assert {row.event for row in found} == {other}
    assert all(101 <= row.number <= 115 and row.pool_number == row.number + 400 for row in found)
    with scene.office.begin() as c:
        assert events.state(c, scene.event) == events.state(c, other) == "drawn"
        assert draws.results(c, other) == found
        tickets = c.execute(m.tickets.select().where(m.tickets.c.id.in_([row.ticket for row in found]))).all()
        assert {(row.event_id, row.draw_number) for row in tickets} == {(other, row.number) for row in found}
        assert {one.event for one in notices.unseen(c, una)} == {scene.event, other}


def test_the_ace_s_ticket_wins_the_card_s_prize_and_those_between_nothing(
    database: Database, tmp_path: Path
) -> None:
    """Catch the Ace, with a forced draw: pairs until the ace comes, the first ticket and the last one win."""

    def with_cards(c: object, event: UUID) -> None:
        from sqlalchemy import Connection

        assert isinstance(c, Connection)
        for prize in events.prizes(c, event):
            events.remove_prize(c, prize.id)
        events.add_prize(c, event, "Tonight's", "fixed", 500, position=1)
        events.add_prize(c, event, "The ace", "percentage", basis_points=5_000, position=2, pool="deck")

    rules = DrawRules(progressive=Progressive(cards=6, ace=3, must_be_won=True))
    scene = open_scene(database, tmp_path, draw=rules, prepare=with_cards)
    ready(scene)
    found = official(scene)
    with scene.office.begin() as c:
        (row,) = draws.attempts(c, scene.event)
        report = fair.verify(draws.bundle(c, row.id) or b"")
        assert draws.replay(scene.office, c, row.id).ok
    assert report.jackpot is not None
    assert [(one.prize_name, one.number, one.amount) for one in found] == [
        ("Tonight's", report.winners[0].ticket_number, 500),
        ("The ace", report.jackpot.ticket_number, 20 * PRICE // 2),
    ]
    assert found[1].pool_number == fair.CARD_BASE + 3


def test_reserves_stand_in_line_behind_the_winners(database: Database, tmp_path: Path) -> None:
    """D7: drawn with the prize, and no winners yet."""
    scene = open_scene(database, tmp_path, draw=DrawRules(reserves=2))
    ready(scene)
    assert [(row.position, row.winner, row.reserve) for row in official(scene)] == [
        (1, 1, False),
        (1, 2, True),
        (1, 3, True),
        (2, 1, False),
        (2, 2, False),
        (2, 3, True),
        (2, 4, True),
    ]


# The list and the record ------------------------------------------------------------------------------


def test_every_draw_is_listed_failed_ones_too(scene: Scene) -> None:
    """D11: with who did what; how many won only once it is official (D6)."""
    ready(scene)
    first = freeze(scene)
    with scene.office.begin(scene.user) as c:
        draws.fail(scene.office, c, first, "the power went", scene.user)
        with pytest.raises(Refused, match="stays as it is"):
            draws.fail(scene.office, c, first, "again", scene.user)
    scene.clock.pass_ms(1_000)
    second = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin() as c:
        listed = draws.all_draws(c, scene.organisation)
        assert draws.all_draws(c, uuid4()) == []
    assert [(one.draw.id, one.draw.step, one.winners) for one in listed] == [
        (second, "drawn", None),
        (first, "failed", None),
    ]
    assert (listed[1].event_name, listed[1].conducted_by, listed[1].draw.failure) == (
        "Summer raffle",
        "Ada",
        "the power went",
    )
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, second, scene.user)
        assert (draws.all_draws(c, scene.organisation)[0].winners) == 3


def test_a_record_that_was_tampered_with_does_not_replay(scene: Scene) -> None:
    """D10: each part of it is compared, even against whoever owns the database; and nothing before it is official."""
    ready(scene)
    draw = draws.draw_now(scene.office, scene.event, scene.user)
    with scene.office.begin(scene.user) as c:
        with pytest.raises(Refused, match="not official"):
            draws.replay(scene.office, c, draw)
        draws.make_official(scene.office, c, draw, scene.user)
        assert draws.replay(scene.office, c, draw).ok
    owner = create_engine(scene.office.database.owner_url)
    for table, change, said in (
        ("draw_results", "UPDATE draw_results SET pool_number = 101 WHERE position = 1", "winners"),
        ("draw_executions", "UPDATE draw_executions SET public_entropy = 'x'", "public entropy"),
        ("draw_executions", "UPDATE draw_executions SET seed_sealed = sha256('x')", "sealed"),
        ("draw_pools", "UPDATE draw_pools SET numbers = overlay(numbers PLACING int4send(0) FROM 1)", "pool"),
    ):
        with owner.connect() as c:
            c.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            c.execute(text(change))
            try:
                problems = draws.replay(scene.office, c, draw).problems
            except fair.DrawError as e:
                problems = [str(e)]
            assert any(said in words for words in problems), (change, problems)
            c.rollback()
    owner.dispose()


def test_the_program_replays_a_draw_and_says_what_it_did(scene: Scene) -> None:
    """D10: tombola-server replay DRAW; 0 where the same comes out, 1 where not, or where there is no such draw."""
    ready(scene)
    official(scene)
    with scene.office.begin() as c:
        (row,) = draws.attempts(c, scene.event)
    owner, app = scene.office.database.owner_url, scene.office.engine.url
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TOMBOLA_", "DATABASE_"))} | {
        "TOMBOLA_HOME": str(scene.home),
        "DATABASE_URL": app.render_as_string(hide_password=False),
        "DATABASE_MIGRATION_URL": owner.render_as_string(hide_password=False),
    }

    def run(draw: UUID) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "syncserver", "replay", str(draw)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    done = run(row.id)
    assert done.returncode == 0, done.stderr
    assert "main (100 numbers)" in done.stdout
    assert "The same bundle comes out, to the byte" in done.stdout
    missing = run(uuid4())
    assert (missing.returncode, "no such draw" in missing.stderr) == (1, True)
