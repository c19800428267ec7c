"""How long to wait before the next request, and why a run ends before everything owed was sent. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

RETRIES = 4
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
WRITE_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""The waits before a write to the ledger that broke off is tried again."""
UNCERTAIN_ROW = 5
"""After so many requests in a row without a readable answer a run stops: it would only make more uncertainty."""


class Halt(StrEnum):
    """Why a run stops sending before everything owed was sent."""

    STOPPED = "stopped"
    LIMIT_REACHED = "limit_reached"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "meta_unreachable"
    UNCERTAIN = "answers_unreadable"
    LEASE_LOST = "lease_lost"
    TIME_IS_UP = "time_is_up"


@dataclass(slots=True)
class Course:
    """What a run has learnt on its way: whether to go on, for which datasets, and how fast.

    `doubted`: datasets that were stopped when the run before ended. Each is probed with one batch; the rest is claimed
    once Meta has taken events of it, so that a stop that lasts does not fill the ledger. The default is the empty text.
    """

    halt: Halt | None = None
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    probed: set[str] = field(default_factory=set)
    not_before: float = 0.0
    uncertain_row: int = 0

    def may_send(self, dataset_id: str | None) -> bool:
        return self.halt is None and dataset_id not in self.stopped_datasets

    def to_probe(self) -> str | None:
        """The next doubted dataset of which this run has heard nothing yet."""
        return min(self.doubted - self.probed - self.shut_now, default=None)

    def heard(self, dataset_id: str | None, *, taken: bool) -> None:
        """An answer came: doubt ends where events were taken in, or refused for what they hold."""
        name = dataset_id or ""
        self.probed.add(name)
        if taken:
            self.doubted.discard(name)

    @property
    def shut_now(self) -> set[str]:
        return {name or "" for name in self.stopped_datasets}

    @property
    def shut(self) -> set[str]:
        """The datasets of which nothing more is claimed in this run, and which the next one must probe."""
        return self.shut_now | self.doubted

    def end(self, halt: Halt) -> None:
        """The first reason stands."""
        self.halt = self.halt or halt

    def count_uncertain(self, *, uncertain: bool) -> None:
        self.uncertain_row = self.uncertain_row + 1 if uncertain else 0
        if self.uncertain_row >= UNCERTAIN_ROW:
            self.end(Halt.UNCERTAIN)

    def slow_down(self, *, now: float, wait_s: float) -> None:
        """Keep from sending for `wait_s` seconds; a wait longer than a run may take ends the run instead."""
        if wait_s > LONGEST_WAIT_S:
            self.end(Halt.RATE_LIMITED)
        elif wait_s > 0:
            self.not_before = max(self.not_before, now + wait_s)


def backoff_s(attempt: int) -> float:
    """The wait before another attempt where Meta named none: 0.5, 1, 2 ... seconds."""
    return float(FIRST_WAIT_S * 2 ** (attempt - 1))
