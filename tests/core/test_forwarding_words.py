"""What is written of a forward."""

from __future__ import annotations

import pytest

from fleetui.core.errors import Invalid
from fleetui.core.forwarding import (
    is_loopback,
    near_end,
    port_label,
    read_address,
    read_port,
    url_of,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("80", (None, "80")), ("8080:80", (8080, "80")), ("8080:http", (8080, "http")),
        ("http", (None, "http")), (":80", (0, "80")), ("0:80", (0, "80")), (" ", (None, "")),
    ],
)  # fmt: skip
def test_a_port_by_number_or_name_and_the_one_here(
    text: str, found: tuple[int | None, str]
) -> None:
    assert read_port(text) == found


@pytest.mark.parametrize(
    "text", ["0", "65536", "8080:", "a b", "x:80", "-1", "1:2:3", "٣", "99999:80", "\x1b[31m"]
)
def test_what_is_no_port_is_told_with_how_to_write_one(text: str) -> None:
    with pytest.raises(Invalid) as error:
        read_port(text)
    assert "port" in error.value.what
    assert "\x1b" not in error.value.fault().line


def test_addresses() -> None:
    assert read_address("") == read_address("localhost") == "127.0.0.1"
    assert read_address("[::1]") == "::1"
    with pytest.raises(Invalid, match="no address"):
        read_address("example.com")
    assert [is_loopback(one) for one in ("127.0.0.2", "::1", "0.0.0.0", "10.0.0.1", "x")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert near_end("::1", 80) == "[::1]:80"


def test_what_to_open_has_a_scheme_where_it_speaks_http() -> None:
    assert url_of("127.0.0.1", 8080, 80) == "http://127.0.0.1:8080"
    assert url_of("0.0.0.0", 8080, 9999, "http-alt") == "http://127.0.0.1:8080"
    assert url_of("::", 8443, 443, "web") == "https://[::1]:8443"
    assert url_of("127.0.0.1", 5432, 5432, "postgres") == "127.0.0.1:5432"
    assert port_label(80, "http") == "80 http"
    assert port_label(80, "80") == "80"
