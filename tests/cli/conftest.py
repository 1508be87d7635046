"""A home of its own for each test, and the program as a person starts it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from changing_fleet import Fleet
from command_line import Run, Start
from terminal_of_tests import StartTerminal, Terminal

from fleetui.cli.main import main
from fleetui.providers import registry

PROGRAM = Path(__file__).parent.parent / "support" / "numbers_program.py"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep the person's own files and engines out of the tests."""
    for name in list(os.environ):
        if name.startswith(
            ("DOCKER_", "AWS_", "XDG_", "FLEETUI_", "KUBE", "DIGITALOCEAN", "GOOGLE_")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FLEETUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("FLEETUI_CONFIG", "")
    hooks = sys.unraisablehook
    raising = logging.raiseExceptions
    level = logging.getLogger().level
    before = list(logging.getLogger().handlers)
    yield tmp_path
    for handler in list(logging.getLogger().handlers):
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()
    logging.getLogger().setLevel(level)
    logging.captureWarnings(False)
    logging.raiseExceptions = raising
    sys.unraisablehook = hooks


@pytest.fixture
def fleetui(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: (exit code, stdout, stderr)."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def program(home: Path) -> Start:
    """Start the program as a process of its own."""

    def start(
        *words: str, env: dict[str, str] | None = None, **more: object
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "fleetui", *words],
            env={**os.environ, **(env or {})},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},  # type: ignore[call-overload]
        )

    return start


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setitem(registry.BACKENDS, "numbers", "file_fleet")
    monkeypatch.setitem(registry.WRITERS, "numbers", "file_fleet")
    files = {scope: tmp_path / f"{scope}.json" for scope in ("test", "prod")}
    for scope, path in files.items():
        names = ("web", "api") if scope == "test" else ("web", "shop")
        units = {name: {"desired": 2, "running": 2} for name in names}
        path.write_text(json.dumps({"units": units, "sent": []}))
    config = tmp_path / "config.toml"
    config.write_text(
        f'version = 1\n[numbers.test]\npath = "{files["test"]}"\n'
        f'[numbers.prod]\npath = "{files["prod"]}"\nproduction = true\n'
    )
    monkeypatch.setenv("FLEETUI_CONFIG", str(config))
    return Fleet(config, files)


@pytest.fixture
def inside(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line whose command writes to the descriptors themselves."""

    def run(*words: str) -> tuple[int, str, str]:
        return (main(words), *capfd.readouterr())

    return run


@pytest.fixture
def numbers(fleet: Fleet) -> Iterator[StartTerminal]:
    """Start the program in a terminal, on numbers that stay on their way for now."""
    fleet.set(slow=True)
    terminals: list[Terminal] = []

    def start(*words: str) -> Terminal:
        env = {"PYTHONPATH": f"{Path.cwd()}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
        terminals.append(Terminal([sys.executable, str(PROGRAM), *words], env))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()
