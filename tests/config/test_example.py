"""The example file shows every key there is, and works when its comments are taken away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleetui.cli import example as printed
from fleetui.cli.compose import settings_of
from fleetui.config import load as loading
from fleetui.config.example import literal, written
from fleetui.config.policy import GateSettings
from fleetui.config.schema import keys_of
from fleetui.config.schema import settings_of as fields_of
from fleetui.config.screens import load_screens
from fleetui.config.specs import CommonSettings, Config, ProviderConfig, TopSettings
from fleetui.config.themes import load_themes
from fleetui.core.settings import Seconds
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.registry import BACKENDS

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
_SET = re.compile(r"^#(?=[\[\w])", re.MULTILINE)


def test_the_committed_file_is_what_the_settings_say() -> None:
    assert EXAMPLE.read_text() == printed.text(), (
        "run: python -m fleetui.cli.example > config.example.toml"
    )


@pytest.mark.parametrize("section", ["", *loading.SECTIONS, "gate", *BACKENDS])
def test_every_key_stands_there_with_its_line(section: str) -> None:
    text = EXAMPLE.read_text()
    if section:
        head = f"\n[{section}]\n" if section in loading.SECTIONS else f"\n#[{section}.NAME]\n"
        text = text.split(head)[1]
    part = re.split(r"\n#?\[", text)[0]
    if not section:
        classes = [TopSettings]
    elif section in loading.SECTIONS:
        classes = [loading.SECTIONS[section]]
    elif section == "gate":
        classes = [GateSettings]
    else:
        classes = [CommonSettings, settings_of(section)]
    for key in keys_of(*classes):
        assert re.search(rf"^#?( {{3}})?{key} = ", part, re.MULTILINE), key
    flat = " ".join(part.replace("\n#", "").split())
    for cls in classes:
        for one in fields_of(cls).values():
            assert one.doc in flat


def test_uncommented_it_is_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(_SET.sub("", EXAMPLE.read_text()))
    config = loading.load(
        path, settings_of, BACKENDS, screens=load_screens(None), themes=load_themes(None)[0]
    )
    assert [(p.provider, p.scope, p.settings) for p in config.providers] == [
        (name, "NAME", settings_of(name)()) for name in BACKENDS
    ]
    default = Config()
    assert (config.ui, config.wallboard, config.log) == (default.ui, default.wallboard, default.log)
    assert config.policy == default.policy
    ((name, gate),) = [(one.name, one.settings) for one in config.gates]
    assert (name, gate.hold, gate.roll_back) == ("NAME", 120.0, False)


def test_as_it_stands_it_is_the_defaults_without_a_provider() -> None:
    assert loading.load(EXAMPLE, settings_of, BACKENDS) == Config(path=EXAMPLE)


def test_a_first_config_reads_back_what_was_found(tmp_path: Path) -> None:
    settings = DockerSettings(host='unix:///run/"b".sock', timeout=90.0)
    found = ProviderConfig("docker", "local", settings)
    text = written(settings_of, BACKENDS, [(found, "the socket\nevil = 1")], ["an AWS profile"])
    assert "# the socket evil = 1\n[docker.local]\n" in text
    assert "# Not read by this version: an AWS profile\n" in text
    path = tmp_path / "config.toml"
    path.write_text(text)
    (read,) = loading.load(path, settings_of, BACKENDS).providers
    assert read.settings == settings


@pytest.mark.parametrize(
    ("value", "text"),
    [(90.0, '"90s"'), (3600.0, '"1h"'), (0.0, '"0s"'), (120.0, '"2m"'), (0.5, '"0.5s"')],
)
def test_lengths_of_time_are_written_as_people_do(value: float, text: str) -> None:
    assert literal(value, Seconds) == text
