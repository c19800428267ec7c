"""The shape of the answer table: what an error code says about the events of the request."""

from __future__ import annotations

from dataclasses import dataclass

from connector.destinations.meta.reasons import Reason
from connector.model.verdicts import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table. `subcode` None stands for every subcode without a row of its own.

    `last` makes it a row for the codes from `code` to `last`. `source` is the address of Meta's documentation, or says
    "observed" (third-party logs of live calls), "field" (third-party code and notes) or "ours" (our own reading).
    `advice` says what a person should do; it never holds a secret. `passes_with_time`: the same event may be taken
    later.
    """

    code: int
    subcode: int | None = None
    last: int | None = None
    kind: Kind
    reason: Reason
    source: str
    advice: str | None = None
    passes_with_time: bool = False
