"""`connector pull`: Meta's own figures, read back into the warehouse."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.console import err, print_json, print_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.model.readings import Figure


def pull(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")] = False,
    insights_report: Annotated[
        bool, typer.Option("--insights-report", help="Ask for insights as an asynchronous report at once.")
    ] = False,
) -> None:
    """Read Meta's own figures back: received events, match quality, and what Meta attributes to ads."""
    from connector import app
    from connector.render.answers import reading_line
    from connector.settings import Settings

    settings = Settings.load()
    with _progress(quiet=as_json) as listen:
        report = app.pull(settings, insights_as_report=insights_report, listen=listen)
    if as_json:
        print_json(report.as_dict())
    else:
        for reading in report.readings:
            print_line(reading_line(reading))
        for note in report.notes:
            print_line(f"note: {note}")
    report.raise_if_failed()


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Figure, str], None]]:
    """On a terminal, what is being read: Meta's reports may take long."""
    if quiet or not err.is_terminal:
        yield lambda figure, subject_id: None
        return
    from connector.render.answers import READINGS

    with err.status("reading") as status:
        yield lambda figure, subject_id: status.update(f"reading {READINGS[figure]} of {subject_id}")
