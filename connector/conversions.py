"""A conversion, as the parts of the house speak of it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NO_CURRENCY = "none"
Money = dict[str, Decimal]
"""Amounts by currency, never added across currencies. Rows that have an amount but no currency stand under "none"."""

LOST = ("expired", "rejected", "invalid")
"""The standings of what is lost: Meta does not hear of it, unless somebody mends it in time. What is held is not lost
(Meta may have it), nor is what is unconfirmed. dbt's word for the same is the macro is_lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionKey:
    """The key of a conversion; a dataset_id of None means the default dataset."""

    dataset_id: str | None
    event_name: str
    event_id: str


def money_text(money: Money) -> dict[str, str]:
    """Amounts by currency as exact decimal text with at least two places, for JSON."""
    return {name: amount_text(money[name]) for name in sorted(money)}


def amount_text(amount: Decimal) -> str:
    """An exact amount with at least two places: 12.5000 -> 12.50, 12.3456 stays."""
    whole, _, cents = f"{amount:f}".partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"
