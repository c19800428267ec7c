"""The tables that remember what was sent and what became of it."""

from connector.ledger.expiry import record_new_sources, report_expired
from connector.ledger.figures import check_source, known_datasets, write_reading
from connector.ledger.move import move_ledger
from connector.ledger.notices import Claim, acknowledge_alarm, claim_notices, read_known_alarms, record_told
from connector.ledger.replay import Choice, Chosen, ReplayLedger, choose
from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import (
    LIVE,
    TEST,
    RunIdentity,
    check_destination,
    end_dead_runs,
    read_datasets_to_probe,
)
from connector.ledger.setup import create_ledger, examine_ledger, open_ledger
from connector.ledger.vanished import VanishedKeys, confirm_vanished_keys, read_vanished_keys, refuse_new_ids

__all__ = [
    "LIVE",
    "TEST",
    "Choice",
    "Chosen",
    "Claim",
    "ReplayLedger",
    "RunIdentity",
    "RunLedger",
    "VanishedKeys",
    "acknowledge_alarm",
    "check_destination",
    "check_source",
    "choose",
    "claim_notices",
    "confirm_vanished_keys",
    "create_ledger",
    "end_dead_runs",
    "examine_ledger",
    "known_datasets",
    "move_ledger",
    "open_ledger",
    "read_datasets_to_probe",
    "read_known_alarms",
    "read_vanished_keys",
    "record_new_sources",
    "record_told",
    "refuse_new_ids",
    "report_expired",
    "write_reading",
]
