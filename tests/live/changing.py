"""A door on a real engine, and how the tests go through it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from scripted_writer import MemoryJournal, door_of

from fleetui.actions.door import Door
from fleetui.actions.proposal import Proposal
from fleetui.actions.run import Run
from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.ref import Ref
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.writer import DockerWriter

from .servers.docker import DockerEngine

SCOPE = "bastion"


def ref(kind: str, uid: str, name: str) -> Ref:
    return Ref("docker", SCOPE, kind, uid, name)


def box(uid: str, name: str) -> Ref:
    return ref("container", uid, name)


@asynccontextmanager
async def opened(engine: DockerEngine, timeout: float = 10.0) -> AsyncIterator[Door]:
    """Open a door on an engine, which asks often, for the sake of the tests' time."""
    writer = DockerWriter(SCOPE, DockerSettings(host=engine.host, timeout=timeout))
    door = door_of(writer, journal=MemoryJournal(), now=time.time)  # type: ignore[arg-type]
    door._tools = replace(door._tools, every_s=0.1)
    try:
        yield door
    finally:
        await door.close()


async def propose(door: Door, verb: Verb, target: Ref, **values: str) -> Proposal:
    return await door.propose([Ask(verb, target, tuple(values.items()))])


async def planned(door: Door, verb: Verb, target: Ref, **values: str) -> Plan:
    proposal = await propose(door, verb, target, **values)
    assert not proposal.failed, proposal.failed
    (plan,) = proposal.plans
    return plan


async def went(door: Door, proposal: Proposal) -> Run:
    """Confirm a proposal as its verdict asks for, and wait for its end."""
    assert not proposal.failed, proposal.failed
    request = door.begin(proposal, typed=proposal.verdict.word)
    await request.wait()
    return request.runs[0]


async def done(door: Door, verb: Verb, target: Ref, **values: str) -> Progress:
    """Do it the whole way, and see that it ends well."""
    run = await went(door, await propose(door, verb, target, **values))
    assert run.progress.phase is Phase.DONE, run.progress
    return run.progress


async def undone(door: Door) -> Progress:
    """Take the last one back."""
    entry = await door.last_reversible()
    assert entry is not None
    run = await went(door, await door.propose_undo(entry.action))
    assert run.progress.phase is Phase.DONE, run.progress
    return run.progress
