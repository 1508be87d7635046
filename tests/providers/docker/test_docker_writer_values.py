"""What a person may write for a size, a number of cores, a time, a policy."""

from __future__ import annotations

from typing import Any

import pytest
from docker_recorded import recorded

from fleetui.core.change import Ask, Verb
from fleetui.core.errors import Invalid
from fleetui.core.ref import Ref
from fleetui.core.secrets import is_secret_name
from fleetui.providers.docker.writer import limits, values
from fleetui.providers.docker.writer.lifecycle import signal_of
from fleetui.providers.docker.writer.writer import MARK

MIB = 1024 * 1024
GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("text", "count"),
    [("512MiB", 512 * MIB), ("512m", 512 * MIB), ("2GiB", 2 * GIB), ("1.5g", 3 * GIB // 2),
     ("67108864", 64 * MIB), ("65536 KiB", 64 * MIB), ("none", 0)],
)  # fmt: skip
def test_sizes(text: str, count: int) -> None:
    assert values.memory(text) == count
    assert values.memory(values.memory_text(count)) == count


@pytest.mark.parametrize("text", ["", "much", "-5m", "5m", "512 MiB/s", "\x1b[31m"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        values.memory(text)
    assert "512MiB" in caught.value.hint
    assert "\x1b" not in caught.value.what


def test_cores() -> None:
    assert [values.cpu(text) for text in ("1.5", "0.25", "none")] == [1_500_000_000, 250_000_000, 0]
    assert [values.cpu_text(n) for n in (1_500_000_000, 2_000_000_000, 0)] == ["1.5", "2", "none"]
    for text in ("0", "-1", "lots", "nan"):
        with pytest.raises(Invalid):
            values.cpu(text)


def test_policies_and_times() -> None:
    assert values.policy("on-failure:5") == ("on-failure", 5)
    assert values.policy_text("on-failure", 5) == "on-failure:5"
    for text in ("sometimes", "always:5", "on-failure:x"):
        with pytest.raises(Invalid, match="no restart policy"):
            values.policy(text)
    assert [values.seconds(t, 7) for t in ("", "10", "10s", "2m")] == [7, 10, 10, 120]
    with pytest.raises(Invalid):
        values.seconds("soon", 7)
    with pytest.raises(Invalid):
        values.yes("maybe")


def test_signals() -> None:
    assert [signal_of(t) for t in ("", "kill", "SIGTERM", "hup", "9", "15")] == [
        "SIGKILL", "SIGKILL", "SIGTERM", "SIGHUP", "SIGKILL", "15",
    ]  # fmt: skip
    with pytest.raises(Invalid):
        signal_of("KILL; rm -rf /")


def sent(raw: Any, **asked: str) -> dict[str, Any]:
    now = limits.limits_of(raw)
    ask = Ask(Verb.RESIZE, Ref("docker", "bastion", "container", "x", "web"), tuple(asked.items()))
    return limits.body_of(now, limits.wanted_of(now, ask, 8 * GIB))


def test_swap_moves_with_the_memory() -> None:
    rich, plain = recorded("inspect_rich"), recorded("inspect_plain")
    # 64 MiB and 32 MiB of swap: an engine would refuse 128 MiB alone.
    assert sent(rich, memory="128MiB") == {"Memory": 128 * MIB, "MemorySwap": 160 * MIB}
    assert sent(plain, memory="128MiB") == {"Memory": 128 * MIB, "MemorySwap": 256 * MIB}
    assert sent(rich, memory="128MiB", swap="128MiB")["MemorySwap"] == 128 * MIB
    assert sent(rich, memory="64MiB") == {}
    # No limit cannot be had any more: all of the host's memory is as good.
    assert sent(rich, memory="none") == {"Memory": 8 * GIB, "MemorySwap": 16 * GIB}
    with pytest.raises(Invalid, match="cannot be less"):
        sent(rich, memory="128MiB", swap="64MiB")


def test_cores_the_way_they_are_limited() -> None:
    assert sent(recorded("inspect_rich"), cpu="2") == {"NanoCpus": 2_000_000_000}
    assert sent(recorded("inspect_plain"), cpu="2") == {"CpuPeriod": 100_000, "CpuQuota": 200_000}
    limited = recorded("inspect_plain")
    limited["HostConfig"]["CpuQuota"] = 50_000
    assert limits.limits_of(limited).texts()["cpu"] == "0.5"
    assert sent(limited, cpu="none") == {"CpuPeriod": 100_000, "CpuQuota": -1}


def test_nothing_asked_for() -> None:
    with pytest.raises(Invalid, match="no limit is given"):
        sent(recorded("inspect_plain"))


def test_the_audit_keeps_what_a_plan_is_followed_by() -> None:
    assert not is_secret_name(MARK)
