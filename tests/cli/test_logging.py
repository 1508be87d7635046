"""The log: private, rotating, without secrets; and nothing beside it on the screen."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from fleetui.cli import crash, terminal
from fleetui.cli.logging_setup import in_use, redact, set_up
from fleetui.config.specs import LogSettings


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("{'X-Auth-Token': 'abcdef123456'}", "abcdef123456"),
        ("token=abcdef123456&x=1", "abcdef123456"),
        ('password = "hunter2"', "hunter2"),
        ("https://kim:hunter2@example.com/x", "hunter2"),
        ("AKIAABCDEFGHIJKLMNOP said no", "AKIAABCDEFGHIJKLMNOP"),
        ("dop_v1_0123456789abcdef0123", "0123456789abcdef"),
        ("basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
    ],
)
def test_what_looks_like_a_secret_is_not_written(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "***" in redact(text)


def test_plain_text_stays() -> None:
    text = "docker/local: no answer within 10s from tcp://10.0.0.1:2376, tokens left: many"
    assert redact(text).startswith("docker/local: no answer within 10s from tcp://10.0.0.1:2376")


def test_the_log_is_private_rotates_and_keeps_few(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.log"
    assert set_up(LogSettings(max_size=10_000, keep=2), path) == ""
    assert in_use() == path
    for number in range(600):
        logging.getLogger("a").warning("line %d %s", number, "x" * 80)
    files = sorted(p.name for p in path.parent.iterdir())
    assert files == ["x.log", "x.log.1", "x.log.2"]
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in path.parent.iterdir())
    assert all(p.stat().st_size <= 10_000 for p in path.parent.iterdir())


def test_warnings_and_tracebacks_of_threads_go_to_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    path = tmp_path / "x.log"
    set_up(LogSettings(), path)

    def broken() -> None:
        raise RuntimeError("in a thread, token=abc123")

    thread = threading.Thread(target=broken, name="reader-1")
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("an SDK's \x1b[2J warning", UserWarning, stacklevel=1)
    written = path.read_text()
    assert "thread reader-1 failed" in written
    assert "RuntimeError: in a thread" in written
    assert "abc123" not in written
    assert "an SDK's [2J warning" in written
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["", "file/x.log"])
def test_a_log_that_cannot_be_written_is_told_and_nothing_else_changes(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert set_up(LogSettings(), tmp_path / name).startswith("no log: ")
    assert in_use() is None
    logging.getLogger("a").error("nowhere")
    assert capfd.readouterr() == ("", "")


def test_what_a_c_library_writes_to_stderr_goes_to_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.log"
    set_up(LogSettings(), path)
    with terminal.stderr_to_log():
        # A child inherits descriptor 2, as a library written in C uses it.
        subprocess.run(["sh", "-c", "echo drawn over the screen >&2"], check=True)
        sys.stderr.write("from Python\n")
    written = path.read_text()
    assert "drawn over the screen" in written
    assert "from Python" in written
    assert capfd.readouterr().err == ""
    sys.stderr.write("told again\n")
    assert capfd.readouterr().err == "told again\n"


def test_a_report_is_short_and_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    set_up(LogSettings(), path)
    try:
        terminal._writing(-1)
    except ValueError as error:
        group = ExceptionGroup("many", [error])
    lines = crash.report(group, path)
    assert lines[0].startswith("the program failed: ValueError: ")
    assert lines[1].startswith("  in fleetui/cli/terminal.py:")
    assert lines[2] == f"  the traceback is in {path}"
    assert "Traceback" in path.read_text()
    assert crash.report(RuntimeError("password=hunter2"), None) == (
        "the program failed: RuntimeError: password=***",
        "  give --log-file FILE to keep the traceback",
    )
