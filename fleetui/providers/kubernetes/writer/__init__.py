"""What can be changed in a Kubernetes cluster. Nothing imports it but the registry."""

from __future__ import annotations

from fleetui.providers.kubernetes.writer.writer import KubernetesWriter
from fleetui.providers.writing import WriterHalf

WRITER = WriterHalf(name="kubernetes", create=KubernetesWriter)
