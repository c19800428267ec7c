"""Where a conversion stands: every word with its meaning in one sentence.

Which word applies is decided by one SQL rule, the named query `standing` in `connector/ledger/sql/standing.sql`. The
claim, the plan, the status, `why` and a replay ask it; dbt's macros and the meanings in its seeds are made from it and
from here (`make generated`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Word(StrEnum):
    """A word with the sentence that explains it to people."""

    meaning: str

    def __new__(cls, word: str, meaning: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member


class State(_Word):
    """What the ledger knows of a conversion over all its records."""

    ACCEPTED = "accepted", "Meta accepted it."
    IN_FLIGHT = "in_flight", "A sync holds it just now."
    UNCONFIRMED = "unconfirmed", "It was sent and no answer was read: Meta may have it."
    REJECTED = "rejected", "Meta refused its content."
    INVALID = "invalid", "The connector did not send it, because Meta would refuse it or privacy forbids it."
    DEFERRED = (
        "deferred",
        "Surely not processed by Meta (no connection, a limit, a refused token, or the run had stopped); owed again.",
    )
    NOT_SENT = "not_sent", "No run has claimed it."


class Standing(_Word):
    """The one place where a conversion stands, in the order in which the rule asks."""

    ACCEPTED = "accepted", "Meta accepted it."
    IN_FLIGHT = "in_flight", "A sync holds it just now."
    HELD = "held", "Meta may have it: no answer was read, and another copy now could count twice."
    NO_LONGER_MODELLED = "no_longer_modelled", "It was claimed once and is gone from the warehouse."
    BEFORE_START = "before_start", "It happened before the var meta_conversions_start_at."
    NOT_ELIGIBLE = "not_eligible", "The conversion must not be sent as it is."
    REJECTED = "rejected", "Meta refused its content."
    INVALID = "invalid", "The connector did not send it, because Meta would refuse it or privacy forbids it."
    COVERED_BY_PIXEL = (
        "covered_by_pixel",
        "The browser's pixel told Meta, and the server's copy would have come too late and counted twice.",
    )
    BEFORE_FIRST_SYNC = (
        "before_first_sync",
        "Its deadline had passed before the first sync that knew its source: no sync could have sent it.",
    )
    EXPIRED = "expired", "Its deadline passed before it was sent, and no pixel sent it: Meta will not receive it."
    NOT_BUILT = "not_built", "It is eligible, but conversion_events has no row to send."
    NOT_DUE = "not_due", "It has not happened yet by its own time."
    OWED = "owed", "The next sync sends it."


class HeldReason(_Word):
    """Why an unconfirmed conversion is not sent again, in the order in which the rule asks."""

    NO_LONGER_MODELLED = "no_longer_modelled", "Meta may have it, and the warehouse no longer does."
    NO_LONGER_ELIGIBLE = "no_longer_eligible", "Meta may have it, and it must not be sent any more."
    PAST_DEADLINE = "past_deadline", "Meta may have it, and its deadline has passed."
    CHANGED = "changed", "Meta may have it, and it has changed since."
    REFUSED_SINCE = (
        "refused_since",
        "Meta may have it: no answer was read, and it was refused when it was sent again.",
    )
    DEDUPLICATION_WINDOW_OVER = "deduplication_window_over", "Meta may have it, and would count a second copy."
    RESENDING_SWITCHED_OFF = (
        "resending_switched_off",
        "Meta may have it, and the setting resend_unconfirmed is off.",
    )


LOST = (Standing.EXPIRED, Standing.REJECTED, Standing.INVALID)
"""What is lost: Meta does not receive it, unless somebody corrects it in time. What is held is not lost (Meta may have
it), nor is what is unconfirmed."""
LOST_MEANING = "Expired, or rejected or invalid and not owed again: Meta does not receive it."

NOT_LEFT_TO_SEND = (Standing.NO_LONGER_MODELLED, Standing.BEFORE_START, Standing.NOT_ELIGIBLE)
"""What the warehouse itself holds back: no delivery is late or lost there."""
ON_ITS_WAY = (Standing.OWED, Standing.NOT_BUILT, Standing.NOT_DUE)
"""What is eligible, not sent and not past its deadline: it can still go, now, after a build or after its time."""
