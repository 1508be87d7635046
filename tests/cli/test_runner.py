"""One coroutine to its end: signals, leftovers, and threads that hang."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest

from fleetui.cli import main as entry
from fleetui.cli.exits import Exit, Interrupted
from fleetui.cli.runner import run

HANGING = """
import asyncio, sys, threading
from fleetui.cli.runner import run

async def work():
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()
    def hang():
        loop.call_soon_threadsafe(begun.set)
        threading.Event().wait()
    loop.run_in_executor(None, hang)
    await begun.wait()
    return 7

sys.exit(run(work()))
"""


def test_the_result_comes_back() -> None:
    async def work() -> int:
        return 5

    assert run(work()) == 5


def test_an_exception_comes_out_as_it_is() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(work())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_the_work_and_its_leftovers(number: int) -> None:
    ended: list[str] = []
    before = signal.getsignal(number)

    async def part() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("part")

    async def work() -> None:
        task = asyncio.create_task(part())
        await asyncio.sleep(0)
        os.kill(os.getpid(), number)
        try:
            await asyncio.shield(task)
        finally:
            ended.append("work")

    with pytest.raises(Interrupted) as caught:
        run(work())
    assert caught.value.code == 128 + number
    assert ended == ["work", "part"]
    assert signal.getsignal(number) is before


def test_work_that_handles_a_signal_itself_still_tells_it() -> None:
    async def work() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        os.kill(os.getpid(), signal.SIGTERM)
        await ended.wait()

    with pytest.raises(Interrupted) as caught:
        run(work())
    assert caught.value.code == Exit.TERMINATED


def test_work_that_handles_a_signal_and_does_not_end_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fleetui.cli.runner._GRACE_S", 0.01)

    async def work() -> None:
        heard = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, heard.set)
        os.kill(os.getpid(), signal.SIGHUP)
        await heard.wait()
        await asyncio.Event().wait()

    with pytest.raises(Interrupted) as caught:
        run(work())
    assert caught.value.code == 129


def test_a_second_loop_in_another_thread_takes_no_signals() -> None:
    got: list[int] = []

    async def work() -> int:
        return 1

    thread = threading.Thread(target=lambda: got.append(run(work())))
    thread.start()
    thread.join()
    assert got == [1]


def test_a_thread_that_hangs_does_not_hold_the_exit() -> None:
    done = subprocess.run([sys.executable, "-c", HANGING], check=False, timeout=180)
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (KeyboardInterrupt(), 130, ""),
        (Interrupted(signal.SIGHUP), 129, ""),
        (RuntimeError("token=abc123"), 1, "fleetui: the program failed: RuntimeError: token=***"),
    ],
)
def test_every_end_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    told: str,
) -> None:
    def broken(_args: object) -> int:
        raise raised

    monkeypatch.setattr("fleetui.cli.lists.kinds", broken)
    assert entry.main(["kinds"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.partition("\n")[0] == told
