"""An engine on one context of the tests' cluster, and how tests wait for what it shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fleetui.core.errors import Fault
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings

from .servers.kube_config import Context, write_kubeconfig
from .servers.kubernetes import KubeCluster
from .servers.waiting import PATIENCE_S, becomes

SCOPE = "live"
REFRESH_S = 2.0


def provider_of(kube: KubeCluster, context: str = "admin", **settings: Any) -> Kubernetes:
    """Return a provider that reads one context of the cluster's kubeconfig.

    A test of a server that hangs gives a shorter `timeout`.
    """
    chosen = {"kubeconfig": str(kube.kubeconfig), "context": context, "timeout": 30.0, **settings}
    return Kubernetes(SCOPE, KubernetesSettings(**chosen))


def provider_with(kube: KubeCluster, name: str, context: Context, **settings: Any) -> Kubernetes:
    """Return a provider on a kubeconfig of its own, with this one context."""
    path = kube.folder / f"kubeconfig-{name}"
    write_kubeconfig(path, kube.certificates.authority, {name: context})
    return provider_of(kube, name, kubeconfig=str(path), **settings)


class Watched:
    """What an engine shows of one provider, by pane kind."""

    def __init__(self, provider: Kubernetes, kinds: tuple[str, ...]) -> None:
        self.provider = provider
        self.engine = Engine([provider])
        self.ticks = 0
        keys = [SourceKey(provider.name, provider.scope, kind) for kind in kinds]
        self._subscription = self.engine.subscribe(keys, self._ticked)

    def _ticked(self, _tick: object) -> None:
        self.ticks += 1

    def snapshot(self, kind: str = "containers") -> Snapshot:
        """Return what is shown of a kind now."""
        key = SourceKey(self.provider.name, self.provider.scope, kind)
        return self.engine.store.snapshot(key)

    def rows(self, kind: str, place: str) -> dict[str, Any]:
        """Return the rows of a namespace by name."""
        scope = f"{SCOPE}/{place}"
        return {row.name: row for row in self.snapshot(kind).rows if row.ref.scope == scope}

    async def until(
        self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S
    ) -> Any:
        """Wait for a condition and return what it returned."""

        def told() -> str:
            shown = {
                key.kind: (len(one.rows), one.fault, one.parts, one.warnings)
                for key in self._subscription.keys
                if (one := self.engine.store.snapshot(key))
            }
            return f"{what}; {shown}"

        return await becomes(condition, told, seconds)

    async def until_well(self, *kinds: str, pressed: bool = False) -> None:
        """Wait until these kinds are whole and nothing of them fails.

        `pressed` refreshes now and then, as a person would who has just mended something.
        """
        refreshed = time.monotonic()

        def well() -> bool:
            nonlocal refreshed
            found = [self.snapshot(kind) for kind in kinds]
            if pressed and time.monotonic() - refreshed > REFRESH_S:
                refreshed = time.monotonic()
                self.engine.refresh([one.key for one in found])
            return all(s.fetched_at and s.complete and not s.stale and not s.parts for s in found)

        await self.until(well, f"{', '.join(kinds)} are well")

    async def until_stale(self, *kinds: str, code: str = "") -> Fault:
        """Wait until these kinds say that they are old, for one cause, and return it."""

        def cause() -> Fault | None:
            faults = [self.snapshot(kind).fault for kind in kinds]
            first = faults[0]
            same = all(fault is not None and fault == first for fault in faults)
            return first if same and first and code in {"", first.code} else None

        fault = await self.until(cause, f"{', '.join(kinds)} are stale: {code or 'anything'}")
        assert isinstance(fault, Fault)
        return fault

    def look(self, refs: frozenset[Ref]) -> None:
        """Have these on the screen."""
        self._subscription.look_at(refs)

    async def close(self) -> None:
        """Stop looking."""
        self._subscription.close()
        await self.engine.close()


@asynccontextmanager
async def watching(provider: Kubernetes, *kinds: str) -> AsyncIterator[Watched]:
    """Look at some kinds of a provider."""
    made = Watched(provider, kinds)
    try:
        yield made
    finally:
        await made.close()


async def settled(kube: KubeCluster, place: str, name: str, count: int) -> None:
    """Wait, beside the loop, until a deployment has as many ready pods."""
    await asyncio.to_thread(kube.api.until_ready, place, name, count)
