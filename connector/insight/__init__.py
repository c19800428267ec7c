"""What is read of the warehouse for people: status, plan, history, checks, the report's data."""

from connector.insight.alarms import read_as_of, read_mart_alarms
from connector.insight.checks import Examined, check_may_send, examine_warehouse
from connector.insight.history import Facts, History, read_histories
from connector.insight.last_run import LastRun, read_last_run
from connector.insight.outcomes import read_run_outcomes
from connector.insight.plan import Planned, read_plan
from connector.insight.proof import (
    prove_alive,
    prove_warehouse,
    prove_warehouse_runs,
    read_unexplained,
    require_waterfall,
)
from connector.insight.report_data import PageState, ReportData, read_figures_as_of, read_report_data
from connector.insight.status import FIGURES, read_status
from connector.insight.stop import AtStake, Stop, read_at_stake, read_stop

__all__ = [
    "FIGURES",
    "AtStake",
    "Examined",
    "Facts",
    "History",
    "LastRun",
    "PageState",
    "Planned",
    "ReportData",
    "Stop",
    "check_may_send",
    "examine_warehouse",
    "prove_alive",
    "prove_warehouse",
    "prove_warehouse_runs",
    "read_as_of",
    "read_at_stake",
    "read_figures_as_of",
    "read_histories",
    "read_last_run",
    "read_mart_alarms",
    "read_plan",
    "read_report_data",
    "read_run_outcomes",
    "read_status",
    "read_stop",
    "read_unexplained",
    "require_waterfall",
]
