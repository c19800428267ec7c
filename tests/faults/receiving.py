"""A scripted Meta that answers late and kills its sender."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.faults.line import refusal, reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

EVENT_ID = re.compile(rb'"event_id":"[a-z-]*(\d+)"')
ANSWER_S = 0.06
LIMIT = 4


@contextmanager
def listening(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> Iterator[int]:
    """The port at which `talk` serves connections, in a thread."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 22))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass
class LateMeta:
    """Answers after `ANSWER_S`, and kills the process `victim` so long after the first request of its run.

    `percent`: of the limit, as its answers say. Every `refuses`-th request meets the limit. `on_request` hears the
    number of each. `acknowledged`: events whose answer was sent to a living sender. `sent_again`: how many events came
    after that.
    """

    percent: int = 0
    refuses: int = 0
    on_request: Callable[[int], None] = lambda _: None
    victim: int | None = None
    kill_after_s: float | None = None
    requests: int = 0
    kills: int = 0
    acknowledged: set[int] = field(default_factory=set)
    sent_again: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
                await self._answer({int(number) for number in EVENT_ID.findall(body)}, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    async def _answer(self, events: set[int], writer: asyncio.StreamWriter) -> None:
        run = self.victim
        self.requests += 1
        if self.kill_after_s is not None:
            asyncio.get_running_loop().call_later(self.kill_after_s, self._kill, run)
            self.kill_after_s = None
        self.on_request(self.requests)
        self.sent_again += len(events & self.acknowledged)
        is_refused = self.refuses > 0 and self.requests % self.refuses == 0
        await asyncio.sleep(ANSWER_S)
        if run is None or run != self.victim:
            return  # killed meanwhile: no answer arrives
        usage = f'x-app-usage: {{"call_count":{self.percent},"total_time":1,"total_cputime":1}}\r\n'
        if is_refused:
            writer.write(refusal(400, LIMIT, headers=usage))
        else:
            self.acknowledged |= events
            writer.write(reply(200, {"events_received": len(events), "fbtrace_id": "AbCdEf"}, headers=usage))
        await writer.drain()

    def _kill(self, run: int | None) -> None:
        if run is not None and run == self.victim:
            self.victim = None
            with suppress(ProcessLookupError):
                os.kill(run, signal.SIGKILL)
                self.kills += 1
