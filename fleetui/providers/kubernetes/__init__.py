"""Kubernetes: one scope for each context, read by list and watch."""

from __future__ import annotations

from fleetui.providers.base import Backend
from fleetui.providers.kubernetes.provider import KINDS, Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings

BACKEND = Backend(
    name="kubernetes",
    settings=KubernetesSettings,
    create=Kubernetes,
    kinds=KINDS,
)
