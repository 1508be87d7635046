"""A Docker engine as a provider: polled, watched by hints, and measured row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fleetui.core.ref import Ref
from fleetui.providers.base import Report, Usage
from fleetui.providers.demo.docker import Host
from fleetui.providers.demo.growth import Grown
from fleetui.providers.demo.provider import Reader, WatchedProvider
from fleetui.providers.demo.world import World


class DockerProvider(WatchedProvider):
    """One Docker host of the demo."""

    hints = True

    def __init__(
        self,
        world: World,
        host: Host,
        report: Callable[[float], Report],
        *,
        grown: dict[str, Grown] | None = None,
    ) -> None:
        readers: dict[str, Reader] = {
            "containers": host.containers, "images": host.images, "volumes": host.volumes,
            "networks": host.networks, "capacity": host.capacity,
        }  # fmt: skip
        super().__init__(
            world, "docker", host.scope, readers, report, events=host.events, grown=grown,
            intervals={"images": 10.0, "volumes": 10.0, "networks": 10.0},
        )  # fmt: skip
        self._host = host

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these containers use now; only running ones use anything."""
        return self._host.usage(refs, self.world.now())
