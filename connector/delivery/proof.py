"""The report of a run: its own count beside the ledger's, what was lost meanwhile, and whether it failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connector.delivery.pacing import StopReason
from connector.errors import ConnectorError, LeaseLost, Stopped, Unproven
from connector.model.money import money_text
from connector.model.outcomes import Outcome

if TYPE_CHECKING:
    from connector.delivery.run import RunResult
    from connector.model.amounts import Amount
    from connector.model.money import Money
    from connector.model.tally import Tally
    from connector.model.verdicts import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one sync run did, in events and money; never a row. `reason`: why it ended.

    `left_to_others`: events that other living runs still held when this one ended, by their sync_id.
    """

    sync_id: str
    mode: str
    reason: str
    requests: int
    duration_s: float
    claimed: int
    outcomes: dict[Outcome, int]
    money: dict[Outcome, Money]
    is_proven: bool
    wording: Wording
    stopped_datasets: dict[str, str] = field(default_factory=dict)
    newly_expired: int = 0
    newly_expired_money: Money = field(default_factory=dict)
    left_to_others: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, result: RunResult, tally: Tally, *, sync_id: str, mode: str, duration_s: float, expired: Amount | None
    ) -> Self:
        """The report of a run that ended; `expired` is what it found newly expired, None for a test run."""
        return cls(
            sync_id=sync_id,
            mode=mode,
            reason=result.reason,
            requests=result.requests,
            duration_s=duration_s,
            claimed=tally.claimed,
            outcomes={outcome: tally.events[outcome] for outcome in Outcome},
            money=tally.money,
            is_proven=result.is_proven_by(tally),
            wording=result.wording,
            stopped_datasets={str(name or "(default)"): why for name, why in result.stopped_datasets.items()},
            newly_expired=expired.events if expired else 0,
            newly_expired_money=expired.money if expired else {},
            left_to_others=result.left_to_others,
        )

    @property
    def failure(self) -> ConnectorError | None:
        """The error that this run ends with, or None if it is fine."""
        if not self.is_proven:
            return Unproven(
                f"run {self.sync_id} cannot prove where its {self.claimed} conversions went: the ledger's rows do not "
                "add up. Nothing is sent twice by running connector sync again; report it with connector status --json."
            )
        if self.stopped_datasets:
            stops = [f"dataset {name}: {why.rstrip('.')}" for name, why in sorted(self.stopped_datasets.items())]
            deferred = self.outcomes[Outcome.DEFERRED]
            return Stopped(f"{'; '.join(stops)}. {deferred:,} conversions are deferred, nothing is lost.")
        if self.reason == StopReason.UNREACHABLE:
            return ConnectorError(
                f"{self.wording.name} could not be reached, so nothing more was sent and what was claimed is owed "
                f"again: {self.wording.unreachable}, then run connector sync again."
            )
        if self.reason == StopReason.UNCERTAIN:
            return ConnectorError(
                "several answers in a row could not be read, so the run stopped before making more conversions "
                f"unconfirmed: {self.wording.unreadable}. The conversions concerned are unconfirmed."
            )
        if self.reason == StopReason.LEASE_LOST:
            return LeaseLost(
                f"run {self.sync_id} considered its lease lost and stopped sending; what it had not sent is owed "
                "again: run connector sync once more."
            )
        if self.newly_expired:
            return Unproven(
                f"{self.newly_expired} conversions passed their deadline unsent, which no earlier run reported: they "
                f"are lost to {self.wording.name} and stand as expired. Sync more often, or find out why they came "
                "late (connector status)."
            )
        return None

    def raise_if_failed(self) -> None:
        """Raise `failure`, if there is one."""
        if self.failure is not None:
            raise self.failure

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values: counts and money only."""
        return {
            "sync_id": self.sync_id,
            "mode": self.mode,
            "reason": self.reason,
            "requests": self.requests,
            "duration_s": round(self.duration_s, 3),
            "claimed": self.claimed,
            **{str(outcome): self.outcomes[outcome] for outcome in Outcome},
            "newly_expired": self.newly_expired,
            "is_proven": self.is_proven,
            "stopped_datasets": self.stopped_datasets,
            "left_to_others": self.left_to_others,
            "money": {str(outcome): money_text(self.money[outcome]) for outcome in Outcome}
            | {"newly_expired": money_text(self.newly_expired_money)},
        }
