"""How the server is asked, and what its silence, noise and refusals become."""

from __future__ import annotations

import asyncio
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_scripted import OK, Request, recorded, reply, scripted

from fleetui.core.errors import (
    AuthExpired,
    Denied,
    Invalid,
    NotFound,
    ProviderError,
    Throttled,
    Unreachable,
)
from fleetui.core.query import Query
from fleetui.core.settings import Secret
from fleetui.providers.prometheus.client import Client
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

ONE = Query("1")


async def ask(script, query: Query = ONE, scheme: str = "http", context=None, path="", **settings):
    """Ask a scripted server one query; return (result or error, requests)."""
    async with scripted(script, context) as server:
        url = f"{scheme}://127.0.0.1:{server.port}{path}"
        provider = Prometheus("main", PrometheusSettings(url=url, **settings))
        try:
            got: object = await provider.query(query)
        except ProviderError as error:
            got = error
        finally:
            await provider.close()
        return got, server.requests


async def test_an_expression_goes_as_a_form_under_the_prefix_with_the_headers() -> None:
    got, requests = await ask(
        lambda _: reply(), path="/a%20b/prom/", headers={"X-Scope-OrgID": "team"}
    )
    assert got.series[0].last == 1
    (request,) = requests
    assert (request.method, request.path) == ("POST", "/a%20b/prom/api/v1/query")
    assert request.form["query"] == "1"
    assert request.headers["x-scope-orgid"] == "team"
    assert "authorization" not in request.headers


async def test_a_range_is_asked_in_round_steps() -> None:
    got, requests = await ask(lambda _: reply(recorded("matrix")), Query("up", 1800, 120))
    form = requests[0].form
    assert requests[0].path == "/api/v1/query_range"
    assert float(form["step"]) == got.step == 15
    assert float(form["start"]) % 15 == float(form["end"]) % 15 == 0
    assert float(form["end"]) - float(form["start"]) == 1800
    assert len(got.series) == 2


async def test_basic_and_bearer_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_TEST", "pässword")
    _, requests = await ask(
        lambda _: reply(), username="me", password=Secret("env", "SECRET_OF_TEST")
    )
    basic = b64encode("me:pässword".encode()).decode()
    assert requests[0].headers["authorization"] == f"Basic {basic}"
    _, requests = await ask(lambda _: reply(), token=Secret("command", "echo abc"))
    assert requests[0].headers["authorization"] == "Bearer abc"


async def test_a_rotated_token_heals_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("new")
    accepted = "Bearer new"

    def script(request: Request) -> bytes:
        return reply() if request.headers["authorization"] == accepted else reply(b"", 401)

    async with scripted(script) as server:
        settings = PrometheusSettings(
            url=f"http://127.0.0.1:{server.port}", token=Secret("file", str(file))
        )
        provider = Prometheus("main", settings)
        await provider.query(ONE)
        accepted = "Bearer newer"
        # Not changed at its source yet: one request, no second with the same token.
        with pytest.raises(AuthExpired, match="token was refused"):
            await provider.query(ONE)
        assert len(server.requests) == 2
        file.write_text("newer")
        assert (await provider.query(ONE)).series[0].last == 1
        await provider.close()


@pytest.mark.parametrize(
    ("source", "value", "says"),
    [
        ("env", "NO_SUCH_VARIABLE_HERE", "NO_SUCH_VARIABLE_HERE is not set"),
        ("command", "printf ''", "empty"),
        ("command", "printf 'a\\nb'", "no token can"),
        ("command", "exit 3", "exited with 3"),
    ],
)
async def test_a_secret_that_cannot_be_had_is_told_and_nothing_is_sent(
    source: str, value: str, says: str
) -> None:
    got, requests = await ask(lambda _: reply(), token=Secret(source, value))
    assert isinstance(got, AuthExpired)
    assert says in got.what
    assert "[prometheus.main]" in got.hint
    assert got.where == "prometheus/main"
    assert requests == []


async def test_a_secret_command_that_hangs_is_named_as_the_cause() -> None:
    got, _ = await ask(lambda _: reply(), token=Secret("command", "exec sleep 5"), timeout=0.2)
    assert isinstance(got, AuthExpired)
    assert got.what == "its token could not be had in time"


HTML = reply(b"<html>log in</html>", content_type="text/html")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (reply(b"", 401), AuthExpired, "not logged in"),
        (reply(b"", 403), Denied, "not allowed"),
        (reply(b"404 page not found\n", 404), NotFound, "no such API"),
        (reply(b"", 429, retry_after="7"), Throttled, "too many requests"),
        (reply(b"no backend", 502), Unreachable, r"no backend \(502\)"),
        (reply(b"<html>", 503), Unreachable, r"Service Unavailable \(503\)"),
        (reply(recorded("error_bad_data"), 400), Invalid, "^1:4: parse error"),
        (reply(recorded("error_execution"), 422), Invalid, "found duplicate series"),
        (reply(recorded("error_points"), 400), Invalid, "11,000 points"),
        (reply(recorded("error_timeout"), 503), Invalid, "query timed out"),
        (
            reply(b"", 302, location="https://u:hunter2@login.example.com/?t=hunter2"),
            Invalid,
            "redirects to login.example.com$",
        ),
        (HTML, Invalid, "HTML"),
        (reply(OK[:30]), Invalid, "broke off"),
        (reply(b""), Invalid, "empty"),
        (reply(b'{"status":"success","data":{"resultType":"odd"}}'), Invalid, "unknown result"),
        (reply(b'{"some":"json"}'), Invalid, "not Prometheus's"),
        (reply(b"not gzip", content_encoding="gzip"), Invalid, "compression"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Unreachable, "no HTTP"),
    ],
)
async def test_what_it_says_becomes_words(
    answer: bytes, kind: type[ProviderError], says: str
) -> None:
    got, _ = await ask(lambda _: answer)
    assert type(got) is kind
    with pytest.raises(kind, match=says):
        raise got
    assert "hunter2" not in got.fault().line
    assert got.where == "prometheus/main"


async def test_where_post_is_not_allowed_get_is_used() -> None:
    got, requests = await ask(lambda r: reply() if r.method == "GET" else reply(b"", 405))
    assert got.series[0].last == 1
    assert requests[1].query.startswith("query=1")


async def never(first: bytes = b"") -> AsyncIterator[bytes]:
    yield first
    await asyncio.Event().wait()


async def drip() -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
    while True:
        yield b" "
        await asyncio.sleep(0.02)  # the server's slowness, not the test's


@pytest.mark.parametrize("script", [lambda _: never(), lambda _: drip()])
async def test_a_server_that_hangs_or_drips_is_left(script) -> None:
    got, _ = await ask(script, timeout=2)
    assert isinstance(got, Unreachable)
    assert got.what == "no answer in time"


async def test_an_answer_cut_short_is_no_answer() -> None:
    got, _ = await ask(lambda _: cut())
    assert isinstance(got, Unreachable)


async def cut() -> AsyncIterator[bytes]:
    yield reply(OK)[:-10]


async def test_a_connection_that_died_while_kept_is_opened_again() -> None:
    async def once() -> AsyncIterator[bytes]:
        yield b""

    count = 0

    def script(_request: Request) -> bytes | AsyncIterator[bytes]:
        nonlocal count
        count += 1
        return once() if count == 2 else reply()

    async with scripted(script) as server:
        provider = Prometheus("main", PrometheusSettings(url=f"http://127.0.0.1:{server.port}"))
        await provider.query(ONE)
        assert (await provider.query(ONE)).series[0].last == 1
        assert count == 3
        await provider.close()


async def test_garbage_without_end_does_not_fill_the_memory() -> None:
    async def flood() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"[" * 4096

    async with scripted(lambda _: flood()) as server:
        settings = PrometheusSettings(url=f"http://127.0.0.1:{server.port}")
        client = Client("main", settings, max_body=100_000)
        with pytest.raises(Invalid, match="larger than 100000 bytes"):
            await client.get("alerts")
        await client.close()


async def test_nobody_listens() -> None:
    async with scripted(lambda _: reply()) as server:
        port = server.port
    provider = Prometheus("main", PrometheusSettings(url=f"http://127.0.0.1:{port}"))
    with pytest.raises(Unreachable, match="connection refused"):
        await provider.query(ONE)
    await provider.close()
    with pytest.raises(Unreachable, match="closed"):
        await provider.query(ONE)


async def test_closing_waits_for_no_request_under_way() -> None:
    async with scripted(lambda _: never()) as server:
        provider = Prometheus("main", PrometheusSettings(url=f"http://127.0.0.1:{server.port}"))
        asked = asyncio.ensure_future(provider.query(ONE))
        await server.arrived.wait()
        async with asyncio.timeout(60):
            await provider.close()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


def test_it_serves_one_loop_after_another() -> None:
    provider = Prometheus("main", PrometheusSettings())

    async def once() -> float | None:
        async with scripted(lambda _: reply()) as server:
            provider._client._settings = PrometheusSettings(url=f"http://127.0.0.1:{server.port}")
            return (await provider.query(ONE)).series[0].last

    assert asyncio.run(once()) == asyncio.run(once()) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that is its own CA, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return cert, key


async def test_tls_with_its_ca_without_it_and_without_checks(certificate: tuple[str, str]) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    got, _ = await ask(lambda _: reply(), scheme="https", context=context, tls_ca=certificate[0])
    assert got.series[0].last == 1
    got, _ = await ask(lambda _: reply(), scheme="https", context=context, tls_verify=False)
    assert got.series[0].last == 1
    got, _ = await ask(lambda _: reply(), scheme="https", context=context)
    assert isinstance(got, Unreachable)
    assert "not trusted" in got.what
    assert "tls_ca" in got.hint


async def test_a_server_without_tls_is_told_from_one_that_hangs() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    provider = Prometheus("main", PrometheusSettings(url=f"https://127.0.0.1:{port}"))
    with pytest.raises(Unreachable, match="does not speak TLS"):
        await provider.query(ONE)
    await provider.close()
    server.close()
    # A plain server that waits for more of what it cannot read: the handshake never ends.
    got, _ = await ask(lambda _: reply(), scheme="https", timeout=1)
    assert isinstance(got, Unreachable)
    assert got.what in {"no connection in time", "no answer in time"}


async def test_a_client_certificate_is_shown_where_it_is_asked_for(
    certificate: tuple[str, str],
) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate[0])
    cert, key = certificate
    got, _ = await ask(
        lambda _: reply(), scheme="https", context=context, tls_ca=cert, tls_cert=cert, tls_key=key
    )
    assert got.series[0].last == 1


@pytest.mark.parametrize("name", ["tls_ca", "tls_cert"])
async def test_files_that_are_missing_or_no_certificates_are_named(
    name: str, tmp_path: Path
) -> None:
    got, _ = await ask(lambda _: reply(), scheme="https", **{name: str(tmp_path / "none")})
    assert isinstance(got, Invalid)
    assert f"the file of {name} cannot be read" in got.what
    (tmp_path / "text").write_text("hello")
    got, _ = await ask(lambda _: reply(), scheme="https", **{name: str(tmp_path / "text")})
    assert isinstance(got, Invalid)
    assert name in got.what
