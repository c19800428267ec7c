"""What the rows of a run add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.model.money import Money
    from connector.model.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the ledger itself says of a run: its records by final outcome, in events and money.

    `unsettled` counts records without a final outcome, `oversettled` those with more than one: both must be 0.
    """

    events: dict[Outcome, int]
    money: dict[Outcome, Money]
    unsettled: int
    oversettled: int

    @property
    def claimed(self) -> int:
        return sum(self.events.values()) + self.unsettled + self.oversettled

    @property
    def is_proven(self) -> bool:
        return self.unsettled == 0 and self.oversettled == 0
