"""Warehouses of the tests of the dbt project, on both engines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import SecretStr

from connector import app
from connector.settings import Settings
from examples.shop.loading import load_raw
from tests.contract.dbt.raw_shop import write_raw_shop
from tests.support.built_warehouse import OpenWarehouse
from tests.support.warm_dbt import run_dbt

PROJECT = Path(__file__).parents[3] / "dbt_project"


@dataclass(frozen=True)
class DbtWarehouse(OpenWarehouse):
    """A warehouse and the folder that dbt works in."""

    folder: Path
    project: Path = PROJECT
    artifacts: bool = False
    """Whether dbt's manifest, results and log are read."""

    def load(self, tables: dict[str, pa.Table]) -> None:
        load_raw(self.settings, tables, replace=True)

    def dbt(self, *words: str) -> str:
        """Run dbt, which must go well; what it printed."""
        done = self.try_dbt(*words)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
        return done.stdout

    def try_dbt(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["--quiet", *words, "--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        command += ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        environment = os.environ | app.dbt_environment(self.settings)
        return run_dbt(command, env=environment, artifacts=self.artifacts)


@pytest.fixture(scope="session")
def new_warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., DbtWarehouse]:
    """Makes an empty warehouse on 'duckdb' or 'postgres'; `project` is the dbt project, the real one by default."""

    def make(engine: str = "duckdb", project: Path = PROJECT, *, artifacts: bool = False) -> DbtWarehouse:
        folder = tmp_path_factory.mktemp("warehouse")
        url = f"duckdb:///{folder / 'shop.duckdb'}"
        if engine == "postgres":
            url = request.getfixturevalue("new_database")()
        return DbtWarehouse(Settings(warehouse_url=SecretStr(url)), folder, project, artifacts)

    return make


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@pytest.fixture(scope="session")
def built_shop(new_warehouse: Callable[..., DbtWarehouse], now: datetime) -> DbtWarehouse:
    """The shop of `raw_shop`, a ledger, and all that dbt makes of both."""
    warehouse = new_warehouse(artifacts=True)
    write_raw_shop(warehouse.folder / "shop.duckdb", now=now)
    app.initialise(warehouse.settings)
    warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    return warehouse
