"""Which sources are read for a REF, and what is said where one of them fails."""

from __future__ import annotations

import json

import pytest
from command_line import Run

from fleetui.cli.exits import Exit
from fleetui.cli.narrowing import narrowed
from fleetui.core.errors import Unreachable
from fleetui.core.kinds import KINDS
from fleetui.core.snapshot import SourceKey
from fleetui.providers.demo import demo_fleet
from fleetui.providers.demo.faults import Misbehaviour

KEYS = tuple(
    SourceKey(provider, scope, kind)
    for provider, scope in (("docker", "bastion"), ("docker", "ci"), ("kubernetes", "blue"))
    for kind in ("containers", "capacity", "images", "volumes")
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("web", ""),
        ("container/web", "containers of docker/bastion docker/ci kubernetes/blue"),
        ("shop/web", ""),
        ("compose/shop/web", "capacity of docker/bastion docker/ci kubernetes/blue"),
        ("docker/bastion/compose/shop/web", "capacity of docker/bastion"),
        ("docker/bastion/odd/name", "containers capacity images volumes of docker/bastion"),
        ("kubernetes/blue/shop/deploy/checkout", "capacity of kubernetes/blue"),
        ("bastion/volume/db", "volumes of docker/bastion"),
        ("blue/shop/pod/x", "containers of kubernetes/blue"),
        ("elsewhere/bastion/container/x", ""),
        ("/container/web/", "containers of docker/bastion docker/ci kubernetes/blue"),
    ],
)
def test_only_what_ref_points_at(text: str, wanted: str) -> None:
    kinds, _, places = wanted.partition(" of ")
    expected = {
        key for key in KEYS
        if key.kind in kinds.split() and f"{key.provider}/{key.scope}" in places.split()
    }  # fmt: skip
    assert set(narrowed(text, KEYS)) == expected


async def test_every_kind_of_the_demo_is_known_by_its_word() -> None:
    for provider in demo_fleet(seed=7, now=lambda: 1_781_600_000.0):
        keys = [spec.key for spec in provider.sources()]
        for key in keys:
            if key.kind in KINDS and key.kind != "events":
                for row in (await provider.fetch(key)).rows:
                    assert key in narrowed(row.ref.short, keys), row.ref
                    assert narrowed(str(row.ref), keys) == (key,), row.ref


def test_a_list_that_failed_is_told_and_what_was_found_is_described(
    fleetui: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: Misbehaviour, key: SourceKey, now: float) -> None:
        raise Unreachable("connection refused", where=f"{key.provider}/{key.scope}")

    monkeypatch.setattr(Misbehaviour, "before", fail)
    code, out, err = fleetui("--demo", "--demo-fault", "expired", "describe", "DiskFilling")
    assert code == Exit.DONE
    assert out.startswith("prometheus/main/alert/DiskFilling\n")
    why = "connection refused: another of this name may be there"
    assert err.splitlines() == [
        f"fleetui: not all was read: aws/{scope}: {why}" for scope in ("prod", "staging")
    ]
    # What REF does not point at is not read, so that nothing is said of it.
    assert fleetui(
        "--demo", "--demo-fault", "expired", "describe", "docker/bastion/compose/shop/web"
    )[2] == ""  # fmt: skip


@pytest.mark.parametrize("ref", ["compose/shop/web", "DiskFilling", "deploy/api"])
def test_recent_events_come_last_on_the_demo(fleetui: Run, ref: str) -> None:
    code, out, _ = fleetui("--demo", "describe", ref, "-o", "json")
    assert code == Exit.DONE
    titles = [section["title"] for section in json.loads(out)["sections"]]
    assert titles[-1] == "recent events"
