"""Output of the command line: tables and progress on a terminal, plain lines elsewhere, JSON on request."""

from __future__ import annotations

import json
import textwrap
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from connector.errors import is_invisible, printable
from connector.render.plain import LOG_WIDTH, PlainConsole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console
    from rich.progress import Task

    from connector.delivery import RunResult
    from connector.render.plain import Part


out = PlainConsole(highlight=False, soft_wrap=True)
if not out.is_terminal:
    out.width = LOG_WIDTH
err = PlainConsole(stderr=True, highlight=False, soft_wrap=True)


def text_width(most: int = 100) -> int:
    """How wide a paragraph is: as the terminal, but no wider than is read with ease."""
    return max(40, min(out.width, most))


def print_line(line: str, *, style: str | None = None) -> None:
    """One sentence on stdout: on a terminal wrapped at words, in a log one line."""
    _print_wrapped(out, line, style)


def _print_wrapped(console: Console, line: str, style: str | None) -> None:
    shown = printable(line)
    margin = " " * (len(shown) - len(shown.lstrip()))
    wrapped = textwrap.wrap(
        shown, console.width, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    for part in wrapped if console.is_terminal and wrapped else [shown]:
        console.print(part, markup=False, emoji=False, style=style)


def print_parts(parts: Iterable[Part]) -> None:
    """Sentences and tables on stdout."""
    for part in parts:
        print_line(part) if isinstance(part, str) else out.print(part)


def print_error(line: str) -> None:
    """One line on stderr that names the thing, the rule and the fix."""
    _print_wrapped(err, f"error: {line}", "red" if err.is_terminal else None)


def print_json(value: dict[str, Any]) -> None:
    """One JSON object with stable keys, on stdout, nothing else."""
    print_json_text(json.dumps(value, ensure_ascii=False, default=str))


def print_json_text(text: str) -> None:
    """One JSON value on stdout as it is, but for what a terminal would obey and what its encoding does not have: JSON's
    own escapes stand for that."""
    has_all = text.isprintable() and out.encoding.startswith("utf")
    shown = text if has_all else "".join(one if _is_shown(one) else json.dumps(one)[1:-1] for one in text)
    out.file.write(f"{shown}\n")


def _is_shown(character: str) -> bool:
    return not is_invisible(character) and bool(character.encode(out.encoding, "ignore"))


class RateColumn(ProgressColumn):
    """Conversions a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def sync_progress(
    *, quiet: bool, total: Callable[[], int], now: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[RunResult], None]]:
    """A listener for a run: a bar on a terminal; elsewhere nothing until the end, so that logs stay short.

    `total`: how many conversions are to be sent; asked only where somebody sees it.
    """
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    owed = total()
    with Progress(*columns, console=err, transient=True, get_time=now) as progress:
        task = progress.add_task("sending", total=owed or None)
        yield lambda run: progress.update(
            task, total=max(owed, run.claimed), completed=sum(run.outcomes.values()), refresh=True
        )
