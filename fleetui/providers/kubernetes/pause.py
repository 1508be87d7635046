"""How long a reflector waits after a failure: longer each time, and no longer than is of use."""

from __future__ import annotations

import asyncio
import random

from fleetui.core.errors import AuthExpired, Denied, ProviderError
from fleetui.providers.kubernetes.limiter import LONGEST_S

BASE_S = 0.5
CAP_S = 15.0
# Only a person can mend these.
LOGIN_S = 30.0
DENIED_S = 300.0
# One that does not lead waits for that one's success; this is for when nobody tells.
FOLLOWING_S = 180.0
# A server that has just begun does not know yet what we may.
FIRST_DENIED_S = 3.0


class Pause:
    """Counts failures in a row; a wait can be cut short, but not below what the server asked."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._failures = 0
        self._not_before = 0.0
        self._cut = asyncio.Event()
        self._lasting = False
        self.follows = False
        """Whether it waits for another's success now."""

    def reset(self) -> None:
        """Start over: it has answered."""
        self._failures = 0

    def cut_short(self, now: float) -> bool:
        """Try again at once; False where that is of no use, or the server asked to wait."""
        if self._lasting or now < self._not_before:
            return False
        self._cut.set()
        return True

    async def wait(
        self, error: ProviderError, *, had_been_well: bool = False, follows: bool = False
    ) -> None:
        """Wait after one more failure.

        `had_been_well`: it is the first after a good time; `follows`: another tries meanwhile.
        """
        loop = asyncio.get_running_loop()
        asked = min(error.retry_after or 0.0, LONGEST_S)
        self._not_before = loop.time() + asked
        self._lasting = isinstance(error, Denied)
        self.follows = follows
        self._cut.clear()
        wait = self._delay(error, had_been_well=had_been_well)
        wait = max(FOLLOWING_S if follows else wait, asked)
        try:
            async with asyncio.timeout(wait * self._rng.uniform(1.0, 1.1)):
                await self._cut.wait()
        except TimeoutError:
            pass
        finally:
            self._lasting = self.follows = False

    def _delay(self, error: ProviderError, *, had_been_well: bool) -> float:
        self._failures += 1
        if isinstance(error, Denied):
            return FIRST_DENIED_S if had_been_well else DENIED_S
        if isinstance(error, AuthExpired):
            return LOGIN_S
        # Half of it is certain: a server that has just begun is not asked by all at once.
        ceiling = min(CAP_S, BASE_S * 2 ** min(self._failures - 1, 10))
        return self._rng.uniform(ceiling / 2, ceiling)
