"""What is read of the warehouse for people: status, plan, history, checks, the report's data."""

from connector.insight.checks import Examined, check_may_send, examine_warehouse
from connector.insight.history import Facts, History, read_histories
from connector.insight.last_run import read_last_run
from connector.insight.plan import Planned, read_plan
from connector.insight.proof import prove_warehouse, prove_warehouse_runs, require_waterfall
from connector.insight.report_data import ReportData, read_alarms, read_report_data
from connector.insight.status import FIGURES, read_status

__all__ = [
    "FIGURES",
    "Examined",
    "Facts",
    "History",
    "Planned",
    "ReportData",
    "check_may_send",
    "examine_warehouse",
    "prove_warehouse",
    "prove_warehouse_runs",
    "read_alarms",
    "read_histories",
    "read_last_run",
    "read_plan",
    "read_report_data",
    "read_status",
    "require_waterfall",
]
