"""What becomes of the simulated pods: kwok's stages, chosen by a pod's annotation `fate`.

Without it a pod becomes ready at once, and a Job's pod completes. The annotation may be set or
taken away on a living pod too: it then goes over into that state, or back into a ready one.
`delay` (as `1500ms`) says how long a slow pod takes, a Job's runs, a crashed one waits, and how
long one takes to end once it is deleted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# Those whose pods do not become ready. `stuck` does, but never ends once it is deleted.
FATES = (
    "slow", "unready", "crash", "oom", "image", "config", "init", "failed", "evicted",
)  # fmt: skip

ATTACHED = "attached.log"
"""What whoever is attached to a container is told, from then on: a file beside the log."""
MISSING, UNREADY = "registry.example/missing:1", "registry.example/unready:1"
"""Images whose pods have the fate `image` or `unready`, whatever else is said of them."""
_IMAGE = ".spec.containers.[].image"
_FATE = '.metadata.annotations["fate"]'
_DELAY = '.metadata.annotations["delay"]'
_READY = '.status.conditions.[] | select( .type == "Ready" ) | .status'
_RUNNING = ".status.containerStatuses.[].state.running.startedAt"
_WAITING = ".status.containerStatuses.[].state.waiting.reason"
_TOP = "{{ $now := Now }}{{ $root := . }}\n"
_PLACE = """
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) \
( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
startTime: {{ or .status.startTime $now | Quote }}
"""
_BEFORE = """{{ $restarts := 0 }}{{ $last := dict }}{{ range $root.status.containerStatuses }}\
{{ if eq .name $item.name }}{{ $restarts = .restartCount }}{{ $last = or .lastState dict }}\
{{ end }}{{ end }}"""
_RUNS = "running: {startedAt: {{ $now | Quote }}}"


def _conditions(ready: bool, initialized: bool = True, why: str = "ContainersNotReady") -> str:
    lines = ["conditions:"]
    for name, good in (
        ("Initialized", initialized), ("Ready", ready), ("ContainersReady", ready),
    ):  # fmt: skip
        lines.append("- lastTransitionTime: {{ $now | Quote }}")
        lines.append(f'  type: {name}\n  status: "{good}"')
        if not good:
            reason = why if name != "Initialized" else "ContainersNotInitialized"
            lines.append(f"  reason: {reason}\n  message: 'containers with unready status'")
    return "\n".join(lines) + "\n"


def _containers(state: str, ready: bool, last: str = "{{ $last | toJson }}", more: int = 0) -> str:
    return (
        "containerStatuses:\n{{ range $item := .spec.containers }}"
        + _BEFORE
        + "\n- name: {{ $item.name | Quote }}\n  image: {{ $item.image | Quote }}\n"
        + f"  ready: {str(ready).lower()}\n  started: {str(ready).lower()}\n"
        + f"  restartCount: {{{{ add $restarts {more} }}}}\n"
        + f"  lastState: {last}\n  state: {{{state}}}\n{{{{ end }}}}\n"
    )


_INIT_DONE = """initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, \
finishedAt: {{ $now | Quote }}}}
  {{ end }}
{{ end }}
"""
_INIT_RUNS = """initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
"""


def _ended(code: int, reason: str) -> str:
    return (
        f"terminated: {{exitCode: {code}, reason: {reason}, "
        "startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}"
    )


def _waits(reason: str, message: str) -> str:
    return f'waiting: {{reason: {reason}, message: "{message}"}}'


_ALIVE = (".metadata.deletionTimestamp", "DoesNotExist", ())
_UNFATED = (_FATE, "NotIn", FATES)
_UNENDED = (".status.phase", "NotIn", ("Succeeded", "Failed"))
_Rule = tuple[str, str, tuple[str, ...]]


def _stage(
    name: str,
    when: tuple[_Rule, ...],
    then: dict[str, Any],
    delay: str | None = None,
) -> dict[str, Any]:
    """Return one Stage. `delay` is the time when the pod names none, in Go's words."""
    expressions = [
        {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
        for key, operator, values in when
    ]
    spec: dict[str, Any] = {
        "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
        "selector": {"matchExpressions": expressions},
        "next": then,
    }
    if delay is not None:
        spec["delay"] = {
            "durationMilliseconds": int(delay),
            "durationFrom": {"expressionFrom": _DELAY},
        }
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": spec,
    }


def _becomes(*parts: str, event: tuple[str, str] | None = None) -> dict[str, Any]:
    then: dict[str, Any] = {"statusTemplate": _TOP + "".join(parts) + _PLACE}
    if event:
        then["event"] = {"type": "Warning", "reason": event[0], "message": event[1]}
    return then


def _fated(*fates: str) -> _Rule:
    return (_FATE, "In", fates)


def _ready() -> tuple[str, ...]:
    return (_conditions(True), _INIT_DONE, _containers(_RUNS, True), "phase: Running")


def _pulling() -> list[dict[str, Any]]:
    """Return the stages of pods that never come so far as to run."""
    unready = _conditions(False)
    back_off = 'Back-off pulling image \\"{{ $item.image }}\\"'
    missing = 'secret \\"database\\" not found'
    return [
        *(
            _stage(
                name,
                (_ALIVE, rule, (_WAITING, "NotIn", ("ImagePullBackOff",))),
                _becomes(
                    unready, _containers(_waits("ImagePullBackOff", back_off), False),
                    "phase: Pending", event=("Failed", "Error: ImagePullBackOff"),
                ),
            )
            for name, rule in (
                ("image", _fated("image")), ("image-missing", (_IMAGE, "In", (MISSING,))),
            )
        ),
        _stage(
            "config",
            (_ALIVE, _fated("config"), (_WAITING, "NotIn", ("CreateContainerConfigError",))),
            _becomes(
                unready, _containers(_waits("CreateContainerConfigError", missing), False),
                "phase: Pending", event=("Failed", 'Error: secret "database" not found'),
            ),
        ),
        _stage(
            "init",
            (_ALIVE, _fated("init"), (".status.initContainerStatuses", "DoesNotExist", ())),
            _becomes(
                _conditions(False, initialized=False), _INIT_RUNS,
                _containers("waiting: {reason: PodInitializing}", False), "phase: Pending",
            ),
        ),
    ]  # fmt: skip


def _crashing() -> list[dict[str, Any]]:
    """Return the stages of pods that run, fall, wait, and run again."""
    stages = [
        _stage(
            "crash-start",
            (_ALIVE, _fated("crash", "oom"), (".status.containerStatuses", "DoesNotExist", ())),
            _becomes(*_ready()),
        ),
        _stage(
            "crash-again",
            (_ALIVE, _fated("crash", "oom"), (_WAITING, "In", ("CrashLoopBackOff",))),
            _becomes(*_ready()),
            delay="4000",
        ),
    ]
    for fate, code, reason in (("crash", 1, "Error"), ("oom", 137, "OOMKilled")):
        waits = _waits("CrashLoopBackOff", "back-off 10s restarting failed container")
        status = _containers(waits, False, f"{{{_ended(code, reason)}}}", more=1)
        back_off = ("BackOff", "Back-off restarting failed container")
        stages.append(
            _stage(
                f"{fate}-fall",
                (_ALIVE, _fated(fate), (_RUNNING, "Exists", ())),
                _becomes(_conditions(False), status, "phase: Running", event=back_off),
                delay="700",
            )
        )
    return stages


def stages() -> list[dict[str, Any]]:
    """Return every Stage. No pod matches two at a time, since kwok would choose by lot."""
    probe = ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
    created = _containers("waiting: {reason: ContainerCreating}", False)
    return [
        _stage(
            "ready",
            (
                _ALIVE, _UNFATED, _UNENDED, (_READY, "NotIn", ("True",)),
                (_IMAGE, "NotIn", (MISSING, UNREADY)),
            ),
            _becomes(*_ready()),
        ),
        _stage(
            "slow-create",
            (_ALIVE, _fated("slow"), (".status.containerStatuses", "DoesNotExist", ())),
            _becomes(_conditions(False), created, "phase: Pending"),
        ),
        _stage(
            "slow-ready",
            (_ALIVE, _fated("slow"), (_WAITING, "In", ("ContainerCreating",))),
            _becomes(*_ready()),
            delay="2000",
        ),
        *(
            _stage(
                name,
                (_ALIVE, rule, (_READY, "NotIn", ("False",))),
                _becomes(
                    _conditions(False), _INIT_DONE, _containers(_RUNS, False), "phase: Running",
                    event=probe,
                ),
            )
            for name, rule in (
                ("unready", _fated("unready")),
                ("unready-image", (_IMAGE, "In", (UNREADY,))),
            )
        ),
        *_crashing(),
        *_pulling(),
        _stage(
            "failed",
            (_ALIVE, _fated("failed"), _UNENDED),
            _becomes(
                _conditions(False), _containers(_ended(3, "Error"), False), "phase: Failed"
            ),
        ),
        _stage(
            "evicted",
            (_ALIVE, _fated("evicted"), _UNENDED),
            _becomes(
                "reason: Evicted\nmessage: 'The node was low on resource: memory.'\n",
                "phase: Failed",
                event=("Evicted", "The node was low on resource: memory."),
            ),
        ),
        _stage(
            "complete",
            (
                _ALIVE, _UNFATED, (".status.phase", "In", ("Running",)),
                (_READY, "In", ("True",)),
                (".metadata.ownerReferences.[].kind", "In", ("Job",)),
            ),
            _becomes(
                _conditions(False, why="PodCompleted"), _INIT_DONE,
                _containers(_ended(0, "Completed"), False), "phase: Succeeded",
            ),
            delay="200",
        ),
        _stage(
            "end",
            ((".metadata.deletionTimestamp", "Exists", ()), (_FATE, "NotIn", ("stuck",))),
            {"finalizers": {"empty": True}, "delete": True},
            delay="0",
        ),
    ]  # fmt: skip


def write_kwok_config(path: Path, log: Path, forward_port: int) -> Path:
    """Write what kwok reads at its start: stages, and where logs, exec and ports lead to."""
    everything = {
        "ClusterLogs": {"logs": [{"logsFile": str(log), "previousLogsFile": str(log)}]},
        "ClusterExec": {"execs": [{"local": {"workDir": str(path.parent)}}]},
        "ClusterAttach": {"attaches": [{"logsFile": str(log.with_name(ATTACHED))}]},
        "ClusterPortForward": {
            "forwards": [{"target": {"address": "127.0.0.1", "port": forward_port}}]
        },
    }
    documents = stages()
    documents += [
        {
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": kind,
            "metadata": {"name": "all"},
            "spec": spec,
        }
        for kind, spec in everything.items()
    ]
    # JSON is YAML.
    path.write_text("\n---\n".join(map(json.dumps, documents)), "utf-8")
    return path
