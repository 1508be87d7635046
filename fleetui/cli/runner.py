"""Runs one coroutine to its end and gets out at once: no hung thread holds the exit."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, TypeVarTuple

from fleetui.cli.exits import Interrupted
from fleetui.providers.threads import DaemonPool

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_SETTLE_S = 0.5
"""How long what is left over may take to clean up after itself."""
_GRACE_S = 2.0
"""How long work that handles a signal itself may take to end."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Loop(asyncio.SelectorEventLoop):
    """A loop that remembers which signal came, whoever in it handles that one."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[int] = []

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        """Call back when the signal comes, and note it."""

        def heard() -> None:
            self.received.append(sig)
            # Whoever handles it may take its time, but not for ever.
            self.call_later(_GRACE_S, self.stop)
            callback(*args)

        super().add_signal_handler(sig, heard)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in a loop of its own and return its result.

    Ctrl-C, SIGTERM and SIGHUP cancel it, unless it handles them itself, and become
    Interrupted; a second one ends the program as the system does.
    """
    loop = _Loop()
    loop.set_default_executor(DaemonPool(8, "loop"))
    task = loop.create_task(work)

    def on_signal(number: int) -> None:
        loop.remove_signal_handler(number)
        task.cancel()
        loop.call_later(_SETTLE_S, loop.stop)

    try:
        with _handled(loop, on_signal):
            result = loop.run_until_complete(task)
    except (asyncio.CancelledError, RuntimeError):
        # A loop stopped before its task is done raises RuntimeError.
        if loop.received:
            raise Interrupted(loop.received[0]) from None
        raise
    else:
        if loop.received:
            raise Interrupted(loop.received[0])
        return result
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
