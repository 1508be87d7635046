"""Actions to write down, and a program that writes them until it is killed.

    python audit_of_tests.py FILE NAME COUNT

writes COUNT actions, each from intent to outcome, and a line on stdout for each record on disk.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from scripted_writer import WHO, unit

from fleetui.actions.action import Action
from fleetui.actions.audit.journal import AuditJournal
from fleetui.core.change import Ask, Difference, Phase, Plan, Progress, Undo, Verb


def action(name: str = "a1", **more: object) -> Action:
    """Return a scale of web from 2 to 5."""
    back = Ask(Verb.SCALE, unit(), (("count", "2"),))
    plan = Plan(
        ask=Ask(Verb.SCALE, unit(), (("count", "5"),)),
        differences=(Difference("desired", "2", "5"),),
        undo=Undo("scale back to 2, any time", back),
        amount=3,
        seen="2",
    )
    form: dict[str, object] = {
        "id": name, "request": "r1", "at": 1_700_000_000.0, "who": WHO, "plan": plan,
        "reason": "the sale begins",
    }  # fmt: skip
    return Action(**{**form, **more})  # type: ignore[arg-type]


async def whole(
    journal: AuditJournal, one: Action, tell: Callable[[str], None] = lambda _: None
) -> None:
    """Write an action down from its intent to its outcome: four records."""
    await journal.intend(one, Phase.WAITING)
    tell("intent")
    for progress in (
        Progress(Phase.SENDING),
        Progress(Phase.ROLLING, "3 of 5", 3, 3, 5),
        Progress(Phase.DONE, "", 5, 5, 5),
    ):
        await journal.note(one, progress)
        tell(progress.phase)


async def write(path: Path, name: str, count: int) -> None:
    # Several of these write without a pause: on a slow disk one may have to wait for long.
    journal = AuditJournal(path, busy_s=180.0)
    for number in range(count):
        await whole(journal, action(f"{name}{number}"), lambda told: print(told, flush=True))
    await journal.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
