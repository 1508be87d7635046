"""Workloads: their rollout, their autoscaler, their budgets, their runs, their members."""

from __future__ import annotations

from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.describe import when
from fleetui.core.description import Row, Section, row, section
from fleetui.core.state import Health
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.autoscaling import conditions_of, metrics_of, scaling_of
from fleetui.providers.kubernetes.cron import next_run
from fleetui.providers.kubernetes.jobs import failure, outcome
from fleetui.providers.kubernetes.members import WRONG, pods_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.telling.document import (
    conditions,
    items,
    notes,
    owners,
    pairs,
    text,
    time,
)
from fleetui.providers.kubernetes.telling.pods import budgets, template
from fleetui.providers.kubernetes.units import RESOURCE_OF, Replicated

_MOST = 100
_GOOD = frozenset({"ReplicaFailure"})


def workload(raw: Any, thing: Replicated, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a Deployment and its like."""
    resource, spec = RESOURCE_OF[type(thing)], dig(raw, "spec")
    made_of = thing.spec.template if thing.spec is not None else None
    labels = made_of.metadata.labels if made_of is not None and made_of.metadata else None
    return [
        section("state", (
            row("why it was changed", _cause(raw)),
            owners(raw),
            row("strategy", *_strategy(spec)),
            row("selects", *_selector(dig(spec, "selector"))),
            row("deadline", _seconds(spec, "progressDeadlineSeconds")),
            row("ready for", _seconds(spec, "minReadySeconds")),
            row("governed by", text(spec, "serviceName")),
            row("claims", *(f"{text(one, 'metadata', 'name')}: "
                            f"{text(one, 'spec', 'resources', 'requests', 'storage')}"
                            for one in items(spec, "volumeClaimTemplates"))),
        )),
        section("autoscaler", _scaler(scene, resource, thing)),
        section("budgets", budgets(scene, thing.metadata.namespace, labels)),
        section("revisions", _revisions(scene, thing)),
        *template(dig(spec, "template", "spec"), made_of.spec if made_of is not None else None),
        conditions(raw, scene.now, _GOOD),
        section("members", _members(scene, resource, thing)),
        notes(raw),
    ]  # fmt: skip


def _cause(raw: Any) -> str:
    return dict(pairs(raw, "metadata", "annotations")).get("kubernetes.io/change-cause", "")[:300]


def _seconds(raw: Any, name: str) -> str:
    found = dig(raw, name)
    return humanise.duration(found) if isinstance(found, int) and found > 0 else ""


def _strategy(spec: Any) -> list[str]:
    found = dig(spec, "strategy") or dig(spec, "updateStrategy")
    kind = text(found, "type")
    lines = [kind] if kind else []
    for name, words in (
        ("maxSurge", "{} more at a time"), ("maxUnavailable", "{} may miss meanwhile"),
        ("partition", "only from number {} on"),
    ):  # fmt: skip
        value = text(found, "rollingUpdate", name)
        if value and (name != "partition" or value != "0"):
            lines.append(words.format(value))
    return lines


def _selector(raw: Any) -> list[str]:
    found = [clean(f"{k}={v}", 300) for k, v in pairs(raw, "matchLabels")]
    for one in items(raw, "matchExpressions"):
        values = ", ".join(clean(str(v), 63) for v in items(one, "values"))
        found.append(f"{text(one, 'key')} {text(one, 'operator')} {values}".strip())
    return found


def _scaler(scene: Scene, resource: str, thing: Replicated) -> list[Row | None]:
    scaling = scaling_of(scene, resource, thing)
    if not scaling.owner:
        return []
    meta = thing.metadata
    kind = {"deployments": "Deployment", "statefulsets": "StatefulSet"}.get(resource, "ReplicaSet")
    found = scene.group("hpas of", (meta.namespace, kind, meta.name))
    hpa: shapes.Autoscaler = next(iter(found.values()))
    status = hpa.status
    at = time_of(status.last_scale_time) if status else None
    rows: list[Row | None] = [
        row("name", clean(hpa.metadata.name, 253)),
        row("bounds", f"{scaling.low} to {scaling.high}"),
        *(row(name, f"{now} (now/goal)") for name, now in metrics_of(hpa)),
        row("wants", (status.desired_replicas if status else None)),
        row("last acted", when(at, scene.now) if at is not None else None),
        row("does not act", scaling.why, tone=Tone.WARN),
    ]
    for one in conditions_of(hpa):
        words = ": ".join(filter(None, (one.reason, one.message)))
        rows.append(row(clean(one.type, 60) or "–", clean(f"{one.status}, {words}", 400)))
    return rows


def _revisions(scene: Scene, thing: Replicated) -> list[Row | None]:
    """Return the revisions that can be gone back to, the newest first."""
    found: list[tuple[int, str, str, int]] = []
    for made in scene.group("replicasets of", thing.uid).values():
        notes = made.metadata.annotations
        number = int(notes.revision) if notes and (notes.revision or "").isdecimal() else 0
        pods = made.spec.template.spec if made.spec and made.spec.template else None
        inside = (pods.containers if pods else None) or ()
        images = ", ".join(clean(one.image or "", 200) for one in inside)
        there = (made.status.replicas if made.status else None) or 0
        found.append((number, clean(made.metadata.name, 253), images, there))
    kept = scene.group("revisions of", thing.uid).values()
    found.extend((one.revision or 0, clean(one.metadata.name, 253), "", 0) for one in kept)
    found.sort(reverse=True)
    return [
        row(
            str(number or "–"),
            name,
            images,
            f"{there} {'pod' if there == 1 else 'pods'}" if there else None,
        )
        for number, name, images, there in found[:_MOST]
    ]


def _members(scene: Scene, resource: str, thing: Any) -> list[Row | None]:
    rows: list[Row | None] = []
    pods = sorted(pods_of(scene, resource, thing), key=lambda pod: pod.metadata.name)
    for pod in pods[:_MOST]:
        verdict = scene.verdict(pod)
        wrong = verdict.state in WRONG or verdict.health is Health.UNHEALTHY
        node = clean((pod.spec.node_name if pod.spec else None) or "", 253)
        said = [
            f"{verdict.ready}/{verdict.total}",
            verdict.word,
            f"restarted {verdict.restarts}×" if verdict.restarts else "",
            f"on {node}" if node else "",
        ]
        why = Cell(verdict.reason, Tone.WARN if wrong else Tone.MUTED) if verdict.reason else None
        rows.append(row(clean(pod.metadata.name, 253),
                        Cell(", ".join(filter(None, said)), Tone.WARN if wrong else Tone.NORMAL),
                        why))  # fmt: skip
    if len(pods) > _MOST:
        rows.append(row("more", Cell(f"{len(pods) - _MOST} more are not shown", Tone.MUTED)))
    return rows


def job(raw: Any, thing: shapes.Job, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a Job."""
    now, spec, status = scene.now, dig(raw, "spec"), dig(raw, "status")
    made_of = thing.spec.template if thing.spec is not None else None
    return [
        section("state", (
            owners(raw),
            row("why it failed", failure(thing), tone=Tone.CRITICAL),
            row("succeeded", text(status, "succeeded")),
            row("failed tries", text(status, "failed"), tone=Tone.WARN),
            row("tries", f"{text(spec, 'backoffLimit') or '6'} may fail"),
            row("at a time", text(spec, "parallelism")),
            row("wanted", text(spec, "completions")),
            row("time limit", _seconds(spec, "activeDeadlineSeconds")),
            row("kept for", _seconds(spec, "ttlSecondsAfterFinished")),
            row("started", time(status, now, "startTime")),
            row("done", time(status, now, "completionTime")),
            row("took", _took(status)),
        )),
        *template(dig(spec, "template", "spec"), made_of.spec if made_of is not None else None),
        conditions(raw, now, frozenset({"Failed", "FailureTarget", "Suspended"})),
        section("members", _members(scene, "jobs", thing)),
        notes(raw),
    ]  # fmt: skip


def _took(status: Any) -> str:
    begun, done = (time_of(text(status, n)) for n in ("startTime", "completionTime"))
    return humanise.duration(done - begun) if begun is not None and done is not None else ""


def cronjob(raw: Any, thing: shapes.CronJob, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a CronJob."""
    now, spec, status = scene.now, dig(raw, "spec"), dig(raw, "status")
    schedule, zone = text(spec, "schedule"), text(spec, "timeZone")
    at = next_run(schedule, zone, now)
    suspended = dig(spec, "suspend") is True
    inner = thing.spec.job_template.spec if thing.spec and thing.spec.job_template else None
    made_of = inner.template if inner is not None else None
    runs = sorted(
        scene.group("jobs of", thing.uid).values(),
        key=lambda one: one.metadata.creation_timestamp or "",
        reverse=True,
    )
    return [
        section("state", (
            owners(raw),
            row("schedule", schedule),
            row("time zone", zone or Cell("the server's", Tone.MUTED)),
            row("next", Cell("suspended", Tone.WARN) if suspended
                else when(at, now) if at is not None else None),
            row("last begun", time(status, now, "lastScheduleTime")),
            row("last succeeded", time(status, now, "lastSuccessfulTime")),
            row("where one still runs", text(spec, "concurrencyPolicy")),
            row("may be late by", _seconds(spec, "startingDeadlineSeconds")),
        )),
        section("members", [_run(one, now) for one in runs[:_MOST]]),
        *template(dig(spec, "jobTemplate", "spec", "template", "spec"),
                  made_of.spec if made_of is not None else None),
        notes(raw),
    ]  # fmt: skip


def _run(one: shapes.Job, now: float) -> Row | None:
    over = outcome(one)
    created = time_of(one.metadata.creation_timestamp)
    wrong = over == "Failed"
    words = f"{over or 'runs'}{f': {failure(one)}' if wrong else ''}"
    return row(
        clean(one.metadata.name, 253),
        Cell(words, Tone.WARN if wrong else Tone.NORMAL),
        when(created, now) if created is not None else None,
    )
