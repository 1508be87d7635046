"""A door on a real cluster, and how the tests go through it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from scripted_writer import MemoryJournal, door_of

from fleetui.actions.door import Door
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

from .servers.kubernetes import KubeCluster

KINDS = {
    "deploy": "Deployment", "sts": "StatefulSet", "ds": "DaemonSet", "rs": "ReplicaSet",
    "pod": "Pod", "cronjob": "CronJob", "job": "Job", "svc": "Service", "ing": "Ingress",
}  # fmt: skip


def ref(kube: KubeCluster, place: str, kind: str, name: str, context: str = "admin") -> Ref:
    """Return what a row of it would have as its ref."""
    if kind == "node":
        return Ref("kubernetes", context, kind, name, name)
    uid = kube.api.get(KINDS[kind], place, name)["metadata"]["uid"]
    return Ref("kubernetes", f"{context}/{place}", kind, uid, name)


@asynccontextmanager
async def opened(
    kube: KubeCluster, context: str = "admin", journal: MemoryJournal | None = None
) -> AsyncIterator[Door]:
    """Open a door on a cluster, which asks often, for the sake of the tests' time."""
    settings = KubernetesSettings(kubeconfig=str(kube.kubeconfig), context=context, qps=500)
    writer = KubernetesWriter(context, settings)
    door = door_of(writer, journal=journal or MemoryJournal(), now=time.time)  # type: ignore[arg-type]
    door._tools = replace(door._tools, every_s=0.1)
    try:
        yield door
    finally:
        await door.close()
