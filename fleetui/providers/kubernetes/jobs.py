"""Jobs and CronJobs as capacity units."""

from __future__ import annotations

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.objects import CapacityUnit, Link
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.capabilities import LEAVING, of_unit
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.members import condition_of, members_of
from fleetui.providers.kubernetes.scene import Scene


def outcome(job: shapes.Job) -> str:
    """Return `Complete`, `Failed`, `Suspended`, or nothing while it is at work."""
    for name in ("Failed", "Complete", "Suspended"):
        found = condition_of(job, name)
        if found is not None and found.status == "True":
            return name
    return "Suspended" if job.spec is not None and job.spec.suspend else ""


def failure(job: shapes.Job) -> str:
    """Return why a Job has failed."""
    found = condition_of(job, "Failed")
    if found is None:
        return ""
    words = f"{found.reason or 'failed'}{f': {found.message}' if found.message else ''}"
    return redact(clean(words, 300))


def job_row(scene: Scene, job: shapes.Job) -> CapacityUnit:
    """Return the row of a Job: what is done or runs well of what is wanted."""
    meta, status = job.metadata, job.status
    members = members_of(scene, "jobs", job)
    over = outcome(job)
    done = (status.succeeded if status else None) or 0
    active = (status.active if status else None) or 0
    wanted = _wanted(job)
    # Servers before 1.24 do not count those that are ready.
    ready = status.ready if status is not None and status.ready is not None else members.running
    leaving = bool(meta.deletion_timestamp)
    state, health, reason = _state(job, over, members.reason, leaving=leaving)
    if state is State.RUNNING and active and not ready:
        health = Health.STARTING
    links = list(members.links)
    owner = scene.unit_of(job)
    if owner is not None:
        links.append(Link("part_of", owner))
    return CapacityUnit(
        ref=scene.ref("jobs", job),
        state=state,
        native_state="Terminating" if leaving else over or f"{done}/{wanted} done",
        health=health,
        reason=reason,
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=tuple(links),
        capabilities=of_unit(
            "job", leaving=leaving, paused=over == "Suspended", scaler="", state=over
        ),
        desired=wanted,
        running=active,
        ready=min(wanted, done + ready),
        pending=max(0, active - members.running) if active else 0,
    )


def _wanted(job: shapes.Job) -> int:
    spec = job.spec
    if spec is None:
        return 1
    if spec.completions is not None:
        return spec.completions
    # A queue: each works until there is nothing left, and one that ends well is enough.
    return 1 if spec.parallelism is None else spec.parallelism


def _state(job: shapes.Job, over: str, members: str, *, leaving: bool) -> tuple[State, Health, str]:
    if leaving:
        return State.STOPPING, Health.NONE, LEAVING
    if over == "Complete":
        return State.STOPPED, Health.NONE, ""
    if over == "Failed":
        return State.FAILED, Health.UNHEALTHY, failure(job)
    if over == "Suspended":
        return State.PAUSED, Health.NONE, "suspended"
    status = job.status
    failed = (status.failed if status else None) or 0
    active = (status.active if status else None) or 0
    tries = f"{failed} {'try has' if failed == 1 else 'tries have'} failed" if failed else ""
    reason = "; ".join(filter(None, (tries, members)))
    if reason:
        return State.DEGRADED, Health.UNHEALTHY, reason
    return (State.RUNNING if active else State.PENDING), Health.NONE, ""


def cronjob_row(scene: Scene, cron: shapes.CronJob) -> CapacityUnit:
    """Return the row of a CronJob: its schedule owns the number, and its last run how it is."""
    meta, spec, status = cron.metadata, cron.spec, cron.status
    jobs: list[shapes.Job] = list(scene.group("jobs of", cron.uid).values())
    active = len((status.active if status else None) or ())
    suspended = bool(spec and spec.suspend)
    leaving = bool(meta.deletion_timestamp)
    state, health, reason = _cron_state(scene, jobs, active, suspended=suspended, leaving=leaving)
    return CapacityUnit(
        ref=scene.ref("cronjobs", cron),
        state=state,
        native_state="Terminating" if leaving else "Suspended" if suspended else "Scheduled",
        health=health,
        reason=reason,
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=tuple(Link("has", scene.ref("jobs", job)) for job in jobs),
        capabilities=of_unit("cronjob", leaving=leaving, paused=suspended, scaler="", state=""),
        running=active,
        autoscaler=schedule_words(cron, scene.now),
    )


def schedule_words(cron: shapes.CronJob, now: float) -> str:
    """`cron */5 * * * *, next 15:05`: the time of the next run in UTC, with its day where far."""
    spec = cron.spec
    if spec is None or not spec.schedule:
        return ""
    zone = f" {spec.time_zone}" if spec.time_zone else ""
    words = f"cron {spec.schedule}{zone}"
    if not spec.suspend:
        # Calendars and zones: few screens hold a CronJob.
        from fleetui.providers.kubernetes.cron import next_run

        at = next_run(spec.schedule, spec.time_zone or "", now)
        stamp = humanise.iso(at)
        if at is not None and stamp:
            near = at - now < 86_400
            words += f", next {stamp[11:16] if near else stamp[:16].replace('T', ' ')}Z"
    return clean(words, 120)


def last_over(jobs: list[shapes.Job]) -> shapes.Job | None:
    """Return the newest Job that has ended."""
    over = [job for job in jobs if outcome(job) in {"Complete", "Failed"}]
    return max(over, key=lambda job: job.metadata.creation_timestamp or "", default=None)


def _cron_state(
    scene: Scene, jobs: list[shapes.Job], active: int, *, suspended: bool, leaving: bool
) -> tuple[State, Health, str]:
    if leaving:
        return State.STOPPING, Health.NONE, LEAVING
    last = last_over(jobs)
    failed = f"the last run failed: {failure(last)}" if last and outcome(last) == "Failed" else ""
    if suspended:
        return State.PAUSED, Health.NONE, "; ".join(filter(None, ("suspended", failed)))
    running = [members_of(scene, "jobs", job).reason for job in jobs if not outcome(job)]
    bad = next(filter(None, running), "")
    if failed or bad:
        reason = "; ".join(filter(None, (failed, f"running: {bad}" if bad else "")))
        return State.DEGRADED, Health.UNHEALTHY, reason
    if active:
        return State.RUNNING, Health.HEALTHY, ""
    # It waits for its time, which is what it should do.
    return State.RUNNING, Health.HEALTHY if last else Health.NONE, ""
