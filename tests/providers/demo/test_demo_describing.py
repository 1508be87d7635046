"""What the demo tells of one thing: of every kind, the same each time, and no secret."""

from __future__ import annotations

import json

import pytest

from fleetui.core.description import Description, text_lines
from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.kinds import KINDS, OWN
from fleetui.core.ref import Ref
from fleetui.providers.base import Describable
from fleetui.providers.demo import demo_fleet

NOW = 1_781_600_200.0


async def told(seed: int = 7) -> dict[Ref, tuple[str, Description]]:
    """Return the description of the first rows of every source."""
    found = {}
    for provider in demo_fleet(seed=seed, now=lambda: NOW):
        assert isinstance(provider, Describable)
        for spec in provider.sources():
            if spec.key.kind != "events":
                for row in (await provider.fetch(spec.key)).rows[:5]:
                    found[row.ref] = (spec.key.kind, await provider.describe(row.ref))
    return found


async def test_every_kind_tells_more_than_its_row_and_no_secret() -> None:
    found = await told()
    assert {kind for kind, _ in found.values()} == set(KINDS) - OWN - {"events"}
    for ref, (_kind, one) in found.items():
        assert one.sections, ref
        text = "\n".join(line.text for _heading, line in text_lines(one))
        whole = text + json.dumps(one.raw)
        assert one.raw, ref
        for secret in ("sk_live_", "postgres://shop:", "POSTGRES_PASSWORD=a"):
            assert secret not in whole


async def test_it_is_a_pure_function_of_seed_and_time() -> None:
    assert await told() == await told()
    assert await told() != await told(seed=8)


async def test_what_is_gone_and_what_misbehaves() -> None:
    provider = next(p for p in demo_fleet(now=lambda: NOW) if p.name == "docker")
    assert isinstance(provider, Describable)
    with pytest.raises(NotFound, match="container/x is not there any more"):
        await provider.describe(Ref("docker", "bastion", "container", "x", "x"))
    clock = [NOW]
    for provider in demo_fleet(now=lambda: clock[0], fault="expired"):
        clock[0] = NOW + 3600
        if provider.name == "aws" and isinstance(provider, Describable):
            with pytest.raises(ProviderError):
                await provider.describe(Ref("aws", provider.scope, "asg", "x", "x"))
