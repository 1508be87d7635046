"""The board on a real engine whose labels, names, checks and logs attack the terminal."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from textual._compositor import CompositorUpdate
from textual.pilot import Pilot

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings
from fleetui.ui.app import FleetApp
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.options import BoardOptions
from fleetui.ui.page.screen import Page

from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import PATIENCE_S, until

READABLE = "[red]x[/red]"
EVIL = (
    f"a{READABLE}[/]\x1b]52;c;cm0gLXJm\x07\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\\x1b[2J"
    "\x9b31m\x90q\x9c\x08\x7f\u202etxt\u2066\u200b"
)
SECRET = "hunter2isnotgood"
# The same as a shell's printf writes it, and a NUL besides.
WRITTEN = EVIL.encode("utf-8").hex(" ").upper().split()
PRINTED = "".join(f"\\0{int(one, 16):o}" for one in WRITTEN) + "\\0"
SCRIPT = (
    f"printf '%b\\n' '{PRINTED}'; echo password={SECRET};"
    "dd if=/dev/zero bs=1048576 count=10 2>/dev/null | busybox tr '\\000' x; echo;"
    f"echo '{READABLE} the end'; while :; do sleep 1; done"
)
# All that an app may send: colours, places, and no hyperlink.
_ALLOWED = re.compile(r"\x1b\[[0-9;]*[mH]")


@pytest.fixture(scope="module")
def fleet(docker_engine: DockerEngine) -> Iterator[DockerEngine]:
    """Hostile text wherever an engine takes any: names and tags it only takes plain."""
    one, client = docker_engine, docker_engine.client
    long = EVIL + "w" * 5000
    client.create_volume("evil", labels={EVIL: EVIL})
    one.run(
        "evil", "sh", "-c", SCRIPT, "mysql", f"-p{SECRET}", EVIL,
        labels={**compose_labels(EVIL, f"web{EVIL}"), f"k{EVIL}": long, "api.token": SECRET},
        environment={f"NAME{READABLE}": EVIL, f"E\x1b[31m{READABLE}": SECRET},
        host={"binds": ["evil:/data"]}, volumes=["/data"],
        healthcheck={"test": ["CMD-SHELL", f"printf '%b' '{PRINTED}'; echo token={SECRET}; exit 1"],
                     "interval": 200_000_000, "retries": 1},
    )  # fmt: skip
    until(
        lambda: client.inspect_container("evil")["State"]["Health"]["Status"] == "unhealthy",
        "its check fails",
    )
    yield one
    one.remove_all()


@asynccontextmanager
async def opened(fleet: DockerEngine) -> AsyncIterator[tuple[Pilot[None], FleetApp, list[str]]]:
    """Open the board on the engine; the list fills with what a terminal would get."""
    provider = Docker("live", DockerSettings(host=fleet.host, timeout=60))
    engine = Engine((provider,), now=time.time, seed=1)
    themes, _warnings = load_themes(None)
    options = BoardOptions(fleet="live", start_screen="containers")
    app = FleetApp(engine, load_screens(None), themes["night"], options)
    sent: list[str] = []
    display = app._display

    def told(screen: object, renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            sent.append(renderable.render_segments(app.console))
        display(screen, renderable)  # type: ignore[arg-type]

    app._display = told  # type: ignore[method-assign,assignment]
    try:
        async with app.run_test(size=(200, 50)) as pilot:
            yield pilot, app, sent
    finally:
        await engine.close()


def text_of(app: FleetApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def becomes(condition: Callable[[], object], app: FleetApp, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert app.failure is None
        assert time.monotonic() < end, f"not in time: {what}\n{text_of(app)}"
        await asyncio.sleep(0.02)


VIEWS: dict[str, list[str]] = {
    "table": [],
    "filter": ["slash", *"evil", "enter"],
    "describe": ["d"],
    "raw": ["y"],
    "raw as JSON": ["y", "y"],
    "copied": ["d", "C"],
    "row copied": ["C"],
    "timeline": ["e"],
    "everything": ["E"],
    "log": ["l"],
    "log wrapped": ["l", "w", "g", "enter", "c"],
    "palette over units": ["2", "ctrl+p", *"link"],
    "volumes": ["colon", *"get", "space", *"volumes", "enter"],
    "units": ["2"],
    "sort picker": ["S"],
    "help": ["question_mark"],
}
# Nothing hostile is to be read there: an engine takes only plain names of volumes.
PLAIN = {"sort picker", "help", "volumes", "everything", "timeline"}


@pytest.mark.parametrize("view", VIEWS)
async def test_no_view_lets_hostile_text_act(fleet: DockerEngine, view: str) -> None:
    async with opened(fleet) as (pilot, app, sent):
        await becomes(lambda: "▲ unhealthy" in text_of(app), app, "the container")
        await becomes(lambda: READABLE in text_of(app), app, "what its check said")
        await pilot.press(*VIEWS[view])
        if view == "log":
            await becomes(lambda: "the end" in text_of(app), app, "the newest line")
        if isinstance(app.screen, Page):
            page = app.screen
            await becomes(lambda: page._told is not None, app, "what the engine tells")
        await pilot.pause()
        if view not in PLAIN:
            await becomes(lambda: READABLE in text_of(app), app, "markup as text")
        text = "".join(sent)
        clipboard = app.clipboard
        assert app.is_running
        assert app.failure is None
    left = _ALLOWED.sub("", text)
    assert [c for c in left if not c.isprintable() and c != "\n"] == []
    assert [c for c in clipboard if not c.isprintable() and c not in "\n\t"] == []
    assert SECRET not in text + clipboard


async def test_a_line_of_ten_megabytes_is_cut_and_counted(fleet: DockerEngine) -> None:
    async with opened(fleet) as (pilot, app, _sent):
        await becomes(lambda: "▲ unhealthy" in text_of(app), app, "the container")
        await pilot.press("l")
        await becomes(lambda: isinstance(app.screen, LogScreen), app, "the log")
        await becomes(lambda: "the end" in text_of(app), app, "the newest line")
        assert isinstance(app.screen, LogScreen)
        lines = [line.text for line in app.screen.view.store.lines.tail()]
        assert max(map(len, lines)) < 20_000
        (long,) = (line for line in lines if line.startswith("xxxx"))
        assert int(long.rpartition("+")[2].split()[0].replace(",", "")) > 10_000_000
        assert "password=***" in lines
        # A search through it, and a page up and down, still answer.
        await pilot.press("slash", *"xxxx", "enter", "w", "pagedown", "g", "G")
        await becomes(lambda: "the end" in text_of(app), app, "the newest line again")
