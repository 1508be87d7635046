"""One container that cannot be inspected keeps no other from being known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fleetui.core.errors import Unreachable
from fleetui.providers.docker.learner import AT_ONCE, Learner

UIDS = [f"c{n}" for n in range(3 * AT_ONCE)]


def learner() -> Learner:
    return Learner(SimpleNamespace(scope="x"), lambda _: None, lambda _: None, lambda: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("broken", "tried"), [({"c0"}, len(UIDS)), (set(UIDS), AT_ONCE)], ids=["one", "all"]
)
async def test_others_are_asked_unless_nobody_answers(broken: set[str], tried: int) -> None:
    asked: list[str] = []

    def work(uid: str) -> None:
        asked.append(uid)
        if uid in broken:
            raise Unreachable("no answer")

    found = learner()
    with pytest.raises(Unreachable):
        await found._each(UIDS, work, lambda _: None)

    assert len(asked) == tried
    found.close()
