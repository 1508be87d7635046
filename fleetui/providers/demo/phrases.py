"""How each back end words its events."""

from __future__ import annotations

from fleetui.core.state import Severity
from fleetui.providers.demo.happenings import Phrase, Phrases, What

_BAD = Severity.WARNING

KUBERNETES: Phrases = {
    What.BEGUN: Phrase("ScalingReplicaSet", "deployment updated: {before} → {after}"),
    What.BACK: Phrase("DeploymentRollback", "rolled back deployment {unit} to {after}", _BAD),
    What.DONE: Phrase("NewReplicaSetAvailable", "{unit} {after} has successfully progressed"),
    What.BORN: Phrase("SuccessfulCreate", "created pod {name}"),
    What.READY: Phrase("Started", "started container {unit}, image {revision}"),
    What.FAILED: Phrase("BackOff", "back-off restarting failed container {unit}: exit 1", _BAD),
    What.GONE: Phrase("Killing", "stopping container {unit}"),
    What.OUT: Phrase("SuccessfulRescale", "new size: {high}; reason: cpu utilization above target"),
    What.IN: Phrase("SuccessfulRescale", "new size: {low}; reason: all metrics below target"),
}
ECS: Phrases = {
    What.BEGUN: Phrase("SERVICE_DEPLOYMENT_IN_PROGRESS", "deployment {before} → {after} began"),
    What.BACK: Phrase("SERVICE_DEPLOYMENT_FAILED", "deployment failed: back to {after}", _BAD),
    What.DONE: Phrase("SERVICE_STEADY_STATE", "{unit} has reached a steady state with {after}"),
    What.BORN: Phrase("SERVICE_TASK_STARTED", "has started 1 task: {name}"),
    What.READY: Phrase("SERVICE_TARGET_REGISTERED", "registered 1 target in tg/{unit}"),
    What.FAILED: Phrase("SERVICE_TASK_UNHEALTHY", "task failed checks: HTTP 503 on /ready", _BAD),
    What.GONE: Phrase("SERVICE_TASK_STOPPED", "has stopped 1 running task: {name}"),
}  # fmt: skip
ASG: Phrases = {
    What.BEGUN: Phrase("InstanceRefreshStarted", "instance refresh {before} → {after} began"),
    What.DONE: Phrase("InstanceRefreshSucceeded", "instance refresh to {after} is done"),
    What.BORN: Phrase("Launching", "launching a new EC2 instance: {uid}"),
    What.READY: Phrase("InService", "{uid} is in service"),
    What.GONE: Phrase("Terminating", "terminating EC2 instance: {uid}"),
    What.OUT: Phrase("AlarmHigh", "alarm TargetTracking-{unit}-AlarmHigh: capacity {low} → {high}"),
    What.IN: Phrase("AlarmLow", "alarm TargetTracking-{unit}-AlarmLow: capacity {high} → {low}"),
}
COMPOSE: Phrases = {
    What.BORN: Phrase("start", "started"),
    What.READY: Phrase("health_status", "check says healthy"),
    What.GONE: Phrase("die", "ended, exit 0"),
}
JOB_BEGUN = Phrase("start", "started")
JOB_ENDED = Phrase("die", "ended, exit 0")
JOB_REMOVED = Phrase("destroy", "removed")
