"""dbt knows every column that the connector makes for Meta's figures, and describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import text

from connector.ledger.figures import COLUMNS, TABLES
from connector.ledger.setup import create_ledger
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse

SOURCES = Path(__file__).parents[3] / "dbt_project/models/sources/meta.yml"
WRITTEN = {table: COLUMNS[figure] for figure, table in TABLES.items()}


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    (source,) = yaml.safe_load(SOURCES.read_text())["sources"]
    assert source["config"]["freshness"]["warn_after"]
    return dict(source)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The columns of a new ledger, by table."""
    url = SecretStr(f"duckdb:///{tmp_path_factory.mktemp('ledger')}/warehouse.duckdb")
    columns: dict[str, list[str]] = {}
    with Warehouse.open(Settings(warehouse_url=url), create=True) as warehouse:
        create_ledger(warehouse)
        listed = "select table_name, column_name from information_schema.columns order by table_name, ordinal_position"
        with warehouse.transaction() as connection:
            for table, column in connection.execute(text(listed)):
                columns.setdefault(table, []).append(column)
    return columns


@pytest.mark.parametrize("table", ["meta_pulls", *sorted(WRITTEN)])
def test_ledger_writer_and_dbt_know_the_same_columns(
    source: dict[str, Any], made: dict[str, list[str]], table: str
) -> None:
    (told,) = [one for one in source["tables"] if one["name"] == table]
    assert [column["name"] for column in told["columns"]] == made[table]
    assert all(column["description"].strip() for column in told["columns"])
    assert table not in WRITTEN or WRITTEN[table].names == made[table]


def test_no_table_of_meta_s_figures_is_missing(source: dict[str, Any], made: dict[str, list[str]]) -> None:
    assert {one["name"] for one in source["tables"]} == {name for name in made if name.startswith("meta_")}
