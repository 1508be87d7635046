"""How long is waited, by a clock that jumps."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from virtual_loop import VirtualLoop

from fleetui.core.errors import AuthExpired, Denied, ProviderError, Throttled, Unreachable
from fleetui.providers.kubernetes import pause
from fleetui.providers.kubernetes.limiter import Limiter
from fleetui.providers.kubernetes.pause import Pause

T = TypeVar("T")


def virtually(work: Callable[[VirtualLoop], Awaitable[T]]) -> T:
    """Run something in a loop whose time jumps."""
    loop = VirtualLoop()

    async def run() -> T:
        return await work(loop)

    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


async def waited(loop: VirtualLoop, one: Pause, error: ProviderError, **how: Any) -> float:
    began = loop.time()
    await one.wait(error, **how)
    return loop.time() - began


def test_each_failure_in_a_row_is_waited_out_longer_up_to_a_limit() -> None:
    async def work(loop: VirtualLoop) -> list[float]:
        one = Pause(random.Random(1))
        found = [await waited(loop, one, Unreachable("x")) for _ in range(12)]
        one.reset()
        return [*found, await waited(loop, one, Unreachable("x"))]

    *rising, again = virtually(work)
    assert rising[0] < 1
    assert all(time <= pause.CAP_S * 1.1 for time in rising)
    assert all(time >= pause.CAP_S / 2 for time in rising[6:])
    assert again < 1


@pytest.mark.parametrize(
    ("error", "how", "least", "most"),
    [
        (AuthExpired("x"), {}, 30, 33),
        (Denied("x"), {}, 300, 330),
        (Denied("x"), {"had_been_well": True}, 3, 3.3),
        (Throttled("x", retry_after=20.0), {}, 20, 22),
        (Throttled("x", retry_after=1e9), {}, 300, 330),
        (Unreachable("x"), {"follows": True}, 180, 198),
    ],
)
def test_what_only_a_person_can_mend_is_asked_for_seldom(
    error: ProviderError, how: Any, least: float, most: float
) -> None:
    assert (
        least <= virtually(lambda loop: waited(loop, Pause(random.Random(1)), error, **how)) <= most
    )


@pytest.mark.parametrize(
    ("error", "at_once"),
    [
        (Unreachable("x"), True),
        (AuthExpired("x"), True),
        (Denied("x"), False),
        (Throttled("x", retry_after=20.0), False),
    ],
)
def test_a_wait_is_cut_short_where_that_is_of_use(error: ProviderError, at_once: bool) -> None:
    async def work(loop: VirtualLoop) -> tuple[bool, float]:
        one = Pause(random.Random(1))
        cut: list[bool] = []
        loop.call_later(0.1, lambda: cut.append(one.cut_short(loop.time())))
        took = await waited(loop, one, error)
        return cut[0], took

    cut, took = virtually(work)
    assert cut is at_once
    assert (took < 0.2) is at_once


def test_requests_come_in_a_burst_and_then_at_their_pace() -> None:
    async def work(loop: VirtualLoop) -> list[float]:
        limiter, began = Limiter(10.0, 5), loop.time()
        times = []
        for _ in range(25):
            await limiter.wait()
            times.append(loop.time() - began)
        return times

    times = virtually(work)
    assert times[4] == 0
    assert times[-1] == pytest.approx(2.0)


def test_while_the_server_asks_to_wait_nothing_is_sent() -> None:
    async def work(loop: VirtualLoop) -> list[float]:
        limiter, began = Limiter(10.0, 5), loop.time()
        limiter.hold(7.0)
        await limiter.wait()
        first = loop.time() - began
        limiter.hold(1e9)
        await limiter.wait()
        return [first, loop.time() - began]

    first, second = virtually(work)
    assert first == pytest.approx(7.0)
    # Nobody means an hour by that.
    assert second == pytest.approx(307.0)
