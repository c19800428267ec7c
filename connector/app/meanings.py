"""What the reason words in the ledger mean: delivery's own, and those of Meta's room."""

from __future__ import annotations

from connector.delivery import describe as describe_of_delivery
from connector.destinations.meta import describe as describe_of_meta


def meaning_of(word: str | None) -> str | None:
    """One sentence on a reason word of the ledger; None for no word, or for one of another version."""
    return None if word is None else describe_of_delivery(word) or describe_of_meta(word)
