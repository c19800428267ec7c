"""The cheapest server that answers as Meta does: reads a request, counts its events, answers after a given delay."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

EVENT = b"event_name"
"""Written once in each event: plain in JSON, between %22 in the SDK's form bodies."""


async def _serve(delay_s: float, port: Connection) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                if delay_s:
                    await asyncio.sleep(delay_s)
                answer = b'{"events_received":%d,"messages":[],"fbtrace_id":"AbCdEf"}' % body.count(EVENT)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(answer), answer)
                )
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 22)
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _main(delay_s: float, port: Connection) -> None:
    asyncio.run(_serve(delay_s, port))


@contextlib.contextmanager
def running(delay_s: float = 0.0) -> Iterator[str]:
    """The address of a sink in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(delay_s, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()
