"""What `custom_data` may hold: money, items, ways of delivery (docs/meta-api.md §4)."""

from __future__ import annotations

import math
import re
from typing import Any

from connector.destinations.meta.currencies import is_currency
from connector.destinations.meta.reasons import Refusal

DELIVERIES = frozenset({"in_store", "curbside", "home_delivery"})
LARGEST = 10**21
"""Beyond any money."""
_LESS_THAN_A_TEN_THOUSANDTH = 0.000_099
"""More places than the column has may be cut or rounded there."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
NUMBER_LENGTH = 40


def refuse_custom_data(event: dict[str, Any]) -> Refusal | None:
    """Why Meta would refuse the event for its custom_data, or None."""
    data = event.get("custom_data")
    if type(data) is not dict:
        return _refuse_absent(event, data)
    return (
        _refuse_money(event, data)
        or (_refuse_contents(data["contents"]) if "contents" in data else None)
        or (Refusal.UNKNOWN_DELIVERY if not _is_delivery(data.get("delivery_category")) else None)
    )


def refuse_other_money(event: dict[str, Any], value: float | None, currency: str | None) -> Refusal | None:
    """Why the money that is sent is not that of the row's columns, as decimal(18,4) holds it; or None.

    Where one of the two says nothing, they do not contradict each other.
    """
    data: Any = event.get("custom_data")
    told = _amount(data.get("value")) if type(data) is dict else None
    if told is None or value is None:
        return None
    if not math.isclose(told, value, rel_tol=1e-15, abs_tol=_LESS_THAN_A_TEN_THOUSANDTH):
        return Refusal.VALUE_DIFFERS
    spelled = data["currency"] if type(data.get("currency")) is str else ""
    if spelled and currency and spelled.strip().upper() != currency.strip().upper():
        return Refusal.CURRENCY_DIFFERS
    return None


def is_blank(value: Any) -> bool:
    """Null, or a text of nothing but white space."""
    return value is None or (type(value) is str and not value.strip())


def _refuse_absent(event: dict[str, Any], data: Any) -> Refusal | None:
    if event.get("event_name") == "Purchase":
        return Refusal.PURCHASE_WITHOUT_CURRENCY
    return None if data is None else Refusal.INVALID_CUSTOM_DATA


def _refuse_money(event: dict[str, Any], data: dict[str, Any]) -> Refusal | None:
    """A Purchase needs a currency and a value, whatever its action_source; Meta seems to check the currency first."""
    currency, value = data.get("currency"), data.get("value")
    if not is_currency(currency):
        if not is_blank(currency):
            return Refusal.INVALID_CURRENCY
        if event.get("event_name") == "Purchase":
            return Refusal.PURCHASE_WITHOUT_CURRENCY
        if not is_blank(value):
            return Refusal.INVALID_VALUE if _amount(value) is None else Refusal.VALUE_WITHOUT_CURRENCY
        return None
    amount = value if type(value) is float and value < LARGEST else _amount(value)
    if amount is None:
        if not is_blank(value):
            return Refusal.INVALID_VALUE
        return Refusal.PURCHASE_WITHOUT_VALUE if event.get("event_name") == "Purchase" else None
    # two sources disagree on whether Meta accepts it: treated as forbidden
    return Refusal.NEGATIVE_VALUE if amount < 0 else None


def _amount(value: Any) -> float | None:
    """The number that a JSON number or a numeric text stands for; None for any other, and for what is no money."""
    if type(value) is str and len(value) <= NUMBER_LENGTH and _NUMBER.fullmatch(value):
        value = float(value)
        return value if math.isfinite(value) and abs(value) < LARGEST else None
    return value if type(value) in (int, float) and abs(value) < LARGEST else None


def _refuse_contents(contents: Any) -> Refusal | None:
    if contents is None:
        return None
    if type(contents) is not list or not all(type(item) is dict for item in contents):
        return Refusal.INVALID_CONTENTS
    if not all(_is_id(item.get("id")) for item in contents):
        return Refusal.CONTENT_WITHOUT_ID
    if not all(_is_delivery(item.get("delivery_category")) for item in contents):
        return Refusal.UNKNOWN_DELIVERY
    return None


def _is_id(value: Any) -> bool:
    return bool(value.strip()) if type(value) is str else type(value) in (int, float)


def _is_delivery(value: Any) -> bool:
    return value is None or (type(value) is str and value in DELIVERIES)
