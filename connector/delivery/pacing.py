"""How long to wait before the next request, and why a run ends early. Values only."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model.stop_reasons import HANDFUL, StopReason
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.model.verdicts import Verdict

RETRIES = 4
FIRST_WAIT_S = 0.5
MAX_WAIT_S = 60.0
MARKS_SHARE_S = 0.06
"""Marks alone begin no write so soon after the last one: an answer that comes meanwhile waits for it, and each costs
the same, whatever it carries."""
WRITE_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each retry of a failed write to the ledger."""
SEARCH_EVERY = 8
"""While fresh batches wait, one of so many places goes to the search for refused events."""
MAX_CONSECUTIVE_UNREADABLE = 5
"""A run stops after so many requests without an acceptance in between that the destination itself did not answer.

Going on would only add unconfirmed events, or hand them to whoever answers in its place."""


@dataclass(slots=True)
class Heard:
    """What a run's answers come to. Refused by a known content code: so many events alone, so many in one request."""

    accepted: int = 0
    refused_alone: int = 0
    refused_at_once: int = 0
    others: int = 0
    last_refusal: Verdict | None = None

    def count(self, verdict: Verdict, events: int) -> None:
        if verdict.kind is Kind.ACCEPTED:
            self.accepted += events
            return
        self.last_refusal = verdict
        if verdict.kind is not Kind.CONTENT or verdict.passes_with_time:
            self.others += 1
        else:
            self.refused_alone += events == 1
            self.refused_at_once = max(self.refused_at_once, events)

    @property
    def is_fine(self) -> bool:
        """Whether something was accepted, or nothing was asked but a handful of events that are at fault themselves."""
        is_handful = max(self.refused_alone, self.refused_at_once) < HANDFUL
        return self.accepted > 0 or (self.others == 0 and is_handful)


@dataclass(slots=True)
class RunState:
    """What a run has learnt so far: whether to go on, for which datasets, and how fast.

    `datasets_to_probe`: datasets that were stopped when the previous run ended. Each is probed with one batch; the rest
    is claimed once events of it were accepted, so that a lasting stop does not fill the ledger. The default dataset is
    the empty text. `unread_probes`: those of which a probe got no certain answer; each is probed with its next batch.

    `suspended`: datasets of which a search found nothing acceptable; the next run goes on with them, unprobed.
    `has_suspects`: events were refused without contrast. `search_ended`: a search ended early.
    `changed_rows`: had changed since the claim, or were gone; `other_rows`: had not.
    """

    halt: StopReason | None = None
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    datasets_to_probe: set[str] = field(default_factory=set)
    probed: set[str] = field(default_factory=set)
    unread_probes: set[str] = field(default_factory=set)
    suspended: set[str | None] = field(default_factory=set)
    has_suspects: bool = False
    search_ended: bool = False
    changed_rows: int = 0
    other_rows: int = 0
    not_before: float = 0.0
    in_flight: int = 0
    consecutive_unreadable: int = 0
    heard: Heard = field(default_factory=Heard)

    def may_send(self, dataset_id: str | None) -> bool:
        return self.halt is None and dataset_id not in self.stopped_datasets and dataset_id not in self.suspended

    def next_to_probe(self) -> str | None:
        """The next of the datasets to probe that this run has not probed yet."""
        return min(self.datasets_to_probe - self.probed - self._stopped, default=None)

    def may_start(self) -> bool:
        """Whether one more request may leave now.

        Until the destination is known to answer, the requests in flight count as if none of them will be: so an
        intermediary that answers in its place gets at most MAX_CONSECUTIVE_UNREADABLE of them.
        """
        is_known = self.heard.accepted > 0 and self.consecutive_unreadable == 0
        return is_known or self.in_flight + self.consecutive_unreadable < MAX_CONSECUTIVE_UNREADABLE

    def on_rows(self, rows: int, *, changed: int) -> None:
        """So many claimed rows were read, and so many of them had changed or were gone."""
        self.changed_rows += changed
        self.other_rows += rows - changed

    def on_response(self, dataset_id: str | None, verdict: Verdict, *, events: int) -> None:
        """An answer to a request of so many events arrived."""
        name = dataset_id or ""
        self.heard.count(verdict, events)
        self._count_unreadable(verdict)
        if verdict.kind is not Kind.UNCONFIRMED:
            self.probed.add(name)
        elif name in self.datasets_to_probe:
            self.unread_probes.add(name)
        if verdict.kind in (Kind.ACCEPTED, Kind.CONTENT):  # the dataset takes events, though perhaps not these
            self.datasets_to_probe.discard(name)

    @property
    def _stopped(self) -> set[str]:
        return {name or "" for name in self.stopped_datasets}

    @property
    def to_probe_next(self) -> set[str]:
        """Datasets that the next run must probe."""
        return self._stopped | self.datasets_to_probe

    @property
    def paused(self) -> set[str]:
        """Datasets of which this run claims nothing more."""
        return self.to_probe_next | {name or "" for name in self.suspended}

    def end(self, halt: StopReason) -> None:
        """End the run; the first reason counts."""
        self.halt = self.halt or halt

    def _count_unreadable(self, verdict: Verdict) -> None:
        if verdict.kind is Kind.ACCEPTED:
            self.consecutive_unreadable = 0
        elif verdict.is_from_elsewhere:
            self.consecutive_unreadable += 1
        if self.consecutive_unreadable >= MAX_CONSECUTIVE_UNREADABLE:
            self.end(verdict.if_lasting or StopReason.UNCERTAIN)

    @property
    def reason(self) -> StopReason:
        """Why the run ended, by what the destination took."""
        if self.stopped_datasets:
            return StopReason.REFUSED
        reason = self.halt or StopReason.FINISHED
        if not reason.is_green:
            return reason
        if self.search_ended:
            return StopReason.SEARCH_ENDED
        if self.has_suspects and not self.heard.accepted:
            return StopReason.NO_CONTRAST
        if not self.heard.is_fine:
            return StopReason.NOTHING_ACCEPTED
        if self.changed_rows >= HANDFUL and not self.other_rows:
            return StopReason.ROWS_CHANGED
        return StopReason.PROBE_UNCONFIRMED if self.unread_probes & self.datasets_to_probe else reason

    def slow_down(self, *, now: float, wait_s: float) -> None:
        """Send nothing for `wait_s` seconds; a longer wait than MAX_WAIT_S ends the run instead."""
        if wait_s > MAX_WAIT_S:
            self.end(StopReason.RATE_LIMITED)
        elif wait_s > 0:
            self.not_before = max(self.not_before, now + wait_s)


class Places:
    """Who may have a mark written next: at most `size()` requests are marked or in flight at a time.

    Fresh batches go first, so that a search does not hold up the good ones; one place in SEARCH_EVERY is the search's.
    """

    def __init__(self, size: Callable[[], int]) -> None:
        self._size = size
        self._taken = 0
        self._given = 0
        self._fresh: deque[asyncio.Future[None]] = deque()
        self._searching: deque[asyncio.Future[None]] = deque()
        self.is_fresh_coming: Callable[[], bool] = lambda: False

    async def take(self, *, searching: bool) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._searching if searching else self._fresh).append(future)
        self.admit()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        self._taken -= 1
        self.admit()

    def admit(self) -> None:
        """Let in as many as there is room for; to be called whenever there may be more."""
        while self._taken < self._size() and (future := self._next()) is not None:
            if not future.cancelled():
                self._taken += 1
                self._given += 1
                future.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        is_searchs_turn = self._given % SEARCH_EVERY == SEARCH_EVERY - 1
        if not self._fresh:
            is_searchs_turn |= not self.is_fresh_coming()
        line = self._searching if self._searching and is_searchs_turn else self._fresh
        return line.popleft() if line else None


def backoff_s(attempt: int) -> float:
    """The wait before another attempt where the destination names none: 0.5, 1, 2 ... seconds."""
    return float(FIRST_WAIT_S * 2 ** (attempt - 1))
