"""Whether sending has stopped, since when and why, and what that costs: the ledger tells, dbt is not needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from connector.errors import ConfigurationError
from connector.insight.last_run import LOOKED_AT, known_reason
from connector.ledger import read_datasets_to_probe
from connector.model.amounts import Amount, Part
from connector.model.conversions import REVENUE_EVENTS
from connector.warehouse.contract import check_events_relation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from connector.model.stop_reasons import StopReason
    from connector.warehouse.warehouse import Warehouse

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why nothing is sent. `since`: the start of the first run that failed so; `datasets`: those that Meta stopped, the
    default one as blank; none of them: all are. The codes are those of the newest run's most frequent answer.
    """

    sync_id: str
    reason: StopReason
    since: datetime
    datasets: tuple[str, ...]
    http_status: int | None = None
    error_code: int | None = None
    error_subcode: int | None = None
    error_text: str | None = None

    @property
    def cause(self) -> str:
        """What another stop would differ in: who is to do something else about it."""
        return f"{self.reason} {self.error_text or ''} {','.join(self.datasets)}"


@dataclass(slots=True)
class AtStake:
    """What is owed while nothing is sent. `revenue`: of purchases and the like; `others`: events of any other name.

    `soon`: the revenue that passes its deadline before `soon_until`; `lost`: what expired since the stop.
    """

    soon_until: datetime
    revenue: Amount = field(default_factory=Amount)
    others: int = 0
    soon: Amount = field(default_factory=Amount)
    first_deadline_at: datetime | None = None
    lost: Amount = field(default_factory=Amount)

    @property
    def events(self) -> int:
        return self.revenue.events + self.others


def read_stop(warehouse: Warehouse) -> Stop | None:
    """The stop that lasts now; None where sending works, or where no run has tried yet."""
    probed = read_datasets_to_probe(warehouse)
    found = stop_of(warehouse.rows("last_runs", {"newest": LOOKED_AT}), probed)
    if found is None:
        return None
    run, reason, since = found
    answers = warehouse.rows("answers_of_run", {"sync_id": run.sync_id})
    codes = dict(answers[0]._mapping) if answers else {}
    codes.pop("answers", None)
    return Stop(sync_id=run.sync_id, reason=reason, since=since, datasets=tuple(sorted(probed)), **codes)


def stop_of(runs: Iterable[Any], probed: Collection[str]) -> tuple[Any, StopReason, datetime] | None:
    """The newest run that was stopped, why, and when the stop began; `runs` are given newest first.

    A green run without a request says nothing, nor does one whose process died, nor one in which a handful of events
    waits for contrast. One with an acceptance ends the stop, unless datasets are still to be `probed`.
    """
    found: tuple[Any, StopReason, datetime] | None = None
    for run in runs:
        reason = None if run.ended_at is None else known_reason(run.reason)
        if reason is not None and reason.stops_sending(run.deferred or 0):
            newest, why, _ = found or (run, reason, None)
            found = newest, why, run.started_at
        elif reason is not None and run.accepted and (found or not probed):
            break
    return found


def read_at_stake(
    warehouse: Warehouse, stop: Stop | None, *, now: datetime, resend_unconfirmed: bool
) -> AtStake | None:
    """What waits, and what a stop costs; None where the events relation cannot be read just now."""
    terms = {"now": now, "soon": now + SOON, "resend_unconfirmed": resend_unconfirmed, "sync_id": ""}
    stake = AtStake(soon_until=now + SOON)
    try:
        check_events_relation(warehouse)
        rows = warehouse.rows("owed_at_stake", terms)
    except (ConfigurationError, DBAPIError):
        return None
    for row in rows:
        if stop is None or not stop.datasets or row.dataset_key in stop.datasets:
            _add(stake, row)
    if stop is None:
        return stake
    for row in warehouse.rows("expired_since", {"since": stop.since, "revenue_events": sorted(REVENUE_EVENTS)}):
        stake.lost.add(row)
    return stake


def _add(stake: AtStake, row: Any) -> None:
    deadlines = [deadline for deadline in (stake.first_deadline_at, row.first_deadline_at) if deadline is not None]
    stake.first_deadline_at = min(deadlines, default=None)
    if row.event_name not in REVENUE_EVENTS:
        stake.others += row.events
        return
    stake.revenue.add(row)
    if row.soon_events:
        stake.soon.add(Part(row.soon_events, row.currency, row.soon_money))
