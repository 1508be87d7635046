"""What the demo's back ends share: the clock, the load of a moment, and words for labels."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import field

from fleetui.core.clean import clean, clean_pairs
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.demo import noise, story
from fleetui.providers.demo.units import Clockwork, UnitSpec

MIB = 1024 * 1024
LOAD_PERIOD_S = 5.0
"""How often a measured value changes."""


@dataclass(frozen=True, slots=True)
class World:
    """One demo fleet: its seed, its moment of opening, its clock, and how text is spoilt."""

    clock: Clockwork
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    log_rate: float = 2.0
    """Lines a second that each container writes."""
    spoil: Callable[[str, str], str] = field(default=lambda text, _key: text)
    """Puts hostile text where a fault asks for it; what it returns is cleaned."""

    @property
    def seed(self) -> int:
        """What all chance hangs on."""
        return self.clock.seed

    @property
    def opened(self) -> float:
        """When the fleet was opened, in Unix seconds."""
        return self.clock.opened

    def text(self, text: str, key: str = "") -> str:
        """Return text as a real provider lets it in: spoilt, where a fault says so, and clean."""
        return clean(self.spoil(text, key or text))

    def labels(self, **pairs: str) -> tuple[tuple[str, str], ...]:
        """Return labels in order of their names; `__` in a name stands for a dot."""
        named = {k.replace("__", ".").replace("_", "-"): v for k, v in pairs.items() if v}
        return clean_pairs({k: self.spoil(v, f"label {k} {v}") for k, v in named.items()})

    def cpu(self, key: str, slot: int, peak: float, time: float) -> float:
        """Return the share of a core that a member uses, steady for LOAD_PERIOD_S."""
        moment = time - time % LOAD_PERIOD_S
        trouble = 1.0 + 0.5 * story.errors(self.opened, moment)
        swing = 0.7 + 0.4 * noise.wave(self.seed, moment, 45, key, slot, "cpu")
        ripple = 0.94 + 0.12 * noise.share(self.seed, moment, key, slot, "ripple")
        busy = trouble if key.endswith(("gateway", "checkout", "payments")) else 1.0
        return round(peak * noise.daily(moment) * swing * ripple * busy, 3)

    def memory(self, key: str, slot: int, usual: int, time: float) -> int:
        """Return the bytes that a member uses; `usual` is in MiB."""
        moment = time - time % (LOAD_PERIOD_S * 4)
        swing = 0.8 + 0.25 * noise.wave(self.seed, moment, 400, key, slot, "memory")
        return int(usual * swing) * MIB

    def settled(self, time: float) -> float:
        """Return the moment since when measured values look as they do now."""
        return time - time % LOAD_PERIOD_S

    def error_share(self, time: float) -> float:
        """Return the share of requests to the shop's till that fail."""
        return 0.004 + 0.42 * story.errors(self.opened, time)


def zone_of(spec: UnitSpec, slot: int) -> str:
    """Return the zone of a member: they take turns."""
    return spec.zones[slot % len(spec.zones)] if spec.zones else ""
