"""Events and their money by currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from connector.model.money import NO_CURRENCY, Money, money_text


class Part(NamedTuple):
    """What an amount is added up of, as a row of the warehouse has it."""

    events: int
    currency: str | None
    money: Decimal | None


@dataclass(slots=True)
class Amount:
    """Events and their money by currency, the currencies of most events first."""

    events: int = 0
    money: Money = field(default_factory=dict)
    events_by_currency: dict[str, int] = field(default_factory=dict)

    def add(self, row: Any) -> None:
        """Add a row that has `events`, `currency` and `money`."""
        self.events += row.events
        if row.money is None:
            return
        name = row.currency or NO_CURRENCY
        self.events_by_currency[name] = self.events_by_currency.get(name, 0) + row.events
        sums = self.money | {name: self.money.get(name, row.money * 0) + row.money}
        self.money = {name: sums[name] for name in sorted(sums, key=lambda name: -self.events_by_currency[name])}

    def as_dict(self) -> dict[str, Any]:
        """Events and exact money, for JSON."""
        return {"events": self.events, "money": money_text(self.money)}


Amounts = dict[str, Amount]


def collect(amounts: Amounts, rows: Iterable[Any], name: str) -> None:
    """Add each row to the amount that its column `name` says."""
    for row in rows:
        amounts.setdefault(str(getattr(row, name)), Amount()).add(row)


def amounts_dict(amounts: Amounts) -> dict[str, Any]:
    """The same for several amounts by name."""
    return {name: amount.as_dict() for name, amount in amounts.items()}
