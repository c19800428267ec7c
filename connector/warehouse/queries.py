"""Named queries: each .sql file in a room's sql/ holds queries, which start with `-- name: x` and one sentence on it.

Braces stand for what a bind parameter cannot carry: relation names (validated before) and the few fragments that differ
by engine. They are filled in by `Queries`; everything else is a bind parameter.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING

from connector.model.windows import SPANS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

ROOMS = ("ledger", "insight")
"""The rooms with queries of their own. They share one set of names, so that one may build on another."""
MARK = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def named_queries() -> dict[str, str]:
    """Every query of every room by its name. Raises ValueError if two share one."""
    found: dict[str, str] = {}
    for entry in _files():
        if entry.name.endswith(".sql"):
            parts = MARK.split(entry.read_text(encoding="utf-8"))
            for name, text in zip(parts[1::2], parts[2::2], strict=True):
                if name in found:
                    raise ValueError(f"two queries are named {name}")
                found[name] = text.strip().rstrip(";")
    return found


def _files() -> Iterator[Traversable]:
    folders = (files("connector").joinpath(room, "sql") for room in ROOMS)
    return iter(sorted(chain.from_iterable(folder.iterdir() for folder in folders), key=lambda file: file.name))


class Queries:
    """The named queries of one warehouse: names and engine fragments filled in.

    A brace may name another query (`{fold_records}`), which is filled in first: so the fold of states is written once.
    It may also name a span of time (`{ledger_days}`), of `connector.model.windows`.
    """

    def __init__(self, fragments: dict[str, str]) -> None:
        self._fragments = fragments

    def __getitem__(self, name: str) -> str:
        return self.fill(named_queries()[name])

    def fill(self, text: str, **more: str) -> str:
        """Fill in the braces of `text`; `more` wins over the warehouse's own. Raises KeyError if one is unknown."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in more:
                return self.fill(more[name])
            if name in self._fragments:
                return self.fill(self._fragments[name], **more)
            if name in SPANS:
                return str(SPANS[name])
            return self.fill(named_queries()[name], **more)

        return re.sub(r"\{(\w+)\}", value, text)
