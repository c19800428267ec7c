"""dbt knows every column that the connector makes for Meta's figures, and describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.ledger.figures import COLUMNS, TABLES
from connector.ledger.tables import ledger_tables

SOURCES = Path(__file__).parents[3] / "dbt_project/models/sources/meta.yml"
WRITTEN = {table: COLUMNS[figure] for figure, table in TABLES.items()}


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    (source,) = yaml.safe_load(SOURCES.read_text())["sources"]
    assert source["config"]["freshness"]["warn_after"]
    return dict(source)


@pytest.mark.parametrize("table", ["meta_pulls", *sorted(WRITTEN)])
def test_ledger_writer_and_dbt_know_the_same_columns(source: dict[str, Any], table: str) -> None:
    made = [
        column.name
        for column in ledger_tables("meta_conversions_ledger").tables[f"meta_conversions_ledger.{table}"].columns
    ]
    (told,) = [one for one in source["tables"] if one["name"] == table]
    assert [column["name"] for column in told["columns"]] == made
    assert all(column["description"].strip() for column in told["columns"])
    assert table not in WRITTEN or WRITTEN[table].names == made


def test_no_table_of_meta_s_figures_is_missing(source: dict[str, Any]) -> None:
    made = {name.removeprefix("meta_conversions_ledger.") for name in ledger_tables("meta_conversions_ledger").tables}
    assert {one["name"] for one in source["tables"]} == {name for name in made if name.startswith("meta_")}
