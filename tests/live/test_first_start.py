"""The first start without a config shows what is on the machine, here a real engine."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fleetui.cli import compose
from fleetui.cli.parser import parse
from fleetui.config.screens import load_screens
from fleetui.config.specs import Config
from fleetui.config.themes import load_themes
from fleetui.engine.engine import Engine
from fleetui.ui.app import FleetApp
from fleetui.ui.options import BoardOptions

from .servers import kube_objects as objects
from .servers.docker import DockerEngine
from .servers.kubernetes import KubeCluster
from .servers.waiting import PATIENCE_S


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker_engine: DockerEngine) -> None:
    """A home with nothing but an AWS profile in it, and an engine that a variable names."""
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "XDG_", "FLEETUI_", "KUBE", "AWS_", "GOOGLE_")):
            monkeypatch.delenv(name)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[profile prod]\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", docker_engine.host)


async def test_the_board_says_what_was_found_and_shows_it(docker_engine: DockerEngine) -> None:
    docker_engine.run("first")
    fleet = await asyncio.to_thread(compose.gather, parse([]), Config())
    engine = Engine(fleet.providers, now=time.time)
    options = BoardOptions(notes=fleet.notes, reads=frozenset({"docker", "prometheus"}))
    app = FleetApp(engine, load_screens(None), load_themes(None)[0]["night"], options)

    def screen() -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    wanted = (
        f"found DOCKER_HOST={docker_engine.host}",
        "AWS profile prod is there, and not read by this version",
        "running   first",
        "no capacity unit in docker/local",
        "the services of compose projects stand here",
        '[prometheus.main]  url = "http://127.0.0.1:9090"  in config.toml brings them',
    )
    try:
        async with app.run_test(size=(200, 50)):
            end = time.monotonic() + PATIENCE_S
            while missing := [text for text in wanted if text not in screen()]:
                assert time.monotonic() < end, f"{missing} not in\n{screen()}"
                await asyncio.sleep(0.05)
    finally:
        await engine.close()


def test_get_needs_no_config_either(docker_engine: DockerEngine) -> None:
    docker_engine.run("second")
    command = [sys.executable, "-m", "fleetui", "get", "containers", "--no-header"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "second" in done.stdout


def test_the_current_context_is_found_and_read(
    kube: KubeCluster, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kube.api.create(objects.deployment(place, "third", 1))
    kube.api.until_ready(place, "third", 1)
    monkeypatch.setenv("KUBECONFIG", str(kube.kubeconfig))
    command = [sys.executable, "-m", "fleetui", "get", "capacity", "--no-header"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "deploy/third" in done.stdout
    assert f"k8s admin/{place}" in done.stdout


def test_with_nothing_there_it_offers_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path("/var/run/docker.sock").exists():
        pytest.skip("this machine has an engine of its own")
    monkeypatch.delenv("DOCKER_HOST")
    fleet = compose.gather(parse([]), Config())
    if fleet.providers:
        pytest.skip("this machine has a server of its own")
    lines = compose.nothing(fleet).lines
    assert lines == (
        "nothing to show was found on this machine: no Docker engine and no Prometheus",
        "  AWS profile prod is there, and not read by this version",
        "  try it without any account: fleetui --demo",
        f"  or write a config for your own: fleetui init {tmp_path}/.config/fleetui/config.toml",
    )
