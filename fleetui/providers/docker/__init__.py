"""Docker engines: containers and what they are made of, compose services, events."""

from __future__ import annotations

from fleetui.providers.base import Backend, Provider
from fleetui.providers.docker.settings import DockerSettings


def _create(scope: str, settings: DockerSettings) -> Provider:
    # A config is read, and the board's frame drawn, before the first one is made.
    from fleetui.providers.docker.provider import Docker

    return Docker(scope, settings)


BACKEND = Backend(
    name="docker",
    settings=DockerSettings,
    create=_create,
    kinds=frozenset({"containers", "capacity", "images", "volumes", "networks", "events"}),
)
