"""What can be done to the demo fleet, through the door, on a virtual clock."""

from __future__ import annotations

import asyncio
from typing import Any

from scripted_writer import MemoryJournal

from fleetui.actions.action import Who
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.proposal import Proposal
from fleetui.core.change import Ask, Phase, Verb
from fleetui.core.objects import CapacityUnit, Container, Resource
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Provider
from fleetui.providers.demo import demo_fleet
from fleetui.providers.demo.writer import demo_writers

WALL = 1_700_000_000.0


class Stage:
    """A demo fleet and the door to it."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()

        def now() -> float:
            return WALL + loop.time()

        self.fleet: tuple[Provider, ...] = demo_fleet(now=now)
        self.door = Door(
            demo_writers(self.fleet), Policy(), MemoryJournal(), Who("ana", "bastion"),
            now=now, timeout_s=300.0,
        )  # fmt: skip

    async def rows(self, kind: str) -> dict[str, Any]:
        found: dict[str, Resource] = {}
        for provider in self.fleet:
            for spec in provider.sources():
                if spec.key.kind == kind:
                    batch = await provider.fetch(SourceKey(provider.name, provider.scope, kind))
                    found |= {row.ref.short: row for row in batch.rows}
        return found

    async def unit(self, name: str) -> CapacityUnit:
        found: CapacityUnit = (await self.rows("capacity"))[name]
        return found

    async def container(self, name: str) -> Container:
        found: Container = (await self.rows("containers"))[f"container/{name}"]
        return found

    async def propose(self, verb: Verb, thing: Resource, **values: str) -> Proposal:
        return await self.door.propose([Ask(verb, thing.ref, tuple(values.items()))])

    async def do(self, verb: Verb, thing: Resource, **values: str) -> tuple[Phase, str]:
        proposal = await self.propose(verb, thing, **values)
        assert proposal.verdict.allowed, proposal.verdict
        assert not proposal.failed
        request = self.door.begin(proposal, typed=proposal.verdict.word)
        await request.wait()
        progress = request.runs[0].progress
        return progress.phase, progress.reason


async def test_a_scale_brings_members_one_after_another_and_undo_takes_them_away() -> None:
    stage = Stage()
    unit = await stage.unit("deploy/search")
    assert (unit.desired, unit.running) == (3, 3)
    assert await stage.do(Verb.SCALE, unit, count="+3") == (Phase.DONE, "")
    unit = await stage.unit("deploy/search")
    assert (unit.desired, unit.running, unit.ready) == (6, 6, 6)
    pods = [p for p in (await stage.rows("containers")).values() if p.name.startswith("search-")]
    assert len(pods) == 6
    last = await stage.door.last_reversible()
    assert last is not None
    proposal = await stage.door.propose_undo(last.action)
    await stage.door.begin(proposal).wait()
    assert (await stage.unit("deploy/search")).running == 3


async def test_a_plan_says_what_is_around_and_changes_nothing() -> None:
    stage = Stage()
    unit = await stage.unit("deploy/checkout")
    (plan,) = (await stage.propose(Verb.SCALE, unit, count="x2")).plans
    assert [(d.name, d.before, d.after) for d in plan.differences] == [("desired", "6", "12")]
    facts = dict(plan.facts)
    assert facts["behind it"] == "svc/checkout (8080)"
    assert facts["autoscaler"] == "HPA cpu 70 %"
    assert [c.text for c in plan.cautions] == [
        "the autoscaler (HPA cpu 70 %) owns this number and may set it again"
    ]
    assert (await stage.unit("deploy/checkout")).desired == 6


async def test_beyond_its_bounds_is_said_before_it_is_tried() -> None:
    stage = Stage()
    unit = await stage.unit("deploy/checkout")
    proposal = await stage.propose(Verb.SCALE, unit, count="40")
    assert [r.line for r in proposal.verdict.refusals] == [
        "deploy/checkout: 40 is above its maximum of 12: raise that first (back end)"
    ]


async def test_a_number_that_is_none_says_how_to_write_one() -> None:
    stage = Stage()
    proposal = await stage.propose(Verb.SCALE, await stage.unit("deploy/search"), count="many")
    assert [fault.line for _, fault in proposal.failed] == [
        '"many" is no number of members · write 6, +2, -1 or x2'
    ]


async def test_to_zero_is_a_grave_warning() -> None:
    stage = Stage()
    (plan,) = (await stage.propose(Verb.SCALE, await stage.unit("deploy/search"), count="0")).plans
    assert next((c.text, c.grave) for c in plan.cautions) == (
        "to zero: nothing answers until it is scaled out again", True,
    )  # fmt: skip


async def test_a_scale_runs_out_of_capacity() -> None:
    stage = Stage()
    unit = await stage.unit("ecs/payments")
    phase, reason = await stage.do(Verb.SCALE, unit, count="9")
    assert phase is Phase.TIMED_OUT
    assert reason == (
        "not done after 300 s: 2 of 9 cannot be placed: no instance has enough memory"
    )


async def test_an_autoscaler_fights_back() -> None:
    stage = Stage()
    unit = await stage.unit("deploy/gateway")
    assert await stage.do(Verb.SCALE, unit, count="5") == (Phase.DONE, "")
    await asyncio.sleep(60)
    unit = await stage.unit("deploy/gateway")
    assert (unit.desired, unit.running) == (2, 2)


async def test_a_redeploy_replaces_every_member() -> None:
    stage = Stage()
    unit = await stage.unit("deploy/catalog")
    before = {link.ref for link in unit.links}
    assert await stage.do(Verb.REDEPLOY, unit) == (Phase.DONE, "")
    after = await stage.unit("deploy/catalog")
    assert (unit.revision, after.revision) == ("r65", "r66")
    assert not before & {link.ref for link in after.links}
    assert await stage.do(Verb.ROLLBACK, after) == (Phase.DONE, "")
    assert (await stage.unit("deploy/catalog")).revision == "r65"


async def test_a_redeploy_that_never_gets_well_is_rolled_back_by_hand() -> None:
    stage = Stage()
    phase, reason = await stage.do(Verb.REDEPLOY, await stage.unit("deploy/search"))
    assert phase is Phase.TIMED_OUT
    assert reason.startswith("not done after 300 s: 2 of 3")
    unit = await stage.unit("deploy/search")
    assert await stage.do(Verb.ROLLBACK, unit) == (Phase.DONE, "")
    unit = await stage.unit("deploy/search")
    assert (unit.revision, unit.ready, unit.reason) == ("r18", 3, "")


async def test_a_restart_brings_the_same_again() -> None:
    stage = Stage()
    unit = await stage.unit("compose/shop/web")
    before = {link.ref.uid for link in unit.links}
    assert await stage.do(Verb.RESTART, unit) == (Phase.DONE, "")
    unit = await stage.unit("compose/shop/web")
    assert not before & {link.ref.uid for link in unit.links}


async def test_a_container_is_stopped_started_paused_renamed_and_removed() -> None:
    stage = Stage()
    running = next(
        c for c in (await stage.rows("containers")).values()
        if c.ref.provider == "docker" and c.state.value == "running" and not c.project
    )  # fmt: skip
    name = running.name
    assert await stage.do(Verb.STOP, running) == (Phase.DONE, "")
    stopped = await stage.container(name)
    assert (stopped.state.value, stopped.exit_code, stopped.cpu) == ("stopped", 143, None)
    assert not (await stage.propose(Verb.STOP, stopped)).verdict.allowed
    assert await stage.do(Verb.START, stopped) == (Phase.DONE, "")
    assert await stage.do(Verb.PAUSE, await stage.container(name)) == (Phase.DONE, "")
    assert (await stage.container(name)).state.value == "paused"
    assert await stage.do(Verb.UNPAUSE, await stage.container(name)) == (Phase.DONE, "")
    assert await stage.do(Verb.RENAME, await stage.container(name), name="other") == (
        Phase.DONE, "",
    )  # fmt: skip
    assert await stage.do(Verb.STOP, await stage.container("other")) == (Phase.DONE, "")
    assert await stage.do(Verb.REMOVE, await stage.container("other")) == (Phase.DONE, "")
    await asyncio.sleep(2)
    assert "container/other" not in await stage.rows("containers")


async def test_a_namesake_is_left_alone() -> None:
    stage = Stage()
    unit = await stage.unit("compose/shop/web")
    old = unit.links[0].ref
    assert await stage.do(Verb.RESTART, unit) == (Phase.DONE, "")
    proposal = await stage.door.propose([Ask(Verb.STOP, old)])
    assert [fault.what for _, fault in proposal.failed] == [
        f"{old.short} is another one now: the one that was meant is gone"
    ]


async def test_unused_images_are_pruned_with_what_that_frees() -> None:
    stage = Stage()
    image = next(i for i in (await stage.rows("images")).values() if not i.used_by)
    (plan,) = (await stage.propose(Verb.PRUNE, image)).plans
    assert dict(plan.facts)["frees"].endswith("B")
    assert await stage.do(Verb.PRUNE, image) == (Phase.DONE, "")
    await asyncio.sleep(2)
    assert image.ref.short not in await stage.rows("images")


async def test_a_pull_tells_how_far_it_is() -> None:
    stage = Stage()
    image = next(i for i in (await stage.rows("images")).values() if i.used_by)
    assert await stage.do(Verb.PULL, image) == (Phase.DONE, "it is up to date")
