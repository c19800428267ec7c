"""What was found of the raw tables before anything is built on them. Names, types, counts, words and money only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from connector.model.money import Money, money_text

PARTS = 10_000
"""The check counts money in ten-thousandths: whole numbers, which JSON keeps exact."""


class WrongType(msgspec.Struct, frozen=True, kw_only=True):
    """A column whose type is not what the shape of the raw tables says.

    `holds`: id, word, time, money, count, ordinal or boolean. `cast`: the expression that a view in front of it should
    write.
    """

    column: str
    type: str
    holds: str
    cast: str
    stops_build: bool


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, and their money as it was counted."""

    rows: int
    money: dict[str, int]

    @property
    def amounts(self) -> Money:
        return {currency: Decimal(parts) / PARTS for currency, parts in self.money.items()}


class Word(Priced, frozen=True, kw_only=True):
    """A word of the column that decides, and whether it counts: as paid, as consent, as an event that is sent."""

    word: str
    is_counted: bool


class LeftOut(Priced, frozen=True, kw_only=True):
    """Orders that would not be eligible, by the first reason that applies."""

    reason: str


class RawTable(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of raw table. Figures are of the last 30 days of its data, but for `rows`; None: not counted.

    `waits_for`: the kinds that must be right before it can be counted. `recent_with`: how many rows have each thing.
    `words`: none where the column holds more than 30, since then it holds something else.
    """

    kind: str
    table: str | None
    is_absent: bool
    is_there: bool
    missing_columns: list[str]
    wrong_types: list[WrongType]
    waits_for: list[str]
    rows: int | None
    newest: str | None
    recent_rows: int | None
    recent_with: dict[str, int]
    word_column: str | None
    distinct_words: int | None
    words: list[Word]
    left_out: list[LeftOut]

    @property
    def schema(self) -> str:
        return (self.table or "").rpartition(".")[0]

    @property
    def are_all_left_out(self) -> bool:
        return bool(self.recent_rows) and sum(one.rows for one in self.left_out) == self.recent_rows

    @property
    def is_ready(self) -> bool:
        """Whether a build can read it: declared absent, or there with every column and no type that stops it."""
        is_whole = self.is_there and not self.missing_columns
        return self.is_absent or (is_whole and not any(wrong.stops_build for wrong in self.wrong_types))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTables:
    """All kinds, in the order in which the package names them."""

    tables: list[RawTable]

    @property
    def not_ready(self) -> list[str]:
        return [table.kind for table in self.tables if not table.is_ready]

    @property
    def empty_schemas(self) -> set[str]:
        """Those in which none of the tables is there: probably there is no such schema."""
        named = [table for table in self.tables if not table.is_absent]
        return {table.schema for table in named} - {table.schema for table in named if table.is_there}

    def as_dict(self) -> dict[str, Any]:
        """With stable keys; money as exact text by currency."""
        return {"is_fine": not self.not_ready, "tables": [_table_dict(table) for table in self.tables]}


def _table_dict(table: RawTable) -> dict[str, Any]:
    priced = {"words": _priced(table.words), "left_out": _priced(table.left_out)}
    return {**msgspec.to_builtins(table), **priced, "is_ready": table.is_ready}


def _priced(found: Iterable[Priced]) -> list[dict[str, Any]]:
    return [{**msgspec.to_builtins(one), "money": money_text(one.amounts)} for one in found]
