"""Each fault breaks what it says it breaks, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from demo_tools import OPENED, Clock, fleet_on, one, read, strings

from fleetui.core.clean import clean
from fleetui.core.errors import AuthExpired, Denied, Invalid, ProviderError, Throttled
from fleetui.core.state import State
from fleetui.providers.base import Listed
from fleetui.providers.demo import FAULTS, demo_fleet
from fleetui.providers.demo.faults import HIT


def key_of(provider, kind):
    return next(spec.key for spec in provider.sources() if spec.key.kind == kind)


def test_the_faults_are_those_of_the_command_line():
    assert FAULTS == ("throttled", "expired", "hanging", "partial", "garbage", "slow")
    with pytest.raises(ValueError, match="no fault is called 'fire'"):
        demo_fleet(fault="fire", now=Clock())


@pytest.mark.parametrize("fault", FAULTS)
async def test_at_first_everything_answers(fault):
    for batch in (await read(fleet_on(Clock(), fault=fault))).values():
        assert not batch.failed


@pytest.mark.parametrize(
    ("fault", "error"), [("throttled", Throttled), ("expired", AuthExpired), ("garbage", Invalid)]
)
async def test_later_those_that_are_hit_fail(fault, error):
    clock = Clock()
    fleet = fleet_on(clock, fault=fault)
    clock.after(25)
    for provider in fleet:
        for spec in provider.sources():
            if (provider.name, provider.scope) not in HIT[fault]:
                assert (await provider.fetch(spec.key)).rows is not None
                continue
            with pytest.raises(error) as caught:
                await provider.fetch(spec.key)
            assert caught.value.where == f"{provider.name}/{provider.scope}"


async def test_a_throttled_back_end_says_how_long_to_wait_and_recovers():
    clock = Clock()
    provider = one(fleet_on(clock, fault="throttled"), "aws", "prod")
    clock.after(25)
    with pytest.raises(Throttled) as caught:
        await provider.fetch(key_of(provider, "compute"))
    assert caught.value.retry_after == 12
    clock.after(55)
    assert (await provider.fetch(key_of(provider, "compute"))).rows


async def test_an_expired_credential_names_the_command_that_mends_it():
    clock = Clock()
    provider = one(fleet_on(clock, fault="expired"), "aws", "prod")
    clock.after(3600)
    with pytest.raises(AuthExpired) as caught:
        await provider.fetch(key_of(provider, "capacity"))
    assert caught.value.hint == "run: aws sso login --profile prod"


@pytest.mark.parametrize(("name", "scope"), sorted(HIT["hanging"]))
async def test_a_hanging_back_end_answers_once(name, scope):
    provider = one(demo_fleet(fault="hanging", now=Clock()), name, scope)
    key = key_of(provider, "containers")
    assert provider.watch(key) is None
    assert (await provider.fetch(key)).rows
    waiting = asyncio.create_task(provider.fetch(key))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    report = await provider.check()
    assert not report.reachable


async def test_a_part_that_fails_is_told_with_its_scope():
    clock = Clock()
    provider = one(fleet_on(clock, fault="partial"), "aws", "prod")
    key = key_of(provider, "compute")
    whole = await provider.fetch(key)
    clock.after(30)
    batch = await provider.fetch(key)
    assert {row.ref.scope for row in whole.rows} == {"prod/eu-1", "prod/us-1"}
    assert {row.ref.scope for row in batch.rows} == {"prod/eu-1"}
    assert set(batch.failed) == {"prod/us-1"}
    assert isinstance(batch.failed["prod/us-1"], Denied)


async def test_a_slow_back_end_takes_its_time_within_its_timeout():
    clock = Clock()
    provider = one(fleet_on(clock, fault="slow"), "kubernetes", "blue")
    for spec in provider.sources():
        clock.slept.clear()
        await provider.fetch(spec.key)
        assert 3 <= clock.slept[0] <= 8 < spec.timeout_s


async def test_a_slow_list_comes_in_pages():
    clock = Clock()
    provider = one(fleet_on(clock, fault="slow"), "kubernetes", "blue")
    key = key_of(provider, "containers")
    pages = []
    async for change in provider.watch(key):
        assert isinstance(change, Listed)
        pages.append(change)
        if change.complete:
            break
    assert len(pages) >= 3
    listed = {row.ref for page in pages for row in page.rows}
    assert listed == {row.ref for row in (await provider.fetch(key)).rows}


@pytest.mark.parametrize("seconds", [0, 260])
async def test_no_control_character_gets_in(seconds):
    clock = Clock()
    fleet = demo_fleet(fault="garbage", size=300, now=clock)
    clock.after(seconds)
    seen: list[str] = []
    for provider in fleet:
        for spec in provider.sources():
            with contextlib.suppress(Invalid):
                for row in (await provider.fetch(spec.key)).rows:
                    seen.extend(strings(row))
    assert all(text == clean(text) for text in seen)
    joined = " ".join(seen)
    assert "[red]x[/red]" in joined, "markup stays as it is written"
    assert "xxxxx…" in joined
    assert "\x1b" not in joined


async def test_the_report_tells_the_fault():
    for fault in FAULTS:
        clock = Clock()
        fleet = fleet_on(clock, fault=fault)
        clock.after(25)
        for provider in fleet:
            report = await provider.check()
            hit = (provider.name, provider.scope) in HIT[fault]
            assert hit == (report.fault is not None or bool(report.latency_s > 1)), (fault, report)


async def test_a_fault_is_an_error_of_the_core_only():
    for fault in FAULTS:
        clock = Clock()
        fleet = fleet_on(clock, fault=fault)
        clock.time = OPENED + 21
        for provider in fleet:
            if (provider.name, provider.scope) in HIT["hanging"]:
                continue
            for spec in provider.sources():
                with contextlib.suppress(ProviderError):
                    batch = await provider.fetch(spec.key)
                    assert all(row.state in State for row in batch.rows)
