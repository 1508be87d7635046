"""Every verb for every kind of thing of a cluster."""

from __future__ import annotations

from fleetui.core.change import Verb
from fleetui.providers.kubernetes.writer.cordoning import Cordon, Uncordon
from fleetui.providers.kubernetes.writer.debugging import Debug
from fleetui.providers.kubernetes.writer.deed import Deed
from fleetui.providers.kubernetes.writer.draining import Drain
from fleetui.providers.kubernetes.writer.editing import Edit
from fleetui.providers.kubernetes.writer.forwarding.deed import FORWARDED, Forward
from fleetui.providers.kubernetes.writer.jobs import Resume, Suspend, Trigger
from fleetui.providers.kubernetes.writer.parallel import ScaleJob
from fleetui.providers.kubernetes.writer.pausing import Pause, Unpause
from fleetui.providers.kubernetes.writer.redeploying import Redeploy, Restart
from fleetui.providers.kubernetes.writer.removing import RemovePod, RestartPod
from fleetui.providers.kubernetes.writer.removing_owners import RemoveOwner
from fleetui.providers.kubernetes.writer.resizing import Resize
from fleetui.providers.kubernetes.writer.resizing_pods import ResizePod
from fleetui.providers.kubernetes.writer.rollback import Rollback
from fleetui.providers.kubernetes.writer.scaling import Scale
from fleetui.providers.kubernetes.writer.shell import RunCommand
from fleetui.providers.kubernetes.writer.target import KINDS

Deeds = dict[tuple[str, Verb], Deed]


def deeds() -> Deeds:
    """Return a deed for each verb of each kind; those that take long know of their own only."""
    return {
        **{(kind, Verb.SCALE): Scale() for kind in ("deploy", "sts", "rs")},
        **{(kind, Verb.RESTART): Restart() for kind in ("deploy", "sts", "ds")},
        **{(kind, Verb.REDEPLOY): Redeploy() for kind in ("deploy", "sts", "ds")},
        **{(kind, Verb.ROLLBACK): Rollback() for kind in ("deploy", "sts", "ds")},
        **{(kind, Verb.RESIZE): Resize() for kind in ("deploy", "sts", "ds")},
        ("pod", Verb.REMOVE): RemovePod(),
        ("pod", Verb.RESTART): RestartPod(),
        ("pod", Verb.EXEC): RunCommand(),
        ("pod", Verb.DEBUG): Debug(),
        ("pod", Verb.RESIZE): ResizePod(),
        **{(kind, Verb.FORWARD): Forward() for kind in FORWARDED},
        ("node", Verb.CORDON): Cordon(),
        ("node", Verb.UNCORDON): Uncordon(),
        ("node", Verb.DRAIN): Drain(),
        **{(kind, Verb.SUSPEND): Suspend() for kind in ("cronjob", "job")},
        **{(kind, Verb.RESUME): Resume() for kind in ("cronjob", "job")},
        ("cronjob", Verb.TRIGGER): Trigger(),
        ("deploy", Verb.PAUSE): Pause(),
        ("deploy", Verb.UNPAUSE): Unpause(),
        **{(kind, Verb.EDIT): Edit() for kind in KINDS},
        **{(kind, Verb.REMOVE): RemoveOwner() for kind in KINDS if kind not in {"pod", "node"}},
        ("job", Verb.SCALE): ScaleJob(),
    }
