"""Finds the cluster that kubectl would speak to, without asking any."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.kubernetes import kubeconfig
from fleetui.providers.kubernetes.access import ACCOUNT, of_pod
from fleetui.providers.kubernetes.settings import KubernetesSettings

_NOT_IN_A_SCOPE = lazy_pattern(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster that may be there: the name and settings it would have, and how it was found."""

    scope: str
    settings: KubernetesSettings
    how: str


def discover(
    env: Mapping[str, str] | None = None, home: Path | None = None, account: Path = ACCOUNT
) -> tuple[Found, ...]:
    """Return the current context, or the cluster that we run in; other contexts by config only.

    Reads a few files; whether its server answers is not asked.
    """
    env = os.environ if env is None else env
    home = Path.home() if home is None else home
    files, named = kubeconfig.paths("", env, home)
    config = kubeconfig.load(files)
    if not config.files:
        if not named and not config.unread and of_pod(env, account) is not None:
            return (Found("cluster", KubernetesSettings(), "the cluster that this pod runs in"),)
        return ()
    try:
        context = config.choose("")
    except ProviderError:
        return ()
    others = len(config.contexts) - 1
    more = f", one of {others + 1} in the kubeconfig" if others else ""
    words = f"the Kubernetes context {clean(context, 120)}{more}"
    return (Found(scope_of(context), KubernetesSettings(context=context), words),)


def scope_of(context: str) -> str:
    """Return a name that a config table can have: of an ARN its last part."""
    short = context.rpartition("/")[2] if context.startswith("arn:") else context
    return _NOT_IN_A_SCOPE.sub("-", short).strip("-")[:60] or "cluster"
