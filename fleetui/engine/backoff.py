"""How long to wait after a failure: capped, exponential, with full jitter, for ever."""

from __future__ import annotations

import math
import random

from fleetui.core.errors import AuthExpired, Denied, Fault

BASE_S = 1.0
CAP_S = 60.0
# Only a person can mend these; asking often would be noise in somebody's audit log.
SLOW_S = 60.0
SLOW_CODES = frozenset({AuthExpired.code, Denied.code})
# A back end that asks for more than an hour has mistaken a date for seconds.
LONGEST_RETRY_AFTER_S = 3600.0
# Full jitter may draw nearly nothing; this keeps the very first tries from being a spin.
LEAST_S = 0.05


class Backoff:
    """Counts failures in a row and says how long to wait after each."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.failures = 0

    def reset(self) -> None:
        """Start over: it has answered."""
        self.failures = 0

    def delay(self, fault: Fault) -> float:
        """Count one more failure and return the seconds until the next try."""
        self.failures += 1
        if fault.code in SLOW_CODES:
            wait = SLOW_S * self._rng.uniform(1.0, 1.1)
        else:
            ceiling = min(CAP_S, BASE_S * 2 ** min(self.failures - 1, 16))
            wait = max(LEAST_S, self._rng.uniform(0.0, ceiling))
        asked = fault.retry_after
        if asked is not None and math.isfinite(asked) and asked > 0:
            # Jitter only above what was asked: many sources were told the same moment.
            wait = max(wait, min(asked, LONGEST_RETRY_AFTER_S) * self._rng.uniform(1.0, 1.1))
        return wait
