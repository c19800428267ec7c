"""The page's queries read the marts by the columns of dbt's contracts, on more than one engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, text

from connector import app
from connector.insight.report_data import MART_OF
from connector.settings import Settings

MARTS = Path(__file__).parents[3] / "dbt_project/models/marts"
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
LOST = {"event_name": "Purchase", "event_time": NOW, "currency": "EUR", "is_modelled": True, "standing": "expired"}


@pytest.fixture(params=["duckdb", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A warehouse of each engine whose marts have the columns that dbt's contracts promise."""
    if request.param == "duckdb":
        url = f"duckdb:///{tmp_path}/shop.duckdb"
    else:
        url = request.getfixturevalue("new_database")().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create schema meta_conversions"))
        for name in [*sorted(set(MART_OF.values())), "conversion_events", "conversions"]:
            (model,) = yaml.safe_load((MARTS / f"{name}.yml").read_text())["models"]
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(text(f"create table meta_conversions.{name} ({columns})"))
        for at, value in enumerate((10, 40, 30, 20)):
            row = LOST | {"event_id": f"e{at}", "value": value, "dataset_id": "111" if at % 2 else None}
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(
                text(f"insert into meta_conversions.conversion_deliveries ({', '.join(row)}) values ({marks})"), row
            )
        sold = (
            "insert into meta_conversions.conversions (event_name, event_id, order_id) values ('Purchase', 'e1', 'O-1')"
        )
        connection.execute(text(sold))
        cell = "(current_date, 'Purchase', 'EUR', 'expired', 4, 100, false)"
        names = "(day, event_name, currency, stage, events, value, is_beside)"
        connection.execute(text(f"insert into meta_conversions.revenue_waterfall {names} values {cell}"))
        names = "(day, event_name, channel, told_by, measure, number)"
        for measure in ("composite_score", "match_key_score"):
            score = f"(current_date, 'Purchase', 'offline', 'meta', '{measure}', 5)"
            connection.execute(text(f"insert into meta_conversions.match_quality_daily {names} values {score}"))
    engine.dispose()
    return Settings(warehouse_url=url, meta_dataset_id="111")


def test_every_table_is_read_and_what_was_never_built_is_empty(settings: Settings) -> None:
    tables = app.report_data(settings).tables
    (cell,) = [dict(zip(tables["waterfall"].columns, row, strict=True)) for row in tables["waterfall"].rows]
    assert (cell["stage"], cell["value"]) == ("expired", Decimal(100))
    assert set(tables) == {*MART_OF, "campaigns", "first_sync", "meta", "notices", "reasons", "pulls", "runs"}
    assert tables["reasons"].rows == ()


def test_a_row_is_its_order_whether_or_not_the_default_dataset_is_named(settings: Settings) -> None:
    table = app.report_data(settings).tables["rows"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["id"] for row in rows if row["dataset_id"] == "111"] == ["O-1", "e3"]
    assert [row["id"] for row in rows if row["dataset_id"] is None] == ["e2", "e0"]
    assert {row["happened_at"] for row in rows} == {NOW}


def test_the_page_says_where_a_sandbox_stands_for_meta(settings: Settings) -> None:
    assert app.report_data(settings).state.caution == ""
    local = settings.model_copy(update={"meta_base_url": "http://127.0.0.1:8765"})
    assert app.report_data(local).state.caution.startswith("A sandbox stands for Meta: events go to 127.0.0.1, ")


def test_an_offline_event_has_one_score_a_day(settings: Settings) -> None:
    table = app.report_data(settings).tables["quality"]
    assert [row[table.columns.index("measure")] for row in table.rows] == ["composite_score"]
