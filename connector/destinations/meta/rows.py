"""The shape of the answer table: what an error code says about the events of the request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.destinations.meta.reasons import Reason


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
class Row:
    """One row of the table. `subcode` None stands for every subcode without a row of its own.

    `last` makes it a row for the codes from `code` to `last`. `source` is the address of Meta's documentation, or says
    "observed" (third-party logs of live calls), "field" (third-party code and notes) or "ours" (our own reading).
    `advice` says what a person should do; it never holds a secret.
    """

    code: int
    subcode: int | None = None
    last: int | None = None
    kind: Kind
    reason: Reason
    source: str
    advice: str | None = None
