"""A window of event_time as SQL: the condition that fills the brace `which_times`, and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model.conversions import Window


def which_times(window: Window, relation: str = "events") -> dict[str, str]:
    """The fragment for rows named `relation`, none where nothing is bounded. A row without a time lies in no window."""
    bounds = []
    if window.since:
        bounds.append(f"{relation}.event_time >= :since")
    if window.until:
        bounds.append(f"{relation}.event_time < :until")
    return {"which_times": " and ".join(bounds)} if bounds else {}


def bounds_of(window: Window) -> dict[str, datetime]:
    """The parameters that the fragment names."""
    named = {"since": window.since, "until": window.until}
    return {name: bound for name, bound in named.items() if bound}
