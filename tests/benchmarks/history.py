"""What it costs to find the owed rows when most of the history was accepted before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from connector.ledger.run_ledger import LIVE, RunIdentity, RunLedger
from connector.ledger.setup import create_ledger
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse
from tests.benchmarks.spent import measured
from tests.benchmarks.warehouses import build

if TYPE_CHECKING:
    from pathlib import Path

NEW = 1_000
KEPT_DAYS = 14
"""The relation forgets rows about so long after their event; the ledger does not."""

RUN = """
insert into meta_conversions_ledger.sync_runs (sync_id, run_no, mode, phase, recorded_at, destination_host)
values ('past', 1, 'live', 'started', now() at time zone 'UTC', '127.0.0.1')
"""
COLUMNS = (
    "sync_id, batch_no, position, dataset_id, event_name, event_id, event_time, action_source, value, currency,"
    " payload_hash, claimed_at"
)
PRESENT = """
insert into meta_conversions_ledger.sync_records ({columns})
select
    'past', n // 1000, n % 1000, dataset_id, event_name, event_id, event_time, action_source, value, currency,
    payload_hash, cast(now() at time zone 'UTC' as timestamp) - to_days({days})
from (select *, row_number() over () - 1 as n from meta_conversions.conversion_events) where n < {accepted}
"""
FORGOTTEN = """
insert into meta_conversions_ledger.sync_records ({columns})
select
    'past', n // 1000, n % 1000, null, 'Purchase', 'past-' || n, claimed_at - interval '1' hour, 'website', 12.5, 'EUR',
    sha256(cast(n as varchar)), claimed_at
from (
    select n, cast(now() at time zone 'UTC' as timestamp) - to_days({days}) as claimed_at
    from range({accepted}) as numbers (n)
)
"""
"""What the events relation holds no more: only the ledger knows of it."""
OUTCOMES = """
insert into meta_conversions_ledger.sync_outcomes (
    sync_id, batch_no, first_position, last_position, outcome, recorded_at, http_status
)
select 'past', batch_no, 0, 999, 'accepted', min(claimed_at), 200
from meta_conversions_ledger.sync_records group by batch_no
"""


def accept(settings: Settings, path: Path, records: str, accepted: int, days: int) -> None:
    """A ledger as one run would have left it that sent `accepted` events `days` ago."""
    with Warehouse.open(settings) as warehouse:
        create_ledger(warehouse)
    with duckdb.connect(str(path)) as connection:
        for statement in (RUN, records.format(columns=COLUMNS, days=days, accepted=accepted), OUTCOMES):
            connection.execute(statement)


def search(path: Path, accepted: int, days: int) -> float:
    """CPU seconds of one claim that finds 1,000 new rows, when `accepted` rows were accepted `days` ago."""
    is_present = days <= KEPT_DAYS
    build(path, accepted + NEW if is_present else NEW)
    settings = Settings(warehouse_url=f"duckdb:///{path}")
    accept(settings, path, PRESENT if is_present else FORGOTTEN, accepted, days)
    run = RunIdentity(sync_id="present", mode=LIVE, destination_host="127.0.0.1", lease_ttl_s=600)
    with Warehouse.open(settings) as warehouse:
        ledger = RunLedger.begin(warehouse, run)
        now = datetime.now(UTC).replace(tzinfo=None)
        with measured() as spent:
            found = ledger.claim(now=now, chunk_size=256_000, batch_size=1_000, resend_unconfirmed=True)
    assert found == range(1), found
    return spent.cpu_s
