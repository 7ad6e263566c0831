"""Dice keyed by two, and draws by hand: counterfoils printed, counted, and numbers keyed by two."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared import draw as fair
from shared.errors import Refused
from syncserver import auth, draws, events, keyings, reconcile
from syncserver import models as m
from syncserver.db import Database
from syncserver.events import DrawRules
from syncserver.keyings import Difference
from tests.chains import Scene, open_scene

PASSWORD = "correct horse battery staple"


def opened(database: Database, home: Path, method: str = "both", sales: int = 20) -> Scene:
    """Closed and confirmed, with two managers: ``scene.user`` and ``scene.other_user``."""
    scene = open_scene(database, home, draw=DrawRules(method=method))  # type: ignore[arg-type]
    with scene.office.begin() as c:
        scene.user = auth.create_user(c, scene.organisation, "una", "Una", PASSWORD, "manager")
        scene.other_user = auth.create_user(c, scene.organisation, "otto", "Otto", PASSWORD, "admin")
    kiosk = scene.kiosk(blocks=5 * sales + 50)
    for _ in range(sales):
        kiosk.sell()
    void = kiosk.sell()
    kiosk.void(void.lines[0])
    scene.close()
    kiosk.cut()
    kiosk.send_all()
    with scene.office.begin(scene.user) as c:
        reconcile.acknowledge_voids(c, scene.event, scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    return scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return opened(database, tmp_path)


def freeze(scene: Scene, **source: fair.Json) -> UUID:
    with scene.office.begin(scene.user) as c:
        draw = draws.freeze(scene.office, c, scene.event, source, scene.user)
    if source["source"] != "manual":
        with scene.office.begin(scene.user) as c:
            draws.commit_seed(scene.office, c, draw, scene.user)
    return draw


def key(scene: Scene, draw: UUID, what: keyings.What, content: str, by: UUID) -> keyings.Keyed:
    scene.clock.pass_ms(1_000)
    with scene.office.begin(by) as c:
        return draws.key(scene.office, c, draw, what, content, by)


def step(scene: Scene, draw: UUID) -> str:
    with scene.office.begin() as c:
        return draws.get(c, draw).step


# Dice and digits ------------------------------------------------------------------------------------


def test_dice_are_keyed_by_two_who_do_not_see_each_other(scene: Scene) -> None:
    """D3: what differs is shown place by place, kept, and keyed anew; only then it is fixed."""
    draw = freeze(scene, source="dice", form="5d6")
    first = key(scene, draw, "entropy", "1, 6 3  3 2", scene.user)
    assert (first.outcome, first.round, first.content) == ("first", 1, "")
    with scene.office.begin() as c:
        assert [(row.name, row.content) for row in keyings.keyings(c, draw)] == [("Una", "")]
    with pytest.raises(Refused, match="second person is another"):
        key(scene, draw, "entropy", "1 6 3 3 2", scene.user)
    second = key(scene, draw, "entropy", "1 6 4 3 1", scene.other_user)
    assert (second.outcome, second.places) == (
        "differs",
        [Difference(3, "3", "4"), Difference(5, "2", "1")],
    )
    assert step(scene, draw) == "committed"
    assert key(scene, draw, "entropy", "1 6 3 3 2", scene.other_user).round == 2
    assert key(scene, draw, "entropy", "1 6 3 3 2", scene.user).outcome == "agreed"
    assert step(scene, draw) == "entropy"
    with scene.office.begin() as c:
        assert draws.get(c, draw).public_entropy == "1 6 3 3 2"
        kept = [(row.round, row.name, row.content) for row in keyings.keyings(c, draw)]
    assert kept == [
        (1, "Una", "1 6 3 3 2"),
        (1, "Otto", "1 6 4 3 1"),
        (2, "Otto", "1 6 3 3 2"),
        (2, "Una", "1 6 3 3 2"),
    ]
    with pytest.raises(Refused, match="fixed once"):
        key(scene, draw, "entropy", "1 6 3 3 2", scene.user)


def test_an_only_manager_keys_twice_and_the_record_names_both(scene: Scene) -> None:
    """D3: where there is nobody else; in two keyings all the same."""
    with scene.office.begin() as c:
        c.execute(update(m.users).where(m.users.c.id == scene.other_user).values(is_active=False))
    draw = freeze(scene, source="digits", count=4)
    assert key(scene, draw, "entropy", "0 1 2 3", scene.user).outcome == "first"
    assert key(scene, draw, "entropy", "0 1 2 3", scene.user).outcome == "agreed"
    with scene.office.begin() as c:
        said = c.execute(
            m.critical_events.select().where(m.critical_events.c.event_type == "draw_keyed_agreed")
        ).one()
    assert "Una and Una keyed alike" in said.description


@pytest.mark.parametrize("typed", ["1 6 3 3", "1 6 3 3 7", "", "one"])
def test_what_no_dice_show_is_not_even_kept(scene: Scene, typed: str) -> None:
    draw = freeze(scene, source="dice", form="5d6")
    with pytest.raises(Refused) as e:
        key(scene, draw, "entropy", typed, scene.user)
    assert e.value.code == "entropy"
    with scene.office.begin() as c:
        assert keyings.keyings(c, draw) == []


def test_dice_that_two_have_not_keyed_alike_are_fixed_by_nobody(scene: Scene) -> None:
    """D3: neither by the program's inner step, nor in the database by the application's role."""
    draw = freeze(scene, source="dice", form="2d6")
    key(scene, draw, "entropy", "1 6", scene.user)
    with pytest.raises(Refused, match="keyed this alike"), scene.office.begin(scene.user) as c:
        draws.fix_entropy(scene.office, c, draw, "1 6", scene.user)
    key(scene, draw, "entropy", "1 5", scene.other_user)
    with pytest.raises(IntegrityError, match="keyed them alike"), scene.office.begin() as c:
        c.execute(update(m.draw_executions).values(public_entropy="1 6", entropy_fixed_at=scene.office.now()))


def test_no_public_chance_needs_nobody_to_key_it(scene: Scene) -> None:
    draw = freeze(scene, source="none")
    assert key(scene, draw, "entropy", "", scene.user).outcome == "agreed"
    for what in ("counterfoils", "winners"):
        with pytest.raises(Refused, match="not drawn by hand"):
            key(scene, draw, what, "1", scene.user)
    with scene.office.begin() as c, pytest.raises(Refused, match="no counterfoils"):
        keyings.counterfoils(c, draw, 0, 1)


# By hand --------------------------------------------------------------------------------------------


def printed(scene: Scene) -> UUID:
    """A draw by hand with all its counterfoils printed."""
    draw = freeze(scene, source="manual")
    with scene.office.begin(scene.user) as c:
        keyings.record_counterfoils(scene.office, c, draw, 0, 60, scene.user)
        keyings.record_counterfoils(scene.office, c, draw, 60, 40, scene.user)
    return draw


def counted(scene: Scene) -> UUID:
    draw = printed(scene)
    key(scene, draw, "counterfoils", "100", scene.user)
    assert key(scene, draw, "counterfoils", "100", scene.other_user).outcome == "agreed"
    return draw


def test_a_draw_by_hand_makes_the_same_record_as_any_other(scene: Scene) -> None:
    """D5: counted and keyed by two, computed from no seed, verified, official, replayed."""
    draw = counted(scene)
    assert step(scene, draw) == "counted"
    assert key(scene, draw, "winners", "17 4\n99", scene.user).outcome == "first"
    assert key(scene, draw, "winners", "17 4 99", scene.other_user).outcome == "agreed"
    assert step(scene, draw) == "keyed"
    with scene.office.begin(scene.user) as c:
        data = draws.execute(scene.office, c, draw, scene.user)
        pool = fair.Pool(draws.pool(c, draw) or b"")
        assert draws.results(c, scene.event) == []
    report = fair.verify(data, [pool])
    assert report.ok, report.problems
    assert any("by hand" in words for words in report.not_checked)
    with scene.office.begin(scene.user) as c:
        draws.make_official(scene.office, c, draw, scene.user)
        assert [(row.position, row.winner, row.number) for row in draws.results(c, scene.event)] == [
            (1, 1, 17),
            (2, 1, 4),
            (2, 2, 99),
        ]
        row = draws.get(c, draw)
        assert (row.seed_sha256, row.public_entropy, row.step, row.manual) == (None, None, "official", True)
        assert draws.replay(scene.office, c, draw).ok


def test_counterfoils_are_every_number_once_with_its_validation_number(scene: Scene) -> None:
    """D5: in order; a second print says that it is one, and why."""
    draw = freeze(scene, source="manual")
    with scene.office.begin(scene.user) as c:
        found = keyings.counterfoils(c, draw, 90, 10)
        order = c.execute(m.tickets.select().where(m.tickets.c.draw_number == 100)).one().order_id
        validation = c.execute(m.orders.select().where(m.orders.c.id == order)).one().validation_number
        assert [one.number for one in found] == list(range(91, 101))
        assert (found[-1].index, found[-1].pool, found[-1].event) == (99, "main", scene.event)
        assert (found[-1].ticket_number, found[-1].validation, found[-1].copies) == (100, validation, 0)
        assert keyings.unprinted(c, draw) == 100
        keyings.record_counterfoils(scene.office, c, draw, 0, 60, scene.user)
        assert keyings.unprinted(c, draw) == 40
        with pytest.raises(Refused, match="printed before"):
            keyings.record_counterfoils(scene.office, c, draw, 50, 20, scene.user)
        scene.clock.pass_ms(1_000)
        keyings.record_counterfoils(scene.office, c, draw, 50, 20, scene.user, "the paper jammed")
        assert keyings.unprinted(c, draw) == 30
        assert [one.copies for one in keyings.counterfoils(c, draw, 58, 4)] == [2, 2, 1, 1]
        assert [
            (row.first_index, row.count, row.reprint, row.reason) for row in keyings.batches(c, draw)
        ] == [
            (0, 60, False, ""),
            (50, 20, True, "the paper jammed"),
        ]
        for first, count in ((-1, 1), (0, 0), (99, 2), (0, keyings.COUNTERFOILS_MAX + 1)):
            with pytest.raises(Refused, match="100 counterfoils"):
                keyings.counterfoils(c, draw, first, count)


def test_the_count_must_be_the_pool_s_size_and_all_must_be_printed(scene: Scene) -> None:
    """D5: sold less void; who agrees on another count counts again."""
    draw = freeze(scene, source="manual")
    with pytest.raises(Refused, match="100 counterfoils were never printed"):
        key(scene, draw, "counterfoils", "100", scene.user)
    with scene.office.begin(scene.user) as c:
        keyings.record_counterfoils(scene.office, c, draw, 0, 100, scene.user)
    key(scene, draw, "counterfoils", "99", scene.user)
    again = key(scene, draw, "counterfoils", "99", scene.other_user)
    assert again.outcome == "differs"
    assert "hold 100" in again.words
    key(scene, draw, "counterfoils", "100", scene.user)
    with pytest.raises(Refused, match="is another"):
        key(scene, draw, "counterfoils", "100", scene.user)
    assert key(scene, draw, "counterfoils", "99", scene.other_user).outcome == "differs"
    with pytest.raises(Refused, match="after the counterfoils were counted"):
        key(scene, draw, "winners", "1 2 3", scene.user)
    key(scene, draw, "counterfoils", "100", scene.user)
    assert key(scene, draw, "counterfoils", "100", scene.other_user).outcome == "agreed"
    with pytest.raises(Refused, match="counted once"):
        key(scene, draw, "counterfoils", "100", scene.user)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 2", "3 numbers are drawn"),
        ("1 2 x", "'x', at place 3"),
        ("1 2 101", "101 is not in the pool"),
        ("1 2 900", "900 is not in the pool"),
        ("1 2 1", "1 has won before"),
    ],
)
def test_a_number_that_cannot_win_is_refused_and_put_on_record(scene: Scene, typed: str, said: str) -> None:
    """D5: each is checked as in the pool, sold and valid; 101 to 105 were sold and made void."""
    draw = counted(scene)
    with pytest.raises(Refused, match=said):
        key(scene, draw, "winners", typed, scene.user)
    with scene.office.begin() as c:
        k = m.critical_events
        logged = c.execute(k.select().where(k.c.event_type == "draw_number_refused")).all()
        assert not any(row.what == "winners" for row in keyings.keyings(c, draw))
    assert len(logged) == (1 if "pool" in said or "before" in said else 0)
    assert not any(typed.split()[2] in row.description for row in logged if typed != "1 2 1")


def test_winners_that_differ_are_keyed_anew_by_two_different_people(scene: Scene) -> None:
    """D5: never by one alone, though he were the only manager."""
    with scene.office.begin() as c:
        c.execute(update(m.users).where(m.users.c.id == scene.other_user).values(is_active=False))
    draw = counted(scene)
    key(scene, draw, "winners", "1 2 3", scene.user)
    with pytest.raises(Refused, match="is another"):
        key(scene, draw, "winners", "1 2 3", scene.user)
    differs = key(scene, draw, "winners", "1 2 4", scene.other_user)
    assert differs.places == [Difference(3, "3", "4")]
    with pytest.raises(Refused, match="keyed by two"), scene.office.begin(scene.user) as c:
        draws.execute(scene.office, c, draw, scene.user)
    key(scene, draw, "winners", "1 2 4", scene.user)
    assert key(scene, draw, "winners", "1 2 4", scene.other_user).outcome == "agreed"
    with pytest.raises(Refused, match="keyed once"):
        key(scene, draw, "winners", "1 2 4", scene.user)
    with pytest.raises(Refused, match="nothing is printed"), scene.office.begin(scene.user) as c:
        keyings.record_counterfoils(scene.office, c, draw, 0, 1, scene.user, "for fun")


def test_a_draw_by_hand_whose_numbers_were_keyed_is_not_given_up(scene: Scene) -> None:
    """D5, D11: nobody looks at the winners and tries again; neither by the program nor past it."""
    draw = counted(scene)
    key(scene, draw, "winners", "17 4 99", scene.user)
    for _ in range(2):
        with pytest.raises(Refused, match="numbers are drawn"), scene.office.begin(scene.user) as c:
            draws.fail(scene.office, c, draw, "we do not like it", scene.user)
        d = m.draw_executions
        with pytest.raises(IntegrityError, match="not given up"), scene.office.begin() as c:
            c.execute(update(d).where(d.c.id == draw).values(state="failed", failure="so"))
        if step(scene, draw) == "counted":
            key(scene, draw, "winners", "17 4 99", scene.other_user)
    assert step(scene, draw) == "keyed"


def test_the_seed_s_steps_are_not_for_a_draw_by_hand(scene: Scene) -> None:
    draw = freeze(scene, source="manual")
    with scene.office.begin(scene.user) as c:
        with pytest.raises(Refused, match="no seed"):
            draws.commit_seed(scene.office, c, draw, scene.user)
        with pytest.raises(Refused):
            draws.fix_entropy(scene.office, c, draw, "", scene.user)
        with pytest.raises(Refused):
            draws.make_official(scene.office, c, draw, scene.user)


def test_the_application_s_role_cannot_make_up_a_draw_by_hand(scene: Scene) -> None:
    """D5: the database asks for the count and for both keyings by itself, and keeps batches as they are."""
    draw = printed(scene)
    with pytest.raises(IntegrityError, match="keyed alike by two"), scene.office.begin() as c:
        c.execute(update(m.draw_executions).values(bundle=b"{}"))
    for content in ("99", "100"):
        with scene.office.begin() as c:
            c.execute(
                insert(m.draw_keyings).values(
                    draw_execution_id=draw, what="counterfoils", round=1, content=content,
                    keyed_by=scene.user if content == "99" else scene.other_user,
                )
            )  # fmt: skip
    with pytest.raises(IntegrityError, match="counted before"), scene.office.begin() as c:
        c.execute(
            insert(m.draw_keyings).values(
                draw_execution_id=draw, what="winners", round=1, content="1", keyed_by=scene.user
            )
        )
    for table in ("counterfoil_batches", "draw_keyings"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = gen_random_uuid()"):
            with pytest.raises(ProgrammingError), scene.office.begin() as c:
                c.exec_driver_sql(statement)


@pytest.mark.parametrize(("method", "source"), [("generator", "manual"), ("manual", "none")])
def test_only_the_method_that_the_event_was_sold_with_is_used(
    database: Database, tmp_path: Path, method: str, source: str
) -> None:
    """E3, E8: how it is drawn is frozen with the event."""
    scene = opened(database, tmp_path, method, sales=2)
    with pytest.raises(Refused, match="by hand") as e:
        freeze(scene, source=source)
    assert e.value.code == "method"
    assert events.DrawRules().method == "generator"
