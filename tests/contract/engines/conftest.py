"""One raw shop in a warehouse of each engine, and what dbt makes of it there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text

from connector import app
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from connector.warehouse.dialects import dialect_of, parse_url
from examples.shop.data import build_shop
from examples.shop.loading import load_raw
from tests.contract.engines.added_kinds import VARIABLES, added_kinds
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"
EVENTS = "+meta_conversions.marts.conversion_events"


@dataclass(frozen=True)
class BuiltWarehouse:
    """A warehouse and the folder that dbt works in."""

    settings: Settings
    folder: Path
    variables: dict[str, Any] = field(default_factory=dict)

    def dbt(self, *words: str, artifacts: bool = False) -> None:
        command = ["--quiet", *words]
        command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        command += ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        command += ["--vars", json.dumps(self.variables)]
        environment = os.environ | app.dbt_environment(self.settings)
        done = run_dbt(command, env=environment, artifacts=artifacts)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self._connection() as connection:
            return [dict(row) for row in connection.execute(text(sql)).mappings()]

    def change(self, sql: str) -> None:
        with self._connection() as connection:
            connection.execute(text(sql))
            connection.commit()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        url = parse_url(self.settings.warehouse_url)
        engine = dialect_of(url).open(url, lock_wait_s=5, create=False)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def raw_shop() -> dict[str, pa.Table]:
    now = datetime.now(UTC)
    return build_shop(orders=500, days=30, seed=3, now=now) | added_kinds(now.replace(tzinfo=None))


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
        settings = Settings(
            warehouse_url=SecretStr(url),
            meta_base_url=sandbox.base_url,
            meta_dataset_id="1234567890",
            meta_access_token=SecretStr("token-of-a-test"),
        )
        if url.startswith("snowflake"):
            snowflake_stand_in.load(url, "raw", raw_shop)
        else:
            load_raw(settings, raw_shop, replace=True)
        app.initialise(settings)
        return BuiltWarehouse(settings, tmp_path_factory.mktemp("dbt"), VARIABLES)

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
