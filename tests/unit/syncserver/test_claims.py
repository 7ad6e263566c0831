"""The claim desk: genuine or not, won or not, and paid once."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection, create_engine, insert, select, text

from shared import keys, sale, wire
from shared.clock import to_ms, utc
from shared.errors import Refused
from shared.ids import uuid7
from syncserver import books, catalog, claims, draws, events, reconcile, rsus, statements
from syncserver import models as m
from syncserver.claims import Validation
from syncserver.db import Database
from syncserver.events import DrawRules, PoolPlan
from tests.chains import HOUR_MS, START_MS, Kiosk, Scene, add_user, open_scene, together


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
        assert len(claims.unclaimed(scene.office, c, scene.event)) == 2
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


# The claim window, giving up, next in line ----------------------------------------------------------

DAY_MS = 24 * HOUR_MS
Opened = Callable[..., tuple[Scene, Kiosk, list[sale.Line]]]


@pytest.fixture
def won(database: Database, tmp_path: Path) -> Opened:
    """An event with these rules, sold, drawn and official: the scene, its kiosk, and the lines sold.

    Each order holds one number, so that no two of its prizes are one order's.
    """
    single: list[UUID] = []

    def prepare(c: Connection, event: UUID) -> None:
        single.append(events.add_package(c, event, "One", 1, 200, 2))

    def make(**configuration: object) -> tuple[Scene, Kiosk, list[sale.Line]]:
        scene = open_scene(database, tmp_path, configuration=configuration, prepare=prepare)
        kiosk = scene.kiosk(blocks=1_000)
        sold = [kiosk.line(count=1, price=200) for _ in range(60)]
        lines = [msgspec.structs.replace(line, package=str(single[0])) for line in sold]
        for line in lines:
            kiosk.sell(line)
        draw = drawn(scene, kiosk)
        with scene.office.begin(scene.user) as c:
            draws.make_official(scene.office, c, draw, scene.user)
        return scene, kiosk, lines

    return make


def stand(scene: Scene) -> list[claims.Standing]:
    with scene.office.begin() as c:
        return claims.standings(scene.office, c, scene.event)


def catalog_results(scene: Scene) -> tuple[wire.ResultInfo, ...]:
    """What a kiosk is told of the results."""
    with scene.office.begin() as c:
        rsu, epoch = c.execute(select(m.rsu_epochs.c.rsu_id, m.rsu_epochs.c.epoch)).one()
        built = catalog.build(scene.office, c, rsu, epoch)
    return msgspec.json.decode(built.data, type=wire.Catalog).events[0].results


def line_of(lines: list[sale.Line], one: claims.Standing) -> sale.Line:
    return next(line for line in lines if UUID(line.order) == one.order)


def reserves(scene: Scene, of: claims.Standing) -> list[int]:
    """The further numbers that the draw itself has drawn with a prize."""
    r = m.draw_results
    with scene.office.begin() as c:
        found = c.execute(
            select(r.c.winning_number)
            .where(r.c.draw_execution_id == of.draw, r.c.position == of.position, r.c.reserve)
            .order_by(r.c.winner)
        )
        return list(found.scalars())


def give_up(
    scene: Scene, one: claims.Standing, kind: claims.Kind = "unclaimed", by: UUID | None = None
) -> UUID:
    with scene.office.begin(scene.user) as c:
        return claims.give_up(
            scene.office, c, one.result, kind, "Nobody came for it.", scene.user if by is None else by
        )


def agree(scene: Scene, forfeit: UUID, by: UUID) -> claims.Forfeit:
    with scene.office.begin(by) as c:
        return claims.agree(scene.office, c, forfeit, by)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as e:
        call()
    return e.value.code


@pytest.mark.parametrize(
    ("since", "days", "zone", "end"),
    [
        (datetime(2026, 5, 1, 12, tzinfo=UTC), 30, "Europe/Berlin", datetime(2026, 5, 31, 22, tzinfo=UTC)),
        # Late in the evening at the venue it is the next day already.
        (datetime(2026, 5, 1, 22, 30, tzinfo=UTC), 30, "Europe/Berlin", datetime(2026, 6, 1, 22, tzinfo=UTC)),
        (
            datetime(2026, 5, 1, 22, 30, tzinfo=UTC),
            0,
            "America/New_York",
            datetime(2026, 5, 2, 4, tzinfo=UTC),
        ),
        # The clocks go forward between: that day is an hour short, the window's last one is not.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), 1, "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (datetime(2026, 5, 1, 12, tzinfo=UTC), 7, None, datetime(2026, 5, 9, tzinfo=UTC)),
    ],
)
def test_a_claim_window_ends_with_a_day_of_the_venue(
    since: datetime, days: int, zone: str | None, end: datetime
) -> None:
    """D9: so many days after the day of the result, to the end of that day."""
    assert events.claim_end(since, days, zone) == end
    assert events.claim_end(since, None, zone) is None


def test_after_the_claim_window_a_prize_is_not_paid(won: Opened) -> None:
    """D9: until when, in words; refused afterwards, and on the list of what nobody came for."""
    scene, _, lines = won(draw={"claim_days": 30})
    first, second, _ = stand(scene)
    assert first.until is not None
    line = line_of(lines, first)
    found = check(scene, line.validation)
    last = (first.until - timedelta(hours=1)).astimezone(UTC)
    assert f"It can be claimed until {last.day} {last:%B %Y}." in found.words
    scene.clock.ms += 30 * DAY_MS - HOUR_MS
    assert check(scene, line.validation).verdict == "won"
    pay(scene, line_of(lines, second), second.result, "Desk 1")
    scene.clock.ms += 2 * DAY_MS
    found = check(scene, line.validation)
    assert (found.verdict, found.prizes[0].state) == ("lapsed", "expired")
    assert f"It could be claimed until {last.day} {last:%B %Y}; it is no longer paid." in found.words
    assert code(lambda: pay(scene, line, first.result, "Desk 1")) == "claim_window"
    assert [one.state for one in stand(scene)] == ["expired", "paid", "expired"]
    with scene.office.begin() as c:
        assert len(claims.unclaimed(scene.office, c, scene.event)) == 2
    assert check(scene, line_of(lines, second).validation).verdict == "paid"


def test_a_winner_that_the_bundle_does_not_name_is_paid_nothing(won: Opened) -> None:
    """D9, law 7: whoever put the row into the database; the office is told."""
    scene, _, lines = won()
    first = stand(scene)[0]
    numbers = {one.number for one in stand(scene)}
    stranger = next(line for line in lines if line.ranges[0].first not in numbers)
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(text("ALTER TABLE draw_results DISABLE TRIGGER USER"))
        c.execute(
            text(
                "INSERT INTO draw_results (draw_execution_id, prize_id, position, winning_ticket_id, winning_number,"
                " prize_value_at_draw, selected_at, winner, pool_number) SELECT r.draw_execution_id, r.prize_id,"
                " r.position, t.id, t.draw_number, 100, now(), 7, t.draw_number FROM draw_results r, tickets t"
                " WHERE t.draw_number = :number AND r.position = 1"
            ),
            {"number": stranger.ranges[0].first},
        )
        c.execute(text("ALTER TABLE draw_results ENABLE TRIGGER USER"))
    owner.dispose()
    added = next(one for one in stand(scene) if one.winner == 7)
    assert code(lambda: pay(scene, stranger, added.result, "Desk 1")) == "not_won"
    with scene.office.begin() as c:
        assert "result_not_in_record" in c.execute(select(m.critical_events.c.event_type)).scalars().all()
    assert pay(scene, line_of(lines, first), first.result, "Desk 1").number == first.number


def test_two_people_give_a_result_up_and_the_next_in_line_has_won(won: Opened) -> None:
    """D9, D7: the reserve is told nothing before; its window begins when it is promoted."""
    scene, _, lines = won(draw={"claim_days": 30, "unclaimed": "next_in_line", "reserves": 2})
    first = stand(scene)[0]
    numbers = reserves(scene, first)
    assert len(stand(scene)) == len(catalog_results(scene)) == 3
    behind = next(line for line in lines if numbers[0] in line.ranges[0].numbers())
    assert check(scene, behind.validation).verdict == "genuine"
    assert code(lambda: give_up(scene, first)) == "claim_window"
    scene.clock.ms += 40 * DAY_MS
    forfeit = give_up(scene, first)
    assert code(lambda: give_up(scene, first)) == "asked"
    assert code(lambda: agree(scene, forfeit, scene.user)) == "second_person"
    assert check(scene, behind.validation).verdict == "genuine"
    agreed = agree(scene, forfeit, scene.other_user)
    assert agreed.promoted is not None
    assert code(lambda: agree(scene, forfeit, scene.other_user)) == "agreed"
    now = {one.number: one for one in stand(scene)}
    assert (now[first.number].state, now[first.number].promoted_number) == ("given_up", numbers[0])
    assert (now[numbers[0]].state, now[numbers[0]].reserve) == ("open", True)
    assert numbers[1] not in now
    promoted = now[numbers[0]]
    shown = {one.number: one for one in catalog_results(scene)}
    assert [shown[n].state for n in (first.number, numbers[0])] == ["given_up", "open"]
    assert numbers[1] not in shown
    assert promoted.until is not None
    assert shown[numbers[0]].claim_until == to_ms(promoted.until)
    assert promoted.until == events.claim_end(scene.office.now(), 30, "Europe/Berlin")
    assert check(scene, behind.validation).verdict == "won"
    assert check(scene, line_of(lines, first).validation).verdict == "lapsed"
    assert code(lambda: pay(scene, line_of(lines, first), first.result, "Desk 1")) == "given_up"
    pay(scene, behind, promoted.result, "Desk 1")
    with scene.office.begin() as c:
        left = [one.number for one in claims.unclaimed(scene.office, c, scene.event)]
        assert first.number not in left
        assert [
            row.result for row in claims.standings(scene.office, c, scene.event) if row.waits_for_redraw
        ] == []


def test_what_is_given_up_waits_for_a_redraw_where_that_is_the_rule(won: Opened) -> None:
    """D7: every result given up with two names on it is drawn again; one that is withdrawn is not."""
    scene, _, lines = won(draw={"unclaimed": "redraw"})
    first, second, third = stand(scene)
    assert code(lambda: give_up(scene, first)) == "claim_window"
    agree(scene, give_up(scene, first, "declined"), scene.other_user)
    agree(scene, give_up(scene, second, "withdrawn"), scene.other_user)
    open_still = give_up(scene, third, "ineligible")
    with scene.office.begin() as c:
        assert [
            row.result for row in claims.standings(scene.office, c, scene.event) if row.waits_for_redraw
        ] == [first.result]
    assert check(scene, line_of(lines, third).validation).prizes[0].state == "held"
    assert code(lambda: pay(scene, line_of(lines, third), third.result, "Desk 1")) == "held"
    with scene.office.begin(scene.user) as c:
        claims.take_back(scene.office, c, open_still, "They may win after all.", scene.user)
    assert pay(scene, line_of(lines, third), third.result, "Desk 1").number == third.number
    assert code(lambda: give_up(scene, third, "declined")) == "already_paid"
    assert code(lambda: give_up(scene, first, "declined")) == "given_up"
    with scene.office.begin() as c:
        kinds = set(c.execute(select(m.critical_events.c.event_type)).scalars())
    assert {"prize_forfeit_asked", "prize_forfeited", "prize_forfeit_taken_back"} <= kinds


def test_an_ineligible_holder_s_prize_is_drawn_again_whatever_the_rule(won: Opened) -> None:
    scene, _, _ = won(draw={"unclaimed": "keep"})
    first, second, _ = stand(scene)
    agree(scene, give_up(scene, first, "ineligible"), scene.other_user)
    agree(scene, give_up(scene, second, "declined"), scene.other_user)
    with scene.office.begin() as c:
        assert [
            row.result for row in claims.standings(scene.office, c, scene.event) if row.waits_for_redraw
        ] == [first.result]


def test_a_prize_is_either_paid_or_given_up_never_both(won: Opened) -> None:
    """D9: the desk pays at the moment at which the second person agrees."""
    scene, _, lines = won(draw={"unclaimed": "redraw"})
    for one in stand(scene):
        line = line_of(lines, one)

        def paying(one: claims.Standing = one, line: sale.Line = line) -> str:
            try:
                pay(scene, line, one.result, "Desk 1")
            except Refused as refused:
                return refused.code
            return "paid"

        def giving(one: claims.Standing = one) -> str:
            try:
                give_up(scene, one, "declined")
            except Refused as refused:
                return refused.code
            return "given up"

        assert sorted(together([paying, giving])) in (["already_paid", "paid"], ["given up", "held"])


def test_a_delivered_prize_is_marked_once_with_a_note(won: Opened) -> None:
    """D10"""
    scene, _, lines = won()
    first = stand(scene)[0]
    claim = pay(scene, line_of(lines, first), first.result, "Desk 1").id
    with scene.office.begin(scene.user) as c:
        claims.deliver(scene.office, c, claim, " By courier. ", scene.user)
        row = claims.claims(c, scene.event)[0]
    assert (row.delivered_at, row.delivery_note) == (scene.office.now(), "By courier.")
    with scene.office.begin() as c:
        assert code(lambda: claims.deliver(scene.office, c, claim, "", scene.user)) == "delivered"
        assert code(lambda: claims.deliver(scene.office, c, first.draw, "", scene.user)) == "unknown_claim"


# Early birds, redraws -------------------------------------------------------------------------------

BIRDS = tuple(
    PoolPlan(
        name=f"bird-{i}",
        label=f"Early bird {i}",
        until=utc(START_MS + i * HOUR_MS),
        draw_at=utc(START_MS + i * HOUR_MS + HOUR_MS // 2),
    )
    for i in (1, 2)
)


def bicycles(c: Connection, event: UUID) -> None:
    for i, bird in enumerate(BIRDS):
        events.add_prize(c, event, f"Bicycle {i}", "fixed", 40_000, position=11 + i, pool=bird.name)


def draw_plan(scene: Scene, plan: str) -> None:
    with scene.office.begin(scene.user) as c:
        reconcile.confirm(scene.office, c, scene.event, scene.user, plan=plan)
    draw = draws.draw_now(scene.office, scene.event, scene.user, plan=plan)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)


@pytest.mark.parametrize("stay", [False, True])
def test_a_reserve_that_has_won_meanwhile_is_passed_over(
    database: Database, tmp_path: Path, *, stay: bool
) -> None:
    """D7, E8: where nobody wins twice; where winners stay it is next in line all the same."""

    def one_cup(c: Connection, event: UUID) -> None:
        for prize in events.prizes(c, event):
            events.remove_prize(c, prize.id)
        events.add_prize(c, event, "Cup", "fixed", 100, position=1, pool=BIRDS[0].name)
        events.add_prize(c, event, "Main", "fixed", 100, position=2, winners=6)

    rules = DrawRules(reserves=3, unclaimed="next_in_line", winners_stay=stay)
    scene = open_scene(database, tmp_path, pools=BIRDS[:1], prepare=one_cup, draw=rules)
    kiosk = scene.kiosk()
    for _ in range(2):
        kiosk.sell()
    scene.clock.ms = START_MS + HOUR_MS
    kiosk.cut(pool=BIRDS[0].name)
    kiosk.send_all()
    draw_plan(scene, BIRDS[0].name)
    draw = drawn(scene, kiosk)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    cup, *main = stand(scene)
    line = reserves(scene, cup)
    won = {one.number for one in main}
    free = [number for number in line if stay or number not in won]
    agreed = agree(scene, give_up(scene, cup, "declined"), scene.other_user)
    promoted = [one.number for one in stand(scene) if one.result == agreed.promoted]
    assert promoted == free[:1]


def test_several_small_prizes_of_one_order_are_paid_to_a_person_whose_identity_was_checked(
    database: Database, tmp_path: Path
) -> None:
    """D9: the limit is of all that the order has won."""

    def many(c: Connection, event: UUID) -> None:
        for prize in events.prizes(c, event):
            events.remove_prize(c, prize.id)
        events.add_prize(c, event, "Many", "fixed", 20_000, position=1, winners=5)

    scene = open_scene(database, tmp_path, prepare=many)
    kiosk = scene.kiosk()
    lines = [kiosk.sell().lines[0] for _ in range(2)]
    draw = drawn(scene, kiosk)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    refused = []
    for one in stand(scene):
        line = line_of(lines, one)
        won = sum(other.amount for other in stand(scene) if other.order == one.order)
        try:
            pay(scene, line, one.result, "Desk 1", identity_checked=False)
            assert won < 50_000
        except Refused as e:
            refused.append(e.code)
            assert won >= 50_000
            pay(scene, line, one.result, "Desk 1")
    # Of five prizes among two orders one order has three at least.
    assert len(refused) >= 3
    assert set(refused) == {"identity"}


def test_a_ticket_is_told_of_every_draw_it_takes_part_in(database: Database, tmp_path: Path) -> None:
    """D2, D9: of which draws it was and of which it will be, before, between and after them."""
    scene = open_scene(database, tmp_path, pools=BIRDS, prepare=bicycles)
    kiosk = scene.kiosk()
    early = [kiosk.sell().lines[0] for _ in range(12)]
    kiosk.send()
    words = check(scene, early[0].validation).words
    assert "It takes part in 3 draws: Early bird 1 (" in words
    assert words.endswith(" and Main draw. Keep it; good luck.")
    scene.clock.ms = START_MS + HOUR_MS
    kiosk.cut(pool="bird-1")
    late = kiosk.sell().lines[0]
    kiosk.send_all()
    draw_plan(scene, "bird-1")
    lost = next(line for line in early if UUID(line.order) not in winners(scene))
    words = check(scene, lost.validation).words
    assert "It has not won in Early bird 1. It takes part in 2 further draws: Early bird 2" in words
    words = check(scene, late.validation).words
    assert "not won" not in words
    assert "It takes part in 2 draws: Early bird 2" in words
    scene.clock.ms = START_MS + 2 * HOUR_MS
    kiosk.cut(pool="bird-2")
    last = kiosk.sell().lines[0]
    kiosk.send_all()
    assert check(scene, last.validation).words.endswith("The draw is still to come; good luck.")
    draw_plan(scene, "bird-2")
    lost = next(line for line in early if UUID(line.order) not in winners(scene))
    words = check(scene, lost.validation).words
    assert "not won in Early bird 1 and Early bird 2. It takes part in one further draw: Main draw" in words
    draw = drawn(scene, kiosk)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
    lost = next(line for line in [*early, late, last] if UUID(line.order) not in winners(scene))
    assert check(scene, lost.validation).words.endswith("thank you for taking part.")


def test_a_redraw_s_winner_takes_the_place_of_the_one_before(won: Opened) -> None:
    """D7, D9: tickets that lost are told that a prize is drawn again; the new winner is paid, the old one is not."""
    scene, _, lines = won(draw={"unclaimed": "redraw"})
    with scene.office.begin() as c:
        for person in (scene.user, scene.other_user):
            c.execute(
                insert(m.organization_users).values(
                    organization_id=scene.organisation, user_id=person, role="manager"
                )
            )
    first = stand(scene)[0]
    lost = next(line for line in lines if UUID(line.order) not in winners(scene))
    dropped = give_up(scene, first, "declined")
    with scene.office.begin(scene.user) as c:
        claims.take_back(scene.office, c, dropped, "Asked too soon.", scene.user)
    agree(scene, give_up(scene, first, "declined"), scene.other_user)
    assert "a prize is to be drawn again" in check(scene, lost.validation).words
    with scene.office.begin(scene.user) as c:
        redo = [row.result for row in claims.standings(scene.office, c, scene.event) if row.waits_for_redraw]
        draw = draws.freeze(
            scene.office,
            c,
            scene.event,
            draws.NO_ENTROPY,
            scene.user,
            redo=redo,
            reason="The winner declined.",
        )
    for step in (
        lambda c: draws.commit_seed(scene.office, c, draw, scene.user),
        lambda c: draws.fix_entropy(scene.office, c, draw, "", scene.user),
        lambda c: draws.execute(scene.office, c, draw, scene.user),
        lambda c: draws.make_official(scene.office, c, draw, scene.user),
    ):
        with scene.office.begin(scene.user) as c:
            step(c)
    now = {one.result: one for one in stand(scene)}
    new = next(one for one in now.values() if one.draw == draw)
    assert (new.state, new.prize, new.amount) == ("open", first.prize, first.amount)
    assert now[first.result].replaced_number == new.number
    assert not now[first.result].waits_for_redraw
    assert check(scene, line_of(lines, first).validation).prizes[0].state == "given_up"
    assert code(lambda: pay(scene, line_of(lines, first), first.result, "Desk 1")) == "given_up"
    pay(scene, line_of(lines, new), new.result, "Desk 1")
    assert "drawn again" not in check(scene, lost.validation).words or UUID(lost.order) in winners(scene)


# At a kiosk -----------------------------------------------------------------------------------------


def at_kiosk(scene: Scene, kiosk: Kiosk, line: sale.Line, won: UUID, **changes: object) -> wire.ClaimReply:
    fields: dict[str, Any] = {
        "request": str(uuid7(scene.clock)),
        "ticket": line.validation,
        "result": str(won),
        "operator": str(operator(scene)),
    }
    with scene.office.begin() as c:
        return claims.pay_at_kiosk(
            scene.office, c, kiosk.rsu, kiosk.epoch, wire.ClaimRequest(**(fields | changes))
        )


def operator(scene: Scene, role: str = "operator") -> UUID:
    """Somebody who works at the kiosks of this organisation."""
    with scene.office.begin() as c:
        sub = f"local:{role}"
        found = c.execute(select(m.users.c.id).where(m.users.c.cognito_sub == sub)).scalar_one_or_none()
    if found is None:
        found = add_user(scene.office, role)
        with scene.office.begin() as c:
            c.execute(
                insert(m.organization_users).values(
                    organization_id=scene.organisation, user_id=found, role=role
                )
            )
    return UUID(str(found))


SMALL_PRIZES = {"policies": {"claims_at_kiosk_up_to": 2_500}, "identity_above": 2_500}


def test_a_kiosk_on_line_pays_small_prizes_once(won: Opened) -> None:
    """D9: what it may pay, at whose hand, and the same answer to a request that is asked again."""
    scene, kiosk, lines = won(**SMALL_PRIZES)
    half, voucher, _ = stand(scene)
    line = line_of(lines, voucher)
    with scene.office.begin() as c:
        said = claims.ask_for_kiosk(scene.office, c, kiosk.rsu, wire.TicketRequest(ticket=qr(kiosk, line)))
        large = claims.ask_for_kiosk(
            scene.office, c, kiosk.rsu, wire.TicketRequest(ticket=line_of(lines, half).validation)
        )
    assert (said.verdict, said.validation) == ("won", line.validation)
    found = next(one for one in said.prizes if one.result == str(voucher.result))
    assert (found.can_pay, found.identity, found.why_not) == (True, True, "")
    assert (large.prizes[0].can_pay, large.prizes[0].state) == (False, "open")
    assert "claims desk" in large.prizes[0].why_not
    refused = at_kiosk(scene, kiosk, line, voucher.result)
    assert (refused.verdict, "identity" in refused.words) == ("refused", True)
    stranger = at_kiosk(
        scene, kiosk, line, voucher.result, identity_checked=True, operator=str(scene.other_user)
    )
    assert stranger.verdict == "refused"
    assert (
        at_kiosk(scene, kiosk, line_of(lines, half), half.result, identity_checked=True).verdict == "refused"
    )
    request = str(uuid7(scene.clock))

    def ask() -> wire.ClaimReply:
        return at_kiosk(scene, kiosk, line, voucher.result, identity_checked=True, request=request)

    paid = ask()
    assert (paid.verdict, paid.amount, paid.number) == ("paid", 2_500, voucher.number)
    assert (paid.paid_where, paid.event) == ("Kiosk 1", str(scene.event))
    scene.clock.ms += HOUR_MS
    assert msgspec.structs.replace(ask(), server_time=paid.server_time) == paid
    other = at_kiosk(scene, kiosk, line, voucher.result, identity_checked=True)
    assert (other.verdict, "at Kiosk 1" in other.words) == ("already_paid", True)
    with pytest.raises(Refused) as e:
        at_kiosk(scene, kiosk, line_of(lines, half), half.result, request=request)
    assert e.value.code == "request_reused"
    for field in ("request", "result", "operator"):
        with pytest.raises(Refused) as e:
            at_kiosk(scene, kiosk, line, voucher.result, **{field: "no uuid"})
        assert e.value.code == "malformed"
    with scene.office.begin() as c:
        row = claims.claims(c, scene.event)[0]
    assert (row.desk, row.winner) == ("Kiosk 1", claims.BEARER)


def test_what_a_kiosk_paid_out_is_not_expected_in_its_drawer(won: Opened) -> None:
    """Y9: sold for so much, paid out so much, so much is there; what a desk pays comes out of no drawer."""
    scene, kiosk, lines = won(policies={"claims_at_kiosk_up_to": 10_000_000})
    half, voucher, _ = stand(scene)
    pay(scene, line_of(lines, half), half.result, "Desk 1")
    with scene.office.begin() as c:
        before = reconcile.status(scene.office, c, scene.event).rows[0]
    assert (before.cash, before.paid_out) == (60 * 200, 0)
    request = str(uuid7(scene.clock))
    assert at_kiosk(scene, kiosk, line_of(lines, voucher), voucher.result, request=request).verdict == "paid"
    with scene.office.begin() as c:
        after = reconcile.status(scene.office, c, scene.event).rows[0]
        here = statements.scope(scene.office, c, scene.event)
        (told,) = statements.units(here, None, 0)
        summed = {row["what"]: row["amount"] for row in statements.sales(here, None, 0)}
    assert (summed["Prizes paid out at kiosks"], summed["Cash that should be in the drawers"]) == (
        voucher.amount,
        60 * 200 - voucher.amount,
    )
    assert (after.cash, after.paid_out) == (60 * 200 - voucher.amount, voucher.amount)
    assert (told["paid_amount"], told["drawer_amount"]) == (voucher.amount, 60 * 200 - voucher.amount)
    journalled(scene, kiosk, voucher, request)
    found = recounted(scene)
    assert [(one.paid, one.reports.paid, one.reports.cash) for one in found.units] == [
        (voucher.amount, voucher.amount, 60 * 200 - voucher.amount)
    ]
    assert found.agrees
    journalled(scene, kiosk, half, str(uuid7(scene.clock)))
    (words,) = recounted(scene).problems
    assert words.endswith("and the office noted no such payment.")


def journalled(scene: Scene, kiosk: Kiosk, won: claims.Standing, request: str) -> None:
    """The kiosk's own entry of a prize that it handed out."""
    kiosk.journal(
        sale.Paid(
            claim=request,
            result=str(won.result),
            event=str(scene.event),
            validation="",
            number=won.number,
            amount=won.amount,
            currency="EUR",
            by=str(scene.user),
        )
    )
    assert kiosk.send_all().verdict == "accepted"


def recounted(scene: Scene) -> books.Agreement:
    with books.snapshot(scene.office) as c:
        return books.check(scene.office, c, scene.event)


def test_one_request_for_two_prizes_at_once_pays_one(won: Opened) -> None:
    """D9: of two payments under one request's id the other hears that it is taken, whoever is first."""
    scene, kiosk, lines = won(policies={"claims_at_kiosk_up_to": 10_000_000})
    request, who = str(uuid7(scene.clock)), str(operator(scene))

    def ask(one: claims.Standing) -> Callable[[], str]:
        def run() -> str:
            fields = {"request": request, "operator": who, "identity_checked": True}
            try:
                return at_kiosk(scene, kiosk, line_of(lines, one), one.result, **fields).verdict
            except Refused as refused:
                return refused.code

        return run

    said = sorted(together([ask(one) for one in stand(scene)]))
    assert said == ["paid", "request_reused", "request_reused"]


def test_a_kiosk_that_may_not_pay_is_told_so(won: Opened) -> None:
    """D9: without the policy, when suspended, for another organisation's ticket."""
    scene, kiosk, lines = won(policies={"claims_at_kiosk_up_to": 10_000_000})
    half, voucher, other = stand(scene)
    line = line_of(lines, voucher)
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "suspended", scene.user, "Broken screen.")
    assert at_kiosk(scene, kiosk, line, voucher.result).verdict == "refused"
    with scene.office.begin(scene.user) as c:
        rsus.set_state(c, kiosk.rsu, "enabled", scene.user, "Mended.")
        elsewhere = events.create_organisation(c, "Others", "EUR")
        far = rsus.create_rsu(c, elsewhere, "Far 1")
        rsus.set_state(c, far, "enabled", scene.user, "New.")
    stranger = scene.enrol(far)
    assert at_kiosk(scene, stranger, line, voucher.result).verdict == "refused"
    with scene.office.begin() as c:
        said = claims.ask_for_kiosk(scene.office, c, stranger.rsu, wire.TicketRequest(ticket=line.validation))
    assert (said.verdict, said.prizes, said.validation) == ("other", (), "")
    assert at_kiosk(scene, kiosk, line_of(lines, half), other.result).verdict == "refused"


def test_a_void_ticket_is_paid_nothing_though_it_has_won(won: Opened) -> None:
    """D9: whatever has made the winning ticket void, neither the desk nor a kiosk pays it, nor says that it may."""
    scene, kiosk, lines = won(policies={"claims_at_kiosk_up_to": 10_000_000})
    _, voucher, _ = stand(scene)
    line = line_of(lines, voucher)
    owner = create_engine(scene.office.database.owner_url)
    with owner.begin() as c:
        c.execute(text("ALTER TABLE tickets DISABLE TRIGGER stay_sold"))
        c.execute(m.tickets.update().where(m.tickets.c.order_id == voucher.order).values(state="invalid"))
        c.execute(text("ALTER TABLE tickets ENABLE TRIGGER stay_sold"))
    owner.dispose()
    with scene.office.begin() as c:
        said = claims.ask_for_kiosk(scene.office, c, kiosk.rsu, wire.TicketRequest(ticket=line.validation))
    assert check(scene, line.validation).verdict == "void"
    assert (said.verdict, [one.can_pay for one in said.prizes]) == ("void", [False])
    assert "excluded" in said.prizes[0].why_not
    assert code(lambda: pay(scene, line, voucher.result, "Desk 1")) == "not_won"
    assert at_kiosk(scene, kiosk, line, voucher.result).verdict == "refused"
    with scene.office.begin() as c:
        assert c.execute(m.prize_claims.select()).all() == []


def test_a_desk_and_two_kiosks_at_once_pay_once(won: Opened) -> None:
    """D9: threads against a real database; each of the others hears when and where."""
    scene, kiosk, lines = won(policies={"claims_at_kiosk_up_to": 10_000_000})
    second = scene.kiosk(blocks=0)
    who = operator(scene)
    for one in stand(scene):
        line = line_of(lines, one)
        request = str(uuid7(scene.clock))

        def desk(one: claims.Standing = one, line: sale.Line = line) -> str:
            try:
                pay(scene, line, one.result, "Desk 1")
            except Refused as refused:
                return refused.code
            return "paid"

        def unit(
            at: Kiosk, request: str, one: claims.Standing = one, line: sale.Line = line
        ) -> Callable[[], str]:
            def ask() -> str:
                return at_kiosk(
                    scene, at, line, one.result, identity_checked=True, operator=str(who), request=request
                ).verdict

            return ask

        # The first kiosk lost the reply and asks again at the same moment: that is one payment.
        answers = together(
            [desk, unit(kiosk, request), unit(kiosk, request), unit(second, str(uuid7(scene.clock)))]
        )
        told = [answers[0], *{answers[1], answers[2]}, answers[3]]
        assert sorted(told) == ["already_paid", "already_paid", "paid"], answers
    with scene.office.begin() as c:
        assert len(claims.claims(c, scene.event)) == 3
