"""Claims and reads ahead of the sending: the next batches, screened, in order."""

from __future__ import annotations

import asyncio
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from connector.delivery.preparing import PreparedBatch, prepare
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from connector.delivery.pacing import RunState
    from connector.delivery.ports import Destination, Ledger
    from connector.delivery.results import RunConfig, RunResult
    from connector.delivery.threads import InThread
    from connector.model.batches import LoadedBatch

CHUNK_BATCHES = 1_024  # a claim costs a look at everything owed, however few it takes: so it takes many
READ_AHEAD = 4
"""Batches a slot that are read and screened before they can be sent, as far as READ_AHEAD_BYTES hold them."""
READ_AHEAD_BYTES = 64 << 20
PEER_POLL_S = 1.0


class Ahead:
    """Room for so many batches and bytes that are read ahead, and for one batch of any size.

    `has_priority`: whether something has to be written first. Reading would slow it down, so that waits, as long as
    there is a batch to send.
    """

    def __init__(self, batches: int, size: int, *, has_priority: Callable[[], bool]) -> None:
        self._batches, self._size = batches, size
        self._taken, self._taken_bytes = 0, 0
        self._has_priority = has_priority
        self._look = asyncio.Event()

    async def take(self, size: int) -> None:
        size = min(size, self._size)
        while self._taken >= self._batches or self._taken_bytes + size > self._size:
            await self._changed()
        self._taken += 1
        self._taken_bytes += size

    async def spare_time(self) -> None:
        """Until reading more holds up nothing, or nothing is left."""
        while self._taken and self._has_priority():
            await self._changed()

    def leave(self, size: int) -> None:
        self._taken -= 1
        self._taken_bytes -= min(size, self._size)
        self.look()

    def look(self) -> None:
        """Have who waits here look again."""
        self._look.set()

    async def _changed(self) -> None:
        self._look.clear()
        await self._look.wait()


class Feeder:
    """`next` gives batch after batch, then None; `settled` returns when everything given was settled."""

    def __init__(
        self,
        ledger: Ledger,
        destination: Destination,
        config: RunConfig,
        state: RunState,
        result: RunResult,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        settled: Callable[[], Awaitable[None]],
        has_priority: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._destination = destination
        self._config = config
        self._state = state
        self._result = result
        self._now = now
        self._monotonic = monotonic
        self._settled = settled
        self._ahead = Ahead(READ_AHEAD * config.concurrency, READ_AHEAD_BYTES, has_priority=has_priority)
        self._batches: asyncio.Queue[PreparedBatch | None] = asyncio.Queue()
        self._failure: BaseException | None = None

    async def next(self) -> PreparedBatch | None:
        """The next batch; `taken` is to be called once it has been begun. Raises what `fail` was told."""
        batch = await self._batches.get()
        self.check()
        if batch is not None:
            self._ahead.leave(batch.payload_bytes)
        return batch

    @property
    def has_batches(self) -> bool:
        return not self._batches.empty()

    def look(self) -> None:
        """Something was written."""
        self._ahead.look()

    def taken(self) -> None:
        self._batches.task_done()

    def fail(self, error: BaseException) -> None:
        """Have `next` raise."""
        self._failure = self._failure or error
        self._batches.put_nowait(None)

    def check(self) -> None:
        """Raise what `fail` was told, also where nobody asks for another batch."""
        if self._failure is not None:
            raise self._failure

    async def run(self, in_reader: InThread) -> None:
        """Claim and read until nothing is owed, or the run has a reason to end."""
        self._in_reader = in_reader
        try:
            while (batch_nos := await self._next_chunk()) is not None:
                await self._read(batch_nos)
        finally:
            self._batches.put_nowait(None)

    async def _read(self, batch_nos: range) -> None:
        batches = self._ledger.read(batch_nos)
        try:
            while (prepared := await self._in_reader(partial(self._prepare_next, batches))) is not None:
                self._result.claimed += prepared.size
                await self._ahead.take(prepared.payload_bytes)
                self._batches.put_nowait(prepared)
                del prepared
                await self._ahead.spare_time()
        finally:
            await self._in_reader(batches.close)

    def _prepare_next(self, batches: Iterator[LoadedBatch]) -> PreparedBatch | None:
        """In the reader's thread: screening takes longer than an answer waits, which would be heard only after it."""
        loaded = next(batches, None)
        if loaded is None:
            return None
        return prepare(loaded, destination=self._destination, now_s=int(self._now().timestamp()))

    async def _next_chunk(self) -> range | None:
        """The next claim; where nothing is owed, wait for what other runs hold and may release."""
        wait_until: float | None = None
        while self._state.halt is None:
            batch_nos = await self._claim()
            if batch_nos is not None:
                return batch_nos
            wait_until = wait_until or self._monotonic() + self._config.lease_ttl_s
            if self._state.halt is not None or not await self._another_run_released(wait_until):
                return None
        return None

    async def _another_run_released(self, wait_until: float) -> bool:
        """Wait for one of the runs that hold conversions; False if there is none, or none released any in time."""
        before = held = await self._in_reader(self._ledger.held_by_others)
        while held and held.keys() >= before.keys() and self._state.halt is None:
            if self._monotonic() >= wait_until:
                break
            await asyncio.sleep(PEER_POLL_S)
            held = await self._in_reader(self._ledger.held_by_others)
        self._result.left_to_others = held
        return not held.keys() >= before.keys()

    async def _claim(self) -> range | None:
        size = CHUNK_BATCHES * self._destination.batch_size
        if self._config.limit is not None:
            size = min(size, self._config.limit - self._result.claimed)
            if size <= 0:
                await self._all_settled()  # a run that has ended sends nothing of what it claimed
                self._state.end(StopReason.LIMIT_REACHED)
                return None
        if self._state.datasets_to_probe:  # what becomes of a probe decides what is claimed next
            await self._all_settled()
        while (dataset := self._state.next_to_probe()) is not None:
            # no more than half of what a limit leaves: the rest is for other datasets
            probe = await self._plan(min(ceil(size / 2), self._destination.batch_size), only=dataset)
            if probe is not None:
                return probe
            self._state.probed.add(dataset)
        return await self._plan(size, only=None)

    async def _all_settled(self) -> None:
        await self._batches.join()
        await self._settled()

    async def _plan(self, size: int, *, only: str | None) -> range | None:
        return await self._in_reader(
            partial(
                self._ledger.claim,
                now=self._now().replace(tzinfo=None),
                chunk_size=size,
                batch_size=self._destination.batch_size,
                resend_unconfirmed=self._config.resend_unconfirmed,
                senders=self._config.senders,
                only=only,
                without=self._state.paused if only is None else (),
            )
        )
