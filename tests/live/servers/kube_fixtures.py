"""What tests of Kubernetes ask for: the one cluster, and a namespace of their own in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from .kube_objects import namespace
from .kubernetes import KubeCluster

_LONGEST = 40
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kube() -> Iterator[KubeCluster]:
    """The cluster, which all tests of a run share, since starting one takes its time."""
    cluster = KubeCluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def place(kube: KubeCluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a new namespace for one test, deleted after it."""
    word = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:_LONGEST]
    name = f"{word.strip('-')}-{next(_numbers)}"
    kube.api.create(namespace(name))
    # Its account is made after it; until then no pod may be.
    kube.until(lambda: kube.api.items("ServiceAccount", name), f"{name} has its account")
    yield name
    kube.api.delete_namespace(name)
