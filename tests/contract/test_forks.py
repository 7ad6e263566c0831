"""Branches that come to the office after somebody has decided about the first of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncserver import reconcile
from syncserver.db import Database
from tests.chains import Kiosk, Scene, open_scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return open_scene(database, tmp_path)


def decided_and_confirmed(scene: Scene) -> tuple[Kiosk, Kiosk]:
    """A kiosk and its clone, whose branch was looked at; the reconciliation is confirmed."""
    kiosk = scene.kiosk()
    clone = kiosk.copy()
    kiosk.sell()
    clone.sell()
    kiosk.send()
    assert clone.send().verdict == "fork"
    scene.close()
    kiosk.cut()
    kiosk.send()
    with scene.office.begin(scene.user) as c:
        for found in reconcile.findings(c, scene.event, open_only=True):
            reconcile.decide(c, found.id, "exclude", "a copy of the disk", scene.user)
        reconcile.confirm(scene.office, c, scene.event, scene.user)
    return kiosk, clone


def ready(scene: Scene) -> bool:
    with scene.office.begin() as c:
        return reconcile.status(scene.office, c, scene.event).ready


def test_a_branch_that_comes_again_undoes_no_confirmation(scene: Scene) -> None:
    """Y1: a replayed upload changes nothing, or anybody who kept one could keep the draw shut for ever."""
    _kiosk, clone = decided_and_confirmed(scene)
    assert ready(scene)
    assert clone.send().verdict == "fork"
    assert ready(scene)


def test_more_of_a_branch_is_a_finding_of_its_own(scene: Scene) -> None:
    """Y8: sales in quarantine block the draw until somebody decides, also those that come after a decision."""
    _kiosk, clone = decided_and_confirmed(scene)
    clone.sell()
    assert clone.send().verdict == "fork"
    assert not ready(scene)
    with scene.office.begin() as c:
        kinds = [found.kind for found in reconcile.findings(c, scene.event, open_only=True)]
    assert kinds == ["fork"]
