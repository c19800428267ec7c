"""The tables of the ledger, a public contract. Append-only but for `sync_lock` and `sync_leases`, which are locks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, String, Table

VERSION = 3
"""Raised by one whenever a released ledger has to be migrated."""

STEPS: dict[int, tuple[str, ...]] = {2: ("add_default_dataset_id", "add_doubted_datasets"), 3: ("add_api_version",)}
"""By version, the named queries that bring an older ledger up to it. Tables and views that are missing are made anyway,
so a version that only adds tables has none. 2 added what Meta itself says, and what a run knows of its datasets; 3
which version of Meta's API a run used."""


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
        Column("default_dataset_id", String),
        Column("reason", String),
        *(Column(name, BigInteger) for name in COUNTS),
        Column("money", String),
        Column("requests", BigInteger),
        Column("doubted_datasets", String),
        Column("api_version", String),
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
        "sync_expired",
        ledger,
        Column("sync_id", String),
        Column("dataset_id", String),
        Column("event_name", String),
        Column("event_id", String),
        Column("value", Numeric(18, 4)),
        Column("currency", String),
        Column("deadline_at", DateTime, nullable=False),
        Column("told_at", DateTime, nullable=False),
    )
    Table(
        "sync_lock",
        ledger,
        Column("holder", String),
        Column("locked_at", DateTime),
        Column("ledger_version", Integer, nullable=False),
    )
    _add_figures_of_meta(ledger)
    return ledger


def _add_figures_of_meta(ledger: MetaData) -> None:
    """What Meta itself says, as it was read back: snapshots with `pulled_at`, and what each pull covers."""
    Table(
        "meta_pulls",
        ledger,
        Column("pulled_at", DateTime, nullable=False),
        Column("figure", String, nullable=False),
        Column("subject_id", String, nullable=False),
        Column("covers_from", DateTime),
        Column("covers_until", DateTime),
        Column("rows_read", BigInteger, nullable=False),
        Column("problem", String),
    )
    Table(
        "meta_event_stats",
        ledger,
        Column("pulled_at", DateTime, nullable=False),
        Column("dataset_id", String, nullable=False),
        Column("event_source", String, nullable=False),
        Column("hour_start", DateTime, nullable=False),
        Column("event_name", String, nullable=False),
        Column("events", BigInteger, nullable=False),
    )
    Table(
        "meta_match_quality",
        ledger,
        Column("pulled_at", DateTime, nullable=False),
        Column("dataset_id", String, nullable=False),
        Column("channel", String, nullable=False),
        Column("event_name", String, nullable=False),
        Column("measure", String, nullable=False),
        Column("item", String),
        Column("number", Numeric(18, 4)),
        Column("words", String),
    )
    Table(
        "meta_insights",
        ledger,
        Column("pulled_at", DateTime, nullable=False),
        Column("account_id", String, nullable=False),
        Column("account_timezone", String),
        Column("account_currency", String),
        Column("day", Date, nullable=False),
        Column("action_type", String),
        Column("attribution_window", String),
        Column("actions", Numeric(18, 4)),
        Column("action_value", Numeric(18, 4)),
        Column("spend", Numeric(18, 4)),
    )


COUNTS = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed")
