"""A relation that the dbt package did not make is never replaced, whoever runs the build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from connector import app
from connector.model.checks import Check
from connector.warehouse.contract import OWNERSHIP_MARK
from examples.shop.data import SCHEMAS
from tests.contract.dbt.conftest import PROJECT, DbtWarehouse

MARTS_SCHEMA, STAGING, REFERENCE = "meta_conversions", "meta_conversions_staging", "meta_conversions_reference"
OTHERS = {
    "Alarms": (MARTS_SCHEMA, "table", {"alarm": "the fire brigade"}),
    "conversions": (MARTS_SCHEMA, "table", {"litres_in_a_gallon": 4}),
    "revenue_waterfall": (MARTS_SCHEMA, "stored view", {"name": "Niagara"}),
    "stg_shop__customers": (STAGING, "view", {"name": "a customer of mine"}),
    "state_names": (REFERENCE, "table", {"state": "solid"}),
}
STORED_VIEW = {"duckdb": "view", "postgres": "materialized view"}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def with_others(request: pytest.FixtureRequest, new_warehouse: Callable[..., DbtWarehouse]) -> DbtWarehouse:
    """A warehouse in whose schemas others have relations of our names."""
    warehouse = new_warehouse(request.param)
    warehouse.load({"customers": pa.Table.from_pylist([{"customer_id": "1"}], schema=SCHEMAS["customers"])})
    for schema in (MARTS_SCHEMA, STAGING, REFERENCE):
        warehouse.change(f"create schema {schema}")
    for name, (schema, kind, row) in OTHERS.items():
        columns = ", ".join(f"{value!r} as {column}" for column, value in row.items())
        made = STORED_VIEW[request.param] if kind == "stored view" else kind
        warehouse.change(f'create {made} {schema}."{name}" as select {columns}')
    return warehouse


@pytest.mark.parametrize("name", ["stg_shop__customers", "state_names", "conversions", "Alarms", "revenue_waterfall"])
def test_a_build_stops_at_a_relation_of_others_and_leaves_it_as_it_was(with_others: DbtWarehouse, name: str) -> None:
    done = with_others.try_dbt(
        "build", "--select", name.lower(), "--exclude-resource-types", "test", "unit_test", "--full-refresh"
    )
    assert done.returncode == 1
    refused = f"{name} was not made by the dbt package meta_conversions"
    doubted = "dbt found an approximate match"  # a name that differs in case is told by dbt itself
    assert (refused if name.islower() else doubted) in done.stdout.replace('"', "")
    assert with_others.rows(f'select * from {OTHERS[name][0]}."{name}"') == [OTHERS[name][2]]


def test_no_model_reads_a_relation_of_others_as_what_the_run_before_left(with_others: DbtWarehouse) -> None:
    done = with_others.try_dbt("run", "--select", "int_conversion_changes")
    assert done.returncode == 1
    assert "conversions was not made by the dbt package meta_conversions" in done.stdout.replace('"', "")


def test_doctor_names_the_relations_of_others_before_the_first_build(with_others: DbtWarehouse) -> None:
    check = _check(with_others)
    assert check.exit_code == 3
    for name, (schema, *_) in OTHERS.items():
        assert f"{schema}.{name}" in check.words


def test_a_seed_of_ours_carries_the_mark_and_is_replaced_by_the_next_build(
    new_warehouse: Callable[..., DbtWarehouse],
) -> None:
    warehouse = new_warehouse()
    warehouse.dbt("seed", "--select", "identifier_weights")
    comment = "select comment from duckdb_tables() where table_name = 'identifier_weights'"
    assert warehouse.rows(comment)[0]["comment"].endswith(OWNERSHIP_MARK)
    warehouse.dbt("seed", "--select", "identifier_weights", "--full-refresh")
    assert warehouse.rows(comment)[0]["comment"].endswith(OWNERSHIP_MARK)


def test_a_relation_of_version_0_1_0_has_no_mark_and_is_known_by_its_columns(
    new_warehouse: Callable[..., DbtWarehouse],
) -> None:
    warehouse = new_warehouse()
    warehouse.dbt("seed", "--select", "identifier_weights")
    warehouse.change("comment on table meta_conversions_reference.identifier_weights is null")
    warehouse.dbt("seed", "--select", "identifier_weights")


def test_a_person_may_say_that_a_relation_is_to_be_replaced(new_warehouse: Callable[..., DbtWarehouse]) -> None:
    warehouse = new_warehouse()
    warehouse.load({"customers": pa.Table.from_pylist([{"customer_id": "1"}], schema=SCHEMAS["customers"])})
    warehouse.change("create schema meta_conversions_reference")
    warehouse.change("create table meta_conversions_reference.identifier_weights as select 1 as old")
    assert warehouse.try_dbt("seed", "--select", "identifier_weights").returncode == 1
    said = "{meta_conversions_replace: [identifier_weights]}"
    warehouse.dbt("seed", "--select", "identifier_weights", "--vars", said, "--full-refresh")
    assert len(warehouse.rows("select * from meta_conversions_reference.identifier_weights")) > 1


def test_the_mark_that_doctor_knows_is_that_of_the_package() -> None:
    assert OWNERSHIP_MARK in Path(PROJECT, "macros", "project", "ownership.sql").read_text(encoding="utf-8")


def _check(warehouse: DbtWarehouse) -> Check:
    (found,) = [check for check in app.doctor(warehouse.settings) if check.name == "name conflicts"]
    return found
