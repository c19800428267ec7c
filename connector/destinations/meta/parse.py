"""Meta's values as ours, exact and checked: what does not have the documented shape raises Malformed, nothing else.

Numbers are decimals of four places (what the tables hold), rounded half up where Meta gives more.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

LARGEST = Decimal(10) ** 14
LARGEST_COUNT = 2**63
PLACES = Decimal("0.0001")
LONGEST_TEXT = 1000
_AMOUNT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class Malformed(Exception):  # noqa: N818 - a state of the answer
    """An answer that does not have the documented shape. The message names the place and the rule, never the value."""


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer, its fractions as exact decimals."""
    try:
        parsed = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, DecimalException):  # broken UTF-8 is a ValueError
        parsed = None
    if not isinstance(parsed, dict):
        raise Malformed("the answer is not a JSON object")
    return parsed


def text_at(entry: dict[str, Any], name: str) -> str:
    """A text that any warehouse can hold: what none can (NUL, half a surrogate pair) becomes U+FFFD."""
    value = entry.get(name)
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise Malformed(f"{name} is missing, or no text of 1 to {LONGEST_TEXT} characters")
    return _NOT_STORABLE.sub("\ufffd", value)


def objects_at(entry: dict[str, Any], name: str, *, needed: bool = False) -> list[dict[str, Any]]:
    """A list of objects; a missing one is empty unless it is `needed`."""
    value = entry.get(name)
    if value is None and not needed:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Malformed(f"{name} is no list of objects")
    return value


def object_at(entry: dict[str, Any], name: str) -> dict[str, Any]:
    """An object; a missing one is empty."""
    value = entry.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def count_at(entry: dict[str, Any], name: str) -> int:
    """A count."""
    value = entry.get(name)
    if type(value) is not int or not 0 <= value < LARGEST_COUNT:
        raise Malformed(f"{name} is missing, or not a whole number")
    return value


def number_at(entry: dict[str, Any], name: str) -> Decimal | None:
    """A JSON number; None where it is missing."""
    value = entry.get(name)
    if value is None:
        return None
    if type(value) is not int and not isinstance(value, Decimal):
        raise Malformed(f"{name} is not a number")
    return _in_four_places(name, Decimal(value))


def amount_at(entry: dict[str, Any], name: str) -> Decimal | None:
    """A number that Meta writes as text, as in all of Insights (a bare JSON number is as exact); None if missing."""
    value = entry.get(name)
    if isinstance(value, str):
        if not _AMOUNT.fullmatch(value):
            raise Malformed(f"{name} is no decimal number")
        return _in_four_places(name, Decimal(value))
    return number_at(entry, name)


def hour_at(entry: dict[str, Any], name: str) -> datetime:
    """`2026-11-20T13:00:00+0000` as UTC without zone."""
    try:
        return datetime.strptime(str(entry.get(name)), "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"{name} is missing, or no time like 2026-11-20T13:00:00+0000")


def day_at(entry: dict[str, Any], name: str) -> date:
    """`2026-11-20`."""
    try:
        return datetime.strptime(str(entry.get(name)), "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the account
    except ValueError:
        pass
    raise Malformed(f"{name} is missing, or no day like 2026-11-20")


def _in_four_places(name: str, number: Decimal) -> Decimal:
    if not abs(number) < LARGEST:
        raise Malformed(f"{name} is larger than any figure can be")
    return number.quantize(PLACES, ROUND_HALF_UP)


def _no_number(word: str) -> None:
    raise ValueError("NaN and infinities are not JSON")
