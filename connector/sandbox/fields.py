"""Field expansion: `web{event_name,event_match_quality{composite_score}}` (docs/meta-api.md §8.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

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
