"""Who runs on a ledger: identities, the rows of `sync_runs`, and the end of runs that are dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.errors import ConfigurationError
from connector.warehouse.ledger_tables import COUNTS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Params, Warehouse

LIVE = "live"
TEST = "test"
LIVING_HERE: set[str] = set()
"""The runs of this process: holding a DuckDB file proves that all other processes are gone, not that these are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """Who this run is. `lane` is "live", or "test" for a run with a test event code, which settles nothing."""

    sync_id: str
    lane: str
    destination_host: str
    lease_ttl_s: float


def run_row(sync_id: str, run_no: int, lane: str, destination_host: str, change: str) -> Params:
    """A row of `sync_runs` with everything unknown left null."""
    row: Params = dict.fromkeys(("reason", *COUNTS, "money", "requests"))
    identity = {"sync_id": sync_id, "run_no": run_no, "lane": lane, "destination_host": destination_host}
    return row | identity | {"change": change}


def check_destination(warehouse: Warehouse, connection: Connection, run: RunIdentity) -> None:
    """A ledger belongs to one destination, so that a sandbox's acceptances never hide live events."""
    known = warehouse.run(connection, "destination").scalar()
    if run.lane == LIVE and known is not None and known != run.destination_host:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} belongs to {known}, but CONNECTOR_META_BASE_URL points to "
            f"{run.destination_host}: what one host accepted says nothing of the other. "
            "Name a ledger of its own for this host with CONNECTOR_LEDGER_SCHEMA."
        )


def end_dead_runs(warehouse: Warehouse) -> None:
    """Write the end of every run that is dead: then what it had marked is unconfirmed, and the rest was never sent."""
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": None})
            write_ends(warehouse, connection)


def write_ends(warehouse: Warehouse, connection: Connection) -> None:
    gone = warehouse.dialect.one_process
    for dead in warehouse.run(connection, "dead_runs", {"all_others_gone": gone}).fetchall():
        if dead.sync_id in LIVING_HERE:
            continue
        row = run_row(dead.sync_id, dead.run_no, dead.lane, dead.destination_host, "ended")
        ending = {"sync_id": dead.sync_id, "all_others_gone": gone}
        if warehouse.run(connection, "end_dead_lease", ending).rowcount == 1:
            warehouse.run(connection, "insert_run", row | {"reason": "process_gone" if gone else "lease_ran_out"})
