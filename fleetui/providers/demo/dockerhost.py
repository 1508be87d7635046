"""A Docker engine as a provider: polled, watched by hints, and measured row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fleetui.core.ref import Ref
from fleetui.providers.base import Report, Usage
from fleetui.providers.demo.docker import Host
from fleetui.providers.demo.faults import Misbehaviour
from fleetui.providers.demo.grown import GrownContainers
from fleetui.providers.demo.logs.book import Book
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
        grown: GrownContainers | None = None,
        misbehaviour: Misbehaviour | None = None,
        book: Book | None = None,
    ) -> None:
        readers: dict[str, Reader] = {
            "containers": host.containers, "images": host.images, "volumes": host.volumes,
            "networks": host.networks, "capacity": host.capacity,
        }  # fmt: skip
        super().__init__(
            world, "docker", host.scope, readers, report, events=host.events,
            grown={"containers": grown.rows} if grown else None,
            misbehaviour=misbehaviour, book=book, specs=host.specs,
            intervals={"images": 10.0, "volumes": 10.0, "networks": 10.0},
        )  # fmt: skip
        self._host = host
        self._many = grown

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these containers use now; only running ones use anything."""
        time = self.world.now()
        if self.misbehaviour is not None:
            await self.misbehaviour.before_measure(time)
        found = dict(self._host.usage(refs, time))
        for ref in refs if self._many else ():
            usage = self._many.usage(ref, time) if self._many and ref not in found else None
            if usage is not None:
                found[ref] = usage
        return found
