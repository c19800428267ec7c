"""Output of the command line: tables and progress on a terminal, plain lines elsewhere, JSON on request."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.delivery import RunResult

out = Console(highlight=False, soft_wrap=True)
if not out.is_terminal:
    out.width = 140  # a log has no width to wrap a table at
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_line(line: str) -> None:
    """One line of text on stdout."""
    out.print(line, markup=False)


def print_error(line: str) -> None:
    """One line on stderr that names the thing, the rule and the fix."""
    err.print(f"error: {line}", markup=False, style="red" if err.is_terminal else None)


def print_json(value: dict[str, Any]) -> None:
    """One JSON object with stable keys, on stdout, nothing else."""
    out.file.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


@contextmanager
def sync_progress(*, quiet: bool) -> Iterator[Callable[[RunResult], None]]:
    """A listener for a run: a bar on a terminal; elsewhere nothing until the end, so that logs stay short."""
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("sending", total=None)
        yield lambda run: progress.update(task, total=run.claimed, completed=sum(run.outcomes.values()))
