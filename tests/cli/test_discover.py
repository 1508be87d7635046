"""What a machine has, found without asking any network but its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetui.cli.compose import gather, nothing
from fleetui.cli.discover import Discovery, discover
from fleetui.cli.parser import parse
from fleetui.config.specs import Config, ProviderConfig
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.kubernetes.settings import KubernetesSettings

ENGINE = ProviderConfig("docker", "local", DockerSettings(host="unix:///run/x.sock"))


def test_an_engine_named_by_a_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://far.example:2376")
    found = discover()
    assert ("docker", "far.example") in [(p.provider, p.scope) for p in found.providers]
    assert any("DOCKER_HOST" in words for words in found.words)


def test_what_is_not_read_yet_is_named(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[profile prod]\n")
    found = discover()
    assert found.unread == ("AWS profile prod",)
    assert "AWS profile prod is there, and not read by this version" in found.notes


def test_the_current_context_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    (home / ".kube").mkdir()
    (home / ".kube" / "config").write_text(
        "current-context: blue\ncontexts: [{name: blue, context: {}}, {name: green}]\n"
    )
    found = discover()
    settings = KubernetesSettings(context="blue")
    assert ProviderConfig("kubernetes", "blue", settings) in found.providers
    assert "found the Kubernetes context blue, one of 2 in the kubeconfig" in found.notes


def test_without_a_config_what_is_found_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Discovery((ENGINE,), ("the socket",), ("an AWS profile",))
    monkeypatch.setattr("fleetui.cli.discover.discover", lambda: found)
    fleet = gather(parse(["get", "containers"]), Config())
    assert [(p.name, p.scope) for p in fleet.providers] == [("docker", "local")]
    assert fleet.notes[0] == "found the socket"
    assert not fleet.production


def test_with_a_config_nothing_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def search() -> Discovery:
        raise AssertionError("searched")

    monkeypatch.setattr("fleetui.cli.discover.discover", search)
    config = Config(providers=(ProviderConfig("docker", "a", DockerSettings(), production=True),))
    fleet = gather(parse([]), config)
    assert fleet.production == {("docker", "a")}


def test_a_config_whose_providers_are_all_off_is_told_so() -> None:
    off = ProviderConfig("docker", "a", DockerSettings(), enabled=False)
    config = Config(path=Path("c.toml"), providers=(off,))
    fleet = gather(parse([]), config)
    assert fleet.providers == ()
    assert nothing(fleet).lines[0] == "c.toml has no provider that is enabled"
