"""Threads that are few, and that hold nobody up."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest

from fleetui.providers.threads import DaemonPool


@pytest.fixture
def pool() -> Iterator[DaemonPool]:
    pool = DaemonPool(2, "test")
    yield pool
    pool.shutdown()


def mine() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("test-")]


async def test_it_answers_and_raises_what_the_call_did(pool):
    assert await pool.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 7, 0)
    assert await pool.run(threading.get_ident) != threading.get_ident()


async def test_never_more_threads_than_allowed_and_all_is_done(pool):
    lock, running, most = threading.Lock(), [0], [0]
    both = threading.Barrier(2)

    def work(n: int) -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        if n < 2:
            both.wait(10)
        with lock:
            running[0] -= 1
        return n

    answers = await asyncio.gather(*(pool.run(work, n) for n in range(200)))

    assert answers == list(range(200))
    assert most[0] == 2
    assert all(thread.daemon for thread in mine())


async def test_one_call_after_the_other_needs_one_thread():
    pool = DaemonPool(8, "single")
    names = set()
    for _ in range(20):
        names.add(await pool.run(lambda: threading.current_thread().name))
        # The thread says that it is free just after it has answered.
        while not pool._idle:
            await asyncio.sleep(0)
    pool.shutdown()

    assert names == {"single-1"}


async def test_a_cancelled_call_that_has_not_begun_never_does(pool):
    gate, begun = threading.Event(), []
    blockers = [asyncio.ensure_future(pool.run(gate.wait, 10)) for _ in range(2)]
    waiting = asyncio.ensure_future(pool.run(begun.append, "too late"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    await asyncio.gather(*blockers)
    await pool.run(int)

    assert begun == []


async def test_a_cancelled_call_that_hangs_keeps_its_thread_and_nobody_waits(pool):
    gate, entered = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        gate.wait(10)

    task = asyncio.ensure_future(pool.run(hang))
    await pool.run(entered.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await pool.run(int) == 0
    gate.set()


async def test_shutdown_drops_what_waits_and_takes_no_more(pool):
    gate = threading.Event()
    blockers = [asyncio.ensure_future(pool.run(gate.wait, 10)) for _ in range(2)]
    waiting = asyncio.ensure_future(pool.run(int))
    await asyncio.sleep(0)
    pool.shutdown()
    pool.shutdown()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(RuntimeError, match="the test threads are closed"):
        await pool.run(int)
    threads = mine()
    gate.set()
    await asyncio.gather(*blockers)
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


async def test_an_answer_is_not_kept_by_a_thread_that_waits(pool):
    class Payload:
        pass

    alive = weakref.ref(await pool.run(Payload))
    while pool._idle < pool._started:
        await asyncio.sleep(0)
    # The loop itself may hold what it has just handed over for a round or two.
    for _ in range(100):
        gc.collect()
        if alive() is None:
            break
        await asyncio.sleep(0)

    assert alive() is None


def test_a_call_that_hangs_for_ever_does_not_hold_the_exit():
    program = """
import asyncio, threading
from fleetui.providers.threads import DaemonPool

async def main():
    pool = DaemonPool(1, "hung")
    asyncio.get_running_loop().set_default_executor(pool)
    entered = threading.Event()
    task = asyncio.ensure_future(pool.run(lambda: (entered.set(), threading.Event().wait())))
    while not entered.is_set():
        await asyncio.sleep(0)
    task.cancel()

asyncio.run(main())
print("over")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=180, check=False
    )

    assert (done.stdout, done.stderr, done.returncode) == ("over\n", "", 0)
