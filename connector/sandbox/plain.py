"""The quick look: an event that is surely good, as nearly all are, is not asked every rule one by one.

Only time is saved. What this calls plain breaks none of the rules in COVERED, whatever the switches; a test
holds it to that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from connector.sandbox.currencies import CURRENCIES
from connector.sandbox.event_rules import ACTION_SOURCES, HASHED, HEX_DIGITS
from connector.sandbox.request_rules import Terms

_COVERED: Final = "E12 E13 E14 E15 E16 E17 E18 E20 E21 E23 E25 E24 E26 E27 E28 E29 E30"
COVERED: Final = frozenset(_COVERED.split())
PLAIN_MONEY: Final = 10**15
SIXTY_FOUR: Final = frozenset({64})


def is_plain(event: Any, terms: Terms) -> bool:
    """Whether the event surely breaks none of COVERED. False says nothing."""
    if event.__class__ is not dict:
        return False
    get = event.get
    name, seconds, source = get("event_name"), get("event_time"), get("action_source")
    user_data, custom = get("user_data"), get("custom_data")
    return (
        name.__class__ is str
        and bool(name.strip())
        and seconds.__class__ is int
        and terms.oldest <= seconds <= terms.newest
        and source.__class__ is str
        and source in ACTION_SOURCES
        and user_data.__class__ is dict
        and _are_plain_people(user_data)
        and ((custom is None and name != "Purchase") or (custom.__class__ is dict and _is_plain_money(custom)))
    )


def _are_plain_people(user_data: dict[str, Any]) -> bool:
    """An e-mail address or a phone, so that it is not thin; every hash exactly one, without an appendix."""
    if "lead_id" in user_data or not (user_data.get("em") or user_data.get("ph")):
        return False
    texts: list[str] = []
    for key in HASHED.intersection(user_data):
        value = user_data[key]
        if value.__class__ is list:
            texts += value
        else:
            texts.append(value)
    try:
        joined = "".join(texts)
    except TypeError:
        return False
    return SIXTY_FOUR.issuperset(map(len, texts)) and not joined.encode().translate(None, HEX_DIGITS)


def _is_plain_money(custom: dict[str, Any]) -> bool:
    """A value and a currency, as numbers and codes."""
    value: Any = custom.get("value")
    currency = custom.get("currency")
    return (
        (value.__class__ is int or value.__class__ is Decimal)
        and 0 <= value <= PLAIN_MONEY
        and currency.__class__ is str
        and currency in CURRENCIES
        and "contents" not in custom
        and "delivery_category" not in custom
    )
