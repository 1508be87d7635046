"""`[policy]` and `[gate.NAME]`: what is right, with its line, and what is wrong, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from fleetui.config.load import load
from fleetui.config.policy import GateSettings, PolicySettings
from fleetui.config.problems import ConfigErrors
from fleetui.config.specs import Config
from fleetui.core.settings import setting


@dataclass(frozen=True, slots=True)
class Plain:
    host: str = setting("", "where")


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load(path, lambda _name: Plain, ("docker", "prometheus"))


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        read(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


FULL = """read_only = false
[policy]
protect = [
  "docker/prod/*",
  "asg/db-*",
]
max_step = 5
max_targets = 10
reason = "production"
freeze = ["Fri 16:00 - Mon 08:00 Europe/Stockholm",
  "2026-12-23 00:00 - 2027-01-02 00:00 UTC"]
together = 2
go_on = true
[gate.errors]
match = ["asg/web-*"]
expr = "errors"
max = 1
hold = "5m"
roll_back = true
prometheus = "main"
[docker.prod]
production = true
read_only = true
[prometheus.main]
"""


def test_every_rule_is_read_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = read(tmp_path, FULL)
    assert config.policy == PolicySettings(
        protect=("docker/prod/*", "asg/db-*"), max_step=5, max_targets=10, reason="production",
        freeze=("Fri 16:00 - Mon 08:00 Europe/Stockholm",
                "2026-12-23 00:00 - 2027-01-02 00:00 UTC"),
        together=2, go_on=True,
    )  # fmt: skip
    ((name, gate),) = [(g.name, g.settings) for g in config.gates]
    assert (name, gate) == (
        "errors",
        GateSettings(("asg/web-*",), "errors", 1.0, None, 300.0, True, "main"),
    )
    assert [p.read_only for p in config.providers] == [True, False]
    places = ("read_only", "policy.protect[1]", "policy.freeze[0]", "policy.freeze[1]",
              "policy.max_step", "gate.errors", "docker.prod.read_only")  # fmt: skip
    assert [config.place(key) for key in places] == [
        f"~/config.toml:{line}" for line in (1, 5, 10, 11, 7, 14, 23)
    ]
    assert config.place("policy.hold") == ""


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = """[policy]
protect = ["asg/db-*", "asg/[db"]
max_step = -1
reason = "sometimes"
freeze = ["Fri 16:00 - Mon 08:00"]
together = 0
max_stpe = 3
[gate.a]
match = ["/x"]
[gate."b c"]
[gate.d]
match = ["x"]
expr = "up"
min = 2
max = 1
hold = "3 fortnights"
[gate.e]
match = ["x"]
expr = "up"
min = 2
max = 1
prometheus = "mian"
[docker.local]
read_only = "yes"
[prometheus.main]
[prometheus.off]
enabled = false
"""
    assert problems(tmp_path, text) == [
        "config.toml:2: policy.protect[1]: has a [ that is not closed",
        "config.toml:3: policy.max_step: must be at least 0, not -1",
        'config.toml:4: policy.reason: "sometimes" is none of never, production, always',
        (
            "config.toml:5: policy.freeze[0]: has no time zone: put UTC or a name such as "
            "Europe/Stockholm at its end"
        ),
        "config.toml:6: policy.together: must be at least 1, not 0",
        'config.toml:7: policy.max_stpe: unknown key, did you mean "max_step"?',
        "config.toml:8: gate.a: needs max or min: what is well, and what is not",
        "config.toml:8: gate.a.expr: is empty: write a PromQL expression",
        ("config.toml:9: gate.a.match[0]: has a slash too many: a ref is provider/scope/kind/name"),
        "config.toml:10: gate.b c: a name may have letters, digits, _, . and - in it",
        "config.toml:14: gate.d.min: is more than max: nothing is between 2 and 1",
        ('config.toml:16: gate.d.hold: must be a length of time such as "15s", "5m" or "1h30m"'),
        "config.toml:20: gate.e.min: is more than max: nothing is between 2 and 1",
        "config.toml:24: docker.local.read_only: must be true or false, not text",
    ]


def test_patterns_and_windows_are_told_at_their_item(tmp_path: Path) -> None:
    text = """[policy]
protect = ["asg/db-*",
  "asg/[db"]
freeze = [
  "Fri 16:00 - Mon 08:00 UTC",
  "Fri 16:00 - Mon 08:00",
]
"""
    assert problems(tmp_path, text) == [
        "config.toml:3: policy.protect[1]: has a [ that is not closed",
        (
            "config.toml:6: policy.freeze[1]: has no time zone: put UTC or a name such as "
            "Europe/Stockholm at its end"
        ),
    ]


GATE = '[gate.a]\nmatch = ["x"]\nexpr = "up"\nmin = 1\n'


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ("[docker.a]\n", "gate.a: there is no [prometheus.NAME] to ask"),
        (
            "[prometheus.a]\n[prometheus.b]\n",
            "gate.a: prometheus must say which one is asked: a, b",
        ),
        ('prometheus = "b"\n[prometheus.a]\n', 'gate.a.prometheus: no "b": there is a'),
        (
            'prometheus = "b"\n[prometheus.a]\n[prometheus.b]\nenabled = false\n',
            "gate.a.prometheus: [prometheus.b] is not enabled",
        ),
    ],
)
def test_a_gate_must_have_whom_to_ask(tmp_path: Path, tables: str, told: str) -> None:
    (found,) = problems(tmp_path, GATE + tables)
    assert told in found


@pytest.mark.parametrize(
    "tables", ["", "[prometheus.a]\n", "[prometheus.a]\n[prometheus.b]\nenabled = false\n"]
)
def test_one_that_is_alone_need_not_be_named(tmp_path: Path, tables: str) -> None:
    assert [gate.name for gate in read(tmp_path, GATE + tables).gates] == ["a"]


@pytest.mark.parametrize("text", ["gate = 1", "[gate]", "[gate]\na = 1", "policy = 1"])
def test_what_is_no_table_is_told(tmp_path: Path, text: str) -> None:
    (found,) = problems(tmp_path, f"{text}\n")
    assert "table" in found
