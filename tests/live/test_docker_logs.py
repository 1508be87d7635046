"""Logs of a real engine: framed and of a terminal, hostile, huge, ended and broken off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from fleetui.core.errors import Invalid
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.logs.scrub import KEPT
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.logs import Condition, LogSession, sources_of
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings

from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import PATIENCE_S, becomes

HOSTILE = (
    r"\033[31mred\033[0m", r"\033]8;;https://evil.example\033\\click\033]8;;\033\\",
    r"\033]52;c;cm0gLXJmIC8=\007x", r"\0302\02332J!", r"a\000b", "[red]x[/red]",
    r"\342\200\256gnp.exe", r"\377\376\200", r"\303",
)  # fmt: skip
COUNTING = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.02; done"


def ref(uid: str, name: str = "c") -> Ref:
    return Ref("docker", "bastion", "container", uid, name)


@pytest.fixture
async def provider(docker_engine: DockerEngine) -> AsyncIterator[Docker]:
    made = Docker("bastion", DockerSettings(host=docker_engine.host, timeout=30, interval=1))
    yield made
    await made.close()


async def read(provider: Docker, uid: str, query: LogQuery | None = None) -> list[RawLine]:
    batches = provider.logs(ref(uid), query or LogQuery())
    return [line async for batch in batches for line in batch if line.stream != NOTE]


def write(engine: DockerEngine, name: str, script: str, *, tty: bool = False) -> str:
    """Run a script to its end and return its container's id."""
    uid = engine.run(name, "sh", "-c", script, tty=tty)
    engine.client.wait(uid, timeout=PATIENCE_S)
    return uid


@pytest.mark.parametrize("tty", [False, True])
async def test_hostile_lines_come_clean(
    provider: Docker, docker_engine: DockerEngine, tty: bool
) -> None:
    script = "; ".join(f"printf '%b\\n' '{text}'" for text in HOSTILE) + "; printf end"
    uid = write(docker_engine, f"hostile-{tty}", script, tty=tty)
    lines = await read(provider, uid)
    texts = [line.text for line in lines]
    assert texts[0] == "red"
    assert texts[1] == "click"
    assert texts[2:4] == ["x", "!"]
    assert "[red]x[/red]" in texts
    assert texts[-1] == "end"
    assert not {"\x1b", "\x07", "\x00", "\u202e", "\x9b"} & set("".join(texts))
    assert all(line.at for line in lines)


@pytest.mark.parametrize("tty", [False, True])
async def test_a_line_of_ten_megabytes_is_bounded(
    provider: Docker, docker_engine: DockerEngine, tty: bool
) -> None:
    script = "echo before; dd if=/dev/zero bs=1000000 count=10 2>/dev/null | cat; echo; echo after"
    uid = write(docker_engine, f"huge-{tty}", script, tty=tty)
    texts = [line.text for line in await read(provider, uid)]
    assert texts[0] == "before"
    assert texts[-1] == "after"
    assert all(len(text) < KEPT + 40 for text in texts)


async def test_both_streams_and_parts_of_a_log(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = write(
        docker_engine, "both", "for i in 1 2 3 4; do echo out $i; echo err $i >&2; sleep 0.3; done"
    )
    lines = await read(provider, uid)
    assert {line.stream for line in lines} == {"stdout", "stderr"}
    assert len(lines) == 8
    assert len(await read(provider, uid, LogQuery(tail=3))) == 3
    middle = lines[4].at
    since = await read(provider, uid, LogQuery(since_ns=middle))
    assert [line.at for line in since] == [line.at for line in lines if line.at >= middle]


async def test_a_container_that_dies_while_it_is_followed(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run("dies", "sh", "-c", f"{COUNTING}")
    got: list[RawLine] = []

    async def follow() -> None:
        async for batch in provider.logs(ref(uid), LogQuery(follow=True)):
            got.extend(batch)

    task = asyncio.create_task(follow())
    await becomes(lambda: len(got) > 5, "lines")
    docker_engine.client.kill(uid)
    await asyncio.wait_for(task, PATIENCE_S)
    assert got[-1].stream == NOTE
    finished = docker_engine.client.inspect_container(uid)["State"]["FinishedAt"]
    assert got[-1].text == f"exited, exit 137, at {finished[:19]}Z"
    assert got[-1].at > got[-2].at


async def test_a_container_that_is_started_again_goes_on(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run("again", "sh", "-c", "echo begun; sleep 0.5; exit 3",
                            host={"restart_policy": {"Name": "always"}})  # fmt: skip
    got: list[str] = []
    async with aclosing(provider.logs(ref(uid), LogQuery(follow=True))) as batches:  # type: ignore[type-var]
        async with asyncio.timeout(PATIENCE_S):
            async for batch in batches:
                got += [line.text for line in batch]
                if len(got) >= 3:
                    break
    assert got[:3] == ["begun"] * 3
    before = await read(provider, uid, LogQuery(previous=True))
    assert {line.text for line in before} == {"begun"}


async def test_an_engine_that_is_killed_and_started_under_a_followed_log(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run("counting", "sh", "-c", COUNTING)
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(follow=True), got.extend)
    session.want([ref(uid)])
    await becomes(lambda: len(got) > 30, "lines before")
    docker_engine.kill()
    await becomes(lambda: session.conditions[ref(uid)] is Condition.LOST, "it is lost")
    docker_engine.start()
    count = len(got)
    await becomes(lambda: len(got) > count + 50, "lines after")
    session.close()
    texts = [line.text for line in got if line.stream != NOTE]
    kept = [line.text for line in await read(provider, uid)]
    assert texts == kept[: len(texts)]
    assert len(set(texts)) == len(texts)
    assert sum(line.text.startswith("lost:") for line in got) >= 1


async def test_new_members_of_a_unit_join(provider: Docker, docker_engine: DockerEngine) -> None:
    docker_engine.run("shop-web-1", "sh", "-c", COUNTING, labels=compose_labels("shop", "web", 1))
    engine = Engine([provider])
    keys = [key for kind in ("containers", "capacity") for key in engine.keys(kind)]
    subscription = engine.subscribe(keys, lambda _tick: None)
    capacity = SourceKey("docker", "bastion", "capacity")
    unit = await becomes(lambda: next(iter(engine.store.snapshot(capacity).rows), None), "the unit")
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(follow=True), got.extend)
    session.want(sources_of(unit, engine.store.find))
    await becomes(lambda: got, "lines of the first")
    docker_engine.run("shop-web-2", "sh", "-c", COUNTING, labels=compose_labels("shop", "web", 2))

    def joined() -> bool:
        session.want(sources_of(engine.store.find(unit.ref) or unit, engine.store.find))
        return len({line.source for line in got}) == 2

    await becomes(joined, "lines of the second")
    session.close()
    subscription.close()


async def test_a_recreated_member_is_joined_and_the_gone_one_said(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    labels = compose_labels("till", "web", 1)
    old = docker_engine.run("till-web-1", "sh", "-c", COUNTING, labels=labels)
    engine = Engine([provider])
    keys = [key for kind in ("containers", "capacity") for key in engine.keys(kind)]
    subscription = engine.subscribe(keys, lambda _tick: None)
    capacity = SourceKey("docker", "bastion", "capacity")
    unit = await becomes(
        lambda: next((r for r in engine.store.snapshot(capacity).rows if "till" in r.name), None),
        "the unit",
    )
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(follow=True), got.extend)
    session.want(sources_of(unit, engine.store.find))
    await becomes(lambda: len(got) > 5, "lines of the old one")
    # As `compose up --force-recreate` does it: the new one takes the name of the old one.
    client = docker_engine.client
    client.rename(old, "old_till-web-1")
    new = docker_engine.create("till-web-1", "sh", "-c", COUNTING, labels=labels)
    client.stop(old, timeout=1)
    client.remove_container(old)
    client.start(new)

    def settled() -> bool:
        session.want(sources_of(engine.store.find(unit.ref) or unit, engine.store.find))
        how = {ref.uid: condition for ref, condition in session.conditions.items()}
        return how == {old: Condition.GONE, new: Condition.OPEN}

    await becomes(settled, "the old one is gone and the new one followed")
    session.close()
    subscription.close()
    notes = [(line.source.uid, line.text) for line in got if line.stream == NOTE]
    assert (new, "joined: its log is followed too") in notes
    assert any(uid == old and "gone: " in text for uid, text in notes)
    assert any(uid == old and ", exit 137, at 20" in text for uid, text in notes), notes


async def test_a_reader_that_does_not_read_makes_the_engine_wait(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run("fast", "sh", "-c", "while true; do echo 0123456789; done")
    async with aclosing(provider.logs(ref(uid), LogQuery(follow=True))) as batches:  # type: ignore[type-var]
        first = await anext(aiter(batches))
        assert first
        docker_engine.client.kill(uid)
        count = len(first)
        async for batch in batches:
            count += sum(line.stream != NOTE for line in batch)
    assert count == len(await read(provider, uid))


async def test_a_log_that_is_not_kept_is_refused(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run("none", host={"log_config": {"type": "none", "config": {}}})
    with pytest.raises(Invalid, match="its log driver is none"):
        await read(provider, uid)


def rotating(size: str) -> dict[str, Any]:
    return {"log_config": {"type": "json-file", "config": {"max-size": size, "max-file": "2"}}}


def numbered(lines: list[RawLine]) -> list[int]:
    return [int(line.text.split()[1]) for line in lines if line.stream != NOTE]


async def test_rotation_under_a_followed_log_doubles_and_loses_nothing(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    # A rotation every hundred lines or so, at a pace at which a busy engine keeps up, too.
    uid = docker_engine.run(
        "rotated", "sh", "-c", "i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo line $i; "
        "[ $((i % 10)) -eq 0 ] && sleep 0.2; done; sleep 1000", host=rotating("10k"),
    )  # fmt: skip
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(follow=True), got.extend)
    session.want([ref(uid)])
    await becomes(lambda: got and got[-1].text == "line 600", "the last line")
    session.close()
    assert numbered(got) == list(range(1, 601))


async def test_rotation_that_outruns_the_engine_neither_freezes_nor_doubles(
    provider: Docker, docker_engine: DockerEngine
) -> None:
    uid = docker_engine.run(
        "outrun", "sh", "-c", "sleep 1; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); "
        "echo line $i 0123456789012345678901234567890123456789; done; sleep 1000",
        host=rotating("20k"),
    )  # fmt: skip
    got: list[RawLine] = []
    session = LogSession([provider], LogQuery(follow=True), got.extend)
    session.want([ref(uid)])
    await becomes(lambda: got and got[-1].text.startswith("line 20000 "), "the newest line")
    session.close()
    numbers = numbered(got)
    # What an engine leaves out while it is read it tells nobody: only a place that is gone when
    # it is asked again is certain to be a gap.
    assert len(set(numbers)) == len(numbers)
