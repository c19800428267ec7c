"""The tables that remember what was sent and what became of it."""

from connector.ledger.expiry import record_expired_before_first_run, refuse_vanished_keys, report_expired
from connector.ledger.figures import check_source, known_datasets, write_reading
from connector.ledger.move import move_ledger
from connector.ledger.replay import Choice, Chosen, Replayable, ReplayLedger, choose
from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import LIVE, TEST, RunIdentity, check_destination, end_dead_runs, read_datasets_to_probe
from connector.ledger.setup import create_ledger, examine_ledger

__all__ = [
    "LIVE",
    "TEST",
    "Choice",
    "Chosen",
    "ReplayLedger",
    "Replayable",
    "RunIdentity",
    "RunLedger",
    "check_destination",
    "check_source",
    "choose",
    "create_ledger",
    "end_dead_runs",
    "examine_ledger",
    "known_datasets",
    "move_ledger",
    "read_datasets_to_probe",
    "record_expired_before_first_run",
    "refuse_vanished_keys",
    "report_expired",
    "write_reading",
]
