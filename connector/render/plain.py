"""Text as it is: what stands in a warehouse is shown, and a terminal obeys none of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from connector.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

Part = str | Table
"""A sentence, or a table."""
LOG_WIDTH = 140
"""A log has no width to wrap a table at."""


class PlainConsole(Console):
    """A console that shows what is in a text and obeys none of it."""

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """A sentence stays one line where `soft_wrap` says so; a table never does, which would cut its cells."""
        has_table = any(isinstance(one, Table) for one in objects)
        super().print(*objects, soft_wrap=False if has_table else soft_wrap, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:  # a line break is where rich wrapped a cell: those of a text were made visible before
                lines = segment.text.split("\n")
                yield Segment("\n".join(printable(line) for line in lines), segment.style)


def add_row(table: Table, first: str, *cells: str, style: str = "") -> None:
    """A row of texts as they are: brackets and colons in them are neither styles nor pictures.

    `style`: of the first cell, and no more than its words say: it may be lost.
    """
    table.add_row(Text(printable(first), style=style), *(Text(printable(cell)) for cell in cells))


def as_text(parts: Iterable[RenderableType]) -> str:
    """Sentences and tables as they stand in a log: each sentence is one line."""
    text = io.StringIO()
    console = PlainConsole(file=text, width=LOG_WIDTH, highlight=False, soft_wrap=True)
    for part in parts:
        shown = Text(printable(part)) if isinstance(part, str) else part
        console.print(shown)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
