"""`fleetui keys`: every key in force."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import Run

from fleetui.config.actions import PLACES


def test_all_keys_with_those_of_the_config(fleetui: Run, home: Path) -> None:
    config = home / "own.toml"
    config.write_text('[keys]\nfilter = ["b", "ctrl-f"]\n')
    code, out, err = fleetui("keys", "--config", str(config))
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["ACTION", "KEYS", "WHERE", "DOES", "FROM"]
    every = [action.name for actions in PLACES.values() for action in actions]
    assert [line[0] for line in lines[1:]] == every
    found = [line for line in lines if line[0] == "filter"]
    assert [line[1:4] for line in found] == [["b", "ctrl-f", place] for place in PLACES]
    assert all(line[-1] == "config" for line in found)
    (level,) = [line for line in lines if line[0] == "log_level"]
    assert (level[1:3], level[-1]) == (["v", "log"], "default")
    code, out, _ = fleetui("keys", "-o", "json", "--config", str(config))
    form = json.loads(out)
    assert form["config"] == str(config)
    one = next(one for one in form["keys"] if one["action"] == "filter")
    assert one["where"] == "board"
    assert one["keys"] == ["b", "ctrl-f"]
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
