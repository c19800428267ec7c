"""The contract of the events relation: which columns it must have, of which type. Checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from connector.errors import ConfigurationError
from connector.warehouse.engines import arrow_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.warehouse.warehouse import Warehouse


def is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_utc_timestamp(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) and kind.tz is None)


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


TEXT = (is_text, "text")
TIME = (is_utc_timestamp, "a timestamp without time zone, in UTC")
MONEY = (is_number, "a number, decimal(18,4)")
COLUMNS: dict[str, tuple[Callable[[pa.DataType], bool], str]] = {
    "dataset_id": TEXT,
    "event_name": TEXT,
    "event_id": TEXT,
    "event_time": TIME,
    "action_source": TEXT,
    "value": MONEY,
    "currency": TEXT,
    "deadline_at": TIME,
    "payload": TEXT,
    "payload_hash": TEXT,
}


def columns_of(warehouse: Warehouse, relation: str) -> dict[str, pa.DataType] | None:
    """The columns of a relation by lower-case name; None if there is no such relation."""
    look = f"select * from {relation} limit 0"  # noqa: S608 - a validated name
    try:
        with warehouse.transaction() as connection:
            connection.execute(text(look))
    except ProgrammingError:
        return None
    with arrow_stream(warehouse.engine, look, {}, rows=1) as reader:
        return {field.name.lower(): field.type for field in reader.schema}


def check_events_relation(warehouse: Warehouse) -> None:
    """Raise ConfigurationError naming the relation or the column, the rule and the fix."""
    found = columns_of(warehouse, warehouse.events)
    if found is None:
        raise ConfigurationError(
            f"the relation {warehouse.events} does not exist in this warehouse: CONNECTOR_EVENTS_RELATION must name a "
            "table or view of the conversion_events shape. Build it with dbt, or correct the name."
        )
    for column, (fits, rule) in COLUMNS.items():
        if column not in found:
            raise ConfigurationError(
                f"{warehouse.events} has no column {column}: the delivery contract needs {', '.join(COLUMNS)}. "
                f"Add {column} ({rule}) to the model."
            )
        if not fits(found[column]) and not pa.types.is_null(found[column]):
            raise ConfigurationError(
                f"{warehouse.events}.{column} has type {found[column]}: the delivery contract wants {rule}. "
                f"Cast {column} in the model."
            )
