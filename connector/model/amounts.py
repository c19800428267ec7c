"""Events and their money by currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from connector.model.conversions import REVENUE_EVENTS
from connector.model.money import NO_CURRENCY, Money, money_text

PURCHASE = "Purchase"


class Part(NamedTuple):
    """What an amount is added up of, as a row of the warehouse has it."""

    events: int
    currency: str | None
    money: Decimal | None
    event_name: str | None = None


@dataclass(slots=True)
class Amount:
    """Events and their money by currency, the currencies of most events first.

    `revenue` and its events are the part that is money that came in: a basket's or a lead's value is not added to it.
    """

    events: int = 0
    money: Money = field(default_factory=dict)
    events_by_currency: dict[str, int] = field(default_factory=dict)
    revenue_events: int = 0
    revenue: Money = field(default_factory=dict)

    def add(self, row: Any) -> None:
        """Add a row that has `events`, `currency` and `money`; without `event_name` it counts as revenue."""
        self.events += row.events
        is_revenue = (getattr(row, "event_name", None) or PURCHASE) in REVENUE_EVENTS
        self.revenue_events += row.events if is_revenue else 0
        if row.money is None:
            return
        if is_revenue:
            name = row.currency or NO_CURRENCY
            self.revenue[name] = self.revenue.get(name, row.money * 0) + row.money
        name = row.currency or NO_CURRENCY
        self.events_by_currency[name] = self.events_by_currency.get(name, 0) + row.events
        sums = self.money | {name: self.money.get(name, row.money * 0) + row.money}
        self.money = {name: sums[name] for name in currency_order([self]) if name in sums}

    def as_dict(self) -> dict[str, Any]:
        """Events and exact money, for JSON."""
        return {"events": self.events, "money": money_text(self.money)}


Amounts = dict[str, Amount]


def currency_order(amounts: Iterable[Amount]) -> list[str]:
    """The currencies of all these amounts, those of most events first: the order of whatever shows them together."""
    events: dict[str, int] = {}
    for amount in amounts:
        for name, number in amount.events_by_currency.items():
            events[name] = events.get(name, 0) + number
    return sorted(events, key=lambda name: (-events[name], name))


def collect(amounts: Amounts, rows: Iterable[Any], name: str) -> None:
    """Add each row to the amount that its column `name` says."""
    for row in rows:
        amounts.setdefault(str(getattr(row, name)), Amount()).add(row)


def amounts_dict(amounts: Amounts) -> dict[str, Any]:
    """The same for several amounts by name."""
    return {name: amount.as_dict() for name, amount in amounts.items()}
