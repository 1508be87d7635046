"""Runs one coroutine to its end and gets out at once: no hung thread holds the exit."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fleetui.cli.exits import Interrupted
from fleetui.providers.threads import DaemonPool

T = TypeVar("T")
_SETTLE_S = 0.5
"""How long what is left over may take to clean up after itself."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in a loop of its own and return its result.

    Ctrl-C, SIGTERM and SIGHUP cancel it and become Interrupted; a second one ends the
    program as the system does.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(DaemonPool(8, "loop"))
    task = loop.create_task(work)
    received: list[int] = []

    def on_signal(number: int) -> None:
        received.append(number)
        loop.remove_signal_handler(number)
        task.cancel()
        loop.call_later(_SETTLE_S, loop.stop)

    try:
        with _handled(loop, on_signal):
            return loop.run_until_complete(task)
    except (asyncio.CancelledError, RuntimeError):
        # A loop stopped before its task is done raises RuntimeError.
        if received:
            raise Interrupted(received[0]) from None
        raise
    finally:
        _settle(loop)


@contextmanager
def _handled(loop: asyncio.AbstractEventLoop, on_signal: Callable[[int], None]) -> Iterator[None]:
    """Route signals to `on_signal`; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    # What is ignored, as under nohup, stays ignored.
    taken = [number for number in _SIGNALS if before[number] is not signal.SIG_IGN]
    for number in taken:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
            if before[number] is not None:
                signal.signal(number, before[number])


def _settle(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left and close the loop, within a bound."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    try:
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_SETTLE_S))
        closing = loop.create_task(loop.shutdown_asyncgens())
        loop.run_until_complete(asyncio.wait({closing}, timeout=_SETTLE_S))
    finally:
        loop.close()
