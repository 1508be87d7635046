"""Events, as the core API and as events.k8s.io write them."""

from __future__ import annotations

from fleetui.providers.kubernetes.shapes.base import Shape, Thing, Word
from fleetui.providers.kubernetes.shapes.workloads import Reference


class Series(Shape):
    """How often an event was seen again."""

    count: int | None = None
    last_observed_time: Word = None


class Source(Shape):
    """Who tells."""

    component: Word = None
    host: Word = None


class Event(Thing):
    """Something that happened to an object."""

    involved_object: Reference | None = None
    type: Word = None
    reason: Word = None
    message: Word = None
    count: int | None = None
    first_timestamp: Word = None
    last_timestamp: Word = None
    event_time: Word = None
    series: Series | None = None
    source: Source | None = None
    reporting_component: Word = None
