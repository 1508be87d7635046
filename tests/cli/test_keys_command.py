"""`fleetui keys`: every key in force."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import Run

from fleetui.config.actions import ACTIONS


def test_all_keys_with_those_of_the_config(fleetui: Run, home: Path) -> None:
    config = home / "own.toml"
    config.write_text('[keys]\nfilter = ["f", "ctrl-f"]\n')
    code, out, err = fleetui("keys", "--config", str(config))
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["ACTION", "KEYS", "DOES", "FROM"]
    assert [line[0] for line in lines[1:]] == [action.name for action in ACTIONS]
    (line,) = [line for line in lines if line[0] == "filter"]
    assert line[1:3] == ["f", "ctrl-f"]
    assert line[-1] == "config"
    code, out, _ = fleetui("keys", "-o", "json", "--config", str(config))
    form = json.loads(out)
    assert form["config"] == str(config)
    (one,) = [one for one in form["keys"] if one["action"] == "filter"]
    assert one["keys"] == ["f", "ctrl-f"]
    assert one["default"] == ["/"]


def test_mistakes_are_told(fleetui: Run, home: Path) -> None:
    config = home / "own.toml"
    config.write_text('[keys]\nfilter = "z"\n')
    code, out, err = fleetui("keys", "--config", str(config))
    assert (code, out) == (2, "")
    assert 'own.toml:2: keys.filter: "z" is the key of zoom' in err
    code, _out, err = fleetui("keys", "-o", "yaml")
    assert code == 2
    assert "yaml" in err
