"""Cursors, and parameters of reading calls as values."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from connector.sandbox.bodies import decoded_or_none
from connector.sandbox.calls import Call
from connector.sandbox.refusals import bad_parameter

_TAIL: Final = "ZDZD"
LARGEST_LIMIT: Final = 5000
LONGEST_NUMBER: Final = 15


def cursor(row: int) -> str:
    """0 -> `MAZDZD`, as Meta's look (docs/meta-api.md §8.4)."""
    return base64.urlsafe_b64encode(str(row).encode()).decode().rstrip("=") + _TAIL


def row_of(text: str) -> int:
    """The row of a cursor. Raises RefusedError."""
    body = text.removesuffix(_TAIL)
    try:
        return whole_number(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("ascii"), "after")
    except ValueError:
        raise bad_parameter("after") from None


def page(call: Call, rows: Sequence[Any], default_limit: int) -> dict[str, Any]:
    """`data` and `paging` of a list, as asked by `limit` and `after`. `next` is there while there is more."""
    limit = limit_of(call, default_limit)
    after = call.params.get("after")
    first = row_of(str(after)) + 1 if after else 0
    shown = list(rows[first : first + limit])
    return {"data": shown, "paging": links(call, first, first + len(shown), len(rows))}


def links(call: Call, first: int, end: int, total: int) -> dict[str, Any]:
    """The paging of rows [first, end) of `total`. The addresses are without the token, so that no log shows it."""
    if end <= first:
        return {}
    paging: dict[str, Any] = {"cursors": {"before": cursor(first), "after": cursor(end - 1)}}
    if end < total:
        others = {name: str(value) for name, value in call.params.items()}
        paging["next"] = f"{call.base_url}{call.path}?{urlencode(others | {'after': cursor(end - 1)})}"
    return paging


def limit_of(call: Call, default: int) -> int:
    """`limit`. Raises RefusedError for what is no positive number."""
    limit = whole_number(str(call.params.get("limit", default)), "limit")
    if limit == 0:
        raise bad_parameter("limit")
    return min(limit, LARGEST_LIMIT)


def whole_number(text: str, name: str) -> int:
    """Digits, not very many. Raises RefusedError."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise bad_parameter(name)
    return int(text)


def json_param(call: Call, name: str) -> Any:
    """A parameter that holds JSON, as text or as value; None where it is missing. Raises RefusedError."""
    value = call.params.get(name)
    if not isinstance(value, str) or not value:
        return value or None
    decoded = decoded_or_none(value)
    if decoded is None:
        raise bad_parameter(name)
    return decoded


def list_param(call: Call, name: str) -> list[str]:
    """A list: JSON, or names with commas between them."""
    value = call.params.get(name)
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = json_param(call, name)
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise bad_parameter(name)
    return value
