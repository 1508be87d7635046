"""Disruption budgets: how many pods may be taken away, and whether any may."""

from __future__ import annotations

from collections.abc import Mapping

from fleetui.core.clean import clean
from fleetui.core.columns import Tone
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.labels import selected
from fleetui.providers.kubernetes.members import condition_of
from fleetui.providers.kubernetes.scene import Scene


def budgets_of(
    scene: Scene, namespace: str, labels: Mapping[str, str] | None
) -> list[shapes.Budget]:
    """Return the budgets that hold for pods with these labels."""
    return [
        one
        for one in scene.group("pdbs in", namespace).values()
        if one.spec is not None and selected(one.spec.selector, labels)
    ]


def words_of(budget: shapes.Budget) -> list[tuple[str, Tone]]:
    """Return what a budget asks for, what it allows now, and why it allows nothing."""
    spec, status = budget.spec, budget.status
    found: list[tuple[str, Tone]] = []
    if spec is not None and spec.min_available is not None:
        found.append((f"at least {clean(str(spec.min_available), 40)} must stay", Tone.NORMAL))
    if spec is not None and spec.max_unavailable is not None:
        found.append((f"at most {clean(str(spec.max_unavailable), 40)} may miss", Tone.NORMAL))
    if status is None or status.disruptions_allowed is None:
        return found
    allowed, healthy = status.disruptions_allowed, status.current_healthy or 0
    wanted, expected = status.desired_healthy or 0, status.expected_pods or 0
    state = f"{healthy} of {expected} are well, {wanted} must be"
    if allowed:
        found.append((f"{allowed} may go now: {state}", Tone.NORMAL))
    elif expected and wanted >= expected:
        # It can never be met: a drain of their nodes would wait for ever.
        found.append((f"none may ever go: {state}; a drain waits for ever", Tone.WARN))
    else:
        found.append((f"none may go now: {state}", Tone.WARN))
    failed = condition_of(budget, "DisruptionAllowed")
    if failed is not None and failed.reason == "SyncFailed":
        found.append((clean(f"it cannot be worked out: {failed.message or ''}", 300), Tone.WARN))
    return found
