"""`fleetui forward`, on the demo: what it says, how it ends, and when it opens nothing."""

from __future__ import annotations

import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest
from command_line import Run, Start

DEMO = ("--demo", "forward")
SEARCH = ("blue/shop/svc/search", "--confirm", "search")
"""It is production in the demo, so its name is wanted."""


@pytest.fixture
def forwarding(program: Start) -> Iterator[Start]:
    """Start it, and end it after the test, however that went."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*words: str, **more: object) -> subprocess.Popen[bytes]:
        running.append(program(*DEMO, *words, **more))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def page_at(url: str) -> str:
    with urllib.request.urlopen(f"{url}/way", timeout=20) as answer:  # noqa: S310  our own
        return str(answer.read().decode())


def lines_of(process: subprocess.Popen[bytes], number: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().decode().strip() for _ in range(number)]


def test_it_forwards_until_ctrl_c(forwarding: Start) -> None:
    process = forwarding(*SEARCH, "0:80", "0:80", "--reason", "to look")
    lines = lines_of(process, 2)
    urls = [line.split(" ", 1)[0] for line in lines]
    assert len(set(urls)) == 2
    for url, line in zip(urls, lines, strict=True):
        assert line.startswith(f"{url} → svc/search:80 (pod search-")
        assert "you asked for /way" in page_at(url)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err == b"Ctrl-C closes all of them\n"
    with pytest.raises(OSError, match="refused"):
        page_at(urls[0])


def test_over_ssh_it_says_how_to_get_there(forwarding: Start) -> None:
    process = forwarding(*SEARCH, "0:80", env={"SSH_CONNECTION": "10.0.0.7 51234 10.0.0.1 22"})
    (line,) = lines_of(process, 1)
    port = line.split(" ", 1)[0].rpartition(":")[2]
    assert process.stderr is not None
    said = process.stderr.readline().decode()
    assert said.startswith(f"from your machine: ssh -L {port}:127.0.0.1:{port} ")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*SEARCH, "x:80"), 2, '"x" is no local port'),
        ((*SEARCH, "80:"), 2, '"80:" is no port · write 80, 8080:80'),
        ((*SEARCH, "70000"), 2, "there is no port 70000: they go from 1 to 65535"),
        ((*SEARCH, "81"), 2, "svc/search has no port 81 · it has 80"),
        ((*SEARCH, "80", "--address", "here"), 2, '"here" is no address'),
        ((*SEARCH, "80", "--address", "203.0.113.9"), 2, "no address of this machine"),
        (("blue/shop/svc/search", "80"), 3, "production wants the name: add --confirm search"),
        ((*SEARCH, "80", "--read-only"), 3, "refused: nothing is changed from here"),
        (("nonesuch", "80"), 1, 'nothing is called "nonesuch"'),
        (("bastion/container/vault", "80"), 3, "docker has no forward for a container"),
    ],
)
def test_what_opens_nothing_says_why(
    fleetui: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    got, out, err = fleetui(*DEMO, *words)
    assert said in err
    assert (got, out) == (code, "")


def test_a_port_that_is_taken_says_what_to_do(fleetui: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, out, err = fleetui(*DEMO, *SEARCH, f"{port}:80")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port} is taken by another program or forward · another: " in err


def test_a_list_of_them_is_only_where_they_are_open(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "get", "forwards")
    assert (code, out) == (2, "")
    assert "fleetui rollouts" in err
