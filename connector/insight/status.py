"""Where every conversion stands now, in events and money: what `status` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.model.amounts import Amount, Amounts, Part
from connector.model.conversions import ALL_TIME, Window
from connector.model.standing import LOST, LOST_MEANING, Standing, State
from connector.warehouse.contract import modelled_facts
from connector.warehouse.windows import bounds_of, which_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

ALL_LOST = "lost"
FIGURES = {
    "accepted": State.ACCEPTED.meaning,
    "rejected": State.REJECTED.meaning,
    "invalid": State.INVALID.meaning,
    "deferred": State.DEFERRED.meaning,
    "unconfirmed": State.UNCONFIRMED.meaning,
    "held": Standing.HELD.meaning,
    "expired": Standing.EXPIRED.meaning,
    ALL_LOST: LOST_MEANING,
    "covered_by_pixel": Standing.COVERED_BY_PIXEL.meaning,
    "before_first_sync": Standing.BEFORE_FIRST_SYNC.meaning,
    "owed": Standing.OWED.meaning,
    "in_flight": Standing.IN_FLIGHT.meaning,
}
"""The lines of `status` with what each means."""
AS_CLAIMED = frozenset(map(str, State)) | {Standing.HELD}
"""What was sent, or claimed to be sent, is told in the money of that moment; the rest in the warehouse's of now."""


def read_status(warehouse: Warehouse, *, now: datetime, resend_unconfirmed: bool) -> Amounts:
    """Events and money by standing. States of the ledger and standings are side by side: they overlap.

    `deferred` and part of `unconfirmed` are owed again; `held` is the part of `unconfirmed` that waits for a person;
    `lost` is what expired, and what was rejected or invalid and is not owed again. With `conversions` beside the events
    relation all is counted that dbt reconciles (its days), else what the events relation and the ledger hold.
    """
    amounts: Amounts = {name: Amount() for name in FIGURES}
    for row in read_standings(warehouse, now=now, resend_unconfirmed=resend_unconfirmed):
        for name in _figures(row):
            amounts[name].add(_as_claimed(row) if name in AS_CLAIMED else row)
    return amounts


def read_standings(
    warehouse: Warehouse, *, now: datetime, resend_unconfirmed: bool, window: Window = ALL_TIME
) -> Sequence[Any]:
    """Events and money of what happened in the window, by standing, state, event name and currency."""
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed} | bounds_of(window)
    fragments = modelled_facts(warehouse) | which_times(window)
    return warehouse.rows("standings_by_currency", terms, **fragments)


def _figures(row: Any) -> set[str]:
    """The lines that a conversion of this state and standing is counted in."""
    figures = {row.state, row.standing}
    if row.standing in LOST:
        figures.add(ALL_LOST)
    return figures & FIGURES.keys()


def _as_claimed(row: Any) -> Part:
    return Part(row.events, row.claimed_currency, row.claimed_money, row.event_name)
