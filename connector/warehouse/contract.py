"""The contract of the events relation: which columns it must have, of which type. Checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from connector.errors import ConfigurationError
from connector.warehouse.dialects import DATE, ENUM, NANOSECONDS, UTC_TIME, ZONED_TIME

if TYPE_CHECKING:
    from connector.warehouse.warehouse import Warehouse


TEXT = ("text", "text")
TIME = (UTC_TIME, "a timestamp without time zone, in UTC, or with one")
ALSO_READ = {UTC_TIME: (ZONED_TIME, DATE, NANOSECONDS), "text": (ENUM,)}
"""A column of times may be of any of these kinds: each row is read as a moment in UTC. An enum is text."""
MONEY = ("number", "a number, decimal(18,4)")
COLUMNS = {
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

OWNERSHIP_MARK = "[made by the dbt package meta_conversions]"
"""The end of the comment on every relation of the dbt package; it never replaces one without it (ownership.sql)."""
MODELLED = {
    "pixel_event_time",
    "ineligible_reason",
    "is_eligible",
    "event_time",
    "action_source",
    "deadline_at",
    "source_system",
}
"""The columns of the `conversions` mart that are read here, besides the key and the money."""


def columns_of(warehouse: Warehouse, relation: str) -> dict[str, str] | None:
    """The columns of a relation by lower-case name with their kinds (see `Dialect.kinds`); None if it is not there or
    may not be read."""
    try:
        return warehouse.dialect.kinds(warehouse.engine, relation)
    except DBAPIError as error:
        if warehouse.dialect.is_missing(error) or warehouse.dialect.may_not_write(error):
            return None
        raise


def check_events_relation(warehouse: Warehouse) -> None:
    """Raise ConfigurationError naming the relation or the column, the rule and the fix; learn the columns' types."""
    try:
        found = warehouse.dialect.kinds(warehouse.engine, warehouse.events)
    except DBAPIError as error:
        if warehouse.dialect.may_not_write(error):
            raise ConfigurationError(
                f"this role may not read {warehouse.events}: grant it usage on the schema and select on the relation."
            ) from None
        if not warehouse.dialect.is_missing(error):
            raise
        raise ConfigurationError(
            f"the relation {warehouse.events} does not exist in this warehouse: CONNECTOR_EVENTS_RELATION must name a "
            f"table or view of the conversion_events shape. {_where_it_stands(warehouse)}"
        ) from None
    for column, (kind, rule) in COLUMNS.items():
        if column not in found:
            raise ConfigurationError(
                f"{warehouse.events} has no column {column}: the delivery contract needs {', '.join(COLUMNS)}. "
                f"Add {column} ({rule}) to the model."
            )
        if found[column] != kind and found[column] not in ALSO_READ.get(kind, ()):
            raise ConfigurationError(
                f"{warehouse.events}.{column} has type {found[column]}: the delivery contract wants {rule}. "
                f"Cast {column} in the model."
            )
    warehouse.read_columns_as(found)


def _where_it_stands(warehouse: Warehouse) -> str:
    """What to do about a missing relation: another schema may hold it."""
    name = warehouse.events.split(".")[-1].lower()
    schemas = [row.table_schema for row in warehouse.rows("schemas_of_events", {"relation_name": name})]
    if not schemas:
        return "Build it with dbt, or correct the name."
    plain = [one for one in schemas if one.isascii() and one.isidentifier()]
    if readable := [one.lower() for one in plain if columns_of(warehouse, f"{one}.{name}") is not None]:
        found = " and ".join(f"{schema}.{name}" for schema in readable)
        return f"A relation of that shape is there: {found}. Set CONNECTOR_EVENTS_RELATION to it if you mean that one."
    return (
        f"A relation of that shape is there, but cannot be read: {schemas[0]}.{name}. This role may lack usage on the "
        "schema; or the name is one that needs quotes, which this version does not write: have dbt build under another."
    )


def has_conversions(warehouse: Warehouse) -> bool:
    """Whether the `conversions` mart is beside the events relation: only it knows the pixel's copies and reasons.

    Looked at once for each opened warehouse: a command asks it up to four times.
    """
    if warehouse.has_conversions is None:
        warehouse.has_conversions = set(columns_of(warehouse, warehouse.conversions) or ()) >= MODELLED
    return warehouse.has_conversions


def modelled_facts(warehouse: Warehouse) -> dict[str, str]:
    """The fragment for what the models say: nothing where the mart is missing."""
    return {} if has_conversions(warehouse) else {"modelled_facts": warehouse.queries["no_modelled_facts"]}
