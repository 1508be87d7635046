"""Every back end by its config word. Naming one here does not import it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from fleetui.providers.base import Backend, Provider
from fleetui.providers.writing import Writer, WriterHalf

BACKENDS: dict[str, str] = {
    "docker": "fleetui.providers.docker",
    "kubernetes": "fleetui.providers.kubernetes",
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
    "kubernetes": "fleetui.providers.kubernetes.writer",
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


# The demo makes its writers of a whole fleet: all of it lives in one world.
DEMO_WRITERS = "fleetui.providers.demo.writer"


def demo_writers(fleet: Sequence[Provider]) -> tuple[Writer, ...]:
    """Import the demo's writing half and return a writer for each of its back ends."""
    made: tuple[Writer, ...] = import_module(DEMO_WRITERS).demo_writers(fleet)
    return made
