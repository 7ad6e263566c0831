"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import tests.passwords  # noqa: F401 - before anybody hashes one
from syncserver.db import POSTGRES_MAJOR, Database
from tests.postgres import Cluster, cluster, versions


class _Clusters:
    """The clusters of this session by their version, each started when first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[int, Cluster] = {}

    def get(self, major: int) -> Cluster:
        if major not in self._running:
            self._running[major] = self._stack.enter_context(cluster(major))
        return self._running[major]


@pytest.fixture(scope="session")
def postgres_clusters() -> Iterator[_Clusters]:
    with ExitStack() as stack:
        yield _Clusters(stack)


@pytest.fixture(scope="session")
def postgres(postgres_clusters: _Clusters) -> Cluster:
    """The session's throw-away PostgreSQL, of the version that we embed."""
    return postgres_clusters.get(POSTGRES_MAJOR)


@pytest.fixture
def database(postgres: Cluster) -> Iterator[Database]:
    """A fresh migrated database of this test alone."""
    with postgres.fresh() as fresh:
        yield fresh


@pytest.fixture(params=versions(), ids=lambda major: f"postgresql-{major}")
def every_postgres(request: pytest.FixtureRequest, postgres_clusters: _Clusters) -> Cluster:
    """Each PostgreSQL to be had here, one after the other."""
    return postgres_clusters.get(request.param)


@pytest.fixture
def every_database(every_postgres: Cluster) -> Iterator[Database]:
    """A fresh migrated database on each PostgreSQL to be had here."""
    with every_postgres.fresh() as fresh:
        yield fresh
