"""The servers that live tests may ask for."""

from __future__ import annotations

from .servers.docker import docker_engine

__all__ = ["docker_engine"]
