"""What the registry gets, and what it must not cost."""

from __future__ import annotations

import subprocess
import sys

from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Measurable, Provider, Queryable, Watchable
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.registry import backend


def test_importing_and_creating_bring_no_sdk_and_nothing_that_rows_do_not_need() -> None:
    code = (
        "import sys; from fleetui.providers.registry import backend;"
        "b = backend('docker'); assert 'fleetui.providers.docker.provider' not in sys.modules;"
        "assert {s.key.kind for s in b.create('x', b.settings()).sources()} == b.kinds;"
        "late = {f'fleetui.providers.docker.{n}'"
        " for n in ('checking', 'describing', 'following', 'inspecting', 'logs')};"
        "print(sorted({'docker', 'requests', 'urllib3', 'paramiko', *late} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_is_what_the_engine_asks_for() -> None:
    docker = backend("docker")
    made = docker.create("bastion", DockerSettings(interval=5.0, timeout=3.0))
    assert isinstance(made, Provider)
    assert isinstance(made, Watchable)
    assert isinstance(made, Measurable)
    assert not isinstance(made, Queryable)
    sources = {spec.key: spec for spec in made.sources()}
    assert {key.kind for key in sources} == docker.kinds
    containers = sources[SourceKey("docker", "bastion", "containers")]
    assert (containers.interval_s, containers.timeout_s) == (5.0, 4.0)
    assert made.watch(SourceKey("docker", "bastion", "alerts")) is None
