"""What one DAG run is about, how its work is divided among its senders, and the figures of the plan."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.airflow.deployment import Deployment
from connector.errors import UsageError
from connector.model.conversions import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.settings import Settings

log = logging.getLogger(__name__)


def shares(settings: Settings, *, senders: int | None, limit: int | None) -> list[dict[str, Any]]:
    """One share for each sender: how many senders there are, and how many conversions it may claim.

    DuckDB lets one process write, so there one sender does it all.
    """
    wanted = senders or Deployment.load().senders
    if wanted > 1 and settings.warehouse_url.get_secret_value().startswith("duckdb"):
        log.warning("%d senders were asked for; DuckDB lets one process write, so there will be one", wanted)
        wanted = 1
    if limit is None:
        return [{"senders": wanted, "limit": None} for _ in range(wanted)]
    parts = [limit // wanted + (place < limit % wanted) for place in range(wanted)]
    return [{"senders": wanted, "limit": part} for part in parts if part]


def window_of(params: Mapping[str, Any]) -> Window:
    """The window of a run's parameters `since` and `until`. Raises UsageError where they are none."""
    return Window.of(_moment(params, "since"), _moment(params, "until"))


def _moment(params: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(params[name]) if params[name] else None
    except ValueError:
        raise UsageError(
            f"the parameter {name} is no moment: write it as 2026-03-01T08:00:00Z, which is UTC."
        ) from None
