"""What was measured, laid over the rows that it still holds for."""

from __future__ import annotations

import pytest

from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.engine.overlay import Overlay
from fleetui.providers.base import Usage

REF = Ref("docker", "local", "container", "c1", "web")


@pytest.mark.parametrize(
    ("state", "cpu"),
    [
        (State.RUNNING, 0.5),
        (State.PAUSED, 0.5),
        (State.STOPPED, None),
        (State.FAILED, None),
        (State.DELETED, None),
    ],
)
def test_what_has_ended_uses_nothing_any_more(state: State, cpu: float | None) -> None:
    overlay = Overlay()
    overlay.put({REF: Usage(cpu=0.5)}, at=0.0)

    (row,) = overlay.over({REF: Container(ref=REF, state=state)}).values()

    assert isinstance(row, Container)
    assert row.cpu == cpu
