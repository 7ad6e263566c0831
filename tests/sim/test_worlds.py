"""Two hundred worlds, each from its seed: whatever happens on the way, what was sold is what is drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.sim.machines import disk_in_memory
from tests.world import MISFORTUNES, STORY_LINES, World, plan

WORLDS = 200
EACH_MIN = 15
"""Every misfortune strikes in at least so many of the worlds."""


@pytest.fixture
def disks() -> Iterator[Path]:
    with disk_in_memory() as folder:
        yield folder


@pytest.mark.parametrize("seed", range(WORLDS), ids=lambda seed: f"seed_{seed:03}")
def test_no_world_breaks_a_law(seed: int, postgres: Cluster, disks: Path) -> None:
    """Y1, Y2, Y4, Y7, Y8, N1, N3, N8, K5, K6, K8, K9, D1, D2, D9: the laws in tests/sim/laws.py."""
    world = World(seed, postgres, disks)
    try:
        world.live()
    except BaseException as e:
        e.add_note("\n".join([f"seed {seed}, planned {sorted(world.plan)}", *world.story[-STORY_LINES:]]))
        raise
    finally:
        world.shut()


def test_the_worlds_together_meet_every_misfortune() -> None:
    """Each world proves that what its plan names did happen; here is that the plans name everything."""
    planned = Counter(name for seed in range(WORLDS) for name in plan(seed))
    assert set(planned) == set(MISFORTUNES)
    assert {name: count for name, count in planned.items() if count < EACH_MIN} == {}
