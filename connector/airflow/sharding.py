"""What one DAG run is about, how its work is divided among its senders, and the figures of the plan."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.errors import UsageError
from connector.model.conversions import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.settings import Settings

log = logging.getLogger(__name__)


def shards(settings: Settings, *, senders: int, limit: int | None) -> list[dict[str, Any]]:
    """One shard of the work for each sender: how many senders there are, and how many conversions it may claim.

    DuckDB lets one process write, so there one sender does it all.
    """
    if senders > 1 and settings.warehouse_url.get_secret_value().startswith("duckdb"):
        log.warning("%d senders requested; DuckDB allows one writing process, so one sender does the work", senders)
        senders = 1
    if limit is None:
        return [{"senders": senders, "limit": None} for _ in range(senders)]
    parts = [limit // senders + (place < limit % senders) for place in range(senders)]
    return [{"senders": senders, "limit": part} for part in parts if part]


def window_of(params: Mapping[str, Any]) -> Window:
    """The window of a run's parameters `since` and `until`. Raises UsageError if they are not timestamps in order."""
    return Window.of(_timestamp(params, "since"), _timestamp(params, "until"))


def _timestamp(params: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(params[name]) if params[name] else None
    except ValueError:
        raise UsageError(
            f"the parameter {name} is not a valid timestamp: write it like 2026-03-01T08:00:00Z (UTC)."
        ) from None
