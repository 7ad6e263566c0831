"""Messages to kiosks and the call to come home: who gets them, who has heard, and how they end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import msgspec
import pytest

from shared import keys, wire
from shared.errors import Refused
from syncserver import catalog, messages, rsus
from syncserver.db import Database
from tests.chains import Kiosk, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def fetch(scene: Scene, kiosk: Kiosk) -> wire.Catalog:
    """The kiosk gets its catalog."""
    with scene.office.begin() as c:
        signed = catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
    assert keys.verify(scene.office.key.public, keys.CATALOG, signed.data, bytes.fromhex(signed.signature))
    return msgspec.json.decode(signed.data, type=wire.Catalog)


def report(scene: Scene, kiosk: Kiosk, held: wire.Catalog, seq: int) -> None:
    """The kiosk says how it is, and which catalog it holds."""
    said = wire.Health(
        seq=seq,
        at=scene.office.clock.now_ms(),
        last_seq=0,
        unsynced=0,
        oldest_unsynced_at=None,
        numbers_left={},
        printer="ready",
        scanner="ready",
        disk_free_bytes=10**10,
        software="1.0",
        state="enabled",
        catalog=(held.generation, held.serial),
    )
    with scene.office.begin() as c:
        rsus.health(scene.office, c, kiosk.rsu, kiosk.epoch, said)


def send(scene: Scene, text: str, *to: UUID, urgent: bool = False, minutes: int | None = None) -> UUID:
    until = None if minutes is None else scene.office.now() + timedelta(minutes=minutes)
    with scene.office.begin(scene.user) as c:
        return messages.send(
            scene.office, c, scene.organisation, scene.user, text, to=to, urgent=urgent, until=until
        )


def states(scene: Scene, message: UUID) -> dict[str, str]:
    with scene.office.begin() as c:
        row = messages.one(c, scene.organisation, message, scene.office.now())
    assert row is not None
    return {told.name: told.state for told in row.told}


def test_a_message_to_one_kiosk_reaches_that_one_alone(scene: Scene) -> None:
    """K17: the others' catalogs are not even numbered anew."""
    north, south = scene.kiosk("North"), scene.kiosk("South")
    before = fetch(scene, south)
    fetch(scene, north)
    message = send(scene, "  Change   the paper, please. ", north.rsu, urgent=True)
    assert states(scene, message) == {"North": "to go"}
    held = fetch(scene, north)
    assert [(one.kind, one.text) for one in held.commands] == [
        ("message", "URGENT: Change the paper, please.")
    ]
    assert fetch(scene, south).commands == ()
    assert fetch(scene, south).serial == before.serial
    assert states(scene, message) == {"North": "sent"}


def test_who_has_heard_follows_from_the_catalog_that_each_kiosk_holds(scene: Scene) -> None:
    """K17, O6: an older catalog has not told it; a lost report changes nothing."""
    north, south = scene.kiosk("North"), scene.kiosk("South")
    old = fetch(scene, north)
    message = send(scene, "Doors open at seven.")
    new = fetch(scene, north)
    report(scene, north, old, 1)
    assert states(scene, message) == {"North": "sent", "South": "to go"}
    report(scene, north, new, 2)
    assert states(scene, message) == {"North": "heard", "South": "to go"}
    report(scene, south, fetch(scene, south), 1)
    assert states(scene, message) == {"North": "heard", "South": "heard"}


def test_a_message_ends_at_its_time_or_when_it_is_withdrawn(scene: Scene) -> None:
    """K17: what is past is in no catalog, and stays in the history."""
    north = scene.kiosk("North")
    message, lasting = send(scene, "Rain until eight.", minutes=5), send(scene, "Use door B.")
    assert [one.text for one in fetch(scene, north).commands] == ["Rain until eight.", "Use door B."]
    scene.clock.pass_ms(6 * 60 * 1000)
    assert [one.text for one in fetch(scene, north).commands] == ["Use door B."]
    with scene.office.begin(scene.user) as c:
        messages.withdraw(scene.office, c, scene.organisation, lasting, scene.user)
    assert fetch(scene, north).commands == ()
    with scene.office.begin() as c:
        rows = messages.history(c, scene.organisation, scene.office.now())
    assert {(row.id, row.stands) for row in rows} == {(message, False), (lasting, False)}
    with scene.office.begin() as c, pytest.raises(Refused, match="no such message"):
        messages.withdraw(scene.office, c, scene.organisation, lasting, scene.user)


def test_come_home_stops_every_kiosk_until_it_is_taken_back(scene: Scene) -> None:
    """K17: those to come too; the states of kiosks and events stay as they are; twice is refused."""
    north = scene.kiosk("North")
    with scene.office.begin(scene.user) as c:
        messages.call_home(scene.office, c, scene.organisation, scene.user, "Storm warning", "Come home now.")
    late = scene.kiosk("Late")
    for kiosk in (north, late):
        held = fetch(scene, kiosk)
        assert [(one.kind, one.text) for one in held.commands] == [("suspend", "Come home now.")]
        assert (held.rsu_state, held.events[0].state) == ("enabled", "active")
    with scene.office.begin(scene.user) as c:
        standing = messages.home(c, scene.organisation)
        assert standing is not None
        assert standing.text == "Come home now."
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="called home already"):
        messages.call_home(scene.office, c, scene.organisation, scene.user, "Again", "Come home.")
    with scene.office.begin(scene.user) as c:
        messages.resume(scene.office, c, scene.organisation, scene.user, "It is over")
        assert messages.home(c, scene.organisation) is None
    assert fetch(scene, north).commands == ()
    with scene.office.begin(scene.user) as c, pytest.raises(Refused, match="Nobody is called home"):
        messages.resume(scene.office, c, scene.organisation, scene.user, "Again")


@pytest.mark.parametrize(
    ("text", "minutes", "code"),
    [
        ("", None, "message_text"),
        ("x" * 201, None, "message_text"),
        ("a\x00b", None, "message_text"),
        ("Late", -1, "message_until"),
        ("Late", 60 * 24 * 31, "message_until"),
    ],
)
def test_what_is_no_message_is_refused(scene: Scene, text: str, minutes: int | None, code: str) -> None:
    """K17: with a sentence, before anything is written."""
    with pytest.raises(Refused) as refused:
        send(scene, text, minutes=minutes)
    assert refused.value.code == code


def test_nobody_writes_to_another_organisations_kiosk_or_without_end(scene: Scene) -> None:
    """O1: an unknown kiosk is refused; so are more messages than a screen can hold."""
    with pytest.raises(Refused) as refused:
        send(scene, "Hello", uuid4())
    assert refused.value.code == "unknown_unit"
    for n in range(messages.STANDING_MAX):
        send(scene, f"No. {n}")
    with pytest.raises(Refused) as refused:
        send(scene, "One more")
    assert refused.value.code == "message_many"


def test_of_two_who_call_home_at_once_one_does(scene: Scene) -> None:
    """O6: the other is told so, and meets no error."""
    ready = Barrier(2)

    def call(_number: int) -> str:
        with scene.office.begin(scene.user) as c:
            ready.wait(30)
            try:
                messages.call_home(
                    scene.office, c, scene.organisation, scene.user, "Fog on the pitch", "Come home"
                )
            except Refused as e:
                return e.code
        return "called"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(call, range(2))) == ["called", "home"]
