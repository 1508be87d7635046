"""What happens, and when: a quiet minute, a deploy, an incident, and all is well again."""

from __future__ import annotations

import pytest
from demo_tools import OPENED, Clock, fleet_on, one, rows_at

from fleetui.core.objects import is_wrong
from fleetui.core.query import Query
from fleetui.core.state import Severity, State
from fleetui.providers.base import Happened, Hinted, Removed, Upserted
from fleetui.providers.demo import demo_fleet
from fleetui.providers.demo.story import CYCLE_S


def named(rows, kind, name):
    return next(row for row in rows[kind] if row.ref.short == name)


async def test_a_rolling_deploy_replaces_members_one_by_one():
    before, during, after = [await rows_at(t) for t in (55, 90, 150)]
    assert named(before, "capacity", "deploy/api").revision == "r41"
    unit = named(during, "capacity", "deploy/api")
    assert unit.rollout == "rolling r41 → r42, 2/5 updated"
    assert (unit.ready, unit.state) == (5, State.RUNNING)
    pods = [row for row in during["containers"] if row.name.startswith("api-")]
    assert {row.state for row in pods} >= {State.PENDING, State.RUNNING}
    unit = named(after, "capacity", "deploy/api")
    assert (unit.revision, unit.rollout) == ("r42", "")
    old = {row.ref for row in before["containers"] if row.name.startswith("api-")}
    assert not old & {row.ref for row in after["containers"]}


async def test_the_incident_unfolds_and_heals():
    calm, bad, healing, healed = [await rows_at(t) for t in (140, 260, 350, 440)]
    assert named(calm, "capacity", "deploy/checkout").ready == 6

    unit = named(bad, "capacity", "deploy/checkout")
    assert (unit.state, unit.ready, unit.desired) == (State.DEGRADED, 3, 6)
    assert unit.reason == "3 of 6 pods: CrashLoopBackOff, exit 1"
    failed = [row for row in bad["containers"] if row.state is State.FAILED]
    assert failed
    assert all(row.reason.startswith("CrashLoopBackOff: exit 1") for row in failed)
    assert all(row.restarts > 0 for row in failed)
    service = named(bad, "services", "svc/checkout")
    assert (service.state, service.reason) == (State.DEGRADED, "3/6 ready: readiness 503")
    alert = named(bad, "alerts", "alert/CheckoutErrors")
    assert (alert.native_state, alert.severity) == ("firing", Severity.CRITICAL)
    assert [link.ref for link in alert.links] == [unit.ref]

    assert named(healing, "capacity", "deploy/checkout").rollout.startswith("rolling back r88")
    unit = named(healed, "capacity", "deploy/checkout")
    assert (unit.state, unit.ready, unit.revision) == (State.RUNNING, 6, "r87")
    assert [row.name for row in healed["alerts"]] == ["DiskFilling"]


async def test_the_alert_waits_before_it_fires():
    states = []
    for seconds in (190, 200, 230, 440):
        rows = await rows_at(seconds)
        states.append([a.native_state for a in rows["alerts"] if a.name == "CheckoutErrors"])
    assert states == [[], ["pending"], ["firing"], []]


async def test_in_the_next_cycle_tasks_of_a_service_fail():
    rows = await rows_at(CYCLE_S + 260)
    unit = named(rows, "capacity", "ecs/payments")
    assert (unit.ready, unit.reason) == (2, "2 of 4 tasks: health check 503 on /ready")
    assert named(rows, "services", "tg/payments").state is State.DEGRADED
    assert named(rows, "capacity", "deploy/checkout").state is State.RUNNING


async def test_a_group_scales_out_and_in():
    counts = []
    for seconds in (440, 500, 712):
        unit = named(await rows_at(seconds), "capacity", "asg/web")
        counts.append((unit.desired, unit.ready))
    assert counts == [(5, 5), (7, 7), (5, 5)]


async def test_an_instance_refresh_says_how_far_it_is():
    unit = named(await rows_at(760), "capacity", "asg/web")
    assert unit.rollout == "refresh 40 %, batch 3 of 5"
    assert unit.pending == 1


async def test_errors_rise_and_fall_with_the_incident():
    clock = Clock()
    server = demo_fleet(now=clock)[-1]
    shares = []
    for seconds in (100, 260, 450):
        clock.after(seconds)
        question = (
            'sum(rate(http_requests_total{service="checkout",code=~"5.."}[1m]))'
            ' / sum(rate(http_requests_total{service="checkout"}[1m]))'
        )
        answer = await server.query(Query(question))
        shares.append(answer.series[0].last)
    assert shares[0] < 0.01 > shares[2]
    assert shares[1] > 0.1


async def test_events_tell_the_whole_of_it():
    rows = await rows_at(450)
    told = [e for e in rows["events"] if e.time > OPENED and "checkout" in e.subject]
    words = [e.native_state for e in sorted(told, key=lambda e: e.time)]
    order = [
        words.index(w)
        for w in ("ScalingReplicaSet", "SuccessfulCreate", "BackOff", "DeploymentRollback")
    ]
    assert order == sorted(order)
    assert any(e.severity is Severity.WARNING for e in told)


async def test_events_are_those_of_the_last_hour_and_keep_their_ids():
    early, late = await rows_at(1000), await rows_at(1100)
    assert all(OPENED + 1000 - 3600 < e.time <= OPENED + 1000 for e in early["events"])
    kept = {e.ref for e in early["events"] if e.time > OPENED + 1100 - 3600}
    assert kept <= {e.ref for e in late["events"]}


@pytest.mark.parametrize(("name", "scope"), [("docker", "bastion"), ("kubernetes", "blue")])
async def test_watched_events_are_the_same_as_polled_ones(name, scope):
    clock = Clock()
    provider = one(fleet_on(clock), name, scope)
    key = next(spec.key for spec in provider.sources() if spec.key.kind == "events")
    watched = []
    async for change in provider.watch(key):
        assert isinstance(change, Happened)
        watched.extend(change.events)
        if clock() > OPENED + 560:
            break
    polled = (await provider.fetch(key)).rows
    assert watched == [event for event in polled if event.time > OPENED]


async def test_pods_are_watched_row_by_row():
    clock = Clock()
    provider = one(fleet_on(clock), "kubernetes", "blue")
    key = next(spec.key for spec in provider.sources() if spec.key.kind == "containers")
    known = {row.ref: row for row in (await provider.fetch(key)).rows}
    async for change in provider.watch(key):
        if isinstance(change, Upserted):
            known |= {row.ref: row for row in change.rows}
        if isinstance(change, Removed):
            for ref in change.refs:
                del known[ref]
            if clock() > OPENED + 140:
                break
    assert set(known) == {row.ref for row in (await provider.fetch(key)).rows}


async def test_docker_only_hints_and_does_when_a_container_is_recreated():
    clock = Clock()
    provider = one(fleet_on(clock), "docker", "bastion")
    key = next(spec.key for spec in provider.sources() if spec.key.kind == "containers")
    async for change in provider.watch(key):
        assert change == Hinted()
        break
    assert OPENED + 490 < clock() < OPENED + 510


async def test_between_incidents_all_is_well_for_hours():
    clock = Clock()
    fleet = demo_fleet(now=clock)
    for seconds in range(0, 4 * int(CYCLE_S), 23):
        clock.after(seconds)
        found = {(r.ref, r.reason) for p in fleet for r in _wrong(p, clock())}
        names = {ref.name for ref, _ in found}
        if 165 <= seconds % CYCLE_S < 435:
            continue
        assert names == {"DiskFilling"}, (seconds, found)


def _wrong(provider, time):
    return [row for reader in provider.readers.values() for row in reader(time) if is_wrong(row)]


@pytest.mark.parametrize("seconds", [45, 3 * 86_400 + 45, 40 * 86_400 + 45])
async def test_a_demo_left_open_for_weeks_is_as_well_as_ever(seconds):
    seconds -= seconds % CYCLE_S
    rows = await rows_at(seconds + 45)
    assert [row.name for kind in ("capacity", "alerts") for row in rows[kind] if is_wrong(row)] == [
        "DiskFilling"
    ]
    unit = named(rows, "capacity", "deploy/api")
    assert unit.revision == f"r{41 + int(seconds // CYCLE_S)}"
    assert len([e for e in rows["events"] if "deploy/api" in e.subject]) == 8


async def test_members_that_a_bad_revision_never_reached_keep_their_name_and_image():
    def long_there(rows):
        pods = [
            p
            for p in rows["containers"]
            if p.ref.kind == "pod" and "checkout-" in p.name and p.started
        ]
        return {(p.name, p.image) for p in pods if p.observed_at - p.started > 3600}

    before, during, after = [long_there(await rows_at(t)) for t in (100.0, 250.0, 440.0)]

    assert len(during) == 3
    assert during < before
    assert during == after
