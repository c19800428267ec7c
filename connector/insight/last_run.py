"""How the last sync ended, and since when none has ended well: what `status` says first if sending has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

LOOKED_AT = 500
"""Runs: some five days of a sync every 15 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The newest run that ended. `failing_since`: the start of the first of those that have failed since one was green.

    `reason` is None for a word of another version. Who started it, from where and with which version is None where the
    ledger does not know.
    """

    sync_id: str
    ended_at: datetime
    word: str
    reason: StopReason | None
    claimed: int
    accepted: int
    failing_since: datetime | None
    started_by: str | None = None
    started_on: str | None = None
    airflow_run: str | None = None
    connector_version: str | None = None


def read_last_run(warehouse: Warehouse) -> LastRun | None:
    """The newest live run that ended; None before the first one."""
    return last_of(warehouse.rows("last_runs", {"newest": LOOKED_AT}))


def last_of(runs: Iterable[Any]) -> LastRun | None:
    """The last of runs that are given newest first; those that have not ended say nothing."""
    ended = [run for run in runs if run.ended_at is not None]
    if not ended:
        return None
    last, failing_since = ended[0], None
    for run in ended:
        reason = known_reason(run.reason)
        if reason is None or reason.is_green:
            break
        failing_since = run.started_at
    return LastRun(
        sync_id=last.sync_id,
        ended_at=last.ended_at,
        word=str(last.reason),
        reason=known_reason(last.reason),
        claimed=last.claimed or 0,
        accepted=last.accepted or 0,
        failing_since=failing_since,
        started_by=last.started_by,
        started_on=last.started_on,
        airflow_run=last.airflow_run,
        connector_version=last.connector_version,
    )


def known_reason(word: str | None) -> StopReason | None:
    """The reason of a word in the ledger; None for one of another version."""
    return next((reason for reason in StopReason if reason == word), None)
