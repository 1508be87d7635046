"""What a scale is to, as a person writes it."""

from __future__ import annotations

import pytest

from fleetui.core.amounts import scale_of
from fleetui.core.errors import Invalid


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("6", (("count", "6"),)),
        ("+2", (("count", "+2"),)),
        ("max=9", (("max", "9"),)),
        ("min=2 max=9", (("min", "2"), ("max", "9"))),
        ("min=2,max=9", (("min", "2"), ("max", "9"))),
    ],
)
def test_a_number_or_the_bounds_of_an_autoscaler(
    text: str, values: tuple[tuple[str, str], ...]
) -> None:
    assert scale_of(text) == values


@pytest.mark.parametrize("text", ["min=", "max=many", "most=9", "min=-1", "6 max=9"])
def test_what_is_no_bound_is_told_how_to_be_written(text: str) -> None:
    with pytest.raises(Invalid, match="is no bound of an autoscaler"):
        scale_of(text)
