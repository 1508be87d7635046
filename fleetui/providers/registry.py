"""Every back end by its config word. Naming one here does not import it."""

from __future__ import annotations

from importlib import import_module

from fleetui.providers.base import Backend
from fleetui.providers.writing import WriterHalf

BACKENDS: dict[str, str] = {
    "docker": "fleetui.providers.docker",
    "prometheus": "fleetui.providers.prometheus",
}


def backend(name: str) -> Backend:
    """Import one back end's module and return what it offers. KeyError where there is none."""
    found = import_module(BACKENDS[name]).BACKEND
    if not isinstance(found, Backend):
        raise TypeError(f"{BACKENDS[name]}.BACKEND is no Backend")
    return found


# The other halves: back ends that can be changed.
WRITERS: dict[str, str] = {
    "docker": "fleetui.providers.docker.writer",
}


def writer(name: str) -> WriterHalf | None:
    """Import one back end's writing half; None where it can only be read.

    Only what composes the door of `actions/` asks for one: a read-only process never does.
    """
    if name not in WRITERS:
        return None
    found = import_module(WRITERS[name]).WRITER
    if not isinstance(found, WriterHalf):
        raise TypeError(f"{WRITERS[name]}.WRITER is no WriterHalf")
    return found
