"""The commands that change something: through the real entry, each mistake with its exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from changing_fleet import Fleet
from command_line import Run

from fleetui.cli.main import CHANGES
from fleetui.providers import registry


def policy(fleet: Fleet, text: str) -> None:
    with fleet.config.open("a") as file:
        file.write(text)


def test_a_scale_is_sent_followed_and_told(fleetui: Run, fleet: Fleet) -> None:
    code, out, err = fleetui("scale", "test/pool/web", "+3", "--yes", "--reason", "more people")
    assert code == 0
    assert out.startswith("done        scale numbers/test/pool/web  desired 2 → 5  5/5, 5 ready")
    assert fleet.sent() == ["scale web 5"]
    assert "refused" not in err


def test_one_that_is_so_already_is_done_and_nothing_is_sent(fleetui: Run, fleet: Fleet) -> None:
    code, out, err = fleetui("scale", "api", "2")
    assert (code, err) == (0, "")
    assert out == "done        scale numbers/test/pool/api  it is so already\n"
    assert fleet.sent() == []


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("scale web 3 --yes", 2, '"web" could be 2 things: say more of it'),
        ("scale nosuch 3 --yes", 1, 'nothing is called "nosuch"'),
        ("scale aip 3 --yes", 1, "did you mean numbers/test/pool/api?"),
        ("scale api many --yes", 2, 'N: "many" is no number of members · write 6, +2, -1 or x2'),
        ("scale api web", 2, 'N: "web" is no number of members'),
        ("scale api -- -3000000 --yes", 2, "N: "),
        ("scale api", 2, "the following arguments are required: N"),
        ("scale", 2, "the following arguments are required: REF, N"),
        ("scale / 3", 2, "REF is empty"),
        ("scale api -5 --yes", 1, "there are only 2: -5 would be fewer than none"),
        ("scale api 13 --yes", 1, "numbers/test: 13 is not done here"),
        ("scale api 60 --yes", 3, "refused: pool/api: above its maximum of 50: raise that first"),
        ("scale api 3", 3, "nobody can be asked here: add --yes to go ahead, --dry-run to look"),
        ("scale api 3 --confirm web", 3, '--confirm says "web", and this is "api"'),
        ("scale prod/pool/web 3 --yes", 3, "production wants the name: add --confirm web"),
        ("scale shop 3 --confirm web", 3, '--confirm says "web", and this is "shop"'),
        ("rm api --yes", 3, "what is lost here wants the name: add --confirm api"),
        ("stop api --yes", 3, "refused: numbers has no stop for a pool (back end)"),
        ("scale api 3 --yes --read-only", 3, "this run is read-only (read-only, --read-only)"),
        ("scale api 3 --yes --no-wait --gate up --gate-min 1", 2, "leave out --no-wait"),
        ("scale api 3 --yes --gate-max 1", 2, "--gate-max belongs to --gate 'EXPR'"),
        ("scale api 3 --yes --gate up", 2, "--gate needs --gate-max or --gate-min"),
        ("scale api 3 --yes --gate up --gate-min 1", 3, "refused: the gate cannot be read"),
        ("scale api 3 --timeout soon", 2, "--timeout: 'soon' is not a length of time"),
        ("scale api 3 --dry-rum", 2, "no option --dry-rum: did you mean --dry-run?"),
        ("scale api 3 -o yaml", 2, 'no format "yaml": there is table, json'),
        ("stop api --grace soon", 2, "'soon' is not a length of time: try 10s or 1m"),
        ("resize api", 2, "resize to what? give --memory, --cpu, --restart-policy or --size"),
        ("prune pods", 2, 'no kind "pods": there is images, volumes, networks'),
        ("prune images", 2, "nothing that is configured can prune images"),
        ("undo", 1, "there is nothing to undo"),
        ("undo api", 2, '"api" is one word too many'),
        ("exec api", 2, "run what? write the command behind --"),
        ("exec api -t -- sh", 2, "-t needs a terminal, and standard input is none"),
        ("exec shop -- ls", 3, "production wants the name: add --confirm shop"),
        ("exec api --read-only -- ls", 3, "refused: nothing is changed from here"),
        ("exec nosuch -- ls", 1, 'nothing is called "nosuch"'),
        ("exec web -- ls", 2, '"web" could be 2 things'),
        ("rollouts -w -o csv", 2, "--watch writes table, wide or json, not csv"),
    ],
)
def test_every_mistake_is_told_and_sends_nothing(
    fleetui: Run, fleet: Fleet, monkeypatch: pytest.MonkeyPatch, line: str, code: int, message: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    got, out, err = fleetui(*line.split(" "))
    assert (got, out) == (code, "")
    assert message in err
    assert fleet.sent("test") + fleet.sent("prod") == []


@pytest.mark.parametrize(
    "line",
    [
        *(f"{verb} api" for verb in CHANGES if verb not in {"scale", "rename", "resize"}),
        "scale api 3", "rename api other", "resize api --cpu 1", "prune volumes", "undo",
        "exec api -- ls",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["variable", "config"])
def test_read_only_refuses_every_command_and_makes_no_writer(
    fleetui: Run, fleet: Fleet, monkeypatch: pytest.MonkeyPatch, line: str, how: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(registry, "writer", asked.append)
    if how == "variable":
        monkeypatch.setenv("FLEETUI_READ_ONLY", "1")
    else:
        fleet.config.write_text(f"read_only = true\n{fleet.config.read_text()}")
    words = line.split(" ")
    code, out, err = fleetui(words[0], "--confirm", "api", *words[1:])
    assert (code, out) == (3, "")
    assert "refused: nothing is changed from here: this run is read-only (read-only, " in err
    assert ("FLEETUI_READ_ONLY" if how == "variable" else "config.toml:1") in err
    assert (asked, fleet.sent()) == ([], [])


def test_an_ambiguous_ref_lists_the_candidates(fleetui: Run, fleet: Fleet) -> None:
    _, _, err = fleetui("scale", "web", "3", "--yes")
    assert err.splitlines()[1:] == ["  numbers/prod/pool/web", "  numbers/test/pool/web"]
    assert fleet.sent() == []


def test_a_dry_run_prints_the_plan_and_sends_nothing(fleetui: Run, fleet: Fleet) -> None:
    code, out, err = fleetui("scale", "shop", "x2", "--dry-run")
    assert (code, err) == (0, "")
    assert out == (
        "scale numbers/prod/pool/shop  ◆ production\n"
        "  desired     2 → 4\n"
        "  sends       set it to 4\n"
        "  undo        scale back to 2\n"
        "to go ahead: --confirm shop\n"
    )
    code, out, err = fleetui("scale", "shop", "60", "--dry-run")
    assert (code, err) == (3, "")
    assert "refused: pool/shop: above its maximum of 50" in out
    code, out, err = fleetui("scale", "shop", "13", "--dry-run")
    assert (code, out) == (1, "numbers/prod/pool/shop: numbers/prod: 13 is not done here\n")
    assert fleet.sent("prod") == []


def test_production_goes_ahead_with_its_name(fleetui: Run, fleet: Fleet) -> None:
    code, _, _ = fleetui("scale", "shop", "3", "--confirm", "shop")
    assert (code, fleet.sent("prod")) == (0, ["scale shop 3"])


def test_json_is_one_document_of_plan_verdict_and_outcome(fleetui: Run, fleet: Fleet) -> None:
    code, out, err = fleetui("scale", "api", "3", "--yes", "-o", "json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    (outcome,) = made.pop("outcomes")
    assert made.pop("request")
    assert len(outcome.pop("id")) == 19
    assert outcome.pop("duration_s") >= 0
    assert outcome == {
        "ref": "numbers/test/pool/api", "phase": "done", "reason": "",
        "updated": 3, "ready": 3, "total": 3,
    }  # fmt: skip
    assert made == {
        "verb": "scale",
        "dry_run": False,
        "plans": [
            {
                "ref": "numbers/test/pool/api",
                "uid": "uid-api",
                "values": {"count": "3"},
                "changes": [{"name": "desired", "before": "2", "after": "3"}],
                "facts": [],
                "cautions": [],
                "steps": ["set it to 3"],
                "undo": "scale back to 2",
                "can_undo": True,
                "permission": "",
                "refused": "",
                "members": 1,
                "gate": None,
            }
        ],
        "failed": [],
        "verdict": {
            "allowed": True, "refusals": [], "confirm": "key", "word": "",
            "needs_reason": False, "production": False,
        },
        "undoes": None,
    }  # fmt: skip
    assert fleet.sent() == ["scale api 3"]


def test_json_tells_of_a_refusal_and_of_what_failed(fleetui: Run, fleet: Fleet) -> None:
    code, out, err = fleetui("scale", "api", "60", "--yes", "-o", "json")
    made = json.loads(out)
    assert code == 3
    assert "above its maximum" in err
    assert made["verdict"]["refusals"] == [
        {
            "rule": "back end",
            "text": "pool/api: above its maximum of 50: raise that first",
            "place": "",
        }
    ]
    assert (made["request"], made["outcomes"], made["verdict"]["allowed"]) == (None, [], False)
    code, out, _ = fleetui("scale", "api", "13", "--dry-run", "-o", "json")
    assert code == 1
    assert json.loads(out)["failed"] == [
        {
            "ref": "numbers/test/pool/api",
            "error": {
                "code": "invalid", "what": "13 is not done here", "where": "numbers/test",
                "hint": "", "retry_after": None,
            },
        }
    ]  # fmt: skip
    assert fleet.sent() == []


@pytest.mark.parametrize(
    ("how", "code", "phase"),
    [("bad", 1, "failed       "), ("unknown", 4, "unknown    ")],
)
def test_how_it_ends_is_the_exit_code(
    fleetui: Run, fleet: Fleet, how: str, code: int, phase: str
) -> None:
    fleet.set(**{how: True})
    got, out, _ = fleetui("scale", "api", "3", "--yes")
    assert (got, out.split()[0]) == (code, phase.strip())


def test_one_that_takes_too_long_is_timed_out(fleetui: Run, fleet: Fleet) -> None:
    fleet.set(slow=True)
    code, out, _ = fleetui("scale", "api", "3", "--yes", "--timeout", "1s")
    assert code == 1
    assert "not done after 1 s" in out


def test_a_rule_of_the_config_is_named_with_its_line(fleetui: Run, fleet: Fleet) -> None:
    policy(fleet, '[policy]\nprotect = ["numbers/test/*"]\nmax_step = 2\nreason = "always"\n')
    code, _, err = fleetui("scale", "api", "9", "--yes")
    assert code == 3
    assert 'pool/api is protected by "numbers/test/*" (policy.protect, ' in err
    assert "config.toml:8)" in err
    assert "+7 is more than 2 in one step (policy.max_step, " in err
    code, _, err = fleetui("scale", "shop", "3", "--confirm", "shop")
    assert code == 3
    assert "a reason must be given (policy.reason, " in err
    assert "add --reason TEXT" in err
    code, _, _ = fleetui("scale", "shop", "3", "--confirm", "shop", "--reason", "a sale")
    assert (code, fleet.sent("prod"), fleet.sent()) == (0, ["scale shop 3"], [])


def test_several_targets_are_one_plan_and_go_in_turn(fleetui: Run, fleet: Fleet) -> None:
    code, out, _ = fleetui("scale", "api", "test/pool/web", "api", "3", "--confirm", "2")
    assert code == 0
    assert [line.split()[2] for line in out.splitlines()] == [
        "numbers/test/pool/api",
        "numbers/test/pool/web",
    ]
    assert fleet.sent() == ["scale api 3", "scale web 3"]


def test_the_first_failure_stops_the_rest_unless_told_otherwise(fleetui: Run, fleet: Fleet) -> None:
    fleet.set(bad=True)
    code, out, _ = fleetui("scale", "api", "test/pool/web", "3", "--yes")
    assert code == 1
    assert fleet.sent() == ["scale api 3"]
    assert out.splitlines()[1].startswith("cancelled   scale numbers/test/pool/web")
    code, _, _ = fleetui("scale", "api", "test/pool/web", "4", "--yes", "--go-on")
    assert (code, fleet.sent()[1:]) == (1, ["scale api 4", "scale web 4"])


def test_a_list_that_could_not_be_read_wants_the_whole_ref(fleetui: Run, fleet: Fleet) -> None:
    fleet.set("prod", down=True)
    code, _, err = fleetui("scale", "web", "3", "--yes")
    assert code == 4
    assert "another of that name may be there: write it whole" in err
    assert "  numbers/test/pool/web" in err
    assert "numbers/prod: no route to host" in err
    assert fleet.sent() == []
    assert fleetui("scale", "numbers/test/pool/web", "3", "--yes")[0] == 0


def test_no_change_without_an_audit_record(
    fleetui: Run, fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("FLEETUI_STATE_DIR", str(blocked))
    code, out, _ = fleetui("scale", "api", "4", "--yes")
    assert code == 1
    assert "not sent" in out
    code, _, err = fleetui("exec", "api", "--", "ls")
    assert (code, "nothing was run" in err) == (1, True)
    assert fleet.sent() == []


@pytest.mark.parametrize("verb", [*CHANGES, "prune", "undo", "exec", "rollouts"])
def test_every_command_has_its_help_with_codes_and_is_completed(fleetui: Run, verb: str) -> None:
    code, out, _ = fleetui(verb, "--help")
    assert code == 0
    assert "json" in out or verb == "exec"
    code, out, _ = fleetui("completion", "bash")
    assert f"_shtab_fleetui_{verb}_option_strings" in out


def test_a_shell_completes_only_what_can_be_pruned(fleetui: Run) -> None:
    _, out, _ = fleetui("completion", "bash")
    assert "_shtab_fleetui_prune_pos_0_choices=(images volumes networks)" in out


@pytest.mark.parametrize(
    "line",
    [
        "scale compose/shop/web +1", "redeploy deploy/checkout --image shop:2",
        "rollback deploy/catalog", "restart deploy/catalog",
        "stop shop-web-1 --grace 30s", "kill shop-web-1 --signal HUP", "pause shop-web-1",
        "resize shop-web-1 --memory 512MiB", "resize shop-web-1 memory=512MiB",
        "rename shop-web-1 front", "rm debug-kestrel --force", "debug pod/redis-0",
        "unpause debug-kestrel", "prune images --on ci",
    ],
)  # fmt: skip
def test_every_verb_plans_on_the_demo(fleetui: Run, line: str) -> None:
    code, out, err = fleetui("--demo", *line.split(" "), "--dry-run")
    assert (code, err) == (0, "")
    assert out.startswith(line.partition(" ")[0].replace("rm", "remove"))
    assert "  undo  " in out
