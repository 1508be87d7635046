"""What is typed for a change is read as the values of what is asked for."""

from __future__ import annotations

import pytest

from fleetui.core.change import Verb
from fleetui.core.errors import Invalid
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.ui.change.values import asked_of, read

POD = Container(ref=Ref("kubernetes", "blue/shop", "pod", "uid", "web"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("netshoot:2", {"image": "netshoot:2"}),
        ("target=app new", {"target": "app", "new": "yes"}),
        ("registry/x:1 target=none", {"image": "registry/x:1", "target": "none"}),
    ],
)
def test_a_debug_container_takes_an_image_a_target_and_new(
    text: str, values: dict[str, str]
) -> None:
    assert dict(read(Verb.DEBUG, POD, text)) == values


def test_what_is_no_image_is_told_with_how_to_write_one() -> None:
    with pytest.raises(Invalid) as error:
        read(Verb.DEBUG, POD, "mage=x")
    assert error.value.hint == "write IMAGE target=CONTAINER new"


def test_a_pod_is_resized_by_requests_and_limits() -> None:
    asked = asked_of(Verb.RESIZE, [POD])
    assert asked is not None
    assert asked.hint == "memory=512MiB  cpu=1.5  requests.cpu=250m"
    values = read(Verb.RESIZE, POD, "512MiB requests.cpu=250m container=main")
    assert dict(values) == {"memory": "512MiB", "requests.cpu": "250m", "container": "main"}
