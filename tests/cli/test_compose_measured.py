"""Which Prometheus a cluster may ask: what the config says of it, and how they are introduced."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetui.cli.compose import make, settings_of
from fleetui.config.load import load
from fleetui.config.problems import ConfigErrors
from fleetui.config.specs import Config
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.registry import BACKENDS


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(f"version = 1\n{text}")
    return load(path, settings_of, BACKENDS)


def lenders(config: Config) -> dict[str, str]:
    made = make(config.providers)
    return {one.scope: one._meter.lender for one in made if isinstance(one, Kubernetes)}


def test_an_only_cluster_asks_an_only_prometheus(tmp_path: Path) -> None:
    config = read(tmp_path, "[kubernetes.blue]\n[prometheus.main]\n")
    assert lenders(config) == {"blue": "prometheus/main"}


def test_of_several_clusters_each_says_whom_it_asks(tmp_path: Path) -> None:
    text = '[kubernetes.blue]\nprometheus = "main"\n[kubernetes.green]\n[prometheus.main]\n'
    assert lenders(read(tmp_path, text)) == {"blue": "prometheus/main", "green": ""}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[prometheus.main]", 'no "mian", did you mean "main"?'),
        ("[docker.a]", 'no "mian": there is none'),
        ("[prometheus.mian]\nenabled = false", "[prometheus.mian] is not enabled"),
    ],
)
def test_one_that_is_not_there_is_told(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        read(tmp_path, f'[kubernetes.blue]\nprometheus = "mian"\n{table}\n')
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (3, "kubernetes.blue.prometheus")
    assert problem.message == told


def test_a_label_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match="cannot be the name of a label"):
        read(tmp_path, '[kubernetes.blue]\nprometheus_labels = { "a-b" = "c" }\n')
