"""The keys under `[kubernetes.NAME]`, and what is impossible among them."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Seconds, setting

_LABEL = lazy_pattern(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NAMESPACE = lazy_pattern(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

IMAGE = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,400}")
"""What may be the name of an image: `registry/name:tag`."""


@dataclass(frozen=True, slots=True)
class KubernetesSettings:
    """How to reach one Kubernetes cluster, and how much of it to read."""

    kubeconfig: str = setting(
        "", "kubeconfig file, or several with : between them; as kubectl finds them if empty"
    )
    context: str = setting(
        "", "context of the kubeconfig; if empty the one called NAME, else the current one"
    )
    namespaces: tuple[str, ...] = setting(
        (), 'only these namespaces are read, such as ["shop", "pay"]; all of them if empty'
    )
    prometheus: str = setting(
        "", "the [prometheus.NAME] that measures its pods and nodes where metrics.k8s.io does not; "
        "if empty the only one there is, as long as this is the only cluster",
    )  # fmt: skip
    prometheus_labels: dict[str, str] = setting(
        {}, "labels by which its series there are known from other clusters'"
    )
    timeout: Seconds = setting(10.0, "how long one request may take", minimum=1, maximum=300)
    login_timeout: Seconds = setting(
        15.0, "how long the kubeconfig's login plugin may take", minimum=1, maximum=300
    )
    interval: Seconds = setting(
        10.0, "how often the picture is looked over; the API server is only watched",
        minimum=1, maximum=3600,
    )  # fmt: skip
    qps: float = setting(
        20.0, "requests a second at most, as a long-time mean", minimum=0.1, maximum=1000
    )
    burst: int = setting(40, "requests at once at most", minimum=1, maximum=1000)

    debug_image: str = setting("busybox:1.37", "image of a debug container, where none is named")

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, message) for everything that cannot be used as it stands."""
        seen: set[str] = set()
        for name in self.namespaces:
            if not _NAMESPACE.fullmatch(name):
                yield "namespaces", f'"{name[:60]}" cannot be the name of a namespace'
            elif name in seen:
                yield "namespaces", f'"{name}" stands there twice'
            seen.add(name)
        if not IMAGE.fullmatch(self.debug_image):
            yield "debug_image", f'"{self.debug_image[:60]}" is no image, such as busybox:1.37'
        for label in self.prometheus_labels:
            if not _LABEL.fullmatch(label):
                yield "prometheus_labels", f'"{label[:60]}" cannot be the name of a label'

    def tables(self) -> Iterator[tuple[str, str, str]]:
        """Yield (key, provider, scope) of each other table that is named."""
        if self.prometheus:
            yield "prometheus", "prometheus", self.prometheus
