"""Sharing one list among panes, and learning the rest behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from docker_recorded import FOLDER, NOW, detail, recorded, summaries

from fleetui.core.errors import Unreachable
from fleetui.providers.docker.learner import Learner
from fleetui.providers.docker.listing import Listing, Shared, listing_of
from fleetui.providers.docker.status import Said, said

WELL_S = 180.0
"""Far longer than anything here takes: only a test that fails waits for it."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is learned with the first rows, however busy this machine is."""
    monkeypatch.setattr("fleetui.providers.docker.learner.GRACE_S", WELL_S)


def listing() -> Listing:
    return listing_of(list(summaries().values()), 0, NOW)


class Asked:
    """An engine that answers when it is let."""

    def __init__(self) -> None:
        self.times = 0
        self.may = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> Listing:
        self.times += 1
        await self.may.wait()
        if self.error:
            raise self.error
        return listing()


async def test_all_who_ask_together_get_one_answer() -> None:
    asked = Asked()
    shared = Shared(asked)
    waiting = asyncio.gather(*(shared.get() for _ in range(5)))
    asked.may.set()
    assert len({id(found) for found in await waiting}) == 1
    assert asked.times == 1


async def test_an_event_makes_the_list_old_even_while_it_is_under_way() -> None:
    asked = Asked()
    shared = Shared(asked)
    first = asyncio.ensure_future(shared.get())
    await asyncio.sleep(0)
    shared.outdated()
    second = asyncio.ensure_future(shared.get())
    asked.may.set()
    await asyncio.gather(first, second)
    assert asked.times == 2


async def test_who_gives_up_takes_the_answer_from_nobody() -> None:
    asked = Asked()
    shared = Shared(asked)
    first, second = asyncio.ensure_future(shared.get()), asyncio.ensure_future(shared.get())
    await asyncio.sleep(0)
    first.cancel()
    asked.may.set()
    assert len((await second).summaries) == 12


async def test_a_failure_is_told_to_all_and_asked_again() -> None:
    asked = Asked()
    asked.may.set()
    asked.error = Unreachable("gone")
    shared = Shared(asked)
    for _ in range(2):
        with pytest.raises(Unreachable):
            await shared.get()
    assert asked.times == 2


class ScriptedLink:
    """Inspections from the recorded files."""

    scope = "bastion"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.inspected: list[str] = []
        self.hangs: tuple[str, threading.Event] = "", threading.Event()
        self.names = {s.id: name for name, s in summaries().items()}

    def call(self, work: Any) -> Any:
        return work(self)

    slowly = call

    def inspect_container(self, uid: str) -> Any:
        self.inspected.append(self.names[uid])
        hanging, answer = self.hangs
        if uid == hanging:
            answer.wait(WELL_S)
        if self.error:
            raise self.error
        name = self.names[uid]
        there = (FOLDER / f"inspect_{name}.json").exists()
        found = recorded(f"inspect_{name if there else 'fail1'}")
        return {**found, "Id": uid}

    def inspect_image(self, _uid: str) -> Any:
        return recorded("inspect_image")

    def df(self) -> Any:
        return recorded("df")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WELL_S):
        while not condition():
            await asyncio.sleep(0)


def made(link: ScriptedLink, told: list[Any]) -> Learner:
    return Learner(link, told.append, told.append, lambda: told.append("disk"))  # type: ignore[arg-type]


async def test_few_are_known_with_the_first_rows() -> None:
    told: list[Any] = []
    link = ScriptedLink()
    found = made(link, told)
    await found.inspect(listing())
    uids = {name: s.id for name, s in summaries().items()}
    assert found.details[uids["oom"]] == detail("oom")
    assert told == [frozenset(uids.values())]
    found.close()


async def test_what_is_known_is_not_asked_again_until_something_happens() -> None:
    link = ScriptedLink()
    found = made(link, [])
    await found.inspect(listing())
    link.inspected.clear()
    oom = summaries()["oom"]
    found.doubt([oom.id])
    await found.inspect(listing())
    assert "oom" in link.inspected
    assert not {"sick", "shop-web-1", "fail1"} & set(link.inspected)
    found.close()


async def test_one_that_hangs_keeps_no_other_from_being_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An engine hangs on a container that was paused in the middle of its check."""
    monkeypatch.setattr("fleetui.providers.docker.learner.TELL_S", 0.01)
    monkeypatch.setattr("fleetui.providers.docker.learner.GRACE_S", 0.01)
    told: list[Any] = []
    link = ScriptedLink()
    found = made(link, told)
    uids = {name: s.id for name, s in summaries().items()}
    answer = threading.Event()
    link.hangs = uids["paused"], answer
    await found.inspect(listing())
    others = set(uids.values()) - {uids["paused"]}
    await until(lambda: frozenset().union(*told) == others)
    link.inspected.clear()
    found.doubt([uids["oom"], uids["paused"]])
    await found.inspect(listing())
    await until(lambda: "oom" in link.inspected)
    assert "paused" not in link.inspected
    answer.set()
    await until(lambda: uids["paused"] in found.details)
    found.close()


async def test_what_changed_is_asked_at_once_and_what_never_fits_is_not() -> None:
    link = ScriptedLink()
    found = made(link, [])
    await found.inspect(listing())
    assert found.known(*of("fail1", "Exited (7) 3 seconds ago")) is None
    link.inspected.clear()
    await found.inspect(changed("fail1", "Exited (7) 3 seconds ago"))
    assert link.inspected == ["fail1"]
    await found.inspect(changed("fail1", "Exited (7) 3 seconds ago"))
    assert link.inspected == ["fail1"]
    found.close()


def of(name: str, status: str) -> tuple[str, str, Said, float]:
    return summaries()[name].id, "exited", said(status), NOW


def changed(name: str, status: str) -> Listing:
    """The recorded list, where one says something else."""
    found = summaries()
    found[name] = msgspec.structs.replace(found[name], status=status)
    return listing_of(list(found.values()), 0, NOW)


async def test_an_engine_that_does_not_answer_is_not_asked_for_each() -> None:
    link = ScriptedLink(Unreachable("gone"))
    found = made(link, [])
    await found.inspect(listing())
    assert found.details == {}
    found.close()


async def test_layers_and_sizes_are_asked_for_once() -> None:
    told: list[Any] = []
    found = made(ScriptedLink(), told)
    await found.count_layers(["sha256:x"])
    assert found.layers == {"sha256:x": 1}
    found.look_at_disk()
    found.look_at_disk()
    await until(lambda: "disk" in told)
    assert found.sizes.volumes == {"shop_data": 0}
    assert told.count("disk") == 1
    found.close()


def test_a_start_that_only_a_list_tells_stays_the_same() -> None:
    found = made(ScriptedLink(), [])
    text = said("Up 3 minutes")
    first = found.since("c1", "running", text, 1000.0)
    assert first == 820.0
    assert found.since("c1", "running", text, 1030.0) == first
    assert found.since("c1", "running", said("Up 4 minutes"), 1075.0) == first
    assert found.since("c1", "running", said("Up 2 seconds"), 1100.0) == 1098.0
    assert found.since("c1", "created", said("Created"), 1100.0) is None
