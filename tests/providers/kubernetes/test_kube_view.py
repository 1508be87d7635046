"""The rows of one kind: what `fresh` waits for, and what it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from fleetui.core.objects import Container, Resource
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.base import Batch
from fleetui.providers.kubernetes import view as view_module
from fleetui.providers.kubernetes.view import View


class Made:
    """A maker of rows whose numbers are what `made` says."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self.endless = False
        self.view: View | None = None

    def uids(self) -> Iterable[str]:
        return self.known

    def row(self, uid: str) -> Resource:
        if self.endless and self.view is not None:
            self.view.touch((uid,))
        return Container(ref=Ref("kubernetes", "test/shop", "pod", uid, uid), state=State.RUNNING)

    def whole(self) -> bool:
        return True

    def lacks(self) -> Batch:
        return Batch(())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """After each row others have their turn."""
    monkeypatch.setattr(view_module, "SLICE_S", -1.0)
    monkeypatch.setattr(view_module, "SPACING_S", 0.0)
    return Made()


def _view(made: Made, *uids: str) -> View:
    made.view = View("containers", made)
    made.view.touch(uids)
    return made.view


async def test_all_that_was_there_when_it_was_asked_has_its_row(made: Made) -> None:
    view = _view(made, "a", "b", "c")
    while "a" not in view.rows:
        await asyncio.sleep(0)
    # The first of these are being made while the last page of the list comes in.
    view.touch(("d", "e"))
    assert {row.name for row in await view.fresh()} == {"a", "b", "c", "d", "e"}
    view.stop()


async def test_steady_changes_are_not_waited_for_without_end(made: Made) -> None:
    made.endless = True
    view = _view(made, "a", "b")
    async with asyncio.timeout(10):
        assert {row.name for row in await view.fresh()} == {"a", "b"}
    view.stop()


async def test_a_view_that_is_stopped_lets_go_of_those_who_wait(made: Made) -> None:
    view = _view(made, "a")
    waiting = asyncio.ensure_future(view.fresh())
    await asyncio.sleep(0)
    view.stop()
    assert await waiting == ()
