"""What the fleet holds: kinds, counts, links, and the protocols of real back ends."""

from __future__ import annotations

from collections import Counter

import pytest
from demo_tools import OPENED, Clock, one, read, rows_at

from fleetui.core.kinds import KINDS, OWN
from fleetui.core.objects import is_wrong
from fleetui.core.state import State
from fleetui.providers.base import Measurable, Provider, Queryable, Watchable
from fleetui.providers.demo import PRODUCTION, demo_fleet


def test_every_back_end_keeps_its_protocols():
    fleet = demo_fleet(now=Clock())
    for provider in fleet:
        assert isinstance(provider, Provider)
    assert isinstance(one(fleet, "docker", "bastion"), Watchable)
    assert isinstance(one(fleet, "docker", "bastion"), Measurable)
    assert isinstance(one(fleet, "kubernetes", "blue"), Watchable)
    assert isinstance(one(fleet, "prometheus", "main"), Queryable)
    assert not isinstance(one(fleet, "aws", "prod"), Watchable | Queryable | Measurable)
    assert {(p.name, p.scope) for p in fleet} >= PRODUCTION


def test_each_source_is_named_once_and_by_a_known_kind():
    keys = [spec.key for p in demo_fleet(now=Clock()) for spec in p.sources()]
    assert len(keys) == len(set(keys))
    assert {key.kind for key in keys} == set(KINDS) - OWN


@pytest.mark.parametrize("size", [20, 35, 60, 120, 217, 218, 219, 240, 777, 5000])
async def test_size_is_the_number_of_things(size):
    rows = await rows_at(0, size=size)
    count = sum(len(found) for kind, found in rows.items() if kind != "events")
    assert abs(count - size) <= 3
    assert set(rows) == set(KINDS) - OWN
    assert all(isinstance(row, KINDS[kind]) for kind, found in rows.items() for row in found)


async def test_fifty_thousand_things():
    rows = await rows_at(0, size=50_000)
    counts = {kind: len(found) for kind, found in rows.items()}
    assert sum(counts.values()) - counts["events"] == 50_000
    assert counts["containers"] > 40_000
    assert counts["compute"] > 1_000
    refs = Counter(row.ref for found in rows.values() for row in found)
    assert max(refs.values()) == 1
    assert _dangling(rows) == []


@pytest.mark.parametrize(
    "seconds", [0, 75, 110, 163, 200, 260, 331, 360, 500, 515, 590, 650, 705, 745, 805, 1070, 1200]
)
async def test_links_lead_to_rows_of_the_same_moment(seconds):
    rows = await rows_at(seconds, size=260)
    assert _dangling(rows) == []
    refs = Counter(row.ref for found in rows.values() for row in found)
    assert [ref for ref, count in refs.items() if count > 1] == []


def _dangling(rows):
    """Return links that lead nowhere. Events may: what they tell of can be gone."""
    refs = {row.ref for found in rows.values() for row in found}
    return [
        (str(row.ref), link.relation, str(link.ref))
        for kind, found in rows.items()
        if kind != "events"
        for row in found
        for link in row.links
        if link.ref not in refs
    ]


async def test_members_say_whose_they_are_and_units_name_them():
    rows = await rows_at(0)
    members = {row.ref: row for kind in ("compute", "containers") for row in rows[kind]}
    for unit in rows["capacity"]:
        assert unit.ready == unit.desired == unit.running, unit.ref
        named = [members[link.ref] for link in unit.links if link.relation == "has"]
        assert len(named) == unit.desired
        assert all(unit.ref in {link.ref for link in member.links} for member in named)


async def test_at_rest_hardly_anything_is_wrong():
    rows = await rows_at(5)
    wrong = [
        row for kind, found in rows.items() if kind != "events" for row in found if is_wrong(row)
    ]
    assert [row.name for row in wrong] == ["DiskFilling"]
    states = Counter(row.state for row in rows["containers"])
    assert states[State.PAUSED] == 1
    assert states[State.FAILED] == 0


async def test_what_cannot_be_done_says_why():
    for found in (await rows_at(240)).values():
        for row in found:
            for capability in row.capabilities:
                assert capability.allowed or capability.reason, (row.ref, capability)


async def test_only_docker_containers_wait_to_be_measured():
    rows = await rows_at(0)
    for row in rows["containers"]:
        if row.state is State.RUNNING:
            assert (row.cpu is None) == (row.ref.provider == "docker"), row.ref
    clock = Clock()
    fleet = demo_fleet(size=400, now=clock)
    host = one(fleet, "docker", "ci")
    key = next(spec.key for spec in host.sources() if spec.key.kind == "containers")
    found = (await host.fetch(key)).rows
    usage = await host.measure([row.ref for row in found])
    assert set(usage) == {row.ref for row in found if row.state is State.RUNNING}
    assert all(use.cpu is not None and 0 <= use.cpu < 4 and use.memory for use in usage.values())


async def test_check_says_who_we_are():
    for provider in demo_fleet(now=Clock()):
        report = await provider.check()
        assert report.reachable
        assert report.identity
        assert report.fault is None
        assert all(allowed for _, allowed in report.permissions)
    report = await one(demo_fleet(now=Clock()), "aws", "prod").check()
    assert report.expires_at == OPENED + 2 * 3600 + 14 * 60


async def test_closing_needs_nothing():
    fleet = demo_fleet(now=Clock())
    await read(fleet)
    for provider in fleet:
        await provider.close()


async def test_a_session_ends_later_than_now_for_as_long_as_the_demo_runs():
    clock = Clock()
    provider = one(demo_fleet(now=clock), "aws", "prod")
    for hours in (0, 1, 2, 5, 24, 24 * 30):
        clock.after(hours * 3600)
        batch = await provider.fetch(provider.sources()[0].key)
        assert batch.expires_at is not None
        assert clock() + 1700 < batch.expires_at < clock() + 4 * 3600
        assert batch.expires_at == (await provider.check()).expires_at
