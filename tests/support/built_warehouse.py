"""One raw shop in the warehouse of any engine, and what dbt makes of it there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import SecretStr
from sqlalchemy import Connection, text

from connector import app
from connector.settings import Settings
from connector.warehouse.dialects import dialect_of, parse_url
from examples.shop.data import build_shop
from examples.shop.loading import load_raw
from tests.support.added_kinds import VARIABLES, added_kinds
from tests.support.snowflake_stand_in import SnowflakeStandIn
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[2] / "dbt_project"
EVENTS = "+meta_conversions.marts.conversion_events"


@dataclass(frozen=True)
class OpenWarehouse:
    """A warehouse that is asked in SQL, by a connection each time: DuckDB's file is one process's at a time."""

    settings: Settings

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


@dataclass(frozen=True)
class BuiltWarehouse(OpenWarehouse):
    """A warehouse and the folder that dbt works in."""

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


def shop_with_added_kinds(*, orders: int, days: int) -> dict[str, pa.Table]:
    """The demo's raw tables and those that few have; the same shop each time, with the days before now."""
    now = datetime.now(UTC)
    return build_shop(orders=orders, days=days, seed=3, now=now) | added_kinds(now.replace(tzinfo=None))


def loaded_warehouse(
    url: str,
    shop: Mapping[str, pa.Table],
    folder: Path,
    *,
    base_url: str,
    stand_in: SnowflakeStandIn,
    variables: Mapping[str, Any] = VARIABLES,
) -> BuiltWarehouse:
    """With the shop's raw tables, by the stand-in where the URL is Snowflake's, and the ledger; nothing is built."""
    settings = Settings(
        warehouse_url=SecretStr(url),
        meta_base_url=base_url,
        meta_dataset_id="1234567890",
        meta_access_token=SecretStr("token-of-a-test"),
    )
    if url.startswith("snowflake"):
        stand_in.load(url, "raw", shop)
    else:
        load_raw(settings, shop, replace=True)
    app.initialise(settings)
    return BuiltWarehouse(settings, folder, dict(variables))
