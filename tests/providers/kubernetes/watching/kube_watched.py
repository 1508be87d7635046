"""Containers of a scripted API server as they are followed; nothing waits for the clock."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, kubeconfig

from fleetui.core.errors import ProviderError
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Change, Listed, Removed, Upserted
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings

PODS, SETS = "/api/v1/pods", "/apis/apps/v1/replicasets"
CONTAINERS = SourceKey("kubernetes", "test", "containers")


class Watched:
    """A provider whose containers are followed, and what was told of them."""

    def __init__(self, api: Api, folder: Path, **settings: Any) -> None:
        context = settings.pop("context_of_file", {})
        user = settings.pop("user", None)
        path = kubeconfig(folder / "config", api, user, **context)
        settings = {"timeout": 30.0, "qps": 1000.0, "burst": 1000} | settings
        self.provider = Kubernetes("test", KubernetesSettings(kubeconfig=str(path), **settings))
        self.provider._hub._rng = random.Random(1)
        self.told: list[Change] = []
        self.rows: dict[str, Any] = {}
        self.complete = False
        self.task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        changes = self.provider.watch(CONTAINERS)
        assert changes is not None
        async for change in changes:
            self.told.append(change)
            if isinstance(change, Listed):
                if change.complete:
                    self.rows.clear()
                    self.complete = True
                self.rows |= {row.name: row for row in change.rows}
            elif isinstance(change, Upserted):
                self.rows |= {row.name: row for row in change.rows}
            elif isinstance(change, Removed):
                for ref in change.refs:
                    self.rows.pop(ref.name, None)

    async def fetch(self) -> Batch:
        return await self.provider.fetch(CONTAINERS)

    async def failure(self) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            await self.fetch()
        return raised.value

    async def close(self) -> None:
        self.task.cancel()
        await self.provider.close()
