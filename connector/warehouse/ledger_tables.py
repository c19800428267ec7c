"""The tables of the ledger, a public contract. Append-only but for `sync_lock` and `sync_leases`, which are locks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Numeric, String, Table

VERSION = 1
"""Raised by one whenever a released ledger has to be migrated."""


def ledger_tables(schema: str) -> MetaData:
    """The ledger's tables in `schema`. All times are UTC without zone, money is decimal(18,4)."""
    ledger = MetaData(schema=schema)
    Table(
        "sync_runs",
        ledger,
        Column("sync_id", String, nullable=False),
        Column("run_no", BigInteger, nullable=False),
        Column("lane", String, nullable=False),
        Column("change", String, nullable=False),
        Column("recorded_at", DateTime, nullable=False),
        Column("destination_host", String, nullable=False),
        Column("reason", String),
        *(Column(name, BigInteger) for name in COUNTS),
        Column("money", String),
        Column("requests", BigInteger),
    )
    Table(
        "sync_records",
        ledger,
        Column("sync_id", String, nullable=False),
        Column("batch_no", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        Column("dataset_id", String),
        Column("event_name", String),
        Column("event_id", String),
        Column("event_time", DateTime),
        Column("action_source", String),
        Column("value", Numeric(18, 4)),
        Column("currency", String),
        Column("payload_hash", String),
        Column("claimed_at", DateTime, nullable=False),
    )
    Table(
        "sync_outcomes",
        ledger,
        Column("sync_id", String, nullable=False),
        Column("batch_no", Integer, nullable=False),
        Column("first_position", Integer, nullable=False),
        Column("last_position", Integer, nullable=False),
        Column("outcome", String, nullable=False),
        Column("recorded_at", DateTime, nullable=False),
        Column("http_status", Integer),
        Column("error_code", Integer),
        Column("error_subcode", Integer),
        Column("error_text", String),
        Column("fbtrace_id", String),
        Column("events_received", Integer),
        Column("duration_ms", Integer),
    )
    Table(
        "sync_leases",
        ledger,
        Column("sync_id", String, nullable=False),
        Column("expires_at", DateTime, nullable=False),
        Column("ended", Boolean, nullable=False),
    )
    Table(
        "sync_lock",
        ledger,
        Column("holder", String),
        Column("locked_at", DateTime),
        Column("ledger_version", Integer, nullable=False),
    )
    return ledger


COUNTS = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed")
