"""What a run costs: statements as the drivers see them, and on Snowflake bytes and credits by the query tag."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from connector import app
from connector.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connector.acceptance.trial import Statements, Trial

HISTORY = text(
    """
    select
        count(*) as statements,
        coalesce(sum(bytes_scanned), 0) as bytes_scanned,
        coalesce(sum(execution_time), 0) / 1000 as execution_seconds,
        coalesce(sum(credits_used_cloud_services), 0) as credits_cloud_services
    from table(information_schema.query_history(
        end_time_range_start => to_timestamp_ltz(:since), result_limit => 10000
    ))
    where query_tag = :tag
    """
)


@contextmanager
def counting(statements: Statements) -> Iterator[None]:
    """Counts what SQLAlchemy executes in this process until it is left."""

    def count(*_: Any) -> None:
        statements.connector += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def warehouse_use(trial: Trial, tag: str, *, since: datetime) -> dict[str, float | int]:
    """Snowflake's own account of the statements with the tag; empty where it keeps none or does not tell."""
    if trial.engine != "snowflake" or trial.is_stand_in:
        return {}
    try:
        with app.opened(trial.settings) as warehouse, warehouse.transaction() as connection:
            row = connection.execute(HISTORY, {"since": int(since.timestamp()), "tag": tag}).first()
    except ConnectorError:
        return {}
    return {name: float(value) for name, value in row._mapping.items()} if row else {}
