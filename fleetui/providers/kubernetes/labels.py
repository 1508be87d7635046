"""Labels, and the selectors that choose by them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from fleetui.core.clean import clean
from fleetui.providers.kubernetes.shapes.base import Requirement, Selector

Pairs = tuple[tuple[str, str], ...]


def labels_of(labels: Mapping[str, str] | None) -> Pairs:
    """Return labels as clean pairs in order of their names."""
    return _pairs(tuple(labels.items())) if labels else ()


@lru_cache(maxsize=16384)
def _pairs(found: Pairs) -> Pairs:
    """Most things share their labels with others: they share one tuple."""
    return tuple(sorted((clean(k, 400), clean(v, 400)) for k, v in found))


def chosen(selector: Mapping[str, str], labels: Mapping[str, str] | None) -> bool:
    """Say whether plain pairs choose something; no pairs choose nothing."""
    if not selector or not labels:
        return False
    return all(labels.get(name) == value for name, value in selector.items())


def selected(selector: Selector | None, labels: Mapping[str, str] | None) -> bool:
    """Say whether a selector chooses something; an empty one chooses all, None nothing."""
    if selector is None:
        return False
    found = labels or {}
    if any(found.get(name) != value for name, value in (selector.match_labels or {}).items()):
        return False
    return all(_meets(one, found) for one in selector.match_expressions or ())


def _meets(one: Requirement, labels: Mapping[str, str]) -> bool:
    values = one.values or ()
    if one.operator == "In":
        return labels.get(one.key) in values
    if one.operator == "NotIn":
        return labels.get(one.key) not in values
    return (one.key in labels) == (one.operator == "Exists")
