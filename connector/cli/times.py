"""The options that bound a command to a window of event_time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

Since = Annotated[
    datetime | None,
    typer.Option(formats=FORMATS, metavar="TIME", help="From this event_time on, UTC: 2026-03-01, 2026-03-01T08:00:00"),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=FORMATS, metavar="TIME", help="Before this event_time, UTC; or with a zone: ...T08:00:00+02:00"
    ),
]
