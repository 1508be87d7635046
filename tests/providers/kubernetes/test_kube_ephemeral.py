"""Debug containers of a pod are told of, are no part of its readiness, and their logs end."""

from __future__ import annotations

import json

from kube_made import Made, pod
from kube_recorded import new_scene

from fleetui.core.description import text_lines
from fleetui.providers.kubernetes import containers
from fleetui.providers.kubernetes.describing import described
from fleetui.providers.kubernetes.resources import RESOURCES, single
from fleetui.providers.kubernetes.shapes import Pod

RUNS = {"running": {"startedAt": "2026-11-26T14:00:05Z"}}
ENDED = {"terminated": {"exitCode": 3, "reason": "Error"}}


def debugged(*states: Made) -> Made:
    """Return a pod with a debug container in each of these states."""
    made = pod("web")
    named = [(f"debugger-{n}", state) for n, state in enumerate(states)]
    made["spec"]["ephemeralContainers"] = [{"name": n, "image": "busybox:1"} for n, _ in named]
    made["status"]["ephemeralContainerStatuses"] = [
        {"name": n, "state": state, "ready": False} for n, state in named
    ]
    return made


def decoded(made: Made) -> Pod:
    found = single(RESOURCES["pods"], json.dumps(made).encode())
    assert isinstance(found, Pod)
    return found


def test_its_page_has_them() -> None:
    made = debugged(RUNS, ENDED)
    told = described("pod", json.dumps(made).encode(), new_scene())
    text = "\n".join(line.text for _, line in text_lines(told))
    assert "debugger-0 (debug)" in text
    assert "not ready" not in text
    assert "ended: Error, exit 3" in text


def test_its_log_has_theirs_until_they_end() -> None:
    made = decoded(debugged(RUNS, ENDED))
    assert containers.names_of(made) == ("app", "debugger-0", "debugger-1")
    assert containers.ending(made, "debugger-0") == ""
    assert containers.ending(made, "debugger-1") == "exit 3, Error"
    # What is started anew goes on.
    made = decoded(pod("web", containerStatuses=[{"name": "app", "state": ENDED}]))
    assert containers.ending(made, "app") == ""
