"""The recent CPU of things, small enough to keep for thousands of them."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable

from fleetui.core.objects import CapacityUnit, Container, Instance, Resource
from fleetui.core.ref import Ref
from fleetui.engine.merge import CHUNK

SAMPLES = 30
# Beyond this many rows in one source only what is looked at is remembered.
LARGEST_SOURCE = 5_000


class Trends:
    """A ring of the last samples for each ref, as shares of one."""

    def __init__(self) -> None:
        self._rings: dict[Ref, array[float]] = {}

    def __len__(self) -> int:
        return len(self._rings)

    def get(self, ref: Ref) -> tuple[float, ...]:
        """Return the samples, the newest last."""
        ring = self._rings.get(ref)
        return () if ring is None else tuple(ring)

    def sample(self, row: Resource) -> None:
        """Remember the CPU that a row carries, per core where its cores are known."""
        if not isinstance(row, Instance | Container | CapacityUnit) or row.cpu is None:
            return
        cores = (row.cores if isinstance(row, Instance) else None) or 1
        ring = self._rings.get(row.ref)
        if ring is None:
            # Single floats: a quarter of a list's memory, and a drawing shows eight levels.
            ring = self._rings[row.ref] = array("f")
        ring.append(row.cpu / cores)
        if len(ring) > SAMPLES:
            del ring[0]

    def sample_all(self, rows: Iterable[Resource]) -> Generator[None, None, None]:
        """Remember many, pausing between."""
        for position, row in enumerate(rows, 1):
            self.sample(row)
            if not position % CHUNK:
                yield

    def drop(self, rows: Iterable[Resource]) -> None:
        """Forget things that are gone."""
        for row in rows:
            self._rings.pop(row.ref, None)
