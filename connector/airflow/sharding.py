"""What one DAG run is about, how its work is divided among its senders, and the figures of the plan."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.airflow.deployment import Deployment
from connector.errors import UsageError
from connector.model.conversions import Window, money_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.insight.plan import Planned
    from connector.model.amounts import Amount, Amounts
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


def plan_figures(planned: Planned) -> dict[str, Any]:
    """The plan in JSON-safe values: what would go, what it is too late for, and why the rest would not."""
    outside = planned.late.outside_pixel_window
    return {
        "window": planned.window.as_dict(),
        "refusal": planned.refusal,
        "would_be_sent": _amount(planned.would_be_sent),
        "past_deadline": _amount(planned.late.past_deadline),
        "outside_pixel_window": None if outside is None else _amount(outside),
        "owed": _told(planned.owed),
        "requests": planned.requests,
        "pixel_overlap": planned.pixel_overlap,
        "not_owed": _told(planned.not_owed),
        "not_eligible": None if planned.not_eligible is None else _told(planned.not_eligible),
    }


def _told(amounts: Amounts) -> dict[str, Any]:
    return {name: _amount(amount) for name, amount in amounts.items()}


def _amount(amount: Amount) -> dict[str, Any]:
    return {"events": amount.events, "money": money_text(amount.money)}
