"""The API server's version, which the kubelets of its nodes are compared with."""

from __future__ import annotations

import logging

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.scene import Scene

log = logging.getLogger(__name__)


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = ""


async def learn(link: Link, scene: Scene) -> bool:
    """Have the scene know it; says whether it is another than before.

    A server that does not tell is no worse for it: nothing is said of its kubelets then.
    """
    try:
        data = await link.request("GET", "/version")
        found = clean(msgspec.json.decode(data, type=_Version).git_version, 60)
    except (ProviderError, msgspec.DecodeError) as error:
        log.info("%s does not tell its version: %s", link.where, error)
        return False
    changed, scene.version = found != scene.version, found
    return changed
