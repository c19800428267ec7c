"""One raw shop in a warehouse of each engine, and what dbt makes of it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from connector.sandbox.server import RunningSandbox
from tests.support.built_warehouse import EVENTS, BuiltWarehouse, loaded_warehouse, shop_with_added_kinds
from tests.support.snowflake_stand_in import SnowflakeStandIn


@pytest.fixture(scope="module")
def raw_shop() -> dict[str, pa.Table]:
    return shop_with_added_kinds(orders=500, days=30)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture(scope="module")
def loaded(
    raw_shop: dict[str, pa.Table],
    sandbox: RunningSandbox,
    snowflake_stand_in: SnowflakeStandIn,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], BuiltWarehouse]:
    """Loads the raw shop into the warehouse of a URL, and makes the ledger."""

    def load(url: str) -> BuiltWarehouse:
        folder = tmp_path_factory.mktemp("dbt")
        return loaded_warehouse(url, raw_shop, folder, base_url=sandbox.base_url, stand_in=snowflake_stand_in)

    return load


@pytest.fixture(scope="module")
def on_duckdb(loaded: Callable[[str], BuiltWarehouse], tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    warehouse = loaded(f"duckdb:///{tmp_path_factory.mktemp('warehouse') / 'shop.duckdb'}")
    warehouse.dbt("build", "--select", EVENTS, "--exclude-resource-type", "unit_test")
    return warehouse


@pytest.fixture(scope="module")
def on_postgres(loaded: Callable[[str], BuiltWarehouse], new_database: Callable[[], str]) -> BuiltWarehouse:
    """The whole project, its data tests and its unit tests."""
    warehouse = loaded(new_database())
    warehouse.dbt("build")
    return warehouse


@pytest.fixture(scope="module")
def on_snowflake(loaded: Callable[[str], BuiltWarehouse], snowflake_stand_in: SnowflakeStandIn) -> BuiltWarehouse:
    """Built twice, so that the second build is an incremental one. On the stand-in: it is not Snowflake."""
    warehouse = loaded(snowflake_stand_in.url(snowflake_stand_in.new_database()))
    warehouse.dbt("seed")
    for _ in range(2):
        warehouse.dbt("run", "--select", EVENTS)
    return warehouse
