"""What the page shows, read from the marts: sums and order ids of a window of days, never an identifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from connector.insight.last_run import known_reason
from connector.insight.proof import require_waterfall
from connector.model.conversions import REVENUE_EVENTS
from connector.model.stop_reasons import StopReason
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Params, Warehouse

MART_OF = {
    "waterfall": "revenue_waterfall",
    "rows": "conversion_deliveries",
    "receipts": "reconciliation_daily",
    "attribution": "reconciliation_daily",
    "quality": "match_quality_daily",
    "keys": "identifier_coverage_daily",
    "dropped": "identifier_coverage_daily",
    "deduplication": "deduplication_daily",
    "queue": "deliveries_at_risk",
    "latency": "conversion_deliveries",
    "alarms": "alarms",
    "readiness": "funnel_readiness",
}
WINDOWED = frozenset(MART_OF) - {"queue", "alarms", "readiness"}
RECENT = timedelta(days=7)
RUNS_SHOWN = 12
RUNS_LOOKED_AT = 500
"""More than two days of a run every six minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of one named query in the order of its columns."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def column(self, name: str) -> list[Any]:
        """The values of one column; none where there are no rows."""
        at = self.columns.index(name) if self.rows else 0
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What stands first on the page; the first of the headlines is the largest.

    `caution`: that a sandbox stands for Meta; blank where Meta itself does. `follow`: the alarms that a stop may bring
    with it, which stand under it. `reconciled_at`: when the reconciliation was built, UTC without zone; None where that
    is not known.
    """

    works: bool = True
    headlines: Sequence[str] = ()
    as_of: str = ""
    caution: str = ""
    follow: Sequence[str] = ()
    reconciled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """The tables of the page by name. `made_at` is UTC without zone; `since` and its last day are UTC days.

    The waterfall holds as many days again before them, to compare with.

    A table whose mart dbt has not built is empty; so is `keys` in a warehouse that was built before it was there.
    """

    made_at: datetime
    since: date
    days: int
    default_dataset: str | None
    tables: Mapping[str, Table]
    state: PageState = PageState()


def read_report_data(
    warehouse: Warehouse, *, now: datetime, days: int = 30, default_dataset: str | None = None
) -> ReportData:
    """Read the last `days` days, today included. Raises ConfigurationError if dbt has not built the reconciliation."""
    require_waterfall(warehouse)
    since = now.date() - timedelta(days=days - 1)
    asked: dict[str, Params] = {name: {"since": since} for name in WINDOWED}
    asked["waterfall"] = {"since": since - timedelta(days=days)}
    asked["rows"] = {
        "since": since,
        "recent": datetime.combine(now.date() - RECENT, time()),
        "revenue_events": sorted(REVENUE_EVENTS),
    }
    tables = {
        name: _table(warehouse, f"page_{name}", f"{warehouse.marts}.{mart}", asked.get(name))
        for name, mart in MART_OF.items()
    }
    tables["reasons"] = _table(warehouse, "page_reasons", f"{warehouse.reference}.reconciliation_reasons")
    tables["pulls"] = _table(warehouse, "page_pulls", f"{warehouse.ledger}.meta_pulls")
    tables["meta"] = _table(warehouse, "page_meta", f"{warehouse.ledger}.meta_match_quality")
    tables["campaigns"] = _table(warehouse, "page_campaigns", f"{warehouse.ledger}.meta_campaigns", {"since": since})
    yesterday = datetime.combine(now.date() - timedelta(days=1), time())
    tables["notices"] = _table(warehouse, "page_notices", f"{warehouse.ledger}.alarm_notices", {"since": yesterday})
    tables["first_sync"] = _table(warehouse, "page_first_sync", f"{warehouse.ledger}.sync_runs")
    tables["runs"] = _runs(warehouse, yesterday)
    return ReportData(made_at=now, since=since, days=days, default_dataset=default_dataset, tables=tables)


def read_figures_as_of(warehouse: Warehouse) -> datetime | None:
    """When Meta's own figures were last read; None where they never were."""
    pulled_at: datetime | None = warehouse.rows("figures_as_of")[0].pulled_at
    return pulled_at


def _table(warehouse: Warehouse, query: str, relation: str, asked: Params | None = None) -> Table:
    if columns_of(warehouse, relation) is None:
        return Table(columns=(), rows=())
    rows = warehouse.rows(query, asked or {})
    return Table(columns=tuple(rows[0]._fields) if rows else (), rows=[tuple(row) for row in rows])


def _runs(warehouse: Warehouse, yesterday: datetime) -> Table:
    """The newest runs and those that failed since yesterday, each with whether it has a proof (its outcomes add up to
    what it claimed) and whether it failed: one that Meta refused may be proven and has failed.
    """
    found = warehouse.rows("last_runs", {"newest": RUNS_LOOKED_AT})
    columns = (*found[0]._fields, "is_proven", "is_failed") if found else ()
    failed = [row for row in found[RUNS_SHOWN:] if _is_failed(row) and row.started_at >= yesterday]
    shown = [*found[:RUNS_SHOWN], *failed]
    return Table(columns=columns, rows=[(*row, _is_proven(row), _is_failed(row)) for row in shown])


def _is_failed(run: Any) -> bool:
    reason = known_reason(run.reason)
    return reason is not None and not reason.is_green


def _is_proven(run: Any) -> bool | None:
    if run.ended_at is None:
        return None
    settled = (run.accepted, run.rejected, run.invalid, run.deferred, run.unconfirmed)
    return run.reason not in StopReason.without_proof() and run.claimed == sum(number or 0 for number in settled)
