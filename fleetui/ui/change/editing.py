"""Lends the terminal to a person's editor, and plans what they made of a document."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.app import SuspendNotSupported

from fleetui.actions.door import Door
from fleetui.actions.editing import NotEdited, Sheet, editor, fill, opening
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.request import Request
from fleetui.core.change import Ask, Document, Phase, Progress, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.ui.change.dialog import PlanDialog
from fleetui.ui.change.lending import STREAMS, Lending
from fleetui.ui.change.wanted import Confirmed, Wanted, Whole, safely

OpenPlan = Callable[[Wanted, Callable[[Request | Confirmed | None], None]], None]
"""Shows what would come of an edit, and calls back with what was begun."""
_LOOK_S = 0.2
_ON_ITS_WAY = frozenset({Phase.WAITING, Phase.SENDING})
_NOT_DONE = ("not done", "not sent", "was not sent")


@dataclass(frozen=True, slots=True)
class Edits(Whole):
    """What a person made of one thing's document."""

    ref: Ref
    document: Document

    @property
    def title(self) -> str:
        """What is edited."""
        return f"edit {self.ref.short}"

    @property
    def refs(self) -> Sequence[Ref]:
        """The target."""
        return (self.ref,)

    async def propose(
        self,
        door: Door,
        text: str,  # noqa: ARG002
        *,
        ignore_gate: bool = False,
    ) -> Proposal:
        """Plan it."""
        ask = Ask(Verb.EDIT, self.ref, document=self.document)
        return await safely(door, [ask], ignore_gate=ignore_gate)


async def edit(app: Lending, door: Door, ref: Ref, open_plan: OpenPlan, begun: str = "") -> None:
    """Open a thing's document in the person's editor; `begun` is a file to go on with."""
    try:
        text = await asyncio.to_thread(_read, begun) if begun else ""
        origin = await door.document(ref)
        if isinstance(app.screen, PlanDialog):
            # Somebody has gone on to something else meanwhile.
            return
        sheet = Sheet(ref)
    except (Refused, NotEdited) as error:
        app.say(str(error), "warn")
        return
    except ProviderError as error:
        app.say(f"{ref.short}: {error.fault().line}", "critical")
        return
    except OSError as error:
        app.say(f"no file to edit in: {error.strerror or type(error).__name__}", "warn")
        return
    document = await _written(app, sheet, ref, origin, text)
    if document is None:
        return

    def planned(begun: Request | Confirmed | None) -> None:
        if isinstance(begun, Request):
            app.run_worker(
                _kept_until(app, sheet, begun),
                group="edited",
                description="keep what was edited",
            )
        else:
            _say_kept(app, sheet, "not sent", "warn")

    open_plan(Edits(ref, document), planned)


async def _written(
    app: Lending, sheet: Sheet, ref: Ref, origin: str, begun: str
) -> Document | None:
    """Have it edited; None where nothing came of it, which is said."""
    try:
        begin = opening(editor(os.environ), STREAMS)
        return await app.lent_to(asyncio.to_thread(fill, sheet, ref, origin, begin, begun))
    except NotEdited as error:
        _say_kept(app, sheet, str(error), "warn" if sheet.kept else "accent")
    except SuspendNotSupported:
        _say_kept(app, sheet, "this terminal cannot be lent to an editor", "warn")
    except OSError as error:
        _say_kept(app, sheet, f"the file: {error.strerror or type(error).__name__}", "warn")
    finally:
        app.screen.refresh(layout=True)
    return None


def _say_kept(app: Lending, sheet: Sheet, text: str, meaning: str) -> None:
    """Say why nothing came of it, and where what was written is; else leave no file."""
    if not sheet.kept:
        sheet.discard()
    app.say(" · ".join(filter(None, (clean(text, 400), sheet.words))), meaning)


async def _kept_until(app: Lending, sheet: Sheet, request: Request) -> None:
    """Keep the file until it has been taken; where it is not, say where it is."""
    run = request.runs[0]
    ending = asyncio.ensure_future(request.wait())
    try:
        while run.progress.phase in _ON_ITS_WAY and not ending.done():
            await asyncio.wait({ending}, timeout=_LOOK_S)
    finally:
        ending.cancel()
        if not _is_lost(run.progress):
            sheet.discard()
    if sheet.kept:
        app.say(f"{clean(run.progress.reason, 400)} · {sheet.words}", "warn")


def _is_lost(progress: Progress) -> bool:
    """Say whether an edit was not taken, or may not have been."""
    if progress.phase in _ON_ITS_WAY or progress.phase is Phase.UNKNOWN:
        return True
    return progress.phase.ended and progress.reason.startswith(_NOT_DONE)


def _read(name: str) -> str:
    """Return a file that was kept. Raises NotEdited."""
    try:
        return Path(name).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or "it is not UTF-8"
        raise NotEdited(f"{clean(name, 200)} cannot be read: {why}") from None
