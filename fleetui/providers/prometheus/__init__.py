"""Prometheus and what speaks its API: alerts, targets and queries over HTTP."""

from __future__ import annotations

from fleetui.providers.base import Backend
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

BACKEND = Backend(
    name="prometheus",
    settings=PrometheusSettings,
    create=Prometheus,
    kinds=frozenset({"alerts", "targets", "query"}),
)
