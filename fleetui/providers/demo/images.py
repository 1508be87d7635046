"""How large the images of the company are."""

from __future__ import annotations

from fleetui.providers.demo import noise

# In MiB, by the name without registry and tag.
_SIZES = {
    "alertmanager": 69, "build": 1240, "buildkit": 202, "caddy": 48, "grafana": 486,
    "minio": 168, "netshoot": 502, "node-exporter": 24, "postgres": 432, "prometheus": 271,
    "redis": 117, "registry": 26, "runner": 312, "shop-api": 288, "shop-web": 141, "vault": 442,
}  # fmt: skip
_BASES = (8, 29, 75)


def size_of(tag: str) -> int:
    """Return the size of an image in MiB; one that nobody knows is of a middling size."""
    return _SIZES.get(tag.rpartition("/")[2].partition(":")[0], 190)


def shared_size_of(seed: int, tag: str) -> int:
    """Return how much of it other images have in common with it, in MiB: its base image."""
    return min(size_of(tag) // 2, noise.pick(seed, _BASES, "base", tag))
