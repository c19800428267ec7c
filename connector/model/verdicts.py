"""What a destination's answer means for the events of its request. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.model.outcomes import Evidence


class Kind(StrEnum):
    """What an answer means for the events of its request."""

    ACCEPTED = "accepted"
    """All were received."""
    CONTENT = "content"
    """Nothing was processed because of at least one event: bisect to find it."""
    MAYBE_CONTENT = "maybe_content"
    """Nothing was processed; an event is to blame only if another one of its batch was accepted, else the set-up."""
    WAIT = "wait"
    """Surely nothing was processed; the same request may be sent again later, also inside the run."""
    STOP = "stop"
    """Surely nothing was processed, and nothing will be until a person acts: stop sending to the dataset."""
    UNCONFIRMED = "unconfirmed"
    """May have been processed: never sent again inside the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the events of a request, why, and, where a person must act, one sentence on how.

    `pause_s`: how long the destination asks to wait before the next request, in seconds.
    """

    kind: Kind
    evidence: Evidence
    advice: str | None = None
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How messages name a destination, and what they advise: one clause each, without a full stop, naming settings."""

    name: str
    unreachable: str
    """No connection could be made."""
    unreadable: str
    """Several answers in a row could not be read."""
    no_dataset: str
    """Rows name no dataset, and there is no default."""
