"""A sync run: chunks of owed conversions are claimed, read, screened, marked, sent and settled."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from connector.delivery.bisection import Budget
from connector.delivery.pacing import WRITE_BACKOFF_S, RunState
from connector.delivery.preparing import PreparedBatch, prepare
from connector.delivery.reasons import Reason
from connector.delivery.sending import Sender
from connector.errors import LeaseLost
from connector.model.outcomes import Evidence, Outcome, Settled, settle
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from connector.delivery.ports import Destination, Ledger
    from connector.model.batches import LoadedBatch
    from connector.model.tally import Tally
    from connector.model.verdicts import Verdict, Wording

CHUNK_BATCHES = 1_024  # a claim costs a look at everything owed, however few it takes: so it takes many
GROUP_FACTOR = 4
BISECTION_BUDGET = 2_000
PEER_POLL_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What a run may do. `limit`: at most so many conversions are claimed; `senders` share the work; times in seconds.

    `max_seconds`: when to end with the rest deferred. `datasets_to_probe`: see `RunState`.
    """

    concurrency: int
    resend_unconfirmed: bool
    default_dataset: str | None
    request_timeout_s: float
    lease_ttl_s: float
    limit: int | None = None
    senders: int = 1
    bisection_budget: int = BISECTION_BUDGET
    max_seconds: float | None = None
    datasets_to_probe: frozenset[str] = frozenset()


@dataclass(slots=True)
class RunResult:
    """How a run ended, by its own count; the ledger's tally must be the same.

    `left_to_others`: how many conversions other living runs still held when this one stopped waiting, by sync_id.
    `datasets_to_probe`: those that the next run must probe first.
    `last_refusal`: the last answer that accepted nothing.
    """

    reason: str
    requests: int
    claimed: int
    wording: Wording
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    left_to_others: dict[str, int] = field(default_factory=dict)
    datasets_to_probe: set[str] = field(default_factory=set)
    last_refusal: Verdict | None = None

    def is_proven_by(self, tally: Tally) -> bool:
        """Claimed = accepted + rejected + invalid + deferred + unconfirmed, by the ledger's rows and by this count."""
        counted = {outcome: self.outcomes[outcome] for outcome in Outcome}
        return tally.is_proven and tally.claimed == self.claimed and tally.events == counted

    def proven_reason(self, tally: Tally) -> StopReason:
        """Why the run ended; the ledger's rows may tell otherwise than the run."""
        return StopReason(self.reason) if self.is_proven_by(tally) else StopReason.UNPROVEN


class SyncRun:
    """One run of one sender. `stop()` may be called at any time: what is in flight is finished, the rest deferred."""

    def __init__(
        self,
        ledger: Ledger,
        destination: Destination,
        config: RunConfig,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        listen: Callable[[RunResult], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._destination = destination
        self._config = config
        self._now = now
        self._monotonic = monotonic
        self._listen = listen
        self._state = RunState(datasets_to_probe=set(config.datasets_to_probe))
        self._lease_until = monotonic() + config.lease_ttl_s
        self._sender = Sender(
            destination,
            concurrency=config.concurrency,
            default_dataset=config.default_dataset,
            state=self._state,
            budget=Budget(requests=config.bisection_budget),
            monotonic=monotonic,
            # a request must end before the lease can run out
            send_deadline=lambda: self._lease_until - config.request_timeout_s,
        )
        self._result = RunResult(reason="running", requests=0, claimed=0, wording=destination.wording)

    def stop(self) -> None:
        """Ask the run to end."""
        self._state.end(StopReason.STOPPED)

    async def run(self) -> RunResult:
        """Send everything owed. Raises LeaseLost if this sender was declared dead."""
        renewing = asyncio.create_task(self._keep_lease())
        if self._config.max_seconds is not None:
            asyncio.get_running_loop().call_later(self._config.max_seconds, self._state.end, StopReason.TIME_IS_UP)
        try:
            while (batch_nos := await self._next_chunk()) is not None:
                with closing(self._ledger.read(batch_nos)) as batches:
                    await self._send_chunk(batches)
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
        if self._state.halt is StopReason.LEASE_LOST:
            self._record([], [])  # raises LeaseLost with the ledger's message
        return self._report(reason=str(self._state.reason))

    async def _next_chunk(self) -> range | None:
        """The next claim; where nothing is owed, wait for what other runs hold and may release."""
        wait_until: float | None = None
        while self._state.halt is None:
            batch_nos = self._claim()
            if batch_nos is not None:
                return batch_nos
            wait_until = wait_until or self._monotonic() + self._config.lease_ttl_s
            if self._state.halt is not None or not await self._another_run_released(wait_until):
                return None
        return None

    async def _another_run_released(self, wait_until: float) -> bool:
        """Wait for one of the runs that hold conversions; False if there is none, or none released any in time."""
        before = held = self._ledger.held_by_others()
        while held and held.keys() >= before.keys() and self._state.halt is None:
            if self._monotonic() >= wait_until:
                break
            await asyncio.sleep(PEER_POLL_S)
            held = self._ledger.held_by_others()
        self._result.left_to_others = held
        return not held.keys() >= before.keys()

    def _claim(self) -> range | None:
        size = CHUNK_BATCHES * self._destination.batch_size
        if self._config.limit is not None:
            size = min(size, self._config.limit - self._result.claimed)
            if size <= 0:
                self._state.end(StopReason.LIMIT_REACHED)
                return None
        while (dataset := self._state.next_to_probe()) is not None:
            probe = self._plan(min(size, self._destination.batch_size), only=dataset)
            if probe is not None:
                return probe
            self._state.probed.add(dataset)
        return self._plan(size, only=None)

    def _plan(self, size: int, *, only: str | None) -> range | None:
        return self._ledger.claim(
            now=self._now().replace(tzinfo=None),
            chunk_size=size,
            batch_size=self._destination.batch_size,
            resend_unconfirmed=self._config.resend_unconfirmed,
            senders=self._config.senders,
            only=only,
            without=self._state.paused if only is None else (),
        )

    async def _send_chunk(self, batches: Iterator[LoadedBatch]) -> None:
        """Send group by group, with one write each; while a group is in flight the next one is screened."""
        settled: list[Settled] = []
        group = await self._prepare(batches)
        while group:
            refused = [one for batch in group for one in batch.refused]
            sendable = [batch for batch in group if batch.positions]
            deferred = [one for batch in sendable if not self._may_send(batch) for one in self._defer(batch)]
            sendable = [batch for batch in sendable if self._may_send(batch)]
            await self._write([*settled, *refused, *deferred], [(batch.batch_no, batch.size) for batch in sendable])
            sending = asyncio.gather(*(self._sender.deliver(batch) for batch in sendable))
            try:
                group = await self._prepare(batches)
            except BaseException:
                await self._write(_flat(await sending), [])  # answers are recorded whatever else fails
                raise
            settled = _flat(await sending)
        await self._write(settled, [])

    async def _prepare(self, batches: Iterable[LoadedBatch]) -> list[PreparedBatch]:
        prepared = []
        for batch in islice(batches, GROUP_FACTOR * self._config.concurrency):
            self._result.claimed += batch.size
            prepared.append(prepare(batch, destination=self._destination, now_s=int(self._now().timestamp())))
            await asyncio.sleep(0)  # let the requests in flight proceed
        return prepared

    def _may_send(self, batch: PreparedBatch) -> bool:
        return self._state.may_send(batch.dataset_id)

    def _defer(self, batch: PreparedBatch) -> list[Settled]:
        return settle(batch.batch_no, batch.positions, Outcome.DEFERRED, Evidence(error_text=Reason.RUN_STOPPED))

    async def _write(self, settled: Sequence[Settled], marked: Sequence[tuple[int, int]]) -> None:
        """Record, and retry while the lease lasts: no answer may be lost because a write failed once."""
        for tried, wait in enumerate((*WRITE_BACKOFF_S, 0.0)):
            try:
                self._record(settled, marked, again=tried > 0)
                break
            except LeaseLost:
                raise
            except Exception:
                if tried == len(WRITE_BACKOFF_S) or self._monotonic() + wait >= self._lease_until:
                    raise
                await asyncio.sleep(wait)

    def _record(self, settled: Sequence[Settled], marked: Sequence[tuple[int, int]], *, again: bool = False) -> None:
        renewed_at = self._monotonic()
        self._ledger.record(settled, marked, again=again)
        self._lease_until = renewed_at + self._config.lease_ttl_s
        for one in settled:
            self._result.outcomes[one.outcome] += one.events
        self._listen(self._report(reason="running"))

    async def _keep_lease(self) -> None:
        """Renew the lease while the run lives; end the run when it is lost."""
        while True:
            await asyncio.sleep(self._config.lease_ttl_s / 4)
            try:
                self._record([], [])
            except LeaseLost:
                self._state.end(StopReason.LEASE_LOST)
                return
            except Exception:  # noqa: S112 - the next mark fails if this lasts, and no request starts without a lease
                continue

    def _report(self, *, reason: str) -> RunResult:
        self._result.reason = reason
        self._result.requests = self._sender.requests
        self._result.stopped_datasets = dict(self._state.stopped_datasets)
        self._result.datasets_to_probe = self._state.paused
        self._result.last_refusal = self._state.heard.last_refusal
        return self._result


def _flat(delivered: Iterable[list[Settled]]) -> list[Settled]:
    return [settled for batch in delivered for settled in batch]
