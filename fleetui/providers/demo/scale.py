"""How large the fleet is: which part of the company there is below its usual size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.demo.docker import Jobs
from fleetui.providers.demo.prometheus import JOBS
from fleetui.providers.demo.units import UnitSpec

T = TypeVar("T")
_TEAM = 2
"""Members that a unit keeps, however small the fleet."""


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the whole, 0 to 1; lists keep their first things."""

    share: float

    def some(self, things: Sequence[T], least: int = 0) -> list[T]:
        """Return this part of a list."""
        return list(things[: max(least, round(len(things) * self.share))])

    def units(self, specs: Sequence[UnitSpec], least: int = 0) -> list[UnitSpec]:
        """Return this part of the units, each with this part of its members."""
        return [self._unit(spec) for spec in self.some(specs, least)]

    def jobs(self, jobs: Jobs) -> Jobs | None:
        """Return jobs with this part of their slots, None where none is left."""
        slots = round(jobs.slots * self.share)
        return replace(jobs, slots=slots) if slots else None

    def targets(self) -> dict[str, int]:
        """Return how many targets each scrape job has."""
        return {
            job: max(int(job == "node"), round(len(names) * self.share))
            for job, names in JOBS.items()
        }

    def _unit(self, spec: UnitSpec) -> UnitSpec:
        least = min(spec.replicas, _TEAM)
        count = max(least, round(spec.replicas * self.share))
        low = None if spec.low is None else min(spec.low, count)
        return replace(spec, replicas=count, low=low)
