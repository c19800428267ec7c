"""What the reason words in the ledger mean: those of the gate and the answers are described in `meta`, ours here."""

from __future__ import annotations

from connector.delivery.bisection import BUDGET_SPENT, NO_CONTRAST, RUN_STOPPED
from connector.delivery.preparing import KEY_NOT_UNIQUE, MISSING_DEADLINE, PAST_DEADLINE
from connector.delivery.sending import NO_DATASET
from connector.destinations.meta import describe

ROW_CHANGED = "row_changed"
ROW_GONE = "row_gone"

MEANINGS = {
    BUDGET_SPENT: "The run had spent its requests for finding refused events; it goes apart from the others next time.",
    NO_CONTRAST: "Meta refused it, but no event beside it was accepted: the cause may be the whole dataset.",
    RUN_STOPPED: "The run or the dataset had stopped before it was sent.",
    KEY_NOT_UNIQUE: "The events relation holds more than one row of this key: nobody can say which is meant.",
    MISSING_DEADLINE: "The row has no deadline_at.",
    PAST_DEADLINE: "Its deadline passed between the claim and the sending.",
    NO_DATASET: "The row names no dataset, and CONNECTOR_META_DATASET_ID is not set.",
    ROW_CHANGED: "The row changed between the claim and the sending.",
    ROW_GONE: "The row was gone from the events relation when it should be sent.",
}


def meaning_of(word: str | None) -> str | None:
    """One sentence on a reason word of the ledger; None for no word, or for one of another version."""
    return None if word is None else MEANINGS.get(word) or describe(word)
