"""A line to Meta that fails by script: a TCP proxy on loopback that answers wrongly, cuts, hangs or is slow.

It sees whole requests, so that a fault can come before Meta has read one or after Meta has taken its events in.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Self

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset instead of a polite end."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to one request. `commits`: Meta hears it first. `answer` None means that none comes."""

    commits: bool = False
    answer: bytes | None = None
    hangs: bool = False
    delay_s: float = 0.0


@dataclass(kw_only=True)
class Script:
    """Which requests fail: by number (from 1), by chance with a seed, or because they carry an event. At most so many.

    `number` counts all requests, `injected` the faults.
    """

    fault: Fault | None = None
    numbers: frozenset[int] = frozenset()
    probability: float = 0.0
    seed: int = 0
    event_ids: frozenset[str] = frozenset()
    at_most: int = 1_000
    number: int = 0
    injected: int = 0
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - reproducible, not secret

    def at_head(self) -> Fault | None:
        """The fate of a request whose head has come."""
        self.number += 1
        chance = self._dice.random() < self.probability
        return self._inject(self.number in self.numbers or chance)

    def at_body(self, body: bytes) -> Fault | None:
        """The fate of a request that has come whole."""
        return self._inject(any(f'"event_id":"{one}"'.encode() in body for one in self.event_ids))

    def _inject(self, now: bool) -> Fault | None:
        if not now or self.fault is None or self.injected >= self.at_most:
            return None
        self.injected += 1
        return self.fault


def reply(status: int, body: object, *, media: str = "application/json", headers: str = "") -> bytes:
    """An HTTP answer; a body that is not text is written as JSON."""
    text = (body if isinstance(body, str) else json.dumps(body)).encode()
    head = f"HTTP/1.1 {status} Scripted\r\ncontent-type: {media}\r\ncontent-length: {len(text)}\r\n{headers}\r\n"
    return head.encode() + text


def refusal(status: int, code: int, *, headers: str = "", transient: bool = False) -> bytes:
    """Meta's error envelope."""
    error = {"message": "localised text", "type": "OAuthException", "code": code, "is_transient": transient}
    return reply(status, {"error": error}, headers=headers)


class Line:
    """The running proxy, in a thread of its own. `script` may be changed between two runs."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self.script = Script()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256), self._loop
        ).result()
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        try:
            while await self._run_to_end(reader, writer, *upstream):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the sender went away
        finally:
            writer.close()
            upstream[1].close()

    async def _run_to_end(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        meta_reader: asyncio.StreamReader,
        meta_writer: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; False when the connection is at its end."""
        head = await reader.readuntil(b"\r\n\r\n")
        fault = self.script.at_head()
        if fault is not None and not (fault.commits or fault.answer or fault.hangs or fault.delay_s):
            return _cut(writer)
        body = await reader.readexactly(_length(head))
        fault = fault or self.script.at_body(body)
        answer = b""
        if fault is None or fault.commits:
            meta_writer.write(head + body)
            answer_head = await meta_reader.readuntil(b"\r\n\r\n")
            answer = answer_head + await meta_reader.readexactly(_length(answer_head))
        if fault is not None:
            if fault.hangs:
                await reader.read()  # until the sender gives up
                return False
            if fault.delay_s:
                await asyncio.sleep(fault.delay_s)
            elif fault.answer is None:
                return _cut(writer)
            answer = fault.answer or answer
        writer.write(answer)
        await writer.drain()
        return True


def _cut(writer: asyncio.StreamWriter) -> bool:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
    return False


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found.group(1)) if found else 0
