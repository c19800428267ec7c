"""Writes what Meta says of itself: snapshots that are only ever appended, each figure whole or not at all."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from connector.errors import ConfigurationError
from connector.model.readings import Figure, Reading, Row
from connector.warehouse.contract import columns_of

if TYPE_CHECKING:
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

TIME, NUMBER, TEXT = pa.timestamp("us"), pa.decimal128(18, 4), pa.string()
TABLES = {
    Figure.EVENT_STATS: "meta_event_stats",
    Figure.MATCH_QUALITY: "meta_match_quality",
    Figure.INSIGHTS: "meta_insights",
    Figure.CAMPAIGNS: "meta_campaigns",
}
COLUMNS = {
    Figure.EVENT_STATS: pa.schema(
        {
            "pulled_at": TIME,
            "dataset_id": TEXT,
            "event_source": TEXT,
            "hour_start": TIME,
            "event_name": TEXT,
            "events": pa.int64(),
        }
    ),
    Figure.MATCH_QUALITY: pa.schema(
        {
            "pulled_at": TIME,
            "dataset_id": TEXT,
            "channel": TEXT,
            "event_name": TEXT,
            "measure": TEXT,
            "item": TEXT,
            "number": NUMBER,
            "text_value": TEXT,
        }
    ),
    Figure.INSIGHTS: pa.schema(
        {
            "pulled_at": TIME,
            "account_id": TEXT,
            "account_timezone": TEXT,
            "account_currency": TEXT,
            "day": pa.date32(),
            "action_type": TEXT,
            "attribution_window": TEXT,
            "actions": NUMBER,
            "action_value": NUMBER,
            "spend": NUMBER,
        }
    ),
    Figure.CAMPAIGNS: pa.schema(
        {
            "pulled_at": TIME,
            "account_id": TEXT,
            "account_timezone": TEXT,
            "account_currency": TEXT,
            "day": pa.date32(),
            "campaign_id": TEXT,
            "campaign_name": TEXT,
            "spend": NUMBER,
            "purchases": NUMBER,
            "purchase_value": NUMBER,
        }
    ),
}


def check_source(warehouse: Warehouse, host: str) -> None:
    """Raise ConfigurationError where this ledger has been sending to another host than the one that is asked."""
    known = warehouse.rows("destination")
    if known and known[0].destination_host != host:
        raise ConfigurationError(
            f"the ledger in schema {warehouse.ledger} belongs to {known[0].destination_host}, but "
            f"CONNECTOR_META_BASE_URL points to {host}: what one host counts says nothing of what the other was sent. "
            "Name a ledger of its own for this host with CONNECTOR_LEDGER_SCHEMA."
        )


def known_datasets(warehouse: Warehouse, default: str | None) -> list[str]:
    """The default dataset, and those that the events relation (where it stands) and the recent ledger name."""
    found = {row.dataset_id for row in warehouse.rows("datasets_sent_to")}
    if "dataset_id" in (columns_of(warehouse, warehouse.events) or {}):
        found |= {row.dataset_id for row in warehouse.rows("datasets_modelled")}
    others = sorted(found - {default})
    return [default, *others] if default else others


def write_reading(
    warehouse: Warehouse, reading: Reading, *, pulled_at: datetime, timezone: str | None, currency: str | None
) -> None:
    """One reading in one transaction: its rows and what it covers, or its problem. The account's own words as given."""
    of_account = {"account_timezone": timezone, "account_currency": currency}
    subject = {"account_id": reading.subject_id} | of_account
    stamp = {"pulled_at": pulled_at} | (subject if reading.figure.is_of_account else {"dataset_id": reading.subject_id})
    rows = [stamp | _columns(row) for row in reading.rows]
    covered = {
        "pulled_at": pulled_at,
        "figure": str(reading.figure),
        "subject_id": reading.subject_id,
        "covers_from": reading.covers_from,
        "covers_until": reading.covers_until,
        "rows_read": len(rows),
        "problem": reading.problem,
    }
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            if rows:
                arrow = pa.Table.from_pylist(rows, schema=COLUMNS[reading.figure])
                table = f"{warehouse.ledger}.{TABLES[reading.figure]}"
                warehouse.dialect.load(connection, table, arrow)
            warehouse.run(connection, "insert_pull", covered)


def _columns(row: Row) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in fields(row)}
