"""What a run watches besides sending: conversions that expired meanwhile, and keys that vanished from the relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import ConfigurationError
from connector.warehouse.standing import Amount, is_covered_by_pixel

if TYPE_CHECKING:
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

VANISHED_SHARE = 0.05


def start_of_watch(warehouse: Warehouse, *, now: datetime) -> datetime:
    """The start of the last live run, or `now` for the first: what expired before that is no news."""
    before: datetime | None = warehouse.rows("previous_start")[0].started_at
    return before or now


def count_newly_expired(warehouse: Warehouse, *, since: datetime, now: datetime) -> Amount:
    """Conversions whose deadline passed unsent since the given moment and that the browser's pixel has not covered."""
    expired = Amount()
    covered = is_covered_by_pixel(warehouse)
    for row in warehouse.rows("newly_expired", {"since": since, "now": now}, is_covered_by_pixel=covered):
        expired.add(row)
    return expired


def refuse_vanished_keys(warehouse: Warehouse, *, now: datetime) -> None:
    """Raise ConfigurationError when more than 5 % of the accepted keys of the last 7 days are gone from the relation.

    Then somebody has probably changed how event_id is made, and a sync would send everything a second time.
    """
    row = warehouse.rows("vanished_keys", {"now": now})[0]
    vanished = row.vanished or 0
    if row.accepted and vanished > VANISHED_SHARE * row.accepted:
        raise ConfigurationError(
            f"{vanished} of {row.accepted} conversions accepted in the last 7 days are gone from {warehouse.events}: "
            "if event_id is made in a new way, a sync would send them all a second time. Restore the old keys, or say "
            "connector sync --confirm-new-keys."
        )
