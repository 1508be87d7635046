"""Images, volumes and networks as rows, with who uses them: pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import field

from fleetui.core.clean import clean, clean_pairs
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Image, Network, Volume
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.docker import capabilities
from fleetui.providers.docker.answers import ImageSummary, NetworkSummary, Summary, VolumeSummary
from fleetui.providers.docker.containers import (
    PROJECT,
    PROVIDER,
    Scene,
    attachments,
    short_id,
    volume_ref,
)
from fleetui.providers.docker.times import time_of

BUILT_IN = frozenset({"bridge", "host", "none"})
_NO_TAG = "<none>:<none>"


@dataclass(frozen=True, slots=True)
class Uses:
    """How many containers, running or not, use each image, volume and network."""

    images: Counter[str] = field(default_factory=Counter)
    volumes: Counter[str] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)


def uses_of(summaries: Iterable[Summary], network_ids: dict[str, str]) -> Uses:
    """Count the users of everything that containers use."""
    uses = Uses()
    for summary in summaries:
        if summary.image_id:
            uses.images[summary.image_id] += 1
        names = {m.name for m in summary.mounts or () if m.type == "volume" and m.name}
        uses.volumes.update(names)
        uses.networks.update({uid for _, uid in attachments(summary, network_ids)})
    return uses


@dataclass(frozen=True, slots=True)
class Sizes:
    """What only a slow look at the disk tells, by image id and by volume name."""

    shared: dict[str, int] = field(default_factory=dict)
    volumes: dict[str, int] = field(default_factory=dict)


def image_name(image: ImageSummary) -> str:
    """Return the first of an image's tags; one without goes by its short id."""
    tags = tags_of(image)
    return tags[0] if tags else short_id(clean(image.id))


def tags_of(image: ImageSummary) -> tuple[str, ...]:
    """Return an image's tags in order."""
    return tuple(sorted(clean(tag) for tag in image.repo_tags or () if tag and tag != _NO_TAG))


def image_of(
    image: ImageSummary, uses: Uses, sizes: Sizes, layers: int | None, scene: Scene
) -> Image:
    """Return one image's row. Without a tag it is dangling, or known by its digest alone."""
    tags, used = tags_of(image), uses.images[image.id]
    word = "in use" if used else "unused" if tags else "dangling"
    return Image(
        ref=Ref(PROVIDER, scene.scope, "image", clean(image.id), image_name(image)),
        state=State.RUNNING if used else State.STOPPED,
        native_state=word,
        reason="dangling: it has no tag and no container" if word == "dangling" else "",
        labels=clean_pairs(image.labels),
        # By the clock of the machine that built it, whichever that was.
        created=time_of(image.created),
        observed_at=scene.now,
        capabilities=capabilities.of_image(used, bool(tags)),
        tags=tags,
        size=image.size,
        shared_size=_known(sizes.shared.get(image.id, image.shared_size)),
        layers=layers,
        used_by=used,
    )


def _known(size: int | None) -> int | None:
    """Return a size, or None for the engine's -1: not calculated."""
    return None if size is None or size < 0 else size


def volume_of(volume: VolumeSummary, uses: Uses, sizes: Sizes, scene: Scene) -> Volume:
    """Return one volume's row."""
    used, labels = uses.volumes[volume.name], volume.labels or {}
    size = volume.usage_data.size if volume.usage_data else None
    return Volume(
        ref=volume_ref(volume.name, scene.scope),
        state=State.RUNNING if used else State.STOPPED,
        native_state="in use" if used else "unused",
        labels=clean_pairs(labels),
        created=scene.ours(time_of(volume.created_at)),
        observed_at=scene.now,
        capabilities=capabilities.of_thing(used),
        driver=clean(volume.driver or ""),
        mountpoint=clean(volume.mountpoint or ""),
        size=_known(sizes.volumes.get(volume.name, size)),
        used_by=used,
        project=clean(labels.get(PROJECT, "")),
    )


def network_of(network: NetworkSummary, uses: Uses, scene: Scene) -> Network:
    """Return one network's row."""
    used, labels = uses.networks[network.id], network.labels or {}
    built_in = network.name in BUILT_IN
    subnets = (network.ipam and network.ipam.config) or []
    return Network(
        ref=Ref(PROVIDER, scene.scope, "network", clean(network.id), clean(network.name)),
        state=State.RUNNING if used or built_in else State.STOPPED,
        native_state="in use" if used else "built in" if built_in else "unused",
        labels=clean_pairs(labels),
        created=scene.ours(time_of(network.created)),
        observed_at=scene.now,
        capabilities=capabilities.of_thing(used, built_in),
        driver=clean(network.driver or ""),
        subnets=tuple(clean(s.subnet) for s in subnets if s.subnet),
        internal=bool(network.internal),
        used_by=used,
        project=clean(labels.get(PROJECT, "")),
    )
