"""Prometheus of the demo: alerts that follow the story, and what is scraped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fleetui.core.objects import Alert, Capability, Event, Link, Target
from fleetui.core.ref import Ref
from fleetui.core.state import Health, Severity, State
from fleetui.providers.demo import happenings, noise, story
from fleetui.providers.demo.happenings import Phrase
from fleetui.providers.demo.rows import unit_ref
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

SCRAPE_S = 15.0
JOBS: dict[str, tuple[str, ...]] = {
    "node": ("db-1", "bastion", "ci", "db-2", "ecs-1", "ecs-2", "nas", "warehouse-1"),
    "api": ("api-0", "api-1"),
    "checkout": ("checkout-0", "checkout-1"),
    "prometheus": ("localhost",),
    "blackbox": ("shop.acme.example",),
}
_PORTS = {"node": 9100, "api": 8080, "checkout": 8080, "prometheus": 9090, "blackbox": 9115}
RESTART_EVERY_S, RESTART_AT_S, RESTART_FOR_S = 3600.0, 2400.0, 50.0
"""The server is restarted once an hour, 20 minutes before the hour of opening comes round."""

_PENDING, _FIRING = Phrase("pending", "alert pending"), Phrase("firing", "alert firing")


def down(opened: float, time: float) -> bool:
    """Whether the scraper was being restarted at this time, so that nothing was recorded."""
    return (time - opened - RESTART_AT_S) % RESTART_EVERY_S < RESTART_FOR_S


class Monitoring:
    """One Prometheus: reads its alerts and targets at a moment."""

    def __init__(self, world: World, specs: Sequence[UnitSpec], jobs: dict[str, int]) -> None:
        self.world = world
        self._specs = {spec.key: spec for spec in specs}
        self.jobs = {job: names[: jobs[job]] for job, names in JOBS.items() if jobs.get(job)}

    def trouble(self, service: str, time: float) -> float:
        """Return how badly a service is hit by the incident of the moment, from 0 to 1."""
        found = story.incident(self.world.opened, time)
        if found is None or found.unit not in self._specs:
            return 0.0
        return found.errors(time) if self._specs[found.unit].name == service else 0.0

    def alerts(self, time: float) -> list[Alert]:
        """Return what is pending or firing."""
        return [self._disk(time), *self._errors(time)]

    def _disk(self, time: float) -> Alert:
        since = round(self.world.opened - 41 * 60, 3)
        return Alert(
            ref=Ref("prometheus", "main", "alert", self._uid("disk"), "DiskFilling"),
            state=State.DEGRADED,
            native_state="firing",
            reason="db-1 /var is 91 % full: full in 5 days at this rate",
            labels=self.world.labels(
                alertname="DiskFilling", instance="db-1:9100", severity="warning"
            ),
            created=since,
            observed_at=self.world.settled(time),
            links=(Link("about", self.target_ref("node", "db-1")),),
            capabilities=(Capability("describe", True),),
            severity=Severity.WARNING,
            summary="db-1 /var 91 %",
            expression=(
                'node_filesystem_avail_bytes{mountpoint="/var"} / node_filesystem_size_bytes < 0.1'
            ),
            value=0.09,
            since=since,
        )

    def _errors(self, time: float) -> list[Alert]:
        found = story.incident(self.world.opened, time)
        if found is None or found.unit not in self._specs:
            return []
        offset = time - found.start
        if not story.ALERT_PENDING_S <= offset < story.ALERT_OVER_S:
            return []
        firing = offset >= story.ALERT_FIRING_S
        spec = self._specs[found.unit]
        share = self.world.error_share(self.world.settled(time))
        since = round(found.start + story.ALERT_PENDING_S, 3)
        said = f"{spec.name} 5xx {share * 100:.1f} % > 1 %"
        name = f"{spec.name.title()}Errors"
        return [
            Alert(
                ref=Ref("prometheus", "main", "alert", self._uid(name), name),
                state=State.FAILED if firing else State.PENDING,
                native_state="firing" if firing else "pending",
                reason=self.world.text(said),
                labels=self.world.labels(alertname=name, service=spec.name, severity="critical"),
                created=since,
                observed_at=self.world.settled(time),
                links=(Link("about", unit_ref(self.world, spec)),),
                capabilities=(Capability("describe", True),),
                severity=Severity.CRITICAL,
                summary=said,
                expression=(
                    f'sum(rate(http_requests_total{{service="{spec.name}",code="500"}}[1m]))'
                    f' / sum(rate(http_requests_total{{service="{spec.name}"}}[1m])) > 0.01'
                ),
                value=round(share, 4),
                since=since,
            )
        ]

    def history(self, ref: Ref, time: float) -> list[Event]:
        """Return how an alert came about, as the server's own series remember it."""
        alert = next((one for one in self.alerts(time) if one.ref == ref), None)
        if alert is None or alert.since is None:
            return []
        firing = alert.since + story.ALERT_FIRING_S - story.ALERT_PENDING_S
        moments = [(alert.since, _PENDING), (firing, replace(_FIRING, severity=alert.severity))]
        return [
            happenings.event(self.world, ref.scope, phrase, at, ref, {})
            for at, phrase in moments
            if at <= time
        ]

    def targets(self, time: float) -> list[Target]:
        """Return what is scraped."""
        return [self._target(job, name, time) for job, names in self.jobs.items() for name in names]

    def target_ref(self, job: str, name: str) -> Ref:
        """Return the identity of a target: `job/instance`."""
        instance = f"{name}:{_PORTS[job]}"
        return Ref("prometheus", "main", "target", f"{job}/{instance}", instance)

    def _target(self, job: str, name: str, time: float) -> Target:
        seed, ref = self.world.seed, self.target_ref(job, name)
        shift = SCRAPE_S * noise.share(seed, "scrape", job, name)
        scraped = (
            self.world.opened + shift + SCRAPE_S * ((time - self.world.opened - shift) // SCRAPE_S)
        )
        return Target(
            ref=ref,
            state=State.RUNNING,
            native_state="up",
            health=Health.HEALTHY,
            labels=self.world.labels(job=job, instance=ref.name),
            observed_at=round(scraped, 3),
            capabilities=(Capability("describe", True),),
            job=job,
            url=f"http://{ref.name}/metrics",
            last_scrape=round(scraped, 3),
            scrape_s=round(0.004 + 0.05 * noise.share(seed, ref.name, round(scraped)), 4),
            interval_s=SCRAPE_S,
        )

    def _uid(self, name: str) -> str:
        return noise.identity(self.world.seed, 16, "alert", name)
