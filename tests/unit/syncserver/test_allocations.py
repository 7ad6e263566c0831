"""Blocks of numbers: disjoint under any concurrency, the same again for the same request, never two after a restore."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from shared import wire
from shared.errors import Refused
from shared.ids import uuid7
from shared.wire import AllocationRequest
from syncserver import allocations, events, rsus
from syncserver import models as m
from syncserver.db import Database
from syncserver.office import RESTORE_LEAP_NUMBERS
from tests.chains import Kiosk, Scene, b64, backup, open_scene, together
from tests.postgres import Cluster


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def request(scene: Scene, count: int = 100) -> AllocationRequest:
    return AllocationRequest(request=str(uuid7(scene.clock)), event=str(scene.event), count=count)


def ask(scene: Scene, kiosk: Kiosk, wanted: AllocationRequest) -> wire.Grant:
    with scene.office.begin() as c:
        reply = allocations.allocate(scene.office, c, kiosk.rsu, kiosk.epoch, wanted)
    return msgspec.json.decode(b64(reply.grants[0].grant), type=wire.Grant)


def test_fifty_requests_at_once_get_disjoint_blocks_and_no_error(scene: Scene) -> None:
    """N3, N1: over several kiosks, at the same moment."""
    kiosks = [scene.kiosk(blocks=0) for _ in range(5)]
    wanted = [(kiosks[i % 5], request(scene, 7 + i)) for i in range(50)]
    got = together([lambda k=k, w=w: ask(scene, k, w) for k, w in wanted])  # type: ignore[misc]
    numbers = [n for grant in got for n in range(grant.first, grant.last + 1)]
    assert sorted(numbers) == list(range(1, sum(7 + i for i in range(50)) + 1))
    assert len({grant.validation_block for grant in got}) == 50


def test_the_same_request_gets_the_same_block_again(scene: Scene) -> None:
    """A lost reply costs no numbers, not even from two threads at once."""
    kiosk = scene.kiosk(blocks=0)
    wanted = request(scene)
    got = together([lambda: ask(scene, kiosk, wanted)] * 4)
    assert len({grant.allocation for grant in got}) == 1
    other = scene.kiosk(blocks=0)
    with pytest.raises(Refused) as e:
        ask(scene, other, wanted)
    assert e.value.code == "request_reused"


def test_what_is_left_is_given_and_then_it_is_sold_out(database: Database, tmp_path: Path) -> None:
    """E10, N4: never more than the event's maximum."""
    scene = open_scene(database, tmp_path, last_number=150)
    kiosk = scene.kiosk(blocks=100)
    last = ask(scene, kiosk, request(scene))
    assert (last.first, last.last, last.validation_size) == (101, 150, 50)
    with pytest.raises(Refused, match="handed out") as e:
        ask(scene, kiosk, request(scene))
    assert e.value.code == "sold_out"


def test_who_may_not_sell_gets_no_numbers(scene: Scene) -> None:
    disabled = scene.kiosk(enable=False)
    assert refusal(scene, disabled) == "unit_disabled"
    kiosk = scene.kiosk(blocks=0)
    assert (
        refusal(scene, kiosk, AllocationRequest(request="x", event=str(scene.event), count=1))
        == "bad_request"
    )
    assert refusal(scene, kiosk, request(scene, 0)) == "bad_request"
    unknown = AllocationRequest(request=str(uuid7(scene.clock)), event=str(uuid7(scene.clock)), count=1)
    assert refusal(scene, kiosk, unknown) == "unknown_event"
    scene.enrol(kiosk.rsu)
    assert refusal(scene, kiosk) == "superseded"
    revoked = scene.kiosk(blocks=0)
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, revoked.rsu, "revoked", scene.user, "stolen")
    assert refusal(scene, revoked) == "unit_revoked"
    fine = scene.kiosk(blocks=0)
    with scene.office.begin(scene.user) as c:
        events.suspend(scene.office, c, scene.event, scene.user, "rain")
    assert refusal(scene, fine) == "not_open"
    scene.close()
    assert refusal(scene, fine) == "not_open"


def refusal(scene: Scene, kiosk: Kiosk, wanted: AllocationRequest | None = None) -> str:
    with pytest.raises(Refused) as e:
        ask(scene, kiosk, wanted or request(scene))
    return e.value.code


def test_no_number_of_before_a_restore_is_handed_out_again(scene: Scene, postgres: Cluster) -> None:
    """N3: every counter leaps a stated margin, once; validation blocks too."""
    kiosk = scene.kiosk()
    with backup(scene, postgres) as restore:
        lost = kiosk.allocate(300)
        restore()
        again = ask(scene, kiosk, request(scene))
        assert again.first == 101 + RESTORE_LEAP_NUMBERS > lost.last
        assert again.validation_block > lost.validation_block
        assert ask(scene, kiosk, request(scene)).first == again.last + 1
        kiosk.send_all()
        with scene.office.begin() as c:
            assert len(allocations.grants(scene.office, c, kiosk.rsu, kiosk.epoch)) == 4
        assert scene.findings() == [("restored", True)]


def test_the_database_itself_refuses_a_number_in_two_blocks(scene: Scene) -> None:
    """N1: the last wall."""
    kiosk = scene.kiosk()
    with scene.office.engine.connect() as c:
        row = c.execute(m.rsu_allocations.select()).one()._mapping
        copy = {name: row[name] for name in row if name not in {"id", "request_id", "span"}}
        with pytest.raises(IntegrityError, match="rsu_allocations_span_excl"):
            c.execute(m.rsu_allocations.insert().values(**copy))
    assert kiosk.grants
