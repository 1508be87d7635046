"""A document is edited from the keyboard by a script that stands in for a person's editor."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from board_fleet import NARROW, WIDE, sees, text_of, until
from change_fleet import ChangingFleet, dialog_of, pane_of, stand
from test_typed_ahead import burst

from fleetui.actions.policy import Policy
from fleetui.core.change import Ask, Phase, Verb
from fleetui.ui.app import FleetApp
from fleetui.ui.change.dialog import PlanDialog

pytestmark = pytest.mark.usefixtures("at_once")
FREE = Policy()


class Person:
    """Whoever sits at the editor: a script that is run on the file."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "editor"
        self.notes = folder / "notes"
        self.does("true")

    def does(self, command: str) -> None:
        self.script.write_text(f'#!/bin/sh\necho "$1" >> {self.notes}\n{command}\n')
        self.script.chmod(0o700)

    @property
    def files(self) -> list[Path]:
        """Every file that was opened, one for each opening."""
        return [Path(line) for line in self.notes.read_text().splitlines()]


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    made = Person(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(made.script))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    # There is no terminal here that could be lent.
    monkeypatch.setattr(FleetApp, "suspend", lambda _app: nullcontext())
    return made


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_v_edits_a_document_and_shows_the_plan(
    changing: ChangingFleet, person: Person, size: tuple[int, int]
) -> None:
    person.does("sed -i 's/replicas: 3/replicas: 5/' \"$1\"")
    app = changing.changing(FREE)
    async with app.run_test(size=size) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("v")
        await sees(pilot, "edit deploy/search")
        await sees(pilot, "3  →  5")
        assert changing.sent == []
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: edit of deploy/search, desired 3 → 5")
        assert changing.sent == ["edit deploy/search"]
        (file,) = person.files
        await until(pilot, lambda: not file.parent.exists(), "its file is gone")
        changing.now += 120
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.DONE, "its end")
        app.follow()
        await sees(pilot, "done: edit of deploy/search 3 → 5")
        await pilot.press("u")
        await sees(pilot, "5  →  3")


async def test_a_plan_that_is_left_keeps_what_was_written(
    changing: ChangingFleet, person: Person
) -> None:
    person.does("sed -i -e 's/replicas: 3/replicas: 5/' -e 's/kind: D/kind: E/' \"$1\"")
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("v")
        await sees(pilot, "the demo lets its replicas and its image be edited")
        await pilot.press("escape")
        await sees(pilot, "not sent · what you wrote is kept: ")
        (kept,) = person.files
        assert kept.stat().st_mode & 0o777 == 0o600
        assert kept.parent.stat().st_mode & 0o777 == 0o700
        assert "replicas: 5" in kept.read_text()
        # A command goes on with it.
        person.does("sed -i 's/kind: E/kind: D/' \"$1\"")
        burst(app, f":edit {kept}", "<enter>")
        await sees(pilot, "3  →  5")
        assert changing.sent == []


async def test_an_edit_that_is_not_taken_stays_in_its_file(
    changing: ChangingFleet, person: Person
) -> None:
    person.does("sed -i 's/replicas: 3/replicas: 5/' \"$1\"")
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("v")
        await sees(pilot, "3  →  5")
        await dialog_of(pilot, app)
        # Somebody else scales it, while the plan is read.
        assert changing.door is not None
        other = Ask(Verb.SCALE, changing.row("deploy/search").ref, (("count", "4"),))
        changing.door.begin(await changing.door.propose([other]))
        await until(pilot, lambda: len(changing.journal.phases) > 2, "the other is sent")
        await pilot.press("enter")
        await sees(pilot, "has changed since the plan was made")
        await sees(pilot, "what you wrote is kept: ")
        (file,) = person.files
        assert "replicas: 5" in file.read_text()


async def test_what_cannot_be_read_is_opened_again_then_kept(
    changing: ChangingFleet, person: Person
) -> None:
    person.does("grep -q 'It cannot be read: line' \"$1\" || sed -i 's/replicas: 3/x: [/' \"$1\"")
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("v")
        await sees(pilot, "what you wrote is kept: ")
        assert "line " in text_of(app)
        assert len(person.files) == 2
        assert not isinstance(app.screen, PlanDialog)


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("true", "nothing is changed: the document is as it was"),
        ("echo '# well' >> \"$1\"", "nothing is changed: the document says what it said"),
        (': > "$1"', "the document is empty"),
        ("exit 3", "the editor ended with 3: nothing is changed"),
    ],
)
async def test_nothing_comes_of_it_and_no_file_is_left(
    changing: ChangingFleet, person: Person, does: str, said: str
) -> None:
    person.does(does)
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("v")
        await sees(pilot, said)
        assert not isinstance(app.screen, PlanDialog)
        (file,) = person.files
        assert not file.parent.exists()
        assert changing.sent == []


async def test_only_one_thing_with_a_document_is_edited(
    changing: ChangingFleet, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        assert " v edit " in text_of(app)
        monkeypatch.setenv("EDITOR", "/nowhere/editor")
        await pilot.press("v")
        await sees(pilot, "/nowhere/editor cannot be started (No such file or directory)")
        table = pane_of(app).table
        await pilot.press("space", "down", "space")
        assert len(pane_of(app).marked) == 2
        await pilot.press("v")
        await sees(pilot, "edit is for one thing at a time: 2 are marked")
        assert table.selected is not None
        assert not person.notes.exists()


async def test_read_only_has_no_such_key(changing: ChangingFleet, person: Person) -> None:
    app = changing.app()
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        assert " v edit " not in text_of(app)
        await pilot.press("v")
        await sees(pilot, "nothing is changed from here")
        assert not person.notes.exists()
