"""A real server on this machine that talks as a test wants, and a wire to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import SecretStr

from connector.destinations.meta.client import Answer, Client, open_client
from tests.unit.destinations.meta_events import event, payload_of

PAYLOADS = [payload_of(event())]
SUCCESS = b'{"events_received":1,"messages":[],"fbtrace_id":"A"}'
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the whole body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    return head, await reader.readexactly(int(fields[b"content-length"]))


def response(body: bytes, *, length: int | None = None, status: bytes = b"200 OK") -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: " + str(size).encode() + b"\r\n\r\n" + body


@contextlib.asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[int]:
    """A server that talks like this on each connection; gives its port. All talks are over when it is left."""
    talks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())  # type: ignore[arg-type]  # a callback of the server always is a task
        try:
            await talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    listening = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await listening.wait_closed()


def send_to(address: Callable[[int], str], talk: Talk, *, times: int = 1, timeout_s: float = 5) -> list[Answer]:
    async def run() -> list[Answer]:
        async with server(talk) as port, open_client(timeout_s, 1) as client:
            wire = Client(
                client,
                base_url=address(port),
                api_version="v26.0",
                token=SecretStr("EAAB_token_example"),
                app_secret=None,
                test_event_code=None,
            )
            return [await wire.send("123", PAYLOADS) for _ in range(times)]

    return asyncio.run(run())


def send(talk: Talk, **options: Any) -> Answer:
    (answer,) = send_to(lambda port: f"http://127.0.0.1:{port}", talk, **options)
    return answer


def assert_unconfirmed(answer: Answer) -> None:
    assert (answer.status, answer.body, answer.never_connected) == (None, b"", False)
