"""How the app treats the person's terminal: hostile text, exceptions, a link that stalls."""

from __future__ import annotations

import io
import threading

import pytest
from board_fleet import WIDE, Fleet, sees, text_of, until
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.color import Color
from textual.strip import Strip

from fleetui.core.errors import Unreachable
from fleetui.core.objects import Instance
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.ui.app import FleetApp
from fleetui.ui.terminal import Clean, PatientWriter, Trimmed

HOSTILE = "evil\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b31m\x00[red]x[/red][@click=app.quit]q[/]\u202etxt"


async def test_hostile_text_reaches_the_screen_without_control_characters(fleet: Fleet) -> None:
    key = SourceKey("ssh", "evil", "compute")
    row = Instance(ref=Ref("ssh", "evil", "host", "1", HOSTILE), state=State.FAILED, reason=HOSTILE)
    fleet.still.extra.append(key)
    fault = Unreachable(HOSTILE, where="ssh/evil", hint=HOSTILE).fault()
    fleet.still.put(Snapshot(key, 1, (row,), fetched_at=fleet.now, fault=fault))
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "evil]52;c;cm0gLXJm[2J")
        screen = text_of(app)
        bad = [char for char in screen if not char.isprintable() and char != "\n"]
        assert bad == []
        # Markup is text, and what it would have hidden can be read.
        assert "[red]x[/red]" in screen


def test_the_filter_leaves_clean_lines_alone_and_cleans_the_others() -> None:
    clean, ground = Clean(), Color.parse("#000000")
    fine = [Segment("● running"), Segment("", control=None)]
    assert clean.apply(fine, ground) is fine
    style = Style(bold=True)
    dirty = [Segment("a\x1b[2Jb\u202e\x9b\x7f", style)]
    assert clean.apply(dirty, ground) == [Segment("a[2Jb", style)]


async def fail_inside(app: FleetApp) -> None:
    """Run the app until an exception in it has ended it."""
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")

        def break_it() -> None:
            secret = "hunter2"
            _ = len(secret) / 0

        app.call_later(break_it)
        await until(pilot, lambda: app.failure is not None, "it failed")


async def test_an_exception_comes_out_as_it_is_and_prints_nothing(
    fleet: Fleet, capfd: pytest.CaptureFixture[str]
) -> None:
    app = fleet.app()
    with pytest.raises(ZeroDivisionError):
        await fail_inside(app)
    assert app.return_code == 1
    assert isinstance(app.failure, ZeroDivisionError)
    out, err = capfd.readouterr()
    assert "hunter2" not in out + err
    assert "Traceback" not in out + err


class Stuck(io.StringIO):
    """A terminal that reads nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = threading.Event()

    def write(self, text: str) -> int:
        self.freed.wait(180)
        return super().write(text)

    def fileno(self) -> int:
        raise OSError


def test_a_terminal_that_does_not_read_never_blocks_the_writer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = Stuck()
    writer = PatientWriter(file)
    writer.start()
    for _ in range(1000):
        writer.write("frame")
    # A frame is left out only once those before it have waited for a while.
    monkeypatch.setattr("fleetui.ui.terminal._PATIENCE_S", 60.0)
    assert not writer.behind
    monkeypatch.setattr("fleetui.ui.terminal._PATIENCE_S", 0.0)
    assert writer.behind
    writer.stop()
    assert writer.lost
    file.freed.set()
    writer.join(180)
    assert not writer.is_alive()


def test_a_terminal_that_is_gone_takes_no_more() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    writer = PatientWriter(Gone())
    writer.start()
    writer.write("frame")
    writer.join(180)
    assert writer.lost
    writer.write("frame")
    assert not writer.behind


def test_a_partial_update_sends_the_changed_cells_only() -> None:
    line = Strip([Segment("left "), Segment("12:00:01"), Segment(" right")])
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    update = Trimmed([{0: line}], [(0, 12, 13)], [[19]])
    assert update.render_segments(console) == "\x1b[1;13H1"
    wasteful = ChopsUpdate([{0: line}], [(0, 12, 13)], [[19]])
    assert len(wasteful.render_segments(console)) > len("left 12:00:0")
