"""Every verb for every kind of thing of an engine."""

from __future__ import annotations

from fleetui.core.change import Verb
from fleetui.providers.docker.writer.compose.deeds import COMPOSE, COMPOSE_RESTS
from fleetui.providers.docker.writer.deed import Deed
from fleetui.providers.docker.writer.halfway import BACK, FINISH, Finish, PutBack
from fleetui.providers.docker.writer.images import PullImage, RemoveImage
from fleetui.providers.docker.writer.lifecycle import (
    Kill,
    Pause,
    Restart,
    RunCommand,
    Start,
    Stop,
    Unpause,
)
from fleetui.providers.docker.writer.limits import Resize
from fleetui.providers.docker.writer.pruning import PruneImages, PruneNetworks, PruneVolumes
from fleetui.providers.docker.writer.redeploying import Redeploy, Rollback
from fleetui.providers.docker.writer.removing import RemoveContainer, Rename
from fleetui.providers.docker.writer.stores import RemoveNetwork, RemoveVolume

# A row can be asked to prune: it stands for all of its kind then, as does the plural.
DEEDS: dict[tuple[str, Verb], Deed] = {
    **COMPOSE,
    ("container", Verb.START): Start(),
    ("container", Verb.STOP): Stop(),
    ("container", Verb.RESTART): Restart(),
    ("container", Verb.PAUSE): Pause(),
    ("container", Verb.UNPAUSE): Unpause(),
    ("container", Verb.KILL): Kill(),
    ("container", Verb.REMOVE): RemoveContainer(),
    ("container", Verb.RENAME): Rename(),
    ("container", Verb.RESIZE): Resize(),
    ("container", Verb.REDEPLOY): Redeploy(),
    ("container", Verb.ROLLBACK): Rollback(),
    ("container", Verb.EXEC): RunCommand(),
    ("image", Verb.PULL): PullImage(),
    ("image", Verb.REMOVE): RemoveImage(),
    ("image", Verb.PRUNE): PruneImages(),
    ("images", Verb.PRUNE): PruneImages(),
    ("volume", Verb.REMOVE): RemoveVolume(),
    ("volume", Verb.PRUNE): PruneVolumes(),
    ("volumes", Verb.PRUNE): PruneVolumes(),
    ("network", Verb.REMOVE): RemoveNetwork(),
    ("network", Verb.PRUNE): PruneNetworks(),
    ("networks", Verb.PRUNE): PruneNetworks(),
}

# What goes on with a plan that was broken off, by the kind of the thing and the word in its memo.
RESTS: dict[tuple[str, str], Deed] = {
    **COMPOSE_RESTS,
    ("container", FINISH): Finish(),
    ("container", BACK): PutBack(),
}
