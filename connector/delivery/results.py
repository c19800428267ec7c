"""What a run may do, and how it ended. Values only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model.outcomes import Outcome
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from connector.model.outcomes import Settled
    from connector.model.tally import Tally
    from connector.model.verdicts import Verdict, Wording

BISECTION_BUDGET = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What a run may do. `limit`: at most so many conversions are claimed; `senders` share the work; times in seconds.

    `max_seconds`: when to end with the rest deferred. `datasets_to_probe`: see `RunState`. `write_interval_s`: the
    least time between two writes to the ledger. `asks_at_once`: whether claims and reads
    go beside writes.
    """

    concurrency: int
    resend_unconfirmed: bool
    default_dataset: str | None
    request_timeout_s: float
    lease_ttl_s: float
    limit: int | None = None
    senders: int = 1
    bisection_budget: int = BISECTION_BUDGET
    max_seconds: float | None = None
    datasets_to_probe: frozenset[str] = frozenset()
    write_interval_s: float = 0.0
    asks_at_once: bool = True


@dataclass(slots=True)
class RunResult:
    """How a run ended, by its own count; the ledger's tally must be the same.

    `left_to_others`: how many conversions other living runs still held when this one stopped waiting, by sync_id.
    `datasets_to_probe`: those that the next run must probe first.
    `last_refusal`: the last answer that accepted nothing.
    """

    reason: str
    requests: int
    claimed: int
    wording: Wording
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    stopped_datasets: dict[str | None, str] = field(default_factory=dict)
    left_to_others: dict[str, int] = field(default_factory=dict)
    datasets_to_probe: set[str] = field(default_factory=set)
    last_refusal: Verdict | None = None

    def count(self, settled: Settled) -> None:
        """Count an outcome that was written."""
        self.outcomes[settled.outcome] += settled.events

    def is_proven_by(self, tally: Tally) -> bool:
        """Claimed = accepted + rejected + invalid + deferred + unconfirmed, by the ledger's rows and by this count."""
        counted = {outcome: self.outcomes[outcome] for outcome in Outcome}
        return tally.is_proven and tally.claimed == self.claimed and tally.events == counted

    def proven_reason(self, tally: Tally) -> StopReason:
        """Why the run ended; the ledger's rows may tell otherwise than the run."""
        return StopReason(self.reason) if self.is_proven_by(tally) else StopReason.UNPROVEN
