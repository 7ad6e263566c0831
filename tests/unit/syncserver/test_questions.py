"""The question of skill: frozen with the event, answered before the payment, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from shared.errors import Refused
from syncserver import models as m
from syncserver import questions
from syncserver.db import Database
from tests.chains import Scene, open_scene, together


def hockey(c: Connection, event: UUID) -> None:
    user = c.scalar(select(m.users.c.id).limit(1))
    assert user is not None
    questions.put(c, event, "How many  periods has a game?", ["Two", "Three", "Four"], 2, user)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path, prepare=hockey)


def test_a_wrong_answer_is_kept_and_the_right_one_opens_the_checkout(scene: Scene) -> None:
    """S6."""
    with scene.office.begin() as c:
        asked = questions.ask(c, scene.event)
        assert asked is not None
        assert (asked.text, asked.answers) == ("How many periods has a game?", ("Two", "Three", "Four"))
        assert not questions.answered(c, scene.event, "eve")
        assert not questions.check(scene.office, c, scene.event, "eve", 1)
        assert questions.left(c, scene.event, "eve") == 2
        assert questions.check(scene.office, c, scene.event, "eve", 2)
        assert questions.answered(c, scene.event, "eve")
        assert not questions.answered(c, scene.event, "adam")
        with pytest.raises(Refused, match="Choose one"):
            questions.check(scene.office, c, scene.event, "eve", 4)
        assert c.scalar(select(func.count()).select_from(m.question_attempts)) == 2


def test_attempts_run_out_also_when_they_are_made_at_once(scene: Scene) -> None:
    """S6: trying all answers at the same moment is no way."""

    def answer() -> str:
        try:
            with scene.office.begin() as c:
                return str(questions.check(scene.office, c, scene.event, "eve", 1))
        except Refused as refused:
            return refused.code

    assert sorted(together([answer] * 5)) == ["False"] * 3 + ["attempts"] * 2
    with scene.office.begin() as c, pytest.raises(Refused, match="No more answers"):
        questions.check(scene.office, c, scene.event, "eve", 2)


def test_a_place_with_many_wrong_answers_waits_for_a_while(scene: Scene) -> None:
    """S6: neither new baskets nor new names make tries without end, and a stand is not shut out for ever."""
    place = [questions.Guesser(f"{questions.ALSO}here", 2, timedelta(minutes=10))]
    office = scene.office
    for name in ("a", "b"):
        with office.begin() as c:
            assert not questions.check(office, c, scene.event, name, 1, place)
    with office.begin() as c, pytest.raises(Refused, match="from where you are"):
        questions.check(office, c, scene.event, "c", 2, place)
    scene.clock.pass_ms(601_000)
    with office.begin() as c:
        assert questions.check(office, c, scene.event, "c", 2, place)
        assert questions.answered(c, scene.event, "c")
        assert not questions.answered(c, scene.event, place[0].subject)


def test_the_question_is_frozen_with_the_event_also_in_the_database(scene: Scene) -> None:
    """E3, S6: what was asked stays as it was asked."""
    with scene.office.begin() as c:
        with pytest.raises(Refused, match="cannot be changed"):
            questions.put(c, scene.event, "Another?", ["Yes", "No"], 1, scene.user)
        with pytest.raises(Refused, match="cannot be changed"):
            questions.remove(c, scene.event)
    with pytest.raises(IntegrityError, match="on sale"), scene.office.begin() as c:
        c.execute(update(m.questions).values(correct=1))
    with pytest.raises(IntegrityError, match="on sale"), scene.office.begin() as c:
        c.execute(m.questions.delete())


def test_an_event_without_a_question_asks_nothing(database: Database, tmp_path: Path) -> None:
    scene = open_scene(database, tmp_path)
    with scene.office.begin() as c:
        assert questions.ask(c, scene.event) is None
        assert questions.answered(c, scene.event, "eve")
        assert questions.check(scene.office, c, scene.event, "eve", 1)


@pytest.mark.parametrize(
    ("text", "answers", "correct", "code"),
    [
        ("", ["Yes", "No"], 1, "question"),
        ("Q\x00?", ["Yes", "No"], 1, "question"),
        ("Q?", ["Yes"], 1, "answers"),
        ("Q?", ["Yes", "YES"], 1, "answers"),
        ("Q?", ["Yes", " "], 1, "answers"),
        ("Q?", list("abcdefg"), 1, "answers"),
        ("Q?", ["Yes", "No"], 3, "correct"),
    ],
)
def test_a_question_that_cannot_be_is_refused(
    database: Database, tmp_path: Path, text: str, answers: list[str], correct: int, code: str
) -> None:
    said: list[str] = []

    def prepare(c: Connection, event: UUID) -> None:
        user = c.scalar(select(m.users.c.id).limit(1))
        assert user is not None
        with pytest.raises(Refused) as refused:
            questions.put(c, event, text, answers, correct, user)
        said.append(refused.value.code)

    open_scene(database, tmp_path, prepare=prepare)
    assert said == [code]
