"""The top line in numbers and words."""

from __future__ import annotations

from dataclasses import replace

from fleetui.core.errors import AuthExpired, Unreachable
from fleetui.core.objects import Alert, Container, Image, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Part, Snapshot, SourceKey
from fleetui.core.state import Health, Severity, State
from fleetui.ui.line import width_of
from fleetui.ui.summary import Count, Summariser, Summary
from fleetui.ui.tally import Tallies
from fleetui.ui.topline import Marks, top_pieces

NOW = 1_781_600_000.0
FAULT = Unreachable("connection refused", where="docker/bastion").fault()


def ref(name: str, provider: str = "docker") -> Ref:
    return Ref(provider, "bastion", "thing", name, name)


def snapshot(
    kind: str, *rows: Resource, provider: str = "docker", scope: str = "bastion", **more: object
) -> Snapshot:
    given = {"generation": 1, "fetched_at": NOW} | more
    return Snapshot(SourceKey(provider, scope, kind), rows=rows, **given)  # type: ignore[arg-type]


def summarise(*snapshots: Snapshot, watched: set[SourceKey] | None = None) -> Summary:
    keys = {s.key for s in snapshots} if watched is None else watched
    return Summariser().summarise(snapshots, keys, NOW)


def test_things_are_counted_by_how_they_are() -> None:
    found = summarise(
        snapshot(
            "containers",
            Container(ref=ref("a"), state=State.RUNNING),
            Container(ref=ref("b"), state=State.RUNNING, health=Health.UNHEALTHY),
            Container(ref=ref("c"), state=State.FAILED),
            Container(ref=ref("d"), state=State.STOPPED),
        ),
        snapshot("images", Image(ref=ref("i"), state=State.UNKNOWN)),
        snapshot(
            "alerts",
            Alert(ref=ref("x"), state=State.FAILED, severity=Severity.CRITICAL),
            Alert(ref=ref("y"), state=State.PENDING, severity=Severity.CRITICAL),
        ),
    )
    assert found.count == Count(ok=1, degraded=1, failed=1, firing=1, critical=1)


def test_states_as_they_come_out_of_a_recording_are_counted() -> None:
    # Whatever decodes a state must give back the one member that there is.
    assert all(State(str(state)) is state for state in State)
    assert all(Health(str(health)) is health for health in Health)


def test_a_back_end_is_judged_by_its_sources() -> None:
    well = snapshot("containers", Container(ref=ref("a"), state=State.RUNNING))
    assert summarise(well).providers == (("docker", "●"),)
    broken = snapshot("images", fault=FAULT)
    assert summarise(well, broken).providers == (("docker", "▲"),)
    assert summarise(broken).providers == (("docker", "✖"),)
    part = Part("bastion/x", FAULT, NOW)
    assert summarise(snapshot("images", parts=(part,))).providers == (("docker", "▲"),)
    unknown = snapshot("images", generation=0, fetched_at=None)
    assert summarise(unknown).providers == (("docker", "◌"),)


def test_what_was_well_when_it_was_last_seen_is_not_counted_as_well() -> None:
    well = Container(ref=ref("a"), state=State.RUNNING)
    bad = Container(ref=ref("b"), state=State.FAILED)
    found = summarise(snapshot("containers", well, bad, fault=FAULT))
    assert found.count == Count(failed=1, stale=1)
    line = "".join(text for text, _ in top_pieces(found, Marks(), NOW, 120))
    assert "● 0  ✖ 1  ◌ 1" in line


def test_what_is_read_no_longer_does_not_judge() -> None:
    well = snapshot("containers", Container(ref=ref("a"), state=State.RUNNING))
    old = snapshot("images", fault=FAULT)
    assert summarise(well, old, watched={well.key}).providers == (("docker", "●"),)


def test_rows_are_counted_once_for_as_long_as_they_are_the_same() -> None:
    one = snapshot("containers", Container(ref=ref("a"), state=State.RUNNING))
    tallies = Tallies()
    Summariser(tallies).summarise([one], {one.key}, NOW)
    known = tallies._known[one.key]
    assert tallies.of([replace(one, generation=2)]) == (1, 0, 0)
    assert tallies._known[one.key] is known


def test_rows_that_changed_are_counted_anew() -> None:
    one = snapshot("containers", Container(ref=ref("a"), state=State.RUNNING))
    sick = Container(ref=ref("a"), state=State.RUNNING, health=Health.UNHEALTHY)
    tallies = Tallies()
    assert tallies.of([one]) == (1, 0, 0)
    assert tallies.of([replace(one, rows=(sick,))]) == (0, 1, 0)
    assert tallies.of([]) == (0, 0, 0)


def test_credentials_that_end_soon_are_named_first_to_end_first() -> None:
    found = summarise(
        snapshot("compute", provider="aws", scope="prod", expires_at=NOW + 8040),
        snapshot("compute", provider="aws", scope="dev", expires_at=NOW + 9000),
        snapshot("compute", provider="gcp", scope="x", expires_at=NOW + 600),
        snapshot("compute", provider="kubernetes", scope="y", expires_at=NOW + 200_000),
    )
    assert found.expiring == (("gcp", 600), ("aws", 8040))


def line(summary: Summary, width: int, marks: Marks) -> str:
    pieces = top_pieces(summary, marks, NOW, width)
    assert width_of(pieces) == width
    return "".join(text for text, _meaning in pieces)


FULL = Summary(
    Count(208, 5, 2, 2, 1),
    (("aws", "●"), ("do", "●"), ("docker", "●"), ("k8s", "▲"), ("prom", "✖")),
    (("aws", 8040.0),),
)


def test_a_wide_top_line_says_everything() -> None:
    text = line(FULL, 140, Marks("acme", read_only=True))
    for part in (
        "fleetui  acme", "● 208", "▲ 5", "✖ 2", "aws ●", "k8s ▲", "prom ✖", "⚑ 2 alerts",
        "aws 2h14m", "READ-ONLY", "08:53:20",
    ):  # fmt: skip
        assert part in text


def test_a_narrow_top_line_keeps_what_is_wrong() -> None:
    text = line(FULL, 80, Marks("acme", screen="1 overview"))
    for part in ("1 overview", "● 208", "▲ 5", "✖ 2", "k8s ▲", "prom ✖", "⚑ 2", "08:53:20"):
        assert part in text
    assert "do ●" not in text


def test_a_very_narrow_top_line_still_fits() -> None:
    assert "● 208" in line(FULL, 60, Marks("acme", screen="1 overview"))


def test_the_demo_says_that_it_is_one() -> None:
    assert "DEMO" in line(FULL, 120, Marks("demo"))
    assert "⇄ 2 forwards" in line(FULL, 140, Marks("acme", forwards=2))
    assert "⇄ 1 forward " in line(FULL, 140, Marks("acme", forwards=1, healing=True))


def test_an_expired_credential_says_so() -> None:
    fault = AuthExpired("expired", where="aws/prod").fault()
    found = summarise(
        snapshot("compute", provider="aws", scope="prod", fault=fault, expires_at=NOW - 1)
    )
    assert "aws expired" in line(found, 120, Marks("acme"))
