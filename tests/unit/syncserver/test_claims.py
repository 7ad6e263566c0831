"""The claim desk: genuine or not, won or not, and paid once."""

from __future__ import annotations

import base64
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from shared import keys, sale
from shared.errors import Refused
from syncserver import claims, draws, events, reconcile, rsus
from syncserver import models as m
from syncserver.claims import Validation
from syncserver.db import Database
from tests.chains import HOUR_MS, Kiosk, Scene, open_scene, together


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def qr(kiosk: Kiosk, line: sale.Line) -> str:
    payload = sale.ticket_payload(line, str(kiosk.rsu))
    signature = kiosk.key.sign(keys.TICKET, payload.encode())
    return f"{payload}:{base64.b32encode(signature).decode().rstrip('=')}"


def check(scene: Scene, text: str) -> Validation:
    with scene.office.begin() as c:
        return claims.validate(scene.office, c, text)


def drawn(scene: Scene, kiosk: Kiosk) -> UUID:
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    return draws.draw_now(scene.office, scene.event, scene.user)


def test_a_ticket_is_told_for_what_it_is(scene: Scene) -> None:
    """D9: genuine, void, test, in doubt; typed in any case, with dashes; or scanned."""
    kiosk = scene.kiosk()
    good, void, test, late = (
        kiosk.sell(),
        kiosk.sell(),
        kiosk.sell(test=True, at=scene.clock.now_ms() - 2 * HOUR_MS),
        kiosk.sell(at=scene.closes_ms + 1_000),
    )
    kiosk.void(void.lines[0])
    kiosk.send()
    line = good.lines[0]
    typed = line.validation.lower()
    found = check(scene, f" {typed[:4]}-{typed[4:]} ")
    assert (found.verdict, found.draw_numbers, found.unit) == ("genuine", [1, 2, 3, 4, 5], "Kiosk 1")
    assert check(scene, qr(kiosk, line)).verdict == "genuine"
    assert check(scene, qr(kiosk, line).lower()).verdict == "genuine"
    assert check(scene, void.lines[0].validation).verdict == "void"
    assert check(scene, test.lines[0].validation).verdict == "other"
    assert "still open" in check(scene, late.lines[0].validation).words


def test_an_altered_ticket_is_forged_and_one_not_handed_over_is_unknown(scene: Scene) -> None:
    kiosk, stranger = scene.kiosk(), scene.kiosk()
    line = kiosk.sell().lines[0]
    kiosk.send()
    unsent = kiosk.sell().lines[0]
    assert check(scene, unsent.validation).verdict == "unknown"
    assert "Kiosk 1" in check(scene, qr(kiosk, unsent)).words
    assert check(scene, qr(stranger, line)).verdict == "forged"
    assert check(scene, qr(kiosk, line).replace(":1+5:", ":1+6:")).verdict == "forged"
    more = msgspec.structs.replace(line, ranges=(msgspec.structs.replace(line.ranges[0], first=2),))
    assert check(scene, qr(kiosk, more)).verdict == "forged"
    from shared.numbers import ValidationBlock

    invented = ValidationBlock(kiosk.grants[0][0].validation_block, 100, bytes(32)).issue(7)
    assert check(scene, invented).verdict == "forged"
    assert check(scene, ValidationBlock(99_999, 100, bytes(32)).issue(7)).verdict == "forged"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "\x00",
        "TMB1:",
        "TMB1:a:b:c:d:e",
        "0" * 15 + "Z",
        "x" * 100_000,
        "TMB1:" + ":" * 5,
        "é" * 16,
    ],
)
def test_what_is_no_ticket_is_said_to_be_none(scene: Scene, text: str) -> None:
    """Z3: nothing that is typed raises."""
    assert check(scene, text).verdict == "not_a_ticket"


def test_a_winning_ticket_is_paid_once_even_at_two_desks(scene: Scene) -> None:
    """D9: nothing before it is official; identity above a limit; two desks at once, one pays."""
    kiosk = scene.kiosk(blocks=1_000)
    lines = [kiosk.sell().lines[0] for _ in range(150)]
    draw = drawn(scene, kiosk)
    with scene.office.begin() as c:
        first = draws.results(c, scene.event, official_only=False)[0]
    line = next(one for one in lines if UUID(one.order) == first.order)
    assert check(scene, line.validation).verdict == "genuine"
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    found = check(scene, qr(kiosk, line))
    assert (found.verdict, found.prizes[0].amount) == ("won", 150 * 1_000 // 2)
    assert (
        "thank you"
        in check(scene, next(x for x in lines if UUID(x.order) not in winners(scene)).validation).words
    )
    with pytest.raises(Refused) as e:
        pay(scene, line, first.id, "Desk 1", identity_checked=False)
    assert e.value.code == "identity"

    def at_desk(desk: str) -> str:
        try:
            return pay(scene, line, first.id, desk).desk
        except Refused as refused:
            return f"{refused.code}: {refused.message}"

    answers = together([lambda d=f"Desk {i}": at_desk(d) for i in range(6)])  # type: ignore[misc]
    refusals = [str(answer) for answer in answers if str(answer).startswith("already_paid: ")]
    assert len(refusals) == 5
    assert all("at Desk" in words and "by Ada" in words for words in refusals)
    assert check(scene, line.validation).verdict in {"paid", "won"}
    with scene.office.begin() as c:
        assert len(claims.claims(c, scene.event)) == 1
        assert claims.claims(c, scene.event)[0].winner == "Eve"
        assert len(claims.unclaimed(c, scene.event)) == 2
        assert c.exec_driver_sql("SELECT count(*) FROM winners").scalar_one() == 1


def winners(scene: Scene) -> set[UUID]:
    with scene.office.begin() as c:
        return {row.order for row in draws.results(c, scene.event)}


def pay(
    scene: Scene, line: sale.Line, result: UUID, desk: str, *, identity_checked: bool = True
) -> claims.ClaimRow:
    with scene.office.begin(scene.user) as c:
        return claims.pay(
            scene.office,
            c,
            line.validation,
            result,
            scene.user,
            {"name": "Eve", "contact": "eve@example.org"},
            identity_checked=identity_checked,
            desk=desk,
        )


def test_nothing_is_paid_for_another_ticket_s_prize(scene: Scene) -> None:
    kiosk = scene.kiosk()
    lines = [kiosk.sell().lines[0] for _ in range(10)]
    draw = drawn(scene, kiosk)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        results = draws.results(c, scene.event)
        assert events.state(c, scene.event) == "drawn"
        assert rsus.unit_state(c, kiosk.rsu, kiosk.epoch) == "enabled"
    loser = next(line for line in lines if UUID(line.order) not in winners(scene))
    with pytest.raises(Refused) as e:
        pay(scene, loser, results[0].id, "Desk 1")
    assert e.value.code == "not_won"
    with scene.office.begin() as c:
        assert c.execute(m.prize_claims.select()).all() == []
