"""What an edit of an object leads to, beyond the fields themselves: the cautions of its plan."""

from __future__ import annotations

from typing import Any

from fleetui.core.change import Caution
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import Api, Raw
from fleetui.providers.kubernetes.writer.document import REPLICAS, TEMPLATE
from fleetui.providers.kubernetes.writer.rolling import Found, cautions_of
from fleetui.providers.kubernetes.writer.scaling import cautions_of as of_scale
from fleetui.providers.kubernetes.writer.scaling import fought
from fleetui.providers.kubernetes.writer.target import Target

ROLLED = frozenset({"deploy", "sts", "ds"})
"""The kinds whose pods are replaced when their template changes."""
SCALED = frozenset({"deploy", "sts", "rs"})
_IMAGES = ("containers", "initContainers")


async def foreseen(found: Found, after: Raw, touched: set[str]) -> list[Caution]:
    """Return what to know before; `after` is what the object would be."""
    target, kind = found.target, found.ask.ref.kind
    cautions = []
    if target.leaving:
        cautions.append(Caution(f"{target.leaving}: what is changed only helps it to go"))
    if "finalizers" in touched:
        text = "its finalizers change: what they wait for may be left behind"
        cautions.append(Caution(text, grave=True))
    if TEMPLATE in touched:
        cautions += _of_template(found, after)
    if REPLICAS in touched and kind in SCALED:
        cautions += _of_number(found, number(after))
    if kind == "svc" and "spec.selector" in touched:
        cautions += await _of_selector(found.api, target, after)
    if kind == "pod" and _images(target.raw) != _images(after):
        cautions.append(Caution("a container whose image changes begins anew; its owner makes "
                                "others as before"))  # fmt: skip
    if kind == "cronjob" and "spec.jobTemplate" in touched:
        cautions.append(Caution("Jobs are made so from now on; one that runs stays as it is"))
    return list(dict.fromkeys((*cautions, *surroundings.of_keepers(target))))


def number(raw: Raw) -> int:
    """Return how many pods an object wants."""
    found = dig(raw, "spec", "replicas")
    return found if isinstance(found, int) else 1


def _of_template(found: Found, after: Raw) -> list[Caution]:
    target, kind = found.target, found.ask.ref.kind
    if kind == "rs":
        return [Caution("a ReplicaSet does not replace its pods: only new ones are made so")]
    if kind not in ROLLED:
        return []
    if dig(after, "spec", "paused") is True:
        return [Caution("its rollout is paused: no pod is replaced until it is unpaused")]
    many = target.replicas
    if kind == "ds":
        wanted = dig(target.raw, "status", "desiredNumberScheduled")
        many = wanted if isinstance(wanted, int) else 0
    those = "its pod is" if many == 1 else f"its {many} pods are"
    pods = [Caution(f"its template changes: {those} replaced")] if many else []
    return [*pods, *cautions_of(found)]


def _of_number(found: Found, count: int) -> list[Caution]:
    owner = fought(found.near, count)
    return [*([Caution(owner)] if owner else []), *of_scale(found.target, found.near, count)]


async def _of_selector(api: Api, target: Target, after: Raw) -> list[Caution]:
    """Say which pods a service would lead to."""
    selector = dig(after, "spec", "selector")
    if not isinstance(selector, dict) or not selector:
        return [Caution("it would select no pods by itself", grave=True)]
    text = ",".join(f"{name}={value}" for name, value in selector.items())
    pods = await api.some("pods", target.namespace, labelSelector=text)
    if isinstance(pods, str):
        return [Caution(f"which pods its selector would fit is not known: {pods}")]
    if not pods:
        return [Caution("no pod fits its new selector: nothing would answer", grave=True)]
    return [Caution(f"its new selector fits {len(pods)} pods")]


def _images(raw: Raw) -> list[Any]:
    return [
        (dig(one, "name"), dig(one, "image"))
        for place in _IMAGES for one in dig(raw, "spec", place) or ()
    ]  # fmt: skip
