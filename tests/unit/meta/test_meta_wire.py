"""What the wire puts into a request, what it reads, and what it never shows."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connector.errors import ConfigurationError
from connector.meta.wire import LONGEST_ANSWER, Answer, Wire, app_secret_proof, open_client
from tests.unit.meta.meta_events import event, payload_of

TOKEN, SECRET = "EAAB_token_example", "app_secret_example"
PROOF = "55c998b8569d5e06541ebdec1da74746f1ccea8d09e750035ca37b726ce45f11"
PAYLOADS = [payload_of(event()), payload_of(event(event_id="ORDER-1002"))]
Handler = Callable[[httpx.Request], httpx.Response]


def wire_over(client: httpx.AsyncClient, **changes: Any) -> Wire:
    parts: dict[str, Any] = {
        "base_url": "https://graph.example",
        "api_version": "v26.0",
        "token": SecretStr(TOKEN),
        "app_secret": None,
        "test_event_code": None,
    }
    return Wire(client, **(parts | changes))


def send(
    handler: Handler, dataset_id: str = "123", *, payloads: list[bytes] = PAYLOADS, timeout_s: float = 5, **changes: Any
) -> Answer:
    """Send one batch to a server that is a function."""

    async def once() -> Answer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler), timeout=timeout_s) as client:
            return await wire_over(client, **changes).send(dataset_id, payloads)

    return asyncio.run(once())


def seen_by(dataset_id: str = "123", **changes: Any) -> httpx.Request:
    """The request that a server gets."""
    requests: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    send(remember, dataset_id, **changes)
    (request,) = requests
    return request


def test_a_request_joins_the_payload_s_very_bytes() -> None:
    request = seen_by()
    assert request.content == b'{"data":[' + PAYLOADS[0] + b"," + PAYLOADS[1] + b"]}"
    assert json.loads(request.content) == {"data": [event(), event(event_id="ORDER-1002")]}


def test_a_request_goes_to_the_dataset_s_events_with_the_token_in_its_header_only() -> None:
    request = seen_by(app_secret=SecretStr(SECRET))
    assert (request.method, str(request.url)) == ("POST", "https://graph.example/v26.0/123/events")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert TOKEN.encode() not in request.content
    assert SECRET.encode() not in request.content


def test_the_proof_is_the_official_sdk_s_and_travels_in_the_body() -> None:
    assert app_secret_proof(TOKEN, SECRET) == PROOF
    assert json.loads(seen_by(app_secret=SecretStr(SECRET)).content)["appsecret_proof"] == PROOF


def test_white_space_around_a_secret_changes_neither_header_nor_proof() -> None:
    request = seen_by(token=SecretStr(f" {TOKEN}\n"), app_secret=SecretStr(f"{SECRET}\n"))
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content)["appsecret_proof"] == PROOF


def test_a_test_event_code_stands_beside_the_events_and_only_if_there_is_one() -> None:
    body = json.loads(seen_by(test_event_code="TEST12345", app_secret=SecretStr(SECRET)).content)
    assert set(body) == {"data", "test_event_code", "appsecret_proof"}
    assert body["test_event_code"] == "TEST12345"
    assert set(json.loads(seen_by().content)) == {"data"}


def test_no_events_are_an_empty_list() -> None:
    assert seen_by(payloads=[]).content == b'{"data":[]}'


@pytest.mark.parametrize(
    "dataset_id", ["../me", "1/2", "1?access_token=x", "1#x", "@evil.example", "ü", "1 2", "\r\nX: y"]
)
def test_no_dataset_id_leads_to_another_host_or_address(dataset_id: str) -> None:
    url = seen_by(dataset_id).url
    assert url.host == "graph.example"
    assert not url.query
    assert url.raw_path.count(b"/") == 3
    assert url.raw_path.startswith(b"/v26.0/")
    assert url.raw_path.endswith(b"/events")


@pytest.mark.parametrize("token", ["", "  ", "two words", "new\nline", "tök", "nul\0", "\u200b"])
@pytest.mark.parametrize("name", ["token", "app_secret"])
def test_an_unusable_secret_is_a_configuration_error_that_does_not_repeat_it(name: str, token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        seen_by(**{name: SecretStr(token)})
    assert "not usable" in str(caught.value)
    assert not token.strip() or token not in "".join(traceback.format_exception(caught.value))


# what is read


def test_an_answer_is_its_status_headers_and_bytes() -> None:
    answer = send(lambda _: httpx.Response(400, content=b'{"error":{}}', headers={"X-App-Usage": "{}"}))
    assert (answer.status, answer.body, answer.never_connected) == (400, b'{"error":{}}', False)
    assert answer.headers["x-app-usage"] == "{}"
    assert answer.duration_ms >= 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    seen: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(status, headers={"Location": "https://elsewhere.example/"})

    assert send(redirect).status == status
    assert seen == ["https://graph.example/v26.0/123/events"]


NEVER = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol]
MAYBE = [
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.LocalProtocolError,
    httpx.DecodingError,
    OSError,
    RuntimeError,
    ValueError,
    TimeoutError,
]


@pytest.mark.parametrize("fault", [*NEVER, *MAYBE, httpx.InvalidURL])
def test_a_fault_is_an_answer_that_says_whether_anything_can_have_left(fault: type[Exception]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault(f"the text of a library may quote {TOKEN}")

    answer = send(fail)
    assert (answer.status, answer.body, dict(answer.headers)) == (None, b"", {})
    assert answer.never_connected is (fault not in MAYBE)
    assert TOKEN not in repr(answer)


def test_a_request_is_sent_once_whatever_happens() -> None:
    calls: list[str] = []

    def fail(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise httpx.ConnectError("refused")

    send(fail)
    assert calls == ["POST"]


class Stream(httpx.AsyncByteStream):
    """A body that comes in parts, and then perhaps never ends."""

    def __init__(self, parts: list[bytes], *, then_hang: bool) -> None:
        self.parts, self.then_hang, self.closed = parts, then_hang, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part
        if self.then_hang:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


def test_an_answer_in_parts_is_read_to_its_end() -> None:
    stream = Stream([b'{"events_', b'received":2}'], then_hang=False)
    assert send(lambda _: httpx.Response(200, stream=stream)).body == b'{"events_received":2}'
    assert stream.closed


def test_an_answer_that_never_ends_is_given_up_after_the_whole_time() -> None:
    stream = Stream([b'{"events_received":2'], then_hang=True)
    answer = send(lambda _: httpx.Response(200, stream=stream), timeout_s=0.05)
    assert (answer.status, answer.body, answer.never_connected) == (None, b"", False)
    assert answer.duration_ms >= 40
    assert stream.closed


def test_an_answer_longer_than_any_of_meta_s_is_not_read_on() -> None:
    stream = Stream([b" " * (LONGEST_ANSWER // 4)] * 5, then_hang=True)
    answer = send(lambda _: httpx.Response(200, stream=stream))
    assert (answer.status, answer.body) == (None, b"")
    assert stream.closed


def test_stopping_the_sender_is_not_taken_for_a_fault() -> None:
    async def stopped() -> None:
        async def hang(_: httpx.Request) -> httpx.Response:
            task.cancel()
            return await asyncio.Future()

        async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
            task = asyncio.ensure_future(wire_over(client).send("123", PAYLOADS))
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())


# what is never shown


def test_secrets_and_payloads_stand_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def look() -> None:
        echo = httpx.MockTransport(lambda request: httpx.Response(400, content=request.content, headers={"x": TOKEN}))
        async with httpx.AsyncClient(transport=echo) as client:
            wire = wire_over(client, app_secret=SecretStr(SECRET))
            answer = await wire.send("123", PAYLOADS)
            shown.extend(repr(thing) for thing in (wire, vars(wire)["_headers"], answer, client))

    asyncio.run(look())
    text = "\n".join([*shown, caplog.text])
    assert "Answer(" in text
    assert "HTTP Request: POST https://graph.example/v26.0/123/events" in text
    for canary in (TOKEN, SECRET, PROOF, "ORDER-1001"):
        assert canary not in text


# the client


def test_a_client_verifies_tls_follows_nothing_and_has_time_left_once_it_is_connected() -> None:
    async def look() -> None:
        async with open_client(30, 4) as client:
            timeout = client.timeout
            assert (timeout.read, timeout.write) == (30, 30)
            assert timeout.connect is not None
            assert timeout.pool is not None
            assert timeout.pool + 2 * timeout.connect < 30
            assert client.follow_redirects is False
            transport: Any = client._transport
            pool = transport._pool
            assert (pool._max_connections, pool._max_keepalive_connections) == (4, 4)
            assert (pool._http1, pool._http2, pool._retries) == (True, False, 0)
            assert pool._ssl_context.check_hostname
            assert pool._ssl_context.verify_mode.name == "CERT_REQUIRED"

    asyncio.run(look())


def test_a_company_s_proxy_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")

    async def look() -> None:
        async with open_client(30, 4) as client:
            direct = client._transport
            assert client._transport_for_url(httpx.URL("https://graph.facebook.com/")) is not direct
            for host in ("localhost", "127.0.0.1", "[::1]"):
                assert client._transport_for_url(httpx.URL(f"http://{host}:8000/")) is direct

    asyncio.run(look())


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "gopher://user:canary@proxy.example"), ("SSL_CERT_FILE", "/nowhere/canary.pem")],
)
def test_unusable_proxy_and_certificate_variables_are_a_configuration_error_without_their_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        open_client(30, 4)
    assert "HTTPS_PROXY" in str(caught.value)
    assert "SSL_CERT_FILE" in str(caught.value)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
