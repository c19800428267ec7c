"""How long to wait before the next request, and why a run ends before everything owed was sent. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

RETRIES = 4
FIRST_WAIT_S = 0.5
MAX_WAIT_S = 60.0
WRITE_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""The waits before a write to the ledger that broke off is tried again."""
MAX_CONSECUTIVE_UNREADABLE = 5
"""After so many requests in a row without a readable answer a run stops: it would only make more uncertainty."""


class StopReason(StrEnum):
    """Why a run stops sending before everything owed was sent."""

    STOPPED = "stopped"
    LIMIT_REACHED = "limit_reached"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "meta_unreachable"
    UNCERTAIN = "answers_unreadable"
    LEASE_LOST = "lease_lost"
    TIME_IS_UP = "time_limit_reached"


@dataclass(slots=True)
class RunState:
    """What a run has learnt on its way: whether to go on, for which datasets, and how fast.

    `doubted`: datasets that were stopped when the run before ended. Each is probed with one batch; the rest is claimed
    once Meta has taken events of it, so that a stop that lasts does not fill the ledger. The default is the empty text.
    """

    halt: StopReason | None = None
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    probed: set[str] = field(default_factory=set)
    not_before: float = 0.0
    consecutive_unreadable: int = 0

    def may_send(self, dataset_id: str | None) -> bool:
        return self.halt is None and dataset_id not in self.stopped_datasets

    def next_to_probe(self) -> str | None:
        """The next doubted dataset of which this run has heard nothing yet."""
        return min(self.doubted - self.probed - self.paused_now, default=None)

    def heard(self, dataset_id: str | None, *, taken: bool) -> None:
        """An answer came: doubt ends where events were taken in, or refused for what they hold."""
        name = dataset_id or ""
        self.probed.add(name)
        if taken:
            self.doubted.discard(name)

    @property
    def paused_now(self) -> set[str]:
        return {name or "" for name in self.stopped_datasets}

    @property
    def paused(self) -> set[str]:
        """The datasets of which nothing more is claimed in this run, and which the next one must probe."""
        return self.paused_now | self.doubted

    def end(self, halt: StopReason) -> None:
        """The first reason stands."""
        self.halt = self.halt or halt

    def count_unreadable(self, *, uncertain: bool) -> None:
        self.consecutive_unreadable = self.consecutive_unreadable + 1 if uncertain else 0
        if self.consecutive_unreadable >= MAX_CONSECUTIVE_UNREADABLE:
            self.end(StopReason.UNCERTAIN)

    def slow_down(self, *, now: float, wait_s: float) -> None:
        """Keep from sending for `wait_s` seconds; a wait longer than a run may take ends the run instead."""
        if wait_s > MAX_WAIT_S:
            self.end(StopReason.RATE_LIMITED)
        elif wait_s > 0:
            self.not_before = max(self.not_before, now + wait_s)


def backoff_s(attempt: int) -> float:
    """The wait before another attempt where Meta named none: 0.5, 1, 2 ... seconds."""
    return float(FIRST_WAIT_S * 2 ** (attempt - 1))
