"""`fleetui undo` and `fleetui rollouts`: what was done before, and what becomes of it."""

from __future__ import annotations

import json

from changing_fleet import Fleet
from command_line import Run


def test_undo_says_which_and_takes_it_back_once(fleetui: Run, fleet: Fleet) -> None:
    fleetui("scale", "api", "5", "--yes", "--reason", "a sale")
    code, out, err = fleetui("undo", "--dry-run")
    assert code == 0
    assert "desired     5 → 2" in out
    assert "undo of: scale numbers/test/pool/api, desired 2 → 5, by " in err
    assert ": a sale" in err
    code, out, _ = fleetui("undo", "--yes", "-o", "json")
    assert code == 0
    assert json.loads(out)["undoes"]
    assert fleet.sent() == ["scale api 5", "scale api 2"]


def test_undo_is_refused_where_the_world_has_moved_on(fleetui: Run, fleet: Fleet) -> None:
    fleetui("scale", "api", "5", "--yes")
    fleet.set(units={"api": {"desired": 9, "running": 9}})
    code, _, err = fleetui("undo", "--yes")
    assert code == 3
    assert "changed since: desired was made 5 and is 9 (undo would make it 2)" in err
    assert fleet.sent() == ["scale api 5"]


def test_what_was_not_waited_for_is_followed_by_rollouts(fleetui: Run, fleet: Fleet) -> None:
    fleet.set(slow=True)
    code, out, err = fleetui("scale", "api", "4", "--yes", "--no-wait")
    assert code == 0
    assert out.startswith("rolling     scale numbers/test/pool/api")
    assert "fleetui rollouts tells what becomes of it" in err
    fleet.set(slow=False)
    code, out, _ = fleetui("rollouts", "-o", "json")
    assert code == 0
    (item,) = json.loads(out)["items"]
    assert (item["action"], item["subject"]) == ("scale", "numbers/test/pool/api")
    assert fleet.sent() == ["scale api 4"]
    code, out, _ = fleetui("rollouts")
    assert out.splitlines()[0].split()[:2] == ["STATE", "ACTION"]
    assert fleet.sent() == ["scale api 4"]


def test_rollouts_of_late_or_of_longer_ago(fleetui: Run, fleet: Fleet) -> None:
    assert fleetui("rollouts", "-o", "json", "--since", "30d")[0] == 0
    fleetui("scale", "api", "4", "--yes")
    for since in ("1h", "30d"):
        _, out, _ = fleetui("rollouts", "-o", "json", "--since", since)
        assert [item["phase"] for item in json.loads(out)["items"]] == ["done"]
    _, out, _ = fleetui("rollouts", "--read-only", "-o", "csv", "--no-header")
    assert out.count("\n") == 1
    assert fleet.sent() == ["scale api 4"]
