"""Docker engines: containers and what they are made of, compose services, events."""

from __future__ import annotations

from fleetui.providers.base import Backend
from fleetui.providers.docker.provider import KINDS, Docker
from fleetui.providers.docker.settings import DockerSettings

BACKEND = Backend(
    name="docker",
    settings=DockerSettings,
    create=Docker,
    kinds=frozenset(KINDS),
)
