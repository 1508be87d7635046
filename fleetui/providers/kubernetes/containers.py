"""What has to be known of a pod before the logs of its containers can be read."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.core.clean import clean
from fleetui.core.errors import NotFound
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.mending import Spoiled
from fleetui.providers.kubernetes.resources import RESOURCES, single
from fleetui.providers.kubernetes.shapes import Pod
from fleetui.providers.kubernetes.shapes.pods import ContainerStatus, Terminated

_ENDED = frozenset({"Succeeded", "Failed"})


def path_of(ref: Ref) -> str:
    """Return where the API keeps a pod."""
    return RESOURCES["pods"].one(ref.name, ref.scope.partition("/")[2])


async def pod_of(link: Link, ref: Ref) -> Pod:
    """Ask for a pod. Raises NotFound where it is gone, though another may have its name."""
    try:
        found = single(RESOURCES["pods"], await link.request("GET", path_of(ref)))
    except Spoiled as error:
        raise NotFound(str(error), where=str(ref)) from None
    if not isinstance(found, Pod) or (ref.uid and found.uid != ref.uid):
        raise NotFound("it was replaced by another of the same name", where=str(ref))
    return found


def names_of(pod: Pod) -> tuple[str, ...]:
    """Return the containers whose logs make up that of the pod."""
    return tuple(dict.fromkeys(_names(pod)))


def all_of(pod: Pod) -> tuple[str, ...]:
    """Return every container that has a log: those that have done their work, too."""
    spec = pod.spec
    if spec is None:
        return ()
    some = (spec.containers, spec.init_containers, spec.ephemeral_containers)
    return tuple(dict.fromkeys(one.name for part in some for one in part or ()))


def _names(pod: Pod) -> Iterator[str]:
    spec, told = pod.spec, {one.name: one for one in _statuses(pod)}
    if spec is None:
        return
    for init in spec.init_containers or ():
        ended = _terminated(told.get(init.name))
        # One that has done its work is of no interest any more.
        if init.restart_policy == "Always" or ended is None or ended.exit_code:
            yield init.name
    for one in (*(spec.containers or ()), *(spec.ephemeral_containers or ())):
        yield one.name


def status_of(pod: Pod, name: str) -> ContainerStatus | None:
    """Return what the kubelet tells of one container."""
    return next((one for one in _statuses(pod) if one.name == name), None)


def _statuses(pod: Pod) -> list[ContainerStatus]:
    status = pod.status
    if status is None:
        return []
    return [
        *(status.init_container_statuses or ()),
        *(status.container_statuses or ()),
        *(status.ephemeral_container_statuses or ()),
    ]


def _terminated(status: ContainerStatus | None) -> Terminated | None:
    return status.state.terminated if status and status.state else None


def ending(pod: Pod, name: str) -> str:
    """Return how a container has ended for good; empty where it may write more."""
    phase = (pod.status.phase or "") if pod.status else ""
    ended = _terminated(status_of(pod, name))
    policy = (pod.spec.restart_policy or "Always") if pod.spec else "Always"
    inits = {one.name for one in (pod.spec.init_containers or ())} if pod.spec else set()
    added = {one.name for one in (pod.spec.ephemeral_containers or ())} if pod.spec else set()
    # A debug container is never started anew.
    over = ended is not None and (
        policy == "Never"
        or name in added
        or (ended.exit_code == 0 and (policy == "OnFailure" or name in inits))
    )
    if phase not in _ENDED and not over:
        return ""
    return how(ended) if ended else phase.lower()


def how(ended: Terminated | None) -> str:
    """Return how a run of a container ended: `exit 137, OOMKilled`."""
    if ended is None:
        return "ended"
    reason = clean(ended.reason or "", 80)
    said = f"signal {ended.signal}" if ended.signal else f"exit {ended.exit_code}"
    return f"{said}, {reason}" if reason and reason != "Completed" else said


def run_of(pod: Pod, name: str) -> tuple[int, str]:
    """Return how often a container was started anew, and how the run before this one ended."""
    status = status_of(pod, name)
    if status is None:
        return 0, ""
    last = status.last_state.terminated if status.last_state else None
    return status.restart_count or 0, how(last) if last else ""
