"""Rows and sentences as lines of text of a limited width: the first column to the left, numbers to the right."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from connector.model.money import Money, list_money

GAP = 2
FIRST_COLUMN = range(12, 34)
"""How wide the first column is, at least and at most: its words are cut, so that numbers never are."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one line. `style` only adds to what the words say: it may be lost."""

    cells: Sequence[str]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A plain sentence under a row, as wide as the page."""

    words: str
    indent: int = 4


RULE = Row(())
"""A line across all columns."""


def lines(body: Iterable[Row | Sentence], *, width: int) -> list[Text]:
    """Lay out rows in common columns, and sentences between them."""
    parts = list(body)
    widths = column_widths([part.cells for part in parts if isinstance(part, Row)])
    if widths:
        room = width - table_width([0, *widths[1:]])
        widths[0] = min(widths[0], max(room, FIRST_COLUMN.start))
    laid: list[Text] = []
    for part in parts:
        if isinstance(part, Sentence):
            margin = " " * part.indent
            wrapped = textwrap.wrap(part.words, width, initial_indent=margin, subsequent_indent=margin)
            laid += [Text(line, style="italic") for line in wrapped]
        elif part.cells:
            laid.append(Text(_aligned(part.cells, widths), style=part.style))
        else:
            laid.append(Text("-" * table_width(widths), style="dim"))
    return laid


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column must be."""
    columns = max((len(cells) for cells in rows), default=0)
    widths = [max((len(cells[at]) for cells in rows if len(cells) > at), default=0) for at in range(columns)]
    return [min(widths[0], FIRST_COLUMN.stop), *widths[1:]] if widths else []


def table_width(widths: Sequence[int]) -> int:
    """How wide a line of these columns is."""
    return sum(widths) + GAP * (len(widths) - 1)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 3] + "..."
    numbers = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=False)]
    return (" " * GAP).join([first.ljust(widths[0]), *numbers]).rstrip()


def count(number: int) -> str:
    return f"{number:,}" if number else "-"


def conversions(number: int) -> str:
    return f"{number:,} conversion" if number == 1 else f"{number:,} conversions"


def share(part: int, whole: int) -> str:
    """A percentage, rounded down: 100 % is all of them, 0 % is none."""
    if not whole:
        return "-"
    percent = 100 * part // whole
    return "<1 %" if part and not percent else f"{percent} %"


def money_words(money: Money, *, order: Sequence[str] = ()) -> str:
    """Amounts of every currency in one line, in the order that is given, else by their names."""
    known = {currency: at for at, currency in enumerate(order)}
    ordered = sorted(money, key=lambda name: (known.get(name, len(known)), name))
    return list_money({name: money[name] for name in ordered})


def words(name: str | None) -> str:
    """A name of the warehouse as words: no_consent becomes no consent."""
    return (name or "").replace("_", " ").replace(":", ": ")
