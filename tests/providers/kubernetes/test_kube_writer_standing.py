"""How far a workload is, by its status alone."""

from __future__ import annotations

from typing import Any

import pytest
from kube_writable import deployment, ref

from fleetui.providers.kubernetes.writer.standing import UNSEEN, failure, rollout, scaled
from fleetui.providers.kubernetes.writer.surroundings import strategy_of
from fleetui.providers.kubernetes.writer.target import Target, selector_text


def target(kind: str, spec: dict[str, Any], generation: int = 2, **status: Any) -> Target:
    raw = {
        "metadata": {"generation": generation}, "spec": spec,
        "status": {"observedGeneration": 2, **status},
    }  # fmt: skip
    return Target(ref(kind), raw, "/x")


STS = {"currentRevision": "a", "updateRevision": "b", "replicas": 3}


@pytest.mark.parametrize(
    ("spec", "status", "done", "text"),
    [
        ({}, {**STS, "updatedReplicas": 1, "readyReplicas": 3}, False, "1 of 3 updated"),
        ({}, {**STS, "updatedReplicas": 3, "readyReplicas": 2}, False, "2 of 3 ready"),
        ({}, {**STS, "currentRevision": "b", "readyReplicas": 3}, True, "3 of 3 ready"),
        ({"updateStrategy": {"rollingUpdate": {"partition": 2}}},
         {**STS, "updatedReplicas": 1, "readyReplicas": 3}, True,
         "3 of 3 ready; its partition keeps 2 as they were"),
        ({"updateStrategy": {"type": "OnDelete"}}, {**STS, "updatedReplicas": 0}, True,
         "taken: each pod is replaced when it is deleted, 0 of 3 are"),
    ],
)  # fmt: skip
def test_a_stateful_set(
    spec: dict[str, Any], status: dict[str, Any], done: bool, text: str
) -> None:
    found = rollout(target("sts", {"replicas": 3, **spec}, **status))
    assert (found.done, found.text) == (done, text)


def test_a_daemon_set_counts_its_nodes() -> None:
    counts = {"desiredNumberScheduled": 4, "updatedNumberScheduled": 4, "numberAvailable": 3}
    assert rollout(target("ds", {}, **counts)).text == "3 of 4 available"
    assert rollout(target("ds", {}, **{**counts, "numberAvailable": 4})).done


@pytest.mark.parametrize("kind", ["deploy", "sts", "ds"])
def test_a_status_of_before_says_nothing(kind: str) -> None:
    found = rollout(target(kind, {"replicas": 0}, generation=3))
    assert (found.done, found.seen, found.text) == (False, False, UNSEEN)


def test_how_those_are_that_were_there_is_not_waited_for() -> None:
    one = target("deploy", {"replicas": 3}, replicas=3, availableReplicas=2)
    assert scaled(one, 2).done
    assert not scaled(one, 3).done
    assert scaled(target("rs", {"replicas": 0}, replicas=0), 0).text == "none is left"


def test_why_no_pod_can_be_made() -> None:
    said = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    assert failure(target("rs", {}, conditions=[said]).raw) == "exceeded quota: small"
    assert failure(target("rs", {}, conditions=[{**said, "status": "False"}]).raw) == ""
    assert failure(target("rs", {}, generation=3, conditions=[said]).raw) == ""


def test_how_pods_are_replaced_is_told_in_words() -> None:
    assert (
        strategy_of(target("deploy", deployment()["spec"])) == "rolling, 1 more and 0 less at most"
    )
    recreate = {"strategy": {"type": "Recreate"}}
    assert strategy_of(target("deploy", recreate)) == "all at once: none is left meanwhile"
    assert strategy_of(target("sts", {})) == "one after another, the last first"


def test_a_selector_is_written_as_the_api_reads_it() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
        {"key": "zone", "operator": "NotIn", "values": ["c"]},
        {"key": "app", "operator": "Exists"},
    ]
    selector = {"matchLabels": {"app": "web"}, "matchExpressions": expressions}
    assert selector_text(selector) == "app=web,tier in (a,b),!old,zone notin (c),app"
