"""The catalog: signed, complete, numbered anew only where something changed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shared import keys, wire
from shared.errors import Refused
from syncserver import auth, catalog, events, rsus
from syncserver import models as m
from syncserver.catalog import Signed
from syncserver.db import Database
from tests.chains import HOUR_MS, PRICE, TICKETS, Kiosk, Scene, backup, open_scene
from tests.postgres import Cluster


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def build(scene: Scene, kiosk: Kiosk) -> tuple[Signed, wire.Catalog]:
    with scene.office.begin() as c:
        signed = catalog.build(scene.office, c, kiosk.rsu, kiosk.epoch)
    assert keys.verify(scene.office.key.public, keys.CATALOG, signed.data, bytes.fromhex(signed.signature))
    return signed, msgspec.json.decode(signed.data, type=wire.Catalog)


def test_a_kiosk_finds_all_that_it_needs_to_sell_alone(scene: Scene) -> None:
    """PROTOCOL 4: event, packages, prizes, cut, blocks, operators, peers."""
    kiosk, other = scene.kiosk("North"), scene.kiosk("South")
    salt = bytes(16)
    with scene.office.begin() as c:
        c.execute(
            m.organization_users.insert().values(
                organization_id=scene.organisation, user_id=scene.user, role="manager"
            )
        )
        kept = f"{salt.hex()}${keys.pin_base('2468', salt).hex()}"
        c.execute(m.operator_pins.insert().values(user_id=scene.user, pin_hash=kept))
    said = build(scene, kiosk)[1]
    assert (said.rsu, said.epoch, said.rsu_state) == (str(kiosk.rsu), 1, "enabled")
    event = said.events[0]
    assert (event.id, event.state, event.venue, event.timezone) == (
        str(scene.event),
        "active",
        "North Pier",
        "Europe/Berlin",
    )
    assert event.licence == "L-1"
    assert [(p.ticket_count, p.price) for p in event.packages] == [(TICKETS, PRICE)]
    assert [(p.position, p.basis_points, p.value, p.winners) for p in event.prizes] == [
        (1, 5_000, 0, 1),
        (2, 0, 2_500, 2),
    ]
    assert [(cut.kind, cut.at) for cut in event.cuts] == [("close", scene.closes_ms)]
    assert event.grants == tuple(signed for _, signed in kiosk.grants)
    assert {peer.rsu for peer in said.peers} == {str(kiosk.rsu), str(other.rsu)}
    (operator,) = said.operators
    assert (operator.name, operator.supervisor) == ("Ada", True)
    secret = bytes.fromhex(kiosk.enrolment.kiosk_secret)
    assert keys.pin_matches("2468", salt, bytes.fromhex(operator.pin_verifier), secret)
    assert not keys.pin_matches(
        "2468", salt, bytes.fromhex(operator.pin_verifier), bytes.fromhex(other.enrolment.kiosk_secret)
    )


def test_the_pin_of_whoever_is_deactivated_is_in_no_catalog_from_then_on(scene: Scene) -> None:
    """PROTOCOL 4, O1: kiosks hear of it as of any other news, and of the way back."""
    kiosk = scene.kiosk()
    with scene.office.begin() as c:
        kim = auth.create_user(c, scene.organisation, "kim", "Kim", None, "operator", "2468")
    before, said = build(scene, kiosk)
    assert [operator.name for operator in said.operators] == ["Kim"]

    def put(active: bool) -> None:
        with scene.office.begin(scene.user) as c:
            now = scene.office.now()
            auth.set_active(c, scene.organisation, kim, active, scene.user, "For a test", now)

    put(False)
    after, said = build(scene, kiosk)
    assert said.operators == ()
    assert after.etag != before.etag
    put(True)
    assert [operator.name for operator in build(scene, kiosk)[1].operators] == ["Kim"]


def test_the_serial_rises_with_what_concerns_the_kiosk_and_with_nothing_else(scene: Scene) -> None:
    """The tag tells news from none; time alone is none."""
    kiosk = scene.kiosk()
    first, before = build(scene, kiosk)
    scene.clock.pass_ms(1_000)
    again, same = build(scene, kiosk)
    assert (again.etag, same.serial) == (first.etag, before.serial)
    assert same.server_time > before.server_time
    sold = kiosk.sell()
    kiosk.send()
    assert build(scene, kiosk)[0].etag == first.etag
    kiosk.void(sold.lines[0])
    kiosk.send_all()
    after, news = build(scene, kiosk)
    assert after.etag != first.etag
    assert news.serial > before.serial
    assert news.events[0].voids == (sold.lines[0].validation,)


def test_a_settled_kiosk_hears_that_it_is(scene: Scene) -> None:
    """K8: said only when the office holds the chain whole to the close."""
    kiosk = scene.kiosk()
    scene.close()
    kiosk.cut()
    assert not build(scene, kiosk)[1].events[0].settled
    kiosk.send_all()
    assert build(scene, kiosk)[1].events[0].settled


def test_an_event_closed_early_is_cut_early(scene: Scene) -> None:
    kiosk = scene.kiosk()
    scene.clock.pass_ms(HOUR_MS)
    with scene.office.begin(scene.user) as c:
        events.close(scene.office, c, scene.event, scene.user)
    event = build(scene, kiosk)[1].events[0]
    assert (event.state, event.cuts[0].at) == ("closed", scene.clock.now_ms())


def test_a_stopped_kiosk_is_told_why(scene: Scene) -> None:
    kiosk = scene.kiosk()
    for state in ("disabled", "suspended", "revoked"):
        with scene.office.begin(scene.user) as c:
            rsus.set_state(c, kiosk.rsu, state, scene.user, "because")
        assert build(scene, kiosk)[1].rsu_state == state
    with pytest.raises(Refused), scene.office.begin() as c:
        catalog.build(scene.office, c, kiosk.rsu, 99)


def test_after_a_restore_no_kiosk_is_shown_a_lower_number(scene: Scene, postgres: Cluster) -> None:
    """Design 4: the generation rises; (generation, serial) never falls."""
    kiosk = scene.kiosk()
    with backup(scene, postgres) as restore:
        for _ in range(3):
            kiosk.allocate(10)
            build(scene, kiosk)
        before = build(scene, kiosk)[1]
        restore()
        after = build(scene, kiosk)[1]
    assert (after.generation, after.serial) > (before.generation, before.serial)
    assert after.generation == 2


@pytest.mark.parametrize(
    ("days", "text", "shown"),
    [
        (None, "", ""),
        (30, "", "30 days after the draw, with this ticket"),
        (1, "", "the day after the draw"),
        (30, "by the end of the season", "by the end of the season"),
    ],
)
def test_a_ticket_says_until_when_a_prize_is_claimed(
    database: Database, tmp_path: Path, days: int | None, text: str, shown: str
) -> None:
    """N5: the claim-by date, from the event's window unless the office has words of its own."""
    receipt = msgspec.to_builtins(wire.ReceiptText(claim_by=text))
    rules = events.DrawRules(claim_days=days)
    scene = open_scene(database, tmp_path, draw=rules, configuration={"receipt": receipt})
    assert build(scene, scene.kiosk())[1].events[0].receipt.claim_by == shown
