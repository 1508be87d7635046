"""What can be changed on a Docker engine. Nothing imports it but the registry."""

from __future__ import annotations

from fleetui.providers.docker.writer.writer import DockerWriter
from fleetui.providers.writing import WriterHalf

WRITER = WriterHalf(name="docker", create=DockerWriter)
