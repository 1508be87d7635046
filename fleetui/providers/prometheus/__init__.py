"""Prometheus and what speaks its API: alerts, targets and queries over HTTP."""

from __future__ import annotations

from fleetui.providers.base import Backend, Provider
from fleetui.providers.prometheus.settings import PrometheusSettings


def _create(scope: str, settings: PrometheusSettings) -> Provider:
    # A config is read, and the board's frame drawn, before the first one is made.
    from fleetui.providers.prometheus.provider import Prometheus

    return Prometheus(scope, settings)


BACKEND = Backend(
    name="prometheus",
    settings=PrometheusSettings,
    create=_create,
    kinds=frozenset({"alerts", "targets", "query"}),
)
