"""The kinds that a pane can show and `get` can list."""

from __future__ import annotations

from fleetui.core.objects import (
    Alert,
    CapacityUnit,
    Container,
    Event,
    Forward,
    Image,
    Instance,
    Network,
    Resource,
    Rollout,
    Service,
    Target,
    Volume,
)

KINDS: dict[str, type[Resource]] = {
    "compute": Instance,
    "containers": Container,
    "images": Image,
    "volumes": Volume,
    "networks": Network,
    "capacity": CapacityUnit,
    "services": Service,
    "alerts": Alert,
    "targets": Target,
    "rollouts": Rollout,
    "forwards": Forward,
    "events": Event,
}

# Fleetui's own: the changes that it carries out. All others come from back ends.
ROLLOUTS = "rollouts"
# And the ports that it forwards, which only the process knows that forwards them.
FORWARDS = "forwards"
OWN = frozenset({ROLLOUTS, FORWARDS})

# What one of them is called in a sentence: "no droplet, VM or host is configured".
WORDS: dict[str, str] = {
    "compute": "machine",
    "containers": "container",
    "images": "image",
    "volumes": "volume",
    "networks": "network",
    "capacity": "capacity unit",
    "services": "service",
    "alerts": "alert",
    "targets": "scrape target",
    "rollouts": "change",
    "forwards": "forward",
    "events": "event",
}
QUERY = "query"
