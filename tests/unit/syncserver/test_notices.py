"""Notices: everybody who must know is told once, and nobody else."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import ProgrammingError

from shared.errors import Refused
from syncserver import auth, events, notices
from syncserver import models as m
from syncserver.db import Database
from tests.chains import Scene, open_scene, together

PASSWORD = "correct horse battery staple"


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


@pytest.fixture
def people(scene: Scene) -> dict[str, UUID]:
    with scene.office.begin() as c:
        made = {
            role: auth.create_user(c, scene.organisation, role, f"Per {role}", PASSWORD, role)
            for role in auth.STAFF
        }
        other = events.create_organisation(c, "Elsewhere", "EUR")
        made["stranger"] = auth.create_user(c, other, "stranger", "Sten", PASSWORD, "admin")
    return made


def test_administrators_and_managers_are_told_once_each(scene: Scene, people: dict[str, UUID]) -> None:
    """D12, D7: everybody who must know, once, however often it is said."""
    with scene.office.begin() as c:
        assert notices.tell(scene.office, c, scene.event, "draw_official", "It is official.") == 2
        assert notices.tell(scene.office, c, scene.event, "draw_official", "It is official.") == 0
    with scene.office.begin() as c:
        found = {name: [one.text for one in notices.unseen(c, person)] for name, person in people.items()}
    said = ["It is official."]
    assert found == {name: said if name in ("admin", "manager") else [] for name in people}


def test_two_who_tell_the_same_at_once_tell_it_once(scene: Scene, people: dict[str, UUID]) -> None:
    def tell() -> int:
        with scene.office.begin() as c:
            return notices.tell(scene.office, c, scene.event, "draw_official", "It is official.")

    assert sorted(together([tell, tell])) == [0, 2]


def test_what_was_seen_is_put_away_by_its_own_reader_alone(scene: Scene, people: dict[str, UUID]) -> None:
    with scene.office.begin() as c:
        notices.tell(scene.office, c, scene.event, "redraw", "A redraw.\x00")
        first = notices.unseen(c, people["admin"])[0]
        with pytest.raises(Refused, match="no such notice"):
            notices.seen(c, first.id, people["manager"])
        notices.seen(c, first.id, people["admin"])
        assert notices.unseen(c, people["admin"]) == []
        assert [one.text for one in notices.told(c, people["admin"])] == ["A redraw."]
        assert (first.event, first.event_name, first.draw) == (scene.event, "Summer raffle", None)
        assert len(notices.unseen(c, people["manager"])) == 1


def test_a_notice_is_never_reworded(scene: Scene, people: dict[str, UUID]) -> None:
    """O2: the database lets nothing be changed but that it was seen."""
    with scene.office.begin() as c:
        notices.tell(scene.office, c, scene.event, "redraw", "A redraw.")
    with pytest.raises(ProgrammingError), scene.office.begin() as c:
        c.execute(update(m.notices).values(text="nothing happened"))
    with scene.office.begin() as c, pytest.raises(Refused, match="no such event"):
        notices.tell(scene.office, c, people["admin"], "redraw", "A redraw.")
