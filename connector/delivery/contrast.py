"""Events refused alone by a code that may be the dataset's: judged by contrast, over the whole run.

Such an event is at fault only if another one of its dataset was accepted by a request that began after its refusal,
alone or among others, and it was refused alone once more after that. And not if the code comes and goes by itself: once
a refusal was not repeated for the same events, nothing is settled by contrast in that dataset.

Where a run has few batches they would all leave at once, the suspects of earlier runs among them, and none would be
accepted after a refusal: so one waits for the answer to those before it (`Reserve`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.delivery.reasons import OUTCOME_OF, Reason, because
from connector.model.outcomes import Mark, Outcome
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from connector.delivery.parts import Part
    from connector.delivery.preparing import PreparedBatch
    from connector.delivery.writing import Writer
    from connector.model.verdicts import Verdict


class Answers:
    """Those to the requests of a batch: each is awaited inside `with`."""

    def __init__(self) -> None:
        self._awaited = 0
        self._all = asyncio.Event()

    def __enter__(self) -> None:
        self._awaited += 1

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._awaited -= 1
        if not self._awaited:
            self._all.set()

    @property
    def are_there(self) -> bool:
        return self._all.is_set()

    async def wait(self) -> None:
        await self._all.wait()


class Reserve:
    """Which batch of a dataset is kept back, so that it can be accepted after the refusal of an earlier one.

    The claim puts suspects first, in batches of their own. It fills all others but the last, so one with fewer events
    than `full` and another behind it may be of suspects: that other one leaves when the first is answered. Those behind
    both leave at once, so no slot is idle, and a run of full batches waits for nothing.
    """

    def __init__(self, full: int) -> None:
        self._full = full
        self._small: dict[str | None, Answers] = {}

    def earlier(self, batch: PreparedBatch, answers: Answers) -> Answers | None:
        """What a batch, whose answers those will be, has to wait for; None if it may leave at once."""
        small = self._small.pop(batch.dataset_id, None)
        if small is not None and not small.are_there:
            return small
        if batch.size < self._full:
            self._small[batch.dataset_id] = answers
        return None


@dataclass(slots=True)
class Suspect:
    """`refused_at`: when the request was refused whose search found it, a number of the run's own order (no clock)."""

    part: Part
    verdict: Verdict
    refused_at: int
    is_refused_again: bool = False
    is_settled: bool = False


class Contrast:
    """The suspects of a run. They are asked once more when all the rest was sent."""

    def __init__(self) -> None:
        self.moment = 0
        self._accepted_since: dict[str | None, int] = {}
        self._unstable: set[str | None] = set()
        self._suspects: list[Suspect] = []

    def accepted(self, dataset_id: str | None, *, began_at: int) -> None:
        """A request that began at that moment was accepted."""
        self._accepted_since[dataset_id] = max(began_at, self._accepted_since.get(dataset_id, -1))

    def has_accepted(self, dataset_id: str | None) -> bool:
        return dataset_id in self._accepted_since

    def comes_and_goes(self, dataset_id: str | None) -> None:
        """Events that were refused together were accepted after all."""
        self._unstable.add(dataset_id)

    def refused(self) -> int:
        """A request was refused: the moment of it, which every request begun later comes after."""
        self.moment += 1
        return self.moment

    def suspect(self, part: Part, verdict: Verdict, *, refused_at: int) -> None:
        self._suspects.append(Suspect(part, verdict, refused_at))

    async def judge(self, ask: Callable[[Part], Awaitable[Verdict | None]], writer: Writer) -> bool:
        """Ask those with contrast once more, then settle all. Whether some are left that nothing tells of."""
        suspects, self._suspects = self._suspects, []
        await asyncio.gather(*(self._ask_again(one, ask, writer) for one in suspects if self._has_contrast(one)))
        return sum(self._settle(one, writer) for one in suspects) > 0

    def _has_contrast(self, suspect: Suspect) -> bool:
        return self._accepted_since.get(suspect.part.dataset_id, -1) >= suspect.refused_at

    async def _ask_again(
        self, suspect: Suspect, ask: Callable[[Part], Awaitable[Verdict | None]], writer: Writer
    ) -> None:
        verdict = await ask(suspect.part)
        if verdict is None:
            return
        if verdict.kind in (Kind.CONTENT, Kind.MAYBE_CONTENT):
            writer.release(suspect.part.marked(Mark.RELEASED))
            suspect.verdict, suspect.is_refused_again = verdict, True
            return
        if verdict.kind is Kind.ACCEPTED:
            self.comes_and_goes(suspect.part.dataset_id)
        writer.settle(suspect.part.settled(OUTCOME_OF[verdict.kind], verdict.evidence))
        suspect.is_settled = True

    def _settle(self, suspect: Suspect, writer: Writer) -> bool:
        """Whether it stays a suspect."""
        if suspect.is_settled:
            return False
        evidence = suspect.verdict.evidence
        if suspect.is_refused_again and suspect.part.dataset_id not in self._unstable:
            writer.settle(suspect.part.settled(Outcome.REJECTED, evidence))
            return False
        writer.settle(suspect.part.settled(Outcome.DEFERRED, because(evidence, Reason.NO_CONTRAST)))
        return True
