"""A conversion, as the parts of the house speak of it. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

NO_CURRENCY = "none"
Money = dict[str, Decimal]
"""Amounts by currency, never added across currencies. Rows that have an amount but no currency stand under "none"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionKey:
    """The key of a conversion; a dataset_id of None means the default dataset."""

    dataset_id: str | None
    event_name: str
    event_id: str


def total(amounts: Iterable[tuple[str | None, Decimal | None]]) -> Money:
    """Sum (currency, value) pairs by currency; pairs without a value count nothing."""
    sums: Money = {}
    for currency, value in amounts:
        if value is not None:
            name = currency or NO_CURRENCY
            sums[name] = sums.get(name, Decimal(0)) + value
    return sums
