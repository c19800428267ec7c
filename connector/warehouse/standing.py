"""Where every conversion stands now, in events and money: what `status` and `plan` say."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from connector.conversions import ALL_TIME, NO_CURRENCY, Money, Window
from connector.warehouse.contract import columns_of
from connector.warehouse.windows import bounds_of, which_times

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
    "covered_by_pixel",
    "owed",
    "in_flight",
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would be sent: owed conversions by event name, the requests they take, and why the rest is not owed."""

    owed: Amounts
    requests: int
    pixel_overlap: int | None
    not_owed: Amounts
    not_eligible: Amounts | None
    payloads: list[dict[str, Any]]
    window: Window = ALL_TIME


def read_status(warehouse: Warehouse, *, now: datetime, resend_unconfirmed: bool) -> Amounts:
    """Events and money by standing. States of the ledger and derived words stand side by side: they overlap.

    `deferred` and part of `unconfirmed` are owed again; `held` is the part of `unconfirmed` that waits for a person.
    """
    amounts: Amounts = {name: Amount() for name in STANDINGS}
    _collect(amounts, warehouse.rows("states_by_currency"), "state")
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""}
    for row in warehouse.rows("unconfirmed_standing", terms | {"sync_id": None}):
        if row.standing == "held":
            amounts["held"].add(row)
    for row in warehouse.rows("owed_by_currency", terms):
        amounts["owed"].add(row)
    for row in warehouse.rows("rest_by_currency", {"now": now}, is_covered_by_pixel=is_covered_by_pixel(warehouse)):
        if row.reason in ("expired", "covered_by_pixel"):
            amounts[row.reason].add(row)
    return amounts


def read_plan(
    warehouse: Warehouse,
    *,
    now: datetime,
    resend_unconfirmed: bool,
    batch_size: int,
    show: int,
    window: Window = ALL_TIME,
) -> Planned:
    """What the next sync of that window would send, without claiming anything."""
    bounds, times = bounds_of(window), which_times(window)
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""} | bounds
    by_event: Amounts = {}
    by_dataset: dict[str | None, int] = {}
    for row in warehouse.rows("owed_by_currency", terms, **times):
        by_event.setdefault(str(row.event_name), Amount()).add(row)
        by_dataset[row.dataset_id] = by_dataset.get(row.dataset_id, 0) + row.events
    rest: Amounts = {}
    covered = is_covered_by_pixel(warehouse)
    _collect(
        rest, warehouse.rows("rest_by_currency", {"now": now} | bounds, is_covered_by_pixel=covered, **times), "reason"
    )
    modelled = has_conversions(warehouse)
    not_eligible: Amounts = {}
    if modelled:
        _collect(not_eligible, warehouse.rows("ineligible_by_reason", bounds, **times), "reason")
    shown = warehouse.rows("owed_payloads", terms | {"show": show}, **times) if show else []
    return Planned(
        owed=by_event,
        requests=sum(ceil(events / batch_size) for events in by_dataset.values()),
        pixel_overlap=warehouse.rows("pixel_overlap", terms, **times)[0].events if modelled else None,
        not_owed={reason: amount for reason, amount in rest.items() if reason != "owed"},
        not_eligible=not_eligible if modelled else None,
        payloads=[dict(row._mapping) for row in shown],
        window=window,
    )


def has_conversions(warehouse: Warehouse) -> bool:
    """Whether the `conversions` mart stands beside the events relation: only it knows of the pixel and of reasons."""
    columns = columns_of(warehouse, warehouse.conversions)
    return columns is not None and {"pixel_event_time", "ineligible_reason", "is_eligible"} <= set(columns)


def is_covered_by_pixel(warehouse: Warehouse) -> str:
    """The SQL condition that the browser's pixel has sent the conversion of the row `events`."""
    if not has_conversions(warehouse):
        return "false"
    return warehouse.queries["covered_by_pixel"]


def _collect(amounts: Amounts, rows: Iterable[Any], name: str) -> None:
    for row in rows:
        amounts.setdefault(str(getattr(row, name)), Amount()).add(row)
