"""Worlds whose events have early birds, drawn while kiosks sell off line, lose replies, die and are copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.sim.machines import disk_in_memory
from tests.world import STORY_LINES, World, plan

SEEDS = [seed for seed in range(18) if "restored" not in plan(seed)][:12]
"""A restored office has forgotten the draws it held; that is another story."""


@pytest.fixture
def disks() -> Iterator[Path]:
    with disk_in_memory() as folder:
        yield folder


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed_{seed:03}")
def test_early_birds_are_drawn_from_what_stands_before_their_cuts(
    seed: int, postgres: Cluster, disks: Path
) -> None:
    """D2, D1, N8: nested by time, by the chains' places; winners are in no later pool; all other laws hold too."""
    world = World(seed, postgres, disks, early=True)
    try:
        world.live()
    except BaseException as e:
        e.add_note("\n".join([f"seed {seed}, planned {sorted(world.plan)}", *world.story[-STORY_LINES:]]))
        raise
    finally:
        world.shut()
