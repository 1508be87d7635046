"""What policy says of plans: every rule, alone and together, with where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from scripted_writer import NumberWriter, door_of, scale, unit

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Confirm, Freeze, Policy, judge
from fleetui.actions.proposal import Refused
from fleetui.core.change import Ask, Caution, Plan, Verb
from fleetui.core.ref import Ref
from fleetui.core.windows import window

NOW = 1_795_795_200.0  # Friday, 2026-11-27 16:00 UTC
PROD = frozenset({("aws", "prod")})


def plan(name: str = "web", *, verb: Verb = Verb.SCALE, scope: str = "prod", amount: int = 0,
         grave: bool = False, refused: str = "") -> Plan:  # fmt: skip
    cautions = (Caution("data is lost", grave=True),) if grave else (Caution("it takes a while"),)
    return Plan(ask=Ask(verb, unit(name, scope)), amount=amount, cautions=cautions,
                refused=refused)  # fmt: skip


def lines(policy: Policy, *plans: Plan, now: float = NOW) -> list[str]:
    return [refusal.line for refusal in judge(policy, plans, now).refusals]


def test_without_rules_everything_may_be_done_after_one_key() -> None:
    verdict = judge(Policy(), [plan(amount=10_000), plan("api")], NOW)
    assert verdict.allowed
    assert (verdict.confirm, verdict.word, verdict.needs_reason) == (Confirm.KEY, "", False)


@pytest.mark.parametrize(("glob", "shut"), [("asg/w*", True), ("aws/*", True), ("db-*", False)])
def test_what_is_protected_is_left_alone(glob: str, shut: bool) -> None:
    policy = Policy(protect=((glob, "config.toml:41"),))
    told = f'asg/web is protected by "{glob}" (policy.protect, config.toml:41)'
    assert lines(policy, plan()) == ([told] if shut else [])


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (3, []),
        (-3, []),
        (4, ["asg/web: +4 is more than 3 in one step (policy.max_step, c.toml:7)"]),
        (-4, ["asg/web: −4 is more than 3 in one step (policy.max_step, c.toml:7)"]),
    ],
)
def test_a_step_may_not_be_too_large_either_way(amount: int, told: list[str]) -> None:
    policy = Policy(max_step=3, places={"max_step": "c.toml:7"})
    assert lines(policy, plan(amount=amount)) == told


async def test_to_zero_is_a_step_like_any_other() -> None:
    writer = NumberWriter(desired={"web": 4, "api": 2, "db": 1})
    door = door_of(writer, policy=Policy(max_step=3))
    to_zero = await door.propose([scale("0")])
    assert [r.rule for r in to_zero.verdict.refusals] == ["policy.max_step"]
    assert (await door.propose([scale("0", "api")])).verdict.allowed


def test_what_does_not_grow_has_no_step() -> None:
    stop = replace(plan(verb=Verb.STOP), amount=None)
    assert lines(Policy(max_step=1), stop) == []


def test_too_many_at_once_are_refused_once() -> None:
    policy = Policy(max_targets=2, places={"max_targets": "c.toml:8"})
    assert lines(policy, plan("a"), plan("b")) == []
    assert lines(policy, plan("a"), plan("b"), plan("c")) == [
        "3 targets are more than 2 at once (policy.max_targets, c.toml:8)"
    ]


def test_a_freeze_says_how_long_it_lasts() -> None:
    freezes = (
        Freeze.of(window("Fri 16:00 - Mon 08:00 UTC"), "c.toml:10"),
        Freeze.of(window("2026-12-23 00:00 - 2027-01-02 00:00 UTC"), "c.toml:11"),
    )
    policy = Policy(freezes=freezes)
    assert lines(policy, plan()) == [
        "nothing is changed for 2d 16h more: Fri 16:00 - Mon 08:00 UTC (policy.freeze, c.toml:10)"
    ]
    assert lines(policy, plan(), now=NOW - 1) == []


async def test_a_freeze_that_begins_while_the_plan_is_read_still_counts() -> None:
    now = NOW - 5
    policy = Policy(freezes=(Freeze.of(window("Fri 16:00 - Mon 08:00 UTC"), "c.toml:10"),))
    writer = NumberWriter()
    door = door_of(writer, policy=policy, now=lambda: now)
    proposal = await door.propose([scale("3")])
    assert proposal.verdict.allowed
    now = NOW + 5
    with pytest.raises(Refused, match="nothing is changed for 2d 15h more"):
        door.begin(proposal)
    assert writer.sent() == []


def test_every_rule_that_is_broken_is_told_at_once() -> None:
    policy = Policy(
        protect=(("asg/web", "c:3"), ("aws/*", "c:4")),
        max_step=1,
        max_targets=1,
        freezes=(Freeze.of(window("Mon 00:00 - Sun 23:59 UTC"), "c:9"),),
        places={"max_step": "c:5", "max_targets": "c:6"},
    )
    found = judge(policy, [plan(amount=5, refused="no room"), plan("web", amount=0)], NOW)
    assert [(r.rule, r.place) for r in found.refusals] == [
        ("back end", ""),
        ("policy.protect", "c:3"),
        ("policy.protect", "c:4"),
        ("policy.max_step", "c:5"),
        ("policy.max_targets", "c:6"),
        ("policy.freeze", "c:9"),
    ]
    assert not found.allowed


@pytest.mark.parametrize(
    ("plans", "production", "word"),
    [
        ([plan()], False, ""),
        ([plan()], True, "web"),
        ([plan(), plan("api")], True, "2"),
        ([plan(), plan("api")], False, ""),
        ([plan(grave=True)], False, ""),
        ([plan(verb=Verb.REMOVE)], False, ""),
        ([plan(verb=Verb.REMOVE, grave=True)], False, "web"),
        ([plan(verb=Verb.PRUNE, grave=True)], False, "web"),
        ([plan(grave=True), plan("api"), plan("db")], False, "3"),
        ([plan(scope="dev"), plan("api")], True, "2"),
        ([plan(scope="dev")], True, ""),
    ],
)
def test_what_is_worth_typing(plans: Sequence[Plan], production: bool, word: str) -> None:
    verdict = judge(Policy(production=PROD if production else frozenset()), plans, NOW)
    assert verdict.word == word
    assert verdict.confirm is (Confirm.NAME if word else Confirm.KEY)


@pytest.mark.parametrize(
    ("rule", "scope", "needed"),
    [
        ("never", "prod", False),
        ("production", "prod", True),
        ("production", "dev", False),
        ("always", "dev", True),
    ],
)
def test_when_a_reason_must_be_given(rule: str, scope: str, needed: bool) -> None:
    verdict = judge(Policy(production=PROD, reason=rule), [plan(scope=scope)], NOW)
    assert verdict.needs_reason is needed


async def test_a_reason_of_blanks_is_none() -> None:
    policy = Policy(reason="always", places={"reason": "c.toml:9"})
    writer = NumberWriter()
    door = door_of(writer, policy=policy)
    proposal = await door.propose([scale("3")])
    with pytest.raises(Refused, match=r"a reason must be given \(policy.reason, c.toml:9\)"):
        door.begin(proposal, reason="  ")
    assert writer.sent() == []


def test_the_first_gate_that_fits_is_the_one() -> None:
    one, other = GateSpec("one", max=1), GateSpec("other", max=1)
    policy = Policy(gates=(("asg/web-*", one), ("aws/*", other)))
    assert policy.gate_of(Ref("aws", "prod", "asg", "u", "web-1")) is one
    assert policy.gate_of(Ref("aws", "prod", "asg", "u", "api")) is other
    assert policy.gate_of(Ref("gcp", "prod", "mig", "u", "api")) is None
