"""Money: exact text for machines, grouped text with each currency's own places for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

NO_CURRENCY = "none"
Money = dict[str, Decimal]
"""Amounts by currency, never added across currencies. Rows that have an amount but no currency stand under "none"."""

NOT_MONEY = ("XTS", "XXX")
"""Codes of ISO 4217 in which no sum of money means anything: for tests, and for no currency at all."""

NO_DECIMALS = ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0)
THREE_DECIMALS = ("BHD IQD JOD KWD LYD OMR TND", 3)
FOUR_DECIMALS = ("CLF UYW", 4)
DECIMAL_PLACES = {
    currency: places for names, places in (NO_DECIMALS, THREE_DECIMALS, FOUR_DECIMALS) for currency in names.split()
}
"""The decimal places of the currencies that do not have two (ISO 4217's minor units)."""


def amount_text(amount: Decimal) -> str:
    """An exact amount for JSON, with at least two places: 12.5000 -> 12.50, 12.3456 stays."""
    whole, _, cents = f"{amount:f}".partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def money_text(money: Money) -> dict[str, str]:
    """Amounts by currency as exact decimal text for JSON, in the order of the currencies' names."""
    return {name: amount_text(money[name]) for name in sorted(money)}


def decimal_places(currency: str | None, amounts: Iterable[Decimal]) -> int:
    """The currency's own places, or more (at most four) where an amount has a finer part: nothing is rounded away."""
    own = DECIMAL_PLACES.get(currency or "", 2)
    finest = max((len(f"{amount:f}".partition(".")[2].rstrip("0")) for amount in amounts), default=0)
    return max(own, min(finest, 4))


def format_amount(amount: Decimal, currency: str | None) -> str:
    """An amount for people, with thousands and the currency's own places: 12,345.60 (EUR), 1,200 (JPY)."""
    return f"{amount:,.{decimal_places(currency, [amount])}f}"


def format_money(amount: Decimal, currency: str | None) -> str:
    """An amount with its currency: 12,345.60 EUR; (no currency) where it has none."""
    named = currency if currency and currency != NO_CURRENCY else "(no currency)"
    return f"{format_amount(amount, currency)} {named}"


def in_order(money: Money, order: Sequence[str]) -> Money:
    """The same amounts in an order of currencies that is given; the others after them, by name."""
    return {name: money[name] for name in [*order, *sorted(set(money) - set(order))] if name in money}


def list_money(money: Money, *, most: int | None = None) -> str:
    """Amounts of every currency in one line, zero ones left out, in the order given: 1.00 EUR, 2 JPY and 3 more."""
    amounts = [format_money(amount, currency) for currency, amount in money.items() if amount]
    more = f" and {len(amounts) - most} more" if most and len(amounts) > most else ""
    return ", ".join(amounts[:most]) + more
