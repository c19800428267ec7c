"""Where every conversion stands now, in events and money: what `status` says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.conversions import LOST, NO_CURRENCY, Money
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

STANDINGS = (
    "accepted",
    "rejected",
    "invalid",
    "deferred",
    "unconfirmed",
    "held",
    "expired",
    "lost",
    "covered_by_pixel",
    "owed",
    "in_flight",
)

MODELLED = {"pixel_event_time", "ineligible_reason", "is_eligible", "event_time", "action_source", "deadline_at"}
"""The columns of the `conversions` mart that are read here, besides the key and the money."""


@dataclass(slots=True)
class Amount:
    """Events and their money by currency, the currencies of most events first."""

    events: int = 0
    money: Money = field(default_factory=dict)
    events_by_currency: dict[str, int] = field(default_factory=dict)

    def add(self, row: Any) -> None:
        self.events += row.events
        if row.money is None:
            return
        name = row.currency or NO_CURRENCY
        self.events_by_currency[name] = self.events_by_currency.get(name, 0) + row.events
        sums = self.money | {name: self.money.get(name, row.money * 0) + row.money}
        self.money = {name: sums[name] for name in sorted(sums, key=lambda name: -self.events_by_currency[name])}


Amounts = dict[str, Amount]


def read_status(warehouse: Warehouse, *, now: datetime, resend_unconfirmed: bool) -> Amounts:
    """Events and money by standing. States of the ledger and derived words stand side by side: they overlap.

    `deferred` and part of `unconfirmed` are owed again; `held` is the part of `unconfirmed` that waits for a person;
    `lost` is what expired, and what was rejected or invalid and is not owed again.
    """
    amounts: Amounts = {name: Amount() for name in STANDINGS}
    collect(amounts, warehouse.rows("states_by_currency"), "state")
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""}
    for row in warehouse.rows("unconfirmed_standing", terms | {"sync_id": None}):
        if row.standing == "held":
            amounts["held"].add(row)
    for row in warehouse.rows("owed_by_currency", terms):
        amounts["owed"].add(row)
    for row in warehouse.rows("rest_by_currency", {"now": now}, is_covered_by_pixel=is_covered_by_pixel(warehouse)):
        if row.reason in ("expired", "covered_by_pixel"):
            amounts[row.reason].add(row)
        if row.reason in LOST:
            amounts["lost"].add(row)
    return amounts


def has_conversions(warehouse: Warehouse) -> bool:
    """Whether the `conversions` mart stands beside the events relation: only it knows of the pixel and of reasons."""
    columns = columns_of(warehouse, warehouse.conversions)
    return columns is not None and set(columns) >= MODELLED


def is_covered_by_pixel(warehouse: Warehouse) -> str:
    """The SQL condition that the browser's pixel has sent the conversion of the row `events`."""
    if not has_conversions(warehouse):
        return "false"
    return warehouse.queries["covered_by_pixel"]


def collect(amounts: Amounts, rows: Iterable[Any], name: str) -> None:
    """Add each row to the amount that its column `name` says."""
    for row in rows:
        amounts.setdefault(str(getattr(row, name)), Amount()).add(row)
