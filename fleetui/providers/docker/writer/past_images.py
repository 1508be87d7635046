"""Which image came before another one, as far as the engine knows."""

from __future__ import annotations

from typing import Any

from fleetui.providers.docker.writer import looking, pulling
from fleetui.providers.docker.writer.deed import Raw
from fleetui.providers.docker.writer.sending import SendingLink


def before_of(link: SendingLink, name: str, uid: str) -> Raw | None:
    """Return the newest image of the repository of `name` that is older than the image `uid`.

    One that came from no registry and has lost its name cannot be told from any other.
    """
    raw: Any = link.call(lambda client: client.images())
    repository = pulling.split(name)[0]
    listed = [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
    made = {str(one.get("Id")): one.get("Created") or 0 for one in listed}
    found = [
        str(one.get("Id")) for one in listed
        if any(str(n).rpartition("@")[0] == repository for n in one.get("RepoDigests") or ())
        and one.get("Id") != uid
        and made[str(one.get("Id"))] <= made.get(uid, 0)
    ]  # fmt: skip
    newest = max(found, key=lambda one: made[one], default="")
    return looking.image(link, newest) if newest else None
