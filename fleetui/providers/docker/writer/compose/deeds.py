"""Every verb for a compose service."""

from __future__ import annotations

from fleetui.core.change import Verb
from fleetui.providers.docker.writer.compose.halfway import Finish, PutBack
from fleetui.providers.docker.writer.compose.lifecycle import Restart, Start, Stop
from fleetui.providers.docker.writer.compose.redeploying import Redeploy, Rollback
from fleetui.providers.docker.writer.compose.scaling import Scale
from fleetui.providers.docker.writer.deed import Deed
from fleetui.providers.docker.writer.halfway import BACK, FINISH

COMPOSE: dict[tuple[str, Verb], Deed] = {
    ("compose", Verb.SCALE): Scale(),
    ("compose", Verb.REDEPLOY): Redeploy(),
    ("compose", Verb.ROLLBACK): Rollback(),
    ("compose", Verb.RESTART): Restart(),
    ("compose", Verb.STOP): Stop(),
    ("compose", Verb.START): Start(),
}

COMPOSE_RESTS: dict[tuple[str, str], Deed] = {
    ("compose", FINISH): Finish(),
    ("compose", BACK): PutBack(),
}
