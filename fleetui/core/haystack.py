"""What a free word of a filter is looked for in: all that a person reads of a thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from fleetui.core.cells import short_provider
from fleetui.core.objects import Resource
from fleetui.core.state import Health

# Facts that only some kinds have.
_OWN = ("image", "message", "subject", "summary", "rollout", "address")
_known: dict[type[Resource], Callable[[Any], tuple[str, ...]] | None] = {}


def haystack(thing: Resource) -> str:
    """Return the texts of a thing in small letters, one a line, its name first.

    A text from outside is on one line already, so no word reaches over two of them.
    """
    ref = thing.ref
    texts = [
        ref.name, f"{ref.kind}/{ref.name}", thing.state, ref.scope, short_provider(ref.provider),
        ref.provider, thing.reason, thing.native_state,
    ]  # fmt: skip
    if thing.health is not Health.NONE:
        texts.append(thing.health)
    cls = type(thing)
    if cls not in _known:
        _known[cls] = _own(cls)
    own = _known[cls]
    if own is not None:
        texts += own(thing)
    texts += [value for _key, value in thing.labels]
    return "\n".join(texts).lower()


def _own(cls: type[Resource]) -> Callable[[Any], tuple[str, ...]] | None:
    """Return what reads the facts of this kind alone, at once."""
    names = [f.name for f in fields(cls) if f.name in _OWN]
    if not names:
        return None
    get = attrgetter(*names)
    if len(names) > 1:
        return get
    return lambda thing: (str(get(thing)),)
