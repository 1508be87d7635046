"""Threads for SDKs that block: a bounded number, and none that can hold the program's exit."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class DaemonPool(ThreadPoolExecutor):
    """An executor whose threads are daemons: a call that hangs for ever delays nobody's exit.

    The standard pool joins its threads when the interpreter ends, however long they take. It
    is one in type only, because asyncio accepts nothing else as its default executor.
    """

    def __init__(self, size: int, name: str) -> None:
        """Allow `size` threads at once, begun when there is work for them."""
        super().__init__(max_workers=size)
        self._size = size
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._idle = 0
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Queue a call; it begins when a thread is free."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError(f"the {self._name} threads are closed")
            self._jobs.put((future, fn, args, kwargs))
            if self._idle:
                self._idle -= 1
            elif self._started < self._size:
                self._started += 1
                name = f"{self._name}-{self._started}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        return future

    async def run(self, fn: Callable[..., T], *args: Any) -> T:
        """Run a blocking call in one of the threads.

        Cancelling the waiter drops a call that has not begun; one that has goes on, unseen.
        """
        return await asyncio.get_running_loop().run_in_executor(self, fn, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Take no more work and drop what has not begun. Never waits."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(queue.Empty):
                while job := self._jobs.get_nowait():
                    job[0].cancel()
            for _ in range(self._started):
                self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            _do(*job)
            # A thread that waits must not keep alive what it was given or has answered.
            del job
            with self._lock:
                self._idle += 1


def _do(
    future: Future[Any], fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = fn(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001  the waiter gets whatever it was
        future.set_exception(error)
    else:
        future.set_result(result)
