"""How long to wait before the next request, and why a run ends early. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

RETRIES = 4
FIRST_WAIT_S = 0.5
MAX_WAIT_S = 60.0
WRITE_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each retry of a failed write to the ledger."""
MAX_CONSECUTIVE_UNREADABLE = 5
"""A run stops after so many requests in a row without a readable answer: going on would only add unconfirmed events."""


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
    """What a run has learnt so far: whether to go on, for which datasets, and how fast.

    `datasets_to_probe`: datasets that were stopped when the previous run ended. Each is probed with one batch; the rest
    is claimed once events of it were accepted, so that a lasting stop does not fill the ledger. The default dataset is
    the empty text.
    """

    halt: StopReason | None = None
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    datasets_to_probe: set[str] = field(default_factory=set)
    probed: set[str] = field(default_factory=set)
    not_before: float = 0.0
    consecutive_unreadable: int = 0

    def may_send(self, dataset_id: str | None) -> bool:
        return self.halt is None and dataset_id not in self.stopped_datasets

    def next_to_probe(self) -> str | None:
        """The next of the datasets to probe that this run has not probed yet."""
        return min(self.datasets_to_probe - self.probed - self._stopped, default=None)

    def on_response(self, dataset_id: str | None, *, is_working: bool) -> None:
        """An answer arrived. `is_working`: it shows that the dataset takes events, though perhaps not these."""
        name = dataset_id or ""
        self.probed.add(name)
        if is_working:
            self.datasets_to_probe.discard(name)

    @property
    def _stopped(self) -> set[str]:
        return {name or "" for name in self.stopped_datasets}

    @property
    def paused(self) -> set[str]:
        """Datasets of which this run claims nothing more, and which the next one must probe."""
        return self._stopped | self.datasets_to_probe

    def end(self, halt: StopReason) -> None:
        """End the run; the first reason counts."""
        self.halt = self.halt or halt

    def count_unreadable(self, *, uncertain: bool) -> None:
        self.consecutive_unreadable = self.consecutive_unreadable + 1 if uncertain else 0
        if self.consecutive_unreadable >= MAX_CONSECUTIVE_UNREADABLE:
            self.end(StopReason.UNCERTAIN)

    def slow_down(self, *, now: float, wait_s: float) -> None:
        """Send nothing for `wait_s` seconds; a longer wait than MAX_WAIT_S ends the run instead."""
        if wait_s > MAX_WAIT_S:
            self.end(StopReason.RATE_LIMITED)
        elif wait_s > 0:
            self.not_before = max(self.not_before, now + wait_s)


def backoff_s(attempt: int) -> float:
    """The wait before another attempt where the destination names none: 0.5, 1, 2 ... seconds."""
    return float(FIRST_WAIT_S * 2 ** (attempt - 1))
