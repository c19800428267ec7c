"""What became of a range of positions of a batch. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The final outcomes. Each position of a batch gets exactly one."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    INVALID = "invalid"
    DEFERRED = "deferred"
    UNCONFIRMED = "unconfirmed"


class Mark(StrEnum):
    """What stands in `sync_outcomes` of positions without a final outcome yet.

    A position is uncertain from its mark on, until it was released as often as it was sent again and once more.
    """

    SENDING = "sending"
    """A request with it may leave: the first one. Every position has at most one such mark."""
    RELEASED = "released"
    """That request was surely not processed."""
    RESENDING = "resending"
    """Another request with it may leave: with a part of its batch, or after a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark of the positions first..last (inclusive) of one batch."""

    batch_no: int
    first_position: int
    last_position: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an outcome is what it is: Meta's codes and our words, never a payload.

    `error_text` is one of our own reason words (for example `bisection_budget_spent`). `answer_text` is what the
    destination said, for people: scrubbed and bounded by the destination, localized, never decided by.
    """

    http_status: int | None = None
    error_code: int | None = None
    error_subcode: int | None = None
    error_text: str | None = None
    fbtrace_id: str | None = None
    events_received: int | None = None
    duration_ms: int | None = None
    answer_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The positions first..last (inclusive) of one batch and their final outcome."""

    batch_no: int
    first_position: int
    last_position: int
    outcome: Outcome
    evidence: Evidence = Evidence()

    @property
    def events(self) -> int:
        return self.last_position - self.first_position + 1


def settle(batch_no: int, positions: Sequence[int], outcome: Outcome, evidence: Evidence) -> list[Settled]:
    """Turn ascending positions into as few ranges as possible, all with the same outcome."""
    return [
        Settled(batch_no=batch_no, first_position=first, last_position=last, outcome=outcome, evidence=evidence)
        for first, last in runs(positions)
    ]


def runs(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending whole numbers as inclusive (first, last) ranges: 1 2 3 7 -> (1,3) (7,7)."""
    ranges: list[tuple[int, int]] = []
    for position in positions:
        if ranges and ranges[-1][1] == position - 1:
            ranges[-1] = (ranges[-1][0], position)
        else:
            ranges.append((position, position))
    return ranges


class Replayable(StrEnum):
    """What may be chosen by its outcome. Held are the unconfirmed ones that no sync will send again."""

    REJECTED = "rejected"
    INVALID = "invalid"
    HELD = "held"
