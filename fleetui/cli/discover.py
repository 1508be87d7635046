"""What is on this machine to be read, where nobody has configured anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fleetui.cli.runner import run
from fleetui.config.specs import ProviderConfig
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Discovery:
    """Back ends that can be read as they are, and lines that say how each was found."""

    providers: tuple[ProviderConfig, ...] = ()
    words: tuple[str, ...] = ()
    """How each of the providers was found."""
    unread: tuple[str, ...] = ()
    """What is there but is not read by this version."""

    @property
    def notes(self) -> tuple[str, ...]:
        """All that was found, for a person."""
        there = (f"{words} is there, and not read by this version" for words in self.unread)
        return (*(f"found {words}" for words in self.words), *there)


def discover() -> Discovery:
    """Look for engines, servers and credentials; takes a third of a second at most."""
    from fleetui.providers import prometheus, registry
    from fleetui.providers.docker.discover import discover as engines
    from fleetui.providers.found import traces
    from fleetui.providers.kubernetes.discover import discover as clusters
    from fleetui.providers.prometheus.discover import discover as server

    found: list[tuple[str, str, Any, str]] = [
        ("docker", one.scope, one.settings, one.how) for one in engines()
    ]
    found += [("kubernetes", one.scope, one.settings, one.how) for one in clusters()]
    if one := run(server()):
        found.append((prometheus.BACKEND.name, one.scope, one.settings, one.words))
    return Discovery(
        tuple(ProviderConfig(provider, scope, settings) for provider, scope, settings, _ in found),
        tuple(words for *_, words in found),
        tuple(
            trace.words
            for trace in traces(Path.home(), os.environ)
            if trace.provider not in registry.BACKENDS
        ),
    )
