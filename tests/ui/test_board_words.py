"""What an empty pane teaches, and what a row links to."""

from __future__ import annotations

import pytest
from board_fleet import WIDE, sees, text_of
from small_fleet import AWS, SmallFleet, ref, rows

from fleetui.core.columns import Look
from fleetui.core.errors import AuthExpired
from fleetui.core.kinds import KINDS, OWN, ROLLOUTS
from fleetui.core.objects import Container, Image, Instance, Link, Resource
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.ui.drill import columns_for, names_for, related
from fleetui.ui.empty import message
from fleetui.ui.footer import ages_pieces
from fleetui.ui.picture import Picture, gather

KEY = SourceKey("docker", "bastion", "containers")
FAULT = AuthExpired("the token has expired", where="docker/bastion", hint="log in again").fault()


@pytest.mark.parametrize("kind", [*(kind for kind in KINDS if kind not in OWN), "query"])
def test_a_kind_that_nobody_configured_says_what_brings_it(kind: str) -> None:
    text = "\n".join(message(kind, (), Picture(), reads={"docker", "prometheus"}))
    assert "configured" in text or "known" in text
    # It promises nothing that this version does not read.
    assert ("config.toml" in text) is (kind not in {"events", "compute", "services"})


def test_a_fleet_that_cannot_be_changed_has_no_changes_to_show() -> None:
    assert message(ROLLOUTS, (), Picture()) == [
        "nothing is changed from here: this fleet is read-only"
    ]


def test_a_source_that_has_not_answered_is_waited_for() -> None:
    assert message("containers", (KEY,), gather([Snapshot(KEY)])) == [
        "waiting for docker/bastion …"
    ]


def test_a_source_that_failed_at_once_says_why_and_what_to_do() -> None:
    lines = message("containers", (KEY,), gather([Snapshot(KEY, 1, fault=FAULT)]))
    assert lines == ["docker/bastion: the token has expired", "  log in again"]


def test_a_source_that_has_none_says_so() -> None:
    empty = gather([Snapshot(KEY, 1, fetched_at=1.0)])
    assert message("containers", (KEY,), empty) == ["no container in docker/bastion"]
    assert message("capacity", (KEY,), empty) == [
        "no capacity unit in docker/bastion",
        "the services of compose projects stand here",
    ]
    assert message("alerts", (KEY,), empty) == ["no alert is pending or firing"]


def test_a_filter_that_nothing_matches_says_how_to_clear_it() -> None:
    full = gather([Snapshot(KEY, 1, tuple(rows()["containers"]), fetched_at=1.0)])
    assert message("containers", (KEY,), full, filtered="zz") == [
        "none of 7 matches zz",
        "Esc clears the filter",
    ]
    assert message("containers", (KEY,), full, wrong_only=True) == [
        "nothing is wrong with any of 7",
        "! shows them all",
    ]
    old = gather([Snapshot(KEY, 2, tuple(rows()["containers"]), fetched_at=1.0, fault=FAULT)])
    assert message("containers", (KEY,), old, wrong_only=True)[0] == (
        "nothing was wrong with any of 7 when they were last read"
    )


def test_what_nobody_configured_names_the_tables_that_bring_it() -> None:
    lines = message("containers", (), gather([]), reads={"docker", "prometheus"})
    assert lines == [
        "no container is known: they come from a Docker engine and a Kubernetes context",
        "[docker.local]  in config.toml brings them",
    ]


async def test_an_empty_fleet_teaches_in_every_pane() -> None:
    fleet = SmallFleet()
    fleet.still.extra.clear()
    app = fleet.app(reads=frozenset({"docker"}))
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "no container is known")
        assert "[docker.local]" in text_of(app)


def test_the_same_rows_stay_the_same_picture() -> None:
    one = Snapshot(KEY, 1, tuple(rows()["containers"]), fetched_at=1.0)
    other = Snapshot(SourceKey("docker", "ci", "containers"), 1, fetched_at=3.0)
    before = gather([one, other])
    assert gather([one, other], before).rows is before.rows
    assert before.fetched_at == 1.0


def link_rows(*links: Link) -> Container:
    return Container(ref=ref(AWS, "task", "x"), state=State.RUNNING, links=links)


def test_links_lead_to_what_they_name_and_back() -> None:
    image = Image(ref=ref(AWS, "image", "nginx"), state=State.RUNNING)
    user = link_rows(Link("uses", image.ref))
    shot = Snapshot(KEY, 1, (user,), fetched_at=1.0)
    forward = related(user, lambda _ref: image, [], settled=True)
    assert forward.rows == (image,)
    assert forward.relations == {image.ref: "uses"}
    backward = related(image, lambda _ref: None, [shot], settled=True)
    assert backward.rows == (user,)
    assert backward.relations == {user.ref: "used by"}


def test_members_stand_alone() -> None:
    member, owner = ref(AWS, "task", "m"), ref(AWS, "svc", "o")
    unit = link_rows(Link("has", member), Link("part_of", owner))
    found = related(unit, lambda r: Container(ref=r), [], settled=True)
    assert [row.ref for row in found.rows] == [member]


def test_a_link_to_nothing_known_becomes_a_row_that_says_so_once_all_have_answered() -> None:
    gone = ref(AWS, "task", "gone")
    unit = link_rows(Link("has", gone))
    early = related(unit, lambda _ref: None, [], settled=False)
    assert early.rows == ()
    assert early.missing == 1
    (row,) = related(unit, lambda _ref: None, [], settled=True).rows
    assert row.state is State.UNKNOWN
    assert "no source" in row.reason


def test_columns_of_what_is_linked_bear_rows_of_another_kind() -> None:
    task = link_rows()
    machine = Instance(ref=ref(AWS, "ec2", "web"), state=State.RUNNING)
    stranger = Resource(ref=ref(AWS, "asg", "a"))
    unit = link_rows(Link("has", task.ref), Link("runs_on", machine.ref))
    found = related(unit, lambda _ref: task, [], settled=True)
    columns = columns_for(found, lambda row: found.relations.get(row.ref, ""))
    assert "cpu" in {column.name for column in columns}
    for column in [*columns, *names_for(found.rows, columns).values()]:
        for row in (task, machine, stranger):
            column.value(row)
            column.cell(row, Look(0.0))


def test_what_is_related_in_several_ways_says_how() -> None:
    image, owner = ref(AWS, "image", "nginx"), ref(AWS, "svc", "o")
    user = link_rows(Link("uses", image), Link("part_of", owner))
    found = related(
        user, lambda r: Image(ref=r) if r == image else Container(ref=r), [], settled=True
    )
    columns = columns_for(found, lambda row: found.relations.get(row.ref, ""))
    (relation,) = [column for column in columns if column.name == "relation"]
    assert {relation.cell(row, Look(0.0)).text for row in found.rows} == {"uses", "part of"}


def test_ages_that_do_not_fit_are_counted() -> None:
    found = [
        Snapshot(SourceKey("docker", f"host-{n}", "containers"), 1, fetched_at=90.0)
        for n in range(9)
    ]
    narrow = "".join(text for text, _ in ages_pieces(found, 100.0, 60))
    wide = "".join(text for text, _ in ages_pieces(found, 100.0, 400))
    assert narrow.rstrip().endswith("more")
    assert len(narrow) <= 60
    shown = narrow.count("host-")
    assert f"+{9 - shown} more" in narrow
    assert wide.count("host-") == 9
    assert "more" not in wide
