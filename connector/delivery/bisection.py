"""Finds the events that Meta refuses: one refuses the whole request, and none is named (docs/meta-api.md §1.5, §7.1).

A refused range is sent again as two halves until the refused events stand alone. A refusal whose code does not say that
the event's content is at fault counts as one only by contrast: when another event of the same batch was accepted.
Without that, after as many requests as four searches would take, it is taken for a refusal of the whole dataset. While
there is no contrast, the search goes by turns into the smallest part (for scattered poison) and the largest (for poison
in a row).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log2
from typing import TYPE_CHECKING

from connector.delivery.reasons import Reason
from connector.model.outcomes import Evidence, Outcome
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from connector.model.verdicts import Verdict

Part = tuple[Sequence[int], Outcome, Evidence]
"""Indices into the batch's sendable events, their final outcome, and why."""


@dataclass(slots=True)
class Budget:
    """How many requests bisection may still spend in this run: a bound for tables with many bad events."""

    requests: int

    def spend(self) -> bool:
        self.requests -= 1
        return self.requests >= 0


@dataclass(slots=True)
class Bisected:
    """The result of a bisection: every event has one outcome; `stop` is the verdict that concerns the whole dataset.

    `cut_short`: the run stopped before every part was sent, so that missing contrast means nothing.
    """

    parts: list[Part] = field(default_factory=list)
    stop: Verdict | None = None
    cut_short: bool = False


async def bisect(
    size: int,
    first: Verdict,
    send: Callable[[range], Awaitable[Verdict | None]],
    budget: Budget,
) -> Bisected:
    """Split a refused batch of `size` events until each has its own outcome.

    `first` is the verdict on the whole; `send` sends a range and returns its verdict, or None if the run is stopping.
    Each range is sent once.
    """
    bisected = Bisected()
    suspects: list[tuple[range, Verdict]] = []  # refused alone, by a code that may concern the whole dataset
    patience = 4 * ceil(log2(max(size, 2))) + 4
    waiting = _halves(range(size))
    if not waiting:
        _settle_alone(bisected, suspects, range(size), first)
    while waiting:
        part = _take(waiting, bisected, largest=patience % 2 == 1)
        if bisected.stop is not None or not budget.spend():
            reason = Reason.BUDGET_SPENT if bisected.stop is None else Reason.NO_CONTRAST
            bisected.parts.append((part, Outcome.DEFERRED, _because(first.evidence, reason)))
            continue
        verdict = await send(part)
        if verdict is None:
            bisected.cut_short = True
            bisected.parts.append((part, Outcome.DEFERRED, Evidence(error_text=Reason.RUN_STOPPED)))
        elif verdict.kind in (Kind.CONTENT, Kind.MAYBE_CONTENT):
            patience -= 1
            waiting.extend(_halves(part))
            if len(part) == 1:
                _settle_alone(bisected, suspects, part, verdict)
            if verdict.kind is Kind.MAYBE_CONTENT and patience < 0 and not _has_contrast(bisected):
                bisected.stop = verdict
        else:
            bisected.parts.append((part, OUTCOME_OF[verdict.kind], verdict.evidence))
            if verdict.kind is Kind.STOP:
                bisected.stop = verdict
    _judge_suspects(bisected, suspects)
    return bisected


OUTCOME_OF = {
    Kind.ACCEPTED: Outcome.ACCEPTED,
    Kind.WAIT: Outcome.DEFERRED,
    Kind.STOP: Outcome.DEFERRED,
    Kind.UNCONFIRMED: Outcome.UNCONFIRMED,
}


def _halves(part: range) -> list[range]:
    middle = part.start + len(part) // 2
    return [range(part.start, middle), range(middle, part.stop)] if len(part) > 1 else []


def _take(waiting: list[range], bisected: Bisected, *, largest: bool) -> range:
    """The part to send next: any once there is contrast, until then the largest or the smallest."""
    if _has_contrast(bisected):
        return waiting.pop()
    part = max(waiting, key=len) if largest else min(waiting, key=len)
    waiting.remove(part)
    return part


def _settle_alone(bisected: Bisected, suspects: list[tuple[range, Verdict]], part: range, verdict: Verdict) -> None:
    if verdict.kind is Kind.CONTENT:
        outcome = Outcome.DEFERRED if verdict.passes_with_time else Outcome.REJECTED
        bisected.parts.append((part, outcome, verdict.evidence))
    else:
        suspects.append((part, verdict))


def _has_contrast(bisected: Bisected) -> bool:
    return any(outcome is Outcome.ACCEPTED for _, outcome, _ in bisected.parts)


def _judge_suspects(bisected: Bisected, suspects: list[tuple[range, Verdict]]) -> None:
    for part, verdict in suspects:
        if _has_contrast(bisected):
            bisected.parts.append((part, Outcome.REJECTED, verdict.evidence))
        elif bisected.cut_short:
            bisected.parts.append((part, Outcome.DEFERRED, _because(verdict.evidence, Reason.RUN_STOPPED)))
        else:
            bisected.parts.append((part, Outcome.DEFERRED, _because(verdict.evidence, Reason.NO_CONTRAST)))
            bisected.stop = bisected.stop or verdict


def _because(evidence: Evidence, reason: Reason) -> Evidence:
    """The answer's codes with our reason for deferring the events."""
    return Evidence(
        http_status=evidence.http_status,
        error_code=evidence.error_code,
        error_subcode=evidence.error_subcode,
        error_text=reason,
        fbtrace_id=evidence.fbtrace_id,
    )
