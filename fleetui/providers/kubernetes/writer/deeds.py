"""Every verb for every kind of thing of a cluster."""

from __future__ import annotations

from fleetui.core.change import Verb
from fleetui.providers.kubernetes.writer.deed import Deed
from fleetui.providers.kubernetes.writer.pausing import Pause, Unpause
from fleetui.providers.kubernetes.writer.redeploying import Redeploy, Restart
from fleetui.providers.kubernetes.writer.rollback import Rollback
from fleetui.providers.kubernetes.writer.scaling import Scale

DEEDS: dict[tuple[str, Verb], Deed] = {
    **{(kind, Verb.SCALE): Scale() for kind in ("deploy", "sts", "rs")},
    **{(kind, Verb.RESTART): Restart() for kind in ("deploy", "sts", "ds")},
    **{(kind, Verb.REDEPLOY): Redeploy() for kind in ("deploy", "sts", "ds")},
    **{(kind, Verb.ROLLBACK): Rollback() for kind in ("deploy", "sts", "ds")},
    ("deploy", Verb.PAUSE): Pause(),
    ("deploy", Verb.UNPAUSE): Unpause(),
}
