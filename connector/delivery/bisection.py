"""Finds the events that Meta refuses: one refuses the whole request, and none is named (docs/meta-api.md §1.5, §7.1).

A refused part is sent again as two halves until the refused events stand alone: several parts at once, beside the
sending of other batches, and what is settled is written as it comes. A known content code settles an event that it
refuses alone; any other one makes it a suspect, which is judged by contrast when the rest was sent (`contrast`).

A code that refuses part after part without one acceptance ends the search: going on would cost two requests an event.
A suspect needs an acceptance that comes after it, so where a code needs contrast one part is asked after another, the
newest first: the last one then tells of all before it. Until one was accepted, by turns the smallest (for scattered
poison) and the largest (for poison in a row).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from math import ceil, log2
from typing import TYPE_CHECKING

from connector.delivery.reasons import OUTCOME_OF, Reason, because
from connector.model.outcomes import Evidence, Mark, Outcome
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from connector.delivery.contrast import Contrast
    from connector.delivery.parts import Part
    from connector.delivery.writing import Writer
    from connector.model.verdicts import Verdict

REFUSED = (Kind.CONTENT, Kind.MAYBE_CONTENT)


@dataclass(slots=True)
class Budget:
    """How many requests bisection may still spend in this run: a bound for tables with many bad events."""

    requests: int

    def spend(self) -> bool:
        self.requests -= 1
        return self.requests >= 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A part that was refused, and by what."""

    part: Part
    verdict: Verdict


@dataclass(slots=True, kw_only=True)
class Search:
    """The search in one refused part. `ask` sends a part and returns its verdict, or None if it was not sent."""

    ask: Callable[[Part], Awaitable[Verdict | None]]
    writer: Writer
    contrast: Contrast
    budget: Budget
    width: int
    now_s: Callable[[], int]
    ended: Reason | None = None
    _waiting: list[tuple[Part, Refused]] = field(default_factory=list)
    _good_halves: Counter[range] = field(default_factory=Counter)
    _accepted: bool = False
    _refusals: int = 0
    _patience: int = 0
    _refused_at: int = 0

    async def run(self, part: Part, verdict: Verdict) -> None:
        """Search until every event of the refused part is settled or a suspect."""
        self._refused_at = self.contrast.refused()
        self._patience = 4 * ceil(log2(max(part.events, 2))) + 4
        self._divide(Refused(part, verdict))
        running: dict[asyncio.Task[Verdict | None], tuple[Part, Refused]] = {}
        try:
            while self._waiting or running:
                while self._waiting and (self.ended is not None or len(running) < self._room()):
                    one = self._take()
                    if not self._is_left_out(*one):
                        running[asyncio.ensure_future(self.ask(one[0]))] = one
                if running:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in running if task.done()]:
                    self._judge(*running.pop(task), task.result())
        finally:
            for task in running:
                task.cancel()

    def _room(self) -> int:
        """How many parts may be asked at once: contrast must come after a refusal, so there they take turns."""
        return 1 if self._needs_contrast() else self.width

    def _take(self) -> tuple[Part, Refused]:
        """The part to ask next: the newest, so that a search that ends early has found what it could."""
        if self._accepted or not self._needs_contrast():
            return self._waiting.pop()
        by_size = max if self._refusals % 2 else min
        one = by_size(reversed(self._waiting), key=lambda one: one[0].events)
        self._waiting.remove(one)
        return one

    def _needs_contrast(self) -> bool:
        return self._waiting[-1][1].verdict.kind is Kind.MAYBE_CONTENT

    def _is_left_out(self, part: Part, parent: Refused) -> bool:
        """Whether the part is not sent, because the search has ended or the run has spent its requests."""
        reason = self.ended or (None if self.budget.spend() else Reason.BUDGET_SPENT)
        if reason is not None:
            self.writer.settle(part.settled(Outcome.DEFERRED, because(parent.verdict.evidence, reason)))
        return reason is not None

    def _judge(self, part: Part, parent: Refused, verdict: Verdict | None) -> None:
        if verdict is None:
            self._put_off(part, parent)
        elif verdict.kind in REFUSED:
            self._divide(Refused(part, verdict))
            self._lose_patience(verdict)
        else:
            self.writer.settle(part.settled(OUTCOME_OF[verdict.kind], verdict.evidence))
            if verdict.kind is Kind.ACCEPTED:
                self._count_acceptance(part, parent)

    def _put_off(self, part: Part, parent: Refused) -> None:
        """Settle what was not sent. Where that is because of some that are too late, the others are asked alone."""
        in_time, late = part.by_time(self.now_s())
        if late:
            self.writer.settle(late.settled(Outcome.DEFERRED, Evidence(error_text=Reason.PAST_DEADLINE)))
        if in_time and late:
            self.writer.release(in_time.marked(Mark.RELEASED))
            self._waiting.append((in_time, parent))
        elif in_time:
            self.writer.settle(in_time.settled(Outcome.DEFERRED, Evidence(error_text=Reason.RUN_STOPPED)))

    def _divide(self, refused: Refused) -> None:
        part, verdict = refused.part, refused.verdict
        self._waiting += [(half, refused) for half in part.halves]
        if part.events == 1 and verdict.kind is Kind.CONTENT:
            outcome = Outcome.DEFERRED if verdict.passes_with_time else Outcome.REJECTED
            self.writer.settle(part.settled(outcome, verdict.evidence))
            return
        self.writer.release(part.marked(Mark.RELEASED))
        if part.events == 1:
            self.contrast.suspect(part, verdict, refused_at=self._refused_at)

    def _lose_patience(self, verdict: Verdict) -> None:
        self._refusals += 1
        if self._refusals >= self._patience and not self._accepted:
            self.ended = Reason.SEARCH_ENDED if verdict.kind is Kind.CONTENT else Reason.NO_CONTRAST

    def _count_acceptance(self, part: Part, parent: Refused) -> None:
        """Both halves of what was refused are good: the code comes and goes, and tells nothing of an event."""
        self._accepted = True
        if part.batch is not parent.part.batch:  # a half without those that were too late, one of which may be at fault
            return
        self._good_halves[parent.part.places] += 1
        if self._good_halves[parent.part.places] == 2 and parent.verdict.kind is Kind.MAYBE_CONTENT:
            self.contrast.comes_and_goes(parent.part.dataset_id)
