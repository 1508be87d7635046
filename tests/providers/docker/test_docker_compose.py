"""Compose services as capacity units: what is wanted, what is ready, what is no failure."""

from __future__ import annotations

from typing import Any

import pytest
from docker_recorded import SCENE, summary

from fleetui.core.objects import CapacityUnit
from fleetui.core.state import Health, State
from fleetui.providers.docker.compose import Member, units_of
from fleetui.providers.docker.containers import container_of

LABEL = "com.docker.compose."


def member(number: int, state: str, status: str, **more: Any) -> Member:
    labels = {
        f"{LABEL}project": "shop",
        f"{LABEL}service": "web",
        f"{LABEL}oneoff": "False",
        **more.pop("labels", {}),
    }
    found = summary(
        Id=f"{number:064x}",
        Names=[f"/shop-web-{number}"],
        State=state,
        Status=status,
        Created=1000 + number,
        Labels=labels,
        ImageID=more.pop("image", "sha256:" + "a" * 64),
        **more,
    )
    return Member(found, container_of(found, None, SCENE))


UP = ("running", "Up 3 minutes")
SICK = ("running", "Up 3 minutes (unhealthy)")
NEW = ("running", "Up 3 seconds (health: starting)")
DONE = ("exited", "Exited (0) 3 minutes ago")
STOPPED = ("exited", "Exited (143) 3 minutes ago")
CRASHED = ("exited", "Exited (1) 3 minutes ago")
LOOP = ("restarting", "Restarting (1) 3 seconds ago")
PAUSED = ("paused", "Up 3 minutes (Paused)")


def unit(*states: tuple[str, str]) -> CapacityUnit:
    (found,) = units_of((member(n, *s) for n, s in enumerate(states, 1)), SCENE)
    return found


@pytest.mark.parametrize(
    ("states", "desired", "ready", "state"),
    [
        ((UP, UP, UP), 3, 3, State.RUNNING),
        ((UP, UP, CRASHED), 3, 2, State.DEGRADED),
        ((UP, SICK), 2, 1, State.DEGRADED),
        ((SICK,), 1, 0, State.DEGRADED),
        ((UP, STOPPED), 1, 1, State.RUNNING),
        ((STOPPED, STOPPED), 0, 0, State.STOPPED),
        ((DONE,), 0, 0, State.STOPPED),
        ((CRASHED,), 1, 0, State.FAILED),
        ((LOOP, LOOP), 2, 0, State.FAILED),
        ((NEW, NEW), 2, 0, State.PENDING),
        ((PAUSED, PAUSED), 2, 0, State.PAUSED),
        ((UP, NEW), 2, 1, State.DEGRADED),
    ],
)
def test_wanted_and_ready(
    states: tuple[tuple[str, str], ...], desired: int, ready: int, state: State
) -> None:
    found = unit(*states)
    assert (found.desired, found.ready, found.state) == (desired, ready, state)


def test_the_worst_member_is_the_reason() -> None:
    found = unit(UP, SICK, CRASHED)
    assert found.reason == "shop-web-3: exited 1, 3m ago (and 1 more)"
    assert found.health is Health.UNHEALTHY
    assert found.native_state == "exited(1), running(2)"


def test_one_off_containers_belong_to_no_unit() -> None:
    one_off = member(9, *UP, labels={f"{LABEL}oneoff": "True"})
    assert units_of([one_off], SCENE) == ()
    (found,) = units_of([member(1, *UP), one_off], SCENE)
    assert found.desired == 1


def test_members_of_two_revisions_are_a_rollout() -> None:
    old, new = member(1, *UP), member(2, *UP, image="sha256:" + "b" * 64)
    (found,) = units_of([new, old], SCENE)
    assert found.revision == "b" * 12
    assert found.rollout == "1 of 2 on the newest"
    assert unit(UP, UP).rollout == ""


def test_members_and_what_they_use_are_linked() -> None:
    found = unit(UP, UP)
    assert [(link.relation, link.ref.name) for link in found.links] == [
        ("has", "shop-web-1"),
        ("has", "shop-web-2"),
        ("uses", "aaaaaaaaaaaa"),
    ]
    assert [c.name for c in found.capabilities if not c.allowed] == ["start"]


def test_a_service_that_was_stopped_says_how_its_members_ended() -> None:
    found = unit(STOPPED, ("exited", "Exited (137) 3 minutes ago"))
    assert found.state is State.STOPPED
    assert found.reason.startswith("stopped: ")
    assert "killed (137)" in found.reason
    assert unit(DONE).reason == ""
