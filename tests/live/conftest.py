"""The servers that live tests may ask for."""

from __future__ import annotations

from .servers.docker import docker_engine
from .servers.kube_fixtures import kube, place

__all__ = ["docker_engine", "kube", "place"]
