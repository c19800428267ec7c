"""What the reason words in the ledger mean: delivery's own, and those of Meta's room."""

from __future__ import annotations

from connector.delivery import describe as describe_of_delivery
from connector.destinations.meta import MetaDestination
from connector.destinations.meta import describe as describe_of_meta
from connector.model.outcomes import Outcome

CORRECT = "Correct it in the warehouse: a changed event is sent automatically before its deadline."
ADVICE = {
    Outcome.REJECTED: CORRECT,
    Outcome.INVALID: CORRECT,
    Outcome.DEFERRED: "Nothing if the next run continues: it is owed again.",
    Outcome.UNCONFIRMED: "Nothing: it is sent again inside Meta's window of deduplication, then held for a person.",
}
"""What to do about an outcome whose code says no more."""


def meaning_of(word: str | None) -> str | None:
    """One sentence on a reason word of the ledger; None for no word, or for one of another version."""
    return None if word is None else describe_of_delivery(word) or describe_of_meta(word)


def advice_for(outcome: Outcome, code: int | None, subcode: int | None, word: str | None) -> str:
    """What to do about an outcome, as the code and reason word of its answer say, or else as its kind does."""
    return MetaDestination.explain_answer(code, subcode, word).advice or ADVICE[outcome]
