"""One batch to its final outcomes: at most N requests at once, retries only of what was surely not processed.

Every request is marked in the ledger before it leaves, and what a refusal or a wait makes certain again is released, so
that after a death only what had a request out is unconfirmed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from connector.delivery.bisection import REFUSED, Budget, Search
from connector.delivery.contrast import Answers, Contrast, Reserve
from connector.delivery.pacing import RETRIES, Places, backoff_s
from connector.delivery.parts import Part, parts_within
from connector.delivery.reasons import OUTCOME_OF, Reason
from connector.model.outcomes import Evidence, Mark, Outcome
from connector.model.stop_reasons import HANDFUL, StopReason
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.delivery.pacing import RunState
    from connector.delivery.ports import Destination
    from connector.delivery.preparing import PreparedBatch
    from connector.delivery.writing import Writer
    from connector.model.verdicts import Verdict

TURN_POLL_S = 0.5
FAILING_POLL_S = 0.05
MAX_SEARCHES = 16
"""So many refused batches may wait for their search, with their payloads, before no fresh ones are begun."""


class Sender:
    """Sends prepared batches, and has the writer record what became of them."""

    def __init__(
        self,
        destination: Destination,
        writer: Writer,
        *,
        concurrency: int,
        request_timeout_s: float,
        default_dataset: str | None,
        state: RunState,
        budget: Budget,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._destination = destination
        self._writer = writer
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._request_timeout_s = request_timeout_s
        self._default_dataset = default_dataset
        self._state = state
        self._budget = budget
        self._now = now
        self._monotonic = monotonic
        self._answered = asyncio.Event()
        self._searches = asyncio.Semaphore(MAX_SEARCHES)
        self._contrast = Contrast()
        # with a batch size of a few events, suspects fill their batches too
        self._reserve = Reserve(max(destination.batch_size, HANDFUL))
        # marked ahead: the free slots, and what is sent while one write is under way
        self.places = Places(lambda: concurrency + max(concurrency, writer.finished_meanwhile))
        self.requests = 0
        self.is_held_up = False

    async def admit(self) -> None:
        """Wait until another batch may be begun: it has then a place, which `deliver` leaves."""
        while self._searches.locked():
            self.is_held_up = True
            self.places.admit()
            async with self._searches:
                pass
        self.is_held_up = False
        await self.places.take(searching=False)

    async def deliver(self, batch: PreparedBatch) -> None:
        """Give every sendable position of an admitted batch its final outcome. Never raises because of an answer."""
        if self._dataset_of(batch) is None:
            self.places.leave()
            self._state.stopped_datasets[None] = (
                f"rows without a dataset_id have no default dataset: {self._destination.wording.no_dataset}"
            )
            self.defer(batch, Reason.NO_DATASET)
            return
        answers = Answers()
        earlier = self._reserve.earlier(batch, answers)
        if earlier is not None:
            self.places.leave()  # others go meanwhile
            await earlier.wait()
        parts = parts_within(batch, self._destination.max_bytes)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(next(parts), answers, has_place=earlier is None))
            while (part := next(parts, None)) is not None:
                group.create_task(self._deliver(part, answers))
            del batch, parts  # each part is let go when it is settled

    def defer(self, batch: PreparedBatch, reason: Reason) -> None:
        """Settle a batch that is not sent."""
        everything = Part(batch, range(len(batch.payloads)))
        self._writer.settle(everything.settled(Outcome.DEFERRED, Evidence(error_text=reason)))

    async def judge_suspects(self) -> None:
        """Ask once more what was refused alone, and settle it."""
        self._state.has_suspects |= await self._contrast.judge(self._ask_in_search, self._writer)

    async def _deliver(
        self, part: Part, answers: Answers, mark: Mark = Mark.SENDING, *, has_place: bool = False
    ) -> None:
        with answers:
            verdict = await self._ask(part, mark, has_place=has_place)
        if verdict is None:
            await self._put_off(part, answers)
        elif verdict.kind in REFUSED:
            async with self._searches:
                await self._search(part, verdict)
        else:
            self._writer.settle(part.settled(OUTCOME_OF[verdict.kind], verdict.evidence))

    async def _put_off(self, part: Part, answers: Answers) -> None:
        """Settle what was not sent. Where that is because of some that are too late, the others go without them."""
        in_time, late = part.by_time(self._now_s())
        if late:
            self._writer.settle(late.settled(Outcome.DEFERRED, Evidence(error_text=Reason.PAST_DEADLINE)))
        if in_time and late and self._state.may_send(part.dataset_id):
            self._writer.release(in_time.marked(Mark.RELEASED))
            await self._deliver(in_time, answers, Mark.RESENDING)
        elif in_time:
            self._writer.settle(in_time.settled(Outcome.DEFERRED, Evidence(error_text=Reason.RUN_STOPPED)))

    async def _search(self, part: Part, verdict: Verdict) -> None:
        search = Search(
            ask=self._ask_in_search,
            writer=self._writer,
            contrast=self._contrast,
            budget=self._budget,
            width=self._concurrency,
            now_s=self._now_s,
        )
        await search.run(part, verdict)
        if search.ended is None:
            return
        self._state.search_ended |= search.ended is Reason.SEARCH_ENDED
        self._state.has_suspects |= search.ended is Reason.NO_CONTRAST
        if not self._contrast.has_accepted(part.dataset_id):
            self._state.suspended.add(part.dataset_id)

    async def _ask_in_search(self, part: Part) -> Verdict | None:
        return await self._ask(part, Mark.RESENDING)

    async def _ask(self, part: Part, mark: Mark, *, has_place: bool = False) -> Verdict | None:
        """The verdict on a part; None if the run or the dataset stopped before it was sent."""
        for attempt in range(1, RETRIES + 1):
            verdict = await self._ask_once(part, mark, has_place=has_place and attempt == 1)
            if verdict is None or verdict.kind is not Kind.WAIT or not self._state.may_send(part.dataset_id):
                return verdict
            if attempt == RETRIES:
                self._state.end(verdict.stop_reason)
                return verdict
            self._writer.release(part.marked(Mark.RELEASED))
            mark = Mark.RESENDING
            await asyncio.sleep(backoff_s(attempt))
        return None

    async def _ask_once(self, part: Part, mark: Mark, *, has_place: bool) -> Verdict | None:
        """Mark, then send: a send starts only after its mark's commit has returned."""
        if not has_place:
            await self.places.take(searching=mark is Mark.RESENDING)
        try:
            await self._wait_for_turn()  # what waits for a limit is not marked meanwhile
            if not self._state.may_send(part.dataset_id) or not await self._writer.mark(part.marked(mark)):
                return None
            async with self._slots:
                return await self._send(part)
        finally:
            self.places.leave()

    async def _send(self, part: Part) -> Verdict | None:
        key, dataset = part.dataset_id, self._dataset_of(part.batch)
        await self._wait_for_turn()
        if not self._state.may_send(key) or dataset is None or part.is_late(self._now_s()):
            return None
        if self._monotonic() >= self._writer.lease_until - self._request_timeout_s:  # it must end before the lease does
            self._state.end(StopReason.LEASE_LOST)
            return None
        began_at = self._contrast.moment
        self.requests += 1
        self._state.in_flight += 1
        try:
            verdict = await self._destination.send(dataset, part.payloads)
        finally:
            self._state.in_flight -= 1
            self._answered.set()
        self._hear(part, verdict, began_at)
        return verdict

    def _hear(self, part: Part, verdict: Verdict, began_at: int) -> None:
        self._state.slow_down(now=self._monotonic(), wait_s=verdict.pause_s)
        self._state.on_response(part.dataset_id, verdict, events=part.events)
        if verdict.kind is Kind.ACCEPTED:
            self._contrast.accepted(part.dataset_id, began_at=began_at)
        if verdict.kind is Kind.STOP:
            self._stop_dataset(part.dataset_id, verdict)

    async def _wait_for_turn(self) -> None:
        """Until limits and ledger allow another request: while a write fails, nothing new is sent."""
        while self._state.halt is None:
            if (left := self._state.not_before - self._monotonic()) > 0:
                await asyncio.sleep(min(left, TURN_POLL_S))
            elif self._writer.is_failing:
                await asyncio.sleep(FAILING_POLL_S)
            elif not self._state.may_start():
                self._answered.clear()
                await self._answered.wait()
            else:
                return

    def _now_s(self) -> int:
        return int(self._now().timestamp())

    def _dataset_of(self, batch: PreparedBatch) -> str | None:
        return batch.dataset_id or self._default_dataset

    def _stop_dataset(self, key: str | None, verdict: Verdict) -> None:
        codes = verdict.evidence
        named = f"code {codes.error_code}" + (f"/{codes.error_subcode}" if codes.error_subcode else "")
        name = self._destination.wording.name
        advice = verdict.advice or f"look up the code in {name}'s error reference"
        self._state.stopped_datasets.setdefault(key, f"{name} refused with {named}: {advice}")
