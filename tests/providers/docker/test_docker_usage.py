"""CPU and memory from two readings, in both kinds of cgroups."""

from __future__ import annotations

from typing import Any

import pytest
from docker_recorded import recorded

from fleetui.providers.base import Usage
from fleetui.providers.docker.provider import together
from fleetui.providers.docker.usage import Sample, read, sample_of, usage_of

MIB = 1024**2


def stats(used: int, system: int, **more: Any) -> Any:
    cpu = {"cpu_usage": {"total_usage": used}, "system_cpu_usage": system, "online_cpus": 4}
    return read({"read": "2026-11-24T22:00:00Z", "cpu_stats": cpu, **more})


def test_the_recorded_busy_container_uses_one_core() -> None:
    first, second = read(recorded("stats_one")), read(recorded("stats_two"))
    assert usage_of(first, None, limited=False) == Usage(cpu=None, memory=331776)
    found = usage_of(second, sample_of(first), limited=False)
    assert found is not None
    assert found.cpu == pytest.approx(1.0, abs=0.05)
    assert found.memory_limit is None


def test_a_stopped_container_has_no_usage() -> None:
    assert usage_of(read(recorded("stats_stopped")), None, limited=True) is None


def test_shares_are_of_one_core() -> None:
    before = Sample(0.0, 100, 1000, 4)
    found = usage_of(stats(400, 2000), before, limited=False)
    assert found is not None
    assert found.cpu == pytest.approx(1.2)


def test_counters_set_back_by_a_restart_say_nothing() -> None:
    found = usage_of(stats(50, 2000), Sample(0.0, 100, 1000, 4), limited=False)
    assert found is not None
    assert found.cpu is None


def test_an_old_engine_brings_the_reading_before() -> None:
    cpu = {"cpu_usage": {"total_usage": 0}, "system_cpu_usage": 1000, "online_cpus": 4}
    found = usage_of(stats(500, 2000, precpu_stats=cpu), None, limited=False)
    assert found is not None
    assert found.cpu == pytest.approx(2.0)


def test_cores_are_counted_where_they_are_not_told() -> None:
    per_core = {"total_usage": 500, "percpu_usage": [250, 250]}
    old = read(
        {
            "read": "2026-11-24T22:00:00Z",
            "cpu_stats": {"cpu_usage": per_core, "system_cpu_usage": 2000},
        }
    )
    sample = sample_of(old)
    assert sample is not None
    assert sample.cores == 2


@pytest.mark.parametrize("name", ["total_inactive_file", "inactive_file"])
def test_memory_leaves_the_file_cache_out(name: str) -> None:
    memory = {"usage": 100 * MIB, "limit": 256 * MIB, "stats": {name: 40 * MIB}}
    found = usage_of(stats(1, 1, memory_stats=memory), None, limited=True)
    assert found == Usage(None, 60 * MIB, 256 * MIB)


def test_a_unit_uses_the_mean_of_cpu_and_the_sum_of_memory() -> None:
    assert together([Usage(0.5, 10), Usage(1.5, 30), Usage(None, None)]) == Usage(1.0, 40)
    assert together([Usage()]) == Usage()
