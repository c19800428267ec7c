"""The raw tables have one list of columns, in the dbt package; the docs' statements and the example's tables agree."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from examples.shop.data import SCHEMAS

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "dbt_project/macros/sources/raw_shapes.sql").read_text()
SOURCES = (ROOT / "dbt_project/models/staging/_raw_sources.yml").read_text()
GUIDE = (ROOT / "docs/your-own-sources.md").read_text()
NAMES = dict(re.findall(r"identifier: .*get\('(\w+)', '(\w+)'\)", SOURCES))
SQL = {"id": "varchar", "word": "varchar", "time": "timestamp", "money": "decimal(18, 4)"}
SQL |= {"count": "integer", "ordinal": "integer"}
ARROW = {pa.string(): "varchar", pa.timestamp("us"): "timestamp", pa.decimal128(18, 4): "decimal(18, 4)"}
ARROW |= {pa.int32(): "integer", pa.bool_(): "boolean"}
ADDED = {"app_events", "messaging_events", "subscription_events"}
"""Kinds that few have: the example has none of them."""


def listed() -> dict[str, list[tuple[str, str]]]:
    """The columns of each table with their types in SQL, as the package has them; without those that may be missing."""
    shapes = LIST.split("raw_shapes() -%}")[1].split("{%- endmacro")[0]
    columns = {shape.split(":")[0].strip(): shape.split(":")[1].split(",") for shape in shapes.split(";")}
    needed = {
        kind: [column.split() for column in found if not column.strip().endswith("optional")]
        for kind, found in columns.items()
    }
    pairs = {kind: [(name, holds) for name, holds in found] for kind, found in needed.items()}
    return {NAMES[kind]: [(name, SQL.get(holds, holds)) for name, holds in found] for kind, found in pairs.items()}


@pytest.mark.parametrize("table", listed())
def test_the_docs_and_the_example_make_the_table_of_the_list(table: str) -> None:
    [made] = re.findall(rf"^create table raw\.{table} \((.*)\);$", GUIDE, re.MULTILINE)
    assert [tuple(column.split(" ", 1)) for column in re.split(r", (?=[a-z])", made)] == listed()[table]
    if table not in ADDED:
        assert [(field.name, ARROW[field.type]) for field in SCHEMAS[table]] == listed()[table]


def test_the_example_has_no_table_beside_the_list() -> None:
    assert set(SCHEMAS) == set(listed()) - ADDED
