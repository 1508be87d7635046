"""What rows say can be done is what the writer can do, for every kind."""

from __future__ import annotations

import pytest

from fleetui.core.change import Verb
from fleetui.core.objects import Capability
from fleetui.providers.kubernetes import capabilities
from fleetui.providers.kubernetes.writer.deeds import deeds
from fleetui.providers.kubernetes.writer.target import KINDS

_BESIDE = {"logs", "describe"}
"""What is only read."""


def of(kind: str) -> tuple[Capability, ...]:
    """Return what a thing that is well offers."""
    if kind == "pod":
        return capabilities.of_pod(leaving=False, over=False, up=True, begun=True, kept=True)
    if kind == "node":
        return capabilities.of_node(cordoned=False)
    if kind in {"svc", "ing"}:
        there = "" if kind == "svc" else "it routes to services: forward one of them"
        return capabilities.of_service(leaving=False, forward=there, logs="")
    return capabilities.of_unit(kind, leaving=False, paused=False, scaler="", state="")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_offered_can_be_done_and_the_other_way_round(kind: str) -> None:
    can = {str(verb) for of_kind, verb in deeds() if of_kind == kind} - _BESIDE
    found = {one.name: one for one in of(kind)}
    offered = {name for name, one in found.items() if one.allowed} - _BESIDE
    assert offered <= can, "nothing does it"
    # What it does not offer now has its reason.
    assert can <= set(found), "nobody is told of it"
    assert all(found[name].reason for name in can - offered)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_being_deleted_can_be_edited_and_not_removed(kind: str) -> None:
    if kind in {"pod", "node"}:
        return
    gone = (
        capabilities.of_service(leaving=True, forward="", logs="")
        if kind in {"svc", "ing"}
        else capabilities.of_unit(kind, leaving=True, paused=False, scaler="", state="")
    )
    found = {one.name: one for one in gone}
    assert found[Verb.EDIT].allowed
    assert found[Verb.REMOVE].reason == capabilities.LEAVING
