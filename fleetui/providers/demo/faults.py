"""How back ends of the demo misbehave on demand: who is hit by which fault, and what it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import field, replace

from fleetui.core.errors import (
    AuthExpired,
    Denied,
    Invalid,
    ProviderError,
    Throttled,
    Unreachable,
)
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Report
from fleetui.providers.demo import noise

Place = tuple[str, str]
# Which back ends each fault hits; all others answer as ever.
HIT: dict[str, frozenset[Place]] = {
    "throttled": frozenset({("aws", "prod"), ("digitalocean", "fra1")}),
    "expired": frozenset({("aws", "prod"), ("aws", "staging")}),
    "hanging": frozenset({("docker", "bastion"), ("kubernetes", "blue")}),
    "partial": frozenset({("aws", "prod")}),
    "garbage": frozenset({("docker", "ci")}),
    "slow": frozenset(
        {
            ("aws", "prod"), ("aws", "staging"), ("docker", "bastion"), ("docker", "ci"),
            ("kubernetes", "blue"), ("prometheus", "main"),
        }
    ),
}  # fmt: skip
FAULTS: tuple[str, ...] = tuple(HIT)
GOOD_S = 20.0
"""How long all is well first, so that rows are there when they go stale."""
_TURN_S = 30.0
_LOST_SCOPE = "prod/us-1"
_SLOWEST_S, _SLOW_S = 8.0, 3.0
_FOREVER_S = 3600.0


@dataclass(slots=True)
class Misbehaviour:
    """What one back end does wrong; `fault` is empty where it does nothing wrong."""

    fault: str
    place: Place
    seed: int
    opened: float
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _answered: set[SourceKey] = field(default_factory=set)

    @property
    def pages(self) -> bool:
        """Whether long lists arrive in pages."""
        return self.fault == "slow"

    @property
    def silent(self) -> bool:
        """Whether a watch tells nothing."""
        return self.fault == "hanging"

    async def before(self, key: SourceKey, now: float) -> None:
        """Wait or raise as the fault has it, before an answer is made."""
        if self.fault == "slow":
            part = noise.share(self.seed, "slow", key.kind, int(now))
            await self.sleep(_SLOW_S + (_SLOWEST_S - _SLOW_S) * part)
        elif self.fault == "hanging":
            if key in self._answered:
                await self._hang()
            self._answered.add(key)
        elif error := self.error(now):
            raise error

    async def before_measure(self, now: float) -> None:
        """Wait or raise before something is measured."""
        if self.fault == "hanging" and now - self.opened >= GOOD_S:
            await self._hang()
        elif error := self.error(now):
            raise error

    async def _hang(self) -> None:
        while True:
            await self.sleep(_FOREVER_S)

    def after(self, batch: Batch, now: float) -> Batch:
        """Return what is left of an answer."""
        if self.fault != "partial" or now - self.opened < GOOD_S:
            return batch
        rows = tuple(row for row in batch.rows if row.ref.scope != _LOST_SCOPE)
        return replace(batch, rows=rows, failed={_LOST_SCOPE: self._lost()})

    def error(self, now: float) -> ProviderError | None:
        """Return what every call raises now."""
        since, where = now - self.opened, "/".join(self.place)
        if since < GOOD_S:
            return None
        turn = int((since - GOOD_S) // _TURN_S) % 2 == 0
        if self.fault == "expired":
            profile = self.place[1]
            return AuthExpired(
                "SSO session expired", where=where, hint=f"run: aws sso login --profile {profile}"
            )
        if self.fault == "throttled" and turn:
            return Throttled("too many requests: rate exceeded", where=where, retry_after=12.0)
        if self.fault == "garbage" and turn:
            return Invalid("the answer is no JSON, or broke off", where=where)
        return None

    def report(self, report: Report, now: float) -> Report:
        """Return what `check` says with the fault told in it: at once, for it asks only once."""
        now = max(now, self.opened + GOOD_S)
        error = self.error(now)
        if self.fault == "hanging":
            error = Unreachable("no answer within 5s", where="/".join(self.place))
        if error is not None:
            known = not isinstance(error, Unreachable | AuthExpired)
            return replace(
                report, fault=error.fault(), reachable=not isinstance(error, Unreachable),
                expires_at=report.expires_at if known else None,
            )  # fmt: skip
        if self.fault == "partial":
            return replace(
                report, fault=self._lost().fault(),
                permissions=(*report.permissions, (f"describe instances in {_LOST_SCOPE}", False)),
            )  # fmt: skip
        if self.fault == "slow":
            return replace(report, latency_s=4.2, notes=("answers after 3 to 8 seconds",))
        return report

    def _lost(self) -> ProviderError:
        return Denied(
            "UnauthorizedOperation: ec2:DescribeInstances in us-east-1",
            where="aws/prod/us-1",
            hint="ask for the read role in us-east-1",
        )


_HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\u202egnp.exe",
    "[red]x[/red] [@click=app.quit]y[/]",
    "nul\x00byte",
    "long " + "x" * 6000,
    "two\r\nlines\ttab",
    "\x9b2J\x85",
    "zero\u200bwidth\ufeff",
)


def hostile_names() -> tuple[str, ...]:
    """Return what a hostile person calls containers."""
    return tuple(f"{number}-{text}" for number, text in enumerate(_HOSTILE))


def spoiler(seed: int) -> Callable[[str, str], str]:
    """Return a function that spoils about every fourth text."""

    def spoil(text: str, key: str) -> str:
        if not text or noise.share(seed, "spoil", key) > 0.25:
            return text
        return f"{text} {noise.pick(seed, _HOSTILE, 'how', key)}"

    return spoil
