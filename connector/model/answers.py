"""What became of one run's conversions, and why those that were not accepted were not: by the ledger's rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.model.amounts import Amount, Amounts, collect
from connector.model.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(slots=True, kw_only=True)
class Answer:
    """One answer, or our own reason, and the conversions that had it. `example`: an event_id of one of them.

    `answer_text`: what the destination itself said, scrubbed, to one of them.
    """

    outcome: Outcome
    error_code: int | None
    error_subcode: int | None
    error_text: str | None
    answer_text: str | None
    example: str | None
    amount: Amount = field(default_factory=Amount)

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON values with stable keys, without the example: no id of a row."""
        return {
            "outcome": str(self.outcome),
            "error_code": self.error_code,
            "error_subcode": self.error_subcode,
            "reason": self.error_text,
            "text": self.answer_text,
            "events": self.amount.events,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcomes:
    """A run's conversions by outcome, and the answers of those that were not accepted, most frequent first.

    `accepted_by_dataset`: how many were accepted of each dataset, the default one as blank.
    """

    by_outcome: Amounts = field(default_factory=dict)
    answers: Sequence[Answer] = ()
    accepted_by_dataset: dict[str, int] = field(default_factory=dict)


def outcomes_of(rows: Iterable[Any]) -> RunOutcomes:
    """Rows of `outcomes_of_run` put together."""
    found = list(rows)
    by_outcome: Amounts = {}
    collect(by_outcome, found, "outcome")
    answers: dict[Any, Answer] = {}
    accepted: Counter[str] = Counter()
    for row in found:
        if row.outcome == Outcome.ACCEPTED:
            accepted[row.dataset_key] += row.events
            continue
        key = (row.outcome, row.error_code, row.error_subcode, row.error_text)
        if key not in answers:
            answers[key] = Answer(
                outcome=Outcome(row.outcome),
                error_code=row.error_code,
                error_subcode=row.error_subcode,
                error_text=row.error_text,
                answer_text=row.answer_text,
                example=row.example,
            )
        answers[key].amount.add(row)
    often_first = sorted(answers.values(), key=lambda one: -one.amount.events)
    return RunOutcomes(by_outcome=by_outcome, answers=often_first, accepted_by_dataset=dict(accepted))
