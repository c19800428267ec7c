"""Parameters of a reading call: fields, lists, limits and cursors, and the page of rows that they ask for."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from connector.sandbox.calls import Call, decoded_or_none
from connector.sandbox.refusals import bad_parameter, unknown_field

Fields = dict[str, Any]
"""Names to the Fields below them; no Fields below a name mean all of it."""

_SIGN: Final = re.compile(r"\s*([A-Za-z0-9_]+|[{},])")
DEEPEST: Final = 10


def parse_fields(text: str) -> Fields:
    """The tree of a `fields` parameter. Raises RefusedError for a bad spelling."""
    signs = _SIGN.findall(text)
    if "".join(signs) != re.sub(r"\s+", "", text):
        raise bad_parameter("fields")
    left = iter(signs)
    tree = _level(left, 0)
    if next(left, None) is not None:
        raise bad_parameter("fields")
    return tree


def _level(signs: Iterator[str], depth: int) -> Fields:
    tree: Fields = {}
    name = None
    for sign in signs:
        if sign == "}":
            if depth == 0:
                raise bad_parameter("fields")
            return tree
        if sign == "{":
            if name is None or depth == DEEPEST:
                raise bad_parameter("fields")
            tree[name] = _level(signs, depth + 1)
            name = None
        elif sign == ",":
            name = None
        else:
            name = sign
            tree.setdefault(name, {})
    if depth:
        raise bad_parameter("fields")
    return tree


def check_fields(asked: Fields, known: Mapping[str, Any]) -> None:
    """Raises RefusedError for the first name that does not exist."""
    for name, below in asked.items():
        if name not in known:
            raise unknown_field(name)
        check_fields(below, known[name])


def chosen(value: Any, asked: Fields) -> Any:
    """Only what was asked for, in its order; through lists."""
    if isinstance(value, list):
        return [chosen(each, asked) for each in value]
    if not isinstance(value, dict) or not asked:
        return value
    return {name: chosen(value[name], below) for name, below in asked.items() if name in value}


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
