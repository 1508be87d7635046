"""Keys one at a time: each has acted, whatever it opened, before the next is looked at.

A program types faster than a prompt opens. Without this, letters that are meant for a prompt
would reach what had the focus before, and act there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, runtime_checkable

from textual import events
from textual._time import get_time
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from fleetui.ui.prompt import Prompt

_PATIENCE_S = 1.0
"""Nothing holds keys up for longer: a screen that hangs must not take the keyboard with it."""
_ROWS_S = 5.0
"""Nor for longer where rows are still to come: who has typed on waits for them anyway."""
_EARLY_S = 1.0
"""So long after its start what was typed before the terminal was ours may still come."""
_ANSWERS = frozenset({"enter", "escape"})
"""Keys that end a prompt: what they ask for is done by messages, which take more than a step."""

# Actions that move within what has the focus, which keeps it.
_MOVES = frozenset({"go", "page", "first", "last", "mark", "next_hit", "match", "next_link"})


@runtime_checkable
class Answering(Protocol):
    """A screen that goes on working after Enter, before it closes."""

    async def answered(self) -> None:
        """Wait until it has closed, or will not."""
        ...


class Keyboard(App[None]):
    """The part of the app that hands keys and pasted text to what has the focus."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._waiting_keys: asyncio.Queue[events.Key | events.Paste] = asyncio.Queue()
        self._taking = False
        self._ours_since: float | None = None

    def key_came(self) -> None:
        """Somebody waits for an answer from now on."""

    async def filled(self) -> None:
        """Wait until what has the keys shows its first rows. Nothing lists rows here."""

    def on_mount(self) -> None:
        """Begin to take keys."""
        self._ours_since = get_time()
        self.run_worker(self._take_keys(), group="keys", description="hand keys on in their order")

    async def on_event(self, event: events.Event) -> None:
        """Put what is typed in a row; all else goes its usual way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        event = self._as_meant(event)
        self.key_came()
        # A way out acts at once, whatever waits before it.
        if isinstance(event, events.Paste) or not await self._check_bindings(event.key, True):
            self._waiting_keys.put_nowait(event)

    def _as_meant(self, event: events.Key | events.Paste) -> events.Key | events.Paste:
        """Return Enter for what the terminal itself made of it, before it was ours."""
        began = self._ours_since
        early = began is None or event.time - began < _EARLY_S
        if early and isinstance(event, events.Key) and event.key == "ctrl+j":
            return events.Key("enter", "\r")
        return event

    @property
    def keys_taken(self) -> bool:
        """Whether every key that was typed has acted."""
        return not self._taking and self._waiting_keys.empty()

    async def _take_keys(self) -> None:
        while True:
            self._taking = False
            event = await self._waiting_keys.get()
            self._taking = True
            # What is typed behind the key that quits is for nobody.
            if self.screen_stack and not self._exit:
                await self._hand_on(event)

    async def _hand_on(self, event: events.Key | events.Paste) -> None:
        screen, focused = self.screen, self.focused
        target = focused or screen
        target._forward_event(event)
        if self._opens_nothing(event, target):
            return
        await self._settled(target)
        if _is_answer(event):
            # The answer goes from the prompt to its screen, from there to the app, and acts there.
            await self._settled(target)
            asked: object = screen
            if isinstance(asked, Answering):
                await _in_time(asked.answered())
            await self._settled(self)
        front = next(reversed(self.screen_stack), screen)
        if front is not screen:
            await self._opened(front)
        if not self._waiting_keys.empty() and (front is not screen or _is_answer(event)):
            # The next key may be for a row of what was just opened or filtered.
            await _in_time(self.filled(), _ROWS_S)

    def _opens_nothing(self, event: events.Key | events.Paste, target: Widget) -> bool:
        """Say whether those behind a key need not wait: it goes the same way as they do.

        On a busy board every wait is felt by a person who holds a key down.
        """
        if isinstance(target, Prompt):
            return isinstance(event, events.Paste) or event.is_printable
        if isinstance(event, events.Paste):
            return False
        tables = (bindings for _node, bindings in self.screen._modal_binding_chain)
        bound = (one for table in tables for one in table.key_to_bindings.get(event.key, ()))
        first = next(bound, None)
        return first is not None and first.action.partition("(")[0] in _MOVES

    async def _opened(self, screen: Screen[object]) -> None:
        """Wait until a screen can take keys."""
        mounted: asyncio.Event = screen._mounted_event
        await _in_time(mounted.wait())
        await self._settled(screen)

    async def _settled(self, node: DOMNode) -> None:
        """Wait until a node, those around it and the app have done what waits for them now."""
        done = asyncio.Event()
        nodes: list[MessagePump] = [one for one in node.ancestors_with_self if one is not self]

        def go_on() -> None:
            """Follow the way that an event takes, behind it: each node tells the next."""
            while nodes:
                one = nodes.pop(0)
                if one.is_attached and one.call_later(go_on):
                    return
            if not self.call_later(done.set):
                done.set()

        go_on()
        await _in_time(done.wait())


def _is_answer(event: events.Key | events.Paste) -> bool:
    return isinstance(event, events.Key) and event.key in _ANSWERS


async def _in_time(done: Awaitable[object], limit_s: float = _PATIENCE_S) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await done
    except TimeoutError:
        return
