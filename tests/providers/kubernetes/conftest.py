"""A server that takes changes, and a writer to it. A module may serve something of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from kube_writable import WritableApi, writable, writer

from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WritableApi, KubernetesSettings]]:
    with writable(tmp_path) as served:
        yield served


@pytest.fixture
def api(served: tuple[WritableApi, KubernetesSettings]) -> WritableApi:
    return served[0]


@pytest.fixture
async def own(served: tuple[WritableApi, KubernetesSettings]) -> AsyncIterator[KubernetesWriter]:
    made = writer(served[1])
    yield made
    await made.close()
