"""Who runs on a ledger: identities, the rows of `sync_runs`, and the end of runs that are dead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from connector.errors import ConfigurationError
from connector.ledger.tables import COUNTS
from connector.model.stop_reasons import StopReason

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from connector.warehouse.warehouse import Params, Warehouse

IDENTITY = (
    "sync_id",
    "mode",
    "destination_host",
    "default_dataset_id",
    "api_version",
    "started_by",
    "started_on",
    "airflow_run",
    "connector_version",
)
LIVE = "live"
TEST = "test"
RUNS_OF_THIS_PROCESS: set[str] = set()
"""Holding a DuckDB file proves that every other process is dead, but says nothing of the runs of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """Who this run is. `mode` is "live", or "test" for a run with a test event code, which settles nothing.

    `started_by` is the user of the operating system, `started_on` the host, `airflow_run` its DAG and run in Airflow.
    """

    sync_id: str
    mode: str
    destination_host: str
    lease_ttl_s: float
    default_dataset_id: str | None = None
    api_version: str | None = None
    started_by: str | None = None
    started_on: str | None = None
    airflow_run: str | None = None
    connector_version: str | None = None


def run_row(run: Any, run_no: int, phase: str) -> Params:
    """A row of `sync_runs` with everything unknown left null; `run` is a RunIdentity or the row of a start."""
    row: Params = dict.fromkeys(("reason", *COUNTS, "money", "requests", "datasets_to_probe"))
    identity = {name: getattr(run, name) for name in IDENTITY}
    return row | identity | {"run_no": run_no, "phase": phase}


def check_destination(warehouse: Warehouse, connection: Connection, run: RunIdentity) -> None:
    """A ledger belongs to one destination, so that a sandbox's acceptances never hide live events.

    It is bound by the first acceptance, or what may be one: a mistyped name that took nothing binds nothing.
    """
    if run.mode != LIVE:
        return
    places = warehouse.run(connection, "places_of_runs").fetchall()
    if any(place.destination_host != run.destination_host for place in places):
        _check_host(warehouse, connection, run.destination_host)
    defaults = {place.default_dataset_id for place in places if place.default_dataset_id is not None}
    if defaults != {run.default_dataset_id} - {None}:
        _check_default_dataset(warehouse, connection, run.default_dataset_id)


def _check_host(warehouse: Warehouse, connection: Connection, now: str) -> None:
    known = warehouse.run(connection, "destination").scalar()
    if known is not None and known != now:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} belongs to {known}, but CONNECTOR_META_BASE_URL points to "
            f"{now}: what one host accepted says nothing of the other. "
            "Name a ledger of its own for this host with CONNECTOR_LEDGER_SCHEMA."
        )


def _check_default_dataset(warehouse: Warehouse, connection: Connection, now: str | None) -> None:
    """Rows that name no dataset stand under one key; another default would hide what the one before has accepted."""
    known = warehouse.run(connection, "known_default_dataset").scalar()
    if known is not None and known != now:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} has sent rows without a dataset_id to dataset {known}, but "
            f"CONNECTOR_META_DATASET_ID is {now or 'not set'}: what one dataset accepted says nothing of another. "
            "Set it back and name the other dataset in the rows' dataset_id, or name a ledger of its own with "
            "CONNECTOR_LEDGER_SCHEMA."
        )
    if known is None and now is not None and _has_been_named(warehouse, connection, now):
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} knows conversions of dataset {now} that name it; with "
            "CONNECTOR_META_DATASET_ID they would go a second time. Leave it unset and name the dataset in every row's "
            "dataset_id, or name a ledger of its own with CONNECTOR_LEDGER_SCHEMA."
        )


def _has_been_named(warehouse: Warehouse, connection: Connection, dataset: str) -> bool:
    named = {"of_dataset": "records.dataset_id = :dataset_id"}
    found = warehouse.run(connection, "runs_that_named_dataset", {"dataset_id": dataset}, **named)
    return bool(found.scalar_one())


def read_datasets_to_probe(warehouse: Warehouse) -> frozenset[str]:
    """The datasets that were stopped when the newest run ended; the default dataset is the empty string."""
    known = warehouse.rows("datasets_to_probe")
    return datasets_in(known[0].datasets_to_probe if known else None)


def datasets_in(written: str | None) -> frozenset[str]:
    """The datasets to probe as a run has written them down; none where no run has."""
    return frozenset(json.loads(written)) if written else frozenset()


def end_dead_runs(warehouse: Warehouse) -> None:
    """Write the end of every dead run: what it had marked is then unconfirmed, and the rest was never sent."""
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": None})
            write_ends(warehouse, connection)


def end_runs_of_gone_processes(warehouse: Warehouse) -> None:
    """For whoever only looks: where opening the file proves that the processes are gone, their runs are ended, if this
    user may. Elsewhere an expired lease says the same, and nothing is written."""
    if not warehouse.dialect.one_process:
        return
    dead = {row.sync_id for row in warehouse.rows("open_runs", {"all_others_gone": True})}
    if dead <= RUNS_OF_THIS_PROCESS:
        return
    try:
        end_dead_runs(warehouse)
    except DBAPIError as error:
        if not warehouse.dialect.may_not_write(error):
            raise


def write_ends(warehouse: Warehouse, connection: Connection, *, own: str | None = None) -> bool:
    """Write the ends of dead runs; whether any other run lives. The caller holds the lock.

    `own` is alive, whatever its lease says: it holds the lock and will renew it.
    """
    gone = warehouse.dialect.one_process
    others_live = False
    for run in warehouse.run(connection, "open_runs", {"all_others_gone": gone}).fetchall():
        if run.sync_id == own:
            continue
        if not run.is_dead or run.sync_id in RUNS_OF_THIS_PROCESS:
            others_live = True
            continue
        ending = {"sync_id": run.sync_id, "all_others_gone": gone}
        if warehouse.run(connection, "end_dead_lease", ending).rowcount == 1:
            reason = StopReason.PROCESS_GONE if gone else StopReason.LEASE_EXPIRED
            warehouse.run(connection, "insert_run", run_row(run, run.run_no, "ended") | {"reason": str(reason)})
        else:  # it was renewed meanwhile
            others_live = True
    return others_live
