"""Images, volumes and networks with their users."""

from __future__ import annotations

from docker_recorded import SCENE, recorded, summaries, summary

from fleetui.core.state import State
from fleetui.providers.docker.answers import (
    ImageSummary,
    NetworkSummary,
    VolumeSummary,
    each,
    one,
)
from fleetui.providers.docker.learner import sizes_of
from fleetui.providers.docker.things import Sizes, Uses, image_of, network_of, uses_of, volume_of

USES = uses_of(summaries().values(), {})


def test_an_image_knows_its_tags_size_and_users() -> None:
    image = one(recorded("images")[0], ImageSummary)
    row = image_of(image, USES, sizes_of(recorded("df")), 1, SCENE)
    assert (row.name, row.tags, row.size, row.used_by) == ("busy:1", ("busy:1",), 1982326, 12)
    assert (row.layers, row.shared_size, row.state) == (1, 0, State.RUNNING)
    assert row.capabilities[0].reason == "12 containers use it"


def test_sizes_that_nobody_calculated_are_not_minus_one() -> None:
    image = one(recorded("images")[0], ImageSummary)
    assert image_of(image, USES, Sizes(), None, SCENE).shared_size is None


def test_an_image_without_a_tag_is_dangling() -> None:
    image = one({"Id": "sha256:" + "ab" * 32, "RepoTags": ["<none>:<none>"]}, ImageSummary)
    row = image_of(image, Uses(), Sizes(), None, SCENE)
    assert (row.name, row.tags, row.native_state) == ("abababababab", (), "dangling")
    assert row.capabilities[0].allowed
    newer = one({"Id": "sha256:" + "ab" * 32, "RepoTags": []}, ImageSummary)
    assert image_of(newer, Uses(), Sizes(), None, SCENE) == row


def test_volumes_and_networks() -> None:
    volumes, _ = each(recorded("volumes")["Volumes"], VolumeSummary)
    volume = volume_of(volumes[0], USES, Sizes(volumes={"shop_data": 4096}), SCENE)
    assert (volume.name, volume.used_by, volume.size) == ("shop_data", 1, 4096)
    assert (volume.project, volume.driver) == ("shop", "local")
    networks, _ = each(recorded("networks"), NetworkSummary)
    rows = {n.name: network_of(n, USES, SCENE) for n in networks}
    assert rows["shop_default"].subnets == ("10.234.0.0/24",)
    assert rows["shop_default"].used_by == 1
    assert rows["none"].native_state == "built in"
    assert not rows["none"].capabilities[0].allowed


def test_a_stopped_container_that_knows_only_a_network_s_name_uses_it() -> None:
    stopped = summary(NetworkSettings={"Networks": {"blue": {"NetworkID": ""}, "gone": None}})
    assert uses_of([stopped], {"blue": "n1"}).networks == {"n1": 1}


def test_a_volume_mounted_twice_has_one_user() -> None:
    twice = summary(Mounts=[{"Type": "volume", "Name": "v"}, {"Type": "volume", "Name": "v"}])
    assert uses_of([twice], {}).volumes == {"v": 1}


def test_disk_use_that_is_odd_is_left_out() -> None:
    assert sizes_of(None) == Sizes()
    assert sizes_of({"Images": None, "Volumes": [{"Name": "v", "UsageData": None}]}) == Sizes()
