"""One batch to its final outcomes: at most N requests at once, retries only of what was surely not processed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

from connector.delivery.bisection import OUTCOME_OF, Budget, bisect
from connector.delivery.pacing import RETRIES, RunState, backoff_s
from connector.delivery.reasons import Reason
from connector.model.outcomes import Evidence, Outcome, Settled, settle
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenacity import RetryCallState

    from connector.delivery.ports import Destination
    from connector.delivery.preparing import PreparedBatch
    from connector.model.verdicts import Verdict


class _NotProcessed(Exception):  # noqa: N818 - a value for the retry loop, never seen outside
    """The request may be retried after `wait` seconds."""

    def __init__(self, verdict: Verdict, wait: float) -> None:
        super().__init__(verdict.kind)
        self.verdict = verdict
        self.wait = wait


class Sender:
    """Sends prepared batches. `send_deadline` gives the monotonic second after which no request may start."""

    def __init__(
        self,
        destination: Destination,
        *,
        concurrency: int,
        default_dataset: str | None,
        state: RunState,
        budget: Budget,
        monotonic: Callable[[], float],
        send_deadline: Callable[[], float],
    ) -> None:
        self._destination = destination
        self._slots = asyncio.Semaphore(concurrency)
        self._answered = asyncio.Event()
        self._default_dataset = default_dataset
        self._state = state
        self._budget = budget
        self._monotonic = monotonic
        self._send_deadline = send_deadline
        self.requests = 0

    async def deliver(self, batch: PreparedBatch) -> list[Settled]:
        """Every sendable position of the batch with its final outcome. Never raises because of an answer."""
        dataset = batch.dataset_id or self._default_dataset
        if dataset is None:
            self._state.stopped_datasets[None] = (
                f"rows without a dataset_id have no default dataset: {self._destination.wording.no_dataset}"
            )
            return self._all(batch, Outcome.DEFERRED, Evidence(error_text=Reason.NO_DATASET))
        send = partial(self._send, batch, dataset)
        everything = range(len(batch.payloads))
        verdict = await send(everything)
        if verdict is None:
            return self._all(batch, Outcome.DEFERRED, Evidence(error_text=Reason.RUN_STOPPED))
        if verdict.kind in (Kind.CONTENT, Kind.MAYBE_CONTENT):
            bisected = await bisect(len(everything), verdict, send, self._budget)
            if bisected.stop is not None:
                self._stop_dataset(batch.dataset_id, bisected.stop)
            return [
                settled
                for places, outcome, evidence in bisected.parts
                for settled in settle(batch.batch_no, [batch.positions[p] for p in places], outcome, evidence)
            ]
        return self._all(batch, OUTCOME_OF[verdict.kind], verdict.evidence)

    def _all(self, batch: PreparedBatch, outcome: Outcome, evidence: Evidence) -> list[Settled]:
        return settle(batch.batch_no, batch.positions, outcome, evidence)

    async def _send(self, batch: PreparedBatch, dataset: str, part: range) -> Verdict | None:
        """The verdict on some events of the batch; None if the run or the dataset stopped before they were sent."""
        key, payloads = batch.dataset_id, batch.payloads[part.start : part.stop]
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(_NotProcessed),
                wait=_wait_of,
                stop=stop_after_attempt(RETRIES),
                reraise=True,
            ):
                with attempt:
                    verdict = await self._send_once(key, dataset, payloads)
                    if verdict is not None and verdict.kind is Kind.WAIT and self._state.may_send(key):
                        wait = backoff_s(attempt.retry_state.attempt_number)
                        raise _NotProcessed(verdict, wait)  # noqa: TRY301 - the retry loop takes it
        except _NotProcessed as spent:
            self._state.end(spent.verdict.stop_reason)
            return spent.verdict
        return verdict

    async def _send_once(self, key: str | None, dataset: str, payloads: Sequence[bytes]) -> Verdict | None:
        async with self._slots:
            await self._wait_for_turn()
            if not self._state.may_send(key):
                return None
            if self._monotonic() >= self._send_deadline():
                self._state.end(StopReason.LEASE_LOST)
                return None
            self.requests += 1
            self._state.in_flight += 1
            try:
                verdict = await self._destination.send(dataset, payloads)
            finally:
                self._state.in_flight -= 1
        self._state.slow_down(now=self._monotonic(), wait_s=verdict.pause_s)
        self._state.on_response(key, verdict, events=len(payloads))
        self._answered.set()
        if verdict.kind is Kind.STOP:
            self._stop_dataset(key, verdict)
        return verdict

    async def _wait_for_turn(self) -> None:
        """Sleep until the limits allow another request; meanwhile the run renews the lease."""
        while self._state.halt is None:
            if (left := self._state.not_before - self._monotonic()) > 0:
                await asyncio.sleep(min(left, 0.5))
            elif not self._state.may_start():
                self._answered.clear()
                await self._answered.wait()
            else:
                return

    def _stop_dataset(self, key: str | None, verdict: Verdict) -> None:
        codes = verdict.evidence
        named = f"code {codes.error_code}" + (f"/{codes.error_subcode}" if codes.error_subcode else "")
        name = self._destination.wording.name
        advice = verdict.advice or f"look up the code in {name}'s error reference"
        if verdict.kind is Kind.MAYBE_CONTENT:
            advice = f"no event of the batch was accepted ({Reason.NO_CONTRAST}): the dataset may be at fault. {advice}"
        self._state.stopped_datasets.setdefault(key, f"{name} refused with {named}: {advice}")


def _wait_of(state: RetryCallState) -> float:
    """The retry decision: the wait in seconds that stands in what was surely not processed."""
    error = state.outcome and state.outcome.exception()
    return error.wait if isinstance(error, _NotProcessed) else 0.0
