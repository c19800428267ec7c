"""The ledger with two sessions at once, and the lock of a session that was killed."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import text

from connector import app
from connector.acceptance.findings import Finding, failed, judged, passed, told_shortly, untried
from connector.errors import ConnectorError, WarehouseBusy
from connector.ledger import LIVE, RunIdentity, RunLedger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.acceptance.trial import Trial
    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

AREA = "ledger"
ROUNDS, CHUNK = 4, 40
EVENTS = 2 * ROUNDS * CHUNK
HELD = "held"
PATIENCE_S = 420.0
"""Snowflake ends a detached transaction after some five minutes of blocking another one."""
NO_LOCKS = "the stand-in has no locks."
COLUMNS = (
    "dataset_id varchar, event_name varchar, event_id varchar, event_time timestamp, action_source varchar, "
    "value decimal(18, 4), currency varchar, deadline_at timestamp, payload varchar, payload_hash varchar"
)


def check_ledger(trial: Trial) -> Iterator[Finding]:
    """Two sessions claim the same conversions at the same time: each is claimed once."""
    name = "two senders at once"
    if trial.is_stand_in:
        yield untried(AREA, name, NO_LOCKS)
        return
    settings = trial.sending(events_relation=f"{trial.scratch.raw}.events_for_two")
    with app.opened(settings) as warehouse:
        _fill(warehouse, settings.events_relation)
    app.initialise(settings)
    with ExitStack() as open_ones, ThreadPoolExecutor(max_workers=2) as threads:
        both = [_begun(open_ones.enter_context(app.opened(settings)), settings) for _ in range(2)]
        together = Barrier(len(both))
        claimed = [*threads.map(lambda ledger: _claim_all(ledger, together), both)]
        for ledger in both:  # not before both are done: a run that its process has forgotten is dead
            ledger.forget()
    ids = [one for own in claimed for one in own]
    yield judged(
        AREA,
        name,
        len(ids) == len(set(ids)) == EVENTS,
        f"two sessions claimed {EVENTS} conversions between them, none twice "
        f"({len(claimed[0])} and {len(claimed[1])}).",
        f"of {EVENTS} conversions {len(set(ids))} were claimed, and {len(ids) - len(set(ids))} claimed twice.",
    )


def _fill(warehouse: Warehouse, relation: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rows = [
        {
            "dataset_id": "1",
            "event_name": "Purchase",
            "event_id": f"two-{number}",
            "event_time": now - timedelta(hours=1),
            "action_source": "website",
            "currency": "EUR",
            "deadline_at": now + timedelta(days=1),
            "payload": "{}",
            "payload_hash": str(number),
        }
        for number in range(EVENTS)
    ]
    with warehouse.transaction() as connection:
        connection.execute(text(f"create table {relation} ({COLUMNS})"))
    with warehouse.transaction() as connection:
        warehouse.dialect.load(connection, relation, pa.Table.from_pylist(rows).cast(_shape(rows[0])))


def _shape(row: dict[str, Any]) -> pa.Schema:
    times = ("event_time", "deadline_at")
    return pa.schema([(name, pa.timestamp("us") if name in times else pa.string()) for name in row])


def _begun(warehouse: Warehouse, settings: Settings) -> RunLedger:
    run = RunIdentity(
        sync_id=f"acceptance-{secrets.token_hex(4)}",
        mode=LIVE,
        destination_host=settings.destination_host,
        default_dataset_id=settings.meta_dataset_id,
        lease_ttl_s=600,
    )
    return RunLedger.begin(warehouse, run)


def _claim_all(ledger: RunLedger, together: Barrier) -> list[str]:
    """The ids of what this session got. Both begin each round at once, and there is enough for all rounds."""
    found: list[str] = []
    for _ in range(ROUNDS):
        together.wait(PATIENCE_S)
        found += _claimed(ledger)
    return found


def _claimed(ledger: RunLedger) -> list[str]:
    now = datetime.now(UTC).replace(tzinfo=None)
    numbers = ledger.claim(now=now, chunk_size=CHUNK, batch_size=CHUNK, resend_unconfirmed=False)
    return [str(one) for batch in ledger.read(numbers or range(0)) for one in batch.event_ids]


def check_killed_session(trial: Trial) -> Iterator[Finding]:
    """Another process takes the claim's lock and is killed; whoever wants the lock next is told, then gets it."""
    if trial.is_stand_in:
        yield untried(AREA, "lock of a killed session", NO_LOCKS)
        return
    settings = trial.scratch_settings(ledger_schema=f"{trial.scratch.name}_killed", lock_wait_s=1)
    with app.opened(settings) as warehouse, warehouse.transaction() as connection:
        connection.execute(text(f"create schema {settings.ledger_schema}"))
        warehouse.run(connection, "create_lock")
        warehouse.run(connection, "insert_lock_row")
    with _holding(settings) as held:
        yield _is_told(settings)
        held.kill()
        held.wait()
        yield _is_released(settings)


@contextmanager
def _holding(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process in whose open transaction the lock is."""
    environment = os.environ | {
        "CONNECTOR_WAREHOUSE_URL": settings.warehouse_url.get_secret_value(),
        "CONNECTOR_LEDGER_SCHEMA": settings.ledger_schema,
    }
    command = [sys.executable, "-W", "ignore", "-m", "connector.acceptance.holder"]
    with subprocess.Popen(  # noqa: S603 - our own Python
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as held:
        try:
            if held.stdout is None or held.stdout.readline().strip() != HELD:
                raise ConnectorError("the process that was to hold the lock could not take it.")
            yield held
        finally:
            held.kill()


def _take(settings: Settings) -> None:
    with app.opened(settings) as warehouse, warehouse.transaction() as connection:
        warehouse.run(connection, "take_lock", {"sync_id": "acceptance"})


def _is_told(settings: Settings) -> Finding:
    name = "lock that another session holds"
    try:
        _take(settings)
    except WarehouseBusy as error:
        return passed("errors", name, f"recognised after CONNECTOR_LOCK_WAIT_S: {told_shortly(error)}")
    except ConnectorError as error:
        return failed("errors", name, f"it was mistaken for another error: {told_shortly(error)}")
    return failed(AREA, name, "the lock was given to two sessions at once.")


def _is_released(settings: Settings) -> Finding:
    name, started = "lock of a killed session", time.monotonic()
    try:
        _take(settings.model_copy(update={"lock_wait_s": PATIENCE_S}))
    except ConnectorError as error:
        return failed(AREA, name, f"it was not released within {PATIENCE_S:.0f} s: {error}")
    return passed(AREA, name, f"released {time.monotonic() - started:.0f} s after the kill.")
