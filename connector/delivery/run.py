"""A sync run: chunks of owed conversions are claimed, read, screened, marked, sent and settled.

Two threads ask the warehouse, each with its own connection. The writer's writes marks and outcomes, and renews the
lease. The reader's reads and claims: a claim takes seconds behind a large ledger, which no outcome may wait for. It
only looks at the lease that the writer renews, and holds the claim's lock, without which nobody can end this run.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from connector.delivery.bisection import Budget
from connector.delivery.feeding import Feeder
from connector.delivery.pacing import RunState
from connector.delivery.reasons import Reason
from connector.delivery.results import RunResult
from connector.delivery.sending import Sender
from connector.delivery.threads import InThread, two_threads
from connector.delivery.writing import Writer
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from connector.delivery.ports import Destination, Ledger
    from connector.delivery.preparing import PreparedBatch
    from connector.delivery.results import RunConfig
    from connector.model.outcomes import Settled


class SyncRun:
    """One run of one sender. `stop()` may be called at any time: what is in flight is finished, the rest deferred.

    `in_thread` does the warehouse's work in the place of the run's own two threads.
    """

    def __init__(
        self,
        ledger: Ledger,
        destination: Destination,
        config: RunConfig,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        listen: Callable[[RunResult], None] = lambda _: None,
        in_thread: InThread | None = None,
    ) -> None:
        self._ledger = ledger
        self._config = config
        self._listen = listen
        self._in_thread = in_thread
        self._state = RunState(datasets_to_probe=set(config.datasets_to_probe))
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._result = RunResult(reason="running", requests=0, claimed=0, wording=destination.wording)
        self._writer = Writer(
            ledger,
            lease_ttl_s=config.lease_ttl_s,
            least_s=config.write_interval_s,
            monotonic=monotonic,
            on_written=self._on_written,
        )
        self._sender = Sender(
            destination,
            self._writer,
            concurrency=config.concurrency,
            request_timeout_s=config.request_timeout_s,
            default_dataset=config.default_dataset,
            state=self._state,
            budget=Budget(requests=config.bisection_budget),
            now=now,
            monotonic=monotonic,
        )
        self._feeder = Feeder(
            ledger,
            destination,
            config,
            self._state,
            self._result,
            now=now,
            monotonic=monotonic,
            settled=self._all_settled,
            has_priority=lambda: self._writer.has_outcomes,
        )
        self._sender.places.is_fresh_coming = self._is_fresh_coming

    def _is_fresh_coming(self) -> bool:
        return self._state.halt is None and self._feeder.has_batches and not self._sender.is_held_up

    def stop(self) -> None:
        """Ask the run to end."""
        self._state.end(StopReason.STOPPED)

    async def run(self) -> RunResult:
        """Send everything owed. Raises LeaseLost if this sender was declared dead."""
        if self._config.max_seconds is not None:
            asyncio.get_running_loop().call_later(self._config.max_seconds, self._state.end, StopReason.TIME_IS_UP)
        with two_threads(self._in_thread, at_once=self._config.asks_at_once) as (in_writer, in_reader):
            writing = asyncio.create_task(self._write(in_writer))
            try:
                await self._deliver_all(in_reader)
            finally:
                self._writer.close()
                await writing
            if self._state.halt is StopReason.LEASE_LOST and self._writer.lost is None:
                await in_writer(partial(self._ledger.record, [], []))  # the ledger knows whether it is lost
        if self._writer.lost is not None:
            raise self._writer.lost
        return self._report(reason=str(self._state.reason))

    async def _write(self, in_writer: InThread) -> None:
        try:
            await self._writer.run(in_writer)
        except BaseException:
            self._state.end(StopReason.FAILED)
            raise

    async def _deliver_all(self, in_reader: InThread) -> None:
        """Deliver what is owed. Whatever fails, the answers in flight are heard, so that they can be written."""
        feeding = asyncio.create_task(self._feeder.run(in_reader))
        try:
            while (batch := await self._feeder.next()) is not None:
                await self._begin(batch)
                self._feeder.taken()
                self._sender.places.admit()
            await feeding
        except asyncio.CancelledError:
            for task in self._tasks:
                task.cancel()
            raise
        except BaseException:
            self._state.end(StopReason.FAILED)
            raise
        finally:
            feeding.cancel()
            self._sender.places.admit()
            await asyncio.gather(feeding, *self._tasks, return_exceptions=True)
        self._feeder.check()
        await self._sender.judge_suspects()

    async def _begin(self, batch: PreparedBatch) -> None:
        """Start the delivery of a batch as soon as there is a place for it, or defer it."""
        self._state.on_rows(batch.size, changed=_changed(batch))
        self._writer.settle(batch.refused)
        if not batch.payloads:
            return
        if self._state.may_send(batch.dataset_id):
            await self._sender.admit()
            task = asyncio.create_task(self._sender.deliver(batch))
            self._tasks[task] = None
            task.add_done_callback(self._on_delivered)
        else:
            self._sender.defer(batch, Reason.RUN_STOPPED)

    def _on_delivered(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._state.end(StopReason.FAILED)
            self._feeder.fail(_first_of(error))

    async def _all_settled(self) -> None:
        """Until nothing that was begun is under way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _on_written(self, settled: Sequence[Settled]) -> None:
        for one in settled:
            self._result.count(one)
        if self._writer.lost is not None:
            self._state.end(StopReason.LEASE_LOST)
        self._sender.places.admit()
        self._feeder.look()
        self._listen(self._report(reason="running"))

    def _report(self, *, reason: str) -> RunResult:
        self._result.reason = reason
        self._result.requests = self._sender.requests
        self._result.stopped_datasets = dict(self._state.stopped_datasets)
        self._result.datasets_to_probe = self._state.to_probe_next
        self._result.last_refusal = self._state.heard.last_refusal
        return self._result


def _changed(batch: PreparedBatch) -> int:
    """How many of its rows had changed since the claim, or were gone."""
    return sum(one.events for one in batch.refused if one.evidence.error_text in (Reason.ROW_CHANGED, Reason.ROW_GONE))


def _first_of(error: BaseException) -> BaseException:
    """The error itself, of a group its first: the group's text says nothing of it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
