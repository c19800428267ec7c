"""What the wire reads of an answer, and what it makes of a fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from connector.destinations.meta.client import MAX_ANSWER_BYTES
from tests.unit.destinations.meta_clients import PAYLOADS, TOKEN, client_over, send


def test_an_answer_is_its_status_headers_and_bytes() -> None:
    answer = send(lambda _: httpx.Response(400, content=b'{"error":{}}', headers={"X-App-Usage": "{}"}))
    assert (answer.status, answer.body, answer.never_connected) == (400, b'{"error":{}}', False)
    assert answer.headers["x-app-usage"] == "{}"
    assert 0 <= answer.duration_ms < 60_000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    seen: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(str(httpx.URL(request.url)))
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
    stream = Stream([b" " * (MAX_ANSWER_BYTES // 4)] * 5, then_hang=True)
    answer = send(lambda _: httpx.Response(200, stream=stream))
    assert (answer.status, answer.body) == (None, b"")
    assert stream.closed


def test_stopping_the_sender_is_not_taken_for_a_fault() -> None:
    async def stopped() -> None:
        async def hang(_: httpx.Request) -> httpx.Response:
            task.cancel()
            return await asyncio.Future()

        async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
            task = asyncio.ensure_future(client_over(client).send("123", PAYLOADS))
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
