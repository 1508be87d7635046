"""CPU and memory from two samples of a container's counters: pure functions."""

from __future__ import annotations

from typing import Any

import msgspec

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.base import Usage
from fleetui.providers.docker.answers import one
from fleetui.providers.docker.times import time_of


class CpuUsage(msgspec.Struct, frozen=True):
    """Nanoseconds used; `percpu_usage` only with cgroup v1."""

    total_usage: int = 0
    percpu_usage: list[int] | None = None


class CpuStats(msgspec.Struct, frozen=True):
    """One reading of the processor's counters."""

    cpu_usage: CpuUsage = msgspec.field(default_factory=CpuUsage)
    system_cpu_usage: int = 0
    online_cpus: int = 0


class MemoryStats(msgspec.Struct, frozen=True):
    """One reading of the memory's counters; empty for a stopped container."""

    usage: int | None = None
    limit: int | None = None
    stats: dict[str, float] | None = None


class Stats(msgspec.Struct, frozen=True):
    """One answer of the engine. `read` is in the year 1 for a stopped container."""

    read: str | None = None
    cpu_stats: CpuStats = msgspec.field(default_factory=CpuStats)
    precpu_stats: CpuStats = msgspec.field(default_factory=CpuStats)
    memory_stats: MemoryStats = msgspec.field(default_factory=MemoryStats)


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of one reading: nanoseconds of this container and of all processors."""

    time: float
    used: int
    system: int
    cores: int


def read(raw: Any) -> Stats:
    """Return the answer with its types checked. Raises Invalid."""
    return one(raw, Stats)


def sample_of(stats: Stats, cpu: CpuStats | None = None) -> Sample | None:
    """Return the reading to keep; None where the container does not run."""
    time, counters = time_of(stats.read), cpu or stats.cpu_stats
    if time is None or not counters.system_cpu_usage:
        return None
    cores = counters.online_cpus or len(counters.cpu_usage.percpu_usage or ()) or 1
    return Sample(time, counters.cpu_usage.total_usage, counters.system_cpu_usage, cores)


def usage_of(stats: Stats, before: Sample | None, limited: bool) -> Usage | None:
    """Return what a container used since the reading before; None where it does not run.

    CPU is None after the first reading, and after a restart has set the counters back.
    `limited` says whether the container has a memory limit of its own: the engine tells the
    host's memory where it has none.
    """
    now = sample_of(stats)
    if now is None:
        return None
    if before is None:
        before = sample_of(stats, stats.precpu_stats)
    return Usage(
        cpu=_share(before, now),
        memory=_memory(stats.memory_stats),
        memory_limit=stats.memory_stats.limit if limited else None,
    )


def _share(before: Sample | None, now: Sample) -> float | None:
    """Return the share of one core between two readings."""
    if before is None or now.system <= before.system or now.used < before.used:
        return None
    return (now.used - before.used) / (now.system - before.system) * now.cores


def _memory(memory: MemoryStats) -> int | None:
    """Return the bytes in use without the file cache that the kernel gives back at once."""
    if memory.usage is None:
        return None
    stats = memory.stats or {}
    # The name in cgroup v1, then in v2.
    cache = stats.get("total_inactive_file", stats.get("inactive_file", 0))
    return int(memory.usage - cache) if cache < memory.usage else memory.usage
