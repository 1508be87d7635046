"""A log is saved to a file, whose name is completed, and nobody's file is lost by it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from board_fleet import WIDE, Fleet, sees, until
from log_on_screen import opened, put

from fleetui.core.logs.line import LogLine
from fleetui.core.ref import Ref
from fleetui.ui.logs.saving import complete, failed, write

A = Ref("kubernetes", "blue/shop", "pod", "a", "a")


async def test_what_is_shown_is_saved(fleet: Fleet, tmp_path: Path) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        put(screen, "INFO the end")
        await pilot.press("ctrl+s", "ctrl+u", *str(tmp_path / "x.log"), "enter")
        await until(pilot, (tmp_path / "x.log").exists, "the file is there")
        await sees(pilot, "lines are in")
        assert (tmp_path / "x.log").read_text().rstrip().endswith("INFO the end")
        assert (tmp_path / "x.log").stat().st_mode & 0o777 == 0o600
        await pilot.press("ctrl+s", "ctrl+u", *str(tmp_path / "x.log"), "enter")
        await sees(pilot, "it is there already: Enter again writes over it")
        assert (tmp_path / "x.log").read_text().rstrip().endswith("INFO the end")
        put(screen, "INFO after the end")
        await pilot.press("enter")
        await sees(pilot, "lines are in")
        assert (tmp_path / "x.log").read_text().rstrip().endswith("INFO after the end")
        assert (tmp_path / "x.log").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["x.log"]


async def test_another_name_is_not_written_over_by_the_next_enter(
    fleet: Fleet, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("mine")
    async with fleet.app().run_test(size=WIDE) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+s", "ctrl+u", *str(tmp_path / "one"), "enter")
        await sees(pilot, "Enter again writes over it")
        await pilot.press(*["backspace"] * 3, *"two", "enter")
        await sees(pilot, "Enter again writes over it")
        await pilot.press("escape")
        assert {path.read_text() for path in tmp_path.iterdir()} == {"mine"}


async def test_a_name_is_completed_and_what_cannot_be_written_is_said(
    fleet: Fleet, tmp_path: Path
) -> None:
    (tmp_path / "folder-a").mkdir()
    (tmp_path / "folder-b").mkdir()
    async with fleet.app().run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await pilot.press("ctrl+s", "ctrl+u", *str(tmp_path / "fo"), "tab")
        await until(pilot, lambda: screen.prompt.text == f"{tmp_path}/folder-", "completed")
        await pilot.press("tab")
        await sees(pilot, "folder-a/  folder-b/")
        await pilot.press("a", "tab")
        await until(pilot, lambda: screen.prompt.text == f"{tmp_path}/folder-a/", "completed")
        await pilot.press("enter")
        await sees(pilot, "not saved: it is a folder")
        await pilot.press(*"no/where", "enter")
        await sees(pilot, "not saved: no such file or directory")


def full_disk() -> Iterator[LogLine]:
    yield LogLine(1, A, "INFO first")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("over", [False, True])
def test_of_a_file_that_could_not_be_finished_nothing_is_left(tmp_path: Path, over: bool) -> None:
    if over:
        (tmp_path / "a").write_text("mine")
    with pytest.raises(OSError, match="No space left") as caught:
        write(str(tmp_path / "a"), full_disk(), names=False, over=over)
    assert failed(caught.value) == "not saved: no space left on device"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"] * over


def test_only_files_are_written_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is no file"):
        write(str(tmp_path / "pipe"), [], names=False, over=True)


def test_names_are_completed_as_far_as_they_are_certain(tmp_path: Path) -> None:
    for name in ("api-1.log", "api-2.log", ".hidden", "b\x1b[0m"):
        (tmp_path / name).touch()
    assert complete(f"{tmp_path}/a") == (f"{tmp_path}/api-", ("api-1.log", "api-2.log"))
    assert complete(f"{tmp_path}/b") == (f"{tmp_path}/b", ())
    assert complete(f"{tmp_path}/.h")[0] == f"{tmp_path}/.hidden"
    assert complete(f"{tmp_path}/none/x") == (f"{tmp_path}/none/x", ())
    assert complete("~")[0] == "~/"


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(FileExistsError):
        write(str(tmp_path / "a"), [], names=False)
