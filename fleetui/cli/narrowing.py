"""Which sources may hold the thing that a REF names: no others need be read."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.snapshot import SourceKey

# The words that back ends have for their things, by the pane kind that lists them.
_LISTED_AS = {
    "compute": "instance droplet ec2 vm host node",
    "containers": "container pod task",
    "capacity": "compose deploy sts ds asg ecs pool mig",
    "services": "svc tg lb",
    "images": "image",
    "volumes": "volume",
    "networks": "network",
    "alerts": "alert rule",
    "targets": "target",
}
_KIND_OF = {word: kind for kind, words in _LISTED_AS.items() for word in words.split()}


def narrowed(text: str, keys: Iterable[SourceKey]) -> tuple[SourceKey, ...]:
    """Return the sources that REF itself points at; none where it is but a name.

    `provider/scope/kind/name` points at one list, `kind/name` at one kind everywhere. A name may
    hold slashes (`shop/web`), so that its first word decides only where it is a back end's own:
    where nothing is found there, the others are to be read as well.
    """
    words = text.strip().strip("/").split("/")
    every = tuple(keys)
    if len(words) < 2:
        return ()
    there = tuple(k for k in every if (k.provider, k.scope) == (words[0], words[1]))
    if len(words) >= 4 and there:
        kinds = {_KIND_OF[word] for word in words[2:-1] if word in _KIND_OF}
        return tuple(k for k in there if k.kind in kinds) or there
    if kind := _KIND_OF.get(words[0]):
        return tuple(k for k in every if k.kind == kind)
    scopes = tuple(k for k in every if words[0] in {k.scope, k.provider})
    kinds = {_KIND_OF[word] for word in words[1:-1] if word in _KIND_OF}
    return tuple(k for k in scopes if k.kind in kinds)
