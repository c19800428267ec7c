"""Options that are times: the window of event_time that bounds a command, and spans."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import typer

FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")


def _moment(text: str) -> datetime:
    """Raises BadParameter for anything but a day, or a day with its time and perhaps a zone."""
    for form in FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - without a zone it is UTC, see Window
    raise typer.BadParameter(
        "not a valid time. Write a day (2026-03-01) or a time (2026-03-01T08:00:00, in UTC; or with its offset, "
        "2026-03-01T08:00:00+02:00)."
    )


def finite(span: float | None) -> float | None:
    """Raises BadParameter for nan, which is within any bounds, and for inf."""
    if span is not None and not math.isfinite(span):
        raise typer.BadParameter("not a number that ends.")
    return span


Since = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment, metavar="TIME", help="From this event_time on, in UTC: 2026-03-01 or 2026-03-01T08:00:00"
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment, metavar="TIME", help="Before this event_time, in UTC; or with an offset: ...T08:00:00+02:00"
    ),
]
