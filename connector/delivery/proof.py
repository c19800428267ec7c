"""The report of a run: its own count beside the ledger's, what was lost meanwhile, and whether it failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connector.errors import ConnectorError, Unproven
from connector.model.answers import RunOutcomes
from connector.model.money import list_money, money_text
from connector.model.outcomes import Outcome
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from connector.delivery.results import RunResult
    from connector.model.amounts import Amount
    from connector.model.money import Money
    from connector.model.tally import Tally
    from connector.model.verdicts import Verdict, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one sync run did, in events and money; never a row. `reason`: why it ended, which decides its exit code.

    `last_refusal`: the last answer that accepted nothing. `became`: what the ledger says of its conversions, and why.
    `left_to_others`: events that other living runs still held when this one ended, by their sync_id.
    """

    sync_id: str
    mode: str
    reason: StopReason
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
    last_refusal: Verdict | None = None
    became: RunOutcomes = field(default_factory=RunOutcomes)

    @classmethod
    def of(
        cls,
        result: RunResult,
        tally: Tally,
        *,
        sync_id: str,
        mode: str,
        duration_s: float,
        expired: Amount | None,
        became: RunOutcomes | None = None,
    ) -> Self:
        """The report of a run that ended; `expired` is what it found newly expired, None for a test run."""
        return cls(
            sync_id=sync_id,
            mode=mode,
            reason=result.proven_reason(tally),
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
            last_refusal=result.last_refusal,
            became=became or RunOutcomes(),
        )

    @property
    def failure(self) -> ConnectorError | None:
        """The error that this run ends with, or None if it is fine."""
        error = self.reason.error
        if self.newly_expired and (error is None or error.exit_code == Unproven.exit_code):
            # whatever else ended it: an error that invites to a retry would leave the loss behind a green one
            error = Unproven
        told = [self.explanation] if self.reason.error else []
        return error(" ".join(filter(None, [*told, self.loss]))) if error else None

    @property
    def loss(self) -> str:
        """What newly expired and what to do, in one paragraph; blank where nothing did."""
        if not self.newly_expired:
            return ""
        money = list_money(self.newly_expired_money)
        return (
            f"{_number(self.newly_expired)}{f' ({money})' if money else ''} passed the deadline unsent, and no earlier "
            f"run reported it: lost to {self.wording.name}, counted as expired. Sync more often, or find out what came "
            "late (connector status)."
        )

    @property
    def explanation(self) -> str:
        """Why the run ended and what to do, for a person: one paragraph, with the cause if an answer told one."""
        if self.reason is StopReason.UNPROVEN:
            return (
                f"run {self.sync_id} cannot prove where its {self.claimed} conversions went: the ledger's rows do not "
                "add up. Nothing is sent twice by running connector sync again; report it with connector status --json."
            )
        if self.stopped_datasets:
            stops = [f"dataset {name}: {why.rstrip('.')}" for name, why in sorted(self.stopped_datasets.items())]
            return f"{'; '.join(stops)}. {self._what_became_of_the_rest()}".rstrip()
        meaning, advice = self.wording.explain(self.reason)
        if self.reason.is_green:
            return f"{_sentence(meaning)}.".replace("`", "")
        cause = self.last_refusal
        told = f"; {_told(cause)}" if cause and cause.meaning else ""
        advice = cause.advice if cause and cause.advice else advice
        rest = self._what_became_of_the_rest()
        return f"{_sentence(meaning)}{told}. {rest}{_sentence(advice)}.".replace("`", "")

    def _what_became_of_the_rest(self) -> str:
        owed, unsure = self.outcomes[Outcome.DEFERRED], self.outcomes[Outcome.UNCONFIRMED]
        deferred = f"{_are(owed)} deferred, nothing is lost. " if owed else ""
        return deferred + (f"{_are(unsure)} unconfirmed. " if unsure else "")

    def raise_if_failed(self) -> None:
        """Raise `failure`, if there is one."""
        if self.failure is not None:
            raise self.failure

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values: counts and money only."""
        return {
            "sync_id": self.sync_id,
            "mode": self.mode,
            "reason": str(self.reason),
            "explanation": self.explanation if self.claimed else "",
            "requests": self.requests,
            "duration_s": round(self.duration_s, 3),
            "claimed": self.claimed,
            **{str(outcome): self.outcomes[outcome] for outcome in Outcome},
            "newly_expired": self.newly_expired,
            "is_proven": self.is_proven,
            "stopped_datasets": self.stopped_datasets,
            "left_to_others": self.left_to_others,
            "refusals": [answer.as_dict() for answer in self.became.answers if answer.error_code is not None],
            "money": {str(outcome): money_text(self.money[outcome]) for outcome in Outcome}
            | {"newly_expired": money_text(self.newly_expired_money)},
        }


def _told(cause: Verdict) -> str:
    """What an answer said, in our words and its codes."""
    evidence = cause.evidence
    code = None if evidence.error_code is None else _code(evidence.error_code, evidence.error_subcode)
    status = None if evidence.http_status is None else f"HTTP {evidence.http_status}"
    codes = ", ".join(filter(None, (status, code)))
    meaning = (cause.meaning or "").rstrip(".")
    return f"the last answer ({codes}): {meaning}" if codes else f"the last attempt: {meaning}"


def _code(code: int, subcode: int | None) -> str:
    return f"code {code}" + ("" if subcode is None else f"/{subcode}")


def _number(events: int) -> str:
    return "1 conversion" if events == 1 else f"{events:,} conversions"


def _are(events: int) -> str:
    return f"{_number(events)} {'is' if events == 1 else 'are'}"


def _sentence(text: str) -> str:
    """With a capital, and without the full stop."""
    return text[:1].upper() + text[1:].rstrip(".")
