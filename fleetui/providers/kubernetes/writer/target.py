"""The thing that is changed, as the server has it now."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fleetui.core.change import Plan
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.capabilities import LEAVING
from fleetui.providers.kubernetes.resources import OF_REF, RESOURCES
from fleetui.providers.kubernetes.writer.api import Api, Raw, number
from fleetui.providers.seen import compare

TRIES = 5
"""So often it is read again where something else of it, such as its status, changes meanwhile."""
KINDS = {
    "deploy": "Deployment", "sts": "StatefulSet", "ds": "DaemonSet", "rs": "ReplicaSet",
    "pod": "Pod", "node": "Node", "job": "Job", "cronjob": "CronJob", "svc": "Service",
    "ing": "Ingress",
}  # fmt: skip
GROUPS = {
    "deploy": "apps", "sts": "apps", "ds": "apps", "rs": "apps", "job": "batch",
    "cronjob": "batch", "ing": "networking.k8s.io",
}  # fmt: skip
"""The API group of a kind that is not of the core's."""


@dataclass(frozen=True, slots=True)
class Target:
    """An object, and where it is."""

    ref: Ref
    raw: Raw
    path: str

    @property
    def namespace(self) -> str:
        """Its namespace, empty for what is in none."""
        return self.ref.scope.partition("/")[2]

    @property
    def resource(self) -> str:
        """The API's plural: `deployments`."""
        return OF_REF[self.ref.kind]

    @property
    def uid(self) -> str:
        """The server's own id of it."""
        return str(dig(self.raw, "metadata", "uid") or "")

    @property
    def version(self) -> str:
        """Changes with every change of anything of it."""
        return str(dig(self.raw, "metadata", "resourceVersion") or "")

    @property
    def generation(self) -> int:
        """Counts the changes of what is asked of it."""
        return number(self.raw, "metadata", "generation")

    @property
    def observed(self) -> bool:
        """Whether its status is of what is asked of it now, and not of before."""
        return number(self.raw, "status", "observedGeneration") >= self.generation

    @property
    def replicas(self) -> int:
        """How many pods are wanted of it."""
        found = dig(self.raw, "spec", "replicas")
        return found if isinstance(found, int) else 1

    @property
    def paused(self) -> bool:
        """Whether its rollout is held."""
        return dig(self.raw, "spec", "paused") is True

    @property
    def template(self) -> Raw:
        """What its pods are made from; of a pod, the pod itself."""
        if self.ref.kind == "pod":
            return self.raw
        found = dig(self.raw, "spec", "template")
        return found if isinstance(found, dict) else {}

    @property
    def selector(self) -> str:
        """Which pods are its own, as a label selector's text."""
        return selector_text(dig(self.raw, "spec", "selector"))

    @property
    def leaving(self) -> str:
        """Why nothing is to be done to it any more; empty where it stays."""
        return LEAVING if dig(self.raw, "metadata", "deletionTimestamp") else ""

    def condition(self, name: str) -> Raw:
        """Return what is said of it under a name."""
        found = dig(self.raw, "status", "conditions")
        for one in found if isinstance(found, list) else ():
            if dig(one, "type") == name and isinstance(one, dict):
                return one
        return {}

    def note(self, name: str) -> str:
        """Return one of its annotations."""
        return str(dig(self.raw, "metadata", "annotations", name) or "")


def path_of(ref: Ref) -> str:
    """Return where a thing is, on a server that has the newest form of its kind."""
    return RESOURCES[OF_REF[ref.kind]].one(ref.name, ref.scope.partition("/")[2])


async def look(api: Api, ref: Ref) -> Target:
    """Read a thing. Raises NotFound where it is gone, or another has its name now."""
    kind = RESOURCES[OF_REF[ref.kind]]
    while True:
        path = kind.one(ref.name, ref.scope.partition("/")[2])
        try:
            raw = await api.get(path)
        except NotFound as error:
            if kind.fallback is not None and "the server could not find" in error.what:
                kind = kind.fallback
                continue
            raise NotFound(
                f"{ref.short} is not there any more", hint="look at the list again"
            ) from None
        break
    target = Target(ref, raw, path)
    if ref.uid not in {target.uid, ref.name}:
        raise NotFound(
            f"another {ref.kind} has its name now: {ref.name} was made anew as "
            f"{clean(target.uid, 40)}",
            hint="look at the list again, and choose that one if you mean it",
        )
    return target


def selector_text(selector: Any) -> str:
    """Return a selector as the API takes it in an address: `app=web,tier in (a,b)`."""
    labels = dig(selector, "matchLabels")
    parts = [f"{k}={v}" for k, v in labels.items()] if isinstance(labels, dict) else []
    for one in dig(selector, "matchExpressions") or ():
        key, word = dig(one, "key"), dig(one, "operator")
        values = ",".join(str(v) for v in dig(one, "values") or ())
        parts.append(
            {
                "In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})",
                "Exists": f"{key}", "DoesNotExist": f"!{key}",
            }.get(str(word), f"{key}")
        )  # fmt: skip
    return ",".join(parts)


def owned(items: list[Raw], uid: str) -> list[Raw]:
    """Return those that something made and keeps."""
    return [
        one for one in items
        if any(dig(o, "uid") == uid for o in dig(one, "metadata", "ownerReferences") or ())
    ]  # fmt: skip


async def send(
    api: Api,
    plan: Plan,
    condition: Callable[[Target], dict[str, Any]],
    change: Callable[[Target], Awaitable[Raw]],
) -> Raw:
    """Change what is as it was planned, and nothing else.

    `change` sends with the version of what was just read, so that a Conflict means that nothing
    has been done: then it is looked at again, and left alone where it is not what was planned.
    """
    for left in reversed(range(TRIES)):
        target = await look(api, plan.ref)
        compare(plan.ref, plan.seen, condition(target))
        try:
            return await change(target)
        except Conflict:
            if not left:
                raise
    raise Conflict(f"{plan.ref.short} changes all the time", hint="try again")


def same(one: Any, other: Any) -> bool:
    """Say whether two pieces of objects are the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
