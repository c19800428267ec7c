"""Delivery's own reason words: why an event was deferred or not sent, apart from what gate and answers say of it."""

from __future__ import annotations

from dataclasses import replace

from connector.model.outcomes import Evidence, Outcome
from connector.model.reasons import ReasonWord
from connector.model.verdicts import Kind


class Reason(ReasonWord):
    """Those of a single row first, then those of a run. The claim and the read find the first five."""

    KEY_NOT_UNIQUE = "key_not_unique", "The events relation has more than one row with this key: neither is sent."
    MISSING_DEADLINE = "missing_deadline_at", "The row has no deadline_at."
    VALUE_OUT_OF_RANGE = (
        "value_out_of_range",
        "Its value is not a number, infinite, or has more than 14 digits before the point: no account could hold it.",
    )
    ROW_CHANGED = "row_changed", "The row changed between the claim and the sending."
    ROW_GONE = "row_gone", "The row was no longer in the events relation when it should be sent."
    PAST_DEADLINE = (
        "past_deadline",
        "Its deadline, or the time in which it may be sent again, passed between the claim and the sending.",
    )
    NO_DATASET = "dataset_missing", "The row names no dataset, and no default dataset is set."
    RUN_STOPPED = "run_stopped", "The run or the dataset had stopped before it was sent."
    BUDGET_SPENT = (
        "bisection_budget_spent",
        "The run had spent its requests for finding refused events; next time it is sent apart from the others.",
    )
    NO_CONTRAST = (
        "refused_without_contrast",
        "It was refused for a reason that may be the dataset's: none was accepted after it, or not refused once more.",
    )
    SEARCH_ENDED = (
        "search_ended_early",
        "Part after part of its batch was refused with one code and none accepted; next time it is sent apart.",
    )
    TOO_LARGE = "event_too_large", "The event alone is larger than one request may be."


def describe(word: str) -> str | None:
    """The meaning of one of these words; None for any other."""
    return next((known.meaning for known in Reason if known == word), None)


OUTCOME_OF = {
    Kind.ACCEPTED: Outcome.ACCEPTED,
    Kind.WAIT: Outcome.DEFERRED,
    Kind.STOP: Outcome.DEFERRED,
    Kind.UNCONFIRMED: Outcome.UNCONFIRMED,
}
"""What an answer makes of its events, where it is not a refusal of content."""


def because(evidence: Evidence, reason: Reason) -> Evidence:
    """The answer's codes with our reason for deferring the events."""
    return replace(evidence, error_text=reason, events_received=None, duration_ms=None)
