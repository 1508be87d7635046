"""A container's inspection, and what makes one that is the same on another image."""

from __future__ import annotations

import json
from typing import Any

import pytest
from docker_recorded import recorded

from fleetui.providers.docker.writer.copying import Copy, copy_of, same_print

IMAGE = recorded("inspect_app_image")["Config"]


def copied(name: str = "inspect_rich", **changed: Any) -> Copy:
    raw = recorded(name)
    for key, value in changed.items():
        raw["HostConfig"][key] = value
    return copy_of(raw, IMAGE, "app:2")


def test_what_was_set_by_hand_stays_and_what_the_image_brought_does_not() -> None:
    body = copied().body
    assert body["Image"] == "app:2"
    assert body["Env"] == ["PIN=mine", "SECRET_TOKEN=not-for-your-eyes"]
    assert "made" not in body["Labels"]
    assert body["Labels"]["team"] == "a"
    assert body["ExposedPorts"] == {"53/udp": {}}
    assert (body["Entrypoint"], body["User"], body["WorkingDir"]) == (
        ["/bin/busybox"], "0:0", "/run",
    )  # fmt: skip
    assert body["Healthcheck"] == {"Test": ["CMD", "true"], "Interval": 300_000_000, "Retries": 2}
    plain = copied("inspect_plain").body
    assert (plain["Env"], plain["Labels"], plain["Volumes"]) == ([], {}, {})
    for name in ("Cmd", "Entrypoint", "WorkingDir", "Hostname", "Healthcheck"):
        assert name not in plain


def test_a_command_that_is_the_images_with_another_entrypoint_is_kept() -> None:
    raw = recorded("inspect_plain")
    raw["Config"]["Entrypoint"] = ["/bin/busybox"]
    assert raw["Config"]["Cmd"] == IMAGE["Cmd"]
    assert copy_of(raw, IMAGE, "app:2").body["Cmd"] == IMAGE["Cmd"]


def test_a_check_takes_from_the_image_what_nobody_set() -> None:
    raw = recorded("inspect_plain")
    raw["Config"]["Healthcheck"] = {"Test": ["CMD", "true"], "Interval": 5, "Retries": 3}
    image = {**IMAGE, "Healthcheck": {"Test": ["CMD", "true"], "Retries": 3}}
    assert copy_of(raw, image, "app:2").body["Healthcheck"] == {"Interval": 5}


def test_without_the_old_image_all_stays_pinned() -> None:
    body = copy_of(recorded("inspect_plain"), None, "app:2").body
    assert body["Cmd"] == IMAGE["Cmd"]
    assert "FROM=old PIN=old" not in body["Env"]
    assert "PIN=old" in body["Env"]


def test_its_volumes_go_on_those_without_a_name_too() -> None:
    binds = copied().body["HostConfig"]["Binds"]
    assert binds[:2] == ["kept:/kept", "/tmp:/host:ro"]
    assert {one.split(":")[1] for one in binds[2:]} == {"/anonymous", "/fromimage"}
    assert copied().body["HostConfig"]["Mounts"] == [
        {"Type": "volume", "Source": "second", "Target": "/second"}
    ]


def test_a_mount_without_a_source_is_the_same_volume_again() -> None:
    raw = recorded("inspect_plain")
    raw["HostConfig"]["Mounts"] = [{"Type": "volume", "Target": "/fromimage"}]
    host = copy_of(raw, IMAGE, "app:2").body["HostConfig"]
    assert "Mounts" not in host
    assert host["Binds"] == [f"{raw['Mounts'][0]['Name']}:/fromimage"]


def test_every_network_as_it_was_asked_for() -> None:
    made = copied()
    first = made.body["NetworkingConfig"]["EndpointsConfig"]
    own = recorded("inspect_rich")["Id"][:12]
    assert list(first) == ["front"]
    assert first["front"]["IPAMConfig"] == {"IPv4Address": "10.234.43.77"}
    assert first["front"]["Links"] == ["db:database"]
    assert "shop.internal" in first["front"]["Aliases"]
    assert own not in first["front"]["Aliases"]
    ((name, place),) = made.connects
    assert (name, place["IPAMConfig"]) == ("back", {"IPv4Address": "10.234.44.77"})
    assert not made.disconnects


def test_a_network_that_it_was_taken_off() -> None:
    raw = recorded("inspect_rich")
    del raw["NetworkSettings"]["Networks"]["front"]
    made = copy_of(raw, IMAGE, "app:2")
    assert made.disconnects == ("front",)
    assert "NetworkingConfig" not in made.body


@pytest.mark.parametrize("mode", ["host", "none", "container:abc"])
def test_modes_that_are_no_network_of_its_own(mode: str) -> None:
    made = copied(NetworkMode=mode)
    assert not made.connects
    assert not made.disconnects
    assert "NetworkingConfig" not in made.body
    if mode.startswith("container:"):
        assert "Hostname" not in made.body
        assert "ExposedPorts" not in made.body


def test_links_are_asked_for_otherwise_than_they_are_told() -> None:
    made = copied("inspect_plain", Links=["/db:/plain/database", "/db:/plain/db"])
    assert made.body["HostConfig"]["Links"] == ["db:database", "db:db"]


def test_the_heir_is_known_by_its_configuration() -> None:
    one = recorded("inspect_rich")
    other = json.loads(json.dumps(one).replace(one["Id"][:12], "d" * 12))
    other["Config"]["Image"] = "app:2"
    assert other["Id"] != one["Id"]
    # An engine keeps mounts in no order, and leaves out or writes what is empty as it likes.
    other["Mounts"].reverse()
    other["Config"]["Env"].reverse()
    other["HostConfig"]["DeviceRequests"] = []
    assert same_print(one, IMAGE) == same_print(other, IMAGE)
    other["Config"]["Env"].append("MORE=1")
    assert same_print(one, IMAGE) != same_print(other, IMAGE)
    assert "not-for-your-eyes" not in same_print(one, IMAGE)
