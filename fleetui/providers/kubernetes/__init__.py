"""Kubernetes: one scope for each context, read by list and watch."""

from __future__ import annotations

from fleetui.providers.base import Backend, Provider
from fleetui.providers.kubernetes.settings import KubernetesSettings


def _create(scope: str, settings: KubernetesSettings) -> Provider:
    # A config is read, and the board's frame drawn, before the first one is made.
    from fleetui.providers.kubernetes.provider import Kubernetes

    return Kubernetes(scope, settings)


BACKEND = Backend(
    name="kubernetes",
    settings=KubernetesSettings,
    create=_create,
    kinds=frozenset({"containers", "services", "capacity", "compute", "events"}),
)
