"""Every back end by its config word. Naming one here does not import it."""

from __future__ import annotations

from importlib import import_module

from fleetui.providers.base import Backend

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
