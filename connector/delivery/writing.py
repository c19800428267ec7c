"""Group commit: one writer, one write at a time, which carries every outcome there is and the next marks.

An outcome waits for nothing but the write under way, and where a statement has a price until the next may begin: what
has an answer and is not yet written goes again after a kill. Marks, whose delay costs nothing of that kind, share
writes. Every write renews the lease first; without one that is due, the lease is renewed alone. A write that fails is
tried again with exactly the same rows for as long as the lease lasts, and once through the waits where it is over: a
machine that slept finds its connection gone, and what was accepted before is a fact.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from connector.delivery.pacing import MARKS_SHARE_S, WRITE_BACKOFF_S
from connector.errors import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from connector.delivery.ports import Ledger
    from connector.delivery.threads import InThread
    from connector.model.outcomes import Marked, Settled


@dataclass(slots=True)
class Write:
    """The rows of one write, and who waits for its marks. Once begun it takes no more."""

    settled: list[Settled] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    waiting: list[asyncio.Future[bool]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.settled or self.marks)

    def tell(self, is_marked: bool) -> None:
        for future in self.waiting:
            if not future.done():
                future.set_result(is_marked)


class Writer:
    """Writes to the ledger. `lease_until` is the monotonic second until which the last commit has renewed the lease.

    `least_s`: the least time between the beginnings of two writes, whatever they carry. `on_written` hears the outcomes
    of each write.
    `finished_meanwhile`: how many requests were settled while the last write was under way.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        lease_ttl_s: float,
        least_s: float,
        monotonic: Callable[[], float],
        on_written: Callable[[Sequence[Settled]], None],
    ) -> None:
        self._ledger = ledger
        self._ttl_s = lease_ttl_s
        self._least_s = least_s
        self._monotonic = monotonic
        self._on_written = on_written
        self._next = Write()
        self._under_way = Write()
        self._is_due = asyncio.Event()
        self._is_closing = False
        self._gave_up = False
        self._finished = 0
        self._began = -least_s
        self.lease_until = monotonic() + lease_ttl_s
        self.is_failing = False
        self.lost: LeaseLost | None = None
        self.finished_meanwhile = 0

    def settle(self, settled: Iterable[Settled]) -> None:
        """Have final outcomes written; they are facts, so they are written even by a run that was declared dead."""
        new = list(settled)
        if new:
            self._next.settled += new
            self._finished += 1
            self._is_due.set()

    def release(self, marked: Marked) -> None:
        """Have the ledger know that a marked request was surely not processed."""
        self._next.marks.append(marked)
        self._is_due.set()

    async def mark(self, marked: Marked) -> bool:
        """Returns when the mark is committed; False if it never will be."""
        if self.lost is not None or self._gave_up:
            return False
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._next.marks.append(marked)
        self._next.waiting.append(future)
        self._is_due.set()
        return await future

    @property
    def has_outcomes(self) -> bool:
        """Whether outcomes wait to be written, or are in the write under way."""
        return bool(self._next.settled or self._under_way.settled)

    def close(self) -> None:
        """Write what there is, then end."""
        self._is_closing = True
        self._is_due.set()

    @property
    def _is_done(self) -> bool:
        return self._is_closing and self._next.is_empty

    async def run(self, in_thread: InThread) -> None:
        """Write until `close`. Raises the error of a write that failed until the lease was over."""
        while not self._is_done:
            await self._until_due()
            if self._is_done:  # closed while it waited
                return
            write, self._next = self._next, Write()
            self._under_way = write
            self._is_due.clear()
            try:
                await self._commit(write, in_thread)
            except BaseException:
                self._gave_up = True
                write.tell(False)
                self._next.tell(False)
                raise

    async def _until_due(self) -> None:
        """Until there is something to write or the lease needs it, and the last write was long enough ago."""
        renewal_s = max(self.lease_until - 0.75 * self._ttl_s - self._monotonic(), 0.0)
        try:
            async with asyncio.timeout(renewal_s if self.lost is None else None):
                await self._is_due.wait()
        except TimeoutError:
            pass
        while not self._is_closing and (early_s := self._early_s()) > 0:
            self._is_due.clear()
            try:
                async with asyncio.timeout(early_s):
                    await self._is_due.wait()
            except TimeoutError:
                break

    def _early_s(self) -> float:
        """How long the next write has to wait for company, by what it carries so far."""
        least_s = self._least_s if self._next.settled else max(self._least_s, MARKS_SHARE_S)
        return self._began + least_s - self._monotonic()

    async def _commit(self, write: Write, in_thread: InThread) -> None:
        finished = self._finished
        for tried in count():
            self._began = self._monotonic()
            try:
                await in_thread(partial(self._ledger.record, write.settled, write.marks, again=tried > 0))
                break
            except LeaseLost as lost:
                self.lost = self.lost or lost
                break
            except Exception:
                self.is_failing = True
                wait = WRITE_BACKOFF_S[min(tried, len(WRITE_BACKOFF_S) - 1)]
                is_over = self._monotonic() + wait >= self.lease_until
                if is_over and tried >= len(WRITE_BACKOFF_S):
                    raise
                await asyncio.sleep(wait)
        self.is_failing = False
        self.finished_meanwhile = self._finished - finished
        if self.lost is None:
            self.lease_until = self._began + self._ttl_s
        self._under_way = Write()
        self._on_written(write.settled)
        write.tell(self.lost is None)
