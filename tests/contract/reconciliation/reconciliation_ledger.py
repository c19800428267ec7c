"""Hand-made ledgers: the rows that the connector would have written, without a connector having run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb


@dataclass(frozen=True, kw_only=True)
class Run:
    """A sync run: how it was, by its number. A run that is not living has ended, unless it `died` without a word."""

    run_no: int
    mode: str = "live"
    living: bool = False
    died: bool = False
    api_version: str | None = None

    @property
    def sync_id(self) -> str:
        return f"run-{self.run_no}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one run did with one conversion. Hours ago of the mark and of the settling; None if it never happened."""

    run: Run
    marked: float | None = None
    settled: float | None = None
    outcome: str | None = None
    payload_hash: str = "as it is"
    http_status: int | None = None
    error_code: int | None = None
    error_subcode: int | None = None
    error_text: str | None = None
    fbtrace_id: str | None = None


def insert(connection: duckdb.DuckDBPyConnection, relation: str, **values: object) -> None:
    """One row, by column name; columns that are not named are null."""
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into {relation} ({', '.join(values)}) values ({marks})", list(values.values()))


@dataclass
class HandMadeLedger:
    """Writes runs and records into ledger tables that exist already."""

    connection: duckdb.DuckDBPyConnection
    now: datetime
    batches: dict[str, int] = field(default_factory=dict)

    def add_source(self, name: str, *, first_seen: float) -> None:
        """A source of the default dataset that syncs have known for so many hours."""
        insert(
            self.connection,
            "meta_conversions_ledger.sync_sources",
            dataset_key="",
            source_name=name,
            first_seen_at=self._ago(first_seen),
        )

    def add_run(self, run: Run) -> None:
        insert(
            self.connection,
            "meta_conversions_ledger.sync_runs",
            sync_id=run.sync_id,
            run_no=run.run_no,
            mode=run.mode,
            phase="started",
            recorded_at=self._ago(1),
            destination_host="localhost",
            api_version=run.api_version,
        )
        insert(
            self.connection,
            "meta_conversions_ledger.sync_leases",
            sync_id=run.sync_id,
            expires_at=self._ago(-1 if run.living else 0.5),
            ended=not run.living and not run.died,
        )

    def add_record(self, record: Record, conversion: Mapping[str, object]) -> None:
        """One record in a batch of its own, with the mark and the outcome that it says."""
        sync_id = record.run.sync_id
        batch_no = self.batches[sync_id] = self.batches.get(sync_id, -1) + 1
        insert(
            self.connection,
            "meta_conversions_ledger.sync_records",
            sync_id=sync_id,
            batch_no=batch_no,
            position=0,
            payload_hash=record.payload_hash,
            claimed_at=self._ago(record.marked or record.settled or 0.1),
            **conversion,
        )
        place = {"sync_id": sync_id, "batch_no": batch_no, "first_position": 0, "last_position": 0}
        if record.marked is not None:
            marked_at = self._ago(record.marked)
            insert(
                self.connection,
                "meta_conversions_ledger.sync_outcomes",
                outcome="sending",
                recorded_at=marked_at,
                **place,
            )
        if record.outcome is not None:
            insert(
                self.connection,
                "meta_conversions_ledger.sync_outcomes",
                outcome=record.outcome,
                recorded_at=self._ago(record.settled or 0.1),
                http_status=record.http_status,
                error_code=record.error_code,
                error_subcode=record.error_subcode,
                error_text=record.error_text,
                fbtrace_id=record.fbtrace_id,
                **place,
            )

    def _ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)
